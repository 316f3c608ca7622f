"""How well every subset of drivers explains an outcome: all R² at once, from the cross products alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from npskit.arrays import Floats

# A driver that others explain but for this share of its variance adds nothing: what is left of it is rounding.
_COLLINEAR = 1e-10


def r_squared_of_subsets(products: Floats, groups: Sequence[Sequence[int]]) -> Floats:
    """Return R² of the regression of the outcome on every subset of groups of drivers.

    The residual cross products of what is not yet decided are doubled with each group: those without it stay, and those
    with it are their Schur complements. Each is worked out once, from the one before, so that all 2^G regressions cost
    about four multiplications each. A driver that earlier ones explain wholly adds nothing.

    Args:
        products: Centred cross products of the drivers with each other, the outcome last, shape `(p + 1, p + 1)`; or of
            several samples side by side, shape `(p + 1, p + 1, B)`.
        groups: The positions of the drivers that are only together in a subset or not.

    Returns:
        Shape `(2 ** G,)`, or `(2 ** G, B)`; the bits of a position say which groups a subset has, the first group's the
        lowest. NaN where the outcome does not vary.

    Example:
        >>> r_squared_of_subsets(np.array([[4.0, 0.0, 2.0], [0.0, 1.0, 1.0], [2.0, 1.0, 4.0]]), [[0], [1]]).tolist()
        [0.0, 0.25, 0.25, 0.5]
    """
    total = products[-1, -1]
    cells = products.reshape(*products.shape[:2], -1)
    batch, outcome = cells.shape[2], len(cells) - 1
    order = [i for group in groups for i in group] + [outcome]
    level = {i: k for k, group in enumerate(groups) for i in group} | {outcome: len(groups)}
    # the residual products of a pair by subsets of the groups before, as many as have to be known
    held = {}
    for place, i in enumerate(order):
        for j in order[place:]:
            held[i, j] = np.empty(batch << level[i])
            held[i, j][:batch] = cells[i, j]
    for k, group in enumerate(groups):
        half = batch << k
        rest = order[order.index(group[-1]) + 1 :] if group else []
        rows = [({j: held[i, j][:half] for j in order[order.index(i) :]}, cells[i, i]) for i in group]
        for number, i in enumerate(group):
            row, variance = rows[number]
            inverse = _inverse(row[i], variance, half // batch)
            scaled = {j: values * inverse for j, values in row.items() if j != i}
            for other, u in enumerate(group[number + 1 :], start=number + 1):
                later, own = rows[other]
                rows[other] = {j: values - scaled[u] * row[j] for j, values in later.items()}, own
            for place, a in enumerate(rest):
                for b in rest[place:]:
                    both = held[a, b]
                    explained = scaled[a] * row[b]
                    np.subtract(
                        both[:half] if number == 0 else both[half : 2 * half], explained, out=both[half : 2 * half]
                    )
    left = held[outcome, outcome].reshape(-1, batch)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.clip(1.0 - left / total, 0.0, 1.0)
    return np.asarray(found[:, 0] if products.ndim == 2 else found)


def _inverse(residual: Floats, variance: Floats, copies: int) -> Floats:
    """Return the inverse of what of a driver is not explained; 0 where that is nothing."""
    floor = np.tile(variance * _COLLINEAR, copies)
    usable = residual > floor
    return np.divide(1.0, residual, out=np.zeros_like(residual), where=usable)

"""How well every subset of drivers explains an outcome: all R² at once, from the cross products alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs
import numpy as np

from npskit.arrays import Codes, Floats, Frozen

# A driver that others explain but for this share of its variance adds nothing: what is left of it is rounding.
_COLLINEAR = 1e-10
# Numbers of the outcome alone that are worked out at once, which a cache holds with what they are worked out of.
_AT_ONCE = 1 << 16


def r_squared_of_subsets(products: Floats, groups: Sequence[Sequence[int]]) -> Floats:
    """Return R² of the regression of the outcome on every subset of groups of drivers.

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
    cells = products.reshape(*products.shape[:2], -1)
    if cells.shape[2] > 1 or 1 << len(groups) <= _AT_ONCE:
        left = _residuals(cells, np.einsum("iib->ib", cells), groups, [len(cells) - 1])[0, 0]
        found = _explained(left.reshape(-1, cells.shape[2]), cells[-1, -1])
        return found[:, 0] if products.ndim == 2 else found
    found = np.empty(1 << len(groups))
    table = None
    for part in parts_of_subsets(products, groups):
        table = found.reshape(len(part.r2), -1) if table is None else table
        table[:, part.first] = part.r2
    return found if products.ndim == 2 else found[:, np.newaxis]


@attrs.frozen(eq=False)
class SubsetPart(Frozen):
    """R² of the subsets that have of the first groups one of some sets, and of the others any.

    Args:
        first: The sets of the first groups, as bits, all of one size; shape `(B,)`.
        size: How many groups each of them has.
        r2: Shape `(2 ** k, B)`: the set of the other k groups, and of the first.
    """

    first: Codes
    size: int
    r2: Floats


def parts_of_subsets(products: Floats, groups: Sequence[Sequence[int]]) -> Iterator[SubsetPart]:
    """Yield R² of all subsets in parts that a cache holds.

    Args:
        products: As of `r_squared_of_subsets`, of one sample.
        groups: The positions of the drivers that are only together in a subset or not.
    """
    cells = products.reshape(*products.shape[:2], 1)
    half = len(groups) // 2
    later = [*(i for group in groups[half:] for i in group), len(cells) - 1]
    variances = np.einsum("iib->ib", cells)
    known = _residuals(cells, variances, groups[:half], later)
    places = {i: place for place, i in enumerate(later)}
    inner = [[places[i] for i in group] for group in groups[half:]]
    sizes = sizes_of(half)
    at_once = max(_AT_ONCE >> (len(groups) - half), 1)
    for size in range(half + 1):
        level = np.flatnonzero(sizes == size)
        for start in range(0, len(level), at_once):
            first = level[start : start + at_once]
            of_first = np.broadcast_to(variances[later], (len(later), len(first)))
            left = _residuals(known[:, :, first], of_first, inner, [len(later) - 1])[0, 0]
            yield SubsetPart(first, size, _explained(left.reshape(-1, len(first)), cells[-1, -1]))


def sizes_of(groups: int) -> Codes:
    """Return how many groups each subset has, shape `(2 ** groups,)`."""
    found = np.zeros(1, dtype=np.intp)
    for _ in range(groups):
        found = np.concatenate([found, found + 1])
    return found


def _explained(left: Floats, total: Floats) -> Floats:
    """Return R² from what is left of the outcome's variance, in its place."""
    with np.errstate(divide="ignore", invalid="ignore"):
        left /= total
    np.subtract(1.0, left, out=left)
    return np.clip(left, 0.0, 1.0, out=left)


def _residuals(cells: Floats, variances: Floats, groups: Sequence[Sequence[int]], rest: list[int]) -> Floats:
    """Return the residual cross products of some columns, every subset of groups of others known.

    They are doubled with each group: those without it stay, and those with it are their Schur complements. Each is
    worked out once, from the one before, so that all 2^G regressions cost about four multiplications each. A driver
    that earlier ones explain wholly adds nothing.

    Args:
        cells: Cross products of samples side by side, shape `(q, q, B)`.
        variances: Of each column while nothing is known, shape `(q, B)`.
        groups: The positions of the drivers that are only together in a subset or not.
        rest: The positions of the columns that are asked for.

    Returns:
        Shape `(R, R, 2 ** G * B)`, of pairs in this order; the samples of a subset are beside each other.
    """
    batch = cells.shape[2]
    order = [i for group in groups for i in group] + rest
    level = {i: k for k, group in enumerate(groups) for i in group} | dict.fromkeys(rest, len(groups))
    # the residual products of a pair by subsets of the groups before, as many as have to be known
    held = {}
    for place, i in enumerate(order):
        for j in order[place:]:
            held[i, j] = np.empty(batch << level[i])
            held[i, j][:batch] = cells[i, j]
    for k, group in enumerate(groups):
        half = batch << k
        later = order[order.index(group[-1]) + 1 :] if group else []
        rows = [({j: held[i, j][:half] for j in order[order.index(i) :]}, variances[i]) for i in group]
        for number, i in enumerate(group):
            row, variance = rows[number]
            inverse = _inverse(row[i], variance, half // batch)
            scaled = {j: values * inverse for j, values in row.items() if j != i}
            for other, u in enumerate(group[number + 1 :], start=number + 1):
                further, own = rows[other]
                rows[other] = {j: values - scaled[u] * row[j] for j, values in further.items()}, own
            for place, a in enumerate(later):
                for b in later[place:]:
                    both = held[a, b]
                    explained, there = scaled[a] * row[b], both[half : 2 * half]
                    np.subtract(both[:half] if number == 0 else there, explained, out=there)
    found = np.empty((len(rest), len(rest), batch << len(groups)))
    if len(rest) == 1:
        return held[rest[0], rest[0]].reshape(found.shape)
    for a, i in enumerate(rest):
        for b, j in enumerate(rest[a:], start=a):
            found[a, b] = found[b, a] = held[i, j]
    return found


def _inverse(residual: Floats, variance: Floats, copies: int) -> Floats:
    """Return the inverse of what of a driver is not explained; 0 where that is nothing."""
    floor = np.tile(variance * _COLLINEAR, copies)
    usable = residual > floor
    return np.divide(1.0, residual, out=np.zeros_like(residual), where=usable)

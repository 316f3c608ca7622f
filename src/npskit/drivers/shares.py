"""Shares of R², of one sample or of several: exact, or of many drivers by drawing orders of entering."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from npskit.arrays import Bools, Codes, Floats, Frozen
from npskit.drivers.importance import by_size, by_size_of_parts, dominates, first, last, lmg, pmvd
from npskit.drivers.subsets import parts_of_subsets, r_squared_of_subsets

EXACT = 24
"""So many groups of drivers at most are shared out exactly, by 2 ** 24 regressions."""

# Numbers held at once for many samples side by side.
_AT_ONCE = 1 << 17
# Orders that are drawn, each with the one that is its reverse.
_ORDERS, _FEW = 2_000, 200


@attrs.frozen(eq=False)
class Shares(Frozen):
    """What each group of drivers has of R²; shape `(G,)`.

    Args:
        r2: R² of all drivers.
        lmg: Averages over orders of entering.
        pmvd: Proportional marginal variance; NaN where there are too many drivers.
        first: R² of each alone.
        last: What each adds to all others.
        dominates: Which driver adds more than which other to whatever others are in, shape `(G, G)`; empty where there
            are too many drivers.
        error: Standard error of `lmg` from drawing orders; 0 where all orders were looked at.
    """

    r2: Floats
    lmg: Floats
    pmvd: Floats
    first: Floats
    last: Floats
    dominates: Bools
    error: Floats


def shares_of(products: Floats, groups: Sequence[Sequence[int]], *, rng: np.random.Generator) -> Shares:
    """Return the shares of R², from covariances of drivers and outcome, shape `(p + 1, p + 1)`.

    Args:
        products: The covariances, the outcome last.
        groups: The positions of the drivers that belong together.
        rng: Draws orders of more than 24 groups.
    """
    if len(groups) > EXACT:
        r = _correlations(products)
        draws = _drawn(r, groups, rng, _ORDERS)
        everyone, size = [*range(len(r) - 1)], len(groups)
        whole = _r2(r, everyone)
        lost = [whole - _r2(r, [i for i in everyone if i not in group]) for group in groups]
        error = draws.std(axis=0, ddof=1) / np.sqrt(_ORDERS)
        alone = np.array([_r2(r, list(group)) for group in groups])
        mean, unknown, nobody = draws.mean(axis=0), np.full(size, np.nan), np.zeros((0, 0), dtype=np.bool_)
        return Shares(np.asarray(whole), mean, unknown, alone, np.array(lost), nobody, error)
    r2 = r_squared_of_subsets(products, groups)
    averages = by_size(r2)
    found = averages.mean(axis=1)
    return Shares(r2[-1], found, pmvd(r2), first(r2), last(r2), dominates(r2, averages), np.zeros_like(found))


def lmg_of_samples(
    products: Floats, groups: Sequence[Sequence[int]], *, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return R², shape `(B,)`, and LMG, shape `(G, B)`, of samples side by side: covariances `(p + 1, p + 1, B)`."""
    if len(groups) > EXACT:
        each = [
            _drawn(_correlations(products[:, :, b]), groups, rng, _FEW).mean(axis=0) for b in range(products.shape[2])
        ]
        shares = np.stack(each, axis=-1)
        return shares.sum(axis=0), shares
    size = max(_AT_ONCE >> len(groups), 1)
    all_r2, parts = list[Floats](), list[Floats]()
    for i in range(0, products.shape[2], size):
        if size == 1:  # a part of the subsets is enough for many samples: no table of all is held
            found = by_size_of_parts(parts_of_subsets(products[:, :, i], groups), len(groups)).mean(axis=1)
            all_r2.append(found.sum(axis=0))
        else:
            r2 = r_squared_of_subsets(products[:, :, i : i + size], groups)
            found = lmg(r2)
            all_r2.append(r2[-1])
        parts.append(found)
    return np.concatenate(all_r2), np.concatenate(parts, axis=1)


def _correlations(products: Floats) -> Floats:
    """Return correlations in which drivers that say the same share what they say."""
    scale = np.sqrt(np.diag(products))
    with np.errstate(invalid="ignore", divide="ignore"):
        r = products / np.outer(scale, scale)
    r = np.where(np.isfinite(r), r, 0.0)
    inside = np.arange(len(r) - 1)
    r[inside, inside] = 1.0 + 1e-10
    return r


def _drawn(r: Floats, groups: Sequence[Sequence[int]], rng: np.random.Generator, orders: int) -> Floats:
    """Return what each group adds to R² in orders that are drawn, each with its reverse: shape `(orders, G)`.

    Source: Bell, Devanathan & Boyd (2024), "Efficient Shapley performance attribution for least-squares regression",
    Statistics and Computing 34, section 3.
    """
    owner = np.empty(len(r) - 1, dtype=np.intp)
    for number, group in enumerate(groups):
        owner[list(group)] = number
    found = np.empty((orders, len(groups)))
    for k in range(orders):
        order = rng.permutation(len(groups))
        found[k] = (_entered(r, groups, owner, order) + _entered(r, groups, owner, order[::-1])) / 2
    return found


def _entered(r: Floats, groups: Sequence[Sequence[int]], owner: Codes, order: Codes) -> Floats:
    """Return what each group adds to R² when it enters in this order."""
    places = [i for number in order for i in groups[number]]
    lower = np.linalg.cholesky(r[np.ix_(places, places)])
    added = np.linalg.solve(lower, r[places, -1]) ** 2
    return np.bincount(owner[places], added, minlength=len(groups)).astype(np.float64)


def _r2(r: Floats, places: list[int]) -> float:
    outer = r[places, -1]
    return float(outer @ np.linalg.solve(r[np.ix_(places, places)], outer)) if places else 0.0

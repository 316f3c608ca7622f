"""The errors of what each segment adds, from sampling units: one pass over the units, however many segments."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Codes, Floats
from npskit.inference import ClusterTotals, StrataLayout
from npskit.tracking.change.nested import NestedCells

# Mass and sum of category scores, before and after.
_AMOUNTS = 4


def segment_covariances(found: NestedCells, totals: ClusterTotals, layout: StrataLayout) -> Floats:
    """Return the covariances of the effects of each segment, shape `(S, effects, effects)`.

    The influence of a unit on segment s is Σⱼ Bⱼ(s)ᵀ xⱼ, over the prefixes j of the segment's codes, with xⱼ what the
    unit has in the part that the prefix names: mass and sum of category scores, before and after. Its squares add up
    over units to Σᵢⱼ Bᵢᵀ (Σ xᵢ xⱼᵀ) Bⱼ, and Σ xᵢ xⱼᵀ is summed by part, over the units that are there. With strata

        Σₕ fₕ (Σ x xᵀ - x̄ x̄ᵀ nₕ)

    takes the same sums of the totals of the strata.

    Args:
        found: The segments.
        totals: Sums per unit; segment s is group s before, and S + s after.
        layout: Their strata, none of which has a single unit.
    """
    segments = len(found.prefixes[0])
    scores = found.category_scores.astype(np.float64)
    mass = totals.weights.sum(axis=1)
    # from the mean, so that nothing large cancels in the squares
    center = float((totals.weights @ scores).sum() / mass.sum())
    sums = totals.weights @ (scores - center)
    period, segment = totals.groups // segments, totals.groups % segments
    after = period == 1
    values = np.stack([np.where(after, 0.0, mass), mass * after, np.where(after, 0.0, sums), sums * after])
    by_mass, by_sum = found.slopes()
    slopes = np.concatenate([by_mass + center * by_sum, by_sum])  # (4, prefixes, S, effects)
    strata = layout.strata[totals.units]
    factors = layout.factors
    within = _products(found.prefixes, segment, totals.units, values, factors[layout.strata])
    between = _products(found.prefixes, segment, strata, values, -factors / layout.sampled)
    effects = slopes.shape[-1]
    covariances = np.zeros((segments, effects, effects))
    for (i, j), products in within.items():
        inner = (products + between[i, j])[found.prefixes[j]]
        part = np.einsum("asf,sab,bsg->sfg", slopes[:, i], inner, slopes[:, j], optimize=True)
        covariances += part if i == j else part + part.swapaxes(1, 2)
    return covariances


def _products(
    prefixes: Sequence[NDArray[np.intp]], segment: Codes, owners: Codes, values: Floats, factors: Floats
) -> dict[tuple[int, int], Floats]:
    """Return Σ factor xᵢ xⱼᵀ over owners by part of the longer prefix j, for all i ≤ j: shape (parts, 4, 4) each.

    Args:
        prefixes: The code of the part of each segment, for each length of a prefix.
        segment: Of each cell.
        owners: Units or strata: whose each cell is.
        values: What is in each cell, shape `(4, C)`.
        factors: Of each owner.
    """
    parts = int(prefixes[-1].max()) + 1
    keys, amounts = _sorted_sums(owners * parts + prefixes[-1][segment], values)
    owner = keys // parts
    # of each longest prefix those that it begins with, which rise with it
    begun = np.stack([_of_longest(prefix, prefixes[-1]) for prefix in prefixes])[:, keys % parts]
    starts = [np.flatnonzero((np.diff(owner, prepend=-1) != 0) | (np.diff(each, prepend=-1) != 0)) for each in begun]
    sums = [np.add.reduceat(amounts, start, axis=1) for start in starts]
    found = {}
    for i, j in itertools.combinations_with_replacement(range(len(prefixes)), 2):
        start, part = starts[j], begun[j, starts[j]]
        outer = sums[i] if i == j else sums[i][:, np.searchsorted(starts[i], start, side="right") - 1]
        scaled, size = sums[j] * factors[owner[start]], int(prefixes[j].max()) + 1
        products = np.empty((size, _AMOUNTS, _AMOUNTS))
        for a, b in np.ndindex(_AMOUNTS, _AMOUNTS):
            if i == j and b < a:
                products[:, a, b] = products[:, b, a]
            elif size == 1:
                products[:, a, b] = outer[a] @ scaled[b]
            else:
                products[:, a, b] = np.bincount(part, weights=outer[a] * scaled[b], minlength=size)
        found[i, j] = products
    return found


def _of_longest(prefix: NDArray[np.intp], longest: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the code of the shorter prefix for each code of the longest."""
    found = np.empty(int(longest.max()) + 1, dtype=np.intp)
    found[longest] = prefix
    return found


def _sorted_sums(keys: Codes, values: Floats) -> tuple[Codes, Floats]:
    """Return the distinct keys, rising, and the sums of the values of each."""
    size = int(keys.max()) + 1
    if size <= keys.size:  # few owners, as strata are: no need to sort
        seen = np.flatnonzero(np.bincount(keys, minlength=size))
        return seen, np.stack([np.bincount(keys, weights=row, minlength=size)[seen] for row in values])
    order = np.argsort(keys)
    keys = keys[order]
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    return keys[starts], np.add.reduceat(values[:, order], starts, axis=1)

"""How much of R² is each driver's: averages over all orders in which drivers can be entered, and dominance."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np

from npskit.arrays import Bools, Codes, Floats
from npskit.drivers.subsets import SubsetPart, sizes_of

# What is less of all R² than this is rounding: a group of drivers without which nothing is lost.
_NOTHING = 1e-13


def by_size(r2: Floats) -> Floats:
    """Return what each driver adds to R² on average, by how many others are in: conditional dominance.

    Source: Azen & Budescu (2003), "The dominance analysis approach for comparing predictors in multiple regression",
    Psychological Methods 8(2), section "Conditional dominance".

    Args:
        r2: R² of all subsets, shape `(2 ** G, ...)`, as by `r_squared_of_subsets`.

    Returns:
        Shape `(G, G, ...)`: the driver, and the number of others.

    Example:
        >>> by_size(np.array([0.0, 0.25, 0.36, 0.5])).round(12).tolist()
        [[0.25, 0.14], [0.36, 0.25]]
    """
    size = len(r2).bit_length() - 1
    found = by_size_of_parts(_parts_of_table(r2, size), size)
    return found.reshape(size, size, *r2.shape[1:])


def by_size_of_parts(parts: Iterable[SubsetPart], size: int) -> Floats:
    """Return the same of all parts of the subsets of so many drivers, shape `(G, G, B)`, without a table of all."""
    half = size // 2
    first, other = sizes_of(half), sizes_of(size - half)
    levels = [np.flatnonzero(other == count) for count in range(size - half + 1)]
    by_first: Floats = np.empty(0)
    by_other: Floats = np.empty(0)
    for part in parts:
        r2 = part.r2.reshape(len(other), len(part.first), -1)
        if not by_first.size:
            by_first = np.zeros((len(first), len(levels), r2.shape[2]))
            by_other = np.zeros((half + 1, len(other), r2.shape[2]))
        by_other[part.size] += r2.sum(axis=1)
        by_first[part.first] = np.stack([r2[level].sum(axis=0) for level in levels], axis=1)
    whole = np.zeros((size + 1, by_first.shape[2]))
    for count in range(half + 1):
        whole[count : count + len(levels)] += by_first[first == count].sum(axis=0)
    found = np.empty((size, size, by_first.shape[2]))
    ways = np.array([[math.comb(size - 1, count)] for count in range(size)], dtype=np.float64)
    for i in range(size):
        having = np.zeros((size, by_first.shape[2]))  # by how many others are in
        mine = (np.arange(len(first)) >> i if i < half else np.arange(len(other)) >> (i - half)) & 1 == 1
        for count in range(1, (half if i < half else size - half) + 1):
            if i < half:
                having[count - 1 : count - 1 + len(levels)] += by_first[mine & (first == count)].sum(axis=0)
            else:
                having[count - 1 : count + half] += by_other[:, mine & (other == count)].sum(axis=1)
        lacking = whole[:-1].copy()
        lacking[1:] -= having[:-1]
        found[i] = (having - lacking) / ways
    return found


def _parts_of_table(r2: Floats, size: int) -> Iterator[SubsetPart]:
    """Yield R² of all subsets, shape `(2 ** G, ...)`, by how many of the first half of the drivers are in."""
    half = size // 2
    table, sizes = r2.reshape(1 << (size - half), 1 << half, -1), sizes_of(half)
    for count in range(half + 1):
        first = np.flatnonzero(sizes == count)
        yield SubsetPart(first, count, np.take(table, first, axis=1))


def lmg(r2: Floats) -> Floats:
    """Return R² shared among drivers: what each adds on average over all orders of entering, its Shapley value.

    Source: Lindeman, Merenda & Gold (1980); Grömping (2007), "Estimators of relative importance in linear regression
    based on variance decomposition", The American Statistician 61(2), section 3.

    Returns:
        Shape `(G, ...)`; the sum is R² of all drivers.

    Example:
        >>> lmg(np.array([0.0, 0.25, 0.36, 0.5])).round(12).tolist()
        [0.195, 0.305]
    """
    return np.asarray(by_size(r2).mean(axis=1))


def first(r2: Floats) -> Floats:
    """Return R² of each driver alone."""
    return r2[[1 << i for i in range(len(r2).bit_length() - 1)]]


def last(r2: Floats) -> Floats:
    """Return what each driver adds to R² of all others."""
    whole = len(r2) - 1
    return np.asarray(r2[whole] - r2[[whole ^ (1 << i) for i in range(whole.bit_length())]])


def pmvd(r2: Floats) -> Floats:
    """Return R² shared among drivers so that one without a coefficient has no share: proportional marginal variance.

    An average over all orders as well, in which an order counts by how fast what is left of R² falls. It is the
    proportional value of what is lost without a set of drivers, d(S): P(∅) = 1, P(S) = d(S) / Σ 1 / P(S without j), and
    the share of i is P(all) / P(all without i).

    Source: Feldman (2005), "Relative importance and value", sections 3 and 4; Ortmann (2000) for the value.

    Returns:
        Shape `(G, ...)`; the sum is R² of all drivers.

    Example:
        >>> pmvd(np.array([0.0, 0.25, 0.36, 0.5])).round(12).tolist()
        [0.179487179487, 0.320512820513]
    """
    size = len(r2).bit_length() - 1
    if size == 0:
        return r2[:0]
    half = size // 2
    table = r2.reshape(1 << (size - half), 1 << half, -1)  # the set of later drivers, that of the first, samples
    first, later = sizes_of(half), sizes_of(size - half)
    all_first, all_later, total = len(first) - 1, len(later) - 1, table[-1, -1]
    place = np.zeros(len(first), dtype=np.intp)  # of a set of first drivers among those of its size
    before = inverse = np.empty(0)
    with np.errstate(divide="ignore", invalid="ignore"):
        for count in range(half + 1):
            level = np.flatnonzero(first == count)
            place[level] = np.arange(len(level))
            lost = 1.0 - np.take(table, all_first ^ level, axis=1)[::-1] / total
            np.maximum(lost, _NOTHING, out=lost)
            before, inverse = inverse, np.zeros_like(lost)  # 1 / P, in each level of equally many but for a factor
            for one_less in _without_one(level, half):
                inverse += np.take(before, place[one_less], axis=1)
            for more in range(size - half + 1):
                sets = np.flatnonzero(later == more)
                found = inverse[sets]
                for one_less in _without_one(sets, size - half):
                    found += inverse[one_less]
                inverse[sets] = found / (lost[sets] * (count + more)) if count + more else 1.0
        shares = [before[all_later, place[all_first ^ (1 << i)]] for i in range(half)]
        shares += [inverse[all_later ^ (1 << i), 0] for i in range(size - half)]
        found = np.stack(shares)
        found = np.where(total > 0, total * found / found.sum(axis=0), total * 0.0)
    return np.asarray(found.reshape(size, *r2.shape[1:]))


def _without_one(sets: Codes, size: int) -> Codes:
    """Return sets of equally many drivers without each of them in turn, shape `(drivers in a set, sets)`."""
    bits = 1 << np.arange(size)
    having = sets[:, np.newaxis] & bits
    return np.asarray((sets[:, np.newaxis] ^ having)[having > 0].reshape(len(sets), -1).T)


def dominates(r2: Floats, averages: Floats | None = None) -> Bools:
    """Return whether a driver adds more than another to whatever others are in: complete dominance.

    Source: Azen & Budescu (2003), section "Complete dominance".

    Args:
        r2: R² of all subsets, shape `(2 ** G,)`.
        averages: What `by_size` says of them, where it is known.

    Returns:
        Shape `(G, G)`: the driver, and the other.
    """
    size = len(r2).bit_length() - 1
    found = np.zeros((size, size), dtype=np.bool_)
    averages = by_size(r2) if averages is None else averages  # who adds more to each set also does on average
    for i in range(size):
        for j in range(size):
            if i != j and (averages[i] > averages[j] - _NOTHING).all():
                one, other = max(i, j), min(i, j)
                apart = r2.reshape(1 << (size - 1 - one), 2, 1 << (one - 1 - other), 2, 1 << other)
                with_one, with_other = apart[:, 1, :, 0], apart[:, 0, :, 1]
                found[i, j] = (with_one > with_other).all() if i == one else (with_one < with_other).all()
    return found

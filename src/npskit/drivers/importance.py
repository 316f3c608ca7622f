"""How much of R² is each driver's: averages over all orders in which drivers can be entered, and dominance."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Floats

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
    more = r2.shape[1:]
    counts = _counts(size)
    whole = _by_count(r2[np.newaxis], counts, size)
    found = np.empty((size, size, *more))
    folded = r2[np.newaxis]  # by how many of the drivers that were done are in, and the subset of those that are not
    ways = np.array([_binomial(size - 1, s) for s in range(size)], dtype=np.float64).reshape(-1, *(1 for _ in more))
    for i in reversed(range(size)):
        half = 1 << i
        without, having = folded[:, :half], folded[:, half:]
        inside = _by_count(having, counts[:half], size - 1)  # by how many others are in
        outside = whole[:-1] - np.concatenate([np.zeros((1, *more)), inside[:-1]])
        found[i] = (inside - outside) / ways
        padding = np.zeros((1, *without.shape[1:]))
        folded = np.concatenate([without, padding]) + np.concatenate([padding, having])
    return found


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
    lost = np.maximum(r2[-1] - r2[::-1], r2[-1] * _NOTHING)
    inverse = np.ones_like(r2)  # 1 / P, in each level of equally many but for a factor
    for level in _levels(size)[1:]:
        total = np.zeros((len(level), *r2.shape[1:]))
        for i in range(size):
            inside = np.flatnonzero(level >> i & 1)
            total[inside] += inverse[level[inside] ^ (1 << i)]
        with np.errstate(divide="ignore", invalid="ignore"):
            found = total / lost[level]
            inverse[level] = found / found.max(axis=0)
    whole = len(r2) - 1
    shares = inverse[[whole ^ (1 << i) for i in range(size)]]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(r2[-1] > 0, r2[-1] * shares / shares.sum(axis=0), r2[-1] * 0.0))


def dominates(r2: Floats) -> Bools:
    """Return whether a driver adds more than another to whatever others are in: complete dominance.

    Source: Azen & Budescu (2003), section "Complete dominance".

    Returns:
        Shape `(G, G)`: the driver, and the other.
    """
    size = len(r2).bit_length() - 1
    found = np.zeros((size, size), dtype=np.bool_)
    for i in range(size):
        for j in range(i):
            apart = r2.reshape(1 << (size - 1 - i), 2, 1 << (i - 1 - j), 2, 1 << j)
            more = apart[:, 1, :, 0] - apart[:, 0, :, 1]
            found[i, j], found[j, i] = (more > 0).all(), (more < 0).all()
    return found


@functools.lru_cache(4)
def _counts(size: int) -> NDArray[np.intp]:
    """Return how many drivers each subset has."""
    found = np.zeros(1, dtype=np.intp)
    for _ in range(size):
        found = np.concatenate([found, found + 1])
    found.setflags(write=False)
    return found


def _levels(size: int) -> list[NDArray[np.intp]]:
    """Return the subsets of each number of drivers."""
    counts = _counts(size)
    order = np.argsort(counts, kind="stable")
    return np.split(order, np.searchsorted(counts[order], np.arange(1, size + 1)))


def _binomial(n: int, k: int) -> int:
    import math

    return math.comb(n, k)


def _by_count(folded: Floats, counts: NDArray[np.intp], size: int) -> Floats:
    """Return sums by how many drivers are in: those that were folded, and those of the subset."""
    found = np.zeros((size + 1, *folded.shape[2:]))
    for more, values in enumerate(folded):
        if values.ndim == 1:
            sums = np.bincount(counts, values, minlength=1)
        else:
            order = np.argsort(counts, kind="stable")
            starts = np.searchsorted(counts[order], np.arange(counts.max(initial=0) + 1))
            sums = np.add.reduceat(values[order], starts, axis=0)
        found[more : more + len(sums)] += sums
    return found

"""The bootstrap without resampling: the exact distribution of the mean of n answers drawn with replacement."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats, Integers
from npskit.errors import InvalidValueError
from npskit.inference.constrained import lattice
from npskit.inference.limits import sample_of

# -log of the probability that may be left outside the window the distribution is computed on.
_OUTSIDE = 44.0
_NOISE = 2e-15
_OTHERWISE = "use method='score'"


def _angle(steps: Integers, size: int) -> Floats:
    """Return 2π·steps/size within ±π, rounded once however many turns there are; size a power of 2."""
    turns = ((steps + size // 2) & (size - 1)) - size // 2
    return np.asarray(turns * (2 * np.pi / size), dtype=np.float64)


def _of_mean(counts: Floats, lowest: float, offsets: Integers, step: float) -> tuple[Floats, Floats]:
    """Return the values that the mean of n draws can have, and their probabilities; offsets are in steps of scores."""
    total = float(counts.sum())
    n, shares = max(1, round(total)), counts / total
    reach = int(offsets[-1])
    mean = float(shares @ offsets)
    # Bernstein's inequality bounds what lies outside the window; what little does is folded back into it.
    third = reach * _OUTSIDE / 3
    half = third + math.sqrt(third * third + 2 * _OUTSIDE * n * float(shares @ (offsets - mean) ** 2))
    first = max(0, math.floor(n * mean - half))
    last = min(n * reach, math.ceil(n * mean + half))
    size = 1 << (last - first).bit_length()
    frequency, center = np.arange(size // 2 + 1), round(mean)
    angle = _angle(frequency[:, None] * (offsets - center), size)
    # log of the characteristic function about the center, from log1p: its n-th power would multiply rounding by n.
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log1p(-2 * (np.sin(angle / 2) ** 2 @ shares) + 1j * (np.sin(angle) @ shares))
    turn = n * log.imag + _angle(frequency * ((n * center - first) % size), size)
    spectrum = np.where(log.real > -np.inf, np.exp(n * log.real), 0.0) * np.exp(-1j * turn)
    probabilities = np.fft.irfft(spectrum, size)[: last - first + 1]
    # What the transform leaves where there is nothing would add up over many places.
    probabilities = np.where(probabilities > _NOISE * probabilities.max(), probabilities, 0.0)
    return lowest + step * (first + np.arange(probabilities.size)) / n, probabilities / probabilities.sum()


def bootstrap_distribution(counts: ArrayLike, category_scores: ArrayLike) -> tuple[Floats, Floats]:
    """Return the distribution of the mean of n answers drawn with replacement from those given.

    It is the n-fold convolution of the shares, taken as the n-th power of the characteristic function on a window
    around the mean and transformed back by FFT: what bootstrap resampling approximates. B. Efron, "Bootstrap methods:
    another look at the jackknife", Annals of Statistics 7 (1979) 1-26, method 1. Probabilities are good to about 1e-15
    of the largest.

    Args:
        counts: Answers per category, shape `(K,)`; if they do not add up to a whole number, n is rounded.
        category_scores: What each category is worth, shape `(K,)`.

    Returns:
        The values, rising, in the units of the category scores, and their probabilities; values less likely than 2e-15
        of the likeliest are left out. Both are empty if there are no answers.

    Raises:
        InvalidValueError: If the category scores do not lie on a common grid of at most 10,000 steps.

    Example:
        >>> values, probabilities = bootstrap_distribution([0, 1, 1], [-1, 0, 1])
        >>> values.tolist(), probabilities.round(12).tolist()
        ([0.0, 0.5, 1.0], [0.25, 0.5, 0.25])
    """
    sample = sample_of(counts, category_scores)
    if sample.counts.ndim != 1:
        raise InvalidValueError(f"counts must be those of one tally, shape (K,): got shape {sample.counts.shape}")
    steps = lattice(sample.category_scores, _OTHERWISE)
    if not sample.n > 0:
        return np.empty(0), np.empty(0)
    values, probabilities = _of_mean(sample.counts, sample.category_scores[0], *steps)
    possible = probabilities > 0
    return values[possible], probabilities[possible]


def bootstrap_quantiles(counts: Floats, category_scores: Floats, tail: float) -> tuple[Floats, Floats]:
    """Return the values beyond which no more than `tail` of each bootstrap distribution lies on either side.

    Args:
        counts: Answers per category, shape `(..., K)`.
        category_scores: What each category is worth, shape `(K,)`, rising and distinct.
        tail: The probability on each side; below about 1e-13 it drowns in rounding.

    Returns:
        The least value x with P(mean* ≤ x) ≥ tail, and the greatest with P(mean* ≥ x) ≥ tail, shape `(...)`.
    """
    steps = lattice(category_scores, _OTHERWISE)
    rows = counts.reshape(-1, category_scores.size)
    low, high = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    # Probabilities that equal the tail but for rounding count as reaching it.
    reached = tail * (1 - 1e-9)
    for i, row in enumerate(rows):
        if row.any():
            values, probabilities = _of_mean(row, category_scores[0], *steps)
            low[i] = values[np.searchsorted(np.cumsum(probabilities), reached)]
            high[i] = values[::-1][np.searchsorted(np.cumsum(probabilities[::-1]), reached)]
    return low.reshape(counts.shape[:-1]), high.reshape(counts.shape[:-1])

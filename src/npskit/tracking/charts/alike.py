"""Answers that are all alike: their spread is 0, which says nothing about how far their mean may be from the truth."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats
from npskit.inference import moments, normal_quantile, score_interval

# Of the squared range of the category scores: a variance of one answer below it is rounding.
_ROUNDING = 1e-12
_LEVEL = 0.95


def variance_of_alike(counts: ArrayLike, category_scores: ArrayLike) -> Floats:
    """Return the variance that the mean of answers in one category may have; 0 where they differ or there are none.

    The spread of five promoters is 0, and so is every variance computed from it, although the sixth need not be one.
    Their score interval shows what such answers can say (`npskit.inference.intervals.score_interval`; Wilson, JASA 22
    (1927) 209-212): the variance is (h/z)², with h the distance of the further 95 % limit. It falls as 1/n², since the
    more answers are alike, the more alike they are. One promoter has a standard error of 81 points, twelve of 25.

    Args:
        counts: Shape `(..., K)`; effective counts where there are weights or customers with several answers.
        category_scores: Shape `(K,)`.

    Returns:
        Shape `(...)`, in squared units of the category scores.

    Raises:
        InvalidValueError: If all category scores are equal.

    Example:
        >>> np.sqrt(variance_of_alike([[0, 0, 1], [0, 0, 12], [0, 1, 12]], [-100, 0, 100])).round(1).tolist()
        [81.0, 24.7, 0.0]
    """
    c, w = np.asarray(counts, dtype=np.float64), np.asarray(category_scores, dtype=np.float64)
    _, mean, variance = moments(c, w)
    found = np.zeros(mean.shape)
    alike = variance <= _ROUNDING * np.ptp(w) ** 2
    if alike.any():
        low, high = score_interval(c[alike], w, _LEVEL)
        found[alike] = (np.maximum(mean[alike] - low, high - mean[alike]) / normal_quantile(_LEVEL)) ** 2
    return found


def variance_of_means(counts: ArrayLike, category_scores: ArrayLike) -> Floats:
    """Return the variance of the mean of independent answers, that of `variance_of_alike` where they are all alike.

    Args:
        counts: Shape `(..., K)`, effective ones.
        category_scores: Shape `(K,)`.

    Returns:
        Shape `(...)`, in squared units of the category scores; NaN where there is no answer.

    Example:
        >>> variance_of_means([[5, 0, 5], [0, 0, 10], [0, 0, 0]], [-1, 0, 1]).round(3).tolist()
        [0.1, 0.08, nan]
    """
    c, w = np.asarray(counts, dtype=np.float64), np.asarray(category_scores, dtype=np.float64)
    n, _, variance = moments(c, w)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(variance / n + variance_of_alike(c, w))

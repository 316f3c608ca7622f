"""Weighted answers: what a tally of counts, weights and squared weights says about the mean, without the rows.

The weighted mean is a ratio of two random sums, so its variance comes from Taylor linearization: each answer's
influence is u = w(s − m)/Σw, and the variance is n/(n−1) Σu² (Särndal, Swensson & Wretman, "Model Assisted Survey
Sampling" (Springer 1992), section 5.7; Lumley, "Complex Surveys" (Wiley 2010), section 2.2). Within a category all
answers have the same score s, so Σw and Σw² per category give it exactly. `npskit.inference.strata` and
`npskit.inference.design` go on to strata and clusters.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats
from npskit.inference.constrained import mean_variance
from npskit.inference.effective import counts_of_size, effective_size


def weighted_mean(weights: ArrayLike, category_scores: ArrayLike) -> Floats:
    """Return the mean category score, Σws/Σw.

    Args:
        weights: Sum of weights per category, shape `(..., K)`.
        category_scores: What each category is worth, shape `(K,)`.

    Returns:
        Shape `(...)`, in units of the category scores; NaN where all weights are 0.

    Example:
        >>> weighted_mean([1.5, 0.5, 2.0], [-100, 0, 100]).item()
        12.5
    """
    w, s = np.asarray(weights, dtype=np.float64), np.asarray(category_scores, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray((w @ s) / w.sum(axis=-1))


def taylor_variance(
    counts: ArrayLike,
    weights: ArrayLike,
    squares: ArrayLike,
    category_scores: ArrayLike,
    sampled: ArrayLike | None = None,
) -> Floats:
    """Return the variance of the weighted mean, n/(n−1) Σw²(s − m)²/(Σw)²: that of R's `svymean` with weights only.

    Source: Särndal, Swensson & Wretman (1992), section 5.7, with the answers as sampling units drawn with replacement.
    Of a part of a sample, a segment or those who answered, n is the whole sample's size: as R's `svyby`.

    Args:
        counts: Answers per category, shape `(..., K)`.
        weights: Sum of weights per category, shape `(..., K)`.
        squares: Sum of squared weights per category, shape `(..., K)`.
        category_scores: What each category is worth, shape `(K,)`.
        sampled: Size of the sample that the answers are a part of, shape `(...)`; the answers if None.

    Returns:
        Shape `(...)`, in squared units of the category scores; NaN for fewer than two answers or where all weights are
        0.

    Example:
        >>> taylor_variance([2, 1, 2], [2, 1, 2], [2, 1, 2], [-1, 0, 1]).item()
        0.2
    """
    w, s = np.asarray(weights, dtype=np.float64), np.asarray(category_scores, dtype=np.float64)
    n = np.asarray(counts, dtype=np.float64).sum(axis=-1)
    whole = n if sampled is None else np.asarray(sampled, dtype=np.float64)
    deviations = s - weighted_mean(w, s)[..., np.newaxis]
    with np.errstate(invalid="ignore", divide="ignore"):
        scatter = (np.asarray(squares, dtype=np.float64) * deviations**2).sum(axis=-1) / w.sum(axis=-1) ** 2
        return np.where(n > 1, whole / (whole - 1) * scatter, np.nan)


def kish_n_eff(weights: ArrayLike, squares: ArrayLike) -> Floats:
    """Return the effective number of answers under unequal weights, (Σw)²/Σw².

    Source: Kish, "Survey Sampling" (Wiley 1965), section 11.7; Kish, "Weighting for unequal Pᵢ", Journal of Official
    Statistics 8 (1992) 183-200. It does not look at the answers: it is exact where weights and answers are unrelated.

    Args:
        weights: Sum of weights per category, shape `(..., K)`.
        squares: Sum of squared weights per category, shape `(..., K)`.

    Returns:
        Shape `(...)`, at most the number of answers; NaN where all weights are 0.

    Example:
        >>> kish_n_eff([3.0, 1.0], [5.0, 1.0]).item()  # weights 1, 2 and 1
        2.6666666666666665
    """
    with np.errstate(invalid="ignore"):
        total = np.asarray(weights, dtype=np.float64).sum(axis=-1)
        return np.asarray(total**2 / np.asarray(squares, dtype=np.float64).sum(axis=-1))


def design_effect(variance: ArrayLike, shares: ArrayLike, n: ArrayLike, category_scores: ArrayLike) -> Floats:
    """Return the variance of the mean over that of a simple random sample of as many answers, v/(n−1).

    Source: Kish (1965), section 8.2, with v the variance of one answer's score at the weighted shares.

    Args:
        variance: Variance of the mean under the design, shape `(...)`, in squared units of the category scores.
        shares: Weighted shares of the categories, shape `(..., K)`.
        n: Answers, shape `(...)`.
        category_scores: What each category is worth, shape `(K,)`.

    Returns:
        Shape `(...)`; NaN where all answers have the same score, or there are fewer than two.

    Example:
        >>> design_effect(0.25, [0.25, 0.5, 0.25], 5, [-1, 0, 1]).item()
        2.0
    """
    v, size = mean_variance(shares, category_scores), np.asarray(n, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where((v > 0) & (size > 1), np.asarray(variance, dtype=np.float64) * (size - 1) / v, np.nan)


def effective_counts(
    shares: ArrayLike,
    variance: ArrayLike,
    n: ArrayLike,
    df: ArrayLike,
    category_scores: ArrayLike,
    level: float = 0.95,
    *,
    n_kish: ArrayLike | None = None,
) -> Floats:
    """Return the counts of the simple random sample that would be as precise, to feed to any interval for counts.

    n* = min(n, v/SE² (z/t)²) and counts n*p, with v the variance of one answer's score, z the normal and t Student's
    quantile at the design's degrees of freedom: the effective sample of Korn & Graubard, "Confidence intervals for
    proportions with small expected number of positive counts estimated from survey data", Survey Methodology 24 (1998)
    193-201, capped at n. Where SE = 0 or all answers have the same score, the spread says nothing about the precision,
    and n* is Kish's. It takes the variance at its word; how far that may be trusted under unequal weights, and with
    which degrees of freedom and cap, is said by `npskit.inference.effective`.

    Args:
        shares: Weighted shares of the categories, shape `(..., K)`.
        variance: Variance of the mean under the design, shape `(...)`, in squared units of the category scores.
        n: The most that n* may be, shape `(...)`: the answers, or infinity.
        df: Degrees of freedom of `variance`, shape `(...)`; infinite for none.
        category_scores: What each category is worth, shape `(K,)`.
        level: Confidence level, between 0 and 1.
        n_kish: Kish's effective number of sampling units, which are the answers where these are independent, shape
            `(...)`; `n` if None.

    Returns:
        Not whole, shape `(..., K)`; all 0, and so without an interval, where there is no answer, no variance or no
        degree of freedom.

    Raises:
        InvalidValueError: If `level` is not between 0 and 1.

    Example:
        >>> effective_counts([0.25, 0.25, 0.5], 0.01, 100, np.inf, [-1, 0, 1]).round(6).tolist()
        [17.1875, 17.1875, 34.375]
    """
    answer = mean_variance(shares, category_scores)
    size, freedom = effective_size(answer, variance, n if n_kish is None else n_kish, df)
    return counts_of_size(shares, size, n, freedom, level)

"""Intervals for the mean category score of one sample: the score interval, and the other well-known ones.

Every function takes counts of shape `(..., K)`, what each category is worth, and a level, and returns the two limits,
shape `(...)`, in the units of the category scores. Counts need not be whole: they may be effective counts of a survey
design. Without answers (n = 0) the limits are NaN. No limit leaves the range of the category scores.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats
from npskit.data import slices
from npskit.errors import InvalidTypeError, InvalidValueError, did_you_mean, quoted
from npskit.inference.constrained import NEGLIGIBLE, constrained_shares, mean_variance
from npskit.inference.limits import (
    BLOCK,
    MergedSample,
    falling_root,
    normal_p,
    normal_quantile,
    sample_of,
    score_distances,
    tail_of,
)
from npskit.options import IntervalMethod

Limits = tuple[Floats, Floats]
# Answers that are added to each of three equally spaced categories.
_PSEUDO_COUNTS = {"adjusted_wald": (0.75, 1.5, 0.75), "agresti_min": (0.5, 1.0, 0.5)}


def _limits(sample: MergedSample, low: Floats, high: Floats) -> Limits:
    """Return the limits, kept within the range of the category scores and NaN where there are no answers."""
    bottom, top = sample.category_scores[[0, -1]]
    empty = np.where(sample.n > 0, 0.0, np.nan)
    return (np.clip(low, bottom, top) + empty)[()], (np.clip(high, bottom, top) + empty)[()]


def score_limits(counts: ArrayLike, category_scores: ArrayLike, z: ArrayLike) -> Limits:
    """Return the score limits of the mean at a given quantile: the means m with |T(m)| ≤ z.

    T(m) = (θ̂ − m)/√(v(m)/n), where v(m) is the variance under the likeliest shares whose mean is m
    (`constrained_shares`). For category scores −1/0/+1 this is the interval of Tango, Statistics in Medicine 17 (1998)
    891-908, for two categories that of Wilson, JASA 22 (1927) 209-212; for any category scores it is their
    generalization.

    Args:
        counts: Answers per category, shape `(..., K)`.
        category_scores: What each category is worth, shape `(K,)`.
        z: A normal or t quantile; broadcasts against the leading axes of `counts`.

    Returns:
        The lower and the upper limits, in the units of the category scores. They always enclose the mean.

    Raises:
        InvalidValueError: If counts are negative or not finite, or the category scores do not fit them.

    Example:
        >>> low, high = score_limits([1, 2, 7], [-1, 0, 1], 1.959963984540054)
        >>> round(float(low), 6), round(float(high), 6)
        (0.048924, 0.858858)
    """
    sample = sample_of(counts, category_scores)
    below, above = score_distances(sample, np.asarray(z, dtype=np.float64))
    span = sample.category_scores[-1] - sample.category_scores[0]
    return _limits(sample, sample.mean - span * below, sample.mean + span * above)


def score_interval(counts: ArrayLike, category_scores: ArrayLike, level: float) -> Limits:
    """Return the score interval of the mean: the default, see `score_limits`.

    At 95 % its exact coverage for an NPS with shares from 5 to 90 % is at least 93.4 % for every n from 10 to 60. Where
    nearly all answers are of one kind it falls lower: 90.1 % at shares .002, .002, .996 and n = 50, where `scas` has
    98.3 %.

    Example:
        >>> low, high = score_interval([3, 4, 13], [-100, 0, 100], 0.95)
        >>> round(float(low), 4), round(float(high), 4)
        (11.4206, 74.6486)
    """
    return score_limits(counts, category_scores, normal_quantile(level))


def score_statistic(counts: ArrayLike, category_scores: ArrayLike, null_mean: ArrayLike) -> Floats:
    """Return T = (θ̂ − m)/√(v(m)/n) at m = `null_mean`: standard normal for large n if m is the mean.

    Args:
        counts: Answers per category, shape `(..., K)`.
        category_scores: What each category is worth, shape `(K,)`.
        null_mean: The mean to test, in the units of the category scores; broadcasts against the leading axes of
            `counts`.

    Returns:
        T, infinite where the answers are impossible under the null (a mean at an end of the range allows one answer).

    Raises:
        InvalidValueError: If `null_mean` lies outside the range of the category scores.

    Example:
        >>> round(float(score_statistic([1, 2, 7], [-1, 0, 1], 0)), 6)
        2.12132
    """
    sample, m = sample_of(counts, category_scores), np.asarray(null_mean, dtype=np.float64)
    if not ((m >= sample.category_scores[0]) & (m <= sample.category_scores[-1])).all():
        ends = f"{sample.category_scores[0]:g}..{sample.category_scores[-1]:g}"
        raise InvalidValueError(f"null_mean must lie within the category_scores' range {ends}: got {quoted(null_mean)}")
    deviations = sample.category_scores - m[..., None]
    variance = (constrained_shares(sample.counts, sample.category_scores, m) * deviations * deviations).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        gap = sample.mean - m
        t = gap * np.sqrt(sample.n / variance)
        span = sample.category_scores[-1] - sample.category_scores[0]
        return np.where(np.abs(gap) < NEGLIGIBLE * span, 0.0, t)[()]


def score_p_value(counts: ArrayLike, category_scores: ArrayLike, null_mean: ArrayLike) -> Floats:
    """Return the two-sided p-value of the score test that the mean is `null_mean`.

    The test dual to the score interval: p < α exactly where the score interval at level 1 − α leaves the null out.

    Args:
        counts: Answers per category, shape `(..., K)`.
        category_scores: What each category is worth, shape `(K,)`.
        null_mean: The mean to test, in the units of the category scores; broadcasts against the leading axes of
            `counts`.

    Returns:
        p-values, shape of the broadcast.

    Raises:
        InvalidValueError: If `null_mean` lies outside the range of the category scores.

    Example:
        >>> round(float(score_p_value([1, 2, 7], [-1, 0, 1], 0)), 6)
        0.033895
    """
    return normal_p(score_statistic(counts, category_scores, null_mean))[()]


def wald(counts: ArrayLike, category_scores: ArrayLike, level: float) -> Limits:
    """Return the Wald interval θ̂ ± z√(v̂/n): known to everyone, and too short for small or lopsided samples.

    At 95 % and n = 20 its exact coverage for an NPS falls to 74 % with shares from 5 to 90 %, and without limit towards
    a corner: 18 % at shares .002, .002, .996 and n = 50. With every answer in one category its width is 0.

    Example:
        >>> low, high = wald([10, 40, 50], [-100, 0, 100], 0.95)
        >>> round(float(low), 3), round(float(high), 3)
        (26.999, 53.001)
    """
    return _wald(sample_of(counts, category_scores), normal_quantile(level))


def _wald(sample: MergedSample, z: float) -> Limits:
    """Return the Wald limits of a sample."""
    with np.errstate(invalid="ignore", divide="ignore"):
        margin = z * np.sqrt(mean_variance(sample.shares, sample.category_scores) / sample.n)
    return _limits(sample, sample.mean - margin, sample.mean + margin)


def _with_pseudo_counts(counts: ArrayLike, category_scores: ArrayLike, level: float, name: str) -> Limits:
    """Return the Wald interval after adding the method's pseudo-counts to three equally spaced categories."""
    sample = sample_of(counts, category_scores)
    w = sample.category_scores
    if w.size != 3 or not np.isclose(w[1] - w[0], w[2] - w[1], rtol=1e-9, atol=0):
        usable = ", ".join(repr(m) for m in METHODS if m not in _PSEUDO_COUNTS)
        raise InvalidValueError(
            f"method {quoted(name)} is for three equally spaced category_scores, not for {w.tolist()}: use one of "
            f"{usable}"
        )
    z = normal_quantile(level)
    low, high = _wald(sample_of(sample.counts + _PSEUDO_COUNTS[name], w), z)
    return _limits(sample, low, high)


def adjusted_wald(counts: ArrayLike, category_scores: ArrayLike, level: float) -> Limits:
    """Return the adjusted Wald interval: Wald after adding ¾, 1½ and ¾ answers to the three categories.

    B. Rocks, "Interval estimation for the 'Net Promoter Score'", The American Statistician 70 (2016) 365-372.

    Raises:
        InvalidValueError: If there are not three category scores, equally spaced. Categories worth the same count as
            one.

    Example:
        >>> low, high = adjusted_wald([10, 40, 50], [-100, 0, 100], 0.95)
        >>> round(float(low), 3), round(float(high), 3)
        (25.934, 51.736)
    """
    return _with_pseudo_counts(counts, category_scores, level, "adjusted_wald")


def agresti_min(counts: ArrayLike, category_scores: ArrayLike, level: float) -> Limits:
    """Return the interval of Agresti and Min: Wald after adding ½, 1 and ½ answers to the three categories.

    A. Agresti and Y. Min, "Simple improved confidence intervals for comparing matched proportions", Statistics in
    Medicine 24 (2005) 729-740; promoters and detractors are the discordant pairs.

    Raises:
        InvalidValueError: If there are not three category scores, equally spaced. Categories worth the same count as
            one.

    Example:
        >>> low, high = agresti_min([10, 40, 50], [-100, 0, 100], 0.95)
        >>> round(float(low), 3), round(float(high), 3)
        (26.281, 52.151)
    """
    return _with_pseudo_counts(counts, category_scores, level, "agresti_min")


def scas(counts: ArrayLike, category_scores: ArrayLike, level: float) -> Limits:
    """Return the skewness-corrected asymptotic score interval: balanced tails, for one-sided claims and rare answers.

    The limits solve T(m) = ±z + (z² − 1)·μ₃(m)/(6 v(m)^{3/2} √n), with μ₃ the third central moment under the
    constrained shares. For detractors, passives and promoters it is the interval of a difference of paired proportions
    of P. J. Laud (2025), in R's `ratesci` from version 0.5.0 on (https://petelaud.github.io/ratesci/articles/
    paired_contrasts.html); the correction is that of J. J. Gart and J. Nam, "Approximate interval estimation of the
    ratio of binomial parameters", Biometrics 44 (1988) 323-338, and of Laud, "Equal-tailed confidence intervals for
    comparison of rates", Pharmaceutical Statistics 16 (2017) 334-348, for rates. The variance is over n, not n − 1.

    Example:
        >>> low, high = scas([10, 40, 50], [-100, 0, 100], 0.95)
        >>> round(float(low), 3), round(float(high), 3)
        (26.285, 52.41)
    """
    z, sample = normal_quantile(level), sample_of(counts, category_scores)
    ends = sample.category_scores[[0, -1]]
    tallies, means = sample.counts.reshape(-1, sample.category_scores.size), sample.mean.ravel()
    limits = np.empty((2, means.size))
    for rows in slices(means.size, BLOCK):
        c, m = tallies[rows], means[rows]
        limits[0, rows] = _scas_limit(c, sample.category_scores, m, z, np.full(m.shape, ends[0]), m)
        limits[1, rows] = _scas_limit(c, sample.category_scores, m, -z, m, np.full(m.shape, ends[1]))
    low, high = limits.reshape(2, *sample.n.shape)
    return _limits(sample, np.fmin(low, sample.mean), np.fmax(high, sample.mean))


def _scas_limit(counts: Floats, category_scores: Floats, mean: Floats, z: float, left: Floats, right: Floats) -> Floats:
    """Return the root of T(m) − z − (z² − 1)·μ₃/(6 v^{3/2} √n) between `left` and `right`."""
    n = counts.sum(axis=-1)

    def surplus(m: Floats) -> Floats:
        deviations = category_scores - m[..., None]
        squares = constrained_shares(counts, category_scores, m) * deviations * deviations
        variance = squares.sum(axis=-1)
        correction = (squares * deviations).sum(axis=-1) / (6 * np.sqrt(n) * variance**1.5)
        return np.asarray((mean - m) * np.sqrt(n / variance) - z - (z * z - 1) * correction)

    with np.errstate(invalid="ignore", divide="ignore"):
        return falling_root(surplus, left, right, 1e-14 * float(category_scores[-1] - category_scores[0]))


def jeffreys(counts: ArrayLike, category_scores: ArrayLike, level: float) -> Limits:
    """Return the equal-tailed credible interval of the mean under Jeffreys' prior, ½ answer for each distinct score.

    For two categories these are the quantiles of a Beta distribution (Brown, Cai and DasGupta, "Interval estimation
    for a binomial proportion", Statistical Science 16 (2001) 101-133), otherwise those of the mean of a Dirichlet,
    good to about 1e-12 of the range of the category scores; see `npskit.inference.bayes`. With every answer in one
    extreme category it does not reach the end of the range.

    Example:
        >>> low, high = jeffreys([10, 40, 50], [-100, 0, 100], 0.95)
        >>> round(float(low), 3), round(float(high), 3)
        (26.095, 51.93)
    """
    from npskit.inference.bayes import mean_quantile

    tail, sample = tail_of(level), sample_of(counts, category_scores)
    alpha = np.where(sample.n[..., None] > 0, sample.counts, 0.0) + 0.5
    low = mean_quantile(alpha, sample.category_scores, tail)
    # The upper quantile as a lower one, from the other side: 1 − tail would round.
    high = -mean_quantile(alpha[..., ::-1], -sample.category_scores[::-1], tail)
    return _limits(sample, low, high)


def bootstrap(counts: ArrayLike, category_scores: ArrayLike, level: float) -> Limits:
    """Return the percentile bootstrap interval, exactly: no resampling, no seed.

    The limits are quantiles of `npskit.inference.exact_bootstrap.bootstrap_distribution`. B. Efron and R. J.
    Tibshirani, An Introduction to the Bootstrap (Chapman & Hall 1993), chapter 13. Too short for small or lopsided
    samples.

    Raises:
        InvalidValueError: If the category scores do not lie on a common grid of at most 10,000 steps.

    Example:
        >>> low, high = bootstrap([10, 40, 50], [-100, 0, 100], 0.95)
        >>> round(float(low), 3), round(float(high), 3)
        (27.0, 53.0)
    """
    from npskit.inference.exact_bootstrap import bootstrap_quantiles

    tail, sample = tail_of(level), sample_of(counts, category_scores)
    low, high = bootstrap_quantiles(sample.counts, sample.category_scores, tail)
    return _limits(sample, low, high)


METHODS: MappingProxyType[IntervalMethod, Callable[[ArrayLike, ArrayLike, float], Limits]] = MappingProxyType(
    {
        "score": score_interval,
        "adjusted_wald": adjusted_wald,
        "agresti_min": agresti_min,
        "scas": scas,
        "jeffreys": jeffreys,
        "bootstrap": bootstrap,
        "wald": wald,
    }
)


def interval(
    counts: ArrayLike, category_scores: ArrayLike, level: float = 0.95, method: IntervalMethod = "score"
) -> Limits:
    """Return an interval for the mean category score of each tally.

    Args:
        counts: Answers per category, shape `(..., K)`, not negative; need not be whole.
        category_scores: What each category is worth, shape `(K,)`.
        level: The probability that the interval is to cover the mean, strictly between 0 and 1.
        method: A key of `METHODS`.

    Returns:
        The lower and the upper limits, shape `(...)`, in the units of the category scores; NaN where there are no
        answers.

    Raises:
        InvalidValueError: If the method is unknown or not made for such category scores, the level does not lie between
            0 and 1, counts are negative or not finite, or the category scores do not fit them.

    Example:
        >>> low, high = interval([[1, 2, 7], [0, 0, 0]], [-100, 0, 100])
        >>> low.round(4).tolist(), high.round(4).tolist()
        ([4.8924, nan], [85.8858, nan])
    """
    if not isinstance(method, str):
        raise InvalidTypeError(f"method must be a name such as 'score': got {quoted(method)}")
    if method not in METHODS:
        raise InvalidValueError(f"unknown method {quoted(method)}: {did_you_mean(method, METHODS)}")
    return METHODS[method](counts, category_scores, level)

"""Two scores compared: the interval of their difference (or of any contrast) and a test that asks about the mean only.

Tests by pooled variance or by permutation ask whether two samples have equal *distributions*: at equal scores they
reject a wide sample of 10 against a narrow one of 50 in a quarter of all cases. The score test asks only whether the
*means* differ, whatever the distributions.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats
from npskit.errors import InvalidValueError, quoted
from npskit.inference.common_mean import null_variances
from npskit.inference.constrained import distinct_category_scores, mean_variance
from npskit.inference.intervals import score_interval
from npskit.inference.limits import checked_counts, normal_p

# A variance below so much of what it is the difference of is one of zero.
_ROUNDING = 1e-12


def moments(counts: Floats, category_scores: Floats) -> tuple[Floats, Floats, Floats]:
    """Return n, the mean category score and the variance of one answer (divided by n), each of the leading shape."""
    n = counts.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        # one division at the end: whole category scores and counts give the exactly rounded score
        return n, np.asarray(counts @ category_scores / n), mean_variance(counts / n[..., None], category_scores)


def checked_pair(counts_a: ArrayLike, counts_b: ArrayLike, category_scores: ArrayLike) -> tuple[Floats, Floats]:
    """Return the counts of two samples, broadcast, as one array `(..., 2, K)`, and the category scores."""
    (a, w), (b, _) = checked_counts(counts_a, category_scores), checked_counts(counts_b, category_scores)
    return np.stack(np.broadcast_arrays(a, b), axis=-2), w


def mover(
    estimates: ArrayLike,
    lows: ArrayLike,
    highs: ArrayLike,
    coefficients: ArrayLike,
    correlation: ArrayLike = 0.0,
) -> tuple[Floats, Floats]:
    """Return limits of the contrast Σ cᵢθᵢ of estimates from the limits of each: square and add.

    Source: Zou & Donner, "Construction of confidence limits about effect measures: a general approach", Statistics in
    Medicine 27 (2008) 1693-1702. Each term gives its distance to the limit on the side that moves the contrast, so
    intervals may be asymmetric. With (1, -1) it is the interval of a difference, with (1, -1, -1, 1) that of a
    difference in differences. Two estimates may be correlated, as those of the same customers are (Zou, "Toward using
    confidence intervals to compare correlations", Psychological Methods 12 (2007) 399-413).

    Args:
        estimates: Shape `(..., G)`.
        lows: Lower limits, same shape.
        highs: Upper limits, same shape, all at one level.
        coefficients: Shape `(G,)` or broadcastable.
        correlation: Of the two estimates, shape `(...)`; more than two are independent.

    Returns:
        Lower and upper limits of the contrast at that level, each of shape `(...)`.

    Raises:
        InvalidValueError: If the shapes do not broadcast.

    Example:
        >>> low, high = mover([60, 35], [50, 20], [68, 50], [1, -1])
        >>> round(float(low), 6), round(float(high), 6)
        (6.972244, 42.0)
    """
    try:
        theta, low, high, c = np.broadcast_arrays(
            *(np.asarray(a, dtype=np.float64) for a in (estimates, lows, highs, coefficients))
        )
    except ValueError as error:
        raise InvalidValueError(f"estimates, lows, highs and coefficients must broadcast: {error}") from None
    contrast = np.asarray((c * theta).sum(axis=-1))
    down, up = c * (theta - np.where(c > 0, low, high)), c * (np.where(c > 0, high, low) - theta)
    rho = np.asarray(correlation, dtype=np.float64)
    return contrast - _length(down, c, rho), contrast + _length(up, c, rho)


def _length(distances: Floats, coefficients: Floats, correlation: Floats) -> Floats:
    """Return how far a contrast lies from its limit, given how far its terms do."""
    squared = (distances * distances).sum(axis=-1)
    if correlation.any():
        signs = np.sign(coefficients[..., 0] * coefficients[..., 1])
        squared = squared + 2 * signs * correlation * distances[..., 0] * distances[..., 1]
    return np.asarray(np.sqrt(np.maximum(squared, 0.0)))


def difference_interval(
    counts_a: ArrayLike,
    counts_b: ArrayLike,
    category_scores: ArrayLike,
    level: float = 0.95,
    correlation: ArrayLike = 0.0,
) -> tuple[Floats, Floats]:
    """Return limits of score a less score b, by MOVER on the two score intervals.

    At 95 %, over all pairs of NPS distributions with shares of 5, 10, ... 90 %, its exact coverage is 95.3 to 96.6 %
    on average with 5 to 20 answers a sample. The worst pairs, near opposite ends of the scale, have 91.0 % with 5
    answers each, 93.1 % with 10 and 93.4 % with 20 (Wald at its own worst: 63, 74 and 85 %); with shares down to 2 %
    it is 89.1, 91.7 and 92.9 %.
    It is not the inversion of `score_test`: near p = 0.05 one may find a difference and the other not.

    Swapping a and b changes the sign of the limits and nothing else, to the last bit.

    Args:
        counts_a: Shape `(..., K)`; need not be whole.
        counts_b: Shape `(..., K)`, broadcasting against `counts_a`.
        category_scores: Shape `(K,)`.
        level: Confidence level.
        correlation: Of the two scores, shape `(...)`, where the same customers are in both samples; see `mover`.

    Returns:
        Lower and upper limits, in the units of the category scores. NaN where a sample is empty.

    Raises:
        InvalidValueError: If counts, category scores and level do not fit.

    Example:
        >>> low, high = difference_interval([12, 18, 70], [20, 25, 55], [-100, 0, 100])
        >>> round(float(low), 6), round(float(high), 6)
        (1.956428, 43.270563)
    """
    both, w = checked_pair(counts_a, counts_b, category_scores)
    low, high = score_interval(both, w, level)
    return mover(moments(both, w)[1], low, high, [1.0, -1.0], correlation)


def score_test(
    counts_a: ArrayLike,
    counts_b: ArrayLike,
    category_scores: ArrayLike,
    null_difference: float = 0.0,
    correlation: ArrayLike = 0.0,
) -> tuple[Floats, Floats]:
    """Test whether score a less score b is `null_difference`, whatever the two distributions are.

    z = (d - δ) / √(ṽₐ/nₐ + ṽ_b/n_b) · √((N - 1)/N), with the variances at the shares that are most likely among those
    whose means differ by exactly δ: for detractors, passives and promoters, two of Tango's constrained estimates (1998)
    with the common score that maximises their joint likelihood, as Farrington & Manning (Statistics in Medicine 9
    (1990) 1447-1454) did for proportions; the last factor as in Miettinen & Nurminen (1985, 4:213-226).

    With more than three distinct category scores, and δ = 0, categories beyond the lowest and the highest that anybody
    chose in either sample get no share. With them it rejects next to nothing where answers lie within a few of many
    categories: of seven, answers within three, 10 and 10 of them, 0 % of equal and 1 % of different scores, where it
    now rejects 4 and 45 %, as Welch's test does. Where shapes are very different and samples small it can reject too
    often, as Welch's test can (`docs/explanation/studies.md`).

    At the 5 % level and for an NPS with shares from 5 to 90 % it rejects equal scores in at most 5.9 % of samples of 10
    and 10 answers, and at most 5.6 % of 20 and 20; close to an end of the scale unequal sizes do worse: 6.5 % with 5
    and 20 answers at shares .05, .02, .93.

    Args:
        counts_a: Shape `(..., K)`; need not be whole.
        counts_b: Shape `(..., K)`, broadcasting against `counts_a`.
        category_scores: Shape `(K,)`.
        null_difference: δ, in the units of the category scores.
        correlation: Of the two scores, shape `(...)`, where the same customers are in both samples
            (`npskit.inference.design_contrasts.group_correlations`); the variance of d is then less by
            2ρ√(vₐv_b/nₐn_b), with the variances as observed, but no more than those above.

    Returns:
        z and its two-sided p-value, each of the leading shape. Swapping the samples (and the sign of δ) changes the
        sign of z and nothing else. Where both samples agree with the null without any variance, z = 0 and p = 1; where
        one is empty, both are NaN.

    Raises:
        InvalidValueError: If counts and category scores do not fit, or δ is not less than the range of the category
            scores.

    Example:
        >>> z, p = score_test([12, 18, 70], [20, 25, 55], [-100, 0, 100])
        >>> round(float(z), 6), round(float(p), 6)
        (2.143102, 0.032105)
    """
    z = score_z(counts_a, counts_b, category_scores, null_difference, correlation)
    return z, normal_p(z)


def score_z(
    counts_a: ArrayLike,
    counts_b: ArrayLike,
    category_scores: ArrayLike,
    null_difference: float = 0.0,
    correlation: ArrayLike = 0.0,
) -> Floats:
    """Return the statistic of `score_test` alone, for when there are millions.

    Example:
        >>> score_z([[12, 18, 70], [5, 5, 5]], [20, 25, 55], [-100, 0, 100]).round(4).tolist()
        [2.1431, -1.5947]
    """
    both, w = checked_pair(counts_a, counts_b, category_scores)
    span = np.ptp(distinct_category_scores(w)[0])
    if not abs(null_difference) < span:
        raise InvalidValueError(
            f"null_difference={quoted(null_difference)} must be less than the range of the category_scores, "
            f"{span:g}, in size"
        )
    offsets = null_difference * np.array([0.5, -0.5]) if null_difference else None
    variances = null_variances(both.reshape(-1, 2, w.size), w, offsets)[1].reshape(both.shape[:-1])
    n, means, observed = moments(both, w)
    total, rho = n.sum(axis=-1), np.asarray(correlation, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        variance = (variances / n).sum(axis=-1)
        if rho.any():
            common = 2 * rho * np.sqrt(np.minimum(variances, observed) / n).prod(axis=-1)
            # what rounding leaves of the same answers twice
            variance = np.where(np.abs(variance - common) < _ROUNDING * variance, 0.0, variance - common)
        z = (means[..., 0] - means[..., 1] - null_difference) / np.sqrt(variance)
        return np.where(variance == 0, 0.0, z * np.sqrt(np.maximum(total - 1, 0) / total))

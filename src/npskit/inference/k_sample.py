"""Several scores compared: do they differ at all, and which pairs do."""

from __future__ import annotations

from typing import NamedTuple

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Floats, Frozen
from npskit.errors import InvalidValueError
from npskit.inference.constrained import mean_variance
from npskit.inference.limits import checked_counts
from npskit.inference.multiplicity import adjust
from npskit.inference.two_sample import difference_interval, moments, score_test


class FTest(NamedTuple):
    """An F test, vectorised: statistic, numerator and denominator degrees of freedom, p-value."""

    statistic: Floats
    df1: Floats
    df2: Floats
    p_value: Floats


class ChiSquareTest(NamedTuple):
    """A chi-square test, vectorised: statistic, degrees of freedom, p-value."""

    statistic: Floats
    df: Floats
    p_value: Floats


def _checked_groups(counts: ArrayLike, category_scores: ArrayLike) -> tuple[Floats, Floats]:
    """Return counts `(..., G, K)` and category scores, refusing counts without an axis of groups."""
    c, w = checked_counts(counts, category_scores)
    if c.ndim < 2:
        raise InvalidValueError(f"counts must have shape (..., groups, categories): got {c.shape}")
    return c, w


def _precisions(counts: Floats, category_scores: Floats, least: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Return how many groups have more than `least` answers, and n, means and variances by group.

    The other groups get n = 0, an infinite variance and the mean of one that enters, so that they do not differ. A
    group whose answers are all alike has a variance of zero, which would give it infinite weight: it gets the variance
    it would have with one more answer, drawn from all groups together.
    """
    n, mean, variance = moments(counts, category_scores)
    total = counts.sum(axis=-2, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        one_more = counts + total / total.sum(axis=-1, keepdims=True)
        floor = mean_variance(one_more / one_more.sum(axis=-1, keepdims=True), category_scores)
    # what rounding leaves of a variance of zero: a standard deviation far below 1e-12 of the range
    variance = np.where(variance > 1e-24 * np.ptp(category_scores) ** 2, variance, floor)
    # no variance anywhere: any common one will do
    variance = np.where((variance == 0).any(axis=-1, keepdims=True), variance + 1.0, variance)
    enters = n > least
    one = np.take_along_axis(mean, enters.argmax(axis=-1)[..., None], axis=-1)
    groups = enters.sum(axis=-1).astype(np.float64)
    return groups, np.where(enters, n, 0.0), np.where(enters, mean, one), np.where(enters, variance, np.inf)


def _between(weights: Floats, means: Floats) -> Floats:
    """Return the weighted sum of squares about the weighted mean; 0 where all means are equal."""
    center = (weights * means).sum(axis=-1, keepdims=True) / weights.sum(axis=-1, keepdims=True)
    deviations = np.where(np.ptp(means, axis=-1, keepdims=True) == 0, 0.0, means - center)
    return np.asarray((weights * deviations * deviations).sum(axis=-1))


def welch_anova(counts: ArrayLike, category_scores: ArrayLike) -> FTest:
    """Test whether several scores are equal, letting the groups' variances be unequal.

    Source: Welch, "On the comparison of several mean values: an alternative approach", Biometrika 38 (1951) 330-336.
    A group whose answers are all alike enters with the variance it would have with one more answer, drawn from all
    groups together. Groups with one answer or none have no variance and do not enter; df1 counts those that do.

    Args:
        counts: Shape `(..., G, K)`; need not be whole.
        category_scores: Shape `(K,)`.

    Returns:
        F, df1, df2 and p, each of shape `(...)`. F = 0 and p = 1 where all groups answer alike; NaN where fewer than
        two groups enter.

    Raises:
        InvalidValueError: If the counts have no axis of groups, or counts and category scores do not fit.

    Example:
        >>> test = welch_anova([[12, 18, 70], [20, 25, 55], [8, 10, 32]], [-100, 0, 100])
        >>> round(float(test.statistic), 4), float(test.df1), round(float(test.df2), 2), round(float(test.p_value), 4)
        (2.3447, 2.0, 129.71, 0.0999)
    """
    from scipy.special import fdtrc

    c, w = _checked_groups(counts, category_scores)
    groups, n, mean, variance = _precisions(c, w, 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        weights = (n - 1) / variance
        share = weights / weights.sum(axis=-1, keepdims=True)
        lost = np.where(n > 0, (1 - share) ** 2 / (n - 1), 0.0).sum(axis=-1)
        df1, scale = np.where(groups > 1, groups - 1, np.nan), groups * groups - 1
        statistic = _between(weights, mean) / df1 / (1 + 2 * (groups - 2) / scale * lost)
        df2 = scale / (3 * lost) + 0 * df1
    return FTest(statistic, df1, df2, np.asarray(fdtrc(df1, df2, statistic)))


def wald_q(counts: ArrayLike, category_scores: ArrayLike) -> ChiSquareTest:
    """Test whether several scores are equal by Q = Σ (θᵢ - θ̄)²/SEᵢ², for large groups.

    Cochran's Q of a fixed-effects meta-analysis (Biometrics 10 (1954) 101-129). Empty groups do not enter; a group
    whose answers are all alike enters as in `welch_anova`, which is better for small groups.

    Args:
        counts: Shape `(..., G, K)`; need not be whole.
        category_scores: Shape `(K,)`.

    Returns:
        Q, degrees of freedom and p, each of shape `(...)`; NaN where fewer than two groups have answers.

    Raises:
        InvalidValueError: If the counts have no axis of groups, or counts and category scores do not fit.

    Example:
        >>> test = wald_q([[12, 18, 70], [20, 25, 55], [8, 10, 32]], [-100, 0, 100])
        >>> round(float(test.statistic), 4), float(test.df), round(float(test.p_value), 4)
        (4.761, 2.0, 0.0925)
    """
    from scipy.special import chdtrc

    c, w = _checked_groups(counts, category_scores)
    groups, n, mean, variance = _precisions(c, w, 0.0)
    df = np.where(groups > 1, groups - 1, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = _between(n / variance, mean) + 0 * df
    return ChiSquareTest(statistic, df, np.asarray(chdtrc(df, statistic)))


@attrs.frozen(eq=False)
class Pairs(Frozen):
    """All pairs of G groups, in the order (0, 1), (0, 2), ..., one entry a pair along the last axis.

    Args:
        i: Index of the first group, shape `(P,)`.
        j: Index of the second group, shape `(P,)`.
        difference: Score of i less score of j, shape `(..., P)`.
        low: Lower limit of the difference, for this pair alone.
        high: Upper limit, for this pair alone.
        z: Score statistic.
        p_value: Its two-sided p-value.
        p_adjusted: The p-value adjusted for the number of pairs.
        correction: The name of the adjustment.
        level: The level of the limits.
    """

    i: NDArray[np.intp]
    j: NDArray[np.intp]
    difference: Floats
    low: Floats
    high: Floats
    z: Floats
    p_value: Floats
    p_adjusted: Floats
    correction: str
    level: float


def pairwise(counts: ArrayLike, category_scores: ArrayLike, correction: str = "holm", level: float = 0.95) -> Pairs:
    """Compare every pair of groups by the score test, with p-values adjusted for their number.

    The groups count as independent samples: where the same customers answered in several, see
    `npskit.inference.design_contrasts.cluster_robust`.

    Args:
        counts: Shape `(..., G, K)`; need not be whole.
        category_scores: Shape `(K,)`.
        correction: A method of `npskit.inference.multiplicity.adjust`: `"holm"` to decide, `"bh"` to screen.
        level: Confidence level of each interval by itself.

    Returns:
        A record of arrays; pairs with an empty group are NaN and are not counted in the adjustment.

    Raises:
        InvalidValueError: If the counts have no axis of groups, counts and category scores do not fit, the correction
            is unknown or the level out of range.

    Example:
        >>> pairs = pairwise([[12, 18, 70], [20, 25, 55], [8, 10, 32]], [-100, 0, 100])
        >>> list(zip(pairs.i.tolist(), pairs.j.tolist(), pairs.p_adjusted.round(4).tolist()))
        [(0, 1, 0.0963), (0, 2, 0.6875), (1, 2, 0.6875)]
    """
    c, w = _checked_groups(counts, category_scores)
    i, j = np.triu_indices(c.shape[-2], 1)
    a, b = c[..., i, :], c[..., j, :]
    z, p = score_test(a, b, w)
    low, high = difference_interval(a, b, w, level)
    difference = moments(a, w)[1] - moments(b, w)[1]
    return Pairs(i, j, difference, low, high, z, p, adjust(p, correction), correction, level)

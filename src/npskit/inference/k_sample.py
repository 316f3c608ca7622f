"""Several scores compared: do they differ at all, and which pairs do."""

from __future__ import annotations

from typing import NamedTuple

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Floats, Frozen
from npskit.errors import InvalidValueError
from npskit.inference.common_mean import null_variances
from npskit.inference.constrained import mean_variance
from npskit.inference.limits import checked_counts
from npskit.inference.multiplicity import adjust
from npskit.inference.two_sample import difference_interval, moments, score_test
from npskit.options import Correction


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


def checked_groups(counts: ArrayLike, category_scores: ArrayLike) -> tuple[Floats, Floats]:
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


def score_anova(counts: ArrayLike, category_scores: ArrayLike, correlations: ArrayLike | None = None) -> ChiSquareTest:
    """Test whether several scores are equal, whatever the distributions are: the score test for any number of groups.

    Q = Σ nᵢ(θ̂ᵢ - θ)²/ṽᵢ · (N - 1)/N, with θ the most likely common score and ṽᵢ the variance of one answer of the group
    at the most likely shares with that score; chi-square with G - 1 degrees of freedom. For two groups it is z² of
    `npskit.inference.two_sample.score_test`, whose sources it shares. No group has a variance of its own that could be
    too small by chance, and so none needs a rule for answers that are all alike. It rejects a true null of equal scores
    in 0 to 7 % of samples where Welch's test rejects up to 76 % (many groups, high scores), with as much power:
    `docs/explanation/studies.md` has the settings.

    Scores of groups that share customers are correlated. Q is then a sum of chi-squares with unequal weights, the
    eigenvalues of the correlations with the common score projected out; it is divided by their mean and referred to as
    many degrees of freedom as have their first two moments: Rao & Scott, "On chi-squared tests for multiway contingency
    tables with cell proportions estimated from survey data", Annals of Statistics 12 (1984) 46-60.

    Args:
        counts: Shape `(..., G, K)`; need not be whole.
        category_scores: Shape `(K,)`.
        correlations: Of the scores, shape `(..., G, G)`; None where groups are independent.

    Returns:
        Q, degrees of freedom and p, each of shape `(...)`. Empty groups do not enter. Q = 0 and p = 1 where all answer
        alike; NaN where fewer than two groups have answers.

    Raises:
        InvalidValueError: If the counts have no axis of groups, or counts and category scores do not fit.

    Example:
        >>> test = score_anova([[12, 18, 70], [20, 25, 55], [8, 10, 32]], [-100, 0, 100])
        >>> round(float(test.statistic), 4), float(test.df), round(float(test.p_value), 4)
        (4.6417, 2.0, 0.0982)
    """
    from scipy.special import chdtrc

    c, w = checked_groups(counts, category_scores)
    n, means, observed = moments(c, w)
    theta, v = (part.reshape(*c.shape[:-2], -1) for part in null_variances(c.reshape(-1, *c.shape[-2:]), w))
    total, groups = n.sum(axis=-1), (n > 0).sum(axis=-1).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        known = (n > 0) & (v > 0)
        weights = np.where(known, n / v, 0.0)
        statistic = np.where(known, weights * (means - theta) ** 2, 0.0).sum(axis=-1)
        statistic = statistic * np.maximum(total - 1, 0) / total
        df = np.where(groups > 1, groups - 1, np.nan)
        if correlations is not None:
            alike = np.sqrt(np.where(known, np.minimum(observed / v, 1.0), 0.0))
            first, second = _eigenvalues(weights, np.asarray(correlations, dtype=np.float64), alike)
            usable = (first > 0) & (groups > 1)
            statistic = np.where(usable, statistic * first / second, statistic)
            df = np.where(usable, first * first / second, df)
    statistic = np.asarray(statistic + 0 * df)
    return ChiSquareTest(statistic, df, np.asarray(chdtrc(df, statistic)))


def _eigenvalues(weights: Floats, correlations: Floats, alike: Floats) -> tuple[Floats, Floats]:
    """Return the sum of the eigenvalues of the projected correlations, and that of their squares: shape `(...)`.

    Args:
        weights: Of each group in the common score, shape `(..., G)`; 0 for those that do not enter.
        correlations: Shape `(..., G, G)`.
        alike: The standard deviation as observed over that under the null, at most 1: covariances are as observed.
    """
    enters = weights > 0
    size = weights.shape[-1]
    between = correlations * alike[..., :, np.newaxis] * alike[..., np.newaxis, :]
    own = np.eye(size, dtype=np.bool_)
    between = np.where(own, enters[..., :, np.newaxis] * 1.0, between)
    axis = np.sqrt(weights / weights.sum(axis=-1, keepdims=True))
    off = axis[..., :, np.newaxis] * axis[..., np.newaxis, :]
    projected = (np.where(own, enters[..., :, np.newaxis] * 1.0, 0.0) - off) @ between
    return np.trace(projected, axis1=-2, axis2=-1), (projected * np.swapaxes(projected, -1, -2)).sum(axis=(-2, -1))


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

    c, w = checked_groups(counts, category_scores)
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

    c, w = checked_groups(counts, category_scores)
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
    correction: Correction
    level: float


def pairwise(
    counts: ArrayLike,
    category_scores: ArrayLike,
    correction: Correction = "holm",
    level: float = 0.95,
    correlations: ArrayLike | None = None,
) -> Pairs:
    """Compare every pair of groups by the score test, with p-values adjusted for their number.

    Args:
        counts: Shape `(..., G, K)`; need not be whole.
        category_scores: Shape `(K,)`.
        correction: A method of `npskit.inference.multiplicity.adjust`: `"holm"` to decide, `"bh"` to screen.
        level: Confidence level of each interval by itself.
        correlations: Of the scores, shape `(..., G, G)`, where the same customers are in several groups
            (`npskit.inference.design_contrasts.group_correlations`); None where groups are independent.

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
    c, w = checked_groups(counts, category_scores)
    i, j = np.triu_indices(c.shape[-2], 1)
    a, b = c[..., i, :], c[..., j, :]
    rho = 0.0 if correlations is None else np.asarray(correlations)[..., i, j]
    z, p = score_test(a, b, w, correlation=rho)
    low, high = difference_interval(a, b, w, level, rho)
    difference = moments(a, w)[1] - moments(b, w)[1]
    return Pairs(i, j, difference, low, high, z, p, adjust(p, correction, name="correction"), correction, level)

"""Two scores compared by Wald's and by Welch's method: for checking what others computed, not for deciding."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats
from npskit.inference.limits import checked_counts, normal_p, normal_quantile, tail_of
from npskit.inference.two_sample import moments


@attrs.frozen(eq=False)
class DifferenceTest:
    """A difference of two means by its standard error, vectorised; every field has the leading shape of the counts.

    Args:
        difference: Score a less score b, with its sign.
        se: Its standard error.
        statistic: difference / se.
        df: Degrees of freedom, infinite for Wald.
        p_value: Two-sided p-value.
        low: Lower limit.
        high: Upper limit.
    """

    difference: Floats
    se: Floats
    statistic: Floats
    df: Floats
    p_value: Floats
    low: Floats
    high: Floats


def wald_difference(
    counts_a: ArrayLike, counts_b: ArrayLike, category_scores: ArrayLike, level: float = 0.95
) -> DifferenceTest:
    """Compare two scores by Wald's method: for checking what others computed, not for deciding.

    For two samples of 10 answers its exact coverage at 95 % falls to 74 % with shares from 5 to 90 %, to 55 % with
    shares down to 2 %, and nearer the ends to anything: two samples without variance give an interval without width.
    With three quarters, one and a half and three quarters added to the detractors, passives and promoters of each
    sample it is the adjusted Wald method of Rocks, "Interval estimation for the Net Promoter Score", The American
    Statistician 70 (2016) 365-372, which is much better.

    Args:
        counts_a: Shape `(..., K)`.
        counts_b: Shape `(..., K)`, broadcasting against `counts_a`.
        category_scores: Shape `(K,)`.
        level: Confidence level.

    Returns:
        The difference with its sign, SE = √(vₐ/nₐ + v_b/n_b), z, p and limits, in the units of the category scores.

    Raises:
        InvalidValueError: If counts, category scores and level do not fit.

    Example:
        >>> test = wald_difference([20, 25, 55], [12, 18, 70], [-100, 0, 100])
        >>> round(float(test.difference), 6), round(float(test.se), 6)
        (-23.0, 10.540873)
    """
    n_a, mean_a, v_a = moments(*checked_counts(counts_a, category_scores))
    n_b, mean_b, v_b = moments(*checked_counts(counts_b, category_scores))
    with np.errstate(invalid="ignore", divide="ignore"):
        se = np.sqrt(v_a / n_a + v_b / n_b)
    return _from_se(mean_a - mean_b, se, np.full(se.shape, np.inf), level)


def welch_difference(
    counts_a: ArrayLike, counts_b: ArrayLike, category_scores: ArrayLike, level: float = 0.95
) -> DifferenceTest:
    """Compare two scores by Welch's t-test, as a spreadsheet would: for checking, not for deciding.

    Source: Welch, "The generalization of 'Student's' problem when several different population variances are involved",
    Biometrika 34 (1947) 28-35, with variances divided by n - 1.

    Args:
        counts_a: Shape `(..., K)`.
        counts_b: Shape `(..., K)`, broadcasting against `counts_a`.
        category_scores: Shape `(K,)`.
        level: Confidence level.

    Returns:
        The difference with its sign, SE, t, degrees of freedom, p and limits; NaN where a sample has fewer than two
        answers or neither has any variance.

    Raises:
        InvalidValueError: If counts, category scores and level do not fit.

    Example:
        >>> test = welch_difference([12, 18, 70], [20, 25, 55], [-100, 0, 100])
        >>> round(float(test.statistic), 6), round(float(test.df), 4), round(float(test.p_value), 6)
        (2.171045, 194.7337, 0.031137)
    """
    n_a, mean_a, v_a = moments(*checked_counts(counts_a, category_scores))
    n_b, mean_b, v_b = moments(*checked_counts(counts_b, category_scores))
    with np.errstate(invalid="ignore", divide="ignore"):
        part_a, part_b = np.where(n_a > 1, v_a / (n_a - 1), np.nan), np.where(n_b > 1, v_b / (n_b - 1), np.nan)
        squared = part_a + part_b
        df = squared**2 / (part_a**2 / (n_a - 1) + part_b**2 / (n_b - 1))
    return _from_se(mean_a - mean_b, np.sqrt(squared), np.asarray(df), level)


def _from_se(difference: Floats, se: Floats, df: Floats, level: float) -> DifferenceTest:
    """Complete a test from its standard error: normal where df is infinite, else t."""
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = difference / se
    if np.isinf(df).all():
        p, reach = normal_p(statistic), normal_quantile(level) * se
    else:
        from scipy.special import stdtr, stdtrit

        p, reach = 2 * stdtr(df, -np.abs(statistic)), -stdtrit(df, tail_of(level)) * se
    return DifferenceTest(difference, se, statistic, df, p, difference - reach, difference + reach)

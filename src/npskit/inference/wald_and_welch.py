"""Two scores compared by Wald's and by Welch's method: for checking what others computed, not for deciding."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats, Frozen
from npskit.inference.limits import t_quantile
from npskit.inference.two_sample import checked_pair, moments


@attrs.frozen(eq=False)
class DifferenceTest(Frozen):
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
    n, mean, variance = moments(*checked_pair(counts_a, counts_b, category_scores))
    with np.errstate(invalid="ignore", divide="ignore"):
        squared = (variance / n).sum(axis=-1)
    return _test(mean, squared, np.full(squared.shape, np.inf), level)


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
    n, mean, variance = moments(*checked_pair(counts_a, counts_b, category_scores))
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = np.where(n > 1, variance / (n - 1), np.nan)
        squared = parts.sum(axis=-1)
        df = squared**2 / (parts**2 / (n - 1)).sum(axis=-1)
    return _test(mean, squared, np.asarray(df), level)


def _test(mean: Floats, squared: Floats, df: Floats, level: float) -> DifferenceTest:
    """Return the t-test, normal where df is infinite, of two means and the squared standard error between them."""
    from scipy.special import stdtr

    difference, se = mean[..., 0] - mean[..., 1], np.sqrt(squared)
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = difference / se
    p, reach = 2 * stdtr(df, -np.abs(statistic)), t_quantile(df, level) * se
    return DifferenceTest(difference, se, statistic, df, p, difference - reach, difference + reach)

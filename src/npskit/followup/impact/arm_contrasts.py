"""Two arms held against each other: categories by score methods, amounts of money by Welch's t."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import attrs
import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats
from npskit.inference import adjust, checked_counts, moments, mover, score_interval, score_test, tail_of
from npskit.results import LEVEL, Interval, intervals

Unit = Literal["points", "percent", "money"]
Base = Literal["answered", "assigned", "known", "reweighted"]

ALL = "all"
"""The segment of all customers together."""


@attrs.frozen
class ArmValue:
    """One figure of one arm.

    Args:
        n: Customers it is of; of a reweighted figure those who stand for all.
        value: The figure; NaN where there is nobody.
        interval: Of the figure.
    """

    n: int
    value: float
    interval: Interval


@attrs.frozen
class ArmContrast:
    """One figure in both arms, and its difference: treated less held out.

    Args:
        measure: `"score"`, `"answered"` (again), `"recovered"`, `"promoted"`, `"retention"` or `"revenue"`.
        segment: The category of the present answer, or `"all"`.
        of: Whose figure it is: those who `"answered"` again, all who were `"assigned"` to the arm, those of whom it is
            `"known"`, or all assigned, for whom those of their segment who answered again stand (`"reweighted"`).
        unit: `"points"` of the score, `"percent"`, or `"money"` per customer in the unit of the column.
        treated: The customers meant to be followed up.
        held_out: Those held out at random.
        difference: Treated less held out, in that unit; NaN where an arm is empty.
        interval: Of the difference.
        p_value: Two-sided, of no difference, for this figure alone.
        p_adjusted: The same, allowing by Holm's method for the segments beside it.
    """

    measure: str
    segment: str
    of: Base
    unit: Unit
    treated: ArmValue
    held_out: ArmValue
    difference: float
    interval: Interval
    p_value: float
    p_adjusted: float


def category_contrasts(
    measure: str,
    segments: Sequence[str],
    counts: ArrayLike,
    category_scores: ArrayLike,
    *,
    of: Base = "answered",
    unit: Unit = "points",
    level: float = LEVEL,
) -> tuple[ArmContrast, ...]:
    """Compare two arms, segment by segment, by the mean category score.

    As `npskit.compare` does two scores: MOVER on the score intervals (Zou & Donner, Statistics in Medicine 27 (2008)
    1693-1702) and the score test with variances constrained to no difference; p-values adjusted by Holm's method
    (Scandinavian Journal of Statistics 6 (1979) 65-70) over the segments.

    Args:
        measure: What is compared.
        segments: A name for each row of counts.
        counts: Customers per category, of the treated and of the held out, shape `(2, segments, K)`.
        category_scores: The score of each category, shape `(K,)`.
        of: Whose figure it is.
        unit: The unit of the category scores.
        level: Confidence level of each interval by itself.

    Raises:
        InvalidValueError: If counts, category scores and level do not fit.

    Example:
        >>> counts = [[[12, 18, 70]], [[20, 25, 55]]]
        >>> found, = category_contrasts("score", ["all"], counts, [-100, 0, 100])
        >>> found.difference, str(found.interval), round(found.p_value, 4)
        (23.0, '2.0 .. 43.3', 0.0321)
    """
    both, w = checked_counts(counts, category_scores)
    n, mean, _ = moments(both, w)
    low, high = score_interval(both, w, level)
    down, up = mover(mean.T, low.T, high.T, [1.0, -1.0])
    p = score_test(both[0], both[1], w)[1]
    own = [intervals(*limits, level=level, method="score") for limits in zip(low, high, strict=True)]
    arms = (map(ArmValue, *figures) for figures in zip(n.astype(int).tolist(), mean.tolist(), own, strict=True))
    p_values = (values.tolist() for values in (p, adjust(p)))
    differences = (np.subtract(*mean).tolist(), intervals(down, up, level=level, method="mover"), *p_values)
    return tuple(
        ArmContrast(measure, segment, of, unit, *figures)
        for segment, *figures in zip(segments, *arms, *differences, strict=True)
    )


def share_contrasts(
    measure: str, segments: Sequence[str], part: ArrayLike, whole: ArrayLike, *, of: Base, level: float = LEVEL
) -> tuple[ArmContrast, ...]:
    """Compare two arms, segment by segment, by the percentage of customers of whom something is true.

    Args:
        measure: What is compared.
        segments: A name for each column.
        part: Of how many of the treated and of the held out it is true, shape `(2, segments)`.
        whole: Of how many in all.
        of: Whose share it is.
        level: Confidence level of each interval by itself.

    Raises:
        InvalidValueError: If a part is larger than its whole.

    Example:
        >>> found, = share_contrasts("retention", ["all"], [[80], [35]], [[100], [50]], of="known")
        >>> found.difference, str(found.interval)
        (10.0, '-4.1 .. 25.3')
    """
    counts = np.stack([np.subtract(whole, part), part], axis=-1)
    return category_contrasts(measure, segments, counts, [0.0, 100.0], of=of, unit="percent", level=level)


def money_contrast(treated: Floats, held_out: Floats, *, of: Base, level: float = LEVEL) -> ArmContrast:
    """Compare two arms by the mean of an amount of money per customer.

    Welch's t: "The generalization of 'Student's' problem when several different population variances are involved",
    Biometrika 34 (1947) 28-35.

    Args:
        treated: Amounts, shape `(n,)`.
        held_out: Amounts of the other arm, shape `(m,)`.
        of: Whose amounts they are.
        level: Confidence level.

    Raises:
        InvalidValueError: If `level` does not lie between 0 and 1.

    Example:
        >>> found = money_contrast(np.array([9.0, 11, 13]), np.array([4.0, 6, 8]), of="known")
        >>> found.difference, round(found.p_value, 4)
        (5.0, 0.0376)
    """
    from scipy.special import stdtr, stdtrit

    tail = tail_of(level)
    sizes = np.array([treated.size, held_out.size])
    means = np.array([part.mean() if part.size else np.nan for part in (treated, held_out)])
    spreads = np.array([part.var(ddof=1) / part.size if part.size > 1 else np.nan for part in (treated, held_out)])
    with np.errstate(invalid="ignore", divide="ignore"):
        df = spreads.sum() ** 2 / (spreads**2 / (sizes - 1)).sum()
        # two constants have no spread: their difference is what it is
        df = df if spreads.sum() else np.inf
        difference, se = float(means[0] - means[1]), float(np.sqrt(spreads.sum()))
        t = 0.0 if difference == 0 == se else np.divide(difference, se)
        p = float(2 * stdtr(df, -np.abs(t)))
    reach = _reach(se * se, float(stdtrit(df, 1 - tail)))
    own = [_reach(spread, float(stdtrit(n - 1, 1 - tail))) for n, spread in zip(sizes, spreads.tolist(), strict=True)]
    treated_arm, other_arm = map(
        ArmValue, sizes.tolist(), means.tolist(), intervals(means - own, means + own, level=level, method="t")
    )
    interval = Interval(difference - reach, difference + reach, level=level, method="welch")
    return ArmContrast("revenue", ALL, of, "money", treated_arm, other_arm, difference, interval, p, p)


def _reach(variance: float, quantile: float) -> float:
    """Return half the width of an interval; 0 of a constant, whatever the quantile is."""
    return 0.0 if variance == 0 else quantile * float(np.sqrt(variance))


def uneven(amounts: Floats, size: int | None = None) -> bool:
    """Whether there are too few amounts for their skewness, so that a t interval may not hold its level.

    Cochran, Sampling Techniques (3rd ed. 1977), section 2.15: the number should exceed 25 times the squared skewness.

    Args:
        amounts: From which the skewness is taken.
        size: The number to judge, where it is that of fewer amounts like these; a few show little of their skewness.

    Example:
        >>> uneven(np.arange(100.0)), uneven(np.array([0.0] * 99 + [1e6]))
        (False, True)
    """
    if amounts.size < 2 or not (spread := float(amounts.std())):
        return False
    skewness = float((((amounts - amounts.mean()) / spread) ** 3).mean())
    return (amounts.size if size is None else size) <= 25 * skewness**2

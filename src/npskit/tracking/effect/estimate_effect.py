"""Interventions: did the score move when something was changed, and what must be true for that to mean anything?"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats
from npskit.errors import IncompatibleError
from npskit.inference import (
    ClusterTotals,
    Contrast,
    ContrastedGroups,
    falling_root,
    moments,
    mover,
    normal_p,
    score_interval,
    score_limits,
    score_test,
    tail_of,
)
from npskit.options import EffectMethod
from npskit.results import LEVEL, Interval, intervals
from npskit.tracking.effect.assumptions import ASSUMES, CLUSTERED, INDEPENDENT, REPEATERS, few_units
from npskit.tracking.effect.effect_record import Cell, Effect, Term
from npskit.tracking.effect.intervention import Intervention
from npskit.tracking.effect.placebo import placebo_check
from npskit.tracking.effect.series import interrupted_series

# Below so many customers or clusters on a side an interval is mostly too narrow.
_FEW = 10
_NAN = float("nan")
# The groups that are compared, and what each adds to the effect: those of the control where there is one.
_GROUPS = ("before", "after", "control before", "control after")
COEFFICIENTS = (-1.0, 1.0, 1.0, -1.0)
# Where a p-value underflows, in standard errors.
_FURTHEST = 39.0
_TOLERANCE = 1e-14
# Of the range of the category scores: a standard error below it is rounding, of customers who do not differ.
_NO_ERROR = 1e-12


def contrast_effect(
    tables: Sequence[ArrayLike],
    category_scores: ArrayLike,
    *,
    level: float = LEVEL,
    score: str = "score",
    totals: ClusterTotals | ContrastedGroups | None = None,
) -> Effect:
    """Return the score after less the score before; with a control, less the same of the control.

    Without a control, interval and p-value are those of two independent samples: MOVER on the score limits, and the
    score test (see `npskit.inference.two_sample`). With one it is MOVER over the four score intervals, and the p-value
    is the one of the level at which that interval ends at 0. With `totals`, they are those of the regression on the
    groups, clustered by customer (see `npskit.inference.design_contrasts.cluster_robust`); where all answers of a side
    score alike, so that this has no error, MOVER at effective counts. Few customers or clusters on one side, beside
    many on the other, make an interval too narrow: of 20 clusters of which nothing happened to any, 2 against 18 differ
    at 5 % in 25 % of simulated cases, 3 against 17 in 17 %, 5 against 15 in 6 %; a side of a single one adds nothing to
    the error, so that limits and p are NaN.

    What must be true for it to mean anything stands in full in `ASSUMES`. Without the change the score would have
    stayed where it was; the same kind of people answered before and after; nobody acted *because* the score was low.
    The first seldom is true: prefer a control. Then the two would have moved in parallel without the change (in mean
    category score: near the ends of the scale two scores cannot move alike), the control was not touched by it, and
    nothing else happened to one of the two only. Answers are independent, or customers are, with `totals`; days that
    move all answers of one side together are not allowed for.

    Args:
        tables: Answers per category, shape `(K,)` each, before and after; then those of the control, if there is one.
        category_scores: The score of each category, shape `(K,)`.
        level: Confidence level.
        score: The name of the score.
        totals: Sums per customer, where the same people answer in several groups, numbered as the tables are, or what
            these say of the groups by `COEFFICIENTS`. With more than one stratum the variance is that of the design
            (`design_contrast`).

    Raises:
        InvalidValueError: If the level is out of range, or `totals` has other groups.

    Example:
        >>> contrast_effect([[20, 25, 55], [12, 18, 70]], [-100, 0, 100], score="NPS")
        Effect(NPS 23.0, interval=(2.0, 43.3), level=0.95, p_value=0.0321, method='before_after')
        >>> contrast_effect([[60, 90, 150], [40, 80, 180], [90, 110, 200], [92, 108, 210]], [-100, 0, 100])
        Effect(score 15.4, interval=(-1.0, 31.7), level=0.95, p_value=0.066, method='difference_in_differences')
    """
    tail_of(level)  # refuses a bad level
    counts, category_scores = (np.asarray(a, dtype=np.float64) for a in (tables, category_scores))
    method = "before_after" if len(counts) == 2 else "difference_in_differences"
    coefficients = COEFFICIENTS[: len(counts)]
    n, means, variances = moments(counts, category_scores)
    effective, (lows, highs), term = counts, score_interval(counts, category_scores, level), None
    with np.errstate(invalid="ignore", divide="ignore"):
        se = float(np.sqrt((variances / n).sum()))
    fewest = _FEW
    if totals is not None:
        found = totals
        if isinstance(found, ClusterTotals):
            found = ContrastedGroups.of(found, category_scores, coefficients)
        sides, contrast, fewest = found.estimate, found.contrast, found.fewest
        se = contrast.se  # as `svycontrast` has it
        sides.warn(weighted=found.weighted)
        variance, df = sides.of_contrast(contrast.variance, contrast.df)
        contrast = attrs.evolve(contrast, variance=variance, df=df)
        effective, (lows, highs) = sides.effective_counts(level), sides.interval(level, "score")
        if fewest == 1:
            term = Term("effect", contrast.value, se, Interval(_NAN, _NAN, level=level, method="clustered"), _NAN)
        elif not se <= _NO_ERROR * float(np.ptp(category_scores)):  # customers who do not differ prove nothing
            term = attrs.evolve(_term("effect", contrast, level, "clustered"), se=se)
    if term is None:
        low, high = mover(means, lows, highs, coefficients)
        if len(coefficients) == 2 and totals is None:
            p = float(score_test(counts[1], counts[0], category_scores)[1])
        else:
            p = _mover_p(effective, category_scores, means, coefficients)
        interval = Interval(float(low), float(high), level=level, method="mover" if totals is None else "clustered")
        term = Term("effect", float(np.dot(coefficients, means)), se, interval, p)
    own = intervals(lows, highs, level=level, method="score")
    cells = tuple(map(Cell, _GROUPS, n.tolist(), means.tolist(), own))
    assumes = (*ASSUMES[method], INDEPENDENT if totals is None else CLUSTERED)
    if fewest < _FEW:
        assumes = (*assumes, few_units(fewest))
    return Effect(score, method, (term,), level, cells, assumes, clustered=totals is not None)


def series_effect(
    counts: ArrayLike,
    category_scores: ArrayLike,
    at: int,
    *,
    lags: int | None = None,
    level: float = LEVEL,
    score: str = "score",
) -> Effect:
    """Return the change of the level and of the slope of a series of periods when something was changed.

    See `npskit.tracking.effect.series.interrupted_series`; limits are estimates ± t SE, with Newey and West's errors
    and their degrees of freedom corrected for the length of the series. The terms are the change of the level at once,
    that of the slope per period, how far the last period lies above the old line continued, and the trend before.

    What must be true for it to mean anything, in full in `ASSUMES["interrupted_series"]`: the line before would have
    gone on straight, without a season; nothing else happened at the time; what one period has in common with the next
    fades from period to period.

    Args:
        counts: Answers per period and category, shape `(T, K)`.
        category_scores: The score of each category, shape `(K,)`.
        at: The first period after the intervention.
        lags: Up to how many periods apart errors may be correlated; None for `default_lags`.
        level: Confidence level.
        score: The name of the score.

    Raises:
        InvalidTypeError, InvalidValueError: As `interrupted_series`, or if `level` is not between 0 and 1.

    Example:
        >>> weeks = [[30, 40, 30], [28, 40, 32], [31, 40, 29], [29, 41, 30], [20, 40, 40], [19, 40, 41], [18, 40, 42]]
        >>> [term.name for term in series_effect(weeks, [-100, 0, 100], 4).terms]
        ['level change', 'slope change', 'change at the end', 'trend before']
    """
    found = interrupted_series(counts, category_scores, at, lags=lags)
    estimates = {
        "level change": found.contrast([0, 0, 1, 0]),
        "slope change": found.contrast([0, 0, 0, 1]),
        "change at the end": found.change_at(found.periods - 1),
        "trend before": found.contrast([0, 1, 0, 0]),
    }
    terms = tuple(_term(name, each, level, "newey_west") for name, each in estimates.items())
    return Effect(score, "interrupted_series", terms, level, (), ASSUMES["interrupted_series"])


def effect_over_periods(
    counts: ArrayLike,
    category_scores: ArrayLike,
    at: int,
    *,
    method: EffectMethod | None = None,
    control: ArrayLike | None = None,
    window: int | None = None,
    lags: int | None = None,
    level: float = LEVEL,
    score: str = "score",
    totals: ClusterTotals | ContrastedGroups | None = None,
    intervention: Intervention | None = None,
    repeats: bool = False,
) -> Effect:
    """Return the effect from the counts of periods, with its placebo check.

    What must be true for it to mean anything is that of the method, and stands in the effect: `Effect.assumes`.

    Args:
        counts: Answers per period and category, shape `(T, K)`, periods of equal length in order, none after the end
            of the intervention.
        category_scores: The score of each category, shape `(K,)`.
        at: The first period after the intervention.
        method: `"before_after"`, `"difference_in_differences"` or `"interrupted_series"`; None for the second with
            `control`, else the first.
        control: Answers of the control per period, shape `(T, K)`.
        window: Periods before and after in the placebo check; None for `npskit.tracking.effect.placebo.default_window`.
        lags: For a series; see `series_effect`.
        level: Confidence level.
        score: The name of the score.
        totals: Sums per customer of the pooled sides; see `contrast_effect`.
        intervention: What was changed.
        repeats: Whether customers may have answered more than once; a series then says what it makes of that.

    Raises:
        InvalidTypeError, InvalidValueError: If an argument cannot be used.
        IncompatibleError: If `control`, `lags` or `totals` does not go with the method.

    Example:
        >>> months = [[30, 40, 30], [31, 40, 29], [29, 40, 31], [30, 40, 30], [30, 40, 30], [20, 40, 40]]
        >>> found = effect_over_periods(months, [-100, 0, 100], 5)
        >>> found.value, found.placebo
        (20.0, Placebo(actual=20.0, share=0.00, dates=4, window=1))
    """
    chosen = method if method is not None else ("before_after" if control is None else "difference_in_differences")
    placebo = placebo_check(counts, category_scores, at, method=chosen, control=control, window=window)
    is_series = chosen == "interrupted_series"
    if is_series and totals is not None:
        raise IncompatibleError("totals: a series is estimated from periods; correlation over time is left to lags")
    if lags is not None and not is_series:
        raise IncompatibleError("lags goes with method='interrupted_series', and only with it")
    if is_series:
        found = series_effect(counts, category_scores, at, lags=lags, level=level, score=score)
        found = attrs.evolve(found, assumes=(*found.assumes, REPEATERS)) if repeats else found
    else:
        tables = _split(counts, at) if control is None else (*_split(counts, at), *_split(control, at))
        found = contrast_effect(tables, category_scores, level=level, score=score, totals=totals)
    return attrs.evolve(found, placebo=placebo, intervention=intervention)


def _split(table: ArrayLike, at: int) -> tuple[Floats, Floats]:
    """Return the sums of the periods before and from `at`."""
    found = np.asarray(table, dtype=np.float64)
    return found[:at].sum(axis=0), found[at:].sum(axis=0)


def _term(name: str, found: Contrast, level: float, method: str) -> Term:
    """Return a contrast as a term of an effect."""
    return Term(name, found.value, found.se, attrs.evolve(found.interval(level), method=method), found.p_value)


def _mover_p(counts: Floats, category_scores: Floats, means: Floats, coefficients: tuple[float, ...]) -> float:
    """Return the p-value at which MOVER's interval ends at 0, by the normal quantile at which it does."""
    value = float(np.dot(coefficients, means))
    if np.isnan(value) or value == 0:
        return float("nan") if np.isnan(value) else 1.0

    def nearer_limit(z: Floats) -> Floats:
        low, high = mover(means, *score_limits(counts, category_scores, z), coefficients)
        return np.atleast_1d(low if value > 0 else -high)

    return float(normal_p(falling_root(nearer_limit, np.zeros(1), np.full(1, _FURTHEST), _TOLERANCE)[0]))

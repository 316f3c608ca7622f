"""Control charts of a score: which periods stand out from what is usual, and when a shift began.

Each period's score is standardized, z = (score - center) / (s / √n), with the center and the standard deviation s of
one answer from all answers of the reference periods together, then divided by the dispersion

    σ_z = mean |zₜ - zₜ₋₁| / 1.128, at least 1,

of the reference periods: Laney, "Improved control charts for attributes", Quality Engineering 14 (2002) 531-537. Weekly
scores vary more than by sampling alone; limits without σ_z signal all the time.

What must be true: nothing unusual happened in the reference periods, periods are independent of each other, and they
hold enough answers (some tens) for a mean to be about normal. Everything is computed from counts and category scores,
for any scorer, and only the category scores matter: categories of equal score may be merged. Periods without answers
are skipped: they neither signal nor reset a chart. With weights or clusters pass effective counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Floats
from npskit.checks import finite_number
from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.inference import moments
from npskit.tracking.charts.control_chart import ControlChart, Signal
from npskit.tracking.charts.cusum import cumulative_sum
from npskit.tracking.charts.period_checks import checked_periods, period_labels

# The mean distance of two independent standard normal values: 2/√π, in the three decimals of the control-chart tables.
_MEAN_DISTANCE = 1.128
# A variance of so little, relative to the squared range of the category scores, is rounding.
_NO_VARIANCE = 1e-24


class _Standard(NamedTuple):
    """Scores of periods, standardized; NaN where there are no answers."""

    n: Floats
    values: Floats
    se: Floats
    z: Floats
    center: float
    dispersion: float

    @property
    def answered(self) -> NDArray[np.bool_]:
        return self.n > 0

    @property
    def scaled(self) -> Floats:
        """Return z / σ_z of the periods with answers."""
        return np.asarray(self.z[self.answered] / self.dispersion)


def laney_dispersion(z: ArrayLike) -> float:
    """Return σ_z = mean |zₜ - zₜ₋₁| / 1.128, at least 1: how much more successive scores vary than by sampling alone.

    Source: Laney, Quality Engineering 14 (2002) 531-537. The floor keeps a quiet reference from narrowing the limits.
    What must be true: periods are independent of each other; with a trend, or weeks that resemble their neighbors,
    successive scores differ too little and σ_z is too small.

    Args:
        z: Standardized scores in order of time, shape `(T,)`; NaN, where a period has no answers, is passed over.

    Raises:
        InvalidValueError: If there are fewer than two.

    Example:
        >>> round(laney_dispersion([0.0, 2.256, float("nan"), 0.0]), 6)
        2.0
    """
    found = np.asarray(z, dtype=np.float64)
    found = found[~np.isnan(found)]
    if found.size < 2:
        raise InvalidValueError(
            f"the dispersion needs two periods with answers: got {found.size}; give dispersion=1 to allow for sampling "
            "alone"
        )
    return max(1.0, float(np.abs(np.diff(found)).mean()) / _MEAN_DISTANCE)


def laney_chart(
    counts: ArrayLike,
    category_scores: ArrayLike,
    *,
    width: float = 3.0,
    reference: Any = None,
    dispersion: float | None = None,
    periods: Sequence[Any] | None = None,
    score: str = "score",
    backend: str | None = None,
) -> ControlChart:
    """Chart the score of each period against center ± width · σ_z · s/√n: finds single odd periods and large shifts.

    Laney, "Improved control charts for attributes", Quality Engineering 14 (2002) 531-537; on (0, 1) category scores
    with `dispersion=1` it is Shewhart's p-chart. While nothing changes it signals once in 370 periods, after a shift of
    one standard deviation of a period in 44 (see `npskit.tracking.charts.run_length`).

    What must be true: nothing unusual happened in the reference periods; periods are independent of each other; each
    holds some tens of answers, so that its score is about normal.

    Args:
        counts: Answers per category and period, in order of time, shape `(T, K)`; need not be whole.
        category_scores: The score of each category, shape `(K,)`.
        width: Distance of the limits from the center, in standard deviations of a period.
        reference: The periods that say what is usual: a slice, a mask or places; all of them by default.
        dispersion: σ_z, where it is known; 1 allows for sampling alone. Default: from the reference periods.
        periods: Labels, one for each period; their places by default.
        score: The name of the score.
        backend: The dataframe library that `to_frame` gives by default.

    Returns:
        The chart, in the units of the category scores; limits end where the category scores do.

    Raises:
        InvalidValueError: If counts and category scores do not fit; the reference periods have no answers, fewer than
            two of them have (without `dispersion`), or all their answers have the same score; or a number is out of its
            range.
        InvalidTypeError: If an argument is of the wrong type.
        IncompatibleError: If there is not one label for each period.

    Example:
        >>> chart = laney_chart([[10, 20, 30], [11, 19, 30], [0, 0, 0], [9, 20, 31], [50, 5, 5]], [-100, 0, 100],
        ...     reference=slice(0, 4), score="NPS")
        >>> chart
        ControlChart(laney of NPS, periods=5, center=33.9, dispersion=1, signals=1)
        >>> chart.signals
        (Signal(index=4, period=4, direction='fall', length=1, since=4),)
    """
    width = finite_number(width, "width", above=0)
    c, w = checked_periods(counts, category_scores)
    standard = _standardize(c, w, reference, dispersion)
    reach = width * standard.dispersion * standard.se
    limits = np.maximum(standard.center - reach, w.min()), np.minimum(standard.center + reach, w.max())
    return _chart("laney", standard, (standard.values, standard.values, *limits), periods, score, backend)


def ewma_chart(
    counts: ArrayLike,
    category_scores: ArrayLike,
    *,
    weight: float = 0.2,
    width: float = 2.86,
    reference: Any = None,
    dispersion: float | None = None,
    periods: Sequence[Any] | None = None,
    score: str = "score",
    backend: str | None = None,
) -> ControlChart:
    """Chart an exponentially weighted moving average of z / σ_z: finds small, lasting shifts.

    eₜ = λ zₜ/σ_z + (1 - λ) eₜ₋₁ from e₀ = 0, against ± L √(λ/(2 - λ) · (1 - (1 - λ)²ᵗ)): Roberts, "Control chart tests
    based on geometric moving averages", Technometrics 1 (1959) 239-250; Lucas & Saccucci, Technometrics 32 (1990) 1-12.
    While nothing changes the defaults signal once in 371 periods (366 from the start, where the limits are narrower),
    after a shift of one standard deviation of a period in about 10; see `npskit.tracking.charts.run_length`. t counts
    periods with answers; at the others the average stays as it is.

    What must be true: the same as for `laney_chart`. Where periods resemble their neighbors it signals more often.

    Args:
        counts: Answers per category and period, in order of time, shape `(T, K)`; need not be whole.
        category_scores: The score of each category, shape `(K,)`.
        weight: λ, the weight of the newest period, above 0 and at most 1.
        width: L, the limits in standard deviations of the average.
        reference: The periods that say what is usual: a slice, a mask or places; all of them by default.
        dispersion: σ_z, where it is known; 1 allows for sampling alone. Default: from the reference periods.
        periods: Labels, one for each period; their places by default.
        score: The name of the score.
        backend: The dataframe library that `to_frame` gives by default.

    Returns:
        The chart; what is watched and its limits are in standard deviations of one period.

    Raises:
        InvalidValueError: If counts and category scores do not fit; the reference periods do not say what is usual; or
            a number is out of its range.
        InvalidTypeError: If an argument is of the wrong type.
        IncompatibleError: If there is not one label for each period.

    Example:
        >>> chart = ewma_chart([[10, 20, 30], [11, 19, 30], [9, 20, 31]] + 5 * [[18, 18, 24]], [-100, 0, 100],
        ...     reference=slice(0, 3))
        >>> [(signal.index, signal.direction, signal.since) for signal in chart.signals]
        [(5, 'fall', 3)]
    """
    weight, width = finite_number(weight, "weight", above=0, most=1), finite_number(width, "width", above=0)
    standard = _standardize(*checked_periods(counts, category_scores), reference, dispersion)
    steps = accumulate(standard.scaled.tolist(), lambda e, z: weight * z + (1 - weight) * e, initial=0.0)
    place = np.cumsum(standard.answered)
    average = np.fromiter(steps, np.float64)[place]
    reach = width * np.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * place)))
    return _chart("ewma", standard, (average, average, -reach, reach), periods, score, backend)


def cusum_chart(
    counts: ArrayLike,
    category_scores: ArrayLike,
    *,
    allowance: float = 0.5,
    threshold: float = 5.0,
    reference: Any = None,
    dispersion: float | None = None,
    periods: Sequence[Any] | None = None,
    score: str = "score",
    backend: str | None = None,
) -> ControlChart:
    """Chart the cumulative sums of z / σ_z: finds lasting shifts of about twice the allowance, and when they began.

    uₜ = max(0, uₜ₋₁ + zₜ/σ_z - k) and dₜ = min(0, dₜ₋₁ + zₜ/σ_z + k) against ± h: Page, "Continuous inspection
    schemes", Biometrika 41 (1954) 100-115. While nothing changes the defaults signal once in 465 periods, after a shift
    of one standard deviation of a period in about 10; see `npskit.tracking.charts.run_length`. The sums are not reset
    by a signal: after a shift has passed they take a while to come back. At periods without answers they stay as they
    are.

    What must be true: the same as for `laney_chart`. Where periods resemble their neighbors it signals more often.

    Args:
        counts: Answers per category and period, in order of time, shape `(T, K)`; need not be whole.
        category_scores: The score of each category, shape `(K,)`.
        allowance: k, half the shift to be found, in standard deviations of a period; not negative.
        threshold: h, the height at which the chart signals, in the same units.
        reference: The periods that say what is usual: a slice, a mask or places; all of them by default.
        dispersion: σ_z, where it is known; 1 allows for sampling alone. Default: from the reference periods.
        periods: Labels, one for each period; their places by default.
        score: The name of the score.
        backend: The dataframe library that `to_frame` gives by default.

    Returns:
        The chart; what is watched and its limits are in standard deviations of one period.

    Raises:
        InvalidValueError: If counts and category scores do not fit; the reference periods do not say what is usual; or
            a number is out of its range.
        InvalidTypeError: If an argument is of the wrong type.
        IncompatibleError: If there is not one label for each period.

    Example:
        >>> chart = cusum_chart([[10, 20, 30], [11, 19, 30], [9, 20, 31]] + 5 * [[18, 18, 24]], [-100, 0, 100],
        ...     reference=slice(0, 3))
        >>> [(signal.index, signal.direction, signal.since) for signal in chart.signals]
        [(5, 'fall', 3)]
    """
    allowance = finite_number(allowance, "allowance", least=0)
    threshold = finite_number(threshold, "threshold", above=0)
    standard = _standardize(*checked_periods(counts, category_scores), reference, dispersion)
    up, down = (cumulative_sum(sign * standard.scaled - allowance) for sign in (1, -1))
    place = np.cumsum(standard.answered)
    limit = np.full(place.size, threshold)
    return _chart("cusum", standard, (up[place], 0 - down[place], -limit, limit), periods, score, backend)


def _standardize(counts: Floats, category_scores: Floats, reference: Any, dispersion: float | None) -> _Standard:
    """Return the scores of periods standardized by what is usual in the reference periods."""
    usual = np.zeros(len(counts), dtype=np.bool_)
    try:
        usual[slice(None) if reference is None else reference] = True
    except (IndexError, TypeError, ValueError):
        raise InvalidTypeError(
            f"reference must be a slice, a mask or places among the {len(counts)} periods: got {reference!r}"
        ) from None
    n, values, _ = moments(counts, category_scores)
    total, center, variance = (float(x) for x in moments(counts[usual].sum(axis=0), category_scores))
    if not total > 0:
        raise InvalidValueError("reference: these periods have no answers; choose others, or leave it out for all")
    if not variance > _NO_VARIANCE * float(np.ptp(category_scores)) ** 2:
        raise InvalidValueError(
            f"reference: all answers of these periods score {center:g}, which does not say how much is usual; "
            "choose more periods"
        )
    with np.errstate(invalid="ignore", divide="ignore"):
        se = np.where(n > 0, np.sqrt(variance / n), np.nan)
        z = (values - center) / se
    sigma = laney_dispersion(z[usual]) if dispersion is None else finite_number(dispersion, "dispersion", above=0)
    return _Standard(n, values, se, z, center, sigma)


def _chart(
    method: str,
    standard: _Standard,
    figures: tuple[Floats, Floats, Floats, Floats],
    periods: Sequence[Any] | None,
    score: str,
    backend: str | None,
) -> ControlChart:
    """Return the chart with its signals; `figures` are what is watched for rises and for falls, and its limits."""
    labels = period_labels(periods, standard.n.size)
    known = (standard.n, standard.values, standard.z, standard.center, standard.dispersion)
    chart = ControlChart(method, score, labels, *known, *figures, signals=(), backend=backend)
    found = _stretches(chart, "rise") + _stretches(chart, "fall")
    return attrs.evolve(chart, signals=tuple(sorted(found, key=lambda signal: signal.index)))


def _stretches(chart: ControlChart, direction: str) -> list[Signal]:
    """Return each stretch of periods beyond one limit; a period without answers does not end it."""
    answered = np.flatnonzero(chart.n > 0)
    beyond, watched = (chart.above, chart.rising) if direction == "rise" else (chart.below, -chart.falling)
    edges = np.diff(beyond[answered].astype(np.int8), prepend=0, append=0)
    found = []
    for start, stop in zip(np.flatnonzero(edges > 0).tolist(), np.flatnonzero(edges < 0).tolist(), strict=True):
        other_side = np.flatnonzero(watched[answered[:start]] <= 0)
        began = start if chart.method == "laney" else (int(other_side[-1]) + 1 if other_side.size else 0)
        index = int(answered[start])
        found.append(Signal(index, chart.periods[index], direction, stop - start, int(answered[began])))
    return found

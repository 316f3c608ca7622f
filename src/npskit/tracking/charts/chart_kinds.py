"""Control charts of a score: which periods stand out from what is usual, and when a shift began.

Each period's score is standardized, z = (score - center) / (s / √n), with the center and the standard deviation s of
one answer from all answers of the reference periods together, then divided by the dispersion

    σ_z = mean |zₜ - zₜ₋₁| / 1.128, at least 1,

of the reference periods: Laney, "Improved control charts for attributes", Quality Engineering 14 (2002) 531-537. Weekly
scores vary more than by sampling alone; limits without σ_z signal all the time.

What must be true: nothing unusual happened in the reference periods, periods are independent of each other (a trend, a
season or drift signals as well: `ControlChart.looks_like` says so, and a known season can be taken out), and they hold
enough answers (some tens) for a mean to be about normal. Everything is computed from counts and category scores,
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
from npskit.tracking.charts.control_chart import ControlChart, Signal
from npskit.tracking.charts.cusum import cumulative_sum
from npskit.tracking.charts.period_checks import checked_cycles, checked_periods, checked_season, period_labels
from npskit.tracking.charts.rivals import CYCLES, Rivals, judged
from npskit.tracking.charts.seasons import without_season
from npskit.tracking.charts.standard_scores import StandardScores, standardize

ASSUMES = (
    "Nothing unusual happened in the reference periods.",
    "Periods are independent of each other: no trend, no season, nothing that lingers on from one to the next.",
    "Each period holds some tens of answers, so that its score is about normal.",
)
SEASONAL = "The season comes back alike each time."


def laney_chart(
    counts: ArrayLike,
    category_scores: ArrayLike,
    *,
    width: float = 3.0,
    reference: Any = None,
    dispersion: float | None = None,
    season: ArrayLike | None = None,
    cycles: Sequence[float] = CYCLES,
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
        season: The season of each period as a whole number from 0, shape `(T,)`, such as its month: scores are then
            held against those of the reference periods of their season.
        cycles: Lengths, in periods, of the seasons that signals are held against.
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
    look = _Look.of(counts, category_scores, season, cycles)
    standard = look.standardized(reference, dispersion)
    reach, (least, most) = width * standard.dispersion * standard.se, (look.scores.min(), look.scores.max())
    limits = np.maximum(standard.centers - reach, least), np.minimum(standard.centers + reach, most)
    return _chart("laney", look, standard, (standard.values, standard.values, *limits), (periods, score, backend))


def ewma_chart(
    counts: ArrayLike,
    category_scores: ArrayLike,
    *,
    weight: float = 0.2,
    width: float = 2.86,
    reference: Any = None,
    dispersion: float | None = None,
    season: ArrayLike | None = None,
    cycles: Sequence[float] = CYCLES,
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
        season: The season of each period as a whole number from 0, shape `(T,)`, such as its month: scores are then
            held against those of the reference periods of their season.
        cycles: Lengths, in periods, of the seasons that signals are held against.
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
    look = _Look.of(counts, category_scores, season, cycles)
    standard = look.standardized(reference, dispersion)
    steps = accumulate(standard.scaled.tolist(), lambda e, z: weight * z + (1 - weight) * e, initial=0.0)
    place = np.cumsum(standard.answered)
    average = np.fromiter(steps, np.float64)[place]
    reach = width * np.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * place)))
    return _chart("ewma", look, standard, (average, average, -reach, reach), (periods, score, backend))


def cusum_chart(
    counts: ArrayLike,
    category_scores: ArrayLike,
    *,
    allowance: float = 0.5,
    threshold: float = 5.0,
    reference: Any = None,
    dispersion: float | None = None,
    season: ArrayLike | None = None,
    cycles: Sequence[float] = CYCLES,
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
        season: The season of each period as a whole number from 0, shape `(T,)`, such as its month: scores are then
            held against those of the reference periods of their season.
        cycles: Lengths, in periods, of the seasons that signals are held against.
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
    look = _Look.of(counts, category_scores, season, cycles)
    standard = look.standardized(reference, dispersion)
    up, down = (cumulative_sum(sign * standard.scaled - allowance) for sign in (1, -1))
    place = np.cumsum(standard.answered)
    limit = np.full(place.size, threshold)
    return _chart("cusum", look, standard, (up[place], 0 - down[place], -limit, limit), (periods, score, backend))


class _Look(NamedTuple):
    """The counts that are charted, the season of each period, and what signals are held against."""

    counts: Floats
    scores: Floats
    season: NDArray[np.intp] | None
    cycles: Sequence[float]

    @classmethod
    def of(cls, counts: ArrayLike, scores: ArrayLike, season: ArrayLike | None, cycles: Sequence[float]) -> _Look:
        c, w = checked_periods(counts, scores)
        return cls(c, w, checked_season(season, len(c)), checked_cycles(cycles))

    def standardized(self, reference: Any, dispersion: float | None) -> StandardScores:
        return standardize(self.counts, self.scores, reference, dispersion, self.season)

    def rivals(self, signals: int, method: str) -> Rivals | None:
        counts, none = self.counts, np.empty(0, dtype=np.intp)
        if self.season is None or not len(counts):
            return judged(counts, self.scores, none, self.cycles, signals, method)
        left = without_season(counts, self.season, np.zeros(len(counts), dtype=np.intp))
        return judged(left, self.scores, none, (), signals, method)


def _chart(
    method: str,
    look: _Look,
    standard: StandardScores,
    figures: tuple[Floats, Floats, Floats, Floats],
    names: tuple[Sequence[Any] | None, str, str | None],
) -> ControlChart:
    """Return the chart with its signals.

    Args:
        method: The kind of chart.
        look: What is charted.
        standard: It, standardized.
        figures: What is watched for rises and for falls, and its limits.
        names: Labels of the periods, the name of the score, the dataframe library.
    """
    periods, score, backend = names
    labels = period_labels(periods, standard.n.size)
    known = (standard.n, standard.values, standard.z, standard.center, standard.dispersion)
    assumes = ASSUMES if look.season is None else (*ASSUMES, SEASONAL)
    chart = ControlChart(method, score, labels, *known, *figures, signals=(), assumes=assumes, backend=backend)
    found = sorted(_stretches(chart, "rise") + _stretches(chart, "fall"), key=lambda signal: signal.index)
    return attrs.evolve(chart, signals=tuple(found), rivals=look.rivals(len(found), f"{method} chart"))


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

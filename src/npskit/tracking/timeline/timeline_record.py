"""What a timeline can be asked: whether a move is real, when it changed, and what is out of the ordinary."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from npskit.checks import one_of
from npskit.errors import IncompatibleError, did_you_mean, quoted
from npskit.options import Chart, Correction, Previous, Season
from npskit.results import LEVEL
from npskit.tracking.timeline.period_scores import PeriodScores

if TYPE_CHECKING:  # scores must not cost the import of what is asked of them
    from npskit.plots import Chart as Picture
    from npskit.tracking.charts import ChangePoints, ControlChart
    from npskit.tracking.timeline.against import TimelineComparison
    from npskit.tracking.timeline.period_picture import Happened

# Each chart with the options that are its own.
_CHARTS: dict[Chart, tuple[str, ...]] = {
    "laney": ("width",),
    "ewma": ("weight", "width"),
    "cusum": ("allowance", "threshold"),
}


@attrs.frozen(eq=False, repr=False)
class Timeline(PeriodScores):
    """The score of every period from the first answer to the last, also of those without any: n = 0 and NaN.

    A period's score is pooled over its answers, never the mean of its days' scores. Intervals take the answers of a
    period or window as independent (or as clustered by customer or sampling unit, where `conventions.variance` says so)
    and each period for itself: of twenty periods in which nothing changed, one lies outside the interval of another as
    a matter of course. That the periods compare at all assumes the same kind of customer was asked in the same way. The
    first and the last period may not be whole: as text they say from or until when there are data, if that is not all
    of it.

    Nothing that came in is lost: in `row_counts` each answer in a period or window counts once, the undated are set
    aside, and what lies between two windows is left out.

    Args:
        every: `"day"`, `"week"` (ISO 8601), `"month"`, `"quarter"` or `"year"`: how often there is a score.
        labels: What the periods are called, in order: `"2026-03"`.
        starts: The first day of each period, datetime64[D], shape `(T,)`.
        begins: The first day of the answers that each score is of, shape `(T,)` or, with `by`, `(G, T)`.
        ends: The day after the last of them, shape `(T,)`.
        tally: Shape `(T,)` or `(G, T)`.
        undated: The answers whose time is not known, which are in no period; shape `()` or `(G,)`.
        conventions: What the scores were computed under.
        estimates: Means and variances, shape `(T,)` or `(G, T)`.
        fates: How many of the answers whose time is known are scored, missing and invalid, each once however many
            windows it is in, and how many are in no period or window; shape `(4,)` or `(G, 4)`.
        window: None for calendar periods; else what each score is of: `"30d"`, `"200 answers"`, `"half-life 30d"`.
        span: The first and the last day there are rows of, whole or in part; None where that is not known.
        by: The names of the columns that make the segments.
        segments: The values of these columns for each segment.
        too_few: The number of answers below which a score is marked.
        aside: The rows of the whole that were set aside or left out before.
        backend: The dataframe library that `to_frame` gives by default.
        shared: How each score is correlated with the previous one and with the one a year before, since customers
            answered in both: shape `(2, T)` or `(2, G, T)`. None where nobody did.
    """

    def against(
        self, previous: Previous = "previous", *, level: float = LEVEL, correction: Correction = "holm"
    ) -> TimelineComparison:
        """Compare each period with an earlier one: is the move real?

        The two must not share answers, so a window is compared with the latest one that ended before it began. They may
        share customers, where these are bound: the correlation of the two scores is allowed for.

        Args:
            previous: `"previous"` for the period before, also if it is empty; `"year"` for the same one a year before
                (a 53rd week or a 29th of February mostly has none).
            level: Confidence level of the intervals, each for itself.
            correction: How the adjusted p-values allow for the number of comparisons; see
                `npskit.inference.multiplicity.adjust`.

        Raises:
            InvalidValueError: If an argument cannot be used.
            IncompatibleError: If the scores are of fading weights: each shares its answers with all before.
        """
        from npskit.tracking.timeline.against import compare_periods

        if self.fading:
            raise IncompatibleError("against: scores of fading weights share their answers; compare calendar periods")
        found = compare_periods(self, previous, level=level, correction=correction)
        return attrs.evolve(found, row_counts=self.row_counts)

    def change_points(
        self,
        *,
        penalty: float | None = None,
        min_length: int = 2,
        level: float = LEVEL,
        season: Season | None = None,
    ) -> ChangePoints:
        """Find when the answers changed, without being told where to look; periods without answers do not matter.

        See `npskit.tracking.charts.segmentation` for the method and what must be true; weighted and clustered answers
        enter at their effective number. Of a timeline by segments take one:
        `timeline.segment("North").change_points()`. Trends, seasons and drift come out as steps too:
        `ChangePoints.looks_like` says what the series looks like, and a `PrecisionWarning` if not like steps.

        Args:
            penalty: What each change has to gain, in units of -2 log-likelihood; by default it allows for how much
                more the periods vary than sampling alone would have them.
            min_length: The fewest periods with answers between two changes.
            level: Confidence level of the intervals.
            season: `"month"` or, for days, `"weekday"`: a season to be taken out, which takes two years or two weeks.

        Raises:
            InvalidTypeError, InvalidValueError: If an argument cannot be used.
            IncompatibleError: If the scores are of a window or of fading weights, or by segments; or the periods have
                no such season.

        Example:
            >>> import npskit as nk
            >>> days = np.arange("2026-01-01", "2026-03-02", dtype="M8[D]")
            >>> survey = nk.Survey({"score": [5, 9] * 15 + [9, 10] * 15, "day": days}, time="day")
            >>> found = survey.timeline("week").change_points()
            >>> [(change.period, round(change.difference)) for change in found.changes]
            [('2026-W06', 94)]
        """
        from npskit.tracking.charts import change_points

        series = self._series("change_points", season)
        found = change_points(**series, penalty=penalty, min_length=min_length, level=level)
        return attrs.evolve(found, row_counts=self.row_counts)

    def control_chart(
        self,
        kind: Chart = "laney",
        *,
        reference: Any = None,
        dispersion: float | None = None,
        season: Season | None = None,
        **options: float,
    ) -> ControlChart:
        """Return a control chart: which periods are out of the ordinary?

        See `npskit.tracking.charts.chart_kinds` for the methods and what must be true; weighted and clustered answers
        enter at their effective number. Of a timeline by segments take one, with `segment`. Trends, seasons and drift
        signal too: `ControlChart.looks_like` says what the series looks like, and a `PrecisionWarning` if not like
        steps.

        Args:
            kind: `"laney"` for single odd periods and large shifts; `"ewma"` or `"cusum"` for small ones that last.
            reference: The periods that say what is usual: a slice, a mask or places; all of them by default.
            dispersion: How much more the scores vary than sampling alone would have them, where it is known.
            season: `"month"` or, for days, `"weekday"`: scores are held against those of the reference periods of the
                same season, which takes two years or two weeks.
            options: `width` of a Laney chart; `weight` and `width` of an EWMA chart; `allowance` and `threshold` of a
                CUSUM chart; see `laney_chart`, `ewma_chart` and `cusum_chart` of `npskit.tracking.charts.chart_kinds`.

        Raises:
            InvalidTypeError, InvalidValueError: If an argument cannot be used.
            IncompatibleError: If the scores are of a window or of fading weights, or by segments; the periods have no
                such season; or an option goes with another kind.

        Example:
            >>> import npskit as nk
            >>> days = np.arange("2026-01-05", "2026-02-16", dtype="M8[D]")
            >>> answers = [5, 9, 9, 10, 7, 8, 10] * 5 + [2, 3, 9, 5, 6, 3, 4]
            >>> found = nk.Survey({"score": answers, "day": days}, time="day").timeline("week")
            >>> [signal.period for signal in found.control_chart().signals]
            ['2026-W07']
        """
        from npskit.tracking.charts import cusum_chart, ewma_chart, laney_chart

        one_of(kind, _CHARTS, "kind")
        known = _CHARTS[kind]
        for name in options:
            if name not in known:
                raise IncompatibleError(f"{name} is no option of kind={quoted(kind)}; {did_you_mean(name, known)}")
        charts: dict[Chart, Callable[..., ControlChart]]
        charts = {"laney": laney_chart, "ewma": ewma_chart, "cusum": cusum_chart}
        found = charts[kind](
            **self._series("control_chart", season), reference=reference, dispersion=dispersion, **options
        )
        return attrs.evolve(found, row_counts=self.row_counts)

    def plot(
        self,
        ax: Any = None,
        *,
        events: Happened = (),
        changes: ChangePoints | None = None,
        chart: ControlChart | None = None,
    ) -> Any:
        """Draw the scores with the ribbon of their intervals, and what is known of them, and return the axes.

        Args:
            ax: The matplotlib axes to draw on; default: those of a new figure of the picture's own size.
            events: What happened: an `Intervention` or an `Effect`, or several; each stands at its time with its name.
            changes: What `change_points()` found: the levels between the changes as steps, with the size of each.
            chart: What `control_chart()` says: the periods beyond its limits are named.

        Raises:
            IncompatibleError: If `changes` or `chart` are of other periods, or the timeline is by segments.
            InvalidTypeError: If an argument is none of these.
            MissingDependencyError: If matplotlib is not installed: it comes with `npskit[report]`.
        """
        from npskit.plots import axes_of

        return axes_of(self._chart_with(events, changes, chart), ax)

    def _chart_with(
        self, events: Happened = (), changes: ChangePoints | None = None, chart: ControlChart | None = None
    ) -> Picture:
        """Return the picture with more than the scores; arguments as for `plot`."""
        from npskit.tracking.timeline.period_picture import picture_of_periods

        return picture_of_periods(self, events, changes, chart)

    def _series(self, method: str, season: str | None) -> dict[str, Any]:
        """Return the effective answers of each period by category, if periods share none and there is one series."""
        from npskit.tracking.charts import CYCLES_OF, season_codes

        if self.window is not None:
            raise IncompatibleError(
                f"{method}: scores of window {self.window!r} share their answers; take a timeline of calendar periods"
            )
        if self.by:
            raise IncompatibleError(
                f"{method}: there is a series for each {', '.join(self.by)}; take one with .segment(...)"
            )
        # nothing is known of a period where the effective number is NaN
        counts = np.nan_to_num(self.estimates.effective_counts(), nan=0.0, posinf=np.inf)
        names: dict[str, Any] = {"periods": self.labels, "score": self.name, "backend": self.backend}
        codes = None if season is None else season_codes(self.starts, self.every, season, counts.sum(axis=1) > 0)
        names |= {"season": codes, "cycles": CYCLES_OF[self.every]}
        return {"counts": counts, "category_scores": self.estimates.category_scores, **names}

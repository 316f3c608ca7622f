"""What a timeline says: the score of every period, and what it can be asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.errors import ColumnNotFoundError, IncompatibleError, InvalidValueError, did_you_mean
from npskit.inference.estimate import Estimate
from npskit.results.display import html_table, text_table
from npskit.results.interval import LEVEL
from npskit.results.native import native_frame
from npskit.results.values import plain
from npskit.score import Conventions, Score
from npskit.score_table import TOO_FEW, segment_names
from npskit.tally import Tally
from npskit.tracking.against import TimelineComparison, compare_periods
from npskit.tracking.change_points import change_points
from npskit.tracking.changes import ChangePoints
from npskit.tracking.charts import cusum_chart, ewma_chart, laney_chart
from npskit.tracking.control_chart import ControlChart
from npskit.tracking.timeline_table import columns_of, rows_of

# Each chart with the options that are its own.
_CHARTS: dict[str, tuple[Callable[..., ControlChart], tuple[str, ...]]] = {
    "laney": (laney_chart, ("width",)),
    "ewma": (ewma_chart, ("weight", "width")),
    "cusum": (cusum_chart, ("allowance", "threshold")),
}


@attrs.frozen(eq=False, repr=False)
class Timeline:
    """The score of every period from the first answer to the last, also of those without any: n = 0 and NaN.

    A period's score is pooled over its answers, never the mean of its days' scores. Intervals take the answers of a
    period or window as independent (or as clustered by customer or sampling unit, where `conventions.variance` says so)
    and each period for itself: of twenty periods
    in which nothing changed, one lies outside the interval of another as a matter of course. That the periods compare
    at all assumes the same kind of customer was asked in the same way. The first and the last period may not be whole:
    as text they say from or until when there are data, if that is not all of it.

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
        window: None for calendar periods; else what each score is of: `"30d"`, `"200 answers"`, `"half-life 30d"`.
        span: The first and the last day there are rows of, whole or in part; None where that is not known.
        by: The names of the columns that make the segments.
        segments: The values of these columns for each segment.
        too_few: The number of answers below which a score is marked.
        backend: The dataframe library that `to_frame` gives by default.
    """

    every: str
    labels: tuple[str, ...]
    starts: NDArray[np.datetime64]
    begins: NDArray[np.datetime64]
    ends: NDArray[np.datetime64]
    tally: Tally
    undated: Tally
    conventions: Conventions
    estimates: Estimate
    window: str | None = None
    span: tuple[dt.date, dt.date] | None = None
    by: tuple[str, ...] = ()
    segments: tuple[tuple[Any, ...], ...] = ()
    too_few: int = TOO_FEW
    backend: str | None = None

    def __attrs_post_init__(self) -> None:
        shape = (len(self.segments), len(self.labels)) if self.by else (len(self.labels),)
        shapes = {self.tally.shape, self.estimates.mean.shape, self.begins.shape, (*shape[:-1], *self.ends.shape)}
        if shapes != {shape} or self.undated.shape != shape[:-1] or self.starts.shape != self.ends.shape:
            raise IncompatibleError(f"a timeline of this many segments and periods needs all of shape {shape}")
        for array in (self.starts, self.begins, self.ends, self.estimates.mean):
            array.setflags(write=False)

    # ---- the scores ----

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[tuple[Any, Score]]:
        """Yield what `self[...]` takes, with the score: a label, or with `by` a tuple of segment and label."""
        for i, key in enumerate(self.segments if self.by else [()]):
            for t, label in enumerate(self.labels):
                yield (*key, label) if self.by else label, self._score((i, t) if self.by else (t,))

    def __getitem__(self, name: Any) -> Score:
        """Return the score of one period: `timeline["2026-03"]`, or with `by` `timeline["North", "2026-03"]`."""
        *key, label = name if isinstance(name, tuple) else (name,)
        if label not in self.labels:
            raise ColumnNotFoundError(f"there is no period {label!r}; {did_you_mean(str(label), self.labels)}")
        return self._score((*([self._position(tuple(key))] if self.by or key else []), self.labels.index(label)))

    def segment(self, *key: Any) -> Timeline:
        """Return the timeline of one segment, given by its value in each column of `by`.

        Raises:
            ColumnNotFoundError: If there is no such segment.
        """
        i = self._position(key)
        parts = {name: getattr(self, name)[i] for name in ("begins", "tally", "undated", "estimates")}
        return attrs.evolve(self, by=(), segments=(), **parts)

    def _position(self, key: tuple[Any, ...]) -> int:
        if key not in self.segments:
            names = segment_names([key, *self.segments])
            raise ColumnNotFoundError(f"there is no segment {names[0]!r}; {did_you_mean(names[0], names[1:])}")
        return self.segments.index(key)

    def _score(self, where: tuple[int, ...]) -> Score:
        clustered = None if self.conventions.variance == "independent" else self.estimates[where]
        return Score(self.tally[where], self.conventions, clustered)

    @property
    def name(self) -> str:
        """The name of the score: `"NPS"`."""
        return self.tally.book.name

    @property
    def values(self) -> NDArray[np.float64]:
        """The scores, unrounded, shape `(T,)` or `(G, T)`; NaN where nothing was answered."""
        return self.estimates.mean

    @property
    def n(self) -> NDArray[np.int64]:
        """Scored answers behind each score."""
        return self.tally.n

    @property
    def counts(self) -> NDArray[np.int64]:
        """Scored answers by category, shape `(..., T, K)`; unweighted."""
        return self.tally.counts

    @property
    def missing(self) -> NDArray[np.int64]:
        """Answers that were not given."""
        return self.tally.missing

    @property
    def invalid(self) -> NDArray[np.int64]:
        """Answers that cannot be scored."""
        return self.tally.invalid

    @property
    def few(self) -> NDArray[np.bool_]:
        """True where there are fewer than `too_few` answers; under fading weights, effectively."""
        answers = self.estimates.n_effective if self.fading else self.n
        return np.asarray(~(answers >= self.too_few))  # not "<": without any weight it is NaN

    @property
    def fading(self) -> bool:
        """Whether each score is of all answers so far, their weights fading with age."""
        return self.window is not None and self.window.startswith("half-life")

    def intervals(self, level: float = LEVEL, method: str = "score") -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the lower and the upper limits; arguments as for `Score.interval`, NaN where nothing was answered."""
        return self.estimates.interval(level, method)

    def against(
        self, previous: str = "previous", *, level: float = LEVEL, correction: str = "holm"
    ) -> TimelineComparison:
        """Compare each period with an earlier one: is the move real?

        The two must be independent samples, so a window is compared with the latest one that ended before it began,
        never with one it shares answers with. Customers who answered in both make the test err on the side of "no
        difference" where they keep to their opinion.

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
        if self.fading:
            raise IncompatibleError("against: scores of fading weights share their answers; compare calendar periods")
        return compare_periods(self, previous, level=level, correction=correction)

    def change_points(self, *, penalty: float | None = None, min_length: int = 2, level: float = LEVEL) -> ChangePoints:
        """Find when the answers changed, without being told where to look; periods without answers do not matter.

        See `npskit.tracking.change_points` for the method and what must be true; weighted and clustered answers enter
        at their effective number. Of a timeline by segments take one: `timeline.segment("North").change_points()`.

        Args:
            penalty: What each change has to gain, in units of -2 log-likelihood; by default it allows for how much
                more the periods vary than sampling alone would have them.
            min_length: The fewest periods with answers between two changes.
            level: Confidence level of the intervals.

        Raises:
            InvalidTypeError, InvalidValueError: If an argument cannot be used.
            IncompatibleError: If the scores are of a window or of fading weights, or by segments.

        Example:
            >>> from npskit.tracking.timeline import timeline
            >>> days = np.arange("2026-01-01", "2026-03-02", dtype="M8[D]")
            >>> found = timeline(days, [5, 9] * 15 + [9, 10] * 15, every="week").change_points()
            >>> [(change.period, round(change.difference)) for change in found.changes]
            [('2026-W06', 94)]
        """
        counts = self._own_counts("change_points")
        return change_points(
            counts,
            self.estimates.worths,
            penalty=penalty,
            min_length=min_length,
            level=level,
            periods=self.labels,
            score=self.name,
            backend=self.backend,
        )

    def control_chart(
        self,
        kind: str = "laney",
        *,
        reference: Any = None,
        dispersion: float | None = None,
        **options: float,
    ) -> ControlChart:
        """Return a control chart: which periods are out of the ordinary?

        See `npskit.tracking.charts` for the methods and what must be true; weighted and clustered answers enter at
        their effective number. Of a timeline by segments take one, with `segment`.

        Args:
            kind: `"laney"` for single odd periods and large shifts; `"ewma"` or `"cusum"` for small ones that last.
            reference: The periods that say what is usual: a slice, a mask or places; all of them by default.
            dispersion: How much more the scores vary than sampling alone would have them, where it is known.
            options: `width` of a Laney chart; `weight` and `width` of an EWMA chart; `allowance` and `threshold` of a
                CUSUM chart; see `laney_chart`, `ewma_chart` and `cusum_chart` of `npskit.tracking.charts`.

        Raises:
            InvalidTypeError, InvalidValueError: If an argument cannot be used.
            IncompatibleError: If the scores are of a window or of fading weights, or by segments; or an option goes
                with another kind.

        Example:
            >>> from npskit.tracking.timeline import timeline
            >>> days = np.arange("2026-01-05", "2026-02-16", dtype="M8[D]")
            >>> answers = [5, 9, 9, 10, 7, 8, 10] * 5 + [2, 3, 9, 5, 6, 3, 4]
            >>> [signal.period for signal in timeline(days, answers, every="week").control_chart().signals]
            ['2026-W07']
        """
        if kind not in _CHARTS:
            raise InvalidValueError(f"kind must be one of {', '.join(_CHARTS)}: got {kind!r}")
        counts = self._own_counts("control_chart")
        chart, known = _CHARTS[kind]
        for name in options:
            if name not in known:
                raise IncompatibleError(f"{name} is no option of kind={kind!r}; {did_you_mean(name, known)}")
        return chart(
            counts,
            self.estimates.worths,
            reference=reference,
            dispersion=dispersion,
            periods=self.labels,
            score=self.name,
            backend=self.backend,
            **options,
        )

    def _own_counts(self, method: str) -> NDArray[np.float64]:
        """Return the effective answers of each period by category, if periods share none and there is one series."""
        if self.window is not None:
            raise IncompatibleError(
                f"{method}: scores of window {self.window!r} share their answers; take a timeline of calendar periods"
            )
        if self.by:
            raise IncompatibleError(
                f"{method}: there is a series for each {', '.join(self.by)}; take one with .segment(...)"
            )
        # nothing is known of a period where the effective number is NaN
        return np.nan_to_num(self.estimates.effective_counts(), nan=0.0, posinf=np.inf)

    # ---- as something to read ----

    def columns(self, *, level: float = LEVEL, method: str = "score") -> dict[str, list[Any]]:
        """Return the timeline as columns of plain Python values; arguments as for `Score.interval`."""
        return columns_of(self, level, method)

    def to_dict(self, *, level: float = LEVEL, method: str = "score") -> dict[str, Any]:
        """Return everything as plain Python, ready for JSON but for NaN; arguments as for `Score.interval`."""
        columns = self.columns(level=level, method=method)
        for name in [*list(columns)[: len(self.by)], "start"]:
            columns[name] = list(map(plain, columns[name]))
        return {
            "score": self.name,
            "every": self.every,
            "window": self.window,
            "by": list(self.by),
            "level": level,
            "method": method,
            "periods": [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)],
            "undated": int(self.undated.rows.sum()),
            "conventions": attrs.asdict(self.conventions),
        }

    def to_frame(self, backend: str | None = None) -> Any:
        """Return the timeline as a dataframe, one row per score.

        Args:
            backend: `"pandas"`, `"polars"` or `"pyarrow"`. Default: the library the data came in.
        """
        return native_frame(self.columns(), backend or self.backend)

    @property
    def _caption(self) -> str:
        undated = int(self.undated.rows.sum())
        parts = [str(self.conventions)] + ([f"window: {self.window}"] if self.window else [])
        return ", ".join(parts + ([f"{undated} without a time, in no {self.every}"] if undated else []))

    def to_text(self, *, level: float = LEVEL, method: str = "score") -> str:
        """Return the timeline as aligned text; arguments as for `Score.interval`."""
        undated = int(self.undated.rows.sum())
        aside = f"\n{undated} without a time, in no {self.every}" if undated else ""
        return text_table(*rows_of(self, level, method)) + aside

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        ends = f", {self.labels[0]!r} to {self.labels[-1]!r}" if self.labels else ""
        of = f" by {', '.join(self.by)}" if self.by else ""
        window = f", window={self.window!r}" if self.window else ""
        aside = f", undated={undated}" if (undated := int(self.undated.rows.sum())) else ""
        rows = "" if self.window else f", n={int(self.n.sum())}"
        return f"Timeline({self.name} every {self.every}{of}{ends}, periods={len(self)}{window}{rows}{aside})"

    def _repr_html_(self) -> str:
        return html_table(*rows_of(self, LEVEL, "score"), caption=self._caption)

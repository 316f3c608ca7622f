"""What a control chart says: the record that the charts of `npskit.tracking.charts.chart_kinds` return."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Floats
from npskit.plots import Chart, PeriodLines, PeriodSeries, PeriodSignal
from npskit.results import NO_ROWS, Columns, RowCounts, Rows, RowsAside, number, records
from npskit.tracking.charts.rivals import Rivals, looks_like


@attrs.frozen
class Signal:
    """A stretch of periods beyond one limit.

    Args:
        index: The place of the first period beyond the limit.
        period: That period.
        direction: `"rise"` or `"fall"`.
        length: How many periods with answers the chart stays beyond the limit.
        since: The place of the period in which the shift probably began: for EWMA and CUSUM the first after the
            statistic last was on the other side of zero or on it (Page, "Continuous inspection schemes", Biometrika 41
            (1954) 100-115; Nishina, "A comparison of control charts from the viewpoint of change-point estimation",
            Quality and Reliability Engineering International 8 (1992) 537-541); `index` on a Laney chart.
    """

    index: int
    period: Any
    direction: str
    length: int
    since: int


@attrs.frozen(eq=False, repr=False)
class ControlChart(RowsAside):
    """A control chart: what is watched in each period, its limits, and the signals.

    What must be true for a signal to be news: nothing but what is usual happened in the reference periods, and periods
    are independent of each other; see `npskit.tracking.charts.chart_kinds`. A signal says that a period is unusual, not
    why.

    Args:
        method: `"laney"`, `"ewma"` or `"cusum"`.
        score: The name of the score.
        periods: A label for each period.
        n: Answers of each period, shape `(T,)`.
        values: Score of each period, shape `(T,)`; NaN where there are no answers.
        z: Standardized scores before division by the dispersion, shape `(T,)`; NaN where there are no answers.
        center: The score of the reference periods together.
        dispersion: σ_z: how much more the scores vary from period to period than sampling alone would have them.
        rising: What is held against `upper`, shape `(T,)`: the scores of a Laney chart, else the EWMA or the upper
            CUSUM of z / σ_z.
        falling: What is held against `lower`, shape `(T,)`; the same as `rising` but for a CUSUM.
        lower: Lower limits, shape `(T,)`.
        upper: Upper limits, shape `(T,)`.
        signals: Every stretch beyond a limit, in order of time.
        assumes: What must be true for a signal to be news.
        rivals: What else would say as much as steps of the score, and what is left of the series; None where there are
            fewer than eight periods with answers. See `npskit.tracking.charts.rivals`.
        backend: The dataframe library that `to_frame` gives by default.
        row_counts: What became of the rows that the timeline is of.
    """

    method: str
    score: str
    periods: tuple[Any, ...]
    n: Floats
    values: Floats
    z: Floats
    center: float
    dispersion: float
    rising: Floats
    falling: Floats
    lower: Floats
    upper: Floats
    signals: tuple[Signal, ...]
    assumes: tuple[str, ...] = ()
    rivals: Rivals | None = None
    backend: str | None = None
    row_counts: RowCounts = NO_ROWS

    @property
    def looks_like(self) -> str:
        """`"steps"`, or a `"trend"`, `"season"` or `"drift"` that says as much with less, or `"unclear"`."""
        return looks_like(self.rivals)

    @property
    def above(self) -> NDArray[np.bool_]:
        """True for each period that signals a rise."""
        return (self.n > 0) & (self.rising > self.upper)

    @property
    def below(self) -> NDArray[np.bool_]:
        """True for each period that signals a fall."""
        return (self.n > 0) & (self.falling < self.lower)

    def __len__(self) -> int:
        return len(self.periods)

    def __repr__(self) -> str:
        parts = self._parts("center", "dispersion")
        return self._said(f"{self.method} of {self.score}", periods=len(self), **parts, signals=len(self.signals))

    @property
    def _verdicts(self) -> list[str]:
        """What each period signals, in words."""
        pairs = zip(self.above.tolist(), self.below.tolist(), strict=True)
        return [" and ".join(word for word, on in zip(("rise", "fall"), pair, strict=True) if on) for pair in pairs]

    def _rows(self) -> Rows:
        digits = 1 if self.method == "laney" else 2
        whole = bool((self.n == np.round(self.n)).all())
        header = ["period", self.score, "n" if whole else "effective n"]
        shown_n = [f"{n:.10g}" if whole else number(n) for n in self.n.tolist()]
        cells = [list(map(str, self.periods)), self.values.tolist(), shown_n]
        if self.method != "laney":
            watched = {"ewma": self.rising} if self.method == "ewma" else {"up": self.rising, "down": self.falling}
            header += watched
            cells += [[number(x, digits) for x in line.tolist()] for line in watched.values()]
        limits = zip(self.lower.tolist(), self.upper.tolist(), strict=True)
        shown = ["" if low != low else f"{number(low, digits)} .. {number(high, digits)}" for low, high in limits]
        cells += [shown, self._verdicts]
        return [*header, "limits", "signal"], [list(row) for row in zip(*cells, strict=True)]

    def _chart(self) -> Chart:
        """Return what is watched between its limits; scores of a Laney chart, else the statistics."""
        own = self.method == "laney"
        lines = {self.score: self.values} if own else {"up": self.rising, "down": self.falling}
        lines = {self.method.upper(): self.rising} if self.method == "ewma" else lines
        names = [""] if len(lines) == 1 else list(lines)
        series = [PeriodSeries(name, line.tolist()) for name, line in zip(names, lines.values(), strict=True)]
        falling = len(series) - 1
        signals = [PeriodSignal(i, "rise") for i in np.flatnonzero(self.above).tolist()]
        signals += [PeriodSignal(i, "fall", falling) for i in np.flatnonzero(self.below).tolist()]
        return PeriodLines(
            self.score if own else f"{self.method.upper()} ({self.score})",
            tuple(map(str, self.periods)),
            tuple(series),
            whole=self.center if own else None,
            lower=self.lower.tolist(),
            upper=self.upper.tolist(),
            signals=tuple(signals),
            usual=True,
            digits=0 if own else 1,
        )

    def _notes(self) -> list[str]:
        said = self.rivals.sentence if self.rivals is not None and self.signals else ""
        return [said] if said else []

    def columns(self) -> Columns:
        """Return the chart as columns of plain Python values, one row for each period."""
        names = ("n", "values", "z", "rising", "falling", "lower", "upper")
        numbers = {"value" if name == "values" else name: getattr(self, name).tolist() for name in names}
        return {"period": list(self.periods), **numbers, "signal": self._verdicts}

    _SAYS = (
        "score, method, center, dispersion, signals, looks_like, rivals, assumes, periods: list[TypedDict('ChartRow', "
        "{'period': Any, 'n': float, 'value': float, 'z': float, 'rising': float, 'falling': float, 'lower': float, "
        "'upper': float, 'signal': str})]"
    )

    def _record(self) -> dict[str, Any]:
        parts = self._parts("score", "method", "center", "dispersion", "signals", "looks_like", "rivals", "assumes")
        return parts | {"periods": records(self.columns())}

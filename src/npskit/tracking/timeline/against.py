"""Each period of a timeline against an earlier one."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Floats
from npskit.checks import one_of
from npskit.inference import adjust, mover, score_test, tail_of
from npskit.options import PREVIOUS, Correction, Previous
from npskit.plots import Chart, Forest, ForestRow
from npskit.results import (
    LEVEL,
    NO_ROWS,
    Columns,
    CountedRows,
    RowCounts,
    Rows,
    key_columns,
    number,
    p_value,
    percent,
    records,
)
from npskit.scores import segment_names, segment_parts
from npskit.tracking.timeline.period_scores import PeriodScores
from npskit.tracking.timeline.windows import earlier

_FIGURES = ("difference", "low", "high", "p_value", "p_adjusted")


@attrs.frozen(eq=False, repr=False)
class TimelineComparison(CountedRows):
    """The difference of each period's score and an earlier one's, with its sign; arrays are `(T,)`, with `by` `(G, T)`.

    What must be true: the same kind of customer was asked in the same way in both periods, and customers are
    independent of each other; those who answered in both are allowed for where they are bound. A year-on-year
    comparison leaves out the season; one with the previous period does not.

    Intervals and `p_value` are for a single comparison chosen beforehand. Whoever looks through all periods for the
    largest move wants `p_adjusted`, which allows for as many looks as there are comparisons in a segment.

    Args:
        score: The name of the score.
        previous: What each was compared with: the `"previous"` one, or the one a `"year"` before.
        every: How often there is a score.
        labels: The periods.
        before: The number of the period that each was compared with; -1 where there is none.
        difference: The score less the earlier one, in units of the score; NaN where one of them has no answer.
        low: Lower limit, by MOVER of the two score intervals.
        high: Upper limit.
        p_value: Two-sided, of no difference, by the score test.
        p_adjusted: The same, allowing for the number of comparisons.
        correction: How.
        level: Confidence level of the intervals.
        by: The names of the columns that make the segments.
        segments: The values of these columns for each segment.
        backend: The dataframe library that `to_frame` gives by default.
        row_counts: What became of the rows that the timeline is of.
    """

    _TEXT = "table"

    score: str
    previous: Previous
    every: str
    labels: tuple[str, ...]
    before: NDArray[np.intp]
    difference: Floats
    low: Floats
    high: Floats
    p_value: Floats
    p_adjusted: Floats
    correction: Correction
    level: float = LEVEL
    by: tuple[str, ...] = ()
    segments: tuple[tuple[Any, ...], ...] = ()
    backend: str | None = None
    row_counts: RowCounts = NO_ROWS

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        of = f" by {', '.join(self.by)}" if self.by else ""
        compared = int(np.isfinite(self.difference).sum())
        words = f"{self.score} every {self.every}{of} against {self.previous!r}"
        return self._said(words, compared=compared, **self._parts("correction", "level"))

    def columns(self) -> Columns:
        """Return the comparisons as columns of plain Python values."""
        keys = self.segments if self.by else ((),)
        table = key_columns(self.by, [key for key in keys for _ in self.labels], ("period", "against", *_FIGURES))
        table["period"] = list(self.labels) * len(keys)
        table["against"] = [self.labels[i] if i >= 0 else None for i in self.before.ravel().tolist()]
        return table | {name: getattr(self, name).ravel().tolist() for name in _FIGURES}

    def _chart(self) -> Chart:
        """Return the differences against 0, in order of time; hollow where what allows for all looks finds none."""
        found = self.columns()
        keys = segment_names(list(zip(*(found[name] for name in list(found)[: len(self.by)]), strict=True)))
        names = list(map(" ".join, zip(keys, found["period"], strict=True))) if self.by else found["period"]
        figures = zip(*(found[name] for name in ("difference", "low", "high", "p_adjusted")), strict=True)
        rows = [
            ForestRow(name, value, low, high, unsure=not p < 1 - self.level)
            for name, (value, low, high, p) in zip(names, figures, strict=True)
            if value == value
        ]
        return Forest(self.score, (self.every,), rows, self.level, signed=True, ordered=True)

    def _rows(self) -> Rows:
        header = [*self.by, self.every, "against", "difference", f"{percent(self.level)} interval", "p"]
        rows = []
        keys = segment_parts([key for key in (self.segments if self.by else ((),)) for _ in self.labels])
        figures = zip(*list(self.columns().values())[len(self.by) :], strict=True)
        for parts, (label, against, difference, low, high, p, adjusted) in zip(keys, figures, strict=True):
            shown = [f"{number(low)} .. {number(high)}", p_value(p), p_value(adjusted)]
            row = [*parts, label, against or "", difference]
            rows.append([*row, *(shown if difference == difference else ["", "", ""])])
        return [*header, f"p ({self.correction})"], rows

    _SAYS = (
        "score, previous, every, correction, level, by, periods: list[TypedDict('PeriodDifference', {'period': str, "
        "'against': str | None, 'difference': float, 'low': float, 'high': float, 'p_value': float, "
        "'p_adjusted': float})]"
    )

    def _record(self) -> dict[str, Any]:
        parts = self._parts("score", "previous", "every", "correction", "level", "by")
        return parts | {"periods": records(self.columns())}


def compare_periods(
    line: PeriodScores, previous: Previous, *, level: float, correction: Correction
) -> TimelineComparison:
    """Compare the periods of a timeline with earlier ones; see `Timeline.against`."""
    one_of(previous, PREVIOUS, "previous")
    tail_of(level)  # refuses a bad level
    before = earlier(previous, line.labels, line.begins, line.ends)
    usable = np.take_along_axis(line.n > 0, np.maximum(before, 0), axis=-1) & (before >= 0) & (line.n > 0)
    where = np.nonzero(usable)
    now, then = line.estimates[where], line.estimates[(*where[:-1], before[where])]
    lows, highs = (np.stack(pair, -1) for pair in zip(*(e.interval(level, "score") for e in (now, then)), strict=True))
    rho = 0.0 if line.shared is None else line.shared[PREVIOUS.index(previous)][where]
    low, high = mover(np.stack([now.mean, then.mean], -1), lows, highs, [1.0, -1.0], rho)
    counts = now.effective_counts(), then.effective_counts()
    p = score_test(*counts, now.category_scores, correlation=rho)[1]

    figures = np.full((4, *usable.shape), np.nan)
    figures[:, usable] = now.mean - then.mean, low, high, p
    parts = line._parts("every", "labels", "by", "segments", "backend")
    parts |= zip(_FIGURES, [*figures, adjust(figures[-1], correction, name="correction")], strict=True)
    return TimelineComparison(line.name, previous, before=before, correction=correction, level=level, **parts)

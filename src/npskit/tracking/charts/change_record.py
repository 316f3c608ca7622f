"""What was found when the answers changed: the record that `npskit.tracking.charts.segmentation` returns."""

from __future__ import annotations

from typing import Any

import attrs

from npskit.plots import Chart, Forest, ForestRow
from npskit.results import NO_ROWS, CountedRows, Interval, RowCounts, Rows, one_line, percent
from npskit.tracking.charts.rivals import Rivals, looks_like


@attrs.frozen
class Change:
    """One change: the scores of the segments before and after it, their intervals and that of the difference.

    Args:
        index: The place of the first period with answers after the change.
        period: That period.
        before: Score from the previous change, or the beginning, to this one.
        before_interval: Of it.
        after: Score from this change to the next, or the end.
        after_interval: Of it.
        difference: after - before.
        interval: Of it.
        n_before: Answers before the change, in its segment.
        n_after: Answers after the change, in its segment.
    """

    index: int
    period: Any
    before: float
    before_interval: Interval
    after: float
    after_interval: Interval
    difference: float
    interval: Interval
    n_before: float
    n_after: float


@attrs.frozen(eq=False, repr=False)
class ChangePoints(CountedRows):
    """The changes found in a series of periods, in order of time.

    The intervals are optimistic: they treat the places of the changes as known beforehand, while these were chosen to
    make the segments differ. They allow for the dispersion: each answer counts as 1/φ of one.

    Args:
        score: The name of the score.
        size: How many periods there are, those without answers included.
        changes: The changes.
        dispersion: φ: how much more successive periods differ than sampling alone would have them; at least 1.
        penalty: β: what each change has to gain, in units of -2 log-likelihood.
        criterion: -2 log-likelihood of all segments, plus the penalties: the least there is.
        criterion_without: The same without any change; never less.
        min_length: The fewest periods with answers a segment may have.
        level: Confidence level of the intervals.
        assumes: What must be true for the changes to be changes.
        rivals: What else would say as much, and what is left of the series; None where there are fewer than eight
            periods with answers. See `npskit.tracking.charts.rivals`.
        bands: Lowest and highest category score of the bands that were told apart, where there are many categories.
        backend: The dataframe library that `to_frame` gives by default.
        row_counts: What became of the rows that the timeline is of.
    """

    _TABLE = ("changes", Change)

    score: str
    size: int
    changes: tuple[Change, ...]
    dispersion: float
    penalty: float
    criterion: float
    criterion_without: float
    min_length: int
    level: float
    assumes: tuple[str, ...] = ()
    rivals: Rivals | None = None
    bands: tuple[tuple[float, float], ...] = ()
    backend: str | None = None
    row_counts: RowCounts = NO_ROWS

    @property
    def looks_like(self) -> str:
        """`"steps"`, or a `"trend"`, `"season"` or `"drift"` that says as much with less, or `"unclear"`."""
        return looks_like(self.rivals)

    def _chart(self) -> Chart | None:
        """Return the levels between the changes, in order of time; none where no change was found."""
        if not self.changes:
            return None
        first = self.changes[0]
        rows = [ForestRow.of(f"… {first.period}", first.before, first.before_interval, n=round(first.n_before))]
        rows += [
            ForestRow.of(f"{each.period} …", each.after, each.after_interval, n=round(each.n_after))
            for each in self.changes
        ]
        return Forest(self.score, ("",), rows, self.level, digits=1, ordered=True)

    def __len__(self) -> int:
        return len(self.changes)

    def __repr__(self) -> str:
        found = ", ".join(f"{one_line(str(change.period))} ({change.difference:+.1f})" for change in self.changes[:5])
        more = ", ..." if len(self) > 5 else ""
        words = f"{self.score}, periods={self.size}, changes=[{found}{more}]"
        return self._said(words, **self._parts("dispersion", "penalty"))

    def __str__(self) -> str:
        return self.to_text(all_rows=False) if self.changes else "\n".join([repr(self), *self._notes()])

    def _notes(self) -> list[str]:
        if not self.changes:
            return ["No change was found, which does not say that there was none."]
        said = "" if self.rivals is None else self.rivals.sentence
        return [said] if said else []

    _SAYS = "*fields, looks_like"

    def _record(self, *_: Any, **options: Any) -> dict[str, Any]:
        return super()._record(**options) | {"looks_like": self.looks_like}

    def _rows(self) -> Rows:
        interval = f"{percent(self.level)} interval"
        header = ["from", "before", interval, "after", interval, "after - before", interval]
        rows = []
        for c in self.changes:
            row = [str(c.period), c.before, str(c.before_interval), c.after, str(c.after_interval)]
            rows.append([*row, c.difference, str(c.interval)])
        return header, rows

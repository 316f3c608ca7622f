"""What was found when the answers changed: the record that `npskit.tracking.change_points` returns."""

from __future__ import annotations

from typing import Any

import attrs

from npskit.results.display import html_table, number, percent, text_table
from npskit.results.native import native_frame
from npskit.results.values import plain


@attrs.frozen
class Change:
    """One change: the scores of the segments before and after it, their intervals and that of the difference.

    Args:
        index: The place of the first period with answers after the change.
        period: That period.
        before: Score from the previous change, or the beginning, to this one.
        before_low: Lower limit of it.
        before_high: Upper limit of it.
        after: Score from this change to the next, or the end.
        after_low: Lower limit of it.
        after_high: Upper limit of it.
        difference: after - before.
        low: Lower limit of it.
        high: Upper limit of it.
        n_before: Answers before the change, in its segment.
        n_after: Answers after the change, in its segment.
    """

    index: int
    period: Any
    before: float
    before_low: float
    before_high: float
    after: float
    after_low: float
    after_high: float
    difference: float
    low: float
    high: float
    n_before: float
    n_after: float


@attrs.frozen(repr=False)
class ChangePoints:
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
        backend: The dataframe library that `to_frame` gives by default.
    """

    score: str
    size: int
    changes: tuple[Change, ...]
    dispersion: float
    penalty: float
    criterion: float
    criterion_without: float
    min_length: int
    level: float
    backend: str | None = None

    def __len__(self) -> int:
        return len(self.changes)

    def __repr__(self) -> str:
        found = ", ".join(f"{change.period} ({change.difference:+.1f})" for change in self.changes[:5])
        more = ", ..." if len(self) > 5 else ""
        return (
            f"ChangePoints({self.score}, periods={self.size}, changes=[{found}{more}], "
            f"dispersion={self.dispersion:.3g}, penalty={self.penalty:.3g})"
        )

    def __str__(self) -> str:
        if not self.changes:
            return f"{self!r}\nNo change was found, which does not say that there was none."
        return f"{self!r}\n{text_table(*self._rows())}"

    def _rows(self) -> tuple[list[str], list[list[Any]]]:
        interval = f"{percent(self.level)} interval"
        header = ["from", "before", interval, "after", interval, "after - before", interval]
        rows = []
        for c in self.changes:
            limits = ((c.before_low, c.before_high), (c.after_low, c.after_high), (c.low, c.high))
            before, after, difference = (f"{number(low)} .. {number(high)}" for low, high in limits)
            rows.append([str(c.period), c.before, before, c.after, after, c.difference, difference])
        return header, rows

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain Python: one record for each change under `changes`."""
        fields = attrs.asdict(self, recurse=False, filter=attrs.filters.exclude("backend"))
        return fields | {"changes": [attrs.asdict(c) | {"period": plain(c.period)} for c in self.changes]}

    def to_frame(self, backend: str | None = None) -> Any:
        """Return the changes as a dataframe, one row each; `backend` as for `Score.to_frame`."""
        columns = {a.name: [getattr(c, a.name) for c in self.changes] for a in attrs.fields(Change)}
        return native_frame(columns, backend or self.backend)

    def _repr_html_(self) -> str:
        return html_table(*self._rows(), caption=repr(self))

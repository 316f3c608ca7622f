"""What an explanation of a change says: the parts of it, the segments, and a sentence."""

from __future__ import annotations

from typing import Any

import attrs

from npskit.inference import normal_quantile
from npskit.plots import Chart, Waterfall, WaterfallStep
from npskit.results import (
    NO_ROWS,
    Columns,
    CountedRows,
    Interval,
    RowCounts,
    Rows,
    columns_of,
    key_columns,
    number,
    wrapped,
)

ASSUMES = (
    "The answers of both periods come from the same kind of invitation: who is asked, and who answers, did not change "
    "except in the segments shown.",
    "A segment means the same in both periods.",
    "Mix and rate are arithmetic: they say where the change is, not what caused it.",
)

# Segments that a table shows; the others are in `segments`, `to_dict` and `to_frame`.
_SHOWN = 12


@attrs.frozen
class Part:
    """A part of the change.

    Args:
        name: `"mix"` or `"rate"`; with several columns `"mix of region"`, `"mix of channel within region"`.
        value: What it adds to the change, in units of the score.
        se: Its standard error, by the delta method; NaN where it is not known.
        interval: Of it.
    """

    name: str
    value: float
    se: float
    interval: Interval


@attrs.frozen
class SegmentChange:
    """What one segment adds to the change.

    Args:
        key: The values that make the segment.
        segment: Its name.
        n_before: Answers before.
        n_after: Answers after.
        share_before: Its share of the (weighted) answers before, 0..1.
        share_after: Its share after.
        score_before: Its score before; NaN where it had no answers.
        score_after: Its score after.
        mixes: What it adds through the mix of each column of `by`.
        mix: Their sum.
        rate: What it adds through its score.
        mix_se: Standard error of `mix`.
        rate_se: Standard error of `rate`.
        contribution: mix + rate.
        contribution_se: Standard error of `contribution`.
    """

    key: tuple[Any, ...]
    segment: str
    n_before: int
    n_after: int
    share_before: float
    share_after: float
    score_before: float
    score_after: float
    mixes: tuple[float, ...]
    mix: float
    rate: float
    mix_se: float
    rate_se: float
    contribution: float
    contribution_se: float


@attrs.frozen(eq=False, repr=False)
class ChangeExplanation(CountedRows):
    """Why a score moved. The parts sum to the difference, and so do the contributions of the segments.

    What must be true for it to mean anything stands in `assumes`. The intervals are for one look at one question: of
    many segments the largest is partly the one with the largest error.

    Args:
        by: The columns that make the segments; the later ones within the earlier.
        score: The name of the score.
        before: The score before.
        after: The score after.
        difference: after - before.
        se: Its standard error.
        interval: Of the difference.
        parts: The mix of each column, then the rate.
        segments: Largest contribution first, up or down.
        span: The range of the category scores; it says how many decimals are worth printing.
        sentence: The explanation in plain English.
        assumes: What must be true for this to mean anything.
        backend: The dataframe library that `to_frame` gives by default.
        row_counts: What became of the rows: answers on either side count, those without a time are set aside, and those
            of other times left out.
    """

    by: tuple[str, ...]
    score: str
    before: float
    after: float
    difference: float
    se: float
    interval: Interval
    parts: tuple[Part, ...]
    segments: tuple[SegmentChange, ...]
    span: float
    sentence: str = ""
    assumes: tuple[str, ...] = ASSUMES
    backend: str | None = None
    row_counts: RowCounts = NO_ROWS

    @property
    def mix(self) -> float:
        """What the mix of all columns adds to the difference."""
        return sum(part.value for part in self.parts[:-1])

    @property
    def rate(self) -> float:
        """What the scores within the segments add to the difference."""
        return self.parts[-1].value

    def __repr__(self) -> str:
        parts = self._parts("difference", "mix", "rate")
        return self._said(f"{self.score} by {', '.join(self.by)}", **parts, segments=len(self.segments))

    def _chart(self) -> Chart:
        """Return the parts one after the other: what segments add by their scores, by size, then the mix."""
        z = float(normal_quantile((1 + self.interval.level) / 2))
        moved = sorted(self.segments, key=lambda each: -abs(each.rate))
        steps = [WaterfallStep(s.segment, s.rate, s.rate - z * s.rate_se, s.rate + z * s.rate_se) for s in moved]
        steps += [WaterfallStep(part.name, part.value, *part.interval) for part in self.parts[:-1]]
        return Waterfall(self.score, self.before, self.after, steps, self.interval.level)

    def _headline(self) -> str:
        return wrapped(self.sentence)

    def _caption(self) -> str:
        return self.sentence

    def _rows(self) -> Rows:
        header = [", ".join(self.by), "before", "after", "share", "mix", "rate", "adds", "se"]
        rows: list[list[Any]] = []
        for s in self.segments[:_SHOWN]:
            shares = f"{number(100 * s.share_before)} > {number(100 * s.share_after)}%"
            adds = [s.mix, s.rate, s.contribution, s.contribution_se]
            rows.append([s.segment, s.score_before, s.score_after, shares, *adds])
        rest = self.segments[_SHOWN:]
        if rest:
            parts = zip(*((s.mix, s.rate, s.contribution) for s in rest), strict=True)
            rows.append([f"and {len(rest)} more", "", "", "", *map(sum, parts), ""])
        return header, [*rows, ["all", self.before, self.after, "", self.mix, self.rate, self.difference, self.se]]

    def columns(self) -> Columns:
        """Return the segments as columns, one row each."""
        table = columns_of(self.segments, SegmentChange)
        keys, mixes = table.pop("key"), table.pop("mixes")
        del table["segment"]
        names = [f"mix of {name}" for name in self.by] if len(self.by) > 1 else []
        found = key_columns(self.by, keys, table)
        return found | key_columns(names, mixes, (*table, *found), "effect") | table

    _SAYS = "*fields, difference: Never, span: Never, value: float, mix, rate"

    def _record(self) -> dict[str, Any]:
        figures = self._parts("score", "by", "se", "interval", "before", "after", "mix", "rate", "parts", "segments")
        return {"value": self.difference} | figures | self._parts("sentence", "assumes")

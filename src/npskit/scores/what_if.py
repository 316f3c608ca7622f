"""What a score would be were some answers others: a supposition, and how it is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from npskit.results import NO_ROWS, CountedRows, Interval, RowCounts, Rows, number, percent, wrapped


@attrs.frozen
class SupposedShare:
    """A category before and after.

    Args:
        category: Its name.
        before: Its share today, 0..1.
        after: The share that is supposed.
        difference: `after - before`.
        difference_interval: Of `difference`.
    """

    category: str
    before: float
    after: float
    difference: float
    difference_interval: Interval


@attrs.frozen(eq=False, repr=False)
class WhatIf(CountedRows):
    """What a score would be, were it so.

    Args:
        score: The name of the score.
        supposed: What is supposed, in words.
        before: The score today.
        value: The score then.
        interval: Of `value`.
        difference: `value - before`.
        difference_interval: Of `difference`.
        categories: Their shares, worst to best.
        assumes: What must be true for this to mean anything.
        backend: The dataframe library that `to_frame` gives by default.
        row_counts: What became of the rows.
    """

    _TEXT = "table"
    _TABLE = ("categories", SupposedShare)

    score: str
    supposed: str
    before: float
    value: float
    interval: Interval
    difference: float
    difference_interval: Interval
    categories: tuple[SupposedShare, ...]
    assumes: tuple[str, ...]
    backend: str | None = None
    row_counts: RowCounts = NO_ROWS

    def __repr__(self) -> str:
        parts = {"before": self.before, "difference": self.difference, "difference_interval": self.difference_interval}
        return self._said(f"{self.score}={number(self.value)}", supposed=self.supposed, **parts)

    def _headline(self) -> str:
        return wrapped(self._caption())

    def _caption(self) -> str:
        level = percent(self.difference_interval.level)
        return (
            f"What if {self.supposed}: {self.score} {number(self.before)} would be {number(self.value)}, "
            f"{self.difference:+.1f} ({level} interval {self.difference_interval}; n = {self.n})."
        )

    def _rows(self, *_: Any, **options: Any) -> Rows:
        header = ["category", "today", "then", "points", "interval"]
        return header, [
            [
                each.category,
                f"{each.before:.1%}",
                f"{each.after:.1%}",
                f"{100 * each.difference:+.1f}",
                " .. ".join(f"{100 * limit:+.1f}" for limit in each.difference_interval),
            ]
            for each in self.categories
        ]

    def _notes(self) -> Sequence[str]:
        return [wrapped(note) for note in self.assumes]

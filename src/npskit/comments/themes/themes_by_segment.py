"""What comments are about in each segment."""

from __future__ import annotations

from typing import Any

import attrs

from npskit.comments.themes.themes import ASSUMES, ThemeFigures, Themes
from npskit.results import NO_ROWS, Columns, CountedRows, RowCounts, Rows, columns_of, key_columns, number, wrapped
from npskit.scores import segment_names


@attrs.frozen(eq=False, repr=False)
class ThemesBySegment(CountedRows):
    """The themes of each segment, each of a regression of its own.

    Args:
        by: The columns that make the segments.
        keys: The values that make each segment.
        segments: The themes of each.
        assumes: What must be true for this to mean anything.
        backend: The dataframe library that `to_frame` gives by default.
        row_counts: What became of the rows; segments without an answer are not shown.
    """

    _TEXT = "table"

    by: tuple[str, ...]
    keys: tuple[tuple[Any, ...], ...]
    segments: tuple[Themes, ...]
    assumes: tuple[str, ...] = ASSUMES
    backend: str | None = None
    row_counts: RowCounts = NO_ROWS

    def __len__(self) -> int:
        return len(self.segments)

    def __getitem__(self, segment: Any) -> Themes:
        """Return the themes of a segment by its value, or a tuple of the values of several columns."""
        key = segment if isinstance(segment, tuple) else (segment,)
        if key not in self.keys:
            raise KeyError(segment)
        return self.segments[self.keys.index(key)]

    def __repr__(self) -> str:
        return self._said(f"by {', '.join(self.by)}", segments=len(self.segments), n=self.n)

    def _headline(self) -> str:
        return wrapped(self._caption())

    def _caption(self) -> str:
        return f"What comments are about, by {', '.join(self.by)}."

    def _rows(self) -> Rows:
        header = [", ".join(self.by), "theme", "mentions", "of comments", "score", "others", "points", "interval"]
        rows: list[list[Any]] = []
        for name, themes in zip(segment_names(self.keys), self.segments, strict=True):
            for each in themes.themes:
                known = each.points == each.points
                values = [number(value) if value == value else "" for value in (each.score, each.score_of_others)]
                points = [number(each.points), str(each.points_interval)] if known else ["", ""]
                rows.append([name, each.theme, each.mentions, f"{number(100 * each.share)}%", *values, *points])
        return header, rows

    def _notes(self) -> list[str]:
        return [wrapped(note) for note in self.assumes]

    def columns(self) -> Columns:
        """Return one row for each segment and theme."""
        table = columns_of([each for themes in self.segments for each in themes.themes], ThemeFigures)
        keys = [key for key, themes in zip(self.keys, self.segments, strict=True) for _ in themes.themes]
        return key_columns(self.by, keys, table) | table

"""Titles above the names of a table: lines of few cells, then one with a text for each column."""

from __future__ import annotations

import re
from collections.abc import Sequence

Row = Sequence[str]

# Numbers, dates and times of day, and what stands around a number.
_VALUE = re.compile(r"[<>~=(+\-\u2212$€£]?\s*\d[\d\s.,:/%+)TZ'’\u2212€$£-]*")
_MOST = 20
# So many rows are looked at to tell whether they are of the same width.
_LOOK = 50
_SAME = 0.8


def is_value(cell: str) -> bool:
    """Whether a cell is a number, a date or a time, as no name of a column is.

    Example:
        >>> is_value(" 9,5 "), is_value("2026-03-01 10:00"), is_value("Q1")
        (True, True, False)
    """
    return _VALUE.fullmatch(cell.strip()) is not None


def filled(row: Row) -> int:
    """Return how many cells of a row hold anything."""
    return sum(map(bool, map(str.strip, row)))


def titles_above(rows: Sequence[Row]) -> int:
    """Return how many rows stand above the names: titles, and pairs such as "Period: May"; 0 if there are none.

    Names are texts that differ, one for each column, under which at least one column holds values; above them no row
    may have as many cells.

    Example:
        >>> titles_above([["Results 2026"], [], ["Date", "nps"], ["2026-03-01", "9"]])
        2
        >>> titles_above([["Date", "nps"], ["2026-03-01", "9"]])
        0
    """
    counts = list(map(filled, rows[: _MOST + 1]))
    found = widest = 0
    for i, count in enumerate(counts):
        above = counts[:i]
        if count < 2 or count <= widest or not any(above):
            continue
        parted = 0 in above
        few = (n < 2 or 2 * n <= count or (n < count and (parted or _is_pair(rows[k]))) for k, n in enumerate(above))
        if all(few) and _are_names(rows[i]) and is_table(rows[i], rows[i + 1 : i + 1 + _LOOK]):
            found, widest = i, count
    return found


def _is_pair(row: Row) -> bool:
    return row[0].strip().endswith(":")


def _are_names(row: Row) -> bool:
    told = [cell.strip() for cell in _without_tail(row)]
    return all(told) and len(set(map(str.casefold, told))) == len(told) and not any(map(is_value, told))


def _without_tail(row: Row) -> Row:
    size = len(row)
    while size and not row[size - 1].strip():
        size -= 1
    return row[:size]


def is_table(names: Row, below: Sequence[Row]) -> bool:
    """Whether rows have a cell for each name, and one of their columns holds values."""
    told = [row for row in below if filled(row)]
    fitting = [row for row in told if len(row) == len(names)]
    if not fitting or len(fitting) < _SAME * len(told):
        return False
    for j in range(len(_without_tail(names))):
        cells = [row[j] for row in fitting if row[j].strip()]
        if cells and sum(map(is_value, cells)) > len(cells) / 2:
            return True
    return False

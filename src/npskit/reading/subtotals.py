"""Rows within a table that sum up those above them, as the subtotals of a spreadsheet do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from npskit.data import shown
from npskit.reading.file_report import Rejected
from npskit.reading.formats import Read
from npskit.reading.summaries import TOTAL, kind_of
from npskit.reading.titles import is_value

# Tables of more rows come from no spreadsheet with subtotals.
_MOST = 20_000
_LONGEST = 60


def without_subtotals(read: Read) -> Read:
    """Return what was read without rows that sum up those above; of a large table all rows."""
    size = len(read.numbers)
    if not 2 < size <= _MOST:
        return read
    texts = [values.tolist() for values in read.columns.values()]
    rows = subtotal_rows(texts)
    if not rows:
        return read
    kept = np.ones(size, dtype=np.bool_)
    kept[rows] = False
    said = [",".join("" if c is None else str(c) for c in (column[row] for column in texts)) for row in rows]
    rejected = [
        Rejected(int(read.numbers[row]), "", shown(cells), TOTAL) for row, cells in zip(rows, said, strict=True)
    ]
    return attrs.evolve(
        read,
        columns={name: values[kept] for name, values in read.columns.items()},
        numbers=read.numbers[kept],
        rejected=[*read.rejected, *rejected],
        set_aside=read.set_aside + len(rejected),
    )


def subtotal_rows(columns: Sequence[Sequence[Any]]) -> list[int]:
    """Return the rows within a table that sum up those above: their one text is a value above and a word for a sum.

    Args:
        columns: The columns of the table.

    Example:
        >>> subtotal_rows([["2026-03-01", "North Total", "2026-03-02"], ["North", None, "South"], ["10", "10", "3"]])
        [1]
    """
    places = {
        (i, cell)
        for column in columns
        for i, cell in enumerate(column)
        if isinstance(cell, str) and len(cell) <= _LONGEST and " " in cell and kind_of(cell.rpartition(" ")[2])
    }
    found: list[int] = []
    for i, cell in sorted(places):
        above = next((row for row in range(i - 1, -1, -1) if row not in found), None)
        others = [column[i] for column in columns if column[i] is not None and column[i] != cell]
        if above is None or any(isinstance(other, str) and not is_value(other) for other in others):
            continue
        values = {str(column[above]).strip().casefold() for column in columns if column[above] is not None}
        if cell.rpartition(" ")[0].strip(" -–:").casefold() in values:
            found.append(i)
    return found

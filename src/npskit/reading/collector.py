"""Rows of cells into columns, with what does not fit set aside and reported."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.data import NumberedCells, shown
from npskit.errors import counted
from npskit.reading.bounds import Bounds
from npskit.reading.column_builders import ColumnBuilder, RowNumbers
from npskit.reading.delimited import UNTERMINATED, Batch
from npskit.reading.file_report import Rejected
from npskit.reading.repairs import Repairs
from npskit.reading.stretches import Stretch

HEAD_AGAIN = "is a header again: set aside"
DAMAGED = "holds characters that could not be decoded"
# Rows are filled up a million cells at a time: in a wide table those of one block would not fit in the memory.
_CELLS = 1 << 20

Verdict = Callable[[Any], str | None]


def judged(
    cells: Sequence[Any], numbers: NDArray[np.int64], name: str, verdict: Verdict
) -> tuple[list[Rejected], NDArray[np.bool_]]:
    """Return the rows that are no answers by the cells of a column, and which are answers."""
    reasons = list(map(verdict, cells))
    rows = zip(numbers.tolist(), cells, reasons, strict=True)
    refused = [Rejected(number, name, shown(cell), reason, "left out") for number, cell, reason in rows if reason]
    return refused, np.array([not reason for reason in reasons], dtype=np.bool_)


@attrs.frozen
class Plan:
    """What is to be made of the rows of a file.

    Args:
        bounds: How much may be made of the file.
        names: The names of all columns of the file.
        aside: The position of a column, and a function that says why the row of a cell is not an answer, or None.
        repairs: Makes the function that repairs rows with too many cells; called when there is one.
        heads: The header rows, which may come again.
        below: The rows at the end that are no answers, by their place from the end: what they hold, and why.
    """

    bounds: Bounds
    names: Sequence[str]
    aside: tuple[int, Verdict] | None
    repairs: Callable[[], Repairs]
    heads: Sequence[list[str]] = ()
    below: Mapping[int, tuple[str, str]] = attrs.field(factory=dict)


class Collector:
    """Collects batches of records, and stretches of clean ones, into columns.

    Args:
        plan: What to make of the rows.
        builders: What collects the cells of each column to keep, by its position.
    """

    def __init__(self, plan: Plan, builders: Mapping[int, ColumnBuilder]) -> None:
        self.names = plan.names
        self.rejected: list[Rejected] = []
        self.set_aside = 0  # rows left out of the columns
        self.misfits = 0  # those of them that have more cells than there are columns
        self.repaired = self.split = 0
        self.rows = 0  # taken in so far
        self._plan = plan
        self._repairs: Repairs | None = None
        self._aside = None if plan.aside is None else (plan.aside[0], functools.cache(plan.aside[1]))
        self._numbers = RowNumbers()
        self._builders = builders
        self._filled = 0
        self._reasons: dict[str, str] = {}
        self._short: list[tuple[int, int]] = []  # record number, number of cells
        self._blanks = 0  # empty lines at the end, so far, of a file of one column
        self._ended = True
        self._last = 0  # the number of the last record so far
        # a file that was pasted in may begin with a byte order mark
        self._heads = [*plan.heads, *(["\ufeff" + row[0], *row[1:]] for row in plan.heads if row)]
        self._firsts = {row[0] for row in self._heads if row}

    def add(self, batch: Batch) -> None:
        """Take in a batch."""
        for i, j, text in batch.broken:
            self._reject(batch.first + i, j, text, UNTERMINATED, "damaged")
        self._ended = batch.ended
        rows, width = batch.rows, len(self.names)
        self._last = batch.first + len(rows) - 1
        if self._firsts and any(row and row[0] in self._firsts and row in self._heads for row in rows):
            self._take(*self._fitting(rows, batch.first), batch.damaged)
            return
        if set(map(len, rows)) == {width}:
            self._blanks = 0
            self._take(rows, np.arange(batch.first, batch.first + len(rows), dtype=np.int64), batch.damaged)
            return
        step = max(1, _CELLS // max(width, 1))
        for at in range(0, len(rows), step):
            self._take(*self._fitting(rows[at : at + step], batch.first + at), batch.damaged)

    def add_stretch(self, stretch: Stretch) -> None:
        """Take in clean records."""
        self._ended, self._blanks = True, 0
        self._last = stretch.first + len(stretch) - 1
        kept = None
        if self._aside is not None:
            cells = stretch.texts(*stretch.places(self._aside[0]))
            numbers = np.arange(stretch.first, stretch.first + len(stretch), dtype=np.int64)
            answers = self._judged(cells, numbers, *self._aside)
            if not answers.all():
                kept = np.flatnonzero(answers)
                self._numbers.add(numbers[kept])
        if kept is None:
            self._numbers.add_range(stretch.first, len(stretch))
        self.rows += len(stretch) if kept is None else len(kept)
        for j, builder in self._builders.items():
            builder.add_stretch(stretch, j, kept)

    def finish(self) -> tuple[dict[int, Any], NDArray[np.int64]]:
        """Return the columns by their position, and the record number of each row."""
        numbers = self._numbers.joined()
        size = len(numbers) - self._blanks
        columns = {j: builder.finish() for j, builder in self._builders.items()}
        if self._blanks:
            columns = {j: _first(column, size) for j, column in columns.items()}
        numbers = numbers[:size]
        size = self._end_of_table(numbers)
        if size < len(numbers):
            columns, numbers = {j: _first(column, size) for j, column in columns.items()}, numbers[:size]
        self._cut_off(columns, numbers)
        for column in columns.values():
            if isinstance(column, np.ndarray):
                column.flags.writeable = False  # what cannot be changed need not be copied
        return columns, numbers

    def _end_of_table(self, numbers: NDArray[np.int64]) -> int:
        """Return how many rows there are above those at the end that are no answers, which are set aside."""
        if not self._plan.below:
            return len(numbers)
        below = {self._last - place: told for place, told in self._plan.below.items()}
        found = [number for number in numbers[-1 - max(self._plan.below) :].tolist() if number in below]
        self.rejected = [each for each in self.rejected if each.row not in found] if found else self.rejected
        for number in found:
            self._put_aside(number, None, *below[number])
        return int(np.searchsorted(numbers, found[0])) if found else len(numbers)

    def _take(self, rows: list[list[str]], numbers: NDArray[np.int64], damaged: bool) -> None:
        """Take in rows with a cell for every column."""
        if self._aside is not None:
            kept = self._judged([row[self._aside[0]] for row in rows], numbers, *self._aside)
            if not kept.all():
                rows, numbers = list(itertools.compress(rows, kept)), numbers[kept]
        self._numbers.add(numbers)
        self.rows += len(rows)
        if damaged:
            for number, row in zip(numbers.tolist(), rows, strict=True):
                for j, cell in enumerate(row):
                    if "\ufffd" in cell:
                        self._reject(number, j, cell, DAMAGED, "damaged")
        for j, builder in self._builders.items():
            builder.add([row[j] for row in rows])

    def _reject(self, number: int, j: int | None, value: str, reason: str, kind: str = "set aside") -> None:
        column = "" if j is None or j >= len(self.names) else self.names[j]
        # a reason that is given again is one object
        reason = self._reasons.setdefault(reason, reason)
        self.rejected.append(Rejected(number, column, shown(value), reason, kind))
        self._plan.bounds.check_rejected(len(self.rejected), reason)

    def _put_aside(self, number: int, j: int | None, value: str, reason: str) -> None:
        self._reject(number, j, value, reason)
        self.set_aside += 1

    def _fitting(self, rows: list[list[str]], first: int) -> tuple[list[list[str]], NDArray[np.int64]]:
        """Return rows with a cell for every column, padded, repaired or cut to size, and their numbers."""
        width, kept, numbers = len(self.names), list[list[str]](), list[int]()
        for number, row in enumerate(rows, first):
            cells = len(row)
            if cells <= 1 < width and not any(map(str.strip, row)):
                continue
            if row in self._heads:
                self._put_aside(number, None, ",".join(row), HEAD_AGAIN)
                continue
            self._blanks = self._blanks + 1 if cells == 0 else 0
            if cells > width and any(map(str.strip, itertools.islice(row, width, None))):
                found = self._repair(number, row)
                if found is not None and len(found) > 1:
                    kept += found
                    numbers += [number] * len(found)
                    continue
                if found is None:
                    self._put_aside(
                        number, None, ",".join(row), f"has {counted(cells, 'cell')}, the header {width}: set aside"
                    )
                    self.misfits += 1
                    continue
                row = found[0]
            if 0 < cells < width:
                self._short.append((number, cells))
                reason = (
                    f"has {counted(cells, 'cell')}, the header {width}: the cells after the last one are taken "
                    "as missing"
                )
                self._reject(number, None, ",".join(row), reason, "cut off")
                self._filled += width - cells
                self._plan.bounds.check_filled(self._filled)
            kept.append(row[:width] + [""] * (width - cells))
            numbers.append(number)
        return kept, np.array(numbers, dtype=np.int64)

    def _repair(self, number: int, row: list[str]) -> list[list[str]] | None:
        """Return a row with too many cells as it was meant, or the rows that it is, where that is plain."""
        if self._repairs is None:
            self._repairs = self._plan.repairs()
        rows = self._repairs.split(row)
        if rows is not None:
            reason = f"a carriage return alone stands between {len(rows)} rows: they were parted"
            self._reject(number, None, ",".join(row), reason, "repaired")
            self.split += 1
            return rows
        found = self._repairs(row)
        if found is None:
            return None
        column, whole = found
        reason = (
            f"the row has {len(row)} cells, the header {len(whole)}: this text was not quoted, and was joined again"
        )
        self._reject(number, column, whole[column], reason, "repaired")
        self.repaired += 1
        return [whole]

    def _judged(
        self, cells: Sequence[str], numbers: NDArray[np.int64], column: int, verdict: Verdict
    ) -> NDArray[np.bool_]:
        """Return which rows are answers by the cells of a column, and reject the others."""
        refused, kept = judged(cells, numbers, self.names[column], verdict)
        self.rejected += refused
        self.set_aside += len(refused)
        return kept

    def _cut_off(self, columns: dict[int, Any], numbers: NDArray[np.int64]) -> None:
        """Drop the last cell of a file that was cut off: half a number is another number."""
        if self._ended or len(self._short) != 1 or not len(numbers) or numbers[-1] != self._short[0][0]:
            return
        j = self._short[0][1] - 1
        if j in columns and (cell := _without_last(columns, j)) is not None:
            self._reject(int(numbers[-1]), j, cell, "the file ends within this cell: it is taken as missing", "cut off")


def _first(column: Any, size: int) -> Any:
    return NumberedCells(column.codes[:size], column.cells) if isinstance(column, NumberedCells) else column[:size]


def _without_last(columns: dict[int, Any], j: int) -> str | None:
    """Take the last cell out of a column, and return it as text, None if it was missing."""
    column = columns[j]
    if isinstance(column, NumberedCells):
        cell = column[-1]
        codes = column.codes.copy()
        codes[-1] = len(column.cells)
        columns[j] = NumberedCells(codes, [*column.cells, None])
        return None if cell is None else str(cell)
    cell = column[-1]
    column[-1] = None  # among times this is NaT
    return None if cell is None or cell != cell else str(cell)

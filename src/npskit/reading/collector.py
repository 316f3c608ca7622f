"""Rows of cells into columns, with what does not fit set aside and reported."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.data import objects, shown
from npskit.reading.delimited import UNTERMINATED, Batch
from npskit.reading.file_report import Columns, Rejected

DAMAGED = "holds characters that could not be decoded"
# A column is no longer interned once it is seen to hold mostly different values.
_PATIENCE = 10_000

Verdict = Callable[[Any], str | None]


def judged(
    cells: Sequence[Any], numbers: NDArray[np.int64], name: str, verdict: Verdict
) -> tuple[list[Rejected], NDArray[np.bool_]]:
    """Return the rows that are no answers by the cells of a column, and which are answers."""
    reasons = list(map(verdict, cells))
    rows = zip(numbers.tolist(), cells, reasons, strict=True)
    refused = [Rejected(number, name, shown(cell), reason, "left out") for number, cell, reason in rows if reason]
    return refused, np.array([not reason for reason in reasons], dtype=np.bool_)


class Interner:
    """Text cells with one object per distinct text, as long as that saves memory; missing words become None."""

    def __init__(self, missing: Iterable[str]) -> None:
        self._words: dict[str, str | None] = dict.fromkeys(["", *missing])
        self._table: dict[str, str | None] | None = dict(self._words)
        self._seen = 0

    def __call__(self, cells: Sequence[str]) -> list[str | None]:
        """Return the cells, interned."""
        if self._table is None:
            return list(map(self._words.get, cells, cells))
        found = list(map(self._table.setdefault, cells, cells))
        self._seen += len(cells)
        if self._seen > _PATIENCE and 2 * len(self._table) > self._seen:
            self._table = None
        return found


class Collector:
    """Collects batches of records into columns.

    Args:
        names: The names of all columns of the file.
        keep: The positions of those to keep.
        missing: The words that mean a missing cell.
        aside: The position of a column, and a function that says why the row of a cell is not an answer, or None.
    """

    def __init__(
        self,
        names: Sequence[str],
        keep: Sequence[int],
        missing: Sequence[str] = (),
        aside: tuple[int, Verdict] | None = None,
    ) -> None:
        self.names = names
        self.keep = keep
        self.rejected: list[Rejected] = []
        self.set_aside = 0  # rows left out of the columns
        self.misfits = 0  # those of them that have more cells than there are columns
        self._aside = None if aside is None else (aside[0], functools.cache(aside[1]))
        self._numbers: list[NDArray[np.int64]] = []
        self._parts: dict[int, list[NDArray[np.object_]]] = {j: [] for j in keep}
        self._interners = {j: Interner(missing) for j in keep}
        self._short: list[tuple[int, int]] = []  # record number, number of cells
        self._blanks = 0  # empty lines at the end, so far, of a file of one column
        self._ended = True

    def add(self, batch: Batch) -> None:
        """Take in a batch."""
        rows, numbers = batch.rows, np.arange(batch.first, batch.first + len(batch.rows), dtype=np.int64)
        for i, j, text in batch.broken:
            self._reject(batch.first + i, j, text, UNTERMINATED, "damaged")
        if set(map(len, rows)) != {len(self.names)}:
            rows, numbers = self._fitting(rows, batch.first)
        elif rows:
            self._blanks = 0
        self._ended = batch.ended
        if self._aside is not None:
            column, verdict = self._aside
            refused, kept = judged([row[column] for row in rows], numbers, self.names[column], verdict)
            if refused:
                self.rejected += refused
                self.set_aside += len(refused)
                rows, numbers = list(itertools.compress(rows, kept)), numbers[kept]
        self._numbers.append(numbers)
        for j in self.keep:
            cells = [row[j] for row in rows]
            if batch.damaged:
                for number, cell in zip(numbers.tolist(), cells, strict=True):
                    if "\ufffd" in cell:
                        self._reject(number, j, cell, DAMAGED, "damaged")
            self._parts[j].append(objects(self._interners[j](cells)))

    def finish(self) -> tuple[Columns, NDArray[np.int64]]:
        """Return the columns and the record number of each row."""
        numbers = np.concatenate([*self._numbers, np.empty(0, dtype=np.int64)])
        size = len(numbers) - self._blanks
        columns: Columns = {}
        for j in self.keep:
            parts = self._parts.pop(j)
            columns[self.names[j]] = np.concatenate([*parts, np.empty(0, dtype=object)])[:size]
        numbers = numbers[:size]
        self._cut_off(columns, numbers)
        return columns, numbers

    def _reject(self, number: int, j: int | None, value: str, reason: str, kind: str = "set aside") -> None:
        column = "" if j is None or j >= len(self.names) else self.names[j]
        self.rejected.append(Rejected(number, column, shown(value), reason, kind))

    def _fitting(self, rows: list[list[str]], first: int) -> tuple[list[list[str]], NDArray[np.int64]]:
        """Return rows with a cell for every column, padded or cut where nothing is lost, and their numbers."""
        width, kept, numbers = len(self.names), list[list[str]](), list[int]()
        for number, row in enumerate(rows, first):
            cells = len(row)
            if not any(map(str.strip, row)) and cells <= 1 < width:
                continue
            self._blanks = self._blanks + 1 if cells == 0 else 0
            if cells > width and any(map(str.strip, row[width:])):
                self._reject(number, None, ",".join(row), f"has {cells} cells, the header {width}: set aside")
                self.set_aside += 1
                self.misfits += 1
                continue
            if 0 < cells < width:
                self._short.append((number, cells))
                reason = f"has {cells} cells, the header {width}: the cells after the last one are taken as missing"
                self._reject(number, None, ",".join(row), reason, "cut off")
            kept.append(row[:width] + [""] * (width - cells))
            numbers.append(number)
        return kept, np.array(numbers, dtype=np.int64)

    def _cut_off(self, columns: Columns, numbers: NDArray[np.int64]) -> None:
        """Drop the last cell of a file that was cut off: half a number is another number."""
        if self._ended or len(self._short) != 1 or not len(numbers) or numbers[-1] != self._short[0][0]:
            return
        j = self._short[0][1] - 1
        if j in self.keep and columns[self.names[j]][-1] is not None:
            cell = columns[self.names[j]][-1]
            columns[self.names[j]][-1] = None
            self._reject(int(numbers[-1]), j, cell, "the file ends within this cell: it is taken as missing", "cut off")

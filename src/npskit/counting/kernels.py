"""The loops over blocks: one column's histogram, one column's runs, and the table of cells by groups with weights.

Each was the fastest of several formulations when measured (benchmarks/), and each needs the same few buffers whatever
the number of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from npskit.counting.columns import WIDE, Column, slices
from npskit.scorers.base import Codebook

# Blocks shorter than this are counted one answer at a time.
_PAIRED = 1 << 14
# Weights are summed block by block in tables up to this size, which keeps rounding errors from piling up over the rows.
_SCRATCH = 1 << 12


def _missing(column: Column, at: slice) -> int:
    return int(np.count_nonzero(column.missing(at))) if column.dirty else 0


def histogram(column: Column, size: int) -> tuple[NDArray[np.int64], int]:
    """Return the number of answers at each position below `size`, and the number that is missing."""
    counts, missing = np.zeros(256, np.int64), 0
    # Two neighbors at a time, as one number of two bytes: half the work.
    paired = column.block >= _PAIRED
    pairs = np.zeros(1 << 16, np.int64) if paired else counts
    key = np.empty(column.block // 2 if paired else 0, np.intp)
    for at in slices(column.size, column.block):
        positions = column.positions(at)
        missing += _missing(column, at)
        if paired:
            half = positions.size // 2
            np.copyto(key[:half], positions[: 2 * half].view(np.uint16))
            np.add.at(pairs, key[:half], 1)
            positions = positions[2 * half :]
        counts += np.bincount(positions, minlength=256)
    if paired:
        square = pairs.reshape(256, 256)
        counts += square.sum(0) + square.sum(1)
    return counts[:size].copy(), missing


def runs(column: Column, book: Codebook) -> tuple[NDArray[np.int64], int]:
    """Return the number of answers in each category, and the number that is missing, by comparing with the cuts.

    A category is one run or several of neighboring points, so any single-question codebook can be counted this way.
    """
    size, grid = book.scales[0].size, book.grid
    cuts = np.flatnonzero(np.diff(grid)) + 1
    below = np.zeros(len(cuts), np.int64)
    scored = missing = 0
    flags = np.empty(column.block, np.bool_)
    for at in slices(column.size, column.block):
        positions = column.positions(at)
        missing += _missing(column, at)
        flag = flags[: positions.size]
        for i, cut in enumerate(cuts.tolist()):
            np.less(positions, cut, out=flag)
            below[i] += np.count_nonzero(flag)
        scored += positions.size
        if positions.max() >= size:
            np.greater_equal(positions, size, out=flag)
            scored -= int(np.count_nonzero(flag))
    cells = np.zeros(len(book.categories), np.int64)
    np.add.at(cells, grid[[0, *cuts]], np.diff([0, *below, scored]))
    return cells, missing


class Cells:
    """The cell of each row, from one column or several.

    Args:
        columns: The columns of the codebook's questions.
        book: The codebook.
        by_answer: Whether the cells of the one column are the points of its scale; else they are categories.
    """

    def __init__(self, columns: Sequence[Column], book: Codebook, by_answer: bool) -> None:
        self.size = book.scales[0].size if by_answer else len(book.categories)
        self.off = False
        self._columns = columns
        self._sizes = [scale.size for scale in book.scales]
        self._positions: list[NDArray[np.uint8]] = []
        # One more point on each axis, for what is not on the scale.
        padded = np.pad(book.grid, (0, 1), constant_values=self.size)
        self._category = None if by_answer else padded.ravel()
        self._cells = np.empty(min(WIDE, columns[0].size), np.intp)

    def read(self, at: slice) -> NDArray[np.intp]:
        """Return the cell of each row of a block, `size` where it is not counted; `off` says whether there are any."""
        cells = self._cells[: at.stop - at.start]
        self.off = False
        self._positions = [column.positions(at) for column in self._columns]
        for i, (positions, size) in enumerate(zip(self._positions, self._sizes, strict=True)):
            if positions.max() >= size:
                self.off = True
                positions = np.minimum(positions, np.full_like(positions, size))  # against an array: ten times faster
            if i == 0:
                np.copyto(cells, positions)
            else:
                np.multiply(cells, size + 1, out=cells)
                np.add(cells, positions, out=cells)
        return cells if self._category is None else np.take(self._category, cells)

    def uncounted(self, at: slice) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which rows of the block just read are missing, and which invalid; invalid comes first."""
        missing = np.zeros(at.stop - at.start, np.bool_)
        invalid = missing.copy()
        for column, positions, size in zip(self._columns, self._positions, self._sizes, strict=True):
            off = positions >= size
            if column.dirty:
                absent = column.missing(at)
                missing |= absent
                off &= ~absent
            invalid |= off
        return missing & ~invalid, invalid


class Tables(NamedTuple):
    """Flat tables of `G * C` cells, and what was not counted in each of `G` groups."""

    counts: NDArray[np.int64]
    missing: NDArray[np.int64]
    invalid: NDArray[np.int64]
    weights: NDArray[np.float64] | None
    squares: NDArray[np.float64] | None


class _Sums:
    """Sums of weights in cells."""

    def __init__(self, size: int) -> None:
        self.total = np.zeros(size)
        self._scratch = np.zeros(size) if size <= _SCRATCH else None

    def add(self, cells: NDArray[np.intp], weights: NDArray[np.float64]) -> None:
        if self._scratch is None:
            np.add.at(self.total, cells, weights)
        else:
            self._scratch.fill(0)
            np.add.at(self._scratch, cells, weights)
            np.add(self.total, self._scratch, out=self.total)


def tables(
    cells: Cells, rows: int, groups: NDArray[np.integer] | None, n_groups: int, weights: NDArray[np.number] | None
) -> Tables:
    """Fill the tables of cells by groups; without groups everything is in group 0 of one."""
    size = n_groups * cells.size
    # One cell more, for the rows that are not counted. add.at needs no table of its own for each block, as bincount
    # does, so the cost does not depend on the number of groups and the memory is the result's.
    counts = np.zeros(size + 1, np.int64)
    missing, invalid = np.zeros(n_groups, np.int64), np.zeros(n_groups, np.int64)
    sums, squares = (None, None) if weights is None else (_Sums(size + 1), _Sums(size + 1))
    block = min(WIDE, rows)
    group, weight, squared = np.zeros(block, np.intp), np.empty(block), np.empty(block)
    for at in slices(rows, WIDE):
        cell = cells.read(at)
        of, w, w2 = group[: cell.size], weight[: cell.size], squared[: cell.size]
        if groups is not None:
            np.copyto(of, groups[at], casting="unsafe")
        if cells.off:
            for table, uncounted in zip((missing, invalid), cells.uncounted(at), strict=True):
                np.add.at(table, of[uncounted], 1)
        if groups is not None:
            off = cell == cells.size if cells.off else None
            np.multiply(of, cells.size, out=of)
            np.add(of, cell, out=cell)
            if off is not None:
                cell[off] = size
        np.add.at(counts, cell, 1)
        if sums is not None and squares is not None and weights is not None:
            np.copyto(w, weights[at], casting="unsafe")
            np.multiply(w, w, out=w2)
            sums.add(cell, w)
            squares.add(cell, w2)
    totals = None if sums is None else sums.total[:-1]
    return Tables(counts[:-1], missing, invalid, totals, None if squares is None else squares.total[:-1])

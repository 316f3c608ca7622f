"""The loops over blocks: one column's histogram, one column's runs, and the table of cells by groups with weights.

Each was the fastest of several formulations when measured (benchmarks/), and each needs the same few buffers whatever
the number of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from npskit.counting.columns import WIDE, Column, slices
from npskit.errors import InvalidValueError
from npskit.scorers.base import Codebook

# Blocks shorter than this are counted one answer at a time.
_PAIRED = 1 << 14
# In tables up to this size each block's weights are summed apart, so that rounding errors do not pile up over the rows.
_BLOCKWISE = 1 << 12
# Weights up to this have squares that can be summed over any number of rows.
_HEAVIEST = 1e140
# Rows that an error message names.
_SHOWN = 5


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


def first_rows(bad: NDArray[np.bool_], start: int = 0) -> str:
    """Name the first bad rows of a block, for an error message."""
    found = np.flatnonzero(bad)
    shown = ", ".join(str(start + r) for r in found[:_SHOWN])
    return f"row{'s' if found.size > 1 else ''} {shown}{', ...' if found.size > _SHOWN else ''}"


def _check_weights(weights: NDArray[np.float64], start: int) -> None:
    # Not `min < 0 or max > ...`: with a NaN both are false.
    if not (weights.min() >= 0 and weights.max() <= _HEAVIEST):
        bad = ~((weights >= 0) & (weights <= _HEAVIEST))
        rows = first_rows(bad, start)
        raise InvalidValueError(f"weights must be finite and not negative: got {weights[bad][0]}, see {rows}")


class Tables(NamedTuple):
    """Flat tables of `G * C` cells, and what was not counted in each of `G` groups."""

    counts: NDArray[np.int64]
    missing: NDArray[np.int64]
    invalid: NDArray[np.int64]
    weights: NDArray[np.float64] | None
    squares: NDArray[np.float64] | None


def _add(total: NDArray[Any], cells: NDArray[np.intp], weights: NDArray[np.float64] | None = None) -> None:
    """Add a block's weights to the sums in their cells; without weights, add one for each row.

    On large tables add.at needs no table of its own for each block, as bincount does: the memory is the result's.
    """
    if total.size <= _BLOCKWISE:
        total += np.bincount(cells, weights, total.size)
    else:
        np.add.at(total, cells, 1 if weights is None else weights)


def tables(
    cells: Cells, rows: int, groups: NDArray[np.integer] | None, n_groups: int, weights: NDArray[np.number] | None
) -> Tables:
    """Fill the tables of cells by groups; without groups everything is in group 0 of one."""
    size = n_groups * cells.size
    # One cell more, for the rows that are not counted.
    counts = np.zeros(size + 1, np.int64)
    missing, invalid = np.zeros(n_groups, np.int64), np.zeros(n_groups, np.int64)
    sums, squares = (None, None) if weights is None else (np.zeros(size + 1), np.zeros(size + 1))
    block = min(WIDE, rows)
    group, squared = np.zeros(block, np.intp), np.empty(block)
    for at in slices(rows, WIDE):
        cell = cells.read(at)
        of = group[: cell.size]
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
        _add(counts, cell)
        if sums is not None and squares is not None and weights is not None:
            w = weights[at].astype(np.float64, copy=False)
            _check_weights(w, at.start)
            _add(sums, cell, w)
            _add(squares, cell, np.multiply(w, w, out=squared[: w.size]))
    if sums is None or squares is None:
        return Tables(counts[:-1], missing, invalid, None, None)
    return Tables(counts[:-1], missing, invalid, sums[:-1], squares[:-1])

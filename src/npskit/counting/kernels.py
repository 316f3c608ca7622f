"""The loops over blocks: one column's histogram, one column's runs, and the table of cells by groups with weights.

Each was the fastest of several formulations when measured (benchmarks/), and each needs the same few buffers for any
number of rows.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.arrays import cores
from npskit.counting.answer_columns import INTEGERS, AnswerBlocks
from npskit.data import ROWS, refuse_weights, slices
from npskit.scorers import Codebook

# Blocks shorter than this are counted one answer at a time.
_PAIRED = 1 << 14
# In tables up to this size each block's weights are summed apart, so that rounding errors do not pile up over the rows.
_BLOCKWISE = 1 << 12
# From this many rows on, and by up to this many threads, a column is compared with its cuts in parts.
_THREADED = 1 << 22
_THREADS = 4
# Tables among which rows without groups are spread.
_LANES = 8


def _missing(column: AnswerBlocks, at: slice) -> int:
    return int(np.count_nonzero(column.missing(at))) if column.dirty else 0


def _with_rest(cells: NDArray[np.int64], missing: int, rows: int) -> NDArray[np.int64]:
    """Append the missing and, as invalid, the remaining rows to the cells."""
    return np.array([*cells.tolist(), missing, rows - missing - int(cells.sum())], np.int64)


def histogram(column: AnswerBlocks, size: int) -> NDArray[np.int64]:
    """Return the number of answers at each position below `size`, then of the missing, then of the invalid."""
    counts, missing = np.zeros(256, np.int64), 0
    # Two neighbors at a time, as one number of two bytes: half the work.
    block = min(column.block, INTEGERS)
    paired = block >= _PAIRED
    pairs = np.zeros(1 << 16, np.int64) if paired else counts
    key = np.empty(block // 2 if paired else 0, np.intp)
    for at in slices(column.size, block):
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
    return _with_rest(counts[:size], missing, column.size)


def runs(column: AnswerBlocks, codebook: Codebook) -> NDArray[np.int64]:
    """Return the number of answers in each category, then of the missing, then of the invalid, by comparing with cuts.

    A category is one run or several of neighboring points, so any single-question codebook can be counted this way.
    Comparing leaves Python free, so long columns are counted in parts by a few threads.
    """
    cuts = np.flatnonzero(np.diff(codebook.grid)) + 1
    count = functools.partial(_below, cuts=[*cuts.tolist(), codebook.scales[0].size])
    threads = min(cores(), _THREADS) if column.size >= _THREADED else 1
    if threads == 1:
        found = count(column)
    else:
        from concurrent.futures import ThreadPoolExecutor  # only here: it costs a millisecond to import

        parts = [column.part(at) for at in slices(column.size, -(-column.size // threads))]
        with ThreadPoolExecutor(threads) as pool:
            found = np.sum(list(pool.map(count, parts)), axis=0)
    *below, missing = found.tolist()
    cells = np.zeros(len(codebook.categories), np.int64)
    np.add.at(cells, codebook.grid[[0, *cuts]], np.diff([0, *below]))
    return _with_rest(cells, missing, column.size)


def _below(column: AnswerBlocks, cuts: Sequence[int]) -> NDArray[np.int64]:
    """Return the number of positions below each cut, the last of which is the scale's size, and of the missing."""
    *inner, size = cuts
    below, scored, missing = [0] * len(inner), 0, 0
    flags = np.empty(column.block, np.bool_)
    for at in slices(column.size, column.block):
        positions = column.positions(at)
        missing += _missing(column, at)
        flag = flags[: positions.size]
        for i, cut in enumerate(inner):
            np.less(positions, cut, out=flag)
            below[i] += int(np.count_nonzero(flag))
        scored += positions.size
        if positions.max() >= size:
            np.greater_equal(positions, size, out=flag)
            scored -= int(np.count_nonzero(flag))
    return np.array([*below, scored, missing], np.int64)


class CellReader:
    """The cell of each row, from one column or several; two more for the rows that are missing and invalid.

    Args:
        columns: The columns of the codebook's questions.
        codebook: The codebook.
        by_answer: Whether the cells of the one column are the points of its scale; else they are categories.
    """

    def __init__(self, columns: Sequence[AnswerBlocks], codebook: Codebook, by_answer: bool) -> None:
        self._missing = codebook.scales[0].size if by_answer else len(codebook.categories)
        self.size = self._missing + 2
        self._columns = columns
        self._sizes = [scale.size for scale in codebook.scales]
        # One more point on each axis, for what is not on the scale.
        padded = np.pad(codebook.grid, (0, 1), constant_values=self._missing)
        self._category = None if by_answer else padded.ravel()
        self._cells = np.empty(min(ROWS, columns[0].size), np.intp)

    def read(self, at: slice) -> NDArray[np.intp]:
        """Return the cell of each row of a block, to be used before the next call."""
        cells, off = self._cells[: at.stop - at.start], False
        read = [column.positions(at) for column in self._columns]
        for i, (positions, size) in enumerate(zip(read, self._sizes, strict=True)):
            if positions.max() >= size:
                off = True
                positions = np.minimum(positions, np.full_like(positions, size))  # against an array: ten times faster
            if i == 0:
                np.copyto(cells, positions)
            else:
                np.multiply(cells, size + 1, out=cells)
                np.add(cells, positions, out=cells)
        if self._category is not None:
            cells = np.take(self._category, cells)
        if off:
            # Whatever is off a scale is counted as missing by now: pick out what is invalid, on any of the columns.
            for column, positions, size in zip(self._columns, read, self._sizes, strict=True):
                invalid = positions >= size
                if column.dirty:
                    invalid &= ~column.missing(at)
                cells[invalid] = self._missing + 1
        return cells


def _check_weights(weights: NDArray[np.float64], start: int) -> None:
    # Not `min < 0 or max > ...`: with a NaN both are false.
    if not (weights.min() >= 0 and weights.max() < np.inf):
        bad = np.flatnonzero(~((weights >= 0) & (weights < np.inf)))
        refuse_weights(start + bad, weights[bad])


def _add(total: NDArray[Any], cells: NDArray[np.intp], weights: NDArray[np.float64] | None = None) -> None:
    """Add a block's weights to the sums in their cells; without weights, add one for each row.

    On large tables add.at needs no table of its own for each block, as bincount does: the memory is the result's.
    """
    if total.size <= _BLOCKWISE:
        total += np.bincount(cells, weights, total.size)
    else:
        np.add.at(total, cells, 1 if weights is None else weights)


def tables(
    cells: CellReader,
    rows: int,
    groups: NDArray[np.integer] | None,
    n_groups: int,
    weights: NDArray[np.number] | None,
    scale: int = 0,
) -> tuple[NDArray[Any], NDArray[Any] | None, NDArray[Any] | None]:
    """Return counts, the sums of weights and those of their squares, each `(n_groups, cells.size)`; None without.

    Weights are taken in units of two to the power of `scale`.
    """
    block = min(ROWS, rows)
    if groups is None:
        # Neighbors go to different tables: adding to the same cell over and over would wait for its own result.
        n_groups = _LANES
        start = np.arange(block) % _LANES * cells.size
    else:
        start = np.empty(block, np.intp)
    size = n_groups * cells.size
    counts, sums, squares = np.zeros(size, np.int64), np.zeros(size), np.zeros(size)
    squared = np.empty(block)
    for at in slices(rows, ROWS):
        cell = cells.read(at)
        to = start[: cell.size]
        if groups is not None:
            np.copyto(to, groups[at], casting="unsafe")
            np.multiply(to, cells.size, out=to)
        np.add(to, cell, out=cell)
        _add(counts, cell)
        if weights is not None:
            w = weights[at].astype(np.float64, copy=False)
            _check_weights(w, at.start)
            w = np.ldexp(w, -scale) if scale else w
            _add(sums, cell, w)
            _add(squares, cell, np.multiply(w, w, out=squared[: w.size]))

    def shaped(table: NDArray[Any]) -> NDArray[Any]:
        found = table.reshape(n_groups, cells.size)
        return np.asarray(found.sum(0)) if groups is None else found

    return shaped(counts), None if weights is None else shaped(sums), None if weights is None else shaped(squares)

"""Count answers: by point of the scale or by category, in groups or not, with weights or without."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from npskit.checks import boolean, whole_number
from npskit.counting.answer_columns import AnswerBlocks
from npskit.counting.coded_answers import read_columns
from npskit.counting.kernels import CellReader, histogram, runs, tables
from npskit.data import as_column, flat, plain_column, read_weights, rows_said, weight_scale
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, counted
from npskit.scorers import Codebook

# From this many rows on, an array that needs no groups or weights is counted by category unless told otherwise: three
# times faster than by answer, which by then takes more than two milliseconds.
LARGE = 1 << 22
# Above this many cuts between categories, counting every answer is as fast as comparing with the cuts.
_MOST_CUTS = 6
# A table of answers by groups larger than this, and larger than its rows, is kept by category unless told otherwise.
_LARGE_TABLE = 1 << 16
# Up to this many answers, Python counts as fast as numpy starts.
_FEW = 256


class Counts(NamedTuple):
    """What was counted: tables of `C` columns, followed by the missing and the invalid; together they count every row.

    Attributes:
        cells: int64, shape `(C + 2,)`, or `(G, C + 2)` with groups: answers at each point of the scale (`by_answer`)
            or in each category, then rows without an answer to every question, then rows with an answer off its scale.
        weights: float64, shape as `cells`: the sum of weights; None without weights.
        squares: float64, shape as `cells`: the sum of squared weights; None without weights.
        by_answer: Whether columns are points of the scale; else they are categories.
        scale: Weights are in units of two to the power of this.
    """

    cells: NDArray[np.int64]
    weights: NDArray[np.float64] | None
    squares: NDArray[np.float64] | None
    by_answer: bool
    scale: int = 0


def checked_groups(groups: Any, n_groups: int | None, rows: int) -> tuple[NDArray[Any], int]:
    """Return the groups and how many there are, with every code checked to lie in range."""
    codes = flat(np.asarray(groups), "groups")
    if codes.dtype.kind not in "iu" and codes.size:
        raise InvalidTypeError(f"groups must be whole numbers, not {codes.dtype}: npskit.data.factorize makes them")
    if codes.size != rows:
        raise IncompatibleError(f"groups has {counted(codes.size, 'row')}, the answers have {rows}")
    codes = codes.astype(codes.dtype.newbyteorder("="), copy=False)
    # As unsigned numbers, negative ones are the largest: one pass checks both ends.
    top = int(codes.view(f"u{codes.itemsize}").max()) + 1 if codes.size else 0
    if codes.dtype.kind == "i" and top > np.iinfo(str(codes.dtype)).max:
        raise InvalidValueError(f"groups must not be negative: see {rows_said(np.flatnonzero(codes < 0))}")
    if n_groups is None:
        if top > max(4 * rows, _LARGE_TABLE):
            raise InvalidValueError(
                f"groups go up to {top - 1} in {counted(rows, 'row')}: number them without gaps (npskit.data.factorize)"
            )
        return codes, top
    n_groups = whole_number(n_groups, "n_groups")
    if top > n_groups or n_groups < 0:
        bad = f": see {rows_said(np.flatnonzero(codes >= n_groups))}" if codes.size else ""
        raise InvalidValueError(f"groups must lie in range(n_groups), n_groups={n_groups}{bad}")
    return codes, n_groups


def _checked_weights(weights: Any, rows: int) -> NDArray[Any]:
    """Return the weights as they are, in their own type; the kernel looks at each."""
    column = as_column(weights)
    array = flat((plain_column(weights, "weights") if column is None else column).filled(), "weights")
    if array.dtype.kind not in "iuf":
        array = read_weights(array)
    if array.size != rows:
        raise IncompatibleError(f"weights has {counted(array.size, 'row')}, the answers have {rows}")
    return array


def _few(answers: Any, codebook: Codebook) -> Counts | None:
    """Count a handful of small whole numbers, where every microsecond is overhead; None if it is anything else."""
    if type(answers) is np.ndarray and answers.ndim == 1 and answers.dtype.kind in "iu" and answers.size <= _FEW:
        answers = answers.tolist()
    if type(answers) is not list or not 0 < len(answers) <= _FEW:
        return None
    scale = codebook.scales[0]
    if set(map(type, answers)) != {int} or scale.mapping or scale.low < 0 or scale.high > 255:
        return None
    try:
        raw = bytes(answers)
    except ValueError:
        return None
    found = [raw.count(point) for point in scale]
    invalid = len(answers) - sum(found)
    if invalid and scale.best is not None:  # codes of a tool?
        return None
    return Counts(np.array([*found, 0, invalid], np.int64), None, None, True)


def _by_answer(
    read: Sequence[AnswerBlocks], codebook: Codebook, wanted: bool | None, n_groups: int | None, weighted: bool
) -> bool:
    """Decide whether cells are points of the scale."""
    if len(read) > 1:
        return False
    if wanted is not None:
        return wanted
    if n_groups is not None:
        return n_groups * codebook.scales[0].size <= max(read[0].size, _LARGE_TABLE)
    return weighted or read[0].size < LARGE or int(np.count_nonzero(np.diff(codebook.grid))) > _MOST_CUTS


def tabulate(
    columns: Sequence[Any],
    codebook: Codebook,
    *,
    groups: Any = None,
    n_groups: int | None = None,
    weights: Any = None,
    distribution: bool | None = None,
) -> Counts:
    """Count the answers to a scorer's questions.

    A row with an invalid answer to any question is invalid; else one with a missing answer to any is missing; else it
    is counted in its cell. Every row is one of the three.

    Args:
        columns: One sequence or array of answers for each of the scorer's questions, each of shape `(n,)`;
            `npskit.counting.encode` says what an answer may be.
        codebook: The scorer's codebook.
        groups: Integers, shape `(n,)`: the group of each row, in `range(n_groups)`.
        n_groups: The number of groups; by default one more than the largest code.
        weights: Numbers, shape `(n,)`: the weight of each row; finite, zero or above.
        distribution: Whether cells are points of the scale. By default they are, except where that costs: for 2²² rows
            and more without groups or weights, and where the table of answers by groups would have more cells than
            there are rows (and more than 2¹⁶). Scorers of several questions are always counted by category.

    Raises:
        InvalidTypeError: If a column, the groups or the weights are of a type that cannot be used.
        InvalidValueError: If a group is out of range, or a weight negative or not finite.
        IncompatibleError: If the number of columns is not that of the questions, or lengths differ.

    Example:
        >>> from npskit.scorers.base import codebook_of
        >>> from npskit.scorers.nps import NPS
        >>> found = tabulate([[10, 9, 7, 3, None, 11]], codebook_of(NPS()))
        >>> found.cells.tolist()
        [0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 1, 1]
        >>> found = tabulate([[10, 9, 3]], codebook_of(NPS()), groups=[0, 1, 1], distribution=False)
        >>> found.cells.tolist()
        [[0, 0, 1, 0, 0], [1, 0, 1, 0, 0]]
    """
    if distribution is not None:
        boolean(distribution, "distribution")
    plain = groups is None and n_groups is None and weights is None
    if plain and len(columns) == len(codebook.scales) == 1 and distribution is not False:
        few = _few(columns[0], codebook)
        if few is not None:
            return few
    read = read_columns(columns, codebook)
    rows = read[0].size
    codes = None
    if groups is not None:
        codes, n_groups = checked_groups(groups, n_groups, rows)
    elif n_groups is not None:
        raise InvalidValueError(f"n_groups={n_groups} without groups: give the group of each row")
    checked_weights = None if weights is None else _checked_weights(weights, rows)
    by_answer = _by_answer(read, codebook, distribution, n_groups, weights is not None)
    if len(read) == 1 and groups is None and weights is None:
        cells = histogram(read[0], codebook.scales[0].size) if by_answer else runs(read[0], codebook)
        return Counts(cells, None, None, by_answer)
    reader = CellReader(read, codebook, by_answer)
    scale = 0 if checked_weights is None else weight_scale(checked_weights)
    return Counts(*tables(reader, rows, codes, n_groups or 0, checked_weights, scale), by_answer, scale)

"""Cells as they stand in a column: the distinct ones, and those that could not be used, each with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Frozen
from npskit.data.keys import ROWS, factorize, flat, number, slices
from npskit.errors import InvalidTypeError, written

_SHOWN = 200
# The units of time that Python does not know.
FINER = ("ns", "ps", "fs", "as")


@attrs.frozen
class BadCell:
    """A cell that could not be used: its position in the column, counted from 0, its value, why, and of what kind.

    Kinds: `"sentinel"` (taken as missing), `"off the scale"`, `"no answer"`, `"no number"`, `"no time"`,
    `"empty time"` (zeros for none), `"far time"` (far from all others of its column).
    """

    position: int
    value: str
    reason: str
    kind: str = attrs.field(default="", repr=False)


@attrs.frozen
class Note:
    """What a careful reader would want to know of how columns were read: of what kind it is, and in a sentence.

    Code asks the kind, a person reads the sentence.
    """

    kind: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


@attrs.frozen(eq=False)
class NumberedCells(Frozen):
    """A column of few distinct cells: which of `cells` each row holds."""

    codes: NDArray[np.integer[Any]]
    cells: Sequence[Any]

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, row: Any) -> Any:
        return self.cells[self.codes[row]]

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> NumberedCells:
        """Return some rows of the column: True for each to keep, or their positions."""
        return NumberedCells(self.codes[rows], self.cells)

    def factorized(self) -> tuple[NDArray[np.intp], list[Any]]:
        """Return what `factorize` returns of the cells, which are looked at once each, if a row holds them."""
        there = np.zeros(len(self.cells), np.bool_)
        for at in slices(len(self.codes), ROWS):
            there[self.codes[at]] = True
        places = np.zeros(len(self.cells), np.intp)
        places[there], keys = factorize(objects(self.cells)[there])
        return table_at(places, self.codes), keys

    def head(self, most: int) -> NDArray[np.object_]:
        """Return the cells of the first rows."""
        return NumberedCells(self.codes[:most], self.cells).values()

    def values(self) -> NDArray[np.object_]:
        """Return the cells, one for each row."""
        found: NDArray[np.object_] = objects(self.cells)[self.codes]
        return found


def cells_of(values: NDArray[Any] | NumberedCells) -> NDArray[Any]:
    """Return the cells of a column, one for each row, however it holds them."""
    return values.values() if isinstance(values, NumberedCells) else np.asarray(values)


@attrs.frozen(eq=False)
class Deferred:
    """A column that is read when it is first asked for.

    Args:
        rows: How many rows it has.
        read: Reads it.
        kept: True for each row of what is read that is one of the column; None where all are.
    """

    rows: int
    read: Callable[[], NDArray[Any]]
    kept: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return self.rows

    def values(self) -> NDArray[Any]:
        """Read the column."""
        return self.read() if self.kept is None else self.read()[self.kept]

    def take(self, rows: NDArray[np.bool_]) -> Deferred:
        """Return some rows of the column, to be read when asked for: True for each to keep."""
        kept = rows
        if self.kept is not None:
            kept = self.kept.copy()
            kept[self.kept] = rows
        return Deferred(int(rows.sum()), self.read, kept)


def objects(values: Iterable[Any]) -> NDArray[np.object_]:
    """Return values as an object array, one element each, whatever they are."""
    found: NDArray[np.object_] = unwrapped(np.fromiter(values, dtype=object))
    return found


def unwrapped(cells: Any, kinds: Iterable[type] | None = None) -> Any:
    """Return cells as Python's own where they are of PyArrow, which makes such of `list(array)`; else as they are.

    Args:
        cells: A list, a tuple or an object array.
        kinds: The types of them, where they are known; else the first cell shows whether they are of PyArrow.
    """
    if not any(kind.__module__ == "pyarrow.lib" for kind in (map(type, cells[:1]) if kinds is None else kinds)):
        return cells
    found = [cell.as_py() if type(cell).__module__ == "pyarrow.lib" else cell for cell in cells]
    return np.fromiter(found, dtype=object) if isinstance(cells, np.ndarray) else found


def as_python(value: Any, *, exact: bool = False) -> Any:
    """Return a value of NumPy as Python's own, a time as a time; see `native_times`.

    Args:
        value: The value; what is none of NumPy stays as it is.
        exact: Whether a time with nanoseconds, which Python's would lose, stays NumPy's.

    Example:
        >>> as_python(np.datetime64("2026-03-01T12", "ns")), as_python(np.int8(7)), as_python("a")
        (datetime.datetime(2026, 3, 1, 12, 0), 7, 'a')
    """
    if not isinstance(value, np.generic):
        return value
    if not isinstance(value, np.datetime64 | np.timedelta64):
        return value.item()
    lost = exact and np.datetime_data(value.dtype)[0] in FINER and value.astype(f"{value.dtype.kind}8[us]") != value
    return value if lost else native_times(value.reshape(1)).tolist()[0]


def native_times(times: NDArray[Any]) -> NDArray[Any]:
    """Return times or durations such that each cell, when taken, is one: Python's own where there is one.

    NumPy makes whole numbers of nanoseconds and of what Python has no room for. The latter stay NumPy's: years before 1
    and after 9999, more than 999,999,999 days, numbers of months.

    Example:
        >>> native_times(np.array(["2026-03-01T12", "NaT"], "M8[ns]")).tolist()
        [datetime.datetime(2026, 3, 1, 12, 0), None]
        >>> native_times(np.array(["12026-03-01"], "M8[D]")).tolist()
        [np.datetime64('12026-03-01')]
    """
    kind, unit = times.dtype.kind, np.datetime_data(times.dtype)[0]
    held = times.astype(f"{kind}8[us]") if unit in FINER else times
    if kind == "M":
        size, least, most = times.astype("M8[Y]").astype(np.int64), 1 - 1970, 9999 - 1970
    elif unit in ("Y", "M", "generic"):
        size, least, most = np.ones(times.shape, np.int64), 0, 0
    else:
        size, least, most = times.astype("m8[D]").astype(np.int64), -999_999_999, 999_999_998
    beyond = np.flatnonzero(~np.isnat(times) & ((size < least) | (size > most)))
    if not beyond.size:
        return held
    found = objects(held.tolist())
    for row in beyond.tolist():
        found[row] = times[row]
    return found


def shown(value: object) -> str:
    """Return a value as text, short enough for a report."""
    text = written(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def distinct_cells(
    values: NDArray[Any] | Sequence[Any] | NumberedCells,
) -> tuple[Any, Sequence[Any], NDArray[Any]]:
    """Return a column as an array, its distinct values, and the index of each row's value among them.

    Raises:
        InvalidTypeError: If it holds times or durations.
        InvalidValueError: If it has not one dimension.
    """
    if isinstance(values, NumberedCells):
        return values, values.cells, values.codes
    array = flat(values if isinstance(values, np.ndarray) else objects(values), "a column")
    if array.dtype.kind in "mM":
        raise InvalidTypeError(f"the column holds {array.dtype}, not answers or numbers: was the right one named?")
    if array.dtype.kind in "biuf":
        distinct, codes = np.unique(array, return_inverse=True)
        return array, list(distinct), codes
    return array, *coded(array)


def coded(array: NDArray[Any]) -> tuple[list[Any], NDArray[np.intp]]:
    """Return the distinct values of an object array and the index of each row's value; types are kept apart."""
    cells = array.tolist()
    if set(map(type, cells)) <= {str, type(None)}:
        codes, distinct = number(cells)
        return distinct, codes
    # 1 and True and 1.0 are equal, and not the same answer.
    marks = [value if type(value) is str else (type(value), _written(value)) for value in cells]
    codes, distinct = number(marks)
    value_of = dict(zip(marks, cells, strict=True))
    return [value_of[mark] for mark in distinct], codes


def _written(value: object) -> object:
    """Return how Python writes a value, or which one it is where it cannot be written."""
    try:
        return repr(value)
    except Exception:  # lists in lists, or what a class of the user's own does
        return id(value)


# So many codes at once are positions in the cache; all of a column would be as many bytes again as the column.
_AT_ONCE = 1 << 15


def table_at(table: NDArray[Any], codes: NDArray[np.integer[Any]]) -> NDArray[Any]:
    """Return the entry of a table for each code, none of which is beyond it."""
    found = np.empty(len(codes), table.dtype)
    for at in range(0, len(codes), _AT_ONCE):
        part = slice(at, at + _AT_ONCE)
        table.take(codes[part], out=found[part], mode="clip")
    return found


def bad_cells(
    array: NDArray[Any] | NumberedCells,
    codes: NDArray[np.integer[Any]],
    reasons: Sequence[str | None],
    kinds: Sequence[str],
) -> tuple[BadCell, ...]:
    """Return the cells of a column whose distinct value has a reason against it, in order."""
    bad = np.array([reason is not None for reason in reasons], dtype=bool)
    rows = np.flatnonzero(table_at(bad, codes)) if bad.any() else ()
    return tuple(BadCell(int(i), shown(array[i]), str(reasons[codes[i]]), kinds[codes[i]]) for i in rows)

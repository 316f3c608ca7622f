"""Cells as they stand in a column: the distinct ones, and those that could not be used, each with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Frozen
from npskit.data.keys import flat, number
from npskit.errors import InvalidTypeError, InvalidValueError, counted, plural, quoted, written

_SHOWN = 200
NAMED = 5
# The units of time that Python does not know.
FINER = ("ns", "ps", "fs", "as")


@attrs.frozen
class BadCell:
    """A cell that could not be used: its position in the column, counted from 0, its value, why, and of what kind.

    Kinds: `"sentinel"` (taken as missing), `"off the scale"`, `"no answer"`, `"no number"`, `"no time"`,
    `"far time"` (far from all others of its column).
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

    def take(self, rows: NDArray[np.bool_]) -> NumberedCells:
        """Return some rows of the column: True for each to keep."""
        return NumberedCells(self.codes[rows], self.cells)

    def head(self, most: int) -> NDArray[np.object_]:
        """Return the cells of the first rows."""
        return NumberedCells(self.codes[:most], self.cells).values()

    def values(self) -> NDArray[np.object_]:
        """Return the cells, one for each row."""
        found: NDArray[np.object_] = objects(self.cells)[self.codes]
        return found


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
    return np.fromiter(values, dtype=object)


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


def named_rows(
    rows: Sequence[int] | NDArray[np.integer],
    has: Sequence[str],
    row_numbers: NDArray[np.int64] | None = None,
) -> str:
    """Return the first rows with what is to be said of each, for an error.

    Args:
        rows: The rows, from 0.
        has: What is said of the first of them.
        row_numbers: See `row_said`.

    Example:
        >>> named_rows([3, 4], ["has 'x'", "is empty"])
        "row 3 (from 0) has 'x', row 4 (from 0) is empty"
    """
    parts = zip(list(map(int, rows[:NAMED])), has[:NAMED], strict=True)
    listed = ", ".join(f"{row_said(row, row_numbers)} {what}" for row, what in parts)
    return f"{listed} and {counted(len(rows) - NAMED, 'row')} more" if len(rows) > NAMED else listed


def row_said(position: Any, row_numbers: NDArray[np.int64] | None = None) -> str:
    """Return a row in words: by its row in the file, where it came from one, else by its position from 0.

    Args:
        position: The position, from 0.
        row_numbers: The row of the file that each came from; None where they came from none.

    Example:
        >>> row_said(1), row_said(1, np.array([2, 5]))
        ('row 1 (from 0)', 'row 5 of the file')
    """
    if isinstance(row_numbers, WaveRows):
        return row_numbers.said(int(row_numbers[position]))
    return f"row {position} (from 0)" if row_numbers is None else f"row {row_numbers[position]} of the file"


class WaveRows(np.ndarray[Any, np.dtype[np.int64]]):
    """The rows of several surveys that were joined: the position of each among all, and how its survey names it.

    Example:
        >>> joined = WaveRows.of([("of the first", 2, None), ("may.csv", 2, np.array([2, 4]))])
        >>> joined.tolist(), row_said(1, joined), row_said(3, joined)
        ([0, 1, 2, 3], 'row 1 (from 0) of the first', 'row 4 of the file may.csv')
    """

    # of each: what it is called, where it begins, and its own numbers
    waves: tuple[tuple[str, int, NDArray[np.int64] | None], ...] = ()

    @classmethod
    def of(cls, waves: Sequence[tuple[str, int, NDArray[np.int64] | None]]) -> WaveRows:
        """Return the rows of surveys: what each is called, how many rows it has, and their own numbers."""
        begins = np.cumsum([0, *(rows for _, rows, _ in waves)]).tolist()
        found: WaveRows = np.arange(begins[-1], dtype=np.int64).view(cls)
        found.waves = tuple((name, at, numbers) for (name, _, numbers), at in zip(waves, begins, strict=False))
        found.flags.writeable = False
        return found

    def __array_finalize__(self, parent: object) -> None:
        self.waves = getattr(parent, "waves", ())

    def __reduce__(self) -> tuple[Any, ...]:
        return _waves_again, (np.asarray(self), self.waves)

    def said(self, place: int) -> str:
        """Return the row at a place among all in the words of its survey."""
        name, begin, numbers = next(wave for wave in reversed(self.waves) if wave[1] <= place)
        return f"{row_said(place - begin, numbers)} {name}".rstrip()


def _waves_again(places: NDArray[np.int64], waves: Any) -> WaveRows:
    found: WaveRows = places.view(WaveRows)
    found.waves = waves
    return found


def rows_said(rows: NDArray[np.integer], row_numbers: NDArray[np.int64] | None = None) -> str:
    """Return the first of several rows in words.

    Example:
        >>> rows_said(np.array([1, 3])), rows_said(np.array([0]), np.array([2, 5]))
        ('rows 1, 3 (from 0)', 'row 2 of the file')
    """
    more = f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
    if isinstance(row_numbers, WaveRows):
        return ", ".join(row_said(row, row_numbers) for row in rows[:NAMED]) + more
    shown = ", ".join(map(str, (rows if row_numbers is None else row_numbers[rows])[:NAMED].tolist()))
    return f"{plural(len(rows), 'row')} {shown}{more} {'(from 0)' if row_numbers is None else 'of the file'}"


def refuse_cells(
    name: str,
    rows: Sequence[int] | NDArray[np.integer],
    cell: Any,
    why: str,
    row_numbers: NDArray[np.int64] | None = None,
) -> NoReturn:
    """Refuse a column of which some rows cannot be used.

    Args:
        name: What the column is called.
        rows: The rows, from 0.
        cell: What stands in the first of them.
        why: What is wrong with it, and what to do.
        row_numbers: See `row_said`.

    Raises:
        InvalidValueError: Always.

    Example:
        >>> refuse_cells("value", [2, 5], "much", "which is not a number")
        Traceback (most recent call last):
        ...
        npskit.errors.InvalidValueError: value: row 2 (from 0) holds 'much', which is not a number (2 such rows)
    """
    more = f" ({len(rows)} such rows)" if len(rows) > 1 else ""
    message = f"{name}: {row_said(rows[0], row_numbers)} holds {quoted(cell)}, {why}{more}"
    first = rows[:NAMED] if row_numbers is None else row_numbers[np.asarray(rows[:NAMED])].tolist()
    raise InvalidValueError(message, argument=name.partition(":")[0], rows=first)


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

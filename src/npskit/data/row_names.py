"""Rows in words: by their row in the file, by their position from 0, or by the survey that they were joined from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from npskit.errors import InvalidValueError, counted, plural, quoted

# So many rows are named where there are many.
NAMED = 5


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

"""The columns of a survey as a plan reads them: texts, ids, numbers, yes and no, times."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.answers import parse_answer
from npskit.errors import InvalidValueError
from npskit.followup.yes_or_no import NO, YES
from npskit.frames import Column
from npskit.reading import numbers_of, parse_times
from npskit.sample import Bound
from npskit.times.zones import find_zone, in_zone
from npskit.validation import is_missing

# Words for a missing value, such as "n/a", are shorter than that.
_LONGEST_NOTHING = 5


def _known(cells: list[Any]) -> list[Any]:
    """Return cells with None for texts that say nothing."""
    short = {cell for cell in cells if type(cell) is str and (len(cell) <= _LONGEST_NOTHING or cell.isspace())}
    nothing = {text for text in short if parse_answer(text) is None and not text.isdigit()}
    return [None if cell in nothing else cell for cell in cells] if nothing else cells


def texts(column: Column) -> NDArray[Any]:
    """Return a column with None where nothing is known, and all else as text."""
    cells = column.filled().tolist()
    if set(map(type, cells)) - {str, type(None)}:
        # whole numbers beside missing ones come as floats
        cells = [
            None if is_missing(cell) else str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)
            for cell in cells
        ]
    return _objects(_known(cells))


def customers(column: Column) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return who answered, None where that is unknown, and the first row of each: the row itself where it is unknown.

    Whole numbers are such also where the column holds floats because some are missing, and an id is the same customer
    as a number and as a text.
    """
    cells = column.filled()
    ids = cells.tolist()
    kinds = set(map(type, ids)) - {type(None)}
    if kinds - {int, str}:
        ids = [who if type(who) is str else _id(who) for who in ids]
    if kinds != {int}:
        ids = _known(ids)
    first: dict[Any, int] = {}
    same = ids if len(kinds) < 2 and kinds <= {int, str} else [None if who is None else str(who) for who in ids]
    rows = [row if who is None else first.setdefault(who, row) for row, who in enumerate(same)]
    return _objects(ids), np.array(rows, dtype=np.intp)


def _id(cell: Any) -> Any:
    """Return who answered, a whole number as such; None for nobody."""
    if isinstance(cell, float) and abs(cell) < 2.0**53 and cell.is_integer():
        return int(cell)
    return None if is_missing(cell) else cell


def numbers(column: Column, name: str) -> NDArray[np.float64]:
    """Return a column of numbers as float64, NaN where it is missing; text of a number counts as one.

    Raises:
        InvalidValueError: If a cell is no number; the message names its row.
    """
    cells = column.filled()
    if cells.dtype.kind in "iuf":
        return cells.astype(np.float64)
    read = numbers_of(cells)
    _refuse(read.rejected, name, "which is no number; make it one, or leave it empty")
    return read.values


def flags(column: Column, name: str) -> NDArray[np.bool_]:
    """Return a column of yes and no as booleans; missing is no.

    Raises:
        InvalidValueError: If a cell is neither; the message names its row.
    """
    cells = column.filled()
    if cells.dtype.kind == "b":
        return cells.astype(np.bool_)
    found = np.zeros(len(cells), dtype=np.bool_)
    for row, cell in enumerate(cells.tolist()):
        said = "" if is_missing(cell) else str(cell).strip().casefold()
        if said in YES:
            found[row] = True
        elif said not in NO and parse_answer(said) is not None:
            raise InvalidValueError(
                f"{name}: row {row} (from 0) holds {cell!r:.80}, which is neither yes nor no; write true or false"
            )
    return found


def answered(data: Bound, zone: str | None) -> NDArray[np.datetime64] | None:
    """Return when each response was given, on the wall clock of a zone: datetime64[us], or [D] where dates are known.

    Args:
        data: The survey.
        zone: Where the office is; None for the wall clock of the data.

    Raises:
        InvalidValueError: If a cell is no time; the message names its row.
    """
    if "time" not in data.roles:
        return None
    days = _days(data.column(data.roles["time"]))
    if days is not None:
        return days
    there = data if zone is None else attrs.evolve(data, time_zone=zone)
    return there.times("follow_up")


def contacted(data: Bound, name: str, zone: str | None) -> NDArray[np.datetime64]:
    """Return when each customer was contacted last, on the wall clock of a zone, NaT for never; as `answered`.

    Raises:
        InvalidValueError: If a cell is no time; the message names its row.
    """
    days = _days(data.column(name))
    if days is not None:
        return days
    place = zone or data.time_zone
    aware = None if place is None else data.frame.utc(name)
    if aware is not None:
        return in_zone(aware[0], place)
    read = parse_times(data.column(name).filled(), time_zone=place, dayfirst=data.dayfirst)
    _refuse(read.rejected, "last_contact", "which is no time; make it one, or leave it empty")
    return read.values


def _days(column: Column) -> NDArray[np.datetime64] | None:
    """Return a column of dates; None if it is none."""
    cells = column.filled()
    if cells.dtype == object and set(map(type, cells.tolist())) - {type(None)} == {dt.date}:
        cells = cells.astype("datetime64[D]")
    return cells if cells.dtype == np.dtype("datetime64[D]") else None


def moment(data: Bound, now: Any, zone: str | None) -> np.datetime64 | None:
    """Return when a plan is made, on the wall clock of `answered`.

    Args:
        data: The survey.
        now: As the user gave it.
        zone: Where the office is; None for the wall clock of the data.

    Raises:
        InvalidValueError: If it is no time; or knows its zone, and the one of the data is not known.
    """
    if now is None:
        return None
    read = None if isinstance(now, bool | int | float) else parse_times([now])
    if read is None or np.isnat(read.values[0]):
        raise InvalidValueError(f"now must be a time, such as '2026-03-02 09:00': got {now!r:.80}")
    if read.time_zone is not None:
        place = zone or _zone(data)
        if place is None:
            raise InvalidValueError(
                f"now knows its time zone and the times of the survey do not: got {now!r:.80}; give now without one, "
                "or a calendar with time_zone="
            )
        read = parse_times([now], time_zone=place)
    return read.values[0].astype("datetime64[us]")  # type: ignore[no-any-return]


def _zone(data: Bound) -> str | None:
    """Return the zone of the times of the survey, None if they do not know it."""
    if data.time_zone is not None or "time" not in data.roles:
        return data.time_zone
    name = data.roles["time"]
    aware = data.frame.utc(name)
    return parse_times(data.column(name).filled()).time_zone if aware is None else aware[1]


def clock(data: Bound, zone: str | None) -> dt.tzinfo | None:
    """Return the zone of the wall clock of `answered`; None where it is not known, or an offset that never changes."""
    own = _zone(data)
    try:
        return None if own is None else find_zone(zone or own)
    except InvalidValueError:
        return None


def latest(at: NDArray[np.datetime64] | None) -> np.datetime64 | None:
    """Return the latest known time."""
    known = None if at is None else at[~np.isnat(at)]
    return None if known is None or not known.size else known.max().astype("datetime64[us]")


def _refuse(rejected: Any, name: str, why: str) -> None:
    """Refuse a column with cells that cannot be read, naming the first."""
    if rejected:
        cell = rejected[0]
        more = f" ({len(rejected)} such rows)" if len(rejected) > 1 else ""
        raise InvalidValueError(f"{name}: row {cell.position} (from 0) holds {cell.value!r:.80}, {why}{more}")


def _objects(cells: list[Any]) -> NDArray[Any]:
    return np.fromiter(cells, dtype=object, count=len(cells))


def is_number(value: Any) -> bool:
    """Whether a value is a number, and not NaN."""
    return not isinstance(value, bool) and isinstance(value, int | float | np.number) and not math.isnan(value)

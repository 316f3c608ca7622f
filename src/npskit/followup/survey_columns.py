"""The columns of a survey as a plan reads them: ids, yes and no, times."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.data.customers import read_customers
from npskit.data.flags import read_flags
from npskit.data.frames import Column
from npskit.data.times import parse_times, read_times
from npskit.errors import InvalidValueError
from npskit.sample import Bound
from npskit.times.zones import find_zone


def customers(column: Column) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return who answered, None where that is unknown, and the first row of each; the row itself where unknown."""
    found = read_customers(column)
    return found.cells, found.first


def flags(column: Column, name: str) -> NDArray[np.bool_]:
    """Return a column of yes and no as booleans; missing is no."""
    return np.asarray(read_flags(column, name) == 1)


def answered(data: Bound, zone: str | None) -> tuple[NDArray[np.datetime64] | None, dt.tzinfo | None]:
    """Return when each response was given, on the wall clock of a zone: datetime64[us], or [D] where dates are known.

    Args:
        data: The survey.
        zone: Where the office is; None for the wall clock of the data.

    Returns:
        The times, and the zone of their clock; None where it is not known, or an offset that never changes.

    Raises:
        InvalidValueError: If a cell is no time; the message names its row.
    """
    if "time" not in data.roles:
        return None, None
    days = _days(data.column(data.roles["time"]))
    if days is not None:
        return days, None
    there = data if zone is None else attrs.evolve(data, time_zone=zone)
    found = there.time_column("follow_up")
    if not found.aware and data.time_zone is None:
        return found.values, None
    try:
        return found.values, find_zone(found.time_zone)
    except InvalidValueError:
        return found.values, None


def contacted(data: Bound, name: str, zone: str | None) -> NDArray[np.datetime64]:
    """Return when each customer was contacted last, on the wall clock of a zone, NaT for never; as `answered`.

    Raises:
        InvalidValueError: If a cell is no time; the message names its row.
    """
    days = _days(data.column(name))
    if days is not None:
        return days
    place = zone or data.time_zone
    read = read_times({name: data.column(name)}, time_zone=place, dayfirst=data.dayfirst)
    return read[name].checked("last_contact")


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
    return read_times({name: data.column(name)}, dayfirst=data.dayfirst)[name].time_zone


def latest(at: NDArray[np.datetime64] | None) -> np.datetime64 | None:
    """Return the latest known time."""
    known = None if at is None else at[~np.isnat(at)]
    return None if known is None or not known.size else known.max().astype("datetime64[us]")


def is_number(value: Any) -> bool:
    """Whether a value is a number, and not NaN."""
    return not isinstance(value, bool) and isinstance(value, int | float | np.number) and not math.isnan(value)

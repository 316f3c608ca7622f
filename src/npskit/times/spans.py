"""Stretches of time as a person gives them, and periods counted from a moment."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.errors import InvalidTypeError, InvalidValueError, quoted
from npskit.times.durations import MONTHS
from npskit.times.moments import read_time
from npskit.times.periods import check_every, months_later

_PERIOD = re.compile(r"((?!0000)[0-9]{4})(?:-(?:Q([1-4])|W([0-9]{2})|[0-9]{2}(?:-[0-9]{2})?))?")
_DAY = np.timedelta64(1, "D")
_FIXED = {"day": 1, "week": 7}
# More periods than anyone reads; a typing error in a year makes them.
_MOST_PERIODS = 100_000


def stretch(value: Any, name: str) -> tuple[np.datetime64, np.datetime64]:
    """Return when a stretch of time begins, and when it has ended: that moment is not in it.

    Args:
        value: A calendar period, `"2026"`, `"2026-Q1"`, `"2026-03"`, `"2026-W05"` or `"2026-03-01"`, or a pair of dates
            or times (text, or as Python or numpy have them), the second not included.
        name: What to call it in an error.

    Raises:
        InvalidTypeError: If it is neither, or a time knows its zone.
        InvalidValueError: If there is no such period, or a pair does not end after it began.

    Example:
        >>> [str(moment) for moment in stretch("2026-W05", "before")]
        ['2026-01-26', '2026-02-02']
        >>> [str(moment)[:16] for moment in stretch(("2026-01-01", "2026-01-15 12:00"), "before")]
        ['2026-01-01T00:00', '2026-01-15T12:00']
    """
    if isinstance(value, str):
        return _period(value, name)
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise InvalidTypeError(
            f"{name} must be a period such as '2026-03', or a pair (start, end) of dates: got {quoted(value)}"
        )
    start, end = (np.datetime64(read_time(each, name), "us") for each in value)
    if not start < end:
        raise InvalidValueError(f"{name} must end after it begins: got {quoted(value)}")
    return start, end


def _period(text: str, name: str) -> tuple[np.datetime64, np.datetime64]:
    """Return the first day of a calendar period and the day after its last."""
    found = _PERIOD.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError
        year, quarter, week = found.groups()
        if week is not None:
            begin, length = np.datetime64(dt.date.fromisocalendar(int(year), int(week), 1)), 7
        elif quarter is not None:
            begin, length = np.datetime64(f"{year}-{3 * int(quarter) - 2:02d}"), 3
        else:
            begin, length = np.datetime64(found[0]), 1
    except ValueError:
        raise InvalidValueError(
            f"{name} must be a period such as '2026', '2026-Q1', '2026-03', '2026-W05' or '2026-03-01': got "
            f"{quoted(text)}"
        ) from None
    end = (begin.astype(np.int64) + length).astype(begin.dtype)
    return begin.astype("datetime64[D]"), end.astype("datetime64[D]")


def periods_around(times: NDArray[np.datetime64], at: dt.datetime, every: str) -> tuple[NDArray[np.intp], int, int]:
    """Number the periods counted from a moment, back and forth, so that none lies on both sides of it.

    Args:
        times: datetime64, shape `(n,)`, some of them known.
        at: The moment.
        every: `"day"`, `"week"` (of seven days from the moment), `"month"`, `"quarter"` or `"year"`: from the moment to
            the same day and time of a later one, or the last day of one that has no such day.

    Returns:
        The place of the period of each time, -1 where it is not known, shape `(n,)`; the place of the period that
        begins at the moment; and the number of periods.

    Raises:
        InvalidValueError: If `every` is unknown, or there were more than 100,000 periods.

    Example:
        >>> days = np.array(["2026-01-30", "2026-02-27", "2026-02-28", "2026-03-31"], dtype="M8[D]")
        >>> places, start, size = periods_around(days, dt.datetime(2026, 3, 31), "month")
        >>> places.tolist(), start, size
        ([0, 1, 2, 3], 3, 4)
    """
    check_every(every)
    known = ~np.isnat(times)
    moments = times[known].astype("datetime64[us]")
    middle = np.datetime64(at, "us")
    low, high = min(moments.min(), middle), max(moments.max(), middle)
    least = _FIXED.get(every) or 28 * MONTHS[every]
    back, forth = (
        int((end - start) / np.timedelta64(least, "D")) + 2 for start, end in ((low, middle), (middle, high))
    )
    if back + forth > _MOST_PERIODS:
        raise InvalidValueError(f"every={quoted(every)} makes {back + forth:,} periods of times from {low} to {high}")
    edges = _edges(middle, np.arange(-back, forth + 1), every)
    first, last = (np.searchsorted(edges, np.array([low, high]), side="right") - 1).tolist()
    places = np.full(len(times), -1, dtype=np.intp)
    places[known] = np.searchsorted(edges, moments, side="right") - 1 - first
    return places, back - first, last - first + 1


def _edges(middle: np.datetime64, steps: NDArray[np.int64], every: str) -> NDArray[np.datetime64]:
    """Return the moments so many periods from the middle."""
    day = middle.astype("datetime64[D]").astype(np.int64)
    later = day + steps * _FIXED[every] if every in _FIXED else months_later(day, steps * MONTHS[every])
    return np.asarray(middle + (later - day) * _DAY)

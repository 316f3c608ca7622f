"""How the follow-up room words things: quotations that cannot do harm, durations, times."""

from __future__ import annotations

import datetime as dt
import re

from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.results.display import quoted

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
_DURATION = re.compile(r"(\d{1,7}(?:\.\d{1,3})?)\s*(minute|hour|day|week)s?")


def span(duration: dt.timedelta) -> str:
    """Return a duration in words, in the largest unit that says it in a whole number.

    Example:
        >>> span(dt.timedelta(hours=48)), span(dt.timedelta(minutes=15)), span(dt.timedelta(days=1))
        ('48 hours', '15 minutes', '24 hours')
        >>> span(dt.timedelta(days=7))
        '7 days'
    """
    seconds = duration.total_seconds()
    for size, unit in _UNITS:
        # A day or two are said in hours: on a business clock "one day" would mean something else.
        least = 3 if unit == "day" else 1
        if seconds >= least * size and seconds % size == 0:
            count = int(seconds // size)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "no time" if seconds == 0 else f"{seconds:g} seconds"


def moment(value: dt.datetime) -> str:
    """Return a time as a person reads it, to the minute, with its offset if it has one.

    Example:
        >>> moment(dt.datetime(2026, 3, 2, 9, 30))
        'Mon 2026-03-02 09:30'
    """
    offset = value.strftime("%z")
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[value.weekday()]
    return f"{day} {value:%Y-%m-%d %H:%M}{' ' + offset if offset else ''}"


def duration(value: object, name: str = "duration") -> dt.timedelta:
    """Return a timedelta, or a text such as `"4 hours"` as one.

    Raises:
        InvalidTypeError: If it is neither.
        InvalidValueError: If it is negative, or not a number and a unit.

    Example:
        >>> duration("15 minutes"), duration("2 weeks")
        (datetime.timedelta(seconds=900), datetime.timedelta(days=14))
    """
    if isinstance(value, dt.timedelta):
        if value < dt.timedelta(0):
            raise InvalidValueError(f"{name} must not be negative: got {value!r}")
        return value
    if not isinstance(value, str):
        raise InvalidTypeError(f"{name} must be a duration such as '4 hours': got {value!r} ({type(value).__name__})")
    match = _DURATION.fullmatch(value.strip().casefold())
    if match is None:
        raise InvalidValueError(
            f"{name} must be a number of minutes, hours, days or weeks, such as '4 hours': got {quoted(value)}"
        )
    return dt.timedelta(seconds=float(match[1]) * _SECONDS[match[2]])

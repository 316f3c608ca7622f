"""Single times as a caller gives them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from npskit.checks import is_missing
from npskit.errors import InvalidTypeError, InvalidValueError, quoted
from npskit.times.time_spellings import Spellings


def read_time(value: Any, name: str, *, zoned: bool = False) -> dt.datetime:
    """Return a date or a time, as text or as Python or numpy have it; a date is its first moment.

    A text is read as those of a column are, but for one that may be of two days, such as `"3/4/2026"`.

    Args:
        value: What was given.
        name: What to call it in an error.
        zoned: Whether it may know its time zone; else it is the clock on the wall.

    Raises:
        InvalidTypeError: If it is not a time.
        InvalidValueError: If its text cannot be read, it is missing, or it knows its zone where it must not.

    Example:
        >>> read_time("2026-03-01", "at"), read_time(np.datetime64("2026-03-01T12"), "at")
        (datetime.datetime(2026, 3, 1, 0, 0), datetime.datetime(2026, 3, 1, 12, 0))
    """
    found = value.astype("datetime64[us]").item() if isinstance(value, np.datetime64) else value
    if isinstance(found, str):
        found = _of_text(found.strip(), name)
    if isinstance(found, dt.date) and not isinstance(found, dt.datetime):
        found = dt.datetime(found.year, found.month, found.day)
    if is_missing(found):  # NaT of pandas is a datetime
        raise InvalidValueError(f"{name} must be given, as a date or a time: got {quoted(value)}")
    if not isinstance(found, dt.datetime):
        raise InvalidTypeError(f"{name} must be a date or a time: got {quoted(value)} ({type(value).__name__})")
    if found.tzinfo is not None and not zoned:
        raise InvalidValueError(
            f"{name} must be the wall clock of the data, without a time zone: got {quoted(value)}; convert it to the "
            "zone of the data and leave that away"
        )
    return found


def _of_text(text: str, name: str) -> dt.datetime:
    read = Spellings()
    order, mark = read.told(text) or (None, "")
    found = read.moment(text, order or "month")
    if isinstance(found, str):
        raise InvalidValueError(f"{name} must be a date or a time such as '2026-03-01': got {quoted(text)}")
    if mark and order is None:
        raise InvalidValueError(f"{name}: {quoted(text)} may be of two days; write it as in '2026-03-01'")
    return found

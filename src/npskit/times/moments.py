"""Single times as a caller gives them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from npskit.checks import is_missing
from npskit.errors import InvalidTypeError, InvalidValueError, quoted


def read_time(value: Any, name: str, *, zoned: bool = False) -> dt.datetime:
    """Return a date or a time, as text in ISO 8601 or as Python or numpy have it; a date is its first moment.

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
        try:
            found = dt.datetime.fromisoformat(found)
        except ValueError:
            raise InvalidValueError(
                f"{name} must be a date or a time such as '2026-03-01': got {quoted(value)}"
            ) from None
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

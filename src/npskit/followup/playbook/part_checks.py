"""Checks of the parts that recommendations are made of; each refuses by name, with the value."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import attrs

from npskit.checks import is_missing, is_number, one_of
from npskit.comments.patterns import as_level
from npskit.errors import InvalidTypeError, InvalidValueError, quoted
from npskit.options import URGENCIES
from npskit.times import parse_fixed

NO_TIME = dt.timedelta(0)
is_amount = is_number(least=0)
is_amount_or_none = is_number(least=0, optional=True)
is_priority = is_number(least=0, most=100)


def is_moment_or_none(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse anything but a datetime or None in an attrs field, naming the field."""
    if value is not None and (not isinstance(value, dt.datetime) or is_missing(value)):
        raise InvalidTypeError(f"{field.name} must be a datetime or None: got {quoted(value)} ({type(value).__name__})")


def as_after(value: Any) -> dt.timedelta:
    """Return how long after something, by the one grammar of durations."""
    return parse_fixed(value, "after")


def as_within(value: Any) -> dt.timedelta | None:
    """Return how long something may take, or None, by the one grammar of durations."""
    return None if value is None else parse_fixed(value, "within")


def as_clock(value: Any, name: str = "due") -> str | None:
    """Return a time of day as `HH:MM`, or None.

    Raises:
        InvalidValueError: If it is none.

    Example:
        >>> as_clock("9:30"), as_clock(None)
        ('09:30', None)
    """
    if value is None:
        return None
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", value.strip()) if isinstance(value, str) else None
    if found is None:
        raise InvalidValueError(f"{name} must be a time of day such as '10:00': got {quoted(value)}")
    return f"{int(found[1]):02}:{found[2]}"


def as_urgency(value: Any) -> int:
    """Return an urgency by its number or its name.

    Raises:
        InvalidValueError: If there is no such urgency.

    Example:
        >>> as_urgency("critical"), as_urgency(1)
        (2, 1)
    """
    return URGENCIES.index(one_of(value, URGENCIES, "urgency")) if isinstance(value, str) else as_level(value)


def in_full(value: object) -> str:
    """Return what the user's own is shown as, at its full length; whatever it is, that does not fail."""
    return quoted(value, 1 << 20)

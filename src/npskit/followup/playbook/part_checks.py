"""Checks of the parts that recommendations are made of; each refuses by name, with the value."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs

from npskit.checks import is_number
from npskit.errors import InvalidValueError
from npskit.times import parse_fixed

NO_TIME = dt.timedelta(0)
is_amount = is_number(least=0)
is_amount_or_none = is_number(least=0, optional=True)
is_priority = is_number(least=0, most=100)


def as_after(value: Any) -> dt.timedelta:
    """Return how long after something, by the one grammar of durations."""
    return parse_fixed(value, "after")


def as_within(value: Any) -> dt.timedelta | None:
    """Return how long something may take, or None, by the one grammar of durations."""
    return None if value is None else parse_fixed(value, "within")


def is_urgency(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse anything but 0, 1 or 2."""
    if isinstance(value, bool) or value not in (0, 1, 2):
        raise InvalidValueError(f"{field.name} must be 0 (ordinary), 1 (urgent) or 2 (critical): got {value!r}")

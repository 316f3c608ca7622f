"""Checks of the parts that recommendations are made of; each refuses by name, with the value."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from npskit.checks import is_number, is_same, one_of
from npskit.errors import InvalidValueError, NpskitError, quoted
from npskit.options import URGENCIES
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


def as_level(value: Any, said: str = "urgency must be") -> int:
    """Return an urgency by its number; `said` begins the error."""
    if isinstance(value, (bool, complex)) or not any(is_same(value, level) for level in (0, 1, 2)):
        raise InvalidValueError(f"{said} 0 (ordinary), 1 (urgent) or 2 (critical): got {quoted(value)}")
    return int(value)


def failed(what: str, error: Exception) -> NpskitError:
    """Return the error of npskit for one that a function of the user's raised, to be chained to it.

    It is of the same kind where that is npskit's own, such as of a follow-up with a priority of 101.

    Example:
        >>> failed("strategy 'renewal' failed at row 3", KeyError("plan"))
        InvalidValueError("strategy 'renewal' failed at row 3: KeyError: 'plan'")
    """
    if isinstance(error, NpskitError):
        return type(error)(f"{what}: {error}")
    return InvalidValueError(": ".join(filter(None, [what, type(error).__name__, str(error)])))


def in_full(value: object) -> str:
    """Return what the user's own is shown as, at its full length; whatever it is, that does not fail."""
    return quoted(value, 1 << 20)

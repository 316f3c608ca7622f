"""Checks of the parts that recommendations are made of; each refuses by name, with the value."""

from __future__ import annotations

import datetime as dt
import math
import numbers
from typing import Any

import attrs
import numpy as np

from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.times.durations import parse_fixed

NO_TIME = dt.timedelta(0)


def amount(value: Any, name: str, most: float = math.inf) -> float:
    """Return a finite number of at least 0 and at most `most` as a float, or refuse it by name."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (numbers.Real, np.number)):
        raise InvalidTypeError(f"{name} must be a number: got {value!r} ({type(value).__name__})")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not 0 <= found <= most or math.isinf(found):
        limit = "" if math.isinf(most) else f" and at most {most:g}"
        raise InvalidValueError(f"{name} must be finite, at least 0{limit}: got {value!r:.80}")
    return found


def is_amount(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse anything but a finite number of at least 0."""
    amount(value, field.name)


def is_priority(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse anything but a number from 0 to 100."""
    amount(value, field.name, 100.0)


def is_amount_or_none(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse anything but a finite number of at least 0, or None."""
    if value is not None:
        amount(value, field.name)


def is_name(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse anything but a text that is not empty."""
    if not isinstance(value, str):
        raise InvalidTypeError(f"{field.name} must be a text: got {value!r} ({type(value).__name__})")
    if not value.strip():
        raise InvalidValueError(f"{field.name} must be a text that is not empty: got {value!r}")


def is_text_or_none(instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse anything but a text that is not empty, or None."""
    if value is not None:
        is_name(instance, field, value)


def as_after(value: Any) -> dt.timedelta:
    """Return how long after something, by the one grammar of durations."""
    return parse_fixed(value, "after")


def as_within(value: Any) -> dt.timedelta | None:
    """Return how long something may take, or None, by the one grammar of durations."""
    return None if value is None else parse_fixed(value, "within")


def is_moment_or_none(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse anything but a datetime or None."""
    if not isinstance(value, (dt.datetime, type(None))) or (value is not None and value != value):
        raise InvalidTypeError(f"{field.name} must be a datetime or None: got {value!r} ({type(value).__name__})")


def is_urgency(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse anything but 0, 1 or 2."""
    if isinstance(value, bool) or value not in (0, 1, 2):
        raise InvalidValueError(f"{field.name} must be 0 (ordinary), 1 (urgent) or 2 (critical): got {value!r}")


def is_bool(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse anything but True or False."""
    if not isinstance(value, bool):
        raise InvalidTypeError(f"{field.name} must be True or False: got {value!r}")


def is_a(kind: type) -> Any:
    """Return a validator of one kind."""

    def check(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
        if not isinstance(value, kind):
            raise InvalidTypeError(f"{field.name} must be a {kind.__name__}: got {value!r} ({type(value).__name__})")

    return check


def all_are(kind: type) -> Any:
    """Return a validator of tuples of one kind."""

    def check(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
        for item in value:
            if not isinstance(item, kind):
                raise InvalidTypeError(f"{field.name} must hold {kind.__name__}s: got {item!r}")

    return check

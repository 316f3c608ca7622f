"""Checks of single values, shared by the domain types and the scorers."""

from __future__ import annotations

import math
import operator
from collections.abc import Hashable
from typing import Any, TypeGuard

import attrs
import numpy as np

from npskit.errors import InvalidTypeError, InvalidValueError


def whole_number(value: Any, name: str, *, least: int | None = None) -> int:
    """Return `value` as an int; numpy integers are accepted, booleans and fractions are not.

    Raises:
        InvalidTypeError: If `value` is a boolean or not a whole number.
        InvalidValueError: If it is below `least`.

    Example:
        >>> whole_number(np.int8(7), "score")
        7
        >>> whole_number(True, "score")
        Traceback (most recent call last):
        ...
        npskit.errors.InvalidTypeError: score must be a whole number, not the boolean True
    """
    if isinstance(value, (bool, np.bool_)):
        raise InvalidTypeError(f"{name} must be a whole number, not the boolean {value!r}")
    try:
        found = operator.index(value)
    except TypeError:
        raise InvalidTypeError(f"{name} must be a whole number, not {value!r} ({type(value).__name__})") from None
    if least is not None and found < least:
        raise InvalidValueError(f"{name} must be at least {least}: got {value!r}")
    return found


def finite_number(
    value: Any, name: str, *, above: float = -math.inf, least: float = -math.inf, most: float = math.inf
) -> float:
    """Return a finite number as a float, above `above`, at least `least` and at most `most`.

    Raises:
        InvalidTypeError: If `value` is not a number; a boolean or a text is none.
        InvalidValueError: If it is out of range or not finite.

    Example:
        >>> finite_number(np.float32(0.5), "weight", above=0, most=1)
        0.5
        >>> finite_number(0, "weight", above=0, most=1)
        Traceback (most recent call last):
        ...
        npskit.errors.InvalidValueError: weight must be above 0 and at most 1: got 0
    """
    try:
        found = None if isinstance(value, (bool, np.bool_, str, bytes)) else float(value)
    except (TypeError, ValueError):
        found = None
    if found is None:
        raise InvalidTypeError(f"{name} must be a number: got {value!r} ({type(value).__name__})")
    if not math.isfinite(found):
        raise InvalidValueError(f"{name} must be finite: got {value!r}")
    if not (above < found and least <= found <= most):
        limits = (("above", above), ("at least", least), ("at most", most))
        shown = " and ".join(f"{words} {limit:g}" for words, limit in limits if math.isfinite(limit))
        raise InvalidValueError(f"{name} must be {shown}: got {value!r}")
    return found


def to_int(value: Any) -> Any:
    """Return a whole number as an int and anything else as it is, for `is_whole` to refuse by name.

    Example:
        >>> to_int(np.int64(7)), to_int(7.5), to_int(None)
        (7, 7.5, None)
    """
    try:
        return value if isinstance(value, (bool, np.bool_)) else operator.index(value)
    except TypeError:
        return value


def is_whole(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse anything but a whole number in an attrs field, naming the field."""
    whole_number(value, field.name)


def is_whole_or_none(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse anything but a whole number or None in an attrs field, naming the field."""
    if value is not None:
        whole_number(value, field.name)


def is_hashable(value: object) -> TypeGuard[Hashable]:
    """Whether `value` really can be hashed: a tuple of lists looks as if it could, and cannot.

    Example:
        >>> is_hashable(("a", 1)), is_hashable((["a"], 1))
        (True, False)
    """
    try:
        hash(value)
    except TypeError:
        return False
    return True


def is_missing(value: object) -> bool:
    """Whether `value` is None or a marker of a missing value: NaN, NaT, or an NA that will not say what it equals.

    Example:
        >>> is_missing(None), is_missing(float("nan")), is_missing(0), is_missing("")
        (True, True, False, False)
    """
    try:
        return value is None or bool(value != value)
    except (TypeError, ValueError):
        return True

"""Checks of single values, shared by the domain types and the scorers."""

from __future__ import annotations

import operator
from collections.abc import Hashable
from typing import Any, TypeGuard

import attrs
import numpy as np

from npskit.errors import InvalidTypeError


def whole_number(value: Any, name: str) -> int:
    """Return `value` as an int; numpy integers are welcome, booleans and fractions are refused.

    Raises:
        InvalidTypeError: If `value` is a boolean or not a whole number.

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
        return operator.index(value)
    except TypeError:
        raise InvalidTypeError(f"{name} must be a whole number, not {value!r} ({type(value).__name__})") from None


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

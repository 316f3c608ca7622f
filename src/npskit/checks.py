"""Checks of single values: a refusal names the argument, says what it takes, and shows what was given."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, TypeGuard, TypeVar

import attrs
import numpy as np

from npskit.arrays import is_masked
from npskit.errors import InvalidTypeError, InvalidValueError, did_you_mean, quoted, with_article

T = TypeVar("T")
# Python itself refuses to write whole numbers that are not much longer.
_MOST = 10**4000
Validator = Callable[[Any, "attrs.Attribute[Any]", Any], None]


def is_no_number(value: Any) -> bool:
    """Whether float() would take a value, in silence or with a warning, that is no number."""
    return isinstance(value, (bool, np.bool_, str, bytes, np.complexfloating)) or is_masked(value)


def whole_number(value: Any, name: str, *, least: int | None = None, most: int | None = None) -> int:
    """Return `value` as an int; numpy integers are welcome, booleans and fractions are refused.

    Args:
        value: What came.
        name: The name of the argument, for the error.
        least: The smallest that will do; None for any.
        most: The largest that will do; None for any.

    Raises:
        InvalidTypeError: If `value` is a boolean or not a whole number.
        InvalidValueError: If it is out of range.

    Example:
        >>> whole_number(np.int8(7), "score")
        7
        >>> whole_number(True, "score")
        Traceback (most recent call last):
        ...
        npskit.errors.InvalidTypeError: score must be a whole number, not the boolean True
    """
    if isinstance(value, (bool, np.bool_)):
        raise InvalidTypeError(f"{name} must be a whole number, not the boolean {quoted(value)}")
    try:
        found = operator.index(value)
    except Exception:  # whatever a class of the user's own does, here and below
        raise InvalidTypeError(f"{name} must be a whole number, not {quoted(value)} ({type(value).__name__})") from None
    if not -_MOST < found < _MOST:
        raise InvalidValueError(f"{name} must be a whole number of at most 4,000 digits: got {quoted(value)}")
    if (least is not None and found < least) or (most is not None and found > most):
        raise InvalidValueError(f"{name} must be {_range(None, least, None, most)}: got {quoted(found)}")
    return found


def finite_number(
    value: Any,
    name: str,
    *,
    above: float | None = None,
    least: float | None = None,
    below: float | None = None,
    most: float | None = None,
) -> float:
    """Return `value` as a finite float within the limits; booleans and texts are no numbers.

    Args:
        value: What came.
        name: The name of the argument, for the error.
        above: It must be above this; None for no such limit, here and below.
        least: It must be at least this.
        below: It must be below this.
        most: It must be at most this.

    Raises:
        InvalidTypeError: If `value` is not a number.
        InvalidValueError: If it is not finite, or out of range.

    Example:
        >>> finite_number(np.float32(0.5), "weight", above=0, most=1)
        0.5
        >>> finite_number(0, "weight", above=0, most=1)
        Traceback (most recent call last):
        ...
        npskit.errors.InvalidValueError: weight must be above 0 and at most 1: got 0
    """
    try:
        found = None if is_no_number(value) else float(value)
    except OverflowError:
        found = math.inf
    except Exception:
        found = None
    if found is None:
        raise InvalidTypeError(f"{name} must be a number: got {quoted(value)} ({type(value).__name__})")
    if not math.isfinite(found):
        raise InvalidValueError(f"{name} must be finite: got {quoted(value)}")
    inside = (above is None or found > above) and (least is None or found >= least)
    if not (inside and (below is None or found < below) and (most is None or found <= most)):
        raise InvalidValueError(f"{name} must be {_range(above, least, below, most)}: got {quoted(value)}")
    return found


def amount(value: Any, name: str) -> float:
    """Return `value` as a float of at least 0; infinite for no limit.

    Raises:
        InvalidTypeError, InvalidValueError: As `finite_number`.

    Example:
        >>> amount(7, "budget"), amount(math.inf, "budget")
        (7.0, inf)
    """
    if isinstance(value, float | np.floating) and value == math.inf:
        return math.inf
    return finite_number(value, name, least=0)


def share(value: Any, name: str) -> float:
    """Return `value` as a float from 0 to 1.

    Raises:
        InvalidTypeError: If `value` is not a number.
        InvalidValueError: If it is not within 0..1; the error says what a percentage would be.

    Example:
        >>> share(85, "retention")
        Traceback (most recent call last):
        ...
        npskit.errors.InvalidValueError: retention must be a share from 0 to 1: got 85; for 85 % write 0.85
    """
    found = finite_number(value, name)
    if not 0 <= found <= 1:
        hint = f"; for {found:g} % write {found / 100:g}" if 1 < found <= 100 else ""
        raise InvalidValueError(f"{name} must be a share from 0 to 1: got {quoted(value)}{hint}")
    return found


def _range(above: float | None, least: float | None, below: float | None, most: float | None) -> str:
    """Return limits in words: "at least 0 and at most 1"."""
    limits = (("above", above), ("at least", least), ("below", below), ("at most", most))
    return " and ".join(f"{word} {limit:,}" for word, limit in limits if limit is not None)


def one_of(value: T, options: Iterable[T], name: str) -> T:
    """Return `value`, which is one of the options.

    Raises:
        InvalidValueError: If it is none of them; the error says which it may have meant.

    Example:
        >>> one_of("scores", ("score", "wald"), "method")
        Traceback (most recent call last):
        ...
        npskit.errors.InvalidValueError: method must be one of 'score', 'wald': got 'scores'; did you mean 'score'?
    """
    known = tuple(options)
    if (type(value) is str and value in known) or any(is_same(value, option) for option in known):
        return value
    close = did_you_mean(value, known) if isinstance(value, str) else ""
    hint = f"; {close}" if close.startswith("did") else ""
    raise InvalidValueError(f"{name} must be one of {', '.join(map(repr, known))}: got {quoted(value)}{hint}")


def to_int(value: Any) -> Any:
    """Return a whole number as an int and anything else as it is, for `is_whole` to refuse by name.

    Example:
        >>> to_int(np.int64(7)), to_int(7.5), to_int(None)
        (7, 7.5, None)
    """
    try:
        return value if isinstance(value, (bool, np.bool_)) else operator.index(value)
    except Exception:
        return value


def is_whole(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse anything but a whole number in an attrs field, naming the field."""
    whole_number(value, field.name)


is_whole_or_none = attrs.validators.optional(is_whole)


def is_hashable(value: object) -> TypeGuard[Hashable]:
    """Whether `value` really can be hashed: a tuple of lists looks as if it could, and cannot.

    Example:
        >>> is_hashable(("a", 1)), is_hashable((["a"], 1))
        (True, False)
    """
    try:
        hash(value)
    except Exception:  # whatever a class of the user's own does
        return False
    return True


def is_same(value: object, option: object) -> bool:
    """Whether two values are equal; those that do not say so, such as arrays and pandas' NA, are not."""
    try:
        return is_hashable(value) and bool(value == option)  # series warn of being compared, and cannot be hashed
    except Exception:
        return False


def of_kind(value: Any, kind: type[T], name: str) -> T:
    """Return `value`, which is an instance of a class.

    Raises:
        InvalidTypeError: If it is none.

    Example:
        >>> of_kind(5, str, "comment")
        Traceback (most recent call last):
        ...
        npskit.errors.InvalidTypeError: comment must be a str: got 5 (int)
    """
    if not isinstance(value, kind):
        raise InvalidTypeError(
            f"{name} must be {with_article(kind.__name__)}: got {quoted(value)} ({type(value).__name__})"
        )
    return value


def boolean(value: Any, name: str) -> bool:
    """Return `value`, which is True or False.

    Raises:
        InvalidTypeError: If it is neither.
    """
    if not isinstance(value, bool | np.bool_):
        raise InvalidTypeError(f"{name} must be True or False: got {quoted(value)}")
    return bool(value)


def several(value: Any, name: str) -> tuple[Any, ...]:
    """Return what a collection such as a list holds.

    Raises:
        InvalidTypeError: If it is none, or a text or a mapping.

    Example:
        >>> several(["a", "b"], "keep")
        ('a', 'b')
    """
    try:
        if not isinstance(value, (str, bytes, Mapping)):
            return tuple(value)
    except Exception:  # what cannot be iterated says so in many ways
        pass
    raise InvalidTypeError(f"{name} must be a collection such as a list: got {quoted(value)} ({type(value).__name__})")


def as_tuple(value: Any) -> tuple[Any, ...]:
    """Return several things as a tuple; a single text, or what is no sequence, as a tuple of it."""
    try:
        return (value,) if isinstance(value, str) else tuple(value)
    except Exception:  # what cannot be iterated says so in many ways
        return (value,)


def mapping(value: Any, name: str, *, needed: bool = False) -> Mapping[Any, Any]:
    """Return a mapping, empty for None where none is needed.

    Raises:
        InvalidTypeError: If it is none.
    """
    value = {} if value is None and not needed else value
    if not isinstance(value, Mapping):
        raise InvalidTypeError(f"{name} must be a mapping such as a dict: got {quoted(value)} ({type(value).__name__})")
    return value


def is_missing(value: object) -> bool:
    """Whether `value` is None or a marker of a missing value: NaN, NaT, or an NA that will not say what it equals.

    Example:
        >>> is_missing(None), is_missing(float("nan")), is_missing(0), is_missing("")
        (True, True, False, False)
    """
    try:
        return value is None or bool(value != value)
    except Exception:  # such as of a decimal NaN that signals
        return True


def is_number(
    *, least: float | None = None, most: float | None = None, above: float | None = None, optional: bool = False
) -> Validator:
    """Return a validator of attrs fields that hold a finite number within limits, or None where that is `optional`."""

    def check(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
        if not (optional and value is None):
            finite_number(value, field.name, above=above, least=least, most=most)

    return check


def is_text(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse anything but a text that is not empty in an attrs field, naming the field."""
    if not isinstance(value, str):
        raise InvalidTypeError(f"{field.name} must be a text: got {quoted(value)} ({type(value).__name__})")
    if not value.strip():
        raise InvalidValueError(f"{field.name} must be a text that is not empty: got {quoted(value)}")


is_text_or_none = attrs.validators.optional(is_text)


def is_string_or_none(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse anything but a text, even an empty one, or None, in an attrs field, naming the field."""
    if not isinstance(value, str | None):
        raise InvalidTypeError(f"{field.name} must be a text or None, not {quoted(value)} ({type(value).__name__})")


def is_bool(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse anything but True or False in an attrs field, naming the field."""
    if not isinstance(value, bool):
        raise InvalidTypeError(f"{field.name} must be True or False: got {quoted(value)}")


def is_one_of(options: Iterable[Any]) -> Validator:
    """Return a validator of attrs fields that hold one of some options."""
    return lambda _instance, field, value: one_of(value, options, field.name)


def is_a(kind: type) -> Validator:
    """Return a validator of attrs fields that hold an instance of a class."""

    def check(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
        of_kind(value, kind, field.name)

    return check


def all_are(kind: type) -> Validator:
    """Return a validator of attrs fields that hold several instances of a class."""

    def check(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
        for item in several(value, field.name):
            if not isinstance(item, kind):
                raise InvalidTypeError(f"{field.name} must hold {kind.__name__}s: got {quoted(item)}")

    return check

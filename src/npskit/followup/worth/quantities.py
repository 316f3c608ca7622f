"""Shares, amounts of money and periods, checked; and what later money is worth today."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.validation import whole_number

MOST_PERIODS = 10_000


def discounted(retention: float, discount_rate: float, periods: int) -> NDArray[np.float64]:
    """Return what one unit of margin of a customer saved now is worth today, period by period: shape `(periods,)`.

    Example:
        >>> discounted(0.5, 0.0, 3).tolist()
        [1.0, 0.5, 0.25]
    """
    t = np.arange(periods)
    return np.asarray(retention**t / (1 + discount_rate) ** (t + 1), dtype=np.float64)


def share(value: Any, name: str) -> float:
    """Return a number within 0..1 as a float.

    Raises:
        InvalidTypeError: If it is no number.
        InvalidValueError: If it does not lie within 0..1.

    Example:
        >>> share(85, "retention")
        Traceback (most recent call last):
        ...
        npskit.errors.InvalidValueError: retention must lie within 0..1: got 85; for 85 % write 0.85
    """
    found = quantity(value, name)
    if not 0 <= found <= 1:
        hint = f"; for {found:g} % write {found / 100:g}" if 1 < found <= 100 else ""
        raise InvalidValueError(f"{name} must lie within 0..1: got {value!r}{hint}")
    return found


def quantity(value: Any, name: str) -> float:
    """Return a finite number as a float.

    Raises:
        InvalidTypeError: If it is no number.
        InvalidValueError: If it is not finite.

    Example:
        >>> quantity(np.int64(3), "cost")
        3.0
    """
    try:
        found = None if isinstance(value, bool | np.bool_ | str | bytes) else float(value)
    except (TypeError, ValueError):
        found = None
    if found is None:
        raise InvalidTypeError(f"{name} must be a number: got {value!r} ({type(value).__name__})")
    if not math.isfinite(found):
        raise InvalidValueError(f"{name} must be finite: got {value!r}")
    return found


def not_negative(value: Any, name: str) -> float:
    """Return a number of at least 0 as a float.

    Raises:
        InvalidTypeError: If it is no number.
        InvalidValueError: If it is negative or not finite.

    Example:
        >>> not_negative(2, "cost")
        2.0
    """
    found = quantity(value, name)
    if found < 0:
        raise InvalidValueError(f"{name} must not be negative: got {value!r}")
    return found


def horizon_of(periods: Any) -> int:
    """Return a number of periods as an int.

    Raises:
        InvalidTypeError: If it is not a whole number.
        InvalidValueError: If it is not within 1..10,000.

    Example:
        >>> horizon_of(np.int64(3))
        3
    """
    found = whole_number(periods, "periods")
    if not 1 <= found <= MOST_PERIODS:
        raise InvalidValueError(f"periods must lie within 1..{MOST_PERIODS:,}: got {periods!r}")
    return found

"""Numbers of whatever class as Python's own."""

from __future__ import annotations

import math
from typing import Any

from npskit.checks import is_no_number, to_int


def as_float(number: Any) -> float:
    """Return a number as a float, infinite where it is larger than all of them.

    Example:
        >>> as_float(7), as_float(-(10**400))
        (7.0, -inf)
    """
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def to_real(value: float) -> float:
    """Return a number of whatever class as Python's own, and anything else as it is, for `is_number` to refuse by name.

    Example:
        >>> from fractions import Fraction
        >>> to_real(Fraction(1, 2)), to_real(7)
        (0.5, 7)
    """
    found: Any = to_int(value)
    try:
        real: Any = found if isinstance(found, int) or is_no_number(found) else float(found)
    except Exception:  # whatever a class of the user's own does
        real = value
    return real  # type: ignore[no-any-return]


def to_real_or_none(value: float | None) -> float | None:
    """Return what `to_real` does, and None as it is."""
    return None if value is None else to_real(value)

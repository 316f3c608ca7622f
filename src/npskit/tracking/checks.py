"""Checks of counts by period and of the parameters of charts, shared by what reads a series of periods."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from numpy.typing import ArrayLike

from npskit.arrays import Floats
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.inference.limits import checked_counts


def checked_periods(counts: ArrayLike, worths: ArrayLike) -> tuple[Floats, Floats]:
    """Return counts (T, K) and worths (K,) as arrays that fit each other, or say what is wrong with them."""
    c, w = checked_counts(counts, worths)
    if c.ndim != 2:
        raise InvalidValueError(f"counts must have shape (periods, categories): got {c.shape}")
    return c, w


def period_labels(periods: Sequence[Any] | None, size: int) -> tuple[Any, ...]:
    """Return one label for each period; their places where none are given."""
    labels = tuple(range(size)) if periods is None else tuple(periods)
    if len(labels) != size:
        raise IncompatibleError(f"periods must name each of the {size} periods of counts: got {len(labels)} names")
    return labels


def within(name: str, value: float, low: float, high: float = math.inf, *, open_low: bool = True) -> float:
    """Return a finite number of (low, high], or of [low, high] where `open_low` is False; refuse any other."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise InvalidTypeError(f"{name} must be a number: got {value!r}") from None
    if not math.isfinite(number):
        raise InvalidValueError(f"{name} must be finite: got {value!r}")
    if not ((low < number if open_low else low <= number) and number <= high):
        most = f" and at most {high:g}" if high < math.inf else ""
        raise InvalidValueError(f"{name} must be {'above' if open_low else 'at least'} {low:g}{most}: got {value!r}")
    return number

"""An interval: two limits, how sure they are, and how they were computed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np
from numpy.typing import ArrayLike

from npskit.checks import finite_number, is_a, whole_number
from npskit.errors import InvalidTypeError, quoted
from npskit.reals import as_float
from npskit.results.display import formatted, number

LEVEL = 0.95


def _limit(value: Any, name: str) -> float:
    if not isinstance(value, int | float | np.integer | np.floating) or isinstance(value, np.timedelta64):
        raise InvalidTypeError(f"{name} must be a number: got {quoted(value)} ({type(value).__name__})")
    return as_float(value)


def _low(value: float) -> float:
    return _limit(value, "low")


def _high(value: float) -> float:
    return _limit(value, "high")


def _level(value: Any) -> float:
    return finite_number(value, "level")


@attrs.frozen
class Interval:
    """A confidence (or credible) interval, in units of the score.

    Example:
        >>> low, high = Interval(10.0, 30.0, level=0.95, method="score")
        >>> low, high
        (10.0, 30.0)
        >>> 20 in Interval(10.0, 30.0, level=0.95, method="score")
        True
    """

    low: float = attrs.field(converter=_low)
    high: float = attrs.field(converter=_high)
    level: float = attrs.field(kw_only=True, converter=_level)
    method: str = attrs.field(kw_only=True, validator=is_a(str))

    def __iter__(self) -> Iterator[float]:
        return iter((self.low, self.high))

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def __str__(self) -> str:
        return self.shown()

    def __format__(self, spec: str) -> str:
        """Return both limits as a format specification has numbers: `f"{interval:.1f}"`."""
        return f"{formatted(self.low, spec)} .. {formatted(self.high, spec)}" if spec else str(self)

    def shown(self, digits: int = 1) -> str:
        """Return the limits as a person reads them, with so many decimals."""
        whole_number(digits, "digits", least=0, most=20)
        return f"{number(self.low, digits)} .. {number(self.high, digits)}"


def intervals(low: ArrayLike, high: ArrayLike, *, level: float, method: str) -> list[Interval]:
    """Return the intervals of arrays of limits.

    Example:
        >>> [str(one) for one in intervals([1.0, 2.0], [3.0, 4.0], level=0.95, method="score")]
        ['1.0 .. 3.0', '2.0 .. 4.0']
    """
    limits = zip(np.asarray(low).tolist(), np.asarray(high).tolist(), strict=True)
    return [Interval(*pair, level=level, method=method) for pair in limits]

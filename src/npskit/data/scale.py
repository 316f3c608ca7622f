"""The whole-number scale that answers to a question lie on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs
import numpy as np

from npskit.checks import is_whole, to_int
from npskit.errors import InvalidTypeError, InvalidValueError, quoted

# Answers are coded in one byte with two codes to spare (missing, invalid); see npskit.counting.
MAX_POINTS = 250


@attrs.frozen
class Scale:
    """A whole-number answer scale, both ends included.

    Args:
        low: The lowest answer.
        high: The highest answer; above `low`, and at most 249 above it.
        yes_no: Whether the answers are yes (1) and no (0), so that the words and booleans for them are read as well.

    Raises:
        InvalidTypeError: If an end is not a whole number.
        InvalidValueError: If `high` is not above `low`, or the scale has more than 250 points.

    Example:
        >>> Scale(0, 10).size
        11
        >>> 7 in Scale(1, 5)
        False
    """

    low: int = attrs.field(converter=to_int, validator=is_whole)
    high: int = attrs.field(converter=to_int, validator=is_whole)
    yes_no: bool = attrs.field(default=False, kw_only=True, eq=False)

    def __attrs_post_init__(self) -> None:
        if self.high <= self.low:
            raise InvalidValueError(f"a scale runs from low to high: got low={self.low}, high={self.high}")
        if self.size > MAX_POINTS:
            raise InvalidValueError(
                f"a scale has at most {MAX_POINTS} points: {self} has {self.size}; group the answers first"
            )
        if max(abs(self.low), abs(self.high)) > 1_000_000_000:
            raise InvalidValueError(f"the ends of a scale lie within a thousand million of 0: got {self}")

    def __repr__(self) -> str:
        return f"Scale({self.low}, {self.high})"

    def __str__(self) -> str:
        return f"{self.low}..{self.high}"

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.low, self.high + 1))

    def __contains__(self, answer: object) -> bool:
        return not isinstance(answer, (bool, np.bool_)) and answer in range(self.low, self.high + 1)

    @property
    def size(self) -> int:
        """The number of points on the scale."""
        return self.high - self.low + 1


def as_scale(value: Scale | Sequence[int]) -> Scale:
    """Return `value` as a `Scale`: itself, or made from its two ends.

    Raises:
        InvalidTypeError: If `value` is neither a scale nor two whole numbers.
    """
    if isinstance(value, Scale):
        return value
    try:
        low, high = value
    except Exception:
        raise InvalidTypeError(f"scale must be a Scale or its two ends, such as (0, 10): got {quoted(value)}") from None
    return Scale(low, high)

"""The scale of a driver's ratings, and where low and high ones begin on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from npskit.arrays import Floats, Frozen
from npskit.checks import finite_number
from npskit.errors import InvalidValueError, did_you_mean, quoted

# More points than that are amounts, not ratings.
_MOST_POINTS = 21


def scale_of(values: Floats) -> tuple[float, float] | None:
    """Return the ends of the scale that ratings are on, as far as they show it; None of what is no whole-number rating.

    It ends at the largest rating given, and begins at 1; at the smallest where that is 0 or less.

    Example:
        >>> scale_of(np.array([2.0, 5.0, np.nan])), scale_of(np.array([0.0, 10.0])), scale_of(np.array([0.5, 2.0]))
        ((1.0, 5.0), (0.0, 10.0), None)
    """
    known = values[np.isfinite(values)]
    if not known.size or (known != np.round(known)).any():
        return None
    low, high = min(float(known.min()), 1.0), float(known.max())
    return (low, high) if high - low < _MOST_POINTS else None


def ends_of(values: Floats) -> tuple[float, float]:
    """Return the ends of the scale of ratings, of other numbers the least and the most that is there.

    Example:
        >>> ends_of(np.array([2.0, 5.0])), ends_of(np.array([2.5, np.nan, 5.0]))
        ((1.0, 5.0), (2.5, 5.0))
    """
    return scale_of(values) or (float(np.nanmin(values)), float(np.nanmax(values)))


@attrs.frozen(eq=False)
class RatingSpread(Frozen):
    """How the ratings of a driver are spread over its scale.

    Args:
        values: The different ratings, shape `(V,)`; of what is no rating the least and the most alone.
        shares: The share of the answers that has each, weighted; empty of what is no rating.
        low: The lower end of its scale.
        high: The upper end.
    """

    values: Floats
    shares: Floats
    low: float
    high: float

    @classmethod
    def of(cls, values: Floats, weights: Floats | None) -> RatingSpread:
        """Return the spread of the values of rows, NaN for none."""
        known = np.isfinite(values)
        low, high = ends_of(values)
        if scale_of(values) is None:
            return cls(np.array([low, high]), np.empty(0), low, high)
        different, codes = np.unique(values[known], return_inverse=True)
        sums = np.bincount(codes, None if weights is None else weights[known])
        return cls(different, sums / sums.sum(), low, high)


@attrs.frozen
class Cuts:
    """Where ratings are low, and where they are high: `<= low`, `>= high`."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"≤ {self.low:g}, ≥ {self.high:g}"


def cuts_of(values: Floats, name: str, low: float | None, high: float | None) -> Cuts:
    """Return where ratings of a driver are low and high: as said, else by its scale.

    Of the points of its scale the lowest two fifths are low and the highest fifth is high, at least one each:
    1..2 and 5 of 1..5, 1..2 and 7 of 1..7, 0..3 and 9..10 of 0..10.

    Raises:
        InvalidValueError: If no scale is seen and none is said, or nothing is left between them.

    Example:
        >>> print(cuts_of(np.array([1.0, 3.0, 5.0]), "speed", None, None))
        ≤ 2, ≥ 5
    """
    if low is None or high is None:
        scale = scale_of(values)
        if scale is None:
            raise InvalidValueError(
                f"low, high: column {quoted(name)} holds no whole-number ratings of a scale of at most {_MOST_POINTS} "
                f"points: say where they are low and high, as low={{{name!r}: ...}}, high={{{name!r}: ...}}"
            )
        points = int(scale[1] - scale[0]) + 1
        low = scale[0] + max(2 * points // 5, 1) - 1 if low is None else low
        high = scale[1] - max(points // 5, 1) + 1 if high is None else high
    between = (values > low) & (values < high)
    if not between.any():
        raise InvalidValueError(
            f"low, high: no rating of {quoted(name)} that counts is above {low:g} and below {high:g}: low and high "
            "ratings are held against those between, so leave it out, or say other cuts"
        )
    return Cuts(float(low), float(high))


def of_each(value: Any, names: list[str], argument: str) -> dict[str, float | None]:
    """Return a number for each driver, from one for all, or from a mapping; None where none is said.

    Raises:
        InvalidTypeError, InvalidValueError: If it is neither, or names none of the drivers.

    Example:
        >>> of_each({"speed": 3}, ["speed", "price"], "low")
        {'speed': 3.0, 'price': None}
    """
    if value is None:
        return dict.fromkeys(names)
    if not isinstance(value, Mapping):
        return dict.fromkeys(names, finite_number(value, argument))
    for name in value:
        if name not in names:
            raise InvalidValueError(f"{argument} names {quoted(name)}, which is no driver: {did_you_mean(name, names)}")
    return {name: finite_number(value[name], argument) if name in value else None for name in names}

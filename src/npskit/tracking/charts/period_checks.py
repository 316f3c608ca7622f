"""Checks of counts by period, shared by what reads a series of periods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Floats
from npskit.checks import finite_number
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, counted, quoted
from npskit.inference import checked_counts, checked_indices

# Days of a year and more: what is larger is no season.
_MOST_SEASONS = 1000


def checked_periods(counts: ArrayLike, category_scores: ArrayLike) -> tuple[Floats, Floats]:
    """Return counts (T, K) and category scores (K,) as arrays that fit each other, or say what is wrong with them."""
    c, w = checked_counts(counts, category_scores)
    if c.ndim != 2:
        raise InvalidValueError(f"counts must have shape (periods, categories), one row for each period: got {c.shape}")
    return c, w


def period_labels(periods: Sequence[Any] | None, size: int) -> tuple[Any, ...]:
    """Return one label for each period; their places where none are given."""
    labels = tuple(range(size)) if periods is None else tuple(periods)
    if len(labels) != size:
        raise IncompatibleError(
            f"periods must name each of the {counted(size, 'period')} of counts: got {counted(len(labels), 'name')}"
        )
    return labels


def checked_season(season: ArrayLike | None, size: int) -> NDArray[np.intp] | None:
    """Return the season of each period, from 0, or say what is wrong with it."""
    if season is None:
        return None
    codes = checked_indices(season, "season", _MOST_SEASONS, size)
    if codes.size and int(codes.min()) < 0:
        raise InvalidValueError(f"season must be whole numbers from 0: period {int(codes.argmin())} has {codes.min()}")
    return codes.astype(np.intp)


def checked_cycles(cycles: Any) -> tuple[float, ...]:
    """Return the lengths of seasons, each of two periods or more, or say what is wrong with them."""
    if isinstance(cycles, str) or not isinstance(cycles, Sequence | np.ndarray):
        raise InvalidTypeError(f"cycles must be lengths of seasons in periods, such as [12]: got {quoted(cycles)}")
    return tuple(finite_number(cycle, "cycles", least=2) for cycle in cycles)

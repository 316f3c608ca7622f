"""Checks of counts by period, shared by what reads a series of periods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import ArrayLike

from npskit.arrays import Floats
from npskit.errors import IncompatibleError, InvalidValueError
from npskit.inference import checked_counts


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
        raise IncompatibleError(f"periods must name each of the {size} periods of counts: got {len(labels)} names")
    return labels

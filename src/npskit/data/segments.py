"""The values of columns as segments, in the order in which a person reads them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.data.columns import Column
from npskit.data.keys import factorize, factorize_many

Keys = tuple[tuple[Any, ...], ...]
"""The values that make each segment."""


def coded(column: Column) -> tuple[NDArray[np.intp], list[Any]]:
    """Return a number for each value, -1 where it is missing, and what the numbers stand for."""
    codes, labels = factorize(column.filled())
    if None not in labels[-1:]:
        return codes, labels
    return np.where(codes == len(labels) - 1, -1, codes), labels[:-1]


def segments_of(columns: Sequence[Column], rows: int) -> tuple[NDArray[np.intp], Keys]:
    """Return the segment number of each row, and the values that make each segment, in order."""
    if not columns:
        return np.zeros(rows, dtype=np.intp), ((),)
    groups, keys = factorize_many([column.filled() for column in columns])
    if not any(isinstance(part, str) for key in keys for part in key):
        return groups, tuple(keys)  # in order already
    order = sorted(range(len(keys)), key=lambda i: tuple(map(_place, keys[i])))
    number = np.empty(len(keys), dtype=np.intp)
    number[order] = np.arange(len(keys))
    return number[groups], tuple(keys[i] for i in order)


def _place(value: Any) -> tuple[Any, ...]:
    """Return where a value sorts: numbers first, then times, then text with the numbers in it by size, missing last."""
    if value is None:
        return (3,)
    if isinstance(value, int | float):
        return (0, value)
    if isinstance(value, str):
        parts = re.split(r"([0-9]+)", value)
        return (2, [(part.casefold(), 0) if i % 2 == 0 else ("", int(part)) for i, part in enumerate(parts)], value)
    return (1, str(value))

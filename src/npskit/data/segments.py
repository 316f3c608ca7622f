"""The values of columns as segments, in the order in which a person reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.data.columns import Column
from npskit.data.keys import factorize_many, number
from npskit.data.words import is_nothing

Keys = tuple[tuple[Any, ...], ...]
"""The values that make each segment."""


_WHOLE = re.compile(r"-?[1-9][0-9]{0,14}|0")


def coded(column: Column, *, whole: bool = False) -> tuple[NDArray[np.intp], list[Any]]:
    """Return a number for each value, -1 where it says nothing, and what the numbers stand for, in order.

    Args:
        column: The values.
        whole: Whether texts become whole numbers where all of them are such, as in a file, which holds only texts.

    Example:
        >>> codes, labels = coded(Column(np.array(["10", "9", "n/a", " "], dtype=object)), whole=True)
        >>> codes.tolist(), labels
        ([1, 0, -1, -1], [9, 10])
    """
    numbers, keys = segments_of([column], len(column), whole=whole)
    if (None,) not in keys[-1:]:
        return numbers, [key[0] for key in keys]
    return np.where(numbers == len(keys) - 1, -1, numbers), [key[0] for key in keys[:-1]]


def segments_of(columns: Sequence[Column], rows: int, *, whole: bool = False) -> tuple[NDArray[np.intp], Keys]:
    """Return the segment number of each row, and the values that make each segment, in order.

    What says nothing, such as a blank or "n/a", is missing: None, and last. `whole` is as for `coded`.
    """
    if not columns:
        return np.zeros(rows, dtype=np.intp), ((),)
    groups, keys = factorize_many([column.filled() for column in columns])
    if not any(isinstance(part, str | bytes) for key in keys for part in key):
        return groups, tuple(keys)  # in order already
    said = [_said(dict.fromkeys(parts), whole) for parts in zip(*keys, strict=True)]
    to, keys = number([tuple(one[part] for one, part in zip(said, key, strict=True)) for key in keys])
    order = sorted(range(len(keys)), key=lambda i: tuple(map(_place, keys[i])))
    place = np.empty(len(keys), dtype=np.intp)
    place[order] = np.arange(len(keys))
    return place[to][groups], tuple(keys[i] for i in order)


def _said(values: Iterable[Any], whole: bool) -> dict[Any, Any]:
    """Return what each of some distinct values says: None where it says nothing."""
    found = {v: None if isinstance(v, str | bytes) and is_nothing(v) else v for v in values}
    known = [value for value in found.values() if value is not None]
    if whole and all(isinstance(value, str) and _WHOLE.fullmatch(value) for value in known):
        return {key: None if value is None else int(value) for key, value in found.items()}
    return found


def _place(value: Any) -> tuple[Any, ...]:
    """Return where a value sorts: numbers first, then times, then text with the numbers in it by size, missing last."""
    if value is None:
        return (3,)
    if isinstance(value, int | float):
        return (0, value)
    if isinstance(value, str):
        parts = re.split(r"([0-9]+)", value)
        # of more digits than these Python makes no number
        sizes = [("", int(part[:4000])) if i % 2 else (part.casefold(), 0) for i, part in enumerate(parts)]
        return (2, sizes, value)
    return (1, str(value))

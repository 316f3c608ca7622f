"""The values of columns as segments, in the order in which a person reads them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.data.cells import table_at
from npskit.data.columns import Column
from npskit.data.flags import read_flags
from npskit.data.keys import combined, number
from npskit.data.words import is_nothing
from npskit.errors import InvalidTypeError, InvalidValueError, did_you_mean, quoted, written

Keys = tuple[tuple[Any, ...], ...]
"""The values that make each segment."""


_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?")
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
    parts = [column.factorized() for column in columns]
    if any(isinstance(key, str | bytes) for _, keys in parts for key in keys):  # others are in order already
        parts = [_as_read(codes, keys, whole) for codes, keys in parts]
    groups, found = combined(parts)
    return groups, tuple(found)


def _as_read(codes: NDArray[np.intp], keys: list[Any], whole: bool) -> tuple[NDArray[np.intp], list[Any]]:
    """Return codes and keys of a column by what the keys say, in the order in which a person reads them."""
    said = _said(keys, whole)
    to, distinct = number([said[key] for key in keys])
    order = sorted(range(len(distinct)), key=lambda i: _place(distinct[i]))
    place = np.empty(len(distinct), np.intp)
    place[order] = np.arange(len(distinct))
    return table_at(place[to], codes), [distinct[i] for i in order]


def holding(column: Column, given: Any, name: str, *, whole: bool = False) -> NDArray[np.bool_]:
    """Return True for each row of a column that holds a value, or one of a list of them.

    A text is found in another case where it is not there as given, a whole number as text, True and False as a word for
    them, a number or a date as a text that says it; None, and what else is missing, is what says nothing.

    Args:
        column: The values.
        given: What they must be.
        name: What the condition is called in an error.
        whole: See `coded`.

    Raises:
        InvalidTypeError: If a value is of a kind that no column could hold.
        InvalidValueError: If a value is nowhere in the column, or none is given.

    Example:
        >>> holding(Column(np.array(["NPS", "csat", None], dtype=object)), ["nps", None], "where").tolist()
        [True, False, True]
    """
    several = isinstance(given, list | tuple | set | frozenset | range | np.ndarray)
    values = list(given) if several else [given]
    if not values:
        raise InvalidValueError(f"{name} needs at least one value: got {quoted(given)}")
    codes, labels = coded(column, whole=whole)
    found = np.zeros(len(codes), dtype=np.bool_)
    for value in values:
        try:
            places = [-1] if is_nothing(value) else _places_of(labels, value)
        except Exception:  # whatever a class of the user's own does
            raise InvalidTypeError(f"{name} takes a value or a list of values: got {quoted(given)}") from None
        rows = np.isin(codes, places) if places else read_flags(column, name) == value
        if not rows.any():
            raise InvalidValueError(f"{name} has no {quoted(value)}; {did_you_mean(value, labels)}")
        found |= rows
    return found


def _places_of(labels: Sequence[Any], value: Any) -> list[int]:
    """Return which labels a value means: itself, else what says it in another way; none where it is a flag."""
    hash(value)
    truth = isinstance(value, bool)
    found = [i for i, label in enumerate(labels) if label == value and isinstance(label, bool) == truth]
    if found or truth:
        return found
    said = _as_said(value)
    return [i for i, label in enumerate(labels) if _as_said(label) == said] or [len(labels)]


def _as_said(value: Any) -> str:
    """Return a value as a text that is the same however it is written: "01.50" is 1.5, a day is its midnight."""
    if isinstance(value, np.datetime64):
        value = value.item()
    if isinstance(value, dt.date):
        return value.isoformat().removesuffix("T00:00:00")
    text = str(value).strip().casefold()
    if _NUMBER.fullmatch(text):
        return str(Decimal(text).normalize() + 0)
    return text.removesuffix("t00:00:00").removesuffix(" 00:00:00")


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
    return (1, written(value))

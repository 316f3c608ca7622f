"""Columns of a case log that say how long something took rather than when it happened, as help desks export them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import numpy as np

from npskit.arrays import Bools, Floats
from npskit.data import Column, factorize, is_nothing, read_amounts
from npskit.errors import NpskitError
from npskit.times import span_seconds, unit_seconds

# A single letter at the end of a name says too little.
_UNIT = re.compile(r"(.+?)_(?:time_)?(?:in_)?([^\W_]{2,})")
_BEFORE = re.compile(r"([^\W_]{2,})_(?:to|until)_(.+)")
# How a clock is written, and whose clock counts: "First response (hh:mm)", "First reply time in minutes calendar".
_FORM = re.compile(r"_(?:hh?_mm?(?:_ss?)?|d_hh?_mm?(?:_ss?)?|calendar(?:_hours|_time)?)(?=_|$)")
_OFFICE = re.compile(r"_(?:(?:with)?in_)?(?:business|office|working|operating)(?:_hours|_time)?(?=_|$)")
# But for one in brackets: "First reply (h)".
_LETTER = re.compile(r"[(\[]\s*([smhd])\s*[)\]]\s*$", re.IGNORECASE)
_WORDS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def unit_in_full(name: str) -> str:
    """Return a name with a unit that is a letter in brackets in full.

    Example:
        >>> unit_in_full("First reply (h)")
        'First reply hours'
    """
    return _LETTER.sub(lambda found: _WORDS[found[1].casefold()], name)


def stem_and_unit(name: str) -> tuple[str, float | None]:
    """Return what a tidy name is of without the unit that it ends or begins with, and the seconds of that, or None.

    Example:
        >>> stem_and_unit("first_reply_time_in_minutes"), stem_and_unit("closed_at")
        (('first_reply', 60), ('closed_at', None))
        >>> stem_and_unit("hours_to_resolution")
        ('resolution', 3600)
    """
    name = _FORM.sub("", name)
    if (found := _BEFORE.fullmatch(name)) and (unit := unit_seconds(found[1])) is not None:
        return found[2], unit
    if (found := _UNIT.fullmatch(name)) and (unit := unit_seconds(found[2])) is not None:
        return found[1], unit
    return name, None


def without_office(name: str) -> str | None:
    """Return a tidy name without the words for business hours that it holds; None if it holds none.

    Example:
        >>> without_office("first_reply_time_in_minutes_within_business_hours"), without_office("closed_at")
        ('first_reply_time_in_minutes', None)
    """
    found = _OFFICE.sub("", name)
    return None if found == name else found


# No case takes so many seconds, which are thirty years; times since 1970 are more.
_LONGEST = 1e9


def read_spans(column: Column, unit: float | None) -> tuple[Floats, Bools] | None:
    """Return how many seconds each cell of a column says that something took, and which cells say something else.

    Args:
        column: A column of durations, or of anything else.
        unit: The seconds that numbers are multiples of, None where numbers are no durations.

    Returns:
        NaN where nothing is said. None where not even one cell is a duration.
    """
    cells = column.filled()
    if cells.dtype.kind == "m":
        seconds = np.where(np.isnat(cells), np.nan, cells / np.timedelta64(1, "s"))
        return seconds, np.asarray(seconds < 0)
    if cells.dtype.kind in "iuf":
        if unit is None:
            return None
        found = cells.astype(np.float64) * unit
        beyond = np.asarray(found >= _LONGEST)
        if beyond.any() and (beyond | np.isnan(found)).all():  # times since 1970
            return None
        return np.where(beyond, np.nan, found), np.asarray(found < 0) | beyond
    if cells.dtype.kind != "O":
        return None
    codes, distinct = factorize(cells)
    read = [np.nan if is_nothing(cell) else _seconds(cell, unit) for cell in distinct]
    if all(value is None or value != value for value in read):
        return None
    bad = np.array([value is None for value in read], np.bool_)
    return np.array([np.nan if value is None else value for value in read], np.float64)[codes], bad[codes]


def _seconds(cell: Any, unit: float | None) -> float | None:
    """Return how long a cell says that something took; None where it says something else."""
    if isinstance(cell, dt.timedelta | np.timedelta64):
        seconds = float(np.timedelta64(cell) / np.timedelta64(1, "s"))
        return seconds if 0 <= seconds < _LONGEST else None
    if isinstance(cell, dt.time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
    if isinstance(cell, str) and (said := span_seconds(cell)) is not None:
        return said
    if unit is None or isinstance(cell, bool):
        return None
    try:
        (amount,) = read_amounts(Column(np.array([cell], object)), "", least=0)
    except NpskitError:
        return None
    seconds = float(amount) * unit
    return None if seconds >= _LONGEST else seconds

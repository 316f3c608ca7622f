"""Columns of a case log that say how long something took rather than when it happened, as help desks export them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import numpy as np

from npskit.arrays import Bools, Floats
from npskit.data import Column, factorize, is_nothing, read_amounts
from npskit.errors import NpskitError

_SECONDS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "day", "days"), 86400),
}
# A single letter at the end of a name says too little.
_UNIT = re.compile(rf"(.+?)_(?:time_)?(?:in_)?({'|'.join(word for word in _SECONDS if len(word) > 1)})")
_CLOCK = re.compile(r"(?:(\d{1,5}) days?,? )?(\d{1,6}):([0-5]?\d)(?::([0-5]?\d)(?:[.,](\d{1,9}))?)?")
_PART = re.compile(r"(\d{1,9}(?:[.,]\d{1,6})?)\s*([a-z]+)[\s,]*")


def stem_and_unit(name: str) -> tuple[str, int | None]:
    """Return what a tidy name is of without the unit that it ends with, and the seconds of that; None for no unit.

    Example:
        >>> stem_and_unit("first_reply_time_in_minutes"), stem_and_unit("closed_at")
        (('first_reply', 60), ('closed_at', None))
    """
    found = _UNIT.fullmatch(name)
    return (name, None) if found is None else (found[1], _SECONDS[found[2]])


def read_spans(column: Column, unit: int | None) -> tuple[Floats, Bools] | None:
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
        found = None if unit is None else cells.astype(np.float64) * unit
        return None if found is None else (found, np.asarray(found < 0))
    if cells.dtype.kind != "O":
        return None
    codes, distinct = factorize(cells)
    read = [np.nan if is_nothing(cell) else _seconds(cell, unit) for cell in distinct]
    if all(value is None or value != value for value in read):
        return None
    bad = np.array([value is None for value in read], np.bool_)
    return np.array([np.nan if value is None else value for value in read], np.float64)[codes], bad[codes]


def _seconds(cell: Any, unit: int | None) -> float | None:
    """Return how long a cell says that something took; None where it says something else."""
    if isinstance(cell, dt.timedelta | np.timedelta64):
        seconds = float(np.timedelta64(cell) / np.timedelta64(1, "s"))
        return seconds if seconds >= 0 else None
    if isinstance(cell, dt.time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
    if isinstance(cell, str):
        text = cell.strip().casefold()
        if found := _CLOCK.fullmatch(text):
            days, hours, minutes, seconds = (float(x or 0) for x in found.groups()[:4])
            return days * 86400 + hours * 3600 + minutes * 60 + seconds + float(f"0.{found[5] or 0}")
        parts = _PART.findall(text)
        if parts and _PART.sub("", text) == "" and all(word in _SECONDS for _, word in parts):
            return float(sum(float(number.replace(",", ".")) * _SECONDS[word] for number, word in parts))
    if unit is None or isinstance(cell, bool):
        return None
    try:
        (amount,) = read_amounts(Column(np.array([cell], object)), "", least=0)
    except NpskitError:
        return None
    return float(amount) * unit

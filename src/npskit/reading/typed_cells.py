"""Cells that have kinds of their own, as libraries give them: what is meant, as text, and together as a column."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.reading.jsonrecords import LARGEST_EXACT, typed


def meant(cell: Any) -> Any:
    """Return a cell as it is meant: whole numbers as such, dates as times, durations as hours, None for nothing.

    Example:
        >>> meant(9.0), meant(datetime.date(2026, 3, 1)), meant(datetime.timedelta(minutes=85)), meant(float("nan"))
        (9, datetime.datetime(2026, 3, 1, 0, 0), '01:25:00', None)
    """
    if isinstance(cell, float):
        return None if cell != cell else int(cell) if cell.is_integer() and abs(cell) < LARGEST_EXACT else cell
    if isinstance(cell, datetime.date) and not isinstance(cell, datetime.datetime):
        return datetime.datetime(cell.year, cell.month, cell.day)
    if isinstance(cell, datetime.time):
        return cell.isoformat()
    if isinstance(cell, datetime.timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
    return None if isinstance(cell, str) and not cell.strip() else cell


def as_text(cell: Any) -> str:
    """Return a cell as the text that stands for it in CSV."""
    if cell is None:
        return ""
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(" ")
    return str(cell)


def as_array(cells: list[Any]) -> NDArray[Any]:
    """Return cells as an array of their own kind; a column of nothing but times and gaps as times."""
    kinds = set(map(type, cells)) - {type(None)}
    if kinds == {datetime.datetime}:
        return np.array(cells, "datetime64[us]")  # None is no time
    return typed(cells)

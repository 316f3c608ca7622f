"""Dates without a time of day in a case log: which cells are such, and on whose clock they are days."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Times
from npskit.data import Column, TimeColumn, factorize

_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})\s*$")


def dates_alone(column: Column, read: TimeColumn) -> Bools:
    """Return which cells of a column are dates without a time of day."""
    known = ~np.isnat(read.values)
    if read.dates or read.aware:
        return known if read.dates else np.zeros(len(known), np.bool_)
    cells = column.filled()
    if cells.dtype.kind != "O" or not (read.values[known] == read.values[known].astype("datetime64[D]")).any():
        return np.zeros(len(known), np.bool_)
    codes, distinct = factorize(cells)
    alone = [_says_no_time(cell) for cell in distinct]
    midnight = read.values == read.values.astype("datetime64[D]")
    return np.asarray(np.array(alone, np.bool_)[codes] & midnight)


def _says_no_time(cell: Any) -> bool:
    if isinstance(cell, str):
        return ":" not in cell and not cell.strip().isdecimal()
    return isinstance(cell, dt.date) and not isinstance(cell, dt.datetime)


def take_midnights(values: Mapping[str, Times], days: dict[str, Bools]) -> None:
    """Take a column of nothing but midnights, one of them before an opening on the same day, as dates."""
    opened = values["opened"]
    for role, times in values.items():
        known = ~np.isnat(times)
        if role == "opened" or days[role].any() or not known.any():
            continue
        day = times.astype("datetime64[D]")
        if (times == day)[known].all() and ((times < opened) & (day == opened.astype("datetime64[D]"))).any():
            days[role] = known


def offsets_of(column: Column) -> NDArray[np.timedelta64]:
    """Return by how much the clock of each cell is ahead of UTC, where it says so; else 0."""
    cells = column.filled()
    if cells.dtype.kind != "O":
        return np.zeros(len(cells), "timedelta64[us]")
    codes, distinct = factorize(cells)
    return np.array([_offset(cell) for cell in distinct], "timedelta64[us]")[codes]


def _offset(cell: Any) -> dt.timedelta:
    if isinstance(cell, dt.datetime):
        return cell.utcoffset() or dt.timedelta(0)
    found = _OFFSET.search(cell) if isinstance(cell, str) else None
    if found is None:
        return dt.timedelta(0)
    ahead = dt.timedelta(hours=int(found[2]), minutes=int(found[3]))
    return ahead if found[1] == "+" else -ahead

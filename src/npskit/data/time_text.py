"""Single cells as times: texts, numbers, and what Python and NumPy have."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np

from npskit.checks import is_missing
from npskit.data.words import is_nothing
from npskit.times import EPOCH, NO_DATE, Order, Spellings

# What a cell is: missing, or a time, naive or aware, or a reason why it is none.
Moment: TypeAlias = dt.datetime | str | None

# Beyond any Unix time, and short enough to be written and to be a float.
_LARGEST = 10**39
_MONTH = re.compile(r"\d{2}\.(?:19|20|25)\d{2}")
_NUMBER = re.compile(r"[-−]?\d+(?:[.,]\d+)?", re.ASCII)
_NO_TIME = "not a time"
# Why a cell is none, where it was empty before somebody or something wrote it out.
EMPTY = f"{_NO_TIME}: {NO_DATE}"
# Days as spreadsheets count them: 1954 to 2118. Day 0 is how they show an empty cell.
_SERIALS, _DAY_ZERO = (20_000, 80_000), dt.datetime(1899, 12, 30)
# Digits that are a date: YYYYMMDD, with hours, minutes, seconds, milliseconds. A year of two digits before the rest is
# looked for where the four would be of another age: 260303140500.
_COMPACT = re.compile(r"((?:19|20|21|24|25)\d{6})(?:(\d{2})(?:(\d{2})(?:(\d{2})(\d{3})?)?)?)?")
_SHORT = re.compile(r"([12]\d(?:0[1-9]|1[0-2])\d{2})(\d{2})(\d{2})(\d{2})?()")
# Ten digits are hours only where a Unix time would lie years ahead.
_YEARS_AHEAD = 2
# What spreadsheets write where they have no room: too few digits to tell a time.
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{1,2}")


def read_moments(values: Iterable[Any], order: Order, spellings: Spellings, *, serials: bool = False) -> list[Moment]:
    """Return each value as a time, naive or aware, None if it is missing, or why it is none.

    Args:
        values: The cells.
        order: Which of day and month comes first in `2/3/26`.
        spellings: Reads the texts.
        serials: Whether numbers are days as spreadsheets count them; see `are_serials`.

    Example:
        >>> [str(moment) for moment in read_moments(["2/3/26 09:15", 1767261600, 20260302.0], "day", Spellings())]
        ['2026-03-02 09:15:00', '2026-01-01 10:00:00+00:00', '2026-03-02 00:00:00']
        >>> read_moments([46084.5], "day", Spellings(), serials=True)
        [datetime.datetime(2026, 3, 3, 12, 0)]
    """
    days, clocks = spellings.plain(order)
    found = list[Moment]()
    for value in values:
        if type(value) is str:
            day, _, clock = value.partition(" ")
            if day in days and (clock in clocks or spellings.is_plain(clock)):
                found.append(days[day] + clocks[clock])
                continue
        found.append(_moment(value, order, spellings, serials))
    return found


def are_serials(values: Iterable[Any]) -> bool:
    """Whether the numbers of a column are days as spreadsheets count them: they all lie where those do.

    Example:
        >>> are_serials([46084, "46085.5", "2/3/26"]), are_serials([46084, 12]), are_serials(["2/3/26"])
        (True, False, False)
    """
    values = list(values)
    if not any(_number(value) for value in values if not isinstance(value, str) or value[:5].isdigit()):
        return False
    numbers = [number for number in map(_number, values) if number]
    return all(_SERIALS[0] <= number < _SERIALS[1] for number in numbers)


def _moment(value: Any, order: Order, spellings: Spellings, serials: bool) -> Moment:
    if isinstance(value, str):
        text = value.strip()
        number = _number(text)
        if number is not None and not _MONTH.fullmatch(text):
            return _of_number(number, order, spellings, serials)
        found = spellings.moment(text, order)
        if not isinstance(found, str):
            return found
        if not found and _ROUNDED.fullmatch(text):
            return f"{_NO_TIME}: a number of which a spreadsheet dropped digits"
        return f"{_NO_TIME}: {found}" if found else None if is_nothing(text) else _NO_TIME
    if isinstance(value, dt.datetime):
        return None if is_missing(value) else value  # pandas' NaT is a datetime
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)
    if isinstance(value, np.datetime64):
        time = None if np.isnat(value) else value.astype("datetime64[us]").item()
        return time if time is None or isinstance(time, dt.datetime) else f"{_NO_TIME}: a year beyond 9999"
    number = _number(value)
    if number is not None:
        return _of_number(number, order, spellings, serials)
    return None if is_nothing(value) else _NO_TIME


def _number(value: Any) -> int | float | None:
    """Return a number, also of a text that is one; None for all else."""
    if isinstance(value, str):
        if not value[-1:].isdigit() or not _NUMBER.fullmatch(value):
            return None
        text = value.replace(",", ".").replace("−", "-")
        return float(text) if "." in text else int(text) if len(text) < 40 else float("inf")
    if isinstance(value, bool | np.timedelta64) or not isinstance(value, int | float | np.integer | np.floating):
        return None
    if value != value:
        return None
    if isinstance(value, int | np.integer):
        return int(value) if abs(int(value)) < _LARGEST else float("inf")
    return float(value)


def _of_number(number: int | float, order: Order, spellings: Spellings, serials: bool) -> Moment:
    if not number:
        return EMPTY
    if serials:
        return _DAY_ZERO + dt.timedelta(seconds=round(number * 86_400))
    whole = int(number) if isinstance(number, int) or number.is_integer() else None
    found = None if whole is None else _of_digits(str(whole), order, spellings)
    return _unix(float(number), whole) if found is None else found


def _of_digits(digits: str, order: Order, spellings: Spellings) -> dt.datetime | None:
    """Read digits that are a date, with or without a time of day; None where they are none, or rather a Unix time."""
    now = dt.datetime.now(dt.UTC)
    if len(digits) == 10 and int(digits) < now.timestamp() + _YEARS_AHEAD * 366 * 86_400:
        return None
    read = []
    for pattern, century in ((_COMPACT, ""), (_SHORT, "20")):
        if match := pattern.fullmatch(digits):
            day, hour, minute, second, milli = match.groups()
            clock = "" if hour is None else f" {hour}:{minute or '00'}:{second or '00'}{f'.{milli}' if milli else ''}"
            found = spellings.moment(f"{century}{day}{clock}", order)
            if not isinstance(found, str):
                read.append(found)
    return next((time for time in read if 1970 < time.year <= now.year + _YEARS_AHEAD), read[0] if read else None)


def _unix(number: float, whole: int | None) -> Moment:
    """Read seconds since 1970, or milli-, micro- or nanoseconds: whichever lies between 1973 and 2286."""
    size = abs(number)
    for power in (0, 3, 6, 9):
        if 1e8 <= size / 10.0**power < 1e10:
            micro = round(number * 10.0 ** (6 - power)) if whole is None else whole * 1_000_000 // 10**power
            return EPOCH + dt.timedelta(microseconds=micro)
    return f"{_NO_TIME}: a number that is no Unix time"

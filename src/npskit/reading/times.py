"""Columns of times, in the many ways survey tools write them, into `datetime64`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.answers import parse_answer
from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.reading.cells import BadCell, coded
from npskit.reading.collector import objects, shown
from npskit.times.zones import EPOCH, find_zone

# What a value is: missing, or a time with whether it knows its zone, or a reason why it is none.
_Read: TypeAlias = dt.datetime | str | None
_Order: TypeAlias = Literal["day", "month"]

_CLOCK = r"(?:(?:[T,]\s*|\s+)(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp]\.?[Mm]\.?)?)?"
_ZONE = r"\s*(Z|[A-Za-z]{2,5}(?:[+\-−]\d{1,2}(?::?\d{2})?)?|[+\-−]\d{2}:?\d{2})?"
_NUMERIC = re.compile(rf"(\d{{1,4}})([./-])(\d{{1,2}})\2(\d{{1,4}})\.?{_CLOCK}{_ZONE}")
_WORDED = re.compile(
    rf"(?:(\d{{1,2}})\.?[\s-]+)?([A-Za-z]{{3,9}})\.?[\s-]+(?:(\d{{1,2}})(?:st|nd|rd|th)?,?\s+)?(\d{{4}}){_CLOCK}{_ZONE}"
)
_UNIX = re.compile(r"-?\d{9,19}(?:\.\d+)?")
_MONTHS = {
    name: i
    for i, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_FULL_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
# The abbreviations that mean one offset wherever surveys write them, in hours.
_OFFSETS = {"z": 0, "utc": 0, "gmt": 0, "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7} | {
    "cet": 1,
    "cest": 2,
    "eet": 2,
    "eest": 3,
    "wet": 0,
    "west": 1,
    "jst": 9,
}
_NO_TIME = "not a time"


@attrs.frozen(eq=False)
class Times:
    """A column of times, read.

    Args:
        values: datetime64[us], shape `(n,)`; NaT where missing or unreadable.
        rejected: The cells that are no times, in order, with the reason.
        time_zone: The zone the values are in; None where the column does not know.
        notes: How an ambiguous order of day and month, or times of several zones, were resolved.
        aware: Whether the times know their zone themselves.
    """

    values: NDArray[np.datetime64]
    rejected: tuple[BadCell, ...]
    time_zone: str | None
    notes: tuple[str, ...] = ()
    aware: bool = False


def parse_times(
    values: NDArray[Any] | Sequence[Any], *, time_zone: str | None = None, dayfirst: bool | None = None
) -> Times:
    """Read a raw column as times.

    Understood are ISO 8601, `2026-03-09 14:05:00`, `3/9/26 14:05`, `9.3.2026`, `2026/03/09 2:05:00 PM GMT+2`,
    `9 Mar 2026`, `Mar 9, 2026`, and Unix seconds (or milliseconds, micro-, nanoseconds, by their size) as numbers or
    text.

    Times that know their zone (an offset, `Z`, Unix seconds) become the wall clock of `time_zone`; where it is not
    given, of the zone or the offset that they all have; where they differ, of UTC, and a note says so. Naive times stay
    as they are: they are taken to be in `time_zone` already. A column holds the one or the other.

    `3/9/26` is read by the order the whole column supports: a first number above 12 in any row makes all of them day
    first, a second one month first. Where no row tells, slashes are month first, points and dashes day first; a note
    says so.

    Args:
        values: The column: texts, numbers, `datetime` objects, None, or an array of datetime64; shape `(n,)`.
        time_zone: The zone, as in `"Europe/Warsaw"`; None for that of the column.
        dayfirst: Whether the day stands before the month; None finds it out.

    Raises:
        InvalidTypeError: If the column holds durations or booleans.
        InvalidValueError: If some times know their zone and others do not, if some rows are day first and others month
            first, or if the zone is not known.

    Example:
        >>> found = parse_times(["1/2/26 9:30", "13/2/26 10:00", "soon"])
        >>> found.values.tolist()
        [datetime.datetime(2026, 2, 1, 9, 30), datetime.datetime(2026, 2, 13, 10, 0), None]
        >>> found.rejected
        (BadCell(position=2, value='soon', reason='not a time'),)
    """
    zone, name = find_zone(time_zone), time_zone
    array = values if isinstance(values, np.ndarray) else objects(list(values))
    if array.ndim != 1:
        raise InvalidValueError(f"a column of times has one dimension: got shape {array.shape}")
    if array.dtype.kind == "M":
        return Times(array.astype("datetime64[us]"), (), time_zone)
    if array.dtype.kind in "bmcV":
        raise InvalidTypeError(f"the column holds {array.dtype}, not times: was the right one named?")
    distinct, codes = _distinct(array)
    order, notes = _order(distinct, codes, dayfirst)
    read = [_read(value, order) for value in distinct]
    aware = np.array([isinstance(t, dt.datetime) and t.tzinfo is not None for t in read], dtype=bool)
    naive = np.array([isinstance(t, dt.datetime) and t.tzinfo is None for t in read], dtype=bool)
    if aware.any() and naive.any():
        raise InvalidValueError(
            f"some times know their zone ({_example(array, codes, aware)}) and others do not "
            f"({_example(array, codes, naive)}): rows are counted from 0; make them one or the other"
        )
    if aware.any() and time_zone is None:
        zone, name, said = _own_zone([t for t in read if isinstance(t, dt.datetime)])
        notes += said
    table = np.array([_wall_clock(t, zone) for t in read], dtype="datetime64[us]")
    result = table[codes] if len(distinct) else np.empty(0, dtype="datetime64[us]")
    bad = np.array([isinstance(t, str) for t in read], dtype=bool)
    rows: list[int] = np.flatnonzero(bad[codes]).tolist() if bad.any() else []
    rejected = tuple(BadCell(i, shown(array[i]), str(read[codes[i]])) for i in rows)
    return Times(result, rejected, name, tuple(notes), bool(aware.any()))


def _own_zone(times: Sequence[dt.datetime]) -> tuple[dt.tzinfo, str, list[str]]:
    """Return the zone that all times have, or else the offset, or else UTC; its name; and a note on the last."""
    keys = {getattr(t.tzinfo, "key", None) for t in times}
    offsets = {t.utcoffset() or dt.timedelta() for t in times}
    if len(keys) == 1 and (key := keys.pop()) is not None:
        return find_zone(key), key, []
    if len(offsets) == 1:
        zone = dt.timezone(offsets.pop())
        return zone, str(zone), []
    return (
        dt.UTC,
        "UTC",
        [f"Times of {len(offsets)} offsets from UTC were read in UTC: give time_zone='Europe/Warsaw'."],
    )


def _distinct(array: NDArray[Any]) -> tuple[list[Any], NDArray[np.intp]]:
    if array.dtype.kind in "iuf":
        values, codes = np.unique(array, return_inverse=True)
        return values.tolist(), codes
    return coded(array)


def _example(array: NDArray[Any], codes: NDArray[np.intp], which: NDArray[np.bool_]) -> str:
    """Name the first rows of a kind."""
    rows = np.flatnonzero(which[codes])
    more = f" and {len(rows) - 3} more" if len(rows) > 3 else ""
    return f"{shown(array[rows[0]])!r} in row {', '.join(str(i) for i in rows[:3])}{more}"


def _order(distinct: Iterable[Any], codes: NDArray[np.intp], dayfirst: bool | None) -> tuple[_Order | None, list[str]]:
    """Return which of day and month comes first in the numeric dates that do not say so, and a note on it."""
    if dayfirst is not None:
        return ("day" if dayfirst else "month"), []
    first: dict[_Order, tuple[int, str]] = {}
    unclear: dict[str, str] = {}
    for i, value in enumerate(distinct):
        if not isinstance(value, str) or value[4:5] == "-":
            continue
        match = _NUMERIC.fullmatch(value.strip())
        if match is None or len(match[1]) > 2:
            continue
        before, after = int(match[1]), int(match[3])
        if before > 12 >= after:
            first.setdefault("day", (i, value))
        elif after > 12 >= before:
            first.setdefault("month", (i, value))
        elif before != after:
            unclear.setdefault(match[2], value)
    if len(first) == 2:
        (i, day), (j, month) = first["day"], first["month"]
        rows = [int(np.flatnonzero(codes == k)[0]) for k in (i, j)]
        raise InvalidValueError(
            f"the day stands first in {day!r} (row {rows[0]}) and the month in {month!r} (row {rows[1]}; rows count "
            "from 0): give dayfirst=True or False, and the others are rejected"
        )
    if not first and "/" in unclear:
        return None, [
            f"{unclear['/']!r} and all like it were read month first: give dayfirst=True if the day is first."
        ]
    if not first and unclear:
        value = next(iter(unclear.values()))
        return None, [f"{value!r} and all like it were read day first: give dayfirst=False if the month is first."]
    if first and unclear:
        order, (_, value) = next(iter(first.items()))
        return order, [f"Dates were read {order} first, as {value!r} shows."]
    return next(iter(first), None), []


def _read(value: Any, order: _Order | None) -> _Read:
    """Return one value as a time, naive or aware, None if it is missing, or why it is none."""
    if isinstance(value, str):
        return _read_text(value.strip(), order)
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else value.astype("datetime64[us]").item()
    if isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool):
        return None if value != value else _unix(float(value), int(value) if float(value).is_integer() else None)
    return None if parse_answer(value) is None else _NO_TIME


def _read_text(text: str, order: _Order | None) -> _Read:
    if text[4:5] == "-":
        try:
            return dt.datetime.fromisoformat(text)
        except ValueError:
            pass
    if _UNIX.fullmatch(text):
        return _unix(float(text), int(text) if "." not in text else None)
    try:
        if match := _NUMERIC.fullmatch(text):
            return _numeric(match, order)
        if match := _WORDED.fullmatch(text):
            return _worded(match)
    except (ValueError, OverflowError) as error:
        return f"{_NO_TIME}: {error}"
    return None if parse_answer(text) is None else _NO_TIME


def _unix(number: float, whole: int | None) -> _Read:
    """Read seconds since 1970, or milli-, micro- or nanoseconds: whichever lies between 1973 and 5138."""
    size = abs(number)
    if not 1e8 <= size < 1e20:
        return f"{_NO_TIME}: a number that is no Unix time"
    power = 0 if size < 1e11 else 3 if size < 1e14 else 6 if size < 1e17 else 9
    micro = round(number * 10.0 ** (6 - power)) if whole is None else whole * 1_000_000 // 10**power
    return EPOCH + dt.timedelta(microseconds=micro)


def _numeric(match: re.Match[str], order: _Order | None) -> dt.datetime:
    before, mark, middle, after = match[1], match[2], int(match[3]), match[4]
    if len(before) == 4:
        year, month, day = int(before), middle, int(after)
    elif len(before) <= 2 and len(after) in (2, 4):
        year = int(after) if len(after) == 4 else _century(int(after))
        dayfirst = order == "day" or (order is None and mark != "/")
        day, month = (int(before), middle) if dayfirst else (middle, int(before))
    else:
        raise ValueError("a year has two or four digits")
    return _at(year, month, day, match.groups()[4:])


def _worded(match: re.Match[str]) -> dt.datetime:
    name = match[2].lower()
    month = _MONTHS.get(name[:3]) if len(name) == 3 or name in _FULL_MONTHS or name == "sept" else None
    if month is None or (match[1] is None) == (match[3] is None):
        raise ValueError("a day, an English month and a year are needed")
    return _at(int(match[4]), month, int(match[1] or match[3]), match.groups()[4:])


def _century(year: int) -> int:
    """Return the year two digits mean, as POSIX has it: 69..99 are in the 20th century."""
    return year + (1900 if year >= 69 else 2000)


def _at(year: int, month: int, day: int, rest: Sequence[str | None]) -> dt.datetime:
    """Return a time from a date and the groups of `_CLOCK` and `_ZONE`."""
    hour_text, minute, second, fraction, half, zone = rest
    hour = int(hour_text or 0)
    if half is not None:
        if not 1 <= hour <= 12:
            raise ValueError(f"hour {hour} with {half}")
        hour = hour % 12 + (12 if half[0] in "Pp" else 0)
    micro = int((fraction or "0").ljust(6, "0")[:6])
    return dt.datetime(year, month, day, hour, int(minute or 0), int(second or 0), micro, _offset(zone))


def _offset(zone: str | None) -> dt.timezone | None:
    if zone is None:
        return None
    match = re.fullmatch(r"([A-Za-z]*)(?:([+\-−])(\d{1,2}):?(\d{2})?)?", zone)
    hours = _OFFSETS.get(match[1].lower()) if match and match[1] else 0
    if match is None or hours is None or (match[2] and match[1].lower() not in ("", "utc", "gmt")):
        raise ValueError(f"the zone {zone!r} is not known")
    ahead = dt.timedelta(hours=int(match[3] or 0), minutes=int(match[4] or 0))
    return dt.timezone(dt.timedelta(hours=hours) + (ahead if match[2] == "+" else -ahead))


def _wall_clock(time: _Read, zone: dt.tzinfo) -> dt.datetime | None:
    """Return what the column holds of a time: naive, in the zone."""
    if not isinstance(time, dt.datetime):
        return None
    return time if time.tzinfo is None else time.astimezone(zone).replace(tzinfo=None)

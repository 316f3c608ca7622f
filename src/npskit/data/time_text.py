"""Single cells as times, in the many ways survey tools write them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np

from npskit.checks import is_missing
from npskit.data.words import is_nothing
from npskit.times import EPOCH

# What a cell is: missing, or a time with whether it knows its zone, or a reason why it is none.
Moment: TypeAlias = dt.datetime | str | None
Order: TypeAlias = Literal["day", "month"]

_CLOCK = r"(?:(?:[T,]\s*|\s+)(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp]\.?[Mm]\.?)?)?"
_ZONE = r"\s*(Z|[A-Za-z]{2,5}(?:[+\-−]\d{1,2}(?::?\d{2})?)?|[+\-−]\d{2}:?\d{2})?"
_NUMERIC = re.compile(rf"(\d{{1,4}})([./-])(\d{{1,2}})\2(\d{{1,4}})\.?{_CLOCK}{_ZONE}")
_WORDED = re.compile(
    rf"(?:(\d{{1,2}})\.?[\s-]+)?([A-Za-z]{{3,9}})\.?[\s-]+(?:(\d{{1,2}})(?:st|nd|rd|th)?,?\s+)?(\d{{4}}){_CLOCK}{_ZONE}"
)
_PLAIN_DAY = re.compile(r"\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})", re.ASCII)
_PLAIN_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_UNIX = re.compile(r"-?\d{9,19}(?:\.\d+)?")
_FULL_MONTHS = ["january", "february", "march", "april", "may", "june"]
_FULL_MONTHS += ["july", "august", "september", "october", "november", "december"]
_MONTHS = {name[:3]: i for i, name in enumerate(_FULL_MONTHS, 1)}
# The abbreviations that mean one offset wherever surveys write them, by the hours that their clocks are ahead of UTC.
_ZONES = {-8: "pst", -7: "mst pdt", -6: "mdt", -5: "est cdt", -4: "edt", 0: "z utc gmt wet"}
_ZONES |= {1: "cet west", 2: "cest eet", 3: "eest", 9: "jst"}
_OFFSETS = {zone: hours for hours, zones in _ZONES.items() for zone in zones.split()}
_NO_TIME = "not a time"


def read_moment(value: Any, order: Order) -> Moment:
    """Return one value as a time, naive or aware, None if it is missing, or why it is none."""
    if isinstance(value, str):
        return _read_text(value.strip(), order)
    if isinstance(value, dt.datetime):
        return None if is_missing(value) else value  # pandas' NaT is a datetime
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)
    if isinstance(value, np.datetime64):
        time = None if np.isnat(value) else value.astype("datetime64[us]").item()
        return time if time is None or isinstance(time, dt.datetime) else f"{_NO_TIME}: a year beyond 9999"
    if isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, (bool, np.timedelta64)):
        try:
            return None if value != value else _unix(float(value), int(value) if float(value).is_integer() else None)
        except OverflowError:  # larger than every float
            return _NO_TIME
    return None if is_nothing(value) else _NO_TIME


def read_moments(values: Iterable[Any], order: Order) -> list[Moment]:
    """Return each value as `read_moment` does, where each day and each time of day is read once.

    Example:
        >>> [str(moment) for moment in read_moments(["2/3/26 09:15", "2/3/26 24:15"], "day")]
        ['2026-03-02 09:15:00', 'not a time: hour must be in 0..23']
    """
    days = dict[str, dt.datetime]()
    clocks = dict[str, dt.timedelta]()
    found = list[Moment]()
    for value in values:
        moment: Moment = None
        if type(value) is str:
            date, _, clock = value.partition(" ")
            if (
                date not in days
                and _PLAIN_DAY.fullmatch(date)
                and isinstance(day := read_moment(date, order), dt.datetime)
            ):
                days[date] = day
            if clock not in clocks and (match := _PLAIN_CLOCK.fullmatch(clock)):
                hours, minutes, seconds = (int(part or 0) for part in match.groups())
                clocks[clock] = dt.timedelta(hours=hours, minutes=minutes, seconds=seconds)
            if date in days and clock in clocks:
                moment = days[date] + clocks[clock]
        found.append(read_moment(value, order) if moment is None else moment)
    return found


def order_told(value: Any) -> tuple[Order | None, str] | None:
    """Return which of day and month a numeric date shows to come first, None where it may be either, and its mark.

    None in place of the pair for what is no numeric date, or says the same in either order.

    Example:
        >>> order_told("13/2/26"), order_told("3.2.2026 9:00"), order_told("2026-02-03"), order_told("2/2/26")
        (('day', '/'), (None, '.'), None, None)
    """
    if not isinstance(value, str) or value[4:5] == "-":
        return None
    match = _NUMERIC.fullmatch(value.strip())
    if match is None or len(match[1]) > 2:
        return None
    before, after = int(match[1]), int(match[3])
    if before > 12 >= after:
        return "day", match[2]
    if after > 12 >= before:
        return "month", match[2]
    return None if before == after else (None, match[2])


def _read_text(text: str, order: Order) -> Moment:
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
    return None if is_nothing(text) else _NO_TIME


def _unix(number: float, whole: int | None) -> Moment:
    """Read seconds since 1970, or milli-, micro- or nanoseconds: whichever lies between 1973 and 5138."""
    size = abs(number)
    if not 1e8 <= size < 1e20:
        return f"{_NO_TIME}: a number that is no Unix time"
    power = 0 if size < 1e11 else 3 if size < 1e14 else 6 if size < 1e17 else 9
    micro = round(number * 10.0 ** (6 - power)) if whole is None else whole * 1_000_000 // 10**power
    return EPOCH + dt.timedelta(microseconds=micro)


def _numeric(match: re.Match[str], order: Order) -> dt.datetime:
    before, middle, after = match[1], int(match[3]), match[4]
    if len(before) == 4:
        year, month, day = int(before), middle, int(after)
    elif len(before) <= 2 and len(after) in (2, 4):
        year = int(after) if len(after) == 4 else _century(int(after))
        day, month = (int(before), middle) if order == "day" else (middle, int(before))
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

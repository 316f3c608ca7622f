"""Time zones: by name, and between instants, as times of UTC, and the clocks on the wall."""

from __future__ import annotations

import datetime as dt
import functools

import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Times
from npskit.checks import is_same
from npskit.errors import InvalidValueError, quoted
from npskit.times.durations import DAY, SECOND

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def find_zone(name: str | None) -> dt.tzinfo:
    """Return a time zone by its name, UTC for None.

    Raises:
        InvalidValueError: If there is none of that name.
    """
    if name is None or is_same(name, "UTC"):
        return dt.UTC
    import zoneinfo

    try:
        return zoneinfo.ZoneInfo(name)
    except Exception as error:  # of a name that is none, whatever its class does
        fix = "write it as in 'Europe/Warsaw'"
        raise InvalidValueError(
            f"time_zone {quoted(name)} is not known: {fix}", argument="time_zone", hint=fix
        ) from error


def as_zone(zone: str | dt.tzinfo | None) -> dt.tzinfo:
    """Return a time zone, also by its name; UTC for None."""
    return zone if isinstance(zone, dt.tzinfo) else find_zone(zone)


def time_in_words(value: dt.datetime) -> str:
    """Return a time as a person reads it, to the minute, with its offset if it has one.

    Example:
        >>> time_in_words(dt.datetime(2026, 3, 2, 9, 30))
        'Mon 2026-03-02 09:30'
    """
    offset = value.strftime("%z")
    return f"{WEEKDAYS[value.weekday()]} {value:%Y-%m-%d %H:%M}{' ' + offset if offset else ''}"


def instant(at: dt.datetime) -> dt.datetime:
    """Return a time that compares as it happened: of times of one zone Python compares the clocks on the wall.

    Example:
        >>> warsaw = find_zone("Europe/Warsaw")
        >>> early, late = (dt.datetime(2026, 10, 25, 2, m, tzinfo=warsaw, fold=fold) for m, fold in ((50, 0), (10, 1)))
        >>> early < late, instant(early) < instant(late)
        (False, True)
    """
    return at if at.utcoffset() is None else _in_utc(at)


def _in_utc(at: dt.datetime) -> dt.datetime:
    try:
        return at.astimezone(dt.UTC)
    except OverflowError:
        raise InvalidValueError(f"a time must lie in the years 1 to 9999, also in UTC: got {quoted(at)}") from None


def moment_in(at: np.datetime64, zone: dt.tzinfo | None) -> dt.datetime | None:
    """Return a time as Python's own: of the wall clock, or of UTC in a zone; None where it is unknown."""
    found: dt.datetime | None = at.astype("datetime64[us]").item()
    return found if found is None or zone is None else found.replace(tzinfo=dt.UTC).astimezone(zone)


def instant_of(at: dt.datetime | None) -> np.datetime64:
    """Return a time as it stands in columns: on the wall clock, or in UTC if it knows its zone; NaT for None."""
    known = at if at is None or at.tzinfo is None else _in_utc(at).replace(tzinfo=None)
    found: np.datetime64 = np.array([known], dtype="datetime64[us]")[0]
    return found


def in_zone(utc: Times, zone: str | dt.tzinfo | None) -> Times:
    """Return times of UTC as the wall clock of a zone; as they are where there is none.

    Raises:
        InvalidValueError: If the zone is not known.

    Example:
        >>> in_zone(np.array(["2026-01-01T12:00", "2026-07-01T12:00"], "M8[us]"), "Europe/Warsaw").astype("M8[m]")
        array(['2026-01-01T13:00', '2026-07-01T14:00'], dtype='datetime64[m]')
    """
    clock = as_zone(zone)
    if clock is dt.UTC:
        return utc
    found = utc.astype("datetime64[us]")
    since, ahead = _changes_around(clock, found)
    now = np.searchsorted(since, found, side="right") - 1
    return np.asarray(found + ahead[now], dtype=found.dtype)


def instants(wall: Times, zone: str | dt.tzinfo | None) -> Times:
    """Return the wall clock of a zone as times of UTC: the way back from `in_zone`; as it is where there is none.

    A time that clocks show twice is its first one; one that they skip is the moment when they are set.

    Raises:
        InvalidValueError: If the zone is not known.

    Example:
        >>> instants(np.array(["2026-03-29T01:59", "2026-03-29T02:30"], "M8[us]"), "Europe/Warsaw").astype("M8[m]")
        array(['2026-03-29T00:59', '2026-03-29T01:00'], dtype='datetime64[m]')
    """
    clock = as_zone(zone)
    if clock is dt.UTC:
        return wall
    found = wall.astype("datetime64[us]")
    since, ahead = _changes_around(clock, found)
    # Clocks show a time first before the first change that lies behind it; a skipped one is the change before it.
    place = np.searchsorted(since[1:] + ahead[:-1], found, side="right")
    utc: Times = np.maximum(found - ahead[place], since[place])
    return utc


def _changes_around(clock: dt.tzinfo, times: Times) -> tuple[Times, NDArray[np.timedelta64]]:
    """Return since when a zone is how far ahead of UTC, over all years of some times."""
    known = times[~np.isnat(times)]
    ends = np.array([known.min(), known.max()] if known.size else [0, 0], dtype="datetime64[Y]").astype(np.int64)
    first, last = np.clip(1970 + ends + [-1, 1], 2, 9998).tolist()
    return _changes(clock, first, last)


@functools.lru_cache(maxsize=64)
def _changes(clock: dt.tzinfo, first: int, last: int) -> tuple[Times, NDArray[np.timedelta64]]:
    changes = [change for year in range(first, last + 1) for change in _changes_of(clock, year)]
    since = np.array([at.replace(tzinfo=None) for at, _ in changes], dtype="datetime64[us]")
    since[0] = np.datetime64(-(2**62), "us")  # before the first year all is as it was then
    return since, np.array([ahead for _, ahead in changes], dtype="timedelta64[us]")


@functools.lru_cache(maxsize=4096)
def _changes_of(clock: dt.tzinfo, year: int) -> list[tuple[dt.datetime, dt.timedelta]]:
    """Return how far ahead of UTC a zone is as a year begins, and each change in it, to the second."""

    def ahead(at: dt.datetime) -> dt.timedelta:
        return at.astimezone(clock).utcoffset() or dt.timedelta(0)

    at, end = dt.datetime(year, 1, 1, tzinfo=dt.UTC), dt.datetime(year + 1, 1, 1, tzinfo=dt.UTC)
    found = [(at, ahead(at))]
    while at < end:
        # Nowhere are clocks set and set back within a week.
        before, at = at, min(at + 7 * DAY, end)
        after, low, high = ahead(at), 0, (at - before) // SECOND
        if after != found[-1][1]:
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if ahead(before + middle * SECOND) == after else (middle, high)
            found.append((before + high * SECOND, after))
    return found

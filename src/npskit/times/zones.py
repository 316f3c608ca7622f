"""Time zones: by name, and between instants, as times of UTC, and the clocks on the wall."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np

from npskit.arrays import Times
from npskit.errors import InvalidValueError

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# Clocks are set at full quarters of an hour, so one moment of each tells for all of it.
_QUARTER = dt.timedelta(minutes=15)


def find_zone(name: str | None) -> dt.tzinfo:
    """Return a time zone by its name, UTC for None.

    Raises:
        InvalidValueError: If there is none of that name.
    """
    if name is None or name == "UTC":
        return dt.UTC
    import zoneinfo

    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        raise InvalidValueError(f"time_zone {name!r} is not known: write it as in 'Europe/Warsaw' or 'UTC'") from error


def as_zone(zone: str | dt.tzinfo | None) -> dt.tzinfo:
    """Return a time zone, also by its name; UTC for None."""
    return zone if isinstance(zone, dt.tzinfo) else find_zone(zone)


def add_elapsed(start: dt.datetime, duration: dt.timedelta) -> dt.datetime:
    """Return the time a duration later: hours that really pass, also where clocks change, in the zone of `start`.

    Raises:
        InvalidValueError: If that is after the year 9999.

    Example:
        >>> add_elapsed(dt.datetime(2026, 3, 2, 9), dt.timedelta(hours=48))
        datetime.datetime(2026, 3, 4, 9, 0)
    """
    try:
        if start.tzinfo is None:
            return start + duration
        return (start.astimezone(dt.UTC) + duration).astimezone(start.tzinfo)
    except OverflowError:
        raise InvalidValueError("this ends after the year 9999: give a shorter duration") from None


def time_in_words(value: dt.datetime) -> str:
    """Return a time as a person reads it, to the minute, with its offset if it has one.

    Example:
        >>> time_in_words(dt.datetime(2026, 3, 2, 9, 30))
        'Mon 2026-03-02 09:30'
    """
    offset = value.strftime("%z")
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[value.weekday()]
    return f"{day} {value:%Y-%m-%d %H:%M}{' ' + offset if offset else ''}"


def instant(at: dt.datetime) -> dt.datetime:
    """Return a time that compares as it happened: of times of one zone Python compares the clocks on the wall.

    Example:
        >>> warsaw = find_zone("Europe/Warsaw")
        >>> early, late = (dt.datetime(2026, 10, 25, 2, m, tzinfo=warsaw, fold=fold) for m, fold in ((50, 0), (10, 1)))
        >>> early < late, instant(early) < instant(late)
        (False, True)
    """
    return at if at.utcoffset() is None else at.astimezone(dt.UTC)


def in_zone(utc: Times, zone: str | dt.tzinfo | None) -> Times:
    """Return times of UTC as the wall clock of a zone; as they are where there is none.

    Raises:
        InvalidValueError: If the zone is not known.

    Example:
        >>> in_zone(np.array(["2026-01-01T12:00", "2026-07-01T12:00"], "M8[us]"), "Europe/Warsaw").astype("M8[m]")
        array(['2026-01-01T13:00', '2026-07-01T14:00'], dtype='datetime64[m]')
    """
    clock = as_zone(zone)
    return _moved(utc, clock, lambda moment: _ahead(moment.astimezone(clock)))


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
    skipped = []

    def back(moment: dt.datetime) -> dt.timedelta:
        first, second = (_ahead(moment.replace(tzinfo=clock, fold=fold)) for fold in (0, 1))
        if first < second:
            skipped.append(moment)
        return -first

    found = _moved(wall, clock, back)
    # A skipped time has become one whose clock shows something later: between the two the clocks are set.
    for row in np.argwhere(in_zone(found, clock) > wall).tolist() if skipped else ():
        found[*row] = _set_before(found[*row], clock)
    return found


def _set_before(utc: np.datetime64, clock: dt.tzinfo) -> np.datetime64:
    """Return when clocks were last set at or before a time."""
    moment = EPOCH + (utc.astype("datetime64[us]").astype(np.int64).item() * dt.timedelta(microseconds=1))
    moment -= (moment - EPOCH) % _QUARTER
    now = _ahead(moment.astimezone(clock))
    while _ahead((moment - _QUARTER).astimezone(clock)) == now:
        moment -= _QUARTER
    return np.datetime64(moment.replace(tzinfo=None), "us")


def _ahead(moment: dt.datetime) -> dt.timedelta:
    return moment.utcoffset() or dt.timedelta(0)


def _moved(times: Times, clock: dt.tzinfo, by: Callable[[dt.datetime], dt.timedelta]) -> Times:
    """Return times moved by what is so for their quarter of an hour, as datetime64[us]."""
    if clock is dt.UTC:
        return times
    found, known = times.astype("datetime64[us]"), ~np.isnat(times)
    quarters, where = np.unique(found[known].astype("datetime64[m]").astype(np.int64) // 15, return_inverse=True)
    moves: list[Any] = [by(EPOCH + q * _QUARTER) for q in quarters.tolist()]
    found[known] += np.array(moves, dtype="timedelta64[us]")[where]
    return found

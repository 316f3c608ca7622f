"""The calendar: days as whole numbers, and the periods they fall into.

Times are naive: what the clock on the wall showed, in the data's own time zone. An answer belongs to the day on that
clock, so the hour that a change to winter time repeats, or one to summer time skips, moves no answer to another day.
Days are numbered from 1970-01-01 as 0. Weeks are those of ISO 8601: from Monday, the first of a year being the one with
its first Thursday.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from npskit.checks import one_of
from npskit.options import EVERY
from npskit.times.durations import DAY, MONTHS, Duration

Days = NDArray[np.int64]


# Units of datetime64 that a day is a whole number of.
_PER_DAY = {"D": 1, "h": 24, "m": 1440} | {unit: 86_400 * 1000**i for i, unit in enumerate(["s", "ms", "us", "ns"])}
# How many of a period a year has, and how they are called in it.
_IN_A_YEAR = {"month": (12, "-{:02d}"), "quarter": (4, "-Q{}"), "year": (1, "")}
# 1969-12-29, a Monday; day 0 was a Thursday.
_MONDAY = -3


def check_every(every: object) -> str:
    """Return the name of a period.

    Raises:
        InvalidValueError: If it is none of `EVERY`.
    """
    return str(one_of(every, EVERY, "every"))


def days_before(days: Days, duration: Duration) -> Days:
    """Return the days that a duration of whole days or of the calendar began; of a month without such a day, its last.

    Example:
        >>> as_dates(days_before(np.array([20543]), Duration(1, "month")))
        array(['2026-02-28'], dtype='datetime64[D]')
    """
    if duration.unit not in MONTHS:
        return days - duration.fixed // DAY
    return months_later(days, -int(duration.count) * MONTHS[duration.unit])


def months_later(days: Days, months: int | Days) -> Days:
    """Return the same days so many months later, or the last ones of their months where those are too short."""
    month = _month_numbers(days)
    same = _month_starts(month + months) + (days - _month_starts(month))
    return np.asarray(np.minimum(same, _month_starts(month + months + 1) - 1))


def ticks(times: NDArray[np.datetime64]) -> tuple[NDArray[np.int64], int]:
    """Return times as int64, and how many of these make a day; no copy unless the unit or the byte order is unusual.

    NaT is the least int64. Units longer than a day stand for their first day.
    """
    unit, step = np.datetime_data(times.dtype)
    if step != 1 or unit not in _PER_DAY:
        coarse = unit in ("Y", "M", "W", "generic")
        unit = "D" if coarse else unit if unit in _PER_DAY else "ns"
        times = times.astype(f"datetime64[{unit}]")
    native = times.astype(times.dtype.newbyteorder("="), copy=False)
    return native.view(np.int64), _PER_DAY[unit]


def period_numbers(days: Days, every: str) -> Days:
    """Return the number of the period that each day is in; numbers of neighboring periods differ by 1.

    Meant for days, of which there are few. Rows go to days first (`npskit.sample.days`), ten times faster.

    Example:
        >>> days = np.array([0, 3, 4, 59])
        >>> period_numbers(days, "week").tolist(), period_numbers(days, "month").tolist()
        ([0, 0, 1, 8], [0, 0, 0, 2])
    """
    if every == "day":
        return days
    if every == "week":
        return (days - _MONDAY) // 7
    return _month_numbers(days) // MONTHS[every]


def first_days(numbers: Days, every: str) -> Days:
    """Return the first day of each period: the way back from `period_numbers`.

    Example:
        >>> first_days(np.array([0, 1, 2]), "month").tolist()
        [0, 31, 59]
    """
    if every == "day":
        return numbers
    if every == "week":
        return 7 * numbers + _MONDAY
    return _month_starts(numbers * MONTHS[every])


def labels(numbers: Days, every: str) -> tuple[str, ...]:
    """Return how periods are called, in ISO 8601 (which has no quarters).

    Example:
        >>> [labels(np.array([n]), every)[0] for n, every in ((20454, "day"), (2922, "week"), (672, "month"))]
        ['2026-01-01', '2026-W01', '2026-01']
        >>> labels(np.array([224, 225]), "quarter"), labels(np.array([56]), "year")
        (('2026-Q1', '2026-Q2'), ('2026',))
    """
    if every == "day":
        return tuple(np.datetime_as_string(as_dates(numbers)).tolist())
    if every == "week":
        thursdays = 7 * numbers
        years = _month_numbers(thursdays) // 12
        weeks = (thursdays - _month_starts(12 * years)) // 7 + 1
        return _joined(years, (f"-W{week:02d}" for week in weeks.tolist()))
    many, form = _IN_A_YEAR[every]
    return _joined(numbers // many, (form.format(place + 1) for place in (numbers % many).tolist()))


def as_dates(days: Days) -> NDArray[np.datetime64]:
    """Return numbered days as datetime64[D]."""
    return days.astype("datetime64[D]")


def _joined(years: Days, rests: Iterable[str]) -> tuple[str, ...]:
    """Return labels that begin with a year (numbered from 1970)."""
    return tuple(f"{1970 + year:04d}{rest}" for year, rest in zip(years.tolist(), rests, strict=True))


def _month_numbers(days: Days) -> Days:
    return as_dates(days).astype("datetime64[M]").astype(np.int64)


def _month_starts(months: Days) -> Days:
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)

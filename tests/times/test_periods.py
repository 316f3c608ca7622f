"""Laws of the calendar."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import InvalidValueError
from npskit.options import EVERY
from npskit.times.durations import parse_duration
from npskit.times.periods import (
    as_dates,
    check_every,
    days_before,
    first_days,
    labels,
    period_numbers,
    ticks,
)

EPOCH = dt.date(1970, 1, 1).toordinal()
# every day of 1960 to 2110
DATES = [dt.date.fromordinal(n) for n in range(dt.date(1960, 1, 1).toordinal(), dt.date(2111, 1, 1).toordinal())]
DAYS = np.array([date.toordinal() - EPOCH for date in DATES])
UNITS = ("D", "h", "m", "s", "ms", "us", "ns")
UNITS_OF_WINDOWS = ("d", "w", "mo", "q", "y")
some = settings(max_examples=60, deadline=None)


def named(date: dt.date, every: str) -> str:
    """The label of the period of a date, by Python's own calendar."""
    year, week, _ = date.isocalendar()
    return {
        "day": date.isoformat(),
        "week": f"{year:04d}-W{week:02d}",
        "month": f"{date.year:04d}-{date.month:02d}",
        "quarter": f"{date.year:04d}-Q{(date.month + 2) // 3}",
        "year": f"{date.year:04d}",
    }[every]


@pytest.mark.parametrize("every", EVERY)
def test_labels_are_those_of_pythons_calendar(every: str) -> None:
    """Every day from 1960 to 2110 falls into the period that `datetime.date` says, ISO weeks among them."""
    numbers, place = np.unique(period_numbers(DAYS, every), return_inverse=True)
    names = np.array(labels(numbers, every), dtype=object)
    assert names[place].tolist() == [named(date, every) for date in DATES]


@pytest.mark.parametrize("every", EVERY)
def test_periods_partition_the_days(every: str) -> None:
    """Each day lies between the first days of its period and of the next; numbers rise by 0 or 1 a day."""
    numbers = period_numbers(DAYS, every)
    assert (first_days(numbers, every) <= DAYS).all()
    assert (first_days(numbers + 1, every) > DAYS).all()
    assert set(np.diff(numbers).tolist()) <= {0, 1}
    assert (period_numbers(first_days(numbers, every), every) == numbers).all()


@pytest.mark.parametrize(
    ("fine", "coarse"), [("day", "week"), ("day", "month"), ("month", "quarter"), ("quarter", "year")]
)
def test_a_coarser_period_is_made_of_whole_finer_ones(fine: str, coarse: str) -> None:
    """A coarser period begins where a finer one does: days make weeks and months, these quarters, these years."""
    starts = first_days(np.unique(period_numbers(DAYS, coarse)), coarse)
    assert (first_days(period_numbers(starts, fine), fine) == starts).all()


@some
@given(moment=st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2260, 1, 1)), unit=st.sampled_from(UNITS))
def test_a_time_belongs_to_the_day_on_the_clock(moment: dt.datetime, unit: str) -> None:
    """Whatever the unit and the byte order, also before 1970, the day of a time is its date."""
    times = np.array([moment], dtype="M8[us]").astype(f"M8[{unit}]")
    for array in (times, times.astype(times.dtype.newbyteorder())):
        moments, per_day = ticks(array)
        assert moments[0] // per_day == moment.toordinal() - EPOCH


@pytest.mark.parametrize(
    ("unit", "text", "day"),
    [
        ("Y", "2026", "2026-01-01"),
        ("M", "2026-03", "2026-03-01"),
        ("W", "2026-03-05", "2026-03-05"),
        ("15m", "2026-03-09T23:45", "2026-03-09"),
        ("7h", "2026-03-09T23:00", "2026-03-09"),
        ("ps", "1970-03-09T23:00", "1970-03-09"),
    ],
)
def test_unusual_units_have_days_too(unit: str, text: str, day: str) -> None:
    """Long units stand for their first day; multiples and fractions of the usual ones are made usual."""
    moments, per_day = ticks(np.array([text], dtype="M8[us]").astype(f"M8[{unit}]"))
    assert as_dates(moments // per_day)[0] == np.datetime64(day)


def test_times_are_not_copied() -> None:
    """Times of a usual unit are looked at where they lie."""
    times = np.array(["2026-01-01", "NaT"], dtype="M8[us]")
    assert np.shares_memory(ticks(times)[0], times)


@some
@given(
    date=st.dates(dt.date(1, 2, 1), dt.date(9998, 1, 1)),
    many=st.integers(1, 30),
    unit=st.sampled_from(UNITS_OF_WINDOWS),
)
def test_so_much_earlier(date: dt.date, many: int, unit: str) -> None:
    """Months earlier is the same day of that month, or its last; days and weeks are subtracted."""
    if unit in "dw":
        wanted = date.toordinal() - many * (7 if unit == "w" else 1)
    else:
        month = 12 * date.year + date.month - 1 - many * {"mo": 1, "q": 3, "y": 12}[unit]
        if month < 12:
            return
        year, month = divmod(month, 12)
        wanted = dt.date(year, month + 1, min(date.day, calendar.monthrange(year, month + 1)[1])).toordinal()
    found = days_before(np.array([date.toordinal() - EPOCH]), parse_duration(f"{many}{unit}", "window", calendar=True))
    assert found[0] == wanted - EPOCH


@pytest.mark.parametrize("unit", UNITS_OF_WINDOWS)
def test_windows_move_forward(unit: str) -> None:
    """A later day's window never begins earlier."""
    assert (np.diff(days_before(DAYS, parse_duration(f"1{unit}", "window", calendar=True))) >= 0).all()


@pytest.mark.parametrize("every", ["months", "Month", "hour", None, 3])
def test_an_unknown_period_is_refused(every: Any) -> None:
    """The message says which there are."""
    with pytest.raises(InvalidValueError, match=r"every must be one of 'day', 'week', 'month', 'quarter', 'year'"):
        check_every(every)

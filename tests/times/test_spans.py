"""Laws of stretches of time and of periods counted from a moment."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.options import EVERY
from npskit.times.periods import as_dates, first_days, labels, period_numbers
from npskit.times.spans import periods_around, stretch

moments = st.datetimes(dt.datetime(1995, 1, 1), dt.datetime(2035, 1, 1))


@settings(max_examples=100)
@given(day=st.dates(dt.date(1600, 1, 1), dt.date(2300, 1, 1)), every=st.sampled_from(EVERY))
def test_a_period_is_read_as_it_is_called(day: dt.date, every: str) -> None:
    """What a timeline calls a period is read back as its first day and the day after its last."""
    number = period_numbers(np.array([np.datetime64(day).astype(int)]), every)
    start, end = stretch(labels(number, every)[0], "before")
    assert [start, end] == as_dates(first_days(np.concatenate([number, number + 1]), every)).tolist()
    assert start <= np.datetime64(day) < end


def test_pairs() -> None:
    """A pair is taken as it is: text, dates, times and numpy's."""
    wanted = (np.datetime64("2026-01-01"), np.datetime64("2026-01-15T12:00"))
    assert stretch(("2026-01-01", "2026-01-15 12:00"), "before") == wanted
    assert stretch([dt.date(2026, 1, 1), dt.datetime(2026, 1, 15, 12)], "before") == wanted
    assert stretch(wanted, "before") == wanted


@pytest.mark.parametrize(
    ("value", "error", "says"),
    [
        ("2026-13", InvalidValueError, "after must be a period such as .*got '2026-13'"),
        ("2026-00-05", InvalidValueError, "after must be a period such as .*got '2026-00-05'"),
        ("2026-W54", InvalidValueError, "2026-W54"),
        ("2026-02-30", InvalidValueError, "2026-02-30"),
        ("0000", InvalidValueError, "0000"),
        ("March", InvalidValueError, "March"),
        (3, InvalidTypeError, "after must be a period such as '2026-03', or a pair"),
        (("2026-01-01",), InvalidTypeError, "pair"),
        (("2026-02-01", "2026-02-01"), InvalidValueError, "after must end after it begins"),
        (("2026-02-01", "soon"), InvalidValueError, "after must be a date or a time such as .*'soon'"),
        (("2026-02-01", None), InvalidValueError, "after must be given"),
        ((1, 2), InvalidTypeError, "after must be a date or a time: got 1"),
        ((dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "2026-02-01"), InvalidValueError, "without a time zone"),
    ],
)
def test_what_is_no_stretch(value: Any, error: type[Exception], says: str) -> None:
    """An error names the argument and the value."""
    with pytest.raises(error, match=says):
        stretch(value, "after")


@settings(max_examples=150, deadline=None)
@given(times=st.lists(st.one_of(st.none(), moments), min_size=1, max_size=20), at=moments, every=st.sampled_from(EVERY))
def test_no_period_lies_on_both_sides(times: list[Any], at: dt.datetime, every: str) -> None:
    """Places rise with time, periods before the moment hold only times before it, and all are within the number."""
    found = np.array([*times, at], dtype="M8[us]")
    places, start, size = periods_around(found, at, every)
    known = ~np.isnat(found)
    assert (places[~known] == -1).all()
    assert ((places[known] >= start) == (found[known] >= np.datetime64(at))).all()
    assert (np.diff(places[known][np.argsort(found[known], kind="stable")]) >= 0).all()
    assert {0, size - 1} == {int(places[known].min()), int(places[known].max())}
    assert places[-1] == start


def test_months_from_the_end_of_a_month() -> None:
    """A month from the 31st at noon ends on the last day of the next at noon; no day is lost or counted twice."""
    hours = np.arange(np.datetime64("2025-12-31T12", "h"), np.datetime64("2026-05-31T12", "h"))
    places, start, size = periods_around(hours, dt.datetime(2026, 1, 31, 12), "month")
    assert (start, size) == (1, 5)
    begins = hours[np.flatnonzero(np.diff(places, prepend=-1))]
    days = ["2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]
    assert [str(hour) for hour in begins] == [f"{day}T12" for day in days]


def test_periods_that_cannot_be() -> None:
    """An unknown period, and a typing error in a year, are named."""
    days = np.array(["0026-01-01", "2026-01-01"], dtype="M8[D]")
    with pytest.raises(InvalidValueError, match="every must be one of"):
        periods_around(days, dt.datetime(2026, 1, 1), "fortnight")
    with pytest.raises(InvalidValueError, match=r"every='day' makes .* periods of times from 0026-01-01"):
        periods_around(days, dt.datetime(2026, 1, 1), "day")

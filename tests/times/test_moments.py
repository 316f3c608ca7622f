"""Single times: one reading for every argument that is one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.times.moments import read_time


@given(st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1)))
def test_every_way_to_give_a_time(at: dt.datetime) -> None:
    """Python, numpy, pandas and text are read as the same time; a date is its first moment."""
    for value in (at, np.datetime64(at), pd.Timestamp(at), at.isoformat(), str(at)):
        assert read_time(value, "at") == at
    midnight = dt.datetime.combine(at.date(), dt.time())
    for day in (at.date(), np.datetime64(at, "D"), at.date().isoformat()):
        assert read_time(day, "at") == midnight


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        (None, InvalidValueError, "at must be given"),
        (pd.NaT, InvalidValueError, "at must be given"),
        (np.datetime64("NaT", "s"), InvalidValueError, "at must be given"),
        (float("nan"), InvalidValueError, "at must be given"),
        ("tomorrow", InvalidValueError, "at must be a date or a time such as '2026-03-01': got 'tomorrow'"),
        (20260301, InvalidTypeError, r"at must be a date or a time: got 20260301 \(int\)"),
        ("2026-03-01T10:00+02:00", InvalidValueError, "without a time zone"),
        ("3/4/2026", InvalidValueError, "at: '3/4/2026' may be of two days; write it as in '2026-03-01'"),
    ],
)
def test_what_is_no_time(value: Any, error: type[Exception], words: str) -> None:
    """The message names the argument and the value."""
    with pytest.raises(error, match=words):
        read_time(value, "at")


def test_times_that_know_their_zone() -> None:
    """Where a zone may be known it is kept."""
    assert read_time("2026-03-01T10:00+02:00", "at", zoned=True).utcoffset() == dt.timedelta(hours=2)


@pytest.mark.parametrize("text", ["1 Mar 2026", "1 marca 2026", "Mar 1, 2026", "20260301", "31/3/2026", "3/31/26"])
def test_a_text_is_read_as_those_of_a_column(text: str) -> None:
    """In any spelling that can be of one day only."""
    assert f"{read_time(text, 'at'):%Y-%m}" == "2026-03"

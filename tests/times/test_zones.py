"""Zones: instants and the clocks on the wall, there and back."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import InvalidValueError
from npskit.times.zones import find_zone, in_zone, instants

NAMES = ["UTC", "Europe/Warsaw", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago", "Africa/Casablanca"]
moments = st.lists(st.datetimes(dt.datetime(1890, 1, 1), dt.datetime(2035, 1, 1)) | st.none(), max_size=8)


@given(moments, st.sampled_from(NAMES))
@settings(max_examples=80)
def test_the_clock_on_the_wall_is_that_of_python(times: list[dt.datetime | None], name: str) -> None:
    """In a zone each instant has the wall clock that `datetime` gives it; NaT stays NaT."""
    found = in_zone(np.array(times, dtype="M8[us]"), name).tolist()
    zone = ZoneInfo(name)
    assert found == [t and t.replace(tzinfo=dt.UTC).astimezone(zone).replace(tzinfo=None) for t in times]


@given(moments, st.sampled_from(NAMES))
@settings(max_examples=80)
def test_back_and_forth(times: list[dt.datetime | None], name: str) -> None:
    """A wall clock comes back from its instant; what clocks skip becomes the moment they are set, which is later."""
    walls = np.array(times, dtype="M8[us]")
    back = instants(walls, name)
    again = in_zone(back, name)
    zone = ZoneInfo(name)
    for wall, utc, shown in zip(times, back.tolist(), again.tolist(), strict=True):
        if wall is None:
            assert utc is None
            continue
        early = wall.replace(tzinfo=zone)
        if shown == wall:
            assert utc.replace(tzinfo=dt.UTC) == early.astimezone(dt.UTC)
        else:
            before = (utc - dt.timedelta(microseconds=1)).replace(tzinfo=dt.UTC).astimezone(zone).replace(tzinfo=None)
            assert before < wall < shown


@pytest.mark.parametrize(
    ("name", "wall", "utc"),
    [
        ("Europe/Warsaw", "2026-03-29T02:30", "2026-03-29T01:00"),  # skipped
        ("Europe/Warsaw", "2026-10-25T02:30", "2026-10-25T00:30"),  # the first of two
        ("Australia/Lord_Howe", "2026-10-04T02:10", "2026-10-03T15:30"),  # half an hour is skipped
        ("America/Santiago", "2026-09-06T00:00", "2026-09-06T04:00"),  # midnight is skipped
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"),  # a whole day is skipped
    ],
)
def test_days_when_clocks_change(name: str, wall: str, utc: str) -> None:
    """Times that clocks show twice or never, by hand."""
    assert instants(np.array([wall], dtype="M8[m]"), name)[0] == np.datetime64(utc)


def test_years_that_python_has_not() -> None:
    """Times that numpy has and `datetime` has not are as far from UTC as the nearest year is."""
    for years in (["-0500-07-01", "-0499-01-01"], ["20000-07-01"]):  # in one array they span ten thousand years
        far = np.array(years, dtype="M8[h]")
        assert (np.abs(in_zone(far, "Europe/Warsaw") - far) < np.timedelta64(1, "D")).all()
        assert (np.abs(instants(far, "Europe/Warsaw") - far) < np.timedelta64(1, "D")).all()


def test_no_zone() -> None:
    """Without a zone times are as they are; one of an unknown name is refused."""
    times = np.array(["2026-03-29T02:30"], dtype="M8[m]")
    assert in_zone(times, None) is times
    assert instants(times, None) is times
    assert find_zone("UTC") is dt.UTC
    for name in ("Europe/Warszawa", "", dt.UTC):
        with pytest.raises(InvalidValueError, match="is not known: write it as in 'Europe/Warsaw'"):
            find_zone(name)  # type: ignore[arg-type]
    summer = np.array(["2026-07-01T12:00"], dtype="M8[m]")
    assert in_zone(summer, ZoneInfo("Europe/Warsaw")) == in_zone(summer, "Europe/Warsaw")

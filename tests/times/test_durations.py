"""Durations: one grammar, one spelling of what was read, and errors that say what to write instead."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.times.durations import DAY, TICK, in_words, parse_duration, parse_fixed

UNITS = {
    "s": "second",
    "min": "minute",
    "h": "hour",
    "d": "day",
    "w": "week",
    "mo": "month",
    "q": "quarter",
    "y": "year",
}


@given(st.integers(1, 9_999_999), st.sampled_from(list(UNITS)), st.sampled_from(["", " ", "  "]), st.booleans())
def test_symbols_and_names_are_one(count: int, symbol: str, gap: str, shout: bool) -> None:
    """A unit's symbol, its name and the plural of it mean the same, in any case; it is written in one way."""
    for word in (symbol, UNITS[symbol], UNITS[symbol] + "s"):
        text = f" {count}{gap}{word} "
        found = parse_duration(text.upper() if shout else text, "window", calendar=True)
        assert str(found) == f"{count}{symbol}"
        assert parse_duration(str(found), "window", calendar=True) == found


@given(st.timedeltas(dt.timedelta(0), dt.timedelta(days=4000)))
def test_a_timedelta_is_itself(length: dt.timedelta) -> None:
    """A timedelta is as long as it was, and so is what is written of it, to the microsecond."""
    assert parse_fixed(length, "quiet") == length
    assert parse_fixed(str(parse_duration(length, "quiet")), "quiet") == length


@given(st.timedeltas(dt.timedelta(0), dt.timedelta(days=400)))
def test_words_are_read_back(length: dt.timedelta) -> None:
    """A duration of whole minutes in words is read back as the same duration."""
    minutes = dt.timedelta(minutes=1 + length // dt.timedelta(minutes=1))
    assert parse_fixed(in_words(minutes), "quiet") == minutes


def test_short_words() -> None:
    """No time at all, one of a thing, and parts of seconds are said as such."""
    assert in_words(dt.timedelta(0)) == "no time"
    assert in_words(dt.timedelta(hours=1)) == "1 hour"
    assert in_words(dt.timedelta(seconds=0.5)) == "0.5 seconds"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("P30D", "30d"),
        ("P4W", "4w"),
        ("PT48H", "48h"),
        ("PT15M", "15min"),
        ("P3M", "3mo"),
        ("P1Y", "1y"),
        ("P1Y6M", "18mo"),
        ("P1DT12H", "36h"),
        ("pt1m30s", "90s"),
        ("1.5 hours", "90min"),
        ("0.25 s", "0.25s"),
        ("2.0w", "2w"),
        (dt.timedelta(hours=48), "2d"),
        (dt.timedelta(minutes=90), "90min"),
        (dt.timedelta(0), "0d"),
    ],
)
def test_other_ways_to_write_them(text: Any, wanted: str) -> None:
    """ISO 8601, parts of units and timedeltas, in the largest unit that says them whole."""
    assert str(parse_duration(text, "window", calendar=True)) == wanted


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("1d 2h", 1560),
        ("P1.5D", 2160),
        ("1h 25m", 85),
        ("01:25:00", 85),
        ("1:25", 85),
        ("PT1,5H", 90),
        ("2 hrs", 120),
        ("1 godz. 25 min", 85),
        ("1 Std. und 25 Min.", 85),
    ],
)
def test_a_clock_and_several_units(text: str, minutes: int) -> None:
    """What cells of logs say, arguments may say too."""
    assert parse_fixed(text, "target") == dt.timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "30",
        "d",
        "-3d",
        "3x",
        "1.5mo",
        "30 d ays",
        "1e3d",
        "P",
        "PT",
        "P1DT",
        "P1M2D",
        "-P1D",
        "1d 2x",
        "1:75",
        "٣d",
    ],
)
def test_what_is_no_duration(text: str) -> None:
    """The message names the argument, the value and the units there are."""
    with pytest.raises(
        InvalidValueError, match="window must be a number of s, min, h, d, w, mo, q or y, such as '30d'"
    ):
        parse_duration(text, "window", calendar=True)


@pytest.mark.parametrize("text", ["3m", "3 m", "3M"])
def test_minutes_or_months(text: str) -> None:
    """An m alone is refused wherever it stands, with both ways out."""
    for calendar in (True, False):
        with pytest.raises(InvalidValueError, match="may be minutes or months: write '3 min' or '3 mo'"):
            parse_duration(text, "window", calendar=calendar)


@pytest.mark.parametrize(
    ("value", "step", "words"),
    [
        ("3 months", None, "quiet has a fixed length, months do not"),
        ("P1Y", None, "quiet has a fixed length"),
        (dt.timedelta(-1), None, "quiet must not be negative"),
        ("36h", DAY, "quiet must be a duration of a whole number of days, at least 1"),
        ("0d", DAY, "at least 1"),
        ("0 min", TICK, "quiet must be a duration above 0"),
    ],
)
def test_what_an_argument_cannot_use(value: Any, step: dt.timedelta | None, words: str) -> None:
    """Months where a length is fixed, what is negative, and what is no whole number of steps."""
    with pytest.raises(InvalidValueError, match=words):
        parse_duration(value, "quiet", step=step)


def test_windows_are_longer_than_nothing() -> None:
    """No months at all are no window."""
    with pytest.raises(InvalidValueError, match="longer than none"):
        parse_duration("0 months", "window", calendar=True)


@pytest.mark.parametrize("value", [30, None, True, dt.date(2026, 1, 1), ["30d"]])
def test_neither_text_nor_timedelta(value: Any) -> None:
    """A number alone has no unit, and nothing else is a duration."""
    with pytest.raises(InvalidTypeError, match="quiet must be a duration such as '30d'"):
        parse_duration(value, "quiet")


def test_the_longest_duration_is_the_one_that_the_error_names() -> None:
    assert parse_duration("100000000 d", "wait").fixed == 100_000_000 * DAY
    with pytest.raises(InvalidValueError, match="at most 100,000,000 days"):
        parse_duration("100000001 d", "wait")

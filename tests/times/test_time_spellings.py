"""Texts as times: each way to write one gives back the instant that was written."""

from __future__ import annotations

import datetime as dt
import email.utils
from collections.abc import Callable

import pytest
from babel.dates import format_datetime
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.times.day_spellings import NO_DATE, Order
from npskit.times.time_spellings import Spellings

MOMENTS = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2050, 1, 1)).map(lambda at: at.replace(microsecond=0))
OFFSETS = st.integers(-48, 56).map(lambda quarters: dt.timezone(dt.timedelta(minutes=15 * quarters)))
SECOND, MINUTE, DAY, MONTH = "second", "minute", "day", "month"


def _cut(at: dt.datetime, to: str) -> dt.datetime:
    """Return the moment as a form without seconds, a clock or a day tells it."""
    at = at.replace(second=0) if to != SECOND else at
    at = at.replace(hour=0, minute=0) if to in (DAY, MONTH) else at
    return at.replace(day=1) if to == MONTH else at


def _english(pattern: str) -> Callable[[dt.datetime], str]:
    return lambda at: format_datetime(at, pattern, locale="en_US")


def _thai(pattern: str, digits: int) -> Callable[[dt.datetime], str]:
    """Write with the years of the Buddhist calendar."""
    return lambda at: format_datetime(at, pattern, locale="th").replace("YEAR", str(at.year + 543)[-digits:])


def _in(language: str, pattern: str) -> Callable[[dt.datetime], str]:
    return lambda at: format_datetime(at, pattern, locale=language)


WRITERS: list[tuple[Callable[[dt.datetime], str], str]] = [
    (_english("dd-MMM-yyyy"), DAY),
    (_english("d MMM yyyy"), DAY),
    (_english("MMM d, yyyy h:mm a"), MINUTE),  # with the narrow space of new browsers
    (_english("MMMM d, yyyy 'at' h:mm:ss a"), SECOND),
    (_english("EEEE, MMMM d, yyyy"), DAY),
    (_english("EEE MMM dd yyyy"), DAY),
    (_english("dd/MMM/yy h:mm a"), MINUTE),
    (_english("ddMMMyyyy:HH:mm:ss"), SECOND),
    (_english("MMMM yyyy"), MONTH),
    (_english("EEE MMM d HH:mm:ss yyyy"), SECOND),
    (_in("de", "EEEE, d. MMMM yyyy 'um' HH:mm 'Uhr'"), MINUTE),
    (_in("de", "E d. MMM yyyy, HH.mm"), MINUTE),
    (_in("pl", "EEEE, d MMMM yyyy HH:mm"), MINUTE),
    (_in("pl", "d MMM yyyy"), DAY),
    (_in("pl", "d MMMM yyyy 'r.' 'godz.' HH:mm"), MINUTE),
    (_in("pl", "LLLL yyyy"), MONTH),
    (_in("fr", "EEEE d MMMM yyyy 'à' HH:mm"), MINUTE),
    (_in("fr", "E d MMM yyyy HH'h'mm"), MINUTE),
    (_in("es", "d 'de' MMMM 'de' yyyy H:mm:ss"), SECOND),
    (_in("nl", "EEEE d MMMM yyyy"), DAY),
    (_in("it", "d MMM yyyy"), DAY),
    (_in("pt", "d 'de' MMMM 'de' yyyy"), DAY),
    (_thai("EEEE'ที่' d MMMM 'พ.ศ. YEAR'", 4), DAY),
    (_thai("d MMMM 'YEAR เวลา' HH:mm 'น.'", 4), MINUTE),
    (_thai("d MMM 'YEAR'", 2), DAY),
    (_thai("d/M/'YEAR' HH:mm", 4), MINUTE),
    (_in("zh_Hant", "yyyy/M/d ah:mm:ss"), SECOND),
    (_in("zh", "y年M月d日 EEEE HH时mm分ss秒"), SECOND),
    (_in("ja", "y年M月d日(E) ah:mm"), MINUTE),
    (_in("ko", "y. M. d. a h:mm:ss"), SECOND),
    (_in("ko", "y년 M월 d일 EEEE a h시 mm분"), MINUTE),
    (lambda at: at.strftime("%d.%m.%Y %H.%M"), MINUTE),
    (lambda at: at.strftime("%Y/%m/%d %I:%M:%S p.m." if at.hour >= 12 else "%Y/%m/%d %I:%M:%S a.m."), SECOND),
    (lambda at: at.strftime("%Y-%m-%d %H:%M:%S,000"), SECOND),
    (lambda at: at.strftime("%Y%m%dT%H%M%S"), SECOND),
    (lambda at: at.strftime("%G-W%V-%u"), DAY),
    (lambda at: at.strftime("%Y-%j"), DAY),
    (lambda at: at.strftime("%Y-%m"), MONTH),
    (lambda at: at.strftime("%m/%Y"), MONTH),
    (lambda at: at.strftime("%H:%M %d/%m/%Y"), MINUTE),
    (lambda at: at.strftime("%d/%m/%Y @ %H:%M"), MINUTE),
    (lambda at: at.strftime("%d/%m/%Y - %H:%M:%S"), SECOND),
    (lambda at: at.strftime("%H:%M - %d.%m.%Y"), MINUTE),
    (lambda at: at.strftime("%Y-%m-%d-%H.%M.%S.000000"), SECOND),  # DB2
    (lambda at: at.strftime("%Y-%m-%d_%H-%M-%S"), SECOND),
    (lambda at: at.strftime("%Y-%m-%dT%H-%M-%S"), SECOND),
    (_english("dd-MMM-yy hh.mm.ss.000000000 a"), SECOND),  # Oracle
    (lambda at: at.strftime("%d.%m.%Y %H:%M h"), MINUTE),
    (lambda at: at.strftime("%d.%m.%Y %H%M Uhr"), MINUTE),
    (_in("pl", "d MMMM yyyy 'r.', HH:mm"), MINUTE),
    (_in("es", "d 'de' MMMM 'de' yyyy 'a las' H:mm"), MINUTE),
    (_in("pt", "d 'de' MMM 'de' yyyy 'às' HH:mm"), MINUTE),
    (_thai("d MMMM 'YEAR เวลา' HH.mm 'น.'", 4), MINUTE),
    (_in("ja", "y年M月"), MONTH),
    (_in("ko", "y년 M월"), MONTH),
]
ZONED: list[Callable[[dt.datetime], str]] = [
    email.utils.format_datetime,
    lambda at: at.strftime("%a %b %d %Y %H:%M:%S GMT%z (Central European Summer Time)"),
    lambda at: at.strftime("%d/%m/%Y %H:%M:%S %z"),
    lambda at: at.astimezone(dt.UTC).strftime("%d %b %Y %H:%M:%SZ"),
    lambda at: at.astimezone(dt.UTC).strftime("%a %b %d %H:%M:%S UTC %Y"),
    lambda at: at.astimezone(dt.UTC).strftime("%Y/%m/%d %I:%M:%S %p GMT"),
    lambda at: at.isoformat() + "[Etc/GMT]",
    lambda at: at.strftime("%Y-%m-%d %H:%M:%S UTC") + at.isoformat()[-6:],
    lambda at: at.isoformat() + "[UTC]",  # Java, whatever the offset
    lambda at: at.strftime("%Y-%m-%d %H:%M:%S.000000 %z") + " CEST m=+0.017",  # Go
]


@settings(max_examples=20, deadline=None)
@given(at=MOMENTS)
def test_each_way_to_write_a_time_is_read_back(at: dt.datetime) -> None:
    """The same moment, to what the form tells of it; in any case, with odd spaces, with an apostrophe before it."""
    read = Spellings()
    for write, told in WRITERS:
        text = write(at)
        for variant in (text, text.upper(), text.replace(" ", "\u00a0\u202f"), f"'{text}", f"\u200e{text}"):
            assert read.moment(variant, "day") == _cut(at, told), variant


@given(at=MOMENTS, zone=OFFSETS, writer=st.sampled_from(ZONED))
def test_each_way_to_write_a_zone_is_read_back(
    at: dt.datetime, zone: dt.timezone, writer: Callable[[dt.datetime], str]
) -> None:
    """The same instant."""
    moment = at.replace(tzinfo=zone)
    assert Spellings().moment(writer(moment), "day") == moment


PIECES = st.sampled_from(
    ["13/2/26", "2/3/2026", "03.02.2026", "2/3.26", "31/2/26", "2026-03-01", "2/3/026", "9", "", "mar 1", "3 Mar 26"]
)
CLOCKS = st.sampled_from(["", " ", " 9:15", " 09:15", " 09:15:59", " 24:00", " 09:60", " 9:15 pm", " 09:15Z", "T09:15"])


@given(texts=st.lists(st.tuples(PIECES, CLOCKS).map("".join)), order=st.sampled_from(["day", "month"]))
def test_what_was_read_before_changes_nothing(texts: list[str], order: Order) -> None:
    """A text is read alike alone and after others."""
    read = Spellings()
    assert [read.moment(text, order) for text in texts] == [Spellings().moment(text, order) for text in texts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("02/Mar/26 9:00 AM", "2026-03-02T09:00:00"),
        ("01-Aug-23", "2023-08-01T00:00:00"),
        ("31-Dec-69", "1969-12-31T00:00:00"),
        ("1 Jan '68", "2068-01-01T00:00:00"),
        ("mar. 3 mars 2026", "2026-03-03T00:00:00"),
        ("Mo, 03.04.26", "2026-04-03T00:00:00"),
        ("3 III 2026", "2026-03-03T00:00:00"),
        ("1er mars 2026", "2026-03-01T00:00:00"),
        ("2026-03-03 24:00:00", "2026-03-04T00:00:00"),
        ("12/3/2026 12:05 AM", "2026-03-12T00:05:00"),
        ("2569-03-03 10:00", "2026-03-03T10:00:00"),
        ("3 มี.ค. ค.ศ. 26", "2026-03-03T00:00:00"),
        ("令和8年3月3日 午後2時05分", "2026-03-03T14:05:00"),
        ("令和元年5月1日", "2019-05-01T00:00:00"),
        ("H31/4/30", "2019-04-30T00:00:00"),
        ("R8.3.3", "2026-03-03T00:00:00"),
        ("03.03.2026 14 Uhr", "2026-03-03T14:00:00"),
        ("20260303140500.0Z", "2026-03-03T14:05:00+00:00"),
        ("2026-Q2", "2026-04-01T00:00:00"),
        ("Q4/2025", "2025-10-01T00:00:00"),
        ("2026Q1", "2026-01-01T00:00:00"),
        ("KW 10/2026", "2026-03-02T00:00:00"),
        ("2026 W10", "2026-03-02T00:00:00"),
    ],
)
def test_times_as_people_write_them(text: str, expected: str) -> None:
    """Short years are of 1969 to 2068, Thai ones of the Buddhist calendar; midnight may be 24 o'clock."""
    found = Spellings().moment(text, "day")
    assert isinstance(found, dt.datetime)
    assert found.isoformat() == expected


@pytest.mark.parametrize("text", ["Mar-26", "Mon", "3 Foo 2026", "0000-00-00", "1/1/2026 13:00 PM", "2/3/26 10:00 XYZ"])
def test_what_is_no_time(text: str) -> None:
    """Neither a month without a full year nor a zone that is not known is guessed at."""
    assert isinstance(Spellings().moment(text, "day"), str)


@pytest.mark.parametrize("text", ["Mar-26", "Mar 26", "26 Mar", "26-Mrz", "มี.ค. 69"])
def test_a_month_and_a_number_says_what_is_open(text: str) -> None:
    """It may be a day or a year."""
    assert Spellings().moment(text, "day") == "a month with a number that may be its day or its year"


@pytest.mark.parametrize(
    "date", ["0000-00-00", "00/00/0000", "00.00.0000", "0/0/00", "1900-01-00", "1/0/1900", "00.01.1900"]
)
@pytest.mark.parametrize("clock", ["", " 00:00:00", " 0:00"])
def test_zeros_are_no_date(date: str, clock: str) -> None:
    """Whatever wrote them where there was none: databases, or spreadsheets day 0."""
    assert Spellings().moment(date + clock, "day") == NO_DATE


@pytest.mark.parametrize("zone", ["IST", "BST", "CST", "PT", "ET"])
@pytest.mark.parametrize("clock", ["10:00", "10:00:05 AM"])
def test_an_abbreviation_that_means_several_offsets_is_refused(zone: str, clock: str) -> None:
    """Also one that might be a weekday: PT is Pacific time, and piątek."""
    assert "may mean several offsets" in str(Spellings().moment(f"2026-06-03 {clock} {zone}", "day"))
    assert Spellings().moment("pt, 05.06.2026 10:00", "day") == dt.datetime(2026, 6, 5, 10)
    assert Spellings().moment("2026-06-03 10:00 AEST", "day").isoformat() == "2026-06-03T10:00:00+10:00"  # type: ignore[union-attr]

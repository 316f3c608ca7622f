from __future__ import annotations

import datetime as dt
import random
import zoneinfo
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npskit as nk
from npskit.data.times import parse_times
from npskit.errors import DataWarning, InvalidTypeError, InvalidValueError

MOMENTS = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2028, 1, 1)).map(lambda t: t.replace(microsecond=0))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-09", "2026-03-09T00:00"),
        ("2026-03-09 14:05:06", "2026-03-09T14:05:06"),
        ("2026-03-09T14:05:06.25", "2026-03-09T14:05:06.25"),
        ("2026-03-09T14:05:06.123456789", "2026-03-09T14:05:06.123456"),
        ("2026-3-9 4:05", "2026-03-09T04:05"),
        (" 9/8/18 15:29 ", "2018-09-08T15:29"),
        ("9/8/2018", "2018-09-08"),
        ("9.8.2018", "2018-08-09"),
        ("9.8.2018 7.05", "2018-08-09T07:05"),
        ("9-8-2018 7:05", "2018-08-09T07:05"),
        ("9/8/2018 12:05 AM", "2018-09-08T00:05"),
        ("9/8/2018, 12:05:09 p.m.", "2018-09-08T12:05:09"),
        ("2018/9/8 3:29:01 PM", "2018-09-08T15:29:01"),
        ("9 Mar 2026", "2026-03-09"),
        ("9. March 2026 10:00", "2026-03-09T10:00"),
        ("Mar 9, 2026", "2026-03-09"),
        ("Sept 9th 2026, 1:02 PM", "2026-09-09T13:02"),
        ("1/1/72", "1972-01-01"),
        ("1/1/45", "2045-01-01"),
        ("03.2026", "2026-03-01"),
    ],
)
def test_naive_ways_of_writing_a_time(text: str, expected: str) -> None:
    """Naive times stay as written, and their zone is not known."""
    found = parse_times([text])
    assert found.values[0] == np.datetime64(expected, "us")
    assert (found.rejected, found.time_zone) == ((), None)


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-01T10:00:00Z",
        "2026-01-01T12:00:00+02:00",
        "2026-01-01 05:00:00-0500",
        "2026/01/01 12:00:00 PM GMT+2",
        "2026/01/01 3:30:00 PM GMT+5:30",
        "1/1/2026 11:00 CET",
        "1/1/2026 5:00 AM EST",
        "1 Jan 2026 10:00 UTC",
        "1767261600",
        "1767261600000",
        "1767261600.0",
        1767261600,
        1767261600.0,
        1767261600000,
        1767261600000000,
        1767261600000000000,
        dt.datetime(2026, 1, 1, 10, tzinfo=dt.UTC),
    ],
)
def test_times_that_know_their_zone(value: object) -> None:
    """Offsets, Z and Unix times become the wall clock of the zone that is named, and say that they know theirs."""
    found = parse_times([value], time_zone="UTC")
    assert (found.values.tolist(), found.time_zone, found.aware) == ([dt.datetime(2026, 1, 1, 10)], "UTC", True)
    found = parse_times([value], time_zone="Asia/Bangkok")
    assert (found.values.tolist(), found.time_zone) == ([dt.datetime(2026, 1, 1, 17)], "Asia/Bangkok")


@pytest.mark.parametrize(
    "value",
    [
        "soon",
        "31/31/2026",
        "2026-13-01",
        "2026-02-30 10:00",
        "0/0/2026",
        "1/2/345",
        "1/1/2026 25:00",
        "1/1/2026 13:00 PM",
        "1/1/2026 10:00 XYZ",
        "1/1/2026 10:00 EST+2",
        "9 2026",
        "9 Foo 2026",
        "9 Mar 9 2026",
        "12",
        12,
        1e30,
        True,
        ["x"],
    ],
)
def test_what_is_no_time_is_rejected(value: object) -> None:
    """A cell that is no time is NaT, and is listed with its position and reason; the others are read."""
    found = parse_times(["2026-01-01", None, value, "NA", float("nan")])
    assert np.isnat(found.values).tolist() == [False, True, True, True, True]
    assert [cell.position for cell in found.rejected] == [2]
    assert found.rejected[0].reason.startswith("not a time")


@settings(max_examples=60, deadline=None)
@given(st.lists(MOMENTS, min_size=1, max_size=20), st.booleans(), st.sampled_from(["/", ".", "-"]))
def test_the_order_is_decided_by_the_whole_column(moments: list[dt.datetime], dayfirst: bool, mark: str) -> None:
    """One number above 12 decides for all rows; the caller's word always does."""
    form = f"%d{mark}%m{mark}%Y %H:%M:%S" if dayfirst else f"%m{mark}%d{mark}%Y %H:%M:%S"
    told = parse_times([m.strftime(form) for m in moments], dayfirst=dayfirst)
    assert told.values.tolist() == moments
    decisive = [*moments, dt.datetime(2026, 1, 13)]
    found = parse_times([m.strftime(form) for m in decisive])
    assert found.values.tolist() == decisive
    assert bool(found.notes) == any(m.day <= 12 and m.day != m.month for m in moments)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.none() | MOMENTS, max_size=20))
def test_unix_and_iso_agree(moments: list[dt.datetime | None]) -> None:
    """Seconds since 1970, ISO text with a Z, and datetime64 of one column are one column."""
    aware = [m and m.replace(tzinfo=dt.UTC) for m in moments]
    expected = np.array(moments, dtype="datetime64[us]")
    columns: Sequence[object] = (
        [m and int(m.timestamp()) for m in aware],
        np.array([m.timestamp() if m else np.nan for m in aware], dtype=np.float64),
        [m and m.isoformat() for m in aware],
        aware,
        expected,
        moments,
        list(expected),
    )
    for column in columns:
        np.testing.assert_array_equal(parse_times(column).values, expected)  # type: ignore[arg-type]


def test_an_order_that_nothing_decides_is_noted() -> None:
    """Slashes are month first, points and dashes day first, and the note says how to say otherwise."""
    for text, month, word in (
        ("1/2/2026", 1, "dayfirst=True"),
        ("1.2.2026", 2, "dayfirst=False"),
        ("1-2-2026", 2, "=False"),
    ):
        found = parse_times([text])
        assert found.values[0] == np.datetime64(f"2026-{month:02}-{3 - month:02}")
        assert word in str(found.notes[0])
        assert found.notes[0].kind == "order guessed"


@pytest.mark.parametrize("mark", "-./")
def test_a_short_day_and_month_show_the_order_too(mark: str) -> None:
    """Also where the second mark stands where a date of ISO 8601 has its first."""
    texts = [text.replace("-", mark) for text in ("1-25-2026", "3-2-2026")]
    assert parse_times(texts).values.astype("M8[D]").tolist() == [dt.date(2026, 1, 25), dt.date(2026, 3, 2)]
    assert parse_times([f"25{mark}1{mark}26", texts[1]]).notes[0].kind == "order shown"


def test_contradicting_orders_are_an_error_that_names_the_rows() -> None:
    """Day first in one row and month first in another cannot both be; with dayfirst= the others are rejected."""
    column = ["1/2/2026", "13/1/2026", "1/13/2026"]
    with pytest.raises(InvalidValueError, match=r"in row 1 \(from 0\).*in row 2"):
        parse_times(column)
    assert [cell.position for cell in parse_times(column, dayfirst=True).rejected] == [2]
    assert [cell.position for cell in parse_times(column, dayfirst=False).rejected] == [1]


def test_aware_and_naive_are_never_mixed() -> None:
    """A column in which some times know their zone and some do not is refused, with rows of both."""
    with pytest.raises(InvalidValueError, match=r"in row 1 \(from 0\) and 3 rows more\).*in row 0 \(from 0\)"):
        parse_times(["2026-01-01 10:00:00", *["2026-01-01T10:00:00Z"] * 4])


def test_what_is_no_column_of_times() -> None:
    """Zones that do not exist, durations, booleans and tables are refused."""
    with pytest.raises(InvalidValueError, match="time_zone 'Europe/Nowhere'"):
        parse_times(["2026-01-01"], time_zone="Europe/Nowhere")
    with pytest.raises(InvalidTypeError, match="timedelta64"):
        parse_times(np.array([1], dtype="timedelta64[s]"))
    with pytest.raises(InvalidTypeError, match="bool"):
        parse_times(np.array([True]))
    with pytest.raises(InvalidValueError, match="one-dimensional"):
        parse_times(np.zeros((2, 2)))


def test_empty_columns_and_dates() -> None:
    """No rows give no times; dates are midnight."""
    assert parse_times([]).values.tolist() == []
    assert parse_times([dt.date(2026, 1, 2)]).values[0] == np.datetime64("2026-01-02")
    assert parse_times(np.array([], dtype=np.int64)).values.dtype == "datetime64[us]"


def test_times_without_a_named_zone_keep_the_clock_they_were_written_by() -> None:
    """One zone or one offset in the whole column is its own clock; several are read in UTC, with a note."""
    texts = ["2026-02-01T00:30:00+01:00", "2026-02-03T08:00:00+01:00"]
    found = parse_times(texts)
    assert (found.values.tolist()[0], found.time_zone, found.notes) == (dt.datetime(2026, 2, 1, 0, 30), "UTC+01:00", ())
    warsaw = zoneinfo.ZoneInfo("Europe/Warsaw")
    named = parse_times([dt.datetime(2026, 2, 1, 0, 30, tzinfo=warsaw), dt.datetime(2026, 7, 1, 0, 30, tzinfo=warsaw)])
    assert named.values.tolist() == [dt.datetime(2026, 2, 1, 0, 30), dt.datetime(2026, 7, 1, 0, 30)]
    assert (named.time_zone, named.aware, named.notes) == ("Europe/Warsaw", True, ())
    mixed = parse_times([*texts, "2026-07-01T00:30:00+02:00"])
    assert mixed.values.tolist()[0] == dt.datetime(2026, 1, 31, 23, 30)
    assert mixed.time_zone == "UTC"
    assert "2 offsets" in str(mixed.notes[0])
    naive = parse_times(["2026-02-01"], time_zone="Europe/Warsaw")
    assert (naive.time_zone, naive.aware) == ("Europe/Warsaw", False)


class Part(dt.tzinfo):
    """A zone as pytz has it, and so pandas and PyArrow of before 2025: one for each offset, all of one name."""

    zone = "Europe/Warsaw"

    def __init__(self, hours: int) -> None:
        self.hours = hours

    def utcoffset(self, when: dt.datetime | None, /) -> dt.timedelta:
        return dt.timedelta(hours=self.hours)

    def dst(self, when: dt.datetime | None, /) -> None:
        """Nothing is said of it."""

    def tzname(self, when: dt.datetime | None, /) -> None:
        """Nor of its abbreviation."""


def test_zones_of_one_name_are_one_zone() -> None:
    """Summer and winter of a zone of pytz are on one clock, that of the zone."""
    winter, summer = dt.datetime(2026, 2, 1, 0, 30), dt.datetime(2026, 7, 1, 0, 30)
    found = parse_times([winter.replace(tzinfo=Part(1)), summer.replace(tzinfo=Part(2))])
    assert (found.values.tolist(), found.time_zone, found.notes) == ([winter, summer], "Europe/Warsaw", ())


SERIAL = st.integers(33_000 * 86_400, 46_000 * 86_400).map(lambda seconds: (seconds, seconds / 86_400))


@given(st.lists(SERIAL, min_size=1, max_size=5))
def test_days_as_spreadsheets_count_them(days: list[tuple[int, float]]) -> None:
    """Numbers of a column that all lie where such days do are these days, to the second; text or not, beside blanks."""
    expected = [dt.datetime(1899, 12, 30) + dt.timedelta(seconds=seconds) for seconds, _ in days]
    for written in (float, str, lambda day: f"{day:.8f}".replace(".", ",")):
        found = parse_times([*(written(day) for _, day in days), None, "n/a", 0])
        assert found.values[:-3].tolist() == expected
        assert [note.kind for note in found.notes] == ["serials"]
        assert [cell.position for cell in found.rejected] == [len(days) + 2]


def test_a_number_beyond_makes_none_of_them_days() -> None:
    """Numbers that are days of no spreadsheet are not taken for any, nor are single ones among Unix times."""
    for other in (12, 1767261600):
        assert parse_times([46084, other]).rejected[0].value == "46084"


@pytest.mark.parametrize("form", ["%Y%m%d", "%Y%m%d%H", "%Y%m%d%H%M", "%Y%m%d%H%M%S", "%y%m%d%H%M", "%y%m%d%H%M%S"])
@given(at=st.datetimes(dt.datetime(2021, 1, 1), dt.datetime(2028, 1, 1)).map(lambda t: t.replace(microsecond=0)))
def test_digits_that_are_a_date_are_no_unix_time(form: str, at: dt.datetime) -> None:
    """They are read as the date they are written as, as text, whole number or float, and never as another century."""
    text = at.strftime(form)
    expected = [dt.datetime.strptime(text, form)]
    for value in (text, int(text), float(text), f"{text}.0"):
        assert parse_times([value]).values.tolist() == expected


@given(at=st.datetimes(dt.datetime(2002, 1, 1), dt.datetime(2028, 1, 1)))
def test_a_unix_time_is_no_date_of_digits(at: dt.datetime) -> None:
    """Ten digits are seconds since 1970 wherever these lie in the past or the present."""
    at = at.replace(microsecond=0, tzinfo=dt.UTC)
    for value in (int(at.timestamp()), str(int(at.timestamp()))):
        assert parse_times([value]).values.tolist() == [at.replace(tzinfo=None)]


@pytest.mark.parametrize("text", ["1.77255E+12", "1.77E+09", "2,02603E+13"])
def test_digits_that_a_spreadsheet_dropped(text: str) -> None:
    """What is left tells no time, and the reason says why."""
    assert "dropped digits" in parse_times([text, "2026-03-01"]).rejected[0].reason


RECENT = st.lists(st.datetimes(dt.datetime(2016, 1, 1), dt.datetime(2025, 12, 31)), min_size=1, max_size=9)


@given(RECENT, st.sampled_from(["{d}/{m}/{y}", "{d:02}/{m:02}/{y} 10:15:00", "{d}.{m}.{y}", "{d}-{m}-{y} 9:15 PM"]))
def test_two_digits_of_the_buddhist_calendar(times: list[dt.datetime], form: str) -> None:
    """Where all years of a table are of 46 to 70, none can be of 1969 or 2068: the day is first, and it is said."""
    found = parse_times([form.format(d=at.day, m=at.month, y=(at.year + 543) % 100) for at in times])
    assert found.values.astype("M8[D]").tolist() == [at.date() for at in times]
    assert "years guessed" in {note.kind for note in found.notes}
    mixed = parse_times([*[at.strftime("%d/%m/%y") for at in times], "25/12/26", "25/12/68"])
    assert mixed.values[:-1].astype("M8[D]").tolist() == [*[at.date() for at in times], dt.date(2026, 12, 25)]
    assert mixed.rejected[0].kind == "far time"


def test_dates_of_the_buddhist_calendar_are_day_first() -> None:
    """Also where a slash stands between the numbers; the guess is said, and dayfirst= decides."""
    found = parse_times(["3/4/2569", "4/5/2569"])
    assert found.values.astype("M8[D]").tolist() == [dt.date(2026, 4, 3), dt.date(2026, 5, 4)]
    assert found.notes[0].kind == "order guessed"
    assert parse_times(["3/4/2569"], dayfirst=False).values[0] == np.datetime64("2026-03-04", "us")


@given(
    st.lists(st.dates(dt.date(2023, 1, 1), dt.date(2026, 12, 31)), max_size=9, unique=True),
    st.sampled_from(["%y/%m/%d", "%y-%m-%d", "%y.%m.%d 10:15"]),
    st.randoms(),
)
def test_years_of_two_digits_that_stand_first(days: list[dt.date], form: str, order: random.Random) -> None:
    """They are seen where what stands last can be no year; the guess is said, and dayfirst= decides."""
    days += [dt.date(2026, 3, day) for day in (1, 5, 12, 13, 30)]
    order.shuffle(days)
    found = parse_times([day.strftime(form) for day in days])
    assert found.values.astype("M8[D]").tolist() == days
    assert found.notes[0].kind == "order guessed"
    assert found.rejected == ()
    told = parse_times(["26/03/05", "26/03/12"], dayfirst=True)
    assert told.values.astype("M8[Y]").astype(int).tolist() == [2005 - 1970, 2012 - 1970]


@pytest.mark.parametrize("order", ["%d/%m/%y", "%m/%d/%y"])
@given(st.lists(st.dates(dt.date(2024, 1, 1), dt.date(2027, 6, 1)), min_size=1, max_size=9))
def test_short_years_that_stand_last_stay_there(order: str, days: list[dt.date]) -> None:
    """However few the days are, where the last numbers may be years."""
    days += [dt.date(2026, 2, 25)]
    found = parse_times([day.strftime(order) for day in days])
    assert found.values.astype("M8[D]").tolist() == days


def test_zeros_for_no_date_are_listed_and_close_no_case() -> None:
    """In an answer they are rejected with the reason; a case that was closed at no date is open."""
    found = parse_times(["2026-03-01", "0000-00-00 00:00:00", "00/00/0000"])
    assert [(cell.position, cell.kind) for cell in found.rejected] == [(1, "empty time"), (2, "empty time")]
    closed = ["2026-03-02 09:00", "0000-00-00 00:00:00"]
    loop = nk.closed_loop({"case": [1, 2], "opened": ["2026-03-01 09:00"] * 2, "closed": closed})
    assert (loop.backlog.open, len(loop.rejected)) == (1, 0)


def test_a_spreadsheet_may_have_swapped_day_and_month() -> None:
    """Times or day numbers beside dates as text are warned of, unless a day above 12 shows that none was swapped."""
    for swapped in (dt.datetime(2021, 9, 1), 44440):
        assert [note.kind for note in parse_times([swapped, "25/12/2021"]).notes][-1] == "order mixed"
    assert parse_times([dt.datetime(2021, 9, 25), "25/12/2021"]).notes == ()


@given(
    st.lists(MOMENTS.map(lambda at: at.replace(year=2010 + at.year % 16, day=1)), min_size=1, max_size=9),
    st.sampled_from(["1976-06-02 10:00:00", "1899-12-30 00:00:00", "2612-01-10 01:00:00", "1970-01-01 00:00:00"]),
    st.randoms(),
)
def test_a_time_far_from_all_others_is_rejected(times: list[dt.datetime], far: str, order: random.Random) -> None:
    """Wherever it stands, as text or as NumPy has it, with the reason; the others stay as they are."""
    texts = [*map(str, times), far]
    order.shuffle(texts)
    at = texts.index(far)
    for column in (texts, np.array(texts, "datetime64[s]")):
        found = parse_times(column)
        assert [(cell.position, cell.kind) for cell in found.rejected] == [(at, "far time")]
        assert found.values.astype("M8[s]").tolist() == [
            None if text == far else dt.datetime.fromisoformat(text) for text in texts
        ]
        with pytest.warns(DataWarning, match=rf"when: row {at} .*more than 20 years.*taken as not known"):
            found.checked("when")


@given(st.lists(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(1980, 1, 1)), min_size=1))
def test_an_archive_of_old_times_stays(times: list[dt.datetime]) -> None:
    """Old times among old times are as they should be."""
    assert parse_times(times).values.tolist() == times


def test_far_times_of_files_and_of_logs_are_listed(tmp_path: Path) -> None:
    """They are in `rejected`, and their rows without a time, in no month; a case is set aside with the reason."""
    path = tmp_path / "a.csv"
    path.write_text("nps,time\n9,2026-03-01\n2,1976-03-01\n10,2026-03-02\n")
    survey = nk.read(path, score="nps")
    assert [(each.row, each.kind) for each in survey.rejected] == [(3, "far time")]
    assert (survey.score().n, survey.timeline().set_aside) == (3, 1)
    opened = ["2026-03-01 09:00", "1900-01-01 09:00", "2026-03-03 09:00"]
    loop = nk.closed_loop({"case": [1, 2, 3], "opened": opened, "closed": ["2026-03-04 09:00"] * 3})
    assert [(each.row, each.reason) for each in loop.rejected] == [(1, "opened is far from all other openings")]

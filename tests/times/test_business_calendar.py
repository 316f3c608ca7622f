"""Opening hours: adding and counting are inverse, on arrays as on single times, also on days when clocks change."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
import sys
from types import SimpleNamespace
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, MissingDependencyError
from npskit.times.business_calendar import BusinessCalendar
from npskit.times.country_holidays import country_holidays
from npskit.times.zones import WEEKDAYS

HOUR = dt.timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")

naive_times = st.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2027, 12, 31))
aware_times = st.builds(
    lambda t, zone: t.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)),
    naive_times,
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Bangkok", "Australia/Lord_Howe"]),
)
durations = st.timedeltas(dt.timedelta(0), dt.timedelta(days=60))


def add_elapsed(start: dt.datetime, duration: dt.timedelta) -> dt.datetime:
    """Return the time so many hours later as they really pass, also where clocks change, in the zone of `start`."""
    return start + duration if start.tzinfo is None else (start.astimezone(dt.UTC) + duration).astimezone(start.tzinfo)


@st.composite
def calendars(draw: st.DrawFn) -> BusinessCalendar:
    """Any opening hours, nights and whole days included."""
    minutes = sorted(draw(st.sets(st.integers(0, 1440), min_size=2, max_size=2)))
    opens, closes = (f"{m // 60:02}:{m % 60:02}" for m in minutes)
    weekend = draw(st.sets(st.sampled_from(WEEKDAYS), max_size=6))
    holidays = draw(st.lists(st.dates(dt.date(2025, 1, 1), dt.date(2027, 12, 31)), max_size=8))
    zone = draw(st.sampled_from([None, "Europe/Berlin", "America/New_York"]))
    return BusinessCalendar(opens, closes, weekend=list(weekend), holidays=holidays, time_zone=zone)


@given(calendars(), naive_times | aware_times, durations)
@settings(max_examples=80)
def test_add_and_elapsed_are_inverse(office: BusinessCalendar, start: dt.datetime, span: dt.timedelta) -> None:
    """As much opening time passes until the end of a span as the span is long; it is never before the start."""
    end = office.add(start, span)
    assert end >= start
    assert end.tzinfo == start.tzinfo
    assert office.elapsed(start, end) == span
    assert office.elapsed(end, start) == -span


@given(calendars(), naive_times | aware_times, durations)
@settings(max_examples=60)
def test_the_end_is_the_earliest(office: BusinessCalendar, start: dt.datetime, span: dt.timedelta) -> None:
    """A moment before the end of a span some of it is left; and an open end is reached again by what has passed."""
    assume(span > dt.timedelta(0))
    end = office.add(start, span)
    before = add_elapsed(end, -dt.timedelta(microseconds=1))
    assert office.elapsed(start, before) == span - dt.timedelta(microseconds=1)
    assert office.latest_open(end) == end


@given(calendars(), naive_times, st.lists(durations, min_size=2, max_size=2))
@settings(max_examples=60)
def test_spans_add_up(office: BusinessCalendar, start: dt.datetime, spans: list[dt.timedelta]) -> None:
    """Two spans one after the other end where one of both lengths does, and a longer one never ends earlier."""
    first, second = spans
    assume(first > dt.timedelta(0) and second > dt.timedelta(0))
    assert office.add(office.add(start, first), second) == office.add(start, first + second)


@given(calendars(), st.lists(st.tuples(naive_times, durations), max_size=8))
@settings(max_examples=60)
def test_arrays_are_as_single_times(office: BusinessCalendar, rows: list[tuple[dt.datetime, dt.timedelta]]) -> None:
    """On an array every method gives what it gives for each time alone; NaT stays NaT."""
    times = np.array([t for t, _ in rows] + [None], dtype="datetime64[us]")
    spans = np.array([s for _, s in rows] + [None], dtype="timedelta64[us]")
    added = office.add(times, spans)
    assert added.tolist()[:-1] == [office.add(t, s) for t, s in rows]
    assert office.elapsed(times, added).tolist()[:-1] == [s for _, s in rows]
    assert office.next_morning(times).tolist()[:-1] == [office.next_morning(t) for t, _ in rows]
    assert office.latest_open(times).tolist()[:-1] == [office.latest_open(t) for t, _ in rows]
    for found in (added, office.elapsed(times, added), office.next_morning(times), office.latest_open(times)):
        assert found.tolist()[-1] is None


@given(calendars(), naive_times | aware_times)
@settings(max_examples=60)
def test_mornings_and_closings(office: BusinessCalendar, at: dt.datetime) -> None:
    """The next morning is a later opening; the latest open moment is not later; nothing is open in between."""
    morning, latest = office.next_morning(at), office.latest_open(at)
    assert latest <= at < morning
    assert office.elapsed(latest, at) == dt.timedelta(0)
    assert office.latest_open(morning) == morning
    closed = add_elapsed(morning, -dt.timedelta(microseconds=1))
    assert office.elapsed(closed, morning) == dt.timedelta(0) or office.day == 24 * HOUR


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-06T16:00", 2, "2026-03-09T10:00"),  # over a weekend
        ("2026-03-06T16:00", 1, "2026-03-06T17:00"),  # to the very closing
        ("2026-03-07T12:00", 0, "2026-03-09T09:00"),  # from a closed day
        ("2026-03-06T12:00", 0, "2026-03-06T12:00"),
        ("2026-12-23T15:00", 8, "2026-12-28T15:00"),  # over Christmas and a weekend
        ("2026-03-06T03:00", 8, "2026-03-06T17:00"),  # from the night
    ],
)
def test_worked_examples(start: str, hours: int, end: str) -> None:
    """An office from nine to five, closed at weekends and over Christmas, counted by hand."""
    office = BusinessCalendar(holidays=["2026-12-24", dt.date(2026, 12, 25)])
    assert office.add(dt.datetime.fromisoformat(start), hours * HOUR) == dt.datetime.fromisoformat(end)


def test_days_when_clocks_change() -> None:
    """Around the clock, the day on which clocks go forward has 23 hours, and the day they go back has 25."""
    always = BusinessCalendar("00:00", "24:00", weekend=[], time_zone="Europe/Berlin")
    for day, hours in ((dt.datetime(2026, 3, 29), 23), (dt.datetime(2026, 10, 25), 25), (dt.datetime(2026, 7, 1), 24)):
        start, end = day.replace(tzinfo=BERLIN), (day + dt.timedelta(days=1)).replace(tzinfo=BERLIN)
        assert always.elapsed(start, end) == hours * HOUR
        assert always.add(start, hours * HOUR) == end
        assert add_elapsed(start, hours * HOUR) == end


def test_the_zone_of_the_office() -> None:
    """A time from elsewhere is looked at on the office's clock and comes back in its own zone."""
    office = BusinessCalendar(time_zone="Europe/Berlin")
    bangkok = dt.datetime(2026, 3, 9, 10, tzinfo=ZoneInfo("Asia/Bangkok"))  # four in the morning in Berlin
    due = office.add(bangkok, HOUR)
    assert due == dt.datetime(2026, 3, 9, 10, tzinfo=BERLIN)
    assert due.tzinfo == bangkok.tzinfo
    assert due.hour == 16


def test_opening_hours_within_the_skipped_hour() -> None:
    """Where clocks skip all opening hours of a day, that day has none."""
    night = BusinessCalendar("02:15", "03:00", weekend=[], time_zone="Europe/Berlin")
    start = dt.datetime(2026, 3, 29, 0, tzinfo=BERLIN)
    assert night.elapsed(start, start.replace(hour=12)) == dt.timedelta(0)


@given(calendars(), durations, durations)
@settings(max_examples=60)
def test_opening_time_of_durations(office: BusinessCalendar, one: dt.timedelta, two: dt.timedelta) -> None:
    """A longer duration never stands for less opening time, and whole days stand for working days."""
    short, long = sorted((one, two))
    assert dt.timedelta(0) <= office.opening_time(short) <= office.opening_time(long)
    assert office.opening_time(dt.timedelta(days=3)) == 3 * office.day


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"opens": "9:00"}, "opens must be a time of day"),
        ({"closes": "24:30"}, "closes must be a time of day"),
        ({"opens": 9}, "opens must be a time of day"),
        ({"opens": "09:00", "closes": "09:00"}, "closes must differ from opens, and midnight"),
        ({"opens": "22:00", "closes": "00:00"}, "midnight at the end of a day is '24:00'"),
        ({"weekend": ["Satr"]}, "did you mean 'Sat'"),
        ({"weekend": "Sat"}, "weekend must be a collection such as a list"),
        ({"weekend": WEEKDAYS}, "must leave a working day"),
        ({"holidays": ["5.12.2026"]}, "holidays: '5.12.2026' may be of two days"),
        ({"holidays": ["Christmas"]}, "holidays must be a date"),
        ({"holidays": "2026-12-25"}, "holidays must be a list"),
        ({"holidays": [25]}, "holidays must be a date"),
        ({"time_zone": "Europe/Warszawa"}, "time_zone 'Europe/Warszawa' is not known"),
    ],
)
def test_wrong_calendars(arguments: dict[str, Any], words: str) -> None:
    """What is no opening hours is refused, naming the part."""
    with pytest.raises((InvalidValueError, InvalidTypeError), match=words):
        BusinessCalendar(**arguments)


def test_kinds_of_days() -> None:
    """Days are taken as full names, as times, dates, datetimes and datetime64; equal calendars are equal."""
    office = BusinessCalendar(dt.time(9), weekend=["sunday", "SAT"], holidays=[np.datetime64("2026-12-25")])
    assert office == BusinessCalendar(holidays=[dt.datetime(2026, 12, 25, 3)])
    assert eval(repr(office), {"BusinessCalendar": BusinessCalendar, "datetime": dt}) == office
    assert hash(office) == hash(BusinessCalendar(holidays=["2026-12-25"]))


def test_wrong_times() -> None:
    """What is no time, mixes zones, goes back or beyond all years is refused."""
    office, at = BusinessCalendar(), dt.datetime(2026, 3, 6)
    with pytest.raises(IncompatibleError, match="with a time zone"):
        office.elapsed(at, at.replace(tzinfo=dt.UTC))
    with pytest.raises(InvalidTypeError, match="give a datetime"):
        office.add("2026-03-06", HOUR)  # type: ignore[type-var]
    with pytest.raises(InvalidTypeError, match="array of int64"):
        office.next_morning(np.array([1]))
    with pytest.raises(InvalidValueError, match="must not be negative"):
        office.add(at, -HOUR)
    for span in (dt.timedelta(days=2_000_000), dt.timedelta(days=900_000_000), dt.timedelta(days=700_000)):
        with pytest.raises(InvalidValueError, match="after the year 9999"):
            office.add(at, span * (4 if span.days == 700_000 else 1))
    with pytest.raises(InvalidValueError, match="between the years"):
        office.next_morning(dt.datetime(1, 1, 1))


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
def test_copies(copied: Any) -> None:
    """A calendar can be pickled and copied, and counts the same afterwards."""
    office = BusinessCalendar("08:00", "20:00", weekend=["Sun"], holidays=["2026-03-02"], time_zone="Europe/Warsaw")
    friday = dt.datetime(2026, 2, 27, 19)
    assert copied(office) == office
    assert copied(office).add(friday, dt.timedelta(hours=20)) == office.add(friday, dt.timedelta(hours=20))


# ---- arrays of instants ----

# Zone, and days on which its clocks are set forward and back: by an hour, by half an hour, at midnight.
CHANGES = [
    ("Europe/Warsaw", dt.date(2026, 3, 29)),
    ("Europe/Warsaw", dt.date(2026, 10, 25)),
    ("Australia/Sydney", dt.date(2026, 10, 4)),
    ("Australia/Sydney", dt.date(2026, 4, 5)),
    ("Australia/Lord_Howe", dt.date(2026, 4, 5)),
    ("America/Santiago", dt.date(2026, 9, 6)),
    ("America/Santiago", dt.date(2026, 4, 5)),
]
ALWAYS = BusinessCalendar("00:00", "24:00", weekend=())
MINUTE = np.timedelta64(1, "m")


def counted(office: BusinessCalendar, zone: str, day: dt.date) -> tuple[np.ndarray[Any, Any], list[int]]:
    """The minutes of UTC of five days around one, and how many before each are opening time, counted one by one.

    An office opens when its clock first shows the hour of opening or a later one, and closes in the same way.
    """
    first = dt.datetime.combine(day, dt.time(), dt.UTC) - 2 * 24 * HOUR
    minutes = [first + dt.timedelta(minutes=i) for i in range(5 * 1440)]
    clock = ZoneInfo(zone)
    walls = [minute.astimezone(clock).replace(tzinfo=None) for minute in minutes]
    opened = [False] * len(minutes)
    # Minutes of the first and the last date are there only in part: their hours are looked for from the day before.
    for date in sorted({wall.date() for wall in walls}):
        if WEEKDAYS[date.weekday()] in office.weekend or date in office.holidays:
            continue
        midnight = dt.datetime.combine(date, dt.time())
        hours = [
            midnight + dt.timedelta(hours=int(at[:2]), minutes=int(at[3:])) for at in (office.opens, office.closes)
        ]
        begin, end = (next((i for i, wall in enumerate(walls) if wall >= hour), len(walls)) for hour in hours)
        opened[begin:end] = [True] * (end - begin)
    return np.array([m.replace(tzinfo=None) for m in minutes], dtype="datetime64[m]"), [0, *np.cumsum(opened).tolist()]


@pytest.mark.parametrize(("zone", "day"), CHANGES)
@pytest.mark.parametrize(
    "office", [ALWAYS, BusinessCalendar(weekend=()), BusinessCalendar("02:15", "22:00", weekend=["Mon"])]
)
def test_instants_are_counted_minute_by_minute(office: BusinessCalendar, zone: str, day: dt.date) -> None:
    """On days when clocks change, too, what has elapsed is what a count of the minutes says; and nothing else is due.

    Was: an array was a wall clock, so that around the clock 24.5 hours passed where 23.5 did, and -0.5 where 0.5 did.
    """
    utc, before = counted(office, zone, day)
    # Only whole days of the zone: the first minutes of its first date are not all there.
    inside = slice(1440, 4 * 1440)
    minutes, passed = utc[inside], np.array(before[:-1])[inside]
    elapsed = office.elapsed(np.repeat(minutes[:1], len(minutes)), minutes, time_zone=zone)
    assert (elapsed / MINUTE).tolist() == (passed - passed[0]).tolist()
    open_now = np.flatnonzero(np.diff(before)[inside])
    starts = minutes[open_now][::97]
    for span in (1, 59, 480):
        ends = office.add(starts, dt.timedelta(minutes=span), time_zone=zone)
        inside_too = ends <= minutes[-1]
        places = ((ends[inside_too] - minutes[0]) / MINUTE).astype(int)
        assert (passed[places] - passed[open_now[::97][inside_too]]).tolist() == [span] * int(inside_too.sum())


@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_around_the_clock_time_is_time(zone: str, day: dt.date) -> None:
    """A desk that is always open has opening time as it passes, on the longest and the shortest day."""
    utc = np.datetime64(day, "m") + np.arange(-2880, 2880, 7) * MINUTE
    assert (ALWAYS.elapsed(utc[:-100], utc[100:], time_zone=zone) == 700 * MINUTE).all()
    assert (ALWAYS.add(utc, "23h", time_zone=zone) == utc + 23 * 60 * MINUTE).all()
    assert (ALWAYS.latest_open(utc, time_zone=zone) == utc).all()


zones = st.sampled_from(sorted({zone for zone, _ in CHANGES}))


@given(calendars(), zones, st.lists(st.tuples(naive_times, durations), max_size=6))
@settings(max_examples=40)
def test_instants_are_as_single_times(
    office: BusinessCalendar, zone: str, rows: list[tuple[dt.datetime, dt.timedelta]]
) -> None:
    """On an array of instants every method gives what it gives for each time with its zone; NaT stays NaT."""
    times = np.array([t for t, _ in rows] + [None], dtype="datetime64[us]")
    spans = np.array([s for _, s in rows] + [None], dtype="timedelta64[us]")
    aware = [t.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)) for t, _ in rows]

    def utc(found: list[dt.datetime]) -> list[Any]:
        return [t.astimezone(dt.UTC).replace(tzinfo=None) for t in found] + [None]

    added = office.add(times, spans, time_zone=zone)
    assert added.tolist() == utc([office.add(t, s) for t, (_, s) in zip(aware, rows, strict=True)])
    assert office.elapsed(times, added, time_zone=zone).tolist() == spans.tolist()
    assert office.elapsed(added, times, time_zone=zone).tolist() == (-spans).tolist()
    assert office.next_morning(times, time_zone=zone).tolist() == utc([office.next_morning(t) for t in aware])
    assert office.latest_open(times, time_zone=zone).tolist() == utc([office.latest_open(t) for t in aware])


def test_the_calendars_own_zone_comes_first() -> None:
    """Instants are looked at in the office's zone, whatever zone they come with; without one they are a wall clock."""
    office = BusinessCalendar(time_zone="Europe/Berlin")
    noon = np.array(["2026-07-01T12:00"], dtype="datetime64[m]")
    for zone in ("Asia/Bangkok", "UTC"):
        assert office.next_morning(noon, time_zone=zone)[0] == np.datetime64("2026-07-02T07:00")
    assert office.next_morning(noon)[0] == np.datetime64("2026-07-02T09:00")


def test_a_skipped_opening_is_when_clocks_are_set() -> None:
    """An office that opens at a time its clock skips is open from the moment that the clock is set."""
    early = BusinessCalendar("02:15", "12:00", weekend=(), time_zone="Europe/Berlin")
    start = dt.datetime(2026, 3, 29, 0, tzinfo=BERLIN)
    assert early.next_morning(start) == dt.datetime(2026, 3, 29, 3, tzinfo=BERLIN)
    assert early.elapsed(start, start.replace(hour=12)) == 9 * HOUR


def test_a_night_shift_belongs_to_the_day_it_begins_on() -> None:
    """From Friday 22:00 to Saturday 06:00 the office is open, on Sunday night it is not; counted by the minute."""
    night = BusinessCalendar("22:00", "06:00", holidays=["2026-03-25"], time_zone="Europe/Berlin")
    friday = dt.datetime(2026, 3, 27, 21)
    assert night.day == dt.timedelta(hours=8)
    assert night.add(friday, "9h") == dt.datetime(2026, 3, 30, 23)
    zone = ZoneInfo("Europe/Berlin")
    start, end = dt.datetime(2026, 3, 24, 12, tzinfo=zone), dt.datetime(2026, 3, 31, 12, tzinfo=zone)
    minutes = [start.astimezone(dt.UTC) + dt.timedelta(minutes=m) for m in range(7 * 24 * 60 - 60)]

    def is_open(minute: dt.datetime) -> bool:
        """Whether the shift that a minute would belong to is one."""
        local = minute.astimezone(zone)
        begun = (local.replace(tzinfo=None) - dt.timedelta(hours=6)).date()
        inside = local.hour >= 22 or local.hour < 6
        return inside and begun.weekday() < 5 and begun != dt.date(2026, 3, 25)

    assert night.elapsed(start, end) == dt.timedelta(minutes=sum(map(is_open, minutes)))


def test_holidays_of_a_country(monkeypatch: pytest.MonkeyPatch) -> None:
    """They come from a package; without it the error says which."""
    asked: list[tuple[str, str | None]] = []

    class Days(dict[dt.date, str]):
        weekend: ClassVar[set[int]] = {4, 5}

    def of(country: str, subdiv: str | None, years: range) -> Days:
        if country != "DE":
            raise NotImplementedError(f"Country {country} not available")
        asked.append((country, subdiv))
        return Days({dt.date(2026, 10, 3): "Tag der Deutschen Einheit", dt.date(2026, 10, 5): f"{len(years)}"})

    country_holidays.cache_clear()
    monkeypatch.setitem(sys.modules, "holidays", SimpleNamespace(country_holidays=of))
    office = BusinessCalendar(weekend=[], holidays=["DE-BY", "2026-10-01"])
    assert office.elapsed(dt.datetime(2026, 10, 1), dt.datetime(2026, 10, 7)) == dt.timedelta(hours=3 * 8)
    assert pickle.loads(pickle.dumps(office)) == office
    assert asked == [("DE", "BY")]
    assert BusinessCalendar.for_country("DE").weekend == ("Fri", "Sat")
    with pytest.raises(InvalidValueError, match="holidays: 'XX' is no country"):
        BusinessCalendar(holidays="XX")
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(MissingDependencyError, match=r'pip install "npskit\[holidays\]"'):
        BusinessCalendar(holidays="PL")
    country_holidays.cache_clear()


@pytest.mark.parametrize(("country", "day"), [("PL", "2026-11-11"), ("TH", "2026-04-13"), ("DE", "2026-10-03")])
def test_holidays_of_the_package(country: str, day: str) -> None:
    """Polish Independence Day, Songkran, German Unity Day."""
    pytest.importorskip("holidays")
    at = dt.datetime.fromisoformat(day)
    office = BusinessCalendar("00:00", "24:00", weekend=[], holidays=country)
    assert office.elapsed(at, at + dt.timedelta(days=1)) == dt.timedelta(0)

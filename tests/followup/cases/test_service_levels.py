"""Targets and calendars of each channel or segment, and the due time of each case, against counts by hand."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

import npskit as nk
from npskit.errors import ColumnNotFoundError, InvalidTypeError, InvalidValueError
from npskit.followup.cases.survival import kaplan_meier

MONDAY = dt.datetime(2026, 3, 2, 9)
ALWAYS = nk.BusinessCalendar("00:00", "24:00", weekend=())
OFFICE = nk.BusinessCalendar()


def log_of(rows: list[tuple[Any, ...]], **more: Any) -> dict[str, Any]:
    """Return a log of rows: channel, segment, hours to the response."""
    answered = [None if row[2] is None else MONDAY + dt.timedelta(hours=row[2]) for row in rows]
    named = {"channel": [row[0] for row in rows], "segment": [row[1] for row in rows]}
    return {"opened": [MONDAY] * len(rows), "first_response": answered, **named, **more}


ROWS = [
    ("chat", "detractor", 0.5),
    ("chat", "promoter", 2),
    ("Email", "detractor", 20),
    ("Email", "promoter", 30),
    ("phone", "detractor", 1),
    (None, "promoter", None),
]


def test_targets_of_each_channel() -> None:
    """An hour for chat and a day for e-mail: two of four; who has no target is not judged."""
    targets = {"chat": {"first_response": "1h"}, "email": {"first_response": "1d"}}
    loop = nk.closed_loop(log_of(ROWS), targets=targets, by="channel", as_of=MONDAY + dt.timedelta(hours=40))
    first = loop.first_response
    assert (first.within, first.undecided) == (0.5, 0)
    assert math.isnan(first.target)
    assert loop["chat"].time("first_response").target == 1
    assert loop["Email"].time("first_response").within == 0.5
    assert math.isnan(loop["phone"].time("first_response").within)
    assert "first response within the target of each" in nk.closed_loop(log_of(ROWS), targets=targets).to_text()
    assert "within target" in loop.to_text()
    usual = {"chat": {"first_response": "1h"}, None: {"first_response": "25h"}}
    later = nk.closed_loop(log_of(ROWS), targets=usual, as_of=MONDAY + dt.timedelta(hours=24))
    # who was answered after 20 hours and 1 hour kept theirs; two are undecided, 30 hours being to come
    assert later.first_response.undecided == 2


def test_targets_of_channel_and_segment() -> None:
    """Several names, several values; the same target for all is the plain one."""
    targets = {("chat", "detractor"): {"first_response": "15 min"}, None: {"first_response": "24h"}}
    loop = nk.closed_loop(log_of(ROWS), targets=targets, targets_by=("channel", "segment"))
    assert loop.first_response.within == pytest.approx(
        1 - kaplan_meier(np.array([2, 2 / 24, 20 / 24, 30 / 24, 1 / 24, 30 / 24]), np.array([True] * 5 + [False])).at(1)
    )
    by = nk.closed_loop(
        log_of(ROWS), targets={"detractor": {"first_response": "48h"}}, targets_by="segment", by="segment"
    )
    assert by["detractor"].time("first_response").within == 1
    every = nk.closed_loop(log_of(ROWS), targets={None: {"first_response": "24h"}})
    assert repr(every.total.times[0]) == repr(
        nk.closed_loop(log_of(ROWS), targets={"first_response": "24h"}).total.times[0]
    )


def minutes_open(calendar: nk.BusinessCalendar, start: dt.datetime, end: dt.datetime, off: set[dt.date]) -> float:
    """Count the open minutes one by one, as hours."""
    zone = ZoneInfo(calendar.time_zone or "UTC")
    opens, closes = (int(clock[:2]) * 60 + int(clock[3:]) for clock in (calendar.opens, calendar.closes))
    found, at = 0, start.astimezone(dt.UTC)
    while at < end.astimezone(dt.UTC):
        local = at.astimezone(zone)
        works = f"{local:%a}" not in calendar.weekend and local.date() not in off
        found += works and opens <= local.hour * 60 + local.minute < closes
        at += dt.timedelta(minutes=1)
    return found / 60


def test_calendars_of_each_channel_by_the_minute() -> None:
    """Chat around the clock beside Polish and Thai offices, over a change of clocks and holidays."""
    days = {"email": {dt.date(2026, 3, 30)}, "Line": {dt.date(2026, 3, 27)}, "chat": set()}
    calendars = {
        "chat": nk.BusinessCalendar("00:00", "24:00", weekend=(), time_zone="Europe/Warsaw"),
        "email": nk.BusinessCalendar("08:00", "16:00", holidays=days["email"], time_zone="Europe/Warsaw"),
        "Line": nk.BusinessCalendar("09:30", "18:00", weekend=["Sun"], holidays=days["Line"], time_zone="Asia/Bangkok"),
    }
    rng = np.random.default_rng(3)
    start = dt.datetime(2026, 3, 26, 9, tzinfo=dt.UTC)
    channels = [*calendars] * 7
    opened = [start + dt.timedelta(minutes=int(m)) for m in rng.integers(0, 4 * 1440, len(channels))]
    closed = [at + dt.timedelta(minutes=int(m)) for at, m in zip(opened, rng.integers(1, 3 * 1440, 21), strict=True)]
    log = {"created": opened, "closed": closed, "channel": channels}
    loop = nk.closed_loop(log, calendar=calendars, by="channel", targets={"close": "1d"})
    for channel, calendar in calendars.items():
        mine = [i for i, name in enumerate(channels) if name == channel]
        hours = [minutes_open(calendar, opened[i], closed[i], days[channel]) for i in mine]
        time = loop[channel].time("close", "business")
        assert time.median == pytest.approx(float(np.median(hours)))
        assert time.target == calendar.day / dt.timedelta(hours=1)
        assert time.within == pytest.approx(np.mean([each <= time.target for each in hours]))
    assert loop.time("close", "business").within == pytest.approx(
        sum(loop[channel].time("close", "business").within for channel in calendars) / 3
    )


def test_due_times() -> None:
    """Against the time that a plan gave each case: met, missed and by how much, and not yet due."""
    due = [MONDAY + dt.timedelta(hours=hour) for hour in (1, 1, 24, 24, -1, 48)]
    loop = nk.closed_loop(log_of(ROWS, due=due), by="segment", as_of=MONDAY + dt.timedelta(hours=40))
    found = loop.total.due
    assert (found.n, found.met, found.missed, found.undecided) == (6, 2, 3, 1)
    assert found.within == pytest.approx(2 / 6)  # of those who waited so long none was answered in time
    assert found.median_overrun == 2  # 1, 6 and 2 hours
    assert loop["promoter"].due.missed == 2
    assert "answered by its due time" in nk.closed_loop(log_of(ROWS, due=due)).to_text()
    assert "by its due time" in loop.to_text()
    assert loop.to_dict()["due"]["met"] == 2
    assert nk.closed_loop(log_of(ROWS)).total.due.n == 0
    some = nk.closed_loop(log_of(ROWS, due=[*due[:4], None, None]), by="channel")
    assert some.columns()["due_n"] == [2, 2, 0, 0]
    assert "by its due time" in some.to_text()
    events = {
        "case": [1, 1, 2],
        "event": ["opened", "contacted", "opened"],
        "at": [MONDAY, MONDAY + dt.timedelta(hours=3), MONDAY],
        "due": [MONDAY + dt.timedelta(hours=2), None, MONDAY.date()],
    }
    rows = nk.closed_loop(events, as_of=MONDAY + dt.timedelta(hours=4))
    assert (rows.total.due.missed, rows.total.due.undecided, rows.total.due.median_overrun) == (1, 1, 1)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"targets": {"chat": {"first": "1h"}}}, InvalidValueError, r"targets\['chat'\] must be one of"),
        ({"targets": {"chat": {"close": "1h"}, "email": "1h"}}, InvalidTypeError, r"targets\['email'\] must be a map"),
        ({"targets": {"a": {"close": "1h"}}, "targets_by": "team"}, ColumnNotFoundError, "no 'team'"),
        ({"calendar": {"chat": ALWAYS}}, InvalidValueError, "there is none for Email, phone"),
        ({"calendar": {"chat": "always"}}, InvalidTypeError, r"calendar\['chat'\]"),
        ({"calendar": {}}, InvalidValueError, "has no calendar"),
    ],
)
def test_refused(options: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        nk.closed_loop(log_of(ROWS), **options)
    nk.closed_loop(log_of(ROWS), calendar={"chat": ALWAYS, None: OFFICE})

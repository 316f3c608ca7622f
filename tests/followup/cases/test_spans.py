"""Logs that say how long something took, or that it happened, where a time was expected."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.data.columns import Column
from npskit.errors import DataWarning, InvalidValueError
from npskit.followup.cases.case_spans import read_spans

OPENED = ["2026-03-02 09:00", "2026-03-02 10:00", "2026-03-02 11:00"]
AS_OF = "2026-03-09 09:00"


def loop_of(**columns: Any) -> nk.ClosedLoop:
    return nk.closed_loop({"Ticket ID": [1, 2, 3], "Created at": OPENED, **columns}, as_of=AS_OF)


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("First Response Time", ["01:25:00", "26:00:00", None]),
        ("First Response Time", ["1:25", "1 day, 2:00:00", ""]),
        ("First Response Time", ["1h 25m", "1d 2h", "n/a"]),
        ("First Response Time", ["85 min", "26 hours", "-"]),
        ("First Response Time", ["PT1H25M", "P1DT2H", ""]),
        ("First Response Time", ["PT85M", "PT93600.0S", None]),
        ("First reply (h)", ["1,4166667", "26", None]),
        ("First reply [m]", [85, 1560, None]),
        ("Minutes to first response", [85, 1560, None]),
        ("First Response Time", [dt.timedelta(minutes=85), dt.timedelta(hours=26), None]),
        ("First Response Time", pd.Series([pd.Timedelta("85min"), pd.Timedelta("26h"), pd.NaT])),
        ("First Response Time", pl.Series([dt.timedelta(minutes=85), dt.timedelta(hours=26), None])),
        ("First reply time in minutes", [85, 1560, None]),
        ("First reply time in minutes", ["85", "1560", ""]),
        ("First response time (in hrs)", ["01:25:00", "26:00:00", ""]),
        ("Time to first response (seconds)", np.array([5100.0, 93600.0, np.nan])),
        ("first_response_hours", [85 / 60, 26.0, None]),
        ("Initial response time", ["2026-03-02 10:25", "2026-03-03 12:00", None]),
        ("First Response Time", ["85 minutes", "1,560 minutes", None]),
        ("First Response Time", ["1 Std. 25 Min.", "1 Tag und 2 Stunden", ""]),
        ("First Response Time", ["1 godz. 25 min", "1 dzień 2 godziny", ""]),
        ("First Response Time", ["1 ชม. 25 นาที", "1 วัน 2 ชั่วโมง", "-"]),
        ("First Response Time", ["1 h 25 min", "1 j 2 h", "—"]),
        ("First Response Time", ["1 hour and 25 minutes", "1 day and 2 hours", None]),
        ("First Response Time", ["0.01:25:00", "1.02:00:00", None]),  # .NET
        ("First Response Time", ["00:01:25:00", "01:02:00:00", None]),
        ("First Response Time", ["0d 01:25:00", "1d 02:00:00", None]),
        ("First Response Time (hh:mm:ss)", ["01:25:00", "26:00:00", None]),
        ("First response [HH:MM]", ["1:25", "26:00", None]),
        ("First reply time in minutes calendar", [85, 1560, None]),
        ("first_response_time_ms", [5_100_000, 93_600_000, None]),
        ("FRT (min)", [85, 1560, None]),
        ("Erste Antwort (Min)", [85, 1560, None]),
        ("Czas pierwszej odpowiedzi (min)", [85, 1560, None]),
        ("Date/Time First Response", ["2026-03-02 10:25", "2026-03-03 12:00", None]),
    ],
)
def test_durations_count_from_the_opening(name: str, cells: Any) -> None:
    """However they are written: 1 h 25 min, 26 h, and one that waits."""
    loop = loop_of(**{name: cells})
    first = loop.first_response
    assert (first.done, first.waiting, len(loop.rejected)) == (2, 1, 0)
    assert first.median == pytest.approx(26)
    assert loop.time("first_response").median_interval.low == pytest.approx(85 / 60)


def test_a_comma_that_may_part_thousands_or_decimals_is_not_guessed_at() -> None:
    """1,560 minutes are a day and two hours; 1,417 h may be an hour and a half or two months."""
    loop = loop_of(**{"First Response Time": ["1,417 h", "26 h", None]})
    assert [each.reason for each in loop.rejected] == ["first_response is not a time"]
    assert loop.first_response.done == 1


@pytest.mark.parametrize("unit", ["ms", "seconds"])
def test_times_since_1970_are_no_durations(unit: str) -> None:
    """Whatever unit the name of their column ends with."""
    size = 1000 if unit == "ms" else 1
    opened = [1_772_442_000 * size, 1_772_445_600 * size]
    log = {"created": opened, f"closed_{unit}": [opened[0] + 7200 * size, None]}
    loop = nk.closed_loop(log, as_of="2026-03-09T09:00:00Z")
    assert (loop.close.median_interval.low, loop.backlog.open) == (2, 1)


@pytest.mark.parametrize(
    "name",
    [
        "First reply time in minutes within business hours",
        "First reply time (business minutes)",
        "First Response Time (Business Hours)",
    ],
)
def test_business_hours_are_not_taken_for_those_of_the_calendar(name: str) -> None:
    """They are not read, and that is said; beside a column of the calendar they are not missed."""
    with pytest.warns(DataWarning, match="counts business hours and is not read"):
        assert loop_of(**{name: [85, 1560, None]}).first_response.done == 0
    assert loop_of(**{name: [8, 9, None], "First reply": [OPENED[0], None, None]}).first_response.done == 1


@pytest.mark.parametrize(
    "name",
    [
        "Closed Date/Time",
        "Date/Time Closed",
        "Date closed",
        "Ticket closed at",
        "Geschlossen am",
        "Erledigt",
        "Zamknięto",
        "Data zamknięcia",
        "Fermé le",
        "Cerrado el",
        "Done",
        "Gelöst am",
        "Solved (UTC)",
    ],
)
def test_a_closing_by_any_name(name: str) -> None:
    """In the languages of help desks, with what tools put before and after it."""
    loop = loop_of(**{name: ["2026-03-02 11:00", "2026-03-02 11:00", None]})
    assert (loop.close.done, loop.backlog.open) == (2, 1)


def test_times_that_are_not_read_are_said() -> None:
    """Where nothing but the openings was found."""
    with pytest.warns(DataWarning, match=r"only the openings were found; 'ended' holds times .*'closed': 'ended'"):
        loop_of(ended=["2026-03-02 11:00", None, None])


def test_durations_of_a_log_with_zones() -> None:
    """Over a change of clocks they are hours as they pass."""
    frame = {"created": ["2026-03-28T23:00:00+01:00"], "resolution time in hours": [4]}
    loop = nk.closed_loop(frame, as_of="2026-03-30T09:00:00+02:00")
    assert loop.close.median == 4


def test_times_come_before_durations_of_the_same() -> None:
    """A help desk exports both: the time is read, and two durations of one thing are told apart by the caller."""
    loop = loop_of(**{"First response time in minutes": [1, 2, 3], "First reply": ["2026-03-02 12:00"] * 3})
    assert loop.first_response.median == 2


def test_a_duration_that_is_none_is_rejected_with_its_row() -> None:
    loop = loop_of(**{"First Response Time": ["01:25:00", "soon", "-3:00"]})
    assert [(one.row, one.reason) for one in loop.rejected] == [
        (1, "first_response is not a time"),
        (2, "first_response is not a time"),
    ]
    assert (loop.n, loop.first_response.done, loop.first_response.waiting) == (3, 1, 0)


@pytest.mark.parametrize("cells", [[85, 1560, None], ["85", "1560", None], np.array([5100.0, 93600.0, np.nan])])
def test_numbers_without_a_unit_are_refused_by_name(cells: Any) -> None:
    """85 of what? All cases were rejected, and the loop was empty."""
    with pytest.raises(InvalidValueError, match=r"'First Response Time' holds numbers such as .* name the unit"):
        loop_of(**{"First Response Time": cells})


@pytest.mark.parametrize("cells", [["yes", "no", None], [True, False, True], [1, 0, 1], ["Yes", "Yes", "Yes"]])
def test_a_state_is_not_read_as_a_time(cells: Any) -> None:
    """Yes and no say that, not when: the column is left out with a warning, and no case is lost."""
    with pytest.warns(DataWarning, match="'Escalated' says yes or no, not when, and is not read as 'escalated'"):
        loop = loop_of(Escalated=cells)
    assert (loop.cases, len(loop.rejected)) == (3, 0)
    assert np.isnan(loop.rate("escalated").value)


def test_closed_or_not_tells_who_waits() -> None:
    """Of a column of yes and no the backlog is known, and no time."""
    with pytest.warns(DataWarning, match="'Closed' says yes or no, not when, .*: it tells who waits, and not for how"):
        loop = loop_of(Closed=["yes", "no", None])
    assert (loop.backlog.open, loop.close.done, loop.close.waiting) == (1, 0, 0)
    assert loop.backlog.oldest == 167


# ---- where a log knows no closing ----

SOLVED = ["2026-03-02 12:00", "2026-03-02 11:00", None]


@pytest.mark.parametrize("name", ["Solved at", "Resolved", "resolution_time", "Full resolution time in minutes"])
def test_a_resolution_closes_where_the_log_knows_no_closing(name: str) -> None:
    """Nobody waits who was helped; the text says what closed means."""
    loop = loop_of(**{name: SOLVED if "minutes" not in name else [180, 60, None]})
    assert (loop.backlog.open, loop.close.done, loop.close.waiting, loop.close.median) == (1, 2, 1, 3)
    assert loop.closing == "resolved"
    assert loop.to_dict()["closing"] == "resolved"
    assert "closed means resolved" in loop.headline


def test_a_closing_closes_where_the_log_knows_one() -> None:
    """Also where nothing was closed yet, and where the caller says so; cases of npskit's own know both ends."""
    both = loop_of(**{"Solved at": SOLVED, "Closed at": ["2026-03-03 12:00", None, None]})
    none_yet = loop_of(**{"Solved at": SOLVED, "Closed at": [None] * 3})
    said = nk.closed_loop({"created": OPENED, "solved": SOLVED}, as_of=AS_OF, recorded=["closed"])
    case = nk.Case.open("C-1", at=dt.datetime(2026, 3, 2)).add("resolved", at=dt.datetime(2026, 3, 3))
    for loop, waiting in ((both, 2), (none_yet, 3), (said, 3), (nk.closed_loop([case]), 1)):
        assert loop.backlog.open == waiting
        assert loop.closing == "closed"
        assert "means" not in loop.headline


def test_a_reopened_case_waits_again() -> None:
    """Until it is resolved anew: in a row per case, and in a row per event."""
    rows = loop_of(**{"Solved at": SOLVED, "Reopened at": ["2026-03-03 09:00", "2026-03-02 10:30", None]})
    assert rows.backlog.open == 2
    events = {
        "case": [1, 1, 1, 2, 2, 2, 2],
        "event": ["opened", "resolved", "reopened", "opened", "resolved", "reopened", "resolved"],
        "at": [f"2026-03-0{day}" for day in (1, 2, 3, 1, 2, 3, 5)],
    }
    loop = nk.closed_loop(events, as_of="2026-03-09")
    assert (loop.backlog.open, loop.close.done) == (1, 1)
    assert loop.close.median == 6 * 24  # half are closed from four days to eight, the last that was seen


def test_what_a_log_never_says_is_not_known() -> None:
    """No column of any end of a case: nobody knows who waits."""
    loop = loop_of(**{"First reply": ["2026-03-02 12:00"] * 3})
    assert loop.backlog.open is None
    assert np.isnan(loop.backlog.oldest)
    assert (loop.close.done, loop.close.waiting) == (0, 0)
    assert "how many are open is not known" in loop.headline
    assert loop.to_dict()["backlog"]["open"] is None


# ---- what cannot have been is set aside, and its case stays ----


def test_late_events_leave_their_case() -> None:
    """Contacted after closing, informed unresolved, answered twice, closed twice: the case of 24 h stays."""
    late = [("contacted", 30), ("informed", 31), ("first response", 32), ("closed", 33), ("opened", 34)]
    rows = [("opened", 0), ("informed", 1), ("first response", 6), ("first response", 7), ("closed", 24), *late]
    at = [dt.datetime(2026, 3, 2) + dt.timedelta(hours=hour) for _, hour in rows]
    loop = nk.closed_loop({"case": [1] * len(rows), "event": [kind for kind, _ in rows], "at": at})
    assert (loop.close.median, loop.first_response.median, loop.n) == (24, 6, 1)
    assert [one.row for one in loop.rejected] == [1, 3, 5, 6, 7, 8, 9]
    columns = {"opened": at[:1], "contacted": at[5:6], "closed": at[4:5], "informed": at[1:2], "resolved": [None]}
    row = nk.closed_loop(columns)
    assert (row.close.median, row.n, row.set_aside) == (24, 1, 0)
    assert row.rejected.counts == {"contacted after closed": 1, "informed before resolved": 1}


def test_an_impossible_time_says_nothing() -> None:
    """Answered before it was opened: neither answered at once nor waiting still."""
    loop = nk.closed_loop(
        {"created": ["2026-03-02 07:30", "2026-03-02 10:00"], "first_response": ["2026-03-02 08:00"] * 2},
        as_of="2026-03-03 09:00",
    )
    assert (loop.n, loop.first_response.median, loop.first_response.waiting) == (2, 0.5, 0)
    assert (loop.rate("coverage").hits, loop.rate("coverage").n) == (1, 1)


@pytest.mark.parametrize(
    ("cells", "hours"),
    [
        (["2026-03-02", "2026-03-03", None], [15, 38]),
        ([dt.date(2026, 3, 2), dt.date(2026, 3, 3), None], [15, 38]),
        (pd.to_datetime(pd.Series(["2026-03-02", "2026-03-03", None])), [15, 38]),
        (["2026-03-02 12:00", "2026-03-03", None], [3, 38]),
        (["2026-03-02 12:00", "2026-03-03 00:00", None], [3, 14]),
    ],
)
def test_a_date_ends_with_its_day(cells: Any, hours: list[float]) -> None:
    """Opened at nine and closed on that day is no closing before the opening."""
    loop = nk.closed_loop({"opened": OPENED, "closed": cells, "theme": list("abc")}, by="theme", as_of=AS_OF)
    assert len(loop.rejected) == 0
    assert [loop[theme].time("close").median for theme in "ab"] == hours
    events = {"case": [1, 2, 3, 1, 2, 3], "event": ["opened"] * 3 + ["closed"] * 3, "at": [*OPENED, *cells]}
    if isinstance(cells, list) and isinstance(cells[0], str):
        events["theme"] = list("abcabc")
        rows = nk.closed_loop(events, by="theme", as_of=AS_OF)
        assert [rows[theme].time("close").median for theme in "ab"] == hours


def test_days_and_times_of_one_day() -> None:
    """An answer on the day of the closing came by the closing; as of that day, a date is not yet to come."""
    rows = {"opened": ["2026-03-02 09:00"], "first reply": ["2026-03-02"], "closed": ["2026-03-02 12:00"]}
    loop = nk.closed_loop(rows, as_of=AS_OF)
    assert (loop.first_response.median, loop.close.median, len(loop.rejected)) == (3, 3, 0)
    today = nk.closed_loop({"opened": ["2026-03-02 09:00"], "closed": ["2026-03-02"]}, as_of="2026-03-02 17:00")
    assert (today.close.median, today.backlog.open) == (8, 0)
    office = nk.BusinessCalendar(time_zone="Europe/Berlin")
    log = {"opened": ["2026-03-29T00:00:00+01:00"], "closed": ["2026-03-29"]}
    zoned = nk.closed_loop(log, calendar=office)
    assert zoned.close.median == 23


@pytest.mark.parametrize(("offset", "hours"), [("-08:00", 4), ("+07:00", 4), ("Z", 4), ("+0530", 4)])
def test_a_date_is_one_of_the_clock_beside_it(offset: str, hours: int) -> None:
    """At 20:00 in Los Angeles it is the next day in London; closed on that day is not before it."""
    loop = nk.closed_loop({"opened": [f"2026-03-02T20:00:00{offset}"], "closed": ["2026-03-02"]})
    assert (loop.close.median, len(loop.rejected)) == (hours, 0)


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=20))
def test_a_clock_reads_back(seconds: list[int]) -> None:
    """Law: hours, minutes and seconds, as a clock writes them, are the seconds again."""
    cells = [f"{s // 3600:02d}:{s % 3600 // 60:02d}:{s % 60:02d}" for s in seconds]
    found = read_spans(Column(np.array(cells, object)), None)
    assert found is not None
    assert found[0].tolist() == seconds
    assert not found[1].any()


@pytest.mark.parametrize("cells", [["Fixed", "Won't do", None], ["done", "done", "open"]])
def test_how_a_case_ended_is_not_when(cells: list[str | None]) -> None:
    """A column of words under the name of an event is not read, and said; who waits is then not known."""
    with pytest.warns(DataWarning, match=r"'Resolution' holds no times, as in .* is not read as 'resolved'"):
        loop = loop_of(Resolution=cells)
    assert loop.backlog.open is None
    assert len(loop.rejected) == 0


def test_days_beside_an_opening_that_is_a_day() -> None:
    """What was closed on the day of an answer at ten was closed after it; each other day begins with it."""
    log = {
        "created": ["2026-03-02"] * 3,
        "first reply": ["2026-03-02 10:00", "2026-03-03 10:00", "2026-03-02 10:00"],
        "closed": ["2026-03-02", "2026-03-04", None],
    }
    loop = nk.closed_loop(log, as_of=AS_OF)
    assert (loop.first_response.done, loop.close.done, len(loop.rejected)) == (3, 2, 0)
    assert loop.close.median_interval.low == 10

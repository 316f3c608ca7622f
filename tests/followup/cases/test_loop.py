"""Closing the loop: the figures by hand, by law, and as they are read."""

from __future__ import annotations

import datetime as dt
import json
import math
import warnings
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.counting import SHOWN, hidden_groups
from npskit.errors import ColumnNotFoundError, DataWarning, InvalidTypeError, InvalidValueError
from npskit.followup.cases.case import Case
from npskit.followup.cases.loop import closed_loop
from npskit.followup.cases.loop_result import ClosedLoop
from npskit.followup.cases.survival import kaplan_meier
from npskit.inference.intervals import score_interval
from npskit.options import RATES
from npskit.times.business_calendar import BusinessCalendar

ALWAYS = BusinessCalendar("00:00", "24:00", weekend=())
MONDAY = dt.datetime(2026, 3, 2, 9)


def hour(n: float | None) -> dt.datetime | None:
    """Return the time `n` hours after Monday morning."""
    return None if n is None else MONDAY + dt.timedelta(hours=n)


def log(rows: list[tuple[Any, ...]]) -> dict[str, list[Any]]:
    """Return a log of rows: opened, first response, closed (hours), owner, score, later score."""
    names = ("opened", "first_response", "closed", "owner", "score", "later_score")
    return {name: [hour(row[i]) if i < 3 else row[i] for row in rows] for i, name in enumerate(names)}


BY_HAND = log(
    [
        (0, 2, 24, "Ann", 3, 9),
        (0, 10, 200, "Ann", 5, 5),
        (10, 70, None, "Bob", 6, None),
        (20, None, None, "Bob", 9, 2),
        (30, None, 40, None, 0, 8),
    ]
)


def test_by_hand() -> None:
    """Five cases, counted by hand."""
    loop = closed_loop(BY_HAND, targets={"first_response": "48h", "close": "2d"})
    assert (loop.cases, loop.backlog.open, loop.as_of, loop.as_of_given) == (5, 2, hour(200), False)
    assert (loop.backlog.oldest, loop.backlog.median_age) == (190, 185)
    hits = {rate.name: (rate.hits, rate.n) for rate in loop.total.rates}
    assert hits == {
        "coverage": (3, 5),
        "reach": (0, 0),
        "resolution": (0, 0),
        "reopened": (0, 0),
        "escalated": (0, 0),
        "recovered_of_surveyed": (2, 3),
        "recovered_of_all": (2, 4),
    }
    first = loop.first_response
    # who was closed without an answer waits still
    curve = kaplan_meier([2, 10, 60, 180, 170], np.array([True, True, True, False, False]))
    assert (first.done, first.waiting, first.median, first.p90) == (3, 2, 60, math.inf)
    assert tuple(first.median_interval) == curve.quantile_interval()
    assert (first.target, first.within, first.undecided) == (48, 0.4, 0)
    assert (loop.close.done, loop.close.median, loop.close.within) == (3, 200, 0.4)
    assert math.isnan(loop.rate("reach").value)


def test_wilson() -> None:
    """The interval of a rate is Wilson's; so is that of the share within the target, if nothing is undecided."""
    loop = closed_loop(BY_HAND, level=0.9, targets={"first_response": "48h"})
    for name in ("coverage", "recovered_of_surveyed", "recovered_of_all"):
        rate = loop.rate(name)
        wanted = score_interval([rate.n - rate.hits, rate.hits], [0, 1], 0.9)
        assert tuple(rate.interval) == pytest.approx(wanted)
    first = loop.first_response
    assert tuple(first.within_interval) == pytest.approx(score_interval([3, 2], [0, 1], 0.9))
    assert math.isnan(loop.close.target)
    assert math.isnan(loop.close.within)


def test_undecided() -> None:
    """A case that is not due yet is neither kept nor missed; where none is known for so long, nor is the share."""
    rows = log([(0, 1, 1, "a", 9, 9)] * 3 + [(0, None, None, "a", 9, 9)] + [(100, None, None, "a", 9, 9)])
    loop = closed_loop(rows, as_of=hour(110), targets={"first_response": "1d", "close": "2w"})
    assert (loop.first_response.undecided, loop.close.undecided) == (1, 2)
    just_due = closed_loop(rows, as_of=hour(124), targets={"first_response": "1d"})  # an answer now would be in time
    assert just_due.first_response.undecided == 1
    assert loop.first_response.within == pytest.approx(0.6 + 0.4 * 0)
    assert math.isnan(loop.close.within)
    assert 0 < loop.close.within_interval.low < loop.close.within_interval.high == 1


ROW = st.tuples(
    st.integers(0, 50),
    st.none() | st.integers(50, 90),
    st.none() | st.integers(90, 150),
    st.sampled_from(["Ann", "Bob", None]),
    st.integers(0, 10),
    st.none() | st.integers(0, 10),
)


@settings(max_examples=30)
@given(st.lists(ROW, min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_groups(rows: list[tuple[Any, ...]], random: Any) -> None:
    """Groups add up to the whole, each is the loop of its own cases, and the order of rows does not matter."""
    loop = closed_loop(log(rows), by="owner", as_of=hour(160))
    parts = list(loop.groups.values())
    assert sum(part.cases for part in parts) == loop.cases == len(rows)
    assert sum(part.backlog.open or 0 for part in parts) == loop.backlog.open
    for name in RATES:
        assert sum(part.rate(name).hits for part in parts) == loop.rate(name).hits
        assert sum(part.rate(name).n for part in parts) == loop.rate(name).n
    for (owner,), part in loop.groups.items():
        alone = closed_loop(log([row for row in rows if row[3] == owner]), as_of=hour(160))
        assert repr(alone.total) == repr(part)
    shuffled = closed_loop(log(random.sample(rows, len(rows))), by="owner", as_of=hour(160))
    assert repr(shuffled.total) == repr(loop.total)
    assert repr(shuffled.groups) == repr(loop.groups)


@settings(max_examples=30)
@given(st.lists(ROW, min_size=4, max_size=40), st.integers(1, 4), st.sampled_from([("owner",), ("owner", "score")]))
def test_small_groups_are_one(rows: list[tuple[Any, ...]], fewest: int, by: tuple[str, ...]) -> None:
    """No group that is shown is small, those that are shown are as ever, and the others are one: nothing is lost."""
    open_loop = closed_loop(log(rows), by=by, as_of=hour(160))
    loop = closed_loop(log(rows), by=by, as_of=hour(160), hide_below=fewest)
    assert repr(loop.total) == repr(open_loop.total)
    assert sum(part.cases for part in loop.groups.values()) == len(rows)
    assert all(part.cases >= fewest for part in loop.groups.values())
    fates = hidden_groups([part.cases for part in open_loop.groups.values()], fewest)
    shown = {key: part for (key, part), fate in zip(open_loop.groups.items(), fates, strict=True) if fate == SHOWN}
    assert {key: repr(part) for key, part in loop.groups.items() if key in shown} == {
        key: repr(part) for key, part in shown.items()
    }
    others = [key for key in loop.groups if key not in shown]
    assert len(others) == (fates != SHOWN).any()
    for key in others:
        wanted = [name for name in open_loop.groups if name not in shown]
        own = [row for row in rows if tuple(row[{"owner": 3, "score": 4}[name]] for name in by) in wanted]
        assert len(wanted) > 1 or len(open_loop.groups) == 1
        assert "(hidden)" in key[0]
        assert repr(loop.groups[key]) == repr(closed_loop(log(own), as_of=hour(160)).total)


def test_small_groups_with_how_many_should_have_been_answered() -> None:
    """The numbers of those that are hidden are added, too; without groups, or with too few cases, nothing is hidden."""
    rows = [(0, 2, 24, owner, 3, 9) for owner in ["Ann"] * 6 + ["Bob"] * 2 + ["Cleo"]]
    loop = closed_loop(log(rows), by="owner", eligible={"Ann": 10, "Bob": 4, "Cleo": 3}, hide_below=3)
    assert {key[0]: (part.cases, part.rate("coverage").n) for key, part in loop.groups.items()} == {
        "Ann": (6, 10),
        "Bob, Cleo (hidden)": (3, 7),
    }
    for options, why in (
        ({"hide_below": 3}, "hide_below=3 hides groups: say which ones with by="),
        ({"hide_below": 10, "by": "owner"}, "hide_below=10: there are fewer cases, so that nothing could be shown"),
        ({"hide_below": 0, "by": "owner"}, "hide_below must be"),
    ):
        with pytest.raises(InvalidValueError, match=why):
            closed_loop(log(rows), **options)


@settings(max_examples=30)
@given(st.lists(ROW, min_size=1, max_size=12), st.integers(51, 160))
def test_as_of(rows: list[tuple[Any, ...]], now: int) -> None:
    """What is known at a time is what a log written then would say."""
    cut = [tuple(v if i > 2 or v is None or v <= now else None for i, v in enumerate(row)) for row in rows]
    then = closed_loop(log(cut), as_of=hour(now))
    assert repr(closed_loop(log(rows), as_of=hour(now)).total) == repr(then.total)


@settings(max_examples=30)
@given(st.lists(ROW, min_size=1, max_size=12))
def test_office_that_never_closes(rows: list[tuple[Any, ...]]) -> None:
    """On the clock of an office that never closes all times are those of the calendar."""
    loop = closed_loop(log(rows), calendar=ALWAYS)
    for measure in ("first_response", "close"):
        a, b = loop.time(measure), loop.time(measure, "business")
        assert repr(b) == repr(a).replace("'calendar'", "'business'")


def test_business_clock() -> None:
    """Friday afternoon to Monday morning is two hours of opening time; 24 hours stand for a working day."""
    opened, answered = dt.datetime(2026, 3, 6, 16), dt.datetime(2026, 3, 9, 10)
    office = BusinessCalendar(time_zone="Europe/Warsaw")
    loop = closed_loop({"opened": [opened], "first_response": [answered]}, calendar=office)
    assert (loop.first_response.median, loop.first_response.within) == (66, 0)
    business = loop.time("first_response", "business")
    assert (business.median, business.target, business.within) == (2, 16, 1)
    utc = [{"opened": "2026-03-06T15:00Z", "first_response": "2026-03-09T09:00Z"}]
    assert closed_loop(utc, calendar=office).time("first_response", "business").median == 2
    assert "first response, half (opening hours)" in str(loop)
    with pytest.raises(InvalidValueError, match="the business clock needs"):
        closed_loop(BY_HAND).time("close", "business")


# Days on which clocks are set forward and back.
CHANGES = [
    ("Europe/Warsaw", (3, 29)),
    ("Europe/Warsaw", (10, 25)),
    ("Australia/Sydney", (10, 4)),
    ("America/Santiago", (4, 5)),
]
OFFICES = [
    ALWAYS,
    BusinessCalendar(weekend=()),
    BusinessCalendar("02:15", "23:30"),
    BusinessCalendar(time_zone="Asia/Tokyo"),
]


@pytest.mark.parametrize("known", ["datetimes", "pandas", "cases"])
@pytest.mark.parametrize("office", OFFICES)
@pytest.mark.parametrize(("name", "day"), CHANGES)
def test_opening_hours_are_those_of_the_calendar(
    name: str, day: tuple[int, int], office: BusinessCalendar, known: str
) -> None:
    """Case by case the business clock says what `BusinessCalendar.elapsed` says, on days when clocks change, too.

    Was: it subtracted wall clocks; in autumn a case closed "before" it was opened, and the whole report was refused.
    """
    zone = ZoneInfo(name)
    noon = dt.datetime(2026, *day, 12, tzinfo=dt.UTC)
    starts = [(noon + dt.timedelta(hours=h)).astimezone(zone) for h in (-40, -24, -13, -12, -11.5, -9) for _ in "12"]
    ends = [
        (start.astimezone(dt.UTC) + dt.timedelta(hours=h)).astimezone(start.tzinfo)
        for start, h in zip(starts, [0.5, 23.5] * 6, strict=True)
    ]
    columns: Any = {"opened": starts, "closed": ends, "theme": [f"{row:02}" for row in range(len(starts))]}
    if known == "pandas":
        columns = pd.DataFrame(columns)
    elif known == "cases":
        rows = zip(starts, ends, columns["theme"], strict=True)
        columns = [Case.open(k, at=start, theme=k).add("closed", at=end) for start, end, k in rows]
    loop = closed_loop(columns, by="theme", calendar=office)
    found = [figures.time("close", "business").median for figures in loop.groups.values()]
    wanted = [office.elapsed(start, end) for start, end in zip(starts, ends, strict=True)]
    assert found == [each / dt.timedelta(hours=1) for each in wanted]
    if office is ALWAYS:
        assert found == [0.5, 23.5] * 6


def test_cases_and_recorded() -> None:
    """Case objects say what their log says; what never happened is not known, unless one says it is recorded."""
    case = Case.open("a", at=MONDAY, category="detractor", theme="price", channel="app", later="passive")
    case = case.add("assigned", at=MONDAY, by="Ann").add("contact_attempted", at=MONDAY)
    case = case.add("contacted", at=MONDAY + dt.timedelta(hours=3)).add("resolved", at=MONDAY + dt.timedelta(hours=5))
    other = Case.open("b", at=MONDAY, category="detractor").add("contact_attempted", at=MONDAY + dt.timedelta(hours=9))
    loop = closed_loop([case, other], by=["owner", "theme", "channel", "month"], recorded=["escalated"])
    hits = {rate.name: (rate.hits, rate.n) for rate in loop.total.rates}
    assert hits["reach"] == (1, 2)
    assert hits["resolution"] == (1, 1)
    assert hits["escalated"] == (0, 2)
    assert hits["reopened"] == (0, 0)
    assert (hits["recovered_of_surveyed"], hits["recovered_of_all"]) == ((1, 1), (1, 2))
    assert list(loop) == [("Ann", "price", "app", "2026-03"), (None, None, None, "2026-03")]
    assert loop["Ann", "price", "app", "2026-03"].time("first_response").median == 3
    assert (loop.close.done, loop.close.waiting) == (0, 2)  # cases know their closings
    resolved = case.add("reopened", at=MONDAY + dt.timedelta(hours=6))
    assert closed_loop([resolved]).rate("resolution").hits == 0


def test_eligible() -> None:
    """Coverage is of all who should have been answered, where that is known; by group where it is given so."""
    loop = closed_loop(BY_HAND, eligible=10, by="owner")
    assert (loop.rate("coverage").hits, loop.rate("coverage").n, loop.of_eligible) == (3, 10, True)
    assert loop["Ann"].rate("coverage").n == 2
    loop = closed_loop(BY_HAND, eligible={"Ann": 4, "Bob": 5, None: 1}, by="owner")
    assert (loop.rate("coverage").n, loop["Ann"].rate("coverage").n) == (10, 4)
    for wrong, words in ((2, "eligible is 2, and 3 were answered"), ({"Ann": 4}, "no number for the group 'Bob'")):
        with pytest.raises(InvalidValueError, match=words):
            closed_loop(BY_HAND, eligible=wrong, by=None if wrong == 2 else "owner")
    with pytest.raises(InvalidValueError, match="eligible of 'Ann' is 1, and 2 were answered"):
        closed_loop(BY_HAND, eligible={"Ann": 1, "Bob": 5, None: 1}, by="owner")


def test_reading() -> None:
    """Text, HTML, JSON and dataframes all show the figures; nothing from the log is taken for markup."""
    rows = {**BY_HAND, "owner": ["<script>", "<script>", "Bob", "Bob", None]}
    rows["opened"] = [*rows["opened"][:4], None]
    loop = closed_loop(rows, by="owner")
    assert repr(loop) == (
        "ClosedLoop(cases=4, open=2, first_response=35 h, close=8.3 d, rejected=1, by owner: 2 groups)"
    )
    headline = "4 cases, 2 open as of 2026-03-10 17:00 (the latest time in the log); 1 rejected (no opening time: 1)"
    assert str(loop).splitlines()[0] == headline
    assert "<script>" not in loop._repr_html_()
    assert "&lt;script&gt;" in loop._repr_html_()
    written = json.loads(json.dumps(loop.to_dict()))
    assert written["rejected"] == [{"row": 4, "case": 4, "reason": "no opening time"}]
    assert [group["key"] for group in written["groups"]] == [["<script>"], ["Bob"]]
    assert written["rates"]["coverage"]["value"] == 0.75
    native = closed_loop(pd.DataFrame(rows), by="owner").to_frame()
    for frame in (loop.to_frame("pandas"), loop.to_frame("polars"), native):
        assert list(frame["owner"]) == ["<script>", "Bob"]
        assert "first_response_median" in frame.columns
    assert isinstance(closed_loop(pl.DataFrame(BY_HAND)).to_frame(), pl.DataFrame)
    with pytest.raises(ColumnNotFoundError, match="no group 'Bo' by owner; did you mean 'Bob'"):
        loop["Bo"]
    assert len(loop) == 2


def test_in_all() -> None:
    """Without groups the table has a line for each figure."""
    text = str(closed_loop(BY_HAND, as_of=hour(300)))
    assert text.splitlines()[0] == "5 cases, 2 open as of 2026-03-14 21:00"
    assert [line.split("  ")[0] for line in text.splitlines()[2:]] == [
        "first response, half",
        "first response, nine in ten",
        "first response within 48 h",
        "closing, half",
        "closing, nine in ten",
        "closing within 7 d",
        "answered",
        "reached, of those tried",
        "resolved, of those ended",
        "reopened, of those ended",
        "escalated",
        "recovered, of those surveyed again",
        "recovered, of all",
        "backlog",
    ]


def test_nothing() -> None:
    """No cases: no figures, and no error."""
    loop = closed_loop([])
    assert (loop.cases, loop.as_of, loop.backlog.open) == (0, None, 0)
    assert math.isnan(loop.first_response.median)
    assert "0 cases" in str(loop)
    assert len(closed_loop([], by="month")) == 0


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"targets": {"closing": "7d"}}, InvalidValueError, "targets must be one of"),
        (
            {"targets": {"close": "7 parsecs"}},
            InvalidValueError,
            r"'close'\] must be a number of s, min",
        ),
        ({"targets": {"close": dt.timedelta(0)}}, InvalidValueError, "must be a duration above 0"),
        ({"targets": "7d"}, InvalidTypeError, "targets must be a mapping"),
        ({"level": 95}, InvalidValueError, "level"),
        ({"by": "ownr"}, ColumnNotFoundError, "did you mean 'owner'"),
        ({"eligible": 2.5}, InvalidTypeError, "eligible must be a whole number"),
    ],
)
def test_refused(options: dict[str, Any], error: type[Exception], words: str) -> None:
    """Arguments that cannot be used are refused by name."""
    with pytest.raises(error, match=words):
        closed_loop(BY_HAND, **options)
    with pytest.raises(InvalidValueError, match=r"rate must be one of .*'coverag'; did you mean 'coverage'"):
        closed_loop(BY_HAND).rate("coverag")  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_million() -> None:
    """A million cases give the figures they were drawn from; how long that takes is a benchmark."""
    rng, n = np.random.default_rng(1), 10**6
    opened = np.datetime64("2026-01-01", "s") + rng.integers(0, 90 * 86_400, n)
    answered = opened + rng.exponential(86_400, n).astype("m8[s]")
    closed = answered + rng.exponential(259_200, n).astype("m8[s]")
    loop: ClosedLoop = closed_loop(
        {"case": np.arange(n), "opened": opened, "first_response": answered, "closed": closed}, as_of="2026-04-01"
    )
    assert loop.cases == n
    assert loop.first_response.median == pytest.approx(24 * math.log(2), rel=0.01)


@pytest.mark.parametrize("role", ["score", "later_score"])
def test_answers_off_the_scale_are_warned_of(role: str) -> None:
    """Scores of 0 to 100 are no scores of 0 to 10; that cases are those of detractors is no reason to warn."""
    log: dict[str, Any] = {"opened": [MONDAY] * 12, "score": [3] * 12, "later_score": [5] * 12}
    with pytest.warns(DataWarning, match=r"most answers \(12 of 12\) do not lie on the scale of NPS"):
        closed_loop(log | {role: [50] * 12})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert closed_loop(log).rate("recovered_of_all").n == 12


def test_months_are_those_of_the_office() -> None:
    """Where times know only an offset, months and the end of the log are on the clock of the calendar's zone."""
    log = {"opened": ["2026-04-01T01:30+02:00"], "first response": ["2026-04-01T03:30+02:00"]}
    office = BusinessCalendar(time_zone="Europe/Warsaw")
    found = closed_loop(log, by="month", calendar=office)
    assert list(found.groups) == [("2026-04",)]
    assert "2026-04-01 03:30" in closed_loop(log, calendar=office).headline

"""Case logs: any form of the same log gives the same columns, and nothing is dropped silently."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import ColumnNotFoundError, IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.followup.cases.case import Case, CaseEvent
from npskit.followup.cases.case_log import CaseLog
from npskit.followup.cases.log import read_case_log
from npskit.followup.cases.states import FINE, lawful, legal_order
from npskit.options import EVENT_KINDS, EventKind
from npskit.scorers.csat import CSAT

START = dt.datetime(2026, 3, 2, 9)
COLUMNS = ("opened", "responded", "closed", "ended", "resolved", "reopened", "escalated", "tried", "reached")

ROWS: dict[str, list[Any]] = {
    "ticket_id": ["a", "b", "c", "d"],
    "Created at": ["2026-03-02 09:00", "2026-03-02 10:00", "2026-03-03 09:00", "2026-03-04 09:00"],
    "first_response": ["2026-03-02 11:00", "2026-03-03 10:00", None, None],
    "Solved": ["2026-03-03 09:00", None, None, None],
    "closed": ["2026-03-04 09:00", "2026-03-04 10:00", None, None],
    "re-opened": [None, "2026-03-05 10:00", None, None],
    "agent": ["Ann", "Bob", "Ann", None],
    "score": [3, 5, 9, 0],
    "later_score": [9, None, 2, 1],
}


def same(a: CaseLog, b: CaseLog, names: tuple[str, ...] = COLUMNS) -> bool:
    """Whether two logs say the same of each case."""
    return all(np.array_equal(getattr(a, n).astype("O"), getattr(b, n).astype("O")) for n in names)


def typed() -> dict[str, list[Any]]:
    """Return the rows with times as datetimes."""
    times = ("Created at", "first_response", "Solved", "closed", "re-opened")
    read = dt.datetime.fromisoformat
    return {k: [v and read(v) for v in values] if k in times else values for k, values in ROWS.items()}


@pytest.mark.parametrize(
    "make",
    [
        typed,
        lambda: pd.DataFrame(ROWS),
        lambda: pd.DataFrame(typed()),
        lambda: pl.DataFrame(ROWS),
        lambda: pl.DataFrame(typed()),
        lambda: pl.DataFrame(typed()).lazy(),
        lambda: pa.table(typed()),
        lambda: [dict(zip(ROWS, row, strict=True)) for row in zip(*ROWS.values(), strict=True)],
    ],
)
def test_any_frame(make: Callable[[], Any]) -> None:
    """Text or datetimes, in any library: the same columns, found by their names."""
    log, wanted = read_case_log(make(), by=["owner"]), read_case_log(ROWS, by=["owner"])
    assert same(log, wanted)
    assert log.ids.tolist() == ["a", "b", "c", "d"]
    assert log.closed.tolist() == [dt.datetime(2026, 3, 4, 9), None, None, None]
    assert log.as_of == np.datetime64("2026-03-05T10:00")
    assert log.worst is not None
    assert log.worst.tolist() == [True, True, False, True]
    assert log.later is not None
    assert log.later.tolist() == [2, -1, 0, 0]
    codes, names = log.keys["owner"]
    assert [names[code] for code in codes.tolist()] == ["Ann", "Bob", "Ann", None]
    assert log.recorded == {"opened", "first_response", "resolved", "closed", "reopened"}
    assert len(log.rejected) == 0


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 3), st.sampled_from(EVENT_KINDS), st.integers(0, 4), st.sampled_from([None, "Ann", "Bob"])
    ),
    max_size=25,
)


@settings(max_examples=150)
@given(EVENTS, st.booleans())
def test_events_as_cases(rows: list[tuple[int, EventKind, int, str | None]], opened: bool) -> None:
    """Of any events, none repeated, the log takes what is legal, says the same as `Case`, and lists all others."""
    rows = list(dict.fromkeys([*((i, "opened", 0, None) for i in range(4) if opened), *rows]))
    at = [START + dt.timedelta(hours=hour) for _, _, hour, _ in rows]
    frame: dict[str, list[Any]] = {
        "case": [case for case, *_ in rows],
        "event": [kind for _, kind, *_ in rows],
        "at": at,
        "by": [by for *_, by in rows],
    }
    log = read_case_log(frame, by=["owner"])
    cases, refused = [], []
    for i in sorted(set(frame["case"])):
        mine = [j for j, row in enumerate(rows) if row[0] == i]
        order, forbids = lawful([rows[j][1] for j in mine], [at[j] for j in mine])
        kept = [mine[place] for place, why in zip(order, forbids, strict=True) if why == FINE]
        refused += [(row[0], row[1], row[2]) for row in (rows[j] for j in mine if j not in kept)]
        if kept:
            cases.append(Case(i, [CaseEvent(rows[j][1], at[j], rows[j][3]) for j in kept]))
    assert log.ids.tolist() == [case.id for case in cases]
    assert log.opened.tolist() == [case.opened for case in cases]
    assert log.responded.tolist() == [case.responded for case in cases]
    assert log.closed.tolist() == [case.closed for case in cases]
    assert log.reopened.tolist() == [case.first("reopened") is not None for case in cases]
    codes, names = log.keys["owner"]
    # of several events of one instant the log cannot know which row came first
    if len({(row[0], row[2]) for row in rows}) == len(rows):
        assert [names[code] for code in codes.tolist()] == [case.owner for case in cases]
    assert sorted(rows[one.row][:3] for one in log.rejected) == sorted(refused)
    assert all(rows[one.row][0] == one.case for one in log.rejected)
    assert len(log) + log.set_aside == len(set(frame["case"]))
    turned = read_case_log({name: column[::-1] for name, column in frame.items()}, by=["owner"])
    for name in COLUMNS:
        mine_, theirs = (dict(zip(x.ids.tolist(), getattr(x, name).tolist(), strict=True)) for x in (log, turned))
        assert mine_ == theirs
    assert turned.rejected.counts == log.rejected.counts
    assert sum(log.rejected.counts.values()) == len(log.rejected)
    if cases:
        assert same(read_case_log(cases), log)


TIMES = st.fixed_dictionaries({kind: st.none() | st.integers(1, 40) for kind in EVENT_KINDS[1:]})


@settings(max_examples=150)
@given(st.lists(TIMES, max_size=6))
def test_rows_as_events(cases: list[dict[str, int | None]]) -> None:
    """A case whose single events are legal says the same in one row as in several."""
    kept = []
    for times in cases:
        told = {
            "opened": 0,
            **{kind: 10 * hour + i for i, (kind, hour) in enumerate(times.items()) if hour is not None},
        }
        if legal_order(list(told), list(told.values())) is not None:
            kept.append({kind: START + dt.timedelta(hours=hour) for kind, hour in told.items()})
    events = [(i, kind, at) for i, case in enumerate(kept) for kind, at in case.items()]
    by_case = {"case": list(range(len(kept))), **{str(kind): [case.get(kind) for case in kept] for kind in EVENT_KINDS}}
    by_event = {name: [event[i] for event in events] for i, name in enumerate(("case", "event", "at"))}
    log = read_case_log(by_case)
    assert len(log.rejected) == 0
    assert same(log, read_case_log(by_event))


def test_rejected_rows() -> None:
    """Every case or event that cannot be is listed with its row, its case and the reason, and no other is touched."""
    t = [f"2026-03-{day:02d}" for day in range(1, 10)]
    frame = {
        "id": ["a", "b", "c", "d", "e", "f", "g", "a", "i", "j"],
        "opened": [t[1], None, t[1], t[1], t[1], t[1], "soon", t[1], t[1], t[1]],
        "first_response": [t[2], t[2], t[0], t[2], t[5], t[2], t[2], t[2], t[2], t[4]],
        "resolved": [None, None, None, None, None, t[3], None, None, None, None],
        "informed": [None, None, None, t[3], None, t[2], None, None, t[3], None],
        "reopened": [None, None, None, None, None, None, None, None, t[4], t[5]],
        "closed": [t[3], t[3], t[3], t[3], t[3], t[4], t[3], t[3], t[5], t[3]],
    }
    log = read_case_log(frame)
    assert log.ids.tolist() == ["a", "c", "d", "e", "f", "i", "j"]
    assert (len(log), log.set_aside, log.left_out) == (7, 3, 0)
    assert [row is None for row in log.responded.tolist()] == [False, True, False, True, False, False, True]
    assert not np.isnat(log.closed[:-2]).any()
    assert log.unsure["responded"].tolist() == [False, True, *[False] * 5]  # it did not happen before the opening
    assert [(one.row, one.case, one.reason) for one in log.rejected] == [
        (1, "b", "no opening time"),
        (2, "c", "first_response before opened"),
        (3, "d", "informed before resolved"),
        (4, "e", "first_response after closed"),
        (5, "f", "informed before resolved"),
        (6, "g", "opened is not a time"),
        (7, "a", "the case has a row already"),
        (9, "j", "first_response after closed"),
    ]
    assert log.rejected.counts["informed before resolved"] == 2
    assert "informed before resolved: 2" in repr(log.rejected)
    assert ": 0" not in repr(log.rejected)  # a reason that stands second everywhere is none


def test_rejected_events() -> None:
    """An unknown, illegal or timeless event is rejected alone; a case that was never opened is set aside."""
    frame = {
        "case": ["a", "a", "a", "b", "b", "c", None, "d", "d", "e", "e"],
        "event": [
            *["opened", "liked", "Solved", "opened", "reopened", "closed", "opened", "opened", "closed", "opened"],
            None,
        ],
        "time": [*(f"2026-03-0{day}" for day in "23423322"), "tomorrow", "2026-03-02", "2026-03-02"],
    }
    log = read_case_log(frame)
    assert log.ids.tolist() == ["a", "b", "d", "e"]
    assert (len(log), log.set_aside) == (4, 2)
    assert np.isnat(log.resolved).tolist() == [False, True, True, True]
    assert log.unsure["closed"].tolist() == [False, False, True, False]
    assert [(one.row, one.case, one.reason) for one in log.rejected] == [
        (1, "a", "'liked' is no event of a case"),
        (4, "b", "'reopened' of a case that is open"),
        (5, "c", "'closed' before 'opened'"),
        (6, None, "no case"),
        (8, "d", "no time, or not a time"),
        (10, "e", "no event"),
    ]
    told = read_case_log(frame, events={"liked": "first_response"})
    assert told.responded.tolist() == [dt.datetime(2026, 3, 3), None, None, None]
    twice = {
        "case": [1] * 3,
        "event": ["opened", "response", "response"],
        "at": [START, START, START + dt.timedelta(hours=1)],
    }
    assert next(iter(read_case_log(twice).rejected)).reason == "a second 'first_response'"
    assert read_case_log(twice).responded.tolist() == [START]


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame])
def test_zones(library: Any) -> None:
    """Times with a zone are compared as they happened, across the change to summer time and from text alike."""
    utc = dt.UTC
    opened, closed = dt.datetime(2026, 3, 28, 12, tzinfo=utc), dt.datetime(2026, 3, 29, 12, tzinfo=utc)
    frame = library({"opened": [opened], "closed": [closed]})
    if library is pd.DataFrame:
        frame = frame.apply(lambda column: column.dt.tz_convert("Europe/Warsaw"))
    else:
        frame = frame.with_columns(pl.all().dt.convert_time_zone("Europe/Warsaw"))
    log = read_case_log(frame, by=["month"], as_of="2026-03-30T00:00:00Z")
    assert (log.closed - log.opened).tolist() == [dt.timedelta(hours=24)]
    assert log.time_zone == "Europe/Warsaw"
    text = read_case_log({"opened": ["2026-03-28T13:00+01:00"], "closed": ["2026-03-29T14:00+02:00"]})
    assert (text.opened[0], text.closed[0], text.time_zone) == (log.opened[0], log.closed[0], "UTC")
    with pytest.raises(IncompatibleError, match="the times in 'opened' know their zone, those in 'closed' do not"):
        read_case_log({"opened": [opened], "closed": [closed.replace(tzinfo=None)]})
    with pytest.raises(IncompatibleError, match=r"has no time zone, the times of the log have one"):
        read_case_log(frame, as_of="2026-03-30")
    late = read_case_log({"opened": [dt.datetime(2026, 3, 31, 23, tzinfo=utc)]}, by=["month"])
    assert late.keys["month"][1] == ["2026-03"]


def test_fixed_offset() -> None:
    """A zone that is only an offset, of no name that a zone database knows, is read as UTC."""
    zone = dt.timezone(dt.timedelta(hours=2))
    log = read_case_log(pd.DataFrame({"opened": [dt.datetime(2026, 3, 2, 9, tzinfo=zone)]}), by=["month"])
    assert (log.opened[0], log.time_zone) == (np.datetime64("2026-03-02T07:00"), "UTC")


def test_columns_said() -> None:
    """Names that tell nothing are said; of a name and another name for the same role the plain one counts."""
    log = read_case_log({"x": [START], "y": [START], "closed": [None]}, columns={"opened": "x", "closed": "y"})
    assert log.closed.tolist() == [START]
    words: dict[str, Any] = {"columns": {"case": "k", "event": "was", "at": "am"}, "events": {"auf": "opened"}}
    log = read_case_log({"k": [1], "was": ["auf"], "am": [START]}, **words)
    assert log.opened.tolist() == [START]
    log = read_case_log({"opened": [START], "created": [None], "theme": ["a"], "topic": ["b"]}, by=["topic", "theme"])
    assert log.keys["topic"][1] == log.keys["theme"][1] == ["a"]


def test_long_logs() -> None:
    """Many cases over decades, to the microsecond, are put in order as well."""
    rng = np.random.default_rng(1)
    opened = np.datetime64("1975-01-01", "us") + rng.integers(0, 5 * 10**14, 400)
    closed = opened + rng.integers(1, 5 * 10**14, 400)
    shuffled = rng.permutation(800)
    columns = {"case": [*range(400)] * 2, "event": ["opened"] * 400 + ["closed"] * 400, "at": [*opened, *closed]}
    frame = {name: np.array(values)[shuffled] for name, values in columns.items()}
    log = read_case_log(frame)
    assert np.array_equal(log.opened, opened)
    assert np.array_equal(log.closed, closed)


def test_what_is_known_by_then() -> None:
    """As of an earlier time later events have not happened, and later cases are not there but counted."""
    for source in (
        ROWS,
        {
            "case": ["a", "a", "b", "b", "c", "d"],
            "event": ["opened", "closed", "opened", "closed", "opened", "opened"],
            "at": [f"2026-03-{at}:00" for at in ("02 09", "04 09", "02 10", "04 10", "03 09", "04 09")],
        },
    ):
        log = read_case_log(source, as_of="2026-03-03 12:00")
        assert log.ids.tolist() == ["a", "b", "c"]
        assert np.isnat(log.closed).all()
        assert (log.left_out, log.as_of) == (1, np.datetime64("2026-03-03T12:00"))


def test_said_once() -> None:
    """What an event log says of a case in one of its rows it says of the case; the first one counts."""
    frame = {
        "case": [1, 1, 2, 2],
        "event": ["opened", "closed", "opened", "closed"],
        "at": [START, START + dt.timedelta(1)] * 2,
        "theme": [None, "price", "speed", "price"],
        "category": ["detractor", None, "Passive", None],
        "later": [None, "promoter", None, None],
        "shop": ["x", "y", None, None],
    }
    log = read_case_log(frame, by=["theme", "shop", "segment"])
    shown = {name: [values[code] for code in codes.tolist()] for name, (codes, values) in log.keys.items()}
    assert shown == {"theme": ["price", "speed"], "shop": ["x", None], "segment": ["detractor", "Passive"]}
    assert log.worst is not None
    assert log.later is not None
    assert (log.worst.tolist(), log.later.tolist()) == ([True, False], [2, -1])
    late = {"case": [1, 1], "event": ["opened", "informed"], "at": [START] * 2, "theme": [None, "price"]}
    assert read_case_log(late, by=["theme"]).keys["theme"][1] == ["price"]  # also of what is set aside
    csat = read_case_log({"opened": [START], "score": [1], "later_score": [5]}, scorer=CSAT())
    assert csat.worst is not None
    assert csat.worst.tolist() == [True]


def test_empty() -> None:
    """No cases are no error."""
    sources: list[Any] = [[], {"opened": []}, {"case": [], "event": [], "at": []}]
    for source in sources:
        log = read_case_log(source, by=["month"])
        assert len(log) == len(log.rejected) == 0
        assert np.isnat(log.as_of)


@pytest.mark.parametrize(
    ("source", "options", "error", "words"),
    [
        ({"start": [START]}, {}, ColumnNotFoundError, "needs a column 'opened'"),
        (
            {"opened": [START], "created": [START]},
            {"columns": {"opend": "created"}},
            InvalidValueError,
            "columns must be one of .*got 'opend'; did you mean 'opened'",
        ),
        ({"opened": [START]}, {"columns": {"closed": "close"}}, ColumnNotFoundError, "no column 'close' for 'closed'"),
        ({"created": [START], "created_at": [START]}, {"columns": {}}, None, ""),
        ({"open": [START], "created": [START]}, {}, IncompatibleError, "all may be 'opened'"),
        ({"opened": [START]}, {"by": ["owner"]}, ColumnNotFoundError, "the log has no 'owner'"),
        ({"case": [1], "event": ["opened"], "at": [START]}, {"by": ["owner"]}, ColumnNotFoundError, "no column 'by'"),
        ({"opened": [START]}, {"events": {"x": "opend"}}, InvalidValueError, "did you mean 'opened'"),
        ({"opened": [START]}, {"recorded": ["reopend"]}, InvalidValueError, "did you mean 'reopened'"),
        ({"opened": [START]}, {"as_of": "soon"}, InvalidValueError, "as_of must be a date or a time"),
        ({"opened": [START], "later": ["happy"]}, {}, InvalidValueError, "'happy' is no category of NPS"),
        ([3], {}, InvalidTypeError, "item 0 is 3"),
        ([{"opened": START}, 3], {}, InvalidTypeError, "item 1 is 3"),
        ([Case.open("C", at=START)] * 2, {}, InvalidValueError, "1 id occurs more than once, such as 'C'"),
        ({"opened": np.array([True])}, {}, InvalidTypeError, "not times"),
    ],
)
def test_refused(source: Any, options: dict[str, Any], error: type[Exception] | None, words: str) -> None:
    """What cannot be read is refused, saying what is missing or what to write."""
    if error is None:
        assert len(read_case_log(source, **options)) == 1
        return
    with pytest.raises(error, match=words):
        read_case_log(source, **options)


def test_an_event_that_stands_there_twice_counts_once() -> None:
    """A repeated row is named among the rejected, and its case counts as if it were not there."""
    log = {
        "case": ["a", "a", "b"],
        "event": ["opened", "closed", "opened"],
        "at": ["2026-03-02 09:00", "2026-03-02 10:00", "2026-03-03 09:00"],
        "by": ["Ann", "Ann", "Bo"],
    }
    once = read_case_log(log)
    twice = read_case_log({name: [*values, *values] for name, values in log.items()})
    assert twice.closed.tolist() == once.closed.tolist()
    assert twice.ids.tolist() == once.ids.tolist() == ["a", "b"]
    assert [(refused.row, refused.reason) for refused in twice.rejected] == [
        (row, "the same event at the same time stands there already") for row in (3, 4, 5)
    ]
    assert len(once.rejected) == 0


@pytest.mark.parametrize("took", [[21600, 43200], ["46085.5", "46086.25"]])
def test_seconds_are_no_days_of_a_spreadsheet(took: list[Any]) -> None:
    """Numbers that could be such days are refused beside openings that are none, and read beside such openings."""
    with pytest.raises(InvalidValueError, match=r"'closed' holds numbers and 'opened' does not.*name the unit"):
        read_case_log({"opened": ["2026-03-01 09:00", "2026-03-02 09:00"], "closed": took})
    log = read_case_log({"opened": [46084.5, 46085.0], "closed": ["46085.5", "46086.25"]})
    assert (log.closed - log.opened).astype("m8[h]").astype(int).tolist() == [24, 30]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
@pytest.mark.parametrize("copies", [1, 2])
def test_closed_again_within_one_tick(order: tuple[int, ...], copies: int) -> None:
    """A case that was closed, reopened and closed in the same second is closed; a joined table changes nothing."""
    kinds, hours = ["opened", "closed", "reopened", "closed"], [9, 10, 10, 10]
    at = [f"2026-03-02 {hour:02}:00:00" for hour in hours]
    log = {"case": ["a"] * 4, "event": [kinds[i] for i in order], "at": [at[i] for i in order]}
    read = read_case_log({name: values * copies for name, values in log.items()})
    assert read.closed.tolist() == [dt.datetime(2026, 3, 2, 10)]
    assert read.reopened.tolist() == [True]
    ended = read_case_log({name: values[:-1] for name, values in log.items() if order == (0, 1, 2, 3)} or log)
    assert np.isnat(ended.closed).tolist() == [order == (0, 1, 2, 3)]


@pytest.mark.parametrize(
    ("opened", "closed"),
    [
        ("Ticket created", "Ticket closed"),
        ("new", "solved"),
        ("geöffnet", "geschlossen"),
        ("utworzono", "zamknięto"),
        ("OPEN", "Done"),
        ("Case opened", "case resolved"),
        ("Créé", "Fermé"),
    ],
)
def test_words_for_events(opened: str, closed: str) -> None:
    """As help desks call them; the one time of each event may be called its creation."""
    at = ["2026-03-02 09:00", "2026-03-02 10:00", "2026-03-02 09:00"]
    for names in (
        ("ticket_id", "event", "time"),
        ("issue_key", "new_status", "changed_at"),
        ("case", "event", "created_at"),
    ):
        read = read_case_log(dict(zip(names, ([1, 1, 2], [opened, closed, opened], at), strict=True)))
        assert read.ended.tolist() == [True, False]
        assert len(read.rejected) == 0


def test_of_several_numbers_of_a_case_one_is_taken() -> None:
    """Jira writes the key and the number of an issue; the ticket's own number comes first."""
    log = {"Issue id": [1, 2], "Issue key": ["A-1", "A-2"], "Ticket ID": ["x", "y"], "opened": [START] * 2}
    assert read_case_log(log).ids.tolist() == ["x", "y"]
    del log["Ticket ID"]
    assert read_case_log(log).ids.tolist() == ["A-1", "A-2"]

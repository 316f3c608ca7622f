"""Cases: what may happen when, whatever the order in which it is told."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Sequence
from typing import Any, Literal
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.followup.cases.case import Case, CaseEvent
from npskit.followup.cases.states import LEGAL, after, legal_now, legal_order
from npskit.options import EVENT_KINDS, EventKind

START = dt.datetime(2026, 3, 2, 9)
WARSAW = ZoneInfo("Europe/Warsaw")


def hour(n: float) -> dt.datetime:
    """Return the time `n` hours after the start."""
    return START + dt.timedelta(hours=n)


def anything(value: Any) -> Any:
    """Return a value that no type checker objects to."""
    return value


def is_legal(kinds: Sequence[str]) -> bool:
    """Whether events may happen in this order."""
    state, responded = "new", False
    for kind in kinds:
        if kind not in legal_now(state, responded):
            return False
        state, responded = after(state, kind), responded or kind == "first_response"
    return True


@st.composite
def histories(draw: st.DrawFn, *, most: int = 12, apart: int = 0) -> list[CaseEvent]:
    """Draw what may happen to a case, in order; events are at least `apart` hours from each other."""
    events = [CaseEvent("opened", START)]
    state, responded, at = after("new", "opened"), False, 0
    for _ in range(draw(st.integers(0, most))):
        kind = draw(st.sampled_from(legal_now(state, responded)))
        at += apart + draw(st.integers(0, 3))
        events.append(CaseEvent(kind, hour(at), draw(st.sampled_from([None, "Ann", "Bob"]))))
        state, responded = after(state, kind), responded or kind == "first_response"
    return events


@settings(max_examples=100)
@given(histories(), st.randoms(use_true_random=False))
def test_shuffled(events: list[CaseEvent], random: Any) -> None:
    """Any legal history, told in any order, makes the same case, with times that are consistent."""
    case, again = Case("C", events), Case("C", random.sample(events, len(events)))
    key = [(e.kind, e.at) for e in case.events]
    assert key == [(e.kind, e.at) for e in again.events]
    assert (case.state, case.opened, case.responded, case.closed) == (
        again.state,
        again.opened,
        again.responded,
        again.closed,
    )
    assert is_legal([e.kind for e in case.events])
    assert [e.at for e in case.events] == sorted(e.at for e in events)
    assert (case.closed is None) == (case.state != "closed")
    assert case.opened == min(e.at for e in events)
    assert case.responded is None or case.responded >= case.opened
    assert case.closed is None or case.closed == max(e.at for e in events)


@settings(max_examples=100)
@given(histories(apart=1))
def test_one_by_one(events: list[CaseEvent]) -> None:
    """Adding events one by one makes the same case as giving them all, and leaves each earlier case as it was."""
    cases = [Case("C", events[:1])]
    for event in events[1:]:
        cases.append(cases[-1].add(event.kind, at=event.at, by=event.by, note=event.note))
    assert cases[-1] == Case("C", events)
    assert [len(case.events) for case in cases] == list(range(1, len(events) + 1))
    assert hash(cases[-1]) == hash(Case("C", events))


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(EVENT_KINDS), st.integers(0, 1)), max_size=5))
def test_order_of_ties(drawn: list[tuple[EventKind, int]]) -> None:
    """The order found is the first legal one of all orders that go forward in time; none where there is none."""
    events: list[tuple[EventKind, int]] = [("opened", 0), *drawn]
    kinds, times = [kind for kind, _ in events], [at for _, at in events]
    orders = [
        [(events[i][1], EVENT_KINDS.index(events[i][0])) for i in order]
        for order in itertools.permutations(range(len(events)))
        if all(times[a] <= times[b] for a, b in itertools.pairwise(order)) and is_legal([kinds[i] for i in order])
    ]
    found = legal_order(kinds, times)
    assert (found is None) == (not orders)
    if found is not None:
        assert sorted(found) == list(range(len(events)))
        assert [(times[i], EVENT_KINDS.index(kinds[i])) for i in found] == min(orders)


def test_many_ties() -> None:
    """A flood of events at one instant is sorted out, or refused, without trying every order."""
    kinds = ["opened", "resolved", *["assigned", "escalated", "contacted"] * 40, *["closed", "reopened"] * 20]
    found = legal_order(kinds, [0] * len(kinds))
    assert found is not None
    assert is_legal([kinds[i] for i in found])
    assert legal_order([*kinds, "closed", "closed"], [0] * (len(kinds) + 2)) is None


@pytest.mark.parametrize("state", ["open", "resolved", "closed"])
@pytest.mark.parametrize("kind", EVENT_KINDS)
def test_every_transition(state: Literal["open", "resolved", "closed"], kind: EventKind) -> None:
    """In every state each event either leads where it should, or is refused with the state and what is legal."""
    case = Case.open("C-7", at=START)
    if state != "open":
        case = case.add(state, at=hour(1))
    if kind in LEGAL[state]:
        assert case.add(kind, at=hour(2)).state == after(state, kind)
        return
    with pytest.raises(InvalidValueError) as caught:
        case.add(kind, at=hour(2))
    words = str(caught.value)
    assert f"case 'C-7': {kind!r} at 2026-03-02 11:00:00 is not legal, the case is {state}" in words
    assert all(legal in words.partition("legal now")[2] for legal in LEGAL[state])


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([], "has no events: it begins with 'opened'"),
        ([("closed", 1)], "'closed' at .* is not legal, the case is not opened yet; legal now: opened"),
        ([("opened", 2), ("assigned", 1)], "'assigned' .* not opened yet"),
        ([("opened", 0), ("opened", 1)], "'opened' .* the case is open;"),
        ([("opened", 0), ("closed", 1), ("closed", 2)], "'closed' .* the case is closed; legal now: reopened"),
        ([("opened", 0), ("reopened", 1)], "'reopened' .* the case is open;"),
        ([("opened", 0), ("informed", 1)], "'informed' .* the case is open;"),
        ([("opened", 0), ("first_response", 1), ("first_response", 2)], "has had its first response; legal now: assi"),
    ],
)
def test_illegal(events: list[tuple[EventKind, float]], words: str) -> None:
    """A history that cannot be is refused: which event, in which state, and what is legal then."""
    with pytest.raises(InvalidValueError, match=words):
        Case("C", [CaseEvent(kind, hour(at)) for kind, at in events])


def test_back_in_time() -> None:
    """An event before the latest one is refused, and so is one of an instant that leaves the order open."""
    case = Case.open("C", at=START).add("resolved", at=hour(3))
    with pytest.raises(InvalidValueError, match=r"'closed' .* is before 'resolved' .* give a time that is not earlier"):
        case.add("closed", at=hour(2))
    undone = case.add("reopened", at=hour(3))
    with pytest.raises(InvalidValueError, match="nothing tells which came first"):
        undone.add("closed", at=hour(3))
    assert undone.add("closed", at=hour(3.1)).state == "closed"


def test_zones() -> None:
    """Times with a zone are compared as they happened, not by the clock on the wall; and never with naive ones."""
    before = dt.datetime(2026, 10, 25, 2, 30, tzinfo=WARSAW)  # summer time
    later = dt.datetime(2026, 10, 25, 2, 10, tzinfo=WARSAW, fold=1)  # forty minutes later
    case = Case("C", [CaseEvent("closed", later), CaseEvent("opened", before)])
    assert (case.opened, case.closed) == (before, later)
    assert Case.open("C", at=before).add("closed", at=later).closed == later
    with pytest.raises(IncompatibleError, match="some events know their time zone"):
        Case("C", [CaseEvent("opened", START), CaseEvent("closed", later)])
    with pytest.raises(IncompatibleError, match="must both know their time zone"):
        Case.open("C", at=START).add("closed", at=later)


def test_what_it_says() -> None:
    """The owner is who it was last assigned to, else who answered; a first contact is a response; all can be read."""
    case = Case.open("C-1", at=START, by="bot", category="detractor", theme="delivery")
    assert (case.state, case.owner, case.responded, case.closed) == ("open", None, None, None)
    case = case.add("contacted", at=hour(2), by="Bob").add("first_response", at=hour(3), by="Cy")
    assert (case.owner, case.responded) == ("Cy", hour(2))
    case = case.add("assigned", at=hour(4), by="Ann").add("assigned", at=hour(5))
    assert case.owner == "Ann"
    case = case.add("assigned", at=hour(6), by="Dee").add("closed", at=hour(7), note="<b>done</b>")
    assert (case.owner, case.closed) == ("Dee", hour(7))
    assert case.add("reopened", at=hour(8)).closed is None
    assert str(case).splitlines()[:2] == ["case C-1: closed, detractor, delivery", "  2026-03-02 09:00  opened by bot"]
    written = json.loads(json.dumps(case.to_dict()))
    assert written["events"][-1] == {"kind": "closed", "at": "2026-03-02T16:00:00", "by": None, "note": "<b>done</b>"}
    assert (written["id"], written["state"], written["owner"]) == ("C-1", "closed", "Dee")
    assert eval(repr(case), {"Case": Case, "CaseEvent": CaseEvent, "datetime": dt}) == case  # our own text


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: CaseEvent(anything("closd"), START), InvalidValueError, "did you mean 'closed'"),
        (lambda: CaseEvent("closed", anything(START.date())), InvalidTypeError, "at must be a datetime"),
        (lambda: CaseEvent("closed", START, anything(3)), InvalidTypeError, "by must be a text"),
        (lambda: Case(anything([]), [CaseEvent("opened", START)]), InvalidTypeError, "id must be hashable"),
        (lambda: Case("C", anything(["opened"])), InvalidTypeError, "events must hold CaseEvents"),
        (lambda: Case.open("C", at=START, theme=3), InvalidTypeError, "theme must be a text"),
    ],
)
def test_refused(make: Any, error: type[Exception], words: str) -> None:
    """Arguments of another kind are refused by name."""
    with pytest.raises(error, match=words):
        make()


def test_immutable() -> None:
    """A case cannot be changed."""
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Case.open("C", at=START).theme = "price"  # type: ignore[misc]

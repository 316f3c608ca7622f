"""One engine: a response alone, a row of a plan and a row of its table say the same; nothing is asked twice."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npskit as nk
from npskit.followup.plan.statuses import STATUSES
from tests.followup.playbook.test_playbook import CELLS, playbooks

# Playbooks that are drawn have rules that are never reached.
pytestmark = pytest.mark.filterwarnings("ignore:the rule:npskit.NpskitWarning")

FIELDS: dict[str, Any] = {"company": "ACME", "sender": "Ann"}


@st.composite
def responses(draw: st.DrawFn, most: int = 6) -> list[nk.Response]:
    """Any responses, all of which say when they were given, or none."""
    timed = draw(st.booleans())
    times = st.datetimes(dt.datetime(2026, 3, 1, 1), dt.datetime(2026, 4, 20)).filter(
        lambda at: at.time() != dt.time(0)
    )
    return [
        nk.Response(
            draw(st.none() | st.integers(-1, 11)),
            customer=draw(CELLS["customer"]),
            at=draw(times) if timed else None,
            comment=draw(CELLS["comment"]),
            attributes={
                name: draw(CELLS[name])
                for name in ("value", "channel", "language", "theme", "public")
                if draw(st.integers(0, 3))
            }
            | {"name": draw(st.sampled_from([None, "Zoë", "{name}"]))},
        )
        for _ in range(draw(st.integers(1, most)))
    ]


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[nk.Response], nk.FollowUpPlan]:
    """Any plan, with the responses it is of."""
    given_responses, playbook = draw(responses()), draw(playbooks(nk.NPS.categories))
    options: dict[str, Any] = draw(
        st.sampled_from([{}, {"value": 900, "lift": 0.1, "budget": 10}, {"language": "de", "currency": "EUR"}])
    )
    return given_responses, nk.Survey(given_responses).follow_up(playbook, **options)


@given(st.data())
@settings(max_examples=50)
def test_a_response_alone_is_a_row_of_a_plan(data: st.DataObject) -> None:
    """Law: what a plan says of a row, and why it says nothing, is what `recommend` says of its response."""
    known, playbook = data.draw(responses()), data.draw(playbooks(nk.NPS.categories))
    plan = nk.Survey(known).follow_up(playbook, max_age=None)
    now: Any = None if plan.now is None else plan.now.item()
    for row, response in enumerate(known):
        alone = nk.recommend(response, playbook=playbook, now=now)
        if plan.chosen[row]:
            assert alone is not None
            ours, theirs = plan.follow_up(row), alone.with_offer(plan.offer(row))
            assert attrs.evolve(ours, details={}) == attrs.evolve(theirs, details={})
            shared = {
                name: theirs.details.get(name) for name in ("name", "score", "value", "theme") if name in theirs.details
            }
            assert shared.items() <= dict(ours.details).items()
        elif STATUSES[plan.status[row]] in ("no strategy", "unscored"):
            assert alone is None
            assert plan.why(row) == playbook.why_none(response, now=now)


def letter(plan: nk.FollowUpPlan, one: nk.FollowUp) -> tuple[str | None, str | None, str | None]:
    """Return subject and body of a letter, and why there is none."""
    try:
        draft = plan.message(one, **FIELDS)
    except nk.NpskitError as error:
        return None, None, str(error)
    return draft.subject, draft.body, None


@given(plans(), st.booleans())
@settings(max_examples=50)
def test_the_table_of_a_plan_says_what_its_rows_say(
    plan: tuple[list[nk.Response], nk.FollowUpPlan], every: bool
) -> None:
    """Law: each cell of `columns` is the field of the row's follow-up, and a message is what `message` writes."""
    found = plan[1]
    columns = found.columns(everything=every, messages=True, fields=FIELDS)
    assert columns["row"] == (list(range(len(found.status))) if every else found.order.tolist())
    for place, row in enumerate(columns["row"]):
        cells = {name: column[place] for name, column in columns.items()}
        if every:
            assert cells["why"] == found.why(row)
        if not found.chosen[row]:
            assert {cells[name] for name in ("strategy", "due", "actions", "reasons", "message", "note")} == {None}
            continue
        one = found.follow_up(row)
        for name in ("customer", "category", "strategy", "priority", "due", "channel", "language", "reasons"):
            said = getattr(one, name)  # a critical comment without a score has a follow-up, and no category
            assert cells[name] == (None if name == "category" and said == "unscored" else said), name
        assert cells["actions"] == tuple(action.name for action in one.actions)
        assert cells["offer"] == (one.offers[0].name if one.offers else None)
        assert cells["cost"] == pytest.approx(one.offers[0].cost(one.value) if one.offers else 0.0)
        assert cells["owner"] == (one.team or "unassigned")
        assert (cells["subject"], cells["message"], cells["note"]) == letter(found, one)


@attrs.frozen
class Counting:
    """A strategy that counts how often it is asked of whom."""

    asked: Counter[Any] = attrs.field(factory=Counter)
    name: str = "counting"

    def __call__(self, response: nk.Response, context: nk.Context) -> nk.FollowUp | None:
        self.asked[response.customer] += 1
        return nk.FollowUp(
            category=context.category,
            strategy=self.name,
            priority=50,
            actions=["thank"],
            channel="phone",
            language="de",
            reasons=["asked"],
            details={"name": "Ann"},
        )


def test_a_strategy_is_asked_once() -> None:
    """Was: four times for each response that is followed up, once in the plan and three times in its table."""
    strategy = Counting()
    survey = nk.Survey({"score": [3, 9, None], "id": list("abc"), "name": ["Bo"] * 3}, customer="id")
    plan = survey.follow_up(nk.Playbook([strategy]), currency="EUR")
    columns = plan.columns(messages=True)
    for one in plan:
        assert (one.channel, one.language, one.details["name"], one.reasons[0]) == ("phone", "de", "Ann", "asked")
        assert plan.message(one).body in columns["message"]
        assert "Ann" in plan.message(one).body
    assert (columns["channel"], columns["language"]) == (["phone"] * 2, ["de"] * 2)
    assert strategy.asked == {"a": 1, "b": 1}
    nk.recommend(nk.Response(3, customer="z"), playbook=nk.Playbook([strategy]))
    assert strategy.asked["z"] == 1


def test_times_that_know_their_zone_come_back_in_it() -> None:
    """Law: of an answer with a time zone the due time is in that zone, and hours are those that pass."""
    from zoneinfo import ZoneInfo

    at = dt.datetime(2026, 3, 28, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    standard = nk.Playbook.default()
    calendar = attrs.evolve(standard, due=attrs.evolve(standard.due, clock="calendar"))
    found = nk.recommend(nk.Response(3, at=at), playbook=calendar)
    assert found is not None
    assert found.due is not None
    assert (found.due.isoformat(), found.due.tzinfo) == ("2026-03-30T13:00:00+02:00", at.tzinfo)
    assert found.reasons[-1].endswith("from Sat 2026-03-28 12:00 +0100")
    assert nk.Conditions(max_days=1).hold(nk.Response(3, at=at), nk.Context("x", now=at + dt.timedelta(hours=23)))


def test_answers_that_are_not_on_the_scale_are_named_as_given() -> None:
    """Was: "the answer 11" whatever was answered."""
    plan = nk.Survey({"score": [12, -3, None, np.nan]}, score="score").follow_up()
    assert [plan.why(row) for row in range(3)] == [
        "the answer 12 is not on the scale 0..10",
        "the answer -3 is not on the scale 0..10",
        "the answer is missing",
    ]

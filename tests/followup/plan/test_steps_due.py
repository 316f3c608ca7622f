"""Every step has a date; what is due in a week, also of earlier plans; who will be contacted is in the quiet period."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import npskit as nk
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError

CLOSED = ("Sat", "Sun")


def plan(score: int = 3, day: str = "2026-03-02", customer: str = "c-1", **options: Any) -> nk.FollowUpPlan:
    data = {"score": [score], "id": [customer], "at": [day], "text": ["It was slow"], "name": ["Zoe"]}
    return nk.Survey(data, score="score", customer="id", time="at", comment="text").follow_up(**options)


@pytest.mark.parametrize("score", [2, 8, 10])
def test_every_step_has_a_date(score: int) -> None:
    """Law: as many dates as actions, none before the first, each so long after it, and while the office is open."""
    found = plan(score)
    columns = found.columns()
    dates, due = [dt.datetime.fromisoformat(at) for at in columns["dates"][0]], columns["due"][0]
    follow_up = found.follow_up(0)
    assert len(dates) == len(columns["actions"][0]) == len(follow_up.actions)
    for at, action in zip(dates, follow_up.actions, strict=True):
        assert due + action.after <= at <= due + action.after + dt.timedelta(days=3)
        assert f"{at:%a}" not in CLOSED
    assert (columns["score"], columns["comment"], columns["answered"]) == (
        [score],
        ["It was slow"],
        [dt.date(2026, 3, 2)],
    )


def test_weeks_share_the_steps_of_all_plans() -> None:
    """Law: every dated step of the plans is due in exactly one week, in order of time."""
    plans = [plan(), plan(9, "2026-03-09", "c-2")]
    wanted = sorted(dt.datetime.fromisoformat(at) for each in plans for at in each.columns()["dates"][0])
    found: list[dt.datetime] = []
    for week in range(9):
        monday = dt.date(2026, 3, 2) + dt.timedelta(weeks=week)
        found += nk.due_steps(plans, monday, monday + dt.timedelta(days=6)).columns()["due"]
    assert found == wanted


def test_later_steps_have_letters() -> None:
    """Example: two weeks on, the letter of that step is written; a step without one says why."""
    found = nk.due_steps(plan(), "2026-03-16", "2026-03-20", messages=True, fields={"company": "ACME"})
    row = {name: cells[0] for name, cells in found.columns().items()}
    assert (row["step"], row["customer"], row["score"], row["comment"]) == ("stay_in_touch", "c-1", 3, "It was slow")
    assert row["message"].startswith("Hello Zoe")
    assert "stay_in_touch" in found.to_text()


def test_letters_are_those_of_the_plan() -> None:
    """Law: the letter of a first step, and what is to be looked at in it, stand in a week as in the plan's columns."""
    data = {"score": [3, 9, 10], "id": list("abc"), "at": ["2026-03-02"] * 3, "language": ["de", None, "xx-klingon"]}
    found = nk.Survey(data, score="score", customer="id", time="at").follow_up()
    names = ("customer", "subject", "message", "note")
    first, letters = nk.due_steps(found, "2026-03-02", "2026-05-01", messages=True), found.columns(messages=True)
    listed = list(zip(*(first.columns()[name] for name in ("number", *names)), strict=True))
    assert {row[1:] for row in listed if row[0] == 1} == set(zip(*map(letters.__getitem__, names), strict=True))
    assert all("xx-klingon" in row[-1] for row in listed if row[1] == "c")
    assert set(first.columns()) == {*nk.due_steps([], "2026-03-02", "2026-05-01", messages=True).columns(), "score"}


def test_who_has_opted_out_since_gets_no_later_step() -> None:
    """Example: by a later plan the customer has opted out."""
    data = {"score": [9], "id": ["c-1"], "at": ["2026-03-10"], "opted_out": [True]}
    later = nk.Survey(data, score="score", customer="id", time="at").follow_up()
    found = nk.due_steps([plan(), later], "2026-03-16", "2026-03-20")
    assert len(found) == 0
    assert found.notes == ("1 step is left out: the customer has opted out since.",)


def test_the_quiet_period_knows_of_earlier_plans() -> None:
    """Example: 14 days after the answer one is contacted for the last time; until 30 days later one is quiet."""
    before = plan()
    assert plan(3, "2026-04-01", earlier=before).counts["quiet"] == 1
    assert plan(3, "2026-04-01", "c-2", earlier=[before]).counts["chosen"] == 1
    assert plan(3, "2026-05-01", earlier=[before]).counts["chosen"] == 1
    with pytest.raises(IncompatibleError, match="earlier"):
        nk.Survey({"score": [3], "id": ["c-1"]}, customer="id").follow_up(earlier=before)


def test_what_cannot_be_listed() -> None:
    """Plans are plans, and a week does not end before it starts."""
    with pytest.raises(InvalidTypeError, match="plans must be"):
        nk.due_steps("plan.csv", "2026-03-01", "2026-03-02")  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="end must not lie before start"):
        nk.due_steps(plan(), "2026-03-03", "2026-03-02")


def test_ces_is_followed_up_unasked() -> None:
    """Example: of seven answers 1 to 3 are unhappy, 6 and 7 happy, each by a rule of the default playbook."""
    data = {"score": list(range(1, 8)), "id": list("abcdefg")}
    found = nk.Survey(data, score="score", scorer=nk.CES(), customer="id").follow_up()
    assert [found.follow_up(row).strategy.split(" ", 1)[1] for row in range(7)] == [
        *["unhappy customer"] * 3,
        *["customer in between"] * 2,
        *["happy customer"] * 2,
    ]
    assert not any(action.name == "referral" for each in found for action in each.actions)  # nobody was asked

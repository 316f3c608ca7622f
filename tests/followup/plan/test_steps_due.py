"""Every step has a date; what is due in a week, also of earlier plans; who will be contacted is in the quiet period."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
        nk.due_steps(5, "2026-03-01", "2026-03-02")  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError, match=r"plan\.csv"):
        nk.due_steps("plan.csv", "2026-03-01", "2026-03-02")
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


IDS = st.lists(st.sampled_from(["a", "b", "+48 600", "=c", "'d", "7"]), min_size=1, max_size=5)


def weekly(ids: list[str], score: int, day: str, **more: Any) -> nk.Survey:
    """Return a survey in which everybody answered alike."""
    data = {"score": score, "at": day, "text": "slow; sorry", **more}
    return nk.Survey(
        {"id": ids} | {name: [value] * len(ids) for name, value in data.items()},
        score="score",
        customer="id",
        time="at",
        comment="text",
    )


@settings(max_examples=25)
@given(ids=IDS, score=st.sampled_from([2, 8, 10]), kind=st.sampled_from(["csv", "jsonl"]), out=st.booleans())
def test_a_file_says_what_its_plan_does(ids: list[str], score: int, kind: str, out: bool) -> None:
    """Law: the steps of a plan and of its own file are the same, as are the contacts that keep a customer quiet."""
    plans = [
        weekly(ids, score, "2026-03-02").follow_up(),
        weekly(ids, score, "2026-03-10", unsubscribed=out).follow_up(),
    ]
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.{kind}" for number in range(2)]
        for made, path in zip(plans, paths, strict=True):
            if kind == "csv":
                made.to_csv(path, everything=True)
            else:
                made.to_json_lines(path, everything=True)
        wanted, found = nk.due_steps(plans), nk.due_steps(paths)
        later = weekly(ids, score, "2026-03-20")
        assert later.follow_up(earlier=paths).counts == later.follow_up(earlier=plans).counts
    assert found.notes == wanted.notes
    same = ("due", "step", "number", "row", "customer", "category", "score", "comment", "strategy", "owner")
    assert [found.columns()[name] for name in same] == [wanted.columns()[name] for name in same]


def test_files_that_tell_too_little(tmp_path: Path) -> None:
    """A plan without those left out is taken, and said; letters are not written from files; other files are refused."""
    path = tmp_path / "short.csv"
    plan().to_csv(path)
    found = nk.due_steps([path, plan(9, "2026-03-09", "c-2")], end="2026-03-09")
    assert found.columns()["plan"][0] == "short.csv"
    assert "Who has opted out is not known from short.csv" in found.notes[0]
    with pytest.raises(IncompatibleError, match="does not say what letters are written from"):
        nk.due_steps(path, messages=True)
    found.to_csv(tmp_path / "list.csv")
    with pytest.raises(nk.ColumnNotFoundError, match="is no plan that npskit wrote"):
        nk.due_steps(tmp_path / "list.csv")
    text = path.read_text("utf-8")
    for old, new, said in (("; 2026", "", "5 actions and 4 dates in row 0"), ("; 2026-", "; soon-", "dates")):
        path.write_text(text.replace(old, new, 1), "utf-8")
        with pytest.raises(InvalidValueError, match=said):
            nk.due_steps(path)

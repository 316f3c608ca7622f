"""What must be answered is, whatever the limits; what is not, is listed; what triage sets aside gets nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npskit as nk
from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.followup.impact.plan_file import read_plan_file
from npskit.followup.plan.statuses import STATUSES

LEVELS = {"fire": 2, "soon": 1}
PLAYBOOK = attrs.evolve(nk.Playbook.default(), urgency=lambda comment: LEVELS.get(comment, 0))
LIMITS: list[dict[str, Any]] = [
    {"budget": 0, "capacity": 0, "holdout": 0.6},
    {"capacity": 0.3, "lift": {"detractor": 0.1, "promoter": -0.1}, "budget": 20, "holdout": 0.3},
    {"capacity": 1, "lift": 0.05, "budget": 9, "method": "exact"},
    {"capacity": {"Anna": 0.2, "Bo": 0}},
]
FORBIDDEN = {"holdout", "budget", "capacity", "no gain", "quiet", "triage", "no strategy", "unscored"}


@st.composite
def answers(draw: st.DrawFn) -> dict[str, list[Any]]:
    """Return the columns of a survey in which some comments are urgent or critical, and some answers missing."""
    n = draw(st.integers(1, 12))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    score = [None if one < 0 else int(one) for one in rng.integers(-2, 13, n)]
    return {
        "score": score,
        "id": [f"c{i}" for i in rng.integers(0, 9, n)],
        "text": rng.choice(["fire", "soon", "BUY", "fine", ""], n).tolist(),
        "value": rng.choice([0.0, 300.0], n).tolist(),
        "at": (np.datetime64("2026-03-01T00:00", "us") + rng.permutation(n) * np.timedelta64(1, "D")).tolist(),
        "last_contact": ["2026-03-01"] * n,
        "opted_out": (rng.random(n) < 0.1).tolist(),
    }


def plan(data: dict[str, list[Any]], **options: Any) -> nk.FollowUpPlan:
    survey = nk.Survey(data, score="score", customer="id", time="at", comment="text")
    return survey.follow_up(options.pop("playbook", PLAYBOOK), **options)


@settings(max_examples=30, deadline=None)
@given(answers(), st.sampled_from(LIMITS), st.sampled_from(["90 days", "3 days"]))
def test_a_critical_comment_is_answered_whatever_the_limits(
    data: dict[str, list[Any]], limits: dict[str, Any], max_age: str
) -> None:
    """Law: money, hours, gain, quiet, holdout, triage and a missing score hold no critical comment back.

    Whatever urgent comment is left is listed with its reason; the rows sum up; those answered are in no comparison.
    """
    found = plan(data, max_age=max_age, triage=lambda texts: ["spam"] * len(texts), **limits)
    urgency = [LEVELS.get(text, 0) for text in data["text"]]
    critical = np.array(urgency) == 2
    said = [STATUSES[code] for code in found.status]
    assert not {status for status, must in zip(said, critical, strict=True) if must} & FORBIDDEN
    assert not (found.intended & critical).any()
    assert not (found.holdout & found.chosen).any()
    missed = found.unanswered
    assert sorted(missed.columns()["row"]) == [i for i, level in enumerate(urgency) if level and not found.chosen[i]]
    assert all(missed.columns()["reason"])
    assert missed.to_dict()["rows"] == json.loads(found.to_json())["unanswered"]
    assert found.rows.rows == len(said)
    assert found.rows.n == len(found)
    assert found.limits.spent <= limits.get("budget", np.inf) + 1e-9
    order = critical[found.order].tolist()
    assert order == sorted(order, reverse=True)


@settings(max_examples=15, deadline=None)
@given(answers(), st.sampled_from(LIMITS))
def test_without_urgent_comments_nothing_changes(data: dict[str, list[Any]], limits: dict[str, Any]) -> None:
    """Law: a plan in which critical comments come first is the plan without them, but for what they take."""
    calm = data | {"text": ["fine"] * len(data["text"])}
    found = plan(calm, **limits)
    alone = plan(calm, playbook=attrs.evolve(PLAYBOOK, urgency=lambda comment: 0), **limits)
    assert found.to_dict() == alone.to_dict()
    assert len(found.unanswered) == 0
    assert not any(found.limits.beyond.values())


def test_what_exceeds_the_hours_is_said() -> None:
    """Example: three critical comments, hours for one of them; calm ones get none, and no money is spent."""
    data = {"score": [0, 10, None, 3], "id": list("abcd"), "text": ["fire", "fire", "fire", "fine"]}
    survey = nk.Survey(data, score="score", customer="id", comment="text")
    found = survey.follow_up(PLAYBOOK, capacity=0.8, budget=0)
    assert found.status.tolist() == [STATUSES.index(name) for name in ("chosen", "chosen", "chosen", "capacity")]
    assert found.limits.spent == 0
    assert "2 critical comments are answered beyond the 0.8 hours." in found.headline()
    assert found.follow_up(2).category == "unscored"
    assert (found.rows.n, found.rows.missing, found.rows.left_out) == (3, 0, 1)


def test_who_is_not_answered_is_listed_with_the_reason() -> None:
    """Example: opting out and age hold also critical comments back, and each is named in the headline."""
    data: dict[str, list[Any]] = {
        "score": [2, 2, 9],
        "id": list("abc"),
        "text": ["fire", "fire", "soon"],
        "opted_out": [True, False, False],
        "at": ["2026-03-01", "2025-03-01", "2026-03-01"],
    }
    found = plan(data, capacity=0)
    assert found.unanswered.columns()["reason"] == [
        "does not want to be contacted",
        "the answer is too old for it",
        "no hours are left after those who come before",
    ]
    assert found.unanswered.columns()["because"][0] == "the comment is critical"
    assert "Urgent, and yet not answered: 3 comments, 2 of them critical." in found.headline()
    assert 'row 1 (from 0), customer "b" (detractor, critical): the answer is too old for it' in found.headline()
    assert "too old" in found.unanswered.to_text()


def test_a_later_calm_answer_does_not_hide_a_critical_one() -> None:
    """Example: of a customer's answers the critical one counts, also before a later one; and not those of spam."""
    data = {"score": [1, 10, 3, 9], "id": list("aabb"), "text": ["fire", "fine", "fine", "BUY"]}
    survey = nk.Survey(data, score="score", customer="id", comment="text")
    found = survey.follow_up(PLAYBOOK, triage=lambda texts: ["Spam" if t == "BUY" else None for t in texts])
    assert found.chosen.tolist() == [True, False, True, False]


def test_triage() -> None:
    """Example: what triage sets aside is counted and listed with its label; other labels keep a response."""
    data = {"score": [10, 10, 9], "id": list("abc"), "text": ["BUY", "fire", "fine"]}
    survey = nk.Survey(data, score="score", customer="id", comment="text")
    found = survey.follow_up(PLAYBOOK, triage=lambda texts: ["spam", "spam", "praise"])
    assert found.counts["triage"] == 1
    assert found.why(0) == 'triage sets it aside as "spam"'
    assert "Set aside by triage: spam 1 (row 0)." in found.headline()
    refused: list[tuple[Any, type[Exception]]] = [
        (lambda texts: ["spam"], InvalidValueError),
        (lambda texts: [1] * len(texts), InvalidTypeError),
        (lambda texts: 1 / 0, InvalidValueError),
        ("spam", InvalidTypeError),
    ]
    for wrong, error in refused:
        with pytest.raises(error, match="triage"):
            survey.follow_up(PLAYBOOK, triage=wrong)


def test_the_file_of_a_plan_compares_the_same_customers(tmp_path: Path) -> None:
    """Law: read back from its file, a plan means the same customers: no critical ones."""
    n = 40
    data = {"score": [3] * n, "id": list(range(n)), "text": ["fire", "fine"] * (n // 2)}
    found = nk.Survey(data, score="score", customer="id", comment="text").follow_up(PLAYBOOK, holdout=0.5)
    found.to_csv(tmp_path / "plan.csv", everything=True)
    read = read_plan_file(tmp_path / "plan.csv", None)
    assert read.intended.tolist() == found.intended.tolist() == [False, True] * (n // 2)
    assert read.holdout.tolist() == found.holdout.tolist()

"""What triage says of a comment sets it aside, or routes it: a condition of a playbook may ask for its intent."""

from __future__ import annotations

from typing import Any

import npskit as nk

PLAYBOOK = """
[actions]
call = { minutes = 20 }
thank = { minutes = 2 }

[[rule]]
name = "keep them"
when = { intent = "cancellation" }
priority = 90
within = "1 day"
actions = ["call"]

[[rule]]
name = "thank"
priority = 10
within = "5 days"
actions = ["thank"]
"""
TEXTS = ["I am moving to another bank", "Lovely staff", "Buy followers cheap at www.best.example.com"]


def survey(**more: Any) -> nk.Survey:
    """Return three responses with comments."""
    return nk.Survey({"score": [8, 9, 9], "id": [1, 2, 3], "text": TEXTS, **more}, customer="id", comment="text")


def test_intent_routes_and_spam_is_left_out() -> None:
    """The signs are a classifier: a threat to leave goes to the rule for it, advertising gets nothing."""
    plan = survey().follow_up(nk.Playbook.from_toml(PLAYBOOK), triage=nk.TriageWords.default())
    assert [(each.customer, each.strategy) for each in plan] == [(1, "keep them"), (2, "thank")]
    assert "spam" in plan.why(2)


def test_a_column_of_the_survey_comes_first() -> None:
    """Where the survey has an intent of its own, that is what a condition asks for."""
    plan = survey(intent=["praise", "cancellation", None]).follow_up(
        nk.Playbook.from_toml(PLAYBOOK), triage=nk.TriageWords.default()
    )
    assert [(each.customer, each.strategy) for each in plan] == [(2, "keep them"), (1, "thank")]


def test_a_model_is_asked_once() -> None:
    """A function of the user's is called a single time, also where conditions ask for its labels."""
    calls: list[int] = []

    def model(texts: list[str]) -> list[str | None]:
        calls.append(len(texts))
        return ["cancellation" for _ in texts]

    plan = survey().follow_up(nk.Playbook.from_toml(PLAYBOOK), triage=model)
    assert calls == [3]
    assert {each.strategy for each in plan} == {"keep them"}

"""What triage says of a comment sets it aside, or routes it: a condition of a playbook may ask for its intent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

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


def test_themes_of_comments_route_where_no_column_says_one() -> None:
    """Of two themes that a comment mentions the first listed is its theme; a cell that says another stays."""
    listed = {"staff": ["staff"], "bank": ["bank", "moving"]}
    book = nk.Playbook.from_toml(PLAYBOOK.replace('intent = "cancellation"', 'theme = "bank"'))
    plan = survey().follow_up(book, themes=listed)
    assert [each.strategy for each in plan] == ["keep them", "thank", "thank"]
    assert plan.assigned.table.known("theme", np.arange(3)) == ["bank", "staff", None]
    said = survey(theme=["price", " ", None]).follow_up(book, themes=nk.ThemeList.of(listed))
    assert said.assigned.table.known("theme", np.arange(3)) == ["price", "staff", None]


def test_themes_need_comments() -> None:
    """Without comments there is nothing to look for themes in, which the error says."""
    with pytest.raises(nk.errors.IncompatibleError, match="comment="):
        nk.Survey({"score": [3]}).follow_up(themes={"bank": ["bank"]})
    with pytest.raises(nk.errors.InvalidTypeError, match="themes"):
        survey().follow_up(themes=3)


def test_comments_against_the_answer_are_read_before_a_letter_goes_out() -> None:
    """Praise beside a 1 gets no letter that apologizes, notice beside a 10 none that thanks; the reason says why."""
    texts = [
        "Everything was perfect, lovely staff",
        "I am moving to another bank",
        "Lovely staff",
        "Dirty and rude staff",
    ]
    data = {"score": [1, 10, 10, 10], "id": [*"abcd"], "text": texts}
    plan = nk.Survey(data, customer="id", comment="text").follow_up(triage=nk.TriageWords.default())
    table = plan.columns(messages=True)
    found = {
        who: (body is None, "against the answer" in (note or ""), "against the answer" in " ".join(why))
        for who, body, note, why in zip(
            *(table[name] for name in ("customer", "message", "note", "reasons")), strict=True
        )
    }
    # the rule for complaints has a letter of its own, which stays
    assert found == {"a": (True,) * 3, "b": (True,) * 3, "c": (False,) * 3, "d": (False, True, True)}
    assert "against the answer" in plan.follow_up(customer="a").reasons[0]


def test_without_triage_nothing_is_against_the_answer() -> None:
    """What is not asked for changes nothing."""
    assert not survey().follow_up().against_answer.any()

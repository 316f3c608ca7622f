"""Conditions on any column, rules that are never reached, and days that count from the purchase."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.errors import ColumnNotFoundError, InvalidValueError, NpskitWarning
from npskit.followup.playbook.rules import Conditions

TOML = """
[actions.thank]
[[rule]]
name = "south"
when = { category = "detractor", region = "South", stays = [3, 10] }
actions = ["thank"]
[[rule]]
name = "soon"
when = { max_days = 7 }
actions = ["thank"]
"""
PLAYBOOK = nk.Playbook.from_toml(TOML)
DATA: dict[str, list[Any]] = {
    "score": [3, 3, 9, 3],
    "id": list("abcd"),
    "region": ["south ", "North", "South", None],
    "stays": [4, 5, 6, 7],
    "bought": ["2026-02-01", "2026-03-01", None, "2026-02-01"],
    "at": ["2026-03-02"] * 4,
}


def test_a_condition_on_any_column() -> None:
    """Example: a text without regard to case, a range of numbers; one response says the same as a survey."""
    survey = nk.Survey(DATA, customer="id", time="at")
    found = survey.follow_up(PLAYBOOK, roles={"purchased": "bought"})
    assert [each.strategy for each in found] == ["south", "soon", "soon"]
    assert found.follow_up(0).reasons[0] == "detractor, region South, stays 3 to 10"
    one = nk.recommend(nk.Response(3, attributes={"region": "SOUTH", "stays": 10}), playbook=PLAYBOOK)
    assert one is not None
    assert one.strategy == "south"
    with pytest.raises(ColumnNotFoundError, match="conditions of 'south'"):
        nk.Survey({"score": [3]}, score="score").follow_up(PLAYBOOK)


def test_right_after_the_purchase() -> None:
    """Example: days count from the purchase where it is known, else from the answer."""
    day = dt.date(2026, 3, 2)
    for bought, strategy in ((day - dt.timedelta(days=30), None), (day - dt.timedelta(days=2), "soon"), (None, "soon")):
        response = nk.Response(9, at=day, attributes={} if bought is None else {"purchased": bought})
        found = nk.recommend(response, playbook=PLAYBOOK)
        assert (None if found is None else found.strategy) == strategy
        rule = PLAYBOOK.strategies[1]
        assert (rule(response, nk.Context("promoter", now=dt.datetime(2026, 3, 3))) is None) == (strategy is None)


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ('them = "x"', "did you mean 'theme'"),
        ("region = []", "empty list"),
        ("stays = [9, 3]", "lowest and the highest"),
        ('region = ["a", 1]', "must be a text"),
    ],
)
def test_mistakes(when: str, said: str) -> None:
    """A name almost like that of a condition is a mistake; so is what no cell can be."""
    with pytest.raises(InvalidValueError, match=f"line 9.*{said}"):
        nk.Playbook.from_toml(TOML.replace("max_days = 7", when))


conditions = st.builds(
    Conditions,
    category=st.sampled_from([(), ("detractor",), ("detractor", "passive")]),
    score=st.sampled_from([None, (0, 6), (2, 3)]),
    urgency=st.integers(0, 2),
    comment=st.sampled_from([None, True]),
    min_value=st.sampled_from([None, 10.0, 100.0]),
    columns=st.sampled_from([{}, {"region": "South"}, {"region": ["south", "North"]}, {"stays": [1, 5]}, {"stays": 3}]),
)


@given(conditions, conditions, st.integers(0, 6), st.integers(0, 2), st.sampled_from([None, 50.0, 500.0]))
def test_conditions_that_cover_others_hold_wherever_these_do(
    one: Conditions, other: Conditions, score: int, urgency: int, value: float | None
) -> None:
    """Law: where conditions are covered, no response fulfills them and not the covering ones."""
    response = nk.Response(score, comment="hm", attributes={"region": "south", "stays": 3})
    context = nk.Context("detractor", urgency=urgency, value=value)
    if one.cover(other) and other.hold(response, context):
        assert one.hold(response, context)
    assert one.cover(one)


def test_a_rule_that_is_never_reached_is_said() -> None:
    """Example: after a rule for everybody no other comes to its turn."""
    with pytest.warns(NpskitWarning, match="\"b\" is never reached|'b' is never reached"):
        nk.Playbook([nk.Rule("a", actions="thank"), nk.Rule("b", when=Conditions(urgency=1), actions="thank")])

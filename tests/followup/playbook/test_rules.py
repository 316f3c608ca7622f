"""Rules: conditions one by one, and what they say in words."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.data.response import Response
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.followup.playbook.contexts import Contexts
from npskit.followup.playbook.follow_up import Context
from npskit.followup.playbook.part_checks import as_urgency
from npskit.followup.playbook.response_table import Table
from npskit.followup.playbook.rules import Conditions, Rule, Team
from npskit.followup.playbook.steps import Action, Offer

NOW = dt.datetime(2026, 3, 2, 9)


@pytest.mark.parametrize(
    ("conditions", "cell", "holds"),
    [
        ({}, {}, True),
        ({"category": "passive"}, {}, True),
        ({"category": ["detractor", "promoter"]}, {}, False),
        ({"score": (7, 8)}, {}, True),
        ({"score": [8, 10]}, {}, False),
        ({"comment": True}, {"comment": "x"}, True),
        ({"comment": True}, {"comment": " \n"}, False),
        ({"comment": False}, {}, True),
        ({"channel": "Chat"}, {"channel": " chat"}, True),
        ({"channel": ["app", "chat"]}, {}, False),
        ({"channel": "social"}, {"channel": "Twitter"}, True),
        ({"channel": "twitter"}, {"channel": "Twitter"}, True),
        ({"channel": "twitter"}, {"channel": "Facebook"}, False),
        ({"theme": "price"}, {"theme": "PRICE"}, True),
        ({"language": "de"}, {"language": "de-AT"}, True),
        ({"language": "de_DE"}, {"language": "de"}, True),
        ({"language": "de"}, {"language": "den"}, False),
        ({"public": True}, {"public": True}, True),
        ({"public": True}, {}, False),
        ({"public": False}, {}, True),
        ({"min_value": 100}, {"value": 100.0}, True),
        ({"min_value": 0}, {}, False),
        ({"max_days": 2}, {"at": NOW - dt.timedelta(days=2)}, True),
        ({"max_days": 2}, {"at": NOW - dt.timedelta(days=2, seconds=1)}, False),
        ({"max_days": 0}, {"at": NOW + dt.timedelta(days=1)}, True),
        ({"max_days": 9}, {}, False),
        ({"public": False, "min_value": 10}, {"value": 5.0}, False),
    ],
)
def test_each_condition(conditions: dict[str, Any], cell: dict[str, Any], holds: bool) -> None:
    """A condition holds of a passive with a 7 where it should, alone and in a column."""
    rule = Conditions(**conditions)
    about = {key: value for key, value in cell.items() if key not in ("comment", "at")}
    response = Response(7, at=cell.get("at"), comment=cell.get("comment"))
    assert rule.hold(response, Context("passive", now=NOW, **about)) is holds
    columns: dict[str, Any] = {key: [value, None] for key, value in cell.items()}
    table = Table.of([7, None], now=NOW, **columns)
    starts = np.array([NOW, NOW], dtype="datetime64[us]")
    contexts = Contexts.of(table, np.zeros(2, dtype=np.int8), starts, {})
    assert rule.mask(contexts).tolist() == [holds, False]


@given(st.integers(0, 2), st.integers(0, 2))
def test_urgency_is_a_least(least: int, urgency: int) -> None:
    """A condition on urgency holds for what is as urgent or more."""
    rule = Conditions(urgency=least)
    assert rule.hold(Response(3), Context("detractor", urgency=urgency)) is (urgency >= least)


def test_in_words() -> None:
    """Conditions say in words what they ask for."""
    every = Conditions(
        category=["at risk", "vulnerable"],
        score=(0, 6),
        urgency="urgent",
        comment=True,
        channel="chat",
        theme="price",
        language=["de", "pl"],
        public=False,
        min_value=1000,
        max_days=3,
    )
    assert every.words() == (
        "at risk or vulnerable, score 0 to 6, urgent or critical comment, with a comment, channel chat, theme price, "
        "language de or pl, not public, worth 1000 or more, at most 3 days ago"
    )
    assert Conditions(urgency=2, comment=False, public=True).words() == "critical comment, without a comment, public"
    assert Conditions().words() == "every response"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Conditions(category=3), "a text or a list of texts"),
        (lambda: Conditions(theme=[""]), "a text or a list of texts"),
        (lambda: Conditions(score=5), "score must be the lowest and the highest"),
        (lambda: Conditions(score=(True, 3)), "score must be the lowest and the highest"),
        (lambda: Conditions(comment="yes"), "comment must be True or False"),  # type: ignore[arg-type]
        (lambda: Conditions(min_value=-1), "min_value must be (finite|at least 0)"),
        (lambda: as_urgency("urgnt"), "did you mean 'urgent'"),
        (lambda: as_urgency(3), r"must be 0 \(ordinary\), 1 \(urgent\) or 2"),
        (lambda: Rule(""), "name must be a text that is not empty"),
        (lambda: Rule("a", priority=101), "priority must be"),
        (lambda: Rule("a", per_point_below=-1), "per_point_below must be"),
        (lambda: Rule("a", within="soon"), "within must be a number of s, min, h, d or w"),
        (lambda: Rule("a", actions=[3]), "actions must hold Actions"),
        (lambda: Rule("a", offers=["gift"]), "offers must hold Offers"),
        (lambda: Rule("a", offer_required=True), "offer_required needs offers"),
        (
            lambda: Rule("a", offers=Offer("gift", step="act")),
            "offers: 'gift' is for the step 'act', which is not among",
        ),
        (lambda: Rule("a", actions=Action("act", needs_offer=True)), "actions: 'act' needs an offer, and no offer of"),
        (lambda: Rule("a", when="always"), "when must be a Conditions"),  # type: ignore[arg-type]
        (lambda: Rule("a", team=3), "team must be a text"),  # type: ignore[arg-type]
        (lambda: Rule("a", reason=3), "reason must be a text or None"),  # type: ignore[arg-type]
        (lambda: Team(""), "name must be a text that is not empty"),
        (
            lambda: Conditions().hold(Response(1, at=NOW), Context("x", now=NOW.replace(tzinfo=dt.UTC))),
            "need both a time zone",
        ),
    ],
)
def test_wrong_rules(call: Any, words: str) -> None:
    """What cannot be used is refused, naming it."""
    with pytest.raises((InvalidTypeError, InvalidValueError, IncompatibleError), match=words):
        call()


@given(st.floats(0, 100), st.floats(0, 20), st.integers(0, 10))
def test_priorities(base: float, per_point: float, below: int) -> None:
    """The priority of a rule never falls with the points below, and is at most 100."""
    rule = Rule("a", priority=base, per_point_below=per_point)
    found = rule.priorities(np.array([below, below + 1]))
    assert base <= found[0] <= found[1] <= 100


def test_what_a_rule_returns() -> None:
    """A rule hands on its parts; a text is an action of that name."""
    rule = Rule("a", actions=["thank", Action("review")], offers=Offer("gift"), within="4 hours", team="care")
    found = rule(Response(9, customer="c"), Context("promoter"))
    assert found is not None
    assert [action.name for action in found.actions] == ["thank", "review"]
    assert (found.within, found.team, found.customer) == (dt.timedelta(hours=4), "care", "c")
    assert found.reasons == ("every response",)
    assert Rule("a", reason="because")(Response(9), Context("x")).reasons == ("because",)  # type: ignore[union-attr]


@pytest.mark.parametrize("language", ["de", "de_AT", "German", "Deutsch", "niemiecki", "deu"])
def test_a_language_is_known_by_its_names(language: str) -> None:
    """A condition on a language holds whatever the data call it."""
    rule = nk.Rule("german", when=nk.Conditions(language="de"), actions="thank")
    assert nk.Playbook([rule]).recommend(nk.Response(9), language=language) is not None
    assert nk.Playbook([rule]).recommend(nk.Response(9), language="Polski") is None

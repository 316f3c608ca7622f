"""Actions, offers, contexts and follow-ups: checked when made, readable, and as JSON."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.data.response import Attributes, Response
from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.followup.letters import Languages
from npskit.followup.playbook.follow_up import Context, FollowUp, Strategy
from npskit.followup.playbook.rules import Rule
from npskit.followup.playbook.steps import Action, Offer
from npskit.results import excerpt
from npskit.times.zones import time_in_words

money = st.floats(0, 1e9)
offers = st.builds(Offer, st.just("gift"), amount=money, share=st.floats(0, 1), cap=st.none() | money)


@given(offers, st.none() | money, money)
def test_costs(offer: Offer, one: float | None, two: float) -> None:
    """An offer costs at least nothing and at most its cap, no less for a higher value, and the same in columns."""
    cost = offer.cost(one)
    assert 0 <= cost <= (float("inf") if offer.cap is None else offer.cap)
    values = np.array([np.nan if one is None else one, two])
    assert offer.costs(values).tolist() == [cost, offer.cost(two)]
    assert offer.cost(None) <= cost
    if one is not None and one <= two:
        assert cost <= offer.cost(two)


def test_cost_of_what_is_no_value() -> None:
    """A value below 0 is refused for one customer, and counts as nothing in a column."""
    with pytest.raises(InvalidValueError, match="value must be at least 0"):
        Offer("gift", share=0.1).cost(-3)
    assert Offer("gift", share=0.1).costs([-3.0]).tolist() == [0.0]
    assert Offer("gift", amount=2, share=0.1).cost(float("nan")) == 2


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Action(""), "name must be a text that is not empty"),
        (lambda: Action(3), "name must be a text"),  # type: ignore[arg-type]
        (lambda: Action("thank", minutes=-1), "minutes must be (finite|at least 0)"),
        (lambda: Action("thank", minutes=True), "minutes must be a number"),
        (lambda: Action("thank", after=3), "after must be a duration such as"),
        (lambda: Action("thank", after="3"), "after must be a number of"),
        (lambda: Action("thank", after=dt.timedelta(-1)), "after must not be negative"),
        (lambda: Offer("gift", share=2), "share must be at least 0 and at most 1"),
        (lambda: Offer("gift", amount=float("nan")), "amount must be finite"),
        (lambda: Offer("gift", cap=float("inf")), "cap must be finite"),
        (lambda: Context("x", urgency=3), "urgency must be 0"),
        (lambda: Context("x", urgency=True), "urgency must be 0"),
        (lambda: Context("x", value="much"), "value must be a number"),  # type: ignore[arg-type]
        (lambda: Context("x", channel=""), "channel must be a text that is not empty"),
        (lambda: Context("x", public=1), "public must be True or False"),  # type: ignore[arg-type]
        (lambda: Context("x", now=dt.date(2026, 1, 1)), "now must be a datetime"),  # type: ignore[arg-type]
        (lambda: FollowUp(category="x", strategy="y", priority=101), "priority must be at least 0 and at most"),
        (lambda: FollowUp(category="x", strategy="y", actions=[3]), "actions must hold Actions"),
        (lambda: FollowUp(category="x", strategy="y", offers=3), "offers must hold Offers"),
        (lambda: FollowUp(category="x", strategy="y", within=3), "within must be a duration"),
    ],
)
def test_wrong_parts(call: Any, words: str) -> None:
    """What cannot be used is refused, naming it."""
    with pytest.raises((InvalidTypeError, InvalidValueError), match=words):
        call()


FULL = FollowUp(
    "c-17",
    category="detractor",
    strategy="rescue",
    priority=70.0,
    due=dt.datetime(2026, 3, 2, 9),
    within=dt.timedelta(hours=4),
    actions=(Action("listen", minutes=10), Action("stay_in_touch", after=dt.timedelta(days=14), minutes=5)),
    offers=(Offer("gift", amount=5), Offer("coupon", amount=3)),
    team="care",
    reasons=("a detractor", "urgent"),
    details={"name": "Ann", "since": dt.date(2020, 1, 1)},
)


def test_a_follow_up_is_data() -> None:
    """A follow-up is hashable, its repr makes it again, and its dictionary is JSON."""
    known = {"FollowUp": FollowUp, "Action": Action, "Offer": Offer, "Attributes": Attributes, "datetime": dt}
    assert eval(repr(FULL), known) == FULL
    assert len({FULL, FULL}) == 1
    read = json.loads(json.dumps(FULL.to_dict()))
    assert read["actions"][1] == {"name": "stay_in_touch", "after_hours": 336.0, "minutes": 5.0, "amount": None}
    assert (read["due"], read["minutes"], read["offers"]) == ("2026-03-02T09:00:00", 15.0, ["gift", "coupon"])
    assert read["within_hours"] == 4
    assert read["details"] == {"name": "Ann", "since": "2020-01-01"}


def test_a_follow_up_in_words() -> None:
    """In words it is one paragraph: who, what, by when, how, and why."""
    assert str(FULL) == (
        'Customer "c-17" (detractor): rescue, priority 70, due Mon 2026-03-02 09:00. Team: care. '
        "Steps: listen, stay_in_touch after 14 days. Offers: gift or coupon. Why: a detractor; urgent."
    )
    assert str(FollowUp(category="x", strategy="y")) == "A customer (x): y, priority 50."


@given(st.text(max_size=300), st.integers(1, 60))
def test_quotations(text: str, most: int) -> None:
    """A quotation is one printable line in quotation marks, no longer than asked, without quotation marks inside."""
    found = excerpt(text, most)
    assert found.isprintable()
    assert found.count('"') == 2
    assert len(found) <= most + 5


def test_short_words() -> None:
    """Times say their offset."""
    assert time_in_words(dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)) == "Mon 2026-03-02 09:00 +0000"


def test_rules_are_strategies() -> None:
    """A rule has the shape of a strategy; a plain function has not, for want of a name."""
    assert isinstance(Rule("all"), Strategy)
    assert Rule("all")(Response(3), Context("x")) is not None


GIFT = Offer("gift", amount=6, step="surprise")
BONUS = Offer("referral_bonus", amount=10, step="referral")
steps = st.lists(
    st.builds(Action, st.sampled_from("abcd"), minutes=st.integers(0, 30), needs_offer=st.booleans()), max_size=5
)
choices = st.lists(st.builds(Offer, st.sampled_from("xyz"), step=st.none() | st.sampled_from("abcd")), max_size=3)


@given(steps, choices, st.booleans())
def test_no_step_without_its_offer(actions: list[Action], offers: list[Offer], required: bool) -> None:
    """With an offer, or none, just the steps remain that need no other; the minutes are theirs, and at most those of
    the undecided follow-up; deciding twice changes nothing."""
    found = FollowUp(
        category="x", strategy="s", actions=actions, offers=offers, offer_required=required and bool(offers)
    )
    decided = [found.with_offer(offer) for offer in (*offers, None)]
    for offer, one in zip((*offers, None), decided, strict=True):
        kept = [a for a in actions if not a.needs_offer or (offer is not None and a.name == offer.step)]
        assert one.actions == tuple(kept)
        assert one.offers == (() if offer is None else (offer,))
        assert one.minutes == sum(action.minutes for action in kept)
        assert set(one.left_out) == {a.name for a in actions if a not in kept}
        assert one.with_offer(offer) == one
    assert found.minutes == max(one.minutes for one in (decided[:-1] if found.offer_required else decided))


def test_only_its_own_offers() -> None:
    """An offer that is not among those of the follow-up is refused."""
    with pytest.raises(InvalidValueError, match=r"offer must be one of those of the follow-up: .* there are none"):
        FollowUp(category="x", strategy="s").with_offer(GIFT)


def test_letters_of_steps_that_give() -> None:
    """The offer stands in the letter of its step and in no other; without it that letter is not written, unless what
    is given is said."""
    actions = [Action("thank"), Action("surprise", needs_offer=True), Action("referral"), Action("reward")]
    found = FollowUp(category="x", strategy="s", actions=actions, offers=[GIFT, BONUS], value=100.0)
    given, none = found.with_offer(GIFT), found.with_offer(None)
    assert "a small gift" in given.message(action="surprise").body
    assert "gift" not in given.message(action="reward").body
    assert "a small gift" in found.message(action="surprise").body
    for without in (none, none.with_offer(None), found.with_offer(BONUS)):
        with pytest.raises(
            InvalidValueError, match="the step 'surprise' needs an offer, and none is made: make one of"
        ):
            without.message(action="surprise")
    assert "a gold watch" in none.message(action="surprise", offer="a gold watch").body
    with pytest.raises(InvalidValueError, match="needs an offer"):
        none.message(action="surprise", offer=None)
    two = attrs.evolve(found, offers=[GIFT, Offer("upgrade", step="surprise")])
    with pytest.raises(
        InvalidValueError, match="2 of its offers may be made: choose 'gift' or 'upgrade' by with_offer"
    ):
        two.message(action="surprise")
    assert "a free upgrade" in two.with_offer(two.offers[1]).message(action="surprise").body


def test_amounts_of_offers() -> None:
    """With a currency the letter says what the offer is worth; what is given by name goes before it."""
    credit = Offer("compensation", amount=9, step="compensate", worth_to_customer={"amount": 5, "share": 0.1})
    bonus = attrs.evolve(BONUS, step="referral")
    actions = [Action("compensate", needs_offer=True), Action("referral")]
    found = FollowUp(category="x", strategy="s", actions=actions, offers=[credit, bonus], value=100.0)
    assert "(€15.00)" in found.message(currency="EUR").body
    assert "(" not in found.message().body
    assert "€3.00" in found.message(currency="EUR", amount=3).body
    told = found.with_offer(bonus).message(action="referral", currency="EUR").body
    assert "a referral bonus" in told
    assert "€" not in told
    assert "bonus" not in found.with_offer(None).message(action="referral", currency="EUR").body
    own = attrs.evolve(found, details={"offer": "a lifetime of coffee"})
    assert "a lifetime of coffee" in own.message().body


def test_letters_in_a_language_of_your_own(tmp_path: Path) -> None:
    """A follow-up writes in the languages it is given."""
    file = tmp_path / "fr.toml"
    file.write_text('language = "fr"\n[thank]\nsubject = "Merci"\nbody = "Merci[[ {name}]]."\n', encoding="utf-8")
    found = FollowUp(category="x", strategy="s", actions="thank", language="fr-CA", details={"name": "Zoë"})
    languages = Languages.default().with_file(file)
    assert found.message(languages=languages).subject == "Merci"
    assert found.message().language == "en"


def test_a_text_is_an_action() -> None:
    """Where a step is wanted, its name will do, as in a rule."""
    assert FollowUp(category="x", strategy="s", actions=["act", Action("inform")]).actions[0] == Action("act")
    assert FollowUp(category="x", strategy="s", actions="act").minutes == 0


def test_numbers_beyond_floats() -> None:
    """A whole number that no float holds is refused like any other that is too large."""
    with pytest.raises(InvalidValueError, match="amount must be finite"):
        Offer("gift", amount=10**400)

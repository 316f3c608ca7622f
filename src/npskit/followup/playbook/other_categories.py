"""The rules of the default playbook for scorers whose categories it does not name, such as CSAT and CES."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from npskit.data import Attributes
from npskit.followup.playbook.due import DueTimes
from npskit.followup.playbook.rules import Conditions, Rule, Team

# What the categories of NPS stand for, and up to where on the way from the worst to the best category.
_LEVELS = (("detractor", 0.4), ("passive", 0.8), ("promoter", 1.0))
_REFERRAL = "referral"
_WORDS = (
    ("what would have made it a nine", "what would have made it perfect"),
    ("a detractor", "an unhappy customer"),
    ("detractor", "unhappy customer"),
    ("a passive", "a customer in between"),
    ("passive", "customer in between"),
    ("promoter", "happy customer"),
    (": thank, and ask for a referral", ": thank"),
)


def levels_of(categories: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return which categories, from worst to best, stand where those of NPS do.

    Example:
        >>> levels_of("1234567")
        {'detractor': ('1', '2', '3'), 'passive': ('4', '5'), 'promoter': ('6', '7')}
        >>> levels_of(["bad", "good"])
        {'detractor': ('bad',), 'passive': (), 'promoter': ('good',)}
    """
    found: dict[str, list[str]] = {name: [] for name, _ in _LEVELS}
    for place, category in enumerate(categories):
        way = place / max(1, len(categories) - 1)
        found[next(name for name, most in _LEVELS if way < most or most == 1)].append(category)
    return {name: tuple(each) for name, each in found.items()}


def for_categories(
    strategies: Sequence[Any], teams: Sequence[Team], due: DueTimes, categories: Sequence[str]
) -> dict[str, Any]:
    """Return strategies, teams and due times as they are for other categories, by the names of a playbook's parts."""
    levels = levels_of(categories)
    rules = []
    for rule in strategies:
        when = _conditions(rule.when, levels) if isinstance(rule, Rule) else None
        if when is not None:
            rules.append(
                attrs.evolve(_without_referral(rule), name=_worded(rule.name), when=when, reason=_reason(rule))
            )
    found = [(team, _conditions(team.when, levels)) for team in teams]
    limits = {new: due.category[old] for old, names in levels.items() if old in due.category for new in names}
    return {
        "strategies": rules,
        "teams": [attrs.evolve(team, when=when) for team, when in found if when is not None],
        "due": attrs.evolve(due, category=Attributes({**due.category, **limits})),
    }


def _conditions(when: Conditions, levels: dict[str, tuple[str, ...]]) -> Conditions | None:
    """Return conditions for other categories; None where none of these is meant."""
    if not when.category:
        return when
    meant = tuple(name for category in when.category for name in levels.get(category, ()))
    return attrs.evolve(when, category=meant) if meant else None


def _without_referral(rule: Rule) -> Rule:
    """Return a rule that asks nobody for a referral: its letter thanks for recommending, of which nobody was asked."""
    return attrs.evolve(
        rule,
        actions=tuple(action for action in rule.actions if action.name != _REFERRAL),
        offers=tuple(offer for offer in rule.offers if offer.step != _REFERRAL),
    )


def _reason(rule: Rule) -> str | None:
    return None if rule.reason is None else _worded(rule.reason)


def _worded(text: str) -> str:
    for old, new in _WORDS:
        text = text.replace(old, new)
    return text

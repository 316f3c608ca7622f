"""Whoever asked for what was changed is told so: by theme, all of them, each once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from npskit.checks import of_kind
from npskit.data import find_language
from npskit.errors import InvalidTypeError, InvalidValueError, counted, quoted
from npskit.followup.plan.choices import Choices
from npskit.followup.plan.customer_letters import (
    CustomerLetters,
    Wording,
    about_themes,
    as_themes,
    latest_rows,
    parted,
    reasons_against,
    write_letters,
)
from npskit.followup.plan.plan_letters import Letters

if TYPE_CHECKING:
    from npskit.tracking.effect import Intervention


@attrs.frozen(eq=False, repr=False)
class ToldCustomers(CustomerLetters):
    """Who is told of what was changed: everybody who asked for it before, each once.

    Args:
        themes: The themes it is about.
        letters: The letters, in the order of the survey.
        left_out: How many of those who asked are not told, by reason.
        change: What was changed, by the name of the intervention.
    """

    change: str

    def __repr__(self) -> str:
        return self._said(change=self.change, letters=len(self.letters))

    def _caption(self) -> str:
        told = f"{counted(len(self.letters), 'customer')} asked for {self.change!r} and can be told."
        return f"{told} Not told: {self._left()}." if self.left_out else told


def told_customers(
    plan: Choices,
    intervention: Intervention,
    *,
    change: str | Mapping[str, str],
    theme: str | Iterable[str] | None,
    told: Iterable[Hashable] | ToldCustomers,
    letters: Letters,
) -> ToldCustomers:
    """Return who is told of a change; see `FollowUpPlan.tell`."""
    from npskit.tracking.effect import Intervention

    of_kind(intervention, Intervention, "intervention")
    themes = as_themes(intervention.name if theme is None else theme)
    changes = _changes(change, letters.language or plan.language)
    asked, at = about_themes(plan, themes, "tell"), plan.assigned.table.at
    if at is not None:
        asked &= intervention.sides(at) == 0
    rows, left = parted(latest_rows(plan, asked), reasons_against(plan, told, "told", {}))
    made = write_letters(plan, "told_you", rows, letters, lambda own, _: _worded(own, changes))
    return ToldCustomers(themes, tuple(made), left, intervention.name)


def _changes(change: Any, language: str) -> dict[str, str]:
    """Return what was changed by the tag of a language."""
    said = {language: change} if isinstance(change, str) else change
    if not isinstance(said, Mapping) or not said or not all(isinstance(text, str) for text in said.values()):
        raise InvalidTypeError(
            f"change is a text, or texts by language, as {{'en': ..., 'de': ...}}: got {quoted(said)}"
        )
    tags = {name: find_language(of_kind(name, str, "a language of change")) for name in said}
    for name, tag in tags.items():
        if tag is None:
            raise InvalidValueError(f"change: the language {name!r} is not known; give a tag such as 'de'")
    return {str(tags[name]): text for name, text in said.items()}


def _worded(own: str | None, changes: Mapping[str, str]) -> Wording:
    """Return the letter to a customer of a language, in one in which it is said what was changed."""
    asked = find_language(own) if own else None
    near = [tag for tag in (asked, asked.split("-")[0]) if tag in changes] if asked else []
    tag = near[0] if near else next(iter(changes))
    note = None if near or own is None else f"what was changed is not said in {own!r}"
    return Wording(asked if asked and near else tag, {"change": changes[tag]}, note)

"""Whoever had an idea that is listed by theme is invited to the community: each once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import attrs
import numpy as np

from npskit.arrays import Bools, Codes
from npskit.data import fold
from npskit.errors import counted
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
from npskit.followup.plan.ideas import as_categories, authors, shared_by
from npskit.followup.plan.plan_letters import Letters, language_note


@attrs.frozen(eq=False, repr=False)
class InvitedCustomers(CustomerLetters):
    """Who is invited to the community: everybody with an idea about some themes, each once.

    Args:
        themes: The themes; none for all.
        letters: The letters, in the order of the survey.
        left_out: How many of those who had one are not invited, by reason.
    """

    def __repr__(self) -> str:
        return self._said(themes=self.themes, letters=len(self.letters))

    def _caption(self) -> str:
        invited = f"{counted(len(self.letters), 'customer')} can be invited to the community."
        return f"{invited} Not invited: {self._left()}." if self.left_out else invited


def invited_customers(
    plan: Choices,
    *,
    theme: str | Iterable[str] | None,
    category: str | Iterable[str],
    invited: Iterable[Hashable] | InvitedCustomers,
    letters: Letters,
) -> InvitedCustomers:
    """Return who is invited to the community; see `FollowUpPlan.invite`."""
    themes = None if theme is None else as_themes(theme)
    codes = as_categories(plan, category)
    asked = authors(plan, codes) & about_themes(plan, themes, "invite")
    who = plan.assigned.table.who
    sharing = {name: len(np.unique(who[rows])) for name, rows in shared_by(plan, asked).items()}
    against = {
        "has answered worse since": _worse_since(plan, codes),
        "wrote something urgent": plan.assigned.urgency > 0,
        "is left alone at random": plan.holdout,
    }
    rows, left = parted(latest_rows(plan, asked), reasons_against(plan, invited, "invited", against))
    usual = letters.language or plan.language

    def worded(own: str | None, about: str) -> Wording:
        note = None if own is None else language_note(own, "join_in", letters, usual)
        return Wording(
            own if own and letters.languages.knows(own) else usual, {"others": sharing[fold(about)] - 1}, note
        )

    return InvitedCustomers(themes or (), tuple(write_letters(plan, "join_in", rows, letters, worded)), left)


def _worse_since(plan: Choices, categories: Codes) -> Bools:
    """Return the latest answers of customers that are of a worse category than some."""
    worth = np.asarray(plan.codebook.category_scores)
    scored = plan.categories >= 0
    latest = np.zeros(len(scored), dtype=np.bool_)
    latest[latest_rows(plan, scored)] = True
    least = worth[categories].min(initial=np.inf)
    return np.asarray(latest & scored & (worth[plan.categories] < least))

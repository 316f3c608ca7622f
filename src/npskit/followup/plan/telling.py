"""Whoever asked for what was changed is told so: by theme, all of them, each once."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from npskit.arrays import Codes
from npskit.checks import of_kind, several
from npskit.data import fold, read_customers
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, NpskitError, counted, quoted
from npskit.followup.letters import find_language
from npskit.followup.plan.choices import Choices
from npskit.followup.plan.follow_up_list import about, in_text
from npskit.followup.plan.plan_letters import Letters
from npskit.followup.plan.same_customer import any_of, last_of_each
from npskit.followup.plan.statuses import QUIET, WHY
from npskit.results import Result, Rows, records

if TYPE_CHECKING:
    from npskit.tracking.effect import Intervention

_ACTION = "told_you"
# What its letter may say of a customer.
_DETAILS = ("name", "vocative", "product", "theme")
_TOLD, _OPTED_OUT = "has been told before", "does not want to be contacted"


@attrs.frozen
class ToldCustomer:
    """The letter to one customer who asked for what was changed.

    Args:
        row: The row of the answer, in the file where it came from one.
        customer: Who asked; None if unknown.
        theme: What was asked about.
        asked: When; None if unknown.
        language: The language of the letter; None where there is none.
        subject: One line; None where the letter could not be written.
        message: The letter.
        note: What is wrong with it, or to be looked at; None for nothing.
    """

    row: int
    customer: Hashable
    theme: str
    asked: dt.date | None
    language: str | None
    subject: str | None
    message: str | None
    note: str | None


@attrs.frozen(eq=False, repr=False)
class ToldCustomers(Result):
    """Who is told of what was changed: everybody who asked for it before, each once.

    Args:
        change: What was changed, by the name of the intervention.
        themes: The themes it is about.
        letters: The letters, in the order of the survey.
        left_out: How many of those who asked are not told, by reason.
    """

    _TABLE = ("letters", ToldCustomer)

    change: str
    themes: tuple[str, ...]
    letters: tuple[ToldCustomer, ...]
    left_out: Mapping[str, int]

    @property
    def customers(self) -> tuple[Hashable, ...]:
        """Whom the letters are to: give them as `told=` the next time."""
        return tuple(letter.customer for letter in self.letters)

    def _rows(self, *_: Any, **options: Any) -> Rows:
        header, rows = super()._rows(**options)
        return header, in_text(rows)

    def __repr__(self) -> str:
        return self._said(change=self.change, letters=len(self.letters))

    def _caption(self) -> str:
        left = "; ".join(f"{count:,} {reason}" for reason, count in self.left_out.items())
        told = f"{counted(len(self.letters), 'customer')} asked for {self.change!r} and can be told."
        return f"{told} Not told: {left}." if left else told


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
    named = intervention.name if theme is None else theme
    several_named = (named,) if isinstance(named, str) else several(named, "theme")
    themes = tuple(of_kind(name, str, "theme") for name in several_named)
    changes = _changes(change, letters.language or plan.language)
    found = _asked(plan, intervention, themes)
    known = told.customers if isinstance(told, ToldCustomers) else told
    before = frozenset(read_customers(several(known, "told")).keys)
    why = _why_not(plan, found, before)
    rows = np.array([row for row, reason in zip(found.tolist(), why, strict=True) if reason is None], dtype=np.intp)
    made = tuple(_letters(plan, rows, changes, letters))
    return ToldCustomers(intervention.name, themes, made, dict(Counter(filter(None, why))))


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


def _asked(plan: Choices, intervention: Intervention, themes: tuple[str, ...]) -> Codes:
    """Return the rows of those who asked before a change: the latest of each customer, in the order of the survey."""
    table = plan.assigned.table
    if table.theme is None:
        raise IncompatibleError(
            "tell: what customers wrote about is not known: name its column with roles={'theme': ...}"
        )
    wanted = set(map(fold, themes))
    asked = table.theme.holds(lambda name: fold(name) in wanted)
    if table.at is not None:
        asked &= intervention.sides(table.at) == 0
    rows = np.flatnonzero(asked)
    by = () if table.given is None else (table.given[rows].astype(np.int64),)
    return np.sort(rows[last_of_each(table.who[rows], *by)])


def _why_not(plan: Choices, rows: Codes, before: frozenset[str]) -> list[str | None]:
    """Return why each customer is not told; None to tell."""
    table = plan.assigned.table
    found = np.full(len(plan.status), None, dtype=object)
    found[any_of(plan.status == QUIET, table.who)] = WHY[QUIET]
    if plan.opted_out is not None:
        found[any_of(plan.opted_out, table.who)] = _OPTED_OUT
    if table.customers is not None:
        found[np.array([key in before for key in table.customers.row_keys], dtype=np.bool_)] = _TOLD
    return list(found[rows])


def _letters(plan: Choices, rows: Codes, changes: Mapping[str, str], letters: Letters) -> Iterator[ToldCustomer]:
    """Yield the letters to customers."""
    who, languages = about(plan, rows), plan.assigned.said("language", rows)
    known = {name: cells for name in _DETAILS if (cells := plan.assigned.detail(name, rows)) is not None}
    each = zip(who["row"], who["customer"], who["answered"], languages, records(known), strict=True)
    for row, customer, asked, language, given in each:
        written = _letter(plan, language, given, changes, letters)
        yield ToldCustomer(row, customer, str(given["theme"]), asked, *written)


def _letter(
    plan: Choices, own: str | None, given: Mapping[str, Any], changes: Mapping[str, str], letters: Letters
) -> tuple[str | None, str | None, str | None, str | None]:
    """Return the letter to one customer, in a language in which it is said what was changed: as of `ToldCustomer`."""
    asked = find_language(own) if own else None
    near = [tag for tag in (asked, asked.split("-")[0]) if tag in changes] if asked else []
    tag = near[0] if near else next(iter(changes))
    notes = [] if near or own is None else [f"what was changed is not said in {own!r}"]
    try:
        letter = letters.languages.prepare(_ACTION, asked if near else tag, plan.currency)
        draft = letters.manner.write(letter, {**given, "change": changes[tag], **letters.fields})
    except NpskitError as error:
        return None, None, None, "; ".join([*notes, str(error)])
    return draft.language, draft.subject, draft.body, "; ".join([*notes, *draft.notes]) or None

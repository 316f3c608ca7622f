"""Letters to customers who wrote about a theme: each once, and to nobody who is to be left in peace."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Codes
from npskit.checks import of_kind, several
from npskit.data import fold, read_customers
from npskit.errors import IncompatibleError, NpskitError
from npskit.followup.plan.choices import Choices
from npskit.followup.plan.follow_up_list import about, in_text
from npskit.followup.plan.plan_letters import Letters
from npskit.followup.plan.same_customer import any_of, last_of_each
from npskit.followup.plan.statuses import QUIET, WHY
from npskit.results import Result, Rows, records

# What a letter may say of a customer.
_DETAILS = ("name", "vocative", "product", "theme", "commented")
_OPTED_OUT = "does not want to be contacted"


@attrs.frozen
class CustomerLetter:
    """The letter to one customer who wrote about a theme.

    Args:
        row: The row of the answer, in the file where it came from one.
        customer: Who wrote; None if unknown.
        theme: What was written about.
        answered: When; None if unknown.
        language: The language of the letter; None where there is none.
        subject: One line; None where the letter could not be written.
        message: The letter.
        note: What is wrong with it, or to be looked at; None for nothing.
    """

    row: int
    customer: Hashable
    theme: str
    answered: dt.date | None
    language: str | None
    subject: str | None
    message: str | None
    note: str | None


@attrs.frozen(eq=False, repr=False)
class CustomerLetters(Result):
    """Letters to customers who wrote about some themes, each once.

    Args:
        themes: The themes.
        letters: The letters, in the order of the survey.
        left_out: How many of those who wrote about them get none, by reason.
    """

    _TABLE = ("letters", CustomerLetter)

    themes: tuple[str, ...]
    letters: tuple[CustomerLetter, ...]
    left_out: Mapping[str, int]

    @property
    def customers(self) -> tuple[Hashable, ...]:
        """Whom the letters are to: give them the next time, so that nobody gets two."""
        return tuple(letter.customer for letter in self.letters)

    def _rows(self, *_: Any, **options: Any) -> Rows:
        header, rows = super()._rows(**options)
        return header, in_text(rows)

    def _left(self) -> str:
        """Return who gets none, as a caption says it."""
        return "; ".join(f"{reason} ({count:,})" for reason, count in self.left_out.items())


@attrs.frozen
class Wording:
    """How a letter to one customer is worded.

    Args:
        language: In which language.
        fields: What is filled in besides what is known of the customer.
        note: What is to be looked at; None for nothing.
    """

    language: str
    fields: Mapping[str, Any]
    note: str | None = None


def as_themes(theme: str | Iterable[str]) -> tuple[str, ...]:
    """Return one theme or several."""
    return tuple(
        of_kind(name, str, "theme") for name in ((theme,) if isinstance(theme, str) else several(theme, "theme"))
    )


def about_themes(plan: Choices, themes: Iterable[str] | None, method: str) -> Bools:
    """Return the rows that are about some themes, without regard to case; of None, about any. Spam asks for nothing.

    Raises:
        IncompatibleError: If no column says what answers are about.
    """
    said = plan.assigned.table.theme
    if said is None:
        raise IncompatibleError(
            f"{method}: what customers wrote about is not known: name its column with roles={{'theme': ...}}"
        )
    wanted = None if themes is None else set(map(fold, themes))
    return said.holds(lambda name: wanted is None or fold(name) in wanted) & ~plan.unwanted


def latest_rows(plan: Choices, of: Bools) -> Codes:
    """Return the latest of some rows of each customer, in the order of the survey."""
    table, rows = plan.assigned.table, np.flatnonzero(of)
    by = () if table.given is None else (table.given[rows].astype(np.int64),)
    return np.sort(rows[last_of_each(table.who[rows], *by)])


def reasons_against(plan: Choices, before: Any, what: str, others: Mapping[str, Bools]) -> NDArray[Any]:
    """Return why the customer of each row gets no letter, None where nothing speaks against one.

    Args:
        plan: The plan.
        before: Who got one before: ids, or the letters.
        what: What the argument is called and the letters do: `"told"`.
        others: What speaks against it besides: rows by reason; each holds of all rows of a customer.
    """
    table = plan.assigned.table
    known = before.customers if isinstance(before, CustomerLetters) else before
    keys = frozenset(read_customers(several(known, what)).keys)
    found = np.full(len(plan.status), None, dtype=object)
    for reason, marked in {**others, WHY[QUIET]: plan.status == QUIET}.items():
        found[any_of(marked, table.who)] = reason
    if plan.opted_out is not None:
        found[any_of(plan.opted_out, table.who)] = _OPTED_OUT
    if table.customers is not None:
        found[np.array([key in keys for key in table.customers.row_keys], dtype=np.bool_)] = f"has been {what} before"
    return found


def parted(rows: Codes, why: NDArray[Any]) -> tuple[Codes, dict[str, int]]:
    """Return the rows that nothing speaks against, and how many are left out, by reason."""
    against = why[rows]
    return rows[[reason is None for reason in against]], dict(Counter(filter(None, against)))


def write_letters(
    plan: Choices, action: str, rows: Codes, letters: Letters, worded: Callable[[str | None, str], Wording]
) -> Iterator[CustomerLetter]:
    """Yield the letters of an action to customers.

    Args:
        plan: The plan.
        action: The letter.
        rows: To whom: the rows of their answers, all of which have a theme.
        letters: How they are to be written.
        worded: How a letter is worded, by the customer's language and theme.
    """
    who, languages = about(plan, rows), plan.assigned.said("language", rows)
    known = {name: cells for name in _DETAILS if (cells := plan.assigned.detail(name, rows)) is not None}
    each = zip(who["row"], who["customer"], who["answered"], languages, records(known), strict=True)
    for row, customer, at, language, given in each:
        wording = worded(language, given["theme"])
        written = _written(plan, action, wording, given, letters)
        yield CustomerLetter(row, customer, str(given["theme"]), at, *written)


def _written(
    plan: Choices, action: str, wording: Wording, given: Mapping[str, Any], letters: Letters
) -> tuple[str | None, str | None, str | None, str | None]:
    """Return language, subject and message of a letter, and what is to be looked at."""
    notes = [wording.note] if wording.note else []
    try:
        letter = letters.languages.prepare(action, wording.language, plan.currency)
        draft = letters.manner.write(letter, {**given, **wording.fields, **letters.fields})
    except NpskitError as error:
        return None, None, None, "; ".join([*notes, str(error)])
    return draft.language, draft.subject, draft.body, "; ".join([*notes, *draft.notes]) or None

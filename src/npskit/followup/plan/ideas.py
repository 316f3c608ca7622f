"""What customers who are content and no more than that would like: ideas by how many share them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import attrs
import numpy as np

from npskit.arrays import Bools, Codes
from npskit.checks import of_kind, several, whole_number
from npskit.data import Words, fold
from npskit.errors import InvalidValueError, counted, did_you_mean, plural
from npskit.followup.plan.choices import Choices
from npskit.followup.plan.customer_letters import about_themes
from npskit.followup.plan.follow_up_list import numbered, shortened
from npskit.results import Result, Rows

# So many rows of an idea stand in a text.
_ROWS = 5


@attrs.frozen
class Idea:
    """A theme that customers wrote about.

    Args:
        theme: The theme, spelt as most do.
        customers: How many wrote about it, each counted once.
        share: Their share of all customers of the category.
        rows: The rows of their answers, in the file where they came from one.
        comments: Some of what they wrote.
    """

    theme: str
    customers: int
    share: float
    rows: tuple[int, ...]
    comments: tuple[str, ...]


@attrs.frozen(eq=False, repr=False)
class Ideas(Result):
    """What customers of a category wrote about, by how many share it.

    Every row of the category is in an idea, in `without_theme`, among `silent` or among `set_aside`.

    Args:
        categories: Whose ideas: `("passive",)`.
        ideas: The ideas, those that most share first.
        customers: How many customers answered so, each counted once.
        without_theme: The rows of comments that have no theme: somebody has to read them.
        silent: How many rows have neither theme nor comment.
        set_aside: How many rows triage sets aside.
    """

    _TABLE = ("ideas", Idea)

    categories: tuple[str, ...]
    ideas: tuple[Idea, ...]
    customers: int
    without_theme: tuple[int, ...]
    silent: int
    set_aside: int

    def _rows(self, *_: Any, **options: Any) -> Rows:
        header, _rows = super()._rows(**options)
        return header, [
            [each.theme, each.customers, f"{each.share:.0%}", _some(each.rows), shortened(" | ".join(each.comments))]
            for each in self.ideas
        ]

    def __repr__(self) -> str:
        return self._said(categories=self.categories, ideas=len(self.ideas), customers=self.customers)

    def _caption(self) -> str:
        who = "/".join(self.categories)
        return f"What {counted(self.customers, 'customer')} ({who}) wrote about, by how many share it."

    def _notes(self) -> tuple[str, ...]:
        lines = []
        if n := len(self.without_theme):
            lines.append(
                f"{counted(n, 'comment')} {plural(n, 'has', 'have')} no theme: rows {_some(self.without_theme)}."
            )
        if self.silent:
            lines.append(
                f"{counted(self.silent, 'answer')} {plural(self.silent, 'has', 'have')} neither theme nor comment."
            )
        if self.set_aside:
            lines.append(f"{counted(self.set_aside, 'row')} {plural(self.set_aside, 'is', 'are')} set aside by triage.")
        return tuple(lines)


def _some(rows: tuple[int, ...]) -> str:
    return ", ".join(map(str, rows[:_ROWS])) + (", …" if len(rows) > _ROWS else "")


def as_categories(plan: Choices, category: str | Iterable[str]) -> Codes:
    """Return the indices of one category or of several.

    Raises:
        InvalidTypeError, InvalidValueError: If one is no category of the plan's scorer; the message lists them.
    """
    known = plan.codebook.categories
    wanted = (category,) if isinstance(category, str) else several(category, "category")
    if not wanted:
        raise InvalidValueError(f"category must name one of {', '.join(known)}, or several: got none")
    for name in wanted:
        if of_kind(name, str, "category") not in known:
            raise InvalidValueError(f"category: {name!r} is none of {plan.codebook.name}; {did_you_mean(name, known)}")
    return np.array([known.index(name) for name in wanted], dtype=np.intp)


def authors(plan: Choices, categories: Codes) -> Bools:
    """Return the rows of some categories that triage does not set aside."""
    return np.asarray(np.isin(plan.categories, categories) & ~plan.unwanted)


def _words(plan: Choices) -> Words:
    """Return what answers are about, which `about_themes` has seen to be known."""
    found = plan.assigned.table.theme
    assert found is not None
    return found


def shared_by(plan: Choices, asked: Bools) -> dict[str, Codes]:
    """Return the rows of each theme, by its folded name."""
    said = _words(plan)
    places: dict[str, int] = {}
    themes = np.array([places.setdefault(fold(name), len(places)) for name in said.names], dtype=np.intp)
    rows = np.flatnonzero(asked & (said.codes >= 0))
    theme = themes[said.codes[rows]]
    order = np.argsort(theme, kind="stable")
    ends = np.cumsum(np.bincount(theme, minlength=len(places))).tolist()
    parts = {name: rows[order[begin:end]] for name, begin, end in zip(places, [0, *ends], ends, strict=False)}
    return {name: part for name, part in parts.items() if len(part)}


def ideas_of(plan: Choices, category: str | Iterable[str], examples: int) -> Ideas:
    """Return the ideas of customers; see `FollowUpPlan.ideas`."""
    most = whole_number(examples, "examples", least=0)
    table, codes = plan.assigned.table, as_categories(plan, category)
    about, asked = about_themes(plan, None, "ideas"), authors(plan, codes)
    customers = len(np.unique(table.who[asked]))
    found = [_idea(plan, rows, customers, most) for rows in shared_by(plan, asked & about).values()]
    unread = np.flatnonzero(asked & ~about & table.commented)
    return Ideas(
        tuple(plan.codebook.categories[code] for code in codes),
        tuple(sorted(found, key=lambda idea: (-idea.customers, idea.theme))),
        customers,
        tuple(numbered(plan, unread)),
        int((asked & ~about & ~table.commented).sum()),
        int((np.isin(plan.categories, codes) & plan.unwanted).sum()),
    )


def _idea(plan: Choices, rows: Codes, customers: int, most: int) -> Idea:
    """Return one idea, of the rows that have its theme."""
    table = plan.assigned.table
    themes = _words(plan)
    names = Counter(" ".join(themes.names[code].split()) for code in themes.codes[rows].tolist())
    written = [] if table.comment is None else [text for row in rows.tolist() if (text := table.comment[row])]
    shared = len(np.unique(table.who[rows]))
    comments = tuple(dict.fromkeys(written))[:most]
    return Idea(names.most_common(1)[0][0], shared, shared / customers, tuple(numbered(plan, rows)), comments)

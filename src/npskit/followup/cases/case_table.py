"""Any source of cases as a table, with what its columns say beside the times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Codes
from npskit.counting import INVALID, MISSING, encode
from npskit.data import NOTHING, UNKNOWN, Column, Frame, factorize, read_labels
from npskit.errors import ColumnNotFoundError, InvalidTypeError, InvalidValueError, did_you_mean
from npskit.followup.cases.case import Case
from npskit.scorers import Codebook

MONTH = "month"
_CASE_KEYS = ("owner", "category", "theme", "channel")


def case_frame(source: Any) -> Frame:
    """Return any source as a frame."""
    if not isinstance(source, Sequence) or isinstance(source, str | bytes):
        return Frame(source)
    if source and all(isinstance(item, Mapping) for item in source):
        names = dict.fromkeys(name for item in source for name in item)
        return Frame({name: [item.get(name) for item in source] for name in names})
    kind = Mapping if source and isinstance(source[0], Mapping) else Case
    for row, item in enumerate(source):
        if not isinstance(item, kind):
            raise InvalidTypeError(
                "cases must be Case objects, a dataframe, a mapping of columns or a list of dictionaries: item "
                f"{row} is {item!r} ({type(item).__name__}) in a list of {type(source[0]).__name__}"
            )
    return Frame(_case_columns(source))


def _case_columns(cases: Sequence[Case]) -> dict[str, list[Any]]:
    """Return cases as an event log."""
    twice = [case for case, many in Counter(case.id for case in cases).items() if many > 1]
    if twice:
        raise InvalidValueError(f"cases: {len(twice)} ids occur more than once, such as {twice[0]!r}; one case, one id")
    rows = [(event, case) for case in cases for event in case.events]
    found: dict[str, list[Any]] = {"case": [case.id for _, case in rows], "event": [event.kind for event, _ in rows]}
    found |= {name: [getattr(event, name) for event, _ in rows] for name in ("at", "by")}
    kept = ("category", "theme", "channel", "later") if any(case.later for case in cases) else _CASE_KEYS[1:]
    return found | {name: [getattr(case, name) for _, case in rows] for name in kept}


@attrs.frozen(eq=False)
class CaseTable:
    """A log with its columns by role."""

    frame: Frame
    roles: Mapping[str, str]
    codebook: Codebook
    by: tuple[str, ...]
    one_per_event: bool

    def column(self, role: str) -> NDArray[Any] | None:
        """Return the values of a role, None where missing; None if there is no such column."""
        name = self.roles.get(role)
        return None if name is None else self.frame.column(name).filled()

    def keys(self) -> dict[str, tuple[Codes, list[Any]]]:
        """Return the code of each row for everything to break down by but the month and, of events, the owner."""
        found = {}
        for name in self.by:
            if name == MONTH or (name == "owner" and self.one_per_event):
                continue
            column = self.roles.get(name, name)
            if column not in self.frame.columns:
                known = [*_CASE_KEYS, MONTH, *self.frame.columns]
                raise ColumnNotFoundError(f"by: the log has no {name!r}; {did_you_mean(str(name), known)}")
            found[name] = factorize(self.frame.column(column).filled())
        return found

    def categories(self, score: str, label: str, *, strict: bool) -> Codes | None:
        """Return the customer's category in each row: by the answer, else by the label; None if there is neither.

        Args:
            score: The role of the answer.
            label: The role of the label.
            strict: Whether a label that names no category is refused; else it stands above all of them.

        Returns:
            -1 where nothing is said, or the answer cannot be scored.
        """
        codebook = self.codebook
        if score in self.roles and len(codebook.questions) == 1:
            name = self.roles[score]
            column: Column = self.frame.column(name)
            codes = encode(column.values, codebook.scales[0], name=name, mask=column.mask)
            found = np.full(len(codes), -1, np.intp)
            usable = (codes != MISSING) & (codes != INVALID)
            found[usable] = codebook.grid[codes[usable]]
            return found
        if label not in self.roles:
            return None
        labels = read_labels(self.frame.column(self.roles[label]), codebook.categories)
        unknown = next(iter(labels.unknown()), None)
        if strict and unknown is not None:
            raise InvalidValueError(
                f"{self.roles[label]}: {unknown!r} is no category of {codebook.name}; "
                f"{did_you_mean(unknown, codebook.categories)}; give scorer=... if it is another's"
            )
        places = labels.categories
        return np.where(places == UNKNOWN, len(codebook.categories), np.where(places == NOTHING, -1, places))

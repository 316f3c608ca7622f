"""Any source of cases as a table, with what its columns say beside the times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.counting import INVALID, MISSING, encode
from npskit.data import NOTHING, UNKNOWN, Column, Frame, factorize, read_labels
from npskit.errors import ColumnNotFoundError, InvalidTypeError, InvalidValueError, did_you_mean
from npskit.followup.cases.case import Case
from npskit.scorers import Codebook

MONTH = "month"
_CASE_KEYS = ("owner", "category", "theme", "channel")


def case_frame(source: Any) -> Frame:
    """Return any source as a frame."""
    if isinstance(source, Sequence) and not isinstance(source, str | bytes):
        if source and all(isinstance(item, Case) for item in source):
            return Frame(_case_columns(source))
        if source and all(isinstance(item, Mapping) for item in source):
            names = dict.fromkeys(name for item in source for name in item)
            return Frame({name: [item.get(name) for item in source] for name in names})
        wrong = next((i for i, item in enumerate(source) if not isinstance(item, Case | Mapping)), None)
        if wrong is not None or source:
            row = wrong or 0
            raise InvalidTypeError(
                f"cases must be Case objects, a dataframe, a mapping of columns or a list of dictionaries: item {row} "
                f"is {source[row]!r} ({type(source[row]).__name__}) in a list of {type(source[0]).__name__}"
            )
        return Frame(_case_columns([]))
    return Frame(source)


def _case_columns(cases: Sequence[Case]) -> dict[str, list[Any]]:
    """Return cases as an event log."""
    twice = [case for case, many in Counter(case.id for case in cases).items() if many > 1]
    if twice:
        raise InvalidValueError(f"cases: {len(twice)} ids occur more than once, such as {twice[0]!r}; one case, one id")
    rows = [(event, case) for case in cases for event in case.events]
    found: dict[str, list[Any]] = {
        "case": [case.id for _, case in rows],
        "event": [event.kind for event, _ in rows],
        "at": [event.at for event, _ in rows],
        "by": [event.by for event, _ in rows],
    }
    for name in ("category", "theme", "channel", "later"):
        found[name] = [getattr(case, name) for _, case in rows]
    if all(value is None for value in found["later"]):
        del found["later"]
    return found


@attrs.frozen(eq=False)
class CaseTable:
    """A log with its columns by role."""

    frame: Frame
    roles: Mapping[str, str]
    codebook: Codebook
    by: tuple[str, ...]
    one_per_event: bool
    dayfirst: bool | None = None

    def column(self, role: str) -> NDArray[Any] | None:
        """Return the values of a role, None where missing; None if there is no such column."""
        name = self.roles.get(role)
        return None if name is None else self.frame.column(name).filled()

    def keys(self) -> dict[str, tuple[NDArray[np.intp], list[Any]]]:
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

    def worst(self) -> NDArray[np.int64] | None:
        """Return 1 where the customer's category is the worst, 0 where it is another, -1 where it is not known."""
        found = self._scored("score")
        if found is None:
            found = self._named("category", strict=False)
        return None if found is None else np.where(found < 0, -1, found == 0).astype(np.int64)

    def later(self) -> NDArray[np.int64] | None:
        """Return the customer's category when surveyed again, -1 where that has not been or cannot be scored."""
        found = self._scored("later_score")
        return self._named("later", strict=True) if found is None else found

    def _scored(self, role: str) -> NDArray[np.int64] | None:
        name = self.roles.get(role)
        if name is None or len(self.codebook.questions) != 1:
            return None
        column: Column = self.frame.column(name)
        codes = encode(column.values, self.codebook.scales[0], name=name, mask=column.mask)
        found = np.full(len(codes), -1, np.int64)
        usable = (codes != MISSING) & (codes != INVALID)
        found[usable] = self.codebook.grid[codes[usable]]
        return found

    def _named(self, role: str, *, strict: bool) -> NDArray[np.int64] | None:
        if role not in self.roles:
            return None
        values = self.frame.column(self.roles[role])
        labels = read_labels(values, self.codebook.categories)
        unknown = labels.unknown()
        if strict and unknown:
            name = next(iter(unknown))
            raise InvalidValueError(
                f"{self.roles[role]}: {name!r} is no category of {self.codebook.name}; "
                f"{did_you_mean(name, self.codebook.categories)}; give scorer=... if it is another's"
            )
        places = labels.categories
        return np.where(places == UNKNOWN, len(self.codebook.categories), np.where(places == NOTHING, -1, places))

"""FollowUpPlan: whom to answer with what, what it costs and is expected to bring, and why the others are left out."""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TextIO

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.followup import plan_table, plan_text
from npskit.followup.assigned import Assigned
from npskit.followup.model import FollowUp
from npskit.followup.statuses import CHOSEN, NO_GAIN, NO_STRATEGY, STATUSES, UNKNOWN_GAIN, UNSCORED, WHY
from npskit.followup.steps import Offer
from npskit.frames import Column
from npskit.results.display import number
from npskit.results.files import write_csv, write_json_lines
from npskit.results.native import native_frame
from npskit.scorers.base import Codebook, Scorer

if TYPE_CHECKING:
    from npskit.followup.messages import Draft, Languages

_ARRAYS = ("customers", "categories", "status", "offers", "owner", "cost", "gain", "holdout", "intended")


@attrs.frozen(eq=False)
class Limits:
    """The limits of a plan and what it makes of them. Money in your currency, work in hours.

    Args:
        budget: Money there is; infinite for no limit.
        spent: Money the chosen offers cost.
        capacity: Hours there are, by team or person, or of `"everybody"`; infinite for no limit.
        used: Hours the chosen follow-ups take, by the same names.
        value: What the plan is expected to bring beyond its cost, in your currency; NaN without `value` and `lift`.
        bound: What no plan within the limits can exceed; NaN without `value` and `lift`.
        price_of_money: What one more unit of budget would bring, at the bound; NaN without `value` and `lift`.
        price_of_hours: What one more hour would bring, by the names of `capacity`; NaN without `value` and `lift`.
        method: `"greedy"`, `"exact"`, or `"priority"` where no expected values are known.
    """

    budget: float
    spent: float
    capacity: Mapping[str, float]
    used: Mapping[str, float]
    value: float
    bound: float
    price_of_money: float
    price_of_hours: Mapping[str, float]
    method: str


@attrs.frozen(eq=False, repr=False)
class FollowUpPlan:
    """Whom to follow up, with which offer, by when and by whom; every response has one recommendation or a reason.

    Iterating gives the follow-ups, the first to be answered first. Arrays have one element for each response of the
    survey, in its order.

    Args:
        book: The scorer of the answers, read once.
        assigned: What the playbook recommends for each response.
        customers: Who answered; None where unknown. Object array.
        categories: The category of each answer, -1 where it could not be scored.
        status: What becomes of each response, index into `npskit.followup.statuses.STATUSES`.
        offers: Which of the recommended offers is made, -1 for none.
        owner: Who answers, index into `owners`; -1 where nobody has to.
        owners: The teams or persons who answer.
        cost: What the offer costs, in your currency; 0 where none is made.
        gain: What following up is expected to bring beyond its cost, in your currency, with the offer made, or the best
            one where none is; NaN where that is unknown.
        holdout: Whether the customer belongs to those left alone at random.
        intended: Whether the response stands above the line that budget and capacity draw: in both arms alike, so that
            chosen and left alone can be compared.
        share: The share of customers left alone at random.
        limits: The limits, and what the plan makes of them.
        now: When the plan is made: as given, or else the time of the latest response; None if unknown.
        currency: The currency of all amounts, such as `"EUR"`; None if not said.
        language: The language of messages where the customer's is not known.
        kept: Columns of the survey that are carried along, by name.
        backend: The dataframe library that `to_frame` gives by default.
    """

    book: Codebook
    assigned: Assigned
    customers: NDArray[Any]
    categories: NDArray[np.intp]
    status: NDArray[np.int8]
    offers: NDArray[np.intp]
    owner: NDArray[np.intp]
    owners: tuple[str, ...]
    cost: NDArray[np.float64]
    gain: NDArray[np.float64]
    holdout: NDArray[np.bool_]
    intended: NDArray[np.bool_]
    share: float
    limits: Limits
    now: np.datetime64 | None = None
    currency: str | None = None
    language: str = "en"
    kept: Mapping[str, Column] = attrs.field(factory=dict)
    backend: str | None = None

    def __attrs_post_init__(self) -> None:
        for name in _ARRAYS:
            getattr(self, name).setflags(write=False)

    # ---- who ----

    @property
    def scorer(self) -> Scorer:
        """What the answers mean."""
        return self.book.scorer

    @property
    def times(self) -> NDArray[np.datetime64] | None:
        """When each response was given; None if unknown."""
        return self.assigned.table.at

    @property
    def chosen(self) -> NDArray[np.bool_]:
        """Whether each response is followed up."""
        chosen: NDArray[np.bool_] = self.status == CHOSEN
        return chosen

    @property
    def overdue(self) -> NDArray[np.bool_]:
        """Whether each response is followed up, and should have been before the plan was made."""
        if self.now is None:
            return np.zeros(len(self.status), dtype=np.bool_)
        overdue: NDArray[np.bool_] = self.chosen & (self.assigned.due < self.now)
        return overdue

    @functools.cached_property
    def order(self) -> NDArray[np.intp]:
        """The rows that are followed up, the first to be answered first: by priority, then by due time, then by row."""
        rows = np.flatnonzero(self.chosen)
        due = self.assigned.due[rows]
        late = np.where(np.isnat(due), np.iinfo(np.int64).max, due.astype(np.int64))
        return rows[np.lexsort((rows, late, -self.assigned.priority[rows]))]

    @property
    def counts(self) -> dict[str, int]:
        """How many responses have each status, in the order of `STATUSES`; they sum to the rows of the survey."""
        return dict(zip(STATUSES, np.bincount(self.status, minlength=len(STATUSES)).tolist(), strict=True))

    def __len__(self) -> int:
        return len(self.order)

    def __iter__(self) -> Iterator[FollowUp]:
        return (self.follow_up(row) for row in self.order.tolist())

    def follow_up(self, row: int) -> FollowUp:
        """Return the recommendation for one response, with the offer that the plan makes.

        Args:
            row: The position of the response in the survey, from 0.

        Raises:
            InvalidTypeError, InvalidValueError: If there is no such row, or it is not followed up; the message says
                why.
        """
        row = self._checked(row)
        found = self.assigned.follow_up(row) if self.chosen[row] else None
        if found is None:
            raise InvalidValueError(f"row {row} is not followed up: {self.why(row)}")
        return found.with_offer(self.offer(row))

    def offer(self, row: int) -> Offer | None:
        """Return the offer made to one response, or None."""
        place = int(self.offers[self._checked(row)])
        return None if place < 0 else self.assigned.offers(row)[place]

    def why(self, row: int) -> str:
        """Return why a response is left out; empty where it is followed up."""
        row = self._checked(row)
        status = int(self.status[row])
        if status in (NO_STRATEGY, UNSCORED):
            return self.assigned.why_none(row) or WHY[status]
        return UNKNOWN_GAIN if status == NO_GAIN and math.isnan(self.gain[row]) else WHY[status]

    def _checked(self, row: Any) -> int:
        if isinstance(row, bool) or not isinstance(row, int | np.integer):
            raise InvalidTypeError(f"row must be the position of a response, from 0: got {row!r}")
        if not 0 <= row < len(self.status):
            raise InvalidValueError(f"row must be 0 to {len(self.status) - 1}: got {row!r}")
        return int(row)

    def message(
        self,
        follow_up: FollowUp,
        language: str | None = None,
        *,
        action: str | None = None,
        languages: Languages | None = None,
        **fields: Any,
    ) -> Draft:
        """Return the draft of a message of one of the follow-ups, in the plan's currency; see `FollowUp.message`.

        Args:
            follow_up: One of the plan's.
            language: The language where the customer's is not known; None for the plan's.
            action: The step; None for the first.
            languages: Where to look for the letter; None for the languages that come with npskit.
            fields: What to fill in besides what is known of the customer.

        Raises:
            InvalidValueError: If the message needs a detail that is missing; the message names it.
        """
        wanted = follow_up.language or language or self.language
        return follow_up.message(wanted, action=action, currency=self.currency, languages=languages, **fields)

    # ---- as tables and files ----

    def columns(
        self,
        *,
        everything: bool = False,
        messages: bool = False,
        language: str | None = None,
        fields: Mapping[str, Any] | None = None,
        languages: Languages | None = None,
    ) -> dict[str, list[Any]]:
        """Return the plan as columns of plain Python values, one row a follow-up, the first to be answered first.

        `row` is the position of the response in the survey, from 0; the columns that the survey was asked to keep
        stand after the customer.

        Args:
            everything: Whether to give all responses of the survey, in its order, with their status and why they are
                left out.
            messages: Whether to write the draft of the first message: columns `subject` and `message`, and `note`,
                which says what is missing where a letter could not be written.
            language: The language of the drafts where the customer's is not known; None for the plan's.
            fields: What to fill into all drafts besides: `{"company": "ACME", "sender": "Ann"}`.
            languages: Where to look for the letters; None for the languages that come with npskit.

        Raises:
            InvalidTypeError, InvalidValueError: If `fields` or `language` cannot be used.
        """
        return plan_table.columns_of(self, everything, messages, language, fields, languages)

    def to_frame(self, backend: str | None = None, **options: Any) -> Any:
        """Return `columns(**options)` as a dataframe of the caller's own library; several actions are joined by "; ".

        Args:
            backend: `"pandas"`, `"polars"` or `"pyarrow"`; default the one the data came in.
            options: See `columns`.

        Raises:
            MissingDependencyError: If the library is not there.
        """
        columns = self.columns(**options)
        joined = {
            name: ["; ".join(map(str, value)) if isinstance(value, tuple) else value for value in values]
            for name, values in columns.items()
        }
        return native_frame(joined, backend or self.backend)

    def to_csv(
        self, path: str | os.PathLike[str] | TextIO, *, separator: str = ",", decimal: str = ".", **options: Any
    ) -> None:
        """Write `columns(**options)` as CSV in UTF-8 that no spreadsheet takes for formulas.

        Args:
            path: A path, or an open text file.
            separator: What stands between cells; spreadsheets of much of Europe expect `";"`.
            decimal: The decimal mark of numbers; there it is `","`.
            options: See `columns`.

        Raises:
            InvalidValueError: If separator and decimal mark are not single characters, or the same.
        """
        write_csv(self.columns(**options), path, separator=separator, decimal=decimal)

    def to_json_lines(self, path: str | os.PathLike[str] | TextIO, **options: Any) -> None:
        """Write `columns(**options)` as JSON lines in UTF-8, one object a follow-up.

        Args:
            path: A path, or an open text file.
            options: See `columns`.
        """
        write_json_lines(self.columns(**options), path)

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as JSON can hold it: its limits, how many responses have each status, the follow-ups."""
        return plan_table.record_of(self)

    # ---- as text ----

    def __repr__(self) -> str:
        spent = f", spent={number(self.limits.spent, 2)}" if self.limits.spent else ""
        return f"FollowUpPlan({len(self)} of {len(self.status)} responses{spent}, method={self.limits.method!r})"

    def headline(self) -> str:
        """Return in a few lines what the plan does, and what it leaves out."""
        return "\n".join(plan_text.headline(self))

    def first(self, most: int = plan_text.FIRST) -> str:
        """Return the first follow-ups as text: whom to call, by when, and why.

        Args:
            most: How many.
        """
        return plan_text.first(self, most)

    def __str__(self) -> str:
        return "\n\n".join(filter(None, [self.headline(), self.first()]))

    def _repr_html_(self) -> str:
        return plan_text.as_html(self)

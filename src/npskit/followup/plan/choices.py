"""What a plan has chosen: which responses are followed up and how, and why the others are left out."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Codes, Floats, Frozen, Times, once
from npskit.checks import is_same, of_kind, whole_number
from npskit.data import NAMED, Column, read_customers, row_said
from npskit.errors import InvalidTypeError, InvalidValueError, quoted
from npskit.followup.plan.statuses import (
    CHOSEN,
    NO_GAIN,
    NO_STRATEGY,
    STATUSES,
    SUPERSEDED,
    TRIAGE,
    UNKNOWN_GAIN,
    UNSCORED,
    WHY,
)
from npskit.followup.plan.triage_labels import AGAINST_ANSWER, Labels, against_answer, sets_aside
from npskit.followup.playbook import Assigned, FollowUp, Menu, Offer, pick
from npskit.results import NO_ROWS, CountedRows, RowCounts, excerpt
from npskit.scorers import Codebook, Scorer
from npskit.times import moment_in

if TYPE_CHECKING:
    from npskit.followup.letters import Draft, Languages


@attrs.frozen(eq=False)
class Limits(Frozen):
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
        beyond: How many critical comments are answered although no hours are left, by the names of `capacity`.
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
    beyond: Mapping[str, int] = attrs.field(factory=dict)


@attrs.frozen(eq=False, repr=False, slots=False)
class Choices(CountedRows):
    """What becomes of each response of a survey: the columns of a plan; see `npskit.FollowUpPlan`."""

    _ROWS = "responses"

    assigned: Assigned
    status: NDArray[np.int8]
    offers: Codes
    owner: Codes
    owners: tuple[str, ...]
    cost: Floats
    gain: Floats
    holdout: Bools
    intended: Bools
    share: float
    limits: Limits
    currency: str | None = None
    language: str = "en"
    unasked: tuple[str, ...] = ()
    opt_outs: tuple[str, ...] = ()
    opted_out: Bools | None = None
    labels: Labels | None = None
    kept: Mapping[str, Column] = attrs.field(factory=dict)
    shown: tuple[str, ...] = ()
    backend: str | None = None
    rows: RowCounts = NO_ROWS

    @property
    def row_counts(self) -> RowCounts:
        """What became of the rows: those followed up count, all that may not or cannot be are left out."""
        return self.rows

    @property
    def row_numbers(self) -> NDArray[np.int64] | None:
        """The row of the file that each response came from; None where they came from none."""
        return self.assigned.table.row_numbers

    @property
    def codebook(self) -> Codebook:
        """The scorer of the answers, read once."""
        return self.assigned.table.codebook

    @property
    def scorer(self) -> Scorer:
        """What the answers mean."""
        return self.codebook.scorer

    @property
    def categories(self) -> Codes:
        """The category of each answer, -1 where it could not be scored."""
        return self.assigned.table.category

    @property
    def customers(self) -> NDArray[Any]:
        """Who answered; None where unknown. Object array."""
        return self.assigned.table.ids

    @property
    def times(self) -> Times | None:
        """When each response was given; None if unknown."""
        return self.assigned.table.at

    @property
    def now(self) -> np.datetime64 | None:
        """When the plan is made: as given, or else the time of the latest response; None if unknown."""
        return self.assigned.table.now

    @property
    def made(self) -> dt.datetime | None:
        """When the plan is made, with its time zone where that of its times is known."""
        table = self.assigned.table
        return None if table.made is None else moment_in(table.made, table.clock)

    @property
    def chosen(self) -> Bools:
        """Whether each response is followed up."""
        return np.asarray(self.status == CHOSEN)

    @property
    def overdue(self) -> Bools:
        """Whether each response is followed up, and should have been before the plan was made."""
        table = self.assigned.table
        if table.made is None:
            return np.zeros(len(self.status), dtype=np.bool_)
        return np.asarray(self.chosen & (self.assigned.due_moments < table.made))

    @once
    def unwanted(self) -> Bools:
        """Whether triage sets each response aside, whatever else its status says; no critical comment is."""
        if self.labels is None:
            return np.zeros(len(self.status), dtype=np.bool_)
        return sets_aside(self.labels) & ~self.assigned.critical

    @once
    def against_answer(self) -> Bools:
        """Whether triage says of each comment the opposite of the answer: a 10 with a complaint, praise beside a 0."""
        if self.labels is None:
            return np.zeros(len(self.status), dtype=np.bool_)
        table = self.assigned.table
        return against_answer(self.labels, table.category, len(table.codebook.categories) - 1)

    def reasons(self, rows: Codes) -> list[tuple[str, ...]]:
        """Return why each of some rows is followed up as it is."""
        found = zip(self.assigned.reasons(rows), self.against_answer[rows].tolist(), strict=True)
        return [(AGAINST_ANSWER, *reasons) if against else reasons for reasons, against in found]

    @once
    def order(self) -> Codes:
        """The rows that are followed up, the first to be answered first.

        Critical comments come before all others, then it goes by priority, by due time, and by row.
        """
        rows = np.flatnonzero(self.chosen)
        due = self.assigned.due[rows]
        late = np.where(np.isnat(due), np.iinfo(np.int64).max, due.astype(np.int64))
        return rows[np.lexsort((rows, late, -self.assigned.priority[rows], ~self.assigned.critical[rows]))]

    @property
    def counts(self) -> dict[str, int]:
        """How many responses have each status, in the order of `STATUSES`; they sum to the rows of the survey."""
        return dict(zip(STATUSES, np.bincount(self.status, minlength=len(STATUSES)).tolist(), strict=True))

    def __len__(self) -> int:
        return len(self.order)

    def __iter__(self) -> Iterator[FollowUp]:
        return (self.follow_up_at(place) for place in self.order.tolist())

    def follow_up(self, row: int | None = None, *, customer: Any = None) -> FollowUp:
        """Return the recommendation for one response, with the offer that the plan makes.

        Args:
            row: The response, by the row that is printed: its row in the file, where the survey came from one, else its
                position, from 0. Of a position in an array of a plan from a file this is `plan.row_numbers[position]`.
            customer: Who gave it, in place of the row; of several responses the latest is meant.

        Raises:
            InvalidTypeError, InvalidValueError: If there is no such response, or it is not followed up; the message
                says why.
        """
        return self.follow_up_at(self._place(row, customer))

    def offer(self, row: int | None = None, *, customer: Any = None) -> Offer | None:
        """Return the offer made to one response, or None; arguments as of `follow_up`."""
        return self.offer_at(self._place(row, customer))

    def why(self, row: int | None = None, *, customer: Any = None) -> str:
        """Return why a response is left out; empty where it is followed up. Arguments as of `follow_up`."""
        return self.why_at(self._place(row, customer))

    def _place(self, row: Any, customer: Any) -> int:
        """Return the position of a response that is named by its row or its customer."""
        if (row is None) == (customer is None):
            raise InvalidTypeError("row or customer must be given, and not both")
        if customer is not None:
            return self._place_of(customer)
        if self.row_numbers is None:
            return whole_number(row, "row", least=0, most=len(self.status) - 1)
        found = np.flatnonzero(self.row_numbers == whole_number(row, "row"))
        if not found.size:
            raise InvalidValueError(f"row must be the row of a response in the file: there is none in row {row}")
        return int(found[0])

    def _place_of(self, customer: Any) -> int:
        """Return the position of the response of a customer: the one that superseded the others."""
        customers, wanted = self.assigned.table.customers, read_customers([customer]).keys
        numbers = [] if customers is None else [n for n, key in enumerate(customers.keys) if key in wanted]
        found = [] if customers is None else np.flatnonzero(np.isin(customers.numbers, numbers)).tolist()
        found = [i for i in found if self.status[i] != SUPERSEDED] or found
        if not found:
            raise InvalidValueError(f"customer must be one who answered: got {quoted(customer)}")
        if len(found) > 1:
            shown = ", ".join(row_said(i, self.row_numbers) for i in found[:NAMED])
            raise InvalidValueError(f"customer {quoted(customer)} gave several responses ({shown}); give row=")
        return found[0]

    # ---- by position, as in the arrays ----

    def _checked(self, place: int) -> int:
        return whole_number(place, "place", least=0, most=len(self.status) - 1)

    def follow_up_at(self, place: int) -> FollowUp:
        """Return the recommendation for the response at a position."""
        place = self._checked(place)
        if self.status[place] != CHOSEN:
            raise InvalidValueError(f"{row_said(place, self.row_numbers)} is not followed up: {self.why_at(place)}")
        found = self.assigned.follow_up(place, self.offer_at(place))
        assert found is not None  # somebody whom no strategy applies to is not chosen
        return attrs.evolve(found, reasons=(AGAINST_ANSWER, *found.reasons)) if self.against_answer[place] else found

    def offer_at(self, place: int) -> Offer | None:
        """Return the offer made to the response at a position, or None."""
        place = self._checked(place)
        offer = int(self.offers[place])
        return None if offer < 0 else self.assigned.offers(place)[offer]

    def why_at(self, place: int) -> str:
        """Return why the response at a position is left out; empty where it is followed up."""
        place = self._checked(place)
        status = int(self.status[place])
        if status in (NO_STRATEGY, UNSCORED):
            return self.assigned.why_none(place) or WHY[status]
        if status == TRIAGE and self.labels is not None:
            return f"{WHY[status]} as {excerpt(str(self.labels[place]))}"
        return UNKNOWN_GAIN if status == NO_GAIN and math.isnan(self.gain[place]) else WHY[status]

    def of_each(self, rows: Codes, find: Callable[[Menu, Offer | None], Any]) -> list[Any]:
        """Return something of what is done and which offer is made for rows that are followed up; found once a pair."""
        menus = self.assigned.menus
        starts = np.cumsum([0, *(1 + len(menu.offers) for menu in menus)])[:-1]
        found = [find(menu, offer) for menu in menus for offer in (None, *menu.offers)]
        return pick(found, starts[self.assigned.menu[rows]] + 1 + self.offers[rows])

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
            language: The language where the customer's is not known, or names no language; None for the plan's.
            action: The step; None for the first.
            languages: Where to look for the letter; None for the languages that come with npskit.
            fields: What to fill in besides what is known of the customer; also `voice`, `writer`, `comment` and
                `materials`, as of `npskit.draft`.

        Raises:
            InvalidValueError: If the message needs a detail that is missing; the message names it.
        """
        from npskit.followup.letters import as_languages

        of_kind(follow_up, FollowUp, "follow_up")
        own = follow_up.language
        usable = own is not None and as_languages(languages).knows(own)
        wanted = own if usable else self.language if language is None or is_same(language, "") else language
        return follow_up.message(wanted, action=action, currency=self.currency, languages=languages, **fields)

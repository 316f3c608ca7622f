"""What a playbook recommends for a table of responses, as columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.errors import IncompatibleError, InvalidTypeError
from npskit.followup.columns import Table
from npskit.followup.model import Context, FollowUp, Strategy
from npskit.followup.rules import Rule
from npskit.followup.steps import Offer, minutes_of
from npskit.followup.urgency import urgencies_of
from npskit.model import Response

if TYPE_CHECKING:
    from npskit.followup.playbook import Playbook

_ENDLESS = np.iinfo(np.int64).max
_NAT = np.datetime64("NaT", "us")
Menu = tuple[tuple[Offer, ...], bool]


@attrs.frozen(eq=False)
class Assigned:
    """What a playbook recommends for each response of a table, in its order.

    Args:
        playbook: The playbook.
        table: The responses.
        strategy: Which strategy applies, index into `playbook.strategies`, -1 for none: int32.
        priority: 0..100; NaN where no strategy applies.
        due: By when, datetime64[us] on the clock of the table; NaT where that is unknown or no strategy applies.
        starts: When each one's clock starts, datetime64[us]; NaT where unknown.
        urgency: How urgent the comment is, 0 to 2: int8.
        minutes: The staff time of the steps, with the offer that takes the longest; 0 where no strategy applies.
        minutes_without: The same when no offer is made.
        team: Who should answer, index into `teams`, -1 for nobody in particular: int32.
        teams: The names of the teams that occur in the playbook.
        menu: What may be offered, index into `menus`, -1 where no strategy applies: int32.
        menus: The distinct choices: the offers, and whether one of them has to be made.
        menu_minutes: For each menu the staff time of the steps with each of its offers, and last without one.
    """

    playbook: Playbook
    table: Table
    strategy: NDArray[np.int32]
    priority: NDArray[np.float64]
    due: NDArray[np.datetime64]
    starts: NDArray[np.datetime64]
    urgency: NDArray[np.int8]
    minutes: NDArray[np.float64]
    minutes_without: NDArray[np.float64]
    team: NDArray[np.int32]
    teams: tuple[str, ...]
    menu: NDArray[np.int32]
    menus: tuple[Menu, ...]
    menu_minutes: tuple[tuple[float, ...], ...]

    def __len__(self) -> int:
        return len(self.strategy)

    def follow_up(self, row: int) -> FollowUp | None:
        """Return the follow-up of a row, with its reasons; None where no strategy applies."""
        if self.strategy[row] < 0:
            return None
        response, context = _row(self.table, row, int(self.urgency[row]), self.starts[row])
        return self.playbook.answer(response, context)

    def offers(self, row: int) -> tuple[Offer, ...]:
        """Return what may be offered to the customer of a row."""
        return () if self.menu[row] < 0 else self.menus[self.menu[row]][0]

    def offer_required(self, row: int) -> bool:
        """Whether one of the offers has to be made."""
        return bool(self.menu[row] >= 0 and self.menus[self.menu[row]][1])

    def why_none(self, row: int) -> str | None:
        """Return why there is no follow-up for a row; None where there is one."""
        if self.strategy[row] >= 0:
            return None
        return self.playbook.why_none(self.table.response(row), scorer=self.table.book.scorer)


def ask(strategy: Strategy, response: Response, context: Context) -> FollowUp | None:
    """Return what a strategy says, checked."""
    found = strategy(response, context)
    if not isinstance(found, (FollowUp, type(None))):
        raise InvalidTypeError(f"strategy {strategy.name!r} must return a FollowUp or None: got {found!r}")
    return found


def _row(table: Table, row: int, urgency: int, start: np.datetime64) -> tuple[Response, Context]:
    """Return a row as a response and its context."""
    known: dt.datetime | None = None if np.isnat(start) else start.astype("datetime64[us]").item()
    return table.response(row), table.context(row, urgency, known)


@attrs.define(eq=False)
class _Draft:
    """The columns while they are being filled."""

    strategy: NDArray[np.int32]
    base: NDArray[np.float64]
    within: NDArray[np.int64]
    own: NDArray[np.datetime64]
    team: NDArray[np.int32]
    menu: NDArray[np.int32]
    teams: dict[str, int] = attrs.field(factory=dict)
    menus: dict[tuple[Menu, tuple[float, ...]], int] = attrs.field(factory=dict)

    @classmethod
    def of(cls, rows: int) -> _Draft:
        """Return columns in which no strategy applies."""
        none = np.full(rows, -1, dtype=np.int32)
        endless = np.full(rows, _ENDLESS, dtype=np.int64)
        return cls(none, np.zeros(rows), endless, np.full(rows, _NAT), none.copy(), none.copy())

    def fill(self, rows: Any, place: int, base: Any, found: Rule | FollowUp) -> None:
        """Write what a strategy, the one at `place`, says of some rows."""
        self.strategy[rows] = place
        self.base[rows] = base
        if found.within is not None:
            self.within[rows] = found.within // dt.timedelta(microseconds=1)
        if found.team is not None:
            self.team[rows] = self.teams.setdefault(found.team, len(self.teams))
        menu = (found.offers, found.offer_required), minutes_of(found.actions, found.offers)
        self.menu[rows] = self.menus.setdefault(menu, len(self.menus))

    def minutes(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the minutes of each row with the offer that takes the longest, and without one."""
        most = [max(each[:-1] if required and offers else each) for (offers, required), each in self.menus]
        without = [each[-1] for _, each in self.menus]
        return np.array([*most, 0.0])[self.menu], np.array([*without, 0.0])[self.menu]


def assign(playbook: Playbook, table: Table) -> Assigned:
    """Return what a playbook recommends for each response of a table."""
    rows = len(table)
    table = table.under(playbook.channels)
    judge = playbook.urgency
    urgency = np.zeros(rows, dtype=np.int8) if table.comment is None else urgencies_of(table.comment, judge)
    starts = playbook.due.starts(table)
    draft = _Draft.of(rows)
    for place, strategy in enumerate(playbook.strategies):
        left = draft.strategy < 0
        if isinstance(strategy, Rule):
            chosen = np.flatnonzero(strategy.when.mask(table, urgency, starts) & left)
            draft.fill(chosen, place, strategy.priorities(table.below[chosen]), strategy)
        else:
            _ask(strategy, place, np.flatnonzero(left & (table.category >= 0)).tolist(), table, urgency, starts, draft)
    found = draft.strategy >= 0
    for team in playbook.teams:
        theirs = found & (draft.team < 0)
        theirs &= team.when.mask(table, urgency, starts)
        draft.team[theirs] = draft.teams.setdefault(team.name, len(draft.teams))
    values = np.full(rows, np.nan) if table.value is None else table.value
    priority = np.where(found, playbook.points.priorities(draft.base, values, urgency), np.nan)
    due = np.where(
        found & ~np.isnat(starts), playbook.due.column(table, starts, urgency, draft.within, draft.own), _NAT
    )
    due = np.where(found & np.isnat(starts), draft.own, due)
    minutes, minutes_without = draft.minutes()
    return Assigned(
        playbook,
        table,
        draft.strategy,
        priority,
        due,
        starts,
        urgency,
        minutes,
        minutes_without,
        draft.team,
        tuple(draft.teams),
        draft.menu,
        tuple(menu for menu, _ in draft.menus),
        tuple(each for _, each in draft.menus),
    )


def _ask(
    strategy: Strategy,
    place: int,
    rows: Sequence[int],
    table: Table,
    urgency: NDArray[np.int8],
    starts: NDArray[np.datetime64],
    draft: _Draft,
) -> None:
    """Ask a strategy that is no rule row by row."""
    for row in rows:
        found = ask(strategy, *_row(table, row, int(urgency[row]), starts[row]))
        if found is not None:
            draft.fill(row, place, found.priority, found)
            if found.due is not None:
                if found.due.tzinfo is not None:
                    raise IncompatibleError(
                        f"columns of times are wall clocks: strategy {strategy.name!r} must give a due time without a "
                        f"time zone, not {found.due!r}"
                    )
                draft.own[row] = np.datetime64(found.due, "us")

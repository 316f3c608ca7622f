"""What a playbook recommends for a table of responses, as columns; the texts of a row are made of them."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Codes, Floats, Times
from npskit.errors import IncompatibleError, InvalidTypeError
from npskit.followup.playbook.contexts import Contexts
from npskit.followup.playbook.due import DueColumn, DueTimes
from npskit.followup.playbook.follow_up import COMPANY_FIELDS, URGENCIES, FollowUp, Strategy
from npskit.followup.playbook.points import Points
from npskit.followup.playbook.response_table import Table, instant_of, moment_in, pick
from npskit.followup.playbook.rules import Rule, Team
from npskit.followup.playbook.steps import Menu, Offer
from npskit.followup.playbook.urgency import UrgencyOf, UrgencyWords
from npskit.results import quoted

_NO_TIME = "no due time: when the response was given is not known, and now was not given"
_ROLES = ("value", "channel", "language", "theme", "public")
ALL = object()
"""In place of the offer that is made: all of them are still to be chosen from."""


@attrs.frozen(eq=False)
class Chosen:
    """Which strategy applies to each row, and what it says of itself. Arrays have one element for each row.

    Args:
        strategies: The strategies, in order.
        strategy: Which of them applies, -1 for none: int32.
        base: The priority it gives; 0 where none applies.
        within: How long it allows, index into `withins`, -1 for no limit.
        due: The time it names, on the clock of the table, or NaT.
        team: Who should answer, index into `teams`, -1 for nobody in particular: int32.
        menu: What is done, index into `menus`, -1 where no strategy applies: int32.
        withins: The distinct durations, each with its index; `teams` and `menus` likewise.
        teams: The names of the teams.
        menus: The distinct ways to follow up.
        own: What strategies that are no rules said, by row.
    """

    strategies: tuple[Strategy, ...]
    strategy: NDArray[np.int32]
    base: Floats
    within: NDArray[np.int32]
    due: Times
    team: NDArray[np.int32]
    menu: NDArray[np.int32]
    withins: dict[dt.timedelta, int] = attrs.field(factory=dict)
    teams: dict[str, int] = attrs.field(factory=dict)
    menus: dict[Menu, int] = attrs.field(factory=dict)
    own: dict[int, FollowUp] = attrs.field(factory=dict)

    @classmethod
    def of(cls, table: Table, contexts: Contexts, strategies: Sequence[Strategy], teams: Sequence[Team]) -> Chosen:
        """Ask each strategy, once, what it says of the rows that none before it has an answer to."""
        rows = len(table)
        none = np.full(rows, -1, dtype=np.int32)
        due = np.full(rows, np.datetime64("NaT", "us"))
        chosen = cls(tuple(strategies), none, np.zeros(rows), none.copy(), due, none.copy(), none.copy())
        left = table.category >= 0
        for place, strategy in enumerate(strategies):
            if not left.any():
                break
            if isinstance(strategy, Rule):
                found = np.flatnonzero(strategy.when.mask(contexts) & left)
                chosen._fill(found, place, strategy.priorities(table.below[found]), strategy)
            else:
                for row in np.flatnonzero(left).tolist():
                    chosen._ask(place, row, table, contexts)
            left &= chosen.strategy < 0
        for team in teams:
            without = (chosen.strategy >= 0) & (chosen.team < 0)
            if without.any():
                chosen.team[without & team.when.mask(contexts)] = chosen.teams.setdefault(team.name, len(chosen.teams))
        return chosen

    def _ask(self, place: int, row: int, table: Table, contexts: Contexts) -> None:
        """Ask a strategy that is no rule about one row, and keep what it says."""
        strategy = self.strategies[place]
        found = strategy(table.response(row), contexts.row(row))
        if not isinstance(found, FollowUp | None):
            raise InvalidTypeError(f"strategy {strategy.name!r} must return a FollowUp or None: got {found!r}")
        if found is None:
            return
        self.own[row] = found
        self._fill(row, place, found.priority, found)
        if found.due is not None:
            if (found.due.tzinfo is None) != (table.zone is None):
                raise IncompatibleError(
                    f"strategy {strategy.name!r}: its due time and the times of the responses need both a time zone, "
                    f"or none; {'give' if table.zone else 'here it must be'} a due time "
                    f"{'with' if table.zone else 'without'} a time zone, not {found.due!r}"
                )
            self.due[row] = instant_of(found.due)

    def _fill(self, rows: Any, place: int, base: Any, found: Rule | FollowUp) -> None:
        """Write what a strategy, the one at `place`, says of some rows."""
        self.strategy[rows] = place
        self.base[rows] = base
        if found.within is not None:
            self.within[rows] = self.withins.setdefault(found.within, len(self.withins))
        if found.team is not None:
            self.team[rows] = self.teams.setdefault(found.team, len(self.teams))
        menu = Menu(found.actions, found.offers, found.offer_required)
        self.menu[rows] = self.menus.setdefault(menu, len(self.menus))


@attrs.frozen(eq=False, slots=False)
class Assigned:
    """What a playbook recommends for each response of a table, in its order.

    Args:
        table: The responses.
        contexts: What conditions and due times went by.
        chosen: Which strategy applies, and what it says.
        priority: 0..100; NaN where no strategy applies.
        due: By when, datetime64[us] on the clock of the table; NaT where that is unknown or no strategy applies.
        limits: What decided on the due times.
        points: What is added to priorities.
        judge: How urgent comments are.
    """

    table: Table
    contexts: Contexts
    chosen: Chosen
    priority: Floats
    due: Times
    limits: DueColumn
    points: Points
    judge: UrgencyOf

    @classmethod
    def of(
        cls, table: Table, contexts: Contexts, chosen: Chosen, due: DueTimes, points: Points, judge: UrgencyOf
    ) -> Assigned:
        """Return what strategies have chosen with its place in the queue and its due time."""
        found = chosen.strategy >= 0
        values = np.full(len(table), np.nan) if contexts.value is None else contexts.value
        limits = due.column(contexts, chosen.within, tuple(chosen.withins), chosen.due)
        priority = np.where(found, points.priorities(chosen.base, values, contexts.urgency), np.nan)
        by = np.where(np.isnat(contexts.starts), chosen.due, np.where(found, limits.at, np.datetime64("NaT", "us")))
        return cls(table, contexts, chosen, priority, by, limits, points, judge)

    @property
    def strategy(self) -> NDArray[np.int32]:
        """Which strategy of the playbook applies to each, -1 for none."""
        return self.chosen.strategy

    @property
    def urgency(self) -> NDArray[np.int8]:
        """How urgent each comment is, 0 to 2."""
        return self.contexts.urgency

    @property
    def team(self) -> NDArray[np.int32]:
        """Who should answer each, index into `teams`, -1 for nobody in particular."""
        return self.chosen.team

    @functools.cached_property
    def teams(self) -> tuple[str, ...]:
        """The names of the teams that occur."""
        return tuple(self.chosen.teams)

    @property
    def menu(self) -> NDArray[np.int32]:
        """What is done and may be offered, index into `menus`, -1 where no strategy applies."""
        return self.chosen.menu

    @functools.cached_property
    def menus(self) -> tuple[Menu, ...]:
        """The distinct ways to follow up."""
        return tuple(self.chosen.menus)

    def __len__(self) -> int:
        return len(self.strategy)

    # ---- of one row ----

    def follow_up(self, row: int, offer: Any = ALL) -> FollowUp | None:
        """Return the follow-up of a row, with its reasons; None where no strategy applies.

        Args:
            row: The row.
            offer: The offer that is made, None to make none; if not given, all are still to be chosen from.
        """
        if self.strategy[row] < 0:
            return None
        rows, own, menu = np.array([row]), self.chosen.own.get(row), self.menus[self.menu[row]]
        strategy, value = self.chosen.strategies[self.strategy[row]], self.table.known("value", rows)[0]
        found = FollowUp(
            self.table.ids[row],
            category=self.contexts.category.names[self.table.category[row]],
            strategy=strategy.name,
            priority=float(self.priority[row]),
            due=moment_in(self.due[row], self.table.zone),
            within=getattr(strategy if own is None else own, "within", None),
            actions=menu.actions,
            offers=menu.offers,
            offer_required=menu.offer_required,
            team=pick(self.teams, self.team[rows])[0],
            channel=self.said("channel", rows)[0],
            language=self.said("language", rows)[0],
            value=value,
            urgency=int(self.contexts.urgency[row]),
            reasons=self.reasons(rows)[0],
            left_out=() if own is None else own.left_out,
            details=self.details(row),
        )
        return found if offer is ALL else found.with_offer(offer)

    def details(self, row: int) -> dict[str, Any]:
        """Return what messages may fill in of a row, by name."""
        rows = np.array([row])
        names = (*self.table.attributes, *self.table.codebook.questions, "score", *_ROLES)
        known = {name: cells[0] for name in names if (cells := self.detail(name, rows)) is not None}
        found = {name: value for name, value in known.items() if value is not None or name in self.table.attributes}
        return found | dict(self.chosen.own[row].details) if row in self.chosen.own else found

    def offers(self, row: int) -> tuple[Offer, ...]:
        """Return what may be offered to the customer of a row."""
        return () if self.menu[row] < 0 else self.menus[self.menu[row]].offers

    def why_none(self, row: int) -> str | None:
        """Return why there is no follow-up for a row; None where there is one."""
        if self.strategy[row] >= 0:
            return None
        category = self.contexts.category.at(row)
        return self.table.why_unscored(row) or f"no strategy of the playbook applies to this answer ({category})"

    # ---- of many rows, all of which have a follow-up ----

    def said(self, name: str, rows: Codes) -> list[Any]:
        """Return channel or language: that of the strategy if it names one, else that of the response."""
        found = self.table.known(name, rows)
        if self.chosen.own:
            own = map(self.chosen.own.get, rows.tolist())
            found = [(each and getattr(each, name)) or known for each, known in zip(own, found, strict=True)]
        return found

    def due_times(self, rows: Codes) -> list[dt.datetime | None]:
        """Return by when, as Python's own times."""
        due = self.due[rows]
        return due.tolist() if self.table.zone is None else [moment_in(at, self.table.zone) for at in due]

    def detail(self, name: str, rows: Codes) -> list[Any] | None:
        """Return what messages may fill in by a name of what is known of responses; None where it is no such name."""
        table = self.table
        of_response = name in (*table.codebook.questions, "score", *_ROLES)
        of_customer = name in table.attributes and name not in COMPANY_FIELDS
        return table.known(name, rows) if of_response or of_customer else None

    def is_own(self, rows: Codes) -> list[bool]:
        """Return where a strategy that is no rule has decided."""
        return [row in self.chosen.own for row in rows.tolist()]

    def reasons(self, rows: Codes) -> list[tuple[str, ...]]:
        """Return why each row is followed up as it is: by the strategy, its comment, its priority and its due time."""
        strategy = self.strategy[rows]
        words = [(s.reason or s.when.words(),) if isinstance(s, Rule) else () for s in self.chosen.strategies]
        first = [words[place] for place in strategy.tolist()]
        if self.chosen.own:
            own = map(self.chosen.own.get, rows.tolist())
            first = [said if each is None else each.reasons for each, said in zip(own, first, strict=True)]
        rule = np.array([s.priority if isinstance(s, Rule) else np.nan for s in self.chosen.strategies])[strategy]
        base = self.chosen.base[rows]
        values = np.full(len(rows), np.nan) if self.table.value is None else self.table.value[rows]
        urgency = self.contexts.urgency[rows]
        points = self.points.reasons(base, np.where(np.isnan(rule), 0.0, base - rule), values, urgency)
        started = ~np.isnat(self.contexts.starts[rows])
        due = np.full(len(rows), None, dtype=object)
        due[~started & np.isnat(self.due[rows])] = _NO_TIME
        due[started] = self.limits.reasons(self.contexts, rows[started])
        urgent = [
            self._why_urgent(row) if level else "" for row, level in zip(rows.tolist(), urgency.tolist(), strict=True)
        ]
        return [
            (*said, *([why] if why else ()), sums, *([when] if when else ()))
            for said, why, sums, when in zip(first, urgent, points, due, strict=True)
        ]

    def _why_urgent(self, row: int) -> str:
        """Return how urgent a comment is, with the word that makes it so, quoted, if there is one."""
        urgency, comments = int(self.contexts.urgency[row]), self.table.comment
        said = f"the comment is {URGENCIES[urgency]}"
        comment = None if comments is None else comments[row]
        if isinstance(self.judge, UrgencyWords) and comment is not None:
            level, word = self.judge.found(comment)
            if level == urgency:
                said += f": it says {quoted(word)}"
        return said

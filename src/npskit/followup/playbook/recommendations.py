"""What a playbook recommends for a table of responses, as columns; the texts of a row are made of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Codes, Floats, Frozen, Times, once
from npskit.comments.patterns import UrgencyOf, UrgencyWords, UrgentSign
from npskit.data import row_said
from npskit.errors import IncompatibleError, InvalidTypeError, failed, quoted
from npskit.followup.playbook.complaints import ComplaintsOf, ComplaintWords, complains
from npskit.followup.playbook.contexts import CRITICAL, Contexts
from npskit.followup.playbook.due import DueColumn, DueTimes
from npskit.followup.playbook.follow_up import COMPANY_FIELDS, FollowUp, Strategy
from npskit.followup.playbook.points import Points
from npskit.followup.playbook.response_table import Table, pick
from npskit.followup.playbook.rules import Rule, Team
from npskit.followup.playbook.steps import Menu, Offer
from npskit.options import URGENCIES
from npskit.results import excerpt
from npskit.times import instant_of, moment_in

_NO_TIME = "no due time: when the response was given is not known, and now was not given"
_ROLES = ("value", "channel", "language", "theme", "public")
FLAGS = ("commented", "complained", "happy")
UNSCORED = "unscored"
"""In place of the category of an answer that has none."""
ALL = object()
"""In place of the offer that is made: all of them are still to be chosen from."""


@attrs.define(eq=False, slots=False, on_setattr=None)
class _Answers:
    """What strategies say of each response of a table, in its order.

    Args:
        table: The responses.
        contexts: What conditions and due times go by.
        strategies: The strategies, in order.
        strategy: Which of the strategies applies to each, -1 for none: int32.
        base: The priority it gives; 0 where none applies.
        within: How long it allows, index into `withins`, -1 for no limit.
        own_due: The time it names, on the clock of the table, or NaT.
        team: Who should answer, index into `teams`, -1 for nobody in particular: int32.
        menu: What is done and may be offered, index into `menus`, -1 where no strategy applies: int32.
        withins: The distinct durations, each with its index.
        team_codes: The names of the teams that occur, likewise.
        menu_codes: The distinct ways to follow up, likewise.
        own: What strategies that are no rules said, by row.
    """

    table: Table
    contexts: Contexts
    strategies: tuple[Strategy, ...]
    strategy: NDArray[np.int32]
    base: Floats
    within: NDArray[np.int32]
    own_due: Times
    team: NDArray[np.int32]
    menu: NDArray[np.int32]
    withins: dict[dt.timedelta, int] = attrs.field(factory=dict)
    team_codes: dict[str, int] = attrs.field(factory=dict)
    menu_codes: dict[Menu, int] = attrs.field(factory=dict)
    own: dict[int, FollowUp] = attrs.field(factory=dict)


class _Filling(_Answers):
    """The same, while strategies are asked."""

    def ask(self, place: int, row: int) -> None:
        """Ask a strategy that is no rule about one row, and keep what it says."""
        strategy, zone = self.strategies[place], self.table.zone
        response, context = self.table.response(row), self.contexts.row(row)
        where = f" at {row_said(row, self.table.row_numbers)}" if len(self.table) > 1 else ""
        try:
            found = strategy(response, context)
        except Exception as error:
            raise failed(f"strategy {quoted(strategy.name)} failed{where}", error) from error
        if not isinstance(found, FollowUp | None):
            raise InvalidTypeError(
                f"strategy {quoted(strategy.name)} must return a FollowUp or None: got {quoted(found)}{where}"
            )
        if found is None:
            return
        self.own[row] = found
        self.fill(row, place, found.priority, found)
        if found.due is not None:
            if (found.due.tzinfo is None) != (zone is None):
                raise IncompatibleError(
                    f"strategy {quoted(strategy.name)}: its due time and the times of the responses need both a "
                    "time zone, "
                    f"or none; {'give' if zone else 'here it must be'} a due time "
                    f"{'with' if zone else 'without'} a time zone, not {quoted(found.due)}{where}"
                )
            self.own_due[row] = instant_of(found.due)

    def fill(self, rows: Any, place: int, base: Any, found: Rule | FollowUp) -> None:
        """Write what a strategy, the one at `place`, says of some rows."""
        self.strategy[rows] = place
        self.base[rows] = base
        if found.within is not None:
            self.within[rows] = _code(self.withins, found.within)
        if found.team is not None:
            self.team[rows] = _code(self.team_codes, found.team)
        self.menu[rows] = _code(self.menu_codes, Menu(found.actions, found.offers, found.offer_required))


@attrs.frozen(eq=False, slots=False)
class Assigned(Frozen, _Answers):
    """What a playbook recommends for each response of a table: what strategies say, and all that follows from it.

    Args:
        durations: How long follow-ups may take.
        points: What is added to priorities.
        judge: How urgent comments are.
        complaints: Whether a comment complains.
    """

    durations: DueTimes = attrs.field(kw_only=True)
    points: Points = attrs.field(kw_only=True)
    judge: UrgencyOf = attrs.field(kw_only=True)
    complaints: ComplaintsOf = attrs.field(default=ComplaintWords(), kw_only=True)

    @classmethod
    def of(
        cls,
        table: Table,
        contexts: Contexts,
        strategies: Sequence[Strategy],
        teams: Sequence[Team],
        durations: DueTimes,
        points: Points,
        judge: UrgencyOf,
    ) -> Assigned:
        """Ask each strategy, once, what it says of the rows that none before it has an answer to."""
        named, base = np.full(len(table), np.datetime64("NaT", "us")), np.zeros(len(table))
        strategy, within, team, menu = np.full((4, len(table)), -1, dtype=np.int32)
        found = _Filling(table, contexts, tuple(strategies), strategy, base, within, named, team, menu)
        scored = table.category >= 0
        # A critical comment is answered without a score too, by the rules that need no category.
        left = scored | (contexts.urgency >= CRITICAL)
        for place, asked in enumerate(strategies):
            if not left.any():
                break
            if isinstance(asked, Rule):
                rows = np.flatnonzero(asked.when.mask(contexts) & left)
                found.fill(rows, place, asked.priorities(table.below[rows]), asked)
                if asked.due is not None and len(rows):
                    named[rows] = durations.next_morning(contexts.starts[rows], asked.due, contexts.zone)
            else:
                for row in np.flatnonzero(left & scored).tolist():
                    found.ask(place, row)
            left &= strategy < 0
        for one in teams:
            without = (strategy >= 0) & (team < 0)
            if without.any():
                team[without & one.when.mask(contexts)] = _code(found.team_codes, one.name)
        return cls(**vars(found), durations=durations, points=points, judge=judge)

    @property
    def urgency(self) -> NDArray[np.int8]:
        """How urgent each comment is, 0 to 2."""
        return self.contexts.urgency

    @once
    def critical(self) -> Bools:
        """Whether each comment must be answered."""
        return np.asarray(self.urgency >= CRITICAL)

    @once
    def limits(self) -> DueColumn:
        """When each would be due by all limits there are, and which of them decided."""
        return self.durations.column(self.contexts, self.within, tuple(self.withins), self.own_due)

    @once
    def due(self) -> Times:
        """By when, datetime64[us] on the clock of the table; NaT where unknown or no strategy applies."""
        by = np.where(self.strategy >= 0, self.limits.at, np.datetime64("NaT", "us"))
        return np.where(np.isnat(self.contexts.starts), self.own_due, by)

    @once
    def due_moments(self) -> Times:
        """The same, as times that compare as they happen."""
        if self.limits.moments is None:
            return self.table.moments(self.due)
        by = np.where(self.strategy >= 0, self.limits.moments, np.datetime64("NaT", "us"))
        return np.where(np.isnat(self.contexts.starts), self.table.moments(self.own_due), by)

    @once
    def priority(self) -> Floats:
        """0..100; NaN where no strategy applies."""
        values = np.nan if self.contexts.value is None else self.contexts.value
        return np.where(self.strategy >= 0, self.points.priorities(self.base, values, self.urgency), np.nan)

    @once
    def teams(self) -> tuple[str, ...]:
        """The names of the teams that occur."""
        return tuple(self.team_codes)

    @once
    def menus(self) -> tuple[Menu, ...]:
        """The distinct ways to follow up."""
        return tuple(self.menu_codes)

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
        rows, own, menu = np.array([row]), self.own.get(row), self.menus[self.menu[row]]
        strategy, value = self.strategies[self.strategy[row]], self.table.known("value", rows)[0]
        found = FollowUp(
            self.table.ids[row],
            category=self.contexts.category.at(row) or UNSCORED,
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
        found |= {name: True for name in FLAGS if self.flags(name, rows) == [True]}
        return found | dict(self.own[row].details) if row in self.own else found

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
        if self.own:
            own = map(self.own.get, rows.tolist())
            found = [(each and getattr(each, name)) or known for each, known in zip(own, found, strict=True)]
        return found

    def due_times(self, rows: Codes) -> list[dt.datetime | None]:
        """Return by when, as Python's own times."""
        due = self.due[rows]
        return due.tolist() if self.table.zone is None else [moment_in(at, self.table.zone) for at in due]

    def detail(self, name: str, rows: Codes) -> list[Any] | None:
        """Return what messages may fill in by a name of what is known of responses; None where it is no such name."""
        table = self.table
        if name in FLAGS:
            return self.flags(name, rows)
        of_response = name in (*table.codebook.questions, "score", *_ROLES)
        of_customer = name in table.attributes and name not in COMPANY_FIELDS
        return table.known(name, rows) if of_response or of_customer else None

    def flags(self, name: str, rows: Codes) -> list[Any]:
        """Return whether customers wrote something, complained, or gave one of the best answers."""
        best = len(self.table.codebook.categories) - 1
        if name != "complained":
            return list((self.table.category[rows] == best if name == "happy" else self.table.commented[rows]).tolist())
        comments = self.table.comment or [None] * len(self)
        urgency = self.contexts.urgency
        return [complains(comments[row], int(urgency[row]), self.complaints) for row in rows.tolist()]

    def reasons(self, rows: Codes) -> list[tuple[str, ...]]:
        """Return why each row is followed up as it is: by the strategy, its comment, its priority and its due time."""
        strategy = self.strategy[rows]
        words = [(s.reason or s.when.words(),) if isinstance(s, Rule) else () for s in self.strategies]
        first = [words[place] for place in strategy.tolist()]
        if self.own:
            own = map(self.own.get, rows.tolist())
            first = [said if each is None else each.reasons for each, said in zip(own, first, strict=True)]
        rule = np.array([s.priority if isinstance(s, Rule) else np.nan for s in self.strategies])[strategy]
        base = self.base[rows]
        values = np.full(len(rows), np.nan) if self.table.value is None else self.table.value[rows]
        urgency = self.contexts.urgency[rows]
        points = self.points.reasons(base, np.where(np.isnan(rule), 0.0, base - rule), values, urgency)
        started = ~np.isnat(self.contexts.starts[rows])
        due = np.full(len(rows), None, dtype=object)
        due[~started & np.isnat(self.due[rows])] = _NO_TIME
        due[started] = self.limits.reasons(self.contexts, rows[started])
        urgent = np.full(len(rows), "", dtype=object)
        urgent[urgency > 0] = self.why_urgent(rows[urgency > 0])
        return [
            (*said, *([why] if why else ()), sums, *([when] if when else ()))
            for said, why, sums, when in zip(first, urgent, points, due, strict=True)
        ]

    def urgent_signs(self, rows: Codes) -> list[UrgentSign | None]:
        """Return the words that make the comment of each row as urgent as it is, None where none are known."""
        if not isinstance(self.judge, UrgencyWords):
            return [None] * len(rows)
        comments = self.table.comment or [None] * len(self)
        found = self.judge.signs([comments[row] or "" for row in rows.tolist()], self.table.pleased[rows])
        urgency = self.contexts.urgency[rows].tolist()
        return [sign if sign and sign.level == level else None for level, sign in zip(urgency, found, strict=True)]

    def why_urgent(self, rows: Codes) -> list[str]:
        """Return how urgent the comment of each row is, with the words that make it so, if there are any."""
        return list(map(_urgent_said, self.contexts.urgency[rows].tolist(), self.urgent_signs(rows)))


def _urgent_said(urgency: int, sign: UrgentSign | None) -> str:
    """Return how urgent a comment is, and the words that make it so, as an excerpt."""
    said = f"the comment is {URGENCIES[urgency]}"
    if sign is None:
        return said
    of = "" if sign.category in URGENCIES else f" ({sign.category.replace('_', ' ')})"
    return f"{said}{of}: it says {excerpt(sign.words)}"


def _code(codes: dict[Any, int], value: Any) -> int:
    """Return the index of a value, the next one if it is new."""
    return codes.setdefault(value, len(codes))

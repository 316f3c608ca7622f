"""The plan for the responses of a survey: its columns read, and each named in errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.data.values import read_amounts, read_texts
from npskit.errors import IncompatibleError
from npskit.followup import survey_columns as read
from npskit.followup.candidates import People
from npskit.followup.columns import Table
from npskit.followup.plan import FollowUpPlan
from npskit.followup.playbook import Playbook
from npskit.followup.rules import Rule
from npskit.followup.selection import plan_of
from npskit.followup.terms import ROLES, Terms
from npskit.sample import Bound


def follow_up_of(data: Bound, terms: Terms) -> FollowUpPlan:
    """Return the plan for the responses of a survey; see `npskit.Survey.follow_up`."""
    playbook, keep = terms.playbook.with_calendar(terms.calendar), terms.keep
    named = _named(data, terms)
    kept = {name: data.frame.require(name, "keep") for name in ((keep,) if isinstance(keep, str) else keep)}
    if terms.holdout and "customer" not in data.roles:
        raise IncompatibleError("holdout leaves customers alone at random: bind the column with customer= to know them")
    table, people = _read(data, playbook, named, terms)
    return plan_of(
        playbook.assign(attrs.evolve(table, attributes=_attributes(data, playbook, named, kept))),
        people,
        terms,
        lambda name, what: read_amounts(data.column(data.frame.require(name, what)), name),
        kept={name: data.column(name) for name in kept},
        backend=data.frame.backend,
    )


def _read(data: Bound, playbook: Playbook, named: Mapping[str, str], terms: Terms) -> tuple[Table, People]:
    """Return the responses as a playbook reads them, and the customers behind them."""
    columns = {role: data.column(name) for role, name in named.items()}
    zone = playbook.due.calendar.time_zone
    at, clock = read.answered(data, zone)
    moment = read.moment(data, terms.now, zone)
    made = read.latest(at) if moment is None else moment
    contacted = read.contacted(data, named["last_contact"], zone) if "last_contact" in named else None
    if contacted is not None and made is None:
        raise IncompatibleError("last_contact: how long ago that was is not known: give now=, or bind time=")
    words = {name: read_texts(columns[name]) if name in columns else None for name in ("channel", "language", "theme")}
    comment = data.role("comment")
    rows = len(data.column(data.score[0]))
    customers, numbers = np.full(rows, None, dtype=object), np.arange(rows)
    if (customer := data.role("customer")) is not None:
        customers, numbers = read.customers(customer)
    table = Table.of(
        *(data.column(name).filled() for name in data.score),
        scorer=data.codebook,
        value=read_amounts(columns["value"], "value") if "value" in columns else terms.value,
        channel=words["channel"],
        language=words["language"],
        theme=words["theme"],
        public=read.flags(columns["public"], "public") if "public" in columns else None,
        comment=None if comment is None else read_texts(comment),
        at=at,
        customer=customers,
        now=made,
    )
    opted_out = read.flags(columns["opted_out"], "opted_out") if "opted_out" in columns else None
    return attrs.evolve(table, clock=clock), People(numbers, opted_out, contacted)


class _Lazy(Mapping[str, Any]):
    """Columns of a survey by name, each read when it is first asked for."""

    def __init__(self, data: Bound, names: Mapping[str, str]) -> None:
        self._data, self._names = data, names
        self._cells: dict[str, NDArray[Any]] = {}

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._cells:
            column = self._data.column(self._names[name])
            self._cells[name] = read_texts(column) if name == "name" else column.filled()
        return self._cells[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _attributes(data: Bound, playbook: Playbook, named: Mapping[str, str], kept: Mapping[str, str]) -> _Lazy:
    """Return what strategies and messages can read of a customer: what was named and, for a user's strategies, all."""
    names = {"name": named["name"]} if "name" in named else {}
    if not all(isinstance(strategy, Rule) for strategy in playbook.strategies):
        taken = {*data.score, *data.roles.values(), *named.values(), *ROLES}
        names |= {name: name for name in data.frame.columns if name not in taken}
    return _Lazy(data, names | {name: name for name in kept if name not in ROLES})


def _named(data: Bound, terms: Terms) -> dict[str, str]:
    """Return the column of each role that a plan reads: those named, and those of the roles' own names."""
    taken = {*data.score, *data.roles.values()}
    found = {role: role for role in ROLES if role in data.frame.columns and role not in taken}
    found |= {role: data.frame.require(name, f"roles[{role!r}]") for role, name in terms.roles.items()}
    if isinstance(terms.value, str):
        found["value"] = data.frame.require(terms.value, "value")
    elif terms.value is not None:
        found.pop("value", None)
    return found

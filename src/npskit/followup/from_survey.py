"""A survey's columns and a user's wishes, each checked and named in errors, and the plan made of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, did_you_mean
from npskit.followup import survey_columns as read
from npskit.followup.allocation.by_value import Method
from npskit.followup.candidates import Answers
from npskit.followup.columns import Table
from npskit.followup.gains import Lift
from npskit.followup.plan import FollowUpPlan
from npskit.followup.playbook import Playbook
from npskit.followup.routing import Capacity
from npskit.followup.rules import Rule
from npskit.followup.selection import Terms, plan_of
from npskit.sample import Bound
from npskit.times.business_calendar import BusinessCalendar
from npskit.times.durations import parse_fixed

ROLES = ("value", "channel", "language", "theme", "public", "name", "opted_out", "last_contact")
"""What a plan reads of a customer besides the answer; a column of that name is used without being named."""


def follow_up_of(
    data: Bound,
    playbook: Playbook | None,
    *,
    budget: float | None,
    capacity: Capacity,
    members: Mapping[str, Sequence[str]] | None,
    value: float | str | None,
    lift: Lift,
    holdout: float,
    rng: int | np.random.Generator,
    method: Method,
    now: Any,
    calendar: BusinessCalendar | None,
    quiet: Any,
    max_age: Any,
    roles: Mapping[str, str] | None,
    keep: str | Sequence[str],
    currency: str | None,
    language: str,
) -> FollowUpPlan:
    """Return the plan for the responses of a survey; see `npskit.Survey.follow_up`."""
    chosen = _playbook(playbook, calendar)
    named = _named(data, roles, value)
    kept = {name: data.frame.require(name, "keep") for name in ((keep,) if isinstance(keep, str) else keep)}
    if method not in get_args(Method):  # also where there is nothing to choose by
        raise InvalidValueError(f"method must be 'greedy' or 'exact': got {method!r}")
    share = _share(holdout)
    if share and "customer" not in data.roles:
        raise IncompatibleError("holdout leaves customers alone at random: bind the column with customer= to know them")
    table, answers, made = _read(data, chosen, named, kept, value, now)
    terms = Terms(
        read=lambda name, what: read.numbers(data.column(data.frame.require(name, what)), name),
        lift=lift,
        budget=_budget(budget),
        capacity=capacity,
        members=members,
        holdout=share,
        salt=_salt(rng),
        method=method,
        now=made,
        quiet=parse_fixed(quiet, "quiet"),
        max_age=None if max_age is None else parse_fixed(max_age, "max_age"),
    )
    return plan_of(
        answers,
        chosen.assign(table),
        terms,
        currency=_currency(currency),
        language=_language(language),
        kept={name: data.column(name) for name in kept},
        backend=data.frame.backend,
    )


def _read(
    data: Bound, playbook: Playbook, named: Mapping[str, str], kept: Mapping[str, str], value: Any, now: Any
) -> tuple[Table, Answers, np.datetime64 | None]:
    """Return the responses as a playbook and as a plan reads them, and when the plan is made."""
    columns = {role: data.column(name) for role, name in named.items()}
    zone = playbook.due.calendar.time_zone
    at = read.answered(data, zone)
    moment = read.moment(data, now, zone)
    made = read.latest(at) if moment is None else moment
    contacted = read.contacted(data, named["last_contact"], zone) if "last_contact" in named else None
    if contacted is not None and made is None:
        raise IncompatibleError("last_contact: how long ago that was is not known: give now=, or bind time=")
    words = {name: read.texts(columns[name]) if name in columns else None for name in ("channel", "language", "theme")}
    comment = data.role("comment")
    rows = len(data.column(data.score[0]))
    customers, numbers = np.full(rows, None, dtype=object), np.arange(rows)
    if (customer := data.role("customer")) is not None:
        customers, numbers = read.customers(customer)
    table = Table.of(
        *(data.column(name).filled() for name in data.score),
        scorer=data.codebook.scorer,
        value=read.numbers(columns["value"], "value") if "value" in columns else value,
        channel=words["channel"],
        language=words["language"],
        theme=words["theme"],
        public=read.flags(columns["public"], "public") if "public" in columns else None,
        comment=None if comment is None else read.texts(comment),
        at=at,
        customer=customers,
        now=made,
    )
    answers = Answers(
        data.codebook,
        table.category,
        customers,
        numbers,
        at=table.at,
        values=table.value,
        opted_out=read.flags(columns["opted_out"], "opted_out") if "opted_out" in columns else None,
        contacted=contacted,
    )
    return attrs.evolve(table, attributes=_attributes(data, playbook, named, kept)), answers, made


class _Lazy(Mapping[str, Any]):
    """Columns of a survey by name, each read when it is first asked for."""

    def __init__(self, data: Bound, names: Mapping[str, str]) -> None:
        self._data, self._names = data, names
        self._cells: dict[str, NDArray[Any]] = {}

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._cells:
            column = self._data.column(self._names[name])
            self._cells[name] = read.texts(column) if name == "name" else column.filled()
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


def _playbook(playbook: Any, calendar: Any) -> Playbook:
    """Return the playbook, with the calendar if one is given."""
    chosen = Playbook.default() if playbook is None else playbook
    if not isinstance(chosen, Playbook):
        raise InvalidTypeError(f"playbook must be a Playbook, such as Playbook.from_toml('mine.toml'): got {chosen!r}")
    return chosen if calendar is None else attrs.evolve(chosen, due=attrs.evolve(chosen.due, calendar=calendar))


def _named(data: Bound, roles: Any, value: Any) -> dict[str, str]:
    """Return the column of each role that a plan reads: those named, and those of the roles' own names."""
    if not isinstance(roles, Mapping | None):
        raise InvalidTypeError(f"roles must map roles to columns, as {{'name': 'first_name'}}: got {roles!r}")
    given = dict(roles or {})
    for role in given:
        if role not in ROLES:
            raise InvalidValueError(f"roles: a plan reads no {role!r}; {did_you_mean(str(role), ROLES)}")
    taken = {*data.score, *data.roles.values()}
    found = {role: role for role in ROLES if role in data.frame.columns and role not in taken}
    found |= {role: data.frame.require(name, f"roles[{role!r}]") for role, name in given.items()}
    if isinstance(value, str):
        found["value"] = data.frame.require(value, "value")
    elif value is not None:
        if not read.is_number(value):
            raise InvalidTypeError(f"value must be the name of a column, or one number for all: got {value!r}")
        found.pop("value", None)
    return found


def _share(holdout: Any) -> float:
    if not read.is_number(holdout) or not 0 <= holdout < 1:
        raise InvalidValueError(f"holdout is the share of customers left alone, from 0 to below 1: got {holdout!r}")
    return float(holdout)


def _budget(budget: Any) -> float:
    if budget is None:
        return math.inf
    if not read.is_number(budget) or budget < 0:
        raise InvalidValueError(f"budget must be a sum of money of at least 0, or None for no limit: got {budget!r}")
    return float(budget)


def _currency(currency: Any) -> str | None:
    """Return the currency, which letters have to know."""
    if currency is None:
        return None
    from npskit.followup.messages import draft

    draft("thank", {}, currency=currency)
    return str(currency).upper()


def _language(language: Any) -> str:
    if not isinstance(language, str) or not language.strip():
        raise InvalidTypeError(f"language must be a tag such as 'de' or 'de-AT': got {language!r}")
    return language


def _salt(rng: Any) -> str:
    """Return what names the experiment: the seed, or a number drawn from a generator."""
    if isinstance(rng, np.random.Generator):
        return str(int(rng.integers(2**63)))
    if isinstance(rng, bool) or not isinstance(rng, int | np.integer) or rng < 0:
        raise InvalidTypeError(f"rng must be a seed of at least 0 or a numpy Generator: got {rng!r}")
    return str(int(rng))

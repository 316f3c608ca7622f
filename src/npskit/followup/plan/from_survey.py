"""The plan for the responses of a survey: its columns read, and each named in errors."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Times
from npskit.checks import several
from npskit.counting import Tally, warn_of_scale
from npskit.data import Column, objects, parse_times, read_amounts, read_texts, read_times, row_said
from npskit.errors import DataWarning, IncompatibleError, InvalidValueError, quoted, warn
from npskit.followup.plan.follow_up_plan import FollowUpPlan
from npskit.followup.plan.opt_out import opt_out_columns, read_opt_out
from npskit.followup.plan.selection import plan_of
from npskit.followup.plan.steps_due import DatedPlan, as_plans, last_contacts
from npskit.followup.plan.terms import ROLES, Terms
from npskit.followup.plan.triage_labels import INTENT, Labels, labels_of
from npskit.followup.playbook import Playbook, Rule, Table, as_dates
from npskit.reading import bare
from npskit.results import RowCounts
from npskit.sample import BoundData, selected
from npskit.times import find_zone, in_zone, instants, read_time


def follow_up_of(data: BoundData, terms: Terms) -> FollowUpPlan:
    """Return the plan for the responses of a survey; see `npskit.Survey.follow_up`."""
    playbook, keep = terms.playbook.with_calendar(terms.calendar), terms.keep
    named = _named(data, terms)
    kept = {
        name: data.frame.require(name, "keep") for name in ((keep,) if isinstance(keep, str) else several(keep, "keep"))
    }
    if terms.holdout and "customer" not in data.roles:
        raise IncompatibleError("holdout leaves customers alone at random: bind the column with customer= to know them")
    opt_outs = _opt_outs(data, named, terms)
    data = _needed(data, playbook, terms, [*named.values(), *kept.values(), *opt_outs])
    columns = {role: data.column(name) for role, name in named.items()}
    others = {name: columns.get(name) for name in ("last_contact", "purchased")}
    dated, times = _times(data, others, terms.now, playbook.due.calendar.time_zone)
    contacted = dated.get("last_contact")
    earlier = as_plans(terms.earlier, "earlier")
    if (contacted is not None or earlier) and times["now"] is None:
        name = "earlier" if contacted is None else "last_contact"
        raise IncompatibleError(f"{name}: how long ago that was is not known: give now=, or bind time=")
    answers = data.answers()
    data.check(answers)
    table = Table.of(
        answers,
        scorer=data.codebook,
        value=columns.get("value", terms.value),
        channel=columns.get("channel"),
        language=columns.get("language"),
        theme=_themes(columns.get("theme"), data, terms),
        public=columns.get("public"),
        comment=data.role("comment"),
        customer=data.role("customer"),
    )
    labels = None if terms.triage is None else labels_of(table, terms.triage)
    found = None if INTENT in data.frame.columns else labels
    table = attrs.evolve(
        table, **times, attributes=_attributes(data, playbook, named, kept, found), row_numbers=data.row_numbers
    )
    if "purchased" in dated:
        table = attrs.evolve(table, purchased=table.moments(dated["purchased"]))
    plan = plan_of(
        playbook.assign(table),
        _opted_out(data, opt_outs, terms),
        _last(table, contacted, earlier),
        terms,
        lambda name, what: read_amounts(data.column(data.frame.require(name, what)), name),
        labels=labels,
        opt_outs=opt_outs,
        kept={name: data.column(name) for name in kept},
        shown=_shown(data, kept),
        backend=data.frame.backend,
    )
    tally = Tally.count(*answers.columns, scorer=data.codebook.scorer)
    warn_of_scale(tally)
    # A critical comment is followed up without a score too, and is then neither missing nor invalid.
    unscored = plan.chosen & (plan.categories < 0)
    off = int((unscored & answers.off_the_scale()).sum()) if unscored.any() else 0
    n, missing, invalid = len(plan), int(tally.missing) - int(unscored.sum()) + off, int(tally.invalid) - off
    rows = RowCounts(n, missing, invalid, left_out=len(plan.status) - n - missing - invalid)
    return attrs.evolve(plan, rows=data.aside + rows)


def _themes(column: Column | None, data: BoundData, terms: Terms) -> Any:
    """Return what each comment is about: what the column says, else the first theme of the list that it mentions."""
    if terms.themes is None:
        return column
    comments = data.role("comment")
    if comments is None:
        raise IncompatibleError("themes are looked for in comments: name their column, Survey(..., comment=...)")
    texts: list[str | None] = read_texts(comments).tolist()
    found: list[str | None] = [None] * len(texts) if column is None else read_texts(column).tolist()
    unsaid = {row: text for row, text in enumerate(texts) if text is not None and not (found[row] or "").strip()}
    for row, own in zip(unsaid, terms.themes.mentions([*unsaid.values()]), strict=True):
        found[row] = terms.themes.names[int(own.argmax())] if own.any() else found[row]
    return objects(found)


def _shown(data: BoundData, kept: Iterable[str]) -> tuple[str, ...]:
    """Return which of the columns to be kept a plan shows anyway, under the same names."""
    roles = data.roles
    same = {"comment": roles.get("comment"), "answered": roles.get("time"), "score": data.score[0]}
    return tuple(name for name in kept if same.get(name) == name)


def _last(table: Table, contacted: Times | None, earlier: list[DatedPlan]) -> Times | None:
    """Return when customers were, or will have been, contacted last, as times that compare; None if unknown."""
    known = [] if contacted is None else [table.moments(contacted)]
    if earlier:
        known.append(last_contacts(earlier, table))
    return np.fmax.reduce(known) if known else None


def _needed(data: BoundData, playbook: Playbook, terms: Terms, names: Iterable[str]) -> BoundData:
    """Return the data with the columns that a plan reads alone, where an engine would send all: once, as one table."""
    lifts = terms.lift.values() if isinstance(terms.lift, Mapping) else [terms.lift]
    told = set() if terms.triage is None or INTENT in data.frame.columns else {INTENT}
    more = [name for name in [*playbook.columns, *lifts] if isinstance(name, str) and name not in told]
    if not _only_rules(playbook) or not set(more) <= set(data.frame.columns):  # what is not there is refused by name
        return data
    return selected(data, [*data.score, *data.roles.values(), *names, *more])


def _only_rules(playbook: Playbook) -> bool:
    """Whether all strategies are rules; one of the user's may read whatever there is."""
    return all(isinstance(strategy, Rule) for strategy in playbook.strategies)


def _opt_outs(data: BoundData, named: Mapping[str, str], terms: Terms) -> tuple[str, ...]:
    """Return the columns that say who does not want to be contacted."""
    if "opted_out" in terms.roles:
        return (named["opted_out"],)
    return opt_out_columns(data.frame.columns, {*data.score, *data.roles.values(), *terms.roles.values()})


def _opted_out(data: BoundData, columns: tuple[str, ...], terms: Terms) -> Bools | None:
    """Return who does not want to be contacted by some columns, None where there are none."""
    own = "opted_out" in terms.roles
    read = [read_opt_out(data.column(name), "opted_out" if own else name, named=own) for name in columns]
    return np.logical_or.reduce(read) if read else None


def _times(
    data: BoundData, others: Mapping[str, Column | None], now: Any, zone: str | None
) -> tuple[dict[str, Times], dict[str, Any]]:
    """Return the times of a survey on the wall clock of a zone: that of the office, else that of the data.

    Returns:
        When customers were contacted last and when they bought, by role; and of the table when responses were given
        (`at`), when the plan is made (`now`), whose clock it is (`clock`), and the first two in UTC where the clock
        shows them twice.

    Raises:
        InvalidValueError: If a cell is not a time, or `now` is not; or it knows its zone and the survey does not.
    """
    place, role = zone or data.time_zone, data.roles.get("time")
    answered = None if role is None else data.column(role)
    columns = {"time": answered, **others}
    known = {name: column for name, column in columns.items() if column is not None}
    table = read_times(known, time_zone=place, dayfirst=data.dayfirst)
    if role is not None:
        table.warn(f"time: column {role!r}")
    read = table.columns.get("time")
    own = data.time_zone
    if read is not None and read.aware and own is None:
        own = read.time_zone
    made = _moment(now, zone or own)
    at = None if read is None else as_dates(read.checked(f"time: column {role!r}"), read.dates)
    if read is not None and at is not None and not read.aware:
        at = _moved(at, data.time_zone, zone)
    last: dict[str, Times] = {}
    for name in others.keys() & known.keys():
        last[name] = table[name].checked(name)
        if not table[name].aware:
            moved = _moved(as_dates(last[name], table[name].dates), data.time_zone, zone)
            last[name] = moved.astype("datetime64[us]")
    clock: dt.tzinfo | None = None
    if own is not None:
        # An offset that never changes is no zone that can be found.
        with contextlib.suppress(InvalidValueError):
            clock = find_zone(zone or own)
    utc = utc_now = None
    if clock is not None and read is not None and read.aware and _shown_twice(read.values, clock):
        utc = read_times({"time": known["time"]}, time_zone="UTC", dayfirst=data.dayfirst)["time"].values
    if made is None and at is not None and not np.isnat(at).all():
        # no time is less than any
        latest = int((at if utc is None else utc).astype("datetime64[us]").astype(np.int64).argmax())
        made, utc_now = at[latest].astype("datetime64[us]"), None if utc is None else utc[latest]
        _warn_of_the_future(made, clock, row_said(latest, data.row_numbers))
    elif made is not None and clock is not None:
        exact = parse_times([now], time_zone="UTC")
        utc_now = exact.values[0] if exact.aware else None
    found = now is None and made is not None
    return last, {"at": at, "now": made, "clock": clock, "utc": utc, "utc_now": utc_now, "latest": found}


def _warn_of_the_future(latest: np.datetime64, clock: dt.tzinfo | None, row: str) -> None:
    """Warn of a latest response, taken as now, that lies in the future: by the clock given, else by every clock."""
    today = np.datetime64(dt.datetime.now(clock or dt.timezone(dt.timedelta(hours=14))).replace(tzinfo=None), "us")
    if latest > today:
        warn(
            f"time: the latest response is taken as now, and its time, {latest.astype('datetime64[m]')} in {row}, is "
            "still to come: correct it, or give now=; all others may look too old",
            DataWarning,
        )


def _moved(wall: Times, own: str | None, zone: str | None) -> Times:
    """Return times of the clock that the survey is bound with on that of another zone; dates are of either."""
    dated = wall.dtype == np.dtype("datetime64[D]")
    return wall if dated or own is None or zone in (None, own) else in_zone(instants(wall, own), zone)


def _shown_twice(wall: Times, clock: dt.tzinfo) -> bool:
    """Whether a clock shows some times twice, once before it is set back by half an hour or an hour and once after."""
    first = instants(wall, clock)
    return any((in_zone(first + np.timedelta64(back, "m"), clock) == wall).any() for back in (30, 60))


def _moment(now: Any, zone: str | None) -> np.datetime64 | None:
    """Return when a plan is made, on the wall clock of a zone."""
    if now is None:
        return None
    now = read_time(now, "now", zoned=True) if isinstance(now, str) else now
    read = None if isinstance(now, bool | int | float) else parse_times([now])
    if read is None or np.isnat(read.values[0]):
        raise InvalidValueError(f"now must be a time, such as '2026-03-02 09:00': got {quoted(now)}")
    if read.aware and zone is None:
        raise InvalidValueError(
            f"now knows its time zone and the times of the survey do not: got {quoted(now)}; give now without one, "
            "or a calendar with time_zone="
        )
    found: np.datetime64 = parse_times([now], time_zone=zone).values[0]
    return found


class _Lazy(Mapping[str, Any]):
    """Columns of a survey by name, each read when it is first asked for."""

    def __init__(self, data: BoundData, names: Mapping[str, str], known: Mapping[str, NDArray[Any]]) -> None:
        self._data, self._names = data, names
        self._cells: dict[str, NDArray[Any]] = dict(known)

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._cells:
            column = self._data.column(self._names[name])
            self._cells[name] = read_texts(column) if name == "name" else column.native()
        return self._cells[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._names, **self._cells})

    def __len__(self) -> int:
        return len({**self._names, **self._cells})


def _attributes(
    data: BoundData, playbook: Playbook, named: Mapping[str, str], kept: Mapping[str, str], labels: Labels | None
) -> _Lazy:
    """Return what strategies and messages can read of a customer: what was named and, for a user's strategies, all.

    What triage says of a response is its intent, where there is no column of that name.
    """
    known = {} if labels is None else {INTENT: objects(labels)}
    names = {
        name: data.frame.require(name, f"the conditions of {whose!r} on the column")
        for name, whose in playbook.columns.items()
        if name not in known
    }
    names |= {"name": named["name"]} if "name" in named else {}
    if not _only_rules(playbook):
        taken = {*data.score, *data.roles.values(), *named.values(), *ROLES}
        names |= {name: name for name in data.frame.columns if name not in taken}
    return _Lazy(data, names | {name: name for name in kept if name not in ROLES}, known)


def _named(data: BoundData, terms: Terms) -> dict[str, str]:
    """Return the column of each role that a plan reads: those named, and those of the roles' own names."""
    taken = {*data.score, *data.roles.values()}
    found = dict[str, str]()
    for role in ROLES:
        alike = [name for name in data.frame.columns if name not in taken and bare(name) == bare(role)]
        if role in alike or len(alike) == 1:
            found[role] = role if role in alike else alike[0]
    found |= {role: data.frame.require(name, f"roles[{role!r}]") for role, name in terms.roles.items()}
    if isinstance(terms.value, str):
        found["value"] = data.frame.require(terms.value, "value")
    elif terms.value is not None:
        found.pop("value", None)
    return found

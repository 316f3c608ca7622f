"""Case logs as columns: from any dataframe, one row per case or one per event, to what figures are made of.

A million cases are a few arrays here, never a million objects; `Case` objects become the same columns.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Times
from npskit.data import factorize, objects, read_customers
from npskit.errors import ColumnNotFoundError, InvalidValueError, did_you_mean
from npskit.followup.cases.case_roles import ALIASES, check_words, find_roles, kind_of
from npskit.followup.cases.case_table import MONTH, CaseTable, case_frame
from npskit.followup.cases.case_times import CaseTimes
from npskit.followup.cases.events import EventLog, settle
from npskit.followup.cases.rejections import Refused, Rejections
from npskit.followup.cases.states import KINDS
from npskit.scorers import NPS, Scorer, codebook_of
from npskit.times import in_zone

_NAT = np.datetime64("NaT", "us")


@attrs.frozen(eq=False)
class CaseLog:
    """What happened to each case up to a time, as columns of shape `(cases,)`.

    Args:
        ids: What each case is called.
        opened: When it was opened, datetime64[us].
        responded: When the customer first heard from us (first response or contact); NaT if not yet.
        closed: When it was closed for good so far; NaT while it is open, also when it was reopened.
        ended: Whether it was resolved or closed at least once.
        resolved: Whether it was resolved, and not reopened since.
        reopened: Whether it ever was.
        escalated: Whether it ever was.
        tried: Whether anybody tried to reach the customer: an attempt, a response or a contact.
        reached: Whether the customer was reached: contacted.
        worst: Whether the customer was in the scorer's worst category; None if the log does not say.
        later: The customer's category when surveyed again, -1 if that has not been; None if the log does not say.
        keys: For each name of `by`, the code of each case and what the codes stand for.
        recorded: The events that the log holds; what it never holds is not known, rather than never the case.
        as_of: The time up to which things are known.
        time_zone: The zone of the data, None where times are naive. With a zone, times here are UTC.
        rejected: What could not be used.
        left_out: Cases opened after `as_of`.
        backend: The dataframe library of the log.
    """

    ids: NDArray[Any]
    opened: Times
    responded: Times
    closed: Times
    ended: Bools
    resolved: Bools
    reopened: Bools
    escalated: Bools
    tried: Bools
    reached: Bools
    worst: Bools | None
    later: NDArray[np.int64] | None
    keys: Mapping[str, tuple[NDArray[np.intp], list[Any]]]
    recorded: frozenset[str]
    as_of: np.datetime64
    time_zone: str | None
    rejected: Rejections
    left_out: int
    backend: str | None

    def __len__(self) -> int:
        return len(self.opened)


def read_case_log(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    events: Mapping[str, str] | None = None,
    recorded: Collection[str] = (),
    as_of: Any = None,
    scorer: Scorer | None = None,
    by: Sequence[str] = (),
    dayfirst: bool | None = None,
) -> CaseLog:
    """Read cases, or a flat log of them, as columns.

    A log has one row per case, with a column for the time of each event (`opened` at least), or one row per event, with
    columns `case`, `event` and `at`. Which one it is, and which column is what, is found from the names (`Created at`,
    `ticket_id`, ...), or said with `columns`. A log with one row per case has one place for each time, so a case that
    was reopened may lack what came before. In either, a case whose times cannot be is rejected whole; an event of an
    unknown name is rejected alone.

    Args:
        source: `Case` objects, any dataframe, a mapping of names to columns, or a list of dictionaries. Times are
            datetimes or text; all with a time zone or all without.
        columns: Column by role: the kinds of events, or `case`, `event`, `at` and `by`; `owner`, `category`, `theme`,
            `channel`, `score`, `later_score` (answers of the scorer's scale), `later` (a category).
        events: What the log's own words for events mean: `{"Ticket created": "opened"}`.
        recorded: Events that the log would hold if there had been any, beside those that it holds.
        as_of: The time up to which things are known; later events are left aside. Default: the latest time there is.
        scorer: What the categories are; the first one is the worst. Default `NPS()`.
        by: What the figures will be broken down by: `owner`, `category`, `theme`, `channel`, `month` (of opening), or
            any column.
        dayfirst: Whether the day stands before the month in dates such as 03/04/2026; None finds it out, from all
            columns of times together.

    Raises:
        InvalidTypeError: If the source is none of these.
        ColumnNotFoundError: If a column that is needed is not there.
        IncompatibleError: If some times know their zone and others do not, or two columns fit one role.
        InvalidValueError: If an argument cannot be used.

    Example:
        >>> log = read_case_log({"opened": ["2026-03-02 09:00", None], "closed": ["2026-03-03 09:00", "2026-03-03"]})
        >>> len(log), log.rejected
        (1, Rejections(no opening time: 1))
    """
    codebook = codebook_of(scorer if scorer is not None else NPS())
    words = dict(events or {})
    check_words(words)
    for kind in recorded:
        if kind not in KINDS:
            raise InvalidValueError(f"recorded: {kind!r} is no event of a case; {did_you_mean(str(kind), KINDS)}")
    frame = case_frame(source)
    roles, one_per_event = find_roles(frame.columns, columns or {})
    table = CaseTable(frame, roles, codebook, tuple(ALIASES.get(name, name) for name in by), one_per_event, dayfirst)
    log = _by_event(table, words, as_of) if one_per_event else _by_case(table, as_of)
    named = {name: log.keys[ALIASES.get(name, name)] for name in by}
    return attrs.evolve(log, recorded=log.recorded | set(recorded), keys=named)


def _months(opened: Times, zone: str | None) -> tuple[NDArray[np.intp], list[Any]]:
    """Return the month each case was opened in, on the clock of its zone."""
    codes, months = factorize(in_zone(opened, zone).astype("datetime64[M]"))
    return codes, [str(month) for month in months]


# ---- one row per case ----


def _by_case(table: CaseTable, as_of: Any) -> CaseLog:
    kinds = [kind for kind in KINDS if kind in table.roles]
    times = CaseTimes.read(table.frame, {kind: table.roles[kind] for kind in kinds}, table.dayfirst)
    at = times.values
    rows = len(at["opened"])
    ids = table.column("case")
    names = np.arange(rows) if ids is None else ids
    refused = _refused_cases(at, times.bad, ids)
    rejected = refused.result(names)
    usable = np.ones(rows, np.bool_)
    usable[rejected.rows] = False
    now = _as_of(times, [values[usable] for values in at.values()], as_of)
    keep = usable & (at["opened"] <= now)

    def known(kind: str) -> Times:
        if kind not in at:
            return np.full(int(keep.sum()), _NAT)
        values = at[kind][keep]
        return np.where(values <= now, values, _NAT)

    closed, resolved, reopened = known("closed"), known("resolved"), known("reopened")
    response, contact = known("first_response"), known("contacted")
    undone = (reopened > resolved) | ((reopened == resolved) & ~(closed < reopened))
    has = {kind: ~np.isnat(known(kind)) for kind in KINDS}
    worst, later = table.worst(), table.later()
    keys = {name: (codes[keep], values) for name, (codes, values) in table.keys().items()}
    if MONTH in table.by:
        keys[MONTH] = _months(known("opened"), times.time_zone)
    return CaseLog(
        ids=names[keep],
        opened=known("opened"),
        responded=np.fmin(response, contact),
        closed=np.where(reopened >= closed, _NAT, closed),
        ended=has["resolved"] | has["closed"] | has["reopened"],
        resolved=has["resolved"] & ~undone,
        reopened=has["reopened"],
        escalated=has["escalated"],
        tried=has["contact_attempted"] | has["first_response"] | has["contacted"],
        reached=has["contacted"],
        worst=None if worst is None else worst[keep] == 1,
        later=None if later is None else later[keep],
        keys=keys,
        recorded=frozenset(kinds),
        as_of=now,
        time_zone=times.time_zone,
        rejected=rejected,
        left_out=int(np.count_nonzero(usable & ~keep)),
        backend=table.frame.backend,
    )


def _refused_cases(at: dict[str, Times], bad: dict[str, NDArray[np.int64]], ids: Any) -> Refused:
    """Return the rows of a log of cases that cannot have happened."""
    refused = Refused()
    for kind, rows in bad.items():
        refused.add(rows, f"{kind} is not a time")
    refused.add(np.flatnonzero(np.isnat(at["opened"])), "no opening time")
    if ids is not None:
        first = read_customers(ids, "case").first
        refused.add(np.flatnonzero(first < np.arange(len(first))), "the case has a row already")
    for kind, values in at.items():
        refused.add(np.flatnonzero(values < at["opened"]), f"{kind} before opened")
    never = np.full(len(at["opened"]), _NAT)
    closed, reopened = at.get("closed", never), at.get("reopened", never)
    if "informed" in at:
        told, resolved = at["informed"], at.get("resolved", never)
        early = ~np.isnat(told) & ~(resolved <= told) & ~(told <= reopened)
        refused.add(np.flatnonzero(early), "informed before resolved")
    again = reopened >= closed
    for kind, values in at.items():
        if kind not in ("closed", "reopened"):
            # a reopened case goes on; its time before the reopening was closed
            refused.add(np.flatnonzero((values > closed) & ~(again & (values >= reopened))), f"{kind} after closed")
    return refused


def _as_of(times: CaseTimes, columns: Sequence[Times], as_of: Any) -> np.datetime64:
    """Return the time up to which things are known: the latest of the log, if the caller does not say."""
    if as_of is not None:
        return times.moment(as_of)
    latest = [values[~np.isnat(values)].max() for values in columns if not np.isnat(values).all()]
    return max(latest, default=_NAT)


# ---- one row per event ----


def _by_event(table: CaseTable, words: Mapping[str, str], as_of: Any) -> CaseLog:
    times = CaseTimes.read(table.frame, {"at": table.roles["at"]}, table.dayfirst)
    at = times.values["at"]
    codes, names = factorize(table.column("event"))
    kinds = np.array([-1 if name is None else kind_of(name, words) for name in names], np.int64)[codes]
    cases = read_customers(table.frame.column(table.roles["case"]), "case")
    case_of, labels = np.minimum(cases.numbers, len(cases.ids)), objects([*cases.ids, None])
    refused = Refused()
    nameless = ~cases.known
    refused.add(np.flatnonzero(nameless), "no case")
    for i, name in enumerate(names):
        if name is None or kind_of(name, words) < 0:
            rows = np.flatnonzero((codes == i) & ~nameless)
            refused.add(rows, "no event" if name is None else f"{name!r} is no event of a case")
    timeless = np.flatnonzero(np.isnat(at) & (kinds >= 0) & ~nameless)
    refused.add(timeless, "no time, or not a time")
    broken = np.zeros(len(labels), np.bool_)
    broken[case_of[timeless]] = True
    usable = np.flatnonzero((kinds >= 0) & ~nameless & ~broken[case_of])
    again = _repeated(case_of[usable], kinds[usable], at[usable], table.column("by"), usable)
    refused.add(usable[again], "the same event at the same time stands there already")
    usable = usable[~again]
    log, wrong = settle(case_of[usable], kinds[usable], at[usable].astype(np.int64), usable)
    for reason, rows in wrong.items():
        refused.add(rows, reason)
    now = _as_of(times, [log.at.astype("datetime64[us]")], as_of)
    return _of_events(table, times, log, now, case_of, labels, refused)


def _repeated(case: Any, kinds: Any, at: Times, by: Any, rows: NDArray[np.intp]) -> Bools:
    """Return which events stand there already, word for word, as joins of tables make them."""
    who = np.zeros(len(rows), np.int64) if by is None else factorize(by)[0][rows]
    order = np.lexsort((rows, who, at, kinds, case))
    same = np.ones(len(order), np.bool_)
    for column in (case, kinds, at, who):
        same[1:] &= column[order][1:] == column[order][:-1]
    same[:1] = False
    repeated = np.zeros(len(order), np.bool_)
    repeated[order] = same
    return repeated


def _of_events(
    table: CaseTable,
    times: CaseTimes,
    every: EventLog,
    now: np.datetime64,
    case_of: NDArray[np.intp],
    labels: NDArray[Any],
    refused: Refused,
) -> CaseLog:
    """Return the columns of a log of legal events, in order."""
    log = every.until(int(now.astype(np.int64))) if not np.isnat(now) else every
    opened = log.first_at("opened", len(labels))
    present = np.flatnonzero(~np.isnat(opened))
    closing = log.last_of(("opened", "resolved", "closed", "reopened"), len(labels))[present]
    undoing = log.last_of(("resolved", "reopened"), len(labels))[present]

    def first(*kinds: str) -> Times:
        found = [log.first_at(kind, len(labels))[present] for kind in kinds]
        return np.asarray(np.fmin.reduce(found))

    def has(*kinds: str) -> Bools:
        return ~np.isnat(first(*kinds))

    keys: dict[str, tuple[NDArray[np.intp], list[Any]]] = {}
    for name, (codes, values) in table.keys().items():
        # what is said of a case in any of its rows is said of it; the first row counts
        some = codes.copy() if None not in values[-1:] else np.where(codes == len(values) - 1, -1, codes)
        found = every.first_known(some, len(labels))[present]
        keys[name] = (np.where(found < 0, len(values), found), [*values, None])
    if MONTH in table.by:
        keys[MONTH] = _months(opened[present], times.time_zone)
    if "owner" in table.by:
        keys["owner"] = _owners(table, log, len(labels), present)
    worst, later = table.worst(), table.later()
    return CaseLog(
        ids=labels[present],
        opened=opened[present],
        responded=first("first_response", "contacted"),
        closed=np.where(closing == KINDS.index("closed"), log.last_at("closed", len(labels))[present], _NAT),
        ended=has("resolved", "closed"),
        resolved=undoing == KINDS.index("resolved"),
        reopened=has("reopened"),
        escalated=has("escalated"),
        tried=has("contact_attempted", "first_response", "contacted"),
        reached=has("contacted"),
        worst=None if worst is None else every.first_known(worst, len(labels))[present] == 1,
        later=None if later is None else every.first_known(later, len(labels))[present],
        keys=keys,
        recorded=frozenset(KINDS[i] for i in np.flatnonzero(np.bincount(every.kinds, minlength=1))),
        as_of=now,
        time_zone=times.time_zone,
        rejected=refused.result(labels, case_of),
        left_out=int(np.count_nonzero(every.kinds == KINDS.index("opened"))) - len(present),
        backend=table.frame.backend,
    )


def _owners(
    table: CaseTable, log: EventLog, cases: int, present: NDArray[np.intp]
) -> tuple[NDArray[np.intp], list[Any]]:
    """Return who each case was last assigned to; if to nobody, who first responded or contacted."""
    column = table.column("by")
    if column is None:
        raise ColumnNotFoundError("by: the log has no column 'by', so the owners of its cases are not known")
    codes, values = factorize(column)
    named = np.where(codes == len(values) - 1, -1, codes) if None in values[-1:] else codes
    found = log.last_known(named, cases, ("assigned",))
    for kind in ("first_response", "contacted"):
        found = np.where(found < 0, log.first_known(named, cases, (kind,)), found)
    found = found[present]
    return np.where(found < 0, len(values), found), [*values, None]

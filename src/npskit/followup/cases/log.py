"""Case logs as columns: from any dataframe, one row per case or one per event, to what figures are made of.

A million cases are a few arrays here, never a million objects; `Case` objects become the same columns.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Codes, Frozen, Integers, Times
from npskit.checks import mapping, of_kind, one_of, several
from npskit.data import factorize, objects, read_customers
from npskit.errors import ColumnNotFoundError, quoted
from npskit.followup.cases.case_roles import ALIASES, find_roles, kind_of
from npskit.followup.cases.case_table import MONTH, CaseTable, CaseTimes, case_frame
from npskit.followup.cases.events import settle
from npskit.followup.cases.rejections import Refused, Rejections, rejections_of
from npskit.options import EVENT_KINDS, EventKind
from npskit.scorers import Scorer, codebook_of
from npskit.times import in_zone

_NAT = np.datetime64("NaT", "us")


@attrs.frozen(eq=False)
class CaseLog(Frozen):
    """What happened to each case up to a time, as columns of shape `(cases,)`.

    Args:
        ids: What each case is called.
        opened: When it was opened, datetime64[us].
        responded: When the customer first heard from us (first response or contact); NaT if not yet.
        closed: When it was closed for good so far; NaT while it is open, also when it was reopened.
        ended: Whether it was resolved or closed at least once.
        resolved: When it was resolved for good so far; NaT where it was not, or was reopened since.
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
        set_aside: Cases that could not be used, and rows of which the case is not known.
        backend: The dataframe library of the log.
    """

    ids: NDArray[Any]
    opened: Times
    responded: Times
    closed: Times
    ended: Bools
    resolved: Times
    reopened: Bools
    escalated: Bools
    tried: Bools
    reached: Bools
    worst: Bools | None
    later: Codes | None
    keys: Mapping[str, tuple[Codes, list[Any]]]
    recorded: frozenset[EventKind]
    as_of: np.datetime64
    time_zone: str | None
    rejected: Rejections
    left_out: int
    set_aside: int
    backend: str | None

    def __len__(self) -> int:
        return len(self.opened)


def read_case_log(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    events: Mapping[str, EventKind] | None = None,
    recorded: Collection[EventKind] = (),
    as_of: Any = None,
    scorer: Scorer | None = None,
    by: Sequence[str] = (),
    dayfirst: bool | None = None,
    office: str | None = None,
) -> CaseLog:
    """Read cases, or a flat log of them, as columns.

    A log has one row per case, with a column for the time of each event (`opened` at least), or one row per event, with
    columns `case`, `event` and `at`. Which one it is, and which column is what, is found from the names (`Created at`,
    `ticket_id`, ...), or said with `columns`. A log with one row per case has one place for each time, so a case that
    was reopened may lack what came before; instead of a time it may say how long it took from the opening, as
    `"01:25:00"`, `"1h 25m"` or a number, with its unit in the name of the column ("First reply time in minutes"). In
    either, a case whose times cannot be is rejected whole; an event of an unknown name is rejected alone.

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
        office: The zone of the office, on whose clock months are where times know only an offset. Default: UTC.

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
    words = {
        word: one_of(kind, EVENT_KINDS, f"events[{quoted(word)}]") for word, kind in mapping(events, "events").items()
    }
    recorded = several(recorded, "recorded")
    for kind in recorded:
        one_of(kind, EVENT_KINDS, "recorded")
    by = [of_kind(name, str, "by") for name in by]
    frame = case_frame(source)
    roles, one_per_event = find_roles(frame.columns, mapping(columns, "columns"))
    keys = tuple(ALIASES.get(name, name) for name in by)
    table = CaseTable(frame, roles, codebook_of(scorer), keys, one_per_event)
    dated = {role: roles[role] for role in ("at", *EVENT_KINDS) if role in roles}
    times = CaseTimes.read(frame, dated, dayfirst, office)
    log = _by_event(table, times, words, as_of) if one_per_event else _by_case(table, times, as_of)
    named = {name: log.keys[ALIASES.get(name, name)] for name in by}
    return attrs.evolve(log, recorded=log.recorded | set(recorded), keys=named)


def _log_of(
    table: CaseTable, times: CaseTimes, at: Mapping[str, Times], of_case: Callable[[Codes], Codes], **rest: Any
) -> CaseLog:
    """Return the columns of a log.

    Args:
        table: The log.
        times: Its times.
        at: When each kind of event first happened to each case, NaT where it has not.
        of_case: Returns the value of each case, from one for each row; -1 stands for none.
        rest: The other columns of the result.
    """
    has = {kind: ~np.isnat(at[kind]) for kind in EVENT_KINDS}
    keys = {name: _key(*found, of_case) for name, found in table.keys().items()}
    if MONTH in table.by:
        codes, months = factorize(in_zone(at["opened"], times.time_zone).astype("datetime64[M]"))
        keys[MONTH] = codes, list(map(str, months))
    present = table.categories("score", "category", strict=False)
    later = table.categories("later_score", "later", strict=True)
    return CaseLog(
        opened=at["opened"],
        responded=np.fmin(at["first_response"], at["contacted"]),
        ended=has["resolved"] | has["closed"] | has["reopened"],
        reopened=has["reopened"],
        escalated=has["escalated"],
        tried=has["contact_attempted"] | has["first_response"] | has["contacted"],
        reached=has["contacted"],
        worst=None if present is None else of_case(present) == 0,
        later=None if later is None else of_case(later),
        keys=keys,
        time_zone=times.time_zone,
        backend=table.frame.backend,
        **rest,
    )


def _key(codes: Codes, values: list[Any], of_case: Callable[[Codes], Codes]) -> tuple[Codes, list[Any]]:
    """Return the code of each case, from those of the rows, and what codes stand for: None, if there, comes last."""
    named = values[:-1] if None in values[-1:] else values
    found = of_case(np.where(codes == len(named), -1, codes))
    nothing = found < 0
    return (np.where(nothing, len(named), found), [*named, None]) if nothing.any() else (found, named)


def _as_of(times: CaseTimes, columns: Iterable[Times], as_of: Any) -> np.datetime64:
    """Return the time up to which things are known: the latest of the log, if the caller does not say."""
    if as_of is not None:
        return times.moment(as_of)
    return max((values[~np.isnat(values)].max() for values in columns if not np.isnat(values).all()), default=_NAT)


# ---- one row per case ----


def _by_case(table: CaseTable, times: CaseTimes, as_of: Any) -> CaseLog:
    rows = len(times.values["opened"])
    ids = table.column("case")
    names = np.arange(rows) if ids is None else ids
    rejected = rejections_of(_refused_cases(times, ids), names)
    usable = np.ones(rows, np.bool_)
    usable[rejected.rows] = False
    now = _as_of(times, (values[usable] for values in times.values.values()), as_of)
    keep = usable & (times.values["opened"] <= now)
    at: dict[str, Times] = dict.fromkeys(EVENT_KINDS, np.full(np.count_nonzero(keep), _NAT))
    at |= {kind: np.where(values[keep] <= now, values[keep], _NAT) for kind, values in times.values.items()}
    closed, resolved, reopened = at["closed"], at["resolved"], at["reopened"]
    undone = (reopened > resolved) | ((reopened == resolved) & ~(closed < reopened))
    return _log_of(
        table,
        times,
        at,
        lambda values: values[keep],
        ids=names[keep],
        closed=np.where(reopened >= closed, _NAT, closed),
        resolved=np.where(undone, _NAT, resolved),
        recorded=frozenset(times.values),
        as_of=now,
        rejected=rejected,
        left_out=int(np.count_nonzero(usable & ~keep)),
        set_aside=len(rejected),
    )


def _refused_cases(times: CaseTimes, ids: Any) -> Iterator[Refused]:
    """Yield the rows of a log of cases that cannot have happened."""
    at = times.values
    for kind, rows in times.bad.items():
        yield rows, f"{kind} is not a time"
    yield np.flatnonzero(np.isnat(at["opened"])), "no opening time"
    if ids is not None:
        first = read_customers(ids, "case").first
        yield np.flatnonzero(first < np.arange(len(first))), "the case has a row already"
    for kind, values in at.items():
        yield np.flatnonzero(values < at["opened"]), f"{kind} before opened"
    never = np.full(len(at["opened"]), _NAT)
    informed, resolved, closed, reopened = (at.get(k, never) for k in ("informed", "resolved", "closed", "reopened"))
    early = ~np.isnat(informed) & ~(resolved <= informed) & ~(informed <= reopened)
    yield np.flatnonzero(early), "informed before resolved"
    again = reopened >= closed
    for kind, values in at.items():
        if kind not in ("closed", "reopened"):
            # a reopened case goes on; its time before the reopening was closed
            yield np.flatnonzero((values > closed) & ~(again & (values >= reopened))), f"{kind} after closed"


# ---- one row per event ----


def _by_event(table: CaseTable, times: CaseTimes, words: Mapping[str, str], as_of: Any) -> CaseLog:
    at = times.values["at"]
    codes, names = factorize(table.column("event"))
    kind_of_name = [-1 if name is None else kind_of(name, words) for name in names]
    kinds = np.array(kind_of_name, np.int64)[codes]
    cases = read_customers(table.frame.column(table.roles["case"]), "case")
    case_of, labels = np.minimum(cases.numbers, len(cases.ids)), objects([*cases.ids, None])
    refused = [(np.flatnonzero(~cases.known), "no case")]
    for i, (name, kind) in enumerate(zip(names, kind_of_name, strict=True)):
        if kind < 0:
            rows = np.flatnonzero((codes == i) & cases.known)
            refused.append((rows, "no event" if name is None else f"{quoted(name)} is no event of a case"))
    named = (kinds >= 0) & cases.known
    timeless = np.flatnonzero(np.isnat(at) & named)
    refused.append((timeless, "no time, or not a time"))
    whole = np.ones(len(labels), np.bool_)
    whole[case_of[timeless]] = False
    usable = np.flatnonzero(named & whole[case_of])
    again = _repeated(case_of[usable], kinds[usable], at[usable], table.column("by"), usable)
    refused.append((usable[again], "the same event at the same time stands there already"))
    usable = usable[~again]
    every, wrong = settle(case_of[usable], kinds[usable], at[usable].astype(np.int64), usable)
    refused += [(rows, reason) for reason, rows in wrong.items()]
    now = _as_of(times, [every.times], as_of)
    log = every if np.isnat(now) else every[every.times <= now]
    size = len(labels)
    first = {kind: log.each(log.times, log.are(kind), size, _NAT) for kind in EVENT_KINDS}
    present = np.flatnonzero(~np.isnat(first["opened"]))
    last = log.each(log.kinds, log.are("opened", "resolved", "closed", "reopened"), size, -1, last=True)
    undoing = log.each(log.kinds, log.are("resolved", "reopened"), size, -1, last=True)
    closed, resolved = (log.each(log.times, log.are(kind), size, _NAT, last=True) for kind in ("closed", "resolved"))

    def of_case(values: Codes) -> Codes:
        """Return what is said of a case in any of its rows; the first row counts."""
        of_event = values[every.rows]
        return every.each(of_event, of_event >= 0, size, -1)[present]

    def owner(named: Codes) -> Codes:
        """Return who a case was last assigned to; if to nobody, who first responded, else who first made contact."""
        of_event = named[log.rows]
        found = log.each(of_event, (of_event >= 0) & log.are("assigned"), size, -1, last=True)
        for kind in ("first_response", "contacted"):
            found = np.where(found < 0, log.each(of_event, (of_event >= 0) & log.are(kind), size, -1), found)
        return found[present]

    left_out = int(np.count_nonzero(every.are("opened"))) - len(present)
    result = _log_of(
        table,
        times,
        {kind: values[present] for kind, values in first.items()},
        of_case,
        ids=labels[present],
        closed=np.where(last == EVENT_KINDS.index("closed"), closed, _NAT)[present],
        resolved=np.where(undoing == EVENT_KINDS.index("resolved"), resolved, _NAT)[present],
        recorded=frozenset(EVENT_KINDS[i] for i in np.flatnonzero(np.bincount(every.kinds, minlength=1))),
        as_of=now,
        rejected=rejections_of(refused, labels[case_of]),
        left_out=left_out,
        set_aside=len(cases.ids) - len(present) - left_out + int(np.count_nonzero(~cases.known)),
    )
    if "owner" not in table.by:
        return result
    by = table.column("by")
    if by is None:
        raise ColumnNotFoundError("by: the log has no column 'by', so the owners of its cases are not known")
    return attrs.evolve(result, keys={**result.keys, "owner": _key(*factorize(by), owner)})


def _repeated(case: Codes, kinds: Integers, at: Times, by: Any, rows: Codes) -> Bools:
    """Return which events stand there already, word for word, as joins of tables make them."""
    who = np.zeros(len(rows), np.int64) if by is None else factorize(by)[0][rows]
    order = np.lexsort((rows, who, at, kinds, case))
    sorted_columns = [column[order] for column in (case, kinds, at, who)]
    same = np.logical_and.reduce([column[1:] == column[:-1] for column in sorted_columns])
    repeated = np.zeros(len(order), np.bool_)
    repeated[order[1:][same]] = True
    return repeated

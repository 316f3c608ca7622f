"""A log of one row per event: columns for the case, the event and its time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from npskit.arrays import Bools, Codes, Integers, Times
from npskit.data import factorize, objects, read_customers
from npskit.errors import ColumnNotFoundError, quoted
from npskit.followup.cases.case_log import NAT, CaseLog, key_of, latest_of, log_of
from npskit.followup.cases.case_roles import kind_of
from npskit.followup.cases.case_table import CaseTable, CaseTimes
from npskit.followup.cases.events import settle
from npskit.followup.cases.rejections import rejections_of
from npskit.options import EVENT_KINDS
from npskit.times import DAY


def by_event(table: CaseTable, times: CaseTimes, words: Mapping[str, str], as_of: Any) -> CaseLog:
    """Return the columns of a log of one row per event; see `npskit.followup.cases.log.read_case_log`."""
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
    usable = np.flatnonzero(named & ~np.isnat(at))
    at = _end_of_days(case_of, kinds, at, times.days["at"], usable)
    again = _repeated(case_of[usable], kinds[usable], at[usable], table.column("by"), usable)
    refused.append((usable[again], "the same event at the same time stands there already"))
    usable = usable[~again]
    every, wrong, why = settle(case_of[usable], kinds[usable], at[usable].astype(np.int64), usable)
    reasons = np.array(why, object)
    refused += [(wrong.rows[reasons == reason], reason) for reason in dict.fromkeys(why)]
    now = latest_of(times, [every.times], as_of)
    log = every if np.isnat(now) else every[every.times <= now]
    size = len(labels)
    first = {kind: log.each(log.times, log.are(kind), size, NAT) for kind in EVENT_KINDS}
    present = np.flatnonzero(~np.isnat(first["opened"]))
    last = log.each(log.kinds, log.are("opened", "resolved", "closed", "reopened"), size, -1, last=True)
    undoing = log.each(log.kinds, log.are("resolved", "reopened"), size, -1, last=True)
    closed, resolved = (log.each(log.times, log.are(kind), size, NAT, last=True) for kind in ("closed", "resolved"))

    early = wrong.rows[[reason.endswith("before 'opened'") for reason in why]]

    def impossible(kind: str) -> Bools:
        """Return the cases of which the log has an event of some kind at a time that cannot be."""
        found = np.zeros(size, np.bool_)
        rows = np.concatenate([timeless, early]).astype(np.intp)
        found[case_of[rows[kinds[rows] == EVENT_KINDS.index(kind)]]] = True
        return found[present]

    def of_case(values: Codes) -> Codes:
        """Return what is said of a case in any of its rows; the first row counts, of what is legal before the rest."""
        found = [log.each(values[log.rows], values[log.rows] >= 0, size, -1)[present] for log in (every, wrong)]
        return np.where(found[0] < 0, found[1], found[0])

    def owner(named: Codes) -> Codes:
        """Return who a case was last assigned to; if to nobody, who first responded, else who first made contact."""
        of_event = named[log.rows]
        found = log.each(of_event, (of_event >= 0) & log.are("assigned"), size, -1, last=True)
        for kind in ("first_response", "contacted"):
            found = np.where(found < 0, log.each(of_event, (of_event >= 0) & log.are(kind), size, -1), found)
        return found[present]

    due = None
    if times.due is not None:
        said_due = times.due[every.rows]
        due = every.each(said_due, ~np.isnat(said_due), size, NAT)[present]
    left_out = int(np.count_nonzero(every.are("opened"))) - len(present)
    result = log_of(
        table,
        times,
        {kind: values[present] for kind, values in first.items()},
        of_case,
        ids=labels[present],
        closed=np.where(last == EVENT_KINDS.index("closed"), closed, NAT)[present],
        resolved=np.where(undoing == EVENT_KINDS.index("resolved"), resolved, NAT)[present],
        recorded=frozenset(EVENT_KINDS[i] for i in np.flatnonzero(np.bincount(every.kinds, minlength=1))),
        as_of=now,
        rejected=rejections_of(refused, labels[case_of]),
        left_out=left_out,
        set_aside=len(cases.ids) - len(present) - left_out + int(np.count_nonzero(~cases.known)),
        due=due,
        waits=None,
        impossible={kind: impossible(kind) for kind in EVENT_KINDS},
    )
    if "owner" not in table.by:
        return result
    by = table.column("by")
    if by is None:
        raise ColumnNotFoundError("by: the log has no column 'by', so the owners of its cases are not known")
    return attrs.evolve(result, keys={**result.keys, "owner": key_of(*factorize(by), owner)})


def _repeated(case: Codes, kinds: Integers, at: Times, by: Any, rows: Codes) -> Bools:
    """Return which events stand there already, word for word, as joins of tables make them."""
    who = np.zeros(len(rows), np.int64) if by is None else factorize(by)[0][rows]
    order = np.lexsort((rows, who, at, kinds, case))
    sorted_columns = [column[order] for column in (case, kinds, at, who)]
    same = np.logical_and.reduce([column[1:] == column[:-1] for column in sorted_columns])
    repeated = np.zeros(len(order), np.bool_)
    repeated[order[1:][same]] = True
    return repeated & ~_closed_again(case, kinds, at, repeated)


def _closed_again(case: Codes, kinds: Integers, at: Times, repeated: Bools) -> Bools:
    """Return which closings are the second of one tick of the clock in which the case was reopened: fewer times."""
    closed, reopened = (kinds == EVENT_KINDS.index(kind) for kind in ("closed", "reopened"))
    found = np.zeros(len(case), np.bool_)
    rows = np.flatnonzero((closed | reopened) & np.isin(case, case[closed & repeated]))
    moments = list(zip(case[rows].tolist(), at[rows].tolist(), strict=True))
    more = Counter(moment for moment, row in zip(moments, rows, strict=True) if closed[row])
    fewer = Counter(moment for moment, row in zip(moments, rows, strict=True) if reopened[row])
    again = {moment: row for moment, row in zip(moments, rows.tolist(), strict=True) if closed[row] and repeated[row]}
    found[[row for moment, row in again.items() if 0 < fewer[moment] < more[moment]]] = True
    return found


def _end_of_days(case: Codes, kinds: Integers, at: Times, days: Bools, usable: Codes) -> Times:
    """Let what happened on a day, at no time that is said, have happened by its end, where the opening has a time.

    By the first closing of the case on that day, if there is one with a time.
    """
    if not days[usable].any() or days[usable].all():
        return at
    opened = kinds == EVENT_KINDS.index("opened")
    dated = np.zeros(int(case.max()) + 1, np.bool_)
    dated[case[usable[(opened & days)[usable]]]] = True
    moved = usable[(days & ~opened & ~dated[case])[usable]]
    day = at.astype("datetime64[D]").astype(np.int64)
    key = case * np.int64(4_000_000) + day
    is_closed = kinds == EVENT_KINDS.index("closed")
    closings = usable[(is_closed & ~days)[usable]]
    closings = closings[np.lexsort((at[closings], key[closings]))]
    ends = at[moved] + np.timedelta64(DAY)
    place = np.searchsorted(key[closings], key[moved])
    same = place < len(closings)
    same[same] = key[closings[place[same]]] == key[moved[same]]
    same &= ~is_closed[moved] & (kinds[moved] != EVENT_KINDS.index("reopened"))
    ends[same] = at[closings[place[same]]]
    found = at.copy()
    found[moved] = ends
    return found

"""A log of one row per case: a column for the time of each event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from npskit.arrays import Bools, Times
from npskit.data import read_customers
from npskit.followup.cases.case_log import NAT, CaseLog, latest_of, log_of
from npskit.followup.cases.case_table import CaseTable, CaseTimes
from npskit.followup.cases.rejections import Refused, rejections_of
from npskit.options import EVENT_KINDS


def by_case(table: CaseTable, times: CaseTimes, as_of: Any) -> CaseLog:
    """Return the columns of a log of one row per case; see `npskit.followup.cases.log.read_case_log`."""
    rows = len(times.values["opened"])
    ids = table.column("case")
    names = np.arange(rows) if ids is None else ids
    usable = np.ones(rows, np.bool_)
    refused: list[Refused] = []
    for which, reason in _refused_cases(times, ids):
        left = which[usable[which]]
        usable[left] = False
        refused.append((left, reason))
    set_aside = rows - int(np.count_nonzero(usable))
    said = dict(times.values)
    unsure: dict[str, Bools] = {kind: np.zeros(rows, np.bool_) for kind in EVENT_KINDS}
    given = None if as_of is None else times.moment(as_of)
    _end_of_days(said, times, given)
    for kind, events, reason, possible in _refused_events(times, said):
        new = events & usable
        refused.append((np.flatnonzero(new), reason))
        said[kind] = np.where(new, NAT, said[kind])
        unsure[kind] = unsure[kind] | (new & ~possible)
    now = latest_of(times, (values[usable] for values in said.values()), as_of)
    keep = usable & (said["opened"] <= now)
    at: dict[str, Times] = dict.fromkeys(EVENT_KINDS, np.full(np.count_nonzero(keep), NAT))
    at |= {kind: np.where(values[keep] <= now, values[keep], NAT) for kind, values in said.items()}
    closed, resolved, reopened = at["closed"], at["resolved"], at["reopened"]
    undone = (reopened > resolved) | ((reopened == resolved) & ~(closed < reopened))
    return log_of(
        table,
        times,
        at,
        lambda values: values[keep],
        ids=names[keep],
        closed=np.where(reopened >= closed, NAT, closed),
        resolved=np.where(undone, NAT, resolved),
        recorded=frozenset(said),
        as_of=now,
        rejected=rejections_of(refused, names),
        left_out=int(np.count_nonzero(usable & ~keep)),
        set_aside=set_aside,
        due=None if times.due is None else times.due[keep],
        waits=None if times.waits is None else times.waits[keep],
        impossible={kind: cases[keep] for kind, cases in unsure.items()},
    )


def _refused_cases(times: CaseTimes, ids: Any) -> Iterator[Refused]:
    """Yield the rows that are no case of their own."""
    yield times.far["opened"], "opened is far from all other openings"
    yield times.bad["opened"], "opened is not a time"
    yield np.flatnonzero(np.isnat(times.values["opened"])), "no opening time"
    if ids is not None:
        first = read_customers(ids, "case").first
        yield np.flatnonzero(first < np.arange(len(first))), "the case has a row already"


def _refused_events(times: CaseTimes, at: dict[str, Times]) -> Iterator[tuple[str, Bools, str, Bools]]:
    """Yield the events that are set aside: the kind, of which rows, why, and where the event may still have happened.

    `at` is as it stands when the next one is asked for, without those that were set aside before.
    """
    rows = len(at["opened"])
    nowhere, never = np.zeros(rows, np.bool_), np.full(rows, NAT)
    for kind in [kind for kind in at if kind != "opened"]:
        unread = nowhere.copy()
        far = nowhere.copy()
        far[times.far[kind]] = True
        yield kind, far, f"{kind} is far from all others", nowhere
        unread[times.bad[kind]] = True
        yield kind, unread, f"{kind} is not a time", nowhere
        yield kind, at[kind] < at["opened"], f"{kind} before opened", nowhere
    for kind in [kind for kind in at if kind not in ("opened", "closed", "reopened")]:
        closed, reopened = at.get("closed", never), at.get("reopened", never)
        # a reopened case goes on; its time before the reopening was closed
        again = (reopened >= closed) & (at[kind] >= reopened)
        yield kind, (at[kind] > closed) & ~again, f"{kind} after closed", ~nowhere
    if "informed" in at and "resolved" in at:  # what has no column is not known
        resolved, reopened = at["resolved"], at.get("reopened", never)
        early = ~np.isnat(at["informed"]) & ~(resolved <= at["informed"]) & ~(at["informed"] <= reopened)
        yield "informed", early, "informed before resolved", ~nowhere


def _end_of_days(at: dict[str, Times], times: CaseTimes, now: np.datetime64 | None) -> None:
    """Let what happened on a day, at no time that is said, have happened by its end, where openings have a time.

    By the closing, if that was on the same day and has a time; and by the time up to which things are known.
    """
    days = times.days
    timed = ~days["opened"]
    closed = at.get("closed", np.full(len(timed), NAT))
    closed = np.where(days["closed"], NAT, closed) if "closed" in days else closed
    for kind, values in at.items():
        if kind == "opened":
            continue
        # beside an opening that is a day itself only what else happened on that day, at a time, shows that it was later
        for other in at.keys() - {kind, "opened"} if (days[kind] & ~timed).any() else ():
            same = days[kind] & ~timed & ~days[other] & (values <= at[other]) & (at[other] < times.day_after(values))
            at[kind] = np.where(same, np.fmax(at[kind], at[other]), at[kind])
        if not (which := days[kind] & timed).any():
            continue
        ends = times.day_after(values)
        if now is not None:
            ends = np.where((values <= now) & (now < ends), now, ends)
        if kind not in ("closed", "reopened"):
            ends = np.where((values <= closed) & (closed < ends), closed, ends)
        at[kind] = np.where(which, ends, at[kind])

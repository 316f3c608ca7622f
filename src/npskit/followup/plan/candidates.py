"""Who may be followed up at all, before money and hours are looked at."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Codes, Times
from npskit.followup.plan import statuses as status
from npskit.followup.plan.terms import Terms
from npskit.followup.playbook import Assigned


@attrs.frozen(eq=False)
class People:
    """What a plan needs to know of the customers behind responses. Arrays are of shape `(n,)`.

    Args:
        opted_out: Whether each does not want to be contacted; None if nothing is known.
        contacted: When each was contacted last, NaT for never; None if nothing is known.
    """

    opted_out: Bools | None = None
    contacted: Times | None = None


def candidates_of(assigned: Assigned, people: People, terms: Terms) -> NDArray[np.int8]:
    """Return the status of each response as far as it does not depend on limits: `CHOSEN` for those who may be.

    One response of each customer counts, the latest scored one; of several at the same time, or without times, the one
    with the highest priority, then the one further down. A customer who does not want to be contacted, or was a short
    while ago, is left alone whatever the response that says so. A response of an unknown time is never too old.
    """
    table = assigned.table
    who = np.arange(len(table)) if table.customers is None else table.customers.numbers
    found = np.where(assigned.strategy < 0, status.NO_STRATEGY, status.CHOSEN).astype(np.int8)
    if terms.max_age is not None and table.at is not None and table.now is not None:
        found[table.at < table.now - np.timedelta64(terms.max_age)] = status.TOO_OLD
    if people.contacted is not None and table.now is not None:
        # Also whoever was contacted after that: the plan may be of the answers up to some earlier day.
        found[_any_of(people.contacted > table.now - np.timedelta64(terms.quiet), who)] = status.QUIET
    if people.opted_out is not None:
        found[_any_of(people.opted_out, who)] = status.OPTED_OUT
    scored = table.category >= 0
    found[~_one_of_each(assigned, who, scored)] = status.SUPERSEDED
    found[~scored] = status.UNSCORED
    return found


def _any_of(marked: Bools, who: Codes) -> Bools:
    """Return the rows of every customer who has a marked row."""
    customers = np.zeros(int(who.max(initial=-1)) + 1, dtype=np.bool_)
    customers[who[marked]] = True
    return customers[who]


def _one_of_each(assigned: Assigned, who: Codes, scored: Bools) -> Bools:
    """Return the response of each customer that counts."""
    once = np.bincount(who)[who] == 1 if len(who) else scored
    kept = once.copy()
    several = np.flatnonzero(~once)
    at = np.zeros(len(several), dtype=np.int64)
    if assigned.table.at is not None:
        times = assigned.table.at[several]
        at = np.where(np.isnat(times), np.iinfo(np.int64).min, times.astype(np.int64))
    priority = np.nan_to_num(assigned.priority[several], nan=-1.0)
    order = several[np.lexsort((priority, at, scored[several], who[several]))]
    last = np.ones(len(order), dtype=np.bool_)
    last[:-1] = who[order][1:] != who[order][:-1]
    kept[order[last]] = True
    return kept

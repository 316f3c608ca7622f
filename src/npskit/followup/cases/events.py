"""Events of many cases at once: put in order, checked against what is legal, and asked for first and last times."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Codes, Frozen, Integers, Times
from npskit.followup.cases.states import FINE, LEADS_TO, LEGAL, SECOND, STATES, lawful
from npskit.options import EVENT_KINDS

# State after each kind of event, -1 where it stays, and whether each kind is legal in each state.
_AFTER = np.array([STATES.index(LEADS_TO[kind]) if kind in LEADS_TO else -1 for kind in EVENT_KINDS])
_ALLOWED = np.array([[kind in LEGAL[state] for kind in EVENT_KINDS] for state in STATES])


@attrs.frozen(eq=False)
class EventLog(Frozen):
    """Legal events in the order they happened, case by case; all arrays of shape `(events,)`.

    Args:
        cases: The number of the case, rising.
        kinds: The place of the kind in `EVENT_KINDS`.
        at: Microseconds since 1970, rising within a case.
        rows: The row of the log each came from.
    """

    cases: Codes
    kinds: Integers
    at: Integers
    rows: Codes

    def __getitem__(self, which: NDArray[Any]) -> EventLog:
        return EventLog(self.cases[which], self.kinds[which], self.at[which], self.rows[which])

    @property
    def times(self) -> Times:
        """When each event happened."""
        return self.at.astype("datetime64[us]")

    def are(self, *kinds: str) -> Bools:
        """Return which events are of some kinds."""
        return np.array([kind in kinds for kind in EVENT_KINDS])[self.kinds]

    def each(self, values: NDArray[Any], which: Bools, cases: int, nothing: Any, *, last: bool = False) -> NDArray[Any]:
        """Return the value of the first of some events of each case, or of the last one.

        Args:
            values: The value of each event.
            which: The events to choose from.
            cases: How many cases there are.
            nothing: What stands for cases without such an event.
            last: Whether the last event counts.
        """
        found = np.full(cases, nothing, dtype=values.dtype)
        rows = np.flatnonzero(which)[:: 1 if last else -1]
        found[self.cases[rows]] = values[rows]  # of several assignments to one place numpy keeps the last
        return found


def settle(cases: Codes, kinds: Integers, at: Integers, rows: Codes) -> tuple[EventLog, EventLog, list[str]]:
    """Put events in order and set aside those that cannot have happened; the others of a case stay.

    Args:
        cases: The number of the case of each event, shape `(n,)`.
        kinds: The place of its kind in `EVENT_KINDS`.
        at: Microseconds since 1970.
        rows: Where it stands in the log.

    Returns:
        The legal events, the others, and why each of the others is refused. Neither depends on the order of the rows,
        but for events alike in all but who did them.
    """
    log = EventLog(cases, kinds, at, rows)[_order(cases, kinds, at)]
    illegal = _judged(log)
    # of events of one instant the order by kind is the best there is, unless a reopening, the last, should come earlier
    tied = log.are("reopened")
    tied[1:] &= (log.cases[1:] == log.cases[:-1]) & (log.at[1:] == log.at[:-1])
    suspect = np.intersect1d(log.cases[tied], log.cases[illegal != FINE])
    places = np.arange(len(log.cases))
    for case in suspect.tolist():
        begin, end = np.searchsorted(log.cases, [case, case + 1]).tolist()
        order, why = lawful([EVENT_KINDS[k] for k in log.kinds[begin:end].tolist()], log.at[begin:end].tolist())
        places[begin:end] = begin + np.array(order)
        illegal[begin:end] = why
    log = log[places]
    legal = illegal == FINE
    wrong = log[~legal]
    pairs = zip(wrong.kinds.tolist(), illegal[~legal].tolist(), strict=True)
    return log[legal], wrong, [_reason(kind, state) for kind, state in pairs]


def _order(cases: Codes, kinds: Integers, at: Integers) -> Codes:
    """Return the order by case, time and kind."""
    if not len(at):
        return np.empty(0, np.intp)
    since = at - at.min()
    if not (since % 1_000_000).any():  # whole seconds: one sort of one key, if it fits
        since //= 1_000_000
    span = int(since.max()) + 1
    if (int(cases.max()) + 1) * span * len(EVENT_KINDS) < 2**62:
        return np.argsort((cases * span + since) * len(EVENT_KINDS) + kinds)
    return np.lexsort((kinds, at, cases))


def _judged(log: EventLog) -> Codes:
    """Return for each event in order the state that forbids it, `FINE` where it is legal.

    A closed case is one whose last closing was not followed by a reopening, whatever else is said of it: what is set
    aside changes nothing for the events after it.
    """
    n = len(log.cases)
    forbids = np.full(n, FINE)
    first = np.ones(n, np.bool_)
    first[1:] = log.cases[1:] != log.cases[:-1]
    opened = log.are("opened")
    begun = _last(opened, first) >= 0
    forbids[~begun] = STATES.index("new")
    # the first opening counts
    again = opened & (_before(_last(opened, first), first) >= 0)
    first_opening = opened & ~again
    ends = (log.are("closed", "reopened") & begun) | first_opening
    closed = log.are("closed")
    ended = _before(_last(ends, first), first)
    in_closed = (ended >= 0) & closed[np.maximum(ended, 0)]
    fine = (forbids == FINE) & ~(in_closed & ~log.are("reopened"))
    forbids[(forbids == FINE) & ~fine] = STATES.index("closed")
    changes = fine & log.are("resolved", "closed", "reopened") | first_opening
    changed = _before(_last(changes, first), first)
    state = np.where(first_opening | (changed < 0), 0, np.maximum(_AFTER[log.kinds[np.maximum(changed, 0)]], 0))
    state = np.where(first_opening, STATES.index("new"), state)
    refused = fine & ~_ALLOWED[state, log.kinds]
    forbids[refused] = state[refused]
    answers = log.are("first_response") & (forbids == FINE)
    second = answers & (_before(_last(answers, first), first) >= 0)
    forbids[second] = SECOND
    return forbids


def _last(which: Bools, first: Bools) -> Codes:
    """Return the place of the last of some events up to each, in its own case; -1 if there is none."""
    places = np.arange(len(which))
    begins = np.maximum.accumulate(np.where(first, places, 0))
    last = np.maximum.accumulate(np.where(which, places, -1))
    return np.where(last >= begins, last, -1)


def _before(places: Codes, first: Bools) -> Codes:
    """Return what stood at the event before, in the same case; -1 at its first."""
    found = np.full(len(places), -1)
    found[1:] = places[:-1]
    found[first] = -1
    return found


def _reason(kind: int, forbids: int) -> str:
    """Return why an event is refused, the same for all cases alike."""
    name = EVENT_KINDS[kind]
    if forbids == SECOND:
        return "a second 'first_response'"
    if not forbids:
        return f"{name!r} before 'opened'"
    return f"{name!r} of a case that is {STATES[forbids]}"

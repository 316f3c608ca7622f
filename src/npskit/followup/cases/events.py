"""Events of many cases at once: put in order, checked against what is legal, and asked for first and last times."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Codes, Frozen, Integers, Times
from npskit.followup.cases.states import LEADS_TO, LEGAL, legal_order
from npskit.options import EVENT_KINDS

_STATES = ("new", "open", "resolved", "closed")
_FIRST_RESPONSE = EVENT_KINDS.index("first_response")
# State after each kind of event, -1 where it stays, and whether each kind is legal in each state.
_AFTER = np.array([_STATES.index(LEADS_TO[kind]) if kind in LEADS_TO else -1 for kind in EVENT_KINDS])
_ALLOWED = np.array([[kind in LEGAL[state] for kind in EVENT_KINDS] for state in _STATES])


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


def settle(cases: Codes, kinds: Integers, at: Integers, rows: Codes) -> tuple[EventLog, dict[str, Codes]]:
    """Put events in order and set aside the cases that cannot have happened.

    Args:
        cases: The number of the case of each event, shape `(n,)`.
        kinds: The place of its kind in `EVENT_KINDS`.
        at: Microseconds since 1970.
        rows: Where it stands in the log.

    Returns:
        The legal events, and for each reason the rows of the events that were refused, one for each case refused.
    """
    log = EventLog(cases, kinds, at, rows)[_order(cases, kinds, at)]
    state, illegal = _judged(log)
    suspect, first = np.unique(log.cases[illegal], return_index=True)
    first = np.flatnonzero(illegal)[first]
    same = (log.cases[1:] == log.cases[:-1]) & (log.at[1:] == log.at[:-1])
    tied = np.isin(suspect, log.cases[1:][same])
    # only events of one instant may have another order; few cases are both tied and out of order
    places, saved = np.arange(len(log.cases)), np.zeros(len(suspect), np.bool_)
    for i in np.flatnonzero(tied).tolist():
        begin, end = np.searchsorted(log.cases, [suspect[i], suspect[i] + 1]).tolist()
        order = legal_order([EVENT_KINDS[k] for k in log.kinds[begin:end].tolist()], log.at[begin:end].tolist())
        if order is not None:
            places[begin:end] = begin + np.array(order)
            saved[i] = True
    bad = first[~saved]
    width = len(EVENT_KINDS)
    why = state[bad] * width + log.kinds[bad]
    wrong = {_reason(code % width, code // width): log.rows[bad[why == code]] for code in set(why.tolist())}
    legal = log[places]
    return (legal[~np.isin(legal.cases, suspect[~saved])] if len(bad) else legal), wrong


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


def _judged(log: EventLog) -> tuple[Integers, Bools]:
    """Return the state before each event, and where the event is not legal then."""
    n = len(log.cases)
    first = np.ones(n, np.bool_)
    first[1:] = log.cases[1:] != log.cases[:-1]
    becomes = _AFTER[log.kinds]
    # the event that last changed the state, up to each; the first of a case does, in any case
    changed = np.maximum.accumulate(np.where((becomes >= 0) | first, np.arange(n), 0))
    state = np.zeros(n, np.int64)
    state[1:] = np.maximum(becomes[changed[:-1]], 0)
    state[first] = 0
    illegal = ~_ALLOWED[state, log.kinds]
    answers = np.flatnonzero(log.kinds == _FIRST_RESPONSE)
    illegal[answers[1:][log.cases[answers[1:]] == log.cases[answers[:-1]]]] = True
    return state, illegal


def _reason(kind: int, state: int) -> str:
    """Return why an event is refused, the same for all cases alike."""
    name = EVENT_KINDS[kind]
    if state == 0:
        return f"{name!r} before 'opened'"
    if kind == _FIRST_RESPONSE and _ALLOWED[state, kind]:
        return "a second 'first_response'"
    return f"{name!r} of a case that is {_STATES[state]}"

"""The states of a case, and in which order events may happen.

A case is in one of three states. What may happen depends on nothing else, except that there is one first response:

- *open*: assigned, contact attempted, first response, contacted, escalated, resolved, closed
- *resolved*: the same but resolved; also informed (the customer was told what was done) and reopened
- *closed*: reopened
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from npskit.options import EVENT_KINDS, EventKind

_ANY_TIME = frozenset({"assigned", "contact_attempted", "first_response", "contacted", "escalated"})
LEGAL = {
    "new": frozenset({"opened"}),
    "open": _ANY_TIME | {"resolved", "closed"},
    "resolved": _ANY_TIME | {"informed", "closed", "reopened"},
    "closed": frozenset({"reopened"}),
}
"""What may happen in each state; `"new"` is before the opening."""
STATES = tuple(LEGAL)
# What stands for an event that is legal, and for a second first response, where the place of a state would.
FINE = -1
SECOND = len(STATES)
LEADS_TO = {"opened": "open", "resolved": "resolved", "closed": "closed", "reopened": "open"}
"""The state after the events that change it; the others leave it as it is."""


def after(state: str, kind: str) -> str:
    """Return the state of a case after an event."""
    return LEADS_TO.get(kind, state)


def legal_now(state: str, responded: bool) -> tuple[EventKind, ...]:
    """Return the events that are legal in a state, in the order of `EVENT_KINDS`."""
    return tuple(k for k in EVENT_KINDS if k in LEGAL[state] and not (responded and k == "first_response"))


def legal_order(kinds: Sequence[str], times: Sequence[Any]) -> list[int] | None:
    """Return the places of events in the order they happened, None if there is no legal one.

    By time; events of one instant in the legal order that comes first by `EVENT_KINDS`.

    Args:
        kinds: Of each event, one of `EVENT_KINDS`.
        times: Of each event; they can be compared with each other.

    Example:
        >>> legal_order(["closed", "assigned", "opened", "reopened"], [5, 9, 1, 9])
        [2, 0, 3, 1]
    """
    order, forbids = lawful(kinds, times)
    return order if all(why == FINE for why in forbids) else None


def lawful(kinds: Sequence[str], times: Sequence[Any]) -> tuple[list[int], list[int]]:
    """Return the places of events in the order they happened, and for each what forbids it, where it is not legal.

    What is not legal changes nothing for the events after it. Of events of one instant that have no legal order as
    many are taken as can be, one after the other.

    Args:
        kinds: See `legal_order`.
        times: See `legal_order`.

    Returns:
        The places, and for each of them `FINE`, the place in `STATES` of the state that forbids it, or `SECOND`.

    Example:
        >>> lawful(["opened", "closed", "contacted", "closed"], [1, 2, 3, 4])
        ([0, 1, 2, 3], [-1, -1, 3, 3])
    """
    waiting = sorted(range(len(kinds)), key=lambda i: (times[i], EVENT_KINDS.index(kinds[i])))
    order: list[int] = []
    forbids: list[int] = []
    state, responded = "new", False
    while waiting:
        tied = [i for i in waiting if times[i] == times[waiting[0]]]
        waiting = waiting[len(tied) :]
        answers = [i for i in tied if kinds[i] == "first_response"]
        surplus = answers[0 if responded else 1 :]
        able = [i for i in tied if i not in surplus]
        arranged = _arranged(state, [kinds[i] for i in able])
        for kind in _as_many(state, [kinds[i] for i in able]) if arranged is None else arranged:
            i = next(i for i in able if kinds[i] == kind)
            able.remove(i)
            order.append(i)
            forbids.append(FINE)
            state, responded = after(state, kind), responded or kind == "first_response"
        for i in sorted([*able, *surplus]):
            order.append(i)
            legal = kinds[i] in LEGAL[state]
            forbids.append(SECOND if legal and kinds[i] == "first_response" else STATES.index(state))
    return order, forbids


def _as_many(state: str, kinds: list[str]) -> list[str]:
    """Return events of one instant as far as they can be taken one after the other."""
    taken: list[str] = []
    left = sorted(kinds, key=EVENT_KINDS.index)
    while legal := [kind for kind in left if kind in LEGAL[state]]:
        kind = next((kind for kind in legal if kind not in LEADS_TO), legal[0])
        left.remove(kind)
        taken.append(kind)
        state = after(state, kind)
    return taken


def _arranged(state: str, kinds: list[str]) -> tuple[str, ...] | None:
    """Return events of one instant in the first legal order, None if there is none."""
    start = tuple(kinds.count(kind) for kind in EVENT_KINDS)
    tries: list[tuple[str, tuple[int, ...], tuple[str, ...]]] = [(state, start, ())]
    seen = set()
    while tries:
        now, left, path = tries.pop()
        if not any(left):
            return path
        if (now, left) in seen:
            continue
        seen.add((now, left))
        options = [i for i, many in enumerate(left) if many and EVENT_KINDS[i] in LEGAL[now]]
        # what does not change the state is best done while it can be: nothing is lost, and the search stays small
        idle = [i for i in options if EVENT_KINDS[i] not in LEADS_TO]
        tries.extend(
            (after(now, EVENT_KINDS[i]), (*left[:i], left[i] - 1, *left[i + 1 :]), (*path, EVENT_KINDS[i]))
            for i in idle[:1] or reversed(options)
        )
    return None

"""Cases: what was done about one customer's answer, event by event, from opening to closing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Self

import attrs

from npskit.checks import all_are, is_hashable, is_missing, is_one_of, is_string_or_none, one_of, several
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, quoted, written
from npskit.followup.cases.states import LEGAL, after, legal_now, legal_order
from npskit.options import EVENT_KINDS, EventKind
from npskit.results import Result, one_line
from npskit.times import instant


def _is_time(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    if not isinstance(value, dt.datetime) or is_missing(value):
        raise InvalidTypeError(f"{field.name} must be a datetime, not {quoted(value)} ({type(value).__name__})")


def _is_id(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    if not is_hashable(value):
        raise InvalidTypeError(f"{field.name} must be hashable, such as a text or a number: got {quoted(value)}")


@attrs.frozen
class CaseEvent:
    """Something that happened to a case.

    Args:
        kind: One of `EVENT_KINDS`.
        at: When: a datetime, either with a time zone in all events of a case or in none.
        by: Who did it; for `"assigned"`, who the case was assigned to.
        note: What there is to say about it.

    Raises:
        InvalidTypeError: If `at` is no datetime, or `by` or `note` no text.
        InvalidValueError: If `kind` is none of `EVENT_KINDS`.

    Example:
        >>> CaseEvent("opened", dt.datetime(2026, 3, 2, 9)).kind
        'opened'
    """

    kind: EventKind = attrs.field(validator=is_one_of(EVENT_KINDS))
    at: dt.datetime = attrs.field(validator=_is_time)
    by: str | None = attrs.field(default=None, validator=is_string_or_none)
    note: str | None = attrs.field(default=None, validator=is_string_or_none)


def _as_tuple(events: Iterable[CaseEvent]) -> tuple[CaseEvent, ...]:
    return several(events, "events")


def _in_order(case: Any, found: tuple[CaseEvent, ...]) -> tuple[CaseEvent, ...]:
    """Return the events of a case in the order they happened, or say what is wrong with them."""
    zoned = {event.at.utcoffset() is not None for event in found}
    if len(zoned) > 1:
        raise IncompatibleError(
            f"case {quoted(case)}: some events know their time zone and others do not; make them one or the other"
        )
    order = legal_order([e.kind for e in found], [instant(e.at) for e in found])
    if order is None or not found:
        raise InvalidValueError(_what_is_wrong(case, found))
    return tuple(found[i] for i in order)


def _what_is_wrong(case: Any, events: Sequence[CaseEvent]) -> str:
    """Return which event cannot have happened, and what could."""
    state, responded = "new", False
    for event in sorted(events, key=lambda e: (instant(e.at), EVENT_KINDS.index(e.kind))):
        allowed = legal_now(state, responded)
        if event.kind not in allowed:
            return refusal(case, event.kind, event.at, state, responded)
        state, responded = after(state, event.kind), responded or event.kind == "first_response"
    return f"case {quoted(case)} has no events: it begins with 'opened'"


def refusal(case: Any, kind: str, at: object, state: str, responded: bool) -> str:
    """Return why an event is refused: the case, the event, the state and what is legal now."""
    situation = "not opened yet" if state == "new" else state
    if kind == "first_response" and responded and kind in LEGAL[state]:
        situation += " and has had its first response"
    return (
        f"case {quoted(case)}: {kind!r} at {at} is not legal, the case is {situation}; "
        f"legal now: {', '.join(legal_now(state, responded))}"
    )


@attrs.frozen
class Case(Result):
    """One case with its events. Immutable: `add` returns a new one.

    Events may be given in any order; they are sorted by time. Events of one instant are put in the legal order that
    comes first by `EVENT_KINDS`, so that the same events always make the same case.

    Args:
        id: What the case is called.
        events: What happened, from `"opened"` on.
        customer: Whose case it is.
        category: The customer's segment when the case was opened, such as `"detractor"`.
        theme: What it is about.
        channel: Where it came from.
        later: The customer's segment when surveyed again; None if that has not been.

    Raises:
        InvalidTypeError: If an argument is of another type.
        InvalidValueError: If the events cannot have happened in any order; names the case, the event, the state and
            what is legal then.
        IncompatibleError: If some times know their zone and others do not.

    Example:
        >>> case = Case.open("C-1", at=dt.datetime(2026, 3, 2, 9), category="detractor")
        >>> case = case.add("assigned", at=dt.datetime(2026, 3, 2, 10), by="Ann")
        >>> case.add("closed", at=dt.datetime(2026, 3, 3, 10)).state
        'closed'
        >>> case.add("reopened", at=dt.datetime(2026, 3, 3, 10))
        Traceback (most recent call last):
        ...
        npskit.errors.InvalidValueError: case 'C-1': 'reopened' at 2026-03-03 10:00:00 is not legal, the case is open;
        legal now: assigned, contact_attempted, first_response, contacted, escalated, resolved, closed
    """

    _TABLE = ("events", CaseEvent)

    id: Hashable = attrs.field(validator=_is_id)
    events: tuple[CaseEvent, ...] = attrs.field(converter=_as_tuple, validator=all_are(CaseEvent))
    customer: Hashable = attrs.field(default=None, kw_only=True, validator=_is_id)
    category: str | None = attrs.field(default=None, kw_only=True, validator=is_string_or_none)
    theme: str | None = attrs.field(default=None, kw_only=True, validator=is_string_or_none)
    channel: str | None = attrs.field(default=None, kw_only=True, validator=is_string_or_none)
    later: str | None = attrs.field(default=None, kw_only=True, validator=is_string_or_none)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "events", _in_order(self.id, self.events))

    @classmethod
    def open(
        cls,
        id: Hashable,  # noqa: A002 - the field's own name
        *,
        at: dt.datetime,
        by: str | None = None,
        note: str | None = None,
        **fields: Any,
    ) -> Self:
        """Return a new case.

        Args:
            id: What the case is called.
            at: When it was opened.
            by: Who opened it.
            note: What there is to say about it.
            fields: customer, category, theme, channel, later.

        Raises:
            InvalidTypeError: If an argument is of another type.
        """
        return cls(id, (CaseEvent("opened", at, by, note),), **fields)

    def add(self, kind: EventKind, *, at: dt.datetime, by: str | None = None, note: str | None = None) -> Self:
        """Return the case with one more event, the latest one.

        Args:
            kind: One of `EVENT_KINDS`, legal in the state the case is in.
            at: When; not before the latest event so far.
            by: Who did it; for `"assigned"`, who the case is assigned to.
            note: What there is to say about it.

        Raises:
            InvalidTypeError: If `at` is no datetime.
            InvalidValueError: If the event is not legal now, or earlier than the latest one.
            IncompatibleError: If only one of `at` and the times so far knows its zone.
        """
        event = CaseEvent(kind, at, by, note)
        last = self.events[-1]
        if (event.at.utcoffset() is None) != (last.at.utcoffset() is None):
            raise IncompatibleError(
                f"case {quoted(self.id)}: {kind!r} at {at} and {last.kind!r} at {last.at} must both know their time "
                "zone, "
                "or neither"
            )
        responded = self.first("first_response") is not None
        if kind not in legal_now(self.state, responded):
            raise InvalidValueError(refusal(self.id, kind, at, self.state, responded))
        if instant(event.at) < instant(last.at):
            raise InvalidValueError(
                f"case {quoted(self.id)}: {kind!r} at {at} is before {last.kind!r} at {last.at}, and the case is "
                f"{self.state}; give a time that is not earlier"
            )
        grown = attrs.evolve(self, events=(*self.events, event))
        if grown.state != after(self.state, kind):
            raise InvalidValueError(
                f"case {quoted(self.id)}: {kind!r} at {at} is of the same instant as {last.kind!r}, and nothing "
                "tells which "
                f"came first; the case is {self.state}; give a later time"
            )
        return grown

    @property
    def state(self) -> str:
        """`"open"`, `"resolved"` or `"closed"`."""
        state = "new"
        for event in self.events:
            state = after(state, event.kind)
        return state

    @property
    def opened(self) -> dt.datetime:
        """When the case was opened."""
        return self.events[0].at

    @property
    def responded(self) -> dt.datetime | None:
        """When the customer first heard from us: the first response or the first contact, whichever is earlier."""
        heard = (self.first("first_response"), self.first("contacted"))
        return min((event.at for event in heard if event is not None), key=instant, default=None)

    @property
    def closed(self) -> dt.datetime | None:
        """When the case was closed; None while it is not, also after it was reopened."""
        last = self.last("closed")
        return last.at if last is not None and self.state == "closed" else None

    @property
    def owner(self) -> str | None:
        """Who the case was last assigned to; if nobody is named, who first responded, else who first made contact."""
        named = [event for event in self.events if event.by is not None]
        assigned = [event.by for event in named if event.kind == "assigned"]
        heard = [event.by for kind in ("first_response", "contacted") for event in named if event.kind == kind]
        return next(iter([*assigned[-1:], *heard]), None)

    def first(self, kind: EventKind) -> CaseEvent | None:
        """Return the first event of a kind, None if there is none."""
        one_of(kind, EVENT_KINDS, "kind")
        return next((event for event in self.events if event.kind == kind), None)

    def last(self, kind: EventKind) -> CaseEvent | None:
        """Return the last event of a kind, None if there is none."""
        one_of(kind, EVENT_KINDS, "kind")
        return next((event for event in reversed(self.events) if event.kind == kind), None)

    _SAYS = "*fields, state, owner"

    def _record(self) -> dict[str, Any]:
        return super()._record() | {"state": self.state, "owner": self.owner}

    def __str__(self) -> str:
        head = [
            f"case {written(self.id)}: {self.state}",
            *(str(v) for v in (self.category, self.theme) if v is not None),
        ]
        lines = [f"  {e.at:%Y-%m-%d %H:%M}  {e.kind}{f' by {e.by}' if e.by else ''}" for e in self.events]
        return "\n".join(map(one_line, [", ".join(head), *lines]))

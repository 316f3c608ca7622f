"""When a follow-up is due: the earliest of what its channel, its urgency, its category and its strategy allow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, did_you_mean
from npskit.followup.channels import kind_of
from npskit.followup.checks import is_a
from npskit.followup.columns import Table, fold
from npskit.followup.model import URGENCIES
from npskit.model import Attributes
from npskit.results.display import quoted
from npskit.times.business_calendar import BusinessCalendar
from npskit.times.durations import DAY, in_words, parse_fixed
from npskit.times.zones import add_elapsed, time_in_words

CLOCKS = ("business", "calendar")
NEXT_MORNING = "next morning"
# In place of no limit: longer than any limit can be.
_ENDLESS = np.iinfo(np.int64).max

CHANNELS: Mapping[str, str] = {
    "chat": "15 minutes",
    "social": "30 minutes",
    "phone": "4 hours",
    "app": "4 hours",
    "sms": "4 hours",
    "email": NEXT_MORNING,
    "review": "24 hours",
    "letter": "3 days",
}
"""How long an answer may take by default, by channel."""


def _limits(value: Any, name: str, *, morning: bool = False) -> Attributes:
    """Return a mapping from names to durations, read."""
    if not isinstance(value, Mapping):
        raise InvalidTypeError(f"{name} must map names to durations: got {value!r}")
    read = {}
    for key, limit in value.items():
        if morning and isinstance(limit, str) and fold(limit).replace("_", " ") == NEXT_MORNING:
            read[fold(str(key))] = NEXT_MORNING
        else:
            read[fold(str(key)) if morning else str(key)] = parse_fixed(limit, f"{name}.{key}")  # type: ignore[assignment]
    return Attributes(read)


def _as_channels(value: Any) -> Attributes:
    return _limits(value, "channel", morning=True)


def _as_categories(value: Any) -> Attributes:
    return _limits(value, "category")


def _as_urgencies(value: Any) -> Attributes:
    limits = _limits(value, "urgency")
    for name in limits:
        if name not in URGENCIES:
            raise InvalidValueError(f"urgency.{name} means nothing; {did_you_mean(name, URGENCIES)}")
    return limits


def _as_duration(value: Any) -> dt.timedelta:
    return parse_fixed(value, "never_beyond")


def _is_clock(_instance: object, _field: attrs.Attribute[Any], value: Any) -> None:
    if value not in CLOCKS:
        raise InvalidValueError(
            f"clock must be business or calendar: got {value!r}; {did_you_mean(str(value), CLOCKS)}"
        )


@attrs.frozen(kw_only=True)
class DueTimes:
    """How long follow-ups may take: the earliest of all limits that apply.

    On the calendar clock limits are hours as they pass. On the business clock they are opening time, where every 24
    hours of a limit are one working day (see `BusinessCalendar.opening_time`). Whatever the clock, nothing is due
    beyond `never_beyond` days of the calendar: on the business clock it is then due at the last opening time before
    that; if there is none since the start, at that very time.

    Args:
        clock: `"business"` or `"calendar"`.
        calendar: The opening hours, which the next working morning is read from on either clock.
        channel: Limits by channel, timedeltas or texts such as `"15 minutes"` and `"4h"`, or `"next morning"`: the next
            opening. A limit holds for all names of its channel (see `npskit.followup.channels.kind_of`), unless there
            is one for the very name. Default: chat 15 minutes, social 30 minutes, phone, app and sms 4 hours, email the
            next morning, review 24 hours, letter 3 days.
        category: Limits by category. Default 48 hours for detractors and customers at risk.
        urgency: Limits by urgency. Default 24 hours for urgent comments, 4 hours for critical ones.
        never_beyond: The longest of all. Default 7 days.

    Raises:
        InvalidTypeError, InvalidValueError: If a limit cannot be used; the message names it.

    Example:
        >>> due = DueTimes(clock="calendar")
        >>> at, why = due.of(dt.datetime(2026, 3, 6, 16), category="detractor")
        >>> print(at, "|", why)
        2026-03-08 16:00:00 | due Sun 2026-03-08 16:00: 48 hours for detractor, from Fri 2026-03-06 16:00
    """

    clock: str = attrs.field(default="business", validator=_is_clock)
    calendar: BusinessCalendar = attrs.field(default=BusinessCalendar(), validator=is_a(BusinessCalendar))
    channel: Attributes = attrs.field(default=Attributes(_as_channels(CHANNELS)), converter=_as_channels)
    category: Attributes = attrs.field(
        default=Attributes(_as_categories({"detractor": "48 hours", "at risk": "48 hours"})), converter=_as_categories
    )
    urgency: Attributes = attrs.field(
        default=Attributes(_as_urgencies({"urgent": "24 hours", "critical": "4 hours"})), converter=_as_urgencies
    )
    never_beyond: dt.timedelta = attrs.field(default=dt.timedelta(days=7), converter=_as_duration)

    def opening(self, day: dt.date, zone: dt.tzinfo | None = None) -> dt.datetime:
        """Return when the clock starts for what is known to be of a day: at its opening.

        On a day off it starts at the same hour: a date counts as a time of that day would.

        Args:
            day: The day.
            zone: The time zone whose day it is; None for a time without one.

        Example:
            >>> DueTimes().opening(dt.date(2026, 3, 7))
            datetime.datetime(2026, 3, 7, 9, 0)
        """
        midnight = dt.datetime(day.year, day.month, day.day, tzinfo=zone)
        opened = self.calendar.add(midnight, dt.timedelta(0))
        return opened if opened - midnight < DAY else midnight + self._hour()

    def _hour(self) -> dt.timedelta:
        """Return how long after midnight the office opens."""
        opens = dt.time.fromisoformat(self.calendar.opens)
        return dt.timedelta(hours=opens.hour, minutes=opens.minute)

    def _of_channel(self, channel: str, kind: str | None) -> Any:
        """Return the limit of a channel: that of its name, else that of its kind."""
        return self.channel.get(fold(channel), self.channel.get(kind or ""))

    def of(
        self,
        start: dt.datetime,
        *,
        category: str,
        channel: str | None = None,
        kind: str | None = None,
        urgency: int = 0,
        within: dt.timedelta | None = None,
        own: dt.datetime | None = None,
    ) -> tuple[dt.datetime, str]:
        """Return when a follow-up is due, and why, in words.

        Args:
            start: When its clock starts.
            category: The category of the answer.
            channel: Where it came in; None if unknown.
            kind: What kind of channel that is; None for what its name says.
            urgency: How urgent the comment is, 0 to 2.
            within: What the strategy allows.
            own: A time the strategy names, with a time zone if `start` has one.

        Raises:
            IncompatibleError: If one of the two times has a time zone and the other has none.
        """
        by_channel = None if channel is None else self._of_channel(channel, kind or kind_of(channel))
        limits = [(self.never_beyond, "the longest anything may take")]
        for limit, why in (
            (by_channel, f"for channel {quoted(channel)}"),
            (self.urgency.get(URGENCIES[urgency]), f"for {'an' if urgency < 2 else 'a'} {URGENCIES[urgency]} comment"),
            (self.category.get(category), f"for {category}"),
            (within, "by the rule"),
        ):
            if isinstance(limit, dt.timedelta):
                limits.append((limit, why))
        limit, why = min(limits, key=lambda found: found[0])
        counted = ", in opening time" if self.clock == "business" else ""
        found, said = self._after(start, limit), f"{in_words(limit)} {why}{counted}"
        if by_channel == NEXT_MORNING and (morning := self.calendar.next_morning(start)) < found:
            found, said = morning, f"the next working morning for channel {quoted(channel)}"
        if own is not None:
            if (own.tzinfo is None) != (start.tzinfo is None):
                raise IncompatibleError(
                    f"the strategy's due time and the start need both a time zone, or none: {own!r}"
                )
            if own < found:
                found, said = max(own, start), "set by the strategy"
        cap = add_elapsed(start, self.never_beyond)
        if found > cap:
            latest = self.calendar.latest_open(cap) if self.clock == "business" else cap
            longest = f"{in_words(self.never_beyond)}, the longest anything may take"
            found, said = (
                (latest, f"the last opening time within {longest}") if start < latest < cap else (cap, longest)
            )
        return found, f"due {time_in_words(found)}: {said}, from {time_in_words(start)}"

    def _after(self, start: dt.datetime, limit: dt.timedelta) -> dt.datetime:
        if self.clock == "calendar":
            return add_elapsed(start, limit)
        return self.calendar.add(start, self.calendar.opening_time(limit))

    def starts(self, table: Table) -> NDArray[np.datetime64]:
        """Return when each row's clock starts: datetime64[us], shape `(n,)`.

        That is when the response was given, or at the opening of that day where only its date is known; now where that
        is unknown; NaT where that is unknown as well.
        """
        now = np.datetime64("NaT", "us") if table.now is None else table.now
        if table.at is None:
            return np.full(len(table), now)
        at = table.at
        if at.dtype == np.dtype("datetime64[D]"):
            midnight = at.astype("datetime64[us]")
            opened = self.calendar.add(midnight, dt.timedelta(0))
            at = np.where(opened - midnight < np.timedelta64(DAY), opened, midnight + np.timedelta64(self._hour()))
        return np.where(np.isnat(at), now, at)

    def column(
        self,
        table: Table,
        starts: NDArray[np.datetime64],
        urgency: NDArray[np.int8],
        within: NDArray[np.int64],
        own: NDArray[np.datetime64],
    ) -> NDArray[np.datetime64]:
        """Return when each row is due, as `of` does for one: datetime64[us], shape `(n,)`; NaT without a start.

        Args:
            table: The responses.
            starts: When each one's clock starts.
            urgency: How urgent each comment is.
            within: What each one's strategy allows, in microseconds; the largest int64 for no limit.
            own: The time each one's strategy names, or NaT.
        """
        channels = []
        if table.channel is not None and table.kinds is not None:
            channels = list(map(self._of_channel, table.channel.names, table.kinds.names))
        limits = np.minimum(within, _ticks([self.never_beyond])[0])
        limits = np.minimum(limits, _ticks([self.urgency.get(name) for name in URGENCIES])[urgency])
        by_category = _ticks([*map(self.category.get, table.book.categories), None])
        limits = np.minimum(limits, by_category[table.category])
        if table.channel is not None:
            limits = np.minimum(limits, _ticks([*channels, None])[table.channel.codes])
        found = self._all_after(starts, limits)
        if table.channel is not None:
            rows = np.flatnonzero(np.array([*(c == NEXT_MORNING for c in channels), False])[table.channel.codes])
            found[rows] = np.minimum(found[rows], self.calendar.next_morning(starts[rows]))
        named = own < found
        found[named] = np.maximum(own, starts)[named]
        caps = starts + np.timedelta64(self.never_beyond, "us")
        late = np.flatnonzero(found > caps)
        if len(late):
            found[late] = caps[late]
            if self.clock == "business":
                latest = self.calendar.latest_open(caps[late])
                found[late] = np.where(latest > starts[late], latest, caps[late])
        return found

    def _all_after(self, starts: NDArray[np.datetime64], limits: NDArray[np.int64]) -> NDArray[np.datetime64]:
        """Return when each limit, in microseconds, has passed."""
        if self.clock == "calendar":
            ends: NDArray[np.datetime64] = starts + limits.astype("timedelta64[us]")
            return ends
        # There are few limits: each is turned into opening time once.
        distinct, which = np.unique(limits, return_inverse=True)
        spans = [self.calendar.opening_time(dt.timedelta(microseconds=limit)) for limit in distinct.tolist()]
        return self.calendar.add(starts, np.array(spans, dtype="timedelta64[us]")[which])


def _ticks(limits: Sequence[Any]) -> NDArray[np.int64]:
    """Return durations in microseconds; what is none is no limit."""
    tick = dt.timedelta(microseconds=1)
    return np.array(
        [limit // tick if isinstance(limit, dt.timedelta) else _ENDLESS for limit in limits], dtype=np.int64
    )

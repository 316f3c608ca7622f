"""When a follow-up is due: the earliest of what its channel, its urgency, its category and its strategy allow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Codes, Frozen, Times
from npskit.checks import is_a, is_one_of
from npskit.data import Attributes, Response, fold
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, did_you_mean, quoted, written
from npskit.followup.playbook.channels import kind_of
from npskit.followup.playbook.contexts import Contexts
from npskit.followup.playbook.follow_up import Context
from npskit.followup.playbook.part_checks import as_clock, as_within
from npskit.followup.playbook.response_table import Table, pick
from npskit.options import CLOCKS, URGENCIES, Clock
from npskit.results import excerpt
from npskit.times import (
    DAY,
    TICK,
    WEEKDAYS,
    BusinessCalendar,
    in_words,
    in_zone,
    instant_of,
    instants,
    moment_in,
    parse_fixed,
    read_time,
)

NEXT_MORNING = "next morning"

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


def _morning(text: str, name: str) -> str:
    """Return the next working morning, with its time of day where one is named."""
    clock = text.removeprefix(NEXT_MORNING).strip().removeprefix("at ")
    return f"{NEXT_MORNING} {as_clock(clock, name)}" if clock else NEXT_MORNING


def _limits(value: Any, name: str, *, morning: bool = False) -> Attributes:
    """Return a mapping from names to durations, read."""
    if not isinstance(value, Mapping):
        raise InvalidTypeError(f"{name} must map names to durations: got {quoted(value)}")
    read: dict[str, Any] = {}
    for key, limit in ((written(key), limit) for key, limit in value.items()):
        text = fold(limit).replace("_", " ") if morning and isinstance(limit, str) else ""
        known = (
            _morning(text, f"{name}.{key}") if text.startswith(NEXT_MORNING) else parse_fixed(limit, f"{name}.{key}")
        )
        read[fold(key) if morning else key] = known
    return Attributes(read)


def _as_channels(value: Any) -> Attributes:
    return _limits(value, "channel", morning=True)


def _as_categories(value: Any) -> Attributes:
    return _limits(value, "category")


def _as_longest(value: Any) -> dt.timedelta:
    return parse_fixed(value, "never_beyond")


def _as_urgencies(value: Any) -> Attributes:
    limits = _limits(value, "urgency")
    for name in limits:
        if name not in URGENCIES:
            raise InvalidValueError(f"urgency.{name} means nothing; {did_you_mean(name, URGENCIES)}")
    return limits


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
        channel: Limits by channel, timedeltas or texts such as `"15 minutes"` and `"4h"`; or `"next morning"`: the next
            opening, `"next morning 10:00"`: by that time of its day. A limit holds for all names of its channel (see
            `npskit.followup.playbook.channels.kind_of`), unless there is one for the very name. Default: chat 15
            minutes, social 30 minutes, phone, app and sms 4 hours, email the next morning, review 24 hours, letter 3
            days.
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

    clock: Clock = attrs.field(default="business", validator=is_one_of(CLOCKS))
    calendar: BusinessCalendar = attrs.field(default=BusinessCalendar(), validator=is_a(BusinessCalendar))
    channel: Attributes = attrs.field(default=Attributes(CHANNELS), converter=_as_channels)
    category: Attributes = attrs.field(
        default=Attributes({"detractor": "48 hours", "at risk": "48 hours"}), converter=_as_categories
    )
    urgency: Attributes = attrs.field(
        default=Attributes({"urgent": "24 hours", "critical": "4 hours"}), converter=_as_urgencies
    )
    never_beyond: dt.timedelta = attrs.field(default=dt.timedelta(days=7), converter=_as_longest)

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
        found = moment_in(self._openings(np.array([day], dtype="datetime64[D]"), zone)[0], zone)
        assert found is not None, "a day is known"
        return found

    def starts(self, table: Table) -> Times:
        """Return when each row's clock starts: datetime64[us], shape `(n,)`.

        That is when the response was given, or at the opening of that day where only its date is known; now where that
        is unknown; NaT where that is unknown as well.
        """
        now = np.datetime64("NaT", "us") if table.now is None else table.now
        if table.at is None:
            return np.full(len(table), now)
        dated = table.at.dtype == np.dtype("datetime64[D]")
        at = self._openings(table.at, table.zone) if dated else table.at
        return np.where(np.isnat(at), now, at)

    def _openings(self, days: Times, zone: dt.tzinfo | None) -> Times:
        """Return when the clock starts for each day."""
        opens = dt.time.fromisoformat(self.calendar.opens)
        after = np.timedelta64(dt.timedelta(hours=opens.hour, minutes=opens.minute))
        hour: Times = np.add(days.astype("datetime64[us]"), after)
        midnight = instants(days.astype("datetime64[us]"), zone)
        opened = self.calendar.add(midnight, dt.timedelta(0), time_zone=zone)
        return np.where(opened - midnight < np.timedelta64(DAY), opened, instants(hour, zone))

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
        start = read_time(start, "start", zoned=True)
        own = None if own is None else read_time(own, "own", zoned=True)
        if own is not None and (own.tzinfo is None) != (start.tzinfo is None):
            raise IncompatibleError(
                f"the strategy's due time and the start need both a time zone, or none: {quoted(own)}"
            )
        kind, within = kind_of(channel) if kind is None else kind, as_within(within)
        context = Context(category, urgency=urgency, channel=channel, kind=kind, now=start, starts=start)
        contexts = Contexts.of_one(Response(None), context)
        found = self.column(contexts, np.zeros(1, dtype=np.int32), (within,), np.array([instant_of(own)]))
        at = moment_in(found.at[0], contexts.zone)
        assert at is not None, "the start is known"
        return at, found.reasons(contexts, np.zeros(1, dtype=np.intp))[0]

    def column(
        self, contexts: Contexts, within: NDArray[np.int32], withins: Sequence[dt.timedelta | None], own: Times
    ) -> DueColumn:
        """Return when each row is due, and what decided that; NaT without a start.

        Args:
            contexts: What is known of each row.
            within: What each one's strategy allows, index into `withins`, -1 for no limit.
            withins: What strategies allow.
            own: The time each one's strategy names, or NaT.
        """
        if (clock := contexts.clock) is not None:
            starts = instants(contexts.starts, clock) if contexts.began is None else contexts.began
            there = attrs.evolve(contexts, starts=starts, zone=clock, clock=None, began=None)
            found = self.column(there, within, withins, instants(own, clock))
            return attrs.evolve(found, at=in_zone(found.at, clock), moments=found.at)
        starts, zone, limits = contexts.starts, contexts.zone, _Limits(len(contexts), self.clock)
        limits.add([self.never_beyond], ["the longest anything may take"], np.zeros(len(contexts), dtype=np.intp))
        mornings: dict[str, str] = {}
        if contexts.channel is not None and contexts.kind is not None:
            names = contexts.channel.names
            by_channel = list(map(self._of_channel, names, contexts.kind.names))
            limits.add(by_channel, [f"for channel {excerpt(name)}" for name in names], contexts.channel.codes)
            mornings = {name: limit for name, limit in zip(names, by_channel, strict=True) if isinstance(limit, str)}
        urgent = [f"for {'an' if level < 2 else 'a'} {name} comment" for level, name in enumerate(URGENCIES)]
        limits.add(list(map(self.urgency.get, URGENCIES)), urgent, contexts.urgency)
        categories = contexts.category.names
        limits.add(list(map(self.category.get, categories)), [f"for {c}" for c in categories], contexts.category.codes)
        limits.add(withins, ["by the rule"] * len(withins), within)
        found = DueColumn(self._after(starts, limits, zone), limits.codes, tuple(limits.said))
        if mornings and contexts.channel is not None:
            said = [f"the next working morning for channel {excerpt(name)}" for name in contexts.channel.names]
            for limit in set(mornings.values()):
                rows = np.flatnonzero(contexts.channel.holds(lambda name, limit=limit: mornings.get(name) == limit))  # type: ignore[misc]
                morning = self.next_morning(starts[rows], limit.removeprefix(NEXT_MORNING).strip(), zone)
                found = found.replaced(rows, morning, morning < found.at[rows], said, contexts.channel.codes[rows])
        rows = np.flatnonzero(own < found.at)
        found = found.replaced(rows, np.maximum(own, starts)[rows], True, ["set by the strategy"], 0)
        caps = starts + np.timedelta64(self.never_beyond, "us")
        rows = np.flatnonzero(found.at > caps)
        if len(rows):
            cap, longest = caps[rows], f"{in_words(self.never_beyond)}, the longest anything may take"
            latest = self.calendar.latest_open(cap, time_zone=zone) if self.clock == "business" else cap
            opened = (starts[rows] < latest) & (latest < cap)
            said = [longest, f"the last opening time within {longest}"]
            found = found.replaced(rows, np.where(opened, latest, cap), True, said, opened)
        return found

    def next_morning(self, starts: Times, clock: str, zone: dt.tzinfo | None) -> Times:
        """Return the next opening after each time, or the time of that day by a clock (`"10:00"`) if that is later."""
        opening: Times = self.calendar.next_morning(starts, time_zone=zone)
        if not clock:
            return opening
        hours, minutes = map(int, clock.split(":"))
        wall = opening if zone is None else in_zone(opening, zone)
        at: Times = np.add(wall.astype("datetime64[D]"), np.timedelta64(60 * hours + minutes, "m").astype("m8[us]"))
        return np.maximum(opening, at if zone is None else instants(at, zone))

    def _of_channel(self, channel: str, kind: str | None) -> Any:
        """Return the limit of a channel: that of its name, else that of its kind."""
        return self.channel.get(fold(channel), self.channel.get(kind or ""))

    def _after(self, starts: Times, limits: _Limits, zone: dt.tzinfo | None) -> Times:
        """Return when the shortest limit of each row has passed."""
        if self.clock == "calendar":
            return np.asarray(starts + np.array(limits.known, dtype="timedelta64[us]")[limits.codes])
        # There are few limits: each is turned into opening time once.
        spans = np.array(list(map(self.calendar.opening_time, limits.known)), dtype="timedelta64[us]")
        return self.calendar.add(starts, spans[limits.codes], time_zone=zone)


class _Limits:
    """The shortest limit of each row: index into all limits that are known; of several as short the first one."""

    def __init__(self, rows: int, clock: str) -> None:
        self.known: list[dt.timedelta] = []
        self.said: list[str] = []
        self.codes = np.zeros(rows, dtype=np.intp)
        self._ticks = np.full(rows, np.iinfo(np.int64).max)
        self._counted = ", in opening time" if clock == "business" else ""

    def add(self, limits: Sequence[Any], whys: Sequence[str], codes: NDArray[Any]) -> None:
        """Let limits of one kind count; what is no duration is none, and so is the one of code -1."""
        known = [place for place, limit in enumerate(limits) if isinstance(limit, dt.timedelta)]
        if not known:
            return
        ticks, to = np.full(len(limits) + 1, np.iinfo(np.int64).max), np.zeros(len(limits) + 1, dtype=np.intp)
        ticks[known] = [limits[place] // TICK for place in known]
        to[known] = len(self.known) + np.arange(len(known))
        shorter = ticks[codes] < self._ticks
        self.codes = np.where(shorter, to[codes], self.codes)
        self._ticks = np.where(shorter, ticks[codes], self._ticks)
        self.known += [limits[place] for place in known]
        self.said += [f"{in_words(limits[place])} {whys[place]}{self._counted}" for place in known]


@attrs.frozen(eq=False)
class DueColumn(Frozen):
    """When each row is due: datetime64[us], NaT without a start; and what decided that, index into `said`.

    `moments` is that in UTC where `at` is the wall clock of a zone that is known, else None.
    """

    at: Times
    codes: Codes
    said: tuple[str, ...]
    moments: Times | None = None

    def replaced(self, rows: Codes, at: Times, where: Any, said: Iterable[str], codes: Any) -> DueColumn:
        """Return the column with something else deciding on some rows, there where `where` holds."""
        due, why = self.at.copy(), self.codes.copy()
        due[rows] = np.where(where, at, due[rows])
        why[rows] = np.where(where, len(self.said) + codes, why[rows])
        return DueColumn(due, why, (*self.said, *said))

    def reasons(self, contexts: Contexts, rows: Codes) -> list[str]:
        """Return why some rows are due when they are, in words; they have a start."""
        ends, starts = _in_words(self.at[rows], contexts.zone), _in_words(contexts.starts[rows], contexts.zone)
        said = pick(self.said, self.codes[rows])
        return [f"due {end}: {why}, from {start}" for end, why, start in zip(ends, said, starts, strict=True)]


def _in_words(at: Times, zone: dt.tzinfo | None) -> list[str]:
    """Return known times as a person reads them, with the offset of the zone if there is one."""
    wall = at if zone is None else in_zone(at, zone)
    # The first day of numpy's calendar was a Thursday.
    days = ((wall.astype("datetime64[D]").astype(np.int64) + 3) % 7).tolist()
    texts = np.datetime_as_string(wall.astype("datetime64[m]")).tolist()
    ahead = [""] * len(at) if zone is None else list(map(_offset, (wall - at).tolist()))
    return [f"{WEEKDAYS[day]} {text[:10]} {text[11:]}{off}" for day, text, off in zip(days, texts, ahead, strict=True)]


def _offset(ahead: dt.timedelta) -> str:
    """Return how far a clock is ahead of UTC, as `" +0100"`."""
    minutes = abs(ahead) // dt.timedelta(minutes=1)
    return f" {'-' if ahead < dt.timedelta(0) else '+'}{minutes // 60:02}{minutes % 60:02}"

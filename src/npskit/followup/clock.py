"""Opening hours: when a time span that runs only while people are at work ends, and how much of it has passed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, did_you_mean

Microseconds: TypeAlias = NDArray[np.int64]

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_FULL_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = dt.timedelta(days=1)
_TICK = dt.timedelta(microseconds=1)
_DAY_TICKS = DAY // _TICK
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LONGEST = dt.timedelta(days=3_000_000)
_LAST_DAY = np.datetime64("9999-12-31")
_BEYOND = "this ends after the year 9999: give a shorter duration"
_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")


def _as_clock(value: Any) -> Any:
    return value.strftime("%H:%M") if isinstance(value, dt.time) else value


def _clock_minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def _is_clock(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    if not isinstance(value, str) or not _CLOCK.fullmatch(value) or _clock_minutes(value) > 1440:
        raise InvalidValueError(f"{field.name} must be a time of day from '00:00' to '24:00': got {value!r}")


def _as_weekdays(value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InvalidTypeError(f"weekend must be a list of days such as ('Sat', 'Sun'): got {value!r}")
    days = {_weekday(day) for day in value}
    if len(days) == len(WEEKDAYS):
        raise InvalidValueError("weekend must leave a working day: all seven days were given")
    return tuple(day for day in WEEKDAYS if day in days)


def _weekday(value: Any) -> str:
    name = str(value).strip().casefold()
    for short, full in zip(WEEKDAYS, _FULL_NAMES, strict=True):
        if name in (short.casefold(), full):
            return short
    raise InvalidValueError(f"weekend: {value!r} is not a day of the week; {did_you_mean(str(value), WEEKDAYS)}")


def _as_holidays(value: Any) -> tuple[dt.date, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InvalidTypeError(f"holidays must be a list of dates such as ['2026-12-25']: got {value!r}")
    return tuple(sorted({_holiday(day) for day in value}))


def _holiday(value: Any) -> dt.date:
    if isinstance(value, np.datetime64) and not np.isnat(value):
        value = value.astype("datetime64[D]").item()
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise InvalidValueError(f"holidays: {value!r} is not a date: write it as in '2026-12-25'") from None
    if isinstance(value, dt.datetime):
        return value.date()
    if not isinstance(value, dt.date):
        raise InvalidTypeError(f"holidays must be dates: got {value!r} ({type(value).__name__})")
    return value


def _is_zone(_instance: object, _field: attrs.Attribute[Any], value: Any) -> None:
    if value is not None:
        find_zone(value)


def find_zone(name: str) -> dt.tzinfo:
    """Return a time zone by its name.

    Raises:
        InvalidValueError: If there is none of that name.
    """
    import zoneinfo

    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        raise InvalidValueError(f"time_zone {name!r} is not known: write it as in 'Europe/Warsaw' or 'UTC'") from error


def add_elapsed(start: dt.datetime, duration: dt.timedelta) -> dt.datetime:
    """Return the time a duration later: hours that really pass, also where clocks change, in the zone of `start`.

    Raises:
        InvalidValueError: If that is after the year 9999.

    Example:
        >>> add_elapsed(dt.datetime(2026, 3, 2, 9), dt.timedelta(hours=48))
        datetime.datetime(2026, 3, 4, 9, 0)
    """
    try:
        if start.tzinfo is None:
            return start + duration
        return (start.astimezone(dt.UTC) + duration).astimezone(start.tzinfo)
    except OverflowError:
        raise InvalidValueError(_BEYOND) from None


@attrs.frozen(eq=False)
class _Line:
    """The opening times of a stretch of days on one line of microseconds, and the opening time passed before each."""

    starts: Microseconds
    lengths: Microseconds
    before: Microseconds

    def passed(self, at: Microseconds) -> Microseconds:
        """Return the opening time from the start of the stretch up to each moment, which lies after it."""
        day = np.searchsorted(self.starts, at, side="right") - 1
        found: Microseconds = self.before[day] + np.minimum(at - self.starts[day], self.lengths[day])
        return found

    def reached(self, passed: Microseconds) -> Microseconds:
        """Return the earliest moment by which so much opening time, above 0, has passed."""
        day = np.searchsorted(self.before, passed, side="left") - 1
        found: Microseconds = self.starts[day] + passed - self.before[day]
        return found

    def next_opening(self, at: Microseconds) -> Microseconds:
        """Return the first opening after each moment."""
        found: Microseconds = self.starts[np.searchsorted(self.starts, at, side="right")]
        return found

    def latest_open(self, at: Microseconds) -> Microseconds:
        """Return each moment, or the last closing before it."""
        day = np.searchsorted(self.starts, at, side="right") - 1
        found: Microseconds = np.minimum(at, self.starts[day] + self.lengths[day])
        return found


@attrs.frozen
class BusinessCalendar:
    """Opening hours on working days, with weekends and holidays off.

    Opening time is the time that passes between `opens` and `closes` on working days. `add` and `elapsed` are inverse.
    All methods take one `datetime` or an array of datetime64. A `datetime` with a time zone is looked at in the
    calendar's zone (its own, if the calendar has none), where hours are counted as they really pass, also on the
    days when clocks change, and comes back in the zone it came in. A naive one, and an array, is the wall clock.

    Args:
        opens: When the working day begins, `"09:00"` or a `datetime.time`.
        closes: When it ends, later on the same day; `"24:00"` is midnight.
        weekend: The days of the week off.
        holidays: The dates off besides, as dates or `"2026-12-25"`.
        time_zone: Where the office is, such as `"Europe/Warsaw"`; None to take each time as it comes.

    Raises:
        InvalidTypeError, InvalidValueError: If a part cannot be used; the message names it.

    Example:
        >>> office = BusinessCalendar(holidays=["2026-03-02"])
        >>> friday = dt.datetime(2026, 2, 27, 16)
        >>> office.add(friday, dt.timedelta(hours=4))
        datetime.datetime(2026, 3, 3, 12, 0)
        >>> office.elapsed(friday, dt.datetime(2026, 3, 3, 12))
        datetime.timedelta(seconds=14400)
    """

    opens: str = attrs.field(default="09:00", converter=_as_clock, validator=_is_clock)
    closes: str = attrs.field(default="17:00", converter=_as_clock, validator=_is_clock)
    weekend: tuple[str, ...] = attrs.field(default=("Sat", "Sun"), kw_only=True, converter=_as_weekdays)
    holidays: tuple[dt.date, ...] = attrs.field(default=(), kw_only=True, converter=_as_holidays)
    time_zone: str | None = attrs.field(default=None, kw_only=True, validator=_is_zone)
    _days: np.busdaycalendar = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if self.day <= dt.timedelta(0):
            raise InvalidValueError(
                f"closes must be later than opens on the same day: got {self.opens} to {self.closes}; "
                "midnight is '24:00'"
            )
        mask = [day not in self.weekend for day in WEEKDAYS]
        days = np.busdaycalendar(weekmask=mask, holidays=np.array(self.holidays, dtype="datetime64[D]"))
        object.__setattr__(self, "_days", days)

    def __reduce__(self) -> tuple[Any, ...]:
        # numpy's calendars can be neither pickled nor copied: a copy makes its own.
        return _made, (
            {field.name: getattr(self, field.name) for field in attrs.fields(BusinessCalendar) if field.init},
        )

    @property
    def day(self) -> dt.timedelta:
        """The opening time of a working day."""
        return dt.timedelta(minutes=_clock_minutes(self.closes) - _clock_minutes(self.opens))

    def opening_time(self, duration: dt.timedelta) -> dt.timedelta:
        """Return the opening time a duration stands for: a working day for every 24 hours, and the rest as it is.

        "Within 48 hours" is within two working days; four hours are four hours of opening time, and what is left of
        less than 24 hours is never more than a working day.

        Example:
            >>> BusinessCalendar().opening_time(dt.timedelta(hours=50)) / dt.timedelta(hours=1)
            18.0
        """
        days, rest = divmod(duration, DAY)
        return days * self.day + min(rest, self.day)

    @overload
    def add(self, start: dt.datetime, duration: dt.timedelta) -> dt.datetime: ...
    @overload
    def add(self, start: NDArray[np.datetime64], duration: Any) -> NDArray[np.datetime64]: ...
    def add(self, start: Any, duration: Any) -> Any:
        """Return when so much opening time has passed: the earliest such time, never before `start`.

        A duration of 0 gives `start`, or the next opening if it is closed then.

        Args:
            start: A datetime, or an array of datetime64, any shape; NaT stays NaT.
            duration: A timedelta of at least 0; with an array also an array of timedelta64 that fits it.

        Returns:
            A datetime in the zone of `start`, or an array of datetime64[us].

        Raises:
            InvalidValueError: If a duration is negative, or the end lies after the year 9999.
        """
        if isinstance(duration, dt.timedelta) and duration > _LONGEST:
            raise InvalidValueError(_BEYOND)
        spans = np.asarray(duration, dtype="timedelta64[us]")
        if not isinstance(start, np.ndarray):
            at, zone = self._place(start)
            return _take(int(self._add(at, spans.reshape(1).astype(np.int64), zone)[0]), start)
        starts, spans = np.broadcast_arrays(start, spans)
        known = _known(starts) & ~np.isnat(spans)
        found = np.full(known.shape, np.datetime64("NaT", "us"))
        ends = self._add(_ticks(starts[known]), spans[known].astype(np.int64), None)
        found[known] = ends.astype("datetime64[us]")
        return found

    @overload
    def next_morning(self, start: dt.datetime) -> dt.datetime: ...
    @overload
    def next_morning(self, start: NDArray[np.datetime64]) -> NDArray[np.datetime64]: ...
    def next_morning(self, start: Any) -> Any:
        """Return the first opening after `start`, as a datetime in its zone or an array of datetime64[us].

        Example:
            >>> BusinessCalendar().next_morning(dt.datetime(2026, 2, 27, 9))
            datetime.datetime(2026, 3, 2, 9, 0)
        """
        return self._apply(start, _Line.next_opening)

    @overload
    def latest_open(self, end: dt.datetime) -> dt.datetime: ...
    @overload
    def latest_open(self, end: NDArray[np.datetime64]) -> NDArray[np.datetime64]: ...
    def latest_open(self, end: Any) -> Any:
        """Return `end`, or the last closing before it if it is closed then.

        Example:
            >>> BusinessCalendar().latest_open(dt.datetime(2026, 3, 1, 12))
            datetime.datetime(2026, 2, 27, 17, 0)
        """
        return self._apply(end, _Line.latest_open)

    @overload
    def elapsed(self, start: dt.datetime, end: dt.datetime) -> dt.timedelta: ...
    @overload
    def elapsed(self, start: NDArray[np.datetime64], end: NDArray[np.datetime64]) -> NDArray[np.timedelta64]: ...
    def elapsed(self, start: Any, end: Any) -> Any:
        """Return the opening time between two moments, negative if `end` is before `start`.

        Args:
            start: A datetime, or an array of datetime64, any shape; NaT gives NaT.
            end: The same, with a time zone if `start` has one.

        Raises:
            IncompatibleError: If one has a time zone and the other has none.
        """
        if isinstance(start, np.ndarray) or isinstance(end, np.ndarray):
            starts, ends = np.broadcast_arrays(np.asarray(start), np.asarray(end))
            known = _known(starts) & _known(ends)
            found = np.full(known.shape, np.timedelta64("NaT", "us"))
            passed = self._elapsed(_ticks(starts[known]), _ticks(ends[known]), None)
            found[known] = passed.astype("timedelta64[us]")
            return found
        (first, zone), (last, other) = self._place(start), self._place(end)
        if (zone is None) != (other is None):
            raise IncompatibleError(f"give both times with a time zone, or both without: got {start!r} and {end!r}")
        return int(self._elapsed(first, last, zone)[0]) * _TICK

    def _apply(self, at: Any, find: Callable[[_Line, Microseconds], Microseconds]) -> Any:
        """Apply a function of opening times to one time, or to those of an array that are known."""
        if not isinstance(at, np.ndarray):
            place, zone = self._place(at)
            return _take(int(find(self._line(place, place, 0, zone), place)[0]), at)
        known = _known(at)
        places = _ticks(at[known])
        found = np.full(at.shape, np.datetime64("NaT", "us"))
        found[known] = find(self._line(places, places, 0, None), places).astype("datetime64[us]")
        return found

    def _place(self, at: dt.datetime) -> tuple[Microseconds, dt.tzinfo | None]:
        """Return where a time lies on its line, and the zone of opening hours: UTC and a zone, or the wall clock."""
        if not isinstance(at, dt.datetime):
            raise InvalidTypeError(f"give a datetime or an array of datetime64: got {at!r} ({type(at).__name__})")
        if at.tzinfo is None:
            return np.array([(at - _EPOCH.replace(tzinfo=None)) // _TICK]), None
        zone = at.tzinfo if self.time_zone is None else find_zone(self.time_zone)
        return np.array([(at - _EPOCH) // _TICK]), zone

    def _line(self, first: Microseconds, last: Microseconds, days: int, zone: dt.tzinfo | None) -> _Line:
        """Return the opening times from before `first` until `days` working days and some after `last`."""
        begin, end = int(first.min(initial=2**62)) // _DAY_TICKS, int(last.max(initial=-(2**62))) // _DAY_TICKS
        if not len(first):
            begin = end = 0
        if not -700_000 <= begin <= end <= 2_932_000:
            raise InvalidValueError("times must lie between the years 60 and 9997")
        # A zone is at most a day off UTC: a working day more on either side always covers what is asked.
        earliest = np.busday_offset(np.datetime64(begin, "D"), -2, roll="backward", busdaycal=self._days)
        latest = np.busday_offset(np.datetime64(end, "D"), days + 3, roll="forward", busdaycal=self._days)
        if latest > _LAST_DAY:
            raise InvalidValueError(_BEYOND)
        every = np.arange(earliest, latest + 1)
        midnights = every[np.is_busday(every, busdaycal=self._days)].astype("datetime64[m]").astype(np.int64)
        starts, ends = (_on_line(midnights + _clock_minutes(clock), zone) for clock in (self.opens, self.closes))
        # Opening hours inside the hour that clocks skip are none at all.
        lengths = np.maximum(ends - starts, 0)
        return _Line(starts, lengths, np.concatenate([[0], np.cumsum(lengths)]))

    def _add(self, at: Microseconds, spans: Microseconds, zone: dt.tzinfo | None) -> Microseconds:
        """Return when each start and span of opening time ends."""
        if (spans < 0).any():
            raise InvalidValueError("duration must not be negative: elapsed(start, end) looks back")
        longest = int(spans.max(initial=0)) // (self.day // _TICK)
        if longest > _LONGEST // DAY:
            raise InvalidValueError(_BEYOND)
        # Two days in a year may be an hour short, or without opening hours.
        line = self._line(at, at, longest + longest // 50 + 2, zone)
        passed = line.passed(at)
        day = np.searchsorted(line.starts, at, side="right") - 1
        unmoved = np.where(at - line.starts[day] <= line.lengths[day], at, line.next_opening(at))
        return np.where(spans == 0, unmoved, line.reached(np.maximum(passed + spans, 1)))

    def _elapsed(self, first: Microseconds, last: Microseconds, zone: dt.tzinfo | None) -> Microseconds:
        """Return the opening time between."""
        line = self._line(np.minimum(first, last), np.maximum(first, last), 0, zone)
        return line.passed(last) - line.passed(first)


def _made(parts: dict[str, Any]) -> BusinessCalendar:
    """Return a calendar of its parts."""
    return BusinessCalendar(**parts)


def _known(at: NDArray[Any]) -> NDArray[np.bool_]:
    if at.dtype.kind != "M":
        raise InvalidTypeError(f"give a datetime or an array of datetime64: got an array of {at.dtype}")
    known: NDArray[np.bool_] = ~np.isnat(at)
    return known


def _ticks(at: NDArray[np.datetime64]) -> Microseconds:
    return at.astype("datetime64[us]").astype(np.int64)


def _on_line(wall: NDArray[np.int64], zone: dt.tzinfo | None) -> Microseconds:
    """Return wall-clock minutes as microseconds: as they stand, or of UTC for a zone."""
    if zone is None:
        return wall * 60_000_000
    times = ((_EPOCH + dt.timedelta(minutes=m)).replace(tzinfo=zone) for m in wall.tolist())
    return np.array([(time - _EPOCH) // _TICK for time in times], dtype=np.int64)


def _take(place: int, like: dt.datetime) -> dt.datetime:
    """Return a place on a line as a time of the kind of `like`."""
    at = _EPOCH + place * _TICK
    return at.replace(tzinfo=None) if like.tzinfo is None else at.astimezone(like.tzinfo)

"""Opening hours: when a time span that runs only while people are at work ends, and how much of it has passed."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Integers, Times
from npskit.checks import is_missing, several
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, did_you_mean, quoted, written
from npskit.times.country_holidays import country_holidays, country_weekend, is_country
from npskit.times.durations import DAY, TICK, parse_fixed
from npskit.times.moments import read_time
from npskit.times.opening_line import OpeningLine
from npskit.times.zones import EPOCH, WEEKDAYS, as_zone, find_zone, instants

_FULL_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_TICKS = DAY // TICK
_NAT = np.iinfo(np.int64).min
_LONGEST = dt.timedelta(days=3_000_000)
_LAST_DAY = np.datetime64("9999-12-31")
_BEYOND = "this ends after the year 9999: give a shorter duration"
# One time, or an array of times, and what is answered likewise.
Moments = TypeVar("Moments", dt.datetime, Times)
_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")


def _as_clock(value: Any) -> Any:
    return value.strftime("%H:%M") if isinstance(value, dt.time) else value


def _clock_minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def _is_clock(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    if not isinstance(value, str) or not _CLOCK.fullmatch(value) or _clock_minutes(value) > 1440:
        raise InvalidValueError(f"{field.name} must be a time of day from '00:00' to '24:00': got {quoted(value)}")


def _as_weekdays(value: Any) -> tuple[str, ...]:
    days = {_weekday(day) for day in several(value, "weekend")}
    if len(days) == len(WEEKDAYS):
        raise InvalidValueError("weekend must leave a working day: all seven days were given")
    return tuple(day for day in WEEKDAYS if day in days)


def _weekday(value: Any) -> str:
    name = written(value).strip().casefold()
    for short, full in zip(WEEKDAYS, _FULL_NAMES, strict=True):
        if name in (short.casefold(), full):
            return short
    raise InvalidValueError(f"weekend: {quoted(value)} is not a day of the week; {did_you_mean(value, WEEKDAYS)}")


def _as_holidays(value: Any) -> tuple[dt.date | str, ...]:
    if not isinstance(value, Iterable) or (isinstance(value, str) and not is_country(value)):
        raise InvalidTypeError(
            f"holidays must be a list of dates such as ['2026-12-25'], or a country such as 'PL': got {quoted(value)}"
        )
    days = [value] if isinstance(value, str) else several(value, "holidays")
    read = [
        day.strip() if isinstance(day, str) and is_country(day) else read_time(day, "holidays", zoned=True).date()
        for day in days
    ]
    return tuple(sorted(set(read), key=str))


def _is_zone(_instance: object, _field: attrs.Attribute[Any], value: Any) -> None:
    find_zone(value)


@attrs.frozen
class BusinessCalendar:
    """Opening hours on working days, with weekends and holidays off.

    Opening time is the time that passes between `opens` and `closes` on working days. `add` and `elapsed` are inverse.
    All methods take one `datetime` or an array of datetime64. A `datetime` with a time zone is looked at in the
    calendar's zone (its own, if the calendar has none), where hours are counted as they really pass, also on the
    days when clocks change, and comes back in the zone it came in. A naive one, and an array, is the wall clock. With
    `time_zone` an array holds times of UTC: opening hours are then those of the calendar's zone, or of this one if it
    has none. An hour that clocks show twice is open or closed as it was the first time, until the clock goes on.

    Args:
        opens: When the working day begins, `"09:00"` or a `datetime.time`.
        closes: When it ends; `"24:00"` is midnight, and a time before `opens` is one of the next day: a night shift
            belongs to the day that it begins on.
        weekend: The days of the week off.
        holidays: The dates off besides, as dates or `"2026-12-25"`; or the public holidays of a country or a part of
            it, as `"PL"`, `"TH"` or `"DE-BY"`, which needs `pip install "npskit[holidays]"`; or a list of both.
        time_zone: Where the office is, such as `"Europe/Warsaw"`; None to take each time as it comes.

    Raises:
        InvalidTypeError, InvalidValueError: If a part cannot be used; the message names it.
        MissingDependencyError: If a country is given and the package `holidays` is not installed.

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
    holidays: tuple[dt.date | str, ...] = attrs.field(default=(), kw_only=True, converter=_as_holidays)
    time_zone: str | None = attrs.field(default=None, kw_only=True, validator=_is_zone)
    _days: np.busdaycalendar = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if self.opens in (self.closes, "24:00") or self.closes == "00:00":
            raise InvalidValueError(
                f"closes must differ from opens, and midnight at the end of a day is '24:00': got {self.opens} to "
                f"{self.closes}; an office that never closes is open from 00:00 to 24:00"
            )
        mask = [day not in self.weekend for day in WEEKDAYS]
        off = [day for each in self.holidays for day in (country_holidays(each) if isinstance(each, str) else [each])]
        days = np.busdaycalendar(weekmask=mask, holidays=np.array(off, dtype="datetime64[D]"))
        object.__setattr__(self, "_days", days)

    @classmethod
    def for_country(
        cls, country: str, opens: str = "09:00", closes: str = "17:00", *, time_zone: str | None = None
    ) -> BusinessCalendar:
        """Return the opening hours of an office with the public holidays and the weekend of a country.

        Args:
            country: Its code, or that of a part of it: `"PL"`, `"TH"`, `"DE-BY"` (ISO 3166).
            opens: See `BusinessCalendar`.
            closes: See there.
            time_zone: See there.

        Raises:
            MissingDependencyError: If the package `holidays` is not installed: `pip install "npskit[holidays]"`.
            InvalidValueError: If there is no such country, as far as that knows.
        """
        return cls(opens, closes, weekend=country_weekend(country), holidays=country, time_zone=time_zone)

    def __reduce__(self) -> tuple[Any, ...]:
        # numpy's calendars can be neither pickled nor copied: a copy makes its own.
        parts = {field.name: getattr(self, field.name) for field in attrs.fields(BusinessCalendar) if field.init}
        return functools.partial(BusinessCalendar, **parts), ()

    @property
    def day(self) -> dt.timedelta:
        """The opening time of a working day."""
        return dt.timedelta(minutes=self._closing - _clock_minutes(self.opens))

    @property
    def _closing(self) -> int:
        """The minutes from the midnight before the opening to the closing."""
        closing = _clock_minutes(self.closes)
        return closing if closing > _clock_minutes(self.opens) else closing + _clock_minutes("24:00")

    def opening_time(self, duration: str | dt.timedelta) -> dt.timedelta:
        """Return the opening time a duration stands for: a working day for every 24 hours, and the rest as it is.

        "Within 48 hours" is within two working days; four hours are four hours of opening time, and what is left of
        less than 24 hours is never more than a working day.

        Example:
            >>> BusinessCalendar().opening_time("50 hours") / dt.timedelta(hours=1)
            18.0
        """
        days, rest = divmod(parse_fixed(duration, "duration"), DAY)
        return days * self.day + min(rest, self.day)

    def add(self, start: Moments, duration: Any, *, time_zone: str | dt.tzinfo | None = None) -> Moments:
        """Return when so much opening time has passed: the earliest such time, never before `start`.

        A duration of 0 gives `start`, or the next opening if it is closed then.

        Args:
            start: A datetime, or an array of datetime64, any shape; NaT stays NaT.
            duration: A timedelta or a text such as `"4 hours"`; with an array also an array of timedelta64 to fit it.
            time_zone: Given with an array of times of UTC: where the office is, if the calendar does not say.

        Returns:
            A datetime in the zone of `start`, or an array of datetime64[us].

        Raises:
            InvalidValueError: If a duration is negative, or the end lies after the year 9999.
        """
        (at, zone), spans = self._place(start, time_zone), _spans(duration)
        single = isinstance(start, dt.datetime)
        if single and (spans.ndim or np.isnat(spans)):
            raise InvalidValueError(f"duration must be a single one for a single time: got {quoted(duration)}")
        return _take(_of_known(lambda starts, durations: self._add(starts, durations, zone), at, spans), start)

    def next_morning(self, start: Moments, *, time_zone: str | dt.tzinfo | None = None) -> Moments:
        """Return the first opening after `start`, as a datetime in its zone or an array of datetime64[us]; see `add`.

        Example:
            >>> BusinessCalendar().next_morning(dt.datetime(2026, 2, 27, 9))
            datetime.datetime(2026, 3, 2, 9, 0)
        """
        at, zone = self._place(start, time_zone)
        return _take(_of_known(lambda known: self._line(known, known, 0, zone).next_opening(known), at), start)

    def latest_open(self, end: Moments, *, time_zone: str | dt.tzinfo | None = None) -> Moments:
        """Return `end`, or the last closing before it if it is closed then; see `add`.

        Example:
            >>> BusinessCalendar().latest_open(dt.datetime(2026, 3, 1, 12))
            datetime.datetime(2026, 2, 27, 17, 0)
        """
        at, zone = self._place(end, time_zone)
        return _take(_of_known(lambda known: self._line(known, known, 0, zone).latest_open(known), at), end)

    @overload
    def elapsed(self, start: dt.datetime, end: dt.datetime) -> dt.timedelta: ...
    @overload
    def elapsed(
        self, start: Times, end: Times, *, time_zone: str | dt.tzinfo | None = None
    ) -> NDArray[np.timedelta64]: ...
    def elapsed(self, start: Any, end: Any, *, time_zone: str | dt.tzinfo | None = None) -> Any:
        """Return the opening time between two moments, negative if `end` is before `start`.

        Args:
            start: A datetime, or an array of datetime64, any shape; NaT gives NaT.
            end: The same, with a time zone if `start` has one.
            time_zone: Given with arrays of times of UTC: where the office is, if the calendar does not say.

        Raises:
            IncompatibleError: If one has a time zone and the other has none.

        Example:
            >>> always = BusinessCalendar("00:00", "24:00", weekend=())
            >>> utc = np.array(["2026-03-28T12:00", "2026-03-29T12:00"], dtype="datetime64[m]")
            >>> always.elapsed(utc[:1], utc[1:], time_zone="Europe/Warsaw") / np.timedelta64(1, "h")
            array([24.])
        """
        (first, zone), (last, other) = self._place(start, time_zone), self._place(end, time_zone)
        if (zone is None) != (other is None):
            raise IncompatibleError(
                f"give both times with a time zone, or both without: got {quoted(start)} and {quoted(end)}"
            )
        passed = _of_known(lambda starts, ends: self._elapsed(starts, ends, zone), first, last)
        array = isinstance(start, np.ndarray) or isinstance(end, np.ndarray)
        return passed.astype("timedelta64[us]") if array else int(passed) * TICK

    def _place(self, at: Any, time_zone: str | dt.tzinfo | None) -> tuple[Times, dt.tzinfo | None]:
        """Return times as an array, and the zone of opening hours: UTC and a zone, or the wall clock and None."""
        if isinstance(at, np.ndarray):
            if at.dtype.kind != "M":
                raise InvalidTypeError(f"give a datetime or an array of datetime64: got an array of {at.dtype}")
            zone = None if time_zone is None else as_zone(self.time_zone or time_zone)
            return at.astype("datetime64[us]"), zone
        if not isinstance(at, dt.datetime) or is_missing(at):
            raise InvalidTypeError(f"give a datetime or an array of datetime64: got {quoted(at)} ({type(at).__name__})")
        if at.tzinfo is None:
            return np.array(at, "datetime64[us]"), None
        zone = at.tzinfo if self.time_zone is None else find_zone(self.time_zone)
        return np.array((at - EPOCH) // TICK).astype("datetime64[us]"), zone

    def _line(self, first: Integers, last: Integers, days: int, zone: dt.tzinfo | None) -> OpeningLine:
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
        every = np.arange(earliest, latest + np.timedelta64(1, "D"))
        midnights = every[np.is_busday(every, busdaycal=self._days)].astype("datetime64[m]").astype(np.int64)
        walls = np.stack([midnights + minutes for minutes in (_clock_minutes(self.opens), self._closing)])
        starts, ends = instants(walls.astype("datetime64[m]"), zone).astype("datetime64[us]").astype(np.int64)
        # Opening hours inside the hour that clocks skip are none at all.
        lengths = np.maximum(ends - starts, 0)
        return OpeningLine(starts, lengths, np.concatenate([[0], np.cumsum(lengths)]))

    def _add(self, at: Integers, spans: Integers, zone: dt.tzinfo | None) -> Integers:
        """Return when each start and span of opening time ends."""
        if (spans < 0).any():
            raise InvalidValueError("duration must not be negative: elapsed(start, end) looks back")
        longest = int(spans.max(initial=0)) // (self.day // TICK)
        if longest > _LONGEST // DAY:
            raise InvalidValueError(_BEYOND)
        # Two days in a year may be an hour short, or without opening hours.
        line = self._line(at, at, longest + longest // 50 + 2, zone)
        passed = line.passed(at)
        day = np.searchsorted(line.starts, at, side="right") - 1
        unmoved = np.where(at - line.starts[day] <= line.lengths[day], at, line.next_opening(at))
        return np.where(spans == 0, unmoved, line.reached(np.maximum(passed + spans, 1)))

    def _elapsed(self, first: Integers, last: Integers, zone: dt.tzinfo | None) -> Integers:
        """Return the opening time between."""
        line = self._line(np.minimum(first, last), np.maximum(first, last), 0, zone)
        return line.passed(last) - line.passed(first)


def _of_known(find: Callable[..., Integers], *columns: NDArray[Any]) -> Integers:
    """Return what is found for moments and durations that are all known, as microseconds; for others that of NaT."""
    columns = np.broadcast_arrays(*columns)
    known = ~np.logical_or.reduce([np.isnat(column) for column in columns])
    found = np.full(known.shape, _NAT)
    found[known] = find(*(column[known].astype(np.int64) for column in columns))
    return found


def _spans(duration: Any) -> NDArray[np.timedelta64]:
    """Return a duration, or several, as an array."""
    if isinstance(duration, np.ndarray | np.timedelta64) and duration.dtype.kind == "m":
        return np.asarray(duration, dtype="timedelta64[us]")
    if not isinstance(duration, dt.timedelta):
        duration = parse_fixed(duration, "duration")
    if duration > _LONGEST:
        raise InvalidValueError(_BEYOND)
    return np.asarray(duration, dtype="timedelta64[us]")


def _take(places: Integers, like: Moments) -> Moments:
    """Return moments as they came: an array of datetime64, or a datetime in its zone."""
    if isinstance(like, np.ndarray):
        return places.astype("datetime64[us]")
    at = EPOCH + int(places) * TICK
    return at.replace(tzinfo=None) if like.tzinfo is None else at.astimezone(like.tzinfo)

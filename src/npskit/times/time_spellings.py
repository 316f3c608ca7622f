"""Texts as times, however people, tools and spreadsheets write them."""

from __future__ import annotations

import datetime as dt
import functools
import re

import attrs

from npskit.arrays import lazy_pattern
from npskit.errors import InvalidValueError, quoted
from npskit.times.day_spellings import AHEAD, BUDDHIST, Order, Spelling, calendar_day, western_years
from npskit.times.time_words import FILLER, HALF, MORNING, OFFSETS, SEVERAL_ZONES, ZONE, fold
from npskit.times.zones import find_zone

_DIGIT = lazy_pattern(r"\d")
_CUT = "§"  # what stands for a time of day that is read apart
_CLOCK = lazy_pattern(r"(?<![\d+\-−])(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?!\d)", re.ASCII)
_PLAIN_CLOCK = lazy_pattern(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
# What a time of day with a point follows.
_BEFORE = rf"(?:(?<=\d\d )|(?<=\d\d[.,] ){''.join(f'|(?<={word} )' for word in ('um', 'at', 'เวลา', 'r.', 'godz.'))})"
# Clocks without a colon: 14h05, 14時05分, 14.05 at the end, 2 pm; groups: hour, minute, second.
_OTHER_CLOCKS = [
    lazy_pattern(pattern)
    for pattern in (
        r"(?<!\d)(\d{1,2}) ?[時时點点시] ?(?:(\d{1,2}) ?[分분] ?)?(?:(\d{1,2}) ?[秒초])?",
        r"(?<!\d)(\d{1,2}) ?h ?(?:(\d{2})(?: ?min)?(?: ?(\d{2}) ?s)?)?(?![^\W_])",
        rf"{_BEFORE}(\d{{1,2}})\.(\d{{2}})(?:\.(\d{{2}})(?:\.(\d+))?)?(?= ?(?:uhr|น\.|{HALF})?(?: ?(?:{ZONE}))?$)",
        rf"(?<!\d)(\d{{1,2}})(?= ?(?:uhr|{HALF}))()()",
        r"(?<=^\d{8})[ t_-]?(\d{2})(\d{2})(?:(\d{2})(?:[.,](\d{1,9}))?)?(?!\d)",
        r"(?<=^\d{4}-\d\d-\d\d)[ t_-](\d{2})[.-](\d{2})[.-](\d{2})(?:\.(\d{1,9}))?(?!\d)",
        r"(?<!\d)(\d{2})(\d{2})(?= ?(?:h|hrs|uhr)(?![^\W_]))()",
    )
]
_CJK_DAY = lazy_pattern(r"(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일]")
_PLACE = lazy_pattern(r"\b[A-Za-z]+(?:/[A-Za-z_]+)+\b")
_HALF_BEFORE, _HALF_AFTER = lazy_pattern(rf"({HALF}) ?{_CUT}"), lazy_pattern(rf"{_CUT} ?({HALF})")
_ZONE_AFTER = lazy_pattern(rf"(?<={_CUT}) ?({ZONE})")
_SEVERAL_ZONES = lazy_pattern(rf"(?<={_CUT}) ?{SEVERAL_ZONES}")
_ZONE_LAST = lazy_pattern(r"(?<=\d) ?(\+\d{2}:?\d{2}|-\d{2}:\d{2}|z|utc|gmt)$")
_FILLED = lazy_pattern(
    rf"{FILLER}|(?: ?[@|-] |(?<=\d)[t:@_])?{_CUT}(?: ?(?:h|hrs?)(?![^\W_]))?(?: [@|-](?= ))?|(?<=\d{{4}}) ?r\.,?"
)
# A zone's short name after its offset, as Go and Java write.
_NAMED_TOO = lazy_pattern(r" [a-z]{2,5}(?: m=[+-][\d.]+)?$")


class Spellings:
    """Reads texts as times, where each day and each time of day is read once.

    Example:
        >>> read = Spellings()
        >>> [str(read.moment(text, "day")) for text in ("2/3/26 09:15", "Mar 2, 2026 2:05 PM", "2 marca 2026 r.")]
        ['2026-03-02 09:15:00', '2026-03-02 14:05:00', '2026-03-02 00:00:00']
    """

    def __init__(self) -> None:
        self._spelled: dict[str, Spelling | str] = {}
        self._days: dict[tuple[str, Order], dt.datetime | str] = {}
        self._clocks: dict[str, tuple[int, dt.timedelta] | str] = {}
        self._plain: dict[Order, dict[str, dt.datetime]] = {"day": {}, "month": {}, "year": {}}
        self._plain_clocks: dict[str, dt.timedelta] = {}
        self.said: dict[str, str] = {}
        self.buddhist = False  # the calendar of years of two digits

    def plain(self, order: Order) -> tuple[dict[str, dt.datetime], dict[str, dt.timedelta]]:
        """Return the days and the times of day read so far, of texts that are one, a space, and the other.

        The sum is what `moment` returns for the text: much faster, where there are many.
        """
        return self._plain[order], self._plain_clocks

    def is_plain(self, clock: str) -> bool:
        """Take in a time of day, if it is one of two digits each; whether it is."""
        match = _PLAIN_CLOCK.fullmatch(clock)
        if match is not None:
            hours, minutes, seconds = match.groups()
            self._plain_clocks[clock] = dt.timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds or 0))
        return match is not None

    def told(self, text: str) -> tuple[Order | None, str] | None:
        """Return the order that a text shows, as `Spelling.told` does; None if it is no time."""
        found = self.spelling(text)
        return None if found is None else found.told()

    def spelling(self, text: str) -> Spelling | None:
        """Return what a text says of a day; None if it is no time."""
        found = self._spelling(self._cut(text)[0])
        return None if isinstance(found, str) else found

    def moment(self, text: str, order: Order) -> dt.datetime | str:
        """Return a time, naive or aware, or why the text is none: empty where there is nothing to say."""
        if text[4:5] == "-":
            try:
                return self._common(dt.datetime.fromisoformat(text), text)
            except ValueError:
                pass
        written, clock = self._cut(text)
        day = self._days.get((written, order))
        if day is None:
            day = self._days[written, order] = self._day(written, order)
        if isinstance(day, str):
            return day
        spelling = self._spelled[written]
        assert isinstance(spelling, Spelling)
        if spelling.said:
            self.said.setdefault(spelling.said, text)
        if self.buddhist and spelling.short is not None:
            self.said.setdefault("buddhist", text)
        at = spelling.clock if clock is None else self._clock(clock)
        if at is None:
            return day
        if isinstance(at, str):
            return at
        if clock is not None and spelling.half is None and not spelling.said:
            date, _, rest = text.partition(" ")
            if rest == clock:  # a day, a space, a time of day
                self._plain[order][date] = day
        return _at(day, at, spelling.half)

    def _common(self, time: dt.datetime, text: str) -> dt.datetime:
        if time.year in BUDDHIST:
            self.said.setdefault("buddhist", text)
            return time.replace(year=time.year - AHEAD)
        if "W" in text and len(text) == 8:
            self.said.setdefault("first day", text)
        return time

    def _cut(self, text: str) -> tuple[str, str | None]:
        """Return a text with a sign in place of its time of day, and that."""
        day, _, clock = text.partition(" ")
        if clock in self._plain_clocks or self.is_plain(clock):
            return f"{day} {_CUT}", clock
        match = _CLOCK.search(text)
        return (text, None) if match is None else (f"{text[: match.start()]}{_CUT}{text[match.end() :]}", match[0])

    def _clock(self, text: str) -> tuple[int, dt.timedelta] | str:
        found = self._clocks.get(text)
        if found is None:
            match = _CLOCK.fullmatch(text)
            assert match is not None
            found = _time_of_day(*match.groups())
            if match[4] is None:  # of fractions there are too many to keep
                self._clocks[text] = found
        return found

    def _spelling(self, text: str) -> Spelling | str:
        found = self._spelled.get(text)
        if found is None:
            try:
                found = _spelled(text)
            except (ValueError, OverflowError) as error:
                found = str(error)
            self._spelled[text] = found
        return found

    def _day(self, text: str, order: Order) -> dt.datetime | str:
        found = self._spelling(text)
        if isinstance(found, str):
            return found
        try:
            return found.day(order, buddhist=self.buddhist)
        except (ValueError, OverflowError) as error:
            return str(error)


def _time_of_day(
    hour: str, minute: str | None, second: str | None, fraction: str | None = None
) -> tuple[int, dt.timedelta] | str:
    """Return the hour and what is added to it, or why there is no such time of day."""
    hours, minutes, seconds = (int(part or 0) for part in (hour, minute, second))
    micro = int((fraction or "0").ljust(6, "0")[:6])
    for name, value, least in (("hour", hours, 24), ("minute", minutes, 60), ("second", seconds, 60)):
        if value >= least and (name != "hour" or value > 24 or minutes or seconds or micro):
            return f"{name} must be in 0..{least - 1}"
    return hours, dt.timedelta(minutes=minutes, seconds=seconds, microseconds=micro)


def _at(day: dt.datetime, clock: tuple[int, dt.timedelta], half: int | None) -> dt.datetime | str:
    hour, rest = clock
    if half is not None:
        if hour > 12:
            return f"hour {hour} with {'PM' if half else 'AM'}"
        hour = hour % 12 + half
    try:
        return day + (dt.timedelta(hours=hour) + rest)
    except OverflowError as error:
        return str(error)


def _spelled(text: str) -> Spelling | str:
    """Read a text in which a sign may stand for a time of day; empty where it is no time.

    Raises:
        ValueError: If it is written as a time is, and is none.
    """
    if not _DIGIT.search(text):
        return ""
    zone: dt.tzinfo | None = None
    place = _PLACE.search(text)
    if place is not None:
        try:
            zone = find_zone(place[0])
        except InvalidValueError:
            raise ValueError(f"the zone {quoted(place[0])} is not known") from None
        text = text[: place.start()] + text[place.end() :]
    text = _CJK_DAY.sub(r"\1-\2-\3 ", western_years(fold(text.lstrip("'")).replace("[", " ").replace("]", "")))
    text, clock = _with_clock(text)
    text, half = _with_half(text)
    if several := _SEVERAL_ZONES.search(text):
        raise ValueError(f"the zone {quoted(several[1])} may mean several offsets; write +05:30 or such in its place")
    text, offset = _with_offset(text)
    text = re.sub(r"\(([^()]*)\)", r" \1 " if offset is None else " ", text)  # a zone's long name after its offset
    if offset is None:
        text, offset = _with_offset(" ".join(text.split()))
    text = " ".join(_FILLED.sub(" ", text).split()).strip(" ,;")
    found = calendar_day(text)
    if found is None:
        return ""
    return attrs.evolve(found, half=half, zone=zone if offset is None else offset, clock=clock)


def _with_clock(text: str) -> tuple[str, tuple[int, dt.timedelta] | None]:
    """Cut out a time of day that was not cut out yet."""
    if _CUT in text:
        return text, None
    for pattern in (_CLOCK, *_OTHER_CLOCKS):
        match = pattern.search(text)
        if match is not None:
            found = _time_of_day(*match.groups())
            if isinstance(found, str):
                raise ValueError(found)
            return f"{text[: match.start()]}{_CUT}{text[match.end() :]}", found
    return text, None


def _with_half(text: str) -> tuple[str, int | None]:
    match = _HALF_AFTER.search(text) or _HALF_BEFORE.search(text)
    if match is None:
        return text, None
    word = match[1]
    morning = word in MORNING or word[0] == "a"
    return text[: match.start()] + _CUT + text[match.end() :], 0 if morning else 12


def _with_offset(text: str) -> tuple[str, dt.tzinfo | None]:
    """Cut out a zone: after the time of day, or at the end."""
    match = _ZONE_AFTER.search(text) or _ZONE_LAST.search(text)
    if match is None:
        return text, None
    return f"{text[: match.start()]} {_NAMED_TOO.sub('', text[match.end() :])}", _offset(match[1])


@functools.lru_cache(maxsize=256)
def _offset(zone: str) -> dt.timezone:
    match = re.fullmatch(r"([a-z]*) ?(?:([+-])(\d{1,2}):?(\d{2})?)?", zone)
    assert match is not None
    name, sign, hours, minutes = match.groups()
    if sign and name not in ("", "utc", "gmt", "z"):
        raise ValueError(f"the zone {quoted(zone)} is not known")
    ahead = dt.timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return dt.timezone(OFFSETS.get(name, dt.timedelta()) + (-ahead if sign == "-" else ahead))

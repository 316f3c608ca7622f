"""Durations as people write them, by one grammar for every argument that takes one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs

from npskit.arrays import lazy_pattern
from npskit.errors import InvalidTypeError, InvalidValueError, plural, quoted

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)
SECOND = dt.timedelta(seconds=1)
TICK = dt.timedelta(microseconds=1)

_FIXED = {"week": 7 * DAY, "day": DAY, "hour": HOUR, "minute": MINUTE, "second": SECOND}
MONTHS = {"month": 1, "quarter": 3, "year": 12}
# What microseconds of 64 bits can hold.
_LONGEST = 100_000_000 * DAY
_SYMBOLS = {"second": "s", "minute": "min", "hour": "h", "day": "d", "week": "w", "month": "mo", "quarter": "q"}
_SYMBOLS |= {"year": "y"}
_UNITS = {word: unit for unit, symbol in _SYMBOLS.items() for word in (symbol, unit, unit + "s")}
_TEXT = lazy_pattern(r"([0-9]{1,9})(?:\.([0-9]{1,6}))?\s*([a-z]+)")
_ISO = lazy_pattern(
    r"p(?:([0-9]{1,9})y)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})w)?(?:([0-9]{1,9})d)?"
    r"(?:t(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s)?)?"
)
# Lengths of time, which arguments and cells of logs take alike: a clock, numbers of units, and ISO 8601 with parts.
_LENGTHS = {
    0.001: "ms millis millisecond milliseconds msec msecs",
    1: "s sec secs second seconds sek sekunde sekunden sekund sekunda sekundy seconde secondes วินาที 秒 초",
    60: "m min mins minute minutes minuten minut minuta minuty นาที 分 分钟 分鐘 분",
    3600: "h hr hrs hour hours std stunde stunden godz godzin godzina godziny heure heures ชม ชั่วโมง 時間 小时 시간",
    86400: "d day days tag tage tagen dzień dzien dni dnia j jour jours วัน 日 天 일",
    604800: "w wk wks week weeks woche wochen tydzień tygodnie tygodni semaine semaines สัปดาห์",
}
_SECONDS = {word: seconds for seconds, words in _LENGTHS.items() for word in words.split()}
_CLOCK = lazy_pattern(
    r"(?:([0-9]{1,5})(?: ?(?:days?|d),? |[.:](?=[0-9]{2}:[0-9]{2}:)))?"
    r"([0-9]{1,6}):([0-5]?[0-9])(?::([0-5]?[0-9])(?:[.,]([0-9]{1,9}))?)?"
)
_PART = lazy_pattern(
    r"([0-9]{1,9}(?:[.,][0-9]{1,6})?)\s*"
    rf"({'|'.join(sorted(_SECONDS, key=len, reverse=True))})(?![^\W\d_])"
    r"\.?(?:,?\s*(?:and|und|et|i)\s+|[\s,]+|(?=[0-9])|$)"
)
_THOUSANDS = lazy_pattern(r"[1-9][0-9]{0,2},[0-9]{3}")
_AMOUNT = r"([0-9]{1,9}(?:[.,][0-9]{1,9})?)"
_ISO_SPAN = lazy_pattern(rf"p(?:{_AMOUNT}w)?(?:{_AMOUNT}d)?(?:t(?:{_AMOUNT}h)?(?:{_AMOUNT}m)?(?:{_AMOUNT}s)?)?")
_ISO_UNITS = ("year", "month", "week", "day", "hour", "minute", "second")


@attrs.frozen
class Duration:
    """A number of units of time; `str` gives it as it can be written again: `"30d"`, `"15min"`, `"3mo"`.

    Args:
        count: How many: a whole number, of seconds also a part.
        unit: `"second"`, `"minute"`, `"hour"`, `"day"`, `"week"`, or of the calendar `"month"`, `"quarter"`, `"year"`.
    """

    count: float
    unit: str

    def __str__(self) -> str:
        number = f"{self.count:.6f}".rstrip("0").rstrip(".")
        return f"{number}{_SYMBOLS[self.unit]}"

    @property
    def fixed(self) -> dt.timedelta:
        """How long it is; months, quarters and years have no fixed length."""
        try:
            return self.count * _FIXED[self.unit]
        except OverflowError:
            raise InvalidValueError(f"a duration of {self} is longer than any that can be added to a time") from None


def parse_duration(value: Any, name: str, *, calendar: bool = False, step: dt.timedelta | None = None) -> Duration:
    """Return a duration as it was given: `"30d"`, `"15 min"`, `"1h 30m"`, `"01:30:00"`, `"P30D"` or a timedelta.

    Units are s, min, h, d, w, mo, q and y, or their names. A part of one becomes a whole number of a smaller one.
    `"3m"` is months where it must be of whole days and may be of months.

    Args:
        value: What was given.
        name: What to call it in an error.
        calendar: Whether it may be in months, quarters or years, whose length depends on where they begin.
        step: What it must be a whole number of, at least one; None for any duration, also none at all.

    Raises:
        InvalidTypeError: If it is neither text nor timedelta.
        InvalidValueError: If it is negative, no such duration, or of a unit that cannot be used.

    Example:
        >>> [str(parse_duration(text, "quiet")) for text in ("30 days", "P4W", "1.5h")]
        ['30d', '4w', '90min']
        >>> parse_duration("3m", "quiet")
        Traceback (most recent call last):
        ...
        npskit.errors.InvalidValueError: quiet: '3m' may be minutes or months: write '3 min' or '3 mo'
    """
    if isinstance(value, dt.timedelta):
        found = _of_timedelta(value, name)
    elif isinstance(value, str):
        found = _of_text(value, name, calendar, step)
    else:
        raise InvalidTypeError(
            f"{name} must be a duration such as '30d' or '4 hours': got {quoted(value)} ({type(value).__name__})"
        )
    if found.unit in _FIXED and found.count * _FIXED[found.unit].days > _LONGEST.days:
        raise InvalidValueError(f"{name} must be at most {_LONGEST.days:,} days: got {quoted(value)}")
    if found.unit in MONTHS:
        if not calendar:
            raise InvalidValueError(f"{name} has a fixed length, months do not: write it in days, not {quoted(value)}")
        if not found.count:
            raise InvalidValueError(f"{name} must be longer than none: got {quoted(value)}")
    elif step is not None and (found.fixed < step or found.fixed % step):
        what = "above 0" if step == TICK else f"a whole number of {_of_timedelta(step, name).unit}s, at least 1"
        raise InvalidValueError(f"{name} must be a duration {'' if step == TICK else 'of '}{what}: got {quoted(value)}")
    return found


def parse_fixed(value: Any, name: str, *, step: dt.timedelta | None = None) -> dt.timedelta:
    """Return a duration of a fixed length as a timedelta; see `parse_duration`.

    Example:
        >>> parse_fixed("15 minutes", "within"), parse_fixed("PT48H", "within")
        (datetime.timedelta(seconds=900), datetime.timedelta(days=2))
    """
    return parse_duration(value, name, step=step).fixed


def unit_seconds(word: str) -> float | None:
    """Return how many seconds a unit has, by any of its names; None if it is no unit of a fixed length.

    Example:
        >>> unit_seconds("hrs"), unit_seconds("mo")
        (3600, None)
    """
    return _SECONDS.get(word.casefold())


def span_seconds(text: str) -> float | None:
    """Return how many seconds a text says that something took: a clock, numbers of units, or ISO 8601; else None.

    Example:
        >>> [span_seconds(text) for text in ("01:25:00", "1:25", "1h 25m", "85 min", "PT1H25M", "soon")]
        [5100.0, 5100.0, 5100.0, 5100.0, 5100.0, None]
    """
    text = text.strip().casefold()
    if found := _CLOCK.fullmatch(text):
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[:4])
        return days * 86400 + hours * 3600 + minutes * 60 + seconds + float(f"0.{found[5] or 0}")
    if (found := _ISO_SPAN.fullmatch(text)) and text[-1] not in "pt":
        lengths = zip(found.groups(), (604800, 86400, 3600, 60, 1), strict=True)
        return sum(float(part.replace(",", ".")) * seconds for part, seconds in lengths if part is not None)
    parts = _PART.findall(text)
    if not parts or _PART.sub("", text):
        return None
    known = [length for number, word in parts if (length := _length(number, _SECONDS[word])) is not None]
    return float(sum(known)) if len(known) == len(parts) else None


def _length(number: str, seconds: float) -> float | None:
    """Return a number of units in seconds; None where a comma may part thousands or decimals."""
    if _THOUSANDS.fullmatch(number):
        # of minutes nobody counts thousandths; of hours and days programs write them
        return int(number.replace(",", "")) * seconds if seconds <= 60 else None
    return float(number.replace(",", ".")) * seconds


def in_words(duration: dt.timedelta) -> str:
    """Return a duration in words, in the largest unit that says it in a whole number.

    Example:
        >>> in_words(dt.timedelta(hours=48)), in_words(dt.timedelta(minutes=15)), in_words(dt.timedelta(days=1))
        ('48 hours', '15 minutes', '24 hours')
        >>> in_words(dt.timedelta(days=7))
        '7 days'
    """
    for unit in ("day", "hour", "minute", "second"):
        # A day or two are said in hours: on a business clock "one day" would mean something else.
        least = 3 if unit == "day" else 1
        if duration >= least * _FIXED[unit] and not duration % _FIXED[unit]:
            count = duration // _FIXED[unit]
            return f"{count} {plural(count, unit)}"
    return "no time" if not duration else f"{duration.total_seconds():g} seconds"


def _of_timedelta(value: dt.timedelta, name: str) -> Duration:
    """Return a timedelta in the largest unit up to days that it is a whole number of."""
    if value < dt.timedelta(0):
        raise InvalidValueError(f"{name} must not be negative: got {quoted(value)}")
    for unit in ("day", "hour", "minute", "second"):
        if not value % _FIXED[unit]:
            return Duration(value // _FIXED[unit], unit)
    return Duration(value / SECOND, "second")


def _of_text(value: str, name: str, calendar: bool, step: dt.timedelta | None) -> Duration:
    text = value.strip().casefold()
    if (found := _TEXT.fullmatch(text)) and found[3] in _UNITS:
        unit = _UNITS[found[3]]
        if not int(found[2] or 0):
            return Duration(int(found[1]), unit)
        if unit in _FIXED:
            return _of_timedelta(float(f"{found[1]}.{found[2]}") * _FIXED[unit], name)
    elif found and found[3] == "m":
        if calendar and step == DAY and not found[2]:  # of whole days, so not minutes
            return Duration(int(found[1]), "month")
        number = text[:-1].strip()
        raise InvalidValueError(
            f"{name}: {quoted(value)} may be minutes or months: write '{number} min' or '{number} mo'"
        )
    elif (found := _ISO.fullmatch(text)) and text[-1] not in "pt":
        parts = {unit: int(part) for unit, part in zip(_ISO_UNITS, found.groups(), strict=True) if part is not None}
        if len(parts) == 1:
            return Duration(*next((count, unit) for unit, count in parts.items()))
        if parts.keys() <= MONTHS.keys():
            return Duration(sum(count * MONTHS[unit] for unit, count in parts.items()), "month")
        if not parts.keys() & MONTHS.keys():
            return _of_timedelta(sum((n * _FIXED[unit] for unit, n in parts.items()), dt.timedelta(0)), name)
    elif (seconds := span_seconds(text)) is not None:
        return _of_timedelta(dt.timedelta(seconds=seconds), name)
    longer = ", w, mo, q or y" if calendar else " or w"
    raise InvalidValueError(
        f"{name} must be a number of s, min, h, d{longer}, such as '30d' or '4 hours': got {quoted(value)}"
    )

"""Texts of nothing but a date, however people, tools and spreadsheets write it."""

from __future__ import annotations

import datetime as dt
from typing import Literal, TypeAlias

import attrs

from npskit.arrays import lazy_pattern
from npskit.times.time_words import MONTH, MONTHS, WEEKDAY

Order: TypeAlias = Literal["day", "month", "year"]
"""What stands first of three numbers; the year only where all have two digits."""

_WEEKDAY, _MONTH = lazy_pattern(WEEKDAY), lazy_pattern(MONTH)
_ERA = lazy_pattern(r"พ\.? ?ศ\.?|\bb\.?e\.?(?= \d)|ค\.? ?ศ\.?|\ba\.?d\.?(?= \d)")
# Years of Japan's eras, by their name or letter, and the year before the first.
_JAPANESE_ERA = lazy_pattern(r"(令和|平成|^[rh]) ?(\d{1,2}|元)(?=[年./-])")
_BEFORE_ERA = {"令和": 2018, "r": 2018, "平成": 1988, "h": 1988}
# Dates of zeros, as databases write none, and day 0 as spreadsheets show it.
_NONE = lazy_pattern(r"0{1,4}[./-]0{1,2}[./-]0{1,4}|1/0/(?:19)?00|1900-0?1-0?0|0?0\.0?1\.1900")
NO_DATE = "a date of zeros, as databases and spreadsheets write where there is none"
_NUMERIC = lazy_pattern(r"(\d{1,4}) ?([./-]) ?(\d{1,2}) ?\2 ?(\d{1,4})\.?")
_COMPACT = lazy_pattern(r"(\d{4})(\d{2})(\d{2})")
_YEAR_DAY = lazy_pattern(r"(\d{4})-(\d{3})")
_WEEK = lazy_pattern(r"(\d{4})[ -]?w(\d{2})(?:-?([1-7]))?|(?:kw|w) ?(\d{1,2})[ /-](\d{4})")
_YEAR_MONTH = lazy_pattern(r"(\d{4})(?:[/-]|[年년] ?)(\d{1,2})[月월]?|(\d{1,2})[./-](\d{4})")
_QUARTER = lazy_pattern(r"(\d{4})[ /-]?[qkt]([1-4])|[qkt]([1-4])[ /.-]?(\d{4})")
_GAP, _NTH = r"[ ./,-]*", r"(?:st|nd|rd|th|er|o|a)?"
_WORDED = lazy_pattern(
    rf"(?P<day>\d{{1,2}}){_NTH}{_GAP}§{_GAP}'?(?P<year>\d{{4}}|\d{{2}})"
    rf"|§{_GAP}(?P<day2>\d{{1,2}}){_NTH}[ ./,-]+'?(?P<year2>\d{{4}}|\d{{2}})"
    rf"|(?P<year3>\d{{4}}){_GAP}§{_GAP}(?P<day3>\d{{1,2}}){_NTH}"
    rf"|(?:§{_GAP}(?P<year4>\d{{4}})|(?P<year5>\d{{4}}){_GAP}§)"
)
_OF_TWO = lazy_pattern(rf"{MONTH}{_GAP}'?\d{{1,2}}|\d{{1,2}}{_GAP}{MONTH}")
# Years that are of the Buddhist calendar, 543 years ahead: 1900 to 2100 of the common one.
BUDDHIST, AHEAD = range(2443, 2644), 543


@attrs.frozen
class Spelling:
    """What a text says of a day, before it is known which of day and month comes first.

    Args:
        year: The year of the common calendar.
        before: The number that stands first: the month, where `mark` is empty.
        after: The other one.
        mark: What parts them, where the order is open.
        half: 0 for a time before noon, 12 for one after; None where the clock has 24 hours.
        zone: The zone, if it is told.
        clock: The time of day, where it is not read apart.
        said: What a reader of the column should know: `"first day"` where only a month or a week is told, `"buddhist"`.
        short: The year as it is written, where that is in two digits that leave open of which calendar it is.
    """

    year: int
    before: int
    after: int
    mark: str = ""
    half: int | None = None
    zone: dt.tzinfo | None = None
    clock: tuple[int, dt.timedelta] | None = None
    said: str = ""
    short: int | None = None

    def day(self, order: Order, *, buddhist: bool = False) -> dt.datetime:
        """Return the first moment of the day; `buddhist` is the calendar of years of two digits."""
        months_first = not self.mark or order == "month"
        year, (month, day) = self.year, (self.before, self.after) if months_first else (self.after, self.before)
        if order == "year" and self.mark and self.short is not None:
            year, month, day = _century(f"{self.before:02}"), self.after, self.short
        elif buddhist and self.short is not None:
            year = 2500 + self.short - AHEAD
        return dt.datetime(year, month, day, tzinfo=self.zone)

    def told(self) -> tuple[Order | None, str]:
        """Return the order that the numbers show, None where it may be either, and their mark; "" where all is said."""
        if not self.mark or self.before == self.after:
            return None, ""
        if self.before > 12 >= self.after:
            return "day", self.mark
        return ("month" if self.after > 12 >= self.before else None), self.mark


def western_years(text: str) -> str:
    """Return a text with years of Japan's eras as those of the common calendar.

    Example:
        >>> western_years("令和8年3月3日"), western_years("h30/3/3")
        ('2026年3月3日', '2018/3/3')
    """
    return _JAPANESE_ERA.sub(lambda f: str(_BEFORE_ERA[f[1]] + (1 if f[2] == "元" else int(f[2]))), text)


def calendar_day(text: str) -> Spelling | None:
    """Read a text of nothing but a date."""
    if _NONE.fullmatch(text):
        raise ValueError(NO_DATE)
    if match := _NUMERIC.fullmatch(text):
        before, mark, middle, after = match.groups()
        if len(before) == 4:
            return _of(int(before), int(middle), int(after))
        if len(before) > 2 or len(after) not in (2, 4):
            raise ValueError("a year has two or four digits")
        short = int(after) if len(after) == 2 else None
        return _of(_century(after), int(before), int(middle), mark, short)
    if match := _COMPACT.fullmatch(text):
        return _of(int(match[1]), int(match[2]), int(match[3]))
    if match := _YEAR_DAY.fullmatch(text):
        day = dt.date(int(match[1]), 1, 1) + dt.timedelta(int(match[2]) - 1)
        return Spelling(day.year, day.month, day.day)
    if match := _WEEK.fullmatch(text):
        day = dt.date.fromisocalendar(int(match[1] or match[5]), int(match[2] or match[4]), int(match[3] or 1))
        return Spelling(day.year, day.month, day.day, said="" if match[3] else "first day")
    if match := _YEAR_MONTH.fullmatch(text):
        found = _of(int(match[1] or match[4]), int(match[2] or match[3]), 1)
        return attrs.evolve(found, said=found.said or "first day")
    if match := _QUARTER.fullmatch(text):
        found = _of(int(match[1] or match[4]), 3 * int(match[2] or match[3]) - 2, 1)
        return attrs.evolve(found, said=found.said or "first day")
    return _worded(text)


def _worded(text: str) -> Spelling | None:
    """Read a date whose month is a word."""
    era = _ERA.search(text)
    if era is not None:
        text = " ".join(f"{text[: era.start()]} {text[era.end() :]}".split())
    # of the words that may be a month, one may be a weekday: "mar. 3 mars"
    for month in reversed(list(_MONTH.finditer(text))):
        rest = f"{text[: month.start()]}§{text[month.end() :]}"
        match = _WORDED.fullmatch(" ".join(_WEEKDAY.sub(" ", rest).split()).strip(" ,"))
        if match is None:
            continue
        number, thai = MONTHS[month[1]], "\u0e00" < month[1][0] < "\u0e7f"
        day = match["day"] or match["day2"] or match["day3"]
        year = match["year"] or match["year2"] or match["year3"] or match["year4"] or match["year5"]
        buddhist = len(year) == 2 and (thai if era is None else era[0][0] in "พb")
        short = int(year) if len(year) == 2 and not buddhist and era is None else None
        found = _of(2500 + int(year) if buddhist else _century(year), number, int(day or 1), short=short)
        return attrs.evolve(found, said=found.said or ("" if day else "first day"))
    if _OF_TWO.fullmatch(text):
        raise ValueError("a month with a number that may be its day or its year")
    rest = " ".join(_WEEKDAY.sub(" ", text).split()).strip(" ,")
    return calendar_day(rest) if rest != text or era is not None else None


def _century(year: str) -> int:
    """Return the year that two digits mean, as POSIX has it: 69..99 are in the 20th century; four say it."""
    return int(year) + (0 if len(year) == 4 else 1900 if int(year) >= 69 else 2000)


def _of(year: int, before: int, after: int, mark: str = "", short: int | None = None) -> Spelling:
    """Return a day of a calendar: of the Buddhist one where the year can be of no other."""
    said = "buddhist" if year in BUDDHIST else ""
    return Spelling(year - AHEAD if said else year, before, after, mark, said=said, short=short)

"""Which of day and month stands first in the dates of a table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.checks import of_kind
from npskit.data.cells import Note
from npskit.data.row_names import row_said
from npskit.data.words import is_nothing
from npskit.errors import InvalidValueError, quoted
from npskit.times import AHEAD, Order, Spelling, Spellings

# Nobody was asked such questions before.
_EARLIEST = 2003
# So many cells of a column are looked at to tell that it holds dates.
_LOOKED_AT = 20
# Of one column of answers.
_MOST_YEARS = 10


@attrs.frozen(eq=False)
class TimeCells:
    """A column that holds cells to be read one by one: the distinct ones, and which is whose.

    Where all times of day could be read together, `distinct` are the days, and `clock` the time of day of each row.
    """

    array: NDArray[Any]
    distinct: Sequence[Any]
    codes: NDArray[np.intp]
    row_numbers: NDArray[np.int64] | None = None
    clock: NDArray[np.timedelta64] | None = None


@attrs.define
class _Dates:
    """What the dates of a table show: the first that shows an order, that leaves it open, and the short years."""

    told: dict[Order, tuple[str, int, str]] = attrs.Factory(dict)
    unclear: dict[str, str] = attrs.Factory(dict)
    short: dict[Spelling, str] = attrs.Factory(dict)
    full: bool = False  # whether a date shows that the day is first, and has a year of four digits
    buddhist: bool = False  # whether one of numbers has a year of the Buddhist calendar

    @classmethod
    def of(cls, columns: Mapping[str, TimeCells], spellings: Spellings) -> _Dates:
        """Look at each day once."""
        dates = cls()
        days = set[str]()  # that told what they tell already
        for name, cells in columns.items():
            for number, value in enumerate(cells.distinct):
                if not isinstance(value, str) or (value[4:5] == "-" and value[:4].isdigit()):
                    continue
                day = value.partition(" ")[0]
                if day in days:
                    continue
                found = spellings.spelling(day)
                if found is not None:
                    days.add(day)
                found = found or spellings.spelling(value.strip())
                if found is not None:
                    dates._take(found, (name, number, value))
        return dates

    def _take(self, found: Spelling, place: tuple[str, int, str]) -> None:
        if found.short is not None:
            self.short.setdefault(found, place[2])
        order, mark = found.told()
        if not mark:
            return
        self.buddhist |= found.said == "buddhist"
        self.full |= order == "day" and found.short is None
        if order is None:
            self.unclear.setdefault(mark, place[2])
        else:
            self.told.setdefault(order, place)

    def years_first(self) -> bool:
        """Whether the years stand first in dates of three numbers of two digits: what stands last cannot be years.

        What stands first must be no month, may be a year of answers, and varies less; and nothing else shows an order.
        """
        dates = [date for date in self.short if date.mark]
        if not dates or self.full or "month" in self.told:
            return False
        now = dt.datetime.now(dt.UTC).year % 100
        first, last = {date.before for date in dates}, {date.short or 0 for date in dates}
        likely = all(12 < year <= now + 1 for year in first) and all(date.after <= 12 for date in dates)
        as_days = min(last) >= 1 and max(last) <= 31 and len(first) <= len(last)
        no_years = min(last) < _EARLIEST % 100 or max(last) > now + 1 or max(last) - min(last) > _MOST_YEARS
        return likely and as_days and no_years

    def buddhist_years(self) -> bool:
        """Whether all years of two digits are such as the Buddhist calendar has now, and the common one has not."""
        ages = range(_EARLIEST + AHEAD - 2500, dt.datetime.now(dt.UTC).year + AHEAD + 2 - 2500)
        return bool(self.short) and all(date.short in ages for date in self.short)


def order_of(
    columns: Mapping[str, TimeCells], dayfirst: bool | None, spellings: Spellings
) -> tuple[Order | None, tuple[Note, ...]]:
    """Return what comes first in the numeric dates that do not say so, and notes on it; and settle on a calendar."""
    if dayfirst is not None:
        of_kind(dayfirst, bool, "dayfirst")
    dates = _Dates.of(columns, spellings)
    if dayfirst is None and dates.years_first():
        value = quoted(next(value for date, value in dates.short.items() if date.mark))
        told = f"{value} and all like it were read year first: give dayfirst=True if the day is first."
        return "year", (Note("order guessed", told),)
    spellings.buddhist = dates.buddhist_years()
    order, notes = (("day" if dayfirst else "month"), ()) if dayfirst is not None else _order(dates, columns, spellings)
    if spellings.buddhist:
        value = quoted(next(iter(dates.short.values())))
        told = f"Years of two digits as in {value} were read as those of the Buddhist calendar, 2500 and these."
        notes = (*notes, Note("years guessed", told))
    return order, notes


def order_beside(columns: Mapping[str, Sequence[Any]], spellings: Spellings) -> tuple[Order, Note] | None:
    """Return the order of day and month that other columns of a table show; None if they show none, or both.

    Args:
        columns: The distinct cells of each. Those count that begin with dates of three numbers alone.
        spellings: Reads the texts.
    """
    shown: dict[Order, tuple[str, str]] = {}
    for name, cells in columns.items():
        texts = [cell.strip() for cell in cells if isinstance(cell, str) and not is_nothing(cell)]
        first = [spellings.spelling(text) for text in texts[:_LOOKED_AT]]
        if not first or any(found is None or (not found.mark and found.before != found.after) for found in first):
            continue
        for text in texts:
            told = spellings.told(text)
            if told is not None and told[0] is not None:
                shown.setdefault(told[0], (text, name))
    if len(shown) != 1:
        return None
    order, (text, name) = shown.popitem()
    return order, Note("order shown", f"Dates were read {order} first, as {quoted(text)} in {quoted(name)} shows.")


def _order(
    dates: _Dates, columns: Mapping[str, TimeCells], spellings: Spellings
) -> tuple[Order | None, tuple[Note, ...]]:
    """Return which of day and month comes first, and a note on it."""
    told, unclear = dates.told, dates.unclear
    if len(told) == 2:
        day, month = (_place(columns, *told[order]) for order in ("day", "month"))
        raise InvalidValueError(
            f"the day stands first in {day} and the month in {month}: give dayfirst=True or dayfirst=False, "
            "and the others are rejected"
        )
    if told:
        order, (_, _, value) = next(iter(told.items()))
        shows = (Note("order shown", f"Dates were read {order} first, as {quoted(value)} shows."),) if unclear else ()
        return order, shows
    if not unclear:
        return None, ()
    thai = dates.buddhist or spellings.buddhist  # where years are of that calendar, days stand first
    guess: Order = "month" if set(unclear) == {"/"} and not thai else "day"
    value = next((value for mark, value in unclear.items() if (mark == "/") == (guess == "month")), "")
    value = value or next(iter(unclear.values()))
    other, first = (True, "day") if guess == "month" else (False, "month")
    sentence = (
        f"{quoted(value)} and all like it were read {guess} first: give dayfirst={other} if the {first} is first."
    )
    return guess, (Note("order guessed", sentence),)


def _place(columns: Mapping[str, TimeCells], name: str, number: int, value: str) -> str:
    """Return where a date stands, for an error."""
    column = f" of {quoted(name)}" if name else ""
    cells = columns[name]
    row = row_said(np.flatnonzero(cells.codes == number)[0], cells.row_numbers)
    return f"{quoted(value)} in {row}{column}"

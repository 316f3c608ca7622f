"""Which of day and month stands first in the dates of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.checks import of_kind
from npskit.data.cells import Note
from npskit.data.row_names import row_said
from npskit.errors import InvalidValueError, quoted
from npskit.times import Order, Spellings


@attrs.frozen(eq=False)
class TimeCells:
    """A column that holds cells to be read one by one: the distinct ones, and which is whose."""

    array: NDArray[Any]
    distinct: Sequence[Any]
    codes: NDArray[np.intp]
    row_numbers: NDArray[np.int64] | None = None


def order_of(
    columns: Mapping[str, TimeCells], dayfirst: bool | None, spellings: Spellings
) -> tuple[Order | None, tuple[Note, ...]]:
    """Return which of day and month comes first in the numeric dates that do not say so, and a note on it."""
    if dayfirst is not None:
        of_kind(dayfirst, bool, "dayfirst")
        return ("day" if dayfirst else "month"), ()
    told: dict[Order, tuple[str, int, str]] = {}
    unclear: dict[str, str] = {}
    days = set[str]()  # that told what they tell already
    for name, cells in columns.items():
        for number, value in enumerate(cells.distinct):
            if not isinstance(value, str) or value[4:5] == "-":
                continue
            day = value.partition(" ")[0]
            if day in days:
                continue
            found = spellings.told(day)
            if found is not None:
                days.add(day)
            order, mark = found or spellings.told(value.strip()) or (None, "")
            if not mark:
                continue
            if order is None:
                unclear.setdefault(mark, value)
            else:
                told.setdefault(order, (name, number, value))
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
    guess: Order = "month" if set(unclear) == {"/"} else "day"
    value = next(value for mark, value in unclear.items() if (mark == "/") == (guess == "month"))
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

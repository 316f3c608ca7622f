"""Columns of times into `datetime64`: the order of day and month is decided for all columns of a table at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Frozen, Times
from npskit.checks import is_missing
from npskit.data.cells import BadCell, Note, bad_cells, distinct_cells, objects, shown
from npskit.data.columns import Column
from npskit.data.date_order import TimeCells, order_beside, order_of
from npskit.data.day_and_clock import day_and_clock
from npskit.data.far_times import FAR, far_times
from npskit.data.keys import flat
from npskit.data.row_names import named_rows, refuse_cells, row_said
from npskit.data.time_text import EMPTY, Moment, are_serials, read_moments
from npskit.errors import DataWarning, GuessWarning, InvalidTypeError, InvalidValueError, counted, quoted, warn
from npskit.times import Order, Spellings, find_zone, in_zone


@attrs.frozen(eq=False)
class TimeColumn(Frozen):
    """A column of times, read.

    Args:
        values: datetime64[us], shape `(n,)`; NaT where missing or unreadable.
        rejected: The cells that are no times, or far from the others (see `far_times`), in order, with the reason.
        time_zone: The zone the values are in; None where the column does not know.
        notes: How an ambiguous order of day and month, or times of several zones, were resolved.
        aware: Whether the times know their zone themselves.
        dates: Whether they are dates, without a time of day.
        own_zone: The zone that the times name themselves, where it is one.
        row_numbers: See `Column`.
    """

    values: NDArray[np.datetime64]
    rejected: tuple[BadCell, ...]
    time_zone: str | None
    notes: tuple[Note, ...] = ()
    aware: bool = False
    dates: bool = False
    own_zone: str | None = None
    row_numbers: NDArray[np.int64] | None = None

    def positions(self, *, far: bool) -> NDArray[np.int64]:
        """Return the rows rejected as far from the others, or as no times; zeros for none stand for an empty cell."""
        kind = FAR if far else "no time"
        return np.array([cell.position for cell in self.rejected if cell.kind == kind], np.int64)

    def checked(self, name: str) -> NDArray[np.datetime64]:
        """Return the values, or refuse a column with cells that are not times; warn of those far from the others.

        Raises:
            InvalidValueError: If a cell is not a time; names the first.
        """
        wrong = [cell for cell in self.rejected if cell.kind != FAR]
        if wrong:
            rows = [cell.position for cell in wrong]
            why = "which is not a time; make it one, or leave it empty"
            refuse_cells(name, rows, wrong[0].value, why, self.row_numbers)
        if self.rejected:
            said = named_rows(
                [cell.position for cell in self.rejected],
                [f"holds {quoted(cell.value)}" for cell in self.rejected],
                self.row_numbers,
            )
            warn(f"{name}: {said}: {self.rejected[0].reason}; taken as not known", DataWarning)
        return self.values


@attrs.frozen(eq=False)
class TableTimes:
    """The columns of times of one table, read together.

    Args:
        columns: Each column by the name it was given.
        notes: How the order of day and month was found, where dates do not say it themselves.
        order: Which of day and month comes first; None where no date needs it.
    """

    columns: Mapping[str, TimeColumn]
    notes: tuple[Note, ...]
    order: Order | None

    def __getitem__(self, name: str) -> TimeColumn:
        return self.columns[name]

    def warn(self, role: str) -> None:
        """Warn of what was guessed; what a row of the data shows is no guess."""
        for note in (*self.notes, *(note for times in self.columns.values() for note in times.notes)):
            if note.kind in ("order guessed", "years guessed", "order mixed", "zones differ"):
                warn(f"{role}: {note}", GuessWarning)


def parse_times(
    values: NDArray[Any] | Sequence[Any], *, time_zone: str | None = None, dayfirst: bool | None = None
) -> TimeColumn:
    """Read a raw column as times.

    Understood are ISO 8601, `2026-03-09 14:05:00`, `3/9/26 14:05`, `9.3.2026`, `2026/03/09 2:05:00 PM GMT+2`,
    `9 Mar 2026`, `Mar 9, 2026`, months and weekdays of nine languages, RFC 2822, `20260309140500`, Unix seconds (or
    milliseconds, micro-, nanoseconds, by their size) as numbers or text, and days as spreadsheets count them where all
    numbers of the column can be such.

    Times that know their zone (an offset, `Z`, Unix seconds) become the wall clock of `time_zone`; where it is not
    given, of the zone or the offset that they all have; where they differ, of UTC, and a note says so. Naive times stay
    as they are: they are taken to be in `time_zone` already. A column holds the one or the other.

    `3/9/26` is read by the order the whole column supports: a first number above 12 in any row makes all of them day
    first, a second one month first. Where no row tells, slashes alone are month first, points and dashes day first; a
    note says so.

    Args:
        values: The column: texts, numbers, `datetime` objects, None, or an array of datetime64; shape `(n,)`.
        time_zone: The zone, as in `"Europe/Warsaw"`; None for that of the column.
        dayfirst: Whether the day stands before the month; None finds it out.

    Raises:
        InvalidTypeError: If the column holds durations or booleans.
        InvalidValueError: If some times know their zone and others do not, if some rows are day first and others month
            first, or if the zone is not known.

    Example:
        >>> found = parse_times(["1/2/26 9:30", "13/2/26 10:00", "soon"])
        >>> found.values.tolist()
        [datetime.datetime(2026, 2, 1, 9, 30), datetime.datetime(2026, 2, 13, 10, 0), None]
        >>> found.rejected
        (BadCell(position=2, value='soon', reason='not a time'),)
    """
    array = flat(values if isinstance(values, np.ndarray) else objects(values), "a column of times")
    table = read_times({"": Column(array)}, time_zone=time_zone, dayfirst=dayfirst)
    return attrs.evolve(table[""], notes=(*table.notes, *table[""].notes))


def read_times(
    columns: Mapping[str, Column],
    *,
    time_zone: str | None = None,
    dayfirst: bool | None = None,
    beside: Callable[[], Mapping[str, Sequence[Any]]] | None = None,
) -> TableTimes:
    """Read the columns of times of one table together, as `parse_times` reads each of them.

    One date that shows the order of day and month in any column shows it for all of them.

    Args:
        columns: The columns, by what notes and errors call them.
        time_zone: See `parse_times`; for columns of a dataframe that know their zone as well.
        dayfirst: See `parse_times`.
        beside: Returns the distinct cells of other columns of the table, asked where these do not show the order.

    Raises:
        InvalidTypeError, InvalidValueError: See `parse_times`.

    Example:
        >>> table = read_times({
        ...     "opened": Column(np.array(["1/2/26"], object)), "closed": Column(np.array(["13/2/26"], object))
        ... })
        >>> table["opened"].values.astype(str).tolist(), table.order, table.notes[0].kind
        (['2026-02-01T00:00:00.000000'], 'day', 'order shown')
    """
    zone = find_zone(time_zone)
    spellings = Spellings()
    cells = {name: _cells(column, spellings) for name, column in columns.items()}
    order, notes = order_of({name: found for name, found in cells.items() if found is not None}, dayfirst, spellings)
    if beside is not None and order != "year" and any(note.kind == "order guessed" for note in notes):
        shown = order_beside(beside(), spellings)
        if shown is not None:
            order, notes = shown[0], (shown[1], *(note for note in notes if note.kind != "order guessed"))
    read = {}
    for name, column in columns.items():
        found = cells[name]
        times = (
            _typed(column, time_zone) if found is None else _parsed(found, zone, time_zone, order or "month", spellings)
        )
        read[name] = attrs.evolve(_near(times, column), row_numbers=column.row_numbers)
    return TableTimes(read, notes, order)


def _near(times: TimeColumn, column: Column) -> TimeColumn:
    """Reject the times of a column that are far from the others."""
    far, why = far_times(times.values, column.copies)
    rows = np.flatnonzero(far)
    if not len(rows):
        return times
    cells = column.filled()
    found = [BadCell(row, shown(cells[row]), why, FAR) for row in rows.tolist()]
    values = np.where(far, np.datetime64("NaT", "us"), times.values)
    rejected = sorted((*times.rejected, *found), key=lambda cell: cell.position)
    return attrs.evolve(times, values=values, rejected=tuple(rejected))


def _typed(column: Column, time_zone: str | None) -> TimeColumn:
    """Return a column of numpy's times; one that knows its zone on the clock of the zone wanted."""
    values = column.filled()
    dates = values.dtype == np.dtype("datetime64[D]")
    if column.utc is None or time_zone is None:
        own = None if column.utc is None else column.utc[1]
        fixed = values.flags.owndata and not values.flags.writeable  # nobody else can change it
        times = values.astype("datetime64[us]", copy=not fixed)
        return TimeColumn(times, (), own or time_zone, aware=own is not None, dates=dates, own_zone=own)
    return TimeColumn(in_zone(column.utc[0], time_zone), (), time_zone, aware=True, own_zone=column.utc[1])


def _cells(column: Column, spellings: Spellings) -> TimeCells | None:
    """Return the cells of a column, None if it holds numpy's times already."""
    array = column.filled()
    if array.dtype.kind == "M":
        return None
    if array.dtype.kind in "bmcV":
        raise InvalidTypeError(f"the column holds {array.dtype}, not times: was the right one named?")
    array, distinct, codes = distinct_cells(array)
    parts = day_and_clock(distinct, spellings)
    if parts is None:
        return TimeCells(array, distinct, codes, column.row_numbers)
    return TimeCells(array, parts.days, parts.codes[codes], column.row_numbers, parts.clock[codes])


def _parsed(cells: TimeCells, zone: dt.tzinfo, name: str | None, order: Order, spellings: Spellings) -> TimeColumn:
    """Return cells read one by one."""
    codes = cells.codes
    serials = are_serials(cells.distinct)
    spellings.said.clear()
    read = read_moments(cells.distinct, order, spellings, serials=serials)
    aware = np.array([isinstance(t, dt.datetime) and t.tzinfo is not None for t in read], dtype=bool)
    naive = np.array([isinstance(t, dt.datetime) and t.tzinfo is None for t in read], dtype=bool)
    notes = _said(cells, spellings, serials)
    if aware.any() and naive.any():
        raise InvalidValueError(
            f"some times know their zone ({_example(cells, aware)}) and others do not ({_example(cells, naive)}); "
            "make them one or the other"
        )
    times = [t for t in read if isinstance(t, dt.datetime)]
    keys = {getattr(t.tzinfo, "key", None) or getattr(t.tzinfo, "zone", None) for t in times}  # the latter of pytz
    if aware.any() and name is None:
        zone, name, differ = _own_zone(times, keys)
        notes += differ
    read = [_on_clock(t, zone) for t in read]
    table = np.array([t if isinstance(t, dt.datetime) else None for t in read], dtype="datetime64[us]")
    reasons = [t if isinstance(t, str) else None for t in read]
    kinds = ["empty time" if reason == EMPTY else "no time" for reason in reasons]
    rejected = bad_cells(cells.array, codes, reasons, kinds)
    known = [type(v) for v, t in zip(cells.distinct, read, strict=True) if t is not None]
    dates = bool(known) and set(known) == {dt.date}
    own = next(iter(keys)) if len(keys) == 1 else None
    values: Times = table[codes]
    if cells.clock is not None:
        values = np.asarray(values + cells.clock, values.dtype)
    return TimeColumn(values, rejected, name, tuple(notes), bool(aware.any()), dates, own)


def _said(cells: TimeCells, spellings: Spellings, serials: bool) -> list[Note]:
    """Return notes on how the cells of a column were read."""
    notes = []
    if serials:
        notes.append(Note("serials", "Numbers were read as days the way spreadsheets count them: 46084 is 2026-03-03."))
    month, year = spellings.said.get("first day"), spellings.said.get("buddhist")
    if month is not None:
        notes.append(Note("first day", f"{quoted(month)} and all like it tell no day: the first one was taken."))
    if year is not None:
        notes.append(Note("buddhist", f"Years as in {quoted(year)} are of the Buddhist calendar: 543 was taken off."))
    times = [cell for cell in cells.distinct if isinstance(cell, dt.date) and not is_missing(cell)]
    if not times and not serials:
        return notes
    texts = [cell for cell in cells.distinct if isinstance(cell, str) and (spellings.told(cell.strip()) or ("", ""))[1]]
    if texts and all(time.day <= 12 for time in times):
        notes.append(
            Note(
                "order mixed",
                f"Dates stand there as text ({quoted(texts[0])}) and as {'numbers' if serials else 'times'}: where a "
                "spreadsheet made these of text in the other order, day and month are swapped in all days up to 12; "
                "correct them where the data come from.",
            )
        )
    return notes


def _own_zone(times: Sequence[dt.datetime], keys: set[str | None]) -> tuple[dt.tzinfo, str, list[Note]]:
    """Return the zone that all times have, or else the offset, or else UTC; its name; and a note on the last."""
    offsets = {t.utcoffset() or dt.timedelta() for t in times}
    if len(keys) == 1 and (key := next(iter(keys))) is not None:
        return find_zone(key), key, []
    if len(offsets) == 1:
        zone = dt.timezone(offsets.pop())
        return zone, str(zone), []
    told = (
        f"Times of {len(offsets)} offsets from UTC were read in UTC: give another zone for them, such as "
        "time_zone='Europe/Warsaw'."
    )
    return dt.UTC, "UTC", [Note("zones differ", told)]


def _example(cells: TimeCells, which: NDArray[np.bool_]) -> str:
    """Name the first rows of a kind."""
    rows = np.flatnonzero(which[cells.codes])
    more = f" and {counted(len(rows) - 1, 'row')} more" if len(rows) > 1 else ""
    return f"{shown(cells.array[rows[0]])!r} in {row_said(rows[0], cells.row_numbers)}{more}"


def _on_clock(time: Moment, zone: dt.tzinfo) -> Moment:
    """Return what the column holds of a time: naive, in the zone; or why it is none there."""
    if not isinstance(time, dt.datetime) or time.tzinfo is None:
        return time
    try:
        return time.astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        return "not a time: outside of the years 1..9999 in its zone"

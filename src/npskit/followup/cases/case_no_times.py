"""Columns of a case log under the name of an event that hold no times: how long, yes or no, how rather than when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Floats, Times
from npskit.data import Frame, TableTimes, is_nothing, parse_times, read_flags
from npskit.errors import DataWarning, InvalidValueError, NpskitError, plural, quoted, warn, written
from npskit.followup.cases.case_roles import kind_of, unit_of
from npskit.followup.cases.case_spans import read_spans
from npskit.options import EVENT_KINDS

_LOOKED_AT = 100
# So many cells that are no times are no slip, where none is one.
_SEVERAL = 2


def took(frame: Frame, names: Mapping[str, str]) -> dict[str, tuple[Floats, Bools]]:
    """Return, by role, the columns that say how long it took from the opening, in seconds."""
    found = {r: read_spans(frame.column(n), unit_of(n)) for r, n in names.items() if r not in ("opened", "at")}
    return {role: spans for role, spans in found.items() if spans is not None} if "opened" in names else {}


def microseconds(seconds: Floats) -> NDArray[np.timedelta64]:
    """Return seconds as durations, NaT where there are none."""
    none = np.isnan(seconds)
    ticks = np.rint(np.where(none, 0.0, seconds) * 1e6).astype("timedelta64[us]")
    return np.where(none, np.timedelta64("NaT", "us"), ticks)


def states(frame: Frame, role: str, name: str) -> NDArray[np.int8] | None:
    """Return what a column says that says yes or no rather than when, which is warned of; None for any other."""
    if role in ("opened", "at"):
        return None
    try:
        flags = read_flags(frame.column(name), name)
    except NpskitError:
        return None
    if (flags < 0).all():
        return None
    told = ": it tells who waits, and not for how long" if role in ("closed", "resolved") else ""
    warn(
        f"cases: column {quoted(name)} says yes or no, not when, and is not read as {role!r}{told}: name the column of "
        f"its times, as in columns={{{role!r}: ...}}, if there is one.",
        DataWarning,
    )
    return flags


def with_times(
    frame: Frame, names: Mapping[str, str], values: Mapping[str, Times], bad: Mapping[str, NDArray[np.int64]]
) -> dict[str, str]:
    """Return the columns without those that say how a case ended rather than when, which are warned of."""
    found = dict(names)
    for role, name in names.items():
        if role in ("opened", "at") or len(bad[role]) < _SEVERAL or not np.isnat(values[role]).all():
            continue
        del found[role]
        cell = frame.column(name).filled()[bad[role][0]]
        warn(
            f"cases: column {quoted(name)} holds no times, as in {quoted(written(cell))}, and is not read as {role!r}: "
            f"name the column of its times, as in columns={{{role!r}: ...}}, if there is one.",
            DataWarning,
        )
    return found


def refuse_numbers(
    frame: Frame, names: Mapping[str, str], values: Mapping[str, Times], bad: Mapping[str, NDArray[np.int64]]
) -> None:
    """Refuse a column of nothing but numbers that are no times: how long something took, of no known unit."""
    for role, rows in bad.items():
        if not len(rows) or not np.isnat(values[role]).all():
            continue
        cells = [frame.column(names[role]).filled()[row] for row in rows[:_LOOKED_AT].tolist()]
        if all(isinstance(cell, int | float | np.number) or _is_number(cell) for cell in cells):
            raise InvalidValueError(
                f"cases: column {quoted(names[role])} holds numbers such as {written(cells[0])}, which are no times: "
                f"if they say how long it took, name the unit in the name of the column, as in '{names[role]} in "
                "minutes'"
            )


def refuse_days(table: TableTimes, names: Mapping[str, str]) -> None:
    """Refuse numbers that could be days of a spreadsheet where openings are no such days: they may be seconds."""
    found = {r: any(note.kind == "serials" for note in table[name].notes) for r, name in names.items()}
    role = next((role for role, serials in found.items() if serials), None)
    if role is not None and not found.get("opened", True):
        raise InvalidValueError(
            f"cases: column {quoted(names[role])} holds numbers and {quoted(names['opened'])} does not: if they say "
            f"how long it took, name the unit in the name of the column, as in '{names[role]} in seconds'"
        )


def warn_of_unread(frame: Frame, roles: Mapping[str, str]) -> None:
    """Warn of columns that hold times, of a log of which only the openings were found."""
    found = []
    for name in frame.columns:
        cells = frame.column(name).filled()
        if name not in roles.values() and kind_of(name, {}) != EVENT_KINDS.index("opened") and _are_times(cells):
            found.append(name)
    if found:
        warn(
            f"cases: only the openings were found; {', '.join(map(quoted, found))} "
            f"{plural(len(found), 'holds times and is', 'hold times and are')} not read: say what they are of, as in "
            f"columns={{'closed': {quoted(found[0])}}}.",
            DataWarning,
        )


def _are_times(cells: NDArray[Any]) -> bool:
    """Whether the first cells of a column are times, and no numbers."""
    if cells.dtype.kind not in "OM":
        return cells.dtype.kind == "M"
    known = [cell for cell in cells[:_LOOKED_AT] if not is_nothing(cell)]
    if not known or any(isinstance(cell, int | float | np.number) or _is_number(cell) for cell in known):
        return False
    try:
        return not parse_times(known, time_zone="UTC").rejected
    except NpskitError:
        return False


def _is_number(cell: Any) -> bool:
    return isinstance(cell, str) and cell.strip().replace(".", "", 1).isdecimal()

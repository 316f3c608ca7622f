"""What is put into a live tracker: where an answer is counted, in which group, and when."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.checks import is_missing, several
from npskit.counting import INVALID, MISSING, CodedAnswers
from npskit.data import Scale, Unusable, answer_on, array_of, factorize_many, row_said
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, counted, quoted
from npskit.scorers import Codebook
from npskit.tracking.live.live_windows import Key, LastPeriods, Window, later, moment

# ---- answers: a cell for each point of the scale (or each category), then the missing, then the invalid ----


def place_of(codebook: Codebook, answer: Any, *more: Any) -> int:
    """Return where an answer is counted: its cell, -2 if it is missing, -1 if it is invalid.

    Those to further questions may follow it, or be in a tuple with it.
    """
    if more:
        if codebook.scale is not None:
            raise IncompatibleError(
                f"{codebook.name} reads one answer at a time: count several with update_many([...])"
            )
        answer = (answer, *more)
    if codebook.scale is not None:
        return _position(answer, codebook.scale)
    if not isinstance(answer, tuple | list) or len(answer) != len(codebook.scales):
        raise IncompatibleError(
            f"{codebook.name} reads {len(codebook.scales)} answers, ({', '.join(codebook.questions)}): got "
            f"{quoted(answer)}"
        )
    found = tuple(map(_position, answer, codebook.scales))
    worst = max(found) if min(found) >= 0 else (-1 if -1 in found else -2)
    return worst if worst < 0 else int(codebook.grid[found])


def _position(answer: Any, scale: Scale) -> int:
    """Return the position of an answer on its scale, -2 if it is missing, -1 if it is invalid."""
    number = answer_on(answer, scale, dict(scale.mapping))
    if number is None:
        return -2
    return number - scale.low if not isinstance(number, Unusable) and scale.low <= number <= scale.high else -1


def places_of(codebook: Codebook, columns: Sequence[Any]) -> NDArray[np.intp]:
    """Return where each row is counted, as `place_of` does."""
    coded = CodedAnswers(columns, codebook)
    places = coded.categories.copy() if codebook.scale is None else coded.codes[0].astype(np.intp)
    for kind, place in ((MISSING, -2), (INVALID, -1)):  # of several answers one that is invalid decides
        places[np.logical_or.reduce([codes == kind for codes in coded.codes])] = place
    return places


# ---- groups ----


def names_of(by: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the names of the columns that make groups."""
    names: tuple[Any, ...] = () if by is None else (by,) if isinstance(by, str) else several(by, "by")
    if not all(isinstance(name, str) and name for name in names) or len(set(names)) < len(names):
        raise InvalidTypeError(f"by must be the name of a column, or several different ones: got {quoted(by)}")
    return names


def key_of(by: tuple[str, ...], group: Any) -> Key:
    """Return a group as it is kept."""
    if not by:
        if group is not None:
            raise InvalidValueError(f"group: this tracker has no groups, make it with by=...: got {quoted(group)}")
        return ()
    parts = group if isinstance(group, tuple) else (group,)
    if len(parts) != len(by):
        raise IncompatibleError(f"group must have a part for each of {', '.join(by)}: got {quoted(group)}")
    return tuple(map(_part, parts))


def _part(value: Any) -> str | float | None:
    """Return one part of a group as it is kept: as JSON can hold it, and equal ones in one way."""
    if isinstance(value, np.generic):
        value = value.item()
    if is_missing(value):
        return None
    if isinstance(value, bool):
        # as a key it is 1 or 0, so that what the group is called would depend on which of them came first
        raise InvalidTypeError(
            f"group must not be a boolean, which Python takes for 1 or 0: got {quoted(value)}; use text"
        )
    if not isinstance(value, str | int | float) or (isinstance(value, float) and math.isinf(value)):
        raise InvalidTypeError(f"group must be text, a finite number or None: got {quoted(value)}; use its text")
    return int(value) if isinstance(value, float) and value.is_integer() else value


def groups_of(
    by: tuple[str, ...], groups: Any, buckets: NDArray[np.int64] | None, rows: int
) -> tuple[list[Key], NDArray[np.intp] | None]:
    """Return the distinct groups, each after its period where there are any, and which is whose."""
    if not by and groups is not None:
        raise InvalidValueError("groups: this tracker has no groups, make it with by=...")
    if by and groups is None:
        raise InvalidValueError(f"groups must be given: this tracker is by {', '.join(by)}")
    columns = [] if groups is None else [groups] if len(by) == 1 else several(groups, "groups")
    if len(columns) != len(by):
        raise IncompatibleError(f"groups must be a column for each of {', '.join(by)}: got {len(columns)}")
    front = [] if buckets is None else [buckets]
    if not front and not columns:
        return [()], None
    codes, found = factorize_many([*front, *columns])
    if codes.size != rows:
        raise IncompatibleError(f"groups has {counted(codes.size, 'row')}, the answers have {rows}")
    cut = len(front)
    return [(*key[:cut], *map(_part, key[cut:])) for key in found], codes


# ---- times ----


def times_of(window: Window | None, at: Any, rows: int) -> tuple[NDArray[np.int64] | None, dt.datetime | None]:
    """Return the period of each row where the window needs it, and the latest time."""
    periods = window if isinstance(window, LastPeriods) else None
    if at is None:
        if periods is not None:
            moment(at)
        return None, None
    single = isinstance(at, dt.date | np.datetime64 | str)  # text is refused as such
    times = array_of([at] * min(rows, 1) if single else at, "at")
    if not single and times.shape != (rows,):
        raise IncompatibleError(f"at must have a time for each of {counted(rows, 'row')}: got shape {times.shape}")
    if times.dtype.kind == "M":
        if np.isnat(times).any():
            raise InvalidValueError(f"at must be a time in every row: none in {row_said(np.isnat(times).argmax())}")
        newest = [moment(times.max())] if times.size else []
        buckets = None if periods is None else periods.bucket_of_each(times)
    else:
        newest = list(map(moment, times.tolist()))
        buckets = None if periods is None else np.array([periods.bucket(m) for m in newest], np.int64)
    last: dt.datetime | None = None
    for one in newest:
        last = later(last, one)
    return np.repeat(buckets, rows) if single and buckets is not None else buckets, last

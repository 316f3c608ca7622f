"""`npskit.concat`: the waves of a survey as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.checks import several
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, quoted
from npskit.reading import Rejected
from npskit.results import NO_ROWS
from npskit.survey import Survey

# What must be the same of all, by what it is called in an error.
_ALIKE = ("roles", "time_zone", "population", "lonely", "on_invalid")


def concat(surveys: Iterable[Survey]) -> Survey:
    """Return several surveys, such as the waves of one or the files of its months, as one: the rows of all, in order.

    Columns are joined by name; a column that a survey lacks is missing in its rows. Times are joined as each survey
    reads them, so that one file may have the day first and another the month. Rows that could not be read, or were left
    out, add up in the scores. Rows are named by their position among all, from 0; in `rejected` those of a file are
    numbered as in their file, and the reason says which file that is.

    Args:
        surveys: At least one; of one scorer, with the same roles bound to columns of the same names, none raked.

    Raises:
        InvalidTypeError: If they are no surveys.
        InvalidValueError: If there is none.
        IncompatibleError: If their scorers, roles or other conventions differ, or one is raked.

    Example:
        >>> waves = [Survey({"score": [10, 9]}), Survey({"score": [3, None], "region": ["N", "S"]})]
        >>> concat(waves).score()
        Score(NPS=33.3, n=3, interval=(-58.5, 87.7), level=0.95, missing=1)
    """
    waves = several(surveys, "surveys")
    for wave in waves:
        if not isinstance(wave, Survey):
            raise InvalidTypeError(f"surveys must be a list of surveys: it holds {quoted(wave)}")
    if not waves:
        raise InvalidValueError("surveys must hold at least one survey: got none")
    _check_alike(waves)
    first, names = waves[0], dict.fromkeys(name for wave in waves for name in wave.columns)
    columns = {name: _joined([_cells(wave, name) for wave in waves]) for name in names}
    data = first._data
    same: dict[str, Any] = {name: getattr(data, name) for name in _ALIKE[1:]}
    joined = Survey(columns, **first.roles, scorer=first.scorer, **same)
    from_files = any(wave.report is not None for wave in waves)
    return joined._with(
        refused=tuple(rejected for wave in waves for rejected in _rejected(wave)) if from_files else None,
        aside=sum((wave._data.aside for wave in waves), start=NO_ROWS),
    )


def _check_alike(waves: Sequence[Survey]) -> None:
    """Refuse surveys that mean different things."""
    first = waves[0]
    for i, wave in enumerate(waves):
        if wave._data.codebook != first._data.codebook:
            raise IncompatibleError(f"surveys must be of one scorer: got {first.scorer!r} and {wave.scorer!r}")
        if wave._data.calibration is not None:
            raise IncompatibleError(f"surveys[{i}] is raked: join the surveys first, and rake them together")
        for name in _ALIKE:
            one, other = (each.roles if name == "roles" else getattr(each._data, name) for each in (first, wave))
            if one != other:
                raise IncompatibleError(
                    f"surveys must have the same {name}: surveys[0] has {quoted(one)}, surveys[{i}] has {quoted(other)}"
                )


def _rejected(wave: Survey) -> tuple[Rejected, ...]:
    if wave.report is None:
        return wave.rejected
    return tuple(attrs.evolve(each, reason=f"{each.reason}, in {wave.report.path}") for each in wave.rejected)


def _cells(wave: Survey, name: str) -> NDArray[Any]:
    """Return a column of one survey, its times as it reads them; None in all rows where it has no such column."""
    data = wave._data
    if name == data.roles.get("time"):
        return data.times("concat")
    if name in wave.columns:
        return data.column(name).filled()
    return np.full(len(data.column(data.score[0])), None)


def _joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Return arrays one after the other: numbers and times as such where all are, else whatever cells they hold."""
    kinds = {part.dtype.kind for part in parts}
    if len(kinds) == 1 or kinds <= set("iuf"):
        return np.concatenate(parts)
    return np.concatenate([part.astype(object) for part in parts])

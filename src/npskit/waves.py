"""`npskit.concat`: the waves of a survey as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.checks import several
from npskit.data import Owned, WaveRows, objects
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, counted, quoted
from npskit.reading import Rejected
from npskit.results import NO_ROWS
from npskit.survey import Survey

WAVE = "wave"
# What must be the same of all, by what it is called in an error.
_ALIKE = ("roles", "time_zone", "population", "lonely", "on_invalid", "contacts")


def concat(surveys: Iterable[Survey], *, waves: Iterable[Any] | None = None) -> Survey:
    """Return several surveys, such as the waves of one or the files of its months, as one: the rows of all, in order.

    Columns are joined by name; a column that a survey lacks is missing in its rows. Times are joined as each survey
    reads them, so that one file may have the day first and another the month. Rows that could not be read, or were left
    out, add up in the scores. Errors name a row as its survey does, and which survey that is; in `rejected` those of a
    file are numbered as in their file, and the reason says which; `reports` says how each file was read. In the tables
    of plans `row` is the position among all, from 0.

    Args:
        surveys: At least one; of one scorer, with the same roles bound to columns of the same names, none raked.
        waves: What each survey is called; its rows hold it in the column `"wave"`.

    Raises:
        InvalidTypeError: If they are no surveys.
        InvalidValueError: If there is none, `waves` has not one name for each, or a survey has such a column already.
        IncompatibleError: If their scorers, roles or other conventions differ, or one is raked.

    Example:
        >>> waves = [Survey({"score": [10, 9]}), Survey({"score": [3, None], "region": ["N", "S"]})]
        >>> concat(waves).score()
        Score(NPS=33.3, n=3, interval=(-58.5, 87.7), level=0.95, missing=1)
        >>> concat(waves, waves=["May", "June"]).score("wave").columns()["n"]  # June, May
        [1, 2]
    """
    parts = several(surveys, "surveys")
    for part in parts:
        if not isinstance(part, Survey):
            raise InvalidTypeError(f"surveys must be a list of surveys: it holds {quoted(part)}")
    if not parts:
        raise InvalidValueError("surveys must hold at least one survey: got none")
    _check_alike(parts)
    first, names = parts[0], dict.fromkeys(name for part in parts for name in part.columns)
    columns = {name: _joined([_cells(part, name) for part in parts]) for name in names}
    if waves is not None:
        columns[WAVE] = _wave_column(parts, several(waves, "waves"))
    data = first._data
    same: dict[str, Any] = {name: getattr(data, name) for name in _ALIKE[1:]}
    joined = Survey(Owned(columns), **first.roles, scorer=first.scorer, **same)
    from_files = any(part.reports for part in parts)
    joined._reports = tuple(report for part in parts for report in part.reports)
    return joined._with(
        codebook=data.codebook,
        refused=tuple(rejected for part in parts for rejected in _rejected(part)) if from_files else None,
        aside=sum((part._data.aside for part in parts), start=NO_ROWS),
        row_numbers=WaveRows.of([_named(i, part) for i, part in enumerate(parts)]),
        columns={},
    )


def _named(i: int, wave: Survey) -> tuple[str, int, NDArray[np.int64] | None]:
    """Return what a survey is called among several, how many rows it has, and how it numbers them."""
    data = wave._data
    name = f"of surveys[{i}]" if data.row_numbers is None else "" if wave.file_report is None else wave.file_report.path
    return name, len(data.column(data.score[0])), data.row_numbers


def _wave_column(surveys: Sequence[Survey], waves: Sequence[Any]) -> NDArray[Any]:
    """Return the name of each survey in its rows."""
    if len(waves) != len(surveys):
        raise InvalidValueError(f"waves must name each survey: got {counted(len(waves), 'name')} for {len(surveys)}")
    held = [i for i, survey in enumerate(surveys) if WAVE in survey.columns]
    if held:
        raise InvalidValueError(f"waves would overwrite the column {WAVE!r} of surveys[{held[0]}]; rename it")
    return np.repeat(objects(waves), [len(survey.column(survey._data.score[0])) for survey in surveys])


def _check_alike(waves: Sequence[Survey]) -> None:
    """Refuse surveys that mean different things."""
    first = waves[0]
    for i, wave in enumerate(waves):
        if wave._data.codebook != first._data.codebook:
            raise IncompatibleError(f"surveys must be of one scorer: got {first.scorer!r} and {wave.scorer!r}")
        if wave._data.codebook.scales != first._data.codebook.scales:
            raise IncompatibleError(f"surveys must have one mapping of texts to answers: that of surveys[{i}] differs")
        if wave._data.totals is not None:
            raise IncompatibleError(f"surveys[{i}] is raked: join the surveys first, and rake them together")
        for name in _ALIKE:
            one, other = (each.roles if name == "roles" else getattr(each._data, name) for each in (first, wave))
            if one != other:
                raise IncompatibleError(
                    f"surveys must have the same {name}: surveys[0] has {quoted(one)}, surveys[{i}] has {quoted(other)}"
                )


def _rejected(wave: Survey) -> tuple[Rejected, ...]:
    if wave.file_report is None:
        return wave.rejected
    return tuple(attrs.evolve(each, reason=f"{each.reason}, in {wave.file_report.path}") for each in wave.rejected)


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

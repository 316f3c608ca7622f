"""Rows that are one response each, to one question: of a file that holds more, those that are meant."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.data import RECOMMENDS, Column, cells_of, coded, holding, read_times, shown
from npskit.errors import InvalidTypeError, InvalidValueError, counted, plural, quoted
from npskit.reading.column_roles import is_score
from npskit.reading.file_report import Rejected
from npskit.reading.names import bare, resolve
from npskit.reading.tools import Tool

# The columns that say which question or survey a row answers, in files of no known tool; without case and marks.
_KINDS = {"surveytype", "questiontype", "metric", "metrictype", "feedbacktype", "question", "questiontext"}
_KINDS |= {"questionid", "questionlabel", "fieldtype", "fieldlabel", "fieldid"}
_KINDS |= {"frage", "fragetext", "frageid", "pytanie", "treśćpytania", "คำถาม", "questionname", "questioncode"}
# What these hold is a kind only where it names what is measured.
_LOOSE = frozenset({"surveytype", "feedbacktype"})
# A column of more values than these is not one of kinds.
_MOST = 200
# How a question or a survey is known to ask what a scorer measures.
_MEASURES: Mapping[str, re.Pattern[str]] = {
    "NPS": RECOMMENDS,
    "CSAT": re.compile(r"(?<![a-z])csat(?![a-z])|satisf|zufrieden|zadowol|usatysf|พึงพอใจ|พอใจ", re.IGNORECASE),
    "CES": re.compile(r"(?<![a-z])ces(?![a-z])|effort|how easy|mühe|aufwand|wysił|łatwo|ความพยายาม", re.IGNORECASE),
}


@attrs.frozen
class Wanted:
    """Which rows are wanted.

    Args:
        where: The value, or values, that the rows have in each column.
        measure: The name of the scorer that is to score them.
    """

    where: Mapping[str, Any] = attrs.field(factory=dict)
    measure: str = ""

    @classmethod
    def of(cls, where: Any, measure: str) -> Wanted:
        """Return what was said, checked.

        Raises:
            InvalidTypeError: If `where` is no mapping of columns to values.
        """
        if where is None:
            return cls({}, measure)
        if not isinstance(where, Mapping) or not where or not all(isinstance(name, str) for name in where):
            raise InvalidTypeError(
                f"where says which values of which column, as {{'survey_type': 'nps'}}: got {quoted(where)}"
            )
        return cls(dict(where), measure)


@attrs.define
class Chosen:
    """Which rows of a file were chosen, and what was made of its columns.

    Args:
        kept: True for each row that was.
        rejected: The rows that the file itself says are not wanted, and why.
        unlisted: How many were left out as the caller asked.
        merged: Columns that hold one question together: under the name of each what all of them hold.
        kinds: The columns that still say that rows are of several kinds.
        meant: Whether a column says that all rows that are left answer what is measured.
        notes: What was done, in sentences.
    """

    kept: NDArray[np.bool_]
    rejected: list[Rejected] = attrs.field(factory=list)
    unlisted: int = 0
    merged: dict[str, NDArray[Any]] = attrs.field(factory=dict)
    kinds: tuple[str, ...] = ()
    meant: bool = False
    notes: list[str] = attrs.field(factory=list)


def telling(names: Sequence[str], tool: Tool, wanted: Wanted) -> dict[str, str]:
    """Return the columns that `choose` looks at, and as what each is to be read."""
    found = [resolve(name, names, "where") for name in wanted.where]
    found += _kind_columns(names, tool) if wanted.measure in _MEASURES else []
    submission = next((name for name in tool.submission if name in names), None)
    time = next((name for name in tool.roles.get("time", ()) if name in names), None)
    told = dict.fromkeys([*found, *_questions(names, tool), *([submission] if submission else [])], "codes")
    return told | ({time: "times"} if submission and time else {})


def choose(
    columns: Mapping[str, Any], numbers: NDArray[np.int64], tool: Tool, wanted: Wanted, *, partly: bool = False
) -> Chosen:
    """Choose the rows that are one response each, to what is measured.

    Those that the caller wants; of several surveys or questions in one file the one that the scorer measures, where
    exactly one says that it is; of several events of one submission the latest.

    Args:
        columns: The columns of the file; at least those of `telling`.
        numbers: The row of the file of each row.
        tool: The tool that wrote it.
        wanted: Which rows are wanted.
        partly: Whether more rows follow, so that a value of `where` need not be among these.
    """
    chosen = Chosen(np.ones(len(numbers), dtype=np.bool_))
    asked = {resolve(name, columns, "where"): given for name, given in wanted.where.items()}
    for name, given in asked.items():
        with contextlib.suppress(*[InvalidValueError] * partly):
            chosen.kept &= holding(_column(columns, name, numbers), given, f"where: {name!r}", whole=True)
    chosen.unlisted = int(len(numbers) - chosen.kept.sum())
    if chosen.unlisted:
        said = ", ".join(f"{name} {quoted(given, 60)}" for name, given in asked.items())
        left = f"{counted(chosen.unlisted, 'row')} {plural(chosen.unlisted, 'was', 'were')} left out"
        chosen.notes.append(f"{left}, because where= asks for {said}.")
    if wanted.measure in _MEASURES:
        chosen.meant = any(_says(given, wanted.measure) for name, given in asked.items() if bare(name) in _KINDS)
        several = [name for name in _kind_columns(list(columns), tool) if name not in asked]
        if tool.kinds and not set(asked).isdisjoint(tool.kinds):
            several = []  # they all say the same, which was chosen
        chosen.kinds = tuple(
            name for name in several if _take_kind(chosen, columns, name, numbers, tool, wanted.measure)
        )
    submission = next((name for name in tool.submission if name in columns), None)
    if submission is not None:
        _take_latest(chosen, columns, submission, tool, numbers)
    _merge(chosen, columns, tool)
    return chosen


def check_kinds(columns: Mapping[str, Any], kinds: Iterable[str], answers: Sequence[str]) -> dict[str, Any]:
    """Return the kind that all answers are of, by the column that says so, where others are in the file.

    Args:
        columns: The columns of the file.
        kinds: The columns that say that rows are of several kinds.
        answers: The columns with the answers to be scored.

    Raises:
        InvalidValueError: If answers of several kinds would be scored as one; lists them.
    """
    found: dict[str, Any] = {}
    for name in kinds:
        if name in answers:
            continue
        answered = np.zeros(len(columns[name]), dtype=np.bool_)
        for answer in answers:
            answered |= ~_blanks(cells_of(columns[answer]))
        codes, labels = coded(Column(cells_of(columns[name])))
        counts = np.bincount(codes[answered] + 1, minlength=len(labels) + 1)[1:].tolist()
        held = {label: count for label, count in zip(labels, counts, strict=True) if count}
        if len(held) > 1:
            listed = ", ".join(f"{label!r} ({count})" for label, count in list(held.items())[:10])
            more = f" and {len(held) - 10} more" if len(held) > 10 else ""
            raise InvalidValueError(
                f"the file holds answers of several kinds, which are no one score: {name} is {listed}{more}; choose "
                f"with where={{{name!r}: {next(iter(held))!r}}}, or name several of them if they ask the same",
                argument="where",
            )
        if len(labels) > 1 and held:
            found[name] = next(iter(held))
    return found


# ---- which rows ----


def _kind_columns(names: Sequence[str], tool: Tool) -> list[str]:
    """Return the columns that say which survey or question a row answers."""
    if tool.kinds:
        return [name for name in tool.kinds if name in names]
    return [name for name in names if bare(name) in _KINDS]


def _says(value: Any, measure: str) -> bool:
    return isinstance(value, str) and _MEASURES[measure].search(value) is not None


def _take_kind(
    chosen: Chosen, columns: Mapping[str, Any], name: str, numbers: NDArray[np.int64], tool: Tool, measure: str
) -> bool:
    """Keep the rows of the one kind that says it is what is measured; return whether several kinds are left."""
    codes, labels = coded(Column(cells_of(columns[name])))
    held = [i for i in np.unique(codes[chosen.kept]).tolist() if i >= 0]
    if not 1 < len(held) <= _MOST:
        return False
    meant = [i for i in held if _MEASURES[measure].search(str(labels[i]))]
    if len(meant) != 1:
        return (
            bool(tool.kinds)
            or bare(name) not in _LOOSE
            or any(pattern.search(str(labels[i])) for i in held for pattern in _MEASURES.values())
        )
    others = chosen.kept & (codes != meant[0])
    kind = labels[meant[0]]
    chosen.meant = True
    chosen.kept &= ~others
    for row in np.flatnonzero(others).tolist():
        cell = None if codes[row] < 0 else labels[codes[row]]
        reason = f"answers something else than {name} {kind!r}: left out"
        chosen.rejected.append(Rejected(int(numbers[row]), name, shown(cell or ""), reason, "left out"))
    chosen.notes.append(
        f"The file holds answers of {len(held)} kinds: those of {name} {kind!r} were taken; choose others with where=."
    )
    return False


def _take_latest(
    chosen: Chosen, columns: Mapping[str, Any], submission: str, tool: Tool, numbers: NDArray[np.int64]
) -> None:
    """Keep the latest row of each submission."""
    codes, _ = coded(Column(cells_of(columns[submission])))
    time = next((name for name in tool.roles.get("time", ()) if name in columns), None)
    rows = np.flatnonzero(chosen.kept & (codes >= 0))
    if time is None:
        moments = np.zeros(len(codes), dtype=np.int64)
    else:
        table = read_times({time: Column(cells_of(columns[time]))}, time_zone=tool.time_zone)
        moments = table[time].values.astype("datetime64[us]").astype(np.int64)  # no time is the earliest
    order = rows[np.lexsort((rows, moments[rows], codes[rows]))]
    earlier = order[:-1][codes[order[:-1]] == codes[order[1:]]]
    if not len(earlier):
        return
    chosen.kept[earlier] = False
    reason = "a later event of the same submission counts: left out"
    cells = cells_of(columns[submission])
    chosen.rejected += [
        Rejected(int(numbers[row]), submission, shown(cells[row]), reason, "left out") for row in np.sort(earlier)
    ]
    chosen.notes.append(
        f"Of several events of one submission the latest counts: {counted(len(earlier), 'event')} left out."
    )


# ---- one question in several columns ----


def _questions(names: Sequence[str], tool: Tool) -> list[str]:
    """Return the columns that may hold one question together."""
    return [name for name in names if tool.question and re.fullmatch(tool.question, name)]


def _merge(chosen: Chosen, columns: Mapping[str, Any], tool: Tool) -> None:
    """Merge the columns of scores of one question, where no row says two different things."""
    found = {name: cells_of(columns[name])[chosen.kept] for name in _questions(list(columns), tool)}
    scores = {name: cells for name, cells in found.items() if is_score(cells)}
    if len(scores) < 2:
        return
    whole: NDArray[Any] | None = None
    for cells in scores.values():
        if whole is None:
            whole = cells.astype(object)
            continue
        empty = _blanks(whole)
        both = ~empty & ~_blanks(cells)
        if any(str(one) != str(other) for one, other in zip(whole[both], cells[both], strict=True)):
            return
        whole = np.where(empty, cells, whole)
    assert whole is not None
    first, counts = next(iter(scores)), {name: len(cells) - _blanks(cells).sum() for name, cells in scores.items()}
    chosen.merged = dict.fromkeys(scores, whole)
    held = ", ".join(f"{name!r} ({counted(counts[name], 'answer')})" for name in scores)
    chosen.notes.append(
        f"Columns {held} hold one question, no row two different answers: they were merged as {first!r}."
    )


def _blanks(cells: NDArray[Any]) -> NDArray[np.bool_]:
    return np.array([cell is None or cell != cell for cell in cells], dtype=np.bool_)


def _column(columns: Mapping[str, Any], name: str, numbers: NDArray[np.int64]) -> Column:
    return Column(cells_of(columns[name]), row_numbers=numbers)

"""Rows that are one response each, to one question: of a file that holds more, those that are meant."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.data import Column, cells_of, coded, holding, shown
from npskit.errors import DataWarning, InvalidTypeError, InvalidValueError, counted, plural, quoted, warn
from npskit.reading.names import resolve
from npskit.reading.response_kinds import has_kinds, kind_columns, kinds_of, says
from npskit.reading.tools import PLAIN, Tool

if TYPE_CHECKING:
    from npskit.reading.file_report import Rejected


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
        merged: Columns of answers that were put together, of several columns or several rows.
        aliases: Those that hold one question, but for the first of them.
        kinds: The columns that still say that rows are of several kinds.
        meant: Whether a column says that all rows that are left answer what is measured.
        notes: What was done, in sentences.
    """

    kept: NDArray[np.bool_]
    rejected: list[Rejected] = attrs.field(factory=list)
    unlisted: int = 0
    merged: dict[str, NDArray[Any]] = attrs.field(factory=dict)
    aliases: list[str] = attrs.field(factory=list)
    kinds: tuple[str, ...] = ()
    meant: bool = False
    notes: list[str] = attrs.field(factory=list)


def telling(names: Sequence[str], tool: Tool, wanted: Wanted) -> dict[str, str]:
    """Return the columns that `choose` looks at, and as what each is to be read."""
    found = [resolve(name, names, "where") for name in wanted.where]
    found += kind_columns(names, tool) if has_kinds(wanted.measure) else []
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
    if has_kinds(wanted.measure):
        telling_columns = kind_columns(list(columns), tool)
        chosen.meant = any(says(given, wanted.measure) for name, given in asked.items() if name in telling_columns)
        several = [name for name in telling_columns if name not in asked]
        if tool.kinds and not set(asked).isdisjoint(tool.kinds):
            several = []  # they all say the same, which was chosen
        chosen.kinds = tuple(
            name for name in several if _take_kind(chosen, columns, name, numbers, tool, wanted.measure)
        )
    submission = next((name for name in tool.submission if name in columns), None)
    filled = {} if submission is None else _take_latest(chosen, columns, submission, tool, numbers)
    chosen.merged = {name: cells[chosen.kept] for name, cells in filled.items()}
    chosen.aliases = _merge(chosen, {**columns, **filled}, tool)
    return chosen


def check_kinds(
    columns: Mapping[str, Any], kinds: Iterable[str], answers: Sequence[str], measure: str
) -> dict[str, Any]:
    """Return the kind that all answers are of, by the column that says so, where others are in the file.

    Args:
        columns: The columns of the file.
        kinds: The columns that say that rows are of several kinds.
        answers: The columns with the answers to be scored.
        measure: The name of the scorer.

    Raises:
        InvalidValueError: If answers of several kinds would be scored as one; lists them.

    Warns:
        DataWarning: If the one kind that they are of says that it is something else than what is measured.
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
            refuse_kinds("the file holds", name, held, f"where={{{name!r}: {next(iter(held))!r}}}")
        warn_of_foreign(name, list(held), measure)
        if len(labels) > 1 and held:
            found[name] = next(iter(held))
    return found


def refuse_kinds(holds: str, name: str, counts: Mapping[Any, Any], how: str) -> NoReturn:
    """Refuse answers of several kinds, listed with how many there are of each.

    Args:
        holds: What holds them.
        name: The column that says so.
        counts: How many answers there are of each kind.
        how: What chooses the first one.

    Raises:
        InvalidValueError: Always.
    """
    listed = ", ".join(f"{label!r} ({count:.0f})" for label, count in list(counts.items())[:10])
    more = f" and {len(counts) - 10} more" if len(counts) > 10 else ""
    raise InvalidValueError(
        f"{holds} answers of several kinds, which are no one score: {name} is {listed}{more}; choose with {how}, or "
        "name several of them if they ask the same",
        argument="where",
    )


def warn_of_foreign(name: str, labels: Sequence[Any], measure: str) -> None:
    """Warn where all answers say that they are something else than what is measured."""
    if len(labels) == 1 and kinds_of(labels, name, PLAIN, measure).foreign:
        warn(f"all answers are of {name} {labels[0]!r}, and are scored as {measure}: is that meant?", DataWarning)


# ---- which rows ----


def _take_kind(
    chosen: Chosen, columns: Mapping[str, Any], name: str, numbers: NDArray[np.int64], tool: Tool, measure: str
) -> bool:
    """Keep the rows of the kinds that are measured, where it is plain which; return whether it is not."""
    from npskit.reading.file_report import Rejected

    codes, labels = coded(Column(cells_of(columns[name])))
    held = [i for i in np.unique(codes[chosen.kept]).tolist() if i >= 0]
    told = kinds_of([labels[i] for i in held], name, tool, measure)
    if not told.taken:
        return told.mixed or told.foreign
    others = chosen.kept & ~np.isin(codes, [i for i in held if labels[i] in told.taken])
    kind = ", ".join(repr(label) for label in told.taken[:5])
    chosen.meant = True
    chosen.kept &= ~others
    for row in np.flatnonzero(others).tolist():
        cell = None if codes[row] < 0 else labels[codes[row]]
        reason = f"answers something else than {name} {kind}: left out"
        chosen.rejected.append(Rejected(int(numbers[row]), name, shown(cell or ""), reason, "left out"))
    chosen.notes.append(
        f"The file holds answers of {len(held)} kinds: those of {name} {kind} were taken; choose others with where=."
    )
    return False


def _take_latest(
    chosen: Chosen, columns: Mapping[str, Any], submission: str, tool: Tool, numbers: NDArray[np.int64]
) -> dict[str, NDArray[Any]]:
    """Keep the latest row of each submission; return the columns of answers, filled with what earlier rows say."""
    from npskit.data import read_times
    from npskit.reading.file_report import Rejected

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
        return {}
    chosen.kept[earlier] = False
    reason = "a later event of the same submission counts: left out"
    cells = cells_of(columns[submission])
    chosen.rejected += [
        Rejected(int(numbers[row]), submission, shown(cells[row]), reason, "left out") for row in np.sort(earlier)
    ]
    chosen.notes.append(
        f"Of several events of one submission the latest counts: {counted(len(earlier), 'event')} left out."
    )
    filled = {}
    for name in _questions(list(columns), tool):
        answers = cells_of(columns[name]).astype(object)
        blank = _blanks(answers)
        for row, following in zip(order[:-1].tolist(), order[1:].tolist(), strict=True):
            if blank[following] and not blank[row] and codes[row] == codes[following]:
                answers[following], blank[following] = answers[row], False
        filled[name] = answers
    return filled


# ---- one question in several columns ----


def _questions(names: Sequence[str], tool: Tool) -> list[str]:
    """Return the columns that may hold one question together."""
    return [name for name in names if tool.question and re.fullmatch(tool.question, name)]


def _merge(chosen: Chosen, columns: Mapping[str, Any], tool: Tool) -> list[str]:
    """Merge the columns of scores of one question, where no row says two different things; return all but the first."""
    from npskit.reading.column_roles import is_score

    found = {name: cells_of(columns[name])[chosen.kept] for name in _questions(list(columns), tool)}
    scores = {name: cells for name, cells in found.items() if is_score(cells)}
    if len(scores) < 2:
        return []
    whole: NDArray[Any] | None = None
    for cells in scores.values():
        if whole is None:
            whole = cells.astype(object)
            continue
        empty = _blanks(whole)
        both = ~empty & ~_blanks(cells)
        if any(str(one) != str(other) for one, other in zip(whole[both], cells[both], strict=True)):
            return []
        whole = np.where(empty, cells, whole)
    assert whole is not None
    first, counts = next(iter(scores)), {name: len(cells) - _blanks(cells).sum() for name, cells in scores.items()}
    chosen.merged |= dict.fromkeys(scores, whole)
    held = ", ".join(f"{name!r} ({counted(counts[name], 'answer')})" for name in scores)
    chosen.notes.append(
        f"Columns {held} hold one question, no row two different answers: they were merged as {first!r}."
    )
    return list(scores)[1:]


def _blanks(cells: NDArray[Any]) -> NDArray[np.bool_]:
    return np.array([cell is None or cell != cell for cell in cells], dtype=np.bool_)


def _column(columns: Mapping[str, Any], name: str, numbers: NDArray[np.int64]) -> Column:
    return Column(cells_of(columns[name]), row_numbers=numbers)

"""Exports with a column for each option of a question: joined as the answer that was given."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.data import NO, RECOMMENDS, YES, parse_answer
from npskit.reading.column_roles import is_score
from npskit.reading.file_report import Columns
from npskit.reading.formats import Read
from npskit.reading.tools import Tool

# A question and one of its options in the name of a column: "Q [10 - likely]", "Q - 10", "10: Q".
_SPILLED = re.compile(r"(?P<question>.+) \[(?P<option>.+)\]", re.DOTALL)
_NAMED = (
    _SPILLED,
    re.compile(r"(?P<question>.+?)(?: - | ?[:>|_] ?)(?P<option>\d{1,2})", re.DOTALL),
    re.compile(r"(?P<option>\d{1,2}) ?[:|] ?(?P<question>.+)", re.DOTALL),
    re.compile(r"(?P<question>)(?P<option>\d{1,2})"),  # a question that is not named
)
_UNNAMED, _COUNT, _TEN = "score", "count", 11
# A scale has so many points at least; where no tool says that options are columns, as many as are usual.
_LEAST, _USUAL = 3, 5
# What stands in the column of an option that was chosen, besides the option itself; and in one that was not.
_CHOSEN = YES | {"1", "x", "✓", "✔", "checked", "selected", "chosen"}
_NOT_CHOSEN = NO | {"0", "unchecked", "not selected"}


def option_columns(names: Sequence[str], tool: Tool) -> dict[str, dict[str, int]]:
    """Return the columns of each question that has one for each point of its scale, and which point that is.

    Example:
        >>> from npskit.reading.tools import find_tool
        >>> option_columns(["Q [1 - bad]", "Q [2]", "Q [3 - good]", "Why [Other]"], find_tool([], "SurveyMonkey"))
        {'Q': {'Q [1 - bad]': 1, 'Q [2]': 2, 'Q [3 - good]': 3}}
        >>> list(option_columns([f"{point}: Recommend us?" for point in range(11)], find_tool([[]])))
        ['Recommend us?']
    """
    found: dict[str, dict[str, int]] = {}
    for name in names:
        match = next(filter(None, (pattern.fullmatch(name) for pattern in _NAMED)), None)
        point = parse_answer(match["option"]) if match else None
        if match and isinstance(point, int):
            found.setdefault(match["question"] or _UNNAMED, {})[name] = point
    return {
        question: points
        for question, points in found.items()
        if question not in names
        and len(points) >= (_LEAST if tool.expands else _USUAL)
        and _are_scale(sorted(points.values()))
        and (tool.expands or _is_meant(question, sorted(points.values())))
    }


def _is_meant(question: str, points: Sequence[int]) -> bool:
    """Whether columns that any tool may have written are those of one question, and not of several things numbered."""
    if list(points) == list(range(_TEN)):
        return True
    return points[0] in (0, 1) and question != _UNNAMED and RECOMMENDS.search(question) is not None


def _are_scale(points: Sequence[int]) -> bool:
    return list(points) == list(range(points[0], points[-1] + 1))


def join_options(read: Read, asked: Sequence[str] | None = None) -> Read:
    """Return what was read with one column for each question that has one for each point of its scale.

    A question of which a row holds several points, or anything but marks, is left as it is; so are all where columns
    were `asked` for by name.
    """
    if asked is not None:
        return read
    columns, notes = read.columns, list(read.notes)
    for question, points in option_columns(list(columns), read.tool).items():
        chosen = [_chosen(columns[name].tolist(), name, anything=read.tool.expands) for name in points]
        marks = [each for each in chosen if each is not None]
        if len(marks) < len(points) or np.sum(marks, axis=0).max(initial=0) > 1:
            counts = [] if read.tool.expands else [_counts(columns[name].tolist()) for name in points]
            others = (cells for name, cells in columns.items() if name not in points)
            if counts and all(counts) and not any(map(is_score, others)):
                return _melted(read, question, points, counts)
            continue
        joined = np.full(len(marks[0]), None, dtype=object)
        for told, point in zip(marks, points.values(), strict=True):
            joined[told] = str(point)
        whole: Columns = {}
        for name, cells in columns.items():
            if name not in points:
                whole[name] = cells
            elif question not in whole:
                whole[question] = joined
        columns = whole
        notes.append(f"{question!r} has a column for each of its {len(points)} options: they were joined.")
    return attrs.evolve(read, columns=columns, notes=notes) if columns is not read.columns else read


def _chosen(cells: Sequence[Any], name: str, *, anything: bool) -> NDArray[np.bool_] | None:
    """Return in which rows an option was chosen; None if its column holds anything but marks.

    Args:
        cells: The column.
        name: Its name, which holds the option; the option itself may stand for a mark.
        anything: Whether any text may.
    """
    texts = [None if cell is None or cell != cell else str(cell).strip().casefold() for cell in cells]
    told = {text for text in texts if text}
    option = next(match["option"] for pattern in _NAMED if (match := pattern.fullmatch(name)))
    point = str(parse_answer(option))
    if not anything and not told <= _CHOSEN | _NOT_CHOSEN | {option.casefold(), point, f"{point}.0", "1.0", "0.0"}:
        return None
    # "0" is the mark of the option 0 only where no other mark says that it was chosen, and some cells are empty
    marks = told - {"0", "0.0"} if len(told) > 1 or point != "0" or None not in texts else told
    blank = _NOT_CHOSEN | {"0.0"}
    return np.array(
        [bool(text) and (text in marks and (text not in blank or text == point)) for text in texts], np.bool_
    )


def _counts(cells: Sequence[Any]) -> list[int]:
    """Return how often an option was chosen in each row; nothing where its column does not say so."""
    numbers = [0 if cell is None or cell != cell else parse_answer(cell) for cell in cells]
    counts = [number for number in numbers if isinstance(number, int) and number >= 0]
    return counts if len(counts) == len(cells) else []


def _melted(read: Read, question: str, points: Mapping[str, int], counts: Sequence[Sequence[int]]) -> Read:
    """Return what was read, of which each row says how often each answer was given, with a row for each answer."""
    rows, size = len(read.numbers), len(points)
    at = np.repeat(np.arange(rows), size)
    columns: Columns = {name: cells[at] for name, cells in read.columns.items() if name not in points}
    count = _COUNT if _COUNT not in columns else f"{_COUNT} of {question}"
    columns[question] = np.tile(np.array(list(map(str, points.values())), dtype=object), rows)
    columns[count] = np.array([str(each) for row in zip(*counts, strict=True) for each in row], dtype=object)
    note = f"Each row says how often each of the {size} answers to {question!r} was given: they were taken as counts."
    return attrs.evolve(
        read, columns=columns, numbers=read.numbers[at], notes=[*read.notes, note], counted=(question, count)
    )

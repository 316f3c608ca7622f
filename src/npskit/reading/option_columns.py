"""Exports with a column for each option of a question: joined as the answer that was given."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs
import numpy as np

from npskit.data import INVALID, parse_answer
from npskit.reading.file_report import Columns
from npskit.reading.formats import Read
from npskit.reading.tools import Tool

_SPILLED = re.compile(r"(.+) \[(.+)\]", re.DOTALL)
# A scale has so many points at least.
_LEAST = 3


def option_columns(names: Sequence[str], tool: Tool) -> dict[str, dict[str, int]]:
    """Return the columns of each question that has one for each point of its scale, and which point that is.

    Example:
        >>> from npskit.reading.tools import find_tool
        >>> option_columns(["Q [1 - bad]", "Q [2]", "Q [3 - good]", "Why [Other]"], find_tool([], "SurveyMonkey"))
        {'Q': {'Q [1 - bad]': 1, 'Q [2]': 2, 'Q [3 - good]': 3}}
    """
    found: dict[str, dict[str, int]] = {}
    for name in names if tool.expands else ():
        match = _SPILLED.fullmatch(name)
        point = parse_answer(match[2]) if match else None
        if match and point is not None and point is not INVALID:
            found.setdefault(match[1], {})[name] = int(point)
    return {
        question: points
        for question, points in found.items()
        if question not in names and len(points) >= _LEAST and _are_scale(sorted(points.values()))
    }


def _are_scale(points: Sequence[int]) -> bool:
    return list(points) == list(range(points[0], points[-1] + 1))


def join_options(read: Read, asked: Sequence[str] | None = None) -> Read:
    """Return what was read with one column for each question that has one for each point of its scale.

    A question of which a row holds several points is left as it is; so are all where columns were `asked` for by name.
    """
    if asked is not None:
        return read
    columns, notes = read.columns, list(read.notes)
    for question, points in option_columns(list(columns), read.tool).items():
        given = np.array([[cell is not None for cell in columns[name]] for name in points], dtype=np.bool_)
        if given.sum(axis=0).max(initial=0) > 1:
            continue
        joined = np.full(given.shape[1], None, dtype=object)
        for told, point in zip(given, points.values(), strict=True):
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

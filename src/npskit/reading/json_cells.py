"""Events whose properties stand as JSON in one cell, as PostHog's do in CSV and Parquet: a column for each answer."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import attrs
import numpy as np

from npskit.reading.api_records import object_in
from npskit.reading.collector import judged
from npskit.reading.file_report import Columns
from npskit.reading.formats import Read, aside_of
from npskit.reading.tools import PLAIN, find_tool

_CELL = "properties"
# The properties that a survey has; an event has many others.
_OF_SURVEYS = "$survey"


def has_json_cells(names: Collection[str]) -> bool:
    """Whether columns may be those of events with their properties in one cell."""
    return _CELL in names and "event" in names


def with_properties(read: Read) -> Read:
    """Return what was read with a column for each property of a survey, as a JSON file of the same events has them."""
    if not has_json_cells(read.columns):
        return read
    cells = [object_in(cell) if isinstance(cell, str) else None for cell in read.columns[_CELL].tolist()]
    names = dict.fromkeys(key for cell in cells if cell is not None for key in cell if key.startswith(_OF_SURVEYS))
    if not names:
        return read
    found: dict[str, list[Any]] = {name: [None if cell is None else cell.get(name) for cell in cells] for name in names}
    columns: Columns = {name: values for name, values in read.columns.items() if name != _CELL}
    columns |= {f"{_CELL}.{name}": _texts(values) for name, values in found.items()}
    tool, numbers, rejected = find_tool([list(columns)]), read.numbers, list(read.rejected)
    aside = aside_of(tool, columns) if read.tool is PLAIN else None
    if aside is not None:
        name, verdict = aside
        refused, kept = judged(columns[name].tolist(), numbers, name, verdict)
        rejected += refused
        columns, numbers = {key: values[kept] for key, values in columns.items()}, numbers[kept]
    return attrs.evolve(
        read,
        columns=columns,
        numbers=numbers,
        rejected=rejected,
        set_aside=read.set_aside + len(rejected) - len(read.rejected),
        tool=tool,
    )


def _texts(values: list[Any]) -> np.ndarray[Any, np.dtype[Any]]:
    """Return values as the texts that a table would hold."""
    texts = np.empty(len(values), dtype=object)
    texts[:] = [None if value is None or value == "" else str(value) for value in values]
    return texts

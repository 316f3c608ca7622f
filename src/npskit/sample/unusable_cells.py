"""Cells of bound columns that could not be used, named by their rows."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from npskit.data import read_times, shown
from npskit.errors import NpskitError
from npskit.reading import Rejected
from npskit.sample.bound import BoundData


def invalid_answers(data: BoundData) -> Iterator[Rejected]:
    """Yield the answers that do not lie on their scale."""
    for name, scale, (_, rows) in zip(data.score, data.codebook.scales, data.answers().invalid(), strict=True):
        values = data.column(name).values
        numbers = rows if data.row_numbers is None else data.row_numbers[rows]
        for row, number in zip(rows.tolist(), numbers.tolist(), strict=True):
            yield Rejected(number, name, shown(values[row]), f"not a whole number on {scale}", "off the scale")


def invalid_times(data: BoundData) -> Iterator[Rejected]:
    """Yield the cells that are no times; of a column that is none of times, whatever needs the time says so."""
    column = data.role("time")
    if column is None:
        return
    with contextlib.suppress(NpskitError):
        name = data.roles["time"]
        for cell in read_times({name: column}, time_zone=data.time_zone, dayfirst=data.dayfirst)[name].rejected:
            yield Rejected(cell.position, name, cell.value, cell.reason, cell.kind)

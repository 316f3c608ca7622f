"""Columns as they are built from the cells of a file."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from npskit.data import NumberedCells
from npskit.reading.collector import _without_last
from npskit.reading.column_builders import TimeBuilder


@pytest.mark.parametrize(
    "written",
    ["2026-01-02", "2026-01-02 10:30:00", "2026-01-02T10:30:00"],
)
def test_what_was_taken_for_times_is_text_again_as_it_was_written(written: str) -> None:
    """A text that is no time may come late in a column."""
    column = TimeBuilder([])
    column.add([written, ""])
    column.add(["soon"])
    assert column.finish().tolist() == [written, None, "soon"]


def test_half_a_cell_is_told_and_missing() -> None:
    """The last cell of a file that was cut off, in either kind of column."""
    for column in (NumberedCells(np.array([0, 1], np.int32), ["10", "9"]), np.array(["10", "9"], object)):
        columns: dict[int, Any] = {3: column}
        assert _without_last(columns, 3) == "9"
        assert [columns[3][row] for row in range(2)] == ["10", None]
        assert _without_last(columns, 3) is None

"""Columns of yes and no."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from npskit.data.answers import parse_answer
from npskit.data.columns import Column
from npskit.data.keys import number
from npskit.data.row_names import refuse_cells

_OTHER = 2


def read_flags(column: Column, name: str) -> NDArray[np.int8]:
    """Return 1 for yes, 0 for no, -1 where nothing is said.

    Yes is True, 1 or a word for it ("yes", "ja", "prawda", ...); so is no.

    Raises:
        InvalidValueError: If a cell is neither; names the rows.

    Example:
        >>> read_flags(Column(np.array(["Yes", "n/a", False, 1, "nie"], dtype=object)), "retained").tolist()
        [1, -1, 0, 1, 0]
    """
    cells = column.filled()
    if cells.dtype.kind == "b":
        return cells.astype(np.int8)
    if cells.dtype.kind in "iuf":
        found = np.where(np.isnan(cells), -1, np.where((cells == 0) | (cells == 1), cells, _OTHER)).astype(np.int8)
    else:
        codes, distinct = number(cells)
        read = [parse_answer(cell, yes_no=True) for cell in distinct]
        table = [-1 if flag is None else int(flag) if flag in (0, 1) else _OTHER for flag in read]
        found = np.array(table, dtype=np.int8)[codes]
    bad = np.flatnonzero(found == _OTHER)
    if bad.size:
        why = "which is neither yes nor no; write true or false, or leave it empty"
        refuse_cells(name, bad, cells[bad[0]], why, column.row_numbers)
    return found

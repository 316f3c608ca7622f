"""Columns of PyArrow become the arrays that its own conversion gives, chunk by chunk and without it."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.data.arrow_arrays import array_of_series

WHOLE = [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint64()]
REAL = [pa.float32(), pa.float64()]
TIMES = [pa.date32(), pa.timestamp("s"), pa.timestamp("ns"), pa.duration("ms"), pa.duration("us")]
CELLS = st.lists(st.none() | st.integers(0, 100), max_size=12)


def chunked(cells: list[Any], kind: pa.DataType, cut: int) -> pa.ChunkedArray:
    """Return cells in two chunks, each of which begins inside its buffer; in none if there are no cells."""
    if not cells:
        return pa.chunked_array([], type=kind)
    parts = (cells[:cut], cells[cut:])
    held = pa.int32() if kind == pa.date32() else pa.int64() if kind in TIMES or kind == pa.bool_() else kind
    return pa.chunked_array([pa.array([0, *part], held).cast(kind).slice(1) for part in parts])


@pytest.mark.parametrize("kind", [*WHOLE, *REAL, *TIMES, pa.bool_()], ids=str)
@given(cells=CELLS, cut=st.integers(0, 12))
def test_as_pyarrow_converts(kind: pa.DataType, cells: list[int | None], cut: int) -> None:
    """The values and the type are the same; among floats NaN stands for what is missing, among times NaT."""
    if kind in WHOLE or kind == pa.bool_():
        cells = [cell for cell in cells if cell is not None]
    series = nw.from_native(chunked(cells, kind, cut), series_only=True)
    theirs, ours = series.to_native().to_numpy(), array_of_series(series)
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(ours, theirs)


def test_what_is_no_number_is_left_to_pyarrow() -> None:
    """Texts, and booleans of which some are missing, come as objects."""
    for cells in (["a", None], [True, None]):
        assert array_of_series(nw.from_native(pa.chunked_array([cells]), series_only=True)).tolist() == cells

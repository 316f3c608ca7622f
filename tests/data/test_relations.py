"""What DuckDB hands over as arrays of NumPy is what it hands over as tables of Arrow."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.data.columns import column_of_series
from npskit.data.engines import fetched

CELLS: dict[str, st.SearchStrategy[Any]] = {
    "TINYINT": st.integers(-128, 127),
    "UBIGINT": st.integers(0, 2**64 - 1),
    "FLOAT": st.floats(width=32),
    "DOUBLE": st.floats(),
    "VARCHAR": st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    "TIMESTAMP": st.datetimes(),
    "DATE": st.dates(),
    "BOOLEAN": st.booleans(),
    "DECIMAL(9, 2)": st.decimals(-1000, 1000, places=2),
    "HUGEINT": st.integers(-(2**100), 2**100),
}


@pytest.mark.parametrize("kind", CELLS)
@settings(max_examples=20)
@given(data=st.data())
def test_arrays_say_what_tables_of_arrow_say(kind: str, data: st.DataObject) -> None:
    """Cells, what is missing, and the type of the array are the same, whichever way a column comes."""
    cells = data.draw(st.lists(st.none() | CELLS[kind], min_size=1, max_size=6))
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t (c0 {kind})")
        connection.executemany("INSERT INTO t VALUES (?)", [(cell,) for cell in cells])
        ours = fetched(nw.from_native(connection.table("t")), ["c0"])["c0"]
        theirs = column_of_series(nw.from_native(connection.table("t")).collect()["c0"])
    assert ours.values.dtype == theirs.values.dtype
    np.testing.assert_array_equal(ours.filled(), theirs.filled())


def test_a_sum_of_whole_numbers_comes_as_a_float() -> None:
    """DuckDB adds them up in 128 bits; a column of the data that has so many is not rounded."""
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t AS SELECT 8::HUGEINT AS n, 2::HUGEINT AS c0")
        rows = connection.table("t")
        assert fetched(nw.from_native(rows.project("n")), ["c0"])["n"].values.tolist() == [8.0]
        assert str(fetched(nw.from_native(rows), ["c0"])["c0"].values[0]) == "2"


def test_days_are_asked_for_as_they_are() -> None:
    """Dates come by way of Arrow, since DuckDB gives NumPy none that lie before its first microsecond."""
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t AS SELECT DATE '2026-03-01' AS c0")
        found = fetched(nw.from_native(connection.table("t")), ["c0"])["c0"]
    assert found.native().tolist() == [dt.date(2026, 3, 1)]

"""A query keeps the rows that memory keeps: those that hold one of some values, and those where nothing is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk

NAN = float("nan")
CONNECTION = duckdb.connect()
CELLS: dict[Any, list[Any]] = {
    pa.float64(): [0.5, -0.0, 2.0, NAN, None, float("inf")],
    pa.float32(): [0.5, 1.5, NAN, None],
    pa.int64(): [1, 2, None],
    pa.string(): ["a", "NaN", "inf", None],
    pa.bool_(): [True, False, None],
}
QUERIES: dict[str, Callable[[pa.Table], Any]] = {
    "Polars": lambda table: pl.DataFrame(table).lazy(),
    "DuckDB": lambda table: CONNECTION.from_arrow(table),
    "Ibis": lambda table: pytest.importorskip("ibis").memtable(table),
    "Dask": lambda table: pytest.importorskip("dask.dataframe").from_pandas(table.to_pandas(), npartitions=2),
}


@pytest.mark.parametrize("name", ["Polars", "DuckDB"])
@given(st.data())
def test_a_query_keeps_what_memory_keeps(name: str, data: st.DataObject) -> None:
    """Whatever is asked for, missing or not, the score is that of the rows in memory, and no row is lost."""
    kind = data.draw(st.sampled_from(list(CELLS)))
    cells = data.draw(st.lists(st.sampled_from(CELLS[kind]), min_size=1, max_size=12))
    wanted = data.draw(st.lists(st.sampled_from(cells), min_size=1, max_size=3))
    table = pa.table({"score": [i % 11 for i in range(len(cells))], "held": pa.array(cells, kind)})
    found = nk.Survey(QUERIES[name](table)).where({"held": wanted}).score()
    assert (
        found.to_dict()
        == nk.Survey({n: table[n].to_pylist() for n in table.column_names}).where({"held": wanted}).score().to_dict()
    )
    assert found.n + found.left_out == len(cells)


@pytest.mark.parametrize("name", QUERIES)
def test_nothing_among_numbers(name: str) -> None:
    """NaN and null are both missing among numbers, where they are asked for and where a small segment is hidden."""
    table = pa.table({"score": [10, 9, 3] + [7] * 40, "held": pa.array([None, NAN, 0.5] + [1.5] * 40)})
    survey = nk.Survey(QUERIES[name](table))
    assert [survey.where({"held": wanted}).score().n for wanted in (None, NAN, [None, 0.5], 0.5)] == [2, 2, 3, 1]
    hidden = survey.hide_below(3, by="held").score(by="held")
    assert sorted(hidden.tally.n.tolist()) == [3, 40]

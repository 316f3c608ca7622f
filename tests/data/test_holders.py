"""One law: the same cells give the same counts, whatever holds them and wherever they are handed in."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npskit as nk
from npskit.data import Frame, read_customers, read_times

Cells = Sequence[int | None]
NEW_POLARS = tuple(map(int, pl.__version__.split(".")[:2])) >= (1, 34)


def texts(cells: Cells) -> list[str | None]:
    """The cells as text."""
    return [None if cell is None else str(cell) for cell in cells]


def decimals(cells: Cells) -> list[Decimal | None]:
    """The cells as decimals."""
    return [None if cell is None else Decimal(cell) for cell in cells]


def floats(cells: Cells) -> list[float]:
    """The cells as floats."""
    return [float("nan") if cell is None else cell for cell in cells]


def filled(cells: Cells) -> list[int]:
    """The cells with an answer where none is."""
    return [9 if cell is None else cell for cell in cells]


def dictionaries(cells: Sequence[Any], kind: pa.DataType) -> pa.ChunkedArray:
    """The cells as numbers of dictionaries, which differ from chunk to chunk."""
    parts = [pa.array(part, kind).dictionary_encode() for part in (cells[:2], cells[2:3], cells[3:])]
    return pa.chunked_array(parts, type=pa.dictionary(pa.int32(), kind))


def nothing_inside(cells: Cells) -> pa.DictionaryArray:
    """The cells as numbers of a dictionary that itself holds what is missing."""
    words = list(dict.fromkeys(texts(cells)))
    return pa.DictionaryArray.from_arrays(
        pa.array([words.index(text) for text in texts(cells)], pa.int8()), pa.array(words)
    )


def halves(cells: Cells) -> pa.ChunkedArray:
    """The cells in two chunks."""
    return pa.chunked_array([cells[: len(cells) // 2], cells[len(cells) // 2 :]], type=pa.int16())


HOLDERS: dict[str, Callable[[Cells], Any]] = {
    "list": list,
    "tuple": tuple,
    "list of texts": texts,
    "list of decimals": decimals,
    "list of pandas' NA": lambda cells: [pd.NA if cell is None else cell for cell in cells],
    "list of NumPy's": lambda cells: [np.float32(cell) for cell in floats(cells)],
    "list of Arrow's": lambda cells: list(pa.array(cells, pa.int8())),
    "objects": lambda cells: np.array(cells, dtype=object),
    "objects of Arrow's": lambda cells: np.fromiter(pa.array(texts(cells), pa.string()), dtype=object),
    "floats": lambda cells: np.array(floats(cells), dtype=">f8"),
    "half floats": lambda cells: np.array(floats(cells), dtype=np.float16),
    "long doubles": lambda cells: np.array(floats(cells), dtype=np.longdouble),
    "strings": lambda cells: np.array([text or "" for text in texts(cells)], dtype=np.dtypes.StringDType()),
    "masked": lambda cells: np.ma.array(filled(cells), mask=[cell is None for cell in cells], dtype=np.int32),
    "pandas": lambda cells: pd.Series(floats(cells), index=range(7, 7 + len(cells)), dtype=np.float64),
    "pandas objects": lambda cells: pd.Series(cells, dtype=object),
    "pandas nullable": lambda cells: pd.Series(cells, dtype="Int8"),
    "pandas array": lambda cells: pd.array(cells, dtype="Int16"),
    "pandas index": lambda cells: pd.Index(floats(cells), dtype=np.float64),
    "pandas text": lambda cells: pd.Series(texts(cells), dtype="string"),
    "pandas categories": lambda cells: pd.Series(pd.Categorical(texts(cells))),
    "pandas categories of numbers": lambda cells: pd.Series(pd.Categorical(list[Any](cells))),
    "pandas arrow": lambda cells: pd.Series(cells, dtype="int64[pyarrow]"),
    "pandas arrow decimals": lambda cells: pd.Series(decimals(cells), dtype=pd.ArrowDtype(pa.decimal128(9, 2))),
    "pandas arrow dictionaries": lambda cells: pd.Series(
        pd.arrays.ArrowExtensionArray(dictionaries(texts(cells), pa.string()))
    ),
    "polars": lambda cells: pl.Series(cells, dtype=pl.Int8),
    "polars floats": lambda cells: pl.Series(floats(cells), dtype=pl.Float32),
    "polars text": lambda cells: pl.Series(texts(cells), dtype=pl.String),
    "polars categories": lambda cells: pl.Series(texts(cells), dtype=pl.Categorical),
    "polars enum": lambda cells: pl.Series(texts(cells), dtype=pl.Enum([str(i) for i in range(-3, 14)])),
    "polars decimals": lambda cells: pl.Series(decimals(cells), dtype=pl.Decimal(9, 2)),
    "polars objects": lambda cells: pl.Series(cells, dtype=pl.Object),
    "arrow": lambda cells: pa.array(cells, pa.int64()),
    "arrow half floats": lambda cells: pa.array([None if c is None else np.float16(c) for c in cells], pa.float16()),
    "arrow decimals": lambda cells: pa.array(decimals(cells), pa.decimal128(9, 2)),
    "arrow large decimals": lambda cells: pa.array(decimals(cells), pa.decimal256(50, 2)),
    "arrow text": lambda cells: pa.array(texts(cells), pa.large_string()),
    "arrow views": lambda cells: pa.array(texts(cells), pa.string_view()),
    "arrow bytes": lambda cells: pa.array([t and t.encode() for t in texts(cells)], pa.binary()),
    "arrow dictionary": lambda cells: pa.array(texts(cells), pa.string()).dictionary_encode(),
    "arrow dictionary with nothing": nothing_inside,
    "arrow dictionary of numbers": lambda cells: dictionaries(cells, pa.int64()),
    "arrow chunks": halves,
    "arrow dictionaries": lambda cells: dictionaries(texts(cells), pa.string()),
}
# Of what has no sign, off the scale are only large answers.
UNSIGNED: dict[str, Callable[[Cells], Any]] = {
    "pandas unsigned": lambda cells: pd.Series(cells, dtype="UInt64"),
    "polars unsigned": lambda cells: pl.Series(cells, dtype=pl.UInt64),
    "arrow unsigned": lambda cells: pa.array(cells, pa.uint8()),
}
if NEW_POLARS:  # older ones have the types and cannot give their cells
    HOLDERS["polars 128 bits"] = lambda cells: pl.Series(cells, dtype=pl.Int128)
# DuckDB has no such types, and says so; older ones crash over dictionaries.
NOT_IN_DUCKDB = {"arrow half floats", "arrow large decimals"}
if tuple(map(int, duckdb.__version__.split(".")[:2])) < (1, 2):
    NOT_IN_DUCKDB |= {name for name in HOLDERS if "dictionar" in name}

Counts = Callable[[Any], Any]


def table_of(column: Any) -> Any:
    """Return a column as a frame of its own library."""
    if isinstance(column, (pa.Array, pa.ChunkedArray)):
        return pa.table({"score": column})
    return pl.DataFrame({"score": column}) if isinstance(column, pl.Series) else pd.DataFrame({"score": column})


ENTRIES: dict[str, Counts] = {
    "nps": lambda column: nk.nps(column).tally,
    "Tally.count": nk.Tally.count,
    "mapping": lambda column: nk.Survey({"score": column}).tally(),
    "mapping by": lambda column: nk.Survey({"score": column, "g": list("ab" * 5)[: len(column)]}).tally("g"),
    "frame": lambda column: nk.Survey(table_of(column)).tally(),
    "frame by": lambda column: nk.Survey(table_of(column)).tally("score"),
    "from a mapping of it": lambda column: nk.nps(Frame({"score": column}).column("score")).tally,
}


def counts_of(tally: nk.Tally) -> tuple[int, ...]:
    """Return what was counted, in all segments: by category, missing, invalid."""
    parts = (tally.counts.reshape(-1, 3).sum(axis=0), tally.missing.sum(), tally.invalid.sum())
    return tuple(np.hstack(parts).astype(int).tolist())


def expected(cells: Cells) -> tuple[int, ...]:
    """Count in plain Python."""
    valid = [cell for cell in cells if cell is not None and 0 <= cell <= 10]
    low, high = sum(cell <= 6 for cell in valid), sum(cell >= 9 for cell in valid)
    missing = cells.count(None)
    return low, len(valid) - low - high, high, missing, len(cells) - len(valid) - missing


@pytest.mark.parametrize("holder", [*HOLDERS, *UNSIGNED])
@settings(max_examples=8)
@given(data=st.data())
def test_the_same_cells_are_the_same_counts(holder: str, data: st.DataObject) -> None:
    """Holders times entries: what a cell is depends on neither."""
    make = {**HOLDERS, **UNSIGNED}[holder]
    cells = data.draw(st.lists(st.none() | st.integers(0 if holder in UNSIGNED else -2, 12), max_size=9))
    for name, count in ENTRIES.items():
        assert counts_of(count(make(cells))) == expected(cells), name
    column = make(cells)
    if isinstance(column, (pa.Array, pa.ChunkedArray)) and holder not in NOT_IN_DUCKDB:
        connection = duckdb.connect()
        relation = connection.from_arrow(pa.table({"score": column}))
        assert counts_of(nk.Survey(relation).tally()) == expected(cells)
    if isinstance(column, pl.Series):
        assert counts_of(nk.Survey(pl.DataFrame({"score": column}).lazy()).tally()) == expected(cells)


@pytest.mark.parametrize("holder", [*HOLDERS, *UNSIGNED])
@settings(max_examples=5)
@given(cells=st.lists(st.none() | st.integers(0, 12), min_size=1, max_size=9))
def test_the_same_cells_are_the_same_segments_customers_and_weights(holder: str, cells: Cells) -> None:
    """A segment, a customer and a weight are what they are in a list; nobody is nobody, each time for himself."""
    make, rows = {**HOLDERS, **UNSIGNED}[holder], list(range(len(cells)))
    survey = nk.Survey({"score": [9] * len(cells), "g": make(cells)})
    found = survey.score(by="g")
    sizes = {None if key is None else int(key): n for (key,), n in zip(found.keys, found.tally.n.tolist(), strict=True)}
    assert sizes == Counter(cells)
    customers = read_customers(make(cells))
    assert {int(each) for each in customers.ids} == {cell for cell in cells if cell is not None}
    assert customers.known.tolist() == [cell is not None for cell in cells]
    assert len(set(customers.numbers.tolist())) == len({cell for cell in cells if cell is not None}) + cells.count(None)
    weighted = nk.Survey({"score": [10, 0] * len(cells), "w": make(filled(cells) * 2), "row": rows * 2}, weight="w")
    assert weighted.tally().weights is not None
    assert weighted.tally().weights.sum() == pytest.approx(2 * sum(filled(cells)))  # type: ignore[union-attr]


ZONE = ZoneInfo("Europe/Warsaw")
TIMES: dict[str, Callable[[Any], Any]] = {
    "list": list,
    "objects": lambda times: np.array(times, dtype=object),
    "pandas": lambda times: pd.Series(times).astype(pd.DatetimeTZDtype("us", "Europe/Warsaw")),
    "pandas arrow": lambda times: pd.Series(
        pd.arrays.ArrowExtensionArray(pa.chunked_array([pa.array(times, pa.timestamp("us", "Europe/Warsaw"))]))
    ),
    "polars": lambda times: pl.Series(times, dtype=pl.Datetime("us", "Europe/Warsaw")),
    "arrow": lambda times: pa.array(times, pa.timestamp("ns", "Europe/Warsaw")),
    "arrow dictionary": lambda times: pa.array(times, pa.timestamp("ms", "Europe/Warsaw")).dictionary_encode(),
    "list of Arrow's": lambda times: list(pa.array(times, pa.timestamp("us", "Europe/Warsaw"))),
}


@pytest.mark.parametrize("holder", TIMES)
def test_times_keep_their_zone(holder: str) -> None:
    """The hour before and after midnight in Warsaw are two days there, and one in UTC, whatever holds them."""
    times = [dt.datetime(2026, 3, 31, 23, 30, tzinfo=ZONE), None, dt.datetime(2026, 4, 1, 0, 30, tzinfo=ZONE)]
    column = Frame({"at": TIMES[holder](times)}).column("at")
    found = read_times({"at": column})["at"]
    assert found.values.astype("M8[m]").astype(str).tolist() == ["2026-03-31T23:30", "NaT", "2026-04-01T00:30"]
    assert found.own_zone == "Europe/Warsaw"
    months = nk.Survey({"score": [9, 9, 3], "at": TIMES[holder](times)}, time="at").timeline(every="month")
    assert months.tally.n.tolist() == [1, 1]

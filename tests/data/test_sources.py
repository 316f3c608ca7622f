"""What may be given as data beside dataframes, and that names and failures of engines are no trap."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Callable
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

import npskit as nk
from npskit.data import Frame
from npskit.data.engines import asking

SCORES = [10, 9, 3, None, 11, 7] * 3
TABLE = pa.table({"score": SCORES, "region": list("NNSSWW") * 3})
CONNECTION = duckdb.connect()
CONNECTION.register("answers", TABLE)


class Stream:
    """What hands over a stream of Arrow and is of no library, as often as it is asked."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.table.__arrow_c_stream__(requested_schema)


SOURCES: dict[str, Callable[[pa.Table], Any]] = {
    "dataset": ds.dataset,
    "scanner": lambda table: ds.dataset(table).scanner(),
    "one-shot scanner": lambda table: ds.Scanner.from_batches(table.to_reader()),
    "reader": lambda table: pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=4)),
    "record batch": lambda table: table.to_batches()[0],
    "stream": Stream,
    "DuckDB result": lambda table: CONNECTION.register("given", table).execute("SELECT * FROM given"),
}


@pytest.fixture(params=SOURCES)
def source(request: pytest.FixtureRequest) -> Callable[[pa.Table], Any]:
    """Make a source of one kind from a table."""
    return SOURCES[request.param]


def test_what_gives_rows_is_data(source: Callable[[pa.Table], Any]) -> None:
    """Whatever hands over Arrow gives the counts of the table, as often as the survey is asked."""
    survey, table = nk.Survey(source(TABLE)), nk.Survey(TABLE)
    for _ in range(2):
        assert survey.tally() == table.tally()
        assert survey.score(by="region").to_dict() == table.score(by="region").to_dict()
    assert survey.columns == ["score", "region"]
    assert [each.value for each in survey.rejected] == ["11"] * 3


@pytest.mark.parametrize("kind", ["one-shot scanner", "reader", "DuckDB result"])
def test_what_is_read_once_is_refused_when_it_is_empty(kind: str) -> None:
    """A second survey of what has been read to its end is refused: it would be one of no answers."""
    given = SOURCES[kind](TABLE)
    assert nk.Survey(given).score().n == 12
    with pytest.raises(nk.NpskitError, match=r"read to its end before|already scanned|was read before"):
        nk.Survey(given)


def test_a_stream_without_rows_is_warned_of() -> None:
    """Somebody else may have read it; an empty one is none the less a survey of no answers."""
    reader = TABLE.to_reader()
    reader.read_all()
    for empty in (reader, Stream(TABLE[:0])):
        with pytest.warns(nk.DataWarning, match="gave no rows"):
            assert nk.Survey(empty).score().n == 0


def test_a_stream_of_no_table_is_refused() -> None:
    """What breaks off while it is read, or is no table, is an error with its cause."""

    def batches() -> Any:
        yield TABLE.to_batches()[0]
        raise OSError("disk on fire")

    broken = pa.RecordBatchReader.from_batches(TABLE.schema, batches())
    with pytest.raises(nk.EngineError, match=r"PyArrow failed at reading the RecordBatchReader .*disk on fire"):
        nk.Survey(broken)
    with pytest.raises(nk.InvalidValueError, match=r"has no result to be read.*con\.sql"):
        nk.Survey(duckdb.connect())


@pytest.mark.parametrize(("absent", "engine"), [((), "DuckDB"), (("duckdb",), "Polars"), (("duckdb", "polars"), "")])
def test_datasets_are_asked_where_something_can_ask(
    monkeypatch: pytest.MonkeyPatch, absent: tuple[str, ...], engine: str
) -> None:
    """A dataset is a query of DuckDB or Polars, whichever there is, and read where there is neither."""
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in absent else found(name))
    frame = Frame(ds.dataset(TABLE))
    assert frame.describe() == (f"{engine} query" if engine else "18 rows")
    assert sorted(frame.distinct(["region"]).counts.tolist()) == [6, 6, 6]


NAMES = [
    *("a.b", "a b", 'q"q', "ap'os", "back`tick", "UPPER", "per%cent", "wh?t", ":colon", "semi;", " lead", "$1"),
    *("é", "[br]", "a\nb", "*", "select", "x{y}", "back\\slash", "^a.*$", "npskit_count", "npskit_weight", "count"),
    *("w", "w2", "bad", "c0", "c1", "c2"),
]
ENGINES: dict[str, Callable[[pa.Table], Any]] = {
    "pandas": lambda table: table.to_pandas(),
    "polars": pl.from_arrow,
    "polars lazy": lambda table: pl.DataFrame(table).lazy(),
    "pyarrow": lambda table: table,
    "duckdb": lambda table: CONNECTION.from_arrow(table),
    "dataset": ds.dataset,
}


def in_ibis(table: pa.Table) -> Any:
    """Return an Ibis table of DuckDB."""
    return pytest.importorskip("ibis").memtable(table)


def in_dask(table: pa.Table) -> Any:
    """Return a Dask frame of two partitions."""
    return pytest.importorskip("dask.dataframe").from_pandas(table.to_pandas(), npartitions=2)


@pytest.mark.parametrize("make", [*ENGINES.values(), in_ibis, in_dask], ids=[*ENGINES, "ibis", "dask"])
@pytest.mark.filterwarnings("ignore::npskit.DataWarning")  # that a column `count` may say how many a row stands for
def test_any_name_is_a_name(make: Callable[[pa.Table], Any]) -> None:
    """A column may be called what it likes: also like what npskit calls its own, or what an engine has a sense for."""
    table = pa.table({name: [9, 9, 10, 3] for name in NAMES} | {"g": ["x", "y", "y", None]})
    slow = make in (in_ibis, in_dask)
    for name, other in list(zip(NAMES, [*NAMES[1:], NAMES[0]], strict=True))[:: 12 if slow else 1]:
        survey = nk.Survey(make(table), score=name, weight=other)
        found = survey.score(by="g")
        assert list(zip(found.keys, found.tally.n.tolist(), strict=True)) == [(("x",), 1), (("y",), 2), ((None,), 1)]
        assert survey.score().value == pytest.approx(100 * (9 + 9 + 10 - 3) / 31)
        assert survey.where({name: 9}).score(by=name).tally.n.tolist() == [2]
        assert survey.column(name).values.tolist() == [9, 9, 10, 3]
    assert survey.columns == [*NAMES, "g"]


def test_a_failing_engine_is_named() -> None:
    """A connection that is closed, and a table that is gone, are errors that say who failed, at what, and why."""
    connection = duckdb.connect()
    connection.execute("CREATE TABLE answers AS SELECT 9 AS score, 'N' AS region")
    survey = nk.Survey(connection.sql("SELECT * FROM answers"))
    assert survey.score().n == 1
    connection.execute("DROP TABLE answers")
    with pytest.raises(nk.EngineError, match=r"DuckDB failed at counting rows by 'region', 'score' \(.*answers"):
        survey.score(by="region")
    other = nk.Survey(connection.sql("SELECT 9 AS score, 'N' AS region"))
    connection.close()
    for ask in (other.score, lambda: other.score(by="region"), lambda: other.where({"region": "N"})):
        with pytest.raises(nk.EngineError, match=r"DuckDB failed at .*onnection"):
            ask()
    with pytest.raises(nk.EngineError, match=r"Polars failed at .*no_such"):
        nk.Survey(pl.LazyFrame({"score": [9]}).with_columns(pl.col("no_such")))
    assert isinstance(nk.EngineError("x"), RuntimeError)


def test_rows_that_cannot_be_taken() -> None:
    """PyArrow takes no rows of some types of its own: where it does not, that is an error of ours."""
    views = pa.table({"score": [10, 9, 3], "region": pa.array(["N", "S", "S"], pa.string_view())})
    assert nk.Survey(views).score().n == 3
    with contextlib.suppress(nk.EngineError):
        assert nk.Survey(views).where({"region": "S"}).score().n == 2


def test_a_program_that_is_stopped_stops() -> None:
    """What is no failure of an engine, such as Ctrl+C, is passed on as it is."""
    with pytest.raises(KeyboardInterrupt), asking("Polars", "counting"):
        raise KeyboardInterrupt


def test_pandas_names_that_are_no_texts() -> None:
    """Columns that pandas numbers stay where they are, beside those with names."""
    survey = nk.Survey(pd.DataFrame({0: [1, 2], "score": [9, 3], "g": ["a", "b"]}))
    assert survey.columns == ["score", "g"]
    assert survey.where({"g": "a"}).score().n == 1

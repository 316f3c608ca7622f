"""Every engine that npskit is tried on: what it needs, how it is started, and how it is given a table."""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import attrs
import pyarrow as pa

from tests.engines.answers import ZONE, small_survey
from tests.engines.servers import PARTITIONS, NotHereError, postgresql, spark

Holder = Callable[[pa.Table], Any]


@attrs.frozen
class Engine:
    """An engine.

    Args:
        name: What it is called in the tests and in the docs.
        opened: Starts it, and gives what puts a table there; at the end it is stopped.
        packages: The modules that it needs.
        here: Whether the rows are in this process, so that nothing is fetched.
        fast: Whether a table is there in milliseconds, so that Hypothesis may make hundreds.
        slow: Whether it takes minutes.
        lacks: Columns of the survey that it cannot hold.
        zone: The zone that it says its times have, where they know theirs.
    """

    name: str
    opened: Callable[[], AbstractContextManager[Holder]]
    packages: tuple[str, ...] = ()
    here: bool = False
    fast: bool = True
    slow: bool = False
    lacks: tuple[str, ...] = ()
    zone: str = ZONE

    @contextmanager
    def started(self) -> Iterator[Running]:
        """Start it.

        Raises:
            NotHereError: If something is missing that it needs.
        """
        missing = [name for name in self.packages if importlib.util.find_spec(name) is None]
        if missing:
            raise NotHereError(f"{self.name} needs {', '.join(missing)}: python -m pip install '.[engines]'")
        with self.opened() as hold:
            yield Running(self, hold)


@attrs.frozen
class Running:
    """An engine that is running."""

    engine: Engine
    _hold: Holder
    _surveys: dict[int, Any] = attrs.field(factory=dict, repr=False)

    def table(self, rows: pa.Table) -> Any:
        """Put a table there, and return it as a user of the engine has it."""
        return self._hold(rows.drop_columns(list(self.engine.lacks)))

    def survey(self, copies: int) -> Any:
        """Return the small survey there; see `small_survey`."""
        if copies not in self._surveys:
            self._surveys[copies] = self.table(small_survey(copies))
        return self._surveys[copies]


_numbers = itertools.count()


def _fresh() -> str:
    """Return the name of a table that there is not yet."""
    return f"answers_{next(_numbers)}"


@contextmanager
def _pandas() -> Iterator[Holder]:
    yield lambda table: table.to_pandas()


@contextmanager
def _polars() -> Iterator[Holder]:
    import polars as pl

    yield pl.DataFrame


@contextmanager
def _polars_lazy() -> Iterator[Holder]:
    import polars as pl

    yield lambda table: pl.LazyFrame(pl.DataFrame(table))


@contextmanager
def _pyarrow() -> Iterator[Holder]:
    yield lambda table: table


@contextmanager
def _duckdb_tables() -> Iterator[tuple[Any, Callable[[pa.Table], str]]]:
    """Open DuckDB, and give its connection with what makes a table of its own there."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"set TimeZone = '{ZONE}'")

        def created(table: pa.Table) -> str:
            name = _fresh()
            connection.register("given", table)
            connection.execute(f"create table {name} as select * from given")
            connection.unregister("given")
            return name

        yield connection, created


@contextmanager
def _duckdb() -> Iterator[Holder]:
    with _duckdb_tables() as (connection, created):
        yield lambda table: connection.table(created(table))


@contextmanager
def _ibis_duckdb() -> Iterator[Holder]:
    import ibis

    with _duckdb_tables() as (connection, created):
        backend = ibis.duckdb.from_connection(connection)
        yield lambda table: backend.table(created(table))


@contextmanager
def _sqlframe() -> Iterator[Holder]:
    from sqlframe.duckdb import DuckDBSession

    with _duckdb_tables() as (connection, created):
        session = DuckDBSession(conn=connection)
        yield lambda table: session.table(created(table))


@contextmanager
def _ibis_sqlite() -> Iterator[Holder]:
    import ibis

    with tempfile.TemporaryDirectory(prefix="npskit-") as folder:
        path = Path(folder) / "survey.db"
        backend = ibis.sqlite.connect(path)

        def hold(table: pa.Table) -> Any:
            name, kinds = _fresh(), {"int64": "bigint", "string": "text", "double": "real", "date32[day]": "date"}
            columns = ", ".join(f"{field.name} {kinds.get(str(field.type), 'timestamp')}" for field in table.schema)
            texts = table.cast(pa.schema((f.name, _as_sqlite_has_it(f.type)) for f in table.schema))
            rows = [tuple(row.values()) for row in texts.to_pylist()]
            with contextlib.closing(sqlite3.connect(path)) as connection, connection:
                connection.execute(f"create table {name} ({columns})")
                connection.executemany(f"insert into {name} values ({', '.join('?' * len(table.schema))})", rows)
            return backend.table(name)

        try:
            yield hold
        finally:
            backend.disconnect()


def _as_sqlite_has_it(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_temporal(kind) else kind


@contextmanager
def _ibis_postgresql() -> Iterator[Holder]:
    import ibis

    with postgresql() as folder:
        backend = ibis.postgres.connect(host=folder, user="postgres", database="postgres")
        try:
            with contextlib.closing(backend.raw_sql(f"set time zone '{ZONE}'")):
                pass
            yield lambda table: backend.create_table(_fresh(), table)
        finally:
            backend.disconnect()


@contextmanager
def _dask() -> Iterator[Holder]:
    import dask
    import dask.dataframe as dd

    with dask.config.set(scheduler="synchronous"):
        yield lambda table: dd.from_pandas(table.to_pandas(), npartitions=PARTITIONS, sort=False)


@contextmanager
def _pyspark() -> Iterator[Holder]:
    with spark() as (session, _):
        yield lambda table: session.createDataFrame(table).repartition(PARTITIONS)


@contextmanager
def _spark_connect() -> Iterator[Holder]:
    from pyspark.sql.connect.session import SparkSession

    with spark() as (_, port):
        session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").create()
        try:
            yield lambda table: session.createDataFrame(table).repartition(PARTITIONS)
        finally:
            session.stop()


ENGINES = {
    engine.name: engine
    for engine in (
        Engine("pandas", _pandas, ("pandas",), here=True),
        Engine("Polars", _polars, ("polars",), here=True),
        Engine("PyArrow", _pyarrow, here=True),
        Engine("Polars lazy", _polars_lazy, ("polars",)),
        Engine("DuckDB", _duckdb, ("duckdb",)),
        Engine("Ibis on DuckDB", _ibis_duckdb, ("duckdb", "ibis"), zone="UTC"),
        Engine("Ibis on SQLite", _ibis_sqlite, ("ibis",), fast=False, lacks=("known",)),
        Engine("Ibis on PostgreSQL", _ibis_postgresql, ("ibis", "psycopg"), fast=False),
        Engine("SQLFrame", _sqlframe, ("duckdb", "sqlframe")),
        Engine("Dask", _dask, ("dask", "pandas"), fast=False),
        Engine("Spark", _pyspark, ("pyspark",), fast=False, slow=True),
        Engine("Spark Connect", _spark_connect, ("pyspark", "grpc", "pandas"), fast=False, slow=True),
    )
}

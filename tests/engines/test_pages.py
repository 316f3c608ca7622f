"""What the pages on warehouses and on many machines say to write runs on the engines, and says what memory says."""

from __future__ import annotations

import contextlib
import importlib.util
import io
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import npskit as nk
from npskit.drivers import Moments
from tests.engines.conftest import ALL_HERE, Start
from tests.engines.engines import Running
from tests.engines.servers import PARTITIONS, NotHereError, postgresql
from tests.test_docs import PAGES, blocks

ROWS = 400


def table() -> pa.Table:
    """Return answers with the columns that the pages name."""
    rng = np.random.default_rng(11)
    days = np.datetime64("2026-01-01") + rng.integers(0, 180, ROWS).astype("m8[D]")
    return pa.table(
        {
            "score": rng.integers(0, 11, ROWS),
            "region": rng.choice(["North", "South"], ROWS),
            "channel": rng.choice(["email", "shop"], ROWS),
            "answered": pa.array(days),
            "customer": rng.integers(0, 90, ROWS),
            "room": rng.integers(1, 6, ROWS).astype(float),
            "staff": rng.integers(1, 6, ROWS).astype(float),
        }
    )


def run(page: str, engine: str, **names: Any) -> tuple[str, dict[str, Any]]:
    """Run the one block of a page that is for an engine; return what it printed, and its names."""
    (block,) = (block for block in blocks(PAGES[page]) if block.options.get("engine") == engine)
    made: dict[str, Any] = {"__name__": "__main__", **names}  # as a script, whose functions travel to the workers
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        exec(compile(block.body, page, "exec"), made)
    return shown.getvalue(), made


def printed(*results: Any) -> str:
    """Return what printing results shows."""
    return "".join(f"{result}\n" for result in results)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Run PostgreSQL with the answers in it, and give the folder of its socket."""
    if missing := [name for name in ("ibis", "psycopg") if importlib.util.find_spec(name) is None]:
        _missing(f"{missing} not installed")
    import psycopg

    with contextlib.ExitStack() as stack:
        try:
            folder = stack.enter_context(postgresql())
        except NotHereError as reason:
            _missing(str(reason))
        with psycopg.connect(host=folder, user="postgres", dbname="postgres") as connection:
            connection.execute(
                "CREATE TABLE answers (score int, region text, channel text, answered date, customer int, "
                "room float, staff float)"
            )
            rows = [tuple(row.values()) for row in table().to_pylist()]
            connection.cursor().executemany("INSERT INTO answers VALUES (%s, %s, %s, %s, %s, %s, %s)", rows)
        yield folder


def _missing(reason: str) -> None:
    (pytest.fail if ALL_HERE else pytest.skip)(reason)


@pytest.fixture(scope="module")
def spark(start: Start) -> Callable[[pa.Table], Any]:
    """Give what makes dataframes in Spark, in several partitions."""
    try:
        running: Running = start("Spark")
    except NotHereError as reason:
        _missing(str(reason))
    return running.table


def test_a_plain_connection_of_postgresql(server: str) -> None:
    """A query with parameters is scored over the connection as its rows are in memory."""
    import psycopg

    rows = table().filter(pa.compute.equal(table()["channel"], "email"))
    whole = nk.Survey(rows, score="score", time="answered", customer="customer")
    with psycopg.connect(host=server, user="postgres", dbname="postgres") as connection:
        shown, _ = run("how-to/warehouse.md", "postgresql", connection=connection)
    assert shown == printed(whole.score(by="region"), whole.timeline("quarter"))


def test_a_table_of_ibis(server: str) -> None:
    """A table of a backend of Ibis is scored as its rows are in memory."""
    import ibis

    warehouse = ibis.postgres.connect(host=server, user="postgres", database="postgres")
    try:
        shown, _ = run("how-to/warehouse.md", "ibis", warehouse=warehouse)
    finally:
        warehouse.disconnect()
    assert shown == printed(nk.Survey(table(), score="score", customer="customer").score(by="region"))


@pytest.mark.slow
def test_a_dataframe_of_spark(spark: Callable[[pa.Table], Any]) -> None:
    """It is scored as its rows are in memory."""
    whole = nk.Survey(table(), score="score", time="answered", customer="customer")
    shown, _ = run("how-to/warehouse.md", "spark", answers=spark(table()))
    assert shown == printed(whole.score(by="region"), whole.timeline("month"))


@pytest.mark.slow
def test_shards_that_executors_of_spark_count(spark: Callable[[pa.Table], Any]) -> None:
    """Each partition becomes one row of JSON; their sums are those of the whole: counts to the bit."""
    answers, rows = spark(table()), table()
    assert answers.rdd.getNumPartitions() == PARTITIONS == 4
    _, found = run("how-to/many-machines.md", "spark", answers=answers)
    assert len(found["shards"]) == PARTITIONS
    assert all(nk.Tally.from_json(shard.tally).n.sum() for shard in found["shards"]), "every partition held rows"
    places = np.where(np.array(rows["region"].to_pylist()) == "South", 1, 0)
    assert found["tally"] == nk.Tally.count(rows["score"], groups=places, n_groups=2)
    whole = Moments.of({name: rows[name].to_numpy() for name in ("room", "staff", "score")})
    assert found["moments"].rows.tolist() == whole.rows.tolist()
    np.testing.assert_allclose(found["moments"].centred(), whole.centred(), rtol=1e-9)
    np.testing.assert_allclose(found["moments"].means(), whole.means(), rtol=1e-12)

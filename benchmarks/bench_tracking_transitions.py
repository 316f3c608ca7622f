"""Steps of the same customers from answer to answer: npskit beside DuckDB, Polars and pandas, all with one matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from benchmarks.harness import US, Case, Run, check
from npskit.scorers import NPS, codebook_of
from npskit.tracking.panel.answer_pairs import pair_steps
from npskit.tracking.panel.count_transitions import transitions

if TYPE_CHECKING:  # only bench runs have it
    from pytest_benchmark.fixture import BenchmarkFixture

LAG = """
SELECT was * 3 + kind AS cell, count(*) AS n
FROM (SELECT kind, lag(kind) OVER (PARTITION BY who ORDER BY time) AS was FROM t)
WHERE was IS NOT NULL
GROUP BY cell
"""


def _answers(fraction: float) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int8]]:
    """Ten answers a customer on average, to the second of five years, in no order; no two of a customer at one time."""
    rng, rows = np.random.default_rng(20260301), int(1e7 * fraction)
    who = rng.integers(0, max(1, rows // 10), rows)
    times = rng.integers(0, 5 * 365 * 86_400, rows)
    # ties are left out by npskit and put into any order by the others: there are none to disagree about
    distinct = np.unique(who << 32 | times)
    rng.shuffle(distinct)
    return distinct >> 32, distinct & (2**32 - 1), rng.integers(0, 3, distinct.size).astype(np.int8)


def _matrix(cells: Any, counts: Any) -> NDArray[np.int64]:
    found = np.zeros(9, np.int64)
    found[np.asarray(cells)] = np.asarray(counts)
    return found.reshape(3, 3)


def _peers(who: NDArray[np.int64], times: NDArray[Any], kinds: NDArray[np.int8]) -> dict[str, Run]:
    columns = {"who": who, "time": times, "kind": kinds}
    polars, frame, connection = pl.DataFrame(columns), pd.DataFrame(columns), duckdb.connect()
    connection.register("t", pa.table(columns))
    step = (pl.col("kind").shift() * 3 + pl.col("kind")).over("who").alias("cell")

    def with_duckdb() -> NDArray[np.int64]:
        return _matrix(*zip(*connection.execute(LAG).fetchall(), strict=True))

    def with_polars() -> NDArray[np.int64]:
        found = polars.lazy().sort("who", "time").select(step).drop_nulls().group_by("cell").len().collect()
        return _matrix(found["cell"], found["len"])

    def with_pandas() -> NDArray[np.int64]:
        ordered = frame.sort_values(["who", "time"])
        was = ordered.groupby("who")["kind"].shift()
        found = (was * 3 + ordered["kind"]).dropna().astype(int).value_counts()
        return _matrix(found.index, found)

    return {"DuckDB lag": with_duckdb, "Polars sort, shift over": with_polars, "pandas sort, shift": with_pandas}


def matrix(fraction: float) -> Mapping[str, Run]:
    who, times, kinds = _answers(fraction)
    return {US: lambda: pair_steps(who, times, kinds, 3).table()} | _peers(who, times, kinds)


def nanoseconds(fraction: float) -> Mapping[str, Run]:
    """The same times as dataframes hold them, in nanoseconds: more bits than there are."""
    who, times, kinds = _answers(fraction)
    dates = times.astype("M8[s]").astype("M8[ns]")
    peers = _peers(who, dates, kinds)
    return {US: lambda: pair_steps(who, dates, kinds, 3).table(), "DuckDB lag": peers["DuckDB lag"]}


def everything(fraction: float) -> Mapping[str, Run]:
    """With the difference, its interval and all the tests, clustered by customer; the peers give the matrix alone."""
    who, times, kinds = _answers(fraction)

    def ours() -> NDArray[np.int64]:
        found = transitions(pair_steps(who, times, kinds, 3), codebook_of(NPS()))
        str(found)
        return found.counts

    return {US: ours, "DuckDB lag": _peers(who, times, kinds)["DuckDB lag"]}


CASES = [
    Case(
        "transitions",
        "10⁷ answers of 10⁶ customers: transition matrix",
        matrix,
        {"DuckDB lag": 1 / 3, "Polars sort, shift over": 1 / 8},
    ),
    Case("transitions-ns", "the same, times in nanoseconds", nanoseconds, {"DuckDB lag": 1 / 3}),
    Case("transitions-all", "the same, with tests and intervals", everything, {}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def bench_tracking_transitions(case: Case, benchmark: BenchmarkFixture, fraction: float) -> None:
    """Everybody agrees, and npskit's time is recorded."""
    contestants = case.make(fraction)
    check(case, contestants)
    benchmark(contestants[US])

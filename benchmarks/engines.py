"""npskit over an engine beside the engine's own query for the same numbers: seconds and memory of whole processes.

`python benchmarks/engines.py` makes a Parquet file of 10 million rows, and asks each question in a process of its own,
imports included, npskit and the query by hand in turn; the best of some rounds is printed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

REGIONS, CUSTOMERS, YEARS, BLOCK = 1_000, 1_000_000, 3, 1_000_000
QUESTIONS = ("score", "region", "region and month", "timeline", "clustered", "latest")
_UNITS = [("a", "score <= 6"), ("b", "score BETWEEN 7 AND 8"), ("c", "score >= 9")]
_PRODUCTS = (("a", "a"), ("a", "b"), ("a", "c"), ("b", "b"), ("b", "c"), ("c", "c"))


def write_answers(path: Path, rows: int) -> None:
    """Write answers with the region, time, month, weight and customer of each, in blocks."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(20260301)
    regions = np.array([f"region {number}" for number in range(REGIONS)])
    start, writer = np.datetime64("2023-01-01", "us"), None
    for first in range(0, rows, BLOCK):
        size = min(BLOCK, rows - first)
        at = start + rng.integers(0, YEARS * 365 * 86_400, size).astype("m8[s]")
        table = pa.table(
            {
                "score": rng.integers(0, 11, size).astype(np.int8),
                "region": pa.array(regions[rng.integers(0, REGIONS, size)]),
                "at": at,
                "month": pa.array(at.astype("M8[M]").astype(str)),
                "weight": rng.random(size) + 0.5,
                "customer": rng.integers(0, CUSTOMERS, size).astype(np.int32),
            }
        )
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _sql(question: str) -> str:
    """Return a question in SQL: for the counts, or the sums, that its results are made of. `at` is a word of SQL."""
    sums = ", ".join(f"sum(CASE WHEN {said} THEN weight ELSE 0 END) {name}" for name, said in _UNITS)
    products = ", ".join(f"sum({x} * {y}) {x}{y}" for x, y in _PRODUCTS)
    return {
        "score": "SELECT score, count(*) n FROM t GROUP BY ALL",
        "region": "SELECT region, score, count(*) n, sum(weight) w, sum(weight * weight) q FROM t GROUP BY ALL",
        "region and month": "SELECT region, month, score, count(*) n FROM t GROUP BY ALL",
        "timeline": "SELECT CAST(moment AS DATE) AS day, score, count(*) n FROM t GROUP BY ALL",
        "clustered": f"WITH u AS (SELECT region, customer, {sums}, count(*) n, sum(weight * weight) q FROM t "
        "GROUP BY ALL)"
        f" SELECT region, sum(a) a, sum(b) b, sum(c) c, {products}, sum(n) n, sum(q) q, count(*) m FROM u GROUP BY ALL",
        "latest": "WITH m AS (SELECT customer, max(moment) AS moment FROM t GROUP BY ALL)"
        " SELECT score, count(*) n FROM t JOIN m USING (customer, moment) GROUP BY ALL",
    }[question]


def by_duckdb(path: str, question: str) -> dict[str, Any]:
    """Ask DuckDB in SQL."""
    import duckdb

    connection = duckdb.connect()
    connection.execute(f'CREATE VIEW t AS SELECT * EXCLUDE ("at"), "at" AS moment FROM read_parquet(\'{path}\')')
    return dict(connection.sql(_sql(question)).fetchnumpy())


def by_polars(path: str, question: str) -> dict[str, Any]:
    """Ask Polars by expressions for the same, of its streaming engine."""
    import polars as pl

    frame, score, weight = pl.scan_parquet(path), pl.col("score"), pl.col("weight")
    count, squares = pl.len().alias("n"), (weight * weight).sum().alias("q")
    if question == "clustered":
        said = {"a": score <= 6, "b": score.is_between(7, 8), "c": score >= 9}
        sums = [weight.filter(which).sum().alias(name) for name, which in said.items()]
        products = [(pl.col(x) * pl.col(y)).sum().alias(x + y) for x, y in _PRODUCTS]
        units = frame.group_by("region", "customer").agg(*sums, squares, count)
        query = units.group_by("region").agg(*products, pl.col("a", "b", "c", "q", "n").sum(), pl.len().alias("m"))
    elif question == "latest":
        latest = frame.group_by("customer").agg(pl.col("at").max())
        query = frame.join(latest, on=["customer", "at"]).group_by("score").agg(count)
    else:
        keys: dict[str, list[Any]] = {
            "score": ["score"],
            "region": ["region", "score"],
            "region and month": ["region", "month", "score"],
            "timeline": [pl.col("at").dt.date().alias("day"), "score"],
        }
        weighed = [weight.sum().alias("w"), squares] if question == "region" else []
        query = frame.group_by(keys[question]).agg(count, *weighed)
    try:
        found = query.collect(engine="streaming")
    except ValueError:  # before Polars 1.23 it is called otherwise
        found = query.collect(streaming=True)  # type: ignore[call-overload]
    return {name: found[name].to_numpy() for name in found.columns}


def by_spark(path: str, question: str) -> dict[str, Any]:
    """Ask Spark in SQL, in this machine's Java."""
    _spark(path).withColumnRenamed("at", "moment").createOrReplaceTempView("t")
    found = _spark_session().sql(_sql(question)).toArrow()
    return {name: np.array(found[name].to_pylist()) for name in found.column_names}


def _spark_session() -> Any:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").config("spark.sql.shuffle.partitions", 4)
    builder = builder.config("spark.ui.enabled", "false").config("spark.driver.host", "127.0.0.1")
    builder = builder.config("spark.log.level", "ERROR").config("spark.ui.showConsoleProgress", "false")
    return builder.getOrCreate()


def _spark(path: str) -> Any:
    return _spark_session().read.parquet(path)


def by_npskit(data: Any, question: str) -> Any:
    """Ask npskit for the score, or the table or timeline of scores, as a person reads it."""
    import npskit as nk

    if question == "score":
        found: Any = nk.Survey(data).score()
    elif question == "region":
        found = nk.Survey(data, weight="weight").score(by="region")
    elif question == "region and month":
        return nk.Survey(data).score(by=["region", "month"])
    elif question == "timeline":
        found = nk.Survey(data, time="at").timeline()
    elif question == "clustered":
        found = nk.Survey(data, weight="weight", customer="customer").score(by="region")
    else:
        found = nk.Survey(data, time="at", customer="customer").score(repeats="latest")
    str(found)
    return found


def npskit_over_duckdb(path: str, question: str) -> Any:
    """Ask npskit over DuckDB."""
    import duckdb

    connection = duckdb.connect()
    return by_npskit(connection.read_parquet(path), question)


def npskit_over_polars(path: str, question: str) -> Any:
    """Ask npskit over a scan of Polars."""
    import polars as pl

    return by_npskit(pl.scan_parquet(path), question)


def npskit_over_spark(path: str, question: str) -> Any:
    """Ask npskit over Spark."""
    return by_npskit(_spark(path), question)


WHO: dict[str, dict[str, Callable[[str, str], Any]]] = {
    "duckdb": {"hand": by_duckdb, "npskit": npskit_over_duckdb},
    "polars": {"hand": by_polars, "npskit": npskit_over_polars},
    "spark": {"hand": by_spark, "npskit": npskit_over_spark},
}


def scores_by_hand(columns: dict[str, Any], question: str) -> dict[Any, float]:
    """Return the scores, by segment or period, that the counts or sums of a query by hand make."""
    names = {"region": ["region"], "region and month": ["region", "month"], "clustered": ["region"]}
    keys = [columns[name].tolist() for name in names.get(question, [])]
    if question == "timeline":
        keys = [columns["day"].astype("M8[M]").astype(str).tolist()]
    if question == "clustered":
        a, b, c = (columns[name] for name in "abc")
        over, under, every = c, a, a + b + c
    else:
        every, answers = columns["w" if question == "region" else "n"], columns["score"]
        over, under = every * (answers >= 9), every * (answers <= 6)
    sums: dict[Any, list[float]] = {}
    for key, *amounts in zip(zip(*keys, strict=True) if keys else [()] * len(every), over, under, every, strict=True):
        held = sums.setdefault(key, [0.0, 0.0, 0.0])
        for i, amount in enumerate(amounts):
            held[i] += float(amount)
    return {key: 100 * (over - under) / every for key, (over, under, every) in sums.items()}


def scores_of_result(result: Any, question: str) -> dict[Any, float]:
    """Return the same from what npskit answers."""
    columns, keys = result.columns(), {"region and month": ["region", "month"], "timeline": ["period"]}
    if question in ("score", "latest"):
        return {(): result.value}
    names = [columns[name] for name in keys.get(question, ["region"])]
    return dict(zip(zip(*names, strict=True), columns["value"], strict=True))


def differences(path: Path, engine: str, question: str) -> list[str]:
    """Return where npskit's scores and those by hand are more than 1e-9 apart."""
    hand, ours = (WHO[engine][who](str(path), question) for who in ("hand", "npskit"))
    theirs, found = scores_by_hand(hand, question), scores_of_result(ours, question)
    apart = [key for key in theirs.keys() & found.keys() if not abs(theirs[key] - found[key]) < 1e-9]
    return [f"{engine}, {question}: {key}" for key in (*apart, *(theirs.keys() ^ found.keys()))]


def fixed_costs(path: Path, rounds: int = 200) -> None:
    """Print how long npskit takes beside the native query on a table of a hundred rows, when everything is loaded."""
    import duckdb
    import pandas as pd
    import polars as pl

    import npskit as nk

    frame, table, connection = pl.read_parquet(path)[:100], pd.read_parquet(path)[:100], duckdb.connect()
    connection.register("given", table)
    connection.execute("CREATE TABLE t AS SELECT * FROM given")
    native: dict[str, tuple[Callable[[], Any], Any]] = {
        "Polars": (lambda: frame.group_by("score").agg(pl.len()), frame),
        "Polars lazy": (lambda: frame.lazy().group_by("score").agg(pl.len()).collect(), frame.lazy()),
        "pandas": (lambda: table.groupby("score").size(), table),
        "DuckDB": (lambda: connection.sql("SELECT score, count(*) FROM t GROUP BY ALL").fetchnumpy(), None),
    }
    print("| a score of 100 rows | native: ms | npskit: ms | over it: ms |\n|---|--:|--:|--:|")
    for name, (ask, data) in native.items():
        took = []
        for _ in range(rounds):
            began = time.perf_counter()
            ask()
            between = time.perf_counter()
            nk.Survey(connection.table("t") if data is None else data).score()
            took.append((between - began, time.perf_counter() - between))
        theirs, ours = (1e3 * float(np.median(column)) for column in zip(*took, strict=True))
        print(f"| {name} | {theirs:.2f} | {ours:.2f} | {ours - theirs:.2f} |", flush=True)


def measured(path: Path, engine: str, who: str, question: str) -> tuple[float, float]:
    """Return the seconds and the peak of memory in MiB of a process that asks one question."""
    command = [sys.executable, "-W", "ignore", __file__, "--path", str(path), "--ask", engine, who, question]
    # as installed, with its bytecode kept
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=kept)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def main() -> None:
    """Measure, and print a Markdown table."""
    parser = argparse.ArgumentParser(description="npskit over an engine beside the engine's own query.")
    parser.add_argument(
        "--rows", type=int, default=10_000_000, help="rows of the file that is made (default 10 million)"
    )
    parser.add_argument(
        "--path", type=Path, help="the file; made if it is not there (default: one that is removed again)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the best counts (default 3)")
    parser.add_argument("--engines", nargs="*", choices=WHO, default=["duckdb", "polars"])
    parser.add_argument("--questions", nargs="*", choices=QUESTIONS, default=list(QUESTIONS))
    parser.add_argument("--ask", nargs=3, help=argparse.SUPPRESS)  # what a process of `measured` is told
    parser.add_argument("--fixed", action="store_true", help="what a call costs on a hundred rows, all being loaded")
    parser.add_argument("--write", action="store_true", help="make the file, and stop")
    options = parser.parse_args()
    if options.write:
        write_answers(options.path, options.rows)
        return
    if options.ask:
        engine, who, question = options.ask
        WHO[engine][who](str(options.path), question)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = options.path or Path(folder, "answers.parquet")
        if not path.exists():
            # in a process of its own: the peak of a process starts at what its parent held
            subprocess.run(
                [sys.executable, __file__, "--path", str(path), "--rows", str(options.rows), "--write"], check=True
            )
        if options.fixed:
            fixed_costs(path)
            return
        print(f"load {os.getloadavg()[0]:.1f}\n")
        print("| question | engine | by hand: s | MiB | npskit: s | MiB | time | memory |")
        print("|---|---|--:|--:|--:|--:|--:|--:|")
        for question in options.questions:
            for engine in options.engines:
                rounds = [
                    {who: measured(path, engine, who, question) for who in WHO[engine]} for _ in range(options.rounds)
                ]
                hand, ours = ([min(found[who][i] for found in rounds) for i in (0, 1)] for who in ("hand", "npskit"))
                shown = f"{hand[0]:.2f} | {hand[1]:.0f} | {ours[0]:.2f} | {ours[1]:.0f}"
                ratios = f"{ours[0] / hand[0]:.2f}× | {ours[1] / hand[1]:.2f}×"
                print(f"| {question} | {engine} | {shown} | {ratios} |", flush=True)


if __name__ == "__main__":
    main()

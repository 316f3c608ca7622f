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


def by_duckdb(path: str, question: str) -> int:
    """Ask DuckDB in SQL for the counts, or the sums, that the results of a question are made of."""
    import duckdb

    sums = ", ".join(f"sum(CASE WHEN {said} THEN weight ELSE 0 END) {name}" for name, said in _UNITS)
    products = ", ".join(f"sum({x} * {y})" for x, y in _PRODUCTS)
    queries = {
        "score": "SELECT score, count(*) FROM t GROUP BY ALL",
        "region": "SELECT region, score, count(*), sum(weight), sum(weight * weight) FROM t GROUP BY ALL",
        "region and month": "SELECT region, month, score, count(*) FROM t GROUP BY ALL",
        "timeline": "SELECT date_trunc('day', \"at\") AS day, score, count(*) FROM t GROUP BY ALL",
        "clustered": f"WITH u AS (SELECT region, customer, {sums}, count(*) n, sum(weight * weight) q FROM t "
        "GROUP BY ALL)"
        f" SELECT region, sum(a), sum(b), sum(c), {products}, sum(n), sum(q), count(*) FROM u GROUP BY ALL",
        "latest": 'WITH m AS (SELECT customer, max("at") AS "at" FROM t GROUP BY ALL)'
        ' SELECT score, count(*) FROM t JOIN m USING (customer, "at") GROUP BY ALL',
    }
    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW t AS SELECT * FROM read_parquet('{path}')")
    return len(next(iter(connection.sql(queries[question]).fetchnumpy().values())))


def by_polars(path: str, question: str) -> int:
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
        query = frame.group_by(keys[question]).agg(count, *([weight.sum(), squares] if question == "region" else []))
    return len(query.collect(engine="streaming"))


def by_npskit(data: Any, question: str) -> int:
    """Ask npskit, over either."""
    import npskit as nk

    if question == "score":
        return len(str(nk.Survey(data).score()))
    if question == "region":
        return len(nk.Survey(data, weight="weight").score(by="region"))
    if question == "region and month":
        return len(nk.Survey(data).score(by=["region", "month"]))
    if question == "timeline":
        return len(str(nk.Survey(data, time="at").timeline()))
    if question == "clustered":
        return len(nk.Survey(data, weight="weight", customer="customer").score(by="region"))
    return len(str(nk.Survey(data, time="at", customer="customer").score(repeats="latest")))


def npskit_over_duckdb(path: str, question: str) -> int:
    """Ask npskit over DuckDB."""
    import duckdb

    connection = duckdb.connect()
    return by_npskit(connection.read_parquet(path), question)


def npskit_over_polars(path: str, question: str) -> int:
    """Ask npskit over a scan of Polars."""
    import polars as pl

    return by_npskit(pl.scan_parquet(path), question)


WHO: dict[str, dict[str, Callable[[str, str], int]]] = {
    "duckdb": {"hand": by_duckdb, "npskit": npskit_over_duckdb},
    "polars": {"hand": by_polars, "npskit": npskit_over_polars},
}


def measured(path: Path, engine: str, who: str, question: str) -> tuple[float, float]:
    """Return the seconds and the peak of memory in MiB of a process that asks one question."""
    command = [sys.executable, "-W", "ignore", __file__, "--path", str(path), "--ask", engine, who, question]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
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
    parser.add_argument("--engines", nargs="*", choices=WHO, default=list(WHO))
    parser.add_argument("--questions", nargs="*", choices=QUESTIONS, default=list(QUESTIONS))
    parser.add_argument("--ask", nargs=3, help=argparse.SUPPRESS)  # what a process of `measured` is told
    parser.add_argument("--write", action="store_true", help="make the file, and stop")
    options = parser.parse_args()
    if options.write:
        write_answers(options.path, options.rows)
        return
    if options.ask:
        engine, who, question = options.ask
        print(WHO[engine][who](str(options.path), question))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = options.path or Path(folder, "answers.parquet")
        if not path.exists():
            # in a process of its own: the peak of a process starts at what its parent held
            subprocess.run(
                [sys.executable, __file__, "--path", str(path), "--rows", str(options.rows), "--write"], check=True
            )
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

"""Counting: npskit beside a C loop, AVX2 by hand, NumPy, Polars, pandas and DuckDB, all giving the same counts."""

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

from benchmarks import yardsticks
from benchmarks.harness import US, Case, Run, check
from npskit.counting import tabulate
from npskit.data.keys import factorize
from npskit.scorers.base import codebook_of
from npskit.scorers.nps import NPS

if TYPE_CHECKING:  # only bench runs have it
    from pytest_benchmark.fixture import BenchmarkFixture

BOOK = codebook_of(NPS())
C = "C loop"
AVX2 = "AVX2 by hand"
# Validates nothing: what stands in many notebooks. Its answer is the same only because the data are clean.
ONE_LINER = "NumPy one-liner"
PANDAS_ONE_LINER = "pandas one-liner"
# About what the answers to a survey look like.
SHARES = np.array([3, 1, 1, 2, 2, 5, 6, 12, 20, 18, 30]) / 100


def _rng() -> np.random.Generator:
    return np.random.default_rng(20260301)


def _answers(rows: int, dtype: type[np.generic] = np.int8) -> NDArray[Any]:
    cells = np.arange(11).repeat(np.round(SHARES * 1000).astype(int)).astype(dtype)
    answers = np.empty(rows, dtype)
    # In blocks: the indices of 10⁸ answers would take 800 MB.
    rng, block = _rng(), 1 << 20
    for start in range(0, rows, block):
        part = answers[start : start + block]
        part[:] = cells[rng.integers(0, cells.size, part.size)]
    return answers


def _nps(counts: list[int]) -> float:
    return 100 * (counts[2] - counts[0]) / sum(counts[:3])


def _ours(answers: Any) -> list[int]:
    found = tabulate([answers], BOOK)
    answered, rest = found.cells[:-2], found.cells[-2:]
    counts = np.bincount(BOOK.grid, answered, 3) if found.by_answer else answered
    return [*(int(c) for c in counts), *rest.tolist()]


def _polars(frame: pl.DataFrame) -> list[int]:
    s = pl.col("s")
    missing = s.is_nan() if frame["s"].dtype == pl.Float64 else s.is_null()
    whole = s.floor() == s if frame["s"].dtype == pl.Float64 else pl.lit(True)
    d, p, r = (s.is_between(*ends) & whole for ends in ((0, 6), (7, 8), (9, 10)))
    found = frame.lazy().select(d=d.sum(), p=p.sum(), r=r.sum(), m=missing.sum(), n=pl.len()).collect().row(0)
    return [*found[:4], found[4] - sum(found[:4])]


def _duckdb(connection: duckdb.DuckDBPyConnection, is_float: bool) -> list[int]:
    missing = "isnan(s)" if is_float else "s IS NULL"
    whole = "AND floor(s) = s" if is_float else ""
    ends = ((0, 6), (7, 8), (9, 10))
    kinds = ", ".join(f"count(*) FILTER (s BETWEEN {low} AND {high} {whole})" for low, high in ends)
    found = connection.execute(f"SELECT {kinds}, count(*) FILTER ({missing}), count(*) FROM t").fetchone()
    assert found is not None
    return [*found[:4], found[4] - sum(found[:4])]


def _connected(**columns: NDArray[Any]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.register("t", pa.table({name: pa.array(values) for name, values in columns.items()}))
    return connection


def _one_sample(answers: NDArray[Any]) -> dict[str, Run]:
    """Everybody on one column."""
    is_float = answers.dtype.kind == "f"
    frame, connection, series = pl.DataFrame({"s": answers}), _connected(s=answers), pd.Series(answers)
    expected = _ours(answers)

    # The one-liners only have a score: it must be the right one, and what is returned is what it was compared with.
    def scored(score: float) -> list[int]:
        assert abs(score - _nps(expected)) < 1e-9, (score, _nps(expected))
        return expected

    def one_liner() -> list[int]:
        n = np.count_nonzero(~np.isnan(answers)) if is_float else answers.size
        return scored(100 * float((answers >= 9).sum() - (answers <= 6).sum()) / n)

    def pandas_one_liner() -> list[int]:
        n = int(series.count()) if is_float else series.size
        return scored(100 * float((series >= 9).sum() - (series <= 6).sum()) / n)

    contestants: dict[str, Run] = {US: lambda: _ours(answers)}
    loops = yardsticks.load()
    if loops is not None:
        contestants[C] = lambda: loops.count(f"plain_{answers.dtype}", answers)
        if loops.has_avx2 and answers.dtype != np.int64:
            contestants[AVX2] = lambda: loops.count(f"avx2_{answers.dtype}", answers)
    return contestants | {
        ONE_LINER: one_liner,
        PANDAS_ONE_LINER: pandas_one_liner,
        "Polars": lambda: _polars(frame),
        "DuckDB": lambda: _duckdb(connection, is_float),
    }


def int8(fraction: float) -> Mapping[str, Run]:
    return _one_sample(_answers(int(1e8 * fraction)))


def int64(fraction: float) -> Mapping[str, Run]:
    return _one_sample(_answers(int(5e7 * fraction), np.int64))


def float64(fraction: float) -> Mapping[str, Run]:
    answers = _answers(int(5e7 * fraction), np.float64)
    answers[_rng().integers(0, answers.size, answers.size // 50)] = np.nan
    return _one_sample(answers)


def distribution(fraction: float) -> Mapping[str, Run]:
    answers = _answers(int(1e8 * fraction))
    frame, series = pl.DataFrame({"s": answers}), pd.Series(answers)
    return {
        US: lambda: tabulate([answers], BOOK, distribution=True).cells[:-2],
        "np.bincount": lambda: np.bincount(answers, minlength=11),
        "Polars": lambda: frame.group_by("s").len().sort("s")["len"].to_numpy(),
        "pandas": lambda: series.value_counts().sort_index().to_numpy(),
    }


def _grouped(n_groups: int, fraction: float) -> Mapping[str, Run]:
    answers = _answers(int(1e7 * fraction))
    groups = _rng().integers(0, n_groups, answers.size).astype(np.int32)
    frame = pl.DataFrame({"g": groups, "s": answers})
    pandas, connection = pd.DataFrame({"g": groups, "s": answers}), _connected(g=groups, s=answers)
    by_answer = tabulate([answers], BOOK, groups=groups, n_groups=n_groups).by_answer

    def ours(distribution: bool | None) -> Run:
        return lambda: tabulate([answers], BOOK, groups=groups, n_groups=n_groups, distribution=distribution).cells[
            :, :-2
        ]

    # What is timed ends at each library's own table; `spread` puts those beside each other, once.
    def spread(g: NDArray[Any], s: NDArray[Any], n: NDArray[Any]) -> NDArray[np.int64]:
        cells = np.zeros((n_groups, 11), np.int64)
        cells[g, s] = n
        return cells if by_answer else np.stack([cells[:, BOOK.grid == k].sum(1) for k in range(3)], 1)

    checked: set[str] = set()
    expected = ours(None)()

    def once(name: str, table: Any, columns: Any) -> Any:
        if name not in checked:
            checked.add(name)
            np.testing.assert_array_equal(spread(*columns(table)), expected)
        return expected

    def arrow() -> Any:
        found = connection.sql("SELECT g, s, count(*) AS n FROM t GROUP BY g, s").to_arrow_table()
        return once("DuckDB", found, lambda t: [t[c].to_numpy() for c in ("g", "s", "n")])

    def polars() -> Any:
        found = frame.group_by("g", "s").len()
        return once("Polars", found, lambda t: [t[c].to_numpy() for c in ("g", "s", "len")])

    def with_pandas() -> Any:
        found = pandas.groupby(["g", "s"]).size()
        levels = [found.index.get_level_values(i).to_numpy() for i in (0, 1)] if "pandas" not in checked else []
        return once("pandas", found, lambda t: [*levels, t.to_numpy()])

    contestants: dict[str, Run] = {US: ours(None)}
    loops = yardsticks.load()
    if loops is not None:

        def c_loop() -> Any:
            cells = loops.groups(answers, groups, n_groups)
            return once(C, cells, lambda t: [*np.indices((n_groups, 11)), t[:, :11]])

        contestants[C] = c_loop
    return contestants | {"Polars": polars, "DuckDB": arrow, "pandas": with_pandas}


def text_keys(fraction: float) -> Mapping[str, Run]:
    names = np.array([f"store {i:04d}" for i in range(1000)], dtype=object)
    keys = names[_rng().integers(0, names.size, int(1e7 * fraction))]
    return {
        US: lambda: factorize(keys)[0],
        "pandas.factorize": lambda: pd.factorize(keys, sort=True)[0],
    }


def weights(fraction: float) -> Mapping[str, Run]:
    answers = _answers(int(1e7 * fraction))
    w = _rng().gamma(2.0, size=answers.size)
    frame, pandas = pl.DataFrame({"s": answers, "w": w}), pd.DataFrame({"s": answers, "w": w})
    connection = _connected(s=answers, w=w)
    columns = [pl.col("w").sum().alias("sw"), (pl.col("w") ** 2).sum().alias("sw2")]
    query = "SELECT sum(w), sum(w * w) FROM t GROUP BY s ORDER BY s"

    def ours() -> Any:
        found = tabulate([answers], BOOK, weights=w)
        return [each[:-2] for each in (found.weights, found.squares) if each is not None]

    def with_pandas() -> Any:
        found = pandas.assign(w2=pandas["w"] ** 2).groupby("s")[["w", "w2"]].sum()
        return found.to_numpy().T

    contestants: dict[str, Run] = {US: ours}
    loops = yardsticks.load()
    if loops is not None:
        contestants[C] = lambda: loops.weights(answers, w)
    return contestants | {
        "Polars": lambda: frame.group_by("s").agg(columns).sort("s").select("sw", "sw2").to_numpy().T,
        "DuckDB": lambda: np.array(connection.execute(query).fetchall()).T,
        "pandas": with_pandas,
    }


def _repeated(run: Run, times: int) -> Run:
    def repeated() -> Any:
        for _ in range(times - 1):
            run()
        return run()

    return repeated


def ten(fraction: float) -> Mapping[str, Run]:
    """A thousand times ten answers, so that the milliseconds read as microseconds each."""
    answers = [10, 9, 7, 3, 8, 10, 10, 0, 5, 9]

    def ours() -> float:
        cells = tabulate([answers], BOOK).cells[:-2]
        return float(100 * (cells[9:].sum() - cells[:7].sum()) / cells.sum())

    def one_liner() -> float:
        a = np.asarray(answers)
        return float(100 * ((a >= 9).mean() - (a <= 6).mean()))

    def pandas_one_liner() -> float:
        s = pd.Series(answers)
        return float(100 * ((s >= 9).mean() - (s <= 6).mean()))

    def polars() -> float:
        s = pl.Series(answers)
        return 100 * (int((s >= 9).sum()) - int((s <= 6).sum())) / s.len()

    runs = {US: ours, ONE_LINER: one_liner, PANDAS_ONE_LINER: pandas_one_liner, "Polars": polars}
    return {name: _repeated(run, 1000) for name, run in runs.items()}


def python_list(fraction: float) -> Mapping[str, Run]:
    array = _answers(int(1e5 * fraction))
    answers = array.tolist()
    expected = np.bincount(array, minlength=11)

    def asarray() -> Any:
        np.asarray(answers)
        return expected

    return {
        US: _repeated(lambda: tabulate([answers], BOOK).cells[:-2], 10),
        "np.asarray alone": _repeated(asarray, 10),
        "np.asarray, bincount": _repeated(lambda: np.bincount(np.asarray(answers), minlength=11), 10),
    }


GROUPED = {C: 3.0, "Polars": 1 / 2.5}
CASES = [
    Case("int8", "10⁸ int8", int8, {C: 1.1, PANDAS_ONE_LINER: 1 / 4, "Polars": 1.0}),
    Case("int64", "5·10⁷ int64", int64, {C: 2.0}),
    Case("float64", "5·10⁷ float64, 2 % NaN", float64, {AVX2: 3.0, ONE_LINER: 1 / 2}),
    Case("distribution", "10⁸ int8, every answer 0..10", distribution, {}),
    Case("groups-1e3", "10⁷ in 10³ groups", lambda f: _grouped(1_000, f), GROUPED | {"pandas": 1 / 8}),
    Case("groups-1e5", "10⁷ in 10⁵ groups", lambda f: _grouped(100_000, f), GROUPED),
    Case("groups-1e6", "10⁷ in 10⁶ groups", lambda f: _grouped(1_000_000, f), GROUPED),
    Case("text", "10⁷ text keys, 1,000 distinct", text_keys, {"pandas.factorize": 1.5}),
    Case("weights", "10⁷ weighted: Σw, Σw² per answer", weights, {C: 3.0, "Polars": 1.0}),
    Case("ten", "1,000 times a list of ten", ten, {ONE_LINER: 3.0}),
    Case("list", "10 times a list of 10⁵", python_list, {"np.asarray alone": 1.5}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def bench_counting(case: Case, benchmark: BenchmarkFixture, fraction: float) -> None:
    """Everybody agrees, and npskit's time is recorded."""
    contestants = case.make(fraction)
    check(case, contestants)
    benchmark(contestants[US])

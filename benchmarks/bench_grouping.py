"""Counting by region and month, which are text, in memory: npskit over a dataframe beside its own library's group-by.

What npskit returns is a table of scores, with 36,000 names and the answers of each by category; a library's counts by
region, month and answer are the least that such scores could be made of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from benchmarks.harness import US, Case, Run, check
from npskit import Survey

if TYPE_CHECKING:  # only bench runs have it
    from pytest_benchmark.fixture import BenchmarkFixture

REGIONS, MONTHS, KEYS = 1_000, 36, ["region", "month"]
PANDAS = "groupby(observed=True, sort=False).size()"
POLARS, STREAMING = "group_by().agg(pl.len())", "the same, by the streaming engine"
PYARROW = "Table.group_by().aggregate()"


def _table(fraction: float) -> pa.Table:
    rows, rng = int(1e7 * fraction), np.random.default_rng(20260301)
    regions = pa.array([f"region {number}" for number in range(REGIONS)])
    months = pa.array(np.arange("2023-01", "2026-01", dtype="M8[M]").astype(str).tolist())
    return pa.table(
        {
            "score": rng.integers(0, 11, rows).astype(np.int8),
            "region": regions.take(pa.array(rng.integers(0, REGIONS, rows))),
            "month": months.take(pa.array(rng.integers(0, MONTHS, rows))),
        }
    )


def _spread(regions: Any, months: Any, answers: Any, n: Any) -> NDArray[np.int64]:
    """Return counts of promoters, passives and detractors by region and month, in order of their names."""
    names = [np.asarray(each, dtype=object).astype(str) for each in (regions, months)]
    regions, months = (np.unique(each, return_inverse=True)[1] for each in names)
    found = np.zeros((REGIONS, MONTHS, 11), np.int64)
    found[regions, months, np.asarray(answers)] = np.asarray(n)
    return np.stack([part.sum(axis=-1) for part in np.split(found, (7, 9), axis=-1)], axis=-1)


def _contestants(frame: Any, groups: Mapping[str, Callable[[], Any]], columns: Callable[[Any], Any]) -> dict[str, Run]:
    """Return npskit over a dataframe, and its library's group-bys; what is timed ends at the table of each."""
    seen: dict[str, Any] = {}

    def once(name: str, found: Any, spread: Callable[[Any], Any]) -> Any:
        if name not in seen:
            seen[name] = spread(found)
        return seen[name]

    def of_scores(found: Any) -> Any:
        regions, months = zip(*found.keys, strict=True)
        lowest = ((0, 0), (1, 7), (2, 9))  # the lowest answer of each category
        parts = [_spread(regions, months, np.full(len(regions), low), found.counts[:, k]) for k, low in lowest]
        return np.sum(parts, axis=0)

    def beside(name: str, group: Callable[[], Any]) -> Run:
        return lambda: once(name, group(), lambda found: _spread(*columns(found)))

    ours: dict[str, Run] = {US: lambda: once(US, Survey(frame).score(by=KEYS), of_scores)}
    return ours | {name: beside(name, group) for name, group in groups.items()}


def in_pandas(fraction: float) -> Mapping[str, Run]:
    return _pandas(_table(fraction).to_pandas())


def in_pandas_categories(fraction: float) -> Mapping[str, Run]:
    return _pandas(_table(fraction).to_pandas().astype(dict.fromkeys(KEYS, "category")))


def _pandas(frame: pd.DataFrame) -> Mapping[str, Run]:
    def columns(found: Any) -> Any:
        return *(found.index.get_level_values(level) for level in range(3)), found

    groups = [*KEYS, "score"]
    return _contestants(frame, {PANDAS: lambda: frame.groupby(groups, observed=True, sort=False).size()}, columns)


def in_polars(fraction: float) -> Mapping[str, Run]:
    return _polars(pl.DataFrame(_table(fraction)))


def in_polars_categories(fraction: float) -> Mapping[str, Run]:
    return _polars(pl.DataFrame(_table(fraction)).with_columns(pl.col(KEYS).cast(pl.Categorical)))


def _polars(frame: pl.DataFrame) -> Mapping[str, Run]:
    query = frame.lazy().group_by(*KEYS, "score").agg(pl.len())
    groups = {
        POLARS: lambda: frame.group_by(*KEYS, "score").agg(pl.len()),
        STREAMING: lambda: query.collect(engine="streaming"),
    }
    return _contestants(frame, groups, lambda found: found.get_columns())


def in_pyarrow(fraction: float) -> Mapping[str, Run]:
    return _pyarrow(_table(fraction))


def in_pyarrow_dictionaries(fraction: float) -> Mapping[str, Run]:
    table = _table(fraction)
    for place, key in enumerate(KEYS, 1):
        table = table.set_column(place, key, table[key].dictionary_encode())
    return _pyarrow(table)


def _pyarrow(table: pa.Table) -> Mapping[str, Run]:
    def columns(found: Any) -> Any:
        return [found[each].to_pylist() for each in (*KEYS, "score", "count_all")]

    groups = {PYARROW: lambda: table.group_by([*KEYS, "score"]).aggregate([([], "count_all")])}
    return _contestants(table, groups, columns)


_WHAT = "10⁷ answers by 1,000 regions and 36 months"
_MAKERS = {
    "group-pandas": ("pandas", in_pandas),
    "group-pandas-cat": ("categories of pandas", in_pandas_categories),
    "group-polars": ("Polars", in_polars),
    "group-polars-cat": ("categories of Polars", in_polars_categories),
    "group-pyarrow": ("PyArrow", in_pyarrow),
    "group-pyarrow-cat": ("dictionaries of PyArrow", in_pyarrow_dictionaries),
}


CASES = [
    Case(name, f"{_WHAT}, {held}", make, dict.fromkeys((PANDAS, POLARS, STREAMING, PYARROW), 1.0))
    for name, (held, make) in _MAKERS.items()
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def bench_grouping(case: Case, benchmark: BenchmarkFixture, fraction: float) -> None:
    """Npskit's own time; that everybody gives the same counts is checked first."""
    contestants = case.make(fraction)
    check(case, contestants)
    benchmark(contestants[US])

"""Timelines: npskit beside a C loop, NumPy, Polars and pandas, from 10⁷ answers with their times, in no order."""

from __future__ import annotations

import ctypes
import functools
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.typing import NDArray

from benchmarks.harness import US, Case, Run, check
from npskit.arrays import Times
from npskit.counting import CodedAnswers
from npskit.sample import Places, Sample
from npskit.scorers import NPS, codebook_of
from npskit.tracking.timeline import Window, timeline_of_sample

if TYPE_CHECKING:  # only bench runs have it
    from pytest_benchmark.fixture import BenchmarkFixture

ROWS, YEARS = 1e7, 3
DAY = 86_400_000_000
WINDOW = 30
FIRST = np.datetime64("2023-01-01", "us")
C = "C loop"
TOLD = "C loop, told the first day"
NUMPY = "NumPy, blocked bincount"
BLOCK = 1 << 17

Answers = NDArray[np.int8]


def _data(fraction: float) -> tuple[Times, Answers]:
    """Times in no order, over three years of which every day has answers, and answers."""
    rng = np.random.default_rng(20260301)
    rows = int(ROWS * fraction)
    days = YEARS * 365
    times = FIRST + rng.integers(0, days * DAY, rows).astype("m8[us]")
    times[:days] = FIRST + (np.arange(days) * DAY).astype("m8[us]")
    return times, rng.integers(0, 11, rows, dtype=np.int8)


@functools.cache
def _loops() -> dict[str, Callable[[Times, Answers], NDArray[np.int64]]]:
    """Compile the loops, once; none where there is no gcc."""
    gcc = shutil.which("gcc")
    if gcc is None:
        return {}
    source = Path(__file__).with_name("yardstick_days.c")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "yardstick.so"
        command = [gcc, "-O3", "-shared", "-fPIC", str(source), "-o", str(target)]
        subprocess.run(command, check=True, capture_output=True)
        library = ctypes.CDLL(str(target))

    def days(times: Times, answers: Answers, *, told: bool) -> NDArray[np.int64]:
        cells = np.zeros((YEARS * 365, 12), np.int64)
        arrays = [ctypes.c_void_p(a.ctypes.data) for a in (answers, times, cells)]
        rows = ctypes.c_size_t(times.size)
        if told:
            library.told_days(*arrays[:2], rows, ctypes.c_int64(int(FIRST.astype(np.int64))), arrays[2])
        else:
            library.plain_days(*arrays[:2], rows, ctypes.c_size_t(len(cells)), arrays[2])
        return cells[:, :11]

    return {C: functools.partial(days, told=False), TOLD: functools.partial(days, told=True)}


def _blocked(times: Times, answers: Answers) -> NDArray[np.int64]:
    """The table of answers by day as one would write it in NumPy: in blocks, nothing validated."""
    moments, size = times.view(np.int64), YEARS * 365 * 11
    first, total = int(moments.min()) // DAY, np.zeros(size, np.int64)
    key = np.empty(BLOCK, np.int64)
    for start in range(0, times.size, BLOCK):
        block = moments[start : start + BLOCK]
        part = key[: block.size]
        np.floor_divide(block, DAY, out=part)
        part -= first
        part *= 11
        part += answers[start : start + BLOCK]
        total += np.bincount(part, minlength=size)
    return total.reshape(-1, 11)


def _timeline(times: Times, answers: Answers, every: str, window: str | None = None) -> NDArray[np.float64]:
    sample = Sample(CodedAnswers([answers], codebook_of(NPS())))
    whole = Places(np.zeros(len(answers), np.intp), 1), ((),)
    return timeline_of_sample(sample, times, whole, every=every, window=Window.of(window, None)).values


def _score(cells: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(100 * (cells[..., 9:].sum(-1) - cells[..., :7].sum(-1)) / cells.sum(-1))


def _polars_score() -> pl.Expr:
    return 100 * ((pl.col("s") >= 9).mean() - (pl.col("s") <= 6).mean())


def months(fraction: float) -> Mapping[str, Run]:
    times, answers = _data(fraction)
    frame, pandas = pl.DataFrame({"t": times, "s": answers}), pd.DataFrame({"t": times, "s": answers})
    dates = (FIRST + np.arange(YEARS * 365) * np.timedelta64(DAY, "us")).astype("M8[M]")
    starts = np.flatnonzero(np.r_[True, dates[1:] != dates[:-1]])

    def merged(days: NDArray[np.int64]) -> NDArray[np.float64]:
        return _score(np.add.reduceat(days, starts))

    def polars() -> Any:
        month = pl.col("t").dt.truncate("1mo").alias("m")
        found = frame.lazy().group_by(month).agg(_polars_score().alias("v")).collect()
        return found.sort("m")["v"].to_numpy()

    def with_pandas() -> Any:
        worth = (pandas["s"] >= 9).astype(np.int8) - (pandas["s"] <= 6)
        return 100 * worth.groupby(pandas["t"].dt.to_period("M")).mean().to_numpy()

    contestants: dict[str, Run] = {US: lambda: _timeline(times, answers, every="month")}
    contestants |= {name: lambda loop=loop: merged(loop(times, answers)) for name, loop in _loops().items()}  # type: ignore[misc]
    return contestants | {
        NUMPY: lambda: merged(_blocked(times, answers)),
        "Polars truncate": polars,
        "pandas period": with_pandas,
    }


def rolling(fraction: float) -> Mapping[str, Run]:
    times, answers = _data(fraction)
    frame, pandas = pl.DataFrame({"t": times, "s": answers}), pd.DataFrame({"t": times, "s": answers})

    def numpy() -> Any:
        so_far = np.cumsum(np.concatenate([np.zeros((WINDOW, 11), np.int64), _blocked(times, answers)]), axis=0)
        windows = so_far[WINDOW:] - so_far[:-WINDOW]
        return _score(windows)

    def polars_daily() -> Any:
        # Least work: a sum and a number per day, then rolling sums of these.
        worth = (pl.col("s") >= 9).cast(pl.Int32) - (pl.col("s") <= 6).cast(pl.Int32)
        days = frame.lazy().group_by(pl.col("t").dt.date()).agg(worth.sum().alias("w"), pl.len().alias("n")).sort("t")
        sums = [pl.col(name).cast(pl.Int64).rolling_sum(WINDOW, min_samples=1) for name in ("w", "n")]
        return days.select(100 * sums[0] / sums[1]).collect().to_series().to_numpy()

    def polars_truncate() -> Any:
        by_day = (
            frame.lazy()
            .group_by(pl.col("t").dt.truncate("1d"))
            .agg((pl.col("s") >= 9).sum().alias("p"), (pl.col("s") <= 6).sum().alias("d"), pl.len().alias("n"))
        )
        sums = [pl.col(name).cast(pl.Int64).sum() for name in ("p", "d", "n")]
        found = by_day.sort("t").rolling("t", period=f"{WINDOW}d").agg(100 * (sums[0] - sums[1]) / sums[2])
        return found.collect().to_numpy()[:, 1].astype(float)

    def polars_dynamic() -> Any:
        # The windows that begin 29 days before each day, of rows that have to be sorted for it.
        windows = (
            frame.lazy().sort("t").group_by_dynamic("t", every="1d", period=f"{WINDOW}d", offset=f"-{WINDOW - 1}d")
        )
        return windows.agg(_polars_score().alias("v")).head(YEARS * 365).collect()["v"].to_numpy()

    def polars_eager() -> Any:
        days = frame.select(pl.col("t").dt.date(), (pl.col("s") >= 9).alias("p"), (pl.col("s") <= 6).alias("d"))
        daily = days.group_by("t").agg(pl.col("p").sum(), pl.col("d").sum(), pl.len().alias("n")).sort("t")
        p, d, n = (daily[name].cast(pl.Int64).rolling_sum(WINDOW, min_samples=1) for name in ("p", "d", "n"))
        return (100 * (p - d) / n).to_numpy()

    def with_pandas() -> Any:
        # Ten times as fast as resampling times in no order.
        worth = (pandas["s"] >= 9).astype(np.int8) - (pandas["s"] <= 6)
        days = worth.groupby(pandas["t"].dt.floor("D")).agg(["sum", "count"])
        daily = days.rolling(WINDOW, min_periods=1).sum()
        return (100 * daily["sum"] / daily["count"]).to_numpy()

    def pandas_span() -> Any:
        worth = (pandas["s"] >= 9).astype(np.int8) - (pandas["s"] <= 6)
        days = worth.groupby(pandas["t"].to_numpy().astype("M8[D]").astype("M8[s]")).agg(["sum", "count"])
        daily = days.rolling(f"{WINDOW}D").sum()
        return (100 * daily["sum"] / daily["count"]).to_numpy()

    return {
        US: lambda: _timeline(times, answers, every="day", window=f"{WINDOW}d"),
        NUMPY: numpy,
        "Polars daily, rolling_sum": polars_daily,
        "Polars truncate, rolling": polars_truncate,
        "Polars eager daily, rolling_sum": polars_eager,
        "Polars sort, group_by_dynamic": polars_dynamic,
        "pandas daily, rolling": with_pandas,
        "pandas daily by astype, rolling 30D": pandas_span,
    }


CASES = [
    Case(
        "timeline-months",
        "10⁷ times in no order, to months",
        months,
        {C: 2.5, TOLD: 2.5, NUMPY: 2.0, "Polars truncate": 1 / 4, "pandas period": 1 / 8},
    ),
    Case(
        "timeline-30d",
        "10⁷ times, 30 days at each day",
        rolling,
        dict.fromkeys(
            [
                "Polars daily, rolling_sum",
                "Polars truncate, rolling",
                "Polars eager daily, rolling_sum",
                "Polars sort, group_by_dynamic",
                "pandas daily, rolling",
                "pandas daily by astype, rolling 30D",
            ],
            1.0,
        ),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def bench_timeline(case: Case, benchmark: BenchmarkFixture, fraction: float) -> None:
    """Everybody agrees, and npskit's time is recorded."""
    contestants = case.make(fraction)
    check(case, contestants)
    benchmark(contestants[US])

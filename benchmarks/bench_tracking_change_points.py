"""Change points: npskit beside ruptures with a cost of one's own, and beside the textbook's dynamic programme."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import ruptures
from numpy.typing import NDArray

from benchmarks.harness import US, Case, Run, check
from npskit.tracking.charts.segmentation import default_penalty, segment_starts

if TYPE_CHECKING:  # only bench runs have it
    from pytest_benchmark.fixture import BenchmarkFixture

PELT = "ruptures PELT, a NumPy cost"
PELT_PYTHON = "ruptures PELT, a pure Python cost"
NUMPY_COST = "a NumPy cost per segment"
PYTHON_COST = "a pure Python cost per segment"


def _weeks(periods: int) -> NDArray[np.int64]:
    """Periods with four changes."""
    rng = np.random.default_rng(20260301)
    shares = np.array([[0.2, 0.3, 0.5], [0.3, 0.3, 0.4], [0.15, 0.25, 0.6], [0.25, 0.3, 0.45], [0.2, 0.2, 0.6]])
    return rng.multinomial(60, np.repeat(shares, periods // 5, axis=0))


class _NumpyCost:
    """The cost of a segment from cumulative counts: what one gives to a library of change points."""

    def __init__(self, counts: NDArray[np.int64]) -> None:
        self.sums = np.vstack([np.zeros((1, counts.shape[1])), counts.cumsum(axis=0)])

    def __call__(self, start: int, end: int) -> float:
        held = self.sums[end] - self.sums[start]
        held = held[held > 0]
        return float(-2 * (held * np.log(held / held.sum())).sum())


class _PythonCost:
    """The same with Python's own numbers, written out for three categories: as fast as plain Python gets."""

    def __init__(self, counts: NDArray[np.int64]) -> None:
        self.sums: list[list[int]] = np.vstack([np.zeros((1, 3), int), counts.cumsum(axis=0)]).tolist()

    def __call__(self, start: int, end: int) -> float:
        (a, b, c), (d, e, f), log = self.sums[start], self.sums[end], math.log
        x, y, z = d - a, e - b, f - c
        n = x + y + z
        return 2 * (n * log(n) - (x and x * log(x)) - (y and y * log(y)) - (z and z * log(z)))


def _one_by_one(cost: _NumpyCost | _PythonCost, periods: int, penalty: float, min_length: int = 1) -> list[int]:
    """Optimal partitioning as it is written from the textbook."""
    least, cut = [-penalty] + [math.inf] * periods, [0] * (periods + 1)
    for end in range(min_length, periods + 1):
        for start in range(end - min_length + 1):
            if least[start] < math.inf:
                total = least[start] + cost(start, end) + penalty
                if total < least[end]:
                    least[end], cut[end] = total, start
    starts, end = [], cut[periods]
    while end:
        starts.append(end)
        end = cut[end]
    return starts[::-1]


class _Ruptures(ruptures.base.BaseCost):  # type: ignore[misc]
    """A cost as ruptures takes it, from cumulative counts."""

    model = "multinomial"
    min_size = 1

    def __init__(self, cost: type[_NumpyCost] | type[_PythonCost]) -> None:
        self._kind = cost

    def fit(self, signal: NDArray[np.int64]) -> _Ruptures:
        self.signal = signal
        self.error = self._kind(signal)  # type: ignore[method-assign]
        return self

    def error(self, start: int, end: int) -> float:
        raise NotImplementedError("fit comes first")


def _pelt(counts: NDArray[np.int64], penalty: float, cost: type[_NumpyCost] | type[_PythonCost]) -> list[int]:
    """Where segments begin, by PELT: it drops beginnings that can no longer be best."""
    search = ruptures.Pelt(custom_cost=_Ruptures(cost), min_size=1, jump=1)
    ends: list[int] = search.fit(counts).predict(pen=penalty)
    return ends[:-1]


def thousand_periods(fraction: float) -> Mapping[str, Run]:
    periods = 5 * max(4, int(200 * fraction))
    counts = _weeks(periods)
    penalty = default_penalty(counts)

    def peer(cost: type[_NumpyCost] | type[_PythonCost]) -> Any:
        return np.array(_one_by_one(cost(counts), periods, penalty))

    return {
        US: lambda: segment_starts(counts, penalty, 1),
        PELT: lambda: _pelt(counts, penalty, _NumpyCost),
        PELT_PYTHON: lambda: _pelt(counts, penalty, _PythonCost),
        NUMPY_COST: lambda: peer(_NumpyCost),
        PYTHON_COST: lambda: peer(_PythonCost),
    }


CASES = [
    Case(
        "change-points",
        "change points of 1,000 periods",
        thousand_periods,
        {PELT: 1 / 50, NUMPY_COST: 1 / 50, PYTHON_COST: 1 / 20},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def bench_change_points(case: Case, benchmark: BenchmarkFixture, fraction: float) -> None:
    """Everybody agrees, and npskit's time is recorded."""
    contestants = case.make(fraction)
    check(case, contestants)
    benchmark(contestants[US])

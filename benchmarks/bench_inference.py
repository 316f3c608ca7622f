"""Intervals, the exact bootstrap, whole calls and the import: npskit beside scipy, NumPy and plain imports."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import bootstrap as scipy_bootstrap

import npskit as nk
from benchmarks.harness import US, Case, Run, check
from npskit.inference.intervals import bootstrap, score_interval

if TYPE_CHECKING:  # only bench runs have it
    from pytest_benchmark.fixture import BenchmarkFixture

CATEGORY_SCORES = np.array([-100.0, 0.0, 100.0])
RESAMPLES = 999


def _tallies(groups: int) -> NDArray[np.int64]:
    rng = np.random.default_rng(20260301)
    return rng.multinomial(rng.integers(5, 500, groups), [0.2, 0.3, 0.5])


def _one_by_one(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Tango's limits by a root finder, a tally at a time: what one writes from the textbook."""
    z = NormalDist().inv_cdf(0.975)
    limits = np.empty((2, len(counts)))
    for row, (b, a, c) in enumerate(counts.tolist()):
        n = a + b + c
        theta = (c - b) / n

        def excess(delta: float, b: int = b, c: int = c, n: int = n, theta: float = theta) -> float:
            half = (2 * n - c + b) * delta - b - c
            root = (-half + np.sqrt(max(half * half + 8 * n * b * delta * (1 - delta), 0.0))) / (4 * n)
            q = min(max(root, 0.0, -delta), (1 - delta) / 2)
            return float(n * (theta - delta) ** 2 - z * z * (2 * q + delta - delta * delta))

        for side, end in enumerate((-1.0, 1.0)):
            limits[side, row] = end if theta == end else brentq(excess, theta, end, xtol=1e-14, rtol=1e-14)
    return 100 * limits


def intervals(fraction: float) -> Mapping[str, Run]:
    counts = _tallies(max(1, int(1000 * fraction)))
    return {
        US: lambda: np.array(score_interval(counts, CATEGORY_SCORES, 0.95)),
        "scipy brentq, one by one": lambda: _one_by_one(counts),
    }


def many_intervals(fraction: float) -> Mapping[str, Run]:
    counts = _tallies(int(100_000 * fraction))
    return {US: lambda: np.array(score_interval(counts, CATEGORY_SCORES, 0.95))}


def exact_bootstrap(fraction: float) -> Mapping[str, Run]:
    """The exact limits of npskit, beside a part of the resamples of the usual way; both must agree within chance."""
    n = int(1e6 * fraction)
    answers = np.random.default_rng(7).choice(CATEGORY_SCORES, n, p=[0.2, 0.3, 0.5])
    counts = np.array([np.count_nonzero(answers == worth) for worth in CATEGORY_SCORES])
    expected = np.array(bootstrap(counts, CATEGORY_SCORES, 0.95))

    def resampled() -> NDArray[np.float64]:
        found = scipy_bootstrap(
            (answers,), np.mean, n_resamples=RESAMPLES, method="percentile", vectorized=True, batch=5, rng=1
        ).confidence_interval
        np.testing.assert_allclose([found.low, found.high], expected, atol=100 * 0.8 / np.sqrt(n) * 0.3)
        return expected

    return {
        US: lambda: np.array(bootstrap(counts, CATEGORY_SCORES, 0.95)),
        f"scipy.stats.bootstrap, {RESAMPLES} of 9,999 resamples": resampled,
    }


def whole_call(fraction: float) -> Mapping[str, Run]:
    """A thousand calls, so that the milliseconds read as microseconds each."""
    answers = [10, 9, 7, 3, 8, 10, 10, 0, 5, 9]

    def repeated(run: Run) -> Run:
        def thousand() -> Any:
            for _ in range(999):
                run()
            return run()

        return thousand

    def one_liner() -> float:
        a = np.asarray(answers)
        return float(100 * ((a >= 9).mean() - (a <= 6).mean()))

    return {US: repeated(lambda: nk.nps(answers).value), "NumPy one-liner": repeated(one_liner)}


def _running(code: str) -> Run:
    return lambda: subprocess.run([sys.executable, "-c", code], check=True).returncode


def importing(fraction: float) -> Mapping[str, Run]:
    """The bare import, which loads its rooms only when they are used: see `first_use` for what that costs."""
    return {US: _running("import npskit"), "import numpy, attrs": _running("import numpy, attrs")}


def first_use(fraction: float) -> Mapping[str, Run]:
    """The import with what a first score needs."""
    return {
        US: _running("import npskit; npskit.nps"),
        "import numpy, attrs": _running("import numpy, attrs"),
        "import npskit, and use Survey and read": _running("import npskit; npskit.nps, npskit.Survey, npskit.read"),
    }


CASES = [
    Case("intervals", "score intervals of 1,000 tallies", intervals, {"scipy brentq, one by one": 1 / 50}),
    Case("intervals-1e5", "score intervals of 100,000 tallies", many_intervals, {}),
    Case(
        "bootstrap",
        "bootstrap interval of 10⁶ answers",
        exact_bootstrap,
        {f"scipy.stats.bootstrap, {RESAMPLES} of 9,999 resamples": 1 / 100},
    ),
    Case("call", "1,000 times nk.nps of ten answers", whole_call, {"NumPy one-liner": 3.0}),
    Case("import", "import npskit", importing, {"import numpy, attrs": 1.3}),
    Case("first-use", "import npskit, and use nps", first_use, {"import numpy, attrs": 1.3}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def bench_inference(case: Case, benchmark: BenchmarkFixture, fraction: float) -> None:
    """Everybody agrees, and npskit's time is recorded."""
    contestants = case.make(fraction)
    check(case, contestants)
    benchmark(contestants[US])

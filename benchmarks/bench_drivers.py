"""Shares of R²: all regressions on subsets by recursive doubling, beside one solve for each, in batches of one size."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.harness import US, Case, Run, check
from npskit import Survey
from npskit.arrays import Floats
from npskit.drivers.importance import by_size_of_parts
from npskit.drivers.moment_sums import Moments
from npskit.drivers.resampling import Drawing, resampled_of
from npskit.drivers.shares import shares_of
from npskit.drivers.subsets import parts_of_subsets, r_squared_of_subsets

if TYPE_CHECKING:  # only bench runs have it
    from pytest_benchmark.fixture import BenchmarkFixture

SOLVE = "np.linalg.solve of every subset, in batches"


def _covariances(drivers: int) -> Floats:
    rng = np.random.default_rng(20261128)
    values = rng.normal(size=(2_000, drivers)) + 0.7 * rng.normal(size=(2_000, 1))
    outcome = values @ rng.uniform(0, 1, drivers) + 2 * rng.normal(size=2_000)
    return np.asarray(np.cov(np.column_stack([values, outcome]), rowvar=False))


def _solved(covariances: Floats) -> Floats:
    """R² of every subset by a solve each, all subsets of one size at once: what one writes with NumPy."""
    p = len(covariances) - 1
    inner, outer = covariances[:p, :p], covariances[:p, p]
    found = np.zeros(1 << p)
    for size in range(1, p + 1):
        chosen = np.array([*itertools.combinations(range(p), size)])
        matrices = inner[chosen[:, :, np.newaxis], chosen[:, np.newaxis, :]]
        sides = outer[chosen]
        slopes = np.linalg.solve(matrices, sides[:, :, np.newaxis])[:, :, 0]
        found[(1 << chosen).sum(axis=1)] = (slopes * sides).sum(axis=1)
    return np.asarray(found / covariances[p, p])


def _shares(drivers: int) -> Mapping[str, Run]:
    covariances, groups = _covariances(drivers), [[i] for i in range(drivers)]
    return {
        US: lambda: r_squared_of_subsets(covariances, groups)[1:],
        SOLVE: lambda: _solved(covariances)[1:],
    }


def of_ten(fraction: float) -> Mapping[str, Run]:
    return _shares(10)


def of_fifteen(fraction: float) -> Mapping[str, Run]:
    return _shares(15 if fraction == 1 else 8)


def _averages(drivers: int) -> Mapping[str, Run]:
    """Shares and all: the solves take a minute and more, and are left out."""
    covariances, groups = _covariances(drivers), [[i] for i in range(drivers)]
    return {US: lambda: by_size_of_parts(parts_of_subsets(covariances, groups), drivers).mean(axis=1)}


def of_twenty(fraction: float) -> Mapping[str, Run]:
    return _averages(20 if fraction == 1 else 8)


def of_twenty_four(fraction: float) -> Mapping[str, Run]:
    return _averages(24 if fraction == 1 else 8)


def every_share(fraction: float) -> Mapping[str, Run]:
    """Besides LMG also PMVD, first, last and complete dominance, for which the table of all subsets is held."""
    drivers = 24 if fraction == 1 else 8
    covariances, groups = _covariances(drivers), [[i] for i in range(drivers)]
    return {US: lambda: shares_of(covariances, groups, rng=np.random.default_rng(1)).pmvd}


def resampling(fraction: float) -> Mapping[str, Run]:
    """A thousand samples of ten drivers, drawn of 1,000 shards."""
    rng = np.random.default_rng(1)
    values = rng.normal(size=(2_000, 10)) + 0.7 * rng.normal(size=(2_000, 1))
    table = {f"x{i}": line for i, line in enumerate(values.T)} | {"y": values.sum(axis=1) + rng.normal(size=2_000)}
    shards, groups = Moments.of(table, None, np.arange(2_000) % 1_000), [[i] for i in range(10)]
    draws = max(int(1_000 * fraction), 100)
    return {US: lambda: resampled_of(shards, groups, "bootstrap", Drawing(0.95, draws, np.random.default_rng(1))).lmg}


def whole(fraction: float) -> Mapping[str, Run]:
    """All that `drivers` says of 2,000 answers: every share, and LMG again without each of 50 shards."""
    drivers = 20 if fraction == 1 else 15
    rng = np.random.default_rng(1)
    content = rng.normal(size=2_000)
    ratings = np.clip(np.round(3 + content[:, np.newaxis] + rng.normal(size=(2_000, drivers))), 1, 5)
    table = {f"x{i}": line for i, line in enumerate(ratings.T)}
    table["score"] = np.clip(np.round(7 + 1.5 * content + rng.normal(size=2_000)), 0, 10)
    names = [f"x{i}" for i in range(drivers)]
    return {US: lambda: [each.lmg for each in Survey(table, score="score").drivers(names).drivers]}


CASES = [
    Case("subsets-10", "R² of all subsets of 10 drivers", of_ten, {}),
    Case("subsets-15", "R² of all subsets of 15 drivers", of_fifteen, {SOLVE: 1 / 20}),
    Case("lmg-20", "R² of all subsets of 20 drivers, and LMG", of_twenty, {}),
    Case("lmg-24", "R² of all subsets of 24 drivers, and LMG", of_twenty_four, {}),
    Case("shares-24", "LMG, PMVD and dominance of 24 drivers", every_share, {}),
    Case("drivers-20", "survey.drivers of 2,000 answers and 20 drivers", whole, {}),
    Case("drivers-bootstrap", "LMG of 10 drivers in 1,000 samples", resampling, {}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def bench_drivers(case: Case, benchmark: BenchmarkFixture, fraction: float) -> None:
    """Everybody agrees, and npskit's time is recorded."""
    contestants = case.make(fraction)
    check(case, contestants)
    benchmark(contestants[US])

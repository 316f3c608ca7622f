"""How often the intervals cover the mean, exactly: every tally of n answers, weighted by its probability."""

from __future__ import annotations

import functools
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from npskit.arrays import Floats
from npskit.inference.intervals import METHODS, interval
from npskit.options import IntervalMethod

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "coverage.json").read_text())["grid_95"]
NPS = np.array([-1.0, 0.0, 1.0])
# The 171 points inside the simplex whose shares are twentieths.
GRID = np.array([(i, j, 20 - i - j) for i in range(1, 19) for j in range(1, 20 - i)]) / 20


@functools.cache
def tallies(n: int) -> tuple[Floats, Floats]:
    """All tallies of n answers, and their probabilities at each point of the grid."""
    counts = np.array([(b, a, n - a - b) for b in range(n + 1) for a in range(n + 1 - b)])
    factorials = np.array([math.lgamma(k + 1) for k in range(n + 1)])
    ways = factorials[n] - factorials[counts].sum(axis=1)
    return counts.astype(np.float64), np.exp(ways + np.log(GRID) @ counts.T)


def coverage(method: IntervalMethod, n: int) -> tuple[Floats, float]:
    """The probability of covering the mean at each point of the grid, and the mean width over all of them."""
    counts, probabilities = tallies(n)
    low, high = interval(counts, NPS, 0.95, method)
    mean = (GRID @ NPS)[:, None]
    covered = (low <= mean + 1e-12) & (high >= mean - 1e-12)
    return (probabilities * covered).sum(axis=1), float((probabilities * (high - low)).sum(axis=1).mean())


def test_the_grid_is_the_simplex() -> None:
    """171 points, and the probabilities of all tallies sum to 1 at each."""
    assert len(GRID) == 171
    assert tallies(10)[1].sum(axis=1) == pytest.approx(np.ones(171), abs=1e-12)


ROWS = [  # quadrature, tally by tally, takes as long as all the others together: of fifty answers it is a study
    pytest.param(row, marks=pytest.mark.slow) if (row["method"], row["n"]) == ("jeffreys", 50) else row
    for row in REFERENCE
]


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['method']}-{r['n']}")
def test_coverage_is_what_enumeration_found(row: dict[str, Any]) -> None:
    """Mean and least coverage and mean width over the grid are those of an independent implementation."""
    covered, width = coverage(row["method"], row["n"])
    assert covered.mean() == pytest.approx(row["mean"], abs=1e-12)
    assert covered.min() == pytest.approx(row["least"], abs=1e-12)
    # The reference has its Dirichlet quantiles from a quadrature good to four digits.
    assert width == pytest.approx(row["width"], abs=1e-4 if row["method"] == "jeffreys" else 1e-11)


def test_every_method_is_in_the_reference() -> None:
    """None goes without its coverage being known."""
    assert {(row["method"], row["n"]) for row in REFERENCE} == {(m, n) for m in METHODS for n in (10, 20, 50)}


@pytest.mark.parametrize(("n", "least"), [(10, 0.939), (20, 0.943), (50, 0.944)])
def test_the_default_covers(n: int, least: float) -> None:
    """The score interval covers 95 % on average and about 94 % at the worst point, already for ten answers."""
    covered, _ = coverage("score", n)
    assert covered.mean() > 0.95
    assert covered.min() > least


def test_the_default_covers_where_wald_and_the_bootstrap_do_not() -> None:
    """At shares .005, .02, .975 and 50 answers: Wald 71.7 %, bootstrap 71.5 %, score 95.4 %."""
    counts, _ = tallies(50)
    point = np.array([0.005, 0.02, 0.975])
    factorials = np.array([math.lgamma(k + 1) for k in range(51)])
    weight = np.exp(factorials[50] - factorials[counts.astype(int)].sum(axis=1) + counts @ np.log(point))
    for method, expected in (("wald", 71.7), ("bootstrap", 71.5), ("score", 95.4)):
        low, high = interval(counts, NPS, 0.95, method)  # type: ignore[arg-type]
        covered = 100 * float(weight[(low <= point @ NPS) & (point @ NPS <= high)].sum())
        assert covered == pytest.approx(expected, abs=0.05), method

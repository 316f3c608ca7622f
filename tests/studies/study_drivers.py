"""How often intervals of drivers' shares hold, nulls are called nulls, and drivers that matter are found."""

from __future__ import annotations

import numpy as np

import npskit as nk
from npskit.arrays import Floats
from npskit.drivers.importance import lmg
from npskit.drivers.subsets import r_squared_of_subsets
from tests.studies.study import Row, Study

BETA = np.array([0.5, 0.4, 0.3, 0.2, 0.0, 0.0])
P = len(BETA)
LARGE = 0.10


def covariances(rho: float) -> Floats:
    """Return the covariances of the drivers, of variance 1 and equally correlated, and of the outcome."""
    drivers = np.full((P, P), rho) + (1 - rho) * np.eye(P)
    outer = drivers @ BETA
    return np.block([[drivers, outer[:, np.newaxis]], [outer, np.atleast_2d(BETA @ outer + 1)]])


def run(draws: int, rng: np.random.Generator) -> list[Row]:
    """Return a row for each setting."""
    rows = list[Row]()
    for rho in (0.0, 0.5, 0.8):
        table = covariances(rho)
        truth = lmg(r_squared_of_subsets(table, [[i] for i in range(P)]))
        root = np.linalg.cholesky(table)
        for n in (200, 2_000):
            holds, nulls, found = np.zeros(P), np.zeros(P), np.zeros(P)
            for _ in range(draws):
                values = rng.normal(size=(n, P + 1)) @ root.T
                data = {f"x{i}": values[:, i] for i in range(P)} | {"y": values[:, -1], "score": np.full(n, 10)}
                drivers = nk.Survey(data, score="score").drivers([f"x{i}" for i in range(P)], outcome="y", draws=400)
                for i in range(P):
                    each = drivers[f"x{i}"]
                    holds[i] += truth[i] in each.interval
                    nulls[i] += each.p_value >= 0.05
                    found[i] += each.p_value < 0.05
            real = BETA > 0
            large = real & (truth >= LARGE)
            rows.append(
                {
                    "drivers": f"correlated {rho:g}, n = {n:,}",
                    "least": float(100 * (holds[real] / draws).min()),
                    "mean": float(100 * (holds[real] / draws).mean()),
                    "nulls called nulls": float(100 * (nulls[~real] / draws).mean()),
                    "found, share >= .10": float(100 * (found[large] / draws).min())
                    if large.any()
                    else "none so large",
                }
            )
    return rows


STUDIES = [
    Study(
        "drivers",
        "Shares of drivers",
        "The 95 % intervals of the LMG shares of drivers with an effect hold in at least 88 % of samples each and in "
        "91 to 99 % on average; drivers without one are called so in at least 93 %; those with a true share of .10 and "
        "more of the variance are found in at least 90 % at n = 2,000. Six normal drivers, four with coefficients .5, "
        ".4, .3 and .2, unit error; `least` and `mean` are the coverage of the four, in percent.",
        500,
        run,
    )
]

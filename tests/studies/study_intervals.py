"""Coverage of the interval of one plain sample."""

from __future__ import annotations

from math import lgamma

import numpy as np

from npskit.inference import interval
from npskit.options import IntervalMethod
from tests.studies.study import Row, Study

CATEGORY_SCORES = np.array([-100.0, 0.0, 100.0])
SHARES = {
    "balanced": (0.3, 0.4, 0.3),
    "typical": (0.15, 0.25, 0.6),
    "high": (0.02, 0.08, 0.9),
    "corner": (0.005, 0.02, 0.975),
}
SIZES = (10, 20, 50, 100)


def coverage(shares: tuple[float, ...], n: int, method: IntervalMethod = "score") -> float:
    """Return the exact coverage, in percent: the probabilities of all samples whose interval holds the true score."""
    samples = np.array([(d, a, n - d - a) for d in range(n + 1) for a in range(n + 1 - d)])
    log_factorial = np.array([lgamma(k + 1) for k in range(n + 1)])
    likely = np.exp(log_factorial[n] - log_factorial[samples].sum(axis=1) + samples @ np.log(shares))
    low, high = interval(samples, CATEGORY_SCORES, 0.95, method)
    true = float(np.dot(shares, CATEGORY_SCORES))
    return float(100 * likely[(low <= true + 1e-9) & (true - 1e-9 <= high)].sum())


def _run(draws: int, rng: np.random.Generator) -> list[Row]:
    return [
        {"shares": f"{name}: {', '.join(str(s) for s in shares)}"} | {f"n = {n}": coverage(shares, n) for n in SIZES}
        for name, shares in SHARES.items()
    ]


STUDIES = [
    Study(
        "interval",
        "The interval of one sample",
        "The 95 % score interval of plain answers covers the true score in 95 % of samples. Coverage in percent, for "
        "the true shares of detractors, passives and promoters.",
        0,
        _run,
    )
]

"""Drift: a true score that wanders, near to where it was a period ago, with sampling on top of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from npskit.arrays import Floats
from npskit.tracking.charts.score_series import ScoreSeries

# Correlations of the true score from period to period, and its variance as a multiple of that of sampling.
_CORRELATIONS = (0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97)
_RATIOS = (0.15, 0.3, 0.6, 1.2, 2.5, 5.0, 10.0, 30.0)


class Drift(NamedTuple):
    """-2 log-likelihood of the best drift, less what is the same for all models, and its correlation."""

    deviance: float
    correlation: float


def fitted_drift(series: ScoreSeries) -> Drift:
    """Return the likeliest of an AR(1) process that is seen through sampling, among a grid of 64.

    θ(t) - μ = ρ (θ(t-1) - μ) + ε with the variance q of θ, and score = θ + e with variance σ²/n: by the Kalman filter
    (Harvey, "Forecasting, structural time series models and the Kalman filter", Cambridge University Press 1989,
    section 3.4), run on the scores and on a column of ones, so that μ is profiled out; σ² likewise. In periods without
    answers time passes and nothing is seen.
    """
    rho, ratio = (a.ravel() for a in np.meshgrid(_CORRELATIONS, _RATIOS, indexing="ij"))
    spread = ratio * float((1 / series.n).mean())
    noise = spread * (1 - rho**2)
    variance, state, unit = spread, np.zeros_like(rho), np.zeros_like(rho)
    logs, both, ones, squares = (np.zeros_like(rho) for _ in range(4))
    last = series.place[0]
    for place, n, y in zip(series.place.tolist(), series.n.tolist(), series.score.tolist(), strict=True):
        for _ in range(min(place - last, 64)):  # after 64 periods nothing is left of what was
            variance, state, unit = rho**2 * variance + noise, rho * state, rho * unit
        last = place
        total = variance + 1 / n
        off, less = y - state, 1 - unit
        logs += np.log(n * total)
        squares, both, ones = squares + off**2 / total, both + off * less / total, ones + less**2 / total
        gain = variance / total
        state, unit, variance = state + gain * off, unit + gain * less, variance * (1 - gain)
    left = np.maximum(squares - both**2 / ones, 0.0)
    sigma = np.maximum(left / len(series), series.variance)
    deviances: Floats = len(series) * np.log(sigma) + left / sigma + logs
    best = int(deviances.argmin())
    return Drift(float(deviances[best]), float(rho[best]))

"""Laws of the correction for short series: it is what matrices written out say, and tests hold their level."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.inference.limits import normal_quantile
from npskit.tracking.effect.series import interrupted_series
from npskit.tracking.effect.short_series import Working

CATEGORY_SCORES = np.array([-1.0, 0.0, 1.0])
CONTRASTS = {"level change": [0, 0, 1, 0], "slope change": [0, 0, 0, 1]}
SIZES = st.lists(st.integers(0, 40), min_size=16, max_size=16).map(np.array)


def design(sizes: Any, at: int) -> tuple[Any, Any]:
    """Return Q and R of the weighted design of an interrupted series."""
    t = np.arange(len(sizes))
    after = 1.0 * (t >= at)
    columns = np.stack([np.ones(len(t)), t, after, after * (t - at)], axis=1)
    return np.linalg.qr(columns * np.sqrt(sizes)[:, np.newaxis])


def toeplitz(weights: Any, size: int) -> Any:
    """Return the matrix of weights[|i - j|], 0 beyond them."""
    apart = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    return np.where(apart < len(weights), np.asarray(weights)[np.minimum(apart, len(weights) - 1)], 0.0)


@given(SIZES, st.integers(0, 6), st.floats(0, 0.9), st.sampled_from(list(CONTRASTS)))
@settings(max_examples=60)
def test_it_is_what_the_matrices_say(sizes: Any, lags: int, rho: float, name: str) -> None:
    """Factor and degrees of freedom are those of E and Var of the quadratic form, of dense matrices written out."""
    sizes[[0, 1, 5, 8, 9, 15]] += 1  # a line needs answers on either side
    q, r = design(sizes, 7)
    there, kernel = 1.0 * (sizes > 0), 1 - np.arange(lags + 1) / (lags + 1)
    alpha = q @ np.linalg.solve(r.T, np.array(CONTRASTS[name], float))
    omega = toeplitz(rho ** np.arange(len(sizes)), len(sizes))
    residual = np.diag(there) - q @ q.T
    covariance = residual @ omega @ residual
    form = toeplitz(kernel, len(sizes)) * np.outer(alpha, alpha)
    mean = np.trace(form @ covariance)
    variance = 2 * np.trace(form @ covariance @ form @ covariance)
    found = Working(q, there, kernel, rho).correction(alpha)
    assert found == pytest.approx((alpha @ omega @ alpha / mean, 2 * mean**2 / variance), rel=1e-5)


def test_the_correlation_is_found() -> None:
    """On average over long series it is about the truth; never below 0 nor above 0.9; and 0 without lags."""
    rng = np.random.default_rng(5)
    sizes = np.full(200, 50)
    q, _ = design(sizes, 100)
    kernel = np.array([1.0, 0.5])
    for rho in (0.2, 0.5):
        drawn = rng.standard_normal((200, len(sizes)))
        for i in range(1, len(sizes)):
            drawn[:, i] = rho * drawn[:, i - 1] + np.sqrt(1 - rho**2) * drawn[:, i]
        residuals = drawn - drawn @ q @ q.T
        found = [Working.of(q, np.ones(len(sizes)), kernel, e).correlation for e in residuals]
        assert np.mean(found) == pytest.approx(rho, abs=0.02)
    walk = np.sin(np.arange(200) / 15)
    walk -= q @ (q.T @ walk)
    ends = [Working.of(q, np.ones(200), kernel, e).correlation for e in (walk, np.tile([1.0, -1.0], 100))]
    assert ends == pytest.approx([0.9, 0.0], abs=1e-6)
    assert Working.of(q, np.ones(200), kernel[:1], walk).correlation == 0


def test_long_independent_series_need_no_correction() -> None:
    """Over a thousand periods the factor is near 1, and t is near the normal."""
    rng = np.random.default_rng(2)
    found = interrupted_series(rng.multinomial(100, [0.2, 0.3, 0.5], 1000), CATEGORY_SCORES, 500)
    jump = found.contrast([0, 0, 1, 0])
    assert jump.se / found.se[2] == pytest.approx(1, abs=0.06)
    assert jump.df > 80


def drawn_series(rng: Any, periods: int, rho: float) -> Any:
    """Draw counts of weeks of 30 to 120 answers whose scores, all about 0.3, are correlated as AR(1)."""
    n = rng.integers(30, 120, periods)
    noise = rng.standard_normal(periods)
    for i in range(1, periods):
        noise[i] = rho * noise[i - 1] + np.sqrt(1 - rho**2) * noise[i]
    score = np.clip(0.3 + 0.93 * noise / np.sqrt(n), -1, 1)
    return np.stack([(1 - score) / 2 * n, 0 * n, (1 + score) / 2 * n], axis=1)


def rejections(periods: int, rho: float, series: int, share: float = 0.5) -> dict[str, float]:
    """Return how often a 5 % test rejects where nothing happened."""
    rng = np.random.default_rng(periods)
    found = dict.fromkeys(CONTRASTS, 0)
    for _ in range(series):
        fit = interrupted_series(drawn_series(rng, periods, rho), CATEGORY_SCORES, int(share * periods))
        for name, weights in CONTRASTS.items():
            found[name] += fit.contrast(weights).p_value < 0.05
    return {name: count / series for name, count in found.items()}


def test_a_coarse_look_at_the_level() -> None:
    """Of 400 series of 24 correlated weeks a 5 % test rejects in fewer than 9 %; uncorrected it would in a fifth."""
    assert max(rejections(24, 0.4, 400).values()) < 0.09


@pytest.mark.slow
@pytest.mark.parametrize("rho", [0.0, 0.2, 0.4])
@pytest.mark.parametrize("periods", [24, 52, 104])
def test_the_level_holds(periods: int, rho: float) -> None:
    """A 5 % test of the level or the slope rejects in 2 to 7 % of 4,000 series in which nothing happened."""
    for share in (0.5, 0.7):
        for rate in rejections(periods, rho, 4000, share).values():
            assert 0.02 < rate < 0.07


@pytest.mark.slow
def test_it_is_not_useless() -> None:
    """Over 52 independent weeks intervals are at most 1.45 times those of somebody who knows the errors, and cover."""
    rng = np.random.default_rng(8)
    wide, covered = [], []
    for _ in range(2000):
        counts = drawn_series(rng, 52, 0.0)
        n = counts.sum(axis=1)
        r = design(n, 26)[1]
        known = 0.93 * np.sqrt(np.linalg.inv(r.T @ r)[2, 2])
        low, high = interrupted_series(counts, CATEGORY_SCORES, 26).contrast([0, 0, 1, 0]).interval()
        wide.append((high - low) / (2 * normal_quantile(0.95) * known))
        covered.append(low <= 0 <= high)
    assert np.median(wide) < 1.45
    assert np.mean(covered) > 0.94

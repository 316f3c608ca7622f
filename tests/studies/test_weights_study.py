"""The study of weights measures what npskit does, and what it promises holds by npskit's own functions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from npskit.arrays import Floats
from npskit.inference import Estimate, calibrated_estimate, cluster_totals, design_estimate, post_stratify, score_test
from tests.studies.study import monte_carlo_error
from tests.studies.study_weights import (
    ANSWERS,
    CATEGORY_SCORES,
    RANKS,
    SHARES,
    WEIGHTS,
    npskits,
    of_customers,
    of_weights,
    tilted,
    weighted,
)


def estimated(weights: Floats, shares: Floats, n: int, draws: int, seed: int) -> Estimate:
    """Return the estimates of many samples of independent answers."""
    counts, sums, squares = weighted(weights, shares, n, draws, np.random.default_rng(seed))
    return Estimate.from_sums(counts.astype(np.int64), CATEGORY_SCORES, sums, squares)


def coverage(found: Estimate, true: float) -> float:
    """Return the share of the 95 % intervals that hold the true score; one that is unknown holds it."""
    low, high = found.interval(0.95, "score")
    return float((~(low > true + 1e-9) & ~(high < true - 1e-9)).mean())


def customers(answers: Floats, shares: Floats, alike: float, number: int, rng: np.random.Generator) -> Estimate:
    """Return the estimate of one sample of customers."""
    rank = rng.integers(len(RANKS), size=number)
    leanings = rng.standard_gamma(shares[rank] * (1 - alike) / alike) + 1e-300
    counts = rng.multinomial(answers[rank].astype(int), leanings / leanings.sum(axis=1, keepdims=True))
    who, kinds = (np.repeat(a.ravel(), counts.ravel()) for a in np.indices(counts.shape))
    return design_estimate(cluster_totals(kinds, 3, clusters=who), CATEGORY_SCORES, customers="all")


def raked(shares: tuple[float, ...], n: int, rng: np.random.Generator) -> Estimate:
    """Return the estimate of one sample raked so that a twentieth of it stands for two fifths."""
    heavy = np.arange(n) < np.clip(rng.binomial(n, 0.05), 1, n - 1)
    kinds = rng.choice(3, size=n, p=shares)
    return calibrated_estimate(post_stratify(np.ones(n), heavy, {True: 0.4, False: 0.6}), kinds, CATEGORY_SCORES)


def test_the_study_measures_the_rule_there_is() -> None:
    """Effective counts of the study are those of npskit, of weights and of customers."""
    shares = tilted(SHARES[0], 2.0)
    study = npskits(of_weights(WEIGHTS["lognormal 1"], shares, 40, 20, np.random.default_rng(5)))
    ours = estimated(WEIGHTS["lognormal 1"], shares, 40, 20, 5).effective_counts()
    np.testing.assert_allclose(study, ours, rtol=1e-9)
    drawn = npskits(of_customers(ANSWERS["lognormal 1"], shares, 0.2, 12, 1, np.random.default_rng(6)))
    one = customers(ANSWERS["lognormal 1"], shares, 0.2, 12, np.random.default_rng(6))
    np.testing.assert_allclose(drawn[0], one.effective_counts(), rtol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("shares", SHARES)
@pytest.mark.parametrize("tilt", [0.0, 2.0, -2.0])
@pytest.mark.parametrize(
    "name", ["exponential", "lognormal 0.5", "lognormal 1", "lognormal 1.5", "lognormal 2", "one in 20 weighs 20"]
)
def test_weighted_intervals_cover(name: str, tilt: float, shares: tuple[float, ...]) -> None:
    """At least 94 % of 95 % intervals hold the true score, within two Monte Carlo errors."""
    draws, each = 4000, tilted(shares, tilt)
    true = float(WEIGHTS[name] @ each @ CATEGORY_SCORES / WEIGHTS[name].sum())
    for n in (50, 200):
        found = coverage(estimated(WEIGHTS[name], each, n, draws, n), true)
        assert 100 * found >= 94 - 2 * monte_carlo_error(0.94, draws)


@pytest.mark.slow
@pytest.mark.parametrize("shares", SHARES)
def test_raked_and_clustered_intervals_cover(shares: tuple[float, ...]) -> None:
    """So do those of raked samples, and of customers with heavy-tailed numbers of answers."""
    rng, draws, each = np.random.default_rng(4), 1000, tilted(shares, 0.0)
    true = float(np.dot(shares, CATEGORY_SCORES))
    samples: list[Callable[[], Estimate]] = [
        lambda: raked(shares, 200, rng),
        lambda: customers(ANSWERS["lognormal 1.5"], each, 0.2, 40, rng),
    ]
    for sample in samples:
        found = np.mean([coverage(sample(), true) for _ in range(draws)])
        assert 100 * found >= 94 - 2 * monte_carlo_error(0.94, draws)


@pytest.mark.slow
@pytest.mark.parametrize("name", WEIGHTS)
def test_comparisons_of_weighted_samples_keep_their_level(name: str) -> None:
    """No more than 5 % of true nulls are rejected, whatever the weights; with mild ones hardly fewer."""
    draws, each = 4000, tilted(SHARES[0], 0.0)
    a, b = (estimated(WEIGHTS[name], each, n, draws, n).effective_counts() for n in (300, 100))
    rejected = 100 * float((score_test(a, b, CATEGORY_SCORES)[1] < 0.05).mean())
    assert rejected <= 5 + 2 * monte_carlo_error(0.05, draws)
    if name in ("all alike", "half 1, half 3", "lognormal 0.5"):
        assert rejected >= 4 - 2 * monte_carlo_error(0.05, draws)

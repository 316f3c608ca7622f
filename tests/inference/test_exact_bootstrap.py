"""Laws of the bootstrap distribution: it is what resampling would find, without resampling."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import InvalidValueError
from npskit.inference.exact_bootstrap import bootstrap_distribution
from npskit.inference.intervals import bootstrap

few = settings(max_examples=60)
CATEGORY_SCORES = ([-1.0, 0.0, 1.0], [0.0, 100.0], [5.0, 3.0, 1.0], [0.0, 33.3, 100.0], [1.0, 2.0, 2.0, 4.0])


@st.composite
def small_samples(draw: st.DrawFn) -> tuple[list[int], list[float]]:
    """At most five answers, so that all resamples can be written down."""
    category_scores = draw(st.sampled_from(CATEGORY_SCORES))
    counts = [0] * len(category_scores)
    for k in draw(st.lists(st.integers(0, len(category_scores) - 1), min_size=1, max_size=5)):
        counts[k] += 1
    return counts, category_scores


@few
@given(small_samples())
def test_it_is_the_distribution_over_all_resamples(sample: tuple[list[int], list[float]]) -> None:
    """Enumerating all nⁿ resamples gives the same values with the same probabilities."""
    counts, category_scores = sample
    answers = [w for w, c in zip(category_scores, counts, strict=True) for _ in range(c)]
    n = len(answers)
    ways: dict[float, int] = {}
    for resample in itertools.product(answers, repeat=n):
        mean = round(sum(resample) / n, 9)
        ways[mean] = ways.get(mean, 0) + 1
    values, probabilities = bootstrap_distribution(counts, category_scores)
    found = {round(float(v), 9): float(p) for v, p in zip(values, probabilities, strict=True)}
    for value in ways.keys() | found.keys():
        assert found.get(value, 0) == pytest.approx(ways.get(value, 0) / n**n, abs=1e-14)


@few
@given(
    st.lists(st.integers(0, 30_000), min_size=3, max_size=3).filter(any),
    st.sampled_from(CATEGORY_SCORES[:1] + CATEGORY_SCORES[2:4]),
)
def test_its_moments_are_those_of_the_sample(counts: list[int], category_scores: list[float]) -> None:
    """Probabilities sum to 1; the mean is the sample's, the variance the sample's over n."""
    values, probabilities = bootstrap_distribution(counts, category_scores)
    c, w = np.array(counts), np.array(category_scores)
    n, mean = c.sum(), (c @ w) / c.sum()
    variance = c @ (w - mean) ** 2 / n
    assert probabilities.sum() == pytest.approx(1, abs=1e-12)
    assert (probabilities > 0).all()
    assert (np.diff(values) > 0).all()
    spread = np.ptp(w)
    assert probabilities @ values == pytest.approx(mean, abs=1e-11 * spread)
    assert probabilities @ (values - mean) ** 2 == pytest.approx(variance / n, rel=1e-7, abs=1e-13 * spread**2)


@pytest.mark.parametrize(("n", "p"), [(50, 0.1), (10_000, 0.3), (1_000_000, 0.001), (10_000_000, 0.4)])
def test_two_categories_give_the_binomial(n: int, p: float) -> None:
    """Point by point, from a window that is a small part of the n + 1 values when n is large."""
    from scipy.special import gammaln, xlogy

    kept = round(n * p)
    values, probabilities = bootstrap_distribution([n - kept, kept], [0, 1])
    k = np.rint(values * n)
    log = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) + xlogy(k, p) + xlogy(n - k, 1 - p)
    assert probabilities == pytest.approx(np.exp(log), rel=1e-6, abs=1e-9 * probabilities.max())
    assert len(values) <= min(n + 1, 60 + 25 * math.sqrt(n * p))


@few
@given(st.lists(st.integers(0, 40), min_size=3, max_size=3).filter(any), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_the_limits_are_its_quantiles(counts: list[int], level: float) -> None:
    """At least the tail lies at or beyond each limit, and less than it strictly beyond."""
    values, probabilities = bootstrap_distribution(counts, [-1, 0, 1])
    low, high = bootstrap(counts, [-1, 0, 1], level)
    tail = (1 - level) / 2
    at = 1e-9
    assert probabilities[values <= low + at].sum() >= tail * (1 - 1e-6)
    assert probabilities[values < low - at].sum() < tail
    assert probabilities[values >= high - at].sum() >= tail * (1 - 1e-6)
    assert probabilities[values > high + at].sum() < tail
    mirrored = bootstrap(counts[::-1], [-1, 0, 1], level)
    assert mirrored == pytest.approx((-high, -low), abs=1e-12)


def test_ties_with_the_tail_are_told_from_rounding() -> None:
    """Four coin tosses fall all the same way with probability 1/16 = the tail of level 7/8: both ends belong."""
    for level, limits in ((7 / 8, [0, 1]), (0.874, [0.25, 0.75]), (0.876, [0, 1])):
        assert np.array(bootstrap([2, 2], [0, 1], level)).tolist() == limits


def test_no_answers_have_no_distribution() -> None:
    """Without answers there is nothing to draw from."""
    values, probabilities = bootstrap_distribution([0, 0, 0], [-1, 0, 1])
    assert values.size == probabilities.size == 0


def test_effective_counts_draw_a_whole_number_of_answers() -> None:
    """2.4 effective answers are drawn twice; a third of an answer is drawn once."""
    values, _ = bootstrap_distribution([0.6, 0.6, 1.2], [-1, 0, 1])
    assert values.tolist() == [-1, -0.5, 0, 0.5, 1]
    assert bootstrap_distribution([0.1, 0, 0.2], [-1, 0, 1])[0].tolist() == [-1, 1]


def test_category_scores_without_a_grid_and_tables_are_refused() -> None:
    """An irrational worth has no distribution on a lattice; many tallies have no one distribution."""
    with pytest.raises(InvalidValueError, match=r"common grid.*method='score'"):
        bootstrap_distribution([1, 2, 3], [0, math.pi, 10])
    with pytest.raises(InvalidValueError, match="one tally"):
        bootstrap_distribution([[1, 2], [3, 4]], [0, 1])

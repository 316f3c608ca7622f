"""Laws of the Dirichlet posterior of the mean category score."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.inference.bayes import mean_quantile, mean_tails, probability_above, probability_greater
from npskit.inference.intervals import jeffreys

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "one_sample.json").read_text())["python"]
NPS = [-1.0, 0.0, 1.0]
few = settings(max_examples=30)
count = st.one_of(st.integers(0, 9), st.integers(0, 10**5)).map(float)
tallies = st.lists(count, min_size=3, max_size=3).filter(any)
inner = st.floats(0.001, 0.999)


@pytest.mark.parametrize("row", REFERENCE, ids=lambda r: str(r["counts"]))
def test_the_figures_of_adaptive_quadrature(row: dict[str, Any]) -> None:
    """P(θ > 0) under Jeffreys' and the uniform prior, and the uniform prior's quantiles."""
    for prior, expected in row["above_zero"].items():
        assert probability_above(row["counts"], NPS, 0, float(prior)) == pytest.approx(expected, abs=1e-11)
    alpha = np.array(row["counts"]) + 1.0
    assert mean_quantile(alpha, NPS, 0.025) == pytest.approx(row["uniform"][0], abs=1e-11)
    assert -mean_quantile(alpha[::-1], NPS, 0.025) == pytest.approx(row["uniform"][1], abs=1e-11)


@few
@given(count, count, inner)
def test_two_categories_give_the_beta(lost: float, kept: float, place: float) -> None:
    """Tails and quantiles are those of scipy's incomplete beta function, small tails to ten digits."""
    from scipy.special import betainc, betaincinv

    a, b = kept + 0.5, lost + 0.5
    x = float(np.clip(betaincinv(a, b, place), 1e-9, 1 - 1e-9))
    for at in (x, 0.9 * x, 1 - 0.9 * (1 - x)):
        below, above = mean_tails([b, a], [0, 1], at)
        assert below + above == pytest.approx(1, abs=1e-15)
        assert below == pytest.approx(betainc(a, b, at), rel=1e-8, abs=1e-10)
        assert above == pytest.approx(betainc(b, a, 1 - at), rel=1e-8, abs=1e-10)
    assert mean_quantile([b, a], [0, 1], place) == pytest.approx(betaincinv(a, b, place), abs=1e-11)


@few
@given(st.lists(count, min_size=4, max_size=4).filter(any), inner)
def test_merged_categories_have_added_parameters(counts: list[float], place: float) -> None:
    """A category split into nearby category scores is, in the limit, the category: the distribution is continuous."""
    alpha = np.array(counts) + 0.5
    together = mean_tails([alpha[0], alpha[1] + alpha[2], alpha[3]], [0, 0.5, 1], place)
    apart = mean_tails(alpha, [0, 0.5, 0.5 + 1e-13, 1], place)
    assert apart == pytest.approx(together, abs=1e-7)


def test_three_categories_against_the_conditional_beta() -> None:
    """P(mean < x) = E[P(share of the top < (x − p₁/2)/(1 − p₁))] over the share p₁ of the middle one."""
    from scipy.integrate import quad
    from scipy.special import betainc, betaln

    for alpha in ([1.5, 2.5, 7.5], [3.5, 1.5, 1.5], [20.5, 30.5, 40.5]):
        a0, a1, a2 = alpha
        for x in (0.3, 0.5, 0.7):

            def inside(p: float, x: float = x, a0: float = a0, a1: float = a1, a2: float = a2) -> float:
                ratio = min(max((x - p / 2) / (1 - p), 0), 1)
                density = math.exp((a1 - 1) * math.log(p) + (a0 + a2 - 1) * math.log1p(-p) - betaln(a1, a0 + a2))
                return float(density * betainc(a2, a0, ratio))

            ends = sorted({min(1, 2 * x), min(1, 2 * (1 - x))} - {1})
            expected, _ = quad(inside, 0, 1, points=ends or None, epsabs=1e-12, epsrel=1e-12, limit=500)
            assert mean_tails(alpha, [0, 0.5, 1], x)[0] == pytest.approx(expected, abs=1e-10)


@few
@given(tallies, st.floats(0.001, 0.5))
def test_quantiles_invert_the_tails(counts: list[float], probability: float) -> None:
    """P(mean < quantile(p)) = p, and quantiles rise with p."""
    alpha = np.array(counts) + 0.5
    x = mean_quantile(alpha, NPS, probability)
    assert mean_tails(alpha, NPS, x)[0] == pytest.approx(probability, rel=1e-6)
    assert mean_quantile(alpha, NPS, probability / 2) < x


@settings(max_examples=8)
@given(tallies, tallies)
def test_one_of_two_is_greater(a: list[float], b: list[float]) -> None:
    """P(A > B) + P(B > A) = 1; mirrored answers swap A and B; a sample is greater than its twin half the time."""
    forward = probability_greater(a, b, NPS)
    assert 0 <= forward <= 1
    assert forward + probability_greater(b, a, NPS) == pytest.approx(1, abs=5e-9)
    assert probability_greater(b[::-1], a[::-1], NPS) == pytest.approx(forward, abs=5e-9)
    assert probability_greater(a, a, NPS) == pytest.approx(0.5, abs=5e-9)


def test_greater_for_two_categories_in_closed_form() -> None:
    """P(A > B) for integer Beta parameters is a finite sum (Miller, "Formulas for Bayesian A/B testing", 2015)."""
    from scipy.special import betaln

    for a, b in (([4, 3], [1, 5]), ([100, 120], [1, 2]), ([0, 1000], [2, 998]), ([0, 1], [0, 100_000])):
        i = np.arange(a[1] + 1)
        log = betaln(b[1] + 1 + i, a[0] + b[0] + 2) - np.log(a[0] + 1 + i) - betaln(1 + i, a[0] + 1)
        expected = np.exp(log - betaln(b[1] + 1, b[0] + 1)).sum()
        assert probability_greater(a, b, [0, 1], prior=1) == pytest.approx(expected, abs=1e-9)


def test_greater_by_simulation() -> None:
    """Five categories: within the noise of a hundred thousand draws."""
    a, b = np.array([3, 4, 5, 9, 6]), np.array([40, 50, 60, 70, 80])
    w = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    rng = np.random.default_rng(5)
    wins = (rng.dirichlet(a + 0.5, 100_000) @ w > rng.dirichlet(b + 0.5, 100_000) @ w).mean()
    assert probability_greater(a, b, w) == pytest.approx(wins, abs=0.006)


def test_the_interval_is_read_off_the_posterior() -> None:
    """2.5 % of the posterior lie below the lower and above the upper limit of the Jeffreys interval."""
    low, high = jeffreys([3, 4, 13], [-100, 0, 100], 0.95)
    assert probability_above([3, 4, 13], [-100, 0, 100], [low, high]) == pytest.approx([0.975, 0.025], abs=1e-11)


def test_values_at_and_beyond_the_ends_are_certain() -> None:
    """Nothing lies beyond the range of the category scores."""
    assert probability_above([1, 2, 7], NPS, [-2, -1, 1, 2]).tolist() == [1, 1, 0, 0]


def test_no_answers_and_rows() -> None:
    """Rows without answers have NaN; the others what they have alone."""
    found = probability_above([[1, 2, 7], [0, 0, 0]], NPS, 0)
    assert found[0] == probability_above([1, 2, 7], NPS, 0)
    assert np.isnan(found[1])
    both = probability_greater([[1, 2, 7], [0, 0, 0]], [3, 4, 5], NPS)
    assert both[0] == pytest.approx(probability_greater([1, 2, 7], [3, 4, 5], NPS), abs=1e-12)
    assert np.isnan(both[1])
    assert np.isnan(probability_above([1, 2, 7], NPS, np.nan))


def test_priors_are_positive_numbers() -> None:
    """A prior of nothing, of text or of infinity is refused."""
    for prior in (0, -1, np.inf, np.nan):
        with pytest.raises(InvalidValueError, match="prior"):
            probability_above([1, 2, 7], NPS, 0, prior)
    with pytest.raises(InvalidTypeError, match="prior"):
        probability_above([1, 2, 7], NPS, 0, "flat")  # type: ignore[arg-type]


def test_parameters_and_category_scores_are_checked() -> None:
    """Parameters are positive and fit category scores that rise; probabilities lie between 0 and 1."""
    for alpha in ([0, 1, 1], [1, 1], 1):
        with pytest.raises(InvalidValueError, match="alpha must be positive and end in an axis of 3"):
            mean_tails(alpha, NPS, 0)
    for category_scores in ([1, 0, -1], [0, 0, 1], [1]):
        with pytest.raises(InvalidValueError, match="category_scores must rise"):
            mean_quantile([1] * len(category_scores), category_scores, 0.5)
    for probability in (0.0, 1.0, float("nan")):
        with pytest.raises(InvalidValueError, match="probability"):
            mean_quantile([1, 1, 1], NPS, probability)


def test_category_scores_too_uneven_for_the_integral_are_refused() -> None:
    """What cannot be computed to its precision is not guessed: category scores 0, 1, 2, 1000 and 285,000 answers."""
    with pytest.raises(InvalidValueError, match=r"category_scores this uneven.*method='score'"):
        mean_tails([343.5, 285287.5, 5.5, 0.5], [0, 1, 2, 1000], 0.9996)


def test_the_mean_itself_is_no_hard_place() -> None:
    """At the mean of symmetric parameters both tails are a half, at every size."""
    for n in (0.5, 10.5, 1e6):
        assert mean_tails([n, 3.5, n], NPS, 0) == pytest.approx((0.5, 0.5), abs=1e-10)


def test_at_and_beyond_the_ends_everything_lies_on_one_side() -> None:
    """A mean category score is never below the lowest or above the highest one, and nearly never at it."""
    below, above = mean_tails([1, 2, 3], NPS, [-2, -1, 1, 2])
    assert (below.tolist(), above.tolist()) == ([0, 0, 1, 1], [1, 1, 0, 0])

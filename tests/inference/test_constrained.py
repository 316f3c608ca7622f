"""Laws of the likeliest shares whose mean category score is given."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from npskit.arrays import Floats
from npskit.errors import InvalidValueError
from npskit.inference.constrained import _many, constrained_shares, lattice, mean_variance

CATEGORY_SCORES = (
    [-100.0, 0.0, 100.0],
    [0.0, 50.0, 100.0],
    [5.0, 3.0, 1.0],
    [0.0, 99.0, 100.0],
    [1.0, 2.0, 3.0, 4.0, 7.0],
)
counts_of = st.one_of(st.integers(0, 8), st.integers(0, 10**6), st.floats(0.01, 50)).map(float)
places = st.one_of(st.sampled_from([0.0, 1e-9, 0.5, 1.0]), st.floats(0, 1))


@st.composite
def problems(
    draw: st.DrawFn, category_scores: tuple[list[float], ...] = CATEGORY_SCORES
) -> tuple[Floats, Floats, float]:
    """Counts, category scores and a mean within their range."""
    w = np.array(draw(st.sampled_from(category_scores)))
    c = np.array(draw(st.lists(counts_of, min_size=w.size, max_size=w.size).filter(any)))
    return c, w, float(np.clip(w.min() + draw(places) * np.ptp(w), w.min(), w.max()))


def log_likelihood(counts: Floats, shares: Floats) -> float:
    """Σ c·log p over the categories that were chosen."""
    chosen = counts > 0
    return float((counts[chosen] * np.log(np.maximum(shares[chosen], 1e-300))).sum())


@given(problems())
def test_shares_are_shares_and_keep_the_mean(problem: tuple[Floats, Floats, float]) -> None:
    """None is negative, they sum to 1, and their mean category score is the one asked for."""
    counts, category_scores, mean = problem
    shares = constrained_shares(counts, category_scores, mean)
    assert (shares >= 0).all()
    assert shares.sum() == pytest.approx(1, abs=1e-14)
    assert abs(shares @ category_scores - mean) <= 1e-13 * np.ptp(category_scores)


@given(problems(), st.randoms(use_true_random=False), st.floats(1e-6, 0.2))
def test_no_other_shares_with_this_mean_are_likelier(
    problem: tuple[Floats, Floats, float], random: object, step: float
) -> None:
    """Moving along any direction that keeps the sum and the mean never raises the likelihood."""
    counts, category_scores, mean = problem
    shares = constrained_shares(counts, category_scores, mean)
    best = log_likelihood(counts, shares)
    basis = np.linalg.svd(np.stack([np.ones_like(category_scores), category_scores]))[2][2:]
    for direction in np.concatenate([basis, -basis]):
        other = shares + step * direction
        if (other >= 0).all():
            assert log_likelihood(counts, other) <= best + 1e-7 * counts.sum()


def test_tango_q_where_it_can_be_written_down() -> None:
    """Against the textbook quadratic 2n·q² + [(2n−c+b)δ−b−c]q − bδ(1−δ) = 0 for the detractors' share."""
    for b, a, c in ([1, 2, 7], [10, 40, 50], [3, 0, 1]):
        n = a + b + c
        for delta in (-0.4, 0.0, 0.3):
            roots = np.roots([2 * n, (2 * n - c + b) * delta - b - c, -b * delta * (1 - delta)])
            q = min(max(roots.max(), max(0.0, -delta)), (1 - delta) / 2)
            shares = constrained_shares([b, a, c], [-1, 0, 1], delta)
            assert shares == pytest.approx([q, 1 - 2 * q - delta, q + delta], abs=1e-13)


@example((np.array([1.0, 0.0, 1.0]), np.array([0.0, 50.0, 100.0]), 4.94e-322))
@given(problems(CATEGORY_SCORES[:4]))
def test_three_categories_agree_with_the_general_route(problem: tuple[Floats, Floats, float]) -> None:
    """The quadratic and the Lagrange multiplier give the same shares, also where a category is empty."""
    counts, category_scores, mean = problem
    counts, category_scores = (
        (counts, category_scores) if category_scores[0] < category_scores[-1] else (counts[::-1], category_scores[::-1])
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        general = _many((counts / counts.sum())[None], category_scores, np.array([mean]))[0]
    assert constrained_shares(counts, category_scores, mean) == pytest.approx(general, abs=1e-10)


@given(problems(), st.floats(-1e3, 1e3), st.floats(0.01, 100))
def test_category_scores_may_fall_be_shifted_and_scaled(
    problem: tuple[Floats, Floats, float], shift: float, scale: float
) -> None:
    """Reversing the categories reverses the shares; an affine change of the category scores leaves them."""
    counts, category_scores, mean = problem
    shares = constrained_shares(counts, category_scores, mean)
    assert constrained_shares(counts[::-1], category_scores[::-1], mean)[::-1] == pytest.approx(shares, abs=1e-12)
    mean = min(
        max(shift + scale * mean, (shift + scale * category_scores).min()), (shift + scale * category_scores).max()
    )
    assert constrained_shares(counts, shift + scale * category_scores, mean) == pytest.approx(shares, abs=1e-6)


def test_the_mean_that_was_seen_keeps_the_shares_that_were_seen() -> None:
    """At the sample mean the constraint does not bind."""
    counts = np.array([[1.0, 2, 7], [10, 40, 50], [0, 3, 5]])
    seen = counts / counts.sum(axis=1, keepdims=True)
    assert constrained_shares(counts, [-1, 0, 1], seen @ [-1, 0, 1]) == pytest.approx(seen, abs=1e-14)


def test_an_empty_extreme_takes_a_share_where_the_mean_asks_for_it() -> None:
    """All passives, mean 0.2: the passives keep what they can, the promoters take the rest."""
    assert constrained_shares([0, 5, 0], [-1, 0, 1], 0.2) == pytest.approx([0, 0.8, 0.2], abs=1e-15)
    assert constrained_shares([0, 0, 9, 0], [1, 2, 3, 4], 3.25) == pytest.approx([0, 0, 0.75, 0.25], abs=1e-15)


def test_equal_category_scores_share_as_they_were_chosen() -> None:
    """Categories of one worth keep their proportions, and share evenly where all of them are empty."""
    shares = constrained_shares([3, 1, 0, 4], [0, 0, 1, 1], 0.6)
    assert shares == pytest.approx([0.3, 0.1, 0, 0.6])
    assert constrained_shares([0, 0, 3, 1], [5, 3, 3, 1], 2) == pytest.approx([0, 0, 0.5, 0.5])
    assert constrained_shares([0, 0, 4], [1, 1, 2], 1.5) == pytest.approx([0.25, 0.25, 0.5])
    assert constrained_shares([0, 2, 2, 2], [1, 2, 2, 3], 3) == pytest.approx([0, 0, 0, 1])


@pytest.mark.parametrize("category_scores", [[0.0, 1.0], [-1.0, 0.0, 1.0], [1.0, 2.0, 3.0, 5.0]])
def test_what_does_not_exist_is_nan(category_scores: list[float]) -> None:
    """No answers, a mean outside the range and a mean that is NaN give NaN, row by row."""
    top, k = category_scores[-1], len(category_scores)
    counts = np.array([[0] * k, [1] * k, [1] * k, [1] * k])
    shares = constrained_shares(counts, category_scores, [top, top + 1, np.nan, top])
    assert np.isnan(shares[:3]).all()
    assert shares[3].tolist() == [0.0] * (k - 1) + [1.0]


def test_means_and_counts_broadcast() -> None:
    """A column of tallies against a row of means gives the table of both."""
    counts = np.array([[[1, 2, 7]], [[3, 4, 13]]])
    shares = constrained_shares(counts, [-1, 0, 1], [-0.5, 0.0, 0.5])
    assert shares.shape == (2, 3, 3)
    assert (shares[1, 2] == constrained_shares([3, 4, 13], [-1, 0, 1], 0.5)).all()


@pytest.mark.parametrize(
    ("counts", "category_scores", "named"),
    [
        ([1, 2], [1, 1], "not all equal"),
        ([1, 2, 3], [1, 2], "axis of 2"),
        ([1, 2], [0, np.inf], "finite"),
        (3, [0, 1], "axis"),
    ],
)
def test_category_scores_that_do_not_fit_are_refused(counts: object, category_scores: list[float], named: str) -> None:
    """Equal or infinite category scores, and counts of another length, are named."""
    with pytest.raises(InvalidValueError, match=named):
        constrained_shares(counts, category_scores, 1)  # type: ignore[arg-type]


@settings(max_examples=50)
@given(st.lists(st.floats(0.001, 1), min_size=3, max_size=3))
def test_the_variance_is_that_of_dependent_shares(parts: list[float]) -> None:
    """p₊ + p₋ − (p₊ − p₋)², in squared units of the category scores."""
    p = np.array(parts) / sum(parts)
    assert mean_variance(p, [-1, 0, 1]) == pytest.approx(p[0] + p[2] - (p[2] - p[0]) ** 2)
    assert mean_variance(p, [-100, 0, 100]) == pytest.approx(1e4 * mean_variance(p, [-1, 0, 1]))


def test_a_tiny_share_of_the_far_extreme_keeps_its_digits() -> None:
    """Shares 0, 1 - ε, ε drawn down to -50: q² + q/2 = ε/8, q = ε/4, which a difference of roots would round away."""
    shares = constrained_shares([0.0, 1e15, 1.0], [-100, 0, 100], -50)
    assert shares[2] == pytest.approx(2.5e-16, rel=1e-9, abs=0)


def test_a_grid_has_at_most_ten_thousand_steps() -> None:
    steps, step = lattice(np.array([3.0, 4.0, 10_003.0]), "round them")
    assert (steps.tolist(), step) == ([0, 1, 10_000], 1.0)
    with pytest.raises(InvalidValueError, match="10,000 steps"):
        lattice(np.array([3.0, 4.0, 10_004.0]), "round them")

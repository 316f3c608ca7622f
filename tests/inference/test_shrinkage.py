"""Laws of shrinkage."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import digamma, gammaln

from npskit.arrays import Floats
from npskit.errors import InvalidValueError
from npskit.inference.shrinkage import (
    MAX_PRECISION,
    MIN_PRECISION,
    dirichlet_multinomial,
    paule_mandel,
    pooled_variances,
    shrink_counts,
    shrink_scores,
)

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "shrinkage.json").read_text())
NPS = np.array([-1.0, 0.0, 1.0])

few = settings(max_examples=60, deadline=None)


def segments(least: int = 1) -> st.SearchStrategy[Floats]:
    """Counts of some segments, small and large, some of them empty; at least one answer in all."""
    cell = st.one_of(st.integers(0, 5), st.integers(0, 2000), st.floats(0.01, 20))
    row = st.lists(cell, min_size=3, max_size=3)
    table = st.lists(row, min_size=least, max_size=8).map(lambda rows: np.array(rows, dtype=np.float64))
    return table.filter(lambda t: t.sum() > 0)


def log_likelihood(x: Floats, alpha: Floats) -> float:
    """The Dirichlet-multinomial log-likelihood of the counts, less its constant."""
    chosen = alpha > 0
    x, alpha, total = x[:, chosen], alpha[chosen], alpha.sum()
    return float((gammaln(x + alpha) - gammaln(alpha)).sum() - (gammaln(x.sum(1) + total) - gammaln(total)).sum())


@few
@given(x=segments(), factors=st.lists(st.floats(0.5, 2), min_size=3, max_size=3))
def test_no_other_alpha_is_more_likely(x: Floats, factors: list[float]) -> None:
    """Neither a nearby α nor a far one has a greater likelihood than the one found."""
    alpha = dirichlet_multinomial(x)
    assert alpha.shape == (3,)
    assert ((alpha > 0) == (x.sum(axis=0) > 0)).all()
    if alpha.sum() < 0.9 * MAX_PRECISION:
        best = log_likelihood(x, alpha)
        for other in (alpha * np.array(factors), alpha * (1 + 0.01 * np.array(factors)), alpha / 1.01, 1e4 * alpha):
            assert log_likelihood(x, other) <= best + 1e-9 * (1 + abs(best))


@few
@given(x=segments())
def test_shrinkage_lies_between_raw_and_pooled(x: Floats) -> None:
    """Each share lies between the segment's own and the whole's; an empty segment gets the whole's; they sum to 1."""
    alpha = dirichlet_multinomial(x)
    shrunk, whole = shrink_counts(x, alpha), alpha / alpha.sum()
    np.testing.assert_allclose(shrunk.sum(axis=1), 1, rtol=1e-12)
    n = x.sum(axis=1, keepdims=True)
    raw = np.divide(x, n, out=np.tile(whole, (len(x), 1)), where=n > 0)
    assert (shrunk >= np.minimum(raw, whole) - 1e-12).all()
    assert (shrunk <= np.maximum(raw, whole) + 1e-12).all()


@few
@given(x=segments(2), seed=st.integers(0, 2**32 - 1))
def test_order_and_empty_segments_do_not_matter(x: Floats, seed: int) -> None:
    """α is the same for the segments in any order with an empty one among them, and follows the categories' order."""
    rng = np.random.default_rng(seed)
    columns = rng.permutation(3)
    other = np.insert(rng.permutation(x), 1, 0, axis=0)[:, columns]
    expected = dirichlet_multinomial(x)[columns]
    np.testing.assert_allclose(
        shrink_counts(x[:, columns], dirichlet_multinomial(other)), shrink_counts(x[:, columns], expected), atol=1e-5
    )


@pytest.mark.parametrize("counts", [[[1, 2, 3]], [[5, 5, 10]] * 3, [[10, 20, 30], [10, 20, 30], [11, 19, 30]]])
def test_segments_that_do_not_differ_are_pooled(counts: list[list[int]]) -> None:
    """One segment, or several that differ by less than chance: Σα at its cap, and the shares are the whole's."""
    x = np.array(counts, dtype=np.float64)
    alpha = dirichlet_multinomial(x)
    assert alpha.sum() == pytest.approx(MAX_PRECISION)
    np.testing.assert_allclose(shrink_counts(x, alpha), np.tile(x.sum(axis=0) / x.sum(), (len(x), 1)), rtol=1e-9)


def test_segments_of_one_kind_each_are_left_alone() -> None:
    """Where every segment answers with one voice of its own there is nothing to learn from the others."""
    x = 10 * np.eye(3)
    alpha = dirichlet_multinomial(x)
    assert alpha.sum() == pytest.approx(MIN_PRECISION)
    np.testing.assert_allclose(shrink_counts(x, alpha), np.eye(3), atol=1e-9)


@pytest.mark.parametrize("precision", [0.01, 1.0, 30.0, 3_000.0])
def test_it_finds_the_top_however_the_segments_differ(precision: float) -> None:
    """From nearly one voice each to nearly alike, small and large: the gradient in log α vanishes at the result."""
    rng = np.random.default_rng(int(precision))
    for _ in range(50):
        shares, n = rng.dirichlet(np.full(4, precision / 4), 9), rng.integers(0, 10 ** rng.integers(1, 6), 9)
        x = np.array([rng.multinomial(m, p) for m, p in zip(n, shares, strict=True)], dtype=np.float64)
        x = x[:, x.sum(axis=0) > 0]
        alpha = dirichlet_multinomial(x) if x.size else np.zeros(0)
        if MIN_PRECISION * 2 < alpha.sum() < MAX_PRECISION / 2:
            total = alpha.sum()
            slope = (digamma(x + alpha) - digamma(alpha)).sum(axis=0)
            gradient = alpha * (slope - (digamma(x.sum(axis=1) + total) - digamma(total)).sum())
            assert (np.abs(gradient) < 1e-10 * (1 + x.sum())).all()


def test_figures_of_the_dirichlet_multinomial_fit() -> None:
    """α, its precision, the correlation and the shrunk scores reproduce R's VGAM and a fit with scipy."""
    x, fit, vgam = np.array(REFERENCE["counts"]), REFERENCE["dirichlet_multinomial"], REFERENCE["vgam"]
    alpha = dirichlet_multinomial(x)
    np.testing.assert_allclose(alpha, fit["alpha"], rtol=1e-6)
    # VGAM stopped a little early: the gradient at its values is a thousand million times that at ours
    np.testing.assert_allclose(alpha, vgam["alpha"], rtol=2e-6)
    np.testing.assert_allclose(alpha / alpha.sum(), vgam["pi"], rtol=1e-6)
    np.testing.assert_allclose([alpha.sum(), 1 / (1 + alpha.sum())], [vgam["A"], vgam["rho"]], rtol=1e-6)
    np.testing.assert_allclose(shrink_counts(x, alpha) @ NPS, fit["eb_theta"], atol=1e-7)


@pytest.mark.parametrize("kind", ["adj34", "pooled"])
def test_figures_of_the_normal_model(kind: str) -> None:
    """τ², mean, scores and standard errors reproduce an independent root search."""
    expected = REFERENCE[kind]
    found = shrink_scores(REFERENCE["theta"], REFERENCE[f"var_{kind}"])
    assert found.tau_squared == pytest.approx(expected["tau2"], rel=1e-10)
    assert found.mean == pytest.approx(expected["mu"], rel=1e-12)
    np.testing.assert_allclose(found.scores, expected["eb"], rtol=1e-10)
    np.testing.assert_allclose(found.se, expected["se"], rtol=1e-10)


def test_figures_of_the_pooled_variances() -> None:
    """The whole's variance over each n, and the weights that follow from it."""
    np.testing.assert_allclose(pooled_variances(REFERENCE["counts"], NPS), REFERENCE["var_pooled"], rtol=1e-12)
    weight = shrink_scores(REFERENCE["theta"], REFERENCE["var_pooled"]).weight
    np.testing.assert_allclose(weight, REFERENCE["shrink_pooled"], rtol=1e-9)


@few
@given(
    y=st.lists(st.floats(-100, 100), min_size=1, max_size=10),
    v=st.lists(st.floats(0.1, 1000), min_size=10, max_size=10),
    scale=st.floats(0.01, 100),
)
def test_paule_mandel_balances_the_sum_of_squares(y: list[float], v: list[float], scale: float) -> None:
    """At τ² > 0 the weighted squares are G - 1, at 0 they are no more; the units do not matter; shrunk lies between."""
    estimates, variances = np.array(y), np.array(v[: len(y)])
    mean, tau_squared = paule_mandel(estimates, variances)
    squares = ((estimates - mean) ** 2 / (variances + tau_squared)).sum()
    if tau_squared > 0:
        assert squares == pytest.approx(len(y) - 1, rel=1e-9)
    else:
        assert squares <= len(y) - 1 + 1e-9
    scaled = paule_mandel(7 + scale * estimates, scale**2 * variances)
    np.testing.assert_allclose(scaled, (7 + scale * mean, scale**2 * tau_squared), rtol=1e-6, atol=1e-6 * scale)
    shrunk = shrink_scores(estimates, variances)
    assert (shrunk.scores >= np.minimum(estimates, mean) - 1e-9).all()
    assert (shrunk.scores <= np.maximum(estimates, mean) + 1e-9).all()
    assert (shrunk.se <= np.sqrt(variances)).all()


def test_a_segment_without_answers_gets_the_mean() -> None:
    """NaN with any variance, or an infinite variance, enters nothing and is shrunk all the way."""
    known = shrink_scores([60.0, -30, 30], [40.0, 46, 6])
    found = shrink_scores([60.0, np.nan, -30, 30, 99], [40.0, np.nan, 46, 6, np.inf])
    np.testing.assert_allclose(found.scores, [known.scores[0], known.mean, *known.scores[1:], known.mean])
    np.testing.assert_array_equal(found.weight[[1, 4]], 1)
    np.testing.assert_allclose(found.se[[1, 4]] ** 2, known.tau_squared)
    nothing = shrink_scores([np.nan], [1.0])
    assert np.isnan(nothing.scores).all()
    assert np.isinf(pooled_variances([[0, 0, 0], [1, 2, 3]], NPS)[0])
    assert np.isnan(dirichlet_multinomial([[0, 0, 0]])).all()


def test_what_cannot_be_shrunk_is_refused() -> None:
    """Counts of one segment only as a row, variances of zero and mixed shapes are named."""
    with pytest.raises(InvalidValueError, match=r"shape \(segments, categories\): got \(3,\)"):
        dirichlet_multinomial([1, 2, 3])
    with pytest.raises(InvalidValueError, match="not negative"):
        dirichlet_multinomial([[1, -2, 3]])
    with pytest.raises(InvalidValueError, match="alpha must not be negative"):
        shrink_counts([[1, 2]], [1, -1])
    with pytest.raises(InvalidValueError, match="one shape"):
        paule_mandel([1, 2], [1, 2, 3])
    with pytest.raises(InvalidValueError, match=r"variances must be positive: got \[0\.0\] at \[1\]"):
        shrink_scores([1, 2], [1, 0])

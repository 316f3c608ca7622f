"""Laws of weighted means: from sums of weights and of squared weights alone."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit import Survey
from npskit.arrays import Floats
from npskit.data.weights import read_weights
from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.inference.intervals import score_interval, wald
from npskit.inference.strata import stratified_variance
from npskit.inference.weighting import design_effect, effective_counts, kish_n_eff, taylor_variance, weighted_mean

REFERENCE = Path(__file__).parents[1] / "reference"
R = json.loads((REFERENCE / "survey_design_r.json").read_text())
SCORE = json.loads((REFERENCE / "survey_design_score_interval.json").read_text())
ROWS = np.genfromtxt(REFERENCE / "survey_design.csv", delimiter=",", names=True, dtype=None, encoding="utf-8")
CATEGORIES = np.digitize(ROWS["score"], [7, 9])
CATEGORY_SCORES = np.array([-1.0, 0.0, 1.0])

samples = st.lists(st.tuples(st.integers(0, 2), st.floats(0.125, 8)), min_size=2, max_size=30)


def sums(categories: Any, weights: Any) -> tuple[Floats, Floats, Floats]:
    """Counts, sums of weights and sums of squared weights by category."""
    w = np.asarray(weights, dtype=np.float64)
    one_hot = np.eye(3)[np.asarray(categories, dtype=np.intp)]
    return one_hot.sum(axis=0), w @ one_hot, (w * w) @ one_hot


@pytest.mark.parametrize(("label", "weights"), [("unweighted", np.ones(len(ROWS))), ("weights_only", ROWS["weight"])])
def test_weights_only_equals_svymean(label: str, weights: Floats) -> None:
    """Mean, standard error and design effect are those of R's svymean."""
    counts, first, second = sums(CATEGORIES, weights)
    variance = taylor_variance(counts, first, second, CATEGORY_SCORES)
    assert weighted_mean(first, CATEGORY_SCORES) == pytest.approx(R[label]["nps"], abs=1e-13)
    assert np.sqrt(variance) == pytest.approx(R[label]["se"], abs=1e-13)
    effect = design_effect(variance, first / first.sum(), counts.sum(), CATEGORY_SCORES)
    assert effect == pytest.approx(R[label]["deff"], abs=1e-12)
    shares = [np.sqrt(taylor_variance(counts, first, second, np.eye(3)[k])) for k in range(3)]
    np.testing.assert_allclose(shares, R[label]["p_se"], atol=1e-13)
    if label == "weights_only":
        assert kish_n_eff(first, second) == pytest.approx(R["kish"]["n_eff"], abs=1e-9)
        assert counts.sum() / kish_n_eff(first, second) == pytest.approx(R["kish"]["deff_kish"], abs=1e-12)
        assert first.sum() == pytest.approx(R["kish"]["sum_w"], abs=1e-9)


@pytest.mark.parametrize("label", sorted(SCORE))
def test_score_interval_at_effective_counts(label: str) -> None:
    """Effective size and interval are those of the reference, for every design it has; Wald becomes mean ± t SE."""
    figures = SCORE[label]
    shares = np.array(R[label.replace("_fpc", "").replace("calibrate_raking", "rake_age_sex")]["p"])
    counts = effective_counts(shares, figures["se"] ** 2, len(ROWS), figures["df"], CATEGORY_SCORES)
    assert counts.sum() == pytest.approx(figures["n_star"], abs=1e-9)
    np.testing.assert_allclose(score_interval(counts, CATEGORY_SCORES, 0.95), figures["score_ci"], atol=1e-12)
    np.testing.assert_allclose(wald(counts, CATEGORY_SCORES, 0.95), figures["wald_t"], atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(samples, st.integers(-8, 8))
def test_the_unit_of_the_weights_does_not_matter(sample: list[tuple[int, float]], power: int) -> None:
    """Multiplying all weights by a constant changes nothing but their sum."""
    categories, weights = (np.array(a) for a in zip(*sample, strict=True))
    counts, first, second = sums(categories, weights)
    c = 2.0**power
    assert weighted_mean(first * c, CATEGORY_SCORES) == pytest.approx(weighted_mean(first, CATEGORY_SCORES), abs=1e-14)
    assert kish_n_eff(first * c, second * c * c) == pytest.approx(kish_n_eff(first, second), rel=1e-14)
    scaled = taylor_variance(counts, first * c, second * c * c, CATEGORY_SCORES)
    assert scaled == pytest.approx(taylor_variance(counts, first, second, CATEGORY_SCORES), abs=1e-14)


@settings(max_examples=60, deadline=None)
@given(samples)
def test_sums_per_category_lose_nothing(sample: list[tuple[int, float]]) -> None:
    """The variance from sums by category is that of the linearized answers, one by one."""
    categories, weights = (np.array(a) for a in zip(*sample, strict=True))
    s = CATEGORY_SCORES[categories]
    u = weights * (s - (weights * s).sum() / weights.sum()) / weights.sum()
    assert taylor_variance(*sums(categories, weights), CATEGORY_SCORES) == pytest.approx(
        len(u) * u.var(ddof=1), abs=1e-14
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 50), min_size=3, max_size=3).filter(lambda c: sum(c) > 1), st.floats(0.1, 10))
def test_constant_weights_are_none(counts: list[int], weight: float) -> None:
    """Equal weights give the unweighted mean, variance s²/n and all n effective answers."""
    n = np.array(counts, dtype=np.float64)
    answers = np.repeat(CATEGORY_SCORES, counts)
    assert weighted_mean(n * weight, CATEGORY_SCORES) == pytest.approx(answers.mean(), abs=1e-12)
    variance = taylor_variance(n, n * weight, n * weight**2, CATEGORY_SCORES)
    assert variance == pytest.approx(answers.var(ddof=1) / len(answers), abs=1e-12)
    assert kish_n_eff(n * weight, n * weight**2) == pytest.approx(len(answers))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 9)), min_size=1, max_size=20))
def test_whole_weights_are_repetitions_for_the_value(sample: list[tuple[int, int]]) -> None:
    """A weight of 3 moves the mean as three answers do; the variance knows that it was one."""
    categories, weights = (np.array(a) for a in zip(*sample, strict=True))
    repeated = CATEGORY_SCORES[np.repeat(categories, weights)].mean()
    counts, first, second = sums(categories, weights)
    assert weighted_mean(first, CATEGORY_SCORES) == pytest.approx(repeated, abs=1e-13)
    assert kish_n_eff(first, second) <= counts.sum() * (1 + 1e-12)


@settings(max_examples=60, deadline=None)
@given(samples, st.lists(st.integers(0, 3), min_size=30, max_size=30))
def test_strata_of_answers(sample: list[tuple[int, float]], places: list[int]) -> None:
    """Sums by stratum and category give the textbook variance; one stratum gives that of weights only."""
    categories, weights = (np.array(a) for a in zip(*sample, strict=True))
    strata, s = np.array(places[: len(sample)]), CATEGORY_SCORES[categories]
    u = weights * (s - (weights * s).sum() / weights.sum()) / weights.sum()
    sizes = np.bincount(strata, minlength=4)
    expected = sum(sizes[h] * u[strata == h].var(ddof=1) for h in range(4) if sizes[h] > 1)
    counts, first, second = (
        np.stack(a) for a in zip(*(sums(categories[strata == h], weights[strata == h]) for h in range(4)), strict=True)
    )
    found = stratified_variance(counts, first, second, CATEGORY_SCORES, lonely="certainty")
    assert found == pytest.approx(expected, abs=1e-13)
    merged = (counts.sum(axis=0), first.sum(axis=0), second.sum(axis=0))
    one = stratified_variance(merged[0][np.newaxis], merged[1][np.newaxis], merged[2][np.newaxis], CATEGORY_SCORES)
    assert one == pytest.approx(taylor_variance(*merged, CATEGORY_SCORES), abs=1e-15)


def test_leading_axes_are_vectorized() -> None:
    """A stack of tallies gives the stack of results."""
    rng = np.random.default_rng(0)
    counts = rng.integers(1, 9, (4, 5, 3)).astype(np.float64)
    first, second = counts * 1.5, counts * 2.5
    variance, mean = taylor_variance(counts, first, second, CATEGORY_SCORES), weighted_mean(first, CATEGORY_SCORES)
    strata = stratified_variance(counts, first, second, CATEGORY_SCORES)
    assert (mean.shape, variance.shape, strata.shape) == ((4, 5), (4, 5), (4,))
    assert variance[2, 3] == taylor_variance(counts[2, 3], first[2, 3], second[2, 3], CATEGORY_SCORES)
    assert strata[1] == pytest.approx(stratified_variance(counts[1], first[1], second[1], CATEGORY_SCORES), abs=1e-16)
    shares = first / first.sum(axis=-1, keepdims=True)
    stacked = effective_counts(shares, variance, counts.sum(axis=-1), 10, CATEGORY_SCORES)
    one = effective_counts(shares[2, 3], variance[2, 3], counts[2, 3].sum(), 10, CATEGORY_SCORES)
    np.testing.assert_allclose(stacked[2, 3], one)


def test_nothing_gives_nan() -> None:
    """No answer, or only weights of 0, has no mean, variance or effective size; one answer has no variance."""
    for counts in ([0, 0, 0], [2, 1, 3]):
        zero = np.zeros(3)
        assert np.isnan(weighted_mean(zero, CATEGORY_SCORES))
        assert np.isnan(taylor_variance(counts, zero, zero, CATEGORY_SCORES))
        assert np.isnan(kish_n_eff(zero, zero))
        assert np.isnan(stratified_variance([counts], [zero], [zero], CATEGORY_SCORES))
    assert np.isnan(taylor_variance([0, 0, 1], [0, 0, 2], [0, 0, 4], CATEGORY_SCORES))
    assert np.isnan(design_effect(0.0, [0, 0, 1], 5, CATEGORY_SCORES))
    assert not effective_counts([np.nan] * 3, np.nan, 0, 5, CATEGORY_SCORES).any()
    assert np.isnan(
        score_interval(effective_counts([0.5, 0, 0.5], np.nan, 9, 0, CATEGORY_SCORES), CATEGORY_SCORES, 0.95)
    ).all()


def test_an_answer_of_weight_zero_counts_as_sampled() -> None:
    """Weight 0 moves neither mean nor spread; only n/(n−1) knows of it."""
    with_zero = taylor_variance([1, 0, 2], [1, 0, 1], [1, 0, 1], CATEGORY_SCORES)
    assert with_zero == pytest.approx(taylor_variance([1, 0, 1], [1, 0, 1], [1, 0, 1], CATEGORY_SCORES) * (3 / 2) / 2)


def test_effective_size_has_bounds() -> None:
    """n* is at most n, Kish's where all answers are alike or SE = 0, and n where that is not given either."""
    shares = [0.2, 0.3, 0.5]
    assert effective_counts(shares, 1e-9, 50, np.inf, CATEGORY_SCORES).sum() == pytest.approx(50)
    assert effective_counts([0, 0, 1], 0.0, 50, 49, CATEGORY_SCORES, n_kish=31.5).tolist() == [0, 0, 31.5]
    assert effective_counts([0, 0, 1], np.nan, 1, 0, CATEGORY_SCORES, n_kish=1).tolist() == [0, 0, 1]
    assert effective_counts(shares, 0.0, 50, 49, CATEGORY_SCORES).sum() == pytest.approx(50)
    few, many = (effective_counts(shares, 0.02, 50, df, CATEGORY_SCORES).sum() for df in (3, 1e9))
    assert few < many == pytest.approx(0.61 / 0.02)
    assert not effective_counts(shares, 0.02, 50, 0, CATEGORY_SCORES).any()
    # where design or population make the sample worth more than its answers, nothing caps it; but counts stay finite
    assert effective_counts(shares, 0.001, np.inf, np.inf, CATEGORY_SCORES).sum() == pytest.approx(610)
    assert effective_counts(shares, 0.0, np.inf, 9, CATEGORY_SCORES, n_kish=np.inf).sum() == pytest.approx(1e15)
    assert 0 < effective_counts(shares, 0.02, 50, 0.001, CATEGORY_SCORES).sum() <= 1e-5


@pytest.mark.parametrize("level", [0, 1, 95, float("nan")])
def test_the_level_is_a_probability(level: float) -> None:
    """A confidence level of 95 is refused."""
    with pytest.raises(InvalidValueError, match=r"level must (lie strictly between 0 and 1|be finite)"):
        effective_counts([0.5, 0, 0.5], 0.1, 9, 8, CATEGORY_SCORES, level)


def test_weights_that_cannot_be_used_are_named() -> None:
    """Negative, missing and infinite weights are refused with their rows; 0 and whole numbers are welcome."""
    assert read_weights([0, 2]).dtype == np.float64
    finite, number = (
        "must be finite and at least 0: row 1 .from 0. has",
        ": row 1 .from 0. holds .*, which is not a number; co",
    )
    unusable = (-1.0, float("inf"), 10**400, "-2", "1e999", None, "", "n/a", float("nan"))
    cases: list[tuple[Any, str]] = [(bad, finite) for bad in unusable]
    cases += [(bad, number) for bad in ("x", True, date(2026, 1, 1))]
    for bad, said in cases:
        with pytest.raises(InvalidValueError, match=f"^weights ?{said}"):
            read_weights([1.0, bad])
        with pytest.raises(InvalidValueError, match=f"^weight: column 'w' ?{said}") as caught:
            Survey({"s": [9, 10], "w": [1, bad]}, score="s", weight="w").score()
        assert (caught.value.argument, caught.value.rows) == ("weight", (1,))
        assert "inf" not in str(caught.value).replace("finite", "") or bad == float("inf")
        assert "leave it empty" not in str(caught.value)
    with pytest.raises(InvalidValueError, match=r"row 4 .from 0. has -1.0 and 3 rows more"):
        read_weights([-1.0] * 8, "w")
    with pytest.raises(InvalidTypeError, match="weights must be numbers, not bool"):
        read_weights(np.array([True, False]))
    with pytest.raises(InvalidValueError, match=r"weights: row 0 .*True, which is not a number"):
        read_weights([True, False])
    assert read_weights(["1", "0,5"]).tolist() == [1, 0.5]
    with pytest.raises(InvalidValueError, match=r"weights: row 0 .*'one', which is not a number"):
        read_weights(["one"])
    with pytest.raises(InvalidValueError, match=r"weights: row 0 .*holds .1, 2., which is not a number"):
        read_weights([[1, 2]])


def test_a_design_has_no_effect_without_spread_or_answers() -> None:
    """NaN where all answer alike, whatever the variance, and where there are fewer than two answers."""
    shares = [[0.25, 0.5, 0.25], [0.0, 1.0, 0.0], [0.25, 0.5, 0.25]]
    found = design_effect([0.25, 0.25, 0.25], shares, [5, 5, 1], [-1, 0, 1])
    np.testing.assert_array_equal(found, [2, np.nan, np.nan])


def test_a_variance_is_never_below_zero() -> None:
    """Where all answer alike what is left is rounding, on either side."""
    heavy = np.random.default_rng(0).random((200, 2, 1)) * [[0, 10, 0]]
    counts = np.broadcast_to([[0, 3, 0], [0, 2, 0]], (200, 2, 3))
    assert (stratified_variance(counts, counts * heavy, counts * heavy**2, [-1, 0.1, 1]) >= 0).all()

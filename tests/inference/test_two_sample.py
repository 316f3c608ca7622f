"""Laws of comparing two scores."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.arrays import Floats
from npskit.errors import InvalidValueError
from npskit.inference.common_mean import common_mean
from npskit.inference.constrained import constrained_shares
from npskit.inference.intervals import score_interval
from npskit.inference.power_exact import exact_power
from npskit.inference.two_sample import difference_interval, mover, score_test, score_z
from npskit.inference.wald_and_welch import wald_difference, welch_difference

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "two_sample.json").read_text())
NPS = np.array([-1.0, 0.0, 1.0])
CES = np.array([1.0, 2.0, 3.0, 4.0, 5.0])

few = settings(max_examples=40, deadline=None)
levels = st.sampled_from([0.8, 0.95, 0.99])


def tables(size: int, samples: int = 2) -> st.SearchStrategy[Floats]:
    """Counts of several samples, small and large, whole and not, none of them empty."""
    cell = st.one_of(st.integers(0, 6), st.integers(0, 5000), st.floats(0.01, 50))
    row = st.lists(cell, min_size=size, max_size=size).filter(lambda r: sum(r) > 0)
    return st.lists(row, min_size=samples, max_size=samples).map(lambda rows: np.array(rows, dtype=np.float64))


@few
@given(table=tables(3), level=levels)
def test_comparing_the_other_way_round_changes_the_sign_only(table: Floats, level: float) -> None:
    """Swapping the samples negates z and the interval and keeps p, all to the last bit."""
    a, b = table
    (z, p), (z_swapped, p_swapped) = score_test(a, b, NPS), score_test(b, a, NPS)
    assert (z, p) == (-z_swapped, p_swapped)
    (low, high), (low_swapped, high_swapped) = (difference_interval(*s, NPS, level) for s in ((a, b), (b, a)))
    assert (low, high) == (-high_swapped, -low_swapped)
    assert score_z(a, b, NPS, 0.25) == -score_z(b, a, NPS, -0.25)


@few
@given(table=tables(5), null=st.floats(-3.9, 3.9))
def test_p_lies_in_0_1_for_any_null(table: Floats, null: float) -> None:
    """z is a number whatever was answered and whatever the null; p is a probability."""
    z, p = score_test(table[0], table[1], CES, null)
    assert np.isfinite(z)
    assert 0 <= p <= 1


@few
@given(table=tables(4), shift=st.floats(-50, 50), scale=st.floats(0.01, 100))
def test_the_scale_of_the_category_scores_does_not_matter(table: Floats, shift: float, scale: float) -> None:
    """z is the same after any rising linear change of the category scores, and changes its sign after a falling one."""
    category_scores = np.array([0.0, 1.0, 3.0, 7.0])
    z = score_z(table[0], table[1], category_scores, 1.0)
    np.testing.assert_allclose(
        score_z(table[0], table[1], shift + scale * category_scores, scale), z, rtol=1e-6, atol=1e-8
    )
    np.testing.assert_allclose(score_z(table[0], table[1], -category_scores, -1.0), -z, rtol=1e-6, atol=1e-8)


@few
@given(table=tables(4))
def test_categories_of_equal_worth_count_as_one(table: Floats) -> None:
    """Splitting a category, or listing the categories in another order, changes nothing."""
    merged = np.stack([table[:, 0] + table[:, 1], table[:, 2], table[:, 3]], axis=1)
    order = [2, 0, 3, 1]
    expected = score_z(merged[0], merged[1], NPS)
    np.testing.assert_allclose(score_z(table[0], table[1], [-1, -1, 0, 1]), expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(
        score_z(table[0, order], table[1, order], [0, -1, 1, -1]), expected, rtol=1e-9, atol=1e-12
    )


@few
@given(table=tables(5), null=st.integers(-90, 90).map(lambda k: k / 100))
def test_the_common_mean_has_the_greatest_likelihood(table: Floats, null: float) -> None:
    """No pair of means that differ by the null is more likely than the one found."""
    unit = (CES - 1) / 4

    def log_likelihood(center: Floats) -> Floats:
        """The profile log-likelihood of both samples."""
        total = np.zeros(center.shape)
        for counts, sign in zip(table, (1, -1), strict=True):
            shares = constrained_shares(counts, unit, np.clip(center + sign * null / 2, 0, 1))
            with np.errstate(divide="ignore", invalid="ignore"):
                total += np.where(counts > 0, counts * np.log(shares), 0).sum(axis=-1)
        return total

    (best,) = common_mean(table[np.newaxis], unit, null * np.array([0.5, -0.5]))
    # the likelihood itself is exact to half the digits only near its maximum
    others = np.linspace(abs(null / 2), 1 - abs(null / 2), 101)
    found = log_likelihood(np.array([best]))[0]
    assert (log_likelihood(others) <= found + 1e-9 * (1 + abs(found))).all()


@few
@given(table=tables(3), level=levels)
def test_against_a_constant_the_interval_is_that_of_one_sample(table: Floats, level: float) -> None:
    """MOVER with an estimate that is known exactly is the other's interval, shifted; with -1, mirrored."""
    low, high = (float(limit) for limit in score_interval(table[0], NPS, level))
    theta = float(table[0] @ NPS / table[0].sum())
    for sign in (1, -1):
        found = mover([theta, 0.5], [low, 0.5], [high, 0.5], [sign, -1])
        np.testing.assert_allclose(found, np.sort([sign * low, sign * high]) - 0.5, atol=1e-14)


@few
@given(table=tables(3, samples=4), level=levels)
def test_mover_is_odd_and_encloses_the_contrast(table: Floats, level: float) -> None:
    """The limits of the negative contrast are the negative limits, and the contrast lies between them."""
    low, high = score_interval(table, NPS, level)
    theta, c = table @ NPS / table.sum(axis=-1), np.array([1.0, -1.0, -1.0, 1.0])
    down, up = mover(theta, low, high, c)
    assert (down, up) == tuple(-x for x in mover(theta, low, high, -c)[::-1])
    assert down <= theta @ c <= up


@few
@given(table=tables(3, samples=6))
def test_many_pairs_at_once_are_the_pairs_one_by_one(table: Floats) -> None:
    """Leading axes broadcast, and what stands beside a pair does not change it."""
    a, b = table[:3, None], table[3:]
    z, (low, high) = score_z(a, b, NPS), difference_interval(a, b, NPS)
    assert z.shape == low.shape == high.shape == (3, 3)
    for i in range(3):
        for j in range(3):
            np.testing.assert_allclose(z[i, j], score_z(table[i], table[3 + j], NPS), rtol=1e-10, atol=1e-12)
            pair = difference_interval(table[i], table[3 + j], NPS)
            np.testing.assert_allclose((low[i, j], high[i, j]), pair, rtol=1e-10, atol=1e-12)


@few
@given(table=tables(2), null=st.floats(-0.95, 0.95))
def test_two_categories_give_the_test_of_two_proportions(table: Floats, null: float) -> None:
    """For shares the variance at equal scores is the pooled one, and for any null the common root solves the cubic."""
    n, share = table.sum(axis=1), table[:, 1] / table.sum(axis=1)
    if (pooled := table[:, 1].sum() / n.sum()) not in {0, 1}:
        se = np.sqrt(pooled * (1 - pooled) * (1 / n).sum() * n.sum() / max(n.sum() - 1, 1e-300))
        expected = (share[0] - share[1]) / se if n.sum() > 1 else 0.0
        np.testing.assert_allclose(score_z(table[0], table[1], [0, 1]), expected, rtol=1e-8, atol=1e-10)
    (m,) = common_mean(table[np.newaxis], np.array([0.0, 1.0]), null * np.array([0.5, -0.5]))
    p, q = m + null / 2, m - null / 2
    if min(p, q) > 1e-3 and max(p, q) < 0.999:
        slope = table[0, 1] / p - table[0, 0] / (1 - p) + table[1, 1] / q - table[1, 0] / (1 - q)
        assert abs(slope) < 1e-8 * n.sum()


@pytest.mark.parametrize("table", REFERENCE["tables"])
def test_figures_of_the_score_test_and_interval(table: dict[str, Any]) -> None:
    """The common score, z, p and the MOVER interval reproduce independent figures, on any scale."""
    x, y = table["x"], table["y"]
    (theta,) = common_mean(np.array([[x, y]], dtype=np.float64), (NPS + 1) / 2, np.zeros(2))
    np.testing.assert_allclose(2 * theta - 1, table["theta_common"], rtol=1e-12)
    z, p = score_test(x, y, 100 * NPS)
    np.testing.assert_allclose(z, table["score_z_Nm1"], rtol=1e-12)
    np.testing.assert_allclose(p, table["score_p_Nm1"], rtol=1e-12)
    np.testing.assert_allclose(difference_interval(x, y, NPS), table["mover_score_ci"], rtol=1e-9)


@pytest.mark.parametrize("table", REFERENCE["tables"])
def test_figures_of_wald_and_welch_with_their_sign(table: dict[str, Any]) -> None:
    """Wald, adjusted Wald and Welch reproduce R's figures; the other way round all signs change."""
    x, y = np.array(table["x"], dtype=float), np.array(table["y"], dtype=float)
    added = np.array([0.75, 1.5, 0.75])
    for found, name, difference in (
        (wald_difference(x, y, NPS), "wald", table["diff"]),
        (wald_difference(x + added, y + added, NPS), "adj34", table["adj34_diff"]),
    ):
        figures = [difference, table[f"{name}_se"], table[f"{name}_p"], *table[f"{name}_ci"]]
        np.testing.assert_allclose(
            [found.difference, found.se, found.p_value, found.low, found.high], figures, rtol=1e-11
        )
    welch, mirrored = welch_difference(x, y, NPS), welch_difference(y, x, NPS)
    figures = [table["diff"], table["welch_t"], table["welch_df"], table["welch_p"]]
    found_welch = [welch.difference, welch.statistic, welch.df, welch.p_value]
    np.testing.assert_allclose(found_welch, figures, rtol=1e-11)
    width = welch.high - welch.low  # a limit may lie as near to 0 as it likes
    np.testing.assert_allclose([welch.low, welch.high], table["welch_ci"], rtol=0, atol=1e-11 * float(width))
    assert (mirrored.difference, mirrored.low, mirrored.high) == (-welch.difference, -welch.high, -welch.low)
    assert (mirrored.statistic, mirrored.p_value) == (-welch.statistic, welch.p_value)


def test_figures_of_a_difference_in_differences() -> None:
    """MOVER over four cells reproduces the interval of a difference in differences."""
    cells = np.array([[40.0, 80, 180], [60, 90, 150], [92, 108, 210], [90, 110, 200]])
    limits = mover(cells @ NPS / cells.sum(axis=1), *score_interval(cells, NPS, 0.95), [1, -1, -1, 1])
    np.testing.assert_allclose(limits, [-0.010159214477544393, 0.31665869941202507], rtol=1e-9)


@pytest.mark.parametrize(
    ("n", "shares", "expected"),
    [
        (5, [[0.05, 0.05, 0.9], [0.9, 0.02, 0.08]], 0.8913),
        (5, [[0.05, 0.05, 0.9], [0.9, 0.05, 0.05]], 0.9101),
        (10, [[0.05, 0.1, 0.85], [0.85, 0.1, 0.05]], 0.9312),
        (20, [[0.05, 0.05, 0.9], [0.9, 0.05, 0.05]], 0.9341),
    ],
)
def test_coverage_at_the_worst_pairs_known(n: int, shares: list[list[float]], expected: float) -> None:
    """The interval of a difference covers less than its level near opposite ends of the scale, by as much as stated."""
    counts = np.array([(b, a, n - a - b) for b in range(n + 1) for a in range(n + 1 - b)], dtype=np.float64)
    log_factorial = np.array([math.lgamma(k + 1) for k in range(n + 1)])
    log_ways = log_factorial[n] - log_factorial[counts.astype(int)].sum(axis=1)
    first, second = (np.exp(log_ways + counts @ np.log(p)) for p in shares)
    low, high = difference_interval(counts[:, None], counts, NPS)
    truth = float(np.dot(shares[0], NPS) - np.dot(shares[1], NPS))
    covered = first @ ((low <= truth + 1e-12) & (truth - 1e-12 <= high)) @ second
    assert covered == pytest.approx(expected, abs=5e-5)


def test_the_interval_and_the_test_can_disagree() -> None:
    """They are not each other's dual: either may find a difference where the other does not."""
    category_scores = 100 * NPS
    low, high = difference_interval([0, 3, 7], [5, 0, 5], category_scores)
    assert (round(float(low), 1), round(float(high), 1)) == (-0.7, 126.1)
    assert round(float(score_test([0, 3, 7], [5, 0, 5], category_scores)[1]), 3) == 0.035
    assert difference_interval([1, 1, 8], [5, 1, 4], category_scores)[0] > 0
    assert score_test([1, 1, 8], [5, 1, 4], category_scores)[1] > 0.05


def rejection(rate: dict[str, Any]) -> None:
    """Check one rejection rate."""
    found = exact_power(*rate["shares"], *rate["n"], category_scores=NPS)
    np.testing.assert_allclose(found, rate["rejects"], atol=1e-12, rtol=0)


@pytest.mark.parametrize("rate", [r for r in REFERENCE["rates"] if max(r["n"]) <= 20 or r["n"] == [10, 50]])
def test_exact_rejection_rates(rate: dict[str, Any]) -> None:
    """How often the score test rejects, over all outcomes: also at equal scores of unequal distributions."""
    rejection(rate)


@pytest.mark.slow
@pytest.mark.parametrize("rate", [r for r in REFERENCE["rates"] if max(r["n"]) > 20 and r["n"] != [10, 50]])
def test_exact_rejection_rates_of_larger_samples(rate: dict[str, Any]) -> None:
    """As above."""
    rejection(rate)


def test_samples_without_variance() -> None:
    """All in one category, the same or the opposite: z is 0 or large, never NaN."""
    promoters, passives, detractors = np.diag([10.0, 10, 10])[::-1]
    for sample in (promoters, passives, detractors):
        z, p = score_test(sample, 3 * sample, NPS)
        assert z == 0
        assert p == 1
    assert score_z(promoters, passives, NPS, 1.0) == 0
    z, p = score_test(promoters, detractors, NPS)
    # the common score is 0, half at each end: 2 / sqrt(1/10 + 1/10) * sqrt(19/20)
    np.testing.assert_allclose(z, 2 / np.sqrt(0.2) * np.sqrt(0.95))
    # the detractors' score is as certain as the promoters': the interval is narrow and within the range
    low, high = difference_interval(promoters, detractors, NPS)
    assert 1 < low < high == 2
    np.testing.assert_allclose(score_z(passives, [1, 8, 1], NPS), 0, atol=1e-12)


def test_a_single_answer_proves_nothing() -> None:
    """One answer in all, spread over two samples as weights may do it, gives z = 0."""
    assert score_z([0, 0, 0.5], [0.5, 0, 0], NPS) == 0


def test_an_empty_sample_gives_nan() -> None:
    """Without answers there is no score and no comparison, and no warning."""
    empty = [0, 0, 0]
    for a, b in ((empty, [1, 2, 3]), ([1, 2, 3], empty), (empty, empty)):
        assert np.isnan(score_test(a, b, NPS)).all()
        assert np.isnan(difference_interval(a, b, NPS)).all()
        assert np.isnan(wald_difference(a, b, NPS).p_value)
        assert np.isnan(welch_difference(a, b, NPS).low)
    assert np.isnan(welch_difference([0, 0, 1], [1, 2, 3], NPS).p_value)
    assert score_z(np.empty((0, 3)), np.empty((0, 3)), NPS).shape == (0,)


def test_what_does_not_fit_is_named() -> None:
    """Counts of another length, negative ones, impossible nulls and contrasts that do not broadcast are refused."""
    with pytest.raises(InvalidValueError, match="counts"):
        score_test([1, 2], [1, 2, 3], NPS)
    with pytest.raises(InvalidValueError, match="not negative"):
        difference_interval([1, -2, 3], [1, 2, 3], NPS)
    with pytest.raises(
        InvalidValueError, match=r"null_difference=2\.0 must be less than the range of the category_scores, 2"
    ):
        score_test([1, 2, 3], [1, 2, 3], NPS, 2.0)
    with pytest.raises(InvalidValueError, match="null_difference=nan"):
        score_test([1, 2, 3], [1, 2, 3], NPS, np.nan)
    with pytest.raises(InvalidValueError, match="must broadcast"):
        mover([1, 2], [0, 1], [2, 3], [1, -1, 1])
    with pytest.raises(InvalidValueError, match="level"):
        wald_difference([1, 2, 3], [1, 2, 3], NPS, level=95)


@few
@given(st.lists(st.floats(0.5, 1e6), min_size=3, max_size=3))
def test_the_same_answers_twice_are_no_difference(counts: list[float]) -> None:
    """Fully correlated and equal, however rounding falls: z is 0 and p is 1."""
    z, p = score_test(counts, counts, NPS, correlation=1.0)
    assert float(z) == 0
    assert float(p) == 1

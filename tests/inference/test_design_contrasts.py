"""Laws of contrasts between groups that share sampling units."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import InvalidValueError
from npskit.inference.clusters import cluster_totals
from npskit.inference.contrast import Contrast
from npskit.inference.design import design_estimate
from npskit.inference.design_contrasts import (
    cluster_robust,
    design_contrast,
    group_correlations,
    partner_correlations,
)

REFERENCE = Path(__file__).parents[1] / "reference"
R = json.loads((REFERENCE / "survey_design_r.json").read_text())
CLUSTERED = json.loads((REFERENCE / "repeated_customers.json").read_text())["cluster"]
ROWS = np.genfromtxt(REFERENCE / "survey_design.csv", delimiter=",", names=True, dtype=None, encoding="utf-8")
REPEATED: Any = np.genfromtxt(REFERENCE / "repeated_customers.csv", delimiter=",", names=True, dtype=np.int64)
CATEGORY_SCORES = np.array([-1.0, 0.0, 1.0])
ATOL = 1e-12


def waves(**columns: Any) -> Any:
    """Totals of the repeated customers."""
    return cluster_totals(np.digitize(REPEATED["score"], [7, 9]), 3, **{"clusters": REPEATED["customer"], **columns})


def test_difference_of_domains_equals_svycontrast_and_svyttest() -> None:
    """Men less women: estimate, standard error, t, degrees of freedom and p-value are R's."""
    men = (ROWS["sex"] == "m").astype(int)
    totals = cluster_totals(
        np.digitize(ROWS["score"], [7, 9]),
        3,
        clusters=ROWS["psu"],
        strata=ROWS["stratum"],
        weights=ROWS["weight"],
        groups=men,
        n_groups=2,
    )
    found, test = design_contrast(totals, CATEGORY_SCORES, [-1, 1]), R["svyttest_sex"]
    assert found.value == pytest.approx(R["sex_m_minus_f"]["est"], abs=ATOL)
    assert found.se == pytest.approx(R["sex_m_minus_f"]["se"], abs=ATOL)
    assert found.value / found.se == pytest.approx(test["t"], abs=1e-11)
    assert found.df == test["df"]
    assert found.p_value == pytest.approx(test["p"], abs=ATOL)
    one = design_contrast(totals, CATEGORY_SCORES, [0, 1])
    means = design_estimate(totals, CATEGORY_SCORES)
    assert (one.value, one.variance, one.df) == pytest.approx((means.mean[1], means.variance[1], means.df[1]), abs=ATOL)


@pytest.mark.parametrize("correction", ["CR0", "CR1"])
def test_cluster_robust_equals_the_sandwich(correction: Literal["CR0", "CR1"]) -> None:
    """Mean, and coefficient of the period, clustered by customer: as statsmodels and R's sandwich."""
    suffix = correction.lower()
    mean = cluster_robust(waves(), CATEGORY_SCORES, correction=correction)
    assert mean.value == pytest.approx(CLUSTERED["nps"], abs=ATOL)
    assert mean.se == pytest.approx(CLUSTERED[f"se_{suffix}"], abs=ATOL)
    assert mean.df == CLUSTERED["G"] - 1
    periods = waves(groups=REPEATED["period"], n_groups=2)
    difference = cluster_robust(periods, CATEGORY_SCORES, [-1, 1], correction=correction)
    assert difference.value == pytest.approx(CLUSTERED["diff"], abs=ATOL)
    assert difference.se == pytest.approx(CLUSTERED[f"diff_se_{suffix}"], abs=ATOL)


def test_clusters_of_one_answer_are_the_robust_ones() -> None:
    """Each answer its own cluster: CR0 is HC0, and ignoring customers understates the SE of the mean."""
    alone = np.arange(len(REPEATED))
    periods = waves(clusters=alone, groups=REPEATED["period"], n_groups=2)
    assert cluster_robust(periods, CATEGORY_SCORES, [-1, 1], correction="CR0").se == pytest.approx(
        CLUSTERED["diff_se_hc0"], abs=ATOL
    )
    assert cluster_robust(waves(clusters=alone), CATEGORY_SCORES, correction="CR0").se == pytest.approx(
        CLUSTERED["se_iid"], abs=ATOL
    )
    assert CLUSTERED["n"] == len(REPEATED)
    assert cluster_robust(waves(), CATEGORY_SCORES).variance == pytest.approx(
        design_estimate(waves(), CATEGORY_SCORES).variance
    )


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 8), st.integers(0, 2), st.floats(0.125, 8)), min_size=9, max_size=40
    ),
    st.sampled_from([[-1, 1, 0], [0.5, 0.5, -1], [0, 2, 0]]),
)
def test_the_regression_on_groups(sample: list[tuple[int, int, int, float]], coefficients: list[float]) -> None:
    """The sandwich of the regression on group dummies, (X'WX)⁻¹ X'W e summed by cluster, gives the same."""
    kinds, clusters, groups, w = (np.array(a) for a in zip(*sample, strict=True))
    s, c = CATEGORY_SCORES[kinds], np.array(coefficients)
    used = c[groups] != 0
    if not np.isin(np.flatnonzero(c), groups).all():
        return
    dummies = (groups[:, np.newaxis] == np.flatnonzero(c)) * 1.0
    bread = np.linalg.inv(dummies.T @ (w[:, np.newaxis] * dummies))
    beta = bread @ dummies.T @ (w * s)
    scores = (w * (s - dummies @ beta))[:, np.newaxis] * dummies
    moved = np.array([scores[clusters == k].sum(axis=0) for k in np.unique(clusters[used])]) @ bread @ c[c != 0]
    g, n, p = len(moved), used.sum(), (c != 0).sum()
    totals = cluster_totals(kinds, 3, clusters=clusters, weights=w, groups=groups, n_groups=3)
    found = cluster_robust(totals, CATEGORY_SCORES, c)
    assert found.value == pytest.approx(c[c != 0] @ beta, abs=1e-12)
    if g > 1 and n > p:
        assert found.variance == pytest.approx(g / (g - 1) * (n - 1) / (n - p) * (moved @ moved), abs=1e-12)
        assert found.df == g - 1


def test_the_same_customers_twice_is_the_paired_difference() -> None:
    """One answer per customer in each of two periods: CR0 is the paired standard error, covariance and all."""
    table = np.array([[40, 22, 11], [15, 60, 34], [6, 25, 120]])
    before, after = (np.repeat(axis.ravel(), table.ravel()) for axis in np.indices(table.shape))
    n = len(before)
    totals = cluster_totals(
        np.concatenate([before, after]), 3, clusters=np.tile(np.arange(n), 2), groups=np.repeat([0, 1], n), n_groups=2
    )
    found = cluster_robust(totals, CATEGORY_SCORES, [-1, 1], correction="CR0")
    d = CATEGORY_SCORES[after] - CATEGORY_SCORES[before]
    assert found.value == pytest.approx(d.mean(), abs=ATOL)
    assert found.se == pytest.approx(np.sqrt(d.var() / n), abs=ATOL)
    assert found.se == pytest.approx(0.038218445392461935, abs=ATOL)


def test_too_little_gives_nan() -> None:
    """One cluster, no degree of freedom, an empty group: the contrast is said, its variance is NaN."""
    totals = cluster_totals([0, 2, 2], 3, clusters=["a", "a", "a"], groups=[0, 1, 1], n_groups=3)
    one = cluster_robust(totals, CATEGORY_SCORES, [-1, 1, 0])
    assert one.value == 2
    assert np.isnan([one.variance, one.df, one.p_value]).all()
    assert np.isnan(design_contrast(totals, CATEGORY_SCORES, [-1, 1, 0], lonely="certainty").variance)
    assert np.isnan(cluster_robust(totals, CATEGORY_SCORES, [-1, 0, 1]).value)
    pair = cluster_totals([0, 2], 3, clusters=["a", "b"], groups=[0, 1], n_groups=2)
    assert np.isnan(cluster_robust(pair, CATEGORY_SCORES, [-1, 1]).variance)


def test_limits_and_p_value_agree() -> None:
    """At level 1 − p a limit is 0; a variance of 0 has no p-value."""
    found = Contrast(0.3, 0.04, 7.0)
    low, high = found.interval(1 - found.p_value)
    assert (low, high) == pytest.approx((0, 0.6), abs=1e-12)
    assert np.isnan(Contrast(0.3, 0.0, 7.0).p_value)
    with pytest.raises(InvalidValueError, match="level must lie strictly between 0 and 1: got 95"):
        found.interval(95)


@pytest.mark.parametrize("coefficients", [[1], [0, 0], [1, float("nan")], [1, 2, 3]])
def test_one_coefficient_for_each_group(coefficients: list[float]) -> None:
    """Too few, too many, none but zeros or not numbers: refused."""
    totals = cluster_totals([0, 2], 3, clusters=["a", "b"], groups=[0, 1], n_groups=2)
    with pytest.raises(InvalidValueError, match="one for each of 2 groups"):
        design_contrast(totals, CATEGORY_SCORES, coefficients)
    with pytest.raises(InvalidValueError, match="correction must be one of 'CR0', 'CR1': got 'CR2'"):
        cluster_robust(totals, CATEGORY_SCORES, [-1, 1], correction="CR2")  # type: ignore[arg-type]


def test_correlations_are_those_of_the_contrast_s_variance() -> None:
    """The variance of a difference is that of its two scores less twice what they share, also with strata."""
    rng = np.random.default_rng(3)
    unit, group, answer = rng.integers(0, 40, 300), rng.integers(0, 3, 300), rng.integers(0, 3, 300)
    for strata in (None, unit % 4):
        totals = cluster_totals(answer, 3, clusters=unit, strata=strata, groups=group, n_groups=3)
        scores = np.array([-100.0, 0.0, 100.0])
        own, rho = design_estimate(totals, scores).variance, group_correlations(totals, scores)
        for i, j in ((0, 1), (0, 2), (1, 2)):
            coefficients = np.zeros(3)
            coefficients[[i, j]] = 1, -1
            expected = design_contrast(totals, scores, coefficients).variance
            found = own[i] + own[j] - 2 * rho[i, j] * np.sqrt(own[i] * own[j])
            np.testing.assert_allclose(found, expected, rtol=1e-9)
        partners = partner_correlations(totals, scores, np.array([2, -1, 1]))
        np.testing.assert_allclose(partners, [rho[0, 2], 0, rho[2, 1]], rtol=1e-9)

"""Laws of survey designs: strata, sampling units, domains and lonely strata."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from npskit.errors import InvalidValueError
from npskit.inference.clusters import ClusterTotals, cluster_totals
from npskit.inference.contrast import Contrast
from npskit.inference.design import design_estimate, jackknife_variance, share_covariance
from npskit.inference.effective import CUSTOMERS_DF
from npskit.inference.intervals import score_interval
from npskit.inference.strata import stratified_variance
from npskit.inference.unit_sums import Customers
from npskit.inference.weighting import design_effect, taylor_variance
from npskit.options import Lonely

REFERENCE = Path(__file__).parents[1] / "reference"
R = json.loads((REFERENCE / "survey_design_r.json").read_text())
SCORE = json.loads((REFERENCE / "survey_design_score_interval.json").read_text())
ROWS = np.genfromtxt(REFERENCE / "survey_design.csv", delimiter=",", names=True, dtype=None, encoding="utf-8")
CATEGORIES = np.digitize(ROWS["score"], [7, 9])
WEIGHTS = ROWS["weight"]
CATEGORY_SCORES = np.array([-1.0, 0.0, 1.0])
POPULATION = dict(zip(ROWS["stratum"].tolist(), ROWS["n_psu_pop"].tolist(), strict=True))
CUSTOMERS: tuple[Customers, ...] = ("all", None, "mean")
ATOL = 1e-12


def design(rows: Any = slice(None), **groups: Any) -> ClusterTotals:
    """The reference design, or some rows of it."""
    columns: dict[str, Any] = {"clusters": ROWS["psu"][rows], "strata": ROWS["stratum"][rows], "weights": WEIGHTS[rows]}
    return cluster_totals(CATEGORIES[rows], 3, **columns, **groups)


def test_strata_and_clusters_equal_svymean() -> None:
    """Mean, standard error, design effect, degrees of freedom, t and z intervals and all of the shares are R's."""
    found, figures = design_estimate(design(), CATEGORY_SCORES), R["strat_clus"]
    assert found.mean == pytest.approx(figures["nps"], abs=ATOL)
    assert np.sqrt(found.variance) == pytest.approx(figures["se"], abs=ATOL)
    assert found.df == figures["degf"]
    assert design_effect(found.variance, found.shares, found.n, CATEGORY_SCORES) == pytest.approx(
        figures["deff"], abs=ATOL
    )
    np.testing.assert_allclose(found.interval(0.95, "wald"), figures["ci_t"], atol=ATOL)
    normal = Contrast(float(found.mean), float(found.variance), float("inf")).interval()
    np.testing.assert_allclose(tuple(normal), figures["ci_z"], atol=ATOL)
    np.testing.assert_allclose(found.shares, figures["p"], atol=ATOL)
    covariance = share_covariance(design())
    np.testing.assert_allclose(covariance.ravel(), figures["p_vcov"], atol=ATOL)
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)), figures["p_se"], atol=ATOL)
    assert CATEGORY_SCORES @ covariance @ CATEGORY_SCORES == pytest.approx(found.variance, abs=ATOL)


@pytest.mark.parametrize("label", ["unweighted", "weights_only", "strat"])
def test_rows_as_sampling_units_equal_svymean(label: str) -> None:
    """Without clusters each row is a unit; sums by stratum and category give the same."""
    w = np.ones(len(ROWS)) if label == "unweighted" else WEIGHTS
    strata = ROWS["stratum"] if label == "strat" else None
    one_hot = np.eye(3)[CATEGORIES]
    shares = w @ one_hot / w.sum()
    rows = cluster_totals(CATEGORIES, 3, clusters=np.arange(len(w)), strata=strata, weights=w)
    covariance = share_covariance(rows)
    np.testing.assert_allclose(shares, R[label]["p"], atol=ATOL)
    np.testing.assert_allclose(covariance.ravel(), R[label]["p_vcov"], atol=ATOL)
    assert np.sqrt(CATEGORY_SCORES @ covariance @ CATEGORY_SCORES) == pytest.approx(R[label]["se"], abs=ATOL)
    places = np.zeros(len(w), np.intp) if strata is None else np.unique(strata, return_inverse=True)[1]
    sums = [np.zeros((places.max() + 1, 3)) for _ in range(3)]
    for table, values in zip(sums, (np.ones_like(w), w, w * w), strict=True):
        np.add.at(table, (places, CATEGORIES), values)
    assert np.sqrt(stratified_variance(sums[0], sums[1], sums[2], CATEGORY_SCORES)) == pytest.approx(
        R[label]["se"], abs=ATOL
    )
    clustered = design_estimate(
        cluster_totals(CATEGORIES, 3, clusters=ROWS["id"], strata=strata, weights=w), CATEGORY_SCORES
    )
    assert np.sqrt(clustered.variance) == pytest.approx(R[label]["se"], abs=ATOL)
    assert clustered.df == R[label]["degf"]


@pytest.mark.parametrize(("label", "population"), [("strat_clus", None), ("strat_clus_fpc", POPULATION)])
def test_the_interval_is_the_score_at_the_effective_size(label: str, population: Any) -> None:
    """Standard error and effective size, also with finite populations; the interval is a little wider than at 24 df."""
    found, figures = design_estimate(design(), CATEGORY_SCORES, population=population), SCORE[label]
    assert np.sqrt(found.variance) == pytest.approx(figures["se"], abs=ATOL)
    assert found.n_effective == pytest.approx(figures["n_eff"], abs=1e-9)
    limits = score_interval(found.effective_counts(), CATEGORY_SCORES, 0.95)
    np.testing.assert_allclose(found.interval(0.95, "score"), limits, atol=ATOL)
    assert found.freedom < 24  # units of unequal weight
    assert 1 < np.ptp(limits) / np.ptp(figures["score_ci"]) < 1.05


def test_domains_keep_the_design() -> None:
    """Means and standard errors by age are R's svyby; a domain by itself, or cut out by -1, gives the same."""
    levels = R["domain_age"]["level"]
    ages = np.array([levels.index(age) for age in ROWS["age"].tolist()])
    found = design_estimate(design(groups=ages, n_groups=3), CATEGORY_SCORES)
    np.testing.assert_allclose(found.mean, R["domain_age"]["nps"], atol=ATOL)
    np.testing.assert_allclose(np.sqrt(found.variance), R["domain_age"]["se"], atol=ATOL)
    columns: dict[str, Any] = {"clusters": ROWS["psu"], "strata": ROWS["stratum"], "weights": WEIGHTS}
    cut = design_estimate(cluster_totals(np.where(ages == 1, CATEGORIES, -1), 3, **columns), CATEGORY_SCORES)
    assert (cut.mean, cut.variance, cut.df) == pytest.approx((found.mean[1], found.variance[1], found.df[1]), abs=ATOL)
    covariances = share_covariance(design(groups=ages, n_groups=3))
    np.testing.assert_allclose(CATEGORY_SCORES @ covariances @ CATEGORY_SCORES, found.variance, atol=ATOL)


def test_jackknife_equals_jkn() -> None:
    """Leaving out one unit at a time gives R's JKn, and by domain what each domain gives by itself."""
    assert np.sqrt(jackknife_variance(design(), CATEGORY_SCORES)) == pytest.approx(R["jkn"]["se"], abs=ATOL)
    women = (ROWS["sex"] == "f").astype(int)
    found = jackknife_variance(design(groups=women, n_groups=2), CATEGORY_SCORES)
    columns: dict[str, Any] = {"clusters": ROWS["psu"], "strata": ROWS["stratum"], "weights": WEIGHTS}
    for sex in (0, 1):
        alone = cluster_totals(np.where(women == sex, CATEGORIES, -1), 3, **columns)
        assert found[sex] == pytest.approx(jackknife_variance(alone, CATEGORY_SCORES), abs=1e-15)
    # a domain that misses most units is its replicates, spelled out
    rare = np.isin(ROWS["psu"], ["east-1", "east-2", "north-1"])
    cells = cluster_totals(np.where(rare, CATEGORIES, -1), 3, **columns)
    replicates, scales = [], []
    for stratum in sorted(POPULATION):
        units = np.unique(ROWS["psu"][ROWS["stratum"] == stratum])
        for unit in units:
            n = len(units)
            w = np.where(ROWS["stratum"] == stratum, np.where(ROWS["psu"] == unit, 0, n / (n - 1)), 1) * WEIGHTS * rare
            replicates.append(w @ CATEGORY_SCORES[CATEGORIES] / w.sum())
            scales.append((1 - n / POPULATION[stratum]) * (n - 1) / n)
    expected = np.array(scales) @ (np.array(replicates) - np.mean(replicates)) ** 2
    assert jackknife_variance(cells, CATEGORY_SCORES, population=POPULATION) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize("lonely", ["adjust", "average", "certainty", "remove"])
def test_lonely_strata_equal_survey(lonely: Lonely) -> None:
    """With one unit left in the east, each option gives R's standard error."""
    rows = (ROWS["stratum"] != "east") | (ROWS["psu"] == "east-1")
    found = design_estimate(design(rows), CATEGORY_SCORES, lonely=lonely)
    assert found.mean == pytest.approx(R[f"lonely_{lonely}"]["nps"], abs=ATOL)
    assert np.sqrt(found.variance) == pytest.approx(R[f"lonely_{lonely}"]["se"], abs=ATOL)


def test_lonely_strata_are_never_passed_over() -> None:
    """By default a lonely stratum is an error that names it, also in the jackknife; unless all of it was sampled."""
    rows = (ROWS["stratum"] != "east") | (ROWS["psu"] == "east-1")
    for compute in (design_estimate, jackknife_variance, lambda t, _: share_covariance(t)):
        with pytest.raises(InvalidValueError, match="single sampling unit have no variance of their own: 'east'"):
            compute(design(rows), CATEGORY_SCORES)
    sampled_in_full = {**dict.fromkeys(POPULATION, 1e12), "east": 1}
    full = design_estimate(design(rows), CATEGORY_SCORES, population=sampled_in_full)
    assert np.sqrt(full.variance) == pytest.approx(R["lonely_certainty"]["se"], abs=1e-9)
    with pytest.raises(InvalidValueError, match=r"lonely must be one of 'fail'.*got 'ignore'"):
        design_estimate(design(), CATEGORY_SCORES, lonely="ignore")  # type: ignore[arg-type]


def test_a_single_customer_has_a_mean_and_no_variance() -> None:
    """Without strata there is nothing to merge: one unit is no error, its variance is NaN by every road."""
    totals = cluster_totals([0, 2, 2], 3, clusters=["ann"] * 3)
    found = design_estimate(totals, CATEGORY_SCORES)
    assert found.mean == pytest.approx(1 / 3)
    assert np.isnan([found.variance, found.df, jackknife_variance(totals, CATEGORY_SCORES)]).all()
    assert np.isnan(share_covariance(totals)).all()
    assert np.isnan(stratified_variance([[0, 0, 1]], [[0, 0, 1]], [[0, 0, 1]], CATEGORY_SCORES))


def test_nothing_but_lonely_strata() -> None:
    """Certainty says 0, because it was told so; to remove or average all of them leaves nothing: NaN."""
    totals = cluster_totals([0, 2, 2], 3, clusters=[1, 1, 2], strata=["n", "n", "s"])
    assert design_estimate(totals, CATEGORY_SCORES, lonely="certainty").variance == 0
    for lonely in ("remove", "average"):
        assert np.isnan(design_estimate(totals, CATEGORY_SCORES, lonely=lonely).variance)
    assert design_estimate(totals, CATEGORY_SCORES, lonely="adjust").variance > 0


@pytest.mark.parametrize(
    ("population", "message"),
    [
        ({"north": 40}, "every stratum: 'east', 'south', 'west' not there"),
        (7, "population of stratum 'south' must be at least the 8 sampling units sampled: got 7"),
        ({**POPULATION, "east": float("nan")}, "population of stratum 'east'.*got nan"),
    ],
)
def test_the_population_holds_the_sample(population: Any, message: str) -> None:
    """A population without a stratum, or smaller than the sample, is refused."""
    with pytest.raises(InvalidValueError, match=message):
        design_estimate(design(), CATEGORY_SCORES, population=population)


def test_a_census_has_no_sampling_error() -> None:
    """Where every unit of the population was sampled, SE = 0, and every interval is the mean itself."""
    units = {"north": 6, "east": 5, "south": 8, "west": 9}
    found = design_estimate(design(), CATEGORY_SCORES, population=units)
    assert found.variance == 0
    assert found.n_effective == np.inf
    for method in ("score", "wald", "jeffreys", "bootstrap", "scas"):
        assert found.interval(0.95, method) == (found.mean, found.mean)
    alone = cluster_totals([0, 2, 2], 3, clusters=["ann"] * 3)
    assert design_estimate(alone, CATEGORY_SCORES, population=1).interval(0.95, "score") == pytest.approx(
        (1 / 3, 1 / 3)
    )


def test_a_census_of_a_part_is_one() -> None:
    """A group all of whose strata were sampled in full is known; one that reaches beyond them is not."""
    units = {"north": 6, "east": 50, "south": 80, "west": 90}
    groups = (ROWS["stratum"] != "north").astype(int)
    found = design_estimate(design(groups=groups, n_groups=2), CATEGORY_SCORES, population=units)
    low, high = found.interval(0.95, "score")
    assert low[0] == found.mean[0] == high[0]
    assert low[1] < found.mean[1] < high[1]
    assert np.isinf(found.n_effective).tolist() == [True, False]
    # told that lonely strata are certain, SE is 0 too, but nobody said that nothing is left to chance within them
    told = cluster_totals([0, 2, 2], 3, clusters=[1, 1, 2], strata=["n", "n", "s"])
    certain = design_estimate(told, CATEGORY_SCORES, lonely="certainty")
    assert certain.variance == 0
    assert certain.n_effective == pytest.approx(9 / 5)


@pytest.mark.parametrize("size", [1, 7, 20])
def test_units_without_spread_count_as_one_each(size: int) -> None:
    """Where units do not differ, or all answers are alike, each unit is one answer, however many it gave."""
    for kinds in ([2] * size, [0, 1, 2] * size):
        totals = cluster_totals(kinds * 5, 3, clusters=np.repeat(np.arange(5), len(kinds)))
        found = design_estimate(totals, CATEGORY_SCORES)
        assert found.variance == 0
        assert found.n_effective == pytest.approx(5)
        assert found.effective_counts().sum() == pytest.approx(5)
    uneven = cluster_totals([2] * 6, 3, clusters=[1, 1, 1, 1, 2, 3])
    assert design_estimate(uneven, CATEGORY_SCORES).n_effective == pytest.approx(36 / 18)


def test_degrees_of_freedom_of_customers_are_kish() -> None:
    """A customer who outweighs the others leaves few degrees of freedom; equal ones, units less strata; PSUs always."""
    who = [*range(20), *np.repeat(np.arange(20, 30), 2), *[30] * 40]
    kinds = np.random.default_rng(0).integers(0, 3, len(who))
    totals = cluster_totals(kinds, 3, clusters=who)
    kish = 80**2 / (20 + 10 * 4 + 40**2)
    customers, units = (design_estimate(totals, CATEGORY_SCORES, customers=c) for c in CUSTOMERS[:2])
    assert customers.df == pytest.approx(kish - 1)
    assert units.df == 30
    assert customers.variance == units.variance
    assert units.freedom < 2
    assert customers.freedom == units.freedom + CUSTOMERS_DF
    assert np.diff(customers.interval(0.95, "score")) > np.diff(units.interval(0.95, "score"))
    strata = np.where(np.array(who) < 20, "n", "s")
    stratified = design_estimate(
        cluster_totals(kinds, 3, clusters=who, strata=strata), CATEGORY_SCORES, customers="all"
    )
    assert stratified.df == pytest.approx(20 + 60**2 / (10 * 4 + 40**2) - 2)
    domains = cluster_totals(kinds, 3, clusters=who, strata=strata, groups=(strata == "s").astype(int), n_groups=2)
    there = design_estimate(domains, CATEGORY_SCORES, customers="all").df  # a stratum without them takes nothing
    np.testing.assert_allclose(there, [19, 60**2 / (10 * 4 + 40**2) - 1])
    equal = cluster_totals(kinds[:20], 3, clusters=who[:20])
    assert design_estimate(equal, CATEGORY_SCORES, customers="all").df == pytest.approx(19)


def test_next_to_no_degree_of_freedom_is_not_no_interval() -> None:
    """One customer among two who gave almost all answers: little is known, and the interval says so."""
    totals = cluster_totals([0] + [2, 0] * 500, 3, clusters=[1] + [2] * 1000)
    found = design_estimate(totals, CATEGORY_SCORES, customers="all")
    np.testing.assert_allclose(found.interval(0.95, "score"), (-0.9, 0.9), atol=1e-2)


def test_the_mean_of_customers_is_worth_no_more_than_they_are() -> None:
    """Two kinds of answer from every customer hardly differ between them: the mean of each is one answer at most."""
    kinds = [0, 2, 2] * 5 + [0, 0, 2]
    totals = cluster_totals(kinds, 3, clusters=np.repeat(np.arange(6), 3), weights=np.full(18, 1 / 3))
    every, mean = (design_estimate(totals, CATEGORY_SCORES, customers=c) for c in CUSTOMERS[::2])
    assert every.variance == mean.variance
    assert (every.effective_counts().sum(), mean.effective_counts().sum()) == (pytest.approx(18), pytest.approx(6))


def test_finite_populations_shorten_the_interval() -> None:
    """Where much of a population is sampled n* may be more than n; strata count for no more than it is."""
    kinds, places = [0] * 20 + [1] * 30 + [2] * 50, [0] * 21 + [1] * 29 + [2] * 50
    columns: dict[str, Any] = {"clusters": np.arange(100), "strata": places}
    totals = cluster_totals(kinds, 3, **columns)
    widths = []
    for population in (None, 200, {0: 23, 1: 32, 2: 55}):
        found = design_estimate(totals, CATEGORY_SCORES, population=population)
        assert found.n_effective == pytest.approx(100) if population is None else found.n_effective > 100
        low, high = found.interval(0.95, "score")
        assert low < found.mean < high
        widths.append(float(high - low))
    assert widths == sorted(widths, reverse=True)
    simple = design_estimate(cluster_totals(kinds, 3, clusters=np.arange(100)), CATEGORY_SCORES, population=101)
    assert simple.n_effective > simple.effective_counts().sum() > 100
    opposite = cluster_totals([0, 2] * 10, 3, clusters=[*np.repeat(np.arange(9), 2), 9, 10])
    assert design_estimate(opposite, CATEGORY_SCORES).effective_counts().sum() == pytest.approx(20)


def covered(sizes: list[int], shares: list[float], likeness: float) -> float:
    """How often 300 samples of customers with so many answers each cover the mean; likeness is their correlation."""
    rng, who = np.random.default_rng(7), np.repeat(np.arange(len(sizes)), sizes)
    hits, mean = 0, CATEGORY_SCORES @ np.array(shares)
    for _ in range(300):
        own = rng.dirichlet(np.array(shares) * (1 - likeness) / likeness, len(sizes)).cumsum(axis=1)[who, :2]
        kinds = (rng.random((len(who), 1)) > own).sum(axis=1)
        low, high = design_estimate(cluster_totals(kinds, 3, clusters=who), CATEGORY_SCORES, customers="all").interval(
            0.95, "score"
        )
        hits += int(low - 1e-9 <= mean <= high + 1e-9)
    return hits / 300


@pytest.mark.parametrize(
    ("sizes", "shares", "likeness", "least"),
    [
        # one customer with half of the answers
        ([1] * 20 + [2] * 10 + [40], [0.2, 0.3, 0.5], 0.3, 0.94),
        ([1] * 20 + [2] * 10 + [40], [0.1, 0.2, 0.7], 0.3, 0.94),
        # in a sixth of the samples of ten, a third of those of five, all answers are alike
        ([20] * 10, [0.03, 0.07, 0.9], 0.8, 0.88),
        ([20] * 5, [0.03, 0.07, 0.9], 0.8, 0.94),
    ],
)
def test_coverage_of_customers(sizes: list[int], shares: list[float], likeness: float, least: float) -> None:
    """The 95 % interval covers nearly as often as it says, also if one customer dominates or all are alike."""
    assert covered(sizes, shares, likeness) >= least


answers = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 5), st.integers(0, 2), st.floats(0.125, 8)), min_size=4, max_size=40
)


def textbook(s: NDArray[Any], w: NDArray[Any], clusters: NDArray[Any], strata: NDArray[Any]) -> float:
    """The variance, written as the formula is."""
    u = w * (s - w @ s / w.sum()) / w.sum()
    total = 0.0
    for stratum in np.unique(strata):
        inside = strata == stratum
        sums = np.array([u[inside & (clusters == c)].sum() for c in np.unique(clusters[inside])])
        total += len(sums) * sums.var(ddof=1) if len(sums) > 1 else 0.0
    return total


@settings(max_examples=60, deadline=None)
@given(answers, st.integers(0, 40), st.floats(0.01, 100))
def test_the_formula(sample: list[tuple[int, int, int, float]], cut: int, scale: float) -> None:
    """The textbook formula, from merged shards; the unit of the weights does not matter."""
    kinds, clusters, strata, w = (np.array(a) for a in zip(*sample, strict=True))
    parts = [
        cluster_totals(kinds[p], 3, clusters=clusters[p], strata=strata[p], weights=w[p] * scale)
        for p in (slice(cut), slice(cut, None))
    ]
    found = design_estimate(parts[0] + parts[1], CATEGORY_SCORES, lonely="certainty")
    if found.df > 0:
        assert found.variance == pytest.approx(textbook(CATEGORY_SCORES[kinds], w, clusters, strata), abs=1e-12)
    assert found.mean == pytest.approx(w @ CATEGORY_SCORES[kinds] / w.sum(), abs=1e-12)
    assert found.n == len(sample)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0.125, 8)), min_size=2, max_size=30))
def test_one_answer_per_unit_is_weights_only(sample: list[tuple[int, float]]) -> None:
    """One stratum, one answer per unit: the variance is that of weights alone."""
    kinds, w = (np.array(a) for a in zip(*sample, strict=True))
    found = design_estimate(cluster_totals(kinds, 3, clusters=np.arange(len(w)), weights=w), CATEGORY_SCORES)
    one_hot = np.eye(3)[kinds]
    expected = taylor_variance(one_hot.sum(axis=0), w @ one_hot, (w * w) @ one_hot, CATEGORY_SCORES)
    assert found.variance == pytest.approx(expected, abs=1e-13)
    assert found.df == len(w) - 1


def test_groups_without_anything_are_nan() -> None:
    """A group without answers, or with weights of 0 only, has no mean; one in a single unit has no variance."""
    totals = cluster_totals(
        [0, 2, 2, 1, 0, 2],
        3,
        clusters=["a", "b", "a", "a", "b", "c"],
        weights=[1, 2, 1, 1, 0, 1],
        groups=[0, 0, 1, 1, 3, 0],
        n_groups=4,
    )
    found = design_estimate(totals, CATEGORY_SCORES)
    assert np.isnan(found.mean).tolist() == [False, False, True, True]
    assert np.isnan(found.variance).tolist() == [False, True, True, True]
    assert np.isnan(jackknife_variance(totals, CATEGORY_SCORES)).tolist() == [False, True, True, True]
    assert found.n.tolist() == [3, 2, 0, 1]
    low, high = found.interval(0.95, "score")
    assert np.isnan(low).tolist() == np.isnan(high).tolist() == [False, True, True, True]


def test_no_rows_and_no_groups() -> None:
    """Without rows the estimate is NaN; without groups it is empty, and so are variances and covariances."""
    columns: dict[str, Any] = {"clusters": np.array([], dtype=np.int64), "weights": np.array([])}
    none = design_estimate(cluster_totals(np.array([], dtype=np.int64), 3, **columns), CATEGORY_SCORES)
    assert none.n == 0
    assert np.isnan([none.mean, none.variance, none.n_effective, none.df]).all()
    empty = cluster_totals([-1, -1], 3, clusters=["a", "b"], groups=[-1, -1], n_groups=0)
    assert (
        design_estimate(empty, CATEGORY_SCORES).mean.shape == jackknife_variance(empty, CATEGORY_SCORES).shape == (0,)
    )
    assert share_covariance(empty).shape == (0, 3, 3)

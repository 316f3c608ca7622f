"""Laws of calibrated weights: they meet the population's totals, and their variance is that of residuals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npskit as nk
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.inference.calibrated import calibrated_correlations, calibrated_estimate
from npskit.inference.calibration import Calibration, calibrate_linear, post_stratify, rake
from npskit.inference.clusters import cluster_totals, sum_by, unit_codes
from npskit.inference.design import design_estimate
from npskit.inference.design_contrasts import group_correlations
from npskit.inference.linearize import StrataLayout, UnitCells
from npskit.inference.weighting import design_effect

REFERENCE = Path(__file__).parents[1] / "reference"
R = json.loads((REFERENCE / "survey_design_r.json").read_text())
SCORE = json.loads((REFERENCE / "survey_design_score_interval.json").read_text())
ROWS = np.genfromtxt(REFERENCE / "survey_design.csv", delimiter=",", names=True, dtype=None, encoding="utf-8")
CATEGORIES = np.digitize(ROWS["score"], [7, 9])
WEIGHTS = ROWS["weight"]
MARGINS = {"age": ROWS["age"], "sex": ROWS["sex"]}
TOTALS = {"age": {"18-34": 3600, "35-54": 4560, "55+": 3840}, "sex": {"f": 6120, "m": 5880}}
DESIGN: dict[str, Any] = {"clusters": ROWS["psu"], "strata": ROWS["stratum"]}
CATEGORY_SCORES = np.array([-1.0, 0.0, 1.0])
ATOL = 1e-12


def influence_covariance(influence: Any, clusters: Any = None, strata: Any = None) -> Any:
    """Return the covariances of several estimates from the influence of each row."""
    codes, unit_strata, _ = unit_codes(strata, np.arange(len(influence)) if clusters is None else clusters)
    layout = StrataLayout.of(unit_strata, None, "fail")
    size = len(unit_strata)
    return layout.covariance(sum_by(codes, influence, size), UnitCells.of_units(size))[0]


@pytest.mark.parametrize(
    ("label", "calibration"),
    [
        ("poststrat_age", post_stratify(WEIGHTS, ROWS["age"], TOTALS["age"])),
        ("calibrate_linear", calibrate_linear(WEIGHTS, MARGINS, TOTALS)),
    ],
)
def test_calibration_equals_survey(label: str, calibration: Calibration) -> None:
    """Weights, mean, standard error, design effect, limits and all of the shares are R's postStratify and calibrate."""
    found, figures = calibrated_estimate(calibration, CATEGORIES, CATEGORY_SCORES, **DESIGN), R[label]
    np.testing.assert_allclose(calibration.weights[:10], figures["w_first10"], rtol=1e-13)
    assert found.mean == pytest.approx(figures["nps"], abs=ATOL)
    assert np.sqrt(found.variance) == pytest.approx(figures["se"], abs=ATOL)
    assert design_effect(found.variance, found.shares, found.n, CATEGORY_SCORES) == pytest.approx(
        figures["deff"], abs=ATOL
    )
    assert found.df == figures["degf"]
    np.testing.assert_allclose(found.interval(0.95, "wald"), figures["ci_t"], atol=ATOL)
    np.testing.assert_allclose(found.shares, figures["p"], atol=ATOL)
    w = calibration.weights
    influence = w[:, np.newaxis] * calibration.residuals(np.eye(3)[CATEGORIES] - found.shares) / w.sum()
    np.testing.assert_allclose(influence_covariance(influence, **DESIGN).ravel(), figures["p_vcov"], atol=ATOL)
    if label in SCORE:
        assert found.n_effective == pytest.approx(SCORE[label]["n_eff"], abs=1e-9)


def test_raking_equals_survey() -> None:
    """Weights are R's rake; standard error and effective size those of its calibrate(calfun="raking")."""
    calibration = rake(WEIGHTS, MARGINS, TOTALS)
    found, figures = calibrated_estimate(calibration, CATEGORIES, CATEGORY_SCORES, **DESIGN), SCORE["calibrate_raking"]
    np.testing.assert_allclose(calibration.weights[:10], R["rake_age_sex"]["w_first10"], rtol=1e-12)
    assert calibration.weights.sum() == pytest.approx(R["rake_age_sex"]["sum_w"], abs=1e-8)
    assert found.mean == pytest.approx(R["rake_age_sex"]["nps"], abs=ATOL)
    assert np.sqrt(found.variance) == pytest.approx(figures["se"], abs=ATOL)
    assert found.n_effective == pytest.approx(figures["n_eff"], abs=1e-9)
    assert 1 < np.ptp(found.interval(0.95, "score")) / np.ptp(figures["score_ci"]) < 1.05


@pytest.mark.parametrize(("label", "design"), [("rake_age_sex", DESIGN), ("rake_nodesign", {})])
def test_residuals_fitted_without_weights_equal_the_older_function(label: str, design: dict[str, Any]) -> None:
    """R's rake regresses on the margins without weights: residuals of equal design weights give its figures."""
    w, figures = rake(WEIGHTS, MARGINS, TOTALS).weights, R[label]
    unweighted = rake(np.ones(len(w)), MARGINS, TOTALS)
    one_hot = np.eye(3)[CATEGORIES]
    influence = w[:, np.newaxis] * unweighted.residuals(one_hot - w @ one_hot / w.sum()) / w.sum()
    covariance = influence_covariance(influence, **design)
    np.testing.assert_allclose(covariance.ravel(), figures["p_vcov"], atol=ATOL)
    assert np.sqrt(CATEGORY_SCORES @ covariance @ CATEGORY_SCORES) == pytest.approx(figures["se"], abs=ATOL)
    effect = design_effect(CATEGORY_SCORES @ covariance @ CATEGORY_SCORES, figures["p"], len(w), CATEGORY_SCORES)
    assert effect == pytest.approx(figures["deff"], abs=1e-11)


samples = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from("ab"), st.sampled_from("xyz"), st.floats(0.125, 8)), max_size=25
)
# one row of each combination, so that every total can be reached
FULL = [(i % 3, a, x, 1.0) for i, (a, x) in enumerate((a, x) for a in "ab" for x in "xyz")]


@settings(max_examples=40, deadline=None)
@given(samples, st.floats(0.1, 0.9), st.floats(0.1, 0.4), st.floats(0.01, 100))
def test_raking_meets_every_total(sample: list[Any], a: float, x: float, scale: float) -> None:
    """Every margin is met, weights stay positive with odds within margins kept, and shares keep the sum of weights."""
    kinds, first, second, w = (np.array(column) for column in zip(*FULL, *sample, strict=True))
    margins = {"first": first, "second": second}
    shares = {"first": {"a": a, "b": 1 - a}, "second": {"x": x, "y": 0.5, "z": 0.5 - x}}
    found = rake(w, margins, shares)
    for name, labels in margins.items():
        for label, share in shares[name].items():
            assert found.weights[labels == label].sum() / w.sum() == pytest.approx(share, rel=1e-11)
    ratio = {(p, q): (found.weights / w)[(first == p) & (second == q)] for p in "ab" for q in "xyz"}
    assert all(np.ptp(r) <= 1e-12 * r[0] for r in ratio.values())
    odds = [ratio["a", q][0] / ratio["b", q][0] for q in "xyz"]
    assert odds == pytest.approx([odds[0]] * 3)
    # the unit of totals and of weights changes the sum only
    totals = {name: {label: v * 5000 for label, v in known.items()} for name, known in shares.items()}
    scaled = rake(w * scale, margins, totals)
    np.testing.assert_allclose(scaled.weights * w.sum() / 5000, found.weights, rtol=1e-10)
    one, other = (calibrated_estimate(c, kinds, CATEGORY_SCORES) for c in (found, scaled))
    assert one.mean == pytest.approx(other.mean, abs=1e-10)
    assert one.variance == pytest.approx(other.variance, abs=1e-10)


@settings(max_examples=40, deadline=None)
@given(samples)
def test_totals_that_the_sample_has_change_nothing(sample: list[Any]) -> None:
    """Calibrated to its own sums, raking and linear calibration leave the weights as they are."""
    _, first, second, w = (np.array(column) for column in zip(*FULL, *sample, strict=True))
    margins = {"first": first, "second": second}
    totals = {name: {v: w[labels == v].sum() for v in np.unique(labels)} for name, labels in margins.items()}
    for calibrate in (rake, calibrate_linear):
        np.testing.assert_allclose(calibrate(w, margins, totals).weights, w, rtol=1e-11)


@settings(max_examples=40, deadline=None)
@given(samples)
def test_residuals_are_those_of_the_regression(sample: list[Any]) -> None:
    """Residuals have weighted mean 0 within every label, and what the margins explain has none."""
    kinds, first, second, w = (np.array(column) for column in zip(*FULL, *sample, strict=True))
    found = rake(
        w,
        {"first": first, "second": second},
        {"first": {"a": 0.5, "b": 0.5}, "second": {"x": 0.5, "y": 0.25, "z": 0.25}},
    )
    residuals = found.residuals(CATEGORY_SCORES[kinds])
    for labels in (first, second):
        for label in np.unique(labels):
            assert (w * residuals)[labels == label].sum() == pytest.approx(0, abs=1e-10)
    explained = (first == "a") * 3.0 - (second == "z") * 2.0
    np.testing.assert_allclose(found.residuals(explained), 0, atol=1e-12)
    both = found.residuals(np.stack([CATEGORY_SCORES[kinds], explained], axis=-1))
    np.testing.assert_allclose(both, np.stack([residuals, 0 * residuals], axis=-1), atol=1e-12)


def test_one_cell_of_its_own_total_is_no_calibration() -> None:
    """Post-stratified to a single cell, the estimate is that of the design weights."""
    calibration = post_stratify(WEIGHTS, np.zeros(len(WEIGHTS), int), {0: 1.0})
    found = calibrated_estimate(calibration, CATEGORIES, CATEGORY_SCORES, **DESIGN)
    plain = design_estimate(cluster_totals(CATEGORIES, 3, weights=WEIGHTS, **DESIGN), CATEGORY_SCORES)
    for name in ("mean", "variance", "df", "n", "n_effective"):
        assert getattr(found, name) == pytest.approx(getattr(plain, name), rel=1e-12)
    assert repr(calibration) == "Calibration(n=571, total=6278.62, iterations=1)"


def test_domains_of_calibrated_samples() -> None:
    """A post-stratum as a domain has a mean of its own; the others' rows have no influence on it."""
    calibration = post_stratify(WEIGHTS, ROWS["age"], TOTALS["age"])
    old = ROWS["age"] == "55+"
    found = calibrated_estimate(calibration, np.where(old, CATEGORIES, -1), CATEGORY_SCORES, **DESIGN)
    assert found.n == old.sum()
    assert found.mean == pytest.approx(R["domain_age"]["nps"][2], abs=ATOL)
    # within a post-stratum the weights are proportional: its mean and SE are those of the design
    assert np.sqrt(found.variance) == pytest.approx(R["domain_age"]["se"][2], abs=ATOL)


def test_nothing_gives_nan() -> None:
    """A domain without answers, or of weight 0, is NaN; one in a single unit has a mean and no variance."""
    calibration = post_stratify([1, 1, 1, 0], ["a", "a", "b", "b"], {"a": 0.5, "b": 0.5})
    for categories in ([-1, -1, -1, -1], [-1, -1, -1, 2]):
        found = calibrated_estimate(calibration, categories, CATEGORY_SCORES)
        assert np.isnan([found.mean, found.variance, found.df, found.n_effective]).all()
    single = calibrated_estimate(calibration, [-1, -1, 2, -1], CATEGORY_SCORES)
    assert single.mean == 1
    assert np.isnan(single.variance)


def test_calibration_is_worth_no_more_than_its_answers() -> None:
    """Margins that explain most of the answers make the standard error smaller, and the interval not."""
    kinds = np.repeat([0, 1, 2], [20, 30, 50])
    cells = np.repeat([0, 1, 2], [21, 29, 50])
    found = calibrated_estimate(post_stratify(np.ones(100), cells, {0: 0.21, 1: 0.29, 2: 0.5}), kinds, CATEGORY_SCORES)
    plain = design_estimate(cluster_totals(kinds, 3, clusters=np.arange(100)), CATEGORY_SCORES)
    assert found.mean == pytest.approx(plain.mean)
    assert found.variance < 0.1 * plain.variance
    assert found.n_effective == pytest.approx(100, rel=1e-3)
    assert np.diff(found.interval(0.95, "score")) <= np.diff(plain.interval(0.95, "score"))


def test_calibrated_customers_have_kish_degrees_of_freedom() -> None:
    """Customers are counted by what they weigh, units of a design one by one; answers alike count by unit."""
    calibration = post_stratify(np.ones(12), list("ab") * 6, {"a": 0.5, "b": 0.5})
    who = [0] * 6 + [1, 1, 2, 2, 3, 3]
    kinds = [0, 1, 2, 2, 1, 0, 2, 2, 1, 2, 0, 0]
    design, customers = (
        calibrated_estimate(calibration, kinds, CATEGORY_SCORES, clusters=who, customers=c) for c in (None, "all")
    )
    assert design.df == 3
    assert customers.df == pytest.approx(144 / 48 - 1)
    alike = calibrated_estimate(calibration, [2] * 12, CATEGORY_SCORES, clusters=who)
    assert alike.n_effective == pytest.approx(144 / 48)
    with pytest.raises(IncompatibleError, match="got 3 for 12 weights"):
        calibrated_estimate(calibration, kinds, CATEGORY_SCORES, clusters=[1, 2, 3])


def test_correlations_are_of_what_the_margins_leave_unexplained() -> None:
    """Without margins they are those of the design; where areas explain all that customers repeat, there are none."""
    rng = np.random.default_rng(0)
    who, wave = np.tile(np.arange(40), 2), np.repeat([0, 1], 40)
    area = who % 2
    kinds = np.where(rng.random(80) < 0.3, 1, 2 * area)
    whole, by_area = (
        post_stratify(np.ones(80), cells, totals)
        for cells, totals in ((np.zeros(80, int), {0: 1.0}), (area, {0: 0.5, 1: 0.5}))
    )
    plain = group_correlations(cluster_totals(kinds, 3, clusters=who, groups=wave, n_groups=2), CATEGORY_SCORES)
    found = calibrated_correlations(whole, kinds, CATEGORY_SCORES, wave, clusters=who)
    np.testing.assert_allclose(found, plain, rtol=1e-9)
    assert plain[0, 1] > 0.6
    assert abs(calibrated_correlations(by_area, kinds, CATEGORY_SCORES, wave, clusters=who)[0, 1]) < 0.4


def test_zero_totals_and_unused_labels() -> None:
    """A total of 0 gives its rows the weight 0; a label with total 0 needs no rows."""
    found = post_stratify([1, 2, 3], ["a", "b", "b"], {"a": 0, "b": 10, "c": 0})
    assert found.weights.tolist() == [0, 4, 6]


@pytest.mark.parametrize(
    ("totals", "message"),
    [
        ({"a": 3}, "age 'b' has no total; known: 'a'"),
        ({"a": 3, "b": 3, "c": 1}, "age 'c' has a total but no row: merge it with another label"),
        ({"a": 3, "b": -1}, "totals of age: that of 'b' must be at least 0: got -1"),
        ({"a": 3, "b": float("nan")}, "'b' must be finite: got nan"),
        ({"a": 0, "b": 3}, "age 'b' has only rows of weight 0"),
    ],
)
def test_impossible_totals_are_named(totals: dict[str, float], message: str) -> None:
    """A label without a total or without rows cannot be met: the error names margin and label."""
    for calibrate in (rake, calibrate_linear):
        with pytest.raises(InvalidValueError, match=message):
            calibrate([1, 0], {"age": ["a", "b"]}, {"age": totals})


def test_bad_arguments_are_refused() -> None:
    """Margins and totals that do not match, totals of other types or sums, columns of other lengths, bad categories."""
    margins = {"age": ["a", "b"], "sex": ["f", "m"]}
    with pytest.raises(InvalidTypeError, match="totals of age: that of 'b' must be a number: got '1'"):
        rake([1, 1], {"age": ["a", "b"]}, {"age": {"a": 1, "b": "1"}})  # type: ignore[dict-item]
    with pytest.raises(InvalidValueError, match="same margins"):
        rake([1, 1], margins, {"age": {"a": 1, "b": 1}})
    with pytest.raises(InvalidValueError, match="same margins"):
        rake([1, 1], {}, {})
    with pytest.raises(IncompatibleError, match="same number above 0: got age 2, sex 3"):
        rake([1, 1], margins, {"age": {"a": 1, "b": 1}, "sex": {"f": 1, "m": 2}})
    with pytest.raises(IncompatibleError, match="above 0: got age 0"):
        rake([1, 1], {"age": ["a", "b"]}, {"age": {"a": 0, "b": 0}})
    with pytest.raises(IncompatibleError, match="age must have one label per weight: got 2 for 3"):
        rake([1, 1, 1], {"age": ["a", "b"]}, {"age": {"a": 1, "b": 1}})
    with pytest.raises(InvalidValueError, match="max_iterations must be at least 1: got 0"):
        rake([1, 1], margins, {"age": {"a": 1, "b": 1}, "sex": {"f": 1, "m": 1}}, max_iterations=0)
    calibration = post_stratify([1, 1], ["a", "b"], {"a": 1, "b": 1})
    with pytest.raises(IncompatibleError, match="categories must have one code per row"):
        calibrated_estimate(calibration, [0], CATEGORY_SCORES)
    with pytest.raises(InvalidTypeError, match="categories must be codes, whole numbers from 0, not float64"):
        calibrated_estimate(calibration, [0.0, 1.0], CATEGORY_SCORES)
    with pytest.raises(InvalidValueError, match=r"categories must be below 3: row 1 .from 0. has 3"):
        calibrated_estimate(calibration, [0, 3], CATEGORY_SCORES)


def test_contradictions_do_not_pass_for_convergence() -> None:
    """Two margins that are the same column cannot have different totals: no result, but which total is missed."""
    same = {"one": ["a", "b"], "other": ["a", "b"]}
    totals = {"one": {"a": 1, "b": 3}, "other": {"a": 2, "b": 2}}
    with pytest.raises(InvalidValueError, match=r"in 50 rounds: one 'a' is still 1 of its total away"):
        rake([1, 1], same, totals, max_iterations=50)
    with pytest.raises(InvalidValueError, match="linear calibration cannot reach the totals"):
        calibrate_linear([1, 1], same, totals)


def test_linear_calibration_refuses_negative_weights() -> None:
    """Far totals ask for negative weights: refused in favour of raking, which reaches them."""
    margins = {"age": ["a", "a", "b", "b", "b"], "sex": ["f", "m", "f", "f", "m"]}
    totals = {"age": {"a": 5, "b": 95}, "sex": {"f": 4, "m": 96}}
    with pytest.raises(InvalidValueError, match=r"a negative weight, the first is row 0 .from 0.; use rake"):
        calibrate_linear(np.ones(5), margins, totals)
    assert (rake(np.ones(5), margins, totals).weights > 0).all()


@pytest.mark.filterwarnings("ignore:7 answers are worth:npskit.PrecisionWarning")
def test_who_did_not_answer_helps_to_weigh_and_has_no_influence() -> None:
    """Post-stratified: the variance is that of the residuals from each part's weighted mean, by the formula."""
    data = {"score": [10, 0, 9, 8, 3, None, 7, 10], "part": list("aabbbaba")}
    found = nk.Survey(data, score="score").rake({"part": {"a": 0.5, "b": 0.5}}).score()
    first = np.array(data["part"]) == "a"
    w = 0.5 / np.where(first, first.sum(), (~first).sum())
    scores = np.array([100, -100, 100, 0, -100, np.nan, 0, 100])
    answered = ~np.isnan(scores)
    mean = np.average(scores[answered], weights=w[answered])
    assert found.value == pytest.approx(mean)
    z = np.where(answered, (np.nan_to_num(scores) - mean) / w[answered].sum(), 0)
    u = w * np.where(first, z - z[first].mean(), z - z[~first].mean())
    assert found.se == pytest.approx(np.sqrt(8 * u.var(ddof=1)))

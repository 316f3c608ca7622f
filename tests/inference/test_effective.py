"""The one rule of the effective size: its bounds, its scale, and what it comes to without weights."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import npskit as nk
from npskit.inference import Estimate, cluster_totals, design_estimate
from npskit.inference.effective import (
    Support,
    answers_df,
    counts_of_size,
    effective_size,
    heaviest_answer,
    units_df,
)

CATEGORY_SCORES = np.array([-100.0, 0.0, 100.0])
row = st.tuples(st.sampled_from([0, 8, 10]), st.floats(0.01, 100), st.integers(0, 4))
rows = st.lists(row, min_size=1, max_size=25)
QUIET = pytest.mark.filterwarnings("ignore::npskit.PrecisionWarning")


def survey(found: list[tuple[int, float, int]], **roles: Any) -> nk.Survey:
    score, weight, who = (list(column) for column in zip(*found, strict=True))
    area = [i % 2 for i in range(len(found))]
    return nk.Survey({"score": score, "weight": weight, "who": who, "area": area}, score="score", **roles)


@QUIET
@settings(max_examples=50, deadline=None)
@given(rows)
def test_nothing_counts_for_more_than_its_answers(found: list[tuple[int, float, int]]) -> None:
    """Weighted, clustered, stratified or raked, a sample is worth at most its answers, and t makes it less."""
    plain = survey(found, weight="weight")
    surveys = [plain, survey(found, weight="weight", customer="who"), survey(found, customer="who")]
    surveys += [survey(found, weight="weight", cluster="who")]
    surveys += [plain.rake({"area": {0: 0.1, 1: 0.9}})] if len(found) > 1 else []
    for one in surveys:
        score = one.score()
        size, counts = score.n_effective, score.estimate.effective_counts()
        assert np.isnan(size) or size <= score.n
        assert counts.sum() <= score.n * (1 + 1e-12)
        assert np.isnan(size) or counts.sum() <= size * (1 + 1e-12)


@QUIET
@settings(max_examples=25, deadline=None)
@given(rows.filter(lambda found: len(found) > 2), st.integers(-300, 295), st.sampled_from(["plain", "who", "raked"]))
def test_only_proportions_of_weights_matter(found: list[tuple[int, float, int]], power: int, kind: str) -> None:
    """Weights of 1e-300 and of 1e300 give the same score, error, size and interval."""

    def of(weights: list[float]) -> nk.Score:
        changed = [(score, weight, who) for (score, _, who), weight in zip(found, weights, strict=True)]
        one = survey(changed, weight="weight", customer="who" if kind == "who" else None)
        return (one.rake({"area": {0: 0.5, 1: 0.5}}) if kind == "raked" else one).score()

    first, second = of([row[1] for row in found]), of([row[1] * 10.0**power for row in found])
    for name in ("value", "se", "n_effective"):
        assert getattr(first, name) == pytest.approx(getattr(second, name), rel=1e-9, abs=1e-9, nan_ok=True)
    assert first.margin() == pytest.approx(second.margin(), rel=1e-6, nan_ok=True)


def test_tallies_of_weights_of_any_size_merge() -> None:
    """A shard of tiny weights is nothing beside one of huge ones, and merges exactly with its like; text keeps it."""
    answers, weights = [10, 0, 8, 9, 3, 10], np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    tiny = [nk.Tally.count(answers[i:j], weights=weights[i:j] * 1e-200) for i, j in ((0, 2), (2, 6))]
    whole, plain = tiny[0] + tiny[1], nk.Tally.count(answers, weights=weights)
    assert float(whole.value) == pytest.approx(float(plain.value), rel=1e-14)
    assert nk.Tally.from_json(whole.to_json()) == whole
    assert nk.Score.of(whole).margin() == pytest.approx(nk.Score.of(plain).margin())
    assert float((whole + plain).value) == float(plain.value) == float((plain + whole).value)
    huge = nk.Tally.count(answers, weights=weights * 1e300)
    assert float((huge + plain).value) == pytest.approx(float(plain.value))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=3, max_size=3).filter(lambda c: sum(c) > 1), st.floats(0.01, 100))
def test_equal_weights_are_plain_counts_but_for_t(counts: list[int], weight: float) -> None:
    """The effective size is n exactly, and the interval that of the counts as soon as t is normal."""
    found = np.array(counts)
    one = Estimate.from_sums(found, CATEGORY_SCORES, found * weight, found * weight**2)
    assert one.n_effective == pytest.approx(found.sum())
    effective = one.effective_counts().sum()
    few = 1.0 if np.isinf(one.freedom) else ((found.sum() + 1.2) / (found.sum() + 4)) ** 2
    assert min(few, 1) * found.sum() <= effective + 1e-9 <= found.sum() + 2e-9


def test_the_mixture_counts_by_degrees_of_freedom() -> None:
    """Between model and observed variance; the latter alone without a prior; Kish's size where there is no spread."""
    size, df = effective_size(0.5, [0.005, 0.01, 0.02], 50.0, 20.0, 5.0)
    np.testing.assert_allclose(size, [0.5 / 0.006, 50, 0.5 / 0.018])
    assert (df == 25).all()
    assert [float(x) for x in effective_size(0.5, 0.02, 50.0, 20.0)] == [25, 20]
    assert [float(x) for x in effective_size(0.5, 0.02, 50.0, np.inf)] == [25, np.inf]
    assert [float(x) for x in effective_size(0.0, 0.02, 50.0, 20.0)] == [50, np.inf]
    assert counts_of_size([0.5, 0.5], np.nan, 9, 8).tolist() == [0, 0]
    weighted = nk.nps([10, 0, 10, 9, 7, 5], weights=[1, 2, 3, 1, 2, 1]).estimate
    assert weighted.freedom == pytest.approx(5**2 / 6 - 1 + 5)  # Kish's size is 5; so are those of the model


@given(st.lists(st.floats(0.01, 100), min_size=2, max_size=12))
def test_degrees_of_freedom_are_at_most_one_for_each_unit_but_one(weights: list[float]) -> None:
    """Satterthwaite's, and its short form for answers; both C - 1 where all weigh alike."""
    h: NDArray[Any] = np.array(weights) / np.sum(weights)
    df, factor = units_df([(h**k).sum() for k in (2, 3, 4, 5)])
    assert 1 <= df <= len(h) - 1 + 1e-4  # sums cancel where one unit has nearly all the weight
    assert factor >= len(h) / (len(h) - 1) - 1e-6
    assert 1 <= answers_df(1 / (h**2).sum(), len(h)) <= max(1, len(h) - 1 + 1e-6)
    alike, small = units_df([float(len(h)) ** (1 - k) for k in (2, 3, 4, 5)])
    assert alike == pytest.approx(len(h) - 1)
    assert small == pytest.approx(len(h) / (len(h) - 1))


def test_segments_without_answers_are_drawn_to_the_whole() -> None:
    """Shrunken scores are there for segments that nobody answered in, whatever the sample; of none there is none."""
    rows: dict[str, Any] = {"score": [10, 9, 0, 8] * 5 + [None] * 4, "by": ["a", "b"] * 10 + ["c"] * 4}
    rows |= {"weight": [1.0, 2.0] * 12, "who": [i // 2 for i in range(24)]}
    kinds: list[dict[str, Any]] = [{}, {"weight": "weight"}, {"customer": "who"}]
    for roles in kinds:
        found = nk.Survey(rows, score="score", **roles).score(by="by", shrink=True).shrunken
        assert found is not None
        assert np.isfinite(found).all()
        alike = nk.Survey(rows | {"score": [10] * 20 + [None] * 4}, score="score", **roles).score(by="by", shrink=True)
        np.testing.assert_array_equal(alike.shrunken, [100, 100, 100])
        none = nk.Survey(rows | {"score": [None] * 24}, score="score", **roles).score(by="by", shrink=True)
        np.testing.assert_array_equal(none.shrunken, [np.nan] * 3)


def test_a_customer_who_outweighs_all_is_not_taken_for_many() -> None:
    """With nearly all answers from one customer the variance is nearly that within him, and says nothing."""
    totals = cluster_totals([0] + [2, 0] * 500, 3, clusters=[1] + [2] * 1000)
    found = design_estimate(totals, CATEGORY_SCORES, customers="all")
    assert found.n_effective < 3


ONE_HEAVY: dict[str, Any] = {"score": [10, 9, 8, 0] * 15, "weight": [60.0] + [1.0] * 59, "by": ["a", "b", "b"] * 20}
ONE_HEAVY |= {"who": [0] * 30 + [*range(1, 31)], "day": ["2026-01-05"] * 60, "area": [0] * 2 + [1] * 58}


def test_next_to_nothing_is_said_once() -> None:
    """Where one answer has half of the weight each call says so once; a table says of how many segments it holds."""
    data = nk.Survey(ONE_HEAVY, score="score", weight="weight", time="day")
    table = r"1 of 2 groups .* 20 answers are worth 1\.7 of equal weight"
    calls: dict[str, Any] = {
        "60 answers are worth": lambda: nk.nps(ONE_HEAVY["score"], weights=ONE_HEAVY["weight"]),
        "60 answers are worth 3": data.score,
        table: lambda: data.score(by="by"),
        "1 of 2": lambda: data.compare(by="by"),
        "1 of 1|60 answers": lambda: data.timeline(),
        "58%|60 answers": lambda: data.rake({"area": {0: 0.5, 1: 0.5}}).score(),
        "60 answers one, or those of one unit, may have 50%": lambda: nk.Survey(ONE_HEAVY, customer="who").score(),
    }
    for said, call in calls.items():
        with pytest.warns(nk.PrecisionWarning, match=said) as found:
            call()
        assert len(found) == 1
        assert found[0].filename == __file__


def test_mild_weights_and_none_are_quiet() -> None:
    """Nothing is said of weights that leave enough, of plain answers however few, and of few people."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nk.nps([10, 0, 8] * 10, weights=[1.0, 2.0, 5.0] * 10)
        nk.nps([10, 0])
        nk.nps([10, 9, 0, 3, 10, 8], weights=[2.0] * 6)
        nk.Survey({"score": [10, 0, 8, 9, 0, 10] * 2, "who": [1, 1, 2] * 4}, customer="who").score()
        nk.Survey({"score": [10, 0, 8] * 9, "day": [f"2026-01-{i + 1:02}" for i in range(27)]}, time="day").timeline(
            every="day", half_life="1d"
        )


def test_few_heavy_answers_among_many_are_said() -> None:
    """Three of 300 that weigh fifty times as much, and four of 80 customers who give ten times as many answers."""
    heavy, answers = [50.0] * 3 + [1.0] * 297, [10, 9, 8, 0, 10, 7] * 50
    with pytest.warns(nk.PrecisionWarning, match="300 answers are worth 26 that weigh alike: a few heavy ones"):
        nk.nps(answers, weights=heavy)
    who = [*np.repeat(range(4), 30), *range(4, 80)]
    with pytest.warns(nk.PrecisionWarning, match="80 customers or other units are worth 10 that weigh alike"):
        nk.Survey({"score": answers[: len(who)], "who": who}, customer="who").score()


def test_the_heaviest_answer() -> None:
    """Exact for one heavy among equal ones, never below what is there, and nothing for no weight."""
    assert heaviest_answer([3, 1], [12.0, 1.0], [102.0, 1.0]) == pytest.approx(10 / 13)
    rng = np.random.default_rng(0)
    w, kind = rng.lognormal(size=(200, 12)), rng.integers(3, size=(200, 12))
    sums = [np.stack([(w**p * (kind == k)).sum(axis=1) for k in range(3)], axis=-1) for p in (0, 1, 2)]
    assert (heaviest_answer(*sums) >= w.max(axis=1) / w.sum(axis=1) - 1e-12).all()
    assert np.isnan(heaviest_answer([1, 0], [0.0, 0.0], [0.0, 0.0]))


def test_a_contrast_is_as_unsure_as_its_groups() -> None:
    """Its variance grows as those of the groups, with the fewest degrees of freedom; plain counts change nothing."""
    counts = np.array([[10, 20, 30], [20, 20, 20]])
    plain = Estimate.from_sums(counts, CATEGORY_SCORES)
    assert list(plain.of_contrast(100.0, 50.0)) == pytest.approx([100, 50])
    heavy = Estimate.from_sums(counts, CATEGORY_SCORES, counts * 1.0, counts * np.array([1.0, 4.0, 2.0]))
    variance, df = heavy.of_contrast(100.0, 50.0)
    assert variance > 100
    assert df == heavy.freedom.min() < 50


def test_segments_are_domains_of_the_sample() -> None:
    """The standard error of a weighted segment is that of a domain, n/(n - 1) with the whole sample's n: R's svyby.

    So is that of those who answered, and a segment taken out of its table keeps it; its interval is that of its rows.
    """
    rng = np.random.default_rng(3)
    kinds, by, w = rng.integers(-1, 3, 60), rng.integers(0, 4, 60), rng.lognormal(0, 0.4, 60)
    score = [None if k < 0 else (0, 8, 10)[k] for k in kinds]
    survey = nk.Survey({"score": score, "by": by, "w": w}, score="score", weight="w")
    totals = cluster_totals(kinds, 3, clusters=np.arange(60), weights=w, groups=by, n_groups=4)
    table, wanted = survey.score(by="by"), design_estimate(totals, CATEGORY_SCORES)
    np.testing.assert_allclose(table.estimates.variance, wanted.variance, rtol=1e-12)
    np.testing.assert_allclose(table.estimates.n_effective, wanted.n_effective, rtol=1e-9)
    assert [table[g].se for g in range(4)] == pytest.approx(np.sqrt(wanted.variance).tolist())
    whole = design_estimate(cluster_totals(kinds, 3, clusters=np.arange(60), weights=w), CATEGORY_SCORES)
    assert survey.score().se == nk.nps(score, weights=w).se == pytest.approx(float(np.sqrt(whole.variance)))
    inside = by == 2
    alone = nk.nps([s for s, one in zip(score, inside, strict=True) if one], weights=w[inside])
    assert tuple(table[2].interval()) == pytest.approx(tuple(alone.interval()))
    assert (table[1] + table[2]).n == table[1].n + table[2].n


def test_a_quarter_of_the_units_is_not_uneven() -> None:
    """Units are uneven where they are worth fewer than a quarter of their number."""
    quarter, fewer = (Support(*np.array([40.0, 10.0, 0.2, 40.0, kish])) for kish in (10.0, 9.9))
    assert (bool(quarter.is_uneven), bool(fewer.is_uneven)) == (False, True)

"""Who answered, and what counts of those who answered more than once: laws against a loop over customers."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from npskit.counting import CodedAnswers
from npskit.data.columns import Column
from npskit.errors import PrecisionWarning
from npskit.options import Repeats
from npskit.sample import Places, Sample
from npskit.sample.repeats import answer_each
from npskit.scorers.base import codebook_of
from npskit.scorers.nps import NPS
from npskit.scorers.sci import SCI
from npskit.scores.score import Score
from npskit.scores.scoring import nps
from npskit.survey import Survey

Row = tuple[Any, int, int, int]
# an answer, a customer, a segment, a day; -1 is a day that is not known
ROWS = st.lists(
    st.tuples(st.sampled_from([10, 9, 7, 3, None, 11]), st.integers(0, 3), st.integers(0, 1), st.integers(-1, 2)),
    max_size=14,
)


def column(values: list[Any]) -> Column:
    """Return a column of objects."""
    return Column(np.array(values, dtype=object))


def coded(*columns: list[Any], scorer: Any = None) -> CodedAnswers:
    """Return answers as a sample holds them."""
    codebook = codebook_of(NPS() if scorer is None else scorer)
    return CodedAnswers([np.array(values, dtype=object) for values in columns], codebook)


def made(rows: list[Row], weights: NDArray[np.float64] | None = None) -> tuple[Sample, Places, NDArray[np.datetime64]]:
    """Return a sample, its segments and its days."""
    scores, customers, groups, days = ([row[i] for row in rows] for i in range(4))
    times = np.where(
        np.array(days) < 0, np.datetime64("NaT", "us"), np.datetime64("2026-01-01", "us") + np.array(days, "m8[D]")
    )
    group, customer = (np.array(numbers, dtype=np.intp) for numbers in (groups, customers))
    return Sample(coded(scores), weights=weights, customers=customer), Places(group, 2), times


def place_of(row: Row) -> tuple[int, int]:
    return row[1], row[2]


@given(ROWS, st.sampled_from(["latest", "mean", "worst"]), st.booleans(), st.randoms())
@settings(deadline=None)
def test_those_of_one_person_at_a_place_are_one_answer(rows: list[Row], rule: Any, weighted: bool, rng: Any) -> None:
    """The rows that count share one weight (the mean of theirs); scored ones come first; their order says nothing."""
    weights = np.arange(len(rows), dtype=np.float64) % 3 + np.float64(1) if weighted else None
    whole, places, times = made(rows, weights)
    assert whole.customers is not None
    found, kept, tied = answer_each(whole, places, whole.customers, rule, times)
    given_weights = np.ones(len(rows)) if weights is None else weights
    shared = np.zeros(len(rows))
    shared[kept] = np.ones(kept.sum()) if found.weights is None else found.weights
    ties = 0
    for person in set(map(place_of, rows)):
        came = [i for i, row in enumerate(rows) if place_of(row) == person]
        inside = [i for i in came if rows[i][0] in range(11)]
        answered = bool(inside)
        inside = inside or came
        if rule == "latest":
            inside = [i for i in inside if rows[i][3] == max(rows[j][3] for j in inside)]
            ties += answered and len(inside) > 1
        elif rule == "worst" and answered:
            worth = {i: (rows[i][0] > 6) + (rows[i][0] > 8) for i in inside}
            inside = [i for i in inside if worth[i] == min(worth.values())]
        assert shared[inside] == pytest.approx(given_weights[inside] / len(inside))
        assert shared[came].sum() == pytest.approx(shared[inside].sum())
        assert kept[came].sum() == len(came if rule == "mean" else inside)
    assert (found.superseded, tied) == (len(rows) - kept.sum(), ties)
    order = list(range(len(rows)))
    rng.shuffle(order)
    turned, at, when = made([rows[i] for i in order], None if weights is None else weights[order])
    assert turned.customers is not None
    other, some, _ = answer_each(turned, at, turned.customers, rule, when)
    one, same = found.count(places.take(kept)), other.count(at.take(some))
    np.testing.assert_allclose(one.mean(), same.mean(), rtol=1e-12)
    assert [part.tolist() for part in (one.rows, one.n)] == [part.tolist() for part in (same.rows, same.n)]


def test_rows_at_no_place_are_left_alone() -> None:
    """What is not asked about is neither dropped nor weighed."""
    sample, _, times = made([(9, 0, 0, 0), (3, 0, 0, 1), (10, 1, 0, 0)])
    assert sample.customers is not None
    nowhere = Places(np.array([-1, -1, 0]), 1)
    found, kept, tied = answer_each(sample, nowhere, sample.customers, "latest", times)
    assert kept.all()
    assert (found.weights, tied) == (None, 0)


def test_categories() -> None:
    """A row has a category where every question is answered on its scale."""
    answers = coded([5, 5, 5, None, 9], [5, 4, 1, 5, 5], [5, 4, 5, 5, 5], scorer=SCI())
    names = answers.codebook.categories
    found = [names[i] if i >= 0 else None for i in answers.categories]
    assert found == ["secure", "favorable", "at risk", None, None]
    assert coded([], [], [], scorer=SCI()).categories.size == 0


def test_independent_rows_have_no_clusters() -> None:
    """Where no customer answers twice, and there is no design, the tally says it all."""
    sample, places, _ = made([(10, 0, 0, 0), (3, 1, 0, 0), (None, 1, 1, 0)])
    for each in (sample, Sample(sample.answers)):
        assert each.clustering(places) is None
        assert each.measure(places).conventions.variance == "independent"


def test_take_keeps_what_belongs_together() -> None:
    """All arrays of the sample are cut alike."""
    n = np.arange(4)
    answers = CodedAnswers([np.ma.MaskedArray(n, n > 2)], codebook_of(NPS()))
    sample = Sample(answers, weights=n.astype(float), customers=n, strata=n.astype(str), clusters=n)
    kept = sample.take(np.array([True, False, True, False]))
    for array in (kept.answers.codes[0], kept.weights, kept.customers, kept.clusters):
        assert array is not None
        assert array.tolist() == [0, 2]
    assert kept.strata is not None
    assert kept.strata.tolist() == ["0", "2"]
    assert kept.superseded == 2


DATA = {
    "score": [10, 9, 3, 4, 10, 0, None, 8],
    "who": ["a", "a", "b", "b", "c", "", "", None],
    "at": ["2026-01-02", "2026-01-01", "2026-01-01", "2026-01-03", None, "2026-01-01", "2026-01-01", "2026-01-01"],
}


def test_policies_in_a_survey() -> None:
    """All answers, the latest of each customer, or their mean: the score of exactly those, and clustered if need be."""
    survey = Survey(DATA, customer="who", time="at")
    everything: Score = survey.score()
    assert everything.value == nps(DATA["score"]).value
    assert everything.conventions.variance == "clustered"
    last: Score = survey.score(repeats="latest")
    assert last.counts == nps([10, 4, 10, 0, None, 8]).counts
    assert (last.missing, last.conventions.superseded, last.conventions.variance) == (1, 2, "independent")
    mean: Score = survey.score(repeats="mean")
    assert mean.value == pytest.approx((100 - 100 + 100 - 100 + 0) / 5)
    assert (mean.n, mean.conventions.weighted) == (7, True)


def test_one_customer_is_one_answer() -> None:
    """Thirty tens of one customer are not thirty customers; five customers of twenty tens are five."""
    with pytest.warns(PrecisionWarning, match=r"30 answers are worth 1\.0 of equal weight"):
        one: Score = Survey({"score": [10] * 30, "who": ["a"] * 30}, customer="who").score()
    assert tuple(one.interval()) == tuple(nps([10]).interval())
    assert (one.n, one.n_effective) == (30, 1)
    five = Survey({"score": [10] * 100, "who": np.repeat(np.arange(5), 20)}, customer="who")
    for repeats in ("all", "mean"):
        score: Score = five.score(repeats=repeats)
        assert tuple(score.interval()) == pytest.approx(tuple(nps([10] * 5).interval()))
        assert score.n_effective == pytest.approx(5)


@pytest.mark.parametrize("repeats", ["all", "mean"])
def test_customers_count_by_what_they_weigh(repeats: Repeats) -> None:
    """A customer with forty answers leaves few degrees of freedom, but as many as the others where means count."""
    who = [*range(20), *np.repeat(np.arange(20, 30), 2), *[30] * 40]
    survey = Survey({"score": np.random.default_rng(0).choice([3, 8, 10], 80), "who": who}, customer="who")
    with pytest.warns(PrecisionWarning, match="of one unit, may have 50%") if repeats == "all" else nullcontext():
        score: Score = survey.score(repeats=repeats)
    assert score.estimate.df == pytest.approx(80**2 / (20 + 10 * 4 + 40**2) - 1 if repeats == "all" else 30)
    assert score.estimate.ceiling == pytest.approx(80 if repeats == "all" else 31)
    assert score.estimate.effective_counts().sum() <= score.estimate.ceiling


def test_what_was_left_open_does_not_weigh_beside_an_answer() -> None:
    """Of all responses, a customer's open rows weigh nothing where he answered once, else one together."""
    survey = Survey({"score": [10, 10] + [None] * 8, "who": [1, 2] + [3] * 8}, customer="who")
    assert survey.score(repeats="mean", denominator="all").value == pytest.approx(200 / 3)
    mixed = Survey({"score": [10, None, None, 0], "who": [1, 1, 1, 2]}, customer="who")
    for denominator in ("valid", "all"):
        assert mixed.score(repeats="mean", denominator=denominator).value == pytest.approx(0)


def test_what_the_design_gains_the_interval_gains() -> None:
    """Strata and finite populations shorten the interval as they do the standard error, down to a census."""
    scores = np.random.default_rng(1).choice([10, 8, 0], 100, p=[0.5, 0.3, 0.2])
    data = {"score": scores, "area": ["a"] * 50 + ["b"] * 30 + ["c"] * 20}
    populations: list[Any] = [None, 200, {"a": 55, "b": 33, "c": 22}, {"a": 50, "b": 30, "c": 20}]
    for method in ("score", "wald"):
        scored: list[Score] = [Survey(data, stratum="area", population=p).score() for p in populations]
        widths = [2 * score.margin(method=method) for score in scored]
        for score, width in zip(scored, widths, strict=True):
            assert width == pytest.approx(2 * 1.98 * score.se, rel=0.05)
        assert widths[0] > widths[1] > widths[2] > widths[3] == 0


def test_calibrated_customers() -> None:
    """Raked surveys cluster by customer too, with the degrees of freedom of customers."""
    data: Any = {"score": [10, 9, 3, 4, 10, 0, 7, 8], "who": list("aaaabbcd"), "area": list("nsnsnsns")}
    with pytest.warns(PrecisionWarning, match="may have 50% of the weight"):
        score: Score = Survey(data, customer="who").rake({"area": {"n": 0.5, "s": 0.5}}).score()
    assert score.estimate.df == pytest.approx(64 / (16 + 4 + 1 + 1) - 1)
    assert score.n_effective <= score.estimate.ceiling <= score.n


def test_designs_in_a_survey() -> None:
    """Clusters come before customers; strata alone make each row a unit of its own."""
    data: Any = {"score": [10, 9, 3, 4, 10, 0, 7, 8], "who": list("aabbccdd"), "psu": list("xxxxyyyy")}
    data["area"] = [1, 2] * 4
    plain, who, psu, area = (
        Survey(data, customer=customer, cluster=cluster, stratum=stratum).score()
        for customer, cluster, stratum in (
            (None, None, None),
            ("who", None, None),
            ("who", "psu", None),
            (None, None, "area"),
        )
    )
    assert plain.value == who.value == psu.value == area.value
    assert len({round(score.se, 9) for score in (plain, who, psu, area)}) == 4
    assert [score.conventions.variance for score in (plain, who, psu, area)] == ["independent"] + ["clustered"] * 3

"""Laws of answers that are all alike, and of explanations in which they occur: nothing is certain."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.inference.clusters import cluster_totals
from npskit.inference.intervals import score_interval
from npskit.survey import Survey
from npskit.tracking.change.change_explanation import ChangeExplanation
from npskit.tracking.change.mix_rate import MixRate, mix_and_rate
from npskit.tracking.charts.alike import variance_of_alike, variance_of_means

CATEGORY_SCORES = np.array([-1.0, 0.0, 1.0])


def explained(
    before: list[int], after: list[int], *, customers: bool = True, regions: list[str] | None = None
) -> ChangeExplanation:
    """Return the explanation of answers of the same customers in two months."""
    size = len(before)
    data: dict[str, Any] = {"score": before + after, "day": ["2026-01-05"] * size + ["2026-02-05"] * size}
    data["region"] = (regions or ["X"] * size) * 2
    data |= {"who": list(range(size)) * 2} if customers else {}
    survey = Survey(data, time="day", customer="who" if customers else None)
    return survey.explain_change("2026-01", "2026-02", "region")


# ---- the variance ----


@given(st.integers(0, 2), st.floats(0.1, 1e4), st.floats(0.1, 50), st.floats(-100, 100))
@settings(max_examples=40)
def test_error_is_that_of_the_score_interval(where: int, n: float, scale: float, shift: float) -> None:
    """z errors reach the further 95 % limit; in other units the error scales, and more answers make it smaller."""
    counts = np.zeros(3)
    counts[where] = n
    error = math.sqrt(variance_of_alike(counts, CATEGORY_SCORES))
    low, high = score_interval(counts, CATEGORY_SCORES, 0.95)
    assert 1.959963984540054 * error == pytest.approx(max(CATEGORY_SCORES[where] - low, high - CATEGORY_SCORES[where]))
    assert math.sqrt(variance_of_alike(counts, scale * CATEGORY_SCORES + shift)) == pytest.approx(
        scale * error, rel=1e-6
    )
    assert variance_of_alike(2 * counts, CATEGORY_SCORES) < variance_of_alike(counts, CATEGORY_SCORES)


def test_answers_that_differ_speak_for_themselves() -> None:
    """Where scores differ nothing is added; categories of one score are alike; without answers there is nothing."""
    counts = [[1, 0, 9], [0, 0, 0], [0, 4, 6]]
    assert variance_of_alike(counts, CATEGORY_SCORES).tolist() == [0, 0, 0]
    assert variance_of_alike(counts, [0.0, 1.0, 1.0])[2] > 0
    assert variance_of_means(counts, CATEGORY_SCORES)[:2] == pytest.approx([0.036, np.nan], nan_ok=True)


# ---- what is added to the errors of mix and rate ----


def tables(low: int) -> st.SearchStrategy[Any]:
    """Counts of two periods with four segments."""
    cells = st.lists(st.lists(st.integers(low, 9), min_size=3, max_size=3), min_size=8, max_size=8)
    return cells.map(lambda rows: np.array(rows, dtype=np.float64).reshape(2, 4, 3)).filter(
        lambda t: bool((t.sum(axis=(1, 2)) > 0).all())
    )


@given(tables(1))
@settings(max_examples=25)
def test_nothing_is_added_where_answers_differ(pair: Any) -> None:
    """Where every segment has a spread the errors are those of the delta method alone."""
    found = mix_and_rate(pair[0], pair[1], CATEGORY_SCORES)
    assert not found.hidden.any()
    assert not found.hiddens.any()


@given(tables(0), st.sampled_from([None, [[0, 0], [0, 1], [1, 0], [1, 1]]]))
@settings(max_examples=40)
def test_what_is_added_are_derivatives_by_the_scores(pair: Any, codes: Any) -> None:
    """What is added are the products of numeric derivatives by the score of each segment whose answers are alike."""
    found = mix_and_rate(pair[0], pair[1], CATEGORY_SCORES, codes)
    whole, each, step = np.zeros_like(found.hidden), np.zeros_like(found.hiddens), 1e-5
    for t, s in itertools.product(range(2), range(4)):
        variance = float(variance_of_alike(pair[t, s], CATEGORY_SCORES))
        if variance == 0:
            continue
        moved = []
        for sign in (-step, step):
            # a category of its own, a step away from that of the segment's answers
            worth = CATEGORY_SCORES[pair[t, s].argmax()] + sign
            other = np.concatenate([pair, np.zeros((2, 4, 1))], axis=2)
            other[t, s] = [0, 0, 0, pair[t, s].sum()]
            moved.append(mix_and_rate(other[0], other[1], [*CATEGORY_SCORES, worth], codes).effects)
        slope = (moved[1] - moved[0]) / (2 * step)
        whole += variance * np.outer(slope.sum(axis=0), slope.sum(axis=0))
        each += variance * slope[:, :, np.newaxis] * slope[:, np.newaxis]
    assert found.hidden == pytest.approx(whole, abs=1e-7)
    assert found.hiddens == pytest.approx(each, abs=1e-7)


def by_customer(pair: Any, weight: float = 1.0) -> MixRate:
    """Return the decomposition of counts, each answer of a customer of its own."""
    rows = [(4 * t + s, k) for t, s, k in np.ndindex(*pair.shape) for _ in range(int(pair[t, s, k]))]
    groups, answers = map(list, zip(*rows, strict=True))
    totals = cluster_totals(
        answers, 3, clusters=np.arange(len(rows)), groups=groups, n_groups=8, weights=np.full(len(rows), weight)
    )
    return mix_and_rate(weight * pair[0], weight * pair[1], CATEGORY_SCORES, totals=totals)


@given(tables(0), st.sampled_from([1.0, 0.3, 7.0]))
@settings(max_examples=25)
def test_customers_who_answer_once_and_equal_weights(pair: Any, weight: float) -> None:
    """One answer for each customer, and one weight for all, add what plain answers add, and count as many."""
    plain = mix_and_rate(pair[0], pair[1], CATEGORY_SCORES)
    n = (float(pair[0].sum()), float(pair[1].sum()))
    weighted = mix_and_rate(
        weight * pair[0], weight * pair[1], CATEGORY_SCORES, squares=(weight**2 * pair[0], weight**2 * pair[1]), n=n
    )
    assert weighted.hidden == pytest.approx(plain.hidden, abs=1e-12)
    assert weighted.hiddens == pytest.approx(plain.hiddens, abs=1e-12)
    assert weighted.n_effective == pytest.approx(n)
    if sum(n) > 2:
        customers = by_customer(pair, weight)
        assert customers.hidden == pytest.approx(plain.hidden, abs=1e-12)
        assert customers.hiddens == pytest.approx(plain.hiddens, abs=1e-12)
        assert customers.n_effective == pytest.approx(n)


def test_answers_of_one_customer_do_not_make_it_surer() -> None:
    """Nine like answers of three customers add as much as three do."""
    nine, three = (
        mix_and_rate(
            [[0, 0, per * 3]],
            [[0, 0, per * 3]],
            CATEGORY_SCORES,
            totals=cluster_totals(
                [2] * (6 * per), 3, clusters=list(range(3)) * 2 * per, groups=[0] * 3 * per + [1] * 3 * per, n_groups=2
            ),
        )
        for per in (3, 1)
    )
    assert nine.hidden == pytest.approx(three.hidden)
    assert nine.n_effective == pytest.approx([3, 3])


# ---- explanations ----


@pytest.mark.parametrize("customers", [True, False])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([8] * 12, [8] * 12),
        ([8] * 12, [10] * 12),
        ([2] * 6 + [8] * 6, [8] * 6 + [10] * 6),
        ([8] * 12, [8] * 6 + [10] * 6),
        ([10] * 4, [2] * 4),
    ],
)
def test_nothing_is_certain(customers: bool, before: list[int], after: list[int]) -> None:
    """Where answers are all alike, or all customers moved alike, errors are positive and intervals have a width."""
    found = explained(before, after, customers=customers)
    assert found.se > 5
    low, high = found.interval
    assert low <= found.difference <= high
    assert high - low > 20
    rate = found.parts[-1]
    assert rate.se > 5
    assert rate.interval.low < rate.value < rate.interval.high
    assert (rate.interval.low <= 0 <= rate.interval.high) == (low <= 0 <= high)
    assert found.segments[0].rate_se == pytest.approx(rate.se)


def test_customers_who_all_stay_or_all_move_alike_prove_no_more_than_others() -> None:
    """Twelve customers who all rose by a category are as sure a rise as twelve answers before and twelve after."""
    panel, plain = (explained([8] * 12, [10] * 12, customers=c) for c in (True, False))
    assert panel.se == pytest.approx(plain.se)
    assert tuple(panel.interval) == pytest.approx(tuple(plain.interval))
    regions = ["X"] * 6 + ["Y"] * 6
    stayed = explained([8] * 6 + [10] * 6, [8] * 6 + [10] * 6, regions=regions)
    assert stayed.difference == 0
    assert min(stayed.se, *(segment.contribution_se for segment in stayed.segments)) > 5


def test_too_few_customers_say_so() -> None:
    """Of two customers no error is known; the sentence gives no reason, and says that chance is not known."""
    found = explained([8] * 2, [10] * 2)
    assert math.isnan(found.se)
    assert found.sentence == (
        "NPS rose 100.0 (from 0.0 to 100.0) from the scores within region. How much of that is chance cannot be known "
        "from so few."
    )


def test_single_answers_do_not_look_sure() -> None:
    """Shops with one answer on each side have the error of single answers, and none is named as the reason."""
    rng = np.random.default_rng(4)
    before, after = (rng.choice([3, 8, 10], 20).tolist() for _ in range(2))
    found = explained(before, after, customers=False, regions=[f"shop {i:02d}" for i in range(20)])
    assert all(segment.rate_se > 1.9 for segment in found.segments)
    assert "which is within chance" in found.sentence
    assert "shop" not in found.sentence


def test_long_tables_show_the_largest_and_the_sum_of_the_others() -> None:
    """Of 40 segments 12 are shown, then the sum of the others: the column still adds up to the difference."""
    rng = np.random.default_rng(5)
    regions = [f"shop {i:02d}" for i in range(40)] * 5
    found = explained(rng.integers(0, 11, 200).tolist(), rng.integers(3, 11, 200).tolist(), regions=regions)
    lines = str(found).splitlines()
    table = lines[-14:]
    assert table[-2].startswith("and 28 more")
    assert [line[:7] for line in table[:12]] == [segment.segment for segment in found.segments[:12]]
    adds = [float(line.split()[-2]) for line in table[:12]] + [float(table[-2].split()[-1])]
    assert sum(adds) == pytest.approx(found.difference, abs=0.7)
    assert found._repr_html_().count("<tr>") == 15
    assert (len(found.to_dict()["segments"]), len(found.to_frame("polars"))) == (40, 40)


@pytest.mark.slow
@pytest.mark.parametrize(("segments", "each"), [(5, 2), (10, 4), (20, 2), (20, 10)])
def test_rates_of_small_segments_are_covered(segments: int, each: int) -> None:
    """With a few answers in each segment 95 % intervals hold the planted rate in 94 to 97 %, not in 83 to 90 %."""
    rng = np.random.default_rng(1)
    growth = np.linspace(1, 2, segments)
    shares = np.stack([np.full(segments, 1 / segments), growth / growth.sum()])
    cells = shares[..., np.newaxis] * np.random.default_rng(0).dirichlet([2, 3, 5], (2, segments))
    truth = mix_and_rate(cells[0], cells[1], CATEGORY_SCORES).totals[1]
    held, times = np.zeros(2), 2000
    for _ in range(times):
        before, after = (rng.multinomial(each * segments, p.ravel()).reshape(segments, 3) for p in cells)
        found = mix_and_rate(before, after, CATEGORY_SCORES)
        variances = np.array([found.covariance[1, 1], found.covariance[1, 1] + found.hidden[1, 1]])
        held += abs(found.totals[1] - truth) <= 1.96 * np.sqrt(variances)
    assert 0.935 <= held[1] / times <= 0.97
    if each < 5:
        assert held[0] / times < 0.92

"""Laws of the confidence sequences: fair bets, intervals that go with them, and the reference figures."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import InvalidValueError
from npskit.inference.sequences import (
    anytime_p_value,
    confidence_sequence,
    difference_sequence,
    log_wealth,
    log_wealth_of_difference,
)
from npskit.inference.wealth import OPPOSITE
from npskit.options import DIRECTIONS, Direction

few = settings(max_examples=40, deadline=None)
REFERENCE = Path(__file__).parent.parent / "reference" / "anytime_valid.json"
NPS = [-1.0, 0.0, 1.0]
CATEGORY_SCORES = (NPS, [0.0, 100.0], [5.0, 3.0, 1.0], [0.0, 0.0, 0.0, 100.0], [1.0, 2.0, 2.5, 7.0])
TWENTIETH = -math.log(0.05)


@st.composite
def samples(draw: st.DrawFn, least: int = 0) -> tuple[list[int], list[float]]:
    """Counts of some answers, with what they are worth."""
    category_scores = draw(st.sampled_from(CATEGORY_SCORES))
    counts = draw(
        st.lists(st.integers(0, 60), min_size=len(category_scores), max_size=len(category_scores)).filter(
            lambda c: sum(c) >= least
        )
    )
    return counts, category_scores


def test_the_reference_figures_come_out() -> None:
    """Limits and log-wealth agree with the arithmetic of mpmath to 1e-9."""
    for case in json.loads(REFERENCE.read_text(encoding="utf-8")):
        counts = [case["det"], case["pas"], case["pro"]]
        low, high = confidence_sequence(counts, NPS, 1 - case["alpha"])
        assert float(low) == pytest.approx(case["up_lo"], abs=1e-9)
        assert float(high) == pytest.approx(case["up_hi"], abs=1e-9)
        assert float(log_wealth(counts, NPS, 0.0)) == pytest.approx(case["logwealth_at_0"], abs=1e-9)


@few
@given(st.integers(0, 10**7), st.integers(0, 10**7), st.floats(0.01, 0.99))
def test_of_two_categories_the_wealth_is_the_closed_form(bad: int, good: int, m: float) -> None:
    """W = B(c + 1/2, b + 1/2)/(pi m^c (1 - m)^b), Krichevsky and Trofimov's; so the nodes suffice for any n."""
    beta = math.lgamma(good + 0.5) + math.lgamma(bad + 0.5) - math.lgamma(bad + good + 1)
    expected = beta - math.log(math.pi) - good * math.log(m) - bad * math.log1p(-m)
    assert float(log_wealth([bad, good], [0, 1], m)) == pytest.approx(
        expected, rel=1e-9, abs=1e-9 + 1e-15 * (bad + good)
    )


def test_answers_beyond_all_nodes_are_still_bet_on_by_a_fixed_mixture() -> None:
    """Past four thousand million answers the nodes stay as they are: finite, and near the closed form."""
    n = 2**34
    beta = 2 * math.lgamma(n / 2 + 0.5) - math.lgamma(n + 1)
    expected = beta - math.log(math.pi) + n * math.log(2)
    assert float(log_wealth([n / 2, n / 2], [0, 1], 0.5)) == pytest.approx(expected, abs=0.01)


@few
@given(samples(), st.integers(0, 2**32), st.sampled_from(DIRECTIONS))
def test_the_bets_are_fair(sample: tuple[list[int], list[float]], seed: int, direction: Direction) -> None:
    """Under any distribution whose mean is the one doubted, one more answer leaves the wealth as it is on average."""
    counts, category_scores = sample
    p = np.random.default_rng(seed).dirichlet(np.ones(len(category_scores)))
    mean = float(p @ category_scores)
    after = np.exp(
        log_wealth(np.array(counts) + np.eye(len(category_scores)), category_scores, mean, direction=direction)
    )
    before = math.exp(float(log_wealth(counts, category_scores, mean, direction=direction)))
    assert float(p @ after) == pytest.approx(before, rel=1e-9)


@few
@given(samples(), st.integers(0, 2**32), st.sampled_from(["below", "above"]))
def test_one_sided_bets_lose_where_the_hypothesis_holds_amply(
    sample: tuple[list[int], list[float]], seed: int, direction: Direction
) -> None:
    """One more answer does not raise the wealth, on average, where the mean is on the other side of that doubted."""
    counts, category_scores = sample
    p = np.random.default_rng(seed).dirichlet(np.ones(len(category_scores)))
    mean = float(p @ category_scores)
    doubted = (mean + (min(category_scores) if direction == "below" else max(category_scores))) / 2
    after = np.exp(
        log_wealth(np.array(counts) + np.eye(len(category_scores)), category_scores, doubted, direction=direction)
    )
    assert float(p @ after) <= math.exp(float(log_wealth(counts, category_scores, doubted, direction=direction))) * (
        1 + 1e-9
    )


@few
@given(samples(least=1), st.sampled_from(DIRECTIONS), st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_the_limits_are_where_the_wealth_reaches_the_bound(
    sample: tuple[list[int], list[float]], direction: Direction, level: float
) -> None:
    """The mean lies between the limits; at a limit inside the range log W = log 1/alpha, at its end no more."""
    counts, category_scores = sample
    low, high = (float(x) for x in confidence_sequence(counts, category_scores, level, direction=direction))
    mean = float(np.dot(counts, category_scores) / sum(counts))
    assert low <= mean + 1e-12
    assert high >= mean - 1e-12
    for limit in (low, high):
        if min(category_scores) < limit < max(category_scores):
            wealth = float(log_wealth(counts, category_scores, limit, direction=direction))
            assert wealth == pytest.approx(-math.log(1 - level), abs=1e-6)
    if direction == "below":
        assert low == min(category_scores)
    if direction == "above":
        assert high == max(category_scores)


@few
@given(samples(), st.sampled_from(DIRECTIONS))
def test_the_wealth_is_convex_and_at_most_one_at_the_mean(
    sample: tuple[list[int], list[float]], direction: Direction
) -> None:
    """log W has no dent anywhere, so that {W < 1/alpha} is an interval, and it holds the sample mean."""
    counts, category_scores = sample
    grid = np.linspace(min(category_scores), max(category_scores), 41)[1:-1]
    wealth = log_wealth(counts, category_scores, grid, direction=direction)
    assert (np.diff(wealth, 2) >= -1e-9 * (1 + np.abs(wealth).max())).all()
    if sum(counts):
        assert (
            float(
                log_wealth(counts, category_scores, np.dot(counts, category_scores) / sum(counts), direction=direction)
            )
            <= 1e-9
        )


@few
@given(samples(least=1), st.floats(0.5, 200), st.floats(-100, 100))
def test_units_and_directions_do_not_matter(sample: tuple[list[int], list[float]], scale: float, shift: float) -> None:
    """Limits move with a change of units, and turn over with the sign of the category scores."""
    counts, category_scores = sample
    w = np.array(category_scores)
    low, high = confidence_sequence(counts, w)
    moved = confidence_sequence(counts, scale * w + shift)
    turned = confidence_sequence(counts, -w)
    size = scale * np.ptp(w)
    np.testing.assert_allclose(moved, (scale * low + shift, scale * high + shift), atol=1e-9 * size)
    np.testing.assert_allclose(turned, (-high, -low), atol=1e-9 * np.ptp(w))
    np.testing.assert_allclose(
        confidence_sequence(counts, w, direction="below")[1],
        -confidence_sequence(counts, -w, direction="above")[0],
        atol=1e-9 * np.ptp(w),
    )


def test_many_tallies_at_once_are_as_one_by_one() -> None:
    """Blocks of rows of like size change nothing, whatever the order and the sizes."""
    rng = np.random.default_rng(5)
    counts = rng.multinomial(rng.integers(0, 10 ** rng.integers(1, 6, 150)), [0.2, 0.3, 0.5]).reshape(10, 15, 3)
    low, high = confidence_sequence(counts, NPS)
    assert low.shape == (10, 15)
    for i, j in ((0, 0), (3, 14), (9, 7)):
        np.testing.assert_allclose(confidence_sequence(counts[i, j], NPS), (low[i, j], high[i, j]), atol=1e-12)
    a, b = difference_sequence(counts[0], counts[1, 0], NPS)
    np.testing.assert_allclose(difference_sequence(counts[0, 4], counts[1, 0], NPS), (a[4], b[4]), atol=1e-9)


def test_no_answers_say_nothing() -> None:
    """Without answers the limits are NaN, the evidence 0 and the p-value 1; beside others as well."""
    counts = [[0, 0, 0], [1, 2, 7]]
    for direction in DIRECTIONS:
        limits = np.array(confidence_sequence(counts, NPS, direction=direction))
        differences = np.array(difference_sequence(counts, [1, 1, 1], NPS, direction=direction))
        for found in (limits, differences):
            assert np.isnan(found).tolist() == [[True, False], [True, False]]
        assert float(log_wealth(counts[0], NPS, 1.0, direction=direction)) == 0
    assert float(anytime_p_value(log_wealth(counts[0], NPS, 0.3))) == 1
    assert confidence_sequence(np.empty((0, 3)), NPS)[0].shape == (0,)


def test_what_the_mean_rules_out_is_infinite_evidence() -> None:
    """A mean at the end of the range is refuted by one answer that is worth less, and by none otherwise."""
    assert float(log_wealth([0, 1, 5], NPS, 1.0)) == math.inf
    assert float(log_wealth([0, 1, 5], NPS, 1.0, direction="below")) == math.inf
    assert float(log_wealth([0, 0, 5], NPS, 1.0)) < 0
    assert float(log_wealth([0, 0, 5], NPS, -1.0, direction="above")) == math.inf
    assert float(anytime_p_value(math.inf)) == 0
    assert [float(x) for x in confidence_sequence([0, 0, 5], NPS)][1] == 1.0


def test_the_running_intersection_only_narrows() -> None:
    """With running=True each look's limits lie within those of every earlier one, and within its own."""
    steps = np.random.default_rng(3).multinomial(1, [0.2, 0.3, 0.5], size=(4, 200))
    looks = np.concatenate([np.zeros((4, 1, 3)), steps.cumsum(axis=1)], axis=1)
    low, high = confidence_sequence(looks, NPS)
    tight_low, tight_high = confidence_sequence(looks, NPS, running=True)
    np.testing.assert_array_equal(tight_low[:, 1:], np.maximum.accumulate(low[:, 1:], axis=1))
    np.testing.assert_array_equal(tight_high[:, 1:], np.minimum.accumulate(high[:, 1:], axis=1))
    assert (tight_low[:, -1] > low[:, -1]).any()


# ---- differences ----


@st.composite
def pairs(draw: st.DrawFn, many: int) -> tuple[Any, Any, list[float]]:
    """Pairs of samples with answers, of one scorer, each kind an array of a row for each pair."""
    category_scores = draw(st.sampled_from(CATEGORY_SCORES))
    size = st.lists(st.integers(0, 60), min_size=len(category_scores), max_size=len(category_scores)).filter(any)
    rows = draw(st.lists(size, min_size=2 * many, max_size=2 * many))
    return np.array(rows[:many]), np.array(rows[many:]), category_scores


@few
@given(pairs(1), st.floats(-0.9, 0.9), st.sampled_from(DIRECTIONS))
def test_the_evidence_on_a_difference_is_the_least_over_all_means(
    pair: tuple[Any, Any, list[float]], part: float, direction: Direction
) -> None:
    """No mean on a fine grid has less evidence, and some has nearly as little."""
    (a,), (b,), category_scores = pair
    span, low = float(np.ptp(category_scores)), min(category_scores)
    d = part * span
    other = OPPOSITE[direction]
    grid = np.linspace(low + max(0.0, -d), low + span - max(0.0, d), 2001)
    joint = log_wealth(a, category_scores, np.clip(grid + d, low, low + span), direction=direction)
    joint = joint + log_wealth(b, category_scores, grid, direction=other)
    found = float(log_wealth_of_difference(a, b, category_scores, d, direction=direction))
    assert found <= joint.min() + 1e-9
    assert found >= joint.min() - 0.01 - 1e-3 * abs(joint.min())


@settings(max_examples=6, deadline=None)
@given(pairs(3), st.sampled_from(DIRECTIONS))
def test_a_difference_turns_over_with_its_samples(pair: tuple[Any, Any, list[float]], direction: Direction) -> None:
    """The limits of b - a are those of a - b with the sign and the sides exchanged, and hold the difference found."""
    a, b, category_scores = pair
    other = OPPOSITE[direction]
    spread = np.ptp(category_scores)
    low, high = difference_sequence(a, b, category_scores, direction=direction)
    least, most = difference_sequence(b, a, category_scores, direction=other)
    np.testing.assert_allclose([-most, -least], [low, high], rtol=0, atol=1e-5 * spread)
    found = a @ category_scores / a.sum(axis=1) - b @ category_scores / b.sum(axis=1)
    assert ((low - 1e-9 <= found) & (found <= high + 1e-9)).all()
    for limit in (low, high):
        for row in np.flatnonzero(np.abs(limit) < spread * (1 - 1e-9)):
            evidence = log_wealth_of_difference(a[row], b[row], category_scores, limit[row], direction=direction)
            assert float(evidence) == pytest.approx(TWENTIETH, abs=1e-4)


def test_a_reference_without_end_is_a_target() -> None:
    """Against 10^8 answers of one score, the evidence on the difference nears that against the score itself."""
    live = [60, 30, 10]
    known = [2 * 10**7, 3 * 10**7, 5 * 10**7]
    with_reference = float(log_wealth_of_difference(live, known, NPS, direction="below"))
    with_target = float(log_wealth(live, NPS, 0.3, direction="below"))
    assert with_target - 10 < with_reference < with_target


# ---- what it is for ----


def _streams(streams: int, looks: int, p: list[float]) -> np.ndarray:
    """Return the cumulative counts of streams at every look."""
    rng = np.random.default_rng(20260301)
    return rng.multinomial(1, p, size=(streams, looks)).cumsum(axis=1)


@pytest.mark.parametrize("p", [(0.2, 0.3, 0.5), (0.02, 0.08, 0.9), (0.5, 0.0, 0.5), (0.0, 0.9, 0.1)])
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_the_exact_probability_of_a_false_alarm_within_sixty_looks(p: tuple[float, ...], direction: Direction) -> None:
    """Summed over all ways sixty answers may come in, each looked at, the probability of an alarm is at most alpha."""
    looks = 60
    b, c = np.indices((looks + 2, looks + 2))
    alive = np.zeros(b.shape)
    alive[0, 0] = 1.0
    for n in range(1, looks + 1):
        step = p[1] * alive
        step[1:] += p[0] * alive[:-1]
        step[:, 1:] += p[2] * alive[:, :-1]
        possible = b + c <= n
        counts = np.stack([b, n - b - c, c], axis=-1)[possible]
        crossed = log_wealth(counts, NPS, p[2] - p[0], direction=direction) >= TWENTIETH
        step[~possible] = 0.0
        step[possible] *= ~crossed
        alive = step
    assert -1e-9 <= 1 - alive.sum() <= 0.05


def test_false_alarms_against_a_reference_are_rarer_still() -> None:
    """Of 150 streams of 300 answers, looked at 30 times beside 200 answers of the same score, at most alpha alarm."""
    p = [0.2, 0.3, 0.5]
    reference = np.random.default_rng(1).multinomial(200, p, size=(150, 1))
    evidence = log_wealth_of_difference(_streams(150, 300, p)[:, ::10], reference, NPS, direction="below")
    assert (evidence >= TWENTIETH).any(axis=1).mean() <= 0.05


def test_a_real_fall_is_found() -> None:
    """Of 150 streams 20 points below the target at least nine in ten show it within 1,000 answers."""
    counts = _streams(150, 1000, [0.3, 0.3, 0.4])[:, ::50]
    found = (log_wealth(counts, NPS, 0.3, direction="below") >= TWENTIETH).any(axis=1)
    assert found.mean() > 0.9


# ---- errors ----


def test_what_cannot_be_used_is_refused_by_name() -> None:
    """Each message names the argument and what would be right."""
    with pytest.raises(InvalidValueError, match="mean must lie within the category_scores, -1 to 1"):
        log_wealth([1, 2, 3], NPS, 30)
    with pytest.raises(InvalidValueError, match="mean must lie within"):
        log_wealth([1, 2, 3], NPS, math.nan)
    with pytest.raises(InvalidValueError, match="direction must be one of 'both', 'below', 'above': got 'up'"):
        confidence_sequence([1, 2, 3], NPS, direction="up")  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match=r"direction must be one of .* got 'bellow'; did you mean 'below'"):
        difference_sequence([1, 2, 3], [1, 2, 3], NPS, direction="bellow")  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="category_scores must be finite, one per category, and not all equal"):
        log_wealth([1, 2], [3, 3], 3)
    with pytest.raises(InvalidValueError, match="category_scores must be finite, one per category, and not all equal"):
        log_wealth([], [], 3)
    with pytest.raises(InvalidValueError, match="level must lie strictly between"):
        confidence_sequence([1, 2, 3], NPS, 95)
    with pytest.raises(InvalidValueError, match="running needs the looks"):
        confidence_sequence([1, 2, 3], NPS, running=True)
    with pytest.raises(InvalidValueError, match="counts must be finite and not negative"):
        log_wealth([1, -2, 3], NPS, 0)
    with pytest.raises(InvalidValueError, match="difference must lie within the span of the category_scores, 2"):
        log_wealth_of_difference([1, 2, 3], [1, 2, 3], NPS, 3.0)
    with pytest.raises(InvalidValueError, match="a and b must fit each other"):
        difference_sequence(np.ones((2, 3)), np.ones((3, 3)), NPS)


def test_no_answers_to_compare_with_leave_no_difference() -> None:
    assert np.isnan(difference_sequence([6, 2, 2], [0, 0, 0], [-100, 0, 100], direction="above")).all()

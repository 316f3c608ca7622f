"""Laws of planning."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.inference.planning import SampleSize, achieved_margin, power, sample_size
from npskit.inference.planning_spread import Spread
from npskit.inference.two_sample import score_test

PAIR = [[0.2, 0.3, 0.5], [0.1, 0.3, 0.6]]
REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "planning.json").read_text())

margins = st.floats(0.5, 60)
levels = st.floats(0.5, 0.999)
powers = st.floats(0.51, 0.99)


@given(first=margins, second=margins, level=levels, chance=powers)
def test_a_finer_aim_never_needs_fewer_answers(first: float, second: float, level: float, chance: float) -> None:
    """n does not rise with the margin nor with the difference to be found."""
    small, large = sorted((first, second))
    assert sample_size(small, level=level).n >= sample_size(large, level=level).n
    needed = [sample_size(difference=d, level=level, power=chance).n for d in (small, large)]
    assert needed[0] >= needed[1]


@given(aim=margins, levels_=st.tuples(levels, levels), powers_=st.tuples(st.floats(0.06, 0.99), powers))
def test_more_certainty_never_needs_fewer_answers(
    aim: float, levels_: tuple[float, float], powers_: tuple[float, float]
) -> None:
    """n does not fall with the level nor with the power."""
    (low, high), (weak, strong) = sorted(levels_), sorted(powers_)
    assert sample_size(aim, level=low).n <= sample_size(aim, level=high).n
    assert sample_size(difference=aim, level=low).n <= sample_size(difference=aim, level=high).n
    assert sample_size(difference=aim, power=weak).n <= sample_size(difference=aim, power=strong).n


@given(margin=margins, level=levels, population=st.integers(1, 10**7))
def test_nobody_is_asked_twice(margin: float, level: float, population: int) -> None:
    """A finite population needs fewer answers, never more than it has people; a huge one as many as without."""
    finite, infinite = sample_size(margin, level=level, population=population), sample_size(margin, level=level)
    assert 1 <= finite.n <= min(population, infinite.n)
    assert sample_size(margin, level=level, population=10**15).n == infinite.n


@given(margin=margins, level=levels, population=st.one_of(st.none(), st.integers(1, 10**6)))
def test_what_was_planned_is_achieved_and_one_less_is_not_enough(
    margin: float, level: float, population: int | None
) -> None:
    """n answers give the margin, n - 1 do not."""
    plan = sample_size(margin, level=level, population=population)
    assert achieved_margin(plan.n, level=level, population=population) <= margin * (1 + 1e-9)
    if plan.n > 1:
        assert achieved_margin(plan.n - 1, level=level, population=population) > margin * (1 - 1e-9)


@given(difference=st.floats(1, 60), chance=st.floats(0.3, 0.99), ratio=st.floats(0.1, 10))
def test_what_was_planned_is_found(difference: float, chance: float, ratio: float) -> None:
    """Groups of the planned sizes find the difference at least as often as wanted."""
    plan = sample_size(difference=difference, power=chance, ratio=ratio, shares=[0.2, 0.3, 0.5])
    assert plan.n_second is not None
    assert power(plan.n, difference, n_second=plan.n_second, shares=[0.2, 0.3, 0.5]) >= chance - 1e-9


@given(margin=st.floats(0.5, 60), scale=st.floats(0.01, 100), shift=st.floats(-100, 100))
def test_the_scale_of_the_category_scores_does_not_matter(margin: float, scale: float, shift: float) -> None:
    """A margin of 5 on -100..100 is one of 0.05 on -1..1 and one of 2.5 on 0..100."""
    nps, other = [-100.0, 0.0, 100.0], [shift - 100 * scale, shift, shift + 100 * scale]
    found = sample_size(margin * scale, shares=[0.2, 0.3, 0.5], category_scores=other)
    expected = sample_size(margin, shares=[0.2, 0.3, 0.5], category_scores=nps)
    assert found.n_exact == pytest.approx(expected.n_exact, rel=1e-9)


@given(shares=st.lists(st.floats(0, 1), min_size=3, max_size=3).filter(lambda p: sum(p) > 0.1))
def test_the_default_is_the_worst_case(shares: list[float]) -> None:
    """No shares need more answers than the default plans for, and half at each end need as many."""
    p = np.array(shares) / sum(shares)
    assert sample_size(5, shares=p).n <= sample_size(5).n == sample_size(5, shares=[0.5, 0, 0.5]).n


@pytest.mark.parametrize("case", REFERENCE["sizes"])
def test_figures_of_r(case: dict[str, Any]) -> None:
    """Sizes for a margin, with and without a finite population, and for a difference."""
    shares = case["p"]
    if case["type"] == "moe":
        plan = sample_size(100 * case["moe"], shares=shares)
        np.testing.assert_allclose(plan.n_exact, case["n"], rtol=1e-13)
        finite = sample_size(100 * case["moe"], shares=shares, population=5000)
        np.testing.assert_allclose(finite.n_exact, case["n_fpc_N5000"], rtol=1e-13)
    else:
        plan = sample_size(difference=100 * case["delta"], power=case["power"], shares=shares)
        np.testing.assert_allclose(plan.n_exact, case["n_per_group"], rtol=1e-12)
        assert plan.n_second == plan.n
    assert plan.n == case["n_ceil"]
    assert sample_size(5, variance=1e4 * case["var"]).n_exact == pytest.approx(sample_size(5, shares=shares).n_exact)


@pytest.mark.parametrize("case", REFERENCE["power"])
def test_figures_of_the_exact_power(case: dict[str, Any]) -> None:
    """The power of two groups with shares of their own is near the exact one, whatever the sign of the difference."""
    for sign in (1, -1):
        found = power(case["n"], sign * 100 * case["delta"], shares=[case["p1"], case["p2"]])
        assert found == pytest.approx(case["power_exact_scoreN1"], abs=0.01)


@pytest.mark.parametrize("ratio", [0.25, 1.0, 4.0])
def test_a_promise_of_unequal_groups_is_kept(ratio: float) -> None:
    """High scores: the variance under no difference counts, not only that of the groups (it gave 69 or 89 %)."""
    shares = [[0.05, 0.1, 0.85], [0.2, 0.2, 0.6]]
    plan = sample_size(difference=40, ratio=ratio, shares=shares)
    assert plan.n_second is not None
    rng = np.random.default_rng(1)
    a, b = (rng.multinomial(n, p, size=20_000) for n, p in zip((plan.n, plan.n_second), shares, strict=True))
    assert (score_test(a, b, [-1, 0, 1])[1] < 0.05).mean() == pytest.approx(0.8, abs=0.025)
    assert power(plan.n, 40, n_second=plan.n_second, shares=shares) == pytest.approx(0.8, abs=0.02)


def test_two_variances_alone_are_pooled_where_there_is_no_difference() -> None:
    """As for two proportions, of which the test takes the pooled one."""
    shares = [[0.1, 0.9], [0.2, 0.8]]
    options: dict[str, Any] = {"difference": 10, "ratio": 3, "category_scores": [0, 100]}
    by_variance = sample_size(variance=(900, 1600), **options).n_exact
    assert by_variance == pytest.approx(sample_size(shares=shares, **options).n_exact, rel=0.03)


def test_shares_that_differ_by_something_else_are_refused() -> None:
    """Two rows of shares say what the difference is."""
    for call in (lambda: sample_size(difference=15, shares=PAIR), lambda: power(50, 15, shares=PAIR)):
        with pytest.raises(IncompatibleError, match=r"difference=15 is not that of .* differ by 20 points"):
            call()


def test_without_a_difference_the_power_is_the_level() -> None:
    """At a difference of 0 the test rejects at its level; without variance it sees every difference and no other."""
    assert power(100, 0, level=0.9) == pytest.approx(0.1)
    assert power(100, 5, shares=[0, 1, 0]) == 1
    assert power(100, 0, shares=[0, 1, 0]) == 0


@pytest.mark.parametrize("difference", [200, -300, math.nan])
def test_no_two_scores_differ_by_more_than_the_range(difference: float) -> None:
    """The power of finding an impossible difference is not asked for."""
    with pytest.raises(InvalidValueError, match="must be less than the range of the category_scores, 200"):
        power(100, difference)


@given(st.floats(0.2, 99.9), st.floats(0.06, 0.99), st.floats(0.01, 100))
def test_whatever_a_score_can_be_planned_for_is(aim: float, chance: float, scale: float) -> None:
    """From a thousandth of the range to half of it a margin is planned for, and a difference of twice that."""
    category_scores = [-scale, 0.0, scale]
    part = aim / 100 * scale * (1 + 1e-9)
    assert sample_size(part, category_scores=category_scores).n >= 1
    assert sample_size(difference=2 * part, power=chance, category_scores=category_scores).n >= 1


def test_unequal_groups() -> None:
    """The sizes are n and ratio·n, their variances each count over their own size."""
    plan = sample_size(difference=-10, ratio=2.0, variance=(10_000, 5_000))
    assert plan.n_second == math.ceil(2 * plan.n_exact)
    assert plan.difference == -10
    assert plan.variance == (10_000, 5_000)


def test_the_result_says_what_it_is_for() -> None:
    """The repr shows what applies, `to_dict` everything."""
    plan = sample_size(margin=2, population=900, level=0.9, variance=6_100)
    assert repr(plan) == "SampleSize(n=739, margin=2.0, level=0.9, variance=6100.0, population=900)"
    assert isinstance(plan, SampleSize)
    assert plan.to_dict() == {
        "schema": "sample_size",
        "version": 1,
        "n": 739,
        "n_exact": plan.n_exact,
        "n_second": None,
        "margin": 2.0,
        "difference": None,
        "level": 0.9,
        "power": None,
        "variance": 6100.0,
        "population": 900,
    }


def test_a_whole_number_is_not_rounded_up() -> None:
    """A size that is whole but for rounding errors stays; a census has no margin; nobody asks fewer than one."""
    z = 1.959963984540054
    assert sample_size(z, variance=10_000).n == 10_000
    assert achieved_margin(500, population=500) == 0
    assert achieved_margin(1, population=1) == 0
    assert sample_size(5, shares=[0, 0, 1]).n == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "either a margin or a difference"),
        ({"margin": 5, "difference": 5}, "either a margin or a difference"),
        ({"margin": 5, "population": 10.5}, "population must be a whole number"),
    ],
)
def test_what_is_asked_in_the_wrong_way_is_a_type_error(arguments: dict[str, Any], message: str) -> None:
    """Neither, both, or a fraction of a person."""
    with pytest.raises(InvalidTypeError, match=message):
        sample_size(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"margin": 0}, "margin must be above 0: got 0"),
        ({"difference": 0}, "difference must be above 0"),
        ({"difference": math.nan}, "difference must be finite"),
        ({"margin": 0.05}, r"score points, at least .*, 0\.2: got 0\.05; as a fraction, multiply it by 100"),
        ({"difference": -0.05}, r"difference is in score points, at least .* range of the category_scores, 0\.2"),
        ({"margin": 100}, "margin must be less than half the range of the category_scores, 100 score points: got 100"),
        (
            {"margin": 5, "category_scores": range(1, 8)},
            "margin must be less than half the range of the category_scores, 3 score points",
        ),
        (
            {"difference": -200},
            "difference must be less than the range of the category_scores, 200 score points: got 200",
        ),
        ({"difference": 5, "power": 0.01}, r"power must be above 0\.05: a test at level=0\.95 .* got 0\.01"),
        ({"difference": 5, "power": 1 - 0.9, "level": 0.9}, r"power must be above 0\.1"),
        ({"difference": 5, "ratio": -1}, "ratio must be above 0"),
        ({"difference": 5, "power": 80}, "power must be above 0 and below 1"),
        ({"margin": 5, "level": 95}, "level"),
        ({"margin": 5, "population": 0}, "population must be at least 1"),
        ({"margin": 5, "variance": 0.61}, "squared score points, at most 10000 .* multiply it by 10000"),
        ({"margin": 5, "variance": 10_001}, "at most 10000"),
        ({"margin": 5, "variance": [1e3, 2e3, 3e3]}, r"one variance, or one for each of two groups: got shape \(3,\)"),
        ({"margin": 5, "shares": [0.5, 0.5]}, "shares must have shape"),
        ({"margin": 5, "shares": [20, 30, 50]}, "sum to 1"),
        (
            {"margin": 5, "category_scores": [1, 1]},
            "category_scores must be finite, one per category, and not all equal",
        ),
        ({"margin": 5, "category_scores": 100}, "category_scores must be finite, one per category, and not all equal"),
    ],
)
def test_what_cannot_be_planned_is_named(arguments: dict[str, Any], message: str) -> None:
    """The message says which argument, its value and what would do."""
    with pytest.raises(InvalidValueError, match=message):
        sample_size(**arguments)


def test_what_does_not_go_together_is_refused() -> None:
    """Two groups have no margin and one population no difference; shares have their variance."""
    pair = [[0.2, 0.3, 0.5], [0.1, 0.3, 0.6]]
    for arguments in (
        {"margin": 5, "ratio": 2.0},
        {"margin": 5, "shares": pair},
        {"difference": 5, "population": 1000},
        {"margin": 5, "shares": pair[0], "variance": 6_100},
    ):
        with pytest.raises(IncompatibleError):
            sample_size(**arguments)
    with pytest.raises(IncompatibleError):
        achieved_margin(100, shares=pair)
    with pytest.raises(InvalidValueError, match="n=11 answers cannot come from a population of 10"):
        achieved_margin(11, population=10)


def test_few_answers_are_hard_where_they_differ_and_a_guess_may_be_low() -> None:
    """Many answers are not hard, nor answers that are all of a kind; a search from too few ends where others do."""
    spread = Spread.of(None, [[0.05, 0.05, 0.9], [0.02, 0.02, 0.96]], [-100, 0, 100])
    assert spread.hard(10, 10)
    assert not spread.hard(10_000, 10_000)
    assert not Spread.of(None, [[0, 0, 1], [0, 0, 1]], [-100, 0, 100]).hard(10, 10)
    apart = Spread.of(None, [[0.8, 0.1, 0.1], [0.1, 0.1, 0.8]], [-100, 0, 100])
    assert apart.tried(2, 1, 0.95, 0.8) == 6

"""Laws of the exact permutation test."""

from __future__ import annotations

import itertools
import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import InvalidValueError
from npskit.inference.permutation import permutation_test
from npskit.inference.two_sample import score_test

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "two_sample.json").read_text())
NPS = [-100, 0, 100]


def enumerated(a: list[int], b: list[int], category_scores: list[int]) -> tuple[float, float]:
    """The p-value and mid-p by listing every table, in whole numbers."""
    margins, size = [i + j for i, j in zip(a, b, strict=True)], sum(a)
    total, everything = sum(margins), sum(m * w for m, w in zip(margins, category_scores, strict=True))

    def distance(table: tuple[int, ...] | list[int]) -> int:
        return abs(total * sum(i * w for i, w in zip(table, category_scores, strict=True)) - size * everything)

    beyond = equal = 0
    for table in itertools.product(*(range(m + 1) for m in margins)):
        if sum(table) == size and distance(table) >= distance(a):
            ways = math.prod(math.comb(m, i) for m, i in zip(margins, table, strict=True))
            beyond, equal = beyond + ways, equal + ways * (distance(table) == distance(a))
    deals = math.comb(total, size)
    return float(Fraction(beyond, deals)), float(Fraction(2 * beyond - equal, 2 * deals))


@st.composite
def small_tables(draw: st.DrawFn) -> tuple[list[int], list[int], list[int]]:
    """Two samples of a few answers in two to five categories on a lattice, neither sample empty."""
    category_scores = sorted(draw(st.lists(st.integers(-6, 6), min_size=2, max_size=5, unique=True)))
    row = st.lists(st.integers(0, 4), min_size=len(category_scores), max_size=len(category_scores)).filter(any)
    return draw(row), draw(row), category_scores


@settings(max_examples=60, deadline=None)
@given(table=small_tables())
def test_it_is_the_enumeration_of_all_tables(table: tuple[list[int], list[int], list[int]]) -> None:
    """p and mid-p agree with a listing in exact fractions to twelve digits."""
    np.testing.assert_allclose(permutation_test(*table), enumerated(*table), rtol=1e-12)


@settings(max_examples=30, deadline=None)
@given(table=small_tables(), scale=st.sampled_from([-1.0, 0.1, 1 / 3, 100]), shift=st.sampled_from([0, 0.7, -50]))
def test_sides_and_scale_do_not_matter(
    table: tuple[list[int], list[int], list[int]], scale: float, shift: float
) -> None:
    """Swapping the samples and changing the category scores linearly leave p and mid-p as they were."""
    a, b, category_scores = table
    expected = permutation_test(a, b, category_scores)
    assert 0 <= expected.midp <= expected.p_value <= 1
    np.testing.assert_allclose(permutation_test(b, a, category_scores), expected, rtol=1e-11)
    np.testing.assert_allclose(
        permutation_test(a, b, [shift + scale * w for w in category_scores]), expected, rtol=1e-11
    )


@pytest.mark.parametrize("table", REFERENCE["tables"])
def test_figures_of_r(table: dict[str, Any]) -> None:
    """p and mid-p reproduce R's coin."""
    found = permutation_test(table["x"], table["y"], NPS)
    np.testing.assert_allclose(found, (table["coin_exact_p"], table["coin_exact_midp"]), rtol=1e-11)


@pytest.mark.parametrize(("a", "b"), [([40, 0, 0], [0, 0, 40]), ([30, 9, 1], [2, 5, 40]), ([12, 3, 0], [0, 3, 12])])
def test_small_p_values_keep_their_digits(a: list[int], b: list[int]) -> None:
    """Far out in the tail, down to 1e-23, p is right to eleven digits and not the noise of the inversion."""
    np.testing.assert_allclose(permutation_test(a, b, NPS), enumerated(a, b, [-1, 0, 1]), rtol=1e-11)


def test_thousands_of_answers_agree_with_the_score_test() -> None:
    """For large samples of one shape it is the score test; splitting a category and an unchosen one change nothing."""
    a, b = [2000, 3000, 5000], [2050, 3050, 4900]
    found = permutation_test(a, b, NPS)
    np.testing.assert_allclose(found.midp, score_test(a, b, NPS)[1], rtol=2e-3)
    assert permutation_test(
        [2000, 1000, 2000, 0, 5000], [2050, 3050, 0, 0, 4900], [-1, 0, 0, 0.5, 1]
    ).p_value == pytest.approx(found.p_value, rel=1e-11)


def test_one_side_may_hold_no_table() -> None:
    """Where no deal lies as far out on the other side, only this one counts."""
    a, b = [1, 0, 0], [0, 3, 3]
    assert permutation_test(a, b, NPS).p_value == pytest.approx(1 / 7, rel=1e-12)
    assert permutation_test(a[::-1], b[::-1], NPS).p_value == pytest.approx(1 / 7, rel=1e-12)


def test_no_difference_and_no_answers() -> None:
    """Equal scores have p = 1, the mid-p counts them half; without answers there is no test."""
    assert permutation_test([0, 0, 3], [0, 0, 4], NPS) == pytest.approx((1, 0.5), abs=1e-12)
    found = permutation_test([5, 0, 5], [0, 10, 0], NPS)
    assert found.p_value == 1
    assert found.midp == pytest.approx(enumerated([5, 0, 5], [0, 10, 0], [-1, 0, 1])[1], rel=1e-12)
    for a, b in (([0, 0, 0], [1, 2, 3]), ([1, 2, 3], [0, 0, 0])):
        assert np.isnan(permutation_test(a, b, NPS)).all()


def test_what_cannot_be_permuted_is_refused() -> None:
    """Fractions of answers, category scores off every lattice and far too many answers are named."""
    with pytest.raises(InvalidValueError, match="counts_b must be whole numbers"):
        permutation_test([1, 2, 3], [1, 2.5, 3], NPS)
    with pytest.raises(InvalidValueError, match="counts_a must be whole numbers, one per category"):
        permutation_test([[1, 2, 3]], [1, 2, 3], NPS)
    with pytest.raises(InvalidValueError, match="common grid of at most 10,000 steps"):
        permutation_test([1, 2, 3], [1, 2, 3], [0, math.sqrt(2), math.pi])
    with pytest.raises(InvalidValueError, match=r"6,000,100 answers .* score_test"):
        permutation_test([10**6] * 3, [10**6 + 100, 10**6, 10**6], NPS)


def test_one_kind_of_answer() -> None:
    """Where all answers are alike every way of dealing gives the same difference: p = 1."""
    assert permutation_test([0, 0, 54], [0, 0, 7], [-100, 0, 100]) == (1.0, 0.5)


def test_a_category_nobody_chose() -> None:
    """A category without answers changes nothing."""
    with_none = permutation_test([0, 1, 53], [0, 1, 53], [-100, 0, 100])
    without = permutation_test([1, 53], [1, 53], [0, 100])
    assert with_none.p_value == pytest.approx(without.p_value)
    assert with_none.midp == pytest.approx(without.midp)

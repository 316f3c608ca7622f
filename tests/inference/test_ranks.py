"""Ranks and their confidence sets: what they must obey, and the same by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from npskit.errors import InvalidValueError
from npskit.inference import rank_limits, rank_sets, ranks_of, score_anova, score_test

NPS = np.array([-100.0, 0.0, 100.0])
COUNTS = st.lists(st.lists(st.integers(0, 60), min_size=3, max_size=3), min_size=2, max_size=7).map(np.array)
LEVELS = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])


def by_hand(counts: NDArray[np.int_], level: float) -> list[tuple[int, int, int]]:
    """Return ranks and sets, pair by pair and step by step."""
    groups = [g for g in range(len(counts)) if counts[g].sum()]
    means = {g: counts[g] @ NPS / counts[g].sum() for g in groups}
    tests = []
    for i, j in itertools.permutations(groups, 2):
        z, p = score_test(counts[i], counts[j], NPS)
        tests.append((float(p) / 2 if z > 0 else 1 - float(p) / 2, i, j))
    shown = set()
    for step, (tail, i, j) in enumerate(sorted(tests)):
        if tail * (len(tests) - step) > 1 - level:
            break
        shown.add((i, j))
    found = []
    for g in range(len(counts)):
        if g not in groups:
            found.append((0, 0, 0))
            continue
        rank = 1 + sum(means[k] > means[g] + 1e-7 for k in groups)
        above, below = sum((k, g) in shown for k in groups), sum((g, k) in shown for k in groups)
        found.append((rank, 1 + above, len(groups) - below))
    return found


@given(COUNTS, LEVELS)
def test_by_hand(counts: NDArray[np.int_], level: float) -> None:
    """Holm's step-down over all one-sided tests, written out."""
    found = rank_sets(counts, NPS, level)
    assert list(zip(*(part.tolist() for part in found), strict=True)) == by_hand(counts, level)


@given(COUNTS, LEVELS)
def test_sets_hold_the_rank_whatever_the_order(counts: NDArray[np.int_], level: float) -> None:
    """A rank is in its set, within 1..G, and a surer set holds the less sure one; groups may stand in any order."""
    rank, low, high = rank_sets(counts, NPS, level)
    answered = counts.sum(axis=1) > 0
    size = answered.sum()
    assert ((rank == 0) == ~answered).all()
    ends = zip(rank[answered], low[answered], high[answered], strict=True)
    assert all(1 <= a <= r <= b <= size for r, a, b in ends)
    surer = rank_sets(counts, NPS, 1 - (1 - level) / 2)
    assert (surer.low <= low).all()
    assert (surer.high >= high).all()
    order = np.random.default_rng(len(counts)).permutation(len(counts))
    for part, moved in zip((rank, low, high), rank_sets(counts[order], NPS, level), strict=True):
        assert (part[order] == moved).all()


@given(COUNTS.filter(lambda counts: (counts[:2].sum(axis=1) > 0).all()), LEVELS)
def test_of_two_groups_it_is_the_test_of_their_difference(counts: NDArray[np.int_], level: float) -> None:
    """Of two groups each has one rank where the score test tells them apart, and both where it does not."""
    rank, low, high = rank_sets(counts[:2], NPS, level)
    apart = float(score_test(counts[0], counts[1], NPS)[1]) <= 1 - level + 1e-15
    assert (low == high).all() == apart
    if apart:
        assert (low == rank).all()


@given(COUNTS, st.floats(1, 1e4), st.floats(-1e3, 1e3))
def test_the_unit_of_scores_does_not_matter(counts: NDArray[np.int_], scale: float, shift: float) -> None:
    """Category scores in other units give the same ranks; those turned around turn the ranks around."""
    plain = rank_sets(counts, NPS)
    for one, two in zip(plain, rank_sets(counts, NPS * scale + shift), strict=True):
        assert (one == two).all()
    turned, size = rank_sets(counts[:, ::-1], NPS), (counts.sum(axis=1) > 0).sum()
    there = plain.rank > 0
    assert (turned.low[there] == size + 1 - plain.high[there]).all()
    assert (turned.high[there] == size + 1 - plain.low[there]).all()


def test_nothing_is_told_apart_without_a_difference() -> None:
    """Groups that answer alike share the best rank, and may have any; where all tests say so the sets do."""
    counts = np.array([[20, 30, 50]] * 6)
    rank, low, high = rank_sets(counts, NPS)
    assert (rank.tolist(), low.tolist(), high.tolist()) == ([1] * 6, [1] * 6, [6] * 6)
    assert score_anova(counts, NPS).p_value == 1


def test_groups_far_apart_have_one_rank_each() -> None:
    """Where every pair is far apart each set is its rank, also of many samples at once."""
    counts = np.array([[4000 - 400 * g, 1000, 400 * g] for g in range(10)])
    found = rank_sets(np.stack([counts, counts[::-1]]), NPS)
    expected = np.arange(10, 0, -1)
    for part in found:
        assert part.tolist() == [expected.tolist(), expected[::-1].tolist()]


def test_correlated_groups_are_told_apart_sooner() -> None:
    """Where the same customers answer in both groups, the order is surer; correlations of 0 change nothing."""
    counts = np.array([[30, 30, 40], [38, 30, 32]])
    alone = rank_sets(counts, NPS)
    assert alone.high.tolist() == [2, 2]
    same = rank_sets(counts, NPS, correlations=np.array([[1.0, 0.8], [0.8, 1.0]]))
    assert same.high.tolist() == [1, 2]
    assert rank_sets(counts, NPS, correlations=np.eye(2)).high.tolist() == [2, 2]


@given(st.lists(st.integers(-5, 5) | st.just(float("nan")), min_size=1, max_size=12))
def test_ranks_count_who_is_higher(values: list[float]) -> None:
    """A rank is 1 and how many are higher; NaN has none."""
    expected = [0 if v != v else 1 + sum(other > v for other in values) for v in values]
    assert ranks_of(values).tolist() == expected


def test_limits_of_samples_drawn_again() -> None:
    """Estimates that change places in a third of the samples have both ranks, one that is always first has one."""
    values = np.array([[9.0] * 9, [2, 1, 2, 1, 2, 2, 1, 2, 2], [1.5] * 9])
    low, high = rank_limits(values, 0.9)
    assert (low.tolist(), high.tolist()) == ([1, 2, 2], [1, 3, 3])


def test_refused() -> None:
    """Levels and shapes that cannot be are refused."""
    with pytest.raises(InvalidValueError, match="level"):
        rank_sets([[1, 2, 3], [1, 2, 3]], NPS, 95)
    with pytest.raises(InvalidValueError, match="groups"):
        rank_sets([1, 2, 3], NPS)

"""Moves of the same customers: merging, and the same figures as the clustered designs give."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from npskit.errors import IncompatibleError, InvalidValueError
from npskit.inference import moves as module
from npskit.inference.clusters import cluster_totals
from npskit.inference.design import design_estimate
from npskit.inference.design_contrasts import cluster_robust, design_contrast
from npskit.inference.moves import Moves
from npskit.inference.paired import bhapkar, bowker, paired_difference, score_differences, stuart_maxwell
from npskit.inference.sparse_table import SparseTable

CATEGORY_SCORES = [-1.0, 0.0, 1.0]
Columns = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


@st.composite
def columns(draw: st.DrawFn, n_groups: int = 2) -> Columns:
    """Customers, categories before and after, and groups of some moves."""
    move = st.tuples(st.integers(0, 6), st.integers(0, 2), st.integers(0, 2), st.integers(0, n_groups - 1))
    rows = np.array(sorted(draw(st.lists(move, min_size=1, max_size=40))), np.int64)
    return rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3]


def moves_of(rows: Columns, n_groups: int = 2) -> Moves:
    """Return the moves of columns."""
    return Moves.of(*rows[:3], 3, rows[3], n_groups)


def assert_same(a: Moves, b: Moves) -> None:
    """Both hold the same."""
    np.testing.assert_array_equal(a.counts, b.counts)
    np.testing.assert_array_equal(a._products().toarray(), b._products().toarray())
    assert a.customers == b.customers
    for name in ("by_group", "leaving", "leaving_any"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))


@given(columns(), st.integers(0, 7))
@settings(max_examples=60, deadline=None)
def test_shards_of_customers_merge(rows: Columns, cut: int) -> None:
    """Moves of disjoint customers add up to the moves of all, the clustering included."""
    first = rows[0] < cut
    parts = [moves_of((rows[0][s], rows[1][s], rows[2][s], rows[3][s])) for s in (first, ~first)]
    assert_same(parts[0] + parts[1], moves_of(rows))


@given(columns())
@settings(max_examples=60, deadline=None)
def test_groups_and_the_whole(rows: Columns) -> None:
    """Merging the groups gives the moves without groups, and a group is the moves of its rows."""
    found = moves_of(rows)
    assert_same(found.merged(), Moves.of(*rows[:3], 3))
    for g in range(2):
        s = rows[3] == g
        assert_same(found.group(g), Moves.of(rows[0][s], rows[1][s], rows[2][s], 3))
    shared = set(rows[0][rows[3] == 0].tolist()) & set(rows[0][rows[3] == 1].tolist())
    _, _, together = found.group_means(np.ones(9), np.ones(9, np.bool_))
    assert together[0, 1] == together[1, 0] == bool(shared)


@given(columns())
@settings(max_examples=60, deadline=None)
def test_the_variance_is_that_of_the_design(rows: Columns) -> None:
    """Difference and variance are those of `design_estimate`, with customers as units.

    The interval is at v/SE², with no ceiling, since steps of one customer telescope, and for customers who move alike
    often with about the same degrees of freedom.
    """
    cells = rows[1] * 3 + rows[2]
    values = score_differences(CATEGORY_SCORES)
    ours = paired_difference(Moves.of(*rows[:3], 3), CATEGORY_SCORES)
    if len(set(rows[0].tolist())) == 1 or len(set(rows[0].tolist())) == len(rows[0]):
        return  # a single customer, or nobody twice, which is a simple table
    totals = cluster_totals(cells, 9, clusters=rows[0])
    theirs = design_estimate(totals, values, customers="all")
    assert ours.difference == pytest.approx(float(theirs.mean), abs=1e-12)
    assert ours.se**2 == pytest.approx(float(theirs.variance), abs=1e-12)
    robust = cluster_robust(totals, values, correction="CR0")
    units = ours.customers
    assert ours.se**2 == pytest.approx(robust.variance * units / (units - 1), abs=1e-12)
    if theirs.variance > 1e-12:
        assert ours.interval.low <= ours.difference + 1e-9
        assert ours.interval.high >= ours.difference - 1e-9
        if len(set(np.bincount(rows[0]).tolist())) == 1:
            free = attrs.evolve(theirs, ceiling=np.full_like(theirs.ceiling, np.inf))
            assert [ours.interval.low, ours.interval.high] == pytest.approx(
                [float(limit) for limit in free.interval(0.95, "score")], abs=1e-9
            )
    sums = np.bincount(rows[0], weights=values[cells])
    squares = (sums**2).sum()
    assert ours.z == pytest.approx(sums.sum() / np.sqrt(squares) if squares else 0)


@given(columns())
@settings(max_examples=60, deadline=None)
def test_a_contrast_of_groups_is_that_of_the_design(rows: Columns) -> None:
    """Where groups share customers the variance of their difference is that of `design_contrast`."""
    values = score_differences(CATEGORY_SCORES)
    found = moves_of(rows)
    if len(set(rows[0].tolist())) < 4 or len(set(rows[3].tolist())) < 2:
        return
    totals = cluster_totals(rows[1] * 3 + rows[2], 9, clusters=rows[0], groups=rows[3], n_groups=2)
    theirs = design_contrast(totals, values, [1, -1])
    means, covariances, _ = found.group_means(values, np.ones(9, np.bool_))
    assert means[0] - means[1] == pytest.approx(theirs.value, abs=1e-12)
    assert np.array([1, -1]) @ covariances @ [1, -1] == pytest.approx(theirs.variance, abs=1e-12)


def test_everybody_once_is_the_table() -> None:
    """Where every customer moves once, rows give what their table gives, to the last digit."""
    table = np.array([[40, 22, 11], [15, 60, 34], [6, 25, 120]])
    before, after = np.repeat(np.indices((3, 3)).reshape(2, 9), table.ravel(), axis=1)
    rows = Moves.of(np.arange(before.size), before, after, 3)
    assert rows.products is None
    assert paired_difference(rows, CATEGORY_SCORES) == paired_difference(table, CATEGORY_SCORES)
    for test in (stuart_maxwell, bhapkar, bowker):
        assert test(rows) == test(table)
    # the same from the products: two moves of one customer make the whole of it be clustered
    products = SparseTable.of(rows._products())
    dense = Moves(rows.counts, products, rows.customers, rows.by_group, rows.leaving, rows.leaving_any)
    for test in (stuart_maxwell, bhapkar, bowker):
        assert [float(x) for x in test(dense)] == pytest.approx([float(x) for x in test(table)], rel=1e-12)


def test_repeating_a_move_is_no_evidence() -> None:
    """A customer who makes the same move five times counts once in the tests, where the rows would count five."""
    once = np.arange(10)
    before, after = np.array([0] * 7 + [2] * 3), np.array([2] * 7 + [0] * 3)
    five = Moves.of(np.repeat(once, 5), np.repeat(before, 5), np.repeat(after, 5), 3)
    one = Moves.of(once, before, after, 3)
    assert paired_difference(five, CATEGORY_SCORES).z == pytest.approx(paired_difference(one, CATEGORY_SCORES).z)
    for test in (stuart_maxwell, bhapkar, bowker):
        assert float(test(five).statistic) == pytest.approx(float(test(one).statistic))
        assert float(test(five).df) == float(test(one).df)
    naive = paired_difference(five.counts[0], CATEGORY_SCORES)
    assert naive.z > 2 * paired_difference(five, CATEGORY_SCORES).z


def test_one_customer_alone() -> None:
    """A single customer who moved twice has a difference, but no variance that could be known."""
    found = paired_difference(Moves.of(np.zeros(2, int), np.array([0, 1]), np.array([1, 1]), 3), CATEGORY_SCORES)
    assert found.difference == 0.5
    assert np.isnan([found.se, found.interval.low, found.interval.high]).all()
    alone = Moves.of(np.zeros(2, int), np.array([0, 0]), np.array([1, 1]), 3, np.array([0, 1]), 2)
    assert np.isnan(alone.group_means(score_differences(CATEGORY_SCORES), np.ones(9, np.bool_))[1]).all()


def test_what_does_not_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Moves of other categories do not merge, other things are not moves, and too many pairs are refused with a way."""
    one: Any = Moves.of_table(np.eye(3))
    with pytest.raises(IncompatibleError, match="like groups and categories"):
        one + Moves.of_table(np.eye(2))
    with pytest.raises(TypeError):
        one + 1
    everything = np.arange(18) // 9, np.tile(np.repeat(np.arange(3), 3), 2), np.tile(np.arange(3), 6)
    monkeypatch.setattr(module, "MOST_PAIRS", 90)
    assert Moves.of(*everything, 3).customers == 2  # 9 kinds have 81 pairs, however many make them
    monkeypatch.setattr(module, "MOST_PAIRS", 10)
    with pytest.raises(InvalidValueError, match="take groups or categories that are coarser"):
        Moves.of(np.zeros(4, int), np.array([0, 1, 2, 0]), np.array([0, 1, 2, 1]), 3)


def test_many_categories() -> None:
    """Sliders of 101 steps, whose customers move several times, are told as fast as three categories are."""
    rng = np.random.default_rng(1)
    who, before = np.repeat(np.arange(2000), 3), rng.integers(0, 101, 6000)
    moves = Moves.of(who, before, np.minimum(before + rng.integers(0, 9, 6000), 100), 101)
    assert paired_difference(moves, np.arange(101.0)).z > 30
    assert float(stuart_maxwell(moves).p_value) < 1e-9
    # of 5,050 pairs of categories nothing can be said from 2,000 customers
    assert np.isnan(float(bowker(moves).p_value))
    assert float(bowker(moves.counts[0]).df) > 500


@given(columns(n_groups=1))
@settings(max_examples=40, deadline=None)
def test_shares_of_a_category_at_once(rows: Columns) -> None:
    """The shares that lead from a category to each are the means of being there, with the same intervals."""
    found = Moves.of(*rows[:3], 3)
    for before in range(3):
        shares = found.leaving_shares(before)
        low, high = shares.interval(0.95, "score")
        for after in range(3):
            reached, inside = np.tile(np.arange(3) == after, 3).astype(float), np.repeat(np.arange(3) == before, 3)
            one = found.mean(reached, inside, float(found.leaving[0, before]))
            assert shares.mean[after] == pytest.approx(float(one.mean), nan_ok=True)
            assert shares.variance[after] == pytest.approx(float(one.variance), abs=1e-12, nan_ok=True)
            limits = [float(limit) for limit in one.interval(0.95, "score")]
            assert [low[after], high[after]] == pytest.approx(limits, abs=1e-9, nan_ok=True)


def test_a_customer_who_moves_often_is_not_many() -> None:
    """Kish's number of customers of 1, 1, 1 and 3 moves is 36/12; the spread of so few is raised to C/(C - 1)."""
    moves = Moves.of(np.array([0, 1, 2, 3, 3, 3]), np.array([0, 0, 1, 2, 0, 1]), np.array([1, 2, 2, 0, 2, 1]), 3)
    found = moves.mean(score_differences(CATEGORY_SCORES), np.ones(9, np.bool_), 4.0)
    assert (float(found.kish), float(found.df)) == (3, 2)
    kinds = found.amounts / found.amounts.sum()
    variance = kinds @ (found.category_scores - found.mean) ** 2
    assert float(found.size) == pytest.approx(variance / (float(found.variance) * (3 / 2) / (4 / 3)))

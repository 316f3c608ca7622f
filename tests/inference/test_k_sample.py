"""Laws of comparing several scores."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from npskit.errors import InvalidValueError
from npskit.inference.k_sample import pairwise, score_anova, wald_q, welch_anova
from npskit.inference.multiplicity import adjust
from npskit.inference.two_sample import difference_interval, score_test
from npskit.inference.wald_and_welch import welch_difference
from npskit.options import Correction

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "k_sample.json").read_text())
GROUPS = np.array(list(REFERENCE["groups"].values()), dtype=np.float64)
NPS = np.array([-1.0, 0.0, 1.0])

few = settings(max_examples=40, deadline=None)


def groups(least: int = 2, most: int = 5) -> st.SearchStrategy[NDArray[np.float64]]:
    """Counts of several groups, some of them without variance, with one answer or empty."""
    row = st.lists(st.integers(0, 40), min_size=3, max_size=3)
    return st.lists(row, min_size=least, max_size=most).map(lambda rows: np.array(rows, dtype=np.float64))


def test_figures_of_r() -> None:
    """Welch's F and the Wald Q of five groups reproduce R's oneway.test and a matrix computation."""
    f, q = welch_anova(GROUPS, 100 * NPS), wald_q(GROUPS, NPS)
    expected = [REFERENCE["welch_F"], *REFERENCE["welch_df"], REFERENCE["welch_p"]]
    np.testing.assert_allclose([float(x) for x in f], expected, rtol=1e-12)
    np.testing.assert_allclose([float(x) for x in q], [REFERENCE["wald_Q"], 4, REFERENCE["wald_Q_p"]], rtol=1e-12)


@few
@given(table=groups(), seed=st.integers(0, 2**32 - 1))
def test_order_scale_and_empty_groups_do_not_matter(table: NDArray[np.float64], seed: int) -> None:
    """Permuting the groups, rescaling the category scores and adding a group nobody is in changes no test."""
    changed = np.insert(np.random.default_rng(seed).permutation(table), 1, 0, axis=0)
    for test in (welch_anova, wald_q, score_anova):
        found, expected = test(changed, 7 - 3 * NPS), test(table, NPS)
        for name in found._fields:
            np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-7, atol=1e-9)


@few
@given(table=groups())
def test_p_is_a_probability_wherever_two_groups_enter(table: NDArray[np.float64]) -> None:
    """Whatever was answered: a p-value in 0..1 where two groups have enough answers, NaN where they have not."""
    tests = ((welch_anova, 1), (wald_q, 0), (score_anova, 0))
    for p, least in ((test(table, NPS).p_value, least) for test, least in tests):
        if (table.sum(axis=1) > least).sum() >= 2:
            assert 0 <= p <= 1
        else:
            assert np.isnan(p)


@few
@given(table=groups(2, 2))
def test_two_groups_give_welch_s_t_squared(table: NDArray[np.float64]) -> None:
    """With two groups that vary F = t², with the same degrees of freedom and p-value."""
    if (np.count_nonzero(table, axis=1) > 1).all():
        f, t = welch_anova(table, NPS), welch_difference(table[0], table[1], NPS)
        expected = [float(x) for x in (t.statistic**2, 1, t.df, t.p_value)]
        np.testing.assert_allclose([float(x) for x in f], expected, rtol=1e-9, atol=1e-12)


@few
@given(table=groups(2, 2))
def test_two_groups_give_the_score_test_of_a_pair(table: NDArray[np.float64]) -> None:
    """With two groups, also of one answer or of answers that are all alike, the test of all is that of the pair."""
    for rho in (0.0, 0.4):
        q = score_anova(table, NPS, [[1, rho], [rho, 1]] if rho else None)
        z, p = score_test(table[0], table[1], NPS, correlation=rho)
        np.testing.assert_allclose(q.statistic, z * z, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(q.p_value, p, rtol=1e-9, atol=1e-12)


def test_one_odd_answer_makes_no_difference() -> None:
    """Twenty groups of thirty, all promoters but for one odd answer here and there: Welch finds what is not there."""
    table = np.tile([0, 0, 30], (20, 1))
    table[:6] = [[1, 0, 29], [0, 1, 29], [1, 1, 28], [0, 2, 28], [2, 1, 27], [1, 2, 27]]
    assert score_anova(table, NPS).p_value > 0.05


def test_equal_correlations_leave_the_degrees_of_freedom() -> None:
    """Where all groups are alike and correlated alike, Q is larger by 1/(1 - ρ)."""
    table = np.array([[20, 20, 60], [20, 30, 50], [25, 25, 50], [30, 20, 50]])
    rho = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    plain, found = score_anova(table, NPS), score_anova(table, NPS, rho)
    assert found.df == pytest.approx(3, abs=0.01)
    assert found.statistic == pytest.approx(2 * plain.statistic, rel=0.05)


def test_a_group_without_variance_enters_like_one_that_nearly_has_none() -> None:
    """A hundred promoters weigh about as much as 99 and a passive: neither everything nor nothing."""
    others = [[20, 20, 60], [30, 40, 30]]
    alike, nearly = (welch_anova([row, *others], NPS) for row in ([0, 0, 100], [0, 1, 99]))
    assert 0.5 < alike.statistic / nearly.statistic < 2
    assert alike.p_value < 1e-6


def test_groups_that_all_answer_alike_do_not_differ() -> None:
    """Without any variance F = Q = 0 and p = 1."""
    table = [[0, 0, 10], [0, 0, 5], [0, 0, 1]]
    f, q = welch_anova(table, NPS), wald_q(table, NPS)
    assert [float(x) for x in (f.statistic, f.df1, f.p_value)] == [0, 1, 1]
    assert [float(x) for x in score_anova(table, NPS)] == [0, 2, 1]
    assert [float(x) for x in q] == [0, 2, 1]


def test_leading_axes_are_tables() -> None:
    """Several tables at once give what each gives alone."""
    tables = np.stack([GROUPS, GROUPS[::-1] + 3, np.zeros_like(GROUPS)])
    f, pairs = welch_anova(tables, NPS), pairwise(tables, NPS)
    for k in range(3):
        for whole, alone in zip(f, welch_anova(tables[k], NPS), strict=True):
            np.testing.assert_allclose(whole[k], alone, rtol=1e-12)
        np.testing.assert_allclose(pairs.p_adjusted[k], pairwise(tables[k], NPS).p_adjusted, rtol=1e-12)


@pytest.mark.parametrize("correction", ["holm", "bh"])
def test_every_pair_is_compared_by_the_score_test(correction: Correction) -> None:
    """The pairs come in order, each as alone; only the adjustment knows of the others, and never lowers p."""
    pairs = pairwise(GROUPS, NPS, correction, level=0.9)
    assert [f"{'ABCDE'[i]}-{'ABCDE'[j]}" for i, j in zip(pairs.i, pairs.j, strict=True)] == REFERENCE["pair_names"]
    for k, (i, j) in enumerate(zip(pairs.i, pairs.j, strict=True)):
        np.testing.assert_allclose((pairs.z[k], pairs.p_value[k]), score_test(GROUPS[i], GROUPS[j], NPS), rtol=1e-12)
        limits = difference_interval(GROUPS[i], GROUPS[j], NPS, 0.9)
        np.testing.assert_allclose((pairs.low[k], pairs.high[k]), limits, rtol=1e-12)
        assert pairs.low[k] < pairs.difference[k] < pairs.high[k]
    np.testing.assert_array_equal(pairs.p_adjusted, adjust(pairs.p_value, correction))
    assert (pairs.p_adjusted >= pairs.p_value).all()


def test_an_empty_group_is_not_compared() -> None:
    """Its pairs are NaN and do not count in the adjustment of the others."""
    with_empty, without = pairwise([*GROUPS[:3], [0, 0, 0]], NPS), pairwise(GROUPS[:3], NPS)
    np.testing.assert_array_equal(np.isnan(with_empty.p_adjusted), with_empty.j == 3)
    np.testing.assert_allclose(with_empty.p_adjusted[with_empty.j < 3], without.p_adjusted, rtol=1e-12)


def test_counts_without_groups_are_refused() -> None:
    """One row of counts is no table of groups."""
    for function in (welch_anova, wald_q, score_anova, pairwise):
        with pytest.raises(InvalidValueError, match=r"shape \(\.\.\., groups, categories\): got \(3,\)"):
            function([1, 2, 3], NPS)


def test_the_score_test_grows_with_the_answers_however_few() -> None:
    """Q is n - 1 times what the shares say, also where the answers together are worth fewer than two."""
    counts = np.array([[6.0, 0, 2], [1, 1, 2]])
    for worth in (12, 1.5):
        q = score_anova(counts * worth / 12, [-1, 0, 1]).statistic
        assert q / (worth - 1) == pytest.approx(float(score_anova(counts, [-1, 0, 1]).statistic) / 11)

"""Laws of estimates: one shape of figures for counts, weights and designs, and one rule for their intervals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.inference.clusters import cluster_totals
from npskit.inference.design import design_estimate
from npskit.inference.estimate import Estimate
from npskit.inference.intervals import METHODS, interval
from npskit.options import IntervalMethod

CATEGORY_SCORES = np.array([-100.0, 0.0, 100.0])
counts_of = st.lists(st.integers(0, 30), min_size=3, max_size=3).map(np.array)


def weighted(counts: list[list[int]], weight: float) -> Estimate:
    """The estimate of answers that all have one weight."""
    n = np.array(counts)
    return Estimate.from_sums(n, CATEGORY_SCORES, n * weight, n * weight**2)


@settings(max_examples=40, deadline=None)
@given(counts_of, st.sampled_from(sorted(METHODS)))
def test_simple_counts_are_their_own_effective_counts(counts: NDArray[np.int64], method: IntervalMethod) -> None:
    """Counts need no design: every method sees them as they are."""
    found = Estimate.from_sums(counts, CATEGORY_SCORES)
    assert found.effective_counts(0.9).tolist() == counts.tolist()
    np.testing.assert_array_equal(found.interval(0.9, method), interval(counts, CATEGORY_SCORES, 0.9, method))


@settings(max_examples=60, deadline=None)
@given(counts_of.filter(lambda c: c.sum() > 1), st.floats(0.1, 10), st.floats(0.5, 0.999))
def test_the_level_moves_limits_only(counts: NDArray[np.int64], weight: float, level: float) -> None:
    """Weighted effective counts are at most the answers at every level; their default is the level of p-values."""
    found = weighted(counts.tolist(), weight)
    assert found.n == counts.sum()
    assert found.n_effective <= found.ceiling <= found.n
    assert found.n_effective == pytest.approx(counts.sum())
    assert found.effective_counts(level).sum() <= counts.sum() * (1 + 1e-12)
    assert found.effective_counts().tolist() == found.effective_counts(0.95).tolist()
    low, high = found.interval(level, "score")
    assert -100 <= low <= found.mean + 1e-9
    assert found.mean - 1e-9 <= high <= 100


def test_wald_is_the_mean_and_t_standard_errors() -> None:
    """With weights, Wald is mean -+ t SE within the range: of width 0 where all are alike, NaN for one answer."""
    found = weighted([[3, 4, 8], [0, 0, 5], [0, 1, 9], [0, 0, 1]], 2.0)
    low, high = found.interval(0.95, "wald")
    s = np.repeat(CATEGORY_SCORES, [3, 4, 8])
    margin = 2.1447866879169273 * s.std(ddof=1) / 15**0.5
    assert (low[0], high[0]) == pytest.approx((100 / 3 - margin, 100 / 3 + margin))
    assert (low[1], high[1]) == (100, 100)
    assert high[2] == 100
    assert np.isnan([low[3], high[3]]).all()
    for level, error in ((95, InvalidValueError), ("x", InvalidTypeError)):
        with pytest.raises(error, match="level"):
            found.interval(level, "wald")  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ["adjusted_wald", "agresti_min"])
def test_categories_of_equal_worth_are_one(method: IntervalMethod) -> None:
    """Over all responses the missing are worth as much as the passives: three scores, for which these are made."""
    found = Estimate.from_sums(np.array([3, 4, 8, 5]), np.array([-100.0, 0.0, 100.0, 0.0]))
    merged = interval([3, 9, 8], CATEGORY_SCORES, 0.95, method)
    assert found.interval(0.95, method) == pytest.approx(merged)
    with pytest.raises(InvalidValueError, match=r"three equally spaced category_scores, not for \[0.0, 1.0\]"):
        interval([3, 4, 5], [0, 1, 0], 0.95, method)


def test_groups_are_taken_and_stacked() -> None:
    """Indexing takes all figures of a group, and stacking single groups puts them back."""
    totals = cluster_totals(
        [0, 2, 2, 1, 0, 2, 2, 2], 3, clusters=[1, 1, 2, 2, 3, 3, 4, 4], groups=[0, 0, 0, 0, 1, 1, 1, 1], n_groups=2
    )
    found = design_estimate(totals, CATEGORY_SCORES, customers="mean")
    again = Estimate.stack([found[0], found[1]], CATEGORY_SCORES)
    for name in ("amounts", "n", "mean", "variance", "n_effective", "df", "ceiling"):
        np.testing.assert_array_equal(getattr(again, name), getattr(found, name))
    assert found.ceiling.tolist() == [2, 2]
    assert not again.simple


def test_a_census_among_samples() -> None:
    """The interval of a census is its mean; it does not touch those beside it."""
    totals = cluster_totals(
        [0, 2, 2, 1, 0, 2], 3, clusters=range(6), strata=list("aaabbb"), groups=[0, 0, 0, 1, 1, 1], n_groups=2
    )
    found = design_estimate(totals, CATEGORY_SCORES, population={"a": 3, "b": 9})
    low, high = found.interval(0.95, "bootstrap")
    assert low[0] == high[0] == found.mean[0]
    np.testing.assert_array_equal((low[1], high[1]), found[1].interval(0.95, "bootstrap"))
    assert np.isfinite(found.effective_counts()).all()
    assert np.isfinite(found.shrunken()).all()

"""Sums over sampling units say of a score what the units themselves do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.errors import InvalidValueError
from npskit.inference.clusters import ClusterTotals, cluster_totals
from npskit.inference.design import design_estimate
from npskit.inference.design_contrasts import partner_correlations
from npskit.inference.unit_products import UnitProducts

SCORES = np.array([-100.0, 0.0, 100.0])


def products_of(totals: ClusterTotals) -> UnitProducts:
    """Return the sums over units, added up in the plainest way."""
    labels = np.unique(totals.strata).tolist()
    groups, layers, kinds = totals.size, len(labels), totals.n_categories
    weights, products = np.zeros((groups, layers, kinds)), np.zeros((groups, layers, kinds, kinds))
    squares, weighty = np.zeros((groups, layers)), np.zeros((groups, layers))
    powers, largest, n = np.zeros((3, groups)), np.zeros(groups), np.zeros(groups)
    for unit, group, counts, z, w2 in zip(
        totals.units, totals.groups, totals.counts, totals.weights, totals.squares, strict=True
    ):
        h = labels.index(totals.strata[unit])
        weights[group, h] += z
        products[group, h] += np.outer(z, z)
        squares[group, h] += w2
        weighty[group, h] += z.sum() > 0
        powers[:, group] += z.sum() ** np.array([3, 4, 5])
        largest[group] = max(largest[group], z.sum())
        n[group] += counts.sum()
    sampled = np.array([(totals.strata == label).sum() for label in labels], dtype=float)
    return UnitProducts(n, weights, products, squares, powers, largest, weighty, sampled, labels)


rows = st.lists(
    st.tuples(
        st.integers(-1, 2), st.integers(0, 5), st.integers(0, 1), st.integers(-1, 2), st.sampled_from([0.0, 0.5, 1, 3])
    ),
    min_size=1,
    max_size=40,
)


@given(rows, st.sampled_from([None, "all", "mean"]), st.booleans(), st.sampled_from([None, 8]))
def test_sums_over_units_say_what_units_do(
    rows: list[Any], customers: str | None, strata: bool, population: int | None
) -> None:
    """Mean, variance and effective size from products of units' sums are those from the units."""
    categories, clusters, layers, groups, weights = map(np.array, zip(*rows, strict=True))
    totals = cluster_totals(
        categories,
        3,
        clusters=clusters,
        strata=layers if strata else None,
        weights=weights,
        groups=groups,
        n_groups=3,
    )
    how: dict[str, Any] = {"population": population, "lonely": "certainty", "customers": customers}
    expected = design_estimate(totals, SCORES, **how)
    found = products_of(totals).estimate(SCORES, **how)
    for name in ("n", "mean", "df", "ceiling", "heaviest", "units", "kish"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-9, err_msg=name)
    np.testing.assert_allclose(found.variance, expected.variance, rtol=1e-7, atol=1e-9)
    some = expected.variance > 1e-6
    np.testing.assert_allclose(found.n_effective[some], expected.n_effective[some], rtol=1e-7)


@given(rows, st.booleans(), st.sampled_from([None, 8]))
def test_products_with_a_partner_say_how_scores_are_correlated(
    rows: list[Any], strata: bool, population: int | None
) -> None:
    """The correlation of a group with another one is that of the units' influences, also where units do not differ."""
    categories, clusters, layers, groups, weights = map(np.array, zip(*rows, strict=True))
    totals = cluster_totals(
        categories, 3, clusters=clusters, strata=layers if strata else None, weights=weights, groups=groups, n_groups=3
    )
    partners = np.array([-1, 0, 1])
    sums = products_of(totals)
    z = {(unit, group): each for unit, group, each in zip(totals.units, totals.groups, totals.weights, strict=True)}
    shared = np.zeros_like(sums.products)
    for (unit, group), each in z.items():
        theirs = z.get((unit, partners[group]))
        if theirs is not None:
            shared[group, list(sums.strata).index(totals.strata[unit])] += np.outer(each, theirs)
    how: dict[str, Any] = {"population": population, "lonely": "certainty"}
    found = sums.correlations(SCORES, shared, partners, **how)
    np.testing.assert_allclose(found, partner_correlations(totals, SCORES, partners, **how), rtol=1e-7, atol=1e-7)


def test_a_stratum_with_a_single_unit_is_refused() -> None:
    """As from the units, a lonely stratum has no variance of its own."""
    totals = cluster_totals([0, 2, 1], 3, clusters=[1, 2, 3], strata=["a", "a", "b"])
    with pytest.raises(InvalidValueError, match="single sampling unit"):
        products_of(totals).estimate(SCORES, customers=None)

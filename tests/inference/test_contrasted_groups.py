"""Sums over sampling units say of a contrast of groups what the units themselves do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from npskit.errors import InvalidValueError
from npskit.inference.clusters import cluster_totals, sum_by
from npskit.inference.contrasted_groups import ContrastedGroups, Influences
from tests.inference.test_unit_products import SCORES, products_of

COEFFICIENTS = np.array([-1.0, 1.0, 0.5])

rows = st.lists(
    st.tuples(
        st.integers(-1, 2), st.integers(0, 6), st.integers(0, 1), st.integers(-1, 2), st.sampled_from([0, 0.5, 3])
    ),
    min_size=4,
    max_size=40,
)


@given(rows, st.booleans())
def test_sums_over_units_say_of_a_contrast_what_units_do(answers: list[Any], strata: bool) -> None:
    """Contrast, variance, degrees of freedom and how few units there are: from sums of influences as from the units."""
    categories, clusters, layers, groups, weights = map(np.array, zip(*answers, strict=True))
    design: dict[str, Any] = {"clusters": clusters, "strata": layers if strata else None}
    totals = cluster_totals(categories, 3, **design, weights=weights, groups=groups, n_groups=3)
    assume(len(totals.strata) and (totals.by_group(totals.weights).sum(axis=1) > 0).all())
    sums = products_of(totals)
    assume((sums.sampled > 1).all())
    added = (totals.weights * (COEFFICIENTS[:, np.newaxis] * sums.slopes(SCORES))[totals.groups]).sum(axis=1)
    unit = sum_by(totals.units, added, len(totals.strata))
    held = sum_by(totals.units, totals.weights.sum(axis=1), len(totals.strata)) > 0
    layer = np.searchsorted(sums.strata, totals.strata)
    influences = Influences(*(sum_by(layer, each, len(sums.strata)) for each in (unit, unit * unit, held)))
    found = ContrastedGroups.of_products(sums, SCORES, COEFFICIENTS, influences)
    wanted = ContrastedGroups.of(totals, SCORES, COEFFICIENTS)
    for name in ("value", "variance", "df"):
        ours, theirs = (getattr(each.contrast, name) for each in (found, wanted))
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-9, nan_ok=True), name
    np.testing.assert_allclose(found.estimate.mean, wanted.estimate.mean, rtol=1e-9)
    assert found.fewest == wanted.fewest
    assert found.weighted == bool((totals.weights != totals.counts).any())


def test_a_stratum_with_a_single_unit_is_refused() -> None:
    """As from the units, a lonely stratum has no variance of its own."""
    totals = cluster_totals(
        [0, 2, 1, 1], 3, clusters=[1, 2, 3, 4], strata=list("aaab"), groups=[0, 1, 0, 1], n_groups=2
    )
    nothing = Influences(*np.zeros((3, 2)))
    with pytest.raises(InvalidValueError, match="single sampling unit"):
        ContrastedGroups.of_products(products_of(totals), SCORES, np.array([-1.0, 1.0]), nothing)

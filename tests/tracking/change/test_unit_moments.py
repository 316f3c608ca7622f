"""The errors of segments in one pass, against the influence of each unit written out."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from npskit.arrays import Floats
from npskit.inference import ClusterTotals, StrataLayout, UnitCells, cluster_totals, sum_by
from npskit.tracking.change.nested import Influence, NestedCells
from npskit.tracking.change.unit_moments import segment_covariances


def of_segment(moves: Influence, segment: int) -> Floats:
    """By how much an answer in each segment moves the effects of one, shape (2, S, M, effects)."""
    found = np.zeros_like(moves.by_prefix[:, 0])
    for j, prefix in enumerate(moves.prefixes):
        found[:, prefix == prefix[segment]] += moves.by_prefix[:, j, [segment]]
    return found


def written_out(found: NestedCells, totals: ClusterTotals, layout: StrataLayout) -> Floats:
    """The covariances of each segment's effects, from the influence of every unit on it."""
    segments, units = len(found.prefixes[0]), len(totals.strata)
    moves, every = found.moves()[0], []
    for segment in range(segments):
        each = of_segment(moves, segment).reshape(2 * segments, len(found.category_scores), -1)[totals.groups]
        sums = sum_by(totals.units, (totals.weights[..., np.newaxis] * each).sum(axis=1), units)
        every.append(layout.covariance(sums, UnitCells.of_units(units))[0])
    return np.stack(every)


@pytest.mark.parametrize(
    ("codes", "strata", "scores"),
    [
        ([[0], [1], [2]], 1, [-100.0, 0.0, 100.0]),
        ([[0, 0], [0, 1], [1, 0], [1, 1], [2, 0]], 3, [1e5, 1e5 + 1, 1e5 + 5]),
        ([[0, 1, 0], [0, 0, 0], [0, 1, 1], [2, 0, 0]], 2, [0.0, 0.0, 1.0]),
    ],
)
def test_one_pass_is_each_segment_by_itself(codes: list[list[int]], strata: int, scores: list[float]) -> None:
    rng = np.random.default_rng(len(codes))
    units, segments = rng.integers(0, 40, 400), rng.integers(0, len(codes), 400)
    groups = len(codes) * rng.integers(0, 2, 400) + segments
    kinds: NDArray[np.int64] = rng.integers(0, 3, 400)
    totals = cluster_totals(
        kinds, 3, clusters=units, strata=units % strata, weights=rng.random(400), groups=groups, n_groups=2 * len(codes)
    )
    counts = sum_by(totals.groups, totals.weights, 2 * len(codes))
    found = NestedCells.of(counts[: len(codes)], counts[len(codes) :], scores, codes)
    layout = StrataLayout.of(totals.strata, None, "fail")
    expected = written_out(found, totals, layout)
    np.testing.assert_allclose(
        segment_covariances(found, totals, layout), expected, rtol=1e-8, atol=1e-10 * expected.max()
    )

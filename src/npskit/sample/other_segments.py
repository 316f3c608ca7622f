"""Of each segment all the others together, where answers hang together: from sums per customer or sampling unit."""

from __future__ import annotations

import contextlib
from typing import Any

import attrs
import numpy as np

from npskit.arrays import Bools, Floats
from npskit.inference import ClusterTotals, Customers, Estimate, design_estimate, group_correlations
from npskit.sample.asking import asked, counted
from npskit.sample.bound import BoundData
from npskit.sample.by_unit_kinds import can_tell_kinds, totals_of_kinds
from npskit.sample.places import Places
from npskit.sample.sample import Sample
from npskit.sample.unit_lines import RowsNeededError
from npskit.scores import OtherSegments, ScoreTable

_BOTH = np.array([True, True, False])


def others_of(data: BoundData, table: ScoreTable, used: Bools) -> OtherSegments:
    """Return of each segment of a table all the others together, with how their scores are correlated.

    Args:
        data: The data that the table is of.
        table: The scores of its segments.
        used: Which segments are held against each other, shape `(segments,)`.
    """
    if table.conventions.variance == "independent":
        return OtherSegments.of_independent(table, used)
    by, scores = table.by, table.tally.codebook.category_scores
    if can_tell_kinds(data):
        counts = counted(attrs.evolve(data, kinds=()), by)
        if counts is not None:
            with contextlib.suppress(RowsNeededError):
                totals = totals_of_kinds(data, counts, by, counts.segments(by)[0])
                if totals is not None:
                    return _of_totals(counts.sample(), totals, scores, None if "cluster" in data.roles else "all", used)
    data = asked(data, by, times=data.latest_contacts)
    places = data.segments(by)[0]
    sample, kept = data.answering(data.sample(), places)
    clustering = sample.clustering(places.take(kept))
    if clustering is None or sample.accounts is not None or sample.calibration is not None:
        return _one_by_one(data, places, used)
    return _of_totals(sample, sample.totals(places.take(kept), clustering), scores, clustering.customers, used)


def _of_totals(
    sample: Sample, totals: ClusterTotals, scores: Floats, customers: Customers, used: Bools
) -> OtherSegments:
    """Return them from the sums per unit and segment, those of the others of a unit added up."""
    how: dict[str, Any] = {"population": sample.population, "lonely": sample.lonely}
    found, rho = [], []
    for place in np.flatnonzero(used).tolist():
        sides = np.where(totals.groups == place, 0, np.where(used[totals.groups], 1, 2))
        both = totals.regrouped(sides, 3)
        found.append(design_estimate(both, scores, customers=customers, **how)[1])
        rho.append(group_correlations(both, scores, _BOTH, **how)[0, 1])
    return OtherSegments(Estimate.stack(found, scores), np.array(rho))


def _one_by_one(data: BoundData, places: Places, used: Bools) -> OtherSegments:
    """Return them where the others of a segment have to be counted anew: of accounts, and of weights from margins."""
    found, rho = [], []
    inside = places.numbers >= 0
    for place in np.flatnonzero(used).tolist():
        others = inside & used[places.numbers] & (places.numbers != place)
        sides = Places(np.where(places.numbers == place, 0, np.where(others, 1, -1)), 2)
        sample, kept = data.answering(data.sample(), sides)
        measured = sample.measure(sides.take(kept))
        correlations = sample.correlations(sides.take(kept), _BOTH[:2])
        found.append(measured.estimate[1])
        rho.append(0.0 if correlations is None else float(correlations[0, 1]))
    return OtherSegments(Estimate.stack(found, found[0].category_scores), np.array(rho))

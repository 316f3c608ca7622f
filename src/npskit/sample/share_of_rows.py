"""Of which share of the scored rows something holds, and how the scores differ by it; weights and units count."""

from __future__ import annotations

import attrs
import numpy as np

from npskit.arrays import Bools, Floats
from npskit.inference import Estimate, group_correlations, pairwise
from npskit.results import Interval
from npskit.sample.places import Places
from npskit.sample.sample import Measured, Sample

_SHARES = np.array([0.0, 1.0])


def shares_of_rows(sample: Sample, holds: Bools, places: Places) -> tuple[Estimate, Floats | None]:
    """Return the share of the scored rows at each place of which something holds, shape `(places,)`.

    Args:
        sample: The rows.
        holds: Whether it holds, shape `(rows,)`.
        places: Where rows belong.

    Returns:
        The estimate, and how the shares are correlated, None where they are independent.
    """
    categories = sample.answers.categories
    kinds = np.where((categories >= 0) & (places.numbers >= 0), holds.astype(np.intp), -1)
    clustering = sample.clustering(places)
    if clustering is not None:
        clustering = attrs.evolve(clustering, categories=kinds, scores=_SHARES)
        correlations = None
        if clustering.units is not None and places.size > 1:
            totals, wanted = sample.totals(places, clustering), np.ones(places.size, dtype=np.bool_)
            correlations = group_correlations(
                totals, _SHARES, wanted, population=sample.population, lonely=sample.lonely
            )
        return sample.estimate(places, clustering), correlations
    used = kinds >= 0
    cells = 2 * places.numbers[used] + kinds[used]

    def sums(amounts: Floats | None) -> Floats:
        each = None if amounts is None else amounts[used]
        return np.bincount(cells, each, minlength=2 * places.size).reshape(places.size, 2).astype(np.float64)

    weights = sample.weights
    if weights is None:
        return Estimate.from_sums(sums(None).astype(np.int64), _SHARES), None
    counts = sums(None).astype(np.int64)
    whole = np.full(places.size, len(sample))
    return Estimate.from_sums(counts, _SHARES, sums(weights), sums(weights * weights), whole), None


def difference_of(sample: Sample, holds: Bools, level: float) -> tuple[Measured, Interval]:
    """Return the scores of rows of which something holds and of the others, in this order, and by how much they differ.

    Args:
        sample: The rows.
        holds: Whether it holds, shape `(rows,)`.
        level: Of the interval of the difference, which knows that customers may be on both sides.
    """
    places = Places(np.where(holds, 0, 1), 2)
    measured = sample.measure(places)
    estimate = measured.estimate
    if not (np.isfinite(estimate.mean).all() and np.isfinite(estimate.variance).all()):
        return measured, Interval(float("nan"), float("nan"), level=level, method="mover")
    correlations = sample.correlations(places, np.ones(2, dtype=np.bool_))
    found = pairwise(estimate.effective_counts(level), estimate.category_scores, "holm", level, correlations)
    return measured, Interval(float(found.low[0]), float(found.high[0]), level=level, method="mover")

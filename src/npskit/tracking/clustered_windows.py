"""Scores of windows that move along, where one sampling unit may answer more than once within a window.

For each window the sums of every unit over its days are added up anew, without differences, and what follows is the
estimate of a design: exactly what the answers of that window alone would give. It costs as many steps as there are
answers in all windows together: of 90 days seen every week each answer is looked at 13 times.
"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Floats
from npskit.inference.clusters import ClusterTotals, factorize, sum_by
from npskit.inference.design import Customers, design_estimate
from npskit.inference.estimate import Estimate
from npskit.inference.strata import Lonely, Population
from npskit.times.periods import Days


def window_estimates(
    totals: ClusterTotals,
    segments: NDArray[np.intp],
    days: Days,
    begins: Days,
    ends: Days,
    worths: Floats,
    *,
    half_life: int | None = None,
    population: Population = None,
    lonely: Lonely = "fail",
    customers: Customers = None,
) -> Estimate:
    """Return the estimates of windows, clustered by sampling unit.

    Units are independent of each other; answers of one need not be. As for any part of a design, units without answers
    in a window belong to it with an influence of 0 (`npskit.inference.design`).

    Args:
        totals: Sums per unit and day of a segment: one group for each such day.
        segments: The segment of each group of `totals`, in `range(G)`, shape `(groups,)`.
        days: The day of each group, shape `(groups,)`.
        begins: The first day of each window, shape `(G, T)`.
        ends: The day after the last one, rising, shape `(T,)`.
        worths: What each category is worth, shape `(K,)`.
        half_life: Let answers weigh half as much with every so many days of age; None for alike.
        population: As for `design_estimate`.
        lonely: As for `design_estimate`.
        customers: As for `design_estimate`.

    Returns:
        Of shape `(G * T,)`, the windows of the first segment first.

    Raises:
        InvalidValueError: As `design_estimate`.

    Example:
        >>> from npskit.inference.clusters import cluster_totals
        >>> days, who = np.array([0, 1, 1, 2]), ["ann", "ann", "bob", "eve"]
        >>> totals = cluster_totals([0, 0, 2, 2], 3, clusters=who, groups=days, n_groups=3)
        >>> found = window_estimates(totals, np.zeros(3, int), np.arange(3), np.array([[0, 1]]), np.array([2, 3]),
        ...     np.array([-100.0, 0.0, 100.0]), customers="all")
        >>> found.mean.round(1).tolist(), np.sqrt(found.variance).round(1).tolist()
        ([-33.3, 33.3], [77.0, 66.7])
    """
    by_day = np.argsort(days[totals.groups], kind="stable")
    cells = _taken(totals, by_day)
    day, segment = days[cells.groups], segments[cells.groups]
    cells = attrs.evolve(cells, groups=segment, n_groups=len(begins))
    found = []
    for i, end in enumerate(ends.tolist()):
        inside = np.arange(*np.searchsorted(day, [begins[:, i].min(), end]))
        inside = inside[day[inside] >= begins[segment[inside], i]]
        part = _taken(cells, inside)
        if half_life is not None:
            part = _faded(part, day[inside], half_life)
        found.append(
            design_estimate(_per_unit(part), worths, population=population, lonely=lonely, customers=customers)
        )
    return Estimate.stack([each[g] for g in range(len(begins)) for each in found], worths)


def _taken(totals: ClusterTotals, cells: NDArray[np.intp]) -> ClusterTotals:
    """Return some of the cells, of all units."""
    names = ("units", "groups", "counts", "weights", "squares")
    return attrs.evolve(totals, **{name: getattr(totals, name)[cells] for name in names})


def _faded(totals: ClusterTotals, days: Days, half_life: int) -> ClusterTotals:
    """Return cells that weigh less with age; age counts from the latest day of each group, as its scale is its own."""
    latest = np.zeros(totals.size, dtype=np.int64)
    latest[totals.groups] = days  # the last of each, since they are in order
    fade = 0.5 ** ((latest[totals.groups] - days) / half_life)
    squares = totals.squares * fade**2
    # squares vanish first; without them no weight could be used
    weights = np.where(squares[:, np.newaxis] > 0, totals.weights * fade[:, np.newaxis], 0.0)
    return attrs.evolve(totals, weights=weights, squares=squares)


def _per_unit(totals: ClusterTotals) -> ClusterTotals:
    """Return the cells of one unit and group added up."""
    units = max(1, len(totals.strata))
    codes, keys = factorize(totals.groups * units + totals.units, "cells")
    counts, weights, squares = (sum_by(codes, a, len(keys)) for a in (totals.counts, totals.weights, totals.squares))
    return attrs.evolve(
        totals, units=keys % units, groups=keys // units, counts=counts, weights=weights, squares=squares
    )

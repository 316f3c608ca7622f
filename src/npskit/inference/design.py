"""Survey designs and customers who answer again: the mean category score and its variance, from clustered sums.

All of it is one idea: an estimate changes by u = w(s − m)/Σw with an answer, u adds up within a sampling unit, and the
spread of the units' totals is the variance (`npskit.inference.strata` has the formula). A group is a domain of the
design: units without answers in it count, with u = 0 (Lumley, "Complex Surveys" (2010), section 2.3).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats
from npskit.inference.clusters import ClusterTotals
from npskit.inference.estimate import Estimate
from npskit.inference.linearize import StrataLayout, UnitCells
from npskit.inference.strata import Population
from npskit.inference.unit_sums import Customers, UnitSums, estimate_from_sums
from npskit.options import Lonely


def design_estimate(
    totals: ClusterTotals,
    category_scores: ArrayLike,
    *,
    population: Population = None,
    lonely: Lonely = "fail",
    customers: Customers = None,
) -> Estimate:
    """Return the weighted mean category score of each group with its linearized variance.

    Equal to `svymean` and `svyby` of R's `survey`. Degrees of freedom are units less strata, counting those with
    weight in the group (Korn & Graubard, "Analysis of Health Surveys" (1999), section 5.2); for customers, Kish's
    number of them less strata. The variance of a group that lies in a single unit is unknown, NaN, unless there is no
    other unit in the population.

    Args:
        totals: Sums per sampling unit.
        category_scores: What each category is worth, shape `(K,)`.
        population: Sampling units in the population: by label of the stratum, one number for each stratum, or None
            where the sample is a negligible part.
        lonely: What a stratum with a single sampling unit contributes; see `npskit.options.Lonely`.
        customers: Whether the units are customers, and what of each counts; see `Customers`.

    Returns:
        Shape `(groups,)`, or `()` where `totals` is not grouped.

    Raises:
        InvalidValueError: If a stratum is lonely and that is to fail, or `population` does not fit the sample.

    Example:
        >>> from npskit.inference.clusters import cluster_totals
        >>> totals = cluster_totals([0, 2, 2, 2, 1, 0], 3, clusters=["a", "a", "b", "b", "c", "c"])
        >>> found = design_estimate(totals, [-100, 0, 100])
        >>> found.mean.round(3).item(), np.sqrt(found.variance).round(3).item(), found.df.item()
        (16.667, 44.096, 2.0)
    """
    s = np.asarray(category_scores, dtype=np.float64)
    found = estimate_from_units(
        StrataLayout.of(totals.strata, population, lonely),
        UnitCells(totals.units, totals.groups, totals.size),
        influence(totals, s[:, np.newaxis])[:, 0],
        np.stack([totals.weights.sum(axis=1), totals.squares], axis=-1),
        totals.by_group(totals.weights),
        s,
        totals.by_group(totals.counts).sum(axis=-1),
        customers,
    )
    return found if totals.n_groups is not None else found[0]


def estimate_from_units(
    layout: StrataLayout,
    cells: UnitCells,
    influence: Floats,
    sizes: Floats,
    amounts: Floats,
    category_scores: Floats,
    n: Floats,
    customers: Customers,
) -> Estimate:
    """Return the estimate of each group from the influence and the weight of each sampling unit in it.

    Args:
        layout: The units and strata of the design.
        cells: The unit and the group of each cell.
        influence: By how much each cell moves the mean of its group: shape `(C,)`.
        sizes: Weight and sum of squared weights of each cell's answers, shape `(C, 2)`.
        amounts: Sum of weights per group and category, shape `(G, K)`.
        category_scores: Shape `(K,)`.
        n: Answers, shape `(G,)`.
        customers: See `Customers`.

    Example:
        >>> layout, cells = StrataLayout.of(np.zeros(3), None, "fail"), UnitCells.of_units(3)
        >>> parts = np.array([0.25, 0.0, -0.25]), np.array([[1.0, 1.0], [2.0, 2.0], [1.0, 1.0]])
        >>> sums = np.array([[1.0, 2.0, 1.0]]), np.array([-1.0, 0.0, 1.0]), np.array([4.0])
        >>> found = estimate_from_units(layout, cells, *parts, *sums, customers=None)
        >>> found.variance.tolist(), found.df.tolist()
        ([0.1875], [2.0])
    """
    with np.errstate(invalid="ignore"):
        total = cells.by_group(sizes[:, 0])[cells.groups]
        h, answers = sizes[:, 0] / total, sizes[:, 1] / total / total
    counted, squared, squares, shares = (layout.by_stratum(a, cells) for a in (h > 0, h * h, answers, h))
    sums = UnitSums(
        layout.covariance(influence[:, np.newaxis], cells)[:, 0, 0],
        counted,
        shares,
        squared,
        squares,
        np.stack([cells.by_group(h**k) for k in range(2, 6)]),
        _largest(h, cells),
    )
    return estimate_from_sums(layout, sums, amounts, category_scores, n, customers)


def _largest(shares: Floats, cells: UnitCells) -> Floats:
    """Return the largest share of a unit in each group."""
    found = np.zeros(cells.n_groups)
    np.maximum.at(found, cells.groups, np.nan_to_num(shares))
    return found


def share_covariance(totals: ClusterTotals, *, population: Population = None, lonely: Lonely = "fail") -> Floats:
    """Return the covariances of the weighted shares of the categories; of any mean category score, V = sᵀ C s.

    Args:
        totals: Sums per sampling unit.
        population: Sampling units in the population, as `design_estimate` takes it.
        lonely: What a stratum with a single sampling unit contributes.

    Returns:
        Shape `(groups, K, K)`, or `(K, K)` where `totals` is not grouped; rows sum to 0.

    Raises:
        InvalidValueError: If a stratum is lonely and that is to fail, or `population` does not fit the sample.

    Example:
        >>> from npskit.inference.clusters import cluster_totals
        >>> totals = cluster_totals([0, 1, 1, 1, 1, 0], 2, clusters=["a", "a", "b", "b", "c", "c"])
        >>> share_covariance(totals).round(4)
        array([[ 0.0278, -0.0278],
               [-0.0278,  0.0278]])
    """
    layout = StrataLayout.of(totals.strata, population, lonely)
    cells = UnitCells(totals.units, totals.groups, totals.size)
    found = layout.covariance(influence(totals, np.eye(totals.n_categories)), cells)
    return found if totals.n_groups is not None else np.asarray(found[0])


def jackknife_variance(totals: ClusterTotals, category_scores: ArrayLike, *, population: Population = None) -> Floats:
    """Return the variance of the weighted mean by leaving out one sampling unit at a time, stratum by stratum.

    Leaving a unit out raises the weights of the nₕ − 1 others of its stratum by nₕ/(nₕ − 1); the variance is the sum of
    (1 − fₕ)(nₕ − 1)/nₕ (mᵣ − m̄)² over the replicates r, with m̄ their mean: type JKn of R's `svrepdesign` (Wolter,
    "Introduction to Variance Estimation" (2007), section 4.5). A check on the linearization.

    Args:
        totals: Sums per sampling unit.
        category_scores: What each category is worth, shape `(K,)`.
        population: Sampling units in the population, as `design_estimate` takes it.

    Returns:
        Shape `(groups,)`, or `()` where `totals` is not grouped; NaN for a group that lies in a single unit.

    Raises:
        InvalidValueError: If a stratum has a single sampling unit, or `population` does not fit the sample.

    Example:
        >>> from npskit.inference.clusters import cluster_totals
        >>> totals = cluster_totals([0, 2, 2, 2, 1, 0], 3, clusters=["a", "a", "b", "b", "c", "c"])
        >>> np.sqrt(jackknife_variance(totals, [-100, 0, 100])).round(3).item()
        44.096
    """
    layout = StrataLayout.of(totals.strata, population, "fail")
    cells = UnitCells(totals.units, totals.groups, totals.size)
    n, strata = layout.sampled, layout.strata[totals.units]
    sums = np.stack(
        [totals.weights @ np.asarray(category_scores, dtype=np.float64), totals.weights.sum(axis=1)], axis=-1
    )
    per_stratum, absent = layout.by_stratum(sums, cells), n - layout.by_stratum(np.ones(len(sums)), cells)
    # a stratum sampled in full may have a single unit: it has no replicate, and a factor of 0
    raised = n / np.maximum(n - 1, 1)
    scale = layout.factors / raised**2
    # what remains when a unit is left out of a stratum: one that has nothing of the group, and one that has
    without = per_stratum.sum(axis=1, keepdims=True) + per_stratum * (raised - 1)[:, np.newaxis]
    left = without[totals.groups, strata] - sums * raised[strata, np.newaxis]
    with np.errstate(invalid="ignore", divide="ignore"):
        others, replicates = without[..., 0] / without[..., 1], left[:, 0] / left[:, 1]
        center = (totals.by_group(replicates) + (absent * others).sum(axis=1)) / n.sum()
        spread = totals.by_group(scale[strata] * (replicates - center[totals.groups]) ** 2)
        variance = spread + (scale * absent * (others - center[:, np.newaxis]) ** 2).sum(axis=1)
    weighted = totals.weights.sum(axis=1) > 0
    variance = np.where(totals.by_group(weighted) < 2, np.nan, variance)
    return variance if totals.n_groups is not None else np.asarray(variance[0])


def influence(totals: ClusterTotals, category_scores: Floats) -> Floats:
    """Return the influence of each cell on the means of its group, one for each column of category scores.

    Args:
        totals: Sums per sampling unit, with C cells.
        category_scores: Shape `(K, m)`.

    Returns:
        Shape `(C, m)`; NaN in a group whose weights are all 0.

    Example:
        >>> from npskit.inference.clusters import cluster_totals
        >>> influence(cluster_totals([0, 2, 1, 0], 3, clusters=[1, 1, 2, 3]), np.array([[-1.0], [0.0], [1.0]])).tolist()
        [[0.125], [0.0625], [-0.1875]]
    """
    amounts = totals.by_group(totals.weights)
    with np.errstate(invalid="ignore"):
        means = amounts @ category_scores / amounts.sum(axis=1, keepdims=True)
        sizes = amounts.sum(axis=1)[totals.groups, np.newaxis]
        return np.asarray(
            (totals.weights @ category_scores - means[totals.groups] * totals.weights.sum(axis=1, keepdims=True))
            / sizes
        )

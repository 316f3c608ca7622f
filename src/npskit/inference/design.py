"""Survey designs and customers who answer again: the mean worth, its variance and contrasts, from clustered sums.

All of it is one idea: an estimate changes by u = w(s − m)/Σw with an answer, u adds up within a sampling unit, and the
spread of the units' totals is the variance (`npskit.inference.strata` has the formula). A group is a domain of the
design: units without answers in it count, with u = 0 (Lumley, "Complex Surveys" (2010), section 2.3).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.inference.clusters import ClusterTotals, factorize, sum_by
from npskit.inference.constrained import mean_variance
from npskit.inference.estimate import Estimate
from npskit.inference.linearize import Layout
from npskit.inference.strata import Lonely, Population
from npskit.inference.weights import kish_n_eff

Floats = NDArray[np.float64]


def design_estimate(
    totals: ClusterTotals, worths: ArrayLike, *, population: Population = None, lonely: Lonely = "fail"
) -> Estimate:
    """Return the weighted mean worth of each group with its linearized variance.

    Equal to `svymean` and `svyby` of R's `survey`. Degrees of freedom are units less strata, counting those with
    weight in the group (Korn & Graubard, "Analysis of Health Surveys" (1999), section 5.2). A group that lies in a
    single unit has no variance that could be known: NaN.

    Args:
        totals: Sums per sampling unit.
        worths: What each category is worth, shape `(K,)`.
        population: Sampling units in the population, per stratum by label, one number for each stratum, or None for so
            many that the sample is a negligible part.
        lonely: What a stratum with a single sampling unit contributes; see `npskit.inference.strata.Lonely`.

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
    s = np.asarray(worths, dtype=np.float64)
    variance = _covariance(totals, s[:, np.newaxis], population, lonely)[:, 0, 0]
    units, strata = _extent(totals)
    return as_estimate(
        totals.by_group(totals.weights),
        s,
        totals.by_group(totals.counts).sum(axis=-1),
        np.where(units < 2, np.nan, variance),
        totals.by_group(totals.squares),
        units - strata,
        grouped=totals.n_groups is not None,
    )


def as_estimate(
    amounts: Floats, worths: Floats, n: Floats, variance: Floats, squares: Floats, df: Floats, *, grouped: bool
) -> Estimate:
    """Return the estimate with its effective size v/SE², or Kish's where the design says nothing about it.

    Args:
        amounts: Sum of weights per category, shape `(G, K)`.
        worths: Shape `(K,)`.
        n: Answers, shape `(G,)`.
        variance: Variance of the mean, shape `(G,)`.
        squares: Sum of squared weights, shape `(G,)`.
        df: Degrees of freedom, shape `(G,)`.
        grouped: Whether to keep the leading axis; it is of one group otherwise.

    Example:
        >>> found = as_estimate(np.array([[1.0, 3.0]]), np.array([0.0, 1.0]), *np.array([[4.0], [0.1], [4.0], [3.0]]),
        ...     grouped=False)
        >>> found.n_effective.round(3).item()
        1.875
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = amounts @ worths / amounts.sum(axis=-1)
        answer = mean_variance(amounts / amounts.sum(axis=-1, keepdims=True), worths)
        kish = kish_n_eff(amounts, squares[:, np.newaxis])
        n_effective = np.where((answer == 0) | (variance == 0), kish, answer / variance)
    parts = [amounts, n, mean, variance, n_effective, np.where(df > 0, df, np.nan)]
    amounts, n, mean, variance, n_effective, df = parts if grouped else [np.asarray(part[0]) for part in parts]
    return Estimate(amounts, worths, n, mean, variance, n_effective, df, simple=False)


def share_covariance(totals: ClusterTotals, *, population: Population = None, lonely: Lonely = "fail") -> Floats:
    """Return the covariances of the weighted shares of the categories; of any mean worth, V = sᵀ C s.

    Args:
        totals: Sums per sampling unit.
        population: As for `design_estimate`.
        lonely: As for `design_estimate`.

    Returns:
        Shape `(groups, K, K)`, or `(K, K)` where `totals` is not grouped; rows sum to 0.

    Raises:
        InvalidValueError: As `design_estimate`.

    Example:
        >>> from npskit.inference.clusters import cluster_totals
        >>> totals = cluster_totals([0, 1, 1, 1, 1, 0], 2, clusters=["a", "a", "b", "b", "c", "c"])
        >>> share_covariance(totals).round(4)
        array([[ 0.0278, -0.0278],
               [-0.0278,  0.0278]])
    """
    found = _covariance(totals, np.eye(totals.n_categories), population, lonely)
    return found if totals.n_groups is not None else np.asarray(found[0])


def jackknife_variance(totals: ClusterTotals, worths: ArrayLike, *, population: Population = None) -> Floats:
    """Return the variance of the weighted mean by leaving out one sampling unit at a time, stratum by stratum.

    Leaving a unit out raises the weights of the nₕ − 1 others of its stratum by nₕ/(nₕ − 1); the variance is the sum of
    (1 − fₕ)(nₕ − 1)/nₕ (mᵣ − m̄)² over the replicates r, with m̄ their mean: type JKn of R's `svrepdesign` (Wolter,
    "Introduction to Variance Estimation" (2007), section 4.5). A check on the linearization.

    Args:
        totals: Sums per sampling unit.
        worths: What each category is worth, shape `(K,)`.
        population: As for `design_estimate`.

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
    layout = Layout.of(totals.strata, population, "fail")
    n, size, groups = layout.sampled, len(layout.sampled), totals.size
    strata = layout.strata[totals.units]
    places = totals.groups * size + strata
    sums = np.stack([totals.weights @ np.asarray(worths, dtype=np.float64), totals.weights.sum(axis=1)], axis=-1)
    per_stratum = sum_by(places, sums, groups * size).reshape(groups, size, 2)
    absent = n - np.bincount(places, minlength=groups * size).reshape(groups, size)
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
    variance = np.where(_extent(totals)[0] < 2, np.nan, variance)
    return variance if totals.n_groups is not None else np.asarray(variance[0])


def influence(totals: ClusterTotals, worths: Floats) -> Floats:
    """Return the influence of each cell on the means of its group, one for each column of worths.

    Args:
        totals: Sums per sampling unit, with C cells.
        worths: Shape `(K, m)`.

    Returns:
        Shape `(C, m)`; NaN in a group whose weights are all 0.

    Example:
        >>> from npskit.inference.clusters import cluster_totals
        >>> influence(cluster_totals([0, 2, 1, 0], 3, clusters=[1, 1, 2, 3]), np.array([[-1.0], [0.0], [1.0]])).tolist()
        [[0.125], [0.0625], [-0.1875]]
    """
    amounts = totals.by_group(totals.weights)
    with np.errstate(invalid="ignore"):
        means = amounts @ worths / amounts.sum(axis=1, keepdims=True)
        sizes = amounts.sum(axis=1)[totals.groups, np.newaxis]
        return np.asarray(
            (totals.weights @ worths - means[totals.groups] * totals.weights.sum(axis=1, keepdims=True)) / sizes
        )


def _covariance(totals: ClusterTotals, worths: Floats, population: Population, lonely: Lonely) -> Floats:
    """Return the covariances (G, m, m) of the means under each column of `worths` (K, m)."""
    layout = Layout.of(totals.strata, population, lonely)
    return layout.covariance(influence(totals, worths), totals.units, totals.groups, totals.size)


def _extent(totals: ClusterTotals) -> tuple[Floats, Floats]:
    """Return the units, and the strata, in which each group has weight: shape (G,) each."""
    strata, labels = factorize(totals.strata, "strata")
    weighted = totals.weights.sum(axis=1) > 0
    size, groups = len(labels), totals.size
    places = totals.groups[weighted] * size + strata[totals.units[weighted]]
    per_stratum = np.bincount(places, minlength=groups * size).reshape(groups, size)
    return per_stratum.sum(axis=1).astype(np.float64), (per_stratum > 0).sum(axis=1).astype(np.float64)

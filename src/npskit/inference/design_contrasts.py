"""Contrasts between groups that share sampling units: parts of a survey, or periods with the same customers."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Bools, Floats, Frozen
from npskit.checks import one_of
from npskit.errors import InvalidValueError
from npskit.inference.clusters import ClusterTotals, sum_by
from npskit.inference.contrast import Contrast
from npskit.inference.design import influence
from npskit.inference.linearize import StrataLayout, UnitCells
from npskit.inference.strata import Population
from npskit.options import CLUSTER_CORRECTIONS, ClusterCorrection, Lonely

# Of what units of a weight could differ by at most, squared: less is rounding.
_ROUNDING = 1e-12


def design_contrast(
    totals: ClusterTotals,
    category_scores: ArrayLike,
    coefficients: ArrayLike,
    *,
    population: Population = None,
    lonely: Lonely = "fail",
) -> Contrast:
    """Return Σ cᵍ mᵍ over groups with the variance that accounts for units in which several groups have answers.

    Equal to `svycontrast` and, for a difference, `svyttest` of R's `survey`. Degrees of freedom: units less strata,
    less the groups contrasted but one.

    Args:
        totals: Sums per sampling unit and group.
        category_scores: What each category is worth, shape `(K,)`.
        coefficients: One for each group, shape `(groups,)`: `[-1, 1]` for the second less the first.
        population: Sampling units in the population; see `npskit.inference.strata.Population`.
        lonely: What a stratum with a single sampling unit contributes; see `npskit.options.Lonely`.

    Raises:
        InvalidValueError: If there is not one coefficient for each group, a stratum is lonely and that is to fail, or
            `population` does not fit the sample.

    Example:
        >>> from npskit.inference.clusters import cluster_totals
        >>> totals = cluster_totals([0, 2, 1, 2, 1, 0, 0, 2], 3, clusters=["a", "a", "b", "b", "c", "c", "d", "d"],
        ...     groups=[0, 1, 0, 1, 0, 1, 0, 1], n_groups=2)
        >>> found = design_contrast(totals, [-1, 0, 1], [-1, 1])
        >>> found.value, round(found.se, 4), found.df
        (1.0, 0.7071, 2.0)
    """
    found = _Combined.of(totals, category_scores, coefficients)
    layout = StrataLayout.of(totals.strata, population, lonely)
    variance = layout.covariance(found.influence[:, np.newaxis], UnitCells.of_units(len(found.influence)))[0, 0, 0]
    units, strata = int(found.used.sum()), len(np.unique(layout.strata[found.used]))
    return Contrast.by_design(found.value, float(variance), units, strata, found.groups)


def cluster_robust(
    totals: ClusterTotals,
    category_scores: ArrayLike,
    coefficients: ArrayLike = 1,
    *,
    correction: ClusterCorrection = "CR1",
) -> Contrast:
    """Return a contrast of group means with the cluster-robust variance of the regression on groups.

    For one group it is the mean; for periods as groups and `[-1, 1]`, the coefficient of the period in a regression of
    the score on it, clustered by customer: valid even where some customers answer in both periods. CR0 is the sandwich
    ΣU² over the clusters' influences U (Liang & Zeger, Biometrika 73 (1986) 13-22); CR1 multiplies it by
    G/(G−1) (N−1)/(N−p) for G clusters, N answers and p groups. Degrees of freedom G − 1 (both: Cameron & Miller, "A
    practitioner's guide to cluster-robust inference", Journal of Human Resources 50 (2015) 317-372, sections II.B and
    VI.D). Clusters without answers in these groups do not count; strata are ignored.

    Args:
        totals: Sums per cluster and group.
        category_scores: What each category is worth, shape `(K,)`.
        coefficients: One for each group, shape `(groups,)`; 1 where there are no groups.
        correction: `"CR1"`, or `"CR0"` for none.

    Raises:
        InvalidValueError: If there is not one coefficient for each group, or `correction` is unknown.

    Example:
        >>> from npskit.inference.clusters import cluster_totals
        >>> totals = cluster_totals([0, 2, 2, 2, 1, 0], 3, clusters=["ann", "ann", "bob", "bob", "eve", "eve"])
        >>> found = cluster_robust(totals, [-100, 0, 100])
        >>> round(found.value, 3), round(found.se, 3), found.df
        (16.667, 44.096, 2.0)
    """
    one_of(correction, CLUSTER_CORRECTIONS, "correction")
    found = _Combined.of(totals, category_scores, coefficients)
    square = float(found.influence @ found.influence)
    return Contrast.robust(found.value, square, int(found.used.sum()), found.n, found.groups, correction)


def group_correlations(
    totals: ClusterTotals,
    category_scores: ArrayLike,
    groups: Bools | None = None,
    *,
    population: Population = None,
    lonely: Lonely = "fail",
) -> Floats:
    """Return how the mean scores of groups are correlated, because some units have answers in several of them.

    From the units' influences, as `design_contrast` takes them: two groups without common units are not correlated
    (but for what strata have in common), and two in which the same customers always say the same are entirely so.

    Args:
        totals: Sums per sampling unit and group.
        category_scores: What each category is worth, shape `(K,)`.
        groups: Which groups are asked about, shape `(groups,)`; all by default.
        population: As `design_contrast` takes it.
        lonely: As `design_contrast` takes it.

    Returns:
        Shape `(G, G)`, 1 on the diagonal; 0 for a group whose mean has no variance.

    Raises:
        InvalidValueError: If a stratum is lonely and that is to fail, or `population` does not fit the sample.

    Example:
        >>> from npskit.inference.clusters import cluster_totals
        >>> totals = cluster_totals([0, 0, 1, 1, 2, 2, 1, 2], 3, clusters=["a", "a", "b", "b", "c", "c", "d", "e"],
        ...     groups=[0, 1, 0, 1, 0, 1, 0, 1], n_groups=2)
        >>> group_correlations(totals, [-1, 0, 1]).round(3).tolist()
        [[1.0, 0.853], [0.853, 1.0]]
    """
    from scipy.sparse import csr_array

    kept = np.ones(totals.size, np.bool_) if groups is None else groups
    layout, cells, parts = _influences(totals, category_scores, kept, population, lonely)
    scaled = parts * np.sqrt(layout.factors[layout.strata[cells.units]])
    table = csr_array((scaled, (cells.units, cells.groups)), shape=(len(totals.strata), cells.n_groups))
    covariance = (table.T @ table).toarray()
    if len(layout.sampled) > 1:  # in one stratum the influences on a mean add up to 0
        means = layout.by_stratum(parts, cells) * np.sqrt(_shift(layout))
        covariance -= means @ means.T
    return correlations_of(covariance)


def correlations_of(covariance: Floats) -> Floats:
    """Return the correlations that covariances say, 1 on the diagonal; 0 for what has no variance.

    Args:
        covariance: Shape `(G, G)`.

    Example:
        >>> correlations_of(np.array([[4.0, 1.0], [1.0, 1.0]])).tolist()
        [[1.0, 0.5], [0.5, 1.0]]
    """
    found = _correlation(covariance, np.diag(covariance)[:, np.newaxis], np.diag(covariance))
    np.fill_diagonal(found, 1.0)
    return found


def partner_correlations(
    totals: ClusterTotals,
    category_scores: ArrayLike,
    partners: NDArray[np.intp],
    *,
    population: Population = None,
    lonely: Lonely = "fail",
) -> Floats:
    """Return how the mean score of each group is correlated with that of one other, as a period with an earlier one.

    Args:
        totals: Sums per sampling unit and group.
        category_scores: What each category is worth, shape `(K,)`.
        partners: The number of the other group, shape `(groups,)`; -1 for none.
        population: As `design_contrast` takes it.
        lonely: As `design_contrast` takes it.

    Returns:
        Shape `(groups,)`; 0 where there is no partner.

    Raises:
        InvalidValueError: If a stratum is lonely and that is to fail, or `population` does not fit the sample.

    Example:
        >>> from npskit.inference.clusters import cluster_totals
        >>> totals = cluster_totals([0, 0, 1, 1, 2, 1], 3, clusters=list("aabbcc"), groups=[0, 1] * 3, n_groups=2)
        >>> partner_correlations(totals, [-1, 0, 1], np.array([-1, 0])).round(3).tolist()
        [0.0, 0.866]
    """
    size = totals.size
    layout, cells, parts = _influences(totals, category_scores, np.ones(size, np.bool_), population, lonely)
    order = np.argsort(cells.units * size + cells.groups)
    known = (cells.units * size + cells.groups)[order]
    theirs = partners[cells.groups]
    wanted = np.where(theirs >= 0, cells.units * size + theirs, -1)
    at = np.minimum(np.searchsorted(known, wanted), max(len(known) - 1, 0))
    met = np.flatnonzero(known[at] == wanted) if len(known) else np.zeros(0, np.intp)
    shared = UnitCells(cells.units[met], cells.groups[met], size)
    return correlations_from_sums(
        layout,
        layout.by_stratum(parts, cells),
        layout.by_stratum(parts * parts, cells),
        layout.by_stratum(parts[met] * parts[order[at[met]]], shared),
        partners,
        rounding_of(category_scores, totals.by_group(totals.weights.sum(axis=1) ** 2), totals.by_group(totals.weights)),
    )


def rounding_of(category_scores: ArrayLike, squares: Floats, amounts: Floats) -> Floats:
    """Return below what a variance is rounding, of units that do not differ.

    `squares` are the sums of the squared weights of units, shape `(G,)`, `amounts` of weights, shape `(G, K)`.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        kish = np.nan_to_num(squares / amounts.sum(axis=1) ** 2)
    return np.asarray(_ROUNDING * np.abs(category_scores).max(initial=0.0) ** 2 * kish)


def correlations_from_sums(
    layout: StrataLayout,
    first: Floats,
    second: Floats,
    products: Floats,
    partners: NDArray[np.intp],
    rounding: Floats,
) -> Floats:
    """Return how the mean score of each group is correlated with that of another, from sums of the units' influences u.

    Args:
        layout: The strata.
        first: Σu by group and stratum, shape `(G, H)`; likewise
        second: Σu².
        products: Σuu' over the units that have answers also in the group's partner, u' being their influence there.
        partners: The number of the other group, shape `(G,)`; -1 for none.
        rounding: See `rounding_of`.

    Returns:
        Shape `(G,)`; 0 where there is no partner.

    Example:
        >>> layout = StrataLayout.of_sizes(np.array([3.0]), ["all"], None, "fail")
        >>> sums = np.zeros((2, 1)), np.array([[2.0], [8.0]]), np.array([[0.0], [1.0]])
        >>> correlations_from_sums(layout, *sums, np.array([-1, 0]), np.zeros(2)).tolist()
        [0.0, 0.25]
    """
    covariance, variance = products @ layout.factors, second @ layout.factors
    if len(layout.sampled) > 1:  # in one stratum the influences on a mean add up to 0
        means = first * np.sqrt(_shift(layout))
        covariance = covariance - (means * means[partners]).sum(axis=1)
        variance = variance - (means * means).sum(axis=1)
    variance = np.where(variance > rounding, variance, 0.0)
    return np.where(partners >= 0, _correlation(covariance, variance, variance[partners]), 0.0)


def _influences(
    totals: ClusterTotals, category_scores: ArrayLike, kept: Bools, population: Population, lonely: Lonely
) -> tuple[StrataLayout, UnitCells, Floats]:
    """Return the design, the cells of the groups that are kept, renumbered, and what each adds to its group's mean."""
    s = np.asarray(category_scores, dtype=np.float64)
    inside = kept[totals.groups]
    cells = UnitCells(totals.units[inside], (np.cumsum(kept) - 1)[totals.groups[inside]], int(kept.sum()))
    parts = np.nan_to_num(influence(totals, s[:, np.newaxis])[inside, 0])
    return StrataLayout.of(totals.strata, population, lonely), cells, parts


def _shift(layout: StrataLayout) -> Floats:
    """Return what a product of two sums over a stratum takes off a sum of products about their means, shape `(H,)`."""
    return np.asarray(layout.factors * layout.centers * (2 - layout.centers) / layout.sampled)


def _correlation(covariance: Floats, first: Floats, second: Floats) -> Floats:
    """Return the correlations, within -1..1; 0 where a variance is."""
    with np.errstate(invalid="ignore", divide="ignore"):
        found = covariance / np.sqrt(np.maximum(first, 0) * np.maximum(second, 0))
    return np.asarray(np.clip(np.nan_to_num(found, nan=0.0, posinf=0.0, neginf=0.0), -1.0, 1.0))


@attrs.frozen(eq=False)
class _Combined(Frozen):
    """A contrast of group means: its value, the influence of each unit (P,), which units take part, groups, answers."""

    value: float
    influence: Floats
    used: NDArray[np.bool_]
    groups: int
    n: float

    @classmethod
    def of(cls, totals: ClusterTotals, category_scores: ArrayLike, coefficients: ArrayLike) -> _Combined:
        s, c = np.asarray(category_scores, dtype=np.float64), np.atleast_1d(np.asarray(coefficients, dtype=np.float64))
        if c.shape != (totals.size,) or not np.isfinite(c).all() or not c.any():
            raise InvalidValueError(
                f"coefficients must be finite, one for each of {totals.size} groups, and not all 0: got {c.tolist()}"
            )
        amounts = totals.by_group(totals.weights)[c != 0]
        with np.errstate(invalid="ignore"):
            value = float(c[c != 0] @ (amounts @ s / amounts.sum(axis=1)))
        # only cells of groups that take part: an empty group has no mean, and 0 times NaN is NaN
        cells = c[totals.groups] != 0
        units, size = totals.units[cells], len(totals.strata)
        on_contrast = (influence(totals, s[:, np.newaxis])[:, 0] * c[totals.groups])[cells]
        used = sum_by(units, totals.weights[cells].sum(axis=1), size) > 0
        return cls(value, sum_by(units, on_contrast, size), used, len(amounts), float(totals.counts[cells].sum()))

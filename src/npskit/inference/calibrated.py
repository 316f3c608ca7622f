"""Estimates under calibrated weights: variances and correlations are those of what the margins leave unexplained.

See `npskit.inference.calibration` for the sources.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Codes, Floats
from npskit.data import Column, to_scale
from npskit.errors import IncompatibleError, counted
from npskit.inference.calibration import Calibration
from npskit.inference.clusters import checked_indices, sum_by, unit_codes
from npskit.inference.design import estimate_from_units
from npskit.inference.design_contrasts import correlations_of
from npskit.inference.estimate import Estimate
from npskit.inference.linearize import StrataLayout, UnitCells
from npskit.inference.strata import Population
from npskit.inference.unit_sums import Customers
from npskit.options import Lonely


def calibrated_estimate(
    calibration: Calibration,
    categories: ArrayLike,
    category_scores: ArrayLike,
    *,
    clusters: ArrayLike | Column | None = None,
    strata: ArrayLike | Column | None = None,
    population: Population = None,
    lonely: Lonely = "fail",
    customers: Customers = None,
) -> Estimate:
    """Return the mean category score under calibrated weights with its linearized variance.

    Args:
        calibration: The calibrated weights.
        categories: Index of each row's category, shape `(n,)`; negative for rows that are not to be scored.
        category_scores: What each category is worth, shape `(K,)`.
        clusters: Label of each row's sampling unit, shape `(n,)`; None where each row is one.
        strata: Label of each row's stratum, shape `(n,)`; None for a single one.
        population: Sampling units in the population; see `npskit.inference.strata`.
        lonely: What a stratum with a single sampling unit contributes.
        customers: Whether the units are customers; see `npskit.inference.design.Customers`.

    Returns:
        Of shape `()`. Degrees of freedom: units with weight, or Kish's number of customers, less their strata.

    Raises:
        InvalidTypeError: If the categories are not whole numbers, or labels are of mixed types.
        InvalidValueError: If a category is out of range, a label missing, or a stratum lonely and that is to fail.
        IncompatibleError: If columns differ in length.

    Example:
        >>> from npskit.inference.calibration import post_stratify
        >>> weights = post_stratify([1, 1, 1, 1, 1], ["a", "a", "a", "b", "b"], {"a": 0.5, "b": 0.5})
        >>> found = calibrated_estimate(weights, [0, 2, 2, 1, 2], [-100, 0, 100])
        >>> found.mean.round(3).item(), np.sqrt(found.variance).round(3).item()
        (41.667, 36.284)
    """
    s, w = np.asarray(category_scores, dtype=np.float64), to_scale(calibration.weights)
    kinds = checked_indices(categories, "categories", s.size, len(w)).astype(np.intp)
    inside = kinds >= 0
    codes, unit_strata = _units(strata, clusters, len(w))
    copies = _copies(calibration, clusters, codes)
    each = np.where(inside, w, 0.0)
    moved = _influence(calibration, kinds, s)
    per_unit = sum_by(codes, np.stack([moved, each, each * each], axis=-1), len(unit_strata))
    found = estimate_from_units(
        StrataLayout.of(unit_strata, population, lonely, copies),
        UnitCells.of_units(len(unit_strata), copies),
        per_unit[:, 0],
        per_unit[:, 1:],
        np.bincount(kinds[inside], calibration.times(w)[inside], minlength=s.size).astype(np.float64)[np.newaxis],
        s,
        np.array([calibration.times(inside.astype(np.float64)).sum()]),
        customers,
    )
    return found[0]


def calibrated_correlations(
    calibration: Calibration,
    categories: ArrayLike,
    category_scores: ArrayLike,
    groups: ArrayLike,
    *,
    clusters: ArrayLike | Column | None = None,
    strata: ArrayLike | Column | None = None,
    population: Population = None,
    lonely: Lonely = "fail",
) -> Floats:
    """Return how the mean scores of groups are correlated under calibrated weights.

    As `npskit.inference.group_correlations`, of what the margins leave unexplained: what units have in common because
    they are of one label of a margin is no chance any more.

    Args:
        calibration: The calibrated weights.
        categories: Index of each row's category, shape `(n,)`; negative for rows that are not to be scored.
        category_scores: What each category is worth, shape `(K,)`.
        groups: Number of each row's group, shape `(n,)`; negative for none.
        clusters: Label of each row's sampling unit, shape `(n,)`; None where each row is one.
        strata: Label of each row's stratum, shape `(n,)`; None for a single one.
        population: Sampling units in the population; see `npskit.inference.strata`.
        lonely: What a stratum with a single sampling unit contributes.

    Returns:
        Shape `(G, G)`, 1 on the diagonal; 0 for a group whose mean has no variance.

    Raises:
        InvalidTypeError: If categories or groups are not whole numbers, or labels are of mixed types.
        InvalidValueError: If a category is out of range, a label missing, or a stratum lonely and that is to fail.
        IncompatibleError: If columns differ in length.

    Example:
        >>> from npskit.inference.calibration import post_stratify
        >>> weights = post_stratify([1] * 6, ["a", "a", "a", "a", "b", "b"], {"a": 0.5, "b": 0.5})
        >>> who, wave = [1, 1, 2, 2, 3, 3], [0, 1, 0, 1, 0, 1]
        >>> calibrated_correlations(weights, [0, 0, 2, 2, 1, 1], [-100, 0, 100], wave, clusters=who).round(3).tolist()
        [[1.0, 1.0], [1.0, 1.0]]
    """
    s, n = np.asarray(category_scores, dtype=np.float64), len(calibration.weights)
    kinds = checked_indices(categories, "categories", s.size, n).astype(np.intp)
    places = checked_indices(groups, "groups", n + 1, n).astype(np.intp)
    codes, unit_strata = _units(strata, clusters, n)
    size = len(unit_strata)
    parts = np.empty((size, int(places.max(initial=-1)) + 1))
    for group in range(parts.shape[1]):
        moved = _influence(calibration, np.where(places == group, kinds, -1), s)
        parts[:, group] = np.nan_to_num(sum_by(codes, moved, size))
    copies = _copies(calibration, clusters, codes)
    layout = StrataLayout.of(unit_strata, population, lonely, copies)
    return correlations_of(layout.covariance(parts, UnitCells.of_units(size, copies))[0])


def _influence(calibration: Calibration, kinds: Codes, s: Floats) -> Floats:
    """Return by how much each row moves the mean, shape `(n,)`; NaN where nothing has weight."""
    w, inside = to_scale(calibration.weights), kinds >= 0
    amounts = np.bincount(kinds[inside], calibration.times(w)[inside], minlength=s.size).astype(np.float64)
    with np.errstate(invalid="ignore"):
        plain = np.where(inside, (s[np.maximum(kinds, 0)] - amounts @ s / amounts.sum()) / amounts.sum(), 0.0)
    return w * calibration.residuals(plain) if bool(np.isfinite(plain).all()) else plain


def _copies(calibration: Calibration, clusters: ArrayLike | Column | None, units: Codes) -> Floats | None:
    """Return how many equal sampling units each unit stands for, None for one."""
    if calibration.copies is None:
        return None
    if clusters is not None:
        raise IncompatibleError("rows that stand for several each have no clusters: give each row for itself")
    return sum_by(units, calibration.copies, len(units))


def _units(
    strata: ArrayLike | Column | None, clusters: ArrayLike | Column | None, n: int
) -> tuple[Codes, NDArray[Any]]:
    """Return the sampling unit of each row, and the stratum of each unit."""
    codes, unit_strata, _ = unit_codes(strata, np.arange(n) if clusters is None else clusters)
    if len(codes) != n:
        raise IncompatibleError(f"labels must be one per row: got {len(codes)} for {counted(n, 'weight')}")
    return codes, unit_strata

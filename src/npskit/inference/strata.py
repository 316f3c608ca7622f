"""Strata: what each contributes to the variance of a design, and what to do about one with a single sampling unit.

Var = Σₕ (1 − fₕ) nₕ/(nₕ−1) Σ_c (u_hc − ūₕ)², where u_hc is the total influence of sampling unit c of stratum h, nₕ the
number of units sampled and fₕ = nₕ/Nₕ the fraction (Cochran, "Sampling Techniques" (1977), sections 5.3 and 11.18;
Lumley, "Complex Surveys" (2010), section 2.2). A stratum with one unit has no nₕ − 1 to divide by: it is *lonely*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats
from npskit.checks import finite_number, one_of
from npskit.errors import InvalidValueError, quoted
from npskit.options import LONELY, Lonely

Population: TypeAlias = Mapping[Any, float] | float | None
"""Sampling units in the population: per stratum by its label, one number for each stratum, or None for very many."""


def stratum_factors(
    sampled: Floats, population: Population, lonely: Lonely, labels: Sequence[Any]
) -> tuple[Floats, Floats]:
    """Return the factor of each stratum's sum of squares, and the part of its mean that is subtracted first.

    Args:
        sampled: Sampling units per stratum, shape `(..., H)`. A stratum without any contributes nothing.
        population: Sampling units in the population.
        lonely: What a stratum with a single unit contributes.
        labels: Names of the H strata.

    Returns:
        Two arrays of shape `(..., H)`: (1 − f) n/(n − 1) with the lonely strata resolved, and 1, or 0 where the
        distance is from the mean of the whole sample.

    Raises:
        InvalidValueError: If a stratum is lonely and that is to fail, `lonely` is unknown, or `population` lacks a
            stratum or is smaller than the sample.

    Example:
        >>> factors, centers = stratum_factors(np.array([2.0, 1.0]), None, "average", ["north", "south"])
        >>> factors.tolist(), centers.tolist()
        ([4.0, 0.0], [1.0, 1.0])
    """
    one_of(lonely, LONELY, "lonely")
    unsampled = 1 - sampled / stratum_sizes(population, sampled, labels)
    with np.errstate(invalid="ignore", divide="ignore"):
        factors = np.where(sampled > 1, unsampled * sampled / (sampled - 1), 0.0)
    # a stratum that was sampled in full adds no variance, however few its units
    single = (sampled == 1) & (unsampled > 0)
    centers = np.ones_like(factors)
    if not single.any():
        return factors, centers
    # a sample of a single unit has an unknown variance, which is not a mistake in the strata
    if lonely == "fail" and len(labels) > 1:
        names = ", ".join(repr(labels[h]) for h in np.flatnonzero(single.reshape(-1, len(labels)).any(axis=0)).tolist())
        raise InvalidValueError(
            f"strata with a single sampling unit have no variance of their own: {names}; merge each with a similar "
            'stratum, or say lonely="adjust", "average", "certainty" or "remove"'
        )
    if lonely == "adjust":
        return np.where(single, unsampled, factors), np.where(single, 0.0, 1.0)
    if lonely == "certainty":
        return factors, centers
    strata, alone = ((a > 0).sum(axis=-1, keepdims=True) for a in (sampled, single))
    with np.errstate(invalid="ignore", divide="ignore"):
        kept = np.where(strata > alone, strata / (strata - alone) if lonely == "average" else 1.0, np.nan)
    return factors * kept, centers


def _size(value: Any) -> float:
    """Return a number of sampling units as a float; what it may be depends on how many were sampled."""
    return float(value) if isinstance(value, float | np.floating) else finite_number(value, "population")


def stratum_sizes(population: Population, sampled: Floats, labels: Sequence[Any]) -> Floats:
    """Return the sampling units in the population of each stratum, infinite where not given; refuse impossible ones."""
    if population is None:
        return np.full(len(labels), np.inf)
    if isinstance(population, Mapping):
        absent = [label for label in labels if label not in population]
        if absent:
            raise InvalidValueError(
                f"population must give the sampling units of every stratum: {', '.join(map(repr, absent))} not there"
            )
        sizes = np.array([_size(population[label]) for label in labels], np.float64)
    else:
        sizes = np.full(len(labels), _size(population))
    most = sampled.reshape(-1, len(labels)).max(axis=0, initial=0) if len(labels) else np.zeros(0)
    for label, size, units in zip(labels, sizes.tolist(), most.tolist(), strict=True):
        if not (size >= units and size > 0):
            raise InvalidValueError(
                f"population of stratum {quoted(label)} must be at least the {units:g} sampling units sampled: got "
                f"{size:g}"
            )
    return sizes


def stratified_variance(
    counts: ArrayLike,
    weights: ArrayLike,
    squares: ArrayLike,
    category_scores: ArrayLike,
    *,
    sampled: ArrayLike | None = None,
    population: Population = None,
    lonely: Lonely = "fail",
) -> Floats:
    """Return the variance of the weighted mean of a stratified sample without clusters.

    Each answer is a sampling unit, so sums per stratum and category give the exact Taylor variance: with one stratum,
    that of `npskit.inference.weighting.taylor_variance`. Degrees of freedom: answers less strata.

    Args:
        counts: Answers per stratum and category, shape `(..., H, K)`.
        weights: Sum of weights, shape `(..., H, K)`.
        squares: Sum of squared weights, shape `(..., H, K)`.
        category_scores: What each category is worth, shape `(K,)`.
        sampled: Answers sampled per stratum, shape `(..., H)`, where the counts are those of a part of the sample (a
            domain): all of it bears on the variance. The counts' own if None.
        population: Units in the population, by index of the stratum, or one number for each.
        lonely: What a stratum with a single answer contributes.

    Returns:
        Shape `(...)`, in squared units of the category scores; NaN where all weights are 0.

    Raises:
        InvalidValueError: If a stratum is lonely and that is to fail, or `population` does not fit the sample.

    Example:
        >>> counts = [[2, 1, 2], [1, 0, 3]]
        >>> stratified_variance(counts, counts, counts, [-1, 0, 1]).round(9).item()
        0.111111111
    """
    w, s = np.asarray(weights, dtype=np.float64), np.asarray(category_scores, dtype=np.float64)
    n = np.asarray(np.sum(counts, axis=-1) if sampled is None else sampled, dtype=np.float64)
    factors, centers = stratum_factors(n, population, lonely, range(n.shape[-1]))
    total = w.sum(axis=(-2, -1))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (w @ s).sum(axis=-1) / total
        # influences by stratum and category, relative to the total weight
        away = (s - mean[..., np.newaxis])[..., np.newaxis, :] / total[..., np.newaxis, np.newaxis]
        sums, scatter = (w * away).sum(axis=-1), (np.asarray(squares, dtype=np.float64) * away**2).sum(axis=-1)
        center = np.where(n > 0, centers * sums / n, 0.0)
        centered = scatter - center * (2 * sums - n * center)
        return np.asarray((factors * np.maximum(centered, 0.0)).sum(axis=-1))

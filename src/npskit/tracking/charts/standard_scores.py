"""Scores of periods in units of what is usual: what every control chart watches."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Floats
from npskit.checks import finite_number
from npskit.errors import InvalidTypeError, InvalidValueError, quoted
from npskit.inference import moments

# The mean distance of two independent standard normal values: 2/√π, in the three decimals of the control-chart tables.
_MEAN_DISTANCE = 1.128
# A variance of so little, relative to the squared range of the category scores, is rounding.
_NO_VARIANCE = 1e-24


class StandardScores(NamedTuple):
    """Scores of periods, standardized; NaN where there are no answers.

    Args:
        n: Answers, shape `(T,)`.
        values: Scores, shape `(T,)`.
        se: Standard errors by sampling alone, shape `(T,)`.
        z: Standardized scores, shape `(T,)`; NaN also where a season has no other period to say what is usual.
        center: The score of the reference periods together.
        centers: What is usual in each period, its season allowed for, shape `(T,)`.
        dispersion: σ_z.
    """

    n: Floats
    values: Floats
    se: Floats
    z: Floats
    center: float
    centers: Floats
    dispersion: float

    @property
    def answered(self) -> NDArray[np.bool_]:
        """Whether there is a standardized score."""
        return ~np.isnan(self.z)

    @property
    def scaled(self) -> Floats:
        """Scores divided by σ_z, z / σ_z, of the periods that have one."""
        return np.asarray(self.z[self.answered] / self.dispersion)


def laney_dispersion(z: ArrayLike) -> float:
    """Return σ_z = mean |zₜ - zₜ₋₁| / 1.128, at least 1: how much more successive scores vary than by sampling alone.

    Source: Laney, Quality Engineering 14 (2002) 531-537. The floor keeps a quiet reference from narrowing the limits.
    What must be true: periods are independent of each other; with a trend, or weeks that resemble their neighbors,
    successive scores differ too little and σ_z is too small.

    Args:
        z: Standardized scores in order of time, shape `(T,)`; NaN, where a period has no answers, is passed over.

    Raises:
        InvalidValueError: If there are fewer than two.

    Example:
        >>> round(laney_dispersion([0.0, 2.256, float("nan"), 0.0]), 6)
        2.0
    """
    found = np.asarray(z, dtype=np.float64)
    found = found[~np.isnan(found)]
    if found.size < 2:
        raise InvalidValueError(
            f"the dispersion needs two periods with answers: got {found.size}; give dispersion=1 to allow for sampling "
            "alone"
        )
    return max(1.0, float(np.abs(np.diff(found)).mean()) / _MEAN_DISTANCE)


def standardize(
    counts: Floats,
    category_scores: Floats,
    reference: Any,
    dispersion: float | None,
    season: NDArray[np.intp] | None = None,
) -> StandardScores:
    """Return the scores of periods standardized by what is usual in the reference periods.

    With seasons the center of each period is the score of the reference periods of its season, and the variance of the
    distance allows for how few these are: a score is part of the center that it is held against.

    Args:
        counts: Shape `(T, K)`.
        category_scores: Shape `(K,)`.
        reference: A slice, a mask or places; None for all periods.
        dispersion: σ_z, where it is known.
        season: The season of each period, from 0, shape `(T,)`.

    Raises:
        InvalidTypeError: If `reference` cannot be used.
        InvalidValueError: If the reference periods do not say what is usual.
    """
    usual = np.zeros(len(counts), dtype=np.bool_)
    try:
        usual[slice(None) if reference is None else reference] = True
    except Exception:  # each thing that is no place says it in its own way
        raise InvalidTypeError(
            f"reference must be a slice, a mask or places among the {len(counts)} periods: got {quoted(reference)}"
        ) from None
    # over a power of two, which changes no digit, so that no square is too large or too small for a number
    unit = int(np.frexp(np.abs(category_scores).max())[1])
    scores = np.ldexp(category_scores, -unit)
    n, values, _ = moments(counts, scores)
    total, center, variance = (float(x) for x in moments(counts[usual].sum(axis=0), scores))
    if not total > 0:
        raise InvalidValueError("reference: these periods have no answers; choose others, or leave it out for all")
    centers, shares = np.full(len(n), center), np.where(n > 0, 1.0, np.nan)
    if season is not None:
        held = np.zeros((int(season.max()) + 1, counts.shape[1]))
        np.add.at(held, season[usual], counts[usual])
        sizes, means, spread = moments(held, scores)
        known = sizes > 0
        variance = float(sizes[known] @ spread[known] / total)
        centers = means[season]
        # of a period in its own center the distance varies less, of one that is not, more
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = 1 + np.where(usual, -1, 1) * n / sizes[season]
        shares = np.where((n > 0) & (shares > 1e-9), shares, np.nan)
    if not variance > _NO_VARIANCE * float(np.ptp(scores)) ** 2:
        raise InvalidValueError(
            f"reference: all answers of these periods score {np.ldexp(center, unit):g}, which does not say how much is "
            "usual; choose more periods"
        )
    with np.errstate(invalid="ignore", divide="ignore"):
        se = np.sqrt(variance / n * shares)
        z = (values - centers) / se
    sigma = laney_dispersion(z[usual]) if dispersion is None else finite_number(dispersion, "dispersion", above=0)
    values, se, centers = (np.ldexp(each, unit) for each in (values, se, centers))
    return StandardScores(n, values, se, z, float(np.ldexp(center, unit)), centers, sigma)

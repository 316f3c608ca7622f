"""The kernel of design-based inference: from the influence of each answer to the covariance of estimates.

An estimate changes by its influence u with an answer, w(s − m)/Σw for a weighted mean; u adds up within a sampling
unit, and the spread of the units' totals within their strata is the covariance (Särndal, Swensson & Wretman, "Model
Assisted Survey Sampling" (1992), section 5.5; the formula is in `npskit.inference.strata`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Codes, Floats, Frozen
from npskit.inference.clusters import factorize, sum_by
from npskit.inference.strata import Population, stratum_factors, stratum_sizes
from npskit.options import Lonely


class UnitCells(NamedTuple):
    """The sampling unit and the group of each cell, both of shape `(C,)`, and the number of groups, G.

    No two cells share unit and group. With `copies`, shape `(C,)`, each is that many cells, of as many equal units.
    """

    units: Codes
    groups: Codes
    n_groups: int
    copies: Floats | None = None

    @classmethod
    def of_units(cls, size: int, copies: Floats | None = None) -> Self:
        """Return one cell for each of `size` units, all in one group."""
        return cls(np.arange(size), np.zeros(size, np.intp), 1, copies)

    def times(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the values, shape `(C, ...)`, as often as each cell is there."""
        return values if self.copies is None else values * self.copies.reshape(-1, *(1 for _ in values.shape[1:]))

    def by_group(self, values: NDArray[Any]) -> Floats:
        """Return the sums of `values`, shape `(C, ...)`, by group: shape `(G, ...)`."""
        return sum_by(self.groups, self.times(values), self.n_groups)


@attrs.frozen(eq=False)
class StrataLayout(Frozen):
    """Which sampling unit lies in which stratum, and how the strata add up.

    Args:
        strata: Index of each unit's stratum, shape `(P,)`.
        sampled: Units sampled per stratum, shape `(H,)`.
        factors: Factor of each stratum's sum of squares, shape `(H,)`.
        centers: Part of the stratum's mean that is subtracted first, shape `(H,)`.
        unsampled: Part of the stratum's population that is not in the sample, 0 for a census of it, shape `(H,)`.
    """

    strata: Codes
    sampled: Floats
    factors: Floats
    centers: Floats
    unsampled: Floats

    @classmethod
    def of(
        cls, labels: NDArray[Any], population: Population, lonely: Lonely, copies: Floats | None = None
    ) -> StrataLayout:
        """Return the layout of units by the label of each one's stratum, shape `(P,)`, each of them `copies` times."""
        strata, names = factorize(labels, "strata")
        sampled = np.bincount(strata, copies, minlength=len(names)).astype(np.float64)
        return cls.of_sizes(sampled, names.tolist(), population, lonely, strata)

    @classmethod
    def of_sizes(
        cls, sampled: Floats, names: Sequence[Any], population: Population, lonely: Lonely, strata: Codes | None = None
    ) -> StrataLayout:
        """Return the layout of strata of which it is known how many units were sampled, shape `(H,)`.

        Args:
            sampled: Units sampled per stratum.
            names: What the strata are called.
            population: See `npskit.inference.strata.Population`.
            lonely: See `npskit.options.Lonely`.
            strata: The stratum of each unit; none where only sums over units are known.
        """
        factors, centers = stratum_factors(sampled, population, lonely, names)
        unsampled = 1 - sampled / stratum_sizes(population, sampled, names)
        return cls(np.empty(0, np.intp) if strata is None else strata, sampled, factors, centers, unsampled)

    def by_stratum(self, values: NDArray[Any], cells: UnitCells) -> Floats:
        """Return the sums of `values`, shape `(C, ...)`, by group and stratum: shape `(G, H, ...)`."""
        shape = cells.n_groups, len(self.sampled)
        places = cells.groups * shape[1] + self.strata[cells.units]
        return sum_by(places, cells.times(values), shape[0] * shape[1]).reshape(*shape, *values.shape[1:])

    def variance_from_sums(self, first: Floats, second: Floats) -> Floats:
        """Return variances from sums of the units' influences u by stratum, those of absent units being 0.

        Args:
            first: Σu, shape `(..., H)`.
            second: Σu², shape `(..., H)`.
        """
        means = first * self.centers / self.sampled
        spread = second - 2 * means * first + self.sampled * means**2
        return np.asarray((self.factors * np.maximum(spread, 0.0)).sum(axis=-1))

    def covariance_from_sums(self, first: Floats, second: Floats) -> Floats:
        """Return covariances of estimates, shape `(E, E)`, from sums of what each unit adds to them, u, by stratum.

        Args:
            first: Σu, shape `(H, E)`.
            second: Σuuᵀ, shape `(H, E, E)`.
        """
        found = np.einsum("h,hef->ef", self.factors, second)
        if len(self.sampled) > 1:  # in one stratum the influences on a mean add up to 0
            shift = self.factors * self.centers * (2 - self.centers) / self.sampled
            found = found - np.einsum("h,he,hf->ef", shift, first, first)
        return np.asarray(found)

    def covariance(self, influence: Floats, cells: UnitCells) -> Floats:
        """Return the covariances of the estimates in each group, shape `(G, m, m)`.

        Args:
            influence: Of each cell on each estimate, shape `(C, m)`; 0 for a unit without a cell in the group.
            cells: Where each cell belongs.
        """
        units, groups, n_groups, _ = cells
        strata, m = self.strata[units], influence.shape[1]
        absent = self.sampled - self.by_stratum(np.ones(len(units)), cells)
        means = self.by_stratum(influence, cells) * (self.centers / self.sampled)[:, np.newaxis]
        away = influence - means[groups, strata]
        scaled = cells.times(away * self.factors[strata, np.newaxis])
        found = np.empty((n_groups, m, m))
        for j in range(m):
            for k in range(j, m):
                found[:, j, k] = np.bincount(groups, weights=away[:, j] * scaled[:, k], minlength=n_groups)
                found[:, j, k] += (absent * self.factors * means[..., j] * means[..., k]).sum(axis=1)
                found[:, k, j] = found[:, j, k]
        return found

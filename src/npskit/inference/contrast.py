"""A linear contrast of group means with its variance, from what each sampling unit adds to it."""

from __future__ import annotations

from typing import Self

import attrs
import numpy as np

from npskit.inference.limits import t_quantile
from npskit.options import ClusterCorrection
from npskit.results import LEVEL, Interval


@attrs.frozen
class Contrast:
    """A linear contrast of group means with its variance.

    Args:
        value: The contrast, in units of the category scores.
        variance: Its variance.
        df: Degrees of freedom of the variance.
    """

    value: float
    variance: float
    df: float

    @classmethod
    def by_design(cls, value: float, variance: float, units: int, strata: int, groups: int) -> Self:
        """Return a contrast of some groups with the variance of a design; not known of too few units in their strata.

        Args:
            value: The contrast.
            variance: Its variance.
            units: Sampling units that take part.
            strata: The strata that these are of.
            groups: The groups contrasted.
        """
        df = units - strata - (groups - 1)
        return cls(value, variance, float(df)) if df >= 1 else cls(value, float("nan"), float("nan"))

    @classmethod
    def robust(
        cls, value: float, square: float, clusters: int, n: float, groups: int, correction: ClusterCorrection = "CR1"
    ) -> Self:
        """Return a contrast of some groups with the variance that `cluster_robust` says; not known of a single cluster.

        Args:
            value: The contrast.
            square: ΣU² over the clusters' influences U.
            clusters: Clusters that take part.
            n: Answers of the groups contrasted.
            groups: The groups contrasted.
            correction: `"CR1"`, or `"CR0"` for none.
        """
        if clusters < 2:
            return cls(value, float("nan"), float("nan"))
        free = n - groups
        if correction == "CR1":
            square *= clusters / (clusters - 1) * (n - 1) / free if free > 0 else float("nan")
        return cls(value, square, float(clusters - 1))

    @property
    def se(self) -> float:
        """The standard error, in units of the category scores."""
        return float(np.sqrt(self.variance))

    @property
    def p_value(self) -> float:
        """Two-sided p-value of Student's t for no contrast; NaN where the variance is 0 or unknown."""
        from scipy.special import stdtr

        return float(2 * stdtr(self.df, -abs(self.value) / self.se)) if self.variance > 0 else float("nan")

    def interval(self, level: float = LEVEL) -> Interval:
        """Return value ± t SE.

        Raises:
            InvalidValueError: If `level` is not between 0 and 1.
        """
        margin = float(t_quantile(self.df, level)) * self.se
        return Interval(self.value - margin, self.value + margin, level=level, method="t")

"""A few groups held against each other, which may share sampling units: each with its estimate, and their contrast."""

from __future__ import annotations

from typing import Self

import attrs
import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats, Frozen
from npskit.inference.clusters import ClusterTotals
from npskit.inference.contrast import Contrast
from npskit.inference.design import design_estimate
from npskit.inference.design_contrasts import cluster_robust, design_contrast
from npskit.inference.estimate import Estimate
from npskit.inference.linearize import StrataLayout
from npskit.inference.unit_products import UnitProducts

# Of a sum of weights: less is rounding.
_ROUNDING = 1e-9


@attrs.frozen(eq=False)
class Influences(Frozen):
    """Sums over sampling units of what each adds to a contrast, U; each by stratum, of shape `(H,)`.

    Args:
        first: ΣU.
        second: ΣU².
        weighty: Units with weight in one of the groups at least.
    """

    first: Floats
    second: Floats
    weighty: Floats


@attrs.frozen(eq=False)
class ContrastedGroups(Frozen):
    """G groups of a sample, and a contrast of their means.

    Of one stratum the variance of the contrast is the cluster-robust one (`cluster_robust`), else that of the design
    (`design_contrast`).

    Args:
        estimate: Of each group, shape `(G,)`.
        contrast: Of their means.
        fewest: Of how many sampling units the answers of a group are, where they are of the fewest.
        weighted: Whether some answers weigh other than 1.
    """

    estimate: Estimate
    contrast: Contrast
    fewest: int
    weighted: bool

    @classmethod
    def of(cls, totals: ClusterTotals, category_scores: ArrayLike, coefficients: ArrayLike) -> Self:
        """Return the groups of sums per sampling unit.

        Args:
            totals: The sums.
            category_scores: What each category is worth, shape `(K,)`.
            coefficients: One for each group, shape `(G,)`, none of them 0.

        Raises:
            InvalidValueError: If there is not one coefficient for each group, or a stratum is lonely.

        Example:
            >>> from npskit.inference.clusters import cluster_totals
            >>> totals = cluster_totals([0, 2, 1, 2, 1, 0], 3, clusters=list("aabbcd"), groups=[0, 1] * 3, n_groups=2)
            >>> found = ContrastedGroups.of(totals, [-100, 0, 100], [-1, 1])
            >>> found.contrast.value, found.fewest, found.weighted
            (66.66666666666667, 3, False)
        """
        one_stratum = len(np.unique(totals.strata)) < 2
        there = totals.weights.sum(axis=1) > 0
        return cls(
            design_estimate(totals, category_scores, customers="all" if one_stratum else None),
            (cluster_robust if one_stratum else design_contrast)(totals, category_scores, coefficients),
            int(np.bincount(totals.groups[there], minlength=totals.size).min()),
            bool((totals.weights != totals.counts).any()),
        )

    @classmethod
    def of_products(
        cls, products: UnitProducts, category_scores: Floats, coefficients: Floats, influences: Influences
    ) -> Self:
        """Return the groups of sums over sampling units, as an engine adds them up.

        Args:
            products: The sums of each group.
            category_scores: What each category is worth, shape `(K,)`.
            coefficients: One for each group, shape `(G,)`, none of them 0.
            influences: The sums of what each unit adds to the contrast.

        Raises:
            InvalidValueError: If a stratum is lonely.
        """
        one_stratum = len(products.strata) < 2
        estimate = products.estimate(category_scores, customers="all" if one_stratum else None)
        value, n, groups = float(coefficients @ estimate.mean), float(products.n.sum()), len(coefficients)
        units, strata = int(influences.weighty.sum()), int((influences.weighty > 0).sum())
        if one_stratum:
            contrast = Contrast.robust(value, float(influences.second.sum()), units, n, groups)
        else:
            layout = StrataLayout.of_sizes(products.sampled, products.strata, None, "fail")
            variance = float(layout.variance_from_sums(influences.first, influences.second))
            contrast = Contrast.by_design(value, variance, units, strata, groups)
        alike = np.isclose([products.weights.sum(), products.squares.sum()], n, rtol=_ROUNDING)
        return cls(estimate, contrast, int(products.weighty.sum(axis=1).min()), not alike.all())

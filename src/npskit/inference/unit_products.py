"""Products of sums per sampling unit: what an engine adds up where units are too many to be sent.

The influence of a unit on a mean is linear in its sums of weights per category z: u = Σₖ zₖ(sₖ − m)/Σw. So the sums
over units that its variance needs, Σu and Σu², follow from Σz and Σzzᵀ, whatever the categories are worth, and a group
takes K(K + 1)/2 numbers and some more, however many units it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Floats, Frozen
from npskit.inference.design_contrasts import correlations_from_sums, rounding_of
from npskit.inference.estimate import Estimate
from npskit.inference.linearize import StrataLayout
from npskit.inference.strata import Population
from npskit.inference.unit_sums import Customers, UnitSums, estimate_from_sums
from npskit.options import Lonely


@attrs.frozen(eq=False)
class UnitProducts(Frozen):
    """Sums over sampling units, by group and stratum.

    With z the sums of weights of a unit per category, and W = Σz its weight:

    Args:
        n: Answers, shape `(G,)`.
        weights: Σz, shape `(G, H, K)`.
        products: Σzzᵀ, shape `(G, H, K, K)`.
        squares: Sum of the squared weights of single answers, shape `(G, H)`.
        powers: ΣW³, ΣW⁴ and ΣW⁵, shape `(3, G)`.
        largest: The largest W, shape `(G,)`.
        weighty: Units with weight, shape `(G, H)`.
        sampled: Units of the whole sample, shape `(H,)`.
        strata: What the strata are called.
    """

    n: Floats
    weights: Floats
    products: Floats
    squares: Floats
    powers: Floats
    largest: Floats
    weighty: Floats
    sampled: Floats
    strata: Sequence[Any]

    def estimate(
        self, category_scores: Floats, *, population: Population = None, lonely: Lonely = "fail", customers: Customers
    ) -> Estimate:
        """Return the estimate of each group, as `npskit.inference.design.design_estimate` does from the units.

        Args:
            category_scores: What each category is worth, shape `(K,)`.
            population: See `design_estimate`.
            lonely: See `design_estimate`.
            customers: See `design_estimate`.

        Raises:
            InvalidValueError: See `design_estimate`.

        Example:
            >>> z = np.array([[1.0, 1.0], [0.0, 2.0], [1.0, 1.0]])  # three units, two categories
            >>> W = z.sum(axis=1)
            >>> sums = UnitProducts(
            ...     np.array([6.0]), z.sum(axis=0)[None, None], (z.T @ z)[None, None], np.array([[6.0]]),
            ...     np.array([[(W**k).sum()] for k in (3, 4, 5)]), np.array([2.0]), np.array([[3.0]]),
            ...     np.array([3.0]), ["all"],
            ... )
            >>> found = sums.estimate(np.array([0.0, 100.0]), customers=None)
            >>> found.mean.round(2).tolist(), np.sqrt(found.variance).round(2).tolist()
            ([66.67], [16.67])
        """
        layout = StrataLayout.of_sizes(self.sampled, self.strata, population, lonely)
        amounts = self.weights.sum(axis=1)
        total = amounts.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            variance = layout.variance_from_sums(*self._influences(category_scores))
            whole = np.where(
                (self.n == 0)[:, np.newaxis], 1.0, total[:, np.newaxis]
            )  # of what is not there, sums are 0
            squared = self.products.sum(axis=(2, 3)) / whole**2
            powers = self.powers / whole[:, 0] ** np.array([[3], [4], [5]])
            sums = UnitSums(
                variance,
                self.weighty,
                self.weights.sum(axis=2) / whole,
                squared,
                self.squares / whole**2,
                np.concatenate([squared.sum(axis=1)[np.newaxis], powers]),
                np.nan_to_num(self.largest / whole[:, 0]),
            )
        return estimate_from_sums(layout, sums, amounts, category_scores, self.n, customers)

    def correlations(
        self,
        category_scores: Floats,
        products: Floats,
        partners: NDArray[np.intp],
        *,
        population: Population = None,
        lonely: Lonely = "fail",
    ) -> Floats:
        """Return how the score of each group is correlated with that of another, as `partner_correlations` does.

        Args:
            category_scores: What each category is worth, shape `(K,)`.
            products: Σzz'ᵀ, z' being what a unit has in the group's partner: shape `(G, H, K, K)`.
            partners: The number of the other group, shape `(G,)`; -1 for none.
            population: See `npskit.inference.design_contrasts.design_contrast`.
            lonely: See there.

        Returns:
            Shape `(G,)`; 0 where there is no partner.
        """
        layout = StrataLayout.of_sizes(self.sampled, self.strata, population, lonely)
        away = np.nan_to_num(self.slopes(category_scores))
        first, second = map(np.nan_to_num, self._influences(category_scores))
        shared = np.einsum("ghjk,gj,gk->gh", products, away, away[partners])
        rounding = rounding_of(category_scores, self.products.sum(axis=(1, 2, 3)), self.weights.sum(axis=1))
        return correlations_from_sums(layout, first, second, shared, partners, rounding)

    def slopes(self, category_scores: Floats) -> Floats:
        """Return by how much a unit of weight in each category moves the mean of a group: shape `(G, K)`."""
        amounts = self.weights.sum(axis=1)
        total = amounts.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            away = (category_scores - (amounts @ category_scores / total)[:, np.newaxis]) / total[:, np.newaxis]
        return np.where((self.n == 0)[:, np.newaxis], 0.0, away)

    def _influences(self, category_scores: Floats) -> tuple[Floats, Floats]:
        """Return Σu and Σu² by group and stratum, u being the influence of a unit on the mean of its group."""
        away = self.slopes(category_scores)
        first = np.einsum("ghk,gk->gh", self.weights, away)
        return first, np.einsum("ghjk,gj,gk->gh", self.products, away, away)

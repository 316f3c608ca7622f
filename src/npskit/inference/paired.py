"""The same customers twice: did their score move, and did the answers move at all?

What is known is a square table: N_ij customers answered i before and j after. The two answers of a customer resemble
each other, so the two scores must not be compared as if they came from different people: the difference within each
customer is one answer of its own, worth s_j - s_i, and everything known about a mean worth applies to it.

Where a customer contributes several moves, they are not independent; what then is needed beside the table is the sum
over customers of the products of their own tables. `Moves` holds both, and everything here takes one or the other.

For any of it to mean something, customers must be independent of each other, and those who answered twice must stand
for those one wants to speak of: who does not come back is not in the table.
"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray
from typing_extensions import Self

from npskit.errors import IncompatibleError, InvalidValueError
from npskit.inference.constrained import Floats
from npskit.inference.design import as_estimate
from npskit.inference.estimate import Estimate
from npskit.inference.k_sample import ChiSquareTest
from npskit.inference.linearize import influence_covariance
from npskit.inference.two_sample import normal_p

MOST_CELLS = 4096
# Relative to 1, the largest entry of a scaled matrix of whole numbers; what is smaller is rounding.
_SINGULAR = 1e-11


@attrs.frozen(eq=False)
class Moves:
    """How many moves from each category to each, and how those of one customer go together: a mergeable statistic.

    Moves of disjoint sets of customers merge with `+`.

    Args:
        counts: Moves from category i to j in each group, shape `(G, K, K)`.
        products: Sum over customers of n_a n_b for every two cells a and b of their own table, shape
            `(G·K·K, G·K·K)`; None where no customer moved twice, since it is then diagonal.
        customers: How many customers moved.
        by_group: How many of them in each group, shape `(G,)`.
        leaving: How many of them from each category in each group, shape `(G, K)`.
    """

    counts: NDArray[Any]
    products: Floats | None
    customers: float
    by_group: NDArray[Any]
    leaving: NDArray[Any]

    @classmethod
    def of_table(cls, table: ArrayLike) -> Self:
        """Return the moves of customers who moved once each, from their table: shape `(K, K)`.

        Raises:
            InvalidValueError: If it is not square, or a count is negative or not finite.

        Example:
            >>> Moves.of_table([[3, 1], [2, 4]]).customers
            10.0
        """
        counts = np.asarray(table, dtype=np.float64)
        if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or counts.shape[0] < 2:
            raise InvalidValueError(f"table must be square, from category to category: got shape {counts.shape}")
        bad = np.argwhere(~((counts >= 0) & (counts < np.inf)))
        if bad.size:
            i, j = bad[0].tolist()
            raise InvalidValueError(f"table must be finite and not negative: got {counts[i, j]:g} at [{i}, {j}]")
        rows = counts.sum(axis=1)
        return cls(counts[np.newaxis], None, float(counts.sum()), counts.sum(keepdims=True)[0], rows[np.newaxis])

    @classmethod
    def of(
        cls,
        customers: NDArray[np.integer[Any]],
        before: NDArray[np.integer[Any]],
        after: NDArray[np.integer[Any]],
        n_categories: int,
        groups: NDArray[np.integer[Any]] | None = None,
        n_groups: int = 1,
    ) -> Self:
        """Count moves, those of one customer beside each other.

        Args:
            customers: Who moved, shape `(n,)`, equal customers side by side.
            before: The category moved from, shape `(n,)`.
            after: The category moved to, shape `(n,)`.
            n_categories: K.
            groups: Which group each move is in, shape `(n,)`; None for a single one.
            n_groups: G.

        Raises:
            InvalidValueError: If customers move more than once and there are more than `MOST_CELLS` cells.

        Example:
            >>> moves = Moves.of(np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([1, 1, 0]), 2)
            >>> moves.counts[0].tolist(), moves.customers
            ([[0, 1], [1, 1]], 2)
        """
        k, size = n_categories, n_groups * n_categories * n_categories
        cells = before.astype(np.intp) * k + after
        if groups is not None:
            cells += groups.astype(np.intp) * (k * k)
        counts = np.bincount(cells, minlength=size).reshape(n_groups, k, k)
        new = customers[1:] != customers[:-1]
        if new.all():
            leaving = counts.sum(axis=2)
            return cls(counts, None, cells.size, leaving.sum(axis=1), leaving)
        if size > MOST_CELLS:
            raise InvalidValueError(
                f"n_groups: {n_groups} groups of {k} categories make {size:,} kinds of moves, and where customers move "
                f"more than once at most {MOST_CELLS:,} can be held against each other; choose fewer groups, or the "
                "first and last answer of each customer only"
            )
        who = np.concatenate([[0], np.cumsum(new)])
        n = int(who[-1]) + 1
        tables = np.bincount(who * size + cells, minlength=n * size).reshape(n, size).astype(np.float64)
        left = tables.reshape(n, n_groups, k, k).sum(axis=3) > 0
        return cls(counts, tables.T @ tables, n, left.any(axis=2).sum(axis=0), left.sum(axis=0))

    def __add__(self, other: object) -> Self:
        if not isinstance(other, Moves):
            return NotImplemented
        if self.counts.shape != other.counts.shape:
            raise IncompatibleError(
                f"only moves of like groups and categories merge: got {self.counts.shape} and {other.counts.shape}"
            )
        one_each = self.products is None and other.products is None
        return type(self)(
            self.counts + other.counts,
            None if one_each else self._products() + other._products(),
            self.customers + other.customers,
            self.by_group + other.by_group,
            self.leaving + other.leaving,
        )

    def _products(self) -> Floats:
        return np.diag(self.counts.ravel().astype(np.float64)) if self.products is None else self.products

    def scatter(self, values: Floats) -> Floats:
        """Return Σ xxᵀ over customers, x being the sum of `values`, shape `(cells, m)`, over a customer's moves."""
        if self.products is None:
            return values.T @ (self.counts.ravel()[:, np.newaxis] * values)
        return values.T @ self.products @ values

    def mean(self, values: Floats, inside: NDArray[np.bool_], customers: float) -> Estimate:
        """Return the mean of `values` over the moves `inside`, with its variance clustered by customer.

        Args:
            values: What a move is worth, shape `(cells,)`.
            inside: Which cells are asked about, shape `(cells,)`.
            customers: How many customers have moves inside.
        """
        counts = self.counts.ravel()[inside]
        if self.products is None:
            return Estimate.from_sums(counts, values[inside])
        n = np.array([counts.sum()], dtype=np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            off = np.where(inside, values - counts @ values[inside] / n, 0.0)
            # The customers' influences enter through their sum of squares alone; their sum is 0.
            spread = float(off @ self.products @ off) / n**2 * self.customers / (self.customers - 1)
        variance = np.where(customers < 2, np.nan, spread)
        df = np.array([customers - 1.0])
        return as_estimate(counts[np.newaxis].astype(float), values[inside], n, variance, n, df, grouped=False)

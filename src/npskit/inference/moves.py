"""Moves of the same customers from category to category, counted so that shards of customers add up."""

from __future__ import annotations

from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Floats, Frozen
from npskit.errors import IncompatibleError, InvalidValueError
from npskit.inference.effective import answers_df
from npskit.inference.estimate import Estimate
from npskit.inference.limits import checked_counts
from npskit.inference.sparse_table import SparseTable
from npskit.inference.unit_sums import Precision, as_estimate

# Pairs of kinds of moves that one customer made both of: 12 bytes each.
MOST_PAIRS = 20_000_000
# Of a sum of squares, against the same sum without cancellation: what is smaller is rounding.
_ROUNDING = 1e-14


@attrs.frozen(eq=False)
class Moves(Frozen):
    """Counts of moves between categories, and how the moves of one customer combine: a mergeable statistic.

    Moves of disjoint sets of customers merge with `+`.

    Args:
        counts: Moves from category i to j in each group, shape `(G, K, K)`.
        products: Sum over customers of n_a n_b for every two cells a and b of their own table, shape
            `(G·K·K, G·K·K)`: few customers make moves of many kinds. None where no customer moved twice, since it is
            then diagonal.
        customers: How many customers moved.
        by_group: How many of them in each group, shape `(G,)`.
        leaving: How many of them from each category in each group, shape `(G, K)`.
        leaving_any: How many of them from each category, in whatever group, shape `(K,)`.
    """

    counts: NDArray[Any]
    products: SparseTable | None
    customers: float
    by_group: NDArray[Any]
    leaving: NDArray[Any]
    leaving_any: NDArray[Any]

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
        checked_counts(counts, np.zeros(len(counts)))
        rows = counts.sum(axis=1)
        return cls(counts[np.newaxis], None, float(counts.sum()), counts.sum(keepdims=True)[0], rows[np.newaxis], rows)

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
        """Count moves, sorted by customer.

        Args:
            customers: Who moved, shape `(n,)`, equal customers side by side.
            before: The category moved from, shape `(n,)`.
            after: The category moved to, shape `(n,)`.
            n_categories: K.
            groups: Which group each move is in, shape `(n,)`; None for a single one.
            n_groups: G.

        Raises:
            InvalidValueError: If customers make more than `MOST_PAIRS` pairs of different moves.

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
            return cls(counts, None, cells.size, leaving.sum(axis=1), leaving, leaving.sum(axis=0))
        who = np.concatenate([[0], np.cumsum(new)])
        left = _distinct(who * (n_groups * k) + cells // k)
        person, group, category = left // (n_groups * k), left // k % n_groups, left % k
        by_group = np.bincount(_distinct(person * n_groups + group) % n_groups, minlength=n_groups)
        leaving = np.bincount(left % (n_groups * k), minlength=n_groups * k).reshape(n_groups, k)
        leaving_any = np.bincount(_distinct(person * k + category) % k, minlength=k)
        return cls(counts, _products_of(who, cells, size), int(who[-1]) + 1, by_group, leaving, leaving_any)

    def __add__(self, other: object) -> Self:
        if not isinstance(other, Moves):
            return NotImplemented
        if self.counts.shape != other.counts.shape:
            raise IncompatibleError(
                f"only moves of like groups and categories merge: got {self.counts.shape} and {other.counts.shape}"
            )
        one_each = self.products is None and other.products is None
        products = None if one_each else SparseTable.of(self._products() + other._products())
        names = ("counts", "customers", "by_group", "leaving", "leaving_any")
        return type(self)(products=products, **{name: getattr(self, name) + getattr(other, name) for name in names})

    def _products(self) -> Any:
        from scipy.sparse import diags_array

        if self.products is None:
            return diags_array(self.counts.ravel().astype(np.float64), format="csr")
        return self.products.array()

    def scatter(self, values: Floats) -> Floats:
        """Return Σ xxᵀ over customers, x being the sum of `values`, shape `(cells, m)`, over a customer's moves."""
        if self.products is None:
            return values.T @ (self.counts.ravel()[:, np.newaxis] * values)
        return np.asarray(values.T @ (self._products() @ values))

    def mean(
        self, values: Floats, inside: NDArray[np.bool_], customers: float, ceiling: float | None = None
    ) -> Estimate:
        """Return the mean of `values` over the moves `inside`, with its variance clustered by customer.

        Args:
            values: What a move is worth, shape `(cells,)`.
            inside: Which cells are asked about, shape `(cells,)`.
            customers: How many customers have moves inside.
            ceiling: The most independent moves that intervals may take them for; None for as many as there are.
        """
        counts = self.counts.ravel()[inside]
        if self.products is None:
            return Estimate.from_sums(counts, values[inside])
        n, products = float(counts.sum()), self._products()
        with np.errstate(invalid="ignore", divide="ignore"):
            # The sum of squares over customers of their influences, which themselves sum to 0.
            off = np.where(inside, values - counts @ values[inside] / np.float64(n), 0.0)
        squares, size = (x @ (products @ x) for x in (off, np.abs(off)))
        kept = np.array([0.0 if squares <= _ROUNDING * size else squares])
        total = inside.astype(np.float64)
        amounts = counts[np.newaxis].astype(np.float64)
        most = n if ceiling is None else ceiling
        return self._clustered(amounts, values[inside], kept, float(total @ (products @ total)), customers, most)[0]

    def leaving_shares(self, before: int) -> Estimate:
        """Return which share of the moves from a category leads to each, 0..1, of a single group: shape `(K,)`.

        As `mean` of 1 for moves to a category and 0 for others, for all categories at once.

        Args:
            before: The category moved from.

        Example:
            >>> Moves.of_table([[3, 1], [2, 4]]).leaving_shares(0).mean.tolist()
            [0.75, 0.25]
        """
        k, values = self.counts.shape[-1], np.array([0.0, 1.0])
        counts = self.counts[0, before].astype(np.float64)
        total = counts.sum()
        amounts = np.stack([total - counts, counts], axis=1)
        if self.products is None:
            return Estimate.from_sums(amounts, values)
        cells = slice(before * k, (before + 1) * k)
        block = self._products()[cells, cells].toarray()
        own, rows, whole = np.diagonal(block), block.sum(axis=1), block.sum()
        with np.errstate(invalid="ignore", divide="ignore"):
            share = counts / total
            # sums over customers of the squares of their influences, and of their sizes
            squares = own - 2 * share * rows + share**2 * whole
            size = share**2 * (whole - 2 * rows + own) + 2 * share * (1 - share) * (rows - own) + (1 - share) ** 2 * own
        kept = np.where(squares <= _ROUNDING * size, 0.0, squares)
        return self._clustered(amounts, values, kept, whole, float(self.leaving[0, before]), total)

    def _clustered(
        self, amounts: Floats, values: Floats, squares: Floats, moves_squared: float, customers: float, most: float
    ) -> Estimate:
        """Return estimates from the sums over customers of their squared influences and of their squared moves."""
        n = amounts.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            factor = self.customers / np.float64(self.customers - 1)
            variance = squares * factor / n**2
            # Kish's number of customers: one who moves a lot must not count as many
            kish = n**2 / moves_squared
            # as `npskit.inference.effective.units_df`, which needs to know more of each customer
            small = np.maximum(kish / (kish - 1) / factor, 1.0)
        variance = np.where(customers < 2, np.nan, variance)
        none = np.zeros(n.size)
        own, units = answers_df(kish, customers), np.full(n.size, customers)
        precision = Precision(kish, own, none, kish, small, np.full(n.size, most), none, units)
        return as_estimate(amounts, values, n, variance, kish - 1, precision)

    def group_means(self, values: Floats, inside: NDArray[np.bool_]) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Return the means of `values` over the moves `inside`, their covariances, and which groups share customers.

        Args:
            values: What a move is worth, whatever its group, shape `(K·K,)`.
            inside: Which moves are asked about, likewise.

        Returns:
            Means, shape `(G,)`, NaN where there are no moves; covariances, clustered by customer over all groups, shape
            `(G, G)`; and whether a customer has moves in both of two groups, shape `(G, G)`.
        """
        groups, kinds = len(self.counts), values.size
        counts = self.counts.reshape(groups, kinds) * inside
        n = counts.sum(axis=1, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            means = (counts @ values) / n[:, 0]
            influence = np.where(inside & (n > 0), (values - means[:, np.newaxis]) / n, 0.0).ravel()
        factor = self.customers / (self.customers - 1) if self.customers > 1 else np.nan
        products = self._products().tocoo()
        row, column = (index.astype(np.intp) for index in products.coords)
        place = row // kinds * groups + column // kinds
        amounts = products.data * influence[row] * influence[column]
        covariances, shared = (
            np.bincount(place, weights=weights, minlength=groups * groups).reshape(groups, groups)
            for weights in (amounts, products.data)
        )
        return means, np.asarray(covariances * factor, dtype=np.float64), shared > 0

    def group(self, index: int) -> Self:
        """Return the moves of one group."""
        counts, products = self.counts[index : index + 1], None
        if self.products is not None:
            cells = slice(index * counts.size, (index + 1) * counts.size)
            part = self._products()[cells, cells]
            # Every customer moved once in this group: its moves are independent.
            once = part.nnz == np.count_nonzero(counts) and np.array_equal(part.diagonal(), counts.ravel())
            products = None if once else SparseTable.of(part)
        leaving, by_group = self.leaving[index : index + 1], self.by_group[index : index + 1]
        return type(self)(counts, products, self.by_group[index], by_group, leaving, leaving[0])

    def merged(self) -> Self:
        """Return the moves of all groups together, as one group."""
        groups, k = self.counts.shape[:2]
        counts, products = self.counts.sum(axis=0, keepdims=True), self.products
        if products is not None and groups > 1:
            from scipy.sparse import csr_array

            found = self._products().tocoo()
            row, column = (index % (k * k) for index in found.coords)
            products = SparseTable.of(csr_array((found.data, (row, column)), shape=(k * k, k * k)))
        leaving = self.leaving_any[np.newaxis]
        return type(self)(counts, products, self.customers, np.array([self.customers]), leaving, self.leaving_any)


def _distinct(keys: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the distinct keys, rising; by sorting, since NumPy's hash table takes seconds where keys are regular."""
    found = np.sort(keys)
    return found[np.diff(found, prepend=-1) > 0]


def _products_of(who: NDArray[np.intp], cells: NDArray[np.intp], size: int) -> SparseTable:
    """Return the sum over customers, 0, 1, ... side by side, of the products of their counts of moves, sparse."""
    from scipy.sparse import csr_array

    tables = csr_array((np.ones(cells.size), (who, cells)), shape=(int(who[-1]) + 1, size))
    tables.sum_duplicates()
    kinds = np.diff(tables.indptr).astype(np.float64)
    if min(float(kinds @ kinds), float(size) ** 2) > MOST_PAIRS:
        raise InvalidValueError(
            f"customers make moves of up to {int(kinds.max()):,} of {size:,} kinds each, more than can be held against "
            'each other; take groups or categories that are coarser, or mode="first_last"'
        )
    return SparseTable.of(tables.T @ tables)

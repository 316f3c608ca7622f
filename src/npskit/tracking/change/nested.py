"""Counts of nested segments in two periods: shares within shares, Shapley's effects of them, and their derivatives."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Floats
from npskit.errors import InvalidTypeError, InvalidValueError

MOST_DIMENSIONS = 6


@attrs.frozen(eq=False)
class NestedCells:
    """Counts (2, S, K) of floats or fractions, with the prefixes of each segment's codes and the masses of these."""

    counts: NDArray[Any]
    category_scores: NDArray[Any]
    codes: NDArray[np.intp]
    prefixes: tuple[NDArray[np.intp], ...]  # of length 0..D, shape (S,) each
    masses: NDArray[Any]  # of each segment's prefixes, shape (2, D + 1, S)
    means: NDArray[Any]  # the same, their mean category scores; the other period's, or 0, where there is no answer
    conditional: NDArray[Any]  # share of each prefix in the one before it, shape (2, D, S); filled likewise

    @classmethod
    def of(
        cls, before: ArrayLike, after: ArrayLike, category_scores: ArrayLike, codes: ArrayLike | None
    ) -> NestedCells:
        """Return the cells of two tables; arguments as for `npskit.tracking.change.mix_rate.mix_and_rate`."""
        counts, s = checked_tables(before, after, category_scores)
        table = checked_codes(codes, counts.shape[1])
        dimensions = table.shape[1]
        prefixes = [np.zeros(len(table), dtype=np.intp)]
        for d in range(dimensions):
            pairs = prefixes[-1] * (int(table[:, d].max(initial=0)) + 1) + table[:, d]
            prefixes.append(np.unique(pairs, return_inverse=True)[1].astype(np.intp))
        own, worth = counts.sum(axis=2), counts @ s
        masses = np.stack([[_spread(p, m) for p in prefixes] for m in own])
        sums = np.stack([[_spread(p, m) for p in prefixes] for m in worth])
        there = masses > 0
        means = filled(_ratio(sums, masses), there)
        conditional = filled(_ratio(masses[:, 1:], masses[:, :-1]), there[:, :-1])
        return cls(counts, s, table, tuple(prefixes), masses, means, conditional)

    @property
    def dimensions(self) -> int:
        """The number of dimensions, D."""
        return len(self.prefixes) - 1

    @property
    def total(self) -> NDArray[Any]:
        """The mass of each period, shape (2,)."""
        return np.asarray(self.counts.sum(axis=(1, 2)))

    @property
    def overall(self) -> tuple[Any, Any]:
        """The score of each period, NaN where there is no answer."""
        sums = (self.counts @ self.category_scores).sum(axis=1)
        before, after = (s / m if m > 0 else np.nan for s, m in zip(sums, self.total, strict=True))
        return before, after

    @property
    def shares(self) -> NDArray[Any]:
        """Share of each segment, shape (2, S); NaN where the period has no answer."""
        there = np.broadcast_to((self.total > 0)[:, np.newaxis], self.masses[:, -1].shape)
        return _or_nan(_ratio(self.masses[:, -1], np.broadcast_to(self.total[:, np.newaxis], there.shape)), there)

    @property
    def scores(self) -> NDArray[Any]:
        """Score of each segment, shape (2, S); NaN where it has no answer."""
        return _or_nan(self.means[:, -1], self.masses[:, -1] > 0)

    def orders(self) -> list[tuple[tuple[int, ...], list[Any]]]:
        """Return each choice of a period for every factor, with Shapley's coefficient of it in every effect."""
        factors = self.dimensions + 1
        exact = self.counts.dtype == object
        found = []
        for number in range(1 << factors):
            chosen = tuple(number >> f & 1 for f in range(factors))
            row = []
            for f in range(factors):
                others = sum(chosen) - chosen[f]
                weight = Fraction(
                    math.factorial(others) * math.factorial(factors - 1 - others), math.factorial(factors)
                )
                signed = weight if chosen[f] else -weight
                row.append(signed if exact else float(signed))
            found.append((chosen, row))
        return found

    def weights_of(self, chosen: tuple[int, ...]) -> NDArray[Any]:
        """Return the share of each segment with the shares of the chosen periods, shape (S,)."""
        found = self.conditional[chosen[0], 0]
        for d in range(1, self.dimensions):
            found = found * self.conditional[chosen[d], d]
        return np.asarray(found)

    def effects(self) -> NDArray[Any]:
        """Return what each segment adds through each factor, shape (S, D + 1).

        The category scores of a dimension's mix are counted from the average score of the part it divides: what a share
        gains, its neighbors lose, so that the sum is the same, and a segment's part says whether it is a better or a
        worse one that gained.
        """
        centers = (self.means[0] + self.means[1]) / 2
        found: list[Any] = [0] * (self.dimensions + 1)
        for chosen, coefficients in self.orders():
            share, score = self.weights_of(chosen), self.means[chosen[-1], -1]
            for d in range(self.dimensions):
                found[d] = found[d] + coefficients[d] * share * (score - centers[d])
            found[-1] = found[-1] + coefficients[-1] * share * score
        return np.stack(found, axis=-1)

    def slopes(self) -> Slopes:
        """Return the derivatives of the effects, in floats."""
        masses, means, shares = (a.astype(np.float64) for a in (self.masses, self.means, self.conditional))
        floats = attrs.evolve(
            self, counts=self.counts.astype(np.float64), category_scores=self.category_scores.astype(np.float64),
            masses=masses, means=means, conditional=shares,
        )  # fmt: skip
        return Slopes.of(floats)


@attrs.frozen(eq=False)
class Slopes:
    """How an answer moves the effects of each segment.

    An answer of worth x in period t moves effect f of segment s by Σⱼ αⱼ + βⱼx over the prefixes of s, of length j,
    that it lies in: whether it lies in the same region, and the same channel there, is all that matters.
    """

    cells: NestedCells
    constant: Floats  # α, shape (2, D + 1 prefixes, S, D + 1 effects)
    linear: Floats  # β

    @classmethod
    def of(cls, cells: NestedCells) -> Slopes:
        """Return the slopes of cells of floats."""
        depth, segments = cells.dimensions + 1, len(cells.codes)
        constant = np.zeros((2, depth, segments, depth))
        linear = np.zeros_like(constant)
        inverse = _ratio(np.ones_like(cells.masses), cells.masses)
        there = cells.masses > 0
        centers = (cells.means[0] + cells.means[1]) / 2
        for chosen, coefficients in cells.orders():
            share, score = cells.weights_of(chosen), cells.means[chosen[-1], -1]
            for t in range(2):
                for f, coefficient in enumerate(coefficients):
                    center = centers[f] if f < cells.dimensions else 0.0
                    moved = coefficient * share
                    value = moved * (score - center)
                    for d in range(cells.dimensions):
                        # the period whose shares are really used: the other one where this has nothing to divide
                        used = there[t, d] if chosen[d] == t else there[t, d] & ~there[1 - t, d]
                        constant[t, d + 1, :, f] += np.where(used, value * inverse[t, d + 1], 0.0)
                        constant[t, d, :, f] -= np.where(used, value * inverse[t, d], 0.0)
                    used = there[t, -1] if chosen[-1] == t else there[t, -1] & ~there[1 - t, -1]
                    slope = np.where(used, moved * inverse[t, -1], 0.0)
                    linear[t, -1, :, f] += slope
                    constant[t, -1, :, f] -= slope * cells.means[t, -1]
                    if f < cells.dimensions:
                        # half of the center is this period's, all of it where the other has nothing
                        half = np.where(there[1 - t, f], 0.5, 1.0)
                        slope = np.where(there[t, f], half * moved * inverse[t, f], 0.0)
                        linear[t, f, :, f] -= slope
                        constant[t, f, :, f] += slope * cells.means[t, f]
        return cls(cells, constant, linear)

    def _at(self, j: int, t: int) -> Floats:
        """Return what prefixes of length j of each segment add per category, shape (S, K, effects)."""
        x = self.cells.category_scores[:, np.newaxis]
        return np.asarray(self.constant[t, j][:, np.newaxis] + self.linear[t, j][:, np.newaxis] * x)

    def of_totals(self) -> Floats:
        """Return by how much an answer moves the sums over all segments, shape (2, S, K, effects)."""
        x = self.cells.category_scores[:, np.newaxis]
        found = np.zeros((*self.cells.counts.shape, self.cells.dimensions + 1))
        for t in range(2):
            for j, prefix in enumerate(self.cells.prefixes):
                constant, linear = (
                    np.stack([_spread(prefix, column) for column in part[t, j].T], axis=-1)[:, np.newaxis]
                    for part in (self.constant, self.linear)
                )
                found[t] += constant + linear * x
        return found

    def of_segment(self, segment: int) -> Floats:
        """Return by how much an answer of any segment moves the effects of one, shape (2, S, K, effects)."""
        found = np.zeros((*self.cells.counts.shape, self.cells.dimensions + 1))
        for t in range(2):
            for j, prefix in enumerate(self.cells.prefixes):
                found[t, prefix == prefix[segment]] += self._at(j, t)[segment]
        return found

    def of_means(self) -> Floats:
        """Return by how much the score of a segment moves the sums over all segments, shape (2, S, effects)."""
        found = np.zeros((*self.cells.masses[:, -1].shape, self.cells.dimensions + 1))
        for t in range(2):
            for j, prefix in enumerate(self.cells.prefixes):
                found[t] += np.stack([_spread(prefix, column) for column in self.linear[t, j].T], axis=-1)
        return np.asarray(found * self.cells.masses[:, -1, :, np.newaxis])

    def by_segment(self, squares: Floats) -> Floats:
        """Return the covariances of the effects of each segment, shape (S, effects, effects).

        Args:
            squares: Sums of squared weights, shape `(2, S, K)`.
        """
        return self._by_segment(squares, [[self._at(j, t) for t in range(2)] for j in range(len(self.cells.prefixes))])

    def by_segment_of_means(self, variances: Floats) -> Floats:
        """Return the same from variances of the scores of segments, independent of each other: shape `(2, S)`."""
        squares = (self.cells.masses[:, -1] ** 2 * variances)[..., np.newaxis]
        steps = [[self.linear[t, j][:, np.newaxis] for t in range(2)] for j in range(len(self.cells.prefixes))]
        return self._by_segment(squares, steps)

    def _by_segment(self, squares: Floats, steps: list[list[Floats]]) -> Floats:
        """Sum products of the effects, shape (S, m, effects) by prefix and period, over squares (2, S, m)."""
        depth = self.cells.dimensions + 1
        found = np.zeros((squares.shape[1], depth, depth))
        for t in range(2):
            within = [np.stack([_spread(p, column) for column in squares[t].T], axis=-1) for p in self.cells.prefixes]
            moved = np.zeros((*squares.shape[1:], depth))
            for j in range(depth):
                moved = moved + steps[j][t]
                ring = within[j] - within[j + 1] if j + 1 < depth else within[j]
                found += np.einsum("skf,skg,sk->sfg", moved, moved, np.maximum(ring, 0.0))
        return found


def _spread(codes: NDArray[np.intp], values: NDArray[Any]) -> NDArray[Any]:
    """Return for each row the sum of `values` over all rows of its code; exact for fractions."""
    if values.dtype != object:
        return np.asarray(np.bincount(codes, weights=values)[codes])
    sums = np.zeros(int(codes.max(initial=-1)) + 1, dtype=object)
    np.add.at(sums, codes, values)
    return np.asarray(sums[codes])


def _ratio(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """Return a / b, 0 where b is 0."""
    found = np.zeros(a.shape, dtype=a.dtype)
    np.divide(a, b, out=found, where=np.asarray(b > 0, dtype=np.bool_))
    return found


def filled(values: NDArray[Any], there: NDArray[np.bool_]) -> NDArray[Any]:
    """Return values of two periods, each where it is not there that of the other."""
    return np.where(there, values, values[::-1])


def _or_nan(values: NDArray[Any], there: NDArray[Any]) -> NDArray[Any]:
    """Return the values, NaN where there is nothing."""
    return np.where(there.astype(np.bool_), values, np.nan)


def checked_tables(
    before: ArrayLike, after: ArrayLike, category_scores: ArrayLike
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return counts (2, S, K) and category scores, of floats or, where they came as objects, of fractions."""
    tables = [np.asarray(table) for table in (before, after)]
    s = np.asarray(category_scores, dtype=np.float64)
    for name, table in zip(("before", "after"), tables, strict=True):
        if table.dtype.kind not in "iufO":
            raise InvalidTypeError(f"{name} must be numbers: got {table.dtype}")
        if table.ndim != 2 or s.ndim != 1 or table.shape[1] != s.size or table.shape != tables[0].shape:
            raise InvalidValueError(
                f"before and after must have one row for each segment and one column for each of {s.size} "
                f"category_scores: got shapes {tables[0].shape} and {tables[1].shape}"
            )
        floats = table.astype(np.float64)
        bad = np.argwhere(~((floats >= 0) & (floats < np.inf)))
        if bad.size:
            row, column = bad[0].tolist()
            raise InvalidValueError(
                f"{name} must be finite and not negative: row {row}, column {column} has {table[row, column]!r}"
            )
    if not np.isfinite(s).all():
        raise InvalidValueError(f"category_scores must be finite: got {s.tolist()}")
    if all(table.dtype == object for table in tables):
        exact = np.frompyfunc(Fraction, 1, 1)
        return np.stack([exact(table) for table in tables]), np.asarray(
            exact(np.asarray(category_scores, dtype=object))
        )
    return np.stack([table.astype(np.float64) for table in tables]), s


def checked_codes(codes: ArrayLike | None, segments: int) -> NDArray[np.intp]:
    """Return the codes (S, D) of the segments."""
    if codes is None:
        return np.arange(segments, dtype=np.intp)[:, np.newaxis]
    found = np.asarray(codes)
    if found.dtype.kind not in "iu" or found.ndim != 2 or len(found) != segments or (found < 0).any():
        raise InvalidValueError(
            f"codes must be whole numbers of at least 0, a row for each of {segments} segments and a column for each "
            f"dimension: got {found.dtype} of shape {found.shape}"
        )
    if not 1 <= found.shape[1] <= MOST_DIMENSIONS:
        raise InvalidValueError(f"codes: 1 to {MOST_DIMENSIONS} dimensions can be told apart: got {found.shape[1]}")
    if len(np.unique(found, axis=0)) < segments:
        raise InvalidValueError("codes: two segments have the same codes; add their counts together first")
    return found.astype(np.intp)

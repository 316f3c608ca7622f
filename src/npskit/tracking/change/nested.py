"""Counts of nested segments in two periods: shares within shares, their effects as by Shapley, and derivatives."""

from __future__ import annotations

import itertools
import math
import operator
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Floats, Frozen
from npskit.errors import InvalidTypeError, InvalidValueError, quoted
from npskit.inference import sum_by

MOST_DIMENSIONS = 6
# Of the mass of a part: a step so small that its square vanishes beside 1.
_STEP = 1e-20


@attrs.frozen(eq=False)
class NestedCells(Frozen):
    """Counts (2, S, K) of floats or fractions, with what is in the part that each prefix of a segment's codes names."""

    counts: NDArray[Any]
    category_scores: NDArray[Any]
    prefixes: tuple[NDArray[np.intp], ...]  # of length 0..D, shape (S,) each
    masses: NDArray[Any]  # of the part of each prefix, shape (2, D + 1, S)
    sums: NDArray[Any]  # of the category scores there, likewise

    @classmethod
    def of(
        cls, before: ArrayLike, after: ArrayLike, category_scores: ArrayLike, codes: ArrayLike | None
    ) -> NestedCells:
        """Return the cells of two tables; arguments as for `npskit.tracking.change.mix_rate.mix_and_rate`."""
        counts, s = checked_tables(before, after, category_scores)
        prefixes = [np.zeros(counts.shape[1], dtype=np.intp)]
        for column in checked_codes(codes, counts.shape[1]).T:
            pairs = prefixes[-1] * (int(column.max(initial=0)) + 1) + column
            prefixes.append(np.unique(pairs, return_inverse=True)[1].astype(np.intp))
        masses, sums = (
            np.stack([_spread(p, each.T).T for p in prefixes], axis=1) for each in (counts.sum(axis=2), counts @ s)
        )
        return cls(counts, s, tuple(prefixes), masses, sums)

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
        """The score of each period; NaN where there is no answer."""
        before, after = _known_ratio((self.counts @ self.category_scores).sum(axis=1), self.total)
        return before, after

    @property
    def shares(self) -> NDArray[Any]:
        """Share of each segment, shape (2, S); NaN where the period has no answer."""
        return _known_ratio(self.masses[:, -1], self.masses[:, 0])

    @property
    def scores(self) -> NDArray[Any]:
        """Score of each segment, shape (2, S); NaN where it has no answer."""
        return _known_ratio(self.sums[:, -1], self.masses[:, -1])

    def effects(self) -> NDArray[Any]:
        """Return what each segment adds through each factor, shape (S, D + 1): its change, averaged as by Shapley.

        The category scores of a dimension's mix are counted from the average score of the part it divides: what a share
        gains, its neighbors lose, so that the sum is the same, and a segment's part says whether it is a better or a
        worse one that gained.
        """
        there = self.masses != 0
        means = filled(_ratio(self.sums, self.masses), there)
        conditional = filled(_ratio(self.masses[:, 1:], self.masses[:, :-1]), there[:, :-1])
        centers = [*means[:, :-1].sum(axis=0) / 2, 0]
        fraction = Fraction if self.masses.dtype == object else operator.truediv
        found: list[Any] = [0] * (self.dimensions + 1)
        for chosen in itertools.product((0, 1), repeat=len(found)):  # a period for every factor
            share = math.prod(conditional[period, d] for d, period in enumerate(chosen[:-1]))
            score = means[chosen[-1], -1]
            for factor, (period, center) in enumerate(zip(chosen, centers, strict=True)):
                orders = len(found) * math.comb(self.dimensions, sum(chosen) - period)
                found[factor] = found[factor] + fraction(2 * period - 1, orders) * share * (score - center)
        return np.stack(found, axis=-1)

    def slopes(self) -> Floats:
        """Return the derivatives of the effects by each mass, then by each sum, shape (2, 2, D + 1, S, D + 1).

        By complex steps, f'(x) = Im f(x + ih)/h: nothing is subtracted, so they are exact to the last digits (Squire &
        Trapp, "Using complex variables to estimate derivatives of real functions", SIAM Review 40 (1998) 110-112).
        Which parts are empty is taken as given: there they are 0.
        """
        parts = [part.astype(np.float64).astype(np.complex128) for part in (self.masses, self.sums)]
        steps = _STEP * parts[0].real
        found = np.zeros((2, *steps.shape, self.dimensions + 1))
        for by, period, length in np.ndindex(found.shape[:3]):
            stepped = [part.copy() for part in parts]
            stepped[by][period, length] += 1j * steps[period, length]
            effects = attrs.evolve(self, masses=stepped[0], sums=stepped[1]).effects()
            found[by, period, length] = _ratio(effects.imag, steps[period, length][:, np.newaxis])
        return found

    def moves(self) -> tuple[Influence, Influence]:
        """Return how an answer of each category moves the effects, and how a sum of category scores does, by one."""
        by_mass, by_sum = self.slopes()[..., np.newaxis, :]
        x = self.category_scores.astype(np.float64)[:, np.newaxis]
        return Influence(self.prefixes, by_mass + by_sum * x), Influence(self.prefixes, by_sum)


@attrs.frozen(eq=False)
class Influence(Frozen):
    """How an event of kind m in period t, such as an answer of a category, moves the effects of each segment.

    The effects of a segment move by the sum of `by_prefix` over the prefixes that it shares with the segment of the
    event: whether that lies in the same region, and the same channel there, is all that matters.
    """

    prefixes: tuple[NDArray[np.intp], ...]
    by_prefix: Floats  # shape (2, D + 1 prefixes, S, M, D + 1 effects)

    def of_totals(self) -> Floats:
        """Return by how much an event in each segment moves the sums over all segments, shape (2, S, M, effects)."""
        parts = zip(self.prefixes, self.by_prefix.swapaxes(0, 1), strict=True)
        return np.asarray(sum(_spread(prefix, part.swapaxes(0, 1)).swapaxes(0, 1) for prefix, part in parts))

    def covariance(self, variances: Floats) -> Floats:
        """Return the covariances of the sums over all segments, shape (effects, effects).

        Args:
            variances: Of independent events, shape `(2, S, M)`: of answers the sums of their squared weights.
        """
        moves = self.of_totals()
        return np.asarray(np.einsum("tsmf,tsmg,tsm->fg", moves, moves, variances))

    def covariances(self, variances: Floats) -> Floats:
        """Return those of the effects of each segment, shape (S, effects, effects); argument as for `covariance`."""
        moves = self.by_prefix.cumsum(axis=1)
        within = [_spread(prefix, variances.swapaxes(0, 1)) for prefix in self.prefixes]
        # what shares a prefix with the segment, and no longer one
        rings = np.maximum(np.stack(within) - np.stack([*within[1:], np.zeros_like(within[0])]), 0.0)
        return np.asarray(np.einsum("tjsmf,tjsmg,jstm->sfg", moves, moves, rings))


def _spread(codes: NDArray[np.intp], values: NDArray[Any]) -> NDArray[Any]:
    """Return for each row the sum of `values`, shape (S, ...), over all rows of its code; exact for fractions."""
    size = int(codes.max(initial=-1)) + 1
    if values.dtype != object:
        return np.asarray(sum_by(codes, values, size)[codes])
    sums = np.zeros((size, *values.shape[1:]), dtype=object)
    np.add.at(sums, codes, values)
    return np.asarray(sums[codes])


def _ratio(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """Return a / b, 0 where b is 0."""
    return np.asarray(np.divide(a, b, out=np.zeros_like(a), where=np.asarray(b != 0, dtype=np.bool_)))


def _known_ratio(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """Return a / b, NaN where b is 0."""
    return np.where(np.asarray(b != 0, dtype=np.bool_), _ratio(a, b), np.nan)


def filled(values: NDArray[Any], there: NDArray[np.bool_]) -> NDArray[Any]:
    """Return values of two periods, each where it is not there that of the other."""
    return np.where(there, values, values[::-1])


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
                f"{name} must be finite and not negative: row {row}, column {column} (from 0) has "
                f"{quoted(table[row, column])}"
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

"""How the shares of categories go with ratings, each rating a step of its own instead of a point on a straight line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
import numpy as np

from npskit.arrays import Codes, Floats, Frozen
from npskit.drivers.rating_scale import RatingSpread

# So many units at least for each step, or straight lines have to do.
_UNITS_A_STEP = 5
# A combination of columns with less than this share of a variance is rounding.
_ROUNDING = 1e-10


@attrs.frozen(eq=False)
class Reading(Frozen):
    """By how much shares would differ, as one model reads it.

    Args:
        differences: Of each category, shape `(K,)`.
        covariance: Of the shares as they are and of the differences, shape `(2 K, 2 K)`.
        df: Degrees of freedom of it.
    """

    differences: Floats
    covariance: Floats
    df: int

    def margin(self, row: Floats, quantile: float) -> float:
        """Return the margin of a sum of shares and differences, `row` times them."""
        return quantile * float(np.sqrt(np.maximum(row @ self.covariance @ row, 0.0)))


@attrs.frozen(eq=False)
class Block(Frozen):
    """The columns of one driver in the regression: of each row one is not 0.

    Args:
        codes: Which, shape `(n,)`.
        size: How many there are.
        values: What it is, shape `(n,)`; None for 1.
    """

    codes: Codes
    size: int
    values: Floats | None = None

    def times(self, weights: Floats | None) -> Floats | None:
        """Return what the column is of each row, times weights; None for 1."""
        if self.values is None or weights is None:
            return self.values if weights is None else weights
        return self.values * weights

    def sums(self, weights: Floats | None, groups: Codes | None = None, count: int = 1) -> Floats:
        """Return weighted sums of each column in each group of rows, shape `(count, size)`."""
        places = self.codes if groups is None else groups * self.size + self.codes
        found = np.bincount(places, self.times(weights), minlength=count * self.size)
        return found.reshape(count, self.size).astype(np.float64)


@attrs.frozen(eq=False)
class ShareSteps(Frozen):
    """Regressions of the share of each category on every rating of every driver: steps, not straight lines.

    Drivers that are no ratings are straight lines as before. Standard errors are of sums by unit, times n / (n - P).

    Source: Liang & Zeger (1986), "Longitudinal data analysis using generalized linear models", Biometrika 73(1), of
    the variance.

    Args:
        places: The first column of each driver that is a rating, and how its ratings are spread.
        effects: Coefficients, shape `(P, K)`.
        inverse: Of the weighted products of the columns, shape `(P, P)`.
        scores: Weighted products of columns and residuals by shard, shape `(S, P, K)`.
        weights: Sums of the weights of each column's rows by shard, the first for all rows, shape `(S, P)`.
        shares: Sums of the weights of each category by shard, shape `(S, K)`.
        df: Degrees of freedom.
        correction: What variances are multiplied by.
    """

    places: Mapping[str, tuple[int, RatingSpread]]
    effects: Floats
    inverse: Floats
    scores: Floats
    weights: Floats
    shares: Floats
    df: int
    correction: float

    @classmethod
    def of(
        cls,
        drivers: Mapping[str, tuple[Sequence[Floats], RatingSpread | None]],
        categories: Codes,
        size: int,
        weights: Floats | None,
        shards: Codes,
        units: int,
    ) -> ShareSteps | None:
        """Return the model of rows.

        Args:
            drivers: The columns of each, of shape `(n,)`, and how its ratings are spread; None of what is no rating.
            categories: The number of each row's category.
            size: How many categories there are.
            weights: Shape `(n,)`; None where all weigh alike.
            shards: The shard of each row.
            units: Customers, or other units that answers hang together by.

        Returns:
            None where no driver is a rating, or there are fewer than five units for each step.
        """
        n, count = len(categories), int(shards.max()) + 1
        nowhere = np.zeros(n, dtype=np.intp)
        blocks, places, start = [Block(nowhere, 1)], {}, 1
        for name, (lines, spread) in drivers.items():
            if spread is not None and len(spread.shares) > 1:
                places[name] = start, spread
                blocks.append(Block(np.searchsorted(spread.values, lines[0]), len(spread.values)))
            else:
                blocks += [Block(nowhere, 1, (line - line.mean()) / (line.std() or 1.0)) for line in lines]
            start = sum(block.size for block in blocks)
        steps = start - sum(block.values is None for block in blocks)
        if not places or units < _UNITS_A_STEP * steps:
            return None
        w = np.ones(n) if weights is None else weights
        inverse = np.linalg.pinv(_products(blocks, weights), rcond=_ROUNDING, hermitian=True)
        outer = np.concatenate([block.sums(w, categories, size) for block in blocks], axis=1).T
        effects, scores = inverse @ outer, np.empty((count, start, size))
        edges = np.cumsum([0, *(block.size for block in blocks)]).tolist()
        for k in range(size):
            left = (categories == k).astype(np.float64)
            for block, first in zip(blocks, edges, strict=False):
                own = effects[first : first + block.size, k][block.codes]
                left -= own if block.values is None else own * block.values
            left *= w
            for block, first in zip(blocks, edges, strict=False):
                scores[:, first : first + block.size, k] = block.sums(left, shards, count)
        return cls(
            places,
            effects,
            np.asarray(inverse, dtype=np.float64),
            scores,
            np.concatenate([block.sums(w, shards, count) for block in blocks], axis=1),
            Block(categories, size).sums(w, shards, count),
            max(min(count, units - steps) - 1, 1),
            count / max(count - 1, 1) * n / max(n - steps - 1, 1),
        )

    def reading(self, driver: str, by: float) -> Reading | None:
        """Return by how much shares would differ were a driver rated higher by so much; None where it is no rating."""
        if driver not in self.places:
            return None
        first, spread = self.places[driver]
        levels, here = spread.values, slice(first, first + len(spread.values))
        moved = _between(levels, np.clip(levels + by, spread.low, spread.high)) - np.eye(len(levels))
        total = self.weights[:, 0].sum()
        own = self.weights[:, here]
        change = moved @ self.effects[here]  # of who gives each rating
        differences = own.sum(axis=0) @ change / total
        wanted = own.sum(axis=0) @ moved / total @ self.inverse[here]
        whole = self.weights[:, :1]
        influences = [
            (self.shares - whole * self.shares.sum(axis=0) / total) / total,
            (own @ change - whole * differences) / total + np.einsum("p,spk->sk", wanted, self.scores),
        ]
        every = np.concatenate(influences, axis=1)
        return Reading(differences, self.correction * every.T @ every, self.df)


def _products(blocks: Sequence[Block], weights: Floats | None) -> Floats:
    """Return the weighted products of all columns."""
    lines = []
    for i, one in enumerate(blocks):
        weighed = one.times(weights)
        tables = [other.sums(weighed, one.codes, one.size) for other in blocks[i:]]
        lines.append(np.concatenate(tables, axis=1))
    size = sum(block.size for block in blocks)
    upper = np.concatenate([np.pad(line, ((0, 0), (size - line.shape[1], 0))) for line in lines])
    return np.asarray(np.triu(upper) + np.triu(upper, 1).T)


def _between(levels: Floats, values: Floats) -> Floats:
    """Return the parts of the two nearest levels that make each value; beyond the ends it goes on in a straight line.

    Example:
        >>> _between(np.array([1.0, 2.0, 4.0]), np.array([1.0, 3.0, 5.0])).tolist()
        [[1.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.0, -0.5, 1.5]]
    """
    left = np.clip(np.searchsorted(levels, values, side="right") - 1, 0, len(levels) - 2)
    part = (values - levels[left]) / (levels[left + 1] - levels[left])
    found, rows = np.zeros((len(values), len(levels))), np.arange(len(values))
    found[rows, left], found[rows, left + 1] = 1.0 - part, part
    return found

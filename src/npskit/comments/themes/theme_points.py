"""How many points of the score each theme costs or brings: a regression on what is mentioned, over all answers.

The category score of an answer is x = b + Σ β_t z_t, where z_t is 1 if its comment mentions theme t, else 0; who wrote
nothing mentions nothing, and a term says that somebody wrote at all, so that the base b is the score of those who are
silent (where there are any). A theme's points are c_t = β_t z̄_t, and b + Σ c_t is the score, exactly: least squares go
through the means. They are the Shapley values of v(S) = b + Σ_{t in S} β_t z̄_t.

An answer's influence on c_t is I_i = z̄_t [(A'A/N)⁻¹ a_i e_i]_t + β_t (z_it − z̄_t), with a_i = (1, z_i) and e_i what the
regression leaves of it; with weights w_i the estimate moves by w_i I_i / Σw, which adds up within a customer (Huber,
"Robust Statistics" (1981), chapter 1; White, Econometrica 48 (1980) 817-838).
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from npskit.arrays import Bools, Codes, Floats, Frozen
from npskit.comments.themes.theme_columns import ThemeColumns
from npskit.comments.themes.theme_counts import ThemeCounts
from npskit.errors import InvalidValueError
from npskit.inference import StrataLayout, UnitCells, sum_by

RAREST = 5
"""Themes with fewer mentions are counted together: how much the few go with the score is not to be told."""

_SAME = 1e-9


@attrs.frozen(eq=False)
class ThemePoints(Frozen):
    """The regression of a category score on themes, and what it says.

    Its J columns belong to P parts: writing at all, each of T themes, and the rare ones together, so that P = T + 2.

    Args:
        counts: What it was made of.
        columns: What it has columns for.
        values: What each column is for each of S sets of themes, shape `(S, J)`.
        slopes: β, shape `(J,)`.
        means: z̄, shape `(J,)`.
        score: The mean category score.
        inverse: Of the columns' covariance, shape `(J, J)`.
    """

    counts: ThemeCounts
    columns: ThemeColumns
    values: Floats
    slopes: Floats
    means: Floats
    score: float
    inverse: Floats

    @property
    def points(self) -> Floats:
        """The points of each part: shape `(P,)`."""
        return np.asarray((self.slopes * self.means) @ self.columns.parts(self.counts))

    @property
    def has_wrote(self) -> bool:
        """Whether there is a term for writing at all."""
        return (0,) in self.columns.keys

    @property
    def merged(self) -> Bools:
        """Which themes are so rare that they are counted with others, shape `(T,)`."""
        return np.asarray(self.columns.home != np.arange(len(self.columns.home)))

    @property
    def together(self) -> tuple[tuple[str, ...], ...]:
        """Themes that the same comments mention: they share their points equally."""
        return self.columns.together(self.counts)

    @property
    def entangled(self) -> bool:
        """Whether themes follow from each other in another way, so that it is not told which has which points."""
        alike = sum(len(names) - 1 for names in self.together)
        return self.columns.rank(self.counts) < int(self.varies.sum()) - alike

    @property
    def varies(self) -> Bools:
        """Which columns are not the same in all answers, so that they have a slope: shape `(J,)`."""
        there = self.counts.tally.n > 0
        return np.asarray((self.values[there] != self.values[there][:1]).any(axis=0))

    @property
    def base(self) -> float:
        """The score of those who wrote nothing, or mentioned nothing where all wrote."""
        return float(self.score - (self.slopes * self.means).sum())

    @property
    def base_is_possible(self) -> bool:
        """Whether the base is a score that could be."""
        scores = self.counts.tally.codebook.category_scores
        slack = _SAME * float(np.ptp(scores))
        return bool(scores.min() - slack <= self.base <= scores.max() + slack)

    def influences(self) -> tuple[Floats, Floats, Floats]:
        """Return the influence of an answer of mean weight on slopes, means, and the score.

        Returns:
            Shapes `(S, K, J)`, `(S, J)` and `(K,)`.
        """
        scores = self.counts.tally.codebook.category_scores
        away = self.values - self.means
        rest = scores - self.score - (away @ self.slopes)[:, np.newaxis]
        return rest[:, :, np.newaxis] * (away @ self.inverse)[:, np.newaxis, :], away, scores - self.score

    def influence(self) -> Floats:
        """Return the influence of an answer of mean weight on the base and on each part: shape `(S, K, 1 + P)`."""
        slopes, means, score = self.influences()
        columns = self.means * slopes + (self.slopes * means)[:, np.newaxis, :]
        base = score[np.newaxis, :] - columns.sum(axis=2)
        return np.concatenate([base[:, :, np.newaxis], columns @ self.columns.parts(self.counts)], axis=2)

    def covariance(self, influence: Floats, rows: ThemeRows | None = None) -> Floats:
        """Return the covariance of estimates, by the influence of an answer on each: shapes `(S, K, m)`, `(m, m)`.

        Args:
            influence: Of an answer of mean weight.
            rows: The rows that were counted, where they hang together; None where each is an answer of its own.
        """
        if rows is not None:
            return joint_covariance([influence], [rows])
        table = self.counts.tally.table()
        n = float(table.counts.sum())
        squares = table.counts if table.squares is None else table.squares
        amounts = table.counts if table.weights is None else table.weights
        each = influence.reshape(-1, influence.shape[-1])
        products = (each * squares.reshape(-1, 1)).T @ each / float(amounts.sum()) ** 2
        return np.asarray(products * (n / (n - 1) if n > 1 else np.nan))

    @property
    def df(self) -> float:
        """Degrees of freedom of what the regression leaves, of independent answers."""
        return max(float(self.counts.tally.n.sum()) - len(self.slopes) - 1, 1.0)


@attrs.frozen(eq=False)
class ThemeRows(Frozen):
    """Rows that were counted, and how they hang together.

    Args:
        sets: The number of each row's set of themes, shape `(n,)`.
        categories: Its category.
        units: The number of its sampling unit.
        weights: Its weight; None where all weigh alike.
        layout: The strata of the units.
    """

    sets: Codes
    categories: Codes
    units: Codes
    weights: Floats | None
    layout: StrataLayout


def joint_covariance(influences: Sequence[Floats], rows: Sequence[ThemeRows]) -> Floats:
    """Return the covariance of estimates that depend on several periods, by rows that hang together.

    Args:
        influences: Of each period the influence of an answer of mean weight on the estimates, shapes `(S, K, m)`.
        rows: Their rows, of one layout of units.
    """
    layout = rows[0].layout
    totals = np.zeros((layout.strata.size, influences[0].shape[-1]))
    for influence, own in zip(influences, rows, strict=True):
        weights = np.ones(len(own.units)) if own.weights is None else own.weights
        each = influence[own.sets, own.categories] * (weights / weights.sum())[:, np.newaxis]
        totals += sum_by(own.units, each, len(totals))
    return np.asarray(layout.covariance(totals, UnitCells.of_units(len(totals)))[0])


def points_of(counts: ThemeCounts, *, pairs: bool = False, rarest: int = RAREST) -> ThemePoints:
    """Return how many points each theme costs or brings.

    Args:
        counts: Answers by the themes that they mention.
        pairs: Whether pairs of themes that are mentioned together have terms of their own, whose points each two share
            equally: right where two complaints together cost more than one and the other.
        rarest: Themes with fewer mentions are counted together.

    Raises:
        InvalidValueError: If there are no answers.

    Example:
        >>> mentions = [[True]] * 10 + [[False]] * 10
        >>> found = points_of(ThemeCounts.of(["noise"], mentions, [2] * 5 + [9] * 5 + [9] * 10))
        >>> found.base, found.points[1].item(), found.score
        (100.0, -50.0, 50.0)
    """
    return regressed(counts, ThemeColumns.of([counts], pairs=pairs, rarest=rarest))


def regressed(counts: ThemeCounts, columns: ThemeColumns) -> ThemePoints:
    """Return the regression on some columns; see `points_of`."""
    table = counts.tally.table()
    amounts = (table.counts if table.weights is None else table.weights).astype(np.float64)
    total = float(amounts.sum())
    if not total > 0:
        raise InvalidValueError("themes: there are no answers, so nothing goes with what is mentioned")
    weight = amounts.sum(axis=1) / total
    z = columns.values(counts)
    means = weight @ z
    away = z - means
    # the shortest of all solutions: columns that are the same share what they have in common equally
    inverse = np.linalg.pinv((away * weight[:, np.newaxis]).T @ away, rcond=1e-11, hermitian=True)
    score = float(amounts.sum(axis=0) @ table.category_scores / total)
    slopes = inverse @ (away.T @ (amounts @ (table.category_scores - score) / total))
    return ThemePoints(counts, columns, z, np.asarray(slopes), np.asarray(means), score, np.asarray(inverse))

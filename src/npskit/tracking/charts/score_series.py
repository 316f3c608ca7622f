"""Scores of periods as a series of means: how well lines, cycles and steps fit it, in units of -2 log-likelihood."""

from __future__ import annotations

import math
from typing import Self

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Floats
from npskit.tracking.charts.partition import best_starts

# Of the squared range of the category scores: a variance of one answer below it is rounding.
_ROUNDING = 1e-12
# Variances between what neighbors and what all periods differ by, for which steps are looked for.
_VARIANCES = 4


@attrs.frozen(eq=False)
class ScoreSeries:
    """The scores of the periods that have answers: normal, with variance σ²/n, where σ² is at least that of one answer.

    Args:
        place: The number of each period, which passes over those without answers: shape `(T,)`.
        n: Answers, over a power of two, shape `(T,)`.
        score: Above the lowest category score, over 2 to the power of `unit`: shape `(T,)`.
        variance: Of one answer within a period, in the units of both: what σ² is where periods vary by sampling alone.
        unit: The exponent of the unit of the scores.
    """

    place: NDArray[np.intp]
    n: Floats
    score: Floats
    variance: float
    unit: int

    @classmethod
    def of(cls, counts: Floats, category_scores: Floats) -> Self | None:
        """Return the series of counts (T, K), or None where answers that are all alike say nothing of σ²."""
        place = np.flatnonzero(counts.sum(axis=1) > 0)
        if len(place) < 2:
            return None
        # powers of two, so that no square is too large or too small for a number
        unit = int(np.frexp(np.ptp(category_scores))[1])
        values = np.ldexp(category_scores - category_scores.min(), -unit)
        c = counts[place]
        n = c.sum(axis=1)
        score = c @ values / n
        many = n > 1
        squares = float((c * (values - score[:, np.newaxis]) ** 2).sum(axis=1)[many].sum())
        df = float((n[many] - 1).sum())
        least = int(np.frexp(n.max())[1])
        sizes = np.ldexp(n, -least)
        if not df > 0:  # a single answer each: their spread holds what moved as well
            variance = float(sizes @ (score - sizes @ score / sizes.sum()) ** 2) / sizes.sum()
        else:
            variance = squares / df
        if not variance > _ROUNDING * float(np.ptp(values)) ** 2:
            return None
        found = cls(place, sizes, score, float(np.ldexp(variance, -least)), unit)
        return found if (found.n > 0).all() and found.variance > 0 else None

    def __len__(self) -> int:
        return len(self.n)

    @property
    def fee(self) -> float:
        """What Schwarz's criterion takes for a parameter: ln T."""
        return math.log(len(self))

    @property
    def _centered(self) -> Floats:
        return np.asarray(self.score - self.n @ self.score / self.n.sum())

    def deviance(self, squares: float) -> float:
        """Return -2 log-likelihood, less what is the same for all models, of a weighted sum of squared residuals."""
        variance = max(squares / len(self), self.variance)
        return len(self) * math.log(variance) + squares / variance

    def squares(self, *columns: Floats) -> float:
        """Return the weighted sum of squared residuals of a constant and the columns, shape `(T,)` each."""
        residuals = self.residuals(np.stack([np.ones(len(self)), *columns], axis=1))
        return float(residuals @ residuals)

    def residuals(self, design: Floats) -> Floats:
        """Return the residuals times √n, by weighted least squares."""
        root = np.sqrt(self.n)
        # a column that says nothing new, as sines of a short cycle may be, is left to lstsq
        found = np.linalg.lstsq(design * root[:, np.newaxis], self.score * root, rcond=None)[0]
        return np.asarray(root * (self.score - design @ found))

    def segments(self, starts: NDArray[np.intp]) -> Floats:
        """Return the design of segments: a column for each, 1 in its periods."""
        which = np.searchsorted(starts, np.arange(len(self)), side="right")
        return np.eye(len(starts) + 1)[which]

    def step_squares(self, starts: NDArray[np.intp]) -> float:
        """Return the weighted sum of squared residuals of segments."""
        edges, centered = [0, *starts.tolist()], self._centered
        n, sums = np.add.reduceat(self.n, edges), np.add.reduceat(self.n * centered, edges)
        squares = np.add.reduceat(self.n * centered**2, edges)
        return float(np.maximum(squares - sums**2 / n, 0.0).sum())

    def variances(self) -> Floats:
        """Return values that σ² may have: from what successive periods differ by to what all of them do."""
        n = self.n
        near = float((np.diff(self.score) ** 2 * n[1:] * n[:-1] / (n[1:] + n[:-1])).mean())
        found = sorted(max(squares, self.variance) for squares in (near, self.squares() / len(self)))
        return np.asarray(np.geomspace(found[0], found[1], _VARIANCES if found[1] > found[0] * (1 + 1e-9) else 1))

    def steps(self, penalty: float, shortest: int = 2) -> NDArray[np.intp]:
        """Return where segments begin so that the squared residuals plus a penalty for each step are least."""
        centered = self._centered
        sums = np.zeros((3, len(self) + 1))
        np.cumsum([self.n, self.n * centered, self.n * centered**2], axis=1, out=sums[:, 1:])
        return best_starts(sums, _squares_of, penalty, shortest, 1e-12 * (1 + sums[-1, -1]))


def _squares_of(sums: Floats) -> Floats:
    """Return the squared residuals of segments from their answers, and the sums of scores and of their squares."""
    return np.asarray(sums[2] - sums[1] ** 2 / sums[0])

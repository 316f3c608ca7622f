"""What two groups vary by, and the power that a test of them has."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Self

import attrs
import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats
from npskit.data import floats_of
from npskit.errors import IncompatibleError, InvalidValueError, quoted
from npskit.inference.common_mean import null_variances
from npskit.inference.constrained import distinct_category_scores, mean_variance
from npskit.inference.limits import normal_quantile
from npskit.inference.power_exact import checked_shares, rejections

# Below so many expected answers that are not of the commonest kind, in either group, a normal power is not good enough.
_ENOUGH = 25
# Beyond so many categories it has to be: trying would take long.
_MOST_CATEGORIES = 11


@attrs.frozen(eq=False)
class Spread:
    """What two groups vary by.

    Args:
        variances: Of one answer's score in each.
        shares: Of the categories in each, shape `(2, K)`; None where only variances are known, or are all alike.
        category_scores: Shape `(K,)`.
    """

    variances: tuple[float, float]
    shares: Floats | None
    category_scores: Floats

    @classmethod
    def of(
        cls,
        variance: float | tuple[float, float] | None,
        shares: ArrayLike | Mapping[str, float] | None,
        category_scores: ArrayLike,
    ) -> Self:
        """Return what is given, or what follows from the shares, or the worst there can be."""
        w = floats_of(category_scores, "category_scores")
        worst = float(np.ptp(distinct_category_scores(w)[0])) ** 2 / 4
        if variance is not None and shares is not None:
            raise IncompatibleError("give variance or shares, not both: shares have their variance")
        known = None
        if shares is not None:
            known = checked_shares(shares, w.size)
            found = mean_variance(known, w)
        else:
            found = floats_of(worst if variance is None else variance, "variance")
            # 0.61 meant on [-1, 1] would silently plan for one answer
            if not ((found > 1e-3 * worst) & (found <= worst * (1 + 1e-12))).all():
                raise InvalidValueError(
                    f"variance={quoted(variance)} is in squared score points, at most {worst:g} for these "
                    "category_scores and above a thousandth of that; as a fraction of the worst case, multiply it by "
                    f"{worst:g}"
                )
        if found.shape not in {(), (2,)}:
            raise InvalidValueError(f"one variance, or one for each of two groups: got shape {found.shape}")
        first, second = np.broadcast_to(found, 2).tolist()
        return cls((first, second), known if known is not None and known.ndim == 2 else None, w)

    def one(self, otherwise: str) -> float:
        """Return the variance of the one group that there is; where there are two, `otherwise` says what is wrong."""
        if self.shares is not None or self.variances[0] != self.variances[1]:
            raise IncompatibleError(otherwise)
        return self.variances[0]

    def check(self, difference: float) -> None:
        """Refuse a difference that two rows of shares do not have."""
        if self.shares is None:
            return
        theirs = abs(float(np.diff(self.shares @ self.category_scores)[0]))
        if abs(theirs - difference) > 1e-6 * float(np.ptp(self.category_scores)):
            raise IncompatibleError(
                f"difference={difference:g} is not that of the two rows of shares, which differ by {theirs:.6g} points"
            )

    def true(self, ratio: float) -> float:
        """Return n times the variance of the difference, with `ratio` times n answers in the second group."""
        return self.variances[0] + self.variances[1] / ratio

    def null(self, ratio: float) -> float:
        """Return the same as the test takes it where there is no difference."""
        first, second = self.variances
        if self.shares is None:
            return first / ratio + second
        table = self.shares * np.array([[1.0], [ratio]])
        under_null = null_variances(table[np.newaxis], self.category_scores)[1][0]
        return float(under_null[0] + under_null[1] / ratio)

    def hard(self, first: float, second: float) -> bool:
        """Return whether too few answers are not of the commonest kind for a normal approximation."""
        if self.shares is None or self.category_scores.size > _MOST_CATEGORIES:
            return False
        rare = (1 - self.shares.max(axis=1)) * np.array([first, second])
        return bool((rare < _ENOUGH).any() and min(first, second) >= 1 / 2 and max(self.variances) > 0)

    def power(self, difference: float, first: float, second: float, level: float, z: float) -> float:
        """Return the chance of finding the difference."""
        from statistics import NormalDist

        if self.shares is not None and self.hard(first, second):
            sizes = max(round(first), 1), max(round(second), 1)
            return rejections(self.shares[0], self.shares[1], sizes, level, self.category_scores)
        sigma, under_null = (math.sqrt(v(second / first) / first) for v in (self.true, self.null))
        if sigma == 0:
            return float(difference != 0)
        cdf = NormalDist().cdf
        return cdf((difference - z * under_null) / sigma) + cdf((-difference - z * under_null) / sigma)

    def tried(self, guess: float, ratio: float, level: float, power: float) -> float:
        """Return the fewest answers of the first group that have the power, by halving from below to above a guess."""
        z, low, high = normal_quantile(level), 0, max(math.ceil(guess), 2)
        difference = abs(float(np.diff(self.shares @ self.category_scores)[0])) if self.shares is not None else 0.0

        def enough(n: int) -> bool:
            return self.power(difference, n, rounded_up(n * ratio), level, z) >= power

        while not enough(high):
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if enough(middle) else (middle, high)
        return float(high)


def rounded_up(n: float) -> int:
    """Round up to a whole number of answers, at least one, forgiving what rounding left over a whole number."""
    return max(math.ceil(n * (1 - 1e-12)), 1)

"""How many answers to ask for, and what a given number of them can show. In score points: 5 is 5 points of an NPS."""

from __future__ import annotations

import math
from collections.abc import Mapping

import attrs
import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats
from npskit.checks import finite_number, whole_number
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.inference.constrained import distinct_category_scores, mean_variance
from npskit.inference.limits import normal_quantile
from npskit.results import Result

NPS_CATEGORY_SCORES = (-100.0, 0.0, 100.0)


@attrs.frozen(eq=False, repr=False)
class SampleSize(Result):
    """How many answers are needed, and what for.

    Args:
        n: Answers needed, rounded up; in each of two groups of equal size, or in the first of two.
        n_exact: The same before rounding.
        n_second: Answers needed in the second group; None for a margin.
        margin: Half the width of the interval, in score points; None for a difference.
        difference: The difference to be found, in score points; None for a margin.
        level: Confidence level of the interval, or 1 less the two-sided level of the test.
        power: The chance of finding the difference; None for a margin.
        variance: Variance of one answer's score, in squared score points; a pair for two groups that differ in it.
        population: Number of people there are to ask, or None where it is as good as infinite.
    """

    _TEXT = "repr"

    n: int
    n_exact: float
    n_second: int | None
    margin: float | None
    difference: float | None
    level: float
    power: float | None
    variance: float | tuple[float, float]
    population: int | None

    def _value(self) -> int:
        return self.n

    def __repr__(self) -> str:
        shown = {name: value for name, value in attrs.asdict(self).items() if name != "n_exact" and value is not None}
        return f"SampleSize({', '.join(f'{name}={value!r}' for name, value in shown.items())})"


def sample_size(
    margin: float | None = None,
    *,
    difference: float | None = None,
    power: float = 0.8,
    level: float = 0.95,
    variance: float | tuple[float, float] | None = None,
    shares: ArrayLike | Mapping[str, float] | None = None,
    population: int | None = None,
    ratio: float = 1.0,
    category_scores: ArrayLike = NPS_CATEGORY_SCORES,
) -> SampleSize:
    """Return how many answers give a margin of error, or find a difference between two groups.

    For a margin m: n = v (z/m)², and n/(1 + (n - 1)/N) of a population of N (Cochran, Sampling Techniques, 3rd ed.
    1977, sections 4.4 and 4.6). For a difference Δ: n = (z_{1-α/2} + z_power)² (v₁ + v₂/r)/Δ² in the first group and r
    times as many in the second. Without `variance` or `shares` it is the worst case: half the answers at each end of
    the scale, which no score exceeds; a typical NPS has 60 to 70 % of that variance and needs as much fewer answers.
    For a difference these are normal approximations, which can fall short where nearly all answers of a group are of
    one kind: check the result with `npskit.inference.power_exact.exact_power`, see `power`.

    Args:
        margin: Wanted half width of the interval, in score points, less than half the range of the category scores.
            Give this or `difference`.
        difference: Difference to be found, in score points, either sign, less than the range of the category scores.
        power: Wanted chance of finding the difference, above 1 - `level`, at which the test finds one without any.
        level: Confidence level; 1 less the two-sided level of the test.
        variance: Of one answer's score, in squared score points: 10,000 at worst for an NPS, 6,100 for 20 % detractors
            and 50 % promoters. For a difference also a pair, one for each group.
        shares: Expected shares of the categories, shape `(K,)`, instead of `variance`; for a difference also `(2, K)`.
        population: Number of people there are to ask; for a margin only.
        ratio: Size of the second group over that of the first; for a difference only.
        category_scores: What each category is worth, shape `(K,)`; an NPS by default.

    Raises:
        InvalidTypeError: If neither or both of `margin` and `difference` are given.
        InvalidValueError: If a value cannot be used; the message says which. Also for a margin or a difference below a
            thousandth of the range of the category scores, which is a fraction mistaken for points.
        IncompatibleError: If arguments are given that do not go together.

    Example:
        >>> sample_size(margin=5)
        SampleSize(n=1537, margin=5.0, level=0.95, variance=10000.0)
        >>> sample_size(margin=5, shares=[0.1, 0.2, 0.7], population=5000).n
        596
        >>> sample_size(difference=5, power=0.8)
        SampleSize(n=6280, n_second=6280, difference=5.0, level=0.95, power=0.8, variance=10000.0)
    """
    wanted = margin if difference is None else difference
    if wanted is None or (margin is not None and difference is not None):
        raise InvalidTypeError(
            "sample_size needs either a margin or a difference, in score points: sample_size(margin=5) or "
            f"sample_size(difference=5, power=0.8); got margin={margin!r}, difference={difference!r}"
        )
    z, span = normal_quantile(level), float(np.ptp(category_scores))
    first, second = _variances(variance, shares, category_scores)
    if margin is not None:
        if ratio != 1.0 or first != second:
            raise IncompatibleError("ratio and two variances or shares are for a difference; a margin is of one group")
        n = first * (z / _aim(margin, "margin", span / 2, "half the range", span)) ** 2
        people = None if population is None else whole_number(population, "population", least=1)
        if people is not None:
            n = n / (1 + (n - 1) / people)
        return SampleSize(_up(n), n, None, float(margin), None, level, None, first, people)
    if population is not None:
        raise IncompatibleError("population is for a margin: a test of a difference is about more than those asked")
    gap, share = _aim(abs(wanted), "difference", span, "the range", span), finite_number(ratio, "ratio", above=0)
    n = ((z + _power_quantile(power, level)) / gap) ** 2 * (first + second / share)
    spread = first if first == second else (first, second)
    return SampleSize(_up(n), n, _up(n * share), None, float(wanted), level, power, spread, None)


def achieved_margin(
    n: float,
    *,
    level: float = 0.95,
    variance: float | None = None,
    shares: ArrayLike | Mapping[str, float] | None = None,
    population: int | None = None,
    category_scores: ArrayLike = NPS_CATEGORY_SCORES,
) -> float:
    """Return the margin of error that n answers give: the inverse of `sample_size`.

    Args:
        n: Number of answers.
        level: Confidence level.
        variance: Variance of one answer's score, in squared score points; the worst case by default.
        shares: Expected shares of the categories, shape `(K,)`, instead of `variance`.
        population: Number of people there are to ask; a census has no margin.
        category_scores: What each category is worth, shape `(K,)`.

    Returns:
        Half the width of the interval, in score points.

    Raises:
        InvalidValueError: If a value cannot be used, or n exceeds the population.

    Example:
        >>> round(achieved_margin(400), 3)
        9.8
        >>> round(achieved_margin(400, population=500), 3)
        4.387
    """
    first, second = _variances(variance, shares, category_scores)
    if first != second:
        raise IncompatibleError("two variances or shares are for a difference; a margin is of one group")
    spread = first / finite_number(n, "n", above=0)
    if population is not None:
        people = whole_number(population, "population", least=1)
        if n > people:
            raise InvalidValueError(f"n={n!r} answers cannot come from a population of {people}")
        spread *= (people - n) / max(people - 1, 1)
    return normal_quantile(level) * math.sqrt(spread)


def power(
    n: float,
    difference: float,
    *,
    n_second: float | None = None,
    level: float = 0.95,
    variance: float | tuple[float, float] | None = None,
    shares: ArrayLike | Mapping[str, float] | None = None,
    category_scores: ArrayLike = NPS_CATEGORY_SCORES,
) -> float:
    """Return the chance that a two-sided test of n answers a group finds a difference, by the normal approximation.

    Φ(Δ/σ - z) + Φ(-Δ/σ - z) with σ² = v₁/n₁ + v₂/n₂. For an NPS whose shares are all 20 % or more it is within 4 points
    of the exact power of the score test at 40 answers a group and within 2 at 100; with shares down to 5 %, within 11
    and 6. Nearer the ends it promises too much: for shares .01, .04, .95 against .01, .24, .75 it gives 65 % at 40
    answers where 49 % is true, and 91 % at 80 where 87 % is. `npskit.inference.power_exact.exact_power` is exact.

    Args:
        n: Answers in the first group.
        difference: True difference, in score points, either sign, less than the range of the category scores; may be 0.
        n_second: Answers in the second group; as many by default.
        level: 1 less the two-sided level of the test.
        variance: Variance of one answer's score, in squared score points, or one for each group; the worst case by
            default.
        shares: Expected shares of the categories, shape `(K,)` or `(2, K)`, instead of `variance`.
        category_scores: What each category is worth, shape `(K,)`.

    Raises:
        InvalidValueError: If a value cannot be used.

    Example:
        >>> round(power(6280, 5), 3)
        0.8
    """
    from statistics import NormalDist

    (first, second), span = _variances(variance, shares, category_scores), float(np.ptp(category_scores))
    if not abs(difference) < span:
        raise InvalidValueError(
            f"difference={difference!r} must be less than the range of the category_scores, {span:g}"
        )
    z, n = normal_quantile(level), finite_number(n, "n", above=0)
    sigma = math.sqrt(first / n + second / (n if n_second is None else finite_number(n_second, "n_second", above=0)))
    if sigma == 0:
        return float(difference != 0)
    shift, cdf = abs(difference) / sigma, NormalDist().cdf
    return cdf(shift - z) + cdf(-shift - z)


def _variances(
    variance: float | tuple[float, float] | None,
    shares: ArrayLike | Mapping[str, float] | None,
    category_scores: ArrayLike,
) -> tuple[float, float]:
    """Return the variances of one answer's score in two groups: given, from the shares, or the worst there can be."""
    w = np.asarray(category_scores, dtype=np.float64)
    worst = float(np.ptp(distinct_category_scores(w)[0])) ** 2 / 4
    if variance is not None and shares is not None:
        raise IncompatibleError("give variance or shares, not both: shares have their variance")
    if shares is not None:
        found = mean_variance(checked_shares(shares, w.size), w)
    else:
        found = np.asarray(worst if variance is None else variance, dtype=np.float64)
        # 0.61 meant on [-1, 1] would silently plan for one answer
        if not ((found > 1e-3 * worst) & (found <= worst * (1 + 1e-12))).all():
            raise InvalidValueError(
                f"variance={variance!r} is in squared score points, at most {worst:g} for these category_scores and "
                f"above a thousandth of that; as a fraction of the worst case, multiply it by {worst:g}"
            )
    if found.shape not in {(), (2,)}:
        raise InvalidValueError(f"one variance, or one for each of two groups: got shape {found.shape}")
    first, second = np.broadcast_to(found, 2).tolist()
    return first, second


def checked_shares(shares: ArrayLike | Mapping[str, float], size: int) -> Floats:
    """Return shares as an array `(K,)` or `(2, K)` whose rows sum to 1.

    Raises:
        InvalidValueError: If they have another shape, are negative or do not sum to 1.
    """
    try:
        p = np.asarray(list(shares.values()) if isinstance(shares, Mapping) else shares, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidTypeError(f"shares must be numbers, one per category: got {shares!r}") from None
    if p.shape not in {(size,), (2, size)}:
        raise InvalidValueError(f"shares must have shape ({size},) or (2, {size}), one per category: got {p.shape}")
    if not ((p >= 0).all() and np.allclose(p.sum(axis=-1), 1, rtol=0, atol=1e-6)):
        raise InvalidValueError(f"shares must not be negative and must sum to 1: got {p.tolist()}")
    return np.asarray(p / p.sum(axis=-1, keepdims=True))


def _aim(value: float, name: str, most: float, what: str, span: float) -> float:
    """Return a margin or a difference; refuse one that no score can have, or that looks like a fraction."""
    if not finite_number(value, name, above=0) < most:
        raise InvalidValueError(
            f"{name} must be less than {what} of the category_scores, {most:g} score points: got {value!r}"
        )
    if value < span / 1000:
        raise InvalidValueError(
            f"{name} is in score points, at least a thousandth of the range of the category_scores, {span / 1000:g}: "
            f"got {value!r}; as a fraction, multiply it by {span / 2:g}"
        )
    return float(value)


def _power_quantile(value: float, level: float) -> float:
    """Return the normal quantile of a power, refusing what a test at this level has without any difference."""
    from statistics import NormalDist

    value = finite_number(value, "power", above=0, below=1)
    # 1 - 0.95 rounds up, 1 - 0.9 down
    if value <= (1 - level) * (1 + 1e-12):
        raise InvalidValueError(
            f"power must be above {1 - level:.4g}: a test at level={level!r} finds a difference that often where there "
            f"is none; got {value!r}"
        )
    return NormalDist().inv_cdf(value)


def _up(n: float) -> int:
    """Round up to a whole number of answers, at least one, forgiving what rounding left over a whole number."""
    return max(math.ceil(n * (1 - 1e-12)), 1)

"""How many answers to ask for, and what a given number of them can show. In score points: 5 is 5 points of an NPS."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
from numpy.typing import ArrayLike

from npskit.checks import finite_number, is_same, whole_number
from npskit.data import floats_of
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, quoted
from npskit.inference.limits import normal_quantile
from npskit.inference.planning_spread import Spread, rounded_up
from npskit.inference.power_exact import NPS_CATEGORY_SCORES
from npskit.results import Result, Rows, percent


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
        return f"SampleSize({', '.join(f'{name}={value!r}' for name, value in self._said_of().items())})"

    def _said_of(self) -> dict[str, Any]:
        """Return what was found and asked for, by name."""
        found = attrs.asdict(self, recurse=False).items()
        return {name: value for name, value in found if name != "n_exact" and value is not None}

    def _rows(self) -> Rows:
        said = {
            name: percent(value) if name in ("level", "power") else value for name, value in self._said_of().items()
        }
        return list(said), [[" and ".join(map(str, v)) if isinstance(v, tuple) else v for v in said.values()]]


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
    1977, sections 4.4 and 4.6). For a difference Δ: n = (z_{1-α/2} √V₀ + z_power √V₁)²/Δ² in the first group and r
    times as many in the second, with V₁ = v₁ + v₂/r and V₀ the same of the variances that the test takes where there is
    no difference: those at the most likely shares with a common score (Farrington & Manning, Statistics in Medicine 9
    (1990) 1447-1454, for proportions). These follow from the shares of the two groups; of two variances without shares
    both are the pooled one, (v₁ + r v₂)/(1 + r). Where one of two groups with their own shares has less than 25 answers
    that are not of its commonest kind, sizes are tried until the test has the power, see `power`.

    Without `variance` or `shares` it is the worst case: half the answers at each end of the scale, which no score
    exceeds; a typical NPS has 60 to 70 % of that variance and needs as much fewer answers. One row of shares, or one
    variance, stands for both groups; where these are of different sizes and scores are high, give the shares of both.

    Args:
        margin: Wanted half width of the interval, in score points, less than half the range of the category scores.
            Give this or `difference`.
        difference: Difference to be found, in score points, either sign, less than the range of the category scores.
        power: Wanted chance of finding the difference, above 1 - `level`, at which the test finds one without any.
        level: Confidence level; 1 less the two-sided level of the test.
        variance: Of one answer's score, in squared score points: 10,000 at worst for an NPS, 6,100 for 20 % detractors
            and 50 % promoters. For a difference also a pair, one for each group.
        shares: Expected shares of the categories, shape `(K,)`, instead of `variance`; for a difference also `(2, K)`,
            of two groups that differ by it.
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
            f"sample_size(difference=5, power=0.8); got margin={quoted(margin)}, difference={quoted(difference)}"
        )
    wanted = finite_number(wanted, "difference" if margin is None else "margin")
    spread = Spread.of(variance, shares, category_scores)
    z, span = normal_quantile(level), float(np.ptp(floats_of(category_scores, "category_scores")))
    if margin is not None:
        if not is_same(ratio, 1.0):
            raise IncompatibleError("ratio and two variances or shares are for a difference; a margin is of one group")
        first = spread.one("ratio and two variances or shares are for a difference; a margin is of one group")
        n = first * (z / _aim(wanted, "margin", span / 2, "half the range", span)) ** 2
        people = None if population is None else whole_number(population, "population", least=1, most=10**15)
        if people is not None:
            n = n / (1 + (n - 1) / people)
        return SampleSize(rounded_up(n), n, None, wanted, None, level, None, first, people)
    if population is not None:
        raise IncompatibleError("population is for a margin: a test of a difference is about more than those asked")
    gap, share = _aim(abs(wanted), "difference", span, "the range", span), finite_number(ratio, "ratio", above=0)
    quantile = _power_quantile(power, level)
    spread.check(gap)
    n = ((z * math.sqrt(spread.null(share)) + quantile * math.sqrt(spread.true(share))) / gap) ** 2
    if spread.hard(n, n * share):
        n = spread.tried(n, share, level, power)
    own = spread.variances if spread.variances[0] != spread.variances[1] else spread.variances[0]
    return SampleSize(rounded_up(n), n, rounded_up(n * share), None, wanted, level, power, own, None)


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
    one = Spread.of(variance, shares, category_scores).one(
        "two variances or shares are for a difference; a margin is of one group"
    )
    spread = one / finite_number(n, "n", above=0)
    if population is not None:
        people = whole_number(population, "population", least=1)
        if n > people:
            raise InvalidValueError(f"n={quoted(n)} answers cannot come from a population of {people}")
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
    """Return the chance that the two-sided score test of n answers a group finds a difference.

    Φ((Δ - zσ₀)/σ₁) + Φ((-Δ - zσ₀)/σ₁) with σ₁² = v₁/n₁ + v₂/n₂ and σ₀² the same of the variances that the test takes
    where there is no difference; see `sample_size`. Where the shares of both groups are given and one of them has less
    than 25 answers that are not of its commonest kind, that is not good enough (it gives 80 % where 86 % is true, for
    .01, .04, .95 against .01, .24, .75 at 77 answers each): the power is then exact for small groups, and else that of
    20,000 drawn samples, always the same ones (8,000 with more than three categories; none with more than eleven).
    So it is within 2 points of the exact power (`docs/explanation/studies.md` has the settings).

    Args:
        n: Answers in the first group.
        difference: True difference, in score points, either sign, less than the range of the category scores; may be 0.
        n_second: Answers in the second group; as many by default.
        level: 1 less the two-sided level of the test.
        variance: Variance of one answer's score, in squared score points, or one for each group; the worst case by
            default.
        shares: Expected shares of the categories, shape `(K,)`, or `(2, K)` of two groups that differ by it, instead of
            `variance`.
        category_scores: What each category is worth, shape `(K,)`.

    Raises:
        InvalidValueError: If a value cannot be used.
        IncompatibleError: If the two rows of shares have another difference.

    Example:
        >>> round(power(6280, 5), 3)
        0.8
    """
    spread, span = Spread.of(variance, shares, category_scores), float(np.ptp(category_scores))
    if not abs(difference) < span:
        raise InvalidValueError(
            f"difference={quoted(difference)} must be less than the range of the category_scores, {span:g}"
        )
    spread.check(abs(difference))
    z, first = normal_quantile(level), finite_number(n, "n", above=0)
    second = first if n_second is None else finite_number(n_second, "n_second", above=0)
    return spread.power(abs(difference), first, second, level, z)


def _aim(value: float, name: str, most: float, what: str, span: float) -> float:
    """Return a margin or a difference; refuse one that no score can have, or that looks like a fraction."""
    if not finite_number(value, name, above=0) < most:
        raise InvalidValueError(
            f"{name} must be less than {what} of the category_scores, {most:g} score points: got {quoted(value)}"
        )
    if value < span / 1000:
        raise InvalidValueError(
            f"{name} is in score points, at least a thousandth of the range of the category_scores, {span / 1000:g}: "
            f"got {quoted(value)}; as a fraction, multiply it by {span / 2:g}"
        )
    return float(value)


def _power_quantile(value: float, level: float) -> float:
    """Return the normal quantile of a power, refusing what a test at this level has without any difference."""
    from statistics import NormalDist

    value = finite_number(value, "power", above=0, below=1)
    # 1 - 0.95 rounds up, 1 - 0.9 down
    if value <= (1 - level) * (1 + 1e-12):
        raise InvalidValueError(
            f"power must be above {1 - level:.4g}: a test at level={quoted(level)} finds a difference that often "
            f"where there is none; got {quoted(value)}"
        )
    return NormalDist().inv_cdf(value)

"""The exact chance that a test of two small samples rejects: every outcome, weighed by how likely it is."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats
from npskit.checks import one_of, whole_number
from npskit.data import floats_of
from npskit.errors import InvalidTypeError, InvalidValueError, quoted
from npskit.inference.constrained import distinct_category_scores
from npskit.inference.limits import normal_quantile
from npskit.inference.two_sample import moments, score_z
from npskit.options import EXACT_TESTS, ExactTest

NPS_CATEGORY_SCORES = (-100.0, 0.0, 100.0)
# Pairs of outcomes to look at: some 115 answers a group with three categories, 30 with five.
MAX_PAIRS = 50_000_000
_BLOCK = 8192
# What may be left out in all, as improbable.
_NEGLECTED = 1e-12
# Pairs of outcomes that take no longer than drawing samples, and how many are drawn: more take longer to look at.
_QUICK, _DRAWS, _FEWER_DRAWS = 100_000, 20_000, 8_000


def exact_power(
    shares_a: ArrayLike,
    shares_b: ArrayLike,
    n: int,
    n_second: int | None = None,
    *,
    level: float = 0.95,
    category_scores: ArrayLike = NPS_CATEGORY_SCORES,
    test: ExactTest = "score",
) -> float:
    """Return the chance that the test rejects equal scores, exact to 1e-12, by enumerating the outcomes.

    With equal scores it is the size of the test, else its power.

    Args:
        shares_a: True shares of the categories in the first group, shape `(K,)`.
        shares_b: In the second.
        n: Answers in the first group.
        n_second: Answers in the second; as many by default.
        level: 1 less the two-sided level of the test.
        category_scores: What each category is worth, shape `(K,)`; an NPS by default.
        test: `"score"`, the default test of two scores, or `"wald"`.

    Raises:
        InvalidTypeError: If a number of answers is not whole.
        InvalidValueError: If a value cannot be used, or there are more than 50 million pairs of outcomes (some 115
            answers a group for an NPS); `npskit.inference.planning.power` has no limit.

    Example:
        >>> round(exact_power([0.2, 0.3, 0.5], [0.2, 0.3, 0.5], 10), 6)
        0.052265
    """
    one_of(test, EXACT_TESTS, "test")
    w = np.asarray(category_scores, dtype=np.float64)
    rising, merge = distinct_category_scores(w)
    p_a, p_b = checked_shares(shares_a, w.size) @ merge, checked_shares(shares_b, w.size) @ merge
    if p_a.ndim != 1 or p_b.ndim != 1:
        raise InvalidValueError("shares_a and shares_b must have one axis each")
    first_size = whole_number(n, "n", least=1)
    sizes = first_size, first_size if n_second is None else whole_number(n_second, "n_second", least=1)
    ways = [math.comb(size + rising.size - 1, rising.size - 1) for size in sizes]
    if ways[0] * ways[1] > MAX_PAIRS:
        raise InvalidValueError(
            f"n={sizes[0]} and n_second={sizes[1]} have {ways[0] * ways[1]:,} pairs of outcomes, more than "
            f"{MAX_PAIRS:,}: use npskit.inference.planning.power, which has no limit and errs by less than 2 points"
        )
    a, b = _outcomes(sizes[0], rising.size), _outcomes(sizes[1], rising.size)
    weight_a, weight_b = _probabilities(a, p_a), _probabilities(b, p_b)
    order = np.argsort(-weight_b)
    b, weight_b = b[order], weight_b[order]
    # each first outcome meets only those second ones that, with it, are not all but impossible
    with np.errstate(divide="ignore"):
        least = _NEGLECTED / (ways[0] * ways[1]) / weight_a
    reach = np.searchsorted(-weight_b, -least, side="right")
    rejected = []
    critical = normal_quantile(level)
    for first, last in _blocks(reach):
        rows = np.repeat(np.arange(first, last), reach[first:last])
        columns = np.arange(rows.size) - np.repeat(np.cumsum(reach[first:last]) - reach[first:last], reach[first:last])
        z = (score_z if test == "score" else _wald_z)(a[rows], b[columns], rising)
        rejected.append((weight_a[rows] * weight_b[columns])[np.abs(z) > critical].sum())
    return min(math.fsum(rejected), 1.0)


def rejections(
    shares_a: Floats, shares_b: Floats, sizes: tuple[int, int], level: float, category_scores: Floats
) -> float:
    """Return the chance that the score test rejects equal scores: exact where that is quick, else of drawn samples.

    The draws are the same each time; their error is a third of a point with three categories, half of one with more.

    Args:
        shares_a: Shape `(K,)`.
        shares_b: Shape `(K,)`.
        sizes: Answers in the two groups.
        level: 1 less the two-sided level of the test.
        category_scores: Shape `(K,)`.

    Example:
        >>> shares = np.array([0.2, 0.3, 0.5]), np.array([0.1, 0.3, 0.6])
        >>> round(rejections(*shares, (20, 20), 0.95, np.array([-100.0, 0, 100])), 2)
        0.14
    """
    size = distinct_category_scores(category_scores)[0].size
    if math.prod(math.comb(n + size - 1, size - 1) for n in sizes) <= _QUICK:
        return exact_power(shares_a, shares_b, *sizes, level=level, category_scores=category_scores)
    rng, draws = np.random.default_rng(0), _DRAWS if size <= 3 else _FEWER_DRAWS
    pairs = zip((shares_a, shares_b), sizes, strict=True)
    a, b = (rng.multinomial(n, p, size=draws).astype(np.float64) for p, n in pairs)
    return float((np.abs(score_z(a, b, category_scores)) > normal_quantile(level)).mean())


def checked_shares(shares: ArrayLike | Mapping[str, float], size: int) -> Floats:
    """Return shares as an array `(K,)` or `(2, K)` whose rows sum to 1.

    Raises:
        InvalidValueError: If they have another shape, are negative or do not sum to 1.
    """
    try:
        p = floats_of(list(shares.values()) if isinstance(shares, Mapping) else shares, "shares")
    except InvalidTypeError:
        raise InvalidTypeError(f"shares must be numbers, one per category: got {quoted(shares)}") from None
    if p.shape not in {(size,), (2, size)}:
        raise InvalidValueError(f"shares must have shape ({size},) or (2, {size}), one per category: got {p.shape}")
    if not ((p >= 0).all() and np.allclose(p.sum(axis=-1), 1, rtol=0, atol=1e-6)):
        raise InvalidValueError(f"shares must not be negative and must sum to 1: got {p.tolist()}")
    return np.asarray(p / p.sum(axis=-1, keepdims=True))


def _outcomes(n: int, size: int) -> Floats:
    """Return every way in which n answers fall into `size` categories, shape `(ways, size)`."""
    bars = np.array(list(itertools.combinations(range(n + size - 1), size - 1)), dtype=np.int64)
    edges = np.pad(bars, ((0, 0), (1, 1)), constant_values=((0, 0), (-1, n + size - 1)))
    return (np.diff(edges, axis=1) - 1).astype(np.float64)


def _probabilities(outcomes: Floats, shares: Floats) -> Floats:
    """Return the multinomial probabilities of the outcomes, shape `(ways,)`."""
    n = int(outcomes[0].sum())
    log_factorial = np.array([math.lgamma(k + 1) for k in range(n + 1)])
    with np.errstate(divide="ignore", invalid="ignore"):
        # 0 log 0 = 0
        terms = np.where(outcomes > 0, outcomes * np.log(shares), 0.0) - log_factorial[outcomes.astype(np.intp)]
    return np.asarray(np.exp(log_factorial[n] + terms.sum(axis=1)))


def _blocks(sizes: np.ndarray[tuple[int], np.dtype[np.intp]]) -> list[tuple[int, int]]:
    """Cut the rows into runs of about a block of pairs each."""
    cuts = np.unique(np.searchsorted(np.cumsum(sizes), np.arange(0, int(sizes.sum()), _BLOCK)))
    edges = [*cuts.tolist(), sizes.size]
    return [(first, last) for first, last in itertools.pairwise(edges) if last > first]


def _wald_z(a: Floats, b: Floats, category_scores: Floats) -> Floats:
    """Return Wald's statistic; infinite where the scores differ and neither sample has any variance."""
    (n_a, mean_a, v_a), (n_b, mean_b, v_b) = moments(a, category_scores), moments(b, category_scores)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((mean_a - mean_b) / np.sqrt(v_a / n_a + v_b / n_b))

"""Score limits of a mean, and the vectorized root finding behind the intervals."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats
from npskit.checks import finite_number
from npskit.data import slices
from npskit.errors import InvalidValueError, quoted
from npskit.inference.constrained import distinct_category_scores

# Rows worked on at a time: small enough for the cache, large enough to hide the interpreter.
BLOCK = 8192
_STEPS = 100
# From so many degrees of freedom on, times 1 + z², the expansion of t is as good as a float.
_MANY = 200


class MergedSample(NamedTuple):
    """Counts with categories of equal score added together, category scores rising; leading axes kept."""

    counts: Floats
    category_scores: Floats
    n: Floats
    shares: Floats
    mean: Floats


def checked_counts(counts: ArrayLike, category_scores: ArrayLike) -> tuple[Floats, Floats]:
    """Return counts and category scores as arrays that fit each other, or say what is wrong with them."""
    c, w = np.asarray(counts, dtype=np.float64), np.asarray(category_scores, dtype=np.float64)
    if w.ndim != 1 or c.ndim == 0 or c.shape[-1] != w.size:
        raise InvalidValueError(f"counts must end in one axis per category: got shapes {c.shape} and {w.shape}")
    bad = ~((c >= 0) & (c < np.inf))
    if bad.any():
        where = np.argwhere(bad)[:3]
        raise InvalidValueError(
            f"counts must be finite and not negative: {', '.join(f'{c[tuple(i)]:g} at {i.tolist()}' for i in where)}"
        )
    return c, w


def sample_of(counts: ArrayLike, category_scores: ArrayLike) -> MergedSample:
    """Return the checked counts as a `MergedSample`."""
    c, w = checked_counts(counts, category_scores)
    distinct, merge = distinct_category_scores(w)
    n = c.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        merged = c @ merge
        mean = np.clip((c * w).sum(axis=-1) / n, distinct[0], distinct[-1])
        return MergedSample(merged, distinct, n, merged / n[..., None], mean)


def tail_of(level: float) -> float:
    """Return the probability an interval at `level` leaves on each side.

    Raises:
        InvalidTypeError: If `level` is not a number.
        InvalidValueError: If it does not lie between 0 and 1, both excluded.
    """
    value = finite_number(level, "level")
    if not 0 < value < 1:
        hint = f"; for {value:g} % write {value / 100:g}" if 1 < value < 100 else ""
        raise InvalidValueError(f"level must lie strictly between 0 and 1: got {quoted(level)}{hint}")
    return (1 - value) / 2


def normal_quantile(level: float) -> float:
    """Return the z that a normal variable stays within, on both sides, with probability `level`."""
    from statistics import NormalDist

    # From the tail: (1 + level) / 2 rounds to 1 for levels near 1, and the quantile of 1 is infinite.
    return -NormalDist().inv_cdf(tail_of(level))


def t_quantile(df: ArrayLike, level: float) -> Floats:
    """Return the t that Student's variable stays within, on both sides, with probability `level`.

    Of many degrees of freedom by the expansion around the normal quantile, to the fourth order: M. Abramowitz and I. A.
    Stegun, Handbook of Mathematical Functions (1964), 26.7.5.

    Example:
        >>> t_quantile([5, np.inf], 0.95).round(3).tolist()
        [2.571, 1.96]
    """
    freedom, z = np.asarray(df, dtype=np.float64), normal_quantile(level)
    few, square = freedom < _MANY * (1 + z * z), z * z
    with np.errstate(all="ignore"):
        found = np.full(freedom.shape, 0.0)
        for term in (
            ((((79 * square + 776) * square + 1482) * square - 1920) * square - 945) / 92160,
            (((3 * square + 19) * square + 17) * square - 15) / 384,
            ((5 * square + 16) * square + 3) / 96,
            (square + 1) / 4,
            1.0,
        ):
            found = term + found / freedom
    found = z * found
    if few.any():  # only then is scipy loaded: that takes longer than all the rest of a table
        from scipy.special import stdtrit

        found = np.where(few, -stdtrit(np.where(few, freedom, np.nan), tail_of(level)), found)
    return np.asarray(found)


def normal_p(z: ArrayLike) -> Floats:
    """Return two-sided p-values of standard normal statistics, accurate also far out.

    Example:
        >>> normal_p([0.0, 1.959963984540054]).round(6).tolist()
        [1.0, 0.05]
    """
    # math.erfc, not scipy's: importing scipy takes longer than computing a hundred thousand values
    return np.asarray(np.frompyfunc(math.erfc, 1, 1)(np.abs(z) / math.sqrt(2)), dtype=np.float64)


def score_distances(sample: MergedSample, z: Floats) -> tuple[Floats, Floats]:
    """Return how far the lower and the upper score limits lie from the mean, as shares of the range of scores."""
    shape = np.broadcast_shapes(sample.n.shape, z.shape)
    size, span = sample.category_scores.size, sample.category_scores[-1] - sample.category_scores[0]
    shares = np.broadcast_to(sample.shares, (*shape, size)).reshape(-1, size)
    mean = np.broadcast_to(sample.mean, shape).ravel()
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.broadcast_to(z * z / sample.n, shape).ravel()
    low, high = np.empty(mean.size), np.empty(mean.size)
    for rows in slices(mean.size, BLOCK):
        p = np.ascontiguousarray(shares[rows].T)
        e = (sample.category_scores[:, None] - mean[rows]) / span
        low[rows] = _distance(p, e, ratio[rows])
        high[rows] = _distance(p[::-1], -e[::-1], ratio[rows])
    return low.reshape(shape), high.reshape(shape)


def _distance(p: Floats, e: Floats, c: Floats) -> Floats:
    """Return the distance d > 0 of the mean from its lower score limit; p, e of shape (K, N), e the deviations.

    With the multiplier t of the constrained shares pₖ/(1 + t(wₖ − m)), the constrained variance is (θ̂ − m)/t, so that
    T² = n(θ̂ − m)²/v is n·t·(θ̂ − m): falling in m, since t is the slope of the concave profile likelihood. At T = z
    therefore d = θ̂ − m = c/t with c = z²/n, and what is left is one equation in t alone,
    φ(t) = Σ pₖ/(1 + c + t·eₖ) = 1. Its reciprocal is concave (a harmonic mean of linear functions): Newton's method
    on 1/φ − 1 falls monotonically onto the root from the right of it. Where the lowest category is empty, t stops
    where the multiplier does, at 1 + c + t·e₀ = 0.
    """
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        lowest, cap = e[0] >= 0, (1 + c - p[0]) / -e[0]
        e = np.where(p > 0, e, 0.0)
        pe = p * e
        variance = (pe * e).sum(axis=0)
        skew = (pe * e * e).sum(axis=0) / variance * c
        # The root for two categories: right to third order for any number of them.
        t = (skew + np.sqrt(skew * skew + 4 * variance * c * (1 + c))) / (2 * variance)
        t = np.fmin(t, cap)
        for _ in range(_STEPS):  # pragma: no branch
            x = c + t * e
            r = 1 / (1 + x)
            excess = (p * x * x * r).sum(axis=0) - c
            slope = (pe * r * r).sum(axis=0)
            # Where all answers are of one kind φ is flat, and its slope rounding: go to the end at once.
            new = np.where(slope < 0, np.fmin(t + (1 + excess) * excess / slope, cap), cap)
            moving = np.abs(new - t) > 1e-14 * t
            t = new
            if not moving.any():
                break
        return np.where((c == 0) | lowest, 0.0, c / t)


def falling_root(function: Callable[[Floats], Floats], left: Floats, right: Floats, tolerance: float) -> Floats:
    """Return where a falling function changes sign in [left, right], by Chandrupatla's method, elementwise.

    The function counts as positive at `left` and negative at `right`, and is not evaluated there: where it never
    changes sign the end it points to is returned. T. R. Chandrupatla, "A new hybrid quadratic/bisection algorithm for
    finding the zero of a nonlinear function without using derivatives", Advances in Engineering Software 28 (1997).
    """
    a, b = left.astype(np.float64), right.astype(np.float64)
    fa, fb = np.full(a.shape, np.inf), np.full(a.shape, -np.inf)
    t = np.full(a.shape, 0.5)
    for _ in range(_STEPS):  # pragma: no branch
        x = a + t * (b - a)
        fx = function(x)
        same = (fx > 0) == (fa > 0)
        c, fc = np.where(same, a, b), np.where(same, fa, fb)
        b, fb = np.where(same, b, a), np.where(same, fb, fa)
        a, fa = x, fx
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            limit = tolerance / np.abs(b - a)
            if not ((limit < 0.5) & (fa != 0)).any():
                break
            xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
            smooth = (phi * phi < xi) & ((1 - phi) ** 2 < 1 - xi)
            inverse = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
            t = np.where(smooth & np.isfinite(inverse), inverse, 0.5)
            t = np.clip(t, np.fmin(limit, 0.5), 1 - np.fmin(limit, 0.5))
            t = np.where(fa == 0, 0.0, t)
    return np.where(np.abs(fa) <= np.abs(fb), a, b)

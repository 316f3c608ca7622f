"""Maximum-likelihood shares of the categories at a given mean score: what every score method stands on."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import SQUARABLE, Floats, Integers, can_be_squared
from npskit.errors import InvalidValueError

_NEWTON_STEPS = 200
_MOST_STEPS = 10_000
# A part of the range of the category scores whose square root still has all its digits, and that no answer can tell
# from 0.
NEGLIGIBLE = 1e-290


def distinct_category_scores(category_scores: Floats) -> tuple[Floats, Floats]:
    """Return the distinct category scores, rising, and the 0/1 matrix (K, D) that adds categories of equal score."""
    distinct, place = np.unique(category_scores, return_inverse=True)
    if not (category_scores.ndim == 1 and distinct.size >= 2 and np.isfinite(distinct).all()):
        raise InvalidValueError(
            f"category_scores must be finite, one per category, and not all equal: got {category_scores.tolist()}"
        )
    if not can_be_squared(distinct):
        raise InvalidValueError(f"category_scores must be {SQUARABLE}: got {category_scores.tolist()}")
    return distinct, (place[:, None] == np.arange(distinct.size)).astype(np.float64)


def lattice(category_scores: Floats, otherwise: str) -> tuple[Integers, float]:
    """Return rising category scores as whole multiples of a step above the lowest, and the step.

    Raises:
        InvalidValueError: If no step of at least a ten-thousandth of the range fits; `otherwise` says what to do then.
    """
    relative = (category_scores - category_scores[0]) / (category_scores[-1] - category_scores[0])
    steps = np.arange(1, _MOST_STEPS + 1)[:, None] * relative
    fits = np.flatnonzero((np.abs(steps - np.rint(steps)) < 1e-9).all(axis=1))
    if not fits.size:
        raise InvalidValueError(
            f"category_scores must lie on a common grid of at most {_MOST_STEPS:,} steps: got "
            f"{category_scores.tolist()}; {otherwise}"
        )
    return np.rint(steps[fits[0]]).astype(np.int64), float(np.ptp(category_scores)) / float(fits[0] + 1)


def mean_variance(shares: ArrayLike, category_scores: ArrayLike) -> Floats:
    """Return the variance of one answer's score.

    Args:
        shares: Shares of the categories, shape `(..., K)`, summing to 1.
        category_scores: What each category is worth, shape `(K,)`.

    Returns:
        Σ pₖ(wₖ − m)² with m = Σ pₖwₖ, in squared units of the category scores, shape `(...)`. The variance of the mean
        of n answers is this over n.

    Example:
        >>> mean_variance([0.1, 0.4, 0.5], [-1, 0, 1]).item()
        0.44
    """
    p, w = np.asarray(shares, dtype=np.float64), np.asarray(category_scores, dtype=np.float64)
    deviations = w - (p @ w)[..., None]
    return np.asarray((p * deviations * deviations).sum(axis=-1))


def constrained_shares(counts: ArrayLike, category_scores: ArrayLike, mean: ArrayLike) -> Floats:
    """Return the most likely shares of the categories among those whose mean category score is `mean`.

    Two distinct category scores leave no freedom. With three, the share of the extreme category on the far side is the
    root of
    a quadratic: for equally spaced category scores, Tango's q ("Equivalence test and confidence interval for the
    difference in proportions for the paired-sample design", Statistics in Medicine 17 (1998) 891-908, section 3), here
    in a form without cancellation and for any spacing. In general pₖ = (cₖ/n)/(1 + t(wₖ − m)), where t is the Lagrange
    multiplier (Owen, "Empirical likelihood ratio confidence intervals for a single functional", Biometrika 75 (1988)
    237-249): the only root of a falling function. An extreme category that nobody chose takes a share where the mean
    asks for it. Categories of equal score keep their proportions; where all of them are empty, they share evenly.

    Args:
        counts: Answers per category, shape `(..., K)`, not negative; need not be whole.
        category_scores: What each category is worth, shape `(K,)`, in any order.
        mean: The mean category score to keep, in the units of the category scores; broadcasts against the leading axes
            of `counts`.

    Returns:
        Shares, shape `(..., K)`. NaN where there are no answers or `mean` lies outside the range of the category
        scores.

    Raises:
        InvalidValueError: If the category scores are not finite or all equal, or do not fit the counts.

    Example:
        >>> constrained_shares([1, 2, 7], [-100, 0, 100], 20).round(6).tolist()
        [0.287797, 0.224405, 0.487797]
    """
    c, w = np.asarray(counts, dtype=np.float64), np.asarray(category_scores, dtype=np.float64)
    distinct, merge = distinct_category_scores(w)
    if c.ndim == 0 or c.shape[-1] != w.size:
        raise InvalidValueError(f"counts must end in an axis of {w.size}, one per category: got shape {c.shape}")
    m = np.asarray(mean, dtype=np.float64)
    c, m = np.broadcast_arrays(c, m[..., None])
    m = m[..., 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = c / c.sum(axis=-1, keepdims=True)
        merged = shares @ merge
        m = np.where((m >= distinct[0]) & (m <= distinct[-1]), m, np.nan)
        if distinct.size == 2:
            top = (m - distinct[0]) / (distinct[1] - distinct[0])
            found = np.stack([(distinct[1] - m) / (distinct[1] - distinct[0]), top], axis=-1) + 0 * merged
        else:
            found = (_three if distinct.size == 3 else _many)(merged, distinct, m)
        if distinct.size == w.size:
            return np.asarray(found @ merge.T)
        within = np.where((merged @ merge.T) > 0, shares / (merged @ merge.T), 1 / (merge.sum(axis=0) @ merge.T))
        return np.asarray((found @ merge.T) * within)


def _three(shares: Floats, category_scores: Floats, mean: Floats) -> Floats:
    """Return the constrained shares for three rising scores, by the quadratic in the share of the far extreme."""
    low, middle, high = category_scores
    span = high - low
    # Seen from the side the mean lies on, every term below is a sum of positives: mirror where it lies below.
    below = mean < middle
    near = np.where(below, shares[..., 0], shares[..., 2])
    far = np.where(below, shares[..., 2], shares[..., 0])
    reach = np.where(below, mean - low, high - mean) / span
    beyond = np.where(below, (middle - mean) / (high - middle), (mean - middle) / (middle - low))
    slope = beyond * (far + shares[..., 1]) - reach * (far + near)
    constant = far * reach * beyond
    root = np.sqrt(slope * slope + 4 * constant)
    q = np.where(slope > 0, 2 * constant / (slope + root), (root - slope) / 2)
    q = np.clip(q, 0, reach)
    far_step = np.where(below, high - middle, middle - low) / span
    near_step = np.where(below, middle - low, high - middle) / span
    inner = (reach - q) / near_step
    close = far_step * (beyond + q) / near_step
    return np.stack([np.where(below, close, q), inner, np.where(below, q, close)], axis=-1)


def _many(shares: Floats, category_scores: Floats, mean: Floats) -> Floats:
    """Return the constrained shares for any rising category scores, by the Lagrange multiplier."""
    low, high = category_scores[[0, -1]]
    rising, falling = (category_scores - low) / (high - low), (high - category_scores) / (high - low)
    # nearer to an end than this is at it: the reciprocals below would overflow
    top, bottom = (
        np.where(gap / (high - low) < NEGLIGIBLE, 0.0, gap / (high - low)) for gap in (mean - low, high - mean)
    )
    # The multiplier runs over an interval; u in [0, 1] is the place in it. Mirrored so that u <= 1/2, u keeps its
    # relative precision where the share of the upper extreme is tiny.
    up, down = rising * bottom[..., None], falling * top[..., None]
    middle = (shares * (up - down) / (up + down)).sum(axis=-1) > 0
    flip = middle[..., None]
    shares = np.where(flip, shares[..., ::-1], shares)
    up, down = np.where(flip, down[..., ::-1], up), np.where(flip, up[..., ::-1], down)
    spread = np.where(middle, bottom, top)[..., None] * np.where(middle, top, bottom)[..., None]
    u = _multiplier(shares, up, down)[..., None]
    found = np.where(shares > 0, shares * spread / (u * up + (1 - u) * down), 0.0)
    # At the end of its interval the multiplier leaves the rest to an extreme category that nobody chose.
    rest = np.clip(1 - found[..., :-1].sum(axis=-1), 0, 1)
    found[..., -1] = np.where(u[..., 0] > 0, found[..., -1], rest)
    found = np.where(flip, found[..., ::-1], found)
    edge = (top == 0) | (bottom == 0)
    ends = np.zeros_like(found)
    ends[..., 0], ends[..., -1] = top == 0, bottom == 0
    return np.asarray(np.where(edge[..., None], ends, found) + 0 * shares.sum(axis=-1, keepdims=True))


def _multiplier(shares: Floats, up: Floats, down: Floats) -> Floats:
    """Return the root u in [0, 1/2] of the falling Σ p(up − down)/(u·up + (1−u)·down); 0 where it is not positive."""
    d = up - down
    # The last category's term is p/u: times u, the function is smooth down to 0, and so is Newton's method.
    last, p, d, down = shares[..., -1], shares[..., :-1], d[..., :-1], down[..., :-1]
    low, high = np.zeros(last.shape), np.full(last.shape, 0.5)
    u = np.clip(last, 1e-3, 0.5)
    start = (p * d / down).sum(axis=-1)
    closed = (last == 0) & ~(start > 0)
    for _ in range(_NEWTON_STEPS):
        base = down + u[..., None] * d
        term = p * d / base
        value = last + u * term.sum(axis=-1)
        # The sign of u·h(u) is that of h, which falls: a positive value lies left of the root.
        low, high = np.where(value > 0, u, low), np.where(value > 0, high, u)
        derivative = (term * down / base).sum(axis=-1)
        new = u - value / derivative
        new = np.where((new > low) & (new < high), new, (low + high) / 2)
        done = closed | ~(np.abs(new - u) > 4e-16 * u)
        u = new
        if done.all():
            break
    return np.where(closed, 0.0, u)

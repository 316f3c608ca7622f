"""What scores share where they do not differ: the common mean that is most likely, and what each varies by under it."""

from __future__ import annotations

import numpy as np

from npskit.arrays import Floats
from npskit.inference.constrained import constrained_shares, distinct_category_scores, mean_variance

# On a mean in 0..1, where the noise of the derivative moves its zero by 1e-16 or so.
_TOLERANCE = 4e-15
_STEPS = 200
# Up to so many distinct category scores each of them may have been chosen by somebody, as in Tango's method.
_ALL_COUNT = 3


def null_variances(counts: Floats, category_scores: Floats, offsets: Floats | None = None) -> tuple[Floats, Floats]:
    """Return the common mean m of several samples, and the variance of one answer of each at the mean m + its offset.

    The shares behind the variances are the most likely ones with these means. Of more than three distinct category
    scores, and without offsets, those beyond the lowest and the highest that anybody chose in any of the samples get no
    share: where answers lie within a few of many categories, the chance of one that nobody gave, far away, made the
    test find next to nothing (`npskit.inference.two_sample.score_test` has the figures).

    Args:
        counts: Shape `(M, G, K)`.
        category_scores: Shape `(K,)`.
        offsets: What the mean of each sample lies above m, shape `(G,)`; None for nothing.

    Returns:
        Shapes `(M,)` and `(M, G)`, in units of the category scores and their square; NaN where no sample has answers.

    Example:
        >>> m, v = null_variances(np.array([[[12.0, 18, 70], [20, 25, 55]]]), np.array([-100.0, 0, 100]))
        >>> m.round(4).tolist(), v.round(2).tolist()
        ([46.195], [[5882.09, 5578.13]])
    """
    rising, merge = distinct_category_scores(category_scores)
    merged, found = counts @ merge, (np.empty(len(counts)), np.empty(counts.shape[:2]))
    chosen = merged.sum(axis=1) > 0
    first, last = chosen.argmax(axis=1), rising.size - 1 - chosen[:, ::-1].argmax(axis=1)
    if rising.size <= _ALL_COUNT or offsets is not None:
        first, last = np.zeros_like(first), np.full_like(last, rising.size - 1)
    spans, which = np.unique(first * rising.size + last, return_inverse=True)
    for i, span in enumerate(spans.tolist()):
        (low, high), rows = divmod(span, rising.size), which == i
        if low == high:  # everybody says the same
            found[0][rows], found[1][rows] = rising[low], 0.0
            continue
        # on [0, 1]: tolerances mean the same for every scale
        size = rising[high] - rising[low]
        unit, part = (rising[low : high + 1] - rising[low]) / size, merged[rows, :, low : high + 1]
        shift = np.zeros(counts.shape[1]) if offsets is None else offsets / size
        center = common_mean(part, unit, shift)
        shares = constrained_shares(part, unit, np.clip(center[:, np.newaxis] + shift, 0.0, 1.0))
        found[0][rows], found[1][rows] = rising[low] + size * center, mean_variance(shares, unit) * size**2
    return found


def common_mean(counts: Floats, category_scores: Floats, offsets: Floats) -> Floats:
    """Return the most likely mean m such that each sample has the mean m + its offset.

    It is the zero of the derivative of the profile likelihood, the sum of the Lagrange multipliers (Owen 1988), not the
    place of its maximum, which can be found to half the digits only. Samples without answers have no say.

    Args:
        counts: Shape `(M, G, K)`.
        category_scores: Distinct, rising from 0 to 1, shape `(K,)`.
        offsets: Shape `(G,)`, each within -1..1.

    Returns:
        Shape `(M,)`; NaN where no sample has answers.
    """
    n = counts.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        ends = counts @ category_scores / n - offsets
    # the profile likelihoods are concave, so the maximum of their sum lies between their own
    ends = np.clip(ends, max(0.0, -float(offsets.min())), min(1.0, 1 - float(offsets.max())))
    low, high = np.where(n > 0, ends, np.inf).min(axis=1), np.where(n > 0, ends, -np.inf).max(axis=1)
    with np.errstate(invalid="ignore"):
        center = np.where(high < low, np.nan, (low + high) / 2)
    active = np.flatnonzero(high > low)
    for _ in range(_STEPS):
        if not active.size:
            break
        m, lower, upper = center[active], low[active], high[active]
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            slopes, curves = _profile(counts[active], category_scores, np.clip(m[:, np.newaxis] + offsets, 0.0, 1.0))
            answered = n[active] > 0
            slope, curve = (np.where(answered, part, 0.0).sum(axis=1) for part in (slopes, curves))
            step = -slope / curve
        lower, upper = np.where(slope > 0, m, lower), np.where(slope < 0, m, upper)
        inside = (m + step > lower) & (m + step < upper)
        close = np.abs(step) <= _TOLERANCE
        new = np.where(close | inside, m + step, (lower + upper) / 2)
        center[active] = np.clip(new, lower, upper)
        low[active], high[active] = lower, upper
        active = active[~close & (upper - lower > _TOLERANCE / 10)]
    return np.asarray(center)


def _profile(counts: Floats, category_scores: Floats, mean: Floats) -> tuple[Floats, Floats]:
    """Return the first and second derivatives of the profile log-likelihoods with respect to the mean.

    Every category that was chosen has cₖ/pₖ = α + t·wₖ; the first derivative is the slope t of that line, read off the
    lowest and the highest. An empty extreme category that has a share lies on it at zero.
    """
    shares = constrained_shares(counts, category_scores, mean)
    on_line = (counts > 0) | ((shares > 0) & ((category_scores == 0) | (category_scores == 1)))
    ends = np.stack([on_line.argmax(axis=-1), category_scores.size - 1 - on_line[..., ::-1].argmax(axis=-1)], axis=-1)
    at, chosen = category_scores[ends], np.take_along_axis(counts, ends, axis=-1)
    heights = np.take_along_axis(counts / shares, ends, axis=-1)
    slope = (heights[..., 1] - heights[..., 0]) / (at[..., 1] - at[..., 0])
    # dt/dmean = -1/Σ(p²/c)(w - pivot)², the pivot being the extreme that stays at zero, or else the weighted mean
    mass = np.where(counts > 0, shares * shares / counts, 0.0)
    pivot = mass @ category_scores / mass.sum(axis=-1)
    pivot = np.where(chosen[..., 0] == 0, at[..., 0], pivot)
    pivot = np.where(chosen[..., 1] == 0, at[..., 1], pivot)
    distance = category_scores - pivot[..., np.newaxis]
    return np.asarray(slope), np.asarray(-1 / (mass * distance * distance).sum(axis=-1))

"""A second look at the effect: those who answered again stand for all who were assigned, by arm and segment."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats
from npskit.followup.impact.arm_contrasts import ALL, ArmContrast, ArmValue
from npskit.inference import checked_counts, mean_variance, moments, mover, normal_p, score_interval, score_z
from npskit.results import LEVEL, Interval, intervals


def reweighted_contrast(tables: ArrayLike, category_scores: Floats, *, level: float = LEVEL) -> ArmContrast:
    """Compare the score of two arms, each customer who answered again weighted by how many of the assigned it is for.

    Args:
        tables: Customers by arm, present and later category, as `count_arms` gives them.
        category_scores: The score of each category, shape `(K,)`.
        level: Confidence level.

    Returns:
        NaN where nobody of a segment of an arm answered again: then nobody stands for it.

    Example:
        >>> tables = [[[[20, 20, 10], [5, 25, 20]], [[10, 10, 30], [5, 25, 20]]]]
        >>> found = reweighted_contrast(tables[0], np.array([0.0, 100.0]))
        >>> round(found.treated.value, 1), round(found.held_out.value, 1), round(found.difference, 1)
        (66.7, 66.7, 0.0)
    """
    cells = np.asarray(tables)
    means, limits, difference, between, p = reweighted(cells, category_scores, level)
    own = intervals(*limits, level=level, method="mover")
    n = cells[..., :-1].sum(axis=(1, 2)).tolist()
    treated, held_out = (ArmValue(*figures) for figures in zip(n, means.tolist(), own, strict=True))
    interval = Interval(*(float(limit) for limit in between), level=level, method="mover")
    return ArmContrast(
        "score", ALL, "reweighted", "points", treated, held_out, float(difference), interval, float(p), float(p)
    )


def reweighted(
    tables: ArrayLike, category_scores: ArrayLike, level: float = LEVEL
) -> tuple[Floats, tuple[Floats, Floats], Floats, tuple[Floats, Floats], Floats]:
    """Return the score of each arm, its limits, their difference, its limits and its p-value, of all assigned.

    Inverse-probability weighting (Horvitz & Thompson, "A generalization of sampling without replacement from a finite
    universe", Journal of the American Statistical Association 47 (1952) 663-685; Robins, Rotnitzky & Zhao, "Estimation
    of regression coefficients when some regressors are not always observed", the same 89 (1994) 846-866) with the share
    of an arm's segment that answered again as its probability, and the segments in the proportions they have in both
    arms together, since chance alone made those of the arms differ: Σ πₛ θ̂ₛ over the segments s. Limits by MOVER over
    the score intervals of the cells, the segments' proportions taken as they are; the p-value from the cells' variances
    constrained to no difference within each segment, as `score_test` has them.

    Args:
        tables: Customers by arm, present and later category, the last of each for none: shape `(..., 2, S, K + 1)`.
        category_scores: The score of each category, shape `(K,)`.
        level: Confidence level.

    Returns:
        Arrays of the leading shape, those of arms with an axis of 2 at the end.
    """
    cells = np.asarray(tables)
    counts, w = checked_counts(cells[..., :-1], category_scores)
    assigned = cells.sum(axis=(-3, -1)).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = assigned / assigned.sum(axis=-1, keepdims=True)
        n, mean, _ = moments(counts, w)
        low, high = score_interval(counts, w, level)
        # a segment that nobody is in asks for nothing
        empty = (assigned == 0)[..., None, :]
        mean, low, high = (np.where(empty, 0.0, part) for part in (mean, low, high))
        by_arm = np.broadcast_to(share[..., None, :], mean.shape)
        means, limits = (by_arm * mean).sum(axis=-1), mover(mean, low, high, by_arm)
        side = np.array([1.0, -1.0])[:, None]
        flat = (*mean.shape[:-2], -1)
        between = mover(*(part.reshape(flat) for part in (mean, low, high, side * by_arm)))
        apart = mean[..., 0, :] - mean[..., 1, :]
        z = score_z(counts[..., 0, :, :], counts[..., 1, :, :], w)
        own = (mean_variance(counts / n[..., None], w) / n).sum(axis=-2)
        # where the two are equal the constraint binds nothing
        variance = np.where(assigned == 0, 0.0, np.where(z == 0, own, (apart / z) ** 2))
        difference, total = (share * apart).sum(axis=-1), (share**2 * variance).sum(axis=-1)
        p = normal_p(np.where(total == 0, 0.0, difference / np.sqrt(total)))
    return means, limits, difference, between, p

"""Ranks of scores, and how sure they are: a set of ranks for each group, all of which hold at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Floats, Integers
from npskit.inference.k_sample import checked_groups
from npskit.inference.limits import normal_p, tail_of
from npskit.inference.multiplicity import adjust
from npskit.inference.two_sample import moments, score_z

# Scores that differ by less, as a part of the range of category scores, are equal.
_EQUAL = 1e-9


class RankSets(NamedTuple):
    """Ranks with their confidence sets, shape `(..., G)`: 1 for the highest score, 0 for a group without answers."""

    rank: Integers
    low: Integers
    high: Integers


def ranks_of(values: ArrayLike, equal: float = 0.0) -> Integers:
    """Return the rank of each value along the last axis: 1 for the highest; equal ones share the best, NaN has 0.

    Args:
        values: Shape `(..., G)`.
        equal: Values that differ by no more are equal.

    Example:
        >>> ranks_of([3.0, 9.0, 3.0, float("nan")]).tolist()
        [2, 1, 2, 0]
    """
    found = np.asarray(values, dtype=np.float64)
    higher = (found[..., np.newaxis, :] - found[..., :, np.newaxis] > equal).sum(axis=-1)
    return np.where(np.isnan(found), 0, 1 + higher)


def rank_sets(
    counts: ArrayLike, category_scores: ArrayLike, level: float = 0.95, correlations: ArrayLike | None = None
) -> RankSets:
    """Return the rank of each group's score with a set of ranks that holds for all groups at once.

    The rank of a group is 1 and the number of groups with a higher score. Every pair is tested both ways, θᵢ ≤ θⱼ and
    θⱼ ≤ θᵢ, by the score test (`npskit.inference.two_sample.score_test`), with Holm's step-down over all G(G - 1)
    one-sided tests. The set of a group runs from 1 and the groups shown to be higher to G less the groups shown to be
    lower. With a probability of at least `level` no test rejects wrongly, and then each set holds the true rank of its
    group, and every rank that a tie could be given.

    Sources: Mogstad, Romano, Shaikh & Wilhelm, "Inference for ranks with applications to mobility across neighbourhoods
    and academic achievement across countries", Review of Economic Studies 91 (2024) 476-518, whose step-down sets these
    are, with score tests and Holm's correction (Scandinavian Journal of Statistics 6 (1979) 65-70) where they resample;
    Klein, Wright & Wieczorek, "A joint confidence region for an overall ranking of populations", J. R. Statist. Soc. C
    69 (2020) 589-606. Ranks of bootstrap samples are no such sets: they miss the ranks of scores that are nearly equal.

    Args:
        counts: Shape `(..., G, K)`; need not be whole.
        category_scores: Shape `(K,)`.
        level: The probability with which all sets hold.
        correlations: Of the scores, shape `(..., G, G)`, where the same customers are in several groups
            (`npskit.inference.design_contrasts.group_correlations`); None where groups are independent.

    Returns:
        Ranks and the ends of their sets; groups without answers have no rank, and count nowhere.

    Raises:
        InvalidValueError: If the counts have no axis of groups, counts and category scores do not fit, or the level is
            out of range.

    Example:
        >>> found = rank_sets([[20, 25, 55], [50, 30, 20], [18, 25, 57]], [-100, 0, 100])
        >>> list(zip(found.rank.tolist(), found.low.tolist(), found.high.tolist()))
        [(2, 1, 2), (3, 3, 3), (1, 1, 2)]
    """
    c, w = checked_groups(counts, category_scores)
    alpha = 2 * tail_of(level)
    i, j = np.triu_indices(c.shape[-2], 1)
    rho = 0.0 if correlations is None else np.asarray(correlations)[..., i, j]
    z = score_z(c[..., i, :], c[..., j, :], w, correlation=rho)
    tail = normal_p(z) / 2
    first, second = np.where(z > 0, tail, 1 - tail), np.where(z > 0, 1 - tail, tail)
    shown = adjust(np.concatenate([first, second], axis=-1), "holm") <= alpha
    above = np.zeros((*c.shape[:-1], c.shape[-2]), dtype=np.bool_)  # whether a group (line) is shown above another
    above[..., i, j], above[..., j, i] = np.split(shown, 2, axis=-1)
    n, means, _ = moments(c, w)
    answered = n > 0
    groups = answered.sum(axis=-1, keepdims=True)
    rank = ranks_of(np.where(answered, means, np.nan), _EQUAL * float(np.ptp(w)))
    return RankSets(
        rank,
        np.where(answered, 1 + above.sum(axis=-2), 0),
        np.where(answered, groups - above.sum(axis=-1), 0),
    )


def rank_limits(values: Floats, level: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return between which ranks each of several estimates is in samples drawn again: 1 for the largest.

    For each by itself, as percentiles: sure for estimates that are apart, too narrow for those nearly equal.

    Args:
        values: The estimates in each sample, shape `(G, B)`.
        level: Of the percentiles.
    """
    order = np.argsort(np.argsort(-values, axis=0, kind="stable"), axis=0) + 1
    tail = (1 - level) / 2
    low, high = np.quantile(order, [tail, 1 - tail], axis=1, method="nearest")
    return low.astype(np.intp), high.astype(np.intp)

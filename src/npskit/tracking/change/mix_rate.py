"""Mix and rate: how much of a change of the score is who answered, and how much is how they answered.

A score is Σ wₛ rₛ over segments, with wₛ the share of a segment and rₛ its score. Kitagawa, "Components of a difference
between two rates", Journal of the American Statistical Association 50 (1955) 1168-1194, splits its change into
mixₛ = Δwₛ (r̄ₛ − R), with R the average of the two scores, and rateₛ = Δrₛ w̄ₛ: each change weighed by the average of the
other over the two periods. That is Shapley's value of two factors (Shorrocks, "Decomposition procedures for
distributional analysis: a unified framework based on the Shapley value", Journal of Economic Inequality 11 (2013)
99-126), and in this form it extends to nested dimensions: with w_region · w_channel|region · r there are three factors,
and the effect of each is its change averaged over all orders in which the factors can change.
"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Floats, Frozen
from npskit.errors import InvalidValueError
from npskit.inference import ClusterTotals, StrataLayout, UnitCells, sum_by
from npskit.tracking.change.nested import Influence, NestedCells, filled
from npskit.tracking.change.unit_moments import segment_covariances
from npskit.tracking.charts import variance_of_alike

# Of the variance that independent answers would have: a variance below it is rounding.
ROUNDING = 1e-12

# What `MixRate` says of errors, from `covariance` to `df`.
Errors = tuple[Any, ...]


@attrs.frozen(eq=False)
class MixRate(Frozen):
    """A change of the score by segment: S segments, D dimensions; effects are the mix of each, then the rate.

    Args:
        before: The score before, in units of the category scores.
        after: The score after.
        shares: Share of each segment before and after, shape `(2, S)`.
        scores: Score of each segment before and after, shape `(2, S)`; NaN where it has no answers.
        effects: What each segment adds to the change, shape `(S, D + 1)`: through the mix of each dimension, and
            through its rate. NaN where a period has no answers at all.
        covariance: Covariances of the sums of the effects over the segments, shape `(D + 1, D + 1)`.
        covariances: Those of the effects of each segment, shape `(S, D + 1, D + 1)`.
        hidden: What is to be added to `covariance` for segments whose answers are all alike, whose spread therefore
            says nothing (see `npskit.tracking.charts.alike`); 0 where there is none.
        hiddens: What is to be added to `covariances`.
        n_effective: Answers of each period by Kish, (ΣW)²/ΣW² for W the weight of an answer or sampling unit; shape
            `(2,)`.
        df: Degrees of freedom; infinite unless clustered, and where all sampling units moved alike.
    """

    before: Any
    after: Any
    shares: NDArray[Any]
    scores: NDArray[Any]
    effects: NDArray[Any]
    covariance: Floats
    covariances: Floats
    hidden: Floats
    hiddens: Floats
    n_effective: Floats
    df: float

    @property
    def totals(self) -> NDArray[Any]:
        """The effects summed over the segments, shape `(D + 1,)`; they sum to `after - before`."""
        return np.asarray(self.effects.sum(axis=0))

    @property
    def threefold(self) -> tuple[Any, Any, Any]:
        """Mix at the old scores ΣΔw r₀, rate at the old shares Σw₀ Δr, and their interaction ΣΔw Δr.

        The threefold form in which this is often reported elsewhere; the effects here share the interaction evenly.
        """
        there = self.shares > 0
        scores = filled(np.where(there, self.scores, 0), there)
        moved, better = self.shares[1] - self.shares[0], scores[1] - scores[0]
        return (moved * scores[0]).sum(), (self.shares[0] * better).sum(), (moved * better).sum()


def mix_and_rate(
    before: ArrayLike,
    after: ArrayLike,
    category_scores: ArrayLike,
    codes: ArrayLike | None = None,
    *,
    squares: tuple[ArrayLike, ArrayLike] | None = None,
    n: tuple[float, float] | None = None,
    totals: ClusterTotals | None = None,
) -> MixRate:
    """Split the change of a score into the mix of each dimension and the rate, by segment, with standard errors.

    A segment in one period only has its score of that period in both, so that all it adds is mix; so it is with the
    shares within a part that is there in one period only. The covariances are those of the delta method for two
    independent samples of answers, segments and all (which segments were empty is taken as given), or, with `totals`,
    for sampled units that may have answers in both.

    What must be true: answers of both periods are sampled alike, and a segment means the same in both. Mix and rate
    are arithmetic, not causes.

    Args:
        before: Answers, or sums of weights, per segment and category: shape `(S, K)`. Of dtype object with
            `fractions.Fraction` or int, everything but the covariances is exact: the effects sum to the change.
            As floats they do so up to rounding, a few times 1e-16 of the largest.
        after: The same segments in the same order.
        category_scores: The score of each category, shape `(K,)`.
        codes: For nested dimensions, the code of each segment on each of them, outermost first, shape `(S, D)`, no two
            rows alike; None for one dimension.
        squares: Sums of squared weights before and after, each `(S, K)`, where there are weights.
        n: Answers before and after, where there are weights: the variance has the factor n/(n - 1), as in
            `npskit.inference.weighting`.
        totals: Sums per sampling unit, for clustered answers; segment s is group s before, and group S + s after.

    Raises:
        InvalidTypeError: If counts are no numbers.
        InvalidValueError: If the shapes do not fit, a count is negative or not finite, or codes repeat.

    Example:
        >>> found = mix_and_rate([[10, 20, 70], [90, 60, 50]], [[10, 20, 120], [60, 40, 50]], [-100, 0, 100])
        >>> round(float(found.after - found.before), 4), found.totals.round(4).tolist()
        (26.6667, [13.3333, 13.3333])
        >>> np.sqrt(np.diag(found.covariance)).round(4).tolist()
        [3.3314, 6.2618]
    """
    found = NestedCells.of(before, after, category_scores, codes)
    if not all(m > 0 for m in found.total):
        values, nothing = np.full((len(found.prefixes[0]), found.dimensions + 1), np.nan), np.full(2, np.nan)
        return MixRate(*found.overall, found.shares, found.scores, values, *_unknown(found), nothing, np.inf)
    errors = _independent(found, squares, n) if totals is None else _clustered(found, totals)
    return MixRate(*found.overall, found.shares, found.scores, found.effects(), *errors)


def _unknown(found: NestedCells) -> tuple[Floats, Floats, Floats, Floats]:
    """Return covariances of which nothing is known."""
    each = np.full((len(found.prefixes[0]), *[found.dimensions + 1] * 2), np.nan)
    return each[0], each, each[0], each


def _independent(
    found: NestedCells, squares: tuple[ArrayLike, ArrayLike] | None, n: tuple[float, float] | None
) -> Errors:
    """Return what `MixRate` says of errors, of independent answers."""
    counts = found.counts.astype(np.float64)
    spread = counts if squares is None else np.stack([np.asarray(s, dtype=np.float64) for s in squares])
    if spread.shape != counts.shape:
        raise InvalidValueError(f"squares must be two arrays of shape {counts.shape[1:]}: got {spread.shape[1:]}")
    with np.errstate(divide="ignore", invalid="ignore"):
        # of a single answer the spread is not known
        factors = np.ones(2) if n is None else np.where(np.greater(n, 1), np.divide(n, np.subtract(n, 1.0)), np.nan)
        each_weight = spread.sum(axis=2) / counts.sum(axis=2)
    answers, sums = found.moves()
    variances = spread * factors[:, np.newaxis, np.newaxis]
    whole, each = answers.covariance(variances), answers.covariances(variances)
    n_effective = counts.sum(axis=(1, 2)) ** 2 / spread.sum(axis=(1, 2))
    return whole, each, *_hidden(sums, counts, found.category_scores, each_weight), n_effective, np.inf


def _hidden(sums: Influence, counts: Floats, category_scores: ArrayLike, each_weight: Floats) -> tuple[Floats, Floats]:
    """Return the covariances to add where the answers of a segment are all alike: of the sums, and by segment.

    Args:
        sums: How the sums of category scores move the effects.
        counts: Shape `(2, S, K)`.
        category_scores: Shape `(K,)`.
        each_weight: What one independent answer (or sampling unit) weighs in each segment, by Kish: shape `(2, S)`.
    """
    with np.errstate(invalid="ignore"):
        effective = np.where(each_weight[..., np.newaxis] > 0, counts / each_weight[..., np.newaxis], 0.0)
    variances = counts.sum(axis=2) ** 2 * variance_of_alike(effective, category_scores)
    return sums.covariance(variances[..., np.newaxis]), sums.covariances(variances[..., np.newaxis])


def _clustered(found: NestedCells, totals: ClusterTotals) -> Errors:
    """Return what `MixRate` says of errors, from sampling units."""
    counts, segments = found.counts.astype(np.float64), len(found.prefixes[0])
    if totals.n_groups != 2 * segments or totals.n_categories != len(found.category_scores):
        raise InvalidValueError(
            f"totals must have {2 * segments} groups (every segment before, then every segment after) and "
            f"{len(found.category_scores)} categories: got {totals.n_groups} and {totals.n_categories}"
        )
    layout = StrataLayout.of(totals.strata, None, "fail")
    size = len(totals.strata)
    used = np.bincount(totals.units, minlength=size) > 0
    # as for the difference of two periods: units less strata, less one
    df = float(np.count_nonzero(used) - np.count_nonzero(np.bincount(layout.strata[used])) - 1)
    each_weight, by_period = _unit_weights(totals, segments)
    n_effective = counts.sum(axis=(1, 2)) / by_period
    if df < 1:
        return *_unknown(found), n_effective, df

    def covariance(influence: Floats) -> Floats:
        each = influence.reshape(2 * segments, len(found.category_scores), -1)[totals.groups]
        per_cell = (totals.weights[..., np.newaxis] * each).sum(axis=1)
        return np.asarray(layout.covariance(sum_by(totals.units, per_cell, size), UnitCells.of_units(size))[0])

    answers, sums = found.moves()
    apart = counts * by_period[:, np.newaxis, np.newaxis]
    whole, nothing_varied = _or_apart(covariance(answers.of_totals()), answers.covariance(apart))
    each = segment_covariances(found, totals, layout)
    each, _ = _or_apart(each, answers.covariances(apart))
    hidden = _hidden(sums, counts, found.category_scores, each_weight)
    return whole, each, *hidden, n_effective, np.inf if nothing_varied.all() else df


def _unit_weights(totals: ClusterTotals, segments: int) -> tuple[Floats, Floats]:
    """Return what one sampling unit weighs by Kish, ΣW²/ΣW: of each segment, shape (2, S), and period, shape (2,)."""
    weights, period = totals.weights.sum(axis=1), totals.groups // segments
    sums = [np.bincount(totals.units[period == t], weights=weights[period == t]) for t in range(2)]
    # a unit has a single cell in each group
    each, squares = (np.bincount(totals.groups, weights=w, minlength=2 * segments) for w in (weights, weights**2))
    with np.errstate(invalid="ignore"):
        by_period = np.array([(w**2).sum() / w.sum() for w in sums])
        return (squares / each).reshape(2, segments), by_period


def _or_apart(covariance: Floats, apart: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return covariances (..., effects, effects), where nothing varied from unit to unit those of answers apart.

    And which effects these are, shape (..., effects).

    Where all customers moved alike their spread is 0, by chance or because there are few; what then is known of the
    error is what as many independent customers would have.
    """
    own, other = (np.diagonal(a, axis1=-2, axis2=-1) for a in (covariance, apart))
    alike = own <= ROUNDING * other
    return covariance + np.where(alike[..., np.newaxis] & alike[..., np.newaxis, :], apart, 0.0), alike

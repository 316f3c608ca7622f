"""Segments held against each other, pair by pair, or each against all the others together."""

from __future__ import annotations

import contextlib

import attrs
import numpy as np

from npskit.arrays import Bools, Floats, Frozen
from npskit.errors import InvalidValueError
from npskit.inference import Estimate, adjust, mover, pairwise, permutation_test, score_test
from npskit.options import Correction
from npskit.results import LEVEL, Interval, intervals
from npskit.scores.segment_labels import segment_names
from npskit.scores.segment_ranks import Segments

OTHERS = "all others"
# Where an exact p-value may decide otherwise, after allowing for many segments, than the score test does.
_IN_DOUBT = (1e-8, 0.1)


@attrs.frozen
class Pair:
    """Two segments held against each other.

    Args:
        a: The name of the first segment.
        b: The name of the one subtracted from it, or `"all others"`.
        difference: a - b, in units of the score.
        interval: Of the difference, for this pair alone.
        p_value: Two-sided, for this pair alone.
        p_adjusted: Allowing for the number of pairs. Against all others, of answers that are independent and weigh
            alike, from the p-value or the exact one of dealing answers to both at random, whichever is larger: at the
            small levels that many segments ask for, the score test of few skewed answers against many is too eager.
        n_a: Scored answers of the first segment.
        n_b: Scored answers of the other, or of all others together.
        too_few: Whether one of the two has fewer than the table's `too_few`.
    """

    a: str
    b: str
    difference: float
    interval: Interval
    p_value: float
    p_adjusted: float
    n_a: int
    n_b: int
    too_few: bool


@attrs.frozen(eq=False)
class OtherSegments(Frozen):
    """Of each segment all the others together.

    Args:
        estimates: Their score, shape `(G,)`.
        correlations: With the score of the segment, shape `(G,)`: 0 but for customers who answered in both.
        exchangeable: Whether answers are independent and weigh alike, so that they could be dealt at random.
    """

    estimates: Estimate
    correlations: Floats
    exchangeable: bool = False

    @classmethod
    def of_independent(cls, table: Segments, used: Bools) -> OtherSegments:
        """Return them where answers are independent: what the counts of a segment lack of those of all.

        Args:
            table: The segments.
            used: Which of them are held against each other.
        """
        counted = table.tally[used].table(table.conventions.denominator)
        size = int(used.sum())
        counts = (1 - np.eye(size, dtype=np.int64)) @ counted.counts
        others = 1.0 - np.eye(size)
        weights = None if counted.weights is None else others @ counted.weights
        squares = None if counted.squares is None else others @ counted.squares
        sampled = np.full(len(others), int(table.tally.rows.sum()))
        found = Estimate.from_sums(np.asarray(counts), counted.category_scores, weights, squares, sampled)
        return cls(found, np.zeros(len(others)), counted.weights is None)


def pairs_of(
    table: Segments, usable: Bools, correction: Correction, level: float, correlations: Floats | None
) -> tuple[Pair, ...]:
    """Return every pair of the usable segments."""
    names = segment_names([key for key, use in zip(table.keys, usable.tolist(), strict=True) if use])
    estimates, n, few = table.estimates[usable], table.n[usable], table.few[usable]
    counts, category_scores = estimates.effective_counts(), estimates.category_scores
    found = pairwise(counts, category_scores, correction, level, correlations)
    at_level = estimates.effective_counts(level)
    limits = found if level == LEVEL else pairwise(at_level, category_scores, correction, level, correlations)
    names_of = ([names[i] for i in side.tolist()] for side in (found.i, found.j))
    figures = (found.difference.tolist(), intervals(limits.low, limits.high, level=level, method="mover"))
    p_values = (found.p_value.tolist(), found.p_adjusted.tolist())
    sizes = (n[found.i].tolist(), n[found.j].tolist(), (few[found.i] | few[found.j]).tolist())
    return tuple(map(Pair, *names_of, *figures, *p_values, *sizes))


def pairs_against_others(
    table: Segments, used: Bools, correction: Correction, level: float, others: OtherSegments
) -> tuple[Pair, ...]:
    """Return each of the used segments against all the others together: MOVER's interval, and the score test."""
    names = segment_names([key for key, use in zip(table.keys, used.tolist(), strict=True) if use])
    own, rest, rho = table.estimates[used], others.estimates, others.correlations
    limits = zip(*(each.interval(level, "score") for each in (own, rest)), strict=True)
    lows, highs = (np.stack(pair, -1) for pair in limits)
    low, high = mover(np.stack([own.mean, rest.mean], -1), lows, highs, [1.0, -1.0], rho)
    p = score_test(own.effective_counts(), rest.effective_counts(), own.category_scores, correlation=rho)[1]
    n, total = table.n[used], int(table.n[used].sum())
    few = (table.few[used] | (total - n < table.too_few)).tolist()
    figures = ((own.mean - rest.mean).tolist(), intervals(low, high, level=level, method="mover"))
    surely = np.maximum(p, _p_if_dealt(own, rest, p)) if others.exchangeable else p
    p_values = (p.tolist(), adjust(surely, correction, name="correction").tolist())
    return tuple(map(Pair, names, [OTHERS] * len(names), *figures, *p_values, n.tolist(), (total - n).tolist(), few))


def _p_if_dealt(own: Estimate, rest: Estimate, p: Floats) -> Floats:
    """Return the exact p-values of dealing the answers to both sides at random, where these may decide; else 0."""
    found = np.zeros(len(p))
    for i in np.flatnonzero((p > _IN_DOUBT[0]) & (p < _IN_DOUBT[1])).tolist():
        with contextlib.suppress(InvalidValueError):  # of half a million answers the score test is right
            found[i] = permutation_test(own[i].amounts, rest[i].amounts, own.category_scores).p_value
    return found

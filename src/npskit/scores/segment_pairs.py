"""Segments held against each other, pair by pair, or each against all the others together."""

from __future__ import annotations

import attrs
import numpy as np

from npskit.arrays import Bools, Floats, Frozen
from npskit.inference import Estimate, adjust, mover, pairwise, score_test
from npskit.options import Correction
from npskit.results import LEVEL, Interval, intervals
from npskit.scores.segment_labels import segment_names
from npskit.scores.segment_ranks import Segments

OTHERS = "all others"


@attrs.frozen
class Pair:
    """Two segments held against each other.

    Args:
        a: The name of the first segment.
        b: The name of the one subtracted from it, or `"all others"`.
        difference: a - b, in units of the score.
        interval: Of the difference, for this pair alone.
        p_value: Two-sided, for this pair alone.
        p_adjusted: The same, allowing for the number of pairs.
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
    """

    estimates: Estimate
    correlations: Floats

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
        return cls(found, np.zeros(len(others)))


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
    p_values = (p.tolist(), adjust(p, correction, name="correction").tolist())
    return tuple(map(Pair, names, [OTHERS] * len(names), *figures, *p_values, n.tolist(), (total - n).tolist(), few))

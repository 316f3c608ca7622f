"""Which share of those in one category moved to another, by group: what `transitions` says of each cell."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.inference import Contrast, Estimate, Moves, PairedDifference, adjust, difference_interval, score_test
from npskit.results import Interval
from npskit.scores import TOO_FEW, Pair
from npskit.tracking.panel.answer_pairs import Steps
from npskit.tracking.panel.sorting import in_threads, workers

# Steps counted at a time.
_CHUNK = 1 << 18


@attrs.frozen
class MovedShare:
    """Which share of those in one category moved to another.

    Args:
        before: The category they were in.
        after: The category they moved to.
        value: The share, 0..1; NaN where nobody was there.
        interval: Its score interval, at effective counts where customers moved more than once.
        n: Steps that start in `before`.
        moved: How many of them lead to `after`.
    """

    before: str
    after: str
    value: float
    interval: Interval
    n: int
    moved: int

    def __str__(self) -> str:
        low, high = self.interval
        return (
            f"{self.before} to {self.after}: {100 * self.value:.1f}% ({100 * low:.1f} .. {100 * high:.1f}), "
            f"{self.moved} of {self.n}"
        )


@attrs.frozen
class GroupTransitions:
    """The steps of one group.

    Args:
        name: The group, of the answer each step starts from.
        difference: By how much its score moved.
        share: Which share moved as was asked.
    """

    name: str
    difference: PairedDifference
    share: MovedShare


def count_moves(steps: Steps, n_groups: int = 1) -> Moves:
    """Return the counts of steps, those of one customer beside each other.

    Example:
        >>> from npskit.tracking.panel.answer_pairs import pair_steps
        >>> count_moves(pair_steps([0, 0, 1, 1], [1, 2, 1, 2], [0, 1, 1, 1], 2)).counts.tolist()
        [[[0, 1], [0, 1]]]
    """
    k = steps.n_categories
    empty = np.empty(0, np.int64)
    moves = Moves.of(empty, empty, empty, k, empty, n_groups)

    def of(part: slice) -> Moves:
        customers, before, after, groups = steps.columns(part)
        return Moves.of(customers, before, after, k, groups, n_groups)

    parts = steps.parts(_CHUNK)
    return sum(in_threads(of, parts, workers(len(steps))), moves)


def moved_share(moves: Moves, names: Sequence[str], before: int, after: int, level: float) -> MovedShare:
    """Return which share of those in one category moved to another.

    The score interval of a proportion (Wilson, JASA 22 (1927) 209-212), at effective counts where customers moved more
    than once.

    Args:
        moves: Of a single group.
        names: The names of the categories.
        before: The category they were in.
        after: The category they moved to.
        level: Confidence level.

    Example:
        >>> print(moved_share(Moves.of_table([[3, 1], [2, 4]]), ("no", "yes"), 0, 1, 0.95))
        no to yes: 25.0% (4.6 .. 69.9), 1 of 4
    """
    return moved_shares(moves, names, before, level)[after]


def moved_shares(moves: Moves, names: Sequence[str], before: int, level: float) -> list[MovedShare]:
    """Return which share of those in one category moved to each: `moved_share` for all of them at once."""
    lows, highs = (limits.tolist() for limits in moves.leaving_shares(before).interval(level, "score"))
    counts = moves.counts[0, before].astype(np.int64).tolist()
    n = sum(counts)
    found = []
    for name, moved, low, high in zip(names, counts, lows, highs, strict=True):
        interval = Interval(low, high, level=level, method="score")
        found.append(MovedShare(names[before], name, moved / n if n else float("nan"), interval, n, moved))
    return found


def compare_shares(moves: Moves, names: Sequence[str], before: int, after: int, level: float) -> tuple[Pair, ...]:
    """Compare every pair of groups by the share that moved from one category to another, 0..1.

    By the score test and MOVER, at effective counts where customers moved more than once. Where some have moves in both
    groups, by Student's t with the variance clustered by customer and the degrees of freedom of the smaller group.
    p-values are adjusted by Holm's method.

    Args:
        moves: Their first groups are those named; others do not enter.
        names: The names of the groups.
        before: The category they were in.
        after: The category they moved to.
        level: Confidence level of each interval by itself.

    Example:
        >>> who, zero, one = np.arange(8), np.zeros(8, int), np.array([1, 1, 1, 0, 0, 0, 0, 1])
        >>> moves = Moves.of(who, zero, one, 2, groups=who // 4, n_groups=2)
        >>> pair, = compare_shares(moves, ["called", "not called"], 0, 1, 0.95)
        >>> pair.difference, round(pair.p_value, 3)
        (0.5, 0.186)
    """
    groups = [moves.group(g) for g in range(len(names))]
    estimates = [group.leaving_shares(before)[after] for group in groups]
    category_scores, inside = _cells(moves.counts.shape[-1], before, after)
    means, covariances, shared = moves.group_means(category_scores, inside)
    fewest = np.array([float(group.leaving[0, before]) for group in groups])
    pairs = []
    for a, b in itertools.combinations(range(len(names)), 2):
        if shared[a, b]:
            df = min(fewest[a], fewest[b]) - 1
            variance = covariances[a, a] + covariances[b, b] - covariances[a, b] - covariances[b, a]
            found = Contrast(float(means[a] - means[b]), float(variance if df > 0 else np.nan), float(df))
            pairs.append((names[a], names[b], found.value, found.interval(level), found.p_value))
        else:
            pairs.append((names[a], names[b], *_apart(estimates[a], estimates[b], level)))
    adjusted = adjust([p for *_, p in pairs]).tolist() if pairs else []
    n = {name: int(group.counts[0, before].sum()) for name, group in zip(names, groups, strict=True)}
    return tuple(
        Pair(*pair, p, n[pair[0]], n[pair[1]], min(n[pair[0]], n[pair[1]]) < TOO_FEW)
        for pair, p in zip(pairs, adjusted, strict=True)
    )


def _cells(k: int, before: int, after: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return 1 for moves that lead to `after`, and which moves start in `before`: shape (K·K,) each."""
    return np.tile(np.arange(k) == after, k).astype(np.float64), np.repeat(np.arange(k) == before, k)


def _apart(first: Estimate, second: Estimate, level: float) -> tuple[float, Interval, float]:
    """Return the difference of the shares of two groups without common customers, its interval and its p-value."""
    counts = first.effective_counts(level), second.effective_counts(level)
    low, high = difference_interval(*counts, first.category_scores, level)
    p = score_test(*counts, first.category_scores)[1]
    interval = Interval(float(low), float(high), level=level, method="mover")
    return float(first.mean) - float(second.mean), interval, float(p)

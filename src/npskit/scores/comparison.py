"""Is the difference between scores real? Two scores, or all the groups of a table."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from npskit.checks import one_of
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.inference import mover, pairwise, permutation_test, score_test, welch_anova
from npskit.results import LEVEL, NO_ROWS, Columns, CountedRows, Interval, RowCounts, Rows, intervals, p_value, percent
from npskit.scores.score import Score, check_alike
from npskit.scores.score_table import ScoreTable, segment_names

METHODS = ("score", "permutation")
MOST_SEGMENTS = 1000


@attrs.frozen(eq=False, repr=False)
class Comparison(CountedRows):
    """The difference a - b of two scores of the same kind, with its sign.

    The interval and the p-value are computed in two ways and can disagree where p is close to 1 - level: 0, 3, 7
    detractors, passives and promoters against 5, 0, 5 give p = 0.035 and an interval of -0.7 to 126.1. Decide
    beforehand by which you judge.

    Args:
        a: The first score.
        b: The score subtracted from it.
        difference: a - b, in units of the score.
        interval: MOVER of the two score intervals.
        p_value: Two-sided, of no difference.
        method: `"score"` or `"permutation"`: how the p-value was computed.
    """

    _TEXT = "repr"

    a: Score
    b: Score
    difference: float
    interval: Interval
    p_value: float
    method: str

    def __repr__(self) -> str:
        return self._said(**self._parts("difference", "interval", "p_value", "method"))

    @property
    def row_counts(self) -> RowCounts:
        """What became of the rows of both scores."""
        return self.a.row_counts + self.b.row_counts

    @property
    def backend(self) -> str | None:
        """The dataframe library that `to_frame` gives by default."""
        return self.a.backend

    def columns(self) -> Columns:
        """Return the comparison as columns of one row."""
        low, high = self.interval
        flat = {"score": self.a.name, "a": self.a.value, "b": self.b.value, "difference": self.difference}
        flat |= {"low": low, "high": high, "level": self.interval.level, "p_value": self.p_value}
        return {name: [value] for name, value in flat.items()}

    def _rows(self) -> Rows:
        header = ["a", "b", "a - b", f"{percent(self.interval.level)} interval", "p"]
        return header, [[self.a.value, self.b.value, self.difference, str(self.interval), p_value(self.p_value)]]

    def _record(self) -> dict[str, Any]:
        parts = self._parts("interval", "p_value", "method", "a", "b")
        return {"score": self.a.name, "value": self.difference} | parts

    def _caption(self) -> str:
        return f"difference of {self.a.name}"


def compare(a: Score, b: Score, *, level: float = LEVEL, method: str = "score") -> Comparison:
    """Compare two scores of independent samples: the difference a - b, its interval and its p-value.

    The interval is MOVER on the two score intervals (Zou & Donner, Statistics in Medicine 27 (2008) 1693-1702). The
    default p-value is the score test under a common mean, times the square root of (N - 1)/N. With weights or
    clusters both work on effective counts, the p-value always on those of the 95 % level.

    Args:
        a: A score.
        b: The score to subtract from it; of the same scorer and conventions.
        level: Confidence level of the interval.
        method: `"score"`, or `"permutation"` for the exact permutation test. The latter tests that the two samples
            have the same distribution of answers, not only the same score: it also rejects where only the spread
            differs.

    Raises:
        InvalidTypeError: If one of the two is no `Score`.
        IncompatibleError: If they are of different scorers or denominators, or weighted and to be permuted.
        InvalidValueError: If `level` or `method` is not one of these.

    Example:
        >>> from npskit.counting.tally import Tally
        >>> after, before = (Score.of(Tally.from_counts(c)) for c in ([12, 18, 70], [20, 25, 55]))
        >>> compare(after, before)
        Comparison(difference=23.0, interval=(2.0, 43.3), level=0.95, p_value=0.0321, method='score')
    """
    for name, value in (("a", a), ("b", b)):
        if not isinstance(value, Score):
            raise InvalidTypeError(f"{name} must be a Score, such as npskit.nps(...) returns: got {value!r}")
    check_alike(a, b, "compare")
    one_of(method, METHODS, "method")
    lows, highs = np.array([score.estimate.interval(level, "score") for score in (a, b)]).T
    low, high = map(float, mover([a.estimate.mean, b.estimate.mean], lows, highs, [1.0, -1.0]))
    if method == "permutation":
        if not (a.estimate.simple and b.estimate.simple):
            raise IncompatibleError("method: weighted or clustered answers cannot be permuted; use method='score'")
        p = float(permutation_test(a.estimate.amounts, b.estimate.amounts, a.estimate.category_scores).p_value)
    else:
        first, second = (score.estimate.effective_counts() for score in (a, b))
        p = float(score_test(first, second, a.estimate.category_scores)[1])
    interval = Interval(low, high, level=level, method="mover")
    return Comparison(a, b, a.value - b.value, interval, p, method)


@attrs.frozen
class Pair:
    """Two segments held against each other.

    Args:
        a: The name of the first segment.
        b: The name of the one subtracted from it.
        difference: a - b, in units of the score.
        interval: Of the difference, for this pair alone.
        p_value: Two-sided, for this pair alone.
        p_adjusted: The same, allowing for the number of pairs.
    """

    a: str
    b: str
    difference: float
    interval: Interval
    p_value: float
    p_adjusted: float


@attrs.frozen(eq=False, repr=False)
class GroupComparison(CountedRows):
    """All segments held against each other: Welch's test of them all, and every pair by the score test.

    Args:
        by: The columns that make the segments.
        score: The name of the score.
        f: Welch's F.
        df: Its two degrees of freedom.
        p_value: Of no difference between any of the segments.
        pairs: Every pair of segments.
        correction: How the p-values of the pairs allow for their number.
        level: Confidence level of the intervals of the pairs, each for itself.
        not_compared: Segments that cannot be compared: without an answer, or clustered in a single sampling unit.
        row_counts: What became of the rows; n are the scored answers of the segments that are compared, those of the
            others are left out.
        backend: The dataframe library that `to_frame` gives by default.
    """

    _TABLE = ("pairs", Pair)

    by: tuple[str, ...]
    score: str
    f: float
    df: tuple[float, float]
    p_value: float
    pairs: tuple[Pair, ...]
    correction: str
    level: float
    not_compared: tuple[str, ...]
    row_counts: RowCounts = NO_ROWS
    backend: str | None = None

    def __repr__(self) -> str:
        parts = {"F": self.f, "p_value": self.p_value, "pairs": len(self.pairs), "correction": self.correction}
        return self._said(f"{self.score} by {', '.join(self.by)}", **parts)

    def _rows(self) -> Rows:
        header = ["a", "b", "a - b", f"{percent(self.level)} interval", "p", f"p ({self.correction})"]
        return header, [
            [p.a, p.b, p.difference, str(p.interval), p_value(p.p_value), p_value(p.p_adjusted)] for p in self.pairs
        ]


def compare_groups(table: ScoreTable, *, correction: str = "holm", level: float = LEVEL) -> GroupComparison:
    """Compare all segments of a table: Welch's test of them all, and every pair by the score test.

    With weights or clusters everything works on effective counts, p-values always on those of the 95 % level. A
    segment in a single sampling unit, such as one customer, is left out: how sure one may be of it is not known.

    The segments count as independent of each other. Where the same customers answer in several, as in the waves of a
    panel, their answers usually agree, and the test is cautious: it finds fewer differences than there are.
    `npskit.inference.design_contrasts.cluster_robust` allows for the overlap.

    Args:
        table: At least two of its segments must have answers.
        correction: How the p-values of the pairs allow for their number; see `npskit.inference.multiplicity.adjust`.
        level: Confidence level of the intervals of the pairs, each for itself.

    Raises:
        InvalidValueError: If fewer than two segments have answers or more than `MOST_SEGMENTS`, or another argument
            cannot be used.
    """
    names = segment_names(table.keys)
    estimates = table.estimates
    counts = estimates.effective_counts()
    # a segment in a single sampling unit has answers, but no variance that could be known, also where all are alike
    usable = (counts.sum(axis=-1) > 0) & ~np.isnan(estimates.variance)
    if usable.sum() < 2:
        raise InvalidValueError(f"by: fewer than two segments of {', '.join(table.by)} can be compared")
    if usable.sum() > MOST_SEGMENTS:
        raise InvalidValueError(
            f"by: {', '.join(table.by)} makes {usable.sum():,} segments, and pair by pair at most {MOST_SEGMENTS:,} "
            "can be compared; choose coarser ones"
        )
    kept = [name for name, use in zip(names, usable.tolist(), strict=True) if use]
    category_scores = estimates.category_scores
    overall = welch_anova(counts[usable], category_scores)
    found = pairwise(counts[usable], category_scores, correction, level)
    at_level = counts if level == LEVEL else estimates.effective_counts(level)
    limits = found if at_level is counts else pairwise(at_level[usable], category_scores, correction, level)
    names_of = ([kept[i] for i in side.tolist()] for side in (found.i, found.j))
    figures = (found.difference.tolist(), intervals(limits.low, limits.high, level=level, method="mover"))
    p_values = (found.p_value.tolist(), found.p_adjusted.tolist())
    pairs = tuple(map(Pair, *names_of, *figures, *p_values))
    unused = int(table.n[~usable].sum())
    return GroupComparison(
        by=table.by,
        score=table.name,
        f=float(overall.statistic),
        df=(float(overall.df1), float(overall.df2)),
        p_value=float(overall.p_value),
        pairs=pairs,
        correction=correction,
        level=level,
        not_compared=tuple(name for name, use in zip(names, usable.tolist(), strict=True) if not use),
        row_counts=attrs.evolve(table.row_counts, n=table.row_counts.n - unused, left_out=table.left_out + unused),
        backend=table.backend,
    )

"""Is the difference between scores real? Two scores, or all the groups of a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from npskit.arrays import Bools, Floats
from npskit.checks import one_of
from npskit.errors import IncompatibleError, InvalidTypeError, PrecisionWarning, quoted, warn
from npskit.inference import mover, permutation_test, score_anova, score_test, welch_anova
from npskit.options import AGAINST, COMPARE_METHODS, OVERALL, Against, CompareMethod, Correction, Overall
from npskit.results import LEVEL, NO_ROWS, Columns, CountedRows, Interval, RowCounts, Rows, p_value, percent
from npskit.scores.score import Score, check_alike
from npskit.scores.score_pictures import forest_against_others, forest_of_differences
from npskit.scores.score_table import ScoreTable
from npskit.scores.segment_labels import segment_names
from npskit.scores.segment_pairs import OtherSegments, Pair, pairs_against_others, pairs_of
from npskit.scores.segment_ranks import rows_of, usable_segments

if TYPE_CHECKING:
    from npskit.plots import Chart

# Of so many answers that are all alike at most one in twenty is likely to be another, 0.95^50 being 0.08.
_FEW_ALIKE = 50


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

    def _chart(self) -> Chart:
        return forest_of_differences(self.a.name, ["a - b"], [self], self.interval.level, [self.p_value])

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

    _SAYS = "score: str, value: float, interval, p_value, method, a, b"

    def _record(self) -> dict[str, Any]:
        parts = self._parts("interval", "p_value", "method", "a", "b")
        return {"score": self.a.name, "value": self.difference} | parts

    def _caption(self) -> str:
        return f"difference of {self.a.name}, method: {self.method}"


def compare(a: Score, b: Score, *, level: float = LEVEL, method: CompareMethod = "score") -> Comparison:
    """Compare two scores of independent samples: the difference a - b, its interval and its p-value.

    The interval is MOVER on the two score intervals (Zou & Donner, Statistics in Medicine 27 (2008) 1693-1702). The
    default p-value is the score test under a common mean, times the square root of (N - 1)/N. With weights or
    clusters both work on effective counts, the p-value always on those of the 95 % level. Of scorers with more than
    three distinct category scores, such as a mean of CES, the test gives no share to categories beyond those that
    anybody chose, so that it finds what Welch's test finds in small samples too; the interval allows for them and is
    then the more cautious of the two. Such means hold no level in small samples of very different shapes, by the score
    test as by Welch's: of nine in ten 7s and one 1 beside 6s and 7s of the same mean, 10 answers each, 32 % are
    rejected.

    Where the same customers are behind both scores, `Survey.compare` and `Timeline.against` allow for it.

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

    Warns:
        PrecisionWarning: If means differ significantly, and all of the few answers of one of the two are alike.

    Example:
        >>> from npskit.counting.tally import Tally
        >>> after, before = (Score.of(Tally.from_counts(c)) for c in ([12, 18, 70], [20, 25, 55]))
        >>> compare(after, before)
        Comparison(difference=23.0, interval=(2.0, 43.3), level=0.95, p_value=0.0321, method='score')
    """
    for name, value in (("a", a), ("b", b)):
        if not isinstance(value, Score):
            raise InvalidTypeError(f"{name} must be a Score, such as npskit.nps(...) returns: got {quoted(value)}")
    check_alike(a, b, "compare")
    one_of(method, COMPARE_METHODS, "method")
    lows, highs = np.array([score.estimate.interval(level, "score") for score in (a, b)]).T
    low, high = map(float, mover([a.estimate.mean, b.estimate.mean], lows, highs, [1.0, -1.0]))
    if method == "permutation":
        if not (a.estimate.simple and b.estimate.simple):
            raise IncompatibleError("method: weighted or clustered answers cannot be permuted; use method='score'")
        p = float(permutation_test(a.estimate.amounts, b.estimate.amounts, a.estimate.category_scores).p_value)
    else:
        first, second = (score.estimate.effective_counts() for score in (a, b))
        p = float(score_test(first, second, a.estimate.category_scores)[1])
        _warn_of_alike(["a", "b"], np.stack([first, second]), a.estimate.category_scores, p)
    interval = Interval(low, high, level=level, method="mover")
    return Comparison(a, b, a.value - b.value, interval, p, method)


def _warn_of_alike(names: Sequence[str], counts: Floats, category_scores: Floats, p: float) -> None:
    """Warn where means differ significantly, and one is of few answers that are all alike.

    How such a group varies is not in its answers, and hardly anything else makes the test reject equal means; of three
    categories all get a share, so that the test knows.
    """
    if not p < 0.05 or len(np.unique(category_scores)) <= 3:
        return
    alike = ((counts > 0).sum(axis=-1) == 1) & (counts.sum(axis=-1) < _FEW_ALIKE)
    if alike.any():
        named = [name for name, is_alike in zip(names, alike.tolist(), strict=True) if is_alike]
        warn(
            f"compare: the few answers of {', '.join(named[:3])}{' and others' * (len(named) > 3)} are all alike, so "
            "that how they vary is not known, and equal means may be told apart far more often than in 5 % of cases; "
            "wait for more answers, or compare shares, such as those of CES(method='top_box')",
            PrecisionWarning,
        )


@attrs.frozen(eq=False, repr=False)
class GroupComparison(CountedRows):
    """All segments held against each other: one test of them all, and every pair by the score test.

    Args:
        by: The columns that make the segments.
        score: The name of the score.
        overall: How all were tested at once: `"score"` or `"welch"`.
        statistic: Chi-square of the score test, or Welch's F.
        df: Its degrees of freedom: one number, or Welch's two.
        p_value: Of no difference between any of the segments.
        pairs: Every pair of segments, or each segment and all the others.
        correction: How the p-values of the pairs allow for their number.
        level: Confidence level of the intervals of the pairs, each for itself.
        against: `"each"` for every pair, `"others"` for each segment against all the others together.
        not_compared: Segments without an answer, clustered in a single sampling unit, or of rows where the segment is
            missing, unless that was asked for.
        row_counts: What became of the rows; n are the scored answers of the segments that are compared, those of the
            others are left out.
        backend: The dataframe library that `to_frame` gives by default.
    """

    _TABLE = ("pairs", Pair)

    by: tuple[str, ...]
    score: str
    overall: str
    statistic: float
    df: tuple[float, ...]
    p_value: float
    pairs: tuple[Pair, ...]
    correction: Correction
    level: float
    not_compared: tuple[str, ...]
    row_counts: RowCounts = NO_ROWS
    backend: str | None = None
    against: Against = "each"

    @property
    def f(self) -> float:
        """The old name of `statistic`."""
        return self.statistic

    def _chart(self) -> Chart:
        if self.against == "others":
            return forest_against_others(self.score, self.by, self.pairs, self.level)
        names = [f"{pair.a} - {pair.b}" for pair in self.pairs]
        return forest_of_differences(self.score, names, self.pairs, self.level, [p.p_adjusted for p in self.pairs])

    def __repr__(self) -> str:
        name = "chi2" if self.overall == "score" else "F"
        parts = {name: self.statistic, "p_value": self.p_value, "pairs": len(self.pairs)}
        against = None if self.against == "each" else self.against
        by = ", ".join(self.by)
        return self._said(f"{self.score} by {by}", **parts, correction=self.correction, against=against)

    def _rows(self) -> Rows:
        header = ["a", "b", "a - b", f"{percent(self.level)} interval", "p", f"p ({self.correction})", "n", ""]
        rows = []
        for p in self.pairs:
            figures = [str(p.interval), p_value(p.p_value), p_value(p.p_adjusted)]
            note = ": ".join(["too few"] * p.too_few + ["one answer"] * (min(p.n_a, p.n_b) == 1))
            rows.append([p.a, p.b, p.difference, *figures, f"{p.n_a:,} and {p.n_b:,}", note])
        return header, rows


def compare_groups(
    table: ScoreTable,
    *,
    correction: Correction = "holm",
    level: float = LEVEL,
    overall: Overall = "score",
    missing: bool = False,
    correlations: Callable[[Bools], Floats | None] | None = None,
    against: Against = "each",
    others: Callable[[Bools], OtherSegments] | None = None,
) -> GroupComparison:
    """Compare all segments of a table: one test of them all, and every pair, or each and the others, by the score test.

    With weights or clusters everything works on effective counts, p-values always on those of the 95 % level. A
    segment in a single sampling unit, such as one customer, is left out: how sure one may be of it is not known.

    Args:
        table: At least two of its segments must have answers.
        correction: How the p-values of the pairs allow for their number; see `npskit.inference.multiplicity.adjust`.
        level: Confidence level of the intervals of the pairs, each for itself.
        overall: `"score"` for the score test of all segments, `"welch"` for Welch's test, which rejects far too often
            where there are many segments or high scores; see `npskit.inference.k_sample`.
        missing: Whether rows whose segment is missing are a segment to be compared.
        correlations: Given which segments are compared, the correlations of their scores, as of segments that share
            customers: shape `(G, G)`, or None. None where they are independent.
        against: `"each"` for every pair, `"others"` for each segment against all the others together.
        others: Given which segments are compared, of each all the others; None where answers are independent.

    Raises:
        InvalidValueError: If fewer than two segments have answers or more than `MOST_SEGMENTS`, or another argument
            cannot be used.
        IncompatibleError: If Welch's test is asked for where segments share customers or sampling units.
    """
    one_of(overall, OVERALL, "overall")
    one_of(against, AGAINST, "against")
    names = segment_names(table.keys)
    estimates = table.estimates
    usable = usable_segments(table, missing)
    counts = estimates.effective_counts()
    category_scores = estimates.category_scores
    rho = None if correlations is None else correlations(usable)
    df: tuple[float, ...]
    if overall == "welch":
        if rho is not None:
            raise IncompatibleError("overall='welch' takes segments as independent, and these share sampling units")
        f = welch_anova(counts[usable], category_scores)
        statistic, df, p = f.statistic, (float(f.df1), float(f.df2)), f.p_value
    else:
        q = score_anova(counts[usable], category_scores, rho)
        statistic, df, p = q.statistic, (float(q.df),), q.p_value
    if against == "others":
        if others is None and (table.conventions.variance != "independent"):
            raise IncompatibleError("against='others': answers hang together; ask the survey: survey.compare(...)")
        rest = OtherSegments.of_independent(table, usable) if others is None else others(usable)
        pairs = pairs_against_others(table, usable, correction, level, rest)
    else:
        pairs = pairs_of(table, usable, correction, level, rho)
    least = min([float(p), *(pair.p_adjusted for pair in pairs)])
    _warn_of_alike(
        [name for name, use in zip(names, usable, strict=True) if use], counts[usable], category_scores, least
    )
    return GroupComparison(
        by=table.by,
        score=table.name,
        overall=overall,
        statistic=float(statistic),
        df=df,
        p_value=float(p),
        pairs=pairs,
        correction=correction,
        level=level,
        not_compared=tuple(name for name, use in zip(names, usable.tolist(), strict=True) if not use),
        row_counts=rows_of(table, usable),
        backend=table.backend,
        against=against,
    )

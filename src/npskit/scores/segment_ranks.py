"""Which segment is the best, and how sure the order is: the rank of each with the ranks that the answers allow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import attrs
import numpy as np

from npskit.arrays import Bools, Floats, Integers
from npskit.checks import boolean
from npskit.errors import InvalidValueError
from npskit.inference import Estimate, rank_sets
from npskit.results import LEVEL, NO_ROWS, CountedRows, RowCounts, Rows, percent, wrapped
from npskit.scores.segment_labels import segment_names

if TYPE_CHECKING:
    from npskit.counting import Tally
    from npskit.plots import Chart
    from npskit.scores.score import Conventions

MOST_SEGMENTS = 1000


class Segments(Protocol):
    """Segments with what is known of the score of each: a `ScoreTable`."""

    @property
    def by(self) -> tuple[str, ...]:
        """The columns that make them."""

    @property
    def keys(self) -> tuple[tuple[Any, ...], ...]:
        """The values of these columns for each."""

    @property
    def estimates(self) -> Estimate:
        """Means and variances."""

    @property
    def too_few(self) -> int:
        """The number of answers below which one is marked."""

    @property
    def backend(self) -> str | None:
        """The dataframe library that `to_frame` gives by default."""

    @property
    def tally(self) -> Tally:
        """The counts."""

    @property
    def conventions(self) -> Conventions:
        """What the scores were computed under."""

    @property
    def name(self) -> str:
        """The name of the score."""

    @property
    def n(self) -> Integers:
        """Scored answers of each."""

    @property
    def few(self) -> Bools:
        """Whether these are fewer than `too_few`."""

    @property
    def row_counts(self) -> RowCounts:
        """What became of the rows."""


def usable_segments(table: Segments, missing: bool) -> Bools:
    """Return which segments can be held against each other, shape `(segments,)`.

    A segment in a single sampling unit has answers, but no variance that could be known, also where all are alike.

    Args:
        table: The segments.
        missing: Whether rows whose segment is missing are one.

    Raises:
        InvalidValueError: If they are fewer than two, or more than `MOST_SEGMENTS`.
    """
    estimates = table.estimates
    answered = np.asarray((estimates.effective_counts().sum(axis=-1) > 0) & ~np.isnan(estimates.variance))
    usable = answered
    if not boolean(missing, "missing"):
        usable = answered & np.array([None not in key for key in table.keys], dtype=np.bool_)
    if usable.sum() < 2:
        more = "; to compare the rows without one as well, give missing=True" if answered.sum() > 1 else ""
        raise InvalidValueError(f"by: fewer than two segments of {', '.join(table.by)} can be compared{more}")
    if usable.sum() > MOST_SEGMENTS:
        raise InvalidValueError(
            f"by: {', '.join(table.by)} makes {usable.sum():,} segments, and pair by pair at most {MOST_SEGMENTS:,} "
            "can be compared; choose coarser ones"
        )
    return usable


def rows_of(table: Segments, used: Bools) -> RowCounts:
    """Return what became of the rows, where the scored answers of segments that are not used are left out."""
    unused = int(table.n[~used].sum())
    counts = table.row_counts
    return attrs.evolve(counts, n=counts.n - unused, left_out=counts.left_out + unused)


@attrs.frozen
class SegmentRank:
    """The rank of one segment.

    Args:
        segment: Its name.
        value: Its score.
        rank: 1 for the highest score; equal scores share the best rank.
        rank_low: The best rank that the answers allow, if those of all segments are to hold at once.
        rank_high: The worst.
        n: Its scored answers.
        too_few: Whether they are fewer than the table's `too_few`.
    """

    segment: str
    value: float
    rank: int
    rank_low: int
    rank_high: int
    n: int
    too_few: bool


@attrs.frozen(eq=False, repr=False)
class SegmentRanks(CountedRows):
    """Segments in order of their score, each with the set of ranks that the answers allow.

    With a probability of at least `level` all sets hold the true ranks at once, so that the segments that may be the
    first are those with a `rank_low` of 1. A set runs from 1 and the segments shown to be higher to the number of
    segments less those shown to be lower, by score tests of all pairs with Holm's correction: see
    `npskit.inference.ranks`, which names the sources.

    Args:
        by: The columns that make the segments.
        score: The name of the score.
        segments: The segments, best first; of equal ones by name.
        level: The probability with which all sets hold.
        not_ranked: Segments without an answer, of too few, clustered in a single sampling unit, or of rows where the
            segment is missing, unless these were asked for.
        row_counts: What became of the rows; n are the scored answers of the segments that are ranked, those of the
            others are left out.
        backend: The dataframe library that `to_frame` gives by default.
    """

    _TABLE = ("segments", SegmentRank)

    by: tuple[str, ...]
    score: str
    segments: tuple[SegmentRank, ...]
    level: float
    not_ranked: tuple[str, ...] = ()
    row_counts: RowCounts = NO_ROWS
    backend: str | None = None

    def __len__(self) -> int:
        return len(self.segments)

    def __repr__(self) -> str:
        first = sum(each.rank_low == 1 for each in self.segments)
        parts = {"segments": len(self), "may_be_first": first, "level": self.level}
        return self._said(f"{self.score} by {', '.join(self.by)}", **parts)

    def _rows(self) -> Rows:
        header = [", ".join(self.by), "rank", f"{percent(self.level)} confidence set", self.score, "n", ""]
        return header, [
            [
                each.segment,
                str(each.rank),
                f"{each.rank_low} .. {each.rank_high}",
                each.value,
                f"{each.n:,}",
                "too few" if each.too_few else "",
            ]
            for each in self.segments
        ]

    def _notes(self) -> list[str]:
        said = [f"All sets hold the true ranks at once, with {percent(self.level)} confidence."]
        return [*said, *([wrapped(f"Not ranked: {', '.join(self.not_ranked)}.")] if self.not_ranked else [])]

    def _chart(self) -> Chart:
        from npskit.plots import ForestRow, RankForest

        rows = [
            ForestRow.of(each.segment, each.rank, (each.rank_low, each.rank_high), n=each.n, few=each.too_few)
            for each in self.segments
        ]
        return RankForest(self.score, self.by, rows, self.level, ordered=True)


def rank_segments(
    table: Segments,
    *,
    level: float = LEVEL,
    few: bool = False,
    missing: bool = False,
    correlations: Callable[[Bools], Floats | None] | None = None,
) -> SegmentRanks:
    """Return the rank of each segment of a table, with the ranks that the answers allow.

    Args:
        table: The segments; at least two must be ranked.
        level: The probability with which all sets hold.
        few: Whether segments of fewer than the table's `too_few` answers are ranked as well.
        missing: Whether rows whose segment is missing are a segment to be ranked.
        correlations: Given which segments are ranked, the correlations of their scores, shape `(G, G)`, or None; None
            where they are independent.

    Raises:
        InvalidValueError: If fewer than two segments can be ranked or more than `MOST_SEGMENTS`, or an argument cannot
            be used.
    """
    usable = usable_segments(table, missing)
    if not boolean(few, "few"):
        enough = usable & ~table.few
        if enough.sum() < 2:
            raise InvalidValueError(
                f"by: fewer than two segments of {', '.join(table.by)} have {table.too_few} answers; to rank those of "
                "fewer as well, give few=True"
            )
        usable = enough
    estimates = table.estimates[usable]
    rho = None if correlations is None else correlations(usable)
    found = rank_sets(estimates.effective_counts(), estimates.category_scores, level, rho)
    names = segment_names(table.keys)
    ranked = [name for name, use in zip(names, usable.tolist(), strict=True) if use]
    parts = [ranked, *(each.tolist() for each in (estimates.mean, *found, table.n[usable], table.few[usable]))]
    segments = sorted(map(SegmentRank, *parts), key=lambda each: (each.rank, each.segment))
    return SegmentRanks(
        table.by,
        table.name,
        tuple(segments),
        float(level),
        tuple(name for name, use in zip(names, usable.tolist(), strict=True) if not use),
        rows_of(table, usable),
        table.backend,
    )

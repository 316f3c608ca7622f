"""What a survey says of its score: of the whole, of segments, whether these differ, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

from npskit.checks import of_kind, one_of
from npskit.counting import Tally
from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.options import REPEATS, Against, Correction, Denominator, Overall, Repeats
from npskit.results import LEVEL
from npskit.sample.binding import Bindings
from npskit.sample.segment_scores import correlate_segments, count_segments, measure_segments
from npskit.scores import TOO_FEW, Score, ScoreTable

if TYPE_CHECKING:
    from npskit.scores import GroupComparison, SegmentRanks


class WithScores(Bindings):
    """The methods of a survey that score it."""

    @overload
    def score(
        self,
        by: None = None,
        *,
        denominator: Denominator = ...,
        repeats: Repeats = ...,
        too_few: int = ...,
        shrink: bool = ...,
    ) -> Score: ...
    @overload
    def score(
        self,
        by: str | Sequence[str],
        *,
        denominator: Denominator = ...,
        repeats: Repeats = ...,
        too_few: int = ...,
        shrink: bool = ...,
    ) -> ScoreTable: ...
    def score(
        self,
        by: str | Sequence[str] | None = None,
        *,
        denominator: Denominator = "valid",
        repeats: Repeats = "all",
        too_few: int = TOO_FEW,
        shrink: bool = False,
    ) -> Score | ScoreTable:
        """Return the score, or the scores by segment: a `Score` without `by`, a `ScoreTable` with it.

        Args:
            by: A column, or several, that make the segments; None for the whole.
            denominator: `"valid"` answers, or `"all"` responses: the missing and invalid then count with a category
                score of 0.
            repeats: Of customers who answered more than once `"all"` answers count, the `"latest"` one (needs `time`),
                or their `"mean"`. Latest answers given at the same time count as one, with their mean.
            too_few: Segments with fewer scored answers are marked.
            shrink: Whether to add scores drawn towards the whole by empirical Bayes, for ranking small segments.

        Raises:
            ColumnNotFoundError: If a column of `by` is not there.
            InvalidValueError: If an argument cannot be used, or an answer cannot and `on_invalid="raise"`.
            IncompatibleError: If `repeats` or `contacts` asks for a role that is not bound, or meets a raked survey.
        """
        one_of(repeats, REPEATS, "repeats")
        if of_kind(shrink, bool, "shrink") and by is None:
            raise InvalidValueError("shrink draws segments towards the whole: say which ones with by=")
        names = self._data.by(by)
        keys, found = measure_segments(self._data, names, denominator, repeats)
        aside: dict[str, Any] = {"set_aside": found.aside.set_aside, "left_out": found.aside.left_out}
        if by is None:
            clustered = None if found.conventions.variance == "independent" else found.estimate[0]
            return Score(found.tally[0], found.conventions, clustered, self._backend, **aside)
        return ScoreTable(
            names,
            keys,
            found.tally,
            found.conventions,
            found.estimate,
            too_few=too_few,
            shrunken=found.estimate.shrunken() if shrink else None,
            backend=self._backend,
            **aside,
        )

    def tally(self, by: str | Sequence[str] | None = None) -> Tally:
        """Return the counts behind `score(by)`, of the rows there are: shape `()`, with `by` `(segments,)`."""
        return count_segments(self._data, self._data.by(by))[0 if by is None else ...]

    def compare(
        self,
        by: str,
        *,
        correction: Correction = "holm",
        level: float = LEVEL,
        overall: Overall = "score",
        missing: bool = False,
        against: Against = "each",
    ) -> GroupComparison:
        """Compare the scores of all segments by score tests: one test of them all, and every pair.

        Where customers, or sampling units of a design, have answers in several segments, as in the waves of a panel,
        the correlation of the scores is allowed for.

        Args:
            by: The column that makes the segments.
            correction: How the p-values of the pairs allow for their number: `"holm"` (default), `"bh"`
                (Benjamini-Hochberg, for screening) or another of `npskit.inference.multiplicity`.
            level: Confidence level of the intervals of the pairs, each for itself.
            overall: `"score"`, or `"welch"` to check what others computed.
            missing: Whether rows whose segment is missing are a segment to be compared.
            against: `"each"` for every pair, or `"others"` for each segment against all the others together, which are
                as many comparisons as segments. The larger a segment, the more of the whole is its own.

        Raises:
            ColumnNotFoundError, InvalidValueError: If an argument cannot be used.

        Example:
            >>> import npskit as nk
            >>> data = {"score": [10, 10, 3, 9] * 50 + [10, 3, 3, 8] * 50, "region": list("NNEE") * 50 + ["S"] * 200}
            >>> found = nk.Survey(data).compare(by="region", against="others")
            >>> [(pair.a, round(pair.difference), pair.p_adjusted < 0.05) for pair in found.pairs]
            [('E', -17, False), ('N', 117, True), ('S', -75, True)]
        """
        from npskit.sample.other_segments import others_of
        from npskit.scores import compare_groups

        if by is None:
            raise InvalidTypeError("by must be the name of a column that makes the segments")
        options: dict[str, Any] = {"correction": correction, "level": level, "overall": overall, "missing": missing}
        table = self.score(by=by)
        return compare_groups(
            table,
            correlations=lambda used: correlate_segments(self._data, table.by, used),
            against=against,
            others=lambda used: others_of(self._data, table, used),
            **options,
        )

    def ranks(
        self, by: str | Sequence[str], *, level: float = LEVEL, few: bool = False, missing: bool = False
    ) -> SegmentRanks:
        """Return the rank of each segment with the ranks that the answers allow, which hold for all at once.

        Where customers, or sampling units of a design, have answers in several segments, the correlation of the scores
        is allowed for.

        Args:
            by: A column, or several, that make the segments.
            level: The probability with which all sets of ranks hold.
            few: Whether segments of fewer than 30 answers are ranked as well, rather than named as not ranked.
            missing: Whether rows whose segment is missing are a segment to be ranked.

        Raises:
            ColumnNotFoundError, InvalidValueError: If an argument cannot be used, or fewer than two segments can be
                ranked.
        """
        from npskit.scores import rank_segments

        if by is None:
            raise InvalidTypeError("by must be the name of a column that makes the segments")
        return rank_segments(
            self.score(by=by),
            level=level,
            few=few,
            missing=missing,
            correlations=lambda used: correlate_segments(self._data, self._data.by(by), used),
        )

"""ScoreTable: the score of every segment, computed in one go."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import once
from npskit.checks import boolean, is_hashable, is_missing, is_whole, to_int, whole_number
from npskit.counting import SHOWN, Tally, hidden_groups
from npskit.data import as_python
from npskit.errors import ColumnNotFoundError, IncompatibleError, InvalidValueError, did_you_mean, quoted
from npskit.inference import Estimate
from npskit.options import IntervalMethod
from npskit.results import (
    LEVEL,
    Columns,
    Interval,
    RowCounts,
    Rows,
    key_columns,
    percent,
    records,
)
from npskit.scores.hidden_segments import (
    SAID,
    SAYS,
    columns_without,
    estimate_without,
    forest_without,
    hidden_note,
    shown_counts,
    tally_without,
)
from npskit.scores.many_scores import TOO_FEW, ManyScores
from npskit.scores.score import Conventions, Score
from npskit.scores.score_pictures import forest_of_segments
from npskit.scores.segment_labels import segment_names, segment_parts

if TYPE_CHECKING:
    from npskit.plots import Chart
    from npskit.scores.segment_ranks import SegmentRanks


def _as_part(part: Any) -> Any:
    """Return one value of a key as Python has it, None if it is missing."""
    return None if is_missing(part) else as_python(part, exact=True)


def _as_keys(keys: Iterable[tuple[Any, ...]]) -> tuple[tuple[Any, ...], ...]:
    """Return keys whose parts are Python's own values."""
    keys = tuple(map(tuple, keys))
    texts = set(map(type, itertools.chain.from_iterable(keys))) <= {str}  # as most are: there may be tens of thousands
    return keys if texts else tuple(tuple(map(_as_part, key)) for key in keys)


@attrs.frozen(eq=False, repr=False)
class ScoreTable(ManyScores):
    """Scores by segment. Segments with fewer than `too_few` answers are marked, never hidden.

    Nothing that came in is lost: n, missing and invalid of all segments, set_aside and left_out sum to the rows.

    Args:
        by: The names of the columns that make the segments.
        keys: The values of these columns for each segment, in order; None where the value is missing.
        tally: The counts, shape `(segments,)`.
        conventions: What the scores were computed under.
        estimates: Means and variances, shape `(segments,)`.
        too_few: The number of answers below which a segment is marked.
        shrunken: Scores drawn towards the whole by empirical Bayes, in units of the score, or None if not asked for.
        backend: The dataframe library that `to_frame` gives by default.
        set_aside: Rows of the whole that could not be read, in no segment.
        left_out: Rows of the whole left out on purpose, such as answers superseded by later ones, and those of segments
            that are hidden.
        fates: For each segment 0 (shown), 1 (hidden) or 2 (hidden with another), see `hide_below`; None where nothing
            is to be hidden. Nothing of a hidden segment is held but its key.
        fewest: The fewest answers that are shown; None where nothing is to be hidden.

    Raises:
        InvalidTypeError: If `too_few` is not a whole number.
        IncompatibleError: If there is not one tally and one estimate for each key.
    """

    by: tuple[str, ...]
    keys: tuple[tuple[Any, ...], ...] = attrs.field(converter=_as_keys)
    tally: Tally
    conventions: Conventions
    estimates: Estimate
    too_few: int = attrs.field(default=TOO_FEW, converter=to_int, validator=is_whole)
    shrunken: NDArray[np.float64] | None = None
    backend: str | None = None
    set_aside: int = 0
    left_out: int = 0
    fates: NDArray[np.int8] | None = None
    fewest: int | None = None

    def __attrs_post_init__(self) -> None:
        if not self.tally.shape == self.estimates.mean.shape == (len(self.keys),):
            raise IncompatibleError(
                f"{len(self.keys)} keys need as many tallies and estimates: got shapes {self.tally.shape} and "
                f"{self.estimates.mean.shape}"
            )
        super().__attrs_post_init__()

    @property
    def row_counts(self) -> RowCounts:
        """What became of the rows that came in, of all segments together."""
        n, missing, invalid = (each.sum() for each in (self.n, self.missing, self.invalid))
        return RowCounts(n, missing, invalid, self.set_aside, self.left_out)

    def __len__(self) -> int:
        return len(self.keys)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.keys)

    def __getitem__(self, key: Any) -> Score:
        """Return the score of one segment: `table["North"]`, or `table["North", "web"]` by two columns."""
        i = self._position(key)
        if i is None:
            asked = segment_names([key if isinstance(key, tuple) else (key,)])[0]
            raise ColumnNotFoundError(
                f"there is no segment {quoted(key)} of {', '.join(self.by)}; "
                f"{did_you_mean(asked, segment_names(self.keys))}"
            )
        if self._hidden(i):
            raise InvalidValueError(
                f"segment {quoted(key)} is hidden: it, or one it would give away, has fewer than {self.fewest} answers"
            )
        return self._score((i,), self.backend)

    def hide_below(self, fewest: int) -> ScoreTable:
        """Return the table without anything of segments with few answers, to be passed on as text, file or picture.

        The name stays, "< 10" stands in place of the number of answers, and no value; the table does not hold them any
        more, so that no file has them. Where the total of all segments would give a hidden one away, the next smallest
        are hidden with it; see `npskit.report.hidden_groups`. All rows of hidden segments are counted as left out.
        That two tables of the same answers by other columns cannot be subtracted is yours to see to.

        Args:
            fewest: Segments with at least one and fewer answers than this are hidden.

        Raises:
            InvalidTypeError, InvalidValueError: If `fewest` is no whole number from 1.
            IncompatibleError: If segments are hidden already.

        Example:
            >>> import npskit as nk
            >>> answers = {"score": [9] * 22, "region": ["N"] * 12 + ["S"] * 8 + ["E"] * 2}
            >>> table = nk.Survey(answers).score(by="region").hide_below(5)
            >>> [(row["region"], row["n"], row["hidden"]) for row in table.to_dict()["segments"]]
            [('E', None, 'hidden'), ('N', 12, ''), ('S', None, 'hidden with it')]
        """
        whole_number(fewest, "fewest", least=1)
        if self.fates is not None:
            raise IncompatibleError(f"hide_below: segments with fewer than {self.fewest} answers are hidden already")
        fates = hidden_groups(self.n, fewest)
        hidden = fates > SHOWN
        lost = int(sum(each[hidden].sum() for each in (self.n, self.missing, self.invalid)))
        shrunken = None if self.shrunken is None else np.where(hidden, np.nan, self.shrunken)
        return attrs.evolve(
            self,
            tally=tally_without(self.tally, hidden),
            estimates=estimate_without(self.estimates, hidden),
            shrunken=shrunken,
            left_out=self.left_out + lost,
            fates=fates,
            fewest=fewest,
        )

    def _hidden(self, i: int) -> str:
        """Return why a segment is hidden, nothing where it is not."""
        return "" if self.fates is None else SAID.get(int(self.fates[i]), "")

    @once
    def _why_hidden(self) -> list[str]:
        return [self._hidden(i) for i in range(len(self))]

    def __contains__(self, key: object) -> bool:
        return self._position(key) is not None

    @once
    def _positions(self) -> dict[tuple[Any, ...], int]:
        return {key: i for i, key in enumerate(self.keys)}

    def _position(self, key: object) -> int | None:
        """Return where a segment stands, None if there is none."""
        wanted = tuple(map(_as_part, key if isinstance(key, tuple) else (key,)))
        return self._positions.get(wanted) if is_hashable(wanted) else None

    def interval(self, key: Any, level: float = LEVEL, method: IntervalMethod = "score") -> Interval:
        """Return the interval of one segment.

        Args:
            key: The value that makes the segment, or a tuple of one for each column of `by`.
            level: As for `Score.interval`.
            method: As for `Score.interval`.

        Raises:
            ColumnNotFoundError: If there is no such segment.
            InvalidValueError: As for `Score.interval`.
        """
        return self[key].interval(level, method)

    def sort(self, *, descending: bool = True) -> ScoreTable:
        """Return the table in order of the score; segments without answers come last.

        Args:
            descending: Best first.
        """
        values = self.values
        values = -values if boolean(descending, "descending") else values
        order = np.argsort(values, kind="stable")  # NaN sorts last either way
        return attrs.evolve(
            self,
            keys=tuple(self.keys[i] for i in order),
            tally=self.tally[order],
            estimates=self.estimates[order],
            shrunken=None if self.shrunken is None else self.shrunken[order],
            fates=None if self.fates is None else self.fates[order],
        )

    def ranks(self, *, level: float = LEVEL, few: bool = False, missing: bool = False) -> SegmentRanks:
        """Return the rank of each segment with the ranks that the answers allow, which hold for all at once.

        Segments are taken as independent; where the same customers answered in several, `Survey.ranks` allows for it.

        Args:
            level: The probability with which all sets of ranks hold.
            few: Whether segments of fewer than `too_few` answers are ranked as well, rather than named as not ranked.
            missing: Whether rows whose segment is missing are a segment to be ranked.

        Raises:
            InvalidValueError: If fewer than two segments can be ranked, or an argument cannot be used.

        Example:
            >>> import npskit as nk
            >>> data = {"score": [10, 10, 3, 10] * 30 + [10, 3, 3, 8] * 30, "region": ["N"] * 120 + ["S"] * 120}
            >>> print(nk.Survey(data).score(by="region").ranks())
            SegmentRanks(NPS by region, segments=2, may_be_first=1, level=0.95)
            region  rank  95% confidence set    NPS  n
            N       1     1 .. 1               50.0  120
            S       2     2 .. 2              -25.0  120
            All sets hold the true ranks at once, with 95% confidence.
        """
        from npskit.scores.segment_ranks import rank_segments

        return rank_segments(self, level=level, few=few, missing=missing)

    def columns(self, *, level: float = LEVEL, method: IntervalMethod = "score") -> Columns:
        """Return the table as columns of plain Python values; arguments as for `Score.interval`."""
        more = {} if self.shrunken is None else {"shrunken": self.shrunken}
        numbers = self._numbers(level, method, more=more)
        if self.fates is not None:
            numbers = columns_without(numbers, self._why_hidden)
        return key_columns(self.by, self.keys, numbers) | numbers

    _SAYS = SAYS

    def _record(self, *, level: float = LEVEL, method: IntervalMethod = "score") -> dict[str, Any]:
        segments = records(self.columns(level=level, method=method))
        found = {"score": self.name, "by": self.by, "level": level, "method": method}
        return found | {"segments": segments, "conventions": self.conventions}

    def _rows(self, *, level: float = LEVEL, method: IntervalMethod = "score") -> Rows:
        shrunken = {} if self.shrunken is None else {"shrunken": self.shrunken.tolist()}
        header = [*self.by, self.name, f"{percent(level)} interval", "n", *shrunken, ""]
        marks = zip(self.few.tolist(), self.n.tolist(), self._why_hidden, strict=True)
        notes = [why or ": ".join(["too few"] * few + ["one answer"] * (n == 1)) for few, n, why in marks]
        counts = shown_counts(self.n.tolist(), self._why_hidden, self.fewest)
        values = ["–" if why else value for value, why in zip(self.values.tolist(), self._why_hidden, strict=True)]
        parts = (values, self._limits(level, method), counts, *shrunken.values(), notes)
        return header, [[*key, *row] for key, *row in zip(segment_parts(self.keys), *parts, strict=True)]

    def _notes(self) -> list[str]:
        return hidden_note(sum(map(bool, self._why_hidden)), self.fewest)

    def _chart(self) -> Chart:
        whole = None
        # of answers that hang together the whole cannot be had from its parts
        independent = self.conventions.variance == "independent" and self.estimates.simple
        if independent and len(self) and not any(self._why_hidden):
            together = Score(self.tally.total(), self.conventions)
            whole = (together.value, *together.interval())
        forest = forest_of_segments(self.name, self.by, self.keys, self._numbers(LEVEL, "score"), whole, self.too_few)
        return forest if self.fates is None else forest_without(forest, self._why_hidden, self.fewest)

    def __repr__(self) -> str:
        return self._said(f"{self.name} by {', '.join(self.by)}", segments=len(self), n=int(self.n.sum()))

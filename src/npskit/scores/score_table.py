"""ScoreTable: the score of every segment, computed in one go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Floats, Integers, once
from npskit.checks import boolean, is_hashable, is_missing, is_whole, to_int
from npskit.counting import Tally
from npskit.data import as_python
from npskit.errors import ColumnNotFoundError, IncompatibleError, did_you_mean, quoted
from npskit.inference import Estimate
from npskit.options import IntervalMethod
from npskit.plots import Chart
from npskit.results import (
    LEVEL,
    Columns,
    Interval,
    MadeOfRows,
    RowCounts,
    Rows,
    free_name,
    intervals,
    key_columns,
    percent,
    records,
)
from npskit.scores.score import Conventions, Score
from npskit.scores.score_pictures import forest_of_segments
from npskit.scores.segment_labels import segment_names, segment_parts

TOO_FEW = 30


def _as_part(part: Any) -> Any:
    """Return one value of a key as Python has it, None if it is missing."""
    if type(part) is str:  # as most are: there may be tens of thousands
        return part
    return None if is_missing(part) else as_python(part, exact=True)


def _as_keys(keys: Iterable[tuple[Any, ...]]) -> tuple[tuple[Any, ...], ...]:
    """Return keys whose parts are Python's own values."""
    return tuple(tuple(map(_as_part, key)) for key in keys)


class ManyScores(MadeOfRows):
    """Scores of many groups: a tally and an estimate of each."""

    __slots__ = ()
    _TEXT = "table"

    tally: Tally
    conventions: Conventions
    estimates: Estimate
    too_few: int

    @property
    def name(self) -> str:
        """The name of the score: `"NPS"`."""
        return self.tally.codebook.name

    @property
    def values(self) -> Floats:
        """The scores, unrounded; NaN where nothing was answered."""
        return self.estimates.mean

    @property
    def n(self) -> Integers:
        """Scored answers behind each score."""
        return self.tally.n

    @property
    def counts(self) -> Integers:
        """Scored answers by category, shape `(..., K)`; unweighted."""
        return self.tally.counts

    @property
    def missing(self) -> Integers:
        """Answers that were not given."""
        return self.tally.missing

    @property
    def invalid(self) -> Integers:
        """Answers that cannot be scored."""
        return self.tally.invalid

    @property
    def few(self) -> Bools:
        """True where there are fewer than `too_few` answers."""
        return self.n < self.too_few

    def intervals(self, level: float = LEVEL, method: IntervalMethod = "score") -> tuple[Floats, Floats]:
        """Return the lower and the upper limits; arguments as for `Score.interval`, NaN where nothing was answered."""
        return self.estimates.interval(level, method)

    def _score(self, where: tuple[int, ...], backend: str | None = None) -> Score:
        # where answers are independent and weigh alike the tally says it all
        plain = self.conventions.variance == "independent" and self.estimates.simple
        clustered = None if plain else self.estimates[where]
        return Score(self.tally[where], self.conventions, clustered, backend)

    def _numbers(
        self, level: float, method: IntervalMethod, taken: Sequence[str] = (), more: Mapping[str, Floats] | None = None
    ) -> Columns:
        """Return what there is to say of each score as columns, none of which is called as one that is taken."""
        low, high = self.intervals(level, method)
        found: dict[str, NDArray[Any]] = {"value": self.values, "low": low, "high": high, "n": self.n}
        found |= {"missing": self.missing, "invalid": self.invalid, "se": np.sqrt(self.estimates.variance)}
        found |= more or {}
        # a column that the data or a scorer calls "n" must not hide one of these, nor be hidden by it
        names = (*taken, *found, "too_few")
        counts = zip(self.tally.codebook.categories, np.moveaxis(self.counts, -1, 0), strict=True)
        found |= {free_name(category, names, "count"): array for category, array in counts} | {"too_few": self.few}
        return {name: array.ravel().tolist() for name, array in found.items()}

    def _limits(self, level: float, method: IntervalMethod) -> list[str]:
        """Return the interval of each score in words, nothing where nothing was answered."""
        limits = intervals(*(limit.ravel() for limit in self.intervals(level, method)), level=level, method=method)
        return [str(interval) if n else "" for interval, n in zip(limits, self.n.ravel().tolist(), strict=True)]

    def _caption(self) -> str:
        return str(self.conventions)


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
        left_out: Rows of the whole left out on purpose, such as answers superseded by later ones.

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
        return self._score((i,), self.backend)

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
        )

    def columns(self, *, level: float = LEVEL, method: IntervalMethod = "score") -> Columns:
        """Return the table as columns of plain Python values; arguments as for `Score.interval`."""
        more = {} if self.shrunken is None else {"shrunken": self.shrunken}
        numbers = self._numbers(level, method, more=more)
        return key_columns(self.by, self.keys, numbers) | numbers

    _SAYS = "score: str, by, level, method, segments: list[dict[str, Any]], conventions"

    def _record(self, *, level: float = LEVEL, method: IntervalMethod = "score") -> dict[str, Any]:
        segments = records(self.columns(level=level, method=method))
        found = {"score": self.name, "by": self.by, "level": level, "method": method}
        return found | {"segments": segments, "conventions": self.conventions}

    def _rows(self, *, level: float = LEVEL, method: IntervalMethod = "score") -> Rows:
        shrunken = {} if self.shrunken is None else {"shrunken": self.shrunken.tolist()}
        header = [*self.by, self.name, f"{percent(level)} interval", "n", *shrunken, ""]
        marks = zip(self.few.tolist(), self.n.tolist(), strict=True)
        notes = [": ".join(["too few"] * few + ["one answer"] * (n == 1)) for few, n in marks]
        parts = (self.values.tolist(), self._limits(level, method), self.n.tolist(), *shrunken.values(), notes)
        return header, [[*key, *row] for key, *row in zip(segment_parts(self.keys), *parts, strict=True)]

    def _chart(self) -> Chart:
        whole = None
        # of answers that hang together the whole cannot be had from its parts
        if self.conventions.variance == "independent" and self.estimates.simple and len(self):
            together = Score(self.tally.total(), self.conventions)
            whole = (together.value, *together.interval())
        return forest_of_segments(self.name, self.by, self.keys, self._numbers(LEVEL, "score"), whole, self.too_few)

    def __repr__(self) -> str:
        return self._said(f"{self.name} by {', '.join(self.by)}", segments=len(self), n=int(self.n.sum()))

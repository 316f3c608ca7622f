"""ScoreTable: the score of every segment, computed in one go."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.checks import is_hashable, is_missing, is_whole, to_int
from npskit.errors import ColumnNotFoundError, IncompatibleError, did_you_mean
from npskit.inference.estimate import Estimate
from npskit.results import LEVEL, Columns, Interval, Result, Rows, free_name, key_columns, number, percent, records
from npskit.score import Conventions, Score
from npskit.tally import Tally

TOO_FEW = 30


def _as_part(part: Any) -> Any:
    """Return one value of a key as Python has it, None if it is missing."""
    if is_missing(part):
        return None
    if isinstance(part, np.datetime64 | np.timedelta64):
        finest = part.astype(f"{part.dtype.kind}8[us]")
        # what Python cannot hold, nanoseconds or a far year, stays numpy's
        whole = finest == part and isinstance(finest.item(), dt.date | dt.timedelta)
        return (part if np.datetime_data(part.dtype)[0] in ("Y", "M", "W", "D") else finest).item() if whole else part
    return part.item() if isinstance(part, np.generic) else part


def _as_keys(keys: Iterable[tuple[Any, ...]]) -> tuple[tuple[Any, ...], ...]:
    """Return keys whose parts are Python's own values."""
    return tuple(tuple(map(_as_part, key)) for key in keys)


@attrs.frozen(eq=False, repr=False)
class ScoreTable(Result):
    """Scores by segment. Segments with fewer than `too_few` answers are marked, never hidden.

    Args:
        by: The names of the columns that make the segments.
        keys: The values of these columns for each segment, in order; None where the value is missing.
        tally: The counts, shape `(segments,)`.
        conventions: What the scores were computed under.
        estimates: Means and variances, shape `(segments,)`.
        too_few: The number of answers below which a segment is marked.
        shrunken: Scores drawn towards the whole by empirical Bayes, in units of the score, or None if not asked for.
        backend: The dataframe library that `to_frame` gives by default.

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

    def __attrs_post_init__(self) -> None:
        if not self.tally.shape == self.estimates.mean.shape == (len(self.keys),):
            raise IncompatibleError(
                f"{len(self.keys)} keys need as many tallies and estimates: got shapes {self.tally.shape} and "
                f"{self.estimates.mean.shape}"
            )
        super().__attrs_post_init__()
        self.estimates.mean.setflags(write=False)

    def __len__(self) -> int:
        return len(self.keys)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.keys)

    def __getitem__(self, key: Any) -> Score:
        """Return the score of one segment: `table["North"]`, or `table["North", "web"]` by two columns."""
        i = self._position(key)
        if i is None:
            names = segment_names([key if isinstance(key, tuple) else (key,), *self.keys])
            raise ColumnNotFoundError(
                f"there is no segment {key!r} of {', '.join(self.by)}; {did_you_mean(names[0], names[1:])}"
            )
        # where answers are independent the tally says it all
        clustered = None if self.conventions.variance == "independent" else self.estimates[i]
        return Score(self.tally[i], self.conventions, clustered, self.backend)

    def __contains__(self, key: object) -> bool:
        return self._position(key) is not None

    @functools.cached_property
    def _positions(self) -> dict[tuple[Any, ...], int]:
        return {key: i for i, key in enumerate(self.keys)}

    def _position(self, key: object) -> int | None:
        """Return where a segment stands, None if there is none."""
        wanted = tuple(map(_as_part, key if isinstance(key, tuple) else (key,)))
        return self._positions.get(wanted) if is_hashable(wanted) else None

    @property
    def name(self) -> str:
        """The name of the score: `"NPS"`."""
        return self.tally.book.name

    @property
    def values(self) -> NDArray[np.float64]:
        """The score of each segment, unrounded; NaN where nothing was answered."""
        return self.estimates.mean

    @property
    def n(self) -> NDArray[np.int64]:
        """Scored answers of each segment."""
        return self.tally.n

    def intervals(self, level: float = LEVEL, method: str = "score") -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the lower and the upper limit of each segment; arguments as for `Score.interval`."""
        return self.estimates.interval(level, method)

    def interval(self, key: Any, level: float = LEVEL, method: str = "score") -> Interval:
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
        order = np.argsort(-values if descending else values, kind="stable")  # NaN sorts last either way
        return attrs.evolve(
            self,
            keys=tuple(self.keys[i] for i in order),
            tally=self.tally[order],
            estimates=self.estimates[order],
            shrunken=None if self.shrunken is None else self.shrunken[order],
        )

    def columns(self, *, level: float = LEVEL, method: str = "score") -> Columns:
        """Return the table as columns of plain Python values; arguments as for `Score.interval`."""
        low, high = self.intervals(level, method)
        numbers: dict[str, NDArray[Any]] = {"value": self.values, "low": low, "high": high, "n": self.n}
        numbers |= {"missing": self.tally.missing, "invalid": self.tally.invalid, "se": self._se}
        if self.shrunken is not None:
            numbers["shrunken"] = self.shrunken
        # a column that the data or a scorer calls "n" must not hide ours, nor ours hide it
        ours = (*numbers, "too_few")
        counts = zip(self.tally.book.categories, self.tally.counts.T, strict=True)
        numbers |= {free_name(category, ours, "count"): array for category, array in counts}
        numbers["too_few"] = self.few
        table = key_columns(self.by, self.keys, numbers)
        return table | {name: array.tolist() for name, array in numbers.items()}

    @property
    def _se(self) -> NDArray[np.float64]:
        return np.sqrt(self.estimates.variance)

    @property
    def few(self) -> NDArray[np.bool_]:
        """True for each segment with fewer than `too_few` answers."""
        return self.n < self.too_few

    def _record(self, *, level: float = LEVEL, method: str = "score") -> dict[str, Any]:
        segments = records(self.columns(level=level, method=method))
        found = {"score": self.name, "by": self.by, "level": level, "method": method}
        return found | {"segments": segments, "conventions": self.conventions}

    def _rows(self, *, level: float = LEVEL, method: str = "score") -> Rows:
        low, high = self.intervals(level, method)
        header = [*self.by, self.name, f"{percent(level)} interval", "n"]
        shrunken = self.shrunken
        header += ["shrunken"] if shrunken is not None else []
        few, values, n = self.few.tolist(), self.values.tolist(), self.n.tolist()
        rows = []
        for i, key in enumerate(self.keys):
            row = [*map(_part_name, key), values[i]]
            row += [f"{number(float(low[i]))} .. {number(float(high[i]))}" if n[i] else "", n[i]]
            row += [float(shrunken[i])] if shrunken is not None else []
            rows.append([*row, "too few" if few[i] else ""])
        return [*header, ""], rows

    def _headline(self) -> str:
        return ""

    def _caption(self) -> str:
        return str(self.conventions)

    def __repr__(self) -> str:
        return f"ScoreTable({self.name} by {', '.join(self.by)}, segments={len(self)}, n={int(self.n.sum())})"


def _part_name(part: Any) -> str:
    """Return one value of a key as a person reads it; a whole number without the ".0" that missing values bring."""
    if part is None:
        return "(missing)"
    return str(int(part)) if isinstance(part, float) and part.is_integer() else str(part)


def segment_names(keys: Sequence[tuple[Any, ...]]) -> list[str]:
    """Return a readable name for each segment."""
    return [" / ".join(map(_part_name, key)) for key in keys]

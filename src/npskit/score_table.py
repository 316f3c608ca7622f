"""ScoreTable: the score of every segment, computed in one go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.display import html_table, number, text_table
from npskit.errors import ColumnNotFoundError, did_you_mean
from npskit.frames import native_frame
from npskit.inference.estimate import Estimate
from npskit.score import LEVEL, Conventions, Interval, Score
from npskit.tally import Tally

TOO_FEW = 30
_MISSING = "(missing)"


@attrs.frozen(eq=False, repr=False)
class ScoreTable:
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
    """

    by: tuple[str, ...]
    keys: tuple[tuple[Any, ...], ...]
    tally: Tally
    conventions: Conventions
    estimates: Estimate
    too_few: int = TOO_FEW
    shrunken: NDArray[np.float64] | None = None
    backend: str | None = None

    def __len__(self) -> int:
        return len(self.keys)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.keys)

    def __getitem__(self, key: Any) -> Score:
        """Return the score of one segment: `table["North"]`, or `table["North", "web"]` by two columns."""
        wanted = key if isinstance(key, tuple) else (key,)
        if wanted not in self.keys:
            known = [" / ".join(map(str, k)) for k in self.keys]
            raise ColumnNotFoundError(
                f"there is no segment {key!r} of {', '.join(self.by)}; {did_you_mean(' / '.join(map(str, wanted)), known)}"
            )
        i = self.keys.index(wanted)
        # where answers are independent the tally says it all
        clustered = None if self.conventions.variance == "independent" else self.estimates[i]
        return Score(self.tally[i], self.conventions, clustered)

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
        """Return the interval of one segment."""
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

    def columns(self, *, level: float = LEVEL, method: str = "score") -> dict[str, list[Any]]:
        """Return the table as columns of plain Python values; arguments as for `Score.interval`."""
        low, high = self.intervals(level, method)
        table: dict[str, list[Any]] = {name: [key[i] for key in self.keys] for i, name in enumerate(self.by)}
        # a column that the data calls "n" must not hide ours, nor ours hide it
        clash = {name: f"{name} (segment)" for name in table if name in (*_FIELDS, *self.tally.book.categories)}
        table = {clash.get(name, name): values for name, values in table.items()}
        numbers: dict[str, NDArray[Any]] = {"value": self.values, "low": low, "high": high, "n": self.n}
        numbers |= {"missing": self.tally.missing, "invalid": self.tally.invalid, "se": self._se}
        if self.shrunken is not None:
            numbers["shrunken"] = self.shrunken
        numbers |= dict(zip(self.tally.book.categories, self.tally.counts.T, strict=True))
        return table | {name: array.tolist() for name, array in numbers.items()} | {"too_few": self.few.tolist()}

    @property
    def _se(self) -> NDArray[np.float64]:
        return np.sqrt(self.estimates.variance)

    @property
    def few(self) -> NDArray[np.bool_]:
        """True for each segment with fewer than `too_few` answers."""
        return self.n < self.too_few

    def to_dict(self, *, level: float = LEVEL, method: str = "score") -> dict[str, Any]:
        """Return everything as plain Python: one record per segment under `segments`; arguments as for `interval`."""
        columns = self.columns(level=level, method=method)
        records = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        return {
            "score": self.name,
            "by": list(self.by),
            "level": level,
            "method": method,
            "segments": records,
            "conventions": attrs.asdict(self.conventions),
        }

    def to_frame(self, backend: str | None = None) -> Any:
        """Return the table as a dataframe with one row per segment.

        Args:
            backend: `"pandas"`, `"polars"` or `"pyarrow"`. Default: the library the data came in.
        """
        return native_frame(self.columns(), backend or self.backend)

    def _rows(self, level: float, method: str) -> tuple[list[str], list[list[Any]]]:
        low, high = self.intervals(level, method)
        header = [*self.by, self.name, f"{level:.0%} interval", "n"]
        shrunken = self.shrunken
        header += ["shrunken"] if shrunken is not None else []
        few, values, n = self.few.tolist(), self.values.tolist(), self.n.tolist()
        rows = []
        for i, key in enumerate(self.keys):
            row = [*(_MISSING if part is None else str(part) for part in key), values[i]]
            row += [f"{number(float(low[i]))} .. {number(float(high[i]))}" if n[i] else "", n[i]]
            row += [float(shrunken[i])] if shrunken is not None else []
            rows.append([*row, "too few" if few[i] else ""])
        return [*header, ""], rows

    def to_text(self, *, level: float = LEVEL, method: str = "score") -> str:
        """Return the table as aligned text; arguments as for `Score.interval`."""
        return text_table(*self._rows(level, method))

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"ScoreTable({self.name} by {', '.join(self.by)}, segments={len(self)}, n={int(self.n.sum())})"

    def _repr_html_(self) -> str:
        return html_table(*self._rows(LEVEL, "score"), caption=str(self.conventions))


_FIELDS = ("value", "low", "high", "n", "missing", "invalid", "se", "shrunken", "too_few")


def segment_names(keys: Sequence[tuple[Any, ...]]) -> list[str]:
    """Return a readable name for each segment."""
    return [" / ".join(_MISSING if part is None else str(part) for part in key) for key in keys]

"""The score of every period, as it is held, looked up and shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.errors import ColumnNotFoundError, IncompatibleError, did_you_mean
from npskit.inference.estimate import Estimate
from npskit.results import LEVEL, Columns, Result, Rows, free_name, key_columns, number, percent, records
from npskit.score import Conventions, Score
from npskit.score_table import TOO_FEW, segment_names
from npskit.tally import Tally


@attrs.frozen(eq=False, repr=False)
class PeriodScores(Result):
    """The score of each period, by segment or not: all of a `Timeline` but what it can be asked."""

    every: str
    labels: tuple[str, ...]
    starts: NDArray[np.datetime64]
    begins: NDArray[np.datetime64]
    ends: NDArray[np.datetime64]
    tally: Tally
    undated: Tally
    conventions: Conventions
    estimates: Estimate
    window: str | None = None
    span: tuple[dt.date, dt.date] | None = None
    by: tuple[str, ...] = ()
    segments: tuple[tuple[Any, ...], ...] = ()
    too_few: int = TOO_FEW
    backend: str | None = None

    def __attrs_post_init__(self) -> None:
        shape = (len(self.segments), len(self.labels)) if self.by else (len(self.labels),)
        shapes = {self.tally.shape, self.estimates.mean.shape, self.begins.shape, (*shape[:-1], *self.ends.shape)}
        if shapes != {shape} or self.undated.shape != shape[:-1] or self.starts.shape != self.ends.shape:
            raise IncompatibleError(f"a timeline of this many segments and periods needs all of shape {shape}")
        super().__attrs_post_init__()
        self.estimates.mean.setflags(write=False)

    # ---- the scores ----

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[tuple[Any, Score]]:
        """Yield what `self[...]` takes, with the score: a label, or with `by` a tuple of segment and label."""
        for i, key in enumerate(self.segments if self.by else [()]):
            for t, label in enumerate(self.labels):
                yield (*key, label) if self.by else label, self._score((i, t) if self.by else (t,))

    def __getitem__(self, name: Any) -> Score:
        """Return the score of one period: `timeline["2026-03"]`, or with `by` `timeline["North", "2026-03"]`."""
        *key, label = name if isinstance(name, tuple) else (name,)
        if label not in self.labels:
            raise ColumnNotFoundError(f"there is no period {label!r}; {did_you_mean(str(label), self.labels)}")
        return self._score((*([self._position(tuple(key))] if self.by or key else []), self.labels.index(label)))

    def segment(self, *key: Any) -> Self:
        """Return the timeline of one segment, given by its value in each column of `by`.

        Raises:
            ColumnNotFoundError: If there is no such segment.
        """
        i = self._position(key)
        parts = {name: getattr(self, name)[i] for name in ("begins", "tally", "undated", "estimates")}
        return attrs.evolve(self, by=(), segments=(), **parts)

    def _position(self, key: tuple[Any, ...]) -> int:
        if key not in self.segments:
            names = segment_names([key, *self.segments])
            raise ColumnNotFoundError(f"there is no segment {names[0]!r}; {did_you_mean(names[0], names[1:])}")
        return self.segments.index(key)

    def _score(self, where: tuple[int, ...]) -> Score:
        clustered = None if self.conventions.variance == "independent" else self.estimates[where]
        return Score(self.tally[where], self.conventions, clustered)

    @property
    def name(self) -> str:
        """The name of the score: `"NPS"`."""
        return self.tally.book.name

    @property
    def values(self) -> NDArray[np.float64]:
        """The scores, unrounded, shape `(T,)` or `(G, T)`; NaN where nothing was answered."""
        return self.estimates.mean

    @property
    def n(self) -> NDArray[np.int64]:
        """Scored answers behind each score."""
        return self.tally.n

    @property
    def counts(self) -> NDArray[np.int64]:
        """Scored answers by category, shape `(..., T, K)`; unweighted."""
        return self.tally.counts

    @property
    def missing(self) -> NDArray[np.int64]:
        """Answers that were not given."""
        return self.tally.missing

    @property
    def invalid(self) -> NDArray[np.int64]:
        """Answers that cannot be scored."""
        return self.tally.invalid

    @property
    def few(self) -> NDArray[np.bool_]:
        """True where there are fewer than `too_few` answers; under fading weights, effectively."""
        answers = self.estimates.n_effective if self.fading else self.n
        return np.asarray(~(answers >= self.too_few))  # not "<": without any weight it is NaN

    @property
    def fading(self) -> bool:
        """Whether each score is of all answers so far, their weights fading with age."""
        return self.window is not None and self.window.startswith("half-life")

    def intervals(self, level: float = LEVEL, method: str = "score") -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the lower and the upper limits; arguments as for `Score.interval`, NaN where nothing was answered."""
        return self.estimates.interval(level, method)

    # ---- as something to read ----

    def columns(self, *, level: float = LEVEL, method: str = "score") -> Columns:
        """Return the timeline as columns of plain Python values; arguments as for `Score.interval`."""
        low, high = self.intervals(level, method)
        keys, names = self._unrolled()
        starts = self.starts.tolist() * (len(self.segments) if self.by else 1)
        numbers: dict[str, NDArray[Any]] = {"value": self.values, "low": low, "high": high, "n": self.n}
        numbers |= {"missing": self.missing, "invalid": self.invalid, "se": np.sqrt(self.estimates.variance)}
        numbers |= {"n_effective": self.estimates.n_effective}
        taken = ("period", "start", *numbers, "too_few")
        counts = zip(self.tally.book.categories, np.moveaxis(self.counts, -1, 0), strict=True)
        numbers |= {free_name(category, taken, "count"): array for category, array in counts}
        numbers["too_few"] = self.few
        table = key_columns(self.by, keys, (*taken, *numbers)) | {"period": names, "start": starts}
        return table | {name: array.ravel().tolist() for name, array in numbers.items()}

    def _unrolled(self) -> tuple[list[tuple[Any, ...]], list[str]]:
        """Return the key and the label of each score, in the order of the flat arrays."""
        keys = self.segments if self.by else ((),)
        return [key for key in keys for _ in self.labels], [label for _ in keys for label in self.labels]

    def _rows(self, *, level: float = LEVEL, method: str = "score") -> Rows:
        low, high = (limit.ravel().tolist() for limit in self.intervals(level, method))
        parts = (self.values, self.n, self.estimates.n_effective, self.few)
        header = [*self.by, self.every, self.name, f"{percent(level)} interval", "n"]
        header += ["effective n", ""] if self.conventions.weighted else [""]
        rows, aside = [], self._not_whole()
        scores = zip(*self._unrolled(), low, high, *(array.ravel().tolist() for array in parts), strict=True)
        for key, label, lower, upper, value, n, effective, few in scores:
            row = [*segment_names([(part,) for part in key]), label, value]
            row += [f"{number(lower)} .. {number(upper)}" if n else "", n]
            row += [effective] if self.conventions.weighted else []
            rows.append([*row, ", ".join(["too few"] * few + aside.get(label, []))])
        return header, rows

    def _not_whole(self) -> dict[str, list[str]]:
        """Return from or until when there are data in the first and the last period, where they do not fill it."""
        found: dict[str, list[str]] = {}
        if self.span is None or self.window is not None or not self.labels:
            return found
        first, last = self.span
        if first > self.starts[0].item():
            found.setdefault(self.labels[0], []).append(f"data from {first}")
        if last + dt.timedelta(days=1) < self.ends[-1].item():
            found.setdefault(self.labels[-1], []).append(f"data until {last}")
        return found

    def _record(self, *, level: float = LEVEL, method: str = "score") -> dict[str, Any]:
        found: dict[str, Any] = {"score": self.name, "every": self.every, "window": self.window, "by": self.by}
        found |= {"level": level, "method": method, "periods": records(self.columns(level=level, method=method))}
        return found | {"undated": int(self.undated.rows.sum()), "conventions": self.conventions}

    def _headline(self) -> str:
        return ""

    def _caption(self) -> str:
        return ", ".join([str(self.conventions)] + ([f"window: {self.window}"] if self.window else []))

    def _notes(self) -> list[str]:
        undated = int(self.undated.rows.sum())
        return [f"{undated} without a time, in no {self.every}"] if undated else []

    def __repr__(self) -> str:
        ends = f", {self.labels[0]!r} to {self.labels[-1]!r}" if self.labels else ""
        of = f" by {', '.join(self.by)}" if self.by else ""
        window = f", window={self.window!r}" if self.window else ""
        aside = f", undated={undated}" if (undated := int(self.undated.rows.sum())) else ""
        rows = "" if self.window else f", n={int(self.n.sum())}"
        return (
            f"{type(self).__name__}({self.name} every {self.every}{of}{ends}, periods={len(self)}{window}{rows}{aside})"
        )

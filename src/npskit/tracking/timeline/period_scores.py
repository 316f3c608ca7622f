"""The score of every period, as it is held, looked up and shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Floats, Integers
from npskit.counting import Tally
from npskit.errors import ColumnNotFoundError, IncompatibleError, did_you_mean, quoted
from npskit.inference import Estimate
from npskit.options import IntervalMethod
from npskit.results import LEVEL, NO_ROWS, Columns, RowCounts, Rows, RowsApart, key_columns, percent, records
from npskit.scores import SCORE_ROW, TOO_FEW, Conventions, ManyScores, Score, segment_names, segment_parts

if TYPE_CHECKING:
    from npskit.plots import Chart


@attrs.frozen(eq=False, repr=False)
class PeriodScores(RowsApart, ManyScores):
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
    fates: Integers
    window: str | None = None
    span: tuple[dt.date, dt.date] | None = None
    by: tuple[str, ...] = ()
    segments: tuple[tuple[Any, ...], ...] = ()
    too_few: int = TOO_FEW
    backend: str | None = None
    aside: RowCounts = NO_ROWS
    shared: Floats | None = None

    def __attrs_post_init__(self) -> None:
        shape = (len(self.segments), len(self.labels)) if self.by else (len(self.labels),)
        shapes = {self.tally.shape, self.estimates.mean.shape, self.begins.shape, (*shape[:-1], *self.ends.shape)}
        if shapes != {shape} or self.undated.shape != shape[:-1] or self.starts.shape != self.ends.shape:
            raise IncompatibleError(f"a timeline of this many segments and periods needs all of shape {shape}")
        super().__attrs_post_init__()

    @property
    def row_counts(self) -> RowCounts:
        """What became of the rows that came in, of all periods and segments together: undated ones are set aside."""
        n, missing, invalid, beyond = self.fates.reshape(-1, 4).sum(axis=0).tolist()
        undated = int(self.undated.rows.sum())
        return self.aside + RowCounts(n, missing, invalid, undated, beyond)

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
        if not isinstance(label, str) or label not in self.labels:
            raise ColumnNotFoundError(f"there is no period {quoted(label)}; {did_you_mean(label, self.labels)}")
        return self._score((*([self._position(tuple(key))] if self.by or key else []), self.labels.index(label)))

    def segment(self, *key: Any) -> Self:
        """Return the timeline of one segment, given by its value in each column of `by`.

        Raises:
            ColumnNotFoundError: If there is no such segment.
        """
        i = self._position(key)
        parts = {name: getattr(self, name)[i] for name in ("begins", "tally", "undated", "estimates", "fates")}
        shared = None if self.shared is None else self.shared[:, i]
        return attrs.evolve(self, by=(), segments=(), aside=NO_ROWS, shared=shared, **parts)

    def _position(self, key: tuple[Any, ...]) -> int:
        try:
            return self.segments.index(key)
        except Exception:  # also of what will not be compared
            asked = segment_names([key])[0]
            close = did_you_mean(asked, segment_names(self.segments))
            raise ColumnNotFoundError(f"there is no segment {quoted(asked)}; {close}") from None

    @property
    def few(self) -> Bools:
        """True where there are fewer than `too_few` answers; under fading weights, effectively."""
        answers = self.estimates.n_effective if self.fading else self.n
        return np.asarray(~(answers >= self.too_few))  # not "<": without any weight it is NaN

    @property
    def fading(self) -> bool:
        """Whether each score is of all answers so far, their weights fading with age."""
        return self.window is not None and self.window.startswith("half-life")

    # ---- as something to read ----

    def columns(self, *, level: float = LEVEL, method: IntervalMethod = "score") -> Columns:
        """Return the timeline as columns of plain Python values; arguments as for `Score.interval`."""
        more = {"n_effective": self.estimates.n_effective}
        numbers = self._numbers(level, method, ("period", "start"), more)
        keys, names = self._unrolled()
        starts = self.starts.tolist() * (len(self.segments) if self.by else 1)
        table = key_columns(self.by, keys, ("period", "start", *numbers))
        return table | {"period": names, "start": starts} | numbers

    def _unrolled(self) -> tuple[list[tuple[Any, ...]], list[str]]:
        """Return the key and the label of each score, in the order of the flat arrays."""
        keys = self.segments if self.by else ((),)
        return [key for key in keys for _ in self.labels], [label for _ in keys for label in self.labels]

    def _rows(self, *, level: float = LEVEL, method: IntervalMethod = "score") -> Rows:
        effective = {"effective n": self.estimates.n_effective} if self.conventions.weighted else {}
        header = [*self.by, self.every, self.name, f"{percent(level)} interval", "n", *effective, ""]
        keys, names = self._unrolled()
        aside = self._not_whole()
        few = zip(names, self.few.ravel().tolist(), strict=True)
        notes = [", ".join(["too few"] * less + aside.get(label, [])) for label, less in few]
        arrays = (array.ravel().tolist() for array in (self.n, *effective.values()))
        scores, limits = self.values.ravel().tolist(), self._limits(level, method)
        rows = zip(segment_parts(keys), names, scores, limits, *arrays, notes, strict=True)
        return header, [[*parts, *row] for parts, *row in rows]

    def _not_whole(self) -> dict[str, list[str]]:
        """Return from or until when there are data in the first and the last period, where they do not fill it.

        A window reaches back beyond the first period, so that only the last may want answers still to come.
        """
        found: dict[str, list[str]] = {}
        if self.span is None or not self.labels:
            return found
        first, last = self.span
        if first > self.starts[0].item() and self.window is None:
            found.setdefault(self.labels[0], []).append(f"data from {first}")
        if last + dt.timedelta(days=1) < self.ends[-1].item():
            found.setdefault(self.labels[-1], []).append(f"data until {last}")
        return found

    _SAYS = (
        f"score: str, every, window, by, level, method, periods: list[TypedDict('PeriodRow', {{'period': str, "
        f"'start': str, {SCORE_ROW}, 'n_effective': float}})], undated: int, conventions"
    )

    def _record(self, *, level: float = LEVEL, method: IntervalMethod = "score") -> dict[str, Any]:
        found: dict[str, Any] = {"score": self.name, "every": self.every, "window": self.window, "by": self.by}
        found |= {"level": level, "method": method, "periods": records(self.columns(level=level, method=method))}
        return found | {"undated": int(self.undated.rows.sum()), "conventions": self.conventions}

    def _chart(self) -> Chart:
        from npskit.plots import PeriodLines, PeriodSeries, panels_of

        whole = None
        # of answers that hang together, or are in several windows, the whole cannot be had from its parts
        if self.conventions.variance == "independent" and self.estimates.simple and not self.by and not self.window:
            whole = Score(self.tally.total(), self.conventions).value
        low, high = self.intervals()
        names = segment_names(self.segments) if self.by else [""]
        arrays = (np.atleast_2d(array).tolist() for array in (self.values, low, high, self.few))
        series = [PeriodSeries(name, *parts) for name, *parts in zip(names, *arrays, strict=True)]
        running = bool(self.labels) and any("until" in note for note in self._not_whole().get(self.labels[-1], []))
        return panels_of(PeriodLines(self.name, self.labels, tuple(series), LEVEL, whole, running=running))

    def _caption(self) -> str:
        return ", ".join([str(self.conventions)] + ([f"window: {self.window}"] if self.window else []))

    def _notes(self) -> list[str]:
        undated = int(self.undated.rows.sum())
        return [f"{undated} without a time, in no {self.every}"] if undated else []

    def _row_parts(self) -> dict[str, int | None]:
        return {"set_aside": self.aside.set_aside or None, "left_out": self.left_out or None}  # the undated are named

    def __repr__(self) -> str:
        of = f" by {', '.join(self.by)}" if self.by else ""
        ends = f", {self.labels[0]!r} to {self.labels[-1]!r}" if self.labels else ""
        n = None if self.window else int(self.n.sum())
        undated = int(self.undated.rows.sum()) or None
        words = f"{self.name} every {self.every}{of}{ends}"
        return self._said(words, periods=len(self), window=self.window, n=n, undated=undated)

"""One table of answers by day, from which every period and every rolling window is read.

Rows are looked at once, in blocks: their time is divided down to a day, and the answer counted there. All else is sums
over days: of a period, of any window, with weights that fade. Counts are integers, so a window as the difference of two
running totals is exact; sums of weights are added up without differences, so nothing is left over from elsewhere.
"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.counting import Tally, checked_groups, read_columns, tally_rows
from npskit.data import row_said, slices
from npskit.errors import IncompatibleError, InvalidValueError, counted
from npskit.scorers import Scorer, codebook_of
from npskit.times import Days, ticks

# More days than any survey lasts: beyond, a date is a slip of the pen or stands for "never".
MOST_DAYS = 200_000
# Cells of a table of answers by day and group; as many numbers of eight bytes.
_MOST_CELLS = 1 << 28
# A table of answers that is larger than this, and than its rows, is kept by category.
_LARGE = 1 << 16
# Rows counted at a time, at least, and for each cell of the table: adding up tables should not outlast the counting.
_BLOCK, _PER_CELL = 1 << 20, 4
# Rows whose times are divided at a time: what is in between stays in the cache.
_INNER = 1 << 16
_YEAR_1, _YEAR_10000 = -719_162, 2_932_897
_NAT = np.iinfo(np.int64).min


@attrs.frozen(eq=False)
class Span:
    """The days from the first time to the last.

    Args:
        first: The first day.
        end: The day after the last; `first` where there is no time at all.
        gaps: Whether some rows have no time.
    """

    first: int
    end: int
    gaps: bool


def span_of(times: NDArray[np.datetime64], row_numbers: NDArray[np.int64] | None = None) -> Span:
    """Return the days that times span, NaT aside.

    Args:
        times: Shape `(n,)`.
        row_numbers: The row of the file that each came from; None where they came from none.

    Raises:
        InvalidValueError: If a time lies outside the years 1 to 9999, or they span more than `MOST_DAYS`.

    Example:
        >>> span_of(np.array(["1970-01-02T23:59", "NaT", "1970-01-05T00:00"], dtype="M8[s]"))
        Span(first=1, end=5, gaps=True)
    """
    moments, per_day = ticks(times)
    lowest, highest, gaps = np.iinfo(np.int64).max, _NAT, False
    for at in slices(len(moments), _INNER):
        block = moments[at]
        low = int(block.min())
        if low == _NAT:
            gaps = True
            low = int((block - 1).min()) + 1  # one less than NaT wraps around to the largest number
        lowest, highest = min(lowest, low), max(highest, int(block.max()))
    if highest == _NAT:
        return Span(0, 0, gaps)
    first, last = lowest // per_day, highest // per_day
    if first < _YEAR_1 or last >= _YEAR_10000 or last - first >= MOST_DAYS:
        raise InvalidValueError(_too_far(times, moments, lowest, highest, row_numbers))
    return Span(first, last + 1, gaps)


def _too_far(
    times: NDArray[np.datetime64],
    moments: NDArray[np.int64],
    lowest: int,
    highest: int,
    row_numbers: NDArray[np.int64] | None,
) -> str:
    """Return a sentence that names the first and the last time with their rows."""
    rows = [int(np.flatnonzero(moments == moment)[0]) for moment in (lowest, highest)]
    shown = " to ".join(f"{times[row]} in {row_said(row, row_numbers)}" for row in rows)
    return (
        f"times run from {shown}: a timeline spans at most {MOST_DAYS:,} days between the years 1 and 9999; correct "
        "these times, or make them missing"
    )


@attrs.frozen(eq=False)
class DayTable:
    """Answers by day, or by runs of days, for each group.

    Args:
        edges: The first day of each run, rising, and after the last one the day that ends it; shape `(S + 1,)`.
        tally: Shape `(G, S)`.
        undated: The answers whose time is not known, shape `(G,)`.
    """

    edges: Days
    tally: Tally
    undated: Tally

    def between(self, starts: Days, ends: Days) -> Tally:
        """Return the tallies of spans of days, from `starts` up to but without `ends`.

        Args:
            starts: Shape `(T,)` or `(G, T)`; each a day in `edges`, or one beyond them.
            ends: Shape `(T,)`; the same.

        Returns:
            Shape `(G, T)`.
        """
        groups, runs = self.tally.shape
        low = np.minimum(np.searchsorted(self.edges, starts), runs)
        high = np.minimum(np.searchsorted(self.edges, ends), runs)
        low, high = np.broadcast_to(low, (groups, len(ends))), np.broadcast_to(high, (groups, len(ends)))

        def added(table: NDArray[Any]) -> NDArray[Any]:
            return _differences(table, low, high) if table.dtype.kind == "i" else _sums(table, low, high)

        return self.tally.mapped(added)

    def fates(self, starts: Days, ends: Days) -> NDArray[np.int64]:
        """Return how many rows of the spans are scored, missing and invalid, each once, and how many are in no span.

        Args:
            starts: As for `between`.
            ends: As for `between`.

        Returns:
            Shape `(G, 4)`.
        """
        groups, runs = self.tally.shape
        steps = np.zeros((groups, runs + 1), dtype=np.int64)
        for days, step in ((starts, 1), (ends, -1)):
            places = np.minimum(np.searchsorted(self.edges, np.broadcast_to(days, (groups, len(ends)))), runs)
            np.add.at(steps, (np.arange(groups)[:, np.newaxis], places), step)
        within = np.cumsum(steps, axis=1)[:, :-1] > 0
        inside = [(part * within).sum(axis=1) for part in (self.tally.n, self.tally.missing, self.tally.invalid)]
        return np.stack([*inside, (self.tally.rows * ~within).sum(axis=1)], axis=1)

    def last(self, ends: Days, answers: int) -> Days:
        """Return for each end the first of the fewest whole days before it with at least so many scored answers.

        The order of answers within a day does not matter. Where there are not as many, it is the first day of all.

        Args:
            ends: Shape `(T,)`, each a day in `edges`.
            answers: How many; at least 1.

        Returns:
            Shape `(G, T)`.
        """
        groups, runs = self.tally.shape
        high = np.minimum(np.searchsorted(self.edges, ends), runs)
        so_far = np.zeros((groups, runs + 1), dtype=np.int64)
        np.cumsum(self.tally.n, axis=1, out=so_far[:, 1:])
        low = [np.searchsorted(total, total[high] - answers, side="right") - 1 for total in so_far]
        return self.edges[np.maximum(np.array(low, dtype=np.intp).reshape(groups, len(ends)), 0)]

    def faded(self, ends: Days, half_life: int) -> Tally:
        """Return all answers before each end, weighing half as much with every `half_life` days.

        Age is counted in days back from the latest day on which the group has a row, so that days without any change
        nothing: neither the score nor how sure it is depends on a factor that all weights have in common.
        Brown, "Smoothing, Forecasting and Prediction of Discrete Time Series" (1963), for unequal numbers a day.

        Args:
            ends: Shape `(T,)`, rising, each a day in `edges`, which must be single days.
            half_life: In days.

        Returns:
            Shape `(G, T)`, with weights: its n is the number of all answers so far.
        """
        groups, runs = self.tally.shape
        cells = self.between(np.full(len(ends), self.edges[0]), ends).cells
        table = self.tally.cells
        each = [table if part is None else part for part in (self.tally.weights, self.tally.squares)]
        sums = np.zeros((2, groups, table.shape[-1]))
        found = np.empty((2, *cells.shape))
        latest, rows = np.zeros(groups, dtype=np.int64), self.tally.rows
        day = 0
        for i, high in enumerate(np.minimum(np.searchsorted(self.edges, ends), runs).tolist()):
            for day in range(day, high):  # noqa: B020
                who = np.flatnonzero(rows[:, day])
                if who.size:
                    fade = 0.5 ** ((day - latest[who]) / half_life)[:, np.newaxis]
                    sums[0, who] = sums[0, who] * fade + each[0][who, day]
                    sums[1, who] = sums[1, who] * fade**2 + each[1][who, day]
                    latest[who] = day
            day = high
            sums[0][sums[1] == 0] = 0  # squares vanish first; without them no weight could be used
            found[:, :, i] = sums
        return Tally(self.tally.codebook, cells, found[0], found[1], self.tally.by_answer)


def count_days(
    times: NDArray[np.datetime64],
    *answers: Any,
    scorer: Scorer | None = None,
    groups: Any = None,
    n_groups: int = 1,
    weights: NDArray[np.float64] | None = None,
    copies: NDArray[np.float64] | None = None,
    sums: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
    span: Span | None = None,
    edges: Days | None = None,
) -> DayTable:
    """Count answers by day, looking at each row once.

    Args:
        times: datetime64, shape `(n,)`; NaT where it is not known when.
        answers: One sequence or array per question, each of shape `(n,)`; see `npskit.counting.tally.Tally.count`.
        scorer: What the answers mean. Default `NPS()`.
        groups: Group number of each row, in `range(n_groups)`; None for a single group.
        n_groups: How many groups there are.
        weights: One weight per row, as `npskit.data.read_weights` gives them, or None.
        copies: How many answers each row stands for; see `npskit.counting.tally.tally_rows`.
        sums: Their weights; see there.
        span: What `span_of(times)` is, where that is known already.
        edges: The runs of days to count in, from the first day of the span to its end; None for every day.

    Raises:
        InvalidTypeError, InvalidValueError, IncompatibleError: If an argument cannot be used; the message names it.

    Example:
        >>> days = np.array(["2026-01-30", "2026-02-01", "2026-02-01", "NaT"], dtype="M8[D]")
        >>> table = count_days(days, [10, 9, 3, 8])
        >>> table.tally.counts.tolist(), table.undated
        ([[[0, 0, 1], [0, 0, 0], [1, 0, 1]]], Tally(NPS, shape=(1,), rows=1))
    """
    read = codebook_of(scorer)
    columns = read_columns(answers, read)
    span = span_of(times) if span is None else span
    edges = np.arange(span.first, span.end + 1) if edges is None else edges
    width = len(edges)  # the runs, and behind them the undated
    size = n_groups * width
    by_answer = read.scale is not None and size * read.scale.size <= max(len(times), _LARGE)
    kinds = read.scale.size if by_answer and read.scale is not None else len(read.categories)
    cells = size * (kinds + 2)
    if cells > _MOST_CELLS:
        raise InvalidValueError(
            f"{n_groups:,} groups on {width - 1:,} days or periods take a table of {cells:,} cells, and at most "
            f"{_MOST_CELLS:,} can be held; choose coarser groups or fewer days"
        )
    if len(columns[0]) != len(times):
        raise IncompatibleError(f"answers has {counted(len(columns[0]), 'row')}, times has {len(times)}")
    numbers = None if groups is None else checked_groups(groups, n_groups, len(times))[0]
    runs = _Runs(times, span, edges, size)

    def tally_of(at: slice) -> Tally:
        return tally_rows(
            [column.part(at) for column in columns],
            read,
            weights=None if weights is None else weights[at],
            copies=None if copies is None else copies[at],
            sums=None if sums is None else (sums[0][at], sums[1][at]),
            groups=runs.read(at, numbers),
            n_groups=size,
            distribution=by_answer,
        )

    block = max(_BLOCK, _PER_CELL * cells)
    tally = sum((tally_of(at) for at in slices(len(times), block)), start=tally_of(slice(0, 0)))
    tally = tally.mapped(lambda table: table.reshape(n_groups, width, table.shape[-1]))
    return DayTable(edges, tally[:, :-1], tally[:, -1])


class _Runs:
    """Reads blocks of times as numbers of runs of days; behind the runs of a group lie its undated."""

    def __init__(self, times: NDArray[np.datetime64], span: Span, edges: Days, size: int) -> None:
        self._moments, self._per_day = ticks(times)
        self._span, self._width = span, len(edges)
        # narrow, because they are written to memory and read from there
        self._kind = np.min_scalar_type(size)
        self._run = None
        if len(edges) != span.end - span.first + 1:
            self._run = np.append(np.repeat(np.arange(len(edges) - 1), np.diff(edges)), len(edges) - 1)

    def read(self, at: slice, groups: NDArray[Any] | None) -> NDArray[Any]:
        """Return the number of each row of a block."""
        codes = np.empty(at.stop - at.start, self._kind)
        buffer = np.empty(min(_INNER, codes.size), np.uint64)
        first, per_day = self._span.first, np.uint64(self._per_day)
        direct = first >= 0 and not self._span.gaps and self._run is None and groups is None
        for part in slices(codes.size, _INNER):
            rows = slice(at.start + part.start, at.start + part.stop)
            moments, found, code = self._moments[rows], buffer[: part.stop - part.start], codes[part]
            # without a sign, division is three times as fast
            if direct:
                np.floor_divide(moments.view(np.uint64), per_day, out=found)
                np.copyto(code, found, casting="unsafe")
                code -= self._kind.type(first % 2 ** (8 * code.itemsize))  # narrow, it costs less; what was cut off too
                continue
            # a day that begins before the first int64 wraps around
            np.subtract(moments.view(np.uint64), np.uint64(first * self._per_day % 2**64), out=found)
            np.floor_divide(found, per_day, out=found)
            if self._span.gaps:
                found[moments == _NAT] = self._span.end - first
            if self._run is not None:
                found[:] = self._run[found.view(np.int64)]
            if groups is not None:
                found += groups[rows].astype(np.uint64) * np.uint64(self._width)
            np.copyto(code, found, casting="unsafe")
        return codes


def _differences(table: NDArray[np.int64], low: NDArray[np.intp], high: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return the sums of `table[g, low:high]`, shape `(G, T, W)`, as differences of running totals: exact."""
    groups, runs, width = table.shape
    so_far = np.zeros((groups, runs + 1, width), dtype=np.int64)
    np.cumsum(table, axis=1, out=so_far[:, 1:])
    group = np.arange(groups)[:, np.newaxis]
    return np.asarray(so_far[group, high] - so_far[group, low])


def _sums(table: NDArray[np.float64], low: NDArray[np.intp], high: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the sums of `table[g, low:high]`, shape `(G, T, W)`, put together from runs of 1, 2, 4, ... days.

    Never as a difference: once a heavy answer has left a running total, what it had rounded off would be missing.
    """
    at, left = low.copy(), high - low
    found = np.zeros((*low.shape, table.shape[-1]))
    step = 1
    while (left > 0).any():
        take = (left & step) > 0
        group, _ = np.nonzero(take)
        found[take] += table[group, at[take]]
        at[take] += step
        left[take] -= step
        table = table[:, :-step] + table[:, step:]
        step *= 2
    return found

"""Timelines: the score of every calendar period, or of a window that moves along."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.errors import IncompatibleError
from npskit.inference.estimate import Estimate
from npskit.score import Conventions
from npskit.score_table import TOO_FEW
from npskit.scorers.base import Scorer
from npskit.times.durations import DAY
from npskit.times.periods import as_dates, as_times, check_every, labels
from npskit.tracking.days import DayTable, count_days, span_of
from npskit.tracking.timeline_record import Timeline
from npskit.tracking.windows import Periods, Window

# Cells of a table by day that are not worth avoiding.
_SMALL = 1 << 20


def timeline(
    times: Any,
    *answers: Any,
    every: str = "month",
    window: str | dt.timedelta | int | None = None,
    half_life: str | dt.timedelta | None = None,
    scorer: Scorer | None = None,
    by: Sequence[str] = (),
    groups: Any = None,
    segments: Sequence[tuple[Any, ...]] = (),
    weights: Any = None,
    masks: Sequence[NDArray[np.bool_] | None] | None = None,
    counts: Any = None,
    denominator: str = "valid",
    too_few: int = TOO_FEW,
    backend: str | None = None,
) -> Timeline:
    """Return the score of every period, of answers with their times; each row is looked at once, in any order.

    What must be true for the intervals: answers are independent of each other. Where customers answer more than once
    use `Survey.timeline`, whose intervals of periods and of windows are clustered by customer.

    Args:
        times: When each answer was given: datetime64, or dates and naive datetimes of Python, shape `(n,)`; NaT or None
            where it is not known, and then the answer is `undated`. What counts is the clock on the wall.
        answers: One sequence or array per question of the scorer, each of shape `(n,)`.
        every: `"day"`, `"week"` (ISO 8601), `"month"`, `"quarter"` or `"year"`.
        window: None scores calendar periods. `"30d"` (or `"4 weeks"`, `"3 months"`, `"1y"`, any duration of whole days)
            scores, at the last day of each period, the answers of the 30 days that end with it. A whole number k scores
            the answers of the latest whole days that hold k scored answers or more: within a day there is no order.
        half_life: `"30d"` or `"4w"`: all answers so far, weighing half as much with every 30 days of age, instead of a
            window; intervals are then at effective counts. See `npskit.tracking.days.DayTable.faded`.
        scorer: What the answers mean. Default `NPS()`.
        by: The names of the columns that make the segments; with `groups` and `segments`.
        groups: Segment number of each row, in `range(len(segments))`.
        segments: The values that make each segment.
        weights: One finite weight of at least 0 per row; see `npskit.tracking.days.count_days`.
        masks: For each question None, or booleans, True where the answer is missing.
        counts: How many answers each row stands for, where an engine has grouped and counted them.
        denominator: `"valid"` answers, or `"all"` responses: the missing and invalid then count with a worth of 0.
        too_few: Scores of fewer answers are marked.
        backend: The dataframe library that `to_frame` gives by default.

    Raises:
        InvalidTypeError, InvalidValueError, IncompatibleError: If an argument cannot be used; the message names it.

    Example:
        >>> days = np.array(["2026-01-10", "2026-01-30", "2026-03-01", "2026-03-02", "NaT"], dtype="M8[D]")
        >>> found = timeline(days, [10, 3, 9, 10, 8], every="month")
        >>> found
        Timeline(NPS every month, '2026-01' to '2026-03', periods=3, n=4, undated=1)
        >>> print(found)
        month      NPS  95% interval    n
        2026-01    0.0  -81.1 .. 81.1   2  too few, data from 2026-01-10
        2026-02    nan                  0  too few
        2026-03  100.0  -31.5 .. 100.0  2  too few, data until 2026-03-02
        1 without a time, in no month
    """
    check_every(every)
    chosen = Window.of(window, half_life)
    moments = as_times(times)
    span = span_of(moments)
    if bool(by) != (groups is not None) or (groups is None and segments):
        raise IncompatibleError(
            "by, groups and segments go together: names, the number of each row, and what it stands for"
        )
    n_groups = len(segments) if by else 1
    edges = None
    if not chosen.by_day and n_groups * (span.end - span.first) > max(len(moments), _SMALL):
        # many segments and few answers: only the days where something begins or ends
        found = Periods.of(span.first, span.end, every, chosen)
        wanted = np.concatenate([found.begins, found.ends, [span.first, span.end]])
        edges = np.unique(np.clip(wanted, span.first, span.end))
    table = count_days(
        moments,
        *answers,
        scorer=scorer,
        groups=groups,
        n_groups=n_groups,
        weights=weights,
        masks=masks,
        counts=counts,
        span=span,
        edges=edges,
    )
    return timeline_of(
        table,
        every=every,
        window=window,
        half_life=half_life,
        by=by,
        segments=segments,
        denominator=denominator,
        too_few=too_few,
        backend=backend,
    )


def timeline_of(
    table: DayTable,
    *,
    every: str = "month",
    window: str | dt.timedelta | int | None = None,
    half_life: str | dt.timedelta | None = None,
    by: Sequence[str] = (),
    segments: Sequence[tuple[Any, ...]] = (),
    denominator: str = "valid",
    too_few: int = TOO_FEW,
    backend: str | None = None,
) -> Timeline:
    """Return the timeline of answers that are counted by day already; one table gives any number of them.

    What must be true for the intervals: as for `timeline`.

    Args:
        table: Of a single group where there is no `by`.
        every: As for `timeline`; so for all the others.
        window: As for `timeline`.
        half_life: As for `timeline`.
        by: As for `timeline`.
        segments: As for `timeline`.
        denominator: As for `timeline`.
        too_few: As for `timeline`.
        backend: As for `timeline`.

    Raises:
        InvalidTypeError, InvalidValueError, IncompatibleError: If an argument cannot be used; the message names it.

    Example:
        >>> table = count_days(np.array(["2026-01-10", "2026-02-28"], dtype="M8[D]"), [10, 3])
        >>> [timeline_of(table, every=every).values.tolist() for every in ("month", "quarter")]
        [[100.0, -100.0], [0.0]]
    """
    chosen = Window.of(window, half_life)
    found = Periods.of(int(table.edges[0]), int(table.edges[-1]), check_every(every), chosen)
    begins = np.broadcast_to(found.begins, (table.tally.shape[0], len(found.ends)))
    if chosen.answers:
        begins = table.last(found.ends, chosen.answers)
    if chosen.half_life is not None:
        tally = table.faded(found.ends, chosen.half_life.fixed // DAY)
    else:
        tally = table.between(begins, found.ends)
    undated = table.undated
    if not by:
        tally, undated, begins = tally[0], undated[0], begins[0]
    worths = tally.table(denominator)
    conventions = Conventions(repr(tally.scorer), denominator=denominator, weighted=tally.weights is not None)
    first, last = as_dates(np.array([table.edges[0], table.edges[-1] - 1])).tolist()
    return Timeline(
        every,
        labels(found.numbers, every),
        as_dates(found.starts),
        as_dates(begins),
        as_dates(found.ends),
        tally,
        undated,
        conventions,
        Estimate.from_sums(worths.counts, worths.worths, worths.weights, worths.squares),
        window=str(chosen) or None,
        span=(first, last) if len(found.starts) else None,
        by=tuple(by),
        segments=tuple(segments),
        too_few=too_few,
        backend=backend,
    )

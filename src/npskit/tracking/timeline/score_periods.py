"""Timelines: the score of every calendar period, or of a window that moves along."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.counting import Tally
from npskit.data import Keys
from npskit.errors import IncompatibleError
from npskit.sample import DaySpans, DayTable, Measured, Places, Sample, Span, count_days, estimate_spans, span_of
from npskit.scorers import Scorer
from npskit.scores import TOO_FEW
from npskit.times import DAY, Days, as_dates, as_times, check_every, labels
from npskit.tracking.timeline.timeline_record import Timeline
from npskit.tracking.timeline.windows import Periods, Window

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
            window; intervals are then at effective counts. See `npskit.sample.days.DayTable.faded`.
        scorer: What the answers mean. Default `NPS()`.
        by: The names of the columns that make the segments; with `groups` and `segments`.
        groups: Segment number of each row, in `range(len(segments))`.
        segments: The values that make each segment.
        weights: One finite weight of at least 0 per row; see `npskit.sample.days.count_days`.
        masks: For each question None, or booleans, True where the answer is missing.
        counts: How many answers each row stands for, where an engine has grouped and counted them.
        denominator: `"valid"` answers, or `"all"` responses: the missing and invalid then count with a category score
            of 0.
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
    if bool(by) != (groups is not None) or (groups is None and segments):
        raise IncompatibleError(
            "by, groups and segments go together: names, the number of each row, and what it stands for"
        )
    n_groups = len(segments) if by else 1
    span = span_of(moments)
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
        edges=_edges(span, every, chosen, len(moments), n_groups),
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


def timeline_of_sample(
    sample: Sample,
    times: NDArray[np.datetime64],
    segments: tuple[Places, Keys],
    *,
    every: str,
    window: Window,
    by: tuple[str, ...] = (),
    denominator: str = "valid",
) -> Timeline:
    """Return the timeline of a sample, whose scores are clustered by customer or sampling unit where need be.

    What must be true: customers (or the sampling units bound) are independent of each other; answers of one need not
    be. Of calibrated rows with fading weights all answers count as independent: faded, the weights no longer agree with
    what is known of the population.

    Args:
        sample: The rows.
        times: When each was given, shape `(rows,)`.
        segments: The segment of each row, and the values that make each.
        every: The periods.
        window: What each score is of.
        by: The names of the columns that make the segments.
        denominator: `"valid"` or `"all"`.

    Raises:
        InvalidValueError: If a stratum has a single sampling unit, and that is to fail.
    """
    check_every(every)
    places, keys = segments
    span = span_of(times)
    dated = Places(np.where(np.isnat(times), -1, places.numbers), places.size) if span.gaps else places
    clustering = None
    if sample.calibration is None or window.half_life is None:
        clustering = sample.clustering(dated, denominator)
    table = count_days(
        times,
        *sample.answers.columns,
        scorer=sample.answers.codebook.scorer,
        groups=places.numbers if by else None,
        n_groups=places.size,
        weights=sample.weights,
        span=span,
        edges=_edges(span, every, window, len(times), places.size),
    )

    def measured(tally: Tally, begins: Days, ends: Days) -> Measured:
        estimate = None
        if clustering is not None and len(ends):
            days = times.astype("datetime64[D]").astype(np.int64)
            fades = None if window.half_life is None else window.half_life.fixed // DAY
            found = estimate_spans(sample, clustering, dated, days, DaySpans(begins, ends, fades))
            estimate = found.reshape(tally.shape)
        return sample.measured(tally, denominator, estimate)

    return _line(table, every, window, measured, by=by, segments=keys if by else ())


def _edges(span: Span, every: str, window: Window, rows: int, n_groups: int) -> Days | None:
    """Return the days where something begins or ends, if of many segments and few answers these alone are counted."""
    if window.by_day or n_groups * (span.end - span.first) <= max(rows, _SMALL):
        return None
    found = Periods.of(span.first, span.end, every, window)
    wanted = np.concatenate([found.begins, found.ends, [span.first, span.end]])
    return np.unique(np.clip(wanted, span.first, span.end))


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

    What must be true for the intervals: answers are independent of each other.

    Args:
        table: Of a single group where there is no `by`.
        every: `"day"`, `"week"`, `"month"`, `"quarter"` or `"year"`.
        window: How far back each score reaches, `"30d"` or a number of answers; None for the period alone.
        half_life: With every so many days of age answers weigh half as much; instead of a window.
        by: The names of the columns that make the segments.
        segments: The values that make each group of the table.
        denominator: `"valid"` answers, or `"all"` responses.
        too_few: Scores of fewer answers are marked.
        backend: The dataframe library that `to_frame` gives by default.

    Raises:
        InvalidTypeError, InvalidValueError, IncompatibleError: If an argument cannot be used; the message names it.

    Example:
        >>> table = count_days(np.array(["2026-01-10", "2026-02-28"], dtype="M8[D]"), [10, 3])
        >>> [timeline_of(table, every=every).values.tolist() for every in ("month", "quarter")]
        [[100.0, -100.0], [0.0]]
    """
    chosen = Window.of(window, half_life)

    def measured(tally: Tally, begins: Days, ends: Days) -> Measured:
        return Measured.of(tally, denominator)

    found = _line(table, check_every(every), chosen, measured, by=tuple(by), segments=tuple(segments))
    return attrs.evolve(found, too_few=too_few, backend=backend)


def _line(
    table: DayTable,
    every: str,
    window: Window,
    measure: Callable[[Tally, Days, Days], Measured],
    *,
    by: tuple[str, ...],
    segments: Keys,
) -> Timeline:
    """Return the timeline of a table by day; `measure` makes estimates of tallies by segment, and of their days."""
    found = Periods.of(int(table.edges[0]), int(table.edges[-1]), every, window)
    begins = np.broadcast_to(found.begins, (table.tally.shape[0], len(found.ends)))
    if window.answers:
        begins = table.last(found.ends, window.answers)
    if window.half_life is not None:
        tally = table.faded(found.ends, window.half_life.fixed // DAY)
    else:
        tally = table.between(begins, found.ends)
    measured, undated = measure(tally, begins, found.ends), table.undated
    tally, estimate = measured.tally, measured.estimate
    if not by:
        tally, estimate, undated, begins = tally[0], estimate[0], undated[0], begins[0]
    first, last = as_dates(np.array([table.edges[0], table.edges[-1] - 1])).tolist()
    return Timeline(
        every,
        labels(found.numbers, every),
        as_dates(found.starts),
        as_dates(begins),
        as_dates(found.ends),
        tally,
        undated,
        measured.conventions,
        estimate,
        window=str(window) or None,
        span=(first, last) if len(found.starts) else None,
        by=by,
        segments=segments,
    )

"""Timelines: the score of every calendar period, or of a window that moves along."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from npskit.counting import warn_of_scale
from npskit.data import Keys
from npskit.options import PREVIOUS, Denominator
from npskit.sample import Places, Sample, count_days, span_of
from npskit.times import DAY, as_dates, check_every, labels
from npskit.tracking.timeline.timeline_record import Timeline
from npskit.tracking.timeline.windows import Periods, Window, earlier

if TYPE_CHECKING:  # most rows do not hang together
    from npskit.sample import EngineSpans, RowSpans

# Cells of a table by day that are not worth avoiding.
_SMALL = 1 << 20


def timeline_of_sample(
    sample: Sample,
    times: NDArray[np.datetime64],
    segments: tuple[Places, Keys],
    *,
    every: str,
    window: Window,
    by: tuple[str, ...] = (),
    denominator: Denominator = "valid",
    units: EngineSpans | None = None,
) -> Timeline:
    """Return the score of every period, clustered by customer or sampling unit where need be.

    What must be true: customers (or the sampling units bound) are independent of each other; answers of one need not
    be. Of calibrated rows with fading weights all answers count as independent: faded, the weights no longer agree with
    what is known of the population.

    Args:
        sample: The rows.
        times: When each was given, by the clock on the wall, shape `(rows,)`; NaT where it is not known, and then the
            answer is `undated`.
        segments: The segment of each row, and the values that make each.
        every: `"day"`, `"week"` (ISO 8601), `"month"`, `"quarter"` or `"year"`.
        window: What each score is of.
        by: The names of the columns that make the segments.
        denominator: `"valid"` answers, or `"all"` responses.
        units: What an engine says of rows that hang together, where these are only counts.

    Raises:
        InvalidValueError: If `every` or `denominator` is none of these, or a stratum has a single sampling unit, and
            that is to fail.
    """
    check_every(every)
    places, keys = segments
    span = span_of(times, sample.row_numbers)
    found = Periods.of(span.first, span.end, every, window)
    edges = None
    if not window.by_day and places.size * (span.end - span.first) > max(len(times), _SMALL):
        # of many segments and few answers only the days are told apart where something begins or ends
        wanted = np.concatenate([found.begins, found.ends, [span.first, span.end]])
        edges = np.unique(np.clip(wanted, span.first, span.end))
    dated = Places(np.where(np.isnat(times), -1, places.numbers), places.size) if span.gaps else places
    rows: EngineSpans | RowSpans | None = units
    if units is None and (sample.calibration is None or window.half_life is None):
        clustering = sample.clustering(dated, denominator)
        if clustering is not None:
            from npskit.sample import RowSpans

            rows = RowSpans(sample, clustering, dated, times.astype("datetime64[D]").astype(np.int64))
    table = count_days(
        times,
        *sample.answers.columns,
        scorer=sample.answers.codebook.scorer,
        groups=places.numbers if by else None,
        n_groups=places.size,
        weights=sample.weights,
        copies=sample.answers.copies,
        sums=sample.sums,
        span=span,
        edges=edges,
    )
    fades = None if window.half_life is None else window.half_life.fixed // DAY
    begins = np.broadcast_to(found.begins, (places.size, len(found.ends)))
    if window.answers:
        begins = table.last(found.ends, window.answers)
    tally = table.between(begins, found.ends) if fades is None else table.faded(found.ends, fades)
    estimate, undated, shared = None, table.undated, None
    names = labels(found.numbers, every)
    if rows is not None and len(found.ends):
        from npskit.sample import DaySpans

        spans = DaySpans(begins, found.ends, fades)
        estimate = rows.estimate(spans)
        if estimate is not None:
            estimate = estimate.reshape(tally.shape)
            if fades is None:
                partners = np.stack([earlier(previous, names, begins, found.ends) for previous in PREVIOUS])
                shared = rows.correlate(spans, partners)
    measured = sample.measured(tally, denominator, estimate)
    tally, estimate = measured.tally, measured.estimate
    warn_of_scale(table.tally)
    fates = table.fates(begins, found.ends)
    if not by:
        tally, estimate, undated, begins, fates = tally[0], estimate[0], undated[0], begins[0], fates[0]
        shared = None if shared is None else shared[:, 0]
    first, last = as_dates(np.array([span.first, span.end - 1])).tolist()
    return Timeline(
        every,
        names,
        as_dates(found.starts),
        as_dates(begins),
        as_dates(found.ends),
        tally,
        undated,
        measured.conventions,
        estimate,
        fates,
        window=str(window) or None,
        span=(first, last) if len(found.starts) else None,
        by=by,
        segments=keys if by else (),
        aside=measured.aside,
        shared=shared if shared is not None and shared.any() else None,
    )

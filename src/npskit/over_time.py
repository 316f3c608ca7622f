"""The rows of a survey over time: counted by period, segment and side for what `npskit.tracking` makes of them.

Rows of place -1 are at no place. Sums per sampling unit go beside the counts wherever the rows are not independent
answers that weigh alike.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.bound import Bound
from npskit.counting import factorize
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, did_you_mean
from npskit.frames import Column
from npskit.inference.clusters import ClusterTotals
from npskit.inference.estimate import Estimate
from npskit.rows import Rows
from npskit.score import Conventions
from npskit.score_table import ScoreTable
from npskit.scorers.base import Codebook
from npskit.tally import Tally
from npskit.times.durations import DAY
from npskit.times.spans import periods_around
from npskit.tracking.change_explanation import ChangeExplanation
from npskit.tracking.clustered_windows import window_estimates
from npskit.tracking.effect import Effect
from npskit.tracking.explain import explain_change
from npskit.tracking.intervention import Intervention
from npskit.tracking.interventions import effect_over_periods
from npskit.tracking.timeline_record import Timeline
from npskit.tracking.windows import Window

Times = NDArray[np.datetime64]
Codes = NDArray[np.intp]

_SIDES = ("before", "after")


def explain_rows(
    rows: Rows,
    times: Times,
    book: Codebook,
    spans: tuple[tuple[np.datetime64, np.datetime64], tuple[np.datetime64, np.datetime64]],
    by: tuple[str, ...],
    level: float,
    on_invalid: str,
) -> ChangeExplanation:
    """Say why the score moved from one stretch of time to another; see `npskit.tracking.explain.explain_change`.

    Args:
        rows: The rows, by segment.
        times: When each was given, shape `(rows,)`.
        book: What the answers mean.
        spans: Begin and end of both stretches, the ends not included.
        by: The names of the columns that make the segments.
        level: Confidence level.
        on_invalid: `"count"` or `"raise"`.

    Raises:
        InvalidValueError: If there is no scored answer in one of the stretches.
        IncompatibleError: If they overlap, or the rows are calibrated.
    """
    if spans[0][0] < spans[1][1] and spans[1][0] < spans[0][1]:
        raise IncompatibleError("before and after must not overlap: an answer would be on both sides")
    side = np.full(len(times), -1, dtype=np.intp)
    for i, (start, end) in enumerate(spans):
        side[(times >= start) & (times < end)] = i
    scored = rows.categories(book) >= 0
    for i, (name, (start, end)) in enumerate(zip(_SIDES, spans, strict=True)):
        if not (scored & (side == i)).any():
            raise InvalidValueError(f"{name}: there is no scored answer from {start} until {end}, not included")
    inside = side >= 0
    present, groups = np.unique(rows.groups[inside], return_inverse=True)
    keys, size = tuple(rows.keys[i] for i in present.tolist()), len(present)
    places = np.full(len(times), -1, dtype=np.intp)
    places[inside] = side[inside] * size + groups
    tally = _count(rows, places, 2 * size, book, on_invalid)
    sums = tally.table()
    estimates = Estimate.from_sums(sums.counts, sums.worths, sums.weights, sums.squares)
    conventions = Conventions(repr(book.scorer), weighted=tally.weights is not None, invalid=on_invalid)
    before, after = (
        ScoreTable(by, keys, tally[part], conventions, estimates[part]) for part in (slice(size), slice(size, None))
    )
    # weights of independent answers need no units: their squares say as much
    totals = _totals(rows, places, 2 * size, book, units_of_weights=False)
    return explain_change(before, after, level=level, totals=totals)


def effect_of_rows(
    rows: Rows,
    times: Times,
    book: Codebook,
    intervention: Intervention,
    arms: Codes,
    controlled: bool,
    method: str | None,
    every: str,
    level: float,
    on_invalid: str,
) -> Effect:
    """Return what the score did when something was changed; see `npskit.tracking.interventions.effect_over_periods`.

    Args:
        rows: The rows, of a single segment.
        times: When each was given, shape `(rows,)`.
        book: What the answers mean.
        intervention: What was changed, and when.
        arms: 0 for each row that was treated, 1 for the control, -1 for neither.
        controlled: Whether there is a control.
        method: As for `effect_over_periods`.
        every: The periods; see `npskit.times.spans.periods_around`.
        level: Confidence level.
        on_invalid: `"count"` or `"raise"`.

    Raises:
        InvalidValueError: If there is no scored answer on a side, or an argument cannot be used.
        IncompatibleError: If `method` does not go with a control, or the rows are calibrated.
    """
    side = intervention.sides(times).astype(np.intp)
    inside = (side >= 0) & (arms >= 0)
    cells = np.where(inside, 2 * arms + side, -1)
    scored = rows.categories(book) >= 0
    for i in range(4 if controlled else 2):
        if not (scored & (cells == i)).any():
            who = ("treated", "control")[i // 2]
            raise InvalidValueError(f"{who}: there is no scored answer {_SIDES[i % 2]} {intervention!r}")
    places, start, size = periods_around(np.where(inside, times, np.datetime64("NaT", "us")), intervention.at, every)
    tally = _count(rows, np.where(inside, arms * size + places, -1), 2 * size, book, on_invalid)
    sums = tally.table()
    counts = sums.counts.astype(np.float64)
    if sums.weights is not None and sums.squares is not None:
        # one factor for all, by Kish, so that pooling periods leaves the scores as they are
        counts = sums.weights * sums.weights.sum() / sums.squares.sum()
    totals = None
    if method != "interrupted_series":
        totals = _totals(rows, cells, 4 if controlled else 2, book, units_of_weights=True)
    return effect_over_periods(
        counts[:size],
        sums.worths,
        start,
        method=method,
        control=counts[size:] if controlled else None,
        level=level,
        score=book.name,
        totals=totals,
        intervention=intervention,
        repeats=rows.customers is not None,
    )


def clustered_line(
    line: Timeline, data: Bound, rows: Rows, times: Times, denominator: str, half_life: str | dt.timedelta | None = None
) -> Timeline:
    """Return a timeline with the estimates that its rows have where they are not independent.

    What must be true: customers (or the sampling units bound) are independent of each other; answers of one need not
    be. Of calibrated rows with fading weights the timeline is returned as it is, as if they were independent: faded,
    the weights no longer agree with what is known of the population.

    Args:
        line: The timeline of these rows.
        data: What they are rows of.
        rows: The rows, by segment.
        times: When each was given, shape `(rows,)`.
        denominator: `"valid"` or `"all"`.
        half_life: Where weights fade, as for `npskit.tracking.timeline.timeline`.

    Raises:
        InvalidValueError: If a stratum has a single sampling unit, and that is to fail.
    """
    places, periods = np.where(np.isnat(times), -1, rows.groups), len(line)
    if line.window is None:
        # each row is in one period, so that all of them are counted at once; a negative group is none
        inside = np.searchsorted(line.starts, times.astype(line.starts.dtype), side="right") - 1
        places = np.where(places < 0, -1, rows.groups * periods + inside)
        cells = attrs.evolve(rows, groups=places, keys=((),) * (len(rows.keys) * periods))
        found = data.clustered(cells, denominator, line.estimates.worths)
    elif data.calibration is None:
        fades = Window.of(None, half_life).half_life
        dated = attrs.evolve(rows, groups=places)
        found = _window_estimates(line, data, dated, times, denominator, None if fades is None else fades.fixed // DAY)
    else:
        found = None if half_life is not None else _calibrated_windows(line, data, rows, times, denominator)
    if found is None:
        return line
    conventions = attrs.evolve(line.conventions, variance=data.variance)
    return attrs.evolve(line, estimates=found.reshape(line.tally.shape), conventions=conventions)


def _window_estimates(
    line: Timeline, data: Bound, rows: Rows, times: Times, denominator: str, half_life: int | None
) -> Estimate | None:
    """Return the estimates of windows by sampling unit, None where rows are independent; undated rows are in no group.

    They are those of `npskit.tracking.clustered_windows.window_estimates`, segments first.
    """
    if not len(line) or all(a is None for a in (rows.customers, rows.strata, rows.clusters, data.population)):
        return None
    worths = line.estimates.worths
    categories = rows.categories(data.book)
    if denominator == "all":
        categories = np.where(categories < 0, len(worths) - 1, categories)
    units = rows.units(np.where(rows.groups < 0, -1, categories))
    if units is None and rows.strata is None and data.population is None:
        return None
    days, first, last = _days(times), int(_days(line.starts[:1])[0]), int(_days(line.ends[-1:])[0])
    inside = rows.groups >= 0
    found, numbers = np.unique(rows.groups[inside] * (last - first) + days[inside] - first, return_inverse=True)
    places = np.full(len(times), -1, dtype=np.intp)
    places[inside] = numbers
    by_day = attrs.evolve(rows, groups=places, keys=((),) * len(found))
    return window_estimates(
        by_day.totals(categories, len(worths), units),
        found // (last - first),
        found % (last - first) + first,
        np.broadcast_to(_days(line.begins), (len(rows.keys), len(line))),
        _days(line.ends),
        worths,
        half_life=half_life,
        population=data.population,
        lonely=data.lonely,
        customers=None if units is None or rows.clusters is not None else "all",
    )


def _calibrated_windows(line: Timeline, data: Bound, rows: Rows, times: Times, denominator: str) -> Estimate | None:
    """Return the estimates of windows of calibrated rows, segments first: each a part of the sample."""
    days, worths, size = _days(times), line.estimates.worths, len(rows.keys)
    found = []
    for begins, end in zip(np.broadcast_to(_days(line.begins), (size, len(line))).T, _days(line.ends), strict=True):
        inside = ~np.isnat(times) & (days >= begins[rows.groups]) & (days < end)
        window = attrs.evolve(rows, groups=np.where(inside, rows.groups, -1))
        found.append(data.clustered(window, denominator, worths))
    each = [estimate[g] for g in range(size) for estimate in found if estimate is not None]
    return Estimate.stack(each, worths) if each else None


def _days(times: Times) -> NDArray[np.int64]:
    """Return times as days since 1970; that of NaT has no meaning."""
    return times.astype("datetime64[D]").astype(np.int64)


def arms_of(
    treated: list[tuple[str, Column, Any]] | None, control: list[tuple[str, Column, Any]] | None, rows: int
) -> Codes:
    """Return 0 for each row that was treated, 1 for the control, -1 for neither.

    Args:
        treated: Names of columns, the columns, and a value or a list of values of each; all others where None.
        control: The same; nobody where None.
        rows: The number of rows.

    Raises:
        InvalidTypeError: If a value is of a kind that no column could hold.
        InvalidValueError: If a value is nowhere in its column.
        IncompatibleError: If a row is in both.
    """
    second = np.zeros(rows, dtype=np.bool_) if control is None else _matching(control, "control")
    first = ~second if treated is None else _matching(treated, "treated")
    both = np.flatnonzero(first & second)
    if both.size:
        raise IncompatibleError(f"treated and control overlap: row {int(both[0])} is in both")
    return np.where(first, 0, np.where(second, 1, -1))


def _matching(wanted: list[tuple[str, Column, Any]], name: str) -> NDArray[np.bool_]:
    """Return True for each row that has one of the wanted values in every column."""
    found = np.ones(len(wanted[0][1].values), dtype=np.bool_)
    for label, column, given in wanted:
        codes, labels = factorize(column.filled())
        place = {value: i for i, value in enumerate(labels)}
        values = list(given) if isinstance(given, list | tuple | set | frozenset | np.ndarray) else [given]
        try:
            absent = [value for value in values if value not in place]
        except TypeError:
            raise InvalidTypeError(f"{name}: {label!r} takes a value or a list of values: got {given!r}") from None
        if not values:
            raise InvalidValueError(f"{name}: {label!r} needs at least one value: got {given!r}")
        if absent:
            close = did_you_mean(str(absent[0]), map(str, labels))
            raise InvalidValueError(f"{name}: {label!r} has no {absent[0]!r}; {close}")
        found &= np.isin(codes, [place[value] for value in values])
    return found


def _count(rows: Rows, places: Codes, size: int, book: Codebook, on_invalid: str) -> Tally:
    """Count rows by place; the nowhere is counted too, as the last, so that an error names the row."""
    if rows.calibration is not None:
        raise IncompatibleError("the errors would not allow for rake(): bind fixed weights with weight= instead")
    moved = attrs.evolve(rows, groups=np.where(places < 0, size, places), keys=((),) * (size + 1))
    return moved.tally(book, on_invalid)[:size]


def _totals(rows: Rows, places: Codes, size: int, book: Codebook, *, units_of_weights: bool) -> ClusterTotals | None:
    """Return sums per sampling unit and place, None where the rows are independent."""
    categories = rows.categories(book)
    units = rows.units(np.where(places < 0, -1, categories))
    simple = rows.strata is None and (rows.weights is None or not units_of_weights)
    if units is None and simple:
        return None
    moved = attrs.evolve(rows, groups=places, keys=((),) * size)
    return moved.totals(categories, len(book.categories), units)

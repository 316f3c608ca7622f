"""The figures of closing the loop, group by group, from the columns of a case log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Codes, Floats, Frozen, Integers
from npskit.followup.cases.case_log import CaseLog
from npskit.followup.cases.figures import Backlog, LoopFigures, LoopRate, LoopTime, OwnDueTimes
from npskit.followup.cases.service_levels import ServiceLevels
from npskit.followup.cases.survival import SurvivalCurve, kaplan_meier
from npskit.inference import score_interval
from npskit.options import RATES
from npskit.results import Interval, intervals

# What the log must hold for a figure to mean anything: one of these.
_NEEDS = {
    "close": ("closed",),
    "coverage": ("first_response", "contacted"),
    "first_response": ("first_response", "contacted"),
    "reach": ("contacted",),
    "resolution": ("resolved",),
    "reopened": ("reopened",),
    "escalated": ("escalated",),
}


@attrs.frozen(eq=False)
class Spans(Frozen):
    """How long each case took, or has taken so far: hours, whether it has happened, and whether that is known.

    Args:
        measure: What.
        clock: On which clock.
        hours: Shape `(cases,)`.
        happened: The same.
        known: The same.
        limits: Within how many hours it should be, NaN without a target; the same.
        target: The one target of all cases; NaN where there is none, or several.
    """

    measure: str
    clock: str
    hours: Floats
    happened: Bools
    known: Bools
    limits: Floats
    target: float


def durations(log: CaseLog, levels: ServiceLevels) -> list[Spans]:
    """Return the times of each measure on each clock, of what the log holds."""
    found = []
    for measure, end in (("first_response", "responded"), ("close", "closed")):
        ends = getattr(log, end)
        happened = ~np.isnat(ends)
        until = np.where(happened, ends, log.as_of)
        known = ~log.unsure[end] if _is_recorded(log, measure) else np.zeros(len(log), np.bool_)
        limits = levels.limits(measure, "calendar")
        found.append(Spans(measure, "calendar", _hours(until - log.opened), happened, known, *limits))
        if levels.calendars:
            passed = levels.elapsed(log.opened, until, log.time_zone)
            limits = levels.limits(measure, "business")
            found.append(Spans(measure, "business", _hours(passed), happened, known, *limits))
    return found


def _hours(spans: NDArray[np.timedelta64]) -> Floats:
    return np.asarray(spans / np.timedelta64(1, "h"))


def _is_recorded(log: CaseLog, figure: str) -> bool:
    """Return whether the log holds what a figure is made of."""
    if figure.startswith("recovered"):
        return log.worst is not None and log.later is not None
    return any(kind in log.recorded for kind in _NEEDS[figure])


def figures_of(
    log: CaseLog,
    codes: Codes,
    n_groups: int,
    spans: Sequence[Spans],
    expected: Integers | None,
    level: float,
) -> list[LoopFigures]:
    """Return the figures of each group."""
    short = codes.astype(np.uint16) if n_groups < 2**16 else codes  # numpy sorts short integers by counting
    sizes = np.bincount(codes, minlength=n_groups)
    groups: list[Any] = [slice(None)]
    if n_groups != 1:
        groups = np.split(np.argsort(short, kind="stable"), np.cumsum(sizes)[:-1])[:n_groups]
    rates = _rates(log, codes, n_groups, expected, level)
    waiting = np.isnat(log.closed) & ~log.unsure["closed"]
    ends = "closed" in log.recorded
    if not ends and log.waits is not None:
        ends, waiting = True, log.waits
    ages = _hours(log.as_of - log.opened)
    found = []
    for rows, size, of_group in zip(groups, sizes.tolist(), rates, strict=True):
        open_ages = ages[rows][waiting[rows]]
        backlog = Backlog(0 if ends or not len(log) else None, float("nan"), float("nan"))
        if ends and len(open_ages):
            backlog = Backlog(len(open_ages), float(np.median(open_ages)), float(open_ages.max()))
        curves = tuple(_curve(one, rows) for one in spans)
        times = tuple(_time(one, rows, level, curve) for one, curve in zip(spans, curves, strict=True))
        found.append(LoopFigures(size, of_group, times, backlog, _due(log, spans[0], rows, level), curves))
    return found


def _curve(spans: Spans, rows: Any) -> SurvivalCurve:
    """Return the curve of one time of one group."""
    known = spans.known[rows]
    return kaplan_meier(spans.hours[rows][known], spans.happened[rows][known])


def _time(spans: Spans, rows: Any, level: float, curve: SurvivalCurve) -> LoopTime:
    """Return one time of one group."""
    known = spans.known[rows]
    hours, happened, limits = (column[rows][known] for column in (spans.hours, spans.happened, spans.limits))
    limit = within = low = high = float("nan")
    undecided = 0

    def interval(limits: tuple[float, float], method: str) -> Interval:
        return Interval(*limits, level=level, method=method)

    targeted = ~np.isnan(limits)
    distinct = np.unique(limits[targeted])
    if spans.target == spans.target or (len(distinct) == 1 and targeted.all()):
        limit = spans.target if spans.target == spans.target else float(distinct[0])
        within, low, high = _kept(curve, limit, level)
        undecided = int(np.count_nonzero(~happened & (hours <= limit)))
    elif targeted.any():
        within, low, high = _kept(kaplan_meier((hours / limits)[targeted], happened[targeted]), 1.0, level)
        limit = float(distinct[0]) if len(distinct) == 1 else limit
        undecided = int(np.count_nonzero(~happened & (hours <= limits)))
    return LoopTime(
        spans.measure,
        spans.clock,
        curve.n_events,
        curve.n - curve.n_events,
        curve.median,
        interval(curve.quantile_interval(0.5, level), "brookmeyer_crowley"),
        curve.quantile(0.9),
        interval(curve.quantile_interval(0.9, level), "brookmeyer_crowley"),
        limit,
        within,
        interval((low, high), "score"),
        undecided,
    )


def _kept(curve: SurvivalCurve, limit: float, level: float) -> tuple[float, float, float]:
    """Return the share to which something happens by a limit, and its interval."""
    lower, upper = curve.interval(limit, level, "score")
    return 1 - float(curve.at(limit)), 1 - float(upper), 1 - float(lower)


def _due(log: CaseLog, response: Spans, rows: Any, level: float) -> OwnDueTimes:
    """Return how many of a group were answered by the time that is due for each of them."""
    nothing = float("nan")
    hours = np.empty(0) if log.due is None else _hours(log.due - log.opened)[rows]
    which = ~np.isnan(hours) & response.known[rows] if log.due is not None else np.empty(0, np.bool_)
    if not which.any():
        unknown = Interval(nothing, nothing, level=level, method="score")
        return OwnDueTimes(0, 0, 0, 0, nothing, unknown, nothing)
    limits, taken, happened = hours[which], response.hours[rows][which], response.happened[rows][which]
    late = taken > limits
    # what was due before it was opened is late, however soon it was answered
    shares = np.divide(taken, limits, out=np.full(len(taken), 2.0), where=limits > 0)
    share, low, high = _kept(kaplan_meier(shares, happened), 1.0, level)
    overrun = kaplan_meier((taken - limits)[late], happened[late]).median if late.any() else nothing
    met = int(np.count_nonzero(happened & ~late))
    missed = int(np.count_nonzero(late))
    interval = Interval(low, high, level=level, method="score")
    return OwnDueTimes(len(taken), met, missed, len(taken) - met - missed, share, interval, overrun)


def _rates(
    log: CaseLog, codes: Codes, n_groups: int, expected: Integers | None, level: float
) -> list[tuple[LoopRate, ...]]:
    """Return the rates of each group."""
    everyone = np.ones(len(log), np.bool_)
    no_one = ~everyone
    worst = no_one if log.worst is None else log.worst
    again = no_one if log.later is None else log.later >= 0
    sure = ~log.unsure["responded"]
    better = no_one if log.later is None else log.later > 0
    what = {
        "coverage": (~np.isnat(log.responded), sure),
        "reach": (log.reached, log.tried),
        "resolution": (~np.isnat(log.resolved), log.ended),
        "reopened": (log.reopened, log.ended),
        "escalated": (log.escalated, everyone),
        "recovered_of_surveyed": (worst & better, worst & again),
        "recovered_of_all": (worst & better, worst),
    }
    columns = []
    for name in RATES:
        true, possible = what[name]
        if not _is_recorded(log, name):
            true = possible = no_one
        hits, n = (np.bincount(codes[which], minlength=n_groups) for which in (true, possible))
        if name == "coverage" and expected is not None:
            n = expected
        low, high = score_interval(np.stack([n - hits, hits], axis=-1), np.array([0.0, 1.0]), level)
        shares = intervals(low, high, level=level, method="score")
        columns.append([LoopRate(name, *values) for values in zip(hits.tolist(), n.tolist(), shares, strict=True)])
    return list(zip(*columns, strict=True))

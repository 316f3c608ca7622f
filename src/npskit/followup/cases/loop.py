"""Is the loop closed? How soon customers hear from us, how soon cases are closed, and whether that helped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Codes, Floats, Frozen, Integers
from npskit.checks import of_kind, one_of, several, whole_number
from npskit.data import factorize_many
from npskit.errors import InvalidTypeError, InvalidValueError, plural, quoted
from npskit.followup.cases.case_log import CaseLog
from npskit.followup.cases.case_table import is_of_cases
from npskit.followup.cases.figures import Backlog, LoopFigures, LoopRate, LoopTime
from npskit.followup.cases.log import read_case_log
from npskit.followup.cases.loop_result import ClosedLoop
from npskit.followup.cases.survival import kaplan_meier
from npskit.inference import score_interval, tail_of
from npskit.options import MEASURES, RATES, EventKind
from npskit.results import Interval, intervals
from npskit.scorers import Scorer
from npskit.scores import segment_names
from npskit.times import TICK, BusinessCalendar, find_zone, moment_in, parse_fixed

TARGETS: Mapping[str, str] = {"first_response": "48h", "close": "7d"}
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


def closed_loop(
    cases: Any,
    *,
    by: str | Sequence[str] | None = None,
    targets: Mapping[str, str | dt.timedelta] = TARGETS,
    calendar: BusinessCalendar | None = None,
    as_of: Any = None,
    eligible: int | Mapping[Any, int] | None = None,
    scorer: Scorer | None = None,
    columns: Mapping[str, str] | None = None,
    events: Mapping[str, EventKind] | None = None,
    recorded: Collection[EventKind] = (),
    dayfirst: bool | None = None,
    level: float = 0.95,
) -> ClosedLoop:
    """Return how well the loop is closed: who was answered, how soon, what is open, and who was won back.

    - *Times* run from the opening to the first response (or the first contact, if that is earlier) and to the closing
      that stands: a case that was reopened is open. A resolution closes it where the log knows no closing, which the
      result says (`recorded=["closed"]`: it would, had there been any). They are Kaplan-Meier quantiles with
      Brookmeyer-Crowley limits (`npskit.followup.cases.survival`): what has not happened by `as_of` is censored there.
      A case closed without an answer still waits for one.
    - *Within the target* is the share of that curve, with Rothman's score interval: cases that are open but not yet
      due are undecided, and count as neither kept nor missed.
    - *Coverage* is the share of `eligible` (or of the cases) that was answered. *Reach*: contacted, of those whom one
      tried to reach (an attempt, a response, a contact). *Resolution*: resolved and not reopened since, of the cases
      that were ever resolved or closed; *reopened*: of the same. *Escalated*: of all cases. *Recovery*: of the
      customers of the worst category, those who are in another when surveyed again; of those surveyed again, who may be
      the friendlier ones, and of all. It is no effect: much of it is regression to the mean
      (`effect_of_follow_up` measures the effect). All have score (Wilson) intervals. An event that the log never holds
      is not recorded rather than never the case: its rate is NaN, of none; `recorded` says otherwise.

    Args:
        cases: `Case` objects, any dataframe with one row per case or one per event, a mapping of columns, or a list
            of dictionaries; see `npskit.followup.cases.log.read_case_log`. A million rows take a second or two.
        by: `"owner"` (team member), `"category"` (segment), `"theme"`, `"channel"`, `"month"` (of opening), any
            column of the log, or several of them.
        targets: Within how long the `"first_response"` and the `"close"` should be: `"30 min"`, `"48h"`, `"7 days"`
            or a timedelta. On the business clock 24 hours stand for one working day (`BusinessCalendar.opening_time`).
        calendar: Opening hours, for the times on the business clock beside those of the calendar.
        as_of: The time up to which things are known; later events are left aside. Default: the latest time in the log.
        eligible: How many should have been answered: a number, or with `by` a mapping of group to number.
        scorer: What categories and scores in the log mean; the first category is the worst. Default `NPS()`.
        columns: Which column is what, where the names do not tell: `{"opened": "Created on"}`.
        events: What the log's own words for events mean: `{"Ticket created": "opened"}`.
        recorded: Events that the log would hold if there had been any, such as `"reopened"`.
        dayfirst: Whether the day stands before the month in dates such as 03/04/2026; None finds it out, from all
            columns of times together, and warns where nothing tells.
        level: Confidence level of the intervals.

    Raises:
        InvalidTypeError, InvalidValueError, IncompatibleError, ColumnNotFoundError: If an argument cannot be used; the
            message names it.

    Example:
        >>> loop = closed_loop(
        ...     {
        ...         "opened": ["2026-03-02 09:00", "2026-03-02 10:00", "2026-03-03 09:00"],
        ...         "first_response": ["2026-03-02 11:00", "2026-03-03 10:00", None],
        ...         "closed": ["2026-03-04 09:00", None, None],
        ...     }
        ... )
        >>> loop
        ClosedLoop(cases=3, open=2, first_response=24 h, close=48 h)
        >>> loop.rate("coverage").hits, loop.first_response.waiting
        (2, 1)
    """
    tail_of(level)
    limits = _limits(targets)
    names = (by,) if isinstance(by, str) else () if by is None else several(by, "by")
    if calendar is not None:
        of_kind(calendar, BusinessCalendar, "calendar")
    log = read_case_log(
        cases,
        columns=columns,
        events=events,
        recorded=recorded,
        as_of=as_of,
        scorer=scorer,
        by=names,
        dayfirst=dayfirst,
        office=None if calendar is None else calendar.time_zone,
    )
    closing: EventKind = "closed"
    # help desks know one end of a case or the other; `Case` objects both
    if is_of_cases(cases):
        log = attrs.evolve(log, recorded=log.recorded | {"closed"})
    elif {"closed", "resolved"} & log.recorded == {"resolved"}:
        closing = "resolved"
        unsure = {**log.unsure, "closed": log.unsure["resolved"]}
        log = attrs.evolve(log, closed=log.resolved, unsure=unsure, recorded=log.recorded | {"closed"})
    codes, keys = _groups(log, names)
    answered = np.bincount(codes[~np.isnat(log.responded)], minlength=len(keys))
    expected = None if eligible is None else _eligible(eligible, keys, answered)
    spans = _durations(log, calendar)
    everything = np.zeros(len(log), np.intp)
    whole = None if eligible is None else np.array([_total(eligible)])
    found = _figures(log, everything, 1, spans, limits, calendar, whole, level)
    parts = _figures(log, codes, len(keys), spans, limits, calendar, expected, level) if names else []
    return ClosedLoop(
        found[0],
        names,
        dict(zip(keys, parts, strict=True)) if names else {},
        moment_in(log.as_of, None if log.time_zone is None else find_zone(log.time_zone)),
        as_of is not None,
        float(level),
        calendar,
        eligible is not None,
        log.rejected,
        log.left_out,
        log.set_aside,
        log.backend,
        closing,
    )


# ---- arguments ----


def _limits(targets: Any) -> dict[str, dt.timedelta]:
    """Return targets as durations."""
    if not isinstance(targets, Mapping):
        raise InvalidTypeError(f"targets must be a mapping such as {dict(TARGETS)!r}: got {quoted(targets)}")
    for measure in targets:
        one_of(measure, MEASURES, "targets")
    return {measure: parse_fixed(value, f"targets[{quoted(measure)}]", step=TICK) for measure, value in targets.items()}


def _total(eligible: Any) -> int:
    if isinstance(eligible, Mapping):
        return sum(eligible.values())
    return whole_number(eligible, "eligible", most=10**15)


def _eligible(eligible: Any, keys: Sequence[tuple[Any, ...]], answered: Integers) -> Integers | None:
    """Return how many should have been answered in each group; None where only the total is known."""
    if not isinstance(eligible, Mapping):
        if keys != [()]:
            return None
        eligible = {(): eligible}
    given = {key if isinstance(key, tuple) else (key,): _total(n) for key, n in eligible.items()}
    lacking = [key for key in keys if key not in given]
    if lacking:
        raise InvalidValueError(
            f"eligible: there is no number for the group {segment_names(lacking)[0]!r}; give one for each of "
            f"{', '.join(segment_names(keys)[:12])}"
        )
    for key, hits in zip(keys, answered.tolist(), strict=True):
        if hits > given[key]:
            name = f" of {segment_names([key])[0]!r}" if key else ""
            raise InvalidValueError(
                f"eligible{name} is {given[key]}, and {hits:,} {plural(hits, 'was', 'were')} answered: give how "
                "many should have been"
            )
    return np.array([given[key] for key in keys], np.int64)


def _groups(log: CaseLog, by: Sequence[str]) -> tuple[Codes, list[tuple[Any, ...]]]:
    """Return the group of each case, and what makes each group, in order; the cases of no value come last."""
    if not by:
        return np.zeros(len(log), np.intp), [()]
    columns = [log.keys[name] for name in by]
    groups, places = factorize_many([codes for codes, _ in columns])
    return groups, [tuple(values[i] for (_, values), i in zip(columns, place, strict=True)) for place in places]


# ---- figures ----


@attrs.frozen(eq=False)
class _Spans(Frozen):
    """How long each case took, or has taken so far: hours, whether it has happened, and whether that is known."""

    measure: str
    clock: str
    hours: Floats
    happened: Bools
    known: Bools


def _durations(log: CaseLog, calendar: BusinessCalendar | None) -> list[_Spans]:
    """Return the times of each measure on each clock, of what the log holds."""
    found = []
    for measure, end in (("first_response", "responded"), ("close", "closed")):
        ends = getattr(log, end)
        happened = ~np.isnat(ends)
        until = np.where(happened, ends, log.as_of)
        known = ~log.unsure[end] if _is_recorded(log, measure) else np.zeros(len(log), np.bool_)
        found.append(_Spans(measure, "calendar", _hours(until - log.opened), happened, known))
        if calendar is not None:
            passed = calendar.elapsed(log.opened, until, time_zone=log.time_zone)
            found.append(_Spans(measure, "business", _hours(passed), happened, known))
    return found


def _hours(spans: NDArray[np.timedelta64]) -> Floats:
    return np.asarray(spans / np.timedelta64(1, "h"))


def _is_recorded(log: CaseLog, figure: str) -> bool:
    """Return whether the log holds what a figure is made of."""
    if figure.startswith("recovered"):
        return log.worst is not None and log.later is not None
    return any(kind in log.recorded for kind in _NEEDS[figure])


def _figures(
    log: CaseLog,
    codes: Codes,
    n_groups: int,
    spans: Sequence[_Spans],
    targets: Mapping[str, dt.timedelta],
    calendar: BusinessCalendar | None,
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
    ages = _hours(log.as_of - log.opened)
    found = []
    for rows, size, of_group in zip(groups, sizes.tolist(), rates, strict=True):
        open_ages = ages[rows][waiting[rows]]
        backlog = Backlog(0 if ends or not len(log) else None, float("nan"), float("nan"))
        if ends and len(open_ages):
            backlog = Backlog(len(open_ages), float(np.median(open_ages)), float(open_ages.max()))
        times = tuple(_time(one, rows, targets.get(one.measure), calendar, level) for one in spans)
        found.append(LoopFigures(size, of_group, times, backlog))
    return found


def _time(
    spans: _Spans, rows: Any, target: dt.timedelta | None, calendar: BusinessCalendar | None, level: float
) -> LoopTime:
    """Return one time of one group."""
    known = spans.known[rows]
    hours, happened = spans.hours[rows][known], spans.happened[rows][known]
    curve = kaplan_meier(hours, happened)
    limit = within = low = high = float("nan")
    undecided = 0

    def interval(limits: tuple[float, float], method: str) -> Interval:
        return Interval(*limits, level=level, method=method)

    if target is not None:
        span = calendar.opening_time(target) if calendar is not None and spans.clock == "business" else target
        limit = span / dt.timedelta(hours=1)
        lower, upper = curve.interval(limit, level, "score")
        within, low, high = 1 - float(curve.at(limit)), 1 - float(upper), 1 - float(lower)
        undecided = int(np.count_nonzero(~happened & (hours <= limit)))
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

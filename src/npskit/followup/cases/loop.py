"""Is the loop closed? How soon customers hear from us, how soon cases are closed, and whether that helped."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from npskit.arrays import Codes, Integers
from npskit.checks import is_hashable, of_kind, several, whole_number
from npskit.counting import SHOWN, hidden_groups, hidden_label
from npskit.data import factorize_many
from npskit.errors import InvalidValueError, plural
from npskit.followup.cases.case_log import CaseLog
from npskit.followup.cases.case_table import is_of_cases
from npskit.followup.cases.log import read_case_log
from npskit.followup.cases.loop_figures import durations, figures_of
from npskit.followup.cases.loop_result import ClosedLoop
from npskit.followup.cases.service_levels import ServiceLevels, check_calendars, check_targets, is_by_value, office_of
from npskit.inference import tail_of
from npskit.options import EventKind
from npskit.scorers import Scorer
from npskit.scores import segment_names
from npskit.times import BusinessCalendar, find_zone, moment_in

TARGETS: Mapping[str, str] = {"first_response": "48h", "close": "7d"}


def closed_loop(
    cases: Any,
    *,
    by: str | Sequence[str] | None = None,
    targets: Mapping[Any, Any] = TARGETS,
    targets_by: str | Sequence[str] = "channel",
    calendar: BusinessCalendar | Mapping[Any, BusinessCalendar] | None = None,
    calendar_by: str | Sequence[str] = "channel",
    as_of: Any = None,
    eligible: int | Mapping[Any, int] | None = None,
    scorer: Scorer | None = None,
    columns: Mapping[str, str] | None = None,
    events: Mapping[str, EventKind] | None = None,
    recorded: Collection[EventKind] = (),
    dayfirst: bool | None = None,
    hide_below: int | None = None,
    level: float = 0.95,
) -> ClosedLoop:
    """Return how well the loop is closed: who was answered, how soon, what is open, and who was won back.

    - *Times* run from the opening to the first response (or the first contact, if that is earlier) and to the closing
      that stands: a case that was reopened is open. A resolution closes it where the log knows no closing, which the
      result says (`recorded=["closed"]`: it would, had there been any). They are Kaplan-Meier quantiles with
      Brookmeyer-Crowley limits (`npskit.followup.cases.survival`): what has not happened by `as_of` is censored there.
      A case closed without an answer still waits for one.
    - *Due*: where the log says by when each case should be answered (a column `due`, as a follow-up plan has it), the
      share that was, and by how much the others are late.
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
            Or such targets for each channel, or whatever `targets_by` says, None for all others:
            `{"chat": {"first_response": "1h"}, None: {"first_response": "24h"}}`; who has none is not judged.
        targets_by: What targets go by where they differ: any name that `by` takes, or several, whose values stand in
            a tuple: `targets_by=("channel", "segment")` with `{("chat", "detractor"): ...}`.
        calendar: Opening hours, for the times on the business clock beside those of the calendar; or one for each
            channel, or whatever `calendar_by` says, None for all others: `{"chat": always, "email": office}`.
        calendar_by: What calendars go by where there are several, as `targets_by`.
        as_of: The time up to which things are known; later events are left aside. Default: the latest time in the log.
        eligible: How many should have been answered: a number, or with `by` a mapping of group to number.
        scorer: What categories and scores in the log mean; the first category is the worst. Default `NPS()`.
        columns: Which column is what, where the names do not tell: `{"opened": "Created on"}`.
        events: What the log's own words for events mean: `{"Ticket created": "opened"}`.
        recorded: Events that the log would hold if there had been any, such as `"reopened"`.
        dayfirst: Whether the day stands before the month in dates such as 03/04/2026; None finds it out, from all
            columns of times together, and warns where nothing tells.
        hide_below: With `by`: groups of at least one and fewer cases are made one, as `"Ann, Bob (hidden)"`, and the
            next smallest with them where the total would give one away: `Survey.hide_below`. No case is lost.
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
    check_targets(targets)
    names = () if by is None else _names(by, "by")
    if hide_below is not None and whole_number(hide_below, "hide_below", least=1) and not names:
        raise InvalidValueError(f"hide_below={hide_below} hides groups: say which ones with by=")
    check_calendars(calendar)
    targets_by, calendar_by = _names(targets_by, "targets_by"), _names(calendar_by, "calendar_by")
    log = read_case_log(
        cases,
        columns=columns,
        events=events,
        recorded=recorded,
        as_of=as_of,
        scorer=scorer,
        by=tuple(
            dict.fromkeys(
                [
                    *names,
                    *(targets_by if is_by_value(targets) else ()),
                    *(calendar_by if isinstance(calendar, Mapping) else ()),
                ]
            )
        ),
        dayfirst=dayfirst,
        office=office_of(calendar),
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
    if hide_below is not None:
        codes, keys, expected = _pooled(codes, keys, expected, hide_below)
    spans = durations(log, ServiceLevels.of(log, targets, targets_by, calendar, calendar_by))
    everything = np.zeros(len(log), np.intp)
    whole = None if eligible is None else np.array([_total(eligible)])
    found = figures_of(log, everything, 1, spans, whole, level)
    parts = figures_of(log, codes, len(keys), spans, expected, level) if names else []
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


def _names(by: str | Sequence[str], argument: str) -> tuple[str, ...]:
    """Return the names of columns."""
    names = (by,) if isinstance(by, str) else several(by, argument)
    for name in names:
        if not is_hashable(name):
            of_kind(name, str, argument)
    return tuple(names)


def _total(eligible: Any) -> int:
    if isinstance(eligible, Mapping):
        return sum(whole_number(n, "eligible", most=10**15) for n in eligible.values())
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


def _pooled(
    codes: Codes, keys: list[tuple[Any, ...]], expected: Integers | None, fewest: int
) -> tuple[Codes, list[tuple[Any, ...]], Integers | None]:
    """Return the groups with those that are small made one, which comes last, and how many of each are expected."""
    counts = np.bincount(codes, minlength=len(keys))
    if 0 < len(codes) < fewest:
        raise InvalidValueError(f"hide_below={fewest}: there are fewer cases, so that nothing could be shown")
    hidden = hidden_groups(counts, fewest) > SHOWN
    if not hidden.any():
        return codes, keys, expected
    names = segment_names(keys)
    label = hidden_label([name for name, is_hidden in zip(names, hidden.tolist(), strict=True) if is_hidden], names)
    shown = [key for key, is_hidden in zip(keys, hidden.tolist(), strict=True) if not is_hidden]
    place = np.where(hidden, len(shown), np.cumsum(~hidden) - 1)
    if expected is not None:
        sums = np.zeros(len(shown) + 1, np.int64)
        np.add.at(sums, place, expected)
        expected = sums
    return place[codes], [*shown, (label, *["(hidden)"] * (len(keys[0]) - 1))], expected


def _groups(log: CaseLog, by: Sequence[str]) -> tuple[Codes, list[tuple[Any, ...]]]:
    """Return the group of each case, and what makes each group, in order; the cases of no value come last."""
    if not by:
        return np.zeros(len(log), np.intp), [()]
    columns = [log.keys[name] for name in by]
    groups, places = factorize_many([codes for codes, _ in columns])
    return groups, [tuple(values[i] for (_, values), i in zip(columns, place, strict=True)) for place in places]

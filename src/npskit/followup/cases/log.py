"""Case logs as columns: from any dataframe, one row per case or one per event, to what figures are made of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import attrs

from npskit.checks import mapping, of_kind, one_of, several
from npskit.errors import quoted
from npskit.followup.cases.case_log import CaseLog
from npskit.followup.cases.case_no_times import warn_of_unread
from npskit.followup.cases.case_roles import ALIASES, find_roles
from npskit.followup.cases.case_table import CaseTable, CaseTimes, case_frame
from npskit.followup.cases.rows_of_cases import by_case
from npskit.followup.cases.rows_of_events import by_event
from npskit.options import EVENT_KINDS, EventKind
from npskit.scorers import Scorer, codebook_of


def read_case_log(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    events: Mapping[str, EventKind] | None = None,
    recorded: Collection[EventKind] = (),
    as_of: Any = None,
    scorer: Scorer | None = None,
    by: Sequence[str] = (),
    dayfirst: bool | None = None,
    office: str | None = None,
) -> CaseLog:
    """Read cases, or a flat log of them, as columns.

    A log has one row per case, with a column for the time of each event (`opened` at least), or one row per event, with
    columns `case`, `event` and `at`. Which one it is, and which column is what, is found from the names (`Created at`,
    `ticket_id`, ...), or said with `columns`. A log with one row per case has one place for each time, so a case that
    was reopened may lack what came before; instead of a time it may say how long it took from the opening, as
    `"01:25:00"`, `"1h 25m"` or a number, with its unit in the name of the column ("First reply time in minutes"). In
    either, an event that cannot have happened then (before the opening, after the closing, a second first response) or
    of which the time cannot be read is set aside, and its case stays; a case that was never opened is set aside whole.
    A date without a time of day, in a log whose openings have one, stands for the end of that day.

    Args:
        source: `Case` objects, any dataframe, a mapping of names to columns, or a list of dictionaries. Times are
            datetimes or text; all with a time zone or all without.
        columns: Column by role: the kinds of events, or `case`, `event`, `at` and `by`; `owner`, `category`, `theme`,
            `channel`, `score`, `later_score` (answers of the scorer's scale), `later` (a category), `due` (by when it
            should be answered).
        events: What the log's own words for events mean: `{"Ticket created": "opened"}`.
        recorded: Events that the log would hold if there had been any, beside those that it holds.
        as_of: The time up to which things are known; later events are left aside. Default: the latest time there is.
        scorer: What the categories are; the first one is the worst. Default `NPS()`.
        by: What the figures will be broken down by: `owner`, `category`, `theme`, `channel`, `month` (of opening), or
            any column.
        dayfirst: Whether the day stands before the month in dates such as 03/04/2026; None finds it out, from all
            columns of times together.
        office: The zone of the office, on whose clock months are where times know only an offset. Default: UTC.

    Raises:
        InvalidTypeError: If the source is none of these.
        ColumnNotFoundError: If a column that is needed is not there.
        IncompatibleError: If some times know their zone and others do not, or two columns fit one role.
        InvalidValueError: If an argument cannot be used.

    Example:
        >>> log = read_case_log({"opened": ["2026-03-02 09:00", None], "closed": ["2026-03-03 09:00", "2026-03-03"]})
        >>> len(log), log.rejected
        (1, Rejections(no opening time: 1))
    """
    words = {
        word: one_of(kind, EVENT_KINDS, f"events[{quoted(word)}]") for word, kind in mapping(events, "events").items()
    }
    recorded = several(recorded, "recorded")
    for kind in recorded:
        one_of(kind, EVENT_KINDS, "recorded")
    by = [of_kind(name, str, "by") for name in by]
    frame = case_frame(source)
    roles, one_per_event = find_roles(frame.columns, mapping(columns, "columns"))
    keys = tuple(ALIASES.get(name, name) for name in by)
    table = CaseTable(frame, roles, codebook_of(scorer), keys, one_per_event)
    dated = {role: roles[role] for role in ("at", *EVENT_KINDS, "due") if role in roles}
    times = CaseTimes.read(frame, dated, dayfirst, office)
    if not columns and roles.keys() & {"opened", *EVENT_KINDS} == {"opened"}:
        warn_of_unread(frame, roles)
    log = by_event(table, times, words, as_of) if one_per_event else by_case(table, times, as_of)
    named = {name: log.keys[ALIASES.get(name, name)] for name in by}
    return attrs.evolve(log, recorded=log.recorded | set(recorded), keys=named)

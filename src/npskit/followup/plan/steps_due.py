"""What is due between two dates, of this plan and of earlier ones; and when customers will have been contacted last."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np

from npskit.arrays import Codes, Floats, Times
from npskit.checks import boolean, of_kind, several
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, counted, plural, quoted
from npskit.followup.letters import Languages, Manner, Materials, Voice, Writer
from npskit.followup.plan.follow_up_list import FollowUpList, about
from npskit.followup.plan.follow_up_plan import FollowUpPlan
from npskit.followup.plan.plan_letters import MESSAGES, Letters, letters_of
from npskit.followup.plan.plan_table import handled
from npskit.followup.plan.step_dates import steps_of
from npskit.followup.plan.written_plan import WrittenPlan, read_written
from npskit.followup.playbook import Table
from npskit.results import Columns
from npskit.times import instants, read_time

Plans: TypeAlias = FollowUpPlan | str | os.PathLike[str]
DatedPlan: TypeAlias = FollowUpPlan | WrittenPlan
_FIRST, _LAST = np.datetime64("0001-01-01", "us"), np.datetime64("9999-12-31", "us")
# The columns of the list of no plan.
_COLUMNS = (
    *("due", "step", "number", "plan", "row", "customer", "category", "answered", "comment"),
    *("strategy", "owner", "channel", "language", "offer"),
)


@attrs.frozen(eq=False)
class _Steps:
    """The steps of a plan that are taken, one element each.

    Args:
        keys: What their customers are compared by, None where nobody is known.
        at: When they are due, on the clock of the plan; NaT where that is not known.
        priority: The priority of the follow-ups that they are of.
        clock: The zone of the clock; None where it is not known.
        opted_out: The keys of all who do not want to be contacted, by this plan.
        columns: Returns what a list says of some steps, by their places here.
    """

    keys: Sequence[str | None]
    at: Times
    priority: Floats
    clock: dt.tzinfo | None
    opted_out: Collection[str | None]
    columns: Callable[[Codes], Columns]


def _steps(plan: DatedPlan, letters: Letters | None = None) -> _Steps:
    """Return the steps of a plan, or of one in a file, whose letters are written already."""
    if isinstance(plan, WrittenPlan):
        keys = [plan.keys[row] for row in plan.rows.tolist()]
        return _Steps(keys, plan.at, plan.priority, None, plan.opted_out or (), plan.columns)
    table, dates = plan.assigned.table, steps_of(plan, plan.order)
    rows = np.repeat(plan.order, np.array([len(each) for each in dates], dtype=np.intp))
    places = np.array([place for each in dates for place in range(len(each))], dtype=np.intp)
    at = np.array([date for each in dates for date in each], dtype="datetime64[us]")
    return _Steps(
        _keys(table, rows),
        at,
        plan.assigned.priority[rows],
        table.clock,
        () if plan.opted_out is None else _keys(table, np.flatnonzero(plan.opted_out)),
        lambda some: _columns(plan, rows[some], places[some], at[some], letters),
    )


def last_contacts(plans: Iterable[DatedPlan], table: Table) -> Times:
    """Return when the last step of earlier plans is due to each customer, as times that compare; NaT without one.

    Args:
        plans: The earlier plans.
        table: The responses of the new one.
    """
    found: dict[str, np.datetime64] = {}
    for steps in map(_steps, plans):
        for key, at in zip(steps.keys, instants(steps.at, steps.clock or table.clock), strict=True):
            if key is not None and not np.isnat(at):
                found[key] = max(found.get(key, at), at)
    nothing = np.datetime64("NaT", "us")
    keys = _keys(table, np.arange(len(table)))
    return np.array([nothing if key is None else found.get(key, nothing) for key in keys], "datetime64[us]")


def _keys(table: Table, rows: Codes) -> list[str | None]:
    """Return what the customer of each of some rows is compared by in another plan, None where nobody is known."""
    if table.customers is None:
        return [None] * len(rows)
    keys = table.customers.row_keys
    return [keys[row] for row in rows.tolist()]


def as_plans(plans: Any, name: str) -> list[DatedPlan]:
    """Return one or several plans, or files of plans, as a list."""
    if isinstance(plans, FollowUpPlan | str | os.PathLike):
        plans = [plans]
    try:
        found = several(plans, name)
    except InvalidTypeError:
        raise InvalidTypeError(
            f"{name} must be a plan, the file of one, or a list of these: got {quoted(plans)}"
        ) from None
    return [
        read_written(plan) if isinstance(plan, str | os.PathLike) else of_kind(plan, FollowUpPlan, name)
        for plan in found
    ]


def due_steps(
    plans: Plans | Iterable[Plans],
    start: Any = None,
    end: Any = None,
    *,
    messages: bool = False,
    language: str | None = None,
    fields: Mapping[str, Any] | None = None,
    languages: Languages | None = None,
    voice: Voice | None = None,
    writer: Writer | None = None,
    materials: Materials | None = None,
) -> FollowUpList:
    """Return the steps of one or more plans that are due between two dates, the first to be taken first.

    That is the list of a week: what this week's plan begins, and what earlier ones have promised. A step to a customer
    who has opted out by any of the plans is left out, and counted in the notes.

    Args:
        plans: The plans, such as those of the last quarter; or the files that their `to_csv` or `to_json_lines` wrote.
            Who has opted out is known of those that were written with `everything=True`.
        start: From when, a date or a time on the clock of the plans; None for the first there is.
        end: Until when; a date counts whole. None for the last there is.
        messages: Whether to write the draft of each step's message: columns `subject`, `message` and `note`. A file
            does not say what letters are written from.
        language: The language of the drafts where the customer's is not known; None for the plan's.
        fields: What to fill into all drafts: `{"company": "ACME"}`.
        languages: Where to look for the letters; None for the languages that come with npskit.
        voice: The rules that drafts are checked by, see `npskit.draft`.
        writer: Who writes the texts, see `npskit.draft`.
        materials: Stories, comparisons and help to fill in, see `npskit.draft`.

    Raises:
        NpskitError: If a file cannot be read, or is no plan.
        IncompatibleError: If letters are asked for of a plan in a file.
        InvalidTypeError, InvalidValueError: If an argument cannot be used.

    Example:
        >>> from npskit import Survey
        >>> survey = Survey({"score": [3], "id": ["c-1"], "at": ["2026-03-02"]}, customer="id", time="at")
        >>> found = due_steps(survey.follow_up(), "2026-03-16", "2026-03-22")
        >>> found.columns()["step"], [str(due) for due in found.columns()["due"]]
        (['stay_in_touch'], ['2026-03-17 17:00:00'])
    """
    since = _FIRST if start is None else _moment(start, "start")
    until = _LAST if end is None else _moment(end, "end", whole=True)
    if until <= since:
        raise InvalidValueError(f"end must not lie before start: got {quoted(start)} and {quoted(end)}")
    letters = (
        Letters(language, fields, languages, Manner(voice=voice, writer=writer, materials=materials))
        if boolean(messages, "messages")
        else None
    )
    known = as_plans(plans, "plans")
    files = [plan for plan in known if isinstance(plan, WrittenPlan)]
    if files and letters is not None:
        raise IncompatibleError(
            f"messages: {quoted(files[0].name)} does not say what letters are written from; give the plan itself, or "
            "write the letters of its first steps with it: to_csv(path, messages=True)"
        )
    dated = [_steps(plan, letters) for plan in known]
    gone = {key for steps in dated for key in steps.opted_out} - {None}
    parts, order_by, left = [], [], 0
    for steps in dated:
        due = np.flatnonzero((since <= steps.at) & (steps.at < until))
        stays = due[[steps.keys[step] not in gone for step in due.tolist()]]
        left += len(due) - len(stays)
        parts.append(steps.columns(stays))
        order_by.append((steps.at[stays], -steps.priority[stays]))
    table = _joined(parts) if parts else {name: [] for name in (*_COLUMNS, *(MESSAGES if letters else ()))}
    if parts:
        at, priority = map(np.concatenate, zip(*order_by, strict=True))
        order = np.lexsort((priority, at)).tolist()
        table = {name: [cells[i] for i in order] for name, cells in table.items()}
    notes = [f"{counted(left, 'step')} {plural(left, 'is', 'are')} left out: the customer has opted out since."] * (
        left > 0
    )
    if unsure := [plan.name for plan in files if plan.opted_out is None]:
        notes.append(
            f"Who has opted out is not known from {', '.join(unsure)}: write plans with everything=True, or "
            "--everybody on the command line."
        )
    backend = next((plan.backend for plan in known if isinstance(plan, FollowUpPlan) and plan.backend), None)
    return FollowUpList("Steps that are due", table, tuple(notes), backend)


def _columns(plan: FollowUpPlan, rows: Codes, places: Codes, at: Times, letters: Letters | None) -> Columns:
    """Return what the list says of the steps of a plan."""
    names = plan.of_each(rows, lambda menu, offer: [action.name for action in menu.taken(offer)])
    made = None if plan.now is None else plan.now.astype("datetime64[us]").item()
    return {
        "due": at.tolist(),
        "step": [each[place] for each, place in zip(names, places.tolist(), strict=True)],
        "number": (places + 1).tolist(),
        "plan": [made] * len(rows),
        **about(plan, rows),
        **handled(plan, rows),
        **({} if letters is None else letters_of(plan, rows, places, letters)),
    }


def _joined(parts: list[Columns]) -> Columns:
    """Return the columns of several lists as those of one: the columns that all of them have."""
    shared = [name for name in parts[0] if all(name in part for part in parts)]
    return {name: [cell for part in parts for cell in part[name]] for name in shared}


def _moment(value: Any, name: str, *, whole: bool = False) -> np.datetime64:
    """Return a time; of a date its end where the whole day counts."""
    at = read_time(value, name)
    dated = isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    dated |= isinstance(value, str) and len(value.strip()) <= len("2026-03-02")
    found = np.datetime64(at, "us")
    return found + np.timedelta64(1, "D") if whole and dated else found

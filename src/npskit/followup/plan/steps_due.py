"""What is due between two dates, of this plan and of earlier ones; and when customers will have been contacted last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from npskit.arrays import Codes, Times
from npskit.checks import boolean, of_kind, several
from npskit.errors import InvalidTypeError, InvalidValueError, counted, plural, quoted
from npskit.followup.letters import Languages, Manner, Materials, Voice, Writer
from npskit.followup.plan.follow_up_list import FollowUpList, about
from npskit.followup.plan.follow_up_plan import FollowUpPlan
from npskit.followup.plan.plan_letters import MESSAGES, Letters, letters_of
from npskit.followup.plan.plan_table import handled
from npskit.followup.plan.step_dates import steps_of
from npskit.followup.playbook import Table
from npskit.results import Columns
from npskit.times import instants, read_time

# The columns of the list of no plan.
_COLUMNS = (
    *("due", "step", "number", "plan", "row", "customer", "category", "answered", "comment"),
    *("strategy", "owner", "channel", "language", "offer"),
)


def last_contacts(plans: Iterable[FollowUpPlan], table: Table) -> Times:
    """Return when the last step of earlier plans is due to each customer, as times that compare; NaT without one.

    Args:
        plans: The earlier plans.
        table: The responses of the new one.
    """
    found: dict[str, np.datetime64] = {}
    for plan in plans:
        rows = plan.order
        zone = plan.assigned.table.clock or table.clock
        for key, dates in zip(_keys(plan.assigned.table, rows), steps_of(plan, rows), strict=True):
            known = np.array([date for date in dates if not np.isnat(date)], dtype="datetime64[us]")
            if key is not None and len(known):
                last = instants(known, zone).max()
                found[key] = max(found.get(key, last), last)
    nothing = np.datetime64("NaT", "us")
    keys = _keys(table, np.arange(len(table)))
    return np.array([nothing if key is None else found.get(key, nothing) for key in keys], "datetime64[us]")


def _keys(table: Table, rows: Codes) -> list[str | None]:
    """Return what the customer of each of some rows is compared by in another plan, None where nobody is known."""
    if table.customers is None:
        return [None] * len(rows)
    keys = table.customers.row_keys
    return [keys[row] for row in rows.tolist()]


def as_plans(plans: Any, name: str) -> list[FollowUpPlan]:
    """Return one or several plans as a list."""
    if isinstance(plans, FollowUpPlan):
        return [plans]
    try:
        found = several(plans, name)
    except InvalidTypeError:
        raise InvalidTypeError(f"{name} must be a plan or a list of plans: got {quoted(plans)}") from None
    return [of_kind(plan, FollowUpPlan, name) for plan in found]


def due_steps(
    plans: FollowUpPlan | Iterable[FollowUpPlan],
    start: Any,
    end: Any,
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
        plans: The plans, such as those of the last quarter.
        start: From when, a date or a time on the clock of the plans.
        end: Until when; a date counts whole.
        messages: Whether to write the draft of each step's message: columns `subject`, `message` and `note`.
        language: The language of the drafts where the customer's is not known; None for the plan's.
        fields: What to fill into all drafts: `{"company": "ACME"}`.
        languages: Where to look for the letters; None for the languages that come with npskit.
        voice: The rules that drafts are checked by, see `npskit.draft`.
        writer: Who writes the texts, see `npskit.draft`.
        materials: Stories, comparisons and help to fill in, see `npskit.draft`.

    Raises:
        InvalidTypeError, InvalidValueError: If an argument cannot be used.

    Example:
        >>> from npskit import Survey
        >>> survey = Survey({"score": [3], "id": ["c-1"], "at": ["2026-03-02"]}, customer="id", time="at")
        >>> found = due_steps(survey.follow_up(), "2026-03-16", "2026-03-22")
        >>> found.columns()["step"], [str(due) for due in found.columns()["due"]]
        (['stay_in_touch'], ['2026-03-17 17:00:00'])
    """
    since, until = _moment(start, "start"), _moment(end, "end", whole=True)
    if until <= since:
        raise InvalidValueError(f"end must not lie before start: got {quoted(start)} and {quoted(end)}")
    letters = (
        Letters(language, fields, languages, Manner(voice=voice, writer=writer, materials=materials))
        if boolean(messages, "messages")
        else None
    )
    known = as_plans(plans, "plans")
    gone = {key for plan in known for key in _opted_out(plan)} - {None}
    parts, order_by, left = [], [], 0
    for plan in known:
        rows, places, at = _due(plan, since, until)
        stays = np.array([key not in gone for key in _keys(plan.assigned.table, rows)], dtype=np.bool_)
        left += int((~stays).sum())
        rows, places, at = rows[stays], places[stays], at[stays]
        parts.append(_columns(plan, rows, places, at, letters))
        order_by.append((at, -plan.assigned.priority[rows]))
    table = _joined(parts) if parts else {name: [] for name in (*_COLUMNS, *(MESSAGES if letters else ()))}
    if parts:
        at, priority = map(np.concatenate, zip(*order_by, strict=True))
        order = np.lexsort((priority, at)).tolist()
        table = {name: [cells[i] for i in order] for name, cells in table.items()}
    said = f"{counted(left, 'step')} {plural(left, 'is', 'are')} left out: the customer has opted out since."
    backend = next((plan.backend for plan in known if plan.backend), None)
    return FollowUpList("Steps that are due", table, (said,) if left else (), backend)


def _due(plan: FollowUpPlan, since: np.datetime64, until: np.datetime64) -> tuple[Codes, Codes, Times]:
    """Return the steps of a plan that are due: to which rows, which of the row's steps each is, and when."""
    dates = steps_of(plan, plan.order)
    counts = np.array([len(each) for each in dates], dtype=np.intp)
    places = np.array([place for each in dates for place in range(len(each))], dtype=np.intp)
    at = np.array([date for each in dates for date in each], dtype="datetime64[us]")
    due = (since <= at) & (at < until)
    return np.repeat(plan.order, counts)[due], places[due], at[due]


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


def _opted_out(plan: FollowUpPlan) -> list[str | None]:
    table = plan.assigned.table
    return [] if plan.opted_out is None else _keys(table, np.flatnonzero(plan.opted_out))


def _moment(value: Any, name: str, *, whole: bool = False) -> np.datetime64:
    """Return a time; of a date its end where the whole day counts."""
    at = read_time(value, name)
    dated = isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    dated |= isinstance(value, str) and len(value.strip()) <= len("2026-03-02")
    found = np.datetime64(at, "us")
    return found + np.timedelta64(1, "D") if whole and dated else found

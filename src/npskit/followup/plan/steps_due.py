"""What is due between two dates, of this plan and of earlier ones; and when customers will have been contacted last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import numpy as np

from npskit.arrays import Times
from npskit.checks import boolean, of_kind, several
from npskit.data import read_customers
from npskit.errors import InvalidTypeError, InvalidValueError, counted, plural, quoted
from npskit.followup.letters import Languages, Manner, Materials, Voice, Writer
from npskit.followup.plan.follow_up_list import FollowUpList, about
from npskit.followup.plan.follow_up_plan import FollowUpPlan
from npskit.followup.plan.plan_table import Letters, letter_of
from npskit.followup.plan.step_dates import steps_of
from npskit.times import instants, read_time

_MESSAGES = ("subject", "message", "note")


def last_contacts(plans: Iterable[FollowUpPlan], customers: Any, clock: dt.tzinfo | None) -> Times:
    """Return when the last step of earlier plans is due to each customer, as times that compare; NaT without one.

    Args:
        plans: The earlier plans.
        customers: The customers of the new one.
        clock: The zone of the wall clock of the new one, if it is known.
    """
    found: dict[str, np.datetime64] = {}
    for plan in plans:
        rows = plan.order
        zone = plan.assigned.table.clock or clock
        keys = _keys(plan.customers[rows])
        for key, dates in zip(keys, steps_of(plan, rows), strict=True):
            known = np.array([date for date in dates if not np.isnat(date)], dtype="datetime64[us]")
            if key is not None and len(known):
                last = instants(known, zone).max()
                found[key] = max(found.get(key, last), last)
    nothing = np.datetime64("NaT", "us")
    return np.array([nothing if key is None else found.get(key, nothing) for key in _keys(customers)], "datetime64[us]")


def _keys(customers: Any) -> list[str | None]:
    """Return the text of each customer by which plans know them, None where nobody is known."""
    read = read_customers(customers)
    pairs = zip(read.numbers.tolist(), read.known.tolist(), strict=True)
    return [read.keys[number] if known else None for number, known in pairs]


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
    gone = {key for plan in known for key in _opted_out(plan)}
    entries, left, backend = [], 0, None
    for plan in known:
        backend = backend or plan.backend
        rows = plan.order
        keys = _keys(plan.customers[rows])
        for row, key, dates in zip(rows.tolist(), keys, steps_of(plan, rows), strict=True):
            places = [place for place, date in enumerate(dates) if since <= date < until]
            if places and key is not None and key in gone:
                left += len(places)
                continue
            entries += [_DueStep(dates[place], plan, row, place) for place in places]
    entries.sort(key=lambda entry: (entry.at, -entry.plan.assigned.priority[entry.row]))
    said = f"{counted(left, 'step')} {plural(left, 'is', 'are')} left out: the customer has opted out since."
    cells = [entry.cells(letters) for entry in entries]
    table = {name: [each[name] for each in cells] for name in _names(known, letters)}
    return FollowUpList("Steps that are due", table, (said,) if left else (), backend)


@attrs.frozen(eq=False)
class _DueStep:
    """A step that is due: when, of which plan, to whom, and which of its steps."""

    at: np.datetime64
    plan: FollowUpPlan
    row: int
    place: int

    def cells(self, letters: Letters | None) -> dict[str, Any]:
        """Return what the list says of the step, by column."""
        plan, row = self.plan, self.row
        offer = plan.offer_at(row)
        action = plan.assigned.menus[plan.assigned.menu[row]].taken(offer)[self.place]
        rows = np.array([row])
        found = {name: cells[0] for name, cells in about(plan, rows).items()}
        written: dict[str, Any] = {}
        if letters is not None:
            written = dict(zip(_MESSAGES, letter_of(plan, row, letters, action.name), strict=True))
        return {
            "due": self.at.item(),
            "step": action.name,
            "number": self.place + 1,
            "plan": None if plan.now is None else plan.now.astype("datetime64[us]").item(),
            **found,
            "strategy": plan.assigned.strategies[plan.assigned.strategy[row]].name,
            "owner": plan.owners[plan.owner[row]],
            "channel": plan.assigned.said("channel", rows)[0],
            "language": plan.assigned.said("language", rows)[0],
            "offer": None if offer is None else offer.name,
            **written,
        }


def _names(plans: list[FollowUpPlan], letters: Letters | None) -> list[str]:
    """Return the columns of the list: those that all plans have."""
    nobody = np.zeros(0, dtype=np.intp)
    each = [list(about(plan, nobody)) for plan in plans] or [["row", "customer", "category", "answered", "comment"]]
    shared = [name for name in each[0] if all(name in names for names in each)]
    first = ["due", "step", "number", "plan", *shared, "strategy", "owner", "channel", "language", "offer"]
    return [*first, *(_MESSAGES if letters is not None else ())]


def _opted_out(plan: FollowUpPlan) -> list[str]:
    if plan.opted_out is None:
        return []
    return [key for key in _keys(plan.customers[plan.opted_out]) if key is not None]


def _moment(value: Any, name: str, *, whole: bool = False) -> np.datetime64:
    """Return a time; of a date its end where the whole day counts."""
    at = read_time(value, name)
    dated = isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    dated |= isinstance(value, str) and len(value.strip()) <= len("2026-03-02")
    found = np.datetime64(at, "us")
    return found + np.timedelta64(1, "D") if whole and dated else found

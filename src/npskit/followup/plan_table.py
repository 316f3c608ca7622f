"""A plan as columns, and as a record that JSON can hold."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from npskit.errors import InvalidTypeError, NpskitError
from npskit.followup.model import FollowUp
from npskit.followup.statuses import STATUSES
from npskit.results.native import free_name
from npskit.results.values import plain
from npskit.validation import is_missing

if TYPE_CHECKING:
    from npskit.followup.messages import Languages
    from npskit.followup.plan import FollowUpPlan

Cell = Callable[[int, FollowUp], Any]
_SAID = (
    "strategy",
    "priority",
    "due",
    "owner",
    "channel",
    "language",
    "actions",
    "offer",
    "cost",
    "gain",
    "reasons",
)
_NAMES = ("row", "customer", "category", *_SAID, "status", "why", "subject", "message", "note")


def columns_of(
    plan: FollowUpPlan,
    everything: bool,
    messages: bool,
    language: str | None,
    fields: Mapping[str, Any] | None,
    languages: Languages | None,
) -> dict[str, list[Any]]:
    """Return a plan as columns; see `FollowUpPlan.columns`."""
    rows: list[int] = (np.arange(len(plan.status)) if everything else plan.order).tolist()
    table = _who(plan, rows)
    found = [plan.follow_up(row) if chosen else None for row, chosen in zip(rows, plan.chosen[rows], strict=True)]
    said = [_cells(plan, row, each) if each is not None else {} for row, each in zip(rows, found, strict=True)]
    table |= {name: [cells.get(name) for cells in said] for name in _SAID}
    if everything:
        table |= {"status": [STATUSES[i] for i in plan.status], "why": [plan.why(row) for row in rows]}
    if messages:
        table |= _drafts(plan, found, language, fields, languages)
    return table


def _who(plan: FollowUpPlan, rows: list[int]) -> dict[str, list[Any]]:
    """Return the columns that say whom a row is about."""
    names = [*plan.book.categories, None]
    table = {
        "row": rows,
        "customer": plan.customers[rows].tolist(),
        "category": [names[place] for place in plan.categories[rows].tolist()],
    }
    for name, column in plan.kept.items():
        cells = column.filled()[rows].tolist()
        table[free_name(name, _NAMES, "survey")] = [None if is_missing(cell) else cell for cell in cells]
    return table


def _cells(plan: FollowUpPlan, row: int, found: FollowUp) -> dict[str, Any]:
    """Return what a plan says of a response that is followed up."""
    gain = float(plan.gain[row])
    return {
        "strategy": found.strategy,
        "priority": found.priority,
        "due": found.due,
        "owner": plan.owners[plan.owner[row]],
        "channel": found.channel,
        "language": found.language,
        "actions": tuple(action.name for action in found.actions),
        "offer": found.offers[0].name if found.offers else None,
        "cost": float(plan.cost[row]),
        "gain": None if math.isnan(gain) else gain,
        "reasons": found.reasons,
    }


def _drafts(
    plan: FollowUpPlan,
    found: list[FollowUp | None],
    language: str | None,
    fields: Mapping[str, Any] | None,
    languages: Languages | None,
) -> dict[str, list[str | None]]:
    """Return the first message to each, and what keeps it from being written."""
    if not isinstance(fields, Mapping | None):
        raise InvalidTypeError(f"fields must map names to values, as {{'company': 'ACME'}}: got {fields!r:.80}")
    if not isinstance(language, str | None):
        raise InvalidTypeError(f"language must be a tag such as 'de': got {language!r}")
    drafts = [_draft(plan, each, language, {**(fields or {}), "languages": languages}) for each in found]
    return {name: [draft[i] for draft in drafts] for i, name in enumerate(("subject", "message", "note"))}


def _draft(
    plan: FollowUpPlan, found: FollowUp | None, language: str | None, fields: dict[str, Any]
) -> tuple[str | None, str | None, str | None]:
    """Return subject and body of a message; or what is wrong: one letter must not cost a user all the others."""
    if found is None:
        return None, None, None
    try:
        draft = plan.message(found, language, **fields)
    except NpskitError as error:
        return None, None, str(error)
    return draft.subject, draft.body, None


def record_of(plan: FollowUpPlan) -> dict[str, Any]:
    """Return a plan as JSON can hold it; see `FollowUpPlan.to_dict`."""
    columns = plan.columns()
    return {
        "responses": len(plan.status),
        "counts": plan.counts,
        "overdue": int(plan.overdue.sum()),
        "now": None if plan.now is None else str(plan.now.astype("datetime64[s]")),
        "holdout": plan.share,
        "currency": plan.currency,
        "limits": {name: _plain(value) for name, value in attrs.asdict(plan.limits, recurse=False).items()},
        "follow_ups": [
            dict(zip(columns, map(_plain, row), strict=True)) for row in zip(*columns.values(), strict=True)
        ],
    }


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it: None where there is no number, or no limit."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    found = plain(value)
    return None if isinstance(found, float) and not math.isfinite(found) else found

"""A plan as columns, made from its arrays, and as a record that JSON can hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from npskit.arrays import Codes
from npskit.followup.plan.choices import Choices
from npskit.followup.plan.plan_letters import Letters, first_letters
from npskit.followup.plan.statuses import STATUSES
from npskit.followup.playbook import Table, pick
from npskit.results import free_name, records

# The columns that only some tables have.
_AT_TIMES = ("status", "why", "subject", "message", "note")


def columns_of(plan: Choices, everything: bool, letters: Letters | None) -> dict[str, list[Any]]:
    """Return a plan as columns; see `FollowUpPlan.columns`."""
    rows = np.arange(len(plan.status)) if everything else plan.order
    table = {
        "row": rows.tolist(),
        "customer": plan.customers[rows].tolist(),
        "category": pick(plan.codebook.categories, plan.categories[rows]),
    }
    places = np.flatnonzero(plan.chosen[rows])
    said = _spread(_said(plan, rows[places]), places, len(rows))
    taken = (*table, *said, *_AT_TIMES)
    for name, column in plan.kept.items():
        table[free_name(name, taken, "survey")] = Table.cells(column.filled(), rows)
    table |= said
    if everything:
        table |= {"status": pick(STATUSES, plan.status), "why": list(map(plan.why, table["row"]))}
    if letters is not None:
        table |= _spread(first_letters(plan, rows[places], letters), places, len(rows))
    return table


def _said(plan: Choices, rows: Codes) -> dict[str, list[Any]]:
    """Return what a plan says of responses that are followed up."""
    assigned = plan.assigned
    names = [strategy.name for strategy in assigned.strategies]
    return {
        "strategy": pick(names, assigned.strategy[rows]),
        "priority": assigned.priority[rows].tolist(),
        "due": assigned.due_times(rows),
        "owner": pick(plan.owners, plan.owner[rows]),
        "channel": assigned.said("channel", rows),
        "language": assigned.said("language", rows),
        "actions": plan.of_each(rows, lambda menu, offer: tuple(action.name for action in menu.taken(offer))),
        "offer": plan.of_each(rows, lambda _menu, offer: offer and offer.name),
        "cost": plan.cost[rows].tolist(),
        "gain": [None if gain != gain else gain for gain in plan.gain[rows].tolist()],
        "reasons": assigned.reasons(rows),
    }


def _spread(columns: dict[str, list[Any]], places: Codes, rows: int) -> dict[str, list[Any]]:
    """Return columns of some places as columns of all rows, None elsewhere."""
    if len(places) == rows:
        return columns
    codes = np.full(rows, -1)
    codes[places] = np.arange(len(places))
    return {name: pick(cells, codes) for name, cells in columns.items()}


def record_of(plan: Choices, follow_ups: Mapping[str, list[Any]]) -> dict[str, Any]:
    """Return a plan as a record; see `FollowUpPlan.to_dict`."""
    return {
        "responses": len(plan.status),
        "counts": plan.counts,
        "overdue": int(plan.overdue.sum()),
        "now": None if plan.now is None else str(plan.now.astype("datetime64[s]")),
        "holdout": plan.share,
        "currency": plan.currency,
        "limits": attrs.asdict(plan.limits, recurse=False),
        "follow_ups": records(follow_ups),
    }

"""A plan as columns, made from its arrays; and as a record that JSON can hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from npskit.arrays import Codes
from npskit.followup.plan.choices import Choices
from npskit.followup.plan.follow_up_list import about, unanswered_of
from npskit.followup.plan.plan_letters import MESSAGES, Letters, letters_of
from npskit.followup.plan.statuses import STATUSES
from npskit.followup.plan.step_dates import as_texts, steps_of
from npskit.followup.playbook import Menu, Offer, Table, pick
from npskit.options import URGENCIES
from npskit.results import Columns, free_name, records

# The columns that only some tables have.
_AT_TIMES = ("status", "why", *MESSAGES)


def columns_of(
    plan: Choices, everything: bool, letters: Letters | None, most: int | None = None
) -> dict[str, list[Any]]:
    """Return a plan as columns; see `FollowUpPlan.columns`."""
    rows = (np.arange(len(plan.status)) if everything else plan.order)[:most]
    known = about(plan, rows)
    table: dict[str, list[Any]] = {
        name: known.pop(name) for name in ("row", "source", "customer", "category") if name in known
    }
    places = np.flatnonzero(plan.chosen[rows])
    said: dict[str, list[Any]] = _spread(_said(plan, rows[places]), places, len(rows))
    known["urgency"] = pick(URGENCIES, plan.assigned.urgency[rows])
    said = known | said
    taken = (*table, *said, *_AT_TIMES)
    for name, column in plan.kept.items():
        if name in plan.shown:
            continue  # it stands there already
        table[free_name(name, taken, "survey")] = Table.cells(column.native(), rows)
    table |= said
    if everything:
        table |= {"status": pick(STATUSES, plan.status), "why": list(map(plan.why_at, rows.tolist()))}
    if letters is not None:
        first = np.zeros(len(places), dtype=np.intp)
        table |= _spread(letters_of(plan, rows[places], first, letters), places, len(rows))
    return table


def _said(plan: Choices, rows: Codes) -> dict[str, list[Any]]:
    """Return what a plan says of responses that are followed up."""
    assigned, how = plan.assigned, handled(plan, rows)
    return {
        "strategy": how["strategy"],
        "priority": assigned.priority[rows].tolist(),
        "due": assigned.due_times(rows),
        **{name: how[name] for name in ("owner", "channel", "language")},
        "actions": plan.of_each(rows, lambda menu, offer: tuple(action.name for action in menu.taken(offer))),
        "dates": list(map(as_texts, steps_of(plan, rows))),
        "offer": how["offer"],
        "cost": plan.cost[rows].tolist(),
        "authority": plan.of_each(rows, _authority),
        "gain": [None if gain != gain else gain for gain in plan.gain[rows].tolist()],
        "reasons": plan.reasons(rows),
    }


def handled(plan: Choices, rows: Codes) -> Columns:
    """Return by which strategy, by whom, where, in which language and with which offer responses are followed up."""
    assigned = plan.assigned
    return {
        "strategy": pick([strategy.name for strategy in assigned.strategies], assigned.strategy[rows]),
        "owner": pick(plan.owners, plan.owner[rows]),
        "channel": assigned.said("channel", rows),
        "language": assigned.said("language", rows),
        "offer": plan.of_each(rows, lambda _menu, offer: offer and offer.name),
    }


def _authority(menu: Menu, offer: Offer | None) -> float | None:
    """Return up to how much may be spent at once by whoever takes the steps."""
    return max((action.amount for action in menu.taken(offer) if action.amount is not None), default=None)


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
        "unasked": list(plan.unasked),
        "opt_outs": list(plan.opt_outs),
        "unanswered": records(unanswered_of(plan).columns()),
        "limits": attrs.asdict(plan.limits, recurse=False),
        "follow_ups": records(follow_ups),
    }

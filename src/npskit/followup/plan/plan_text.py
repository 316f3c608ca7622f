"""A plan as a person reads it: a few lines, then whom to answer first. Nothing a customer wrote can do harm in it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from npskit.data import fold, row_said
from npskit.errors import counted, plural
from npskit.followup.plan.choices import Choices
from npskit.followup.plan.follow_up_list import numbered, shortened, unanswered_lines
from npskit.followup.plan.statuses import CHOSEN, EVERYBODY, HOLDOUT, STATUSES, TRIAGE
from npskit.followup.playbook import Action, Offer
from npskit.results import number, one_line

FIRST = 10
# So many urgent comments without an answer stand in a headline; `plan.unanswered` has all.
NAMED = 3
UNUSED = " No offer brings more than it costs by the lifts given; a lift may be of a category and an offer."
HEADER = ("customer", "category", "priority", "due", "owner", "offer", "why", "wrote")


def headline(plan: Choices) -> list[str]:
    """Return in a few lines what a plan does, and what it leaves out."""
    lines = [f"{len(plan):,} of {counted(len(plan.status), 'response')} {plural(len(plan), 'is', 'are')} followed up."]
    overdue = int(plan.overdue.sum())
    before = "" if plan.now is None else str(plan.now.astype("datetime64[m]")).replace("T", " ")
    if plan.assigned.table.latest:
        lines.append(f"Now is {before}, when the latest response came in: give now= for another time.")
    if overdue and plan.now is not None:
        lines.append(f"Overdue: {overdue:,} of them {plural(overdue, 'was', 'were')} due before {before}.")
    lines.append(_opted_out(plan))
    lines += [*_limits(plan), *_worth(plan)]
    if plan.share:
        lines.append(
            f"Left alone at random: {number(100 * plan.share)} % of customers, of whom "
            f"{plan.counts[STATUSES[HOLDOUT]]:,} would be followed up."
        )
    lines += [*_set_aside(plan), *unanswered_lines(plan, NAMED)]
    lines += [f"Set aside: {counted(plan.set_aside, 'row')}."] if plan.set_aside else []
    left = [f"{name} {n:,}" for name, n in plan.counts.items() if n and name != STATUSES[CHOSEN]]
    if left:
        lines.append(f"Left out: {', '.join(left)}.")
    return list(map(one_line, lines))


def _set_aside(plan: Choices) -> list[str]:
    """Return what triage sets aside, by its labels, with the rows."""
    rows = np.flatnonzero(plan.status == TRIAGE)
    if not len(rows) or plan.labels is None:
        return []
    by_label: dict[str, list[str]] = {}
    for row, named in zip(rows.tolist(), numbered(plan, rows), strict=True):
        by_label.setdefault(fold(str(plan.labels[row])), []).append(str(named))
    said = [
        f"{one_line(label)} {len(found):,} ({plural(len(found), 'row', 'rows')} {', '.join(found[:FIRST])}"
        f"{', …' if len(found) > FIRST else ''})"
        for label, found in by_label.items()
    ]
    return [f"Set aside by triage: {', '.join(said)}."]


def _opted_out(plan: Choices) -> str:
    """Return by which columns customers are left alone who want to be."""
    if not plan.opt_outs:
        return (
            "No column says who does not want to be contacted, so that nobody counts as opted out: name it with "
            "roles={'opted_out': ...}."
        )
    return f"Who has opted out is left alone, by {', '.join(map(repr, plan.opt_outs))}."


def _limits(plan: Choices) -> list[str]:
    """Return what is used of the money and the hours."""
    limits, lines = plan.limits, []
    if plan.unasked:
        lines.append(
            f"No money is spent: what {', '.join(plan.unasked)} would cost is an example of the default playbook. Give "
            "budget=, currency= or a playbook of your own to make offers."
        )
    if not math.isinf(limits.budget) or limits.spent:
        of = "" if math.isinf(limits.budget) else f" of {limits.budget:,.2f}"
        unused = "" if limits.spent or limits.method == "priority" or not limits.budget else UNUSED
        lines.append(f"Money: {limits.spent:,.2f}{of}{_currency(plan)}.{unused}")
    for name, hours in limits.capacity.items():
        of = "" if math.isinf(hours) else f" of {number(hours)}"
        if of or limits.used[name]:
            lines.append(f"Hours of {name}: {number(limits.used[name])}{of}.")
    for name, n in limits.beyond.items():
        if n:
            hours, short = limits.capacity[name], number(limits.capacity[name]).removesuffix(".0")
            whose = "" if name == EVERYBODY else f" of {name}"
            lines.append(
                f"{counted(n, 'critical comment')} {plural(n, 'is', 'are')} answered beyond the {short} "
                f"{'hour' if hours == 1 else 'hours'}{whose}."
            )
    return lines


def _worth(plan: Choices) -> list[str]:
    """Return what the plan is expected to bring, and what more of each limit would."""
    limits, money = plan.limits, _currency(plan)
    if limits.method == "priority":
        return ["In order of priority: what it brings is not known without value and lift."]
    lines = [f"Expected gain: {limits.value:,.2f}{money}; no plan could bring more than {limits.bound:,.2f}."]
    if limits.price_of_money > 0:
        lines.append(f"One more unit of budget would bring {limits.price_of_money:,.2f}{money}.")
    lines += [
        f"One more hour of {name} would bring {price:,.2f}{money}."
        for name, price in limits.price_of_hours.items()
        if price > 0
    ]
    return lines


def first(plan: Choices, most: int) -> str:
    """Return the first follow-ups as text: whom to call, by when, and why."""
    blocks = []
    for place, row in enumerate(rows_of(plan, most), start=1):
        who, category, priority, due, owner, offer, why, wrote = (one_line(str(cell)) for cell in row)
        facts = [category, f"priority {priority}", due and f"due {due}", owner, offer]
        lines = [f"{who}: {', '.join(filter(None, facts))}", why, wrote and f"“{wrote}”"]
        blocks.append(f"{place:>3}. " + "\n     ".join(filter(None, lines)))
    return "\n".join(blocks)


def rows_of(plan: Choices, most: int) -> list[list[Any]]:
    """Return the first follow-ups, the cells of each; see `HEADER`."""
    rows, comments, overdue = [], plan.assigned.table.comment, plan.overdue
    for row in plan.order[:most].tolist():
        found, offer = plan.follow_up_at(row), plan.offer_at(row)
        late = " (overdue)" if overdue[row] else ""
        rows.append(
            [
                row_said(row, plan.row_numbers) if found.customer is None else f"customer {found.customer}",
                found.category,
                round(found.priority),
                "" if found.due is None else found.due.isoformat(sep=" ", timespec="minutes") + late,
                plan.owners[plan.owner[row]],
                ", ".join(_money(plan, row, offer, found.actions)),
                # Without where priority and due time come from, the last two.
                "; ".join(found.reasons[:-2] or found.reasons[:1]),
                shortened((comments[row] if comments else None) or "", 90),
            ]
        )
    return rows


def _money(plan: Choices, row: int, offer: Offer | None, actions: Iterable[Action]) -> Iterator[str]:
    """Yield what the offer costs, and up to how much may be spent at once."""
    if offer is not None:
        yield f"{offer.name} {plan.cost[row]:,.2f}{_currency(plan)}"
    for action in actions:
        if action.amount is not None:
            yield f"{action.name} at once, up to {action.amount:,.2f}{_currency(plan)}"


def _currency(plan: Choices) -> str:
    return f" {plan.currency}" if plan.currency else ""

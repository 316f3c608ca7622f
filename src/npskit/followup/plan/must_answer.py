"""What must be answered comes first: critical comments, whatever money, hours, gain and the holdout would say."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from npskit.arrays import Bools, Codes, Floats
from npskit.followup.plan.allocation import Allocation, allocate, allocate_by_priority
from npskit.followup.plan.offer_options import OfferOptions
from npskit.followup.plan.routing import Routes
from npskit.followup.plan.terms import Terms


def allocate_critical_first(
    priority: Floats, options: OfferOptions, routes: Routes, terms: Terms, counted: Bools, ties: Floats, critical: Bools
) -> tuple[Allocation, Codes]:
    """Return which alternative each candidate gets, and how many critical comments are beyond the hours of each owner.

    Critical comments are answered all, with an offer where there is money for it and it is worth its cost, else without
    one; the others share the money and the hours that are left. Nobody could have left the critical ones alone, so that
    they are not intended: they are no part of a comparison.

    Args:
        priority: Of each candidate.
        options: What can be done for each.
        routes: Who answers each.
        terms: Limits and method.
        counted: Whether each is not left alone at random.
        ties: Which of several alike comes first.
        critical: Whether the comment of each is critical.
    """
    owner, capacity = routes.limits
    owner = np.zeros(len(priority), dtype=np.intp) if owner is None else owner

    def part(rows: Codes | slice, budget: float, capacity: Floats) -> Allocation:
        """Return which alternative some candidates get, by expected gain where that is known, else by priority."""
        # Hours that nothing limits need not be looked at.
        work = options.hours[rows] if np.isfinite(capacity).any() else None
        limits: dict[str, Any] = {
            "budget": budget,
            "capacity": capacity,
            "counted": counted[rows],
            "tie_break": ties[rows],
        }
        if options.gain is None:
            return allocate_by_priority(priority[rows], options.cost[rows], work, owner[rows], **limits)
        return allocate(options.gain[rows], options.cost[rows], work, owner[rows], method=terms.method, **limits)

    if not critical.any():
        return part(slice(None), terms.money, capacity), np.zeros(len(capacity), np.intp)
    first, rest = np.flatnonzero(critical), np.flatnonzero(~critical)
    made = _answered(part(first, terms.money, np.full(len(capacity), np.inf)), options, first)
    hours = options.hours[first, made.chosen]
    used = np.bincount(owner[first], hours, len(capacity)).astype(np.float64)
    others = part(rest, max(terms.money - made.spent, 0.0), np.maximum(capacity - used, 0.0))
    return _both(made, others, first, rest, used), _beyond(priority, ties, owner, capacity, first, hours)


def _answered(made: Allocation, options: OfferOptions, rows: Codes) -> Allocation:
    """Return an allocation in which whoever would get nothing is answered without an offer."""
    without = made.chosen < 0
    chosen = np.where(without, options.without, made.chosen)
    worth = 0.0 if options.gain is None else float(np.nansum(options.gain[rows[without], options.without]))
    return attrs.evolve(
        made,
        chosen=chosen,
        intended=np.zeros(len(rows), dtype=np.bool_),
        outcome=np.zeros(len(rows), dtype=np.int8),
        value=None if made.value is None else made.value + worth,
        bound=None if made.bound is None else made.bound + worth,
    )


def _both(made: Allocation, others: Allocation, first: Codes, rest: Codes, used: Floats) -> Allocation:
    """Return two allocations as one; more money would go to the first before it reached the others."""

    def of_all(name: str) -> Any:
        parts = getattr(made, name), getattr(others, name)
        whole = np.empty(len(first) + len(rest), dtype=parts[1].dtype)
        whole[first], whole[rest] = parts
        return whole

    def total(name: str) -> Any:
        parts = getattr(made, name), getattr(others, name)
        return None if None in parts else sum(parts)

    return attrs.evolve(
        others,
        **{name: of_all(name) for name in ("chosen", "intended", "intended_offer", "outcome", "short_of")},
        **{name: total(name) for name in ("spent", "value", "bound")},
        hours_used=others.hours_used + used,
        price_of_money=made.price_of_money or others.price_of_money,
    )


def _beyond(priority: Floats, ties: Floats, owner: Codes, capacity: Floats, rows: Codes, hours: Floats) -> Codes:
    """Return how many critical comments each owner has no hours for, counted in order of priority."""
    order = np.lexsort((ties[rows], -priority[rows]))
    found = np.zeros(len(capacity), dtype=np.intp)
    for place in np.unique(owner[rows]):
        queue = order[owner[rows][order] == place]
        needed = np.cumsum(hours[queue])
        found[place] = int(((needed > capacity[place] + 1e-9) & (hours[queue] > 0)).sum())
    return found

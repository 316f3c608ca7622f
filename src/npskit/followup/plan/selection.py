"""From recommendations to a plan: who may be followed up, who is left alone, who answers, and who fits the limits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Codes, Floats, Times
from npskit.followup.plan import statuses as status
from npskit.followup.plan.allocation import Allocation
from npskit.followup.plan.choices import Limits
from npskit.followup.plan.follow_up_plan import FollowUpPlan
from npskit.followup.plan.holdout import chances, scrambled
from npskit.followup.plan.must_answer import allocate_critical_first
from npskit.followup.plan.offer_options import Read, is_payable, options_of
from npskit.followup.plan.routing import Routes, route
from npskit.followup.plan.same_customer import any_of, last_of_each
from npskit.followup.plan.terms import Terms
from npskit.followup.plan.triage_labels import Labels, sets_aside
from npskit.followup.playbook import Assigned

NO_TEAM = "unassigned"
# What the outcomes of an allocation are called in a plan.
_OUTCOMES = np.array([status.CHOSEN, status.NO_GAIN, status.BUDGET, status.CAPACITY, status.HOLDOUT], dtype=np.int8)


def candidates_of(
    assigned: Assigned, opted_out: Bools | None, contacted: Times | None, terms: Terms, labels: Labels | None = None
) -> NDArray[np.int8]:
    """Return the status of each response as far as it does not depend on limits: `CHOSEN` for those who may be.

    One response of each customer counts, the latest scored one; of several at the same time, or without times, the one
    with the highest priority, then the one further down. A customer who does not want to be contacted, or was a short
    while ago, is left alone whatever the response that says so. A response of an unknown time is never too old.

    A critical comment comes before all others of its customer, scored or not, and no quiet period and no triage holds
    it back; opting out and the age limit do. What triage sets aside comes after all others.
    """
    table = assigned.table
    found = np.where(assigned.strategy < 0, status.NO_STRATEGY, status.CHOSEN).astype(np.int8)
    given, made, critical = table.given, table.made, assigned.critical
    if terms.max_age is not None and given is not None and made is not None:
        found[given < made - np.timedelta64(terms.max_age)] = status.TOO_OLD
    if contacted is not None and made is not None:
        # Also whoever was contacted after that: the plan may be of the answers up to some earlier day.
        quiet = any_of(contacted > made - np.timedelta64(terms.quiet), table.who)
        found[quiet & ~critical] = status.QUIET
    unwanted = np.zeros(len(table), dtype=np.bool_) if labels is None else sets_aside(labels)
    found[unwanted & ~critical] = status.TRIAGE
    must = critical & (found == status.CHOSEN)
    if opted_out is not None:
        found[any_of(opted_out, table.who)] = status.OPTED_OUT
    scored = table.category >= 0
    found[~_one_of_each(assigned, (scored & ~unwanted) | must, must)] = status.SUPERSEDED
    found[~scored & (assigned.strategy < 0)] = status.UNSCORED
    return found


def _one_of_each(assigned: Assigned, usable: Bools, must: Bools) -> Bools:
    """Return the response of each customer that counts."""
    who = assigned.table.who
    once = np.bincount(who)[who] == 1 if len(who) else usable
    kept = once.copy()
    several = np.flatnonzero(~once)
    at = np.zeros(len(several), dtype=np.int64)
    if assigned.table.given is not None:
        at = assigned.table.given[several].astype(np.int64)  # no time is less than any
    priority = np.nan_to_num(assigned.priority[several], nan=-1.0)
    kept[several[last_of_each(who[several], must[several], usable[several], at, priority)]] = True
    return kept


def plan_of(
    assigned: Assigned,
    opted_out: Bools | None,
    contacted: Times | None,
    terms: Terms,
    read: Read,
    *,
    labels: Labels | None,
    **presented: Any,
) -> FollowUpPlan:
    """Choose whom to follow up and with which offer.

    Args:
        assigned: What the playbook recommends for each response.
        opted_out: Whether the customer of each does not want to be contacted; None if nothing is known.
        contacted: When each was contacted last, or will have been, as times that compare; NaT for never, None if
            nothing is known.
        terms: Limits, values and the holdout.
        read: Returns a column of numbers that `lift` names.
        labels: What triage says of each response; None without triage.
        presented: What the plan carries along: `kept`, `backend`.
    """
    table = assigned.table
    found = candidates_of(assigned, opted_out, contacted, terms, labels)
    rows = np.flatnonzero(found == status.CHOSEN)
    critical = assigned.critical[rows]
    chance = np.full(len(table), np.nan) if table.customers is None else chances(table.customers, terms.salt)
    # A customer without an id cannot be kept in one arm, and is no part of the comparison.
    known = ~np.isnan(chance)
    held = known & (chance < terms.holdout) & ~any_of(assigned.critical & (found == status.CHOSEN), table.who)
    ties = np.where(known, scrambled(chance), np.arange(len(known)) / max(1, len(known)))[rows]

    options = options_of(assigned, rows, terms.lift, read, terms.payable)
    routes = _routes(assigned, rows, ties, terms)
    made, beyond = allocate_critical_first(assigned.priority[rows], options, routes, terms, ~held[rows], ties, critical)
    # Who is left alone would be followed up otherwise: not those below the cut-off.
    found[rows] = _OUTCOMES[np.where(held[rows] & ~made.intended, made.short_of, made.outcome)]

    taken = np.flatnonzero(made.chosen >= 0)
    column = made.chosen[taken]
    gain = options.best
    if options.gain is not None:
        gain[taken] = options.gain[taken, column]

    def spread(values: NDArray[Any], empty: Any, at: Codes) -> NDArray[Any]:
        """Return an array over all responses with values at some of them."""
        whole = np.full(len(found), empty, dtype=values.dtype)
        whole[at] = values
        return whole

    used = np.bincount(routes.owner[taken], options.hours[taken, column], len(routes.names))
    return FollowUpPlan(
        assigned,
        found,
        offers=spread(np.where(column == options.without, -1, column), -1, rows[taken]),
        owner=spread(routes.owner[taken], -1, rows[taken]),
        owners=routes.names,
        cost=spread(options.cost[taken, column], 0.0, rows[taken]),
        gain=spread(gain, np.nan, rows),
        holdout=held,
        intended=spread(made.intended, False, rows) & known,
        share=terms.holdout,
        limits=_limits(made, routes, used, terms.money, beyond),
        unasked=_unasked(assigned, rows[taken], terms),
        currency=terms.currency,
        language=terms.language,
        opted_out=opted_out,
        labels=labels,
        **presented,
    )


def _unasked(assigned: Assigned, rows: Codes, terms: Terms) -> tuple[str, ...]:
    """Return the offers that are not made because nobody spoke of money."""
    menus = (assigned.menus[menu] for menu in np.unique(assigned.menu[rows]))
    return tuple(sorted({o.name for menu in menus for o in menu.offers if not is_payable(o, terms.payable)}))


def _routes(assigned: Assigned, rows: Codes, ties: Floats, terms: Terms) -> Routes:
    """Return who answers each candidate."""
    teams = assigned.teams
    team = assigned.team[rows].astype(np.intp)
    if (team < 0).any():
        team, teams = np.where(team < 0, len(teams), team), (*teams, NO_TEAM)
    # Only where persons share the work does it matter who comes first.
    shared = isinstance(terms.capacity, Mapping)
    order = np.lexsort((ties, -assigned.priority[rows], ~assigned.critical[rows])) if shared else np.arange(len(rows))
    return route(teams, team, order, terms.capacity, terms.members)


def _limits(made: Allocation, routes: Routes, used: NDArray[Any], budget: float, beyond: Codes) -> Limits:
    """Return the limits by name, with what the plan makes of them."""
    if routes.hours is None:
        names: tuple[str, ...] = (status.EVERYBODY,)
        capacity, used = np.array([routes.together]), np.array([used.sum()])
    else:
        names, capacity = routes.names, routes.hours
    prices = np.full(len(names), np.nan) if made.price_of_hours is None else made.price_of_hours
    return Limits(
        budget=budget,
        spent=made.spent,
        capacity=dict(zip(names, capacity.tolist(), strict=True)),
        used=dict(zip(names, used.tolist(), strict=True)),
        value=_number(made.value),
        bound=_number(made.bound),
        price_of_money=_number(made.price_of_money),
        price_of_hours=dict(zip(names, prices.tolist(), strict=True)),
        method=made.method,
        beyond=dict(zip(names, beyond.tolist(), strict=True)),
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else value

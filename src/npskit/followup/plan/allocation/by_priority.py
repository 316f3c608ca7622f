"""Whom to answer under a budget and capacities when nobody knows what an answer is worth: by priority."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Bools, Codes, Floats
from npskit.errors import IncompatibleError
from npskit.followup.plan.allocation.by_value import Allocation
from npskit.followup.plan.allocation.problem import (
    flags,
    in_units,
    limit,
    limit_in_units,
    not_negative,
    owners_and_capacity,
    table,
    ties,
)


def allocate_by_priority(
    priority: ArrayLike,
    cost: ArrayLike,
    hours: ArrayLike | None = None,
    owner: ArrayLike | None = None,
    *,
    budget: float = math.inf,
    capacity: ArrayLike = math.inf,
    counted: ArrayLike | None = None,
    tie_break: ArrayLike | None = None,
) -> Allocation:
    """Walk down in order of priority until money and hours run out.

    Each candidate gets the first of its alternatives, in the order of the columns (the preferred one first, contact
    without an offer last). The first candidate whose hours do not fit closes its owner: nobody further down gets hours
    of that owner, other owners go on. The first whose money does not fit closes the budget: that candidate and
    everybody further down get their first alternative that costs nothing, if they have one. Nobody overtakes another
    in the same queue by being cheaper, and held-out candidates stand above the line by the same rule as treated ones,
    but for the treated one at the line itself who no longer fits.

    Args:
        priority: (n,) the higher the earlier; NaN for no candidate.
        cost: (n, K) or (n,) money, 0 or more; NaN where an alternative is not available.
        hours: Shape of `cost`; hours of the candidate's owner. None for none.
        owner: (n,) whole-number code of whose hours a candidate uses. None if there is one for all.
        budget: Money for all.
        capacity: (owners,) hours of each owner; a number for the same for each.
        counted: (n,) False for held-out candidates: they use nothing and are never chosen.
        tie_break: (n,) numbers that decide ties, the smaller first; the order of rows by default.

    Returns:
        The plan, without values, bound and prices. An alternative is never worth nothing here: outcome 1 means that
        there is no priority or no alternative.

    Raises:
        InvalidValueError: If a cost or hours are negative or infinite, hours missing, a limit negative, or an owner
            has no capacity.
        InvalidTypeError: If an argument is not of numbers, owners not whole numbers, `counted` not booleans.
        IncompatibleError: If shapes differ.

    Example:
        >>> plan = allocate_by_priority([10, 90, 50], [[5.0, 0.0]] * 3, hours=[[1.0, 1.0]] * 3, budget=7, capacity=2)
        >>> plan.chosen.tolist(), plan.spent, plan.hours_used.tolist()
        ([-1, 0, 1], 5.0, [2.0])
    """
    price = table("cost", cost)
    n = len(price)
    rank = np.asarray(priority, dtype=np.float64)
    if rank.shape != (n,):
        raise IncompatibleError(f"priority must have one number a candidate, {n}: got shape {rank.shape}")
    available = ~np.isnan(price) & ~np.isnan(rank)[:, None]
    money, money_scale = _units(not_negative("cost", price, available))
    time = np.zeros_like(price) if hours is None else table("hours", hours, price.shape)
    used, hours_scale = _units(not_negative("hours", time, available))
    codes, limits = owners_and_capacity(owner, capacity, n)
    counts = flags("counted", counted, n)
    order = np.lexsort((ties(tie_break, n), -rank))
    at_most = limit_in_units(limit("budget", budget), money_scale, math.inf)
    room = np.array([limit_in_units(float(c), hours_scale, math.inf) for c in limits])
    first, without = _first(available), _first(available & (money == 0))
    walk = _walk(first[order], without[order], money[order], used[order], codes[order], counts[order], at_most, room)
    line, why = np.full(n, -1, dtype=np.intp), np.ones(n, dtype=np.int8)
    line[order], why[order] = walk
    chosen = np.where(counts, line, -1)
    why[~counts] = 4
    return Allocation(
        chosen=chosen,
        intended=line >= 0,
        intended_offer=line,
        outcome=why,
        spent=float(_of(money, chosen).sum()) / money_scale,
        hours_used=np.bincount(codes, _of(used, chosen), minlength=len(room)) / hours_scale,
        value=None,
        bound=None,
        price_of_money=None,
        price_of_hours=None,
        method="priority",
    )


def _units(amounts: Floats) -> tuple[Floats, float]:
    """Return amounts in whole units and the units for one."""
    return in_units(amounts, float(amounts.max(axis=1, initial=0.0).sum()))


def _first(available: Bools) -> Codes:
    """Return the first available alternative of each candidate; -1 if there is none."""
    if not available.shape[1]:
        return np.full(len(available), -1, dtype=np.intp)
    return np.where(available.any(axis=1), np.argmax(available, axis=1), -1)


def _of(column: Floats, offer: Codes) -> Floats:
    """Return one alternative's entry for each candidate; 0 for none."""
    if not column.shape[1]:
        return np.zeros(len(offer))
    return np.where(offer >= 0, column[np.arange(len(offer)), offer], 0.0)


def _walk(
    first: Codes,
    without: Codes,
    money: Floats,
    hours: Floats,
    owner: Codes,
    counted: Bools,
    budget: float,
    capacity: Floats,
) -> tuple[Codes, NDArray[np.int8]]:
    """Return the alternative of each candidate, who stand in order, and the outcome."""
    # As if there were money for all: nobody before the place where it runs out notices the difference.
    reached = _within_hours(first, hours, owner, counted, capacity)
    spent = np.cumsum(np.where(reached & counted, _of(money, first), 0.0))
    closed = int(np.searchsorted(spent, budget, side="right"))
    offer = np.where(np.arange(len(first)) < closed, first, without)
    reached = _within_hours(offer, hours, owner, counted, capacity)
    why = np.where(first < 0, 1, np.where(offer < 0, 2, np.where(reached, 0, 3))).astype(np.int8)
    return np.where(reached, offer, -1), why


def _within_hours(offer: Codes, hours: Floats, owner: Codes, counted: Bools, capacity: Floats) -> Bools:
    """Return who has an alternative that comes before its owner is full, or needs no hours."""
    needed = _of(hours, offer)
    by_owner = np.argsort(owner, kind="stable")
    total = np.cumsum(np.where(counted, needed, 0.0)[by_owner])
    starts = np.searchsorted(owner[by_owner], np.arange(len(capacity)))
    stop = np.searchsorted(total, np.concatenate([[0.0], total])[starts] + capacity, side="right")
    before = np.empty(len(offer), dtype=bool)
    before[by_owner] = np.arange(len(offer)) < stop[owner[by_owner]]
    return np.asarray((offer >= 0) & (before | (needed == 0)), dtype=bool)

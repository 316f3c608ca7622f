"""Whom to answer under a budget and capacities when nobody knows what an answer is worth: by priority."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Bools, Codes
from npskit.followup.plan.allocation.by_value import Allocation, allocation
from npskit.followup.plan.allocation.problem import Problem, column, problem, table, ties


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
    in the same queue by being cheaper, and held-out candidates stand above the cut-off by the same rule as treated
    ones, but for the treated one at the cut-off itself who no longer fits.

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
    rank = column("priority", np.asarray(priority, dtype=np.float64), len(price), "number")
    place = np.empty(len(price), dtype=np.intp)
    place[np.lexsort((ties(tie_break, len(price)), -rank))] = np.arange(len(price))
    available = ~np.isnan(price) & ~np.isnan(rank)[:, None]
    task = problem(
        np.where(available, 1.0, np.nan),
        price,
        hours,
        owner,
        budget=budget,
        capacity=capacity,
        counted=counted,
        tie_break=place,
    )
    return allocation(task, *_walk(task), counted, len(price), "priority")


def _walk(task: Problem) -> tuple[Codes, Codes, NDArray[np.int8]]:
    """Return the alternative of each candidate, the same for everybody above the cut-off, and the outcome."""
    first, without = _first(task.value > 0), _first((task.value > 0) & (task.money == 0))
    # As if there were money for all: nobody before the place where it runs out notices the difference.
    reached = _within_hours(task, first)
    spent = np.cumsum(np.where(reached & task.counted, task.of(task.money, first), 0.0))
    closed = int(np.searchsorted(spent, task.budget, side="right"))
    offer = np.where(np.arange(task.size) < closed, first, without)
    reached = _within_hours(task, offer)
    above = np.where(reached, offer, -1)
    return np.where(task.counted, above, -1), above, np.where(offer < 0, 2, 3).astype(np.int8)


def _first(available: Bools) -> Codes:
    """Return the first available alternative of each candidate; -1 if there is none."""
    if not len(available):
        return np.full(available.shape[1], -1, dtype=np.intp)
    return np.where(available.any(axis=0), np.argmax(available, axis=0), -1)


def _within_hours(task: Problem, offer: Codes) -> Bools:
    """Return who has an alternative that comes before its owner is full, or needs no hours."""
    needed = task.of(task.hours, offer)
    by_owner = np.argsort(task.owner, kind="stable")
    owner = task.owner[by_owner]
    total = np.cumsum(np.where(task.counted, needed, 0.0)[by_owner])
    starts = np.searchsorted(owner, np.arange(len(task.capacity)))
    stop = np.searchsorted(total, np.concatenate([[0.0], total])[starts] + task.capacity, side="right")
    before = np.empty(len(offer), dtype=bool)
    before[by_owner] = np.arange(len(offer)) < stop[owner]
    return np.asarray((offer >= 0) & (before | (needed == 0)), dtype=bool)

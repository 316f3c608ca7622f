"""Which offer for whom, under a budget and the hours of those who answer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Codes, Frozen
from npskit.checks import one_of
from npskit.followup.plan.allocation.exact_allocation import exact
from npskit.followup.plan.allocation.greedy import greedy
from npskit.followup.plan.allocation.money_and_hours import GreedyPlan
from npskit.followup.plan.allocation.problem import Problem, problem
from npskit.options import PLAN_METHODS, PlanMethod

# Why a candidate is left out, in the order of the codes in `Allocation.outcome`.
OUTCOMES = ("chosen", "no_gain", "budget", "capacity", "held_out")


@attrs.frozen(eq=False)
class Allocation(Frozen):
    """Which alternative for whom; shapes are (n,) unless said otherwise.

    Attributes:
        chosen: Column of the alternative; -1 for nothing, and for all held-out candidates.
        intended: Whether the candidate stands above the cut-off, held out or not: the arms to compare.
        intended_offer: Column of the alternative at the cut-off; -1 for those below it.
        outcome: Index into `OUTCOMES`: 0 chosen, 1 nothing to gain, 2 the budget and 3 the capacity did not reach, 4
            held out (above the cut-off or not).
        short_of: The same index of what keeps a candidate below the cut-off, held out or not: 1, 2 or 3.
        spent: Money used.
        hours_used: (owners,) hours used.
        value: Value of the plan; None in a plan by priority.
        bound: No plan within the limits is worth more; None in a plan by priority.
        price_of_money: What one more unit of budget is worth; 0 if the budget is not used up, None by priority.
        price_of_hours: (owners,) what one more hour of each is worth; None by priority.
        method: `"greedy"`, `"exact"` or `"priority"`.
    """

    chosen: NDArray[np.intp]
    intended: NDArray[np.bool_]
    intended_offer: NDArray[np.intp]
    outcome: NDArray[np.int8]
    short_of: NDArray[np.int8]
    spent: float
    hours_used: NDArray[np.float64]
    method: str
    value: float | None = None
    bound: float | None = None
    price_of_money: float | None = None
    price_of_hours: NDArray[np.float64] | None = None

    @property
    def gap(self) -> float | None:
        """The most that the plan may be below the best one, as a share of the bound; None by priority."""
        if self.value is None or self.bound is None:
            return None
        return max(0.0, 1 - self.value / self.bound) if self.bound > 0 else 0.0


def allocate(
    value: ArrayLike,
    cost: ArrayLike,
    hours: ArrayLike | None = None,
    owner: ArrayLike | None = None,
    *,
    budget: float = math.inf,
    capacity: ArrayLike = math.inf,
    counted: ArrayLike | None = None,
    tie_break: ArrayLike | None = None,
    method: PlanMethod = "greedy",
) -> Allocation:
    """Choose for each candidate one alternative or nothing, for the greatest value within the limits.

    A multiple-choice knapsack. `"greedy"` is quick, never loses value when a limit is raised, and comes with a bound;
    `"exact"` finds the best plan, which may take long where several limits bind. Money and hours count to a millionth:
    uses are rounded up and limits down to it (to less for totals above a thousand million). Doing nothing is always
    possible and worth nothing; an alternative worth 0 or less is never chosen.

    Everyone above the cut-off of the greedy order is `intended`, whichever the method: treated and held-out candidates
    by the same rule, so that their later answers can be compared, but for the treated one at the cut-off itself who no
    longer fits: of n candidates the arms differ by one in n. Filling what is left of a limit from below the cut-off,
    and `"exact"`, may choose others as well.

    Args:
        value: (n, K) or (n,) expected value of each alternative, net of its cost; NaN where it is not available.
        cost: Shape of `value`; money, 0 or more.
        hours: Shape of `value`; hours of the candidate's owner. None for none.
        owner: (n,) whole-number code of whose hours a candidate uses. None if there is one for all.
        budget: Money for all.
        capacity: (owners,) hours of each owner; a number for the same for each.
        counted: (n,) False for held-out candidates: they use nothing and are never chosen.
        tie_break: (n,) numbers that decide ties, the smaller first; the order of rows by default. If they are distinct
            (a hash of the customer), the result does not depend on the order of rows.
        method: `"greedy"` or `"exact"`.

    Returns:
        The plan. For one limit `bound` is that of the linear relaxation (Dantzig, Operations Research 5 (1957),
        266-288; Sinha & Zoltners, Operations Research 27 (1979), 503-515), for several the smallest Lagrangian bound
        found.

    Raises:
        InvalidValueError: If a value is infinite, a cost or hours negative, infinite or missing, a limit negative, an
            owner has no capacity, or the method is unknown.
        InvalidTypeError: If an argument is not of numbers, owners not whole numbers, `counted` not booleans.
        IncompatibleError: If shapes differ.

    Example:
        >>> plan = allocate([[20.0, 30.0], [25.0, 26.0]], [[5.0, 9.0], [5.0, 40.0]], budget=12)
        >>> plan.chosen.tolist(), plan.value, plan.spent
        ([0, 0], 45.0, 10.0)
        >>> plan.bound, plan.price_of_money
        (50.0, 2.5)
    """
    one_of(method, PLAN_METHODS, "method")
    task = problem(value, cost, hours, owner, budget=budget, capacity=capacity, counted=counted, tie_break=tie_break)
    plan = greedy(task)
    offer = exact(task, plan) if method == "exact" else plan.offer
    prices = {
        "value": task.worth(offer),
        "bound": max(plan.bound.value, task.worth(offer)),
        "price_of_money": plan.bound.money * task.money_scale,
        "price_of_hours": plan.bound.hours * task.hours_scale,
    }
    return allocation(
        task, offer, plan.intended, _short_of(task, plan), counted, len(np.asarray(value)), method, prices
    )


def allocation(
    task: Problem,
    offer: Codes,
    above: Codes,
    short_of: NDArray[np.int8],
    counted: ArrayLike | None,
    n: int,
    method: str,
    prices: Mapping[str, Any] | None = None,
) -> Allocation:
    """Bring a plan back to the caller's rows and units; `short_of` is the outcome of those it leaves out."""
    chosen, intended = np.full(n, -1, dtype=np.intp), np.full(n, -1, dtype=np.intp)
    chosen[task.rows], intended[task.rows] = offer, above
    reasons = np.ones(n, dtype=np.int8)
    reasons[task.rows] = short_of
    outcome = np.where(chosen >= 0, np.int8(0), reasons)
    if counted is not None:
        outcome[~np.asarray(counted)] = 4
    money, used = task.used(offer)
    return Allocation(
        chosen=chosen,
        intended=intended >= 0,
        intended_offer=intended,
        outcome=outcome,
        short_of=reasons,
        spent=money / task.money_scale,
        hours_used=used / task.hours_scale,
        method=method,
        **(prices or {}),
    )


def _short_of(task: Problem, plan: GreedyPlan) -> NDArray[np.int8]:
    """Return 2 or 3 for each candidate: whether money or hours cost more of its best alternative, at their prices."""
    if not task.size:
        return np.zeros(0, dtype=np.int8)
    price = plan.bound.hours[task.owner]
    with np.errstate(invalid="ignore"):
        best = np.argmax(task.value - plan.bound.money * task.money - price * task.hours, axis=0)
    money, hours = plan.bound.money * task.of(task.money, best), price * task.of(task.hours, best)
    # Where neither has a price, it is the limit there is.
    by_hours = (hours > money) | ((hours == money) & math.isinf(task.budget))
    return np.where(by_hours, 3, 2).astype(np.int8)

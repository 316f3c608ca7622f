"""The order of upgrades, and upper bounds from the relaxation in which a candidate may be taken in part.

The alternatives of one candidate that matter to the relaxation are those on the upper convex hull of value over
weight; going from one to the next is an upgrade, and upgrades are taken by value per weight (Sinha & Zoltners, "The
multiple-choice knapsack problem", Operations Research 27 (1979), 503-515, sections 1 and 2).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from npskit.arrays import Bools, Codes, Floats
from npskit.followup.plan.allocation.problem import Problem


class Upgrades(NamedTuple):
    """Steps from one alternative to a better one; a candidate's first step before its second.

    Attributes:
        row: (m,) candidate.
        offer: (m,) alternative after the step.
        before: (m,) alternative before it; -1 for nothing.
        gain: (m,) value gained, above 0.
        slope: (m,) gain per weight, never rising within a candidate; infinite where the step is free.
    """

    row: Codes
    offer: Codes
    before: Codes
    gain: Floats
    slope: Floats

    def change(self, column: Floats) -> Floats:
        """Return by how much each step changes `column`, shape (K, n)."""
        flat, n = column.ravel(), column.shape[1]
        change: Floats = flat.take(self.offer * n + self.row)
        # First steps come first, and start from nothing.
        later = np.flatnonzero(self.before >= 0)
        change[later] -= flat.take(self.before[later] * n + self.row[later])
        return change

    def plan(self, taken: Bools, n: int) -> Codes:
        """Return the alternative of each candidate once the steps `taken` are done; -1 for nothing."""
        offer = np.full(n, -1, dtype=np.intp)
        # Later steps stand later, and the last assignment to a row is the one that stays.
        offer[self.row[taken]] = self.offer[taken]
        return offer


def upgrades(value: Floats, weight: Floats) -> Upgrades:
    """Return the steps along the upper convex hulls of value over weight; both (K, n), value -inf if not available.

    Somebody has to have an alternative of a value above 0.
    """
    offers, n = value.shape
    rows = np.arange(n)
    at_value, at_weight = np.zeros(n), np.zeros(n)
    before, last = np.full(n, -1, dtype=np.intp), np.full(n, np.inf)
    steps: list[Upgrades] = []
    most = value.max(axis=0)
    for _ in range(offers):
        best, gain, slope = _steepest(value, weight, rows, at_value, at_weight)
        on = np.flatnonzero(best >= 0)
        if not len(on):
            break
        rows, best, before = rows.take(on), best.take(on), before.take(on)
        last = np.minimum(slope.take(on), last.take(on))
        steps.append(Upgrades(rows, best, before, gain.take(on), last))
        before, flat = best, best * n + rows
        at_value = value.take(flat)
        # Whoever has the best alternative already needs not be looked at again.
        on = np.flatnonzero(most.take(rows) > at_value)
        if not len(on):
            break
        if len(on) < len(rows):
            rows, before, flat = rows.take(on), before.take(on), flat.take(on)
            last, at_value = last.take(on), at_value.take(on)
        at_weight = weight.take(flat)
    return Upgrades(*(np.concatenate(parts) for parts in zip(*steps, strict=True)))


def _steepest(
    value: Floats, weight: Floats, rows: Codes, at_value: Floats, at_weight: Floats
) -> tuple[Codes, Floats, Floats]:
    """Return for each row the alternative with the most value per weight from where it is, the gain and the slope."""
    best = np.full(len(rows), -1, dtype=np.intp)
    best_gain, best_slope = np.zeros(len(rows)), np.zeros(len(rows))
    everyone = len(rows) == value.shape[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        for k in range(len(value)):
            gain = (value[k] if everyone else value[k].take(rows)) - at_value
            slope = gain / ((weight[k] if everyone else weight[k].take(rows)) - at_weight)
            better = (gain > 0) & ((slope > best_slope) | ((slope == best_slope) & (gain > best_gain)))
            np.copyto(best, k, where=better)
            np.copyto(best_gain, gain, where=better)
            np.copyto(best_slope, slope, where=better)
    return best, best_gain, best_slope


class UpperBound(NamedTuple):
    """An upper bound on the value of any plan within the limits, and the prices that prove it, per whole unit."""

    value: float
    money: float
    hours: Floats


def priced(task: Problem, money: float, hours: Floats) -> tuple[Floats, Codes]:
    """Return each candidate's best value less what it uses at these prices, and that alternative; 0 and -1 for none."""
    best, offer = np.zeros(task.size), np.full(task.size, -1, dtype=np.intp)
    price = hours[task.owner]
    for k in range(len(task.value)):
        net = task.value[k] - money * task.money[k] - price * task.hours[k]
        better = net > best
        np.copyto(offer, k, where=better)
        np.copyto(best, net, where=better)
    return best, offer


class _Cut(NamedTuple):
    """The dual function at one set of prices: by owner, its value and what is used there."""

    net: Floats
    money: Floats
    hours: Floats


def _cut(task: Problem, money: float, hours: Floats) -> _Cut:
    """Return the dual's value by owner and its slopes."""
    best, offer = priced(task, money, hours)
    size = len(task.capacity)
    amounts = (best, task.of(task.money, offer), task.of(task.hours, offer))
    return _Cut(*(np.bincount(task.owner, a, minlength=size).astype(np.float64) for a in amounts))


# The dual is searched on a sample of this size first: nearly the same prices for a fraction of the work.
SAMPLE = 20_000
SAMPLE_STEPS = 150
FULL_STEPS = 4


def lagrangian_bound(task: Problem) -> UpperBound:
    """Return the smallest Lagrangian bound found for counted candidates under money and hours limits.

    For any prices p, q >= 0 no plan within the limits is worth more than p B + sum of q_o C_o + the sum over candidates
    of the most that an alternative is worth net of its price (weak duality: Fisher, "The Lagrangian relaxation method
    for solving integer programming problems", Management Science 27 (1981), 1-18, section 2). The prices are improved
    by Kelley's cutting planes, a plane for each owner (Kelley, SIAM Journal 8 (1960), 703-712); stopping early costs
    tightness, never validity.
    """
    task = task.take(task.counted)
    start = (0.0, np.zeros(len(task.capacity)))
    if task.size > 2 * SAMPLE:
        part = slice(None, None, math.ceil(task.size / SAMPLE))
        sample = task.take(part)
        share = sample.size / task.size
        fewer = sample.capacity * share
        start = _kelley(sample.take(slice(None), capacity=fewer), sample.budget * share, start, SAMPLE_STEPS, 1e-6)[1:]
        return _kelley(task, task.budget, start, FULL_STEPS, 1e-6, near=1.25)
    return _kelley(task, task.budget, start, SAMPLE_STEPS, 1e-9)


def _kelley(
    task: Problem, budget: float, start: tuple[float, Floats], steps: int, tolerance: float, near: float | None = None
) -> UpperBound:
    """Minimize the dual from `start` by cutting planes; `near` keeps prices within that factor of the start."""
    owners = len(task.capacity)
    money_limited, hours_limited = budget < np.inf, task.capacity < np.inf
    steepest = _highest_prices(task)
    low, high = np.zeros(owners + 1), np.where(np.append(money_limited, hours_limited), steepest, 0.0)
    if near is not None:
        first = np.append(start[0], start[1])
        low, high = first / near, np.minimum(high, first * near + 1e-3 * high)
    limits = np.where(np.append(money_limited, hours_limited), np.append(budget, task.capacity), 0.0)
    prices = np.clip(np.append(start[0], start[1]), low, high)
    cuts: list[tuple[Floats, _Cut]] = []
    best = UpperBound(math.inf, 0.0, np.zeros(owners))
    for _ in range(steps):
        cut = _cut(task, prices[0], prices[1:])
        value = float(limits @ prices + cut.net.sum())
        if value < best.value:
            best = UpperBound(value, float(prices[0]), prices[1:].copy())
        cuts.append((prices, cut))
        prices, floor = _master(limits, cuts, low, high)
        if best.value - floor <= tolerance * max(best.value, 1e-300):
            break
    return best


def _highest_prices(task: Problem) -> Floats:
    """Return prices of money and of each owner's hours above which nobody would use any."""
    with np.errstate(divide="ignore", invalid="ignore"):
        per_money = np.where(task.money > 0, task.value / task.money, 0.0)
        per_hour = np.where(task.hours > 0, task.value / task.hours, 0.0).max(axis=0, initial=0.0)
    hours = np.zeros(len(task.capacity))
    np.maximum.at(hours, task.owner, per_hour)
    return np.append(per_money.max(initial=0.0), hours)


def _master(limits: Floats, cuts: list[tuple[Floats, _Cut]], low: Floats, high: Floats) -> tuple[Floats, float]:
    """Return the prices that minimize the dual's cutting planes, and that minimum: a floor under the dual."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    owners = len(limits) - 1
    # Prices are scaled to 0..1: a unit is a millionth, so that plain prices would be lost in the solver's tolerances.
    size = np.where(high > 0, high, 1.0)
    money = np.concatenate([-cut.money * size[0] for _, cut in cuts])
    hours = np.concatenate([-cut.hours * size[1:] for _, cut in cuts])
    right = np.concatenate([-cut.net - cut.money * at[0] - cut.hours * at[1:] for at, cut in cuts])
    count, one = len(money), np.tile(np.arange(owners), len(cuts))
    scale = max(1.0, float(np.abs(right).max()))
    rows = np.tile(np.arange(count), 3)
    columns = np.concatenate([np.zeros(count, dtype=np.intp), 1 + one, 1 + owners + one])
    entries = np.concatenate([money / scale, hours / scale, -np.ones(count)])
    planes = csr_array((entries, (rows, columns)), shape=(count, 1 + 2 * owners))
    bounds = [*zip(low / size, high / size, strict=True), *[(0.0, None)] * owners]
    goal = np.append(limits * size / scale, np.ones(owners))
    # The solver takes sparse matrices, its stubs do not say so.
    found = linprog(goal, A_ub=planes, b_ub=right / scale, bounds=bounds)  # type: ignore[call-overload]
    if not found.success:
        return cuts[-1][0], math.inf
    return np.clip(found.x[: owners + 1] * size, low, high), float(found.fun * scale)

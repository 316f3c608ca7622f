"""Greedy plans under limits of money and of hours together, that never lose value when one of them is raised.

Candidates are divided into groups (an owner's, or a fixed part of an owner's with the same part of
the hours), by what they are and never by the limits. In each group, for each of a fixed family of exchange rates
between money and hours (and, of few candidates, of ceilings above which an alternative is passed over, so that one that
no limit leaves room for does not stand in the way of all others), upgrades are taken in order of value per weight up to
the first that breaks a limit; f(b), the best over the family, cannot fall in the group's money b or in its hours. The
plan is the best of all divisions of the budget in which every group but the last gets a multiple of a unit. Units are
powers of two: the finest one with few enough multiples in the budget contains the coarser ones, and each finer one
divides as much as that many multiples reach (left out where a bound at that smaller budget shows that it cannot be
better). A maximum over a set of divisions that only grows with the budget, of sums that only grow with the hours, never
falls in either.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import attrs
import numpy as np

from npskit.arrays import Bools, Codes, Floats, Frozen, cores
from npskit.followup.plan.allocation.problem import Problem
from npskit.followup.plan.allocation.relaxation import Upgrades, UpperBound, lagrangian_bound, upgrades

# Two kinds of limits: so many parts of the budget at least, so many groups, and so many candidates in a divided group.
UNITS = 2048
GROUPS = 16
MIN_GROUP = 2000
# Exchange rates between money and hours, in terms of their means: powers of two up to 2^SPAN, denser in the middle, and
# as many as keep the work within a number of steps.
SPAN = 6.0
RATES = 13
MOST_RATES = 33
MOST_STEPS = 2_000_000
# From so many candidates on groups are looked at side by side.
THREADED = 100_000
# Up to so many candidates also pass over the dearest alternatives: above the highest, halved so many times, or above 0.
FEW_CANDIDATES = 2000
HALVINGS = 6
CEILING_RATES = 3


class GreedyPlan(NamedTuple):
    """A plan within the limits: (n,) alternatives, -1 for nothing; those of everybody above the cut-off; a bound."""

    offer: Codes
    intended: Codes
    bound: UpperBound


class Rate(NamedTuple):
    """Weights of money and hours, and the most of either that an alternative may use."""

    money: float
    hours: float
    most_money: float = math.inf
    most_hours: float = math.inf

    def passes(self, task: Problem) -> Bools:
        """Return which alternatives are not above a ceiling, (K, n)."""
        return np.asarray((task.money <= self.most_money) & (task.hours <= self.most_hours), dtype=bool)

    def leaves_any(self, task: Problem) -> bool:
        """Whether there is anything to choose at it."""
        return self.most_money == self.most_hours == math.inf or bool((self.passes(task) & (task.value > 0)).any())


@attrs.frozen(eq=False)
class _Group(Frozen):
    """Some of one owner's candidates with their part of the hours."""

    rows: Codes
    task: Problem
    hours: float
    rates: list[Rate]


class _GreedyPath(NamedTuple):
    """Upgrades at one exchange rate, in order, and how far the money of counted ones leads."""

    steps: Upgrades
    order: Codes
    money: Floats
    value: Floats
    stop: int

    def reach(self, budget: Floats) -> Codes:
        """Return how many steps are within each budget and within the hours."""
        return np.minimum(np.searchsorted(self.money, budget, side="right"), self.stop)


def two_limits(task: Problem) -> GreedyPlan:
    """Return the plan under a budget and capacities; see the module's text for why it never falls in either."""
    bound = lagrangian_bound(task)
    groups = _groups(task)
    if math.isinf(task.budget):
        _, best = _curves(groups, [np.array([math.inf])] * len(groups))
        shares, which = [math.inf] * len(groups), [int(b[0]) for b in best]
    else:
        _, shares, which, _ = _divide(task, groups, bound)
    offer, above = np.full(task.size, -1, dtype=np.intp), np.full(task.size, -1, dtype=np.intp)
    for group, share, rate in zip(groups, shares, which, strict=True):
        path = _path(group, group.rates[rate])
        reach = int(path.reach(np.array([share]))[0])
        taken = np.zeros(len(path.order), dtype=bool)
        taken[path.order[:reach]] = True
        above[group.rows] = path.steps.plan(taken, len(group.rows))
    offer = np.where(task.counted, above, -1)
    return GreedyPlan(offer, above, bound)


def _groups(task: Problem) -> list[_Group]:
    """Divide the candidates by owner, and large owners into equal parts, whatever the limits are."""
    owners = len(task.capacity)
    parts = max(1, min(-(-GROUPS // owners), task.size // (owners * MIN_GROUP)))
    by_owner = np.argsort(task.owner, kind="stable")
    ends = np.cumsum(np.bincount(task.owner, minlength=owners))
    groups = []
    for o, rows in enumerate(np.split(by_owner, ends[:-1])):
        # A part of whole units, rounded down.
        hours = np.floor(task.capacity[o] / parts)
        for part in range(parts):
            some = rows[part::parts]
            # Of a single owner the rows are in their order: a stride is copied quicker than places looked up.
            taken = task.take(slice(part, None, parts) if owners == 1 else some)
            rates = [rate for rate in _rates(task, part / parts) if rate.leaves_any(taken)]
            groups.append(_Group(some, taken, float(hours), rates))
    return [g for g in groups if len(g.rows)]


def _rates(task: Problem, shift: float) -> list[Rate]:
    """Return the weights of money and hours in a family of exchange rates; `shift` moves it by part of a step.

    With other rates in each part of an owner, their mixtures come nearer to using up both limits.
    """
    count = int(np.clip(MOST_STEPS // task.size, RATES, MOST_RATES))
    places = 2 * (np.arange(count) + shift) / (count - 1 + (shift > 0)) - 1
    powers = SPAN * np.sign(places) * np.abs(places) ** 1.5
    money, hours = float(task.money.sum()), float(task.hours.sum())
    rates = [Rate(float(2.0 ** (p / 2)) / money, float(2.0 ** (-p / 2)) / hours) for p in powers]
    if task.size > FEW_CANDIDATES:
        return rates
    parts = [*(0.5**j for j in range(1, HALVINGS + 1)), 0.0]
    money_ceilings, hours_ceilings = ([most * part for part in parts] for most in (task.money.max(), task.hours.max()))
    ceilings = [(m, math.inf) for m in money_ceilings] + [(math.inf, h) for h in hours_ceilings]
    ceilings += zip(money_ceilings, hours_ceilings, strict=True)
    few = rates[:: (count - 1) // (CEILING_RATES - 1)]
    return rates + [Rate(rate.money, rate.hours, *ceiling) for ceiling in ceilings for rate in few]


def _path(group: _Group, rate: Rate) -> _GreedyPath:
    """Order the upgrades of a group by value per weight at one exchange rate."""
    task = group.task
    value = task.value
    if min(rate.most_money, rate.most_hours) < math.inf:
        value = np.where(rate.passes(task), value, -math.inf)
    steps = upgrades(value, rate.money * task.money + rate.hours * task.hours)
    order = _coarse_order(steps.slope)
    counted = task.counted[steps.row]
    money = np.cumsum(np.where(counted, steps.change(task.money), 0.0)[order])
    hours = np.cumsum(np.where(counted, steps.change(task.hours), 0.0)[order])
    # A step may exchange hours for money: all the steps before a place have to fit as well.
    stop = int(np.searchsorted(np.maximum.accumulate(hours), group.hours, side="right"))
    total = np.concatenate([[0.0], np.cumsum(np.where(counted, steps.gain, 0.0)[order])])
    return _GreedyPath(steps, order, np.maximum.accumulate(money), total, stop)


def _coarse_order(slope: Floats) -> Codes:
    """Return the order by falling slope; long ones to within half a percent, which a radix sort does quickly."""
    if len(slope) < 5_000:
        return np.argsort(-slope, kind="stable")
    # The leading bits of a positive float32 are in the order of the numbers.
    with np.errstate(over="ignore"):
        bits = slope.astype(np.float32).view(np.uint32) >> np.uint32(15)
    return np.argsort(np.uint16(65535) - bits.astype(np.uint16), kind="stable")


def _curves(groups: list[_Group], budgets: list[Floats]) -> tuple[list[Floats], list[Codes]]:
    """Return for each group its best value at its budgets, and the exchange rate of each."""
    if sum(len(group.rows) for group in groups) < THREADED:
        found = list(map(_curve, groups, budgets))
    else:
        from concurrent.futures import ThreadPoolExecutor

        # numpy lets go of the interpreter while it works on arrays of this size
        with ThreadPoolExecutor(cores()) as pool:
            found = list(pool.map(_curve, groups, budgets))
    return [value for value, _ in found], [best for _, best in found]


def _curve(group: _Group, budgets: Floats) -> tuple[Floats, Codes]:
    """Return the best value of one group at its budgets, and the exchange rate of each."""
    value, best = np.full(len(budgets), -1.0), np.zeros(len(budgets), dtype=np.intp)
    for r, rate in enumerate(group.rates):
        path = _path(group, rate)
        reached = path.value[path.reach(budgets)]
        better = reached > value
        value[better], best[better] = reached[better], r
    return value, best


class _Division(NamedTuple):
    """The best division found: value, each group's share of the budget and its exchange rate.

    No division of less money by a finer unit is worth more than `ceiling`.
    """

    value: float
    shares: list[float]
    rates: list[int]
    ceiling: float


def _divide(task: Problem, groups: list[_Group], bound: UpperBound) -> _Division:
    """Return the best of all divisions of the budget, by every unit that could be better."""
    unit, budget = 2.0 ** max(0, math.ceil(math.log2(max(task.budget, 1.0) / UNITS))), task.budget
    best = finest = _divide_by(groups, budget, unit)
    while unit > 1 and len(groups) > 1 and finest.ceiling > best.value:
        unit /= 2
        # The multiples of a finer unit reach this far.
        less = UNITS * unit
        if bound.value - bound.money * (budget - less) > best.value:
            bound, budget = lagrangian_bound(attrs.evolve(task, budget=less)), less
        if bound.value - bound.money * (budget - less) <= best.value:
            break
        finest = _divide_by(groups, less, unit)
        best = max(best, finest, key=lambda found: found.value)
    return best


def _divide_by(groups: list[_Group], budget: float, unit: float) -> _Division:
    """Return the best division of `budget` in which every group but the last gets a multiple of `unit`."""
    steps: Floats = np.arange(int(budget // unit) + 1, dtype=np.float64) * unit
    if len(groups) == 1:
        steps = steps[:1]
    rest = np.asarray(budget - steps, dtype=np.float64)
    curves, which = _curves(groups, [steps] * (len(groups) - 1) + [rest])
    ceiling = sum(float(curve[-1]) for curve in curves[:-1]) + float(curves[-1][0])
    sums = [np.zeros(len(steps))]
    for curve in curves[:-1]:
        sums.append(_best_sums(sums[-1], curve))
    at = int(np.argmax(sums[-1] + curves[-1]))
    value = float(sums[-1][at] + curves[-1][at])
    shares, rates = [budget - float(steps[at])], [int(which[-1][at])]
    for g in range(len(groups) - 2, -1, -1):
        split = int(np.argmax(sums[g][: at + 1] + curves[g][at::-1]))
        shares.insert(0, float(steps[at - split]))
        rates.insert(0, int(which[g][at - split]))
        at = split
    return _Division(value, shares, rates, ceiling)


def _best_sums(left: Floats, right: Floats) -> Floats:
    """Return for each k the greatest of left[j] + right[k - j]."""
    best: Floats = left + right[0]
    for j in range(1, len(right)):
        np.maximum(best[j:], left[: len(left) - j] + right[j], out=best[j:])
    return best

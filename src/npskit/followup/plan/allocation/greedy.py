"""Greedy plans that never lose value when a limit is raised.

One limit, of money or of each owner's hours. Upgrades are taken in order of value per weight up to the first that does
not fit; the rest r of the limit is then filled with later upgrades. Within one stopping place the filling is the best
of families that do not depend on r, so it never falls in r. From one stopping place to the next: by the relaxation no
plan is worth more than the prefix plus r times the slope of the step that did not fit, and as r is less than that
step's weight, that is less than the next prefix. So the value never falls in the limit.
"""

from __future__ import annotations

import math

import numpy as np

from npskit.arrays import Codes, Floats
from npskit.followup.plan.allocation.money_and_hours import GreedyPlan, two_limits
from npskit.followup.plan.allocation.problem import Problem
from npskit.followup.plan.allocation.relaxation import UpperBound, upgrades

# How many of the next candidates the rest of a limit is filled from, and the parts the blocked step is cut into.
WINDOW = 48
PARTS = 128
# With at most so many owners, what is left of each one's hours is filled.
FEW_OWNERS = 64


def greedy(task: Problem) -> GreedyPlan:
    """Return the greedy plan, everyone above its cut-off, and the bound."""
    owners = len(task.capacity)
    if math.isinf(task.budget) and np.isinf(task.capacity).all():
        every = np.argmax(task.value, axis=0) if task.size else np.zeros(0, dtype=np.intp)
        nothing = UpperBound(task.worth(every), 0.0, np.zeros(owners))
        return GreedyPlan(np.where(task.counted, every, -1), every, nothing)
    if not task.uses_hours:
        offer, above, value, price = one_limit(
            task, task.money, np.zeros(task.size, dtype=np.intp), np.array([task.budget])
        )
        return GreedyPlan(offer, above, UpperBound(value, float(price[0]), np.zeros(owners)))
    if not task.uses_money:
        offer, above, value, price = one_limit(task, task.hours, task.owner, task.capacity)
        return GreedyPlan(offer, above, UpperBound(value, 0.0, price))
    return two_limits(task)


def one_limit(task: Problem, weight: Floats, group: Codes, limits: Floats) -> tuple[Codes, Codes, float, Floats]:
    """Return the plan, everyone above the cut-off, the bound of the relaxation and the price in each group."""
    steps = upgrades(task.value, weight)
    place, counted = group[steps.row], task.counted[steps.row]
    order = np.lexsort((-steps.slope, place)) if len(limits) > 1 else np.argsort(-steps.slope, kind="stable")
    used = np.where(counted, steps.change(weight), 0.0)[order]
    total = np.cumsum(used)
    ends = np.cumsum(np.bincount(place, minlength=len(limits)))
    starts = ends - np.diff(ends, prepend=0)
    base = np.concatenate([[0.0], total])[starts]
    # Whole numbers below 2^52: the sums and differences are exact.
    stop = np.minimum(np.searchsorted(total, base + limits, side="right"), ends)
    within = np.zeros(len(order), dtype=bool)
    within[order] = np.arange(len(order)) < stop[place[order]]
    above = steps.plan(within, task.size)
    offer = np.where(task.counted, above, -1)
    price, rest, blocked = np.zeros(len(limits)), np.zeros(len(limits)), np.zeros(len(limits))
    short = np.flatnonzero(stop < ends)
    price[short] = steps.slope[order[stop[short]]]
    rest[short] = base[short] + limits[short] - np.concatenate([[0.0], total])[stop[short]]
    blocked[short] = used[stop[short]]
    bound = task.worth(offer) + float(price @ rest)
    for g in short.tolist() if len(limits) <= FEW_OWNERS else []:
        later = order[stop[g] : ends[g]]
        rows = steps.row[later[counted[later]][: 4 * WINDOW]]
        nearest = np.array([*dict.fromkeys(rows.tolist())][:WINDOW], dtype=np.intp)
        everyone = np.flatnonzero(task.counted & (group == g)) if len(limits) > 1 else np.flatnonzero(task.counted)
        _fill(task, weight, offer, everyone, nearest, rest[g], blocked[g])
    return offer, above, bound, price


def _fill(
    task: Problem, weight: Floats, offer: Codes, everyone: Codes, nearest: Codes, rest: float, blocked: float
) -> None:
    """Fill the rest of a limit, in place: the better of the best single upgrade and a knapsack of the nearest ones."""
    now = offer[everyone]
    value = np.where(now >= 0, task.value[now, everyone], 0.0)
    used = np.where(now >= 0, weight[now, everyone], 0.0)
    gain = task.value[:, everyone] - value
    gain[weight[:, everyone] - used > rest] = -np.inf
    flat = int(np.argmax(gain))
    single = float(gain.flat[flat])
    chosen = _small_knapsack(task, weight, offer, nearest, int(rest), int(blocked))
    together = sum(gain for _, _, gain in chosen)
    if together > single:
        for row, k, _ in chosen:
            offer[row] = k
    elif single > 0:
        k, column = divmod(flat, len(everyone))
        offer[everyone[column]] = k


def _small_knapsack(
    task: Problem, weight: Floats, offer: Codes, rows: Codes, rest: int, blocked: int
) -> list[tuple[int, int, float]]:
    """Return (candidate, alternative, gain) of the best upgrades with weights rounded up to parts of `blocked`."""
    room = rest * PARTS // blocked
    best = np.zeros(room + 1)
    choices = np.full((len(rows), room + 1), -1, dtype=np.intp)
    costs, gains = np.zeros((len(rows), len(weight)), dtype=np.intp), np.zeros((len(rows), len(weight)))
    for i, row in enumerate(rows.tolist()):
        now = int(offer[row])
        held, had = (task.value[now, row], weight[now, row]) if now >= 0 else (0.0, 0.0)
        before = best.copy()
        for k in range(len(weight)):
            gains[i, k] = gain = task.value[k, row] - held
            costs[i, k] = cost = -(-max(0, int(weight[k, row] - had)) * PARTS // blocked)
            if gain > 0 and cost <= room:
                with_it = before[: room + 1 - cost] + gain
                better = with_it > best[cost:]
                best[cost:][better] = with_it[better]
                choices[i, cost:][better] = k
    chosen, left = [], room
    for i in range(len(rows) - 1, -1, -1):
        k = int(choices[i, left])
        if k >= 0:
            chosen.append((int(rows[i]), k, float(gains[i, k])))
            left -= int(costs[i, k])
    return chosen

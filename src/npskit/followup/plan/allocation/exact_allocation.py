"""The best plan there is: what the bound settles is settled, and HiGHS decides the rest."""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Iterator

import numpy as np

from npskit.arrays import Bools, Codes, Floats
from npskit.followup.plan.allocation.money_and_hours import GreedyPlan
from npskit.followup.plan.allocation.problem import Problem
from npskit.followup.plan.allocation.relaxation import UpperBound

# The solver keeps limits to within a tolerance; a plan keeps them exactly, if need be by a second try with less room.
TRIES = 5


def exact(task: Problem, start: GreedyPlan) -> Codes:
    """Return the alternatives of a plan of the greatest value; never below that of `start`.

    An alternative whose value net of the bound's prices is further below its candidate's best than the bound is above
    `start` is in no better plan (reduced-cost fixing: Dantzig, Fulkerson & Johnson, Operations Research 2 (1954),
    393-410). The rest is a mixed-integer program, solved to a gap of zero.
    """
    every = task.take(task.counted)
    known = start.offer[task.counted]
    found = start.offer.copy()
    found[task.counted] = _better(every, known, start.bound)
    return found


def _better(task: Problem, known: Codes, bound: UpperBound) -> Codes:
    """Return the best plan for candidates who all count; `known` if there is no better one."""
    room = bound.value - task.worth(known)
    if room <= 1e-12 * max(1.0, abs(bound.value)):
        return known
    open_, nothing = _open(task, bound, room + 1e-9 * max(1.0, abs(bound.value)))
    # One alternative left, or only doing nothing: settled.
    settled = open_.sum(axis=0) + nothing <= 1
    fixed = np.where(settled & ~nothing, np.argmax(open_, axis=0), -1)
    money, hours = task.used(fixed)
    budget, capacity = task.budget - money, task.capacity - hours
    rest = task.take(~settled)
    best, most = known, task.worth(known)
    for _ in range(TRIES):
        offer = _solve(rest, open_[:, ~settled], nothing[~settled], budget, capacity)
        if offer is None:
            break
        plan = fixed.copy()
        plan[~settled] = offer
        if task.fits(plan):
            if task.worth(plan) > most:
                best = plan
            break
        over_money, over_hours = task.used(plan)
        budget -= max(0.0, over_money - task.budget)
        capacity = capacity - np.maximum(0.0, over_hours - task.capacity)
    return best


def _open(task: Problem, bound: UpperBound, room: float) -> tuple[Bools, Bools]:
    """Return which alternatives, (K, n), and for whom doing nothing, (n,), may still be in a better plan."""
    net = task.value - bound.money * task.money - bound.hours[task.owner] * task.hours
    best = np.maximum(net.max(axis=0, initial=-np.inf), 0.0)
    return net >= best - room, best <= room


def _flush() -> None:
    """Write out what libraries in C have printed and still hold."""
    if os.name == "posix":
        ctypes.CDLL(None).fflush(None)


@contextlib.contextmanager
def _nothing_printed() -> Iterator[None]:
    """Keep what the solver prints by itself out of standard output, which may be somebody's JSON."""
    try:
        own = os.dup(1)
    except OSError:  # there is no standard output
        yield
        return
    _flush()
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
        yield
    finally:
        _flush()
        os.dup2(own, 1)
        os.close(own)


def _solve(task: Problem, open_: Bools, nothing: Bools, budget: float, capacity: Floats) -> Codes | None:
    """Return the alternatives of the best plan among the open ones; None if the solver finds none."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, vstack

    if not task.size:
        return np.zeros(0, dtype=np.intp)
    offer, row = np.nonzero(open_)
    count = len(row)
    column = np.arange(count)
    limits = np.concatenate([[budget], capacity])
    weights = vstack(
        [
            csr_array((task.money[offer, row], (np.zeros(count, dtype=np.intp), column)), shape=(1, count)),
            csr_array((task.hours[offer, row], (task.owner[row], column)), shape=(len(capacity), count)),
        ]
    ).tocsr()
    limited = np.isfinite(limits)
    one_each = csr_array((np.ones(count), (row, column)), shape=(task.size, count))
    constraints = [LinearConstraint(one_each, np.where(nothing, 0.0, 1.0), np.ones(task.size))]
    if limited.any():
        # Whole units are a millionth: rows are scaled so that the solver's tolerance is small beside what is used.
        scale = np.maximum(1.0, abs(weights[limited]).max(axis=1).toarray().ravel())
        scaled = weights[limited].multiply(1 / scale[:, None]).tocsr()
        constraints.append(LinearConstraint(scaled, -np.inf, limits[limited] / scale))
    with _nothing_printed():
        result = milp(
            -task.value[offer, row],
            integrality=np.ones(count, dtype=np.int8),
            bounds=Bounds(0, 1),
            constraints=constraints,
            options={"mip_rel_gap": 0.0},
        )
    if result.x is None:
        return None
    plan = np.full(task.size, -1, dtype=np.intp)
    taken = result.x > 0.5
    plan[row[taken]] = offer[taken]
    return plan

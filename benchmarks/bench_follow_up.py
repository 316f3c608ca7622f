"""Following up: plans under limits beside a plain mixed-integer program, arms by customer, closed-loop figures."""

from __future__ import annotations

import io
import random
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from benchmarks.harness import US, Case, Run, check
from npskit.arrays import Floats
from npskit.followup.cases.loop import closed_loop
from npskit.followup.plan.allocation.by_priority import allocate_by_priority
from npskit.followup.plan.allocation.by_value import allocate
from npskit.followup.plan.holdout import uniform
from npskit.survey import Survey

if TYPE_CHECKING:  # only bench runs have it
    from pytest_benchmark.fixture import BenchmarkFixture


def _candidates(n: int) -> tuple[Floats, Floats, Floats, NDArray[np.int64], Floats]:
    """Three alternatives each, the first without an offer: values, money, hours, five owners, hashes."""
    rng = np.random.default_rng(20260401)
    cost = np.concatenate([np.zeros((n, 1)), rng.uniform(2, 20, (n, 2)).cumsum(axis=1)], axis=1).round(2)
    lift = rng.uniform(0.02, 0.15, (n, 1)) + rng.uniform(0, 0.08, (n, 3)).cumsum(axis=1)
    hours = np.repeat(rng.uniform(0.05, 0.6, (n, 1)).round(2), 3, axis=1)
    return lift * rng.lognormal(5, 0.8, (n, 1)) - cost, cost, hours, rng.integers(0, 5, n), rng.random(n)


def one_limit(fraction: float) -> Mapping[str, Run]:
    n = max(100, int(1e6 * fraction))
    value, cost, _, _, ties = _candidates(n)
    return {US: lambda: allocate(value, cost, budget=1.5 * n, tie_break=ties).value}


def several_limits(fraction: float) -> Mapping[str, Run]:
    n = max(100, int(1e6 * fraction))
    value, cost, hours, owner, ties = _candidates(n)
    capacity = np.array([0.02, 0.03, 0.03, 0.04, 0.05]) * n
    return {US: lambda: allocate(value, cost, hours, owner, budget=1.5 * n, capacity=capacity, tie_break=ties).value}


def by_priority(fraction: float) -> Mapping[str, Run]:
    n = max(100, int(1e6 * fraction))
    value, cost, hours, owner, ties = _candidates(n)
    capacity = np.array([0.02, 0.03, 0.03, 0.04, 0.05]) * n

    def ours() -> float:
        plan = allocate_by_priority(
            value[:, 0], cost[:, ::-1], hours, owner, budget=1.5 * n, capacity=capacity, tie_break=ties
        )
        return plan.spent

    return {US: ours}


def exact(fraction: float) -> Mapping[str, Run]:
    """One offer for 20,000 candidates: what the bound settles is not given to the solver."""
    n = max(100, int(20_000 * fraction))
    rng = np.random.default_rng(5)
    cost, money = rng.integers(5, 60, n), rng.lognormal(5, 0.8, n)
    value = np.round(rng.uniform(0.02, 0.25, n) * money - cost, 4)

    def plain() -> float:
        limit = LinearConstraint(cost[None, :], -np.inf, 2.5 * n)
        every = np.ones(n, dtype=np.int8)
        found = milp(-value, integrality=every, bounds=Bounds(0, 1), constraints=[limit], options={"mip_rel_gap": 0.0})
        assert found.x is not None
        return float(value @ np.round(found.x))

    return {
        US: lambda: allocate(value, cost, budget=2.5 * n, method="exact").value,
        "scipy.optimize.milp on all": plain,
    }


def arms(fraction: float) -> Mapping[str, Run]:
    """Beside a seeded generator for each customer, which is what the standard library offers for the same purpose."""
    n = max(100, int(1e6 * fraction))
    customers = [f"customer-{i}" for i in range(n)]

    def seeded() -> int:
        return len([random.Random(f"spring/{customer}").random() for customer in customers])

    return {US: lambda: len(uniform(customers, "spring")), "random.Random(customer)": seeded}


def _survey(n: int) -> Survey:
    """Return a survey of so many customers: scores, ids as text, values, channels and times."""
    rng = np.random.default_rng(20260302)
    data = {
        "score": rng.integers(0, 11, n),
        "customer": [f"customer-{i}" for i in range(n)],
        "value": rng.lognormal(5, 1, n).round(2),
        "channel": rng.choice(np.array(["chat", "email", "phone"], dtype=object), n),
        "at": np.datetime64("2026-01-01T00:00", "us") + rng.integers(0, 80 * 86_400, n).astype("timedelta64[s]"),
    }
    return Survey(data, score="score", customer="customer", time="at")


def whole_by_value(fraction: float) -> Mapping[str, Run]:
    n = max(100, int(1e6 * fraction))
    survey = _survey(n)
    lift = {"detractor": 0.1, ("detractor", "compensation"): 0.2, "passive": 0.05, ("passive", "gift"): 0.1}
    return {US: lambda: survey.follow_up(budget=0.05 * n, capacity=0.01 * n, lift=lift, holdout=0.1).limits.spent}


def whole_by_priority(fraction: float) -> Mapping[str, Run]:
    n = max(100, int(1e6 * fraction))
    survey = _survey(n)
    return {US: lambda: survey.follow_up(budget=0.05 * n, capacity=0.01 * n, holdout=0.1).limits.spent}


def drafts(fraction: float) -> Mapping[str, Run]:
    """The file a team works from: 10,000 customers with the first letter to each."""
    plan = _survey(max(10, int(1e4 * fraction))).follow_up(currency="EUR", language="de")

    def written() -> int:
        file = io.StringIO()
        plan.to_csv(file, messages=True)
        return file.getvalue().count("customer-")

    return {US: written}


def loop(fraction: float) -> Mapping[str, Run]:
    """A flat log of 10⁶ cases, answered after a day and closed after four, on average."""
    n = max(100, int(1e6 * fraction))
    rng = np.random.default_rng(1)
    opened = np.datetime64("2026-01-01", "s") + rng.integers(0, 90 * 86_400, n)
    answered = opened + rng.exponential(86_400, n).astype("m8[s]")
    closed = answered + rng.exponential(259_200, n).astype("m8[s]")
    log = {"case": np.arange(n), "opened": opened, "first_response": answered, "closed": closed}
    return {US: lambda: closed_loop(log, as_of="2026-04-01").cases}


CASES = [
    Case("plan-budget", "plan for 10⁶ candidates, three offers, a budget", one_limit, {}),
    Case("plan-limits", "plan for 10⁶ candidates, three offers, a budget and five owners", several_limits, {}),
    Case("plan-priority", "plan by priority for 10⁶ candidates", by_priority, {}),
    Case("plan-exact", "the best plan for 20,000 candidates", exact, {"scipy.optimize.milp on all": 0.1}),
    Case("follow-up-value", "follow up 10⁶ customers by expected value, from columns to plan", whole_by_value, {}),
    Case("follow-up-priority", "follow up 10⁶ customers by priority, from columns to plan", whole_by_priority, {}),
    Case("follow-up-drafts", "write 10,000 follow-ups with letters as CSV", drafts, {}),
    Case("closed-loop", "closed-loop figures of 10⁶ cases", loop, {}),
    Case("arms", "arms of 10⁶ customers", arms, {"random.Random(customer)": 0.5}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def bench_follow_up(case: Case, benchmark: BenchmarkFixture, fraction: float) -> None:
    """Everybody agrees, and npskit's time is recorded."""
    contestants = case.make(fraction)
    check(case, contestants)
    benchmark(contestants[US])

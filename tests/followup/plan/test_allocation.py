"""Laws of allocations under limits."""

from __future__ import annotations

import itertools
import json
import math
import os
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import attrs
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from npskit.arrays import Floats
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.followup.plan.allocation import exact_allocation, money_and_hours
from npskit.followup.plan.allocation.by_priority import allocate_by_priority
from npskit.followup.plan.allocation.by_value import OUTCOMES, Allocation, allocate
from npskit.followup.plan.allocation.greedy import greedy
from npskit.followup.plan.allocation.problem import problem
from npskit.followup.plan.allocation.relaxation import upgrades
from npskit.options import PlanMethod

REFERENCE = json.loads((Path(__file__).parents[2] / "reference" / "allocation.json").read_text())

few = settings(max_examples=25, deadline=None)
methods = st.sampled_from(["greedy", "exact"])


class Case(NamedTuple):
    """Candidates and limits; money and hours in hundredths, as in a table of prices."""

    value: Floats
    cost: Floats
    hours: Floats
    owner: NDArray[np.int64]
    budget: float
    capacity: Floats
    counted: NDArray[np.bool_]
    tie_break: Floats

    def solve(self, method: PlanMethod = "greedy", **changes: Any) -> Allocation:
        names = ("budget", "capacity", "counted", "tie_break")
        limits = {name: getattr(self, name) for name in names} | changes
        return allocate(self.value, self.cost, self.hours, self.owner, method=method, **limits)


@st.composite
def cases(draw: st.DrawFn, most: int = 14, free: bool = True) -> Case:
    """Small tables with ties, free alternatives, missing ones, and limits that bind or do not."""
    n, k, owners = draw(st.integers(1, most)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    coarse = draw(st.booleans())
    top = 6 if coarse else 6000
    cost = rng.integers(0 if free else 1, top, (n, k)) / (1 if coarse else 100)
    hours = rng.integers(0, top, (n, k)) / (1 if coarse else 100) * draw(st.sampled_from([0.0, 1.0, 1.0]))
    value = rng.integers(-2, 9, (n, k)) * (np.ones((n, k)) if coarse else rng.lognormal(0, 1, (n, k)))
    value[rng.random((n, k)) < 0.1] = np.nan
    scale = float(draw(st.sampled_from([0.05, 0.3, 0.7])))
    budget = draw(st.sampled_from([0.0, math.inf, round(float(cost.sum()) / k * scale, 2)]))
    capacity = np.round(rng.random(owners) * hours.sum() / k / owners, 2)
    capacity[rng.random(owners) < 0.2] = np.inf
    counted = rng.random(n) < draw(st.sampled_from([1.0, 0.7]))
    return Case(value, cost, hours, rng.integers(0, owners, n), budget, capacity, counted, rng.random(n))


def hundredths(numbers: Floats) -> list[Fraction]:
    """Return decimal numbers as what they were written as."""
    return [Fraction(round(float(x) * 100), 100) for x in np.ravel(numbers)]


def best_of_all(case: Case) -> float:
    """Return the best value by trying every plan."""
    rows = np.flatnonzero(case.counted)
    k = case.value.shape[1]
    best = 0.0
    for plan in itertools.product(range(-1, k), repeat=len(rows)):
        pairs = [(int(r), o) for r, o in zip(rows, plan, strict=True) if o >= 0]
        values = [float(case.value[p]) for p in pairs]
        if any(math.isnan(v) for v in values) or sum(values) <= best:
            continue
        if sum(hundredths(np.array([case.cost[p] for p in pairs]))) > (
            math.inf if math.isinf(case.budget) else Fraction(round(case.budget * 100), 100)
        ):
            continue
        hours = [np.array([case.hours[p] for p in pairs if case.owner[p[0]] == o]) for o in range(len(case.capacity))]
        if all(
            math.isinf(c) or sum(hundredths(used)) <= Fraction(round(c * 100), 100)
            for used, c in zip(hours, case.capacity, strict=True)
        ):
            best = max(best, sum(values))
    return best


@few
@given(cases(), methods)
def test_no_limit_is_exceeded(case: Case, method: PlanMethod) -> None:
    """Money and each owner's hours, added up as the decimals they are, are within their limits; so are the floats."""
    plan = case.solve(method)
    rows = np.flatnonzero(plan.chosen >= 0)
    spent = case.cost[rows, plan.chosen[rows]]
    if math.isfinite(case.budget):
        assert sum(hundredths(spent)) <= Fraction(round(case.budget * 100), 100)
    assert plan.spent == pytest.approx(math.fsum(spent), abs=1e-9)
    for o, capacity in enumerate(case.capacity):
        mine = rows[case.owner[rows] == o]
        used = case.hours[mine, plan.chosen[mine]]
        assert plan.hours_used[o] == pytest.approx(math.fsum(used), abs=1e-9)
        if math.isfinite(capacity):
            assert sum(hundredths(used)) <= Fraction(round(capacity * 100), 100)


@few
@given(cases(), methods)
def test_a_plan_is_what_it_says(case: Case, method: PlanMethod) -> None:
    """Only counted candidates and alternatives worth something are chosen; values add up, and are within the bound."""
    plan = case.solve(method)
    rows = np.flatnonzero(plan.chosen >= 0)
    values = case.value[rows, plan.chosen[rows]]
    assert case.counted[rows].all()
    assert (values > 0).all()
    assert plan.value is not None
    assert plan.bound is not None
    assert plan.gap is not None
    assert plan.value == pytest.approx(math.fsum(values))
    assert plan.value <= plan.bound
    assert 0 <= plan.gap <= 1
    names = np.array(OUTCOMES)[plan.outcome]
    np.testing.assert_array_equal(names == "chosen", plan.chosen >= 0)
    np.testing.assert_array_equal(names == "held_out", ~case.counted)
    nothing = ~(np.nan_to_num(case.value, nan=-1.0) > 0).any(axis=1)
    np.testing.assert_array_equal(names == "no_gain", nothing & case.counted)


@few
@given(cases(most=6))
def test_exact_finds_the_best_of_all_plans_and_the_bound_is_above_it(case: Case) -> None:
    """The exact value is that of trying every plan; the greedy one is not above it, the bound not below it."""
    best = best_of_all(case)
    exact, quick = case.solve("exact"), case.solve()
    assert exact.value == pytest.approx(best, rel=1e-9, abs=1e-9)
    assert quick.value is not None
    assert quick.bound is not None
    assert quick.value <= best * (1 + 1e-12) + 1e-12
    assert quick.bound >= best * (1 - 1e-9)


@settings(max_examples=40, deadline=None)
@given(cases(most=20), methods, st.lists(st.floats(1, 3), min_size=4, max_size=4), st.integers(0, 15))
def test_more_budget_or_capacity_never_lowers_the_value(
    case: Case, method: PlanMethod, more: list[float], which: int
) -> None:
    """Raising any of the limits, alone or together, by any amount or to no limit, does not cost value."""
    raised = [f if which >> i & 1 else 1.0 for i, f in enumerate(more)]
    budget = case.budget * raised[0]
    capacity = case.capacity * raised[1 : 1 + len(case.capacity)]
    before, after = case.solve(method), case.solve(method, budget=budget, capacity=capacity)
    free = case.solve(method, budget=math.inf, capacity=capacity)
    assert before.value is not None
    assert after.value is not None
    assert free.value is not None
    assert after.value >= before.value * (1 - 1e-9)
    assert free.value >= after.value * (1 - 1e-9)


@pytest.mark.parametrize("limits", ["money", "hours", "both"])
def test_more_of_a_limit_never_lowers_the_value_step_by_step(limits: str) -> None:
    """Along a fine ladder of limits the greedy value never falls, also where divisions of the budget change scale."""
    rng = np.random.default_rng(5)
    n = 60
    value, cost = rng.lognormal(2, 1, (n, 3)), rng.integers(1, 900, (n, 3)) / 100 * (limits != "hours")
    hours = None if limits == "money" else rng.integers(1, 90, (n, 3)) / 100
    owner = rng.integers(0, 2, n)
    last = 0.0
    for step in range(1, 21 if limits == "both" else 200):
        share = step / (20 if limits == "both" else 200)
        budget = math.inf if limits == "hours" else float(cost.sum()) * share / 3
        capacity = math.inf if limits == "money" else np.array([20 * share, 20 * math.sqrt(share)])
        now = allocate(value, cost, hours, owner, budget=budget, capacity=capacity).value
        assert now is not None
        assert now >= last * (1 - 1e-9)
        last = now


@few
@given(cases(), methods, st.randoms(use_true_random=False))
def test_the_order_of_rows_makes_no_difference(case: Case, method: PlanMethod, random: Any) -> None:
    """Permuted rows give the permuted plan where ties are broken by distinct numbers."""
    assume(len(set(case.tie_break)) == len(case.tie_break))
    order = np.array(random.sample(range(len(case.value)), len(case.value)))
    moved = Case(
        case.value[order], case.cost[order], case.hours[order], case.owner[order], case.budget, case.capacity,
        case.counted[order], case.tie_break[order],
    )  # fmt: skip
    plan, other = case.solve(method), moved.solve(method)
    np.testing.assert_array_equal(other.chosen, plan.chosen[order])
    np.testing.assert_array_equal(other.intended_offer, plan.intended_offer[order])
    assert other.value == plan.value


@few
@given(cases())
def test_the_line_treats_both_arms_alike(case: Case) -> None:
    """Held-out twins change nothing for the treated, and stand where their twins stand: only the twin of a step that
    just did not fit may be on the other side of the line."""
    n = len(case.value)
    value, cost, hours = (np.concatenate([a, a]) for a in (case.value, case.cost, case.hours))
    owner, ties = np.concatenate([case.owner, case.owner]), np.concatenate([case.tie_break, case.tie_break + 1e-9])
    limits: dict[str, Any] = {"budget": case.budget, "capacity": case.capacity}
    treated = np.repeat([True, False], n)
    both = allocate(value, cost, hours, owner, counted=treated, tie_break=ties, **limits)
    alone = case.solve(counted=None)
    np.testing.assert_array_equal(both.chosen[:n], alone.chosen)
    np.testing.assert_array_equal(both.intended_offer[:n], alone.intended_offer)
    assert (both.chosen[n:] == -1).all()
    # A tie apart, the twin follows the step at once; it may be held back only if that step itself is the last one.
    different = both.intended_offer[n:] != both.intended_offer[:n]
    assert different.sum() <= len(case.capacity)


@few
@given(cases())
def test_above_the_line_is_chosen(case: Case) -> None:
    """Every treated candidate above the line is chosen; those chosen besides fill what was left."""
    plan = case.solve()
    assert ((plan.chosen >= 0) | ~plan.intended | ~case.counted).all()
    np.testing.assert_array_equal(plan.intended, plan.intended_offer >= 0)


def draws(seed: int, n: int) -> tuple[NDArray[np.int64], Floats]:
    """Return the draws the reference was made from: costs, a value of money, an unused chance to stay, a lift."""
    rng = np.random.default_rng(seed)
    cost, money = rng.integers(5, 60, n), rng.lognormal(5, 0.8, n)
    rng.random(n)
    return cost, np.round(rng.uniform(0.02, 0.25, n) * money - cost, 4)


@pytest.mark.parametrize("given", REFERENCE, ids=lambda r: str(r.get("seed", "multiple choice")))
def test_reference_optima(given: dict[str, Any]) -> None:
    """The exact method reaches every optimum; the bound of one limit is the relaxation's; greedy is within it."""
    cost, value = draws(given["seed"], given["n"]) if "seed" in given else (given["cost"], given["value"])
    if "seed" in given and "cost" in given:
        np.testing.assert_array_equal(cost, given["cost"])
        np.testing.assert_array_equal(value, given["value"])
    best, quick = (allocate(value, cost, budget=given["budget"], method=m) for m in ("exact", "greedy"))
    optimum = float(given.get("milp", given.get("optimum", 0.0)))
    assert best.value == pytest.approx(optimum, rel=1e-9)
    assert quick.value is not None
    assert quick.value <= optimum * (1 + 1e-12)
    assert quick.value >= float(given.get("greedy", 0.99 * optimum)) * (1 - 1e-9)
    if "lp_bound" in given:
        assert quick.bound == pytest.approx(given["lp_bound"], rel=1e-9)


@pytest.mark.parametrize("owners", [1, 4])
def test_the_greedy_plan_is_close_to_the_bound(owners: int) -> None:
    """Ten thousand candidates: within a ten-thousandth of the bound with one limit, three thousandths with several."""
    rng = np.random.default_rng(3)
    n = 10_000
    cost = np.concatenate([np.zeros((n, 1)), rng.uniform(2, 40, (n, 2)).cumsum(axis=1).round(2)], axis=1)
    value = rng.lognormal(5, 0.8, (n, 1)) * rng.uniform(0.02, 0.1, (n, 3)).cumsum(axis=1) - cost
    hours, owner = np.repeat(rng.uniform(0.05, 0.6, (n, 1)).round(2), 3, axis=1), rng.integers(0, owners, n)
    one = allocate(value, cost, budget=15_000)
    several = allocate(value, cost, hours, owner, budget=15_000, capacity=np.full(owners, 900 / owners))
    assert one.gap is not None
    assert several.gap is not None
    assert one.gap < 1e-4
    assert several.gap < 3e-3


def test_prices() -> None:
    """The price of money is the value per unit of the first upgrade that does not fit, that of hours each owner's own;
    what is not used up has no price."""
    plan = allocate([10.0, 6, 4], [2.0, 2, 2], budget=3)
    assert (plan.price_of_money, plan.bound, plan.outcome.tolist()) == (3.0, 13.0, [0, 2, 2])
    by_owner = allocate([10.0, 6, 4], [0.0] * 3, [2.0, 2, 2], [0, 0, 1], capacity=[3.0, 9.0])
    assert by_owner.price_of_hours is not None
    assert (by_owner.price_of_hours.tolist(), by_owner.bound) == ([3.0, 0.0], 17.0)
    assert by_owner.outcome.tolist() == [0, 3, 0]
    enough = allocate([10.0, 6, 4], [2.0, 2, 2], budget=6)
    assert (enough.price_of_money, enough.gap, enough.value) == (0.0, 0.0, 20.0)


def test_tenths_add_up() -> None:
    """Ten times 0.1 is 1, also where the floats add up to a little more or less; a smaller coin is not rounded away."""
    assert allocate(np.ones(30), np.full(30, 0.1), budget=0.3).value == 3
    assert allocate(np.ones(30), np.full(30, 0.1), budget=2.0).value == 20
    assert allocate(np.ones(9), np.full(9, 1e-9), budget=3e-6).value == 3
    assert allocate(np.ones(3), np.full(3, 4e20), budget=9e20).value == 2


def test_huge_groups_are_divided() -> None:
    """Owners with thousands of candidates are divided into parts; limits hold, the bound is near, both arms alike."""
    rng = np.random.default_rng(9)
    n = 60_000
    value, cost = rng.lognormal(3, 1, (n, 2)).cumsum(axis=1), rng.uniform(1, 30, (n, 2)).cumsum(axis=1).round(2)
    hours = rng.uniform(0.1, 1, (n, 2)).round(2)
    counted = rng.random(n) < 0.8
    plan = allocate(value, cost, hours, budget=40_000, capacity=1_500.0, counted=counted, tie_break=rng.random(n))
    assert plan.gap is not None
    assert plan.spent <= 40_000
    assert plan.hours_used[0] <= 1_500
    assert plan.gap < 5e-3
    assert plan.intended[counted].mean() == pytest.approx(plan.intended[~counted].mean(), abs=0.01)


def test_groups_looked_at_side_by_side_give_the_same_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Law: whether groups are looked at one after the other or by threads, the plan is the same."""
    rng = np.random.default_rng(3)
    cost = rng.uniform(1, 20, (9000, 2)).round(2)
    value, hours = rng.lognormal(2, 1, (9000, 2)), rng.uniform(0.1, 1, (9000, 2)).round(2)
    plans = []
    for least in (10**9, 0):
        monkeypatch.setattr(money_and_hours, "THREADED", least)
        plans.append(allocate(value, cost, hours, budget=5000, capacity=500))
    assert plans[0].value == plans[1].value
    assert np.array_equal(plans[0].chosen, plans[1].chosen)


def test_upgrades_are_the_upper_hull() -> None:
    """Dominated alternatives and those below the hull are skipped; free ones come first, slopes never rise."""
    value = np.array([[5.0], [1.0], [9.0], [4.0], [8.0]])
    steps = upgrades(value, np.array([[1.0], [0.0], [5.0], [3.0], [3.0]]))
    assert steps.offer.tolist() == [1, 0, 4, 2]
    assert steps.slope.tolist() == [math.inf, 4.0, 1.5, 0.5]
    assert steps.gain.tolist() == [1.0, 4.0, 3.0, 1.0]


@pytest.mark.parametrize("found", [None, "over"])
def test_a_solver_that_fails_leaves_the_greedy_plan(found: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the solver finds nothing, or plans beyond the limits by its tolerance, the plan is the greedy one."""
    tries = []

    def solver(task: Any, open_: NDArray[np.bool_], *_: Any) -> NDArray[np.intp] | None:
        tries.append(1)
        return None if found is None else np.argmax(open_, axis=0)

    monkeypatch.setattr(exact_allocation, "_solve", solver)
    given = REFERENCE[-1]
    plan = allocate(given["value"], given["cost"], budget=given["budget"], method="exact")
    assert plan.value == allocate(given["value"], given["cost"], budget=given["budget"]).value
    assert len(tries) == (1 if found is None else exact_allocation.TRIES)


def test_the_solver_says_when_there_is_no_plan() -> None:
    """Somebody who must have an alternative that nobody can pay for makes no plan; nobody at all makes an empty one."""
    task = problem([3.0, 2], [2.0, 2], None, None, budget=3, capacity=math.inf, counted=None, tie_break=None)
    none, all_open = np.zeros(2, dtype=bool), np.ones((1, 2), dtype=bool)
    assert exact_allocation._solve(task, all_open, none, 1.0, task.capacity) is None
    empty = exact_allocation._solve(task.take(none), all_open[:, none], none[:0], 1.0, task.capacity)
    assert empty is not None
    assert empty.shape == (0,)


@pytest.mark.parametrize("dear", [((50.0, 1.0)), ((1.0, 50.0)), ((50.0, 50.0))])
def test_one_candidate_beyond_the_limits_does_not_stand_in_the_way_of_all(dear: tuple[float, float]) -> None:
    """An offer that no limit leaves room for comes first at every exchange rate; the others are chosen nevertheless."""
    cost, hours = [dear[0], 1.0, 1.0, 1.0], [dear[1], 1.0, 1.0, 1.0]
    found = allocate([1000.0, 1.0, 1.0, 1.0], cost, hours, budget=10, capacity=8)
    assert found.chosen.tolist() == [-1, 0, 0, 0]


def test_no_alternatives_are_nothing_to_gain() -> None:
    """A table without columns is nobody's gain, not an error of numpy."""
    none = np.zeros((3, 0))
    assert allocate(none, none, none, budget=5, capacity=[1.0, 2.0]).outcome.tolist() == [1, 1, 1]
    assert allocate_by_priority([1.0, 2.0, 3.0], none, none, budget=5).outcome.tolist() == [1, 1, 1]


def test_the_price_of_money_may_be_high() -> None:
    """Of two who need ten units each one gets them: another unit is worth 9 to 10 of the value they have."""
    for coin in (1.0, 1e9):
        plan = allocate([[100 * coin], [90 * coin]], 10.0 * np.ones((2, 1)), np.ones((2, 1)), budget=10, capacity=1.5)
        assert plan.price_of_money is not None
        assert 9 <= plan.price_of_money / coin <= 10
        assert plan.bound == pytest.approx(100 * coin)


def test_nobody() -> None:
    """No candidates, or none with anything to gain, is an empty plan worth 0 under any limits."""
    for value in (np.empty((0, 2)), np.full((3, 2), -1.0), np.full((3, 2), np.nan)):
        hours = np.ones(value.shape)
        for method in ("greedy", "exact"):
            plan = allocate(value, np.ones(value.shape), hours, budget=1, capacity=1, method=method)
            assert (plan.value, plan.bound, plan.gap, plan.spent) == (0.0, 0.0, 0.0, 0.0)
            assert not plan.intended.any()


BAD: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"value": [1.0, math.inf]}, InvalidValueError, "value must be finite.*row 1"),
    ({"value": "x"}, InvalidTypeError, "value must be an array of numbers"),
    ({"value": np.ones((1, 1, 1))}, InvalidValueError, "shape"),
    ({"cost": [1.0, -1.0]}, InvalidValueError, "cost must be finite.*-1.0 in row 1"),
    ({"cost": [math.nan, 1.0]}, InvalidValueError, "cost must be finite.*nan in row 0"),
    ({"cost": [1.0, math.inf]}, InvalidValueError, "cost must be finite"),
    ({"cost": [1.0]}, IncompatibleError, "cost must have the shape"),
    ({"hours": [1.0, -2.0]}, InvalidValueError, "hours must be finite"),
    ({"budget": -1}, InvalidValueError, "budget must be at least 0"),
    ({"budget": math.nan}, InvalidValueError, "budget must be finite"),
    ({"budget": "much"}, InvalidTypeError, "budget must be a number"),
    ({"capacity": [-1.0]}, InvalidValueError, "capacity is hours"),
    ({"capacity": [1.0], "owner": [0, 1]}, InvalidValueError, "owner must be within 0..0.*row 1"),
    ({"owner": [0, -1]}, InvalidValueError, "owner must be within"),
    ({"owner": [0.5, 1]}, InvalidTypeError, "owner must be whole-number codes"),
    ({"owner": [0]}, IncompatibleError, "owner must have one code"),
    ({"counted": [1, 0]}, InvalidTypeError, "counted must be booleans"),
    ({"counted": [True]}, IncompatibleError, "counted must have one entry"),
    ({"tie_break": [0.1]}, IncompatibleError, "tie_break must have one number"),
    ({"tie_break": [0.1, math.nan]}, InvalidValueError, "tie_break must not be NaN.*row 1"),
    ({"method": "best"}, InvalidValueError, "method must be"),
]


@pytest.mark.parametrize(("wrong", "error", "message"), BAD, ids=lambda x: x if isinstance(x, str) else None)
def test_bad_input_is_named(wrong: dict[str, Any], error: type[Exception], message: str) -> None:
    """What cannot be used is refused by name."""
    arguments: dict[str, Any] = {"value": [1.0, 2.0], "cost": [1.0, 1.0]} | wrong
    with pytest.raises(error, match=message):
        allocate(arguments.pop("value"), arguments.pop("cost"), **arguments)


def walk(case: Case, priority: Floats) -> list[int]:
    """Return the alternatives above the line by a plain loop, the law itself."""
    order = sorted(range(len(priority)), key=lambda i: (-priority[i], case.tie_break[i]))
    no_money, closed = False, set[int]()
    left = Fraction(0) if math.isinf(case.budget) else Fraction(round(case.budget * 100), 100)
    room = [None if math.isinf(c) else Fraction(round(c * 100), 100) for c in case.capacity]
    line = [-1] * len(priority)

    def fits_hours(i: int, k: int) -> bool:
        need, o = hundredths(case.hours[i, k])[0], int(case.owner[i])
        free = room[o]
        if need == 0 or (o not in closed and (free is None or not case.counted[i] or need <= free)):
            return True
        if case.counted[i]:
            closed.add(o)
        return False

    for i in order:
        choices = [k for k in range(case.cost.shape[1]) if not math.isnan(case.cost[i, k])]
        if no_money:
            choices = [k for k in choices if case.cost[i, k] == 0]
        if not choices or not fits_hours(i, choices[0]):
            continue
        k = choices[0]
        price = hundredths(case.cost[i, k])[0]
        if case.counted[i] and math.isfinite(case.budget) and price > left:
            no_money = True
            choices = [k for k in choices if case.cost[i, k] == 0]
            if not choices or not fits_hours(i, choices[0]):
                continue
            k, price = choices[0], Fraction(0)
        line[i] = k
        if case.counted[i]:
            left -= price
            o = int(case.owner[i])
            free = room[o]
            room[o] = None if free is None else free - hundredths(case.hours[i, k])[0]
    return line


@settings(max_examples=150, deadline=None)
@given(cases(), st.integers(0, 2**32))
def test_by_priority_is_a_walk_down(case: Case, seed: int) -> None:
    """The plan by priority is that of the plain loop; limits hold in decimals."""
    priority = np.random.default_rng(seed).integers(0, 5, len(case.value)).astype(float)
    cost = np.where(np.isnan(case.value), np.nan, case.cost)
    case = case._replace(cost=cost)
    plan = allocate_by_priority(
        priority, cost, case.hours, case.owner, budget=case.budget, capacity=case.capacity, counted=case.counted,
        tie_break=case.tie_break,
    )  # fmt: skip
    assert plan.intended_offer.tolist() == walk(case, priority)
    np.testing.assert_array_equal(plan.chosen, np.where(case.counted, plan.intended_offer, -1))
    rows = np.flatnonzero(plan.chosen >= 0)
    if math.isfinite(case.budget):
        assert sum(hundredths(cost[rows, plan.chosen[rows]])) <= Fraction(round(case.budget * 100), 100)
    assert (plan.hours_used <= case.capacity + 1e-9).all()
    assert (plan.value, plan.bound, plan.gap, plan.price_of_money, plan.price_of_hours) == (None,) * 5


def test_by_priority_without_money_the_rest_is_contacted_without_an_offer() -> None:
    """Where money runs out, contact without an offer goes on; a full owner does not stop another."""
    plan = allocate_by_priority(
        [9, 8, 7, 6, np.nan],
        [[5.0, 0.0]] * 5,
        [[1.0, 1.0]] * 5,
        [0, 0, 0, 1, 1],
        budget=8,
        capacity=[2, 1],
        counted=[True, True, True, True, True],
    )
    assert plan.chosen.tolist() == [0, 1, -1, 1, -1]
    assert [OUTCOMES[o] for o in plan.outcome] == ["chosen", "chosen", "capacity", "chosen", "no_gain"]
    full = allocate_by_priority([4, 3, 2, 1], [0.0] * 4, [1.0, 5.0, 0.0, 1.0], capacity=2)
    assert full.chosen.tolist() == [0, -1, 0, -1]  # who needs no hours is not kept waiting by who needs too many
    short = allocate_by_priority([2, 1], [5.0, 5.0], budget=5)
    assert [OUTCOMES[o] for o in short.outcome] == ["chosen", "budget"]
    with pytest.raises(IncompatibleError, match="priority must have one number"):
        allocate_by_priority([1], [5.0, 5.0])


def test_the_greedy_core_agrees_with_the_public_plan() -> None:
    """A problem may be taken apart and solved for some of its candidates."""
    task = problem([3.0, 2, 1], [1.0, 1, 1], None, None, budget=2, capacity=math.inf, counted=None, tie_break=None)
    assert greedy(task).offer.tolist() == [0, 0, -1]
    assert attrs.evolve(task, budget=1.0).size == 3


def test_what_the_solver_prints_is_not_in_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    """It prints from C, past Python: whoever reads JSON from standard output would stumble over it."""
    from npskit.followup.plan.allocation.exact_allocation import _nothing_printed

    with _nothing_printed():
        os.write(1, b"Running HiGHS")
    os.write(1, b"{}")
    assert capfd.readouterr().out == "{}"

"""Laws of plans: limits hold, more is never worse, arms are of customers, and everybody has one status."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npskit as nk
from npskit.followup.plan.follow_up_plan import FollowUpPlan
from npskit.followup.plan.statuses import (
    BUDGET,
    CAPACITY,
    CHOSEN,
    HOLDOUT,
    NO_GAIN,
    NO_STRATEGY,
    STATUSES,
    SUPERSEDED,
    UNSCORED,
)

LIFT = {"detractor": 0.2, "passive": 0.06, "promoter": 0.01}
TEAMS = ("management", "social media", "key accounts", "billing", "customer care", "customer success", "community")
FOR_VALUE = {"lift": LIFT}
MODES: list[dict[str, Any]] = [{}, FOR_VALUE, {**FOR_VALUE, "method": "exact"}]
TOML = nk.Playbook.default_toml()
modes = st.sampled_from(MODES)
seeds = st.integers(0, 10**6)


@st.composite
def answers(draw: st.DrawFn, least: int = 0, most: int = 25, customers: int = 30) -> dict[str, list[Any]]:
    """Return the columns of a survey: scores, customers who may answer more than once, values, channels, times."""
    n = draw(st.integers(least, most))
    rng = np.random.default_rng(draw(seeds))
    score = rng.integers(-1, 12, n).astype(object)
    score[score == -1] = None
    # Times are distinct: of two answers at the same time the place in the table decides.
    return {
        "score": score.tolist(),
        "id": [f"c{i}" for i in rng.integers(0, customers, n)],
        "value": rng.choice([0.0, 40.0, 250.0, 1500.0, 9000.0], n).tolist(),
        "channel": rng.choice(["chat", "email", "review"], n).tolist(),
        "at": (np.datetime64("2026-03-01T00:00", "us") + rng.permutation(n) * np.timedelta64(3, "h")).tolist(),
    }


def plan(data: dict[str, list[Any]], **options: Any) -> FollowUpPlan:
    return nk.Survey(data, score="score", customer="id", time="at").follow_up(**options)


limits = st.fixed_dictionaries(
    {
        "budget": st.none() | st.floats(0, 200),
        "capacity": st.none()
        | st.floats(0, 4)
        | st.fixed_dictionaries({team: st.floats(0, 2) for team in TEAMS})
        | st.fixed_dictionaries({person: st.floats(0, 2) for person in ("Anna", "Bo")}),
    }
)


@settings(max_examples=80, deadline=None)
@given(answers(), limits, modes, st.sampled_from([0.0, 0.3]))
def test_limits_are_kept_and_everybody_has_one_status(
    data: dict[str, list[Any]], limit: dict[str, Any], mode: dict[str, Any], holdout: float
) -> None:
    """Law: money and everyone's hours are enough; counts sum to the rows; the chosen have a follow-up, others a reason.

    The plan's own sums are those of its follow-ups, and no customer has two.
    """
    found = plan(data, holdout=holdout, **limit, **mode)
    assert found.limits.spent <= (math.inf if limit["budget"] is None else limit["budget"]) + 1e-6
    assert all(found.limits.used[name] <= hours + 1e-6 for name, hours in found.limits.capacity.items())
    assert sum(found.counts.values()) == len(found.status) == len(data["score"])
    hours = dict.fromkeys(found.owners, 0.0)
    for row in range(len(found.status)):
        if found.chosen[row]:
            assert found.why(row) == ""
            hours[found.owners[found.owner[row]]] += found.follow_up(row).minutes / 60
        else:
            assert found.why(row)
            assert (found.offers[row], found.owner[row], found.cost[row]) == (-1, -1, 0)
    assert sum(each.offers[0].cost(each.value) for each in found if each.offers) == pytest.approx(found.limits.spent)
    if isinstance(limit["capacity"], dict):
        assert {name: hours[name] for name in hours} == pytest.approx(found.limits.used)
    else:
        assert sum(hours.values()) == pytest.approx(found.limits.used["everybody"])
    customers = [each.customer for each in found]
    assert len(customers) == len(set(customers)) == len(found)
    assert not (found.chosen & found.holdout).any()
    if mode:
        assert found.gain[found.chosen].sum() == pytest.approx(found.limits.value)
        assert found.limits.value <= found.limits.bound + 1e-6
        assert (found.gain[found.chosen] > 0).all()


@settings(max_examples=60, deadline=None)
@given(
    answers(),
    st.floats(0, 150),
    st.floats(0, 3),
    st.tuples(st.floats(1, 3), st.floats(1, 3)),
    st.sampled_from(["together", "teams", "persons"]),
    st.sampled_from([0.0, 0.25]),
    st.booleans(),
)
def test_more_money_or_hours_never_bring_less(
    data: dict[str, list[Any]],
    budget: float,
    hours: float,
    more: tuple[float, float],
    whose: str,
    holdout: float,
    for_value: bool,
) -> None:
    """Law: a larger budget and more hours never lower the plan's value; by priority nobody gives way to one below.

    Persons share the work in proportion to their hours, so theirs grow by one factor here.
    """
    names = {"teams": TEAMS, "persons": ("Anna", "Bo")}.get(whose)

    def made(money: float, work: float) -> FollowUpPlan:
        capacity = work if names is None else dict.fromkeys(names, work)
        return plan(data, budget=money, capacity=capacity, holdout=holdout, lift=LIFT if for_value else None)

    less, greater = made(budget, hours), made(budget * more[0], hours * more[1])
    if for_value:
        assert greater.limits.value >= less.limits.value - 1e-6
        assert greater.limits.bound >= less.limits.bound - 1e-6
    else:
        # The first in the queue about whom the plans differ is in the larger one.
        queue = np.argsort(-np.nan_to_num(less.assigned.priority, nan=-1.0), kind="stable")
        ranks = less.assigned.priority[queue]
        differ = np.flatnonzero(less.chosen[queue] != greater.chosen[queue])
        if differ.size:
            tied = queue[ranks == ranks[differ[0]]]
            assert greater.chosen[tied].sum() > less.chosen[tied].sum()


@settings(max_examples=50, deadline=None)
@given(answers(), limits, modes, st.sampled_from([0.0, 0.4]), st.randoms(use_true_random=False))
def test_the_order_of_rows_makes_no_difference(
    data: dict[str, list[Any]], limit: dict[str, Any], mode: dict[str, Any], holdout: float, random: Any
) -> None:
    """Law: permuted rows are permuted in the plan: statuses, arms, offers, owners, the line."""
    n = len(data["score"])
    order = random.sample(range(n), n)
    one = plan(data, holdout=holdout, **limit, **mode)
    other = plan({name: [cells[i] for i in order] for name, cells in data.items()}, holdout=holdout, **limit, **mode)
    for name in ("status", "holdout", "intended", "offers", "cost"):
        np.testing.assert_array_equal(getattr(other, name), getattr(one, name)[order], err_msg=name)
    assert [other.owners[i] if i >= 0 else None for i in other.owner] == [
        one.owners[one.owner[i]] if one.owner[i] >= 0 else None for i in order
    ]


@settings(max_examples=40, deadline=None)
@given(answers(least=1), st.integers(0, 100), st.floats(0, 0.9))
def test_the_arm_is_the_customers(data: dict[str, list[Any]], seed: int, share: float) -> None:
    """Law: whoever else answers, a customer is in one arm in all rows; ids as numbers and as texts are in the same."""
    numbered = {**data, "id": [int(who[1:]) for who in data["id"]]}
    as_text = {**data, "id": [who[1:] for who in data["id"]]}
    whole = plan(numbered, holdout=share, rng=seed)
    np.testing.assert_array_equal(plan(as_text, holdout=share, rng=seed).holdout, whole.holdout)
    half = {name: cells[: len(cells) // 2] for name, cells in numbered.items()}
    np.testing.assert_array_equal(plan(half, holdout=share, rng=seed).holdout, whole.holdout[: len(half["id"])])
    arms: dict[int, set[bool]] = {}
    for who, held in zip(numbered["id"], whole.holdout.tolist(), strict=True):
        arms.setdefault(who, set()).add(held)
    assert all(len(arm) == 1 for arm in arms.values())


@settings(max_examples=60, deadline=None)
@given(answers(), limits, modes, seeds)
def test_both_arms_stand_above_the_line_by_the_same_rule(
    data: dict[str, list[Any]], limit: dict[str, Any], mode: dict[str, Any], seed: int
) -> None:
    """Law: without limits all with something to gain are intended, in both arms; else status and line agree.

    The left alone above the line have the status holdout, those below it lack money or hours as anybody does.
    """
    everybody, split = plan(data, **mode), plan(data, holdout=0.5, rng=seed, **mode)
    np.testing.assert_array_equal(everybody.intended, everybody.chosen)
    np.testing.assert_array_equal(split.intended, everybody.intended)
    np.testing.assert_array_equal(split.chosen, everybody.intended & ~split.holdout)
    limited = plan(data, holdout=0.5, rng=seed, **limit, **mode)
    held = limited.holdout & np.isin(limited.status, (CHOSEN, HOLDOUT, BUDGET, CAPACITY, NO_GAIN))
    np.testing.assert_array_equal(limited.status[held] == HOLDOUT, limited.intended[held])
    if limit["budget"] is None:
        assert not (limited.status == BUDGET).any()
    if limit["capacity"] is None:
        assert not (limited.status == CAPACITY).any()
    if mode.get("method") != "exact":
        # whoever is above the line and not left alone is treated
        assert (limited.intended & ~limited.holdout <= limited.chosen).all()


def test_the_line_is_drawn_alike_over_many_splits() -> None:
    """Law: what the arms above the line are like differs by chance only, over 40 splits."""
    rng = np.random.default_rng(3)
    n = 200
    data = {
        "score": rng.integers(0, 11, n).tolist(),
        "id": [f"c{i}" for i in range(n)],
        "value": rng.lognormal(5, 1, n).tolist(),
        "at": [None] * n,
    }
    survey = nk.Survey(data, score="score", customer="id")
    values, differences = np.array(data["value"]), []
    for seed in range(40):
        found = survey.follow_up(lift=LIFT, budget=150, capacity=10, holdout=0.5, rng=seed)
        above = found.intended
        differences.append(values[above & found.holdout].mean() - values[above & ~found.holdout].mean())
    error = np.std(differences, ddof=1) / math.sqrt(len(differences))
    assert abs(np.mean(differences)) < 3 * error


@settings(max_examples=60, deadline=None)
@given(answers(least=1), st.data())
def test_who_is_left_alone_whichever_row_says_so(data: dict[str, list[Any]], draw: st.DataObject) -> None:
    """Law: nobody is chosen who opted out or was contacted lately in any row, whose answer is too old or not the one.

    Of each customer at most the latest scored answer counts.
    """
    n = len(data["score"])
    out = draw.draw(st.lists(st.booleans(), min_size=n, max_size=n))
    contacted = draw.draw(
        st.lists(st.sampled_from([None, "2026-02-01", "2026-02-28", "2026-04-01"]), min_size=n, max_size=n)
    )
    found = plan({**data, "opted_out": out, "last_contact": contacted}, quiet="10 days", max_age="1 days")
    latest: dict[str, int] = {}
    for row in np.argsort(np.array(data["at"], dtype="M8[us]")).tolist():
        score = data["score"][row]
        if score is not None and 0 <= score <= 10:
            latest[data["id"][row]] = row
    now = np.datetime64(max(data["at"]), "us")
    for row in range(n):
        mine = [i for i in range(n) if data["id"][i] == data["id"][row]]
        if data["score"][row] is None or not 0 <= data["score"][row] <= 10:
            expected = "unscored"
        elif latest[data["id"][row]] != row:
            expected = "superseded"
        elif any(out[i] for i in mine):
            expected = "opted out"
        elif any(
            contacted[i] is not None and np.datetime64(contacted[i]) > now - np.timedelta64(10, "D") for i in mine
        ):
            expected = "quiet"
        elif np.datetime64(data["at"][row], "us") < now - np.timedelta64(1, "D"):
            expected = "too old"
        else:
            expected = "chosen"
        assert STATUSES[found.status[row]] == expected


def test_of_answers_at_the_same_time_the_most_pressing_counts() -> None:
    """Example: without times the answer with the highest priority stands for its customer, of equals the last."""
    survey = nk.Survey({"score": [9, 2, 6, 2], "id": list("aaab")}, score="score", customer="id")
    assert survey.follow_up().status.tolist() == [SUPERSEDED, CHOSEN, SUPERSEDED, CHOSEN]
    assert nk.Survey({"score": [3, 3], "id": [1, 1]}, customer="id").follow_up().status.tolist() == [SUPERSEDED, CHOSEN]


def test_rows_without_a_customer_are_their_own() -> None:
    """Law: whom nobody can name is not superseded, not held out and no part of the comparison."""
    data = {"score": [2] * 40, "id": [None, float("nan"), " ", "n/a"] * 10}
    found = nk.Survey(data, customer="id").follow_up(holdout=0.5)
    assert len(found) == 40
    assert not found.holdout.any()
    assert not found.intended.any()
    assert all(who is None for who in found.customers)


def test_capacities_of_persons_and_of_teams() -> None:
    """Example: members say who shares a team's work; each keeps to their hours; others have none to give."""
    data = {"score": [3] * 20 + [10] * 20, "id": list(range(40))}
    survey = nk.Survey(data, customer="id")
    found = survey.follow_up(
        capacity={"Anna": 1.0, "Bo": 0.5, "Cy": 0.1},
        members={"customer care": ["Anna", "Bo"], "community": ["Cy"]},
    )
    assert {name: round(hours, 2) for name, hours in found.limits.used.items()} == {"Anna": 0.9, "Bo": 0.3, "Cy": 0.07}
    assert {found.owners[i] for i in found.owner[:20] if i >= 0} == {"Anna", "Bo"}
    assert {found.owners[i] for i in found.owner[20:] if i >= 0} == {"Cy"}
    assert found.status[found.status != CHOSEN].tolist() == [CAPACITY] * (40 - len(found))


def test_left_alone_below_the_line_lack_what_the_others_lack() -> None:
    """Example: where both money and hours are short, the reason is the limit that costs more of the best alternative.

    The prices here are of hours for nearly all; an offer that must be made needs money.
    """
    n = 60
    data = {"score": [3] * n, "id": list(range(n)), "value": [500.0 + i for i in range(n)]}
    survey = nk.Survey(data, customer="id")
    found = survey.follow_up(lift=0.2, budget=100, capacity=4, holdout=0.5)
    below = found.holdout & ~found.intended
    assert set(found.status[below]) == set(found.status[~found.holdout & ~found.intended]) == {CAPACITY}
    rule = nk.Rule("gift", actions="thank", offers=nk.Offer("gift", amount=30), offer_required=True)
    playbook = nk.Playbook([rule])
    for options in ({"lift": 0.2}, {}):
        short = survey.follow_up(playbook, budget=100, capacity=10, holdout=0.5, **options)  # type: ignore[arg-type]
        assert set(short.status[short.holdout & ~short.intended]) == {BUDGET}
        assert short.counts["chosen"] == 3


def test_a_negative_lift_is_no_gain() -> None:
    """Example: who would rather leave for being contacted is left alone, in both arms; and of whom nothing is known."""
    data = {"score": [3, 3, 8, 10] * 5, "id": list(range(20)), "value": [100, None, 100, 100] * 5}
    found = nk.Survey(data, customer="id").follow_up(lift={"detractor": 0.5, "passive": -0.1}, holdout=0.4)
    assert set(found.status[2::4]) == set(found.status[1::4]) == set(found.status[3::4]) == {NO_GAIN}
    assert found.why(1).startswith("what it would bring is not known")
    assert found.why(3).startswith("what it would bring is not known")
    assert found.why(2) == "costs more than it is expected to bring"
    assert set(found.status[0::4]) <= {CHOSEN, HOLDOUT}


@pytest.mark.parametrize("options", [{}, FOR_VALUE, {"capacity": 3}, {"capacity": {"Anna": 3}}, {"holdout": 0.5}])
def test_nobody_to_follow_up(options: dict[str, Any]) -> None:
    """Law: an empty survey, and one where nothing can be scored, make an empty plan that prints."""
    empty: dict[str, list[Any]] = {"score": [], "id": [], "value": [], "at": []}
    for data, status in (
        (empty, None),
        ({**empty, "score": [None, 11], "id": [1, 2], "value": [1, 2], "at": [None] * 2}, UNSCORED),
    ):
        found = plan(data, budget=10, **options)
        assert len(found) == 0
        assert list(found) == []
        assert set(found.status) <= {status}
        assert "0 of" in str(found)
        assert found.to_dict()["follow_ups"] == []
        assert found.columns()["row"] == []
        assert "<table>" in found._repr_html_()


def test_other_scorers() -> None:
    """Example: the SCI has rules of its own; where the playbook has none for a category, the reason says so."""
    three = {"a": [5, 1, 5, None], "b": [5, 1, 4, 3], "c": [5, 2, 4, 3], "id": list("wxyz")}
    sci = nk.Survey(three, score=["a", "b", "c"], scorer=nk.SCI(), customer="id").follow_up()
    assert {each.customer: each.category for each in sci} == {"w": "secure", "x": "at risk", "y": "favorable"}
    assert sci.why(3) == "the answer to satisfaction is missing"
    csat = nk.Survey({"score": [1, 5, 9]}, score="score", scorer=nk.CSAT()).follow_up()
    assert csat.status.tolist() == [CHOSEN, CHOSEN, UNSCORED]
    assert [each.strategy for each in csat] == ["silent unhappy customer", "silent happy customer"]
    named = nk.Survey({"score": [1, 5]}, score="score", scorer=nk.CSAT()).follow_up(nk.Playbook.from_toml(TOML))
    assert named.status.tolist() == [NO_STRATEGY] * 2
    assert "no strategy of the playbook applies" in named.why(0)
    assert csat.why(2) == "the answer 9 is not on the scale 1..5"  # was: "the answer 6"


def test_the_exact_plan_is_at_least_as_good() -> None:
    """Law: the exact plan is worth no less than the greedy one, and no more than the bound."""
    rng = np.random.default_rng(1)
    n = 60
    data = {"score": rng.integers(0, 7, n).tolist(), "value": rng.lognormal(5, 1, n).tolist(), "id": list(range(n))}
    survey = nk.Survey(data, customer="id")
    options: dict[str, Any] = {
        "lift": {"detractor": 0.1, ("detractor", "compensation"): 0.2},
        "budget": 90,
        "capacity": 9,
    }
    greedy, exact = survey.follow_up(**options), survey.follow_up(method="exact", **options)
    assert greedy.limits.value <= exact.limits.value + 1e-9 <= exact.limits.bound + 2e-9
    assert (greedy.limits.method, exact.limits.method) == ("greedy", "exact")
    assert exact.limits.price_of_hours["everybody"] > 0


def test_a_generator_draws_the_experiment() -> None:
    """Law: the same seed of a generator leaves the same customers alone, the next draw others."""
    data = {"score": [5] * 200, "id": list(range(200))}
    survey = nk.Survey(data, customer="id")
    rng = np.random.default_rng(5)
    first, second = (survey.follow_up(holdout=0.5, rng=rng).holdout for _ in range(2))
    again = survey.follow_up(holdout=0.5, rng=np.random.default_rng(5)).holdout
    np.testing.assert_array_equal(first, again)
    assert (first != second).any()
    assert 60 < first.sum() < 140

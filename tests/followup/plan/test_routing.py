"""Who answers: everybody gets their share, and nobody is asked who is not there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.followup.plan.routing import route

HOURS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 40), min_size=1)


def dealt(n: int, hours: dict[str, float]) -> list[str]:
    """Return who gets each of `n` candidates of one team, in order of priority."""
    routes = route(["care"], np.zeros(n, dtype=np.intp), np.arange(n), hours)
    return [routes.names[i] for i in routes.owner]


@given(HOURS, st.integers(0, 60))
def test_each_person_gets_a_share_in_proportion_to_their_hours_in_every_stretch_of_the_queue(
    hours: dict[str, float], n: int
) -> None:
    """Law: after any number of candidates nobody is a whole person's turn away from their share, summed over all."""
    owners = dealt(n, hours)
    assert len(owners) == n
    total = sum(hours.values())
    weights = hours if total else dict.fromkeys(hours, 1)
    total = total or len(hours)
    for so_far in range(n + 1):
        for person, weight in weights.items():
            share = so_far * weight / total
            # Webster's sequence may leave the share by a little more than one half, never by the number of persons
            assert abs(owners[:so_far].count(person) - share) < max(1.0, len(hours) / 2)


@given(HOURS, st.integers(0, 30), st.integers(0, 30))
def test_a_longer_queue_begins_as_the_shorter_one(hours: dict[str, float], n: int, more: int) -> None:
    """Law: who gets a candidate does not depend on those after it."""
    assert dealt(n + more, hours)[:n] == dealt(n, hours)


@given(st.integers(1, 30), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(n: int, random: object) -> None:
    """Law: the candidates are dealt out in order of priority, wherever they stand."""
    order = np.random.default_rng(n).permutation(n)
    routes = route(["care"], np.zeros(n, dtype=np.intp), order, {"a": 3, "b": 1})
    assert [routes.names[i] for i in routes.owner[order]] == dealt(n, {"a": 3, "b": 1})


def test_a_number_of_hours_is_of_everybody_together() -> None:
    """Law: without names the owner is the team, and one limit holds for all."""
    routes = route(["care", "sales"], np.array([1, 0]), np.arange(2), 12)
    owner, hours = routes.limits
    assert ([routes.names[i] for i in routes.owner], owner, hours.tolist()) == (["sales", "care"], None, [12.0])
    assert route(["care"], np.zeros(1, dtype=np.intp), np.arange(1)).limits[1].tolist() == [np.inf]


def test_members_answer_for_their_team_only() -> None:
    """Law: a candidate goes to a person of its team; without members, teams named in capacity answer as one."""
    team, order = np.array([0, 0, 1, 1]), np.arange(4)
    routes = route(
        ["care", "sales"], team, order, {"Anna": 8, "Bo": 8, "Cy": 0}, {"care": ["Anna"], "sales": ["Bo", "Cy"]}
    )
    assert [routes.names[i] for i in routes.owner] == ["Anna", "Anna", "Bo", "Bo"]
    as_teams = route(["care", "sales"], team, order, {"sales": 3, "care": 5})
    assert [as_teams.names[i] for i in as_teams.owner] == ["care", "care", "sales", "sales"]
    assert as_teams.limits[1].tolist() == [3.0, 5.0]


def test_unlimited_hours_share_as_the_busiest_of_the_others() -> None:
    """Law: hours may be infinite."""
    assert dealt(4, {"a": np.inf, "b": np.inf}) == ["a", "b", "a", "b"]


@pytest.mark.parametrize(
    ("capacity", "members", "error", "says"),
    [
        ("40", None, InvalidTypeError, "capacity must be a number"),
        (True, None, InvalidTypeError, "capacity must be a number"),
        (-1, None, InvalidValueError, "at least 0"),
        (float("nan"), None, InvalidValueError, "capacity must be finite"),
        ({"Anna": "x"}, None, InvalidTypeError, r"capacity\['Anna'\]"),
        ({}, None, InvalidValueError, "names nobody"),
        (3, {"care": ["Anna"]}, IncompatibleError, "members says who shares"),
        ({"Anna": 3}, {"care": "Anna"}, InvalidTypeError, "members maps"),
        ({"Anna": 3}, {"care": ["Ana"]}, InvalidValueError, "did you mean 'Anna'"),
        ({"Anna": 3}, {"sales": ["Anna"]}, IncompatibleError, "nobody answers for the team 'care'"),
        ({"sales": 3}, None, IncompatibleError, "nobody answers for the team 'care'"),
    ],
)
def test_what_cannot_be_routed_says_so(capacity: object, members: object, error: type[Exception], says: str) -> None:
    """Law: an error names the argument, the value and the fix."""
    with pytest.raises(error, match=says):
        route(["care", "sales"], np.zeros(2, dtype=np.intp), np.arange(2), capacity, members)  # type: ignore[arg-type]

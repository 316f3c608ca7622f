"""Who answers: every candidate goes to one person of the team that should, each person in proportion to their hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Frozen
from npskit.checks import amount
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, did_you_mean, quoted, written

Capacity = float | Mapping[str, float] | None
"""Hours of work: of everybody together, or of each team or person; None where they do not matter."""


@attrs.frozen(eq=False)
class Routes(Frozen):
    """Who answers each candidate.

    Args:
        names: The teams or persons.
        owner: Index into `names` for each candidate, shape `(n,)`.
        hours: Hours each of `names` has, shape `(len(names),)`; infinite where nothing was said. None where hours are
            of everybody together, or of no account.
        together: Hours of everybody together, infinite where nothing was said.
    """

    names: tuple[str, ...]
    owner: NDArray[np.intp]
    hours: NDArray[np.float64] | None = None
    together: float = np.inf

    @property
    def limits(self) -> tuple[NDArray[np.intp] | None, NDArray[np.float64]]:
        """Who uses whose hours, and how many there are: the two arguments an allocation asks for."""
        if self.hours is None:
            return None, np.array([self.together])
        return self.owner, self.hours


def route(
    teams: Sequence[str],
    team: NDArray[np.intp],
    order: NDArray[np.intp],
    capacity: Capacity = None,
    members: Mapping[str, Sequence[str]] | None = None,
) -> Routes:
    """Say who answers each candidate, so that everybody gets work in proportion to their hours.

    Within a team the candidates are dealt out in order of priority, so that each person gets urgent and less urgent
    ones alike; the shares are those of the largest-remainder sequence of Webster (Sainte-Lague): the candidate goes to
    whoever has the smallest `(given so far + 1/2) / hours`.

    Args:
        teams: The names of the teams.
        team: The team of each candidate, index into `teams`, shape `(n,)`.
        order: The candidates in order of priority, a permutation of `range(n)`.
        capacity: Hours of work: a number for everybody together, or a mapping of teams or persons to their hours.
        members: The persons of each team. Without it the names in `capacity` are teams, or, where none of them is,
            persons who answer for every team.

    Raises:
        InvalidTypeError: If `capacity` is neither a number nor a mapping to numbers, or `members` no mapping to names.
        InvalidValueError: If hours are negative or not a number, or a name is not known.
        IncompatibleError: If a team with candidates has nobody who could answer.

    Example:
        >>> team, order = np.zeros(6, dtype=np.intp), np.arange(6)
        >>> routes = route(["care"], team, order, {"Anna": 20, "Bo": 10})
        >>> [routes.names[i] for i in routes.owner]
        ['Anna', 'Bo', 'Anna', 'Anna', 'Bo', 'Anna']
    """
    if capacity is None or not isinstance(capacity, Mapping):
        if members is not None:
            raise IncompatibleError("members says who shares the hours of capacity: give capacity={'Anna': 20, ...}")
        return Routes(tuple(teams), team, together=np.inf if capacity is None else amount(capacity, "capacity"))
    given: list[Any] = list(capacity)
    nameless = [name for name in given if not isinstance(name, str)]
    if nameless:
        raise InvalidTypeError(f"capacity maps names of teams or persons to hours: {quoted(nameless[0])} is no name")
    hours = {written(name): amount(value, f"capacity[{quoted(name)}]") for name, value in capacity.items()}
    needed = [teams[i] for i in np.unique(team)]
    people = _members(teams, needed, hours, members)
    names = tuple(hours)
    owner = np.zeros(len(team), dtype=np.intp)
    for place in np.unique(team):
        persons = [names.index(person) for person in people[teams[place]]]
        queue = order[team[order] == place]
        owner[queue] = np.array(persons, dtype=np.intp)[
            _shares(np.array([hours[names[p]] for p in persons]), len(queue))
        ]
    return Routes(names, owner, np.array(list(hours.values()), dtype=np.float64))


def _shares(hours: NDArray[np.float64], n: int) -> NDArray[np.intp]:
    """Return who gets each of `n` in turn, in proportion to their hours; those without hours only if nobody has any."""
    finite = np.where(np.isinf(hours), max(1.0, hours[np.isfinite(hours)].max(initial=1.0)), hours)
    weight = finite if finite.any() else np.ones_like(finite)
    # each person's turns fall at (j + 1/2) / weight; nobody takes more than one turn beyond their share
    turns = np.ceil(n * weight / weight.sum()).astype(np.intp) + 1
    turns[weight == 0] = 0
    who = np.repeat(np.arange(len(weight)), turns)
    nth = np.arange(turns.sum()) - np.repeat(np.cumsum(turns) - turns, turns)
    with np.errstate(over="ignore"):  # of hardly any hours a turn never comes
        first: NDArray[np.intp] = who[np.argsort((nth + 0.5) / (weight / weight.max())[who], kind="stable")][:n]
    return first


def _members(
    teams: Sequence[str], needed: Sequence[str], hours: Mapping[str, float], members: Any
) -> dict[str, tuple[str, ...]]:
    """Return the persons, or the team itself, that answer for each team."""
    if members is None:
        if not hours:
            raise InvalidValueError("capacity names nobody: give {'Anna': 20, ...}, a number of hours, or leave it out")
        own = any(name in teams for name in hours)
        people = {name: (name,) if own else tuple(hours) for name in (hours if own else teams)}
    else:
        if not isinstance(members, Mapping) or any(isinstance(names, str) for names in members.values()):
            raise InvalidTypeError(
                f"members maps each team to its persons, as {{'care': ['Anna']}}: got {quoted(members)}"
            )
        people = {team: tuple(names) for team, names in members.items()}
        for team, names in people.items():
            strangers = [name for name in names if name not in hours]
            if strangers:
                raise InvalidValueError(
                    f"members[{quoted(team)}]: capacity says nothing of {quoted(strangers[0])}; "
                    f"{did_you_mean(strangers[0], hours)}"
                )
    deserted = [team for team in needed if not people.get(team)]
    if deserted:
        raise IncompatibleError(
            f"nobody answers for the team {quoted(deserted[0])}: give its hours in capacity, or its persons in members "
            f"(teams with candidates: {', '.join(needed)})"
        )
    return people

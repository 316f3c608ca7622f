"""What can be done for each candidate, what it costs and what it is expected to bring."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.errors import IncompatibleError
from npskit.followup.assigned import Assigned
from npskit.followup.candidates import Answers
from npskit.followup.gains import Lift, Read, check_lift, lift_of


@attrs.frozen(eq=False)
class Options:
    """What can be done for each candidate: the offers of its recommendation in their order, and last contact without.

    Args:
        cost: In your currency, NaN where the alternative is not there; shape `(candidates, K)`.
        hours: Of staff work, those of the steps that are taken then; shape `(candidates, K)`.
        gain: Expected value beyond the cost, NaN where unknown; shape `(candidates, K)`. None without value and lift.
    """

    cost: NDArray[np.float64]
    hours: NDArray[np.float64]
    gain: NDArray[np.float64] | None

    @property
    def without(self) -> int:
        """The column of contact without an offer."""
        return int(self.cost.shape[1]) - 1

    @property
    def best(self) -> NDArray[np.float64]:
        """The most each candidate is expected to bring, NaN where unknown, shape `(candidates,)`."""
        if self.gain is None:
            return np.full(len(self.cost), np.nan)
        best: NDArray[np.float64] = np.fmax.reduce(self.gain, axis=1)
        return best


def options_of(answers: Answers, assigned: Assigned, rows: NDArray[np.intp], lift: Lift, read: Read) -> Options:
    """Return what can be done for each candidate, with its cost and, where value and lift are known, its gain.

    Args:
        answers: The responses.
        assigned: What the playbook recommends.
        rows: The candidates.
        lift: See `npskit.followup.gains.Lift`.
        read: Returns a column that `lift` names.

    Raises:
        InvalidTypeError, InvalidValueError, IncompatibleError: If `lift` cannot be used.
    """
    width = 1 + max((len(offers) for offers, _ in assigned.menus), default=0)
    values = np.full(len(rows), np.nan) if answers.values is None else answers.values[rows]
    menu = assigned.menu[rows]
    cost, hours = np.full((len(rows), width), np.nan), np.zeros((len(rows), width))
    for number, ((offers, required), minutes) in enumerate(zip(assigned.menus, assigned.menu_minutes, strict=True)):
        mine = np.flatnonzero(menu == number)
        for k, offer in enumerate(offers):
            cost[mine, k], hours[mine, k] = offer.costs(values[mine]), minutes[k] / 60
        hours[mine, -1] = minutes[-1] / 60
        if not required:
            cost[mine, -1] = 0.0
    if lift is None:
        return Options(cost, hours, None)
    check_lift(lift, answers.book.categories, sorted({o.name for offers, _ in assigned.menus for o in offers}))
    if answers.values is None:
        raise IncompatibleError(
            "lift says by how much more customers stay; what that brings depends on what they are worth: give value= a "
            "column, or one number for all"
        )
    rising = np.full((len(rows), width), np.nan)
    for mine, category, k, offer_name in _parts(answers.categories[rows], assigned, menu):
        rising[mine, k] = lift_of(lift, answers.book.categories[category], offer_name, rows[mine], read)
    return Options(cost, hours, rising * values[:, None] - cost)


def _parts(
    categories: NDArray[np.intp], assigned: Assigned, menu: NDArray[np.int32]
) -> Iterator[tuple[NDArray[Any], int, int, str | None]]:
    """Yield the candidates of each category and menu, with the column and the name of each of their offers."""
    for number, (offers, _) in enumerate(assigned.menus):
        theirs = np.flatnonzero(menu == number)
        for category in np.unique(categories[theirs]).tolist():
            mine = theirs[categories[theirs] == category]
            for k, offer in enumerate(offers):
                yield mine, category, k, offer.name
            yield mine, category, -1, None

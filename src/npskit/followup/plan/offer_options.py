"""What can be done for each candidate, what it costs and what it is expected to bring."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Codes, Floats
from npskit.errors import IncompatibleError
from npskit.followup.plan.gains import Lift, Read, check_lift, lift_of
from npskit.followup.playbook import Assigned


@attrs.frozen(eq=False)
class OfferOptions:
    """What can be done for each candidate: the offers of its recommendation in their order, and last contact without.

    Args:
        cost: In your currency, NaN where the alternative is not there; shape `(candidates, K)`.
        hours: Of staff work, those of the steps that are taken then; shape `(candidates, K)`.
        gain: Expected value beyond the cost, NaN where unknown; shape `(candidates, K)`. None without value and lift.
    """

    cost: Floats
    hours: Floats
    gain: Floats | None

    @property
    def without(self) -> int:
        """The column of contact without an offer."""
        return int(self.cost.shape[1]) - 1

    @property
    def best(self) -> Floats:
        """The most each candidate is expected to bring, NaN where unknown, shape `(candidates,)`."""
        if self.gain is None:
            return np.full(len(self.cost), np.nan)
        best: Floats = np.fmax.reduce(self.gain, axis=1)
        return best


def options_of(assigned: Assigned, rows: Codes, lift: Lift, read: Read) -> OfferOptions:
    """Return what can be done for each candidate, with its cost and, where value and lift are known, its gain.

    Args:
        assigned: What the playbook recommends.
        rows: The candidates.
        lift: See `npskit.followup.plan.gains.Lift`.
        read: Returns a column that `lift` names.

    Raises:
        InvalidTypeError, InvalidValueError, IncompatibleError: If `lift` cannot be used.
    """
    menus, table = assigned.menus, assigned.table
    width = 1 + max((len(menu.offers) for menu in menus), default=0)
    values = np.full(len(rows), np.nan) if table.value is None else table.value[rows]
    groups = _grouped(assigned.menu[rows], len(menus))
    cost, hours = np.full((len(rows), width), np.nan), np.zeros((len(rows), width))
    for menu, group in zip(menus, groups, strict=True):
        minutes = menu.minutes
        for k, offer in enumerate(menu.offers):
            cost[group, k], hours[group, k] = offer.costs(values[group]), minutes[k] / 60
        hours[group, -1] = minutes[-1] / 60
        if not menu.offer_required:
            cost[group, -1] = 0.0
    if lift is None:
        return OfferOptions(cost, hours, None)
    categories = table.codebook.categories
    check_lift(lift, categories, sorted({offer.name for menu in menus for offer in menu.offers}))
    if table.value is None:
        raise IncompatibleError(
            "lift says by how much more customers stay; what that brings depends on what they are worth: give value= a "
            "column, or one number for all"
        )
    rising = np.full((len(rows), width), np.nan)
    for menu, group in zip(menus, groups, strict=True):
        for category, part in zip(categories, _grouped(table.category[rows[group]], len(categories)), strict=True):
            place = group[part]
            for k, name in (*((k, offer.name) for k, offer in enumerate(menu.offers)), (-1, None)):
                if len(place):
                    rising[place, k] = lift_of(lift, category, name, rows[place], read)
    return OfferOptions(cost, hours, rising * values[:, None] - cost)


def _grouped(codes: NDArray[Any], count: int) -> list[Codes]:
    """Return the rows of each code below `count`, in their order."""
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.searchsorted(codes[order], np.arange(1, count))) if count else []

"""What can be done for each candidate, what it costs and what it is expected to bring."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Codes, Floats, Frozen
from npskit.checks import one_of
from npskit.data import row_said
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, did_you_mean, quoted
from npskit.followup.playbook import CRITICAL, Assigned, Offer
from npskit.reals import as_float

Lift = float | str | Mapping[Any, Any] | None
"""P(stays | followed up) - P(stays | left alone): a number, a column, or a mapping of categories to either.

The keys of a mapping are categories, or pairs of a category and the name of an offer; what is said of a pair holds for
that offer, what is said of the category for all else.
"""
Read = Callable[[str, str], NDArray[np.float64]]
"""Returns a column of numbers, by its name and what it is wanted for."""


def check_lift(lift: Lift, categories: Sequence[str], offers: Sequence[str]) -> None:
    """Refuse what is no lift, and keys that name no category or no offer: they would silently count for nothing.

    Args:
        lift: As the user gave it.
        categories: The categories of the scorer.
        offers: The names of the offers that the playbook makes.

    Raises:
        InvalidTypeError: If a key is neither a text nor a pair, or a lift neither a number nor a column.
        InvalidValueError: If a category or an offer is not known, the message says which one is close; or if a lift is
            not within -1..1.

    Example:
        >>> check_lift({"detractor": 0.1, ("passive", "gift"): "uplift"}, ("detractor", "passive"), ("gift",))
        >>> check_lift({"detracter": 0.1}, ("detractor", "passive"), ())
        Traceback (most recent call last):
        ...
        npskit.errors.InvalidValueError: a category of lift must be one of 'detractor', 'passive': got 'detracter'; ...
    """
    if not isinstance(lift, Mapping):
        _check_value(lift)
        return
    if not lift:
        raise InvalidValueError("lift says nothing of any category: give {'detractor': 0.1}, or leave it out")
    for key, said in lift.items():
        category, offer = key if isinstance(key, tuple) and len(key) == 2 else (key, None)
        if not isinstance(category, str) or not isinstance(offer, str | None):
            raise InvalidTypeError(
                f"lift: keys are categories, or pairs of a category and an offer, such as 'detractor' or "
                f"('detractor', 'compensation'): got {quoted(key)}"
            )
        one_of(category, categories, "a category of lift")
        if offer is not None and offer not in offers:
            raise InvalidValueError(
                f"lift: nobody is made an offer {quoted(offer)}; {did_you_mean(offer, offers)}"
                if offers
                else f"lift: nobody is made an offer, so ({quoted(category)}, {quoted(offer)}) says nothing"
            )
        _check_value(said)


def _check_value(said: Any) -> None:
    """Refuse what is neither a share, nor the name of a column, nor nothing."""
    if said is None or isinstance(said, str):
        return
    odd = isinstance(said, bool | np.timedelta64 | np.complexfloating)
    if odd or not isinstance(said, int | float | np.number):
        raise InvalidTypeError(
            f"lift must be a number, a column or a mapping of categories to them: got {quoted(said)}"
        )
    if not abs(as_float(said)) <= 1:
        raise InvalidValueError(f"{_WANTED}: got {quoted(said)}")


_WANTED = "lift is a difference of two shares, from -1 to 1 (0.05 for five in a hundred)"


def lift_of(
    lift: Lift,
    category: str,
    offer: str | None,
    rows: NDArray[np.intp],
    read: Read,
    row_numbers: NDArray[np.int64] | None = None,
) -> NDArray[np.float64]:
    """Return the lift of one offer, or of none, in one category, for some rows: NaN where nothing is said of it.

    Args:
        lift: As the user gave it, checked by `check_lift`.
        category: The category of these rows.
        offer: The name of the offer, None for following up without one.
        rows: The rows wanted.
        read: Returns a column.
        row_numbers: The row of the file that each came from; None where they came from none.

    Raises:
        InvalidValueError: If a lift in a column is not a number from -1 to 1.

    Example:
        >>> lift_of({"passive": 0.1, ("passive", "gift"): 0.2}, "passive", "gift", np.arange(2), None).tolist()
        [0.2, 0.2]
    """
    said: Any = lift
    if isinstance(lift, Mapping):
        said = lift.get((category, offer), lift.get(category))
    if not isinstance(said, str):
        return np.full(len(rows), math.nan if said is None else float(said))
    values = read(said, "lift")[rows]
    bad = np.flatnonzero(np.abs(values) > 1)
    if bad.size:
        more = f" ({bad.size} such rows)" if bad.size > 1 else ""
        raise InvalidValueError(
            f"{_WANTED}: got {values[bad[0]]:g} in {row_said(rows[bad[0]], row_numbers)}, column {quoted(said)}{more}"
        )
    return values


@attrs.frozen(eq=False)
class OfferOptions(Frozen):
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
        return np.asarray(np.fmax.reduce(self.gain, axis=1))


def options_of(
    assigned: Assigned, rows: Codes, lift: Lift, read: Read, payable: Collection[str] | None = None
) -> OfferOptions:
    """Return what can be done for each candidate, with its cost and, where value and lift are known, its gain.

    Args:
        assigned: What the playbook recommends.
        rows: The candidates.
        lift: See `Lift`.
        read: Returns a column that `lift` names.
        payable: The offers that may be made although they cost money; None for all.

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
            if is_payable(offer, payable):
                cost[group, k] = offer.costs(values[group])
            hours[group, k] = minutes[k] / 60
        hours[group, -1] = minutes[-1] / 60
        # A critical comment is answered even where the offer it calls for is not made.
        free = group[assigned.urgency[rows[group]] >= CRITICAL] if menu.offer_required else group
        cost[free, -1] = 0.0
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
                    rising[place, k] = lift_of(lift, category, name, rows[place], read, table.row_numbers)
    return OfferOptions(cost, hours, rising * values[:, None] - cost)


def is_payable(offer: Offer, payable: Collection[str] | None) -> bool:
    """Whether an offer may be made: it costs nothing, or its money may be spent."""
    return payable is None or offer.name in payable or not (offer.amount or offer.share) or offer.cap == 0


def _grouped(codes: NDArray[Any], count: int) -> list[Codes]:
    """Return the rows of each code below `count`, in their order."""
    order = np.argsort(codes, kind="stable")
    order = order[codes[order] >= 0]
    return np.split(order, np.searchsorted(codes[order], np.arange(1, count))) if count else []

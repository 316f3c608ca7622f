"""What following up is expected to bring: the lift in the chance to keep a customer, times the customer's value."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.checks import one_of
from npskit.errors import InvalidTypeError, InvalidValueError, did_you_mean

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
                f"('detractor', 'compensation'): got {key!r}"
            )
        one_of(category, categories, "a category of lift")
        if offer is not None and offer not in offers:
            raise InvalidValueError(
                f"lift: nobody is made an offer {offer!r}; {did_you_mean(offer, offers)}"
                if offers
                else f"lift: nobody is made an offer, so ({category!r}, {offer!r}) says nothing"
            )
        _check_value(said)


def _check_value(said: Any) -> None:
    """Refuse what is neither a share, nor the name of a column, nor nothing."""
    if said is None or isinstance(said, str):
        return
    if isinstance(said, bool) or not isinstance(said, int | float | np.number):
        raise InvalidTypeError(f"lift must be a number, a column or a mapping of categories to them: got {said!r}")
    if not abs(float(said)) <= 1:
        raise InvalidValueError(f"{_WANTED}: got {float(said):g}")


_WANTED = "lift is a difference of two shares, from -1 to 1 (0.05 for five in a hundred)"


def lift_of(lift: Lift, category: str, offer: str | None, rows: NDArray[np.intp], read: Read) -> NDArray[np.float64]:
    """Return the lift of one offer, or of none, in one category, for some rows: NaN where nothing is said of it.

    Args:
        lift: As the user gave it, checked by `check_lift`.
        category: The category of these rows.
        offer: The name of the offer, None for following up without one.
        rows: The rows wanted.
        read: Returns a column.

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
            f"{_WANTED}: got {values[bad[0]]:g} in row {rows[bad[0]]} (from 0) of column {said!r}{more}"
        )
    return values

"""What an answer to a response is made of: the steps that are taken, and the offers that may be made."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.checks import as_tuple, finite_number, is_bool, is_missing, is_number, is_text, is_text_or_none
from npskit.data import floats_of
from npskit.errors import InvalidValueError, NpskitError
from npskit.followup.playbook.part_checks import NO_TIME, as_after, is_amount, is_amount_or_none
from npskit.followup.playbook.worth_to_customer import Worth, as_worth
from npskit.reals import to_real, to_real_or_none


@attrs.frozen
class Action:
    """One step of an answer.

    Args:
        name: What is done, by the name its message templates have: `"thank"`, `"apologize"`, `"stay_in_touch"`.
        after: How long after the follow-up is due: a timedelta or a text such as `"14 days"`.
        minutes: The staff time it takes.
        amount: Up to how much, in your currency, whoever takes the step may spend to settle the matter at once; None
            for nothing. It is an authority, no offer: no letter names it, and no budget counts it.
        needs_offer: Whether it is taken only together with an offer whose `step` it is: a compensation is not
            announced where none is made.

    Raises:
        InvalidTypeError, InvalidValueError: If a part cannot be used; the message names it.

    Example:
        >>> Action("stay_in_touch", after="14 days", minutes=5)
        Action(name='stay_in_touch', after=datetime.timedelta(days=14), minutes=5, needs_offer=False, amount=None)
    """

    name: str = attrs.field(validator=is_text)
    after: dt.timedelta = attrs.field(default=NO_TIME, kw_only=True, converter=as_after)
    minutes: float = attrs.field(default=0.0, kw_only=True, converter=to_real, validator=is_amount)
    needs_offer: bool = attrs.field(default=False, kw_only=True, validator=is_bool)
    amount: float | None = attrs.field(
        default=None, kw_only=True, converter=to_real_or_none, validator=is_amount_or_none
    )


def _as_worth(value: Any, name: str) -> Worth | None:
    try:
        return as_worth(value)
    except NpskitError as error:
        joined = " " if str(error).startswith(("must ", "has ")) else ": "
        raise type(error)(f"{name}{joined}{error}") from None


def _as_worth_to_customer(value: Any) -> Worth | None:
    return _as_worth(value, "worth_to_customer")


def _as_worth_to_friend(value: Any) -> Worth | None:
    return _as_worth(value, "worth_to_friend")


@attrs.frozen
class Offer:
    """Something that costs money: `amount + share * value`, at most `cap`. What it costs stands in no letter.

    Args:
        name: What it is: `"coupon"`, `"compensation"`.
        amount: The fixed cost, in your currency.
        share: The part of the customer's value given besides, 0..1; nothing where the value is unknown.
        cap: The most it may cost, in your currency; None for no limit.
        step: The name of the step whose letter names the offer; None for none.
        worth_to_customer: What the customer gets, which letters say: a sum in your currency; so much off, `"5 %"`; or a
            credit in proportion, `{"amount": 5, "share": 0.1, "cap": 50}`, rounded down to a sensible step. None to
            say what the offer is called, and no figure.
        worth_to_friend: What somebody gets who comes by the customer's recommendation, likewise.

    Raises:
        InvalidTypeError, InvalidValueError: If a part cannot be used; the message names it.

    Example:
        >>> Offer("compensation", amount=5, share=0.05, cap=50).cost(300)
        20.0
    """

    name: str = attrs.field(validator=is_text)
    amount: float = attrs.field(default=0.0, kw_only=True, converter=to_real, validator=is_amount)
    share: float = attrs.field(default=0.0, kw_only=True, converter=to_real, validator=is_number(least=0, most=1))
    cap: float | None = attrs.field(default=None, kw_only=True, converter=to_real_or_none, validator=is_amount_or_none)
    step: str | None = attrs.field(default=None, kw_only=True, validator=is_text_or_none)
    worth_to_customer: Worth | None = attrs.field(default=None, kw_only=True, converter=_as_worth_to_customer)
    worth_to_friend: Worth | None = attrs.field(default=None, kw_only=True, converter=_as_worth_to_friend)

    def said(self, value: float | None = None, currency: str | None = None) -> dict[str, Any]:
        """Return what a letter says of the offer, by the names of fields: what it is worth, and never what it costs.

        Args:
            value: What the customer is worth, in your currency; None or NaN if unknown, counted as 0.
            currency: ISO 4217 code; without one no sum is said.

        Example:
            >>> Offer("discount", amount=4, worth_to_customer="5 %").said()
            {'offer': 'discount', 'share': 0.05}
        """
        mine = {} if self.worth_to_customer is None else self.worth_to_customer.said(value, currency)
        theirs = {} if self.worth_to_friend is None else self.worth_to_friend.said(value, currency)
        return {"offer": self.name, **mine, **{f"friend_{name}": said for name, said in theirs.items()}}

    def cost(self, value: float | None = None) -> float:
        """Return what the offer costs for a customer of a value, in your currency.

        Args:
            value: What the customer is worth, in your currency; None or NaN if unknown, counted as 0.

        Raises:
            InvalidTypeError, InvalidValueError: If the value is not a finite number of at least 0.
        """
        known = 0.0 if is_missing(value) else finite_number(value, "value", least=0)
        return float(self.costs(known))

    def costs(self, values: ArrayLike) -> NDArray[np.float64]:
        """Return the cost for each value, shape as `values`; NaN means unknown, negative values count as 0.

        Raises:
            InvalidTypeError, InvalidValueError: If the values are not finite numbers or NaN.

        Example:
            >>> Offer("gift", amount=5, share=0.1, cap=20).costs([np.nan, 100, 1000]).tolist()
            [5.0, 15.0, 20.0]
        """
        array = floats_of(values, "values")
        if np.isinf(array).any():
            raise InvalidValueError("values must be finite, or NaN where they are unknown: got an infinite one")
        known = np.where(array > 0, array, 0.0)
        with np.errstate(over="ignore"):
            return np.minimum(self.amount + self.share * known, math.inf if self.cap is None else self.cap)


def as_steps(value: Any) -> tuple[Action, ...]:
    """Return steps as actions; a text is an action of that name."""
    return tuple(Action(step) if isinstance(step, str) else step for step in as_tuple(value))


@attrs.frozen
class Menu:
    """What may be done for a customer: the steps, and the offers of which one at most, or exactly one, is made."""

    actions: tuple[Action, ...]
    offers: tuple[Offer, ...]
    offer_required: bool

    def taken(self, offer: Offer | None) -> tuple[Action, ...]:
        """Return the steps that are taken with an offer, or with none: those that need another one are not."""
        step = None if offer is None else offer.step
        return tuple(action for action in self.actions if not action.needs_offer or action.name == step)

    @property
    def minutes(self) -> tuple[float, ...]:
        """The minutes of the steps with each offer, and last with none."""
        return tuple(float(sum(action.minutes for action in self.taken(offer))) for offer in (*self.offers, None))

    @property
    def longest(self) -> float:
        """The minutes with the offer that takes the longest, or with none if that is allowed."""
        return max(self.minutes[:-1] if self.offers and self.offer_required else self.minutes)

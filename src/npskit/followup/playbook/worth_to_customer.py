"""What an offer is worth to the customer, which letters name; what it costs the company stays in the company."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal
from typing import Any

import attrs

from npskit.checks import finite_number, is_missing, is_number, of_kind
from npskit.errors import InvalidTypeError, InvalidValueError, did_you_mean, quoted
from npskit.followup.playbook.part_checks import is_amount, is_amount_or_none

_PERCENT = re.compile(r"\s*(\d{1,3}(?:[.,]\d{1,4})?)\s*%\s*")
# What one can buy a little something for, in currencies whose unit is not worth about that.
_UNITS: Mapping[str, int] = {
    "JPY": 100, "KRW": 1000, "CNY": 5, "THB": 10, "INR": 50, "IDR": 10_000, "VND": 10_000, "PHP": 50, "TWD": 20,
    "CZK": 20, "HUF": 500, "SEK": 10, "NOK": 10, "DKK": 10, "ISK": 100, "RUB": 50, "TRY": 50, "MXN": 20, "ARS": 1000,
    "CLP": 1000, "COP": 5000, "ZAR": 10, "UAH": 50, "RSD": 100, "HKD": 10, "PLN": 1,
}  # fmt: skip


@attrs.frozen(kw_only=True)
class Worth:
    """What a customer gets: a sum, a part of what the customer is worth, or so many per cent off.

    Args:
        amount: A sum, in your currency.
        share: The part of the customer's value that is added, 0..1; such a credit is rounded down to a sensible step.
        cap: The most it may be, in your currency; None for no limit.
        percent: So much off, 0..1, instead of a sum.
    """

    amount: float = attrs.field(default=0.0, validator=is_amount)
    share: float = attrs.field(default=0.0, validator=is_number(least=0, most=1))
    cap: float | None = attrs.field(default=None, validator=is_amount_or_none)
    percent: float | None = attrs.field(default=None, validator=is_number(least=0, most=1, optional=True))

    def said(self, value: float | None, currency: str | None) -> dict[str, Any]:
        """Return what a letter says of it: an `amount`, where a currency is known, or a `share`.

        Example:
            >>> Worth(amount=5, share=0.1, cap=50).said(187.3, "EUR"), Worth(percent=0.05).said(None, None)
            ({'amount': Decimal('23')}, {'share': 0.05})
        """
        if self.percent is not None:
            return {"share": self.percent}
        if currency is None:
            return {}
        of_kind(currency, str, "currency")
        known = 0.0 if value is None or is_missing(value) else max(finite_number(value, "value"), 0.0)
        amount = min(self.amount + self.share * known, math.inf if self.cap is None else self.cap)
        return {"amount": sensible(amount, currency) if self.share else Decimal(str(amount))}


def sensible(amount: float, currency: str) -> Decimal:
    """Return an amount rounded down to a step that one would give: 23 rather than 23.73, 450 rather than 456 baht.

    The step is one unit of small money (1 EUR, 10 THB, 100 JPY) up to 50 of them, five up to 200, then ten, and a
    hundred from 2,000; less than one unit is rounded to a tenth of it.

    Example:
        >>> [str(sensible(amount, "EUR")) for amount in (0.66, 7.9, 23.73, 187.3, 456)]
        ['0.6', '7', '23', '185', '450']
        >>> str(sensible(456, "THB")), str(sensible(4567, "JPY"))
        ('450', '4500')
    """
    unit = Decimal(_UNITS.get(currency, 1))
    exact = Decimal(str(amount))
    units = exact / unit
    for least, step in ((2000, "100"), (200, "10"), (50, "5"), (1, "1"), (0, "0.1")):
        if units >= least:
            rounded = (units / Decimal(step)).to_integral_value(ROUND_FLOOR) * Decimal(step) * unit
            return rounded.normalize() if rounded < 1 else rounded.quantize(Decimal(1))
    raise AssertionError(f"an amount below zero: {amount}")


def as_worth(value: Any) -> Worth | None:
    """Return what an offer is worth to somebody: a sum, a text such as "5 %", or a table of a credit's parts.

    Raises:
        InvalidTypeError, InvalidValueError: If it is none of these.

    Example:
        >>> as_worth("5 %").percent, as_worth(10).amount, as_worth({"share": 0.1, "cap": 50}).cap
        (0.05, 10, 50)
    """
    if value is None or isinstance(value, Worth):
        return value
    if isinstance(value, str):
        match = _PERCENT.fullmatch(value)
        if match is None:
            raise InvalidValueError(f"must be a sum, or so many per cent off, such as '5 %': got {quoted(value)}")
        return Worth(percent=float(Decimal(match[1].replace(",", ".")) / 100))
    if isinstance(value, Mapping):
        known = [field.name for field in attrs.fields(Worth)]
        for key in value:
            if not isinstance(key, str) or key not in known:
                raise InvalidValueError(f"has no {quoted(key)}; {did_you_mean(key, known)}")
        return Worth(**value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidTypeError(f"must be a sum, or a text such as '5 %': got {quoted(value)}")
    return Worth(amount=value)

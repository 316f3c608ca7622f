"""How much revenue at risk, and what a programme must achieve, hang on the rate of retention."""

from __future__ import annotations

import math
from collections.abc import Iterable

import attrs
import numpy as np
from numpy.typing import ArrayLike

from npskit.checks import finite_number, several, share
from npskit.data import column_of, read_amounts, refuse_cells
from npskit.errors import InvalidTypeError, InvalidValueError, quoted
from npskit.followup.worth.payback import break_even_lift, discounted, points
from npskit.results import Result, Rows, number


@attrs.frozen
class AtRate:
    """What one rate of retention makes of the same customers.

    Args:
        rate: The rate, 0..1.
        expected_loss: Revenue of a period expected to leave: value times (1 - rate).
        worth: What one saved customer brings over the periods, discounted.
        break_even_lift: cost / worth: the lift from which treating a customer pays; infinite where worth is 0.
    """

    rate: float
    expected_loss: float
    worth: float
    break_even_lift: float


@attrs.frozen(eq=False, repr=False)
class RetentionSensitivity(Result):
    """How revenue at risk and the break-even lift change with the rate of retention.

    Args:
        rows: One for each rate, in the order given.
        value: Revenue of all customers in a period.
        customers: How many they are.
        cost: What treating one of them costs.
        horizon: How many periods are counted.
    """

    _TABLE = ("rows", AtRate)

    rows: tuple[AtRate, ...]
    value: float
    customers: int
    cost: float
    horizon: int

    def _value(self) -> None:
        """Return None: `value` is what was asked about."""

    def __repr__(self) -> str:
        return f"RetentionSensitivity({len(self.rows)} rates, value={number(self.value)}, cost={number(self.cost)})"

    def _rows(self) -> Rows:
        header = ["retention", "expected loss", "worth of one saved", "break-even lift"]
        rows = [[f"{number(100 * r.rate)}%", r.expected_loss, r.worth, points(r.break_even_lift)] for r in self.rows]
        return header, rows


def retention_sensitivity(
    value: ArrayLike,
    rates: Iterable[float],
    *,
    cost: float,
    margin: float,
    discount_rate: float,
    periods: int = 1,
) -> RetentionSensitivity:
    """Return how revenue at risk and the break-even lift change with the rate of retention.

    A rate of retention is seldom known to a point, and both figures hang on it: revenue at risk falls with it, while a
    saved customer is worth more the longer one stays. The worth of one saved and the break-even lift are those of
    `program_payback`; over one period, without discount and with all of the revenue counted, the break-even lift is
    cost / value.

    Args:
        value: Revenue of each customer in a period, shape `(customers,)`, as numbers or texts of them; or that of one.
        rates: The rates of retention to look at, 0..1 each.
        cost: What treating one customer costs.
        margin: Which part of the revenue is left after what it costs to serve, 0..1.
        discount_rate: By how much a period later is worth less; 0 for not at all.
        periods: How many periods a saved customer is counted for.

    Raises:
        InvalidTypeError: If an argument is of a type that cannot be used.
        InvalidValueError: If a share lies outside 0..1, a cost or a value is negative or missing, or no rate is given.

    Example:
        >>> found = retention_sensitivity(200, [0.5, 0.75], cost=10, margin=1, discount_rate=0)
        >>> [(row.expected_loss, row.break_even_lift) for row in found.rows]
        [(100.0, 0.05), (50.0, 0.05)]
    """
    single = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
    money = read_amounts(column_of([value] if single else value, "value"), "value", least=0)
    if not money.size:
        raise InvalidTypeError(f"value must be a number or a column of numbers: got {quoted(value)}")
    unknown = np.flatnonzero(np.isnan(money))
    if unknown.size:
        refuse_cells("value", unknown, money[unknown[0]], "which is not known; leave these customers out")
    each, kept = finite_number(cost, "cost", least=0), share(margin, "margin")
    total, n = float(money.sum()), len(money)
    rows = []
    for rate in several(rates, "rates"):
        flow = discounted(share(rate, "rates"), discount_rate, periods)
        worth = total / n * kept * math.fsum(flow)
        rows.append(AtRate(rate, total * (1 - rate), worth, break_even_lift(each, worth)))
    if not rows:
        raise InvalidValueError("rates: give at least one, such as [0.6, 0.7, 0.8]")
    return RetentionSensitivity(tuple(rows), total, n, each, len(flow))

"""When a programme of following up has paid for itself.

The arithmetic is that of any investment; every rate is the caller's, and none is built in.
"""

from __future__ import annotations

import math
from typing import Any

import attrs
import numpy as np

from npskit.arrays import Floats
from npskit.checks import finite_number, share, whole_number
from npskit.errors import InvalidTypeError, InvalidValueError, counted, quoted
from npskit.followup.impact import ArmContrast
from npskit.results import Columns, Result, Rows, columns_of, number

MOST_PERIODS = 10_000


@attrs.frozen
class Payback:
    """What a programme brings at one lift.

    Args:
        lift: How much likelier a treated customer stays because of it: a difference of shares, -1..1.
        saved: Customers who stay because of it.
        gain: What they bring over the periods, discounted.
        net: gain - cost: the net present value.
        roi: net / cost; NaN where it costs nothing.
        periods: After how many periods the discounted gain has reached the cost; infinite if it does not within the
            horizon.
    """

    lift: float
    saved: float
    gain: float
    net: float
    roi: float
    periods: float


@attrs.frozen(eq=False, repr=False)
class ProgramPayback(Result):
    """When a programme has paid for itself.

    Args:
        at: At the lift given.
        low: At the lower limit of the lift, if it was given with one. As all figures follow from the lift, these are
            limits of them all, at the same level.
        high: At the upper limit.
        customers: Customers treated.
        cost: What treating them costs, fixed cost included.
        worth: What one saved customer brings over the periods, discounted.
        break_even_lift: The lift at which the gain is the cost; more than 1 where even saving everybody would not do.
        horizon: How many periods are counted.
    """

    at: Payback
    low: Payback | None
    high: Payback | None
    customers: float
    cost: float
    worth: float
    break_even_lift: float
    horizon: int

    def _value(self) -> float:
        return self.at.net

    def __repr__(self) -> str:
        return (
            f"ProgramPayback(net={number(self.at.net)}, roi={number(self.at.roi, 2)}, "
            f"periods={number(self.at.periods, 2)}, break_even_lift={number(self.break_even_lift, 4)})"
        )

    def _rows(self) -> Rows:
        header = ["", "lift", "customers saved", "gain", "cost", "net", "return", "paid back after"]
        named = (("lower limit", self.low), ("estimate", self.at), ("upper limit", self.high))
        rows: list[list[Any]] = []
        for name, p in named:
            if p is not None:
                back = "-" if math.isnan(p.roi) else f"{number(100 * p.roi)}%"
                after = "never" if math.isinf(p.periods) else f"{number(p.periods, 2)} periods"
                rows.append([name, points(p.lift), p.saved, p.gain, self.cost, p.net, back, after])
        return header, rows

    def _notes(self) -> list[str]:
        reached = "" if self.break_even_lift <= 1 else ": more than saving everybody"
        return [
            f"It pays for itself from a lift of {points(self.break_even_lift)}{reached}, over "
            f"{counted(self.horizon, 'period')}."
        ]

    def columns(self) -> Columns:
        """Return the lower limit, the estimate and the upper limit as columns, one row each."""
        named = [(name, found) for name in ("low", "at", "high") if (found := getattr(self, name)) is not None]
        return {"at": [name for name, _ in named], **columns_of([found for _, found in named], Payback)}


def points(lift: float) -> str:
    """Return a difference of shares in percentage points.

    Example:
        >>> points(0.05)
        '5.00 points'
    """
    return f"{number(100 * lift, 2)} points"


def program_payback(
    cost: float,
    *,
    customers: float,
    lift: float | tuple[float, float, float] | ArmContrast,
    value: float,
    margin: float,
    retention: float,
    discount_rate: float,
    periods: int,
    fixed_cost: float = 0.0,
) -> ProgramPayback:
    """Return when following up has paid for itself, what it is worth, and from which lift on.

    Of n customers treated, n·lift stay who would have left. Each brings value·margin at the end of the first period and
    stays on at the rate of retention: value·margin·r^(t-1) at the end of period t, worth that divided by (1 + d)^t
    today. Over T periods one is worth w = value·margin·Σ r^(t-1)/(1 + d)^t (after Gupta, Lehmann & Stuart, "Valuing
    Customers", Journal of Marketing Research 41 (2004) 7-18, with payments at the end of each period), the net present
    value is n·lift·w - cost, and the break-even lift is cost/(n·w). Money is taken to come evenly within a period for
    the time of payback. All of it rises with the lift, so that limits of the lift are limits of the rest.

    Args:
        cost: What treating one customer costs, paid at the start.
        customers: How many are treated.
        lift: How much likelier a customer stays because of it, as a difference of shares, -1..1: 0.05 for five points;
            with its limits as (lift, low, high); or the contrast of a retention, `effect.contrast("retention")`.
        value: Revenue of one customer in a period.
        margin: Which part of it is left after what it costs to serve, 0..1.
        retention: Which part of the saved stays on from one period to the next, 0..1.
        discount_rate: By how much a period later is worth less: 0.1 for ten percent; 0 for not at all.
        periods: How many periods are counted.
        fixed_cost: What the programme costs whatever the number of customers.

    Raises:
        InvalidTypeError: If an argument is of a type that cannot be used.
        InvalidValueError: If a share lies outside its range, a cost or a value is negative, there are no periods, or
            the limits are not in order.

    Example:
        >>> program_payback(
        ...     10, customers=100, lift=0.1, value=200, margin=0.5, retention=0.5, discount_rate=0, periods=2)
        ProgramPayback(net=500.0, roi=0.50, periods=1.00, break_even_lift=0.0667)
    """
    each, fixed = finite_number(cost, "cost", least=0), finite_number(fixed_cost, "fixed_cost", least=0)
    n, paid = finite_number(customers, "customers", least=0), finite_number(value, "value", least=0)
    flow = paid * share(margin, "margin") * discounted(retention, discount_rate, periods)
    total, worth = n * each + fixed, math.fsum(flow)
    at, *limits = (_payback(each_lift, n, total, flow) for each_lift in _lifts(lift))
    low, high = limits or (None, None)
    return ProgramPayback(at, low, high, n, total, worth, break_even_lift(total, n * worth), len(flow))


def discounted(retention: Any, discount_rate: Any, periods: Any) -> Floats:
    """Return what one unit of margin of a customer saved now is worth today, period by period: shape `(periods,)`.

    Raises:
        InvalidTypeError, InvalidValueError: If a rate or the number of periods cannot be used.

    Example:
        >>> discounted(0.5, 0.0, 3).tolist()
        [1.0, 0.5, 0.25]
    """
    t = np.arange(whole_number(periods, "periods", least=1, most=MOST_PERIODS))
    growth = 1 + finite_number(discount_rate, "discount_rate", least=0)
    with np.errstate(over="ignore"):  # what is discounted away is worth nothing
        return np.asarray(share(retention, "retention") ** t / growth ** (t + 1), dtype=np.float64)


def break_even_lift(cost: float, worth: float) -> float:
    """Return the lift from which something pays: 0 if it costs nothing, infinite if it brings nothing."""
    if not cost:
        return 0.0
    return cost / worth if worth else math.inf


def _payback(lift: float, customers: float, cost: float, flow: Floats) -> Payback:
    """Return what a programme brings at one lift."""
    saved = customers * lift
    gains = saved * flow
    gain = math.fsum(gains)
    roi = (gain - cost) / cost if cost else float("nan")
    return Payback(lift, saved, gain, gain - cost, roi, _paid_after(gains, cost))


def _paid_after(gains: Floats, cost: float) -> float:
    """Return after how many periods the gains have reached the cost, evenly within a period."""
    if cost <= 0:
        # what costs nothing and drives customers away is never paid back either
        return math.inf if gains.sum() < 0 else 0.0
    so_far = np.concatenate([[0.0], np.cumsum(gains)])
    reached = np.flatnonzero(so_far >= cost)
    if not reached.size:
        return math.inf
    period = int(reached[0])
    return period - 1 + float((cost - so_far[period - 1]) / gains[period - 1])


def _lifts(lift: Any) -> list[float]:
    """Return a lift, with its limits if it has any, checked."""
    if isinstance(lift, ArmContrast):
        if lift.unit != "percent":
            raise InvalidValueError(f"lift must be a contrast of shares, such as retention: got {quoted(lift.measure)}")
        lift = [x / 100 for x in (lift.difference, *lift.interval)]
    given = tuple(lift) if isinstance(lift, tuple | list) else (lift,)
    if len(given) not in (1, 3):
        raise InvalidTypeError(f"lift must be a number or (lift, low, high): got {quoted(lift)}")
    numbers = [finite_number(x, "lift") for x in given]
    for x in numbers:
        if not -1 <= x <= 1:
            raise InvalidValueError(f"lift is a difference of shares, -1..1: got {x:g}; for 5 points write 0.05")
    if len(numbers) == 3 and not numbers[1] <= numbers[0] <= numbers[2]:
        raise InvalidValueError(f"lift must lie between its limits, given as (lift, low, high): got {quoted(lift)}")
    return numbers

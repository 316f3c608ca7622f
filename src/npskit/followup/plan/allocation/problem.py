"""The checked input of an allocation: whole units of money and time, and the rows in one order of their own."""

from __future__ import annotations

import math
from typing import Any

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Bools, Codes, Floats, Frozen
from npskit.checks import amount
from npskit.data import row_said
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, quoted

# Sums of whole numbers below this are exact in float64, with room to spare.
EXACT = 2.0**52
# Money and hours count to a millionth, where the totals leave room for that.
DIGITS = 6


@attrs.frozen(eq=False)
class Problem(Frozen):
    """A multiple-choice knapsack; alternatives by rows, candidates by columns, limits in whole units.

    Attributes:
        rows: Row of the caller's arrays for each candidate; those with nothing to gain are left out.
        value: (K, n); minus infinity where an alternative is not available.
        money: (K, n), in whole units.
        hours: (K, n), in whole units.
        owner: (n,) code of the one whose hours a candidate uses.
        counted: (n,); False for the held-out, who use nothing.
        budget: In units of money; infinite if all the money that could be spent is there.
        capacity: (owners,) in units of time; infinite likewise.
        money_scale: Units for one of the caller's units of money.
        hours_scale: Units for an hour.
    """

    rows: Codes
    value: Floats
    money: Floats
    hours: Floats
    owner: Codes
    counted: Bools
    budget: float
    capacity: Floats
    money_scale: float
    hours_scale: float

    @property
    def size(self) -> int:
        """The number of candidates."""
        return len(self.rows)

    @property
    def uses_money(self) -> bool:
        """Whether any counted candidate could cost money, whatever the budget."""
        return bool(np.any(self.money[:, self.counted]))

    @property
    def uses_hours(self) -> bool:
        """Whether any counted candidate could use hours, whatever the capacity."""
        return bool(np.any(self.hours[:, self.counted]))

    def take(self, keep: Codes | Bools | slice, *, capacity: Floats | None = None) -> Problem:
        """Return the problem of some of the candidates."""
        return attrs.evolve(
            self,
            rows=self.rows[keep],
            value=np.ascontiguousarray(self.value[:, keep]),
            money=np.ascontiguousarray(self.money[:, keep]),
            hours=np.ascontiguousarray(self.hours[:, keep]),
            owner=self.owner[keep],
            counted=self.counted[keep],
            capacity=self.capacity if capacity is None else capacity,
        )

    def of(self, column: Floats, offer: Codes) -> Floats:
        """Return one alternative's entry of `column` for each candidate; 0 where `offer` is -1."""
        return np.where(offer >= 0, column.take(np.maximum(offer, 0) * self.size + np.arange(self.size)), 0.0)

    def used(self, offer: Codes) -> tuple[float, Floats]:
        """Return the money and the hours of each owner that a plan uses, in whole units."""
        taken = np.where(self.counted, offer, -1)
        hours = np.bincount(self.owner, self.of(self.hours, taken), minlength=len(self.capacity))
        return float(self.of(self.money, taken).sum()), hours.astype(np.float64)

    def worth(self, offer: Codes) -> float:
        """Return the value of a plan, counted candidates only."""
        return float(self.of(self.value, np.where(self.counted, offer, -1)).sum())

    def fits(self, offer: Codes) -> bool:
        """Whether a plan is within all limits."""
        money, hours = self.used(offer)
        return money <= self.budget and bool(np.all(hours <= self.capacity))


def table(name: str, values: ArrayLike, shape: tuple[int, ...] | None = None) -> Floats:
    """Return a (n, K) float array; a (n,) array is one alternative."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except Exception:  # whatever a class of the user's own does
        raise InvalidTypeError(f"{name} must be an array of numbers, not {type(values).__name__}") from None
    array = array[:, None] if array.ndim == 1 else array
    if array.ndim != 2:
        raise InvalidValueError(f"{name} has one row a candidate, one column an alternative: got shape {array.shape}")
    if shape is not None and array.shape != shape:
        raise IncompatibleError(f"{name} must have the shape of the other tables, {shape}: got {array.shape}")
    return array


def _not_negative(name: str, array: Floats, available: Bools) -> Floats:
    """Return `array` with 0 where an alternative is not available; refuse what is negative, infinite or missing."""
    bad = available & ~((array >= 0) & (array < np.inf))
    if bad.any():
        row, column = map(int, np.argwhere(bad)[0])
        raise InvalidValueError(
            f"{name} must be finite and not negative: got {float(array[row, column])} in row {row}, column {column} "
            "(from 0), "
            f"and {int(bad.sum()) - 1} more; make the alternative's value NaN if it is not available"
        )
    return np.where(available, array, 0.0)


def column(name: str, values: ArrayLike, n: int, what: str) -> NDArray[Any]:
    """Return a (n,) array, one entry a candidate."""
    array = np.asarray(values)
    if array.shape != (n,):
        raise IncompatibleError(f"{name} must have one {what} a candidate, {n}: got shape {array.shape}")
    return array


def _owners_and_capacity(owner: ArrayLike | None, capacity: ArrayLike, n: int) -> tuple[Codes, Floats]:
    """Return the owners' codes and one capacity for each owner."""
    limits = np.asarray(capacity, dtype=np.float64)
    if limits.ndim > 1 or not np.all(limits >= 0):
        raise InvalidValueError(f"capacity is hours, 0 or above, for each owner: got {quoted(capacity)}")
    codes = column("owner", np.zeros(n, dtype=np.intp) if owner is None else owner, n, "code")
    if not np.issubdtype(codes.dtype, np.integer):
        raise InvalidTypeError(f"owner must be whole-number codes, not {codes.dtype}")
    owners = limits.size if limits.ndim else int(codes.max(initial=0)) + 1
    bad = np.flatnonzero((codes < 0) | (codes >= owners))
    if len(bad):
        raise InvalidValueError(
            f"owner must be within 0..{owners - 1}, as capacity has {owners}: got {codes[bad[0]]} in {row_said(bad[0])}"
        )
    return codes.astype(np.intp), np.broadcast_to(limits, (owners,)).astype(np.float64)


def _flags(counted: ArrayLike | None, n: int) -> Bools:
    """Return who counts; everybody for None."""
    array = column("counted", np.ones(n, dtype=bool) if counted is None else counted, n, "entry")
    if array.dtype != np.bool_:
        raise InvalidTypeError(f"counted must be booleans, not {array.dtype}")
    return array


def ties(tie_break: ArrayLike | None, n: int) -> Floats:
    """Return what decides ties; the row itself for None."""
    array = column("tie_break", np.arange(n) if tie_break is None else np.asarray(tie_break, np.float64), n, "number")
    if np.isnan(array).any():
        raise InvalidValueError(f"tie_break must not be NaN: got it in {row_said(np.flatnonzero(np.isnan(array))[0])}")
    return array


def _in_units(amounts: Floats, gain: Floats) -> tuple[Floats, float, Floats]:
    """Return amounts (K, n) in whole units, rounded up, the units for one, and the most each candidate could use.

    Where there is nothing to gain they are 0. Units are coarser than millionths for huge totals.
    """
    units = np.ascontiguousarray(amounts.T)
    units[np.isneginf(gain)] = 0.0
    total, digits = float(units.max(axis=0, initial=0.0).sum()), DIGITS
    if total > 0:
        digits = min(DIGITS, math.floor(math.log10(EXACT / 4) - math.log10(total)))
    scale = 10.0**digits
    units *= scale
    # 0.1 is not a tenth in binary: what is within a millionth above a whole unit is meant to be that unit.
    units -= 1e-6
    np.ceil(units, out=units)
    units += 0.0  # no negative zeros
    return units, scale, units.max(axis=0, initial=0.0)


def _limit_in_units(amount: float, scale: float, most: float) -> float:
    """Return a limit in whole units, rounded down; infinite if the most that could be used is within it."""
    if amount * scale >= most:
        return math.inf
    return float(math.floor(amount * scale + 1e-6))


def problem(
    value: ArrayLike,
    cost: ArrayLike,
    hours: ArrayLike | None,
    owner: ArrayLike | None,
    *,
    budget: float,
    capacity: ArrayLike,
    counted: ArrayLike | None,
    tie_break: ArrayLike | None,
) -> Problem:
    """Check the arguments of `allocate` and return them as a `Problem`."""
    worth = table("value", value)
    n = len(worth)
    infinite = np.argwhere(np.isinf(worth))
    if len(infinite):
        raise InvalidValueError(
            f"value must be finite, or NaN for not available: got inf in {row_said(infinite[0, 0])}"
        )
    available = ~np.isnan(worth)
    money = _not_negative("cost", table("cost", cost, worth.shape), available)
    time = np.broadcast_to(0.0, worth.shape)
    if hours is not None:
        time = _not_negative("hours", table("hours", hours, worth.shape), available)
    codes, limits = _owners_and_capacity(owner, capacity, n)
    counts, order = _flags(counted, n), ties(tie_break, n)
    # Only what could be worth it stays, in an order of its own, so that the caller's order of rows makes no difference.
    wanted = np.flatnonzero(np.logical_or.reduce([offer > 0 for offer in worth.T]))
    rows = wanted[np.argsort(order[wanted], kind="stable")]
    gain = np.ascontiguousarray(worth[rows].T)
    gain[~(gain > 0)] = -np.inf
    money, money_scale, most_money = _in_units(money[rows], gain)
    time, hours_scale, most_hours = _in_units(time[rows], gain)
    owner_of, counts = codes[rows], counts[rows]
    most = np.bincount(owner_of, most_hours * counts, minlength=len(limits))
    room = [_limit_in_units(float(c), hours_scale, float(m)) for c, m in zip(limits, most, strict=True)]
    return Problem(
        rows=rows,
        value=gain,
        money=money,
        hours=time,
        owner=owner_of,
        counted=counts,
        budget=_limit_in_units(amount(budget, "budget"), money_scale, float(most_money[counts].sum())),
        capacity=np.array(room),
        money_scale=money_scale,
        hours_scale=hours_scale,
    )

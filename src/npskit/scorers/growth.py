"""Earned growth: revenue retention (NRR, GRR), and growth from customers who return and bring others.

These are ratios of money, not mean category scores of answers, so they are functions beside the scorers. All are in
percent, and NaN where they are not defined.
"""

from __future__ import annotations

import math
from typing import Self

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.checks import finite_number, is_number
from npskit.data import as_column, holds_number, plain_column, read_amounts, rows_said
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.reals import to_real, to_real_or_none

NAN = float("nan")


@attrs.frozen(kw_only=True)
class Growth:
    """The revenue of two periods, sorted by where it came from, and the growth figures that follow.

    Args:
        before: Revenue of the earlier period, from all customers.
        retained: Revenue of the later period from the same customers, including expansion and contraction.
        kept: The part of `retained` that those customers already paid before, so without expansion; None if it is not
            known, and then `grr` is NaN.
        earned_new: Revenue of the later period from new customers who came by recommendation.
        bought_new: Revenue of the later period from all other new customers: advertising, sales, offers.

    Raises:
        InvalidTypeError: If a sum is not a number.
        InvalidValueError: If a sum is negative or not finite, or `kept` exceeds `before` or `retained`.

    Example:
        The worked example of Reichheld, Winning on Purpose (2021), appendix B: revenue grows from 100 to 130, of which
        85 is from the customers of before, 25 from earned and 20 from bought new customers.

        >>> growth = Growth(before=100, retained=85, earned_new=25, bought_new=20)
        >>> growth.nrr, growth.total_growth, growth.earned_growth_rate, round(growth.earned_growth_ratio)
        (85.0, 30.0, 10.0, 33)
    """

    before: float = attrs.field(converter=to_real, validator=is_number(least=0))
    retained: float = attrs.field(converter=to_real, validator=is_number(least=0))
    kept: float | None = attrs.field(
        default=None, converter=to_real_or_none, validator=is_number(least=0, optional=True)
    )
    earned_new: float = attrs.field(default=0.0, converter=to_real, validator=is_number(least=0))
    bought_new: float = attrs.field(default=0.0, converter=to_real, validator=is_number(least=0))

    def __attrs_post_init__(self) -> None:
        if self.kept is not None and self.kept > min(self.before, self.retained):
            raise InvalidValueError(
                f"kept is revenue paid in both periods, so it cannot exceed either: got kept={self.kept}, "
                f"before={self.before}, retained={self.retained}"
            )

    @classmethod
    def of(cls, before: ArrayLike, after: ArrayLike, *, earned_new: float = 0.0, bought_new: float = 0.0) -> Self:
        """Make the record from what each customer paid, or from totals.

        Args:
            before: Revenue of the earlier period: one number per customer, shape `(customers,)`, or the total.
            after: Revenue of the later period from the same customers in the same order, 0 from those who left; or
                the total.
            earned_new: Total revenue of the later period from new customers who came by recommendation.
            bought_new: Total revenue of the later period from all other new customers.

        Raises:
            InvalidTypeError: If something is not a number.
            InvalidValueError: If a revenue is missing, negative or not finite, or a customer in the arrays is new.
            IncompatibleError: If the two arrays are not of the same length.

        Example:
            >>> growth = Growth.of([50, 30, 20], [60, 25, 0], earned_new=25, bought_new=20)
            >>> growth
            Growth(before=100.0, retained=85.0, kept=75.0, earned_new=25, bought_new=20)
            >>> growth.grr
            75.0
        """
        old, new = _revenues(before, "before"), _revenues(after, "after")
        if old.shape != new.shape:
            raise IncompatibleError(
                f"before and after must be two totals, or of the same customers: got shapes {old.shape} and {new.shape}"
            )
        kept = None
        if old.ndim:
            _refuse((old == 0) & (new > 0), "after", "is from customers who paid nothing before", "they are new")
            kept = float(np.minimum(old, new).sum())
        return cls(
            before=float(old.sum()), retained=float(new.sum()), kept=kept, earned_new=earned_new, bought_new=bought_new
        )

    @property
    def after(self) -> float:
        """Revenue of the later period, from all customers."""
        return self.retained + self.earned_new + self.bought_new

    @property
    def nrr(self) -> float:
        """Net revenue retention in percent: what the customers of before pay now, of what they paid."""
        return _percent(self.retained, self.before)

    @property
    def grr(self) -> float:
        """Gross revenue retention in percent, without expansion, so at most 100; NaN if `kept` is not known."""
        return NAN if self.kept is None else _percent(self.kept, self.before)

    @property
    def total_growth(self) -> float:
        """Growth of all revenue in percent."""
        return _percent(self.after - self.before, self.before)

    @property
    def earned_growth_rate(self) -> float:
        """Net revenue retention plus the earned new revenue in percent of the revenue before, less 100."""
        return _percent(self.retained + self.earned_new - self.before, self.before)

    @property
    def earned_growth_ratio(self) -> float:
        """The part of total growth that was earned, in percent; NaN where revenue did not grow."""
        return 100 * self.earned_growth_rate / self.total_growth if self.total_growth > 0 else NAN


def _percent(part: float, whole: float) -> float:
    """Return part of whole in percent; NaN of nothing."""
    return 100 * part / whole if whole > 0 else NAN


def _refuse(rows: NDArray[np.bool_], name: str, problem: str, fix: str) -> None:
    """Refuse revenues that have a problem, naming the first rows."""
    if rows.any():
        where = f"in {rows_said(np.flatnonzero(rows))} " if rows.ndim else ""
        raise InvalidValueError(f"{name} {where}{problem}: {fix}")


def _revenues(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return revenues as a float array, one per customer, or of no dimension for a total."""
    if holds_number(values):
        numbers = np.asarray(finite_number(values, name))
    else:
        column = as_column(values) or plain_column(values, name)
        if column.values.dtype.kind not in "iufO":
            raise InvalidTypeError(f"{name} must be a number or a column of numbers, not {column.values.dtype}")
        numbers = read_amounts(column, name)
    _refuse(np.isnan(numbers), name, "is missing", "a customer who left has 0")
    _refuse(~((numbers >= 0) & (numbers < math.inf)), name, "is negative or not finite", "leave refunds out")
    return numbers


def nrr(before: ArrayLike, after: ArrayLike) -> float:
    """Return net revenue retention in percent: what the customers of before pay now, of what they paid.

    Args:
        before: Revenue of the earlier period: one number per customer, shape `(customers,)`, or the total.
        after: Revenue of the later period from the same customers, 0 from those who left; or the total.

    Raises:
        InvalidTypeError: If something is not a number.
        InvalidValueError: If a revenue is missing, negative or not finite, or a customer in the arrays is new.
        IncompatibleError: If the two arrays are not of the same length.

    Example:
        >>> nrr([50, 30, 20], [60, 25, 0]), nrr(100, 85)
        (85.0, 85.0)
    """
    return Growth.of(before, after).nrr


def grr(before: ArrayLike, after: ArrayLike) -> float:
    """Return gross revenue retention in percent: as `nrr`, but no customer counts for more than before; at most 100.

    Args:
        before: Revenue of the earlier period, one number per customer, shape `(customers,)`.
        after: Revenue of the later period from the same customers, 0 from those who left.

    Raises:
        InvalidTypeError: If totals are given, which do not say what is expansion; `Growth(kept=...)` takes them.
        InvalidValueError: If a revenue is missing, negative or not finite, or a customer in the arrays is new.
        IncompatibleError: If the two arrays are not of the same length.

    Example:
        >>> grr([50, 30, 20], [60, 25, 0])
        75.0
    """
    growth = Growth.of(before, after)
    if growth.kept is None:
        raise InvalidTypeError(
            "before and after must be columns, one number per customer: totals hide who expanded; if you know what was "
            "kept without expansion, use Growth(before=..., retained=..., kept=...).grr"
        )
    return growth.grr


def earned_growth_rate(before: ArrayLike, after: ArrayLike, *, earned_new: float) -> float:
    """Return the earned growth rate in percent: net revenue retention plus earned new revenue, less 100.

    Source: Reichheld, Darnell & Burns, Winning on Purpose (Harvard Business Review Press 2021), appendix B.

    Args:
        before: Revenue of the earlier period: one number per customer, shape `(customers,)`, or the total.
        after: Revenue of the later period from the same customers, 0 from those who left; or the total.
        earned_new: Total revenue of the later period from new customers who came by recommendation.

    Raises:
        InvalidTypeError: If something is not a number.
        InvalidValueError: If a revenue is missing, negative or not finite, or a customer in the arrays is new.
        IncompatibleError: If the two arrays are not of the same length.

    Example:
        >>> earned_growth_rate(100, 85, earned_new=25)
        10.0
    """
    return Growth.of(before, after, earned_new=earned_new).earned_growth_rate


def earned_growth_ratio(before: ArrayLike, after: ArrayLike, *, earned_new: float, bought_new: float) -> float:
    """Return the earned growth ratio in percent: the part of all growth that was earned; NaN without growth.

    Source: Reichheld, Darnell & Burns, Winning on Purpose (Harvard Business Review Press 2021), appendix B.

    Args:
        before: Revenue of the earlier period: one number per customer, shape `(customers,)`, or the total.
        after: Revenue of the later period from the same customers, 0 from those who left; or the total.
        earned_new: Total revenue of the later period from new customers who came by recommendation.
        bought_new: Total revenue of the later period from all other new customers.

    Raises:
        InvalidTypeError: If something is not a number.
        InvalidValueError: If a revenue is missing, negative or not finite, or a customer in the arrays is new.
        IncompatibleError: If the two arrays are not of the same length.

    Example:
        >>> round(earned_growth_ratio(100, 85, earned_new=25, bought_new=20), 2)
        33.33
    """
    return Growth.of(before, after, earned_new=earned_new, bought_new=bought_new).earned_growth_ratio

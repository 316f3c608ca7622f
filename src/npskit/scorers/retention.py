"""Customer retention: the share of the customers of the start who are still there at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.checks import whole_number
from npskit.data import Scale, read_customers, rows_said
from npskit.errors import InvalidTypeError, InvalidValueError, counted, quoted


@attrs.frozen
class Retention:
    """Customer retention rate, 0..100: the percentage of the customers at the start who were retained.

    The answer is 1 for a retained customer and 0 for a lost one; new customers are not included. From two lists of
    customers, or from totals, `retention_from_ids` and `retention_from_counts` give the two counts.

    Example:
        >>> Retention().questions
        {'retained': Scale(0, 1)}
        >>> Retention().categorize(np.array([1, 0, 1])).tolist()
        [1, 0, 1]
    """

    name = "Retention"
    categories = ("lost", "retained")
    category_scores = (0.0, 100.0)

    @property
    def questions(self) -> Mapping[str, Scale]:
        """One question: is the customer of the start still there (1) or not (0)?"""
        return {"retained": Scale(0, 1, yes_no=True)}

    def categorize(self, retained: NDArray[np.int64]) -> NDArray[np.intp]:
        """Return 0 for the lost, 1 for the retained; shape as `retained`."""
        return retained.astype(np.intp)


class Retained(NamedTuple):
    """How many of the customers at the start were retained, and how many were lost."""

    retained: int
    lost: int

    @property
    def rate(self) -> float:
        """The customer retention rate in percent; NaN if there were no customers at the start."""
        start = self.retained + self.lost
        return 100 * self.retained / start if start else float("nan")


def retention_from_counts(start: int, end: int, new: int) -> Retained:
    """Return how many customers were retained and lost, from totals: retained = end - new, as CRR = (E - N) / S.

    The totals must be of the same period and leave out customers who came and went within it, or came back.

    Args:
        start: Customers at the start of the period.
        end: Customers at its end.
        new: Those among the customers at the end who came within the period.

    Raises:
        InvalidTypeError: If a count is not a whole number.
        InvalidValueError: If a count is negative or the three contradict each other.

    Example:
        >>> kept = retention_from_counts(start=500, end=550, new=100)
        >>> kept, kept.rate
        (Retained(retained=450, lost=50), 90.0)
    """
    counts = (("start", start), ("end", end), ("new", new))
    start, end, new = (whole_number(count, name, least=0) for name, count in counts)
    if new > end:
        raise InvalidValueError(f"new={new} cannot be among end={end}: new counts those still there")
    if end - new > start:
        raise InvalidValueError(
            f"end - new = {end - new} customers cannot be retained of start={start}: are new customers missing in new?"
        )
    return Retained(end - new, start - (end - new))


def retention_from_ids(start_ids: Iterable[Any], end_ids: Iterable[Any]) -> Retained:
    """Return how many customers were retained and lost, from the ids of those at the start and at the end.

    An id that occurs several times is one customer. Ids at the end that were not there at the start are new customers
    and do not count.

    Args:
        start_ids: Ids of the customers at the start: a list, a set, an array or a dataframe column.
        end_ids: Ids of the customers at the end; 7 and "7" are one customer (`npskit.data.customers`).

    Raises:
        InvalidTypeError: If either is not a collection of hashable ids.
        InvalidValueError: If an id is missing (None, NaN, blank, "NA").

    Example:
        >>> retention_from_ids(["ann", "bob", "cy", "dee"], ["bob", "cy", "dee", "eve"])
        Retained(retained=3, lost=1)
    """
    start, end = _distinct(start_ids, "start_ids"), _distinct(end_ids, "end_ids")
    retained = len(start & end)
    return Retained(retained, len(start) - retained)


def _distinct(ids: Any, name: str) -> set[str]:
    """Return what the distinct customers are compared by, none of them missing."""
    listed = ids.tolist() if hasattr(ids, "tolist") else ids
    if isinstance(listed, (str, bytes)) or not isinstance(listed, Iterable):
        raise InvalidTypeError(f"{name} must be a collection of ids, not {quoted(ids)}")
    found = read_customers(listed, name)
    rows = np.flatnonzero(~found.known)
    if rows.size:
        raise InvalidValueError(
            f"{name} has {counted(rows.size, 'missing id')}, in {rows_said(rows)}: leave these rows out"
        )
    return set(found.keys)

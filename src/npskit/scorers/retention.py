"""Customer retention: the share of the customers of the start who are still there at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.data.scale import Scale
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.validation import is_missing, whole_number


@attrs.frozen
class Retention:
    """Customer retention rate, 0..100: the percentage of the customers at the start who were retained.

    The answer is 1 for a retained customer and 0 for a lost one; new customers are not in it. Where there are only two
    lists of customers, or only totals, `retention_from_ids` and `retention_from_counts` give the two counts.

    Example:
        >>> Retention().questions
        {'retained': Scale(0, 1)}
        >>> Retention().categorize(np.array([1, 0, 1])).tolist()
        [1, 0, 1]
    """

    name = "Retention"
    categories = ("lost", "retained")
    worths = (0.0, 100.0)

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
    start, end, new = whole_number(start, "start"), whole_number(end, "end"), whole_number(new, "new")
    for name, count in (("start", start), ("end", end), ("new", new)):
        if count < 0:
            raise InvalidValueError(f"{name} must not be negative: got {count}")
    if new > end:
        raise InvalidValueError(f"new={new} customers cannot be among end={end}: new counts those still there")
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
        end_ids: Ids of the customers at the end, of the same kind.

    Raises:
        InvalidTypeError: If either is not a collection of hashable ids.
        InvalidValueError: If an id is missing (None, NaN).
        IncompatibleError: If the ids are text on one side only, so that none could match.

    Example:
        >>> retention_from_ids(["ann", "bob", "cy", "dee"], ["bob", "cy", "dee", "eve"])
        Retained(retained=3, lost=1)
    """
    start, end = _distinct(start_ids, "start_ids"), _distinct(end_ids, "end_ids")
    if start and end and _all_text(start) != _all_text(end) and not start & end:
        raise IncompatibleError(
            f"start_ids and end_ids are of different kinds, so none can match: {next(iter(start))!r} and "
            f"{next(iter(end))!r}; make both text or both numbers"
        )
    retained = len(start & end)
    return Retained(retained, len(start) - retained)


def _all_text(ids: set[Any]) -> bool:
    """Whether all ids are texts."""
    return all(isinstance(one, str) for one in ids)


def _distinct(ids: Any, name: str) -> set[Any]:
    """Return the distinct ids as Python's own objects, none of them missing."""
    for method in ("tolist", "to_list", "to_pylist"):
        if hasattr(ids, method):
            ids = getattr(ids, method)()
            break
    if isinstance(ids, (str, bytes)) or not isinstance(ids, Iterable):
        raise InvalidTypeError(f"{name} must be a collection of ids, not {ids!r}")
    listed = list(ids)
    try:
        found = set(listed)
    except TypeError as error:
        raise InvalidTypeError(f"{name} must be hashable ids, one for each customer: {error}") from None
    if any(is_missing(one) for one in found):
        rows = [row for row, one in enumerate(listed) if is_missing(one)]
        shown = ", ".join(map(str, rows[:5])) + (", ..." if len(rows) > 5 else "")
        raise InvalidValueError(
            f"{name} has {len(rows)} missing ids (rows {shown}): leave out who cannot be recognized"
        )
    return found

"""What became of customers: later answers of any kind, one of each customer, in the order the plan has them."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.counting import INVALID, CodedAnswers
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.followup.holdout import text_of
from npskit.followup.yes_or_no import NO, YES
from npskit.frames import Column, Frame
from npskit.inference.moves import Moves
from npskit.reading import parse_times
from npskit.sample import customer_numbers
from npskit.scorers.base import Codebook
from npskit.times.moments import read_time
from npskit.tracking.moved import count_moves
from npskit.tracking.pairs import pair_steps
from npskit.validation import is_missing

_OUTSIDE, _UNKNOWN = -1, -2
_NAMED = 5


@attrs.frozen
class Named:
    """Which columns of the later answers mean what.

    Args:
        customer: Who.
        score: The answers, one column for each question of the scorer; None for the names of the questions.
        time: When; None for `at` of responses, else for a frame that does not say.
        retained: Whether the customer is still there, if known.
        revenue: What the customer paid, if known.
    """

    customer: str
    score: str | Sequence[str] | Mapping[str, str] | None = None
    time: str | None = None
    retained: str | None = None
    revenue: str | None = None


@attrs.frozen(eq=False)
class Outcomes:
    """What became of each customer of a comparison.

    Args:
        category: Category of the later answer, -1 where there is none: shape `(customers,)`.
        retained: 1 stayed, 0 left, -1 not known; None where nobody asked.
        revenue: Money, NaN where not known; None where nobody asked.
        unknown: Rows of customers that the plan does not know.
        elsewhere: Rows of customers of the plan outside the comparison.
        anonymous: Rows without a customer.
        unusable: Rows of customers compared, with an answer that is not on the scale.
        early: Rows from before the comparison, or without a time where that mattered.
        superseded: Scored rows whose customer answered again later.
    """

    category: NDArray[np.intp]
    retained: NDArray[np.int8] | None
    revenue: NDArray[np.float64] | None
    unknown: int
    elsewhere: int
    anonymous: int
    unusable: int
    early: int
    superseded: int


def read_outcomes(
    source: Any,
    names: Named,
    book: Codebook,
    known: NDArray[Any],
    compared: NDArray[np.intp],
    since: Any = None,
    made: np.datetime64 | None = None,
) -> Outcomes:
    """Return what became of the customers compared, each by its latest row in which that is known.

    Args:
        source: A dataframe, a mapping of columns, or a list of `Response`.
        names: What its columns mean.
        book: What the answers mean.
        known: The customers of all rows of the plan, shape `(rows,)`.
        compared: The rows of those compared, each of another customer, shape `(customers,)`.
        since: Rows from before this time are set aside.
        made: Where rows have times, those from up to this one are set aside as well; None for none.

    Raises:
        ColumnNotFoundError: If a column is not there.
        InvalidTypeError: If a column holds values of a kind it cannot hold.
        InvalidValueError: If a value cannot be used, a customer has several rows and no time says which is the latest,
            or no row is of a customer of the plan.
    """
    frame = Frame(source)
    ids = known_ids(frame.column(frame.require(names.customer, "customer")).filled())
    place = _places(known, compared, ids)
    moments = _moments(frame, names.time)
    late = _late(moments, since, len(ids))
    if made is not None and moments is not None:
        late &= moments > made
    unknown = np.flatnonzero(place == _UNKNOWN)
    anonymous = sum(who is None for who in ids)
    if ids and not (place > _UNKNOWN).any() and anonymous < len(ids):
        named = next(who for who in ids if who is not None)
        raise InvalidValueError(
            f"customer: nobody in column {names.customer!r} is a customer of the plan, such as {named!r}; the plan has "
            f"{known[compared[0]]!r}: give the same ids"
        )
    usable = (place >= 0) & late
    size = len(compared)
    categories, invalid = _categories(frame, names.score, book)
    kept = _latest(usable & (categories >= 0), place, moments, ids, "score")
    retained = revenue = None
    if names.retained is not None:
        flags = _flags(frame, names.retained)
        rows = _latest(usable & (flags >= 0), place, moments, ids, "retained")
        retained = np.full(size, -1, dtype=np.int8)
        retained[place[rows]] = flags[rows]
    if names.revenue is not None:
        money = amounts(frame.column(frame.require(names.revenue, "revenue")), "revenue")
        rows = _latest(usable & ~np.isnan(money), place, moments, ids, "revenue")
        revenue = np.full(size, np.nan)
        revenue[place[rows]] = money[rows]
    category = np.full(size, -1, dtype=np.intp)
    category[place[kept]] = categories[kept]
    return Outcomes(
        category,
        retained,
        revenue,
        unknown=len(unknown) - anonymous,
        elsewhere=int((place == _OUTSIDE).sum()),
        anonymous=anonymous,
        unusable=int((usable & invalid).sum()),
        early=int(((place > _UNKNOWN) & ~late).sum()),
        superseded=int((usable & (categories >= 0)).sum()) - len(kept),
    )


def read_moves(source: Any, names: Named, book: Codebook) -> Moves:
    """Return the steps of customers from each answer to the next, of customers who answered more than once.

    Raises:
        ColumnNotFoundError: If a column is not there.
        InvalidValueError: If nothing says when an answer was given, or a time cannot be read.
    """
    frame = Frame(source)
    numbers = customer_numbers(frame.column(frame.require(names.customer, "customer")))
    moments = _moments(frame, names.time)
    if moments is None:
        raise InvalidValueError("untreated: answers of one customer have no order without times; name them with time=")
    categories, _ = _categories(frame, names.score, book)
    return count_moves(pair_steps(numbers, moments, categories, len(book.categories)))


def moves_within(plan: Any, book: Codebook) -> Moves | None:
    """Return the steps between the answers that a plan was made of, of customers who gave several; None without times.

    Args:
        plan: The plan; its `times` say when each answer was given, where that is known.
        book: Its scorer, read once.
    """
    times = getattr(plan, "times", None)
    if times is None:
        return None
    who = np.fromiter(known_ids(plan.customers), dtype=object, count=len(plan.customers))
    moments = np.asarray(times).astype("datetime64[us]")
    return count_moves(
        pair_steps(customer_numbers(Column(who)), moments, np.asarray(plan.categories), len(book.categories))
    )


def _places(known: NDArray[Any], compared: NDArray[np.intp], ids: list[Any]) -> NDArray[np.intp]:
    """Return which of the compared each row is of, or that it is of another or of an unknown customer."""
    chosen = _texts(known[compared].tolist())
    place = dict.fromkeys(_texts(known_ids(known)), _OUTSIDE)
    place.pop(None, None)
    place.update(zip(chosen, range(len(chosen)), strict=True))
    found = np.fromiter(map(place.get, _texts(ids), itertools.repeat(_UNKNOWN)), dtype=np.intp, count=len(ids))
    if len(set(chosen)) < len(chosen):
        raise IncompatibleError("plan: a customer is intended more than once; there is one plan for each")
    return found


def _texts(ids: list[Any]) -> list[str | None]:
    """Return ids as the texts by which they are compared: a number that went through a file is the same customer."""
    strange = next((who for who in ids if not isinstance(who, Hashable)), None)
    if strange is not None:
        raise InvalidTypeError(f"customer: ids must be hashable, such as texts or numbers: got {strange!r:.80}")
    return [who if who is None or isinstance(who, str) else text_of(who) for who in ids]


def known_ids(ids: NDArray[Any]) -> list[Any]:
    """Return ids as a list, None for each that names nobody: missing, or blank.

    Example:
        >>> known_ids(np.array(["a", " ", None, 7], dtype=object))
        ['a', None, None, 7]
    """
    return [None if is_missing(who) or (isinstance(who, str) and not who.strip()) else who for who in ids.tolist()]


def _moments(frame: Frame, name: str | None) -> NDArray[np.datetime64] | None:
    """Return when each row is of, None where nothing says so."""
    if name is None and not frame.from_responses:
        return None
    column = "at" if name is None else frame.require(name, "time")
    times = parse_times(frame.column(column).filled())
    if times.rejected:
        first = times.rejected[0]
        raise InvalidValueError(
            f"time: column {column!r} has {len(times.rejected)} values that are no times, the first in row "
            f"{first.position}: {first.value!r}; make them times, or None where they are not known"
        )
    return None if name is None and np.isnat(times.values).all() else times.values


def _late(moments: NDArray[np.datetime64] | None, since: Any, rows: int) -> NDArray[np.bool_]:
    """Return which rows are from `since` on."""
    if since is None:
        return np.ones(rows, dtype=np.bool_)
    if moments is None:
        raise IncompatibleError("since: the later answers do not say when they were given; name the column with time=")
    return np.asarray(moments >= np.datetime64(read_time(since, "since"), "us"))


def _latest(
    usable: NDArray[np.bool_],
    place: NDArray[np.intp],
    moments: NDArray[np.datetime64] | None,
    ids: list[Any],
    role: str,
) -> NDArray[np.intp]:
    """Return the latest usable row of each customer; of equal times, and of none, the one further down."""
    rows = np.flatnonzero(usable)
    who = place[rows]
    if moments is None:
        often = np.flatnonzero(np.bincount(who) > 1) if len(rows) else rows
        if often.size:
            first = dict.fromkeys(ids[row] for row in rows[np.isin(who, often[:_NAMED])].tolist())
            more = f" and {often.size - _NAMED} more" if often.size > _NAMED else ""
            raise InvalidValueError(
                f"{role}: several rows of one customer, and nothing says which is the latest: "
                f"{', '.join(map(repr, first))}{more}; name the column of times with time=, or keep one row of each"
            )
        return rows
    at = np.where(np.isnat(moments[rows]), np.iinfo(np.int64).min, moments[rows].astype(np.int64))
    order = np.lexsort((at, who))
    last = np.ones(len(order), dtype=np.bool_)
    last[:-1] = who[order][1:] != who[order][:-1]
    return rows[order[last]]


def _categories(frame: Frame, score: Any, book: Codebook) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return the category of each row's answer, -1 where it has none, and which answers are not on the scale."""
    if score is None:
        names = list(book.questions)
    elif isinstance(score, Mapping):
        names = [score.get(question, question) for question in book.questions]
    else:
        names = [score] if isinstance(score, str) else list(score)
    if len(names) != len(book.questions):
        asked = ", ".join(book.questions)
        raise IncompatibleError(f"score: {book.name} reads a column for each of {asked}: got {score!r}")
    columns = tuple(frame.column(frame.require(name, "score")) for name in names)
    answers = CodedAnswers([c.values for c in columns], book, [c.mask for c in columns])
    return answers.categories, np.logical_or.reduce([codes == INVALID for codes in answers.codes])


def _flags(frame: Frame, name: str) -> NDArray[np.int8]:
    """Return 1 for true, 0 for false, -1 for what is missing; yes and no as in `npskit.followup.yes_or_no`."""
    column = frame.column(frame.require(name, "retained"))
    if column.values.dtype == object:
        said = [cell.strip().casefold() if isinstance(cell, str) else cell for cell in column.filled().tolist()]
        cells = [True if cell in YES else False if cell in NO else cell for cell in said]
        column = Column(np.fromiter(cells, dtype=object), column.mask)
    values = amounts(column, "retained")
    bad = np.flatnonzero(~np.isnan(values) & (values != 0) & (values != 1))
    if bad.size:
        shown = ", ".join(f"row {row}: {values[row]:g}" for row in bad[:_NAMED].tolist())
        raise InvalidValueError(f"retained must be true or false, 1 or 0, or missing: {shown}")
    return np.where(np.isnan(values), -1, values).astype(np.int8)


def amounts(column: Column, role: str) -> NDArray[np.float64]:
    """Return a column of numbers as floats, NaN where missing.

    Raises:
        InvalidTypeError: If a value is no number; the message names the rows.
        InvalidValueError: If one is infinite.

    Example:
        >>> amounts(Column(np.array([1, None, True], dtype=object)), "value").tolist()
        [1.0, nan, 1.0]
    """
    values = column.filled()
    if values.dtype.kind not in "biuf":
        values = np.array([_number(value, row, role) for row, value in enumerate(values.tolist())], dtype=np.float64)
    found = values.astype(np.float64)
    infinite = np.flatnonzero(np.isinf(found))
    if infinite.size:
        rows = ", ".join(map(str, infinite[:_NAMED].tolist()))
        raise InvalidValueError(f"{role} must be finite, or missing where it is not known: rows {rows}")
    return found


def _number(value: Any, row: int, role: str) -> float:
    """Return one value as a float, NaN where it is missing."""
    if is_missing(value):
        return float("nan")
    try:
        if isinstance(value, str | bytes):
            raise TypeError
        return float(value)
    except (TypeError, ValueError):
        raise InvalidTypeError(f"{role} must be numbers: row {row} has {value!r} ({type(value).__name__})") from None

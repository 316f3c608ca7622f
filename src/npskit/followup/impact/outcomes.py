"""What became of customers: later answers of any kind, one of each customer, in the order the plan has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.counting import INVALID, CodedAnswers
from npskit.data import Customers, Frame, read_amounts, read_customers, read_flags, read_times
from npskit.errors import IncompatibleError, InvalidValueError
from npskit.inference import Moves
from npskit.scorers import Codebook
from npskit.times import read_time
from npskit.tracking.panel import count_moves, pair_steps

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
        dayfirst: Whether the day stands before the month in dates; None to find it out.
    """

    customer: str
    score: str | Sequence[str] | Mapping[str, str] | None = None
    time: str | None = None
    retained: str | None = None
    revenue: str | None = None
    dayfirst: bool | None = None


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
    codebook: Codebook,
    known: NDArray[Any],
    compared: NDArray[np.intp],
    since: Any = None,
    made: np.datetime64 | None = None,
) -> Outcomes:
    """Return what became of the customers compared, each by its latest row in which that is known.

    Args:
        source: A dataframe, a mapping of columns, or a list of `Response`.
        names: What its columns mean.
        codebook: What the answers mean.
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
    later = read_customers(frame.column(frame.require(names.customer, "customer")))
    place = _places(known, compared, later)
    rows = len(place)
    moments = _moments(frame, names)
    late = _late(moments, since, rows)
    if made is not None and moments is not None:
        late &= moments > made
    unknown = np.flatnonzero(place == _UNKNOWN)
    anonymous = int((~later.known).sum())
    if later.ids and not (place > _UNKNOWN).any():
        raise InvalidValueError(
            f"customer: nobody in column {names.customer!r} is a customer of the plan, such as {later.ids[0]!r}; the "
            f"plan has {known[compared[0]]!r}: give the same ids"
        )
    usable = (place >= 0) & late
    size = len(compared)
    categories, invalid = _categories(frame, names.score, codebook)
    kept = _latest(usable & (categories >= 0), place, moments, later, "score")
    retained = revenue = None
    if names.retained is not None:
        flags = read_flags(frame.column(frame.require(names.retained, "retained")), "retained")
        kept_rows = _latest(usable & (flags >= 0), place, moments, later, "retained")
        retained = np.full(size, -1, dtype=np.int8)
        retained[place[kept_rows]] = flags[kept_rows]
    if names.revenue is not None:
        money = read_amounts(frame.column(frame.require(names.revenue, "revenue")), "revenue")
        kept_rows = _latest(usable & ~np.isnan(money), place, moments, later, "revenue")
        revenue = np.full(size, np.nan)
        revenue[place[kept_rows]] = money[kept_rows]
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


def read_moves(source: Any, names: Named, codebook: Codebook) -> Moves:
    """Return the steps of customers from each answer to the next, of customers who answered more than once.

    Raises:
        ColumnNotFoundError: If a column is not there.
        InvalidValueError: If nothing says when an answer was given, or a time cannot be read.
    """
    frame = Frame(source)
    numbers = read_customers(frame.column(frame.require(names.customer, "customer"))).numbers
    moments = _moments(frame, names)
    if moments is None:
        raise InvalidValueError("untreated: answers of one customer have no order without times; name them with time=")
    categories, _ = _categories(frame, names.score, codebook)
    return count_moves(pair_steps(numbers, moments, categories, len(codebook.categories)))


def moves_within(plan: Any, codebook: Codebook) -> Moves | None:
    """Return the steps between the answers that a plan was made of, of customers who gave several; None without times.

    Args:
        plan: The plan; its `times` say when each answer was given, where that is known.
        codebook: Its scorer, read once.
    """
    times = getattr(plan, "times", None)
    if times is None:
        return None
    who, moments = read_customers(plan.customers).numbers, np.asarray(times).astype("datetime64[us]")
    return count_moves(pair_steps(who, moments, np.asarray(plan.categories), len(codebook.categories)))


def _places(known: NDArray[Any], compared: NDArray[np.intp], later: Customers) -> NDArray[np.intp]:
    """Return which of the compared each row is of, or that it is of another or of an unknown customer."""
    plan = read_customers(known)
    chosen = plan.numbers[compared]
    if len(np.unique(chosen)) < len(chosen):
        raise IncompatibleError("plan: a customer is intended more than once; there is one plan for each")
    place = np.full(len(plan.ids), _OUTSIDE, dtype=np.intp)
    place[chosen] = np.arange(len(chosen))
    of_key = dict(zip(plan.keys, place.tolist(), strict=True))
    found = np.array([*(of_key.get(key, _UNKNOWN) for key in later.keys), _UNKNOWN], dtype=np.intp)
    return found[np.minimum(later.numbers, len(later.ids))]


def _moments(frame: Frame, names: Named) -> NDArray[np.datetime64] | None:
    """Return when each row is of, None where nothing says so."""
    name = names.time
    if name is None and not frame.from_responses:
        return None
    column = "at" if name is None else frame.require(name, "time")
    table = read_times({column: frame.column(column)}, dayfirst=names.dayfirst)
    table.warn(f"time: column {column!r}")
    times = table[column].checked(f"time: column {column!r}")
    return None if name is None and np.isnat(times).all() else times


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
    later: Customers,
    role: str,
) -> NDArray[np.intp]:
    """Return the latest usable row of each customer; of equal times, and of none, the one further down."""
    rows = np.flatnonzero(usable)
    who = place[rows]
    if moments is None:
        often = np.flatnonzero(np.bincount(who) > 1) if len(rows) else rows
        if often.size:
            first = dict.fromkeys(later.ids[n] for n in later.numbers[rows[np.isin(who, often[:_NAMED])]].tolist())
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


def _categories(frame: Frame, score: Any, codebook: Codebook) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return the category of each row's answer, -1 where it has none, and which answers are not on the scale."""
    if score is None:
        names = list(codebook.questions)
    elif isinstance(score, Mapping):
        names = [score.get(question, question) for question in codebook.questions]
    else:
        names = [score] if isinstance(score, str) else list(score)
    if len(names) != len(codebook.questions):
        asked = ", ".join(codebook.questions)
        raise IncompatibleError(f"score: {codebook.name} reads a column for each of {asked}: got {score!r}")
    columns = tuple(frame.column(frame.require(name, "score")) for name in names)
    answers = CodedAnswers([c.values for c in columns], codebook, [c.mask for c in columns])
    return answers.categories, np.logical_or.reduce([codes == INVALID for codes in answers.codes])

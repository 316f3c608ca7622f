"""What became of customers: later answers of any kind, one of each customer, in the order the plan has them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Codes, Floats, Frozen, Times
from npskit.checks import several
from npskit.counting import INVALID, CodedAnswers, Tally, warn_of_scale
from npskit.data import Customers, Frame, read_amounts, read_customers, read_flags, read_times
from npskit.errors import IncompatibleError, InvalidValueError, quoted
from npskit.inference import Moves
from npskit.results import RowCounts
from npskit.scorers import Codebook
from npskit.times import in_zone, instant_of, read_time
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


@attrs.frozen
class SetAside:
    """What is not in the comparison: rows of the later answers, but for the first.

    Args:
        untraceable: Rows of the plan that it means to follow up, whose customer is not known.
        unknown: Of customers that the plan does not know.
        elsewhere: Of customers of the plan who were neither meant to be followed up nor held out of it.
        anonymous: Without a customer.
        unusable: Of customers compared, with an answer that is not on the scale.
        early: From before `since`, or without a time where that mattered.
        superseded: Scored, but the customer answered again later.
    """

    untraceable: int
    unknown: int
    elsewhere: int
    anonymous: int
    unusable: int
    early: int
    superseded: int


@attrs.frozen(eq=False)
class Outcomes(Frozen):
    """What became of each customer of a comparison.

    Args:
        category: Category of the later answer, -1 where there is none: shape `(customers,)`.
        retained: 1 stayed, 0 left, -1 not known; None where nobody asked.
        revenue: Money, NaN where not known; None where nobody asked.
        not_compared: What is not in the comparison.
        rows: What became of the later rows: the latest scored answer of each of the compared counts.
    """

    category: Codes
    retained: NDArray[np.int8] | None
    revenue: Floats | None
    not_compared: SetAside
    rows: RowCounts


def read_outcomes(
    source: Any,
    names: Named,
    codebook: Codebook,
    plan: Customers,
    intended: Bools,
    since: Any = None,
    made: dt.datetime | None = None,
) -> Outcomes:
    """Return what became of the customers compared, each by its latest row in which that is known.

    Args:
        source: A dataframe, a mapping of columns, or a list of `Response`.
        names: What its columns mean.
        codebook: What the answers mean.
        plan: The customers of all rows of the plan.
        intended: Which of its rows it means to follow up or holds out, one of each customer: shape `(rows,)`. Those of
            known customers are compared.
        since: Rows from before this time are set aside.
        made: Where rows have times, those from up to this one are set aside, unless `since` is given; None for none.

    Raises:
        ColumnNotFoundError: If a column is not there.
        InvalidTypeError: If a column holds values of a kind it cannot hold.
        InvalidValueError: If a value cannot be used, a customer has several rows and no time says which is the latest,
            or no row is of a customer of the plan.
    """
    frame = Frame(source)
    later = read_customers(frame.column(frame.require(names.customer, "customer")))
    compared = plan.numbers[intended & plan.known]
    place = _places(plan, compared, later)
    if later.ids and not (place > _UNKNOWN).any():
        raise InvalidValueError(
            f"customer: nobody in column {names.customer!r} is a customer of the plan, such as "
            f"{quoted(later.ids[0])}; the "
            f"plan has {quoted(plan.ids[compared[0]])}: give the same ids"
        )
    moments, zone = _moments(frame, names)
    late = _late(moments, zone, since, made, len(place))
    usable = (place >= 0) & late
    # a time that is not known is earlier than any other; of equal ones the row further down is the later one
    in_order = np.arange(len(place)) if moments is None else np.argsort(moments.astype(np.int64), kind="stable")

    def latest(role: str, values: NDArray[Any], known: Bools) -> NDArray[Any]:
        """Return the latest known value of each of the compared; where there is none, -1 or NaN."""
        rows = in_order[(usable & known)[in_order]]
        if moments is None:
            _refuse_several(role, rows, place, later)
        found = np.full(len(compared), np.nan if values.dtype.kind == "f" else -1, dtype=values.dtype)
        found[place[rows]] = values[rows]  # of several assignments to one place numpy keeps the last
        return found

    categories, invalid = _categories(frame, names.score, codebook)
    category, retained, revenue = latest("score", categories, categories >= 0), None, None
    if names.retained is not None:
        flags = read_flags(frame.column(frame.require(names.retained, "retained")), "retained")
        retained = latest("retained", flags, flags >= 0)
    if names.revenue is not None:
        money = read_amounts(frame.column(frame.require(names.revenue, "revenue")), "revenue")
        revenue = latest("revenue", money, ~np.isnan(money))
    not_compared = SetAside(
        untraceable=int((intended & ~plan.known).sum()),
        unknown=int(((place == _UNKNOWN) & later.known).sum()),
        elsewhere=int((place == _OUTSIDE).sum()),
        anonymous=int((~later.known).sum()),
        unusable=int((usable & invalid).sum()),
        early=int(((place > _UNKNOWN) & ~late).sum()),
        superseded=int((usable & (categories >= 0)).sum() - (category >= 0).sum()),
    )
    n, unscored = int((category >= 0).sum()), usable & (categories < 0)
    timeless = ~late & (np.isnat(moments) if moments is not None else False)
    rows = RowCounts(
        n,
        missing=int((unscored & ~invalid).sum()),
        invalid=not_compared.unusable,
        set_aside=int((~later.known | timeless).sum()),
    )
    return Outcomes(category, retained, revenue, not_compared, rows + RowCounts(left_out=len(place) - rows.rows))


def read_moves(source: Any, names: Named, codebook: Codebook) -> Moves:
    """Return the steps of customers from each answer to the next, of customers who answered more than once.

    Raises:
        ColumnNotFoundError: If a column is not there.
        InvalidValueError: If nothing says when an answer was given, or a time cannot be read.
    """
    frame = Frame(source)
    numbers = read_customers(frame.column(frame.require(names.customer, "customer"))).numbers
    moments, _ = _moments(frame, names)
    if moments is None:
        raise InvalidValueError("untreated: answers of one customer have no order without times; name them with time=")
    categories, _ = _categories(frame, names.score, codebook)
    return count_moves(pair_steps(numbers, moments, categories, len(codebook.categories)))


def moves_within(times: Any, customers: Customers, categories: Codes, codebook: Codebook) -> Moves:
    """Return the steps between the answers that a plan was made of, of customers who gave several.

    Args:
        times: When each answer was given.
        customers: Who gave it.
        categories: Its category, -1 where it has none.
        codebook: What the answers mean.
    """
    moments = np.asarray(times).astype("datetime64[us]")
    return count_moves(pair_steps(customers.numbers, moments, categories, len(codebook.categories)))


def _places(plan: Customers, compared: Codes, later: Customers) -> Codes:
    """Return which of the compared each row is of, or that it is of another or of an unknown customer."""
    if len(np.unique(compared)) < len(compared):
        raise IncompatibleError("plan: a customer is intended more than once; there is one plan for each")
    place = np.full(len(plan.ids), _OUTSIDE, dtype=np.intp)
    place[compared] = np.arange(len(compared))
    of_key = dict(zip(plan.keys, place.tolist(), strict=True))
    found = np.array([*(of_key.get(key, _UNKNOWN) for key in later.keys), _UNKNOWN], dtype=np.intp)
    return found[np.minimum(later.numbers, len(later.ids))]


def _moments(frame: Frame, names: Named) -> tuple[Times | None, str | None]:
    """Return when each row is of, None where nothing says so; and the zone of these times, which then are of UTC."""
    name = names.time
    if name is None and not frame.from_responses:
        return None, None
    column = "at" if name is None else frame.require(name, "time")
    table = read_times({column: frame.column(column)}, time_zone="UTC", dayfirst=names.dayfirst)
    table.warn(f"time: column {column!r}")
    times = table[column].checked(f"time: column {column!r}")
    zone = (table[column].own_zone or "UTC") if table[column].aware else None
    return (None, None) if name is None and np.isnat(times).all() else (times, zone)


def _late(moments: Times | None, zone: str | None, since: Any, made: dt.datetime | None, rows: int) -> Bools:
    """Return which rows are from `since` on, or from after the plan was made.

    Times that know their zone are compared as they happened; with a time that knows none, by the clock of their zone.
    """
    if moments is None:
        if since is None:
            return np.ones(rows, np.bool_)
        raise IncompatibleError("since: the later answers do not say when they were given; name the column with time=")

    def times_as(other: dt.datetime) -> Times:
        return in_zone(moments, zone) if other.tzinfo is None and zone is not None else moments

    if since is not None:
        first = read_time(since, "since", zoned=zone is not None)
        return np.asarray(times_as(first) >= instant_of(first))
    if made is None:
        return np.ones(rows, np.bool_)
    # what only one side knows cannot be compared but by the clocks on the wall
    plan = made.replace(tzinfo=None) if zone is None else made
    return np.asarray(times_as(plan) > instant_of(plan))


def _refuse_several(role: str, rows: Codes, place: Codes, later: Customers) -> None:
    """Refuse several rows of one customer, where nothing says which is the latest."""
    often = np.flatnonzero(np.bincount(place[rows]) > 1)
    if often.size:
        several = rows[np.isin(place[rows], often[:_NAMED])]
        shown = dict.fromkeys(later.ids[n] for n in later.numbers[several].tolist())
        more = f" and {often.size - _NAMED} more" if often.size > _NAMED else ""
        raise InvalidValueError(
            f"{role}: several rows of one customer, and nothing says which is the latest: "
            f"{', '.join(map(repr, shown))}{more}; name the column of times with time=, or keep one row of each"
        )


def _categories(frame: Frame, score: Any, codebook: Codebook) -> tuple[Codes, Bools]:
    """Return the category of each row's answer, -1 where it has none, and which answers are not on the scale."""
    if score is None or isinstance(score, Mapping):
        names = [(score or {}).get(question, question) for question in codebook.questions]
    else:
        names = [score] if isinstance(score, str) else list(several(score, "score"))
    if len(names) != len(codebook.questions):
        asked = ", ".join(codebook.questions)
        raise IncompatibleError(f"score: {codebook.name} reads a column for each of {asked}: got {quoted(score)}")
    columns = [frame.column(frame.require(name, "score")) for name in names]
    answers = CodedAnswers(columns, codebook)
    categories = answers.categories
    warn_of_scale(Tally.count(*answers.columns, scorer=codebook.scorer))
    return categories, np.logical_or.reduce([codes == INVALID for codes in answers.codes])

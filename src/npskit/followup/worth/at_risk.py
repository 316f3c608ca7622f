"""What loyalty is worth: revenue at risk by segment, and what it would bring if some customers behaved as others do.

Every rate is the caller's, and none is built in: how long customers stay and what they pay is known to their company.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Floats
from npskit.checks import mapping, one_of, share
from npskit.counting import CodedAnswers, Tally, warn_of_scale
from npskit.data import Column, Frame, coded, column_of, is_nothing, objects, read_amounts, read_labels
from npskit.errors import (
    IncompatibleError,
    InvalidTypeError,
    InvalidValueError,
    counted,
    did_you_mean,
    quoted,
    with_article,
)
from npskit.results import CountedRows, RowCounts, Rows, number
from npskit.scorers import Scorer, codebook_of


@attrs.frozen
class SegmentAtRisk:
    """What of one segment's revenue is at risk.

    Args:
        segment: The segment.
        customers: Customers in it whose value and rate are known.
        revenue: Their revenue.
        share: Its share of all revenue, 0..1.
        retention: Their rate of retention, weighted by revenue, 0..1.
        expected_loss: Revenue expected to leave: the sum of value times (1 - rate).
        share_of_loss: Its share of all expected loss, 0..1.
        upside: Revenue saved if the asked-for part of them behaved as another segment does; negative where that one
            stays less.
    """

    segment: str
    customers: int
    revenue: float
    share: float
    retention: float
    expected_loss: float
    share_of_loss: float
    upside: float


@attrs.frozen(eq=False, repr=False)
class RevenueAtRisk(CountedRows):
    """Revenue at risk by segment; the totals are the sums of the segments.

    Args:
        segments: One for each segment.
        row_counts: What became of the customers: missing are those whose value, segment or rate is not known, invalid
            those whose answer is off the scale.
        moved: What the upside supposes: which part of the first segment behaves as the second.
        backend: The dataframe library that `to_frame` gives by default.
    """

    _TABLE = ("segments", SegmentAtRisk)
    _ROWS = "customers"

    segments: tuple[SegmentAtRisk, ...]
    row_counts: RowCounts
    moved: tuple[tuple[str, str, float], ...] = ()
    backend: str | None = None

    @property
    def revenue(self) -> float:
        """Revenue of all."""
        return math.fsum(s.revenue for s in self.segments)

    @property
    def expected_loss(self) -> float:
        """Revenue expected to leave."""
        return math.fsum(s.expected_loss for s in self.segments)

    def _value(self) -> float:
        return self.expected_loss

    @property
    def upside(self) -> float:
        """Revenue saved if the asked-for parts behaved as asked."""
        return math.fsum(s.upside for s in self.segments)

    def __repr__(self) -> str:
        parts = self._parts("revenue", "expected_loss", "upside")
        return self._said(**parts, segments=len(self.segments), n=self.n)

    def _rows(self) -> Rows:
        header = ["segment", "customers", "revenue", "share", "retention", "expected loss", "share of loss"]
        header += ["upside"] if self.moved else []
        rows = []
        for s in self.segments:
            row = [s.segment, s.customers, s.revenue, _percent(s.share), _percent(s.retention), s.expected_loss]
            rows.append([*row, _percent(s.share_of_loss), *([s.upside] if self.moved else [])])
        return header, rows

    def _notes(self) -> list[str]:
        return [
            f"Upside: {part:.10g} of the {a} revenue stays as that of {with_article(b)} does."
            for a, b, part in self.moved
        ]

    _SAYS = "*fields, revenue, expected_loss, upside"

    def _record(self) -> dict[str, Any]:
        return self._parts("revenue", "expected_loss", "upside") | super()._record()


def _percent(share: float) -> str:
    return f"{number(100 * share)}%"


def revenue_at_risk(
    value: Any,
    category: Any,
    retention: Any,
    *,
    data: Any = None,
    scorer: Scorer | None = None,
    moved: Mapping[tuple[str, str], float] | None = None,
) -> RevenueAtRisk:
    """Return the revenue expected to leave, by segment, at given rates of retention.

    The expected loss of a customer is value times (1 - rate); that of a segment is the sum. If a part m of segment A
    stayed as segment B does, m times the revenue of A times (rate of B - rate of A) would be saved, with the rates
    weighted by revenue. That A would stay as B does if it answered as B does is your supposition: loyal answers and
    loyal customers go together for many reasons.

    Args:
        value: Revenue of each customer over the period of the rates, shape `(customers,)`; a name with `data`.
        category: The segment of each customer, as text in any case; with `scorer` the answers (for several questions a
            list of columns). A name with `data`, for several questions a list of names.
        retention: The rate of each segment, 0..1, by name; or of each customer, shape `(customers,)`; or with `data`
            the name of such a column.
        data: A dataframe or a mapping of columns that the names are of.
        scorer: What the answers mean, where `category` is answers.
        moved: Which part of a segment, 0..1, is supposed to behave as another: `{("detractor", "passive"): 0.2}`.

    Raises:
        ColumnNotFoundError: If a column is not there.
        InvalidTypeError: If an argument is of a type that cannot be used.
        InvalidValueError: If a rate or a part does not lie within 0..1, a value is negative, a segment has no rate or
            `moved` names none.
        IncompatibleError: If the columns differ in length.

    Example:
        >>> found = revenue_at_risk(
        ...     [100, 300, 200, 400], ["detractor", "detractor", "passive", "promoter"],
        ...     {"detractor": 0.5, "passive": 0.75, "promoter": 1.0}, moved={("detractor", "passive"): 0.5})
        >>> found
        RevenueAtRisk(revenue=1000.0, expected_loss=250.0, upside=50.0, segments=3, n=4)
        >>> [segment.expected_loss for segment in found.segments]
        [200.0, 50.0, 0.0]
    """
    frame = None if data is None else Frame(data)
    money = read_amounts(_column(value, frame, "value"), "value", least=0)
    codes, names, off = _segments(category, frame, scorer, retention if isinstance(retention, Mapping) else None)
    if isinstance(retention, Mapping):
        rates, names, codes = _rates_of_segments(retention, names, codes)
    else:
        rates = read_amounts(_column(retention, frame, "retention"), "retention", least=0, most=1)
    if not len(money) == len(codes) == len(rates):
        raise IncompatibleError(
            f"value, category and retention must be equally long: got {len(money)}, {len(codes)} and {len(rates)}"
        )
    invalid = int(np.count_nonzero(off))
    known = (codes >= 0) & ~np.isnan(money) & ~np.isnan(rates)
    at, money, rates = codes[known], money[known], rates[known]
    size = len(names)
    customers = np.bincount(at, minlength=size)
    revenue = np.bincount(at, weights=money, minlength=size)
    loss = np.bincount(at, weights=money * (1 - rates), minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        kept = 1 - loss / revenue
        share, of_loss = revenue / revenue.sum(), loss / loss.sum()
    parts = _moved(moved, names)
    upside = np.zeros(size)
    for a, b, part in parts:
        i, j = names.index(a), names.index(b)
        if revenue[i] and part:
            if not revenue[j]:
                raise InvalidValueError(
                    f"moved: segment {quoted(b)} has no revenue, so nothing says how its customers stay"
                )
            upside[i] += part * revenue[i] * (kept[j] - kept[i])
    columns = (customers, revenue, share, kept, loss, of_loss, upside)
    segments = zip(names, *(column.tolist() for column in columns), strict=True)
    backend = None if frame is None else frame.backend
    rows = RowCounts(known.sum(), (~known).sum() - invalid, invalid)
    return RevenueAtRisk(tuple(SegmentAtRisk(*s) for s in segments), rows, parts, backend)


def _column(given: Any, frame: Frame | None, role: str) -> Column:
    """Return a column: named in the data, or given."""
    if frame is not None:
        return frame.column(frame.require(given, role))
    if isinstance(given, str):
        raise InvalidTypeError(f"{role} names a column, {quoted(given)}, of no data: give data= as well, or the values")
    return column_of(given, role)


def _segments(
    category: Any, frame: Frame | None, scorer: Scorer | None, named: Mapping[Any, Any] | None
) -> tuple[NDArray[np.intp], list[str], Bools | bool]:
    """Return the number of each customer's segment, -1 where not known, the names, and which answers are off the scale.

    The names are those with a rate, if given.
    """
    if scorer is None:
        column = _column(category, frame, "category")
        if named is None:
            known = {str(key).strip().casefold(): str(key).strip() for key in reversed(coded(column)[1])}
            names = [known[text] for text in reversed(known) if not is_nothing(text)]
        else:
            names = [str(name) for name in named]
        labels = read_labels(column, names)
        _refuse_absent(labels.unknown(), names)
        return np.where(labels.categories < 0, -1, labels.categories), names, False
    codebook = codebook_of(scorer)
    several = len(codebook.questions) > 1
    asked = ", ".join(codebook.questions)
    if several and (isinstance(category, str) or not isinstance(category, Sequence)):
        raise InvalidTypeError(f"category: {codebook.name} reads a list of columns, {asked}")
    given = list(category) if several else [category]
    if len(given) != len(codebook.questions):
        raise IncompatibleError(f"category: {codebook.name} reads {asked}: got {counted(len(given), 'column')}")
    columns = [_column(part, frame, "category") for part in given]
    answers = CodedAnswers(columns, codebook)
    categories = answers.categories
    warn_of_scale(Tally.count(*answers.columns, scorer=codebook.scorer))
    return categories, list(codebook.categories), answers.off_the_scale()


def _rates_of_segments(
    retention: Mapping[Any, Any], names: list[str], codes: NDArray[np.intp]
) -> tuple[Floats, list[str], NDArray[np.intp]]:
    """Return the rate of each customer, and the segments in the order that the rates are given in."""
    rates = [share(rate, f"retention[{quoted(name)}]") for name, rate in retention.items()]
    order = [str(name) for name in retention]
    labels = read_labels(Column(objects(names)), order)
    used = np.unique(codes[codes >= 0])
    _refuse_absent([names[i] for i in used.tolist() if labels.categories[i] < 0], order)
    places = np.append(labels.categories, -1)[codes]
    return np.append(np.array(rates), np.nan)[places], order, places


def _refuse_absent(absent: Iterable[str], names: list[str]) -> None:
    """Refuse segments without a rate."""
    for name in absent:
        raise InvalidValueError(f"retention: there is no rate for segment {quoted(name)}; {did_you_mean(name, names)}")


def _moved(moved: Mapping[Any, Any] | None, names: list[str]) -> tuple[tuple[str, str, float], ...]:
    """Return what the upside supposes, checked."""
    parts: list[tuple[str, str, float]] = []
    for pair, part in mapping(moved, "moved").items():
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise InvalidTypeError(
                f"moved maps pairs of segments, such as ('detractor', 'passive'): got {quoted(pair)}"
            )
        for name in pair:
            one_of(name, names, "moved")
        parts.append((pair[0], pair[1], share(part, f"moved[{quoted(pair)}]")))
    for name in names:
        whole = math.fsum(part for a, _, part in parts if a == name)
        if whole > 1 + 1e-12:
            raise InvalidValueError(f"moved: the parts of {quoted(name)} sum to at most 1: got {whole:g}")
    return tuple(parts)

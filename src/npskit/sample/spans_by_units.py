"""Scores of spans of days whose answers hang together, from an engine's sums over sampling units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Self

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Floats
from npskit.data import Keys, Stretches, in_spans, partner_products
from npskit.inference import Estimate
from npskit.options import Denominator, Repeats
from npskit.sample.asking import counted
from npskit.sample.bound import BoundData
from npskit.sample.by_units import SpansPart, UnitCounts, UnitDesign, adds_up, joins, nullable
from npskit.sample.days import Span, span_of
from npskit.sample.moving import DaySpans, apart
from npskit.sample.places import Places
from npskit.sample.unit_lines import RowsNeededError, SumLines

# Stretches of time that a query is told one by one: engines are slow to read more.
MOST_STRETCHES = 1500
# Parts of spans that overlap, each of which is asked for by itself: of 30 days, one that ends with each day.
MOST_PARTS = 31


@attrs.frozen(eq=False)
class EngineSpans:
    """The spans of an engine's rows; see `npskit.sample.moving.RowSpans`, which are those of rows at hand.

    Args:
        data: The data.
        by: The columns that make the segments.
        found: What counts.
        keys: The segments.
        parts: The spans, of which several parts are asked for one by one where they overlap.
        design: The sums over units, None where no two answers hang together.
    """

    data: BoundData
    by: tuple[str, ...]
    found: UnitCounts
    keys: Keys
    parts: Sequence[SpansPart]
    design: UnitDesign | None

    @classmethod
    def of(
        cls,
        data: BoundData,
        by: tuple[str, ...],
        spans_of: Callable[[Span], DaySpans],
        denominator: Denominator,
        repeats: Repeats,
    ) -> Self | None:
        """Return the spans.

        Args:
            data: The data.
            by: The columns that make the segments.
            spans_of: Gives the spans that cover some days, the same for all segments.
            denominator: What the score is divided by.
            repeats: What counts of customers who answered more than once in a span.

        Returns:
            None where no engine holds the rows, or they have to be seen: besides those of
            `npskit.sample.by_units.measure_by_units` where very many spans overlap, and where an engine cannot tell
            days apart.
        """
        time = data.roles.get("time")
        if time is None or time in by or not adds_up(data, denominator, repeats):
            return None
        if not joins(data) and {"customer", "cluster"} & set(data.roles):
            return None
        times = data.frame.query_days(time)
        if times is None:
            return None
        data.check_kinds(by)
        counts = counted(attrs.evolve(data, kinds=()), by, time)
        if counts is None:
            return None
        moments = counts.times("timeline")
        spans = spans_of(span_of(moments))
        dated, lists = ~np.isnat(moments), spans.parted()
        if len(lists) > MOST_PARTS or not dated.any():
            return None
        numbers, days = times.numbers(counts.column(time).take(dated)), _days(moments[dated])
        anywhere = Places(np.zeros(len(days), dtype=np.intp), 1)
        stretches = [Stretches.of(numbers, apart(anywhere, days, spans.some(each)).numbers) for each in lists]
        if max(len(each.begins) for each in stretches) > MOST_STRETCHES:
            return None
        found = UnitCounts.of(data, counts, by, denominator, repeats, (times, stretches[0]))
        if found is None:
            return None
        query = found.query
        queries = [query, *(in_spans(query, times, each) for each in stretches[1:])]
        parts = [SpansPart(*each) for each in zip(queries, lists, strict=True)]
        keys = found.counts.segments(by)[1]
        try:
            design = found.products(data, keys, repeats, parts)
        except RowsNeededError:
            return None
        return cls(data, by, found, keys, parts, design)

    def estimate(self, _spans: DaySpans) -> Estimate | None:
        """Return the estimate of each span in each segment, None where answers are independent."""
        return None if self.design is None else self.design.estimate(self.data)

    def correlate(self, _spans: DaySpans, partners: NDArray[np.intp]) -> Floats | None:
        """Return how the score of each span is correlated with those of earlier ones, shape as `partners`."""
        if self.design is None:
            return None
        return np.stack([self._with(each) for each in partners])

    def _with(self, partners: NDArray[np.intp]) -> Floats:
        design, data, theirs = self.design, self.data, partners[0]  # of all segments the same
        if design is None or (theirs < 0).all():
            return np.zeros(partners.shape)
        segments, kinds, size = len(self.keys), len(design.category_scores), len(theirs)
        first = np.arange(segments)[:, np.newaxis] * size
        shared = np.zeros((segments * size, len(design.names), kinds, kinds))
        if self.found.query.units:  # else only strata make scores depend on each other
            with data.frame.asking("adding up sampling units with answers in two spans of days"):
                for part in self.parts:
                    own = (first + part.numbers).ravel()
                    for other in self.parts:
                        shared[own] += self._shared(part, other, theirs[part.numbers], design)
        return design.products.correlations(
            design.category_scores,
            shared,
            np.where(theirs >= 0, first + theirs, -1).ravel(),
            population=data.population,
            lonely=data.lonely,
        ).reshape(partners.shape)

    def _shared(self, part: SpansPart, other: SpansPart, theirs: NDArray[np.intp], design: UnitDesign) -> Floats:
        """Return what units have in spans of one part and in their partners, where these are of another."""
        lines, kinds = SumLines(self.keys, len(theirs), design.names), len(design.category_scores)
        position = np.searchsorted(other.numbers, theirs)
        inside = np.append(other.numbers, -1)[position] == theirs
        if not (inside & (theirs >= 0)).any():
            return np.zeros((lines.groups, len(design.names), kinds, kinds))
        now = np.arange(len(theirs))
        distances = Stretches.of(now, np.where(inside & (theirs >= 0), now - position, len(other.numbers) + len(now)))
        table = partner_products(part.query, other.query, distances, nullable(self.data, self.found.counts, self.by))
        values = np.stack([table.sums[f"p{j}_{k}"] for j in range(kinds) for k in range(kinds)], axis=-1)
        return lines.by_cell(lines.places(table)[1], values.reshape(-1, kinds, kinds))


def _days(moments: NDArray[np.datetime64]) -> NDArray[np.int64]:
    return moments.astype("datetime64[D]").astype(np.int64)

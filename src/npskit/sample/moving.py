"""Scores of spans of days, also where these overlap and one sampling unit may answer more than once within a span.

Spans that share no day are places like any other. Of those that do, the sums of every unit over the days of each are
added up anew, without differences, and what follows is the estimate of a design: exactly what the answers of that span
alone would give. It costs as many steps as there are sums in all spans together: of 90 days seen every week each is
looked at 13 times.
"""

from __future__ import annotations

import functools
from typing import Self

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Floats
from npskit.inference import ClusterTotals, Estimate, partner_correlations
from npskit.sample.places import Places
from npskit.sample.sample import Clustering, Sample
from npskit.times import Days

# Spans whose sums are kept while others are held against them.
_KEPT = 64


@attrs.frozen(eq=False)
class DaySpans:
    """Spans of days, the same for all segments but for where they begin.

    Args:
        begins: The first day of each, shape `(G, T)`.
        ends: The day after the last one, rising, shape `(T,)`.
        half_life: Let answers weigh half as much with every so many days of age; None for alike.
    """

    begins: Days
    ends: Days
    half_life: int | None = None

    @property
    def apart(self) -> bool:
        """Whether no day belongs to two of them."""
        return self.half_life is None and bool((self.begins[:, 1:] >= self.ends[:-1]).all())

    def parted(self) -> list[NDArray[np.intp]]:
        """Return the numbers of the spans in as few lists as can be, of none of which two share a day.

        Example:
            >>> weeks = DaySpans(np.array([[0, 7, 14, 21]]), np.array([14, 21, 28, 35]))
            >>> [each.tolist() for each in weeks.parted()]
            [[0, 2], [1, 3]]
        """
        found: list[list[int]] = []
        for number, begin in enumerate(self.begins.min(axis=0).tolist()):
            free = next((each for each in found if self.ends[each[-1]] <= begin), None)
            if free is None:
                found.append([number])
            else:
                free.append(number)
        return [np.array(each, dtype=np.intp) for each in found]

    def some(self, numbers: NDArray[np.intp]) -> DaySpans:
        """Return some of the spans."""
        return DaySpans(self.begins[:, numbers], self.ends[numbers], self.half_life)

    def edges(self) -> Days:
        """Return the days at which a span begins or ends; each day, where what is older weighs less."""
        if self.half_life is not None:
            return np.arange(self.begins.min(), self.ends[-1] + 1)
        return np.unique(np.append(self.begins, self.ends))


@attrs.frozen(eq=False)
class RowSpans:
    """The spans of rows, with which of them hang together.

    Args:
        sample: The rows.
        clustering: Which of them hang together.
        segments: The segment of each row, -1 where its day is not known.
        days: The day of each row, shape `(rows,)`.
    """

    sample: Sample
    clustering: Clustering
    segments: Places
    days: Days

    def estimate(self, spans: DaySpans) -> Estimate:
        """Return the estimate of each span in each segment; see `estimate_spans`."""
        return estimate_spans(self.sample, self.clustering, self.segments, self.days, spans)

    def correlate(self, spans: DaySpans, partners: NDArray[np.intp]) -> Floats:
        """Return how the score of each span is correlated with those of earlier ones; see `correlate_spans`."""
        return correlate_spans(self.sample, self.clustering, self.segments, self.days, spans, partners)


def estimate_spans(sample: Sample, clustering: Clustering, segments: Places, days: Days, spans: DaySpans) -> Estimate:
    """Return the estimate of each span in each segment, where rows are not independent.

    Args:
        sample: The rows.
        clustering: Which of them hang together.
        segments: The segment of each row, -1 where its day is not known.
        days: The day of each row, shape `(rows,)`.
        spans: At least one.

    Returns:
        Of shape `(G * T,)`, the spans of the first segment first.
    """
    if spans.apart:
        return sample.estimate(apart(segments, days, spans), clustering)
    if sample.calibration is None:
        cells = _MovingCells.of(sample, clustering, segments, days, spans)
        found = [sample.estimate_of(cells.span(i), clustering) for i in range(len(spans.ends))]
    else:
        found = []
        for begins, end in zip(spans.begins.T, spans.ends, strict=True):
            inside = (segments.numbers >= 0) & (days >= begins[segments.numbers]) & (days < end)
            part = Places(np.where(inside, segments.numbers, -1), segments.size)
            found.append(sample.estimate(part, clustering))
    return Estimate.stack([each[g] for g in range(segments.size) for each in found], clustering.scores)


def correlate_spans(
    sample: Sample, clustering: Clustering, segments: Places, days: Days, spans: DaySpans, partners: NDArray[np.intp]
) -> Floats:
    """Return how the score of each span is correlated with that of an earlier one, since units may answer in both.

    Args:
        sample: The rows.
        clustering: Which of them hang together.
        segments: The segment of each row, -1 where its day is not known.
        days: The day of each row, shape `(rows,)`.
        spans: At least one; none of their weights fade.
        partners: The numbers of other spans, which have ended before this one begins: shape `(R, G, T)`; -1 for none.

    Returns:
        Shape `(R, G, T)`; 0 where there is no partner.
    """
    found = _correlated(sample, clustering, segments, days, spans, partners)
    if sample.calibration is None:
        return found
    # what units have in common because of the margins is no chance any more
    for r, g, t in np.argwhere(found != 0).tolist():
        groups = np.full(len(days), -1)
        for number, span in enumerate((t, partners[r, g, t])):
            inside = (segments.numbers == g) & (days >= spans.begins[g, span]) & (days < spans.ends[span])
            groups[inside] = number
        found[r, g, t] = sample.calibrated_correlations(sample.calibration, clustering, groups)[0, 1]
    return found


def _correlated(
    sample: Sample, clustering: Clustering, segments: Places, days: Days, spans: DaySpans, partners: NDArray[np.intp]
) -> Floats:
    """Return the correlations by the units' sums, as if nothing was known of the population."""
    size = len(spans.ends)

    def with_partners(totals: ClusterTotals, others: NDArray[np.intp]) -> Floats:
        scores = clustering.scores
        return partner_correlations(totals, scores, others, population=sample.population, lonely=sample.lonely)

    if spans.apart:
        first = np.arange(segments.size)[:, np.newaxis] * size
        totals = sample.totals(apart(segments, days, spans), clustering)
        flat = [np.where(each >= 0, first + each, -1).ravel() for each in partners]
        return np.stack([with_partners(totals, each) for each in flat]).reshape(partners.shape)
    # the partner of a span was mostly a span itself shortly before
    span = functools.lru_cache(_KEPT)(_MovingCells.of(sample, clustering, segments, days, spans).span)
    found, now = np.zeros(partners.shape), np.arange(segments.size)
    nobody = np.full(segments.size, -1)
    for i in range(size):
        for j in np.unique(partners[..., i][partners[..., i] >= 0]).tolist():
            both = _side_by_side(span(i), span(j))
            each = with_partners(both, np.append(now + segments.size, nobody))[: segments.size]
            found[..., i] = np.where(partners[..., i] == j, each, found[..., i])
    return found


def _side_by_side(first: ClusterTotals, second: ClusterTotals) -> ClusterTotals:
    """Return the cells of both, the groups of the second after those of the first."""
    names = ("units", "counts", "weights", "squares")
    joined = {name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in names}
    groups = np.concatenate([first.groups, second.groups + first.size])
    return attrs.evolve(first, groups=groups, n_groups=2 * first.size, **joined)


def apart(segments: Places, days: Days, spans: DaySpans) -> Places:
    """Return the place of each row where spans share no day: its segment and span."""
    size = len(spans.ends)
    place = _looked_up(days, spans.ends, spans) + 1
    inside = (segments.numbers >= 0) & (place < size)
    place[~inside] = 0
    inside &= days >= spans.begins[segments.numbers, place]
    return Places(np.where(inside, segments.numbers * size + place, -1), segments.size * size)


def _looked_up(days: Days, edges: Days, spans: DaySpans) -> NDArray[np.intp]:
    """Return the last edge at or before each day, -1 where there is none; days beyond all spans are as their ends."""
    first = int(spans.begins.min()) - 1
    found = np.searchsorted(edges, np.arange(first, spans.ends[-1] + 1), side="right") - 1
    return np.asarray(found[np.clip(days, first, spans.ends[-1]) - first])


@attrs.frozen(eq=False)
class _MovingCells:
    """Sums per unit, segment and run of days between edges, in order of the days.

    Units are independent of each other; answers of one need not be. As for any part of a design, units without answers
    in a span belong to it with an influence of 0 (`npskit.inference.design`).

    Args:
        cells: The sums.
        days: The first day of each.
        spans: What they are added up to.
    """

    cells: ClusterTotals
    days: Days
    spans: DaySpans

    @classmethod
    def of(cls, sample: Sample, clustering: Clustering, segments: Places, days: Days, spans: DaySpans) -> Self:
        """Return the cells of a sample."""
        edges = spans.edges()
        runs = len(edges) - 1
        run = _looked_up(days, edges, spans)
        outside = (run < 0) | (run >= runs) | (segments.numbers < 0)
        places = Places(np.where(outside, -1, segments.numbers * runs + run), segments.size * runs)
        totals = sample.totals(places, clustering)
        cells = _taken(totals, np.argsort(totals.groups % runs, kind="stable"))
        day, segment = edges[cells.groups % runs], cells.groups // runs
        return cls(attrs.evolve(cells, groups=segment, n_groups=len(spans.begins)), day, spans)

    def span(self, i: int) -> ClusterTotals:
        """Return the sums per unit and segment of one span."""
        begins, segment = self.spans.begins[:, i], self.cells.groups
        inside = np.arange(*np.searchsorted(self.days, [begins.min(), self.spans.ends[i]]))
        inside = inside[self.days[inside] >= begins[segment[inside]]]
        part = _taken(self.cells, inside)
        if self.spans.half_life is not None:
            part = _faded(part, self.days[inside], self.spans.half_life)
        return part.regrouped(part.groups, part.n_groups)


def _taken(totals: ClusterTotals, cells: NDArray[np.intp]) -> ClusterTotals:
    """Return some of the cells, of all units."""
    names = ("units", "groups", "counts", "weights", "squares")
    return attrs.evolve(totals, **{name: getattr(totals, name)[cells] for name in names})


def _faded(totals: ClusterTotals, days: Days, half_life: int) -> ClusterTotals:
    """Return cells that weigh less with age; age counts from the latest day of each group, as its scale is its own."""
    latest = np.zeros(totals.size, dtype=np.int64)
    latest[totals.groups] = days  # the last of each, since they are in order
    fade = 0.5 ** ((latest[totals.groups] - days) / half_life)
    squares = totals.squares * fade**2
    # squares vanish first; without them no weight could be used
    weights = np.where(squares[:, np.newaxis] > 0, totals.weights * fade[:, np.newaxis], 0.0)
    return attrs.evolve(totals, weights=weights, squares=squares)

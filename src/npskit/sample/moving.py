"""Scores of spans of days, also where these overlap and one sampling unit may answer more than once within a span.

Spans that share no day are places like any other. Of those that do, the sums of every unit over the days of each are
added up anew, without differences, and what follows is the estimate of a design: exactly what the answers of that span
alone would give. It costs as many steps as there are sums in all spans together: of 90 days seen every week each is
looked at 13 times.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.inference import ClusterTotals, Estimate
from npskit.sample.places import Places
from npskit.sample.sample import Clustering, Sample
from npskit.times import Days


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

    def edges(self) -> Days:
        """Return the days at which a span begins or ends; each day, where what is older weighs less."""
        if self.half_life is not None:
            return np.arange(self.begins.min(), self.ends[-1] + 1)
        return np.unique(np.append(self.begins, self.ends))


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
    size = len(spans.ends)
    if spans.apart:
        place = _looked_up(days, spans.ends, spans) + 1
        inside = (segments.numbers >= 0) & (place < size)
        place[~inside] = 0
        inside &= days >= spans.begins[segments.numbers, place]
        numbers = np.where(inside, segments.numbers * size + place, -1)
        return sample.estimate(Places(numbers, segments.size * size), clustering)
    if sample.calibration is None:
        edges = spans.edges()
        run = _looked_up(days, edges, spans)
        outside = (run < 0) | (run >= len(edges) - 1) | (segments.numbers < 0)
        numbers = np.where(outside, -1, segments.numbers * (len(edges) - 1) + run)
        totals = sample.totals(Places(numbers, segments.size * (len(edges) - 1)), clustering)
        found = _moving(totals, edges, spans, lambda part: sample.estimate_of(part, clustering))
    else:
        found = []
        for begins, end in zip(spans.begins.T, spans.ends, strict=True):
            inside = (segments.numbers >= 0) & (days >= begins[segments.numbers]) & (days < end)
            part = Places(np.where(inside, segments.numbers, -1), segments.size)
            found.append(sample.estimate(part, clustering))
    return Estimate.stack([each[g] for g in range(segments.size) for each in found], clustering.scores)


def _looked_up(days: Days, edges: Days, spans: DaySpans) -> NDArray[np.intp]:
    """Return the last edge at or before each day, -1 where there is none; days beyond all spans are as their ends."""
    first = int(spans.begins.min()) - 1
    found = np.searchsorted(edges, np.arange(first, spans.ends[-1] + 1), side="right") - 1
    return np.asarray(found[np.clip(days, first, spans.ends[-1]) - first])


def _moving(
    totals: ClusterTotals, edges: Days, spans: DaySpans, estimate: Callable[[ClusterTotals], Estimate]
) -> list[Estimate]:
    """Return the estimates of each span by segment, from sums per unit and run of days between edges of a segment.

    Units are independent of each other; answers of one need not be. As for any part of a design, units without answers
    in a span belong to it with an influence of 0 (`npskit.inference.design`).
    """
    runs = len(edges) - 1
    cells = _taken(totals, np.argsort(totals.groups % runs, kind="stable"))
    day, segment = edges[cells.groups % runs], cells.groups // runs
    cells = attrs.evolve(cells, groups=segment, n_groups=len(spans.begins))
    found = []
    for i, end in enumerate(spans.ends.tolist()):
        inside = np.arange(*np.searchsorted(day, [spans.begins[:, i].min(), end]))
        inside = inside[day[inside] >= spans.begins[segment[inside], i]]
        part = _taken(cells, inside)
        if spans.half_life is not None:
            part = _faded(part, day[inside], spans.half_life)
        found.append(estimate(part.regrouped(part.groups, part.n_groups)))
    return found


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

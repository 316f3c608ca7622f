"""A sample before and after: which of its rows lie on which side, for what moved the score and what a change did."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.checks import one_of
from npskit.data import row_said
from npskit.errors import IncompatibleError, InvalidValueError, quoted
from npskit.inference import ClusterTotals, ContrastedGroups
from npskit.options import EFFECT_METHODS, EffectMethod, Every
from npskit.sample import BoundData, EngineGroups, Measured, Places, Sample
from npskit.scores import ScoreTable
from npskit.times import periods_around
from npskit.tracking.change import ChangeExplanation, explain_change
from npskit.tracking.effect import COEFFICIENTS, Effect, Intervention, effect_over_periods

Times = NDArray[np.datetime64]
Stretch = tuple[np.datetime64, np.datetime64]

TotalsOf = Callable[[Places, Places], ClusterTotals | None]
"""Gives the sums per sampling unit by the group and the side of each row."""

GroupsOf = Callable[[Places, Places], EngineGroups]
"""Gives the groups by the group and the side of each row."""

_SIDES = ("before", "after")


def sides_of(times: Times, spans: tuple[Stretch, Stretch]) -> Places:
    """Return 0 for each row before, 1 for each after, -1 for neither.

    Raises:
        IncompatibleError: If the two stretches of time overlap.
    """
    if spans[0][0] < spans[1][1] and spans[1][0] < spans[0][1]:
        raise IncompatibleError("before and after must not overlap: an answer would be on both sides")
    numbers = np.full(len(times), -1, dtype=np.intp)
    for i, (start, end) in enumerate(spans):
        numbers[(times >= start) & (times < end)] = i
    return Places(numbers, 2)


def explain_spans(
    data: BoundData,
    spans: tuple[Stretch, Stretch],
    by: str | Sequence[str],
    level: float,
    totals_of: TotalsOf | None = None,
) -> ChangeExplanation:
    """Say why the score moved from one stretch of time to another; see `npskit.tracking.change.explain.explain_change`.

    Args:
        data: The rows.
        spans: Begin and end of both stretches, the ends not included.
        by: The column that makes the segments, or several.
        level: Confidence level.
        totals_of: Gives the sums per sampling unit, where the rows are counts of an engine.

    Raises:
        InvalidValueError: If there is no scored answer in one of the stretches.
        IncompatibleError: If they overlap, or the sample is calibrated.
    """
    names, times, sample = data.by(by), data.times("explain_change"), _uncalibrated(data)
    sides, (places, keys) = sides_of(times, spans), data.segments(names)
    undated = sample.answers.number(np.isnat(times))
    for name, (start, end), answers in zip(_SIDES, spans, sample.answers.scored(sides.numbers, 2), strict=True):
        if not answers:
            raise InvalidValueError(f"{name}: there is no scored answer from {start} until {end}, not included")
    seen = np.flatnonzero(np.bincount(places.numbers[sides.numbers >= 0], minlength=len(keys)))
    rank, size = np.searchsorted(seen, np.arange(len(keys))), len(seen)
    cells = Places(rank[places.numbers], size).within(sides)
    sample, kept = data.answering(sample, cells, method="explain_change")
    cells = cells.take(kept)
    # weights of independent answers need no units: their squares say as much
    totals = _totals(sample, cells) if totals_of is None else totals_of(cells, sides)
    tally = sample.count(cells)
    present = tuple(keys[i] for i in seen.tolist())
    # as if rows were independent: what they are not stands in the totals
    parts = [Measured.of(part) for part in (tally[:size], tally[size:])]
    before, after = (ScoreTable(names, present, part.tally, part.conventions, part.estimate) for part in parts)
    found = explain_change(before, after, level=level, totals=totals)
    return attrs.evolve(found, row_counts=sample.account(tally, undated))


def arms_of(data: BoundData, treated: Mapping[str, Any] | None, control: Mapping[str, Any] | None) -> Places:
    """Return 0 for each row that was treated, 1 for the control, -1 for neither.

    Args:
        data: The rows.
        treated: Who was, by the values of columns; all others where None.
        control: Who was not; nobody where None.

    Raises:
        IncompatibleError: If a row is in both.
    """
    rows = len(data.times("effect"))
    second = np.zeros(rows, np.bool_) if control is None else data.matching(control, "control")
    first = ~second if treated is None else data.matching(treated, "treated")
    both = np.flatnonzero(first & second)
    if both.size:
        raise IncompatibleError(f"treated and control overlap: {row_said(int(both[0]), data.row_numbers)} is in both")
    return Places(np.where(first, 0, np.where(second, 1, -1)), 1 if control is None else 2)


def effect_on_arms(
    data: BoundData,
    intervention: Intervention,
    arms: Places,
    *,
    method: EffectMethod | None,
    every: Every,
    level: float,
    groups_of: GroupsOf | None = None,
    repeats: bool = False,
) -> Effect:
    """Return what the score did when something was changed; `effect_over_periods` has the methods.

    Args:
        data: The rows.
        intervention: What was changed, and when.
        arms: Who was treated, and who was the control, if there is one.
        method: `"before_after"`, `"difference_in_differences"`, `"interrupted_series"`, or None for what fits.
        every: The periods; see `npskit.times.spans.periods_around`.
        level: Confidence level.
        groups_of: Gives the groups, where the rows are counts of an engine.
        repeats: Whether customers are known, or accounts, so that they may have answered more than once.

    Raises:
        InvalidValueError: If there is no scored answer on a side, or an argument cannot be used.
        IncompatibleError: If `method` does not go with a control, or the sample is calibrated.
    """
    one_of(method, (None, *EFFECT_METHODS), "method")
    times, sample = data.times("effect"), _uncalibrated(data)
    sides = Places(intervention.sides(times).astype(np.intp), 2)
    cells = sides.within(arms)
    for i, answers in enumerate(sample.answers.scored(cells.numbers, cells.size)):
        if not answers:
            who = ("treated", "control")[i // 2]
            raise InvalidValueError(f"{who}: there is no scored answer {_SIDES[i % 2]} {quoted(intervention)}")
    undated = sample.answers.number(np.isnat(times))
    totals: ClusterTotals | ContrastedGroups | None = None
    series = method == "interrupted_series"
    if groups_of is None:
        sample, kept = data.answering(sample, cells, method="effect")
        cells, arms, times = cells.take(kept), arms.take(kept), times[kept]
        totals = None if series else _totals(sample, cells, weighted=sample.weighted)
    else:
        groups = groups_of(cells, sides)
        sample, cells, times = groups.sample, groups.cells, groups.found.counts.times("effect")
        arms = Places(np.where(cells.numbers >= 0, cells.numbers // len(_SIDES), -1), arms.size)
        totals = None if series else groups.contrast(COEFFICIENTS[: cells.size])
    dated = np.where(cells.numbers >= 0, times, np.datetime64("NaT", "us"))
    numbers, start, size = periods_around(dated, intervention.at, every)
    tally = sample.count(Places(numbers, size).within(arms))
    sums = tally.table()
    counts = sums.counts.astype(np.float64)
    if sums.weights is not None and sums.squares is not None:
        # one factor for all, by Kish, so that pooling periods leaves the scores as they are
        counts = sums.weights * sums.weights.sum() / sums.squares.sum()
    found = effect_over_periods(
        counts[:size],
        sums.category_scores,
        start,
        method=method,
        control=counts[size:] if arms.size == 2 else None,
        level=level,
        score=sample.answers.codebook.name,
        totals=totals,
        intervention=intervention,
        repeats=repeats,
    )
    return attrs.evolve(found, row_counts=sample.account(tally, undated))


def _totals(sample: Sample, cells: Places, *, weighted: bool = False) -> ClusterTotals | None:
    """Return the sums per sampling unit, None where rows are independent; `weighted` ones are units of their own."""
    clustering = sample.clustering(cells)
    apart = clustering is None or (clustering.units is None and sample.strata is None)
    return None if apart and not weighted else sample.totals(cells, clustering)


def _uncalibrated(data: BoundData) -> Sample:
    """Return the sample, whose errors do not depend on a calibration."""
    sample = data.sample()
    if sample.calibration is not None:
        raise IncompatibleError("the errors would not allow for rake(): bind fixed weights with weight= instead")
    return sample

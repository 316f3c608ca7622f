"""Scores of segments, in memory or by an engine: the one way from data and columns to what a survey says of each."""

from __future__ import annotations

import contextlib

import attrs

from npskit.arrays import Bools, Floats
from npskit.counting import Tally, warn_of_scale
from npskit.data import Keys
from npskit.options import Denominator, Repeats
from npskit.sample.asking import asked, counted
from npskit.sample.bound import UNITS, BoundData
from npskit.sample.sample import Measured
from npskit.scores import warn_of_spaces


def measure_segments(
    data: BoundData, by: tuple[str, ...], denominator: Denominator, repeats: Repeats
) -> tuple[Keys, Measured]:
    """Return the values that make each segment, and its score.

    Args:
        data: The data.
        by: The columns that make the segments.
        denominator: What the score is divided by.
        repeats: What counts of customers who answered more than once.
    """
    found = None
    if data.frame.lazy and data.units:  # most surveys need none of it
        from npskit.sample.by_units import measure_by_units

        found = measure_by_units(data, by, denominator, repeats)
    keys, measured = found or _in_memory(data, by, denominator, repeats)
    warn_of_scale(measured.tally)
    warn_of_spaces(by, keys)
    return keys, measured


def _in_memory(
    data: BoundData, by: tuple[str, ...], denominator: Denominator, repeats: Repeats
) -> tuple[Keys, Measured]:
    data = asked(data, by, times=repeats == "latest" or data.latest_contacts)
    sample = data.sample()
    places, keys = data.segments(by)
    sample, kept = data.answering(sample, places, repeats, "score")
    return keys, sample.measure(places.take(kept), denominator)


def count_segments(data: BoundData, by: tuple[str, ...]) -> Tally:
    """Return the counts of each segment."""
    data = asked(data, by, units=False)
    return data.sample().count(data.segments(by)[0])


def correlate_segments(data: BoundData, by: tuple[str, ...], wanted: Bools) -> Floats | None:
    """Return how the scores of the wanted segments are correlated, None where they are independent."""
    from npskit.sample.by_unit_kinds import can_tell_kinds, totals_of_kinds
    from npskit.sample.contrast_by_units import groups_of_segments
    from npskit.sample.unit_lines import RowsNeededError

    if not set(UNITS) & set(data.roles):
        return None
    groups = groups_of_segments(data, by, wanted)
    if groups is not None:
        with contextlib.suppress(RowsNeededError):
            return groups.correlations(int(wanted.sum()))
    if can_tell_kinds(data):
        counts = counted(attrs.evolve(data, kinds=()), by)
        if counts is not None:
            with contextlib.suppress(RowsNeededError):
                places = counts.segments(by)[0]
                totals = totals_of_kinds(data, counts, by, places)
                return None if totals is None else counts.sample().correlations_of(totals, wanted)
    data = asked(data, by, times=data.latest_contacts)
    places = data.segments(by)[0]
    sample, kept = data.answering(data.sample(), places)
    return sample.correlations(places.take(kept), wanted)

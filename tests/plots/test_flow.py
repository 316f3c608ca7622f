"""Transitions as a flow, and the levels between change points."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.plots import ENGLISH, NARROW, WIDE, Box, Flow, Forest, Path, Stack

COUNTS = st.integers(1, 6).flatmap(
    lambda k: st.lists(st.lists(st.integers(0, 500), min_size=k, max_size=k), min_size=k, max_size=k)
)


@given(COUNTS, st.sampled_from([WIDE, NARROW]))
def test_widths_are_counts(counts: list[list[int]], width: float) -> None:
    """Each ribbon is as thick as it has customers, both ends alike; together they fill the bars on either side."""
    names = [f"c{i}" for i in range(len(counts))]
    scene = Flow("NPS", tuple(names), tuple(map(tuple, counts))).drawn(width, ENGLISH)
    total = sum(map(sum, counts))
    ribbons = [mark for mark in scene.marks if isinstance(mark, Path)]
    assert len(ribbons) == sum(count > 0 for row in counts for count in row)
    if not total:
        return
    bars = [mark for mark in scene.marks if isinstance(mark, Box)]
    unit = (240 - 10 * (len(counts) - 1)) / total
    assert sorted(r.points[-1][1] - r.points[0][1] for r in ribbons) == pytest.approx(
        sorted(count * unit for row in counts for count in row if count)
    )
    befores, afters = [sum(row) for row in counts], [sum(column) for column in zip(*counts, strict=True)]
    assert [bar.height for bar in bars] == pytest.approx([max(n * unit, 0.5) for n in befores + afters])
    stayed = [mark.style for mark in ribbons]
    assert stayed == sorted(stayed)  # who moved is behind, who stayed on top


def test_transitions_are_both() -> None:
    """The heat map stands above the flow, and both have the result's counts; of many categories there is no flow."""
    data = nk.datasets.demo_survey().columns
    found = nk.Survey(data, score="score", time="date", customer="customer").transitions()
    chart = found._chart()
    assert isinstance(chart, Stack)
    flow = chart.charts[1]
    assert isinstance(flow, Flow)
    assert [list(row) for row in flow.counts] == found.counts.tolist()


def test_levels_between_changes() -> None:
    """Each level has its interval and its answers, in order of time; where nothing was found there is no plot."""
    days = [f"2025-{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 29)]
    answers = [10 if i % 3 else 2 for i in range(168)] + [2 if i % 3 else 10 for i in range(168)]
    timeline = nk.Survey({"score": answers, "day": days}, score="score", time="day").timeline("month")
    found = timeline.change_points()
    chart = found._chart()
    assert isinstance(chart, Forest)
    assert len(found) == 1
    assert [row.name for row in chart.rows] == ["… 2025-07", "2025-07 …"]
    change = found.changes[0]
    assert [row.value for row in chart.rows] == [change.before, change.after]
    assert [row.n for row in chart.rows] == [168, 168]
    flat = nk.Survey({"score": [9, 3] * 168, "day": days}, score="score", time="day").timeline("month")
    assert flat.change_points()._chart() is None

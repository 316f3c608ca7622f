"""What is drawn along time is what the timeline and its charts say, and where nobody answered nothing is."""

from __future__ import annotations

import datetime as dt
import itertools
import math

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.plots import ENGLISH, NARROW, WIDE, Dot, Path, PeriodEvent, PeriodLines, PeriodPanels, Scene, Text, svg_of


def timeline(months: list[list[int]], by: str | None = None) -> nk.Timeline:
    """Return a timeline of the answers of each month."""
    days = [dt.date(2024 + i // 12, i % 12 + 1, 5) for i, answers in enumerate(months) for _ in answers]
    answers = [answer for month in months for answer in month]
    regions = [["North", "South"][i % 2] for i in range(len(answers))]
    survey = nk.Survey({"score": answers, "day": days, "region": regions}, score="score", time="day")
    return survey.timeline("month", by=by)


def drawn(chart: PeriodLines) -> Scene:
    """Return the drawing of a chart, with axes."""
    scene = chart.drawn(WIDE, ENGLISH)
    assert scene.x is not None
    assert scene.y is not None
    return scene


ANSWERS = st.lists(st.integers(0, 10), max_size=40)


@given(st.lists(ANSWERS, min_size=2, max_size=14).filter(lambda months: sum(map(bool, months)) > 1))
def test_points_stand_at_the_scores(months: list[list[int]]) -> None:
    """Each month with answers has a point at its score; the line is broken where a month has none."""
    line = timeline(months)
    chart = line._chart()
    assert isinstance(chart, PeriodLines)
    scene = drawn(chart)
    assert scene.x is not None
    assert scene.y is not None
    points = [(mark.x, mark.y) for mark in scene.marks if isinstance(mark, Dot)]
    found = {round(scene.x.value(x)): round(scene.y.value(y), 6) for x, y in points}
    values = line.values.tolist()
    assert found == {i: round(value, 6) for i, value in enumerate(values) if not math.isnan(value)}
    for path in (mark for mark in scene.marks if isinstance(mark, Path) and mark.style == "path"):
        places = [round(scene.x.value(x)) for x, _ in path.points]
        assert places == list(range(places[0], places[-1] + 1))


def test_ribbon_is_the_intervals() -> None:
    """The ribbon goes from limit to limit, and stops where nobody answered."""
    months = [[10, 9, 3, 8] * 10] * 3 + [[]] + [[10, 2, 9] * 12] * 2
    line = timeline(months)
    chart = line._chart()
    assert isinstance(chart, PeriodLines)
    scene = drawn(chart)
    assert scene.y is not None
    ribbons = [mark for mark in scene.marks if isinstance(mark, Path) and mark.style == "band"]
    assert [len(ribbon.points) for ribbon in ribbons] == [6, 4]
    low, high = line.intervals()
    heights = [round(scene.y.value(y), 6) for _, y in ribbons[0].points]
    assert heights == [round(v, 6) for v in (*high[:3].tolist(), *low[:3][::-1].tolist())]


def test_few_answers_and_a_month_that_goes_on_are_hollow() -> None:
    """A month of few answers is hollow, as is the last where the data end within it, which is said."""
    chart = timeline([[10, 9, 3] * 12, [9, 3], [10, 3, 8] * 12])._chart()
    assert isinstance(chart, PeriodLines)
    dots = [mark.style for mark in chart.drawn(WIDE, ENGLISH).marks if isinstance(mark, Dot)]
    assert dots == ["point", "hollow", "hollow"]
    assert ">last period so far<" in svg_of(chart)


def test_segments_have_panels_of_one_axis() -> None:
    """Several series stand apart, on the same upright axis."""
    chart = timeline([[10, 9, 3, 4] * 9] * 4, by="region")._chart()
    assert isinstance(chart, PeriodPanels)
    first, second = (drawn(panel).y for panel in chart.panels())
    assert first == second
    assert [row[0] for row in chart.table(ENGLISH)[1]] == ["2024-01", "2024-02", "2024-03", "2024-04"]


@pytest.mark.parametrize("kind", ["laney", "ewma", "cusum"])
def test_signals_are_the_charts_own(kind: nk.options.Chart) -> None:
    """Large points are the periods beyond a limit, of the line that is beyond it; limits are drawn at the limits."""
    rng = np.random.default_rng(5)
    months = [rng.integers(4, 11, 60).tolist() for _ in range(14)] + [rng.integers(0, 7, 60).tolist() for _ in range(4)]
    found = timeline(months).control_chart(kind)
    chart = found._chart()
    assert isinstance(chart, PeriodLines)
    scene = drawn(chart)
    assert scene.x is not None
    assert scene.y is not None
    large = [mark for mark in scene.marks if isinstance(mark, Dot) and mark.radius == 5.0]
    assert found.signals
    assert len(large) == int(found.above.sum() + found.below.sum())
    beyond = [*found.rising[found.above].tolist(), *found.falling[found.below].tolist()]
    assert sorted(round(scene.y.value(dot.y), 6) for dot in large) == sorted(round(v, 6) for v in beyond)
    limits = [mark for mark in scene.marks if isinstance(mark, Path) and mark.style == "limit"]
    ends = {round(scene.y.value(y), 6) for path in limits for _, y in path.points}
    assert ends == {round(v, 6) for v in (*found.lower.tolist(), *found.upper.tolist()) if not math.isnan(v)}


@pytest.mark.parametrize("every", ["day", "week", "month", "quarter", "year"])
def test_labels_have_room(every: nk.options.Every) -> None:
    """Whatever the periods, labels do not run into each other, at either width."""
    days = [dt.date(2023, 1, 2) + dt.timedelta(days=3 * i) for i in range(200)]
    line = nk.Survey({"score": [9, 3] * 100, "day": days}, score="score", time="day").timeline(every)
    for width in (WIDE, NARROW):
        scene = line._chart().drawn(width, ENGLISH)
        below = [mark for mark in scene.marks if isinstance(mark, Text) and mark.y == 276]
        assert 1 <= len(below) <= 32
        assert all(b.x - a.x > 20 for a, b in itertools.pairwise(below))


def test_events_are_named_where_they_were() -> None:
    """An event is a dashed line at its time, its name beside it, the names not one on the other."""
    chart = timeline([[10, 9, 3, 4] * 9] * 12)._chart()
    assert isinstance(chart, PeriodLines)
    scene = drawn(attrs.evolve(chart, events=(PeriodEvent(2.5, "New shop"), PeriodEvent(2.9, "Strike in the North"))))
    assert scene.x is not None
    names = [
        mark for mark in scene.marks if isinstance(mark, Text) and mark.text in ("New shop", "Strike in the North")
    ]
    assert len({mark.y for mark in names}) == 2
    assert {round(scene.x.value(mark.x - 5), 6) for mark in names} == {2.5, 2.9}

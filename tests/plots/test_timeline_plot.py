"""A timeline with what happened, when the answers changed, and the periods out of the ordinary, in one picture."""

from __future__ import annotations

import datetime as dt
import functools
import itertools

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot as plt

import npskit as nk
from npskit.plots import (
    ENGLISH,
    NARROW,
    WIDE,
    Dot,
    Line,
    Path,
    PeriodChange,
    PeriodLines,
    PeriodPanels,
    PeriodSeries,
    Text,
    svg_of,
    text_width,
)
from npskit.plots.period_changes import levels_of

mpl.use("Agg")
SHOP = nk.Intervention("new shop", "2024-07-16 12:00")


@functools.cache
def survey() -> nk.Survey:
    """Return a survey whose answers fall in August and in one odd March of the next year."""
    rng = np.random.default_rng(3)
    answers, days = [], []
    for month in range(24):
        worse = month >= 7
        shares = [0.9, 0.05, 0.05] if month == 14 else [0.5, 0.3, 0.2] if worse else [0.1, 0.3, 0.6]
        answers += rng.choice([3, 8, 10], p=shares, size=120).tolist()
        days += [dt.date(2024 + month // 12, month % 12 + 1, 1 + i % 28) for i in range(120)]
    regions = ["North", "South"] * (len(days) // 2)
    return nk.Survey({"score": answers, "day": days, "region": regions}, score="score", time="day")


def test_all_in_one_picture() -> None:
    """Events stand at their time with their name, levels are those of the changes, signals those of the chart."""
    line = survey().timeline("month")
    changes, chart = line.change_points(), line.control_chart()
    assert changes.changes
    assert chart.signals
    found = line._chart_with(SHOP, changes, chart)
    assert isinstance(found, PeriodLines)
    plain = line._chart()
    assert isinstance(plain, PeriodLines)
    assert found.series == plain.series
    scene = found.drawn(WIDE, ENGLISH)
    assert scene.x is not None
    assert scene.y is not None
    event = next(mark for mark in scene.marks if isinstance(mark, Line) and mark.style == "event")
    assert scene.x.value(event.x1) == pytest.approx(6 + 15.5 / 31)
    texts = [mark.text for mark in scene.marks if isinstance(mark, Text)]
    assert "new shop" in texts
    steps = next(mark for mark in scene.marks if isinstance(mark, Path) and mark.style == "limit")
    heights = [round(scene.y.value(y), 6) for _, y in steps.points]
    levels = [changes.changes[0].before, *(each.after for each in changes.changes)]
    assert heights == [round(level, 6) for level in levels for _ in range(2)]
    places = [scene.x.value(x) for x, _ in steps.points[1:-1]]
    assert places == pytest.approx([each.index - 0.5 for each in changes.changes for _ in range(2)])
    assert all(f"change {ENGLISH.number(each.difference, signed=True)}" in texts for each in changes.changes)
    large = {round(scene.x.value(m.x)) for m in scene.marks if isinstance(m, Dot) and m.radius == 5.0}
    assert large == set(np.flatnonzero(chart.above | chart.below).tolist())
    header, rows = found.table(ENGLISH)
    assert header[-1] == "level"
    for width in (NARROW, 460.0, WIDE):
        said = [mark for mark in found.drawn(width, ENGLISH).marks if isinstance(mark, Text)]
        wide = [0.85 * text_width(mark.text) for mark in said]
        sides = {"start": 0.0, "middle": 0.5, "end": 1.0}
        ends = [(mark.y, mark.x - sides[mark.side] * size, size) for mark, size in zip(said, wide, strict=True)]
        for (y1, x1, wide1), (y2, x2, wide2) in itertools.combinations(ends, 2):
            assert abs(y1 - y2) >= 9 or x1 + wide1 <= x2 or x2 + wide2 <= x1
    assert [row[-1] for row in rows] == levels_of(found.changes, len(line))
    assert "change" in found.alt(ENGLISH)


CHANGES = st.lists(st.integers(1, 30), max_size=6, unique=True).map(sorted)


@given(CHANGES, st.sampled_from([NARROW, 460.0, WIDE]))
def test_levels_are_steps(places: list[int], width: float) -> None:
    """Every period has the level between the changes about it; figures at the foot stand apart and on the page."""
    levels = [float((37 * i) % 90 - 40) for i in range(len(places) + 1)]
    pairs = zip(places, itertools.pairwise(levels), strict=True)
    changes = tuple(PeriodChange(place, before, after) for place, (before, after) in pairs)
    found = levels_of(changes, 32)
    expected = [levels[sum(place <= i for place in places)] for i in range(32)]
    assert found == (expected if places else [])
    chart = PeriodLines("NPS", tuple(map(str, range(32))), (PeriodSeries("", found or [0.0] * 32),), changes=changes)
    marks = [m for m in chart.drawn(width, ENGLISH).marks if isinstance(m, Text) and m.text.startswith("change")]
    ends = [(mark.x, mark.x + 0.85 * 8 * len(mark.text)) for mark in marks]
    assert all(right < start for (_, right), (start, _) in itertools.pairwise(ends))
    assert bool(marks) == bool(places)


def test_plot_draws_them() -> None:
    """`plot` puts them on axes of months and scores, whichever are given, and takes an effect for its intervention."""
    line = survey().timeline("month")
    effect = survey().effect(SHOP)
    for options in (
        {},
        {"events": [SHOP, effect]},
        {"changes": line.change_points()},
        {"chart": line.control_chart("ewma")},
    ):
        ax = line.plot(**options)
        names = [text.get_text() for text in ax.texts]
        assert names.count("new shop") == (2 if "events" in options else 0)
        assert any(name.startswith("change") for name in names) == ("changes" in options)
        plt.close("all")


def test_of_segments_each_panel_has_the_events() -> None:
    """Events stand in the panel of each segment; changes and charts are of one series, and refused."""
    line = survey().timeline("quarter", by="region")
    found = line._chart_with(SHOP)
    assert isinstance(found, PeriodPanels)
    assert svg_of(found).count(">new shop<") == 2
    north = line.segment("North")
    for options in ({"changes": north.change_points()}, {"chart": north.control_chart()}):
        with pytest.raises(nk.IncompatibleError, match="segment"):
            line.plot(**options)
        north.plot(**options)
        plt.close("all")


def test_events_out_of_the_time_that_is_drawn_are_passed_over() -> None:
    """What happened before the first period or after the last has no place."""
    line = survey().timeline("month")
    days = ["2023-12-31", "2024-01-01", "2025-12-31", "2026-01-01"]
    found = line._chart_with([nk.Intervention(day, day) for day in days])
    assert isinstance(found, PeriodLines)
    assert [event.name for event in found.events] == days[1:3]


def test_others_are_refused() -> None:
    """Changes and charts of other periods, and what is none of these, are named."""
    line, weeks = survey().timeline("month"), survey().timeline("week")
    with pytest.raises(nk.IncompatibleError, match="other periods"):
        line.plot(changes=weeks.change_points())
    with pytest.raises(nk.IncompatibleError, match="other periods"):
        line.plot(chart=weeks.control_chart())
    with pytest.raises(nk.InvalidTypeError, match="events must be interventions"):
        line.plot(events=["new shop"])  # type: ignore[list-item]
    with pytest.raises(nk.InvalidTypeError, match="change_points"):
        line.plot(changes=3)  # type: ignore[arg-type]
    with pytest.raises(nk.InvalidTypeError, match="control_chart"):
        line.plot(chart=3)  # type: ignore[arg-type]

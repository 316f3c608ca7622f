"""Effects, differences, drivers, themes, changes and transitions: what is drawn are the results' own figures."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.plots import (
    ENGLISH,
    NARROW,
    WIDE,
    Axis,
    Box,
    Chart,
    Dot,
    Forest,
    ForestRow,
    HeatMap,
    Scene,
    Stack,
    Text,
    Waterfall,
    WaterfallStep,
)

DATA = nk.datasets.demo_survey().columns
SURVEY = nk.Survey(DATA, score="score", time="date", customer="customer", comment="comment")
RATED = ["room", "breakfast", "staff", "check_in", "price"]


def at(scene: Scene, pixels: list[float]) -> list[float]:
    """Return what pixels along the width stand for."""
    assert scene.x is not None
    return [round(scene.x.value(pixel), 6) for pixel in pixels]


def dots(chart: Chart, *styles: str) -> list[float]:
    """Return where the points of these styles stand, from the top down."""
    scene = chart.drawn(WIDE, ENGLISH)
    return at(scene, [mark.x for mark in scene.marks if isinstance(mark, Dot) and mark.style in styles and mark.y > 20])


def rounded(values: list[float]) -> list[float]:
    """Return numbers as `at` gives them."""
    return [round(value, 6) for value in values]


def test_drivers() -> None:
    """LMG and PMVD stand at the shares in points of R², in the order of the result."""
    found = SURVEY.drivers(RATED, draws=100)
    chart = found._chart()
    assert dots(chart, "point", "hollow") == rounded([100 * each.lmg for each in found.drivers])
    assert dots(chart, "other-hollow") == rounded([100 * each.pmvd for each in found.drivers])
    assert [row[0] for row in chart.table(ENGLISH)[1]] == [each.driver for each in found.drivers]


def test_three_factors() -> None:
    """Bars go from 0 to penalty and to reward, with the class in words; filled where the interval leaves 0 out."""
    found = SURVEY.three_factors(RATED, draws=100)
    scene = found._chart().drawn(WIDE, ENGLISH)
    bars = [mark for mark in scene.marks if isinstance(mark, Box)]
    ends = [pair for bar in bars for pair in at(scene, [bar.x, bar.x + bar.width])]
    wanted = [value for each in found.factors for value in (*sorted((0.0, each.penalty)), *sorted((0.0, each.reward)))]
    assert ends == rounded(wanted)
    assert {mark.text for mark in scene.marks if isinstance(mark, Text)} >= {each.kind for each in found.factors}
    clear = [0 not in limits for each in found.factors for limits in (each.penalty_interval, each.reward_interval)]
    assert [bar.style == "bar" for bar in bars] == clear


def test_themes() -> None:
    """Themes have bars in the order of the result; rarely mentioned ones are hollow."""
    found = SURVEY.themes({"staff": ["staff", "service"], "clean": ["clean*"], "room": ["room*"]})
    scene = found._chart().drawn(WIDE, ENGLISH)
    bars = [mark for mark in scene.marks if isinstance(mark, Box)]
    ends = [at(scene, [bar.x, bar.x + bar.width]) for bar in bars]
    assert ends == [rounded(sorted((0.0, each.points))) for each in found.themes]
    few = [bar.style for bar, each in zip(bars, found.themes, strict=True) if each.mentions < 30]
    assert few
    assert set(few) == {"bar-unsure"}


def test_words() -> None:
    """Words of detractors go to the left and those of promoters to the right, each by its log-odds."""
    found = SURVEY.comments()
    chart = found._chart()
    assert isinstance(chart, Forest)
    wanted = [-word.log_odds for word in found.marking("detractor")[:12]]
    wanted += [word.log_odds for word in found.marking("promoter")[:12]]
    assert [row.value for row in chart.rows] == wanted
    assert wanted


def test_effect_and_differences() -> None:
    """Differences stand against 0, in signs; the groups of an effect above it."""
    intervention = nk.Intervention("new desk", "2025-01-01")
    found = SURVEY.effect(intervention, treated={"region": "Bavaria"}, control={"region": "Cornwall"})
    chart = found._chart()
    assert isinstance(chart, Stack)
    cells, effect = chart.charts
    assert dots(cells, "point") == rounded([cell.value for cell in found.cells])
    assert dots(effect, "point", "hollow") == rounded([found.value])
    pairs = SURVEY.compare(by="region")
    assert dots(pairs._chart(), "point", "hollow") == rounded([pair.difference for pair in pairs.pairs])
    two = nk.compare(nk.nps([10, 9, 3] * 20), nk.nps([10, 2, 3] * 20))
    assert dots(two._chart(), "point", "hollow") == rounded([two.difference])
    against = SURVEY.timeline("quarter").against()
    there = [value for value in against.difference.tolist() if not math.isnan(value)]
    assert dots(against._chart(), "point", "hollow") == rounded(there)


CHANGES: list[Callable[[], nk.ChangeExplanation | nk.ThemesChange]] = [
    lambda: SURVEY.explain_change("2024", "2025", by="region"),
    lambda: SURVEY.explain_change("2024", "2025", by=["region", "channel"]),
]


@pytest.mark.parametrize("change", CHANGES)
def test_change(change: Callable[[], nk.ChangeExplanation]) -> None:
    """The parts lead from the score before to the score after, without a gap."""
    found = change()
    chart = found._chart()
    assert isinstance(chart, Waterfall)
    assert math.isclose(chart.before + sum(step.value for step in chart.steps), found.after, abs_tol=1e-9)
    assert dots(chart, "point") == rounded([found.before, found.after])
    assert math.isclose(sum(step.value for step in chart.steps[: len(found.segments)]), found.rate, abs_tol=1e-9)


PARTS = st.lists(st.floats(-20, 20), min_size=1, max_size=30)


@given(PARTS, st.floats(-50, 50))
def test_waterfall_is_a_chain(parts: list[float], before: float) -> None:
    """Each bar begins where the one before ended, however many there are; what is added up keeps the sum."""
    steps = [WaterfallStep(f"part {i}", value, value - 1, value + 1) for i, value in enumerate(parts)]
    chart = Waterfall("NPS", before, before + sum(parts), steps)
    for width in (WIDE, NARROW):
        scene = chart.drawn(width, ENGLISH)
        total = before
        shown = chart.shown(ENGLISH)
        bars = [mark for mark in scene.marks if isinstance(mark, Box)]
        for bar, step in zip(bars, shown, strict=True):
            left, right = sorted((total, total + step.value))
            found = at(scene, [bar.x, bar.x + bar.width])
            assert math.isclose(found[0], left, abs_tol=1e-4)
            assert found[1] >= right - 1e-4
            total += step.value
        assert math.isclose(total, chart.after, abs_tol=1e-6)


def test_transitions() -> None:
    """The cells hold the counts, and the shares of their rows."""
    found = SURVEY.transitions()
    both = found._chart()
    assert isinstance(both, Stack)
    chart = both.charts[0]
    assert isinstance(chart, HeatMap)
    assert np.array_equal(chart.counts, found.counts)
    texts = [mark.text for mark in chart.drawn(WIDE, ENGLISH).marks if isinstance(mark, Text)]
    for share, count in zip(found.shares.ravel().tolist(), found.counts.ravel().tolist(), strict=True):
        assert ENGLISH.percent(share) in texts
        assert ENGLISH.number(count) in texts


def test_many_rows_are_cut_and_said() -> None:
    """Of thousands of rows the first and the last are drawn, and how many are not is said; the table has all."""
    rows = [ForestRow(f"row {i}", float(i), i - 1.0, i + 1.0, n=100) for i in range(1000)]
    chart = Forest("NPS", ("shop",), rows)
    assert len(dots(chart, "point")) == 60
    assert "and 940 more" in [mark.text for mark in chart.drawn(WIDE, ENGLISH).marks if isinstance(mark, Text)]
    assert len(chart.table(ENGLISH)[1]) == 1000


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_are_told_apart(low: float, size: float) -> None:
    """An axis has at least two and at most five round values, and their figures differ."""
    axis = Axis(low, low + size, 0, 100)
    found = axis.ticks()
    assert 1 <= len(found) <= 5
    assert all(axis.low - 1e-6 * size <= tick <= axis.high + 1e-6 * size for tick in found)
    if size / (abs(low) + size) > 1e-2 and size > 0.1:
        assert len({ENGLISH.number(tick, axis.digits) for tick in found}) == len(found)

"""What the pictures of scores show is what the scores say."""

from __future__ import annotations

import math

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot as plt

import npskit as nk
from npskit.plots import ENGLISH, NARROW, WIDE, AnswerBar, Box, Dot, Forest, ForestRow, Line, Text, svg_of, text_width

mpl.use("Agg")
ANSWERS = st.lists(st.integers(0, 10), min_size=1, max_size=60)


@given(ANSWERS)
def test_bar_is_the_distribution(answers: list[int]) -> None:
    """The widths of the parts are the shares, in the order of the scale, and those of a category make its share."""
    score = nk.nps(answers)
    chart = score._chart()
    assert isinstance(chart, AnswerBar)
    scene = chart.bar(WIDE, ENGLISH)
    assert scene.x is not None
    boxes = [mark for mark in scene.marks if isinstance(mark, Box)]
    given_ones = [count for count in score.distribution.values() if count]
    widths = [scene.x.value(box.x + box.width) - scene.x.value(box.x) for box in boxes]
    np.testing.assert_allclose(widths, np.array(given_ones) / score.n, atol=1e-9)
    for style, share in zip(("det", "pas", "pro"), score.shares.values(), strict=True):
        drawn = sum(width for box, width in zip(boxes, widths, strict=True) if box.style == style)
        assert math.isclose(drawn, share, abs_tol=1e-9)


@given(ANSWERS)
def test_score_stands_on_its_scale(answers: list[int]) -> None:
    """On the axes the point stands at the score, in units of the score, and the band from limit to limit."""
    score = nk.nps(answers)
    ax = score.plot()
    point = next(line for line in ax.lines if line.get_gid() == "point")
    band = next(patch for patch in ax.patches if patch.get_gid() == "band2")
    assert math.isclose(point.get_xdata()[0], score.value, abs_tol=1e-6)
    low, high = score.interval()
    assert math.isclose(band.get_x(), low, abs_tol=1e-6)
    assert math.isclose(band.get_x() + band.get_width(), high, abs_tol=1e-6)
    plt.close("all")


@given(ANSWERS)
def test_the_middle_runs_through_no_digit(answers: list[int]) -> None:
    """An answer is not written where the line through the middle of the passives stands."""
    for width in (WIDE, NARROW):
        chart = nk.nps(answers)._chart()
        assert isinstance(chart, AnswerBar)
        marks = chart.drawn(width, ENGLISH).marks
        centre = next(mark.x1 for mark in marks if isinstance(mark, Line) and mark.style == "centre")
        digits = [mark for mark in marks if isinstance(mark, Text) and mark.style.startswith("in-")]
        assert all(abs(mark.x - centre) > text_width(mark.text) / 2 for mark in digits)


def test_weighted_answers_are_drawn_by_category() -> None:
    """Where weights say more than counts, the bar shows the weighted shares, and no answer alone."""
    score = nk.nps([10, 3, 8], weights=[3, 1, 1])
    chart = score._chart()
    assert isinstance(chart, AnswerBar)
    assert chart.counts == {}
    assert [each.share for each in chart.categories] == pytest.approx([0.2, 0.2, 0.6])


@pytest.mark.parametrize("scored", [nk.csat([5, 4, 2]), nk.ces([7, 5, 1]), nk.retention([5, 4, 1])])
def test_other_scorers(scored: nk.Score) -> None:
    """Other scales and numbers of categories have their bars too."""
    for width in (WIDE, NARROW):
        assert svg_of(scored._chart(), width=width).count("<rect") >= 2


def test_no_answers() -> None:
    """A score of nothing says so, and draws nothing."""
    chart = nk.nps([None])._chart()
    assert [mark.text for mark in chart.drawn(WIDE, ENGLISH).marks if isinstance(mark, Text)] == ["no answers"]


@given(st.lists(st.tuples(st.sampled_from("ABCD"), st.integers(0, 10)), min_size=1, max_size=150))
def test_forest_is_the_table(rows: list[tuple[str, int]]) -> None:
    """Points and whiskers stand at the table's figures; few answers are hollow, dashed, below, and not ranked."""
    survey = nk.Survey({"region": [row[0] for row in rows], "score": [row[1] for row in rows]}, score="score")
    table = survey.score(by="region")
    chart = table._chart()
    assert isinstance(chart, Forest)
    scene = chart.drawn(WIDE, ENGLISH)
    assert scene.x is not None
    columns = table.columns()
    points = [mark for mark in scene.marks if isinstance(mark, Dot)]
    assert sorted(round(scene.x.value(dot.x), 6) for dot in points) == sorted(round(v, 6) for v in columns["value"])
    assert sum(dot.style == "hollow-few" for dot in points) == sum(columns["too_few"])
    whiskers = [mark for mark in scene.marks if isinstance(mark, Line) and mark.style == "whisker"]
    ranked = [i for i, few in enumerate(columns["too_few"]) if not few]
    ends = sorted((round(scene.x.value(line.x1), 6), round(scene.x.value(line.x2), 6)) for line in whiskers)
    assert ends == sorted((round(columns["low"][i], 6), round(columns["high"][i], 6)) for i in ranked)
    order = [scene.x.value(dot.x) for dot in points if dot.style == "point"]
    assert order == sorted(order, reverse=True)


def test_hidden_rows_hold_no_number() -> None:
    """Of a hidden segment its name is there and nothing else, in the drawing, in words and in the table."""
    rows = [
        ForestRow("North", 20.0, 5.0, 35.0, n=100),
        ForestRow("South", hidden="hidden"),
        ForestRow("West", hidden="hidden with it"),
        ForestRow("East", n=0),
    ]
    chart = Forest("NPS", ("region",), rows, whole=(18.0, 10.0, 26.0), hide_below=10)
    text = svg_of(chart)
    for said in ("hidden", "hidden with it", "&lt; 10", "no answers", "all 18"):
        assert f">{said}<" in text
    assert text.count("nk-comb") == 2
    assert chart.table(ENGLISH)[1][1:] == [
        ["East", "0", "", "no answers"],
        ["South", "< 10", "", "hidden"],
        ["West", "–", "", "hidden with it"],
    ]

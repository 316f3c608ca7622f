"""Importance against rating, and what became of the rows: what is drawn are the results' own figures."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.plots import ENGLISH, NARROW, WIDE, Box, Cross, Crosses, Dot, Line, RowBar, Text
from npskit.report.page_parts import ReportParts
from npskit.report.pictures import driver_chart, row_chart

DATA = nk.datasets.demo_survey().columns
SURVEY = nk.Survey(DATA, score="score", time="date", customer="customer")
RATED = ["room", "breakfast", "staff", "check_in", "price"]


@pytest.fixture(scope="module")
def drivers() -> nk.Drivers:
    """Return the drivers of the demo."""
    return SURVEY.drivers(RATED, draws=200)


def test_drivers_as_crosses(drivers: nk.Drivers) -> None:
    """Each stands at its mean and its share, with both intervals; the dotted line is at equal shares."""
    chart = driver_chart(drivers)
    assert isinstance(chart, Crosses)
    scene = chart.drawn(WIDE, ENGLISH)
    assert scene.x is not None
    assert scene.y is not None
    points = [mark for mark in scene.marks if isinstance(mark, Dot)]
    assert [scene.x.value(mark.x) for mark in points] == pytest.approx([each.mean for each in drivers.drivers])
    assert [scene.y.value(mark.y) for mark in points] == pytest.approx([100 * each.lmg for each in drivers.drivers])
    whiskers = [mark for mark in scene.marks if isinstance(mark, Line) and mark.style == "whisker"]
    ends = [(scene.x.value(mark.x1), scene.x.value(mark.x2)) for mark in whiskers[::2]]
    assert ends == [pytest.approx(tuple(each.mean_interval or ())) for each in drivers.drivers]
    even = next(mark for mark in scene.marks if isinstance(mark, Line) and mark.style == "reference")
    assert scene.y.value(even.y1) == pytest.approx(100 * drivers.r2 / len(RATED))
    assert scene.y.value(scene.y.start) == 0  # shares begin at 0


def test_interval_of_a_mean_is_that_of_the_mean() -> None:
    """With each answer by itself the interval of a mean rating is that of its standard error."""
    n = 4_000
    ratings = [float(i % 5) for i in range(n)]
    answers = [min(10, i % 5 + 2 * (i % 3)) for i in range(n)]
    found = nk.Survey({"score": answers, "r": ratings, "s": [i % 7 for i in range(n)]}, score="score").drivers(
        ["r", "s"]
    )
    low, high = found["r"].mean_interval or (0.0, 0.0)
    assert found["r"].mean == 2.0
    assert high - low == pytest.approx(2 * 1.96 * (2 / n) ** 0.5, rel=0.1)


def test_a_driver_that_goes_the_other_way_is_hollow() -> None:
    """It is drawn hollow, and said in words."""
    unknown = (float("nan"), float("nan"))
    chart = Crosses(
        "NPS", [Cross("wait", 3, unknown, 20, unknown, lowers=True), Cross("staff", 8, unknown, 30, unknown)]
    )
    marks = chart.drawn(WIDE, ENGLISH).marks
    assert [mark.style for mark in marks if isinstance(mark, Dot)] == ["hollow", "point"]
    assert "wait, lower with" in {mark.text for mark in marks if isinstance(mark, Text)}
    assert [row[-1] for row in chart.table(ENGLISH)[1]] == ["lower with", ""]


def test_quadrants_are_parted_at_their_bounds(drivers: nk.Drivers) -> None:
    """Only `quadrants().plot()` draws quadrants, at the bounds that the result has."""
    found = drivers.quadrants()
    scene = found._chart().drawn(WIDE, ENGLISH)
    assert scene.x is not None
    assert scene.y is not None
    flat, upright = [mark for mark in scene.marks if isinstance(mark, Line) and mark.style == "reference"]
    assert scene.y.value(flat.y1) == pytest.approx(100 * found.importance_bound)
    assert scene.x.value(upright.x1) == pytest.approx(100 * found.performance_bound)
    for mark, each in zip([m for m in scene.marks if isinstance(m, Dot)], found.drivers, strict=True):
        important, high = mark.y <= flat.y1 + 1e-9, mark.x >= upright.x1 - 1e-9
        kinds = {(True, True): "keep up the good work", (True, False): "concentrate here"}
        kinds |= {(False, True): "possible overkill", (False, False): "low priority"}
        assert each.quadrant == kinds[important, high]


POINTS = st.lists(st.tuples(st.floats(1, 10), st.floats(0, 40)), min_size=1, max_size=25)


@given(POINTS, st.sampled_from([WIDE, NARROW]))
def test_names_never_stand_on_each_other(points: list[tuple[float, float]], width: float) -> None:
    """However close points are: names that find no room are left to the table, none covers another."""
    crosses = [Cross(f"driver {i}", x, (x - 0.1, x + 0.1), y, (y, y + 1)) for i, (x, y) in enumerate(points)]
    chart = Crosses("NPS", crosses, even=10.0)
    said = [m for m in chart.drawn(width, ENGLISH).marks if isinstance(m, Text) and m.style == "strong"]
    for one, two in itertools.combinations(said, 2):
        wide = 50  # no narrower than the names are
        left = [mark.x - (wide if mark.side == "end" else 0) for mark in (one, two)]
        assert abs(one.y - two.y) >= 12 or abs(left[0] - left[1]) >= wide
    assert len(chart.table(ENGLISH)[1]) == len(points)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_rows(width: float) -> None:
    """The bar of all rows is parted at the scored ones, and the enlarged one at the kinds of the others."""
    score = nk.nps([10] * 90 + [None] * 6 + [11] * 4)
    chart = row_chart(ReportParts(score))
    assert isinstance(chart, RowBar)
    boxes = [mark for mark in chart.drawn(width, ENGLISH).marks if isinstance(mark, Box)]
    assert boxes[1].width == pytest.approx(0.1 * width, abs=1.5)
    assert boxes[2].width / boxes[3].width == pytest.approx(1.5)
    assert chart.alt(ENGLISH) == "90 scored, 6 missing, 4 invalid, 0 set aside, 0 left out"


def test_no_picture_where_all_rows_are_scored() -> None:
    """Nothing is enlarged where nothing was left out."""
    assert row_chart(ReportParts(nk.nps([10, 9]))) is None

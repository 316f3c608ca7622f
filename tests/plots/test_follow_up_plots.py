"""The closed loop and the plan: curves are the results' own, the slowest first; money and value as they add up."""

from __future__ import annotations

import datetime as dt
import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.plots import ENGLISH, NARROW, WIDE, BudgetCurve, Dot, Path, Text, WaitingCurves, svg_of

OPENED = dt.datetime(2026, 3, 2, 9)
HOURS = st.lists(st.tuples(st.floats(0.1, 400), st.booleans(), st.sampled_from("ABC")), min_size=1, max_size=40)


def loop(cases: list[tuple[float, bool, str]]) -> nk.ClosedLoop:
    """Return what became of cases that were answered after so many hours, or that wait since then."""
    now = OPENED + dt.timedelta(hours=500)
    log = {
        "case": list(range(len(cases))),
        "opened": [OPENED if done else now - dt.timedelta(hours=hours) for hours, done, _ in cases],
        "first_response": [OPENED + dt.timedelta(hours=hours) if done else None for hours, done, _ in cases],
        "owner": [owner for *_, owner in cases],
    }
    return nk.closed_loop(log, by="owner", as_of=now, recorded=["first_response"])


@given(HOURS)
def test_curves_are_those_of_the_groups(cases: list[tuple[float, bool, str]]) -> None:
    """Each owner's steps are the Kaplan-Meier curve of the owner's cases, and the slowest comes first."""
    found = loop(cases)
    chart = found._chart()
    assert isinstance(chart, WaitingCurves)
    shown = chart.slowest()
    assert {curve.name for curve in shown} == {owner for *_, owner in cases}
    medians = [curve.median for curve in shown]
    assert all(a >= b for a, b in itertools.pairwise(medians) if not math.isnan(a + b))
    for curve in shown:
        rows = [(hours, done) for hours, done, owner in cases if owner == curve.name]
        assert curve.n == len(rows)
        assert curve.waiting == sum(not done for _, done in rows)
        first = found[curve.name].time("first_response")
        assert curve.within == first.within or math.isnan(first.within)

        assert curve.waiting or curve.shares[-1] == pytest.approx(0.0, abs=1e-9)
    for width in (WIDE, NARROW):
        assert "nan" not in svg_of(chart, width=width)


def test_one_group_stands_on_axes_of_hours_and_shares() -> None:
    """Of all cases together the axes are hours and shares: the point at the target is the share still waiting."""
    cases = [(float(h), True, "A") for h in range(1, 101)]
    now = OPENED + dt.timedelta(hours=500)
    log = {"case": list(range(100)), "opened": [OPENED] * 100}
    log |= {"first_response": [OPENED + dt.timedelta(hours=h) for h, *_ in cases]}
    found = nk.closed_loop(log, as_of=now)
    scene = found._chart().drawn(WIDE, ENGLISH)
    assert scene.x is not None
    assert scene.y is not None
    point = next(mark for mark in scene.marks if isinstance(mark, Dot))
    assert scene.x.value(point.x) == pytest.approx(found.first_response.target)
    assert scene.y.value(point.y) == pytest.approx(1 - found.first_response.within)
    path = next(mark for mark in scene.marks if isinstance(mark, Path))
    curve = found.total.curves[0]
    for x, y in path.points[1:-1]:
        hour = scene.x.value(x)
        # a step stands between what was before and what is after it
        before, after = curve.at([hour - 0.6, hour + 0.6]).tolist()
        assert after - 1e-9 <= scene.y.value(y) <= before + 1e-9


def test_more_than_six_groups() -> None:
    """The slowest six have panels; how many more there are is said, and the table has all."""
    cases = [(5.0 * (i + 1) + j, True, f"team {i:02d}") for i in range(9) for j in range(4)]
    chart = loop(cases)._chart()
    texts = [mark.text for mark in chart.drawn(WIDE, ENGLISH).marks if isinstance(mark, Text)]
    assert [text for text in texts if text.startswith("team")] == [f"team {i:02d}" for i in range(8, 2, -1)]
    assert "and 3 more" in texts
    assert len(chart.table(ENGLISH)[1]) == 9


def test_no_cases() -> None:
    """Of no cases that is what is said."""
    found = nk.closed_loop({"case": [], "opened": [], "first_response": []})
    texts = [mark.text for mark in found._chart().drawn(WIDE, ENGLISH).marks if isinstance(mark, Text)]
    assert texts == ["no cases"]


def plan(budget: float) -> nk.FollowUpPlan:
    """Return a plan for simulated guests, late in the year."""
    survey = nk.Survey(nk.datasets.demo_survey().columns, score="score", time="date", customer="customer")
    lift = {"detractor": 0.08, ("detractor", "compensation"): 0.2, "passive": 0.04, ("passive", "gift"): 0.08}
    return survey.follow_up(value="value", lift=lift, currency="EUR", now=dt.datetime(2025, 11, 20), budget=budget)


def test_plan_ends_at_what_it_spends_and_brings() -> None:
    """The curve rises to the plan's own figures, the best for the money first; budget and bound are the plan's."""
    found = plan(600)
    chart = found._chart()
    assert isinstance(chart, BudgetCurve)
    assert chart.money[-1] == pytest.approx(found.limits.spent)
    assert chart.value[-1] == pytest.approx(found.limits.value)
    assert (chart.budget, chart.bound) == (found.limits.budget, found.limits.bound)
    slopes = np.diff(chart.value)[np.diff(chart.money) > 1e-9] / np.diff(chart.money)[np.diff(chart.money) > 1e-9]
    assert (np.diff(slopes) <= 1e-6).all()
    scene = chart.drawn(WIDE, ENGLISH)
    assert scene.x is not None
    assert scene.y is not None
    end = next(mark for mark in scene.marks if isinstance(mark, Dot))
    assert scene.x.value(end.x) == pytest.approx(found.limits.spent)
    assert scene.y.value(end.y) == pytest.approx(found.limits.value)


def test_plan_without_values_has_no_plot() -> None:
    """Without lifts nothing is expected, and nothing is drawn."""
    survey = nk.Survey({"score": [3, 9, 10]})
    with pytest.raises(nk.IncompatibleError, match="has no plot"):
        survey.follow_up().plot()

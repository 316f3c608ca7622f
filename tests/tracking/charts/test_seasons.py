"""Seasons that are known, taken out of charts and change points."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import npskit as nk
from npskit.arrays import Floats
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.options import Every, Season
from npskit.tracking.charts.chart_kinds import laney_chart
from npskit.tracking.charts.seasons import season_codes, without_season
from npskit.tracking.charts.segmentation import change_points

NPS = np.array([-100.0, 0.0, 100.0])
MONTHS = np.arange(48)
SUMMER = 15.0 * np.isin(MONTHS % 12, (5, 6, 7))


def months(scores: Any, answers: int = 200, seed: int = 2) -> Floats:
    """Counts of months whose true scores are these."""
    promoters = (0.7 + np.asarray(scores) / 100) / 2
    shares = np.stack([0.7 - promoters, np.full(promoters.shape, 0.3), promoters], axis=-1)
    return np.random.default_rng(seed).multinomial(answers, shares).astype(np.float64)


def test_a_step_in_a_season_is_found_without_it() -> None:
    """Summers are better each year; with them taken out one step remains, where it is."""
    found = change_points(months(20 + SUMMER - 15.0 * (MONTHS >= 30), 400), NPS, season=MONTHS % 12)
    assert [change.index for change in found.changes] == [30]
    assert found.changes[0].difference == pytest.approx(-15, abs=5)
    assert found.looks_like == "steps"
    assert len(found.assumes) == 4
    quiet = change_points(months(20 + SUMMER), NPS, season=MONTHS % 12)
    assert not quiet.changes
    with pytest.warns(nk.PrecisionWarning):
        assert len(change_points(months(20 + SUMMER), NPS)) > 0


def test_a_chart_holds_a_month_against_its_like() -> None:
    """Summers do not signal, a bad summer does, and the center of each month is that of its season."""
    found = laney_chart(months(20 + SUMMER - 30.0 * (MONTHS == 30)), NPS, season=MONTHS % 12)
    assert [(signal.index, signal.direction) for signal in found.signals] == [(30, "fall")]
    center = (found.lower + found.upper) / 2
    assert center[5] == pytest.approx(center[17])
    assert center[6] > center[0] + 5
    quiet = laney_chart(months(20 + SUMMER), NPS, season=MONTHS % 12, dispersion=1)
    assert not quiet.signals
    assert np.std(quiet.z) == pytest.approx(1, abs=0.3)


def test_a_season_of_one_period_says_nothing() -> None:
    """A month that is its only one has nothing to be held against: no limits, no signal."""
    found = laney_chart(months(20 + 0 * MONTHS[:14]), NPS, season=np.append(np.zeros(13, int), 1), dispersion=1)
    assert np.isnan(found.z[13])
    assert not found.above[13]


@pytest.mark.parametrize(("season", "every"), [("month", "month"), ("month", "week"), ("weekday", "day")])
def test_timelines_know_their_seasons(season: Season, every: Every) -> None:
    """The season is that of the date: a timeline of it needs no codes."""
    days = np.repeat(np.arange("2024-01-01", "2026-01-01", dtype="M8[D]"), 4)
    weekday = (days.astype(int) + 3) % 7
    rng = np.random.default_rng(3)
    good = rng.random(days.size) < np.where(weekday >= 5, 0.8, 0.4)
    line = nk.Survey({"score": np.where(good, 10, 3), "day": days}, time="day").timeline(every)
    assert not line.change_points(season=season).changes
    assert len(line.control_chart("cusum", season=season)) == len(line)
    if season == "weekday":
        with pytest.warns(nk.PrecisionWarning, match="a season"):
            line.control_chart()


def test_codes_of_seasons() -> None:
    """Weeks are in the month of their Thursday; Monday is 0."""
    mondays = np.arange("2024-01-01", "2026-01-01", 7, dtype="M8[D]")
    codes = season_codes(mondays, "week", "month", np.ones(len(mondays), bool))
    assert codes[:6].tolist() == [0, 0, 0, 0, 1, 1]
    days = np.arange("2024-01-01", "2024-02-01", dtype="M8[D]")
    assert season_codes(days, "day", "weekday", np.ones(31, bool))[:8].tolist() == [0, 1, 2, 3, 4, 5, 6, 0]


def test_all_seasons_alike_are_left_alone() -> None:
    """Where there is no season, nothing is taken out but rounding and half an answer."""
    counts = np.array([[20.0, 30, 50]] * 24)
    left = without_season(counts, np.arange(24) % 12, np.zeros(24, int))
    np.testing.assert_allclose(left, counts, rtol=1e-9)
    np.testing.assert_allclose(without_season(months(20 + SUMMER), MONTHS % 12, MONTHS // 30).sum(axis=1), 200)


def test_what_cannot_be_used_is_named() -> None:
    """One year has no season that comes back; months have no weekdays; codes are whole numbers, one for each period."""
    days = np.repeat(np.arange("2025-01-01", "2026-01-01", dtype="M8[D]"), 2)
    survey = nk.Survey({"score": np.arange(730) % 11, "day": days}, time="day")
    with pytest.raises(InvalidValueError, match="two years of answers are needed"):
        survey.timeline("month").change_points(season="month")
    with pytest.raises(IncompatibleError, match='takes a timeline every "day"'):
        survey.timeline("month").control_chart(season="weekday")
    with pytest.raises(IncompatibleError, match="shorter than a year"):
        survey.timeline("year").change_points(season="month")
    with pytest.raises(InvalidValueError, match="season"):
        survey.timeline("day").change_points(season="hour")  # type: ignore[arg-type]
    with pytest.raises(InvalidTypeError, match="season"):
        change_points(months(20 + SUMMER), NPS, season=MONTHS / 12)
    with pytest.raises(IncompatibleError, match="season"):
        laney_chart(months(20 + SUMMER), NPS, season=[0, 1])
    with pytest.raises(InvalidValueError, match="whole numbers from 0"):
        laney_chart(months(20 + SUMMER), NPS, season=MONTHS - 1)

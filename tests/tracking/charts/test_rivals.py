"""Steps against a trend, a season and drift: what a series looks like, and what is left of it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npskit as nk
from npskit.arrays import Floats
from npskit.tracking.charts.change_record import ChangePoints
from npskit.tracking.charts.chart_kinds import cusum_chart, ewma_chart, laney_chart
from npskit.tracking.charts.control_chart import ControlChart
from npskit.tracking.charts.drift import _CORRELATIONS, _RATIOS, fitted_drift
from npskit.tracking.charts.rivals import CYCLES, rivals_of
from npskit.tracking.charts.score_series import ScoreSeries
from npskit.tracking.charts.segmentation import change_points

NPS = np.array([-100.0, 0.0, 100.0])
WEEKS = np.arange(104)
NONE = np.empty(0, dtype=np.intp)


def weeks(scores: Any, answers: int = 150, seed: int = 4) -> Floats:
    """Counts of weeks whose true scores are these, 30 % of them passives."""
    promoters = (0.7 + np.asarray(scores) / 100) / 2
    shares = np.stack([0.7 - promoters, np.full(promoters.shape, 0.3), promoters], axis=-1)
    return np.random.default_rng(seed).multinomial(answers, shares).astype(np.float64)


def wandering(seed: int = 1) -> Floats:
    """True scores that keep .8 of where they were from week to week."""
    noise = np.random.default_rng(seed).normal(0, 9, len(WEEKS))
    scores = np.zeros(len(WEEKS))
    for week in WEEKS[1:]:
        scores[week] = 0.8 * scores[week - 1] + noise[week]
    return 20 + np.clip(scores, -40, 40)


SERIES: dict[str, Any] = {
    "trend": 10 + 0.3 * WEEKS,
    "season": 20 + 12 * np.sin(2 * np.pi * WEEKS / 52.18),
    "drift": wandering(),
    "steps": 20 + 15.0 * (WEEKS >= 60),
}
FINDERS: list[Callable[..., ControlChart | ChangePoints]] = [change_points, laney_chart, ewma_chart, cusum_chart]


@pytest.mark.parametrize("finder", FINDERS)
@pytest.mark.parametrize("kind", SERIES)
def test_what_a_series_looks_like(kind: str, finder: Callable[..., ControlChart | ChangePoints]) -> None:
    """Whoever looks for steps in something else is told so: by the result, in its text, and by a warning."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = finder(weeks(SERIES[kind]), NPS)
    assert found.looks_like == found.to_dict()["looks_like"] == kind
    assert len(found.assumes) == len(found.to_dict()["assumes"]) == 3
    said = f"looks like {'a ' if kind != 'drift' else ''}{kind}, not a step"
    assert found.changes if isinstance(found, ChangePoints) else found.signals
    assert (said in str(found)) == (kind != "steps")
    assert [said in str(each.message) for each in caught] == ([True] if kind != "steps" else [])
    assert {each.category for each in caught} <= {nk.PrecisionWarning}


@pytest.mark.parametrize("move", [-25.0, 25.0])
def test_the_sign_of_a_step(move: float) -> None:
    """After a fall the difference is negative, after a rise positive, and the interval is on that side of 0."""
    (change,) = change_points(weeks(20 + move * (WEEKS >= 40)), NPS).changes
    assert change.index == 40
    assert change.difference == change.after - change.before == pytest.approx(move, abs=4)
    assert change.interval.low * move > 0
    assert change.interval.high * move > 0
    assert change.interval.low < change.difference < change.interval.high


def test_an_odd_week_is_none_of_these() -> None:
    """One week of a strike signals, and neither trend nor season is said of it."""
    found = laney_chart(weeks(20 - 45.0 * (WEEKS == 30)), NPS)
    assert 30 in [signal.index for signal in found.signals]
    assert found.looks_like == "steps"


@pytest.mark.parametrize("counts", [[[1, 2, 3]] * 7, [[0, 0, 5]] * 20, [[0, 0, 0]] * 20])
def test_where_nothing_can_be_told(counts: Any) -> None:
    """Fewer than eight weeks, or answers that are all alike, look like nothing."""
    found = change_points(counts, NPS)
    assert (found.rivals, found.looks_like) == (None, "steps")


def test_what_is_left_is_warned_of() -> None:
    """Weeks that swing back and forth, beside nothing that is found, are said to."""
    counts = weeks(20 + 10.0 * (-1) ** WEEKS)
    with pytest.warns(nk.PrecisionWarning, match=r"change_points: successive periods are correlated \(-0"):
        found = change_points(counts, NPS)
    assert found.rivals is not None
    assert found.rivals.left_correlation < -0.3
    assert found.rivals.left_correlation_p < 1e-3


def test_residuals_of_independent_weeks_are_let_be() -> None:
    """Of 150 series of steps and of nothing, 5 % tests of what is left reject some 5 %."""
    small = np.zeros(2)
    for seed in range(150):
        counts = weeks(20 + 20.0 * (WEEKS[:60] >= 25) * (seed % 2), 60, seed)
        series = ScoreSeries.of(counts, NPS)
        assert series is not None
        found = rivals_of(series, NONE, (7.0, 12.0))
        assert found is not None
        small += [found.left_correlation_p < 0.05, found.left_season_p < 0.05]
    assert (small <= 17).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.floats(0.1, 10), st.floats(-100, 100))
def test_units_do_not_matter(seed: int, scale: float, shift: float) -> None:
    """Rescaled category scores look like the same, by the same criteria."""
    counts = weeks(20 + 10.0 * (WEEKS[:30] >= 15), 40, seed)
    first, second = (ScoreSeries.of(counts, w) for w in (NPS, shift + scale * NPS))
    assert first is not None
    assert second is not None
    one, two = (rivals_of(series, NONE, CYCLES) for series in (first, second))
    assert one is not None
    assert two is not None
    assert attrs.astuple(one.criteria) == pytest.approx(attrs.astuple(two.criteria), abs=1e-6, nan_ok=True)
    assert two.slope == pytest.approx(scale * one.slope, abs=1e-9)
    assert one.looks_like == two.looks_like


def test_drift_is_the_likelihood_of_the_whole_series() -> None:
    """The filter gives what the covariances of all scores at once do, also past a week without answers."""
    counts = weeks(wandering()[:25], 80)
    counts[7] = 0
    series = ScoreSeries.of(counts, NPS)
    assert series is not None
    lags = np.abs(series.place[:, np.newaxis] - series.place)
    best = np.inf
    for rho in _CORRELATIONS:
        for ratio in _RATIOS:
            shape = ratio * (1 / series.n).mean() * rho**lags + np.diag(1 / series.n)
            inverse = np.linalg.inv(shape)
            off = series.score - (inverse.sum(axis=0) @ series.score) / inverse.sum()
            squares = off @ inverse @ off
            sigma = max(squares / 24, series.variance)
            deviance = 24 * np.log(sigma) + squares / sigma + np.linalg.slogdet(shape)[1] + np.log(series.n).sum()
            best = min(best, deviance)
    assert fitted_drift(series).deviance == pytest.approx(best, rel=1e-9)


@pytest.mark.parametrize(
    ("cycles", "error"),
    [("12", nk.InvalidTypeError), (12, nk.InvalidTypeError), ([0], nk.InvalidValueError), (["a"], nk.InvalidTypeError)],
)
def test_cycles_are_checked(cycles: Any, error: type[Exception]) -> None:
    """Lengths of seasons are numbers of periods, at least two."""
    for finder in FINDERS:
        with pytest.raises(error, match="cycles must be"):
            finder(weeks(SERIES["steps"]), NPS, cycles=cycles)


@pytest.mark.filterwarnings("error")
@pytest.mark.filterwarnings("ignore::npskit.PrecisionWarning")
@pytest.mark.parametrize("scale", [1e-50, 1e50])
@pytest.mark.parametrize("finder", FINDERS)
def test_extreme_scores_and_counts(finder: Callable[..., ControlChart | ChangePoints], scale: float) -> None:
    """Category scores of any size chart as others do, and no answers are too light or too heavy to be looked at."""
    counts = weeks(SERIES["steps"])
    found, usual = finder(counts, scale * NPS), finder(counts, NPS)
    assert found.looks_like == usual.looks_like
    assert isinstance(found, ChangePoints) or len(found.signals) == len(getattr(usual, "signals", ()))
    assert change_points(counts * scale, NPS).size == len(WEEKS)

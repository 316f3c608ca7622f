"""Laws of the interrupted series: figures of R's sandwich, exact lines, units, and empty periods."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.inference.two_sample import difference_interval
from npskit.tracking.effect.estimate_effect import series_effect
from npskit.tracking.effect.series import SeriesFit, default_lags, interrupted_series

R = json.loads((Path(__file__).parents[2] / "reference" / "interrupted_series.json").read_text())
COUNTS, AT = np.array(R["counts"]), R["at"]
CATEGORY_SCORES = np.array([-1.0, 0.0, 1.0])
SERIES = st.lists(st.lists(st.integers(1, 40), min_size=3, max_size=3), min_size=12, max_size=12).map(np.array)


def fit(lags: int | None = 4, **options: Any) -> SeriesFit:
    """Return the fit to the reference counts."""
    return interrupted_series(COUNTS, CATEGORY_SCORES, AT, lags=lags, **options)


def test_coefficients_and_errors_of_r() -> None:
    """Level, slopes and their Newey-West errors are R's, with four lags and with none."""
    assert fit().coefficients == pytest.approx(R["coef"], abs=1e-12)
    assert fit(adjust=False).se == pytest.approx(R["se_nw4"], abs=1e-12)
    assert fit(0, adjust=False).se == pytest.approx(R["se_hc0"], abs=1e-12)
    periods = len(COUNTS)
    assert fit().se == pytest.approx(np.array(R["se_nw4"]) * np.sqrt(periods / (periods - 4)), abs=1e-12)
    assert (fit().lags, fit(0).correlation) == (4, 0.0)


def test_lines_are_found_exactly() -> None:
    """Scores on two lines give these lines, without any error."""
    t = np.arange(12)
    score = 0.1 + 0.01 * t + (t >= 5) * (0.2 - 0.03 * (t - 5))
    counts = 100 * np.stack([(1 - score) / 2, 0 * score, (1 + score) / 2], axis=1)
    found = interrupted_series(counts, CATEGORY_SCORES, 5)
    assert found.coefficients == pytest.approx([0.1, 0.01, 0.2, -0.03], abs=1e-12)
    assert found.se == pytest.approx(0, abs=1e-12)
    assert found.change_at(7).value == pytest.approx(0.14, abs=1e-12)


@given(SERIES, st.integers(3, 9), st.floats(0.1, 50), st.floats(-100, 100))
@settings(max_examples=40)
def test_scale_and_shift_of_category_scores(counts: Any, at: int, scale: float, shift: float) -> None:
    """Category scores in other units: all coefficients scale, only the intercept is shifted; errors scale."""
    plain, other = (
        interrupted_series(counts, category_scores, at)
        for category_scores in (CATEGORY_SCORES, scale * CATEGORY_SCORES + shift)
    )
    assert other.coefficients == pytest.approx(scale * plain.coefficients + [shift, 0, 0, 0], abs=1e-9)
    assert other.se == pytest.approx(scale * plain.se, abs=1e-9)


@given(SERIES, st.integers(3, 9))
@settings(max_examples=40)
def test_time_reversed(counts: Any, at: int) -> None:
    """Read backwards, the change of the slope is the same, and that of the level is minus the one at the last period.

    The jump of the reversed line stands one period earlier, at the last period before.
    """
    plain = interrupted_series(counts, CATEGORY_SCORES, at, lags=0)
    back = interrupted_series(counts[::-1], CATEGORY_SCORES, len(counts) - at, lags=0)
    assert back.coefficients[3] == pytest.approx(plain.coefficients[3], abs=1e-9)
    jump, end = back.contrast([0, 0, 1, 0]), plain.change_at(at - 1)
    assert jump.value == pytest.approx(-end.value, abs=1e-9)
    assert (jump.se, jump.df) == pytest.approx((end.se, end.df), abs=1e-9)


@given(SERIES, st.integers(3, 9), st.integers(1, 4))
@settings(max_examples=25)
def test_empty_periods_weigh_nothing(counts: Any, at: int, empty: int) -> None:
    """Periods without answers at the end change no figure, and in between time passes in them."""
    longer = np.concatenate([counts, np.zeros((empty, 3))])
    plain, other = (interrupted_series(c, CATEGORY_SCORES, at, lags=2) for c in (counts, longer))
    assert other.coefficients == pytest.approx(plain.coefficients, abs=1e-10)
    assert other.se == pytest.approx(plain.se, abs=1e-10)
    ours, theirs = (each.contrast([0, 0, 1, 0]) for each in (plain, other))
    assert (theirs.se, theirs.df) == pytest.approx((ours.se, ours.df), rel=1e-5)
    gapped = np.insert(counts, 1, np.zeros((empty, 3)), axis=0)
    keep = np.delete(np.arange(len(gapped)), np.arange(1, 1 + empty))
    t = keep.astype(float)
    after = t >= at + empty
    design = np.stack([np.ones(12), t, after, after * (t - at - empty)], axis=1) * np.sqrt(counts.sum(1))[:, None]
    wanted = np.linalg.lstsq(design, counts @ CATEGORY_SCORES / np.sqrt(counts.sum(1)))[0]
    assert interrupted_series(gapped, CATEGORY_SCORES, at + empty).coefficients == pytest.approx(wanted, abs=1e-8)


def test_effect_of_a_series() -> None:
    """The terms are the coefficients, in points, with t limits that enclose them and belong to the p-values."""
    found = series_effect(COUNTS, 100 * CATEGORY_SCORES, AT, lags=4, score="NPS")
    assert found.value == pytest.approx(100 * R["coef"][2])
    terms = {term.name: term for term in found.terms}
    assert terms["slope change"].value == pytest.approx(100 * R["coef"][3])
    assert terms["trend before"].value == pytest.approx(100 * R["coef"][1])
    assert terms["change at the end"].value == pytest.approx(100 * (R["coef"][2] + 24 * R["coef"][3]))
    for term in found.terms:
        assert term.interval.low < term.value < term.interval.high
        at_p = series_effect(COUNTS, 100 * CATEGORY_SCORES, AT, lags=4, level=1 - term.p_value)
        limits = next(t for t in at_p.terms if t.name == term.name)
        assert min(abs(limits.interval.low), abs(limits.interval.high)) == pytest.approx(0, abs=1e-8)
    assert found.interval.method == "newey_west"
    assert any("straight" in assumed for assumed in found.assumes)


def test_narrower_than_it_is_wide() -> None:
    """A level and a slope cost more than a level alone: the interval is wider than that of before and after."""
    low, high = difference_interval(COUNTS[AT:].sum(axis=0), COUNTS[:AT].sum(axis=0), CATEGORY_SCORES)
    found = series_effect(COUNTS, CATEGORY_SCORES, AT, lags=0).interval
    assert found.high - found.low > high - low


def test_exact_fit_has_no_p_value() -> None:
    """Without any error there is no t: NaN, without a warning."""
    found = interrupted_series(np.tile([0, 1, 0], (8, 1)), CATEGORY_SCORES, 4)
    assert found.coefficients == pytest.approx(0, abs=1e-12)
    assert np.isnan(found.contrast([0, 0, 1, 0]).p_value)


def test_the_correction_does_not_depend_on_another() -> None:
    """Whether T/(T - 4) is in the covariances or not, tests and intervals are the same, and wider than without."""
    weights = [0, 0, 1, 0]
    found, plain = (fit(adjust=adjust).contrast(weights) for adjust in (True, False))
    assert (found.se, found.df) == pytest.approx((plain.se, plain.df))
    assert found.se > fit().se[2]
    assert found.df < len(COUNTS) - 4


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"at": 2}, InvalidValueError, "2 before and 53"),
        ({"at": 53}, InvalidValueError, "53 before and 2"),
        ({"at": -4}, InvalidValueError, "0 before"),
        ({"at": 2.5}, InvalidTypeError, "at must be a whole number"),
        ({"lags": -1}, InvalidValueError, "lags"),
        ({"lags": 55}, InvalidValueError, "lags must be at least 0 and at most 54"),
        ({"lags": True}, InvalidTypeError, "lags"),
        ({"adjust": 1}, InvalidTypeError, "adjust"),
        ({"counts": [1, 2, 3]}, InvalidValueError, "one row for each period"),
    ],
)
def test_refusals(options: Any, error: type[Exception], message: str) -> None:
    """What cannot be used is named, with what is wrong."""
    with pytest.raises(error, match=message):
        interrupted_series(**{"counts": COUNTS, "category_scores": CATEGORY_SCORES, "at": AT, **options})


def test_default_lags_grow_with_the_series() -> None:
    """Four lags for a hundred periods, and no more than the ninth root squared says for others."""
    assert [default_lags(t) for t in (6, 50, 100, 400)] == [2, 3, 4, 5]

"""Laws of control charts."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.arrays import Floats
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.tracking.charts.chart_kinds import cusum_chart, ewma_chart, laney_chart
from npskit.tracking.charts.control_chart import ControlChart, Signal
from npskit.tracking.charts.standard_scores import laney_dispersion

# drawn series may look like anything
pytestmark = pytest.mark.filterwarnings("ignore::npskit.PrecisionWarning")

FILES = Path(__file__).parents[2] / "reference"
REFERENCE = json.loads((FILES / "control_charts.json").read_text())
WEEKS = np.loadtxt(FILES / "weekly_counts.csv", delimiter=",", skiprows=1)[:, 1:]
BASELINE = slice(0, 30)
NPS = np.array([-1.0, 0.0, 1.0])

Chart = Callable[..., ControlChart]

few = settings(max_examples=40, deadline=None)
charts = pytest.mark.parametrize("chart", [laney_chart, ewma_chart, cusum_chart])


@st.composite
def series(draw: st.DrawFn, least: int = 3) -> Floats:
    """Counts of periods, thin and thick, in which something varies; none of them empty."""
    row = st.lists(st.integers(0, 30), min_size=3, max_size=3).filter(any)
    rows = draw(st.lists(row, min_size=least, max_size=25))
    return np.array([[5, 5, 5], *rows], dtype=np.float64)


def test_baseline_of_r() -> None:
    """Center, standardized scores and σ_z of the first thirty weeks reproduce R's to 1e-9."""
    chart = laney_chart(WEEKS, NPS, reference=BASELINE)
    assert chart.center == pytest.approx(REFERENCE["baseline"]["theta"], abs=1e-12)
    assert chart.dispersion == pytest.approx(REFERENCE["laney_sigma_z"], rel=1e-12)
    np.testing.assert_allclose(chart.z, REFERENCE["baseline"]["z"], rtol=0, atol=1e-9)
    reach = 3 * chart.dispersion * math.sqrt(REFERENCE["baseline"]["var"]) / np.sqrt(WEEKS.sum(axis=1))
    np.testing.assert_allclose(chart.upper, np.minimum(chart.center + reach, 1), rtol=1e-12)
    np.testing.assert_allclose(chart.lower, chart.center - reach, rtol=1e-12)


def test_p_chart_of_r() -> None:
    """The share of promoters, with sampling alone allowed for, has the limits of qcc's p-chart."""
    chart = laney_chart(WEEKS, [0, 0, 1], dispersion=1)
    assert chart.center == pytest.approx(REFERENCE["pchart_pro"]["center"], abs=1e-12)
    limits = np.stack([chart.lower, chart.upper], axis=1)[:5]
    np.testing.assert_allclose(limits, REFERENCE["pchart_pro"]["limits"], rtol=0, atol=1e-12)


def test_ewma_of_r() -> None:
    """Averages and limits (which widen over the first periods) reproduce qcc's ewma."""
    chart = ewma_chart(WEEKS, NPS, reference=BASELINE, dispersion=1, width=3)
    np.testing.assert_allclose(chart.rising, REFERENCE["ewma_z"]["y"], rtol=0, atol=1e-9)
    limits = np.stack([chart.lower, chart.upper], axis=1)
    np.testing.assert_allclose(limits, REFERENCE["ewma_z"]["limits"], rtol=0, atol=1e-9)


def test_cusum_of_r() -> None:
    """Both sums reproduce qcc's cusum."""
    chart = cusum_chart(WEEKS, NPS, reference=BASELINE, dispersion=1)
    np.testing.assert_allclose(chart.rising, REFERENCE["cusum_z"]["pos"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(chart.falling, REFERENCE["cusum_z"]["neg"], rtol=0, atol=1e-9)


def test_the_weeks_signal_when_they_changed() -> None:
    """In the reference weeks, which fall at 31 and rise at 55, charts signal the fall, then the rise, soon after."""
    for chart in (ewma_chart, cusum_chart):
        fall, *_, rise = chart(WEEKS, NPS, reference=BASELINE).signals
        assert (fall.direction, rise.direction) == ("fall", "rise")
        assert 31 <= fall.index <= 41
        assert 29 <= fall.since <= 33
        assert 55 <= rise.index <= 60
        assert 53 <= rise.since <= 58


@charts
@few
@given(counts=series(), data=st.data())
def test_empty_periods_do_not_matter(chart: Chart, counts: Floats, data: st.DataObject) -> None:
    """Periods without answers change nothing for the others, never signal, and break no stretch beyond a limit."""
    gaps = data.draw(st.lists(st.integers(0, len(counts)), max_size=5))
    gapped = np.insert(counts, gaps, 0, axis=0)
    answered = gapped.sum(axis=1) > 0
    found, expected = chart(gapped, NPS, dispersion=0.5), chart(counts, NPS, dispersion=0.5)
    for name in ("values", "z", "rising", "falling", "lower", "upper"):
        np.testing.assert_array_equal(getattr(found, name)[answered], getattr(expected, name))
    assert not (found.above | found.below)[~answered].any()
    places = np.flatnonzero(answered)
    assert [(s.index, s.direction, s.length, s.since) for s in found.signals] == [
        (places[s.index], s.direction, s.length, places[s.since]) for s in expected.signals
    ]


@charts
@few
@given(counts=series())
def test_the_units_of_the_category_scores_do_not_matter(chart: Chart, counts: Floats) -> None:
    """Rescaled category scores give the same standardized scores; turned round, every rise becomes a fall."""
    expected, turned = chart(counts, NPS), chart(counts, -NPS)
    np.testing.assert_allclose(chart(counts, 7 + 3 * NPS).z, expected.z, atol=1e-9)
    np.testing.assert_array_equal(turned.rising, -expected.falling)
    np.testing.assert_array_equal(turned.above, expected.below)
    np.testing.assert_array_equal(turned.below, expected.above)


@charts
@few
@given(counts=series())
def test_categories_of_equal_worth_may_be_merged(chart: Chart, counts: Floats) -> None:
    """Only category scores matter: two categories worth the same chart as one."""
    merged = np.stack([counts[:, 0] + counts[:, 1], counts[:, 2]], axis=1)
    np.testing.assert_allclose(chart(counts, [0, 0, 1]).rising, chart(merged, [0, 1]).rising, atol=1e-9)


@few
@given(counts=series())
def test_a_laney_chart_signals_where_z_is_large(counts: Floats) -> None:
    """Limits in units of the score say the same as |z| / σ_z > width does."""
    chart = laney_chart(counts, NPS, width=1.25)
    scaled = chart.z / chart.dispersion
    clear = np.abs(np.abs(scaled) - 1.25) > 1e-9
    np.testing.assert_array_equal(chart.above[clear], (scaled > 1.25)[clear])
    np.testing.assert_array_equal(chart.below[clear], (scaled < -1.25)[clear])


@few
@given(counts=series())
def test_an_ewma_without_memory_is_a_laney_chart(counts: Floats) -> None:
    """With all weight on the newest period the average is z / σ_z, and its limits are the width."""
    chart = ewma_chart(counts, NPS, weight=1, width=2.5)
    np.testing.assert_allclose(chart.rising, chart.z / chart.dispersion, rtol=1e-12)
    np.testing.assert_allclose(chart.upper, 2.5, rtol=1e-12)


@few
@given(counts=series(), allowance=st.floats(0, 2))
def test_a_cusum_is_the_largest_sum_of_latest_periods(counts: Floats, allowance: float) -> None:
    """Page's recursion is the maximum, over all stretches that end now and none, of the summed excess."""
    chart = cusum_chart(counts, NPS, allowance=allowance)
    for line, sign in ((chart.rising, 1), (-chart.falling, -1)):
        sums = np.concatenate([[0.0], np.cumsum(sign * chart.z / chart.dispersion - allowance)])
        np.testing.assert_allclose(line, (sums - np.minimum.accumulate(sums))[1:], atol=1e-9)


@charts
@few
@given(counts=series(), data=st.data())
def test_the_future_changes_no_signal(chart: Chart, counts: Floats, data: st.DataObject) -> None:
    """With a fixed reference a chart drawn later says the same of the periods up to now."""
    now = data.draw(st.integers(2, len(counts)))
    early, late = (chart(c, NPS, reference=slice(0, 2)) for c in (counts[:now], counts))
    np.testing.assert_array_equal(early.above, late.above[:now])
    np.testing.assert_array_equal(early.below, late.below[:now])


@charts
def test_signals_are_the_stretches_beyond_a_limit(chart: Chart) -> None:
    """The lengths of the signals of each direction sum to the periods beyond that limit, and each begins with one."""
    found = chart(WEEKS, NPS, reference=BASELINE)
    for direction, beyond in (("rise", found.above), ("fall", found.below)):
        stretches = [s for s in found.signals if s.direction == direction]
        assert sum(s.length for s in stretches) == beyond.sum() > 0
        assert all(beyond[s.index] and (s.index == 0 or not beyond[s.index - 1]) for s in stretches)
        assert all(s.since <= s.index for s in stretches)


def test_dispersion_counts_what_sampling_does_not() -> None:
    """σ_z of doubled z is twice as large, never below 1, and passes over periods without answers."""
    z = np.random.default_rng(1).normal(size=20_000)
    assert laney_dispersion(2 * z) == pytest.approx(2, abs=0.03)
    assert laney_dispersion(0.1 * z) == 1
    assert laney_dispersion(np.insert(3 * z[:50], [4, 4, 9], np.nan)) == laney_dispersion(3 * z[:50])


def test_periods_that_vary_more_than_sampling_signal_no_more_often() -> None:
    """On overdispersed weeks the estimated σ_z keeps false alarms rare; limits for sampling alone do not."""
    rng = np.random.default_rng(2)
    shares = rng.dirichlet(40 * np.array([0.2, 0.3, 0.5]), 2000)
    counts = rng.multinomial(200, shares)
    assert laney_chart(counts, NPS).above.mean() < 0.005
    assert laney_chart(counts, NPS, dispersion=1).above.mean() > 0.05


def test_reference_in_every_form() -> None:
    """A slice, a mask and places name the same periods, and the others do not matter for what is usual."""
    mask = np.arange(len(WEEKS)) < 30
    expected = laney_chart(WEEKS, NPS, reference=BASELINE)
    for reference in (mask, mask.tolist(), np.arange(30)):
        np.testing.assert_array_equal(laney_chart(WEEKS, NPS, reference=reference).z, expected.z)
    changed = np.where(mask[:, None], WEEKS, 3)
    assert laney_chart(changed, NPS, reference=mask).center == expected.center


def test_limits_end_where_the_category_scores_do() -> None:
    """A period with one answer cannot score beyond the category scores, and its limits do not pretend it could."""
    chart = laney_chart([[5, 5, 5], [4, 5, 6], [0, 0, 1]], 100 * NPS)
    assert (chart.lower[2], chart.upper[2]) == (-100, 100)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"counts": [1, 2, 3]}, InvalidValueError, "counts must have shape"),
        ({"counts": [[1, 2]]}, InvalidValueError, "counts must end in one axis per category"),
        ({"counts": [[1, -2, 3]]}, InvalidValueError, "not negative"),
        ({"counts": [[0, 0, 0]] * 3}, InvalidValueError, "no answers"),
        ({"counts": np.zeros((0, 3))}, InvalidValueError, "no answers"),
        (
            {"counts": [[1, 2, 3], [0, 0, 0]]},
            InvalidValueError,
            "needs two periods with answers: got 1; give dispersion",
        ),
        ({"counts": [[0, 4, 0]] * 3}, InvalidValueError, "all answers of these periods score 0"),
        ({"reference": slice(0, 0)}, InvalidValueError, "no answers"),
        ({"reference": [90]}, InvalidTypeError, r"among the 90 periods: got \[90\]"),
        ({"reference": "first"}, InvalidTypeError, "reference must be a slice, a mask or places"),
        ({"dispersion": 0}, InvalidValueError, "dispersion must be above 0: got 0"),
        ({"width": "wide"}, InvalidTypeError, "width must be a number: got 'wide'"),
        ({"periods": ["a"]}, IncompatibleError, "periods must name each of the 90 periods"),
    ],
)
def test_bad_input_is_named(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    """What cannot be charted is refused, naming the argument and the way out."""
    with pytest.raises(error, match=message):
        laney_chart(**({"counts": WEEKS, "category_scores": NPS} | arguments))


@pytest.mark.parametrize(
    ("chart", "arguments", "message"),
    [
        (ewma_chart, {"weight": 0}, "weight must be above 0 and at most 1"),
        (ewma_chart, {"width": 0}, "width must be above 0"),
        (cusum_chart, {"allowance": -1}, "allowance must be at least 0"),
        (cusum_chart, {"threshold": 0}, "threshold must be above 0"),
    ],
)
def test_bad_parameters_are_named(chart: Chart, arguments: dict[str, float], message: str) -> None:
    """A parameter of a chart that is out of its range is refused by name."""
    with pytest.raises(InvalidValueError, match=message):
        chart(WEEKS, NPS, **arguments)


def _drawn(chart: Chart, **options: Any) -> ControlChart:
    """A chart of five days, the last of them bad, one without answers."""
    counts = [[10, 20, 30], [11, 19, 30], [0, 0, 0], [9, 20, 31], [50, 5, 5]]
    days = [dt.date(2026, 1, day) for day in range(1, 6)]
    return chart(counts, 100 * NPS, reference=slice(0, 4), periods=days, score="NPS <b>", **options)


def test_what_a_person_reads() -> None:
    """One line, and a table with every period, its limits and what it signals; periods without answers are blank."""
    chart = _drawn(laney_chart)
    assert repr(chart) == "ControlChart(laney of NPS <b>, periods=5, center=33.9, dispersion=1, signals=1)"
    lines = str(chart).splitlines()
    assert lines[0] == repr(chart)
    assert lines[1].split() == ["period", "NPS", "<b>", "n", "limits", "signal"]
    assert lines[4].split() == ["2026-01-03", "nan", "0"]
    assert lines[6].split()[0] == "2026-01-05"
    assert lines[6].endswith("fall")
    assert len(chart) == 5
    assert chart.signals == (Signal(4, dt.date(2026, 1, 5), "fall", 1, 4),)


def test_what_a_person_reads_of_sums() -> None:
    """An EWMA shows its average, a CUSUM both of its sums, in units of a standard deviation."""
    chart = _drawn(ewma_chart)
    assert f" {chart.rising[-1]:.2f} " in str(chart).splitlines()[-1]
    header, *rows = str(_drawn(cusum_chart, threshold=0.001)).splitlines()[1:]
    assert header.split()[3:5] == ["n", "up"]
    assert header.split()[5] == "down"
    assert rows[-1].endswith("fall")


def test_a_period_may_signal_both_ways() -> None:
    """The sums are not reset: after a rise that passed, one may still be beyond its limit when the other crosses."""
    counts = [[1, 0, 9], [1, 0, 9], [9, 0, 1], [5, 0, 5]]
    chart = cusum_chart(counts, NPS, allowance=0, threshold=0.5, dispersion=1, reference=slice(1, 4))
    assert chart.above[2]
    assert chart.below[2]
    assert chart.to_dict()["periods"][2]["signal"] == "rise and fall"


def test_what_a_program_reads() -> None:
    """Everything as JSON can hold it, a dataframe with one row for each period, and HTML with every name escaped."""
    pandas = pytest.importorskip("pandas")
    chart = _drawn(cusum_chart)
    held = json.loads(json.dumps(chart.to_dict()))
    assert held["method"] == "cusum"
    assert held["signals"][0]["period"] == "2026-01-05"
    assert [row["signal"] for row in held["periods"]] == ["", "", "", "", "fall"]
    frame = chart.to_frame("pandas")
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.columns) == list(held["periods"][0])
    np.testing.assert_array_equal(frame["falling"], chart.falling)
    shown = chart._repr_html_()
    assert "NPS &lt;b&gt;" in shown
    assert "<b>" not in shown


def test_a_chart_is_read_only() -> None:
    """What was found cannot be changed by accident."""
    with pytest.raises(ValueError, match="read-only"):
        _drawn(laney_chart).values[0] = 0

"""Laws of interventions: before and after, difference in differences, customers on both sides, placebo checks."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.counting.tally import Tally
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.inference.clusters import cluster_totals
from npskit.inference.design import design_estimate
from npskit.inference.design_contrasts import cluster_robust, design_contrast
from npskit.options import EffectMethod
from npskit.scores.comparison import compare
from npskit.scores.score import Score
from npskit.tracking.effect.assumptions import ASSUMES
from npskit.tracking.effect.effect_record import Effect
from npskit.tracking.effect.estimate_effect import contrast_effect, effect_over_periods, series_effect
from npskit.tracking.effect.intervention import Intervention
from npskit.tracking.effect.placebo import Placebo, default_window, placebo_check

REFERENCE = Path(__file__).parents[2] / "reference"
R = json.loads((REFERENCE / "difference_in_differences.json").read_text())
CLUSTERED = json.loads((REFERENCE / "repeated_customers.json").read_text())["cluster"]
REPEATED: Any = np.genfromtxt(REFERENCE / "repeated_customers.csv", delimiter=",", names=True, dtype=np.int64)
CELLS = [R["cells"][name] for name in ("T0", "T1", "C0", "C1")]
CATEGORY_SCORES = np.array([-1.0, 0.0, 1.0])
COUNTS = st.lists(st.integers(0, 60), min_size=3, max_size=3).filter(any)
PERIODS = st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=9, max_size=9).map(np.array)


def did(cells: Any, category_scores: Any = CATEGORY_SCORES, **options: Any) -> Effect:
    """Return the difference in differences of treated before, after, control before, after."""
    return contrast_effect(cells, category_scores, **options)


def before_after(before: Any, after: Any, category_scores: Any, **options: Any) -> Effect:
    """Return the difference of two sides."""
    return contrast_effect((before, after), category_scores, **options)


# ---- when ----


@pytest.mark.parametrize(
    "at", ["2026-03-01", dt.date(2026, 3, 1), dt.datetime(2026, 3, 1), np.datetime64("2026-03-01"), "2026-03-01T00:00"]
)
def test_times_are_read_alike(at: Any) -> None:
    """A date is one thing however it is written, and the repr makes an equal intervention."""
    found = Intervention("new checkout", at)
    assert found == Intervention("new checkout", "2026-03-01")
    assert eval(repr(found)) == found
    wanted = {"name": "new checkout", "at": "2026-03-01", "until": None}
    assert found.to_dict() == {"schema": "intervention", "version": 1} | wanted


def test_an_end() -> None:
    """What has an end has answers on neither side from then on; unknown times are on neither as well."""
    found = Intervention("sale", "2026-03-01 08:30", until="2026-03-08")
    assert eval(repr(found)) == found
    assert found.to_dict()["until"] == "2026-03-08"
    times = np.array(["2026-03-01T08:29", "2026-03-01T08:30", "2026-03-07T23:59", "2026-03-08", "NaT"], "datetime64[m]")
    assert found.sides(times).tolist() == [0, 1, 1, -1, -1]
    assert Intervention("sale", "2026-03-01 08:30").sides(times).tolist() == [0, 1, 1, 1, -1]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("", "2026-03-01"), InvalidValueError, "name must be a text that is not empty"),
        ((3, "2026-03-01"), InvalidTypeError, "name must be a text"),
        (("x", "soon"), InvalidValueError, "at must be a date"),
        (("x", 20260301), InvalidTypeError, "at must be a date"),
        (("x", np.datetime64("NaT", "us")), InvalidValueError, "at must be given"),
        (("x", "2026-03-01T10:00+02:00"), InvalidValueError, "time zone"),
        (("x", "2026-03-01", "2026-03-01"), InvalidValueError, "until must be after"),
        (("x", "2026-03-01", "later"), InvalidValueError, "until must be a date"),
    ],
)
def test_interventions_refused(arguments: Any, error: type[Exception], message: str) -> None:
    """What is no name or no time is refused, saying which."""
    with pytest.raises(error, match=message):
        Intervention(*arguments)


def test_frozen() -> None:
    """An intervention does not change."""
    with pytest.raises(AttributeError):
        Intervention("x", "2026-03-01").name = "y"  # type: ignore[misc]


# ---- figures ----


def test_difference_in_differences_of_the_reference() -> None:
    """Effect, standard error and MOVER's limits are the published ones."""
    found = did(CELLS)
    assert found.value == pytest.approx(R["did"], abs=1e-12)
    assert found.se == pytest.approx(R["se"], abs=1e-12)
    assert tuple(found.interval) == pytest.approx(R["mover_score_ci"], abs=1e-9)
    wald = (found.value - 1.959963984540054 * found.se, found.value + 1.959963984540054 * found.se)
    assert wald == pytest.approx(R["wald_ci"], abs=1e-9)
    assert [cell.value for cell in found.cells] == pytest.approx(list(R["theta"].values()), abs=1e-12)


def test_regression_of_the_reference() -> None:
    """With every answer a customer of their own the error is that of the regression with HC1."""
    repeats = [np.repeat([0, 1, 2], counts) for counts in CELLS]
    categories, groups = np.concatenate(repeats), np.repeat(np.arange(4), [len(r) for r in repeats])
    totals = cluster_totals(categories, 3, clusters=np.arange(len(groups)), groups=groups, n_groups=4)
    found = did(CELLS, totals=totals)
    assert found.se == pytest.approx(R["se_hc1"], abs=1e-12)
    assert found.value == pytest.approx(R["did"], abs=1e-12)


def test_before_after_of_the_reference() -> None:
    """The treated alone: difference and standard error."""
    found = before_after(CELLS[0], CELLS[1], CATEGORY_SCORES)
    assert (found.value, found.se) == pytest.approx((R["before_after"]["diff"], R["before_after"]["se"]), abs=1e-12)


def test_customers_on_both_sides() -> None:
    """Errors are those of R's sandwich clustered by customer; strata bring in the design."""
    categories, period = np.digitize(REPEATED["score"], [7, 9]), REPEATED["period"]
    before, after = (np.bincount(categories[period == p], minlength=3) for p in (0, 1))
    totals = cluster_totals(categories, 3, clusters=REPEATED["customer"], groups=period, n_groups=2)
    found, wanted = (
        before_after(before, after, CATEGORY_SCORES, totals=totals),
        cluster_robust(totals, CATEGORY_SCORES, [-1, 1]),
    )
    assert (found.value, found.se) == (wanted.value, wanted.se)
    assert found.p_value == pytest.approx(wanted.p_value, rel=0.05)  # customers do not answer equally often
    assert tuple(found.interval) == pytest.approx(tuple(wanted.interval()), abs=0.01)
    assert found.clustered
    assert found.interval.method == "clustered"
    assert found.value == pytest.approx(before_after(before, after, CATEGORY_SCORES).value)
    strata = REPEATED["customer"] % 2
    stratified = cluster_totals(categories, 3, clusters=REPEATED["customer"], strata=strata, groups=period, n_groups=2)
    design = design_contrast(stratified, CATEGORY_SCORES, [-1, 1])
    assert before_after(before, after, CATEGORY_SCORES, totals=stratified).se == design.se


# ---- laws ----


@given(COUNTS, COUNTS, st.floats(0.5, 0.999))
@settings(max_examples=50)
def test_before_after_is_the_comparison(before: Any, after: Any, level: float) -> None:
    """Effect, interval and p-value are those of comparing the score after with that before."""
    found = before_after(before, after, [-100, 0, 100], level=level)
    wanted = compare(*(Score.of(Tally.from_counts(counts)) for counts in (after, before)), level=level)
    assert found.value == pytest.approx(wanted.difference, abs=1e-11)
    assert tuple(found.interval) == pytest.approx(tuple(wanted.interval), abs=1e-9)
    assert found.p_value == pytest.approx(wanted.p_value, rel=1e-9)


@given(COUNTS, COUNTS)
@settings(max_examples=40)
def test_the_other_way_round(before: Any, after: Any) -> None:
    """Swapping before and after negates the effect and its limits."""
    one, other = before_after(before, after, CATEGORY_SCORES), before_after(after, before, CATEGORY_SCORES)
    assert one.value == -other.value
    assert tuple(one.interval) == (-other.interval.high, -other.interval.low)
    pair = did([before, after, after, before]), did([after, before, before, after])
    assert pair[0].value == pytest.approx(-pair[1].value, abs=1e-12)
    assert pair[0].p_value == pytest.approx(pair[1].p_value, abs=1e-6)


@given(COUNTS, COUNTS, COUNTS)
@settings(max_examples=40)
def test_a_control_that_did_not_move(before: Any, after: Any, control: Any) -> None:
    """With the same control before and after, the effect is that of before and after; only less certain."""
    found, plain = did([before, after, control, control]), before_after(before, after, CATEGORY_SCORES)
    assert found.value == pytest.approx(plain.value, abs=1e-12)
    assert found.interval.low <= plain.interval.low + 1e-12
    assert found.interval.high >= plain.interval.high - 1e-12


@given(COUNTS, COUNTS)
@settings(max_examples=25)
def test_no_effect_where_both_moved_alike(before: Any, after: Any) -> None:
    """Treated and control alike: no effect, p = 1."""
    found = did([before, after, before, after])
    assert found.value == pytest.approx(0, abs=1e-15)
    assert found.p_value == pytest.approx(1, abs=1e-6)


@given(COUNTS, COUNTS, COUNTS, COUNTS)
@settings(max_examples=40)
def test_p_value_belongs_to_the_interval(a: Any, b: Any, c: Any, d: Any) -> None:
    """The interval at level 1 - p ends at 0; a p-value below 0.05 is an interval without 0."""
    cells = [a, b, c, d]
    found = did(cells)
    assert 0 <= found.p_value <= 1
    assert (found.p_value < 0.05) == (not found.interval.low <= 0 <= found.interval.high)
    if 1e-8 < found.p_value < 0.99:
        low, high = did(cells, level=1 - found.p_value).interval
        assert min(abs(low), abs(high)) == pytest.approx(0, abs=1e-7)


@given(COUNTS, COUNTS, COUNTS, COUNTS, st.floats(0.1, 50), st.floats(-100, 100))
@settings(max_examples=30)
def test_scale_and_shift_of_category_scores(a: Any, b: Any, c: Any, d: Any, scale: float, shift: float) -> None:
    """Category scores in other units: effect, error and limits scale, and do not feel a shift; the p-value stays."""
    plain, other = did([a, b, c, d]), did([a, b, c, d], scale * CATEGORY_SCORES + shift)
    assert (other.value, other.se) == pytest.approx((scale * plain.value, scale * plain.se), abs=1e-9)
    assert tuple(other.interval) == pytest.approx([scale * limit for limit in plain.interval], abs=1e-7)
    assert other.p_value == pytest.approx(plain.p_value, abs=1e-6) or abs(plain.value) < 1e-9


def test_an_empty_side() -> None:
    """Without answers on a side there is no effect: NaN, without a warning."""
    for found in (
        before_after([0, 0, 0], [1, 2, 3], CATEGORY_SCORES),
        did([[0, 0, 0], [1, 2, 3], [1, 2, 3], [1, 2, 3]]),
    ):
        assert all(np.isnan(x) for x in (found.value, found.se, found.p_value, *found.interval))


def test_effects_refused() -> None:
    """Levels and groups that do not fit are named."""
    with pytest.raises(InvalidValueError, match="level"):
        before_after([1, 2, 3], [1, 2, 3], CATEGORY_SCORES, level=95)
    totals = cluster_totals([0, 1, 2], 3, clusters=["a", "b", "c"], groups=[0, 1, 2], n_groups=3)
    with pytest.raises(InvalidValueError, match="3 groups"):
        before_after([1, 2, 3], [1, 2, 3], CATEGORY_SCORES, totals=totals)
    with pytest.raises(InvalidValueError, match="level"):
        before_after([1, 2, 3], [1, 2, 3], CATEGORY_SCORES, totals=totals, level=2)


# ---- over periods ----


def recount(counts: Any, at: int, window: int, control: Any = None) -> list[float]:
    """Return the placebo estimates from scratch, then the actual one."""

    def change(table: Any, date: int) -> float:
        before, after = table[max(date - window, 0) : date].sum(axis=0), table[date : date + window].sum(axis=0)
        return before_after(before, after, CATEGORY_SCORES).value

    dates = [*range(window, at - window + 1), at]
    return [change(counts, d) - (0 if control is None else change(control, d)) for d in dates]


@given(PERIODS, PERIODS, st.integers(1, 8), st.integers(1, 4), st.booleans())
@settings(max_examples=50)
def test_placebo_is_a_recount(counts: Any, control: Any, at: int, window: int, controlled: bool) -> None:
    """Every placebo estimate is the one from its own windows, none of which reaches the intervention."""
    held = control if controlled else None
    method = "difference_in_differences" if controlled else "before_after"
    found = placebo_check(counts, CATEGORY_SCORES, at, method=method, control=held, window=window)  # type: ignore[arg-type]
    *estimates, actual = recount(counts, at, window, held)
    assert found.estimates == pytest.approx(estimates, abs=1e-12, nan_ok=True)
    assert found.actual == pytest.approx(actual, abs=1e-12, nan_ok=True)
    assert all(date + window <= at for date in found.periods)
    known = [abs(e) for e in estimates if not np.isnan(e)]
    assert found.usable == len(known)
    if known and not np.isnan(actual) and all(abs(k - abs(actual)) > 1e-9 for k in known):
        assert found.share == sum(k > abs(actual) for k in known) / len(known)


def test_placebo_of_a_planted_effect() -> None:
    """A jump at the date stands out among quiet periods; no share at all where the time before is too short."""
    counts = np.array([[30, 40, 30], [31, 40, 29], [29, 40, 31], [30, 41, 29]] * 6 + [[15, 35, 50]] * 6)
    for method, actual in (("before_after", "35.0"), ("interrupted_series", "35.8")):
        found = placebo_check(counts, 100 * CATEGORY_SCORES, 24, method=method)  # type: ignore[arg-type]
        assert (found.window, found.share) == (6, 0)
        assert found.usable == 13
        assert "at 0 of 13 dates" in str(found)
        assert repr(found) == f"Placebo(actual={actual}, share=0.00, dates=13, window=6)"
    short = placebo_check(counts[22:], CATEGORY_SCORES, 1)
    assert (short.usable, str(short)) == (0, "Placebo check: the time before is too short for it.")
    assert np.isnan(short.share)
    gaps = counts.copy()
    gaps[3:9] = 0
    series = placebo_check(gaps, CATEGORY_SCORES, 24, method="interrupted_series")
    assert 0 < series.usable < len(series.estimates)


@pytest.mark.parametrize("method", ["before_after", "difference_in_differences"])
def test_placebo_share_is_flat(method: EffectMethod) -> None:
    """Where nothing happens, the actual estimate is anywhere among the placebo ones."""
    rng = np.random.default_rng(3)
    shares = []
    for _ in range(400):
        counts, control = rng.multinomial(60, [0.2, 0.3, 0.5], size=(2, 60))
        held = control if method != "before_after" else None
        shares.append(placebo_check(counts, CATEGORY_SCORES, 48, method=method, control=held, window=4).share)
    assert np.mean(shares) == pytest.approx(0.5, abs=0.05)
    assert np.quantile(shares, [0.25, 0.75]) == pytest.approx([0.25, 0.75], abs=0.08)


def test_default_windows() -> None:
    """A quarter of the time before, not more than there is after, and enough for a line."""
    assert [default_window(40, after, "before_after") for after in (3, 30)] == [3, 10]
    assert default_window(2, 2, "before_after") == 1
    assert default_window(4, 9, "interrupted_series") == 3


MONTHS = np.array([[30, 40, 30], [28, 40, 32], [31, 40, 29], [29, 41, 30], [20, 40, 40], [19, 40, 41], [18, 40, 42]])


def test_effect_over_periods_pools_them() -> None:
    """The effect is that of the pooled periods, with the check and what was changed beside it."""
    what = Intervention("new checkout", "2026-05-01")
    found = effect_over_periods(MONTHS, CATEGORY_SCORES, 4, intervention=what)
    plain = before_after(MONTHS[:4].sum(axis=0), MONTHS[4:].sum(axis=0), CATEGORY_SCORES)
    assert found.terms == plain.terms
    assert found.intervention == what
    assert isinstance(found.placebo, Placebo)
    held = effect_over_periods(MONTHS, CATEGORY_SCORES, 4, control=MONTHS[::-1])
    assert held.method == "difference_in_differences"
    sides = [table[part].sum(axis=0) for table in (MONTHS, MONTHS[::-1]) for part in (slice(4), slice(4, None))]
    assert held.terms == did(sides).terms
    series = effect_over_periods(MONTHS, CATEGORY_SCORES, 4, method="interrupted_series", lags=1)
    assert series.terms == series_effect(MONTHS, CATEGORY_SCORES, 4, lags=1).terms


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"method": "magic"}, InvalidValueError, "method must be one of"),
        ({"method": "difference_in_differences"}, IncompatibleError, "control goes with"),
        ({"method": "before_after", "control": MONTHS}, IncompatibleError, "control goes with"),
        ({"control": MONTHS[:3]}, IncompatibleError, "one row for each period"),
        ({"at": 0}, InvalidValueError, "at must be a period"),
        ({"at": 7}, InvalidValueError, "at must be a period"),
        ({"at": 1.5}, InvalidTypeError, "at must be a whole number"),
        ({"window": 0}, InvalidValueError, "window must be at least 1"),
        ({"window": 2, "method": "interrupted_series"}, InvalidValueError, "window must be at least 3"),
        ({"lags": 2}, IncompatibleError, "lags goes with"),
        ({"method": "interrupted_series", "totals": 1}, IncompatibleError, "totals"),
    ],
)
def test_periods_refused(options: Any, error: type[Exception], message: str) -> None:
    """What does not go together is refused, saying why."""
    with pytest.raises(error, match=message):
        effect_over_periods(**{"counts": MONTHS, "category_scores": CATEGORY_SCORES, "at": 4, **options})


# ---- the record ----


def test_record_leaves() -> None:
    """To text, JSON, dataframes and HTML; each says what is assumed, and customers' text is escaped."""
    what = Intervention("<b>new</b>", "2026-05-01")
    found = effect_over_periods(MONTHS, 100 * CATEGORY_SCORES, 4, intervention=what, score="NPS")
    assert repr(found).startswith("Effect('<b>new</b>', NPS 21.2, interval=(")
    text = str(found)
    assert "Placebo check" in text
    assert all(f"- {assumed}" in text.replace("\n  ", " ") for assumed in ASSUMES["before_after"])
    assert max(map(len, text.splitlines())) <= 100
    plain = json.loads(json.dumps(found.to_dict()))
    assert plain["value"] == found.value
    assert plain["intervention"]["at"] == "2026-05-01"
    assert plain["placebo"]["window"] == 1
    assert len(plain["cells"]) == 2
    assert found.to_frame("pandas")["value"].tolist() == [found.value]
    html = found._repr_html_()
    assert "<b>" not in html
    assert "Without it" in html
    bare = before_after([1, 2, 3], [3, 2, 1], CATEGORY_SCORES)
    assert bare.to_dict()["placebo"] is None
    assert "Placebo" not in str(bare)


def test_each_method_says_what_it_assumes() -> None:
    """Parallel trends, a straight line, or no trend at all; and that a low score rises again by itself."""
    effects = before_after(CELLS[0], CELLS[1], CATEGORY_SCORES), did(CELLS), series_effect(MONTHS, CATEGORY_SCORES, 4)
    words = ["no trend", "in parallel", "straight"]
    for found, word in zip(effects, words, strict=True):
        assert any(word in assumed for assumed in found.assumes)
        assert any("rises again by itself" in assumed for assumed in found.assumes)


# ---- customers ----


def test_cells_are_clustered_as_the_effect_is() -> None:
    """Few customers with many answers each say no more of a side than of the difference."""
    rng = np.random.default_rng(1)
    customer, side = np.repeat(np.arange(12), 40), np.tile(np.repeat([0, 1], 20), 12)
    categories = rng.integers(0, 3, 12)[customer]
    counts = [np.bincount(categories[side == s], minlength=3) for s in (0, 1)]
    totals = cluster_totals(categories, 3, clusters=customer, groups=side, n_groups=2)
    found, naive = (
        before_after(counts[0], counts[1], CATEGORY_SCORES, totals=totals),
        before_after(counts[0], counts[1], CATEGORY_SCORES),
    )
    low, high = design_estimate(totals, CATEGORY_SCORES, customers="all").interval(0.95, "score")
    assert [tuple(cell.interval) for cell in found.cells] == list(zip(low.tolist(), high.tolist(), strict=True))
    for cell, other in zip(found.cells, naive.cells, strict=True):
        assert cell.value == other.value
        assert np.ptp(tuple(cell.interval)) > 3 * np.ptp(tuple(other.interval))


@pytest.mark.parametrize("categories", [(1, 1), (2, 2), (0, 2)])
def test_customers_who_do_not_differ_prove_nothing(categories: tuple[int, int]) -> None:
    """Without any spread the interval has a width all the same, and there is a p-value that agrees with it."""
    customer, side = np.repeat(np.arange(6), 4), np.tile([0, 0, 1, 1], 6)
    answers = np.array(categories)[side]
    counts = [np.bincount(answers[side == s], minlength=3) for s in (0, 1)]
    totals = cluster_totals(answers, 3, clusters=customer, groups=side, n_groups=2)
    found = before_after(counts[0], counts[1], CATEGORY_SCORES, totals=totals)
    independent = before_after(counts[0], counts[1], CATEGORY_SCORES)
    assert found.interval.high - found.interval.low > independent.interval.high - independent.interval.low > 0
    assert found.value == independent.value
    assert (found.p_value < 0.05) == (not found.interval.low <= 0 <= found.interval.high)


def test_a_missing_time_of_pandas_is_no_time() -> None:
    """NaT of pandas says that it is a datetime."""
    pandas = pytest.importorskip("pandas")
    with pytest.raises(InvalidValueError, match="at must be given, as a date or a time"):
        Intervention("new checkout", pandas.NaT)


def test_placebo_beside_an_empty_date() -> None:
    """Where there are too few answers about the date, that is said instead of NaN."""
    counts = np.array([[3, 4, 5]] * 8 + [[0, 0, 0]] * 4 + [[3, 4, 5]] * 8)
    found = placebo_check(counts, CATEGORY_SCORES, 10, window=2)
    assert found.usable
    assert np.isnan(found.share)
    assert "too few answers" in str(found)
    assert "nan" not in str(found)


def test_a_side_of_one_cluster_has_no_error_that_is_known() -> None:
    """One hotel that got it, answering before and after, moves no variance: none is claimed."""
    cluster, side = np.repeat(np.arange(6), 8), np.tile([0, 0, 0, 0, 1, 1, 1, 1], 6)
    categories = np.random.default_rng(2).integers(0, 3, cluster.size)
    groups = np.where(cluster == 0, side, 2 + side)
    cells = [np.bincount(categories[groups == g], minlength=3) for g in range(4)]
    totals = cluster_totals(categories, 3, clusters=cluster, groups=groups, n_groups=4)
    found = did(cells, totals=totals)
    assert found.value == pytest.approx(did(cells).value)
    assert np.isnan([found.p_value, *found.interval]).all()
    assert "cannot be known" in found.assumes[-1]
    halves = 2 * cluster + np.arange(cluster.size) % 2
    two = cluster_totals(categories, 3, clusters=halves, groups=groups, n_groups=4)
    few = did(cells, totals=two)
    assert few.se > 0
    assert few.assumes[-1].startswith("2 customers or clusters")


def test_a_series_says_what_it_makes_of_customers() -> None:
    """Where customers may answer again a series, which is not clustered, names it among what must be true."""
    plain, told = (
        effect_over_periods(MONTHS, CATEGORY_SCORES, 4, method="interrupted_series", repeats=r) for r in (False, True)
    )
    assert told.assumes[:-1] == plain.assumes
    assert "Customers who answer in several periods" in told.assumes[-1]
    assert (told.value, told.se) == (plain.value, plain.se)

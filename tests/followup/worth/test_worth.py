"""Revenue at risk, payback and sensitivity: the arithmetic holds, and every rate is the user's."""

from __future__ import annotations

import itertools
import json
import math
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import ColumnNotFoundError, IncompatibleError, InvalidTypeError, InvalidValueError, NpskitError
from npskit.followup.impact.arm_contrasts import money_contrast, share_contrasts
from npskit.followup.worth.at_risk import revenue_at_risk
from npskit.followup.worth.payback import ProgramPayback, program_payback
from npskit.followup.worth.sensitivity import retention_sensitivity
from npskit.scorers.nps import NPS
from npskit.scorers.sci import SCI

RATES = {"detractor": 0.5, "passive": 0.75, "promoter": 0.875}
NAMES = tuple(RATES)
# eighths and whole money: sums of these are exact, so that laws hold to the last bit
EIGHTHS = st.integers(0, 8).map(lambda x: x / 8)
CUSTOMER = st.tuples(st.integers(0, 1000), st.sampled_from([*NAMES, None]))
CUSTOMERS = st.lists(CUSTOMER, min_size=1, max_size=30)


def columns(rows: Any) -> tuple[list[Any], list[Any]]:
    """Return values and categories."""
    return [row[0] for row in rows], [row[1] for row in rows]


# ---- revenue at risk ----


@settings(max_examples=50)
@given(CUSTOMERS, CUSTOMERS)
def test_customers_add_up(some: Any, others: Any) -> None:
    """Segments sum to the totals, and two lists of customers to the list of both, to the last bit."""
    found = [revenue_at_risk(*columns(rows), RATES) for rows in (some, others, some + others)]
    for one, two, both in zip(*(x.segments for x in found), strict=True):
        assert both.segment == one.segment == two.segment
        for name in ("customers", "revenue", "expected_loss"):
            assert getattr(both, name) == getattr(one, name) + getattr(two, name)
    whole = found[2]
    assert whole.revenue == sum(value for value, name in some + others if name is not None)
    assert whole.expected_loss == sum(v * (1 - RATES[name]) for v, name in some + others if name is not None)
    assert whole.missing == sum(name is None for _, name in some + others)


@settings(max_examples=50)
@given(CUSTOMERS, st.sampled_from([0.25, 2.0, 1024.0]))
def test_money_in_another_unit_changes_money_only(rows: Any, factor: float) -> None:
    """Values in cents multiply every amount, and leave every share as it is."""
    values, names = columns(rows)
    moved = {("detractor", "promoter"): 0.0}
    ours = revenue_at_risk(values, names, RATES, moved=moved)
    theirs = revenue_at_risk([v * factor for v in values], names, RATES, moved=moved)
    for a, b in zip(ours.segments, theirs.segments, strict=True):
        assert (b.revenue, b.expected_loss) == (a.revenue * factor, a.expected_loss * factor)
        np.testing.assert_array_equal([a.share, a.retention, a.share_of_loss], [b.share, b.retention, b.share_of_loss])


@settings(max_examples=50)
@given(CUSTOMERS, st.lists(EIGHTHS, min_size=30, max_size=30))
def test_rates_of_customers_and_of_segments_agree(rows: Any, rates: list[float]) -> None:
    """A rate for each customer gives the sum over customers; the same rate in a segment, the rate of the segment."""
    values, names = columns(rows)
    own = revenue_at_risk(values, names, rates[: len(rows)])
    known = [(v, r) for (v, name), r in zip(rows, rates, strict=False) if name is not None]
    assert own.expected_loss == sum(v * (1 - r) for v, r in known)
    alike = revenue_at_risk(values, names, [RATES.get(name, 0.0) for name in names])
    assert alike.expected_loss == revenue_at_risk(values, names, RATES).expected_loss


@settings(max_examples=50)
@given(st.lists(st.integers(1, 1000), min_size=3, max_size=3), EIGHTHS)
def test_upside_is_the_part_of_the_revenue_times_the_difference_of_the_rates(values: list[int], part: float) -> None:
    """The upside is linear in the part that moves, nothing at none, and the difference of the losses at all."""
    found = revenue_at_risk(values, NAMES, RATES, moved={("detractor", "passive"): part, ("passive", "promoter"): part})
    wanted = part * (values[0] * 0.25 + values[1] * 0.125)
    np.testing.assert_allclose(found.upside, wanted, rtol=1e-12, atol=1e-12)
    assert found.segments[2].upside == 0
    worse = revenue_at_risk(values, NAMES, RATES, moved={("promoter", "detractor"): part})
    np.testing.assert_allclose(worse.upside, -0.375 * part * values[2], rtol=1e-12, atol=1e-12)


def test_rates_at_the_ends() -> None:
    """Everybody stays: nothing is at risk. Nobody does: all of it is."""
    for rate, loss in ((1.0, 0.0), (0.0, 30.0)):
        found = revenue_at_risk([10, 20], ["a", "b"], dict.fromkeys("ab", rate))
        assert (found.expected_loss, found.revenue) == (loss, 30.0)


def test_answers_are_sorted_into_segments_by_a_scorer() -> None:
    """With a scorer the answers make the segments, of one question or of several; invalid ones are left out."""
    data = {"value": [100.0, None, 300, 50], "score": [3, 9, 10, 11]}
    for table in (data, pd.DataFrame(data), pl.DataFrame(data)):
        found = revenue_at_risk("value", "score", RATES, data=table, scorer=NPS())
        assert [s.expected_loss for s in found.segments] == [50.0, 0.0, 37.5]
        assert found.missing + found.invalid == 2
        assert math.isnan(found.segments[1].retention)
    given_series = revenue_at_risk(pd.Series([100.0]), pl.Series([3]), RATES, scorer=NPS())
    assert given_series.expected_loss == 50.0
    rates = {"at risk": 0.2, "vulnerable": 0.5, "favorable": 0.75, "secure": 1.0}
    three = {"v": [10, 10], "a": [5, 1], "b": [5, 1], "c": [5, 1]}
    sci = revenue_at_risk("v", ["a", "b", "c"], rates, data=three, scorer=SCI())
    assert [s.revenue for s in sci.segments] == [10.0, 0.0, 0.0, 10.0]


def test_numbers_may_name_segments() -> None:
    """Segments need not be text, and those of the rates come in their order, also where nobody is in them."""
    found = revenue_at_risk([1, 2], [2, 1], {2: 0.5, 1: 0.5, 3: 0.9})
    assert [s.segment for s in found.segments] == ["2", "1", "3"]


REFUSED: list[tuple[tuple[Any, ...], dict[str, Any], type[NpskitError], str]] = [
    (([1], ["a"], {"b": 0.5}), {}, InvalidValueError, "no rate for segment 'a'; known: 'b'"),
    (
        ([1], ["a"], {"a": 85}),
        {},
        InvalidValueError,
        r"retention\['a'\] must be a share from 0 to 1: got 85; for 85 % write",
    ),
    (([1], ["a"], {"a": "85%"}), {}, InvalidTypeError, r"retention\['a'\] must be a number"),
    (([1], ["a"], {"a": math.nan}), {}, InvalidValueError, "must be finite"),
    (([1], ["a"], [1.5]), {}, InvalidValueError, r"retention: row 0 \(from 0\) holds 1.5, .* at most 1"),
    (
        ([1, -2], ["a", "a"], {"a": 0.5}),
        {},
        InvalidValueError,
        r"value: row 1 \(from 0\) holds -2, .* at least 0",
    ),
    ((["x"], ["a"], {"a": 0.5}), {}, InvalidValueError, r"value: row 0 \(from 0\) holds 'x', which is not a number"),
    (([1, 2], ["a"], {"a": 0.5}), {}, IncompatibleError, "equally long: got 2, 1 and 1"),
    (("value", ["a"], {"a": 0.5}), {}, InvalidTypeError, "value names a column, 'value', of no data"),
    (("v", "c", {"a": 0.5}), {"data": {"value": [1]}}, ColumnNotFoundError, "value: there is no column 'v'"),
    (([1], [3], {"a": 0.5}), {"scorer": SCI()}, IncompatibleError, "got 1 column"),
    (([1], "c", {"a": 0.5}), {"scorer": SCI()}, InvalidTypeError, "reads a list of columns"),
    (([1], ["a"], {"a": 0.5}), {"moved": {"a": 0.5}}, InvalidTypeError, "moved maps pairs of segments"),
    (([1], ["a"], {"a": 0.5}), {"moved": ("a", "b", 0.5)}, InvalidTypeError, "moved must be a mapping"),
    (([1], ["a"], {"a": 0.5}), {"moved": {("a", "b"): 0.5}}, InvalidValueError, "moved must be one of 'a': got 'b'"),
    (
        ([1], ["a"], {"a": 0.5, "b": 1}),
        {"moved": {("a", "b"): 2}},
        InvalidValueError,
        "must be a share from 0 to 1: got 2",
    ),
    (
        ([1], ["a"], {"a": 0.5, "b": 1, "c": 1}),
        {"moved": {("a", "b"): 0.6, ("a", "c"): 0.6}},
        InvalidValueError,
        "parts of 'a' sum to at most 1: got 1.2",
    ),
    (([1], ["a"], {"a": 0.5, "b": 1}), {"moved": {("a", "b"): 1}}, InvalidValueError, "segment 'b' has no revenue"),
]


@pytest.mark.parametrize(("arguments", "options", "error", "message"), REFUSED)
def test_what_cannot_be_used_is_refused_by_name(arguments: Any, options: Any, error: Any, message: str) -> None:
    """Every message names the argument and the value, and says what to do."""
    with pytest.raises(error, match=message):
        revenue_at_risk(*arguments, **options)


# ---- payback ----

PROGRAM: dict[str, Any] = {
    "customers": 100,
    "value": 200.0,
    "margin": 0.5,
    "retention": 0.5,
    "discount_rate": 0.1,
    "periods": 4,
}
AMOUNT = st.floats(0.01, 1e4)
SHARE = st.floats(0, 1)
TERMS = st.fixed_dictionaries(
    {
        "customers": st.integers(1, 10_000),
        "value": AMOUNT,
        "margin": st.floats(0.01, 1),
        "retention": SHARE,
        "discount_rate": st.floats(0, 2),
        "periods": st.integers(1, 30),
        "fixed_cost": st.floats(0, 1e4),
    }
)


@settings(max_examples=60)
@given(AMOUNT, TERMS, st.floats(-1, 1))
def test_payback_is_the_sum_of_the_discounted_gains(cost: float, terms: dict[str, Any], lift: float) -> None:
    """Gain, net and return are those of a plain sum over the periods; payback lies where the sum passes the cost."""
    found = program_payback(cost, lift=lift, **terms)
    paid = terms["customers"] * cost + terms["fixed_cost"]
    worth = terms["value"] * terms["margin"]
    gains = [
        terms["customers"] * lift * worth * terms["retention"] ** t / (1 + terms["discount_rate"]) ** (t + 1)
        for t in range(terms["periods"])
    ]
    np.testing.assert_allclose([found.cost, found.at.gain], [paid, sum(gains)], rtol=1e-9)
    np.testing.assert_allclose(
        [found.at.net, found.at.roi * paid], [found.at.gain - paid] * 2, rtol=1e-9, atol=1e-9 * paid
    )
    if found.at.periods < math.inf:
        whole = int(found.at.periods)
        passed = sum(gains[:whole]) + (found.at.periods - whole) * (gains[whole] if whole < len(gains) else 0.0)
        np.testing.assert_allclose(passed, paid, rtol=1e-6)
    else:
        assert sum(gains) < paid * (1 + 1e-9)


@settings(max_examples=60)
@given(AMOUNT, TERMS)
def test_no_lift_no_gain(cost: float, terms: dict[str, Any]) -> None:
    """Without a lift nothing is gained, the cost is lost, and it is never paid back."""
    found = program_payback(cost, lift=0, **terms)
    assert (found.at.gain, found.at.net, found.at.periods, found.at.roi) == (0, -found.cost, math.inf, -1)


@settings(max_examples=60)
@given(AMOUNT, TERMS)
def test_break_even_is_where_the_net_is_nothing(cost: float, terms: dict[str, Any]) -> None:
    """At the break-even lift the net is 0; a little more pays within the horizon, a little less never."""
    lift = program_payback(cost, lift=0, **terms).break_even_lift
    if lift * 1.001 > 1:
        return
    at, above, below = (program_payback(cost, lift=lift * factor, **terms) for factor in (1, 1.001, 0.999))
    np.testing.assert_allclose(at.at.net, 0, atol=1e-9 * at.cost)
    assert above.at.periods <= terms["periods"]
    assert above.at.net > 0
    assert below.at.periods == math.inf
    assert below.at.net < 0


@settings(max_examples=60)
@given(AMOUNT, TERMS, st.lists(st.floats(-1, 1), min_size=3, max_size=3).map(sorted))
def test_limits_of_the_lift_are_limits_of_the_rest(cost: float, terms: dict[str, Any], lifts: list[float]) -> None:
    """Every figure rises with the lift, and payback comes no later: limits pass through in order."""
    low, lift, high = lifts
    found = program_payback(cost, lift=(lift, low, high), **terms)
    assert found.low is not None
    assert found.high is not None
    for a, b in ((found.low, found.at), (found.at, found.high)):
        assert a.gain <= b.gain
        assert a.net <= b.net
        assert a.roi <= b.roi
        assert a.periods >= b.periods
    assert found.at == program_payback(cost, lift=lift, **terms).at


@settings(max_examples=40)
@given(AMOUNT, TERMS, st.sampled_from([0.5, 4.0, 1024.0]))
def test_currency_changes_no_time_and_no_return(cost: float, terms: dict[str, Any], factor: float) -> None:
    """All money in another currency: gain and net in it, the same payback, return and break-even."""
    other = terms | {name: terms[name] * factor for name in ("value", "fixed_cost")}
    a, b = program_payback(cost, lift=0.1, **terms), program_payback(cost * factor, lift=0.1, **other)
    np.testing.assert_allclose([b.at.gain, b.at.net], [a.at.gain * factor, a.at.net * factor], rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose([b.at.roi, b.break_even_lift], [a.at.roi, a.break_even_lift], rtol=1e-12)
    np.testing.assert_allclose(b.at.periods, a.at.periods)


def test_a_measured_retention_is_a_lift() -> None:
    """The contrast of a retention goes in as it is: points of percent become shares, its limits the limits."""
    (effect,) = share_contrasts("retention", ["all"], [[80], [70]], [[100], [100]], of="known")
    found = program_payback(5, lift=effect, **PROGRAM)
    by_hand = program_payback(5, lift=tuple(x / 100 for x in (effect.difference, *effect.interval)), **PROGRAM)
    assert found == by_hand
    assert found.at.lift == 0.1
    revenue = money_contrast(np.arange(3.0), np.arange(3.0), of="known")
    with pytest.raises(InvalidValueError, match="lift must be a contrast of shares"):
        program_payback(5, lift=revenue, **PROGRAM)


def test_what_costs_nothing_is_paid_back_at_once() -> None:
    """No cost: paid back at once, from no lift at all, and no return to speak of. No worth: never."""
    free = program_payback(0, lift=0.1, **PROGRAM)
    assert (free.at.periods, free.break_even_lift) == (0, 0)
    assert math.isnan(free.at.roi)
    worthless = program_payback(1, lift=0.1, **{**PROGRAM, "margin": 0})
    assert worthless.break_even_lift == math.inf
    assert "more than saving everybody" in str(worthless)


BAD: list[tuple[dict[str, Any], type[NpskitError], str]] = [
    ({"cost": -1}, InvalidValueError, "cost must be at least 0: got -1"),
    ({"cost": "5 EUR"}, InvalidTypeError, "cost must be a number: got '5 EUR'"),
    ({"cost": [5]}, InvalidTypeError, r"cost must be a number: got \[5\]"),
    ({"lift": 5}, InvalidValueError, "for 5 points write 0.05"),
    ({"lift": (0.1, 0.2)}, InvalidTypeError, r"a number or \(lift, low, high\)"),
    ({"lift": (0.3, 0.1, 0.2)}, InvalidValueError, "between its limits"),
    ({"margin": 40}, InvalidValueError, "margin must be a share from 0 to 1: got 40; for 40 % write 0.4"),
    ({"retention": -0.1}, InvalidValueError, "retention must be a share from 0 to 1"),
    ({"discount_rate": -0.1}, InvalidValueError, "discount_rate must be at least 0"),
    ({"periods": 0}, InvalidValueError, "periods must be at least 1 and at most 10,000: got 0"),
    ({"periods": 1.5}, InvalidTypeError, "periods must be a whole number"),
    ({"value": math.inf}, InvalidValueError, "value must be finite"),
]


@pytest.mark.parametrize(("change", "error", "message"), BAD)
def test_what_cannot_be_paid_back_is_refused_by_name(change: Any, error: Any, message: str) -> None:
    """Every message names the argument and the value."""
    arguments = {"cost": 5, "lift": 0.1} | PROGRAM | change
    with pytest.raises(error, match=message):
        program_payback(arguments.pop("cost"), **arguments)


# ---- sensitivity ----


@settings(max_examples=60)
@given(st.lists(st.floats(0.01, 1e4), min_size=1, max_size=9), AMOUNT, TERMS, st.lists(SHARE, min_size=1, max_size=5))
def test_sensitivity_agrees_with_payback(values: list[float], cost: float, terms: dict[str, Any], rates: Any) -> None:
    """At every rate the worth of one saved and the break-even lift are those of a programme for these customers."""
    shared = {name: terms[name] for name in ("margin", "discount_rate", "periods")}
    found = retention_sensitivity(values, rates, cost=cost, **shared)
    for row in found.rows:
        mean = float(np.mean(values))
        program = program_payback(cost, customers=len(values), lift=0, value=mean, retention=row.rate, **shared)
        np.testing.assert_allclose(
            [row.worth, row.break_even_lift], [program.worth, program.break_even_lift], rtol=1e-9
        )
        np.testing.assert_allclose(row.expected_loss, sum(values) * (1 - row.rate), rtol=1e-9, atol=1e-9)


@settings(max_examples=40)
@given(AMOUNT, AMOUNT, st.lists(SHARE, min_size=2, max_size=6).map(sorted), st.integers(1, 20))
def test_higher_retention_risks_less_and_pays_sooner(value: float, cost: float, rates: Any, periods: int) -> None:
    """With the rate, revenue at risk falls and the worth of one saved does not; nor does the break-even lift rise."""
    rows = retention_sensitivity(value, rates, cost=cost, margin=0.5, discount_rate=0.1, periods=periods).rows
    for a, b in itertools.pairwise(rows):
        assert a.expected_loss >= b.expected_loss
        assert a.worth <= b.worth
        assert a.break_even_lift >= b.break_even_lift


@given(st.integers(1, 1000), st.integers(1, 1000))
def test_over_one_period_break_even_is_cost_over_value(value: int, cost: int) -> None:
    """Without discount and with all of the revenue counted, the break-even lift is cost / value, to the last bit."""
    (row,) = retention_sensitivity(value, [0.5], cost=cost, margin=1, discount_rate=0).rows
    assert row.break_even_lift == cost / value


def test_sensitivity_of_nothing() -> None:
    """Without worth it never pays, without cost always; what cannot be used is refused."""
    terms: dict[str, Any] = {"margin": 1, "discount_rate": 0}
    assert retention_sensitivity(0, [0.5], cost=1, **terms).rows[0].break_even_lift == math.inf
    assert retention_sensitivity(0, [0.5], cost=0, **terms).rows[0].break_even_lift == 0
    with pytest.raises(InvalidValueError, match="rates: give at least one"):
        retention_sensitivity(1, [], cost=1, **terms)
    with pytest.raises(InvalidValueError, match=r"rates must be a share from 0 to 1: got 60; for 60 % write 0\.6"):
        retention_sensitivity(1, [60], cost=1, **terms)
    with pytest.raises(InvalidValueError, match=r"value: row 1 .*-1\.0, which is no finite amount of at least 0"):
        retention_sensitivity([1.0, -1.0, math.nan], [0.5], cost=1, **terms)
    with pytest.raises(InvalidValueError, match=r"value: row 1 .*not known"):
        retention_sensitivity([1.0, math.nan], [0.5], cost=1, **terms)
    with pytest.raises(InvalidValueError, match=r"value: row 0 .*'x', which is not a number"):
        retention_sensitivity(["x"], [0.5], cost=1, **terms)
    with pytest.raises(InvalidTypeError, match="value must be a number or a column of numbers"):
        retention_sensitivity([], [0.5], cost=1, **terms)


# ---- as a person reads them, and as a program does ----


def test_records_say_the_same_in_every_form() -> None:
    """Text, HTML, dictionary and dataframe carry the same figures, with names escaped in HTML."""
    risk = revenue_at_risk([10, 20, 5], ["<b>", "b", None], {"<b>": 0.5, "b": 0.9}, moved={("<b>", "b"): 0.5})
    payback = program_payback(5, lift=(0.1, -0.1, 0.2), **PROGRAM)
    table = retention_sensitivity([100.0, 300.0], [0.5, 0.9], cost=5, margin=1, discount_rate=0)
    assert "<b>" not in risk._repr_html_()
    assert "&lt;b&gt;" in risk._repr_html_()
    assert "2 of 3 customers: 1 missing" in str(risk)
    assert "Upside: 0.5 of the <b> revenue stays as that of a b does." in str(risk)
    assert "upside" not in str(revenue_at_risk([1], ["a"], {"a": 1.0})).splitlines()[1]
    assert "never" in str(payback)
    for found, first in ((risk, "<b>"), (payback, "low"), (table, 0.5)):
        assert json.loads(json.dumps(found.to_dict()))
        assert found.to_frame("pandas").iloc[0, 0] == first
        assert found._repr_html_().startswith("<table>")
    assert isinstance(payback, ProgramPayback)
    assert risk.to_dict()["expected_loss"] == 7.0
    assert table.to_dict()["rows"][0]["expected_loss"] == 200.0
    assert "RetentionSensitivity(2 rates, value=400.0, cost=5.0)" in str(table)


def test_a_free_programme_that_drives_customers_away_is_never_paid_back() -> None:
    """Without a cost and with a loss, nothing is paid back, and no return is printed as nan."""
    found = program_payback(0, customers=10, lift=-0.1, value=10, margin=1, retention=0.5, discount_rate=0, periods=2)
    assert (found.at.net, found.at.periods) == (-15.0, math.inf)
    assert "never" in str(found)
    assert "nan%" not in str(found)

"""Laws and examples of revenue retention and earned growth."""

from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.scorers import Growth, earned_growth_rate, earned_growth_ratio, grr, nrr

MONEY = st.floats(0, 1e6).map(lambda x: round(x, 2))
CUSTOMERS = st.lists(st.tuples(st.floats(0.01, 1e6), MONEY), min_size=1, max_size=20).map(
    lambda pairs: (np.array([b for b, _ in pairs]), np.array([a for _, a in pairs]))
)


def test_the_worked_example() -> None:
    """Reichheld, Winning on Purpose, appendix B: 100 to 130, NRR 85, earned 25, bought 20: 10 % and a third."""
    growth = Growth(before=100, retained=85, earned_new=25, bought_new=20)
    assert growth.after == 130
    assert growth.nrr == 85
    assert growth.total_growth == 30
    assert growth.earned_growth_rate == 10
    assert growth.earned_growth_ratio == pytest.approx(100 / 3, abs=1e-12)
    assert earned_growth_rate(100, 85, earned_new=25) == 10
    assert earned_growth_ratio(100, 85, earned_new=25, bought_new=20) == pytest.approx(100 / 3, abs=1e-12)
    assert nrr(100, 85) == 85


@given(CUSTOMERS, MONEY, MONEY)
def test_columns_and_totals_agree(customers: tuple[Any, Any], earned: float, bought: float) -> None:
    """What is known from totals is the same from the customers; the gross rate needs the customers."""
    before, after = customers
    by_customer = Growth.of(before, after, earned_new=earned, bought_new=bought)
    by_total = Growth.of(before.sum(), after.sum(), earned_new=earned, bought_new=bought)
    for name in ("nrr", "total_growth", "earned_growth_rate", "earned_growth_ratio", "after"):
        assert getattr(by_customer, name) == pytest.approx(getattr(by_total, name), rel=1e-12, nan_ok=True)
    assert math.isnan(by_total.grr)
    assert not math.isnan(by_customer.grr)


@given(CUSTOMERS)
def test_gross_is_at_most_net_and_at_most_100(customers: tuple[Any, Any]) -> None:
    """Expansion only adds: 0 <= GRR <= min(NRR, 100), and equal to NRR where nobody expanded."""
    before, after = customers
    assert 0 <= grr(before, after) <= min(nrr(before, after), 100 * (1 + 1e-15))
    assert grr(before, np.minimum(before, after)) == nrr(before, np.minimum(before, after)) == grr(before, after)


@given(CUSTOMERS, st.randoms())
def test_the_order_of_customers_does_not_matter(customers: tuple[Any, Any], random: Any) -> None:
    """Rates do not depend on the order of the rows."""
    before, after = customers
    order = list(range(before.size))
    random.shuffle(order)
    assert nrr(before[order], after[order]) == pytest.approx(nrr(before, after), rel=1e-12)
    assert grr(before[order], after[order]) == pytest.approx(grr(before, after), rel=1e-12)


@given(CUSTOMERS, MONEY, MONEY, st.floats(0.01, 100))
def test_the_currency_does_not_matter(customers: tuple[Any, Any], earned: float, bought: float, factor: float) -> None:
    """All figures are ratios: another currency gives the same."""
    before, after = customers
    one = Growth.of(before, after, earned_new=earned, bought_new=bought)
    two = Growth.of(before * factor, after * factor, earned_new=earned * factor, bought_new=bought * factor)
    for name in ("nrr", "grr"):
        assert getattr(two, name) == pytest.approx(getattr(one, name), rel=1e-9)
    scale = one.nrr + 100 * earned / one.before + 100
    assert two.earned_growth_rate == pytest.approx(one.earned_growth_rate, abs=1e-9 * scale)


@given(CUSTOMERS, MONEY, MONEY)
def test_earned_growth_is_what_was_not_bought(customers: tuple[Any, Any], earned: float, bought: float) -> None:
    """EGR = NRR + earned share - 100 = total growth - bought share; the ratio is EGR over total growth."""
    growth = Growth.of(*customers, earned_new=earned, bought_new=bought)
    share = 100 / growth.before
    size = growth.nrr + share * (earned + bought) + 100
    assert growth.earned_growth_rate == pytest.approx(growth.nrr + share * earned - 100, abs=1e-12 * size)
    assert growth.earned_growth_rate == pytest.approx(growth.total_growth - share * bought, abs=1e-12 * size)
    assume(growth.total_growth > 1e-6)
    assert growth.earned_growth_ratio == 100 * growth.earned_growth_rate / growth.total_growth


def test_what_is_not_defined_is_nan() -> None:
    """Nothing before has no rates; without growth there is no part of it; without `kept` no gross rate."""
    nothing = Growth(before=0, retained=0, kept=0, earned_new=5)
    figures = (nothing.nrr, nothing.grr, nothing.total_growth, nothing.earned_growth_rate, nothing.earned_growth_ratio)
    assert all(map(math.isnan, figures))
    assert math.isnan(nrr([], []))
    assert math.isnan(grr([], []))
    assert math.isnan(Growth(before=100, retained=100).earned_growth_ratio)
    assert math.isnan(Growth(before=100, retained=80, earned_new=10).earned_growth_ratio)
    assert math.isnan(Growth(before=100, retained=80).grr)
    assert Growth(before=100, retained=80, kept=80).grr == 80


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_columns_of_dataframes_are_columns(kind: str) -> None:
    """A column gives what the list of its values gives."""
    module = pytest.importorskip(kind)
    column = module.array if kind == "pyarrow" else module.Series
    assert grr(column([50.0, 30.0, 20.0]), column([60.0, 25.0, 0.0])) == 75.0


@pytest.mark.parametrize(
    ("before", "after", "error", "message"),
    [
        ([1, 2], [1], IncompatibleError, r"got shapes \(2,\) and \(1,\)"),
        ([1, 2], 3, IncompatibleError, r"got shapes \(2,\) and \(\)"),
        (
            [1, float("nan")],
            [1, 1],
            InvalidValueError,
            r"before in row 1 \(from 0\) is missing: a customer who left has 0",
        ),
        ([1, 1], [1, None], InvalidValueError, r"after in row 1 \(from 0\) is missing"),
        ([1, 1], [-1, -2], InvalidValueError, r"after in rows 0, 1 \(from 0\) is negative or not finite"),
        ([math.inf], [1], InvalidValueError, "before: row 0 .* holds inf, which is no finite amount"),
        (-5, 3, InvalidValueError, "before is negative or not finite"),
        (
            [0] * 9,
            [1] * 9,
            InvalidValueError,
            r"rows 0, 1, 2, 3, 4 and 4 more \(from 0\) is from customers who paid nothing before",
        ),
        (["a"], ["b"], InvalidValueError, "before: row 0 .* holds 'a', which is not a number"),
        ([1], [True], InvalidValueError, "after: row 0 .* holds True, which is not a number"),
        ([[1, 2]], [[1, 2]], InvalidValueError, "before: row 0 .* holds .1, 2., which is not a number"),
        ([[1], [1, 2]], [1, 2], InvalidValueError, "before: row 0 .* holds .1., which is not a number"),
        ({"a": 1}, [1], InvalidTypeError, "before must be a sequence"),
    ],
)
def test_bad_revenues_are_refused(before: Any, after: Any, error: type[Exception], message: str) -> None:
    """What is no revenue of a known customer is named with its rows, never counted."""
    with pytest.raises(error, match=message):
        nrr(before, after)


def test_gross_retention_is_refused_from_totals() -> None:
    """The smaller of two totals is not the sum of the smaller ones."""
    with pytest.raises(InvalidTypeError, match="totals hide who expanded"):
        grr(100, 85)


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({"earned_new": -1}, InvalidValueError, "earned_new must be at least 0: got -1"),
        ({"bought_new": float("nan")}, InvalidValueError, "bought_new must be finite"),
        ({"before": math.inf}, InvalidValueError, "before must be finite"),
        ({"retained": None}, InvalidTypeError, "retained must be a number: got None"),
        ({"earned_new": "5"}, InvalidTypeError, r"earned_new must be a number: got '5' \(str\)"),
        ({"earned_new": True}, InvalidTypeError, "earned_new must be a number"),
        ({"earned_new": [5]}, InvalidTypeError, "earned_new must be a number"),
        ({"earned_new": np.array([5, 6])}, InvalidTypeError, "earned_new must be a number"),
        ({"kept": 101}, InvalidValueError, "kept is revenue paid in both periods"),
        ({"kept": 90}, InvalidValueError, "kept=90, before=100, retained=85"),
    ],
)
def test_bad_sums_are_refused(fields: dict[str, Any], error: type[Exception], message: str) -> None:
    """Each sum is a finite number of at least 0, and what was kept is part of both periods."""
    with pytest.raises(error, match=message):
        Growth(**{"before": 100, "retained": 85, **fields})


def test_growth_is_a_value() -> None:
    """Frozen, hashable, picklable, with an evaluable repr."""
    growth = Growth.of([50, 30], [60, 0], earned_new=5)
    for twin in (eval(repr(growth)), pickle.loads(pickle.dumps(growth))):
        assert twin == growth
        assert hash(twin) == hash(growth)
    with pytest.raises(AttributeError):
        growth.before = 1.0  # type: ignore[misc]

"""What is a lift, and what it says of whom."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.followup.plan.offer_options import check_lift, lift_of

CATEGORIES, OFFERS = ("detractor", "passive", "promoter"), ("coupon", "gift")
ROWS = np.array([2, 0])


def column(name: str, what: str) -> NDArray[np.float64]:
    assert what == "lift"
    return {"uplift": np.array([0.1, math.nan, 0.3]), "shares": np.array([5.0, 0.0, -7.0])}[name]


@given(
    st.dictionaries(
        st.sampled_from(CATEGORIES) | st.tuples(st.sampled_from(CATEGORIES), st.sampled_from(OFFERS)),
        st.floats(-1, 1),
        min_size=1,
    )
)
def test_a_pair_comes_before_its_category(lift: dict[Any, float]) -> None:
    """Law: what is said of an offer holds for it, what is said of the category for all else, and nothing is unknown."""
    check_lift(lift, CATEGORIES, OFFERS)
    for category in CATEGORIES:
        for offer in (*OFFERS, None):
            found = lift_of(lift, category, offer, ROWS, column)
            expected = lift.get((category, offer), lift.get(category, math.nan))
            np.testing.assert_array_equal(found, [expected, expected])


@pytest.mark.parametrize("lift", [0, 0.1, -1, np.float32(0.5), "uplift", {"passive": None, "detractor": "uplift"}])
def test_numbers_and_columns(lift: Any) -> None:
    """Law: a number is everybody's, a column each row's own; None and what is not mentioned is not known."""
    check_lift(lift, CATEGORIES, OFFERS)
    found = lift_of(lift, "detractor", None, ROWS, column)
    expected = [0.3, 0.1] if lift == "uplift" or isinstance(lift, dict) else [float(lift)] * 2
    np.testing.assert_array_equal(found, expected)
    if isinstance(lift, dict):
        assert np.isnan(lift_of(lift, "passive", "gift", ROWS, column)).all()
        assert np.isnan(lift_of(lift, "promoter", None, ROWS, column)).all()


@pytest.mark.parametrize(
    ("lift", "kind", "said"),
    [
        ({}, InvalidValueError, "lift says nothing of any category"),
        ({"pasive": 0.1}, InvalidValueError, "must be one of .*: got 'pasive'; did you mean 'passive'"),
        ({("passive", "gitf"): 0.1}, InvalidValueError, "nobody is made an offer 'gitf'; did you mean 'gift'"),
        ({5: 0.1}, InvalidTypeError, "keys are categories, or pairs"),
        ({("passive", "gift", 1): 0.1}, InvalidTypeError, "keys are categories, or pairs"),
        ({("passive", 1): 0.1}, InvalidTypeError, "keys are categories, or pairs"),
        ({"passive": True}, InvalidTypeError, "lift must be a number, a column"),
        ([0.1], InvalidTypeError, "lift must be a number, a column"),
        (5, InvalidValueError, "from -1 to 1 .*got 5"),
        ({"passive": -1.5}, InvalidValueError, "from -1 to 1"),
        (math.nan, InvalidValueError, "from -1 to 1"),
    ],
)
def test_what_is_no_lift(lift: Any, kind: type[Exception], said: str) -> None:
    """Law: keys that would count for nothing, and values that are no difference of shares, are refused by name."""
    with pytest.raises(kind, match=said):
        check_lift(lift, CATEGORIES, OFFERS)


def test_offers_where_there_are_none() -> None:
    """Example: a pair says nothing where the playbook makes no offers at all."""
    with pytest.raises(InvalidValueError, match=r"nobody is made an offer, so \('passive', 'gift'\) says nothing"):
        check_lift({("passive", "gift"): 0.1}, CATEGORIES, ())


def test_a_column_that_holds_no_shares() -> None:
    """Example: the first bad row is named, and how many there are."""
    with pytest.raises(InvalidValueError, match=r"got -7 in row 2 \(from 0\), column 'shares' \(2 such rows\)"):
        lift_of("shares", "passive", None, ROWS, column)
    with pytest.raises(InvalidValueError, match=r"column 'shares'$"):
        lift_of("shares", "passive", None, ROWS[:1], column)

"""Who is the same customer: one rule, whatever holds the ids."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Context, Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.data.cells import objects
from npskit.data.columns import Column
from npskit.data.customers import customer_key, read_customers
from npskit.errors import InvalidTypeError

IDS: list[Any] = ["a", "b", "", "  ", None, 3, "3", 3.0, float("nan"), "NA", "-", "n/a", "A@x.de", " a@x.de", "07", 7]


@given(st.lists(st.sampled_from(IDS)))
def test_customers_are_one_where_their_keys_are(customers: list[Any]) -> None:
    """Equal keys have equal numbers; whoever is not known is nobody else."""
    found = read_customers(Column(objects(customers)))
    numbers = found.numbers.tolist()
    keys = [customer_key(one) for one in customers]
    for i, one in enumerate(keys):
        for j, other in enumerate(keys):
            assert (numbers[i] == numbers[j]) == (i == j or (one is not None and one == other))
    assert found.known.tolist() == [key is not None for key in keys]
    assert [found.keys[n] if n < len(found.ids) else None for n in numbers] == keys
    assert [customer_key(cell) for cell in found.cells] == keys
    assert found.first.tolist() == [numbers.index(n) for n in numbers]


def test_customers_of_numbers() -> None:
    """Customers may be numbers with some missing, by mask or by NaN."""
    masked = read_customers(Column(np.array([5, 5, 5, 7]), np.array([False, True, False, True]))).numbers
    assert masked[0] == masked[2]
    assert len(set(masked.tolist())) == 3
    floats = read_customers(Column(np.array([1.0, np.nan, np.nan, 1.0])))
    assert len(set(floats.numbers.tolist())) == 3
    assert floats.ids == [1]
    assert type(floats.ids[0]) is int
    with pytest.raises(InvalidTypeError, match=r"hashable.*\[1\]"):
        read_customers(Column(objects([[1], [2]])))


def test_one_customer_however_the_id_is_stored() -> None:
    """Was: 7 and "7" were two customers in score(), "Ann@x.de" and "ann@x.de" everywhere."""
    for ids in ([7, 7.0, np.int64(7), "7", b"7", Decimal("7.0")], ["Ann@x.de", "ann@x.de ", "ANN@X.DE", b"ann@x.de"]):
        assert read_customers(ids).numbers.tolist() == [0] * len(ids)
    assert len(set(read_customers(["07", "7", " 7", "7.0"]).numbers.tolist())) == 4
    assert len(set(read_customers(["Ann", "ann", "@ann", "@Ann"]).numbers.tolist())) == 4  # no addresses
    one = uuid.uuid4()
    assert read_customers([one, str(one), dt.date(2026, 1, 2), "2026-01-02"]).numbers.tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize(
    "nobody", [None, float("nan"), "", " ", "NA", "n/a", "-", "None", "null", np.datetime64("NaT", "s")]
)
def test_nobody_is_no_customer(nobody: Any) -> None:
    """Was: 40 rows of "NA" were one customer in score(repeats="latest")."""
    found = read_customers(objects([nobody] * 40))
    assert len(set(found.numbers.tolist())) == 40
    assert not found.known.any()
    assert found.ids == []


def test_none_at_all() -> None:
    """No rows have no customers."""
    empty: list[Any] = [[], np.array([]), np.array([], dtype=object), np.array([], dtype=np.int64)]
    for none in empty:
        found = read_customers(none)
        assert (found.numbers.size, found.ids, found.cells.size, found.first.size) == (0, [], 0, 0)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_ids_that_are_floats_of_any_width(dtype: Any) -> None:
    """Whole numbers are customers as such, in silence, however wide the floats are that hold them."""
    found = read_customers(np.array([7, np.nan, 8, 7], dtype))
    assert (found.numbers.tolist(), found.ids) == ([0, 2, 1, 0], [7, 8])


@given(st.integers(-(10**60), 10**60), st.integers(0, 40))
def test_a_decimal_is_the_number_that_it_is(digits: int, places: int) -> None:
    """Whole or not, a decimal of any length is the same customer as the number that it equals, and no other."""
    one = Decimal(digits).scaleb(-places, Context(prec=80))
    assert (customer_key(one) == customer_key(digits // 10**places)) == (digits % 10**places == 0)

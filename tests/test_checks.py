"""Laws of the checks of single values."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.checks import finite_number, is_hashable, is_missing, one_of, to_int, whole_number
from npskit.errors import InvalidTypeError, InvalidValueError

INTEGER_TYPES = [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64]


@given(number=st.integers(0, 127), kind=st.sampled_from([int, *INTEGER_TYPES]))
def test_every_integer_type_becomes_int(number: int, kind: Any) -> None:
    """A whole number of any type becomes the int of the same value."""
    for convert in (to_int, lambda value: whole_number(value, "n")):
        assert convert(kind(number)) == number
        assert type(convert(kind(number))) is int


@pytest.mark.parametrize(
    "value", [True, np.True_, 1.0, 7.5, "7", None, [7], np.array([7, 8]), np.float64(3), Decimal(3)]
)
def test_all_else_is_refused_by_name_and_left_alone(value: Any) -> None:
    """Booleans, fractions, text and collections are no whole numbers: one function names them, the other keeps them."""
    with pytest.raises(InvalidTypeError, match="cut must be a whole number, not "):
        whole_number(value, "cut")
    assert to_int(value) is value


def test_limits_of_numbers_are_named() -> None:
    """A number out of its range is refused with the range; what is no number with its type."""
    assert whole_number(0, "n", least=0) == 0
    with pytest.raises(InvalidValueError, match="n must be at least 1: got 0"):
        whole_number(0, "n", least=1)
    assert (finite_number(1, "w", above=0, most=1), finite_number(Decimal("-2.5"), "w")) == (1.0, -2.5)
    for value, says in (
        (0, "above 0 and at most 1: got 0"),
        (1.5, "above 0 and at most 1"),
        (np.nan, "finite: got nan"),
    ):
        with pytest.raises(InvalidValueError, match=f"w must be {says}"):
            finite_number(value, "w", above=0, most=1)
    for other in (True, "3", None, [1]):
        with pytest.raises(InvalidTypeError, match="w must be a number: got "):
            finite_number(other, "w")


@pytest.mark.parametrize("value", [None, float("nan"), np.float32("nan"), np.datetime64("NaT", "us"), Decimal("NaN")])
def test_markers_of_missing_values_are_missing(value: Any) -> None:
    """None, NaN and NaT are missing."""
    assert is_missing(value)


@given(st.none() | st.text() | st.integers() | st.tuples(st.integers()) | st.floats(allow_nan=False))
def test_what_equals_itself_is_not_missing(value: Any) -> None:
    """Everything else, zero and the empty text with it, is a value."""
    assert is_missing(value) == (value is None)


def test_pandas_na_is_missing() -> None:
    """pandas' NA and NaT are missing, though NA will not say whether it equals itself."""
    pd = pytest.importorskip("pandas")
    assert is_missing(pd.NA)
    assert is_missing(pd.NaT)


@pytest.mark.parametrize(
    ("value", "expected"), [(1, True), ((1, "a"), True), ([1], False), ((1, [2]), False), ({}, False)]
)
def test_hashable_means_that_hash_works(value: Any, expected: bool) -> None:
    """A tuple is hashable only if what it holds is."""
    assert is_hashable(value) is expected


@given(st.floats(), st.floats(-5, 5), st.floats(-5, 5))
def test_numbers_pass_exactly_within_their_limits(value: float, low: float, high: float) -> None:
    """A number passes unchanged if it is finite and within its limits; otherwise the error names it and the limits."""
    if math.isfinite(value) and low <= value < high:
        assert finite_number(value, "x", least=low, below=high) == value
    else:
        with pytest.raises(InvalidValueError, match=r"^x must be (finite|at least .* and below .*): got "):
            finite_number(value, "x", least=low, below=high)


@pytest.mark.parametrize("value", [True, "7", b"7", None, [1], np.bool_(True), 1j])
def test_what_is_not_a_number_is_refused_as_such(value: object) -> None:
    """Booleans and texts are no numbers, whatever they look like; the error shows what came and its type."""
    with pytest.raises(InvalidTypeError, match=type(value).__name__):
        finite_number(value, "x")


def test_huge_numbers_are_not_finite() -> None:
    """A whole number beyond what a float can hold is refused like infinity."""
    with pytest.raises(InvalidValueError, match="x must be finite"):
        finite_number(10**400, "x")


@given(st.text(), st.lists(st.text(), unique=True, max_size=5))
def test_one_of(value: str, options: list[str]) -> None:
    """An option passes as it is; anything else is refused with all options."""
    if value in options:
        assert one_of(value, options, "mode") == value
    else:
        with pytest.raises(InvalidValueError, match="mode must be one of"):
            one_of(value, options, "mode")

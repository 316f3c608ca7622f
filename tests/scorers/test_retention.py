"""Laws and examples of customer retention."""

from __future__ import annotations

import math
import uuid
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.data.scale import Scale
from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.scorers import Retained, Retention, retention_from_counts, retention_from_ids

IDS = st.sets(st.integers(0, 30))


def test_the_worked_example() -> None:
    """500 customers at the start, 550 at the end, 100 of them new: 90 % were retained."""
    kept = retention_from_counts(start=500, end=550, new=100)
    assert kept == (450, 50)
    assert kept.rate == 90.0


@given(IDS, IDS)
def test_counts_and_ids_agree(start: set[int], end: set[int]) -> None:
    """From ids, and from the totals of the same ids, come the same counts: (E - N) / S."""
    from_ids = retention_from_ids(start, end)
    assert from_ids == retention_from_counts(len(start), len(end), len(end - start))
    assert from_ids == Retained(len(start & end), len(start - end))
    assert sum(from_ids) == len(start)


@given(st.lists(st.integers(0, 9)), st.lists(st.integers(0, 9)))
def test_an_id_that_repeats_is_one_customer(start: list[int], end: list[int]) -> None:
    """Order and repetition do not matter."""
    assert retention_from_ids(start * 2, end[::-1] + end) == retention_from_ids(set(start), set(end))


def test_the_rate_of_nobody_is_not_defined() -> None:
    """Without customers at the start the rate is NaN, not 0."""
    assert math.isnan(retention_from_counts(0, 5, 5).rate)
    assert math.isnan(retention_from_ids([], ["ann"]).rate)
    assert retention_from_ids(["ann"], []).rate == 0.0


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_columns_of_dataframes_are_collections_of_ids(kind: str) -> None:
    """A column gives what the list of its values gives, whichever library it is of."""
    module = pytest.importorskip(kind)
    column = module.array if kind == "pyarrow" else module.Series
    assert retention_from_ids(column([1, 2, 3]), column([2, 3, 4])) == (2, 1)
    assert retention_from_ids(column(["a", "b"]), ["b", "c"]) == (1, 1)
    with pytest.raises(InvalidValueError, match=r"start_ids has 1 missing id, in row 1 \(from 0\)"):
        retention_from_ids(column(["a", None]), ["a"])


def test_arrays_and_other_hashables_are_ids() -> None:
    """Numpy numbers, UUIDs and pairs are ids; whole floats equal the whole numbers they came from."""
    assert retention_from_ids(np.array([1, 2, 3]), [2, 3]) == (2, 1)
    assert retention_from_ids(np.array([1.0, 2.0]), np.array([2, 3], dtype=np.int8)) == (1, 1)
    one, two = uuid.uuid4(), uuid.uuid4()
    assert retention_from_ids([one, two], iter([two])) == (1, 1)
    assert retention_from_ids([("DE", 1), ("DE", 2)], [("DE", 2)]) == (1, 1)
    assert retention_from_ids([1, "Ann@x.de"], ["1", "ann@x.de"]) == (2, 0)  # was: none could match


@pytest.mark.parametrize(
    ("start", "end", "error", "message"),
    [
        ("ann", ["ann"], InvalidTypeError, "start_ids must be a collection of ids, not 'ann'"),
        (["ann"], 5, InvalidTypeError, "end_ids must be a collection of ids, not 5"),
        (np.array(5), [5], InvalidTypeError, "start_ids must be a collection"),
        ([["ann"]], ["ann"], InvalidTypeError, "start_ids: ids must be hashable"),
        ([1, None, 3], [1], InvalidValueError, r"start_ids has 1 missing id, in row 1 \(from 0\)"),
        ([1], [float("nan")] * 7, InvalidValueError, r"7 missing ids, in rows 0, 1, 2, 3, 4 and 2 more \(from 0\)"),
        (["ann", "NA"], ["ann"], InvalidValueError, r"start_ids has 1 missing id, in row 1 \(from 0\)"),
    ],
)
def test_bad_ids_are_refused(start: Any, end: Any, error: type[Exception], message: str) -> None:
    """A wrong rate is worse than none: what cannot be matched is named."""
    with pytest.raises(error, match=message):
        retention_from_ids(start, end)


@pytest.mark.parametrize(
    ("start", "end", "new", "error", "message"),
    [
        (500, 100, 550, InvalidValueError, "new=550 cannot be among end=100"),
        (500, 700, 100, InvalidValueError, "end - new = 600 customers cannot be retained of start=500"),
        (-1, 0, 0, InvalidValueError, "start must be at least 0: got -1"),
        (0, -1, 0, InvalidValueError, "end must be at least 0"),
        (0, 0, -1, InvalidValueError, "new must be at least 0"),
        (500.5, 0, 0, InvalidTypeError, "start must be a whole number"),
        (5, True, 0, InvalidTypeError, "end must be a whole number"),
        (5, 5, None, InvalidTypeError, "new must be a whole number"),
    ],
)
def test_totals_that_contradict_each_other_are_refused(
    start: Any, end: Any, new: Any, error: type[Exception], message: str
) -> None:
    """Totals that no list of customers could have are named."""
    with pytest.raises(error, match=message):
        retention_from_counts(start, end, new)


def test_the_scorer() -> None:
    """1 is retained and worth 100, 0 is lost."""
    assert Retention() == Retention()
    assert Retention().questions == {"retained": Scale(0, 1)}
    assert [Retention().category_scores[k] for k in Retention().categorize(np.array([0, 1]))] == [0.0, 100.0]

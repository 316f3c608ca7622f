"""Laws of sums per sampling unit: they add up, whatever the shards and the order of the rows."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.inference.clusters import ClusterTotals, checked_indices, cluster_totals, factorize

rows = st.lists(
    st.tuples(
        st.integers(-1, 2), st.sampled_from("abcd"), st.sampled_from("NS"), st.integers(0, 16), st.integers(-1, 1)
    ),
    max_size=40,
)


def totals_of(sample: list[tuple[int, str, str, int, int]]) -> ClusterTotals:
    """Totals of (category, cluster, stratum, weight in eighths, group): sums of such weights are exact."""
    category, cluster, stratum, weight, group = zip(*sample, strict=True) if sample else ((),) * 5
    return cluster_totals(
        np.array(category, dtype=np.int64),
        3,
        clusters=cluster,
        strata=stratum,
        weights=np.array(weight) / 8,
        groups=np.array(group, dtype=np.int64),
        n_groups=2,
    )


def same(a: ClusterTotals, b: ClusterTotals) -> bool:
    """Whether all parts are equal."""
    parts = ("strata", "clusters", "units", "groups", "counts", "weights", "squares")
    return all(np.array_equal(getattr(a, p), getattr(b, p)) for p in parts) and a.n_groups == b.n_groups


@settings(max_examples=60, deadline=None)
@given(rows, st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_shards_add_up_in_any_order(sample: list[tuple[int, str, str, int, int]], cut: int, seed: int) -> None:
    """Merging is addition: of any two shards, commutative, with the empty one as identity; row order is lost."""
    whole = totals_of(sample)
    a, b = totals_of(sample[:cut]), totals_of(sample[cut:])
    assert same(a + b, whole)
    assert same(b + a, whole)
    assert same(whole + totals_of([]), whole)
    assert same(totals_of([]) + whole, whole)
    order = np.random.default_rng(seed).permutation(len(sample))
    assert same(totals_of([sample[i] for i in order]), whole)


@settings(max_examples=40, deadline=None)
@given(rows)
def test_every_answer_is_in_one_cell(sample: list[tuple[int, str, str, int, int]]) -> None:
    """Answers and weights of a group are those of its rows; units are those of all rows."""
    totals = totals_of(sample)
    inside = [row for row in sample if row[0] >= 0 and row[4] >= 0]
    assert totals.counts.sum() == len(inside)
    assert totals.weights.sum() == sum(row[3] for row in inside) / 8
    assert totals.squares.sum() == sum(row[3] ** 2 for row in inside) / 64
    assert len(totals.clusters) == len({(row[1], row[2]) for row in sample})
    for group in (0, 1):
        expected = np.bincount([row[0] for row in inside if row[4] == group], minlength=3)
        assert totals.by_group(totals.counts)[group].tolist() == expected.tolist()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(1, 16)), min_size=1, max_size=30))
def test_rows_may_be_summed_before(sample: list[tuple[int, int, int]]) -> None:
    """What a database summed over answers alike gives the same totals as the answers."""
    category, cluster, weight = (np.array(a) for a in zip(*sample, strict=True))
    whole = cluster_totals(category, 3, clusters=cluster, weights=weight)
    keys, place = np.unique(category * 4 + cluster, return_inverse=True)
    n, first, second = (np.bincount(place, weights=a) for a in (np.ones(len(weight)), weight, weight**2))
    summed = cluster_totals(keys // 4, 3, clusters=keys % 4, counts=n, weights=first, squares=second)
    assert same(summed, whole)
    unweighted = cluster_totals(keys // 4, 3, clusters=keys % 4, counts=n)
    assert same(unweighted, cluster_totals(category, 3, clusters=cluster))


@pytest.mark.parametrize(
    "labels",
    [
        ["b", "a", "b"],
        np.array(["b", "a", "b"], dtype=object),
        [3, -1, 3],
        [10**15, 0, 10**15],
        np.array([2**64 - 1, 0, 2**64 - 1], dtype=np.uint64),
        np.array([2**63, 0, 2**63], dtype=np.uint64),
        [2.5, 0.5, 2.5],
        [True, False, True],
        np.array(["2026-01-02", "2026-01-01", "2026-01-02"], dtype="datetime64[D]"),
    ],
)
def test_labels_of_any_type_are_coded_in_rising_order(labels: Any) -> None:
    """Text, numbers near and far apart, and dates: the code is the rank among distinct labels."""
    codes, distinct = factorize(labels, "labels")
    assert codes.tolist() == [1, 0, 1]
    assert distinct[codes].tolist() == np.asarray(labels).tolist()


@pytest.mark.parametrize(
    "labels",
    [["a", None], [1.0, float("nan")], np.array(["a", float("nan")], dtype=object), np.array(["2026", "NaT"], "M8[D]")],
)
def test_missing_labels_are_named(labels: Any) -> None:
    """A row without a label belongs to no unit: it is refused by number, not put anywhere."""
    with pytest.raises(InvalidValueError, match=r"clusters must not be missing: missing in row 1 .from 0.;"):
        cluster_totals([0, 1], 3, clusters=labels)
    with pytest.raises(InvalidValueError, match="0, 1, 2, 3, 4 and 2 more"):
        factorize([float("nan")] * 7, "clusters")


def test_bad_columns_are_refused() -> None:
    """Labels of mixed or foreign types, columns of other lengths, indices out of range, one argument of a pair."""
    with pytest.raises(InvalidTypeError, match="one type: got int, str"):
        factorize(np.array(["a", 1], dtype=object), "strata")
    with pytest.raises(InvalidTypeError, match="got date"):
        factorize(np.array([datetime.date(2026, 1, 1)], dtype=object), "strata")
    with pytest.raises(InvalidTypeError, match="got complex"):
        factorize([1j], "strata")
    with pytest.raises(InvalidValueError, match="one-dimensional"):
        factorize([["a"]], "strata")
    with pytest.raises(IncompatibleError, match="got 1 and 2"):
        cluster_totals([0, 1], 3, clusters=["a", "b"], strata=["n"])
    with pytest.raises(IncompatibleError, match="categories must have one code per row"):
        cluster_totals([0], 3, clusters=["a", "b"])
    with pytest.raises(InvalidTypeError, match="categories must be codes, whole numbers from 0, not float64"):
        cluster_totals([0.0, 1.0], 3, clusters=["a", "b"])
    with pytest.raises(InvalidValueError, match=r"categories must be below 3: row 1 .from 0. has 3"):
        cluster_totals([0, 3], 3, clusters=["a", "b"])
    with pytest.raises(IncompatibleError, match="weights must have one value per row: got 1 for 2 rows"):
        cluster_totals([0, 1], 3, clusters=["a", "b"], weights=[1])
    with pytest.raises(InvalidValueError, match="n_groups go together"):
        cluster_totals([0, 1], 3, clusters=["a", "b"], n_groups=2)
    pairs: tuple[dict[str, Any], ...] = ({"squares": [1, 1]}, {"counts": [1, 1], "weights": [1, 1]})
    for given_squares in pairs:
        with pytest.raises(InvalidValueError, match="squares"):
            cluster_totals([0, 1], 3, clusters=["a", "b"], **given_squares)


def test_only_like_adds_up() -> None:
    """Totals of other categories, groups or kinds of label are refused."""
    ours = cluster_totals([0, 1], 3, clusters=["a", "b"])
    with pytest.raises(IncompatibleError, match="do not add up"):
        ours + cluster_totals([0, 1], 2, clusters=["a", "b"])
    with pytest.raises(IncompatibleError, match=r"clusters must be labelled alike.*text.*numbers"):
        ours + cluster_totals([0, 1], 3, clusters=[1, 2])
    with pytest.raises(TypeError):
        ours + 1
    assert repr(ours) == "ClusterTotals(n=2, units=2)"


def test_codes_are_one_for_each_row() -> None:
    """What is refused says how many rows there are, where that is known."""
    with pytest.raises(IncompatibleError, match=r"got shape \(1, 2\)$"):
        checked_indices([[0, 1]], "customers", 3)
    with pytest.raises(IncompatibleError, match=r"got shape \(2,\) for 3 rows$"):
        checked_indices([0, 1], "customers", 3, 3)

"""The tests of a square table: figures of other programs, symmetry in time, and tables with holes."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from npskit.errors import InvalidValueError
from npskit.inference.intervals import score_interval
from npskit.inference.moves import Moves
from npskit.inference.paired import (
    bhapkar,
    bowker,
    paired_difference,
    score_differences,
    stationary_shares,
    stuart_maxwell,
)

FIGURES = json.loads((Path(__file__).parents[1] / "reference" / "repeated_customers.json").read_text())
NPS = [-1.0, 0.0, 1.0]
TESTS = (stuart_maxwell, bhapkar, bowker)
Table = NDArray[np.int64]


@st.composite
def tables(draw: st.DrawFn, most: int = 30) -> Table:
    """Tables of two to five categories, with holes in them."""
    k = draw(st.integers(2, 5))
    table: Table = draw(arrays(np.int64, (k, k), elements=st.integers(0, 3) | st.integers(0, most)))
    return table


def category_scores_of(k: int) -> list[float]:
    """Category scores that are not equally spaced."""
    return [float(i * i - 3) for i in range(k)]


@pytest.mark.parametrize("name", ["A", "C", "zero"])
def test_reference_figures(name: str) -> None:
    """Difference, standard error, z, the three tests and the stationary score are those of other programs."""
    case = FIGURES[name]
    found = paired_difference(case["table"], NPS)
    assert found.difference == pytest.approx(case["diff"], abs=1e-12)
    assert found.se == pytest.approx(case["se"], abs=1e-12)
    assert found.z == pytest.approx(case["z_score0"], abs=1e-9)
    assert found.p_value == pytest.approx(math.erfc(abs(case["z_score0"]) / math.sqrt(2)), abs=1e-12)
    assert found.n == found.customers == case["n"]
    for test in TESTS:
        ours = test(case["table"])
        assert [float(part) for part in (ours.statistic, ours.p_value, ours.df)] == pytest.approx(
            case[test.__name__], abs=1e-9
        )
    shares = stationary_shares(case["table"])
    assert shares.tolist() == pytest.approx(case["stationary"], abs=1e-9)
    assert float(shares @ NPS) == pytest.approx(case["stationary_nps"], abs=1e-9)


def test_interval_is_the_score_interval_of_the_differences() -> None:
    """The interval is that of a mean whose answers are -2..2; of two categories it is Tango's of paired proportions."""
    table = np.array(FIGURES["A"]["table"])
    found = paired_difference(table, NPS, 0.9)
    counts = [table[i, i + d] if 0 <= i + d < 3 else 0 for d in (-2, -1, 0, 1, 2) for i in range(3)]
    by_difference = np.array(counts).reshape(5, 3).sum(axis=1)
    assert tuple(found.interval) == pytest.approx(score_interval(by_difference, [-2, -1, 0, 1, 2], 0.9), abs=1e-9)
    two = paired_difference([[212, 144], [256, 707]], [0, 1])
    # McNemar's chi-square of the two off-diagonal counts
    assert two.z**2 == pytest.approx((144 - 256) ** 2 / (144 + 256))
    assert two.difference == pytest.approx((144 - 256) / 1319)
    assert two.interval.low < two.difference < two.interval.high


@given(tables())
@settings(max_examples=60, deadline=None)
def test_time_reversed(table: Table) -> None:
    """Transposing the table negates the difference, z and the interval, and leaves the tests as they are."""
    w = category_scores_of(len(table))
    one, other = paired_difference(table, w), paired_difference(table.T, w)
    ours = [one.difference, *one.interval, one.z, one.p_value]
    mirrored = [-other.difference, -other.interval.high, -other.interval.low, -other.z, other.p_value]
    assert ours == pytest.approx(mirrored, rel=1e-8, abs=1e-8, nan_ok=True)
    for test in TESTS:
        a, b = test(table), test(table.T)
        assert float(a.df) == pytest.approx(float(b.df), nan_ok=True)
        assert float(a.statistic) == pytest.approx(float(b.statistic), rel=1e-8, abs=1e-9, nan_ok=True)


@given(tables(), st.data())
@settings(max_examples=60, deadline=None)
def test_names_of_categories_do_not_matter(table: Table, data: st.DataObject) -> None:
    """Rearranging the categories changes nothing: no test singles out the one it drops."""
    order = data.draw(st.permutations(range(len(table))))
    moved, w = table[np.ix_(order, order)], np.array(category_scores_of(len(table)))
    found, again = paired_difference(table, w), paired_difference(moved, w[order])
    assert [found.difference, found.z] == pytest.approx([again.difference, again.z], abs=1e-9, nan_ok=True)
    for test in TESTS:
        a, b = test(table), test(moved)
        ours, theirs = ([float(part) for part in t] for t in (a, b))
        assert ours == pytest.approx(theirs, rel=1e-7, abs=1e-9, nan_ok=True)


@given(tables())
@settings(max_examples=60, deadline=None)
def test_those_who_stay_do_not_matter_to_the_tests(table: Table) -> None:
    """Stuart-Maxwell, Bowker and z look at the movers alone; more of those who stay pull the difference to 0."""
    more = table + 7 * np.eye(len(table), dtype=np.int64)
    for test in (stuart_maxwell, bowker):
        a, b = test(table), test(more)
        if table.any():
            assert float(a.statistic) == pytest.approx(float(b.statistic), abs=1e-12)
    w = category_scores_of(len(table))
    if table.any():
        one, other = paired_difference(table, w), paired_difference(more, w)
        assert one.z == other.z
        assert abs(other.difference) <= abs(one.difference)


@given(tables())
@settings(max_examples=60, deadline=None)
def test_degrees_of_freedom(table: Table) -> None:
    """Stuart-Maxwell has a degree for each category less one for each set of categories joined by moves, Bowker one
    for each pair of categories between which anybody moved; nothing is negative or infinite, and Bhapkar's is unknown
    where every customer changed in the same way.
    """
    k = len(table)
    joined = np.eye(k, dtype=bool) | (table + table.T > 0)
    joined = np.linalg.matrix_power(joined.astype(float), k) > 0
    if table.any():
        assert float(stuart_maxwell(table).df) == k - len({tuple(row) for row in joined.tolist()})
        assert float(bowker(table).df) == np.count_nonzero(np.triu(table + table.T, 1))
        assert 0 <= float(stuart_maxwell(table).statistic) <= table.sum() * (1 + 1e-9)
        unknown = np.isnan(bhapkar(table).statistic)
        assert unknown or float(bhapkar(table).statistic) >= float(stuart_maxwell(table).statistic)
        assert all(0 <= float(test(table).p_value) <= 1 for test in TESTS if test is not bhapkar or not unknown)


def test_two_categories_are_mcnemar() -> None:
    """With two categories z², Stuart-Maxwell and Bowker are all McNemar's chi-square."""
    table = [[30, 12], [5, 40]]
    expected = (12 - 5) ** 2 / (12 + 5)
    assert float(stuart_maxwell(table).statistic) == pytest.approx(expected)
    assert float(bowker(table).statistic) == pytest.approx(expected)
    assert paired_difference(table, [0, 100]).z ** 2 == pytest.approx(expected)


def test_round_in_a_circle() -> None:
    """Where as many come as go but all one way round, margins do not change and symmetry is rejected."""
    table = [[0, 20, 0], [0, 0, 20], [20, 0, 0]]
    assert float(stuart_maxwell(table).statistic) == pytest.approx(0, abs=1e-12)
    assert float(bowker(table).statistic) == pytest.approx(60)
    assert paired_difference(table, NPS).difference == 0


def test_nothing_changed_and_nothing_at_all() -> None:
    """Where nobody changed p is 1 with no degree of freedom; without anybody everything is NaN."""
    same = np.diag([3, 4, 5])
    found = paired_difference(same, NPS)
    assert (found.difference, found.z, found.p_value) == (0.0, 0.0, 1.0)
    assert found.interval.low < 0 < found.interval.high
    assert [[float(part) for part in test(same)] for test in TESTS] == [[0.0, 0.0, 1.0]] * 3
    none = np.zeros((3, 3))
    empty = paired_difference(none, NPS)
    assert all(math.isnan(x) for x in (empty.difference, empty.se, *empty.interval, empty.z, empty.p_value))
    assert all(math.isnan(float(part)) for test in TESTS for part in test(none))


def test_everybody_the_same_way() -> None:
    """Where everybody moves alike, as a single customer does, Bhapkar's test is not defined; Stuart-Maxwell's is n."""
    table = [[0, 9, 0], [0, 0, 0], [0, 0, 0]]
    assert float(stuart_maxwell(table).statistic) == pytest.approx(9)
    for one in (table, [[0, 1, 0], [0, 0, 0], [0, 0, 0]]):
        found = bhapkar(one)
        assert float(found.df) == 1
        assert np.isnan([found.statistic, found.p_value]).all()
    assert paired_difference(table, NPS).z == pytest.approx(3)


@given(tables())
@settings(max_examples=60, deadline=None)
def test_stationary_shares_stay(table: Table) -> None:
    """One more step at the same rates leaves the stationary shares as they are; they add up to 1 or are undefined."""
    shares = stationary_shares(table)
    if np.isnan(shares).any():
        assert np.isnan(shares).all()
        return
    rows = table.sum(axis=1, keepdims=True)
    rates = table / np.maximum(rows, 1)
    assert shares.sum() == pytest.approx(1)
    assert (shares >= -1e-12).all()
    assert (shares @ rates).tolist() == pytest.approx(shares.tolist(), abs=1e-9)
    powers = np.linalg.matrix_power((rates + np.eye(len(table))) / 2, 4096)
    start = int(np.flatnonzero(rows[:, 0])[0])
    assert powers[start].tolist() == pytest.approx(shares.tolist(), abs=1e-2)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ([[1, 0], [0, 1]], None),  # two sets that are never left
        ([[1, 1], [0, 0]], None),  # customers arrive where nobody leaves
        ([[0, 0], [0, 0]], None),
        ([[1, 1], [0, 1]], [0, 1]),  # one that is left for good
        ([[0, 1], [1, 0]], [0.5, 0.5]),  # back and forth
        ([[2, 0, 1], [0, 0, 0], [1, 0, 2]], [0.5, 0, 0.5]),  # a category nobody was in
    ],
)
def test_where_it_leads(table: list[list[int]], expected: list[float] | None) -> None:
    """Undefined where the end depends on the start or a row is unknown; a category left for good ends empty."""
    found = stationary_shares(table).tolist()
    assert found == pytest.approx([math.nan] * len(table) if expected is None else expected, nan_ok=True)


def test_category_scores_of_any_unit() -> None:
    """In hundredths the difference is a hundred times what it is in ones, and z the same."""
    one, hundred = (paired_difference(FIGURES["A"]["table"], [u * w for w in NPS]) for u in (1, 100))
    assert [hundred.difference, hundred.se, *hundred.interval] == pytest.approx(
        [100 * x for x in (one.difference, one.se, *one.interval)]
    )
    assert hundred.z == pytest.approx(one.z)
    steps = score_differences([1, 2, 4]).reshape(3, 3)
    assert steps[0].tolist() == [0, 1, 3]
    assert steps[:, 0].tolist() == [0, -1, -3]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([1, 2], "table must be square"),
        ([[1, 2, 3], [1, 2, 3]], "table must be square"),
        ([[1]], "table must be square"),
        ([[1, -2], [0, 1]], r"not negative: -2 at \[0, 1\]"),
        ([[1, 2], [np.nan, 1]], r"not negative: nan at \[1, 0\]"),
    ],
)
def test_what_is_no_table(table: Any, message: str) -> None:
    """A table that is not square, or has a count that is none, is refused by every function."""
    for function in (*TESTS, stationary_shares, lambda t: paired_difference(t, NPS)):
        with pytest.raises(InvalidValueError, match=message):
            function(table)


def test_what_does_not_fit() -> None:
    """Category scores that do not fit, levels that are none, and moves of several groups are refused."""
    with pytest.raises(InvalidValueError, match="one for each of 3 categories"):
        paired_difference(np.eye(3), [0, 1])
    with pytest.raises(InvalidValueError, match="level"):
        paired_difference(np.eye(3), NPS, 95)
    both = Moves.of(np.arange(2), np.zeros(2, int), np.ones(2, int), 2, np.arange(2), 2)
    with pytest.raises(InvalidValueError, match="single group: got 2"):
        stuart_maxwell(both)


def _repeating(rng: np.random.Generator, customers: int) -> Moves:
    """Return the moves of customers with 2 to 6 answers each, about an opinion of their own that stays."""
    who, before, after = [], [], []
    for customer in range(customers):
        answers = rng.choice(3, size=rng.integers(2, 7), p=rng.dirichlet([0.75, 0.9, 1.35]))
        who.append(np.full(answers.size - 1, customer))
        before.append(answers[:-1])
        after.append(answers[1:])
    return Moves.of(np.concatenate(who), np.concatenate(before), np.concatenate(after), 3)


def test_interval_is_as_wide_as_the_error_says() -> None:
    """Steps of one customer cancel: with many customers the interval is the difference ± z of the clustered error."""
    found = paired_difference(_repeating(np.random.default_rng(3), 400), NPS)
    assert (found.interval.high - found.interval.low) / (2 * 1.96 * found.se) == pytest.approx(1, abs=0.02)
    independent = paired_difference(_repeating(np.random.default_rng(3), 400).counts[0], NPS)
    assert found.se < 0.7 * independent.se


@pytest.mark.slow
@pytest.mark.parametrize(("customers", "coverage"), [(10, 0.97), (30, 0.96), (300, 0.94)])
def test_repeats_are_covered_and_test_and_interval_agree(customers: int, coverage: float) -> None:
    """Where nothing changed the interval holds 0 as often as documented, and agrees with the test in 97 % or more."""
    rng, times = np.random.default_rng(1), 1000
    found = [paired_difference(_repeating(rng, customers), NPS) for _ in range(times)]
    held = np.array([each.interval.low <= 0 <= each.interval.high for each in found])
    assert held.mean() == pytest.approx(coverage, abs=0.02)
    assert (held == np.array([each.p_value >= 0.05 for each in found])).mean() >= 0.97

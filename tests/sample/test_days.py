"""Laws of the table by day: it counts every row once, and every sum over days is that of a recount."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from npskit.counting.tally import Tally
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.sample import days as days_module
from npskit.sample.days import DayTable, count_days, span_of
from npskit.scorers.nps import NPS
from npskit.scorers.sci import SCI

DAY = np.timedelta64(1, "D")
START = np.datetime64("2024-02-20T00:00:00", "s")
UNITS = ("h", "m", "s", "ms", "us", "ns")
some = settings(max_examples=60, deadline=None)

# hour (None: not known), answer, group, weight
rows = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(0, 24 * 60)),
        st.sampled_from([None, -1, 0, 5, 6, 7, 8, 9, 10, 11]),
        st.integers(0, 2),
        st.sampled_from([0.0, 0.5, 1.0, 3.25]),
    ),
    max_size=40,
)


def columns(drawn: list[tuple[Any, Any, int, float]]) -> tuple[NDArray[np.datetime64], list[Any], Any, Any]:
    """Times, answers, groups and weights of drawn rows."""
    hours = [np.datetime64("NaT", "s") if h is None else START + np.timedelta64(h, "h") for h, *_ in drawn]
    times = np.array(hours, dtype="M8[s]")
    return times, [a for _, a, *_ in drawn], np.array([r[2] for r in drawn], int), np.array([r[3] for r in drawn])


def recount(drawn: Any, group: int, start: int, end: int, weighted: bool) -> Tally:
    """Count the rows of one group from one day up to another, by looking at each."""
    times, answers, groups, weights = columns(drawn)
    day = times.astype("M8[D]").astype(np.int64)
    kept = np.flatnonzero((groups == group) & ~np.isnat(times) & (day >= start) & (day < end))
    return Tally.count([answers[i] for i in kept], weights=weights[kept] if weighted else None, distribution=True)


def assert_same(a: Tally, b: Tally) -> None:
    """Counts are equal, sums of weights as good as."""
    assert (a.cells == b.cells).all()
    for name in ("weights", "squares"):
        ours, theirs = getattr(a, name), getattr(b, name)
        assert (ours is None) == (theirs is None)
        if ours is not None:
            np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=0.0)


@some
@given(drawn=rows, weighted=st.booleans(), unit=st.sampled_from(UNITS), block=st.integers(1, 7))
def test_each_row_is_counted_on_its_day(drawn: Any, weighted: bool, unit: str, block: int) -> None:
    """A day's tally is the tally of its rows, in any unit and in blocks of any length; n + missing + invalid = rows."""
    times, answers, groups, weights = columns(drawn)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(days_module, "_BLOCK", block)
        patch.setattr(days_module, "_PER_CELL", 0)
        patch.setattr(days_module, "_INNER", 2)
        table = count_days(
            times.astype(f"M8[{unit}]"), answers, groups=groups, n_groups=3, weights=weights if weighted else None
        )
    for group in range(3):
        for s, day in enumerate(table.edges[:-1].tolist()):
            assert_same(table.tally[group, s], recount(drawn, group, day, day + 1, weighted))
    assert int(table.tally.rows.sum()) + int(table.undated.rows.sum()) == len(drawn)
    assert int(table.undated.rows.sum()) == np.isnat(times).sum()


@some
@given(
    hours=st.lists(st.integers(0, 24 * 400), min_size=1, max_size=40),
    start=st.sampled_from(["0001-01-01", "1969-12-01", "1970-01-01", "2024-02-20", "9990-01-01"]),
    unit=st.sampled_from(UNITS[:-1]),
    inner=st.integers(1, 9),
)
def test_plain_times_on_either_side_of_1970(hours: list[int], start: str, unit: str, inner: int) -> None:
    """Where nothing is missing and there are no groups, days are those of NumPy, also before 1970."""
    times = (np.datetime64(start, "h") + np.array(hours, "m8[h]")).astype(f"M8[{unit}]")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(days_module, "_INNER", inner)
        table = count_days(times, [10] * len(hours))
    days = times.astype("M8[D]").astype(np.int64)
    assert table.edges[0] == days.min()
    np.testing.assert_array_equal(table.tally.n[0], np.bincount(days - days.min()))


@some
@given(drawn=rows, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(drawn: Any, order: Any) -> None:
    """Rows in any order give the same table."""
    shuffled = order.sample(drawn, len(drawn))
    tables = []
    for some_rows in (drawn, shuffled):
        times, answers, groups, _ = columns(some_rows)
        tables.append(count_days(times, answers, groups=groups, n_groups=3))
    assert tables[0].tally == tables[1].tally
    assert tables[0].undated == tables[1].undated


@some
@given(
    drawn=rows, weighted=st.booleans(), spans=st.lists(st.tuples(st.integers(-3, 65), st.integers(0, 65)), max_size=5)
)
def test_any_window_is_a_recount(drawn: Any, weighted: bool, spans: list[tuple[int, int]]) -> None:
    """The sum over any days is the count of their rows from scratch, also of days before, after and of none."""
    times, answers, groups, weights = columns(drawn)
    table = count_days(times, answers, groups=groups, n_groups=3, weights=weights if weighted else None)
    first = int(START.astype("M8[D]").astype(np.int64))
    begins = np.array([first + a for a, _ in spans], int)
    ends = np.array([first + a + length for a, length in spans], int)
    found = table.between(begins, ends)
    assert found.shape == (3, len(spans))
    for group in range(3):
        for i, (a, b) in enumerate(zip(begins.tolist(), ends.tolist(), strict=True)):
            assert_same(found[group, i], recount(drawn, group, a, b, weighted))


def test_what_faded_away_is_gone() -> None:
    """After thousands of half-lives old answers weigh nothing, and nothing overflows or is left half."""
    days = START + np.array([0, 400, 6000]) * DAY
    for answers, values in (([10, 3, 3], [100, -100, -100]), ([10, None, None], [100, 100, None])):
        table = count_days(days, answers)
        value = table.faded(table.edges[[1, 401, 6001]], 1).value[0]
        assert [None if np.isnan(v) else v for v in value] == values
    table = count_days(START + np.array([0, 600]) * DAY, [3, 10])
    found = table.faded(table.edges[[601]], 1)  # 2 to the power of -600 is a number, its square is not
    assert found.weights is not None
    assert found.squares is not None
    assert np.flatnonzero(found.weights).tolist() == np.flatnonzero(found.squares).tolist() == [10]


def test_a_heavy_answer_leaves_nothing_behind() -> None:
    """Sums of weights over days after a weight of 1e16 are exact: they are never differences of running totals."""
    days = START + np.arange(40) * DAY
    weights = np.full(40, 0.1)
    weights[3] = 1e16
    table = count_days(days, [10] * 40, weights=weights)
    assert table.tally.weights is not None
    found = table.between(table.edges[4:-1], table.edges[5:])
    assert found.weights is not None
    assert set(found.weights[..., 10].ravel().tolist()) == {0.1}


@some
@given(drawn=rows, k=st.integers(1, 12))
def test_the_last_answers_are_the_fewest_whole_days_that_hold_them(drawn: Any, k: int) -> None:
    """At least k scored answers, fewer without the first of the days; all where there are not as many."""
    times, answers, groups, _ = columns(drawn)
    table = count_days(times, answers, groups=groups, n_groups=3)
    ends = table.edges[1:]
    begins = table.last(ends, k)
    n, without = (table.between(b, ends).n for b in (begins, begins + 1))
    so_far = table.between(np.full(len(ends), table.edges[0]), ends).n
    assert ((n >= k) | (n == so_far)).all()
    assert (without[begins > table.edges[0]] < k).all()


@some
@given(drawn=rows, weighted=st.booleans(), half_life=st.integers(1, 50))
def test_fading_weights_are_a_half_for_each_half_life(drawn: Any, weighted: bool, half_life: int) -> None:
    """Sums are those of w·2^(-age/h) and of its square, age in days back from the latest row."""
    times, answers, groups, weights = columns(drawn)
    table = count_days(times, answers, groups=groups, n_groups=3, weights=weights if weighted else None)
    found = table.faded(table.edges[1:], half_life)
    day = times.astype("M8[D]").astype(np.int64)
    for group in range(3):
        for i, end in enumerate(table.edges[1:].tolist()):
            kept = np.flatnonzero((groups == group) & ~np.isnat(times) & (day < end))
            latest = day[kept].max(initial=0)
            w = 0.5 ** ((latest - day[kept]) / half_life) * (weights[kept] if weighted else 1.0)
            wanted = Tally.count([answers[j] for j in kept], weights=w, distribution=True)
            assert_same(found[group, i], wanted)


@some
@given(drawn=rows, cuts=st.lists(st.integers(1, 60), max_size=4))
def test_runs_of_days_are_merged_days(drawn: Any, cuts: list[int]) -> None:
    """Counted in runs of days, the table is the merger of the days."""
    times, answers, groups, _ = columns(drawn)
    fine = count_days(times, answers, groups=groups, n_groups=3)
    edges = fine.edges[sorted({0, len(fine.edges) - 1, *(c for c in cuts if c < len(fine.edges))})]
    coarse = count_days(times, answers, groups=groups, n_groups=3, edges=edges)
    assert coarse.tally == fine.between(edges[:-1], edges[1:])
    assert coarse.undated == fine.undated


def test_the_ends_of_nanoseconds() -> None:
    """On the first and the last day that nanoseconds reach, answers with a time stay apart from those without."""
    for text in ("1677-09-21T00:12:44", "2262-04-11T23:47:16"):
        times = np.array([text, "NaT", text], dtype="M8[ns]")
        table = count_days(times, [10, 9, 3])
        assert str(np.datetime64(int(table.edges[0]), "D")) == text[:10]
        assert (table.tally.n.tolist(), table.undated.n.tolist()) == ([[2]], [1])


def test_scorers_of_several_questions_are_counted() -> None:
    """Three answers to a row, one of them missing, and the row lands in its category, or among the missing."""
    times = np.array([START, START, START + DAY])
    answers = [np.array([5, None, 1]), np.array([5, 5, 1]), np.array([5, 5, 1])]
    table = count_days(times, *answers, scorer=SCI())
    assert table.tally.missing.tolist() == [[1, 0]]
    assert table.tally.value[0, 0] == 100.0


@pytest.mark.parametrize("times", [np.array([], dtype="M8[us]"), np.array(["NaT", "NaT"], dtype="M8[us]")])
def test_without_any_time_there_is_no_day(times: NDArray[np.datetime64]) -> None:
    """All rows are undated, and there are no days."""
    table = count_days(times, iter([10] * len(times)))
    assert table.tally.shape == (1, 0)
    assert table.undated.n.tolist() == [len(times)]
    empty = np.array([], dtype=np.int64)
    assert table.between(empty, empty).shape == table.faded(empty, 3).shape == table.last(empty, 3).shape == (1, 0)


@pytest.mark.parametrize("far", ["9999-12-31", "0001-01-01", "10000-01-01", "-0001-01-01"])
def test_dates_that_cannot_be_meant_are_refused(far: str) -> None:
    """ "Never" written as a date would make a timeline of millions of empty days: the row is named."""
    times = np.array(["2026-01-01", "NaT", far], dtype="M8[s]")
    with pytest.raises(InvalidValueError, match=r"times run from .*in row 2 \(from 0\)"):
        span_of(times)


def test_what_does_not_fit_is_refused() -> None:
    """Lengths, groups, weights and sizes are checked, and the message names them."""
    times = np.array([START, START])
    cases: list[tuple[type[Exception], str, dict[str, Any]]] = [
        (IncompatibleError, "answers has 1 row, times has 2", {"answers": [10]}),
        (IncompatibleError, "groups has 1 row", {"groups": [0]}),
        (InvalidTypeError, "groups must be whole numbers", {"groups": [0.5, 1.0]}),
        (InvalidValueError, "n_groups=2: see row 1", {"groups": [0, 3], "n_groups": 2}),
        (InvalidValueError, "negative: see row 0", {"groups": [-1, 1], "n_groups": 2}),
        (InvalidValueError, "row 1 .from 0. has -1", {"weights": [1, -1]}),
        (InvalidValueError, "choose coarser groups", {"groups": [0, 1], "n_groups": 1 << 30}),
    ]
    for error, says, options in cases:
        with pytest.raises(error, match=says):
            count_days(times, options.pop("answers", [10, 9]), **options)


def test_the_table_is_a_value_of_its_own() -> None:
    """The default scorer is the NPS; a table can be made by hand."""
    table = count_days(np.array([START]), [10])
    assert table.tally.scorer == NPS()
    again = DayTable(table.edges, table.tally + table.tally, table.undated)
    assert again.between(table.edges[:1], table.edges[1:]).n.tolist() == [[2]]

"""From answers to steps: the same as a dictionary of customers gives, in any order of rows, of times of any kind."""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.options import PAIRINGS, Pairing
from npskit.tracking.panel import answer_pairs as pairs
from npskit.tracking.panel import packing, sorting
from npskit.tracking.panel.answer_pairs import Steps, pair_steps
from npskit.tracking.panel.moved_share import count_moves

# Few customers and few moments, so that many answers are tied.
ROW = st.tuples(st.integers(-1, 5), st.integers(0, 5), st.integers(-1, 2), st.integers(0, 1), st.integers(-1, 1))
ROWS = st.lists(ROW, max_size=40)


class Found(NamedTuple):
    """Steps as a multiset, who has ties, and how many steps could not be ordered."""

    steps: list[tuple[int, int, int, int]]
    tied: list[int]
    unordered: int
    answers: int
    customers: int


def by_hand(rows: list[Any], mode: Pairing) -> Found:
    """The steps, customer by customer, from the definition."""
    kept = [r for r in rows if r[0] >= 0 and r[2] >= 0 and (mode != "waves" or r[4] >= 0)]
    steps, tied, unordered = [], set(), 0
    for who in sorted({r[0] for r in kept}):
        own = sorted((r for r in kept if r[0] == who), key=lambda r: r[1])
        if mode == "waves":
            waves = [[r for r in own if r[4] == wave] for wave in (0, 1)]
            if not all(waves):
                continue
            ends = [(w[-1], [r[1] for r in w].count(w[-1][1]) > 1) for w in waves]
            candidates = [(ends[0], ends[1])]
        else:
            times = [r[1] for r in own]
            marked = [(r, times.count(r[1]) > 1) for r in own]
            if mode == "first_last":
                candidates = [(marked[0], marked[-1])] if len(marked) > 1 else []
            else:
                candidates = list(itertools.pairwise(marked))
                tied |= {who} if any(t for _, t in marked) else set()
        for (a, a_tied), (b, b_tied) in candidates:
            if a_tied or b_tied:
                tied.add(who)
                unordered += 1
            else:
                steps.append((who, a[2], b[2], a[3]))
    return Found(sorted(steps), sorted(tied), unordered, len(kept), len({r[0] for r in kept}))


def as_found(steps: Steps) -> Found:
    """The same of what was computed."""
    columns = [column.tolist() for column in steps.columns()]
    listed = list(zip(*columns, strict=True))
    assert [row[0] for row in listed] == sorted(row[0] for row in listed)
    return Found(sorted(listed), steps.tied.tolist(), steps.unordered, steps.answers, steps.customers)


def paired(rows: list[Any], mode: Pairing, times: Any = None) -> Steps:
    """The steps of rows of customer, time, category, group and wave."""
    who, when, kind, group, wave = np.array(rows, np.int64).reshape(-1, 5).T
    moments = when if times is None else times(when)
    waves = wave if mode == "waves" else None
    return pair_steps(who, moments, kind, 3, groups=group, n_groups=2, mode=mode, waves=waves)


@given(ROWS, st.sampled_from(PAIRINGS))
@settings(max_examples=250, deadline=None)
def test_as_by_hand(rows: list[Any], mode: Pairing) -> None:
    """Steps, groups, ties and counts are those of the definition, whatever is missing or at the same time."""
    assert as_found(paired(rows, mode)) == by_hand(rows, mode)


@given(ROWS, st.sampled_from(PAIRINGS), st.integers(1, 4))
@settings(max_examples=100, deadline=None)
def test_blocks_do_not_show(rows: list[Any], mode: Pairing, block: int) -> None:
    """Working in blocks of one to four answers gives what one block gives, also where ties lie across a border."""
    whole = as_found(paired(rows, mode))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "BLOCK", block)
        patch.setattr(pairs, "BLOCK", block)
        found = paired(rows, mode)
        assert as_found(found) == whole
        table = found.table()
        who = [chunk[0].tolist() for chunk in found.chunks(3)]
    again = np.zeros((3, 3), np.int64)
    for _, before, after, _ in whole.steps:
        again[before, after] += 1
    np.testing.assert_array_equal(table, again)
    assert list(itertools.chain(*who)) == [step[0] for step in whole.steps]
    assert all(a[-1] < b[0] for a, b in itertools.pairwise(who))


@given(ROWS, st.sampled_from(PAIRINGS), st.integers(1, 9), st.integers(1, 4))
@settings(max_examples=120, deadline=None)
def test_size_and_threads_do_not_show(rows: list[Any], mode: Pairing, block: int, cores: int) -> None:
    """The route of many rows, by any number of threads, gives what that of few does, to the last bit."""
    whole = paired(rows, mode)
    with pytest.MonkeyPatch.context() as patch:
        for module in (packing, pairs):
            patch.setattr(module, "BLOCK", block)
        for name, value in {"PARTED": 1, "_FIRST": 3, "_SECOND": 4, "_NETWORK": 4, "cores": lambda: cores}.items():
            patch.setattr(sorting, name, value)
        patch.setattr(sorting, "_networks_win", lambda: True)
        found = paired(rows, mode)
        moves = count_moves(found, 2)
    np.testing.assert_array_equal(found.packed, whole.packed)
    assert as_found(found) == as_found(whole)
    assert moves == count_moves(whole, 2)


@given(ROWS, st.sampled_from(PAIRINGS), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_order_of_rows_does_not_matter(rows: list[Any], mode: Pairing, random: Any) -> None:
    """Shuffling the rows changes nothing, to the last bit of what is stored."""
    shuffled = random.sample(rows, len(rows))
    ours, theirs = paired(rows, mode), paired(shuffled, mode)
    np.testing.assert_array_equal(ours.packed, theirs.packed)
    assert as_found(ours) == as_found(theirs)


@given(ROWS, st.sampled_from(["consecutive", "first_last"]))
@settings(max_examples=60, deadline=None)
def test_time_reversed(rows: list[Any], mode: Pairing) -> None:
    """Running time backwards turns every step round, and neither makes nor loses one."""
    back = [(who, -when, kind, group, wave) for who, when, kind, group, wave in rows]
    ours, theirs = paired(rows, mode), paired(back, mode)
    np.testing.assert_array_equal(ours.table(), theirs.table().T)
    assert (ours.tied.tolist(), ours.unordered) == (theirs.tied.tolist(), theirs.unordered)


@given(ROWS)
@settings(max_examples=60, deadline=None)
def test_every_answer_is_accounted_for(rows: list[Any]) -> None:
    """Of each customer's k answers there are k - 1 steps, taken or reported as without an order."""
    found = paired(rows, "consecutive")
    assert len(found) + found.unordered + found.customers == found.answers


def nanoseconds(when: NDArray[np.int64]) -> NDArray[Any]:
    """Times that take all of the 64 bits."""
    return when * 3_000_000_000_000_000_001 - 9_000_000_000_000_000_000


TIMES: dict[str, Any] = {
    "int64 over its whole range": nanoseconds,
    "int32": lambda when: when.astype(np.int32),
    "days": lambda when: when.astype("M8[D]"),
    "nanoseconds of whole days": lambda when: when.astype("M8[D]").astype("M8[ns]"),
    "big-endian seconds": lambda when: when.astype(">M8[s]"),
    "nanoseconds of their own": lambda when: (when * 10**17 + when).astype("M8[ns]"),
}


@pytest.mark.parametrize("kind", TIMES)
@pytest.mark.parametrize("mode", PAIRINGS)
@pytest.mark.parametrize("highest", [59, 10**12])
def test_times_of_any_kind(kind: str, mode: Pairing, highest: int) -> None:
    """Any unit and range of time gives the same steps, also where the bits do not suffice and times are ranked."""
    rng = np.random.default_rng(1)
    rows = np.stack(
        [rng.integers(low, high, 400) for low, high in ((-1, 60), (0, 6), (-1, 3), (0, 2), (-1, 2))], axis=1
    )
    expected = as_found(paired(rows.tolist(), mode))
    far = rows.copy()
    far[:, 0] = np.where(rows[:, 0] == 59, highest, rows[:, 0])
    found = as_found(paired(far.tolist(), mode, TIMES[kind]))
    renamed = [(highest if who == 59 else who, *rest) for who, *rest in expected.steps]
    assert found.steps == sorted(renamed)
    assert (found.unordered, found.answers, found.customers) == expected[2:]


def test_large_units_and_ranks_are_used() -> None:
    """Nanoseconds of whole seconds are counted in seconds; where there is no common unit, times are ranked."""
    who = np.array([1 << 39, 0, 1 << 39, 0, 0])
    seconds = np.array([5, 1, 9, 7, 3])
    kinds = np.array([0, 1, 2, 0, 2])
    expected = [(0, 1, 2, 0), (0, 2, 0, 0), (1 << 39, 0, 2, 0)]
    for times in (seconds, seconds.astype("M8[s]").astype("M8[ns]"), seconds * 10**17 + np.arange(5)):
        assert as_found(pair_steps(who, times, kinds, 3)).steps == expected
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(packing, "BLOCK", 2)
            assert as_found(pair_steps(who, times, kinds, 3)).steps == expected
    with pytest.raises(InvalidValueError, match="choose fewer groups"):
        pair_steps(who, seconds, kinds, 3, groups=np.zeros(5, int), n_groups=1 << 12)
    with pytest.raises(InvalidValueError, match="choose fewer groups"):
        pair_steps(who, seconds * 10**17 + np.arange(5), kinds, 3, groups=np.zeros(5, int), n_groups=1 << 21)


def test_unknown_times() -> None:
    """Answers without a time are left out and counted; those without a score or a customer are only left out."""
    times = np.array(["2026-01-01", "NaT", "2026-01-03", "NaT", "NaT"], dtype="M8[D]")
    found = pair_steps([0, 0, 0, -1, 1], times, [0, 1, 2, 0, -1], 3)
    assert found.undated == 1
    assert as_found(found).steps == [(0, 0, 2, 0)]
    assert repr(found) == "Steps(1 of 1 customer, tied=0, undated=1)"
    nothing = pair_steps([0, 0], np.array(["NaT", "NaT"], dtype="M8[s]"), [0, 1], 3)
    assert (len(nothing), nothing.undated, nothing.answers) == (0, 2, 0)
    # the least int64 is a time like any other where times are numbers
    assert len(pair_steps([0, 0], [np.iinfo(np.int64).min, 5], [0, 1], 3)) == 1


def test_waves_without_times() -> None:
    """Two waves need no times, unless a customer answered twice within one: which counts is not guessed."""
    found = pair_steps([0, 0, 1, 1, 1, 2], None, [0, 2, 1, 1, 2, 0], 3, mode="waves", waves=[0, 1, 0, 0, 1, 1])
    assert as_found(found) == Found([(0, 0, 2, 0)], [1], 1, 6, 3)
    dated = pair_steps([1, 1, 1], [1, 2, 1], [1, 0, 2], 3, mode="waves", waves=[0, 0, 1])
    assert as_found(dated).steps == [(1, 0, 2, 0)]


def test_many_groups() -> None:
    """With more marks than are counted at once the table is the same, over all groups."""
    rng = np.random.default_rng(2)
    who, when, kind, group = (rng.integers(0, high, 3000) for high in (200, 10**9, 3, 100))
    few, many = (pair_steps(who, when, kind, 3, groups=g, n_groups=n) for g, n in ((None, 1), (group, 100)))
    np.testing.assert_array_equal(few.table(), many.table())
    assert (many.columns()[3] < 100).all()
    assert many.columns()[3].max() > 90


def test_who_moved() -> None:
    """The customers of a cell are those with a step in it, each once."""
    found = pair_steps([4, 4, 4, 4, 2, 2, 9, 9], [1, 2, 3, 4, 1, 2, 1, 2], [0, 2, 0, 2, 0, 2, 2, 0], 3)
    assert found.of_customers(0, 2).tolist() == [2, 4]
    assert found.of_customers(2, 0).tolist() == [4, 9]
    assert found.of_customers(1, 1).tolist() == []


def test_no_rows() -> None:
    """Nothing gives no steps, in every mode."""
    for mode in PAIRINGS:
        waves: list[int] | None = [] if mode == "waves" else None
        found = pair_steps([], [], [], 3, mode=mode, waves=waves)
        assert (len(found), found.answers, found.customers, found.unordered) == (0, 0, 0, 0)
        assert not found.table().any()
        assert list(found.chunks(5)) == []


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"times": None}, InvalidValueError, "never guessed"),
        ({"times": None, "mode": "first_last"}, InvalidValueError, "times: the order"),
        ({"mode": "first"}, InvalidValueError, "did you mean 'first_last'"),
        ({"mode": "waves"}, InvalidValueError, "waves: which of two waves"),
        ({"waves": [0, 1]}, InvalidValueError, "not with 'consecutive'"),
        ({"mode": "waves", "waves": [0, 2]}, InvalidValueError, "waves must be below 2: row 1 .from 0. has 2"),
        ({"customers": ["ann", "bob"]}, InvalidTypeError, "customers must be codes"),
        ({"customers": [1, 1 << 40]}, InvalidValueError, "customers must be below"),
        ({"customers": [[1, 2]]}, IncompatibleError, "customers must have one code per row"),
        ({"categories": [0, 3]}, InvalidValueError, "categories must be below 3: row 1 .from 0. has 3"),
        ({"categories": [0.0, 1.0]}, InvalidTypeError, "categories must be codes"),
        ({"categories": [0]}, IncompatibleError, "categories must have one code per row"),
        ({"times": [1.5, 2.5]}, InvalidTypeError, "times must be int64 or datetime64, not float64"),
        ({"times": np.array([1, 2], np.uint64)}, InvalidTypeError, "not uint64"),
        ({"times": [1]}, IncompatibleError, "times must have one time per row"),
        ({"groups": [0, -1], "n_groups": 2}, InvalidValueError, "groups must be 0 to 1: row 1 .from 0. has -1"),
        ({"groups": [0, 2], "n_groups": 2}, InvalidValueError, "groups must be below 2"),
    ],
)
def test_what_cannot_be_used(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    """Columns that do not fit are refused by name; above all, an order is never guessed where there are no times."""
    given_all: dict[str, Any] = {"customers": [0, 0], "times": [1, 2], "categories": [0, 1], "n_categories": 3}
    with pytest.raises(error, match=message):
        pair_steps(**(given_all | arguments))

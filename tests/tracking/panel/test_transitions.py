"""Transitions: what a person reads of the same customers again, and its laws."""

from __future__ import annotations

import json
import math
import pickle
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import npskit as nk
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.inference.intervals import score_interval
from npskit.inference.paired import paired_difference
from npskit.inference.two_sample import difference_interval, score_test
from npskit.scorers import NPS, codebook_of
from npskit.scorers.ces import CES
from npskit.scorers.csat import CSAT
from npskit.tracking.panel.answer_pairs import Steps, pair_steps
from npskit.tracking.panel.count_transitions import transitions as transitions_of_steps
from npskit.tracking.panel.transition_record import Transitions

FIGURES = json.loads((Path(__file__).parents[2] / "reference" / "repeated_customers.json").read_text())
ROW = st.tuples(st.integers(0, 6), st.integers(0, 9), st.integers(0, 2))
ROWS = st.lists(ROW, max_size=40)


def transitions(
    categories: Any,
    customers: Any,
    times: Any,
    *,
    scorer: Any = None,
    groups: Any = None,
    group_names: Any = (),
    mode: Any = "consecutive",
    waves: Any = None,
    **options: Any,
) -> Transitions:
    """Return the transitions of rows, -1 for those in no group."""
    codebook = codebook_of(scorer if scorer is not None else NPS())
    last = len(group_names)
    if groups is not None:
        groups = np.where(np.array(groups) < 0, last, groups)
    pairs: dict[str, Any] = {"groups": groups, "n_groups": last + 1, "mode": mode, "waves": waves}
    steps = pair_steps(customers, times, categories, len(codebook.categories), **pairs)
    return transitions_of_steps(steps, codebook, group_names=group_names, **options)


def of_rows(rows: Any, **options: Any) -> Transitions:
    """Return the transitions of rows of customer, time and category."""
    who, when, kind = np.array(rows, np.int64).reshape(-1, 3).T
    return transitions(kind, who, when, **options)


def of_table(table: Any, **options: Any) -> Transitions:
    """Return the transitions of customers who answered twice each, in no order of rows."""
    counts = np.asarray(table)
    before, after = np.repeat(np.indices(counts.shape).reshape(2, -1), counts.ravel(), axis=1)
    who = np.arange(before.size)
    order = np.random.default_rng(1).permutation(2 * before.size)
    columns = np.array([[*who, *who], [*(0 * who), *(0 * who + 1)], [*before, *after]])[:, order]
    return of_rows(columns.T, **options)


@pytest.mark.parametrize("name", ["A", "C", "zero"])
def test_reference_figures(name: str) -> None:
    """From rows to the figures of other programs, in the units of the score."""
    case = FIGURES[name]
    found = of_table(case["table"])
    assert found.counts.tolist() == case["table"]
    np.testing.assert_allclose(found.shares, case["transition"], atol=1e-12)
    assert (len(found.steps), found.customers, found.clustered) == (case["n"], case["n"], False)
    assert found.before == pytest.approx(100 * case["nps1"], abs=1e-9)
    assert found.after == pytest.approx(100 * case["nps2"], abs=1e-9)
    assert found.difference.difference == pytest.approx(100 * case["diff"], abs=1e-9)
    assert found.difference.z == pytest.approx(case["z_score0"], abs=1e-9)
    for test in ("stuart_maxwell", "bhapkar", "bowker"):
        result = getattr(found, test)
        figures = [float(result.statistic), float(result.p_value), float(result.df)]
        assert figures == pytest.approx(case[test], abs=1e-9)
    assert list(found.stationary.values()) == pytest.approx(case["stationary"], abs=1e-9)
    assert found.stationary_score == pytest.approx(100 * case["stationary_nps"], abs=1e-9)


@given(ROWS)
@settings(max_examples=60, deadline=None)
def test_time_reversed(rows: list[Any]) -> None:
    """Running time backwards transposes the matrix, negates the difference and its z, and keeps the tests."""
    ours, theirs = of_rows(rows), of_rows([(who, -when, kind) for who, when, kind in rows])
    np.testing.assert_array_equal(ours.counts, theirs.counts.T)
    a, b = ours.difference, theirs.difference
    figures = [a.difference, a.interval.low, a.interval.high, a.z, a.p_value, ours.before]
    mirrored = [-b.difference, -b.interval.high, -b.interval.low, -b.z, b.p_value, theirs.after]
    assert figures == pytest.approx(mirrored, rel=1e-7, abs=1e-7, nan_ok=True)
    for test in ("stuart_maxwell", "bhapkar", "bowker"):
        forth, back = getattr(ours, test), getattr(theirs, test)
        assert float(forth.p_value) == pytest.approx(float(back.p_value), abs=1e-8, nan_ok=True)


@given(ROWS, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_order_of_rows_does_not_matter(rows: list[Any], random: Any) -> None:
    """Shuffling the rows changes nothing."""
    ours, theirs = of_rows(rows), of_rows(random.sample(rows, len(rows)))
    assert repr(ours) == repr(theirs)
    assert str(ours.to_dict()) == str(theirs.to_dict())


@given(ROWS, st.integers(0, 7))
@settings(max_examples=40, deadline=None)
def test_shards_of_customers_add_up(rows: list[Any], cut: int) -> None:
    """The matrix of disjoint shards of customers is the sum of theirs; so are customers, ties and lost steps."""
    shards = [of_rows([r for r in rows if (r[0] < cut) == side]) for side in (True, False)]
    whole = of_rows(rows)
    np.testing.assert_array_equal(whole.counts, shards[0].counts + shards[1].counts)
    assert whole.customers == shards[0].customers + shards[1].customers
    assert sorted(whole.tied) == sorted(shards[0].tied + shards[1].tied)
    assert whole.steps.unordered == sum(shard.steps.unordered for shard in shards)


@given(ROWS)
@settings(max_examples=40, deadline=None)
def test_steps_of_a_customer_telescope(rows: list[Any]) -> None:
    """Without ties the differences of a customer's steps add up to the last answer less the first, and z is the same:
    answering often in between is no evidence.
    """
    distinct = list({(who, when): (who, when, kind) for who, when, kind in rows}.values())
    every, ends = of_rows(distinct), of_rows(distinct, mode="first_last")
    assert ends.customers == every.customers
    assert not ends.clustered
    assert every.difference.z == pytest.approx(ends.difference.z, nan_ok=True)
    if len(ends.steps):
        total = every.difference.difference * len(every.steps)
        assert total == pytest.approx(ends.difference.difference * len(ends.steps), abs=1e-9)


def test_clustered_by_customer() -> None:
    """Customers who step several times make intervals clustered: the same step over and over is not more certain."""
    table = np.array([[0, 0, 0], [0, 20, 30], [0, 10, 0]])
    once = of_table(table)
    assert isinstance(once.steps, Steps)
    who, was, became, _ = once.steps.columns()
    # five copies of each step by one customer, each with a moment of its own, apart by an answer that is no step
    rows = [
        (5 * c + i, t, k)
        for c, a, b in zip(who, was, became, strict=True)
        for i in range(5)
        for t, k in ((0, a), (1, b))
    ]
    independent = of_rows(rows)
    assert not independent.clustered
    chained = of_rows(
        [(c, t, k) for c, a, b in zip(who, was, became, strict=True) for t, k in enumerate([a, b, a, b, a])]
    )
    assert chained.clustered
    assert chained.customers == once.customers
    assert independent.difference.se < once.difference.se
    assert "clustered by customer" in str(chained)
    # back and forth: every customer ends where they began
    assert (chained.difference.difference, chained.difference.p_value) == (0.0, 1.0)


def test_share_of_passives_who_became_promoters() -> None:
    """The share, its score interval and its counts; any other cell by name; NaN where nobody was there."""
    table = np.array([[40, 22, 11], [15, 60, 34], [0, 0, 0]])
    found = of_table(table, level=0.9)
    share = found.share()
    assert (share.before, share.after, share.n, share.moved) == ("passive", "promoter", 109, 34)
    assert share.value == 34 / 109
    assert tuple(share.interval) == pytest.approx(score_interval([75, 34], [0, 1], 0.9))
    assert share.interval.level == 0.9
    other = found.share("detractor", "passive")
    assert (other.n, other.moved) == (73, 22)
    nobody = found.share("promoter", "promoter")
    assert math.isnan(nobody.value)
    assert math.isnan(nobody.interval.low)
    assert of_table(table, moved=("detractor", "promoter")).share().moved == 11
    with pytest.raises(InvalidValueError, match="did you mean 'passive'"):
        found.share("pasive")


def followed_up(called: Any, left: Any) -> Transitions:
    """Return the transitions of two groups of customers by their tables."""
    rows: list[Any] = []
    groups: list[int] = []
    for group, table in enumerate((called, left)):
        steps = of_table(table).steps
        assert isinstance(steps, Steps)
        who, was, became, _ = steps.columns()
        for c, a, b in zip(who.tolist(), was.tolist(), became.tolist(), strict=True):
            # the group is that of the answer a step starts from; what the next is in does not matter
            rows += [(1000 * group + c, 0, a), (1000 * group + c, 1, b)]
            groups += [group, 1 - group]
    return of_rows(rows, groups=groups, group_names=("called", "left alone"), by="follow-up")


def test_followed_up_or_not() -> None:
    """Each group has the figures of its own table, and the shares compare as two independent proportions."""
    tables = [[[5, 3, 2], [4, 20, 30], [1, 2, 9]], [[6, 2, 2], [5, 30, 12], [2, 3, 8]]]
    found = followed_up(*tables)
    assert found.counts.tolist() == np.sum(tables, axis=0).tolist()
    for group, table in zip(found.groups, tables, strict=True):
        assert group.difference == paired_difference(table, [-100, 0, 100])
        assert (group.share.moved, group.share.n) == (table[1][2], sum(table[1]))
    (pair,) = found.comparison
    assert (pair.a, pair.b) == ("called", "left alone")
    assert pair.difference == pytest.approx(30 / 54 - 12 / 47)
    counts = [24, 30], [35, 12]
    low, high = difference_interval(*counts, [0, 1])
    assert tuple(pair.interval) == pytest.approx((float(low), float(high)))
    assert pair.p_value == pair.p_adjusted == pytest.approx(float(score_test(*counts, [0, 1])[1]))
    shown = str(found)
    assert "called less left alone: 30.0 percentage points" in shown
    assert "follow-up" in shown
    assert shown.count("called") >= 2


def test_customers_in_both_groups() -> None:
    """Where customers have steps in both groups, their resemblance enters the comparison."""
    rng = np.random.default_rng(4)
    luck = rng.random(300) < 0.5
    rows, groups = [], []
    for c in range(300):
        # passive, then up or not by the customer's own luck, twice: once called and once not
        up = 2 if luck[c] else 1
        rows += [(c, 0, 1), (c, 1, up), (c, 2, 1), (c, 3, up)]
        groups += [c % 2, -1, 1 - c % 2, -1]
    found = of_rows(rows, groups=groups, group_names=("called", "left alone"))
    (pair,) = found.comparison
    assert pair.difference == 0
    # every customer answers to both alike, so that the difference is known exactly
    assert pair.interval.high - pair.interval.low == pytest.approx(0, abs=1e-12)
    assert found.groups[0].share.n == found.groups[1].share.n == 300
    shuffled = of_rows(rows, groups=rng.permutation(groups), group_names=("called", "left alone")).comparison[0]
    assert shuffled.interval.high - shuffled.interval.low > 0.05
    assert 0 < shuffled.p_value <= 1
    lonely = of_rows([(0, 0, 1), (0, 1, 1), (0, 2, 2)], groups=[0, 1, 1], group_names=("a", "b")).comparison[0]
    assert math.isnan(lonely.interval.low)


def test_several_groups_are_adjusted() -> None:
    """Three groups make three pairs, adjusted by Holm; steps in no group count in the whole only."""
    rng = np.random.default_rng(5)
    rows = [(c, t, int(rng.integers(1, 3))) for c in range(200) for t in (0, 1)]
    groups = [c % 4 if c % 4 < 3 else -1 for c, _, _ in rows]
    found = of_rows(rows, groups=groups, group_names=("x", "y", "z"))
    assert len(found.steps) == 200
    assert sum(int(group.difference.n) for group in found.groups) == 150
    assert [(p.a, p.b) for p in found.comparison] == [("x", "y"), ("x", "z"), ("y", "z")]
    assert max(p.p_value for p in found.comparison) <= max(p.p_adjusted for p in found.comparison) <= 1
    assert all(p.p_adjusted >= p.p_value for p in found.comparison)


def test_ties_are_reported_not_guessed() -> None:
    """Who answered twice at one time is named, by id, and their steps there are left out."""
    rows = [(0, 1, 0), (0, 1, 2), (0, 2, 1), (0, 3, 2), (1, 1, 0), (1, 2, 1)]
    found = of_rows(rows, ids=["ann", "bob"])
    assert found.tied == ["ann"]
    assert found.steps.unordered == 2
    assert len(found.steps) == 2
    assert found.who("passive", "promoter") == ["ann"]
    assert found.who("detractor", "passive") == ["bob"]
    assert "left out: 2 steps of 1 customer who answered more than once at the same time" in str(found)
    assert found.to_dict()["tied"] == {"customers": 1, "first": ["ann"]}
    assert of_rows(rows).tied == [0]


@given(st.permutations(range(10)))
def test_customers_are_named_in_order_of_their_ids(order: list[int]) -> None:
    """Whatever the order of the rows, also where some ids are numbers and others texts."""
    cases: list[tuple[list[Any], list[Any]]] = [
        (list("baedc"), list("abcde")),
        ([10, 9, 3, 1, 2], [1, 2, 3, 9, 10]),
        ([2, "b", 10, "1", "a"], ["1", 10, 2, "a", "b"]),
    ]
    for ids, wanted in cases:
        columns = {"score": [7, 9] * 5, "id": [each for one in ids for each in (one, one)], "day": ["2026-01-05"] * 10}
        rows = {name: [cells[i] for i in order] for name, cells in columns.items()}
        assert nk.Survey(rows, customer="id", time="day").transitions().tied == wanted


def test_without_times() -> None:
    """Without timestamps there is no order, and so no transition; two waves are an order."""
    with pytest.raises(InvalidValueError, match="needed and never guessed"):
        transitions([0, 1], [0, 0], None)
    found = transitions([0, 1], [0, 0], None, mode="waves", waves=[1, 0])
    assert found.who("passive", "detractor") == [0]
    undated = transitions([0, 1, 2], [0, 0, 0], np.array(["2026-01-01", "NaT", "2026-01-02"], "M8[D]"))
    assert "left out: 1 answer without a time" in str(undated)


@pytest.mark.parametrize("scorer", [CSAT(), CES(), CES(method="net")])
def test_any_scorer(scorer: Any) -> None:
    """Any categories and category scores: the difference is the mean of what steps are worth."""
    k = len(scorer.categories)
    rng = np.random.default_rng(6)
    kinds: NDArray[np.int64] = rng.integers(0, k, 120)
    found = transitions(kinds, np.repeat(np.arange(30), 4), np.tile(np.arange(4), 30), scorer=scorer)
    category_scores = np.array(scorer.category_scores)[kinds].reshape(30, 4)
    assert found.difference.difference == pytest.approx(np.diff(category_scores).mean())
    assert found.after - found.before == pytest.approx(found.difference.difference)
    assert found.share().before == scorer.categories[-2]
    assert 0 <= float(found.bowker.p_value) <= 1
    assert len(found.to_frame("polars")) == k * k


def test_nothing() -> None:
    """Without a customer who came back there is NaN, and something to read."""
    found = of_rows([(0, 1, 2), (1, 1, 0)])
    assert (len(found.steps), found.customers, found.tied) == (0, 0, [])
    values = (found.before, found.after, found.difference.difference, found.difference.p_value, found.stationary_score)
    assert all(map(math.isnan, values))
    assert np.isnan(found.shares).all()
    assert repr(found).startswith("Transitions(NPS nan to nan")
    assert "promoter" in str(found)
    assert "nan" in found._repr_html_()
    assert len(found.to_frame("pandas")) == 9
    assert found.to_dict()["n"] == 0


def test_as_it_is_shown() -> None:
    """One line, an aligned table, escaped HTML, plain Python and a dataframe."""
    found = of_table(FIGURES["A"]["table"])
    assert repr(found) == (
        "Transitions(NPS 23.4 to 31.2, difference=7.8, interval=(0.3, 15.5), level=0.95, p_value=0.0423, steps=333, "
        "customers=333, tied=0)"
    )
    lines = str(found).splitlines()
    assert lines[1].split() == ["from", "\\", "to", "detractor", "passive", "promoter", "n"]
    assert lines[3].split() == ["passive", "15", "(14%)", "60", "(55%)", "34", "(31%)", "109"]
    assert lines[5] == "from each answer to the next"
    assert lines[6] == "Stuart-Maxwell p=0.126, Bhapkar p=0.123, Bowker p=0.244"
    assert lines[7] == "passive to promoter: 31.2% (23.3 .. 40.4), 34 of 109"
    plain = found.to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["value"] == found.difference.difference
    for backend in ("pandas", "polars", "pyarrow"):
        assert len(found.to_frame(backend)) == 9
    frame = found.to_frame("polars")
    assert frame["count"].to_list() == found.counts.ravel().tolist()
    assert frame["share"].to_list() == pytest.approx(found.shares.ravel().tolist())
    assert (frame["low"] <= frame["share"]).all()
    again = pickle.loads(pickle.dumps(found))
    assert str(again) == str(found)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        found.level = 0.5  # type: ignore[misc]
    hostile = of_rows(
        [(0, 0, 1), (0, 1, 2)], groups=[0, 0], group_names=("<script>",), by="<b>", ids=["<i>"]
    )._repr_html_()
    assert "&lt;script&gt;" in hostile
    assert "<script>" not in hostile
    assert "<b>" not in hostile


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"groups": [0, 0], "group_names": ("a", "a")}, InvalidValueError, "distinct"),
        ({"groups": [0], "group_names": ("a",)}, IncompatibleError, "groups must have one code per row"),
        ({"groups": [0, 0], "group_names": [str(i) for i in range(101)]}, InvalidValueError, "at most 100"),
        ({"moved": ("passive",)}, InvalidTypeError, "moved must name"),
        ({"moved": "passive"}, InvalidTypeError, "moved must be a collection"),
        ({"moved": ("passive", "promotor")}, InvalidValueError, "did you mean 'promoter'"),
        ({"level": 95}, InvalidValueError, "level"),
        ({"mode": "last"}, InvalidValueError, "mode must be one of .* got 'last'"),
    ],
)
def test_what_cannot_be_used(options: dict[str, Any], error: type[Exception], message: str) -> None:
    """Arguments that do not fit are refused by name."""
    with pytest.raises(error, match=message):
        of_rows([(0, 0, 1), (0, 1, 2)], **options)
    with pytest.raises(InvalidValueError, match="no category of NPS"):
        of_rows([(0, 0, 1), (0, 1, 2)]).who("x", "promoter")


def test_names_of_groups_cannot_drive_a_terminal() -> None:
    """What stands below the tables is as safe as what stands in them."""
    found = transitions([1, 2, 1, 1], [0, 0, 1, 1], [0, 1, 0, 1], groups=[0, 0, 1, 1], group_names=["a\x1b[31m", "b"])
    assert "\x1b" not in str(found)
    assert "a\\x1b[31m less b" in str(found)


def test_no_steps_are_said() -> None:
    """That is said, instead of a line of NaN; and so is what was left out."""
    shown = str(transitions([1, 2, 0], [0, 1, 2], np.array(["2026-01-01", "2026-01-02", "NaT"], dtype="M8[D]")))
    assert "no steps: nobody gave two answers" in shown
    assert "left out: 1 answer without a time" in shown
    assert "nan%" not in shown


def test_nothing_is_said_of_nobody() -> None:
    """Where nobody was in the category that is asked about, its share is left out; a tiny p-value reads as one."""
    found = nk.Survey(
        {"score": [2, 10], "who": ["a", "a"], "at": ["2026-01-01", "2026-02-01"]}, customer="who", time="at"
    ).transitions()
    assert "nan" not in str(found)
    assert "=<" not in str(found)


def test_many_categories_are_shown_in_bands() -> None:
    """A slider has its whole table to compute with, and five bands to look at."""
    rng = np.random.default_rng(3)
    rows = [(who, when, kind) for who in range(200) for when, kind in enumerate(rng.integers(0, 101, 3).tolist())]
    found = of_rows(rows, scorer=CES(scale=(0, 100)))
    assert found.counts.shape == (101, 101)
    lines = str(found).splitlines()
    assert lines[1].count("..") == 5
    assert sum(int(line.split()[-1]) for line in lines[2:7]) == len(found.steps) == 400
    assert "nan" not in str(found)

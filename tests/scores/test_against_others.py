"""Each segment against all the others together: what pooling by hand gives, however answers hang together."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npskit as nk
from npskit.inference import adjust
from npskit.plots import ENGLISH, NARROW, WIDE, Dot, Forest
from npskit.scores import compare_groups

CELLS = st.lists(st.tuples(st.integers(0, 10), st.sampled_from("ABCD")), min_size=4, max_size=120).filter(
    lambda cells: len({region for _, region in cells}) > 1
)
ROLES: dict[str, dict[str, str]] = {
    "plain": {},
    "weights": {"weight": "w"},
    "customers": {"customer": "who"},
    "customers and weights": {"customer": "who", "weight": "w"},
    "clusters": {"cluster": "who"},
    "accounts": {"account": "who"},
}


def table(size: int = 400, seed: int = 1) -> dict[str, list[object]]:
    """Return rows of customers who answered in several regions."""
    rng = np.random.default_rng(seed)
    who = rng.integers(0, size // 3, size)
    mood = rng.random(size // 3)[who] < 0.5
    region = rng.choice(list("ABCD"), size, p=[0.4, 0.3, 0.2, 0.1])
    score = np.where(mood, rng.integers(6, 11, size), rng.integers(0, 10, size)) - (region == "C")
    return {
        "score": np.maximum(score, 0).tolist(),
        "region": region.tolist(),
        "who": who.tolist(),
        "w": (0.5 + rng.random(size)).round(3).tolist(),
    }


@given(CELLS)
def test_it_is_the_comparison_with_the_others_as_one(cells: list[tuple[int, str]]) -> None:
    """Difference, interval and p-value are those of `npskit.compare` with all other answers.

    Adjusted are p-values, or the exact ones of dealing all answers at random where these may decide and are larger.
    """
    answers, regions = map(list, zip(*cells, strict=True))
    found = nk.Survey({"score": answers, "region": regions}).compare(by="region", against="others")
    assert [pair.a for pair in found.pairs] == sorted(set(regions))
    surely = []
    for pair in found.pairs:
        own = [answer for answer, region in cells if region == pair.a]
        rest = [answer for answer, region in cells if region != pair.a]
        by_hand = nk.compare(nk.nps(own), nk.nps(rest))
        assert pair.b == "all others"
        assert (pair.n_a, pair.n_b) == (len(own), len(rest))
        assert pair.difference == pytest.approx(by_hand.difference)
        assert (*pair.interval, pair.p_value) == pytest.approx((*by_hand.interval, by_hand.p_value))
        dealt = nk.compare(nk.nps(own), nk.nps(rest), method="permutation").p_value
        surely.append(max(pair.p_value, dealt) if 1e-8 < pair.p_value < 0.1 else pair.p_value)
    assert [pair.p_adjusted for pair in found.pairs] == pytest.approx(adjust(surely, "holm").tolist())
    assert found.row_counts.rows == len(cells)


@pytest.mark.parametrize("roles", ROLES.values(), ids=ROLES)
def test_the_others_pooled_by_hand(roles: dict[str, str]) -> None:
    """With weights, customers, clusters and accounts it is the comparison of a column that says segment or not."""
    data = table()
    survey = nk.Survey(data, score="score", **roles)  # type: ignore[arg-type]
    found = survey.compare(by="region", against="others")
    for pair in found.pairs:
        sides = ["own" if region == pair.a else "rest" for region in data["region"]]
        by_hand = nk.Survey(data | {"side": sides}, score="score", **roles).compare(by="side").pairs[0]  # type: ignore[arg-type]
        assert (by_hand.a, by_hand.b) == ("own", "rest")
        assert pair.difference == pytest.approx(by_hand.difference)
        assert (*pair.interval, pair.p_value) == pytest.approx((*by_hand.interval, by_hand.p_value), rel=1e-6)


def test_raked_weights() -> None:
    """Weights from the margins of the population are allowed for as in the comparison of two sides."""
    data = table()
    margins = {"kind": {"x": 0.7, "y": 0.3}}
    data["kind"] = ["x" if i % 2 else "y" for i in range(400)]
    found = nk.Survey(data, score="score").rake(margins).compare(by="region", against="others")
    pair = found.pairs[0]
    sides = ["own" if region == pair.a else "rest" for region in data["region"]]
    by_hand = nk.Survey(data | {"side": sides}, score="score").rake(margins).compare(by="side").pairs[0]
    assert pair.difference == pytest.approx(by_hand.difference)
    assert (*pair.interval, pair.p_value) == pytest.approx((*by_hand.interval, by_hand.p_value), rel=1e-6)


@pytest.mark.parametrize("roles", [{}, {"customer": "who"}, {"customer": "who", "weight": "w"}], ids=str)
def test_an_engine_says_what_memory_says(roles: dict[str, str]) -> None:
    """Where rows stay on an engine the figures are those of memory."""
    polars = pytest.importorskip("polars")
    data = table()
    here = nk.Survey(data, score="score", **roles).compare(by="region", against="others")  # type: ignore[arg-type]
    frame = polars.DataFrame(data).lazy()
    there = nk.Survey(frame, score="score", **roles).compare(by="region", against="others")  # type: ignore[arg-type]
    for one, two in zip(here.pairs, there.pairs, strict=True):
        assert (one.a, one.n_a, one.n_b) == (two.a, two.n_a, two.n_b)
        figures = [(p.difference, *p.interval, p.p_value) for p in (one, two)]
        assert figures[0] == pytest.approx(figures[1], rel=1e-9)


def test_of_two_segments_both_ways() -> None:
    """Of two segments each is compared with the other: the same difference with either sign."""
    data = {"score": [10, 9, 3, 8, 7, 2, 10, 10], "region": list("NNNNSSSS")}
    first, second = nk.Survey(data).compare(by="region", against="others").pairs
    pair = nk.Survey(data).compare(by="region").pairs[0]
    assert first.difference == -second.difference == pair.difference
    assert first.p_value == pytest.approx(pair.p_value)
    assert tuple(first.interval) == pytest.approx(tuple(pair.interval))


def test_only_segments_that_are_compared_are_others() -> None:
    """Rows without a segment are no others unless asked for; what is hidden is none either."""
    data = {"score": [10] * 40 + [3] * 40 + [0] * 40, "region": ["N"] * 40 + ["S"] * 40 + [None] * 40}
    survey = nk.Survey(data)
    assert [pair.n_b for pair in survey.compare(by="region", against="others").pairs] == [40, 40]
    assert [pair.n_b for pair in survey.compare(by="region", against="others", missing=True).pairs] == [80] * 3
    shown = nk.Survey({"score": [9] * 30, "region": list("NNNNNSSSSSWWWWWWEEEEEEEEEEUUUA")}).score(by="region")
    hidden = shown.hide_below(4)
    pairs = compare_groups(hidden, against="others").pairs
    assert all(pair.n_b == hidden.n.sum() - pair.n_a for pair in pairs)


def test_a_table_alone_does_not_know_who_answered_twice() -> None:
    """Where answers hang together a table cannot say it, and points to the survey."""
    found = nk.Survey(table(), score="score", customer="who").score(by="region")
    with pytest.raises(nk.IncompatibleError, match="ask the survey"):
        compare_groups(found, against="others")


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_picture(seed: int) -> None:
    """The largest difference is on top, few answers apart and hollow, hollow too what is within chance."""
    found = nk.Survey(table(160, seed), score="score").compare(by="region", against="others")
    chart = found._chart()
    assert isinstance(chart, Forest)
    for width in (WIDE, NARROW):
        scene = chart.drawn(width, ENGLISH)
        assert scene.x is not None
        dots = [mark for mark in scene.marks if isinstance(mark, Dot)]
        enough = [pair for pair in found.pairs if not pair.too_few]
        ordered = [round(scene.x.value(dot.x), 6) for dot in dots[: len(enough)]]
        assert ordered == sorted((round(pair.difference, 6) for pair in enough), reverse=True)
        styles = [dot.style for dot in dots]
        assert styles.count("hollow-few") == len(found.pairs) - len(enough)
        assert styles.count("point") == sum(pair.p_adjusted < 0.05 for pair in enough)
    assert "less all others (95% interval)" in chart.table(ENGLISH)[0]
    assert "against='others'" in repr(found)
    assert all(a.b == b.b for a, b in itertools.pairwise(found.pairs))

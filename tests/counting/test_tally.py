"""Tallies are a commutative monoid, and everything that came in is in them."""

from __future__ import annotations

import copy
import json
import math
import pickle
from typing import Any

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.counting.tally import Tally
from npskit.data.scale import Scale
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.scorers.ces import CES
from npskit.scorers.nps import NPS
from npskit.scorers.sci import SCI

RAW = st.lists(st.one_of(st.integers(-2, 12), st.none(), st.sampled_from([7.5, float("nan"), "x", "9", True])))


def tallies() -> st.SearchStrategy[Tally]:
    """Tallies with and without weights, by answer and by category."""
    whole = st.integers(0, 20).map(float)  # whole weights, so that sums of them are exact

    def count(parts: tuple[list[Any], bool, bool, Any]) -> Tally:
        answers, weighted, by_answer, data = parts
        weights = [data.draw(whole) for _ in answers] if weighted else None
        return Tally.count(answers, weights=weights, distribution=by_answer)

    return st.tuples(RAW, st.booleans(), st.booleans(), st.data()).map(count)


@given(tallies(), tallies(), tallies())
def test_monoid(a: Tally, b: Tally, c: Tally) -> None:
    """Merging is associative and commutative, and the empty tally changes nothing."""
    assert (a + b) + c == a + (b + c)
    assert a + b == b + a
    assert a + Tally.empty() == a == Tally.empty() + a
    assert sum([a, b, c]) == a + b + c


@given(RAW, st.integers(0, 30))
def test_shards(answers: list[Any], cut: int) -> None:
    """Counting shards and merging equals counting the whole, in any order."""
    whole = Tally.count(answers)
    assert Tally.count(answers[:cut]) + Tally.count(answers[cut:]) == whole
    assert Tally.count(answers[::-1]) == whole


@pytest.mark.filterwarnings("ignore::npskit.DataWarning")  # texts that stand for no answer
@given(RAW)
def test_nothing_is_lost(answers: list[Any]) -> None:
    """n + missing + invalid = rows."""
    tally = Tally.count(answers)
    assert int(tally.n + tally.missing + tally.invalid) == len(answers) == int(tally.rows)
    assert tally.counts.sum() == tally.n == tally.distribution.sum()


@given(st.lists(st.tuples(st.integers(-1, 11), st.integers(0, 3), st.integers(0, 5))))
def test_groups(rows: list[tuple[int, int, int]]) -> None:
    """A grouped tally holds each group's own tally, and its total is the tally of all rows; so with weights."""
    answers, groups, weights = (np.array([row[i] for row in rows], dtype=np.int64) for i in range(3))
    for w in (None, weights.astype(float)):
        grouped = Tally.count(answers, weights=w, groups=groups, n_groups=4)
        assert len(grouped) == 4
        for g in range(4):
            inside = groups == g
            assert grouped[g] == Tally.count(answers[inside], weights=None if w is None else w[inside])
        assert grouped.total() == Tally.count(answers, weights=w)


@given(st.lists(st.tuples(st.integers(-1, 11), st.integers(1, 9)), unique_by=lambda row: row[0]))
def test_from_distinct(rows: list[tuple[int, int]]) -> None:
    """Distinct answers with their counts give the tally of the answers repeated."""
    answers, counts = (np.array([row[i] for row in rows], dtype=np.int64) for i in range(2))
    repeated = np.repeat(answers, counts)
    assert Tally.from_distinct(answers, counts=counts.astype(float)) == Tally.count(repeated)
    weights = (2.0 * counts, 4.0 * counts)
    expected = Tally.count(repeated, weights=np.full(len(repeated), 2.0))
    assert Tally.from_distinct(answers, counts=counts.astype(float), weights=weights) == expected


@given(st.lists(st.tuples(st.integers(-1, 11), st.integers(0, 4))))
def test_integer_weights_repeat(rows: list[tuple[int, int]]) -> None:
    """Whole weights give the value of the answers repeated that often, with either denominator."""
    answers, weights = [row[0] for row in rows], [row[1] for row in rows]
    repeated = [a for a, w in rows for _ in range(w)]
    for denominator in ("valid", "all"):
        weighted = Tally.count(answers, weights=np.array(weights, dtype=float)).table(denominator).mean
        plain = Tally.count(repeated).table(denominator).mean
        np.testing.assert_allclose(weighted, plain, rtol=1e-12)


def test_denominator_all_counts_the_missing_as_nothing() -> None:
    """With all responses in the denominator the missing and invalid count with a category score of 0."""
    tally = Tally.count([10, 10, 0, None, 99])
    assert tally.value == pytest.approx(100 / 3)
    assert tally.table("all").mean == pytest.approx(100 / 5)


def test_by_category_keeps_the_score() -> None:
    """Without the distribution the counts per category stay."""
    tally = Tally.count([10, 9, 7, 3, 3], weights=[1.0, 2.0, 3.0, 4.0, 5.0])
    small = tally.by_category()
    assert small.counts.tolist() == tally.counts.tolist() == [2, 1, 2]
    assert small.value == tally.value
    assert small.by_category() is small
    with pytest.raises(InvalidValueError, match="distribution=True"):
        _ = small.distribution


def test_several_questions_have_no_distribution() -> None:
    """A scorer of three questions is counted by category."""
    tally = Tally.count([5, 5, 1], [5, 4, 1], [5, 5, None], scorer=SCI())
    assert int(tally.n) == 2
    assert int(tally.missing) == 1
    with pytest.raises(InvalidValueError, match="3 questions"):
        _ = tally.distribution
    assert tally + Tally.empty(SCI()) == tally


def test_from_counts() -> None:
    """Counts made elsewhere are taken by position or by name, for one group or many."""
    assert Tally.from_counts([1, 2, 7]) == Tally.from_counts({"promoter": 7, "detractor": 1, "passive": 2})
    assert Tally.from_counts([[1, 2, 7], [0, 0, 0]]).value.tolist()[0] == 60.0
    assert np.isnan(Tally.from_counts([0, 0, 0]).value)
    assert int(Tally.from_counts([1, 2, 7], missing=3, invalid=2).rows) == 15


def test_counts_go_as_far_as_their_sums_can() -> None:
    assert Tally.from_counts([0, 0, 2**62]).n.item() == 2**62
    with pytest.raises(InvalidValueError, match=r"between 0 and 2\*\*62"):
        Tally.from_counts([0, 0, 2**62 + 1])


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ([1, 2], "one for each of detractor, passive, promoter"),
        ([1, 2, -1], "between 0 and"),
        ([1, 2, 0.5], "whole numbers"),
        ([1, 2, float("nan")], "whole numbers"),
        ("abc", "whole numbers"),
        (7, "end in 3 columns"),
        ({"promotor": 3}, "counts must be one of .* did you mean 'promoter'"),
    ],
)
def test_bad_counts(counts: Any, message: str) -> None:
    """Counts that cannot be are refused with the reason."""
    with pytest.raises(InvalidValueError, match=message):
        Tally.from_counts(counts)


def test_what_does_not_merge() -> None:
    """Tallies of different scorers or shapes do not merge; equal scorers do, even if they are two objects."""
    tally = Tally.from_counts([1, 2, 7])
    with pytest.raises(IncompatibleError, match="one scorer"):
        _ = tally + Tally.count([3], scorer=CES())
    with pytest.raises(IncompatibleError, match="one shape"):
        _ = tally + Tally.from_counts([[1, 2, 7]])
    with pytest.raises(TypeError):
        _ = tally + 1
    assert int((tally + Tally.from_counts([0, 0, 1], NPS())).n) == 11


def test_misuse() -> None:
    """Wrong numbers of columns, indices and denominators are refused by name."""
    tally = Tally.from_counts([1, 2, 7])
    with pytest.raises(IncompatibleError, match=r"3 columns \(satisfaction, repurchase, recommend\): got 1"):
        Tally.count([1], scorer=SCI())
    with pytest.raises(InvalidTypeError, match="single group"):
        _ = tally[0]
    with pytest.raises(InvalidTypeError, match=r"\.n"):
        len(tally)
    with pytest.raises(InvalidValueError, match="more parts"):
        _ = Tally.from_counts([[1, 2, 7]])[0, 0]
    with pytest.raises(InvalidValueError, match="denominator"):
        tally.table("some")  # type: ignore[arg-type]


def test_as_a_value() -> None:
    """A tally pickles, prints and compares as a value."""
    tally = Tally.count([10, 3, None], weights=[1.0, 2.5, 1.0])
    assert pickle.loads(pickle.dumps(tally)) == tally
    assert repr(tally) == "Tally(NPS, detractor=1, passive=0, promoter=1, missing=1, invalid=0, weights=3.5)"
    assert repr(Tally.from_counts([[1, 2, 7]])) == "Tally(NPS, shape=(1,), rows=10)"
    assert tally != Tally.count([10, 3, None])
    assert tally != "tally"
    assert tally.scorer == NPS()


@given(st.sampled_from([(), (3,), (2, 2), (0,)]), st.booleans(), st.booleans())
def test_json_brings_back_the_tally(shape: tuple[int, ...], weighted: bool, by_answer: bool) -> None:
    """Law: what `to_json` writes comes back equal, and merges as before."""
    rng = np.random.default_rng(1)
    size = math.prod(shape)
    answers, groups = rng.integers(-1, 12, 50 * size), np.repeat(np.arange(size), 50)
    weights = rng.random(50 * size) if weighted else None
    tally = Tally.count(answers, groups=groups, n_groups=size, weights=weights, distribution=by_answer)
    tally = tally.mapped(lambda array: array.reshape(*shape, array.shape[-1]))
    back = Tally.from_json(tally.to_json())
    assert back == tally
    assert back + tally == tally + tally


@pytest.mark.parametrize(
    ("part", "junk"),
    [
        ("cells", [1, 2]),
        ("cells", [1.5] * 5),
        ("cells", [-1] * 5),
        ("cells", [2**70] * 5),
        ("cells", [True] * 5),
        ("cells", [[1] * 5, [1] * 4]),
        ("cells", None),
        ("weights", [1.0] * 5),
        ("by_answer", 1),
        ("version", 2),
        ("schema", "tracker"),
        ("scorer", "nps"),
    ],
)
def test_damaged_text_is_no_tally(part: str, junk: Any) -> None:
    """Whatever part of the text is junk, the error says so."""
    found = Tally.from_counts([1, 2, 3]).to_dict() | {part: junk}
    with pytest.raises(InvalidValueError, match="text"):
        Tally.from_json(json.dumps(found))


def test_tally_of_another_scorer() -> None:
    """A scorer that is given has to mean what the one that counted did."""
    text = Tally.from_counts([1, 2, 3]).to_json()
    assert Tally.from_json(text, scorer=NPS()) == Tally.from_counts([1, 2, 3])
    with pytest.raises(IncompatibleError, match="grid"):
        Tally.from_json(text, scorer=NPS(detractor=5))


@attrs.frozen
class Mood:
    """A scorer of three categories that no registry knows, with two questions."""

    name = "Mood"
    questions = {"before": Scale(1, 2), "after": Scale(0, 2)}  # noqa: RUF012
    categories = ("worse", "same", "better")
    category_scores = (-1, 0, 2)

    def categorize(self, before: Any, after: Any) -> Any:
        return np.sign(after - before) + 1


def test_a_tally_knows_its_scorer() -> None:
    """Counts of any scorer come back as those of that scorer, from JSON, pickled and copied."""
    tally = Tally.count([1, 1, 2, None], [0, 2, 2, 1], scorer=Mood())
    for back in (Tally.from_json(tally.to_json()), pickle.loads(pickle.dumps(tally)), copy.deepcopy(tally)):
        assert back == tally
        assert (back.codebook.name, back.codebook.categories) == ("Mood", Mood.categories)
        assert back + tally == tally + tally
        assert Tally.from_json(back.to_json()) == tally
        assert Tally.count([2], [1], scorer=back.scorer) == Tally.count([2], [1], scorer=Mood())
        assert Tally.from_counts([1, 2, 3]) != Tally.from_counts([1, 2, 3], back.scorer)


@pytest.mark.parametrize("part", ["questions", "categories", "category_scores", "grid", "kept"])
@pytest.mark.parametrize("junk", [None, 1, "x", [], [[]], [5] * 6, [["a", 1, 2]], [["a", 1, 2], ["b", 0, 1e9]]])
def test_a_damaged_scorer_is_none(part: str, junk: Any) -> None:
    """Whatever part of a kept scorer is junk, it is not made."""
    found = json.loads(Tally.count([1], [0], scorer=Mood()).to_json())
    found["scorer"][part] = junk
    with pytest.raises((InvalidValueError, IncompatibleError), match=r"text|scorer"):
        Tally.from_json(json.dumps(found))


@pytest.mark.parametrize("column", [lambda cells: pd.Series(cells, dtype="Int64"), pl.Series])
def test_columns_of_dataframe_libraries(column: Any) -> None:
    """A series is counted as it is, what is null in it being missing; weights may be one too."""
    assert Tally.count(column([10, None, 3])) == Tally.count([10, None, 3])
    assert Tally.count([10, 9, 3], weights=column([1, 2, 3])) == Tally.count([10, 9, 3], weights=[1, 2, 3])

"""Laws of scales, of the Scorer protocol, and of the codebook that is read from a scorer."""

from __future__ import annotations

import itertools
import pickle
from typing import Any, ClassVar, cast

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.data.scale import MAX_POINTS, Scale, as_scale
from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.scorers import CES, NPS, SCI, Scorer, codebook_of
from npskit.scorers.base import answer_grid, read_codebook
from npskit.testing import scales, scorers

# ---- scales ----


@given(scales())
def test_a_scale_is_its_points(scale: Scale) -> None:
    """Iteration, size and membership agree with the range from low to high."""
    points = list(range(scale.low, scale.high + 1))
    assert list(scale) == points
    assert scale.size == len(points)
    assert all(point in scale for point in points)
    assert scale.low - 1 not in scale
    assert scale.high + 1 not in scale
    assert scale.low + 0.5 not in scale


@given(scales())
def test_scales_are_values(scale: Scale) -> None:
    """A scale equals its evaluated repr, its pickle and what is made from its ends, and hashes alike."""
    ends = (scale.low, scale.high)
    for twin in (eval(repr(scale)), pickle.loads(pickle.dumps(scale)), as_scale(ends), as_scale(list(ends))):
        assert twin == scale
        assert hash(twin) == hash(scale)
    assert as_scale(scale) is scale
    assert str(scale) == f"{scale.low}..{scale.high}"


def test_booleans_are_on_no_scale() -> None:
    """True is not the answer 1."""
    assert 1 in Scale(0, 1)
    assert True not in Scale(0, 1)
    assert np.True_ not in Scale(0, 1)


def test_the_ends_of_a_scale_may_be_numpy_integers() -> None:
    """Ends from an array are kept as ints."""
    scale = Scale(np.int8(0), np.int64(10))
    assert scale == Scale(0, 10)
    assert type(scale.low) is type(scale.high) is int


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [
        (5, 1, "runs from low to high: got low=5, high=1"),
        (3, 3, "runs from low to high"),
        (1, 251, "at most 250 points: 1..251 has 251"),
        (2_000_000_000, 2_000_000_005, "within a thousand million"),
    ],
)
def test_a_scale_that_cannot_be_is_refused(low: int, high: int, message: str) -> None:
    """A scale rises, is not too long, and stays where its answers can be told apart."""
    with pytest.raises(InvalidValueError, match=message):
        Scale(low, high)


def test_the_longest_scale_is_allowed() -> None:
    """The limit itself is a scale."""
    assert Scale(1, MAX_POINTS).size == MAX_POINTS


@pytest.mark.parametrize("value", [5, "1-5", (1, 2, 3), None, (1,)])
def test_what_has_not_two_ends_is_no_scale(value: Any) -> None:
    """A scale is given as one or as its two ends."""
    with pytest.raises(InvalidTypeError, match="scale must be a Scale or its two ends"):
        as_scale(value)


@pytest.mark.parametrize("end", [True, 1.0, "1", None, [1]])
def test_an_end_that_is_no_whole_number_is_refused(end: Any) -> None:
    """Each end is named when it is no whole number."""
    with pytest.raises(InvalidTypeError, match="low must be a whole number"):
        Scale(end, 5)
    with pytest.raises(InvalidTypeError, match="high must be a whole number"):
        Scale(0, end)


# ---- codebooks ----


@given(scorers())
def test_the_grid_holds_the_category_of_every_combination(scorer: Scorer) -> None:
    """Looking an answer up in the grid is categorizing it."""
    codebook = codebook_of(scorer)
    assert codebook.grid.shape == tuple(scale.size for scale in codebook.scales)
    for answers in itertools.islice(itertools.product(*codebook.scales), 0, 500, 7):
        cell = tuple(answer - scale.low for answer, scale in zip(answers, codebook.scales, strict=True))
        asked = scorer.categorize(*(np.array([answer]) for answer in answers))
        assert codebook.grid[cell] == asked[0]


@given(st.lists(scales(max_size=6), min_size=1, max_size=3))
def test_the_answer_grid_is_the_product_of_the_scales(some: list[Scale]) -> None:
    """Every combination occurs once, the last scale running fastest."""
    assert list(zip(*(axis.tolist() for axis in answer_grid(some)), strict=True)) == list(itertools.product(*some))


@given(scorers())
def test_a_codebook_holds_what_the_scorer_says(scorer: Scorer) -> None:
    """Name, questions, categories and category scores are the scorer's own, and cannot be written to."""
    codebook = codebook_of(scorer)
    assert (codebook.name, codebook.categories) == (scorer.name, scorer.categories)
    assert dict(zip(codebook.questions, codebook.scales, strict=True)) == scorer.questions
    assert tuple(codebook.category_scores.tolist()) == scorer.category_scores
    assert codebook.scale == (codebook.scales[0] if len(codebook.scales) == 1 else None)
    for array in (codebook.category_scores, codebook.grid):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


@given(scorers(), scorers())
def test_codebooks_are_equal_exactly_where_they_do_the_same(a: Scorer, b: Scorer) -> None:
    """Equal scorers have equal codebooks, which hash alike; a codebook equals nothing but a codebook."""
    one, two = codebook_of(a), codebook_of(b)
    assert a != b or one == two
    assert one != two or hash(one) == hash(two)
    assert one == read_codebook(a)
    assert one != a


def test_a_codebook_is_read_once() -> None:
    """Equal scorers share the codebook that was read first."""
    assert codebook_of(NPS()) is codebook_of(NPS())


class Up(tuple[int, ...]):
    """A scorer that is a tuple: equal to any tuple of the same content, also of another class."""

    __slots__ = ()
    name = "Up"
    questions: ClassVar = {"answer": Scale(0, 2)}
    categories = ("low", "high")
    category_scores = (0.0, 1.0)

    def categorize(self, answer: Any) -> Any:
        return answer >= 1


class Beyond(Up):
    """Another one, that does something else with the same content."""

    __slots__ = ()

    def categorize(self, answer: Any) -> Any:
        return answer > 1


def test_equal_scorers_of_different_types_are_not_confused() -> None:
    """Tuples of different types may be equal; their codebooks are their own."""
    assert Up() == Beyond()
    assert hash(Up()) == hash(Beyond())
    assert codebook_of(Up()).grid.tolist() == [0, 1, 1]
    assert codebook_of(Beyond()).grid.tolist() == [0, 0, 1]


@attrs.frozen
class Loose:
    """A scorer that can be made wrong in any part, and cannot always be hashed."""

    name: Any = "Loose"
    questions: Any = attrs.field(factory=lambda: {"answer": Scale(0, 2)})
    categories: Any = ("low", "mid", "high")
    category_scores: Any = (0, 1, 2)
    found: Any = (0, 1, 2)

    def categorize(self, *_answers: Any) -> Any:
        return self.found


def test_a_scorer_that_cannot_be_hashed_still_works() -> None:
    """A codebook is remembered where that is possible, and read where not."""
    with pytest.raises(TypeError, match="unhashable"):
        hash(Loose())
    assert codebook_of(Loose()) == codebook_of(Loose())
    assert codebook_of(Loose(category_scores=[2, 1, 0])).category_scores.tolist() == [2.0, 1.0, 0.0]
    assert codebook_of(Loose(found=np.array([True, True, False]))).grid.tolist() == [1, 1, 0]


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("name", "", "name must be a text"),
        ("name", 5, "name must be a text"),
        ("questions", [("answer", Scale(0, 2))], "questions must map names to scales"),
        ("questions", {}, "questions must have names"),
        ("questions", {1: Scale(0, 2)}, "questions must have names"),
        ("questions", {"answer": (0, 2)}, r"every question needs a Scale\(low, high\)"),
        ("questions", {str(i): Scale(0, 249) for i in range(3)}, "combine in more than 1048576 ways"),
        ("categories", ("all",), "two or more distinct categories"),
        ("categories", ("a", "b", "a"), "two or more distinct categories"),
        ("categories", (1, 2, 3), "categories must have names"),
        ("category_scores", (0, 1), "one number in category_scores for each of the 3 categories"),
        ("category_scores", 5, "one number in category_scores for each of the 3 categories"),
        ("category_scores", ("bad", "fair", "good"), "one number in category_scores for each of the 3 categories"),
        ("category_scores", (0, 1, float("inf")), "category_scores must be finite"),
        ("category_scores", (0, 1, float("nan")), "category_scores must be finite"),
        ("category_scores", (-1e200, 0, 1e200), "category_scores must be in a unit in which the largest is between"),
        ("category_scores", (0, 1e-200, 2e-200), "category_scores must be in a unit in which the largest is between"),
        ("category_scores", (0, 1e-320, 1), "no two next to each other but equal"),
        ("category_scores", (0, 2, 1), "category_scores must rise or fall"),
        ("category_scores", (1, 1, 1), "category_scores must not all be equal"),
        ("found", (0, 1), "one category for each answer"),
        ("found", 0, "one category for each answer"),
        ("found", (0.0, 1.0, 2.0), "whole numbers, not float64"),
        ("found", ("a", "b", "c"), "whole numbers, not <U1"),
        ("found", (0, 1, 3), "indices of its 3 categories: 0 to 2"),
        ("found", (-1, 1, 2), "indices of its 3 categories: 0 to 2"),
        ("found", np.array([0, 1, 2**63], dtype=np.uint64), "indices of its 3 categories: 0 to 2"),
    ],
)
def test_a_scorer_that_contradicts_itself_is_refused(part: str, value: Any, message: str) -> None:
    """Each part is checked when the scorer is first used, and the message names the scorer and the part."""
    with pytest.raises(InvalidValueError, match=f"scorer Loose: .*{message}"):
        codebook_of(Loose(**{part: value}))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (NPS, r"write NPS\(\), not NPS"),
        (5, "int lacks name, questions"),
        ("sci", r"scorer such as SCI\(\), not the text 'sci'"),
    ],
)
def test_what_is_no_scorer_is_refused(value: Any, message: str) -> None:
    """A class instead of an instance, or anything else, is told what a scorer has."""
    with pytest.raises(InvalidTypeError, match=message):
        codebook_of(value)


def test_the_protocol_knows_a_scorer() -> None:
    """isinstance tells scorers from other things."""
    assert all(isinstance(scorer, Scorer) for scorer in (NPS(), SCI(), CES(), Loose(), Up()))
    assert not isinstance(5, Scorer)


def test_a_scorer_that_says_worths_is_read() -> None:
    """The first name of category scores still works, and means the same."""

    class Thumbs:
        name = "Thumbs"
        questions: ClassVar = {"thumb": Scale(0, 1)}
        categories = ("down", "up")
        worths = (-100, 100)

        def categorize(self, thumb: Any) -> Any:
            return thumb

    assert codebook_of(cast("Scorer", Thumbs())).category_scores.tolist() == [-100, 100]

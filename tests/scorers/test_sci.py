"""Laws and examples of the Secure Customer Index."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.data.scale import Scale
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.scorers import SCI, Scorer, codebook_of
from npskit.testing import scorers

# Customers of a French garden-centre chain (13,521 with all three answers, 1..10) by the worst of their three answers.
BY_WORST_ANSWER = {1: 190, 2: 80, 3: 152, 4: 215, 5: 617, 6: 734, 7: 1679, 8: 3689, 9: 2594, 10: 3571}


@pytest.mark.parametrize(
    ("top", "counts", "percent"), [(10, [637, 6719, 2594, 3571], 26.41), (9, [637, 1351, 5368, 6165], 45.60)]
)
def test_the_garden_centre(top: int, counts: list[int], percent: float) -> None:
    """26.41 % are secure with 10 as the top box, 45.60 % with 9 and 10, of the same customers."""
    worst = np.repeat(list(BY_WORST_ANSWER), list(BY_WORST_ANSWER.values()))
    answers = np.full((3, worst.size), 10)
    answers[np.arange(worst.size) % 3, np.arange(worst.size)] = worst
    categories = SCI((1, 10), top=top).categorize(*answers)
    assert np.bincount(categories).tolist() == counts
    assert np.array(SCI.category_scores)[categories].mean() == pytest.approx(percent, abs=0.005)


def test_five_points() -> None:
    """On five points 5 is the top box, 4 the second, and 1 or 2 on any question puts a customer at risk."""
    named = {
        (5, 5, 5): "secure",
        (5, 5, 4): "favorable",
        (4, 4, 4): "favorable",
        (5, 5, 3): "vulnerable",
        (3, 3, 3): "vulnerable",
        (5, 5, 2): "at risk",
        (1, 1, 1): "at risk",
    }
    sci = SCI()
    for answers, category in named.items():
        for order in itertools.permutations(answers):
            assert sci.categories[int(sci.categorize(*(np.array([a]) for a in order))[0])] == category


def test_only_the_secure_are_worth_something() -> None:
    """The index is the percentage of the secure."""
    assert dict(zip(SCI.categories, SCI.category_scores, strict=True)) == {
        "at risk": 0.0,
        "vulnerable": 0.0,
        "favorable": 0.0,
        "secure": 100.0,
    }
    assert list(SCI().questions) == ["satisfaction", "repurchase", "recommend"]


@settings(max_examples=40, deadline=None)
@given(scorers(SCI))
def test_the_classes_are_as_documented(sci: SCI) -> None:
    """Secure, then favorable, then at risk, then vulnerable, each by its cuts on every question's own scale."""
    three = [value if isinstance(value, tuple) else (value,) * 3 for value in (sci.bottom, sci.second, sci.top)]
    bottom, second, top = (np.array(cut) for cut in three)
    for answers in itertools.product(*sci.questions.values()):
        if (np.array(answers) >= top).all():
            expected = 3
        elif (np.array(answers) >= second).all():
            expected = 2
        else:
            expected = 0 if (np.array(answers) <= bottom).any() else 1
        cell = tuple(a - scale.low for a, scale in zip(answers, sci.questions.values(), strict=True))
        assert codebook_of(sci).grid[cell] == expected


@settings(max_examples=40, deadline=None)
@given(scorers(SCI))
def test_a_better_answer_never_makes_a_worse_class(sci: SCI) -> None:
    """The class rises along each of the three questions."""
    grid = codebook_of(sci).grid
    assert all((np.diff(grid, axis=axis) >= 0).all() for axis in range(3))


@given(st.integers(3, 5), st.integers(-3, 3))
def test_the_defaults_of_short_scales_follow_the_scale(size: int, low: int) -> None:
    """Up to five points the best point is the top box, the next the second, and somebody can be at risk."""
    sci = SCI((low, low + size - 1))
    assert (sci.top, sci.second) == (low + size - 1, low + size - 2)
    assert sci == SCI((low, low + size - 1), top=low + size - 1)
    assert set(np.unique(codebook_of(sci).grid)) >= {0, 2, 3}


@pytest.mark.parametrize(
    ("scale", "top", "second", "bottom"),
    [
        ((1, 5), 5, 4, 2),
        ((1, 5), 4, 2, 1),
        ((1, 4), 4, 3, 1),
        ((1, 3), 3, 2, 1),
        ((1, 7), 7, 6, 2),
        ((1, 7), 6, 4, 2),
        ((1, 10), 10, 9, 4),
        ((1, 10), 9, 7, 4),
        ((0, 10), 9, 7, 3),
    ],
)
def test_the_defaults_of_the_second_and_bottom_boxes(scale: Any, top: int, second: int, bottom: int) -> None:
    """The second box is as wide as the top box; the bottom one is the lower two fifths, below the second."""
    assert SCI(scale, top=top) == SCI(scale, top=top, second=second, bottom=bottom)


def test_one_for_all_and_three_times_the_same_are_equal() -> None:
    """A scale or cut given once or three times makes the same scorer, with the same repr."""
    sci = SCI([Scale(1, 10)] * 3, top=[9, 9, 9], second=7, bottom=(4, None, 4))
    assert sci == SCI((1, 10), top=9)
    assert hash(sci) == hash(SCI((1, 10), top=9))
    assert repr(sci) == "SCI(scale=Scale(1, 10), top=9, second=7, bottom=4)"


def test_questions_may_have_scales_of_their_own() -> None:
    """Each question keeps its own scale and cuts; None takes the question's default."""
    sci = SCI([(1, 5), (0, 10), (0, 10)], top=(None, 9, 10))
    assert sci.questions == {"satisfaction": Scale(1, 5), "repurchase": Scale(0, 10), "recommend": Scale(0, 10)}
    assert (sci.top, sci.second, sci.bottom) == ((5, 9, 10), (4, 7, 9), (2, 3, 3))
    assert eval(repr(sci)) == sci


@pytest.mark.parametrize("size", [6, 7, 10, 11])
def test_on_longer_scales_the_top_box_must_be_said(size: int) -> None:
    """Nobody guesses whether 9 of 10 is secure."""
    with pytest.raises(InvalidValueError, match=rf"satisfaction is asked on 1\.\.{size}, so give top={size} or"):
        SCI((1, size))
    with pytest.raises(InvalidValueError, match="recommend is asked on"):
        SCI([(1, 5), (1, 5), (1, size)])


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"top": 6}, InvalidValueError, "cuts of satisfaction must satisfy 1 <= bottom < second < top <= 5: got"),
        ({"top": 4, "second": 4}, InvalidValueError, "bottom=2, second=4, top=4"),
        ({"bottom": 4}, InvalidValueError, "give all three"),
        ({"top": (5, 5, 9)}, InvalidValueError, "cuts of recommend"),
        ({"scale": (1, 2)}, InvalidValueError, "must satisfy"),
        ({"scale": (1, 10), "top": 5}, InvalidValueError, "second=-1"),
        ({"top": 4.5}, InvalidTypeError, "top must be a whole number"),
        ({"second": True}, InvalidTypeError, "second must be a whole number"),
        ({"bottom": "2"}, InvalidTypeError, "bottom must be a whole number"),
        ({"top": (5, 5)}, IncompatibleError, "top: give one for all questions or three"),
        ({"scale": [(1, 5), (1, 5)]}, IncompatibleError, "scale: give one for all questions or three"),
        ({"scale": 5}, InvalidTypeError, "scale must be a Scale or its two ends"),
        ({"scale": (1, 2, 3)}, InvalidTypeError, "scale must be a Scale or its two ends"),
    ],
)
def test_cuts_that_cannot_be_are_refused(options: dict[str, Any], error: type[Exception], message: str) -> None:
    """The message names the question, the cuts, and the order they must have."""
    with pytest.raises(error, match=message):
        SCI(**options)


def test_sci_is_a_scorer() -> None:
    """Static and runtime types agree on it."""
    scorer: Scorer = SCI()
    assert isinstance(scorer, Scorer)

"""Laws and examples of the Customer Effort Score."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.data.scale import Scale
from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.options import CES_METHODS, CESMethod
from npskit.scorers import CES, codebook_of
from npskit.testing import scales, scorers


def value(ces: CES, answers: list[int]) -> float:
    """Return the mean category score of answers."""
    return float(np.mean(np.array(ces.category_scores)[ces.categorize(np.array(answers))]))


@given(st.sampled_from([1, 2]), scales(), st.data())
def test_the_mean_is_the_mean_of_the_answers(version: int, scale: Scale, data: st.DataObject) -> None:
    """With method "mean" the score is the mean answer, in both versions."""
    answers = data.draw(st.lists(st.integers(scale.low, scale.high), min_size=1, max_size=20))
    assert value(CES(version, scale=scale), answers) == pytest.approx(np.mean(answers), abs=1e-12)


@given(st.lists(st.integers(1, 7), min_size=1, max_size=30))
def test_version_2_counts_high_answers_as_easy(answers: list[int]) -> None:
    """5 to 7 are easy, 1 to 3 hard: top box is the share of the one, net the difference of both."""
    easy, hard = sum(a >= 5 for a in answers), sum(a <= 3 for a in answers)
    assert value(CES(2, "top_box"), answers) == pytest.approx(100 * easy / len(answers), abs=1e-12)
    assert value(CES(2, "net"), answers) == pytest.approx(100 * (easy - hard) / len(answers), abs=1e-12)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=30))
def test_version_1_counts_low_answers_as_easy(answers: list[int]) -> None:
    """1 and 2 are easy, 4 and 5 hard."""
    easy, hard = sum(a <= 2 for a in answers), sum(a >= 4 for a in answers)
    assert value(CES(1, "top_box"), answers) == pytest.approx(100 * easy / len(answers), abs=1e-12)
    assert value(CES(1, "net"), answers) == pytest.approx(100 * (easy - hard) / len(answers), abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(scorers(CES))
def test_categories_run_from_worst_to_best(ces: CES) -> None:
    """High is good in version 2.0 and low in 1.0, so the grid rises in one and falls in the other."""
    steps = np.diff(codebook_of(ces).grid)
    assert (steps >= 0).all() if ces.version == 2 else (steps <= 0).all()
    assert codebook_of(ces).grid.min() == 0
    assert codebook_of(ces).grid.max() == len(ces.categories) - 1


@given(st.sampled_from(CES_METHODS), scales(), st.data())
def test_the_versions_mirror_each_other(method: CESMethod, scale: Scale, data: st.DataObject) -> None:
    """Version 1.0 on the mirrored scale and cuts does what version 2.0 does; its mean is the mirrored mean."""
    hard = data.draw(st.integers(scale.low, scale.high - 1))
    cuts = {"easy": data.draw(st.integers(hard + 1, scale.high)), "hard": hard}
    used = {"mean": [], "top_box": ["easy"], "net": ["easy", "hard"]}[method]
    two = CES(2, method, scale=scale, **{name: cuts[name] for name in used})
    one = CES(1, method, scale=(-scale.high, -scale.low), **{name: -cuts[name] for name in used})
    answers = np.array(list(scale))
    assert one.categorize(-answers).tolist() == two.categorize(answers).tolist()
    assert one.category_scores == (
        two.category_scores if method != "mean" else tuple(-worth for worth in two.category_scores)
    )


def test_the_name_says_version_and_method() -> None:
    """Figures that cannot be compared do not share a name."""
    names = [CES(version, method).name for version in (1, 2) for method in CES_METHODS]
    assert names == [f"CES {v}.0 ({m})" for v in (1, 2) for m in ("mean", "top box", "net")]


def test_what_it_says() -> None:
    """The points for the mean, else hard and easy."""
    assert (CES(1).categories, CES(1).category_scores) == (("5", "4", "3", "2", "1"), (5.0, 4.0, 3.0, 2.0, 1.0))
    assert CES().category_scores == (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)
    assert CES(method="net").categories == ("hard", "neutral", "easy")
    assert CES(method="top_box").categories == ("not easy", "easy")
    assert CES().questions == {"effort": Scale(1, 7)}
    assert CES(1).questions == {"effort": Scale(1, 5)}


@settings(max_examples=40, deadline=None)
@given(scorers(CES))
def test_repr_evaluates(ces: CES) -> None:
    """eval(repr(x)) == x, also where cuts are not used."""
    assert eval(repr(ces)) == ces


def test_the_usual_cuts_are_those_given() -> None:
    """Saying the defaults changes nothing."""
    assert CES(2, "net") == CES(2, "net", scale=(1, 7), easy=5, hard=3)
    assert CES(1, "top_box") == CES(1, "top_box", easy=2)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"version": 3}, InvalidValueError, "version must be 1 .* or 2 .*: got 3"),
        ({"version": 2.0}, InvalidTypeError, "version must be a whole number"),
        ({"version": True}, InvalidTypeError, "version must be a whole number"),
        ({"method": "top-box"}, InvalidValueError, "method must be one of .* got 'top-box'; did you mean 'top_box'"),
        ({"method": None}, InvalidValueError, "method must be one of .* got None"),
        ({"easy": 5}, InvalidValueError, r"easy is not used by method='mean': leave it out \(got easy=5\)"),
        ({"method": "top_box", "hard": 3}, InvalidValueError, "hard is not used by method='top_box'"),
        ({"method": "net", "scale": (1, 5)}, InvalidValueError, "method='net' needs easy="),
        ({"method": "net", "scale": (1, 5), "easy": 4}, InvalidValueError, "method='net' needs hard="),
        ({"method": "net", "easy": 3}, InvalidValueError, "1 <= hard < easy <= 7: got hard=3, easy=3"),
        ({"method": "net", "hard": 0}, InvalidValueError, "1 <= hard < easy <= 7"),
        ({"method": "top_box", "easy": 1}, InvalidValueError, "1 <= hard < easy <= 7"),
        ({"method": "top_box", "easy": 8}, InvalidValueError, "1 <= hard < easy <= 7"),
        ({"version": 1, "method": "top_box", "easy": 5}, InvalidValueError, "1 <= easy < hard <= 5"),
        ({"version": 1, "method": "net", "hard": 2}, InvalidValueError, "1 <= easy < hard <= 5"),
        ({"method": "top_box", "easy": 5.5}, InvalidTypeError, "easy must be a whole number"),
        ({"scale": 7}, InvalidTypeError, "scale must be a Scale or its two ends"),
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, Any], error: type[Exception], message: str) -> None:
    """Versions, methods and cuts are checked, and a cut that would do nothing is not taken silently."""
    with pytest.raises(error, match=message):
        CES(**options)

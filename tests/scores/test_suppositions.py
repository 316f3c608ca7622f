"""What if, and targets: the arithmetic is that of counting the changed answers, and intervals are those of means."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.inference import power

COUNTS = st.tuples(*[st.integers(10, 300)] * 3)


def answers(detractors: int, passives: int, promoters: int) -> list[int]:
    """So many answers of each kind."""
    return [3] * detractors + [8] * passives + [10] * promoters


@given(COUNTS, st.integers(0, 10), st.integers(0, 10))
def test_a_supposed_score_is_that_of_the_changed_answers(counts: tuple[int, int, int], up: int, down: int) -> None:
    """Moving answers by name gives the score, and the shares, of a list in which they are changed."""
    detractors, passives, promoters = (10 * count for count in counts)
    score = nk.nps(answers(detractors, passives, promoters))
    if up + down > 10:
        up, down = 10 - up, 10 - down
    found = score.what_if({"passive": {"promoter": up / 10, "detractor": down / 10}})
    more, fewer = counts[1] * up, counts[1] * down
    changed = nk.nps(answers(detractors + fewer, passives - more - fewer, promoters + more))
    assert (found.before, found.value) == pytest.approx((score.value, changed.value))
    assert [each.after for each in found.categories] == pytest.approx(list(changed.shares.values()))
    assert sum(each.difference for each in found.categories) == pytest.approx(0, abs=1e-12)
    assert found.difference == pytest.approx(found.value - found.before)
    for value, interval in ((found.value, found.interval), (found.difference, found.difference_interval)):
        assert interval.low - 1e-9 <= value <= interval.high + 1e-9
    for each in found.categories:
        assert each.difference_interval.low - 1e-9 <= each.difference <= each.difference_interval.high + 1e-9


def test_nothing_moved_is_nothing_changed() -> None:
    """Without moves the score and its interval are today's, and the difference is 0 without doubt."""
    score = nk.nps(answers(20, 40, 60))
    found = score.what_if({})
    assert (found.value, found.difference) == (score.value, 0)
    assert list(found.interval) == pytest.approx(list(score.interval()))
    assert list(found.difference_interval) == [0, 0]


def test_weights_and_missing_answers_count_as_in_the_score() -> None:
    """Of weighted answers shares are weighted; where all responses count, those without an answer stay."""
    weighted = nk.Survey({"score": [3, 8, 10], "w": [2.0, 1.0, 1.0]}, weight="w").score()
    assert weighted.what_if({"detractor": {"promoter": 1.0}}).difference == pytest.approx(100)
    every = nk.nps([3, 8, 10, None], denominator="all")
    found = every.what_if({"passive": {"promoter": 1.0}})
    assert found.before == pytest.approx(every.value)
    assert found.difference == pytest.approx(25)


@given(COUNTS, st.floats(0.05, 0.95))
def test_winning_what_is_needed_reaches_the_target(counts: tuple[int, int, int], part: float) -> None:
    """With so many answers moved, or added, the score is at least the target, and with one less it is not."""
    detractors, passives, promoters = counts
    score = nk.nps(answers(*counts))
    target = score.value + part * (100 - score.value)
    found = score.target(target)
    places = {"detractor": 0, "passive": 1, "promoter": 2}
    for way in found.ways:
        assert way.enough == (way.needed <= counts[places[way.source]] or way.share <= 1 + 1e-9)
        for moved, reached in ((way.needed, True), (way.needed - 1, False)):
            changed = np.array(counts, dtype=float)
            changed[places[way.source]] -= moved
            changed[places[way.goal]] += moved
            assert bool(changed @ [-100, 0, 100] / sum(counts) >= target - 1e-6) == reached
    assert found.added is not None
    for added, reached in ((found.added, True), (found.added - 1, False)):
        total = nk.nps(answers(detractors, passives, promoters + added)).value
        assert (total >= target - 1e-6) == reached
    assert found.p_value == pytest.approx(score.p_value(target))


def test_the_next_survey_has_just_enough_answers() -> None:
    """So many answers find the gap with the power that was asked for, one less does not."""
    score = nk.nps(answers(400, 600, 1_000))
    found = score.target(38, power=0.9)
    assert found.answers is not None
    variance = 10_000 * (0.5 + 0.2 - 0.3**2)
    for answers_next, enough in ((found.answers, True), (found.answers - 1, False)):
        assert (power(2_000, 8, n_second=answers_next, variance=variance) >= 0.9) == enough
    few = nk.nps(answers(20, 30, 50)).target(38)
    assert few.answers is None
    assert "today's answers are too few" in str(few)
    assert nk.nps([9] * 50 + [7]).target(100).added is None


def test_a_scale_on_which_low_is_good() -> None:
    """Where the score falls as answers get better, a target lies below."""

    class Effort:
        name = "Effort"
        questions = {"effort": nk.Scale(1, 3)}  # noqa: RUF012
        categories = ("hard", "so so", "easy")
        category_scores = (3, 2, 1)

        def categorize(self, effort: Any) -> Any:
            return 3 - effort

    score = nk.measure(Effort(), [3] * 50 + [2] * 30 + [1] * 20)
    found = score.target(2.0)
    assert [(way.source, way.goal, way.needed) for way in found.ways] == [
        ("hard", "so so", 30),
        ("hard", "easy", 15),
        ("so so", "easy", 30),
    ]
    with pytest.raises(InvalidValueError, match="not better than today's"):
        score.target(2.5)


def test_wrong_arguments() -> None:
    """Each error names the argument, the value and the fix."""
    score = nk.nps(answers(10, 10, 10))
    for moves, why in (
        ("passive", "moves must say"),
        ({"passive": 0.1}, "moves must say"),
        ({"pasive": {"promoter": 0.1}}, "no category is called 'pasive': did you mean 'passive'"),
        ({"passive": {"promoters": 0.1}}, "did you mean 'promoter'"),
        ({"passive": {"promoter": 10}}, r"moves\['passive'\]\['promoter'\] must be"),
        ({"passive": {"promoter": 0.7, "detractor": 0.7}}, "more than all of passive is moved"),
    ):
        with pytest.raises((InvalidTypeError, InvalidValueError), match=why):
            score.what_if(moves)  # type: ignore[arg-type]
    for target, why in ((0, "not better"), (101, "beyond the best"), ("high", "target must be")):
        with pytest.raises((InvalidTypeError, InvalidValueError), match=why):
            score.target(target)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="power must be above"):
        score.target(50, power=0.01)
    for question in (lambda: nk.nps([]).what_if({}), lambda: nk.nps([]).target(5)):
        with pytest.raises(InvalidValueError, match="nothing was answered"):
            question()
    assert math.isfinite(score.target(50).ways[0].share)

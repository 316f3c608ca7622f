"""What if a driver were rated otherwise: shares stay shares, the score follows its own coefficient, scales end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npskit as nk
from npskit.errors import InvalidTypeError, InvalidValueError

NAMES = ["speed", "price"]


def answers(rng: np.random.Generator, n: int = 300, higher: int = 0) -> dict[str, Any]:
    """Answers that ratings make, those of speed moved by so much, but not past 5."""
    speed, price = rng.integers(1, 6, n), rng.integers(1, 6, n)
    noise = rng.normal(size=n)
    moved = np.clip(speed + higher, 1, 5)
    score = np.clip(np.round(1.1 * moved + 0.6 * price + 1.5 + 1.2 * noise), 0, 10).astype(int)
    return {"score": score, "speed": speed, "price": price, "spent": noise, "size": rng.normal(size=n)}


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-6, 6))
def test_the_score_follows_its_own_coefficient(seed: int, by: float) -> None:
    """The score moves by the coefficient of the category score times the mean of what ratings move by."""
    data = answers(np.random.default_rng(seed))
    found = nk.Survey(data, score="score").drivers(NAMES, outcome="category_score", draws=100)
    then = found.what_if("speed", by)
    moved = float((np.clip(data["speed"] + by, 1, 5) - data["speed"]).mean())
    shares = [each.after for each in then.categories]
    assert sum(shares) == pytest.approx(1)
    assert all(0 <= share <= 1 for share in shares)
    assert then.before == pytest.approx(nk.nps(data["score"]).value)
    assert then.difference == pytest.approx(then.value - then.before)
    if min(shares) > 0:  # none ended there
        assert then.difference == pytest.approx(found["speed"].coefficient * moved, abs=1e-9)
    assert -100 <= then.interval.low <= then.interval.high <= 100
    assert then.row_counts == found.row_counts


def test_nothing_moved_is_nothing_changed() -> None:
    """By 0, and where all give the best rating already, nothing differs."""
    data = answers(np.random.default_rng(0))
    found = nk.Survey(data, score="score").drivers(NAMES, draws=100)
    assert found.what_if("speed", 0).difference == 0
    assert found.what_if("speed", 10).difference == pytest.approx(found.what_if("speed", 4).difference)


def test_a_driver_that_is_no_rating_moves_by_all_of_it() -> None:
    """Amounts have no ends: their mean moves by as much as is said."""
    data = answers(np.random.default_rng(0))
    found = nk.Survey(data, score="score").drivers(["speed", "size"], outcome="category_score", draws=100)
    then = found.what_if("size", 0.5)
    assert then.supposed == "size were 0.5 higher"
    assert then.difference == pytest.approx(0.5 * found["size"].coefficient, abs=1e-9)


def test_a_share_ends_at_nothing() -> None:
    """A share that a straight line takes below 0 ends there, and that is said."""
    rng = np.random.default_rng(4)
    speed = rng.integers(1, 6, 400)
    score = np.where(speed == 1, 3, 10)
    score[:40] = 8
    found = nk.Survey({"score": score, "speed": speed}).drivers(["speed"], draws=100)
    then = found.what_if("speed", 4)
    assert then.categories[0].after == 0
    assert sum(each.after for each in then.categories) == pytest.approx(1)
    assert "ends there" in str(then)


def test_what_would_have_happened_is_foreseen() -> None:
    """Where ratings do make the answers, the score after moving them is within the interval, nearly always."""
    truth = nk.nps(answers(np.random.default_rng(1), 200_000, 1)["score"]).value
    truth -= nk.nps(answers(np.random.default_rng(1), 200_000)["score"]).value
    found = []
    for seed in range(30):
        data = answers(np.random.default_rng(seed + 10), 600)
        then = nk.Survey(data, score="score").drivers(NAMES, draws=100).what_if("speed", 1)
        found.append((then.difference, truth in then.difference_interval))
    assert np.mean([each[0] for each in found]) == pytest.approx(truth, rel=0.08)
    assert sum(each[1] for each in found) >= 23


def by_steps(data: dict[str, Any], names: list[str], weights: np.ndarray, who: np.ndarray) -> tuple[Any, Any]:
    """Return the change of the score were the first driver one higher, and its variance, from a table of steps."""
    score = np.array(data["score"])
    y = 100.0 * (np.where(score >= 9, 1, 0) - np.where(score <= 6, 1, 0))
    steps = [np.array(data[name])[:, np.newaxis] == np.unique(data[name])[1:] for name in names]
    x = np.column_stack([np.ones(len(y)), *steps]).astype(float)
    levels = np.unique(data[names[0]])
    then = x.copy()
    then[:, 1 : len(levels)] = np.minimum(data[names[0]] + 1, levels[-1])[:, np.newaxis] == levels[1:]
    inverse = np.linalg.inv(x.T @ (weights[:, np.newaxis] * x))
    beta = inverse @ x.T @ (weights * y)
    each = (then - x) @ beta
    value = np.average(each, weights=weights)
    toward = np.average(then - x, axis=0, weights=weights) @ inverse
    influence = weights * ((y - x @ beta) * (x @ toward) + (each - value) / weights.sum())
    sums = np.bincount(who, influence)
    sums = sums[np.bincount(who) > 0]
    n, s, p = len(y), len(sums), x.shape[1] - 1
    return value, (sums**2).sum() * s / (s - 1) * n / (n - p - 1)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans(), st.booleans())
def test_steps_are_a_regression_on_each_rating(seed: int, weighted: bool, repeated: bool) -> None:
    """The reading by steps, and its variance over customers, are those of a regression on a column for each rating."""
    rng = np.random.default_rng(seed)
    data = answers(rng)
    weights = rng.uniform(0.5, 3, 300) if weighted else np.ones(300)
    who = rng.integers(0, 150, 300) if repeated else np.arange(300)
    survey = nk.Survey({**data, "w": weights, "who": who}, score="score", weight="w", customer="who")
    shares = survey.drivers(NAMES, draws=100).shares
    assert shares is not None
    assert shares.steps is not None
    reading = shares.steps.reading("speed", 1)
    assert reading is not None
    worth = np.array([-100, 0, 100])
    value, variance = by_steps(data, NAMES, weights, who)
    assert reading.differences @ worth == pytest.approx(value, abs=1e-8)
    assert reading.differences.sum() == pytest.approx(0, abs=1e-9)
    row = np.concatenate([np.zeros(3), worth])
    assert row @ reading.covariance @ row == pytest.approx(variance, rel=1e-7)
    today = np.concatenate([worth, np.zeros(3)])
    assert today @ reading.covariance @ today == pytest.approx(survey.score().se ** 2, rel=0.1)


def test_an_interval_reaches_over_both_readings() -> None:
    """Where only the best rating matters, a line and steps differ, and the interval holds both and the truth."""
    rng = np.random.default_rng(0)
    speed, price = rng.integers(1, 6, 4_000), rng.integers(1, 6, 4_000)
    score = np.where(rng.random(4_000) < np.where(speed == 5, 0.9, 0.3), 10, 5)
    survey = nk.Survey({"score": score, "speed": speed, "price": price}, score="score")
    then = survey.drivers(NAMES, draws=100).what_if("speed", 1)
    truth = 200 * 0.6 * 0.2  # those of a 4 give a 5
    assert then.difference < truth - 3
    assert truth in then.difference_interval
    assert then.difference in then.difference_interval
    assert "as a step of its own it is +2" in str(then)
    few = nk.Survey({"score": score[:39], "speed": speed[:39], "price": price[:39]}, score="score")
    alone = str(few.drivers(NAMES, draws=100).what_if("speed", 1))
    assert "step of its own" not in alone
    assert "a straight line alone" in alone
    half = survey.drivers(NAMES, draws=100).what_if("speed", 0.5)
    assert truth / 2 in half.difference_interval


def test_customers_and_weights_count() -> None:
    """Answers that customers gave twice are not twice as sure, and weights change what is expected."""
    data = {name: np.tile(values, 2) for name, values in answers(np.random.default_rng(3)).items()}
    data["who"], data["w"] = np.tile(np.arange(300), 2), np.where(data["price"] > 3, 3.0, 0.5)
    known = nk.Survey(data, score="score", customer="who").drivers(NAMES, draws=300).what_if("speed", 1)
    apart = nk.Survey(data, score="score").drivers(NAMES, draws=300).what_if("speed", 1)
    width = [each.difference_interval.high - each.difference_interval.low for each in (known, apart)]
    assert width[0] > 1.2 * width[1]
    heavy = nk.Survey(data, score="score", weight="w")
    assert heavy.drivers(NAMES, draws=100).what_if("speed", 1).before == pytest.approx(heavy.score().value)


def test_wrong_arguments() -> None:
    """Each error names the argument and the fix."""
    data = answers(np.random.default_rng(0)) | {"kind": ["a", "b", "c"] * 100}
    survey = nk.Survey(data, score="score")
    found = survey.drivers(["speed", "kind"], draws=100)
    for driver, by, why in (
        ("sped", 1, "driver='sped' is none of one column with an order: did you mean 'speed'"),
        ("kind", 1, "driver='kind' is none"),
        ("speed", "1", "by must be"),
    ):
        with pytest.raises((InvalidTypeError, InvalidValueError), match=why):
            found.what_if(driver, by)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="spent is explained: ask for"):
        survey.drivers(["speed"], outcome="spent", draws=100).what_if("speed", 1)
    assert "shares" not in found.to_dict()

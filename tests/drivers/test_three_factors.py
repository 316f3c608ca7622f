"""Penalty-reward contrast: the reference's figures, classes only where the answers tell, cuts that are said."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.drivers.rating_scale import cuts_of, scale_of
from npskit.errors import InvalidTypeError, InvalidValueError
from tests.drivers.test_importance import FOLDER, columns

KNOWN = json.loads((FOLDER / "penalty_reward.json").read_text())
X = [f"x{i}" for i in range(1, 7)]
SEEDS = st.integers(0, 2**32 - 1)


def planted(seed: int = 0, n: int = 600) -> dict[str, Any]:
    """Answers with a basic factor, an excitement factor, a performance factor and one that does nothing."""
    rng = np.random.default_rng(seed)
    clean, gift, speed, colour = (rng.integers(1, 6, n) for _ in range(4))
    score = 6.0 - 3 * (clean <= 2) + 3 * (gift == 5) + 1.5 * (speed == 5) - 1.5 * (speed <= 2) + rng.normal(size=n)
    return {"score": [7] * n, "worth": score, "clean": clean, "gift": gift, "speed": speed, "colour": colour}


NAMES = ["clean", "gift", "speed", "colour"]


@pytest.mark.parametrize(
    ("known", "options"),
    [
        ("high_5", {}),
        ("high_4", {"high": 4}),
        ("high_4_category_score", {"high": 4, "outcome": "category_score"}),
    ],
)
def test_the_reference_file(known: str, options: dict[str, Any]) -> None:
    """Penalty, reward and what follows from them equal the reference's to 1e-9, intervals are near its own draws'."""
    found = nk.Survey(columns("p6"), score="y").three_factors(X, **options)
    expected = KNOWN[known]
    for name in ("penalty", "reward", "riocs", "sgp", "dgp", "ia"):
        assert [getattr(found[x], name) for x in X] == pytest.approx(expected[name], abs=1e-9, rel=1e-9), name
    assert (found.base, found.r2) == pytest.approx((expected["const"], expected["r2"]), rel=1e-9)
    assert [found[x].count_low for x in X] == expected["counts_low"]
    assert [found[x].count_high for x in X] == expected["counts_high"]
    for name, limits in expected.get("intervals", {}).items():
        for x, pair in zip(X, limits, strict=True):
            width = pair[1] - pair[0]
            assert list(getattr(found[x], f"{name}_interval")) == pytest.approx(pair, abs=0.1 * width), (x, name)


@given(SEEDS)
def test_coefficients_are_those_of_least_squares(seed: int) -> None:
    """With weights the coefficients are those of the weighted regression on low and high ratings."""
    data = planted(seed, 120)
    weights = np.random.default_rng(seed).uniform(0.2, 3, 120)
    found = nk.Survey(data | {"w": weights}, score="score", weight="w").three_factors(NAMES, outcome="worth", draws=100)
    table = [np.ones(120)]
    for name in NAMES:
        table += [data[name] <= 2, data[name] == 5]
    root = np.sqrt(weights)
    expected = np.linalg.lstsq(np.stack(table, axis=1) * root[:, np.newaxis], data["worth"] * root, rcond=None)[0]
    assert found.base == pytest.approx(expected[0])
    for i, each in enumerate(found.factors):
        assert (each.penalty, each.reward) == pytest.approx((expected[2 * i + 1], expected[2 * i + 2]), abs=1e-9)


def test_planted_factors_are_classed() -> None:
    """Strong factors are classed as what they are, and the text says by what rule."""
    found = nk.Survey(planted(), score="score").three_factors(NAMES, outcome="worth")
    assert [each.kind for each in found.factors] == ["basic", "excitement", "performance", "indifferent"]
    assert "Classed where the intervals lie wholly within a class" in str(found)
    assert "basic=1, excitement=1, performance=1, indifferent=1" in repr(found)


@given(SEEDS)
def test_an_outcome_upside_down_swaps_basic_and_excitement(seed: int) -> None:
    """With ratings and outcome turned around, penalties are rewards, and basic factors excitement factors."""
    data = planted(seed, 300)
    turned = {name: 6 - data[name] for name in NAMES} | {"worth": -data["worth"], "score": data["score"]}
    one = nk.Survey(data, score="score").three_factors(NAMES, outcome="worth", draws=100)
    other = nk.Survey(turned, score="score").three_factors(NAMES, outcome="worth", low=1, high=4, draws=100)
    swapped = {"basic": "excitement", "excitement": "basic"}
    for a, b in zip(one.factors, other.factors, strict=True):
        assert (a.penalty, a.reward, a.ia) == pytest.approx((-b.reward, -b.penalty, -b.ia))
        assert swapped.get(a.kind, a.kind) == b.kind


@given(SEEDS, st.integers(0, 30), st.integers(0, 30))
def test_every_row_counts_once(seed: int, empty: int, off: int) -> None:
    """Rows that count, that lack a driver and that are off the scale sum to all."""
    data = {name: list(values) for name, values in planted(seed, 150).items()}
    data["score"][:off] = [11] * off
    data["gift"][60 : 60 + empty] = [None] * empty
    found = nk.Survey(data, score="score").three_factors(["clean", "gift"], outcome="worth", draws=100)
    assert found.n == 150 - empty  # the outcome is another column than the score
    assert found.n + found.missing + found.invalid + found.set_aside + found.left_out == 150


def test_what_is_better_at_both_ends_is_no_class() -> None:
    """Where low ratings go with a better outcome, too, high ones that do so more are not what delights."""
    rng = np.random.default_rng(4)
    rating = rng.integers(1, 6, 900)
    outcome = 5 + 1.5 * (rating <= 2) + 2.5 * (rating == 5) + rng.normal(0, 1, 900)
    found = nk.Survey({"score": [7] * 900, "y": outcome, "u": rating}).three_factors(["u"], outcome="y").factors[0]
    assert found.penalty_interval.low > 0
    assert found.asymmetry_interval.low > 0
    assert found.kind == "not clear"


def test_few_ratings_at_an_end_are_not_clear() -> None:
    """Where hardly any rating is low no class is said, and where none is there is no penalty."""
    data = planted()
    data["clean"] = np.maximum(data["clean"], 3)
    found = nk.Survey(data, score="score").three_factors(NAMES, outcome="worth", draws=100)
    assert found["clean"].kind == "not clear"
    assert np.isnan(found["clean"].penalty)
    assert np.isfinite(found["clean"].reward)
    assert found["gift"].kind == "excitement"
    data["clean"][:9] = 1
    again = nk.Survey(data, score="score").three_factors(NAMES, outcome="worth", draws=100)
    assert np.isfinite(again["clean"].penalty)
    assert again["clean"].kind == "not clear"


def test_customers_are_drawn_whole() -> None:
    """Answers that customers gave twice are not twice as sure."""
    data = {name: np.tile(values, 2) for name, values in planted(1, 150).items()}
    data["who"] = np.tile(np.arange(150), 2)
    apart = nk.Survey(data, score="score").three_factors(NAMES, outcome="worth", draws=300)
    known = nk.Survey(data, score="score", customer="who").three_factors(NAMES, outcome="worth", draws=300)
    width = [each["clean"].penalty_interval.high - each["clean"].penalty_interval.low for each in (known, apart)]
    assert width[0] > 1.2 * width[1]
    assert (known.units, apart.units) == (150, 300)


def test_cuts_follow_the_scale() -> None:
    """The lowest two fifths of a scale's points are low, the highest fifth is high; or as said."""
    for least, most, low, high in (
        (1, 5, 2, 5),
        (1, 7, 2, 7),
        (1, 10, 4, 9),
        (0, 10, 3, 9),
        (1, 3, 1, 3),
        (-2, 2, -1, 2),
    ):
        cuts = cuts_of(np.arange(least, most + 1.0), "x", None, None)
        assert (cuts.low, cuts.high) == (low, high)
    assert cuts_of(np.array([0.5, 1.5, 2.5]), "x", 1, 2).low == 1
    assert scale_of(np.array([2.0, 4.0])) == (1, 4)
    assert scale_of(np.array([1.0, 100.0])) is None
    survey = nk.Survey(planted(), score="score")
    found = survey.three_factors(["clean", "gift"], outcome="worth", low={"gift": 3}, draws=100)
    assert (found["clean"].low, found["gift"].low) == (2, 3)


def test_wrong_arguments() -> None:
    """Each error names the argument and the fix."""
    data = planted() | {"yes": [0, 1] * 300, "amount": np.linspace(0, 1, 600), "kind": ["a", "b", "c"] * 200}
    survey = nk.Survey(data, score="score")
    for drivers, options, why in (
        (["yes"], {}, "no rating of 'yes' that counts is above 0 and below 1"),
        (["amount"], {}, r"'amount' holds no whole-number ratings.*low=\{'amount'"),
        (["kind"], {}, "'kind' is of kinds without an order"),
        ({"both": ["clean", "gift"]}, {}, "'both' is a group"),
        (["clean"], {"low": {"cleen": 2}}, "low names 'cleen', which is no driver: did you mean 'clean'"),
        (["clean"], {"ratio": 1}, "ratio must be"),
        (["clean"], {"negligible": -1}, "negligible must be"),
        (["clean"], {"outcome": "score"}, "nothing explains it"),
    ):
        with pytest.raises((InvalidTypeError, InvalidValueError), match=why):
            survey.three_factors(drivers, **({"outcome": "worth"} | options))  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="4 rows with the outcome and every driver"):
        nk.Survey({"score": [1, 2, 3, 4], "x": [1, 3, 4, 5]}).three_factors(["x"])

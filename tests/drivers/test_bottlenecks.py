"""Necessary conditions: the reference's ceilings and effect sizes, a test that holds its level, scopes as said."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.drivers.ceilings import Ceiling, _Pairs
from npskit.errors import InvalidTypeError, InvalidValueError
from tests.drivers.test_importance import FOLDER, columns

KNOWN = json.loads((FOLDER / "necessary_conditions.json").read_text())
X = [f"x{i}" for i in range(1, 7)]
SEEDS = st.integers(0, 2**32 - 1)


def ceiling_of(known: dict[str, Any], x: tuple[float, float], y: tuple[float, float]) -> Ceiling:
    """The ceiling through the peers of a reference."""
    ratings, heights = np.array(known["peers"], dtype=float).T
    return Ceiling(ratings, heights, x, y)


def test_the_reference_file() -> None:
    """Peers, effect sizes and the bottleneck table equal the reference's, p-values are near its permutations'."""
    survey = nk.Survey(columns("p6"), score="y")
    found, whole = survey.bottlenecks(X), survey.bottlenecks(X, scale=(1, 5))
    assert (found.scope, whole.scope) == ("empirical", "theoretical")
    for scope, each in (("empirical", found), ("theoretical", whole)):
        for name in X:
            expected, one = KNOWN[scope][name], each[name]
            assert [list(peer) for peer in one.peers] == expected["peers"]
            assert (one.effect_size, one.ceiling_zone) == pytest.approx((expected["d"], expected["zone"]), abs=1e-9)
    for name in X:
        assert found[name].p_value == pytest.approx(KNOWN["empirical"][name]["p"], abs=0.04)
        expected = KNOWN["empirical"][name]
        needed = ceiling_of(expected, (1, 5), (1, 10)).needed(np.array(expected["levels"])).tolist()
        assert needed == pytest.approx([np.nan if x is None else x for x in expected["needed"]], nan_ok=True)
    assert whole.levels == tuple(KNOWN["theoretical"]["x1"]["levels"])
    assert [None if x != x else x for x in whole["x3"].needed] == KNOWN["theoretical"]["x3"]["needed"]
    assert found.necessary() == ("x3",)
    assert found.said("x3") == "no 8 without x3 of at least 2, no 10 without 3"
    assert found["x2"].effect_size == 0  # an empty ceiling zone is 0
    assert (found["x2"].p_value, found.said("x2")) == (1.0, "")


def test_planted_conditions_and_one_by_hand() -> None:
    """A driver that caps the outcome is found, and areas are those counted by hand."""
    x, z, y = np.array(KNOWN["planted"]["rows"]).T
    found = nk.Survey({"score": y, "x": x, "z": z}).bottlenecks(["x", "z"], scale=(1, 7))
    for name in ("x", "z"):
        assert found[name].effect_size == pytest.approx(KNOWN["planted"][name]["d"], abs=1e-9)
    assert found["x"].adjusted_p_value < 0.01
    assert [None if n != n else n for n in found["x"].needed] == KNOWN["planted"]["x"]["needed"]
    hand = KNOWN["by_hand"]
    pairs = _Pairs.of(np.array(hand["x"], float), np.array(hand["y"], float), np.arange(len(hand["x"])), "x")
    ceiling = Ceiling(pairs.x, pairs.heights(), (1, 5), (min(hand["y"]), max(hand["y"])))
    assert (ceiling.zone(), ceiling.effect()) == pytest.approx((hand["ce_fdh_zone"], hand["ce_fdh_d"]))


@given(SEEDS, st.integers(2, 6), st.integers(2, 8))
def test_no_answer_lies_above_a_ceiling(seed: int, ratings: int, outcomes: int) -> None:
    """Ceilings never fall, no answer lies above, and the empty zone is a share of the scope."""
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, ratings, 40).astype(float), rng.integers(0, outcomes, 40).astype(float)
    x[:2], y[:2] = (0, 1), (0, 1)
    pairs = _Pairs.of(x, y, np.arange(40), "x")
    heights = pairs.heights()
    assert (np.diff(heights) >= 0).all()
    assert (y <= heights[np.searchsorted(pairs.x, x)]).all()
    ceiling = Ceiling(pairs.x, heights, (pairs.x[0], pairs.x[-1]), (pairs.y[0], pairs.y[-1]))
    assert 0 <= ceiling.effect() <= 1
    wider = Ceiling(pairs.x, heights, (pairs.x[0], pairs.x[-1]), (pairs.y[0], pairs.y[-1] + 1))
    assert wider.zone() == pytest.approx(ceiling.zone() + pairs.x[-1] - pairs.x[0])


@given(SEEDS)
def test_tables_and_rows_are_handed_around_alike(seed: int) -> None:
    """Ceilings of drawn tables are, on average, as high as those of rows that are shuffled."""
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 4, 60).astype(float), rng.integers(0, 6, 60).astype(float)
    pairs = _Pairs.of(x, y, np.arange(60), "x")
    tables, rows = pairs._best_of_tables(1_500, rng), pairs._best_of_blocks(1_500, rng)
    error = np.sqrt((tables.var(axis=0) + rows.var(axis=0)) / 1_500) + 1e-9
    assert (np.abs(tables.mean(axis=0) - rows.mean(axis=0)) / error).max() < 5.5


def test_the_test_holds_its_level_with_and_without_customers() -> None:
    """Where nothing is necessary it is said to be in about 5 % of samples, also where customers answer five times."""
    rng = np.random.default_rng(5)
    hits = {"alone": 0, "customers": 0, "taken for alone": 0}
    for _ in range(200):
        x, y = rng.integers(1, 6, 40), rng.integers(0, 11, 40)
        who = np.repeat(np.arange(40), 5)
        alone = nk.Survey({"score": y, "x": x})
        five = {"score": y[who], "x": x[who], "who": who}
        for name, survey in (
            ("alone", alone),
            ("customers", nk.Survey(five, customer="who")),
            ("taken for alone", nk.Survey(five)),
        ):
            hits[name] += survey.bottlenecks(["x"], draws=200, rng=rng)["x"].p_value <= 0.05
    assert hits["alone"] <= 22
    assert hits["customers"] <= 22
    assert hits["taken for alone"] > 40


@given(st.integers(0, 30), st.integers(0, 30))
def test_every_row_counts_once(empty: int, off: int) -> None:
    """Rows with the outcome and a driver count; each driver says how many it has."""
    rng = np.random.default_rng(1)
    data: dict[str, list[Any]] = {name: rng.integers(1, 6, 100).tolist() for name in ("score", "x", "z")}
    data["score"][:off] = [11] * off
    data["x"][40 : 40 + empty] = [None] * empty
    found = nk.Survey(data, score="score").bottlenecks(["x", "z"], draws=100)
    assert (found.n, found.invalid, found.missing) == (100 - off, off, 0)
    assert (found["x"].n, found["z"].n) == (100 - off - empty, 100 - off)
    alone = nk.Survey(data, score="score").bottlenecks(["x"], draws=100)
    assert (alone.n, alone.missing) == (100 - off - empty, empty)


def test_outcomes_of_other_kinds() -> None:
    """The category score and columns of numbers have ceilings too, and what is said fits their levels."""
    data = columns("p6")
    survey = nk.Survey(data | {"spent": np.round(data["y"] * 10 + data["x3"], 2)}, score="y")
    points = survey.bottlenecks(["x3"], outcome="category_score")
    assert points.levels == (-100, 0, 100)
    assert points.said("x3") in ("", "no 100 without x3 of at least 2")
    spent = survey.bottlenecks(["x3"], outcome="spent", scale={"x3": (1, 5), "spent": (0, 200)})
    assert len(spent.levels) == 11
    assert spent["x3"].needed[-1] == np.inf  # nobody spent 200
    assert "never" in str(spent)
    assert spent.said("x3").startswith("none above")


def test_wrong_arguments() -> None:
    """Each error names the argument and the fix."""
    survey = nk.Survey(columns("p6") | {"flat": [1] * 500, "amount": np.linspace(0, 1, 500)}, score="y")
    for drivers, options, why in (
        (["flat"], {}, "'flat' is the same in all rows"),
        (["amount"], {}, "'amount' has 500 different values.*round it"),
        (["x1"], {"scale": 5}, "scale must be two numbers"),
        (["x1"], {"scale": (5, 1)}, "from its lower to its higher end"),
        (["x1"], {"scale": (1, 4)}, "x1 is said to run from 1 to 4, and 1 to 5 was seen"),
        (["x1"], {"scale": {"x2": (1, 5)}}, "scale names 'x2', which is no driver: known: 'x1'"),
        (["x1", "x2"], {"scale": {"x2": (1, 5)}}, "scale must say the ends of 'x1' too"),
        (["x1"], {"scale": (1, 5), "outcome": "x2"}, "scale must say the ends of 'x2' too"),
        (["x1"], {"draws": 10}, "draws must be"),
    ):
        with pytest.raises((InvalidTypeError, InvalidValueError), match=why):
            survey.bottlenecks(drivers, **options)


def test_low_answers_that_are_good_are_refused() -> None:
    """Where low answers are the good ones no ceiling and no penalty is looked for above them."""

    class Effort:
        """Effort, of which 1 is the best."""

        name = "Effort"
        questions: ClassVar = {"effort": nk.Scale(1, 3)}
        categories = ("hard", "so so", "easy")
        category_scores = (3, 2, 1)

        def categorize(self, effort: Any) -> Any:
            return 3 - effort

    survey = nk.Survey({"effort": [1, 2, 3] * 10, "x": [1, 2, 3, 4, 5] * 6}, score="effort", scorer=Effort())
    for question in (survey.bottlenecks, survey.three_factors):
        for outcome in ("answer", "category_score"):
            with pytest.raises(InvalidValueError, match=f"of the {outcome.replace('_', ' ')} low is good"):
                question(["x"], outcome=outcome)

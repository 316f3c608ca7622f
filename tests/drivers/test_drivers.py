"""Drivers of a survey: what is read as a rating, whose rows count, how sure shares are, and what is said of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.data import Column
from npskit.drivers.importance import lmg
from npskit.drivers.rated_columns import read_rated, read_rated_columns
from npskit.drivers.subsets import r_squared_of_subsets
from npskit.errors import ColumnNotFoundError, DataWarning, GuessWarning, InvalidTypeError, InvalidValueError
from tests.drivers.test_importance import KNOWN, columns, weights

X = [f"x{i}" for i in range(1, 7)]
SEEDS = st.integers(0, 2**32 - 1)


def answers(seed: int = 0, n: int = 120) -> dict[str, Any]:
    """A survey with two drivers that count and one that does not."""
    rng = np.random.default_rng(seed)
    speed, price, colour = (rng.integers(1, 6, n) for _ in range(3))
    score = np.clip(np.round(1.2 * speed + 0.6 * price + rng.normal(size=n)), 0, 10).astype(int)
    return {"score": score.tolist(), "speed": speed.tolist(), "price": price.tolist(), "colour": colour.tolist()}


def test_the_reference_file_from_end_to_end() -> None:
    """A survey gives the reference's shares, its out-of-sample R² about as well, and intervals near the reference's."""
    found = nk.Survey(columns("p6"), score="y").drivers(X)
    assert [found[name].lmg for name in X] == pytest.approx(KNOWN["p6"]["lmg"], abs=1e-9)
    assert [found[name].pmvd for name in X] == pytest.approx(KNOWN["p6"]["pmvd"], abs=1e-9)
    assert found.r2 == pytest.approx(KNOWN["p6"]["R2"])
    for name, limits, rank in zip(X, KNOWN["p6_bootstrap"]["lmg"], KNOWN["p6_bootstrap"]["rank"], strict=True):
        assert list(found[name].interval) == pytest.approx(limits, abs=0.012)
        assert [found[name].rank_low, found[name].rank_high] == pytest.approx(rank, abs=1)
    assert list(found.r2_interval) == pytest.approx(KNOWN["p6_bootstrap"]["R2"], abs=0.02)
    assert [each.driver for each in found.drivers if each.p_value >= 0.05] == ["x5", "x6"]
    assert found.r2_out_of_sample == pytest.approx(0.35, abs=0.01)


def test_weights_count_as_in_the_reference() -> None:
    """A bound weight gives the reference's weighted shares."""
    survey = nk.Survey(columns("p6") | {"w": weights()}, score="y", weight="w")
    found = survey.drivers(X)
    assert [found[name].lmg for name in X] == pytest.approx(KNOWN["p6_weighted"]["lmg"], abs=1e-9)
    assert [found[name].pmvd for name in X] == pytest.approx(KNOWN["p6_weighted"]["pmvd"], abs=1e-9)


def test_many_drivers_leave_shards_out() -> None:
    """Of more than 14 drivers standard errors are those of leaving out one of 50 shards."""
    rng = np.random.default_rng(0)
    table = columns("p6") | {f"z{i}": rng.normal(size=500) for i in range(9)}
    names = [*X, *(f"z{i}" for i in range(9))]
    found = nk.Survey(table, score="y").drivers(names)
    assert found.method == "jackknife"
    for name, se in zip(X[:4], KNOWN["p6_jackknife_se"], strict=False):
        interval = found[name].interval
        assert (interval.high - interval.low) / 4.02 == pytest.approx(se, rel=0.35)
    assert all(found[name].rank <= 6 for name in X[:4])


@given(SEEDS, st.integers(0, 40), st.integers(0, 40))
def test_every_row_is_accounted_for(seed: int, empty: int, off: int) -> None:
    """Rows that count, without an answer or a driver, and with one off the scale sum to all; gaps of pairs count."""
    data = answers(seed)
    data["score"][:off] = [11] * off
    data["price"][50 : 50 + empty] = [None] * empty
    survey = nk.Survey(data)
    found = survey.drivers(["speed", "price"], draws=100)
    assert (found.n, found.missing, found.invalid) == (120 - off - empty, empty, off)
    assert found["price"].missing == empty
    pairs = survey.drivers(["speed", "price"], missing="pairwise", draws=100)
    assert (pairs.n, pairs.missing, pairs.invalid) == (120 - off, 0, off)
    assert found.n + found.missing + found.invalid + found.set_aside + found.left_out == 120


@given(SEEDS)
def test_rows_in_any_order_say_the_same(seed: int) -> None:
    """Shares, coefficients and means do not depend on the order of rows."""
    data, order = answers(seed), np.random.default_rng(seed).permutation(120)
    moved = {name: np.array(values)[order].tolist() for name, values in data.items()}
    one, other = (nk.Survey(each).drivers(["speed", "price", "colour"], draws=100) for each in (data, moved))
    for each in one.drivers:
        for name in ("lmg", "pmvd", "coefficient", "mean", "inflation", "rank"):
            assert getattr(other[each.driver], name) == pytest.approx(getattr(each, name))


def test_customers_are_drawn_whole() -> None:
    """Answers that a customer gave twice count for one when it comes to how sure a share is."""
    data = answers(3)
    twice = {name: values * 2 for name, values in data.items()}
    once = nk.Survey(data).drivers(["speed", "price"], draws=400)
    apart = nk.Survey(twice).drivers(["speed", "price"], draws=400)
    known = nk.Survey(twice | {"id": [*range(120)] * 2}, customer="id").drivers(["speed", "price"], draws=400)
    width = [each["speed"].interval.high - each["speed"].interval.low for each in (once, apart, known)]
    assert width[2] == pytest.approx(width[0], rel=0.2)
    assert width[1] < 0.85 * width[0]
    assert (known.units, known.n, apart.units) == (120, 240, 240)


def test_clusters_are_units_within_their_stratum() -> None:
    """Clusters of one name in two strata are two units, as everywhere."""
    data = answers() | {"school": [i % 30 for i in range(120)], "land": ["N", "S"] * 60}
    data["school"] = [school // 2 for school in data["school"]]
    alone = nk.Survey(data, cluster="school").drivers(["speed"], draws=100)
    within = nk.Survey(data, cluster="school", stratum="land").drivers(["speed"], draws=100)
    assert (alone.units, within.units) == (15, 30)


def test_groups_and_outcomes() -> None:
    """Drivers named together are one; the category score and any column of numbers can be explained."""
    table = columns("p6")
    survey = nk.Survey(table, score="y")
    found = survey.drivers({"both": ["x1", "x2"], "others": ["x3", "x4"], "x5": "x5", "x6": "x6"}, draws=100)
    assert [found[name].lmg for name in ("both", "others", "x5", "x6")] == pytest.approx(
        KNOWN["p6_grouped"]["lmg"], abs=1e-9
    )
    assert np.isnan(found["both"].coefficient)
    points = survey.drivers(X, outcome="category_score", draws=100)
    assert points.outcome == "the category score"
    assert points.r2 == pytest.approx(0.29, abs=0.05)
    other = nk.Survey(table, score="y").drivers(["x1", "x2"], outcome="x3", draws=100)
    assert other.outcome == "x3"
    boxes = {name: [1, 2, 3, 4, 5] * 4 for name in ("satisfaction", "repurchase", "recommend", "speed")}
    three = nk.Survey(boxes, scorer=nk.SCI())
    with pytest.raises(InvalidValueError, match="outcome='answer' asks for one answer, and SCI reads 3"):
        three.drivers(["speed"])


def test_planted_drivers_are_recovered() -> None:
    """Of the simulated hotel chain every coefficient, R² and each share are near those it was drawn from."""
    data = nk.datasets.hotels(20_000, rng=1)
    truth = data.truth.drivers
    found = nk.Survey(data.columns, score="score", customer="customer").drivers(list(truth.names), draws=200)
    p = len(truth.names)
    outer = truth.covariance @ truth.coefficients
    table = np.block([[truth.covariance, outer[:, np.newaxis]], [outer, np.atleast_2d(truth.score_variance)]])
    shares = lmg(r_squared_of_subsets(table, [[i] for i in range(p)]))
    for name, coefficient, share in zip(truth.names, truth.coefficients, shares, strict=True):
        assert found[name].coefficient == pytest.approx(coefficient, abs=0.05)
        assert found[name].lmg == pytest.approx(share, abs=0.02)
    assert found.r2 == pytest.approx(truth.r_squared, abs=0.02)


def test_columns_of_the_same_words_are_said_together() -> None:
    """Eight questions on one scale make one warning, in the order of the scale; another scale makes its own."""
    words = [["Strongly disagree", "Agree"], ["Agree", "Neutral"], ["Strongly agree", "Disagree"]]
    cells = {f"q{i}": words[i % 3] for i in range(9)} | {"again": ["yes", "no"], "price": ["4", "2"]}
    columns = {name: Column(np.array(each, dtype=object)) for name, each in cells.items()}
    with pytest.warns(GuessWarning) as told:
        together = read_rated_columns(columns, {"q8": ["disagree", "strongly agree"]})
    agreed, yes = (str(each.message) for each in told)
    assert agreed.startswith("drivers: columns 'q0', 'q1', 'q2', 'q3', 'q4', 'q5', 'q6', 'q7' were read as agreement")
    assert "'Strongly disagree' 1, 'Disagree' 2, 'Neutral' 3, 'Agree' 4, 'Strongly agree' 5; say" in agreed
    assert "order={'q0': [worst, ..., best], ...}" in agreed
    assert yes.startswith("drivers: column 'again' was read as ")
    for name, column in columns.items():
        if name in ("q8", "price"):
            continue
        with pytest.warns(GuessWarning, match="read as"):
            assert together[name].values.tolist() == read_rated(column, name).values.tolist()
    assert together["q8"].values.tolist() == [[2, 1]]


def test_columns_of_the_same_rare_kinds_are_said_together() -> None:
    """Which of them is meant need not be read twice."""
    rng = np.random.default_rng(2)
    how = np.array(["web", "shop", "phone"])[rng.choice(3, 300, p=[0.6, 0.395, 0.005])]
    how[:2] = "phone"
    when = np.array(["web", "shop", "fax"])[rng.choice(3, 300, p=[0.5, 0.5, 0])]
    data = {"score": rng.integers(0, 11, 300).tolist(), "how": how.tolist(), "again": how[::-1].tolist()}
    when[:2] = "fax"
    with pytest.warns(DataWarning, match="rows that count") as told:
        nk.Survey(data | {"when": when.tolist()}, score="score").drivers(["how", "again", "when"])
    said = [str(each.message) for each in told]
    assert [each.split(" kinds")[0] for each in said] == [
        "drivers: columns 'how', 'again' hold",
        "drivers: column 'when' holds",
    ]


def test_what_is_read_as_a_rating() -> None:
    """Numbers, also as text or with labels; words of a known scale; yes and no; and kinds, of which one is the base."""

    def rated(*cells: Any, **more: Any) -> list[list[float]]:
        column = Column(np.array(cells, dtype=object))
        return read_rated(column, "c", **more).values.tolist()  # type: ignore[no-any-return]

    nan = pytest.approx(float("nan"), nan_ok=True)
    assert rated(1, 2.5, None) == [[1, 2.5, nan]]
    assert rated("1", "2,5", "n/a") == [[1, 2.5, nan]]
    assert rated("5 - very good", "1 - very bad") == [[5, 1]]
    with pytest.warns(GuessWarning, match=r"read as .*say another order with order=\{'c'"):
        assert rated("Agree", "strongly disagree", None) == [[4, 1, nan]]
    assert rated("slow", "right", "", order=["Slow", "right"]) == [[1, 2, nan]]
    assert rated("web", "shop", "web", None) == [[0, 1, 0, nan]]
    assert read_rated(Column(np.array([True, False])), "c").values.tolist() == [[1, 0]]
    with pytest.warns(GuessWarning, match="read as"):
        assert rated("yes", "no", None) == [[1, 0, nan]]
    with pytest.warns(DataWarning, match="1 cell no finite number, taken as missing: 'lots'"):
        assert rated(1, 2, 3, "lots") == [[1, 2, 3, nan]]
    with pytest.warns(DataWarning, match="1 cell no finite number, taken as missing: inf"):
        assert read_rated(Column(np.array([1.0, np.inf, 2.0])), "c").values.tolist() == [[1, nan, 2]]
    with pytest.warns(GuessWarning, match=r"'1\.234' and all like it were read as 1\.234"):
        assert rated("1.234", "1.500") == [[1.234, 1.5]]
    for cells, why in (([None, ""], "holds nothing"), (["same"] * 3, "holds only 'same'")):
        with pytest.raises(InvalidValueError, match=why):
            rated(*cells)
    with pytest.raises(InvalidValueError, match="holds 13 different texts, such as"):
        rated(*(f"kind {chr(97 + i)}" for i in range(13)))
    with pytest.raises(InvalidTypeError, match="times, which are no ratings"):
        read_rated(Column(np.array(["2026-01-01"], dtype="datetime64[D]")), "c")
    with pytest.raises(InvalidValueError, match="order: column 'c' holds 'fast', which is not in"):
        rated("slow", "fast", order=["slow", "right"])


def test_arguments_are_checked() -> None:
    """Each error names the argument, the value and the fix."""
    survey = nk.Survey(answers() | {"flat": [3] * 120})
    for drivers, why in (
        ("speed", "drivers must name columns"),
        ([], "at least one column"),
        (["speed", "speed"], "a column twice"),
        ({"a": ["speed"], "b": "speed"}, "a column twice"),
        (["score"], "'score' is the answer that is to be explained"),
        (["flat", "speed"], "'flat' is the same in all rows"),
    ):
        with pytest.raises((InvalidTypeError, InvalidValueError), match=why):
            survey.drivers(drivers)
    with pytest.raises(ColumnNotFoundError, match="did you mean 'speed'"):
        survey.drivers(["sped"])
    with pytest.raises(InvalidValueError, match="'speed' is among the drivers"):
        survey.drivers(["speed"], outcome="speed")
    with pytest.raises(InvalidValueError, match="missing must be"):
        survey.drivers(["speed"], missing="casewise")  # type: ignore[call-overload]
    with pytest.raises(InvalidValueError, match="2 rows with the outcome and every driver, for 1 column"):
        nk.Survey({"score": [1, 2], "speed": [1, 2]}).drivers(["speed"])
    with pytest.raises(InvalidValueError, match="nothing explains it"):
        nk.Survey({"score": [7] * 20, "speed": [*range(20)]}).drivers(["speed"])


def test_pairs_that_contradict_each_other_are_refused() -> None:
    """Covariances of different rows may be none of any table; then listwise is the way out."""
    up, down, gap = [1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1], [None] * 6
    data: dict[str, list[Any]] = {"score": [4, 3, 4, 3, 4, 3, *up, *up], "x": [*up, *up, *gap], "z": [*up, *gap, *down]}
    with pytest.raises(InvalidValueError, match=r"contradict each other.*missing='listwise'"):
        nk.Survey(data).drivers(["x", "z"], missing="pairwise")
    data["x"][:6] = gap
    with pytest.raises(InvalidValueError, match="no row has both 'x' and 'z'"):
        nk.Survey(data).drivers(["x", "z"], missing="pairwise")


def test_what_a_person_reads() -> None:
    """The text says how much is explained, marks nulls, and says what a share is not."""
    text = str(nk.Survey(answers()).drivers(["speed", "price", "colour"]))
    assert text.startswith("What the answer goes with: 3 drivers explain")
    assert "No effect of their own was found (p ≥ 0.05): colour." in text
    assert "at most" in text
    assert "not what a change of it would" in text
    data = answers()
    data["again"] = [value + (i % 7 == 0) for i, value in enumerate(data["speed"])]
    again = str(nk.Survey({k: v[:25] for k, v in data.items()}).drivers(["speed", "price", "again"]))
    assert "Hardly told apart (VIF above 5): " in again
    assert "Few answers: fewer than 10 for each driver." in again


def test_an_engine_sends_the_columns_that_are_needed() -> None:
    """From a lazy frame the drivers are the same."""
    pl = pytest.importorskip("polars")
    data = answers()
    held = nk.Survey(data).drivers(["speed", "price"], draws=100)
    lazy = nk.Survey(pl.LazyFrame(data)).drivers(["speed", "price"], draws=100)
    assert lazy.to_dict() == held.to_dict()


def test_rare_kinds_that_the_same_row_has_leave_the_columns_told_apart() -> None:
    """One row is of a rare kind of two columns, and a kind stands only in a row without a score: both are joined."""
    data = answers(7, 200)
    rng = np.random.default_rng(7)
    for name in ("clear", "kind"):
        often = rng.choice(["All of the time", "Often", "Sometimes"], 200, p=[0.6, 0.3, 0.1])
        often[8] = "Rarely"
        data[name] = [str(word) for word in often]
    data["kind"][9], data["score"][9] = "Never", None
    with pytest.warns(DataWarning, match="Sometimes or Rarely"):
        found = nk.Survey(data).drivers(["speed", "clear", "kind"], draws=100)
    assert all(1 <= each.inflation < 50 for each in found.drivers)
    assert found.r2_out_of_sample > 0

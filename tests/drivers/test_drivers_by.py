"""Drivers by segment and over time: each group is what it is alone, and a difference is found where there is one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npskit as nk
from npskit.errors import DataWarning, IncompatibleError, InvalidValueError

NAMES = ["speed", "price", "colour"]


def answers(rng: np.random.Generator, n: int = 400, change: float = 0.0) -> dict[str, Any]:
    """Answers of two regions, in the second of which speed counts for more by `change`."""
    speed, price, colour = (rng.integers(1, 6, n) for _ in range(3))
    south = rng.random(n) < 0.6
    worth = 4 + (0.5 + change * south) * speed + 0.5 * price + rng.normal(size=n)
    days = np.where(south, np.datetime64("2026-05-01"), np.datetime64("2026-02-01"))
    return {
        "score": [7] * n,
        "worth": worth,
        "speed": speed,
        "price": price,
        "colour": colour,
        "region": np.where(south, "South", "North"),
        "day": days,
    }


def test_each_group_is_what_it_is_alone() -> None:
    """Shares and coefficients of a segment or a period are those of its rows alone."""
    survey = nk.Survey(answers(np.random.default_rng(1)), score="score", time="day")
    found = survey.drivers(NAMES, by="region", outcome="worth", draws=100)
    quarters = survey.drivers(NAMES, every="quarter", outcome="worth", draws=100)
    assert list(found.groups) == ["North", "South"]
    assert list(quarters.groups) == ["2026-Q1", "2026-Q2"]
    for name, quarter in zip(("North", "South"), ("2026-Q1", "2026-Q2"), strict=True):
        alone = survey.where({"region": name}).drivers(NAMES, outcome="worth", draws=100)
        for each in alone.drivers:
            for group in (found[name], quarters[quarter]):
                for part in ("lmg", "pmvd", "coefficient", "mean"):
                    assert getattr(group[each.driver], part) == pytest.approx(getattr(each, part))
        assert (found[name].n, found[name].units) == (alone.n, alone.units)
    first = found.differences[0]
    assert first.lmg == found["North"][first.driver].lmg
    assert "groups" not in found.to_dict()


def test_a_difference_is_found_where_there_is_one() -> None:
    """The driver that counts for more in one region is named, and the others are not."""
    found = nk.Survey(answers(np.random.default_rng(2), 800, 0.4), score="score").drivers(
        NAMES, by="region", outcome="worth", draws=400
    )
    assert found.differing() == ("speed",)
    assert "Differs (adjusted p < 5%): speed." in str(found)
    assert "differing='speed'" in repr(found)


def test_the_test_holds_its_level_also_where_customers_are_in_both() -> None:
    """Without a difference one is seen in about 5 % of tests, also where the same customers answered twice."""
    rng = np.random.default_rng(3)
    seen = 0
    for _ in range(40):
        one = answers(rng, 200)
        data = {name: np.concatenate([values, values]) for name, values in one.items()}
        data["worth"] = data["worth"] + np.tile(rng.normal(size=200), 2) + 0.3 * rng.normal(size=400)
        data["wave"], data["who"] = np.repeat(["a", "b"], 200), np.tile(np.arange(200), 2)
        survey = nk.Survey(data, score="score", customer="who")
        found = survey.drivers(NAMES, by="wave", outcome="worth", draws=200, rng=rng)
        seen += sum(each.p_value < 0.05 for each in found.differences) // 2
    assert 1 <= seen <= 15  # 6 of 120 are expected; without the pairing none would be seen


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
def test_every_row_counts_once(seed: int, empty: int, off: int, undated: int) -> None:
    """Rows that count, lack a driver, are off the scale or have no time sum to all."""
    data = {name: list(values) for name, values in answers(np.random.default_rng(seed), 200).items()}
    data["score"] = [int(value) for value in np.clip(np.round(data["worth"]), 0, 10)]
    data["score"][:off] = [11] * off
    data["price"][40 : 40 + empty] = [None] * empty
    data["day"] = [None if i >= 200 - undated else str(day)[:10] for i, day in enumerate(data["day"])]
    survey = nk.Survey(data, score="score", time="day")
    found = survey.drivers(["speed", "price"], every="month", draws=100)
    assert (found.n, found.missing, found.invalid, found.set_aside) == (
        200 - off - empty - undated,
        empty,
        off,
        undated,
    )
    assert sum(each.n for each in found.groups.values()) == found.n
    parts = survey.drivers(["speed", "price"], by="region", draws=100)
    assert (parts.n, parts.missing, parts.invalid, parts.set_aside) == (200 - off - empty, empty, off, 0)


def test_groups_of_few_rows_are_left_aside_and_said() -> None:
    """A segment with too few rows, or in which a driver never varies, is named with the reason."""
    data = answers(np.random.default_rng(4))
    data["region"] = np.where(np.arange(400) < 4, "West", data["region"])
    data["region"] = np.where((np.arange(400) >= 360), "East", data["region"])
    data["speed"][360:] = 3
    found = nk.Survey(data, score="score").drivers(NAMES, by="region", outcome="worth", draws=100)
    assert list(found.groups) == ["North", "South"]
    assert (found.set_aside, found.n) == (44, 356)
    assert "Left aside: West: drivers: 4 rows with the outcome" in " ".join(str(found).split())
    assert any(each.startswith("East: drivers: column 'speed' is the same") for each in found.aside)
    with pytest.raises(InvalidValueError, match="at least two groups"):
        nk.Survey(data, score="score").where({"region": "North"}).drivers(NAMES, by="region", outcome="worth")


def test_wrong_arguments() -> None:
    """Segments and periods are not mixed, and periods need times."""
    survey = nk.Survey(answers(np.random.default_rng(0)), score="score")
    with pytest.raises(IncompatibleError, match="by= or every=, not both"):
        survey.drivers(NAMES, by="region", every="month")
    with pytest.raises(IncompatibleError, match="bind the column with time="):
        survey.drivers(NAMES, every="month")


def test_kinds_that_are_rare_in_one_segment_are_joined_in_all() -> None:
    """A kind of which one region has three rows is joined with the next in all regions; a tiny region has no say."""
    rng = np.random.default_rng(4)
    data = answers(rng) | {"way": rng.choice(["web", "shop", "phone"], 400, p=[0.5, 0.3, 0.2])}
    south = data["region"] == "South"
    way = data["way"].astype(object)
    way[south & (way == "phone")] = "shop"
    way[np.flatnonzero(south)[:3]] = "phone"
    data["way"] = way
    data["region"] = data["region"].astype(object)
    data["region"][:4], data["way"][:4] = "Nowhere", "web"
    survey = nk.Survey(data, score="score")
    with pytest.warns(DataWarning, match="rows of a segment or period: compared are 'shop or phone'"):
        found = survey.drivers(["speed", "way"], by="region", outcome="worth", draws=100)
    assert [*found.groups] == ["North", "South"]
    assert found.aside[0].startswith("Nowhere: ")
    joined = np.where(way == "web", "web", "other")
    same = nk.Survey(data | {"way": joined}, score="score").drivers(
        ["speed", "way"], by="region", outcome="worth", draws=100
    )
    for name in ("North", "South"):
        assert found[name]["way"].lmg == pytest.approx(same[name]["way"].lmg, abs=1e-12)
    counts = found.row_counts
    assert counts.n + counts.missing + counts.invalid + counts.set_aside + counts.left_out == 400

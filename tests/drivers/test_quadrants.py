"""Importance against performance: places follow from means, and what has no mean has no place."""

from __future__ import annotations

import numpy as np
import pytest

import npskit as nk
from npskit.errors import InvalidValueError


def answers(n: int = 400) -> dict[str, object]:
    """Four drivers, one in each quadrant."""
    rng = np.random.default_rng(2)
    high = rng.choice([3, 4, 5], size=(2, n))
    low = rng.choice([1, 2, 3], size=(2, n))
    score = np.clip(np.round(2 * high[0] + 2 * low[0] - 5 + rng.normal(size=n)), 0, 10).astype(int)
    table = {"works": high[0], "hurts": low[0], "shines": high[1], "rests": low[1]}
    table["works"][0], table["shines"][0], table["hurts"][0], table["rests"][0] = 1, 1, 5, 5
    return {"score": score, **table, "kind": ["a", "b", "c", "d"] * (n // 4)}


def test_each_quadrant() -> None:
    """Each driver is where importance and performance put it; a kind without an order is named and has no place."""
    found = nk.Survey(answers(), score="score").drivers(["works", "hurts", "shines", "rests", "kind"], draws=200)
    places = found.quadrants()
    assert {each.driver: each.quadrant for each in places.drivers} == {
        "works": "keep up the good work",
        "hurts": "concentrate here",
        "shines": "possible overkill",
        "rests": "low priority",
    }
    assert places.left_aside == ("kind",)
    assert all(each.clear for each in places.drivers)
    assert places.importance_bound == pytest.approx(np.mean([each.importance for each in places.drivers]))
    assert places["hurts"].performance == pytest.approx((places["hurts"].mean - 1) / 4)
    assert places.row_counts == found.row_counts
    assert "rule of thumb" in str(places)
    assert "Without a mean rating, and so without a place: kind." in str(places)


def test_too_few_have_a_place() -> None:
    """One driver cannot be held against others."""
    found = nk.Survey(answers(), score="score").drivers(["works", "kind"], draws=100)
    with pytest.raises(InvalidValueError, match="1 driver with a mean rating"):
        found.quadrants()

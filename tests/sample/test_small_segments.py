"""Small segments hidden from whatever is asked of a survey: known only together, and never told apart."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npskit as nk
from npskit.counting import hidden_groups
from npskit.results import Result

SIZES = {"A": 90, "B": 60, "C": 24, "D": 7, "E": 4}
SMALL = ["C", "D", "E"]
POOL = "C, D, E (hidden)"


def table(sizes: dict[str, int], seed: int = 1) -> dict[str, list[Any]]:
    """Return rows of so many answers of each region, in no order, over two months."""
    rng = np.random.default_rng(seed)
    region = np.repeat(list(sizes), list(sizes.values()))
    rng.shuffle(region)
    rated = rng.integers(1, 11, len(region))
    days = [dt.date(2026, 1, 1) + dt.timedelta(days=int(i)) for i in rng.integers(0, 59, len(region))]
    return {
        "score": np.clip(rated + rng.integers(-2, 3, len(region)), 0, 10).tolist(),
        "region": region.tolist(),
        "day": days,
        "who": [f"c{i}" for i in rng.integers(0, len(region) // 2 + 1, len(region))],
        "why": [("too loud", "lovely staff", "slow and loud", "staff so kind")[i % 4] for i in range(len(region))],
        "speed": rated.tolist(),
        "price": rng.integers(1, 11, len(region)).tolist(),
    }


def bound(data: Any, **more: Any) -> nk.Survey:
    return nk.Survey(data, score="score", time="day", customer="who", comment="why", **more)


# Whatever can be asked of a survey by segments.
ASKED: dict[str, Callable[[nk.Survey], Result]] = {
    "score": lambda s: s.score(by="region"),
    "score of both": lambda s: s.score(by=["region", "price"]),
    "compare": lambda s: s.compare(by="region"),
    "timeline": lambda s: s.timeline("month", by="region"),
    "explain_change": lambda s: s.explain_change("2026-01", "2026-02", by="region"),
    "transitions": lambda s: s.transitions(by="region"),
    "drivers": lambda s: s.drivers(["speed", "price"], by="region", rng=3, draws=100),
    "comments": lambda s: s.comments(by="region"),
    "themes": lambda s: s.themes({"noise": ["loud"], "staff": ["staff"]}, by="region"),
}


@pytest.mark.filterwarnings("ignore::npskit.PrecisionWarning")
@pytest.mark.parametrize("name", ASKED)
def test_nothing_tells_hidden_segments_apart(name: str) -> None:
    """Law: whoever of the hidden segments a row is of, whatever is said is the same, in text, page, table and JSON.

    So nothing can be had of one of them, by subtraction or in any other way.
    """
    data = table(SIZES)
    hidden = bound(data).hide_below(10, by="region", every="month")
    together = [POOL if region in SMALL else region for region in data["region"]]
    found, other = ASKED[name](hidden), ASKED[name](bound(data | {"region": together}))
    assert str(found) == str(other)
    assert found._repr_html_() == other._repr_html_()
    assert found.to_json() == other.to_json()
    assert found.to_csv() == other.to_csv()
    assert POOL in str(ASKED["score"](hidden))


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from("ABCDEFG"), st.integers(1, 40), min_size=2), st.integers(2, 15), st.booleans())
def test_no_count_is_small(sizes: dict[str, int], fewest: int, over_time: bool) -> None:
    """Law: no segment has 1 to fewest - 1 answers, in any month where these are asked for; what is shown keeps its
    figures, and no row is lost; where that cannot be, since fewer answered at all, it is refused.
    """
    data = table(sizes)
    plain = bound(data)
    totals = [sum(sizes.values()), *(plain.timeline("month").n.tolist() if over_time else [])]
    every: Any = "month" if over_time else None
    if any(0 < n < fewest for n in totals):
        with pytest.raises(nk.InvalidValueError, match=f"fewer than {fewest}"):
            plain.hide_below(fewest, by="region", every=every)
        return
    found = plain.hide_below(fewest, by="region", every=every)
    before, after = plain.score(by="region"), found.score(by="region")
    assert not any(0 < n < fewest for n in after.n)
    if over_time:
        assert not any(0 < n < fewest for n in found.timeline("month", by="region").n.ravel())
    else:
        fates = hidden_groups(before.n, fewest)
        assert [key[0] for key, fate in zip(before.keys, fates, strict=True) if not fate] == [
            key[0] for key in after.keys if "(hidden)" not in key[0]
        ]
    for key in after.keys:
        if "(hidden)" not in key[0]:
            assert after[key].counts == before[key].counts
    assert after.row_counts == before.row_counts


@pytest.mark.parametrize(
    "holder",
    [
        pd.DataFrame,
        pl.DataFrame,
        lambda data: pl.DataFrame(data).lazy(),
        lambda data: pl.DataFrame(data).to_arrow(),
        lambda data: duckdb.from_arrow(pl.DataFrame(data).to_arrow()),
    ],
    ids=["pandas", "polars", "lazy polars", "pyarrow", "duckdb"],
)
@pytest.mark.parametrize("numbers", [False, True])
def test_wherever_the_rows_are(holder: Any, numbers: bool) -> None:
    """Dataframes and engines hide the same segments, of numbers and with gaps too, and answer the same."""
    data = table(SIZES)
    if numbers:
        codes = {"A": 1, "B": 2, "C": 3, "D": 4, "E": None}
        data["region"] = [codes[region] for region in data["region"]]
    in_memory = bound(data).hide_below(10, by="region").score(by="region")
    found = bound(holder(data)).hide_below(10, by="region").score(by="region")
    assert [str(key[0]).replace(".0", "") for key in found.keys] == [str(key[0]) for key in in_memory.keys]
    assert found.n.tolist() == in_memory.n.tolist()
    assert found.values == pytest.approx(in_memory.values)


def test_hidden_names_are_nowhere_to_be_asked() -> None:
    """A hidden segment is no condition, no side and no column any more; the pool has a name that says what it is."""
    survey = bound(table(SIZES)).hide_below(10, by="region", every="month")
    with pytest.raises(nk.InvalidValueError, match="'D'"):
        survey.where({"region": "D"})
    assert survey.where({"region": POOL}).score().n == 35
    assert set(survey.column("region").values.tolist()) == {"A", "B", POOL}
    assert set(survey.to_frame("pandas")["region"]) == {"A", "B", POOL}
    report = survey.report(by="region", made=dt.date(2026, 12, 31))
    assert report is not None
    assert not re.search(r">D<|>E<", report)


def test_comments_have_to_be_enough() -> None:
    """On request segments of few comments are hidden, however many answered."""
    data = table({"A": 90, "B": 30, "C": 40, "D": 60})
    of_b = [i for i, region in enumerate(data["region"]) if region == "B"]
    data["why"] = [None if i in of_b[5:] else why for i, why in enumerate(data["why"])]
    survey = bound(data)
    assert survey.hide_below(10, by="region").score(by="region").keys == (("A",), ("B",), ("C",), ("D",))
    hidden = survey.hide_below(10, by="region", comments=True)
    keys = [key[0] for key in hidden.score(by="region").keys]
    assert "A" in keys
    assert "B" not in keys


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"fewest": 0, "by": "region"}, "fewest"),
        ({"fewest": 10, "by": "nowhere"}, "nowhere"),
        ({"fewest": 10, "by": "score"}, "more than segments"),
        ({"fewest": 10, "by": "who"}, "more than segments"),
        ({"fewest": 10, "by": "region", "every": "moth"}, "every"),
        ({"fewest": 10, "by": "region", "comments": 1}, "comments"),
        ({"fewest": 1000, "by": "region"}, "fewer than 1000 answered altogether"),
    ],
)
def test_refused(options: dict[str, Any], match: str) -> None:
    """What cannot be used is named."""
    with pytest.raises(nk.NpskitError, match=match):
        bound(table(SIZES)).hide_below(**options)


def test_comments_are_needed_to_count_them() -> None:
    """Without a column of comments they cannot be counted, and without times no periods."""
    survey = nk.Survey(table(SIZES), score="score")
    more: Any
    for more in ({"comments": True}, {"every": "month"}):
        with pytest.raises(nk.IncompatibleError, match="bind the column"):
            survey.hide_below(10, "region", **more)

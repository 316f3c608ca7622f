"""Themes of comments as drivers: the same as columns of 0 and 1 made by hand."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npskit as nk
from npskit.errors import ColumnNotFoundError, DataWarning, IncompatibleError, InvalidTypeError, InvalidValueError

THEMES = {"noise": ["loud*"], "food": ["breakfast", "dinner"], "money": ["price*"]}
SAID = ["", "It was loud", "Nice dinner", "The price of breakfast", "loud, and what prices", "Fine", "-", "  "]
SILENT = {"", "-", "  "}


def answers(rng: np.random.Generator, n: int = 300) -> dict[str, Any]:
    """Answers of customers who come twice on average, from two regions and two quarters."""
    said, speed = rng.choice(SAID, n), rng.integers(1, 6, n)
    loud = np.array(["loud" in text for text in said])
    return {
        "score": np.clip(np.round(5 + speed - 3 * loud + rng.normal(size=n)), 0, 10),
        "speed": np.where(rng.random(n) < 0.1, np.nan, speed),
        "price": rng.integers(1, 6, n),
        "said": said,
        "who": rng.integers(0, n // 2, n),
        "weight": rng.uniform(0.5, 2, n),
        "region": rng.choice(["North", "South"], n),
        "day": rng.choice(np.array(["2026-02-01", "2026-05-01"], "datetime64[D]"), n),
    }


def by_hand(data: dict[str, Any]) -> dict[str, Any]:
    """The same with a column for each theme, and one for having written."""
    texts = ["" if text in SILENT else str(text) for text in data["said"]]
    mentions = nk.ThemeList.of(THEMES).mentions(texts).T.astype(int)
    return data | dict(zip(THEMES, mentions, strict=True)) | {"wrote": [int(bool(text)) for text in texts]}


def survey(data: dict[str, Any], **roles: Any) -> nk.Survey:
    return nk.Survey(data, score="score", comment="said", time="day", **roles)


def figures(drivers: Any) -> list[str]:
    """Every figure of each driver, to the last digit; what is not known is alike."""
    return [repr(attrs.astuple(each)) for each in drivers.drivers]


@settings(max_examples=15, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([{}, {"weight": "weight"}, {"customer": "who"}, {"weight": "weight", "customer": "who"}]),
    st.sampled_from([["speed"], ["price", "speed"], {"both": ["speed", "price"]}, {"value": "price"}, []]),
    st.sampled_from(["listwise", "pairwise"]),
)
def test_shares_are_those_of_columns_made_by_hand(seed: int, roles: dict[str, str], named: Any, missing: Any) -> None:
    """Every figure, with its interval and rank, is that of columns of 0 and 1, whatever the ratings beside them."""
    data = by_hand(answers(np.random.default_rng(seed)))
    columns = [*THEMES, "wrote"]
    made = {**named, **{name: name for name in columns}} if isinstance(named, dict) else [*named, *columns]
    whole = survey(data, **roles)
    found = whole.drivers(named, themes=THEMES, missing=missing, draws=100)
    wanted = whole.drivers(made, missing=missing, draws=100)
    assert figures(found) == figures(wanted)
    assert (found.r2, found.units, found.row_counts) == (wanted.r2, wanted.units, wanted.row_counts)
    assert found.assumes[:-1] == wanted.assumes
    assert "who wrote nothing mentions nothing" in found.assumes[-1]
    assert "driver 'wrote'" in found.assumes[-1]


@pytest.mark.parametrize("apart", [{"by": "region"}, {"every": "quarter"}])
def test_segments_and_periods_are_those_of_columns_made_by_hand(apart: dict[str, str]) -> None:
    """So are the drivers of each segment and period, and the test of a difference; they say how to read them."""
    whole = survey(by_hand(answers(np.random.default_rng(1), 500)), customer="who", weight="weight")
    found: Any = whole.drivers(["speed"], themes=THEMES, draws=100, **apart)  # type: ignore[call-overload]
    wanted: Any = whole.drivers(["speed", *THEMES, "wrote"], draws=100, **apart)  # type: ignore[call-overload]
    assert found.differences == wanted.differences
    assert found.row_counts == wanted.row_counts
    assert (len(found.assumes), wanted.assumes) == (1, ())
    assert "who wrote nothing mentions nothing" in " ".join(str(found).split())


def test_a_selection_is_looked_at_for_itself() -> None:
    """Of the rows that `where` takes, themes and shares are those of these rows alone."""
    data = answers(np.random.default_rng(2))
    north = data["region"] == "North"
    alone = survey({name: values[north] for name, values in data.items()})
    there = survey(data).where({"region": "North"})
    assert figures(there.drivers(themes=THEMES, draws=100)) == figures(alone.drivers(themes=THEMES, draws=100))


def test_engines_send_the_comments() -> None:
    """Over a lazy frame the figures are those of memory."""
    pl = pytest.importorskip("polars")
    data = answers(np.random.default_rng(3))
    lazy = survey(pl.DataFrame(data).lazy())
    assert figures(lazy.drivers(["price"], themes=THEMES, draws=100)) == figures(
        survey(data).drivers(["price"], themes=THEMES, draws=100)
    )


def test_a_theme_that_tells_nothing_is_named_and_left_out() -> None:
    """One that nobody mentions, or everybody who wrote, also among the rows that weigh anything and have an answer."""
    data = answers(np.random.default_rng(4))
    more = THEMES | {"void": ["submarine"], "odd": ["zebra"], "late": ["tomorrow"]}
    data["said"] = data["said"].astype(object)
    data["said"][:2] = "zebra", "tomorrow"
    data["weight"][0], data["score"][1] = 0, np.nan
    whole = survey(data, weight="weight")
    with pytest.warns(DataWarning, match="left out are themes .* in the rows that count: 'void', 'odd', 'late'"):
        found = whole.drivers(["price"], themes=more, draws=100)
    assert {each.driver for each in found.drivers} == {"price", *THEMES, "wrote"}
    assert figures(found) == figures(whole.drivers(["price"], themes=THEMES, draws=100))
    assert "'void', 'odd', 'late'" in found.assumes[-1]
    everybody = {name: [text] for name, text in {"all": "a*", "some": "loud"}.items()}
    data["said"] = np.where(np.isin(data["said"], [*SILENT]), "", "all of it, " + data["said"].astype(str))
    with pytest.warns(DataWarning, match="left out is a theme that nobody, or everybody who wrote, mentions"):
        found = survey(data).drivers(themes=everybody, draws=100)
    assert {each.driver for each in found.drivers} == {"some", "wrote"}


def test_a_theme_of_one_segment_alone_is_left_out_of_all() -> None:
    """Segments are compared, and so have the same drivers; one that tells nothing in one of them is none."""
    data = answers(np.random.default_rng(5), 500)
    south = data["region"] == "South"
    data["said"] = np.where(south & np.char.startswith(data["said"], "Nice"), "Fine", data["said"])
    data["said"] = np.where(south & np.char.endswith(data["said"], "breakfast"), "The price", data["said"])
    with pytest.warns(DataWarning, match="in a segment or period: 'food'"):
        found = survey(data).drivers(["speed"], themes=THEMES, by="region", draws=100)
    assert {each.driver for each in found.differences} == {"speed", "noise", "money", "wrote"}
    assert not found.aside
    assert "'food'" in found.assumes[-1]


@pytest.mark.parametrize("said", [["It was loud", "Nice dinner", "Fine"], ["", "It was loud", "Nice dinner"]])
def test_having_written_is_no_driver_where_it_follows(said: list[str]) -> None:
    """Where everybody wrote, or each comment mentions one theme, writing cannot be told from the others."""
    data = answers(np.random.default_rng(6))
    data["said"] = np.random.default_rng(7).choice(said, 300)
    found = survey(data).drivers(themes={"noise": ["loud"], "food": ["dinner"]}, draws=100)
    assert {each.driver for each in found.drivers} == {"noise", "food"}
    assert max(each.inflation for each in found.drivers) < 5
    assert "writing at all is no driver" in found.assumes[-1]


def test_what_cannot_be_looked_for_is_an_error() -> None:
    """No comments, two drivers of one name, no driver at all, and themes that are none."""
    data = answers(np.random.default_rng(8))
    with pytest.raises(IncompatibleError, match="comment="):
        nk.Survey(data, score="score").drivers(themes=THEMES)
    for taken in ("price", "wrote"):
        with pytest.raises(InvalidValueError, match=f"two drivers would be called '{taken}': .*'{taken} rating'"):
            survey(data).drivers(["price"], themes={taken: ["price*"]})
    renamed = survey(data).drivers({"price rating": "price"}, themes={"price": ["price*"]}, draws=100)
    assert {each.driver for each in renamed.drivers} == {"price rating", "price", "wrote"}
    for themes in (None, THEMES):
        with pytest.raises(ColumnNotFoundError):
            survey(data).drivers(["sped"], themes=themes)
    with pytest.raises(InvalidValueError, match="at least one column"):
        survey(data).drivers()
    with pytest.raises(InvalidTypeError, match="themes must be"):
        survey(data).drivers(themes=["noise"])  # type: ignore[call-overload]
    data["said"] = np.full(300, "")
    with pytest.raises(InvalidValueError, match="no driver remains; left out are themes"):
        survey(data).drivers(themes=THEMES)

"""A table of which small segments are hidden: nothing of them is in it, whatever is made of it."""

from __future__ import annotations

import pickle
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.counting import hidden_groups
from npskit.plots import ENGLISH, Forest, svg_of
from npskit.scores import compare_groups


def survey(sizes: list[int]) -> nk.Survey:
    """Return a survey with segments A, B, C ... of so many answers."""
    region = [chr(65 + i) for i, size in enumerate(sizes) for _ in range(size)]
    score = [(7 * i + 3 * (i // 5)) % 11 for i in range(len(region))]
    return nk.Survey({"score": score, "region": region}, score="score")


SIZES = st.lists(st.integers(1, 40), min_size=1, max_size=7)


@given(SIZES, st.integers(1, 20))
def test_shown_segments_are_as_they_were(sizes: list[int], fewest: int) -> None:
    """Hidden are those that the rule says; all others keep every figure; rows still sum to those that came in."""
    table = survey(sizes).score(by="region")
    found = table.hide_below(fewest)
    fates = hidden_groups(sizes, fewest)
    assert found.fates is not None
    assert found.fates.tolist() == fates.tolist()
    for row, before, fate in zip(found.to_dict()["segments"], table.to_dict()["segments"], fates, strict=True):
        rest = {name: value for name, value in row.items() if name not in ("region", "hidden")}
        if fate:
            assert set(rest.values()) == {None}
        else:
            assert rest == pytest.approx({name: before[name] for name in rest}, nan_ok=True)
    assert found.row_counts.rows == table.row_counts.rows
    assert found.keys == table.keys


def test_nothing_of_hidden_segments_is_held() -> None:
    """Neither tally nor estimate holds anything of them, so that no file can have it."""
    plain = survey([60, 7, 13, 40])
    for table in (plain.score(by="region"), plain.score(by="region", shrink=True)):
        found = table.hide_below(10)
        hidden = hidden_groups([60, 7, 13, 40], 10) > 0
        assert hidden.tolist() == [False, True, True, False]
        assert not found.tally.cells[hidden].any()
        assert not np.nan_to_num(found.estimates.amounts[hidden]).any()
        assert np.isnan(found.estimates.mean[hidden]).all()
        assert found.shrunken is None or np.isnan(found.shrunken[hidden]).all()
        assert pickle.loads(pickle.dumps(found)).to_dict() == found.to_dict()


def test_weighted() -> None:
    """Weights and customers of hidden segments are not held either."""
    sizes = [60, 7, 13, 40]
    data = survey(sizes).score(by="region").keys
    rows = [chr(65 + i) for i, size in enumerate(sizes) for _ in range(size)]
    made = nk.Survey(
        {"score": [i % 11 for i in range(120)], "region": rows, "w": [1.5] * 120, "c": list(range(60)) * 2},
        score="score",
        weight="w",
        customer="c",
    )
    found = made.score(by="region").hide_below(10)
    assert found.keys == data
    assert found.tally.weights is not None
    assert not found.tally.weights[1:3].any()
    assert found.to_dict()["segments"][1]["value"] is None


def test_text_picture_and_notebook() -> None:
    """The name stays, "< 10" in place of the count; the picture has a comb, and no band of the whole."""
    table = survey([60, 7, 13, 40]).score(by="region")
    found = table.hide_below(10)
    text = found.to_text()
    assert re.search(r"^B +– +< 10 +hidden$", text, re.MULTILINE)
    assert re.search(r"^C +– +– +hidden with it$", text, re.MULTILINE)
    assert "2 segments hidden: fewer than 10 answers" in text
    chart = found._chart()
    assert isinstance(chart, Forest)
    assert [row.hidden for row in chart.rows] == ["", "hidden", "hidden with it", ""]
    assert chart.whole is None
    drawn = svg_of(chart, "one", speech=ENGLISH)
    for value in (table["B"].value, table["C"].value):
        assert f"{value:.1f}" not in text + drawn + found._repr_html_()
    assert "hidden" in (found.to_csv() or "")


def test_a_hidden_segment_cannot_be_asked_for() -> None:
    """Asking for it, or hiding twice, says why not."""
    found = survey([60, 7, 13, 40]).score(by="region").hide_below(10)
    assert found.sort()["A"].n == 60
    with pytest.raises(nk.InvalidValueError, match="segment 'B' is hidden"):
        found["B"]
    with pytest.raises(nk.IncompatibleError, match="hidden already"):
        found.hide_below(5)
    with pytest.raises(nk.NpskitError, match="fewest"):
        found.hide_below(0)


def test_comparisons_leave_hidden_segments_out() -> None:
    """What is not held cannot be compared."""
    found = compare_groups(survey([60, 7, 13, 40]).score(by="region").hide_below(10))
    assert [(pair.a, pair.b) for pair in found.pairs] == [("A", "D")]

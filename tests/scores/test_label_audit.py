"""Labels of survey tools held against the answers beside them."""

from __future__ import annotations

import json
import pickle
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.data.columns import Column
from npskit.errors import InvalidTypeError
from npskit.scores.label_audit import Contradiction, LabelAudit, audit_labels
from npskit.survey import Survey

NAMES = ("detractor", "passive", "promoter")
LABELS = [
    "Promoter",
    "promoters",
    " PASSIVE ",
    "Neutral",
    "detractor",
    "Detractors",
    "VIP",
    "",
    "  ",
    None,
    float("nan"),
]


def audit(categories: list[int], labels: list[Any], names: tuple[str, ...] = NAMES) -> LabelAudit:
    """Audit lists."""
    array = np.empty(len(labels), dtype=object)
    array[:] = labels
    return audit_labels(np.array(categories, dtype=np.intp), Column(array), names)


@given(st.lists(st.tuples(st.integers(-1, 2), st.sampled_from(LABELS))))
def test_every_row_is_one_thing(rows: list[tuple[int, Any]]) -> None:
    """A row is checked, of an unknown label, unscored, or without a label; contradictions are among the checked."""
    meaning = {"promoter": 2, "passive": 1, "neutral": 1, "detractor": 0}
    found = audit([category for category, _ in rows], [label for _, label in rows])
    checked = unscored = unknown = 0
    contradictions = []
    for row, (category, label) in enumerate(rows):
        text = label.strip().lower().removesuffix("s") if isinstance(label, str) else ""
        if text == "vip":
            unknown += 1
        elif text and category < 0:
            unscored += 1
        elif text:
            checked += 1
            if meaning[text] != category:
                contradictions.append(Contradiction(row, NAMES[category], label.strip()))
    assert (found.checked, found.unscored, sum(found.unknown.values())) == (checked, unscored, unknown)
    assert found.contradictions == tuple(contradictions)


def test_a_promoter_beside_a_six() -> None:
    """A label that says another group than the score is named with its row."""
    frame = {"score": [10, 6, None, 3], "group": ["Promoter", "Promoter", "Passive", "detractor"]}
    found = Survey(frame, label="group").audit()
    assert found.contradictions == (Contradiction(1, "detractor", "Promoter"),)
    assert (found.checked, found.unscored, found.unknown) == (3, 1, {})


def test_labels_of_another_scorer() -> None:
    """Labels are those of the scorer's own categories; neutral is nobody where there are no passives."""
    found = audit([0, 1, 1], ["Lost", "lost", "neutral"], ("lost", "retained"))
    assert found.contradictions == (Contradiction(1, "retained", "lost"),)
    assert found.unknown == {"neutral": 1}


def test_labels_of_any_type() -> None:
    """Numbers and markers of missing values among the labels are no accident; what cannot be hashed is refused."""
    found = audit([2, 2, 2, 2], [10, pd.NA, pd.NaT, "VIP "])
    assert found.unknown == {"10": 1, "VIP": 1}
    with pytest.raises(InvalidTypeError, match="hashable"):
        audit([2], [["Promoter"]])
    for frame in (pd.DataFrame, pl.DataFrame, pl.LazyFrame):
        made = frame({"score": [10, 6], "group": ["Promoter", None]})
        assert Survey(made, label="group").audit().checked == 1
    categories = pd.DataFrame({"score": [10, 6], "group": pd.Categorical(["Promoter", "Passive"])})
    assert len(Survey(categories, label="group").audit().contradictions) == 1


def test_unknown_labels_that_differ_in_blanks_are_one() -> None:
    """Unknown labels are counted by their text."""
    assert audit([2, 2, 0], ["VIP", " VIP", "x"]).unknown == {"VIP": 2, "x": 1}


def test_nothing_to_audit() -> None:
    """Without rows or labels nothing was checked."""
    for found in (audit([], []), audit([2], [None])):
        assert repr(found) == str(found) == "LabelAudit(checked=0, contradictions=0, unknown=0, unscored=0)"


def test_shown() -> None:
    """An audit is shown as text, as HTML with labels escaped, as plain Python and as a frame."""
    found = audit([2, 0, 0], ["<b>", "promoters", "PROMOTER\n"])
    assert str(found).split("\n")[1].split() == ["row", "answer", "label"]
    assert str(found).split("\n")[4:] == ["2 of 3 rows: 1 invalid"]
    assert "detractor" in found._repr_html_()
    assert "<b>" not in audit([2], ["<b>"])._repr_html_()
    plain = found.to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["contradictions"][0] == {"row": 1, "answer": "detractor", "label": "promoters"}
    assert "backend" not in plain
    for backend in ("pandas", "polars", "pyarrow"):
        assert len(found.to_frame(backend)) == 2
        assert len(audit([], []).to_frame(backend)) == 0
    assert pickle.loads(pickle.dumps(found)) == found

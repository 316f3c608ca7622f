"""A survey is what it was bound to: what the caller does with the data afterwards is not seen in it."""

from __future__ import annotations

import array
import collections
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import npskit as nk
from npskit.data.owned import own_column

SCORES, REGIONS = [10, 9, 3, 8, 10, 6], list("NNNSSS")


def _by_item(data: Any) -> None:
    data["score"][0], data["region"][0] = 0, "X"


def _polars(data: Any) -> None:
    data[0, "score"], data[0, "region"] = 0, "X"


def _pandas(data: Any) -> None:
    data.iloc[0, 0], data.iloc[0, 1] = 0, "X"
    data["score"] = 0


def _mapping(data: Any) -> None:
    data["score"] = [0] * 6
    del data["region"]


HOLDERS: dict[str, tuple[Callable[[], Any], Callable[[Any], None]]] = {
    "lists": (lambda: {"score": [*SCORES], "region": [*REGIONS]}, _by_item),
    "arrays": (lambda: {"score": np.array(SCORES), "region": np.array(REGIONS, dtype=object)}, _by_item),
    "other sequences": (
        lambda: {"score": array.array("b", SCORES), "region": collections.deque(REGIONS)},
        _by_item,
    ),
    "series": (lambda: {"score": pd.Series(SCORES), "region": pd.Series(REGIONS)}, _by_item),
    "polars series": (lambda: {"score": pl.Series(SCORES), "region": pl.Series(REGIONS)}, _by_item),
    "masked": (lambda: {"score": np.ma.array(SCORES), "region": [*REGIONS]}, _by_item),
    "mapping": (lambda: {"score": SCORES, "region": REGIONS}, _mapping),
    "pandas": (lambda: pd.DataFrame({"score": SCORES, "region": REGIONS}), _pandas),
    "polars": (lambda: pl.DataFrame({"score": SCORES, "region": REGIONS}), _polars),
    "responses": (
        lambda: [nk.Response(s, attributes={"region": r}) for s, r in zip(SCORES, REGIONS, strict=True)],
        list.clear,
    ),
}


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("before", [True, False])
def test_a_survey_does_not_change(holder: str, before: bool) -> None:
    """Law: whatever holds the data, and whether or not the survey was asked before, it answers as it was bound."""
    make, change = HOLDERS[holder]
    wanted = nk.Survey({"score": SCORES, "region": REGIONS}).score(by="region")
    data = make()
    survey = nk.Survey(data, score="score")
    if before:
        survey.score()
    change(data)
    found = survey.score(by="region")
    assert (found.keys, found.tally) == (wanted.keys, wanted.tally)
    assert survey.score().value == nk.nps(SCORES).value


def test_the_caller_may_go_on() -> None:
    """Law: binding and scoring make nothing of the caller's read-only, and the columns of a survey are read-only."""
    scores, frame = np.array(SCORES), pd.DataFrame({"score": SCORES})
    kept = [nk.Survey({"score": scores}), nk.Survey(frame), nk.nps(scores), nk.Tally.count(scores, weights=scores)]
    scores[0] = 1
    frame.loc[0, "score"] = 1
    assert scores[0] == frame.loc[0, "score"] == 1
    for survey in kept[:2]:
        assert isinstance(survey, nk.Survey)
        with pytest.raises(ValueError, match="read-only"):
            survey.column("score").values[0] = 0
        assert survey.score().value == nk.nps(SCORES).value


def test_what_cannot_change_is_not_copied() -> None:
    """Tuples and Arrow's columns are held as they are."""
    for values in ((1, 2), range(3), pa.array([1, 2])):
        assert own_column(values) is values


def test_limits_are_copied() -> None:
    """Law: capacities and populations given as mappings are those of the moment they were given."""
    data = {"score": [2, 9, 6, 10, 3], "id": list("abcde"), "s": list("xxyyy"), "w": [1.0] * 5}
    capacity: dict[str, float] = {"customer care": 0.4}
    plan = nk.Survey(data, customer="id").follow_up(capacity=0.4)
    assert plan.limits.capacity is not None
    capacity = dict(plan.limits.capacity)
    again = nk.Survey(data, customer="id").follow_up(capacity=capacity)
    said = str(again)
    capacity.clear()
    assert str(again) == said
    population: dict[Any, int] = {"x": 10, "y": 10}
    survey = nk.Survey(data, stratum="s", weight="w", population=population)
    se = survey.score().se
    population["x"] = 2
    assert survey.score().se == se

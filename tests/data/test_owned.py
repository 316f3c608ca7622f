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
    """Tuples and Arrow's texts are held as they are."""
    for values in ((1, 2), range(3), pa.array(["a", "b"])):
        assert own_column(values) is values


SHARED: dict[str, Callable[[Any], Any]] = {
    "arrow": lambda columns: pa.table(columns),
    "arrow, in parts": lambda columns: pa.concat_tables([pa.table(columns).slice(0, 2), pa.table(columns).slice(2)]),
    "polars": lambda columns: pl.DataFrame(columns),
    "polars of arrow": lambda columns: pl.from_arrow(pa.table(columns)),
    "pandas": lambda columns: pd.DataFrame({n: pd.Series(v, copy=False) for n, v in columns.items()}, copy=False),
    "pandas of arrow": lambda columns: pa.table(columns).to_pandas(types_mapper=pd.ArrowDtype),
    "arrow arrays": lambda columns: {name: pa.array(values) for name, values in columns.items()},
    "polars series": lambda columns: {name: pl.Series(values) for name, values in columns.items()},
    "pandas series": lambda columns: {name: pd.Series(values, copy=False) for name, values in columns.items()},
    "memory views": lambda columns: {**columns, "score": memoryview(columns["score"])},
}


@pytest.mark.parametrize("holder", SHARED)
@pytest.mark.parametrize("rows", [1, 6])
def test_a_survey_shares_no_memory(holder: str, rows: int) -> None:
    """Law: a dataframe may stand on an array of the caller's; a survey of it does not change when the array does."""
    days = np.arange("2026-01-05", "2026-01-11", dtype="M8[D]").astype("M8[us]")
    columns = {"score": np.array(SCORES), "day": days, "weight": np.array([1.0, 2, 3, 4, 5, 6])}
    columns = {name: values[:rows].copy() for name, values in columns.items()}
    wanted = [np.array(values) for values in columns.values()]
    survey = nk.Survey(SHARED[holder](columns), score="score", time="day", weight="weight")
    for values in columns.values():
        values[:] = values[::-1].copy() if rows > 1 else np.zeros(1).astype(values.dtype)
    for name, values in zip(columns, wanted, strict=True):
        np.testing.assert_array_equal(survey.column(name).values, values)


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

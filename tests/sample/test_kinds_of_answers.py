"""Data that hold answers to several surveys, or kinds of question: one law for files and for whatever is bound."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk

Bind = Callable[..., nk.Survey]


def _records(columns: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


BINDERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "dict": dict,
    "records": _records,
    "pandas": pd.DataFrame,
    "Polars": pl.DataFrame,
    "PyArrow": pa.table,
    "query": pl.LazyFrame,
}


@pytest.fixture(params=[*BINDERS, "file"])
def bind(request: pytest.FixtureRequest, tmp_path: Path) -> Bind:
    """Return a function that makes a survey of columns, in each of the ways there are."""

    def bound(columns: dict[str, Any], **options: Any) -> nk.Survey:
        if request.param == "file":
            path = tmp_path / "data.json"
            path.write_text(json.dumps(_records(columns)), encoding="utf-8")
            return nk.read(path, **options)
        return nk.Survey(BINDERS[request.param](columns), **options)

    return bound


@pytest.mark.filterwarnings("ignore::npskit.GuessWarning")
@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        *[("survey_type", ["nps", "csat"]), ("question", ["How likely are you to recommend us?", "Were we quick?"])],
        *[("metricsType", ["nps", "csat"]), ("properties.hs_survey_type", ["NPS", "CES"])],
        *[("Survey Name", ["NPS 2026", "Support CSAT"]), ("metric", ["NPS", "stars_five"])],
    ],
)
def test_the_kind_that_is_measured_is_taken(name: str, kinds: list[str], bind: Bind) -> None:
    """Where one kind says that it is what the scorer measures, the others are left out, and counted."""
    columns = {name: [kinds[0], kinds[1], kinds[0], kinds[1]], "score": [9, 5, 2, 5]}
    score = bind(columns, score="score").score()
    assert (score.value, score.n, score.left_out) == (0, 2, 2)


@pytest.mark.filterwarnings("ignore::npskit.GuessWarning")
def test_kinds_are_never_scored_as_one(bind: Bind) -> None:
    """Where it is not plain which are meant, they are listed with their counts; chosen or apart, they are scored."""
    columns = {"question": ["Delivery", "Staff", "Delivery", "Staff"], "value": [9, 7, 10, 3]}
    with pytest.raises(nk.InvalidValueError, match=r"'Delivery' \(2\), 'Staff' \(2\)"):
        bind(columns, score="value").score()


@pytest.mark.parametrize("holder", [name for name in BINDERS if name != "query"])
def test_kinds_that_nobody_answered_do_not_matter(holder: str) -> None:
    """Where all answers are of one kind, they are scored."""
    columns = {"question": ["Delivery", "Staff", "Delivery", "Staff"], "value": [9, None, 10, None]}
    assert nk.Survey(BINDERS[holder](columns), score="value").score().value == 100


@pytest.mark.parametrize("holder", BINDERS)
def test_what_was_bound_is_chosen_or_scored_apart(holder: str) -> None:
    """A survey of data can be narrowed, and scored by kind, without being bound again."""
    columns = {
        "question": ["Delivery", "Staff", "Delivery", "Staff"],
        "value": [9, 7, 10, 3],
        "when": ["2026-03-01"] * 4,
    }
    survey = nk.Survey(BINDERS[holder](columns), score="value", time="when")
    assert survey.score("question").to_dict()["segments"][0]["n"] == 2
    assert survey.where({"question": "Delivery"}).score().value == 100
    assert survey.where({"question": ["Delivery", "Staff"]}).score().n == 4
    for refused in (lambda: survey.score("when"), lambda: survey.timeline("day"), survey.score, survey.tally):
        with pytest.raises(nk.InvalidValueError, match="several kinds"):
            refused()
    assert nk.Survey(BINDERS[holder](columns), score="value", stratum="question").score().n == 4  # of a design


def test_all_of_another_kind_are_said(bind: Bind) -> None:
    """Answers that all say they are something else are scored with a word; those that say it is they, without one."""
    with pytest.warns(nk.DataWarning, match="all answers are of survey_type 'csat'"):
        bind({"survey_type": ["csat"] * 3, "score": [5, 3, 4]}, score="score")
    with warnings.catch_warnings():
        warnings.simplefilter("error", nk.DataWarning)
        bind({"survey_type": ["nps"] * 3, "score": [5, 3, 9]}, score="score").score()
        bind({"survey": ["NPS May", "NPS June", "NPS June"], "score": [5, 3, 9]}, score="score").score()
        csat = {"survey_type": ["csat"] * 3, "satisfaction": [5, 3, 4]}
        bind(csat, score="satisfaction", scorer=nk.CSAT()).score()


@given(st.lists(st.tuples(st.sampled_from(["nps", "csat", "ces"]), st.integers(0, 10)), min_size=1))
def test_mixed_with_others_a_survey_scores_as_it_does_alone(rows: list[tuple[str, int]]) -> None:
    """Law: whatever else is among them, the answers to one survey score as those alone do."""
    rows = [*rows, ("nps", 9)]
    columns = {"survey_type": [kind for kind, _ in rows], "score": [score for _, score in rows]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", nk.GuessWarning)
        scores = [nk.Survey(bind(columns)).score() for bind in BINDERS.values()]
    alone = [score for kind, score in rows if kind == "nps"]
    assert {score.value for score in scores} == {nk.nps(alone).value}
    assert {(score.n, score.left_out) for score in scores} == {(len(alone), len(rows) - len(alone))}


def test_records_are_data() -> None:
    """A list of mappings is data: a column for each name that one of them has."""
    survey = nk.Survey([{"score": 9, "region": "N"}, {"score": 2}, {"region": "S"}])
    assert (survey.score().n, survey.score().missing) == (2, 1)
    assert survey.columns == ["score", "region"]
    with pytest.raises(nk.InvalidTypeError, match="item 1 is 3"):
        nk.Survey([{"score": 9}, 3])
    with pytest.raises(nk.InvalidTypeError, match="names are text"):
        nk.Survey([{1: 9}])

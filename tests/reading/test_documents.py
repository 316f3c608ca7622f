"""JSON documents: the list of records is found wherever an API or pandas puts it, and a record of its own stays one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.errors import ColumnNotFoundError, UnreadableFileError
from npskit.reading import Loaded, jsonrecords, load
from npskit.reading.documents import records_of

Read = Callable[..., Loaded]
RECORDS = [{"score": 9, "who": {"name": "Ann"}, "tags": [{"a": 1}]}, {"score": 3, "who": {"name": "Bob"}, "tags": []}]
NAMES = ["results", "data", "items", "responses", "records", "rows", "Results"]
PAGE: dict[str, Any] = {
    "count": 9,
    "next": None,
    "previous": None,
    "page": 1,
    "total": 2,
    "has_more": False,
    "meta": {"took": 3},
}


@given(
    names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=3),
    around=st.lists(st.sampled_from(sorted(PAGE)), unique=True),
    indent=st.sampled_from([None, 1, 4]),
    ascii_only=st.booleans(),
)
def test_the_list_of_a_page_is_found(
    folder: Path, names: list[str], around: list[str], indent: int | None, ascii_only: bool
) -> None:
    """Under any of the usual names, up to three deep, pretty-printed or not, and said; as if it was the file."""
    document: Any = [*RECORDS, {"score": 10, "who": {"name": "Żółć"}}]
    (folder / "plain.json").write_text(json.dumps(document), encoding="utf-8")
    for name in names:
        document = {key: PAGE[key] for key in around} | {name: document}
    path = folder / "page.json"
    path.write_text(json.dumps(document, indent=indent, ensure_ascii=ascii_only), encoding="utf-8")
    found, plain = load(path), load(folder / "plain.json")
    assert {n: v.tolist() for n, v in found.columns.items()} == {n: v.tolist() for n, v in plain.columns.items()}
    assert found.report.format == "json"
    assert ".".join(reversed(names)) in found.report.notes[0]


@pytest.mark.parametrize("orient", ["columns", "index", "split", "table", "records", "list"])
@pytest.mark.parametrize("indent", [None, 2])
def test_pandas_forms(read: Read, orient: str, indent: int | None) -> None:
    """Every form in which pandas writes a dataframe gives its rows."""
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"score": [9, 4, 10], "store": ["A", "B", "C"]})
    if orient == "list":
        text = json.dumps(frame.to_dict(orient="list"), indent=indent)
    else:
        text = frame.to_json(orient=orient, indent=indent)
    found = read(text)
    assert found.columns["score"].tolist() == [9, 4, 10]
    assert found.columns["store"].tolist() == ["A", "B", "C"]


@pytest.mark.parametrize(
    "record",
    [
        {"score": 9, "items": [{"sku": 1}, {"sku": 2}]},
        {"nps_score": 9, "data": [{"a": 1}]},
        {"score": 9, "person": {"name": "Ann", "plan": "x"}},
        {"person": {"name": "Ann"}},
        {"id": 7, "answers": [{"a": 1}]},
        {},
    ],
)
def test_a_record_of_its_own_stays_one(record: dict[str, Any]) -> None:
    assert records_of([record]) == ([record], "")


def test_objects_that_follow_each_other(read: Read) -> None:
    """Pretty-printed one after the other, with commas or not, they are records; lines of JSON stay lines."""
    pretty = "\n".join(json.dumps(record, indent=2) for record in RECORDS)
    for text in (pretty, pretty.replace("}\n{", "},\n{")):
        assert read(text).columns["score"].tolist() == [9, 3]
    broken = read('{"score": 9\n{"score": 3}\n{"score": 4}\n')
    assert (broken.columns["score"].tolist(), [r.row for r in broken.rejected]) == ([3, 4], [1])
    assert read('[["score", "who"], [9, "Ann"], [3, "Bob"]]').columns["who"].tolist() == ["Ann", "Bob"]


def test_what_was_found_instead_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No object is called something else than JSON: the error names its keys, or that it is cut off, long or empty."""
    path = tmp_path / "other.json"
    path.write_text(json.dumps({"title": "Survey", "questions": {"q1": "Why?"}}, indent=2))
    with pytest.raises(ColumnNotFoundError, match=r"'title', 'questions\.q1'"):
        nk.read(path)
    path.write_text(json.dumps({"results": [], "count": 0}, indent=1))
    with pytest.raises(UnreadableFileError, match="holds no answers"):
        nk.read(path)
    path.write_text(json.dumps({"results": RECORDS}, indent=1)[:-9])
    with pytest.raises(UnreadableFileError, match="JSON document that is cut off or broken"):
        nk.read(path)
    monkeypatch.setattr(jsonrecords, "MAX_LINE", 100)
    path.write_text(json.dumps({"results": RECORDS}, indent=1))
    with pytest.raises(UnreadableFileError, match="write a record on each line"):
        nk.read(path)


TYPEFORM = {"landing_id": "a", "token": "a", "submitted_at": "2026-03-02T22:10:00Z", "hidden": {"visits": 3}}
SURVEYMONKEY = {
    "id": "1",
    "response_status": "completed",
    "date_modified": "2026-03-02T10:00:00+00:00",
    "page_path": [],
}
QUALTRICS = {"startDate": "2026-03-01T10:00:00Z", "finished": 1, "progress": 100}


def typeform(score: int) -> dict[str, Any]:
    answers = [
        {"field": {"id": "f1", "type": "opinion_scale"}, "type": "number", "number": score},
        {"field": {"id": "f2", "type": "long_text", "ref": "why"}, "type": "text", "text": "ok"},
        {
            "field": {"id": "f3", "type": "multiple_choice", "ref": "when"},
            "type": "choices",
            "choices": {"labels": ["a", "b"]},
        },
    ]
    return TYPEFORM | {"token": f"t{score}", "answers": answers}


def surveymonkey(score: int) -> dict[str, Any]:
    answers = [{"choice_id": "77", "row_id": "5", "choice_metadata": {"weight": str(score)}}]
    questions = [{"id": "q", "answers": answers}, {"id": "t", "answers": [{"text": "good"}]}]
    return SURVEYMONKEY | {"pages": [{"id": "p", "questions": questions}]}


def qualtrics(score: int) -> dict[str, Any]:
    values = QUALTRICS | {
        "status": 1 if score == 5 else 0,
        "QID1": score,
        "QID1_NPS_GROUP": 3 if score > 8 else 1,
        "QID2": 4,
    }
    return {"responseId": f"R_{score}", "values": values, "labels": {"QID2": "Often"}, "displayedFields": ["QID1"]}


def formbricks(score: int) -> dict[str, Any]:
    answer = {"nps1": score, "text": "good"}
    return {
        "id": str(score),
        "createdAt": "2026-03-02T10:00:00.000Z",
        "surveyId": "s",
        "finished": True,
        "data": answer,
    }


@pytest.mark.parametrize(
    ("make", "tool", "columns"),
    [
        (typeform, "Typeform", {"opinion_scale f1": "score", "why": "ok", "when": "a, b"}),
        (surveymonkey, "SurveyMonkey", {"question q": "score", "question t": "good"}),
        (qualtrics, "Qualtrics", {"QID1": "score", "QID2 (label)": "Often"}),
        (formbricks, "Formbricks", {"data.nps1": "score", "data.text": "good"}),
    ],
)
@pytest.mark.filterwarnings("ignore::npskit.GuessWarning")
def test_answers_of_apis(
    tmp_path: Path, make: Callable[[int], dict[str, Any]], tool: str, columns: dict[str, str]
) -> None:
    """Each tool's responses have a column for each question, its score and its times, in a page or by lines."""
    path = tmp_path / "page.json"
    for text in (json.dumps({"data": [make(9), make(3)]}, indent=1), "\n".join(json.dumps(make(n)) for n in (9, 3))):
        path.write_text(text)
        survey = nk.read(path)
        assert survey.file_report is not None
        assert survey.file_report.tool == tool
        assert (survey.score().n, survey.score().value) == (2, 0.0)
        assert not np.isnat(survey.to_frame("pandas")[survey.roles["time"]]).any()
        loaded = load(path)
        for name, value in columns.items():
            scores = [9, 3] if tool != "SurveyMonkey" else ["9", "3"]
            assert loaded.columns[name].tolist() == (scores if value == "score" else [value] * 2)
    if tool == "Qualtrics":
        path.write_text(json.dumps({"responses": [make(9), make(5)]}))
        assert nk.read(path).score().n == 1  # a preview is no answer
        assert load(path).columns["QID1_NPS_GROUP"].tolist() == ["Promoter"]


def test_what_typeform_sends_to_a_webhook(read: Read) -> None:
    text = "\n".join(json.dumps({"event_id": "e", "form_response": typeform(n)}) for n in (9, 3))
    assert read(text).columns["opinion_scale f1"].tolist() == [9, 3]


def test_rows_of_a_query_of_posthog(read: Read) -> None:
    for inside in (["score", "timestamp"], [{"name": "score"}, {"name": "timestamp"}]):
        text = json.dumps(
            {"columns": inside, "results": [["9", "2026-03-02T10:00:00Z"], ["4", None]], "types": ["String"] * 2}
        )
        assert read(text).columns["score"].tolist() == ["9", "4"]

"""Files as tools and people write them: answers by option, counts, sums within, pages of pages, events, API objects."""

from __future__ import annotations

import csv
import io
import json
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk

pytestmark = pytest.mark.filterwarnings("ignore::npskit.GuessWarning")

QUESTION = "How likely are you to recommend us?"
Read = Callable[..., nk.Survey]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return a function that reads a text, or an object as JSON, as a file."""

    def reader(content: Any, **options: Any) -> nk.Survey:
        path = tmp_path / "file"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return nk.read(path, **options)

    return reader


def table(header: Sequence[object], rows: Sequence[Sequence[object]]) -> str:
    target = io.StringIO()
    csv.writer(target).writerows([header, *rows])
    return target.getvalue()


# ---- a column for each answer ----

NAMES = [QUESTION + " [{}]", QUESTION + " - {}", "{}:" + QUESTION, QUESTION + ": {}", "nps_{}", "{}"]
MARKS = [("1", ""), ("1", "0"), ("x", ""), ("Yes", "No"), ("{}", "")]


@pytest.mark.parametrize("name", NAMES)
@given(answers=st.lists(st.one_of(st.none(), st.integers(0, 10)), min_size=2), mark=st.sampled_from(MARKS))
def test_options_are_joined(folder: Path, name: str, answers: list[int | None], mark: tuple[str, str]) -> None:
    """Law: answers written with a column for each option, however it is called and marked, are the answers."""
    rows = [
        [f"r{i}", *(mark[0].format(point) if point == answer else mark[1] for point in range(11))]
        for i, answer in enumerate(answers)
    ]
    (folder / "options.csv").write_text(table(["who", *map(name.format, range(11))], rows), encoding="utf-8")
    if all(answer is None for answer in answers):
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        score = nk.read(folder / "options.csv").score()
    assert (score.n, score.missing) == (len(answers) - answers.count(None), answers.count(None))
    assert score.counts == nk.nps(answers).counts


@given(st.lists(st.lists(st.integers(0, 40), min_size=11, max_size=11), min_size=1, max_size=3))
def test_counts_by_answer_are_melted(folder: Path, counts: list[list[int]]) -> None:
    """Law: a table with a column for each answer, and a row for each segment, scores as the single answers do."""
    counts = [[*row[:-1], row[-1] + 2] for row in counts]  # more than one: no mark
    rows = [[f"region {i}", *row] for i, row in enumerate(counts)]
    (folder / "counts.csv").write_text(table(["Region", *range(11)], rows), encoding="utf-8")
    survey = nk.read(folder / "counts.csv")
    answers = [point for row in counts for point, count in enumerate(row) for _ in range(count)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert survey.score().counts == nk.nps(answers).counts
        assert [part["n"] for part in survey.score("Region").to_dict()["segments"]] == [sum(row) for row in counts]


def test_numbered_columns_are_not_options(read: Read) -> None:
    """Numbered columns of several things stay as they are, and so do options where a row holds two."""
    rows = [[3, 1, 0, 0, 1, 0], [10, 0, 1, 0, 0, 0]]
    survey = read(table(["nps", *(f"visited_{i}" for i in range(1, 6))], rows))
    assert survey.columns == ["nps", *(f"visited_{i}" for i in range(1, 6))]
    two = [["a", *([1] * 2 + [0] * 9)]]
    with pytest.raises(nk.ColumnNotFoundError):
        read(table(["who", *map(NAMES[0].format, range(11))], [*two, ["b", *([0] * 10), "n/a?"]]))
    # beside a score, numbers are something else
    survey = read(table(["nps", *range(11)], [[9, *range(11)], [2, *range(11)]]))
    assert survey.score().n == 2


# ---- tables of what was counted ----


@pytest.mark.parametrize(
    "columns",
    [
        {"score": [10, 9, 3], "count": [70, 20, 10]},
        {"group": ["Promoter", "Passive", "Detractor"], "Responses": [70, 20, 10]},
        {"score": [10, 3] * 3, "region": list("NNSSEE"), "n": [7, 3] * 3},
    ],
)
def test_counts_that_are_not_bound_are_said(columns: dict[str, list[Any]], read: Read) -> None:
    """A table of counts that is about to be scored as single answers is said, from a file and from data."""
    more: dict[str, Any] = {"label": "group"} if "group" in columns else {"score": "score"}
    with pytest.warns(nk.DataWarning, match="each answer stands in one row"):
        nk.Survey(columns, **more)
    with pytest.warns(nk.DataWarning, match="each answer stands in one row"):
        read(pd.DataFrame(columns).to_csv(index=False), **more)
    with warnings.catch_warnings():
        warnings.simplefilter("error", nk.DataWarning)
        nk.Survey(columns, **more, count=list(columns)[-1])
        nk.Survey({name: cells * 2 for name, cells in columns.items()}, **more)  # answers come again


@pytest.mark.parametrize(
    ("columns", "error"),
    [
        ({"month": ["2026-01", "2026-02"], "promoters": [6, 5], "detractors": [2, 3], "nps": [9, 8]}, True),
        ({"เดือน": ["2026-01", "2026-02"], "ผู้สนับสนุน": [60, 50], "ผู้เฉยๆ": [20, 30], "nps": [9, 8]}, True),
        ({"Month": ["May", "June", "July"], "nps": [45, -12, 60]}, True),
        ({"month": ["2026-01", "2026-02", "2026-03"], "nps": [5, 7, 9]}, False),
    ],
)
def test_scores_are_no_answers(columns: dict[str, list[Any]], error: bool, read: Read) -> None:
    """What was computed already is refused, or said where it could be answers, from a file and from data."""
    text = pd.DataFrame(columns).to_csv(index=False)
    makers: list[Callable[[], nk.Survey]] = [lambda: nk.Survey(columns, score="nps"), lambda: read(text, score="nps")]
    for make in makers:
        if error:
            with pytest.raises(nk.InvalidValueError, match="holds no answers"):
                make()
        else:
            with pytest.warns(nk.DataWarning, match="computed already"):
                make()


SUMS = ["Grand total", "Średnia ocena", "ผลรวมทั้งหมด", "Totale complessivo", "合計", "平均", "总计", "평균", "Std. Dev."]
SUMS += ["Durchschnittswert", "Response count", "Total: 3", "Summary"]


@pytest.mark.parametrize("said", SUMS)
def test_sums_below(said: str, read: Read) -> None:
    """A row that sums up is set aside in whatever language it says so."""
    score = read(f"Date,Region,nps\n2026-03-01,N,10\n2026-03-01,S,2\n2026-03-02,S,9\n{said},,7\n").score()
    assert (score.n, score.set_aside) == (3, 1)


def test_subtotals_within(read: Read) -> None:
    """Sums between the rows are set aside where they are named after the rows above them, and only there."""
    rows = [["N", "2026-03-01", 10], ["N", "2026-03-01", 2], ["N Total", "", 12], ["S", "2026-03-02", 9]]
    survey = read(table(["Region", "Date", "nps"], [*rows, ["S Average", "", 9], ["Grand Total", "", 7]]))
    assert (survey.score().n, survey.score().set_aside) == (3, 3)
    assert [each.row for each in survey.rejected] == [4, 6, 7]
    people = [["Ann", 10], ["Bob Total", 2], ["Ann Total", 9]]  # names
    assert read(table(["customer", "nps"], people)).score().n == 3


# ---- answers of APIs ----

NINE_AND_THREE = [{"score": 9}, {"score": 3}]
OBJECTS: dict[str, Any] = {
    "AskNicely": {"success": True, "totalresponses": "2", "pagenumber": "1", "since_time": 0, "data": NINE_AND_THREE},
    "Alchemer": {
        "result_ok": True,
        "total_count": "2",
        "results_per_page": 50,
        "data": [{"id": n, "survey_data": {"2": {"id": 2, "question": QUESTION, "answer": n}}} for n in ("9", "3")],
    },
    "Jotform": {
        "responseCode": 200,
        "message": "success",
        "content": [{"id": n, "answers": {"3": {"name": "nps", "text": QUESTION, "answer": n}}} for n in ("9", "3")],
    },
    "JSON:API": {"data": [{"id": "1", "type": "r", "attributes": each} for each in NINE_AND_THREE], "links": {}},
    "Elasticsearch": {"took": 1, "hits": {"total": {"value": 2}, "hits": [{"_source": e} for e in NINE_AND_THREE]}},
    "MongoDB": [{"_id": {"$oid": "a"}, "score": {"$numberInt": str(each["score"])}} for each in NINE_AND_THREE],
    "DynamoDB": {"Items": [{"score": {"N": str(each["score"])}} for each in NINE_AND_THREE], "ScannedCount": 2},
    "links beside": {"links": [], "reviews": NINE_AND_THREE},
    "pages": [{"page": 1, "data": NINE_AND_THREE[:1]}, {"page": 2, "data": NINE_AND_THREE[1:]}],
    "Typeform's webhook": [
        {
            "event_id": str(n),
            "form_response": {
                "token": f"t{n}",
                "landed_at": "2026-03-01T10:00:00Z",
                "submitted_at": "2026-03-01T10:00:00Z",
                "definition": {"fields": [{"id": "q", "title": QUESTION}, {"id": "s", "title": "Stars?"}]},
                "answers": [
                    {"type": "number", "number": n, "field": {"id": "q", "ref": "a"}},
                    {"type": "number", "number": 5, "field": {"id": "s", "ref": "b"}},
                ],
            },
        }
        for n in (9, 3, 3)  # the last was sent twice
    ],
    "Formbricks' webhook": [
        {
            "event": event,
            "data": {"id": str(n), "createdAt": "2026-03-01T10:00:00Z", "surveyId": "s", "finished": True, "data": d},
        }
        for event, n, d in (
            ("responseCreated", 1, {"q": 0}),
            ("responseFinished", 1, {"q": 9}),
            ("responseFinished", 2, {"q": 3}),
        )
    ],
    "HubSpot": {
        "results": [
            {"id": str(i), "properties": {"hs_survey_type": kind, "score": score}}
            for i, (kind, score) in enumerate([("NPS", 9), ("CES", 7), ("NPS", 3)])
        ]
    },
}


@pytest.mark.parametrize("tool", OBJECTS)
def test_objects_of_apis(tool: str, read: Read) -> None:
    """The two answers in what an API gives are found, on one line or several."""
    more = {"score": "properties.score"} if tool == "HubSpot" else {}
    for indent in (None, 1):
        score = read(json.dumps(OBJECTS[tool], indent=indent), **more).score()
        assert (score.n, score.value) == (2, 0)


def test_google_forms_api(read: Read) -> None:
    """A question of the API of Google Forms is a column of its answer."""
    answers = [
        {"responseId": n, "answers": {"q": {"questionId": "q", "textAnswers": {"answers": [{"value": n}]}}}}
        for n in ("9", "3")
    ]
    assert read({"responses": answers}, score="q").score().value == 0


# ---- PostHog ----


def event(what: str, at: int, **properties: Any) -> dict[str, Any]:
    names = {f"${name}": value for name, value in properties.items()}
    return {"event": what, "timestamp": f"2026-03-0{at}T10:00:00Z", "distinct_id": f"u{at}", "properties": names}


EVENTS = [
    event("survey sent", 1, survey_id="s", survey_response="9", lib="web"),
    event("survey dismissed", 2, survey_id="s", survey_response="0"),
    event("survey sent", 3, survey_id="s", survey_response="3"),
]


@pytest.mark.parametrize("form", ["lines", "query", "CSV"])
def test_properties_of_events_in_one_cell(form: str, read: Read) -> None:
    """Events whose properties are JSON in a cell are read as those whose properties are an object."""
    events = [each | {"properties": json.dumps(each["properties"])} for each in EVENTS]
    rows = [list(each.values()) for each in events]
    content: Any = "\n".join(map(json.dumps, events))
    if form == "query":
        content = {"columns": list(events[0]), "results": rows}
    if form == "CSV":
        content = table(list(events[0]), rows)
    for survey in (read(content), read(EVENTS)):
        assert survey.file_report is not None
        assert survey.file_report.tool == "PostHog"
        score = survey.score()
        assert (score.n, score.value, score.left_out) == (2, 0, 1)


def test_what_only_an_earlier_event_says_counts(read: Read) -> None:
    """The latest event of a submission counts, with the answers that only earlier ones of it have."""
    sent = {"survey_id": "s"}
    events = [
        event("survey sent", 1, **sent, survey_submission_id="x", survey_response="2"),
        event("survey sent", 2, **sent, survey_submission_id="x", survey_response="9"),
        event("survey sent", 3, **sent, survey_submission_id="x", **{"survey_response_aa-1": "great"}),
        event("survey sent", 4, **sent, survey_submission_id="y", survey_response="3"),
    ]
    score = read(events).score()
    assert (score.n, score.value, score.left_out) == (2, 0, 2)


# ---- Qualtrics ----


def test_group_codes_of_qualtrics_are_audited(read: Read) -> None:
    """An export as numbers has 1, 2 and 3 for the groups: where they contradict recoded answers, that is said."""
    names = ["StartDate", "EndDate", "Status", "ResponseId", "RecordedDate", "Q1_NPS_GROUP", "Q1"]
    ids = [json.dumps({"ImportId": name}) for name in names]
    day = "2026-03-01 10:00:00"

    def export(answers: list[tuple[str, int]]) -> str:
        rows = [[day, day, "0", f"R_{i}", day, group, score] for i, (group, score) in enumerate(answers)]
        return table(names, [names, ids, *rows])

    with pytest.warns(nk.DataWarning, match=r"contradict.* 1\.\.11"):
        read(export([("3", 11), ("3", 10), ("2", 9), ("2", 8), ("1", 7), ("1", 1)]))
    with warnings.catch_warnings():
        warnings.simplefilter("error", nk.DataWarning)
        assert read(export([("3", 10), ("3", 9), ("2", 8), ("1", 0)])).audit().contradictions == ()


# ---- other scorers ----


@pytest.mark.parametrize(
    ("name", "scorer", "answers"),
    [
        ("Review Stars", nk.CSAT(), [5, 1, 4, 5]),
        ("csat", nk.CSAT(), ["good", "bad", "good", "good"]),
        ("Jak ocenia Pan łatwość?", nk.CES(2, "top_box"), [7, 1, 6, 7]),
        ("Wie zufrieden sind Sie?", nk.CSAT(), ["sehr zufrieden", "unzufrieden", "zufrieden", "zufrieden"]),
    ],
)
def test_the_column_of_another_scorer_is_found_by_its_name(
    name: str, scorer: Any, answers: list[Any], read: Read
) -> None:
    """The one column that is called after what the scorer measures is taken, and said; of several none is."""
    rows = [[i, "2026-03-01", answer] for i, answer in enumerate(answers)]
    with pytest.warns(nk.GuessWarning, match="by its name"):
        assert read(table(["Review ID", "date", name], rows), scorer=scorer).score().value == 75
    with pytest.raises(nk.ColumnNotFoundError):
        read(table(["Review ID", name, f"{name} (2)"], rows), scorer=scorer)

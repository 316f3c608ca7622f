from __future__ import annotations

import csv
import io
import json
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import npskit as nk
from npskit.errors import InvalidValueError
from npskit.reading import Loaded
from npskit.reading.tools import PLAIN, TOOLS, find_tool

Read = Callable[..., Loaded]


def table(*rows: Sequence[object]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


QUALTRICS = ["StartDate", "EndDate", "Status", "Progress", "Finished", "RecordedDate", "ResponseId", "RecipientEmail"]


def qualtrics(*rows: Sequence[object], zone: str = "America/Denver") -> str:
    names = [*QUALTRICS, "Q3_NPS_GROUP", "Q3", "Q4"]
    labels = [*QUALTRICS, "How likely? - Group", "How likely are you to recommend us?", "Why?\nTell us"]
    ids = [
        json.dumps({"ImportId": f"QID{i}", "timeZone": zone} if i == 1 else {"ImportId": f"QID{i}"}) for i in range(11)
    ]
    ids[0] = ""  # people empty cells
    start = ["2026-01-01 10:00:00", "2026-01-01 10:01:00"]
    return table(
        names, labels, ids, *([*start, s, 100, 1, "2026-01-01 10:02:00", "R_1", m, g, q, c] for s, m, g, q, c in rows)
    )


def test_qualtrics(read: Read) -> None:
    """Three header rows; the score is Q3, not its group; previews are left out; the zone is in the third row."""
    found = read(
        qualtrics(
            ("IP Address", "a@x.org", "Promoter", 10, "good"),
            ("Survey Preview", "", "Promoter", 9, ""),
            ("0", "b@x.org", "Detractor", 3, ""),
            ("1", "", "Passive", 8, ""),
        )
    )
    assert (found.report.tool, found.report.header_rows, found.report.time_zone) == ("Qualtrics", 3, "America/Denver")
    assert found.roles == {"time": "RecordedDate", "customer": "RecipientEmail", "score": "Q3", "label": "Q3_NPS_GROUP"}
    assert found.columns["Q3"].tolist() == ["10", "3"]
    assert found.row_numbers.tolist() == [4, 6]
    assert [(r.row, r.column, r.value) for r in found.rejected] == [(5, "Status", "Survey Preview"), (7, "Status", "1")]
    assert found.report.labels["Q4"] == "Why?\nTell us"
    assert "StartDate" not in found.report.labels
    assert (found.report.set_aside, found.report.left_out) == (0, 2)


def test_qualtrics_with_columns_still_knows_previews(read: Read) -> None:
    """Rows that are no answers are left out also where the column that says so is not kept."""
    content = qualtrics(("Survey Preview", "", "Passive", 7, ""), ("IP Address", "", "Promoter", 9, ""))
    found = read(content, columns=["q3"])
    assert {n: v.tolist() for n, v in found.columns.items()} == {"Q3": ["9"]}
    assert len(read(qualtrics(("Survey Preview", "", "Passive", 7, "")))) == 0


def test_qualtrics_without_its_second_and_third_row(read: Read) -> None:
    """Files from which people removed header rows are recognised by their names, or the import ids alone."""
    rows = [[*["2026-01-01 10:00:00"] * 2, "IP Address", 100, 1, "2026-01-01 10:00:00", "R_1", "", 9]]
    found = read(table([*QUALTRICS, "Q1"], *rows))
    assert (found.report.tool, found.report.header_rows, len(found)) == ("Qualtrics", 1, 1)
    ids = ['{"ImportId":"x"}'] * 9
    found = read(table([*QUALTRICS, "Q1"], ids, *rows))
    assert (found.report.tool, found.report.header_rows, found.report.time_zone, len(found)) == (
        "Qualtrics",
        2,
        None,
        1,
    )


def test_legacy_qualtrics(read: Read) -> None:
    """Two header rows, a mark, an empty last column: V1, V2 get their names from the second row."""
    content = table(
        ["V1", "V2", "V7", "V9", "Q1", "LocationAccuracy", ""],
        ["ResponseID", "ResponseSet", "Status", "EndDate", "Would you recommend us?", "LocationAccuracy", ""],
        ["R_1", "Default", "0", "2026-01-01 10:00:00", 9, -1, ""],
        ["R_2", "Default", "1", "2026-01-01 10:00:00", 8, -1, ""],
    )
    found = read("\ufeff" + content)
    assert list(found.columns) == ["ResponseID", "ResponseSet", "Status", "EndDate", "Q1", "LocationAccuracy"]
    assert (found.report.tool, found.report.header_rows, len(found)) == ("Qualtrics", 2, 1)
    assert found.roles == {"time": "EndDate", "score": "Q1"}
    assert found.report.labels == {"Q1": "Would you recommend us?"}


@pytest.mark.parametrize("stages", [["Stage Date (UTC)"], []])
def test_typeform(read: Read, stages: list[str]) -> None:
    """Recognised by its columns; its times are UTC; the question speaks of recommending."""
    names = ["#", "Wie wahrscheinlich ist es, dass Sie uns empfehlen?", "Stars", "Start Date (UTC)", *stages]
    names += ["Submit Date (UTC)", "Network ID", "Tags"]
    stamp = "2026-01-01 10:00:00"
    found = read(table(names, ["abc", 9, 5, stamp, *[""] * len(stages), stamp, "net", ""]))
    assert (found.report.tool, found.report.time_zone) == ("Typeform", "UTC")
    assert found.roles == {"time": "Submit Date (UTC)", "score": names[1]}


SURVEYMONKEY = ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address", "First Name"]


def test_surveymonkey(read: Read) -> None:
    """The second header row names the options of questions that spill over unnamed columns."""
    blank = [""] * 7
    found = read(
        table(
            [*SURVEYMONKEY, "Would you recommend us?", "Which?", "", "", "Why?"],
            [*blank, "Response", "Red", "Blue", "Other (please specify)", "Open-Ended Response"],
            [1, 2, "01/31/2026 09:00:00 AM", "01/31/2026 09:05:00 AM", "", "a@x.org", "", 9, "Red", "", "Green", "x"],
        )
    )
    assert (found.report.tool, found.report.header_rows) == ("SurveyMonkey", 2)
    assert list(found.columns)[7:] == [
        "Would you recommend us?",
        "Which? [Red]",
        "Which? [Blue]",
        "Which? [Other (please specify)]",
        "Why?",
    ]
    assert found.roles == {"time": "End Date", "customer": "Email Address", "score": "Would you recommend us?"}
    assert found.columns["Which? [Other (please specify)]"].tolist() == ["Green"]


def test_surveymonkey_expanded(read: Read) -> None:
    """One column for each point of a scale is one answer, in the place of the first; not if a row holds two points."""
    question, options = "Would you recommend us?", ["0 - Not at all", *map(str, range(1, 10)), "10 - Extremely likely"]
    header = [[*SURVEYMONKEY, question, *[""] * 10, "Why?"], [*[""] * 7, *options, "Open-Ended Response"]]

    def row(*answers: int) -> list[object]:
        return [1, 2, "", "", "", "", "", *(option if i in answers else "" for i, option in enumerate(options)), "x"]

    found = read(table(*header, row(9), row(), row(0), row(10)))
    assert list(found.columns)[7:] == [question, "Why?"]
    assert found.columns[question].tolist() == ["9", None, "0", "10"]
    assert found.roles["score"] == question
    assert any("a column for each of its 11 options" in note for note in found.report.notes)
    assert f"{question} [3]" in read(table(*header, row(9), row(3, 4))).columns


def test_labels_of_a_tool_are_held_against_its_answers(tmp_path: Path) -> None:
    """Qualtrics may recode 0..10 as 1..11: its own groups then contradict the answers, and a warning says so."""
    path = tmp_path / "q.csv"
    groups = ["Detractor"] * 7 + ["Passive"] * 2 + ["Promoter"] * 2
    for shift, said in ((0, ""), (1, "the answers are 1..11")):
        path.write_text(qualtrics(*(("0", "", group, i + shift, "") for i, group in enumerate(groups))))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            nk.read(path)
        told = [str(each.message) for each in caught if "contradict" in str(each.message)]
        assert len(told) == shift
        assert all(said in each and "2 labels of 10" in each and "row 10 of the file" in each for each in told)


def test_surveymonkey_with_one_header_row(read: Read) -> None:
    """The condensed export has one header row."""
    found = read(table([*SURVEYMONKEY, "NPS"], [1, 2, "x", "y", "", "", "", 9]))
    assert (found.report.header_rows, len(found), found.roles["score"]) == (1, 1, "NPS")


def test_formbricks(read: Read) -> None:
    """Recognised by its columns; numbers among the metadata are no answers."""
    names = [
        "No.",
        "Response ID",
        "Timestamp",
        "Finished",
        "Survey ID",
        "Formbricks ID (internal)",
        "User ID",
        "Notes",
        "Tags",
    ]
    names += ["source", "userAgent - browser", "1. How likely are you to recommend us?", "2. Why?"]
    found = read(table(names, [1, "r", "2026-01-01T10:00:00Z", "Yes", "s", 3, "u1", "", "", "link", "Firefox", 9, "x"]))
    assert found.report.tool == "Formbricks"
    assert found.roles == {
        "time": "Timestamp",
        "customer": "User ID",
        "score": "1. How likely are you to recommend us?",
    }


@pytest.mark.parametrize("prefix", ["", "properties."])
def test_posthog(read: Read, prefix: str) -> None:
    """Only "survey sent" is an answer; the other events are left out with the reason."""
    names = [
        "event",
        "distinct_id",
        "timestamp",
        f"{prefix}$survey_id",
        f"{prefix}$survey_response",
        f"{prefix}$survey_response_1",
    ]
    found = read(
        table(
            names,
            ["survey shown", "u1", "2026-01-01T10:00:00Z", "s", "", ""],
            ["survey sent", "u1", "2026-01-01T10:00:05Z", "s", 9, "good"],
            ["survey dismissed", "u2", "2026-01-01T10:00:06Z", "s", "", ""],
        )
    )
    assert found.report.tool == "PostHog"
    assert found.roles == {"time": "timestamp", "customer": "distinct_id", "score": names[4]}
    assert found.row_numbers.tolist() == [3]
    assert [(r.row, r.value) for r in found.rejected] == [(2, "survey shown"), (4, "survey dismissed")]
    assert "not an answer" in found.rejected[0].reason


def test_posthog_json(read: Read) -> None:
    """Events as JSON lines, their properties nested, give the same; keys of other events are no columns with cells."""
    events: list[dict[str, Any]] = [
        {
            "event": "survey shown",
            "distinct_id": "u",
            "timestamp": "2026-01-01T10:00:00Z",
            "properties": {"$survey_id": "s"},
        },
        {
            "event": "survey sent",
            "distinct_id": "u",
            "timestamp": "2026-01-01T10:00:00Z",
            "properties": {"$survey_id": "s", "$survey_response_a-b": "8"},
        },
    ]
    found = read("\n".join(map(json.dumps, events)))
    assert found.roles["score"] == "properties.$survey_response_a-b"
    assert (len(found), found.report.left_out, found.report.time_zone) == (1, 1, "UTC")


@pytest.mark.parametrize("array", [True, False])
def test_delighted(read: Read, array: bool) -> None:
    """API records: whole seconds as times, the score named by the format, properties flattened."""
    record = {"id": "1", "person": "p", "survey_type": "nps", "score": 9, "comment": "good", "permalink": "https://x"}
    record |= {
        "created_at": 1767225600,
        "updated_at": None,
        "person_properties": {"Plan": "pro"},
        "notes": [],
        "tags": [],
    }
    records = [record, record | {"score": 3, "comment": None}]
    found = read(json.dumps(records) if array else "\n".join(map(json.dumps, records)))
    assert (found.report.tool, found.report.time_zone) == ("Delighted", "UTC")
    assert found.roles == {"score": "score", "comment": "comment", "time": "created_at", "customer": "person"}
    assert found.columns["score"].tolist() == [9, 3]
    assert found.columns["person_properties.Plan"].tolist() == ["pro", "pro"]


@pytest.mark.parametrize("stamp", ["Timestamp", "Zeitstempel", "ประทับเวลา"])
def test_google_forms(read: Read, stamp: str) -> None:
    """Recognised by its time stamp, in the languages of its owners."""
    question = "คุณจะแนะนำเราให้เพื่อนหรือไม่"
    found = read(table([stamp, question, "Stars"], ["1/31/2026 10:00:00", 9, 5], ["1/31/2026 10:00:00", 8, 7]))
    assert (found.report.tool, found.roles) == ("Google Forms", {"time": stamp, "score": question})


def test_a_tool_can_be_named_or_switched_off(read: Read) -> None:
    """The caller's word decides; an unknown name is an error with a hint."""
    content = table(["Timestamp", "Question"], ["1/31/2026 10:00:00", 9])
    assert read(content, tool="plain").report.tool is None
    assert read(content, tool="google_forms").report.tool == "Google Forms"
    assert read(content, tool="SurveyMonkey").report.header_rows == 1
    with pytest.raises(InvalidValueError, match="did you mean 'Qualtrics'"):
        read(content, tool="qualtrix")


def test_every_tool_can_be_found_by_its_name() -> None:
    """The table is the one place tools are known from; plain names are no tool's."""
    for tool in (*TOOLS, PLAIN):
        assert find_tool([["x"]], tool.name.lower()).name == tool.name
    assert find_tool([["nps", "date"]]) is PLAIN


@pytest.mark.parametrize(
    ("header", "rows", "roles"),
    [
        (["Date", "NPS", "csat"], [["2026-01-01", 9, 4], ["2026-01-02", 3, 7]], {"time": "Date", "score": "NPS"}),
        (["user_id", "score", "other"], [["u", 9, 8]], {"customer": "user_id", "score": "score"}),
        (["a", "b"], [[9, 8]], {}),
        (["a", "visits"], [["x", 8], ["y", 11]], {}),
        (["a", "b"], [["x", 8], ["y", "10 - Extremely likely"]], {}),
        (["polecasz?", "b"], [[9, 8]], {"score": "polecasz?"}),
        (["Recommanderiez-vous ?", "b"], [["9", 8], ["99", 1]], {"score": "Recommanderiez-vous ?"}),
        (["Recommend"], [["Agree"], ["Disagree"]], {}),
        (["date", "time", "score"], [["x", "y", 9]], {"score": "score"}),
        (["comment", "score"], [["", 9]], {"score": "score"}),
        (["score", "group"], [[9, "Promoter"], [7, "Passive"], [3, ""]], {"score": "score", "label": "group"}),
        (["Gewicht", "nps"], [["0,5", 9]], {"weight": "Gewicht", "score": "nps"}),
        (["A_NPS_GROUP", "A", "B_NPS_GROUP", "B"], [["Promoter", 9, "Passive", 8]], {}),
        (["recommend (1-5)"], [[5]] * 20, {}),
    ],
)
def test_roles_of_other_files(read: Read, header: list[str], rows: list[list[object]], roles: dict[str, str]) -> None:
    """Only what is unmistakable is suggested: names everyone uses, and answers on 0..10 to the question."""
    found = read(table(header, *rows))
    if header == ["a", "visits"]:
        assert any("No column" in note for note in found.report.notes)
    assert found.roles == roles


def test_candidates_are_listed(read: Read) -> None:
    """Where the score cannot be decided, the note names the columns it could be."""
    found = read(table(["food", "room"], [9, 8], [10, 7]))
    assert any("'food', 'room'" in note for note in found.report.notes)


def test_what_a_tool_writes_of_its_own_is_no_question() -> None:
    """Columns that have a role, and those of its own keeping, whether or not they have one."""
    delighted = next(tool for tool in TOOLS if tool.name == "Delighted")
    assert [delighted.is_meta(name) for name in ("id", "created_at", "score", "price")] == [True, True, True, False]
    assert not PLAIN.is_meta("id")

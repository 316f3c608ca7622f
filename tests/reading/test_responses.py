"""Rows that are not one response each, to one question: the right ones are scored, and the others are counted."""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.errors import FileMissingError
from npskit.reading.responses import Wanted, choose
from npskit.reading.tools import PLAIN, find_tool
from npskit.results import RowCounts

POSTHOG = find_tool([], "PostHog")
EVENTS = [
    "event",
    "timestamp",
    "distinct_id",
    "$survey_id",
    "$survey_name",
    "$survey_submission_id",
    "$survey_response",
]


def written(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    path.write_text(text.getvalue())
    return path


def events(path: Path, rows: Sequence[tuple[int, str, str, object]]) -> Path:
    """Write answers as PostHog has them: minute, survey, submission, answer."""
    lines = [
        ["survey sent", f"2026-03-01T10:{minute:02d}:00Z", "u", name.lower(), name, submission, answer]
        for minute, name, submission, answer in rows
    ]
    return written(path, EVENTS, lines)


def column(*cells: Any) -> np.ndarray:
    return np.array(cells, dtype=object)


answers = st.lists(st.sampled_from([None, "0", "6", "7", "9", "10"]), min_size=12, max_size=30)


@given(answers, st.data())
def test_one_question_in_several_columns_is_the_whole(cells: list[str | None], data: st.DataObject) -> None:
    """However answers are spread over the two columns, twice the same included, together they are what was said."""
    cells = ["10", "0", "9", *cells]
    where = [0, 1, 2, *(data.draw(st.integers(0, 2)) for _ in cells[3:])]
    columns = {
        "$survey_response": column(*(cell if at in (0, 2) else None for cell, at in zip(cells, where, strict=True))),
        "$survey_response_a1-b2": column(*(cell if at else None for cell, at in zip(cells, where, strict=True))),
    }
    found = choose(columns, np.arange(len(cells)), POSTHOG, Wanted())
    for name in columns:
        assert found.merged[name].tolist() == cells


def test_two_questions_are_not_merged() -> None:
    """Where a row says two different things, the columns hold two questions."""
    columns = {"$survey_response": column("9", "2"), "$survey_response_a1-b2": column("9", "3")}
    assert not choose(columns, np.arange(2), POSTHOG, Wanted()).merged


@given(st.permutations([(1, "a", "3"), (2, "a", "9"), (3, "b", "10"), (4, "a", "10"), (5, "c", "2")]))
def test_the_latest_event_of_a_submission_counts(rows: list[tuple[int, str, str]]) -> None:
    """In whatever order the events come, the latest of each submission is kept, and the others are listed."""
    columns = {
        "timestamp": np.array([f"2026-03-01T10:0{minute}:00" for minute, _, _ in rows], "M8[us]"),
        "$survey_submission_id": column(*(who for _, who, _ in rows)),
    }
    found = choose(columns, np.arange(5), POSTHOG, Wanted())
    assert sorted(rows[i][0] for i in np.flatnonzero(found.kept)) == [3, 4, 5]
    assert sorted(rows[each.row][0] for each in found.rejected) == [1, 2]


def test_events_of_one_submission_are_one_answer(tmp_path: Path) -> None:
    """Partial events are left out; rows of the result are all that came in."""
    path = events(
        tmp_path / "a.csv", [(1, "NPS", "s1", 3), (2, "NPS", "s1", 9), (3, "NPS", "s2", 10), (4, "NPS", "", 1)]
    )
    with pytest.warns(nk.GuessWarning):
        survey = nk.read(path)
    assert survey.score().row_counts == RowCounts(3, left_out=1)
    assert (survey.score().counts["promoter"], survey.rejected[0].row) == (2, 2)


@pytest.mark.filterwarnings("ignore::npskit.GuessWarning")
def test_of_several_surveys_the_one_that_is_measured_is_scored(tmp_path: Path) -> None:
    """An NPS survey beside a CSAT survey: each scorer takes its own; two of one kind are refused, with their counts."""
    rows = [(i, "NPS", f"n{i}", answer) for i, answer in enumerate([10, 9, 9, 8, 10, 2])]
    rows += [(i, "Support CSAT", f"c{i}", answer) for i, answer in enumerate([5, 5, 4, 5, 3])]
    path = events(tmp_path / "a.csv", rows)
    survey = nk.read(path)
    assert (survey.score().value, survey.score().row_counts) == (50.0, RowCounts(6, left_out=5))
    assert {(each.kind, each.value) for each in survey.rejected} == {("left out", "Support CSAT")}
    satisfied = nk.read(path, score="$survey_response", scorer=nk.CSAT()).score()
    assert (satisfied.value, satisfied.row_counts) == (80.0, RowCounts(5, left_out=6))
    assert nk.read(path, where={"$survey_name": "Support CSAT"}, score="$survey_response").score().n == 5
    path = events(tmp_path / "b.csv", [(1, "NPS shop", "a", 9), (2, "NPS app", "b", 10), (3, "NPS app", "c", 0)])
    with pytest.raises(nk.InvalidValueError, match=r"'NPS app' \(2\), 'NPS shop' \(1\)") as refused:
        nk.read(path)
    assert refused.value.argument == "where"
    assert nk.read(path, where={"$survey_name": ["NPS app", "NPS shop"]}).score().n == 3


def test_a_row_for_each_question(tmp_path: Path) -> None:
    """Long feedback records: the question about recommending is scored, or one must be chosen."""
    header = ["response_id", "field_type", "field_label", "value"]
    rows: list[list[object]] = [[1, "nps", "How likely to recommend?", 9], [1, "csat", "Satisfied?", 4]]
    rows += [[2, "nps", "How likely to recommend?", 3], [2, "text", "Why?", "slow"]]
    survey = nk.read(written(tmp_path / "a.csv", header, rows), score="value")
    assert (survey.score().value, survey.score().row_counts) == (0.0, RowCounts(2, left_out=2))
    path = written(tmp_path / "b.csv", ["question", "answer"], [["Q1", 9], ["Q2", 3], ["Q2", 4]])
    with pytest.raises(nk.InvalidValueError, match=r"question is 'Q1' \(1\), 'Q2' \(2\)"):
        nk.read(path, score="answer")
    assert nk.read(path, score="answer", where={"question": "q2"}).score().n == 2


@pytest.mark.filterwarnings("ignore::npskit.GuessWarning")
@pytest.mark.parametrize(
    ("question", "asked", "answer"),
    [
        ("metric", "NPS", "value"),
        ("Frage", "Würden Sie uns weiterempfehlen?", "Antwort"),
        ("Pytanie", "Czy poleciłbyś nas znajomym?", "Odpowiedź"),
        ("field_type", "nps", "value_number"),
    ],
)
def test_what_answers_the_question_is_the_score(tmp_path: Path, question: str, asked: str, answer: str) -> None:
    """Where a column says that a row answers what is measured, the answer is the score; "NPS" sums nothing up there."""
    rows: list[list[object]] = [[i, kind, mark] for i in range(9) for kind, mark in ((asked, i + 2), ("CSAT", 5))]
    for ordered in (rows, sorted(rows, key=lambda row: row[1] == asked)):
        path = written(tmp_path / "a.csv", ["id", question, answer], ordered)
        assert nk.read(path).score().row_counts == RowCounts(9, left_out=9)
        assert nk.read(path, where={question: asked}).score().n == 9


def test_what_is_no_kind_stays(tmp_path: Path) -> None:
    """A column that may say something else does not stop anybody, nor do kinds of which only one was answered."""
    path = written(tmp_path / "a.csv", ["survey_type", "score"], [["by e-mail", 9], ["by phone", 3]])
    assert nk.read(path).score().n == 2
    path = written(tmp_path / "b.csv", ["question", "score"], [["Q1", 9], ["Q2", ""], ["Q1", 3]])
    assert nk.read(path).score().row_counts == RowCounts(2, left_out=1)


@pytest.mark.parametrize("status", ["Spam", "8", "Possible Spam Response", "Survey Preview Spam"])
def test_spam_of_a_tool_is_left_out(tmp_path: Path, status: str) -> None:
    """What Qualtrics marks as spam is no answer."""
    header = ["StartDate", "EndDate", "Status", "RecordedDate", "ResponseId", "UserLanguage", "Q1"]
    rows = [["2026-01-01", "2026-01-01", kind, "2026-01-01", "R", "EN", answer]
            for kind, answer in (("IP Address", 9), (status, 0))]  # fmt: skip
    assert nk.read(written(tmp_path / "a.csv", header, rows), score="Q1").score().row_counts == RowCounts(1, left_out=1)


def test_rows_that_are_asked_for(tmp_path: Path) -> None:
    """`where` is the same in reading and afterwards, also with flags and several values."""
    rows: list[list[object]] = [
        [9, "North", "true"],
        [3, "north", "false"],
        [10, "South", "true"],
        ["x", "East", "false"],
    ]
    path = written(tmp_path / "a.csv", ["score", "region", "finished"], rows)
    whole = nk.read(path)
    for where in ({"finished": True}, {"region": ["North", "South"]}, {"region": "EAST"}, {"finished": "FALSE"}):
        one, other = nk.read(path, where=where), whole.where(where)
        assert one.score().row_counts == other.score().row_counts
        assert one.rejected == other.rejected
        assert one.score().row_counts.rows == 4
    assert nk.read(path, where={"region": "South"}, on_invalid="raise").score().n == 1
    with pytest.raises(nk.InvalidValueError, match="where: 'region' has no 'Nord'; did you mean 'North'"):
        nk.read(path, where={"region": "Nord"})
    with pytest.raises(nk.InvalidTypeError, match="where says which values"):
        nk.read(path, where="region=North")  # type: ignore[arg-type]


def test_where_in_a_large_file_is_where_in_a_small_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns that are read later are those of the same rows."""
    rows: list[list[object]] = [[i % 11, "ab"[i % 2], f"text {i}"] for i in range(300)]
    path = written(tmp_path / "a.csv", ["score", "wave", "note"], rows)
    small = nk.read(path, where={"wave": "b"})
    for name in ("SMALL", "WHOLE", "LOOK"):
        monkeypatch.setattr(f"npskit.reading.loading.{name}", 0 if name != "LOOK" else 1)
    large = nk.read(path, where={"wave": "b"}, score="score")
    assert large.score().row_counts == small.score().row_counts == RowCounts(150, left_out=150)
    assert large.column("note").values.tolist() == small.column("note").values.tolist() == [r[2] for r in rows[1::2]]


def test_several_files_are_read_as_one(tmp_path: Path) -> None:
    """A list or a pattern of files is a survey of all, each row knowing its file."""
    for month, answers in (("2026-05", [9, 3]), ("2026-06", [10])):
        written(tmp_path / f"{month}.csv", ["score"], [[answer] for answer in answers])
    for path in (str(tmp_path / "2026-*.csv"), [tmp_path / "2026-05.csv", tmp_path / "2026-06.csv"]):
        survey = nk.read(path)
        assert survey.score("wave").columns()["n"] == [2, 1]
        assert set(survey.score("wave")) == {("2026-05",), ("2026-06",)}
    with pytest.raises(FileMissingError, match="no file fits the pattern"):
        nk.read(str(tmp_path / "2027-*.csv"))
    with pytest.raises(nk.InvalidValueError, match="at least one file"):
        nk.read([])


def test_nothing_is_chosen_in_a_plain_file() -> None:
    """Without anything to choose all rows stay."""
    found = choose({"score": column("9", "3")}, np.arange(2), PLAIN, Wanted(measure="NPS"))
    assert found.kept.all()
    assert not found.kinds
    assert not found.notes


def test_revenue_that_would_count_once_per_contact_is_warned_of(tmp_path: Path) -> None:
    """Where a weight is bound beside a column of accounts that repeat, and nothing was said of these."""
    rows: list[list[object]] = [["A", 1000, 0], ["A", 1000, 1], ["B", 10, 9]]
    path = written(tmp_path / "a.csv", ["company", "revenue", "score"], rows)
    with pytest.warns(nk.DataWarning, match="let it count once with account='company'"):
        nk.read(path, weight="revenue")
    with warnings.catch_warnings():
        warnings.simplefilter("error", nk.DataWarning)
        nk.read(path, weight="revenue", account="company")
        nk.read(path, weight="revenue", account=None)
        nk.read(written(tmp_path / "b.csv", ["company", "revenue", "score"], rows[1:]), weight="revenue")


@pytest.mark.parametrize(
    ("names", "account"),
    [
        (["account_id", "customer_id", "revenue"], "account_id"),
        (["company", "email", "revenue"], "company"),
        (["customer_id", "email", "revenue"], "customer_id"),
        (["Kundennummer", "Konto", "revenue"], "Kundennummer"),  # each contact has an account of their own to log in
        (["contract", "customer", "revenue"], "contract"),
        (["account_id", "account_name", "revenue"], "account_id"),
        (["client_id", "user_id", "arr"], "client_id"),
    ],
)
def test_the_account_that_is_named_is_the_one_whose_weight_is_one(
    tmp_path: Path, names: list[str], account: str
) -> None:
    """Also beside a column of customers, or where the accounts are called customers; with it the score is right."""
    rows = [["A", f"a{i}", 1000, 0] for i in range(5)] + [[name, f"{name}1", 10, 9] for name in "BCDEFGHIJ"]
    path = written(tmp_path / "a.csv", [*names, "nps"], rows)
    with pytest.warns(nk.DataWarning, match=f"let it count once with account={account!r}"):
        assert nk.read(path, weight=names[2]).score().value == pytest.approx(-96.464, abs=0.001)
    with pytest.warns(nk.PrecisionWarning):  # one account is nearly all of the revenue
        assert nk.read(path, weight=names[2], account=account).score().value == pytest.approx(-83.486, abs=0.001)


def test_customers_who_pay_differently_each_time_are_no_accounts(tmp_path: Path) -> None:
    """Nor are those of a sample, whose weights say whom they stand for."""
    rows = [["A", 10, 0], ["A", 20, 9], ["B", 10, 9]]
    nk.read(written(tmp_path / "a.csv", ["customer_id", "revenue", "nps"], rows), weight="revenue").score()
    alike = [["A", 10, 0], ["A", 10, 9], ["B", 20, 9]]
    nk.read(written(tmp_path / "b.csv", ["customer_id", "weight", "nps"], alike), weight="weight").score()

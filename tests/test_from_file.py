"""npskit.read: a file as a survey, with its roles, and what was rejected."""

from __future__ import annotations

import datetime as dt
import json
import warnings
import zoneinfo
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import npskit as nk
from npskit.errors import InvalidValueError

CELLS = st.lists(
    st.one_of(st.integers(-3, 13), st.none(), st.sampled_from(["x", "9 - likely", "NA", "7,0"])), min_size=1
)


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_text(text, encoding=encoding, newline="")
    return path


@pytest.mark.filterwarnings("ignore::npskit.DataWarning")  # texts that stand for no answer
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(cells=CELLS)
def test_rereading_gives_the_same_tally(tmp_path: Path, cells: list[Any]) -> None:
    """Answers written as CSV, TSV, JSON lines or Parquet and read again give the tally of the answers themselves."""
    texts = ["" if cell is None else str(cell) for cell in cells]
    csv = write(tmp_path / "a.csv", "id;nps\n" + "".join(f"{i};{t}\n" for i, t in enumerate(texts)))
    tsv = write(tmp_path / "a.tsv", "id\tnps\r\n" + "".join(f"{i}\t{t}\r\n" for i, t in enumerate(texts)), "utf-16")
    records = [{"id": i, "nps": cell} for i, cell in enumerate(cells)]
    jsonl = write(tmp_path / "a.jsonl", "".join(json.dumps(record) + "\n" for record in records))
    parquet = tmp_path / "a.parquet"
    pl.DataFrame({"id": range(len(texts)), "nps": [t or None for t in texts]}).write_parquet(parquet)
    expected = nk.nps(cells).tally
    for path in (csv, tsv, jsonl, parquet):
        # without sentinels, which a list of answers does not know
        assert nk.read(path, score="nps", missing=["NA"]).tally() == expected, path.name


def test_roles_are_found_and_can_be_named(tmp_path: Path) -> None:
    """Unmistakable columns are bound by themselves; a named role wins."""
    header = "Date,Would you recommend us?,Comment,customer_id,w\n"
    path = write(tmp_path / "a.csv", f"{header}2026-01-31 10:00:00,9,fine,a,0.5\n2026-02-01 10:00:00,3,,b,1.5\n")
    with pytest.warns(nk.GuessWarning, match="'Would you recommend us\\?' was taken as the score by its name"):
        survey = nk.read(path, weight="w", customer="customer_id")
    assert survey.roles["score"] == "Would you recommend us?"
    assert survey.roles["time"] == "Date"
    assert survey.roles["comment"] == "Comment"
    assert survey.column("Date").values.dtype == np.dtype("datetime64[us]")
    assert survey.score().value == pytest.approx(100 * (0.5 - 1.5) / 2)
    assert survey.file_report is not None
    assert survey.file_report.separator == ","


def test_names_are_forgiving(tmp_path: Path) -> None:
    """Case and white space in a column's name do not matter; a wrong one gets a suggestion."""
    path = write(tmp_path / "a.csv", " NPS Score ,x\n9,1\n")
    assert nk.read(path, score="nps score").score().n == 1
    with pytest.raises(nk.ColumnNotFoundError, match="did you mean"):
        nk.read(path, score="nps scor")


def test_sentinels_are_missing_and_said_so(tmp_path: Path) -> None:
    """99 and -1 are missing where they are off the scale; the report and the list of rejected cells say so."""
    path = write(tmp_path / "a.csv", "nps,x\n9,1\n99,1\n-1,1\n11,1\n")
    survey = nk.read(path, score="nps")
    score = survey.score()
    assert (score.n, score.missing, score.invalid) == (1, 2, 1)
    assert [(r.row, r.value) for r in survey.rejected] == [(3, "99"), (4, "-1"), (5, "11")]
    assert survey.file_report is not None
    assert any("99" in note for note in survey.file_report.notes)
    strict = nk.read(path, score="nps", missing=[]).score()
    assert (strict.missing, strict.invalid) == (0, 3)


def test_weights_with_decimal_commas(tmp_path: Path) -> None:
    """Weights may have decimal commas; one that is no number is an error that names the row."""
    path = write(tmp_path / "a.csv", "score;w\n9;0,5\n3;1,5\n")
    assert nk.read(path, weight="w").score().value == pytest.approx(-50)
    bad = write(tmp_path / "b.csv", "score;w\n9;0,5\n3;heavy\n")
    survey = nk.read(bad, weight="w")
    assert survey.rejected[0].value == "heavy"
    with pytest.raises(nk.InvalidValueError, match="w"):
        survey.score()


@pytest.mark.parametrize(
    ("cells", "other"), [(("1.234", "2.5"), None), (("1.234", "2"), "1234"), (("1,234", ""), "1.234")]
)
def test_a_mark_that_may_part_thousands_is_a_guess(tmp_path: Path, cells: tuple[str, str], other: str | None) -> None:
    """Law: where no cell tells what a mark means, there is a warning and a note; from a file and of texts."""
    path = write(tmp_path / "a.csv", f"score;w\n9;{cells[0]}\n3;{cells[1]}\n")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        survey = nk.read(path, weight="w")
        nk.nps([9, 3], weights=[cells[0], cells[1] or "0"])
        assert nk.read(path, weight="w", decimal=".").column("w").values[0] in (1.234, 1234)
    said = [str(each.message) for each in caught if issubclass(each.category, nk.GuessWarning)]
    assert len(said) == (0 if other is None else 2)
    assert all(f"if they mean {other}" in one for one in said)
    assert survey.file_report is not None
    assert len(survey.file_report.notes) == (0 if other is None else 1)


def test_several_questions(tmp_path: Path) -> None:
    """Columns of a scorer of several questions are named in order, by question, or are named like the questions."""
    path = write(tmp_path / "a.csv", "satisfaction,repurchase,recommend\n5,5,5\n1,1,1\n")
    names = {"satisfaction": "satisfaction", "repurchase": "repurchase", "recommend": "recommend"}
    for score in (None, list(names), names):
        assert nk.read(path, score=score, scorer=nk.SCI()).score().value == 50
    with pytest.raises(nk.InvalidValueError, match="'recommend'"):
        nk.read(path, score={"satisfaction": "satisfaction", "repurchase": "repurchase"}, scorer=nk.SCI())


def test_no_score_column(tmp_path: Path) -> None:
    """Where no column is unmistakably the score, the error lists what there is."""
    path = write(tmp_path / "a.csv", "a,b\nx,y\n")
    with pytest.raises(nk.ColumnNotFoundError, match="'a', 'b'"):
        nk.read(path)


def test_label_audit(tmp_path: Path) -> None:
    """A label column beside the score is bound and can be held against it."""
    path = write(tmp_path / "a.csv", "score,group\n6,Promoter\n10,Promoter\n")
    found = nk.read(path, score="score", label="group").audit()
    assert [(c.row, c.answer) for c in found.contradictions] == [(2, "detractor")]  # by the rows of the file


@pytest.mark.parametrize("time_zone", [None, "Europe/Warsaw"])
def test_times(tmp_path: Path, time_zone: str | None) -> None:
    """Times that know their zone become the wall clock asked for."""
    path = write(tmp_path / "a.csv", "score,at\n9,2026-01-01T23:30:00Z\n")
    value = nk.read(path, score="score", time="at", time_zone=time_zone).column("at").values[0]
    assert str(value)[:13] == ("2026-01-02T00" if time_zone else "2026-01-01T23")


def test_absent_file(tmp_path: Path) -> None:
    """An absent file is npskit's error and the builtin one."""
    with pytest.raises(FileNotFoundError, match="nope"):
        nk.read(tmp_path / "nope.csv")
    with pytest.raises(nk.NpskitError):
        nk.read(tmp_path / "nope.csv")


def test_what_changes_the_score_is_not_bound_unasked(tmp_path: Path) -> None:
    """A column that looks like a weight or a customer is noted, not used; None leaves an unmistakable role unbound."""
    path = write(tmp_path / "a.csv", "nps,weight,email,comment\n9,2,a@x.example,hm\n3,1,a@x.example,no\n")
    survey = nk.read(path, score="nps")
    assert survey.roles == {"score": "nps", "comment": "comment"}
    assert survey.file_report is not None
    assert sum("used only if named" in note for note in survey.file_report.notes) == 2
    assert nk.read(path, score="nps", comment=None, weight=None).roles == {"score": "nps"}
    assert nk.read(path, score="nps", weight="weight").score().value == pytest.approx(100 / 3)
    with pytest.raises(nk.InvalidTypeError, match="3"):
        nk.read(path, score="nps", weight=3)  # type: ignore[arg-type]
    with pytest.raises(nk.InvalidTypeError, match="missing must be a collection"):
        nk.read(path, score="nps", missing=99)  # type: ignore[arg-type]
    with pytest.raises(nk.InvalidTypeError, match="missing must be a collection"):
        nk.read(path, score="nps", missing=np.array(99))


def test_raising_names_the_rows_of_the_file(tmp_path: Path) -> None:
    """With on_invalid="raise" the error names column, row of the file, value and reason."""
    path = write(tmp_path / "a.csv", "id,nps\n1,9\n2,11\n3,99\n")
    with pytest.raises(nk.InvalidValueError, match=r"1 answer .*: row 3 of the file: '11' in 'nps' \(outside 0..10\)"):
        nk.read(path, score="nps", on_invalid="raise").score()


@pytest.mark.parametrize(("cells", "kind"), [("9,99", "sentinel"), ("9,11", "off the scale"), ("9,x", "no answer")])
def test_what_was_rejected_has_a_kind(tmp_path: Path, cells: str, kind: str) -> None:
    """A program asks the kind, never the words of the reason: only what was taken as missing may stand in an answer."""
    path = tmp_path / "answers.csv"
    path.write_text("nps\n" + "\n".join([*cells.split(","), *"9" * 20]) + "\n", encoding="utf-8")
    survey = nk.read(path, missing=[99] if kind == "sentinel" else None)
    assert [rejected.kind for rejected in survey.rejected] == [kind]
    assert survey.rejected[0].missing == (kind == "sentinel")
    strict = nk.read(path, missing=[99] if kind == "sentinel" else None, on_invalid="raise")
    if kind == "sentinel":
        assert strict.score().n == 21
    else:
        with pytest.raises(InvalidValueError, match="row 3 of the file"):
            strict.score()


def test_columns_of_a_file_have_one_order_of_day_and_month(tmp_path: Path) -> None:
    """What the times of a file show of day and month holds for every other column of times in it."""
    path = tmp_path / "answers.csv"
    path.write_text("nps,Date,spoken\n2,13/02/2026,10/02/2026\n3,03/02/2026,02/01/2026\n")
    plan = nk.read(path, score="nps", time="Date").follow_up(roles={"last_contact": "spoken"}, quiet="5 days")
    assert plan.counts["quiet"] == 1


def test_columns_that_may_have_a_role_are_offered(tmp_path: Path) -> None:
    """A program asks the report which columns are used only if named, a person reads its notes."""
    path = tmp_path / "answers.csv"
    path.write_text("nps,weight\n2,1.5\n9,1\n")
    report = nk.read(path).file_report
    assert report is not None
    assert report.unasked == {"weight": "weight"}
    assert set(report.offers) <= set(report.notes)


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ("1/3/2026 2/3/2026", "column 'time': '1/3/2026'.*month first: give dayfirst=True"),
        ("2026-03-01T10:00+01:00 2026-03-01T10:00+02:00", "column 'time': Times of 2 offsets"),
        ("4600 4601", "column 'time'.*row 2 of the file holds '4600'; name another column, or write"),
    ],
)
def test_what_is_guessed_of_times_is_warned_of_once(tmp_path: Path, cells: str, told: str) -> None:
    """Was: in the notes of the report alone, or nowhere, where a survey of the same data warns or refuses."""
    path = write(tmp_path / "a.csv", "nps,time\n" + "".join(f"{9 - i},{t}\n" for i, t in enumerate(cells.split())))
    kind = nk.DataWarning if "holds" in told else nk.GuessWarning
    with pytest.warns(kind, match=told) as caught:
        survey = nk.read(path, score="nps", time="time")
    assert len(caught) == 1
    if kind is nk.GuessWarning:  # any warning is an error here
        survey.timeline()
        survey.follow_up()
    if "/" in cells:
        assert nk.read(path, score="nps", time="time", dayfirst=True).timeline().n.sum() == 2


@pytest.mark.parametrize("cells", ["13/3/2026 2/3/2026", "4600 2026-01-01", "NA "])
def test_times_that_say_what_they_are_raise_no_warning(tmp_path: Path, cells: str) -> None:
    """A date that shows the order, a column of which some can be read, and one that holds nothing."""
    path = write(tmp_path / "a.csv", "nps,time\n" + "".join(f"9,{cell}\n" for cell in cells.split(" ")))
    assert nk.read(path, score="nps", time="time").score().n == 2


@pytest.mark.parametrize("zone", ["Asia/Bangkok", "America/New_York", "Europe/Warsaw"])
def test_the_zone_asked_for_holds_where_that_of_the_tool_is_known(tmp_path: Path, zone: str) -> None:
    """Was: times of a tool that writes UTC were taken to be in the zone asked for, and fell in the wrong months."""
    written = ["2026-02-28 20:30:00", "2026-03-01 03:30:00", "2026-03-29 00:59:00", "2026-10-25 01:30:00"]
    rows = "".join(f"{i},9,{at},n{i}\n" for i, at in enumerate(written))
    path = write(tmp_path / "typeform.csv", f"#,nps,Submit Date (UTC),Network ID\n{rows}")
    survey = nk.read(path, time_zone=zone)
    expected = [
        dt.datetime.fromisoformat(f"{at}+00:00").astimezone(zoneinfo.ZoneInfo(zone)).replace(tzinfo=None)
        for at in written
    ]
    assert survey.column("Submit Date (UTC)").values.tolist() == expected
    assert survey.file_report is not None
    assert any(
        f"in UTC in files of Typeform, and were converted to {zone}" in note for note in survey.file_report.notes
    )
    assert next(iter(survey.timeline().labels)) == f"{expected[0]:%Y-%m}"
    assert nk.read(path).column("Submit Date (UTC)").values.astype("M8[s]").astype(str)[0] == "2026-02-28T20:30:00"


def test_the_zone_asked_for_is_that_of_times_of_no_other(tmp_path: Path) -> None:
    """Naive times of no known zone are in the zone asked for; dates of a tool's zone stay; a note says so."""
    naive = write(tmp_path / "a.csv", "nps,time\n9,2026-03-01 10:00:00\n")
    days = write(tmp_path / "b.csv", "#,nps,Submit Date (UTC),Network ID\n1,9,2026-03-01,n\n")
    for path, hour, told in ((naive, 10, "taken to be in Asia/Bangkok"), (days, 0, "left as they are, in UTC")):
        survey = nk.read(path, score="nps", time_zone="Asia/Bangkok")
        assert survey.column(survey.roles["time"]).values.tolist() == [dt.datetime(2026, 3, 1, hour)]
        assert survey.file_report is not None
        assert any(told in note for note in survey.file_report.notes)


@pytest.mark.parametrize(("sent", "march"), [("25/02/2026", 2), ("02/25/2026", 1)])
def test_the_order_of_day_and_month_is_that_of_the_table(tmp_path: Path, sent: str, march: int) -> None:
    """Also where only a column that nobody asked for shows it: which one is said."""
    path = tmp_path / "a.csv"
    path.write_text(
        f"nps,date,sent,comment\n9,03/04/2026,{sent},since 25/12/2025\n3,05/04/2026,{sent},12/25/2025 was fine\n"
    )
    survey = nk.read(path, score="nps", time="date")
    month = "2026-04" if sent.startswith("25") else "2026-03"
    assert survey.timeline().columns()["period"][0] == month
    assert survey.file_report is not None
    assert f"as '{sent}' in 'sent' shows" in "".join(survey.file_report.notes)
    told = nk.read(path, score="nps", time="date", dayfirst=march == 1)
    assert told.timeline().columns()["period"][0] != month


def test_columns_that_show_both_orders_show_none(tmp_path: Path) -> None:
    """Then it is a guess, and said so."""
    path = tmp_path / "a.csv"
    path.write_text("nps,date,sent,seen\n9,03/04/2026,25/02/2026,02/25/2026\n")
    with pytest.warns(nk.GuessWarning, match="read month first"):
        nk.read(path, score="nps", time="date")

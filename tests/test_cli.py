"""The command line: figures on standard output, one line on standard error and exit code 2 where something is wrong."""

from __future__ import annotations

import argparse
import csv
import json
import pkgutil
import re
import runpy
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import npskit as nk
from npskit.__main__ import main
from npskit.command_line import in_options
from npskit.datasets import demo_survey

EXPORT = """Date;Region;How likely are you to recommend us?;id
1.3.2026;North;10 - Extremely likely;a
2.3.2026;North;9;b
3.3.2026;South;6;c
4.3.2026;South;11;d
5.3.2026;;NA;e
6.3.2026;South;8;a
"""


@pytest.fixture
def export(tmp_path: Path) -> str:
    path = tmp_path / "export.csv"
    path.write_text(EXPORT, encoding="utf-8")
    return str(path)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(words)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_score(capsys: pytest.CaptureFixture[str], export: str) -> None:
    """The score column is found, and score, interval, counts and conventions are printed."""
    code, out, err = run(capsys, "score", export)
    assert code == 0
    assert err == (
        "npskit: Column 'How likely are you to recommend us?' was taken as the score by its name; name another with "
        "--score.\n"
        "npskit: time: column 'Date': '1.3.2026' and all like it were read day first: give --monthfirst if the month "
        "is first.\n"
    )
    assert "dayfirst" not in run(capsys, "score", export, "--dayfirst")[2]
    assert "all like it were read day first" in run(capsys, "follow-up", export)[2]
    assert out.splitlines()[0] == "NPS  25.0000"
    assert "n  4   missing 1   invalid 1" in out
    assert "promoter  2  (50.0%)" in out
    assert "NPS(scale=Scale(0, 10), detractor=6, promoter=9), of valid answers" in out


def test_json(capsys: pytest.CaptureFixture[str], export: str) -> None:
    """JSON has the score under value; what is not a number is null."""
    found = json.loads(run(capsys, "score", export, "--json", "--level", "0.9")[1])
    assert found["value"] == 25.0
    assert found["interval"]["level"] == 0.9
    table = json.loads(run(capsys, "score", export, "--by", "Region", "--json")[1])
    assert [s["Region"] for s in table["segments"]] == ["North", "South", None]
    assert table["segments"][2]["value"] is None


def test_by(capsys: pytest.CaptureFixture[str], export: str) -> None:
    """One line for each segment, by one column or several."""
    _, out, _ = run(capsys, "score", export, "--by", "Region")
    assert [line.split()[0] for line in out.splitlines()] == ["Region", "North", "South", "(missing)", "4"]
    _, out, _ = run(capsys, "score", export, "--by", "Region,id")
    assert len(out.splitlines()) == 8


def test_comments_hide_below(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Segments of few comments are one, by whichever column is named."""
    path = tmp_path / "said.csv"
    lines = [f"{i % 11},{region},too slow" for region, size in (("N", 30), ("S", 20), ("E", 4)) for i in range(size)]
    path.write_text("\n".join(["score,region,comment", *lines]), encoding="utf-8")
    _, said, _ = run(capsys, "comments", str(path), "--by", "region", "--hide-below", "10")
    assert "E, S (hidden)" in said
    assert re.search(r"^N +30 ", said, re.MULTILINE)
    code, _, err = run(capsys, "comments", str(path), "--hide-below", "10")
    assert code
    assert "say which ones with --by" in err


def test_hide_below(capsys: pytest.CaptureFixture[str], export: str) -> None:
    """Small segments are hidden; without segments there is nothing that could be."""
    code, out, _ = run(capsys, "score", export, "--by", "Region", "--hide-below", "3")
    assert code == 0
    assert re.search(r"^South +– .*hidden", out, re.MULTILINE)
    assert "fewer than 3 answers" in out
    code, _, err = run(capsys, "score", export, "--hide-below", "2")
    assert code
    assert "--hide-below hides segments: say which ones with --by" in err


def test_rejected(capsys: pytest.CaptureFixture[str], export: str) -> None:
    """What could not be used is listed on request."""
    _, out, _ = run(capsys, "score", export, "--rejected")
    assert "'11'" in out
    assert "outside 0..10" in out


@pytest.mark.parametrize(
    ("words", "value"),
    [
        (["--scorer", "csat", "--scale", "0..10", "--top", "9"], 50.0),
        (["--scorer", "csat", "--scale", "0-10", "--top", "6"], 100.0),
        (["--scorer", "ces", "--method", "mean", "--scale", "0:10"], 8.25),
        (["--detractor", "8", "--promoter", "10"], -25.0),
        (["--repeats", "latest", "--customer", "id", "--time", "Date"], 0.0),
        (["--denominator", "all"], 100 / 6),
    ],
)
def test_options(capsys: pytest.CaptureFixture[str], export: str, words: list[str], value: float) -> None:
    """Scorers, scales and policies are options."""
    assert json.loads(run(capsys, "score", export, "--json", *words)[1])["value"] == pytest.approx(value)


def test_sci(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Three columns make the Secure Customer Index; a top box above five means a scale of ten points."""
    path = tmp_path / "sci.tsv"
    path.write_text("a\tb\tc\n10\t10\t10\n10\t9\t10\n10\t\t10\n1\t1\t1\n", encoding="utf-8")
    _, out, _ = run(capsys, "score", str(path), "--scorer", "sci", "--score", "a,b,c", "--top", "9", "--json")
    found = json.loads(out)
    assert found["value"] == pytest.approx(200 / 3)
    assert found["missing"] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["score", "nowhere.csv"], "nowhere.csv"),
        (["score", "EXPORT", "--score", "Regoin"], "did you mean 'Region'"),
        (["score", "EXPORT", "--by", "regoin"], "did you mean 'Region'"),
        (["score", "EXPORT", "--scorer", "npz"], "did you mean 'nps'"),
        (["score", "EXPORT", "--scale", "ten"], "--scale must be written like 1..10"),
        (["score", "EXPORT", "--interval", "walt"], "did you mean 'wald'"),
        (["score", "EXPORT", "--level", "95"], "level"),
        (["score", "EXPORT", "--top", "9"], "no option 'top'"),
        (["score", "EXPORT", "--repeats", "mean"], "customer"),
        (["score", "EXPORT", "--encoding", "klingon"], "klingon"),
        (["score", "."], "directory"),
    ],
)
def test_errors(capsys: pytest.CaptureFixture[str], export: str, words: list[str], said: str) -> None:
    """An error is one line on standard error, and exit code 2."""
    code, out, err = run(capsys, *(export if word == "EXPORT" else word for word in words))
    assert code == 2
    assert out == ""
    assert err.startswith("npskit: ")
    assert err.count("\n") == 1
    assert said in err


def test_a_wrong_scale_is_pointed_out(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Where most answers are off the scale, a line on standard error says so."""
    path = tmp_path / "percent.csv"
    path.write_text("score\n" + "80\n" * 5 + "10\n", encoding="utf-8")
    code, _, err = run(capsys, "score", str(path), "--score", "score")
    assert code == 0
    assert "most answers (5 of 6)" in err


def test_nothing_answered(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A file without answers has no score, and no interval."""
    path = tmp_path / "empty.csv"
    path.write_text("score,x\n,1\n", encoding="utf-8")
    code, out, _ = run(capsys, "score", str(path), "--score", "score")
    assert code == 0
    assert out.splitlines()[:2] == ["NPS  nan", "n  0   missing 1   invalid 0"]


def test_repaired_rows_are_used(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Only what was not used is counted and listed as such, in the order of the file; repairs are counted beside it."""
    path = tmp_path / "repaired.csv"
    path.write_text("nps,comment\n10,it was good\n11,it was bad\n0,awful, really awful\nx,none\n", encoding="utf-8")
    _, out, err = run(capsys, "score", str(path), "--score", "nps", "--rejected")
    told = out.partition("\nnot used: ")[2].splitlines()
    assert told[0] == "2   repaired: 1"
    assert [line.split()[0] for line in told[1:]] == ["row", "3", "5"]
    assert "1 of 4 rows was repaired; the first is row 4" in err
    _, out, _ = run(capsys, "score", str(path), "--score", "nps", "--rejected", "--json")
    assert [(each["row"], each["kind"] == "repaired") for each in json.loads(out)["rejected"]] == [
        (3, False),
        (4, True),
        (5, False),
    ]
    _, _, err = run(capsys, "follow-up", str(path), "--score", "nps")
    assert "cells that cannot be used: 2; the first in row 3 of column 'nps': '11'" in err
    path.write_text("nps,comment\n10,it was good\n0,awful, really awful\n", encoding="utf-8")
    _, out, _ = run(capsys, "score", str(path), "--score", "nps", "--rejected")
    assert out.endswith("\nnot used: 0   repaired: 1\n")
    _, _, err = run(capsys, "follow-up", str(path), "--score", "nps")
    assert "cannot be used" not in err


def test_demo(capsys: pytest.CaptureFixture[str]) -> None:
    """The demo prints score, interval, segments and the first ten customers to call, each with a reason."""
    code, out, err = run(capsys, "demo")
    assert (code, err) == (0, "")
    assert out.count("Bavaria") >= 1
    assert "95% interval" in out
    calls = out.split("The first ten people to call today, and why")[1].split("\n\n")[1]
    assert [line.split(".")[0].strip() for line in calls.splitlines() if ": detractor, " in line] == [
        str(place) for place in range(1, 11)
    ]


# ---- report ----

FIRST_LOOK = "Submitted at,NPS,Why?,Store,Staff,Price,Paid\n"
FIRST_ROWS = """2025-11-03 10:21,9,Great coffee,Centre,9,7,true
2025-11-03 11:02,6,It was too slow at noon,Centre,5,8,true
2025-11-04 09:40,10,,Station,10,3,false
2025-11-05 12:15,3,"Waited 20 minutes, nobody said sorry",Station,2,7,true
"""


def test_a_report_says_what_else_could_stand_on_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What looks like comments, segments and ratings is offered, once, ready to be typed; nothing else is."""
    pytest.importorskip("jinja2")
    path = tmp_path / "first.csv"
    path.write_text(FIRST_LOOK + 10 * FIRST_ROWS, encoding="utf-8")
    page = str(tmp_path / "report.html")
    _, _, err = run(capsys, "report", str(path), "-o", page)
    offered = [shlex.split(line)[-2:] for line in err.splitlines() if "only if named" in line]
    assert offered == [["--comment", "Why?"], ["--by", "Store"], ["--drivers", "Staff,Price"]]
    code, _, err = run(capsys, "report", str(path), "-o", page, *(word for pair in offered for word in pair))
    assert (code, "only if named" in err) == (0, False)


# ---- follow-up ----

CUSTOMERS = """score,when,who,said,worth,email,opted_out,change
3,2026-03-02 10:00,c1,"Never again, <b>refund</b>!","1,200.50",=a@example.com,no,
9,2026-03-02 11:00,c2,,300,b@example.com,,
7,2026-03-02 12:00,c3,too {dear},NA,,yes,
2,2026-02-02 10:00,c4,slow,90,d@example.com,no,
eleven,2026-03-02 10:00,c5,,10,,,
"""
WHO = ["--customer", "who", "--time", "when", "--comment", "said", "--value", "worth"]


@pytest.fixture
def customers(tmp_path: Path) -> str:
    path = tmp_path / "customers.csv"
    path.write_text(CUSTOMERS, encoding="utf-8")
    return str(path)


def test_follow_up(capsys: pytest.CaptureFixture[str], customers: str) -> None:
    """The plan is printed: who is followed up, who is left out, and whom to call first."""
    code, out, err = run(
        capsys, "follow-up", customers, "--score", "score", *WHO, "--budget", "40", "--currency", "EUR"
    )
    assert code == 0
    assert err == (
        "npskit: cells that cannot be used: 1; the first in row 6 of column 'score': 'eleven' (not a whole number); "
        "python -m npskit score --rejected lists them\n"
    )
    assert out.splitlines()[0] == "3 of 5 responses are followed up."
    assert "Left out: opted out 1, unscored 1." in out
    assert "  1. customer c1: detractor" in out
    assert "of 40.00 EUR." in out


def test_follow_up_by_value(capsys: pytest.CaptureFixture[str], customers: str) -> None:
    """With lifts the plan is by expected gain; lifts, capacities and roles are written NAME=VALUE."""
    words = [
        "--lift",
        "detractor=0.1,detractor/compensation=0.2,promoter=0.05",
        "--capacity",
        "customer care=1,key accounts=2,community=1",
    ]
    _, out, _ = run(
        capsys, "follow-up", customers, "--score", "score", *WHO, *words, "--holdout", "0.1", "--seed", "3", "--json"
    )
    found = json.loads(out)
    assert found["limits"]["value"] == pytest.approx(sum(each["gain"] for each in found["follow_ups"]))
    assert found["limits"]["capacity"] == {"customer care": 1, "key accounts": 2, "community": 1}
    assert found["holdout"] == 0.1
    _, out, _ = run(
        capsys, "follow-up", customers, "--score", "score", *WHO, *words[:2], "--capacity", "0.3", "--exact", "--json"
    )
    assert json.loads(out)["limits"]["method"] == "exact"


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_follow_up_writes_drafts(capsys: pytest.CaptureFixture[str], customers: str, tmp_path: Path, kind: str) -> None:
    """-o writes the plan with drafts in the language asked for, safe to open; --everybody those left out as well."""
    path = tmp_path / f"plan.{kind}"
    words = ["--language", "de", "--currency", "EUR", "--keep", "email", "--fields", "company=ACME,sender=Ann"]
    words += ["--now", "2026-03-03 09:00", "--max-age", "10 days", "--everybody", "-o", str(path)]
    code, _, _ = run(capsys, "follow-up", customers, "--score", "score", *WHO, *words)
    assert code == 0
    if kind == "csv":
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows: list[dict[str, Any]] = list(csv.DictReader(file))
        assert rows[0]["email"] == "'=a@example.com"
    else:
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        assert rows[0]["email"] == "=a@example.com"
    assert [row["status"] for row in rows] == ["chosen", "chosen", "opted out", "too old", "unscored"]
    assert rows[4]["why"] == "the answer is no number of the scale 0..10"
    assert rows[0]["message"].startswith("Guten Tag,")
    assert rows[0]["message"].endswith("Ann\nACME")
    assert not rows[2]["message"]
    assert rows[0]["due"].startswith("2026-03-03")


def test_follow_up_of_a_demo_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The demo's columns, written by a dataframe library and read back as text, make the same plan."""
    data = demo_survey().columns
    path = tmp_path / "demo.csv"
    pd.DataFrame(data).to_csv(path, index=False)
    words = ["--score", "score", "--time", "date", "--customer", "customer", "--comment", "comment", "--json"]
    code, out, _ = run(capsys, "follow-up", str(path), *words, "--roles", "name=hotel")
    assert code == 0
    found = json.loads(out)
    plan = nk.Survey(data, score="score", time="date", customer="customer", comment="comment").follow_up()
    assert found["counts"] == plan.counts
    # those of the same priority and time stand in the order of the rows
    assert [each["row"] for each in found["follow_ups"]] == (plan.order + 2).tolist()  # by the rows of the file


def test_follow_up_says_what_is_not_known(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A file with scores only can be planned; lines on standard error say what was taken for granted."""
    path = tmp_path / "scores.csv"
    path.write_text("score\n3\n9\n", encoding="utf-8")
    code, out, err = run(capsys, "follow-up", str(path))
    assert code == 0
    assert "row 2 of the file: detractor" in out
    assert "say who answered with --customer" in err
    assert "name the column with --comment" in err
    assert "name the column with --roles opted_out=COLUMN" in err
    path.write_text("score,Kontaktsperre\n3,nein\n9,Ja\n", encoding="utf-8")
    code, out, err = run(capsys, "follow-up", str(path), "--roles", "opted_out=Kontaktsperre")
    assert "opted out 1" in out
    assert "opted_out" not in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--value", "wroth"], "did you mean 'worth'"),
        (["--value", "said"], "which is not a number"),
        (["--value", "worth", "--lift", "detracter=0.1"], "did you mean 'detractor'"),
        (["--lift", "0.1"], "give --value"),
        (["--lift", "detractor="], "--lift must be written like name=value"),
        (["--capacity", "lots"], "--capacity must be a number: got 'lots'"),
        (["--capacity", "customer care=5"], "nobody answers for the team"),
        (["--roles", "nmae=who"], "did you mean 'name'"),
        (["--roles", "who"], "--roles must be written like name=value"),
        (["--keep", "emial"], "did you mean 'email'"),
        (["--holdout", "0.5"], "bind the column with --customer"),
        (["--holdout", "2"], "--holdout must be at least 0 and below 1"),
        (["--budget", "-1"], "--budget must be at least 0"),
        (["--currency", "EURO"], "ISO 4217"),
        (["--now", "soon"], "--now must be a date or a time"),
        (["--max-age", "old"], "--max-age must be"),
        (["--seed", "-1"], "--seed must be a seed"),
        (["-o", "plan.xlsx"], "--output must end in .csv, .jsonl, .ndjson: got 'plan.xlsx'"),
        (["-o", "no/such/folder/plan.csv"], "--output: there is no folder 'no/such/folder' to write 'plan.csv' to"),
        (["--playbook", "nowhere.toml"], "nowhere.toml"),
        (["--playbook", "."], "'.' cannot be read"),
        (["--fields", "company", "-o", "plan.csv"], "--fields must be written like name=value"),
    ],
)
def test_errors_of_follow_up(capsys: pytest.CaptureFixture[str], customers: str, words: list[str], said: str) -> None:
    """An error is one line on standard error, and exit code 2."""
    code, out, err = run(capsys, "follow-up", customers, "--score", "score", *words)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert said in err


def test_as_a_process(export: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m npskit` is the command line; wrong usage ends with code 2, a closed pipe quietly."""
    command: list[Any] = [sys.executable, "-m", "npskit"]
    done = subprocess.run([*command, "score", export], capture_output=True, text=True, check=True, encoding="utf-8")
    assert done.stdout.startswith("NPS  25.0000")
    monkeypatch.setattr(sys, "argv", ["npskit"])
    monkeypatch.delitem(sys.modules, "npskit.__main__")  # as in a process that has just begun
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("npskit", run_name="__main__")
    assert ended.value.code == 2


def test_npskit_is_a_command() -> None:
    """What is installed as `npskit` is the command line, which calls itself so."""
    scripts = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert pkgutil.resolve_name(scripts["scripts"]["npskit"]) is main


def test_columns_with_commas(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A comma in a column's name is no separator where there is one question, or a column of that name."""
    path = tmp_path / "comma.csv"
    path.write_text('"How likely, 0 to 10?","City, country"\n9,"Bonn, DE"\n3,"Bern, CH"\n', encoding="utf-8")
    words = ["score", str(path), "--score", "How likely, 0 to 10?", "--by", "City, country", "--json", "--rejected"]
    found = json.loads(run(capsys, *words)[1])
    assert [s["City, country"] for s in found["segments"]] == ["Bern, CH", "Bonn, DE"]
    assert found["rejected"] == []


def test_weights_are_named_and_shown(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A weight is used when named, and the shares then say so; else a note points to it."""
    path = tmp_path / "weights.csv"
    path.write_text("score;weight\n9;0,5\n3;1,5\n", encoding="utf-8")
    _, out, err = run(capsys, "score", str(path), "--score", "score")
    assert out.startswith("NPS  0.0000")
    assert "--weight weight." in err
    _, out, err = run(capsys, "score", str(path), "--score", "score", "--weight", "weight", "--decimal", ",")
    assert out.startswith("NPS  -50.0000")
    assert "(75.0% weighted)" in out
    assert err == ""


def test_a_short_scale_is_pointed_out(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Where no answer is above 5, a line says that the scale may be another; --missing names what is no answer."""
    path = tmp_path / "five.csv"
    path.write_text("score\n" + "5\n4\n3\n5\n1\n0\n" * 2, encoding="utf-8")
    _, out, err = run(capsys, "score", str(path), "--score", "score", "--missing", "77,none")
    assert "no answer of 12 is above 5" in err
    assert "n  12" in out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """--version prints the version and ends."""
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("npskit ")


def test_follow_up_writes_what_a_spreadsheet_of_the_country_opens(
    capsys: pytest.CaptureFixture[str], customers: str, tmp_path: Path
) -> None:
    """With a semicolon between cells the decimal mark is a comma; what cannot separate is refused."""
    path = tmp_path / "plan.csv"
    words = ("follow-up", customers, "--score", "score", *WHO, "--output-separator")
    assert run(capsys, *words, ";", "-o", str(path))[0] == 0
    header, first = path.read_text(encoding="utf-8-sig").splitlines()[:2]
    assert header.startswith("row;customer;category")
    assert re.search(r";[0-9]+,[0-9]+;", first)
    code, _, err = run(capsys, *words, "ab", "-o", str(path))
    assert (code, err.count("\n")) == (2, 1)
    assert "two different characters" in err


def test_too_little_memory(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], export: str) -> None:
    """A process at its memory limit says so in a line, and ends with 2."""

    def full(*_: Any, **__: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(nk.Survey, "score", full)
    code, out, err = run(capsys, "score", export)
    assert (code, out) == (2, "")
    assert err.strip().splitlines()[-1] == "npskit: there is not enough memory for this; read a part of the file"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("say so with scale=(1, 10)", "say so with --scale 1..10"),
        ("name another with score=.", "name another with --score."),
        ("give dayfirst=True or dayfirst=False", "give --dayfirst or --monthfirst"),
        ("such as time_zone='Europe/Warsaw'.", "such as --time-zone Europe/Warsaw."),
        ("named: weight='my w'.", 'named: --weight "my w".'),
        ("use method='score'", "use --interval score"),
        ("level must be below 1; score must be", "--level must be below 1; score must be"),
        ("of NPS(scale=Scale(0, 10), detractor=6): see 'top=9', population=5", None),
    ],
)
def test_hints_name_options(said: str, told: str | None) -> None:
    """Law: a hint names the options of the command; scorers, what a file holds and other arguments stay as they are."""
    words = ("scale", "score", "dayfirst", "time_zone", "weight", "interval", "top", "detractor", "level")
    assert in_options(said, argparse.Namespace(**dict.fromkeys(words))) == (said if told is None else told)


def test_what_cannot_be_used_is_said_once(capsys: pytest.CaptureFixture[str], export: str, tmp_path: Path) -> None:
    """Of an output, a playbook and a file the message names the option and the path once, and what is wrong."""
    (tmp_path / "empty.json").write_text("[]")
    (tmp_path / "title.csv").write_text("Survey of May\nscore,day\ngood,north\nbad,south\n")
    (tmp_path / "marks.csv").write_text("mark,day\n1,2026-05-01\n5,2026-05-01\n")
    title = str(tmp_path / "title.csv")
    for words, told in (
        (
            ("follow-up", export, "-o", f"{tmp_path}/no/x.csv"),
            f"--output: there is no folder '{tmp_path}/no' to write ",
        ),
        (("follow-up", export, "--playbook", str(tmp_path)), f"--playbook: '{tmp_path}' cannot be read: "),
        (("score", str(tmp_path / "empty.json")), "empty.json holds no answers: it is an empty list"),
        (
            ("score", str(tmp_path / "marks.csv")),
            "Whole numbers are in 'mark' 1..5; NPS is asked on 0..10: name the co",
        ),
        (("score", title), "The first row has one cell, and those below it have more: if it is a title, give --header"),
    ):
        code, _, err = run(capsys, *words)
        assert (code, err.count("\n")) == (2, 1)
        assert told in err
        assert err.count(str(tmp_path)) <= 1
    Path(title).write_text("Survey of May\nscore,day\n9,2026-05-01\n3,2026-05-01\n")
    assert run(capsys, "score", title)[1].startswith("NPS  0.0000")
    assert run(capsys, "score", title, "--header-rows", "2")[1].startswith("NPS  0.0000")


def test_drafts_that_could_not_be_written_are_counted(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """They are named on standard error with the reason, and the exit code says so; the plan is written all the same."""
    export, book, out = tmp_path / "a.csv", tmp_path / "b.toml", tmp_path / "c.csv"
    export.write_text("score,comment\n2,bad\n3,worse\n9,fine\n", encoding="utf-8")
    book.write_text(
        '[actions]\ncall = {}\nthank = {}\n[[rule]]\nname = "a"\nwhen = { category = "detractor" }\n'
        'actions = ["call"]\n[[rule]]\nname = "b"\nactions = ["thank"]\n',
        encoding="utf-8",
    )
    words = ("follow-up", str(export), "--score", "score", "--playbook", str(book))
    code, _, err = run(capsys, *words, "-o", str(out))
    assert code == 1
    assert "2 drafts of 3 could not be written: there is no letter for the action 'call' in any language" in err
    assert "(rows 2, 3)" in err
    assert out.read_text(encoding="utf-8-sig").count("Thank you") > 0
    assert run(capsys, *words)[0] == 0


def test_rows_accounts_and_several_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--where` picks rows, and is what the error asks for; accounts count once; several files are joined."""
    path = tmp_path / "a.csv"
    path.write_text("question,company,revenue,score\nQ1,A,1000,0\nQ1,A,1000,1\nQ1,B,10,10\nQ2,C,10,9\n")
    code, _, err = run(capsys, "score", str(path), "--score", "score")
    assert (code, "choose with --where question=Q1" in err) == (2, True)
    asked = ("--score", "score", "--json", "--where", "question=q1", "--account", "company", "--weight", "revenue")
    code, out, _ = run(capsys, "score", str(path), *asked, "--contacts", "worst")
    assert (code, json.loads(out)["left_out"]) == (0, 1)
    assert json.loads(out)["value"] == pytest.approx(100 * (10 - 1000) / 1010)
    code, out, _ = run(capsys, "score", str(path), str(path), *asked[:5])
    assert (code, json.loads(out)["n"]) == (0, 6)
    assert run(capsys, "score", str(path), "--where", "question")[0] == 2


# ---- the loop, and what following up did ----

CASES = """Ticket ID;Created at;First reply time in minutes;Solved at;Source
1;2026-03-02 09:00;30;2026-03-02 12:00;chat
2;2026-03-02 09:00;120;2026-03-02 11:00;chat
3;2026-03-06 16:00;1560;2026-03-09 10:00;email
4;2026-03-06 16:00;;;email
;soon;;;email
"""


def test_loop(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A case log of a help desk becomes the figures of `closed_loop`, with targets and hours of each channel."""
    path = tmp_path / "cases.csv"
    path.write_text(CASES, encoding="utf-8")
    words: tuple[str, ...] = ("loop", str(path), "--roles", "channel=Source", "--by", "channel")
    words = (
        *words,
        "--as-of",
        "2026-03-09 16:00",
        "--targets",
        "chat/first_response=1h,email/first_response=8h",
        "--hours",
        "chat=always,other=09:00-17:00",
    )
    code, out, err = run(capsys, *words)
    assert (code, err) == (0, "")
    assert "4 cases, 1 open as of 2026-03-09 16:00; 1 rejected" in out
    found = json.loads(run(capsys, *words, "--json")[1])
    by_channel = {group["key"][0]: group for group in found["groups"]}
    assert [time["within"] for time in by_channel["chat"]["times"][:2]] == [0.5, 0.5]
    # Friday 16:00 to Saturday 18:00 is an hour of opening time; the other waits for 8 hours of it
    assert by_channel["email"]["times"][1]["median"] == 4.5
    assert found["closing"] == "resolved"
    hidden = json.loads(run(capsys, *words, "--hide-below", "3", "--json")[1])
    assert [(group["key"], group["cases"]) for group in hidden["groups"]] == [(["chat, email (hidden)"], 4)]
    code, out, _ = run(capsys, "loop", str(path), "--rejected")
    assert (code, "opened is not a time" in out) == (0, True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--roles", "opened=Creatd"), "there is no column 'Creatd'"),
        (("--hours", "nine"), "--hours must be written like 09:00-17:00"),
        (("--hours", "chat=always", "--hours-by", "Source"), "there is none for email"),
        (("--targets", "first=1h"), "must be one of"),
        (("--hide-below", "3"), "--hide-below 3 hides groups: say which ones with --by"),
    ],
)
def test_loop_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(CASES, encoding="utf-8")
    code, out, err = run(capsys, "loop", str(path), *words)
    assert (code, out) == (2, "")
    assert told in err


def test_a_plan_without_those_left_alone_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Next quarter it would be too late."""
    path = tmp_path / "answers.csv"
    path.write_text("id,score\n" + "".join(f"c{row},{row % 11}\n" for row in range(20)), encoding="utf-8")
    words = (
        "follow-up",
        str(path),
        "--score",
        "score",
        "--customer",
        "id",
        "--holdout",
        "0.5",
        "-o",
        f"{tmp_path}/p.csv",
    )
    assert "who was left alone is not in" in run(capsys, *words)[2]
    assert "who was left alone is not in" not in run(capsys, *words, "--everybody")[2]


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_effect_from_the_file_of_the_plan(capsys: pytest.CaptureFixture[str], tmp_path: Path, ending: str) -> None:
    """The plan's own file is enough next quarter: the effect is that of the plan itself."""
    rows = range(60)
    ids = [f"+48 600 100 {row:03}" for row in rows]  # which no spreadsheet may take for a formula
    now = {"id": ids, "score": [row % 11 for row in rows], "day": ["2026-03-01"] * 60}
    survey = nk.Survey(now, score="score", customer="id", time="day")
    plan = survey.follow_up(holdout=0.4, rng=1)
    path, later = tmp_path / f"plan.{ending}", tmp_path / "later.csv"
    if ending == "csv":
        plan.to_csv(path, everything=True)
    else:
        plan.to_json_lines(path, everything=True)
    again = {"id": now["id"], "score": [(7 * row) % 11 for row in rows]}
    pd.DataFrame(again).to_csv(later, index=False)
    wanted = nk.effect_of_follow_up(plan, again, customer="id")
    found = nk.effect_of_follow_up(path, again, customer="id")
    assert found.to_dict() == wanted.to_dict()
    words = ("effect", str(path), str(later), "--score", "score", "--customer", "id")
    code, out, err = run(capsys, *words, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["value"] == pytest.approx(wanted.value)
    assert "the difference is" in run(capsys, *words)[1]
    assert "name the column with who answered" in run(capsys, *words[:5])[2]
    plan.to_csv(tmp_path / "short.csv")
    code, _, err = run(capsys, "effect", str(tmp_path / "short.csv"), *words[2:])
    assert (code, "--everybody on the command line" in err) == (2, True)
    with pytest.raises(nk.IncompatibleError, match="the plan has its own"):
        nk.effect_of_follow_up(plan, again, customer="id", scorer=nk.NPS())
    with pytest.raises(nk.InvalidValueError, match=r"the category .* is none of CSAT"):
        nk.effect_of_follow_up(path, again, customer="id", scorer=nk.CSAT())
    with pytest.raises(nk.ColumnNotFoundError, match="is no plan that npskit wrote"):
        nk.effect_of_follow_up(later, again, customer="id")


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_due(capsys: pytest.CaptureFixture[str], customers: str, tmp_path: Path, ending: str) -> None:
    """What plans have promised for a week, from their own files: as text, as JSON and as a file."""
    path, made = tmp_path / f"plan.{ending}", tmp_path / f"week.{ending}"
    run(capsys, "follow-up", customers, "--score", "score", *WHO, "--keep", "email", "--everybody", "-o", str(path))
    plan = nk.read(customers, score="score", customer="who", time="when", comment="said").follow_up()
    for words, start, end in (
        (["--week", "2026-W10"], "2026-03-02", "2026-03-08"),
        (["--week", "2026-03-05"], "2026-03-02", "2026-03-08"),
        (["--week", "2026-03"], "2026-03-01", "2026-03-31"),
        (["--since", "2026-03-09"], "2026-03-09", None),
        (["--until", "2026-03-09"], None, "2026-03-09"),
    ):
        code, out, err = run(capsys, "due", str(path), *words, "--json", "-o", str(made))
        assert (code, err) == (0, "")
        wanted = nk.due_steps(plan, start, end)
        rows = json.loads(out)["rows"]
        assert len(rows) == len(wanted)
        assert [row["step"] for row in rows] == wanted.columns()["step"]
        assert {row["email"] for row in rows} <= {"=a@example.com", "b@example.com", "d@example.com"}
        assert len(made.read_text("utf-8-sig").splitlines()) == len(wanted) + (ending == "csv")
    assert "Steps that are due: 0" in run(capsys, "due", str(path))[1]  # of this week none
    assert "c1" in run(capsys, "due", str(path), str(path), "--until", "2026-04-30")[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--week", "2026-W60"], "--week must be a period"),
        (["--week", "2026-W10", "--until", "2026-03-09"], "--week stands alone"),
        (["--since", "2026-03-09", "--until", "2026-03-01"], "end must not lie before start"),
        (["--since", "soon"], "start must be a date or a time"),
        (["-o", "week.xlsx"], "--output must end in"),
    ],
)
def test_due_refused(capsys: pytest.CaptureFixture[str], customers: str, words: list[str], said: str) -> None:
    """What cannot be listed is said in one line, as is a file that is no plan."""
    for more in (words, []):
        code, out, err = run(capsys, "due", customers, *more)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert (said if more and "start" not in said else "is no plan") in err or said in err


def test_several_files_are_told_of_as_one_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rows set aside and columns that may be used are told of each file, a file named twice is warned of."""
    paths = [str(tmp_path / name) for name in ("may.csv", "june.csv")]
    for path in paths:
        Path(path).write_text("score,customer id,d\n9,a,1\n10,b,2\n3,c,3,4,5\n11,d,4\n")
    err = run(capsys, "score", *paths, "--score", "score")[2]
    assert err.count("may be the customer") == 1
    assert err.count("1 of 4 rows was set aside; the first is row 4") == 2
    assert all(f"in {path})" in err for path in paths)
    with pytest.warns(nk.DataWarning, match="is given twice"):
        twice = nk.read([paths[0], *paths], score="score")
    assert [report.path for report in twice.reports] == [paths[0], *paths]
    assert twice.file_report is None
    code, out, err = run(capsys, "follow-up", paths[0], "--score", "score")
    assert (code, err.count("row 4"), "Set aside: 1 row." in out) == (0, 1, True)
    assert "cells that cannot be used: 1; the first in row 5 of column 'score'" in err
    assert "--time-zone 'Mars/X' is not known" in run(capsys, "score", *paths, "--time-zone", "Mars/X")[2]
    for command in ("score", "follow-up"):
        code, _, err = run(capsys, command, paths[0], "--score", "score", "--on-invalid", "raise")
        assert (code, "1 answer cannot be scored" in err) == (2, True)


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), UnicodeEncodeError("ascii", "é", 0, 1, "no")]
)
def test_output_that_cannot_be_written(error: Exception, export: str, capsys: Any, monkeypatch: Any) -> None:
    """It is told in one line, with exit code 2."""

    def full(text: str) -> int:
        raise error

    with monkeypatch.context() as closed:
        closed.setattr(sys, "stdout", None)
        assert main(["score", export]) == 0
    monkeypatch.setattr(sys.stdout, "write", full)
    code, _, err = run(capsys, "score", export, "--score", "How likely are you to recommend us?")
    assert (code, err.splitlines()[-1].startswith("npskit: the output cannot be written: ")) == (2, True)


def test_comments(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The command says who comments and which words mark whom, as text and as JSON, whole and by segment."""
    path = tmp_path / "answers.csv"
    rows = [
        f"{score},{said},{region}" for region in "NS" for score, said in [(2, "dirty room"), (10, "nice staff")] * 20
    ]
    path.write_text("\n".join(["nps,text,region", *rows]), "utf-8")
    words = ["comments", str(path), "--score", "nps", "--comment", "text", "--language", "en"]
    assert main(words) == 0
    shown = capsys.readouterr().out
    assert "Comments: 80 of 80 answers have one" in shown
    assert "What marks comments, detractor:" in shown
    assert "dirty room" in shown
    assert main([*words, "--by", "region", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [segment["comments"] for segment in found["segments"]] == [40, 40]
    themes = tmp_path / "themes.toml"
    themes.write_text('[theme.staff]\nen = ["staff", "friendly"]\n[theme.room]\nen = ["room*"]\n', "utf-8")
    assert main([*words[:-2], "--themes", str(themes)]) == 0
    assert "of comments" in capsys.readouterr().out
    assert main([*words[:-2], "--themes", str(themes), "--by", "region", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "themes_by_segment"
    assert main([*words[:-2], "--themes", "found"]) == 0
    assert "The themes were found" in capsys.readouterr().out
    assert main([*words[:-2], "--themes", str(tmp_path / "none.toml")]) == 2
    assert "file of themes" in capsys.readouterr().err
    assert main(["comments", str(path), "--score", "nps"]) == 2
    assert "comments() needs to know what was written" in capsys.readouterr().err


def test_themes_of_comments_as_drivers(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What comments mention stands among the drivers, with ratings or alone; without either nothing is asked."""
    path, themes = tmp_path / "answers.csv", tmp_path / "themes.toml"
    rows = [
        f"{score + i % 2},{said},{rating},{1 + i % 5}"
        for i in range(20)
        for score, said, rating in [(2, "dirty room", 2), (9, "nice staff", 5), (7, "", 4), (6, "fine", 3)]
    ]
    path.write_text("\n".join(["nps,text,room,price", *rows]), "utf-8")
    themes.write_text('[theme.staff]\nen = ["staff"]\n[theme.dirt]\nen = ["dirt*"]\n', "utf-8")
    words = ["drivers", str(path), "--score", "nps", "--comment", "text"]
    assert main([*words, "--themes", str(themes), "--drivers", "room,price", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {each["driver"] for each in found["drivers"]} == {"room", "price", "staff", "dirt", "wrote"}
    assert main([*words, "--themes", str(themes)]) == 0
    assert "3 drivers explain" in capsys.readouterr().out
    assert main(words) == 2
    assert "give columns with --drivers, or themes of comments with --themes" in capsys.readouterr().err
    assert main(["drivers", str(path), "--score", "nps", "--themes", str(themes)]) == 2
    assert "--comment" in capsys.readouterr().err

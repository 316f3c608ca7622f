"""Files that other programs open: nothing is executed, nothing is lost."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.results.files import defused, write_csv, write_json_lines

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
HOSTILE = ["=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uff1d1", '=HYPERLINK("x")']


@given(TEXT)
def test_no_text_begins_like_a_formula(text: str) -> None:
    """Law: what a spreadsheet would execute begins with an apostrophe, all else is as it was."""
    safe = defused(text)
    assert not safe.lstrip().startswith(("=", "+", "-", "@")) or text == ""
    assert safe in (text, f"'{text}")


@pytest.mark.parametrize("text", HOSTILE)
def test_formulas_are_defused(text: str) -> None:
    """Law: the known ways to begin a formula all get an apostrophe."""
    assert defused(text) == f"'{text}"


@given(st.lists(st.tuples(TEXT, st.integers(), st.floats(allow_nan=False, allow_infinity=False)), max_size=6))
def test_csv_reads_back_what_was_written(rows: list[tuple[str, int, float]]) -> None:
    """Law: reading the file gives the same cells, but for apostrophes and characters no text file can hold."""
    file = io.StringIO(newline="")
    columns = {name: [row[i] for row in rows] for i, name in enumerate(("text", "whole", "number"))}
    write_csv(columns, file)
    file.seek(0)
    found = list(csv.reader(file))
    assert found[0] == ["text", "whole", "number"]
    assert found[1:] == [[defused(text.replace("\0", "")), repr(whole), repr(real)] for text, whole, real in rows]


@given(st.lists(st.tuples(TEXT, st.integers(), st.none() | st.booleans()), max_size=6))
def test_json_lines_read_back_what_was_written(rows: list[tuple[str, int, bool | None]]) -> None:
    """Law: one object a line, whatever the text holds."""
    file = io.StringIO()
    write_json_lines({name: [row[i] for row in rows] for i, name in enumerate("abc")}, file)
    lines = [json.loads(line) for line in file.getvalue().split("\n")[:-1]]
    assert [tuple(line.values()) for line in lines] == rows


def test_cells_of_every_kind(tmp_path: Path) -> None:
    """Law: nothing is an empty cell, several are joined, times are ISO 8601; spreadsheets see UTF-8."""
    columns: dict[str, list[Any]] = {
        "none": [None, float("nan")],
        "yes": [True, False],
        "several": [("a", "b"), ()],
        "at": [dt.datetime(2026, 1, 5, 9, 30), dt.date(2026, 1, 5)],
        "=name": ["ü", "<b>"],
    }
    path = tmp_path / "plan.csv"
    write_csv(columns, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0][-1] == "'=name"
    assert rows[1] == ["", "true", "a; b", "2026-01-05 09:30:00", "ü"]
    assert rows[2] == ["", "false", "", "2026-01-05", "<b>"]
    write_json_lines(columns, path)
    assert json.loads(path.read_text(encoding="utf-8").splitlines()[0]) == {
        "none": None,
        "yes": True,
        "several": ["a", "b"],
        "at": "2026-01-05T09:30:00",
        "=name": "ü",
    }

"""Workbooks, files of statistics packages and archives, each made by a writer that knows nothing of npskit."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
import xlwt
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.errors import InvalidValueError, MissingDependencyError, UnreadableFileError
from npskit.reading import Loaded, load, workbooks

Read = Callable[..., Loaded]
ROWS: list[list[Any]] = [
    ["Date", "nps", "Store", "member", "took"],
    [dt.datetime(2026, 3, 1, 10, 5), 9, "Köln", True, dt.time(1, 25)],
    [dt.datetime(2026, 3, 2), 3.0, "#N/A", False, None],
    [None, 10, "Łódź", True, None],
]


def xlsx(**sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def xls(**sheets: list[list[Any]]) -> bytes:
    """Write a workbook of the kind of Excel 97 to 2003."""
    book, day = xlwt.Workbook(), xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm:ss")
    hours = xlwt.easyxf(num_format_str="[h]:mm:ss")
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                style = {dt.datetime: (day,), dt.time: (hours,)}.get(type(cell), ())
                if cell is not None:
                    sheet.write(i, j, cell, *style)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


WORKBOOKS = pytest.mark.parametrize("workbook", [xlsx, xls])


def archived(method: int = zipfile.ZIP_DEFLATED, **members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return target.getvalue()


def entries(archive: bytes, at: int, value: int) -> bytes:
    """Write a byte at a place of each entry of the directory of an archive; see APPNOTE.TXT 4.3.12 of PKWARE."""
    changed = bytearray(archive)
    for entry in re.finditer(rb"PK\x01\x02", archive):
        changed[entry.start() + at] = value
    return bytes(changed)


def ods(body: str) -> bytes:
    """Write a spreadsheet as the standard of OpenDocument says; the body is rows."""
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    text = (
        f'<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="Answers">{body}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", text)
    return target.getvalue()


def ods_row(*cells: Any, more: str = "") -> str:
    made = [
        f'<table:table-cell office:value-type="float" office:value="{c}"><text:p>{c}</text:p></table:table-cell>'
        if isinstance(c, int)
        else f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>'
        for c in cells
    ]
    return f"<table:table-row{more}>{''.join(made)}</table:table-row>"


@WORKBOOKS
def test_a_sheet_keeps_kinds(workbook: Callable[..., bytes], read: Read) -> None:
    """Dates are times, whole numbers whole, texts as they are, errors missing; rows are counted as in the sheet."""
    rows = [[None if cell == "#N/A" and workbook is xls else cell for cell in row] for row in ROWS]
    found = read(workbook(Sheet=rows))
    assert {name: values.dtype.kind for name, values in found.columns.items()} == dict(
        zip(ROWS[0], "MiObO", strict=True)
    )
    assert found.columns["nps"].tolist() == [9, 3, 10]
    assert found.columns["Date"][:2].tolist() == [ROWS[1][0], ROWS[2][0]]
    assert np.isnat(found.columns["Date"][2])
    assert found.columns["Store"].tolist() == ["Köln", None, "Łódź"]
    assert found.columns["took"].tolist() == ["01:25:00", None, None]
    assert found.row_numbers.tolist() == [2, 3, 4]
    assert (found.report.format, found.report.encoding, found.roles["score"]) == ("excel", None, "nps")


@WORKBOOKS
def test_sheets(workbook: Callable[..., bytes], tmp_path: Path) -> None:
    """The first sheet with a table is read, and said; another by its name; one that is not there is an error."""
    path = tmp_path / "book"
    path.write_bytes(workbook(Cover=[["Our survey"], ["May 2026"]], Empty=[], Answers=ROWS, Old=[["nps"], [0], [0]]))
    survey = nk.read(path)
    assert survey.score().n == 3
    assert survey.file_report is not None
    assert "The sheet 'Answers' was read" in " ".join(survey.file_report.notes)
    assert nk.read(path, sheet="Old").score().value == -100
    with pytest.raises(InvalidValueError, match="did you mean 'Answers'"):
        load(path, sheet="Answrs")
    for rows in (1, 1 << 20):  # in a large text only the columns needed are read
        (tmp_path / "a.csv").write_text("nps\n" + "9\n" * rows)
        with pytest.raises(InvalidValueError, match="is no workbook"):
            nk.read(tmp_path / "a.csv", sheet="Answers")


@WORKBOOKS
def test_a_sheet_is_laid_out_as_a_text_is(workbook: Callable[..., bytes], read: Read) -> None:
    """Titles, sums, notes, a header again and empty rows and columns are known in a sheet too, by its row numbers."""
    empty: list[Any] = [None] * 5
    rows = [
        ["Survey of May"],
        empty,
        ROWS[0],
        *ROWS[1:3],
        empty,
        ROWS[0],
        ROWS[3],
        ["Total", 22],
        empty,
        ["Source: us"],
    ]
    found = read(workbook(Sheet=[[None, *row] for row in rows]))
    assert list(found.columns) == ROWS[0]
    assert (found.columns["nps"].tolist(), found.row_numbers.tolist()) == ([9, 3, 10], [4, 5, 8])
    assert [r.row for r in found.rejected] == [7, 9, 11]
    assert "Survey of May" in found.report.notes[0]
    assert read(workbook(Sheet=rows), header_rows=3).columns["nps"].tolist() == [9, 3, 10]


@WORKBOOKS
@given(
    rows=st.lists(
        st.lists(
            st.one_of(st.none(), st.integers(-99, 99), st.sampled_from(["a", "ż ", "n/a", "9,5"])),
            min_size=2,
            max_size=2,
        ),
        min_size=1,
        max_size=6,
    )
)
def test_a_sheet_reads_as_its_text(workbook: Callable[..., bytes], folder: Path, rows: list[list[Any]]) -> None:
    """Law: the same table as text and as a sheet has the same rows, and cells that mean the same."""
    table = [["x", "nps"], *(row for row in rows if any(cell is not None and str(cell).strip() for cell in row))]
    (folder / "t.xlsx").write_bytes(workbook(Sheet=table))
    frame = pd.DataFrame(table[1:], columns=table[0], dtype=object)
    frame.to_csv(folder / "t.csv", index=False)
    sheet, text = load(folder / "t.xlsx"), load(folder / "t.csv", decimal=".", separator=",")
    assert sheet.row_numbers.tolist() == text.row_numbers.tolist()
    for name in table[0]:
        told = [None if c is None or c != c else str(c).removesuffix(".0") for c in sheet.columns[name].tolist()]
        assert told == text.columns[name].tolist()


def test_opendocument(read: Read) -> None:
    """An .ods is read as an .xlsx is; the million empty rows at its end are none, a million full ones are refused."""
    blank = '<table:table-cell table:number-columns-repeated="16384"/>'
    last = f'<table:table-row table:number-rows-repeated="1048570">{blank}</table:table-row>'
    found = read(ods(ods_row("nps", "store") + ods_row(9, "A") + ods_row(3, "B") + last))
    assert (found.report.format, found.columns["nps"].tolist()) == ("opendocument", [9, 3])
    bomb = ods_row("nps", "x") + ods_row(*[9] * 20, more=' table:number-rows-repeated="1048570"')
    with pytest.raises(UnreadableFileError, match="delete what stands far below"):
        read(ods(bomb))


def test_workbooks_that_are_too_large(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell in the last corner, or more unpacked than may be, is refused before it fills the memory."""
    book = openpyxl.Workbook()
    book.active.cell(1_048_576, 16_384, 1)
    book.active["A1"] = "nps"
    target = io.BytesIO()
    book.save(target)
    with pytest.raises(UnreadableFileError, match="17,179,869,184 cells"):
        read(target.getvalue())
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 1000)
    with pytest.raises(UnreadableFileError, match="too much to unpack"):
        read(xlsx(Sheet=ROWS))


FRAME = pd.DataFrame(
    {"Q1": [9.0, 3.0, 99.0, None], "Q1g": [1.0, 2.0, 1.0, 2.0], "why": ["a", "", "ż", "d"], "w": [0.5, 1, 1, 2]}
)
LABELS = {"Q1g": {1.0: "Promoter", 2.0: "Detractor"}, "Q1": {0: "Not at all likely", 10: "Extremely likely"}, "w": {}}


def spss(path: Path, *, compress: bool = False) -> bytes:
    dated = FRAME.assign(
        when=np.array(["2026-03-01T10:05", "2026-03-02", "2026-03-02", "2026-03-02"], "datetime64[ns]")
    )
    texts: dict[str, str | None] = {"Q1": "How likely are you to recommend us?"}
    told: dict[str, Any] = {
        "missing_ranges": {"Q1": [99]},
        "variable_value_labels": LABELS,
        "variable_format": {"when": "DATETIME20"},
    }
    pyreadstat.write_sav(dated, str(path), column_labels=texts, compress=compress, **told)
    return path.read_bytes()


@pytest.mark.filterwarnings("ignore::npskit.GuessWarning")
@pytest.mark.parametrize("compress", [False, True])
def test_spss(tmp_path: Path, compress: bool) -> None:
    """Numbers stay, with labels beside them; texts of questions are kept; what the file says is missing is missing."""
    path = tmp_path / "export"
    spss(path, compress=compress)
    survey = nk.read(path)
    found = load(path)
    assert (survey.score().n, survey.score().missing, survey.score().value) == (2, 2, 0.0)
    assert survey.roles == {"score": "Q1", "label": "Q1g (label)"}
    assert found.report.labels == {"Q1": "How likely are you to recommend us?"}
    assert found.columns["Q1g"].tolist() == [1, 2, 1, 2]
    assert found.columns["Q1g (label)"].tolist() == ["Promoter", "Detractor"] * 2
    assert found.columns["why"].tolist() == ["a", None, "ż", "d"]
    assert found.columns["when"].dtype.kind == "M"
    assert found.columns["when"][0] == np.datetime64("2026-03-01T10:05")


def test_stata(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    pyreadstat.write_dta(FRAME, str(path), variable_value_labels={"Q1g": {1: "Promoter", 2: "Detractor"}})
    found = load(path)
    assert (found.report.format, found.columns["Q1g (label)"].tolist()) == ("stata", ["Promoter", "Detractor"] * 2)


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx", "sav"])
def test_packed_files_are_what_is_in_them(tmp_path: Path, kind: str) -> None:
    """With gzip, or as the only data in a zip archive, a file reads as it does unpacked, and the report says how."""
    content = {
        "csv": b"nps,store\n9,A\n3,B\n",
        "json": b'{"results": [{"nps": 9}, {"nps": 3}]}',
        "xlsx": xlsx(Sheet=ROWS),
        "sav": spss(tmp_path / "plain.sav"),
    }[kind]
    (tmp_path / "plain").write_bytes(content)
    plain = load(tmp_path / "plain")
    (tmp_path / "packed").write_bytes(gzip.compress(content))
    zipped = archived(folder__data_x=content, folder___x=b"x", readme_md=b"Hello")
    (tmp_path / "zipped").write_bytes(zipped)
    for name, how in (("packed", "gzip"), ("zipped", "zip")):
        found = load(tmp_path / name)
        assert found.report.format == f"{plain.report.format} {how}"
        assert list(found.columns) == list(plain.columns)
        for column, values in plain.columns.items():
            np.testing.assert_array_equal(found.columns[column], values)
        assert found.row_numbers.tolist() == plain.row_numbers.tolist()


def test_archives_that_cannot_be_read(read: Read) -> None:
    """The error names the files of an archive that holds several, and says what else is wrong."""
    for content, said in (
        (archived(a_csv=b"nps\n9\n", b_csv=b"nps\n3\n"), r"2 files: unpack it and read one of 'a\.csv', 'b\.csv'"),
        (archived(), "empty zip archive"),
        (archived(a_csv=b"nps\n9\n" * 99)[:-30], "zip archive that is damaged or cut off"),
        (
            archived(zipfile.ZIP_LZMA, a_csv=b"nps\n9\n" * 99).replace(b"a.csv\x09\x04\x05\0", b"a.csv" + bytes(4)),
            "damaged",
        ),
        (gzip.compress(b"nps\n9\n" * 99)[:-30], "compressed, and damaged or cut off: .*end"),
        (entries(archived(a_csv=b"nps\n9\n"), 10, 9), r"npskit cannot unpack .*not supported.: unpack it first"),
        (entries(archived(a_csv=b"nps\n9\n"), 8, 1), "zip archive with a password"),
        (entries(xlsx(Sheet=ROWS), 8, 1), "workbook with a password"),
        (archived(a_zip=archived(a_csv=b"nps\n9\n")), "zip archive in an archive"),
        (archived(word__document_xml=b"<x/>"), "Word document"),
        (xlsx(Sheet=ROWS)[:-100], "damaged or cut off"),
        (b"$FL2@(#) SPSS DATA FILE" + bytes(200), "SPSS file that is damaged"),
        (b"<stata_dta><header>" + bytes(100), "Stata file that is damaged"),
        (b"X\n\0\0\0\2" + bytes(50), r"write\.csv"),
        (gzip.compress(b"RDX3\nX\n" + bytes(50)), r"write\.csv"),
        (bytes(257) + b"ustar" + bytes(500), "tar archive"),
    ):
        with pytest.raises(UnreadableFileError, match=said):
            read(content)


@pytest.mark.parametrize(("library", "make"), [("python_calamine", lambda p: xlsx(Sheet=ROWS)), ("pyreadstat", spss)])
def test_a_library_that_is_not_there(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str, make: Callable[[Path], bytes]
) -> None:
    """The error names the extra."""
    content = make(tmp_path / "a.sav")
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingDependencyError, match=r'pip install "npskit\[files\]"'):
        read(content)

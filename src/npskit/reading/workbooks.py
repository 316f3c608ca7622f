"""Sheets of workbooks of Excel (.xlsx, .xls) and OpenDocument (.ods) through python-calamine."""

from __future__ import annotations

import contextlib
import io
import re
import zipfile
from pathlib import Path
from types import TracebackType
from typing import Any

from npskit.errors import UnreadableFileError, optional
from npskit.reading.source import Source
from npskit.reading.titles import is_value
from npskit.reading.typed_cells import meant
from npskit.reading.unpacking import MOST_UNPACKED

# A sheet is held as a whole, with a cell for each place within its rows and columns.
_MOST_CELLS = 12_500_000
_BLOCK = 1 << 20
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\sr="(\d{1,9})"')
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\sr="([A-Z]{1,4})(\d{1,9})"')
_REPEATED = re.compile(rb'number-(?:columns|rows)-repeated="(\d{1,9})"')
_FULL = re.compile(
    rb"<table:table-cell\b[^>]*?(?:office:value|office:string-value)[^>]*>|<table:table-cell\b[^>]*[^/]>"
)
_ODS_ROW = re.compile(rb"<table:table-row\b([^>]*)>(.*?)</table:table-row>", re.DOTALL)
_LONGEST = 200


class Workbook:
    """The sheets of a workbook.

    Args:
        path: The file, unpacked.
        source: What it is.

    Raises:
        MissingDependencyError: If python-calamine is not installed.
        UnreadableFileError: If it is damaged, too large, or has a password.
    """

    def __init__(self, path: Path, source: Source) -> None:
        self._source = source
        what = "an Excel workbook" if source.kind == "excel" else "an OpenDocument spreadsheet"
        calamine = optional("python_calamine", f"{source.path} is {what}: reading it", "files")
        self._what = what
        _check(path, source)
        try:
            # of a path, the name would decide which kind it is
            self._book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        except Exception as error:  # calamine has kinds of its own, and lets through those of Rust
            raise self._damaged(error) from error
        self.names: list[str] = list(self._book.sheet_names)

    def _damaged(self, error: BaseException) -> UnreadableFileError:
        if "password" in f"{type(error).__name__} {error}".lower():
            return UnreadableFileError(f"{self._source.path} is {self._what} with a password: save it without one")
        said = f"{self._source.path} is {self._what} that cannot be read: is it damaged or cut off? ({error})"
        return UnreadableFileError(said)

    def __enter__(self) -> Workbook:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(Exception):
            self._book.close()

    def rows(self, name: str) -> list[list[Any]]:
        """Return the rows of a sheet from its first row on: times, numbers, texts, None for what is empty."""
        try:
            rows = self._book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except Exception as error:
            raise self._damaged(error) from error
        return [[meant(cell) for cell in row] for row in rows]

    def first_table(self) -> tuple[str, list[list[Any]]]:
        """Return the first sheet with two rows of which one has two cells, or values in one column; else the first."""
        first: tuple[str, list[list[Any]]] | None = None
        for name in self.names:
            rows = self.rows(name)
            told = [[cell for cell in row if cell is not None] for row in rows]
            told = [row for row in told if row]
            if len(told) > 1 and any(len(row) > 1 or is_value(str(row[0])) for row in told[1:]):
                return name, rows
            first = first or (name, rows) if told else first
        if first is None:
            raise UnreadableFileError(f"{self._source.path} is {self._what} without a cell")
        return first


def _check(path: Path, source: Source) -> None:
    """Refuse a workbook that would take far more memory than its size: what is unpacked is looked through first.

    Raises:
        UnreadableFileError: If it does, or is damaged.
    """
    if not zipfile.is_zipfile(path):
        return  # the old kind is not compressed, and has at most 65,536 rows of 256 cells
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if sum(member.file_size for member in members) > MOST_UNPACKED:
            raise UnreadableFileError(
                f"{source.path} holds more than {MOST_UNPACKED >> 20} MiB, which is too much to unpack: save it as CSV"
            )
        if any(member.filename.endswith("workbook.bin") for member in members):
            raise UnreadableFileError(f"{source.path} is a binary workbook (.xlsb): save it as .xlsx or CSV")
        if any(member.flag_bits & 1 for member in members):
            raise UnreadableFileError(f"{source.path} is a workbook with a password: save it without one")
        for member in members:
            cells = 0
            if source.kind == "opendocument" and member.filename == "content.xml":
                cells = _opendocument_cells(archive.read(member))
            elif member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml"):
                cells = _excel_cells(archive, member)
            if cells > _MOST_CELLS + member.file_size:
                raise UnreadableFileError(
                    f"{source.path}: a sheet has {cells:,} cells from its first to its last, and no more than "
                    f"{_MOST_CELLS:,} can be read: delete what stands far below or beside the table"
                )


def _excel_cells(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> int:
    """Return how many cells there are from the first to the last row and column."""
    rows, columns, rest = 1, 1, b""
    with archive.open(member) as file:
        while block := file.read(_BLOCK):
            text = rest + block
            rows = max([rows, *map(int, _ROW.findall(text))])
            found = _CELL.findall(text)
            columns = max([columns, *map(_column, {letters for letters, _ in found})])
            rows = max([rows, *(int(number) for _, number in found[-1:])])
            rest = text[-_LONGEST:]
    return rows * columns


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _opendocument_cells(text: bytes) -> int:
    """Return how many cells there would be if what is said to be repeated was."""
    cells = 0
    for about, inside in _ODS_ROW.findall(text):
        width = 0
        for cell in _FULL.findall(inside):
            width += max([1, *map(int, _REPEATED.findall(cell))])
        cells += width * max([1, *map(int, _REPEATED.findall(about))])
    return cells

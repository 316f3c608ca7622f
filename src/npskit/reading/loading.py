"""Reading a survey file: its kind, its columns, and what was rejected and why."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from npskit.checks import whole_number
from npskit.data import check_decimal, find_decimal
from npskit.errors import InvalidTypeError
from npskit.reading import tools
from npskit.reading.column_roles import find_roles
from npskit.reading.dialect import check_separator
from npskit.reading.file_report import Columns, FileReport, Loaded, Progress
from npskit.reading.formats import Read, ReadOptions, read_delimited, read_json, read_parquet
from npskit.reading.source import Source, as_path, inspect

# How many cells are looked at for a decimal mark.
_CELLS = 5_000


def load(
    path: str | os.PathLike[str],
    *,
    columns: Sequence[str] | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    header_rows: int | None = None,
    tool: str | None = None,
    missing: Iterable[str] | None = None,
    progress: Progress | None = None,
) -> Loaded:
    r"""Read a survey file: CSV, TSV and other delimited text, JSON lines, a JSON array of records, or Parquet.

    Whatever the arguments do not say is detected from the content, never from the file's name: the encoding, the
    separator, the decimal mark, the header rows, the survey tool, and gzip. Text is read in blocks, so besides the
    columns themselves the memory needed is bounded; equal texts of a column are one object. Damage costs one cell, or
    its row, never the file, and everything rejected is listed.

    Args:
        path: The file.
        columns: The columns to keep; None for all.
        encoding: The encoding of text, such as `"cp1252"`.
        separator: The character between cells.
        decimal: The decimal mark, `"."` or `","`.
        header_rows: The rows above the first answer: names, then texts; 0 where there are no names.
        tool: The survey tool (`"qualtrics"`, `"typeform"`, ...), or `"plain"` for none.
        missing: Texts that mean an empty cell, in every column, besides the empty text. The usual words for a missing
            answer ("NA", "n/a") need not be named: they are recognised where answers, times and numbers are read.
        progress: Called with the bytes done and the bytes there are, at most ten times a second.

    Returns:
        The columns, suggested roles, a report, and what was rejected.

    Raises:
        FileMissingError: If there is no file.
        UnreadableFileError: If it is a directory, empty, of another kind, or damaged past its single cells.
        ColumnNotFoundError: If a wanted column is not there.
        MissingDependencyError: If it is a Parquet file and neither pyarrow nor Polars is installed.
        InvalidTypeError: If an argument is of the wrong type.
        InvalidValueError: If an argument has a value that cannot be used.

    Example:
        >>> import pathlib, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "export.csv"
        >>> _ = path.write_text("Date;Would you recommend us?;Comment\n1.3.2026;10;great\n2.3.2026;;\n")
        >>> loaded = load(path)
        >>> loaded.roles
        {'time': 'Date', 'comment': 'Comment', 'score': 'Would you recommend us?'}
        >>> loaded.columns["Would you recommend us?"].tolist(), loaded.report.separator
        (['10', None], ';')
    """
    found = as_path(path)
    options = ReadOptions(
        _names(columns, "columns"),
        separator if separator is None else check_separator(separator),
        decimal,
        None if header_rows is None else whole_number(header_rows, "header_rows", least=0, most=100),
        tool,
        _names(missing, "missing") or (),
        progress,
    )
    check_decimal(decimal)
    if tool is not None:
        tools.find_tool([], tool)
    source = inspect(found, encoding)
    readers = {"delimited": read_delimited, "parquet": read_parquet}
    return _loaded(source, readers.get(source.kind, read_json)(source, options), options)


def _names(names: Iterable[str] | None, argument: str) -> tuple[str, ...] | None:
    if names is None:
        return None
    found = (names,) if isinstance(names, str) else tuple(names)
    for name in found:
        if not isinstance(name, str):
            raise InvalidTypeError(f"{argument} must be texts, not {name!r} ({type(name).__name__})")
    return found


def _loaded(source: Source, read: Read, options: ReadOptions) -> Loaded:
    """Add roles and a report to what a reader found, and sort the rejections by row."""
    labels = {name: text for name, text in read.labels.items() if name in read.columns}
    roles, about_score = find_roles(read.columns, read.tool, labels)
    notes = [*source.notes, *read.notes, *([about_score] if about_score else [])]
    left_out = sum(rejected.kind == "left out" for rejected in read.rejected)
    for count, fate in ((read.set_aside - left_out, "set aside"), (left_out, "left out")):
        if count:
            notes.append(f"{count} of {read.set_aside + len(read.numbers)} rows were {fate}.")
    if not len(read.numbers):
        notes.append("The file holds no answers.")
    text = source.kind != "parquet"
    decimal = options.decimal or (_decimal(read.columns) if source.kind == "delimited" else None)
    report = FileReport(
        path=str(source.path),
        format=source.kind + (" gzip" if source.gzipped else ""),
        tool=None if read.tool is tools.PLAIN else read.tool.name,
        encoding=source.encoding if text else None,
        separator=read.separator,
        decimal=decimal,
        header_rows=read.header_rows,
        rows=len(read.numbers),
        set_aside=read.set_aside - left_out,
        left_out=left_out,
        time_zone=read.time_zone or read.tool.time_zone,
        labels=labels,
        notes=tuple(notes),
    )
    rejected = tuple(sorted(read.rejected, key=lambda r: r.row))
    return Loaded(read.columns, roles, report, rejected, read.numbers, about_score)


def _decimal(columns: Columns) -> str:
    texts = (v for values in columns.values() for v in values[:_CELLS].tolist() if v is not None and len(v) < 40)
    return find_decimal(texts) or "."

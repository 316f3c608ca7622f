"""Reading a survey file: its kind, its columns, and what was rejected and why."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.checks import of_kind, whole_number
from npskit.data import Deferred, NumberedCells, check_decimal, find_decimal
from npskit.errors import (
    FileMissingError,
    InvalidValueError,
    UnreadableFileError,
    counted,
    plural,
)
from npskit.reading import tools
from npskit.reading.column_roles import find_roles
from npskit.reading.dialect import check_separator
from npskit.reading.file_report import Columns, FileReport, Loaded, Progress, part_of
from npskit.reading.formats import Read, ReadOptions, read_json, read_parquet
from npskit.reading.json_cells import has_json_cells, with_properties
from npskit.reading.layout import layout_of
from npskit.reading.names import texts_given
from npskit.reading.option_columns import join_options, option_columns
from npskit.reading.responses import Wanted, choose, telling
from npskit.reading.source import Source, as_path, inspect
from npskit.reading.subtotals import without_subtotals
from npskit.reading.tables import name_notes, read_all, read_columns, read_delimited
from npskit.reading.typed_tables import read_statistics, read_workbook
from npskit.reading.unpacking import reading

# How many cells are looked at for a decimal mark.
_CELLS = 5_000
# How many rows are looked at to find the roles in a large file.
LOOK = 20_000
# A text of fewer bytes is read with all its columns; one of fewer still is looked at as a whole.
WHOLE, SMALL = 8 << 20, 2 << 20
# The share of the work that finding the encoding of a text is.
SCANNED = 0.1


def load(
    path: str | os.PathLike[str],
    *,
    columns: Sequence[str] | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    header_rows: int | None = None,
    tool: str | None = None,
    sheet: str | None = None,
    missing: Iterable[str] | None = None,
    progress: Progress | None = None,
) -> Loaded:
    r"""Read a survey file: CSV and other delimited text, JSON, Parquet, Excel, OpenDocument, SPSS or Stata.

    Whatever the arguments do not say is detected from the content, never from the file's name: the encoding, the
    separator, the decimal mark, the header rows, the survey tool, gzip and zip. Text is read in blocks, so besides the
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
        sheet: The sheet of a workbook, by name; None takes the first one with a table.
        missing: Texts that mean an empty cell, in every column, besides the empty text. The usual words for a missing
            answer ("NA", "n/a") need not be named: they are recognised where answers, times and numbers are read.
        progress: Called with the bytes done and the bytes there are, at most ten times a second.

    Returns:
        The columns, suggested roles, a report, and what was rejected.

    Raises:
        FileMissingError: If there is no file.
        UnreadableFileError: If it is a directory, empty, of another kind, or damaged past its single cells.
        ColumnNotFoundError: If a wanted column is not there.
        MissingDependencyError: If it is a Parquet file and neither pyarrow nor Polars is installed, or a workbook or a
            file of SPSS or Stata and the extra `files` is not.
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
    source, options = _opened(
        path,
        columns=columns,
        encoding=encoding,
        separator=separator,
        decimal=decimal,
        header_rows=header_rows,
        tool=tool,
        sheet=sheet,
        missing=missing,
        progress=progress,
    )
    return _loaded(source, _read(source, options), options)


_TEXTS = ("delimited", "json", "json lines")
_READERS = {
    "delimited": read_delimited,
    "parquet": read_parquet,
    "excel": read_workbook,
    "opendocument": read_workbook,
    "spss": read_statistics,
    "stata": read_statistics,
}


def _read(source: Source, options: ReadOptions) -> Read:
    read = _READERS.get(source.kind, read_json)(source, options)
    read = read if options.columns else with_properties(without_subtotals(read))
    return join_options(read, options.columns)


def load_for(
    path: str | os.PathLike[str],
    needs: Callable[[Loaded], Mapping[str, str]],
    said: Mapping[str, Any],
    rows: Wanted,
) -> Loaded:
    """Read the wanted rows of a survey file as `load` does, but of large delimited ones only the columns needed.

    Of a text of 2 MiB or more roles are found in the first 20,000 rows. Of one of 8 MiB or more the other columns are
    `Deferred`: each is read when it is first asked for, if the file is still what it was.

    Args:
        path: The file.
        needs: Given the first rows, or all, says what each column that is needed is to be collected as; see
            `npskit.reading.tables.read_columns`.
        said: The arguments of `load`, but `columns`.
        rows: Which rows are wanted; see `npskit.reading.responses.choose`.
    """
    source, options = _opened(path, **said)
    if source.kind != "delimited" or source.unpacked < SMALL:
        return _loaded(source, _chosen(_read(source, options), rows)[0], options)
    stamp, layout = stamp_of(source.path), layout_of(source, options)
    if option_columns(layout.names, layout.tool) or has_json_cells(layout.names):
        return _loaded(source, _chosen(_read(source, options), rows)[0], options)
    quiet = attrs.evolve(options, progress=None)
    look = _loaded(source, _chosen(read_all(layout, quiet, most=LOOK), rows, partly=True)[0], options)
    # what is empty and without a name so far is looked through, and dropped if it is so to the end
    unnamed = {name for name in layout.names if name not in look.columns}
    large = source.unpacked >= WHOLE
    wanted: dict[str, str] = {} if large else dict.fromkeys(look.columns, "texts")
    wanted |= {**dict.fromkeys(unnamed, "codes"), **telling(layout.names, layout.tool, rows), **needs(look)}
    whole = read_columns(layout, wanted, options, fast=large)
    read, kept = _chosen(whole, rows)
    found: dict[str, Any] = read.columns
    empty = {name for name in unnamed if not any(cell is not None for cell in found[name].cells)}
    notes = [*read.notes, *name_notes(layout, len(empty))]
    told = {
        "encoding": source.encoding,
        "separator": layout.separator,
        "header_rows": options.header_rows,
        "tool": layout.tool.name,
        "missing": options.missing,
    }
    size = len(whole.numbers)
    columns: dict[str, Any] = {}
    for name in layout.names:
        if name in unnamed:
            if name not in empty:
                columns[name] = found[name].values()
        elif name in wanted:
            columns[name] = found[name]
        else:
            column = Deferred(size, FileColumn(source.path.absolute(), name, size, stamp, told).read)
            columns[name] = column if kept is None else column.take(kept)
    return _loaded(source, attrs.evolve(read, columns=columns, notes=notes), options, look)


def _chosen(read: Read, rows: Wanted, *, partly: bool = False) -> tuple[Read, NDArray[np.bool_] | None]:
    """Return what was read of the rows that are wanted, and which these are; None for all of them.

    Args:
        read: What was read of all rows.
        rows: Which rows are wanted.
        partly: Whether more rows follow, which may hold what is not found here.
    """
    chosen = choose(read.columns, read.numbers, read.tool, rows, partly=partly)
    kept = None if chosen.kept.all() else chosen.kept
    columns: dict[str, Any] = dict(read.columns)
    if kept is not None:
        columns = {
            name: values.take(kept) if isinstance(values, NumberedCells) else values[kept]
            for name, values in columns.items()
        }
    found = attrs.evolve(
        read,
        columns=columns | chosen.merged,
        numbers=read.numbers if kept is None else read.numbers[kept],
        rejected=[*read.rejected, *chosen.rejected],
        set_aside=read.set_aside + len(chosen.rejected),
        notes=[*read.notes, *chosen.notes],
        unlisted=chosen.unlisted,
        kinds=chosen.kinds,
        meant=chosen.meant,
        aliases=chosen.aliases,
    )
    return found, kept


def _opened(path: str | os.PathLike[str], *, encoding: str | None = None, **said: Any) -> tuple[Source, ReadOptions]:
    """Return what a file is, and what was said of it, checked."""
    found = as_path(path)
    separator, header_rows, sheet = said.get("separator"), said.get("header_rows"), said.get("sheet")
    if sheet is not None:
        of_kind(sheet, str, "sheet")
    options = ReadOptions(
        texts_given(said.get("columns"), "columns"),
        separator if separator is None else check_separator(separator),
        said.get("decimal"),
        None if header_rows is None else whole_number(header_rows, "header_rows", least=0, most=100),
        said.get("tool"),
        texts_given(said.get("missing"), "missing") or (),
        said.get("progress"),
        sheet,
    )
    check_decimal(options.decimal)
    if options.tool is not None:
        tools.find_tool([], options.tool)
    source = inspect(found, encoding, part_of(options.progress, 0, SCANNED))
    if sheet is not None and source.kind not in ("excel", "opendocument"):
        raise InvalidValueError(f"sheet: {source.path} is no workbook, and has no sheets", argument="sheet")
    if source.kind in _TEXTS:
        options = attrs.evolve(options, progress=part_of(options.progress, SCANNED, 1))
    return source, options


def _loaded(source: Source, read: Read, options: ReadOptions, look: Loaded | None = None) -> Loaded:
    """Add roles and a report to what a reader found, or those of a look at it, and sort the rejections by row."""
    labels = {name: text for name, text in read.labels.items() if name in read.columns}
    if look is None:
        columns = {name: values for name, values in read.columns.items() if name not in read.aliases}
        roles, about_score = find_roles(columns, read.tool, labels, meant=read.meant)
        roles |= {} if read.counted is None else dict(zip(("score", "count"), read.counted, strict=True))
        decimal = options.decimal or (_decimal(read.columns) if source.kind == "delimited" else None)
    else:
        roles, about_score, decimal = look.roles, look.about_score, look.report.decimal
    notes = [*source.notes, *read.notes, *([about_score] if about_score else [])]
    left_out = sum(rejected.kind == "left out" for rejected in read.rejected)
    rows = read.set_aside + read.unlisted + len(read.numbers)
    for count, fate in ((read.set_aside - left_out, "set aside"), (left_out, "left out")):
        if count:
            notes.append(f"{count:,} of {counted(rows, 'row')} {plural(count, 'was', 'were')} {fate}.")
    if not len(read.numbers):
        notes.append("The file holds no answers.")
    text = source.kind in _TEXTS
    report = FileReport(
        path=str(source.path),
        format=(read.form or source.kind) + (f" {source.packing.partition('/')[0]}" if source.packing else ""),
        tool=None if read.tool is tools.PLAIN else read.tool.name,
        encoding=source.encoding if text else None,
        separator=read.separator,
        decimal=decimal,
        header_rows=read.header_rows,
        rows=len(read.numbers),
        set_aside=read.set_aside - left_out,
        left_out=left_out + read.unlisted,
        time_zone=read.time_zone or read.tool.time_zone,
        labels=labels,
        notes=tuple(notes),
    )
    rejected = tuple(sorted(read.rejected, key=lambda r: r.row))
    return Loaded(read.columns, roles, report, rejected, read.numbers, about_score, read.kinds, read.about_header)


def _decimal(columns: Columns) -> str:
    texts = (v for values in columns.values() for v in values[:_CELLS].tolist() if v is not None and len(v) < 40)
    return find_decimal(texts) or "."


# ---- columns that are read later ----


@attrs.frozen
class Stamp:
    """What shows that a file is still the same: its size, and when it was last changed."""

    size: int
    changed: int


def stamp_of(path: Path) -> Stamp:
    """Return the stamp of a file."""
    with reading(path):
        found = path.stat()
    return Stamp(found.st_size, found.st_mtime_ns)


@attrs.frozen
class FileColumn:
    """A column of a file that is read when it is asked for.

    Args:
        path: The file.
        name: The column.
        rows: How many rows it must have.
        stamp: What the file must still be.
        told: How it was read.
    """

    path: Path
    name: str
    rows: int
    stamp: Stamp
    told: Mapping[str, Any]

    def read(self) -> NDArray[Any]:
        """Return the column.

        Raises:
            FileMissingError: If the file is not there any more.
            UnreadableFileError: If it was changed.
        """
        why = f"column {self.name!r} is read from the file when it is first asked for"
        if not self.path.exists():
            raise FileMissingError(f"{self.path} is not there any more, and {why}: put it back, or read it again")
        before = stamp_of(self.path)
        found = load(self.path, columns=[self.name], **self.told) if before == self.stamp else None
        if found is None or stamp_of(self.path) != self.stamp or len(found) != self.rows:
            raise UnreadableFileError(f"{self.path} was changed since it was read, and {why}: read it again")
        return found.columns[self.name]

"""Files whose cells have kinds of their own: sheets of workbooks, and the tables of statistics packages."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from npskit.data import parse_answer
from npskit.errors import InvalidValueError, UnreadableFileError, did_you_mean
from npskit.reading.bounds import Bounds
from npskit.reading.collector import HEAD_AGAIN, judged
from npskit.reading.file_report import Columns, Rejected
from npskit.reading.formats import Read, ReadOptions, aside_of
from npskit.reading.layout import Layout, rows_below, rows_layout
from npskit.reading.names import usable_names
from npskit.reading.source import Source
from npskit.reading.statistics_files import load_statistics_file
from npskit.reading.titles import filled
from npskit.reading.tools import find_tool
from npskit.reading.typed_cells import as_array, as_text
from npskit.reading.unpacking import reading, whole_file
from npskit.reading.workbooks import Workbook

_TOP = 1_000


def read_workbook(source: Source, options: ReadOptions) -> Read:
    """Read a sheet of a workbook: the one that is named, or the first with a table.

    Raises:
        InvalidValueError: If there is no such sheet.
        UnreadableFileError: If the workbook is damaged, or too large.
        MissingDependencyError: If python-calamine is not installed.
    """
    with reading(source.path), whole_file(source.path, source.packing) as path, Workbook(path, source) as book:
        if options.sheet is None:
            name, rows = book.first_table()
        elif options.sheet in book.names:
            name, rows = options.sheet, book.rows(options.sheet)
        else:
            said = did_you_mean(options.sheet, book.names)
            raise InvalidValueError(f"sheet: {source.path} has no sheet {options.sheet!r}; {said}", argument="sheet")
        others = [other for other in book.names if other != name]
    notes = []
    if others and options.sheet is None:
        shown = ", ".join(map(repr, others[:10]))
        notes = [f"The sheet {name!r} was read; there are also {shown}: name one with sheet=."]
    texts = [[as_text(cell) for cell in row] for row in rows]
    # columns before the first cell are none of the table
    left = min((next(j for j, cell in enumerate(row) if cell.strip()) for row in texts if filled(row)), default=0)
    if left:
        rows, texts = [row[left:] for row in rows], [row[left:] for row in texts]
    if not any(map(filled, texts)):
        raise UnreadableFileError(f"{source.path}: the sheet {name!r} is empty")
    layout = rows_layout(source, texts[:_TOP], options)
    return _of_rows(layout, rows, texts, options, notes)


def _of_rows(
    layout: Layout, rows: Sequence[list[Any]], texts: Sequence[list[str]], options: ReadOptions, notes: list[str]
) -> Read:
    """Return the rows of a sheet as columns, without those that are no answers."""
    above, width = layout.above, len(layout.names)
    below = rows_below(texts[above:], width, whole=True)
    rejected, kept = list[Rejected](), list[int]()
    for i in range(above, len(rows)):
        if not filled(texts[i]):
            continue
        said = below.get(len(rows) - 1 - i)
        if texts[i] in layout.heads:
            said = (",".join(texts[i]), HEAD_AGAIN)
        if said is None:
            kept.append(i)
        else:
            rejected.append(Rejected(i + 1, "", said[0], said[1]))
    numbers, aside = np.array(kept, dtype=np.int64) + 1, layout.aside
    if aside is not None:
        refused, answers = judged([texts[i][aside[0]] for i in kept], numbers, layout.names[aside[0]], aside[1])
        rejected += refused
        kept, numbers = list(itertools.compress(kept, answers)), numbers[answers]
    missing = {"", *options.missing}
    cells = {
        name: [None if texts[i][j] in missing else rows[i][j] for i in kept] for j, name in enumerate(layout.names)
    }
    bare = {name for name, cell in zip(layout.names, layout.header.names, strict=True) if not cell.strip()}
    cells = {name: column for name, column in cells.items() if name not in bare or any(c is not None for c in column)}
    columns: Columns = {name: as_array(cells[name]) for name in options.wanted(list(cells))}
    labels = dict(zip(layout.names, layout.header.texts, strict=False))
    labels = {name: text.strip() for name, text in labels.items() if text.strip() and text.strip() != name}
    notes = [*notes, *layout.notes, *usable_names([n for n in layout.header.names if n.strip()])[1]]
    return Read(
        columns,
        numbers,
        rejected,
        len(rejected),
        layout.tool,
        labels,
        above,
        time_zone=layout.header.time_zone,
        about_header=layout.about_header,
        notes=notes,
    )


# ---- statistics packages ----


def read_statistics(source: Source, options: ReadOptions) -> Read:
    """Read the table of SPSS or Stata: numbers stay numbers, beside them a column of their labels where they differ.

    Raises:
        UnreadableFileError: If the file is damaged, or too large.
        MissingDependencyError: If pyreadstat is not installed.
    """
    with reading(source.path), whole_file(source.path, source.packing) as path:
        table = load_statistics_file(path, source)
    Bounds.of(source).check_columns(len(table.columns))
    found: dict[str, list[Any]] = {}
    for name, cells in table.columns.items():
        found[name] = cells
        labels = table.labels.get(name, {})
        if any(parse_answer(label) != value for value, label in labels.items()):
            beside = f"{name} (label)"
            while beside in table.columns:
                beside += " "
            found[beside] = [None if cell is None else labels.get(cell) for cell in cells]
    tool = find_tool([list(found)], options.tool)
    names = options.wanted(list(found))
    rows = max(map(len, found.values()), default=0)
    numbers = np.arange(1, rows + 1, dtype=np.int64)
    rejected: list[Rejected] = []
    missing = frozenset(options.missing)
    columns: Columns = {name: as_array(_without(found[name], missing)) for name in names}
    aside = aside_of(tool, found)
    if aside is not None:
        name, verdict = aside
        rejected, kept = judged([as_text(cell) for cell in found[name]], numbers, name, verdict)
        columns, numbers = {key: values[kept] for key, values in columns.items()}, numbers[kept]
    texts: Mapping[str, str] = {name: text for name, text in table.texts.items() if text and text != name}
    return Read(columns, numbers, rejected, len(rejected), tool, labels=texts)


def _without(cells: list[Any], missing: Collection[str]) -> list[Any]:
    return [None if isinstance(cell, str) and cell in missing else cell for cell in cells] if missing else cells

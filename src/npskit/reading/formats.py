"""One reader for each kind of file; all of them return a `Read`."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.data import parse_answer, shown
from npskit.errors import UnreadableFileError
from npskit.reading.collector import Collector, Verdict, judged
from npskit.reading.delimited import Batch, Grammar, batches
from npskit.reading.dialect import find_separator, told_separator
from npskit.reading.file_report import Columns, Progress, Rejected
from npskit.reading.jsonrecords import RecordCollector, flat, json_array, json_lines
from npskit.reading.names import plain, resolve, usable_names
from npskit.reading.parquet import load_parquet
from npskit.reading.source import Source, text_blocks
from npskit.reading.tools import PLAIN, Header, Tool, find_tool

# How many records are looked at before the tool that wrote a JSON file is decided on.
_LOOK = 500


@attrs.frozen
class ReadOptions:
    """What the caller said; see `npskit.reading.load`."""

    columns: tuple[str, ...] | None = None
    separator: str | None = None
    decimal: str | None = None
    header_rows: int | None = None
    tool: str | None = None
    missing: tuple[str, ...] = ()
    progress: Progress | None = None

    def wanted(self, names: Sequence[str]) -> list[str]:
        """Return the names to keep, in the caller's order."""
        if self.columns is None:
            return list(names)
        return list(dict.fromkeys(resolve(name, names) for name in self.columns))


@attrs.frozen
class Read:
    """What a reader found: see `npskit.reading.file_report` for the parts of the same names."""

    columns: Columns
    numbers: NDArray[np.int64]
    rejected: list[Rejected]
    set_aside: int
    tool: Tool
    labels: Mapping[str, str] = attrs.field(factory=dict)
    header_rows: int = 0
    separator: str | None = None
    time_zone: str | None = None
    notes: Sequence[str] = ()


def _aside(tool: Tool, names: Collection[str]) -> tuple[str, Verdict] | None:
    """Return the column that says which rows are not answers, if present, and the function that judges it."""
    if tool.aside is None:
        return None
    candidates, verdict = tool.aside
    return next(((name, verdict) for name in candidates if name in names), None)


# ---- delimited text ----


def read_delimited(source: Source, options: ReadOptions) -> Read:
    """Read CSV and other delimited text.

    Raises:
        UnreadableFileError: If no row has as many cells as the header.
    """
    told = told_separator(source.head)
    separator = options.separator or told or find_separator(source.head)
    grammar = Grammar(separator, returns="\n" not in source.head)
    records = batches(text_blocks(source, options.progress), grammar)
    top, records = _peek(records, 8 + (options.header_rows or 0))
    # Empty lines above the header are not part of it.
    above = int(told is not None)
    while above < len(top) - 1 and not any(map(str.strip, top[above])):
        above += 1
    top = top[above:]
    tool = find_tool(top, options.tool)
    header, notes = _header(top, tool, options.header_rows)
    names, more = usable_names(header.names)
    keep = [names.index(name) for name in options.wanted(names)]
    aside = _aside(tool, names)
    collector = Collector(names, keep, options.missing, (names.index(aside[0]), aside[1]) if aside else None)
    for batch in records:
        collector.add(_below(batch, above + header.rows))
    columns, numbers = collector.finish()
    if not len(numbers) and collector.misfits:
        raise UnreadableFileError(
            f"{source.path}: no row has as many cells as the header, which has {len(names)}: give separator= (found: "
            f"{separator!r}) or header_rows="
        )
    if options.columns is None:
        dropped = _drop_empty_tail(columns, names, header.names)
        more = usable_names(header.names[: len(names) - dropped])[1]
    texts = dict(zip(names, header.texts, strict=False))
    labels = {name: text.strip() for name, text in texts.items() if text.strip() and text.strip() != name}
    return Read(
        columns,
        numbers,
        collector.rejected,
        collector.set_aside,
        tool,
        labels,
        above + header.rows,
        separator,
        header.time_zone,
        [*notes, *more],
    )


def _peek(records: Iterator[Batch], count: int) -> tuple[list[list[str]], Iterator[Batch]]:
    """Return the first rows, and the records as if nothing had been taken."""
    taken: list[Batch] = []
    rows: list[list[str]] = []
    for batch in records:
        taken.append(batch)
        rows += batch.rows[:count]
        if len(rows) >= count:
            break
    return rows[:count], itertools.chain(taken, records)


def _below(batch: Batch, header: int) -> Batch:
    """Return what of a batch is below the header rows."""
    cut = max(0, header + 1 - batch.first)
    if not cut:
        return batch
    broken = [(i - cut, j, text) for i, j, text in batch.broken if i >= cut]
    return attrs.evolve(batch, first=batch.first + cut, rows=batch.rows[cut:], broken=broken)


def _header(top: Sequence[Sequence[str]], tool: Tool, rows: int | None) -> tuple[Header, list[str]]:
    """Return the header and notes on what is unusual about it."""
    header = tool.header(top)
    if rows is None and tool is PLAIN and _is_data(top[0]):
        return Header(("",) * len(top[0]), 0), [
            "The first row holds only numbers: it was read as answers, not as names."
        ]
    if rows == 0:
        return Header(("",) * len(top[0]), 0), []
    if rows is not None and rows != header.rows:
        header = Header(tuple(top[0]), rows, tuple(top[1]) if rows > 1 and len(top) > 1 else ())
    below = [row for row in top[header.rows :] if row]
    # R writes row numbers without a name above them.
    numbered = [row[0] for row in below] == [str(i) for i in range(1, len(below) + 1)]
    if len(below) > 1 and numbered and all(len(row) == len(header.names) + 1 for row in below):
        header = attrs.evolve(header, names=("", *header.names), texts=("", *header.texts))
        return header, ["The row numbers at the left have no name: all names were shifted by one column."]
    return header, []


def _is_data(row: Sequence[str]) -> bool:
    """Whether all cells of a row are numbers, which never happens in a header."""
    told = [cell for cell in row if cell.strip()]
    return bool(told) and all(
        isinstance(parse_answer(cell), int) and cell.strip()[0] in "0123456789-+" for cell in told
    )


def _drop_empty_tail(columns: Columns, names: Sequence[str], header: Sequence[str]) -> int:
    """Drop the columns at the right that have neither a name nor a cell; return how many."""
    dropped = 0
    for name, cell in zip(reversed(names), reversed(header), strict=True):
        if cell.strip() or len(columns) == 1 or any(v is not None for v in columns[name]):
            break
        del columns[name]
        dropped += 1
    return dropped


# ---- JSON ----


def read_json(source: Source, options: ReadOptions) -> Read:
    """Read JSON lines, or a JSON array of records.

    Raises:
        UnreadableFileError: If nothing in the file is a record.
    """
    rejected: list[Rejected] = []
    blocks = text_blocks(source, options.progress)
    if source.kind == "json":
        found = json_array(blocks, source.path, rejected.append)
    else:
        found = json_lines(blocks, rejected.append)
    records = ((number, flat(record)) for number, record in found)
    first = list(itertools.islice(records, _LOOK))
    tool = find_tool([list(dict.fromkeys(key for _, record in first for key in record))], options.tool)
    wanted = None if options.columns is None else {plain(name) for name in options.columns}
    collector = RecordCollector(lambda key: wanted is None or plain(key) in wanted, options.missing)
    for number, record in itertools.chain(first, records):
        aside = _aside(tool, record)
        reason = aside[1](record[aside[0]]) if aside else None
        if aside and reason:
            rejected.append(Rejected(number, aside[0], shown(record[aside[0]]), reason, "left out"))
            collector.know(record)
        else:
            collector.add(number, record)
    columns, numbers = collector.finish()
    set_aside = len(rejected)
    if not len(numbers) and not collector.names and rejected:
        raise UnreadableFileError(f"{source.path}: nothing in it is a JSON record; {rejected[0].reason} in line 1")
    kept = options.wanted(list(collector.names))
    columns = {name: columns.get(name, np.full(len(numbers), None)) for name in kept}
    return Read(columns, numbers, rejected + collector.rejected, set_aside, tool)


# ---- Parquet ----


def read_parquet(source: Source, options: ReadOptions) -> Read:
    """Read Parquet."""
    tool, aside, names = PLAIN, None, list[str]()

    def choose(found: Sequence[str]) -> list[str]:
        nonlocal tool, aside, names
        names = options.wanted(found)
        tool = find_tool([list(found)], options.tool)
        aside = _aside(tool, found)
        return list(dict.fromkeys([*names, *([aside[0]] if aside else [])]))

    columns, zoned = load_parquet(source.path, choose, options.missing, options.progress)
    numbers = np.arange(1, len(next(iter(columns.values()), ())) + 1, dtype=np.int64)
    rejected: list[Rejected] = []
    if aside is not None and columns:
        name, verdict = aside
        rejected, kept = judged(columns[name].tolist(), numbers, name, verdict)
        columns, numbers = {key: values[kept] for key, values in columns.items()}, numbers[kept]
    columns = {name: columns.get(name, np.empty(0, dtype=object)) for name in names}
    return Read(columns, numbers, rejected, len(rejected), tool, time_zone="UTC" if zoned else None)

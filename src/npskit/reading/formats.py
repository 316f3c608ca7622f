"""One reader for each kind of file; all of them return a `Read`."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Mapping, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.data import shown
from npskit.errors import UnreadableFileError
from npskit.reading.api_records import with_answers
from npskit.reading.bounds import Bounds
from npskit.reading.collector import Verdict, judged
from npskit.reading.documents import document_in, listed, pages, records_of
from npskit.reading.file_report import Columns, Progress, Rejected
from npskit.reading.jsonrecords import Record, RecordCollector, flat, json_array, json_lines
from npskit.reading.names import plain, resolve
from npskit.reading.parquet import load_parquet
from npskit.reading.source import Source, text_blocks
from npskit.reading.tools import PLAIN, Tool, find_tool

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
    sheet: str | None = None

    def wanted(self, names: Sequence[str]) -> list[str]:
        """Return the names to keep, in the caller's order."""
        if self.columns is None:
            return list(names)
        return list(dict.fromkeys(resolve(name, names, "columns") for name in self.columns))


@attrs.frozen
class Read:
    """What a reader found: see `npskit.reading.file_report` for the parts of the same names.

    Of a table of counts `counted` are the columns of the answers and of how often each was given.
    `unlisted` rows were left out as the caller asked; `aliases` are columns that hold what another does; for `kinds`
    see `npskit.reading.responses.Chosen`.
    """

    columns: Columns
    numbers: NDArray[np.int64]
    rejected: list[Rejected]
    set_aside: int
    tool: Tool
    labels: Mapping[str, str] = attrs.field(factory=dict)
    header_rows: int = 0
    separator: str | None = None
    time_zone: str | None = None
    about_header: str = ""
    notes: Sequence[str] = ()
    unlisted: int = 0
    kinds: tuple[str, ...] = ()
    meant: bool = False
    aliases: Collection[str] = ()
    form: str = ""
    counted: tuple[str, str] | None = None


def aside_of(tool: Tool, names: Collection[str]) -> tuple[str, Verdict] | None:
    """Return the column that says which rows are not answers, if present, and the function that judges it."""
    if tool.aside is None:
        return None
    candidates, verdict = tool.aside
    return next(((name, verdict) for name in candidates if name in names), None)


# ---- JSON ----


def read_json(source: Source, options: ReadOptions) -> Read:
    """Read JSON lines, a JSON array of records, or a document that holds such a list.

    Raises:
        UnreadableFileError: If nothing in the file is a record.
    """
    rejected: list[Rejected] = []
    bounds = Bounds.of(source)

    def reject(found: Rejected) -> None:
        rejected.append(found)
        bounds.check_rejected(len(rejected), found.reason)

    blocks, values, said = text_blocks(source, options.progress), None, ""
    if source.kind != "json" or re.match(r"\s*\[\s*\[", source.head):
        values, blocks = document_in(blocks, source.path)
    if values is not None:
        values, said = records_of(values)
        found = listed(values, reject)
    elif source.kind == "json":
        found = json_array(blocks, source.path, reject)
    else:
        found = json_lines(blocks, source.path, reject)
    records = ((number, flat(with_answers(record))) for number, record in pages(found))
    first, names = list[tuple[int, Record]](), dict[str, None]()
    for number, record in itertools.islice(records, _LOOK):
        first.append((number, record))
        names.update(dict.fromkeys(record))
        bounds.check_columns(len(names))
    tool = find_tool([list(names)], options.tool)
    wanted = None if options.columns is None else {plain(name) for name in options.columns}
    collector = RecordCollector(lambda key: wanted is None or plain(key) in wanted, bounds, options.missing)
    for number, record in itertools.chain(first, records):
        aside = aside_of(tool, record)
        reason = aside[1](record[aside[0]]) if aside else None
        if aside and reason:
            reject(Rejected(number, aside[0], shown(record[aside[0]]), reason, "left out"))
            collector.know(record)
        else:
            collector.add(number, record)
    columns, numbers = collector.finish()
    set_aside = len(rejected)
    if not len(numbers) and not collector.names and rejected:
        if re.match(r"\s*\{\s*\n", source.head):
            raise UnreadableFileError(f"{source.path} is a JSON document that is cut off or broken")
        at = "record" if source.kind == "json" else "line"
        raise UnreadableFileError(
            f'{source.path}: nothing in it is a JSON record, such as {{"nps": 10}}; {at} 1, {rejected[0].value!r}, '
            f"{rejected[0].reason}"
        )
    kept = options.wanted(list(collector.names))
    columns = {name: columns.get(name, np.full(len(numbers), None)) for name in kept}
    notes = [said] if said else []
    form = source.kind if values is None else "json"
    return Read(columns, numbers, rejected + collector.rejected, set_aside, tool, notes=notes, form=form)


# ---- Parquet ----


def read_parquet(source: Source, options: ReadOptions) -> Read:
    """Read Parquet."""
    tool, aside, names = PLAIN, None, list[str]()

    def choose(found: Sequence[str]) -> list[str]:
        nonlocal tool, aside, names
        names = options.wanted(found)
        tool = find_tool([list(found)], options.tool)
        aside = aside_of(tool, found)
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

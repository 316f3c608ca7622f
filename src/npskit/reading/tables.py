"""Delimited text: what its first rows tell, and its columns, all of them or those that are needed."""

from __future__ import annotations

import codecs
import contextlib
import csv
from collections.abc import Callable, Iterator, Mapping, Sequence

import attrs
import numpy as np

from npskit.errors import UnreadableFileError, counted
from npskit.reading.bounds import Bounds
from npskit.reading.collector import Collector, Plan
from npskit.reading.column_builders import CodeBuilder, ColumnBuilder, TextBuilder, TimeBuilder
from npskit.reading.delimited import Batch, Grammar, Splitter, batches
from npskit.reading.file_report import Columns
from npskit.reading.formats import Read, ReadOptions
from npskit.reading.layout import Layout, layout_of
from npskit.reading.look_ahead import look_ahead
from npskit.reading.names import usable_names
from npskit.reading.repairs import Repairs
from npskit.reading.source import Source, text_blocks, utf8_blocks
from npskit.reading.stretches import Stretch, clean

_BUILDERS: Mapping[str, Callable[[Sequence[str]], ColumnBuilder]] = {
    "codes": CodeBuilder,
    "times": TimeBuilder,
    "texts": TextBuilder,
}


def read_delimited(source: Source, options: ReadOptions) -> Read:
    """Read CSV and other delimited text.

    Raises:
        UnreadableFileError: If no row has as many cells as the header, or the file would take far more memory than its
            size.
    """
    layout = layout_of(source, options)
    if options.columns is None:
        return read_all(layout, options)
    read = read_columns(layout, dict.fromkeys(options.wanted(layout.names), "texts"), options)
    return attrs.evolve(read, notes=[*read.notes, *name_notes(layout, 0)])


def read_all(layout: Layout, options: ReadOptions, *, most: int | None = None) -> Read:
    """Read all columns of a file but those at the right that have neither a name nor a cell; see `read_columns`."""
    read = read_columns(layout, dict.fromkeys(layout.names, "texts"), options, fast=False, most=most)
    dropped = _empty_tail(read.columns, layout)
    columns = {name: values for name, values in read.columns.items() if name not in dropped}
    return attrs.evolve(read, columns=columns, notes=[*read.notes, *name_notes(layout, len(dropped))])


def name_notes(layout: Layout, dropped: int) -> list[str]:
    """Return notes on the names that were made up, but for so many columns at the right."""
    return usable_names(layout.header.names[: len(layout.names) - dropped])[1]


def read_columns(
    layout: Layout, wanted: Mapping[str, str], options: ReadOptions, *, fast: bool = True, most: int | None = None
) -> Read:
    """Read some columns of a file.

    Args:
        layout: How it is laid out.
        wanted: What each column is collected as: `"texts"`, `"codes"` (as `NumberedCells`) or `"times"`.
        options: What the caller said.
        fast: Whether clean stretches are split by NumPy, which is faster where few of the columns are wanted.
        most: About how many rows to read; None for all.
    """
    source, names = layout.source, layout.names
    builders = {layout.places[name]: _BUILDERS[kind](options.missing) for name, kind in wanted.items()}
    plan = Plan(
        Bounds.of(source),
        names,
        layout.aside,
        lambda: Repairs(names, layout.fitting, layout.separator),
        layout.heads,
        {} if most is not None else layout.below,
    )
    collector = Collector(plan, builders)
    for part in _parts(layout, options, builders if fast else None):
        if isinstance(part, Stretch):
            collector.add_stretch(part)
        else:
            collector.add(_below(part, layout.above))
        if most is not None and collector.rows >= most:
            break
    columns, numbers = collector.finish()
    if not len(numbers) and collector.misfits:
        raise UnreadableFileError(
            f"{source.path}: no row has as many cells as the header, which has {len(names)}: give separator= (found: "
            f"{layout.separator!r}) or header_rows="
        )
    texts = dict(zip(names, layout.header.texts, strict=False))
    labels = {name: text.strip() for name, text in texts.items() if text.strip() and text.strip() != name}
    notes = list(layout.notes)
    if collector.repaired:
        notes.append(
            f"{counted(collector.repaired, 'row')} had too many cells because a text was not quoted: it was joined "
            "again."
        )
    if collector.split:
        notes.append(f"{counted(collector.split, 'row')} held others after a carriage return alone: they were parted.")
    return Read(
        {name: columns[layout.places[name]] for name in wanted},
        numbers,
        collector.rejected,
        collector.set_aside,
        layout.tool,
        labels,
        layout.above,
        layout.separator,
        layout.header.time_zone,
        layout.about_header,
        notes,
    )


def _parts(
    layout: Layout, options: ReadOptions, builders: Mapping[int, ColumnBuilder] | None
) -> Iterator[Batch | Stretch]:
    """Yield the records of a file in order; stretches only where the builders are given that will take them in."""
    grammar, source = layout.grammar, layout.source
    if builders is None or grammar.returns or not layout.separator.isascii():
        return batches(text_blocks(source, options.progress), grammar)
    blocks = utf8_blocks(source, options.progress)
    others = frozenset[int]() if layout.aside is None else frozenset([layout.aside[0]])
    shape = Shape(len(layout.names), layout.above, source.sound, others, _lines_of(layout))
    return records(blocks, grammar, shape, builders)


# The splitter gets few lines at first, because what follows may be clean again, and at most so much at once.
_FEW, _MANY = 1 << 12, 1 << 18
# Where something is not clean, so much is looked at next: the rest of the block may hold more of it.
_REACH = 1 << 16
# A record that is longer is left to the splitter, which knows how long to wait for the end of a quote.
_WAIT = 1 << 22
# Of so many line ends one is sought that ends a record.
_TRIED = 64
_QUOTE = 34


@attrs.frozen
class Shape:
    """What there is to know of a table before its records are sought.

    Args:
        width: The number of columns.
        above: How many records above the first answer are not looked at by their columns.
        sound: Whether it is known that nothing in it could not be decoded.
        others: Columns that are looked at, besides those with a builder.
        heads: The lines of the header, which may come again.
    """

    width: int
    above: int
    sound: bool
    others: frozenset[int]
    heads: tuple[bytes, ...] = ()

    def next_head(self, data: bytes, at: int, size: int) -> int:
        """Return where a line of the header begins again; the size if there is none."""
        for head in self.heads:
            place = data.find(head, at, size)
            while place >= 0:
                begin, end = data.rfind(b"\n", at, place) + 1 or at, place + len(head)
                if data[begin:place] in (b"", codecs.BOM_UTF8) and data[end : end + 1] in (b"\r", b"\n", b""):
                    size = begin
                    break
                place = data.find(head, place + 1, size)
        return size


def _lines_of(layout: Layout) -> tuple[bytes, ...]:
    """Return the lines of the header rows as they stand in the text."""
    found = list[bytes]()
    for line in layout.source.head.splitlines()[: 2 * layout.above] if layout.heads else []:
        with contextlib.suppress(csv.Error):
            if next(csv.reader([line], delimiter=layout.separator), None) in layout.heads:
                found.append(line.encode())
    return tuple(found)


def records(
    blocks: Iterator[bytes], grammar: Grammar, shape: Shape, builders: Mapping[int, ColumnBuilder]
) -> Iterator[Batch | Stretch]:
    """Yield the records of a text in UTF-8 that comes in blocks: clean stretches as such, the rest as batches.

    Blocks are cut where records end if the text is clean up to there, and looked through by other threads on that
    assumption; if it turns out to be wrong, a block is looked through again from where its first record begins.

    Args:
        blocks: The text.
        grammar: How records are written; lines end with line feeds.
        shape: What is known of it.
        builders: What collects the cells of each column to keep, by its position.
    """
    splitter, separator, rest = Splitter(grammar), ord(grammar.separator), b""
    columns = shape.others.union(builders)

    def look(data: bytes, at: int, size: int) -> tuple[Stretch | None, int, bool]:
        if not data.endswith(b"\n", 0, size):
            # the last line may have no end; the splitter knows what to do
            return None, at, True
        stop = shape.next_head(data, at, size)
        if stop == at:
            return None, at, False
        found, end, is_open = clean(data, at, stop, separator, shape.width, columns, sound=shape.sound)
        is_open &= stop == size
        if found is not None:
            found = attrs.evolve(found, looked={j: builder.look(found, j) for j, builder in builders.items()})
        return found, end, is_open

    for (data, size), looked in look_ahead(lambda part: look(part[0], 0, part[1]), _cut(blocks)):
        expected = not (rest or splitter.waits)
        if rest:
            data, rest = rest + data[:size], b""
            size = len(data)
        at, few, reach = 0, _FEW, size
        while at < size:
            if not splitter.waits and splitter.number > shape.above:
                begun, stop = at, data.find(b"\n", at + reach - 1, size) + 1 or size
                found, at, is_open = looked() if expected and not at else look(data, at, stop)
                if found is not None:
                    found = attrs.evolve(found, first=splitter.number)
                    splitter.number += len(found)
                    yield found
                if stop < size and (is_open or at == stop):
                    reach *= 2
                    continue
                if is_open and size - at < _WAIT:
                    rest = data[at:size]
                    break
                few, reach = _FEW if at - begun >= _REACH else few, _REACH
            end = data.find(b"\n", at + few - 1, size) + 1 or size
            yield from splitter.feed(data[at:end].decode("utf-8", "surrogatepass"))
            at, few = end, min(2 * few, _MANY)
    yield from splitter.feed(rest.decode("utf-8", "surrogatepass"), last=True)


def _cut(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, int]]:
    """Yield a text again, and up to where each part is of whole lines; only the last may have no end.

    If quotes are in order, a line end after an even number of them ends a record.
    """
    rest = b""
    for block in blocks:
        data = rest + block
        end = last = data.rfind(b"\n") + 1
        quotes = int(np.count_nonzero(np.frombuffer(data, np.uint8, end) == _QUOTE))
        for _ in range(_TRIED):
            if quotes % 2 == 0:
                last = end
                break
            before = data.rfind(b"\n", 0, max(end - 1, 0)) + 1
            quotes -= data.count(b'"', before, end)
            end = before
        if last:
            yield data, last
        rest = data[last:]
    yield rest, len(rest)


def _below(batch: Batch, header: int) -> Batch:
    """Return what of a batch is below the header rows."""
    cut = max(0, header + 1 - batch.first)
    if not cut:
        return batch
    broken = [(i - cut, j, text) for i, j, text in batch.broken if i >= cut]
    return attrs.evolve(batch, first=batch.first + cut, rows=batch.rows[cut:], broken=broken)


def _empty_tail(columns: Columns, layout: Layout) -> set[str]:
    """Return the columns at the right that have neither a name nor a cell, of all but the first."""
    dropped = set[str]()
    for name, cell in zip(layout.names[:0:-1], layout.header.names[:0:-1], strict=True):
        if cell.strip() or any(v is not None for v in columns[name]):
            break
        dropped.add(name)
    return dropped

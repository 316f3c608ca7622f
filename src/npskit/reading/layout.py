"""What the first rows and the last ones of a table tell: its names, what stands above them, and what sums it up."""

from __future__ import annotations

import contextlib
import csv
import functools
from collections.abc import Mapping, Sequence

import attrs

from npskit.errors import counted, plural
from npskit.reading.bounds import Bounds
from npskit.reading.collector import Verdict
from npskit.reading.delimited import Grammar, batches
from npskit.reading.dialect import SEPARATORS, find_separator, separator_below, told_separator
from npskit.reading.formats import ReadOptions, aside_of
from npskit.reading.headers import header_of
from npskit.reading.names import usable_names
from npskit.reading.source import Source, text_blocks
from npskit.reading.summaries import below_table, last_rows
from npskit.reading.titles import filled, is_table, is_value, titles_above
from npskit.reading.tools import PLAIN, Header, Tool, find_tool

# Rows that are looked at to tell what a column holds, and those that may stand above the first answer.
_LOOK, _TOP = 1_000, 80
_TITLED = "The first row has one cell, and those below it have more: if it is a title, give header_rows=2."


@attrs.frozen(eq=False)
class Layout:
    """What the first and the last rows of a file tell about it.

    Args:
        source: The file.
        separator: What stands between cells.
        tool: The tool that wrote it.
        header: The header rows.
        names: The names of the columns.
        above: How many rows there are before the first answer.
        fitting: Some rows that have a cell for each column.
        notes: What is unusual about the header.
        about_header: The note on whether a title stands above the names; or empty.
        heads: The header rows as they are, which may come again where files were pasted together.
        below: The rows at the end that are no answers, by their place from the end: what they hold, and why.
    """

    source: Source
    separator: str
    tool: Tool
    header: Header
    names: tuple[str, ...]
    above: int
    fitting: tuple[list[str], ...]
    notes: tuple[str, ...]
    about_header: str = ""
    heads: tuple[list[str], ...] = ()
    below: Mapping[int, tuple[str, str]] = attrs.field(factory=dict)

    @property
    def grammar(self) -> Grammar:
        """How the records are written."""
        return Grammar(self.separator, returns="\n" not in self.source.head)

    @functools.cached_property
    def places(self) -> dict[str, int]:
        """The position of each column."""
        return {name: j for j, name in enumerate(self.names)}

    @property
    def aside(self) -> tuple[int, Verdict] | None:
        """The column that says which rows are not answers, if there is one, and the function that judges it."""
        found = aside_of(self.tool, self.places)
        return None if found is None else (self.places[found[0]], found[1])


def layout_of(source: Source, options: ReadOptions) -> Layout:
    """Find out how a file of delimited text is laid out.

    Raises:
        UnreadableFileError: If it has more columns than can be read.
    """
    told = told_separator(source.head)
    asks = told is None and options.separator is None and (options.header_rows is None or options.header_rows > 1)
    titled = (_titled_separator(source.head) or separator_below(source.head)) if asks else ""
    found = options.separator or told or (options.header_rows and titled) or find_separator(source.head)
    top, whole = _top(source, found, options)
    if titled and titled != found and titles_above((below := _top(source, titled, options))[0]):
        found, (top, whole) = titled, below
    layout = rows_layout(source, top, options, separator=found, skipped=int(told is not None))
    alone = options.header_rows is None and filled(layout.header.names) == 1
    if titled and alone and layout.tool is PLAIN and not layout.notes:
        layout = attrs.evolve(layout, notes=(*layout.notes, _TITLED), about_header=_TITLED)
    rows = top[layout.above :] if whole else last_rows(source.tail, found)
    return attrs.evolve(layout, below=rows_below(rows, len(layout.names), whole=whole))


def _titled_separator(head: str) -> str:
    """Return the separator under which the first rows are titles above names, the most of them; empty if none."""
    lines, most = head.splitlines()[:_TOP], (1, "")
    for separator in SEPARATORS:
        with contextlib.suppress(csv.Error):
            rows = list(csv.reader(lines, delimiter=separator))
            above = titles_above(rows)
            most = max(most, (len(rows[above]), separator), key=lambda each: each[0]) if above else most
    return most[1]


def _top(source: Source, separator: str, options: ReadOptions) -> tuple[list[list[str]], bool]:
    """Return the first rows of a text, and whether they are all there are."""
    top = list[list[str]]()
    for batch in batches(text_blocks(source), Grammar(separator, returns="\n" not in source.head)):
        if len(top) >= _TOP + (options.header_rows or 0):
            return top, False
        top += batch.rows[:_LOOK]
        if len(batch.rows) > _LOOK:
            return top, False
    return top, True


def rows_below(rows: Sequence[Sequence[str]], width: int, *, whole: bool) -> dict[int, tuple[str, str]]:
    """Return the rows at the end that are no answers, by their place from the end: what they hold, and why."""
    found = below_table(rows, width, whole=whole)
    return {place: (",".join(rows[-1 - place]), reason) for place, reason in found.items()}


def rows_layout(
    source: Source, top: Sequence[list[str]], options: ReadOptions, *, separator: str = "", skipped: int = 0
) -> Layout:
    """Find out how a table is laid out of which the first rows are given.

    Args:
        source: The file.
        top: The first rows.
        options: What the caller said.
        separator: What stands between cells.
        skipped: How many rows there are before the header that are known to be none of it.

    Raises:
        UnreadableFileError: If it has more columns than can be read.
    """
    asked = _TOP + (options.header_rows or 0)
    above, titles = skipped, list[str]()
    # Empty lines above the header are not part of it.
    while above < len(top[:asked]) - 1 and not filled(top[above]):
        above += 1
    tool = find_tool(top[above:asked], options.tool)
    hint = ""
    if tool is PLAIN and options.header_rows != 0:
        count = titles_above(top[above:asked])
        if count and options.header_rows is None:
            titles = [" ".join(filter(None, map(str.strip, row))) for row in top[above : above + count] if filled(row)]
            above += count
            tool = find_tool(top[above:asked], options.tool)
        elif count and above + count == options.header_rows:
            hint = f"Row {above + count + 1} looks like the names: give header_rows={above + count + 1}."
    header, notes = header_of(top[above:asked], tool, options.header_rows)
    Bounds.of(source).check_columns(len(header.names))
    names, _ = usable_names(header.names)
    begun, above = above, above + header.rows
    fitting = tuple(row for row in top[above:] if len(row) == len(names))
    known = tool is not PLAIN or (begun < above and is_table(header.names, fitting[:_TOP]))
    heads = tuple(row for row in top[skipped:above] if filled(row) and not any(map(is_value, row))) if known else ()
    if titles:
        shown = ", ".join(repr(title[:60]) for title in titles[:5])
        said = f"{counted(len(titles), 'row')} above the names {plural(len(titles), 'was', 'were')} read as"
        notes.append(f"{said} {plural(len(titles), 'a title', 'titles')}: {shown}.")
    notes += [hint] if hint else []
    return Layout(source, separator, tool, header, tuple(names), above, fitting, tuple(notes), hint, heads)

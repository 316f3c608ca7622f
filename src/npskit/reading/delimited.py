"""Splitting delimited text into records: quotes, line ends inside them, and broken quotes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

import attrs

from npskit.reading.source import MAX_LINE

UNTERMINATED = "a quote opens here and is not closed"

_OPEN = re.compile(r'"(?:[^"]++|"")*+\Z')
# So much text is split at once: the cells of a long text would take many times its size.
_AT_ONCE = 1 << 16


@attrs.frozen
class Batch:
    """Some records in order: the number of the first in the file, their cells, and cells with broken quotes."""

    first: int
    rows: list[list[str]]
    broken: list[tuple[int, int, str]]  # index in rows, index of the cell, its raw text
    damaged: bool  # whether some character could not be decoded
    ended: bool = True  # whether the last record ends with a line end


class Lines:
    """The lines of a text from a place on, none of which is an object before it is asked for."""

    def __init__(self, text: str, newline: str) -> None:
        self.text, self.at = text, 0
        self._lines = io.StringIO(text, newline=newline)

    def go(self, at: int) -> None:
        """Go to the begin of a line."""
        self.at = at
        self._lines.seek(at)

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.at += len(line)
            yield line


class Grammar:
    """How records are written: the separator, and whether lines end with a carriage return alone."""

    def __init__(self, separator: str, returns: bool = False) -> None:
        self.separator, self.returns = separator, returns
        after = rf"{re.escape(separator)}|\r?\n|\r?\Z" + (r"|\r" if returns else "")
        self._quoted, self._end = re.compile(rf'"((?:[^"]++|"")*+)"(?={after})'), re.compile(after)
        self._line = re.compile(r"\r\n|\r|\n|\Z" if returns else r"\n|\Z")

    @property
    def ends(self) -> str:
        """The characters that end a line."""
        return "\r\n" if self.returns else "\n"

    def lines(self, text: str) -> Lines:
        """Return a text by its lines, split at its line ends alone, with their ends."""
        return Lines(text, "" if self.returns else "\n")

    def parse(
        self, lines: Lines, *, last: bool = False, waited: bool = False
    ) -> tuple[list[list[str]], list[tuple[int, int, str]]]:
        """Return the next records of a text, about 64 KiB of them, and their broken cells.

        Text from an open quote on is not taken unless it is the `last`, because more may close it. With `waited` the
        first record is taken all the same.
        """
        text, begin, at = lines.text, lines.at, lines.at
        rows: list[list[str]] = []
        broken: list[tuple[int, int, str]] = []
        while at < min(begin + _AT_ONCE, len(text)):
            lines.go(at)
            try:
                for row in csv.reader(lines, delimiter=self.separator, strict=True):
                    rows.append(row)
                    at = lines.at
                    if at >= begin + _AT_ONCE:
                        break
            except csv.Error:
                row, bad, end, state = self._cells(text, at)
                if state == "open" and not last and not (waited and at == begin):
                    break
                if state == "done":
                    at = self._line_end(text, end)
                else:
                    end = self._line_end(text, at)
                    row, bad, *_ = self._cells(text[at:end].removesuffix("\n").removesuffix("\r"), 0, lenient=True)
                    at = end
                broken += [(len(rows), j, row[j]) for j in bad]
                rows.append(row)
        lines.go(at)
        return rows, broken

    def _line_end(self, text: str, at: int) -> int:
        """Return where the line ends that a place lies in."""
        found = self._line.search(text, at)
        return found.end() if found else len(text)

    def _cells(self, text: str, at: int, *, lenient: bool = False) -> tuple[list[str], list[int], int, str]:
        """Return the cells of a record, the broken ones, where it ends, and whether it is done, open or broken.

        A record is broken at its first broken quote, unless `lenient`: then the cell is the raw text up to the next
        separator.
        """
        row: list[str] = []
        bad: list[int] = []
        while True:
            match = self._quoted.match(text, at)
            if match is not None:
                row.append(match[1].replace('""', '"'))
                at = match.end()
            else:
                if text.startswith('"', at):
                    if not lenient:
                        return row, bad, at, "open" if _OPEN.match(text, at) else "broken"
                    bad.append(len(row))
                found = self._end.search(text, at)
                end = found.start() if found else len(text)
                row.append(text[at:end])
                at = end
            if not text.startswith(self.separator, at):
                return row, bad, at, "done"
            at += 1


class Splitter:
    """Splits a text that comes in pieces of whole lines into records.

    A quote that is not closed within 16 MiB, or not at all, is treated as damage: its line is read by itself, and
    reading continues with the next line.
    """

    def __init__(self, grammar: Grammar) -> None:
        self.number = 1  # of the next record
        self._grammar = grammar
        self._pending: list[str] = []
        self._size = self._wait = 0

    @property
    def waits(self) -> bool:
        """Whether a record has begun that more text may end."""
        return bool(self._pending)

    def feed(self, text: str, *, last: bool = False) -> Iterator[Batch]:
        """Yield the records that are whole once some lines have come; the `last` ones make the rest whole."""
        if text:
            self._pending.append(text)
            self._size += len(text)
        # An open quote is tried again when twice as much has come, so that the work stays linear.
        if not self._pending or (self._size < self._wait and not last):
            return
        lines = self._grammar.lines("".join(self._pending))
        size = len(lines.text)
        while lines.at < size:
            begin = lines.at
            rows, broken = self._grammar.parse(lines, last=last, waited=size - begin > MAX_LINE)
            if not rows:
                break
            self.number += len(rows)
            yield _batch(self.number - len(rows), rows, broken, lines.text[begin : lines.at])
        self._pending = [lines.text[lines.at :]] if lines.at < size else []
        self._size = size - lines.at
        self._wait = 2 * self._size


def batches(blocks: Iterable[str], grammar: Grammar) -> Iterator[Batch]:
    """Yield the records of a text that comes in blocks; see `Splitter`."""
    splitter = Splitter(grammar)
    for text in whole_lines(blocks, grammar):
        yield from splitter.feed(text)
    yield from splitter.feed("", last=True)


def whole_lines(blocks: Iterable[str], grammar: Grammar) -> Iterator[str]:
    """Yield a text that comes in blocks, some whole lines at a time."""
    rest: list[str] = []
    for block in blocks:
        if not any(end in block for end in grammar.ends):
            rest.append(block)
            continue
        text = "".join([*rest, block])
        # The last line may go on in the next block; so may a line end of two characters.
        stop = len(text) - text.endswith("\r")
        cut = max(text.rfind(end, 0, stop) for end in grammar.ends) + 1
        rest = [text[cut:]]
        if cut:
            yield text[:cut]
    if last := "".join(rest):
        yield last


def _batch(number: int, rows: list[list[str]], broken: list[tuple[int, int, str]], text: str) -> Batch:
    return Batch(number, rows, broken, "\ufffd" in text, text.endswith(("\n", "\r")))

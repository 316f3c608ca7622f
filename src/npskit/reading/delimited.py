"""Splitting delimited text into records: quotes, line ends inside them, and broken quotes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

import attrs

from npskit.reading.source import MAX_LINE

UNTERMINATED = "a quote opens here and is not closed"


_OPEN = re.compile(r'"(?:[^"]++|"")*+\Z')


@attrs.frozen
class Batch:
    """Some records in order: the number of the first in the file, their cells, and cells with broken quotes."""

    first: int
    rows: list[list[str]]
    broken: list[tuple[int, int, str]]  # index in rows, index of the cell, its raw text
    damaged: bool  # whether some character could not be decoded
    ended: bool = True  # whether the last record ends with a line end


class Grammar:
    """How records are written: the separator, and whether lines end with a carriage return alone."""

    def __init__(self, separator: str, returns: bool = False) -> None:
        self.separator, self.returns = separator, returns
        after = rf"{re.escape(separator)}|\r?\n|\r?\Z" + (r"|\r" if returns else "")
        self._quoted, self._end = re.compile(rf'"((?:[^"]++|"")*+)"(?={after})'), re.compile(after)

    @property
    def ends(self) -> str:
        """The characters that end a line."""
        return "\r\n" if self.returns else "\n"

    def lines(self, text: str) -> list[str]:
        """Split text at its line ends alone, and keep them."""
        return list(io.StringIO(text, newline="" if self.returns else "\n"))

    def parse(
        self, lines: list[str], *, last: bool = False, waited: bool = False
    ) -> tuple[list[list[str]], list[tuple[int, int, str]], int]:
        """Return the records of `lines`, their broken cells, and how many lines they take.

        Lines from an open quote on are not taken unless they are the `last`, because later lines may close it. With
        `waited` the first record is taken all the same.
        """
        rows: list[list[str]] = []
        broken: list[tuple[int, int, str]] = []
        at = 0
        while at < len(lines):
            reader = csv.reader(_from(lines, at), delimiter=self.separator, strict=True)
            begin = at
            try:
                for row in reader:
                    rows.append(row)
                    begin = at + reader.line_num
                return rows, broken, len(lines)
            except csv.Error:
                found = self._record(lines, begin)
                if found is None and not last and not (waited and begin == 0):
                    return rows, broken, begin
                row, bad, at = found or self._first_line(lines, begin)
                broken += [(len(rows), j, row[j]) for j in bad]
                rows.append(row)
        return rows, broken, len(lines)

    def _record(self, lines: Sequence[str], begin: int) -> tuple[list[str], list[int], int] | None:
        """Read one record the csv module objects to; None where a quote is still open at the end of the lines."""
        count = 1
        while True:
            text = "".join(lines[begin : begin + count])
            row, _, at, state = self._cells(text)
            if state == "open" and begin + count < len(lines):
                count *= 2
            elif state == "open":
                return None
            elif state == "done":
                return row, [], begin + max(1, len(self.lines(text[:at])))
            else:
                return self._first_line(lines, begin)

    def _cells(self, text: str, *, lenient: bool = False) -> tuple[list[str], list[int], int, str]:
        """Return the cells of the first record, the broken ones, where it ends, and whether it is done, open or broken.

        A record is broken at its first broken quote, unless `lenient`: then the cell is the raw text up to the next
        separator.
        """
        row: list[str] = []
        bad: list[int] = []
        at = 0
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

    def _first_line(self, lines: Sequence[str], begin: int) -> tuple[list[str], list[int], int]:
        """Read one line by itself, whatever its quotes."""
        row, bad, *_ = self._cells(lines[begin].removesuffix("\n").removesuffix("\r"), lenient=True)
        return row, bad, begin + 1


def _from(lines: Sequence[str], at: int) -> Iterator[str]:
    for i in range(at, len(lines)):
        yield lines[i]


def batches(blocks: Iterable[str], grammar: Grammar) -> Iterator[Batch]:
    """Yield the records of a text that comes in blocks.

    A quote that is not closed within 16 MiB, or not at all, is treated as damage: its line is read by itself, and
    reading continues with the next line.
    """
    number, pending = 1, list[str]()
    size, wait = 0, 0
    for lines in whole_lines(blocks, grammar):
        pending += lines
        size += sum(map(len, lines))
        if size < wait:
            continue
        rows, broken, taken = grammar.parse(pending, waited=size > MAX_LINE)
        batch = _batch(number, rows, broken, pending[:taken])
        pending = pending[taken:]
        size = sum(map(len, pending))
        # An open quote is tried again when twice as much has come, so that the work stays linear.
        wait = 2 * size
        number += len(rows)
        if rows:
            yield batch
    if pending:
        rows, broken, _ = grammar.parse(pending, last=True)
        yield _batch(number, rows, broken, pending)


def whole_lines(blocks: Iterable[str], grammar: Grammar) -> Iterator[list[str]]:
    """Yield the lines of a text that comes in blocks, some at a time, each with its end but perhaps the last."""
    rest: list[str] = []
    for block in blocks:
        if not any(end in block for end in grammar.ends):
            rest.append(block)
            continue
        lines = grammar.lines("".join([*rest, block]))
        # The last line may go on in the next block; so may a line end of two characters.
        rest = [] if lines[-1].endswith("\n") else [lines.pop()]
        yield lines
    if last := "".join(rest):
        yield grammar.lines(last)


def _batch(number: int, rows: list[list[str]], broken: list[tuple[int, int, str]], lines: Sequence[str]) -> Batch:
    damaged = "\ufffd" in "".join(lines)
    return Batch(number, rows, broken, damaged, not lines or lines[-1].endswith(("\n", "\r")))

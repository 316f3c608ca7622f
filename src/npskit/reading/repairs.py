"""Rows with too many cells because a text was not quoted: joined again where only one column can be that text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import attrs

from npskit.data import INVALID, parse_answer, parse_times
from npskit.errors import InvalidValueError
from npskit.reading.column_roles import is_comment
from npskit.reals import as_float

# A text of three words, or of so many characters, is written freely.
_WORDS, _LONG = 3, 40
_NUMBER = re.compile(r"\s*[+\-−]?\d+(?:[.,]\d+)?\s*")
_MOST, _HALF = 0.9, 0.5
_CODE = re.compile(r"[\d@_/]")
# A carriage return that is no part of a line end.
_RETURN = re.compile(r"\r(?!\n)")


@attrs.frozen
class _Column:
    """What is known of a column from rows that fit the header.

    Args:
        kind: `"number"`, `"time"` or `"text"`.
        free: Whether people write in it what they like.
        blank: Whether its cells may begin with a blank.
        known: The cells there are.
        few: Whether these seem to be all that may be.
        closed: Whether a text of one's own is not expected: many of them come again, or are codes or addresses.
        largest: The largest number that is plausible.
    """

    kind: str
    free: bool
    blank: bool
    known: frozenset[str]
    few: bool
    closed: bool
    largest: float

    def holds(self, cell: str) -> bool | None:
        """Whether a cell may stand in this column; None where that cannot be told."""
        if cell[:1].isspace() and not self.blank and cell.strip():
            return False
        if self.kind == "number":
            value = _number(cell)
            return value is not None and abs(value) <= self.largest
        if self.kind == "time":
            return not cell.strip() or _is_time(cell)
        if cell in self.known:
            return True
        return False if self.few else None


class Repairs:
    """Joins the cells of a text that was split at separators within it.

    A row is repaired where exactly one column can be the text: it is one that people write freely (it is called so, or
    holds sentences), or else the last one, if that is text; and the cells before and after it fit what the other
    columns hold. Where another reading is possible, the row is not repaired: one is that the row is right as it stands,
    but for cells too many at its end. Nothing is joined across a line break.

    Args:
        names: The names of the columns.
        rows: Rows that fit the header.
        separator: What stands between cells.
    """

    def __init__(self, names: Sequence[str], rows: Sequence[Sequence[str]], separator: str) -> None:
        self._separator = separator
        self._columns = [_column(name, [row[j] for row in rows], separator) for j, name in enumerate(names)]
        free = [j for j, column in enumerate(self._columns) if column.free]
        last = len(names) - 1
        self._candidates = free or ([last] if rows and names and self._columns[last].kind == "text" else [])

    def __call__(self, row: Sequence[str]) -> tuple[int, list[str]] | None:
        """Return the column that the surplus belongs to, and the row as it was meant; None where that is not plain."""
        more = len(row) - len(self._columns)
        found = [(at, sure) for at in self._candidates if (sure := self._fits(row, at, more)) is not False]
        if len(found) != 1 or not found[0][1] or any(map(_RETURN.search, row)):
            return None
        at = found[0][0]
        column, whole = self._columns[at], self._separator.join(row[at : at + more + 1])
        if "\n" in whole or (column.closed and whole not in column.known) or self._stands(row, at):
            return None
        return at, [*row[:at], whole, *row[at + more + 1 :]]

    def split(self, row: Sequence[str]) -> list[list[str]] | None:
        """Return the rows that a carriage return parts where the others end otherwise; None where that is not plain."""
        rows = [list[str]()]
        for cell in row:
            first, *others = cell.split("\r")
            if "\n" in cell or (others and '"' in cell):
                return None
            rows[-1].append(first)
            rows += [[other] for other in others]
        return rows if len(rows) > 1 and all(map(self._is_whole, rows)) else None

    def _is_whole(self, row: Sequence[str]) -> bool:
        """Whether a row fits the header and what the columns hold, at least one of them being of numbers or times."""
        if len(row) != len(self._columns):
            return False
        pairs = list(zip(self._columns, row, strict=True))
        return any(column.kind != "text" and cell.strip() for column, cell in pairs) and not any(
            column.holds(cell) is False for column, cell in pairs
        )

    def _stands(self, row: Sequence[str], at: int) -> bool:
        """Whether the cells right after a text may be those of their columns, and the surplus that at the end."""
        after = self._columns[at + 1 :]
        pairs = zip(after, row[at + 1 :], strict=False)
        return bool(after) and all(column.holds(cell) is not False for column, cell in pairs)

    def _fits(self, row: Sequence[str], at: int, more: int) -> bool | None:
        """Whether the surplus can belong to a column; None where a text after it may be part of it, too."""
        last = at == len(self._columns) - 1
        text = row[at]
        # a number beside another one may be the half of that: "3,50"
        if _NUMBER.fullmatch(text) or (not last and _NUMBER.fullmatch(row[at + more])):
            return False
        if text[:1].isspace() and not self._columns[at].blank:
            return False
        if any(column.holds(cell) is False for column, cell in zip(self._columns[:at], row[:at], strict=True)):
            return False
        after = [column.holds(cell) for column, cell in zip(self._columns[at + 1 :], row[at + more + 1 :], strict=True)]
        return False if False in after else None if None in after else True


def _column(name: str, cells: Sequence[str], separator: str) -> _Column:
    given = [cell for cell in cells if cell.strip()]
    numbers = [value for value in map(_number, given) if value is not None]
    kind = "text"
    if given and len(numbers) >= _MOST * len(given):
        kind = "number"
    elif given and _share(given, _is_time) >= _MOST:
        kind = "time"
    distinct = frozenset(given)
    few = len(given) >= 20 and len(distinct) <= len(given) / 5
    sentences = any(_is_free(cell, separator) for cell in given)
    free = kind == "text" and (is_comment(name) or (not few and sentences))
    # words come again less often where people write what they like
    repeats = len(distinct) <= len(given) * (_HALF if sentences else _MOST)
    codes = bool(given) and not sentences and _share(given, _CODE.search) > _HALF
    closed = not is_comment(name) and (repeats or codes)
    largest = 10.0
    while numbers and largest < max(map(abs, numbers)):
        largest *= 10
    blank = any(cell[:1].isspace() for cell in given)
    return _Column(kind, free, blank, distinct | {""}, few and not free, closed, largest)


def _is_free(cell: str, separator: str) -> bool:
    return len(cell.split()) >= _WORDS or len(cell) > _LONG or separator in cell


def _share(cells: Sequence[str], holds: Callable[[str], object]) -> float:
    some = cells[:50]
    return sum(map(bool, map(holds, some))) / len(some)


def _number(cell: str) -> float | None:
    """Return a number, or an answer such as "9 - likely"; 0 for a word that means nothing; None for all else."""
    answer = parse_answer(cell)
    if answer is None:
        return 0.0
    if answer is not INVALID:
        return as_float(answer)
    return float(cell.strip().replace(",", ".").replace("−", "-")) if _NUMBER.fullmatch(cell) else None


def _is_time(cell: str) -> bool:
    try:
        return not parse_times([cell]).rejected
    except InvalidValueError:
        return False

"""Columns from cells that come a block at a time, as texts or already split by NumPy, held as small as they can be."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from npskit.data import NumberedCells, objects
from npskit.reading.stretches import Stretch

# Parts of fewer rows are joined as they come: in a wide table the arrays would weigh more than what is in them.
_SMALL = 4096
# A column is no longer interned once it is seen to hold mostly different values.
_PATIENCE = 10_000


class ColumnBuilder(Protocol):
    """What collects the cells of a column."""

    def add(self, cells: Sequence[str]) -> None:
        """Take in cells."""

    def add_stretch(self, stretch: Stretch, column: int, kept: NDArray[np.intp] | None) -> None:
        """Take in the cells of a column of clean records, or of those of them to be kept."""

    def finish(self) -> Any:
        """Return the column."""


class Parts:
    """Arrays that make one."""

    def __init__(self) -> None:
        self._parts: list[NDArray[Any]] = []

    def add(self, part: NDArray[Any]) -> None:
        """Append an array."""
        parts = self._parts
        parts.append(part)
        while len(parts) > 1 and len(parts[-2]) < min(2 * len(parts[-1]), _SMALL):
            last = parts.pop()
            parts[-1] = np.concatenate([parts[-1], last])

    def joined(self, kind: Any) -> NDArray[Any]:
        """Return all of them as one array, and keep none."""
        parts, self._parts = self._parts, []
        return parts[0] if len(parts) == 1 else np.concatenate([*parts, np.empty(0, kind)])


class Interner:
    """Text cells with one object per distinct text, as long as that saves memory; missing words become None."""

    def __init__(self, missing: Iterable[str]) -> None:
        self._words: dict[str, str | None] = dict.fromkeys(["", *missing])
        self._table: dict[str, str | None] | None = dict(self._words)
        self._seen = 0

    def __call__(self, cells: Sequence[str]) -> list[str | None]:
        """Return the cells, interned."""
        if self._table is None:
            return list(map(self._words.get, cells, cells))
        found = list(map(self._table.setdefault, cells, cells))
        self._seen += len(cells)
        if self._seen > _PATIENCE and 2 * len(self._table) > self._seen:
            self._table = None
        return found


class Numbering:
    """Distinct texts, numbered in the order in which they come; the words for a missing cell stand for None."""

    def __init__(self, missing: Iterable[str]) -> None:
        self.cells: list[str | None] = []
        self._missing = frozenset(["", *missing])
        self._codes: dict[str, int] = {}
        self._words: dict[int, int] = {}

    def _code(self, text: str) -> int:
        found = self._codes.get(text)
        if found is None:
            found = self._codes[text] = len(self.cells)
            self.cells.append(None if text in self._missing else text)
        return found

    def of_texts(self, texts: Sequence[str]) -> NDArray[np.int32]:
        """Return the number of each text."""
        for text in set(texts).difference(self._codes):
            self._code(text)
        return np.fromiter(map(self._codes.__getitem__, texts), np.int32, len(texts))

    def of_stretch(self, stretch: Stretch, column: int, kept: NDArray[np.intp] | None) -> NDArray[np.int32]:
        """Return the number of each cell of a column."""
        begin, end = _places(stretch, column, kept)
        if not len(begin):
            return np.empty(0, np.int32)
        words = stretch.words(begin, end)
        if words is None:
            return self.of_texts(stretch.texts(begin, end))
        if int(words.max()) < 1 << 16:
            short = words.astype(np.intp)
            present = np.flatnonzero(np.bincount(short))
            table = np.zeros(1 << 16, np.int32)
            table[present] = [self._of_word(word) for word in present.tolist()]
            return table[short]
        distinct, codes = np.unique(words, return_inverse=True)
        return np.array([self._of_word(word) for word in distinct.tolist()], np.int32)[codes]

    def _of_word(self, word: int) -> int:
        found = self._words.get(word)
        if found is None:
            text = word.to_bytes(8, "little").rstrip(b"\0").decode("utf-8", "surrogatepass")
            found = self._words[word] = self._code(text)
        return found


def _places(stretch: Stretch, column: int, kept: NDArray[np.intp] | None) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    begin, end = stretch.places(column)
    return (begin, end) if kept is None else (begin[kept], end[kept])


class CodeBuilder:
    """A column of few distinct texts, as numbers of them."""

    def __init__(self, missing: Iterable[str]) -> None:
        self._numbering = Numbering(missing)
        self._parts = Parts()

    def add(self, cells: Sequence[str]) -> None:
        """Take in cells."""
        self._parts.add(self._numbering.of_texts(cells))

    def add_stretch(self, stretch: Stretch, column: int, kept: NDArray[np.intp] | None) -> None:
        """Take in the cells of a column of clean records, or of those of them to be kept."""
        self._parts.add(self._numbering.of_stretch(stretch, column, kept))

    def finish(self) -> NumberedCells:
        """Return the column."""
        return NumberedCells(self._parts.joined(np.int32), self._numbering.cells)


class TextBuilder:
    """A column of texts, None where a cell is missing."""

    def __init__(self, missing: Iterable[str]) -> None:
        self._missing = tuple(missing)
        self._intern = Interner(self._missing)
        self._numbering: Numbering | None = None
        self._parts = Parts()

    def add(self, cells: Sequence[str]) -> None:
        """Take in cells."""
        self._parts.add(objects(self._intern(cells)))

    def add_stretch(self, stretch: Stretch, column: int, kept: NDArray[np.intp] | None) -> None:
        """Take in the cells of a column of clean records, or of those of them to be kept."""
        begin, end = _places(stretch, column, kept)
        if len(begin):
            self.add(stretch.texts(begin, end))

    def finish(self) -> NDArray[Any]:
        """Return the column."""
        return self._parts.joined(object)


class TimeBuilder:
    """A column of times: `datetime64` as long as all are dates or seconds in ISO 8601 without a zone, else texts."""

    def __init__(self, missing: Iterable[str]) -> None:
        self._missing = tuple(missing)
        # a word for a missing cell might be a date itself
        self._texts = TextBuilder(self._missing) if any(map(_form_of, map(len, self._missing))) else None
        self._parts: list[tuple[NDArray[np.datetime64], str]] = []  # times, and what stands before the hour

    def add(self, cells: Sequence[str]) -> None:
        """Take in cells."""
        if self._texts is None:
            given = list(filter(None, cells))
            sizes = set(map(len, given))
            text = "".join(given)
            if len(sizes) <= 1 and text.isascii() and _form_of(*sizes):
                matrix = np.frombuffer(text.encode("ascii"), np.uint8).reshape(len(given), *(sizes or {_DATE}))
                if self._add(matrix, np.fromiter(map(bool, cells), np.bool_, len(cells))):
                    return
        self._as_texts().add(cells)

    def add_stretch(self, stretch: Stretch, column: int, kept: NDArray[np.intp] | None) -> None:
        """Take in the cells of a column of clean records, or of those of them to be kept."""
        begin, end = _places(stretch, column, kept)
        sizes = end - begin
        size = int(sizes.max(initial=0)) or _DATE
        given = sizes > 0
        if self._texts is None and _form_of(size) and bool((sizes[given] == size).all()):
            matrix = stretch.pieces(begin[given], size)
            if self._add(matrix, given):
                return
        self._as_texts().add_stretch(stretch, column, kept)

    def finish(self) -> NDArray[Any]:
        """Return the column."""
        if self._texts is not None:
            return self._texts.finish()
        parts, self._parts = [times for times, _ in self._parts], []
        return np.concatenate([*parts, np.empty(0, "datetime64[us]")])

    def _add(self, matrix: NDArray[np.uint8], given: NDArray[np.bool_]) -> bool:
        """Take in times if all are written in the one form; True if so."""
        found = _iso_times(matrix)
        if found is None:
            return False
        times = np.full(len(given), np.datetime64("NaT", "us"))
        times[given] = found
        mark = chr(matrix[0, _DATE]) if matrix.shape[1] > _DATE and len(matrix) else ""
        self._parts.append((times, mark))
        return True

    def _as_texts(self) -> TextBuilder:
        """Return what collects texts, with what was taken for times so far as it was written."""
        if self._texts is None:
            self._texts = TextBuilder(self._missing)
            for times, mark in self._parts:
                written = np.datetime_as_string(times, "s" if mark else "D").tolist()
                missing = np.isnat(times).tolist()
                cells = ["" if blank else text for blank, text in zip(missing, written, strict=True)]
                self._texts.add([cell.replace("T", mark) for cell in cells] if mark == " " else cells)
            self._parts = []
        return self._texts


_DATE, _SECONDS = len("2026-03-01"), len("2026-03-01 10:15:00")


def _form_of(size: int = _DATE) -> bool:
    """Whether a text of this length may be a date, or one with a time of day."""
    return size in (_DATE, _SECONDS)


def _iso_times(matrix: NDArray[np.uint8]) -> NDArray[np.datetime64] | None:
    """Return texts of one length, a row of bytes each, as times; None if one is no such time."""
    letters = np.ascontiguousarray(matrix.T)
    marks = _MARKS[matrix.shape[1]]
    if len(matrix) and len(letters) == _SECONDS:
        mark = chr(letters[_DATE, 0])
        if mark not in "T ":
            return None
        marks = marks | {_DATE: mark}
    digits = letters - np.uint8(ord("0"))
    for at in range(len(letters)):
        wrong = letters[at] != ord(marks[at]) if at in marks else digits[at] > 9
        if wrong.any():
            return None

    def number(at: int, size: int = 2) -> NDArray[np.int32]:
        value: NDArray[np.int32] = digits[at].astype(np.int32)
        for digit in digits[at + 1 : at + size]:
            value *= 10
            value += digit
        return value

    year, month, day = number(0, 4), number(5), number(8)
    # others may mean something else where they are not refused
    if bool(((year < _YEARS[0]) | (year >= _YEARS[1]) | (month < 1) | (month > 12) | (day < 1)).any()):
        return None
    starts, lengths = _months()
    months = 12 * (year - _YEARS[0]) + month - 1
    if bool((day > lengths[months]).any()):
        return None
    seconds = (starts[months] + day).astype(np.int64) * 86_400
    if len(letters) == _SECONDS:
        hour, minute, second = number(11), number(14), number(17)
        if bool(((hour > 23) | (minute > 59) | (second > 59)).any()):
            return None
        seconds += 60 * (60 * hour + minute) + second
    seconds *= 1_000_000
    times: NDArray[np.datetime64] = seconds.view("datetime64[us]")
    return times


_YEARS = (1900, 2200)
_MARKS = {_DATE: {4: "-", 7: "-"}, _SECONDS: {4: "-", 7: "-", 13: ":", 16: ":"}}


@functools.cache
def _months() -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the day before the first of each month of these years, counted from 1970, and how many days it has."""
    first = np.arange(f"{_YEARS[0]}-01", f"{_YEARS[1]}-02", dtype="datetime64[M]").astype("datetime64[D]")
    days = first.astype(np.int64).astype(np.int32)
    return days[:-1] - 1, np.diff(days)

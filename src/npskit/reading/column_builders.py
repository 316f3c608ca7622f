"""Columns from cells that come a block at a time, as texts or already split by NumPy, held as small as they can be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from npskit.data import NumberedCells, objects
from npskit.reading.iso_times import DATE, MarkedTimes, marked_times, may_be_time
from npskit.reading.stretches import Places, Stretch

# Parts of fewer rows are joined as they come: in a wide table the arrays would weigh more than what is in them.
_SMALL = 4096
# A column is no longer interned once it is seen to hold mostly different values.
_PATIENCE = 10_000


class ColumnBuilder(Protocol):
    """What collects the cells of a column."""

    def add(self, cells: Sequence[str]) -> None:
        """Take in cells."""

    def look(self, stretch: Stretch, column: int) -> Any:
        """Return what can be made of a column of clean records without the builder; in any thread."""

    def add_stretch(self, stretch: Stretch, column: int, kept: Places | None) -> None:
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
        return parts[0] if len(parts) == 1 else np.concatenate(parts or [np.empty(0, kind)])


class RowNumbers:
    """Whole numbers, most of which follow on one another."""

    def __init__(self) -> None:
        self._parts = Parts()
        self._first = self._last = 0  # those that were not put into an array yet

    def add_range(self, first: int, size: int) -> None:
        """Append so many numbers from one on."""
        if first != self._last:
            self._flush()
            self._first = first
        self._last = first + size

    def add(self, numbers: NDArray[np.int64]) -> None:
        """Append numbers."""
        self._flush()
        self._parts.add(numbers)

    def joined(self) -> NDArray[np.int64]:
        """Return all of them as one array, and keep none."""
        self._flush()
        return self._parts.joined(np.int64)

    def _flush(self) -> None:
        if self._last > self._first:
            self._parts.add(np.arange(self._first, self._last, dtype=np.int64))
        self._first = self._last = 0


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
        # the numbers of texts of at most two bytes
        self._short = np.full(1 << 16, -1, np.int32)

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

    def of_words(self, words: NDArray[Any]) -> NDArray[np.int32]:
        """Return the number of each text of at most 8 bytes, given as `Stretch.words` does."""
        if words.dtype == np.uint16:
            codes = self._short.take(words)
            if codes.min(initial=0) < 0:
                new = np.unique(words[codes < 0])
                self._short[new] = [self._of_word(word) for word in new.tolist()]
                codes = self._short.take(words)
            return codes
        distinct, places = np.unique(words, return_inverse=True)
        return np.array([self._of_word(word) for word in distinct.tolist()], np.int32)[places]

    def _of_word(self, word: int) -> int:
        found = self._words.get(word)
        if found is None:
            text = word.to_bytes(8, "little").rstrip(b"\0").decode("utf-8", "surrogatepass")
            found = self._words[word] = self._code(text)
        return found


def _places(stretch: Stretch, column: int, kept: Places | None) -> tuple[Places, Places]:
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

    def look(self, stretch: Stretch, column: int) -> NDArray[Any] | None:
        """Return the cells of a column as words, in two bytes each if they are so short; None if some are too long."""
        words = stretch.words(*stretch.places(column))
        return words.astype(np.uint16) if words is not None and words.max() < 1 << 16 else words

    def add_stretch(self, stretch: Stretch, column: int, kept: Places | None) -> None:
        """Take in the cells of a column of clean records, or of those of them to be kept."""
        words = stretch.looked[column]
        if words is None:
            begin, end = _places(stretch, column, kept)
            if len(begin):
                self.add(stretch.texts(begin, end))
            return
        self._parts.add(self._numbering.of_words(words if kept is None else words[kept]))

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

    def look(self, stretch: Stretch, column: int) -> None:
        """Texts are made when they are taken in."""

    def add_stretch(self, stretch: Stretch, column: int, kept: Places | None) -> None:
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
        self._texts = TextBuilder(self._missing) if any(map(may_be_time, map(len, self._missing))) else None
        self._parts: list[MarkedTimes] = []

    def add(self, cells: Sequence[str]) -> None:
        """Take in cells."""
        if self._texts is None:
            given = list(filter(None, cells))
            sizes = set(map(len, given))
            text = "".join(given)
            if len(sizes) <= 1 and text.isascii():
                size = max(sizes, default=DATE)
                begin = size * np.arange(len(given))
                found = marked_times(
                    text.encode("ascii"), begin, size, np.fromiter(map(bool, cells), np.bool_, len(cells))
                )
                if found is not None:
                    self._parts.append(found)
                    return
        self._as_texts().add(cells)

    def look(self, stretch: Stretch, column: int) -> MarkedTimes | None:
        """Return the cells of a column as times; None if they are not all of one form."""
        if self._texts is not None:
            return None
        begin, end = stretch.places(column)
        sizes = end - begin
        size = int(sizes.max(initial=0)) or DATE
        given = sizes > 0
        if not given.all():
            begin, sizes = begin[given], sizes[given]
        return marked_times(stretch.data, begin, size, given) if bool((sizes == size).all()) else None

    def add_stretch(self, stretch: Stretch, column: int, kept: Places | None) -> None:
        """Take in the cells of a column of clean records, or of those of them to be kept."""
        found: MarkedTimes | None = stretch.looked[column]
        if self._texts is None and found is not None:
            self._parts.append(found if kept is None else (found[0][kept], found[1]))
        else:
            texts = self._as_texts()
            texts.add_stretch(stretch, column, kept)

    def finish(self) -> NDArray[Any]:
        """Return the column."""
        if self._texts is not None:
            return self._texts.finish()
        parts, self._parts = [times for times, _ in self._parts], []
        return np.concatenate(parts or [np.empty(0, "datetime64[us]")])

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

"""Clean stretches of delimited text, split by NumPy a block at a time, without an object for each cell.

Clean are records that have a cell for each column, whose quotes stand around whole cells and are doubled within them,
and which hold nothing that could not be decoded. Whatever else there is, is left to the splitter of `delimited`, which
gives the same cells for clean records.
"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

_QUOTE, _NEWLINE, _RETURN = 34, 10, 13
_DAMAGE = "\ufffd".encode()
# Cells of no more bytes are compared as whole numbers.
WORD = 8
# What is left of a word of 8 bytes, the first of which is the lowest, if it holds a cell of so many bytes.
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(WORD + 1)], dtype=np.uint64)


@attrs.frozen(eq=False)
class Stretch:
    """Clean records in order.

    Args:
        first: The number of the first in the file.
        data: Text in UTF-8, of which they are a part.
        start: Where the first begins.
        ends: Where each cell ends, shape (records, columns).
    """

    first: int
    data: bytes
    start: int
    ends: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def bytes(self) -> NDArray[np.uint8]:
        """The text, byte by byte."""
        return np.frombuffer(self.data, np.uint8)

    def places(self, column: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return where the cells of a column begin and end, without the quotes around them."""
        width = self.ends.shape[1]
        end = self.ends[:, column]
        if column:
            begin = self.ends[:, column - 1] + 1
        else:
            begin = np.empty(len(end), np.intp)
            begin[0], begin[1:] = self.start, self.ends[:-1, -1] + 1
        data = self.bytes
        if column == width - 1:
            end = end - ((data[end - 1] == _RETURN) & (end > begin))
        quoted = (data[begin] == _QUOTE) & (end > begin)
        return (begin + quoted, end - quoted) if quoted.any() else (begin, end)

    def texts(self, begin: NDArray[np.intp], end: NDArray[np.intp]) -> list[str]:
        """Return the cells at some places."""
        low, high = int(begin[0]), int(end[-1])
        part = self.data[low:high]
        starts, stops = (begin - low).tolist(), (end - low).tolist()
        if part.isascii():
            text = part.decode("ascii")
            found = [text[a:b] for a, b in zip(starts, stops, strict=True)]
        else:
            found = [part[a:b].decode("utf-8", "surrogatepass") for a, b in zip(starts, stops, strict=True)]
        # quotes are only within quoted cells, and there they are doubled
        return [text.replace('""', '"') if '"' in text else text for text in found] if b'""' in part else found

    def pieces(self, begin: NDArray[np.intp], size: int) -> NDArray[np.uint8]:
        """Return so many bytes from each of some places on, a row for each."""
        view = np.ndarray((len(self.data) - size + 1,), f"V{size}", self.data, 0, (1,))
        return view[begin].view(np.uint8).reshape(-1, size)

    def words(self, begin: NDArray[np.intp], end: NDArray[np.intp]) -> NDArray[np.uint64] | None:
        """Return cells of at most 8 bytes as whole numbers; None if one is longer or holds a quote."""
        size = end - begin
        last = len(self.data) - WORD
        if last < 0 or size.max() > WORD:
            return None
        view: NDArray[np.uint64] = np.ndarray((last + 1,), "<u8", self.data, 0, (1,))
        # the last cells may be nearer to the end of the text than a word is long
        words = view[np.minimum(begin, last)].astype(np.uint64, copy=False)
        words >>= (8 * np.maximum(begin - last, 0)).astype(np.uint64)
        words &= _MASKS[size]
        return None if b'""' in self.data and _holds(words, _QUOTE) else words


def _holds(words: NDArray[np.uint64], byte: int) -> bool:
    return bool((words[:, None].view(np.uint8) == byte).any())


def clean(
    data: bytes, start: int, separator: int, width: int, *, sound: bool = False
) -> tuple[Stretch | None, int, bool]:
    """Return the clean records from `start` on up to the first that is not.

    Args:
        data: Text in UTF-8 that ends with a line feed.
        start: Where a record begins.
        separator: The byte between cells.
        width: The number of columns.
        sound: Whether it is known that there is no U+FFFD in it.

    Returns:
        The records, if there is one; where they end; and whether the one that follows is clean so far, but its end is
        not in the text.
    """
    part = np.frombuffer(data, np.uint8)[start:]
    marked = part == separator
    marked |= part == _NEWLINE
    marked |= part == _QUOTE
    place = np.flatnonzero(marked)
    kind = part[place]
    quotes = place[kind == _QUOTE]
    limit, is_open = _limit(data, start, part, quotes, separator)
    damage = -1 if sound or data.isascii() else data.find(_DAMAGE, start)
    if 0 <= damage - start < limit:
        limit, is_open = damage - start, False
    if quotes.size:
        within = np.cumsum(kind == _QUOTE, dtype=np.uint8)  # wraps around, which leaves odd and even
        within &= 1
        within |= kind == _QUOTE
        bare = np.flatnonzero(within == 0)
        place, kind = place[bare], kind[bare]
    if limit < part.size:
        place = place[: np.searchsorted(place, limit)]
        kind = kind[: place.size]
    rows = np.flatnonzero(kind == _NEWLINE)
    wrong = np.flatnonzero(rows != np.arange(width - 1, width * rows.size, width))
    if wrong.size:
        rows, is_open = rows[: wrong[0]], False
    ends = place[: width * rows.size].reshape(-1, width) + start
    if width == 1:
        # an empty line may be a missing answer, or stand at the end of the file
        sizes = np.diff(ends[:, 0], prepend=start - 1)
        blank = np.flatnonzero((sizes == 1) | ((sizes == 2) & (part[ends[:, 0] - 1 - start] == _RETURN)))
        if blank.size:
            ends, is_open = ends[: blank[0]], False
    if not len(ends):
        return None, start, is_open
    return Stretch(1, data, start, ends), int(ends[-1, -1]) + 1, is_open


def _limit(
    data: bytes, start: int, part: NDArray[np.uint8], quotes: NDArray[np.intp], separator: int
) -> tuple[int, bool]:
    """Return up to where quotes and returns are clean, and whether a quote is merely still open there."""
    limit, is_open = part.size, False
    if quotes.size:
        opening, closing = quotes[::2], quotes[1::2]
        if opening.size > closing.size:
            limit, is_open = int(opening[-1]), True
        before, after = part[opening - 1], part[closing + 1]
        before[:1] = _NEWLINE if opening[0] == 0 else before[:1]
        bad_before = (before != separator) & (before != _NEWLINE) & (before != _QUOTE)
        bad_after = (after != separator) & (after != _NEWLINE) & (after != _QUOTE)
        if bad_after.any():
            suspects = np.flatnonzero(bad_after)
            ended = (after[suspects] == _RETURN) & (part[np.minimum(closing[suspects] + 2, part.size - 1)] == _NEWLINE)
            bad_after[suspects[ended]] = False
        faults = np.concatenate([opening[bad_before], closing[bad_after]])
        if faults.size:
            limit, is_open = int(faults.min()), False
    if data.find(b"\r", start) >= 0:
        returns = np.flatnonzero(part == _RETURN)
        lone = returns[part[returns + 1] != _NEWLINE]
        lone = lone[np.searchsorted(quotes, lone) % 2 == 0]
        if lone.size and lone[0] < limit:
            limit, is_open = int(lone[0]), False
    return limit, is_open

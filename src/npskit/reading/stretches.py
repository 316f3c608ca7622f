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
    newlines = _bits(part == _NEWLINE)
    marks = newlines | _bits(part == separator)
    limit, is_open, records = part.size, False, newlines
    has_quotes, has_returns = data.find(b'"', start) >= 0, data.find(b"\r", start) >= 0
    if has_quotes or has_returns:
        quotes = _bits(part == _QUOTE)
        within = _odd(quotes)
        edges = marks | quotes
        before, after = _later(edges), _earlier(edges)
        before[0] |= np.uint64(1)  # a record begins here
        faults = np.zeros_like(quotes)
        if has_returns:
            returns = _bits(part == _RETURN)
            ending = returns & _earlier(newlines)
            after |= _earlier(ending)
            faults = returns & ~ending & ~within
        faults |= quotes & ((within & ~before) | ~(within | after))
        limit, is_open = _limit(quotes, faults, bool(within[-1] >> np.uint64(63)), part.size)
        marks &= ~within
        records = newlines & ~within
    damage = -1 if sound or data.isascii() else data.find(_DAMAGE, start)
    if 0 <= damage - start < limit:
        limit, is_open = damage - start, False
    place, rows = _places(marks, limit), _places(records, limit)
    full = min(len(rows), len(place) // width)
    wrong = np.flatnonzero(rows[:full] != place[width - 1 : width * full : width])
    if wrong.size or full < len(rows):
        full, is_open = int(wrong[0]) if wrong.size else full, False
    ends = place[: width * full].reshape(-1, width)
    ends += start
    if width == 1:
        # an empty line may be a missing answer, or stand at the end of the file
        sizes = np.diff(ends[:, 0], prepend=start - 1)
        blank = np.flatnonzero((sizes == 1) | ((sizes == 2) & (part[ends[:, 0] - 1 - start] == _RETURN)))
        if blank.size:
            ends, is_open = ends[: blank[0]], False
    if not len(ends):
        return None, start, is_open
    return Stretch(1, data, start, ends), int(ends[-1, -1]) + 1, is_open


# ---- which bytes are of a kind, as bits of words of 64, of which the lowest is the first ----

_Bits = NDArray[np.uint64]


def _bits(mask: NDArray[np.bool_]) -> _Bits:
    words = np.zeros((mask.size + 63) // 64, np.uint64)
    packed = np.packbits(mask, bitorder="little")
    words.view(np.uint8)[: packed.size] = packed
    return words if np.little_endian else words.byteswap()


def _places(bits: _Bits, limit: int) -> NDArray[np.intp]:
    """Return which bits are set, up to a limit."""
    words = bits if np.little_endian else bits.byteswap()
    flags = np.unpackbits(words.view(np.uint8), count=limit, bitorder="little")
    return np.flatnonzero(flags.view(np.bool_))


def _later(bits: _Bits) -> _Bits:
    """Return the bits, each one place on."""
    moved = bits << np.uint64(1)
    moved[1:] |= bits[:-1] >> np.uint64(63)
    return moved


def _earlier(bits: _Bits) -> _Bits:
    """Return the bits, each one place back."""
    moved = bits >> np.uint64(1)
    moved[:-1] |= bits[1:] << np.uint64(63)
    return moved


def _odd(bits: _Bits) -> _Bits:
    """Return where the number of bits so far, with the one that is there, is odd: from each opening quote on."""
    odd = bits.copy()
    for shift in (1, 2, 4, 8, 16, 32):
        odd ^= odd << np.uint64(shift)
    flips = np.bitwise_xor.accumulate(odd >> np.uint64(63))
    odd[1:] ^= np.uint64(0) - flips[:-1]
    return odd


def _limit(quotes: _Bits, faults: _Bits, odd: bool, size: int) -> tuple[int, bool]:
    """Return up to where quotes and returns are clean, and whether a quote is merely still open there."""
    limit, is_open = size, False
    if odd:
        at = int(np.flatnonzero(quotes)[-1])
        limit, is_open = 64 * at + int(quotes[at]).bit_length() - 1, True
    wrong = np.flatnonzero(faults)
    if wrong.size:
        word = int(faults[wrong[0]])
        fault = 64 * int(wrong[0]) + (word & -word).bit_length() - 1
        if fault <= limit:
            limit, is_open = fault, False
    return limit, is_open

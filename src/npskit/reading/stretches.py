"""Clean stretches of delimited text, split by NumPy a block at a time, without an object for each cell.

Clean are records that have a cell for each column, whose quotes stand around whole cells and are doubled within them,
and which hold nothing that could not be decoded. Whatever else there is, is left to the splitter of `delimited`, which
gives the same cells for clean records.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.intp]
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
        width: The number of columns.
        begins: Where each begins.
        stops: Where the line feed stands that ends it.
        ends: Where the cells of a column end, by column; of those that were asked for and the ones before them.
        looked: What was made of a column already, by column.
    """

    first: int
    data: bytes
    width: int
    begins: Places
    stops: Places
    ends: Mapping[int, Places]
    looked: Mapping[int, Any] = attrs.field(factory=dict)

    def __len__(self) -> int:
        return len(self.stops)

    def places(self, column: int) -> tuple[Places, Places]:
        """Return where the cells of a column begin and end, without the quotes around them."""
        begin = self.ends[column - 1] + 1 if column else self.begins
        data = np.frombuffer(self.data, np.uint8)
        if column == self.width - 1:
            end = self.stops
            end = end - ((data[end - 1] == _RETURN) & (end > begin))
        else:
            end = self.ends[column]
        quoted = (data[begin] == _QUOTE) & (end > begin)
        return (begin + quoted, end - quoted) if quoted.any() else (begin, end)

    def texts(self, begin: Places, end: Places) -> list[str]:
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

    def words(self, begin: Places, end: Places) -> NDArray[np.uint64] | None:
        """Return cells of at most 8 bytes as whole numbers; None if one is longer or holds a quote."""
        size = end - begin
        last = len(self.data) - WORD
        if last < 0 or size.max() > WORD:
            return None
        # the last cells may be nearer to the end of the text than a word is long
        late = int(np.searchsorted(begin, last, "right"))
        words = words_at(self.data, np.minimum(begin, last) if late < len(begin) else begin)
        words[late:] >>= (8 * (begin[late:] - last)).astype(np.uint64)
        words &= _MASKS[size]
        return None if b'""' in self.data and _holds(words, _QUOTE) else words


def words_at(data: bytes, places: Places) -> NDArray[np.uint64]:
    """Return the 8 bytes from each of some places on as a whole number, of which the first byte is the lowest."""
    view: NDArray[np.uint64] = np.ndarray((len(data) - WORD + 1,), "<u8", data, 0, (1,))
    return view[places].astype(np.uint64, copy=False)


def _holds(words: NDArray[np.uint64], byte: int) -> bool:
    return bool((words[:, None].view(np.uint8) == byte).any())


def clean(
    data: bytes, start: int, stop: int, separator: int, width: int, columns: Collection[int], *, sound: bool = False
) -> tuple[Stretch | None, int, bool]:
    """Return the clean records from `start` on up to the first that is not.

    Args:
        data: Text in UTF-8.
        start: Where a record begins.
        stop: The end of what is looked at, after a line feed.
        separator: The byte between cells.
        width: The number of columns.
        columns: The columns of which the cells will be asked for.
        sound: Whether it is known that there is no U+FFFD in it.

    Returns:
        The records, if there is one; where they end; and whether the one that follows is clean so far, but its end is
        not in the text.
    """
    part = np.frombuffer(data, np.uint8)[start:stop]
    # a word more than there is text: what is looked at may begin in the last one and end behind it
    mask = np.zeros(64 * (part.size // 64 + 2), np.bool_)
    newlines = _bits(part, _NEWLINE, mask)
    marks = newlines | _bits(part, separator, mask)
    limit, is_open, records = part.size, False, newlines
    has_quotes, has_returns = data.find(b'"', start, stop) >= 0, data.find(b"\r", start, stop) >= 0
    if has_quotes or has_returns:
        quotes = _bits(part, _QUOTE, mask)
        within = _odd(quotes)
        edges = marks | quotes
        before, after = _later(edges), _earlier(edges)
        before[0] |= np.uint64(1)  # a record begins here
        faults = np.zeros_like(quotes)
        if has_returns:
            returns = _bits(part, _RETURN, mask)
            ending = returns & _earlier(newlines)
            after |= _earlier(ending)
            faults = returns & ~ending & ~within
        faults |= quotes & ((within & ~before) | ~(within | after))
        limit, is_open = _limit(quotes, faults, bool(within[-1] >> np.uint64(63)), part.size)
        np.invert(within, out=within)
        marks &= within
        records = newlines & within
    damage = -1 if sound or data.isascii() else data.find(_DAMAGE, start, stop)
    if 0 <= damage - start < limit:
        limit, is_open = damage - start, False
    if limit < part.size:
        for bits in (marks, records):
            bits[limit >> 6] &= np.uint64((1 << (limit & 63)) - 1)
            bits[(limit >> 6) + 1 :] = 0
    found, stops = Marks.of(marks), _places(records)
    wrong = np.flatnonzero(found.before(stops) != np.arange(width - 1, width * len(stops), width))
    if wrong.size:
        stops, is_open = stops[: wrong[0]], False
    begins = np.empty_like(stops)
    begins[:1], begins[1:] = 0, stops[:-1] + 1
    if width == 1:
        # an empty line may be a missing answer, or stand at the end of the file
        blank = np.flatnonzero((stops == begins) | ((stops == begins + 1) & (part[begins] == _RETURN)))
        if blank.size:
            stops, begins, is_open = stops[: blank[0]], begins[: blank[0]], False
    if not len(stops):
        return None, start, is_open
    needed = {end for column in columns for end in (column - 1, column) if 0 <= end < width - 1}
    ends = found.ends(begins, width, needed)
    if start:
        begins, stops, ends = begins + start, stops + start, {column: end + start for column, end in ends.items()}
    return Stretch(1, data, width, begins, stops, ends), int(stops[-1]) + 1, is_open


# ---- which bytes are of a kind, as bits of words of 64, of which the lowest is the first ----

_Bits = NDArray[np.uint64]
_ONE = np.uint64(1)


def _bits(part: NDArray[np.uint8], byte: int, mask: NDArray[np.bool_]) -> _Bits:
    """Return which bytes are this one; the mask is written to, and has nothing set behind them."""
    np.equal(part, byte, out=mask[: part.size])
    return np.packbits(mask, bitorder="little").view("<u8").astype(np.uint64, copy=False)


def _places(bits: _Bits) -> Places:
    """Return which bits are set; the fewer there are, the faster."""
    octets = bits.astype("<u8", copy=False).view(np.uint8)
    hit = np.flatnonzero(octets != 0)
    place = np.flatnonzero(np.unpackbits(octets[hit], bitorder="little").view(np.bool_))
    found: Places = (hit[place >> 3] << 3) + (place & 7)
    return found


@attrs.frozen(eq=False)
class Marks:
    """Where cells end, as bits.

    Args:
        bits: The bits, the last 64 of which are not set.
        upto: How many are set up to the end of each word.
    """

    bits: _Bits
    upto: NDArray[np.intp]

    @classmethod
    def of(cls, bits: _Bits) -> Marks:
        """Count the bits."""
        return cls(bits, np.cumsum(np.bitwise_count(bits), dtype=np.intp))

    def before(self, places: Places) -> NDArray[np.intp]:
        """Return how many there are before each of some places."""
        word = places >> 6
        rest = self.bits[word] >> (places & 63).astype(np.uint64)
        found: NDArray[np.intp] = self.upto[word] - np.bitwise_count(rest)
        return found

    def ends(self, begins: Places, width: int, columns: Collection[int]) -> dict[int, Places]:
        """Return where the cells of some columns end, but for the last column, in records with a cell for each.

        Most are among the next 64 bytes from the begin of the record, or from the last one that was not, so that they
        are found by taking away the lowest bits; the others are counted out.
        """
        found = dict[int, Places]()
        origin, window, at = begins, self._from(begins), 0
        for column in sorted(columns):
            for _ in range(min(column - at, 64)):
                window &= window - _ONE
            place = origin + np.bitwise_count(~window & (window - _ONE))
            far = np.flatnonzero(window == 0)
            if far.size:
                place[far] = self._nth(width * far + column)
                origin = origin.copy()
                origin[far], window[far] = place[far], self._from(place[far])
            found[column], at = place, column
        return found

    def _from(self, places: Places) -> _Bits:
        """Return the next 64 bits from each of some places on."""
        word, shift = places >> 6, (places & 63).astype(np.uint64)
        bits: _Bits = self.bits[word] >> shift
        following = self.bits[word + 1] << _ONE
        bits |= following << (np.uint64(63) - shift)
        return bits

    def _nth(self, numbers: NDArray[np.intp]) -> Places:
        """Return where bits stand, by their numbers from 0."""
        word = np.searchsorted(self.upto, numbers, "right")
        bits = self.bits[word]
        more = numbers - self.upto[word] + np.bitwise_count(bits)
        for i in range(int(more.max())):
            bits = np.where(more > i, bits & (bits - _ONE), bits)
        found: Places = (word << 6) + np.bitwise_count(~bits & (bits - _ONE))
        return found


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

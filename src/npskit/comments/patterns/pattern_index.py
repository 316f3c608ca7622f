"""Many patterns in many comments: a column of texts is searched for first letters before any pattern is looked at."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Frozen
from npskit.comments.patterns.comment_patterns import LETTER, Beginning, Lists, beginnings
from npskit.comments.patterns.folding import folded

# A code point that is no character, and so in no word, stands between comments.
BETWEEN = "\ufdd0"
_FIRST_LETTERS = 4


@attrs.define(eq=False)
class _Starting:
    """The patterns of one beginning, compiled when a comment first has it."""

    patterns: list[tuple[str, int]] = attrs.field(factory=list)
    _any: re.Pattern[str] | None = None
    _each: list[tuple[re.Pattern[str], int]] = attrs.field(factory=list)

    def matches(self, text: str, place: int) -> Iterator[tuple[re.Match[str], int]]:
        """Yield what matches at a place of a text, with whose pattern it is."""
        if self._any is None:
            self._any = re.compile("|".join(regex for regex, _ in self.patterns))
        if self._any.match(text, place) is None:
            return
        if not self._each:
            self._each = [(re.compile(regex), owner) for regex, owner in self.patterns]
        for regex, owner in self._each:
            found = regex.match(text, place)
            if found is not None:
                yield found, owner


@attrs.frozen(eq=False)
class _Letters(Frozen):
    """Patterns by so many first letters.

    Args:
        size: How many first letters.
        hashes: For each 16-bit hash of so many letters, 0 where no pattern begins with them, or bits: 1 that one does,
            2 that it may begin inside a word, 4 that the word may go on behind those letters.
        groups: The patterns that begin with some letters.
    """

    size: int
    hashes: NDArray[np.uint8]
    groups: dict[str, _Starting]

    def places(self, codes: NDArray[np.uint16]) -> NDArray[np.intp]:
        """Return where a pattern may begin."""
        if len(codes) < self.size:
            return np.empty(0, dtype=np.intp)
        bits = self.hashes[_hashes(codes, self.size)]
        places = np.flatnonzero(bits)
        bits, letters = bits[places], _letters()
        inside = letters[codes[places - 1]] & (places > 0)
        goes_on = letters[codes[np.minimum(places + self.size, len(codes) - 1)]] & (places + self.size < len(codes))
        return places[(~inside | (bits & 2 > 0)) & (~goes_on | (bits & 4 > 0))]


class PatternIndex:
    """Patterns of several owners, numbered from 0.

    Args:
        patterns: The patterns of each owner.
        lists: The lists that they name.
    """

    def __init__(self, patterns: Sequence[Sequence[str]], lists: Lists) -> None:
        groups: dict[int, dict[str, _Starting]] = {}
        bits: dict[int, dict[str, int]] = {}
        for owner, own in enumerate(patterns):
            for begin in (begin for pattern in own for begin in beginnings(pattern, lists)):
                size = min(len(begin.literal), _FIRST_LETTERS)
                first = begin.literal[:size]
                groups.setdefault(size, {}).setdefault(first, _Starting()).patterns.append((begin.regex, owner))
                known = bits.setdefault(size, {})
                known[first] = known.get(first, 0) | _bits(begin, size)
        self._letters = [_Letters(size, _table(bits[size], size), found) for size, found in groups.items()]

    def matches(self, comments: Sequence[str]) -> Iterator[tuple[int, int, re.Match[str], str]]:
        """Yield what matches: the comment, whose pattern, the match in the comment as it is folded, and that text."""
        yield from self.in_folded([folded(comment.replace(BETWEEN, " ")) for comment in comments])

    def in_folded(self, texts: Sequence[str]) -> Iterator[tuple[int, int, re.Match[str], str]]:
        """Yield the same of texts that are folded already."""
        whole = BETWEEN.join(texts)
        codes = _code_points(whole)
        starts = np.cumsum([0, *(len(text) + 1 for text in texts)])
        for letters in self._letters:
            places = letters.places(codes)
            rows = np.searchsorted(starts, places, side="right") - 1
            within = places - starts[rows]
            for place, row, offset in zip(places.tolist(), rows.tolist(), within.tolist(), strict=True):
                group = letters.groups.get(whole[place : place + letters.size])
                if group is not None:
                    for match, owner in group.matches(texts[row], offset):
                        yield row, owner, match, texts[row]


def _bits(begin: Beginning, size: int) -> int:
    goes_on = begin.goes_on or len(begin.literal) > size
    return 1 | (2 if begin.inside else 0) | (4 if goes_on else 0)


def _table(bits: dict[str, int], size: int) -> NDArray[np.uint8]:
    """Return the bits of each hash."""
    found = np.zeros(1 << 16, dtype=np.uint8)
    places = _hashes(_code_points("".join(bits)), size)[::size]
    np.bitwise_or.at(found, places, np.array(list(bits.values()), dtype=np.uint8))
    return found


@functools.cache
def _letters() -> NDArray[np.bool_]:
    """Return for each 16-bit code whether it is part of words; what lies beyond counts as none."""
    found = np.zeros(1 << 16, dtype=bool)
    found[[ord(letter) for letter in re.findall(LETTER, "".join(map(chr, range(0xFFFF))))]] = True
    return found


def _code_points(text: str) -> NDArray[np.uint16]:
    """Return the code points of a text; those beyond 16 bits as 0xFFFF, which is no character."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return np.minimum(points, 0xFFFF).astype(np.uint16)


def _hashes(codes: NDArray[np.uint16], size: int) -> NDArray[np.uint16]:
    """Return a 16-bit hash of the `size` letters from each place on."""
    count = len(codes) - size + 1
    found = codes[:count].copy()
    for step in range(1, size):
        found *= np.uint16(31)
        found += codes[step : step + count]
    return found

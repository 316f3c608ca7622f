"""Many patterns in many comments: a column of texts is searched for first letters before any pattern is looked at."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Frozen
from npskit.comments.patterns.comment_patterns import LETTER, Beginning, Lists, beginnings, one_of_regexes
from npskit.comments.patterns.folding import BETWEEN

_FIRST_LETTERS = 4


@attrs.define(eq=False)
class _Starting:
    """The patterns of one beginning, compiled when a comment first has it."""

    patterns: list[tuple[str, int]] = attrs.field(factory=list)
    _any: re.Pattern[str] | None = None
    _each: list[tuple[re.Pattern[str], int]] = attrs.field(factory=list)

    def may_match(self, text: str, place: int) -> bool:
        """Whether one of them matches at a place of a text."""
        if self._any is None:
            self._any = re.compile(one_of_regexes([regex for regex, _ in self.patterns]))
        return self._any.match(text, place) is not None

    def matches(self, text: str, place: int) -> Iterator[tuple[re.Match[str], int]]:
        """Yield what matches at a place of a text, with whose pattern it is."""
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
            2 that it may begin inside a word, 4 that the word may go on behind those letters, 8 that anything may
            follow it.
        following: For each 16-bit hash of so many letters and the two that the next word begins with, whether a pattern
            begins so.
        groups: The patterns that begin with some letters.
    """

    size: int
    hashes: NDArray[np.uint8]
    following: NDArray[np.bool_]
    groups: dict[str, _Starting]

    def places(self, text: _CodePoints) -> NDArray[np.intp]:
        """Return where a pattern may begin."""
        codes, size = text.codes, self.size
        if len(codes) < size:
            return np.empty(0, dtype=np.intp)
        hashes = _hashes(codes, size)
        bits = self.hashes[hashes]
        places = np.flatnonzero(bits)
        bits = bits[places]
        inside = text.letters[places - 1] & (places > 0)
        goes_on = text.letters[np.minimum(places + size, len(codes) - 1)] & (places + size < len(codes))
        kept = (~inside | (bits & 2 > 0)) & (~goes_on | (bits & 4 > 0))
        places, bits = places[kept], bits[kept]
        follows = self.following[_with_next(hashes[places], text.next_words(places + size))]
        return places[follows | (bits & 8 > 0)]


@attrs.frozen(eq=False)
class _CodePoints(Frozen):
    """A text as numbers: its code points, which are letters, and where words begin with what first two letters."""

    codes: NDArray[np.uint16]
    letters: NDArray[np.bool_]
    starts: NDArray[np.intp]
    first_two: NDArray[np.uint16]

    @classmethod
    def of(cls, text: str) -> _CodePoints:
        """Return the numbers of a text; those beyond 16 bits are 0xFFFF, which is no character."""
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        codes = np.minimum(points, 0xFFFF).astype(np.uint16)
        letters = _letters()[codes]
        starts = np.flatnonzero(letters & ~np.append(False, letters[:-1]))
        second = np.append(np.where(letters, codes, 0)[1:], np.uint16(0))
        found = _pairs(codes[starts], second[starts])
        return cls(codes, letters, np.append(starts, len(codes)), np.append(found, np.uint16(0)))

    def next_words(self, places: NDArray[np.intp]) -> NDArray[np.uint16]:
        """Return the first two letters of the next word behind some places in words or at their ends."""
        return self.first_two[np.searchsorted(self.starts, places)]


class PatternIndex:
    """Patterns of several owners, numbered from 0.

    Args:
        patterns: The patterns of each owner.
        lists: The lists that they name.
    """

    def __init__(self, patterns: Sequence[Sequence[str]], lists: Lists) -> None:
        known: dict[int, list[tuple[str, Beginning]]] = {}
        groups: dict[int, dict[str, _Starting]] = {}
        for owner, own in enumerate(patterns):
            for begin in (begin for pattern in own for begin in beginnings(pattern, lists)):
                size = min(len(begin.literal), _FIRST_LETTERS)
                first = begin.literal[:size]
                groups.setdefault(size, {}).setdefault(first, _Starting()).patterns.append((begin.regex, owner))
                known.setdefault(size, []).append((first, begin))
        self._letters = [_Letters(size, *_tables(known[size], size), found) for size, found in groups.items()]

    def in_folded(self, texts: Sequence[str]) -> Iterator[tuple[int, int, re.Match[str], str]]:
        """Yield what matches in texts as they are folded: the text's number, whose pattern, the match, and the text."""
        whole = BETWEEN.join(texts)
        points = _CodePoints.of(whole)
        starts = np.cumsum([0, *(len(text) + 1 for text in texts)])
        for letters in self._letters:
            places = letters.places(points)
            rows = np.searchsorted(starts, places, side="right") - 1
            within = places - starts[rows]
            for place, row, offset in zip(places.tolist(), rows.tolist(), within.tolist(), strict=True):
                group = letters.groups.get(whole[place : place + letters.size])
                if group is not None and group.may_match(texts[row], offset):
                    for match, owner in group.matches(texts[row], offset):
                        yield row, owner, match, texts[row]


def _tables(known: Sequence[tuple[str, Beginning]], size: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return the bits of each hash of first letters, and which hashes with those of the next word there are."""
    bits, following = np.zeros(1 << 16, dtype=np.uint8), np.zeros(1 << 16, dtype=np.bool_)
    for first, begin in known:
        goes_on = begin.goes_on or len(begin.literal) > size
        place = _hashes(_CodePoints.of(first).codes, size)
        bits[place] |= 1 | (2 if begin.inside else 0) | (4 if goes_on else 0) | (8 if begin.then is None else 0)
        for then in begin.then or ():
            following[_with_next(place, _CodePoints.of(then).first_two[:1])] = True
    return bits, following


@functools.cache
def _letters() -> NDArray[np.bool_]:
    """Return for each 16-bit code whether it is part of words; what lies beyond counts as none."""
    found = np.zeros(1 << 16, dtype=bool)
    found[[ord(letter) for letter in re.findall(LETTER, "".join(map(chr, range(0xFFFF))))]] = True
    return found


def _pairs(first: NDArray[np.uint16], second: NDArray[np.uint16]) -> NDArray[np.uint16]:
    return first * np.uint16(257) + second


def _with_next(hashes: NDArray[np.uint16], following: NDArray[np.uint16]) -> NDArray[np.uint16]:
    return hashes * np.uint16(31) + following


def _hashes(codes: NDArray[np.uint16], size: int) -> NDArray[np.uint16]:
    """Return a 16-bit hash of the `size` letters from each place on."""
    count = len(codes) - size + 1
    found = codes[:count].copy()
    for step in range(1, size):
        found *= np.uint16(31)
        found += codes[step : step + count]
    return found

"""Texts as they are compared, as runs of letters: where each run stands, and which word it is."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Codes, Frozen
from npskit.comments.patterns.comment_patterns import RUN, STOPS
from npskit.comments.patterns.folding import BETWEEN
from npskit.data import slices

_BLOCK = 1 << 13  # texts that are read at once
_LETTER, _DIGIT, _POINT, _STOP = 1, 2, 4, 8
_NOTHING = (*np.empty((4, 0), np.intp), np.empty(0, np.bool_))


@attrs.frozen(eq=False)
class FoldedTexts(Frozen):
    """Texts as runs of letters, in their order; most words repeat, so each is told once.

    Args:
        texts: The texts as they are folded.
        rows: The text of each run, ascending, shape `(runs,)`.
        starts: Where in its text each begins.
        codes: Which of `words` each is.
        sentences: The sentence of each, numbered through all texts.
        joined: Whether each is the end of a number, or of a word, that has a point in it: "1.50" is one word.
        words: The distinct runs.
        lengths: How many letters each of these has.
    """

    texts: tuple[str, ...]
    rows: Codes
    starts: Codes
    codes: Codes
    sentences: Codes
    joined: Bools
    words: tuple[str, ...]
    lengths: Codes

    @classmethod
    def of(cls, texts: Sequence[str]) -> FoldedTexts:
        """Return the runs of texts that are folded.

        Example:
            >>> found = FoldedTexts.of(["too loud, too cold", "", "loud"])
            >>> found.words, found.rows.tolist(), found.starts.tolist()
            (('too', 'loud', 'cold'), [0, 0, 0, 0, 2], [0, 4, 10, 14, 0])
        """
        index: dict[str, int] = {}
        parts, ended = [], 0
        for at in slices(len(texts), _BLOCK):
            block = texts[at]
            whole = BETWEEN.join(block)
            found = RUN.findall(whole)
            for run in dict.fromkeys(found):
                index.setdefault(run, len(index))
            codes = np.fromiter(map(index.__getitem__, found), np.intp, len(found))
            begins = np.cumsum([0, *(len(text) + 1 for text in block)])
            starts, sentences, joined = _places(whole)
            rows = np.searchsorted(begins, starts, side="right") - 1
            parts.append((rows + at.start, starts - begins[rows], codes, sentences + ended, joined))
            ended += int(sentences[-1]) + 1 if len(sentences) else 0
        rows, starts, codes, sentences, joined = map(np.concatenate, zip(_NOTHING, *parts, strict=True))
        lengths = np.fromiter(map(len, index), np.intp, len(index))
        return cls(tuple(texts), rows, starts, codes, sentences, joined.astype(np.bool_), tuple(index), lengths)


def _places(text: str) -> tuple[Codes, Codes, Bools]:
    """Return where runs of letters begin in a text, the sentence of each, and which are the end of a number."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    kinds = _kinds()
    beyond = points >= len(kinds)
    known = kinds[np.where(beyond, 0, points)]
    if beyond.any():
        for point in np.unique(points[beyond]).tolist():
            known[points == point] = _kind(chr(point))
    letters = known & _LETTER > 0
    starts = np.flatnonzero(letters & ~np.append(False, letters[:-1]))
    inside = np.zeros(len(points), np.bool_)  # a point between two digits
    inside[1:-1] = letters[:-2] & (known[1:-1] & _POINT > 0) & (known[2:] & _DIGIT > 0)
    stops: Codes = np.cumsum((known & _STOP > 0) & ~inside)
    return starts, np.asarray(stops[starts]), np.asarray(inside[np.maximum(starts - 1, 0)] & (starts > 0))


def _kind(character: str) -> int:
    """Return as bits what a character is."""
    letter = RUN.match(character) is not None
    return (
        letter * _LETTER + character.isdecimal() * _DIGIT + (character in ".,:") * _POINT + (character in STOPS) * _STOP
    )


@functools.cache
def _kinds() -> NDArray[np.uint8]:
    """Return what each code point of 16 bits is."""
    return np.fromiter(map(_kind, map(chr, range(1 << 16))), np.uint8, 1 << 16)

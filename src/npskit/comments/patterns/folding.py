"""How comments are compared: without case, accents, umlauts, apostrophes and stretched letters."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable

import numpy as np

# A code point that is no character, and so in no word, stands between comments.
BETWEEN = "\ufdd0"
# Accents and other marks that stand on a letter of Latin script; those of Thai are letters and stay.
_MARKS = re.compile("[\u0300-\u036f\u200b-\u200d\u2060\ufeff\u00ad'\u2018\u2019\u02bc`\u00b4]+")
_JOINERS = re.compile("[_\u2010-\u2015-]+")
_REPEATED = re.compile(r"(.)\1\1+")
# Thai as it is typed: one vowel as two of another, and a mark of a vowel before that of the tone.
_TYPED = re.compile("\u0e40\u0e40|\u0e4d([\u0e48-\u0e4b])")
# Letters that no decomposition knows.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ı": "i"})
_WORDS_AND_BLANKS = re.compile(r"\s+|\S+")
# Both accents stand for an apostrophe, and are decomposed to a blank and a mark.
_ACCENTS = str.maketrans("", "", "`\u00b4")


def well_typed(text: str) -> str:
    """Return a text with the vowels of Thai as they are to be typed: the same word looks alike however it was.

    Example:
        >>> well_typed("\u0e40\u0e40\u0e22\u0e48") == "\u0e41\u0e22\u0e48"
        True
    """
    return _TYPED.sub(lambda found: f"{found[1]}\u0e4d" if found[1] else "\u0e41", text)


def folded(text: str) -> str:
    """Return a comment as it is compared.

    An umlaut is its plain letter, and so is one that is written with an e; hyphens are blanks, apostrophes nothing; a
    letter three times and more stands once.

    Example:
        >>> folded("Kündigung"), folded("KUENDIGUNG"), folded("Złodzieje"), folded("don’t"), folded("heeelp")
        ('kundigung', 'kundigung', 'zlodzieje', 'dont', 'help')
    """
    return _finished(_REPEATED.sub(_once, _begun(text)))


def _begun(text: str) -> str:
    """Return a text in small letters without accents, letters that are stretched as they stand."""
    found = text.casefold()
    if found.isascii():  # the same, where a few plain characters are all that there can be
        return found.replace("'", "").replace("`", "")
    found = unicodedata.normalize("NFKD", found.translate(_ACCENTS)).casefold().translate(_LETTERS)
    found = unicodedata.normalize("NFKD", found)
    return _MARKS.sub("", well_typed(found))


def _finished(text: str) -> str:
    if "-" in text or "_" in text or not text.isascii():
        text = _JOINERS.sub(" ", text)
    return text.replace("ae", "a").replace("oe", "o").replace("ue", "u")


def _once(found: re.Match[str]) -> str:
    """Return a stretched letter, of any script, once; digits and what is no letter as they stand."""
    return found[1] if found[1].isalnum() and not found[1].isdecimal() else found[0]


def folded_each(comments: Iterable[str]) -> list[str]:
    """Return comments as they are compared, each without what stands between comments."""
    found = [_begun(comment.replace(BETWEEN, " ")) for comment in comments]
    whole = BETWEEN.join(found)
    points = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    # few comments have a character three times, which takes long to see one by one
    three = np.flatnonzero((points[2:] == points[1:-1]) & (points[1:-1] == points[:-2]))
    rows = np.searchsorted(np.cumsum([len(text) + 1 for text in found]), three, side="right")
    for row in np.unique(rows).tolist():
        found[row] = _REPEATED.sub(_once, found[row])
    return list(map(_finished, found))


def original(text: str, begin: int, end: int) -> str:
    """Return the part of a text that stands at some places of the folded one.

    Example:
        >>> original("Sehr VERÄRGERT!", 5, 14)
        'VERÄRGERT'
    """
    return text[_place(text, begin) : _place(text, end)]


def _place(text: str, wanted: int) -> int:
    """Return the shortest beginning of a text that is so long when folded; what folding changes ends at blanks."""
    begin = 0
    for word in _WORDS_AND_BLANKS.findall(text):
        size = _folded_size(word)
        if size >= wanted:
            return begin + _place_in_word(word, wanted)
        begin += len(word)
        wanted -= size
    return begin


def _place_in_word(word: str, wanted: int) -> int:
    low, high = 0, len(word)
    while low < high:
        middle = (low + high) // 2
        if len(folded(word[:middle])) < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@functools.lru_cache(1 << 14)
def _folded_size(word: str) -> int:
    return len(folded(word))

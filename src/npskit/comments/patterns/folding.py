"""How comments are compared: without case, accents, umlauts, apostrophes and stretched letters."""

from __future__ import annotations

import re
import unicodedata

# Accents and other marks that stand on a letter of Latin script; those of Thai are letters and stay.
_MARKS = re.compile("[\u0300-\u036f\u200b-\u200d\u2060\ufeff\u00ad'\u2018\u2019\u02bc`\u00b4]+")
_JOINERS = re.compile("[_\u2010-\u2015-]+")
_UMLAUT = re.compile("(?<=[aou])e")
_STRETCHED = re.compile(r"([^\W\d_])\1\1+")  # of any script
# Thai as it is typed: one vowel as two of another, and a mark of a vowel before that of the tone.
_TYPED = re.compile("\u0e40\u0e40|\u0e4d([\u0e48-\u0e4b])")
# Letters that no decomposition knows.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ı": "i"})
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
    found = text.casefold()
    if not found.isascii():
        found = unicodedata.normalize("NFKD", found.translate(_ACCENTS)).casefold().translate(_LETTERS)
        found = unicodedata.normalize("NFKD", found)
        found = well_typed(found)
    found = _STRETCHED.sub(r"\1", _MARKS.sub("", found))
    return _UMLAUT.sub("", _JOINERS.sub(" ", found))


def original(text: str, begin: int, end: int) -> str:
    """Return the part of a text that stands at some places of the folded one.

    Example:
        >>> original("Sehr VERÄRGERT!", 5, 14)
        'VERÄRGERT'
    """
    if len(folded(text)) == len(text):  # letter by letter, as nearly always
        return text[begin:end]
    return text[_place(text, begin) : _place(text, end)]


def _place(text: str, wanted: int) -> int:
    """Return the shortest beginning of a text that is so long when folded."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high) // 2
        if len(folded(text[:middle])) < wanted:
            low = middle + 1
        else:
            high = middle
    return low

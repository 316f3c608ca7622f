"""The whole number that a text stands for: bare, in brackets or quotes, or with a label around it.

The rules are those of `npskit.data.answers`.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from typing import Final, Literal

from npskit.arrays import lazy_pattern
from npskit.data.answer_words import is_label
from npskit.data.words import NOTHING


class Unusable(enum.Enum):
    """The type of `INVALID`, an answer that was given but is no whole number."""

    INVALID = "invalid"

    def __repr__(self) -> str:
        return self.name


INVALID: Final = Unusable.INVALID

# Longer text is a comment, not a label; this also bounds what the patterns below can be made to do.
_LONGEST_LABEL = 200
_LONGEST_LOOSE = 80

_NUMBER = r"(?P<number>[+\-−]?\d+)(?:[.,](?:0{1,2}|0{4,}))?"
_WHOLE = lazy_pattern(_NUMBER)
_OPEN, _CLOSED = r"""["'“”„‚‘’`´«»‹›「『【〔(\[{<]""", r"""["'“”‘’`´»›」』】〕)\]}>]"""
_WRAPPED = lazy_pattern(rf"=?{_OPEN}*\s?{_NUMBER}\s?{_CLOSED}*[.,;:!]*")
_NUMBER_FIRST = lazy_pattern(
    _NUMBER + r"(?:\s+[-–—]\s*|[-–—]\s+|\s*[=:]\s*|\s*(?=[(\[])|[.)]\s+)(?P<label>\D.*)", re.DOTALL
)
_NUMBER_LAST = lazy_pattern(
    r"(?P<label>.*?)(?:\s[-–—]\s+(?=\d)|[=:]\s*|(?P<open>[(\[]\s*))" + _NUMBER + r"(?(open)\s*[)\]])", re.DOTALL
)
# What may part a number and a label that is known to be one; and signs that belong to the number, which are no label.
_MARKS = " \t-–—_/|,;.:()[]、。・=!?'\""
_OURS = "%‰°+<>~≈±$€£¥#^*�"
_BEGINS = lazy_pattern(rf"=?{_OPEN}*\s?{_NUMBER}")
_ENDS = lazy_pattern(rf"(?<!\d){_NUMBER}\Z")
# Letters of alphabets that a number never touches as a label does: "10th", "A10", "10x".
_ALPHABET = lazy_pattern(r"[A-Za-zªº\u00c0-\u058f]")
_DIGITS = lazy_pattern(r"\d+")
_LETTER = lazy_pattern(r"[^\W\d_]")
# The number once more, in brackets behind its label.
_AGAIN = lazy_pattern(r"\s*[(\[]\d+[)\]]\Z")
# Signs that are not seen, the frames of digits in keycaps, and skin tones and styles of emoji.
_UNSEEN = lazy_pattern(
    r"[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\u20e3\ufe00-\ufe0f\ufeff\U0001f3fb-\U0001f3ff]"
)
# What web pages write around a text.
_MARKUP = lazy_pattern(r"</?[a-zA-Z][^<>]*>|&nbsp;|^[•·▪◦‣] ?")
# They would become digits like the others.
_SMALL = lazy_pattern(r"[\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u209f\u2150-\u215f\u2189]")


def plain_text(text: str) -> str:
    """Return a text without what cannot be seen, wide signs as the usual ones, and with single spaces.

    Example:
        >>> plain_text("１０\u200b\u00a0：  yes "), plain_text("9½")
        ('10 : yes', '9½')
    """
    if not text.isascii():
        text = _UNSEEN.sub("", text).replace("🔟", "10")
        if not _SMALL.search(text):
            text = unicodedata.normalize("NFKC", text)
    return " ".join(text.split())


def parse_text(text: str) -> int | Literal[Unusable.INVALID] | None:
    """Read text by rules 4 to 7 of `npskit.data.answers`."""
    text = text.strip()
    if text.casefold() in NOTHING:
        return None
    try:
        if found := _WHOLE.fullmatch(text):
            return _number(found)
        text = plain_text(_MARKUP.sub(" ", text))
        if text.casefold() in NOTHING:
            return None
        if found := _WRAPPED.fullmatch(text):
            return _number(found)
        if len(text) > _LONGEST_LABEL or not _DIGITS.search(text):
            return INVALID
        return _parse_label(text)
    except ValueError:  # more digits than int() reads
        return INVALID


def _parse_label(text: str) -> int | Literal[Unusable.INVALID]:
    """Return the one number a label stands around."""
    for pattern in (_NUMBER_FIRST, _NUMBER_LAST):
        found = pattern.fullmatch(text)
        if found and _LETTER.search(found["label"]):
            number = _number(found)
            if all(int(other) == abs(number) for other in _DIGITS.findall(found["label"])):
                return number
    loose = loose_label(text)
    return loose[0] if loose is not None and is_label(loose[1]) else INVALID


def loose_label(text: str) -> tuple[int, str] | None:
    """Return the one number of a text that begins or ends with it, and the text beside it; None where there is none.

    Example:
        >>> loose_label("10 Extremely likely"), loose_label("iPhone 10"), loose_label("2-3"), loose_label("10th")
        ((10, 'Extremely likely'), (10, 'iPhone'), None, None)
    """
    if len(text) > _LONGEST_LOOSE:
        return None
    if found := _BEGINS.match(text):
        number, rest = _number(found), text[found.end() :]
        label = rest.lstrip(_MARKS + "=")
        touches, beside = label == rest, label[:1]
    else:
        whole = text.rstrip(" .!" + _CLOSED[1:-1])
        found = _ENDS.search(whole) if whole[-1:].isdigit() else None
        if found is None:
            return None
        number, rest = _number(found), whole[: found.start()]
        if number < 0 or found["number"][0] in "+-−":  # a dash after a letter parts, one after a blank may be a minus
            if rest[-1:] == " ":
                return None
            number, rest = abs(number), f"{rest}-"
        label = rest.rstrip(_MARKS + "=")
        touches, beside = label == rest, label[-1:]
    if not label or beside in _OURS or beside.isdigit() or (touches and _ALPHABET.match(beside)):
        return None
    if any(int(other) != abs(number) for other in _DIGITS.findall(label)):
        return None
    return number, _AGAIN.sub("", label).strip(_MARKS)


def _number(found: re.Match[str]) -> int:
    return int(found["number"].replace("−", "-"))

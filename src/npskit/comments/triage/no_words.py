"""What is told without words: links, keyboard mash, lone digits and punctuation, and pictures of a mood."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence

from npskit.comments.patterns import folded, said_beside
from npskit.data import UNSPACED

# A web address, the handle of a messenger, or a telephone number that one is to call.
_WEB = (
    r"https?://|www\.|\b[\w-]+\.(?:com|net|org|info|biz|xyz|online|shop|site|store|club|top|io|me|ru|cn|de|pl|th|co)\b(?!\w*@)"
    r"|bit\.ly"
)
_ADDRESS = re.compile(_WEB, re.IGNORECASE)
_LINK = re.compile(rf"{_WEB}|(?<![\w.])@[A-Za-z][\w.]{{3,}}|\+?\d[\d\s().-]{{7,}}\d", re.IGNORECASE)
# Whatever holds a link holds this, which is found at once.
_OF_LINK = re.compile(r"\.[a-z]|[/@]|\d[\d\s().-]{7}|www\.", re.IGNORECASE)
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_WORDS = re.compile(r"[^\W\d_][\w\u0e31-\u0e4e]*")
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{6,}")
_REPEATED = re.compile(r"(.{1,4}?)\1{2,}")
_VOWELS = set("aeiouy")
_ALONG = 0.6
_UNSPACED_WORD = 4


def has_link(text: str) -> bool:
    """Whether a text holds a web address, a handle or a telephone number.

    Example:
        >>> [has_link(text) for text in ("see www.example.com", "call 555 123 4567 now", "open 9-5", "at 10.30")]
        [True, True, False, False]
    """
    return _OF_LINK.search(text) is not None and _LINK.search(text) is not None


def has_address(text: str) -> bool:
    """Whether a text holds a web address.

    Example:
        >>> [has_address(text) for text in ("see www.example.com", "call 555 123 4567", "@example")]
        [True, False, False]
    """
    return _ADDRESS.search(text) is not None


def leads_away(text: str) -> bool:
    """Whether a text holds more to go to than an e-mail address or a telephone number, which may be the writer's own.

    Example:
        >>> [leads_away(text) for text in ("see www.example.com", "on telegram @coach_ann", "call me: 555 123 4567")]
        [True, True, False]
    """
    return has_link(said_beside(text))


def how_many_words(text: str) -> int:
    """Return how many words a text has beside numbers and links; about four letters are one where no spaces are.

    Example:
        >>> how_many_words("call me: 555 123 4567"), how_many_words("ส่งของช้ามาก โทร ๐๘๑-๒๓๔-๕๖๗๘")
        (2, 4)
    """
    return sum(max(1, len(word) // _UNSPACED_WORD) if UNSPACED.search(word) else 1 for word in words_in(text))


def words_in(text: str) -> list[str]:
    """Return the words of a text, without numbers and links."""
    return _WORDS.findall(_LINK.sub(" ", text) if has_link(text) else text)


def says_nothing(text: str, marks: str) -> bool:
    """Whether a text holds no letters and no mark that tells a mood: a lone digit, or punctuation.

    Example:
        >>> says_nothing("7", "👍"), says_nothing("...", "👍"), says_nothing("👍", "👍"), says_nothing("10/10", "👍")
        (True, True, False, False)
    """
    found = _LETTER_OR_DIGIT.findall(text)
    if found and not found[0].isdigit():  # as nearly always
        return False
    if not set(marks).isdisjoint(text):
        return False
    return not found or (all(letter.isdigit() for letter in found) and not re.search(r"\d\D+\d", text))


def is_mashed(text: str, rows: Sequence[str]) -> bool:
    """Whether all words of a text are keys struck at random: neighbours on a keyboard, no vowels, one syllable again.

    Args:
        text: The text.
        rows: The rows of keyboards.

    Example:
        >>> rows = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
        >>> [is_mashed(text, rows) for text in ("asdf jkl", "lalalala", "Good app", "sdfgk", "ok")]
        [True, True, False, True, False]
    """
    words = words_in(text)
    return bool(words) and all(_is_mash(folded(word), rows) for word in words)


def _is_mash(word: str, rows: Sequence[str]) -> bool:
    if len(word) < 3 or len(word) > 80:
        return len(word) > 80
    known = _neighbours(tuple(rows))
    along = sum(word[i : i + 2] in known for i in range(len(word) - 1))
    if along >= max(2, _ALONG * (len(word) - 1)):
        return True
    if len(set(word)) == 1 or (len(word) >= 6 and _REPEATED.fullmatch(word)):
        return True
    if not word.isascii():
        return False
    return (len(word) >= 5 and not _VOWELS & set(word)) or _CONSONANTS.search(word) is not None


@functools.cache
def _neighbours(rows: tuple[str, ...]) -> frozenset[str]:
    """Return the pairs of keys that are beside each other, or the same."""
    return frozenset(pair for row in rows for a, b in itertools.pairwise(row) for pair in (a + b, b + a, a + a, b + b))

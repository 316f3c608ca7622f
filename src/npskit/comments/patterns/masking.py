"""What nobody should read in a quotation: addresses of e-mail, numbers of telephones, cards and accounts, names."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from npskit.checks import of_kind, several
from npskit.comments.patterns.folding import folded
from npskit.errors import InvalidTypeError, quoted
from npskit.results import excerpt

_PART = r"[^\s@\uff20,;:<>()\[\]\"“”„«»]"
_NAME = f"{_PART}{{1,320}}"  # an address is no longer; without an end long texts would be searched again and again
# Also written so that machines do not see it: "ann (at) example dot org".
_AT = r"(?:\s?[@\uff20]\s?|\s?[(\[{]\s?(?:at|@|ät|małpa)\s?[)\]}]\s?)"
_DOT = r"(?:\.|\s?[(\[{]\s?(?:dot|punkt|kropka|point|\.)\s?[)\]}]\s?|\s(?:dot|punkt|kropka)\s)"
_EMAIL = re.compile(
    rf"\"[^\"\n]{{1,320}}\"@{_NAME}"
    rf"|{_NAME}@{_NAME}"
    rf"|{_NAME}{_AT}[\w-]+(?:{_DOT}[\w-]+)+"
    rf"|{_NAME}\s(?:at|AT)\s[\w-]+(?:\s(?:dot|DOT)\s[\w-]+)+"
)
_ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){3,7}(?:[ -]?[A-Z0-9]{1,3})?\b")
_DIGITS = re.compile(r"\+?\(?\d(?:[^\S\n]?[().\-/\u2010-\u2015]{0,2}[^\S\n]?\d){6,}")
_DATE = re.compile(r"(?<!\d)(?:(?:19|20)\d\d([-./])\d{1,2}\1\d{1,2}|\d{1,2}([-./])\d{1,2}\2(?:19|20)\d\d)(?!\d)")
_YEARS = re.compile(r"(?<!\d)(?:19|20)\d\d\s?[-\u2010-\u2015/]\s?(?:19|20)\d\d(?!\d)")
_LEAST_DIGITS = 7
_CARD = range(13, 20)
_TITLED = re.compile(
    r"\b(Mrs?|Ms|Miss|Mister|Dr|Prof|Herrn?|Frau|Pan|Pani|Pana|Panem|Panią|Panu|Monsieur|Madame|Mme|Mlle|Señora?|Sra?)"
    r"(\.?[^\S\n]+)[^\W\d_a-zà-öø-ÿ][\w'’-]+(?:[^\S\n]+[^\W\d_a-zà-öø-ÿ][\w'’-]+)?"
)
_WORD = re.compile(r"[^\W\d_]+")
_ADJACENT = re.compile(r"\[name\](?:[ '’-]*\[name\])+")
_MASK = re.compile(r"\[(?:e-mail|phone|card|account|name)\]")
# Without one of these nothing but names is masked: most comments are told by it at once.
_TELLING = re.compile(r"[@\uff20(\[{\d]|\s(?:dot|DOT)\s")


def masked(comment: str, names: bool | Iterable[str] = False) -> str:
    """Return a comment without addresses of e-mail and numbers of telephones, cards and accounts.

    A number of at least seven digits is one of these, whatever stands between them, but no date. What is masked goes
    too far rather than not far enough.

    Args:
        comment: The comment.
        names: Names to be masked too, as `["Anna Kowalska"]`: each of their words, however it is written, wherever it
            stands. With any, and with True, also what follows a title: "Mr Brown", "Frau Beck". Names that are not
            given and have no title are not known.

    Raises:
        InvalidTypeError: If one of them is no text.

    Example:
        >>> masked("Call me: +49 (30) 123-4567, or ann.lee@example.org. I came on 2026-03-09.")
        'Call me: [phone], or [e-mail]. I came on 2026-03-09.'
        >>> masked("My card 4111 1111 1111 1111 was charged twice; Anna and Mr Brown shrugged", names=["anna"])
        'My card [card] was charged twice; [name] and Mr [name] shrugged'
    """
    found = _EMAIL.sub(_without_end, unicodedata.normalize("NFC", of_kind(comment, str, "comment")))
    found = _DIGITS.sub(_number, _ACCOUNT.sub("[account]", found))
    asked = checked_names(names)
    if asked is False:
        return found
    found = _TITLED.sub(r"\1\2[name]", found)
    known = frozenset() if asked is True else _words_of(asked)
    found = _WORD.sub(lambda word: "[name]" if folded(word[0]) in known else word[0], found) if known else found
    return _ADJACENT.sub("[name]", found)


def quotation(comment: str, most: int = 100, names: bool | Iterable[str] = False) -> str:
    r"""Return a comment as it may be quoted: masked, on one line, cut, in quotation marks.

    Example:
        >>> quotation("Write to me:\nann@example.org")
        '"Write to me: [e-mail]"'
    """
    return excerpt(masked(comment, names), most)


def said_beside(comment: str, names: bool | Iterable[str] = False) -> str:
    r"""Return what a comment says beside all that `masked` masks, each the end of a line.

    Words that are counted and shown are taken from here: parts of an address or a number are no words.

    Example:
        >>> said_beside("Too slow, call +49 170 1234567 or ann@example.org today")
        'Too slow, call \n or \n today'
    """
    if names is False and _TELLING.search(comment) is None:
        return comment
    return _MASK.sub("\n", masked(comment, names))


def _without_end(found: re.Match[str]) -> str:
    """Return what an address becomes; the end of a sentence behind it stays."""
    end = re.search(r"[.!?]*$", found[0])
    return "[e-mail]" + (end[0] if end else "")


def _number(found: re.Match[str]) -> str:
    digits = [int(digit) for digit in re.findall(r"\d", found[0])]
    other = re.findall(r"\d", _YEARS.sub("", _DATE.sub("", found[0])))
    if len(other) < _LEAST_DIGITS:
        return found[0]
    return "[card]" if len(digits) in _CARD and _is_card(digits) else "[phone]"


def _is_card(digits: list[int]) -> bool:
    """Whether digits have the check digit of cards (Luhn)."""
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(digits[::-2])) % 10 == 0


def checked_names(names: Any) -> bool | tuple[str, ...]:
    """Return names to be masked, checked to be texts; True and False as they are.

    Raises:
        InvalidTypeError: If they are not.
    """
    if isinstance(names, bool):
        return names
    listed = (names,) if isinstance(names, str) else several(names, "names")
    for name in listed:
        if not isinstance(name, str):
            raise InvalidTypeError(f"names must be texts: got {quoted(name)}")
    return listed


@functools.lru_cache(maxsize=8)  # many quotations are masked for the same names
def _words_of(names: tuple[str, ...]) -> frozenset[str]:
    """Return the words of names, as they are compared."""
    words = (word for name in names for word in _WORD.findall(unicodedata.normalize("NFC", name)))
    return frozenset(folded(word) for word in words if len(word) > 1)

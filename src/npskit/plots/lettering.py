"""How wide text is on the screen, near enough to set it beside other text, whatever font the reader has."""

from __future__ import annotations

import unicodedata

# no-break spaces stand between the thousands of Polish numbers
_NARROW, _WIDE = frozenset("iljI.,:;'|!()[]{}ft r-·\u00a0\u202f"), frozenset("mwMW@%—")


def text_width(text: str, size: float = 13.0, *, bold: bool = False) -> float:
    """Return the width of a line of text in pixels, rather too much than too little.

    Example:
        >>> text_width("iii") < text_width("aaa") < text_width("WWW"), text_width("")
        (True, 0.0)
    """
    wide = sum(map(_ems, text))
    return wide * size * (1.08 if bold else 1.0)


def _ems(letter: str) -> float:
    """Return the width of a character in parts of the size of the font."""
    if letter in _NARROW:
        return 0.4
    if letter in _WIDE:
        return 0.95
    if letter.isascii():
        return 0.7 if letter.isupper() else 0.62
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0.0
    return 1.05 if unicodedata.east_asian_width(letter) in "WF" else 0.68


def cut(text: str, width: float, size: float = 13.0, *, bold: bool = False) -> str:
    """Return text that is at most so many pixels wide, on one line; what is left out is "…".

    Example:
        >>> cut("North", 100), cut("A very long name of a region", 100)
        ('North', 'A very long…')
    """
    text = " ".join("".join(c if c.isprintable() else " " for c in text[:500]).split())
    if text_width(text, size, bold=bold) <= width:
        return text
    room = width - text_width("…", size, bold=bold)
    end, used = 0, 0.0
    for end, letter in enumerate(text):  # noqa: B007 - where it ends is what is asked
        used += text_width(letter, size, bold=bold)
        if used > room:
            break
    # no letter is parted from the marks that stand on it
    while end and unicodedata.combining(text[end]):
        end -= 1
    return text[:end].rstrip() + "…"


def folded(text: str, width: float, size: float = 13.0, *, bold: bool = False) -> list[str]:
    """Return text as lines that are at most so many pixels wide, parted between words.

    A word that is wider, as of a language without spaces, is parted between letters.

    Example:
        >>> folded("no plan within the limits brings more", 160)
        ['no plan within the', 'limits brings more']
    """
    lines: list[str] = []
    for word in text.split(" "):
        if lines and text_width(f"{lines[-1]} {word}", size, bold=bold) <= width:
            lines[-1] += f" {word}"
            continue
        lines.append("")
        for letter in word:
            alone = not unicodedata.combining(letter) and unicodedata.category(letter) not in ("Mn", "Me")
            if lines[-1] and alone and text_width(lines[-1] + letter, size, bold=bold) > width:
                lines.append("")
            lines[-1] += letter
    return lines

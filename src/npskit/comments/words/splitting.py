"""Where words begin and end: letters with their marks, numbers and emojis."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence

from npskit.comments.patterns import BETWEEN
from npskit.comments.words.unspaced import with_word_ends
from npskit.data import UNSPACED

_APOSTROPHES = re.compile("[\u2018\u2019\u02bc`\u00b4\uff07]")
_EMOJI = "[\u2600-\u27bf\U0001f300-\U0001f64f\U0001f680-\U0001faff]"
# What a phrase does not go beyond.
_STOP = r"[.!?;,:()\[\]\n\r\u2026\u3002\uff01\uff1f\uff0c\u060c\u061f\u0964]+"


@functools.cache
def _word() -> re.Pattern[str]:
    """Return what a word is, a number, an emoji, the end of a phrase, or what stands between comments."""
    marks = "".join(chr(point) for point in range(0xFFFF) if unicodedata.category(chr(point)) in ("Mn", "Mc", "Me"))
    part = rf"[\w{marks}\u200c\u200d]"
    letters = rf"\w{part}*"
    return re.compile(
        rf"\d+(?:[.,:]\d+)+(?!{part})"
        rf"|\w{{1,2}}-{letters}(?!-)|{letters}-\w{{1,2}}(?!{part}|-)"  # wi-fi, check-in
        rf"|{letters}(?:'(?i:s|t|re|ve|ll|d|m)(?!{part})|[:*/]in(?:nen)?(?!{part}))?"  # don't, Mitarbeiter:innen
        rf"|{_EMOJI}|{_STOP}|{BETWEEN}"
    )


def is_stop(piece: str) -> bool:
    """Whether a piece of a text ends a phrase."""
    return re.fullmatch(_STOP, piece) is not None


def pieces(comments: Sequence[str]) -> list[str]:
    """Return the words of comments in order, the ends of phrases among them, and after each comment what is between.

    Example:
        >>> pieces(["Don’t ask: sooo l'hôtel, Wi-Fi 1,500 👍"])[:-1]
        ["Don't", 'ask', ':', 'sooo', 'l', 'hôtel', ',', 'Wi-Fi', '1,500', '👍']
    """
    whole = BETWEEN.join([*(comment.replace(BETWEEN, " ") for comment in comments), ""])
    if not whole.isascii():
        whole = unicodedata.normalize("NFC", whole)
        if UNSPACED.search(whole):
            whole = BETWEEN.join(map(with_word_ends, whole.split(BETWEEN)))
        whole = _APOSTROPHES.sub("'", whole)
    return _word().findall(whole.replace("_", " "))

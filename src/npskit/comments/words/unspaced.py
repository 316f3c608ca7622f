"""Words of scripts without spaces between them: found by budoux where it is installed, else runs of characters."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from npskit.comments.patterns import well_typed
from npskit.data import UNSPACED
from npskit.errors import MissingDependencyError, optional

# Says that a word ends, which is what this character is for.
WORD_END = "\u200b"
# Characters of a run, each with its marks: about a syllable and its neighbour.
_GRAM = 3
_RUN = re.compile(f"(?:{UNSPACED.pattern})+")
_CLUSTER = re.compile(r".[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b4-\u17d3]*")
_KANA, _HAN, _THAI = re.compile("[\u3040-\u30ff]"), re.compile("[\u3400-\u9fff]"), re.compile("[\u0e00-\u0e7f]")
_PARSERS = ((_THAI, "load_default_thai_parser"), (_KANA, "load_default_japanese_parser"))
_CHINESE = (_HAN, "load_default_simplified_chinese_parser")


@functools.cache
def segmenter() -> Any | None:
    """Return budoux, None where it is not installed."""
    try:
        return optional("budoux", "words of Thai", "text")
    except MissingDependencyError:
        return None


def with_word_ends(text: str) -> str:
    """Return a text whose words end visibly, also where its script puts no spaces.

    Example:
        >>> with_word_ends("fine"), with_word_ends("ห้องไม่สะอาด").split(WORD_END)
        ('fine', ['ห้อง', 'ไม่', 'สะอาด'])
    """
    if not UNSPACED.search(text):
        return text
    text = well_typed(text)
    for script, loader in (*_PARSERS, _CHINESE):
        if script.search(text):
            parse = _parser(loader)
            return _in_grams(text) if parse is None else WORD_END.join(parse(text))
    return _in_grams(text)


def side_by_side(first: str, second: str) -> str:
    """Return two words as they are written beside each other.

    Example:
        >>> side_by_side("not", "clean"), side_by_side("ไม่", "ดี")
        ('not clean', 'ไม่ดี')
    """
    return first + ("" if UNSPACED.match(second) and UNSPACED.match(first) else " ") + second


@functools.cache
def _parser(loader: str) -> Callable[[str], list[str]] | None:
    budoux = segmenter()
    if budoux is None:
        return None
    parse: Callable[[str], list[str]] = getattr(budoux, loader)().parse
    return parse


def _in_grams(text: str) -> str:
    return _RUN.sub(lambda run: WORD_END.join(["", *_grams(run[0]), ""]), text)


def _grams(run: str) -> list[str]:
    """Return the runs of three characters of a text, or all of it where it is no longer."""
    clusters = _CLUSTER.findall(run)
    return ["".join(clusters[i : i + _GRAM]) for i in range(max(1, len(clusters) - _GRAM + 1))]

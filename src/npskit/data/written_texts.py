"""Columns of what people wrote, some of it in letters of another code page than the file's."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.data.cells import objects
from npskit.data.columns import Column
from npskit.data.texts import read_texts
from npskit.errors import DataWarning, counted, quoted, warn

# What letters of DOS (code page 850) look like as Windows reads them, where no sign of that kind can stand.
_SAID = str.maketrans({"\u201a": "é", "\u0192": "â", "\u2013": "û", "\u0152": "î", "\u2039": "ï", "\u2030": "ë"})
_LETTER = r"[^\W\d_]"
_SIGN = re.compile("[\u201a\u0192\u0152\u2039]")
_INSIDE = re.compile(rf"(?<={_LETTER})[\u201a\u0192\u2039](?={_LETTER})|(?<=[a-zà-ÿ])\u0152(?=[a-zà-ÿ])")
_BESIDE = re.compile(
    rf"(?<={_LETTER})[\u201a\u0192]|[\u201a\u0192](?={_LETTER})"
    rf"|(?<={_LETTER})[\u2013\u2039\u2030](?={_LETTER})|(?<=[a-zà-ÿ])\u0152(?=[a-zà-ÿ])"
)
_LEAST_TEXTS, _LEAST_SHARE = 3, 0.25
_WORD = re.compile(rf"(?:{_LETTER}|[\u201a\u0192\u0152\u2039])+")


def read_written(column: Column, name: str) -> NDArray[Any]:
    """Return what people wrote, None where a cell says nothing; letters of DOS in a file of Windows are mended.

    Where people's answers were joined from several systems, some are in another code page than the file. A sign such as
    "\u201a" stands in no word, and so it is the letter that it was there, which a warning says.

    Args:
        column: The cells.
        name: What the column is called, in a warning.

    Example:
        >>> read_written(Column(np.array(["slow", "-", None], dtype=object)), "comment").tolist()
        ['slow', None, None]
    """
    texts = read_texts(column)
    odd = np.flatnonzero([text is not None and not text.isascii() and bool(_SIGN.search(text)) for text in texts])
    if len(odd) < _LEAST_TEXTS:
        return texts
    found = [texts[row] for row in odd.tolist()]
    within = [len(_INSIDE.findall(text)) for text in found]
    signs = sum(len(_SIGN.findall(text)) for text in found)
    if sum(map(bool, within)) < _LEAST_TEXTS or sum(within) < _LEAST_SHARE * signs:
        return texts
    example = next(word for word in _WORD.findall(found[int(np.argmax(within))]) if _INSIDE.search(word))
    mended = texts.copy()
    mended[odd] = objects(map(_mended, found))
    changed = sum(text != mended[row] for row, text in zip(odd.tolist(), found, strict=True))
    warn(
        f"{name}: {counted(changed, 'text')} hold letters of DOS (code page 850) among others, such as "
        f"{quoted(example)}, read as {quoted(_mended(example))}; have them exported in UTF-8 if the text looks wrong",
        DataWarning,
    )
    return mended


def _mended(text: str) -> str:
    return _BESIDE.sub(lambda sign: sign[0].translate(_SAID), text)

"""Columns of texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Frozen, lazy_pattern
from npskit.data.amounts import holds_number, plain_number
from npskit.data.cells import objects
from npskit.data.columns import Column
from npskit.data.keys import number
from npskit.data.words import is_nothing
from npskit.errors import InvalidTypeError, quoted, written

# Scripts that put no spaces between words (Thai, Lao, Burmese, Khmer, Chinese, Japanese): a word ends anywhere.
UNSPACED = lazy_pattern("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


@attrs.frozen(eq=False)
class Words(Frozen):
    """A column of a few texts: the index of each row's text, -1 where there is none, and the texts."""

    codes: NDArray[np.intp]
    names: tuple[str, ...]

    def at(self, row: int) -> str | None:
        """Return the text of a row."""
        code = self.codes[row]
        return None if code < 0 else self.names[code]

    def holds(self, test: Callable[[str], bool]) -> NDArray[np.bool_]:
        """Return where something holds of the text; nothing holds where there is none."""
        return np.array([*map(test, self.names), False])[self.codes]


def fold(text: str) -> str:
    """Return a name of something, such as a channel, a theme or a label, as it is compared: without case and blanks.

    Example:
        >>> fold(" Check  OUT ")
        'check out'
    """
    return " ".join(text.split()).casefold()


def read_words(column: Column, name: str) -> Words:
    """Return a column of a few texts, such as channels; numbers are taken as their text.

    Raises:
        InvalidTypeError: If a cell is neither.

    Example:
        >>> read_words(Column(np.array(["email", None, "chat", "n/a"], dtype=object)), "channel").codes.tolist()
        [0, -1, 1, -1]
    """
    codes, cells = number(column.filled())
    for cell in cells:
        if not (isinstance(cell, (str, bytes)) or holds_number(cell) or is_nothing(cell)):
            raise InvalidTypeError(f"{name} must hold texts: got {quoted(cell)} ({type(cell).__name__})")
    places, texts = number([None, *map(_text, cells)])  # what says nothing comes first
    return Words(places[1:][codes] - 1, tuple(texts[1:]))


def read_texts(column: Column) -> NDArray[Any]:
    """Return a column as texts, None where a cell says nothing.

    Example:
        >>> read_texts(Column(np.array(["slow", "-", 7.0, None], dtype=object))).tolist()
        ['slow', None, '7', None]
    """
    codes, cells = number(column.filled())
    return objects(map(_text, cells))[codes]


def _text(cell: Any) -> str | None:
    """Return a cell as text, None if it says nothing; a whole number has no decimal point, however it is stored."""
    if is_nothing(cell):
        return None
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    return written(plain_number(cell))

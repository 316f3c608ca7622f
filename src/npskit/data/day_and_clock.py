"""Columns of texts that are a day, a space and a time of day: each day is read once, and all times of day together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Frozen
from npskit.times import Spellings

# Below it there is nothing to gain.
_FEW = 200
_SPACE, _COLON, _ZERO = map(ord, " :0")


@attrs.frozen(eq=False)
class DayAndClock(Frozen):
    """Texts in two parts.

    Args:
        days: The distinct texts of days; "" for none.
        codes: The place in `days` of each text.
        clock: The time of day of each.
    """

    days: list[str]
    codes: NDArray[np.intp]
    clock: NDArray[np.timedelta64]


def day_and_clock(cells: Sequence[Any], spellings: Spellings) -> DayAndClock | None:
    """Return texts as days and times of day, where the sum of both is what the whole would be read as; else None.

    All must be of one length, but for missing ones, and end in "10:15" or "10:15:00".

    Example:
        >>> found = day_and_clock(["3/2/2026 10:15"] * 300, Spellings())
        >>> found.days, found.clock[0]
        (['3/2/2026'], np.timedelta64(36900,'s'))
    """
    if len(cells) < _FEW or not {type(cell) for cell in cells} <= {str, type(None)}:
        return None
    texts = [cell or "" for cell in cells]
    sizes = {len(text) for text in texts} - {0}
    if len(sizes) != 1:
        return None
    size = sizes.pop()
    letters = np.array(texts, f"U{size}").view(np.uint32).reshape(len(texts), size)
    width = next((width for width in (9, 6) if size > width and (letters[:, -width] == _SPACE).any()), None)
    given = letters[:, 0] != 0
    clock = None if width is None else _clock(letters[given, size - width :])
    if width is None or clock is None:
        return None
    place: dict[str, int] = {}
    codes = np.fromiter((place.setdefault(text[:-width], len(place)) for text in texts), np.intp, len(texts))
    days = list(place)
    for day in days:
        spelled = spellings.spelling(day)
        # what is a number, or a time by itself, means another thing beside a time of day
        if day.isdecimal() or (spelled and (spelled.clock or spelled.half is not None or spelled.zone is not None)):
            return None
    seconds = np.zeros(len(texts), np.int64)
    seconds[given] = clock
    return DayAndClock(days, codes, seconds.astype("timedelta64[s]"))


def _clock(letters: NDArray[np.uint32]) -> NDArray[np.int64] | None:
    """Return the seconds of times of day, each a space and two or three pairs of digits; None if one is none."""
    marks = letters[:, ::3]
    if (marks[:, 0] != _SPACE).any() or (marks[:, 1:] != _COLON).any():
        return None
    digits = letters.astype(np.int64) - _ZERO
    seconds = np.zeros(len(letters), np.int64)
    for place, (length, most) in enumerate(((3600, 24), (60, 60), (1, 60))[: marks.shape[1]]):
        tens, ones = digits[:, 3 * place + 1], digits[:, 3 * place + 2]
        value = 10 * tens + ones
        if ((tens < 0) | (tens > 9) | (ones < 0) | (ones > 9) | (value >= most)).any():
            return None
        seconds += length * value
    return seconds

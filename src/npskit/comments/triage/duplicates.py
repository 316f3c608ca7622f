"""Comments that say the same again, but for case, accents and punctuation."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Codes
from npskit.comments.patterns import folded

_NO_LETTERS = re.compile(r"[\W\d_]+")
# Two customers write "very good" by themselves, but no whole sentence; one customer who sends it again means the same.
_OF_MANY, _OF_ONE = 40, 12


def near_duplicates(
    comments: Sequence[str], customers: Codes | None, whole: Sequence[str] | None = None
) -> NDArray[np.intp]:
    """Return for each comment the first that says the same, -1 where it is the first itself: shape `(n,)`.

    Comments are compared by their letters alone, folded. Of one customer they count from 12 letters on, of several from
    40: short ones are the same by chance.

    Args:
        comments: The comments.
        customers: Who wrote each, as numbers; None where nobody is known.
        whole: The comments as they are folded, where that was done.

    Example:
        >>> texts = ["Waited two hours at the desk!", "waited two hours, at the desk", "Good", "Good"]
        >>> near_duplicates(texts, np.array([1, 1, 2, 3])).tolist(), near_duplicates(texts, None).tolist()
        ([-1, 0, -1, -1], [-1, -1, -1, -1])
    """
    first: dict[object, int] = {}
    found = np.full(len(comments), -1, dtype=np.intp)
    whose = [None] * len(comments) if customers is None else customers.tolist()
    keys: dict[str, str] = {}
    for row, comment in enumerate(comments):
        if len(comment) < _OF_ONE:
            continue
        key = keys.get(comment)
        if key is None:
            key = keys[comment] = _NO_LETTERS.sub("", folded(comment) if whole is None else whole[row])
        own = (key, whose[row])
        if len(key) >= _OF_MANY:
            before = first.setdefault(key, row)
        elif len(key) >= _OF_ONE and whose[row] is not None:
            before = first.setdefault(own, row)
        else:
            continue
        if before != row:
            found[row] = before
    return found

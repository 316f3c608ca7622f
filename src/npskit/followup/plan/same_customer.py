"""Rows of the same customer: what one of them says of all, and which of them comes last."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Codes


def any_of(marked: Bools, who: Codes) -> Bools:
    """Return the rows of every customer who has a marked row.

    Example:
        >>> any_of(np.array([True, False, False]), np.array([1, 0, 1])).tolist()
        [True, False, True]
    """
    customers = np.zeros(int(who.max(initial=-1)) + 1, dtype=np.bool_)
    customers[who[marked]] = True
    return np.asarray(customers[who])


def last_of_each(who: Codes, *by: NDArray[Any]) -> Codes:
    """Return the last row of each customer, in order of `by`, the first of which counts most; of several the lowest.

    Example:
        >>> last_of_each(np.array([7, 7, 3]), np.array([5, 4, 1])).tolist()
        [2, 0]
    """
    order = np.lexsort((*reversed(by), who))
    last = np.ones(len(order), dtype=np.bool_)
    last[:-1] = who[order][1:] != who[order][:-1]
    return order[last]

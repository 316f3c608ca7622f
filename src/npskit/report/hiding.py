"""Which groups are hidden because they are small, and which others, so that no subtraction brings them back."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Integers

SHOWN, HIDDEN, HIDDEN_WITH = 0, 1, 2


def hidden_groups(counts: ArrayLike, below: int | None) -> NDArray[np.int8]:
    """Return which groups of a total that is shown are to be hidden.

    A group with at least one and fewer than `below` answers is hidden. Where only one is, or all hidden ones have fewer
    than that together, the total less the others would say what is in them: then the next smallest go with them, until
    two groups are hidden that have as many together.

    Args:
        counts: Answers of each group, shape `(G,)`.
        below: The fewest answers that may be shown; None to hide nothing.

    Returns:
        For each group 0 (shown), 1 (hidden) or 2 (hidden with another). All are hidden where that is not enough.

    Example:
        >>> hidden_groups([40, 3, 25, 0, 60], 10).tolist(), hidden_groups([40, 3, 25, 8], 10).tolist()
        ([0, 1, 2, 0, 0], [0, 1, 0, 1])
        >>> hidden_groups([4, 3, 12, 90], 10).tolist()
        [1, 1, 2, 0]
    """
    many: Integers = np.asarray(counts, dtype=np.int64)
    fate = np.zeros(many.shape, dtype=np.int8)
    if below is None:
        return fate
    fate[(many > 0) & (many < below)] = HIDDEN
    if not fate.any():
        return fate
    order = np.argsort(many, kind="stable")
    for i in order[(many[order] > 0) & (fate[order] == SHOWN)].tolist():
        hidden = fate > SHOWN
        if hidden.sum() > 1 and many[hidden].sum() >= below:
            break
        fate[i] = HIDDEN_WITH
    return fate

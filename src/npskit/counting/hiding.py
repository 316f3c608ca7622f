"""Which groups are hidden because they are small, and which others, so that no subtraction brings them back."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Bools, Integers

SHOWN, HIDDEN, HIDDEN_WITH = 0, 1, 2
# Hidden groups that are named where all hidden ones are one.
_NAMED = 3


def hidden_groups(counts: ArrayLike, below: int | None) -> NDArray[np.int8]:
    """Return which groups of a total that is shown are to be hidden.

    A group with at least one and fewer than `below` answers is hidden. Whoever subtracts what is shown from the total,
    and knows that those hidden with others are the next smallest, must still find at least two values possible for each
    that is hidden: until that is so the next smallest go with them. Where nothing is left to be shown it is not said
    which groups are the small ones.

    Args:
        counts: Answers of each group, shape `(G,)`; or several counts of each, such as those of two periods, with the
            total of each shown, shape `(G, K)`.
        below: The fewest answers that may be shown; None to hide nothing.

    Returns:
        For each group 0 (shown), 1 (hidden) or 2 (hidden with another).

    Example:
        >>> hidden_groups([40, 3, 25, 0, 60], 10).tolist(), hidden_groups([40, 13, 25, 8], 10).tolist()
        ([0, 1, 2, 0, 0], [0, 2, 0, 1])
        >>> hidden_groups([4, 3, 12, 90], 10).tolist(), hidden_groups([40, 8], 10).tolist()
        ([1, 1, 2, 0], [2, 2])
    """
    many: Integers = np.asarray(counts, dtype=np.int64)
    fate = np.zeros(len(many), dtype=np.int8)
    if below is None or not len(many):
        return fate
    table = many.reshape(len(many), -1)
    answered: Bools = np.asarray(table.any(axis=1))
    fate[((table > 0) & (table < below)).any(axis=1)] = HIDDEN
    if not fate.any():
        return fate
    order = np.argsort(table.sum(axis=1), kind="stable")
    for i in order[answered[order] & (fate[order] == SHOWN)].tolist():
        if all(_is_safe(column, fate, below, table.shape[1] > 1) for column in table.T):
            break
        fate[i] = HIDDEN_WITH
    if (fate[answered] > SHOWN).all():
        fate[answered] = HIDDEN_WITH
    return fate


def hidden_label(names: Sequence[str], taken: Collection[str]) -> str:
    """Return what hidden groups are called together, where they are made one.

    Args:
        names: What each of them is called.
        taken: What all groups are called, so that none else is called the same.

    Example:
        >>> hidden_label(["East", "South"], ["North", "East", "South"]), hidden_label(list("abcde"), [])
        ('East, South (hidden)', 'a, b, c and 2 more (hidden)')
    """
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    label = f"{', '.join(names[:_NAMED])}{more} (hidden)"
    while label in taken:
        label += "*"
    return label


def _is_safe(column: Integers, fate: NDArray[np.int8], below: int, several: bool) -> bool:
    """Whether each hidden count may have at least two values, for all that the total and the rule say."""
    hidden = column[fate > SHOWN]
    if not hidden.any():
        return True
    total, small, others = int(hidden.sum()), int((fate == HIDDEN).sum()), int((fate == HIDDEN_WITH).sum())
    if several:  # which of its counts a hidden group is small by is not told, so that each may be anything, also 0
        return bool((hidden > 0).sum() > 1 and total >= below)
    shown = column[(fate == SHOWN) & (column > 0)]
    # those hidden with others are at least `below`, and smaller than what is shown
    most = int(shown.min()) - 1 if len(shown) else total
    rest_least, rest_most = small - 1 + others * below, (small - 1) * (below - 1) + others * most
    low, high = max(1, total - rest_most), min(below - 1, total - rest_least)
    return (hidden > 0).sum() > 1 and total >= below and high > low

"""Where rows belong."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Frozen, once


@attrs.frozen(eq=False, slots=False)
class Places(Frozen):
    """Which place each row belongs to: a segment, a period, a side, an arm, or two of them at once.

    Args:
        numbers: In `range(size)`, -1 for rows that belong to none: shape `(rows,)`.
        size: How many places there are.

    Example:
        >>> sides = Places(np.array([0, 1, -1, 1]), 2)
        >>> sides.within(Places(np.array([1, 0, 0, 2]), 3)).numbers.tolist()
        [2, 1, -1, 5]
    """

    numbers: NDArray[np.intp]
    size: int

    @once
    def gaps(self) -> bool:
        """Whether some rows belong to no place."""
        return bool(self.numbers.size and self.numbers.min() < 0)

    def take(self, kept: Bools) -> Places:
        """Return the places of some rows: True for each to keep."""
        return self if kept.all() else Places(self.numbers[kept], self.size)

    def within(self, outer: Places) -> Places:
        """Return the place of each row in both at once, those of one outer place beside each other."""
        numbers = outer.numbers * self.size + self.numbers
        if self.gaps or outer.gaps:
            numbers[(self.numbers < 0) | (outer.numbers < 0)] = -1
        return Places(numbers, outer.size * self.size)

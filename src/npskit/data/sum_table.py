"""What an engine added up, as it arrives."""

from __future__ import annotations

import attrs

from npskit.arrays import Floats, Frozen
from npskit.data.columns import Column


@attrs.frozen(eq=False)
class SumTable(Frozen):
    """Sums over sampling units or rows, one line for each combination of keys.

    Args:
        keys: The columns of segments, and the stratum last where there is one.
        sums: What was added up, by name, each of shape `(lines,)`; with it the number of the `span` of time, where
            that is a key.
    """

    keys: list[Column]
    sums: dict[str, Floats]

    def __len__(self) -> int:
        return len(next(iter(self.sums.values())))

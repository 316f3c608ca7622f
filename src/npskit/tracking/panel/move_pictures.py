"""What the picture of transitions shows."""

from __future__ import annotations

from collections.abc import Sequence

from npskit.arrays import Integers
from npskit.plots import Chart, Flow, HeatMap, Stack

# Ribbons of more categories than this cannot be told apart.
_MOST_FLOWING = 6


def picture_of_moves(score: str, names: Sequence[str], counts: Integers) -> Chart:
    """Return the shares as a heat map, and below it the customers as a flow, where there are few categories."""
    rows = tuple(map(tuple, counts.tolist()))
    shares = HeatMap(score, tuple(names), rows)
    if len(names) > _MOST_FLOWING or not counts.any():
        return shares
    return Stack((shares, Flow(score, shares.names, rows)))

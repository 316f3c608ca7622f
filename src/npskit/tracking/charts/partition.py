"""Where to cut a series so that the costs of its segments, with a penalty for each cut, are least: exactly."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Floats

# Ends whose segments are weighed at a time, at most, and numbers that this takes.
_ENDS, _CELLS = 16, 1 << 16


def best_starts(
    sums: Floats, cost: Callable[[Floats], Floats], penalty: float, shortest: int, rounding: float
) -> NDArray[np.intp]:
    """Return where segments begin so that the costs plus a penalty for each cut are least: exactly.

    F(t) = min over s ≤ t - shortest of F(s) + C(s, t) + β, the costs C from cumulative sums: Jackson et al., IEEE
    Signal Processing Letters 12 (2005) 105-108. No s is looked at again once F(s) + C(s, t) > F(t) for a t that is at
    least `shortest` back, since it cannot be best any more: Killick, Fearnhead and Eckley, "Optimal detection of
    changepoints with a linear computational cost", JASA 107 (2012) 1590-1598. O(T²) time at most, O(T) memory. Among
    equals the longest last segment is taken.

    Args:
        sums: Cumulative sums of what the cost is made of, 0 first, shape `(rows, T + 1)`.
        cost: Of segments with these sums, shape `(rows, ...)` to `(...)`; more segments never cost more.
        penalty: β, the least gain of a cut; positive.
        shortest: The fewest periods of a segment.
        rounding: What rounding may leave of a cost.

    Returns:
        Places of the first periods of all segments but the first, rising, shape `(cuts,)`.

    Example:
        >>> sums = np.array([[0.0, 1, 2, 3, 4], [0, 0, 0, 9, 18], [0, 0, 0, 81, 162]])
        >>> best_starts(sums, lambda s: s[2] - s[1] ** 2 / s[0], 5, 2, 1e-9).tolist()
        [2]
    """
    cut = _cuts(sums, cost, penalty, shortest, rounding)
    starts, end = [], int(cut[-1])
    while end > 0:
        starts.append(end)
        end = int(cut[end])
    return np.array(starts[::-1], dtype=np.intp)


def _cuts(
    sums: Floats, cost: Callable[[Floats], Floats], penalty: float, shortest: int, rounding: float
) -> NDArray[np.intp]:
    """Return where the last segment of the best segmentation up to each end begins, shape (T + 1,)."""
    size, rows = sums.shape[1] - 1, len(sums)
    least, cut = np.full(size + 1, np.inf), np.zeros(size + 1, dtype=np.intp)
    least[0] = -penalty  # the first segment is no change
    places, stop = np.empty(0, dtype=np.intp), shortest
    while stop <= size:
        # costs of several ends at a time, in the cache
        first, many = stop, max(1, min(_ENDS, _CELLS // (rows * (len(places) + _ENDS))))
        stop = min(first + many, size + 1)
        places = np.append(places, np.arange(max(0, first - shortest), stop - shortest))
        with np.errstate(invalid="ignore", divide="ignore"):  # of places behind an end
            costs = cost(sums[:, first:stop, np.newaxis] - sums[:, np.newaxis, places])
        for end, each in enumerate(costs, first):
            far = len(places) - (stop - 1 - end)  # the others are too close to this end
            totals = least[places[:far]] + each[:far]
            best = totals.argmin()
            cut[end] = places[best]
            least[end] = totals[best] + penalty
        # What loses to a change at this end, does so at all ends that are far enough behind it.
        end = stop - shortest
        if end >= first:
            places = places[(least[places] + costs[end - first] <= least[end] + rounding) | (places > end - shortest)]
    return cut

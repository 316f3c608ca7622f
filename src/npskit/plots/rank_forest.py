"""Ranks with the ranks that the answers allow, a row each, the first on top."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from npskit.plots.forest import Forest, ForestRow
from npskit.plots.scene import Axis
from npskit.plots.speech import Speech

# Every so many ranks is written below the axis.
_STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000)


@attrs.frozen
class RankAxis(Axis):
    """An axis of ranks: whole numbers from 1 on."""

    def ticks(self, most: int = 5) -> list[float]:
        """Return at most so many ranks, the first of them 1.

        Example:
            >>> RankAxis(0.5, 4.5, 0, 100).ticks(), RankAxis(0.5, 23.5, 0, 100).ticks()
            ([1.0, 2.0, 3.0, 4.0], [1.0, 5.0, 10.0, 15.0, 20.0])
        """
        last = int(self.high)
        step = next((step for step in _STEPS if 1 + last // step - (step == 1) <= most), last)
        return [1.0, *(float(rank) for rank in range(step, last + 1, step) if rank > 1 and rank > step // 2)]


@attrs.frozen
class RankForest(Forest):
    """Estimates are ranks and their limits confidence sets of ranks, from 1 to the number of rows; in order."""

    def title(self, speech: Speech) -> str:
        """Return what is shown."""
        by, level = ", ".join(self.by), speech.level(self.level)
        return speech.say("Ranks of {name} by {by} with {level} confidence sets", name=self.score, by=by, level=level)

    def head(self, speech: Speech) -> str:
        """Return what the figures are."""
        return speech.say("rank ({level} confidence set)", level=speech.level(self.level))

    def short_head(self, speech: Speech) -> str:
        """Return the same in a word."""
        return speech.say("rank")

    def axis(self, ranked: Sequence[ForestRow], few: Sequence[ForestRow], start: float, end: float) -> Axis:
        """Return the axis of the ranks that there are."""
        return RankAxis(0.5, max(len(self.rows), 2) + 0.5, start, end)

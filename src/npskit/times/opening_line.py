"""The opening times of an office on one line: how much has passed by a moment, and by when so much has."""

from __future__ import annotations

import attrs
import numpy as np

from npskit.arrays import Frozen, Integers


@attrs.frozen(eq=False)
class OpeningLine(Frozen):
    """The opening times of a stretch of days on one line of microseconds, and the opening time passed before each."""

    starts: Integers
    lengths: Integers
    before: Integers

    def passed(self, at: Integers) -> Integers:
        """Return the opening time from the start of the stretch up to each moment, which lies after it."""
        day = np.searchsorted(self.starts, at, side="right") - 1
        return np.asarray(self.before[day] + np.minimum(at - self.starts[day], self.lengths[day]))

    def reached(self, passed: Integers) -> Integers:
        """Return the earliest moment by which so much opening time, above 0, has passed."""
        day = np.searchsorted(self.before, passed, side="left") - 1
        return np.asarray(self.starts[day] + passed - self.before[day])

    def next_opening(self, at: Integers) -> Integers:
        """Return the first opening after each moment."""
        return np.asarray(self.starts[np.searchsorted(self.starts, at, side="right")])

    def latest_open(self, at: Integers) -> Integers:
        """Return each moment, or the last closing before it."""
        day = np.searchsorted(self.starts, at, side="right") - 1
        return np.asarray(np.minimum(at, self.starts[day] + self.lengths[day]))

"""Levels between the times when answers changed, as steps along the periods, with how much each change is."""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs

from npskit.plots.lettering import text_width
from npskit.plots.scene import Axis, Line, Mark, Path, Text
from npskit.plots.speech import Speech

# Below the scores there is so much room for the figures.
FOOT = 18.0


@attrs.frozen
class PeriodChange:
    """A change of the level: the first period after it, and the scores of all periods before and after it together."""

    index: int
    before: float
    after: float

    def said(self, speech: Speech, digits: int) -> str:
        """Return how much it is."""
        return speech.say("change {points}", points=speech.number(self.after - self.before, digits, signed=True))


def levels_of(changes: Sequence[PeriodChange], periods: int) -> list[float]:
    """Return the level of each period; nothing where there are no changes."""
    levels: list[float] = []
    for change in changes:
        levels += [change.before] * (change.index - len(levels))
    return levels + [changes[-1].after] * (periods - len(levels)) if changes else []


@attrs.frozen
class ChangeSteps:
    """Changes on axes of periods and scores."""

    changes: tuple[PeriodChange, ...]
    x: Axis
    y: Axis
    speech: Speech

    def marks(self, digits: int) -> list[Mark]:
        """Return the steps, and at the foot of each how much it is; a figure without room stands in the table alone."""
        if not self.changes:
            return []
        points, free = [(self.x.start - 6, self.y.within(self.changes[0].before))], -math.inf
        marks: list[Mark] = []
        for change in self.changes:
            at = self.x.at(change.index - 0.5)
            before, after = self.y.within(change.before), self.y.within(change.after)
            points += [(at, before), (at, after)]
            marks.append(Line(at, max(before, after), at, self.y.start + FOOT, "grid"))
            text = change.said(self.speech, digits)
            wide = text_width(text)
            start = min(at + 4, self.x.end + 6 - wide)
            if start > free:
                marks.append(Text(start, self.y.start + FOOT - 5, text, "text"))
                free = start + wide + 8
        points.append((self.x.end + 6, points[-1][1]))
        return [Path(tuple(points), "limit"), *marks]

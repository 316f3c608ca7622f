"""What stands below the axis of periods: as many labels as have room, the year where it changes."""

from __future__ import annotations

import re

import attrs

from npskit.plots.lettering import text_width
from npskit.plots.scene import Axis, Line, Mark, Text
from npskit.plots.speech import Speech

# Every so many periods: of months each quarter or year rather than each fifth.
_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000)


@attrs.frozen
class PeriodTicks:
    """The labels of periods along an axis of their numbers; `y` is where the plot ends."""

    periods: tuple[str, ...]
    x: Axis
    y: float
    speech: Speech

    def marks(self) -> list[Mark]:
        """Return the labels."""
        parts = [self._parts(period) for period in self.periods]
        wide = max((text_width(short) for _, short in parts), default=0.0) + 14
        room = (self.x.end - self.x.start) / max(len(parts) - 1, 1)
        step = next((step for step in _STEPS if step * room >= wide), len(parts) or 1)
        marks: list[Mark] = []
        said, free = "", -1e9
        for i in range(0, len(parts), step):
            year, short = parts[i]
            x = self.x.at(i)
            marks += [Line(x, self.y, x, self.y + 4, "axis"), Text(x, self.y + 20, short, "quiet", "middle")]
            half = text_width(year, bold=True) / 2
            if year != said and x - half > free:
                marks.append(Text(x, self.y + 38, year, "strong", "middle"))
                said, free = year, x + half + 8
        return marks

    def _parts(self, period: str) -> tuple[str, str]:
        """Return the year and the rest of a label: a month by its name, a day with its month."""
        found = re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?", period)
        if found is None:
            year, dash, rest = period.partition("-")
            return (self.speech.year(int(year)), rest) if dash and year.isdecimal() else ("", period)
        year, month, day = found.groups()
        name = self.speech.month(int(month))
        return self.speech.year(int(year)), f"{int(day)} {name}" if day else name

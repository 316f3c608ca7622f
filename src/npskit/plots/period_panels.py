"""Many series over time, a panel each: more than two lines in one plot cannot be told apart."""

from __future__ import annotations

from typing import Any

import attrs

from npskit.plots.chart import Chart
from npskit.plots.period_lines import PeriodLines
from npskit.plots.scene import Scene, Text, span
from npskit.plots.speech import Speech

_MOST, _HEIGHT = 12, 190.0


@attrs.frozen
class PeriodPanels(Chart):
    """The series of `lines`, a panel each on one upright axis; of more than twelve the first twelve."""

    lines: PeriodLines

    def title(self, speech: Speech) -> str:
        """Return what is shown."""
        return self.lines.title(speech)

    def alt(self, speech: Speech) -> str:
        """Return between which numbers each series moves."""
        return self.lines.alt(speech)

    def table(self, speech: Speech) -> tuple[list[str], list[list[Any]]]:
        """Return a row for each period."""
        return self.lines.table(speech)

    def panels(self) -> list[PeriodLines]:
        """Return the panels, on one axis."""
        ends = span(self.lines.trusted())
        return [
            attrs.evolve(self.lines, score=each.name, series=(attrs.evolve(each, name=""),), height=_HEIGHT, ends=ends)
            for each in self.lines.series[:_MOST]
        ]

    def drawn(self, width: float, speech: Speech) -> Scene:
        """Return the panels, one below the other."""
        top = [Text(0, 14, self.lines.score, "quiet")]
        if self.lines.running:
            top.append(Text(width, 14, speech.say("last period so far"), "quiet", "end"))
        found = Scene(width, 22, top)
        for panel in self.panels():
            found = panel.drawn(width, speech).below(found, 8)
        rest = len(self.lines.series) - _MOST
        if rest > 0:
            found = Scene(width, 24, [Text(0, 16, speech.say("and {count} more", count=rest), "quiet")]).below(found)
        return found


def panels_of(lines: PeriodLines) -> Chart:
    """Return lines as they are where there are few enough, else a panel for each series."""
    return lines if len(lines.series) == 1 else PeriodPanels(lines)

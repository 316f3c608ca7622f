"""Charts one below the other, as one."""

from __future__ import annotations

from typing import Any

import attrs

from npskit.plots.chart import Chart
from npskit.plots.scene import Scene
from npskit.plots.speech import Speech


@attrs.frozen
class Stack(Chart):
    """Charts that belong together, the first on top; numbers on axes are those of the last."""

    charts: tuple[Chart, ...]

    def title(self, speech: Speech) -> str:
        """Return what is shown."""
        return self.charts[0].title(speech)

    def alt(self, speech: Speech) -> str:
        """Return what each says."""
        return "; ".join(chart.alt(speech) for chart in self.charts)

    def table(self, speech: Speech) -> tuple[list[str], list[list[Any]]]:
        """Return the rows of all, under the names of the first."""
        tables = [chart.table(speech) for chart in self.charts]
        return tables[0][0], [row for _, rows in tables for row in rows]

    def drawn(self, width: float, speech: Speech) -> Scene:
        """Return the drawings, one below the other."""
        first, *rest = (chart.drawn(width, speech) for chart in self.charts)
        for scene in rest:
            first = scene.below(first, 12)
        return first

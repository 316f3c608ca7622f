"""From which category to which, as a flow: bars before and after, joined by ribbons as wide as there are customers."""

from __future__ import annotations

import math
from typing import Any

import attrs

from npskit.plots.chart import COMPACT, Chart
from npskit.plots.lettering import cut, text_width
from npskit.plots.scene import Box, Mark, Path, Scene, Text
from npskit.plots.speech import Speech

_TOP, _HIGH, _GAP, _BAR, _LINE = 34.0, 240.0, 10.0, 12.0, 16.0
_CURVE = 12
# Bars of the three categories have their colors; of others all have one.
_STYLES = {"detractor": "det", "passive": "pas", "promoter": "pro"}


@attrs.frozen
class Flow(Chart):
    """How many went from each category to each; who stayed is dark, who moved is light.

    Args:
        score: The name of the score.
        names: The categories, worst to best.
        counts: How many, a tuple for each category before.
    """

    score: str
    names: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def _befores(self) -> list[int]:
        return [sum(row) for row in self.counts]

    @property
    def _afters(self) -> list[int]:
        return [sum(row[j] for row in self.counts) for j in range(len(self.names))]

    def title(self, speech: Speech) -> str:
        """Return what is shown."""
        return speech.say("From which category of {name} customers moved to which", name=self.score)

    def alt(self, speech: Speech) -> str:
        """Return the share of each category before and after."""
        total = max(sum(self._befores), 1)
        sides = zip(self.names, self._befores, self._afters, strict=True)
        shares = [(name, speech.percent(one / total), speech.percent(two / total)) for name, one, two in sides]
        return "; ".join(f"{speech.name(name)} {one} → {two}" for name, one, two in shares)

    def table(self, speech: Speech) -> tuple[list[str], list[list[Any]]]:
        """Return the counts, with the sums of the rows."""
        header = [speech.say("from, to"), *map(speech.name, self.names), speech.say("number")]
        return header, [[speech.name(name), *row, sum(row)] for name, row in zip(self.names, self.counts, strict=True)]

    def drawn(self, width: float, speech: Speech) -> Scene:
        """Return the plot."""
        total = sum(self._befores)
        if not total:
            return Scene(width, 44, [Text(0, 28, speech.say("no answers"), "quiet")])
        unit = (_HIGH - _GAP * (len(self.names) - 1)) / total
        compact = width < COMPACT
        said = [[self._said(i, side[i], total, compact, speech) for i in range(len(self.names))]
                for side in (self._befores, self._afters)]  # fmt: skip
        room = min(max(text_width(f"{name} {figure}") for both in said for name, figure in both) + 8, width * 0.38)
        left, right = room, width - room
        marks: list[Mark] = [
            Text(0, 14, speech.say("from"), "quiet"),
            Text(width, 14, speech.say("to"), "quiet", "end"),
        ]
        befores, afters = (_stacked(side, unit) for side in (self._befores, self._afters))
        marks += self._ribbons(befores, afters, unit, (left + _BAR, right - _BAR))
        for x, starts, sizes, texts, side in (
            (left, befores, self._befores, said[0], "end"),
            (right - _BAR, afters, self._afters, said[1], "start"),
        ):
            lowest = -math.inf
            for i, (start, size) in enumerate(zip(starts, sizes, strict=True)):
                marks.append(Box(x, start, _BAR, max(size * unit, 0.5), _STYLES.get(self.names[i], "bar")))
                lowest = max(start + size * unit / 2 + 4, lowest + _LINE)
                at = x - 6 if side == "end" else x + _BAR + 6
                name, figure = texts[i]  # where there is little room the name is cut, the figure never
                marks.append(
                    Text(at, lowest, f"{cut(name, room - 7 - text_width(f' {figure}'))} {figure}", "text", side)
                )
        return Scene(width, _TOP + _HIGH + _LINE * len(self.names) / 2, marks)

    def _ribbons(self, befores: list[float], afters: list[float], unit: float, ends: tuple[float, float]) -> list[Mark]:
        """Return a ribbon for each pair of categories; those who stayed last, on top."""
        leaves, comes, found = list(befores), list(afters), []
        for i, row in enumerate(self.counts):
            for j, count in enumerate(row):
                if count:
                    shape = _ribbon((ends[0], leaves[i]), (ends[1], comes[j]), count * unit)
                    found.append((i == j, Path(shape, "band2" if i == j else "band", closed=True)))
                    leaves[i], comes[j] = leaves[i] + count * unit, comes[j] + count * unit
        return [mark for _, mark in sorted(found, key=lambda pair: pair[0])]

    def _said(self, place: int, count: int, total: int, compact: bool, speech: Speech) -> tuple[str, str]:
        """Return the name of a category and its share, with the number where there is room."""
        share = speech.percent(count / total)
        return speech.name(self.names[place]), share if compact else f"{share} ({speech.number(count)})"


def _stacked(sizes: list[int], unit: float) -> list[float]:
    """Return where each bar begins, one below the other with a gap between."""
    starts, y = [], _TOP
    for size in sizes:
        starts.append(y)
        y += size * unit + _GAP
    return starts


def _ribbon(start: tuple[float, float], end: tuple[float, float], thick: float) -> tuple[tuple[float, float], ...]:
    """Return the outline of a ribbon between two bars, level at both ends."""
    (x1, y1), (x2, y2) = start, end
    upper = []
    for step in range(_CURVE + 1):
        t = step / _CURVE
        upper.append((x1 + (x2 - x1) * t, y1 + (y2 - y1) * t * t * (3 - 2 * t)))
    return (*upper, *((x, y + thick) for x, y in reversed(upper)))

"""From which category to which: a table of shares in which darker is more."""

from __future__ import annotations

from typing import Any

import attrs

from npskit.plots.chart import Chart
from npskit.plots.lettering import cut, text_width
from npskit.plots.scene import Box, Mark, Scene, Text
from npskit.plots.speech import Speech

# Steps of shade, each a style; in the darker ones figures are light.
SHADES = ("shade0", "shade1", "shade2", "shade3", "shade4", "shade5")


@attrs.frozen
class HeatMap(Chart):
    """How many went from each category (rows) to each (columns): the shares of a row sum to 1.

    Args:
        score: The name of the score.
        names: The categories, worst to best.
        counts: How many, a tuple for each row.
    """

    score: str
    names: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    def title(self, speech: Speech) -> str:
        """Return what is shown."""
        return speech.say("From which category of {name} customers moved to which", name=self.score)

    def alt(self, speech: Speech) -> str:
        """Return who stayed where they were."""
        parts = []
        for i, row in enumerate(self.counts):
            if sum(row):
                stayed = speech.percent(row[i] / sum(row))
                parts.append(speech.say("{name}: {share} stayed", name=speech.name(self.names[i]), share=stayed))
        return "; ".join(parts) or speech.say("no answers")

    def table(self, speech: Speech) -> tuple[list[str], list[list[Any]]]:
        """Return the counts, with the sums of the rows."""
        header = [speech.say("from, to"), *map(speech.name, self.names), speech.say("number")]
        return header, [[speech.name(name), *row, sum(row)] for name, row in zip(self.names, self.counts, strict=True)]

    def drawn(self, width: float, speech: Speech) -> Scene:
        """Return the plot."""
        size, names = len(self.names), list(map(speech.name, self.names))
        left = min(max([text_width(name) for name in names] + [40.0]) + 12, width * 0.28)
        end = text_width(speech.say("number")) + 12
        cell = (width - left - end) / max(size, 1)
        tall = 44.0 if cell > 60 else 30.0
        # names that are wider than their columns stand by turns in two rows, with the room of two
        turns = any(text_width(name) > cell - 4 for name in names)
        head = 50.0 if turns else 34.0
        marks: list[Mark] = [Text(0, head, speech.say("from"), "quiet"), Text(left, 14, speech.say("to"), "quiet")]
        beside = head - 16 if turns and size % 2 == 0 else head  # not in the row of the last name
        marks.append(Text(width, beside, speech.say("number"), "quiet", "end"))
        for j, name in enumerate(names):
            y, room = (head - 16 * (1 - j % 2), 2 * cell - 6) if turns else (head, cell - 4)
            marks.append(Text(left + cell * (j + 0.5), y, cut(name, room), "text", "middle"))
        for i, (name, row) in enumerate(zip(names, self.counts, strict=True)):
            y, n = head + 10 + tall * i, sum(row)
            marks.append(Text(0, y + tall / 2 + 4, cut(name, left - 8), "text"))
            marks.append(Text(width, y + tall / 2 + 4, speech.number(n), "quiet", "end"))
            for j, count in enumerate(row):
                marks += _cell(left + cell * j, y, (cell, tall), count, n, speech)
        return Scene(width, head + 10 + tall * size + 6, marks)


def _cell(x: float, y: float, size: tuple[float, float], count: int, n: int, speech: Speech) -> list[Mark]:
    """Return one cell: its shade and its share, with the number where there is room."""
    share = count / n if n else 0.0
    place = min(int(share * len(SHADES)), len(SHADES) - 1)
    marks: list[Mark] = [Box(x, y, *size, SHADES[place])]
    if not n:
        return marks
    text = speech.percent(share)
    inside = "in-dark" if place > 2 else "in-light"
    if text_width(text) < size[0] - 2:
        middle = y + size[1] / 2
        both = size[1] > 40
        marks.append(Text(x + size[0] / 2, middle + (-2 if both else 4), text, inside, "middle"))
        if both:
            marks.append(Text(x + size[0] / 2, middle + 15, speech.number(count), inside, "middle"))
    return marks

"""What became of all rows: one thin bar, and below it the part that is not scored, enlarged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from npskit.plots.chart import Chart
from npskit.plots.lettering import text_width
from npskit.plots.scene import Box, Line, Mark, Scene, Text
from npskit.plots.speech import Speech

_THICK = 16.0
_LOOKS = {"missing": "dark", "invalid": "outlined", "set aside": "bar", "left out": "rest"}


def _as_kinds(kinds: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    return tuple(kinds)


@attrs.frozen
class RowBar(Chart):
    """Scored rows and those that are not.

    Args:
        n: The scored rows.
        others: The other kinds with their number, of `"missing"`, `"invalid"`, `"set aside"` and `"left out"`.
    """

    n: int
    others: tuple[tuple[str, int], ...] = attrs.field(converter=_as_kinds)

    @property
    def left(self) -> int:
        """How many rows are not scored."""
        return sum(count for _, count in self.others)

    def title(self, speech: Speech) -> str:
        """Return what is shown."""
        return speech.say("What became of the rows")

    def alt(self, speech: Speech) -> str:
        """Return the numbers."""
        return ", ".join(self._said(name, count, speech) for name, count in (("scored", self.n), *self.others))

    def table(self, speech: Speech) -> tuple[list[str], list[list[Any]]]:
        """Return a row for each kind."""
        header = ["", speech.say("number")]
        return header, [[speech.say(name), count] for name, count in (("scored", self.n), *self.others)]

    def drawn(self, width: float, speech: Speech) -> Scene:
        """Return the bars."""
        share = self.left / max(self.n + self.left, 1)
        edge = (width - 1) * (1 - share)
        marks: list[Mark] = [Box(1, 22, max(edge - 1, 0.5), _THICK, "rest")]
        marks.append(Text(1, 14, self._said("scored", self.n, speech), "strong"))
        if not self.left:
            return Scene(width, 44, marks)
        marks.append(Box(min(edge, width - 2), 22, max(width - 1 - edge, 1), _THICK, "dark"))
        marks.append(
            Text(width - 1, 14, speech.say("{number} not scored", number=speech.number(self.left)), "strong", "end")
        )
        start, top = width * (0.3 if width > 500 else 0.1), 72.0
        marks += [
            Line(min(edge, width - 2), 22 + _THICK, start, top, "leader"),
            Line(width - 1, 22 + _THICK, width - 1, top, "leader"),
        ]
        x, told = start, [(name, count) for name, count in self.others if count]
        for name, count in told:
            wide = (width - 1 - start) * count / self.left
            marks.append(Box(x, top, max(wide, 1), _THICK, _LOOKS[name]))
            x += wide
        return Scene(width, top + _THICK + self._named(told, marks, start, width, top + _THICK, speech), marks)

    def _named(
        self, told: list[tuple[str, int]], marks: list[Mark], start: float, width: float, top: float, speech: Speech
    ) -> float:
        """Name the parts below their middle, each at least beyond the one before; return how high that is."""
        y, end, x = top + 18, 0.0, start
        for name, count in told:
            said = self._said(name, count, speech)
            wide, part = text_width(said), (width - 1 - start) * count / self.left
            at = min(max(x + part / 2 - wide / 2, start), width - 1 - wide)
            if at < end + 8:  # no room beside the one before
                y += 18
            marks.append(Text(at, y, said, "text"))
            end, x = at + wide, x + part
        return y - top + 8

    def _said(self, name: str, count: int, speech: Speech) -> str:
        return speech.say("{number} {kind}", number=speech.number(count), kind=speech.say(name))

"""What a plan is expected to bring against what it spends, follow-up by follow-up, the best for the money first."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import attrs

from npskit.plots.chart import Chart
from npskit.plots.lettering import cut, folded, text_width
from npskit.plots.scene import Axis, Dot, Line, Mark, Path, Scene, Text, span
from npskit.plots.speech import Speech

_HEIGHT = 300.0


def _floats(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(map(float, values))


@attrs.frozen
class BudgetCurve(Chart):
    """The running sums of costs and of expected gains; they end at what the plan spends and brings.

    Args:
        money: Running sum of the costs, from 0.
        value: Running sum of the expected gains beyond these costs, from 0.
        budget: The money there is; infinite for no limit.
        bound: What no plan within the limits can exceed; NaN where it is not known.
        currency: Of all amounts; empty if not said.
    """

    money: tuple[float, ...] = attrs.field(converter=_floats)
    value: tuple[float, ...] = attrs.field(converter=_floats)
    budget: float = math.inf
    bound: float = math.nan
    currency: str = ""

    def title(self, speech: Speech) -> str:
        """Return what is shown."""
        return speech.say("Expected value of the plan against the money it spends")

    def alt(self, speech: Speech) -> str:
        """Return what is spent, and what it brings."""
        spent, brings = self._amount(self.money[-1], speech), self._amount(self.value[-1], speech)
        return speech.say("{spent} spent, {value} expected beyond it", spent=spent, value=brings)

    def table(self, speech: Speech) -> tuple[list[str], list[list[Any]]]:
        """Return what is spent, the budget, what is expected and what is the most."""
        named = {"spent": self.money[-1], "budget": self.budget, "expected value": self.value[-1]}
        named |= {"at most": self.bound}
        rows = [[speech.say(name), speech.number(amount)] for name, amount in named.items() if not math.isnan(amount)]
        return ["", self.currency], [list(row) for row in rows]

    def drawn(self, width: float, speech: Speech) -> Scene:
        """Return the plot."""
        limited = math.isfinite(self.budget)
        y = Axis(*span([0.0, *self.value, self.bound]), _HEIGHT - 44, 48)
        left = max(text_width(speech.number(tick, y.digits)) for tick in y.ticks()) + 18
        bounded = self._bounded(width - left - 16, speech)
        # lines of text stand on the line of the bound, which is nearly at the top
        y = attrs.evolve(y, end=y.end + 16 * max(len(bounded) - 1, 0))
        ends = span([0.0, self.money[-1], self.budget if limited else 0.0], 0.04)
        x = Axis(0.0, ends[1], left, width - 12)
        said = speech.say("expected value beyond the cost")
        marks: list[Mark] = [Text(0, 14, cut(", ".join(filter(None, [said, self.currency])), width), "quiet")]
        for tick in y.ticks():
            at = y.at(tick)
            marks.append(Line(x.start, at, x.end, at, "axis" if tick == 0 else "grid"))
            marks.append(Text(x.start - 8, at + 4, speech.number(tick, y.digits), "quiet", "end"))
        for tick, named in x.named(speech.number):
            marks.append(Line(x.at(tick), y.start, x.at(tick), y.start + 4, "axis"))
            marks.append(Text(x.at(tick), y.start + 20, named, "quiet", "middle"))
        marks.append(
            Text(x.end, y.start + 38, ", ".join(filter(None, [speech.say("spent"), self.currency])), "quiet", "end")
        )
        if bounded:
            at, last = y.at(self.bound), 16 * (len(bounded) - 1)
            marks.append(Line(x.start, at, x.end, at, "reference"))
            marks += [Text(x.start + 4, at - 6 - last + 16 * i, line, "quiet") for i, line in enumerate(bounded)]
        if limited:
            at, half = x.at(self.budget), text_width(speech.say("budget"))
            side = "end" if at + half + 8 > width else "start"
            marks.append(Line(at, 38, at, y.start, "event"))
            marks.append(Text(at + (-5 if side == "end" else 5), 34, speech.say("budget"), "text", side))
        points = [(x.at(money), y.at(value)) for money, value in zip(self.money, self.value, strict=True)]
        marks += [Path(tuple(_seen(points)), "path"), Dot(*points[-1], 4.5, "point")]
        text = self._amount(self.value[-1], speech)
        side = "end" if points[-1][0] + text_width(text, bold=True) + 12 > width else "start"
        marks.append(Text(points[-1][0] + (-9 if side == "end" else 9), points[-1][1] + 18, text, "strong", side))
        return Scene(width, _HEIGHT, marks, x, y)

    def _bounded(self, room: float, speech: Speech) -> list[str]:
        """Return what no plan can exceed, in words, in lines of so many pixels; nothing where it is not known."""
        if not math.isfinite(self.bound):
            return []
        most = self._amount(self.bound, speech)
        return folded(speech.say("no plan within the limits brings more than {value}", value=most), room)

    def _amount(self, amount: float, speech: Speech) -> str:
        return f"{speech.number(amount)} {self.currency}".strip()


def _seen(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return points that are at least half a pixel apart, with the first and the last."""
    kept = points[:1]
    for point in points[1:-1]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= 0.5:
            kept.append(point)
    return [*kept, points[-1]]

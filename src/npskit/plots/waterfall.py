"""What a change is made of: from the score before, part by part, to the score after."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import attrs

from npskit.plots.chart import COMPACT, Chart
from npskit.plots.lettering import cut, text_width
from npskit.plots.scene import Axis, Box, Dot, Line, Mark, Scene, Text, span
from npskit.plots.speech import Speech

_ROW, _TOP = 30.0, 45.0
# More parts than this are added up in one, that of the smallest.
_MOST = 14


@attrs.frozen
class WaterfallStep:
    """One part of a change, with its interval; NaN where that is not known."""

    name: str
    value: float
    low: float = math.nan
    high: float = math.nan

    @property
    def clear(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0


def _as_steps(steps: Iterable[WaterfallStep]) -> tuple[WaterfallStep, ...]:
    return tuple(steps)


@attrs.frozen
class Waterfall(Chart):
    """Parts that add up to a change, in the order given, each from running total to running total.

    Totals are points, so that the axis need not begin at 0; a part is filled where its interval leaves 0 out.

    Args:
        score: The name of the score.
        before: The score before.
        after: The score after; `before` and all steps add up to it.
        steps: The parts.
        level: Of their intervals.
        names: What the two totals are called.
    """

    score: str
    before: float
    after: float
    steps: tuple[WaterfallStep, ...] = attrs.field(converter=_as_steps)
    level: float = 0.95
    names: tuple[str, str] | None = None

    def shown(self, speech: Speech) -> list[WaterfallStep]:
        """Return the parts that are drawn: of many the last ones added up."""
        if len(self.steps) <= _MOST:
            return list(self.steps)
        kept, rest = self.steps[: _MOST - 1], self.steps[_MOST - 1 :]
        said = speech.say("and {count} more", count=len(rest))
        return [*kept, WaterfallStep(said, math.fsum(step.value for step in rest))]

    def title(self, speech: Speech) -> str:
        """Return what is shown."""
        return speech.say("What the change of {name} is made of", name=self.score)

    def alt(self, speech: Speech) -> str:
        """Return the parts."""
        parts = [f"{step.name} {speech.number(step.value, 1, signed=True)}" for step in self.shown(speech)]
        ends = [f"{name} {speech.number(v, 1)}" for name, v in zip(self._names(speech), self._ends(), strict=True)]
        return "; ".join([ends[0], *parts, ends[1]])

    def table(self, speech: Speech) -> tuple[list[str], list[list[Any]]]:
        """Return the score before, each part with its interval, and the score after."""
        level = speech.say("{name} ({level} interval)", name=self.score, level=speech.level(self.level))
        first, last = self._names(speech)
        rows: list[list[Any]] = [[first, speech.number(self.before, 1)]]
        rows += [[step.name, speech.estimate(step.value, step.low, step.high, 1, signed=True)] for step in self.steps]
        return ["", level], [*rows, [last, speech.number(self.after, 1)]]

    def drawn(self, width: float, speech: Speech) -> Scene:
        """Return the plot."""
        steps, compact = self.shown(speech), width < COMPACT
        names = self._names(speech)
        left = min(max(map(text_width, [*names, *(step.name for step in steps)])) * 1.08, width * 0.3) + 10
        figures = [self._figure(step, compact, speech) for step in steps]
        head = "" if compact else speech.say("points ({level} interval)", level=speech.level(self.level))
        right = max(text_width(text, bold=True) for text in [*figures, head, speech.number(self.after, 1)]) + 14
        x = Axis(*span(self._reach(steps), 0.05), left, width - right)
        bottom = _TOP + _ROW * (len(steps) + 1) + 18
        marks: list[Mark] = []
        for tick, named in x.named(speech.number):
            at = x.at(tick)
            marks += [Line(at, 26, at, bottom, "axis" if tick == 0 else "grid")]
            marks.append(Text(at, bottom + 18, named, "quiet", "middle"))
        marks += [Text(x.start, 14, self.score, "quiet"), Text(width, 14, head, "quiet", "end")]
        total, y = self.before, _TOP
        for name, value, place in ((names[0], self.before, y), (names[1], self.after, bottom - 18)):
            marks += [Text(0, place + 4, cut(name, left - 10, bold=True), "strong")]
            marks.append(Text(width, place + 4, speech.number(value, 1), "strong", "end"))
        marks.append(Dot(x.at(self.before), y, 5, "point"))
        for step, figure in zip(steps, figures, strict=True):
            start, end = x.at(total), x.at(total + step.value)
            marks.append(Line(start, y, start, y + _ROW + 8, "leader"))
            y += _ROW
            style = "bar" if step.clear else "bar-unsure"
            marks.append(Box(min(start, end), y - 8, max(abs(end - start), 0.5), 16, style))
            if math.isfinite(step.low + step.high):
                marks.append(Line(x.at(total + step.low), y, x.at(total + step.high), y, "whisker"))
            marks.append(Text(0, y + 4, cut(step.name, left - 10), "text"))
            marks.append(Text(width, y + 4, figure, "text", "end"))
            total += step.value
        marks += [Line(x.at(total), y, x.at(total), y + _ROW, "leader"), Dot(x.at(self.after), y + _ROW, 5, "point")]
        return Scene(width, bottom + 26, marks, x=x)

    def _reach(self, steps: list[WaterfallStep]) -> list[float]:
        """Return all numbers that the axis has to hold."""
        found, total = [self.before, self.after], self.before
        for step in steps:
            found += [total + step.low, total + step.high, total + step.value]
            total += step.value
        return found

    def _figure(self, step: WaterfallStep, compact: bool, speech: Speech) -> str:
        if compact:
            return speech.number(step.value, 1, signed=True)
        return speech.estimate(step.value, step.low, step.high, 1, signed=True)

    def _ends(self) -> tuple[float, float]:
        return self.before, self.after

    def _names(self, speech: Speech) -> tuple[str, str]:
        return self.names or (speech.say("before"), speech.say("after"))

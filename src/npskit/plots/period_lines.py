"""Scores over time: points on a line with the interval of each period, gaps where nobody answered, what happened."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from npskit.plots.chart import COMPACT, Chart
from npskit.plots.lettering import cut, text_width
from npskit.plots.period_changes import FOOT, ChangeSteps, PeriodChange, levels_of
from npskit.plots.period_labels import PeriodTicks
from npskit.plots.scene import Axis, Dot, Line, Mark, Path, Scene, Text, span
from npskit.plots.speech import Speech

_TOP = 44.0


def _floats(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(map(float, values))


@attrs.frozen
class PeriodSeries:
    """What is drawn along the periods; arrays have one number for each, NaN where there is none.

    Args:
        name: What it is of; empty where it is the only one.
        values: The scores.
        low: Lower limits of their intervals; empty where there are none.
        high: Upper limits.
        few: Whether there are too few answers, so that the point is hollow; empty where none has.
        subject: Whether it is what is spoken of, rather than what it is compared with.
    """

    name: str
    values: tuple[float, ...] = attrs.field(converter=_floats)
    low: tuple[float, ...] = attrs.field(default=(), converter=_floats)
    high: tuple[float, ...] = attrs.field(default=(), converter=_floats)
    few: tuple[bool, ...] = attrs.field(default=(), converter=tuple)
    subject: bool = True

    def last(self, speech: Speech, digits: int) -> str:
        """Return what stands beside its last point."""
        return f"{self.name} {speech.number(self.values[-1], digits)}".strip() if self.values else self.name


@attrs.frozen
class PeriodEvent:
    """Something that happened: `at` periods after the beginning of the first one, with its name."""

    at: float
    name: str


@attrs.frozen
class PeriodSignal:
    """A period that is out of the ordinary: its place, whether it is a `"rise"` or a `"fall"`, and of which series."""

    index: int
    direction: str
    of: int = 0


@attrs.frozen
class PeriodLines(Chart):
    """One series with its ribbon, or two of which one is the subject, over calendar periods.

    Args:
        score: What the numbers are.
        periods: The labels of the periods, all from the first to the last.
        series: What is drawn.
        level: Of the intervals; None where there are none.
        whole: The score of all periods together, or of what is usual; None where it is not known.
        lower: Lower control limits; empty where there are none.
        upper: Upper control limits.
        events: What happened, and when.
        signals: The periods out of the ordinary.
        changes: When the level changed, in order of time; of one series alone.
        running: Whether the last period is not over.
        digits: Of the figures.
        usual: Whether `whole` is what is usual, rather than the score of all.
        height: In pixels.
        ends: The ends of the upright axis, where it is not to be of these numbers alone.
    """

    score: str
    periods: tuple[str, ...]
    series: tuple[PeriodSeries, ...]
    level: float | None = None
    whole: float | None = None
    lower: tuple[float, ...] = attrs.field(default=(), converter=_floats)
    upper: tuple[float, ...] = attrs.field(default=(), converter=_floats)
    events: tuple[PeriodEvent, ...] = ()
    signals: tuple[PeriodSignal, ...] = ()
    changes: tuple[PeriodChange, ...] = ()
    running: bool = False
    digits: int = 0
    usual: bool = False
    height: float = 300.0
    ends: tuple[float, float] | None = None

    def title(self, speech: Speech) -> str:
        """Return what is shown."""
        if self.level is None:
            return speech.say("{name} by period", name=self.score)
        return speech.say("{name} by period with {level} intervals", name=self.score, level=speech.level(self.level))

    def alt(self, speech: Speech) -> str:
        """Return between which numbers each series moves, what happened and what is out of the ordinary."""
        parts = []
        for each in self.series:
            there = [value for value in each.values if math.isfinite(value)]
            if there:
                ends = {"low": speech.number(min(there), 1), "high": speech.number(max(there), 1)}
                said = speech.say("{count} periods, from {low} to {high}", count=len(there), **ends)
                parts.append(f"{each.name}: {said}" if each.name else said)
        parts += [event.name for event in self.events]
        parts += [f"{self.periods[s.index]}: {speech.say(s.direction)}" for s in self.signals]
        parts += [f"{self.periods[change.index]}: {change.said(speech, 1)}" for change in self.changes]
        return "; ".join(parts)

    def table(self, speech: Speech) -> tuple[list[str], list[list[Any]]]:
        """Return a row for each period, with the score and the limits of each series."""
        header = [speech.say("period")]
        columns: list[Sequence[Any]] = [self.periods]
        for each in self.series:
            header.append(each.name or self.score)
            columns.append([None if math.isnan(value) else value for value in each.values])
            if each.low:
                header.append(
                    speech.say("{name} ({level} interval)", name=header[-1], level=speech.level(self.level or 0))
                )
                limits = zip(each.low, each.high, strict=True)
                columns.append(["" if low != low else speech.limits(low, high, 1) for low, high in limits])
        if self.lower:
            header.append(speech.say("limits"))
            limits = zip(self.lower, self.upper, strict=True)
            columns.append(["" if low != low else speech.limits(low, high, 1) for low, high in limits])
        if self.changes:
            header.append(speech.say("level"))
            columns.append(levels_of(self.changes, len(self.periods)))
        return header, [list(row) for row in zip(*columns, strict=True)]

    def whole_said(self, speech: Speech) -> str:
        """Return what stands beside the line of the whole."""
        phrase = "usual {value}" if self.usual else "all {value}"
        return speech.say(phrase, value=speech.number(math.nan if self.whole is None else self.whole, self.digits))

    def trusted(self) -> list[float]:
        """Return the numbers that the upright axis has to hold: all but the limits of few answers."""
        values: list[float] = [*self.lower, *self.upper, *([] if self.whole is None else [self.whole])]
        values += levels_of(self.changes, len(self.periods))
        for each in self.series:
            few = each.few or (False,) * len(each.values)
            values += each.values
            for limits in (each.low, each.high):
                values += [limit for limit, less in zip(limits, few, strict=False) if not less]
        return values

    def drawn(self, width: float, speech: Speech) -> Scene:
        """Return the plot."""
        return _Lines.of(self, width, speech).scene()


@attrs.frozen
class _Lines:
    """The lines on their way onto the plot."""

    chart: PeriodLines
    speech: Speech
    x: Axis
    y: Axis
    width: float

    @classmethod
    def of(cls, chart: PeriodLines, width: float, speech: Speech) -> _Lines:
        """Return it with axes that hold all that can be trusted."""
        beyond = 0.14 if chart.signals or chart.changes else 0.06
        foot = chart.height - 44 - (FOOT if chart.changes else 0.0)
        y = Axis(*(chart.ends or span(chart.trusted(), beyond)), foot, _TOP)
        ends = [each.last(speech, chart.digits) for each in chart.series]
        ends += [] if chart.whole is None else [chart.whole_said(speech)]
        room = width * (0.22 if width < COMPACT else 0.3)
        right = min(max(text_width(end, bold=True) + 34 for end in ends), room)
        left = max(text_width(speech.number(tick, y.digits)) for tick in y.ticks()) + 10
        last = max(len(chart.periods) - 1, 1)
        return cls(chart, speech, Axis(0, last, left + 8, width - right), y, width)

    def scene(self) -> Scene:
        """Return the drawing, from the ribbon in the back to the labels."""
        marks: list[Mark] = []
        if len(self.chart.series) == 1:
            marks += self._ribbon(self.chart.series[0])
        marks += self._frame()
        marks += self._limits()
        marks += ChangeSteps(self.chart.changes, self.x, self.y, self.speech).marks(self.chart.digits)
        for i, each in sorted(enumerate(self.chart.series), key=lambda pair: pair[1].subject):
            # of two lines the whiskers stand beside each other
            dodged = len(self.chart.series) > 1 and each.low
            marks += self._series(i, each, (3.0 if each.subject else -3.0) if dodged else 0.0)
        marks += [*self._ends(), *PeriodTicks(self.chart.periods, self.x, self.chart.height - 44, self.speech).marks()]
        return Scene(self.width, self.chart.height, marks, self.x, self.y)

    def _frame(self) -> list[Mark]:
        """Return the grid, the line of the whole and what happened."""
        marks: list[Mark] = []
        end = self.x.end + 6
        for tick in self.y.ticks():
            y = self.y.at(tick)
            marks.append(Line(self.x.start - 6, y, end, y, "axis" if tick == 0 else "grid"))
            marks.append(Text(self.x.start - 14, y + 4, self.speech.number(tick, self.y.digits), "quiet", "end"))
        marks.append(Text(0, 14, cut(self.chart.score, self.width / 2), "quiet"))
        if self.chart.whole is not None and math.isfinite(self.chart.whole):
            y = self.y.at(self.chart.whole)
            marks.append(Line(self.x.start - 6, y, end, y, "reference"))
        taken: list[tuple[float, float]] = [(0.0, text_width(self.chart.score) + 12), (0.0, 0.0)]
        for event in self.chart.events:
            x = self.x.within(event.at)
            name = cut(event.name, self.width * 0.45)
            wide = text_width(name)
            side = "start" if x + 5 + wide < self.width else "end"
            start = x + 5 if side == "start" else x - 5 - wide
            row = next((i for i, (low, high) in enumerate(taken) if start > high or start + wide < low), None)
            marks.append(Line(x, 18 if row == 0 else 34, x, self.chart.height - 44, "event"))
            if row is not None:  # a name without room stands in the table and the description alone
                taken[row] = (min(taken[row][0], start), start + wide + 8)
                marks.append(Text(x + (5 if side == "start" else -5), 14 + 18 * row, name, "text", side))
        return marks

    def _ribbon(self, each: PeriodSeries) -> list[Mark]:
        """Return the intervals: an area along a stretch of periods, a line where one stands alone."""
        marks: list[Mark] = []
        for run in _runs(each.values) if each.low else []:
            held = [i for i in run if math.isfinite(each.low[i] + each.high[i])]
            low = [(self.x.at(i), self.y.within(each.low[i])) for i in held]
            high = [(self.x.at(i), self.y.within(each.high[i])) for i in held]
            if len(held) > 1:
                marks.append(Path((*high, *reversed(low)), "band", closed=True))
            elif held:
                marks.append(Line(*low[0], *high[0], "whisker"))
        return marks

    def _limits(self) -> list[Mark]:
        """Return control limits as steps."""
        marks: list[Mark] = []
        half = (self.x.end - self.x.start) / max(len(self.chart.periods) - 1, 1) / 2
        for line in (self.chart.lower, self.chart.upper):
            for run in _runs(line):
                points: list[tuple[float, float]] = []
                for i in run:
                    x, y = self.x.at(i), self.y.at(line[i])
                    points += [(max(x - half, self.x.start - 6), y), (min(x + half, self.x.end + 6), y)]
                marks.append(Path(tuple(points), "limit"))
        return marks

    def _series(self, number: int, each: PeriodSeries, aside: float) -> list[Mark]:
        """Return the line and the points of a series, hollow where there are few answers or the period is not over."""
        kinds = ("path", "point", "hollow", "whisker") if each.subject else (
            "other-path", "other", "other-hollow", "other-whisker")  # fmt: skip
        marks: list[Mark] = []
        signals = {signal.index: signal.direction for signal in self.chart.signals if signal.of == number}
        for run in _runs(each.values):
            points = tuple((self.x.at(i) + aside, self.y.within(each.values[i])) for i in run)
            if len(points) > 1:
                marks.append(Path(points, kinds[0]))
            for i, (x, y) in zip(run, points, strict=True):
                if aside and each.low and math.isfinite(each.low[i] + each.high[i]):
                    marks.append(Line(x, self.y.within(each.low[i]), x, self.y.within(each.high[i]), kinds[3]))
                hollow = (each.few and each.few[i]) or (self.chart.running and i == len(each.values) - 1)
                crowded = len(each.values) > 60
                radius = 5.0 if i in signals else 4.0 if hollow else 1.5 if crowded else 3.0
                marks.append(Dot(x, y, radius, kinds[2] if hollow else kinds[1]))
                if i in signals and signals[i] != signals.get(i - 1):  # a stretch is named where it begins
                    up = signals[i] == "rise"
                    marks.append(Text(x, y + (-10 if up else 20), self.speech.say(signals[i]), "strong", "middle"))
        return marks

    def _ends(self) -> list[Mark]:
        """Return what stands at the right end: the last value of each series, and that of the whole, apart."""
        chart, speech = self.chart, self.speech
        found: list[tuple[float, str, str]] = []
        for each in chart.series:
            there = [i for i, value in enumerate(each.values) if math.isfinite(value)]
            if there and there[-1] == len(each.values) - 1:
                style = "strong" if each.subject else "aside"
                found.append((self.y.within(each.values[-1]), each.last(speech, chart.digits), style))
        if chart.whole is not None and math.isfinite(chart.whole):
            found.append((self.y.at(chart.whole), chart.whole_said(speech), "quiet"))
        marks: list[Mark] = []
        lowest = -math.inf
        for y, text, style in sorted(found):
            lowest = max(y, lowest + 16)
            bold = style == "strong"
            marks.append(Text(self.x.end + 12, lowest + 4, cut(text, self.width - self.x.end - 12, bold=bold), style))
        if chart.running and chart.ends is None:  # panels say it once
            marks.append(Text(self.width, _TOP - 8, speech.say("last period so far"), "quiet", "end"))
        return marks


def _runs(values: Sequence[float]) -> list[list[int]]:
    """Return the stretches of periods with a number."""
    runs: list[list[int]] = [[]]
    for i, value in enumerate(values):
        if math.isfinite(value):
            runs[-1].append(i)
        else:
            runs.append([])
    return [run for run in runs if run]

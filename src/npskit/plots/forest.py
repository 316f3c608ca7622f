"""Estimates with intervals, a row each: segments against the whole, effects, contributions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from npskit.plots.chart import COMPACT, Chart
from npskit.plots.lettering import cut, text_width
from npskit.plots.scene import Axis, Box, Dot, Line, Mark, Path, Scene, Text, span
from npskit.plots.speech import Speech

_ROW = 24.0


@attrs.frozen
class ForestRow:
    """One row of a forest plot.

    Args:
        name: What it is of.
        value: The estimate; NaN where there is none.
        low: Lower limit; NaN where there is none.
        high: Upper limit.
        n: The answers behind it; None where none are counted.
        few: Whether there are too few of them to rank it.
        hidden: Why nothing is shown of it: `"hidden"`, or `"hidden with it"` so that no other can be had by
            subtraction; empty where all is. A hidden row holds no number.
        unsure: Whether it is drawn hollow although there are answers enough.
    """

    name: str
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    n: int | None = None
    few: bool = False
    hidden: str = ""
    unsure: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return bool(self.hidden) or math.isnan(self.value)


def _as_rows(rows: Iterable[ForestRow]) -> tuple[ForestRow, ...]:
    return tuple(rows)


@attrs.frozen
class Forest(Chart):
    """Rows of estimates; those that can be ranked in order of the estimate, then few answers, then what is hidden.

    Args:
        score: What is estimated: the name of the score.
        by: What the rows are: the names of the columns.
        rows: In any order, unless `ordered`.
        level: The confidence level.
        whole: Estimate and limits of all together, or None.
        too_few: The number of answers below which a row is not ranked.
        hide_below: The number of answers below which a row is hidden.
        digits: Of the figures.
        signed: Whether the figures are differences.
        ordered: Whether the rows stand as they are.
        counted: What `n` counts.
    """

    score: str
    by: tuple[str, ...]
    rows: tuple[ForestRow, ...] = attrs.field(converter=_as_rows)
    level: float = 0.95
    whole: tuple[float, float, float] | None = None
    too_few: int = 30
    hide_below: int | None = None
    digits: int = 0
    signed: bool = False
    ordered: bool = False
    counted: str = "answers"

    def blocks(self) -> tuple[list[ForestRow], list[ForestRow], list[ForestRow]]:
        """Return the rows that are ranked, those of few answers, and those of which nothing is shown."""
        ranked = [row for row in self.rows if not row.empty and not row.few]
        few = [row for row in self.rows if not row.empty and row.few]
        none = [row for row in self.rows if row.empty]
        if self.ordered:
            return ranked, few, none
        named = [sorted(block, key=lambda row: row.name.casefold()) for block in (few, none)]
        return sorted(ranked, key=lambda row: -row.value), named[0], named[1]

    def title(self, speech: Speech) -> str:
        """Return what is shown."""
        by = ", ".join(self.by)
        return speech.say(
            "{name} by {by} with {level} intervals", name=self.score, by=by, level=speech.level(self.level)
        )

    def alt(self, speech: Speech) -> str:
        """Return how many rows there are, and in which order."""
        sizes = dict(zip(("rows", "few", "hidden"), map(len, self.blocks()), strict=True))
        return speech.say("{rows} rows in order of the score, {few} with few answers, {hidden} hidden", **sizes)

    def table(self, speech: Speech) -> tuple[list[str], list[list[Any]]]:
        """Return the rows as they stand; nothing but the name of what is hidden."""
        interval = speech.say("{name} ({level} interval)", name=self.score, level=speech.level(self.level))
        header = [", ".join(self.by), speech.say(self.counted), interval, ""]
        rows: list[list[Any]] = []
        for block in self.blocks():
            for row in block:
                note = speech.say(row.hidden or "no answers") if row.empty else ""
                figure = "" if row.empty else speech.estimate(*self._figures(row), 1, signed=self.signed)
                count = self._count(row, speech)
                rows.append([row.name, count, figure, note or (speech.say("too few to rank") if row.few else "")])
        return header, rows

    def drawn(self, width: float, speech: Speech) -> Scene:
        """Return the plot."""
        ranked, few, none = self.blocks()
        compact = width < COMPACT
        names = [row.name for row in self.rows]
        left = min(max([text_width(name) for name in names] + [40.0]), width * (0.3 if compact else 0.27))
        count = 0.0 if all(row.n is None for row in self.rows) else text_width(speech.say(self.counted)) + 14
        figures = [speech.estimate(*self._figures(row), self.digits, signed=self.signed) for row in ranked + few]
        right = 8.0 if compact else max([text_width(text) for text in figures] + [96.0]) + 14
        axis = Axis(*self._ends(ranked or few, few), left + count + 14, width - right)
        plot = _Rows(self, speech, axis, left, left + count, width, compact)
        y = plot.block(ranked, 42.0)
        if few:
            said = speech.say("fewer than {few} answers, in order of name", few=self.too_few)
            y = plot.block(few, plot.heading(said, y))
        y = plot.block(none, y + (8.0 if none else 0.0))
        bottom = y - _ROW / 2 - 2
        return Scene(
            width, bottom + (42 if compact else 24), [*self._frame(axis, bottom, width, speech), *plot.marks], x=axis
        )

    def _frame(self, axis: Axis, bottom: float, width: float, speech: Speech) -> list[Mark]:
        """Return the grid, the band of the whole, and the words above and below."""
        marks: list[Mark] = []
        if self.whole is not None and math.isfinite(sum(self.whole)):
            low, high = axis.within(self.whole[1]), axis.within(self.whole[2])
            marks.append(Box(low, 26, high - low, bottom - 26, "band"))
        for tick in axis.ticks():
            x = axis.at(tick)
            marks.append(Line(x, 26, x, bottom, "axis" if tick == 0 else "grid"))
            marks.append(
                Text(x, bottom + 16, speech.number(tick, _digits(axis), signed=self.signed), "quiet", "middle")
            )
        level = speech.level(self.level)
        compact = width < COMPACT
        head = self.score if compact else speech.say("{name} ({level} interval)", name=self.score, level=level)
        marks.append(Text(axis.end if compact else width, bottom + 34 if compact else 14, head, "quiet", "end"))
        if any(row.n is not None for row in self.rows):
            marks.append(Text(axis.start - 14, 14, speech.say(self.counted), "quiet", "end"))
        if self.whole is not None and math.isfinite(self.whole[0]):
            said = speech.say("all {value}", value=speech.number(self.whole[0], self.digits))
            x, half = axis.within(self.whole[0]), text_width(said, bold=True) / 2
            marks.append(Line(x, 24, x, bottom, "whole"))
            end = width if compact else width - text_width(head) - 10
            marks.append(Text(min(max(x, axis.start + half), end - half), 14, said, "strong", "middle"))
        return marks

    def _ends(self, rows: Sequence[ForestRow], few: Sequence[ForestRow]) -> tuple[float, float]:
        """Return the ends of the axis: of rows that can be ranked and points of few, of differences zero as well."""
        values = [number for row in rows for number in (row.value, row.low, row.high)] + [row.value for row in few]
        return span([*values, *(self.whole or ()), *([0.0] if self.signed else [])], 0.04)

    def _count(self, row: ForestRow, speech: Speech) -> str:
        if row.hidden == "hidden" and self.hide_below is not None:
            return speech.say("< {least}", least=self.hide_below)
        return "–" if row.hidden or row.n is None else speech.number(row.n)

    @staticmethod
    def _figures(row: ForestRow) -> tuple[float, float, float]:
        return row.value, row.low, row.high


def _digits(axis: Axis) -> int:
    """Return how many decimals tell the ticks of an axis apart."""
    found = axis.ticks()
    return next((d for d in range(4) if all(abs(round(t, d) - t) < 1e-9 for t in found)), 4)


@attrs.frozen
class _Rows:
    """Rows on their way onto the plot."""

    chart: Forest
    speech: Speech
    axis: Axis
    left: float
    count: float
    width: float
    compact: bool
    marks: list[Mark] = attrs.field(factory=list)

    def heading(self, text: str, y: float) -> float:
        """Write what the rows below have in common, and return where they begin."""
        self.marks.extend([Line(0, y - 8, self.width, y - 8, "grid"), Text(0, y + 11, text, "quiet")])
        return y + 32

    def block(self, rows: Sequence[ForestRow], y: float) -> float:
        """Draw rows from `y` down, and return where the next one would stand."""
        for row in rows:
            self._row(row, y)
            y += _ROW
        return y

    def _row(self, row: ForestRow, y: float) -> None:
        chart, speech, marks = self.chart, self.speech, self.marks
        quiet = "quiet" if row.few or row.empty else "text"
        marks.append(Text(0, y + 4, cut(row.name, self.left), quiet))
        if row.n is not None or row.hidden:
            marks.append(Text(self.count, y + 4, chart._count(row, speech), "quiet", "end"))
        if row.empty:
            if row.hidden:
                marks.append(Line(self.axis.start, y, self.axis.end, y, "comb"))
            said = speech.say(row.hidden or "no answers")
            marks.append(Text(self.axis.end - 4 if self.compact else self.width, y + 4, said, "quiet", "end"))
            return
        self._whisker(row, y)
        hollow = "hollow-few" if row.few else "hollow" if row.unsure else "point"
        marks.append(Dot(self.axis.at(row.value), y, 4.5, hollow))
        if not self.compact:
            text = speech.estimate(row.value, row.low, row.high, chart.digits, signed=chart.signed)
            marks.append(Text(self.width, y + 4, text, quiet, "end"))

    def _whisker(self, row: ForestRow, y: float) -> None:
        """Draw an interval; an end beyond the axis is an arrow."""
        low, high = row.low, row.high
        if math.isnan(low) or math.isnan(high):
            return
        left, right = self.axis.within(low), self.axis.within(high)
        self.marks.append(Line(left, y, right, y, "whisker-few" if row.few else "whisker"))
        for beyond, tip, way in ((low < self.axis.low, left, -6), (high > self.axis.high, right, 6)):
            if beyond:
                points = ((tip, y - 4), (tip + way, y), (tip, y + 4))
                self.marks.append(Path(points, "arrow-few" if row.few else "arrow", closed=True))

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
# Figures of so many rows are said; more stand in the table.
_SAID = 8
# Of more rows in a block the first and the last are drawn; all stand in the table.
_MOST = 60


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
        other: A second estimate of the row with its limits; None where there is none.
        said: What stands at its end, instead of the figures.
    """

    name: str
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    n: int | None = None
    few: bool = False
    hidden: str = ""
    unsure: bool = False
    other: tuple[float, float, float] | None = None
    said: str = ""

    @classmethod
    def of(
        cls,
        name: str,
        value: float,
        limits: Iterable[float],
        *,
        n: int | None = None,
        few: bool = False,
        unsure: bool = False,
        other: tuple[float, float, float] | None = None,
        said: str = "",
    ) -> ForestRow:
        """Return the row of an estimate with its two limits."""
        low, high = limits
        return cls(name, value, low, high, n=n, few=few, unsure=unsure, other=other, said=said)

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
        bars: Whether estimates are bars from 0, hollow where their interval holds it, rather than points.
        marks: What the two estimates of a row are called.
        points: Whether estimates are points of the score, rather than scores.
        headed: The phrase that says what the figures are, where that is not the score; with a part `level`.
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
    bars: bool = False
    marks: tuple[str, str] | None = None
    points: bool = False
    headed: str = ""

    def blocks(self) -> tuple[list[ForestRow], list[ForestRow], list[ForestRow]]:
        """Return the rows that are ranked, those of few answers, and those of which nothing is shown."""
        ranked = [row for row in self.rows if not row.empty and (self.ordered or not row.few)]
        few = [row for row in self.rows if not row.empty and row.few and not self.ordered]
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
        """Return the figures where they are few, else how many rows there are and in which order."""
        if len(self.rows) <= _SAID or self.ordered:
            shown = [row for row in self.rows if not row.empty][:_SAID]
            figures = [speech.estimate(*self._figures(row), 1, signed=self.signed) for row in shown]
            return "; ".join(f"{row.name} {figure}" for row, figure in zip(shown, figures, strict=True)) or self.score
        sizes = dict(zip(("rows", "few", "hidden"), map(len, self.blocks()), strict=True))
        return speech.say("{rows} rows in order of the score, {few} with few answers, {hidden} hidden", **sizes)

    def table(self, speech: Speech) -> tuple[list[str], list[list[Any]]]:
        """Return the rows as they stand; nothing but the name of what is hidden."""
        interval = self.head(speech)
        header = [", ".join(self.by), speech.say(self.counted), interval, *([self.marks[1]] if self.marks else []), ""]
        rows: list[list[Any]] = []
        for block in self.blocks():
            for row in block:
                note = speech.say(row.hidden or "no answers") if row.empty else ""
                figure = "" if row.empty else speech.estimate(*self._figures(row), 1, signed=self.signed)
                count = self._count(row, speech)
                other = [] if self.marks is None else [self._other(row, speech)]
                rows.append([row.name, count, figure, *other, note or self._note(row, speech)])
        return header, rows

    def head(self, speech: Speech) -> str:
        """Return what the figures are."""
        said = self.headed or ("points ({level} interval)" if self.points else "{name} ({level} interval)")
        return speech.say(said, name=self.score, level=speech.level(self.level))

    def short_head(self, speech: Speech) -> str:
        """Return the same where there is little room."""
        return self.head(speech) if self.headed else self.score

    def drawn(self, width: float, speech: Speech) -> Scene:
        """Return the plot."""
        ranked, few, none = self.blocks()
        compact = width < COMPACT
        names = [row.name for row in self.rows]
        left = min(max([text_width(name) for name in names] + [40.0]), width * (0.3 if compact else 0.27))
        count = 0.0 if all(row.n is None for row in self.rows) else text_width(speech.say(self.counted)) + 14
        figures = [row.said or self._figure(row, speech) for row in ranked + few]
        figures.append(attrs.evolve(self, score="NPS", level=0.95).head(speech))
        right = 8.0 if compact else min(max(map(text_width, figures)) + 14, width * 0.4)
        axis = self.axis(ranked or few, few, left + count + 14, width - right)
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
        for tick, named in axis.named(lambda value, digits: speech.number(value, digits, signed=self.signed)):
            x = axis.at(tick)
            marks.append(Line(x, 26, x, bottom, "axis" if tick == 0 else "grid"))
            marks.append(Text(x, bottom + 16, named, "quiet", "middle"))
        compact = width < COMPACT
        head = self.short_head(speech) if compact or (self.marks and self.bars) else self.head(speech)
        end, below = (axis.end, bottom + 34) if compact else (width, 14.0)
        marks.append(Text(end, below, cut(head, end), "quiet", "end"))
        if self.marks is not None and self.bars:
            wide = [text_width(name) for name in self.marks]
            last = width - wide[1] - 8 - (0.0 if compact else text_width(head) + 8)
            zero = min(max(axis.at(0), axis.start + wide[0]), last)
            marks.append(Text(zero - 8, 14, self.marks[0], "quiet", "end"))
            marks.append(Text(zero + 8, 14, self.marks[1], "quiet"))
        elif self.marks is not None:
            x = axis.start
            for name, style in zip(self.marks, ("point", "other-hollow"), strict=True):
                marks += [Dot(x + 4, 10, 4, style), Text(x + 13, 14, name, "quiet")]
                x += text_width(name) + 28
        if any(row.n is not None for row in self.rows):
            marks.append(Text(axis.start - 14, 14, speech.say(self.counted), "quiet", "end"))
        if self.whole is not None and math.isfinite(self.whole[0]):
            said = speech.say("all {value}", value=speech.number(self.whole[0], self.digits))
            x, half = axis.within(self.whole[0]), text_width(said, bold=True) / 2
            marks.append(Line(x, 24, x, bottom, "whole"))
            end = width if compact else width - text_width(head) - 10
            marks.append(Text(min(max(x, axis.start + half), end - half), 14, said, "strong", "middle"))
        return marks

    def axis(self, ranked: Sequence[ForestRow], few: Sequence[ForestRow], start: float, end: float) -> Axis:
        """Return the axis between two pixels: of rows that can be ranked and points of few, of differences zero too."""
        values = [number for row in ranked for number in (row.value, row.low, row.high, *(row.other or ()))]
        values += [row.value for row in few]
        values += [*(self.whole or ()), *([0.0] if self.signed or self.bars else [])]
        return Axis(*span(values, 0.04), start, end)

    def _figure(self, row: ForestRow, speech: Speech) -> str:
        return speech.estimate(*self._figures(row), self.digits, signed=self.signed)

    def _other(self, row: ForestRow, speech: Speech) -> str:
        return "" if row.other is None else speech.estimate(*row.other, max(self.digits, 1), signed=self.signed)

    def _note(self, row: ForestRow, speech: Speech) -> str:
        return row.said or (speech.say("too few to rank") if row.few else "")

    def _count(self, row: ForestRow, speech: Speech) -> str:
        if row.hidden == "hidden" and self.hide_below is not None:
            return speech.say("< {least}", least=self.hide_below)
        return "–" if row.hidden or row.n is None else speech.number(row.n)

    @staticmethod
    def _figures(row: ForestRow) -> tuple[float, float, float]:
        return row.value, row.low, row.high


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
        between = len(rows) - _MOST
        for row in rows[: _MOST // 2] if between > 0 else rows:
            self._row(row, y)
            y += _ROW
        if between > 0:
            y = self.heading(self.speech.say("and {count} more", count=self.speech.number(between)), y)
            y = self.block(rows[-_MOST // 2 :], y)
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
        estimates = [chart._figures(row), *([row.other] if row.other is not None else [])]
        for second, (value, low, high) in enumerate(estimates):
            if chart.bars:
                self._bar(value, low, high, y, row.few)
                self._whisker(low, high, y, row.few)
            elif second:
                marks.append(Dot(self.axis.within(value), y, 3.5, "other-hollow"))
            else:
                self._whisker(low, high, y, row.few)
                hollow = "hollow-few" if row.few else "hollow" if row.unsure else "point"
                marks.append(Dot(self.axis.at(value), y, 4.5, hollow))
        if not self.compact:
            text = cut(row.said, self.width - self.axis.end - 10) or chart._figure(row, speech)
            marks.append(Text(self.width, y + 4, text, quiet, "end"))

    def _bar(self, value: float, low: float, high: float, y: float, few: bool) -> None:
        """Draw a bar from 0, filled where the interval leaves 0 out and answers are not few."""
        if math.isfinite(value):
            left, right = sorted((self.axis.at(0), self.axis.within(value)))
            clear = not few and (low > 0 or high < 0)
            self.marks.append(Box(left, y - 8, right - left, 16, "bar" if clear else "bar-unsure"))

    def _whisker(self, low: float, high: float, y: float, few: bool) -> None:
        """Draw an interval; an end beyond the axis is an arrow."""
        if math.isnan(low) or math.isnan(high):
            return
        left, right = self.axis.within(low), self.axis.within(high)
        self.marks.append(Line(left, y, right, y, "whisker-few" if few else "whisker"))
        for beyond, tip, way in ((low < self.axis.low, left, -6), (high > self.axis.high, right, 6)):
            if beyond:
                points = ((tip, y - 4), (tip + way, y), (tip, y + 4))
                self.marks.append(Path(points, "arrow-few" if few else "arrow", closed=True))

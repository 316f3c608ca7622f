"""How many still wait, by time: a panel to each group with the others in gray, the slowest first."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import attrs

from npskit.plots.chart import COMPACT, Chart
from npskit.plots.lettering import cut
from npskit.plots.scene import Axis, Dot, Line, Mark, Path, Scene, Text
from npskit.plots.speech import Speech

_MOST, _HEIGHT, _GAP = 6, 206.0, 24.0
# Beyond two days a clock of the calendar is read in days.
_DAYS = 48.0


def _floats(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(map(float, values))


@attrs.frozen
class WaitingCurve:
    """The share of one group for whom it has not happened yet, as steps.

    Args:
        name: The group; empty for all together.
        times: When something happened or a case was last seen, in hours, rising.
        shares: The share still waiting from each of these times on, 0 to 1.
        n: How many cases.
        waiting: Of how many it has not happened.
        within: The share to which it happened by the target; NaN without one.
        low: Lower limit of `within`.
        high: Upper limit.
        median: By when it has happened to half, in hours; infinite where it has not.
    """

    name: str
    times: tuple[float, ...] = attrs.field(converter=_floats)
    shares: tuple[float, ...] = attrs.field(converter=_floats)
    n: int
    waiting: int
    within: float = math.nan
    low: float = math.nan
    high: float = math.nan
    median: float = math.nan


@attrs.frozen
class WaitingCurves(Chart):
    """Kaplan-Meier curves of groups; of more than six the slowest six are drawn, and all stand in the table.

    Args:
        what: What is waited for: `"first_response"` or `"close"`.
        curves: One for each group.
        level: The confidence level of the shares at the target.
        target: Within how many hours it should happen; NaN without one.
        business: Whether hours are opening time.
    """

    what: str
    curves: tuple[WaitingCurve, ...]
    level: float
    target: float = math.nan
    business: bool = False

    def slowest(self) -> list[WaitingCurve]:
        """Return the groups with cases, those that wait longest first."""
        there = [curve for curve in self.curves if curve.times]
        return sorted(there, key=lambda curve: (-curve.median, curve.within, curve.name))

    def title(self, speech: Speech) -> str:
        """Return what is shown."""
        return speech.say("share still waiting for the first answer" if self._answers else "share of cases still open")

    def alt(self, speech: Speech) -> str:
        """Return by when half of each group were done, and which share by the target."""
        parts = []
        for curve in self.slowest():
            said = [curve.name, speech.say("half by {time}", time=self._time(curve.median, speech))]
            said += [] if math.isnan(curve.within) else [self._done(curve, speech)]
            parts.append(" ".join(filter(None, said)))
        return "; ".join(parts) or speech.say("no cases")

    def table(self, speech: Speech) -> tuple[list[str], list[list[Any]]]:
        """Return a row for each group."""
        within = speech.say("{name} ({level} interval)", name=self._by_target(speech), level=speech.level(self.level))
        header = ["", speech.say("cases"), speech.say("waiting"), speech.say("half by"), within]
        rows: list[list[Any]] = []
        for curve in self.slowest():
            shares = (100 * curve.within, 100 * curve.low, 100 * curve.high)
            figure = "" if math.isnan(curve.within) else speech.estimate(*shares, 0)
            rows.append([curve.name, curve.n, curve.waiting, self._time(curve.median, speech), figure])
        return header, rows

    def drawn(self, width: float, speech: Speech) -> Scene:
        """Return the panels."""
        shown = self.slowest()[:_MOST]
        if not shown:
            return Scene(width, 44, [Text(0, 28, speech.say("no cases"), "quiet")])
        across = 1 if width < COMPACT else min(3, len(shown))
        wide = (width - _GAP * (across - 1)) / across
        end = self._end()
        marks: list[Mark] = [Text(0, 14, self.title(speech), "quiet")]
        x, y = Axis(0, end, 0, 1), Axis(0, 1, 1, 0)
        for i, curve in enumerate(shown):
            left, top = (wide + _GAP) * (i % across), 28 + _HEIGHT * (i // across)
            x = Axis(0, end, left + 46, left + wide - 8)
            y = Axis(0, 1, top + _HEIGHT - 44, top + 30)
            marks += self._panel(curve, shown, x, y, speech)
        height = 28 + _HEIGHT * math.ceil(len(shown) / across)
        rest = len(self.slowest()) - len(shown)
        if rest > 0:
            marks.append(Text(0, height + 16, speech.say("and {count} more", count=rest), "quiet"))
        lone = len(shown) == 1
        return Scene(width, height + (24 if rest > 0 else 0), marks, x if lone else None, y if lone else None)

    def _panel(self, curve: WaitingCurve, shown: list[WaitingCurve], x: Axis, y: Axis, speech: Speech) -> list[Mark]:
        """Return one panel: the others in the back, then the group."""
        name = cut(curve.name, x.end - x.start + 30, bold=True)
        marks: list[Mark] = [Text(x.start - 46, y.end - 12, name, "strong")]
        for share in (0.0, 0.5, 1.0):
            at = y.at(share)
            marks.append(Line(x.start, at, x.end, at, "axis" if share == 0 else "grid"))
            marks.append(Text(x.start - 6, at + 4, speech.percent(share), "quiet", "end"))
        unit = 24.0 if self._in_days else 1.0
        scaled = Axis(0, x.high / unit, x.start, x.end)
        times = scaled.named(speech.number, 4)
        marks += [Text(scaled.at(tick), y.start + 18, text, "quiet", "middle") for tick, text in times]
        said = speech.say("days" if self._in_days else "opening hours" if self.business else "hours")
        marks.append(Text(x.end, y.start + 36, said, "quiet", "end"))
        if math.isfinite(self.target):
            marks.append(Line(x.within(self.target), y.end, x.within(self.target), y.start, "event"))
        marks += [Path(_steps(other, x, y), "other-path") for other in shown if other is not curve]
        points = _steps(curve, x, y)
        marks.append(Path(points, "path"))
        if curve.waiting and curve.times[-1] <= x.high:  # the log ends with cases still waiting
            marks.append(Line(points[-1][0], points[-1][1] - 5, points[-1][0], points[-1][1] + 5, "whisker"))
        if math.isfinite(curve.within + self.target):
            at, half = x.within(self.target), y.at(1 - curve.within)
            if math.isfinite(curve.low + curve.high):
                marks.append(Line(at, y.at(1 - curve.high), at, y.at(1 - curve.low), "whisker"))
            marks.append(Dot(at, half, 4.5, "point"))
            right = at < (x.start + x.end) / 2
            marks.append(
                Text(
                    at + (9 if right else -9), half - 8, self._done(curve, speech), "text", "start" if right else "end"
                )
            )
        return marks

    @property
    def _answers(self) -> bool:
        return self.what == "first_response"

    @property
    def _in_days(self) -> bool:
        return self._end() > _DAYS and not self.business

    def _end(self) -> float:
        """Return where the axis of time ends: nearly all is done, and the target is well within."""
        ends = [1.15 * _last(curve) for curve in self.slowest()]
        target = 1.6 * self.target if math.isfinite(self.target) else 0.0
        return max([*ends, target, 1.0])

    def _done(self, curve: WaitingCurve, speech: Speech) -> str:
        phrase = "{share} heard" if self._answers else "{share} closed"
        return speech.say(phrase, share=speech.percent(curve.within))

    def _by_target(self, speech: Speech) -> str:
        return speech.say("% within {time}", time=self._time(self.target, speech))

    def _time(self, hours: float, speech: Speech) -> str:
        """Return a time as it is read."""
        if not math.isfinite(hours):
            return speech.number(math.nan)
        if self._in_days:
            return speech.say("{number} days", number=speech.number(hours / 24, 1))
        return speech.say("{number} hours", number=speech.number(hours, 1))


def _last(curve: WaitingCurve) -> float:
    """Return when it last happened, or to nearly all; whoever still waits long after that would fill the axis."""
    ends, before = 0.0, 1.0
    for time, share in zip(curve.times, curve.shares, strict=True):
        ends, before = (time if share < before else ends), share
        if share <= 0.02:
            break
    return ends


def _steps(curve: WaitingCurve, x: Axis, y: Axis) -> tuple[tuple[float, float], ...]:
    """Return a curve as steps, none finer than can be seen."""
    points = [(x.start, y.at(1.0))]
    share = 1.0
    for time, left in zip(curve.times, curve.shares, strict=True):
        if time > x.high:
            points.append((x.end, y.at(share)))
            return tuple(points)
        at = x.at(time)
        if at - points[-1][0] >= 0.25 or len(points) == 1:
            points.append((at, y.at(share)))
        points.append((at, y.at(left)))
        share = left
    return _thinned(points)


def _thinned(points: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Return points without those that stand on the one before, to a tenth of a pixel, but with the last one."""
    kept = points[:1]
    for point in points[1:]:
        if abs(point[0] - kept[-1][0]) >= 0.1 or abs(point[1] - kept[-1][1]) >= 0.1:
            kept.append(point)
    return (*kept, points[-1])

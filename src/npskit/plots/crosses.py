"""Two estimates of each thing, one up and one to the right, as a cross of both intervals with its name beside it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from typing import Any

import attrs

from npskit.plots.chart import COMPACT, Chart
from npskit.plots.lettering import cut, text_width
from npskit.plots.scene import Axis, Dot, Line, Mark, Scene, Text, span
from npskit.plots.speech import Speech

# So many are named in the drawing, the most important first; all stand in the table.
_NAMED = 14
_HIGH, _TOP = 262.0, 34.0
# How far below its point a name may stand; beyond `_BESIDE` a line leads to it.
_BESIDE = 20.0
_DOWN = (-7.0, 16.0, -22.0, 22.0, -38.0, 38.0, -54.0, 54.0, -70.0, 70.0)


@attrs.frozen
class Cross:
    """One thing with two estimates.

    Args:
        name: What it is.
        across: The estimate that lies to the right.
        across_limits: Its interval; NaN where that is not known.
        up: The estimate that lies upward.
        up_limits: Its interval.
        lowers: Whether it goes the other way: the more of it, the lower the score.
    """

    name: str
    across: float
    across_limits: tuple[float, float]
    up: float
    up_limits: tuple[float, float]
    lowers: bool = False


def _as_points(points: Iterable[Cross]) -> tuple[Cross, ...]:
    return tuple(points)


@attrs.frozen
class Crosses(Chart):
    """Importance against rating; the axis upward begins at 0, since it is a share.

    Args:
        score: What the things go with.
        points: The most important first.
        level: Of the intervals.
        even: The share at which a dotted line is drawn; NaN for none.
        even_said: What the line is called: a phrase.
        across_said: What lies to the right: a phrase.
        parted: Where a dotted line parts low from high to the right; NaN for none.
        corners: What the four parts are called, upper left, upper right, lower left, lower right; none where empty.
    """

    score: str
    points: tuple[Cross, ...] = attrs.field(converter=_as_points)
    level: float = 0.95
    even: float = math.nan
    even_said: str = "equal shares"
    across_said: str = "mean rating"
    parted: float = math.nan
    corners: tuple[str, ...] = ()

    def title(self, speech: Speech) -> str:
        """Return what is shown."""
        return speech.say("Importance for {name} against rating", name=self.score)

    def alt(self, speech: Speech) -> str:
        """Return the figures of each."""
        return "; ".join(f"{each.name} {self._up(each, speech)}, {self._across(each, speech)}" for each in self.points)

    def table(self, speech: Speech) -> tuple[list[str], list[list[Any]]]:
        """Return a row for each."""
        level = speech.level(self.level)
        names = [speech.say(name) for name in ("share of the variance, in %", self.across_said)]
        header = ["", *(speech.say("{name} ({level} interval)", name=name, level=level) for name in names), ""]
        return header, [
            [each.name, self._up(each, speech), self._across(each, speech), self._said(each, speech)]
            for each in self.points
        ]

    def _up(self, each: Cross, speech: Speech) -> str:
        return speech.estimate(each.up, *each.up_limits, 1)

    def _across(self, each: Cross, speech: Speech) -> str:
        return speech.estimate(each.across, *each.across_limits, 2)

    def _said(self, each: Cross, speech: Speech) -> str:
        return speech.say("lower with") if each.lowers else ""

    def drawn(self, width: float, speech: Speech) -> Scene:
        """Return the plot."""
        compact = width < COMPACT
        across = [number for each in self.points for number in (each.across, *each.across_limits)]
        up = [number for each in self.points for number in (each.up, *each.up_limits)]
        top = max(
            [number for number in up if math.isfinite(number)] + [1e-9, 0.0 if math.isnan(self.even) else self.even]
        )
        left = 44.0
        x = Axis(*span([*across, self.parted], 0.12, least=0.02), left, width - 8)
        y = Axis(0.0, top * 1.12, _TOP + _HIGH, _TOP)
        marks: list[Mark] = [Text(0 if compact else left, 14, speech.say("share of the variance, in %"), "quiet")]
        for tick in y.ticks():
            marks.append(Line(left, y.at(tick), x.end, y.at(tick), "axis" if tick == 0 else "grid"))
            marks.append(Text(left - 6, y.at(tick) + 4, speech.number(tick, y.digits), "quiet", "end"))
        ticks = x.named(speech.number, 4 if compact else 6)
        marks += [Text(x.at(at), y.start + 18, text, "quiet", "middle") for at, text in ticks]
        marks.append(Text(x.end, y.start + 36, speech.say(self.across_said), "quiet", "end"))
        taken = [] if math.isnan(self.even) else self._even(marks, x, y, speech)
        taken += self._corners(marks, x, y, speech)
        for each in self.points:
            marks += _cross(each, x, y)
        for each in self.points[:_NAMED]:
            marks += self._named(each, x, y, taken, speech)
        return Scene(width, y.start + 44, marks, x, y)

    def _even(self, marks: list[Mark], x: Axis, y: Axis, speech: Speech) -> list[_Room]:
        """Draw the line at equal shares, and return where its name stands: where the fewest crosses run through it."""
        at, said = y.at(self.even), speech.say(self.even_said)
        marks.append(Line(x.start, at, x.end, at, "reference"))
        wide = text_width(said)
        starts = {"end": x.end - wide, "start": x.start + 4}
        rooms = [(side, (starts[side], down - 11, starts[side] + wide, down + 3))
                 for down in (at - 5, at + 14) for side in starts]  # fmt: skip
        lines = [line for each in self.points for line in _reach(each, x, y)]
        side, room = min(rooms, key=lambda place: sum(_meet(place[1], line) for line in lines))
        marks.append(Text(x.end if side == "end" else room[0], room[3] - 3, said, "quiet", side))
        return [room]

    def _corners(self, marks: list[Mark], x: Axis, y: Axis, speech: Speech) -> list[_Room]:
        """Part low from high, and write into each corner what it is called."""
        if math.isnan(self.parted):
            return []
        at, rooms = x.at(self.parted), []
        marks.append(Line(at, y.start, at, y.end, "reference"))
        for i, name in enumerate(self.corners):
            right, low = bool(i % 2), i > 1
            said = cut(speech.say(name), x.end - at - 4 if right else at - x.start - 4)
            down = y.start - 8 if low else y.end + 8
            marks.append(Text(x.end if right else x.start + 4, down, said, "quiet", "end" if right else "start"))
            wide = text_width(said)
            rooms.append(
                (x.end - wide, down - 12, x.end, down + 3)
                if right
                else (x.start, down - 12, x.start + wide + 4, down + 3)
            )
        return rooms

    def _named(self, each: Cross, x: Axis, y: Axis, taken: list[_Room], speech: Speech) -> list[Mark]:
        """Write a name beside its point where there is room; nothing where there is none."""
        said = f"{each.name}, {speech.say('lower with')}" if each.lowers else each.name
        said = cut(said, (x.end - x.start) * 0.45, bold=True)
        wide, at, high = text_width(said, bold=True), x.at(each.across), y.at(each.up)
        points = [_about(x.at(other.across), y.at(other.up)) for other in self.points]
        lines = [room for other in self.points if other is not each for room in _reach(other, x, y)]
        # rather not across the lines of others, but rather so than not at all
        for avoided, down, right in itertools.product((points + lines, points), _DOWN, (True, False)):
            start = at + 8 if right else at - 8 - wide
            room = (start, high + down - 11, start + wide, high + down + 3)
            inside = x.start <= room[0] and room[2] <= x.end and y.end - 8 <= room[1] and room[3] <= y.start - 2
            if inside and not any(_meet(room, other) for other in (*taken, *avoided)):
                taken.append(room)
                marks: list[Mark] = []
                if abs(down) > _BESIDE:
                    marks.append(Line(at, high, at + (8 if right else -8), high + down - 4, "leader"))
                side = "start" if right else "end"
                return [*marks, Text(start if right else start + wide, high + down, said, "strong", side)]
        return []


# Left, upper, right and lower edge of what is written.
_Room = tuple[float, float, float, float]


def _meet(one: _Room, two: _Room) -> bool:
    return one[0] < two[2] + 4 and two[0] < one[2] + 4 and one[1] < two[3] + 1 and two[1] < one[3] + 1


def _about(x: float, y: float) -> _Room:
    return x - 2, y - 5, x + 2, y + 5


def _reach(each: Cross, x: Axis, y: Axis) -> list[_Room]:
    """Return where the lines of a cross are."""
    at, high = x.at(each.across), y.at(each.up)
    (left, right), (low, top) = map(x.at, each.across_limits), map(y.at, each.up_limits)
    found = [(left, high, right, high), (at, top, at, low)]
    return [room for room in found if math.isfinite(sum(room))]


def _cross(each: Cross, x: Axis, y: Axis) -> list[Mark]:
    """Return both intervals of a thing and its point."""
    at, high, marks = x.at(each.across), y.at(each.up), []
    if math.isfinite(sum(each.across_limits)):
        marks.append(Line(x.at(each.across_limits[0]), high, x.at(each.across_limits[1]), high, "whisker"))
    if math.isfinite(sum(each.up_limits)):
        marks.append(Line(at, y.at(each.up_limits[0]), at, y.at(each.up_limits[1]), "whisker"))
    return [*marks, Dot(at, high, 4.5, "hollow" if each.lowers else "point")]

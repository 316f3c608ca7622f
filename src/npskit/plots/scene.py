"""What is drawn and where: lines, rectangles, paths, points and texts on a canvas of so many pixels.

A chart is laid out once, by its own rules; what it comes to is then written as SVG or put on axes, mark by mark.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable

import attrs

from npskit.plots.lettering import text_width


@attrs.frozen
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    style: str


@attrs.frozen
class Box:
    """A rectangle with its upper left corner at `(x, y)`."""

    x: float
    y: float
    width: float
    height: float
    style: str


@attrs.frozen
class Path:
    """A line through points, or the area inside."""

    points: tuple[tuple[float, float], ...]
    style: str
    closed: bool = False


@attrs.frozen
class Dot:
    """A point."""

    x: float
    y: float
    radius: float
    style: str


@attrs.frozen
class Text:
    """A line of text; `side` of it ("start", "middle", "end") stands at `x`, and `y` is its baseline."""

    x: float
    y: float
    text: str
    style: str
    side: str = "start"


Mark = Line | Box | Path | Dot | Text


@attrs.frozen
class Axis:
    """Where numbers stand: `low` at the pixel `start`, `high` at the pixel `end`.

    Example:
        >>> axis = Axis(-100, 100, 10, 410)
        >>> axis.at(0), axis.value(210)
        (210.0, 0.0)
    """

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the pixel of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def value(self, pixel: float) -> float:
        """Return the value of a pixel."""
        return self.low + (pixel - self.start) / (self.end - self.start) * (self.high - self.low)

    def within(self, value: float) -> float:
        """Return the pixel of a value, or of the end of the axis that it is beyond."""
        return self.at(min(max(value, self.low), self.high))

    def ticks(self, most: int = 5) -> list[float]:
        """Return at most so many round values on the axis."""
        return ticks(self.low, self.high, most)

    def named(self, said: Callable[[float, int], str], most: int = 5) -> list[tuple[float, str]]:
        """Return round values with what is written below them: as many, up to `most`, as have room beside each other.

        Args:
            said: Writes a number with so many decimals.
            most: How many at most.
        """
        for many in range(most, 2, -1):
            found = self.ticks(many)
            told = [said(tick, digits_of(found)) for tick in found]
            places = [(self.at(tick), text_width(text) / 2 + 3) for tick, text in zip(found, told, strict=True)]
            if all(b - a >= left + right for (a, left), (b, right) in itertools.pairwise(places)):
                break
        return list(zip(found, told, strict=True))

    @property
    def digits(self) -> int:
        """How many decimals tell its round values apart."""
        return digits_of(self.ticks())


def _as_marks(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Return marks without texts that say nothing."""
    return tuple(mark for mark in marks if not isinstance(mark, Text) or mark.text)


@attrs.frozen
class Scene:
    """A drawing: its size in pixels, its marks from back to front, and the axes where pixels stand for numbers.

    Args:
        width: In pixels.
        height: In pixels.
        marks: From back to front.
        x: What stands along the width, where numbers do.
        y: What stands along the height, where numbers do.
    """

    width: float
    height: float
    marks: tuple[Mark, ...] = attrs.field(converter=_as_marks)
    x: Axis | None = None
    y: Axis | None = None

    def below(self, other: Scene, gap: float = 0.0) -> Scene:
        """Return this drawing with another one above it; axes are those of the lower one if it has any."""
        down = other.height + gap
        marks = [*other.marks, *(moved(mark, down) for mark in self.marks)]
        y = None if self.y is None else attrs.evolve(self.y, start=self.y.start + down, end=self.y.end + down)
        return Scene(self.width, self.height + down, marks, self.x or other.x, y or other.y)


def moved(mark: Mark, down: float) -> Mark:
    """Return a mark that stands so many pixels lower."""
    if isinstance(mark, Line):
        return attrs.evolve(mark, y1=mark.y1 + down, y2=mark.y2 + down)
    if isinstance(mark, Path):
        return attrs.evolve(mark, points=tuple((x, y + down) for x, y in mark.points))
    return attrs.evolve(mark, y=mark.y + down)


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return at most so many round values from `low` to `high`, evenly apart.

    Example:
        >>> ticks(-38, 72), ticks(0, 1)
        ([-20.0, 0.0, 20.0, 40.0, 60.0], [0.0, 0.25, 0.5, 0.75, 1.0])
    """
    if not high > low:
        return [low]
    size = 10.0 ** math.floor(math.log10((high - low) / most))
    for step in (size * part for part in (1, 2, 2.5, 5, 10, 20, 25, 50)):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < most and (step >= 1 or step in (0.5, 0.25) or abs(step * 10 % 1) < 1e-9 or step < 0.05):
            return [round(step * i, 10) + 0.0 for i in range(first, last + 1)]
    return [low, high]  # pragma: no cover - fifty times the step always fits


def digits_of(found: Iterable[float]) -> int:
    """Return how many decimals tell round values apart.

    Example:
        >>> digits_of([0.0, 5.0]), digits_of([20.0, 22.5, 25.0])
        (0, 1)
    """
    listed = list(found)
    return next((d for d in range(4) if all(abs(round(t, d) - t) < 1e-9 for t in listed)), 4)


def span(values: Iterable[float], room: float = 0.06, *, least: float = 1.0) -> tuple[float, float]:
    """Return the ends of an axis with all values on it and a little room beyond; NaN and infinity are passed over."""
    found = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(found), max(found)
    beyond = max((high - low) * room, (least - (high - low)) / 2, 1e-9)
    return low - beyond, high + beyond

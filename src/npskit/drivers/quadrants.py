"""Importance against performance: a rule of thumb for what to work on first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from npskit.drivers.driver import Driver
from npskit.errors import InvalidValueError, counted
from npskit.options import QuadrantKind
from npskit.plots import Chart, Cross, Crosses
from npskit.results import NO_ROWS, CountedRows, Interval, RowCounts, Rows, number, wrapped


@attrs.frozen
class Quadrant:
    """A driver's place.

    Args:
        driver: Its name.
        quadrant: `"concentrate here"`: important, and rated low; `"keep up the good work"`: important, and rated high;
            `"low priority"`: neither; `"possible overkill"`: rated high, and not important.
        clear: Whether the interval of its importance lies on one side of the bound.
        importance: Its LMG share of R².
        performance: Where its mean lies between the lowest and the highest rating, 0..1.
        mean: Its mean rating.
        interval: Of `importance`.
    """

    driver: str
    quadrant: QuadrantKind
    clear: bool
    importance: float
    performance: float
    mean: float
    interval: Interval


@attrs.frozen(eq=False, repr=False)
class Quadrants(CountedRows):
    """Importance against performance; a heuristic.

    Args:
        outcome: What the drivers are important for.
        drivers: The most important first.
        importance_bound: From where on importance is high: the mean over the drivers.
        performance_bound: From where on performance is high: the mean over the drivers.
        left_aside: Drivers without a mean rating, which have no place: groups, and kinds without an order.
        backend: The dataframe library that `to_frame` gives by default.
        row_counts: What became of the rows.
    """

    _TEXT = "table"
    _TABLE = ("drivers", Quadrant)

    outcome: str
    drivers: tuple[Quadrant, ...]
    importance_bound: float
    performance_bound: float
    left_aside: tuple[str, ...] = ()
    backend: str | None = None
    row_counts: RowCounts = NO_ROWS

    def _chart(self) -> Chart:
        """Return importance against performance, parted at the bounds; a rule of thumb, which no report draws."""
        unknown = (math.nan, math.nan)
        points = [
            Cross(
                each.driver,
                100 * each.performance,
                unknown,
                100 * each.importance,
                (100 * each.interval.low, 100 * each.interval.high),
            )
            for each in self.drivers
        ]
        return Crosses(
            self.outcome,
            points,
            self.drivers[0].interval.level,
            100 * self.importance_bound,
            "mean",
            "performance, in %",
            100 * self.performance_bound,
            ("concentrate here", "keep up the good work", "low priority", "possible overkill"),
        )

    def __len__(self) -> int:
        return len(self.drivers)

    def __getitem__(self, driver: str) -> Quadrant:
        """Return a driver by its name."""
        for each in self.drivers:
            if each.driver == driver:
                return each
        raise KeyError(driver)

    def __repr__(self) -> str:
        first = ", ".join(each.driver for each in self.drivers if each.quadrant == "concentrate here")
        return self._said(outcome=self.outcome, n=self.n, concentrate_here=first)

    def _headline(self) -> str:
        return wrapped(self._caption())

    def _caption(self) -> str:
        return f"Importance for {self.outcome} against performance, a rule of thumb (n = {self.n})."

    def _rows(self, *_: Any, **options: Any) -> Rows:
        header = ["driver", "quadrant", "importance", "performance", "mean"]
        return header, [
            [
                each.driver,
                each.quadrant + ("" if each.clear else " ?"),
                number(100 * each.importance),
                f"{number(100 * each.performance)}%",
                number(each.mean, 2),
            ]
            for each in self.drivers
        ]

    def _notes(self) -> Sequence[str]:
        notes = [
            f"Importance is high from {number(100 * self.importance_bound)} points of R² (LMG), performance from "
            f"{number(100 * self.performance_bound)}% of the way up the scale: the means over these drivers. Among "
            "others, a driver may have another place; ? marks those whose interval of importance holds the bound.",
            "A share says how the outcome goes with a driver among these customers, not what a change of it would do.",
        ]
        if self.left_aside:
            notes.append(f"Without a mean rating, and so without a place: {', '.join(self.left_aside)}.")
        return [wrapped(note) for note in notes]


def quadrants_of(drivers: Sequence[Driver], *, outcome: str, backend: str | None, row_counts: RowCounts) -> Quadrants:
    """Return the place of each driver; see `Drivers.quadrants`."""
    rated = [each for each in drivers if each.mean == each.mean]
    if len(rated) < 2:
        raise InvalidValueError(
            f"quadrants: {counted(len(rated), 'driver')} with a mean rating, and at least 2 are needed: groups and "
            "kinds without an order have none"
        )
    bound = float(np.mean([each.lmg for each in rated]))
    performance = [(each.mean - each.lowest) / (each.highest - each.lowest) for each in rated]
    middle = float(np.mean(performance))
    places = []
    for each, level in zip(rated, performance, strict=True):
        quadrant: QuadrantKind
        if each.lmg >= bound:
            quadrant = "keep up the good work" if level >= middle else "concentrate here"
        else:
            quadrant = "possible overkill" if level >= middle else "low priority"
        clear = not each.interval.low <= bound <= each.interval.high
        places.append(Quadrant(each.driver, quadrant, clear, each.lmg, level, each.mean, each.interval))
    return Quadrants(
        outcome,
        tuple(places),
        bound,
        middle,
        tuple(each.driver for each in drivers if each.mean != each.mean),
        backend=backend,
        row_counts=row_counts,
    )

"""The figures of closing the loop for one group of cases: rates, times and what waits; plain records."""

from __future__ import annotations

import math
from typing import Any

import attrs

from npskit.checks import is_same, one_of
from npskit.errors import InvalidValueError, quoted
from npskit.followup.cases.survival import SurvivalCurve
from npskit.options import RATES, Clock, Measure, Rate
from npskit.results import Columns, Interval, Result, flat


@attrs.frozen
class LoopRate:
    """A share of cases with its score (Wilson) interval.

    Args:
        name: One of `RATES`.
        hits: How many cases it is true of.
        n: Of how many it might be; 0 where the log does not say.
        interval: Of the share, 0..1.
    """

    name: Rate
    hits: int
    n: int
    interval: Interval

    @property
    def value(self) -> float:
        """The share, 0..1; NaN of none."""
        return self.hits / self.n if self.n else float("nan")


@attrs.frozen
class LoopTime:
    """How long it takes until something happens; cases where it has not happened yet are censored, not left out.

    All times are in hours. `median` and `p90` are of the Kaplan-Meier curve, the middle of the time for which it stands
    at that level, infinite where the curve has not come down that far; `within` is its share at the target, NaN where
    no case is known for that long.

    Args:
        measure: `"first_response"` or `"close"`, counted from the opening.
        clock: `"calendar"`, or `"business"` for opening time only.
        done: Of how many cases it has happened.
        waiting: Of how many it has not.
        median: By when it has happened to half.
        median_interval: Of it.
        p90: By when it has happened to nine in ten.
        p90_interval: Of it.
        target: Within how long it should happen, on this clock; NaN without a target, or where cases have several.
        within: The share to which it happens within the target, that of each case where they have several, 0..1.
        within_interval: Of it.
        undecided: Cases where it has not happened, and the target has not passed.
    """

    measure: str
    clock: str
    done: int
    waiting: int
    median: float
    median_interval: Interval
    p90: float
    p90_interval: Interval
    target: float
    within: float
    within_interval: Interval
    undecided: int

    @property
    def judged(self) -> bool:
        """Whether there is a target to hold it against."""
        return not math.isnan(self.target) or not math.isnan(self.within_interval.low)


@attrs.frozen
class Backlog:
    """What waits: cases that are not closed.

    Args:
        open: How many; None where the log knows no end of a case.
        median_age: Since when half of them wait, in hours of the calendar; NaN of none.
        oldest: Since when the oldest waits, in hours of the calendar; NaN of none.
    """

    open: int | None
    median_age: float
    oldest: float


@attrs.frozen
class OwnDueTimes:
    """How many were answered by the time that was due for each of them, as the log says; all 0 and NaN if it does not.

    Args:
        n: How many cases have a due time.
        met: How many were answered by it.
        missed: How many were not, or are late by now.
        undecided: How many wait, and are not due yet.
        within: The share answered in time (Kaplan-Meier: those undecided are censored), 0..1.
        within_interval: Of it.
        median_overrun: By how many hours half of those who are late are late; infinite where most of them still wait.
    """

    n: int
    met: int
    missed: int
    undecided: int
    within: float
    within_interval: Interval
    median_overrun: float


@attrs.frozen(eq=False)
class LoopFigures(Result):
    """All figures of one group of cases.

    Args:
        cases: How many cases.
        rates: One for each of `RATES`.
        times: One for each measure and clock.
        backlog: What waits.
        due: Who was answered by the due time of the case.
        curves: The Kaplan-Meier curve of each of `times`, in hours; in no table or file, since it has as many steps as
            cases.
    """

    cases: int
    rates: tuple[LoopRate, ...]
    times: tuple[LoopTime, ...]
    backlog: Backlog
    due: OwnDueTimes
    curves: tuple[SurvivalCurve, ...] = ()

    def rate(self, name: Rate) -> LoopRate:
        """Return one of the rates.

        Raises:
            InvalidValueError: If there is none of that name.
        """
        return self.rates[RATES.index(one_of(name, RATES, "rate"))]

    def time(self, measure: Measure, clock: Clock = "calendar") -> LoopTime:
        """Return how long it takes to the first response or to close, on one of the clocks.

        Raises:
            InvalidValueError: If there is no such measure, or no such clock: the business clock needs a calendar.
        """
        found = next((t for t in self.times if is_same(measure, t.measure) and is_same(clock, t.clock)), None)
        if found is None:
            have = ", ".join(f"{time.measure!r} on {time.clock!r}" for time in self.times)
            raise InvalidValueError(
                f"there is no time {quoted(measure)} on the clock {quoted(clock)}: there are {have}; the business "
                "clock needs "
                "closed_loop(..., calendar=BusinessCalendar())"
            )
        return found

    def columns(self) -> Columns:
        """Return every figure as a column of one row."""
        row: dict[str, Any] = {"cases": self.cases, **flat(self.backlog)}
        for rate in self.rates:
            low, high = rate.interval
            row |= {rate.name: rate.value, f"{rate.name}_low": low, f"{rate.name}_high": high, f"{rate.name}_n": rate.n}
        for time in self.times:
            name = time.measure if time.clock == "calendar" else f"{time.measure}_{time.clock}"
            row |= {f"{name}_{part}": x for part, x in flat(time).items() if part not in ("measure", "clock")}
        row |= {f"due_{part}": x for part, x in flat(self.due).items()}
        return {name: [value] for name, value in row.items()}

    _SAYS = "*fields, rates: dict[str, dict[str, Any]], curves: Never"

    def _record(self) -> dict[str, Any]:
        rates = {rate.name: {"value": rate.value, **flat(rate)} for rate in self.rates}
        found = super()._record() | {"rates": rates}
        del found["curves"]
        return found


def hours_text(hours: float, clock: str = "calendar") -> str:
    """Return hours as a person reads them; opening time stays in hours, because a day of it depends on the office.

    Example:
        >>> hours_text(0.25), hours_text(5), hours_text(100), hours_text(100, "business"), hours_text(float("inf"))
        ('15 min', '5 h', '4.2 d', '100 h', 'not reached')
    """
    if math.isnan(hours):
        return "-"
    if math.isinf(hours):
        return "not reached"
    if hours < 1:
        return f"{60 * hours:.0f} min"
    days = hours > 48 and clock == "calendar"
    return f"{hours / 24 if days else hours:.1f}".removesuffix(".0") + (" d" if days else " h")


def open_text(backlog: Backlog) -> str:
    """Return how many cases wait; a dash where that is not known."""
    return "-" if backlog.open is None else str(backlog.open)


def share_text(value: float, interval: Interval) -> tuple[str, str]:
    """Return a share and its interval in percent; a dash where there is none.

    Example:
        >>> share_text(0.5, Interval(0.2, 0.8, level=0.95, method="score"))
        ('50.0%', '20.0% .. 80.0%')
    """
    low, high = interval
    limits = "" if math.isnan(low) else f"{low:.1%} .. {high:.1%}"
    return ("-" if math.isnan(value) else f"{value:.1%}"), limits

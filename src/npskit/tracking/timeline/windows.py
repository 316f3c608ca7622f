"""What each score of a timeline is of: a calendar period, some time or some answers back, or all of them, fading."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.checks import whole_number
from npskit.errors import InvalidValueError, counted, quoted
from npskit.times import DAY, Days, Duration, days_before, first_days, parse_duration, period_numbers


@attrs.frozen
class Window:
    """What each score of a timeline is of: a calendar period, some time back, some answers back, or all, fading."""

    length: Duration | None = None
    answers: int = 0
    half_life: Duration | None = None

    @classmethod
    def of(cls, window: str | dt.timedelta | int | None, half_life: str | dt.timedelta | None) -> Window:
        """Return what `window` and `half_life` ask for.

        Args:
            window: None for calendar periods. `"30d"` (or `"4 weeks"`, `"3 months"`, `"1y"`, any duration of whole
                days) for the days up to the last of each period. A whole number k for the latest whole days that hold k
                scored answers or more: within a day there is no order.
            half_life: `"30d"` or `"4w"`: all answers so far, weighing half as much with every 30 days of age; see
                `npskit.sample.days.DayTable.faded`.

        Raises:
            InvalidTypeError, InvalidValueError: If they cannot be used, or both are given.

        Example:
            >>> str(Window.of("30d", None)), str(Window.of(200, None)), str(Window.of(None, "4w"))
            ('30d', '200 answers', 'half-life 4w')
        """
        if window is not None and half_life is not None:
            raise InvalidValueError(
                f"window={quoted(window)} and half_life={quoted(half_life)} exclude each other: leave one out"
            )
        if half_life is not None:
            return cls(half_life=parse_duration(half_life, "half_life", step=DAY))
        if window is None:
            return cls()
        if isinstance(window, str | dt.timedelta):
            return cls(length=parse_duration(window, "window", calendar=True, step=DAY))
        return cls(answers=min(whole_number(window, "window", least=1), 10**15))

    def __str__(self) -> str:
        if self.half_life is not None:
            return f"half-life {self.half_life}"
        return str(self.length) if self.length is not None else counted(self.answers, "answer") if self.answers else ""

    @property
    def by_day(self) -> bool:
        """Whether it takes a table of every single day."""
        return bool(self.answers) or self.half_life is not None


@attrs.frozen(eq=False)
class Periods:
    """Periods in order, and the days whose answers are scored at each; all of shape `(T,)`.

    Args:
        numbers: See `npskit.times.periods.period_numbers`.
        starts: The first day of each.
        begins: The first day of the answers scored at it.
        ends: The day after the last of them.
    """

    numbers: Days
    starts: Days
    begins: Days
    ends: Days

    @classmethod
    def of(cls, first: int, end: int, every: str, window: Window) -> Periods:
        """Return the periods that contain the days from `first` up to but without `end`; none if there is no day.

        A window ends with its period, whether or not there is an answer on that day.

        Example:
            >>> Periods.of(0, 60, "month", Window.of("30d", None)).begins.tolist()
            [1, 29, 60]
        """
        least, last = period_numbers(np.array([first, end - 1]), every).tolist()
        numbers = np.arange(least, last + 1 if end > first else least)
        starts, ends = first_days(numbers, every), first_days(numbers + 1, every)
        if not str(window):
            return cls(numbers, starts, starts, ends)
        begins = np.full(len(ends), first) if window.length is None else days_before(ends, window.length)
        return cls(numbers, starts, begins, ends)


def earlier(previous: str, labels: tuple[str, ...], begins: NDArray[Any], ends: NDArray[Any]) -> NDArray[np.intp]:
    """Return the number of the period that each is compared with, -1 for none: shape as `begins`.

    Args:
        previous: `"previous"` for the latest period that had ended when this one began, `"year"` for the one a year
            before, if it shares no answers with this one.
        labels: The periods.
        begins: The first day of each, shape `(T,)` or `(G, T)`.
        ends: The day after the last, shape `(T,)`.
    """
    before = np.searchsorted(ends, begins, side="right") - 1
    if previous == "previous":
        return before
    places = {label: i for i, label in enumerate(labels)}
    found = [places.get(f"{int(label[:4]) - 1:04d}{label[4:]}", -1) for label in labels]
    a_year_ago = np.broadcast_to(np.array(found, dtype=np.intp), begins.shape)
    return np.where(a_year_ago <= before, a_year_ago, -1)

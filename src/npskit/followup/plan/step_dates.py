"""When each step of a follow-up is to be taken."""

from __future__ import annotations

import datetime as dt

import numpy as np

from npskit.arrays import Codes, Times
from npskit.followup.plan.choices import Choices


def steps_of(plan: Choices, rows: Codes) -> list[tuple[np.datetime64, ...]]:
    """Return when each step that is taken is due, for rows that are followed up; NaT where that is not known.

    A later step is due so long after the first one, on the calendar; on the business clock, and where the office is
    closed then, at its next opening.
    """
    due, clock = plan.assigned.due[rows], plan.assigned.durations
    afters = plan.of_each(rows, lambda menu, offer: tuple(action.after for action in menu.taken(offer)))
    dates: dict[dt.timedelta, Times] = {}
    for after in {each for steps in afters for each in steps}:
        at = due + np.timedelta64(after)
        open_then = clock.clock == "calendar" or not after
        dates[after] = at if open_then else clock.calendar.add(at, dt.timedelta(0), time_zone=plan.assigned.table.zone)
    return [tuple(dates[after][place] for after in steps) for place, steps in enumerate(afters)]


def as_texts(dates: tuple[np.datetime64, ...]) -> tuple[str, ...]:
    """Return dates of steps as texts, empty where they are not known."""
    return tuple("" if np.isnat(date) else str(date.astype("datetime64[m]")).replace("T", " ") for date in dates)

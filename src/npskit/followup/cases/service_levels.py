"""Service levels: within how long what should happen to each case, and on whose opening hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Codes, Floats, Frozen, Times
from npskit.checks import of_kind, one_of
from npskit.data import factorize_many, fold
from npskit.errors import InvalidTypeError, InvalidValueError, quoted
from npskit.followup.cases.case_log import CaseLog
from npskit.options import MEASURES
from npskit.scores import segment_names
from npskit.times import HOUR, TICK, BusinessCalendar, parse_fixed


def is_by_value(targets: Any) -> bool:
    """Whether targets are given for each channel or the like, rather than for all cases.

    Example:
        >>> is_by_value({"close": "7d"}), is_by_value({"chat": {"close": "1d"}})
        (False, True)
    """
    return isinstance(targets, Mapping) and any(isinstance(each, Mapping) for each in targets.values())


def check_targets(targets: Any) -> None:
    """Refuse what are no targets.

    Raises:
        InvalidTypeError: If they, or those of a channel, are no mapping.
        InvalidValueError: If a measure is unknown, or a duration cannot be used.
    """
    if not isinstance(targets, Mapping):
        raise InvalidTypeError(
            f"targets must be a mapping such as {{'first_response': '48h', 'close': '7d'}}: got {quoted(targets)}"
        )
    for key, each in targets.items() if is_by_value(targets) else [("", targets)]:
        _read(each, f"targets[{quoted(key)}]" if is_by_value(targets) else "targets")


def _read(targets: Any, name: str) -> dict[str, dt.timedelta]:
    if not isinstance(targets, Mapping):
        raise InvalidTypeError(f"{name} must be a mapping such as {{'first_response': '1h'}}: got {quoted(targets)}")
    for measure in targets:
        one_of(measure, MEASURES, name)
    return {measure: parse_fixed(value, f"{name}[{quoted(measure)}]", step=TICK) for measure, value in targets.items()}


def check_calendars(calendar: Any) -> None:
    """Refuse what is no calendar, nor a mapping of calendars.

    Raises:
        InvalidTypeError: If it is neither.
        InvalidValueError: If a mapping has no calendar.
    """
    if isinstance(calendar, Mapping):
        if not calendar:
            raise InvalidValueError("calendar: the mapping has no calendar; give one for each channel, or None")
        for key, each in calendar.items():
            of_kind(each, BusinessCalendar, f"calendar[{quoted(key)}]")
    elif calendar is not None:
        of_kind(calendar, BusinessCalendar, "calendar")


def office_of(calendar: BusinessCalendar | Mapping[Any, BusinessCalendar] | None) -> str | None:
    """Return the zone of the office; None where there is none, or offices are in several."""
    if calendar is None:
        return None
    several = calendar.values() if isinstance(calendar, Mapping) else [calendar]
    zones = {each.time_zone for each in several}
    return zones.pop() if len(zones) == 1 else None


@attrs.frozen(eq=False)
class ServiceLevels(Frozen):
    """The targets and the calendar of each case.

    Args:
        targets: Sets of targets, by measure.
        chosen: Which set each case has, -1 for none; shape `(cases,)`.
        calendars: Calendars; none without a business clock.
        calendar: Which one each case has; shape `(cases,)`.
    """

    targets: Sequence[Mapping[str, dt.timedelta]]
    chosen: Codes
    calendars: Sequence[BusinessCalendar]
    calendar: Codes

    @classmethod
    def of(
        cls,
        log: CaseLog,
        targets: Mapping[Any, Any],
        targets_by: Sequence[str],
        calendar: Any,
        calendar_by: Sequence[str],
    ) -> ServiceLevels:
        """Return those of the cases of a log; see `npskit.closed_loop`.

        Raises:
            InvalidValueError: If cases have no calendar.
        """
        chosen = whose = np.zeros(len(log), np.intp)
        sets = [targets]
        if is_by_value(targets):
            sets = list(targets.values())
            chosen = _chosen(log, targets_by, targets)[0]
        calendars = [] if calendar is None else [calendar]
        if isinstance(calendar, Mapping):
            calendars = list(calendar.values())
            whose, lacking = _chosen(log, calendar_by, calendar)
            if lacking:
                raise InvalidValueError(
                    f"calendar: there is none for {', '.join(segment_names(lacking)[:8])} of {', '.join(calendar_by)}: "
                    "give one for each, or for all others under None"
                )
        return cls([_read(each, "targets") for each in sets], chosen, calendars, whose)

    def limits(self, measure: str, clock: str) -> tuple[Floats, float]:
        """Return within how many hours it should be for each case, NaN without a target; and the one of all, or NaN."""
        none = float("nan")
        of_set = [each.get(measure) for each in self.targets]
        if clock == "calendar":
            hours = np.array([[none if each is None else each / HOUR for each in [*of_set, None]]])
        else:
            hours = np.array(
                [
                    [none if each is None else calendar.opening_time(each) / HOUR for each in [*of_set, None]]
                    for calendar in self.calendars
                ]
            )
        whose = self.calendar if clock == "business" else np.zeros(len(self.calendar), np.intp)
        alone = len(hours) == 1 and len(of_set) == 1
        return np.asarray(hours[whose, self.chosen]), float(hours[0, 0]) if alone else none

    def elapsed(self, start: Times, end: Times, time_zone: str | None) -> NDArray[np.timedelta64]:
        """Return the opening time between, each on the calendar of its case."""
        found = np.empty(len(start), "timedelta64[us]")
        for place, calendar in enumerate(self.calendars):
            rows = np.flatnonzero(self.calendar == place)
            found[rows] = calendar.elapsed(start[rows], end[rows], time_zone=time_zone)
        return found


def _chosen(log: CaseLog, by: Sequence[str], of: Mapping[Any, Any]) -> tuple[Codes, list[tuple[Any, ...]]]:
    """Return which of some options, given by value, each case has, -1 for none; and the values of which there is none.

    The option under None is for all that have no other. Case does not matter where nothing is called just so.
    """
    columns = [log.keys[name] for name in by]
    codes, places = factorize_many([codes for codes, _ in columns])
    keys = [tuple(values[i] for (_, values), i in zip(columns, place, strict=True)) for place in places]
    named = {key if isinstance(key, tuple) else (key,): place for place, key in enumerate(of)}
    folded = {_folded(key): place for key, place in named.items()}
    other = named.get((None,), -1)
    found = [named.get(key, folded.get(_folded(key), other)) for key in keys]
    lacking = [key for key, place in zip(keys, found, strict=True) if place < 0]
    return np.array([*found, -1], np.intp)[codes], lacking


def _folded(key: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(fold(part) if isinstance(part, str) else part for part in key)

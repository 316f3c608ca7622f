"""The times of a case log: one clock for all of them, whatever they are written as."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Times
from npskit.errors import IncompatibleError, InvalidValueError
from npskit.frames import Frame
from npskit.reading.times import parse_times
from npskit.times.zones import find_zone
from npskit.validation import is_missing


@attrs.frozen(eq=False)
class CaseTimes:
    """Columns of times that go together: UTC where they know their zone, the wall clock where they do not.

    Args:
        values: datetime64[us] by role.
        bad: For each role the rows that hold no time.
        time_zone: Their zone, None where naive.
    """

    values: dict[str, Times]
    bad: dict[str, NDArray[np.int64]]
    time_zone: str | None

    @classmethod
    def read(cls, frame: Frame, names: Mapping[str, str]) -> CaseTimes:
        """Read columns, given by role.

        Raises:
            IncompatibleError: If some know their zone and others do not.
        """
        values, bad = {}, {}
        zones: dict[str, str | None] = {}
        for role, name in names.items():
            values[role], bad[role], zone = _times_of(frame, name)
            if not np.isnat(values[role]).all():
                zones[role] = zone
        naive = [names[role] for role, zone in zones.items() if zone is None]
        if naive and len(naive) < len(zones):
            aware = next(names[role] for role, zone in zones.items() if zone is not None)
            raise IncompatibleError(
                f"the times in {aware!r} know their zone, those in {naive[0]!r} do not: make them one or the other"
            )
        return cls(values, bad, next(iter(zones.values()), None))

    def moment(self, value: Any) -> np.datetime64:
        """Return a time that the caller gave as those of the log are.

        Raises:
            InvalidValueError: If it is no time.
            IncompatibleError: If it knows its zone and the log does not, or the other way about.
        """
        found = parse_times([value], time_zone="UTC")
        if np.isnat(found.values[0]):
            raise InvalidValueError(f"as_of must be a time such as datetime(2026, 3, 31): got {value!r}")
        if found.aware != (self.time_zone is not None):
            has, wants = ("a", "none") if found.aware else ("no", "one")
            raise IncompatibleError(f"as_of={value!s} has {has} time zone, the times of the log have {wants}")
        return np.datetime64(found.values[0])


def _times_of(frame: Frame, name: str) -> tuple[Times, NDArray[np.int64], str | None]:
    """Return a column as times, the rows that hold none though something stands there, and its zone."""
    values = frame.column(name).filled()
    if values.dtype.kind == "M":
        aware = frame.utc(name)
        times, zone = (values.astype("datetime64[us]"), None) if aware is None else (aware[0], _known_zone(aware[1]))
        return times, np.empty(0, np.int64), zone
    found = parse_times(values, time_zone="UTC")
    zone = _zone_of(values) if found.aware else None
    return found.values, np.array([cell.position for cell in found.rejected], np.int64), zone


def _zone_of(values: NDArray[Any]) -> str:
    """Return the zone that all times have by name, else UTC."""
    keys = {getattr(getattr(value, "tzinfo", None), "key", None) for value in values.tolist() if not is_missing(value)}
    return keys.pop() or "UTC" if len(keys) == 1 else "UTC"


def _known_zone(name: str) -> str:
    """Return a zone by its name, UTC for what is only an offset."""
    try:
        find_zone(name)
    except InvalidValueError:
        return "UTC"
    return name

"""The times of a case log: one clock for all of them, whatever they are written as."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Times
from npskit.data import Frame, parse_times, read_times
from npskit.errors import IncompatibleError, InvalidValueError
from npskit.times import find_zone


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
    def read(
        cls, frame: Frame, names: Mapping[str, str], dayfirst: bool | None = None, office: str | None = None
    ) -> CaseTimes:
        """Read columns, given by role; where they know only an offset, their zone is that of the office.

        Raises:
            IncompatibleError: If some know their zone and others do not.
            InvalidValueError: If dates are day first in one row and month first in another.
        """
        columns = {name: frame.column(name) for name in names.values()}
        table = read_times(columns, time_zone="UTC", dayfirst=dayfirst)
        table.warn("cases")
        values = {role: table[name].values for role, name in names.items()}
        bad = {role: np.array([c.position for c in table[name].rejected], np.int64) for role, name in names.items()}
        told = [name for role, name in names.items() if not np.isnat(values[role]).all()]
        naive, aware = ([name for name in told if table[name].aware is knows] for knows in (False, True))
        if naive and aware:
            raise IncompatibleError(
                f"the times in {aware[0]!r} know their zone, those in {naive[0]!r} do not: make them one or the other"
            )
        return cls(values, bad, _known_zone(table[aware[0]].own_zone, office or "UTC") if aware else None)

    def moment(self, value: Any) -> np.datetime64:
        """Return a time that the caller gave as those of the log are.

        Raises:
            InvalidValueError: If it is not a time.
            IncompatibleError: If it knows its zone and the log does not, or the other way about.
        """
        found = parse_times([value], time_zone="UTC")
        if np.isnat(found.values[0]):
            raise InvalidValueError(f"as_of must be a time such as datetime(2026, 3, 31): got {value!r}")
        if found.aware != (self.time_zone is not None):
            has, wants = ("a", "none") if found.aware else ("no", "one")
            raise IncompatibleError(f"as_of={value!s} has {has} time zone, the times of the log have {wants}")
        return np.datetime64(found.values[0])


def _known_zone(name: str | None, otherwise: str) -> str:
    """Return a zone by its name, another for what is only an offset."""
    if name is None:
        return otherwise
    try:
        find_zone(name)
    except InvalidValueError:
        return otherwise
    return name

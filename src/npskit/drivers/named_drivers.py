"""Which columns a question about drivers names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from npskit.errors import InvalidTypeError, InvalidValueError, quoted
from npskit.sample import BoundData


def named_drivers(data: BoundData, drivers: Any) -> dict[str, list[str]]:
    """Return the columns of each driver, checked to be there, each once; none where none is named.

    Raises:
        ColumnNotFoundError: If a column is not there.
        InvalidTypeError, InvalidValueError: If `drivers` names none, one twice, or the answer itself.
    """
    if isinstance(drivers, str) or not isinstance(drivers, Sequence | Mapping):
        raise InvalidTypeError(f"drivers must name columns, as ['speed', 'price']: got {quoted(drivers)}")
    given = drivers if isinstance(drivers, Mapping) else {name: name for name in drivers}
    found = {}
    for name, members in given.items():
        listed = [members] if isinstance(members, str) else list(members)
        found[str(name)] = [data.frame.require(member, "drivers") for member in listed]
    every = [member for members in found.values() for member in members]
    if not all(found.values()):
        raise InvalidValueError("drivers must name at least one column each")
    if len(set(every)) < len(every) or len(found) < len(drivers):
        raise InvalidValueError(f"drivers names a column twice: {quoted(drivers)}")
    scored = [member for member in every if member in data.score]
    if scored:
        raise InvalidValueError(f"drivers: {quoted(scored[0])} is the answer that is to be explained")
    return found

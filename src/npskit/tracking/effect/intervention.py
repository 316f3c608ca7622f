"""An intervention: something that was changed at a known time."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.checks import is_text
from npskit.data import parse_times, plain_column
from npskit.errors import InvalidValueError
from npskit.results import Result
from npskit.times import read_time


def _start(value: Any) -> dt.datetime:
    return read_time(value, "at")


def _end(value: Any) -> dt.datetime | None:
    return None if value is None else read_time(value, "until")


@attrs.frozen(repr=False)
class Intervention(Result):
    """Something that was changed at a known time.

    Args:
        name: What it was.
        at: When it began: a date, a time or its text, on the wall clock of the data's own time zone.
            Answers from then on come after it.
        until: When it ended, if it did; answers from then on are on neither side.

    Raises:
        InvalidTypeError: If the name is no text, or a time no time.
        InvalidValueError: If the name is empty, a time cannot be read or has a time zone, or `until` is not after
            `at`.

    Example:
        >>> Intervention("new checkout", "2026-03-01", until="2026-06-01 12:00")
        Intervention('new checkout', '2026-03-01', until='2026-06-01T12:00:00')
    """

    _TEXT = "repr"

    name: str = attrs.field(validator=is_text)
    at: dt.datetime = attrs.field(converter=_start)
    until: dt.datetime | None = attrs.field(default=None, converter=_end)

    def __attrs_post_init__(self) -> None:
        if self.until is not None and self.until <= self.at:
            raise InvalidValueError(f"until must be after at: got at={_iso(self.at)}, until={_iso(self.until)}")

    def __repr__(self) -> str:
        until = "" if self.until is None else f", until={_iso(self.until)!r}"
        return f"Intervention({self.name!r}, {_iso(self.at)!r}{until})"

    def sides(self, times: ArrayLike) -> NDArray[np.int8]:
        """Return on which side each time lies: 0 before, 1 after (while it lasts), -1 neither or not known.

        Args:
            times: datetime64, shape `(n,)`.

        Example:
            >>> days = np.array(["2026-02-28", "2026-03-01", "NaT"], dtype="datetime64[D]")
            >>> Intervention("new checkout", "2026-03-01").sides(days).tolist()
            [0, 1, -1]
        """
        found = parse_times(plain_column(times, "times").values).checked("times")
        sides = (found >= np.datetime64(self.at)).astype(np.int8)
        outside = np.isnat(found)
        if self.until is not None:
            outside |= found >= np.datetime64(self.until)
        sides[outside] = -1
        return sides

    _SAYS = "name, at, until"

    def _record(self) -> dict[str, Any]:
        return {"name": self.name, "at": _iso(self.at), "until": None if self.until is None else _iso(self.until)}


def _iso(moment: dt.datetime) -> str:
    """Return a time in ISO 8601, a midnight as its date."""
    return (moment.date() if moment.time() == dt.time() else moment).isoformat()

"""Times of an engine's rows, as coarse as a question allows: so many distinct ones that rows may grow without them.

Engines agree on the parts of a time, such as its year and its hour, and on little else: they truncate, convert zones
and count seconds each in their own way, or not at all. So rows are grouped by the parts, and the times are put together
here. Times that know their zone are taken apart in UTC, by quarters of an hour: on these every clock on a wall is set.
Polars counts whole days, quarters and minutes since 1970 itself, which takes it a third of the time of parts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.data.columns import Column
from npskit.errors import InvalidValueError
from npskit.times import find_zone, in_zone

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw

Grain: TypeAlias = Literal["day", "minute"]
"""How finely the times of an engine's rows are told apart."""

_PARTS = ("year", "month", "day", "hour", "quarter", "minute")
_OF = {"day": _PARTS[:3], "quarter": _PARTS[:5], "minute": (*_PARTS[:4], "minute")}
# What is counted since 1970 in place of parts, with its length in minutes.
_COUNTED = {"days": 1440, "quarters": 15, "minutes": 1}
# Who can give times in UTC: to others, a time that knows its zone is one of their connection's.
_CONVERTING = ("polars", "pyarrow", "pandas", "dask")
# Above every part but the year.
_BASE = 100
_MINUTES = {"hour": 60, "quarter": 15, "minute": 1}


def grain_of(moments: Sequence[np.datetime64]) -> Grain | None:
    """Return how finely times must be told apart to lie on the right side of some moments; None for as they are.

    Example:
        >>> grain_of([np.datetime64("2026-03-01")]), grain_of([np.datetime64("2026-03-01T12:30")])
        ('day', 'minute')
        >>> grain_of([np.datetime64("2026-03-01T12:30:01")])
    """
    exact = np.array(moments, dtype="datetime64[us]")
    if (exact == exact.astype("datetime64[D]")).all():
        return "day"
    return "minute" if (exact == exact.astype("datetime64[m]")).all() else None


@attrs.frozen
class QueryTimes:
    """A column of times of an engine, taken apart in its query.

    Args:
        name: The column.
        zone: The zone that the times know, None for times by the clock on the wall.
        parts: What they are taken apart into.
    """

    name: str
    zone: str | None
    parts: tuple[str, ...]

    @classmethod
    def of(cls, name: str, kind: Any, grain: Grain, backend: str) -> QueryTimes | None:
        """Return how a column is taken apart; None where it is none of times, or its engine has no UTC."""
        import narwhals.stable.v2 as nw

        if not isinstance(kind, nw.Datetime):
            return None
        if kind.time_zone is None:
            return cls(name, None, _parts(grain, backend))
        try:
            find_zone(kind.time_zone)
        except InvalidValueError:
            return None
        if kind.time_zone != "UTC" and backend not in _CONVERTING:
            return None
        return cls(name, kind.time_zone, _parts("quarter" if grain == "day" else grain, backend))

    @classmethod
    def of_days(cls, name: str, kind: Any, backend: str) -> QueryTimes | None:
        """Return how a column, also one of dates, is taken apart into days; None as for `of`."""
        import narwhals.stable.v2 as nw

        if isinstance(kind, nw.Date):
            return cls(name, None, _parts("day", backend))
        return cls.of(name, kind, "day", backend)

    def parts_of(self, plain: str) -> dict[str, nw.Expr]:
        """Return the parts, of the column as its query knows it."""
        import narwhals.stable.v2 as nw

        time = nw.col(plain)
        if self.zone not in (None, "UTC"):
            time = time.dt.convert_time_zone("UTC")
        if self.parts[0] in _COUNTED:
            (part,) = self.parts
            return {part: time.dt.timestamp("us") // (60_000_000 * _COUNTED[part])}
        minute, found = time.dt.minute(), dict[str, nw.Expr]()
        # no engine divides whole numbers as another does
        quarter = (
            nw.when(minute < 15)
            .then(0)
            .otherwise(nw.when(minute < 30).then(1).otherwise(nw.when(minute < 45).then(2).otherwise(3)))
        )
        for part in self.parts:
            found[part] = quarter if part == "quarter" else getattr(time.dt, part)()
        return found

    def number(self, part_of: Callable[[str], nw.Expr]) -> nw.Expr:
        """Return one number for the parts of each time, which grows with it; see `numbers`."""
        import narwhals.stable.v2 as nw

        # as a float, none is missing like any other
        found = part_of(self.parts[0]).cast(nw.Float64)
        for part in self.parts[1:]:
            found = found * _BASE + part_of(part).cast(nw.Float64)
        return found

    def numbers(self, column: Column) -> NDArray[np.int64]:
        """Return the same numbers of times that are here, as `together` gives them; not those of missing ones.

        Example:
            >>> apart = QueryTimes("at", None, ("year", "month", "day"))
            >>> apart.numbers(Column(np.array(["2026-03-01T23:30", "2025-12-31"], "M8[us]"))).tolist()
            [20260301, 20251231]
        """
        times = (column.utc[0] if column.utc is not None else column.filled()).astype("datetime64[m]")
        months, days = times.astype("datetime64[M]"), times.astype("datetime64[D]")
        minutes = (times - days).astype(np.int64)
        parts = {
            "year": months.astype(np.int64) // 12 + 1970,
            "month": months.astype(np.int64) % 12 + 1,
            "day": (days - months).astype(np.int64) + 1,
            "hour": minutes // 60,
            "quarter": minutes % 60 // 15,
            "minute": minutes % 60,
            **{name: times.astype(np.int64) // length for name, length in _COUNTED.items()},
        }
        found: NDArray[np.int64] = parts[self.parts[0]]
        for part in self.parts[1:]:
            found = found * _BASE + parts[part]
        return found

    def together(self, parts: Mapping[str, NDArray[np.float64]]) -> Column:
        """Return the times of which these are the parts, NaN for none."""
        known = ~np.isnan(parts[self.parts[0]])
        number = {part: np.where(known, values, 1).astype(np.int64) for part, values in parts.items()}
        if self.parts[0] in _COUNTED:
            minutes = number[self.parts[0]] * _COUNTED[self.parts[0]]
            times = minutes.astype("datetime64[m]").astype("datetime64[us]")
        else:
            times = _put_together(number)
        times[~known] = np.datetime64("NaT", "us")
        if self.zone is None:
            return Column(times)
        return Column(in_zone(times, self.zone), utc=(times, self.zone))


def _parts(grain: str, backend: str) -> tuple[str, ...]:
    """Return what times are taken apart into, as finely as that, by an engine."""
    return (f"{grain}s",) if backend == "polars" else _OF[grain]


def _put_together(number: Mapping[str, NDArray[np.int64]]) -> NDArray[np.datetime64]:
    months = ((number["year"] - 1970) * 12 + number["month"] - 1).astype("datetime64[M]")
    times: NDArray[np.datetime64] = (
        months.astype("datetime64[D]") + (number["day"] - 1).astype("timedelta64[D]")
    ).astype("datetime64[us]")
    for part in _MINUTES.keys() & number.keys():
        times = times + (number[part] * _MINUTES[part]).astype("timedelta64[m]")
    return times

"""Windows of a live tracker: what leaves is taken off as the integers it came in as, so that nothing drifts."""

from __future__ import annotations

import datetime as dt
import operator
from collections import deque
from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from npskit.checks import whole_number
from npskit.errors import IncompatibleError, InvalidTypeError, quoted
from npskit.times import DAY, HOUR, MINUTE, instant, parse_duration, read_time

# A group, with a part for each column that makes the groups; () where there are none.
Key: TypeAlias = tuple[Any, ...]

_MOST_ANSWERS = 100_000_000


class WindowCells(dict[Key, list[int]]):
    """The counts of each group that has any: answers by cell, then the missing, then the invalid."""

    __slots__ = ("width",)

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width

    def __missing__(self, key: Key) -> list[int]:
        counts = self[key] = [0] * self.width
        return counts

    def copy(self) -> WindowCells:
        """Return the same counts, in lists of their own."""
        found = WindowCells(self.width)
        found.update((key, counts.copy()) for key, counts in self.items())
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        return _window_cells, (self.width, dict(self))

    def add(self, key: Key, counts: Iterable[int]) -> None:
        """Add counts to those of a group, in place."""
        known = self[key]
        known[:] = map(operator.add, known, counts)

    def add_all(self, found: Iterable[tuple[Key, Iterable[int]]]) -> None:
        """Add counts to those of their groups."""
        for key, counts in found:
            self.add(key, counts)

    def forget_empty(self, key: Key) -> None:
        """Forget a group with nothing left."""
        # the one list of a tracker without groups stays: it is held elsewhere, too
        if key and not any(self[key]):
            del self[key]


def _window_cells(width: int, counts: dict[Key, list[int]]) -> WindowCells:
    """Return counts that were pickled."""
    found = WindowCells(width)
    found.update(counts)
    return found


class LastAnswers:
    """The last `size` rows that came in, whatever their group; also the missing and the invalid ones.

    Attributes:
        spec: The size, as it is given to a tracker.
        past: How many rows have left.
    """

    __slots__ = ("past", "queue", "spec")

    def __init__(self, size: int) -> None:
        self.spec = size
        self.past = 0
        self.queue: deque[tuple[Key, int]] = deque()

    def copy(self) -> LastAnswers:
        """Return a window that holds the same and goes its own way."""
        found = LastAnswers(self.spec)
        found.past, found.queue = self.past, self.queue.copy()
        return found

    def add(self, cells: WindowCells, key: Key, place: int) -> None:
        """Put in one row, and take off the one that it pushes out."""
        if len(self.queue) == self.spec:
            old, at = self.queue.popleft()
            cells[old][at] -= 1
            cells.forget_empty(old)
            self.past += 1
        self.queue.append((key, place))
        cells[key][place] += 1

    def add_many(
        self, cells: WindowCells, keys: list[Key], codes: NDArray[np.intp] | None, places: NDArray[np.intp]
    ) -> None:
        """Put in many rows; those that others of them would push out again are only counted."""
        self.past += max(places.size - self.spec, 0)
        last = places[-self.spec :].tolist()
        groups = [0] * len(last) if codes is None else codes[-self.spec :].tolist()
        for code, place in zip(groups, last, strict=True):
            self.add(cells, keys[code], place)

    def merge(self, cells: WindowCells, other: LastAnswers) -> None:
        """Put in all that another window holds; one of the two must be empty."""
        for key, place in list(other.queue):
            self.add(cells, key, place)
        self.past += other.past


class LastPeriods:
    """The last `number` days (hours, minutes), the one of the latest answer among them.

    An answer that comes late is counted in the period of its time; where that has left, it is past at once.

    Attributes:
        spec: The length, such as `"30d"`.
        now: The latest period, as a number; None before the first answer.
        past: How many rows have left.
    """

    __slots__ = ("_minutes", "_number", "buckets", "now", "past", "spec")

    def __init__(self, length: str | dt.timedelta) -> None:
        found = parse_duration(length, "window", step=MINUTE)
        step = {"hour": HOUR, "minute": MINUTE, "second": MINUTE}.get(found.unit, DAY)
        self.spec = str(found)
        self._minutes = step // MINUTE
        self._number = found.fixed // step
        self.now: int | None = None
        self.past = 0
        self.buckets: dict[int, WindowCells] = {}

    def copy(self) -> LastPeriods:
        """Return a window that holds the same and goes its own way."""
        found = LastPeriods(self.spec)
        found.now, found.past = self.now, self.past
        found.buckets = {bucket: groups.copy() for bucket, groups in self.buckets.items()}
        return found

    def bucket(self, at: dt.datetime) -> int:
        """Return the period of a time: days as its own calendar has them, hours and minutes by the clock of UTC."""
        if self._minutes == 1440:
            return at.toordinal()
        at = instant(at)
        return (at.toordinal() * 1440 + at.hour * 60 + at.minute) // self._minutes

    def bucket_of_each(self, times: NDArray[np.datetime64]) -> NDArray[np.int64]:
        """Return the period of each time."""
        minutes = times.astype("M8[m]").astype(np.int64) + 719_163 * 1440
        return np.asarray(minutes // self._minutes)

    def add(self, cells: WindowCells, key: Key, place: int, bucket: int) -> None:
        """Put in one row."""
        if self._reach(cells, bucket):
            self._bucket(cells, bucket)[key][place] += 1
            cells[key][place] += 1
        else:
            self.past += 1

    def add_cells(self, cells: WindowCells, key: Key, counts: list[int], bucket: int) -> None:
        """Put in many rows of one group and period."""
        if self._reach(cells, bucket):
            self._bucket(cells, bucket).add(key, counts)
            cells.add(key, counts)
        else:
            self.past += sum(counts)

    def _reach(self, cells: WindowCells, bucket: int) -> bool:
        """Let time go on to a period where it is later than now, and return whether the window reaches back to it."""
        if self.now is None or bucket > self.now:
            self.now = bucket
            for old in [b for b in self.buckets if b <= bucket - self._number]:
                for key, counts in self.buckets.pop(old).items():
                    self.past += sum(counts)
                    cells.add(key, map(operator.neg, counts))
                    cells.forget_empty(key)
        return bucket > self.now - self._number

    def _bucket(self, cells: WindowCells, bucket: int) -> WindowCells:
        """Return the counts of a period."""
        if bucket not in self.buckets:
            self.buckets[bucket] = WindowCells(cells.width)
        return self.buckets[bucket]

    def merge(self, cells: WindowCells, other: LastPeriods) -> None:
        """Put in all that another window of the same length holds."""
        if other.now is not None:
            self._reach(cells, other.now)
        for bucket, groups in other.buckets.items():
            for key, counts in groups.items():
                self.add_cells(cells, key, counts, bucket)
        self.past += other.past


Window: TypeAlias = LastAnswers | LastPeriods


def window_of(value: Any) -> Window | None:
    """Return the window of what was given: a number of answers, a length of time, or None for none."""
    if value is None:
        return None
    if isinstance(value, str | dt.timedelta):
        return LastPeriods(value)
    return LastAnswers(whole_number(value, "window", least=1, most=_MOST_ANSWERS))


def moment(at: Any) -> dt.datetime:
    """Return a time as a datetime; a date is its first moment.

    Raises:
        InvalidTypeError: If it is not a time.
        InvalidValueError: If it is missing.
    """
    if isinstance(at, str):
        raise InvalidTypeError(f"at must be a datetime, a date or a numpy.datetime64: got {quoted(at)}")
    return read_time(at, "at", zoned=True)


def later(known: dt.datetime | None, at: dt.datetime | None) -> dt.datetime | None:
    """Return the later of two times, None standing for none.

    Raises:
        IncompatibleError: If one has a time zone and the other has not.
    """
    if known is None or at is None:
        return known if at is None else at
    if (known.tzinfo is None) != (at.tzinfo is None):
        raise IncompatibleError(f"at: times with a time zone and without do not mix: {at} came after {known}")
    return max(known, at, key=instant)

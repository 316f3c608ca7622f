"""What a live tracker holds: the counts of each group, what it watches for and the alarms there were."""

from __future__ import annotations

import abc
import datetime as dt
import functools
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.counting import Tally
from npskit.errors import InvalidValueError
from npskit.results import Result, Rows
from npskit.scorers import Scorer, codebook_of
from npskit.scores import Score, ScoreTable
from npskit.tracking.live.alarms import Alarm, Watch
from npskit.tracking.live.live_windows import Key, WindowCells, window_of

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound="TrackerState")
T = TypeVar("T", Score, ScoreTable)
# Plain answers are put down before they are counted: to append to a list is safe in every thread, and quick.
MOST_PENDING = 4096


def locked(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Let a method see and change all that was put in before it, and nothing half put in."""

    @functools.wraps(method)
    def run(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self._lock:
            if self._pending:
                self._settle()
            return method(self, *args, **kwargs)

    return run


class TrackerState(Result):
    """The state of a `Tracker`."""

    _TEXT = "repr"
    # of answers, one of `groups`, `rows` or `now` and `periods` is there: that of its window
    _SAYS = (
        "scorer: dict[str, Any], by: list[str], window: int | str | None, watch: dict[str, Any] | None, "
        "last: str | None, past: int, alarms: list[Any], groups: list[Any] = [], rows: list[Any] = [], "
        "now: int | None = None, periods: list[Any] = []"
    )

    def _begin(self, scorer: Scorer, by: tuple[str, ...], window: Any, watch: Watch | None) -> None:
        """Set up an empty tracker."""
        self._codebook = codebook = codebook_of(scorer).without_words()
        self._by = by
        self._window = window_of(window)
        self._watch = watch
        if watch is not None:
            if self._window is not None:
                raise InvalidValueError(
                    "window: an alarm is about all answers since the tracker began, and nothing bounds the false "
                    "alarms of a window that moves; use one tracker for each"
                )
            watch.check(codebook)
        self._size = len(codebook.categories) if codebook.scale is None else codebook.scale.size
        # the missing and the invalid come after the last place
        self._places = {} if codebook.scale is None else {answer: i for i, answer in enumerate(codebook.scale)}
        self._groups = WindowCells(self._size + 2)
        if not by:
            self._groups[()]  # is there also while it is empty
        self._pending: list[int] = []
        self._lock = threading.RLock()
        self._plain = not by and self._window is None and codebook.scale is not None
        self._last: dt.datetime | None = None
        self._alarms: dict[Key | None, Alarm] = {}

    def _settle(self) -> None:
        """Count the answers that are pending."""
        with self._lock:
            some = len(self._pending)  # another thread may put more down behind them
            answers, cells = Counter(self._pending[:some]), self._groups[()]
            del self._pending[:some]
            for answer, count in answers.items():
                cells[self._places.get(answer, -1)] += count

    @locked
    def _state(self) -> dict[str, Any]:
        """Return what it holds, without a lock, in containers that nobody else writes to."""
        aside = {name: value for name, value in vars(self).items() if name not in ("_lock", "_pending")}
        window = None if self._window is None else self._window.copy()
        return aside | {"_groups": self._groups.copy(), "_window": window, "_alarms": self._alarms.copy()}

    def _snapshot(self) -> Self:
        """Return a tracker that holds the same, for one thread alone."""
        return _revived(type(self), self._state())

    def __reduce__(self) -> tuple[Any, ...]:
        return _revived, (type(self), self._state())

    @property
    @locked
    def seen(self) -> int:
        """How many rows ever came in: those in the tally, and those that have left the window."""
        inside = sum(map(sum, self._groups.values()))
        return inside + (0 if self._window is None else self._window.past)

    @property
    def _spec(self) -> int | str | None:
        """The window as it was asked for."""
        return None if self._window is None else self._window.spec

    def _of_window(self, found: T) -> T:
        """Return a score, or a table of scores, in which the rows that have left the window are left out."""
        if self._window is None:
            return found
        conventions = attrs.evolve(found.conventions, window=self._spec)
        return attrs.evolve(found, conventions=conventions, left_out=self._window.past)

    @abc.abstractmethod
    def _found(self) -> Score | ScoreTable:
        """Return the score of all, or of each group."""

    def _rows(self, **options: Any) -> Rows:
        return self._found()._rows(**options)

    def _tally(self, cells: NDArray[np.int64]) -> Tally:
        return Tally(self._codebook, cells, None, None, self._codebook.scale is not None)


def _revived(kind: type[S], state: dict[str, Any]) -> S:
    """Return a tracker of what it held."""
    tracker = kind.__new__(kind)
    vars(tracker).update(state, _pending=[], _lock=threading.RLock())
    return tracker

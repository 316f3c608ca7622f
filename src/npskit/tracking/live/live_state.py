"""What a live tracker holds: the counts of each group, what it watches for and the alarms there were."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.counting import Tally
from npskit.errors import InvalidValueError
from npskit.results import Result
from npskit.scorers import Scorer, codebook_of
from npskit.tracking.live.alarms import Alarm, Watch
from npskit.tracking.live.live_windows import Key, WindowCells, window_of


class TrackerState(Result):
    """The state of a `Tracker`."""

    _TEXT = "repr"
    __reduce__ = object.__reduce__  # by its attributes

    def _begin(self, scorer: Scorer, by: tuple[str, ...], window: Any, watch: Watch | None) -> None:
        """Set up an empty tracker."""
        self._codebook = codebook = codebook_of(scorer)
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
        self._cells = self._groups[()] if not by else []
        self._plain = not by and self._window is None and codebook.scale is not None
        self._last: dt.datetime | None = None
        self._alarms: dict[Key | None, Alarm] = {}

    @property
    def seen(self) -> int:
        """How many rows ever came in: those in the tally, and those that have left the window."""
        inside = sum(map(sum, self._groups.values()))
        return inside + (0 if self._window is None else self._window.past)

    @property
    def _spec(self) -> int | str | None:
        """The window as it was asked for."""
        return None if self._window is None else self._window.spec

    def _tally(self, cells: NDArray[np.int64]) -> Tally:
        return Tally(self._codebook, cells, None, None, self._codebook.scale is not None)

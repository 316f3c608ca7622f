"""Live scores: one answer at a time, at any moment the score of all so far, and alarms that may be looked at always."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from npskit.counting import Tally, read_columns, warn_of_scale
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, quoted
from npskit.options import Denominator, Direction, IntervalMethod
from npskit.results import LEVEL, Columns, number
from npskit.sample import Measured
from npskit.scorers import NPS, Scorer
from npskit.scores import Score, ScoreTable
from npskit.tracking.live import live_format
from npskit.tracking.live.alarms import Alarm, Watch
from npskit.tracking.live.live_input import groups_of, key_of, names_of, place_of, places_of, times_of
from npskit.tracking.live.live_state import MOST_PENDING, TrackerState, locked
from npskit.tracking.live.live_windows import Key, LastAnswers, LastPeriods, later, moment


class Tracker(TrackerState):
    """A score that is kept up to date: each answer costs the same, however many came before.

    What it holds are counts, so trackers merge by addition (`+`, `merge`, `sum`), and what it says is what the batch
    would say: `tally()` equals `Tally.count` of all the answers. Missing and invalid answers are counted beside.

    **Alarms.** With a `target` or a `reference`, `alarm` says whether the score has left it. It may be looked at after
    every answer: while all is well there ever is a false alarm with probability at most `alpha`. What must be true for
    that: given all that came before, each answer has a mean at the target (watching for a fall: of at least the
    target), or the same mean as the answers of the reference; and the reference is none of the answers watched. All of
    these break the bound, and none can be seen in the counts:

    - *Repeat answers of one customer.* They resemble each other, and count as more than they are.
    - *Days that move all answers together*: the weather, an outage, a holiday. A shock that answers have in common
      counts once for each of them. Watch days as batches instead, with `npskit.tracking.live.batch_alarms.cusum_alarm`
      and its `dispersion`.
    - *Answers that come in, or come in first, because they are bad.*
    - *A target, or a beginning, that was chosen after seeing the answers watched.*

    An alarm is about all answers since the tracker began: after a long good time a fall takes long to show, so begin a
    new tracker now and then (each with its own `alpha`), or look at batches with `cusum_alarm` as well, which is faster
    and not anytime-valid.

    **Threads.** Any number of threads may write to one tracker and read it: no answer is lost, or seen half put in.
    Where many write all the time it is quicker to give each its own and merge them, which is as exact as one.

    Args:
        scorer: What the answers mean. Default `NPS()`.
        by: The names of the columns that make groups, one or several; each update then has its `group`.
        window: None for all answers; a number of them for the last so many that came in (also missing and invalid
            ones); `"30d"` (or w, h, min) for the last 30 calendar days up to that of the latest answer, in their own
            time zone (hours and minutes by the clock of UTC). Each update of a window by time has an `at`. Older rows
            are `left_out`.
        target: Watch whether the score falls below this, in units of the score.
        reference: Watch whether the score falls below this `Score` of other answers, simple counts.
        alpha: The bound on the probability of any false alarm, over all looks together.
        direction: `"below"`, `"above"` or `"both"`: what to watch for.

    Raises:
        InvalidTypeError, InvalidValueError, IncompatibleError: If an argument cannot be used, see also `Watch`.

    Example:
        >>> tracker = Tracker(target=40)
        >>> tracker.update(9).update(None).update(11)
        Tracker(NPS=100.0, n=1, missing=1, invalid=1, target=40.0, alpha=0.05)
        >>> tracker.update_many([3] * 9).alarm
        Alarm(NPS below target 40.0 by 120.0, n=10, p_value=0.00119, method='anytime')
    """

    def __init__(
        self,
        scorer: Scorer | None = None,
        *,
        by: str | Sequence[str] | None = None,
        window: int | str | dt.timedelta | None = None,
        target: float | None = None,
        reference: Score | None = None,
        alpha: float = 0.05,
        direction: Direction = "below",
    ) -> None:
        watch = None
        if target is not None or reference is not None:
            watch = Watch(target=target, reference=reference, alpha=alpha, direction=direction)
        self._begin(scorer if scorer is not None else NPS(), names_of(by), window, watch)

    # ---- putting answers in ----

    def update(self, answer: Any, *more: Any, group: Any = None, at: Any = None) -> Self:
        """Count one answer, and return the tracker.

        Args:
            answer: Anything that may be an answer, as in a column; for a scorer of several questions a tuple of one
                each. What is missing or invalid is counted as such.
            more: The answers to the further questions, where they are not given as a tuple.
            group: With `by`, its group: text, a number or None; a tuple of these for several columns.
            at: Its time: a datetime, a date or a `numpy.datetime64`; needed for a window by time, otherwise only for
                an alarm to say when. All with a time zone, or none.

        Raises:
            IncompatibleError: If it has not one answer for each question, not one part of a group for each column, or
                a time with a zone among times without.
            InvalidTypeError, InvalidValueError: If the group or the time cannot be used.

        Example:
            >>> Tracker(by="region").update(9, group="North").update(3, group="South").score_table()["North"].value
            100.0
        """
        if type(answer) is int and self._plain and group is None and at is None and not more:
            self._pending.append(answer)
            if len(self._pending) > MOST_PENDING:
                self._settle()
            return self
        place, key, window = place_of(self._codebook, answer, *more), key_of(self._by, group), self._window
        when = moment(at) if at is not None or isinstance(window, LastPeriods) else None
        with self._lock:
            last = later(self._last, when)
            if isinstance(window, LastPeriods):
                assert when is not None  # as just read
                window.add(self._groups, key, place, window.bucket(when))
            elif window is not None:
                window.add(self._groups, key, place)
            else:
                self._groups[key][place] += 1
            self._last = last
        return self

    def update_many(self, *answers: Any, groups: Any = None, at: Any = None) -> Self:
        """Count many answers at once, at the speed of counting, and return the tracker.

        Args:
            answers: One sequence or array for each question of the scorer, as for `Tally.count`, each of shape `(n,)`.
            groups: With `by`, the group of each row: one sequence of shape `(n,)`; for several columns a sequence of
                them.
            at: The time of each row, shape `(n,)`, or one time for all.

        Raises:
            InvalidTypeError, InvalidValueError, IncompatibleError: If an argument cannot be used; nothing is counted
                then.

        Example:
            >>> Tracker(window=3).update_many([0, 0, 10, 9, 8])
            Tracker(NPS=66.7, n=3, left_out=2, window=3)
        """
        columns = read_columns(answers, self._codebook)
        rows = len(columns[0])
        buckets, newest = times_of(self._window, at, rows)
        keys, codes = groups_of(self._by, groups, buckets, rows)
        if isinstance(self._window, LastAnswers):
            places = places_of(self._codebook, columns)
            with self._lock:
                last = later(self._last, newest)
                self._window.add_many(self._groups, keys, codes, places)
                self._last = last
            warn_of_scale(self._tally(np.bincount(places % (self._size + 2), minlength=self._size + 2)))
            return self
        placed: Any = {"groups": codes, "n_groups": None if codes is None else len(keys)}
        counted = Tally.count(
            *columns, scorer=self._codebook.scorer, distribution=True if self._places else None, **placed
        )
        found = zip(keys, counted.cells.reshape(-1, self._size + 2).tolist(), strict=True)
        with self._lock:
            last = later(self._last, newest)
            if isinstance(self._window, LastPeriods):
                # the latest first: what is too old for it then is past at once
                for key, counts in sorted(found, key=lambda pair: -pair[0][0]):
                    self._window.add_cells(self._groups, key[1:], counts, key[0])
            else:
                self._groups.add_all(found)
            self._last = last
        warn_of_scale(counted)
        return self

    # ---- reading ----

    @locked
    def tally(self) -> Tally:
        """Return the counts of all groups together: shape `()`. The groups' own are `score_table().tally`."""
        total = [sum(column) for column in zip(*self._groups.values(), strict=True)] or [0] * (self._size + 2)
        return self._tally(np.array(total, np.int64))

    @locked
    def score(self, *, denominator: Denominator = "valid") -> Score:
        """Return the score of all groups together; its interval is for one look, not for many.

        Args:
            denominator: `"valid"` answers, or `"all"` responses.

        Raises:
            InvalidValueError: If `denominator` is neither `"valid"` nor `"all"`.
        """
        return self._of_window(Score.of(self.tally(), denominator=denominator))

    @locked
    def score_table(self) -> ScoreTable:
        """Return the score of each group that has answers, in the order of the groups.

        Raises:
            InvalidValueError: If the tracker has no groups.
        """
        if not self._by:
            raise InvalidValueError("score_table: this tracker has no groups, make it with by=...")
        keys = sorted(
            self._groups,
            key=lambda key: [(part is None, isinstance(part, str), 0 if part is None else part) for part in key],
        )
        cells = np.array([self._groups[key] for key in keys], np.int64).reshape(len(keys), self._size + 2)
        found = Measured.of(self._tally(cells))
        return self._of_window(ScoreTable(self._by, tuple(keys), found.tally, found.conventions, found.estimate))

    @property
    @locked
    def alarm(self) -> Alarm | None:
        """The first alarm of all answers together, as it was when it was first seen; None while there is none.

        Looking does the work: an alarm is first seen at a look. Some tenths of a millisecond with a target, some
        milliseconds with a reference, once there has been an alarm nothing.

        Raises:
            InvalidValueError: If the tracker watches for nothing.
        """
        return self._look(None, [*map(sum, zip(*self._groups.values(), strict=True))])

    @locked
    def alarms(self) -> dict[Key, Alarm]:
        """Return the first alarm of each group that has one, as `alarm` does for the whole.

        The bound `alpha` is for each group for itself. For all of them together give the tracker alpha divided by
        their number (Bonferroni).

        Raises:
            InvalidValueError: If the tracker watches for nothing, or has no groups.
        """
        if not self._by:
            raise InvalidValueError("alarms: this tracker has no groups, make it with by=..., or look at .alarm")
        found = {key: self._look(key, cells) for key, cells in self._groups.items()}
        return {key: alarm for key, alarm in found.items() if alarm is not None}

    def _look(self, key: Key | None, cells: list[int]) -> Alarm | None:
        """Return the first alarm of a group, or raise it now."""
        if self._watch is None:
            raise InvalidValueError("alarm: this tracker watches for nothing, make it with target=... or reference=...")
        if key not in self._alarms and cells:
            counts = self._tally(np.array(cells, np.int64)).counts
            alarm = self._watch.alarm(self._codebook, counts, at=self._last, group=key)
            if alarm is not None:
                self._alarms[key] = alarm
        return self._alarms.get(key)

    # ---- merging ----

    def merge(self, other: Tracker) -> Self:
        """Count all that another tracker holds, and return this one; the other is left as it is.

        This tracker's alarms stay, the other's are not taken over: look again.

        Args:
            other: Of the same scorer, groups and window. It may watch for nothing, or for the same.

        Raises:
            InvalidTypeError: If `other` is not a tracker.
            IncompatibleError: If it is of another kind, or both have windows of the last answers: of two streams
                nobody knows which answers were the last. Nothing is counted then.
        """
        if not isinstance(other, Tracker):
            raise InvalidTypeError(f"other must be a Tracker: got {quoted(other)}")
        if self._codebook != other._codebook:
            raise IncompatibleError(
                f"only trackers of one scorer merge: got {self._codebook.scorer!r} and {other._codebook.scorer!r}"
            )
        for name, one, two in (("by", self._by, other._by), ("window", self._spec, other._spec)):
            if one != two:
                raise IncompatibleError(f"only trackers of the same {name} merge: got {quoted(one)} and {quoted(two)}")
        if other._watch is not None and self._watch != other._watch:
            raise IncompatibleError("only trackers that watch for the same merge: their targets or alphas differ")
        self._put_in(other._snapshot())
        return self

    @locked
    def _put_in(self, other: Tracker) -> None:
        """Count all that a tracker of this kind holds, which nobody else writes to."""
        if isinstance(self._window, LastAnswers) and self.seen and other.seen:
            raise IncompatibleError("window: of two streams nobody knows which answers were the last; use a time")
        last = later(self._last, other._last)
        merged: Any = other._window  # of the same specification, and so of the same kind
        if self._window is not None:
            self._window.merge(self._groups, merged)
        else:
            self._groups.add_all(other._groups.items())
        self._last = last

    def __add__(self, other: object) -> Tracker:
        if isinstance(other, int) and other == 0:  # so that sum() works
            return self
        if not isinstance(other, Tracker):
            return NotImplemented
        new = Tracker.__new__(Tracker)
        new._begin(self._codebook.scorer, self._by, self._spec, self._watch or other._watch)
        return new.merge(self).merge(other)

    __radd__ = __add__

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tracker):
            return NotImplemented
        return self._codebook == other._codebook and self._record() == other._record()

    __hash__ = None  # type: ignore[assignment]

    def _value(self) -> float:
        return self.score().value

    def __repr__(self) -> str:
        shown = [f"{(score := self.score()).name}={number(score.value)}", f"n={score.n}"]
        shown += [f"{name}={count}" for name in ("missing", "invalid", "left_out") if (count := getattr(score, name))]
        shown += [f"by={', '.join(self._by)}"] if self._by else []
        shown += [f"window={self._spec}"] if self._spec else []
        if self._watch is not None:
            shown += [f"{self._watch.against}={number(self._watch.limit)}", f"alpha={self._watch.alpha}"]
        return f"Tracker({', '.join(shown)})"

    # ---- tables and files ----

    def columns(self, *, level: float = LEVEL, method: IntervalMethod = "score") -> Columns:
        """Return the score of each group, or of all, as columns; arguments as for `Score.interval`."""
        return self._found().columns(level=level, method=method)

    def _found(self) -> Score | ScoreTable:
        return self.score_table() if self._by else self.score()

    def _record(self) -> dict[str, Any]:
        return live_format.state(self._snapshot())

    @classmethod
    def from_json(cls, text: str | bytes, *, scorer: Scorer | None = None) -> Self:
        """Return the tracker that `to_json` wrote.

        Args:
            text: The JSON text; it is checked throughout, and nothing in it is evaluated.
            scorer: The scorer; default the one named in the text.

        Raises:
            InvalidTypeError: If `text` is not text.
            InvalidValueError: If it is no tracker, damaged, or of an unknown version, or its scorer has to be given.
            IncompatibleError: If the scorer gives answers another meaning than when the text was written.
        """
        return live_format.load(cls, text, scorer)

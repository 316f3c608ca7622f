"""Themes as comments come in: counts that merge, alarms for a rising theme, urgent comments the moment they arrive."""

from __future__ import annotations

import datetime as dt
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import attrs
import numpy as np

from npskit.arrays import Integers
from npskit.checks import finite_number, several
from npskit.comments.patterns import UrgencyOf, UrgencyWords, urgencies_of
from npskit.comments.themes import theme_tracker_json
from npskit.comments.themes.theme_counts import ThemeCounts
from npskit.comments.themes.theme_figures import HowThemes, themes_of
from npskit.comments.themes.theme_list import ThemeList
from npskit.comments.themes.theme_points import RAREST
from npskit.comments.themes.theme_trend import rise_of
from npskit.comments.themes.themes import Themes
from npskit.comments.themes.tracked import (
    ThemeAlarm,
    UrgentComment,
    as_text,
    by_period,
    periods_of,
    references,
    set_key,
)
from npskit.comments.words import quotation
from npskit.counting import CodedAnswers, read_columns
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, quoted
from npskit.options import Every
from npskit.results import LEVEL, Columns, Result
from npskit.scorers import Scorer
from npskit.times import check_every, read_time
from npskit.tracking.live import Tracker

_MOST_URGENT = 100


class ThemeTracker(Result):
    """Counts of answers by the themes of their comments, kept up to date: each costs the same, however many there are.

    What it holds are counts by set of themes, so trackers merge by addition (`+`, `merge`, `sum`), and `themes()` says
    what the batch would say, but for misspelt words: those of one comment alone are taken as they stand.

    **Alarms.** With a `baseline`, or with `every`, `alarms()` says which themes are mentioned by more of the comments
    than the baseline says, or than earlier periods did. It may be looked at after every comment: a theme that does not
    rise ever raises a false alarm with probability at most `alpha`, each for itself. What must be true for that: given
    all that came before, each comment mentions the theme with the same probability; repeat comments of one customer,
    and days that move all at once, break it.

    **Urgent comments** are handed to `on_urgent` the moment they arrive; the last hundred stand in `urgent`, masked.

    Args:
        themes: A `ThemeList`, or a mapping of names to patterns.
        scorer: What the answers mean. Default `NPS()`.
        baseline: The share of comments that mention each theme, `{"noise": 0.1}`, or the `Themes` of earlier answers,
            whose own uncertainty is allowed for.
        every: Without a baseline, `"day"`, `"week"` or another period: a theme is watched against the periods before;
            every update then has its `at`.
        alpha: The bound on the probability of any false alarm, over all looks together, for each theme.
        urgency: What is urgent: `UrgencyWords`, or a function from a comment to 0, 1 or 2; True for the words that come
            with npskit, False for nothing.
        on_urgent: Called with each `UrgentComment`.

    Raises:
        InvalidTypeError, InvalidValueError, IncompatibleError: If an argument cannot be used.

    Example:
        >>> tracker = ThemeTracker({"noise": ["loud*", "nois*"]}, baseline={"noise": 0.05})
        >>> for _ in range(9):
        ...     tracker = tracker.update("So loud!", 3).update("lovely", 9)
        >>> [(alarm.theme, alarm.share) for alarm in tracker.alarms()]
        [('noise', 0.5)]
        >>> tracker.update("The bus was on fire", 0).urgent[-1].level
        2
    """

    _TEXT, _SAYS = "repr", theme_tracker_json.SAYS

    def __init__(
        self,
        themes: ThemeList | Mapping[str, Sequence[str]],
        *,
        scorer: Scorer | None = None,
        baseline: Mapping[str, float] | Themes | None = None,
        every: Every | None = None,
        alpha: float = 0.05,
        urgency: UrgencyOf | bool = True,
        on_urgent: Callable[[UrgentComment], object] | None = None,
    ) -> None:
        if every is not None:
            check_every(every)
            if baseline is not None:
                raise IncompatibleError("give a baseline, or every to watch against the periods before, not both")
        for name, value in (("urgency", urgency), ("on_urgent", on_urgent)):
            if not (value is None or isinstance(value, bool) or callable(value)):
                raise InvalidTypeError(f"{name} must be a function: got {quoted(value)}")
        self.listed = attrs.evolve(ThemeList.of(themes), misspellings=False)
        self.every, self.alpha = every, finite_number(alpha, "alpha", least=1e-15, below=1)
        self.baseline = references(baseline, self.listed)
        self._urgency = UrgencyWords.default() if urgency is True else urgency or None
        self._on_urgent = on_urgent
        self._counts = Tracker(scorer, by=("set", "period"))
        self._urgent: deque[UrgentComment] = deque(maxlen=_MOST_URGENT)
        self._alarms: dict[str, ThemeAlarm] = {}
        self._lock = threading.RLock()

    # ---- putting comments in ----

    def update(self, comment: str | None, answer: Any, *, at: Any = None) -> Self:
        """Count one answer with its comment, and return the tracker.

        Args:
            comment: What was written; None, or what says nothing such as "n/a", for nothing.
            answer: As for `Tracker.update`.
            at: Its time: a datetime, a date or a `numpy.datetime64`; needed with `every`.

        Raises:
            InvalidTypeError, InvalidValueError, IncompatibleError: If a part cannot be used; nothing is counted then.
        """
        text = as_text(comment)
        if self.every is not None and at is None:
            raise IncompatibleError("at: themes are watched by period, so each comment needs its time")
        moment = None if at is None else read_time(at, "at", zoned=True)
        own = [] if text is None else self.listed.mentions([text])[0].tolist()
        level = self._levels([text], [answer])[0]
        period = periods_of(self.every, [moment])[0]
        with self._lock:
            self._counts.update(answer, group=(set_key(own, text is not None), period), at=moment)
            if text is not None and level:
                self._tell(text, level, moment)
        return self

    def update_many(self, comments: Sequence[str | None], answers: Any, *, at: Sequence[Any] | None = None) -> Self:
        """Count many answers with their comments at once, and return the tracker.

        Args:
            comments: Shape `(n,)`.
            answers: Shape `(n,)`; for a scorer of several questions a tuple of one each.
            at: Their times, shape `(n,)`.

        Raises:
            InvalidTypeError, InvalidValueError, IncompatibleError: If a part cannot be used; nothing is counted then.
        """
        texts = [as_text(each) for each in several(comments, "comments")]
        rows, times = several(answers, "answers"), None if at is None else several(at, "at")
        for name, values in (("answers", rows), ("at", times)):
            if values is not None and len(values) != len(texts):
                raise IncompatibleError(f"{name} must have one for each of {len(texts)} comments: got {len(values)}")
        if self.every is not None and times is None and texts:
            raise IncompatibleError("at: themes are watched by period, so each comment needs its time")
        moments = None if times is None else [read_time(each, "at", zoned=True) for each in times]
        written = [place for place, text in enumerate(texts) if text is not None]
        mentions = np.zeros((len(texts), len(self.listed.themes)), np.bool_)
        mentions[written] = self.listed.mentions([text for text in texts if text is not None])
        keys = [set_key(row, text is not None) for row, text in zip(mentions.tolist(), texts, strict=True)]
        periods = periods_of(self.every, moments or [None] * len(texts))
        levels = self._levels(texts, rows)
        with self._lock:
            self._counts.update_many(*self._columns(rows), groups=[keys, periods], at=moments)
            for place, level in enumerate(levels):
                if level:
                    self._tell(str(texts[place]), level, None if moments is None else moments[place])
        return self

    def _columns(self, answers: Sequence[Any]) -> list[list[Any]]:
        """Return a column for each question."""
        questions = len(self._counts._codebook.scales)
        return [list(answers)] if questions == 1 else [[each[q] for each in answers] for q in range(questions)]

    def _levels(self, texts: Sequence[str | None], answers: Sequence[Any]) -> list[int]:
        """Return how urgent each comment is; what is not urgent beside the best answers is not."""
        if self._urgency is None or not texts:
            return [0] * len(texts)
        found = urgencies_of(texts, self._urgency)
        urgent = np.flatnonzero(found)
        if len(urgent):
            codebook = self._counts._codebook
            columns = read_columns(self._columns([answers[place] for place in urgent.tolist()]), codebook)
            pleased = CodedAnswers(columns, codebook).categories == len(codebook.categories) - 1
            found[urgent] = urgencies_of([texts[place] for place in urgent.tolist()], self._urgency, pleased)
        return [int(level) for level in found]

    def _tell(self, comment: str, level: int, at: dt.datetime | None) -> None:
        """Keep an urgent comment, and hand it on."""
        sign = self._urgency.sign(comment) if isinstance(self._urgency, UrgencyWords) else None
        category = None if sign is None else sign.category
        found = UrgentComment(level, category, quotation(comment), self.listed(comment), at)
        self._urgent.append(found)
        if self._on_urgent is not None:
            self._on_urgent(found)

    # ---- reading ----

    @property
    def urgent(self) -> tuple[UrgentComment, ...]:
        """The last hundred urgent comments, the latest last."""
        with self._lock:
            return tuple(self._urgent)

    def counts(self) -> ThemeCounts:
        """Return the counts of all answers by set of themes."""
        return self._by_period()[0]

    def _by_period(self) -> tuple[ThemeCounts, Integers]:
        with self._lock:
            return by_period(self._counts.score_table(), self.listed)

    def themes(self, *, level: float = LEVEL, pairs: bool = False, rarest: int = RAREST) -> Themes:
        """Return what is known of the themes, as `Survey.themes` does, of independent answers and without examples.

        Args:
            level: Confidence level.
            pairs: See `Survey.themes`.
            rarest: See `Survey.themes`.

        Raises:
            InvalidValueError: If there are no answers.
        """
        return themes_of(self.counts(), HowThemes(level, pairs, rarest, examples=0))

    def alarms(self) -> tuple[ThemeAlarm, ...]:
        """Return the first alarm of each theme that is seen to rise, as it was when it was first seen.

        Looking does the work: an alarm is first seen at a look.

        Raises:
            InvalidValueError: If the tracker watches for nothing.
        """
        if self.every is None and self.baseline is None:
            raise InvalidValueError("alarms: this tracker watches for nothing, make it with baseline=... or every=...")
        with self._lock:
            for theme, each in zip(self.listed.names, self._by_period()[1], strict=True):
                reference = None if self.baseline is None else self.baseline.get(theme)
                if theme in self._alarms or (self.baseline is not None and reference is None):
                    continue
                evidence, before = rise_of(each, reference)
                if evidence >= -np.log(self.alpha):
                    comments, mentions = int(each.sum()), int(each[:, 1].sum())
                    p = float(np.exp(-evidence))
                    last = self._counts._last
                    share = mentions / comments
                    self._alarms[theme] = ThemeAlarm(theme, share, before, p, comments, mentions, self.alpha, last)
            return tuple(self._alarms.values())

    # ---- merging ----

    def merge(self, other: ThemeTracker) -> Self:
        """Count all that another tracker holds, and return this one; the other is left as it is.

        This tracker's alarms stay, the other's are not taken over: look again.

        Raises:
            InvalidTypeError: If `other` is not a tracker of themes.
            IncompatibleError: If it is of other themes, another scorer, or watches by another period.
        """
        if not isinstance(other, ThemeTracker):
            raise InvalidTypeError(f"other must be a ThemeTracker: got {quoted(other)}")
        if (self.listed, self.every) != (other.listed, other.every):
            raise IncompatibleError("only trackers of the same themes and periods merge")
        urgent = other.urgent
        with self._lock:
            self._counts.merge(other._counts)
            self._urgent.extend(urgent)
        return self

    def __add__(self, other: object) -> ThemeTracker:
        if isinstance(other, int) and other == 0:  # so that sum() works
            return self
        if not isinstance(other, ThemeTracker):
            return NotImplemented
        return self._empty().merge(self).merge(other)

    __radd__ = __add__

    def _empty(self) -> ThemeTracker:
        """Return a tracker that watches for the same, and holds nothing."""
        options: dict[str, Any] = {"every": self.every, "alpha": self.alpha, "urgency": self._urgency or False}
        found = ThemeTracker(self.listed, scorer=self._counts._codebook.scorer, on_urgent=self._on_urgent, **options)
        found.baseline = self.baseline
        return found

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ThemeTracker):
            return NotImplemented
        return self._record() == other._record()

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return _revived, (self.to_json(), self._urgency or False, self._on_urgent)

    def __repr__(self) -> str:
        counts = self.counts()
        written = int(counts.tally.n[counts.wrote].sum())
        return f"ThemeTracker({len(self.listed.names)} themes, n={int(counts.tally.n.sum())}, commented={written})"

    def columns(self) -> Columns:
        """Return the themes as columns: comments, those that mention it, their share, and whether there is an alarm."""
        found = self._by_period()[1]
        comments, mentions = found.sum(axis=(1, 2)).tolist(), found[:, :, 1].sum(axis=1).tolist()
        shares = [m / c if c else float("nan") for m, c in zip(mentions, comments, strict=True)]
        alarms = [theme in self._alarms for theme in self.listed.names]
        return {
            "theme": [*self.listed.names],
            "comments": comments,
            "mentions": mentions,
            "share": shares,
            "alarm": alarms,
        }

    def _record(self) -> dict[str, Any]:
        with self._lock:
            return theme_tracker_json.state(self)

    @classmethod
    def from_json(
        cls,
        text: str | bytes,
        *,
        scorer: Scorer | None = None,
        urgency: UrgencyOf | bool = True,
        on_urgent: Callable[[UrgentComment], object] | None = None,
    ) -> Self:
        """Return the tracker that `to_json` wrote, with its themes.

        Args:
            text: The JSON text; it is checked throughout, and nothing in it is evaluated.
            scorer: What the answers mean; default the scorer named in the text.
            urgency: What is urgent from now on, which is not in the text.
            on_urgent: Whom to tell.

        Raises:
            InvalidTypeError: If `text` is no text.
            InvalidValueError: If it is no such tracker, or damaged.
        """
        found: Self = theme_tracker_json.load(cls, text, scorer, urgency, on_urgent)
        return found


def _revived(text: str, urgency: UrgencyOf | bool, on_urgent: Any) -> ThemeTracker:
    """Return a tracker of what it held."""
    return ThemeTracker.from_json(text, urgency=urgency, on_urgent=on_urgent)

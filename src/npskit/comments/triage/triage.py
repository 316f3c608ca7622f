"""What comments are, what their writers want, and in which mood they were: the result of triage."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Frozen
from npskit.comments.patterns import quotation
from npskit.comments.triage.mood_calibration import MoodReliability
from npskit.errors import counted
from npskit.results import NO_ROWS, Columns, CountedRows, Interval, RowCounts, Rows, number, percent, wrapped

_LISTED = 8
UNSURE = -2
"""The mood of a comment that cannot be told."""


@attrs.frozen
class TriagedComment:
    """What a comment is.

    Args:
        row: Its row, in the file where it came from one.
        kind: `"content"`, or what it is set aside as: `"spam"`, `"noise"`, `"irrelevant"` or `"duplicate"`.
        intent: What its writer wants: `"cancellation"`, `"sales"`, `"support"`, `"suggestion"`, `"question"`,
            `"complaint"` or `"praise"`, or a label of your own classifier; None where that cannot be told, or it is set
            aside.
        mood: -1, 0 or 1; None where it cannot be told.
        urgency: 2 for a critical comment, 1 for an urgent one, else 0.
        contradicts: Whether the words tell another mood than the answer beside them: a 10 with a complaint.
        reason: Why it is set aside, or the words that tell the intent.
        duplicate_of: The row of the first comment that says the same.
        comment: The comment.
    """

    row: int
    kind: str
    intent: str | None
    mood: int | None
    urgency: int
    contradicts: bool
    reason: str | None
    duplicate_of: int | None
    comment: str


@attrs.frozen
class TriagedKind:
    """How many comments are of a kind, or have an intent.

    Args:
        name: The kind or the intent; `"unclear"` for content whose intent cannot be told.
        n: Comments.
        share: Of all comments, with their weights, 0..1.
        interval: Of `share`.
        bad: Comments in a bad mood; likewise
        neutral: in none,
        good: in a good one, and
        unsure: in one that cannot be told.
        urgent: Urgent and critical comments.
        contradicts: Comments whose words tell another mood than the answer.
    """

    name: str
    n: int
    share: float
    interval: Interval
    bad: int
    neutral: int
    good: int
    unsure: int
    urgent: int
    contradicts: int


@attrs.frozen(eq=False)
class TriagedRows(Frozen):
    """The comments of a survey, and what each is: one entry for each."""

    rows: NDArray[np.int64]
    kinds: tuple[str, ...]
    intents: tuple[str | None, ...]
    moods: NDArray[np.int8]
    urgency: NDArray[np.int8]
    contradicts: Bools
    reasons: tuple[str | None, ...]
    duplicate_of: NDArray[np.int64]
    comments: tuple[str, ...]


@attrs.frozen(eq=False, repr=False)
class Triage(CountedRows):
    """What the comments are: set aside with a reason, or content with what its writer wants and the mood.

    Nothing is deleted and no score changes. `n` counts the comments that are content, `missing` the rows without a
    comment, `set_aside` the comments that are spam, noise, irrelevant or duplicates; the table has all comments.

    Args:
        groups: How many comments are of each kind; content by what its writer wants.
        triaged: What each comment is.
        mood_by: What told the moods, in words.
        mood_accuracy: Of a model the share of the moods it told that are those of the answers, by language and for
            `"all"`; it had seen none of them. Empty where words told them.
        mood_reliability: How often the model's likeliest moods agree with the answers, the least sure first, against
            how probable it says that to be. Empty where words told them.
        backend: The dataframe library that `to_frame` gives by default.
        row_counts: What became of the rows.
    """

    _TEXT = "table"

    groups: tuple[TriagedKind, ...]
    triaged: TriagedRows
    mood_by: str = "words and the answer"
    mood_accuracy: Mapping[str, float] = attrs.field(factory=dict)
    mood_reliability: tuple[MoodReliability, ...] = ()
    backend: str | None = None
    row_counts: RowCounts = NO_ROWS

    def __len__(self) -> int:
        return len(self.triaged.kinds)

    def __getitem__(self, name: str) -> TriagedKind:
        """Return how many comments are of a kind or an intent, by its name."""
        for each in self.groups:
            if each.name == name:
                return each
        raise KeyError(name)

    @functools.cached_property
    def comments(self) -> tuple[TriagedComment, ...]:
        """All comments in the order of their rows."""
        columns = self.columns()
        return tuple(TriagedComment(*each) for each in zip(*columns.values(), strict=True))

    @property
    def listed(self) -> tuple[TriagedComment, ...]:
        """The comments that are set aside, with the reasons."""
        return tuple(each for each in self.comments if each.kind != "content")

    def __repr__(self) -> str:
        return self._said(n=self.n, comments=len(self))

    def columns(self, *_: Any, **options: Any) -> Columns:
        """Return a row for each comment."""
        super().columns(**options) if options else None
        each = self.triaged
        return {
            "row": each.rows.tolist(),
            "kind": list(each.kinds),
            "intent": list(each.intents),
            "mood": [None if mood == UNSURE else mood for mood in each.moods.tolist()],
            "urgency": each.urgency.tolist(),
            "contradicts": each.contradicts.tolist(),
            "reason": list(each.reasons),
            "duplicate_of": [None if row < 0 else row for row in each.duplicate_of.tolist()],
            "comment": list(each.comments),
        }

    _SAYS = "*fields, triaged: Never, comments"

    def _record(self, *_: Any, **options: Any) -> dict[str, Any]:
        found = super()._record(**options)
        found.pop("backend", None)
        del found["triaged"]
        return {**found, "comments": self.comments}

    def _caption(self) -> str:
        aside = len(self) - self.n
        return f"{counted(len(self), 'comment')}, {aside} set aside; the moods are told by {self.mood_by}."

    def _headline(self) -> str:
        return wrapped(self._caption())

    def _rows(self, *_: Any, **options: Any) -> Rows:
        super()._rows(**options) if options else None
        level = percent(self.groups[0].interval.level) if self.groups else "95%"
        header = ["", "n", "%", f"{level} interval", "bad", "neutral", "good", "not sure", "urgent"]
        rows = [
            [
                each.name,
                each.n,
                number(100 * each.share),
                f"{number(100 * each.interval.low)} .. {number(100 * each.interval.high)}",
                *(each.bad, each.neutral, each.good, each.unsure, each.urgent),
            ]
            for each in self.groups
        ]
        return header, rows

    def _notes(self) -> Sequence[str]:
        first = self.triaged
        aside = [i for i, kind in enumerate(first.kinds) if kind != "content"]
        notes = [
            f"row {first.rows[i]}: {first.kinds[i]}, {first.reasons[i]}: {quotation(first.comments[i], 40)}"
            for i in aside[:_LISTED]
        ]
        if len(aside) > _LISTED:
            notes.append(f"and {len(aside) - _LISTED} more that are set aside: see .listed")
        contradict = int(first.contradicts.sum())
        if self.mood_accuracy:
            said = ", ".join(f"{name} {number(100 * share)}%" for name, share in self.mood_accuracy.items())
            notes.append(f"Moods that agree with the answer, of those told: {said}.")
        if self.mood_reliability:
            said = ", ".join(
                f"{number(100 * each.agree)}% where {number(100 * each.probability)}% are expected"
                for each in self.mood_reliability
            )
            notes.append(f"Of the likeliest moods, told or not, from the least sure to the surest fifth: {said}.")
        if contradict:
            notes.append(f"Of {contradict} the words tell another mood than the answer: their mood is not sure.")
        return notes

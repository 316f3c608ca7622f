"""What it takes to reach a score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from npskit.results import NO_ROWS, CountedRows, RowCounts, Rows, number, percent, wrapped


@attrs.frozen
class Winning:
    """Answers of one category to be won for another.

    Args:
        source: The category they are in today.
        goal: The one they would be in.
        needed: How many of them it takes, of today's answers; rounded up.
        share: The same as a share of the source category; above 1 where not all of it would do.
        enough: Whether there are so many.
    """

    source: str
    goal: str
    needed: int
    share: float
    enough: bool


@attrs.frozen(eq=False, repr=False)
class ScoreTarget(CountedRows):
    """How far a score is from a target, how many must be won, and how many answers tell the two apart.

    Args:
        score: The name of the score.
        target: The score aimed for.
        value: The score today.
        p_value: Of today's score being the target already, but for chance.
        ways: Each move of one category to a better one, that alone would do.
        added: How many more answers of the best kind would do, if nothing else changed; None where none would.
        answers: How many answers the next survey needs to tell the target from today's score; None where today's
            answers are too few for any number.
        power: The chance with which it is told then.
        level: 1 less the level of the test.
        backend: The dataframe library that `to_frame` gives by default.
        row_counts: What became of the rows.
    """

    _TABLE = ("ways", Winning)
    _TEXT = "table"

    score: str
    target: float
    value: float
    p_value: float
    ways: tuple[Winning, ...]
    added: int | None
    answers: int | None
    power: float
    level: float
    backend: str | None = None
    row_counts: RowCounts = NO_ROWS

    def __repr__(self) -> str:
        parts = {"target": self.target, "n": self.n, "added": self.added, "answers": self.answers}
        return self._said(f"{self.score}={number(self.value)}", **parts)

    def _headline(self) -> str:
        return wrapped(self._caption())

    def _caption(self) -> str:
        return f"From {self.score} {number(self.value)} to {number(self.target)} (n = {self.n})."

    def _rows(self, *_: Any, **options: Any) -> Rows:
        header = ["to be won", "answers", "of the category"]
        return header, [
            [
                f"{each.source} to {each.goal}",
                each.needed,
                f"{each.share:.1%}" if each.enough else "more than there are",
            ]
            for each in self.ways
        ]

    def _notes(self) -> Sequence[str]:
        notes = []
        if self.added is not None:
            notes.append(f"Or {self.added} more answers of the best kind, all else as it is.")
        test = f"by a test at {percent(1 - self.level)}, with a chance of {percent(self.power)}"
        if self.answers is None:
            notes.append(
                f"However many answer next time, {number(self.target)} is not told from today's {number(self.value)} "
                f"{test}: today's answers are too few."
            )
        else:
            notes.append(
                f"Next time {self.answers} answers are needed to tell {number(self.target)} from today's "
                f"{number(self.value)} {test}."
            )
        return [wrapped(note) for note in notes]

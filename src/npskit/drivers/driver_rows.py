"""The rows that a question about drivers is asked of: the outcome and the ratings of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
import numpy as np

from npskit.arrays import Bools, Codes, Floats, Frozen
from npskit.counting import CodedAnswers
from npskit.drivers.rated_columns import RatedColumn
from npskit.errors import InvalidValueError, quoted
from npskit.results import RowCounts
from npskit.sample import Sample


@attrs.frozen(eq=False)
class DriverRows(Frozen):
    """An outcome, and what may drive it.

    Args:
        said: What is explained, in words.
        outcome: Of each row, NaN for none, shape `(rows,)`.
        ends: The ends of the outcome's scale, the worst first; None where none is known.
        columns: The columns of each driver.
        sample: What is known of the rows.
        worths: What each category of the score is worth, worst to best; none where another column is explained.
        backend: The dataframe library of results.
        themes: Which of the drivers are themes of comments, last having written, until it is seen which tell anything.
        notes: What must be known of the drivers to read them.
    """

    said: str
    outcome: Floats
    ends: tuple[float, float] | None
    columns: Mapping[str, Sequence[RatedColumn]]
    sample: Sample
    worths: Mapping[str, float]
    backend: str | None
    themes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def categories(self) -> Codes:
        """The number of each row's category, -1 for none."""
        return self.sample.answers.categories

    def lines(self) -> list[Floats]:
        """Return all lines of numbers, one driver's after the other, each of shape `(rows,)`."""
        return [line for members in self.columns.values() for column in members for line in column.values]

    def ratings(self) -> dict[str, Floats]:
        """Return one line of numbers for each driver, shape `(rows,)`.

        Raises:
            InvalidValueError: If one is a group, or of kinds without an order.
        """
        found = {}
        for name, members in self.columns.items():
            if len(members) > 1 or members[0].kinds:
                what = "a group" if len(members) > 1 else "of kinds without an order"
                raise InvalidValueError(
                    f"drivers: {quoted(name)} is {what}, and here each must be one column of ratings: name columns of "
                    "numbers, or say the order of their texts with order="
                )
            found[name] = members[0].values[0]
        return found

    def refuse_low_is_good(self) -> None:
        """Refuse an outcome of which less is better, where the question is what holds it down.

        Raises:
            InvalidValueError: If it is one.
        """
        if self.ends is not None and self.ends[0] > self.ends[1]:
            raise InvalidValueError(
                f"outcome: of {self.said} low is good, and here high must be: give outcome='category_score' where that "
                "rises, or a column that does"
            )

    def weights(self, used: Bools) -> Floats | None:
        """Return the weights of the rows that are used; None where all weigh alike."""
        return None if self.sample.weights is None else self.sample.weights[used]

    def units(self, used: Bools) -> Codes:
        """Return who gave each of the rows that are used, numbered from 0."""
        return np.asarray(np.unique(self.sample.units[used], return_inverse=True)[1])

    def counts(self, used: Bools, inside: Bools | None = None) -> RowCounts:
        """Return what became of the rows, or of those inside: those without a driver are as those without an answer."""
        off = self.sample.answers.off_the_scale() & ~used
        if inside is not None:
            n, invalid = int(used.sum()), int((off & inside).sum())
            return RowCounts(n, int(inside.sum()) - n - invalid, invalid)
        n, invalid = int(used.sum()), int(off.sum())
        return self.sample.aside + RowCounts(n, len(used) - n - invalid, invalid)


def outcome_of_score(answers: CodedAnswers, outcome: str) -> tuple[Floats, tuple[float, float]]:
    """Return the outcome of each row from its answers, NaN where it is not scored, and its worst and best."""
    book = answers.codebook
    if outcome == "category_score":
        ends = (float(book.category_scores[0]), float(book.category_scores[-1]))
        return np.asarray(np.append(book.category_scores, np.nan)[answers.categories]), ends
    if len(book.scales) > 1:
        raise InvalidValueError(
            f"outcome='answer' asks for one answer, and {book.name} reads {len(book.scales)}: give "
            "outcome='category_score', or a column"
        )
    points = np.array([*book.scales[0]], dtype=np.float64)
    codes = answers.codes[0].astype(np.intp)
    known = (codes < len(points)) & (answers.categories >= 0)
    ends = (float(points[0]), float(points[-1]))
    if book.grid[0] > book.grid[-1]:  # categories go from worst to best
        ends = ends[::-1]
    return np.where(known, points[np.where(known, codes, 0)], np.nan), ends


def numbers_of_outcome(column: RatedColumn) -> Floats:
    """Return the outcome of each row from a column of numbers."""
    if column.kinds:
        raise InvalidValueError(f"outcome: column {quoted(column.name)} holds kinds without an order, not numbers")
    return np.asarray(column.values[0])

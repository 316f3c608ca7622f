"""The group label a survey tool wrote beside a score, held against the score: a "Promoter" beside a 6."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.data import INVALID, UNKNOWN, Column, folded, is_nothing, label_words, parse_answer, read_labels
from npskit.results import NO_ROWS, CountedRows, RowCounts
from npskit.scorers import Codebook

# So many cells show what a column holds.
_LOOK = 1000


@attrs.frozen
class Contradiction:
    """A row whose label says another category than its answer.

    Args:
        row: Its row in the file, where it came from one, else its position in the data, from 0.
        answer: The category the answer falls into.
        label: The label as it stands there.
    """

    row: int
    answer: str
    label: str


@attrs.frozen(eq=False, repr=False)
class LabelAudit(CountedRows):
    """What came of holding labels against answers. The score always goes by the answers.

    Args:
        checked: Rows with an answer and a label that names a category.
        contradictions: Those where the two disagree.
        unknown: Labels that name no category, with their counts.
        unscored: Rows with a label that names a category but no answer that can be scored.
        backend: The dataframe library that `to_frame` gives by default.
        row_counts: What became of the rows: those checked count, missing are those without a label or an answer,
            invalid those whose label names no category or whose answer is off the scale.
    """

    _TABLE = ("contradictions", Contradiction)

    checked: int
    contradictions: tuple[Contradiction, ...]
    unknown: dict[str, int]
    unscored: int
    backend: str | None = None
    row_counts: RowCounts = NO_ROWS

    def __repr__(self) -> str:
        many = {"contradictions": len(self.contradictions), "unknown": sum(self.unknown.values())}
        return self._said(checked=self.checked, **many, unscored=self.unscored)

    def __str__(self) -> str:
        return self.to_text(all_rows=False) if self.contradictions else repr(self)


def labels_alone(column: Column, codebook: Codebook) -> bool:
    """Whether a column of answers holds just the names of a scorer's categories, such as "Promoter"."""
    (scale, *more), names = codebook.scales, codebook.categories
    if more or scale.best is not None or scale.mapping or column.values.dtype.kind in "biufmM":
        return False
    words, some = label_words(names), False
    for cell in column.filled()[:_LOOK].tolist():
        if is_nothing(cell):
            continue
        some = isinstance(cell, str) and folded(cell) in words and parse_answer(cell, yes_no=scale.yes_no) is INVALID
        if not some:
            return False
    return some


def audit_labels(
    categories: NDArray[np.intp],
    column: Column,
    names: tuple[str, ...],
    *,
    off_the_scale: NDArray[np.bool_] | None = None,
    aside: RowCounts = NO_ROWS,
    backend: str | None = None,
) -> LabelAudit:
    """Hold labels against categories.

    Args:
        categories: The category of each row, -1 where it has none.
        column: The label of each row; see `npskit.data.labels.read_labels`.
        names: The names of the categories.
        off_the_scale: Which rows have an answer that is not on the scale; None for none.
        aside: The rows that were set aside or left out before.
        backend: The dataframe library that the result's `to_frame` gives by default.

    Raises:
        InvalidTypeError: If a label is not hashable, such as a list.

    Example:
        >>> labels = Column(np.array(["Promoter", "Detractors", None], dtype=object))
        >>> audit_labels(np.array([0, 0, 2]), labels, ("detractor", "passive", "promoter")).contradictions
        (Contradiction(row=0, answer='detractor', label='Promoter'),)
    """
    labels = read_labels(column, names)
    said, codes, texts = labels.categories, labels.codes, labels.texts
    scored = categories >= 0
    checked = (said >= 0) & scored
    rows = np.flatnonzero(checked & (said != categories))
    named = rows if column.row_numbers is None else column.row_numbers[rows]
    found = zip(named.tolist(), categories[rows].tolist(), codes[rows].tolist(), strict=True)
    contradictions = tuple(Contradiction(row, names[category], texts[code]) for row, category, code in found)
    unscored = int(((said >= 0) & ~scored).sum())
    odd = (said == UNKNOWN) | ((said >= 0) & (False if off_the_scale is None else off_the_scale))
    n, invalid = int(checked.sum()), int(odd.sum())
    counts = RowCounts(n, len(categories) - n - invalid, invalid)
    return LabelAudit(n, contradictions, labels.unknown(), unscored, backend, aside + counts)

"""Where an answer stands: how good the category is that it falls into, and how deep in the worst one it lies."""

from __future__ import annotations

import numpy as np

from npskit.arrays import Floats
from npskit.counting import CodedAnswers

# An answer beside a better category says less of a bad mood than one far below it.
_AT_THE_EDGE, _PER_POINT = 0.4, 0.3


def standings(answers: CodedAnswers) -> Floats:
    """Return where each answer stands, -1 for the worst to 1 for the best, 0 between; NaN where it is not scored.

    Args:
        answers: The answers.

    Returns:
        Shape `(rows,)`. Where more than two points of one scale are the worst category, those beside a better one stand
        higher.

    Example:
        >>> from npskit.scorers import NPS, codebook_of
        >>> standings(CodedAnswers([[10, 9, 8, 6, 5, 3, 0, None]], codebook_of(NPS()))).round(2).tolist()
        [1.0, 1.0, 0.0, -0.4, -0.7, -1.0, -1.0, nan]
    """
    book = answers.codebook
    spread = np.linspace(-1, 1, len(book.categories))
    found = np.append(np.where(np.abs(spread) >= 0.5, spread, 0.0), np.nan)[answers.categories]
    worst = np.flatnonzero(book.grid == 0)
    if len(book.scales) > 1 or len(worst) <= 2 or len(worst) == book.grid.size:
        return np.asarray(found)
    better = np.flatnonzero(book.grid != 0)
    steps = np.abs(worst[:, np.newaxis] - better).min(axis=1) - 1
    table = np.zeros(book.grid.size)
    table[worst] = -np.minimum(1.0, _AT_THE_EDGE + _PER_POINT * steps)
    low = answers.categories == 0
    found[low] = table[answers.codes[0].astype(np.intp)[low]]
    return np.asarray(found)

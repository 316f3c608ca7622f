"""What inference takes of a tally: how many answers of each category, and the category scores."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Floats, Frozen, Integers
from npskit.checks import one_of
from npskit.errors import InvalidValueError
from npskit.options import DENOMINATORS, Denominator
from npskit.scorers import Codebook


def check_denominator(denominator: Denominator, codebook: Codebook) -> Denominator:
    """Return `denominator` if scores can be computed under it.

    Raises:
        InvalidValueError: If it is neither `"valid"` nor `"all"`, or `"all"` where 0 cannot be a score.
    """
    one_of(denominator, DENOMINATORS, "denominator")
    if denominator == "all" and (codebook.category_scores.min() > 0 or codebook.category_scores.max() < 0):
        span = f"{codebook.category_scores.min():g}..{codebook.category_scores.max():g}"
        raise InvalidValueError(
            f"denominator='all' counts a missing answer as 0, off the range of {codebook.name}, {span}; use 'valid'"
        )
    return denominator


def mean_of(amounts: NDArray[Any], category_scores: Floats) -> Floats:
    """Return the mean category score of amounts by category, shape `(..., K)`; NaN where there is nothing."""
    # one division at the end: whole category scores and counts give the exactly rounded score
    sums, total = amounts @ category_scores, amounts.sum(axis=-1)
    if total.all():
        return np.asarray(sums / total)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums / total)


@attrs.frozen(eq=False)
class CategorySums(Frozen):
    """Counts and sums of weights by category, with the category scores: the input of all inference.

    Args:
        counts: Answers, shape `(..., K)`.
        weights: Sum of weights, shape `(..., K)`, or None.
        squares: Sum of squared weights, shape `(..., K)`, or None.
        category_scores: Shape `(K,)`.
    """

    counts: Integers
    weights: Floats | None
    squares: Floats | None
    category_scores: Floats

    @property
    def mean(self) -> Floats:
        """The (weighted) mean category score, shape `(...)`; NaN where there is nothing."""
        return mean_of(self.counts if self.weights is None else self.weights, self.category_scores)

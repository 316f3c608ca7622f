"""Regression to the mean: by how much customers chosen for their answer change the next time, whatever is done.

An answer is part lasting opinion, part the day. Whoever is chosen for a low one had a bad day more often than not, and
the next is an ordinary day. Sources: Davis, "The effect of regression to the mean in epidemiologic and clinical
studies", American Journal of Epidemiology 104 (1976) 493-498; Barnett, van der Pols & Dobson, "Regression to the mean:
what it is and how to deal with it", International Journal of Epidemiology 34 (2005) 215-220.
"""

from __future__ import annotations

from typing import Literal

import attrs
import numpy as np
from numpy.typing import ArrayLike

from npskit.errors import InvalidValueError
from npskit.inference import Moves, checked_counts, mover
from npskit.results import Interval

Source = Literal["held out", "untreated", "correlation"]
NAN = float("nan")


@attrs.frozen
class ExpectedChange:
    """By how much a score changes without any follow-up.

    Args:
        value: The change, in units of the score.
        interval: Of it; None where it follows from a correlation, which gives none.
        source: `"held out"`: what it was among the customers held out; `"untreated"`: among other customers who were
            not followed up, with the present answers of the treated; `"correlation"`: (1 - r) of the way to the mean.
        n: Pairs of answers it rests on; 0 where the correlation was given.
        correlation: r, where that is the source; else None.
    """

    value: float
    interval: Interval | None
    source: Source
    n: int
    correlation: float | None = None


def change_of_untreated(
    moves: Moves, selected: ArrayLike, category_scores: ArrayLike, level: float = 0.95
) -> ExpectedChange | None:
    """Return the change to expect of the selected, if they move as customers not followed up did.

    Category by category: the mean of the later category scores of those who were in it, less its own, weighted by how
    many of the selected are in it. It takes nothing for granted about the shape of the distribution. The interval is
    MOVER over the score intervals of the categories, clustered by customer where one moves more than once.

    Args:
        moves: Steps of customers who were not followed up, of a single group.
        selected: How many of the selected are in each category at present, shape `(K,)`.
        category_scores: The score of each category, shape `(K,)`.
        level: Confidence level.

    Returns:
        None where no step starts from one of the categories that the selected are in.

    Example:
        >>> moves = Moves.of_table([[6, 2, 2], [1, 6, 3], [0, 2, 8]])
        >>> change_of_untreated(moves, [30, 10, 0], [-100, 0, 100]).value
        50.0
    """
    counts, w = checked_counts(selected, category_scores)
    chosen = np.flatnonzero(counts)
    if not chosen.size or not moves.counts[0].sum(axis=1)[chosen].all():
        return None
    k = w.size
    before, values = np.repeat(np.arange(k), k), np.tile(w, k)
    found = [moves.mean(values, before == i, float(moves.leaving[0, i])) for i in chosen.tolist()]
    limits = np.array([estimate.interval(level, "score") for estimate in found], dtype=np.float64).reshape(-1, 2)
    means, share = np.array([float(e.mean) for e in found]), counts[chosen] / counts.sum()
    value, shift = float(share @ means - share @ w[chosen]), float(share @ w[chosen])
    low, high = mover(means, limits[:, 0], limits[:, 1], share)
    pairs = int(moves.counts[0][chosen].sum())
    interval = Interval(float(low) - shift, float(high) - shift, level=level, method="mover")
    return ExpectedChange(value, interval, "untreated", pairs)


def change_by_correlation(
    correlation: float, everyone: ArrayLike, selected: ArrayLike, category_scores: ArrayLike, *, n: int = 0
) -> ExpectedChange:
    """Return (1 - r)(mean of everyone - mean of the selected): the classical formula (Davis 1976; Barnett et al. 2005).

    It holds where the expected later answer is a straight line in the present one, as it is for two normal variables.
    Three categories do not lie on a line: take it for the size of the thing, not for its second digit.

    Args:
        correlation: r of two answers of one customer without any follow-up between, -1..1.
        everyone: Answers of all customers per category, shape `(K,)`.
        selected: Those of the selected, shape `(K,)`.
        category_scores: The score of each category, shape `(K,)`.
        n: How many pairs of answers r was estimated from.

    Example:
        >>> change_by_correlation(0.6, [25, 25, 50], [10, 0, 0], [-100, 0, 100]).value
        50.0
    """
    means = []
    for counts in (everyone, selected):
        c, w = checked_counts(counts, category_scores)
        means.append(float(c @ w / c.sum()) if c.any() else NAN)
    return ExpectedChange((1 - correlation) * (means[0] - means[1]), None, "correlation", n, correlation)


def correlation_of_repeats(table: ArrayLike, category_scores: ArrayLike) -> float:
    """Return Pearson's correlation of the category scores of two answers of one customer; NaN where one does not vary.

    Args:
        table: Customers by category of the first answer and of the second, shape `(K, K)`.
        category_scores: The score of each category, shape `(K,)`.

    Raises:
        InvalidValueError: If the shapes do not fit.

    Example:
        >>> round(correlation_of_repeats([[6, 2, 2], [1, 6, 3], [0, 2, 8]], [-100, 0, 100]), 3)
        0.619
    """
    counts, w = checked_counts(table, category_scores)
    if counts.shape != (w.size, w.size):
        raise InvalidValueError(f"table must be square, a row and a column for each category: got shape {counts.shape}")
    margins = counts.sum(axis=1), counts.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        first, second = (w - margin @ w / margin.sum() for margin in margins)
        r = float(first @ counts @ second / np.sqrt((margins[0] @ first**2) * (margins[1] @ second**2)))
    return min(1.0, max(-1.0, r)) if r == r else NAN

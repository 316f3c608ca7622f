"""Confidence sequences: intervals, tests and differences that stay valid however often you look.

A fixed-sample interval that is looked at after every answer misses the truth, sooner or later, almost surely. A
confidence sequence covers it at every look with probability at least its level. This is the universal-portfolio
betting sequence (Orabona & Jun, "Tight concentrations and confidence sequences from the regret of universal
portfolio", IEEE Transactions on Information Theory 70 (2024) 436-455; Ryu & Bhatt, arXiv 2207.12382; of the family of
Waudby-Smith & Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86 (2024) 1-27).

Somebody who doubts that the mean is m bets on each answer at fair odds; the wealth is seldom large if m is true. With
category scores mapped to x in [0, 1], the bettor who stays at t multiplies the wealth by x t/m + (1 - x)(1 - t)/(1 -
m), and the sequence averages over bettors, t following the arcsine law. The wealth W(m) therefore depends on the counts
only: on neither the order of the answers nor the looks, and merging two tallies merges their evidence. It is log-convex
in m and at most 1 at the sample mean, so {m: W(m) < 1/alpha} is an interval around it.

What must be true: given all that came before, each answer has the same mean m. The answers need be neither alike nor
independent beyond that; but many answers of one customer, or a mean that drifts, break it. Counts are whole numbers of
answers: for effective counts of weighted or clustered answers nothing is guaranteed.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Floats
from npskit.errors import InvalidValueError, quoted
from npskit.inference.limits import falling_root, tail_of
from npskit.inference.wealth import (
    TOLERANCE,
    above,
    as_rows,
    by_block,
    least_wealth,
    lower_mean,
    mean_of,
    on_unit_range,
    sample_pair,
    two_sided,
    wealth_of,
)
from npskit.options import Direction


def log_wealth(
    counts: ArrayLike, category_scores: ArrayLike, mean: ArrayLike, *, direction: Direction = "both"
) -> Floats:
    """Return the log of the evidence against a mean: the e-value of a test that may be repeated at every answer.

    If the mean is `mean`, the wealth reaches 1/alpha at any time with probability at most alpha (Ville's inequality).
    Its reciprocal, at most 1, is an anytime-valid p-value: see `anytime_p_value`.

    One-sided wealth only bets on one direction: the bettor who stays at s in (0, 1), again of the arcsine law,
    multiplies by s + (1 - s)(1 - x)/(1 - m) to gain where the mean lies below m. It then holds for every mean of at
    least m.

    Args:
        counts: Answers by category, shape `(..., K)`; no answers are no evidence, 0.
        category_scores: What each category is worth, shape `(K,)`.
        mean: The mean that is doubted, in units of the category scores, within their range; broadcast with `(...)`.
        direction: `"both"`: against a mean of `mean`; `"below"`: against one of at least `mean`; `"above"`: of at
            most `mean`.

    Returns:
        Natural logarithm of the wealth, shape `(...)`.

    Raises:
        InvalidValueError: If an argument is out of range or the shapes do not fit.

    Example:
        >>> round(float(log_wealth([20, 30, 50], [-100, 0, 100], 0)), 6)
        4.287286
        >>> round(float(log_wealth([20, 30, 50], [-100, 0, 100], 0, direction="above")), 2)
        4.92
    """
    wealth = wealth_of(direction)
    c, x, low, span = on_unit_range(counts, category_scores)
    target = np.asarray(mean, dtype=np.float64)
    if not ((target >= low) & (target <= low + span)).all():
        raise InvalidValueError(
            f"mean must lie within the category_scores, {low:g} to {low + span:g}: got {quoted(mean)}"
        )
    shape = np.broadcast_shapes(c.shape[:-1], target.shape)
    rows, m = as_rows(c, shape), np.broadcast_to((target - low) / span, shape).reshape(-1)
    return by_block(rows, lambda at: wealth(rows[at], x, m[at])).reshape(shape)


def anytime_p_value(log_wealth: ArrayLike) -> Floats:
    """Return the anytime-valid p-value of evidence: 1/wealth, at most 1.

    It may be looked at any time: under the hypothesis, the probability that it ever falls to alpha or below is at most
    alpha. Source: Shafer, Shen, Vereshchagin & Vovk, Statistical Science 26 (2011) 84-101.

    Args:
        log_wealth: Log-wealth from `log_wealth` or `log_wealth_of_difference`, any shape.

    Example:
        >>> anytime_p_value([0.0, 3.0]).round(4).tolist()
        [1.0, 0.0498]
    """
    return np.asarray(np.exp(-np.maximum(np.asarray(log_wealth, dtype=np.float64), 0.0)))


def confidence_sequence(
    counts: ArrayLike,
    category_scores: ArrayLike,
    level: float = 0.95,
    *,
    direction: Direction = "both",
    running: bool = False,
) -> tuple[Floats, Floats]:
    """Return the limits of the mean that may be looked at after every answer.

    With probability of at least `level` the mean lies within the limits at all looks. They depend on the counts only.

    Args:
        counts: Answers by category, shape `(..., K)`.
        category_scores: What each category is worth, shape `(K,)`.
        level: Confidence level over all looks together, between 0 and 1.
        direction: `"both"`; `"below"` for the upper limit alone, to claim that the mean is below something; `"above"`
            for the lower limit alone. The other limit is then the end of the range of the category scores.
        running: Whether to intersect the limits with those of all earlier looks, which lie along the last axis but
            one of `counts`, cumulative. Still valid and narrower, but no longer a function of the counts: it depends
            on the order and does not merge. Where the lower limit then exceeds the upper, no mean fits all looks: it
            has changed, or the sequence has missed.

    Returns:
        Lower and upper limits, each of shape `(...)`; NaN where there are no answers.

    Raises:
        InvalidValueError: If an argument is out of range, the shapes do not fit, or `running` is asked of one look.

    Example:
        >>> low, high = confidence_sequence([20, 30, 50], [-100, 0, 100])
        >>> round(float(low), 3), round(float(high), 3)
        (3.186, 53.705)
        >>> _, high = confidence_sequence([20, 30, 50], [-100, 0, 100], direction="below")
        >>> round(float(high), 1)
        52.7
    """
    wealth_of(direction)
    c, x, worst, span = on_unit_range(counts, category_scores)
    shape, threshold = c.shape[:-1], -math.log(2 * tail_of(level))
    if running and not shape:
        raise InvalidValueError("running needs the looks along the last axis but one of counts: got a single look")
    rows = as_rows(c, shape)
    n = rows.sum(axis=-1)
    low, high = np.where(n > 0, 0.0, np.nan), np.where(n > 0, 1.0, np.nan)
    wealth = two_sided if direction == "both" else above
    if direction != "below":
        low = by_block(rows, lambda at: lower_mean(rows[at], x, threshold, wealth))
    if direction != "above":
        high = 1 - by_block(rows, lambda at: lower_mean(rows[at], 1 - x, threshold, wealth))
    low, high = (worst + span * low).reshape(shape), (worst + span * high).reshape(shape)
    if running:
        low, high = np.fmax.accumulate(low, axis=-1), np.fmin.accumulate(high, axis=-1)
    return low, high


def log_wealth_of_difference(
    a: ArrayLike, b: ArrayLike, category_scores: ArrayLike, difference: float = 0.0, *, direction: Direction = "both"
) -> Floats:
    """Return the log of the evidence against a difference of two means, mean of a less mean of b.

    The least, over all means m of b, of the evidence against m in b times that against m + `difference` in a: whatever
    m is, the product is the wealth of one bettor at both tables, and what holds of it holds of the least. Conservative
    and without approximation; both samples may still grow. This is universal inference over the nuisance mean
    (Wasserman, Ramdas & Balakrishnan, PNAS 117 (2020) 16880-16890).

    Args:
        a: Answers by category, shape `(..., K)`.
        b: Answers of the other sample, independent of `a`; broadcast with it.
        category_scores: What each category is worth, shape `(K,)`.
        difference: The difference that is doubted, in units of the category scores.
        direction: `"both"`; `"below"`: against a difference of at least `difference`; `"above"`: of at most that.

    Returns:
        Natural logarithm of the wealth, shape `(...)`.

    Raises:
        InvalidValueError: If an argument is out of range or the shapes do not fit.

    Example:
        >>> evidence = log_wealth_of_difference([60, 20, 20], [20, 30, 50], [-100, 0, 100], direction="below")
        >>> round(float(evidence), 2)
        13.42
    """
    wealth_of(direction)
    top, bottom, x, span, shape = sample_pair(a, b, category_scores)
    d = float(difference) / span
    if not -1 <= d <= 1:
        raise InvalidValueError(
            f"difference must lie within the span of the category_scores, {span:g}: got {quoted(difference)}"
        )
    found = by_block(top + bottom, lambda at: least_wealth(top[at], bottom[at], x, np.full(at.size, d), direction))
    return found.reshape(shape)


def difference_sequence(
    a: ArrayLike, b: ArrayLike, category_scores: ArrayLike, level: float = 0.95, *, direction: Direction = "both"
) -> tuple[Floats, Floats]:
    """Return the limits of a difference of two means that may be looked at after every answer to either.

    The differences whose `log_wealth_of_difference` stays below log(1/alpha).

    Args:
        a: Answers by category, shape `(..., K)`.
        b: Answers of the other sample, independent of `a`; broadcast with it.
        category_scores: What each category is worth, shape `(K,)`.
        level: Confidence level over all looks together, between 0 and 1.
        direction: `"both"`; `"below"` for the upper limit alone; `"above"` for the lower limit alone.

    Returns:
        Lower and upper limits of the mean of a less that of b, each of shape `(...)`; NaN where one has no answers.

    Raises:
        InvalidValueError: If an argument is out of range or the shapes do not fit.

    Example:
        >>> low, high = difference_sequence([60, 20, 20], [20, 30, 50], [-100, 0, 100])
        >>> round(float(low), 1), round(float(high), 1)
        (-110.8, -23.6)
    """
    wealth_of(direction)
    top, bottom, x, span, shape = sample_pair(a, b, category_scores)
    threshold = -math.log(2 * tail_of(level))
    known = (top.sum(axis=-1) > 0) & (bottom.sum(axis=-1) > 0)
    low, high = np.where(known, -1.0, np.nan), np.where(known, 1.0, np.nan)

    def lower(one: Floats, other: Floats, x: Floats, at: NDArray[np.intp]) -> Floats:
        """Return the lower limit of the difference; the upper one is that of the samples looked at upside down."""
        side: Direction = "both" if direction == "both" else "above"

        def excess(d: Floats) -> Floats:
            return least_wealth(one[at], other[at], x, d, side) - threshold

        found = np.clip(mean_of(one[at], x) - mean_of(other[at], x), -1, 1)
        return falling_root(excess, np.full(at.size, -1.0), np.nan_to_num(found), TOLERANCE)

    if direction != "below":
        low = np.where(known, by_block(top + bottom, lambda at: lower(top, bottom, x, at)), np.nan)
    if direction != "above":
        high = np.where(known, -by_block(top + bottom, lambda at: lower(top, bottom, 1 - x, at)), np.nan)
    return (span * low).reshape(shape), (span * high).reshape(shape)

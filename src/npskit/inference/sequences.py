"""Confidence sequences: intervals, tests and differences that stay valid however often one looks.

A fixed-sample interval that is looked at after every answer misses the truth, sooner or later, almost surely. A
confidence sequence misses it at no look at all with probability at least its level. Ours is the universal-portfolio
betting sequence (Orabona & Jun, "Tight concentrations and confidence sequences from the regret of universal
portfolio", IEEE Transactions on Information Theory 70 (2024) 436-455; Ryu & Bhatt, arXiv 2207.12382; of the family of
Waudby-Smith & Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86 (2024) 1-27).

Somebody who doubts that the mean is m bets on each answer at fair odds; the wealth is seldom large if m is true. With
worths mapped to x in [0, 1], the bettor who stays at t multiplies the wealth by x t/m + (1 - x)(1 - t)/(1 - m), and
the sequence averages over bettors, t following the arcsine law. The wealth W(m) therefore depends on the counts only:
on neither the order of the answers nor the looks, and merging two tallies merges their evidence. It is log-convex in m
and at most 1 at the sample mean, so {m: W(m) < 1/alpha} is an interval around it.

What must be true: given all that came before, each answer has the same mean m. The answers need be neither alike nor
independent beyond that; but many answers of one customer, or a mean that drifts, break it. Counts are whole numbers of
answers: for effective counts of weighted or clustered answers nothing is guaranteed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import InvalidValueError, did_you_mean
from npskit.inference.constrained import Floats
from npskit.inference.limits import checked_counts, falling_root, tail_of

DIRECTIONS = ("both", "below", "above")
# Log-wealth of each row against its mean; counts (R, K), worths (K,) in [0, 1], means (R,) -> (R,).
_Wealth: TypeAlias = Callable[[Floats, Floats, Floats], Floats]

# The mixture has this many bettors. For up to four thousand million answers fewer give the same, see `_nodes`.
_MOST_NODES = 1 << 18
# Numbers worked on at a time.
_CELLS = 1 << 17
_TOLERANCE = 1e-14
_GOLDEN = (math.sqrt(5) - 1) / 2
# The wealth is flat at its least: it is found to (0.618^40)^2 of the range.
_GOLDEN_STEPS = 40


def log_wealth(counts: ArrayLike, worths: ArrayLike, mean: ArrayLike, *, direction: str = "both") -> Floats:
    """Return the log of the evidence against a mean: the e-value of a test that may be repeated at every answer.

    If the mean is `mean`, the wealth reaches 1/alpha at any time with probability at most alpha (Ville's inequality).
    Its reciprocal, at most 1, is an anytime-valid p-value: see `anytime_p_value`.

    One-sided wealth only bets on one direction: the bettor who stays at s in (0, 1), again of the arcsine law,
    multiplies by s + (1 - s)(1 - x)/(1 - m) to gain where the mean lies below m. It then holds for every mean of at
    least m.

    Args:
        counts: Answers by category, shape `(..., K)`; no answers are no evidence, 0.
        worths: What each category is worth, shape `(K,)`.
        mean: The mean that is doubted, in units of the worths, within their range; broadcast with `(...)`.
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
    wealth = _wealth_of(direction)
    c, x, low, span = _unit(counts, worths)
    target = np.asarray(mean, dtype=np.float64)
    if not ((target >= low) & (target <= low + span)).all():
        raise InvalidValueError(f"mean must lie within the worths, {low:g} to {low + span:g}: got {mean!r}")
    shape = np.broadcast_shapes(c.shape[:-1], target.shape)
    rows, m = _rows(c, shape), np.broadcast_to((target - low) / span, shape).reshape(-1)
    return _by_block(rows, lambda at: wealth(rows[at], x, m[at])).reshape(shape)


def anytime_p_value(log_wealth: ArrayLike) -> Floats:
    """Return the anytime-valid p-value of evidence: 1/wealth, at most 1.

    It may be looked at whenever one likes: under the hypothesis it falls to alpha or below, ever, with probability at
    most alpha. Source: Shafer, Shen, Vereshchagin & Vovk, Statistical Science 26 (2011) 84-101.

    Args:
        log_wealth: As of `log_wealth` or `log_wealth_of_difference`, any shape.

    Example:
        >>> anytime_p_value([0.0, 3.0]).round(4).tolist()
        [1.0, 0.0498]
    """
    return np.asarray(np.exp(-np.maximum(np.asarray(log_wealth, dtype=np.float64), 0.0)))


def confidence_sequence(
    counts: ArrayLike,
    worths: ArrayLike,
    level: float = 0.95,
    *,
    direction: str = "both",
    running: bool = False,
) -> tuple[Floats, Floats]:
    """Return the limits of the mean that may be looked at after every answer.

    With probability of at least `level` the mean lies within the limits at all looks. They depend on the counts only.

    Args:
        counts: Answers by category, shape `(..., K)`.
        worths: What each category is worth, shape `(K,)`.
        level: Confidence level over all looks together, between 0 and 1.
        direction: `"both"`; `"below"` for the upper limit alone, to claim that the mean is below something; `"above"`
            for the lower limit alone. The other limit is then the end of the range of the worths.
        running: Whether to intersect the limits with those of all earlier looks, which lie along the last axis but
            one of `counts`, cumulative. Still valid and narrower, but no longer a function of the counts: it depends
            on the order and does not merge. Where the lower limit then exceeds the upper, no mean fits all looks: it
            has moved, or the sequence has missed.

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
    _wealth_of(direction)
    c, x, worst, span = _unit(counts, worths)
    shape, threshold = c.shape[:-1], -math.log(2 * tail_of(level))
    if running and not shape:
        raise InvalidValueError("running needs the looks along the last axis but one of counts: got a single look")
    rows = _rows(c, shape)
    n = rows.sum(axis=-1)
    low, high = np.where(n > 0, 0.0, np.nan), np.where(n > 0, 1.0, np.nan)
    if direction != "below":
        wealth = _above if direction == "above" else _two_sided
        low = _by_block(rows, lambda at: _lower(rows[at], x, threshold, wealth))
    if direction != "above":
        wealth = _above if direction == "below" else _two_sided
        high = 1 - _by_block(rows, lambda at: _lower(rows[at], 1 - x, threshold, wealth))
    low, high = (worst + span * low).reshape(shape), (worst + span * high).reshape(shape)
    if running:
        low, high = np.fmax.accumulate(low, axis=-1), np.fmin.accumulate(high, axis=-1)
    return low, high


def log_wealth_of_difference(
    a: ArrayLike, b: ArrayLike, worths: ArrayLike, difference: float = 0.0, *, direction: str = "both"
) -> Floats:
    """Return the log of the evidence against a difference of two means, mean of a less mean of b.

    The least, over all means m of b, of the evidence against m in b times that against m + `difference` in a: whatever
    m is, the product is the wealth of one bettor at both tables, and what holds of it holds of the least. Conservative
    and without approximation; both samples may still grow. This is universal inference over the nuisance mean
    (Wasserman, Ramdas & Balakrishnan, PNAS 117 (2020) 16880-16890).

    Args:
        a: Answers by category, shape `(..., K)`.
        b: Answers of the other sample, independent of `a`; broadcast with it.
        worths: What each category is worth, shape `(K,)`.
        difference: The difference that is doubted, in units of the worths.
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
    _wealth_of(direction)
    first, second, x, _, span = _pair(a, b, worths)
    d = float(difference) / span
    if not -1 <= d <= 1:
        raise InvalidValueError(f"difference must lie within the span of the worths, {span:g}: got {difference!r}")
    shape = first.shape[:-1]
    top, bottom = _rows(first, shape), _rows(second, shape)

    def least(at: NDArray[np.intp]) -> Floats:
        return _least(top[at], bottom[at], x, np.full(at.size, d), direction)

    return _by_block(top + bottom, least).reshape(shape)


def difference_sequence(
    a: ArrayLike, b: ArrayLike, worths: ArrayLike, level: float = 0.95, *, direction: str = "both"
) -> tuple[Floats, Floats]:
    """Return the limits of a difference of two means that may be looked at after every answer to either.

    The differences whose `log_wealth_of_difference` stays below log(1/alpha).

    Args:
        a: Answers by category, shape `(..., K)`.
        b: Answers of the other sample, independent of `a`; broadcast with it.
        worths: What each category is worth, shape `(K,)`.
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
    _wealth_of(direction)
    first, second, x, _, span = _pair(a, b, worths)
    shape, threshold = first.shape[:-1], -math.log(2 * tail_of(level))
    top, bottom = _rows(first, shape), _rows(second, shape)
    known = (top.sum(axis=-1) > 0) & (bottom.sum(axis=-1) > 0)
    low, high = np.where(known, -1.0, np.nan), np.where(known, 1.0, np.nan)

    def lower(one: Floats, other: Floats, x: Floats, at: NDArray[np.intp]) -> Floats:
        """Return the lower limit of the difference; the upper one is that of the samples looked at upside down."""
        side = "both" if direction == "both" else "above"

        def excess(d: Floats) -> Floats:
            return _least(one[at], other[at], x, d, side) - threshold

        found = np.clip(_mean(one[at], x) - _mean(other[at], x), -1, 1)
        return falling_root(excess, np.full(at.size, -1.0), np.nan_to_num(found), _TOLERANCE)

    if direction != "below":
        low = np.where(known, _by_block(top + bottom, lambda at: lower(top, bottom, x, at)), np.nan)
    if direction != "above":
        high = np.where(known, -_by_block(top + bottom, lambda at: lower(top, bottom, 1 - x, at)), np.nan)
    return (span * low).reshape(shape), (span * high).reshape(shape)


# ---- the wealth ----


def _two_sided(c: Floats, x: Floats, m: Floats) -> Floats:
    """Return the log-wealth of bettors in both directions; see the head of this module."""
    t, rest = _nodes(c)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        up, down = t / m[:, None], rest / (1 - m)[:, None]
        # a category at an end of the range leaves one of the two out, also where the other is infinite
        factors = [up if w == 1 else down if w == 0 else w * up + (1 - w) * down for w in x.tolist()]
    return _mixed(c, factors)


def _above(c: Floats, x: Floats, m: Floats) -> Floats:
    """Return the log-wealth of bettors who gain where the mean lies above m: s + (1 - s) x/m."""
    s, rest = _nodes(c)
    with np.errstate(divide="ignore", over="ignore"):
        factors = [s + (rest * (w / m)[:, None] if w else 0.0 * m[:, None]) for w in map(np.float64, x)]
    return _mixed(c, factors)


def _below(c: Floats, x: Floats, m: Floats) -> Floats:
    """Return the log-wealth of bettors who gain where the mean lies below m: the same, upside down."""
    return _above(c, 1 - x, 1 - m)


_WEALTH: dict[str, _Wealth] = {"both": _two_sided, "below": _below, "above": _above}


def _wealth_of(direction: str) -> _Wealth:
    """Return the wealth by its direction, or say that there is none."""
    if direction not in DIRECTIONS:
        raise InvalidValueError(f"direction: there is no {direction!r}; {did_you_mean(str(direction), DIRECTIONS)}")
    return _WEALTH[direction]


def _node_count(n: float) -> int:
    """Return how many nodes integrate the wealth after n answers; see `_nodes`."""
    return min(math.ceil(4 * math.sqrt(n)) + 1, _MOST_NODES)


def _nodes(c: Floats) -> tuple[Floats, Floats]:
    """Return Chebyshev nodes t of (0, 1) and 1 - t, enough of them for the longest row.

    With t = cos²(φ/2) the wealth is a positive sum of t^j (1 - t)^(n - j), and the nodes are equally spaced in φ: they
    integrate it exactly from n/2 nodes on, and from 4√n on to e^-32 of itself, which is how far the Fourier
    coefficients of the narrowest term, j = n/2, have then fallen.
    """
    size = _node_count(float(c.sum(axis=-1).max(initial=0)))
    half = (2 * np.arange(size) + 1) * (np.pi / (4 * size))
    return np.cos(half) ** 2, np.sin(half) ** 2


def _mixed(c: Floats, factors: list[Floats]) -> Floats:
    """Return the log of the mean, over nodes, of the products of factors to the power of their counts."""
    total = np.zeros(np.broadcast_shapes(*(f.shape for f in factors)))
    with np.errstate(divide="ignore", invalid="ignore"):
        for k, factor in enumerate(factors):
            count = c[:, k, None]
            total += np.where(count > 0, count * np.log(factor), 0.0)
    top = total.max(axis=-1)
    # infinite where an answer came in that the mean rules out
    finite = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(over="ignore"):
        return np.asarray(finite + np.log(np.exp(total - finite[:, None]).mean(axis=-1)))


def _lower(c: Floats, x: Floats, threshold: float, wealth: _Wealth) -> Floats:
    """Return where the log-wealth, falling from 0 to the mean, crosses the threshold; NaN without answers."""
    mean = _mean(c, x)
    root = falling_root(lambda m: wealth(c, x, m) - threshold, np.zeros(len(c)), np.nan_to_num(mean), _TOLERANCE)
    return np.where(np.isnan(mean), np.nan, root)


def _least(a: Floats, b: Floats, x: Floats, d: Floats, direction: str) -> Floats:
    """Return the least log-wealth against a difference d over the mean of b, by golden section: it is convex."""
    ours, theirs = _WEALTH[direction], _WEALTH[{"below": "above", "above": "below"}.get(direction, direction)]

    def joint(m: Floats) -> Floats:
        return ours(a, x, np.clip(m + d, 0, 1)) + theirs(b, x, m)

    low, high = np.maximum(0.0, -d) + 0.0, np.minimum(1.0, 1 - d)  # the sum turns -0 into 0
    # it may be least at an end, which the search only nears
    ends = np.minimum(joint(low), joint(high))
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    f, g = joint(left), joint(right)
    for _ in range(_GOLDEN_STEPS):
        down = f <= g
        low, high = np.where(down, low, left), np.where(down, right, high)
        new = np.where(down, high - _GOLDEN * (high - low), low + _GOLDEN * (high - low))
        value = joint(new)
        left, right = np.where(down, new, right), np.where(down, left, new)
        f, g = np.where(down, value, g), np.where(down, f, value)
    return np.minimum(np.minimum(f, g), ends)


# ---- rows ----


def _unit(counts: ArrayLike, worths: ArrayLike) -> tuple[Floats, Floats, float, float]:
    """Return the checked counts, the worths mapped to [0, 1], the least worth and the span of the worths."""
    c, w = checked_counts(counts, worths)
    low, high = (float(w.min()), float(w.max())) if w.size else (0.0, 0.0)
    if not low < high or not math.isfinite(high - low):
        raise InvalidValueError(f"worths must be finite and not all equal: got {worths!r}")
    return c, (w - low) / (high - low), low, high - low


def _pair(a: ArrayLike, b: ArrayLike, worths: ArrayLike) -> tuple[Floats, Floats, Floats, float, float]:
    """Return two checked samples of one shape, with what `_unit` returns."""
    first, x, low, span = _unit(a, worths)
    second = _unit(b, worths)[0]
    try:
        shape = np.broadcast_shapes(first.shape, second.shape)
    except ValueError:
        raise InvalidValueError(f"a and b must fit each other: got shapes {first.shape} and {second.shape}") from None
    return np.broadcast_to(first, shape), np.broadcast_to(second, shape), x, low, span


def _rows(c: Floats, shape: tuple[int, ...]) -> Floats:
    """Return counts as rows, shape `(R, K)`."""
    return np.broadcast_to(c, (*shape, c.shape[-1])).reshape(-1, c.shape[-1])


def _mean(c: Floats, x: Floats) -> Floats:
    """Return the mean of each row, in [0, 1]; NaN without answers."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.clip((c * x).sum(axis=-1) / c.sum(axis=-1), 0, 1))


def _by_block(rows: Floats, function: Callable[[NDArray[np.intp]], Floats]) -> Floats:
    """Return `function` of the row numbers, asked in blocks of rows of like size: few answers need few nodes."""
    n = rows.sum(axis=-1)
    order, result = np.argsort(n, kind="stable"), np.empty(len(rows))
    sizes = n[order]
    start = 0
    while start < len(order):
        # the nodes that the rows of a block need differ by about a factor of two
        like = int(np.searchsorted(sizes, 4 * sizes[start] + 16))
        at = order[start : min(like, start + max(_CELLS // (2 * _node_count(float(sizes[start]))), 1))]
        result[at] = function(at)
        start += at.size
    return result

"""The wealth of bettors who doubt a mean, for confidence sequences: how it grows with the counts, and where it crosses.

`npskit.inference.sequences` says what it is for, and has the sources.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Floats
from npskit.checks import one_of
from npskit.errors import InvalidValueError
from npskit.inference.constrained import distinct_category_scores
from npskit.inference.limits import checked_counts, falling_root
from npskit.options import DIRECTIONS, Direction

# Log-wealth of each row against its mean; counts (R, K), category scores (K,) in [0, 1], means (R,) -> (R,).
Wealth: TypeAlias = Callable[[Floats, Floats, Floats], Floats]

# The mixture has this many bettors. For up to four thousand million answers fewer give the same, see `_nodes`.
_MOST_NODES = 1 << 18
# Numbers worked on at a time.
_CELLS = 1 << 17
TOLERANCE = 1e-14
_GOLDEN = (math.sqrt(5) - 1) / 2
# The wealth is flat at its least: it is found to (0.618^40)^2 of the range.
_GOLDEN_STEPS = 40


def two_sided(c: Floats, x: Floats, m: Floats) -> Floats:
    """Return the log-wealth of bettors in both directions; see `npskit.inference.sequences`."""
    t, rest = _nodes(c)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        up, down = t / m[:, None], rest / (1 - m)[:, None]
        # a category at an end of the range leaves one of the two out, also where the other is infinite
        factors = [up if w == 1 else down if w == 0 else w * up + (1 - w) * down for w in x.tolist()]
    return _mixed(c, factors)


def above(c: Floats, x: Floats, m: Floats) -> Floats:
    """Return the log-wealth of bettors who gain where the mean lies above m: s + (1 - s) x/m."""
    s, rest = _nodes(c)
    with np.errstate(divide="ignore", over="ignore"):
        factors = [s + (rest * (w / m)[:, None] if w else 0.0 * m[:, None]) for w in map(np.float64, x)]
    return _mixed(c, factors)


def below(c: Floats, x: Floats, m: Floats) -> Floats:
    """Return the log-wealth of bettors who gain where the mean lies below m: the same, upside down."""
    return above(c, 1 - x, 1 - m)


_WEALTH: dict[Direction, Wealth] = {"both": two_sided, "below": below, "above": above}
OPPOSITE: dict[Direction, Direction] = {"both": "both", "below": "above", "above": "below"}


def wealth_of(direction: Direction) -> Wealth:
    """Return the wealth for a direction; refuse an unknown one."""
    one_of(direction, DIRECTIONS, "direction")
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


def lower_mean(c: Floats, x: Floats, threshold: float, wealth: Wealth) -> Floats:
    """Return where the log-wealth, falling from 0 to the mean, crosses the threshold; NaN without answers."""
    mean = mean_of(c, x)
    root = falling_root(lambda m: wealth(c, x, m) - threshold, np.zeros(len(c)), np.nan_to_num(mean), TOLERANCE)
    return np.where(np.isnan(mean), np.nan, root)


def least_wealth(a: Floats, b: Floats, x: Floats, d: Floats, direction: Direction) -> Floats:
    """Return the least log-wealth against a difference d over the mean of b, by golden section: it is convex."""
    first, second = _WEALTH[direction], _WEALTH[OPPOSITE[direction]]

    def joint(m: Floats) -> Floats:
        return first(a, x, np.clip(m + d, 0, 1)) + second(b, x, m)

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


def on_unit_range(counts: ArrayLike, category_scores: ArrayLike) -> tuple[Floats, Floats, float, float]:
    """Return the checked counts, the category scores mapped to [0, 1], the least of them and their span."""
    c, w = checked_counts(counts, category_scores)
    rising, _ = distinct_category_scores(w)
    low, high = float(rising[0]), float(rising[-1])
    return c, (w - low) / (high - low), low, high - low


def sample_pair(
    a: ArrayLike, b: ArrayLike, category_scores: ArrayLike
) -> tuple[Floats, Floats, Floats, float, tuple[int, ...]]:
    """Return the rows of two checked samples, the scores mapped to [0, 1], their span, and the shape of the rows."""
    first, x, _, span = on_unit_range(a, category_scores)
    second = on_unit_range(b, category_scores)[0]
    try:
        shape = np.broadcast_shapes(first.shape, second.shape)[:-1]
    except ValueError:
        raise InvalidValueError(f"a and b must fit each other: got shapes {first.shape} and {second.shape}") from None
    return as_rows(first, shape), as_rows(second, shape), x, span, shape


def as_rows(c: Floats, shape: tuple[int, ...]) -> Floats:
    """Return counts as rows, shape `(R, K)`."""
    return np.broadcast_to(c, (*shape, c.shape[-1])).reshape(-1, c.shape[-1])


def mean_of(c: Floats, x: Floats) -> Floats:
    """Return the mean of each row, in [0, 1]; NaN without answers."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.clip((c * x).sum(axis=-1) / c.sum(axis=-1), 0, 1))


def by_block(rows: Floats, function: Callable[[NDArray[np.intp]], Floats]) -> Floats:
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

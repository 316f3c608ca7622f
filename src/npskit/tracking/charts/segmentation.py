"""Change points: when the answers changed, without being told where to look.

The periods are cut into segments so that the multinomial log-likelihood of all segments, less a penalty for each cut,
is as large as it can be: exactly, by optimal partitioning (Jackson et al., "An algorithm for optimal partitioning of
data on an interval", IEEE Signal Processing Letters 12 (2005) 105-108), in O(T²) from cumulative counts.

The penalty of one change, in units of -2 log-likelihood, is β = K · ln T · φ, with K the categories that occur and T
the periods that have answers. It is Schwarz's criterion (Annals of Statistics 6 (1978) 461-464), ln T for each
parameter: a change adds K - 1 new shares and its place, which is a parameter as well (Yao, "Estimating the number of
change-points via Schwarz' criterion", Statistics & Probability Letters 6 (1988) 181-189). For detractors, passives and
promoters that is 3 ln T. T and not the number of answers, because the places a change can be are periods.

φ, at least 1, is how much more successive periods differ than by sampling alone: real weeks vary more, and without φ
any such series falls into many segments. Where nothing changed, simulated series of 90 periods, of 3 or
of 60 answers each, with and without such variation, showed a change in about 8 % of cases with two categories, 2 to 6 %
with three and 1 % or less with five or more; series of 26 periods in up to 18, 12 and 8 %. Of three categories, series
of 12 periods did in 10 % where they vary by chance and in 19 % where they vary by more; surveys that grow from 2 to 200
answers in 16 %. Where sizes are uneven as well, φ rests on the few large periods, and is itself uncertain: with sizes
log-normal (σ = 1) 22 % of 12 periods and 16 % of 52.

A change is located to within one period if the periods are large enough: a fall of 25 points in the simulated hotels in
99 of 100 surveys with 140 answers a month, in 93 with 70 and in 75 with 36; half the fall takes four times the answers.
Knowing that there is exactly one change, and taking its likeliest place, is hardly better.

What must be true: within a segment periods vary about one set of shares, independently of each other; changes are
sudden. A slow trend, a season, and periods that resemble their neighbors come out as steps: `ChangePoints.looks_like`
says so, see `npskit.tracking.charts.rivals`, and a known season can be taken out. The method looks at the shares of all
categories, not at their category scores: it also finds a change that leaves the score where it was (passives who became
detractors and promoters in equal parts), and merging categories of equal score may change what it finds. Pass merged
counts to look at the score's own categories only. Where more than five categories occur, as on
sliders, neighbors are pooled into at most five bands of about as many answers each (`npskit.tracking.charts.bands`): K
parameters for each change would hide every change of the score. With weights or clusters pass effective counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Floats
from npskit.checks import finite_number, whole_number
from npskit.inference import difference_interval, moments, score_interval, tail_of
from npskit.results import LEVEL, intervals
from npskit.tracking.charts.bands import MOST_BANDS, band_numbers, in_bands
from npskit.tracking.charts.change_record import Change, ChangePoints
from npskit.tracking.charts.partition import best_starts
from npskit.tracking.charts.period_checks import checked_cycles, checked_periods, checked_season, period_labels
from npskit.tracking.charts.rivals import CYCLES, judged
from npskit.tracking.charts.seasons import without_season

# Stands in for the logarithm of nothing, which is multiplied by nothing.
_TINY = 1e-300
# Of the average size, by answers, of the periods: smaller ones say nothing of how much large ones vary.
_THIN = 0.25
# How often a season and the changes beside it are found from each other; mostly twice is enough.
_ROUNDS = 8

ASSUMES = (
    "Changes are sudden: between them periods vary about one set of shares, without trend or season.",
    "Periods are independent of each other: what moves one does not linger on in the next.",
    "The same kind of people was asked in the same way all along.",
)
SEASONAL = "The season comes back alike, in the same proportions, each time."


def change_points(
    counts: ArrayLike,
    category_scores: ArrayLike,
    *,
    penalty: float | None = None,
    min_length: int = 2,
    level: float = LEVEL,
    season: ArrayLike | None = None,
    cycles: Sequence[float] = CYCLES,
    periods: Sequence[Any] | None = None,
    score: str = "score",
    backend: str | None = None,
) -> ChangePoints:
    """Find when the answers changed: exact optimal partitioning of the multinomial likelihood.

    The module has the method, its sources and what must be true. Intervals are score intervals of the segments and
    MOVER of two of them (see `npskit.inference.two_sample.difference_interval`), on counts divided by φ. Chosen where
    the segments differ most, they are optimistic. Periods without answers do not matter.

    Args:
        counts: Answers per category and period, in order of time, shape `(T, K)`; need not be whole.
        category_scores: The score of each category, shape `(K,)`.
        penalty: β, the least gain of a change, in units of -2 log-likelihood; positive. Default: `default_penalty`.
        min_length: The fewest periods with answers a segment may have. A single odd period is an outlier, which a
            control chart finds, rather than a change that lasts.
        level: Confidence level of the intervals.
        season: The season of each period as a whole number from 0, shape `(T,)`, such as its month: it is taken out.
        cycles: Lengths, in periods, of the seasons that the steps are held against.
        periods: Labels, one for each period; their places by default.
        score: The name of the score.
        backend: The dataframe library that `to_frame` gives by default.

    Returns:
        The changes; none where there are fewer than twice `min_length` periods with answers.

    Raises:
        InvalidValueError: If counts and category scores do not fit, or a number is out of its range.
        InvalidTypeError: If an argument is of the wrong type.
        IncompatibleError: If there is not one label for each period.

    Example:
        >>> found = change_points([[30, 40, 30]] * 6 + [[0, 0, 0]] + [[15, 35, 50]] * 6, [-100, 0, 100], score="NPS")
        >>> found
        ChangePoints(NPS, periods=13, changes=[7 (+35.0)], dispersion=1, penalty=7.45)
        >>> change = found.changes[0]
        >>> print(change.interval)
        26.4 .. 43.4
    """
    c, w = checked_periods(counts, category_scores)
    labels, seasons = period_labels(periods, len(c)), checked_season(season, len(c))
    lengths = checked_cycles(cycles)
    tail_of(level)  # refuses a bad level also where there are no changes
    min_length = whole_number(min_length, "min_length", least=1)
    fixed = None if penalty is None else finite_number(penalty, "penalty", above=0)
    answered = np.flatnonzero(c.sum(axis=1) > 0)
    held, when = c[answered], None if seasons is None or not answered.size else seasons[answered]
    bands = band_numbers(held.sum(axis=0), w)
    many = np.count_nonzero(held.any(axis=0)) > MOST_BANDS
    found = _segmented(in_bands(held, bands) if many else held, fixed, min_length, when)
    left = held if when is None else without_season(held, when, _segments(found.starts, len(held)))
    changes: tuple[Change, ...] = ()
    if found.starts.size:
        segments = np.add.reduceat(left, [0, *found.starts.tolist()], axis=0)
        described = _segment_sides(segments, w, found.dispersion, level)
        sides = zip(answered[found.starts].tolist(), described, strict=True)
        changes = tuple(Change(place, labels[place], *side) for place, side in sides)
    spread = np.zeros_like(c)
    spread[answered] = left
    return ChangePoints(
        score=score,
        size=len(c),
        changes=changes,
        dispersion=found.dispersion,
        penalty=found.penalty,
        criterion=segmentation_cost(found.counts, found.starts) + found.penalty * found.starts.size,
        criterion_without=segmentation_cost(found.counts, []),
        min_length=min_length,
        level=float(level),
        rivals=judged(spread, w, found.starts, () if when is not None else lengths, len(changes), "change_points"),
        assumes=ASSUMES if when is None else (*ASSUMES, SEASONAL),
        bands=_band_limits(bands, w) if many else (),
        backend=backend,
    )


class _Segmented(NamedTuple):
    """Counts (T, K) with their season taken out, φ, β, and where segments begin."""

    counts: Floats
    dispersion: float
    penalty: float
    starts: NDArray[np.intp]


def _segmented(counts: Floats, penalty: float | None, min_length: int, season: NDArray[np.intp] | None) -> _Segmented:
    """Return the best segmentation; a season is estimated within segments, and these without the season, in turns."""
    starts = np.empty(0, dtype=np.intp)
    for _ in range(_ROUNDS):
        left, lost = counts, 1.0
        if season is not None and len(counts):
            left = without_season(counts, season, _segments(starts, len(counts)))
            # fitting a season takes some of the variation from period to period away
            lost = len(counts) / max(1, len(counts) - np.unique(season).size + 1)
        dispersion = max(1.0, _pair_dispersion(left) * lost)
        beta = default_penalty(left, dispersion) if penalty is None else penalty
        found = _Segmented(left, dispersion, beta, segment_starts(left, beta, min_length))
        if season is None or np.array_equal(found.starts, starts):
            break
        starts = found.starts
    return found


def _segments(starts: NDArray[np.intp], size: int) -> NDArray[np.intp]:
    """Return the number of the segment of each period."""
    return np.searchsorted(starts, np.arange(size), side="right")


def _band_limits(bands: NDArray[np.intp], category_scores: Floats) -> tuple[tuple[float, float], ...]:
    """Return the lowest and the highest category score of each band."""
    parts = [category_scores[bands == band] for band in range(int(bands.max()) + 1)]
    return tuple((float(part.min()), float(part.max())) for part in parts)


def period_dispersion(counts: ArrayLike) -> float:
    """Return φ: how much more successive periods differ than by sampling alone, at least 1.

    The mean over pairs of successive periods of (N - 1)/N · Pearson's χ² / df, with N the answers of both. Given the
    margins its expectation is exactly 1 where nothing varies, however few the answers (Haldane, "The mean and variance
    of χ², when used as a test of homogeneity, when expectations are small", Biometrika 31 (1940) 346-355); without the
    factor, periods of one answer each would come to 2. Of neighbors, because a change lies between one pair only.

    Each pair weighs n₁n₂/N, with n₁ and n₂ the answers of its periods: in this proportion what periods vary by beyond
    sampling adds to the ratio. All weigh the same where periods are of one size. Periods of less than a quarter of the
    size that the period of an answer has on average, Σn²/Σn, are left out, since beside a thin one a large one shows
    nothing; pairs that have all answers in one category are passed over.

    Args:
        counts: Answers per category and period, in order of time, shape `(T, K)`.

    Returns:
        φ; 1 where there is no pair to tell from.

    Raises:
        InvalidValueError: If counts are negative, not finite or not of two axes.

    Example:
        >>> period_dispersion([[10, 20, 30], [0, 0, 0], [10, 20, 30]])
        1.0
        >>> round(period_dispersion([[10, 20, 30], [30, 20, 10], [10, 20, 30]]), 6)
        9.916667
    """
    return max(1.0, _pair_dispersion(np.asarray(counts, dtype=np.float64)))


def _pair_dispersion(c: Floats) -> float:
    """Return φ without its floor, 1 where there is no pair to tell from."""
    # over a power of two, which changes no digit, so that no product is too large or too small for a number
    unit = int(np.frexp(c.max(initial=0.0))[1])
    c = np.ldexp(c, -unit)
    sizes = c.sum(axis=1)
    c = c[sizes * sizes.sum() >= _THIN * (sizes @ sizes)]
    first, second = c[:-1], c[1:]
    both = first + second
    total = both.sum(axis=1)
    df = (both > 0).sum(axis=1) - 1.0
    n1, n2 = first.sum(axis=1, keepdims=True), second.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        # of two rows Pearson's sum is that of (n₂c₁ - n₁c₂)² / (n₁n₂(c₁ + c₂))
        terms = (n2 * first - n1 * second) ** 2 / (n1 * n2 * both)
        ratios = np.ldexp(np.nansum(terms, axis=1), unit) / df * np.maximum(1 - np.ldexp(1 / total, -unit), 0)
        known, sizes = df > 0, (n1 * n2)[:, 0] / total
    return float(np.average(ratios[known], weights=sizes[known])) if known.any() else 1.0


def default_penalty(counts: ArrayLike, dispersion: float = 1.0) -> float:
    """Return β = K · ln T · φ, for K categories that occur and T periods that have answers; see the module.

    Args:
        counts: Answers per category and period, shape `(T, K)`.
        dispersion: φ.

    Returns:
        The penalty of one change, in units of -2 log-likelihood, positive: T and K count as 2 and 1 at least.

    Raises:
        InvalidValueError: If counts are negative, not finite or not of two axes.

    Example:
        >>> round(default_penalty([[10, 20, 30]] * 90), 6)  # 3 ln 90
        13.499429
    """
    c = np.asarray(counts, dtype=np.float64)
    periods, categories = (int(np.count_nonzero(c.sum(axis=axis))) for axis in (1, 0))
    return max(1, categories) * math.log(max(2, periods)) * dispersion


def segmentation_cost(counts: ArrayLike, starts: ArrayLike) -> float:
    """Return -2 log-likelihood of the segments, Σ over segments and categories of -2 c ln(c/n), without penalties.

    Args:
        counts: Answers per category and period, in order of time, shape `(T, K)`.
        starts: Places of the first periods of all segments but the first, rising, shape `(changes,)`.

    Example:
        >>> round(segmentation_cost([[2, 0], [0, 2]], []), 6), segmentation_cost([[2, 0], [0, 2]], [1])
        (5.545177, 0.0)
    """
    sums = _cumulative(np.asarray(counts, dtype=np.float64))
    edges = [0, *np.asarray(starts, dtype=np.intp).tolist(), sums.shape[1] - 1]
    return float(_cost(np.diff(sums[:, edges], axis=1)).sum())


def segment_starts(counts: ArrayLike, penalty: float, min_length: int = 2) -> NDArray[np.intp]:
    """Return where segments begin so that -2 log-likelihood plus a penalty for each change is least: exactly.

    See `npskit.tracking.charts.partition` for how.

    Args:
        counts: Answers per category and period, in order of time, shape `(T, K)`; need not be whole. A period without
            answers counts towards `min_length`: leave it out.
        penalty: β, the least gain of a change; positive.
        min_length: The fewest periods of a segment.

    Returns:
        Places of the first periods of all segments but the first, rising, shape `(changes,)`.

    Example:
        >>> segment_starts([[9, 1]] * 4 + [[1, 9]] * 4, penalty=5).tolist()
        [4]
    """
    sums = _cumulative(np.asarray(counts, dtype=np.float64))
    # far more than rounding leaves of a cost, far less than any penalty of use
    rounding = 1e-12 * (1 + 2 * len(sums) * sums[-1, -1] * math.log(2 + sums[-1, -1]))
    return best_starts(sums, _cost, penalty, min_length, rounding)


def _cumulative(counts: Floats) -> Floats:
    """Return cumulative counts of each category, and of all in the last row, shape (K + 1, T + 1)."""
    rows = np.zeros((counts.shape[1] + 1, len(counts) + 1))
    np.cumsum(counts.T, axis=1, out=rows[:-1, 1:])
    rows[-1] = rows[:-1].sum(axis=0)
    return rows


def _cost(sums: Floats) -> Floats:
    """Return -2 Σ c ln(c/n) of segments from their counts and, in the last row, their total: shape `sums.shape[1:]`."""
    # differences of rising sums are not negative, whatever was rounded
    terms = sums + _TINY
    np.log(terms, out=terms)
    terms *= sums
    signs = np.full(len(sums), -2.0)
    signs[-1] = 2.0
    return np.asarray(signs @ terms.reshape(len(sums), -1)).reshape(sums.shape[1:])


def _segment_sides(
    segments: Floats, category_scores: Floats, dispersion: float, level: float
) -> Iterator[tuple[Any, ...]]:
    """Yield what is said of each change: the scores on both sides, their difference, and the answers on both."""
    n, means, _ = moments(segments, category_scores)
    effective = segments / dispersion
    own = intervals(*score_interval(effective, category_scores, level), level=level, method="score")
    limits = difference_interval(effective[1:], effective[:-1], category_scores, level)
    differences = intervals(*limits, level=level, method="mover")
    scores, gains, answers = means.tolist(), np.diff(means).tolist(), n.tolist()
    return zip(scores, own, scores[1:], own[1:], gains, differences, answers, answers[1:], strict=False)

"""Themes period by period."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from npskit.comments.themes.found_themes import FoundThemes
from npskit.comments.themes.theme_counts import deepest_first
from npskit.comments.themes.theme_list import ThemeList
from npskit.comments.themes.theme_trend import SHARES, first_rises
from npskit.comments.themes.themed_rows import ThemedRows, shares_together
from npskit.comments.themes.themes import ThemePeriod
from npskit.inference import Estimate, sum_by
from npskit.options import Every
from npskit.results import intervals
from npskit.sample import Places
from npskit.times import labels, period_numbers


def trend_of(
    listed: ThemeList | FoundThemes,
    rows: ThemedRows,
    times: NDArray[np.datetime64],
    every: Every,
    *,
    level: float,
    alpha: float,
) -> tuple[ThemePeriod, ...]:
    """Return each theme in every calendar period from the first to the last with an answer.

    Args:
        listed: The themes.
        rows: The rows.
        times: When each was given, NaT where that is not known.
        every: The calendar period.
        level: Confidence level of the shares.
        alpha: See `first_rises`.
    """
    numbers = np.full(len(times), -1, np.intp)
    dated = ~np.isnat(times)
    if not dated.any():
        return ()
    found = period_numbers(times[dated].astype("datetime64[D]").astype(np.int64), every)
    first = int(found.min())
    numbers[dated] = found - first
    size = int(found.max()) - first + 1
    names, places = labels(np.arange(first, first + size), every), Places(numbers, size)
    sample = rows.sample
    asked = rows.wrote & (sample.answers.categories >= 0) & (numbers >= 0)
    mentions = rows.mentions.copy()
    for theme in deepest_first(listed.parents):
        if listed.parents[theme] >= 0:
            mentions[:, listed.parents[theme]] |= mentions[:, theme]
    weights = np.ones(len(sample)) if sample.weights is None else sample.weights
    table = []
    for theme in range(len(listed.names)):
        cells = numbers[asked] * 2 + mentions[asked, theme]
        counts, amounts, squares = (
            sum_by(cells, each[asked], 2 * size).reshape(size, 2)
            for each in (np.ones(len(sample)), weights, weights**2)
        )
        estimate = shares_together(rows, mentions[:, theme], rows.wrote, places)
        if estimate is None:
            sums = (None, None) if sample.weights is None else (amounts, squares)
            estimate = Estimate.from_sums(counts.astype(np.int64), SHARES, *sums)
        table.append((counts, estimate))
    rises = first_rises([counts for counts, _ in table], alpha)
    listed_periods = []
    for name, (counts, estimate), rise in zip(listed.names, table, rises, strict=True):
        limits = intervals(*estimate.interval(level, "score"), level=level, method="score")
        for period in range(size):
            each = counts[period].astype(int).tolist()
            share = float(estimate.mean[period])
            listed_periods.append(
                ThemePeriod(name, names[period], sum(each), each[1], share, limits[period], period == rise)
            )
    return tuple(listed_periods)

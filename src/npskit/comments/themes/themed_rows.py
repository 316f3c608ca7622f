"""Rows of a survey by what their comments mention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from npskit.arrays import Bools, Codes, Frozen, Integers
from npskit.comments.themes.theme_counts import ThemeCounts, sets_of
from npskit.comments.themes.theme_points import ThemeRows
from npskit.comments.themes.theme_trend import SHARES
from npskit.inference import Estimate, StrataLayout, factorize
from npskit.sample import Places, Sample


@attrs.frozen(eq=False)
class ThemedRows(Frozen):
    """The rows of a survey, by what their comments mention.

    Args:
        sample: The rows.
        mentions: Which themes the comment of each mentions in words of its own, shape `(rows, T)`.
        wrote: Whether there is a comment, shape `(rows,)`.
        comments: The comments, None for none.
    """

    sample: Sample
    mentions: Bools
    wrote: Bools
    comments: Any

    def take(self, kept: Bools) -> ThemedRows:
        """Return some of the rows."""
        parts = (each[kept] for each in (self.mentions, self.wrote, self.comments))
        return ThemedRows(self.sample.take(kept), *parts)

    def counts(self, themes: Sequence[str], parents: Sequence[int]) -> tuple[ThemeCounts, Codes]:
        """Return the counts, and the number of each row's set of themes."""
        numbers, mentions, wrote = sets_of(self.mentions, self.wrote)
        tally = self.sample.count(Places(numbers, len(wrote)))
        return ThemeCounts(tuple(themes), tuple(parents), mentions, wrote, tally), numbers


def rows_together(rows: ThemedRows, sets: Codes, sides: Integers | None = None) -> list[ThemeRows] | None:
    """Return the rows that are scored where they hang together or come from strata, None where each stands alone.

    Args:
        rows: The rows.
        sets: The number of each row's set of themes, among those of its side.
        sides: The side that each is on, -1 for none; None for one side.

    Returns:
        The rows of each side, with units numbered alike.
    """
    sample = rows.sample
    places = np.zeros(len(sample), np.intp) if sides is None else sides
    count = int(places.max(initial=0)) + 1
    clustering = sample.clustering(Places(np.where(places < 0, -1, 0), 1))
    if clustering is None:
        return None
    used = (clustering.categories >= 0) & (places >= 0)
    labels = np.arange(len(sample)) if clustering.units is None else sample.units
    units, _ = factorize(labels[used], "units")
    first = np.unique(units, return_index=True)[1]
    strata = np.zeros(len(first)) if sample.strata is None else sample.strata[used][first]
    layout = StrataLayout.of(strata, sample.population, sample.lonely)
    found = []
    for side in range(count):
        here = places[used] == side
        parts = sets[used][here], clustering.categories[used][here].astype(np.intp), units[here]
        weights = None if sample.weights is None else sample.weights[used][here]
        found.append(ThemeRows(*parts, weights, layout))
    return found


def sides_together(
    rows: ThemedRows, sides: Integers, themes: Sequence[str], parents: Sequence[int]
) -> tuple[list[ThemeCounts], list[ThemeRows] | None]:
    """Return the counts of each of two sides, and their rows where these hang together."""
    counts, sets = [], np.zeros(len(sides), np.intp)
    for side in (0, 1):
        here = sides == side
        found, numbers = rows.take(here).counts(themes, parents)
        sets[here] = numbers
        counts.append(found)
    return counts, rows_together(rows, sets, sides)


def shares_together(rows: ThemedRows, holds: Bools, among: Bools, places: Places) -> Estimate | None:
    """Return the share of rows, among some, that hold something at each place, None where each row stands alone.

    Args:
        rows: The rows.
        holds: Whether each does, shape `(rows,)`.
        among: Which rows are asked about.
        places: Where they belong.
    """
    clustering = rows.sample.clustering(places)
    if clustering is None:
        return None
    kinds = np.where((clustering.categories >= 0) & among, holds.astype(np.intp), -1)
    return rows.sample.estimate(places, attrs.evolve(clustering, categories=kinds, scores=SHARES))

"""Scores of many groups, of segments or of periods: what they have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Floats, Integers
from npskit.counting import Tally
from npskit.inference import Estimate
from npskit.options import IntervalMethod
from npskit.results import LEVEL, Columns, MadeOfRows, free_name, intervals
from npskit.scores.score import Conventions, Score

TOO_FEW = 30


class ManyScores(MadeOfRows):
    """Scores of many groups: a tally and an estimate of each."""

    __slots__ = ()
    _TEXT = "table"

    tally: Tally
    conventions: Conventions
    estimates: Estimate
    too_few: int

    @property
    def name(self) -> str:
        """The name of the score: `"NPS"`."""
        return self.tally.codebook.name

    @property
    def values(self) -> Floats:
        """The scores, unrounded; NaN where nothing was answered."""
        return self.estimates.mean

    @property
    def n(self) -> Integers:
        """Scored answers behind each score."""
        return self.tally.n

    @property
    def counts(self) -> Integers:
        """Scored answers by category, shape `(..., K)`; unweighted."""
        return self.tally.counts

    @property
    def missing(self) -> Integers:
        """Answers that were not given."""
        return self.tally.missing

    @property
    def invalid(self) -> Integers:
        """Answers that cannot be scored."""
        return self.tally.invalid

    @property
    def few(self) -> Bools:
        """True where there are fewer than `too_few` answers."""
        return self.n < self.too_few

    def intervals(self, level: float = LEVEL, method: IntervalMethod = "score") -> tuple[Floats, Floats]:
        """Return the lower and the upper limits; arguments as for `Score.interval`, NaN where nothing was answered."""
        return self.estimates.interval(level, method)

    def _score(self, where: tuple[int, ...], backend: str | None = None) -> Score:
        # where answers are independent and weigh alike the tally says it all
        plain = self.conventions.variance == "independent" and self.estimates.simple
        clustered = None if plain else self.estimates[where]
        return Score(self.tally[where], self.conventions, clustered, backend)

    def _numbers(
        self, level: float, method: IntervalMethod, taken: Sequence[str] = (), more: Mapping[str, Floats] | None = None
    ) -> Columns:
        """Return what there is to say of each score as columns, none of which is called as one that is taken."""
        low, high = self.intervals(level, method)
        found: dict[str, NDArray[Any]] = {"value": self.values, "low": low, "high": high, "n": self.n}
        found |= {"missing": self.missing, "invalid": self.invalid, "se": np.sqrt(self.estimates.variance)}
        found |= more or {}
        # a column that the data or a scorer calls "n" must not hide one of these, nor be hidden by it
        names = (*taken, *found, "too_few")
        counts = zip(self.tally.codebook.categories, np.moveaxis(self.counts, -1, 0), strict=True)
        found |= {free_name(category, names, "count"): array for category, array in counts} | {"too_few": self.few}
        return {name: array.ravel().tolist() for name, array in found.items()}

    def _limits(self, level: float, method: IntervalMethod) -> list[str]:
        """Return the interval of each score in words, nothing where nothing was answered."""
        limits = intervals(*(limit.ravel() for limit in self.intervals(level, method)), level=level, method=method)
        return [str(interval) if n else "" for interval, n in zip(limits, self.n.ravel().tolist(), strict=True)]

    def _caption(self) -> str:
        return str(self.conventions)

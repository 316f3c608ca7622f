"""What a score would be, and what it takes to reach another."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.arrays import Floats
from npskit.checks import finite_number, share
from npskit.errors import InvalidTypeError, InvalidValueError, did_you_mean, quoted
from npskit.inference import Estimate, interval
from npskit.results import LEVEL, Interval, MadeOfRows, percent

if TYPE_CHECKING:
    from npskit.counting import Tally
    from npskit.scores.score_target import ScoreTarget, Winning
    from npskit.scores.what_if import WhatIf

_MOVED = (
    "Arithmetic, not a forecast: it says what the score would be if those answers changed and no other did, not how to "
    "change them.",
)
# A survey larger than that is not asked.
_MOST_ANSWERS = 10**9


class WithSuppositions(MadeOfRows):
    """The methods of a score that suppose other answers."""

    __slots__ = ()
    if TYPE_CHECKING:
        tally: Tally
        backend: str | None

        @property
        def estimate(self) -> Estimate:
            """What intervals are made of."""

        @property
        def name(self) -> str:
            """The name of the score."""

        @property
        def value(self) -> float:
            """The score."""

    def what_if(self, moves: Mapping[str, Mapping[str, float]], *, level: float = LEVEL) -> WhatIf:
        """Return what the score would be if shares of categories were others: "if a tenth of passives were promoters".

        A sum over today's shares, with the interval that these have: the score then is the mean of other category
        scores, w'_k = w_k + Σ_m t_km (w_m - w_k) with t_km the share of category k that moves to m.

        Args:
            moves: Of each category that loses answers, which share of it goes where: `{"passive": {"promoter": 0.10}}`.
            level: Confidence level of the intervals.

        Raises:
            InvalidTypeError: If `moves` is no such mapping.
            InvalidValueError: If a category is not known, shares are not 0..1 or sum to more than 1, or nothing was
                answered.

        Example:
            >>> import npskit as nk
            >>> found = nk.nps([10] * 40 + [8] * 40 + [3] * 20).what_if({"passive": {"promoter": 0.10}})
            >>> print(f"{found.before:.1f} {found.value:.1f} {found.difference:+.1f}")
            20.0 24.0 +4.0
        """
        from npskit.scores.what_if import SupposedShare, WhatIf

        level = share(level, "level")
        names = self.tally.codebook.categories
        estimate = self._answered()
        scores, shares = estimate.category_scores, estimate.shares
        table = np.eye(len(scores))  # the share of each category, in rows, that is in each then
        for source, goals in _checked(moves, names).items():
            for goal, part in goals.items():
                table[source, source] -= part
                table[source, goal] += part
        after = table @ scores

        def limits(worth: Floats) -> Interval:
            return _limits(estimate, worth, level)

        supposed = "; ".join(
            f"{percent(part)} of {source} were {goal}"
            for source, goals in moves.items()
            for goal, part in goals.items()
        )
        then = shares @ table
        categories = tuple(
            SupposedShare(
                name,
                float(shares[k]),
                float(then[k]),
                float(then[k] - shares[k]),
                limits(table[:, k] - np.eye(len(scores))[:, k]),
            )
            for k, name in enumerate(names)
        )
        before, value = float(shares @ scores), float(shares @ after)
        return WhatIf(
            self.name,
            supposed,
            before,
            value,
            limits(after),
            value - before,
            limits(after - scores),
            categories,
            _MOVED,
            backend=self.backend,
            row_counts=self.row_counts,
        )

    def target(self, target: float, *, power: float = 0.8, level: float = LEVEL) -> ScoreTarget:
        """Return what it takes to reach a score: how many answers must be won, and how many tell the two apart.

        Of today's n answers, n g / (w_m - w_k) must move from a category k to a better m to close a gap g; n g / (w_K -
        target) more of the best kind do the same. Where answers are weighted, these are answers of average weight. The
        next survey has enough answers where the score test of it against today's (at their effective number) finds the
        gap with `power`, both with today's variance: `npskit.inference.power`.

        Args:
            target: The score aimed for, better than today's, in units of the score.
            power: The chance with which the difference is to be found, above 1 - `level`.
            level: 1 less the two-sided level of the test.

        Raises:
            InvalidTypeError: If `target` is not a number.
            InvalidValueError: If it is not better than today's score, no score can be it, or nothing was answered.

        Example:
            >>> import npskit as nk
            >>> found = nk.nps([10] * 1000 + [8] * 600 + [3] * 400).target(40)
            >>> [(each.source, each.goal, each.needed) for each in found.ways]
            [('detractor', 'passive', 200), ('detractor', 'promoter', 100), ('passive', 'promoter', 200)]
            >>> found.added, found.answers
            (334, 630)
        """
        from npskit.inference import score_p_value
        from npskit.scores.score_target import ScoreTarget

        target = finite_number(target, "target")
        level, wanted = share(level, "level"), finite_number(power, "power", above=0, below=1)
        if wanted <= 1 - level:
            raise InvalidValueError(f"power must be above 1 - level, {1 - level:.4g}: got {quoted(power)}")
        names = self.tally.codebook.categories
        estimate = self._answered()
        scores = estimate.category_scores[: len(names)]
        best, gap = float(scores[-1]), target - self.value
        upwards = scores[-1] >= scores[0]
        if not (gap > 0 if upwards else gap < 0):
            raise InvalidValueError(
                f"target={quoted(target)} is not better than today's {self.value:.4g}: compare() tells two scores apart"
            )
        if abs(target - scores[0]) > abs(best - scores[0]):
            raise InvalidValueError(f"target={quoted(target)} is beyond the best score that there is, {best:g}")
        n = float(estimate.n)
        ways = [
            _winning(names[k], names[m], gap / (scores[m] - scores[k]), float(estimate.shares[k]), n)
            for k in range(len(names))
            for m in range(k + 1, len(names))
            if scores[m] != scores[k]
        ]
        added = None if target == best else math.ceil(round(n * gap / (best - target), 9))
        counts = estimate.effective_counts(level)
        return ScoreTarget(
            self.name,
            target,
            self.value,
            float(score_p_value(counts, estimate.category_scores, target)),
            tuple(ways),
            added,
            _answers(estimate, counts, abs(gap), wanted, level),
            wanted,
            level,
            backend=self.backend,
            row_counts=self.row_counts,
        )

    def _answered(self) -> Estimate:
        if not self.row_counts.n:
            raise InvalidValueError("nothing was answered, so there is nothing to suppose of it")
        return self.estimate


def _checked(moves: Any, names: tuple[str, ...]) -> dict[int, dict[int, float]]:
    """Return shares that move, by the numbers of categories."""
    if not isinstance(moves, Mapping) or not all(isinstance(goals, Mapping) for goals in moves.values()):
        raise InvalidTypeError(
            f"moves must say which share of a category goes where, as {{'passive': {{'promoter': 0.1}}}}: got "
            f"{quoted(moves)}"
        )
    found: dict[int, dict[int, float]] = {}
    for source, goals in moves.items():
        for name in (source, *goals):
            if name not in names:
                raise InvalidValueError(f"moves: no category is called {quoted(name)}: {did_you_mean(name, names)}")
        parts = {
            names.index(goal): finite_number(part, f"moves[{source!r}][{goal!r}]", least=0, most=1)
            for goal, part in goals.items()
        }
        if sum(parts.values()) > 1 + 1e-12:
            raise InvalidValueError(f"moves: more than all of {source} is moved: {quoted(dict(goals))}")
        found[names.index(source)] = parts
    return found


def _limits(estimate: Estimate, worth: Floats, level: float) -> Interval:
    """Return the interval of the mean of what each category is worth, which may be the same of all."""
    if np.ptp(worth) == 0:
        return Interval(worth[0], worth[0], level=level, method="score")
    low, high = interval(estimate.effective_counts(level), worth, level, "score")
    return Interval(float(low), float(high), level=level, method="score")


def _winning(source: str, goal: str, part: float, there: float, n: float) -> Winning:
    """Return how many answers must move, of so large a part of all."""
    from npskit.scores.score_target import Winning

    return Winning(
        source, goal, math.ceil(round(n * part, 9)), part / there if there else math.inf, bool(part <= there + 1e-12)
    )


def _answers(estimate: Estimate, counts: Floats, gap: float, wanted: float, level: float) -> int | None:
    """Return the smallest number of answers of the next survey with which the gap is found with so much power."""
    from npskit.inference import power

    scores = estimate.category_scores
    n, variance = float(counts.sum()), float(estimate.shares @ (scores - estimate.shares @ scores) ** 2)
    if not variance:
        return 1

    def found(m: int) -> bool:
        got = power(n, gap, n_second=m, level=level, variance=variance, category_scores=scores)
        return bool(got >= wanted)

    if not found(_MOST_ANSWERS):
        return None
    low, high = 0, 1
    while not found(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if found(middle) else (middle, high)
    return high

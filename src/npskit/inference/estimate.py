"""One estimate, however it was sampled: simple counts, weighted counts or a survey design, ready for any interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Bools, Floats, Frozen, Integers
from npskit.checks import is_same
from npskit.inference.constrained import mean_variance
from npskit.inference.effective import (
    MODEL_DF,
    Support,
    answers_df,
    counts_of_size,
    effective_size,
    heaviest_answer,
)
from npskit.inference.intervals import interval
from npskit.inference.limits import t_quantile
from npskit.inference.two_sample import moments
from npskit.inference.weighting import kish_n_eff, taylor_variance, weighted_mean
from npskit.options import IntervalMethod

_BY_GROUP = ("amounts", "n", "mean", "variance", "df", "size", "freedom", "ceiling", "heaviest", "units", "kish")
_NOTHING = ("n", "ceiling", "heaviest", "units", "kish")


@attrs.frozen(eq=False)
class Estimate(Frozen):
    """Mean category scores with their sampling variances, vectorised over groups.

    Args:
        amounts: Counts, or sums of weights, by category: shape `(..., K)`.
        category_scores: Shape `(K,)`.
        n: Answers, shape `(...)`.
        mean: Shape `(...)`, in units of the category scores.
        variance: Variance of the mean, shape `(...)`, in squared units.
        df: Degrees of freedom of the variance, shape `(...)`, infinite for simple counts.
        size: Size of the simple random sample that would be as precise, before the ceiling, shape `(...)`; infinite for
            a census. See `npskit.inference.effective`.
        freedom: Degrees of freedom of that size, shape `(...)`.
        ceiling: The largest simple random sample that intervals may treat it as, shape `(...)`: Kish's number of
            answers, at most the customers where their means count; more where much of a finite population is sampled.
        heaviest: The largest share of the weight that one answer or sampling unit has, shape `(...)`; of answers, the
            most that it can be by their sums. 0 for simple counts.
        units: Sampling units with weight, shape `(...)`; the answers where these are independent.
        kish: Kish's number of them, shape `(...)`; where much of a finite population is sampled, more.
        simple: Whether the answers are simple counts, unweighted and not clustered.
    """

    amounts: Floats
    category_scores: Floats
    n: Floats
    mean: Floats
    variance: Floats
    df: Floats
    size: Floats
    freedom: Floats
    ceiling: Floats
    heaviest: Floats
    units: Floats
    kish: Floats
    simple: bool

    @classmethod
    def from_sums(
        cls,
        counts: Integers,
        category_scores: Floats,
        weights: Floats | None = None,
        squares: Floats | None = None,
        sampled: ArrayLike | None = None,
    ) -> Self:
        """Return the estimate from counts, or from sums of weights and of squared weights, by category.

        The variance of simple counts is the multinomial one, (sum p s^2 - mean^2) / n; that of weighted ones the
        Taylor linearisation (see `npskit.inference.weighting`).

        Args:
            counts: Shape `(..., K)`.
            category_scores: Shape `(K,)`.
            weights: Sum of weights, shape `(..., K)`, or None.
            squares: Sum of squared weights, shape `(..., K)`, or None.
            sampled: Size of the sample that weighted answers are a part of, shape `(...)`; the answers if None.
        """
        n = counts.sum(axis=-1).astype(np.float64)
        if weights is None or squares is None:
            amounts = counts.astype(np.float64)
            _, mean, variance = moments(amounts, category_scores)
            with np.errstate(invalid="ignore", divide="ignore"):
                variance = np.asarray(variance / n)
            infinite, none = np.full(n.shape, np.inf), np.zeros(n.shape)
            return cls(amounts, category_scores, n, mean, variance, infinite, n, infinite, n, none, n, n, simple=True)
        kish = np.minimum(kish_n_eff(weights, squares), n)  # no rounding past it
        whole = n if sampled is None else np.asarray(sampled, dtype=np.float64)
        variance = taylor_variance(counts, weights, squares, category_scores, whole)
        with np.errstate(invalid="ignore"):
            shares, plain = weights / weights.sum(axis=-1, keepdims=True), variance * (1 - 1 / np.maximum(whole, 1))
        answer = mean_variance(shares, category_scores)
        size, freedom = effective_size(answer, plain, kish, answers_df(kish, n), MODEL_DF)
        mean = weighted_mean(weights, category_scores)
        heaviest = heaviest_answer(counts, weights, squares)
        parts = (n - 1, size, freedom, kish, heaviest, n, kish)
        return cls(weights, category_scores, n, mean, variance, *parts, simple=False)

    @classmethod
    def stack(cls, estimates: Sequence[Estimate], category_scores: Floats) -> Self:
        """Return estimates of single groups, which are not simple, as one of shape `(G,)`."""
        parts: dict[str, Any] = {name: np.stack([getattr(one, name) for one in estimates]) for name in _BY_GROUP}
        return cls(category_scores=category_scores, simple=False, **parts)

    def __getitem__(self, index: Any) -> Self:
        return self._each(lambda part: np.asarray(part[index]))

    def blank(self, where: Bools) -> Self:
        """Return the same, with nothing known of the groups that are True."""
        parts: dict[str, Any] = {
            name: np.where(where, 0.0 if name in _NOTHING else np.nan, getattr(self, name)) for name in _BY_GROUP[1:]
        }
        return attrs.evolve(self, amounts=np.where(where[..., np.newaxis], 0.0, self.amounts), **parts)

    def reshape(self, shape: tuple[int, ...]) -> Self:
        """Return the same groups, `(G,)`, laid out in another shape."""
        return self._each(lambda part: part.reshape(*shape, *part.shape[1:]))

    def _each(self, change: Callable[[Floats], Floats]) -> Self:
        """Return the same with every part that has a value for each group changed alike."""
        parts: dict[str, Any] = {name: change(getattr(self, name)) for name in _BY_GROUP}
        return attrs.evolve(self, **parts)

    @property
    def n_effective(self) -> Floats:
        """Size of the simple random sample that would be as precise, shape `(...)`; infinite for a census.

        It is what intervals and tests are made of, before Student's t takes the place of the normal quantile.
        """
        return np.minimum(self.size, self.ceiling)

    def of_contrast(self, variance: float, df: float) -> tuple[float, float]:
        """Return variance and degrees of freedom of a contrast of these groups, by the rule that holds for each.

        The variance of a contrast, which allows for units in several groups, is taken to be too small by as much as
        the variances of the groups together.

        Args:
            variance: The observed variance of the contrast.
            df: Its degrees of freedom by the design.
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            by_rule = mean_variance(self.shares, self.category_scores) / self.n_effective
            factor = float(by_rule.sum() / self.variance.sum())
        freedom = min(df, float(self.freedom.min(initial=np.inf)))
        return variance * factor if 1 < factor < np.inf else variance, freedom

    @property
    def support(self) -> Support:
        """What the groups rest on."""
        return Support(self.n, self.n_effective, self.heaviest, self.units, self.kish)

    def warn(self, weighted: bool = True) -> None:
        """Warn where weights or units leave too little to rely on; simple counts say by their n what they are worth."""
        if not self.simple:
            self.support.warn(weighted)

    @property
    def shares(self) -> Floats:
        """The share of each category, shape `(..., K)`; NaN where there is nothing."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.amounts / self.amounts.sum(axis=-1, keepdims=True))

    def effective_counts(self, level: float = 0.95) -> Floats:
        """Return counts that carry as much information as the sample does, shape `(..., K)`.

        Those of simple counts are the counts; else min(ceiling, size (z/t)²) times the shares: see
        `npskit.inference.effective`.

        Args:
            level: The level of the interval they are for, because t depends on it. P-values use the default, so that
                they do not depend on the level of an interval beside them.
        """
        if self.simple:
            return self.amounts
        return counts_of_size(self.shares, self.size, self.ceiling, self.freedom, level)

    def interval(self, level: float, method: IntervalMethod) -> tuple[Floats, Floats]:
        """Return the limits of the mean by `method`, each of shape `(...)`, in units of the category scores.

        Every method works on the effective counts, except `"wald"`, which is mean ± t SE. The interval of a census is
        the mean itself.
        """
        if self.simple:
            return interval(self.amounts, self.category_scores, level, method)
        if is_same(method, "wald"):
            return self._t_limits(level)
        # a census has no counts that intervals could work on: they would be infinite
        census = np.isinf(self.n_effective)
        counts = np.where(census[..., np.newaxis], 0.0, self.effective_counts(level))
        low, high = interval(counts, self.category_scores, level, method)
        return np.where(census, self.mean, low), np.where(census, self.mean, high)

    def _t_limits(self, level: float) -> tuple[Floats, Floats]:
        """Return mean ± t SE, within the range of the category scores."""
        with np.errstate(invalid="ignore"):
            margin = np.where(self.variance == 0, 0.0, t_quantile(self.df, level) * np.sqrt(self.variance))
        ends = self.category_scores.min(), self.category_scores.max()
        return np.clip(self.mean - margin, *ends), np.clip(self.mean + margin, *ends)

    def shrunken(self) -> Floats:
        """Return the scores of segments drawn towards the whole by empirical Bayes, shape `(G,)`.

        Simple counts by the Dirichlet-multinomial, which keeps the shares coherent; weighted and clustered ones by the
        normal-normal model. See `npskit.inference.shrinkage`.
        """
        from npskit.inference.shrinkage import dirichlet_multinomial, pooled_variances, shrink_counts, shrink_scores

        if not self.n.any():
            return self.mean
        if self.simple:
            return np.asarray(shrink_counts(self.amounts, dirichlet_multinomial(self.amounts)) @ self.category_scores)
        counts = np.nan_to_num(self.effective_counts())
        variances = pooled_variances(counts, self.category_scores)
        if not (variances > 0).all():  # every answer is worth the same, also where there is none
            known = self.mean[~np.isnan(self.mean)]
            return np.where(np.isnan(self.mean), known[0] if known.size else np.nan, self.mean)
        return shrink_scores(self.mean, variances).scores

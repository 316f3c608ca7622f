"""How many independent answers of equal weight would be as precise: one rule for weights, clusters and raking.

The observed variance of a weighted mean is itself an estimate, and where a few answers or sampling units carry most of
the weight it is a poor one, too small more often than too large: it has as many degrees of freedom as there are units
that matter (Satterthwaite, "An approximate distribution of estimates of variance components", Biometrics Bulletin 2
(1946) 110-114; for means of unequal units Bell & McCaffrey, "Bias reduction in standard errors for linear regression
with multi-stage samples", Survey Methodology 28 (2002) 169-181). Intervals that take it at its word cover 60-90 % where
95 are promised.

So it is met with what the weights alone say. Answers that have nothing to do with their weights have a mean of variance
v/K, K being Kish's size: for independent answers that model counts for five degrees of freedom, and the observed
variance for its own (the mixture is that of Smyth, "Linear models and empirical Bayes methods for assessing
differential expression", Statistical Applications in Genetics and Molecular Biology 3 (2004) article 3). How alike the
answers of one customer are is not known: the model that two fifths of what they say is their own counts for two degrees
of freedom. Other units have no such model. Nothing counts as more than Kish's number of answers, and t stands for the
normal quantile. The studies that chose this are in `docs/explanation/studies.md`.
"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Bools, Floats
from npskit.errors import PrecisionWarning, warn
from npskit.inference.limits import t_quantile

# An effective size below this, or a unit with more than this share of the weight, is said; without weights, of so
# many answers that one would not expect it.
_FEW, _HEAVY, _UNWEIGHTED = 5, 1 / 3, 30
# Likewise units worth fewer than this and than a quarter of their number, whose spread has under two degrees of freedom
# by `answers_df`: a heavy one more or less would have changed the score, and other samples have none.
_EQUALS, _UNEVEN, _LEAST_DF = 30, 4, 2
# Degrees of freedom that the model of weights unrelated to the answers counts for.
MODEL_DF = 5.0
# The same of the model of customers, and their intraclass correlation in it.
CUSTOMERS_DF, CUSTOMERS_ALIKE = 2.0, 0.4
# Counts that intervals can work on: for a census so many that chance vanishes, and a trace where little is known.
_MOST, _LEAST = 1e15, 1e-6
# Below this, one unit has nearly all the weight, and the sums of powers of shares cancel but for some digits.
_ALONE = 1e-5
_ROUNDING = 1e-14


def effective_size(
    answer: ArrayLike,
    variance: ArrayLike,
    kish: ArrayLike,
    df: ArrayLike,
    prior: ArrayLike = 0.0,
    model: ArrayLike | None = None,
) -> tuple[Floats, Floats]:
    """Return the size of the simple random sample that would be as precise, and the degrees of freedom behind it.

    v/V with V = (d₀ v/M + d V̂)/(d₀ + d), on d₀ + d degrees of freedom. Where all answers are alike, or the units do not
    differ, the spread says nothing: then it is Kish's size, on infinitely many.

    Args:
        answer: Variance of one answer's score, v, shape `(...)`.
        variance: Observed variance of the mean, V̂, shape `(...)`; equal weights should give v/n.
        kish: Kish's size K, of answers where these are independent, else of sampling units; shape `(...)`.
        df: Degrees of freedom of the observed variance, d, shape `(...)`.
        prior: Degrees of freedom of the model that weights and answers are unrelated, d₀, shape `(...)`.
        model: The size in that model, M, shape `(...)`; Kish's if None.

    Example:
        >>> size, df = effective_size(0.6, 0.006, 80.0, 20.0, 5.0)
        >>> size.round(2).item(), df.item()
        (95.24, 25.0)
    """
    v, squared, k, own, d0 = (np.asarray(a, dtype=np.float64) for a in (answer, variance, kish, df, prior))
    m = k if model is None else np.asarray(model, dtype=np.float64)
    nothing = (v == 0) | (squared == 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mixed = squared + d0 / (d0 + own) * (v / m - squared)
        return np.where(nothing, k, v / mixed), np.where(nothing, np.inf, d0 + own)


def answers_df(kish: ArrayLike, units: ArrayLike, strata: ArrayLike = 1.0) -> Floats:
    """Return the degrees of freedom of the variance of independent answers, K²/n less the strata, at least 1.

    Satterthwaite's would be (Σw²)²/Σw⁴, which needs more than the sums of weights and of their squares, all that is
    kept of answers. K/n is one over Kish's design effect, and K²/n is close to it for weights of most shapes.

    Args:
        kish: Kish's number of answers, K, shape `(...)`.
        units: Answers with weight, n, shape `(...)`.
        strata: Strata with answers, shape `(...)`.

    Example:
        >>> answers_df([100.0, 50.0], 100.0).tolist()
        [99.0, 24.0]
    """
    k, n = np.asarray(kish, dtype=np.float64), np.asarray(units, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.maximum(k * k / n - np.asarray(strata, dtype=np.float64), 1.0))


def units_df(powers: ArrayLike, strata: ArrayLike = 1.0) -> tuple[Floats, Floats]:
    """Return Satterthwaite's degrees of freedom of the variance of clustered answers, and by how much it is too small.

    Those of Q = Σh²(e − ē)², ē = Σhe, for independent e of equal variance and units of shares h, and Σh² over the mean
    of Q: Bell & McCaffrey (2002) for a mean. Where C units weigh alike, C − 1 and C/(C − 1); where one has nearly all
    the weight, 1 and no bounds, because the mean is nearly its own.

    Args:
        powers: Σh², Σh³, Σh⁴ and Σh⁵ over the units, h being the share of the weight that a unit has: shape `(4, ...)`.
        strata: Strata with units, shape `(...)`; each but the first costs one.

    Example:
        >>> shares = np.array([0.25, 0.25, 0.25, 0.25])
        >>> df, factor = units_df([(shares**k).sum() for k in (2, 3, 4, 5)])
        >>> df.item(), round(factor.item(), 4)
        (3.0, 1.3333)
    """
    second, third, fourth, fifth = np.asarray(powers, dtype=np.float64)
    mean = second - 2 * third + second**2
    square = fourth - 4 * fifth + 4 * second * fourth + 2 * third**2 - 4 * second**2 * third + second**4
    some = (mean > _ALONE) & (square > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        df = np.where(some, mean**2 / square, 1.0) - (np.asarray(strata, dtype=np.float64) - 1)
        factor = second / np.maximum(mean, _ROUNDING)
    return np.asarray(np.where(np.isnan(second), np.nan, np.maximum(df, 1.0))), np.asarray(factor)


def customers_size(kish: ArrayLike, answers: ArrayLike) -> Floats:
    """Return the size in the model of customers of an intraclass correlation ρ, 1/(ρ/C + (1 − ρ)/K).

    Args:
        kish: Kish's number of customers, C, shape `(...)`.
        answers: Kish's number of answers, K, shape `(...)`.

    Example:
        >>> customers_size(10.0, 60.0).item()
        20.0
    """
    with np.errstate(divide="ignore"):
        return np.asarray(1 / (CUSTOMERS_ALIKE / np.asarray(kish) + (1 - CUSTOMERS_ALIKE) / np.asarray(answers)))


def counts_of_size(
    shares: ArrayLike, size: ArrayLike, ceiling: ArrayLike, df: ArrayLike, level: float = 0.95
) -> Floats:
    """Return the counts of a simple random sample of that size, for any interval: min(ceiling, size·(z/t)²) times p.

    Args:
        shares: Weighted shares of the categories, p, shape `(..., K)`.
        size: See `effective_size`, shape `(...)`.
        ceiling: The most that it may be, shape `(...)`.
        df: Degrees of freedom of t, shape `(...)`; infinite for none.
        level: Confidence level, between 0 and 1: t depends on it.

    Returns:
        Not whole, shape `(..., K)`; all 0, and so without an interval, where nothing is known.

    Raises:
        InvalidValueError: If `level` is not between 0 and 1.

    Example:
        >>> counts_of_size([0.25, 0.25, 0.5], 75.0, 100.0, np.inf).tolist()
        [18.75, 18.75, 37.5]
    """
    p, most, freedom = (np.asarray(a, dtype=np.float64) for a in (shares, ceiling, df))
    with np.errstate(invalid="ignore", divide="ignore"):
        # Student's quantile with infinitely many degrees of freedom is the normal one
        ratio = (t_quantile(np.inf, level) / t_quantile(np.where(freedom > 0, freedom, np.nan), level)) ** 2
        found = np.clip(np.asarray(size) * ratio, _LEAST, np.minimum(most, _MOST))[..., np.newaxis] * p
    return np.where(np.isnan(found), 0.0, found)


def heaviest_answer(counts: ArrayLike, weights: ArrayLike, squares: ArrayLike) -> Floats:
    """Return the largest share of the weight that a single answer can have, by the sums of its category.

    Of c numbers of mean m and standard deviation s none is above m + s√(c − 1) (Samuelson, "How deviant can you be?",
    Journal of the American Statistical Association 63 (1968) 1522-1525); it is that of one heavy among equal ones.

    Args:
        counts: Answers per category, shape `(..., K)`.
        weights: Sum of weights, shape `(..., K)`.
        squares: Sum of squared weights, shape `(..., K)`.

    Returns:
        Shape `(...)`; NaN where all weights are 0.

    Example:
        >>> heaviest_answer([3, 1], [12.0, 1.0], [102.0, 1.0]).round(4).item()  # weights 1, 1, 10 and 1
        0.7692
    """
    c, w, w2 = (np.asarray(a, dtype=np.float64) for a in (counts, weights, squares))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = w / c
        top = mean + np.sqrt(np.maximum((w2 / c - mean * mean) * (c - 1), 0.0))
        return np.asarray(np.where(c > 0, top, 0.0).max(axis=-1) / w.sum(axis=-1))


@attrs.frozen
class Support:
    """What groups rest on; each of shape `(...)`, with what intervals make of it.

    Args:
        n: Answers.
        n_effective: Their effective size.
        heaviest: The largest share of the weight that an answer or unit has.
        units: Sampling units with weight; the answers where these are independent.
        kish: Kish's number of them.
    """

    n: Floats
    n_effective: Floats
    heaviest: Floats
    units: Floats
    kish: Floats

    @property
    def is_worth_little(self) -> Bools:
        """Where the effective size is small."""
        return np.asarray(self.n_effective < _FEW * (1 - 1e-9))

    @property
    def is_uneven(self) -> Bools:
        """Where a few heavy units among many light ones decide the score, and how sure it seems."""
        few = (self.kish < _EQUALS) & (self.kish * _UNEVEN < self.units)
        return np.asarray(few & (self.kish**2 < (_LEAST_DF + 1) * self.units))

    def is_weak(self, weighted: bool = True) -> Bools:
        """Return where intervals may cover less than they say; that of a few answers anyway is seen by their number.

        Args:
            weighted: Whether answers have weights.

        Example:
            >>> n, worth, share = np.array([[300.0, 300.0], [26.0, 230.0], [0.12, 0.01]])
            >>> Support(n, worth, share, units=n, kish=worth).is_weak().tolist()
            [True, False]
        """
        enough = self.n >= (_FEW if weighted else _UNWEIGHTED)
        return np.asarray(enough & (self.is_worth_little | (self.heaviest > _HEAVY) | self.is_uneven))

    def warn(self, weighted: bool = True) -> None:
        """Warn of the groups that are weak, once; see `is_weak`."""
        weak = np.flatnonzero(self.is_weak(weighted))
        if not weak.size:
            return
        i, size = weak[0], np.size(self.n)
        n, worth, share, units, kish = (np.ravel(part)[i] for part in attrs.astuple(self))
        if np.ravel(self.is_worth_little)[i]:
            found = f"{n:g} answers are worth {worth:.1f} of equal weight"
        elif share > _HEAVY:
            found = f"of {n:g} answers one, or those of one unit, may have {share:.0%} of the weight"
        else:
            what = "customers or other units" if units < n else "answers"
            found = f"{units:g} {what} are worth {kish:.0f} that weigh alike: a few heavy ones decide the score"
        where = f"{weak.size} of {size} groups rest on few answers: in the first, " if size > 1 else ""
        advice = "trim the weights" if weighted else "let each customer count once"
        warn(
            f"{where}{found}; intervals may then cover less than they say: {advice}, or merge groups", PrecisionWarning
        )

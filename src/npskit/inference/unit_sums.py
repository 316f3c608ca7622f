"""From sums over sampling units to an estimate with its effective size, however the sums were come by."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np

from npskit.arrays import Floats
from npskit.checks import one_of
from npskit.inference.constrained import mean_variance
from npskit.inference.effective import CUSTOMERS_DF, MODEL_DF, answers_df, customers_size, effective_size, units_df
from npskit.inference.estimate import Estimate
from npskit.inference.linearize import StrataLayout
from npskit.options import ANSWERS_OF, AnswersOf

Customers: TypeAlias = AnswersOf | None
"""Where sampling units are customers: whether `"all"` answers of each count, or their `"mean"`; None for other designs.

A design draws units of similar size. Customers decide themselves how often to answer, and one of them may outweigh all
others, so the precision of their spread rests not on their number but on Kish's, (ΣW)²/ΣW² with W the weight of each.
"""

# Of the squared size of the category scores: a variance below it is rounding, of units that do not differ.
_ROUNDING = 1e-28


class UnitSums(NamedTuple):
    """Sums over the sampling units of a group, h being the share of its weight that a unit has.

    Args:
        variance: Variance of the mean, shape `(G,)`.
        counted: Units with weight, by stratum, shape `(G, H)`; likewise
        shares: Σh.
        squared: Σh².
        answers: Σ of the squared shares of single answers.
        powers: Σh², Σh³, Σh⁴ and Σh⁵, shape `(4, G)`.
        heaviest: The largest h, shape `(G,)`.
    """

    variance: Floats
    counted: Floats
    shares: Floats
    squared: Floats
    answers: Floats
    powers: Floats
    heaviest: Floats


def estimate_from_sums(
    layout: StrataLayout, sums: UnitSums, amounts: Floats, category_scores: Floats, n: Floats, customers: Customers
) -> Estimate:
    """Return the estimate of each group from sums over its sampling units; arguments as of `estimate_from_units`."""
    if customers is not None:
        one_of(customers, ANSWERS_OF, "customers")
    counted, units, squares = sums.counted, sums.squared, sums.answers
    present, strata = counted.sum(axis=1), (counted > 0).sum(axis=1)
    census = ((layout.unsampled == 0) | (counted == 0)).all(axis=1) & (present > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        number = np.where(counted > 0, sums.shares**2 / units, 0.0) if customers else counted
        # in a finite population only what was not sampled leaves anything to chance
        kish, ceiling = 1 / (units @ layout.unsampled), 1 / (squares @ layout.unsampled)
        ceiling = np.minimum(ceiling, np.where(layout.unsampled.min(initial=1.0) < 1, np.inf, n))
        by_answers = answers_df(1 / units.sum(axis=1), present, strata)
    by_units, small = units_df(sums.powers, strata)
    prior, model = (CUSTOMERS_DF, customers_size(kish, ceiling)) if customers == "all" else (0.0, kish)
    alone = np.isclose(units.sum(axis=1), squares.sum(axis=1), rtol=1e-9, atol=0.0)
    plain = 1 - len(layout.sampled) / max(layout.sampled.sum(), 1.0)
    return as_estimate(
        amounts,
        category_scores,
        n,
        np.where((present < 2) & ~census, np.nan, sums.variance),
        number.sum(axis=1) - strata,
        Precision(
            kish,
            np.where(alone, by_answers, by_units),
            np.where(alone, MODEL_DF, prior),
            np.where(alone, kish, model),
            np.where(alone, plain, np.maximum(plain * small, 1.0) if customers else 1.0),
            np.minimum(ceiling, np.where(census, np.inf, present)) if customers == "mean" else ceiling,
            sums.heaviest,
            present,
        ),
    )


class Precision(NamedTuple):
    """What the effective size follows from beside the variance; each of shape `(G,)`.

    Args:
        kish: Kish's number of sampling units.
        df: Degrees of freedom of the variance by the weights of the units.
        prior: Degrees of freedom of the model that weights and answers are unrelated.
        model: The size in that model.
        factor: What the variance is multiplied by: of independent answers, what makes it v/n where all weigh alike; of
            customers, whose mean may be nearly that of one of them, what they make it too small by.
        ceiling: The largest simple random sample that it may count as.
        heaviest: The largest share of the weight that one unit has.
        units: Sampling units with weight.
    """

    kish: Floats
    df: Floats
    prior: Floats
    model: Floats
    factor: Floats
    ceiling: Floats
    heaviest: Floats
    units: Floats


def as_estimate(
    amounts: Floats, category_scores: Floats, n: Floats, variance: Floats, df: Floats, precision: Precision
) -> Estimate:
    """Return the estimate with its effective size; see `npskit.inference.effective`.

    Where SE = 0 or all answers are worth the same, that is Kish's number of sampling units: answers of one unit are not
    independent. A census leaves nothing to chance: its size is infinite.

    Args:
        amounts: Sum of weights per category, shape `(G, K)`.
        category_scores: Shape `(K,)`.
        n: Answers, shape `(G,)`.
        variance: Variance of the mean, shape `(G,)`.
        df: Degrees of freedom of the design, shape `(G,)`; without any, nothing is known.
        precision: What the effective size follows from.

    Example:
        >>> precision = Precision(*np.array([[4.0], [3.0], [0.0], [4.0], [1.0], [4.0], [0.25], [4.0]]))
        >>> sums = np.array([[1.0, 3.0]]), np.array([0.0, 1.0]), *np.array([[4.0], [0.1], [3.0]])
        >>> as_estimate(*sums, precision).n_effective.round(3).tolist()
        [1.875]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = amounts @ category_scores / amounts.sum(axis=-1)
        answer = mean_variance(amounts / amounts.sum(axis=-1, keepdims=True), category_scores)
        rounding = _ROUNDING * np.abs(category_scores).max(initial=0.0) ** 2
        variance = np.where(variance <= rounding, 0.0, variance)
    kish, own, prior, model, factor, ceiling, heaviest, units = precision
    size, freedom = effective_size(
        np.where(answer <= rounding, 0.0, answer), variance * factor, kish, np.where(df > 0, own, np.nan), prior, model
    )
    df = np.where(df > 0, df, np.nan)
    parts = (n, mean, variance, df, size, freedom, ceiling, heaviest, units, kish)
    return Estimate(amounts, category_scores, *parts, simple=False)

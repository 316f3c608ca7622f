"""From sums over the rows of a survey to what drives its score."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from npskit.arrays import Floats
from npskit.drivers.driver import Driver
from npskit.drivers.driver_sums import DriverSums
from npskit.drivers.drivers import ASSUMES, Drivers
from npskit.drivers.regression import out_of_sample, regression_of
from npskit.drivers.resampling import Drawing, Resampled, resampled_of
from npskit.drivers.share_model import ShareModel
from npskit.drivers.shares import shares_of
from npskit.errors import InvalidValueError, quoted
from npskit.results import Interval


def drivers_of(sums: DriverSums, how: Drawing) -> Drivers:
    """Return the drivers of an outcome.

    Args:
        sums: Sums over the rows.
        how: How sure it is to be said.

    Raises:
        InvalidValueError: If nothing varies, or pairs of columns do not go together.
    """
    groups, shards = sums.groups, sums.shards.select(sums.explained)
    whole = sums.shards.total()
    every, means = whole.centred(), whole.means()
    covariances = every[np.ix_(sums.explained, sums.explained)]
    _check(covariances, sums)
    found = shares_of(covariances, groups, rng=how.rng)
    regression = regression_of(covariances, groups)
    resampled = resampled_of(sums.shards, groups, sums.method, how)
    p_values = _p_values(regression.coefficients, resampled, groups, units=sums.units)
    low, high = resampled.limits(found.lmg, resampled.lmg)
    mean_low, mean_high = resampled.limits_of_means(means[: len(resampled.means)], resampled.means)
    r2_low, r2_high = resampled.limits(found.r2[np.newaxis], resampled.r2[np.newaxis])
    best, worst = resampled.ranks()
    order = np.argsort(-found.lmg, kind="stable")
    rank, listed = np.argsort(order) + 1, []
    for g, each in enumerate(sums.drivers):
        alone = each.places[0] if each.alone else None
        listed.append(
            Driver(
                each.name,
                float(found.lmg[g]),
                Interval(low[g], high[g], level=how.level, method=sums.method),
                int(rank[g]),
                min(int(best[g]), int(rank[g])),
                max(int(worst[g]), int(rank[g])),
                float(found.pmvd[g]),
                float("nan") if alone is None else float(regression.coefficients[alone]),
                float("nan") if alone is None else float(regression.standardized[alone]),
                float(p_values[g]),
                float(found.first[g]),
                float(found.last[g]),
                float(regression.inflation[g]),
                float("nan") if alone is None else float(means[alone]),
                float("nan") if each.spread is None else each.spread.low,
                float("nan") if each.spread is None else each.spread.high,
                each.missing,
                None
                if alone is None
                else Interval(mean_low[alone], mean_high[alone], level=how.level, method=sums.method),
            )
        )
    return Drivers(
        sums.said,
        tuple(listed[g] for g in order),
        float(found.r2),
        Interval(r2_low[0], r2_high[0], level=how.level, method=sums.method),
        float("nan") if sums.pairwise else out_of_sample(shards),
        found.dominates[np.ix_(order, order)] if len(found.dominates) else found.dominates,
        sums.units,
        "pairwise" if sums.pairwise else "listwise",
        sums.method,
        float(found.error.max()),
        (*ASSUMES, *sums.notes),
        ShareModel.of(sums, every, means, resampled) if sums.categories else None,
        backend=sums.backend,
        row_counts=sums.row_counts,
    )


def _check(covariances: Floats, sums: DriverSums) -> None:
    """Refuse what cannot be explained, or what pairs of columns do not say together."""
    names = [name for each in sums.drivers for name in each.columns]
    apart = np.argwhere(~np.isfinite(covariances[:-1, :-1]))
    if len(apart):
        first, second = (quoted(names[i]) for i in sorted(apart[0]))
        raise InvalidValueError(f"missing='pairwise': no row has both {first} and {second}: leave one of them out")
    variances = np.diag(covariances)
    if not variances[-1] > 0:
        raise InvalidValueError("outcome: all rows that count have the same, so that nothing explains it")
    same = [name for name, variance in zip(names, variances, strict=False) if not variance > 0]
    if same:
        raise InvalidValueError(
            f"drivers: column {quoted(same[0])} is the same in all rows that count and explains nothing: leave it out"
        )
    if sums.pairwise:
        scale = np.sqrt(variances)
        if np.linalg.eigvalsh(covariances / np.outer(scale, scale))[0] < -1e-9:
            raise InvalidValueError(
                "missing='pairwise': the covariances contradict each other, since they are of different rows: say "
                "missing='listwise', or leave out the drivers with the most gaps"
            )


def _p_values(coefficients: Floats, resampled: Resampled, groups: Sequence[Sequence[int]], *, units: int) -> Floats:
    """Return the p-value of each group's coefficients by Wald's test, with the covariance of samples drawn again."""
    from scipy.special import fdtrc

    covariance = resampled.covariance(resampled.coefficients)
    df = max(units - len(coefficients) - 1, 1)
    if resampled.method == "jackknife":
        df = min(df, resampled.df)
    found = np.empty(len(groups))
    for g, group in enumerate(groups):
        own = coefficients[list(group)]
        inverse = np.linalg.pinv(covariance[np.ix_(group, group)], rcond=1e-12, hermitian=True)
        found[g] = fdtrc(len(group), df, own @ inverse @ own / len(group))
    return found

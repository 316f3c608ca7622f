"""From the rows of a survey to what drives its score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from npskit.arrays import Floats
from npskit.drivers.driver import Driver
from npskit.drivers.driver_rows import DriverRows
from npskit.drivers.drivers import Drivers
from npskit.drivers.moment_sums import Moments
from npskit.drivers.rated_columns import RatedColumn
from npskit.drivers.rating_scale import ends_of
from npskit.drivers.regression import out_of_sample, regression_of
from npskit.drivers.resampling import BOOTSTRAP_UP_TO, Drawing, Resampled, resampled_of, shards_of
from npskit.drivers.shares import shares_of
from npskit.errors import InvalidValueError, counted, quoted
from npskit.options import Resampling
from npskit.results import Interval


def drivers_of(rows: DriverRows, *, pairwise: bool, how: Drawing) -> Drivers:
    """Return the drivers of an outcome.

    Args:
        rows: The outcome, and what may drive it.
        pairwise: Whether each covariance is of the rows that have both columns, instead of those that have all.
        how: How sure it is to be said.

    Raises:
        InvalidValueError: If there are too few rows, or nothing varies.
    """
    columns = rows.columns
    lines = [line for each in columns.values() for column in each for line in column.values]
    groups, start = [], 0
    for each in columns.values():
        size = sum(len(column.values) for column in each)
        groups.append(list(range(start, start + size)))
        start += size
    known = np.isfinite(np.stack(lines))
    used = np.isfinite(rows.outcome) & (known.any(axis=0) if pairwise else known.all(axis=0))
    n, needed = int(used.sum()), len(lines) + 2
    if n <= needed:
        raise InvalidValueError(
            f"drivers: {counted(n, 'row')} with the outcome and every driver, for {counted(len(lines), 'column')}: "
            "name fewer drivers" + ("" if pairwise else ", or say missing='pairwise'")
        )
    table = {f"{i}": line[used] for i, line in enumerate(lines)} | {"outcome": rows.outcome[used]}
    weights, units = rows.weights(used), rows.units(used)
    method: Resampling = "bootstrap" if len(groups) <= BOOTSTRAP_UP_TO else "jackknife"
    shards = Moments.of(table, weights, shards_of(units, method, how.rng))
    whole = Moments.of(table, weights)
    covariances = whole.centred()
    _check(covariances, columns, pairwise)
    found = shares_of(covariances, groups, rng=how.rng)
    regression = regression_of(covariances, groups)
    resampled = resampled_of(shards, groups, method, how)
    p_values = _p_values(regression.coefficients, resampled, groups, units=int(units.max()) + 1)
    low, high = resampled.limits(found.lmg, resampled.lmg)
    r2_low, r2_high = resampled.limits(found.r2[np.newaxis], resampled.r2[np.newaxis])
    best, worst = resampled.ranks()
    order = np.argsort(-found.lmg, kind="stable")
    means, rank = whole.means(), np.argsort(order) + 1
    listed, nowhere = [], (float("nan"), float("nan"))
    for g, (name, each) in enumerate(columns.items()):
        alone = groups[g][0] if len(groups[g]) == 1 and not each[0].kinds else None
        listed.append(
            Driver(
                name,
                float(found.lmg[g]),
                Interval(low[g], high[g], level=how.level, method=method),
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
                *(nowhere if alone is None else ends_of(lines[alone][used])),
                int((~known[groups[g]].all(axis=0)).sum()),
            )
        )
    return Drivers(
        rows.said,
        tuple(listed[g] for g in order),
        float(found.r2),
        Interval(r2_low[0], r2_high[0], level=how.level, method=method),
        float("nan") if pairwise else out_of_sample(shards),
        found.dominates[np.ix_(order, order)] if len(found.dominates) else found.dominates,
        int(units.max()) + 1,
        "pairwise" if pairwise else "listwise",
        method,
        float(found.error.max()),
        backend=rows.backend,
        row_counts=rows.counts(used),
    )


def _check(covariances: Floats, columns: Mapping[str, Sequence[RatedColumn]], pairwise: bool) -> None:
    """Refuse what cannot be explained, or what pairs of columns do not say together."""
    names = [column.name for each in columns.values() for column in each for _ in column.values]
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
    if pairwise:
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

"""Penalty-reward contrast: the outcome regressed on low and high ratings, and what class that makes of each driver."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np

from npskit.arrays import Bools, Floats
from npskit.drivers.driver_rows import DriverRows
from npskit.drivers.moment_sums import Moments
from npskit.drivers.rating_scale import Cuts, cuts_of, of_each
from npskit.drivers.regression import regression_of
from npskit.drivers.resampling import Drawing, multiples_of, shards_of
from npskit.drivers.three_factors import Factor, ThreeFactors
from npskit.errors import InvalidValueError, counted
from npskit.options import FactorKind
from npskit.results import Interval

# With fewer low or high ratings than that samples drawn again do not tell how sure their effect is.
_FEW = 10
# What is negligible, in standard deviations of the outcome.
_NEGLIGIBLE = 0.25


@attrs.frozen
class Classing:
    """Where ratings are low and high, and what classes are, as asked for."""

    low: float | Mapping[str, float] | None
    high: float | Mapping[str, float] | None
    ratio: float
    negligible: float | None


def three_factors_of(rows: DriverRows, classing: Classing, how: Drawing) -> ThreeFactors:
    """Return the class of each driver.

    Args:
        rows: The outcome, and what may drive it.
        classing: Where ratings are low and high, and what classes are.
        how: How sure it is to be said.

    Raises:
        InvalidValueError: If there are too few rows, or nothing varies.
    """
    rows.refuse_low_is_good()
    ratings = rows.ratings()
    names = list(ratings)
    used = np.isfinite(rows.outcome) & np.isfinite(np.stack([*ratings.values()])).all(axis=0)
    n, needed = int(used.sum()), 2 * len(names) + 2
    if n <= needed:
        raise InvalidValueError(
            f"drivers: {counted(n, 'row')} with the outcome and every driver, for low and high ratings of "
            f"{counted(len(names), 'driver')}: name fewer drivers"
        )
    low, high = of_each(classing.low, names, "low"), of_each(classing.high, names, "high")
    table: dict[str, Floats] = {}
    cuts: list[Cuts] = []
    for name, values in ratings.items():
        values = values[used]
        cuts.append(cuts_of(values, name, low[name], high[name]))
        table[f"{name}, low"] = (values <= cuts[-1].low).astype(np.float64)
        table[f"{name}, high"] = (values >= cuts[-1].high).astype(np.float64)
    outcome = rows.outcome[used]
    if not outcome.min() < outcome.max():
        raise InvalidValueError("outcome: all rows that count have the same, so that nothing explains it")
    dummies = np.stack([*table.values()])
    # numbered, since names of drivers are the user's own
    columns = {f"{i}": line for i, line in enumerate(dummies)} | {"outcome": outcome}
    weights, units = rows.weights(used), rows.units(used)
    whole = Moments.of(columns, weights)
    covariances, means = whole.centred(), whole.means()
    counts = dummies.sum(axis=1)
    coefficients = _coefficients(covariances, counts > 0)
    shards = Moments.of(columns, weights, shards_of(units, "bootstrap", how.rng))
    count = shards.products.shape[2]
    drawn = _coefficients(shards.resampled(multiples_of(count, "bootstrap", how)).centred(), counts > 0)
    negligible = classing.negligible
    if negligible is None:
        negligible = _NEGLIGIBLE * float(np.sqrt(covariances[-1, -1]))
    factors = []
    for i, (name, values) in enumerate(ratings.items()):
        ends = slice(2 * i, 2 * i + 2)
        few = min(np.unique(units[dummies[k] > 0]).size for k in (2 * i, 2 * i + 1)) < _FEW
        found = _figures(coefficients[ends])
        limits = _limits(_figures(drawn[ends]), how.level)
        kind: FactorKind = "not clear" if few else _kind(limits, classing.ratio, negligible)
        weight = np.ones(n) if weights is None else weights
        factors.append(
            Factor(
                name,
                kind,
                cuts[i].low,
                cuts[i].high,
                int(counts[2 * i]),
                int(counts[2 * i + 1]),
                found["penalty"].item(),
                limits["penalty"],
                found["reward"].item(),
                limits["reward"],
                found["riocs"].item(),
                limits["riocs"],
                found["sgp"].item(),
                -found["penalty"].item() / found["riocs"].item() if found["riocs"] else float("nan"),
                found["ia"].item(),
                limits["ia"],
                found["asymmetry"].item(),
                limits["asymmetry"],
                float(np.average(values[used], weights=weight)),
            )
        )
    explained = np.nan_to_num(coefficients)
    return ThreeFactors(
        rows.said,
        tuple(factors),
        float(means[-1] - explained @ means[:-1]),
        float(explained @ covariances[:-1, -1] / covariances[-1, -1]),
        classing.ratio,
        negligible,
        int(units.max()) + 1,
        backend=rows.backend,
        row_counts=rows.counts(used),
    )


def _coefficients(covariances: Floats, there: Bools) -> Floats:
    """Return the coefficients of the columns, NaN of those without a 1; shape `(2 * drivers, ...)`."""
    found = regression_of(covariances, ()).coefficients
    return np.where(there.reshape(-1, *(1 for _ in found.shape[1:])), found, np.nan)


def _figures(ends: Floats) -> dict[str, Floats]:
    """Return what follows from the coefficients of low and of high ratings, by name; shape `(...)` each."""
    penalty, reward = ends
    riocs = reward - penalty
    with np.errstate(divide="ignore", invalid="ignore"):
        sgp, ia = reward / riocs, (reward + penalty) / riocs
    nothing = riocs == 0
    sgp, ia = (np.where(nothing, np.nan, each) for each in (sgp, ia))
    return {"penalty": penalty, "reward": reward, "riocs": riocs, "sgp": sgp, "ia": ia, "asymmetry": reward + penalty}


def _limits(drawn: dict[str, Floats], level: float) -> dict[str, Interval]:
    """Return the percentile intervals of figures, of samples drawn again; NaN where there is no figure."""
    tail = (1 - level) / 2
    found = {}
    for name, values in drawn.items():
        known = values[np.isfinite(values)]
        low, high = np.quantile(known, [tail, 1 - tail]) if known.size else (np.nan, np.nan)
        found[name] = Interval(low, high, level=level, method="bootstrap")
    return found


def _kind(limits: dict[str, Interval], ratio: float, negligible: float) -> FactorKind:
    """Return the class that the intervals lie in wholly, if there is one.

    Where the range of impact may be 0 its asymmetry has no meaning as a share of it: then only which end counts more is
    asked, and `"performance"` is never said. What is better at both ends, or worse, by more than is
    negligible, is none of these classes.
    """
    penalty, reward, ia, asymmetry = (limits[name] for name in ("penalty", "reward", "ia", "asymmetry"))
    if max(map(abs, (*penalty, *reward))) < negligible:
        return "indifferent"
    bound = (ratio - 1) / (ratio + 1)
    loses, wins = penalty.high < 0, reward.low > 0
    sure = limits["riocs"].low > 0
    if wins and penalty.low <= negligible and (ia.low > bound if sure else asymmetry.low > 0):
        return "excitement"
    if loses and reward.high >= -negligible and (ia.high < -bound if sure else asymmetry.high < 0):
        return "basic"
    if sure and wins and loses and -bound < ia.low and ia.high < bound:
        return "performance"
    return "not clear"

"""How sure shares of R² are: samples drawn again from shards of customers, or shards left out in turn."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Codes, Floats, Frozen
from npskit.drivers.moment_sums import Moments
from npskit.drivers.regression import slopes_of
from npskit.drivers.shares import lmg_of_samples
from npskit.options import Resampling

BOOTSTRAP_UP_TO = 14
"""With more groups of drivers than that, shards are left out in turn, which takes fewer samples."""

_MOST_SHARDS = 1_000
_LEFT_OUT = 50


def shards_of(units: Codes, method: Resampling, rng: np.random.Generator) -> Codes:
    """Return the shard of each row: all rows of a unit in one, each unit its own while there are not too many.

    Shards of units at random are as independent as units are, and as many as are enough to know a standard error by.
    """
    count = int(units.max(initial=-1)) + 1
    most = _LEFT_OUT if method == "jackknife" else _MOST_SHARDS
    if count <= most:
        return units
    return np.asarray(rng.permutation(count)[units] % most)


@attrs.frozen
class Drawing:
    """How sure figures are to be, and how that is drawn.

    Args:
        level: Confidence level.
        draws: How many samples are drawn.
        rng: Draws them.
    """

    level: float
    draws: int
    rng: np.random.Generator


@attrs.frozen(eq=False)
class Resampled(Frozen):
    """What figures came to in samples drawn again, or with a shard left out.

    Args:
        method: How.
        r2: R², shape `(B,)`.
        lmg: Shares, shape `(G, B)`.
        coefficients: Shape `(p, B)`.
        means: Means of the columns of the drivers, shape `(p, B)`.
        shares: Means of the columns between the drivers and the outcome, shape `(K, B)`.
        slopes: Their coefficients, shape `(p, K, B)`.
        level: Of the intervals.
        df: Degrees of freedom of standard errors.
    """

    method: Resampling
    r2: Floats
    lmg: Floats
    coefficients: Floats
    means: Floats
    shares: Floats
    slopes: Floats
    level: float
    df: int

    def limits(self, estimate: Floats, values: Floats) -> tuple[Floats, Floats]:
        """Return limits of a share, which are within 0..1."""
        low, high = self.limits_of_means(estimate, values)
        return np.maximum(low, 0.0), np.minimum(high, 1.0)

    def limits_of_means(self, estimate: Floats, values: Floats) -> tuple[Floats, Floats]:
        """Return limits of what may be any number: percentiles of drawn samples, or by the jackknife's error."""
        tail = (1 - self.level) / 2
        if self.method == "bootstrap":
            low, high = np.quantile(values, [tail, 1 - tail], axis=-1)
            return low, high
        from npskit.inference import t_quantile

        margin = float(t_quantile(self.df, self.level)) * np.sqrt(np.diag(np.atleast_2d(self.covariance(values))))
        return estimate - margin, estimate + margin

    def covariance(self, values: Floats) -> Floats:
        """Return the covariance of estimates, of which `values` has a line each."""
        return covariance_of(values, self.method)

    def ranks(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the best and the worst rank that a share may have; 1 is the largest."""
        from npskit.inference import rank_limits

        values = self.lmg
        if self.method == "jackknife":  # as many samples of normal estimates with its covariance
            rng = np.random.default_rng(0)
            centre, covariance = values.mean(axis=1), self.covariance(values)
            values = rng.multivariate_normal(centre, covariance, size=1_000, method="eigh").T
        return rank_limits(values, self.level)


def multiples_of(count: int, method: Resampling, how: Drawing) -> Floats:
    """Return how often each of so many shards stands in each sample, shape `(B, count)`."""
    if method == "bootstrap":
        return how.rng.multinomial(count, np.full(count, 1 / count), size=how.draws).astype(np.float64)
    return 1.0 - np.eye(count)


def covariance_of(values: Floats, method: Resampling) -> Floats:
    """Return the covariance of estimates, of which `values` has a line each, from samples that were made so."""
    count = values.shape[1]
    away = values - values.mean(axis=1, keepdims=True)
    factor = (count - 1) / count if method == "jackknife" else 1 / (count - 1)
    return np.asarray(away @ away.T * factor)


def resampled_of(shards: Moments, groups: Sequence[Sequence[int]], method: Resampling, how: Drawing) -> Resampled:
    """Return what figures come to in other samples.

    Args:
        shards: Moments with an axis of shards: the drivers, other outcomes, and the outcome, last.
        groups: The positions of the drivers that belong together.
        method: `"bootstrap"` draws as many shards as there are, again; `"jackknife"` leaves each out in turn.
        how: How it is drawn.
    """
    count = shards.products.shape[2]
    samples = shards.resampled(multiples_of(count, method, how))
    products = samples.centred()
    usable = np.isfinite(products).all(axis=(0, 1))
    products = products[:, :, usable]
    p = sum(map(len, groups))
    explained = [*range(p), len(products) - 1]
    r2, shares = lmg_of_samples(products[np.ix_(explained, explained)], groups, rng=how.rng)
    slopes, _ = slopes_of(products, p)
    means, df = samples.means()[:, usable], max(count - p - 1, 1)
    return Resampled(method, r2, shares, slopes[:, -1], means[:p], means[p:-1], slopes[:, :-1], how.level, df)

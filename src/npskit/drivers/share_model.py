"""How the shares of categories go with drivers, and what they would be were a driver rated otherwise."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np

from npskit.arrays import Floats, Frozen
from npskit.drivers.driver_sums import DriverSums
from npskit.drivers.rating_scale import RatingSpread
from npskit.drivers.regression import slopes_of
from npskit.drivers.resampling import Resampled
from npskit.drivers.share_steps import Reading, ShareSteps
from npskit.errors import InvalidValueError, did_you_mean, quoted
from npskit.inference import t_quantile
from npskit.results import Interval, RowCounts, number
from npskit.scores import SupposedShare, WhatIf

_CAUSAL = (
    "Only were the association causal: were the driver itself what makes the difference, and all else stayed. Part of "
    "it mostly is not: whoever is content rates everything higher. Try the change, and see what effect() finds."
)


@attrs.frozen(eq=False)
class ShareModel(Frozen):
    """Regressions of the share of each category on all drivers.

    Args:
        score: What the score is called.
        categories: Its categories and what each is worth.
        shares: Their shares among the rows that count, shape `(K,)`.
        slopes: By how much each differs where a driver is one higher, shape `(K, p)`.
        covariance: Of shares and slopes, one driver after the other, shape `(K (1 + p), K (1 + p))`.
        df: Degrees of freedom of it.
        units: Customers, or other units that answers hang together by.
        places: The position of each driver, and how its ratings are spread; of drivers of one column only.
        steps: The same with each rating as a step of its own; None where that is not known.
    """

    score: str
    categories: Mapping[str, float]
    shares: Floats
    slopes: Floats
    covariance: Floats
    df: int
    units: int
    places: Mapping[str, tuple[int, RatingSpread]]
    steps: ShareSteps | None

    @classmethod
    def of(cls, sums: DriverSums, covariances: Floats, means: Floats, resampled: Resampled) -> ShareModel:
        """Return the model of sums, from the covariances and means of all their columns."""
        p, size = len(sums.explained) - 1, len(sums.categories)
        drawn = np.concatenate([resampled.shares, *resampled.slopes])
        places = {each.name: (each.places[0], each.spread) for each in sums.drivers if each.spread is not None}
        return cls(
            sums.score,
            sums.categories,
            means[p : p + size],
            slopes_of(covariances, p)[0][:, :size].T,
            resampled.covariance(drawn),
            resampled.df if resampled.method == "jackknife" else max(sums.units - p - 1, 1),
            sums.units,
            places,
            sums.steps,
        )

    def what_if(self, driver: str, by: float, level: float, backend: str | None, row_counts: RowCounts) -> WhatIf:
        """Return what the shares would be were a driver rated higher by so much; see `Drivers.what_if`."""
        if driver not in self.places:
            raise InvalidValueError(
                f"driver={quoted(driver)} is none of one column with an order: {did_you_mean(driver, self.places)}"
            )
        place, spread = self.places[driver]
        moved, variance, said = _moved(spread, driver, by)
        size, worth = len(self.shares), np.array([*self.categories.values()])
        straight = self._straight(place, moved, variance)
        stepped = None if self.steps is None else self.steps.reading(driver, by)
        readings = [straight] if stepped is None else [straight, stepped]
        quantiles = [float(t_quantile(each.df, level)) for each in readings]
        changes = [_kept_within(self.shares, each.differences) for each in readings]
        then, notes = self.shares + changes[0], [_CAUSAL]
        if (self.shares + straight.differences < 0).any():
            notes.append("A share would have fallen below 0: it ends there, and the others make up for it.")
        if stepped is not None:
            notes.append(
                "The change is that of a straight line; of each rating as a step of its own it is "
                f"{changes[1] @ worth:+.1f}. Intervals reach over those of both."
            )
        elif len(spread.shares):
            notes.append(
                "The change is that of a straight line alone, which no share follows: of many answers its interval is "
                "too narrow."
            )

        def limits(before: Floats, after: Floats, ends: tuple[float, float]) -> Interval:
            """Return the interval of a sum of shares and differences, within what can be: over all readings."""
            row = np.append(before, after)
            values = [float(before @ self.shares + after @ change) for change in changes]
            margins = [each.margin(row, quantile) for each, quantile in zip(readings, quantiles, strict=True)]
            low = min(value - margin for value, margin in zip(values, margins, strict=True))
            high = max(value + margin for value, margin in zip(values, margins, strict=True))
            return Interval(max(low, ends[0]), min(high, ends[1]), level=level, method="linear probability")

        nothing, one = np.zeros(size), np.eye(size)
        listed = tuple(
            SupposedShare(
                name,
                float(self.shares[k]),
                float(then[k]),
                float(changes[0][k]),
                limits(nothing, one[k], (-float(self.shares[k]), 1.0 - float(self.shares[k]))),
            )
            for k, name in enumerate(self.categories)
        )
        before, value = float(self.shares @ worth), float(then @ worth)
        ends = float(worth.min()), float(worth.max())
        return WhatIf(
            self.score,
            said,
            before,
            value,
            limits(worth, worth, ends),
            value - before,
            limits(nothing, worth, (ends[0] - before, ends[1] - before)),
            listed,
            tuple(notes),
            backend=backend,
            row_counts=row_counts,
        )

    def _straight(self, place: int, moved: float, variance: float) -> Reading:
        """Return by how much shares differ on straight lines, where ratings move by so much on average."""
        size, slopes = len(self.shares), self.slopes[:, place]
        here = [*range(size), *range(size * (1 + place), size * (2 + place))]
        factor = np.append(np.ones(size), np.full(size, moved))
        covariance = self.covariance[np.ix_(here, here)] * np.outer(factor, factor)
        covariance[size:, size:] += np.outer(slopes, slopes) * variance / self.units
        return Reading(slopes * moved, covariance, self.df)


def _kept_within(shares: Floats, differences: Floats) -> Floats:
    """Return the differences where a share ends at 0 and the others make up for it."""
    then = shares + differences
    if not (then < 0).any():
        return differences
    return np.asarray(np.maximum(then, 0.0) / np.maximum(then, 0.0).sum() - shares)


def _moved(spread: RatingSpread, driver: str, by: float) -> tuple[float, float, str]:
    """Return by how much ratings move, since they end where their scale does: mean, variance, and that in words."""
    which = f"{abs(by):g} {'higher' if by >= 0 else 'lower'}"
    if not len(spread.shares):
        return by, 0.0, f"{driver} were {which}"
    moves = np.clip(spread.values + by, spread.low, spread.high) - spread.values
    moved = float(spread.shares @ moves)
    if abs(moved - by) < 1e-12:
        return moved, 0.0, f"{driver} were rated {which}"
    end = f"at most {spread.high:g}" if by > 0 else f"at least {spread.low:g}"
    words = f"{driver} were rated {which}, {end} ({number(abs(moved), 2)} on average)"
    return moved, float(spread.shares @ (moves - moved) ** 2), words

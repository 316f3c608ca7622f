"""Drivers of segments and periods, over the same samples of customers, so that they can be compared."""

from __future__ import annotations

import attrs
import numpy as np

from npskit.arrays import Bools, Floats, Frozen
from npskit.drivers.driver_rows import DriverRows
from npskit.drivers.driver_sums import DriverSums, RowPart, resampling_of, rows_used, sums_of, with_joined_kinds
from npskit.drivers.drivers_by import DriverDifference, DriversBy
from npskit.drivers.fit import drivers_of
from npskit.drivers.regression import slopes_of
from npskit.drivers.resampling import Drawing, covariance_of, multiples_of, shards_of
from npskit.drivers.theme_drivers import with_told_themes
from npskit.errors import InvalidValueError
from npskit.inference import adjust
from npskit.options import Every
from npskit.results import RowCounts
from npskit.sample import BoundData, Places
from npskit.scores import segment_names
from npskit.times import labels, period_numbers


@attrs.frozen(eq=False)
class Groups(Frozen):
    """The groups of rows: what makes them, in words, where each row belongs, and what they are called."""

    by: str
    places: Places
    names: list[str]

    @classmethod
    def of_segments(cls, data: BoundData, by: tuple[str, ...]) -> Groups:
        """Return the segments that columns make."""
        places, keys = data.segments(by)
        return cls(", ".join(by), places, segment_names([tuple(key) for key in keys]))

    @classmethod
    def of_periods(cls, data: BoundData, every: Every) -> Groups:
        """Return the calendar periods."""
        times = data.times("drivers")
        dated = ~np.isnat(times)
        days = times[dated].astype("datetime64[D]").astype(np.int64)
        periods, codes = np.unique(period_numbers(days, every), return_inverse=True)
        numbers = np.full(len(times), -1, dtype=np.intp)
        numbers[dated] = codes
        return cls(every, Places(numbers, len(periods)), list(labels(periods, every)))


def drivers_by(rows: DriverRows, groups: Groups, *, pairwise: bool, how: Drawing) -> DriversBy:
    """Return the drivers of each group, with a test of each driver for a difference.

    Raises:
        InvalidValueError: If no drivers can be told of two groups.
    """
    large = _large_enough(rows, groups, pairwise)
    rows = with_joined_kinds(with_told_themes(rows, large), large)
    units = rows.units(np.ones(len(rows.outcome), dtype=np.bool_))
    method = resampling_of(len(rows.columns))
    shards = shards_of(units, method, how.rng)
    size = int(shards.max(initial=-1)) + 1
    summed, found, aside = {}, {}, []
    for number, name in enumerate(groups.names):
        part = RowPart(groups.places.numbers == number, shards, size)
        try:
            sums = sums_of(rows, pairwise=pairwise, rng=how.rng, part=part)
            found[name], summed[name] = drivers_of(sums, how), sums
        except InvalidValueError as error:
            aside.append(f"{name}: {error}")
    if len(found) < 2:
        first = f"; {aside[0]}" if aside else ""
        raise InvalidValueError(f"drivers by {groups.by}: at least two groups are needed that tell drivers{first}")
    p_values = _p_values([*summed.values()], multiples_of(size, method, how))
    adjusted = adjust(p_values)
    differences = []
    for g, each in enumerate(next(iter(summed.values())).drivers):
        for name, drivers in found.items():
            there = drivers[each.name]
            differences.append(
                DriverDifference(
                    each.name,
                    name,
                    there.lmg,
                    there.interval.low,
                    there.interval.high,
                    there.rank,
                    there.coefficient,
                    float(p_values[g]),
                    float(adjusted[g]),
                    drivers.n,
                )
            )
    return DriversBy(
        rows.said,
        groups.by,
        tuple(differences),
        tuple(aside),
        how.level,
        found,
        rows.notes,
        backend=rows.backend,
        row_counts=_counts(rows, [each.row_counts for each in summed.values()]),
    )


def _large_enough(rows: DriverRows, groups: Groups, pairwise: bool) -> list[Bools]:
    """Return the rows that count of each group in which drivers could be told apart at all."""
    used = rows_used(rows, pairwise)
    parts = [used & (groups.places.numbers == number) for number in range(len(groups.names))]
    return [part for part in parts if part.sum() > len(rows.columns) + 2]


def _p_values(sums: list[DriverSums], multiples: Floats) -> Floats:
    """Return of each driver the p-value that its coefficients are the same in all groups, by Wald's test.

    Their covariance is that of samples of the same customers in every group, so that it also holds where customers
    answered in several.
    """
    from scipy.special import fdtrc

    p, drivers = len(sums[0].explained) - 1, sums[0].drivers
    drawn, estimates = [], []
    for each in sums:
        shards = each.shards.select(each.explained)
        estimates.append(slopes_of(shards.total().centred(), p)[0][:, 0])
        products = shards.resampled(multiples).centred()
        slopes = slopes_of(np.nan_to_num(products), p)[0][:, 0]
        drawn.append(np.where(np.isfinite(products).all(axis=(0, 1)), slopes, np.nan))
    values, estimate = np.stack(drawn), np.stack(estimates)  # (groups, p, B), (groups, p)
    usable = np.isfinite(values).all(axis=(0, 1))
    found = np.empty(len(drivers))
    most = min(*(each.units for each in sums), *([multiples.shape[1]] if sums[0].method == "jackknife" else []))
    for g, driver in enumerate(drivers):
        away = (estimate[1:, driver.places] - estimate[0, driver.places]).ravel()
        samples = (values[1:, driver.places] - values[0, driver.places])[:, :, usable].reshape(len(away), -1)
        covariance = covariance_of(samples, sums[0].method)
        inverse = np.linalg.pinv(covariance, rcond=1e-12, hermitian=True)
        found[g] = fdtrc(len(away), max(most - p - 1, 1), away @ inverse @ away / len(away))
    return found


def _counts(rows: DriverRows, each: list[RowCounts]) -> RowCounts:
    """Return what became of all rows: those of groups that tell nothing, and of none, are set aside."""
    found = sum(each, start=RowCounts())
    return rows.sample.aside + found + RowCounts(set_aside=len(rows.outcome) - found.rows)

"""The rows of a survey as numpy sees them: answers, segments, weights, and who answered, under a policy for repeats."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.counting import INVALID, MISSING, encode, factorize, factorize_many
from npskit.errors import InvalidValueError
from npskit.frames import Column
from npskit.inference.calibration import Calibration, calibrated_estimate
from npskit.inference.clusters import ClusterTotals, cluster_totals
from npskit.inference.design import Customers, design_estimate
from npskit.inference.estimate import Estimate
from npskit.inference.strata import Lonely, Population
from npskit.scorers.base import Codebook
from npskit.scoring import describe_invalid
from npskit.tally import Tally

REPEATS = ("all", "latest", "mean")


@attrs.frozen(eq=False)
class Rows:
    """Rows to be counted.

    Args:
        answers: One column per question.
        groups: Segment number of each row, shape `(rows,)`.
        keys: The values that make each segment.
        weights: Shape `(rows,)`, or None where all weigh alike.
        customers: Customer number of each row, or None where nobody is known. A missing customer is one of his own.
        strata: Stratum of each row, or None.
        clusters: Sampling unit of each row within its stratum, or None.
        calibration: How the weights were calibrated to the population, or None.
        averaged: Whether the weights make the answers of each customer weigh as one.
        superseded: How many rows the policy for repeats set aside.
    """

    answers: tuple[Column, ...]
    groups: NDArray[np.intp]
    keys: tuple[tuple[Any, ...], ...]
    weights: NDArray[np.float64] | None = None
    customers: NDArray[np.intp] | None = None
    strata: NDArray[Any] | None = None
    clusters: NDArray[Any] | None = None
    calibration: Calibration | None = None
    averaged: bool = False
    superseded: int = 0

    def categories(self, book: Codebook) -> NDArray[np.intp]:
        """Return the category of each row, -1 where it has none: shape `(rows,)`."""
        codes = [
            encode(column.values, scale, name=question, mask=column.mask)
            for column, question, scale in zip(self.answers, book.questions, book.scales, strict=True)
        ]
        scored = np.all([(c != MISSING) & (c != INVALID) for c in codes], axis=0)
        found = np.full(len(scored), -1, dtype=np.intp)
        found[scored] = book.grid[tuple(c[scored] for c in codes)]
        return found

    def tally(self, book: Codebook, on_invalid: str) -> Tally:
        """Count the rows of each segment; `on_invalid="raise"` refuses answers that cannot be scored."""
        answers, masks = [c.values for c in self.answers], [c.mask for c in self.answers]
        tally = Tally.count(
            *answers,
            scorer=book.scorer,
            masks=masks,
            weights=self.weights,
            groups=self.groups,
            n_groups=len(self.keys),
        )
        if on_invalid == "raise" and tally.invalid.any():
            raise InvalidValueError(describe_invalid(answers, book, masks))
        return tally

    def clustered(
        self,
        categories: NDArray[np.intp],
        worths: NDArray[np.float64],
        *,
        population: Population = None,
        lonely: Lonely = "fail",
    ) -> Estimate | None:
        """Return the estimate of each segment where the rows are not independent, else None.

        Sampling units are the clusters of the design, else the customers if one of them answers more than once, else,
        within strata, the rows.

        Args:
            categories: The category of each row, negative where it does not count.
            worths: What each category is worth, shape `(K,)`.
            population: See `npskit.inference.design.design_estimate`.
            lonely: See there.
        """
        units = self.units(np.where(self.groups < 0, -1, categories))
        customers: Customers = None
        if units is not None and self.clusters is None:
            customers = "mean" if self.averaged else "all"
        if self.calibration is not None:
            return self._calibrated(self.calibration, categories, worths, units, population, lonely, customers)
        if units is None and self.strata is None and population is None:
            return None
        totals = self.totals(categories, len(worths), units)
        return design_estimate(totals, worths, population=population, lonely=lonely, customers=customers)

    def units(self, categories: NDArray[np.intp]) -> NDArray[Any] | None:
        """Return the sampling unit of each row, or None where each row is one."""
        if self.clusters is not None or self.customers is None:
            return self.clusters
        answered = np.bincount(self.customers[categories >= 0])
        return self.customers if (answered > 1).any() else None

    def totals(self, categories: NDArray[np.intp], size: int, units: NDArray[Any] | None) -> ClusterTotals:
        """Return the sums per sampling unit and segment; rows of a negative segment are in none.

        Args:
            categories: The category of each row, negative where it does not count.
            size: The number of categories.
            units: The sampling unit of each row, or None where each row is one.
        """
        return cluster_totals(
            categories,
            size,
            clusters=np.arange(len(categories)) if units is None else units,
            strata=self.strata,
            weights=self.weights,
            groups=self.groups,
            n_groups=len(self.keys),
        )

    def _calibrated(
        self,
        calibration: Calibration,
        categories: NDArray[np.intp],
        worths: NDArray[np.float64],
        units: NDArray[Any] | None,
        population: Population,
        lonely: Lonely,
        customers: Customers,
    ) -> Estimate:
        found = [
            calibrated_estimate(
                calibration,
                np.where(self.groups == group, categories, -1),
                worths,
                clusters=units,
                strata=self.strata,
                population=population,
                lonely=lonely,
                customers=customers,
            )
            for group in range(len(self.keys))
        ]
        return Estimate.stack(found, worths)

    def take(self, kept: NDArray[np.bool_]) -> Rows:
        """Return the rows where `kept` is True; the others count as superseded."""

        def some(array: NDArray[Any] | None) -> NDArray[Any] | None:
            return None if array is None else array[kept]

        return attrs.evolve(
            self,
            answers=tuple(Column(c.values[kept], some(c.mask)) for c in self.answers),
            groups=self.groups[kept],
            weights=some(self.weights),
            customers=some(self.customers),
            strata=some(self.strata),
            clusters=some(self.clusters),
            superseded=int((~kept).sum()),
        )


def customer_numbers(column: Column) -> NDArray[np.intp]:
    """Return a number per row, equal for equal customers.

    Each row without a customer, or with a blank one, gets a number of its own.
    """
    numbers, unique = factorize(column.filled())
    unknown = [i for i, key in enumerate(unique) if key is None or (isinstance(key, str) and not key.strip())]
    nobody = np.isin(numbers, unknown)
    return np.where(nobody, len(unique) + np.cumsum(nobody), numbers)


def latest(rows: Rows, times: NDArray[np.datetime64], scored: NDArray[np.bool_]) -> Rows:
    """Return the latest scored answer of each customer in each segment, or their latest row where none is scored.

    Of several at the same time the one further down counts.

    Args:
        rows: All rows, with customers.
        times: When each was given; NaT where that is not known, which never displaces a dated answer.
        scored: Which rows can be scored.
    """
    assert rows.customers is not None
    moments = np.where(np.isnat(times), np.iinfo(np.int64).min, times.astype(np.int64))
    who = _pairs(rows.groups, rows.customers)
    best = np.lexsort((moments, scored, who))  # stable, so that of equal moments the last row wins
    last = np.ones(len(best), dtype=np.bool_)
    last[:-1] = who[best][1:] != who[best][:-1]
    kept = np.zeros(len(best), dtype=np.bool_)
    kept[best[last]] = True
    return rows.take(kept)


def equal_shares(rows: Rows, scored: NDArray[np.bool_]) -> Rows:
    """Return the rows weighted so that those of each customer in a segment weigh as one together.

    That is their scored rows, or all of them where none is scored: a customer who left a question open once has not
    given less of an answer for it.

    Args:
        rows: All rows, with customers.
        scored: Which rows can be scored.
    """
    assert rows.customers is not None
    who = _pairs(rows.groups, rows.customers)
    size = int(who.max(initial=-1)) + 1
    answered, came = (np.bincount(who[some], minlength=size) for some in (scored, slice(None)))
    share = np.where(scored | (answered[who] == 0), 1.0 / np.where(answered > 0, answered, came)[who], 0.0)
    return attrs.evolve(rows, weights=share if rows.weights is None else rows.weights * share, averaged=True)


def _pairs(groups: NDArray[np.intp], customers: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return a small number for each pair that occurs."""
    pair = groups.astype(np.int64) * (int(customers.max(initial=0)) + 1) + customers
    numbers: NDArray[np.intp] = np.unique(pair, return_inverse=True)[1]
    return numbers


def coded(column: Column) -> tuple[NDArray[np.intp], list[Any]]:
    """Return a number for each value, -1 where it is missing, and what the numbers stand for."""
    codes, labels = factorize(column.filled())
    if None not in labels[-1:]:
        return codes, labels
    return np.where(codes == len(labels) - 1, -1, codes), labels[:-1]


def segments_of(columns: Sequence[Column], rows: int) -> tuple[NDArray[np.intp], tuple[tuple[Any, ...], ...]]:
    """Return the segment number of each row, and the values that make each segment, in order."""
    if not columns:
        return np.zeros(rows, dtype=np.intp), ((),)
    groups, keys = factorize_many([column.filled() for column in columns])
    if not any(isinstance(part, str) for key in keys for part in key):
        return groups, tuple(keys)  # in order already
    order = sorted(range(len(keys)), key=lambda i: tuple(map(_place, keys[i])))
    number = np.empty(len(keys), dtype=np.intp)
    number[order] = np.arange(len(keys))
    return number[groups], tuple(keys[i] for i in order)


def _place(value: Any) -> tuple[Any, ...]:
    """Return where a value sorts: numbers first, then times, then text with the numbers in it by size, missing last."""
    if value is None:
        return (3,)
    if isinstance(value, int | float):
        return (0, value)
    if isinstance(value, str):
        parts = re.split(r"([0-9]+)", value)
        return (2, [(part.casefold(), 0) if i % 2 == 0 else ("", int(part)) for i, part in enumerate(parts)], value)
    return (1, str(value))

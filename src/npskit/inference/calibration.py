"""Weights that agree with what is known of the population: post-stratification, raking and linear calibration.

Calibration removes the part of the answers' variation that the margins predict, so the variance is that of the
residuals of a regression on the margins, fitted with the design weights and summed with the calibrated ones
(Deville & Särndal, "Calibration estimators in survey sampling", Journal of the American Statistical Association 87
(1992) 376-382, section 3; Deville, Särndal & Sautory, "Generalized raking procedures in survey sampling", JASA 88
(1993) 1013-1020): as `postStratify` and `calibrate` of R's `survey`. Its `rake` fits without weights instead, which in
a finite sample gives a slightly different standard error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Codes, Floats, Frozen
from npskit.checks import finite_number, whole_number
from npskit.data import Column, read_weights, row_said
from npskit.errors import IncompatibleError, InvalidValueError, counted, did_you_mean, quoted
from npskit.inference.clusters import factorize, sum_by

# Totals of two margins that differ by more than rounding in print cannot both be true.
_AGREEMENT = 1e-6


@attrs.frozen(eq=False, repr=False)
class Calibration(Frozen):
    """Calibrated weights, and what their variance needs; made by `post_stratify`, `rake` or `calibrate_linear`.

    Args:
        weights: The calibrated weights, shape `(n,)`.
        design_weights: The weights calibrated, shape `(n,)`.
        cells: Index of each row's combination of margins, shape `(n,)`.
        columns: Which labels make up each combination, 0 or 1, shape `(cells, labels of all margins)`.
        iterations: Rounds over the margins that it took; 1 where the solution is explicit.
        copies: How many equal rows each of them is, shape `(n,)`; None for one.
    """

    weights: Floats
    design_weights: Floats
    cells: Codes
    columns: Floats
    iterations: int
    copies: Floats | None = None

    def times(self, values: Floats) -> Floats:
        """Return the values of rows, shape `(n,)`, as often as each row is there."""
        return values if self.copies is None else values * self.copies

    def residuals(self, values: ArrayLike) -> Floats:
        """Return what the margins leave unexplained of `values`, by least squares with the design weights.

        Args:
            values: Shape `(n,)` or `(n, m)`.

        Returns:
            Shape as `values`.

        Example:
            >>> found = post_stratify([1, 1, 2], ["a", "a", "b"], {"a": 30, "b": 70})
            >>> found.residuals([1.0, 3.0, 5.0]).round(12).tolist()
            [-1.0, 1.0, 0.0]
        """
        y = np.asarray(values, dtype=np.float64)
        own = self.times(self.design_weights)
        sizes = sum_by(self.cells, own, len(self.columns))
        weighted = own.reshape(-1, *(1 for _ in y.shape[1:])) * y
        sums = sum_by(self.cells, weighted.reshape(len(y), -1), len(self.columns))
        # rows of one combination have one fitted value, so the regression is one on the means of the combinations
        root = np.sqrt(sizes)[:, np.newaxis]
        targets = np.divide(sums, root, out=np.zeros_like(sums), where=root > 0)
        # the margins add up to the same total, so their columns depend on each other: the shortest solution will do
        coefficients = np.linalg.lstsq(self.columns * root, targets, rcond=None)[0]
        return np.asarray(y - (self.columns @ coefficients)[self.cells].reshape(y.shape))

    def __repr__(self) -> str:
        return f"Calibration(n={len(self.weights)}, total={self.weights.sum():g}, iterations={self.iterations})"


def post_stratify(weights: ArrayLike, cells: ArrayLike, totals: Mapping[Any, float]) -> Calibration:
    """Return weights that add up to the known total of each cell, in proportion to the design weights within it.

    Source: Holt & Smith, "Post stratification", Journal of the Royal Statistical Society A 142 (1979) 33-46.

    Args:
        weights: Design weights, shape `(n,)`.
        cells: Label of each row's cell, shape `(n,)`.
        totals: Number of people, or share, in the population by label. Totals that add up to 1 are shares, and the
            weights keep their sum.

    Raises:
        InvalidTypeError: If weights, labels or totals are of a type that cannot be used.
        InvalidValueError: If a weight or total cannot be used, or a label is missing, without a total or without rows.
        IncompatibleError: If columns differ in length.

    Example:
        >>> post_stratify([1, 1, 2], ["a", "a", "b"], {"a": 30, "b": 70}).weights.tolist()
        [15.0, 15.0, 70.0]
    """
    return rake(weights, {"cells": cells}, {"cells": totals})


def rake(
    weights: ArrayLike,
    margins: Mapping[str, ArrayLike | Column],
    totals: Mapping[str, Mapping[Any, float]],
    *,
    copies: Floats | None = None,
    tolerance: float = 1e-13,
    max_iterations: int = 1000,
) -> Calibration:
    """Return weights that agree with several margins at once, by iterative proportional fitting.

    Source: Deming & Stephan, "On a least squares adjustment of a sampled frequency table when the expected marginal
    totals are known", Annals of Mathematical Statistics 11 (1940) 427-444. Each weight is its design weight times a
    positive factor for its label on each margin.

    Args:
        weights: Design weights, shape `(n,)`.
        margins: Labels of the rows by margin, each of shape `(n,)`: `{"age": [...], "sex": [...]}`.
        totals: Number of people, or share, in the population by margin and label. All margins add up to the same
            number; where it is 1 they are shares, and the weights keep their sum.
        copies: How many equal rows each row stands for, shape `(n,)`; None for one.
        tolerance: The relative distance from every total at which to stop.
        max_iterations: Rounds over the margins after which to give up.

    Raises:
        InvalidTypeError: If weights, labels or totals are of a type that cannot be used.
        InvalidValueError: If a weight or total cannot be used, a label is missing, without a total or without rows, or
            the totals are not reached.
        IncompatibleError: If columns differ in length, or margins in their totals.

    Example:
        >>> found = rake([1, 1, 1, 1], {"age": ["y", "y", "o", "o"], "sex": ["f", "m", "f", "m"]},
        ...     {"age": {"y": 0.25, "o": 0.75}, "sex": {"f": 0.5, "m": 0.5}})
        >>> found.weights.round(6).tolist()
        [0.5, 0.5, 1.5, 1.5]
    """
    max_iterations = whole_number(max_iterations, "max_iterations", least=1)
    table = _Table.of(weights, margins, totals, copies)
    start = sum_by(table.cells, table.amounts, len(table.labels))
    fitted = start.copy()
    for iteration in range(1, max_iterations + 1):
        for labels, targets in zip(table.labels.T, table.targets, strict=True):
            fitted *= _ratio(targets, sum_by(labels, fitted, len(targets)))[labels]
        gaps = table.gaps(fitted)
        # a single margin is met at once, however the rounding falls
        if len(gaps) == 1 or max(gap.max() for gap in gaps) <= tolerance:
            factors = _ratio(fitted, start)[table.cells]
            return Calibration(table.weights * factors, table.weights, table.cells, table.columns, iteration, copies)
    worst = max(range(len(gaps)), key=lambda m: float(gaps[m].max()))
    label = table.names[worst][int(gaps[worst].argmax())]
    raise InvalidValueError(
        f"raking did not reach the totals in {counted(max_iterations, 'round')}: {list(margins)[worst]} "
        f"{quoted(label)} is still {gaps[worst].max():.2g} of its total away; too many combinations of margins may be "
        "empty: merge labels, or raise tolerance"
    )


def calibrate_linear(
    weights: ArrayLike, margins: Mapping[str, ArrayLike | Column], totals: Mapping[str, Mapping[Any, float]]
) -> Calibration:
    """Return weights that agree with several margins and are nearest to the design weights: generalized regression.

    Weights w = d(1 + x'λ), explicit and without iteration, but not always positive (Deville & Särndal (1992),
    section 2, case 1): as `calibrate(calfun="linear")` of R's `survey`.

    Args:
        weights: Design weights, shape `(n,)`.
        margins: Labels of the rows by margin, each of shape `(n,)`.
        totals: Number of people, or share, in the population by margin and label, as `rake` takes them.

    Raises:
        InvalidTypeError: If weights, labels or totals are of a type that cannot be used.
        InvalidValueError: If a weight or total cannot be used, a label is missing, without a total or without rows, a
            weight would be negative, or the totals are not reached.
        IncompatibleError: If columns differ in length, or margins in their totals.

    Example:
        >>> found = calibrate_linear([1, 1, 1, 1], {"age": ["y", "y", "o", "o"], "sex": ["f", "m", "f", "m"]},
        ...     {"age": {"y": 100, "o": 300}, "sex": {"f": 200, "m": 200}})
        >>> found.weights.round(6).tolist()
        [50.0, 50.0, 150.0, 150.0]
    """
    table = _Table.of(weights, margins, totals)
    sizes = sum_by(table.cells, table.weights, len(table.labels))
    # start from weights of the right total, which is nearer to the solution and does not change it
    scale = table.targets[0].sum() / sizes.sum()
    sizes *= scale
    missing = np.concatenate(table.targets) - table.columns.T @ sizes
    multipliers = np.linalg.lstsq(table.columns.T @ (table.columns * sizes[:, np.newaxis]), missing, rcond=None)[0]
    factors = 1 + table.columns @ multipliers
    negative = np.flatnonzero((factors < 0)[table.cells] & (table.weights > 0))
    if negative.size:
        raise InvalidValueError(
            f"linear calibration gives {counted(negative.size, 'row')} a negative weight, the first is "
            f"{row_said(negative[0])}; use rake, whose weights are positive"
        )
    gap = max(float(g.max()) for g in table.gaps(sizes * factors))
    if not gap < _AGREEMENT:
        raise InvalidValueError(
            f"linear calibration cannot reach the totals: {gap:.2g} of one is missing; merge labels of the margins "
            "whose combinations are empty"
        )
    return Calibration(table.weights * scale * factors[table.cells], table.weights, table.cells, table.columns, 1)


def _ratio(targets: Floats, found: Floats) -> Floats:
    """Divide, with 0 where both are."""
    return np.divide(targets, found, out=np.zeros_like(targets), where=found > 0)


@attrs.frozen(eq=False)
class _Table(Frozen):
    """Rows cross-classified: cell of each row (n,), labels of each cell (C, M), names and targets of each margin."""

    weights: Floats
    amounts: Floats
    cells: Codes
    labels: Codes
    names: list[list[Any]]
    targets: list[Floats]

    @classmethod
    def of(
        cls,
        weights: ArrayLike,
        margins: Mapping[str, ArrayLike | Column],
        totals: Mapping[str, Mapping[Any, float]],
        copies: Floats | None = None,
    ) -> _Table:
        w = read_weights(weights)
        amounts = w if copies is None else w * copies
        if not margins or set(margins) != set(totals):
            raise InvalidValueError(
                f"margins and totals must name the same margins: got {list(margins)} and {list(totals)}"
            )
        cells, labels = np.zeros(len(w), np.intp), np.empty((1, 0), np.intp)
        names, targets = [], []
        for name, column in margins.items():
            codes, known = factorize(column, name)
            if len(codes) != len(w):
                raise IncompatibleError(f"{name} must have one label per weight: got {len(codes)} for {len(w)}")
            sums = np.bincount(codes, weights=amounts, minlength=len(known))
            names.append(known.tolist())
            targets.append(_targets(name, names[-1], sums.tolist(), totals[name]))
            cells, pairs = factorize(cells * len(known) + codes, "cells")
            labels = np.column_stack([labels[pairs // len(known)], pairs % len(known)])
        return cls(w, amounts, cells, labels, names, _agreed(list(margins), targets, float(amounts.sum())))

    @property
    def columns(self) -> Floats:
        """Indicators of the labels of all margins, shape (C, labels)."""
        return np.concatenate(
            [np.eye(len(t))[labels] for labels, t in zip(self.labels.T, self.targets, strict=True)], 1
        )

    def gaps(self, fitted: Floats) -> list[Floats]:
        """Return how far the sums of each margin are from their targets, relative to these."""
        return [
            np.abs(sum_by(labels, fitted, len(t)) - t) / np.where(t > 0, t, 1)
            for labels, t in zip(self.labels.T, self.targets, strict=True)
        ]


def _targets(name: str, labels: list[Any], sums: list[float], totals: Mapping[Any, Any]) -> Floats:
    """Return the totals in the order of the labels, after checking that data and population have the same ones."""
    for label, total in totals.items():
        if finite_number(total, f"totals of {name}: that of {quoted(label)}", least=0) > 0 and label not in labels:
            raise InvalidValueError(f"{name} {quoted(label)} has a total but no row: merge it with another label")
    for label, weight in zip(labels, sums, strict=True):
        if label not in totals:
            raise InvalidValueError(f"{name} {quoted(label)} has no total; {did_you_mean(label, totals)}")
        if totals[label] > 0 and not weight > 0:
            raise InvalidValueError(f"{name} {quoted(label)} has only rows of weight 0: merge it with another label")
    return np.array([totals[label] for label in labels], dtype=np.float64)


def _agreed(names: list[str], targets: list[Floats], weight: float) -> list[Floats]:
    """Return targets that add up to the same number: that of the weights where they are shares."""
    sums = [float(t.sum()) for t in targets]
    if not max(sums) - min(sums) <= _AGREEMENT * max(sums) or not min(sums) > 0:
        shown = ", ".join(f"{name} {total:g}" for name, total in zip(names, sums, strict=True))
        raise IncompatibleError(f"the totals of all margins must add up to the same number above 0: got {shown}")
    total = weight if abs(sums[0] - 1) <= _AGREEMENT else sums[0]
    return [t * (total / s) for t, s in zip(targets, sums, strict=True)]

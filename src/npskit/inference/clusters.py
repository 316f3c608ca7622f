"""Sums per sampling unit: the mergeable statistic of everything that is clustered.

Answers of one sampling unit, such as a school or a customer who answers repeatedly, resemble each other. The variance
needs the influence of each *unit*, a linear function of its sums of weights per category. So only these sums are kept,
and the sums of shards add up to the whole, even where a unit is split over shards.
"""

from __future__ import annotations

from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Codes, Floats
from npskit.data import Column, array_of, dense_codes, read_weights, row_said, rows_said
from npskit.data import factorize as keys_of
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, counted, quoted
from npskit.inference.kept_labels import labels_record, read_labels
from npskit.results import Mergeable, as_whole, checked, get_array, get_size

_KINDS = {"i": "numbers", "u": "numbers", "f": "numbers", "b": "numbers", "U": "text", "M": "dates"}


def factorize(labels: ArrayLike | Column, name: str) -> tuple[Codes, NDArray[Any]]:
    """Return the code of each row's label, and the distinct labels, rising.

    Args:
        labels: Text, numbers or dates, shape `(n,)`.
        name: What to call them in an error.

    Returns:
        Codes, shape `(n,)`, and distinct labels, shape `(L,)`.

    Raises:
        InvalidTypeError: If the labels are a mixture, or of some other type.
        InvalidValueError: If they are not one-dimensional, or one is missing; names the rows.

    Example:
        >>> factorize(["north", "east", "north"], "strata")
        (array([1, 0, 1]), array(['east', 'north'], dtype='<U5'))
    """
    numbers = labels.row_numbers if isinstance(labels, Column) else None
    argument, found = name, labels.filled() if isinstance(labels, Column) else array_of(labels, name)
    if isinstance(labels, Column) and labels.name is not None:
        name = f"{name} (column {quoted(labels.name)})"
    if found.ndim != 1:
        raise InvalidValueError(f"{name} must be one-dimensional, one per row: got shape {found.shape}")
    if found.dtype.kind in "iub" and found.size and int(found.max()) < 1 << 63:
        whole, low = found.astype(np.int64), int(found.min())
        return dense_codes(whole, low, int(found.max()) - low)
    codes, known = keys_of(found)
    if known and known[-1] is None:
        rows, copies = np.flatnonzero(codes == len(known) - 1), labels.copies if isinstance(labels, Column) else None
        where = rows_said(rows, numbers) if copies is None else counted(int(copies[rows].sum()), "row")
        message = f"{name} must not be missing: missing in {where}; label or drop these rows"
        rows = rows[:0] if copies is not None else rows if numbers is None else numbers[rows]
        raise InvalidValueError(message, argument=argument, rows=rows[:5])
    types = {type(label) for label in known}
    try:
        distinct = np.array(known, dtype=found.dtype if found.dtype.kind in "iubfM" else None)
    except Exception:  # whatever a class of the user's own does
        distinct = np.empty(0, dtype=object)
    if distinct.dtype.kind not in _KINDS or (str in types and len(types) > 1):
        got = ", ".join(sorted(one.__name__ for one in types))
        raise InvalidTypeError(f"{name} must be text, numbers or dates, all of one type: got {got}; make them all text")
    return codes, distinct


def sum_by(codes: Codes, values: NDArray[Any], size: int) -> Floats:
    """Return the sum of `values`, shape `(n, ...)`, over the rows of each code: shape `(size, ...)`."""
    columns = values.reshape(len(codes), -1) if len(codes) else np.empty((0, int(np.prod(values.shape[1:]))))
    sums = [np.bincount(codes, weights=column, minlength=size) for column in columns.T]
    return np.stack(sums, axis=-1).astype(np.float64).reshape(size, *values.shape[1:])


@attrs.frozen(eq=False, repr=False)
class ClusterTotals(Mergeable):
    """Sums per sampling unit and group; made by `cluster_totals`, merged by `+`.

    A unit without answers in a group has no cell there. The units are those of the design, including those without any
    answers, because they bear on the variance.

    Args:
        strata: Label of each unit's stratum, shape `(P,)`; units are in the order of stratum and cluster.
        clusters: Label of each unit within its stratum, shape `(P,)`.
        units: Index of each cell's unit, shape `(C,)`.
        groups: Index of each cell's group, shape `(C,)`.
        counts: Answers per category, shape `(C, K)`.
        weights: Sum of weights per category, shape `(C, K)`.
        squares: Sum of squared weights, shape `(C,)`.
        n_groups: Number of groups; None where there is no grouping, and results have no leading axis.
    """

    strata: NDArray[Any]
    clusters: NDArray[Any]
    units: Codes
    groups: Codes
    counts: Floats
    weights: Floats
    squares: Floats
    n_groups: int | None

    @property
    def n_categories(self) -> int:
        """The number of categories, K."""
        return int(self.counts.shape[1])

    @property
    def size(self) -> int:
        """The number of groups, 1 where there is no grouping."""
        return 1 if self.n_groups is None else self.n_groups

    def by_group(self, values: NDArray[Any]) -> Floats:
        """Return the sums over the cells of each group: `values` of shape `(C, ...)` to `(groups, ...)`."""
        return sum_by(self.groups, values, self.size)

    def regrouped(self, groups: Codes, n_groups: int | None) -> ClusterTotals:
        """Return the sums of the same units in other groups, those of one unit and group added up.

        Args:
            groups: The new group of each cell, shape `(C,)`.
            n_groups: How many there are; None for no grouping.
        """
        places, unit, group = _cells(self.units, groups, len(self.strata))
        names = ("counts", "weights", "squares")
        sums = {name: sum_by(places, getattr(self, name), len(unit)) for name in names}
        return attrs.evolve(self, units=unit, groups=group, n_groups=n_groups, **sums)

    def __add__(self, other: object) -> ClusterTotals:
        """Return the sums of both, unit by unit."""
        if not isinstance(other, ClusterTotals):
            return NotImplemented
        first, second = (self.n_categories, self.n_groups), (other.n_categories, other.n_groups)
        if first != second:
            raise IncompatibleError(f"cluster totals of {first} and of {second} (categories, groups) do not add up")
        labels = (_joined(getattr(self, name), getattr(other, name), name) for name in ("strata", "clusters"))
        codes, strata, clusters = unit_codes(*labels)
        units = codes[np.concatenate([self.units, other.units + len(self.strata)])]
        places, unit, group = _cells(units, np.concatenate([self.groups, other.groups]), len(strata))
        counts, weights, squares = (
            sum_by(places, np.concatenate([getattr(self, name), getattr(other, name)]), len(unit))
            for name in ("counts", "weights", "squares")
        )
        return ClusterTotals(strata, clusters, unit, group, counts, weights, squares, self.n_groups)

    _SAYS = (
        "n_categories, n_groups, strata: dict[str, Any] | None, clusters: dict[str, Any] | None, units, groups, "
        "counts, weights, squares"
    )

    def _kept(self) -> dict[str, Any]:
        labels = {name: labels_record(getattr(self, name)) for name in ("strata", "clusters")}
        cells = {name: getattr(self, name).tolist() for name in ("units", "groups", "counts", "weights", "squares")}
        return {"n_categories": self.n_categories, "n_groups": self.n_groups, **labels, **cells}

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Return the sums that `to_json` wrote.

        Raises:
            InvalidTypeError: If `text` is no text.
            InvalidValueError: If it is no JSON, or holds something else.

        Example:
            >>> shards = [cluster_totals([0, 2], 3, clusters=["ann", "bob"]), cluster_totals([1], 3, clusters=["bob"])]
            >>> sent = [shard.to_json() for shard in shards]
            >>> ClusterTotals.from_json(sent[0]) + ClusterTotals.from_json(sent[1])
            ClusterTotals(n=3, units=2)
        """
        found = cls._read(text)
        strata, clusters = (read_labels(found, name) for name in ("strata", "clusters"))
        kinds, size = as_whole(found.get("n_categories"), "n_categories"), get_size(found, "units")
        n_groups = found.get("n_groups")
        n_groups = None if n_groups is None else as_whole(n_groups, "n_groups")
        units, groups = (get_array(found, name, int, size) for name in ("units", "groups"))
        counts, weights = (get_array(found, name, float, kinds) for name in ("counts", "weights"))
        checked(counts, "counts", counts.shape == (size, kinds))
        checked(weights, "weights", weights.shape == (size, kinds))
        for name, codes, most in (
            ("units", units, len(strata)),
            ("groups", groups, 1 if n_groups is None else n_groups),
        ):
            checked(codes, name, codes.max(initial=-1) < most)
        order = groups * len(strata) + units  # as they are added up
        checked(order, "units", bool((np.diff(order) > 0).all()))
        checked(clusters, "clusters", len(strata) == len(clusters))
        codes, *_ = unit_codes(strata, clusters)
        checked(clusters, "clusters", np.array_equal(codes, np.arange(len(strata))))
        squares = get_array(found, "squares", float, size)
        return cls(strata, clusters, units, groups, counts, weights, squares, n_groups)

    def __repr__(self) -> str:
        groups = "" if self.n_groups is None else f", groups={self.n_groups}"
        return f"ClusterTotals(n={self.counts.sum():g}, units={len(self.strata)}{groups})"


def _joined(first: NDArray[Any], second: NDArray[Any], name: str) -> NDArray[Any]:
    """Concatenate labels; numpy would turn numbers into text where both meet."""
    if not (first.size and second.size):
        return first if first.size else second
    kinds = _KINDS[first.dtype.kind], _KINDS[second.dtype.kind]
    if kinds[0] != kinds[1]:
        raise IncompatibleError(f"{name} must be labelled alike to add up: one side has {kinds[0]}, one {kinds[1]}")
    return np.concatenate([first, second])


def _cells(units: Codes, groups: Codes, n_units: int) -> tuple[Codes, Codes, Codes]:
    """Return the cell of each row, and the unit and the group of each cell."""
    cells, keys = factorize(groups * n_units + units, "cells")
    return cells, keys % max(1, n_units), keys // max(1, n_units)


def unit_codes(
    strata: ArrayLike | Column | None, clusters: ArrayLike | Column
) -> tuple[Codes, NDArray[Any], NDArray[Any]]:
    """Return the sampling unit of each row as a code, and each unit's stratum and cluster.

    Clusters are nested: the same label in two strata is two units.

    Args:
        strata: Labels, shape `(n,)`, or None for a single stratum.
        clusters: Labels, shape `(n,)`.

    Returns:
        Codes, shape `(n,)`, and labels of strata and clusters, each of shape `(P,)`.

    Raises:
        InvalidTypeError: If the labels are a mixture, or of a type that cannot be used.
        InvalidValueError: If a label is missing.
        IncompatibleError: If the two differ in length.

    Example:
        >>> codes, strata, clusters = unit_codes(["a", "b", "a"], [1, 1, 2])
        >>> codes.tolist(), strata.tolist(), clusters.tolist()
        ([0, 2, 1], ['a', 'a', 'b'], [1, 2, 1])
    """
    inner, cluster_labels = factorize(clusters, "clusters")
    if strata is None:
        return inner, np.zeros(len(cluster_labels), np.int64), cluster_labels
    outer, stratum_labels = factorize(strata, "strata")
    if len(outer) != len(inner):
        raise IncompatibleError(f"strata and clusters must have one label per row: got {len(outer)} and {len(inner)}")
    codes, pairs = factorize(outer * len(cluster_labels) + inner, "sampling units")
    return codes, stratum_labels[pairs // len(cluster_labels)], cluster_labels[pairs % len(cluster_labels)]


def cluster_totals(
    categories: ArrayLike,
    n_categories: int,
    *,
    clusters: ArrayLike | Column,
    strata: ArrayLike | Column | None = None,
    weights: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    n_groups: int | None = None,
    counts: ArrayLike | None = None,
    squares: ArrayLike | None = None,
) -> ClusterTotals:
    """Return the sums per sampling unit.

    Rows are answers or, with `counts`, groups of equal answers that a database has already added up.

    Args:
        categories: Index of each row's category, shape `(n,)`. A negative one is no answer, or one that is not
            to be scored: its unit belongs to the design all the same.
        n_categories: The number of categories, K.
        clusters: Label of each row's sampling unit or customer, shape `(n,)`: text, numbers or dates.
        strata: Label of each row's stratum, shape `(n,)`; None for a single one. Clusters are nested in strata.
        weights: Weight of each row, shape `(n,)`, 0 or more; None for 1.
        groups: Index of each row's group, shape `(n,)`; None for a single one. A negative one is in no group.
        n_groups: The number of groups, given with `groups`.
        counts: How many answers each row stands for, shape `(n,)`; None for 1.
        squares: Sum of squared weights of each row, shape `(n,)`, needed where there are both `counts` and `weights`.

    Raises:
        InvalidTypeError: If labels are of mixed types, or weights or indices are not numbers.
        InvalidValueError: If a label is missing, a weight cannot be used, an index is out of range, or an argument
            lacks the one it goes with.
        IncompatibleError: If columns differ in length.

    Example:
        >>> shard = cluster_totals([0, 2, 2], 3, clusters=["ann", "ann", "bob"])
        >>> shard + cluster_totals([1, 2], 3, clusters=["bob", "eve"])
        ClusterTotals(n=5, units=3)
    """
    codes, stratum_labels, cluster_labels = unit_codes(strata, clusters)
    n = len(codes)
    kinds = checked_indices(categories, "categories", n_categories, n).astype(np.intp)
    members = np.zeros(n, np.intp)
    if groups is not None:
        members = checked_indices(groups, "groups", n_groups or 0, n).astype(np.intp)
    if (groups is None) != (n_groups is None):
        raise InvalidValueError(f"groups and n_groups go together: got n_groups={quoted(n_groups)}")
    amounts = np.stack(_amounts(counts, weights, squares, n), axis=-1)
    if min(kinds.min(initial=0), members.min(initial=0)) < 0:
        inside = np.flatnonzero((kinds >= 0) & (members >= 0))
        codes, kinds, members, amounts = codes[inside], kinds[inside], members[inside], amounts[inside]
    cells, unit, group = _cells(codes, members, len(cluster_labels))
    place, size = cells * n_categories + kinds, len(unit)
    found, sums = (sum_by(place, amounts[:, i], size * n_categories).reshape(size, n_categories) for i in (0, 1))
    squared = sum_by(cells, amounts[:, 2], size)
    return ClusterTotals(stratum_labels, cluster_labels, unit, group, found, sums, squared, n_groups)


def _amounts(
    counts: ArrayLike | None, weights: ArrayLike | None, squares: ArrayLike | None, n: int
) -> tuple[Floats, Floats, Floats]:
    """Return answers, weight and squared weight of each of `n` rows; unweighted answers weigh 1."""
    if (squares is None) != (counts is None or weights is None):
        raise InvalidValueError("squares, the sums of squared weights, go with both counts and weights")
    tallies = np.ones(n) if counts is None else read_weights(counts, "counts")
    w = tallies if weights is None else read_weights(weights)
    own = tallies if weights is None else w * w
    w2 = own if squares is None else read_weights(squares, "squares")
    for name, column in (("counts", tallies), ("weights", w), ("squares", w2)):
        if len(column) != n:
            raise IncompatibleError(f"{name} must have one value per row: got {len(column)} for {counted(n, 'row')}")
    return tallies, w, w2


def checked_indices(values: ArrayLike, name: str, size: int, n: int | None = None) -> NDArray[np.integer[Any]]:
    """Return codes below `size`, one for each of `n` rows; negative ones are left to the caller."""
    found = np.asarray(values)
    if not found.size:
        found = found.astype(np.intp)
    if found.dtype.kind not in "iu":
        raise InvalidTypeError(f"{name} must be codes, whole numbers from 0, not {found.dtype}")
    if found.ndim != 1 or n not in (None, found.size):
        rows = "" if n is None else f" for {counted(n, 'row')}"
        raise IncompatibleError(f"{name} must have one code per row: got shape {found.shape}{rows}")
    if found.size and int(found.max()) >= size:
        row = int((found >= size).argmax())
        raise InvalidValueError(f"{name} must be below {size:,}: {row_said(row)} has {found[row]}")
    return found

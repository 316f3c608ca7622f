"""Scores whose answers hang together, from an engine's sums over sampling units: no row leaves it, and no unit."""

from __future__ import annotations

import itertools
from typing import Any

import attrs
import numpy as np

from npskit.arrays import Codes, Floats
from npskit.checks import is_missing, is_same
from npskit.counting import CodedAnswers
from npskit.data import (
    Categories,
    Frame,
    Keys,
    Owned,
    SumTable,
    UnitQuery,
    UnitRoles,
    answers_of_persons,
    segments_of,
)
from npskit.inference import Customers, Estimate, UnitProducts, sum_by
from npskit.options import Denominator, Repeats
from npskit.results import RowCounts
from npskit.sample.asking import counted
from npskit.sample.bound import BoundData
from npskit.sample.sample import Measured, Sample


def measure_by_units(
    data: BoundData, by: tuple[str, ...], denominator: Denominator, repeats: Repeats
) -> tuple[Keys, Measured] | None:
    """Return the values that make each segment, and its score with the variance that its sampling units give it.

    Units are the clusters of the design, else the customers, else, within strata, the rows.

    Args:
        data: The data.
        by: The columns that make the segments.
        denominator: What the score is divided by.
        repeats: What counts of customers who answered more than once.

    Returns:
        None where no engine holds the rows, or they have to be seen: of columns that only npskit reads, or of accounts.
    """
    if not data.frame.lazy or not data.units or data.calibration is not None or "account" in data.roles:
        return None
    if repeats != "all" and ("customer" not in data.roles or is_same(denominator, "all") or not _takes(data, repeats)):
        return None
    data.check_kinds(by)
    counts = counted(attrs.evolve(data, kinds=()), by)
    if counts is None:
        return None
    places, keys = counts.segments(by)
    sample = counts.sample()
    categories = _categories(counts, sample.answers, is_same(denominator, "all"))
    roles = UnitRoles(
        next((data.roles[role] for role in ("cluster", "customer") if role in data.roles), None),
        "cluster" not in data.roles,
        data.roles.get("weight"),
        data.roles.get("stratum"),
        data.roles.get("time") if repeats == "latest" else None,
    )
    query = data.frame.unit_query(by, categories, roles)
    if query is None:
        return None
    whole, most = query, None
    if repeats != "all":
        found = _persons(data, counts, by, query, repeats)
        if found is None:
            return None
        counts, sample, query, most = found
        places, keys = counts.segments(by)
        if by and most == 1:  # one answer in each of several segments?
            most = query.most()
    try:
        estimate = _estimate(data, (whole, query), keys, sample.answers.codebook.category_scores, repeats, most)
    except _RowsNeededError:
        return None
    measured = sample.measured(sample.count(places), denominator, estimate)
    conventions = attrs.evolve(measured.conventions, by_customer="customer" in data.roles)
    return keys, attrs.evolve(measured, conventions=conventions)


class _RowsNeededError(Exception):
    """What an engine adds up does not say it: rows have to be seen."""


def _estimate(
    data: BoundData,
    queries: tuple[UnitQuery, UnitQuery],
    keys: Keys,
    category_scores: Floats,
    repeats: Repeats,
    most: int | None,
) -> Estimate | None:
    """Return the estimate of each segment, None where no two answers hang together.

    Args:
        data: The data.
        queries: Those of sums over the units of the whole sample, and of the answers that count.
        keys: The segments.
        category_scores: What each category is worth.
        repeats: What counts of customers who answered more than once.
        most: How many answers of one unit count at most, where that is known.

    Raises:
        _RowsNeededError: If rows have to be seen, such as those of a missing unit, which an error names.
    """
    if most == 1 and data.population is None:
        return None
    whole, counting = queries
    design = units, alone = whole.design()
    strata = [each for t in design if whole.stratum and t is not None for each in t.keys[-1].filled().tolist()]
    if ("cluster" in data.roles and len(alone)) or any(map(is_missing, strata)):
        raise _RowsNeededError
    if most is None:
        most = 0 if units is None else int(units.sums["top"].max(initial=0))
    clustered = "cluster" in data.roles or most > 1
    if not clustered and not strata and data.population is None:
        return None
    names = sorted(set(strata)) if whole.stratum else [0]
    unscored = [0.0] * (whole.size - len(category_scores))
    customers: Customers = None
    if clustered and "cluster" not in data.roles:
        customers = "all" if repeats == "all" else "mean"
    return _products(counting.products(), design, keys, names, whole.size).estimate(
        np.append(category_scores, unscored), population=data.population, lonely=data.lonely, customers=customers
    )


def _takes(data: BoundData, repeats: Repeats) -> bool:
    """Whether the engine can tell which of a customer's answers count."""
    if {"cluster", "stratum"} & set(data.roles):  # a customer's answers may lie in several strata
        return False
    if data.frame.engine == "SQLFrame":  # it joins a query with one made of it wrongly
        return False
    time = data.roles.get("time")
    return repeats == "mean" or (time is not None and data.frame.tells_times(time))


def _persons(
    data: BoundData, counts: BoundData, by: tuple[str, ...], query: UnitQuery, repeats: Repeats
) -> tuple[BoundData, Sample, UnitQuery, int] | None:
    """Return counts of the answers that count of each customer, as a sample, with the query of sums over customers."""
    plain = data.frame.plain
    keys = counts.segments(by)[1]
    nullable = [plain(name) for i, name in enumerate(by) if any(key[i] is None for key in keys)]
    with data.frame.asking(f"telling the answers that count of customers ({repeats})"):
        answers = [plain(name) for name in data.score]
        some = counts.answers().scored(np.zeros(len(counts.answers()), dtype=np.intp), 1) != [counts.answers().rows]
        found = answers_of_persons(query, answers, repeats, nullable, some)
    if found is None:
        return None
    superseded = int(counts.answers().rows - found.counts.sum())
    columns = {name: attrs.evolve(found.columns[plain(name)], copies=found.counts) for name in (*by, *data.score)}
    weighted = "weight" in data.roles
    small = attrs.evolve(
        counts,
        frame=Frame(Owned(columns)),
        columns={},
        sums=found.weights if weighted or repeats == "mean" or found.shared else None,
        aside=data.aside + RowCounts(left_out=superseded),
    )
    sample = attrs.evolve(small.sample(), repeats=repeats, tied=found.tied, superseded=superseded, shares=not weighted)
    return small, sample, found.units, found.most


def _categories(data: BoundData, answers: CodedAnswers, unscored: bool) -> Categories:
    """Return what the raw answers of an engine mean, by those there are, each once."""
    points, grid = {}, answers.codebook.grid.ravel()
    for name, codes, scale in zip(data.score, answers.codes, answers.codebook.scales, strict=True):
        raw = data.column(name).native()
        points[name] = [list(dict.fromkeys(raw[codes == code].tolist())) for code in range(scale.size)]
    cells = [np.flatnonzero(grid == k).tolist() for k in range(len(answers.codebook.categories))]
    return Categories(points, cells, unscored)


def _products(
    sums: tuple[SumTable | None, SumTable],
    design: tuple[SumTable | None, SumTable],
    keys: Keys,
    strata: list[Any],
    size: int,
) -> UnitProducts:
    """Return the sums over units by segment and stratum.

    Raises:
        _RowsNeededError: If several values of a column make one segment: an engine takes the answers of a unit to each
            for those of another.
    """
    groups, layers = len(keys), len(strata)
    sampled = sum(sum_by(_strata(table, strata), table.sums["n"], layers) for table in design if table is not None)
    found = []
    for table in sums:
        if table is None:
            continue
        place = _segments(table, keys)
        cell = place * layers + _strata(table, strata)
        if "category" in table.sums:
            z, zz = _of_rows(table, size)
        elif len(np.unique(cell)) == len(table):
            z, zz = _of_units(table, size)
        else:
            raise _RowsNeededError
        largest = np.zeros(groups)
        np.maximum.at(largest, place, table.sums["top"])
        by_cell = [sum_by(cell, each, groups * layers) for each in (z, zz, table.sums["w2"], table.sums["weighty"])]
        by_group = [sum_by(place, table.sums[name], groups) for name in ("n", "w3", "w4", "w5")]
        found.append(([each.reshape(groups, layers, *each.shape[1:]) for each in by_cell], by_group, largest))
    cells, others, tops = zip(*found, strict=True)
    weights, products, squares, weighty = (np.sum(each, axis=0) for each in zip(*cells, strict=True))
    n, *powers = (np.sum(each, axis=0) for each in zip(*others, strict=True))
    largest = np.max(tops, axis=0)
    return UnitProducts(n, weights, products, squares, np.stack(powers), largest, weighty, np.asarray(sampled), strata)


def _of_units(table: SumTable, size: int) -> tuple[Floats, Floats]:
    """Return Σz and Σzzᵀ of each line of units."""
    z = np.stack([table.sums[f"z{k}"] for k in range(size)], axis=-1)
    zz = np.empty((len(table), size, size))
    for j, k in itertools.combinations_with_replacement(range(size), 2):
        zz[:, j, k] = zz[:, k, j] = table.sums[f"p{j}_{k}"]
    return z, zz


def _of_rows(table: SumTable, size: int) -> tuple[Floats, Floats]:
    """Return the same of lines of rows, each of one category."""
    kind = np.eye(size)[table.sums["category"].astype(np.intp)]
    z, squares = kind * table.sums["w1"][:, np.newaxis], kind * table.sums["w2"][:, np.newaxis]
    return z, squares[:, :, np.newaxis] * np.eye(size)


def _segments(table: SumTable, keys: Keys) -> Codes:
    """Return the segment of each line."""
    numbers, own = segments_of(table.keys[: len(keys[0])], len(table))
    number = {key: i for i, key in enumerate(keys)}
    return np.array([number[key] for key in own], dtype=np.intp)[numbers]


def _strata(table: SumTable, strata: list[Any]) -> Codes:
    """Return the stratum of each line; without strata all are in the first."""
    if not table.keys or len(strata) == 1:
        return np.zeros(len(table), dtype=np.intp)
    number = {stratum: i for i, stratum in enumerate(strata)}
    return np.array([number[stratum] for stratum in table.keys[-1].filled().tolist()], dtype=np.intp)

"""Scores whose answers hang together, from an engine's sums over sampling units: no row leaves it, and no unit."""

from __future__ import annotations

import itertools
from typing import Any

import attrs
import numpy as np

from npskit.arrays import Codes, Floats
from npskit.checks import is_missing, is_same
from npskit.counting import CodedAnswers
from npskit.data import Categories, Keys, SumTable, UnitRoles, segments_of
from npskit.inference import UnitProducts, sum_by
from npskit.options import Denominator, Repeats
from npskit.sample.asking import counted
from npskit.sample.bound import BoundData
from npskit.sample.sample import Measured


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
    if repeats != "all":
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
    )
    query = data.frame.unit_query(by, categories, roles)
    if query is None:
        return None
    units, alone = query.design()
    stratified = roles.stratum is not None
    labels = [each for t in (units, alone) if stratified and t is not None for each in t.keys[-1].filled().tolist()]
    if ("cluster" in data.roles and len(alone)) or any(map(is_missing, labels)):
        return None  # an error names the row whose unit or stratum is missing
    clustered = "cluster" in data.roles or (units is not None and units.sums["top"].max(initial=0) > 1)
    estimate = None
    if clustered or stratified or data.population is not None:
        strata = sorted(set(labels)) if stratified else [0]
        products = _products(query.products(), (units, alone), keys, strata, query.size)
        if products is None:
            return None
        scores = sample.answers.codebook.category_scores
        estimate = products.estimate(
            np.append(scores, 0.0) if categories.unscored else scores,
            population=data.population,
            lonely=data.lonely,
            customers="all" if clustered and "cluster" not in data.roles else None,
        )
    measured = sample.measured(sample.count(places), denominator, estimate)
    conventions = attrs.evolve(measured.conventions, by_customer="customer" in data.roles)
    return keys, attrs.evolve(measured, conventions=conventions)


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
) -> UnitProducts | None:
    """Return the sums over units by segment and stratum; None where several values of a column make one segment.

    What is one unit there, its answers to each of them, an engine takes for two.
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
            return None
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

"""The sums that drivers are found of, where an engine holds the rows: it adds them up, and no row leaves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from npskit.arrays import Floats
from npskit.data import ProductColumns, ProductQuery, Seen
from npskit.drivers.driver_sums import DriverName, DriverSums, refuse_few
from npskit.drivers.moment_sums import Moments
from npskit.drivers.rating_scale import RatingSpread, scale_of
from npskit.results import RowCounts
from npskit.sample import BoundData, categories_of, counted

SHARDS = 50
"""So many shards of customers an engine adds up; each is left out in turn."""


def sums_of_engine(
    data: BoundData, drivers: Mapping[str, Sequence[str]], outcome: str, backend: str | None
) -> DriverSums | None:
    """Return the sums over the rows of an engine, by shards of customers.

    A customer's shard is its number modulo 50.

    Args:
        data: The data.
        drivers: The columns of each driver.
        outcome: `"answer"`, `"category_score"` or a column.
        backend: The dataframe library of results.

    Returns:
        None where rows have to be seen: of columns that are no numbers, of customers who are not told apart by whole
        numbers or not all known, of raked weights, accounts and strata.

    Raises:
        InvalidValueError: If there are too few rows.
    """
    unit = next((data.roles[role] for role in ("cluster", "customer") if role in data.roles), None)
    own = outcome in ("answer", "category_score")
    names = [name for members in drivers.values() for name in members]
    if not data.frame.lazy or unit is None or data.totals is not None or {"account", "stratum"} & set(data.roles):
        return None
    if len(data.score) > 1 or not all(map(data.frame.is_numeric, [*names, *([] if own else [outcome])])):
        return None
    counts = counted(data, ())
    if counts is None:
        return None
    sample = counts.sample()
    book = sample.answers.codebook
    worths = dict(zip(book.categories, book.category_scores.tolist(), strict=True)) if own else {}
    columns = ProductColumns(
        names,
        None if own else outcome,
        [*worths.values()] if outcome == "category_score" else None,
        book.scales[0].low,
        unit,
        data.roles.get("weight"),
    )
    off = sample.answers.number(sample.answers.off_the_scale())
    if off and not own:  # whether such a row counts is not told by counts
        return None
    query = data.frame.product_query(columns, categories_of(counts, sample.answers, False))
    if query is None:
        return None
    places = [[names.index(member) for member in members] for members in drivers.values()]
    seen = query.look(places)
    refuse_few(seen.n, len(names), False)
    if seen.unknown:
        return None
    sums = query.products(seen.means, SHARDS)
    shards = _moments(sums, seen.means, len(worths))
    if shards.products.shape[2] < len(names) + 3:
        return None
    rows = sample.answers.rows
    return DriverSums(
        f"the {outcome.replace('_', ' ')}" if own else outcome,
        tuple(_driver(query, seen, g, name, places[g], members) for g, (name, members) in enumerate(drivers.items())),
        shards,
        "jackknife",
        worths,
        book.name,
        False,
        seen.units,
        backend,
        sample.aside + RowCounts(seen.n, rows - seen.n - off, off),
    )


def _driver(
    query: ProductQuery, seen: Seen, number: int, name: str, places: list[int], members: Sequence[str]
) -> DriverName:
    """Return what a driver is called, and how its ratings are spread."""
    spread = None
    if len(places) == 1:
        place = places[0]
        low, high = float(seen.least[place]), float(seen.most[place])
        spread = RatingSpread(np.array([low, high]), np.empty(0), low, high)
        scale = None if seen.odd[place] else scale_of(np.array([low, high]))
        if scale is not None:
            values, weights = query.spread(place)
            spread = RatingSpread(values, weights / weights.sum(), *scale)
    return DriverName(name, places, list(members), len(places) == 1, int(seen.missing[number]), spread)


def _moments(sums: Mapping[str, Floats], means: Floats, categories: int) -> Moments:
    """Return the moments of sums by shard."""
    size, count = len(means), len(sums["n"])
    drivers = size - categories - 1
    products = np.zeros((size, size, count))
    for i in range(size):
        for j in range(i, size):
            if f"p{i}_{j}" in sums:
                products[i, j] = products[j, i] = sums[f"p{i}_{j}"]
    lines = np.broadcast_to(np.stack([sums[f"s{i}"] for i in range(size)])[:, np.newaxis], products.shape)
    names = (*(f"{i}" for i in range(drivers)), *(f"category {k}" for k in range(categories)), "outcome")
    return Moments(
        names,
        means,
        np.broadcast_to(sums["n"], products.shape),
        np.broadcast_to(sums["w"], products.shape),
        lines,
        products,
    )

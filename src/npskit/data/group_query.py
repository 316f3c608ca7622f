"""Groups of rows as a key of sums over sampling units: places that columns and spans of days make, put together."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from npskit.arrays import Codes, Floats
from npskit.data.number_stretches import Stretches, chosen
from npskit.data.sum_table import SumTable
from npskit.data.unit_query import UnitQuery

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw


def place_of(query: UnitQuery, cases: Mapping[str, Sequence[Sequence[Any]]], spans: int) -> nw.Expr:
    """Return the place of a row.

    It counts the values of the first column, from 1 with 0 for all else, by those of the second and so on, and last the
    spans.

    Args:
        query: The rows, of which those in no span have no place.
        cases: The raw values of each column, by its plain name, that make one value.
        spans: How many spans of days there are.
    """
    import narwhals.stable.v2 as nw

    place = nw.lit(0)
    for name, values in cases.items():
        number = chosen([(nw.col(name).is_in(list(raw)), i) for i, raw in enumerate(values)]) + 1
        place = place * (len(values) + 1) + number
    return place * spans + nw.col("span") if query.days else place


def in_groups(query: UnitQuery, cases: Mapping[str, Sequence[Sequence[Any]]], spans: int, groups: Codes) -> UnitQuery:
    """Return a query whose sums are by group, which takes the place of the spans of days and of all other segments.

    Args:
        query: The rows, in spans of days, or all of one time.
        cases: See `place_of`.
        spans: See there.
        groups: The group of each place, -1 for none.
    """
    import narwhals.stable.v2 as nw

    group = Stretches.of(np.arange(len(groups)), groups).value(nw.col("place"))
    rows = query.rows.with_columns(place=place_of(query, cases, spans))
    if query.days:
        group = nw.when(nw.col("span") >= 0).then(group).otherwise(nw.lit(-1))
    return attrs.evolve(query, rows=rows.with_columns(span=group), keys=(), days=query.days or ("span",))


def influences_of_units(query: UnitQuery, worths: Floats) -> SumTable:
    """Return sums of what each known unit adds to E estimates that are made of groups.

    Args:
        query: Rows that may hang together, in groups.
        worths: What a unit of weight adds to each of them, by group and category, shape `(E, G, K)`.

    Returns:
        By stratum the sums `u0`, `u1`, ..., of their products `p0_0`, `p0_1`, ..., and how many units are `weighty`.
    """
    import narwhals.stable.v2 as nw

    zs, us = query.sums_of_units, {f"u{e}": _added(query, table) for e, table in enumerate(worths)}
    cells = query.cells().with_columns(**us, held=_total([nw.col(z) for z in zs]), one=nw.lit(1))
    whole = attrs.evolve(query, keys=(), days=())
    units = cells.group_by([*whole.lines, "unit"]).agg(*(nw.col(name).sum() for name in (*us, "held")))
    pairs = {
        f"p{e}_{f}": nw.col(f"u{e}") * nw.col(f"u{f}")
        for e, f in itertools.combinations_with_replacement(range(len(worths)), 2)
    }
    heavy = nw.when(nw.col("held") > 0).then(nw.lit(1)).otherwise(nw.lit(0))
    return whole.sums(units.with_columns(**pairs, weighty=heavy), [*us, *pairs, "weighty"])


def _added(query: UnitQuery, worths: Floats) -> nw.Expr:
    """Return what the sums of a unit in a group add to an estimate, by group and category, shape `(G, K)`."""
    import narwhals.stable.v2 as nw

    added = nw.lit(0.0)
    for group in np.flatnonzero(worths.any(axis=1)).tolist():
        own = [nw.col(z) * worth for z, worth in zip(query.sums_of_units, worths[group].tolist(), strict=True)]
        added = nw.when(nw.col("span") == group).then(_total(own)).otherwise(added)
    return added


def _total(parts: Sequence[nw.Expr]) -> nw.Expr:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total

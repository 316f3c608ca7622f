"""Sampling units of a kind: who has the same answers in the same places is counted once, by an engine.

What a contrast of several groups needs is what each unit has in all of them. Few units differ in that, however many
there are: a unit's answers are told apart by two sums of fractions, one for each place and category, which differ where
the answers do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Codes, Floats, Frozen
from npskit.data.columns import Column
from npskit.data.group_query import place_of
from npskit.data.keys import factorize_many
from npskit.data.unit_query import UnitQuery

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw

# What is added to the number of a place: of sums of such fractions no two are the same by what they are made of.
_FIRST, _SECOND = 0.5772156649015329, 1.6180339887498949
_PARTS = 1e9


@attrs.frozen(eq=False)
class UnitKinds(Frozen):
    """Kinds of units, by what they have where.

    Args:
        kinds: The kind of each cell, shape `(C,)`.
        places: Where it is, shape `(C,)`; see `unit_kinds`.
        counts: Answers of one unit there by category, shape `(C, K)`.
        answers: Answers of one unit of its kind in all places, shape `(C,)`: of two kinds with the same signs, which
            chance all but excludes, the cells hold more.
        units: How many units of its kind there are, shape `(C,)`.
        stratum: The stratum of each cell, None where there are none.
    """

    kinds: Codes
    places: Codes
    counts: Floats
    answers: Floats
    units: Floats
    stratum: Column | None


def unit_kinds(
    query: UnitQuery, cases: Mapping[str, Sequence[Sequence[Any]]], spans: int
) -> tuple[UnitKinds | None, UnitKinds]:
    """Return the kinds of known units, None where rows do not hang together, and those of rows of no known unit.

    Args:
        query: The answers, which all weigh the same.
        cases: The raw values of each column of segments, by its plain name, that make one value; see `place_of`.
        spans: How many spans of days there are.
    """
    import narwhals.stable.v2 as nw

    place = place_of(query, cases, spans)
    key, zs = [query.stratum] if query.stratum else [], query.sums_of_units
    columns = [*key, "place", "total", *zs]
    rows = query.counting(query.alone(query.rows)).with_columns(
        place=place,
        total=nw.col("one"),
        **{z: nw.when(nw.col("category") == k).then(nw.col("w")).otherwise(nw.lit(0.0)) for k, z in enumerate(zs)},
    )
    alone = query.run(rows.group_by(columns).agg(nw.len().alias("units")))
    others = _of(query, alone, np.arange(len(alone.numbers("units")), dtype=np.intp))
    if not query.units:
        return None, others
    cells = query.cells().with_columns(place=place)
    cells = cells.group_by([*key, "unit", "place"]).agg(*(nw.col(name).sum() for name in ("n", *zs)))
    each = cells.with_columns(**{name: _sign(zs, shift) for name, shift in (("a", _FIRST), ("b", _SECOND))})
    each = each.group_by([*key, "unit"]).agg(
        *(nw.col(name).sum() for name in ("a", "b")), nw.col("n").sum().alias("total")
    )
    cells = cells.join(each, on=[*key, "unit"], how="inner")
    found = query.run(cells.group_by([*columns, "a", "b"]).agg(nw.len().alias("units")))
    kinds = factorize_many([found[name].filled() for name in ("a", "b", "total", *key)])[0]
    return _of(query, found, kinds), others


def _sign(zs: Sequence[str], shift: float) -> nw.Expr:
    """Return what tells apart what a unit has in a place: a fraction for each answer, by place and category.

    It is a whole number of billionths, so that sums are the same in whatever order they are added up.
    """
    import narwhals.stable.v2 as nw

    place = nw.col("place").cast(nw.Float64) * len(zs)
    parts = [nw.col(z) * _PARTS / (place + (k + shift)) for k, z in enumerate(zs)]
    found = parts[0]
    for part in parts[1:]:
        found = found + part
    return found.cast(nw.Int64).cast(nw.Float64)


def _of(query: UnitQuery, found: Any, kinds: NDArray[np.intp]) -> UnitKinds:
    counts = np.stack([found.numbers(z) for z in query.sums_of_units], axis=-1)
    stratum = found[query.stratum] if query.stratum else None
    places, answers, units = found.numbers("place").astype(np.intp), found.numbers("total"), found.numbers("units")
    return UnitKinds(kinds, places, counts, answers, units, stratum)

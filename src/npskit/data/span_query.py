"""Spans of days as one more key of sums over sampling units, and sums of what units have in two of them.

No engine truncates times as another does. So the days that there are are placed here, and a query is told from which
day on which span begins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from npskit.data.number_stretches import Stretches
from npskit.data.query_times import QueryTimes
from npskit.data.sum_table import SumTable
from npskit.data.unit_query import UnitQuery

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw

# What stands for a missing value where rows are joined, since no engine joins by nothing.
_NOTHING = "npskit: nothing"


def in_spans(query: UnitQuery, times: QueryTimes, stretches: Stretches) -> UnitQuery:
    """Return a query of rows with times whose sums are also by span of days.

    Args:
        query: The rows, with the column `t`.
        times: How their times are taken apart.
        stretches: The span of each day, or quarter of an hour, by `QueryTimes.numbers`, -1 for none.
    """
    import narwhals.stable.v2 as nw

    rows = query.rows.with_columns(**times.parts_of("t"))
    rows = rows.with_columns(moment=times.number(nw.col))
    rows = rows.with_columns(span=stretches.value(nw.col("moment")))
    return attrs.evolve(query, rows=rows, days=times.parts)


def partner_products(query: UnitQuery, other: UnitQuery, distances: Stretches, nullable: Sequence[str]) -> SumTable:
    """Return the products of what units have in each span, and in an earlier one.

    Args:
        query: Rows that may hang together, in spans.
        other: The same rows, in the spans that the earlier ones are among.
        distances: By how much less the number of the earlier span of each is; more than there are for none.
        nullable: The plain names of the columns of segments that have missing values.

    Returns:
        By line `p0_0`, `p0_1`, ...: the first category is that of the later span.
    """
    import narwhals.stable.v2 as nw

    zs = query.sums_of_units
    filled, joined = fill_keys(query.cells(), query.keys, nullable)
    also = [*joined, *([query.stratum] if query.stratum else []), "unit"]
    before = filled if other is query else fill_keys(other.cells(), other.keys, nullable)[0]
    earlier = before.select(*also, nw.col("span").alias("other"), *(nw.col(z).alias(f"other_{z}") for z in zs))
    later = filled.with_columns(other=nw.col("span") - distances.value(nw.col("span")))
    both = later.join(earlier, on=[*also, "other"], how="inner")
    pairs = {f"p{j}_{k}": nw.col(a) * nw.col(f"other_{b}") for j, a in enumerate(zs) for k, b in enumerate(zs)}
    return query.sums(both.with_columns(**pairs), list(pairs))


def fill_keys(
    rows: nw.LazyFrame[Any], keys: Sequence[str], nullable: Sequence[str]
) -> tuple[nw.LazyFrame[Any], Mapping[str, str]]:
    """Return rows with columns by which they can be joined where their keys are the same, and what these stand for."""
    import narwhals.stable.v2 as nw

    joined = {f"k{i}": name for i, name in enumerate(keys)}
    for key, name in joined.items():
        same = nw.col(name).cast(nw.String).fill_null(_NOTHING) if name in nullable else nw.col(name)
        rows = rows.with_columns(same.alias(key))
    return rows, joined

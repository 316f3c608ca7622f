"""What an engine adds up for regressions: sums of products of columns, by shard of the customers. No row leaves it.

As in `npskit.data.unit_query` columns are made before a group-by, and in it are plain sums, counts, least and greatest
values alone.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs
import numpy as np

from npskit.arrays import Floats, Frozen
from npskit.data.engines import Fetched
from npskit.data.number_stretches import case_of
from npskit.data.unit_query import Categories

if TYPE_CHECKING:
    from typing import Any

    import narwhals.stable.v2 as nw

# Whole numbers beyond that are no ratings, and need not be told from others.
_FAR = 1_000


@attrs.frozen
class ProductColumns:
    """The columns of a regression.

    Args:
        drivers: The columns of drivers, all of numbers.
        outcome: That of the outcome, of numbers; None for the score's own.
        worths: What each category is worth where it is the outcome; None for the answer itself.
        low: The lowest answer.
        unit: That of customers or clusters, in whole numbers.
        weight: That of weights; None where all rows weigh alike.
    """

    drivers: Sequence[str]
    outcome: str | None
    worths: Sequence[float] | None
    low: int
    unit: str
    weight: str | None

    @property
    def names(self) -> list[str]:
        """Those that there are, beside the answers."""
        return [*self.drivers, *(name for name in (self.outcome, self.unit, self.weight) if name is not None)]


@attrs.frozen(eq=False)
class Seen(Frozen):
    """What one look at the rows says.

    Args:
        missing: Rows without each driver, shape `(groups,)`.
        unknown: Rows that count whose unit is not known.
        n: Rows that count.
        least: The least value of each driver among them.
        most: The greatest.
        odd: How many of its values are no whole numbers, or far from any scale.
        means: The mean of each column.
        units: How many units they are of.
    """

    missing: Floats
    unknown: int
    n: int
    least: Floats
    most: Floats
    odd: Floats
    means: Floats
    units: int


@attrs.frozen(eq=False)
class ProductQuery:
    """Rows of an engine with the columns of a regression: `x0`, `x1`, ..., with `category`, `w`, `unit` and `one`.

    Args:
        rows: All rows; `used` is 1 where one counts.
        drivers: How many of the columns are drivers; behind them is one for each category, then the outcome.
        size: How many columns there are.
        run: Runs a query.
    """

    rows: nw.LazyFrame[Any]
    drivers: int
    size: int
    run: Callable[[Any], Fetched]

    @classmethod
    def of(
        cls,
        rows: nw.LazyFrame[Any],
        plain: Callable[[str], str],
        columns: ProductColumns,
        categories: Categories,
        run: Callable[[Any], Fetched],
    ) -> ProductQuery | None:
        """Return the query; None where units are no whole numbers.

        Args:
            rows: The rows, with the columns needed.
            plain: Gives the name that queries know a column by.
            columns: The columns.
            categories: What the answers mean.
            run: Runs a query.
        """
        import narwhals.stable.v2 as nw

        schema = rows.collect_schema()
        if not schema[plain(columns.unit)].is_integer():
            return None
        p = len(columns.drivers)
        numbers = [*columns.drivers, *([] if columns.outcome is None else [columns.outcome])]
        made = {f"x{i}": _finite(plain(name)) for i, name in enumerate(numbers)}
        if columns.outcome is None:
            ((answers, points),) = categories.points.items()
            made["code"] = case_of(nw.col(plain(answers)), schema[plain(answers)], points)
        found = rows.with_columns(
            **made,
            category=categories.of_rows(plain, schema),
            w=nw.lit(1).cast(nw.Float64) if columns.weight is None else nw.col(plain(columns.weight)).cast(nw.Float64),
            unit=nw.col(plain(columns.unit)),
            one=nw.lit(1),
        )
        known = ~nw.col("x0").is_null()
        for i in range(1, len(numbers)):
            known = known & ~nw.col(f"x{i}").is_null()
        size = p + 1
        if columns.outcome is None:
            known = known & (nw.col("category") >= 0)
            size = p + categories.size + 1
            cs = [
                _is(nw.col("category") == k).cast(nw.Float64)  # of whole numbers: PostgreSQL's 1.0 is a decimal
                for k in range(categories.size)
            ]
            outcome = nw.col("code").cast(nw.Float64) + float(columns.low)
            if columns.worths is not None:
                outcome = nw.lit(0.0)
                for worth, c in zip(columns.worths, cs, strict=True):
                    outcome = outcome + c * worth
            found = found.with_columns(**{f"x{p + k}": c for k, c in enumerate(cs)}, **{f"x{size - 1}": outcome})
        found = found.with_columns(used=nw.when(known).then(nw.lit(1)).otherwise(nw.lit(0)))
        return cls(found, p, size, run)

    @property
    def counting(self) -> nw.LazyFrame[Any]:
        """The rows that count."""
        import narwhals.stable.v2 as nw

        return self.rows.filter(nw.col("used") > 0)

    def look(self, groups: Sequence[Sequence[int]]) -> Seen:
        """Return what has to be known of the rows first.

        Args:
            groups: The positions of the columns that are a driver together.
        """
        import narwhals.stable.v2 as nw

        drivers, columns = [f"x{i}" for i in range(self.drivers)], [f"x{i}" for i in range(self.size)]
        gaps = {
            f"m{g}": _is(functools.reduce(operator.or_, [nw.col(drivers[i]).is_null() for i in group]))
            for g, group in enumerate(groups)
        }
        every = self.run(self.rows.with_columns(**gaps).group_by("one").agg(*(nw.col(gap).sum() for gap in gaps)))
        near = {name: (nw.col(name) > -_FAR) & (nw.col(name) < _FAR) for name in drivers}
        whole = {
            f"h{i}": nw.when(near[name]).then(nw.col(name)).otherwise(nw.lit(0.5)) for i, name in enumerate(drivers)
        }
        odd = {
            f"o{i}": _is(nw.col(f"h{i}").cast(nw.Int64).cast(nw.Float64) != nw.col(f"h{i}")) for i in range(len(whole))
        }
        ends = {f"{end}{i}": nw.col(name) for i, name in enumerate(drivers) for end in ("l", "u")}
        rows = self.counting.with_columns(**whole, n=nw.col("one"), nobody=_is(nw.col("unit").is_null()))
        found = self.run(
            rows.with_columns(**odd, **ends)
            .group_by("one")
            .agg(
                nw.col("n").sum(),
                nw.col("nobody").sum(),
                *(nw.col(name).sum() for name in (*columns, *odd)),
                *(nw.col(f"l{i}").min() for i in range(len(drivers))),
                *(nw.col(f"u{i}").max() for i in range(len(drivers))),
            )
        )

        def line(names: Sequence[str], of: Fetched) -> Floats:
            return np.array([of.numbers(name).sum() for name in names])

        n = int(found.numbers("n").sum())
        each = self.counting.group_by("unit").agg(nw.len().alias("n")).with_columns(one=nw.lit(1))
        units = self.run(each.with_columns(units=nw.col("one")).group_by("one").agg(nw.col("units").sum()))
        return Seen(
            line([*gaps], every),
            int(found.numbers("nobody").sum()),
            n,
            line([f"l{i}" for i in range(len(drivers))], found),
            line([f"u{i}" for i in range(len(drivers))], found),
            line([*odd], found),
            line(columns, found) / max(n, 1),
            int(units.numbers("units").sum()),
        )

    def spread(self, driver: int) -> tuple[Floats, Floats]:
        """Return the different values of a driver, ascending, and the weight of the rows with each."""
        import narwhals.stable.v2 as nw

        found = self.run(self.counting.group_by(f"x{driver}").agg(nw.col("w").sum()))
        values, weights = found.numbers(f"x{driver}"), found.numbers("w")
        order = np.argsort(values)
        return values[order], weights[order]

    def products(self, means: Floats, shards: int) -> Mapping[str, Floats]:
        """Return by shard `n`, `w`, the sums `s0`, `s1`, ... and the products `p0_0`, `p0_1`, ... of values less means.

        A unit's shard is its number modulo `shards`. Products of two categories are not asked for.
        """
        import narwhals.stable.v2 as nw

        x, last = range(self.size), self.size - 1
        pairs = [(i, j) for i in x for j in x[i:] if i < self.drivers or i == j or j == last]
        w = nw.col("w")
        rows = self.counting.with_columns(
            **{f"v{i}": nw.col(f"x{i}") - float(means[i]) for i in x},
            shard=(nw.col("unit") % shards + shards) % shards,
            n=nw.col("one"),
        ).with_columns(**{f"s{i}": nw.col(f"v{i}") * w for i in x})
        rows = rows.with_columns(**{f"p{i}_{j}": nw.col(f"s{i}") * nw.col(f"v{j}") for i, j in pairs})
        names = ["n", "w", *(f"s{i}" for i in x), *(f"p{i}_{j}" for i, j in pairs)]
        found = self.run(rows.group_by("shard").agg(*(nw.col(name).sum() for name in names)))
        order = np.argsort(found.numbers("shard"))
        return {name: found.numbers(name)[order] for name in names}


def _is(condition: nw.Expr) -> nw.Expr:
    """Return 1 where something holds, else 0."""
    import narwhals.stable.v2 as nw

    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0))


def _finite(name: str) -> nw.Expr:
    """Return a column of numbers, null where one is not finite."""
    import narwhals.stable.v2 as nw

    value = nw.col(name).cast(nw.Float64)
    return nw.when((value < float("inf")) & (value > float("-inf"))).then(value)

"""What an engine adds up of rows that hang together, by sampling unit: sums per unit stay there, sums over units come.

Every step is one that all engines do alike: columns made before a group-by, plain sums, counts and greatest values in
it. Conditions inside of an aggregation, distinct counts, windows and divisions of whole numbers are not.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from npskit.data.engines import Fetched
from npskit.data.number_stretches import case_of
from npskit.data.sum_table import SumTable
from npskit.data.words import NOTHING

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw

# An address of e-mail, which is compared in any case.
_ADDRESS = r"^\s*[^@\s]+@[^@\s.][^@\s]*\.[^@\s]*[^@\s.]\s*$"


@attrs.frozen
class Categories:
    """What raw answers mean, as an engine can be told.

    Args:
        points: For each question its column, and the raw answers that stand for each point of its scale.
        cells: For each category the combinations of points that it is of, as positions in the grid of all.
        unscored: Whether rows that cannot be scored count as well, in a category of their own behind the others.
    """

    points: Mapping[str, Sequence[Sequence[Any]]]
    cells: Sequence[Sequence[int]]
    unscored: bool

    @property
    def columns(self) -> list[str]:
        """The columns of answers."""
        return list(self.points)

    @property
    def size(self) -> int:
        """The number of categories, K."""
        return len(self.cells) + self.unscored

    def of_rows(self, plain: Callable[[str], str], schema: Mapping[str, Any]) -> nw.Expr:
        """Return the category of a row, -1 where it does not count."""
        import narwhals.stable.v2 as nw

        found, bad = nw.lit(0), nw.lit(0) > 0
        if len(self.points) == 1:
            ((name, points),) = self.points.items()
            raws = [[raw for cell in cells for raw in points[cell]] for cells in self.cells]
            category = case_of(_comparable(plain(name), schema), schema[plain(name)], raws)
        else:
            for name, points in self.points.items():
                code = case_of(_comparable(plain(name), schema), schema[plain(name)], points)
                found, bad = found * len(points) + code, bad | (code < 0)
            inside = case_of(found, nw.Int64(), self.cells)
            category = nw.when(bad).then(nw.lit(-1)).otherwise(inside)
        if not self.unscored:
            return category
        return nw.when(category < 0).then(nw.lit(len(self.cells))).otherwise(category)


@attrs.frozen
class UnitRoles:
    """The columns that say how rows hang together and what they weigh, None where there is none.

    Args:
        unit: Of sampling units; without it each row is one.
        customers: Whether these are customers, of whom some are not known: each such row is a unit.
        weight: Of weights.
        stratum: Of strata.
        time: Of times, where it matters which answer is the latest.
    """

    unit: str | None
    customers: bool
    weight: str | None
    stratum: str | None
    time: str | None = None

    @property
    def columns(self) -> list[str]:
        """Those that there are."""
        return [name for name in (self.unit, self.weight, self.stratum, self.time) if name is not None]


@attrs.frozen(eq=False)
class UnitQuery:
    """Rows of an engine with the category, the weight and the sampling unit of each.

    Args:
        rows: The rows, with the columns `category`, `w` and `one`, which is 1, and where rows may hang together `unit`,
            null where it is not known.
        keys: The plain names of the columns of segments.
        stratum: That of strata, None where there are none.
        units: Whether rows may hang together.
        size: The number of categories, K.
        run: Runs a query.
        shared: Whether the rows of a unit share the weight of one, so that they are its mean.
        others: The rows of no known unit, where they are not among the rows.
        days: Columns that tell the days of rows apart, null where none is known, where `span` says which span of days
            each is in, -1 for none; see `npskit.data.span_query.in_spans`.
    """

    rows: nw.LazyFrame[Any]
    keys: tuple[str, ...]
    stratum: str | None
    units: bool
    size: int
    run: Callable[[Any], Fetched]
    shared: bool = False
    others: nw.LazyFrame[Any] | None = None
    days: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        rows: nw.LazyFrame[Any],
        plain: Callable[[str], str],
        keys: Sequence[str],
        categories: Categories,
        roles: UnitRoles,
        run: Callable[[Any], Fetched],
    ) -> UnitQuery | None:
        """Return the query; None where the engine's column of units is of a kind that only npskit reads.

        Args:
            rows: The rows, with the columns needed.
            plain: Gives the name that queries know a column by.
            keys: The columns of segments.
            categories: What the answers mean.
            roles: What is known of the rows.
            run: Runs a query.
        """
        import narwhals.stable.v2 as nw

        schema = rows.collect_schema()
        who = None if roles.unit is None else _unit(plain(roles.unit), schema, roles.customers)
        if roles.unit is not None and who is None:
            return None
        found = rows.with_columns(
            **({} if who is None else {"unit": who}),
            category=categories.of_rows(plain, schema),
            w=nw.lit(1).cast(nw.Float64) if roles.weight is None else nw.col(plain(roles.weight)).cast(nw.Float64),
            one=nw.lit(1),
            **({} if roles.time is None else {"t": nw.col(plain(roles.time))}),
        )
        stratum = None if roles.stratum is None else plain(roles.stratum)
        lines = tuple(dict.fromkeys(map(plain, keys)))
        for name in lines:  # what says nothing is one segment, however it is written
            said = _text(name, schema)
            if said is not None:
                found = found.with_columns(_unless_nothing(said, said).alias(name))
        return cls(found, lines, stratum, roles.unit is not None, categories.size, run)

    def products(self) -> tuple[SumTable | None, SumTable]:
        """Return the sums over units, None where rows do not hang together, and those over rows of no known unit.

        Of units: `n`, `z0`, `z1`, ... and `p0_0`, `p0_1`, ..., sums of weights per category and of their products;
        `w2`, the squared weights of single answers; `w3`, `w4`, `w5`, powers of the weight of a unit; `weighty`, how
        many have any, and `top`, the greatest. Of rows, by `category`: `n`, `w1` to `w5`, `weighty` and `top`.
        """
        import narwhals.stable.v2 as nw

        w = nw.col("w")
        alone = self.counting(self.alone(self.rows)).with_columns(
            top=w,
            n=nw.col("one"),
            w1=w,
            **_powers(w, 2),
            weighty=nw.when(w > 0).then(nw.lit(1)).otherwise(nw.lit(0)),
        )
        names = ["n", "w1", "w2", "w3", "w4", "w5", "weighty"]
        return self._of_units(), self.sums(alone, names, top=True, extra="category")

    def counting(self, rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Return the rows that are counted somewhere."""
        import narwhals.stable.v2 as nw

        scored = rows.filter(nw.col("category") >= 0)
        return scored.filter(nw.col("span") >= 0) if self.days else scored

    @property
    def sums_of_units(self) -> list[str]:
        """What `cells` calls the sums of weights per category."""
        return [f"z{k}" for k in range(self.size)]

    def cells(self) -> nw.LazyFrame[Any]:
        """Return the sums of each known unit by line: `n`, `z0`, `z1`, ... and `w2`; where rows may hang together."""
        import narwhals.stable.v2 as nw

        w, zs = nw.col("w"), self.sums_of_units
        known = self.counting(self.rows.filter(~nw.col("unit").is_null())).with_columns(
            **{z: nw.when(nw.col("category") == k).then(w).otherwise(nw.lit(0.0)) for k, z in enumerate(zs)}, w2=w * w
        )
        units = known.group_by([*self.lines, "unit"]).agg(
            nw.len().alias("n"), *(nw.col(name).sum() for name in (*zs, "w2"))
        )
        if not self.shared:
            return units
        one = nw.lit(1.0) / nw.col("n")
        return units.with_columns(**{z: nw.col(z) * one for z in zs}, w2=nw.col("w2") * one * one)

    def _of_units(self) -> SumTable | None:
        if not self.units:
            return None
        import narwhals.stable.v2 as nw

        top, zs, pairs = nw.col("top"), self.sums_of_units, _pairs(self.size)
        units, total = self.cells(), nw.col(zs[0])
        for z in zs[1:]:
            total = total + nw.col(z)
        units = units.with_columns(top=total, **{p: nw.col(zs[j]) * nw.col(zs[k]) for p, (j, k) in pairs.items()})
        units = units.with_columns(**_powers(top, 3), weighty=nw.when(top > 0).then(nw.lit(1)).otherwise(nw.lit(0)))
        return self.sums(units, ["n", *zs, *pairs, "w2", "w3", "w4", "w5", "weighty"], top=True)

    def design(self) -> tuple[SumTable | None, SumTable]:
        """Return of the whole sample, by stratum, how many units there are and how many answers one has at most.

        The first is None where rows do not hang together; the second are the rows of no known unit: `n`.
        """
        import narwhals.stable.v2 as nw

        scored = nw.col("category") >= 0
        if self.days:  # also on a day of no span
            scored = scored & (nw.col(self.days[0]) > 0)
        rows = self.rows.with_columns(n=nw.col("one"), top=nw.when(scored).then(nw.lit(1)).otherwise(nw.lit(0)))
        whole, units = attrs.evolve(self, keys=(), days=()), None
        if self.units:
            known = rows.filter(~nw.col("unit").is_null())
            each = known.group_by([*whole.lines, "unit"]).agg(nw.col("top").sum()).with_columns(n=nw.lit(1))
            units = whole.sums(each, ["n"], top=True)
        return units, whole.sums(self.alone(rows), ["n"])

    def most(self) -> int:
        """Return how many scored rows there are of one unit at most."""
        import narwhals.stable.v2 as nw

        scored = self.counting(self.rows.filter(~nw.col("unit").is_null()))
        each = scored.group_by("unit").agg(nw.len().alias("top")).with_columns(one=nw.lit(1))
        return int(self.run(each.group_by("one").agg(nw.col("top").max())).numbers("top").max(initial=0))

    def alone(self, rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Return the rows of no known unit."""
        if self.others is not None:
            return self.others
        import narwhals.stable.v2 as nw

        return rows.filter(nw.col("unit").is_null()) if self.units else rows

    @property
    def lines(self) -> list[str]:
        """The keys of sums: segments, span and stratum."""
        span, stratum = ["span"] if self.days else [], [self.stratum] if self.stratum else []
        return list(dict.fromkeys([*self.keys, *span, *stratum])) or ["one"]

    def sums(
        self, rows: nw.LazyFrame[Any], names: Sequence[str], *, top: bool = False, extra: str | None = None
    ) -> SumTable:
        """Return sums of columns by line, with the greatest `top` of each, and by one column more."""
        import narwhals.stable.v2 as nw

        extras = [*([extra] if extra else []), *(["span"] if self.days else [])]
        keys, more = list(dict.fromkeys([*self.lines, *extras])), ["top"] if top else []
        found = self.run(rows.group_by(keys).agg(*map(_sum, names), *(nw.col(name).max() for name in more)))
        sums = {name: found.numbers(name) for name in (*names, *more, *extras)}
        return SumTable([found[name] for name in (*self.keys, *([self.stratum] if self.stratum else []))], sums)


def _sum(name: str) -> nw.Expr:
    import narwhals.stable.v2 as nw

    return nw.col(name).sum()


def _powers(w: nw.Expr, least: int) -> dict[str, nw.Expr]:
    """Return powers of a weight up to the fifth, as products."""
    powers = list(itertools.accumulate([w] * 5, lambda so_far, each: so_far * each))
    return {f"w{k}": powers[k - 1] for k in range(least, 6)}


def _pairs(size: int) -> dict[str, tuple[int, int]]:
    """Return the pairs of categories by the name of their product."""
    return {f"p{j}_{k}": (j, k) for j, k in itertools.combinations_with_replacement(range(size), 2)}


def _unit(name: str, schema: Mapping[str, Any], customers: bool) -> nw.Expr | None:
    """Return the unit of a row as it is compared, null where it is not known; None for a kind that is not compared.

    Customers as by `npskit.data.customers.customer_key`: words for nobody are nobody, and an address of e-mail is
    compared in any case and without blanks.
    """
    import narwhals.stable.v2 as nw

    column, kind = nw.col(name), schema[name]
    if kind.is_integer():
        return column
    if kind.is_float():  # whole numbers where some are missing; as not-a-number no engine is below infinity
        return nw.when(column < float("inf")).then(column)
    text = _text(name, schema)
    if text is None or not customers:
        return text
    bare = text.str.strip_chars().str.to_lowercase()
    return _unless_nothing(text, nw.when(text.str.contains(_ADDRESS)).then(bare).otherwise(text))


def _text(name: str, schema: Mapping[str, Any]) -> nw.Expr | None:
    """Return a column of texts, or of categories as texts; None for all else."""
    import narwhals.stable.v2 as nw

    kind = schema[name]
    if isinstance(kind, nw.Categorical | nw.Enum):
        return nw.col(name).cast(nw.String)
    return nw.col(name) if isinstance(kind, nw.String) else None


def _unless_nothing(text: nw.Expr, value: nw.Expr) -> nw.Expr:
    """Return a value where a text says something, else null; see `npskit.data.words.is_nothing`."""
    import narwhals.stable.v2 as nw

    return nw.when(~text.str.strip_chars().str.to_lowercase().is_in(sorted(NOTHING))).then(value)


def _comparable(name: str, schema: Mapping[str, Any]) -> nw.Expr:
    """Return a column of answers as its values are compared."""
    import narwhals.stable.v2 as nw

    text = _text(name, schema)
    return nw.col(name) if text is None else text

"""Steps of customers from one answer to the next, found and counted by an engine: kinds of steps come, not steps.

A step is from a mark, `category + K * group`, to a category. Answers of one customer at the same time have no order, so
that steps which touch them are none; see `npskit.tracking.panel.answer_pairs`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Floats, Frozen
from npskit.data.engines import Fetched
from npskit.data.number_stretches import chosen
from npskit.data.unit_query import UnitQuery
from npskit.options import Pairing

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw


@attrs.frozen(eq=False)
class StepKinds(Frozen):
    """The kinds of steps there are, each once.

    Args:
        before: The mark that steps start from, shape `(kinds,)`.
        after: The category that they lead to.
        n: How many steps there are.
        parts: For each way to group them, the share that is counted here of each customer who has steps in a group, so
            that a sum over the kinds of a group is how many customers have some: `mark`, `group`, `category`, `all`.
    """

    before: NDArray[np.int64]
    after: NDArray[np.int64]
    n: Floats
    parts: dict[str, Floats]


@attrs.frozen(eq=False)
class StepQuery:
    """Scored answers of known customers at known times, of an engine.

    Args:
        answers: With the columns `unit`, `t`, `category`, `mark` and `one`, which is 1.
        size: The number of categories, K.
        groups: The number of groups.
        mode: From which answers to which steps lead.
        run: Runs a query.
    """

    answers: nw.LazyFrame[Any]
    size: int
    groups: int
    mode: Pairing
    run: Callable[[Any], Fetched]

    @classmethod
    def of(cls, units: UnitQuery, group: str | None, cases: Sequence[Sequence[Any]], mode: Pairing) -> StepQuery:
        """Return the steps of customers.

        Args:
            units: Their answers, with times.
            group: The plain name of the column that makes the groups, None for none.
            cases: The values that make each group; all others make one more.
            mode: From which answers to which steps lead.
        """
        import narwhals.stable.v2 as nw

        number = nw.lit(0)
        if group is not None:
            found = chosen([(nw.col(group).is_in(list(values)), g) for g, values in enumerate(cases)])
            number = nw.when(found < 0).then(nw.lit(len(cases))).otherwise(found)
        known = ~nw.col("unit").is_null() & ~nw.col("t").is_null() & (nw.col("category") >= 0)
        answers = units.rows.filter(known).with_columns(mark=nw.col("category") + number * units.size)
        answers = answers.select("unit", "t", "category", "mark", "one")
        return cls(answers, units.size, len(cases) + 1, mode, units.run)

    def customers(self) -> tuple[int, int, int]:
        """Return how many answers there are, of how many customers, and how many of these have ties."""
        import narwhals.stable.v2 as nw

        each = self._customers().with_columns(tied=nw.when(_is_tied(self.mode)).then(nw.lit(1)).otherwise(nw.lit(0)))
        sums = [nw.col(name).sum() for name in ("n", "tied")]
        found = self.run(each.with_columns(one=nw.lit(1)).group_by("one").agg(nw.len().alias("customers"), *sums))
        answers, customers, tied = (int(found.numbers(name).sum()) for name in ("n", "customers", "tied"))
        return answers, customers, tied

    def kinds(self) -> StepKinds:
        """Return the kinds of steps, with how many there are of each, and of how many customers."""
        import narwhals.stable.v2 as nw

        k = self.size
        group = _place("before", [list(range(g * k, g * k + k)) for g in range(self.groups)])
        category = _place("before", [list(range(c, self.groups * k, k)) for c in range(k)])
        cells = self._cells().with_columns(g=group, c=category, one=nw.lit(1))
        over = {"mark": ["unit", "before"], "group": ["unit", "g"], "category": ["unit", "c"], "all": ["unit"]}
        cells = cells.with_columns(**{f"d_{name}": nw.col("one").sum().over(*keys) for name, keys in over.items()})
        cells = cells.with_columns(**{f"p_{name}": nw.lit(1.0) / nw.col(f"d_{name}").cast(nw.Float64) for name in over})
        names = ["n", *(f"p_{name}" for name in over)]
        found = self.run(cells.group_by("before", "after").agg(*(nw.col(name).sum() for name in names)))
        before, after = (found.numbers(name).astype(np.int64) for name in ("before", "after"))
        return StepKinds(before, after, found.numbers("n"), {name: found.numbers(f"p_{name}") for name in over})

    def products(self) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
        """Return of every two kinds of steps that a customer made the sum over customers of how many they made of each.

        Kinds are `before * K + after`.
        """
        import narwhals.stable.v2 as nw

        kind = nw.col("before") * self.size + nw.col("after")
        cells = self._cells().select("unit", kind.alias("kind"), nw.col("n"))
        others = cells.select("unit", nw.col("kind").alias("other"), nw.col("n").alias("times"))
        pairs = cells.join(others, on="unit", how="inner").with_columns(product=nw.col("n") * nw.col("times"))
        found = self.run(pairs.group_by("kind", "other").agg(nw.col("product").sum()))
        return found.numbers("kind").astype(np.int64), found.numbers("other").astype(np.int64), found.numbers("product")

    def tied(self) -> list[Any]:
        """Return the customers who have ties."""
        return self._named(self._customers().filter(_is_tied(self.mode)))

    def who(self, before: int, after: int) -> list[Any]:
        """Return the customers who stepped from one category to another."""
        import narwhals.stable.v2 as nw

        marks = list(range(before, self.groups * self.size, self.size))
        return self._named(self._cells().filter(nw.col("before").is_in(marks) & (nw.col("after") == after)))

    def _named(self, rows: nw.LazyFrame[Any]) -> list[Any]:
        import narwhals.stable.v2 as nw

        found = self.run(rows.group_by("unit").agg(nw.len().alias("rows")).select("unit"))
        return list(found["unit"].native().tolist())

    def _customers(self) -> nw.LazyFrame[Any]:
        """Return of each customer how many answers there are, `n`, and how many at a time, at the ends or at most."""
        import narwhals.stable.v2 as nw

        if self.mode == "consecutive":
            times = self.answers.group_by("unit", "t").agg(nw.len().alias("at"))
            return times.group_by("unit").agg(nw.col("at").sum().alias("n"), nw.col("at").max().alias("most"))
        t, found = nw.col("t"), self.answers
        found = found.with_columns(first=t.min().over("unit"), last=t.max().over("unit"))
        for end, kind in (("first", "mark"), ("last", "category")):
            here = t == nw.col(end)
            found = found.with_columns(
                nw.when(here).then(nw.lit(1)).otherwise(nw.lit(0)).alias(f"n_{end}"),
                nw.when(here).then(nw.col(kind)).otherwise(nw.lit(0)).alias(f"kind_{end}"),
            )
        names = [f"{what}_{end}" for end in ("first", "last") for what in ("n", "kind")]
        return found.group_by("unit").agg(nw.len().alias("n"), *(nw.col(name).sum() for name in names))

    def _cells(self) -> nw.LazyFrame[Any]:
        """Return how many steps of each kind each customer made."""
        import narwhals.stable.v2 as nw

        if self.mode == "first_last":
            steps = self._customers().filter((nw.col("n") > 1) & ~_is_tied(self.mode))
            marks = {"before": nw.col("kind_first"), "after": nw.col("kind_last")}
            return steps.select("unit", **marks).with_columns(n=nw.lit(1))
        rows = self.answers.with_columns(at=nw.col("one").sum().over("unit", "t"))
        single = nw.col("at") == 1
        rows = rows.with_columns(
            after=nw.when(single).then(nw.col("category")).otherwise(nw.lit(-1)),
            left=nw.when(single).then(nw.col("mark")).otherwise(nw.lit(-1)),
        )
        rows = rows.with_columns(before=nw.col("left").shift(1).over("unit", order_by="t"))
        steps = rows.filter((nw.col("before") >= 0) & (nw.col("after") >= 0))
        return steps.group_by("unit", "before", "after").agg(nw.len().alias("n"))


def answers_by_role(units: UnitQuery, answers: Sequence[str]) -> Fetched:
    """Return how many rows, `n`, have each raw answers, by whether it is known who gave them, `named`, and when."""
    import narwhals.stable.v2 as nw

    flags = {
        name: nw.when(nw.col(of).is_null()).then(nw.lit(0)).otherwise(nw.lit(1))
        for name, of in (("named", "unit"), ("dated", "t"))
    }
    return units.run(units.rows.with_columns(**flags).group_by(*answers, *flags).agg(nw.len().alias("n")))


def _is_tied(mode: Pairing) -> nw.Expr:
    import narwhals.stable.v2 as nw

    if mode == "consecutive":
        return nw.col("most") > 1
    return (nw.col("n") > 1) & ((nw.col("n_first") > 1) | (nw.col("n_last") > 1))


def _place(name: str, lists: list[list[int]]) -> nw.Expr:
    import narwhals.stable.v2 as nw

    return chosen([(nw.col(name).is_in(each), i) for i, each in enumerate(lists)])

"""Which rows of a person count, found by an engine: the latest, or all of them as their mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from npskit.arrays import Floats, Frozen
from npskit.data.columns import Column
from npskit.data.engines import Fetched
from npskit.data.far_times import may_be_far
from npskit.data.number_stretches import chosen
from npskit.data.span_query import fill_keys
from npskit.data.unit_query import UnitQuery
from npskit.options import Contacts, Repeats

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw


@attrs.frozen(eq=False)
class PersonAnswers(Frozen):
    """What counts of persons with several answers.

    Args:
        columns: The segments, the parts of days and the raw answers of the rows that count, by their plain names.
        counts: How many rows each combination is of; one may be there more than once.
        weights: The sum of weights, and of squared weights, of each.
        tied: Of how many persons several latest answers count.
        most: How many scored rows of one person count at most in a segment.
        shared: Whether some rows share the weight of their person, scored or not.
        units: The query of sums over persons, of the rows that count.
    """

    columns: Mapping[str, Column]
    counts: Floats
    weights: tuple[Floats, Floats]
    tied: int
    most: int
    shared: bool
    units: UnitQuery


def answers_of_persons(
    query: UnitQuery,
    answers: Sequence[str],
    rule: Repeats | Contacts,
    nullable: Sequence[str],
    rows: int,
    some_unscored: bool,
    *,
    level: bool = False,
) -> PersonAnswers | None:
    """Return what counts of each person in each segment and span, by the rule of `npskit.sample.repeats.answer_each`.

    Args:
        query: The rows.
        answers: The plain names of the columns of answers.
        rule: The `"latest"` scored rows of a person, the `"worst"`, which are the latest of `worst_last`, or the
            `"mean"` of all.
        nullable: The plain names of the columns of segments that have missing values.
        rows: How many rows there are.
        some_unscored: Whether some of them cannot be scored.
        level: Whether each row weighs as the mean of the scored rows of its person, whichever of them count.

    Returns:
        None where times have to be seen, because some may be far from the others.
    """
    import narwhals.stable.v2 as nw

    undated = False
    if rule == "latest":
        ends = _ends(query)
        if _may_be_far(ends):
            return None
        undated = bool((ends.numbers("dated") < rows).any())
    filled, joined = fill_keys(query.rows, query.keys, nullable)
    known, who = filled.filter(~nw.col("unit").is_null()), [*joined, "unit"]
    others = query.alone(query.rows)
    if query.days:  # who answered in no span is left as they are
        others = query.rows.filter(nw.col("unit").is_null() | (nw.col("span") < 0))
        known, who = known.filter(nw.col("span") >= 0), [*who, "span"]
    # where all are scored, no engine has to look at the answers of the others
    scored = known.filter(nw.col("category") >= 0) if some_unscored else known
    unscored = known.filter(nw.col("category") < 0)
    if level:
        scored = _leveled(scored, who)
    taken = scored if rule == "mean" else _latest(scored, who, undated)
    by = [*dict.fromkeys([*query.keys, *query.days, *answers])]
    alone = None
    if rule == "latest":  # mostly there is one
        alone = _counted_alone(query, taken, [*query.keys, *(name for name in who if name not in joined)], by)
    tables = [alone or _counted(query, taken, who, by)]
    numbers, rows_of = tables[0].numbers("number"), tables[0].numbers("n")
    if some_unscored:
        persons = scored.group_by(who).agg(nw.len())
        never = unscored.join(persons, on=who, how="anti")
        never = _leveled(never, who) if level else never
        tables.append(_counted(query, never if rule == "mean" else _latest(never, who, undated), who, by))
        if rule == "mean":  # of who has answered, what was left open does not count for less
            silent = unscored.join(persons, on=who, how="semi").with_columns(w=nw.lit(0).cast(nw.Float64))
            tables.append(_counted(query, silent, [], by))
    tables.append(_counted(query, others, [], by))
    columns = {name: _joined([table[name] for table in tables]) for name in by}
    n, w, w2 = (np.concatenate([table.numbers(name) for table in tables]) for name in ("n", "w", "w2"))
    number = np.concatenate([table.numbers("number") for table in tables])
    units = attrs.evolve(query, rows=taken, others=others, shared=True)
    tied = round(float((rows_of / numbers)[numbers > 1].sum())) if rule == "latest" else 0
    most, shared = int(numbers.max(initial=1)), bool((number > 1).any())
    return PersonAnswers(columns, n, (w / number, w2 / number**2), tied, most, shared, units)


def worst_last(query: UnitQuery, category_scores: Sequence[float]) -> UnitQuery:
    """Return a query whose times are how bad answers are, so that the worst are the latest."""
    import narwhals.stable.v2 as nw

    order = sorted(set(category_scores), reverse=True)
    badness = [(nw.col("category") == k, order.index(each)) for k, each in enumerate(category_scores)]
    return attrs.evolve(query, rows=query.rows.with_columns(t=chosen(badness)))


def times_may_be_far(query: UnitQuery) -> bool:
    """Return whether some times of a query may be far from the others, so that they have to be seen."""
    return _may_be_far(_ends(query))


def _ends(query: UnitQuery) -> Fetched:
    """Return the first and the last time, and how many rows have one."""
    import narwhals.stable.v2 as nw

    t = nw.col("t")
    ends = t.min().alias("first"), t.max().alias("last"), t.count().alias("dated")
    return query.run(query.rows.select(*ends))  # of all rows together, as a file may say it itself


def _may_be_far(ends: Fetched) -> bool:
    return may_be_far(np.concatenate([ends[end].filled().astype("datetime64[us]") for end in ("first", "last")]))


def _latest(rows: nw.LazyFrame[Any], who: list[str], undated: bool) -> nw.LazyFrame[Any]:
    """Return the latest rows of each person; all of them where no time is known, if there are such."""
    import narwhals.stable.v2 as nw

    last = rows.group_by(who).agg(nw.col("t").max().alias("latest"))
    found, held = rows.join(last, on=who, how="inner"), nw.col("t") == nw.col("latest")
    return found.filter(held | nw.col("latest").is_null() if undated else held)


def _counted_alone(query: UnitQuery, rows: nw.LazyFrame[Any], who: list[str], by: list[str]) -> Fetched | None:
    """Return what `_counted` does of persons who all have a single row, without joining their numbers of rows back.

    None where somebody has several, or the answers are of a kind that has no order on some engine.
    """
    import narwhals.stable.v2 as nw

    schema, w = rows.collect_schema(), nw.col("w")
    said = [name for name in by if name not in who]
    if not all(schema[name].is_numeric() or isinstance(schema[name], nw.String) for name in said):
        return None
    # of a single row, the least is what it says
    each = rows.group_by(who).agg(nw.len().alias("number"), *(nw.col(name).min() for name in said), w.sum())
    counts = each.with_columns(w2=w * w).group_by([*by, "number"])
    found = query.run(counts.agg(nw.len().alias("n"), w.sum(), nw.col("w2").sum()))
    return found if (found.numbers("number") == 1).all() else None


def _leveled(rows: nw.LazyFrame[Any], who: list[str]) -> nw.LazyFrame[Any]:
    """Return rows that each weigh as the mean of those of their person."""
    import narwhals.stable.v2 as nw

    sums = rows.group_by(who).agg(nw.len().alias("of"), nw.col("w").sum().alias("held"))
    found = rows.join(sums, on=who, how="inner")
    return found.with_columns(w=nw.col("held") * (nw.lit(1.0) / nw.col("of")))


def _counted(query: UnitQuery, rows: nw.LazyFrame[Any], who: list[str], by: list[str]) -> Fetched:
    """Return rows counted by segment, raw answers and how many rows of their person there are, with their weights."""
    import narwhals.stable.v2 as nw

    if who:
        numbers = rows.group_by(who).agg(nw.len().alias("number"))
        rows = rows.join(numbers, on=who, how="inner")
    else:
        rows = rows.with_columns(number=nw.lit(1))
    w = nw.col("w")
    counts = rows.with_columns(w2=w * w).group_by([*by, "number"])
    return query.run(counts.agg(nw.len().alias("n"), w.sum(), nw.col("w2").sum()))


def _joined(columns: Sequence[Column]) -> Column:
    """Return columns below each other."""
    cells = [column.native() for column in columns if len(column)] or [columns[0].values]
    kinds = {each.dtype.kind for each in cells}
    return Column(np.concatenate(cells if len(kinds) == 1 else [each.astype(object) for each in cells]))

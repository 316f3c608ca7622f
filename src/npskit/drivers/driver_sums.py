"""What of the rows a question about drivers needs: sums of products by shard, and little tables beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
import numpy as np

from npskit.arrays import Bools, Codes, Floats, Frozen
from npskit.drivers.driver_rows import DriverRows
from npskit.drivers.moment_sums import Moments
from npskit.drivers.rated_columns import RatedColumn, columns_said, order_said
from npskit.drivers.rating_scale import RatingSpread
from npskit.drivers.resampling import BOOTSTRAP_UP_TO, shards_of
from npskit.drivers.share_steps import ShareSteps
from npskit.drivers.theme_drivers import with_told_themes
from npskit.errors import DataWarning, InvalidValueError, counted, plural, quoted, warn
from npskit.options import Resampling
from npskit.results import RowCounts

# Kinds that fewer rows are of are joined with others.
_RAREST = 5


@attrs.frozen
class DriverName:
    """A driver: its name, and the columns of the sums that are its own.

    Args:
        name: What it is called.
        places: Their positions.
        columns: What each is called in the data, for messages.
        alone: Whether it is one column of numbers, not a group and not kinds without an order.
        missing: Rows without it.
        spread: Of its ratings; None where it is not alone.
    """

    name: str
    places: list[int]
    columns: list[str]
    alone: bool
    missing: int
    spread: RatingSpread | None


@attrs.frozen(eq=False)
class DriverSums(Frozen):
    """Sums over the rows, of which drivers are found.

    Args:
        said: What is explained, in words.
        drivers: The drivers.
        shards: Moments with an axis of shards: the drivers' columns, one for each category, the outcome.
        method: How samples are made of the shards.
        categories: The categories that the score has, worst to best, and what each is worth; none where something else
            than the score is explained.
        score: What the score is called.
        pairwise: Whether each covariance is of the rows that have both columns.
        units: Customers, or other units that answers hang together by.
        backend: The dataframe library of results.
        row_counts: What became of the rows.
        steps: How the shares of the categories go with each rating; None where that is not known.
        notes: What must be known of the drivers to read them.
    """

    said: str
    drivers: tuple[DriverName, ...]
    shards: Moments
    method: Resampling
    categories: Mapping[str, float]
    score: str
    pairwise: bool
    units: int
    backend: str | None
    row_counts: RowCounts
    steps: ShareSteps | None = None
    notes: tuple[str, ...] = ()

    @property
    def groups(self) -> list[list[int]]:
        """The positions of each driver's columns."""
        return [each.places for each in self.drivers]

    @property
    def explained(self) -> list[int]:
        """The positions of all drivers' columns, and of the outcome, last."""
        return [*range(sum(len(each.places) for each in self.drivers)), len(self.shards.names) - 1]


@attrs.frozen(eq=False)
class RowPart(Frozen):
    """Some of the rows.

    Args:
        inside: Which, shape `(rows,)`.
        shards: The shard of each row, shape `(rows,)`: customers are in one shard of every part.
        size: How many shards there are.
    """

    inside: Bools
    shards: Codes
    size: int


def resampling_of(drivers: int) -> Resampling:
    """Return how samples are made for so many drivers."""
    return "bootstrap" if drivers <= BOOTSTRAP_UP_TO else "jackknife"


def sums_of(rows: DriverRows, *, pairwise: bool, rng: np.random.Generator, part: RowPart | None = None) -> DriverSums:
    """Return the sums over rows in memory.

    Args:
        rows: The outcome, and what may drive it.
        pairwise: Whether each covariance is of the rows that have both columns, instead of those that have all.
        rng: Deals units to shards.
        part: Some of the rows, of which rare kinds and themes are seen to already; None for all.

    Raises:
        InvalidValueError: If there are too few rows.
    """
    if part is None:
        rows = with_told_themes(rows, [rows_used(rows, pairwise)])
    used = rows_used(rows, pairwise)
    inside = np.ones(len(used), dtype=np.bool_) if part is None else part.inside
    used &= inside
    if part is None:
        rows = with_joined_kinds(rows, [used])
    lines = rows.lines()
    known = np.isfinite(np.stack(lines))
    refuse_few(int(used.sum()), len(lines), pairwise)
    weights, units = rows.weights(used), rows.units(used)
    drivers, start, stepped = [], 0, {}
    for name, members in rows.columns.items():
        places = [*range(start, start + sum(len(column.values) for column in members))]
        start = places[-1] + 1
        alone = len(members) == 1 and not members[0].kinds
        spread = RatingSpread.of(lines[places[0]][used], weights) if alone else None
        missing = int((~known[places].all(axis=0) & inside).sum())
        drivers.append(DriverName(name, places, _columns(members), alone, missing, spread))
        stepped[name] = [lines[place][used] for place in places], spread
    table = {f"{i}": line[used] for i, line in enumerate(lines)}
    table |= {f"category {k}": (rows.categories[used] == k).astype(np.float64) for k in range(len(rows.worths))}
    table["outcome"] = rows.outcome[used]
    method = resampling_of(len(drivers))
    shards = shards_of(units, method, rng) if part is None else part.shards[used]
    return DriverSums(
        rows.said,
        tuple(drivers),
        Moments.of(table, weights, shards, None if part is None else part.size),
        method,
        rows.worths,
        rows.sample.answers.codebook.name,
        pairwise,
        int(units.max()) + 1,
        rows.backend,
        rows.counts(used, None if part is None else inside),
        ShareSteps.of(stepped, rows.categories[used], len(rows.worths), weights, shards, int(units.max()) + 1)
        if rows.worths and part is None and not pairwise
        else None,
        rows.notes,
    )


def refuse_few(n: int, columns: int, pairwise: bool) -> None:
    """Refuse fewer rows than a regression on so many columns takes.

    Raises:
        InvalidValueError: If there are.
    """
    if n <= columns + 2:
        raise InvalidValueError(
            f"drivers: {counted(n, 'row')} with the outcome and every driver, for {counted(columns, 'column')}: "
            "name fewer drivers" + ("" if pairwise else ", or say missing='pairwise'")
        )


def rows_used(rows: DriverRows, pairwise: bool) -> Bools:
    """Return which rows count: those with the outcome and every driver, or any."""
    known = np.isfinite(np.stack(rows.lines()))
    return np.asarray(np.isfinite(rows.outcome) & (known.any(axis=0) if pairwise else known.all(axis=0)))


def with_joined_kinds(rows: DriverRows, parts: Sequence[Bools]) -> DriverRows:
    """Return the rows with kinds that are rare joined with the next rarer one, which is said.

    Of two columns the same few rows may be of a rare kind: nothing then tells the two apart.

    Args:
        rows: The rows.
        parts: The rows that count, or those of each segment: they are compared, and so have the same kinds. A kind is
            as rare as it is where it is rarest.
    """
    columns = {name: [_joined(column, parts) for column in members] for name, members in rows.columns.items()}
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, members in rows.columns.items():
        for column, joined in zip(members, columns[name], strict=True):
            if joined is not column:
                alike.setdefault(joined.kinds, []).append(column.name)
    where = "that count" if len(parts) == 1 else "of a segment or period"
    for kinds, names in alike.items():
        warn(
            f"drivers: {columns_said(names)} {plural(len(names), 'holds', 'hold')} kinds without an order, some in "
            f"fewer than {_RAREST} of the rows {where}: compared are {', '.join(map(quoted, kinds))} with the rest. If "
            f"they have an order, say it with {order_said(names)}",
            DataWarning,
        )
    return attrs.evolve(rows, columns=columns)


def _joined(column: RatedColumn, parts: Sequence[Bools]) -> RatedColumn:
    if not column.kinds or not parts:
        return column

    def rarest(kind: str, line: Floats) -> tuple[int, str, Floats]:
        return min(int((line[part] == 1).sum()) for part in parts), kind, line

    def by_rows(each: tuple[int, str, Floats]) -> int:
        return -each[0]

    each = sorted(map(rarest, column.kinds, column.values), key=by_rows)
    while len(each) > 1 and each[-1][0] < _RAREST:
        (_, rare, own), (_, next_rarest, other) = each.pop(), each.pop()
        each = sorted([*each, rarest(f"{next_rarest} or {rare}", other + own)], key=by_rows)
    kinds = tuple(kind for _, kind, _ in each)
    if len(kinds) == len(column.kinds):
        return column
    return RatedColumn(column.name, np.stack([line for _, _, line in each]), kinds)


def _columns(members: Sequence[RatedColumn]) -> list[str]:
    return [column.name for column in members for _ in column.values]

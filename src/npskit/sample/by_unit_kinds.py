"""Sums per sampling unit over several groups, of the kinds of units that an engine has counted."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Codes, Floats
from npskit.checks import is_missing
from npskit.data import Grain, QueryTimes, Stretches, UnitKinds, UnitQuery, UnitRoles, coded, in_spans, unit_kinds
from npskit.inference import ClusterTotals
from npskit.sample.asking import asked, counted
from npskit.sample.bound import BoundData
from npskit.sample.by_units import categories_of, joins
from npskit.sample.places import Places
from npskit.sample.spans_by_units import MOST_STRETCHES
from npskit.sample.unit_lines import RowsNeededError

T = TypeVar("T")
# So many values of a column a query is told one by one.
_MOST_VALUES = 100


def counted_apart(data: BoundData, by: tuple[str, ...], grain: Grain | None) -> BoundData | None:
    """Return the counts of an engine's rows whose units `totals_of_kinds` can tell, by columns and by times.

    Args:
        data: The data.
        by: The columns that make the segments.
        grain: How finely times are told apart; None for as they are.

    Returns:
        None where no engine holds such rows, or they have to be seen.
    """
    if not can_tell_kinds(data) or grain is None or "time" not in data.roles:
        return None
    data.check_kinds(by)
    return counted(attrs.evolve(data, kinds=()), by, data.roles["time"], grain)


def can_tell_kinds(data: BoundData) -> bool:
    """Whether an engine holds rows that hang together, and all weigh the same."""
    apart = {"weight", "account"} & set(data.roles) or data.totals is not None
    return data.frame.lazy and joins(data) and data.units and not apart


def ask_by_kinds(
    data: BoundData, by: tuple[str, ...], grain: Grain | None, answer: Callable[..., T], *, rows: bool = False
) -> T:
    """Return what is said of groups in which the same units may answer, of an engine by the kinds of units there are.

    Args:
        data: The data.
        by: The columns that make the segments.
        grain: How finely times are told apart; None for as they are.
        answer: Says it of data, and of counts with `totals_of=`, which gives the sums per sampling unit by the group
            and the span of each row.
        rows: Whether it has to see rows, each for itself.
    """
    counts = None if rows else counted_apart(data, by, grain)
    if counts is not None and grain is not None:
        with contextlib.suppress(RowsNeededError):
            return answer(counts, lambda cells, sides: totals_of_kinds(data, counts, by, cells, sides, grain))
    return answer(asked(data, by, times=True, grain=grain, rows=rows))


def totals_of_kinds(
    data: BoundData,
    counts: BoundData,
    by: tuple[str, ...],
    cells: Places,
    sides: Places | None = None,
    grain: Grain = "day",
) -> ClusterTotals | None:
    """Return the sums per sampling unit, None where rows are independent.

    Args:
        data: The data of the engine.
        counts: Its rows, counted.
        by: The columns that make the segments.
        cells: The group of each row of the counts, -1 for none.
        sides: The span of time that each lies in, -1 for none; None where times do not matter.
        grain: How finely times are told apart.

    Raises:
        RowsNeededError: If rows have to be seen.
    """
    query, _ = query_of_spans(data, counts, by, sides, grain)
    cases, group = places_of_groups(data, counts, by, cells, sides)
    spans = 1 if sides is None else sides.size
    with data.frame.asking("counting sampling units by what they have in several groups"):
        units, alone = unit_kinds(query, cases, spans)
        design = query.design()
    if "cluster" in data.roles and len(alone.units):
        raise RowsNeededError  # an error names the rows
    strata = [each for t in design if query.stratum and t is not None for each in t.keys[-1].filled().tolist()]
    if any(map(is_missing, strata)):
        raise RowsNeededError
    names = sorted(set(strata)) if query.stratum else [0]
    kinds = [_Expanded.of(each, group, names) for each in (units, alone) if each is not None]
    if "cluster" not in data.roles and not any(each.repeated for each in kinds):
        if query.stratum:
            raise RowsNeededError  # each row is a unit
        return None
    sampled = np.zeros(len(names))
    for table in design:
        if table is not None:
            layer = (
                [names.index(each) for each in table.keys[-1].filled().tolist()] if query.stratum else [0] * len(table)
            )
            np.add.at(sampled, np.array(layer, dtype=np.intp), table.sums["n"])
    return _totals(kinds, sampled, names, cells.size)


def query_of_spans(
    data: BoundData, counts: BoundData, by: tuple[str, ...], sides: Places | None, grain: Grain
) -> tuple[UnitQuery, QueryTimes | None]:
    """Return the query of units, in spans of time where these matter, and how times are taken apart.

    Args:
        data: The data of the engine.
        counts: Its rows, counted.
        by: The columns that make the segments.
        sides: The span of time that each row of the counts lies in, -1 for none; None where times do not matter.
        grain: How finely times are told apart.

    Raises:
        RowsNeededError: If rows have to be seen.
    """
    roles = UnitRoles(
        next((data.roles[role] for role in ("cluster", "account", "customer") if role in data.roles), None),
        "cluster" not in data.roles,
        data.roles.get("weight"),
        data.roles.get("stratum"),
        None if sides is None and not data.latest_contacts else data.roles.get("time"),
    )
    query = data.frame.unit_query(by, categories_of(counts, counts.sample().answers, unscored=False), roles)
    if query is None:
        raise RowsNeededError
    if sides is None:
        return query, None
    time = data.roles["time"]
    times = data.frame.query_times(time, grain) or (data.frame.query_days(time) if grain == "day" else None)
    if times is None:
        raise RowsNeededError
    dated = ~np.isnat(counts.times("effect"))
    stretches = Stretches.of(times.numbers(counts.column(time).take(dated)), sides.numbers[dated])
    if len(stretches.begins) > MOST_STRETCHES:
        raise RowsNeededError
    return in_spans(query, times, stretches), times


def places_of_groups(
    data: BoundData, counts: BoundData, by: tuple[str, ...], cells: Places, sides: Places | None
) -> tuple[dict[str, list[list[Any]]], Codes]:
    """Return the raw values of each column, and the group of each place that they make with the spans of time.

    Args:
        data: The data of the engine.
        counts: Its rows, counted.
        by: The columns that make the segments.
        cells: The group of each row of the counts, -1 for none.
        sides: The span of time that each lies in, -1 for none; None where times do not matter.

    Raises:
        RowsNeededError: If there are too many values, or of a kind that queries are not told.
    """
    numbers, cases = _values(data, counts, by)
    spans = 1 if sides is None else sides.size
    group = np.full(int(np.prod([len(each) + 1 for each in cases.values()], dtype=np.int64)) * spans, -1)
    inside = np.ones(len(cells.numbers), np.bool_) if sides is None else sides.numbers >= 0
    place = numbers * spans + (0 if sides is None else sides.numbers)
    group[place[inside]] = cells.numbers[inside]
    return _merged(cases, group, spans)


def _merged(cases: dict[str, list[list[Any]]], group: Codes, spans: int) -> tuple[dict[str, list[list[Any]]], Codes]:
    """Return the same with values as one that make the same groups: a query is told of no more than it needs."""
    table, found = group.reshape(*(len(each) + 1 for each in cases.values()), spans), dict[str, list[list[Any]]]()
    for axis, (name, values) in enumerate(cases.items()):
        lines = np.moveaxis(table, axis, 0).reshape(len(values) + 1, -1)
        _, first, kind = np.unique(lines, axis=0, return_index=True, return_inverse=True)
        # what is like all else need not be named
        kept = [k for k in range(len(first)) if k != kind[0]]
        found[name] = [[raw for each in np.flatnonzero(kind[1:] == k) for raw in values[each]] for k in kept]
        table = np.take(table, [0, *first[kept].tolist()], axis=axis)
    return found, table.ravel()


def _values(
    data: BoundData, counts: BoundData, by: tuple[str, ...]
) -> tuple[NDArray[np.intp], dict[str, list[list[Any]]]]:
    """Return the place of each row of the counts among the values of some columns, and the raw values of each."""
    place, cases = np.zeros(len(counts.column(data.score[0])), dtype=np.intp), dict[str, list[list[Any]]]()
    for name in by:
        column = counts.column(name)
        numbers, names = coded(column, whole=data.from_file)
        raw = column.native()
        if len(names) > _MOST_VALUES or any(type(value) not in (str, int) for value in raw[numbers >= 0].tolist()):
            raise RowsNeededError
        cases[data.frame.plain(name)] = [list(dict.fromkeys(raw[numbers == i].tolist())) for i in range(len(names))]
        place = place * (len(names) + 1) + numbers + 1
    return place, cases


class _Expanded:
    """Units of some kinds, each for itself: stratum of each unit; unit, group and counts of each cell."""

    def __init__(self, strata: Codes, units: Codes, groups: Codes, counts: Floats) -> None:
        self.strata, self.units, self.groups, self.counts = strata, units, groups, counts

    @property
    def repeated(self) -> bool:
        """Whether one has several answers."""
        return bool((np.bincount(self.units, self.counts.sum(axis=1)) > 1).any()) if len(self.units) else False

    @classmethod
    def of(cls, kinds: UnitKinds, group: Codes, names: Sequence[Any]) -> _Expanded:
        """Return the units of some kinds that have answers in a group."""
        layer = np.zeros(len(kinds.kinds), dtype=np.intp)
        if kinds.stratum is not None:
            number = {name: i for i, name in enumerate(names)}
            layer = np.array([number[each] for each in kinds.stratum.filled().tolist()], dtype=np.intp)
        if (np.bincount(kinds.kinds, kinds.counts.sum(axis=1))[kinds.kinds] != kinds.answers).any():
            raise RowsNeededError  # of two kinds the signs are the same
        where = group[kinds.places] >= 0
        kind, groups, counts, times = kinds.kinds[where], group[kinds.places][where], kinds.counts[where], kinds.units
        _, first, kind = np.unique(kind, return_index=True, return_inverse=True)
        copies, layers = times[where][first].astype(np.intp), layer[where][first]
        starts = np.cumsum(copies) - copies
        repeats = copies[kind]
        inner = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        units = np.repeat(starts[kind], repeats) + inner
        return cls(np.repeat(layers, copies), units, np.repeat(groups, repeats), np.repeat(counts, repeats, axis=0))


def _totals(kinds: list[_Expanded], sampled: Floats, names: list[Any], n_groups: int) -> ClusterTotals:
    """Return the sums of units, with those that have no answers in a group."""
    strata = np.concatenate([each.strata for each in kinds])
    absent = sampled.astype(np.int64) - np.bincount(strata, minlength=len(names))
    starts = np.cumsum([0, *(len(each.strata) for each in kinds[:-1])])
    units = np.concatenate([each.units + start for each, start in zip(kinds, starts, strict=True)])
    strata = np.concatenate([strata, np.repeat(np.arange(len(names)), absent)])
    order = np.argsort(strata, kind="stable")
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order))
    groups, counts = (np.concatenate([getattr(each, name) for each in kinds]) for name in ("groups", "counts"))
    # one cell of a unit and group, in their order
    by_cell = np.lexsort((rank[units], groups))
    unit, group, counts = rank[units][by_cell], groups[by_cell], counts[by_cell]
    first = np.flatnonzero(np.append(True, (unit[1:] != unit[:-1]) | (group[1:] != group[:-1]))[: len(unit)])
    counts = np.add.reduceat(counts, first, axis=0) if len(first) else counts
    labels = np.array(names)[strata[order]]
    squares = counts.sum(axis=1)
    return ClusterTotals(labels, np.arange(len(order)), unit[first], group[first], counts, counts, squares, n_groups)

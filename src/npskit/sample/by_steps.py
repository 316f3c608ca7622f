"""Steps of customers from one answer to the next, of an engine: no row leaves it."""

from __future__ import annotations

import attrs
import numpy as np

from npskit.arrays import Frozen
from npskit.data import (
    Frame,
    Owned,
    StepQuery,
    UnitQuery,
    UnitRoles,
    answers_by_role,
    coded,
    has_windows,
    times_may_be_far,
)
from npskit.options import Pairing
from npskit.results import RowCounts
from npskit.sample.asking import counted
from npskit.sample.bound import BoundData
from npskit.sample.by_units import categories_of
from npskit.sample.places import Places
from npskit.scorers import Codebook


@attrs.frozen(eq=False)
class FoundSteps(Frozen):
    """What is known of an engine's steps before they are counted.

    Args:
        query: The steps.
        codebook: What the answers mean.
        names: The groups, beside which there is one of answers in none.
        rows: What became of the rows.
        undated: How many scored answers of known customers have no time.
    """

    query: StepQuery
    codebook: Codebook
    names: list[object]
    rows: RowCounts
    undated: int


def find_steps(data: BoundData, by: tuple[str, ...], mode: Pairing, most_groups: int) -> FoundSteps | None:
    """Return the steps of an engine's customers.

    Args:
        data: The data, with customers and times.
        by: The column that makes the groups, if any.
        mode: From which answers to which steps lead.

        most_groups: So many groups are counted at most; of more the rows are asked for.

    Returns:
        None where no engine holds the rows, or they have to be seen.
    """
    time, frame = data.roles.get("time"), data.frame
    if not frame.lazy or data.totals is not None or time is None or not has_windows(frame.engine):
        return None
    if not frame.orders_times(time):
        return None
    data.check_kinds(by)
    counts = counted(attrs.evolve(data, kinds=()), by)
    if counts is None:
        return None
    sample = counts.sample()
    codebook = sample.answers.codebook
    cases, names = list[list[object]](), list[object]()
    if by:
        column = counts.column(by[0])
        numbers, names = coded(column, whole=data.from_file)
        raw = column.native()
        if len(names) > most_groups or any(type(value) not in (str, int) for value in raw[numbers >= 0].tolist()):
            return None
        cases = [list(dict.fromkeys(raw[numbers == g].tolist())) for g in range(len(names))]
    roles = UnitRoles(data.roles["customer"], True, None, None, time)
    units = frame.unit_query(by, categories_of(counts, sample.answers, unscored=False), roles)
    if units is None or times_may_be_far(units):
        return None
    query = StepQuery.of(units, frame.plain(by[0]) if by else None, cases, mode)
    rows, undated = _account(data, counts, units)
    return FoundSteps(query, codebook, names, rows, undated)


def _account(data: BoundData, counts: BoundData, units: UnitQuery) -> tuple[RowCounts, int]:
    """Return what became of the rows, and how many scored answers of known customers have no time."""
    plain = {name: data.frame.plain(name) for name in data.score}
    found = answers_by_role(units, list(plain.values()))
    n, named, dated = found.numbers("n"), found.numbers("named") > 0, found.numbers("dated") > 0
    columns = {name: attrs.evolve(found[each], copies=n) for name, each in plain.items()}
    sample = attrs.evolve(counts, frame=Frame(Owned(columns)), roles={}, columns={}, sums=None).sample()
    known = named & dated
    tally = sample.count(Places(np.where(known, 0, -1), 1))
    undated = int(n[named & ~dated & (sample.answers.categories >= 0)].sum())
    return sample.account(tally, int(n[~known].sum())), undated

"""Data asked what a file is asked when it is read: whether rows are one answer each, and to the question meant."""

from __future__ import annotations

import contextlib

import attrs

from npskit.errors import GuessWarning, NpskitError, quoted, warn
from npskit.reading import (
    find_tool,
    has_kinds,
    kind_columns,
    kinds_of,
    refuse_aggregates,
    telling_of_tables,
    warn_of_counts,
    warn_of_foreign,
)
from npskit.sample.answer_kinds import kind_counts
from npskit.sample.bound import BoundData

# Tables of more rows are no tables of counts or of scores.
_LOOK = 1_000


def rows_meant_by(data: BoundData, count: str | None) -> BoundData:
    """Return the data with the rows alone that answer what is measured.

    Args:
        data: The data.
        count: The column that says how often each answer was given.

    Raises:
        InvalidValueError: If the data are a table of what was computed already.

    Warns:
        GuessWarning: If rows are left out.
        DataWarning: If all rows say that they answer something else, or a column seems to say how many they stand for.
    """
    frame, score = data.frame, data.score
    # columns that nobody asked for are read only where their names make the data look like such a table
    telling = telling_of_tables([name for name in frame.columns if name not in score])
    if telling and not frame.lazy and len(score) == 1 and len(data.column(score[0])) <= _LOOK:
        columns = {}
        for name in frame.columns:
            with contextlib.suppress(NpskitError):  # nobody has asked for this column
                columns[name] = data.column(name).filled()
        if (data.codebook.scales[0].low, data.codebook.scales[0].high) == (0, 10):
            refuse_aggregates(columns, score, named=True)
        if count is None:
            warn_of_counts(columns, score[0])
    return one_kind(data)


def one_kind(data: BoundData) -> BoundData:
    """Return the data with the rows alone that answer what is measured, where a column makes it plain which do.

    Where it does not, the data remember the column: a score of all rows is then refused.

    Warns:
        GuessWarning: If rows are left out.
        DataWarning: If all rows say that they answer something else.
    """
    names, measure = data.frame.columns, data.codebook.name.partition(" ")[0]
    if not has_kinds(measure):
        return data
    tool, bound = find_tool([names]), {*data.score, *data.roles.values()}
    mixed = list[str]()
    for name in kind_columns(names, tool):
        if name in bound:
            continue
        labels = list(kind_counts(data.frame, data.column, data.score, name))
        told = kinds_of(labels, name, tool, measure)
        if told.taken:
            data = data.where({name: list(told.taken)})
            shown = ", ".join(map(quoted, told.taken[:5]))
            warn(
                f"data: they hold answers of {len(labels)} kinds, and those of {name} {shown} were taken; take others "
                "before they are bound",
                GuessWarning,
            )
        elif told.mixed:
            mixed.append(name)
        warn_of_foreign(name, labels, measure)
    return attrs.evolve(data, kinds=tuple(mixed)) if mixed else data

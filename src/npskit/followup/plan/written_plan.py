"""A plan's own file, CSV or JSON lines, read back: what it says of each response, and when each step is due."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Codes, Floats, Frozen, Times
from npskit.data import Column, objects, read_amounts, read_customers, read_times
from npskit.errors import ColumnNotFoundError, InvalidValueError, did_you_mean, quoted
from npskit.followup.plan.statuses import OPTED_OUT, STATUSES
from npskit.reading import load
from npskit.results import Columns, undefused

_OF_STEPS = ("actions", "dates")
# What the file says of a plan, and a list of steps does not.
_NOT_LISTED = (*_OF_STEPS, *("urgency", "priority", "due", "cost", "authority", "gain", "reasons", "status", "why"))
_LETTERS = ("subject", "message", "note")


def load_plan(path: str | os.PathLike[str], needs: Iterable[str] = ("customer", "category")) -> dict[str, NDArray[Any]]:
    """Return the columns of a file that `FollowUpPlan.to_csv` or `to_json_lines` wrote; texts as they were.

    Args:
        path: The file.
        needs: The columns that it must have.

    Raises:
        NpskitError: If the file cannot be read; see `npskit.reading.load`.
        ColumnNotFoundError: If it is no plan.
    """
    loaded = load(path, tool="plain")
    for name in needs:
        if name not in loaded.columns:
            raise ColumnNotFoundError(
                f"plan: {quoted(str(path))} has no column {name!r}, so it is no plan that npskit wrote; "
                f"{did_you_mean(name, list(loaded.columns))}"
            )
    if loaded.report.separator is None:
        return dict(loaded.columns)
    return {
        name: objects([undefused(cell) if isinstance(cell, str) else cell for cell in cells.tolist()])
        for name, cells in loaded.columns.items()
    }


@attrs.frozen(eq=False)
class WrittenPlan(Frozen):
    """The steps of a plan in a file, in order: rows of the file are those of its table, from 0.

    Args:
        name: The name of the file.
        table: The columns.
        rows: The row that each step is of.
        places: Which of its row's steps each is, from 0.
        names: What each step is called.
        at: When each is due, NaT where that is not known.
        keys: What the customer of each row is compared by, None where nobody is known.
        opted_out: The keys of customers who do not want to be contacted; None where the file does not say.
    """

    name: str
    table: dict[str, NDArray[Any]]
    rows: Codes
    places: Codes
    names: NDArray[Any]
    at: Times
    keys: tuple[str | None, ...]
    opted_out: frozenset[str] | None

    @property
    def priority(self) -> Floats:
        """The priority of each step's follow-up, 0 where the file does not say."""
        if "priority" not in self.table:
            return np.zeros(len(self.rows))
        return np.nan_to_num(read_amounts(Column(self.table["priority"]), "priority")[self.rows])

    def columns(self, steps: Codes) -> Columns:
        """Return what a list says of some steps; see `npskit.followup.plan.due_steps`."""
        rows = self.rows[steps]
        shown = [name for name in self.table if name not in (*_NOT_LISTED, *_LETTERS)]
        return {
            "due": self.at[steps].tolist(),
            "step": self.names[steps].tolist(),
            "number": (self.places[steps] + 1).tolist(),
            "plan": [self.name] * len(steps),
            **{name: self.table[name][rows].tolist() for name in shown},
        }


def read_written(path: str | os.PathLike[str]) -> WrittenPlan:
    """Return the steps of a plan in a file.

    Raises:
        NpskitError: If the file cannot be read, or is no plan; see `load_plan`.
        InvalidValueError: If a row has not as many dates as steps, or a date that cannot be read.
    """
    table = load_plan(path, needs=("customer", "category", *_OF_STEPS))
    name = Path(path).name
    steps, dates = (list(map(_listed, table[column].tolist())) for column in _OF_STEPS)
    for row, (some, others) in enumerate(zip(steps, dates, strict=True)):
        if len(some) != len(others):
            raise InvalidValueError(
                f"plan: {name!r} has {len(some)} actions and {len(others)} dates in row {row}, counted from 0: write "
                "it again with to_csv or to_json_lines"
            )
    counts = np.array([len(each) for each in steps], dtype=np.intp)
    flat = objects([date or None for each in dates for date in each])
    at = read_times({"dates": Column(flat)})["dates"].checked(f"plan: {name!r}: dates")
    keys = tuple(read_customers(table["customer"]).row_keys)
    gone = None
    if "status" in table:
        gone = frozenset(
            key for key, status in zip(keys, table["status"], strict=True) if key and status == STATUSES[OPTED_OUT]
        )
    table |= {column: objects(map(_whole, table[column])) for column in ("row", "score") if column in table}
    return WrittenPlan(
        name,
        table,
        np.repeat(np.arange(len(counts)), counts),
        np.array([place for each in steps for place in range(len(each))], dtype=np.intp),
        objects([step for each in steps for step in each]),
        at.astype("datetime64[us]"),
        keys,
        gone,
    )


def _whole(cell: Any) -> Any:
    """Return a whole number that stands as a text in CSV; anything else as it is."""
    return int(cell) if isinstance(cell, str) and cell.isdecimal() else cell


def _listed(cell: Any) -> list[str]:
    """Return the texts of a cell that holds several: a list of JSON, or texts between semicolons."""
    if cell is None:
        return []
    if str(cell).startswith("["):
        return list(json.loads(cell))
    return [text.strip() for text in str(cell).split(";")]

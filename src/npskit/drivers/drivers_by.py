"""The drivers of segments, or of periods, beside each other, and whether they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from npskit.drivers.drivers import Drivers
from npskit.results import NO_ROWS, CountedRows, RowCounts, Rows, number, p_value, percent, wrapped


@attrs.frozen
class DriverDifference:
    """A driver in a segment or a period, and whether it differs over all of them.

    Args:
        driver: Its name.
        group: The segment or the period.
        lmg: Its share of R² there.
        low: The lower limit of `lmg`.
        high: The upper one.
        rank: Its rank there.
        coefficient: By how much the outcome differs there where it is one higher; NaN for groups of columns.
        p_value: Of the test that its coefficients are the same everywhere.
        adjusted_p_value: The same, adjusted for the number of drivers by Holm.
        n: Rows that count there.
    """

    driver: str
    group: str
    lmg: float
    low: float
    high: float
    rank: int
    coefficient: float
    p_value: float
    adjusted_p_value: float
    n: int


@attrs.frozen(eq=False, repr=False)
class DriversBy(CountedRows):
    """The drivers of segments or periods, each for itself, with a test of each driver for a difference.

    Args:
        outcome: What is explained.
        by: What makes the groups, in words.
        differences: Each driver in each group.
        aside: The groups of which no drivers can be told, each with the reason.
        level: Confidence level of the intervals, and 1 less the level of the tests.
        groups: The drivers of each group.
        assumes: What must be known of the drivers to read them.
        backend: The dataframe library that `to_frame` gives by default.
        row_counts: What became of the rows.
    """

    _TEXT = "table"
    _TABLE = ("differences", DriverDifference)

    outcome: str
    by: str
    differences: tuple[DriverDifference, ...]
    aside: tuple[str, ...]
    level: float
    groups: Mapping[str, Drivers]
    assumes: tuple[str, ...] = ()
    backend: str | None = None
    row_counts: RowCounts = NO_ROWS

    def __len__(self) -> int:
        return len(self.groups)

    def __getitem__(self, group: str) -> Drivers:
        """Return the drivers of a group."""
        return self.groups[group]

    _SAYS = "*fields, groups: Never"

    def _record(self, *_: Any, **options: Any) -> dict[str, Any]:
        found = super()._record(**options)
        found.pop("groups")  # what is compared of them stands in the table
        return found

    def differing(self) -> tuple[str, ...]:
        """Return the drivers whose coefficients differ between groups, adjusted for the number of drivers."""
        found = (each.driver for each in self.differences if each.adjusted_p_value < 1 - self.level)
        return tuple(dict.fromkeys(found))

    def __repr__(self) -> str:
        return self._said(
            outcome=self.outcome, by=self.by, groups=len(self), n=self.n, differing=", ".join(self.differing())
        )

    def _headline(self) -> str:
        return wrapped(self._caption())

    def _caption(self) -> str:
        explained = ", ".join(f"{name} {number(100 * each.r2)}% (n = {each.n})" for name, each in self.groups.items())
        return f"What {self.outcome} goes with, by {self.by}; R²: {explained}."

    def _rows(self, *_: Any, **options: Any) -> Rows:
        names = list(self.groups)
        header = ["driver", *names, "p of a difference", "adjusted p"]
        by_driver: dict[str, list[DriverDifference]] = {}
        for each in self.differences:
            by_driver.setdefault(each.driver, []).append(each)
        rows = []
        for driver, found in by_driver.items():
            cells = [
                number(100 * each.lmg) + ("" if each.coefficient != each.coefficient else f" ({each.coefficient:+.2f})")
                for each in found
            ]
            rows.append([driver, *cells, p_value(found[0].p_value), p_value(found[0].adjusted_p_value)])
        return header, rows

    def _notes(self) -> Sequence[str]:
        notes = [
            "LMG, in points of R², and by how much the outcome differs where the driver is one higher. The test is of "
            "the coefficients: shares also differ where only the spread of ratings does."
        ]
        found = self.differing()
        if found:
            notes.append(f"Differs (adjusted p < {percent(1 - self.level)}): {', '.join(found)}.")
        else:
            notes.append("No driver was found to differ.")
        notes += [f"Left aside: {each}" for each in self.aside]
        return [wrapped(note) for note in [*notes, *self.assumes]]

"""Lists about the responses of plans, a row each: as a table, as text, as JSON and as files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from npskit.arrays import Codes
from npskit.checks import is_text, mapping, of_kind, several
from npskit.data import WaveRows, row_said
from npskit.errors import IncompatibleError, counted, quoted, written
from npskit.followup.plan.statuses import CHOSEN, STATUSES
from npskit.followup.playbook import Table, pick
from npskit.options import URGENCIES
from npskit.results import Columns, Result, Rows, excerpt, records

if TYPE_CHECKING:
    from npskit.followup.plan.choices import Choices

SHOWN = 60
"""How much of a comment or a letter stands in the text of a list."""


def _as_table(columns: Mapping[str, Iterable[Any]]) -> dict[str, tuple[Any, ...]]:
    given = mapping(columns, "table", needed=True)
    found = {written(name): several(cells, f"table: column {quoted(name)}") for name, cells in given.items()}
    if len({len(cells) for cells in found.values()}) > 1:
        raise IncompatibleError("table: the columns of a list are of one length")
    return found


def _as_notes(notes: Any) -> tuple[str, ...]:
    return tuple(of_kind(note, str, "a note") for note in several(notes, "notes"))


@attrs.frozen(eq=False, repr=False)
class FollowUpList(Result):
    """Rows about responses of plans; `len` says how many, and the table has a column for each thing known of them.

    Args:
        title: What it is a list of.
        table: The columns, by name.
        notes: What else is to be known, a line each.
        backend: The dataframe library that `to_frame` gives by default.
    """

    title: str = attrs.field(validator=is_text)
    table: Mapping[str, tuple[Any, ...]] = attrs.field(converter=_as_table)
    notes: tuple[str, ...] = attrs.field(default=(), converter=_as_notes)
    backend: str | None = None

    def __len__(self) -> int:
        return max((len(cells) for cells in self.table.values()), default=0)

    def columns(self, *_: Any, **options: Any) -> Columns:
        """Return the list as columns of plain Python values, by name."""
        super().columns(**options)
        return {name: list(cells) for name, cells in self.table.items()}

    def _rows(self, *_: Any, **options: Any) -> Rows:
        header, rows = super()._rows(**options)
        return header, in_text(rows)

    _SAYS = "title, notes, rows: list[TypedDict('ListedRow', {'row': int, 'customer': Any, 'category': str | None})]"

    def _record(self, *_: Any, **options: Any) -> dict[str, Any]:
        return {"title": self.title, "notes": list(self.notes), "rows": records(self.columns(**options))}

    def _caption(self) -> str:
        return f"{self.title}: {len(self)}"

    def __repr__(self) -> str:
        return self._said(f"{self.title}: {len(self)}")

    def _notes(self) -> tuple[str, ...]:
        return self.notes


def in_text(rows: list[list[Any]]) -> list[list[Any]]:
    """Return the rows of a list with their cells as they stand in a text."""
    return [[shortened(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]


def shortened(text: str, most: int = SHOWN) -> str:
    """Return what was written as one line of at most so many characters."""
    line = " ".join(text[: 10 * most].split())
    return line if len(line) <= most else line[: most - 1] + "…"


def numbered(plan: Choices, rows: Codes) -> list[int]:
    """Return the rows of the file that responses came from, by their positions; these where they came from none."""
    return list(map(int, rows if plan.row_numbers is None else plan.row_numbers[rows]))


def about(plan: Choices, rows: Codes) -> Columns:
    """Return who gave responses, what they answered and wrote, and when."""
    table = plan.assigned.table
    comments = table.comment or [None] * len(table)
    scored = plan.codebook.questions if len(plan.codebook.questions) > 1 else ("score",)
    answered = [None] * len(rows) if table.at is None else Table.cells(table.at, rows)
    # of joined surveys the position among all says little: in words it is the row of the one it came from
    joined = isinstance(plan.row_numbers, WaveRows)
    return {
        "row": numbered(plan, rows),
        **({"source": [row_said(row, plan.row_numbers) for row in rows.tolist()]} if joined else {}),
        "customer": plan.customers[rows].tolist(),
        "category": pick(plan.codebook.categories, plan.categories[rows]),
        **{name: table.known(name, rows) for name in scored},
        "answered": answered,
        "comment": [comments[row] for row in rows.tolist()],
    }


def _unanswered(plan: Choices) -> Codes:
    """Return the rows of urgent comments that are not answered, those of critical ones first."""
    urgency = plan.assigned.urgency
    rows = np.flatnonzero((urgency > 0) & (plan.status != CHOSEN))
    return rows[np.lexsort((rows, -urgency[rows].astype(int)))]


def unanswered_of(plan: Choices) -> FollowUpList:
    """Return the urgent and critical comments that a plan leaves without an answer; see `FollowUpPlan.unanswered`."""
    urgency, rows = plan.assigned.urgency, _unanswered(plan)
    known = about(plan, rows)
    comment = known.pop("comment")
    known["urgency"] = pick(URGENCIES, urgency[rows])
    known["because"] = plan.assigned.why_urgent(rows)
    known["status"] = pick(STATUSES, plan.status[rows])
    known["reason"] = [plan.why_at(row) for row in rows.tolist()]
    return FollowUpList("Urgent comments that are not answered", {**known, "comment": comment}, backend=plan.backend)


def unanswered_lines(plan: Choices, most: int) -> list[str]:
    """Return the urgent comments that are not answered as lines: how many, and the first of them by name and reason."""
    rows = _unanswered(plan)
    if not len(rows):
        return []
    urgency, categories = plan.assigned.urgency, pick(plan.codebook.categories, plan.categories[rows[:most]])
    critical = int(plan.assigned.critical[rows].sum())
    lines = [f"Urgent, and yet not answered: {counted(len(rows), 'comment')}, {critical:,} of them critical."]
    for row, category in zip(rows[:most].tolist(), categories, strict=True):
        customer = plan.customers[row]
        who = "" if customer is None else f", customer {excerpt(str(customer))}"
        what = f"{category or 'unscored'}, {URGENCIES[urgency[row]]}"
        lines.append(f"  {row_said(row, plan.row_numbers)}{who} ({what}): {plan.why_at(row)}")
    if len(rows) > most:
        lines.append(f"  and {len(rows) - most:,} more, which plan.unanswered lists")
    return lines

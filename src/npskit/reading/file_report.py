"""What reading a file returns: its columns, what was detected about it, and what was rejected and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Frozen
from npskit.errors import InvalidValueError, counted

Columns: TypeAlias = dict[str, NDArray[Any]]
Roles: TypeAlias = dict[str, str | tuple[str, ...]]
Progress: TypeAlias = Callable[[int, int], object]


def part_of(progress: Progress | None, begin: float, end: float) -> Progress | None:
    """Return what tells the progress of a part of the work, given where it begins and ends as shares of the whole.

    Example:
        >>> told = part_of(lambda done, total: print(done, "of", total), 0.5, 1)
        >>> _ = told(20, 100), told(100, 100)
        60 of 100
        100 of 100
    """
    if progress is None:
        return None

    def tell(done: int, total: int) -> None:
        # the end of a part is told by the next one
        if done < total or end == 1:
            progress(int(total * begin + done * (end - begin)), total)

    return tell


@attrs.frozen
class Rejected:
    """Something in a file that could not be used.

    Args:
        row: The record in the file as a person counts them in a spreadsheet: the first one is 1, header rows and
            empty lines count, and a cell that runs over several lines is still one record.
        column: The column's name; empty where the whole row is meant.
        value: The content of the cell or row.
        reason: Why it cannot be used, for a person to read.
        kind: The same for a program: `"off the scale"`, `"no answer"`, `"no time"`, `"far time"` (far from all others
            of its column) or `"no number"`; `"sentinel"` and `"cut off"` were taken as missing; `"damaged"`;
            `"set aside"` is a row that could not be read, `"left out"` one that the survey tool says is no answer, such
            as a preview; of a `"repaired"` row, which had too many cells because this text was not quoted, or a
            carriage return alone stood between two rows, all is used.

    Example:
        >>> Rejected(4, "nps", "11", "outside 0..10")
        Rejected(row=4, column='nps', value='11', reason='outside 0..10')
    """

    row: int
    column: str
    value: str
    reason: str
    kind: str = attrs.field(default="set aside", repr=False)

    @property
    def missing(self) -> bool:
        """Whether it was taken as missing, so that nothing is wrong with the row."""
        return self.kind in ("sentinel", "cut off")


@attrs.frozen(eq=False)
class FileReport(Frozen):
    """What was detected about a file.

    Args:
        path: The file.
        format: `"delimited"`, `"json lines"`, `"json"` or `"parquet"`; `"gzip"` is appended where it was compressed.
        tool: The survey tool that wrote it, or None.
        encoding: The text encoding, or None for Parquet.
        separator: What stands between cells, or None where the format has none.
        decimal: `"."` or `","`, or None where the format has no choice.
        header_rows: The rows above the first answer.
        rows: The rows in the columns.
        set_aside: Rows that could not be read, such as those that do not fit the header; they are in no column, and
            `Loaded.rejected` lists them all.
        time_zone: The time zone its naive times are in, where the file says so.
        labels: The question texts by column, where the file has them beside the names.
        notes: Anything else worth knowing, in sentences.
        unasked: Columns that may have a role, by role; they are used only if named.
        left_out: Rows that the survey tool says are no answers, such as previews; listed and in no column either.
    """

    path: str
    format: str
    tool: str | None
    encoding: str | None
    separator: str | None
    decimal: str | None
    header_rows: int
    rows: int
    set_aside: int
    time_zone: str | None
    labels: Mapping[str, str] = attrs.field(factory=dict)
    notes: tuple[str, ...] = ()
    unasked: Mapping[str, str] = attrs.field(factory=dict)
    left_out: int = 0

    @property
    def offers(self) -> list[str]:
        """What to name to have the columns used that are not used unasked, in sentences."""
        return [
            f"Column {name!r} may be the {role}; it is used only if named: {role}={name!r}."
            for role, name in self.unasked.items()
        ]


@attrs.frozen(eq=False)
class Loaded(Frozen):
    """A file, read.

    Args:
        columns: The columns by name, all of one length. From text files each is an object array of `str`, with None for
            empty cells; Parquet and JSON keep numbers, booleans and times (`datetime64`) where a column is all of one
            kind.
        roles: Suggested roles: `score`, `time`, `customer`, `comment`, `weight`, `label` (a group label beside the
            score). Only unmistakable ones are suggested.
        report: What was detected about the file.
        rejected: Everything that was rejected, complete and in the order of the file. Rows set aside or left out are
            in no column; a damaged cell keeps what could be read of it.
        row_numbers: The record number in the file (see `Rejected.row`) of each row of the columns; int64.
        about_score: The note on which column might be the score, which matters to nobody who names it; or empty.
        kinds: Columns that say that the rows answer several surveys or questions.
        about_header: The note on whether a title stands above the names; or empty.
    """

    columns: dict[str, NDArray[Any]]
    roles: dict[str, str | tuple[str, ...]]
    report: FileReport
    rejected: tuple[Rejected, ...]
    row_numbers: NDArray[np.int64]
    about_score: str = ""
    kinds: tuple[str, ...] = ()
    about_header: str = ""

    def __len__(self) -> int:
        return self.report.rows


def refuse_rejected(rejected: Sequence[Rejected], columns: Sequence[str]) -> None:
    """Refuse rows of a file that could not be read, and answers without a score, naming the first ones.

    Args:
        rejected: What could not be used of the file.
        columns: The columns of the answers.

    Raises:
        InvalidValueError: If there are any.
    """
    aside = [r for r in rejected if r.kind == "set aside"]
    found = [r for r in rejected if r.column in columns and not r.missing and r.kind not in ("set aside", "left out")]
    parts = []
    if aside:
        shown = ", ".join(f"row {r.row} of the file: {r.value!r} ({r.reason})" for r in aside[:5])
        parts.append(f"{counted(len(aside), 'row')} could not be read: {shown}")
    if found:
        shown = ", ".join(f"row {r.row} of the file: {r.value!r} in {r.column!r} ({r.reason})" for r in found[:5])
        parts.append(f"{counted(len(found), 'answer')} cannot be scored: {shown}")
    if parts:
        rows = sorted({r.row for r in (*aside[:5], *found[:5])})
        raise InvalidValueError("; ".join(parts), argument="score", rows=rows, hint="")

"""What of a case log could not be used, counted and listed with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Frozen


@attrs.frozen
class RejectedCase:
    """A case, or an event of one, that could not be used: its row from 0, its id, and why."""

    row: int
    case: Any
    reason: str


@attrs.frozen(eq=False, repr=False)
class Rejections(Frozen):
    """What could not be used: iterate over it for the single ones.

    Args:
        rows: The row of each in the log, from 0, rising, shape `(R,)`.
        cases: The case of each, shape `(R,)`.
        codes: The place of each one's reason in `reasons`, shape `(R,)`.
        reasons: The distinct reasons.
    """

    rows: NDArray[np.int64]
    cases: NDArray[Any]
    codes: NDArray[np.intp]
    reasons: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[RejectedCase]:
        parts = zip(self.rows.tolist(), self.cases.tolist(), self.codes.tolist(), strict=True)
        return (RejectedCase(row, case, self.reasons[code]) for row, case, code in parts)

    @property
    def counts(self) -> dict[str, int]:
        """How many there are for each reason, most first."""
        many = np.bincount(self.codes, minlength=len(self.reasons)).tolist()
        found = [(reason, count) for reason, count in zip(self.reasons, many, strict=True) if count]
        return dict(sorted(found, key=lambda pair: -pair[1]))

    def __repr__(self) -> str:
        return f"Rejections({', '.join(f'{reason}: {many}' for reason, many in self.counts.items())})"


Refused = tuple[NDArray[np.integer[Any]], str]
"""Rows that could not be used, and why."""


def rejections_of(refused: Iterable[Refused], ids: NDArray[Any]) -> Rejections:
    """Return all that was refused, by row, and of one row as it came. `ids` are the cases of the rows."""
    found = [(rows.astype(np.int64), reason) for rows, reason in refused if len(rows)]
    reasons = {reason: code for code, reason in enumerate(dict.fromkeys(reason for _, reason in found))}
    rows = np.concatenate([np.empty(0, np.int64), *(rows for rows, _ in found)])
    codes = np.concatenate([np.empty(0, np.intp), *(np.full(len(rows), reasons[reason]) for rows, reason in found)])
    order = np.argsort(rows, kind="stable")
    return Rejections(rows[order], ids[rows[order]], codes[order], tuple(reasons))

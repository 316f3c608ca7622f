"""What of a case log could not be used, counted and listed with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray


@attrs.frozen
class RejectedCase:
    """A case, or a row of an event log, that could not be used: its row from 0, its id, and why."""

    row: int
    case: Any
    reason: str


@attrs.frozen(eq=False, repr=False)
class Rejections:
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
        return dict(sorted(zip(self.reasons, many, strict=True), key=lambda found: -found[1]))

    def __repr__(self) -> str:
        return f"Rejections({', '.join(f'{reason}: {many}' for reason, many in self.counts.items())})"


class Refused:
    """Collects what could not be used; of each row, or case, the first reason stands."""

    def __init__(self) -> None:
        self.rows: list[NDArray[np.int64]] = []
        self.codes: list[NDArray[np.intp]] = []
        self.reasons: dict[str, int] = {}

    def add(self, rows: NDArray[np.integer], reason: str) -> None:
        """Set rows aside."""
        if len(rows):
            code = self.reasons.setdefault(reason, len(self.reasons))
            self.rows.append(rows.astype(np.int64))
            self.codes.append(np.full(len(rows), code))

    def result(self, ids: NDArray[Any]) -> Rejections:
        """Return all of them; `ids` are the cases of the rows."""
        rows = np.concatenate([np.empty(0, np.int64), *self.rows])
        codes = np.concatenate([np.empty(0, np.intp), *self.codes])
        rows, first = np.unique(rows, return_index=True)
        return Rejections(rows, ids[rows], codes[first], tuple(self.reasons))

"""What a study is, and how its table is written."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import attrs
import numpy as np

Row = Mapping[str, object]


@attrs.frozen
class Study:
    """A promise and the simulation, or enumeration, that measures it.

    Args:
        name: What it is called on the command line.
        title: The heading of its table.
        promise: The promise, in a sentence or two, with what was varied.
        draws: Draws of each setting at full size; 0 for an exact enumeration.
        run: Given the draws and a generator, the rows of the table: column to text or number.
        slow: Whether even a draw of each setting takes many seconds, so that the fast tests do without.
    """

    name: str
    title: str
    promise: str
    draws: int
    run: Callable[[int, np.random.Generator], Sequence[Row]]
    slow: bool = False

    def table(self, draws: int | None = None, seed: int = 0) -> str:
        """Run it and return its section: heading, promise, table and command, as Markdown."""
        size = self.draws if draws is None else min(draws, self.draws)
        rows = self.run(size, np.random.default_rng(seed))
        names = list(rows[0])
        lines = [" | ".join(names), " | ".join("---" for _ in names)]
        lines += [" | ".join(_cell(row[name]) for name in names) for row in rows]
        table = "\n".join(f"| {line} |" for line in lines)
        how = f"{size:,} draws of each row" if size else "exact, by enumeration"
        return f"## {self.title}\n\n{self.promise}\n\n{table}\n\n{how}: `python -m tests.studies {self.name}`\n"


def monte_carlo_error(share: float, draws: int) -> float:
    """Return the standard error, in percentage points, of a share (0..1) of so many draws."""
    return 100 * math.sqrt(max(share * (1 - share), 0.25 / draws) / draws)


def _cell(value: object) -> str:
    return f"{value:.1f}" if isinstance(value, float) else str(value)

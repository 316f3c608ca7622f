"""Cases, and rounds that interleave everybody who takes part in one."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

US = "npskit"

Run = Callable[[], Any]


class Case(NamedTuple):
    """One comparison.

    Attributes:
        name: Short, for choosing it.
        title: What is counted.
        make: Given a fraction of the full size, returns the contestants; `npskit` is one of them. All return the same.
        reach: For a peer, the most that npskit's time may be of its time, at full size.
    """

    name: str
    title: str
    make: Callable[[float], Mapping[str, Run]]
    reach: Mapping[str, float]


class Row(NamedTuple):
    """One contestant's median, and npskit's time as a part of it."""

    case: Case
    contestant: str
    milliseconds: float
    ratio: float
    reach: float | None

    @property
    def reached(self) -> bool | None:
        """Whether the ratio is within its reach; None where there is none."""
        return None if self.reach is None else self.ratio <= self.reach


def check(case: Case, contestants: Mapping[str, Run]) -> None:
    """Run everybody once and see that all say the same."""
    expected = contestants[US]()
    for name, run in contestants.items():
        np.testing.assert_allclose(run(), expected, rtol=1e-9, err_msg=f"{case.name}: {name} differs from {US}")


def measure(case: Case, *, fraction: float = 1.0, rounds: int = 9, seconds: float = 30.0) -> list[Row]:
    """Return the medians of interleaved rounds; a case that takes long gets fewer rounds, but at least three."""
    contestants = case.make(fraction)
    check(case, contestants)
    times: dict[str, list[float]] = {name: [] for name in contestants}
    names, start = list(contestants), time.perf_counter()
    gc.collect()
    for done in range(rounds):
        if done >= 3 and time.perf_counter() - start > seconds:
            break
        # Each round starts with another one, so that nobody always runs after the same neighbor.
        turn = done % len(names)
        for name in names[turn:] + names[:turn]:
            run = contestants[name]
            began = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - began)
    medians = {name: statistics.median(t) for name, t in times.items()}
    return [
        Row(case, name, 1e3 * median, medians[US] / median, case.reach.get(name) if fraction == 1 else None)
        for name, median in medians.items()
    ]


def table(rows: list[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = ["| case | who | ms | npskit is | reach | |", "|---|---|---:|---:|---:|---|"]
    last = None
    for row in rows:
        title = row.case.title if row.case is not last else ""
        last = row.case
        ratio = "" if row.contestant == US else f"{row.ratio:.2f}×"
        reach = "" if row.reach is None else f"≤ {row.reach:g}×"
        verdict = {None: "", True: "reached", False: "**missed**"}[row.reached]
        lines.append(f"| {title} | {row.contestant} | {row.milliseconds:.4g} | {ratio} | {reach} | {verdict} |")
    return "\n".join(lines)

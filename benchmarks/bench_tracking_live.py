"""The live tracker beside a bare object with slots, counting whole batches, and the cost of a look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.harness import US, Case, Run, check
from npskit.counting.tally import Tally
from npskit.inference.sequences import confidence_sequence, log_wealth
from npskit.tracking.live.tracker import Tracker

if TYPE_CHECKING:  # only bench runs have it
    from pytest_benchmark.fixture import BenchmarkFixture

CATEGORY_SCORES = [-100.0, 0.0, 100.0]


class Bare:
    """The least that counts an answer: one look-up, one addition; nothing is missing, invalid or refused."""

    __slots__ = ("cells", "places")

    def __init__(self) -> None:
        self.places = {answer: answer for answer in range(11)}
        self.cells = [0] * 13

    def update(self, answer: int) -> None:
        self.cells[self.places.get(answer, -1)] += 1


def _answers(rows: int) -> NDArray[np.int8]:
    return np.random.default_rng(20260301).integers(0, 11, rows).astype(np.int8)


def updates(fraction: float) -> Mapping[str, Run]:
    """A million updates, so that the milliseconds read as nanoseconds each."""
    answers = _answers(max(1, int(1e6 * fraction))).tolist()

    def ours() -> NDArray[np.int64]:
        tracker = Tracker()
        for answer in answers:
            tracker.update(answer)
        return tracker.tally().cells

    def bare() -> NDArray[np.int64]:
        counter = Bare()
        for answer in answers:
            counter.update(answer)
        return np.array(counter.cells)

    return {US: ours, "a bare object with slots": bare}


def windows(fraction: float) -> Mapping[str, Run]:
    """A window that slides by one answer at a time."""
    answers = _answers(max(1, int(1e5 * fraction))).tolist()

    def ours() -> NDArray[np.int64]:
        tracker = Tracker(window=1000)
        for answer in answers:
            tracker.update(answer)
        return tracker.tally().cells

    return {US: ours}


def many(fraction: float) -> Mapping[str, Run]:
    answers = _answers(int(1e7 * fraction))
    return {
        US: lambda: Tracker().update_many(answers).tally().cells,
        "Tally.count": lambda: Tally.count(answers, distribution=True).cells,
    }


def looks(fraction: float) -> Mapping[str, Run]:
    """The evidence at each of 10,000 looks at one stream, all at once."""
    steps = np.random.default_rng(1).multinomial(1, [0.2, 0.3, 0.5], size=max(1, int(10_000 * fraction)))
    counts = steps.cumsum(axis=0)
    return {US: lambda: log_wealth(counts, CATEGORY_SCORES, 30.0, direction="below")}


def limits(fraction: float) -> Mapping[str, Run]:
    counts = np.random.default_rng(2).multinomial(500, [0.2, 0.3, 0.5], size=max(1, int(1000 * fraction)))
    return {US: lambda: np.array(confidence_sequence(counts, CATEGORY_SCORES))}


CASES = [
    Case("live", "10⁶ times Tracker.update", updates, {"a bare object with slots": 3.0}),
    Case("live-window", "10⁵ updates of a window of 1,000 answers", windows, {}),
    Case("live-many", "Tracker.update_many of 10⁷ answers", many, {"Tally.count": 1.1}),
    Case("live-looks", "evidence at 10,000 looks", looks, {}),
    Case("live-limits", "confidence sequences of 1,000 tallies of 500", limits, {}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def bench_tracking_live(case: Case, benchmark: BenchmarkFixture, fraction: float) -> None:
    """Everybody agrees, and npskit's time is recorded."""
    contestants = case.make(fraction)
    check(case, contestants)
    benchmark(contestants[US])

"""Reading: npskit from a CSV to a score, beside Polars' own read of the same columns to the same score.

`python benchmarks/bench_reading.py` measures the seconds and the peak memory of each in a process of its own, on a file
of 884 MB.
"""

from __future__ import annotations

import argparse
import functools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent.parent))
from benchmarks.harness import US, Case, Run, check

if TYPE_CHECKING:  # only bench runs have it
    from pytest_benchmark.fixture import BenchmarkFixture

MEGABYTES, LARGE = 300, 884
POLARS = "Polars read_csv"
LAZY = "Polars scan_csv"
WORDS = (
    "the service was slow and staff kind but price too high would come again support never answered my call great "
    "product works as described delivery late packaging broken refund took weeks"
)
_ROWS = 20_000


def write_export(path: Path, megabytes: float) -> None:
    """Write an export with quoted comments, of which some hold commas, quotes, line ends and letters beyond ASCII."""
    rng = np.random.default_rng(20260301)
    words = np.array(WORDS.split(), dtype=object)
    regions = np.array(["north", "south", "east", "west"], dtype=object)
    channels = np.array(["email", "phone", "web"], dtype=object)
    start, number, size = np.datetime64("2024-01-01", "s"), 1_000_000, 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("id,answered_at,region,channel,score,comment\n")
        while size < 1e6 * megabytes:
            times = (start + rng.integers(0, 2 * 365 * 86_400, _ROWS)).astype(str)
            lengths, kinds = rng.integers(2, 22, _ROWS), rng.random(_ROWS)
            said = np.split(words[rng.integers(0, len(words), lengths.sum())], np.cumsum(lengths)[:-1])
            answers = np.where(rng.random(_ROWS) < 0.02, "", rng.integers(0, 11, _ROWS).astype(str))
            columns = zip(
                times,
                regions[rng.integers(0, 4, _ROWS)],
                channels[rng.integers(0, 3, _ROWS)],
                answers,
                map(_comment, said, kinds),
                strict=True,
            )
            lines = [
                ",".join([str(i), moment.replace("T", " "), *cells]) + "\n"
                for i, (moment, *cells) in enumerate(columns, number)
            ]
            number += _ROWS
            text = "".join(lines)
            file.write(text)
            size += len(text)


def _comment(words: NDArray[np.object_], kind: float) -> str:
    """Return words as they are written in the file; a fifth of the comments are empty."""
    text = " ".join(words)
    if kind < 0.3:
        text = text.replace(" but", ", but").replace(" and", "\nand", 1) + ' ""really""'
    elif kind < 0.4:
        text += " – schön"
    return f'"{text}"' if kind < 0.8 else ""


def with_npskit(path: Path) -> float:
    import npskit as nk

    return float(nk.read(path, score="score", time="answered_at").score().value)


def with_polars(path: Path, *, lazy: bool = False) -> float:
    import polars as pl

    columns = ["answered_at", "score"]
    frame = pl.scan_csv(path).select(columns).collect() if lazy else pl.read_csv(path, columns=columns)
    score = frame["score"]
    return 100 * (int((score >= 9).sum()) - int((score <= 6).sum())) / (score.len() - score.null_count())


READERS: dict[str, Callable[[Path], float]] = {
    US: with_npskit,
    POLARS: with_polars,
    LAZY: functools.partial(with_polars, lazy=True),
}
_FOLDERS: list[tempfile.TemporaryDirectory[str]] = []


def reading(fraction: float) -> Mapping[str, Run]:
    folder = tempfile.TemporaryDirectory()
    # it goes when the program ends
    _FOLDERS.append(folder)
    path = Path(folder.name) / "export.csv"
    write_export(path, max(MEGABYTES * fraction, 1))
    return {name: functools.partial(read, path) for name, read in READERS.items()}


CASES = [Case("reading", "a CSV of 300 MB to its score", reading, {POLARS: 2.0})]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def bench_reading(case: Case, benchmark: BenchmarkFixture, fraction: float) -> None:
    """Everybody agrees, and npskit's time is recorded."""
    contestants = case.make(fraction)
    check(case, contestants)
    benchmark(contestants[US])


def _alone(name: str, path: Path) -> None:
    """Read with one of them, and print the seconds, those of the processor, and the peak of memory."""
    import resource

    __import__({US: "npskit.from_file"}.get(name, "polars"))
    began, busy = time.perf_counter(), time.process_time()
    READERS[name](path)
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << (20 if sys.platform == "darwin" else 10))
    print(f"| {name} | {seconds:.1f} | {busy:.1f} | {peak:.0f} |")


def main() -> None:
    """Measure each reader in a process of its own."""
    parser = argparse.ArgumentParser(description="Measure seconds and memory of reading.")
    parser.add_argument("--megabytes", type=float, default=LARGE)
    parser.add_argument("--alone", nargs=2, metavar=("READER", "FILE"), help="what this program calls itself with")
    options = parser.parse_args()
    if options.alone:
        _alone(options.alone[0], Path(options.alone[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.csv"
        write_export(path, options.megabytes)
        print(f"{path.stat().st_size / 1e6:.0f} MB, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
        print("| who | s | s of the processor | peak MB |\n|---|---:|---:|---:|", flush=True)
        for name in READERS:
            subprocess.run([sys.executable, __file__, "--alone", name, str(path)], check=True)


if __name__ == "__main__":
    main()

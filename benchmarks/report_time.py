"""How long a report takes and how large it is, and where the time goes: `python benchmarks/report_time.py 1e6`."""

from __future__ import annotations

import cProfile
import pstats
import sys
import time
from typing import Any

import numpy as np

import npskit as nk

COMMENTS = ("The room was cold and nobody came", "A wonderful stay from beginning to end", "", "", "", "")


def survey_of(size: int) -> nk.Survey:
    """Return a survey of two years with customers, comments, segments and ratings."""
    rng = np.random.default_rng(1)
    room = rng.integers(1, 11, size)
    data: dict[str, Any] = {
        "score": np.clip(np.round(0.9 * room + rng.normal(1, 1.5, size)), 0, 10).astype(int),
        "day": np.datetime64("2024-01-01") + (np.arange(size) * 730 // size).astype("m8[D]"),
        "who": rng.integers(0, size // 2 + 1, size),
        "region": np.array(["North", "South", "East", "Tiny"], object)[rng.choice(4, size, p=[0.5, 0.3, 0.1999, 1e-4])],
        "why": np.array(COMMENTS, object)[rng.integers(0, len(COMMENTS), size)],
        "room": room,
        "staff": rng.integers(1, 11, size),
    }
    return nk.Survey(data, score="score", time="day", customer="who", comment="why")


def main(sizes: list[str]) -> None:
    """Print seconds, seconds of the processor, and kilobytes of each size; then the functions that take longest."""
    for size in map(int, map(float, sizes)):
        survey, profile = survey_of(size), cProfile.Profile()
        wall, busy = time.perf_counter(), time.process_time()
        page = survey.report(by="region", drivers=["room", "staff"], hide_below=10)
        assert page is not None
        spent = f"{time.perf_counter() - wall:.1f} s, {time.process_time() - busy:.1f} s of the processor"
        print(f"{size:,} responses: {spent}, {len(page.encode()) / 1000:.0f} kB")
        profile.runcall(survey.report, by="region", drivers=["room", "staff"], hide_below=10)
        pstats.Stats(profile).sort_stats("cumtime").print_stats(r"npskit/(report|survey|drivers|tracking/over)", 12)


if __name__ == "__main__":
    main(sys.argv[1:] or ["1e3", "1e5", "1e6"])

"""A timeline as columns, and as the rows of a table that is read."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from npskit.results.display import number, percent
from npskit.results.native import free_name
from npskit.score_table import segment_names

if TYPE_CHECKING:
    from npskit.tracking.timeline_record import Timeline


def _unrolled(line: Timeline) -> tuple[list[tuple[Any, ...]], list[str]]:
    """Return the key and the label of each score, in the order of the flat arrays."""
    keys = line.segments if line.by else ((),)
    return [key for key in keys for _ in line.labels], [label for _ in keys for label in line.labels]


def columns_of(line: Timeline, level: float, method: str) -> dict[str, list[Any]]:
    """Return a timeline as columns of plain Python values; see `Timeline.columns`."""
    low, high = line.intervals(level, method)
    keys, names = _unrolled(line)
    starts = line.starts.tolist() * (len(line.segments) if line.by else 1)
    numbers: dict[str, NDArray[Any]] = {"value": line.values, "low": low, "high": high, "n": line.n}
    numbers |= {"missing": line.missing, "invalid": line.invalid, "se": np.sqrt(line.estimates.variance)}
    numbers |= {"n_effective": line.estimates.n_effective}
    ours = ("period", "start", *numbers, "too_few")
    counts = zip(line.tally.book.categories, np.moveaxis(line.counts, -1, 0), strict=True)
    numbers |= {free_name(category, ours, "count"): array for category, array in counts}
    numbers["too_few"] = line.few
    table: dict[str, list[Any]] = {}
    for i, name in enumerate(line.by):
        table[free_name(name, (*ours, *numbers, *table), "segment")] = [key[i] for key in keys]
    table |= {"period": names, "start": starts}
    return table | {name: array.ravel().tolist() for name, array in numbers.items()}


def rows_of(line: Timeline, level: float, method: str) -> tuple[list[str], list[list[Any]]]:
    """Return the header and the rows of a timeline as a person reads it."""
    low, high = (limit.ravel().tolist() for limit in line.intervals(level, method))
    parts = (line.values, line.n, line.estimates.n_effective, line.few)
    header = [*line.by, line.every, line.name, f"{percent(level)} interval", "n"]
    header += ["effective n", ""] if line.conventions.weighted else [""]
    rows, aside = [], _not_whole(line)
    scores = zip(*_unrolled(line), low, high, *(array.ravel().tolist() for array in parts), strict=True)
    for key, label, lower, upper, value, n, effective, few in scores:
        row = [*segment_names([(part,) for part in key]), label, value]
        row += [f"{number(lower)} .. {number(upper)}" if n else "", n]
        row += [effective] if line.conventions.weighted else []
        rows.append([*row, ", ".join(["too few"] * few + aside.get(label, []))])
    return header, rows


def _not_whole(line: Timeline) -> dict[str, list[str]]:
    """Return from or until when there are data in the first and the last period, where they do not fill it."""
    found: dict[str, list[str]] = {}
    if line.span is None or line.window is not None or not line.labels:
        return found
    first, last = line.span
    if first > line.starts[0].item():
        found.setdefault(line.labels[0], []).append(f"data from {first}")
    if last + dt.timedelta(days=1) < line.ends[-1].item():
        found.setdefault(line.labels[-1], []).append(f"data until {last}")
    return found

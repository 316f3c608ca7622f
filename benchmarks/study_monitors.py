"""How soon monitors see a fall, and how often they alarm for nothing: `python benchmarks/study_monitors.py --help`.

Prints the tables of docs/explanation/monitors.md. Answers are drawn with a true NPS of 30, which then falls; all
monitors watch for a fall below 30, and see the same answers.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import npskit as nk
from npskit.counting.tally import Tally
from npskit.inference.intervals import score_p_value
from npskit.tracking.live.alarms import Watch
from npskit.tracking.live.batch_alarms import cusum_alarm

GOOD = (0.2, 0.3, 0.5)
TARGET = 30.0
CATEGORY_SCORES = np.array([-100.0, 0.0, 100.0])
FALLS = (5, 10, 20, 40)
QUIET = 2_500
"""Good answers before the fall: the middle between two new beginnings."""
LOOKS = 10_000
"""Answers of a null stream, and after a fall."""
AFRESH = 1_000
BATCH = 50
PLANNED = 500
EARLIEST = 10
"""Answers before the interval is first looked at."""

Categories = NDArray[np.int8]
Places = NDArray[np.int64]
"""After how many answers each stream has its first alarm; 0 for none."""
Find = Callable[[Categories], Places]

NEVER = 0
_BOOK = Tally.count([], scorer=nk.NPS()).codebook
# Streams are worked on in parts of about so many answers.
_CELLS = 1 << 21


class Delays(NamedTuple):
    """What a monitor did on many streams: shares of all, and answers from the fall to the alarm in the others.

    Args:
        false: Share of streams with an alarm before the fall.
        found: Share of the others with an alarm after it.
        median: Answers after the fall by which half of them have one; infinite if they have not.
        most: The same for nine in ten.
    """

    false: float
    found: float
    median: float
    most: float


def draw(rng: np.random.Generator, streams: int, good: int, bad: int, fall: float) -> Categories:
    """Return streams of categories: good answers, then answers of an NPS that is `fall` points lower."""
    worse = (GOOD[0] + fall / 200, GOOD[1], GOOD[2] - fall / 200)
    parts = [
        rng.choice(3, size=(streams, size), p=p).astype(np.int8) for size, p in ((good, GOOD), (bad, worse)) if size
    ]
    return np.concatenate(parts, axis=1)


def counts_of(categories: Categories) -> NDArray[np.int32]:
    """Return the counts so far at every look, shape (streams, looks, 3)."""
    return np.asarray((categories[..., np.newaxis] == np.arange(3)).cumsum(axis=1, dtype=np.int32))


def anytime(categories: Categories, watch: Watch) -> Places:
    """Return the first alarm of a watch that is looked at after every answer.

    One answer of x (0 to 1) multiplies the wealth by at most x/m, (1 - x)/(1 - m), or, of a one-sided one, the larger
    of 1 and one of them. So after each look it is known which next looks cannot be alarms, and these are left out.
    """
    x, m = np.array([0.0, 0.5, 1.0]), (watch.limit + 100) / 200
    up, down, still = x / m, (1 - x) / (1 - m), np.ones(3)
    most = {"below": (still, down), "above": (up, still), "both": (up, down)}[watch.direction]
    rises = np.log(np.maximum(*most))
    return _in_parts(categories, lambda part: _first_crossings(part, watch, rises))


def _first_crossings(categories: Categories, watch: Watch, rises: NDArray[np.float64]) -> Places:
    """Return the first look of each stream at which the evidence reaches the threshold."""
    streams, looks = categories.shape
    counts, rise = counts_of(categories), rises[categories].cumsum(axis=1)
    # one search for all streams: those of later rows lie above all of the earlier ones
    offsets = np.arange(streams) * (rise.max() + watch.threshold + 1)
    flat = (rise + offsets[:, np.newaxis]).ravel()
    first, rows, last = np.full(streams, NEVER, dtype=np.int64), np.arange(streams), np.full(streams, -1)
    reach = offsets + watch.threshold  # how far the rise has to come for an alarm
    while rows.size:
        at = np.maximum(np.searchsorted(flat, reach - 1e-6) - rows * looks, last + 1)
        rows, last = rows[at < looks], at[at < looks]
        evidence = watch.evidence(_BOOK, counts[rows, last])
        alarmed = evidence >= watch.threshold
        first[rows[alarmed]] = last[alarmed] + 1
        rows, last, evidence = rows[~alarmed], last[~alarmed], evidence[~alarmed]
        reach = flat[rows * looks + last] + (watch.threshold - evidence)
    return first


def afresh(categories: Categories) -> Places:
    """Return the first alarm of the anytime-valid one, begun anew every so many answers."""
    streams, looks = categories.shape
    found = anytime(categories.reshape(-1, AFRESH), Watch(target=TARGET)).reshape(streams, looks // AFRESH)
    part = (found != NEVER).argmax(axis=1)
    place = found[np.arange(streams), part]
    return np.where(place == NEVER, NEVER, place + part * AFRESH)


def cusum(categories: Categories) -> Places:
    """Return the first signal of a CUSUM over batches, the variance known."""
    reference = nk.nps([3] * 20 + [8] * 30 + [10] * 50)

    def find(part: Categories) -> Places:
        batches = np.diff(counts_of(part)[:, BATCH - 1 :: BATCH], axis=1, prepend=0)
        alarms = [cusum_alarm(Tally.from_counts(row), reference, target=TARGET) for row in batches]
        places = [NEVER if alarm is None else (alarm.at + 1) * BATCH for alarm in alarms]
        return np.array(places, dtype=np.int64)

    return _in_parts(categories, find)


def always(categories: Categories) -> Places:
    """Return when a 5 % interval first lies below the target, looked at after every answer from the tenth on."""
    return _in_parts(categories, lambda part: _first(_below(counts_of(part)), EARLIEST))


def once(categories: Categories) -> Places:
    """Return whether the interval lies below the target at its only look, after the planned number of answers."""
    return np.where(_below(counts_of(categories[:, :PLANNED])[:, -1]), PLANNED, NEVER)


def _below(counts: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return whether the upper limit, wrong in 5 % of cases, lies below the target."""
    low = counts @ CATEGORY_SCORES < TARGET * counts.sum(axis=-1)
    return np.asarray(low & (score_p_value(counts, CATEGORY_SCORES, TARGET) < 0.1))


def _first(alarms: NDArray[np.bool_], earliest: int) -> Places:
    """Return the first look with an alarm, from the earliest on."""
    late = alarms[:, earliest - 1 :]
    return np.where(late.any(axis=1), late.argmax(axis=1) + earliest, NEVER)


def _in_parts(categories: Categories, find: Find) -> Places:
    """Return what is found for some streams at a time."""
    size = max(1, _CELLS // categories.shape[1])
    return np.concatenate([find(categories[i : i + size]) for i in range(0, len(categories), size)])


MONITORS: dict[str, Find] = {
    "anytime-valid": lambda categories: anytime(categories, Watch(target=TARGET)),
    f"anytime-valid, begun anew every {AFRESH:,} answers": afresh,
    f"CUSUM of batches of {BATCH}": cusum,
    f"interval, one look after {PLANNED} answers": once,
    "interval, a look after every answer": always,
}


def delays(first: Places, good: int) -> Delays:
    """Return shares and delays of first alarms, with so many answers before the fall."""
    early = (first != NEVER) & (first <= good)
    late = np.where(first == NEVER, np.inf, first - good)[~early]
    # the k-th of them, not a mean of two, because some are infinite
    median, most = (float(np.sort(late)[int(np.ceil(part * late.size)) - 1]) for part in (0.5, 0.9))
    return Delays(float(early.mean()), float(np.isfinite(late).mean()), median, most)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _header(*cells: str) -> list[str]:
    return [_row(*cells), _row("---", *["--:"] * (len(cells) - 1))]


def _shown(found: Delays) -> str:
    """Return median and nine in ten as text."""
    median, most = (f"> {LOOKS:,}" if np.isinf(d) else f"{d:,.0f}" for d in (found.median, found.most))
    return f"{median} ({most})"


def false_alarms(streams: int, seed: int) -> list[str]:
    """Return the table of false alarms within so many answers."""
    quiet = draw(np.random.default_rng(seed), streams, LOOKS, 0, 0)
    within = (100, 1_000, LOOKS)
    lines = _header("false alarms within", *(f"{n:,} answers" for n in within))
    for name, find in MONITORS.items():
        first = find(quiet)
        shares = [((first != NEVER) & (first <= n)).mean() for n in within]
        lines.append(_row(name, *(f"{share:.1%}" for share in shares)))
    return lines


def from_the_start(streams: int, seed: int) -> list[str]:
    """Return the table of delays where the score is low from the first answer on."""
    lines = _header("answers until the alarm", *(f"{fall} points" for fall in FALLS))
    drawn = [draw(np.random.default_rng([seed, fall]), streams, 0, LOOKS, fall) for fall in FALLS]
    for name, find in MONITORS.items():
        found = [delays(find(answers), 0) for answers in drawn]
        planned = find is once
        lines.append(_row(name, *(f"{PLANNED}, in {each.found:.0%}" if planned else _shown(each) for each in found)))
    return lines


def after_a_good_time(streams: int, seed: int) -> list[str]:
    """Return the table of delays where the score falls after a good time, and of alarms before that."""
    lines = _header(f"answers after {QUIET:,} good ones", *(f"{fall} points" for fall in FALLS), "false before")
    bad = LOOKS + QUIET % AFRESH  # whole new beginnings
    drawn = [draw(np.random.default_rng([seed, fall, 1]), streams, QUIET, bad, fall) for fall in FALLS]
    for name, find in MONITORS.items():
        if find is once:
            continue
        found = [delays(find(answers), QUIET) for answers in drawn]
        lines.append(_row(name, *map(_shown, found), f"{np.mean([each.false for each in found]):.1%}"))
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Measure how soon monitors see a fall, and their false alarms.")
    parser.add_argument("--streams", type=int, default=2_000, help="streams of each kind (default 2,000)")
    parser.add_argument("--seed", type=int, default=1, help="seed (default 1)")
    options = parser.parse_args(arguments)
    for table in (false_alarms, from_the_start, after_a_good_time):
        print("\n".join([*table(options.streams, options.seed), ""]), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

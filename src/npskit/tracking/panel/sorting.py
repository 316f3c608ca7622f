"""Sorting many whole numbers that are made block by block, each step in the cache and shared among a few threads.

`numpy.sort` of ten million numbers takes 0.1 to 0.7 s, by processor: its AVX-512 code writes parts of vectors, which
some processors do very slowly. There, two steps of a radix sort leave runs short enough for its sorting networks,
which do without that. Where sorting is fast, it is left to it.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np

from npskit.arrays import Integers, cores

Item = TypeVar("Item")
Result = TypeVar("Result")

# From this many numbers on, threads share the work, at most this many, and parting is considered.
PARTED = 1 << 18
_THREADS = 4
# Leading bits that part the numbers of a block, and the bits after them that part what came together.
_FIRST, _SECOND = 7, 16
# Up to so many numbers are sorted by a network; and how many are sorted to see how fast that is in comparison.
_NETWORK, _PROBE = 256, 1 << 13


def workers(rows: int) -> int:
    """Return how many threads share what is done to so many rows.

    Example:
        >>> workers(10)
        1
    """
    return min(cores(), _THREADS) if rows >= PARTED else 1


def in_threads(work: Callable[[Item], Result], items: Iterable[Item], threads: int) -> list[Result]:
    """Return what the work makes of each item, in their order, sharing it among threads.

    Args:
        work: What to do: numpy leaves Python free in most of what is done to long arrays.
        items: What to do it to.
        threads: How many; see `workers`.

    Example:
        >>> in_threads(abs, [-1, 2], 2)
        [1, 2]
    """
    if threads == 1:
        return [work(item) for item in items]
    from concurrent.futures import ThreadPoolExecutor  # only here: it costs a millisecond to import

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, items))


def sort_blocks(make: Callable[[slice], Integers], rows: Sequence[slice], kept: int, bits: int) -> Integers:
    """Return numbers made in blocks, sorted.

    Args:
        make: Returns the numbers of some rows, at most one for each; int64, shape `(m,)`.
        rows: The blocks, one behind the other from row 0.
        kept: How many numbers there are.
        bits: How many bits the largest may have; none is negative.

    Returns:
        Shape `(kept,)`, rising.

    Example:
        >>> numbers = np.array([5, 3, 7, 1])
        >>> sort_blocks(lambda part: numbers[part], [slice(0, 2), slice(2, 4)], 4, 3).tolist()
        [1, 3, 5, 7]
    """
    found = np.empty(kept, np.int64)
    if kept < PARTED or not _networks_win():
        at = 0
        for part in rows:
            block = make(part)
            found[at : at + block.size] = block
            at += block.size
        found.sort()
        return found
    _let_memory_stay()
    shift = max(0, bits - _FIRST)
    parted = np.empty(rows[-1].stop, np.int64)

    def first(part: slice) -> list[int]:
        """Part the numbers of a block by their leading bits, and return where each part begins and the last ends."""
        block = make(part)
        digit = (block >> shift).astype(np.uint8)
        # "clip" writes to `out` at once, and the places are all in range
        block.take(digit.argsort(kind="stable"), out=parted[part.start : part.start + block.size], mode="clip")
        ends = np.bincount(digit, minlength=1 << _FIRST).cumsum() + part.start
        return [part.start, *ends.tolist()]

    edges = in_threads(first, rows, workers(kept))
    ends = np.diff(edges, axis=1).sum(axis=0).cumsum().tolist()

    def second(at: int) -> None:
        """Bring together what has the same leading bits, and sort it."""
        together = np.concatenate([parted[edge[at] : edge[at + 1]] for edge in edges])
        _sort_into(found[ends[at] - together.size : ends[at]], together, shift)

    in_threads(second, range(1 << _FIRST), workers(kept))
    return found


@functools.cache
def _networks_win() -> bool:
    """Return whether networks sort so much faster on this processor that parting pays: some 15 times, and not twice."""
    numbers = np.arange(_PROBE, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)  # no order; np.random loads slowly
    times = []
    for rows in (numbers.view(np.int64), numbers.view(np.int64).reshape(-1, _NETWORK)):
        tries = []
        for _ in range(3):
            copy = rows.copy()
            start = time.perf_counter()
            copy.sort(axis=-1)
            tries.append(time.perf_counter() - start)
        times.append(min(tries))
    return times[0] > 5 * times[1]


def _let_memory_stay() -> None:
    """Have memory that blocks free used for the next block, rather than given back and asked for again.

    The C library of GNU gives back what is free at the end of its heap beyond twice the largest piece that was ever
    mapped and freed, up to 32 MB; asking for it again takes longer than all else. The piece is never written to.
    """
    np.empty(1 << 24, np.uint8)


def _sort_into(out: Integers, numbers: Integers, bits: int) -> None:
    """Write numbers that differ in so many trailing bits to `out`, sorted."""
    shift = max(0, bits - _SECOND)
    digit = (numbers >> shift).astype(np.uint16)
    numbers.take(digit.argsort(kind="stable"), out=out, mode="clip")
    if not shift:
        return
    half = _NETWORK // 2
    if (out[half:] >> shift == out[:-half] >> shift).any():
        edges = np.flatnonzero(np.diff(out >> shift, prepend=-1, append=-1))
        for run in np.flatnonzero(np.diff(edges) > half).tolist():
            out[edges[run] : edges[run + 1]].sort()
    # A run of at most half the length lies within one row of the first table, or of the second; the longer are sorted.
    for rest in (out, out[half:]):
        whole = rest.size - rest.size % _NETWORK
        rest[:whole].reshape(-1, _NETWORK).sort(axis=1)
        rest[whole:].sort()

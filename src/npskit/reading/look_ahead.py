"""Work on the next items in other threads, while what came of the earlier ones is used."""

from __future__ import annotations

import functools
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from npskit.arrays import cores

Item = TypeVar("Item")
Result = TypeVar("Result")
# So many items are worked on, or done, before their turn comes: more would only fill the memory.
_AHEAD = 4
# Once so much is freed, glibc keeps smaller pieces for the next item, rather than ask the system for fresh pages.
_KEPT = 16 << 20


def look_ahead(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[tuple[Item, Callable[[], Result]]]:
    """Yield each item, and a function that returns what came of the work on it; in order.

    A single item is worked on when it is asked for, without another thread.

    Args:
        work: What is done; it must change nothing, because it may be done for nothing, and while other items are used.
        items: What it is done to.

    Example:
        >>> [result() for _, result in look_ahead(len, ["a", "bc"])]
        [1, 2]
    """
    source = iter(items)
    first = list(itertools.islice(source, 2))
    if len(first) < 2:
        yield from ((item, functools.partial(work, item)) for item in first)
        return
    bytes(_KEPT)
    with ThreadPoolExecutor(min(_AHEAD, cores()), "npskit-reading") as threads:
        waiting = deque[tuple[Item, Future[Result]]]()
        for item in itertools.chain(first, source):
            waiting.append((item, threads.submit(work, item)))
            if len(waiting) > _AHEAD:
                item, future = waiting.popleft()
                yield item, future.result
        while waiting:
            item, future = waiting.popleft()
            yield item, future.result

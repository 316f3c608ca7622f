"""Trackers of every kind, written to and read by many threads at once: nothing is lost, and nothing is half put in."""

from __future__ import annotations

import copy
import datetime as dt
import itertools
import pickle
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import npskit as nk

START = dt.datetime(2026, 3, 1, 12)
REFERENCE = nk.nps([10] * 30 + [3] * 10)
SCI = nk.SCI([(1, 5), (0, 10), (0, 10)], top=(5, 9, 9))
KINDS: dict[str, Callable[[], nk.Tracker]] = {
    "plain": nk.Tracker,
    "target": lambda: nk.Tracker(target=40),
    "reference": lambda: nk.Tracker(reference=REFERENCE),
    "by": lambda: nk.Tracker(by="region"),
    "by two, target": lambda: nk.Tracker(by=["region", "shop"], target=0),
    "last answers": lambda: nk.Tracker(window=50),
    "last answers, by": lambda: nk.Tracker(window=50, by="region"),
    "last days": lambda: nk.Tracker(window="3d"),
    "last hours, by": lambda: nk.Tracker(window="5h", by=["region", "shop"]),
    "several questions": lambda: nk.Tracker(SCI),
    "several questions, last answers": lambda: nk.Tracker(SCI, window=30, by="region"),
}
WRITERS, READERS, AT_ONCE = 4, 8, 20


@pytest.fixture(autouse=True)
def _often() -> Iterator[None]:
    """Let threads take turns all the time."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def write(tracker: nk.Tracker, writer: int, operations: int) -> int:
    """Put answers in, one by one and many at once; return how many."""
    by, timed = len(tracker._by), "d" in str(tracker._spec) or "h" in str(tracker._spec)
    questions, rows = len(tracker.tally().scorer.questions), 0
    for i in range(operations):
        size = AT_ONCE if i % 10 == 0 else 1
        answers = [(writer * 3 + i + j) % 12 for j in range(size)]
        regions, at = [f"r{(i + j) % 5}" for j in range(size)], START + dt.timedelta(hours=i / 10)
        if size > 1:
            groups = {0: None, 1: regions, 2: [regions, [1] * size]}[by]
            tracker.update_many(*[answers] * questions, groups=groups, at=at if timed else None)
        else:
            answer: Any = answers[0] if questions == 1 else tuple(answers * questions)
            group = {0: None, 1: regions[0], 2: (regions[0], 1)}[by]
            tracker.update(answer, group=group, at=at if timed else None)
        rows += size
    return rows


def read(tracker: nk.Tracker, i: int) -> None:
    """Read a tracker in one of the ways there are, and see that it fits together."""
    looks: list[Callable[[], object]] = [
        lambda: pickle.loads(pickle.dumps(tracker)).tally(),
        lambda: nk.Tracker.from_json(tracker.to_json()).tally(),
        lambda: copy.copy(tracker).update(9) if not tracker._by and tracker._plain else copy.deepcopy(tracker),
        lambda: (repr(tracker), tracker.score(), tracker.seen),
        lambda: tracker.score_table().to_text() if tracker._by else tracker.to_text(),
        lambda: (tracker.alarm, tracker.alarms() if tracker._by else None) if tracker._watch else tracker == tracker,
        lambda: tracker + nk.Tracker.from_json(KINDS_EMPTY[id(tracker)]),
    ]
    looks[i % len(looks)]()
    twin = copy.copy(tracker)
    assert sum(map(sum, twin._groups.values())) == int(twin.tally().rows)
    assert twin.seen == int(twin.tally().rows) + (0 if twin._window is None else twin._window.past)
    if isinstance(tracker._spec, int):
        assert int(tracker.tally().rows) <= tracker._spec


def read_all(tracker: nk.Tracker, reader: int, operations: int) -> None:
    """Read so many times."""
    for i in range(operations):
        read(tracker, reader + i)


KINDS_EMPTY: dict[int, str] = {}


def work(kind: str, operations: int) -> None:
    """Let writers and readers do so many operations together, and see that everything arrived."""
    tracker = KINDS[kind]()
    KINDS_EMPTY[id(tracker)] = tracker.to_json()
    each, written, errors = operations // (WRITERS + READERS), [], []

    def run(job: Callable[[], object]) -> None:
        try:
            job()
        except BaseException as error:
            errors.append(error)

    jobs: list[Callable[[], object]] = [lambda w=w: written.append(write(tracker, w, each)) for w in range(WRITERS)]  # type: ignore[misc]
    jobs += [lambda r=r: read_all(tracker, r, each) for r in range(READERS)]  # type: ignore[misc]
    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    assert tracker.seen == sum(written)
    alone = KINDS[kind]()
    for writer in range(WRITERS):
        write(alone, writer, each)
    if not isinstance(tracker._spec, int):  # which answers were the last, depends on who came first
        assert tracker.tally() == alone.tally()
    if tracker._spec is None and tracker._watch is None:
        assert tracker == alone


@pytest.mark.parametrize("kind", KINDS)
def test_many_threads(kind: str) -> None:
    """Law: 8 readers and 4 writers, among them pickling and JSON: nothing fails, nothing is lost."""
    work(kind, 600)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_very_many_operations(kind: str) -> None:
    """The same for 100,000 operations on each kind."""
    work(kind, 100_000)


def test_merging_into_each_other_does_not_wait_for_ever() -> None:
    """Law: two trackers that are merged into each other at once end, with what was put in before."""
    one, two = nk.Tracker().update(9), nk.Tracker().update(3)
    turns = itertools.repeat(None, 20)
    threads = [threading.Thread(target=lambda a=a, b=b: [a + b for _ in turns]) for a, b in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
        assert not thread.is_alive()
    assert (one + two).tally() == nk.Tally.count([9, 3])
    assert one.merge(one).seen == 2


def test_a_copy_goes_its_own_way() -> None:
    """Law: what is put into a copy, or a merged tracker, is not in the first one."""
    for make in KINDS.values():
        tracker = make()
        write(tracker, 0, 3)
        seen = tracker.seen
        for twin in (copy.copy(tracker), copy.deepcopy(tracker), pickle.loads(pickle.dumps(tracker))):
            assert twin == tracker
            write(twin, 1, 20)
        assert tracker.seen == seen

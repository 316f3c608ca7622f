"""Engines: each is started when the first test needs it, and stopped after the last test of all."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Iterator

import pytest

from tests.engines.engines import ENGINES, Running
from tests.engines.servers import NotHereError

ALL_HERE = bool(os.environ.get("NPSKIT_ENGINES"))  # set where an engine that is missing is a failure


def _named(fast_only: bool) -> list[object]:
    kept = [each for each in ENGINES.values() if each.fast or not fast_only]
    return [pytest.param(each.name, marks=[pytest.mark.slow] * each.slow, id=each.name) for each in kept]


Start = Callable[[str], Running]


@pytest.fixture(scope="session")
def start() -> Iterator[Start]:
    """Start an engine by name, once: SQLFrame and Spark have one session in a process, and Spark takes long."""
    with contextlib.ExitStack() as stack:
        yield functools.cache(lambda name: stack.enter_context(ENGINES[name].started()))


def _here(start: Start, name: str) -> Running:
    try:
        return start(name)
    except NotHereError as missing:
        (pytest.fail if ALL_HERE else pytest.skip)(str(missing))


@pytest.fixture(scope="session", params=_named(fast_only=False))
def engine(request: pytest.FixtureRequest, start: Start) -> Running:
    """Give each engine."""
    return _here(start, request.param)


@pytest.fixture(scope="session", params=_named(fast_only=True))
def fast_engine(request: pytest.FixtureRequest, start: Start) -> Running:
    """Give each engine that is quick enough to be given hundreds of surveys."""
    return _here(start, request.param)

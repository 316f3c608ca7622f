"""One input: an entry is drawn, and what it is given; the faults come back."""

from __future__ import annotations

import contextlib
import tempfile

from npskit import NpskitError
from tests.fuzz.draw import Draw
from tests.fuzz.entries import ENTRIES, WEIGHTED
from tests.fuzz.watch import EndOfInput, Fault, Watch


def one_input(seed: int, number: int, *, raises: bool = False) -> tuple[list[Fault], list[tuple[str, str]]]:
    """Return the faults of an input and what was drawn for it.

    Args:
        seed: The seed of the run.
        number: The number of the input in it; the same two make the same input.
        raises: Whether to show the tracebacks of faults.
    """
    draw, watch = Draw(seed, number), Watch(seed, number, shows=raises)
    entry = draw.among(WEIGHTED)
    draw.note("entry", entry)
    # a text may be taken for a path, and written to
    folder = tempfile.TemporaryDirectory()
    # the last while arguments are made
    with folder as path, contextlib.chdir(path), contextlib.suppress(EndOfInput, NpskitError):
        ENTRIES[entry](draw, watch)
    return watch.faults, draw.trail + [("call", called) for called in watch.entries]

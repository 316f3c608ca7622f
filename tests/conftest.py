"""How many examples a run of the tests tries.

Hypothesis has no deadlines, because a slow machine is no failure, and tries the same examples in every run, so that a
run which passed passes again. A run is quick: it tries two fifths of the examples that a law names. `NPSKIT_FULL=1`
tries all of them; `NPSKIT_EXPLORE=1` tries as many, and new ones. Studies (`-m slow`) are done at their full size.
"""

import gc
import os

import pytest
from hypothesis import settings

EXPLORE = bool(os.environ.get("NPSKIT_EXPLORE"))
FULL = EXPLORE or bool(os.environ.get("NPSKIT_FULL"))


def _examples(wanted: int) -> int:
    """Return how many examples a run tries of those that a law has when it is tested in full."""
    return wanted if FULL else min(wanted, max(12, wanted * 2 // 5))


settings.register_profile("npskit", deadline=None, derandomize=not EXPLORE, max_examples=_examples(100))
settings.load_profile("npskit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have every law that says how many examples it takes try as many as this run does; let answers be made up."""
    for item in items:  # tests/counting/test_odd_answers.py is about these
        item.add_marker(pytest.mark.filterwarnings("ignore:most answers|no answer of:npskit.DataWarning"))
    for test in {item.function for item in items if isinstance(item, pytest.Function)}:
        own = getattr(test, "_hypothesis_internal_use_settings", None)  # if Hypothesis renames it, runs are full
        if own is not None:
            scaled = settings(own, max_examples=_examples(own.max_examples))
            vars(test)["_hypothesis_internal_use_settings"] = scaled


def pytest_collection_finish() -> None:
    """Have the garbage collector look less often, and not at what stays to the end: libraries, and all collected tests.

    It looked through them again and again: a million objects, for a tenth of the time of a run.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)

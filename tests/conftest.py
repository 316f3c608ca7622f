"""How many examples a run of the tests tries.

Hypothesis has no deadlines, because a slow machine is no failure, and tries the same examples in every run, so that a
run which passed passes again. A run is quick: it tries two fifths of the examples that a law names. `NPSKIT_FULL=1`
tries all of them; `NPSKIT_EXPLORE=1` tries as many, and new ones; `NPSKIT_FEW=1` tries a tenth, where another run tries
more of the same. Studies (`-m slow`) are done at their full size.
"""

import gc
import os

import pytest
from hypothesis import settings

EXPLORE = bool(os.environ.get("NPSKIT_EXPLORE"))
FULL = EXPLORE or bool(os.environ.get("NPSKIT_FULL"))
FEW = bool(os.environ.get("NPSKIT_FEW"))


def _examples(wanted: int) -> int:
    """Return how many examples a run tries of those that a law has when it is tested in full."""
    if FULL:
        return wanted
    return min(wanted, max(8, wanted // 10) if FEW else max(12, wanted * 2 // 5))


settings.register_profile("npskit", deadline=None, derandomize=not EXPLORE, max_examples=_examples(100))
settings.load_profile("npskit")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Have every law that says how many examples it takes try as many as this run does; let answers be made up."""
    for item in items:  # tests/counting/test_odd_answers.py is about these
        item.add_marker(pytest.mark.filterwarnings("ignore:most answers|no answer of:npskit.DataWarning"))
    for test in {item.function for item in items if isinstance(item, pytest.Function)}:
        own = getattr(test, "_hypothesis_internal_use_settings", None)  # if Hypothesis renames it, runs are full
        if own is not None:
            scaled = settings(own, max_examples=_examples(own.max_examples))
            vars(test)["_hypothesis_internal_use_settings"] = scaled
    if hasattr(config, "workerinput"):
        _share_out(items)


def _share_out(items: list[pytest.Item]) -> None:
    """Say what one process of `--dist loadgroup --no-loadscope-reorder` is to do, and begin with what takes long.

    That is a file, since its tests share what they made; of engines all of one; and of studies each by itself.
    """
    for item in items:
        params = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        one = params.get("engine", params.get("fast_engine"))
        if isinstance(one, str) or not _is_long(item):
            item.add_marker(pytest.mark.xdist_group(one if isinstance(one, str) else str(item.path)))
    items.sort(key=lambda item: not _is_long(item))


def _is_long(item: pytest.Item) -> bool:
    return item.get_closest_marker("slow") is not None


def pytest_collection_finish() -> None:
    """Have the garbage collector look less often, and not at what stays to the end: libraries, and all collected tests.

    It looked through them again and again: a million objects, for a tenth of the time of a run.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)

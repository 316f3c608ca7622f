"""Which tests run which lines, and for how long: found once and kept."""

from __future__ import annotations

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import attrs
import coverage
import pytest

from tests.mutation.mutants import ROOMS, SRC, Mutant

ROOT = SRC.parent
TESTS_OF = {"plan": "tests/followup/plan"}


def digest(files: Iterable[Path]) -> str:
    """Return what changes when one of the files does."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()


def tracer() -> coverage.Coverage:
    """Return coverage of the rooms' lines, kept in memory."""
    folders = [f"{SRC / folder}/*" for folder in ROOMS.values()]
    return coverage.Coverage(data_file=None, branch=False, include=folders, config_file=False, messages=False)


class _Failures:
    """Notes that a test failed."""

    seen = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note it, in whichever of its phases."""
        self.seen |= report.failed


def outcomes(items: list[pytest.Item], before: Callable[[str], object] = str) -> Iterator[tuple[pytest.Item, bool]]:
    """Run tests as pytest does, and yield of each whether it passed."""
    failures = _Failures()
    if items:
        items[0].config.pluginmanager.register(failures)
    for item, following in zip(items, [*items[1:], None], strict=True):
        failures.seen = False
        before(item.nodeid)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        yield item, not failures.seen


@attrs.define
class Trace:
    """The tests by line, and what each takes."""

    source: str = ""
    files: dict[str, str] = attrs.field(factory=dict)  # of each test file, its digest
    seconds: dict[str, float] = attrs.field(factory=dict)
    tests: dict[str, dict[int, set[str]]] = attrs.field(factory=dict)
    imported: dict[str, list[int]] = attrs.field(factory=dict)  # lines that run when modules are imported

    def save(self, path: Path) -> None:
        """Write it to a file."""
        kept = attrs.asdict(self)
        names = {name: number for number, name in enumerate(self.seconds)}
        kept["tests"] = {
            file: {line: sorted(names[test] for test in tests) for line, tests in lines.items()}
            for file, lines in self.tests.items()
        }
        path.write_text(json.dumps(kept), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Trace:
        """Read what `save` wrote."""
        kept = json.loads(path.read_text(encoding="utf-8"))
        names = list(kept["seconds"])
        kept["tests"] = {
            file: {int(line): {names[test] for test in tests} for line, tests in lines.items()}
            for file, lines in kept["tests"].items()
        }
        return cls(**kept)

    def forget(self, files: set[str]) -> None:
        """Drop the tests of some files, which have changed."""
        gone = {test for test in self.seconds if test.partition("::")[0] in files}
        self.seconds = {test: took for test, took in self.seconds.items() if test not in gone}
        for lines in self.tests.values():
            for tests in lines.values():
                tests -= gone

    def run(self, items: list[pytest.Item]) -> list[str]:
        """Run tests, add what they cover, and return those that fail."""
        watch, failed = tracer(), []
        watch.start()
        start = time.perf_counter()
        for item, passed in outcomes(items, watch.switch_context):
            self.seconds[item.nodeid] = -start + (start := time.perf_counter())
            if not passed:
                failed.append(item.nodeid)
        watch.stop()
        data = watch.get_data()
        for file in data.measured_files():
            lines = self.tests.setdefault(Path(file).relative_to(SRC).as_posix(), {})
            for line, names in data.contexts_by_lineno(file).items():
                lines.setdefault(line, set()).update(name for name in names if name)
        for test in failed:  # what fails by itself tells nothing
            del self.seconds[test]
        for lines in self.tests.values():
            for tests in lines.values():
                tests.difference_update(failed)
        return failed

    def covering(self, mutant: Mutant, limit: float) -> list[str]:
        """Return the tests that run a mutant's line, quick and near ones first, together of at most so many seconds."""
        lines = self.tests.get(mutant.path, {})
        where = range(mutant.line, mutant.end_line + 1)
        if mutant.function is None:  # it runs at import: any test of the module may see it
            where = range(1, 1 + max(lines, default=0))
        found: set[str] = set().union(*(lines.get(line, ()) for line in where))
        if not found and mutant.function is not None:  # a line inside a longer statement
            found = set().union(*(lines.get(line, ()) for line in range(max(1, mutant.line - 8), mutant.line)))
        room = TESTS_OF.get(mutant.room, f"tests/{mutant.room}")
        stem = Path(mutant.path).stem

        def cost(test: str) -> float:
            near = 0.05 if test.startswith(f"{room}/test_{stem}") else 0.2 if test.startswith(room) else 1
            return near * self.seconds[test]

        chosen: list[str] = []
        together = 0.0
        for test in sorted(found, key=lambda test: (cost(test), test)):
            together += self.seconds[test]
            if together > limit and len(chosen) >= 60:
                break
            chosen.append(test)
        return chosen


def by_file(items: list[pytest.Item]) -> dict[str, list[pytest.Item]]:
    """Return tests by their file."""
    files: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        files[item.nodeid.partition("::")[0]].append(item)
    return files

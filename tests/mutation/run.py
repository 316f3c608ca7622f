"""Run the tests on each mutant, in a process of its own that begins with everything imported and collected."""

from __future__ import annotations

import ast
import functools
import gc
import importlib
import importlib.machinery
import importlib.util
import json
import os
import pkgutil
import resource
import shutil
import signal
import sys
import tempfile
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import coverage
import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.mutation.mutants import SRC, Mutant, mutated
from tests.mutation.trace import ROOT, Trace, by_file, digest, outcomes, tracer

FAULT = 3  # of this script itself
MEMORY = 8 << 30  # beyond what is in use when a mutant begins
PYTEST = [
    "-s",
    "-q",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:cov",
    "-p",
    "no:xdist",
    "-p",
    "no:benchmark",
    "-m",
    "not slow",
]
# how long things take, what is drawn anew, and what runs in other processes
ABSENT = ["tests/test_benchmarks.py", "tests/fuzz", "tests/studies", "tests/engines"]


@attrs.frozen
class Outcome:
    """What became of a mutant."""

    mutant: Mutant
    outcome: str  # killed, timeout, crash, survived, uncovered
    test: str  # the one that killed it
    tests: int
    seconds: float

    @property
    def killed(self) -> bool:
        """Whether the tests found it."""
        return self.outcome in ("killed", "timeout", "crash")


def unhurried(items: list[pytest.Item]) -> None:
    """Have laws stop at the first example that breaks them, however long the others took."""
    for test in {item.function for item in items if isinstance(item, pytest.Function)}:
        own = getattr(test, "_hypothesis_internal_use_settings", None)
        if own is not None:
            quick = settings(
                own, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck), deadline=None
            )
            vars(test)["_hypothesis_internal_use_settings"] = quick


def first_failure(items: list[pytest.Item]) -> str:
    """Run tests up to the first that fails, and return it."""
    return next((item.nodeid for item, passed in outcomes(items) if not passed), "")


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


class Live:
    """The functions of npskit that are in memory, by where they stand."""

    def __init__(self) -> None:
        import npskit

        for module in pkgutil.walk_packages(npskit.__path__, "npskit."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
        gc.unfreeze()
        self.functions: dict[tuple[str, str, int], list[types.FunctionType]] = {}
        self.caches: list[Any] = []
        for each in gc.get_objects():
            if isinstance(each, types.FunctionType) and each.__code__.co_filename.startswith(str(SRC)):
                code = each.__code__
                self.functions.setdefault((code.co_filename, code.co_qualname, code.co_firstlineno), []).append(each)
            elif isinstance(each, functools._lru_cache_wrapper) and each.__module__.startswith("npskit"):
                self.caches.append(each)
        gc.collect()
        gc.freeze()

    def planted(self, mutant: Mutant, tree: ast.Module) -> bool:
        """Put a mutant's code into the function that is in memory; whether that can be done."""
        if mutant.function is None:
            return False
        place = (str(SRC / mutant.path), *mutant.function)
        code = compile(tree, place[0], "exec", dont_inherit=True)
        new = [each for each in _codes(code) if (each.co_qualname, each.co_firstlineno) == mutant.function]
        known = self.functions.get(place, [])
        if len(new) != 1 or not known or any(each.__code__.co_freevars != new[0].co_freevars for each in known):
            return False
        for function in known:
            function.__code__ = new[0]
        for cache in self.caches:
            cache.cache_clear()
        return True


class _Finder:
    """Imports one module as a mutant."""

    def __init__(self, mutant: Mutant, tree: ast.Module) -> None:
        self.mutant, path = mutant, str(SRC / mutant.path)
        code = compile(tree, path, "exec", dont_inherit=True)

        class Loader(importlib.machinery.SourceFileLoader):
            def get_code(self, fullname: str) -> types.CodeType:
                return code

        self.loader, self.path = Loader(mutant.module, path), path

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """Return where the module is to be had."""
        if name != self.mutant.module:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self.loader)


class _InOrder:
    """Runs chosen tests of a fresh session in their order, up to the first that fails."""

    def __init__(self, tests: list[str]) -> None:
        self.place = {test: place for place, test in enumerate(tests)}
        self.failure = "collection"

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Choose the tests."""
        items[:] = sorted((i for i in items if i.nodeid in self.place), key=lambda item: self.place[item.nodeid])
        unhurried(items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run them, unless they could not even be imported."""
        self.failure = "collection" if session.testsfailed else first_failure(session.items)
        return True


def imported_anew(mutant: Mutant, tree: ast.Module, tests: list[str]) -> str:
    """Import npskit with a mutant in it and the tests again, run these, and return the first that fails."""
    files = list(dict.fromkeys(test.partition("::")[0] for test in tests))[:10]
    for name in [name for name in sys.modules if name.partition(".")[0] == "npskit" or name.startswith("tests.")]:
        if not name.startswith("tests.mutation"):
            del sys.modules[name]
    sys.meta_path.insert(0, _Finder(mutant, tree))
    run = _InOrder(tests)
    pytest.main([*PYTEST, *files], plugins=[run])
    return run.failure


class Workers:
    """Runs functions in processes of their own, a few at a time."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.running: dict[int, tuple[Callable[[int, str], None], Path, float]] = {}

    def submit(self, work: Callable[[], str], done: Callable[[int, str], None], limit: float) -> None:
        """Have work done within so many seconds of the processor, and what it returns handed on with how it ended."""
        while len(self.running) >= self.most:
            self._wait()
        folder = Path(tempfile.mkdtemp(prefix="mutant-"))
        sys.stdout.flush()
        child = os.fork()
        if child:
            self.running[child] = done, folder, time.monotonic() + 8 * limit
            return
        try:
            os.setsid()
            quiet = os.open(os.devnull, os.O_RDWR)
            for descriptor in (0, 1, 2):
                os.dup2(quiet, descriptor)
            os.environ["PYTEST_DEBUG_TEMPROOT"] = os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
            seconds = int(time.process_time() + limit)
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
            pages = int(Path("/proc/self/statm").read_text().split()[0])
            resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY,) * 2)
            answer = work()
            (folder / "answer").write_text(answer, encoding="utf-8")
            os._exit(0)
        except BaseException as error:
            (folder / "answer").write_text(f"{type(error).__name__}: {error}"[:300], encoding="utf-8")
            os._exit(FAULT)

    def _wait(self) -> None:
        """Wait for one of the processes to end, and end those that hang."""
        while True:
            child, status = os.waitpid(-1, os.WNOHANG)
            if child in self.running:
                break
            for late in [pid for pid, (_, _, end) in self.running.items() if time.monotonic() > end]:
                os.killpg(late, signal.SIGKILL)
            time.sleep(0.02)
        done, folder, _ = self.running.pop(child)
        answer = folder / "answer"
        text = answer.read_text(encoding="utf-8") if answer.exists() else ""
        shutil.rmtree(folder, ignore_errors=True)
        done(os.waitstatus_to_exitcode(status), text)

    def finish(self) -> None:
        """Wait for all."""
        while self.running:
            self._wait()


@attrs.define
class MutationRun:
    """A pytest plugin: once all tests are collected, each mutant is tried in a fork of this process."""

    mutants: list[Mutant]
    kept: Path  # where the trace is kept
    workers: int
    limit: float  # seconds of tests for a mutant
    done: Callable[[Outcome], None]
    trace: Trace = attrs.field(factory=Trace)
    _importing: coverage.Coverage | None = None

    def start(self) -> None:
        """Collect the tests, and then run."""
        source = digest((SRC / "npskit").rglob("*.py"))
        if self.kept.exists():
            self.trace = Trace.load(self.kept)
        if self.trace.source != source:
            self.trace = Trace(source)
            self._importing = tracer()
            self._importing.start()
        pytest.main([*PYTEST, *(f"--ignore={path}" for path in ABSENT), "tests"], plugins=[self])

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Make laws quick to fail."""
        unhurried(items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Trace what is not yet, and try the mutants."""
        threads = {task.joinpath("comm").read_text().strip() for task in Path("/proc/self/task").iterdir()}
        if "polars-0" in threads:  # a fork does not have them, and waits for ever
            raise RuntimeError("a test module works with Polars while it is imported, which starts threads")
        if session.testsfailed:
            raise RuntimeError("some tests cannot be collected: see python -m pytest --collect-only")
        live = Live()
        if self._importing is not None:
            self._importing.stop()
            data = self._importing.get_data()
            self.trace.imported = {
                Path(file).relative_to(SRC).as_posix(): sorted(data.lines(file) or ()) for file in data.measured_files()
            }
        workers = Workers(self.workers)
        self._retrace(session.items, workers)
        items = {item.nodeid: item for item in session.items}
        for mutant in self.mutants:
            self._try(mutant, items, live, workers)
        workers.finish()
        return True

    def _retrace(self, items: list[pytest.Item], workers: Workers) -> None:
        """Trace the tests of files that are new or have changed."""
        files = by_file(items)
        now = {file: digest([ROOT / file]) for file in files}
        changed = {file for file in files if self.trace.files.get(file) != now[file]}
        self.trace.forget(changed | (set(self.trace.files) - set(files)))
        self.trace.files = now
        todo = [item for file in files for item in files[file] if item.nodeid not in self.trace.seconds]
        if not todo:
            return
        print(f"tracing {len(todo)} tests", flush=True)

        def work() -> str:
            failed = self.trace.run(todo)
            self.trace.save(self.kept)
            return json.dumps(failed)

        def done(code: int, answer: str) -> None:
            if code:
                raise RuntimeError(f"the tests could not be traced: {code} {answer}")
            failed = json.loads(answer)
            print(f"{len(failed)} fail without any mutant and are not used:", *failed, sep="\n  ", flush=True)

        workers.submit(work, done, 3600)
        workers.finish()
        self.trace = Trace.load(self.kept)

    def _try(self, mutant: Mutant, items: dict[str, pytest.Item], live: Live, workers: Workers) -> None:
        """Run the tests of a mutant."""
        tests = [test for test in self.trace.covering(mutant, self.limit) if test in items]
        if not tests:
            self.done(Outcome(mutant, "uncovered", "", 0, 0.0))
            return
        imported = set(self.trace.imported.get(mutant.path, ()))
        anew = bool(imported & set(range(mutant.line, mutant.end_line + 1)))
        start = time.monotonic()

        def work() -> str:
            tree = mutated(mutant)
            if not anew and live.planted(mutant, tree):
                return first_failure([items[test] for test in tests])
            return imported_anew(mutant, tree, tests)

        def done(code: int, answer: str) -> None:
            outcome = "timeout" if code in (-signal.SIGXCPU, -signal.SIGKILL) else "crash" if code else "killed"
            if code == FAULT:
                outcome = "error"
            if not code and not answer:
                outcome = "survived"
            self.done(Outcome(mutant, outcome, answer, len(tests), time.monotonic() - start))

        known = sum(self.trace.seconds[test] for test in tests)
        workers.submit(work, done, 30 + 3 * known)

"""Benchmarks still run: at a small size all contestants of each say the same. Times are not looked at."""

import importlib
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1] / "benchmarks"
MODULES = sorted(path.stem for path in HERE.glob("bench_*.py"))


@pytest.mark.slow  # programs are started and peers imported: python -m pytest -m slow -k benchmarks
@pytest.mark.parametrize("name", MODULES)
def test_contestants_agree(name: str) -> None:
    pytest.importorskip("duckdb")
    if "change_points" in name:
        pytest.importorskip("ruptures", reason="the peer is installed by the extra 'bench' alone")
    harness = importlib.import_module("benchmarks.harness")
    module = importlib.import_module(f"benchmarks.{name}")
    assert module.CASES
    for case in module.CASES:
        harness.check(case, case.make(0.0005))

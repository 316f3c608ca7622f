"""Benchmarks still run: at a small size all contestants of each say the same. Times are not looked at."""

import importlib
import warnings
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


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_engines_are_asked_by_hand_for_what_npskit_says(engine: str, tmp_path: Path) -> None:
    """On a thousand rows the queries by hand and npskit give the same scores, to 1e-9."""
    pytest.importorskip(engine)
    engines = importlib.import_module("benchmarks.engines")
    path = tmp_path / "answers.parquet"
    engines.write_answers(path, 1_000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of few answers in a segment
        assert [engines.differences(path, engine, question) for question in engines.QUESTIONS] == [[]] * 6

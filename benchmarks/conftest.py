"""Options of the benchmarks under pytest."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fraction", type=float, default=0.01, help="part of the full size to run at (default 0.01)")


@pytest.fixture
def fraction(request: pytest.FixtureRequest) -> float:
    return float(request.config.getoption("--fraction"))

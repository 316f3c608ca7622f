from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from npskit.reading import Loaded, load


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One directory for all examples of a property."""
    return tmp_path_factory.mktemp("reading")


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Loaded]:
    """Write a file as it is, and read it."""

    def reading(content: str | bytes, name: str = "export.csv", **options: Any) -> Loaded:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return load(path, **options)

    return reading

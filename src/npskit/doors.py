"""Doors of rooms: names looked up in a room's stub, and imported when first used."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any


def open_door(room: str, *besides: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return `__getattr__`, `__dir__` and `__all__` of a room, as its stub says: `from MODULE import NAME as NAME`.

    Type checkers read the same stub, so each name stands in one place; and a room costs only what is used of it.

    Args:
        room: The `__name__` of the package.
        besides: Names that the room has itself, to be listed with the others.
    """
    package = sys.modules[room]
    spec: Any = package.__spec__
    stub = spec.loader.get_data(f"{package.__path__[0]}/__init__.pyi").decode()  # also out of a zip archive
    words = (line.split() for line in stub.splitlines())
    places = {line[-1]: line[1] for line in words if line[:1] == ["from"]}
    names = sorted([*places, *besides])

    def look_up(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        module = importlib.import_module(places[name] if places[name] != room else f"{room}.{name}")
        value = module if places[name] == room else getattr(module, name)
        setattr(package, name, value)
        return value

    return look_up, lambda: names, names

"""npskit turns customer-loyalty answers into decisions.

Net Promoter Score, Secure Customer Index, CSAT, CES and retention, from a list, a file, a dataframe or a database, with
intervals that can be trusted.

Example:
    >>> import npskit as nk
    >>> nk.nps([10, 9, 7, 3])
    Score(NPS=25.0, n=4, interval=(-50.5, 77.8), level=0.95)
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"


def _places() -> dict[str, str]:
    """Return the room of each public name, as the stub beside this file has them: `from ROOM import NAME as NAME`."""
    stub = __spec__.loader.get_data(f"{__path__[0]}/__init__.pyi")  # also out of a zip archive
    words = (line.split() for line in stub.decode().splitlines())
    return {line[-1]: line[1] for line in words if line[:1] == ["from"]}


_PLACES = _places()
__all__ = sorted([*_PLACES, "__version__"])


def __getattr__(name: str) -> Any:
    # Imported when first used, so that `import npskit` costs nothing.
    if name not in _PLACES:
        raise AttributeError(f"module 'npskit' has no attribute {name!r}")
    room = _PLACES[name]
    value = (
        getattr(importlib.import_module(room), name) if room != __name__ else importlib.import_module(f"{room}.{name}")
    )
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__

"""Columns and dataframes of one's own: what the caller does with theirs afterwards is not seen in them."""

from __future__ import annotations

import contextlib
import copy
from typing import Any

import numpy as np

from npskit.data.cells import Deferred, NumberedCells


class Owned(dict[str, Any]):
    """Columns by name that nobody else writes to, and which need not be copied."""


def own_column(values: Any) -> Any:
    """Return a column that stays as it is: a copy, or the column itself where nobody can change it.

    Example:
        >>> given = [10, 9]
        >>> own_column(given) is given, own_column(tuple(given)) == (10, 9)
        (False, True)
    """
    library = type(values).__module__.partition(".")[0]
    if isinstance(values, tuple | range | Deferred | NumberedCells) or library == "pyarrow":
        return values
    if isinstance(values, np.ndarray | list):
        return values.copy()
    if library == "polars":  # which copies what it writes to
        return values.clone()
    with contextlib.suppress(Exception):  # of whatever kind: then it is the caller's, as it came
        return values.copy() if library == "pandas" else copy.copy(values)
    return values


def own_frame(frame: Any) -> Any:
    """Return a dataframe, as narwhals sees it, that stays as it is; queries run when they are asked.

    PyArrow cannot change a table, and Polars copies what it writes to. So does pandas from version 3 on, and in version
    2 where copy-on-write is switched on; else the frame is copied.
    """
    name = frame.implementation.value
    if name not in ("pandas", "polars") or hasattr(frame, "collect"):
        return frame
    native = frame.to_native()
    if name == "polars":
        native = native.clone()
    else:
        import pandas as pd

        # to ask pandas 3 for the option warns
        safe = int(pd.__version__.split(".")[0]) > 2 or pd.options.mode.copy_on_write is True
        native = native.copy(deep=not safe)
    import narwhals.stable.v2 as nw

    return nw.from_native(native)

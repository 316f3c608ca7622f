"""Columns and dataframes of one's own: what the caller does with theirs afterwards is not seen in them.

Dataframes that cannot be written to may still stand on memory that can: PyArrow and Polars take an array of NumPy for a
column without copying it, and so does pandas if told to. Numbers and times are therefore copied; texts need not be.
"""

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
    if isinstance(values, tuple | range | Deferred | NumberedCells):
        return values
    if isinstance(values, np.ndarray | list):
        return values.copy()
    with contextlib.suppress(Exception):  # of whatever kind: then it is the caller's, as it came
        if isinstance(values, memoryview):
            return np.array(values)
        own = {"pyarrow": _own_arrow, "polars": _own_polars, "pandas": _own_pandas}.get(library, copy.copy)
        return own(values)
    return values


def own_frame(frame: Any) -> Any:
    """Return a dataframe, as narwhals sees it, that stays as it is; queries run when they are asked."""
    name = frame.implementation.value
    if name not in ("pandas", "polars", "pyarrow") or hasattr(frame, "collect"):
        return frame
    import narwhals.stable.v2 as nw

    native = frame.to_native()
    if name == "pyarrow":
        native = native.from_arrays(list(map(_own_arrow, native.columns)), schema=native.schema)
    elif name == "polars":
        import polars as pl

        # by place, as a name such as "^a$" would be taken for a pattern; all in one query, which costs as one column
        if places := [place for place, kind in enumerate(native.dtypes) if _is_shared(kind)]:
            native = native.with_columns(_copied(pl.nth(places), len(native)))
    else:
        native = native.copy()
        for place, kind in enumerate(native.dtypes):
            if type(kind).__name__ == "ArrowDtype":
                native.isetitem(place, _own_pandas(native.iloc[:, place]))
    return nw.from_native(native)


def _own_polars(series: Any) -> Any:
    """Return a Polars series of memory of its own, where it may stand on an array of NumPy."""
    if not _is_shared(series.dtype):
        return series.clone()  # Polars copies what it writes to
    plain = series.alias("")  # a name such as "^a$" would be taken for a pattern
    return _copied(plain, len(series)).alias(series.name)


def _is_shared(kind: Any) -> bool:
    """Whether a Polars series of a type may stand on an array of NumPy."""
    return bool(kind.is_numeric() or kind.is_temporal())


def _copied(values: Any, rows: int) -> Any:
    """Return a Polars series, or an expression, of so many rows in memory of its own."""
    return values.reverse().reverse() if rows > 1 else values.gather([0] * rows)


def _own_pandas(column: Any) -> Any:
    """Return a copy of a pandas series, index or array, also where it holds an array of PyArrow."""
    if type(column.dtype).__name__ != "ArrowDtype":
        return column.copy()
    import pandas as pd

    array = pd.arrays.ArrowExtensionArray(_own_arrow(pd.array(column).__arrow_array__()))
    return pd.Series(array, index=getattr(column, "index", None), name=getattr(column, "name", None))


def _own_arrow(values: Any) -> Any:
    """Return an array of PyArrow of memory of its own, where it may stand on an array of NumPy."""
    import pyarrow as pa

    if isinstance(values, pa.ChunkedArray):
        return pa.chunked_array(list(map(_own_arrow, values.chunks)), type=values.type)
    buffers = values.buffers() if pa.types.is_primitive(values.type) else ()
    if not any(buffer is not None and buffer.is_mutable for buffer in buffers):
        return values
    own = [None if buffer is None else pa.py_buffer(np.frombuffer(buffer, np.uint8).copy()) for buffer in buffers]
    return pa.Array.from_buffers(values.type, len(values), own, values.null_count, values.offset)

"""Columns of PyArrow as arrays of numpy, without its own conversion, which takes the time to import pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw

_NOTHING = np.iinfo(np.int64).min  # which is NaT


def array_of_series(series: nw.Series[Any]) -> NDArray[Any]:
    """Return numbers, booleans, dates or durations as an array; among floats NaN and among times NaT where missing.

    Whole numbers and booleans must not be missing.
    """
    native = series.to_native()
    if type(native).__module__.partition(".")[0] == "pyarrow" and (found := _array_of(native)) is not None:
        return found
    return np.asarray(series.to_numpy())


def _array_of(chunked: Any) -> NDArray[Any] | None:
    """Return a chunked array as an array, or None if it holds something else."""
    import pyarrow as pa

    kind, of = chunked.type, pa.types
    if of.is_date32(kind):
        days = _joined(chunked, pa.int32(), np.iinfo(np.int32).min).astype(np.int64)
        return np.where(days == np.iinfo(np.int32).min, _NOTHING, days).view("M8[D]")
    if of.is_timestamp(kind) or of.is_duration(kind):
        return _joined(chunked, pa.int64(), _NOTHING).view(f"{'M' if of.is_timestamp(kind) else 'm'}8[{kind.unit}]")
    if of.is_boolean(kind) and not chunked.null_count:
        return _joined(chunked.cast(pa.uint8()), pa.uint8(), 0).view(np.bool_)
    if of.is_floating(kind) or (of.is_integer(kind) and not chunked.null_count):
        return _joined(chunked, kind, float("nan"))
    return None


def _joined(chunked: Any, kind: Any, nothing: float) -> NDArray[Any]:
    """Return the numbers of all chunks, seen as those of another type of the same width, `nothing` where missing."""
    import pyarrow as pa

    chunks = [chunk.view(kind) for chunk in chunked.chunks] or [pa.nulls(0, kind)]
    arrays = [np.from_dlpack(chunk.fill_null(nothing) if chunk.null_count else chunk) for chunk in chunks]
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)

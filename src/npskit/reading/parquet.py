"""Parquet files through pyarrow, or else Polars."""

from __future__ import annotations

import datetime
import importlib
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.data import objects
from npskit.errors import MissingDependencyError, UnreadableFileError
from npskit.reading.file_report import Columns, Progress
from npskit.reading.jsonrecords import LARGEST_EXACT, typed

_ROWS = 1 << 17


def load_parquet(
    path: Path, wants: Callable[[Sequence[str]], list[str]], missing: Iterable[str], progress: Progress | None
) -> tuple[Columns, list[str], str | None]:
    """Return the wanted columns, the names of all columns, and the time zone of the times that had one.

    Whole numbers with gaps become float64 with NaN where that is exact; aware times become naive ones in UTC; structs
    and lists become JSON text.

    Args:
        path: The file.
        wants: Given all names, those wanted.
        missing: The words that mean a missing cell.
        progress: Called with the bytes done and the bytes there are.

    Raises:
        MissingDependencyError: If neither pyarrow nor Polars is installed.
        UnreadableFileError: If the file is damaged or cut off.
    """
    words = frozenset(["", *missing])
    for package, load in (("pyarrow.parquet", _with_pyarrow), ("polars", _with_polars)):
        try:
            module = importlib.import_module(package)
        except ImportError:
            continue
        return load(module, path, wants, words, progress)
    raise MissingDependencyError(f"{path} is a Parquet file: reading it needs pyarrow or polars (pip install pyarrow)")


def _chosen(path: Path, names: Sequence[str], wants: Callable[[Sequence[str]], list[str]]) -> list[str]:
    """Return the wanted columns, if each name is one column."""
    repeated = next((name for name in names if list(names).count(name) > 1), None)
    if repeated is not None:
        raise UnreadableFileError(f"{path} has more than one column {repeated!r}: rename them before reading")
    return wants(names)


def _unreadable(path: Path, error: Exception) -> UnreadableFileError:
    return UnreadableFileError(f"{path} is a Parquet file that is damaged or cut off: {str(error).splitlines()[0]}")


def _with_pyarrow(
    parquet: Any,
    path: Path,
    wants: Callable[[Sequence[str]], list[str]],
    words: frozenset[str],
    progress: Progress | None,
) -> tuple[Columns, list[str], str | None]:
    import pyarrow as pa

    parts: dict[str, list[NDArray[Any]]] = {}
    size, done, zone = path.stat().st_size, 0, None
    try:
        with parquet.ParquetFile(path) as file:
            schema = file.schema_arrow
            wanted = _chosen(path, schema.names, wants)
            total = max(file.metadata.num_rows, 1)
            parts = {name: [] for name in wanted}
            for name in wanted:
                zone = zone or getattr(schema.field(name).type, "tz", None)
            for batch in file.iter_batches(_ROWS, columns=wanted):
                for name in wanted:
                    parts[name].append(_from_arrow(pa, batch.column(name), words))
                done += batch.num_rows
                if progress is not None:
                    progress(size * done // total, size)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from error
    return {name: _joined(parts.pop(name)) for name in wanted}, list(schema.names), zone


def _from_arrow(pa: Any, values: Any, words: frozenset[str]) -> NDArray[Any]:
    """Return an Arrow array as one of numpy's."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        return _decoded(values.dictionary.to_pylist(), values.indices, words)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        coded = values.cast(pa.large_string()).dictionary_encode()
        return _decoded(coded.dictionary.to_pylist(), coded.indices, words)
    if pa.types.is_timestamp(kind):
        return np.asarray(values.cast(pa.timestamp(kind.unit)).to_numpy(zero_copy_only=False))
    if pa.types.is_date(kind):
        return np.asarray(values.cast(pa.date32()).to_numpy(zero_copy_only=False)).astype("datetime64[D]")
    numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    if numeric or (pa.types.is_boolean(kind) and not values.null_count):
        found = np.asarray(values.to_numpy(zero_copy_only=False))
        if not pa.types.is_integer(kind) or not values.null_count or _exact(found):
            return found
    return typed([_scalar(v) for v in values.to_pylist()])


def _exact(values: NDArray[Any]) -> bool:
    """Whether whole numbers survive as floats."""
    return not len(values) or not bool(np.any(np.abs(values) > LARGEST_EXACT))


def _decoded(texts: list[Any], indices: Any, words: frozenset[str]) -> NDArray[Any]:
    """Return dictionary-encoded values as objects, one object per distinct value."""
    table = objects([None if text is None or text in words else _scalar(text) for text in texts] + [None])
    codes = indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)
    return np.asarray(table[codes])


def _scalar(value: Any) -> Any:
    """Return a value of a kind numpy has no column for as a number or text."""
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return str(value) if isinstance(value, (datetime.time, datetime.timedelta)) else float(value)


def _joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    """Return the parts of a column as one, whatever each of them came out as."""
    if not parts:
        return np.empty(0, dtype=object)
    kinds = {part.dtype.kind for part in parts}
    # A gap makes a part's whole numbers floats, and its booleans objects.
    if len(kinds) > 1 and not all(part.dtype.kind in "iuf" and _exact(part) for part in parts):
        return typed([None if v != v else v for part in parts for v in part.tolist()])
    return np.concatenate(parts)


def _with_polars(
    polars: Any,
    path: Path,
    wants: Callable[[Sequence[str]], list[str]],
    words: frozenset[str],
    progress: Progress | None,
) -> tuple[Columns, list[str], str | None]:
    size, zone = path.stat().st_size, None
    try:
        names = list(polars.read_parquet_schema(path))
        frame = polars.read_parquet(path, columns=_chosen(path, names, wants))
    except (polars.exceptions.PolarsError, OSError) as error:
        raise _unreadable(path, error) from error
    columns: Columns = {}
    for series in frame.iter_columns():
        zone = zone or getattr(series.dtype, "time_zone", None)
        columns[series.name] = _from_polars(polars, series, words)
    if progress is not None:
        progress(size, size)
    return columns, names, zone


def _from_polars(polars: Any, series: Any, words: frozenset[str]) -> NDArray[Any]:
    """Return a Polars series as a numpy array."""
    kind = series.dtype
    if kind in (polars.String, polars.Categorical, polars.Enum):
        table: dict[str, str | None] = dict.fromkeys(words)
        return objects([None if v is None else table.setdefault(v, v) for v in series.cast(polars.String).to_list()])
    if kind.is_temporal() and kind in (polars.Date, polars.Datetime):
        naive = (
            series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
            if getattr(kind, "time_zone", None)
            else series
        )
        return np.asarray(naive.to_numpy())
    if (kind.is_numeric() and not kind.is_decimal()) or (kind == polars.Boolean and not series.null_count()):
        found = np.asarray(series.to_numpy())
        if not kind.is_integer() or not series.null_count() or _exact(found):
            return found
    return typed([_scalar(v) for v in series.to_list()])

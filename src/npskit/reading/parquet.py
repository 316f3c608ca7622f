"""Parquet files through pyarrow, or else Polars."""

from __future__ import annotations

import datetime
import importlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.data import Column, Frame, objects
from npskit.errors import MissingDependencyError, NpskitError, UnreadableFileError, is_refusal, written
from npskit.reading.column_builders import Interner
from npskit.reading.file_report import Columns, Progress
from npskit.reading.jsonrecords import LARGEST_EXACT, typed

_ROWS = 1 << 17

Wants = Callable[[Sequence[str]], list[str]]


def load_parquet(path: Path, wants: Wants, missing: Iterable[str], progress: Progress | None) -> tuple[Columns, bool]:
    """Return the wanted columns, none where there are no rows, and whether there are times that know their zone.

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
    words, size, zoned = tuple(missing), path.stat().st_size, False
    interners: dict[str, Interner] = {}
    parts: dict[str, list[NDArray[Any]]] = {}
    for table, share in _tables(path, wants):
        frame = Frame(table)
        for name in frame.columns:
            column = frame.column(name)
            zoned |= column.utc is not None
            parts.setdefault(name, []).append(_array(column, interners.setdefault(name, Interner(words))))
        if progress is not None:
            progress(int(size * share), size)
    return {name: _joined(parts.pop(name)) for name in list(parts)}, zoned


def _tables(path: Path, wants: Wants) -> Iterator[tuple[Any, float]]:
    """Yield tables of the wanted columns, of some rows each, and the share of the rows that have come so far."""
    for package, read in (("pyarrow.parquet", _with_pyarrow), ("polars", _with_polars)):
        try:
            module = importlib.import_module(package)
        except ImportError:
            continue
        return read(module, path, wants)
    raise MissingDependencyError(f"{path} is a Parquet file: reading it needs pyarrow or polars (pip install pyarrow)")


def _with_pyarrow(parquet: Any, path: Path, wants: Wants) -> Iterator[tuple[Any, float]]:
    import pyarrow as pa

    done = 0
    try:
        with parquet.ParquetFile(path) as file:
            wanted = _chosen(path, file.schema_arrow.names, wants)
            for batch in file.iter_batches(_ROWS, columns=wanted):
                done += batch.num_rows
                yield pa.Table.from_batches([batch]), done / max(file.metadata.num_rows, 1)
    except (NpskitError, MemoryError):
        raise
    except Exception as error:  # what is damaged may be a name, a type or a number
        raise _unreadable(path, error) from error


def _with_polars(polars: Any, path: Path, wants: Wants) -> Iterator[tuple[Any, float]]:
    try:
        names = list(polars.read_parquet_schema(path))
        yield polars.read_parquet(path, columns=_chosen(path, names, wants)), 1.0
    except (NpskitError, MemoryError):
        raise
    except BaseException as error:
        if not is_refusal(error):
            raise
        raise _unreadable(path, error) from error


def _chosen(path: Path, names: Sequence[str], wants: Wants) -> list[str]:
    """Return the wanted columns, if each name is one column."""
    repeated = next((name for name in names if list(names).count(name) > 1), None)
    if repeated is not None:
        raise UnreadableFileError(f"{path} has more than one column {repeated!r}: rename them before reading")
    return wants(names)


def _unreadable(path: Path, error: BaseException) -> UnreadableFileError:
    said = next(iter(written(error).splitlines()), type(error).__name__)
    return UnreadableFileError(f"{path} is a Parquet file that is damaged or cut off: {said}")


def _array(column: Column, interner: Interner) -> NDArray[Any]:
    """Return a column as an array of its own kind, with what is missing as NaN, NaT or None."""
    values = column.values if column.utc is None else column.utc[0]
    kind = values.dtype.kind
    if kind in "mM" or (kind in "iufb" and column.mask is None):
        return values
    if column.mask is not None and kind in "iu" and _exact(values):
        return np.where(column.mask, np.nan, values)
    cells = column.filled().tolist()
    if set(map(type, cells)) <= {str, type(None)}:
        return objects(interner(cells))
    return typed([_scalar(cell) for cell in cells])


def _exact(values: NDArray[Any]) -> bool:
    """Whether whole numbers survive as floats."""
    return not len(values) or not bool(np.any(np.abs(values) > LARGEST_EXACT))


def _scalar(value: Any) -> Any:
    """Return a value of a kind numpy has no column for as a number or text."""
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    try:
        return str(value) if isinstance(value, (datetime.time, datetime.timedelta)) else float(value)
    except (TypeError, ValueError):  # such as intervals of months, days and nanoseconds
        return written(value)


def _joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    """Return the parts of a column as one, whatever each of them came out as."""
    kinds = {part.dtype.kind for part in parts}
    # A gap makes a part's whole numbers floats, and its booleans objects.
    if len(kinds) > 1 and not all(part.dtype.kind in "iuf" and _exact(part) for part in parts):
        return typed([None if v != v else v for part in parts for v in part.tolist()])
    return np.concatenate(parts)

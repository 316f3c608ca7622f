"""Files that an engine reads as it counts: Parquet, and CSV whose columns are texts, so that no cell is lost."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from typing import Any

from npskit.data.engines import asking
from npskit.data.sources import Opened
from npskit.data.words import NOTHING
from npskit.errors import MissingDependencyError, quoted
from npskit.options import SCAN_ENGINES, ScanEngine

# So many rows show whether a column of CSV holds times or numbers.
_LOOKED_AT = 10_000
# Cells that are neither a time nor a number, and no mistake.
_NOTHING = sorted({*NOTHING, *map(str.upper, NOTHING), "None", "NaN", "NaT"} - {""})

Typed = Sequence[str]
"""The columns of the roles `time` and `weight`, where they are bound."""


def scan_engine(asked: ScanEngine | None) -> ScanEngine:
    """Return who scans: who was asked for, else the first of Polars, DuckDB and PyArrow that is installed.

    Raises:
        MissingDependencyError: If it is not there, or none of them is.
    """
    if asked is not None:
        if importlib.util.find_spec(asked) is None:
            raise MissingDependencyError(f"engine={quoted(asked)} needs {asked}: python -m pip install {asked}")
        return asked
    found = next((name for name in SCAN_ENGINES if importlib.util.find_spec(name)), None)
    if found is None:
        raise MissingDependencyError('scan() needs Polars, DuckDB or PyArrow: python -m pip install "npskit[scan]"')
    return found


def scanned(files: Sequence[str], engine: ScanEngine, separator: str | None = None, typed: Typed = ()) -> Any:
    """Return files as what counts their rows where they lie; with PyArrow, as a table that holds them.

    Args:
        files: The files, all of one kind.
        engine: Who reads them.
        separator: What parts the cells of CSV; None for Parquet.
        typed: The columns of CSV that are times or numbers if their first cells are; others stay text.

    Raises:
        EngineError: If a file cannot be read.
    """
    called, read = _READERS[engine]
    with asking(called, f"reading {quoted(files[0])}{' and others' if len(files) > 1 else ''}"):
        return read(list(files), separator, typed)


def _with_polars(files: list[str], separator: str | None, typed: Typed) -> Any:
    import polars as pl

    if separator is None:
        return pl.scan_parquet(files)
    options: dict[str, Any] = {"separator": separator, "null_values": _NOTHING}
    options |= {"infer_schema_length": _LOOKED_AT, "try_parse_dates": True}
    first = pl.scan_csv(files, **options).collect_schema()
    kinds: dict[str, Any] = dict.fromkeys(first, pl.String())
    for name in typed:
        if first.get(name, pl.String()).is_temporal():
            kinds[name] = first[name]
        elif first.get(name, pl.String()).is_numeric():
            kinds[name] = pl.Float64()
    return pl.scan_csv(files, **options, schema_overrides=kinds)


def _with_duckdb(files: list[str], separator: str | None, typed: Typed) -> Any:
    import duckdb

    connection = duckdb.connect()
    if separator is None:
        return Opened(connection.read_parquet(files), connection)
    options: dict[str, Any] = {"sep": separator, "header": True, "na_values": ["", *_NOTHING]}
    first = connection.read_csv(files, sample_size=_LOOKED_AT, **options)
    kinds = dict.fromkeys(first.columns, "VARCHAR")
    for name, kind in zip(first.columns, map(str, first.types), strict=True):
        if name in typed and kind.startswith(("DATE", "TIMESTAMP")):
            kinds[name] = kind
        elif name in typed and kind in ("BIGINT", "DOUBLE"):
            kinds[name] = "DOUBLE"
    return Opened(connection.read_csv(files, dtype=kinds, **options), connection)


def _with_pyarrow(files: list[str], separator: str | None, typed: Typed) -> Any:
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.dataset as ds

    if separator is None:
        return ds.dataset(files, format="parquet").to_table()
    parse = pa.csv.ParseOptions(delimiter=separator, newlines_in_values=True)
    names = ds.dataset(files, format=ds.CsvFileFormat(parse)).schema.names
    texts = {name: pa.string() for name in names if name not in typed}
    convert = pa.csv.ConvertOptions(column_types=texts, null_values=["", *_NOTHING], strings_can_be_null=True)
    return ds.dataset(files, format=ds.CsvFileFormat(parse, convert_options=convert)).to_table()


_READERS: dict[ScanEngine, tuple[str, Callable[[list[str], str | None, Typed], Any]]] = {
    "polars": ("Polars", _with_polars),
    "duckdb": ("DuckDB", _with_duckdb),
    "pyarrow": ("PyArrow", _with_pyarrow),
}

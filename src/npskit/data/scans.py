"""Files that an engine reads as it counts: Parquet, and CSV whose columns are texts, so that no cell is lost."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import attrs

from npskit.data.engines import asking
from npskit.data.sources import Opened
from npskit.data.words import NOTHING
from npskit.errors import DataWarning, InvalidValueError, MissingDependencyError, counted, quoted, warn
from npskit.options import SCAN_ENGINES, ScanEngine

# So many rows show whether a column of CSV holds times or numbers.
_LOOKED_AT = 10_000
_MEND = "mend the file, give it to npskit.read(), which takes other encodings and rows of other lengths"
# The name of a file stands at the end of a path, which is quoted to there.
_PATH = 300
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

    Columns are those of all files, by their names; where a file has not one of them its rows have nothing there.

    Args:
        files: The files, all of one kind.
        engine: Who reads them.
        separator: What parts the cells of CSV; None for Parquet.
        typed: The columns of CSV that are times or numbers if their first cells are; others stay text.

    Raises:
        EngineError: If a file cannot be read.
        InvalidValueError: If a file has none of the columns of the first.

    Warns:
        DataWarning: If a file has not all columns.
    """
    called, opening = _READERS[engine]
    with asking(called, "being started"):
        reader = opening(separator)
    schemas = []
    for file in files:
        with asking(called, f"reading {quoted(file, _PATH)}", _MEND):
            schemas.append(reader.schema(file))
    _tell_apart(files, schemas)
    with asking(called, f"reading {quoted(files[0], _PATH)}{' and others' if len(files) > 1 else ''}", _MEND):
        return reader.rows(list(files), typed, schemas)


def _tell_apart(files: Sequence[str], schemas: Sequence[Mapping[str, Any]]) -> None:
    """Refuse files that have nothing in common, and warn of those that lack a column."""
    columns = dict.fromkeys(name for schema in schemas for name in schema)
    lacking = []
    for file, schema in zip(files, schemas, strict=True):
        if not schema.keys() & schemas[0].keys():
            raise InvalidValueError(
                f"path: {quoted(file, _PATH)} has none of the columns of {quoted(files[0], _PATH)}: scan files of "
                "one table, whose cells are parted by the same character"
            )
        if len(schema) < len(columns):
            lacking.append((file, [name for name in columns if name not in schema]))
    if lacking:
        file, names = lacking[0]
        more = f", and {counted(len(lacking) - 1, 'other file')} not all columns" if len(lacking) > 1 else ""
        warn(
            f"path: {quoted(file, _PATH)} has no column {', '.join(map(quoted, names[:5]))}{more}: such rows count as "
            "those whose cell there is empty; if the column has another name in some files, rename it there",
            DataWarning,
        )


class _Reader(Protocol):
    """Who reads files of one kind."""

    def schema(self, file: str) -> Mapping[str, Any]:
        """Return the columns of a file, and what tells whether those of another are of the same types."""

    def rows(self, files: list[str], typed: Typed, schemas: Sequence[Mapping[str, Any]]) -> Any:
        """Return the rows of all files, whose columns are these."""


def _same(schemas: Sequence[Mapping[str, Any]]) -> bool:
    """Whether all files have the same columns, in the same order and of the same types."""
    return all(list(schema.items()) == list(schemas[0].items()) for schema in schemas)


def _is_plain(cell: object) -> bool:
    """Whether a date is written with the year first; of others the whole column tells which number is the day."""
    return isinstance(cell, str) and cell.strip()[:4].isdigit()


@attrs.frozen
class _Polars:
    separator: str | None

    @property
    def _options(self) -> dict[str, Any]:
        return {"separator": self.separator, "null_values": _NOTHING}

    def schema(self, file: str) -> Mapping[str, Any]:
        import polars as pl

        if self.separator is None:
            return pl.scan_parquet(file).collect_schema()
        return pl.scan_csv(file, **self._options, infer_schema_length=0).collect_schema()

    def rows(self, files: list[str], typed: Typed, schemas: Sequence[Mapping[str, Any]]) -> Any:
        import polars as pl

        if self.separator is None:

            def scan(given: Any) -> Any:
                return pl.scan_parquet(given)
        else:
            kinds: dict[str, Any] = dict.fromkeys((name for schema in schemas for name in schema), pl.String())
            for name in typed:
                if name in kinds:
                    kinds[name] = self._kind(next(f for f, s in zip(files, schemas, strict=True) if name in s), name)

            def scan(given: Any) -> Any:
                return pl.scan_csv(given, **self._options, schema_overrides=kinds, infer_schema_length=0)

        return scan(files) if _same(schemas) else pl.concat(list(map(scan, files)), how="diagonal_relaxed")

    def _kind(self, file: str, name: str) -> Any:
        """Return the type of a column of times or numbers; that of texts for one that is neither."""
        import polars as pl

        first = pl.scan_csv(file, **self._options, infer_schema_length=_LOOKED_AT, try_parse_dates=True)
        kind = first.collect_schema()[name]
        if kind.is_temporal():
            texts = pl.scan_csv(file, **self._options, infer_schema_length=0).select(pl.col(name).drop_nulls())
            return kind if all(map(_is_plain, texts.head(1).collect()[name])) else pl.String()
        return pl.Float64() if kind.is_numeric() else pl.String()


@attrs.frozen
class _DuckDB:
    separator: str | None
    # of its own: a connection is not for several threads
    connection: Any = attrs.field(init=False, factory=lambda: importlib.import_module("duckdb").connect())

    def _csv(self, files: Any, **options: Any) -> Any:
        # told what quotes cells, it does not conclude from a first file without any that nothing does
        options |= {"sep": self.separator, "quotechar": '"', "escapechar": '"', "na_values": ["", *_NOTHING]}
        return self.connection.read_csv(files, header=True, **options)

    def schema(self, file: str) -> Mapping[str, Any]:
        if self.separator is None:
            found = self.connection.read_parquet(file)
            return dict(zip(found.columns, map(str, found.types), strict=True))
        return dict.fromkeys(self._csv(file, all_varchar=True, sample_size=100).columns)

    def rows(self, files: list[str], typed: Typed, schemas: Sequence[Mapping[str, Any]]) -> Any:
        if self.separator is None:
            by_name = {} if _same(schemas) else {"union_by_name": True}
            return Opened(self.connection.read_parquet(files, **by_name), self.connection)
        if not _same(schemas):  # read_csv of DuckDB before 1.2 puts no columns together that have types
            for i, file in enumerate(files):
                self._csv(file, all_varchar=True).create_view(f"file_{i}")
            parts = (f"SELECT * FROM file_{i}" for i in range(len(files)))
            return Opened(self.connection.sql(" UNION ALL BY NAME ".join(parts)), self.connection)
        texts = self._csv(files, all_varchar=True)
        first = self._csv(files, sample_size=_LOOKED_AT)
        kinds = dict.fromkeys(first.columns, "VARCHAR")
        for name, kind in zip(first.columns, map(str, first.types), strict=True):
            if name in typed and kind.startswith(("DATE", "TIMESTAMP")):
                column = '"{}"'.format(name.replace('"', '""'))
                cells = texts.project(column).filter(f"{column} IS NOT NULL").limit(1).fetchall()
                kinds[name] = kind if all(_is_plain(cell) for (cell,) in cells) else "VARCHAR"
            elif name in typed and kind in ("BIGINT", "DOUBLE"):
                kinds[name] = "DOUBLE"
        return Opened(self._csv(files, dtype=kinds), self.connection)


@attrs.frozen
class _PyArrow:
    separator: str | None

    def _format(self, texts: Iterable[str] = ()) -> Any:
        import pyarrow as pa
        import pyarrow.csv
        import pyarrow.dataset as ds

        if self.separator is None:
            return ds.ParquetFileFormat()
        parse = pa.csv.ParseOptions(delimiter=self.separator, newlines_in_values=True)
        kinds = dict.fromkeys(texts, pa.string())
        convert = pa.csv.ConvertOptions(column_types=kinds, null_values=["", *_NOTHING], strings_can_be_null=True)
        return ds.CsvFileFormat(parse, convert_options=convert)

    def schema(self, file: str) -> Mapping[str, Any]:
        import pyarrow.dataset as ds

        found = ds.dataset(file, format=self._format()).schema
        return dict(zip(found.names, found.types, strict=True))

    def rows(self, files: list[str], typed: Typed, schemas: Sequence[Mapping[str, Any]]) -> Any:
        import pyarrow as pa
        import pyarrow.dataset as ds

        names = dict.fromkeys(name for schema in schemas for name in schema)
        found = self._format(name for name in names if name not in typed)
        if _same(schemas):
            return ds.dataset(files, format=found).to_table()
        each = [ds.dataset(file, format=found).schema for file in files]
        return ds.dataset(files, schema=pa.unify_schemas(each, promote_options="permissive"), format=found).to_table()


_READERS: dict[ScanEngine, tuple[str, Callable[[str | None], _Reader]]] = {
    "polars": ("Polars", _Polars),
    "duckdb": ("DuckDB", _DuckDB),
    "pyarrow": ("PyArrow", _PyArrow),
}

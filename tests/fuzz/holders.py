"""What holds a column, and what holds a table."""

from __future__ import annotations

import array
import collections
import contextlib
import datetime as dt
import decimal
from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

import npskit as nk
from tests.fuzz.cells import Refuses, cells, odd
from tests.fuzz.draw import Draw

Cells = list[Any]


class Wrong:
    """Something whose array is not what it says."""

    def __init__(self, values: Any) -> None:
        self.values = values

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self.values

    def __len__(self) -> int:
        return 7


class Interface:
    """Something with a broken array interface."""

    __array_interface__ = {"shape": (3,), "typestr": "?!", "version": 3}  # noqa: RUF012


def _objects(values: Cells) -> Any:
    found = np.empty(len(values), object)
    for place, value in enumerate(values):
        found[place] = value
    return found


def _generator(values: Cells) -> Iterator[Any]:
    yield from values


def _masked(values: Cells) -> Any:
    return np.ma.array(np.array(values), mask=[i % 3 == 0 for i in range(len(values))])


def _structured(values: Cells) -> Any:
    return np.array([(i, 1.0) for i in range(len(values))], dtype=[("a", int), ("b", float)])


def _arrow_dictionary(values: Cells) -> Any:
    return pa.array(values).dictionary_encode()


def _dense_union(values: Cells) -> Any:
    n = len(values)
    kinds, offsets = pa.array([0] * n, pa.int8()), pa.array(range(n), pa.int32())
    return pa.UnionArray.from_dense(kinds, offsets, [pa.array(values)])


def _sparse_union(values: Cells) -> Any:
    n = len(values)
    kinds = pa.array([i % 2 for i in range(n)], pa.int8())
    return pa.UnionArray.from_sparse(kinds, [pa.array(values), pa.array([str(v) for v in values])])


COLUMNS: dict[str, Callable[[Cells], Any]] = {
    "list": list,
    "tuple": tuple,
    "deque": collections.deque,
    "generator": _generator,
    "iterator": iter,
    "mapping": lambda v: dict(enumerate(v)),
    "values of a mapping": lambda v: dict(enumerate(v)).values(),
    "set": lambda v: set(map(str, v)),
    "ndarray": np.array,
    "object array": _objects,
    "text array": lambda v: np.array([str(one) for one in v]),
    "StringDType array": lambda v: np.array([str(one) for one in v], np.dtypes.StringDType()),
    "bytes array": lambda v: np.array([str(one).encode() for one in v]),
    "masked array": _masked,
    "masked object array": lambda v: np.ma.array(_objects(v), mask=[i % 4 == 0 for i in range(len(v))]),
    "structured array": _structured,
    "swapped bytes": lambda v: np.array(v).astype(np.array(v).dtype.newbyteorder()),
    "strided view": lambda v: np.array([v, v]).T[:, 0],
    "float16": lambda v: np.array(v, np.float16),
    "long double": lambda v: np.array(v, np.longdouble),
    "complex array": lambda v: np.array(v, np.complex128),
    "0-d array": lambda v: np.array(v[0] if v else 1),
    "2-d array": lambda v: np.array([v, v]),
    "column matrix": lambda v: np.array([v]).T,
    "array.array": lambda v: array.array("d", v),
    "memoryview": lambda v: np.array(v).data,
    "memoryview 2-d": lambda v: np.array([v, v]).data,
    "memoryview of a scalar": lambda v: np.array(1.0).data,
    "bytes": lambda v: bytes(v),
    "bytearray": lambda v: bytearray(v),
    "text": lambda v: "".join(map(str, v))[:50],
    "refuses an array": lambda _: Refuses(),
    "array of another length": lambda v: Wrong(np.array(v)),
    "array of a matrix": lambda v: Wrong(np.ones((2, 3))),
    "array that is none": lambda v: Wrong("no array"),
    "broken interface": lambda _: Interface(),
    "pandas": pd.Series,
    "pandas object": lambda v: pd.Series(_objects(v)),
    "pandas odd index": lambda v: pd.Series(v, index=[1] * len(v)),
    "pandas string": lambda v: pd.Series([str(one) for one in v], dtype="string"),
    "pandas category": lambda v: pd.Series(v).astype("category"),
    "pandas Int64": lambda v: pd.Series(v, dtype="Int64"),
    "pandas Float64": lambda v: pd.Series(v, dtype="Float64"),
    "pandas boolean": lambda v: pd.Series(v, dtype="boolean"),
    "pandas sparse": lambda v: pd.Series(pd.arrays.SparseArray(v)),
    "pandas arrow": lambda v: pd.Series(v, dtype=pd.ArrowDtype(pa.array(v).type)),
    "pandas tz": lambda v: pd.Series(pd.to_datetime(v, utc=True)).dt.tz_convert("Europe/Warsaw"),
    "pandas seconds": lambda v: pd.Series(v).astype("M8[s]"),
    "pandas interval": lambda v: pd.Series(pd.interval_range(0, len(v))),
    "pandas period": lambda v: pd.Series(pd.period_range("2026-01", periods=len(v), freq="M")),
    "pandas timedelta": lambda v: pd.Series(pd.to_timedelta(range(len(v)), unit="h")),
    "pandas Index": pd.Index,
    "pandas array": lambda v: pd.array(v),
    "pandas frame": lambda v: pd.DataFrame({"a": v}),
    "polars": lambda v: pl.Series(v, strict=False),
    "polars object": lambda v: pl.Series(v, dtype=pl.Object),
    "polars Int128": lambda v: pl.Series(v, dtype=pl.Int128),
    "polars Decimal": lambda v: pl.Series(v, dtype=pl.Decimal(20, 2)),
    "polars Categorical": lambda v: pl.Series([str(one) for one in v], dtype=pl.Categorical),
    "polars Enum": lambda v: pl.Series([str(one) for one in v], dtype=pl.Enum(sorted({str(one) for one in v}))),
    "polars Duration": lambda v: pl.Series([dt.timedelta(hours=i) for i in range(len(v))]),
    "polars Time": lambda v: pl.Series([dt.time(i % 24) for i in range(len(v))]),
    "polars Datetime ns": lambda v: pl.Series(v).cast(pl.Datetime("ns")),
    "polars List": lambda v: pl.Series([[one] for one in v]),
    "polars Struct": lambda v: pl.Series([{"a": one} for one in v]),
    "polars Null": lambda v: pl.Series([None] * len(v)),
    "polars Binary": lambda v: pl.Series([str(one).encode() for one in v]),
    "polars Boolean": lambda v: pl.Series(v, dtype=pl.Boolean),
    "polars expression": lambda _: pl.col("a"),
    "arrow": pa.array,
    "arrow chunked": lambda v: pa.chunked_array([v[: len(v) // 2], v[len(v) // 2 :]]),
    "arrow dictionary": _arrow_dictionary,
    "arrow dense union": _dense_union,
    "arrow sparse union": _sparse_union,
    "arrow string view": lambda v: pa.array([str(one) for one in v], pa.string_view()),
    "arrow binary view": lambda v: pa.array([str(one).encode() for one in v], pa.binary_view()),
    "arrow list view": lambda v: pa.array([[one] for one in v], pa.list_view(pa.array(v).type)),
    "arrow run-end": lambda v: pa.compute.run_end_encode(pa.array(v)),
    "arrow decimal": lambda v: pa.array(v, pa.decimal256(40, 2)),
    "arrow large string": lambda v: pa.array([str(one) for one in v], pa.large_string()),
    "arrow time": lambda v: pa.array(range(len(v)), pa.time32("s")),
    "arrow interval": lambda v: pa.array([(1, 2, 3)] * len(v), pa.month_day_nano_interval()),
    "arrow struct": lambda v: pa.array([{"a": one} for one in v]),
    "arrow map": lambda v: pa.array([[("a", 1)]] * len(v), pa.map_(pa.string(), pa.int64())),
    "arrow half": lambda v: pa.array(np.array(v, np.float16)),
    "arrow null": lambda v: pa.nulls(len(v)),
    "arrow date": lambda v: pa.array(range(len(v)), pa.date64()),
    "arrow nanoseconds tz": lambda v: pa.array(range(len(v)), pa.timestamp("ns", "Asia/Bangkok")),
    "arrow scalar": lambda v: pa.scalar(1),
    "duckdb relation": lambda v: _relation(pa.table({"a": v})),
    "response list": lambda v: [nk.Response(5) for _ in v],
}
PLAIN = ("list", "list", "ndarray", "pandas", "polars", "arrow", "object array", "tuple", "masked array")


def breaks_frames(values: Cells) -> bool:
    """Whether dataframe libraries themselves fail of cells, and no npskit is to blame.

    Polars takes for ever over lists in lists, PyArrow over decimals of a million digits; PyArrow ends the process over
    NumPy's times beside other things.
    """
    if any(isinstance(v, decimal.Decimal) and v.is_finite() and abs(v.adjusted()) > 9999 for v in values):
        return True
    kinds = set(map(type, values)) - {type(None)}
    if len(kinds) > 1 and any(issubclass(kind, np.generic) for kind in kinds):
        return True
    return any(
        isinstance(v, list) and v and isinstance(v[0], list) and v[0] and isinstance(v[0][0], list) for v in values
    )


def _polars_panics(values: Cells) -> bool:
    """Whether Polars panics over cells, and says so on the standard error: of decimals that are not finite."""
    return any(isinstance(value, decimal.Decimal) and not value.is_finite() for value in values)


def held(draw: Draw, values: Cells) -> Any:
    """Return a column in something that holds it; a list where that cannot hold it."""
    if breaks_frames(values):
        draw.note("holder", "list")
        return list(values)
    name = draw.among(PLAIN) if draw.chance(0.5) else draw.among(list(COLUMNS))
    with contextlib.suppress(Exception, pl.exceptions.PanicException):
        if name.startswith("polars") and _polars_panics(values):
            raise TypeError("no series of this")
        found = COLUMNS[name](values)
        draw.note("holder", name)
        return found
    draw.note("holder", "list")
    return list(values)


def column(draw: Draw, role: str, n: int | None = None) -> Any:
    """Return a column of a role, in something that holds it."""
    return held(draw, cells(draw, role, draw.among([0, 1, 2, 9, 30, 30, 200]) if n is None else n))


def _relation(table: Any) -> Any:
    """Return a relation of DuckDB; of columns of odd types DuckDB ends the process, so those are no relation here."""
    usual = pa.types
    known = (usual.is_integer, usual.is_floating, usual.is_string, usual.is_boolean, usual.is_timestamp, usual.is_date)
    if not all(any(is_kind(kind) for is_kind in known) for kind in table.schema.types):
        raise TypeError("no relation of this")
    return duckdb.from_arrow(table)


def _pandas(columns: dict[str, Cells]) -> Any:
    return pd.DataFrame(columns)


def _polars(columns: dict[str, Cells]) -> Any:
    if any(map(_polars_panics, columns.values())):
        raise TypeError("no frame of this")
    return pl.DataFrame({name: pl.Series(name, values, strict=False) for name, values in columns.items()})


def _arrow(columns: dict[str, Cells]) -> Any:
    return pa.table(columns)


def _duckdb(columns: dict[str, Cells]) -> Any:
    return _relation(pa.table(columns))


def _responses(columns: dict[str, Cells]) -> Any:
    rows = zip(*(columns[name] for name in ("score", "customer", "time", "comment", "region")), strict=True)
    return [
        nk.Response(score, customer=who, at=at, comment=said, attributes={"region": region})
        for score, who, at, said, region in rows
    ]


TABLES: dict[str, Callable[[dict[str, Cells]], Any]] = {
    "dict of lists": dict,
    "pandas frame": _pandas,
    "pandas frame of arrow": lambda c: pd.DataFrame(c).convert_dtypes(dtype_backend="pyarrow"),
    "pandas nullable frame": lambda c: pd.DataFrame(c).convert_dtypes(),
    "polars frame": _polars,
    "polars lazy": lambda c: _polars(c).lazy(),
    "arrow table": _arrow,
    "arrow batch": lambda c: pa.RecordBatch.from_pydict(c),
    "duckdb relation": _duckdb,
    "responses": _responses,
}


def _double(columns: dict[str, Cells]) -> Any:
    frame = pd.DataFrame(columns)
    frame.columns = ["score"] * len(frame.columns)
    return frame


def _levels(columns: dict[str, Cells]) -> Any:
    frame = pd.DataFrame(columns)
    frame.columns = pd.MultiIndex.from_tuples([(name, "a") for name in frame.columns])
    return frame


BROKEN: dict[str, Callable[[dict[str, Cells]], Any]] = {
    "lengths differ": lambda c: {**c, "region": ["a"]},
    "names of numbers": lambda c: dict(enumerate(c.values())),
    "names twice": _double,
    "names twice in arrow": lambda c: pa.Table.from_arrays([pa.array(v) for v in c.values()], ["score"] * len(c)),
    "names of levels": _levels,
    "names too long": lambda c: {f"{name}{'y' * 3000}": v for name, v in c.items()},
    "odd names": lambda c: {**c, "\ud800": c["score"], "": c["score"], "a\x00b\n": c["score"]},
    "no columns": lambda _: {},
    "no rows": lambda c: pd.DataFrame(c).head(0),
    "matrix": lambda _: np.ones((3, 3)),
    "series": lambda c: pd.Series(c["score"]),
    "polars series": lambda c: pl.Series(c["score"], strict=False),
    "list of dicts": lambda c: [dict(zip(c, row, strict=True)) for row in zip(*c.values(), strict=True)],
    "text": lambda _: "answers.csv",
    "nested columns": lambda c: {**c, "score": [[v] for v in c["score"]]},
    "a scalar column": lambda c: {**c, "region": 7},
    "a text column": lambda c: {**c, "region": "north"},
    "mixed list": lambda c: [nk.Response(3), {"score": 3}, None],
}


def table(draw: Draw, n: int | None = None) -> Any:
    """Return a table with a column of each role, in something that holds it, sound or not."""
    size = draw.among([0, 1, 3, 12, 40, 40, 120]) if n is None else n
    columns = {role: cells(draw, role, size) for role in ROLES_OF_TABLE}
    if draw.chance(0.04):
        return odd(draw)
    if draw.chance(0.08) and not any(map(breaks_frames, columns.values())):
        name, make = _one(draw, BROKEN)
    elif draw.chance(0.35) or any(map(breaks_frames, columns.values())):
        draw.note("table", "dict of holders")
        return {name: held(draw, values) for name, values in columns.items()}
    else:
        name, make = _one(draw, TABLES)
    with contextlib.suppress(Exception, pl.exceptions.PanicException):
        found = make(columns)
        draw.note("table", name)
        return found
    draw.note("table", "dict of lists")
    return columns


ROLES_OF_TABLE = ("score", "time", "customer", "comment", "weight", "value", "region", "label", "flag")


def _one(draw: Draw, makers: dict[str, Callable[..., Any]]) -> tuple[str, Callable[..., Any]]:
    name = draw.among(list(makers))
    return name, makers[name]

"""What may be given as data: what no library of dataframes knows as one of its own becomes columns, or a table."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
import warnings
import weakref
from collections import Counter
from collections.abc import Callable, Mapping, Set
from typing import Any

import attrs

from npskit.data.engines import Fetched, asking
from npskit.errors import (
    DataWarning,
    IncompatibleError,
    InvalidTypeError,
    InvalidValueError,
    quoted,
    warn,
)

WANTED = (
    "data must be a dataframe (pandas, Polars, PyArrow, DuckDB, ...), a mapping of names to sequences or a list of "
    "Response or of mappings"
)
# Readers that were read to their end: they would give no rows, and say nothing of it.
_DRAINED: weakref.WeakSet[Any] = weakref.WeakSet()


@attrs.frozen(eq=False)
class Opened:
    """What dataframe libraries know, of something that they do not.

    Args:
        native: The dataframe, or the query.
        kept: What the query needs as long as it is asked, such as a connection.
        engine: Who is asked, where it does not say so itself.
        run: What runs a query made of it, where it does not do so itself.
    """

    native: Any
    kept: Any = None
    engine: str = ""
    run: Callable[[Any], Fetched] | None = None


def opened(source: Any) -> Opened | None:
    """Return what no library of dataframes knows as its own as one that does; None for all else.

    A dataset is a query where DuckDB or Polars is installed. What can be read only once is read now, and kept.

    Args:
        source: A query over a connection, a dataset, a scanner, a record batch or a reader of PyArrow, what DuckDB was
            told to execute, or whatever else hands over a stream of Arrow (`__arrow_c_stream__`).

    Raises:
        EngineError: If it cannot be read.
        InvalidValueError: If it was read before.
        MissingDependencyError: If it needs a library that is not installed.

    Warns:
        DataWarning: If a stream gives no rows.
    """
    from npskit.data.database import DatabaseQuery

    if isinstance(source, Opened):
        return source
    if isinstance(source, DatabaseQuery):
        return Opened(source.table, engine=source.engine, run=source.run)
    library, kind = type(source).__module__.partition(".")[0], type(source).__name__
    if library == "pyarrow":
        import pyarrow as pa

        dataset = sys.modules.get("pyarrow.dataset")
        if isinstance(source, pa.RecordBatch):
            return Opened(pa.Table.from_batches([source]))
        if dataset is not None and isinstance(source, dataset.Dataset):
            return _query_of(source)
        if dataset is not None and isinstance(source, dataset.Scanner):
            with asking("PyArrow", "reading the scanner"):
                return Opened(source.to_table())
    if library in ("duckdb", "_duckdb") and kind == "DuckDBPyConnection":
        return Opened(_result_of(source))
    # asked of its class: one of the user's own may answer anything
    return Opened(_read_to_end(source, kind)) if hasattr(type(source), "__arrow_c_stream__") else None


def _query_of(dataset: Any) -> Opened:
    """Return a dataset of PyArrow as what can be asked for counts; as a table where nothing else is installed."""
    if importlib.util.find_spec("duckdb"):  # which reads batches as it counts
        import duckdb

        with asking("DuckDB", "opening the dataset"):
            connection = duckdb.connect()  # of its own: a connection is not for several threads
            return Opened(connection.from_arrow(dataset), connection)
    if importlib.util.find_spec("polars"):
        import polars as pl

        return Opened(pl.scan_pyarrow_dataset(dataset))
    with asking("PyArrow", "reading the dataset"):
        return Opened(dataset.to_table())


def _result_of(connection: Any) -> Any:
    """Return what DuckDB was told to execute, fetched."""
    fetch = getattr(connection, "to_arrow_table", None) or connection.fetch_arrow_table
    cause: Exception | None = None
    try:
        with warnings.catch_warnings(action="ignore"):  # that another way would be faster
            table = fetch()
    except Exception as error:  # it says in its own words that there is none
        table, cause = None, error
    if table is None:
        raise InvalidValueError(
            "data: the connection of DuckDB has no result to be read, or it was read before; give con.sql('SELECT "
            "...'), which is asked as often as needed"
        ) from cause
    return table


def _read_to_end(stream: Any, kind: str) -> Any:
    """Return the rows of a stream as a table, and remember a reader that has none left."""
    with contextlib.suppress(TypeError):  # of what cannot be remembered most can be read again
        if stream in _DRAINED:
            raise InvalidValueError(
                f"data: the {kind} was read to its end before, and gives no rows any more; make a new one, or "
                "read_all() once and give the table"
            )
    with asking("PyArrow", f"reading the {kind}"):
        import pyarrow as pa

        table = pa.RecordBatchReader.from_stream(stream).read_all()
    if isinstance(stream, pa.RecordBatchReader):
        _DRAINED.add(stream)
    if not table.num_rows:
        warn(
            f"data: the {kind} gave no rows: one that was read before has none left, so that a new one must be made",
            DataWarning,
        )
    return table


def refuse_duplicates(source: Any) -> None:
    """Refuse a frame of pandas or PyArrow with two columns of one name; other libraries cannot have them."""
    names: Any = ()
    if type(source).__module__.partition(".")[0] in ("pandas", "pyarrow", "modin"):
        names = getattr(source, "column_names", None) or getattr(source, "columns", ())
    for name, count in Counter(names).items():
        if count > 1:
            raise InvalidValueError(f"data: the column name {quoted(name)} occurs more than once; rename one")


def checked_mapping(source: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the columns of a mapping, each seen to be one column of the same length as the others."""
    lengths = {}
    for name, values in source.items():
        if not isinstance(name, str):
            raise InvalidTypeError(f"data: column names are text, not {quoted(name)} ({type(name).__name__})")
        kind = type(values).__name__
        try:
            if getattr(values, "ndim", 1) != 1:  # also of arrays with a single value, which have no length
                kind = f"an array of shape {values.shape}"
                raise TypeError
            if isinstance(values, str | bytes | Mapping | Set):
                raise TypeError
            lengths[name] = len(values)
        except Exception:
            raise InvalidTypeError(f"data: column {quoted(name)} must be a flat sequence, not {kind}") from None
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{quoted(name)} has {length}" for name, length in list(lengths.items())[:6])
        raise IncompatibleError(f"data: columns must be equally long: {shown}")
    return dict(source)


def _is_survey(source: Any) -> bool:
    """Whether something gives a frame, as a survey does."""
    try:
        return callable(source.to_frame) and isinstance(source.columns, list)
    except Exception:  # whatever a class of the user's own does
        return False


def columns_of_records(source: Any) -> tuple[dict[str, Any], bool]:
    """Return mappings, or responses, as columns, each name that one of them has; and whether they are responses."""
    from npskit.data.response import Response

    if isinstance(source, str | bytes | os.PathLike):
        raise InvalidTypeError(f"{WANTED}: got {quoted(source)}; npskit.read() reads files")
    try:
        responses = list(source)
    except Exception:  # such as an array of a single value
        more = "; give its to_frame()" if _is_survey(source) else ""
        raise InvalidTypeError(f"{WANTED}: got {type(source).__name__}{more}") from None
    wanted = Mapping if responses and isinstance(responses[0], Mapping) else Response
    for row, response in enumerate(responses):
        if not isinstance(response, wanted):
            raise InvalidTypeError(f"{WANTED}: item {row} is {quoted(response)} ({type(response).__name__})")
    if wanted is Mapping:
        named = dict.fromkeys(name for response in responses for name in response)
        return checked_mapping({name: [response.get(name) for response in responses] for name in named}), False
    fields = ("score", "customer", "at", "comment")
    columns: dict[str, list[Any]] = {name: [getattr(r, name) for r in responses] for name in fields}
    names = dict.fromkeys(name for response in responses for name in response.attributes)
    for name in names:
        if name in columns:
            raise InvalidValueError(
                f"data: the attribute {quoted(name)} has the name of a field of Response; rename it"
            )
        columns[name] = [response.attributes.get(name) for response in responses]
    return columns, True

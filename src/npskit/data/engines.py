"""What engines are asked and answer, with errors that say who failed, at what, and why."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.data.columns import Column, column_of_array, column_of_series
from npskit.errors import EngineError, InvalidValueError, NpskitError, is_refusal, written
from npskit.times import in_zone

# How libraries that are asked are called in errors, where their own name for themselves would not be understood.
_CALLED = {"duckdb": "DuckDB", "polars": "Polars", "pandas": "pandas", "pyarrow": "PyArrow", "dask": "Dask",
           "pyspark": "Spark", "pyspark[connect]": "Spark Connect", "sqlframe": "SQLFrame", "ibis": "Ibis"}  # fmt: skip
# What DuckDB hands over as arrays of NumPy that say the same.
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT")
_IN_NUMPY = {*_WHOLE, *(f"U{kind}" for kind in _WHOLE), "FLOAT", "DOUBLE", "VARCHAR", "TIMESTAMP"}


class Fetched(dict[str, Column]):
    """The columns of an answer, by the names that were asked for, in small letters."""

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a column of counts or sums as floats, whatever the engine makes of them; NaN where there is none."""
        return np.array(self[name].filled(), dtype=np.float64)


@contextlib.contextmanager
def asking(engine: str, purpose: str, mend: str = "mend the query or its connection") -> Iterator[None]:
    """Make whatever an engine raises an error of npskit.

    Args:
        engine: Who is asked.
        purpose: For what: "counting answers by region".
        mend: What to do about it, beside giving the rows.

    Raises:
        EngineError: If it fails.

    Example:
        >>> with asking("DuckDB", "counting answers by region"):
        ...     raise RuntimeError("Connection Error: Connection already closed!")
        Traceback (most recent call last):
        ...
        npskit.errors.EngineError: data: DuckDB failed at counting answers by region (RuntimeError: Connection Error:
        Connection already closed!); mend the query or its connection, or give rows that were fetched from it
    """
    try:
        yield
    except BaseException as error:
        if not is_refusal(error) or isinstance(error, NpskitError | MemoryError):
            raise
        said = " ".join(written(error).split()) or "no reason given"
        raise EngineError(
            f"data: {engine} failed at {purpose} ({type(error).__name__}: {said[:500]}); {mend}, or give rows that "
            "were fetched from it"
        ) from error


def engine_of(frame: Any) -> str:
    """Return how the library behind a dataframe, or the backend behind an Ibis table, is called."""
    name: str = frame.implementation.value
    called = _CALLED.get(name, name)
    if name == "ibis":
        with contextlib.suppress(Exception):  # one without a connection has no backend
            return f"{called} ({frame.to_native().get_backend().name})"
    return called


def has_windows(engine: str) -> bool:
    """Whether an engine looks at rows in an order; SQLFrame joins a query with one made of it wrongly.

    Example:
        >>> has_windows("Polars"), has_windows("Dask")
        (True, False)
    """
    # DuckDB before 1.3 takes no such expressions in its relations
    old = engine == "DuckDB" and not hasattr(sys.modules.get("duckdb"), "SQLExpression")
    return engine not in ("Dask", "SQLFrame") and not old


def fetched(query: Any, given: Collection[str]) -> Fetched:
    """Return what a query, or a dataframe, as narwhals sees it, holds; databases may have folded the names of columns.

    Args:
        query: The query.
        given: The names of those columns that are of the data as they are.
    """
    if query.implementation.value == "duckdb" and (found := _of_relation(query.to_native(), given)) is not None:
        return found
    answer = query.collect() if hasattr(query, "collect") else query
    return Fetched({name.casefold(): column_of_series(answer[name]) for name in answer.columns})


def _of_relation(relation: Any, given: Collection[str]) -> Fetched | None:
    """Return what a relation of DuckDB holds, without the import of PyArrow; None where NumPy would lose some of it."""
    for name, kind in zip(relation.columns, map(str, relation.types), strict=True):
        # a sum of whole numbers is read as a float in any case
        if kind not in _IN_NUMPY and (kind != "HUGEINT" or name in given):
            return None
    return Fetched({name.casefold(): column_of_array(values) for name, values in relation.fetchnumpy().items()})


def in_zones(answer: Fetched, kinds: Mapping[str, Any]) -> Fetched:
    """Return what was fetched with times in the zones that their columns have; Spark hands over all of them in UTC.

    Args:
        answer: What was fetched.
        kinds: The types of columns by the names in it, where they are known.
    """
    for name, kind in kinds.items():
        zone, column = getattr(kind, "time_zone", None), answer.get(name)
        if zone is None or column is None or column.utc is None or column.utc[1] == zone:
            continue
        with contextlib.suppress(InvalidValueError):  # a zone that Python does not know stays as it came
            utc = column.utc[0]
            answer[name] = attrs.evolve(column, values=in_zone(utc, zone), utc=(utc, zone))
    return answer


def renamed(frame: Any, names: dict[str, str]) -> Any:
    """Return a dataframe, as narwhals sees it, with other names for its columns, whatever they are called."""
    name, native = frame.implementation.value, frame.to_native()
    if name.startswith("pyspark"):  # a name with dots or back ticks is a path to it
        native = native.toDF(*names.values())
    elif name == "duckdb":  # "*" is all columns to it
        native = native.project(
            ", ".join(f'"{old.replace(chr(34), 2 * chr(34))}" AS {new}' for old, new in names.items())
        )
    else:
        return frame.rename(names)
    import narwhals.stable.v2 as nw

    return nw.from_native(native)

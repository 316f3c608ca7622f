"""The one boundary to dataframes and engines, through narwhals; nothing but this and `columns` imports it.

A source of any kind (pandas, Polars eager or lazy, PyArrow, DuckDB, Ibis, a dict of arrays, a list of `Response`)
becomes a `Frame`. It answers two questions: what is in this column, as a numpy array with a mask of what is missing;
and, for an engine that holds the data elsewhere, how often does each combination of these columns occur.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Frozen
from npskit.data.cells import Deferred, NumberedCells
from npskit.data.columns import Column, as_column, as_narwhals, column_of_series, plain_column
from npskit.data.engines import Fetched, asking, engine_of, fetched, in_zones, renamed
from npskit.data.held_values import held_in
from npskit.data.owned import Owned, own_column, own_frame
from npskit.data.query_times import Grain, QueryTimes
from npskit.data.sources import WANTED, Opened, checked_mapping, columns_of_records, opened, refuse_duplicates
from npskit.errors import (
    ColumnNotFoundError,
    InvalidTypeError,
    InvalidValueError,
    counted,
    did_you_mean,
    plural,
    quoted,
)
from npskit.options import BACKENDS

if TYPE_CHECKING:
    from npskit.data.product_query import ProductColumns, ProductQuery
    from npskit.data.unit_query import Categories, UnitQuery, UnitRoles


def column_of(values: Any, name: str) -> Column:
    """Return any column as a `Column`: a series, an array, a list, or another sequence.

    Raises:
        InvalidTypeError: If it is no flat sequence.

    Example:
        >>> column_of(["a", None], "region").values.tolist()
        ['a', None]
    """
    return Frame({name: values}).column(name)


class Frame:
    """Rows with named columns, wherever they are.

    Engines know the columns by plain names, c0, c1, ... (`plain`), whatever they are called in the data: names with
    dots, quotes or stars mean something to one engine or the other, and no name of a query can be one of the data's.
    """

    def __init__(self, source: Any, *, own: bool = False) -> None:
        """Wrap a source.

        Args:
            source: A dataframe of any library narwhals knows, a mapping of names to equally long sequences, an iterable
                of `Response` or of mappings, or what `npskit.data.sources.opened` opens. Nothing is copied: leave it as
                it is while the frame is used.
            own: Whether rows that the caller could change are copied after all; `Owned` columns are not.

        Raises:
            InvalidTypeError: If it is none of these.
            IncompatibleError: If the sequences of a mapping differ in length.
            InvalidValueError: If two columns have the same name, or a stream was read before.
            EngineError: If an engine does not say what the columns are.
        """
        self._arrays: dict[str, Any] | None = None
        self._given: Any = None
        self._renamed: Any = None
        self._schema: Mapping[Any, Any] = {}
        self._names: dict[str, str] = {}
        self._rows: Fetched | None = None
        self._opened: Opened | None = None
        self.lazy = False
        self.backend: str | None = None
        self.engine = ""
        self.from_responses = False
        if isinstance(source, Mapping):
            self._arrays = checked_mapping(source)
            if own and not isinstance(source, Owned):
                self._arrays = {name: own_column(values) for name, values in self._arrays.items()}
            return
        refuse_duplicates(source)
        found = as_narwhals(source)
        if found is None and (more := opened(source)) is not None:
            found, self._opened = as_narwhals(more.native), more
        if found is None:
            self._arrays, self.from_responses = columns_of_records(source)
        elif hasattr(found, "to_list"):
            raise InvalidTypeError(f"{WANTED}: got a single column ({type(source).__name__}); give {{'score': column}}")
        else:
            self._hold(own_frame(found) if own else found)

    def _hold(self, frame: Any) -> None:
        """Hold a dataframe or a query under plain names."""
        self.lazy = hasattr(frame, "collect")
        name = frame.implementation.value
        self.backend = name if name in BACKENDS else None
        self.engine = (self._opened.engine if self._opened else "") or engine_of(frame)
        with self.asking("telling its columns"):
            self._schema = frame.collect_schema()
            self._names = {name: f"c{i}" for i, name in enumerate(n for n in self._schema if isinstance(n, str))}
        self._given = frame

    @property
    def _native(self) -> Any:
        """The dataframe or the query, under plain names."""
        if self._renamed is None and self._given is not None:
            with self.asking("naming its columns"):
                self._renamed = renamed(self._given, self._names)
        return self._renamed

    def _with(self, frame: Any) -> Frame:
        """Return other rows of the same columns."""
        found = copy.copy(self)
        found._given, found._renamed, found._rows = None, frame, None
        return found

    def describe(self) -> str:
        """Return what it is and how large, without running a query."""
        if self._arrays is not None:
            rows = len(next(iter(self._arrays.values()), ()))
            return counted(rows, "row")
        return f"{self.engine} query" if self.lazy else counted(len(self._native), "row")

    @property
    def columns(self) -> list[str]:
        """The names of the columns; without those that pandas numbers, or names by several levels."""
        return list(self._names if self._arrays is None else self._arrays)

    def plain(self, name: str) -> str:
        """Return the name that queries know a column of a dataframe by."""
        return self._names[name]

    def query(self, names: Iterable[str]) -> Any:
        """Return some columns of a dataframe under their plain names, as a lazy frame of narwhals to be asked."""
        wanted = {name: self.plain(name) for name in names}
        if self._renamed is None and self.engine == "DuckDB":  # takes a millisecond for each step of a query
            return renamed(self._given, wanted)
        return self._native.lazy().select(*wanted.values())

    def asking(self, purpose: str) -> contextlib.AbstractContextManager[None]:
        """Make what the engine raises an error that says who was asked, and for what: "counting answers by region"."""
        return asking(self.engine, purpose)

    def fetch(self, query: Any, purpose: str) -> Fetched:
        """Return what an engine answers to a query that was made of `query`, by the names in it.

        Args:
            query: The query.
            purpose: See `asking`.

        Raises:
            EngineError: If it fails.
        """
        with self.asking(purpose):
            if self._opened is not None and self._opened.run is not None:
                return self._opened.run(query.to_native())
            found = fetched(query, self._names.values())
        return in_zones(found, {plain: self._kind(name) for name, plain in self._names.items()})

    def require(self, name: str, role: str) -> str:
        """Return `name` if there is such a column.

        Raises:
            InvalidTypeError: If `name` is no text.
            ColumnNotFoundError: If there is none; the message says which ones are close.
        """
        if not isinstance(name, str):
            raise InvalidTypeError(f"{role} must be the name of a column, not {quoted(name)} ({type(name).__name__})")
        columns = self.columns
        if name not in columns:
            raise ColumnNotFoundError(f"{role}: there is no column {quoted(name)}; {did_you_mean(name, columns)}")
        return name

    def column(self, name: str) -> Column:
        """Return one column.

        A lazy frame is collected once, with all its columns: an engine may give its rows in another order each time,
        and the rows of one column have to be those of the next.
        """
        if self._arrays is not None:
            found = as_column(self._arrays[name])
            return plain_column(self._arrays[name], name) if found is None else found
        if not self.lazy:
            return column_of_series(self._native[self.plain(name)], name)
        if self._rows is None:
            self._rows = self.fetch(self._native, "fetching all rows")
        return self._rows[self.plain(name)]

    def take(self, rows: NDArray[np.bool_]) -> Frame:
        """Return the frame with some of its rows: True for each to keep. Not for lazy frames: see `where`."""
        if self._arrays is None:
            with self.asking("taking some of the rows"):
                return self._with(self._native.filter(rows.tolist()))
        frame = Frame(Owned({name: self._taken(name, rows) for name in self._arrays}))
        frame.from_responses = self.from_responses
        return frame

    def repeat(self, rows: NDArray[np.intp]) -> Frame:
        """Return the frame with the rows of these positions, each as often as it is named. Not for lazy frames."""
        if self._arrays is None:
            with self.asking("repeating rows"):
                return self._with(self._native[rows.tolist()])
        return Frame(Owned({name: self.column(name).take(rows) for name in self._arrays}))

    def _taken(self, name: str, rows: NDArray[np.bool_]) -> Any:
        values = self._arrays[name] if self._arrays is not None else None
        return values.take(rows) if isinstance(values, Deferred | NumberedCells) else self.column(name).take(rows)

    def where(self, wanted: Mapping[str, Sequence[Any]]) -> Frame:
        """Return the frame with the rows that hold one of some values in each of some columns; None for missing."""
        import narwhals.stable.v2 as nw

        frame = self._native
        with self.asking(f"taking the rows of {', '.join(map(quoted, wanted))}"):
            for name, values in wanted.items():
                frame = frame.filter(held_in(nw.col(self.plain(name)), self._kind(name), values))
        return self._with(frame)

    def is_numeric(self, name: str) -> bool:
        """Whether a column of a dataframe holds numbers."""
        return self._arrays is None and bool(self._kind(name).is_numeric())

    def holds_objects(self, names: Sequence[str]) -> bool:
        """Whether a column of a dataframe holds Python's own objects, over which engines fail or panic."""
        import narwhals.stable.v2 as nw

        return self._arrays is None and any(self._kind(name) == nw.Object for name in names)

    def _kind(self, name: str) -> Any:
        """Return the type of a column of a dataframe."""
        return self._schema[name]

    def select(self, names: Sequence[str]) -> Frame:
        """Return a dataframe's rows with some of their columns."""
        found = self._with(self._native.select(*dict.fromkeys(map(self.plain, names))))
        found._names = {name: self._names[name] for name in self._names if name in names}
        return found

    def query_times(self, name: str, grain: Grain) -> QueryTimes | None:
        """Return how a dataframe's column of times is taken apart; see `QueryTimes.of`."""
        return QueryTimes.of(name, self._kind(name), grain, self._native.implementation.value)

    def query_days(self, name: str) -> QueryTimes | None:
        """Return how a dataframe's column, also one of dates, is taken apart into days; see `QueryTimes.of_days`."""
        return QueryTimes.of_days(name, self._kind(name), self._native.implementation.value)

    def tells_times(self, name: str) -> bool:
        """Whether a dataframe's column holds times that its engine compares as npskit does: to the microsecond."""
        import narwhals.stable.v2 as nw

        kind = self._kind(name)
        return isinstance(kind, nw.Date) or (isinstance(kind, nw.Datetime) and kind.time_unit in ("us", "ms"))

    def orders_times(self, name: str) -> bool:
        """Whether its engine puts a column of times in npskit's order: by the clock on the wall, of no zone."""
        return self.tells_times(name) and getattr(self._kind(name), "time_zone", None) is None

    def unit_query(self, keys: Sequence[str], categories: Categories, roles: UnitRoles) -> UnitQuery | None:
        """Return the query of sums over sampling units; see `UnitQuery.of`."""
        from npskit.data.unit_query import UnitQuery

        names = [*keys, *categories.columns, *roles.columns]
        purpose = f"adding up sampling units by {', '.join(map(quoted, keys)) or 'none'}"
        with self.asking(purpose):
            return UnitQuery.of(
                self.query(names), self.plain, keys, categories, roles, lambda query: self.fetch(query, purpose)
            )

    def product_query(self, columns: ProductColumns, categories: Categories) -> ProductQuery | None:
        """Return the query of sums of products; see `ProductQuery.of`."""
        from npskit.data.product_query import ProductQuery

        purpose = f"adding up products of {', '.join(map(quoted, columns.names))}"
        with self.asking(purpose):
            rows = self.query(dict.fromkeys([*columns.names, *categories.columns]))
            return ProductQuery.of(rows, self.plain, columns, categories, lambda query: self.fetch(query, purpose))

    def distinct(
        self, names: Sequence[str], weight: str | None = None, purpose: str = "", times: QueryTimes | None = None
    ) -> Distinct:
        """Return each combination of values in the columns with how often it occurs: the one query an engine runs.

        For dataframes only; a mapping or a list of `Response` is counted from its columns.

        Args:
            names: The columns.
            weight: A numeric column to sum up as well.
            purpose: See `asking`.
            times: A column of times, none of `names`, to be told apart only so finely.

        Raises:
            InvalidValueError: If a weight is missing, negative or not finite.
            EngineError: If the engine fails.
        """
        import narwhals.stable.v2 as nw

        purpose = purpose or f"counting rows by {', '.join(map(quoted, names))}"
        with self.asking(purpose):
            sums, more = [nw.len().alias("count")], [*([weight] if weight else []), *([times.name] if times else [])]
            parts = {} if times is None else times.parts_of(self.plain(times.name))
            query = self.query([*names, *more]).with_columns(**parts) if parts else self.query([*names, *more])
            if weight is not None:
                value = nw.col(self.plain(weight)).cast(nw.Float64)
                # what cannot be used is counted in the same query, as what is missing then
                usable = nw.when((value >= 0) & (value < float("inf"))).then(value)
                query = query.with_columns(usable.alias("w"), (value * value).alias("w2"))
                sums += [*(nw.col(name).sum() for name in ("w", "w2")), nw.col("w").count().alias("usable")]
            query = query.group_by([*dict.fromkeys(map(self.plain, names)), *parts]).agg(*sums)
        found = self.fetch(query, purpose)
        if weight is not None:
            refused = int((found.numbers("count") - found.numbers("usable")).sum())
            if refused:
                raise InvalidValueError(
                    f"weight: {counted(refused, 'value')} of column {quoted(weight)} {plural(refused, 'is', 'are')} "
                    "missing, negative or not finite; set these rows aside or weigh them 0"
                )
        counts, columns = found.numbers("count"), {name: found[self.plain(name)] for name in names}
        if times is not None:
            columns[times.name] = times.together({part: found.numbers(part) for part in parts})
        columns = {name: attrs.evolve(column, copies=counts) for name, column in columns.items()}
        weights = None if weight is None else (found.numbers("w"), found.numbers("w2"))
        return Distinct(columns, counts, weights)


@attrs.frozen(eq=False)
class Distinct(Frozen):
    """Distinct combinations of values, each once.

    Args:
        columns: The values, of equal length.
        counts: How often each combination occurs; whole numbers as float64.
        weights: Sum of weights and sum of squared weights of each, or None.
    """

    columns: dict[str, Column]
    counts: NDArray[np.float64]
    weights: tuple[NDArray[np.float64], NDArray[np.float64]] | None

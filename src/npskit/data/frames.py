"""The one boundary to dataframes and engines, through narwhals; nothing but this and `columns` imports it.

A source of any kind (pandas, Polars eager or lazy, PyArrow, DuckDB, Ibis, a dict of arrays, a list of `Response`)
becomes a `Frame`. It answers two questions: what is in this column, as a numpy array with a mask of what is missing;
and, for an engine that holds the data elsewhere, how often does each combination of these columns occur.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Frozen
from npskit.data.cells import Deferred, NumberedCells
from npskit.data.columns import Column, as_column, as_narwhals, column_of_series, plain_column
from npskit.data.owned import Owned, own_column, own_frame
from npskit.data.response import Response
from npskit.errors import (
    ColumnNotFoundError,
    IncompatibleError,
    InvalidTypeError,
    InvalidValueError,
    counted,
    did_you_mean,
    is_refusal,
    plural,
    quoted,
    written,
)
from npskit.options import BACKENDS

if TYPE_CHECKING:
    pass

_WANTED = (
    "data must be a dataframe (pandas, Polars, PyArrow, DuckDB, ...), a mapping of names to sequences or a list of "
    "Response or of mappings"
)


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
    """Rows with named columns, wherever they are."""

    def __init__(self, source: Any, *, own: bool = False) -> None:
        """Wrap a source.

        Args:
            source: A dataframe of any library narwhals knows, a mapping of names to equally long sequences, or an
                iterable of `Response` or of mappings. Nothing is copied: leave it as it is while the frame is used.
            own: Whether rows that the caller could change are copied after all; `Owned` columns are not.

        Raises:
            InvalidTypeError: If it is none of these.
            IncompatibleError: If the sequences of a mapping differ in length.
            InvalidValueError: If two columns have the same name.
        """
        self._arrays: dict[str, Any] | None = None
        self._native: Any = None
        self._rows: Any = None
        self.lazy = False
        self.backend: str | None = None
        self.from_responses = False
        if isinstance(source, Mapping):
            self._arrays = _checked_mapping(source)
            if own and not isinstance(source, Owned):
                self._arrays = {name: own_column(values) for name, values in self._arrays.items()}
            return
        _refuse_duplicates(source)
        found = as_narwhals(source)
        if found is None:
            self._arrays, self.from_responses = _from_records(source)
        elif hasattr(found, "to_list"):
            raise InvalidTypeError(
                f"{_WANTED}: got a single column ({type(source).__name__}); give {{'score': column}}"
            )
        else:
            self._native = own_frame(found) if own else found
            self.lazy = hasattr(found, "collect")
            name = found.implementation.value
            self.backend = name if name in BACKENDS else None

    def describe(self) -> str:
        """Return what it is and how large, without running a query."""
        if self._arrays is not None:
            rows = len(next(iter(self._arrays.values()), ()))
            return counted(rows, "row")
        return f"{self._native.implementation.value} query" if self.lazy else counted(len(self._native), "row")

    @property
    def columns(self) -> list[str]:
        """The names of the columns; without those that pandas numbers, or names by several levels."""
        if self._arrays is not None:
            return list(self._arrays)
        return [name for name in self._native.collect_schema().names() if isinstance(name, str)]

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
        if self._rows is None:
            self._rows = _collected(self._native) if self.lazy else self._native
        return column_of_series(self._rows[name])

    def take(self, rows: NDArray[np.bool_]) -> Frame:
        """Return the frame with some of its rows: True for each to keep. Not for lazy frames: see `where`."""
        if self._arrays is None:
            return Frame(self._native.filter(rows.tolist()).to_native())
        frame = Frame(Owned({name: self._taken(name, rows) for name in self._arrays}))
        frame.from_responses = self.from_responses
        return frame

    def repeat(self, rows: NDArray[np.intp]) -> Frame:
        """Return the frame with the rows of these positions, each as often as it is named. Not for lazy frames."""
        if self._arrays is None:
            return Frame(self._native[rows.tolist()].to_native())
        return Frame(Owned({name: self.column(name).take(rows) for name in self._arrays}))

    def _taken(self, name: str, rows: NDArray[np.bool_]) -> Any:
        values = self._arrays[name] if self._arrays is not None else None
        return values.take(rows) if isinstance(values, Deferred | NumberedCells) else self.column(name).take(rows)

    def where(self, wanted: Mapping[str, Sequence[Any]]) -> Frame:
        """Return the frame with the rows that hold one of some values in each of some columns; None for missing."""
        import narwhals.stable.v2 as nw

        frame = self._native
        for name, values in wanted.items():
            said = [value for value in values if value is not None]
            held = nw.col(name).is_in(said)
            frame = frame.filter(held | nw.col(name).is_null() if len(said) < len(values) else held)
        return Frame(frame.to_native())

    def is_numeric(self, name: str) -> bool:
        """Whether a column of a dataframe holds numbers."""
        return self._native is not None and bool(self._native.collect_schema()[name].is_numeric())

    def holds_objects(self, names: Sequence[str]) -> bool:
        """Whether a column of a dataframe holds Python's own objects, over which engines fail or panic."""
        import narwhals.stable.v2 as nw

        return self._native is not None and any(self._native.collect_schema()[name] == nw.Object for name in names)

    def distinct(self, names: Sequence[str], weight: str | None = None) -> Distinct:
        """Return each combination of values in the columns with how often it occurs: the one query an engine runs.

        For dataframes only; a mapping or a list of `Response` is counted from its columns.

        Args:
            names: The columns.
            weight: A numeric column to sum up as well.

        Raises:
            InvalidValueError: If a weight is missing, negative or not finite.
        """
        import narwhals.stable.v2 as nw

        count, w, w2, bad = (f"npskit_{part}" for part in ("count", "weight", "square", "bad"))
        frame = self._native.lazy().select(*dict.fromkeys([*names, *([weight] if weight else [])]))
        sums = [nw.len().alias(count)]
        if weight is not None:
            value = nw.col(weight).cast(nw.Float64)
            # what cannot be used is counted in the same query; a conditional sum would not run on every engine
            usable = ((value >= 0) & (value < float("inf"))).fill_null(False)
            frame = frame.with_columns(value.alias(w), (value * value).alias(w2), (~usable).cast(nw.Int64).alias(bad))
            sums += [nw.col(name).sum() for name in (w, w2, bad)]
        found = _collected(frame.group_by(list(dict.fromkeys(names))).agg(*sums))
        if weight is not None:
            refused = int(np.asarray(found[bad].to_numpy(), dtype=np.float64).sum())
            if refused:
                raise InvalidValueError(
                    f"weight: {counted(refused, 'value')} of column {quoted(weight)} {plural(refused, 'is', 'are')} "
                    "missing, negative or not finite; set these rows aside or weigh them 0"
                )

        def numbers(name: str) -> NDArray[np.float64]:
            return np.asarray(found[name].to_numpy(), dtype=np.float64)

        columns = {name: column_of_series(found[name]) for name in dict.fromkeys(names)}
        weights = (numbers(w), numbers(w2)) if weight is not None else None
        return Distinct(columns, numbers(count), weights)


def _collected(query: Any) -> Any:
    """Return what a query gives.

    Raises:
        InvalidValueError: If its engine cannot run it.
    """
    try:
        return query.collect()
    except BaseException as error:
        if not is_refusal(error) or isinstance(error, MemoryError):
            raise
        said = f"{type(error).__name__}: {written(error)}"
        raise InvalidValueError(f"data: the query cannot be run ({said}); collect it, or mend it") from error


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


def _refuse_duplicates(source: Any) -> None:
    """Refuse a frame of pandas or PyArrow with two columns of one name; other libraries cannot have them."""
    names: Any = ()
    if type(source).__module__.partition(".")[0] in ("pandas", "pyarrow", "modin"):
        names = getattr(source, "column_names", None) or getattr(source, "columns", ())
    for name, count in Counter(names).items():
        if count > 1:
            raise InvalidValueError(f"data: the column name {quoted(name)} occurs more than once; rename one")


def _checked_mapping(source: Mapping[Any, Any]) -> dict[str, Any]:
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


def _from_records(source: Any) -> tuple[dict[str, Any], bool]:
    """Return mappings, or responses, as columns, each name that one of them has; and whether they are responses."""
    if isinstance(source, str | bytes | os.PathLike):
        raise InvalidTypeError(f"{_WANTED}: got {quoted(source)}; npskit.read() reads files")
    try:
        responses = list(source)
    except Exception:  # such as an array of a single value
        more = "; give its to_frame()" if _is_survey(source) else ""
        raise InvalidTypeError(f"{_WANTED}: got {type(source).__name__}{more}") from None
    wanted = Mapping if responses and isinstance(responses[0], Mapping) else Response
    for row, response in enumerate(responses):
        if not isinstance(response, wanted):
            raise InvalidTypeError(f"{_WANTED}: item {row} is {quoted(response)} ({type(response).__name__})")
    if wanted is Mapping:
        named = dict.fromkeys(name for response in responses for name in response)
        return _checked_mapping({name: [response.get(name) for response in responses] for name in named}), False
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

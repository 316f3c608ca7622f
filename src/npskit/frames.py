"""The one boundary to dataframes and engines, through narwhals; nothing else imports it.

A source of any kind (pandas, Polars eager or lazy, PyArrow, DuckDB, Ibis, a dict of arrays, a list of `Response`)
becomes a `Frame`. It answers two questions: what is in this column, as a numpy array with a mask of what is missing;
and, for an engine that holds the data elsewhere, how often does each combination of these columns occur.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.errors import (
    ColumnNotFoundError,
    IncompatibleError,
    InvalidTypeError,
    InvalidValueError,
    MissingDependencyError,
    did_you_mean,
)
from npskit.model import Response

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw

BACKENDS = ("pandas", "polars", "pyarrow")


@attrs.frozen(eq=False)
class Column:
    """A column as numpy sees it.

    Args:
        values: Shape `(rows,)`; where `mask` is True the value means nothing.
        mask: True where the value is missing, or None where nothing is (or NaN and None say so themselves).
    """

    values: NDArray[Any]
    mask: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.values)

    def filled(self) -> NDArray[Any]:
        """Return the values with None where they are missing; as they are where nothing is masked."""
        if self.mask is None or not self.mask.any():
            return self.values
        filled = self.values.astype(object)
        filled[self.mask] = None
        return filled


def is_column(value: Any) -> bool:
    """Return whether `value` is a column of a dataframe library (a pandas, Polars or PyArrow series)."""
    top = type(value).__module__.partition(".")[0]
    # a list or an array must not cost the import of narwhals
    if top in ("builtins", "numpy") or not any(b in sys.modules for b in (*BACKENDS, "narwhals", "modin", "cudf")):
        return False
    import narwhals.stable.v2 as nw

    return isinstance(nw.from_native(value, allow_series=True, pass_through=True), nw.Series)


def column_of(series: Any) -> Column:
    """Return a native series as a `Column`, without a copy where the library allows it."""
    import narwhals.stable.v2 as nw

    return _column(nw.from_native(series, series_only=True))


def _column(series: nw.Series[Any]) -> Column:
    import narwhals.stable.v2 as nw

    kind = series.dtype
    if isinstance(kind, nw.Categorical | nw.Enum):
        series = series.cast(nw.String)
        kind = series.dtype
    if kind.is_numeric() and not isinstance(kind, nw.Decimal):
        mask = series.is_null().to_numpy() if series.null_count() else None
        if mask is not None and kind.is_float() and not mask.all():
            # NaN says it already; pandas counts NaN as null
            return Column(series.to_numpy())
        return Column((series if mask is None else series.fill_null(0)).to_numpy(), mask)
    if kind.is_temporal():
        return _times(series)
    if kind == nw.Boolean and not series.null_count():
        return Column(series.to_numpy())
    values = np.empty(len(series), dtype=object)
    values[:] = series.to_list()
    return Column(values, series.is_null().to_numpy() if series.null_count() else None)


def _times(series: nw.Series[Any]) -> Column:
    import narwhals.stable.v2 as nw

    mask = series.is_null().to_numpy() if series.null_count() else None
    kind = series.dtype
    if isinstance(kind, nw.Datetime) and kind.time_zone is not None:
        series = series.dt.replace_time_zone(None)  # the wall clock of the data's own time zone
    values = np.asarray(series.to_numpy())
    if values.dtype.kind != "M":
        values = np.array(series.to_list(), dtype=object).astype("datetime64[us]")
    return Column(values, mask)


class Frame:
    """Rows with named columns, wherever they are."""

    def __init__(self, source: Any) -> None:
        """Wrap a source.

        Args:
            source: A dataframe of any library narwhals knows, a mapping of names to equally long sequences, or an
                iterable of `Response`.

        Raises:
            InvalidTypeError: If it is none of these.
            IncompatibleError: If the sequences of a mapping differ in length.
            InvalidValueError: If two columns have the same name.
        """
        self._arrays: dict[str, Any] | None = None
        self._native: Any = None
        self.lazy = False
        self.backend: str | None = None
        self.from_responses = False
        if isinstance(source, Mapping):
            self._arrays = _checked_mapping(source)
        elif isinstance(source, Sequence | Iterable) and not hasattr(source, "columns") and not is_column(source):
            self._arrays = _from_responses(source)
            self.from_responses = True
        else:
            self._wrap(source)

    def _wrap(self, source: Any) -> None:
        # the other libraries cannot have two columns of one name
        if type(source).__module__.partition(".")[0] in ("pandas", "pyarrow", "modin"):
            names = source.columns if hasattr(source, "iloc") else getattr(source, "column_names", ())
            _refuse_duplicates([str(name) for name in names])
        import narwhals.stable.v2 as nw

        wrapped = nw.from_native(source, pass_through=True)
        if not isinstance(wrapped, nw.DataFrame | nw.LazyFrame):
            raise InvalidTypeError(
                "data must be a dataframe (pandas, Polars, PyArrow, DuckDB, ...), a mapping of names to sequences or "
                f"a list of Response: got {type(source).__name__}"
            )
        self._native = wrapped
        self.lazy = isinstance(wrapped, nw.LazyFrame)
        name = wrapped.implementation.value
        self.backend = name if name in BACKENDS else None

    def describe(self) -> str:
        """Return what it is and how large, without running a query."""
        if self._arrays is not None:
            rows = len(next(iter(self._arrays.values()), ()))
            return f"{rows} rows"
        return f"{self._native.implementation.value} query" if self.lazy else f"{len(self._native)} rows"

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        if self._arrays is not None:
            return list(self._arrays)
        return list(self._native.collect_schema().names())

    def require(self, name: str, role: str) -> str:
        """Return `name` if there is such a column.

        Raises:
            InvalidTypeError: If `name` is no text.
            ColumnNotFoundError: If there is none; the message says which ones are close.
        """
        if not isinstance(name, str):
            raise InvalidTypeError(f"{role} must be the name of a column, not {name!r} ({type(name).__name__})")
        columns = self.columns
        if name not in columns:
            raise ColumnNotFoundError(f"{role}: there is no column {name!r}; {did_you_mean(name, columns)}")
        return name

    def column(self, name: str) -> Column:
        """Return one column, collected if the frame is lazy."""
        if self._arrays is not None:
            values = self._arrays[name]
            return column_of(values) if is_column(values) else _plain(values)
        frame = self._native.select(name)
        return _column((frame.collect() if self.lazy else frame)[name])

    def distinct(self, names: Sequence[str], weight: str | None = None) -> Distinct:
        """Return each combination of values in the columns with how often it occurs: the one query an engine runs.

        Args:
            names: The columns.
            weight: A numeric column to sum up as well.

        Raises:
            InvalidTypeError: If the weights are no numbers.
            InvalidValueError: If a weight is missing, negative or not finite.
        """
        import narwhals.stable.v2 as nw

        count, w, w2, bad = (f"npskit_{part}" for part in ("count", "weight", "square", "bad"))
        frame = self._native.select(*dict.fromkeys([*names, *([weight] if weight else [])]))
        sums = [nw.len().alias(count)]
        if weight is not None:
            if not frame.collect_schema()[weight].is_numeric():
                raise InvalidTypeError(
                    f"weight: column {weight!r} must be numbers, not {frame.collect_schema()[weight]}"
                )
            value = nw.col(weight).cast(nw.Float64)
            # what cannot be used is counted in the same query; a conditional sum would not run on every engine
            usable = ((value >= 0) & (value < float("inf"))).fill_null(False)
            frame = frame.with_columns(value.alias(w), (value * value).alias(w2), (~usable).cast(nw.Int64).alias(bad))
            sums += [nw.col(name).sum() for name in (w, w2, bad)]
        found = frame.group_by(list(dict.fromkeys(names))).agg(*sums).collect()
        if weight is not None:
            refused = int(np.asarray(found[bad].to_numpy(), dtype=np.float64).sum())
            if refused:
                raise InvalidValueError(
                    f"weight: {refused} values of column {weight!r} are missing, negative or not finite; set these rows "
                    "aside or weigh them 0"
                )

        def numbers(name: str) -> NDArray[np.float64]:
            return np.asarray(found[name].to_numpy(), dtype=np.float64)

        columns = {name: _column(found[name]) for name in dict.fromkeys(names)}
        weights = (numbers(w), numbers(w2)) if weight is not None else None
        return Distinct(columns, numbers(count), weights)


@attrs.frozen(eq=False)
class Distinct:
    """Distinct combinations of values, each once.

    Args:
        columns: The values, of equal length.
        counts: How often each combination occurs; whole numbers as float64.
        weights: Sum of weights and sum of squared weights of each, or None.
    """

    columns: dict[str, Column]
    counts: NDArray[np.float64]
    weights: tuple[NDArray[np.float64], NDArray[np.float64]] | None


def native_frame(columns: Mapping[str, Sequence[Any]], backend: str | None = None) -> Any:
    """Return columns as a dataframe of a library.

    Args:
        columns: Equally long sequences by name.
        backend: `"pandas"`, `"polars"` or `"pyarrow"`; None for the first of them your program has imported.

    Raises:
        InvalidValueError: If `backend` is none of these.
        MissingDependencyError: If the library is not there.
    """
    chosen = backend or next((name for name in BACKENDS if name in sys.modules), None)
    if chosen is None:
        raise MissingDependencyError(
            f"to_frame() needs a dataframe library: import one of {', '.join(BACKENDS)} first, or name it with backend="
        )
    if chosen not in BACKENDS:
        raise InvalidValueError(f"backend must be one of {', '.join(BACKENDS)}: got {chosen!r}")
    import narwhals.stable.v2 as nw

    try:
        return nw.from_dict(dict(columns), backend=chosen).to_native()
    except ImportError:
        raise MissingDependencyError(f"{chosen} is not installed: python -m pip install {chosen}") from None


def _plain(values: Any) -> Column:
    if isinstance(values, np.ma.MaskedArray):
        return Column(np.asarray(values.data), np.ma.getmaskarray(values))
    if isinstance(values, np.ndarray):
        return Column(values)
    filled = np.empty(len(values), dtype=object)
    filled[:] = values if isinstance(values, list) else list(values)
    return Column(filled)


def _refuse_duplicates(names: Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidValueError(f"data: the column name {twice[0]!r} occurs {names.count(twice[0])} times; rename one")


def _checked_mapping(source: Mapping[Any, Any]) -> dict[str, Any]:
    lengths = {}
    for name, values in source.items():
        if not isinstance(name, str):
            raise InvalidTypeError(f"data: column names are text, not {name!r} ({type(name).__name__})")
        if isinstance(values, str | bytes | Mapping) or not hasattr(values, "__len__"):
            raise InvalidTypeError(f"data: column {name!r} must be a sequence, not {type(values).__name__}")
        lengths[name] = len(values)
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name!r} has {length}" for name, length in list(lengths.items())[:6])
        raise IncompatibleError(f"data: columns must be equally long: {shown}")
    return dict(source)


def _from_responses(source: Iterable[Any]) -> dict[str, Any]:
    responses = list(source)
    for row, response in enumerate(responses):
        if not isinstance(response, Response):
            raise InvalidTypeError(
                "data must be a dataframe, a mapping of names to sequences or a list of Response: "
                f"item {row} is {response!r} ({type(response).__name__})"
            )
    columns: dict[str, list[Any]] = {
        n: [getattr(r, n) for r in responses] for n in ("score", "customer", "at", "comment")
    }
    names = dict.fromkeys(name for response in responses for name in response.attributes)
    for name in names:
        if name in columns:
            raise InvalidValueError(f"data: the attribute {name!r} has the name of a field of Response; rename it")
        columns[name] = [response.attributes.get(name) for response in responses]
    return columns

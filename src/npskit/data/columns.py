"""A column as numpy sees it, whatever holds it; what another library cannot hand over is refused by npskit's errors."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Mapping, Set
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Frozen, is_masked, once
from npskit.data.arrow_arrays import array_of_series
from npskit.data.cells import Deferred, NumberedCells, native_times, objects, unwrapped
from npskit.data.keys import factorize
from npskit.data.numbered_texts import numbered_texts
from npskit.errors import InvalidTypeError, InvalidValueError, NpskitError, is_refusal, quoted
from npskit.times import find_zone

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw


@attrs.frozen(eq=False, slots=False)
class Column(Frozen):
    """A column as numpy sees it.

    Args:
        values: Shape `(rows,)`; where `mask` is True the value means nothing. Texts of a dataframe are given by number,
            and become an array when they are asked for.
        mask: True where the value is missing, or None where nothing is (or NaN and None say so themselves).
        utc: Where a dataframe's times know their zone, the same times in UTC, and the zone: `values` are its wall
            clock, which says one hour twice when clocks are set back.
        row_numbers: The row of the file that each came from, int64, shape `(rows,)`; None where it came from none.
        name: What it is called in the data, for an error.
        copies: How many rows each cell stands for where an engine has counted equal ones, shape `(rows,)`; None for 1.
    """

    held: NDArray[Any] | NumberedCells = attrs.field(alias="values")
    mask: NDArray[np.bool_] | None = None
    utc: tuple[NDArray[np.datetime64], str] | None = None
    row_numbers: NDArray[np.int64] | None = None
    name: str | None = None
    copies: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.held)

    @once
    def values(self) -> NDArray[Any]:
        """The values, shape `(rows,)`; where `mask` is True they mean nothing."""
        return self.held.values() if isinstance(self.held, NumberedCells) else self.held

    def factorized(self) -> tuple[NDArray[np.intp], list[Any]]:
        """Return the code of each value as a group key, and the keys in the order of their codes; see `factorize`."""
        if isinstance(self.held, NumberedCells) and self.mask is None:
            return self.held.factorized()
        return factorize(self.filled() if self.utc is None else self.native())

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Column:
        """Return some rows of the column: True for each to keep, or their positions."""
        mask = None if self.mask is None else self.mask[rows]
        utc = None if self.utc is None else (self.utc[0][rows], self.utc[1])
        numbers = None if self.row_numbers is None else self.row_numbers[rows]
        copies = None if self.copies is None else self.copies[rows]
        held = self.held.take(rows) if isinstance(self.held, NumberedCells) else self.held[rows]
        return Column(held, mask, utc, numbers, copies=copies)

    def filled(self) -> NDArray[Any]:
        """Return the values with None (among numbers NaN, among times NaT) where they are missing.

        They are not copied where nothing is masked.
        """
        if self.mask is None or not self.mask.any():
            return self.values
        kind = self.values.dtype.kind
        filled = self.values.copy() if kind in "fmM" else self.values.astype(object)
        filled[self.mask] = np.nan if kind == "f" else None
        return filled

    def native(self) -> NDArray[Any]:
        """Return the values as `filled` does, but such that each cell is Python's own when taken: times stay times.

        Times that know their zone keep it; see `native_times`.

        Example:
            >>> Column(np.array(["2026-03-01T12", "NaT"], "M8[ns]")).native().tolist()
            [datetime.datetime(2026, 3, 1, 12, 0), None]
        """
        if self.utc is not None:
            return _wall_or_zone(*self.utc)
        values = self.filled()
        return native_times(values) if values.dtype.kind in "mM" else values


def _wall_or_zone(utc: NDArray[np.datetime64], zone: str) -> NDArray[np.object_]:
    """Return times as Python's own in their zone; in UTC where Python does not know it, such as a mere offset."""
    try:
        place = find_zone(zone)
    except InvalidValueError:
        place = dt.UTC

    def there(at: Any) -> Any:
        if not isinstance(at, dt.datetime):
            return at
        try:
            return at.replace(tzinfo=dt.UTC).astimezone(place)
        except OverflowError:  # within a day of the first or the last there is
            return at.replace(tzinfo=dt.UTC)

    return objects(map(there, native_times(utc).tolist()))


def as_narwhals(value: Any) -> Any:
    """Return `value` as narwhals sees it, or None if it is of no dataframe library."""
    # a list or an array must not cost the import of narwhals
    if type(value).__module__.partition(".")[0] in ("builtins", "collections", "numpy", "npskit"):
        return None
    import narwhals.stable.v2 as nw

    try:
        found = nw.from_native(_as_series(value), allow_series=True, pass_through=True)
    except Exception:  # what refuses even to be asked whether it is a dataframe
        return None
    return found if isinstance(found, nw.DataFrame | nw.LazyFrame | nw.Series) else None


def _as_series(value: Any) -> Any:
    """Return an array of pandas or PyArrow as a series of theirs, which is what narwhals knows; all else as it is."""
    pandas, pyarrow = sys.modules.get("pandas"), sys.modules.get("pyarrow")
    if pandas is not None and isinstance(value, pandas.Index | pandas.api.extensions.ExtensionArray):
        return pandas.Series(value, index=range(len(value)))
    return pyarrow.chunked_array([value]) if pyarrow is not None and isinstance(value, pyarrow.Array) else value


def as_column(value: Any) -> Column | None:
    """Return a column of a dataframe library (a pandas, Polars or PyArrow series) as a `Column`; None for all else.

    A `Column` is one already.
    """
    if isinstance(value, Column):
        return value
    found = as_narwhals(value)
    if found is None:
        return None
    import narwhals.stable.v2 as nw

    return column_of_series(found) if isinstance(found, nw.Series) else None


def column_of_series(series: nw.Series[Any], name: str | None = None) -> Column:
    """Return a series as a column: as objects where its library has no array for what it holds.

    Args:
        series: The series.
        name: What to call it in an error, if not by its own name.

    Raises:
        InvalidTypeError: If its library cannot hand over the values at all.
    """
    try:
        found = _read_series(series)
        return found if isinstance(found.held, NumberedCells) else attrs.evolve(found, values=_usual(found.values))
    except NpskitError:
        raise
    except BaseException as error:
        if not is_refusal(error):
            raise
        # such as whole numbers of 128 bits, unions and views
    try:
        return Column(objects(series.to_list()))
    except BaseException as error:
        if not is_refusal(error):
            raise
        said = f"{type(error).__name__}: {error}"
        raise InvalidTypeError(
            f"a column of {name or series.name or series.dtype!s} cannot be read ({said}); convert it"
        ) from None


def _read_series(series: nw.Series[Any]) -> Column:
    """Return a series as numbers, dates, durations or booleans of numpy where it holds such, else as objects."""
    import narwhals.stable.v2 as nw

    kind = series.dtype
    texts = isinstance(kind, nw.String | nw.Categorical | nw.Enum)
    if texts and (numbered := numbered_texts(series)) is not None:
        return Column(numbered)
    mask = array_of_series(series.is_null()) if series.null_count() else None  # as text, pandas 2 says "nan" for it
    if isinstance(kind, nw.Categorical | nw.Enum):
        series = _of_categories(series)
        kind = series.dtype
    if kind.is_numeric() and not isinstance(kind, nw.Decimal):
        if mask is not None and kind.is_float() and not mask.all():
            # NaN says it already; pandas counts NaN as null
            return Column(array_of_series(series))
        return Column(array_of_series(series if mask is None else series.fill_null(0)), mask)
    unit = next(
        (unit for of, unit in ((nw.Date, "M8[D]"), (nw.Datetime, "M8[us]"), (nw.Duration, "m8[us]")) if kind == of),
        None,
    )
    utc = None
    if isinstance(kind, nw.Datetime) and kind.time_zone is not None:
        there = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        utc = array_of_series(there).astype("datetime64[us]"), kind.time_zone
        if type(getattr(series.to_native(), "dtype", None)).__name__ == "ArrowDtype":
            # without their zone, pandas 2 gives such times in UTC
            series = nw.from_native(series.to_native().array.__arrow_array__(), series_only=True)
        series = series.dt.replace_time_zone(None)  # the wall clock of the data's own time zone
    if unit or (kind == nw.Boolean and mask is None):
        values = array_of_series(series)
        if values.dtype.kind != "O":
            # pandas 2 counts in nanoseconds
            return Column(values.astype(unit) if unit else values, mask, utc)
    found = series.to_list()
    if mask is not None:
        found = [None if hidden else value for value, hidden in zip(found, mask.tolist(), strict=True)]
    values = objects(found)
    return Column(values.astype(unit) if unit else values, mask, utc)


def column_of_array(values: NDArray[Any]) -> Column:
    """Return an array, masked where something is missing, as `column_of_series` returns such a column.

    Example:
        >>> column_of_array(np.ma.array([9.0, 0.0], mask=[False, True])).values.tolist()
        [9.0, nan]
    """
    if not is_masked(values):
        return Column(values)
    found, mask = np.asarray(values.data), np.ma.getmaskarray(values)
    if not mask.any():
        return Column(found)
    if found.dtype.kind in "iu" or mask.all():
        return Column(found, mask)
    found[mask] = {"f": np.nan, "M": np.datetime64("NaT", "us")}.get(found.dtype.kind)
    return Column(found, None if found.dtype.kind == "f" else mask)


def _of_categories(series: nw.Series[Any]) -> nw.Series[Any]:
    """Return a series of categories as one of what they are: times stay times, numbers numbers; all else is text."""
    import narwhals.stable.v2 as nw

    native = series.to_native()
    categories = getattr(getattr(native, "cat", None), "categories", None)  # of pandas
    inside = getattr(getattr(native, "type", None), "value_type", None)  # of PyArrow
    kind: str = getattr(getattr(categories, "dtype", None), "kind", "")
    try:
        if kind and kind in "mMiufb":
            whole = {"i": "Int64", "u": "UInt64", "b": "boolean"}.get(kind, getattr(categories, "dtype", None))
            return nw.from_native(native.astype(whole), series_only=True)
        if inside is not None:
            return nw.from_native(native.cast(inside), series_only=True)
    except Exception:  # what their library does not convert is text
        pass
    return series.cast(nw.String)


def array_of(values: Any, name: str) -> NDArray[Any]:
    """Return an array of what says that it can be one.

    Raises:
        InvalidTypeError: If it cannot.

    Example:
        >>> array_of(memoryview(b"ab"), "answers").tolist()
        [97, 98]
    """
    try:
        found: NDArray[Any] = np.asanyarray(values)
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        raise InvalidTypeError(f"{name} cannot be read as an array ({said}); give a list of its values") from None
    return found


def floats_of(values: Any, name: str) -> NDArray[np.float64]:
    """Return numbers of any shape as floats.

    Raises:
        InvalidTypeError: If they are not numbers.
    """
    array = array_of(values, name)
    try:
        if array.dtype.kind in "iufO":
            with np.errstate(over="ignore", invalid="ignore"):
                found = array.astype(np.float64)
                return found.filled(np.nan) if is_masked(found) else found
    except Exception:  # whatever a class of the user's own does
        pass
    raise InvalidTypeError(f"{name} must be numbers: got {quoted(values)}", argument=name)


def plain_column(values: Any, name: str) -> Column:
    """Return a sequence that is of no dataframe library as a column: as numbers where that loses nothing, else objects.

    Raises:
        InvalidTypeError: If it cannot be read.
    """
    if isinstance(values, memoryview) or hasattr(values, "__array__") or hasattr(values, "__array_interface__"):
        values = array_of(values, name)
    if is_masked(values):
        return Column(_usual(np.asarray(values.data)), np.ma.getmaskarray(values))
    if isinstance(values, np.ndarray):
        return Column(_usual(values))
    if isinstance(values, Deferred):
        return Column(values.values())
    try:
        if isinstance(values, str | bytes | Mapping | Set):
            raise TypeError("a text is one value, and a mapping or a set has no order")
        cells = values if isinstance(values, list | tuple) else list(values)
    except Exception:
        what = f"the single value {quoted(values)}: wrap it in a list"
        raise InvalidTypeError(f"{name} must be a sequence, not {what}") from None
    cells = unwrapped(cells, set(map(type, cells)))
    kinds = set(map(type, cells))
    if all(kind in (int, float) or issubclass(kind, np.number) for kind in kinds):
        try:
            numbers = np.asarray(cells)
        except OverflowError:  # whole numbers beyond every float
            return Column(objects(cells))
        # beyond 2**53 a float would merge whole numbers that differ
        if numbers.dtype.kind in "iu" or (int not in kinds and numbers.dtype.kind == "f") or _small(numbers):
            return Column(_usual(numbers))
    return Column(objects(cells))


def _usual(values: NDArray[Any]) -> NDArray[Any]:
    """Return floats as Python's own, since long doubles overflow wherever they are used, and so cells of PyArrow."""
    if values.dtype.kind == "O" and values.ndim == 1:
        return np.asarray(unwrapped(values))
    if values.dtype.kind == "f" and values.dtype.itemsize > 8:
        with np.errstate(over="ignore"):
            return values.astype(np.float64)
    return values


def _small(numbers: NDArray[Any]) -> bool:
    """Return whether floats hold every whole number of their size."""
    return numbers.dtype.kind == "f" and not (np.isfinite(numbers) & (np.abs(numbers) >= 2.0**53)).any()

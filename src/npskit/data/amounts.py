"""Columns of numbers and of money."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Frozen, lazy_pattern
from npskit.checks import is_hashable, is_missing, is_same
from npskit.data.cells import BadCell, NumberedCells, bad_cells, distinct_cells
from npskit.data.columns import Column
from npskit.data.row_names import refuse_cells
from npskit.data.words import is_nothing
from npskit.errors import GuessWarning, InvalidTypeError, InvalidValueError, quoted, warn


@attrs.frozen(eq=False)
class Numbers(Frozen):
    """A column of numbers, read: float64 with NaN where missing or unreadable, and the cells that were unreadable.

    Where no cell tells the decimal mark, and one may be read in two ways, `guess` says in which, `other` the other.
    """

    values: NDArray[np.float64]
    rejected: tuple[BadCell, ...]
    guess: str = ""
    other: str = ""


_NUMBERS = (int, float, Decimal, Fraction, np.integer, np.floating)
# Beyond this nobody counts, and a decimal may take very long to be written out.
_LARGEST = 10**300
_POINT = lazy_pattern(r"[+\-−]?(?=\.?\d)(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?([eE][+-]?\d+)?")
_MARKED = lazy_pattern(r"\s*[+\-−]?(\d*(?:([.,])\d{3})*)([.,])(\d+)\s*")
# How many texts are looked at for one that may be read in two ways.
_LOOK = 5_000
# A mark before three digits parts thousands or is the decimal one.
_EITHER = lazy_pattern(r"\s*[+\-−]?[1-9]\d{0,2}[.,]\d{3}\s*")
_COMMA = lazy_pattern(r"[+\-−]?(?=,?\d)(\d{1,3}(\.\d{3})+|\d+)?(,\d*)?([eE][+-]?\d+)?")


def holds_number(value: object) -> bool:
    """Whether a cell is a number; booleans are none, nor are NumPy's durations, which it counts among whole numbers."""
    return isinstance(value, _NUMBERS) and not isinstance(value, (bool, np.timedelta64))


def plain_number(value: Any) -> Any:
    """Return a whole number as an int, however it is stored; all else as it is.

    Example:
        >>> plain_number(7.0), plain_number(7.5), plain_number(Decimal("1e999999")), plain_number(Decimal("1e30"))
        (7, 7.5, Decimal('1E+999999'), 1000000000000000000000000000000)
    """
    if not holds_number(value) or is_missing(value):
        return value
    size = abs(float(value) if isinstance(value, np.floating) else value)  # short floats have no room for the limit
    if not size < _LARGEST:
        return value
    whole = int(value)  # exact, also of a decimal with more digits than decimals are divided with
    return whole if whole == value else value


def numbers_of(
    values: NDArray[Any] | Sequence[Any] | NumberedCells,
    *,
    decimal: str | None = None,
    missing: Collection[object] = (),
) -> Numbers:
    """Read a raw column as numbers, such as weights.

    Args:
        values: The column: texts, numbers, None; shape `(n,)`.
        decimal: `"."` or `","`; None finds it out from the column (`find_decimal`).
        missing: Texts and numbers that mean a missing cell.

    Raises:
        InvalidValueError: If `decimal` is neither a point nor a comma.

    Example:
        >>> numbers_of(["0,5", "1.234,75", "x"]).values.tolist()
        [0.5, 1234.75, nan]
    """
    check_decimal(decimal)
    array, distinct, codes = distinct_cells(values)
    distinct = [value.decode("utf-8", "replace") if isinstance(value, bytes) else value for value in distinct]
    texts = [value for value in distinct if isinstance(value, str)]
    # without a comma anywhere there is nothing to find out
    comma = (decimal or (find_decimal(texts) if any("," in text for text in texts) else None)) == ","
    either = None if comma else next(filter(_EITHER.fullmatch, texts[:_LOOK]), None)
    either = either if either is not None and find_decimal(texts) is None else None
    mark, absent = "," if comma else ".", {value for value in missing if is_hashable(value)}

    def read(value: Any) -> tuple[float, str | None]:
        if absent and is_hashable(value) and value in absent:
            return np.nan, None
        if isinstance(value, str):
            if value.isascii() and value.replace(mark, "", 1).isdigit():  # as most are
                return float(value.replace(",", ".")), None
            text = value.strip().replace("\u00a0", "").replace("\u202f", "")
            if (_COMMA if comma else _POINT).fullmatch(text):
                text = text.replace("−", "-")
                return float(text.replace(".", "").replace(",", ".") if comma else text.replace(",", "")), None
        elif holds_number(value):
            try:
                return float(value), None
            except OverflowError:
                return np.inf, None
            except ValueError:  # a NaN that signals
                return np.nan, None
        return np.nan, None if is_nothing(value) else "not a number"

    found = [read(value) for value in distinct]
    table = np.array([value for value, _ in found], dtype=np.float64)
    rejected = bad_cells(array, codes, [reason for _, reason in found], ["no number"] * len(found))
    if either is None:
        return Numbers(table[codes], rejected)
    ways = [either.strip().replace(".", "").replace(",", "."), either.strip().replace(",", "")]
    return Numbers(table[codes], rejected, f"{either!r} and all like it were read as {ways[1]}", ways[0])


def find_decimal(texts: Iterable[str]) -> str | None:
    """Return the decimal mark of texts, `"."` or `","`, or None where no text tells.

    A mark followed by other than three digits is a decimal one; so is the last one of two kinds in a number.

    Example:
        >>> find_decimal(["12", "1.234,5"])
        ','
    """
    votes = {".": 0, ",": 0}
    for text in texts:
        match = _MARKED.fullmatch(text)
        if match is None:
            continue
        whole, group, mark, digits = match.groups()
        # "1,234" may be a grouped number; "0,234", "12345,678" and "1,2" cannot.
        lone = group is None and (len(digits) != 3 or len(whole) > 3 or whole in ("", "0"))
        if lone or (group is not None and group != mark):
            votes[mark] += 1
    return None if votes["."] == votes[","] else max(votes, key=votes.__getitem__)


def check_decimal(decimal: str | None) -> None:
    """Refuse a decimal mark that is neither a point nor a comma.

    Raises:
        InvalidValueError: If it is neither, nor None.
    """
    if not any(is_same(decimal, mark) for mark in (None, ".", ",")):
        raise InvalidValueError(f"decimal must be '.' or ',': got {quoted(decimal)}")


def read_amounts(
    column: Column | NDArray[Any], name: str, *, least: float = -np.inf, most: float = np.inf
) -> NDArray[np.float64]:
    """Return a column of amounts as floats, NaN where nothing is known.

    They are numbers, or texts of them: `"1.234,50"`, with the decimal mark that the column as a whole supports.

    Args:
        column: The column.
        name: What to call it in an error; if empty, no guess is warned of.
        least: The least an amount may be.
        most: The most it may be.

    Raises:
        InvalidTypeError: If the column holds no numbers at all, but times or booleans.
        InvalidValueError: If a cell is not a number, or an amount is infinite or out of range; names the row.

    Warns:
        GuessWarning: If no cell tells whether a mark parts thousands or decimals, as in `"1.234"`.

    Example:
        >>> read_amounts(Column(np.array(["1.234,50", 7, None, "n/a"], dtype=object)), "value").tolist()
        [1234.5, 7.0, nan, nan]
    """
    values, numbers = (column.filled(), column.row_numbers) if isinstance(column, Column) else (column, None)
    amounts, unread = amounts_of(values, name)
    if unread.size:
        refuse_cells(name, unread, values[unread[0]], "which is not a number; make it one, or leave it empty", numbers)
    bad = np.flatnonzero(np.isinf(amounts) | (amounts < least) | (amounts > most))
    if bad.size:
        limits = [f"{words} {limit:g}" for words, limit in (("least", least), ("most", most)) if np.isfinite(limit)]
        limit = f" of at {' and at '.join(limits)}" if limits else ""
        why = f"which is no finite amount{limit}; correct it, or leave it empty where it is not known"
        refuse_cells(name, bad, values[bad[0]], why, numbers)
    return amounts


def amounts_of(values: NDArray[Any], name: str) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return the amounts of a column as floats, NaN where there is none, and the rows that hold something else.

    Args:
        values: The column, numbers or texts of them.
        name: See `read_amounts`.

    Raises:
        InvalidTypeError: If the column holds no numbers at all, but times or booleans.

    Example:
        >>> amounts_of(np.array([7, None, "much"], dtype=object), "value")
        (array([ 7., nan, nan]), array([2]))
    """
    if (
        values.dtype.kind == "O"
        and values.ndim
        and {type(cell) for cell in values.tolist()} <= {int, float, type(None)}
    ):
        with contextlib.suppress(OverflowError):
            values = values.astype(np.float64)
    if values.dtype.kind in "iuf":
        return values.astype(np.float64, copy=False), np.empty(0, np.intp)
    if values.dtype.kind not in "OUST":
        raise InvalidTypeError(f"{name} must be numbers, not {values.dtype}")
    read = numbers_of(values)
    if read.guess and name and not read.rejected:
        warn(f"{name}: {read.guess}: make them numbers if they mean {read.other}", GuessWarning)
    return read.values, np.array([cell.position for cell in read.rejected], dtype=np.intp)

"""Columns of Python values as a dataframe of the caller's own library."""

from __future__ import annotations

import contextlib
import datetime as dt
import sys
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from npskit.checks import is_missing, one_of
from npskit.errors import MissingDependencyError, is_refusal, written
from npskit.options import BACKENDS

_HELD = (str, bytes, int, float, Decimal, dt.date, dt.time, dt.timedelta)


def free_name(name: str, taken: Iterable[str], kind: str) -> str:
    """Return `name`, or if that is taken `name` with its kind in brackets.

    Example:
        >>> free_name("n", ["value", "n"], "segment"), free_name("region", ["n"], "segment")
        ('n (segment)', 'region')
    """
    while name in taken:
        name = f"{name} ({kind})"
    return name


def key_columns(
    by: Sequence[str], keys: Sequence[tuple[Any, ...]], taken: Iterable[str], kind: str = "segment"
) -> dict[str, list[Any]]:
    """Return the values that make each segment as columns, under names that no other column has.

    Example:
        >>> key_columns(["n", "region"], [(1, "North"), (2, "South")], ["value", "n"])
        {'n (segment)': [1, 2], 'region': ['North', 'South']}
    """
    table: dict[str, list[Any]] = {}
    for i, name in enumerate(by):
        table[free_name(name, (*taken, *table), kind)] = [key[i] for key in keys]
    return table


def native_frame(columns: Mapping[str, Sequence[Any]], backend: str | None = None) -> Any:
    """Return columns as a dataframe of a library.

    Args:
        columns: Equally long sequences of Python values by name. A column of several types becomes text, as does
            one that holds what the library has no room for.
        backend: `"pandas"`, `"polars"` or `"pyarrow"`; None for the first of them your program has imported.

    Raises:
        InvalidValueError: If `backend` is none of these.
        MissingDependencyError: If the library is not there.
    """
    chosen = next((name for name in BACKENDS if name in sys.modules), None) if backend is None else backend
    if chosen is None:
        raise MissingDependencyError(
            f"to_frame() needs a dataframe library: import one of {', '.join(BACKENDS)} first, or name it with backend="
        )
    one_of(chosen, BACKENDS, "backend")
    import narwhals.stable.v2 as nw

    def built(held: Mapping[str, Sequence[Any]]) -> Any:
        return nw.from_dict(held, backend=nw.Implementation.from_backend(chosen)).to_native()  # type: ignore[arg-type]

    def fits(values: Sequence[Any]) -> bool:
        try:
            built({"values": values})
        except BaseException as error:  # each library says it in its own way
            if not is_refusal(error):
                raise
            return False
        return True

    held = {_text(name): _of_one_type(values) for name, values in columns.items()}
    try:
        return built(held)
    except ImportError:
        raise MissingDependencyError(f"{chosen} is not installed: python -m pip install {chosen}") from None
    except BaseException as error:  # such as a whole number of 90 digits
        if not is_refusal(error):
            raise
        return built({name: values if fits(values) else _texts(values) for name, values in held.items()})


def _of_one_type(values: Sequence[Any]) -> Sequence[Any]:
    """Return values that any library can hold in one column: as they are, else as floats, else as text."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {Decimal}:
        # of a decimal that is not finite Polars panics; NaN is what is missing
        values = [None if is_missing(value) else value for value in values]
        return values if all(value is None or value.is_finite() for value in values) else _texts(values)
    if len(kinds) < 2 and all(issubclass(kind, _HELD) for kind in kinds):
        return values
    if kinds == {int, float}:
        with contextlib.suppress(OverflowError):  # a whole number beyond every float
            return [None if value is None else float(value) for value in values]
    return _texts(values)


def _texts(values: Sequence[Any]) -> list[str | None]:
    """Return values as texts."""
    return [None if value is None else _text(value) for value in values]


def _text(value: Any) -> str:
    """Return a value as a text that can be written, half of a character as its code."""
    return written(value).encode("utf-8", "backslashreplace").decode("utf-8")

"""Which rows of a query hold one of some values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from npskit.checks import is_missing

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw


def held_in(column: nw.Expr, kind: Any, values: Sequence[Any]) -> nw.Expr:
    """Return whether a column holds one of some values; None and NaN stand for what is missing, null or NaN.

    Args:
        column: The column.
        kind: Its type.
        values: The values.
    """
    said = [value for value in values if not is_missing(value)]
    held = column.is_in(said)
    if len(said) == len(values):
        return held
    # to every engine that tells NaN from null it is above all numbers; not all of them have a function that finds it
    return held | column.is_null() | (column > float("inf")) if kind.is_float() else held | column.is_null()

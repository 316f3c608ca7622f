"""Columns of weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.data.amounts import amounts_of, numbers_of
from npskit.data.columns import Column, plain_column
from npskit.data.keys import flat
from npskit.data.row_names import NAMED, named_rows, refuse_cells
from npskit.data.words import is_nothing
from npskit.errors import InvalidTypeError, InvalidValueError, quoted

# Weights within two to plus and minus this have squares that can be summed over any number of rows.
_PLAIN = 400


def weight_scale(weights: NDArray[Any]) -> int:
    """Return the power of two to divide weights by before they are squared: 0 where their squares are numbers anyway.

    Only the proportions of weights matter, and a power of two changes no digit of them. What cannot be used, such as
    NaN, is left to whoever checks them.

    Example:
        >>> weight_scale(np.array([1.0, 20.0])), weight_scale(np.array([1e-170, 3e-170]))
        (0, -563)
    """
    largest = float(weights.max(initial=0))
    power = math.frexp(largest)[1] if 0 < largest < math.inf else 0
    return power if abs(power) > _PLAIN else 0


def to_scale(weights: NDArray[Any]) -> NDArray[np.float64]:
    """Return weights that can be squared and summed, in the same proportions; see `weight_scale`.

    Example:
        >>> to_scale(np.array([2.0**600, 2.0**601])).tolist(), to_scale(np.array([1.0, 20.0])).tolist()
        ([0.25, 0.5], [1.0, 20.0])
    """
    scale = weight_scale(weights)
    return np.ldexp(weights, -scale) if scale else np.asarray(weights, dtype=np.float64)


def read_weights(
    weights: ArrayLike | Column, name: str = "weights", stood: Mapping[int, str] | None = None
) -> NDArray[np.float64]:
    """Return weights as float64, or say which rows cannot be used.

    A weight of 0 is accepted: the answer is counted, and moves neither the mean nor its variance, except through
    n/(n−1), where it counts as sampled (as in R's `survey`). Where all weights are 0, there is no mean: NaN.

    Args:
        weights: Numbers, or texts of them as `npskit.data.amounts.numbers_of` reads them; shape `(n,)`.
        name: What to call them in an error.
        stood: What stood in rows of a file that was no number, by row of the file.

    Raises:
        InvalidTypeError: If they are not numbers.
        InvalidValueError: If they are not one-dimensional, or one is negative, missing or infinite; names the rows.

    Example:
        >>> read_weights([1, 0.5, -2, float("nan")])
        Traceback (most recent call last):
        ...
        npskit.errors.InvalidValueError: weights must be finite and at least 0: row 2 (from 0) has -2.0, ...
    """
    column = weights if isinstance(weights, Column) else plain_column(weights, name)
    found = column.filled()
    if found.dtype.kind not in "iufOUST":
        raise InvalidTypeError(f"{name} must be numbers, not {found.dtype}; convert them, or drop the rows without one")
    found = flat(found, name)
    read = amounts_of(found, name)[0]
    # NaN compares false, so one comparison each refuses the negative, the missing and the infinite
    bad = np.flatnonzero(~((read >= 0) & (read < np.inf)))
    if bad.size:
        refuse_weights(bad, found[bad], name, column.row_numbers, stood or {})
    return read


def refuse_weights(
    rows: NDArray[np.integer],
    cells: NDArray[Any],
    name: str = "weights",
    row_numbers: NDArray[np.int64] | None = None,
    stood: Mapping[int, str] = MappingProxyType({}),
) -> NoReturn:
    """Refuse weights, naming the rows and what stands there.

    Args:
        rows: The rows, from 0.
        cells: What stands there, as it was read.
        name: What to call the weights.
        row_numbers: See `row_said`.
        stood: See `read_weights`.

    Raises:
        InvalidValueError: Always.
    """
    first = rows[:NAMED] if row_numbers is None else row_numbers[rows[:NAMED]]
    unread = {cell.position for cell in numbers_of(cells).rejected}
    if stood and row_numbers is not None:
        unread |= {i for i, row in enumerate(row_numbers[rows].tolist()) if row in stood}
    if len(unread) == len(rows):
        cell = stood.get(first.tolist()[0], cells[0])
        refuse_cells(name, rows, cell, "which is not a number; correct it or drop the row", row_numbers)
    has = [
        f"has {quoted(stood[row])}"
        if row in stood
        else "is empty"
        if row_numbers is not None and is_nothing(cell)
        else f"has {quoted(cell)}"
        for row, cell in zip(first.tolist(), cells[:NAMED].tolist(), strict=True)
    ]
    named = named_rows(rows, has, row_numbers)
    message = (
        f"{name} must be {'numbers, ' * bool(unread)}finite and at least 0: {named}; correct them or drop the rows"
    )
    raise InvalidValueError(message, argument=name.partition(":")[0], rows=first)

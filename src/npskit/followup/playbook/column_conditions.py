"""Conditions on columns that a playbook knows nothing of: `region = "South"`, `stays = [3, 10]`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from npskit.arrays import Bools
from npskit.checks import finite_number
from npskit.data import Attributes, Column, as_column, fold, objects, read_amounts, read_words
from npskit.errors import InvalidTypeError, InvalidValueError, quoted

Wanted = tuple[str, ...] | tuple[float, float]
"""The texts one of which a cell must be, without regard to case; or the lowest and the highest number."""


def as_columns(value: Any) -> Attributes:
    """Return conditions on columns, checked: texts, or the ends of a range of numbers.

    Example:
        >>> dict(as_columns({"region": "South", "stays": [3, 10], "vip": True, "floor": 2}))
        {'floor': (2.0, 2.0), 'region': ('South',), 'stays': (3.0, 10.0), 'vip': ('True',)}
    """
    if not isinstance(value, Mapping):
        raise InvalidTypeError(
            f"columns must map names of columns to values, {{'region': 'South'}}: got {quoted(value)}"
        )
    return Attributes({_name(name): _wanted(str(name), wanted) for name, wanted in value.items()})


def _name(name: Any) -> str:
    if not isinstance(name, str) or not name.strip():
        raise InvalidTypeError(f"columns must name columns by texts: got {quoted(name)}")
    return name


def _wanted(name: str, wanted: Any) -> Wanted:
    values = list(wanted) if isinstance(wanted, Sequence) and not isinstance(wanted, str) else [wanted]
    if not values:
        raise InvalidValueError(f"{name} is an empty list, which nothing fulfills; name one, or drop it")
    if all(isinstance(each, str | bool) for each in values):
        return tuple(str(each) for each in values)
    if len(values) > 2 or any(isinstance(each, str | bool) for each in values):
        raise InvalidTypeError(
            f"{name} must be a text, a list of texts, a number, or the lowest and the highest one: got {quoted(wanted)}"
        )
    low, high = (finite_number(end, name) for end in (values[0], values[-1]))
    if not low <= high:
        raise InvalidValueError(
            f"{name} must be the lowest and the highest number, such as [3, 10]: got {quoted(wanted)}"
        )
    return low, high


def holds(wanted: Wanted, cells: Any, name: str) -> Bools:
    """Return of which cells of a column a condition holds; of a missing one it does not.

    Example:
        >>> holds(("South",), ["south ", "North", None], "region").tolist()
        [True, False, False]
        >>> holds((3.0, 10.0), [3, 11, None], "stays").tolist()
        [True, False, False]
    """
    found = as_column(cells)
    column = Column(objects(cells)) if found is None else found
    if isinstance(wanted[0], float):
        numbers = read_amounts(column, name)
        return np.asarray((numbers >= wanted[0]) & (numbers <= wanted[1]))
    texts = {fold(str(each)) for each in wanted}
    kind = np.asarray(column.values).dtype.kind
    if kind == "b" or {"true", "false"} & texts:
        return np.array([fold(str(cell)) in texts for cell in column.filled().tolist()], dtype=np.bool_)
    return np.asarray(read_words(column, name).holds(lambda text: fold(text) in texts), dtype=np.bool_)


def covers(one: Mapping[str, Wanted], other: Mapping[str, Wanted]) -> bool:
    """Whether whatever fulfills the other conditions fulfills these as well."""
    return all(name in other and _within(other[name], wanted) for name, wanted in one.items())


def _within(inner: Any, outer: Any) -> bool:
    if isinstance(inner[0], float) != isinstance(outer[0], float):
        return False
    if isinstance(inner[0], float):
        return bool(outer[0] <= inner[0] and inner[1] <= outer[1])
    return set(map(fold, inner)) <= set(map(fold, outer))


def words_of(columns: Mapping[str, Wanted]) -> list[str]:
    """Return conditions in words.

    Example:
        >>> words_of(as_columns({"region": ["South", "East"], "stays": [3, 10], "floor": 2}))
        ['floor 2', 'region South or East', 'stays 3 to 10']
    """
    said = []
    for name, wanted in columns.items():
        if isinstance(wanted[0], float):
            low, high = (f"{end:g}" for end in wanted)
            said.append(f"{name} {low}" if low == high else f"{name} {low} to {high}")
        else:
            said.append(f"{name} {' or '.join(map(str, wanted))}")
    return said

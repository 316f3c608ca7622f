"""The values in a result, as JSON and tables hold them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from npskit.arrays import fields_of
from npskit.errors import quoted, written
from npskit.results.interval import Interval

# Lists in lists that nobody means, and numbers that Python itself does not write, are said as a message quotes them.
_DEEPEST, _LARGEST = 60, 10**4000


def plain(value: Any) -> Any:
    """Return a value as text or JSON can hold it: text, a number, a boolean or None; dates in ISO 8601.

    Example:
        >>> plain(np.int64(3)), plain(np.datetime64("2026-01-31")), plain(dt.datetime(2026, 1, 31, 9, 30))
        (3, '2026-01-31', '2026-01-31T09:30:00')
    """
    if isinstance(value, np.generic) and value.dtype.kind in "biufU":
        value = value.item()
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if -_LARGEST < value < _LARGEST else quoted(value)
    return value.isoformat() if isinstance(value, dt.date | dt.time) else written(value)


def json_safe(value: Any, depth: int = 0) -> Any:
    """Return a value of any depth as JSON has it: null where there is no number, the keys of mappings as text.

    A record is a mapping of its fields; in a list of records the limits of an interval stand flat, as in a table.

    Example:
        >>> json_safe({"value": float("nan"), ("North", 2026): np.array([1.5, np.inf])})
        {'value': None, 'North / 2026': [1.5, None]}
        >>> json_safe(Interval(1.0, float("inf"), level=0.9, method="score"))
        {'low': 1.0, 'high': None, 'level': 0.9, 'method': 'score'}
    """
    if depth > _DEEPEST:
        return quoted(value)
    if isinstance(value, np.ndarray):
        return [json_safe(part, depth + 1) for part in value] if value.ndim else json_safe(value.item(), depth + 1)
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, Mapping):
        return {_name(key): json_safe(part, depth + 1) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [json_safe(flat(part) if _is_row(part) else part, depth + 1) for part in value]
    if hasattr(value, "_record"):
        return json_safe(value._record(), depth + 1)
    if attrs.has(type(value)):
        return json_safe(fields_of(value), depth + 1)
    found = plain(value)
    return None if isinstance(found, float) and not math.isfinite(found) else found


def _name(key: Any) -> str:
    return " / ".join(map(_name, key)) if isinstance(key, tuple) else str(plain(key))


def _is_row(value: Any) -> bool:
    """Whether a value is a record that is a row of a table."""
    return attrs.has(type(value)) and not isinstance(value, Interval) and not hasattr(value, "_record")


def flat(record: Any) -> dict[str, Any]:
    """Return the fields of a record as the cells of a row: `interval` as `low` and `high`.

    Example:
        >>> @attrs.frozen
        ... class Term:
        ...     name: str
        ...     interval: Interval
        >>> flat(Term("a", Interval(1.0, 2.0, level=0.95, method="score")))
        {'name': 'a', 'low': 1.0, 'high': 2.0}
    """
    kinds = {field.name: str(field.type) for field in attrs.fields(type(record))}
    row: dict[str, Any] = {}
    for name, value in fields_of(record).items():
        if isinstance(value, Interval) or kinds[name].startswith("Interval"):
            start = name.removesuffix("interval")
            row |= {f"{start}low": None if value is None else value.low}
            row |= {f"{start}high": None if value is None else value.high}
        else:
            row[name] = flat(value) if _is_row(value) else value
    return row

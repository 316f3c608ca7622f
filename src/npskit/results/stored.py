"""A result that was kept as JSON, read again: every part of it is checked, because files come from anywhere."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.errors import InvalidTypeError, InvalidValueError, with_article

MOST = 2**62


def read_json(text: str | bytes, schema: str, version: int = 1) -> dict[str, Any]:
    """Return what a text holds, seen to be a result of this schema and of a version that is known.

    Raises:
        InvalidTypeError: If `text` is no text.
        InvalidValueError: If it is no JSON, or holds something else.
    """
    if not isinstance(text, str | bytes):
        raise InvalidTypeError(f"text must be JSON text, as to_json returns it: got {type(text).__name__}")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidValueError(f"text must be JSON, as to_json returns it: {error}") from None
    if not isinstance(found, dict) or found.get("schema") != schema:
        raise InvalidValueError(f"text holds no {schema}: its schema must be {schema!r}")
    if type(found.get("version")) is not int or found["version"] != version:
        raise InvalidValueError(
            f"text holds {with_article(schema)} of version {found.get('version')!r}, and this npskit reads version "
            f"{version}: read it with the npskit that wrote it, or a newer one"
        )
    return found


def damaged(name: str) -> InvalidValueError:
    """Return the error of a part that is not as it is written."""
    return InvalidValueError(f"text is damaged: its part {name!r} is not as to_json writes it")


def checked(value: Any, name: str, good: bool) -> Any:
    """Return a value, or say which part of the text is damaged."""
    if not good:
        raise damaged(name)
    return value


def get(record: dict[str, Any], name: str, *kinds: type) -> Any:
    """Return a part of the text that must be of one of the types; a boolean is not a number."""
    value = record.get(name)
    boolean = isinstance(value, bool) and bool not in kinds
    return checked(value, name, name in record and isinstance(value, kinds) and not boolean)


def get_each(record: dict[str, Any], name: str, read: Callable[[Any], Any]) -> list[Any]:
    """Return the entries of a part, each read."""
    return [read(entry) for entry in get(record, name, list)]


def get_size(record: dict[str, Any], name: str) -> int:
    """Return how many entries a part of the text has."""
    return len(get(record, name, list))


def get_time(record: dict[str, Any], name: str) -> dt.datetime | None:
    """Return a part of the text that is a time or null."""
    text = get(record, name, str, type(None))
    try:
        return None if text is None else dt.datetime.fromisoformat(text)
    except ValueError:
        raise damaged(name) from None


def get_array(record: dict[str, Any], name: str, dtype: type, width: int) -> NDArray[Any]:
    """Return a part that is an array of numbers of at least 0, in rows of so many."""
    try:
        found = np.array(get(record, name, list), dtype=object)
        found = (
            found if found.size or not width else found.reshape(*found.shape, width)
        )  # no rows do not say how wide they are
        numbers: NDArray[Any] = found.astype(dtype)
        good = found.ndim > 0 and found.shape[-1] == width and {type(x) for x in found.flat} <= {int, dtype}
    except (TypeError, ValueError, OverflowError):
        raise damaged(name) from None
    good = good and bool(np.isfinite(numbers).all() and (numbers >= 0).all() and (numbers <= MOST).all())
    return np.asarray(checked(numbers, name, good))


def as_list(value: Any, name: str, size: int) -> list[Any]:
    """Return a list of so many entries."""
    found: list[Any] = checked(value, name, isinstance(value, list) and len(value) == size)
    return found


def as_whole(value: Any, name: str, *, least: int = 0, most: int = MOST) -> int:
    """Return a whole number within limits."""
    return int(checked(value, name, type(value) is int and least <= value <= most))


def as_counts(value: Any, name: str, width: int) -> list[int]:
    """Return so many whole numbers of at least 0."""
    return [as_whole(count, name) for count in as_list(value, name, width)]

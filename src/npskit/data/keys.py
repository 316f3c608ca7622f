"""Group keys as codes: 0, 1, 2, ... in the order of the keys."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.arrays import is_masked
from npskit.checks import is_missing
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, counted, is_refusal, quoted

# Rows of several columns that are read at once: larger blocks spill out of a core's second cache.
ROWS = 1 << 16
# Whole numbers that span no more than this, or than twice the rows, are looked up in a table; others are sorted.
_SPAN = 1 << 16


def slices(size: int, block: int) -> Iterator[slice]:
    """Yield the slices that cover `range(size)`, each of `block` elements but the last."""
    for start in range(0, size, block):
        yield slice(start, min(start + block, size))


def flat(array: NDArray[Any], name: str) -> NDArray[Any]:
    """Return a one-dimensional array; refuse any other shape, saying what to do."""
    if array.ndim == 0:
        raise InvalidTypeError(
            f"{name} must be a sequence, not the single value {quoted(array.item())}: wrap it in a list"
        )
    if array.ndim > 1:
        raise InvalidValueError(
            f"{name} must be one-dimensional, not of shape {array.shape}: pass one column, or .ravel() it"
        )
    return array


def _as_keys(keys: Any) -> Any:
    """Return group keys as an array of one dimension, a list or a tuple."""
    try:
        found = np.asarray(keys) if hasattr(keys, "__array__") else None
        if found is None:
            return keys if isinstance(keys, (list, tuple)) else list(keys)
    except BaseException as error:
        if not is_refusal(error) or isinstance(error, MemoryError):
            raise
        name = type(keys).__name__
        raise InvalidTypeError(f"group keys must be a sequence with a key for each row, not {name}") from None
    return flat(found, "group keys")


class _FirstSeen(dict[Any, int]):
    """Numbers keys in the order they are asked for."""

    def __missing__(self, key: Any) -> int:
        number = self[key] = len(self)
        return number


def number(keys: Sequence[Any] | NDArray[Any]) -> tuple[NDArray[np.intp], list[Any]]:
    """Number keys of any hashable type in the order in which they are first seen; return also the distinct ones.

    Raises:
        InvalidTypeError: If one is not hashable.
    """
    try:
        first = keys[:ROWS].tolist() if isinstance(keys, np.ndarray) else keys[:ROWS]
        if 2 * len(set(first)) > len(first):
            return _mostly_distinct(keys.tolist() if isinstance(keys, np.ndarray) else keys)
        seen = _FirstSeen()
        codes = np.empty(len(keys), np.intp)
        for at in slices(len(keys), ROWS):
            block = keys[at].tolist() if isinstance(keys, np.ndarray) else keys[at]
            codes[at] = np.fromiter(map(seen.__getitem__, block), np.intp, len(block))
    except Exception:  # whatever a class of the user's own does
        raise InvalidTypeError("group keys must be hashable, such as text, numbers or dates") from None
    return codes, list(seen)


def _mostly_distinct(keys: Sequence[Any]) -> tuple[NDArray[np.intp], list[Any]]:
    """Number keys of which most occur once."""
    seen = list(dict.fromkeys(keys))
    if len(seen) == len(keys):
        return np.arange(len(seen), dtype=np.intp), seen
    places = dict(zip(seen, range(len(seen)), strict=True))
    return np.fromiter(map(places.__getitem__, keys), np.intp, len(keys)), seen


def _by_hash(keys: Sequence[Any] | NDArray[Any]) -> tuple[NDArray[np.intp], list[Any]]:
    """Number keys of any hashable type, and put them in order."""
    codes, seen = number(keys)
    known = [k for k in seen if not is_missing(k)]
    with contextlib.suppress(TypeError):  # then they stay in the order in which they were seen
        known = sorted(known)
    place = {k: i for i, k in enumerate(known)}
    to = np.array([place.get(k, len(known)) for k in seen], np.intp)
    _renumber(codes, to)
    return codes, known if len(known) == len(seen) else [*known, None]


def _renumber(codes: NDArray[np.intp], to: NDArray[np.intp]) -> None:
    """Replace each code by `to[code]`, in place."""
    if not np.array_equal(to, np.arange(to.size)):
        for at in slices(codes.size, ROWS):
            codes[at] = to[codes[at]]


def dense_codes(values: NDArray[Any], low: int, span: int) -> tuple[NDArray[np.intp], NDArray[Any]]:
    """Return codes of integers in order, and the distinct ones; they lie in `low` to `low + span`."""
    if span > max(_SPAN, 2 * values.size):
        found, codes = np.unique(values, return_inverse=True)
        return codes.astype(np.intp, copy=False), found
    kind = values.dtype.type
    present = np.zeros(span + 1, np.bool_)
    codes = np.empty(values.size, np.intp)
    for at in slices(values.size, ROWS):
        # Unsigned, so that what wraps around in the subtraction comes out right.
        offset = values[at].view(f"u{values.itemsize}") - np.array(low, kind).view(f"u{values.itemsize}")
        np.copyto(codes[at], offset, casting="unsafe")
        present[codes[at]] = True
    _renumber(codes, np.cumsum(present) - 1)
    offsets = np.flatnonzero(present).astype(f"u{values.itemsize}")
    return codes, (offsets + np.array(low, kind).view(f"u{values.itemsize}")).view(values.dtype)


def _beside(
    missing: NDArray[np.bool_], codes: NDArray[np.intp], known: list[Any]
) -> tuple[NDArray[np.intp], list[Any]]:
    """Put a last group, None, beside the codes of the keys that are not missing."""
    known = known if None in known[-1:] else [*known, None]
    all_codes = np.full(missing.size, len(known) - 1, np.intp)
    all_codes[~missing] = codes
    return all_codes, known


def _by_order(keys: NDArray[Any]) -> tuple[NDArray[np.intp], list[Any]]:
    """Number integers, floats, booleans, dates and durations."""
    kind = keys.dtype.kind
    keys = keys.astype(keys.dtype.newbyteorder("="), copy=False)
    missing = np.isnan(keys) if kind == "f" else np.isnat(keys) if kind in "mM" else None
    if missing is not None and missing.any():
        return _beside(missing, *_by_order(keys[~missing]))
    if not keys.size:
        return np.empty(0, np.intp), []
    if kind == "f":
        distinct, inverse = np.unique(keys, return_inverse=True)
        return inverse.astype(np.intp, copy=False), distinct.tolist()
    whole = keys.view({"b": np.uint8, "m": np.int64, "M": np.int64}.get(kind, keys.dtype))
    low = int(whole.min())
    codes, distinct = dense_codes(whole, low, int(whole.max()) - low)
    # A date is kept as numpy's: as Python's it would lose its nanoseconds.
    distinct = distinct.view(keys.dtype)
    return codes, list(distinct) if kind in "mM" else distinct.tolist()


def factorize(keys: Any) -> tuple[NDArray[np.intp], list[Any]]:
    """Return the code of each group key, and the keys in the order of their codes.

    Codes follow the sorted keys; keys that cannot be compared with each other (text beside numbers) keep the order in
    which they are first seen. Missing keys (None, NaN, NaT, pandas' NA, masked) share one group, `None`, which is last.
    Keys that Python calls equal are one: 1 and 1.0 and True.

    Args:
        keys: A sequence, or an array of integers, floats, booleans, text, dates or objects; shape `(n,)`.

    Returns:
        Codes, intp, shape `(n,)`, and a list of the distinct keys: as Python's objects, dates as `numpy.datetime64`
        where they came in an array of those.

    Raises:
        InvalidTypeError: If the keys are no sequence, or one of them is not hashable.
        InvalidValueError: If they are not one-dimensional.

    Example:
        >>> codes, keys = factorize(["north", "south", None, "north"])
        >>> codes.tolist(), keys
        ([0, 1, 2, 0], ['north', 'south', None])
    """
    if is_masked(keys):
        masked = np.ma.getmaskarray(flat(keys, "group keys"))
        return _beside(masked, *factorize(keys.compressed())) if masked.any() else factorize(keys.data)
    if isinstance(keys, (str, bytes, Mapping, Set)):
        raise InvalidTypeError(f"group keys must be a sequence with a key for each row, not {type(keys).__name__}")
    keys = _as_keys(keys)
    if isinstance(keys, np.ndarray):
        if keys.dtype.kind in "biufmM":
            return _by_order(keys)
        return _by_hash(keys)
    if set(map(type, keys)) == {int}:
        with contextlib.suppress(OverflowError):
            return _by_order(np.array(keys, np.int64))
    return _by_hash(keys)


def factorize_many(columns: Sequence[Any]) -> tuple[NDArray[np.intp], list[tuple[Any, ...]]]:
    """Return the code of each combination of keys that occurs, and the combinations, ordered column by column.

    Args:
        columns: Columns of keys as `factorize` takes them, each of shape `(n,)`.

    Returns:
        Codes, intp, shape `(n,)`, and the combinations as tuples.

    Raises:
        InvalidValueError: If there is no column.
        IncompatibleError: If the columns differ in length.

    Example:
        >>> codes, keys = factorize_many([["north", "south", "north"], [2, 1, 1]])
        >>> codes.tolist(), keys
        ([1, 2, 0], [('north', 1), ('north', 2), ('south', 1)])
    """
    return combined([factorize(column) for column in columns])


def combined(
    columns: Sequence[tuple[NDArray[np.intp], list[Any]]],
) -> tuple[NDArray[np.intp], list[tuple[Any, ...]]]:
    """Return what `factorize_many` returns of columns that are codes and keys already; the codes of the first are lost.

    Raises:
        InvalidValueError: If there is no column.
        IncompatibleError: If the columns differ in length.
    """
    if not columns:
        raise InvalidValueError("at least one column of group keys is needed")
    codes, keys = columns[0]
    places = [np.arange(len(keys))]  # of each column the key in each combination
    for i, (more, keys) in enumerate(columns[1:], 1):
        if more.size != codes.size:
            raise IncompatibleError(
                f"column {i} of the group keys has {counted(more.size, 'row')}, column 0 has {codes.size}"
            )
        np.multiply(codes, len(keys), out=codes)
        np.add(codes, more, out=codes)
        codes, distinct = dense_codes(codes, 0, max(len(places[0]) * len(keys) - 1, 0))
        before, last = np.divmod(distinct, len(keys))
        places = [*(each[before] for each in places), last]
    parts = (map(keys.__getitem__, each.tolist()) for (_, keys), each in zip(columns, places, strict=True))
    return codes, list(zip(*parts, strict=True))

"""The types of arrays, each spelled once, and records that hold arrays: frozen all the way down, equal by value."""

from __future__ import annotations

import functools
import math
import os
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeGuard, TypeVar, cast

import attrs
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
# Positions, and the numbers that stand for groups.
Codes = NDArray[np.intp]
Bools = NDArray[np.bool_]
Times = NDArray[np.datetime64]

T = TypeVar("T")


def is_masked(value: Any) -> TypeGuard[np.ma.MaskedArray[Any, Any]]:
    """Whether a value is a masked array; asking numpy for their class would import all of them."""
    return "numpy.ma" in sys.modules and isinstance(value, np.ma.MaskedArray)


# The fields of a record that say where it came from, which is no part of what it says.
_ASIDE = ("backend",)
# The types that have no hash, as annotations name them; records that hold one of them join.
_UNHASHABLE = {"Floats", "Integers", "Codes", "Bools", "Times", "NDArray", "dict", "list"}
# Those that have to be frozen, or may be of such.
_LOOSE = {*_UNHASHABLE, "Mapping", "Sequence", "tuple", "Any", "T"}


class FrozenDict(dict[Any, Any]):
    """A dict that cannot be changed; `dict(it)` can."""

    __slots__ = ()

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("this mapping is part of a result and cannot be changed: change dict(it), a copy")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return held, (dict(self),)


def cores() -> int:
    """Return the number of cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def distinct(values: Codes) -> Codes:
    """Return the distinct numbers of an array in their order: where most are, sorting is faster than a table of hashes.

    Example:
        >>> distinct(np.array([3, 1, 3])).tolist()
        [1, 3]
    """
    found = np.sort(values)
    return np.asarray(found[np.append(True, found[1:] != found[:-1])[: len(found)]])


def held(value: Any) -> Any:
    """Return a value as a record holds it: a read-only view of an array, a dict that cannot be changed.

    A view, because the array itself may be the caller's, who may go on writing to it.

    Example:
        >>> held(np.zeros(2)).flags.writeable
        False
    """
    if type(value) is np.ndarray:
        if value.flags.writeable:
            value = value.view()
            value.flags.writeable = False
    elif type(value) is dict:
        value = FrozenDict({key: held(part) for key, part in value.items()})
    elif isinstance(value, tuple) and value and type(value[0]) is np.ndarray:
        value = getattr(type(value), "_make", tuple)(map(held, value))
    return value


class once(functools.cached_property[T]):  # noqa: N801 (it is written as a decorator)
    """A property that is computed once, and then held as a record holds what it was made of."""

    def __init__(self, func: Callable[[Any], T]) -> None:
        @functools.wraps(func)
        def compute(record: Any) -> T:
            found: T = held(func(record))
            return found

        super().__init__(compute)


class _Pattern:
    """A regular expression that is compiled when one of its methods is first used."""

    def __init__(self, *given: Any) -> None:
        self._given = given

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        found = getattr(re.compile(*self._given), name)  # which keeps what it has compiled
        setattr(self, name, found)
        return found


def lazy_pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """Return a regular expression that costs nothing until it is used, since most surveys need few of them.

    Example:
        >>> lazy_pattern("[0-9]+").fullmatch("10").group()
        '10'
    """
    return cast("re.Pattern[str]", _Pattern(text, flags))


class Frozen:
    """Base of attrs records that hold arrays: make them with `@attrs.frozen(eq=False)`.

    Their arrays are read-only, also those of copies, of what was pickled, and of properties computed `once`. They are
    equal if they say the same, NaN included. They have a hash if no field is of a type without one; the class says so
    (`isinstance(record, collections.abc.Hashable)`).
    """

    __slots__ = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        types = [said for kind in cls.__mro__ for said in vars(kind).get("__annotations__", {}).values()]
        words = {word for said in types for word in re.findall(r"\w+", str(said))}
        if words & _UNHASHABLE and "__hash__" not in vars(cls):
            cls.__hash__ = None  # type: ignore[assignment]
        if cls.__hash__ is None:
            _UNHASHABLE.add(cls.__name__)

    def __attrs_post_init__(self) -> None:
        for name in _loose(type(self)):  # type: ignore[arg-type]
            value = getattr(self, name, None)
            if (part := held(value)) is not value:
                object.__setattr__(self, name, part)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return self is other or same(list(fields_of(self).values()), list(fields_of(other).values()))

    def __hash__(self) -> int:
        return hash(hashed(self))

    def __reduce__(self) -> str | tuple[Any, ...]:
        # without what is computed when asked for
        return _rebuilt, (type(self), _state(self))


@functools.cache
def _loose(kind: type) -> tuple[str, ...]:
    """Return the names of the fields of a class that have to be frozen, or may have to be."""
    found = (f.name for f in attrs.fields(kind) if _LOOSE.intersection(re.findall(r"\w+", str(f.type))))
    return tuple(name for name in found if not name.startswith("_"))


def _state(record: Any) -> dict[str, Any]:
    """Return all fields of a record that have a value."""
    names = (field.name for field in attrs.fields(type(record)))
    return {name: getattr(record, name) for name in names if hasattr(record, name)}


def _rebuilt(kind: type, state: Mapping[str, Any]) -> Any:
    """Return a record of its fields."""
    record: Any = object.__new__(kind)
    for name, value in state.items():
        object.__setattr__(record, name, value if name.startswith("_") else held(value))
    return record


def fields_of(record: Any) -> dict[str, Any]:
    """Return the fields of a record by name, without where it came from."""
    return {field.name: getattr(record, field.name) for field in attrs.fields(type(record)) if field.name not in _ASIDE}


def same(a: Any, b: Any) -> bool:
    """Return whether two values say the same: NaN equals NaN, and records are equal field by field, at any depth.

    Example:
        >>> same((float("nan"), np.array([1, 2])), (float("nan"), np.array([1, 2])))
        True
    """
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        if not (isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.shape == b.shape):
            return False
        if a.dtype.kind == "O" or b.dtype.kind == "O":
            return all(map(same, a.flat, b.flat))
        return np.array_equal(a, b, equal_nan=a.dtype.kind in "fcmM" and a.dtype.kind == b.dtype.kind)
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(same(part, b[key]) for key, part in a.items())
    if isinstance(a, tuple | list) and isinstance(b, tuple | list):
        return len(a) == len(b) and all(map(same, a, b))
    try:
        equal = a is b or bool(a == b)
        nothing = not equal and bool(a != a) and bool(b != b)
    except (TypeError, ValueError):  # of records that hold arrays
        equal = nothing = False
    if equal or type(a) is not type(b):
        return equal
    return same(list(fields_of(a).values()), list(fields_of(b).values())) if attrs.has(type(a)) else nothing


def hashed(value: Any) -> Any:
    """Return what a value is hashed by, the same for values that are the same."""
    if attrs.has(type(value)):
        return type(value), *map(hashed, fields_of(value).values())
    if isinstance(value, tuple):
        return tuple(map(hashed, value))
    if isinstance(value, Mapping):
        return frozenset((key, hashed(part)) for key, part in value.items())
    return None if isinstance(value, float) and math.isnan(value) else value


# What `can_be_squared` asks of several numbers, to end a refusal with.
SQUARABLE = "in a unit in which the largest is between 1e-60 and 1e60, and no two next to each other but equal"


def can_be_squared(values: NDArray[np.float64]) -> bool:
    """Whether numbers are of a size whose squares and cubes are numbers too, with all their digits.

    Example:
        >>> can_be_squared(np.array([-100.0, 100.0])), can_be_squared(np.array([-1e200, 1e200]))
        (True, False)
    """
    largest = float(np.abs(values).max(initial=0.0))
    if largest == 0 or not 1e-60 <= largest <= 1e60:
        return largest == 0
    steps = np.diff(np.sort(values, axis=None))  # np.unique would import masked arrays
    return float(steps[steps > 0].min(initial=largest)) >= 1e-130

"""What the JSON of a result holds, as a JSON Schema: read from what its class says, never written by hand.

A class says what is kept of it by the types of its fields; where it keeps something else, by `_SAYS`, which is written
like the parameters of a function: `"score: str, value, *fields"`. A name without a type has that of the property, the
method or the option of that name; `*fields` are all fields, `*total` what is kept of that one; a default means that the
name may be missing, and `Never` that it always is.
"""

from __future__ import annotations

import ast
import builtins
import collections.abc as abc
import datetime as dt
import inspect
import re
import sys
import types
import typing
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Literal, Never

import attrs
import numpy as np

from npskit.arrays import Frozen
from npskit.results.interval import Interval
from npskit.results.result import schema_of

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_NUMBER: dict[str, Any] = {"type": ["number", "null"]}  # null where there is none: NaN, or without a limit
_PLAIN: list[tuple[Any, dict[str, Any]]] = [
    (type(None), {"type": "null"}),
    (bool | np.bool_, {"type": "boolean"}),
    (int | np.integer, {"type": "integer"}),
    (float | np.floating, _NUMBER),
    (np.datetime64, {"type": ["string", "null"]}),
    (str | dt.date | dt.time | dt.timedelta, {"type": "string"}),
]
_ANYTHING = (Any, object, abc.Hashable, np.generic)


def json_schema(kind: Any) -> dict[str, Any]:
    """Return the schema of what `to_dict` of a class returns, in the words of JSON Schema 2020-12.

    What it requires is there in every version of that number; names may be added to it.

    Example:
        >>> json_schema(Interval)["required"]
        ['schema', 'version', 'low', 'high', 'level', 'method']
    """
    name, version, defs = schema_of(kind), getattr(kind, "_VERSION", 1), dict[str, Any]()
    known = {"schema": {"const": name}, "version": {"const": version}}
    found = _record(kind, defs, known | _alone(kind, defs))
    about = {"$schema": _DRAFT, "$id": f"urn:npskit:{name}:{version}", "title": kind.__name__}
    return about | found | ({"$defs": dict(sorted(defs.items()))} if defs else {})


def _alone(kind: Any, defs: dict[str, Any]) -> dict[str, Any]:
    """Return what a result says besides where it is no part of another: what became of its rows, which stands flat."""
    found: dict[str, Any] = {}
    if hasattr(kind, "_row_record") and hasattr(kind, "row_counts"):
        found |= _names(_type_of(kind, "row_counts"))
    found |= _spoken(kind, getattr(kind, "_ALSO", ""))
    return {name: _type(of, defs) for name, (of, _) in found.items()}


def _record(kind: Any, defs: dict[str, Any], known: Mapping[str, Any] = types.MappingProxyType({})) -> dict[str, Any]:
    """Return the schema of what is kept of a class, each name at its place; `known` is what stands there besides."""
    names, said = _names(kind), _said(kind)
    properties = dict(known) | {name: _type(of, defs) for name, (of, _) in names.items()}
    needed = [*known, *(name for name, (_, always) in names.items() if always and name not in known)]
    for name, text in said.items():
        if name in properties and "const" not in properties[name]:
            properties[name] = properties[name] | {"description": text}
    return _described(kind) | {"type": "object", "required": needed, "properties": properties}


def _row(kind: Any, defs: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a record that is the row of a table: see `npskit.results.values.flat`."""
    properties: dict[str, Any] = {}
    for field in attrs.fields(kind):
        if str(field.type).startswith("Interval"):
            start = field.name.removesuffix("interval")
            properties |= {f"{start}low": _NUMBER, f"{start}high": _NUMBER}
        elif field.name != "backend":
            properties[field.name] = _type(_type_of(kind, field.name), defs, in_row=True)
    return _described(kind) | {"type": "object", "required": list(properties), "properties": properties}


def _names(kind: Any) -> dict[str, tuple[Any, bool]]:
    """Return what is kept of a class by name: its type, and whether it is always there."""
    fields = {f.name: (_type_of(kind, f.name), True) for f in attrs.fields(kind)} if attrs.has(kind) else {}
    aside = ("backend", "row_counts") if hasattr(kind, "_row_record") else ("backend",)
    fields = {name: found for name, found in fields.items() if name not in aside}
    says: str | None = getattr(kind, "_SAYS", None)
    return fields if says is None else _spoken(kind, says, fields)


def _spoken(kind: Any, says: str, fields: Mapping[str, Any] = types.MappingProxyType({})) -> dict[str, Any]:
    """Return the names that a class says, each with its type and whether it is always there."""
    parsed = ast.parse(f"def f({says}): ...").body[0]
    assert isinstance(parsed, ast.FunctionDef)
    given, names = parsed.args, dict[str, Any]()
    if given.vararg:
        flat = given.vararg.arg
        names |= fields if flat == "fields" else _names(_type_of(kind, flat))
    may_lack = {each.arg for each in given.args[len(given.args) - len(given.defaults) :]}
    may_lack |= {each.arg for each, default in zip(given.kwonlyargs, given.kw_defaults, strict=True) if default}
    for each in [*given.args, *given.kwonlyargs]:
        kept = _evaluated(ast.unparse(each.annotation), kind) if each.annotation else _type_of(kind, each.arg)
        names.pop(each.arg, None)
        if kept is not Never:
            names[each.arg] = (kept, each.arg not in may_lack)
    return names


def _type_of(kind: Any, name: str) -> Any:
    """Return the type of a field, a property, what a method returns, or an option of what is kept."""
    for base in kind.__mro__:
        if name in vars(base).get("__annotations__", {}):
            return _evaluated(base.__annotations__[name], base)
        found = vars(base).get(name)
        function = found.func if isinstance(found, cached_property) else getattr(found, "fget", None) or found
        if inspect.isfunction(function):
            return _evaluated(function.__annotations__["return"], inspect.unwrap(function))
    options = kind._record
    return _evaluated(options.__annotations__[name], options)


class _Namespace(dict[str, Any]):
    """The names of a module, and those of its classes that it imports for their types only."""

    def __missing__(self, name: str) -> Any:
        found = [kind for kind in _below(Frozen) if kind.__name__ == name]  # of all records no two have one name
        return found[0] if found else vars(builtins).get(name) or getattr(typing, name)


def _below(kind: type[Any]) -> Iterator[type]:
    for derived in kind.__subclasses__():
        yield derived
        yield from _below(derived)


def _evaluated(said: Any, where: Any) -> Any:
    """Return the type that an annotation means in the module of a class or a function."""
    return eval(said, {}, _Namespace(vars(sys.modules[where.__module__]))) if isinstance(said, str) else said


def _type(kind: Any, defs: dict[str, Any], *, in_row: bool = False) -> dict[str, Any]:
    """Return the schema of a value of a type; see `npskit.results.values.json_safe`.

    Args:
        kind: The type.
        defs: Where the schemas of records are kept.
        in_row: Whether it stands in a list, where a record is the row of a table.
    """
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if hasattr(origin, "__value__"):  # an alias, as NDArray is to newer versions of numpy
        return _type(origin.__value__[inner], defs, in_row=in_row)
    if origin is Literal:
        return {"enum": list(inner)}
    if origin in (typing.Union, types.UnionType):
        return _any_of([_type(part, defs, in_row=in_row) for part in inner])
    if kind in _ANYTHING or isinstance(kind, typing.TypeVar) or getattr(kind, "_is_protocol", False):
        return {}
    return _of_class(origin or kind, inner, defs, in_row)


def _of_class(kind: Any, inner: tuple[Any, ...], defs: dict[str, Any], in_row: bool) -> dict[str, Any]:
    """Return the schema of a value of a class, `inner` being what it holds."""
    if issubclass(kind, np.ndarray):
        return _array(typing.get_args(inner[-1])[0] if inner else Any, defs)
    if kind is Interval or ((attrs.has(kind) or hasattr(kind, "_record")) and not hasattr(kind, "_asdict")):
        flat = in_row and kind is not Interval and not hasattr(kind, "_record")
        name = f"{kind.__name__}{'_row' * flat}"
        if name not in defs:
            defs[name] = {}  # so that it may hold itself
            defs[name] = _row(kind, defs) if flat else _record(kind, defs)
        return {"$ref": f"#/$defs/{name}"}
    if typing.is_typeddict(kind):
        return _open_row(kind, defs)
    if hasattr(kind, "_asdict"):
        parts = {name: _type(_type_of(kind, name), defs) for name in kind._fields}
        return {"type": "object", "required": list(parts), "properties": parts}
    if issubclass(kind, abc.Mapping):
        held = _type(inner[1], defs) if inner else {}
        return {"type": "object"} | ({"additionalProperties": held} if held else {})
    for known, found in _PLAIN:
        if issubclass(kind, known):
            return found
    if issubclass(kind, abc.Collection):
        if len(inner) > 1 and inner[-1] is not Ellipsis:
            return {"type": "array", "prefixItems": [_type(part, defs, in_row=True) for part in inner], "items": False}
        items = _type(inner[0], defs, in_row=True) if inner else {}
        return {"type": "array"} | ({"items": items} if items else {})
    return {"type": "string"}


def _open_row(kind: Any, defs: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of the row of a table with names of the data beside its own, as a `TypedDict` says."""
    parts = {name: _type(of, defs, in_row=True) for name, of in typing.get_type_hints(kind).items()}
    said = "A row of the table; beside these it has what the data call their own, such as segments and categories."
    needed = [name for name in parts if name in kind.__required_keys__]
    defs[kind.__name__] = {"description": said, "type": "object", "required": needed, "properties": parts}
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _array(cell: Any, defs: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an array of any number of dimensions."""
    name = f"array_of_{getattr(cell, '__name__', 'anything').lower()}"
    held = _type(cell, defs)
    defs[name] = {"type": "array", "items": {"anyOf": [held, {"$ref": f"#/$defs/{name}"}]} if held else {}}
    return {"$ref": f"#/$defs/{name}"}


def _any_of(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the schema of a value that is of one of several types."""
    if {} in parts:
        return {}
    if all(set(part) == {"type"} for part in parts):
        names = [name for part in parts for name in ([part["type"]] if isinstance(part["type"], str) else part["type"])]
        return {"type": list(dict.fromkeys(names))}
    return {"anyOf": parts}


def _described(kind: Any) -> dict[str, Any]:
    said = (inspect.getdoc(kind) or "").partition("\n\n")[0]
    return {"description": " ".join(said.split())} if said else {}


def _said(kind: Any) -> dict[str, str]:
    """Return what the docstring of a class says of its fields, and those of its properties of them, by name."""
    text = (inspect.getdoc(kind) or "").partition("\nArgs:\n")[2]
    entries = re.findall(r"^    (\w+): (.*(?:\n {8,}.*)*)", re.split(r"\n\w", text)[0], re.MULTILINE)
    said = {name: " ".join(words.split()) for name, words in entries}
    for name in dir(kind):
        value = inspect.getattr_static(kind, name, None)
        if isinstance(value, property | cached_property) and name not in said and value.__doc__:
            said[name] = " ".join(value.__doc__.partition("\n\n")[0].split())
    return said

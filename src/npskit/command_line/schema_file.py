"""`python -m npskit schema`: what the JSON of each result holds."""

from __future__ import annotations

import argparse
import importlib
import json
from collections.abc import Iterator
from typing import Any

from npskit.checks import one_of
from npskit.results import Mergeable, Result, json_schema, schema_of

# Where public results stand, and sums that are counted on many machines and are no results.
_FOUND: tuple[tuple[tuple[str, ...], type], ...] = (
    (("npskit", "npskit.tracking.effect", "npskit.tracking.timeline"), Result),
    (
        tuple(f"npskit.{of}" for of in ("results", "inference", "drivers", "followup.cases", "comments.themes")),
        Mergeable,
    ),
)


def schemas() -> dict[str, type]:
    """Return every public result, and every sum that travels as JSON, by the name its JSON has."""
    kinds = {kind for doors, base in _FOUND for door in doors for kind in _classes(door, base)}
    return {schema_of(kind): kind for kind in sorted(kinds - {Result, Mergeable}, key=schema_of)}


def _classes(door: str, base: type) -> Iterator[type]:
    room = importlib.import_module(door)
    kinds = (getattr(room, name) for name in room.__all__)
    return (kind for kind in kinds if isinstance(kind, type) and issubclass(kind, base))


def add_schema(commands: Any) -> None:
    """Add the command to those of a parser."""
    schema = commands.add_parser(
        "schema",
        help="say what the JSON of a result holds, as a JSON Schema",
        description="Print the JSON Schema (2020-12) of what a result's to_json() writes; without NAME list them.",
    )
    schema.set_defaults(run=_run)
    schema.add_argument("name", metavar="NAME", nargs="?", help="the result, as its JSON names it: score")


def _run(options: argparse.Namespace) -> None:
    found = schemas()
    if options.name is None:
        for name, kind in found.items():
            print(f"{name:<24}{(kind.__doc__ or '').strip().partition(chr(10))[0]}")
        return
    kind = found[one_of(options.name, list(found), "NAME")]
    print(json.dumps(json_schema(kind), indent=2, ensure_ascii=False))

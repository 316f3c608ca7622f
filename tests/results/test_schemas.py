"""The JSON of every result and of every sum that travels is what its published schema says, and nothing else is."""

from __future__ import annotations

import copy
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import npskit
from npskit.__main__ import main
from npskit.command_line import schemas
from npskit.results import Interval, Mergeable, Result, json_schema, schema_of


def _module(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RESULTS: dict[str, Result] = _module("catalogue").catalogue()
SUMS = {kind.__name__: made(3, slice(None)) for kind, made in _module("test_mergeable").MADE.items()}
FOUND: dict[str, Any] = RESULTS | {f"{name}, a sum": found for name, found in SUMS.items()}
KINDS = schemas()
# Of these no type but that of anything takes all.
WRONG: list[Any] = ["such", 0.5, {"no": {}}, [{}, {}, {}]]


def errors(found: Any, schema: Any) -> list[str]:
    """Return what a schema says is wrong, with where."""
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(found)]


@pytest.mark.parametrize("name", FOUND)
def test_json_is_what_its_schema_says(name: str) -> None:
    """All that is said is valid, and stands in the schema; all that the schema requires is said."""
    found = json.loads(FOUND[name].to_json())
    schema = json_schema(KINDS[found["schema"]])
    assert errors(found, schema) == []
    assert set(schema["required"]) <= set(found) <= set(schema["properties"])


@pytest.mark.parametrize("name", FOUND)
def test_what_is_wrong_is_refused(name: str) -> None:
    """Without any name that is required, with a part of another type, of another version, or as another result."""
    found = json.loads(FOUND[name].to_json())
    schema = json_schema(KINDS[found["schema"]])
    valid = Draft202012Validator(schema).is_valid
    for missing in schema["required"]:
        assert not valid({key: value for key, value in found.items() if key != missing}), missing
    for key, part in schema["properties"].items():
        if part.keys() - {"description"}:
            one = Draft202012Validator({**part, "$defs": schema.get("$defs", {})})
            assert not all(map(one.is_valid, WRONG)), key
    assert not valid({**found, "version": found["version"] + 1})
    assert not valid({**found, "schema": "another"})


def test_depths_are_checked() -> None:
    """What is wrong deep inside is found as well: in a row of a table, in an interval, in a mapping."""
    found = json.loads(npskit.nps([10, 9, 3]).to_json())
    damages: list[tuple[tuple[str, ...], Any]] = [
        (("interval", "low"), "low"),
        (("counts", "promoter"), 0.5),
        (("conventions", "repeats"), "sometimes"),
        (("tally", "by_answer"), 1),
    ]
    for path, bad in damages:
        wrong = part = copy.deepcopy(found)
        for name in path[:-1]:
            part = part[name]
        part[path[-1]] = bad
        assert [error.partition(":")[0] for error in errors(wrong, json_schema(npskit.Score))] == [
            f"$.{'.'.join(path)}"
        ]


# What only goes back into the object that wrote it, which checks each part itself.
STATE = {"theme_tracker": {"themes", "urgent", "alarms"}, "tracker": {"groups", "rows", "periods", "alarms"}}


@pytest.mark.parametrize("name", KINDS)
def test_rows_of_tables_are_described(name: str) -> None:
    """No list is of objects of which nothing is said: the rows of each table have names and types."""
    for key, part in json_schema(KINDS[name])["properties"].items():
        assert part.get("items") != {"type": "object"} or key in STATE.get(name, ()), key


@pytest.mark.parametrize(
    ("name", "path", "bad"),
    [
        ("ScoreTable", ("segments", 0, "low"), "low"),
        ("ScoreTable", ("segments", 0, "n"), 0.5),
        ("ScoreTable, hidden", ("segments", 0, "hidden"), None),
        ("Timeline", ("periods", 0, "start"), 3),
        ("TimelineComparison", ("periods", 0, "against"), 3),
        ("ControlChart", ("periods", 0, "signal"), None),
        ("ClosedLoop, by", ("groups", 0, "cases"), "3"),
        ("FollowUp", ("actions", 0, "minutes"), "5"),
        ("FollowUpPlan", ("follow_ups", 0, "actions"), "listen"),
    ],
)
def test_rows_are_checked(name: str, path: tuple[Any, ...], bad: Any) -> None:
    """A cell of another type is refused, and so is a row that lacks one; columns of the data may stand beside."""
    found = json.loads(RESULTS[name].to_json())
    schema = json_schema(type(RESULTS[name]))
    row = found[path[0]][path[1]]
    row["of the data"] = [1]
    assert errors(found, schema) == []
    kept, row[path[2]] = row[path[2]], bad
    assert [error.partition(":")[0] for error in errors(found, schema)] == [f"$.{path[0]}[{path[1]}].{path[2]}"]
    row[path[2]] = kept
    assert errors(found, schema) == []
    del row["of the data"]


@pytest.mark.parametrize("name", KINDS)
def test_schemas_are_schemas(name: str) -> None:
    """Each is one of draft 2020-12, known by name and version, and says in words what it is of."""
    schema = json_schema(KINDS[name])
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert schema["$id"] == f"urn:npskit:{name}:{schema['properties']['version']['const']}"
    assert schema["description"]
    assert json.loads(json.dumps(schema)) == schema


def test_every_public_result_has_one() -> None:
    """Every public result and every sum that travels is listed, by the name that its JSON has."""
    public = {kind for name in npskit.__all__ if isinstance(kind := getattr(npskit, name), type)}
    wanted = {kind for kind in public if issubclass(kind, Result | Mergeable)} | {
        type(found) for found in SUMS.values()
    }
    assert wanted <= set(KINDS.values())
    assert all(schema_of(kind) == name for name, kind in KINDS.items())


def test_of_no_result() -> None:
    """Any record has a schema by its fields, an interval too."""
    assert json_schema(Interval)["properties"]["low"]["type"] == ["number", "null"]


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    """`npskit schema NAME` prints the schema, without a name a line for each; a name that is not there is refused."""
    assert main(["schema", "score"]) == 0
    assert json.loads(capsys.readouterr().out) == json_schema(npskit.Score)
    assert main(["schema"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(KINDS)
    assert main(["schema", "skore"]) == 2
    assert "NAME must be one of" in capsys.readouterr().err

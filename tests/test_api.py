"""The public names: what is there, that it resolves, and that it is documented."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import pytest

import npskit
from npskit.errors import NpskitError

PUBLIC = Path(__file__).with_name("public_names.txt").read_text(encoding="utf-8").split()
CLASSES = [name for name in PUBLIC if inspect.isclass(getattr(npskit, name))]
FUNCTIONS = [name for name in PUBLIC if inspect.isfunction(getattr(npskit, name))]
METHODS = [
    (name, attribute)
    for name in CLASSES
    for attribute, value in vars(getattr(npskit, name)).items()
    if not attribute.startswith("_") and (inspect.isfunction(value) or isinstance(value, (classmethod, property)))
]


def documented(doc: str, parameters: list[str]) -> list[str]:
    """Return the parameters that have no entry of their own under Args."""
    lines = {line.strip().partition(":")[0] for line in doc.partition("Args:")[2].splitlines() if ":" in line}
    return [name for name in parameters if name not in lines]


def parameters_of(function: Any) -> list[str]:
    """Return the names a caller gives, without self."""
    return [name for name in inspect.signature(function).parameters if name not in ("self", "cls")]


def test_snapshot() -> None:
    """A public name appears or goes only on purpose."""
    assert npskit.__all__ == PUBLIC
    assert dir(npskit) == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_resolves(name: str) -> None:
    """Every public name resolves, twice to the same object, and knows its own name."""
    value = getattr(npskit, name)
    assert value is getattr(npskit, name)
    if inspect.isclass(value) or inspect.isfunction(value):
        assert value.__name__ == name
    else:
        assert isinstance(value, (ModuleType, str))


def test_unknown() -> None:
    """A name that is not there is an AttributeError, also for hasattr and import."""
    with pytest.raises(AttributeError, match="no attribute 'npss'"):
        _ = npskit.npss  # type: ignore[attr-defined]
    assert not hasattr(npskit, "nope")
    with pytest.raises(ImportError, match="nope"):
        exec("from npskit import nope")


def test_star() -> None:
    """`from npskit import *` gives the public names."""
    names: dict[str, Any] = {}
    exec("from npskit import *", names)
    assert set(PUBLIC) <= set(names)


def test_type_checkers_see_the_same() -> None:
    """The stub, which type checkers read and names are looked up in, names each public name once and nothing else."""
    tree = ast.parse(Path(npskit.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    told = [
        (alias.name, alias.asname) for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
    ]
    assert all(name == alias for name, alias in told)
    assert sorted([*(name for name, _ in told), "__version__"]) == PUBLIC


@pytest.mark.parametrize("name", [name for name in PUBLIC if name != "__version__"])
def test_docstring(name: str) -> None:
    """Every public object begins its docstring with a sentence."""
    first = (inspect.getdoc(getattr(npskit, name)) or "").partition("\n")[0]
    assert first.endswith((".", "?", ":", "!"))
    assert first[0].isupper() or first[0].isdigit()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_are_documented(name: str) -> None:
    """A public function documents its parameters, what it raises, and shows an example."""
    function = getattr(npskit, name)
    doc = inspect.getdoc(function) or ""
    assert documented(doc, parameters_of(function)) == []
    assert ">>> " in doc
    assert "Raises:" in doc or name == "available"


@pytest.mark.parametrize("name", CLASSES)
def test_classes_are_documented(name: str) -> None:
    """A public record documents its fields; a class made otherwise documents its constructor."""
    kind = getattr(npskit, name)
    if attrs.has(kind):
        fields = [field.alias for field in attrs.fields(kind) if field.init]
        assert documented(inspect.getdoc(kind) or "", fields) == [] or name == "Interval"
    elif "__init__" in vars(kind) and not issubclass(kind, NpskitError):
        doc = f"{inspect.getdoc(kind)}\n{inspect.getdoc(kind.__init__)}"
        assert (
            name in ("Scorer", "Strategy", "Writer", "Classifier")
            or documented(doc, parameters_of(kind.__init__)) == []
        )


@pytest.mark.parametrize(("name", "method"), METHODS)
def test_methods_are_documented(name: str, method: str) -> None:
    """A public method or property has a docstring that begins with a sentence."""
    first = (inspect.getdoc(getattr(getattr(npskit, name), method)) or "").partition("\n")[0]
    assert first.endswith((".", "?", ":"))


def test_errors() -> None:
    """Every error of the package is an NpskitError and the closest builtin, and every warning an NpskitWarning."""
    builtins = {
        "ColumnNotFoundError": KeyError,
        "IncompatibleError": ValueError,
        "InvalidTypeError": TypeError,
        "InvalidValueError": ValueError,
        "MissingDependencyError": ImportError,
        "UnreadableFileError": ValueError,
    }
    assert issubclass(npskit.NpskitWarning, UserWarning)
    for name in ("GuessWarning", "DataWarning", "PrecisionWarning"):
        assert issubclass(getattr(npskit, name), npskit.NpskitWarning)
    for name, builtin in builtins.items():
        assert issubclass(getattr(npskit, name), NpskitError)
        assert issubclass(getattr(npskit, name), builtin)

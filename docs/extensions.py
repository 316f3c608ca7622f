"""What griffe, which reads the docstrings for the reference pages, needs to know about npskit's code."""

from __future__ import annotations

import importlib
import inspect
import re
from typing import Any

import attrs
import griffe

KINDS = {
    inspect.Parameter.POSITIONAL_OR_KEYWORD: griffe.ParameterKind.positional_or_keyword,
    inspect.Parameter.KEYWORD_ONLY: griffe.ParameterKind.keyword_only,
}


class ExampleSections(griffe.Extension):
    """Read "Example:" as the section that griffe knows as "Examples:", so that prompts are shown as code."""

    def on_object(self, *, obj: griffe.Object, **kwargs: Any) -> None:
        """Rename the section in one docstring."""
        if obj.docstring is not None:
            obj.docstring.value = re.sub(r"^( *)Example:$", r"\1Examples:", obj.docstring.value, flags=re.MULTILINE)


class AttrsSignatures(griffe.Extension):
    """Give classes of attrs the signature that attrs makes; griffe reads the source, where there is none."""

    def on_package(self, *, pkg: griffe.Module, **kwargs: Any) -> None:
        """Visit every class of the package."""
        self._visit(pkg)

    def _visit(self, scope: griffe.Module | griffe.Class) -> None:
        for member in list(scope.members.values()):
            if isinstance(member, griffe.Module):
                self._visit(member)
            elif isinstance(member, griffe.Class) and "__init__" not in member.members:
                made = getattr(importlib.import_module(member.module.path), member.name)
                if attrs.has(made):
                    member.set_member("__init__", _init(member, made))


def _init(member: griffe.Class, made: type) -> griffe.Function:
    """Return the `__init__` of a class, with the annotations of its fields."""
    parameters = [griffe.Parameter("self", kind=griffe.ParameterKind.positional_or_keyword)]
    types = {field.alias: field.type for field in attrs.fields(made)}
    for parameter in inspect.signature(made).parameters.values():
        field = member.members.get(parameter.name) or member.members.get(f"_{parameter.name}")
        # what a base class declares is not among the members, and is shown as it is written there
        annotation = field.annotation if isinstance(field, griffe.Attribute) else str(types[parameter.name])
        default = _shown(parameter.default)
        parameters.append(
            griffe.Parameter(parameter.name, annotation=annotation, kind=KINDS[parameter.kind], default=default)
        )
    return griffe.Function("__init__", parameters=griffe.Parameters(*parameters), returns="None", parent=member)


def _shown(default: Any) -> str | None:
    """Return a default as it is printed in a signature; None where there is none."""
    if default is inspect.Parameter.empty:
        return None
    return "..." if default is attrs.NOTHING else repr(default)

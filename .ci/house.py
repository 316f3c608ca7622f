"""The rules of the house beside those of import-linter: `python .ci/house.py` lists what breaks one, and exits with 1.

- A room has a door: other rooms import from `npskit.ROOM`, never from a module inside it.
- A door never names something like a module of its room: the import of that module would take its place.
- No file name twice, and no class name twice.
- A file has at most 350 lines; a function that is not public takes at most eight parameters.
- The words that an option takes stand in `npskit.options`: no function spells out a `Literal` of texts of its own.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
SRC = ROOT / "src"
MOST_LINES, MOST_PARAMETERS = 350, 8

Function = ast.FunctionDef | ast.AsyncFunctionDef


def dotted(path: Path) -> str:
    """Return the dotted name of a module or a package."""
    parts = path.relative_to(SRC).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {dotted(path): path for path in sorted(SRC.rglob("*.py"))}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}
ROOMS = {name for name, path in MODULES.items() if path.name == "__init__.py"}


def room_of(module: str) -> str:
    """Return the room a module stands in."""
    return module if module in ROOMS else module.rpartition(".")[0]


def door_rules() -> Iterator[str]:
    """Yield what goes past a door."""
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("npskit"):
                continue
            target = node.module or ""
            if target not in ROOMS and room_of(target) not in ("npskit", room_of(module)):
                yield f"{MODULES[module]}:{node.lineno}: import from {room_of(target)}, not from {target}"
    for place in re.findall(r"^from (\S+) import", (SRC / "npskit" / "__init__.pyi").read_text(encoding="utf-8"), re.M):
        if place not in ROOMS and room_of(place) != "npskit":
            yield f"src/npskit/__init__.pyi: import from {room_of(place)}, not from {place}"
    for room in ROOMS:
        stub = MODULES[room].with_suffix(".pyi")
        names = re.findall(r"^from (\S+) import \w+ as (\w+)$", stub.read_text(), re.M) if stub.exists() else []
        for place, name in names:
            if f"{room}.{name}" in MODULES and place != room:
                yield f"{stub}: {name} is also a module of {room}: rename one of them"


def name_rules() -> Iterator[str]:
    """Yield the names that stand twice."""
    files, classes = defaultdict(list), defaultdict(list)
    for module, path in MODULES.items():
        files[path.name].append(path)
        for node in ast.walk(TREES[module]):
            if isinstance(node, ast.ClassDef):
                classes[node.name].append(f"{path}:{node.lineno}")
    for kind, names in (("file", files), ("class", classes)):
        for name, places in names.items():
            if len(places) > 1 and name not in ("__init__.py", "__main__.py"):
                yield f"the {kind} name {name} stands twice: {', '.join(map(str, places))}"


def public_names() -> set[str]:
    """Return the names of the public API with bases of its classes, and of what the reference documents by place."""
    stub = (SRC / "npskit" / "__init__.pyi").read_text(encoding="utf-8")
    pages = "\n".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs" / "reference").glob("*.md"))
    members = ", ".join(re.findall(r"members: \[(.*)\]", pages)).split(", ")
    named = re.findall(r"^::: (\S+)", pages, re.M) + members
    public = {*re.findall(r" as (\w+)$", stub, re.M), *(name.rpartition(".")[2] for name in named)}
    classes = [node for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return public | {ast.unparse(base) for node in classes if node.name in public for base in node.bases}


def functions(tree: ast.AST, inside: str = "") -> Iterator[tuple[Function, str]]:
    """Yield each function with the name of the class it is in."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Function):
            yield node, inside
        yield from functions(node, node.name if isinstance(node, ast.ClassDef) else inside)


def size_rules() -> Iterator[str]:
    """Yield the files and parameter lists that are too long."""
    public = public_names()
    for module, path in MODULES.items():
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > MOST_LINES:
            yield f"{path}: {lines} lines, at most {MOST_LINES}"
        for node, inside in functions(TREES[module]):
            given = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
            count = len([name for name in given if name not in ("self", "cls")])
            exposed = {node.name, inside} & public and (not node.name.startswith("_") or node.name == "__init__")
            if count > MOST_PARAMETERS and not exposed:
                yield f"{path}:{node.lineno}: {node.name} takes {count} parameters, at most {MOST_PARAMETERS}"


def option_rules() -> Iterator[str]:
    """Yield the parameters whose words are not those of `npskit.options`, nor of an alias made of them."""
    for module, tree in TREES.items():
        for node, _ in functions(tree):
            for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                if module != "npskit.options" and "Literal[" in ast.unparse(arg.annotation or ast.Constant(0)):
                    yield f"{MODULES[module]}:{arg.lineno}: the words of {arg.arg} belong in npskit.options"


def main() -> int:
    """Print what breaks a rule, and return how a process ends."""
    broken = [*door_rules(), *name_rules(), *size_rules(), *option_rules()]
    for line in broken:
        print(line.replace(f"{ROOT}/", ""))
    print(f"{len(MODULES)} modules in {len(ROOMS)} rooms: {len(broken)} rules broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())

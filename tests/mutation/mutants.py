"""Where a fault can be planted, and which: each mutant changes one place of one module in one way."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

SRC = Path(__file__).parents[2] / "src"
ROOMS = {
    "inference": "npskit/inference",
    "counting": "npskit/counting",
    "sample": "npskit/sample",
    "reading": "npskit/reading",
    "plan": "npskit/followup/plan",
    "times": "npskit/times",
}

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
# What only a person reads, and what decides nothing: no faults are planted there.
UNREAD_FUNCTIONS = {"__repr__", "__str__", "_repr_html_"}
UNREAD_KEYWORDS = {"stacklevel", "repr", "frozen", "slots", "kw_only", "eq", "order"}
SYMMETRIC = {"max", "min", "maximum", "minimum", "add", "multiply", "isinstance", "gcd", "array_equal", "logaddexp"}
UNREAD_FIELDS = {"annotation", "returns", "decorator_list", "type_params", "bases", "pattern"}


@attrs.frozen
class Mutant:
    """One fault: the `number`-th of its module."""

    path: str  # below src/
    number: int
    line: int
    end_line: int
    where: str  # the function or class
    function: tuple[str, int] | None  # name and first line of the outermost function; None at import time
    operator: str
    change: str  # "before -> after", of the statement

    @property
    def room(self) -> str:
        """The room it stands in."""
        return next(room for room, folder in ROOMS.items() if self.path.startswith(folder + "/"))

    @property
    def module(self) -> str:
        """The dotted name of its module."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def name(self) -> str:
        """What stays the same when lines are added above."""
        return f"{self.path}: {self.where}: {self.change}"


@attrs.frozen
class _Site:
    """One place: the attribute, or the item, of a node that gets another value."""

    node: ast.AST
    owner: Any
    key: Any
    new: Any
    operator: str
    scope: tuple[str, ...]
    function: tuple[str, int] | None
    statement: ast.AST

    def swap(self) -> Any:
        """Put in the new value and return the old one."""
        return _put(self.owner, self.key, self.new)


def _put(owner: Any, key: Any, value: Any) -> Any:
    if isinstance(owner, list):
        old, owner[key] = owner[key], value
    else:
        old = getattr(owner, key)
        setattr(owner, key, value)
    return old


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _unread(node: ast.AST) -> bool:
    """Whether a node is a message, a type, or a door's list of names."""
    match node:
        case ast.Raise() | ast.JoinedStr() | ast.Import() | ast.ImportFrom():
            return True
        case ast.Call():
            return _called(node).endswith(("Error", "Warning")) or _called(node) in ("warn", "field", "cast", "TypeVar")
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.FunctionDef(name=name):
            return name in UNREAD_FUNCTIONS
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.keyword(arg=arg):
            return arg in UNREAD_KEYWORDS
    return False


def _negated(test: ast.expr) -> ast.expr:
    return test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else _not(test)


def _not(test: ast.expr) -> ast.expr:
    return ast.copy_location(ast.UnaryOp(op=ast.copy_location(ast.Not(), test), operand=test), test)


def _changes(node: ast.AST) -> Iterator[tuple[Any, Any, Any, str]]:
    """Yield what can be changed in a node itself: whose attribute or item, which, its new value, and the operator."""
    match node:
        case ast.Compare():
            for i, op in enumerate(node.ops):
                yield node.ops, i, COMPARISONS[type(op)](), "comparison"
        case ast.BinOp() | ast.AugAssign():
            sides = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.value,)
            text = any(isinstance(s, ast.JoinedStr) or isinstance(getattr(s, "value", None), str) for s in sides)
            if not text:
                yield node, "op", ARITHMETIC[type(node.op)](), "arithmetic"
        case ast.BoolOp():
            yield node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And(), "and/or"
        case ast.If() | ast.IfExp():
            yield node, "test", _negated(node.test), "branches swapped"
        case ast.Return(value=ast.Tuple(elts=[first, second, *rest])):
            yield node.value, "elts", [second, first, *rest], "neighbour"
        case ast.Call(args=[first, second, *rest]):
            starred = any(isinstance(each, ast.Starred) for each in (first, second))
            if not starred and _called(node) not in SYMMETRIC:
                yield node, "args", [second, first, *rest], "neighbour"


def _replacements(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Yield what may stand in a node's place."""
    match node:
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value), "constant"
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value + 1), "constant"
            yield ast.Constant(value - 1), "constant"
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand, "not dropped" if isinstance(node.op, ast.Not) else "sign"
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Continue() | ast.Break() | ast.Raise():
            yield ast.Pass(), "statement removed"
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass(), "statement removed"


def _sites(
    node: ast.AST, owner: Any, key: Any, scope: tuple[str, ...], function: tuple[str, int] | None, statement: ast.AST
) -> Iterator[_Site]:
    """Yield every place below a node."""
    if isinstance(node, ast.stmt):
        statement = node
    if not _unread(node) or isinstance(node, ast.Raise):
        for new, operator in _replacements(node):
            yield _Site(node, owner, key, ast.copy_location(new, node), operator, scope, function, statement)
    if _unread(node):
        return
    for whose, which, value, operator in _changes(node):
        yield _Site(node, whose, which, value, operator, scope, function, statement)
    for field, value in ast.iter_fields(node):
        if field in UNREAD_FIELDS or (isinstance(node, ast.ClassDef) and field == "keywords"):
            continue
        inner, inside = scope, function
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and field in ("body", "args"):
            inner = (*scope, node.name)
            if isinstance(node, ast.FunctionDef) and field == "body" and function is None:
                first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
                inside = (".".join(inner), first)
        if isinstance(value, list):
            for i, item in enumerate(value):
                if isinstance(item, ast.AST):
                    yield from _sites(item, value, i, inner, inside, statement)
        elif isinstance(value, ast.AST):
            yield from _sites(value, node, field, inner, inside, statement)


def _head(statement: ast.AST) -> str:
    """Return the text of a statement; of one with a body, of what stands before it."""
    body = getattr(statement, "body", None)
    if not isinstance(body, list):
        return ast.unparse(statement)
    kept = {
        name: getattr(statement, name)
        for name in ("body", "orelse", "finalbody", "handlers", "cases")
        if hasattr(statement, name)
    }
    for name in kept:
        setattr(statement, name, [])
    try:
        return ast.unparse(statement)
    finally:
        for name, value in kept.items():
            setattr(statement, name, value)


def _alike(one: str, other: str) -> int:
    """Return how many letters two texts have in common at their beginning."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _difference(before: str, after: str, around: int = 36) -> str:
    """Return what differs of two texts, with a little before and after it."""
    start = _alike(before, after)
    end = _alike(before[start:][::-1], after[start:][::-1])
    left = max(0, start - around)
    return " ".join(
        f"{before[left : len(before) - end + around if end > around else None]}"
        f" -> {after[left : len(after) - end + around if end > around else None]}".split()
    )


def _tree(path: str) -> ast.Module:
    return ast.parse((SRC / path).read_text(encoding="utf-8"))


def _module_sites(tree: ast.Module) -> list[_Site]:
    return list(_sites(tree, None, None, (), None, tree))


def mutants_of(path: str) -> list[Mutant]:
    """Return every mutant of a module (a path below src/)."""
    found = []
    for number, site in enumerate(_module_sites(_tree(path))):
        lines = getattr(site.node, "lineno", 0), getattr(site.node, "end_lineno", 0)
        if isinstance(site.node, ast.If):
            lines = site.node.test.lineno, site.node.test.end_lineno
        whole = site.node is site.statement and site.operator == "statement removed"
        before = ast.unparse(site.node) if whole else _head(site.statement)
        old = site.swap()
        after = "pass" if whole else _head(site.statement)
        _put(site.owner, site.key, old)
        where = ".".join(site.scope) or "module"
        found.append(Mutant(path, number, *lines, where, site.function, site.operator, _difference(before, after)))
    return found


def every_mutant() -> list[Mutant]:
    """Return all mutants of the rooms, in the order of their files."""
    files = [path for folder in ROOMS.values() for path in sorted((SRC / folder).rglob("*.py"))]
    return [each for path in files for each in mutants_of(path.relative_to(SRC).as_posix())]


def mutated(mutant: Mutant) -> ast.Module:
    """Return the module with the fault in it; every line keeps its number."""
    tree = _tree(mutant.path)
    _module_sites(tree)[mutant.number].swap()
    return ast.fix_missing_locations(tree)

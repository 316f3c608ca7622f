"""The faults that are planted are those that are meant, and nothing is planted in what only a person reads."""

import ast
from pathlib import Path

import pytest

from tests.mutation import mutants
from tests.mutation.report import table

CODE = '''
def late(a: int, b: int = 3) -> bool:
    """Say 3 < 4."""
    if not b:
        raise ValueError(f"{b + 1}")
    return -a < f(b, a) and a * 2 > 0
'''
BEFORE = "return -a < f(b, a) and a * 2 > 0"
CHANGES = {
    "def late(a: int, b: int=3) -> bool: -> def late(a: int, b: int=4) -> bool:",
    "def late(a: int, b: int=3) -> bool: -> def late(a: int, b: int=2) -> bool:",
    "if not b: -> if b:",
    "raise ValueError(f'{b + 1}') -> pass",
    f"{BEFORE} -> return a < f(b, a) and a * 2 > 0",
    f"{BEFORE} -> return -a <= f(b, a) and a * 2 > 0",
    f"{BEFORE} -> return -a < f(a, b) and a * 2 > 0",
    f"{BEFORE} -> return -a < f(b, a) or a * 2 > 0",
    f"{BEFORE} -> return -a < f(b, a) and a / 2 > 0",
    f"{BEFORE} -> return -a < f(b, a) and a * 3 > 0",
    f"{BEFORE} -> return -a < f(b, a) and a * 1 > 0",
    f"{BEFORE} -> return -a < f(b, a) and a * 2 >= 0",
    f"{BEFORE} -> return -a < f(b, a) and a * 2 > 1",
    f"{BEFORE} -> return -a < f(b, a) and a * 2 > -1",
}


def test_what_is_planted_and_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = tmp_path / "npskit" / "times"
    room.mkdir(parents=True)
    (room / "clock.py").write_text(CODE, encoding="utf-8")
    monkeypatch.setattr(mutants, "SRC", tmp_path)
    found = mutants.mutants_of("npskit/times/clock.py")
    assert {each.change for each in found} == CHANGES
    assert {(each.room, each.where) for each in found} == {("times", "late")}
    assert {each.function for each in found} == {None, ("late", 2)}  # a default is evaluated at import
    for each in found:
        assert ast.unparse(mutants.mutated(each)) != ast.unparse(ast.parse(CODE))


def test_figures_leave_out_what_has_no_effect() -> None:
    drawn = [
        mutants.Mutant(f"npskit/{path}/a.py", 0, 1, 1, "f", None, "sign", "-1 -> 1") for path in ("times", "sample")
    ]
    results = {drawn[0].name: {"killed": True}, drawn[1].name: {"killed": False}}
    section = table(drawn, results, "command")
    assert "| `times` | 1 | 1 | 0 | 0 | 100.0 % |" in section
    assert "| all | 2 | 1 | 0 | 1 | 50.0 % |" in section

"""Lines of keys: found for any document, however it is written."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.data.toml_lines import Path, key_lines
from npskit.followup.playbook.playbook import Playbook

names = st.sampled_from(["a", "b-1", "c_d", '"q.x"', '"e#["', "'l\"t'", "10"])
scalars = st.sampled_from(
    [
        "1",
        "-2.5e3",
        "true",
        '"te#xt [a] = {"',
        '"es\\"c\\\\"',
        "'li#t\\'",
        '"""\nmany\n[x]\ny = 1\\"""\\" """',
        "'''\n# no\n'q' '''",
        "2026-03-02",
        "2026-03-02 10:00:00",
        '""',
        '"""a"""""',
    ]
)
blanks = st.sampled_from(["", " ", "\n", "\n # note = [1]\n", "\n\n\t"])


@st.composite
def values(draw: st.DrawFn, depth: int = 0) -> str:
    """Any value as text: a scalar, an array over several lines, an inline table."""
    kind = draw(st.integers(0, 3 if depth < 2 else 1))
    if kind < 2:
        return draw(scalars)
    if kind == 2:
        items = [draw(blanks) + draw(values(depth + 1)) + draw(blanks) for _ in range(draw(st.integers(0, 3)))]
        return f"[{','.join(items)}{draw(blanks)}]"
    keys = draw(st.lists(names, max_size=3, unique=True))
    return "{ " + ", ".join(f"{key} = {draw(values(depth + 2))}" for key in keys) + " }"


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[Path, int]]:
    """A document, and the lines on which its keys were put."""
    text, tables = "", 0
    lines: dict[Path, int] = {}
    table: Path = ()
    used: set[Path] = set()
    for step in range(draw(st.integers(1, 8))):
        text += draw(st.sampled_from(["", "# a = 1\n", "\n", "  "]))
        if draw(st.integers(0, 3)) == 0:
            table = ("table", tables)
            text += draw(st.sampled_from(["[[table]]", "[[ table ]] # note", "[['table']]"]))
            tables += 1
            lines[table] = text.count("\n") + 1
        else:
            key = draw(names)
            plain = next(iter(tomllib.loads(f"{key} = 0")))
            if (*table, plain) in used:
                text += "\n"
                continue
            used.add((*table, plain))
            lines[(*table, plain)] = text.count("\n") + 1
            text += f"{key} ={draw(st.sampled_from(['', ' ']))}{draw(values())}"
        text += draw(st.sampled_from(["", " # end"])) + ("\n" if step else "\r\n")
    return text, lines


def paths(value: Any, path: Path = ()) -> set[Path]:
    """Return the paths of everything in a document read by tomllib."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {path}.union(*(paths(item, (*path, key)) for key, item in items))


@given(documents())
@settings(max_examples=300)
def test_every_key_has_its_line(document: tuple[str, dict[Path, int]]) -> None:
    """Everything tomllib reads has a line, the right one for keys; nothing else has."""
    text, expected = document
    found = key_lines(text)
    assert set(found) | {()} | {("table",)} == paths(tomllib.loads(text)) | {("table",)}
    assert {path: found[path] for path in expected} == expected


def test_headers_below_repeated_tables() -> None:
    """`[rule.when]` belongs to the last `[[rule]]`, dotted keys to the tables they make."""
    text = "[[rule]]\na.b = 1\n[rule.when]\nx = 1\n[[rule]]\n[rule.when]\nx = [\n 1,\n\n 2]\n"
    text += "[[rule.sub]]\n[[rule.sub]]\ny.z = 3"
    found = key_lines(text)
    wanted: dict[Path, int] = {
        ("rule", 0, "a", "b"): 2,
        ("rule", 0, "when", "x"): 4,
        ("rule", 1, "when"): 6,
        ("rule", 1, "when", "x", 1): 10,
        ("rule", 1, "sub", 1): 12,
        ("rule", 1, "sub", 1, "y", "z"): 13,
    }
    assert {path: found[path] for path in wanted} == wanted


def test_the_default_playbook() -> None:
    """Every part of the default playbook has a line, on which its key stands."""
    text = Playbook.default_toml()
    found, written = key_lines(text), text.splitlines()
    assert paths(tomllib.loads(text)) - {()} <= set(found) | {("rule",), ("team",)}
    for path, line in found.items():
        if isinstance(path[-1], str):
            assert path[-1] in written[line - 1]


@pytest.mark.parametrize("text", ["", "\n", "# nothing", "a = 1"])
def test_short_documents(text: str) -> None:
    """A document may be empty, or end without a line end."""
    assert set(key_lines(text)) == paths(tomllib.loads(text)) - {()}

"""The documentation cannot rot: its code runs, its names exist, and what it lists is complete."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import npskit
from npskit.__main__ import main

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = {str(path.relative_to(DOCS)): path.read_text(encoding="utf-8") for path in sorted(DOCS.rglob("*.md"))}
FENCE = re.compile(r"^```(?P<head>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """One fenced block: its language, its options, and its text."""

    language: str
    options: dict[str, str]
    body: str


def blocks(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    for match in FENCE.finditer(text):
        language, _, options = match["head"].partition(" ")
        yield Block(language, dict(re.findall(r'(\w+)="([^"]*)"', options)), match["body"])


EXECUTED = [page for page, text in PAGES.items() if any("exec" in block.options for block in blocks(text))]


@pytest.mark.parametrize("page", EXECUTED)
def test_the_code_of_a_page_runs(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From top to bottom every executed block of a page runs, and where a result is promised something is printed."""
    monkeypatch.chdir(tmp_path)
    sessions: dict[str, dict[str, Any]] = {}
    for block in blocks(PAGES[page]):
        if "exec" not in block.options:
            continue
        names: dict[str, Any] = {"__name__": "docs"}
        if "session" in block.options:
            names = sessions.setdefault(block.options["session"], names)
        with contextlib.redirect_stdout(io.StringIO()) as shown:
            exec(compile(block.body, page, "exec"), names)
        assert bool(shown.getvalue().strip()) == bool({"result", "html"} & set(block.options)), block.body


def test_sessions_belong_to_one_page() -> None:
    """No page runs on what another has left behind."""
    used = {(b.options["session"], page) for page in PAGES for b in blocks(PAGES[page]) if "session" in b.options}
    assert len({session for session, _ in used}) == len(used)


def test_the_code_that_is_only_shown_is_python() -> None:
    """Blocks that are not run compile at least."""
    for page, text in PAGES.items():
        for block in blocks(text):
            if block.language == "python" and "exec" not in block.options:
                compile(block.body, page, "exec")


def test_the_commands_that_are_shown_can_be_given() -> None:
    """Every option of a shown command exists: what is wrong is only that the file is not there."""
    lines = [
        line for text in PAGES.values() for b in blocks(text) if b.language == "sh" for line in b.body.splitlines()
    ]
    commands = [shlex.split(line, comments=True) for line in lines]
    scored = [words[3:] for words in commands if words[:4] == ["python", "-m", "npskit", "score"]]
    assert scored
    with contextlib.redirect_stderr(io.StringIO()) as said:
        assert all(main(words) == 2 for words in scored)
    assert said.getvalue().count("export.csv") == len(scored)


def test_the_navigation_names_every_page() -> None:
    """Every page is in the navigation, and every entry of the navigation is a page."""
    listed = re.findall(r": (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(PAGES)


def test_the_reference_has_every_public_name() -> None:
    """Whatever `npskit.__all__` offers is described in the reference; a public module by its members."""
    documented = {m for text in PAGES.values() for m in re.findall(r"^::: (\S+)$", text, re.MULTILINE)}
    modules = {"datasets": "npskit.datasets.", "testing": "npskit.testing.", "growth": "npskit.scorers.growth."}
    for name in set(npskit.__all__) - {"__version__"}:
        path = modules.get(name, f"npskit.{name}")
        assert any(d == path or (path.endswith(".") and d.startswith(path)) for d in documented), name


def test_the_members_that_the_reference_picks_exist() -> None:
    """A renamed function does not drop out of the reference unseen."""
    picked = re.findall(
        r"^::: npskit\.(\S+)\n    options:\n      members: \[(.*)\]$", PAGES["reference/inference.md"], re.M
    )
    assert picked
    for module, members in picked:
        for member in members.split(", "):
            assert resolves([*module.split("."), member]), member


def test_the_names_that_are_mentioned_exist() -> None:
    """Every `nk.name`, `survey.name` and dotted path below `npskit` in the docs and the README is there."""
    for text in [*PAGES.values(), (ROOT / "README.md").read_text(encoding="utf-8")]:
        for name in re.findall(r"\bnk\.(\w+)", text):
            assert name in npskit.__all__, name
        for name in re.findall(r"`survey\.(\w+)[`(]", text):
            assert hasattr(npskit.Survey, name), name
        for path in re.findall(r"\bnpskit((?:\.[A-Za-z_]\w*)+)", text):
            assert resolves(path[1:].split(".")), path


def resolves(parts: list[str]) -> bool:
    """Whether a dotted path below `npskit` leads to a module or to something in one."""
    found: Any = npskit
    for i, part in enumerate(parts, start=1):
        if not hasattr(found, part):
            try:
                found = importlib.import_module(".".join(["npskit", *parts[:i]]))
            except ModuleNotFoundError:
                return False
        else:
            found = getattr(found, part)
    return True


def drawing_script(name: str) -> Any:
    """Return a script of the docs as a module."""
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


def test_the_picture_of_the_rooms_is_up_to_date() -> None:
    """The rooms are drawn as the layers of the contract, in order: `python docs/draw_rooms.py` changes nothing."""
    drawn = drawing_script("draw_rooms").drawing()
    assert drawn == (DOCS / "explanation" / "rooms.svg").read_text(encoding="utf-8")


def test_the_tables_of_the_others_and_of_accuracy_are_up_to_date() -> None:
    """They are of what they are said to be of: `python docs/draw_tables.py` changes nothing."""
    tables = drawing_script("draw_tables")
    assert all(text == path.read_text(encoding="utf-8") for path, text in tables.pages().items())
    numbers = [
        path.stem for path in tables.REFERENCE.glob("*.json") if re.search(r"\d\.\d{6}", path.read_text("utf-8"))
    ]
    assert sorted(numbers) == sorted(tables.FIGURES)

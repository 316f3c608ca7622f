"""The README says what is true: every block is run, and what it prints is compared.

The convention: a `text` block holds exactly what the block before it prints; or, if its last line is `...`, how that
begins. A `csv` block is the file `export.csv`. A `sh` block is a command of `.ci/run`, or one of npskit's own, or both.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from npskit.__main__ import main

ROOT = Path(__file__).parent.parent
FENCE = re.compile(r"^```(?P<language>\w*)[^\n]*\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """One fenced block, and the text that is said to come out of it."""

    language: str
    body: str
    printed: str | None


def read_blocks(text: str) -> list[Block]:
    """Return the fenced blocks of a page, each `text` block with the one before it."""
    found: list[Block] = []
    for match in FENCE.finditer(text):
        language, body = match["language"], match["body"]
        if language == "text":
            found[-1] = found[-1]._replace(printed=body)
        else:
            found.append(Block(language, body, None))
    return found


README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = read_blocks(README)


def run_python(code: str, names: dict[str, Any]) -> str:
    """Return what a block prints, run with the names of the blocks before it."""
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        exec(compile(code, "README.md", "exec"), names)
    return shown.getvalue()


def run_shell(line: str) -> str:
    """Return what npskit's own commands in a line print; pip and pytest are left to `.ci/run`."""
    shown = io.StringIO()
    for command in line.split("&&"):
        words = shlex.split(command)
        if words[:3] == ["python", "-m", "npskit"]:
            with contextlib.redirect_stdout(shown):
                assert main(words[3:]) == 0
    return shown.getvalue()


def assert_prints(block: Block, printed: str) -> None:
    """Hold what was printed against what the page says."""
    if block.printed is not None and block.printed.endswith("\n...\n"):
        expected = block.printed.removesuffix("...\n")
        assert printed[: len(expected)] == expected
        assert len(printed) > len(expected)
    else:
        assert printed == (block.printed or "")


def test_every_block_prints_what_the_readme_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From top to bottom, in one session, the README is what happens."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "readme"}
    for block in BLOCKS:
        if block.language == "csv":
            Path("export.csv").write_text(block.body, encoding="utf-8")
        elif block.language == "python":
            assert_prints(block, run_python(block.body, names))
        else:
            assert block.language == "sh"
            for line in block.body.splitlines():
                assert_prints(block, run_shell(line))


def test_the_commands_are_those_that_ci_runs() -> None:
    """What a newcomer is told to type is what `.ci/run` types, but for the path of Python and pip's quietness."""
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    ci = re.sub(r'"\$work/\w+/bin/python"', "python", ci).replace("install --quiet", "install")
    installing = [line for b in BLOCKS if b.language == "sh" for line in b.body.splitlines() if "pip" in line]
    assert len(installing) == 2
    assert all(part.strip() in ci for line in installing for part in line.split("&&"))
    assert installing[1] in ci.splitlines()[-1]


def test_the_readme_is_plain_enough_for_a_package_index() -> None:
    """No HTML, and no link that needs the repository around it once the build has written links out in full."""
    prose = FENCE.sub("", README)
    assert not re.search(r"<[a-zA-Z/!]", prose)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    within = re.findall(r"\]\((?!https?://)(\S+?)\)", prose)
    assert {Path(path).suffix for path in within} == {".png", ".svg", ".md"}
    assert all((ROOT / path).is_file() for path in within)
    shown = prose
    for links in project["tool"]["hatch"]["metadata"]["hooks"]["custom"]["links"]:
        shown = re.sub(links["within"], links["in-full"], shown)
    assert not re.search(r"\]\((?!https://)", shown)
    source = project["project"]["urls"]["Source"]
    picture = source.replace("github.com", "raw.githubusercontent.com") + "/main"
    for path in within:
        assert f"]({source}/blob/main/{path})" in shown if path.endswith(".md") else f"]({picture}/{path})" in shown


def test_the_pictures_are_up_to_date() -> None:
    """What is drawn of results and of pyproject.toml is as it is: `python docs/draw_pictures.py` changes nothing."""
    spec = importlib.util.spec_from_file_location("draw_pictures", ROOT / "docs" / "draw_pictures.py")
    assert spec is not None
    assert spec.loader is not None
    drawn = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(drawn)
    for name, drawing in (("parts", drawn.parts()), ("proven", drawn.proven())):
        assert drawing == (ROOT / "docs" / "images" / f"{name}.svg").read_text(encoding="utf-8")


def test_the_trademark_notice_is_there() -> None:
    """Whoever owns the names that are used is named, and that npskit is not theirs."""
    notice = " ".join(README.partition("## License")[2].split())
    for name in (
        "Net Promoter System",
        "Bain & Company",
        "NICE Satmetrix",
        "Fred Reichheld",
        "Burke",
        "not affiliated",
    ):
        assert name in notice

"""What the docs' site ships beside its pages: pages as Markdown, llms.txt, and tutorials as notebooks that run."""

from __future__ import annotations

import contextlib
import html
import importlib.util
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = {path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8") for path in sorted(DOCS.rglob("*.md"))}
TUTORIALS = [page for page in PAGES if page.startswith("tutorial/")]

LINES = {"type": "array", "items": {"type": "string"}}
CELL = {
    "type": "object",
    "required": ["id", "cell_type", "metadata", "source"],
    "properties": {
        "id": {"type": "string", "pattern": "^[a-zA-Z0-9_-]{1,64}$"},
        "cell_type": {"enum": ["markdown", "code"]},
        "metadata": {"type": "object"},
        "source": LINES,
    },
    "if": {"properties": {"cell_type": {"const": "code"}}},
    "then": {
        "required": ["outputs", "execution_count"],
        "properties": {
            "execution_count": {"type": ["integer", "null"]},
            "outputs": {
                "type": "array",
                "maxItems": 1,
                "items": {
                    "required": ["output_type", "name", "text"],
                    "properties": {
                        "output_type": {"const": "stream"},
                        "name": {"const": "stdout"},
                        "text": LINES | {"minItems": 1},
                    },
                },
            },
        },
    },
    "else": {"not": {"anyOf": [{"required": ["outputs"]}, {"required": ["execution_count"]}]}},
}
# The part of the schema of nbformat 4.5 that is used here.
NOTEBOOK = {
    "type": "object",
    "required": ["metadata", "nbformat", "nbformat_minor", "cells"],
    "additionalProperties": False,
    "properties": {
        "metadata": {
            "type": "object",
            "required": ["kernelspec"],
            "properties": {"kernelspec": {"type": "object", "required": ["name", "display_name"]}},
        },
        "nbformat": {"const": 4},
        "nbformat_minor": {"const": 5},
        "cells": {"type": "array", "minItems": 2, "items": CELL},
    },
}


def hook() -> Any:
    """Return the script that mkdocs calls, as a module."""
    spec = importlib.util.spec_from_file_location("site_files", DOCS / "site_files.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SITE = hook()


def navigation() -> list[dict[str, Any]]:
    """Return the navigation of mkdocs.yml, as mkdocs reads it; there is no YAML among what the tests need."""
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2].partition("\nplugins:")[0]
    nav: list[dict[str, Any]] = []
    for indent, title, page in re.findall(r"^( +)- (.+?):(?: (\S+\.md))?$", text, re.MULTILINE):
        if len(indent) == 2:
            nav.append({title: page or []})
        else:
            next(iter(nav[-1].values())).append({title: page})
    return nav


@pytest.mark.parametrize("page", TUTORIALS)
def test_a_tutorial_is_a_notebook_that_runs(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is well-formed, holds all of the page in its order, and its cells run from top to bottom."""
    made = json.loads(SITE.notebook(PAGES[page]))
    assert not list(Draft202012Validator(NOTEBOOK).iter_errors(made))
    cells = made["cells"]
    assert len({cell["id"] for cell in cells}) == len(cells)
    lines = [line.rstrip() for cell in cells for line in cell["source"] if line.strip()]
    kept = [line for line in PAGES[page].splitlines() if line.strip() and not line.startswith("```")]
    assert [line for line in lines if not line.startswith("```")] == kept

    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "__main__"}
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert len(code) == PAGES[page].count(' exec="true"')
    printed = []
    for source in code:
        with contextlib.redirect_stdout(io.StringIO()) as said:
            exec(compile(source, page, "exec"), names)
        printed.append(said.getvalue().strip("\n"))

    # as the page shows it, so is it shipped with the notebook
    blocks = [part for source, said in zip(code, printed, strict=True) for part in (source.rstrip(), said)]
    shown = "".join(f"<pre><span></span><code>{html.escape(block)}\n</code></pre>" for block in blocks if block)
    ran = [cell for cell in json.loads(SITE.notebook(PAGES[page], shown))["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in ran] == list(range(1, len(code) + 1))
    texts = ["".join(output["text"]).strip("\n") for cell in ran for output in cell["outputs"]]
    assert texts == [said for said in printed if said]


@pytest.mark.parametrize(
    ("path", "url", "here"),
    [("index.md", "", "index"), ("how-to/drivers.md", "how-to/drivers/", "../drivers"),
     ("tutorial/first-score.md", "tutorial/first-score/", "../first-score")],
)  # fmt: skip
def test_a_page_links_to_its_other_forms(path: str, url: str, here: str) -> None:
    """Each ends with a link to itself as Markdown; a tutorial has one to its notebook, also under its title."""

    class Page:
        class file:  # noqa: N801
            src_uri = path

    Page.url = url  # type: ignore[attr-defined]
    found = SITE.on_page_content("<h1>A</h1><p>text</p>", page=Page)
    assert f'<a href="{here}.md">as Markdown</a>' in found.splitlines()[-1]
    assert found.count(f'href="{here}.ipynb"') == (2 if path.startswith("tutorial/") else 0)
    assert found.startswith("<h1>A</h1>")


def test_llms_txt_names_every_page() -> None:
    """In the form of llmstxt.org: a title, a summary, and sections of links, each with a sentence."""
    text = SITE.llms("npskit", "A summary", navigation(), DOCS)
    assert text.startswith("# npskit\n\n> A summary\n\n")
    assert [f"## {title}" for title in ("Start", "Tutorial", "How to", "Explanation", "Reference")] == re.findall(
        r"^## .*", text, re.MULTILINE
    )
    links = re.findall(r"^- \[[^\]]+\]\(([^)]+)\): \S.*[.?!]$", text, re.MULTILINE)
    assert sorted(links) == sorted(PAGES)
    absolute = SITE.llms("npskit", "A summary", navigation(), DOCS, "https://example.org/")
    assert absolute.count("](https://example.org/") == len(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_plain_markdown(page: str) -> None:
    """No option of what executes code is left, no name of npskit unsaid, and nothing that differs from run to run."""
    text = SITE.markdown_page(PAGES[page])
    assert not re.search(r"^```\w* ?\S*=|^:::| at 0x", text, re.MULTILINE)
    for path in re.findall(r"^::: (\S+)$", PAGES[page], re.MULTILINE):
        assert f"### {path}" in text
    assert SITE.markdown_page(PAGES[page]) == text


def test_what_code_prints_follows_it() -> None:
    """It is read from the page as HTML; where the page hides the code, what it prints stands alone."""
    above, hidden = 'exec="true" source="above" result="text" session="a"', 'exec="true" result="text"'
    code = ["print(1 < 2)", "print('twice')", "print('twice')", "import this", "x = 1"]
    heads = [above, above, above, hidden, 'exec="true" source="above"']
    page = "\n\n".join(f"```python {head}\n{body}\n```" for head, body in zip(heads, code, strict=True))
    shown = [
        "print(<b>1</b> &lt; 2)",
        "True",
        "print('twice')",
        "a",
        "print('twice')",
        "b",
        "Beautiful",
        "x = 1",
        "other",
    ]
    as_html = "".join(f"<pre><span></span><code>{text}\n</code></pre><p>text</p>" for text in shown)
    blocks = re.findall(r"^```(\w*)\n(.*?)\n```$", SITE.markdown_page(page, as_html), re.MULTILINE | re.DOTALL)
    assert blocks == [
        ("python", "print(1 < 2)"),
        ("text", "True"),
        ("python", "print('twice')"),
        ("text", "a"),
        ("python", "print('twice')"),
        ("text", "b"),
        ("text", "Beautiful"),
        ("python", "x = 1"),
    ]


def test_names_of_npskit_are_said_with_signature_and_docstring() -> None:
    """A function, a class with its methods, the members of a module that are picked, and a module with all it has."""
    text = SITE.markdown_page("# Page\n\n::: npskit.nps\n::: npskit.Survey\n\nAnd.\n")
    assert "### npskit.nps\n\n```python\nnps(answers: Any, *, scale: Scale | Sequence[int] = (0, 10)," in text
    assert "Return the Net Promoter Score" in text
    assert "#### drivers\n\n```python\ndrivers(" in text  # of a class that it inherits from
    assert text.endswith("\n\nAnd.\n")
    picked = SITE.markdown_page("::: npskit.inference.multiplicity\n    options:\n      members: [adjust]\n")
    assert re.findall("^### .*", picked, re.MULTILINE) == ["### npskit.inference.multiplicity.adjust"]
    module = SITE.markdown_page("::: npskit.comments.themes.found_themes\n")
    assert "### npskit.comments.themes.found_themes.find_themes\n\n```python\nfind_themes(" in module

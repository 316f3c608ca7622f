"""What the site ships beside its pages, written when it is built, for programs and assistants.

- `schemas/*.json`: the schemas of the JSON of results.
- Each page as Markdown at the address of its source (`how-to/drivers.md`), so that links between pages lead on.
- `llms.txt` (https://llmstxt.org): what the pages are, in the order of the navigation.
- `tutorial/*.ipynb`: the tutorials as notebooks, with what their code prints.

mkdocs calls the functions `on_...`. The others know nothing of mkdocs.
"""

from __future__ import annotations

import contextlib
import html
import importlib
import inspect
import json
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from npskit.command_line import schemas
from npskit.results import json_schema

FENCE = re.compile(r"^```(?P<language>\w*)(?P<options>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
API = re.compile(r"^::: (\S+)\n?(?:    options:\n      members: \[(.*)\]\n?)?", re.MULTILINE)
CODE = re.compile(r"<pre><span></span><code>(.*?)</code></pre>", re.DOTALL)
TUTORIAL = "tutorial/"
ABOUT = """\
These pages are Markdown, with the code that a page runs when the site is built, and the text that it prints; pictures
and tables that code draws are on the pages for people. Each tutorial is a notebook too, beside its page:
`tutorial/first-score.ipynb`. The schemas of the JSON of results are in `schemas/`."""


def on_page_content(html: str, page: Any, **_: Any) -> str:
    """Put links to the other forms of a page at its end, and to the notebook of a tutorial under its title, too.

    They are put into the HTML, since mkdocs knows the files of the docs alone.
    """
    path = page.file.src_uri
    here = f"../{Path(path).stem}" if page.url else Path(path).stem
    forms = f'<a href="{here}.md">as Markdown</a>'
    if path.startswith(TUTORIAL):
        notebook_here = f'<a href="{here}.ipynb" download>as a notebook</a>'
        forms += f", {notebook_here}"
        html = html.replace("</h1>", f'</h1>\n<p class="forms">This page {notebook_here}.</p>', 1)
    return f'{html}\n<p class="forms">This page {forms}.</p>'


def on_post_page(output: str, page: Any, config: Any) -> str:
    """Write a page as Markdown, and a tutorial as a notebook."""
    path, text = page.file.src_uri, page.file.content_string
    write(config, path, markdown_page(text, page.content))
    if path.startswith(TUTORIAL):
        write(config, path.removesuffix(".md") + ".ipynb", notebook(text, page.content))
    return output


def on_post_build(config: Any, **_: Any) -> None:
    """Write the files that are of no page."""
    for name, kind in schemas().items():
        write(config, f"schemas/{name}.json", json.dumps(json_schema(kind), indent=2, ensure_ascii=False))
    site = config["site_url"] or ""
    summary = llms(config["site_name"], config["site_description"], config["nav"], Path(config["docs_dir"]), site)
    write(config, "llms.txt", summary)


def write(config: Any, path: str, text: str) -> None:
    """Write one file of the site."""
    target = Path(config["site_dir"]) / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8")


def markdown_page(text: str, shown: str = "") -> str:
    """Return a page as plain Markdown: its code without options, what it prints, and what its names of npskit are.

    What code prints is read from `shown`, the page as HTML, where it follows the code, or stands alone if the page
    hides the code. Without it there is only the code.
    """
    printed = iter(printed_by(text, shown))

    def plain(match: re.Match[str]) -> str:
        body, options, said = fenced(match["language"], match["body"].rstrip()), match["options"], next(printed)
        if said is None:
            return body
        hidden = "exec=" in options and "source=" not in options
        return fenced("text", said) if hidden else f"{body}\n\n{fenced('text', said)}"

    return API.sub(lambda match: described(*match.groups()), FENCE.sub(plain, text))


def printed_by(text: str, shown: str) -> Iterator[str | None]:
    """Yield what the code of each fenced block of a page prints, as its HTML shows it; None where it shows nothing."""
    codes = [html.unescape(re.sub("<[^>]*>", "", code)).strip("\n") for code in CODE.findall(shown)]
    at = 0
    for match in FENCE.finditer(text):
        body, options = match["body"].rstrip(), match["options"]
        hidden = "exec=" in options and "source=" not in options
        if not hidden and body in codes[at:]:
            at = codes.index(body, at) + 1
        if 'result="text"' not in options or at >= len(codes) or not (hidden or codes[at - 1] == body):
            yield None
        else:
            at += 1
            yield codes[at - 1]


def fenced(language: str, body: str) -> str:
    """Return a fenced block."""
    return f"```{language}\n{body}\n```"


def described(path: str, members: str | None = None) -> str:
    """Return what a dotted name, or the members of its that are named, is: signatures and docstrings."""
    if members:
        return "\n".join(described(f"{path}.{member}") for member in members.split(", "))
    found, name = resolved(path), path.rpartition(".")[2]
    parts = [f"### {path}", *said(name, found)]
    for member, method in methods(found) if inspect.isclass(found) else ():
        parts += [f"#### {member}", *said(member, method)]
    if not inspect.ismodule(found):
        return "\n\n".join([*parts, ""])
    own = [name for name, part in vars(found).items() if name[0] != "_" and getattr(part, "__module__", "") == path]
    return "\n\n".join([*parts, *(described(f"{path}.{name}") for name in own)])


def resolved(path: str) -> Any:
    """Return what a dotted name leads to: a module, or something in one."""
    package, *names = path.split(".")
    found: Any = importlib.import_module(package)
    for i, name in enumerate(names, start=1):
        try:
            found = getattr(found, name)
        except AttributeError:
            found = importlib.import_module(".".join([package, *names[:i]]))
    return found


def methods(kind: type) -> Iterator[tuple[str, Any]]:
    """Yield the public methods and properties of a class that npskit has written."""
    for name in dir(kind):
        member = inspect.getattr_static(kind, name)
        if isinstance(member, staticmethod | classmethod):
            member = getattr(kind, name)
        written = str(getattr(getattr(member, "fget", member), "__module__", "")).startswith("npskit")
        if written and not name.startswith("_") and inspect.getdoc(member):
            yield name, member


def said(name: str, found: Any) -> Iterator[str]:
    """Yield the signature of something, where it has one, and its docstring."""
    if callable(found):
        with contextlib.suppress(ValueError):  # what is written in C has none
            signature = str(inspect.signature(found)).removesuffix(" -> None" if inspect.isclass(found) else "")
            unquoted = re.sub(r"(: |-> )'([^']*)'", r"\1\2", signature)
            yield fenced("python", name + re.sub(r"<[\w. <>]+? at 0x\w+>", "...", unquoted))
    yield inspect.getdoc(found) or ""


def notebook(text: str, shown: str = "") -> str:
    """Return a page as a notebook (nbformat 4.5): its text, the code that it runs, and what that printed.

    What code printed is read from `shown`, as in `markdown_page`.
    """
    cells: list[dict[str, Any]] = []
    runs = 0

    def add(kind: str, source: str, printed: str | None = None) -> None:
        nonlocal runs
        if source.strip():
            ran: dict[str, Any] = {}
            if kind == "code":
                runs += 1
                said = [] if printed is None else f"{printed}\n".splitlines(keepends=True)
                outputs = [{"output_type": "stream", "name": "stdout", "text": said}] if said else []
                ran = {"execution_count": runs if shown else None, "outputs": outputs}
            lines = source.strip("\n").splitlines(keepends=True)
            cells.append({"cell_type": kind, "id": f"cell-{len(cells) + 1}", "metadata": {}, "source": lines, **ran})

    end = 0
    for match, printed in zip(FENCE.finditer(text), printed_by(text, shown), strict=True):
        if "exec=" in match["options"]:
            add("markdown", text[end : match.start()])
            add("code", match["body"], printed)
            end = match.end()
    add("markdown", text[end:])
    python = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": python, "language_info": {"name": "python"}}
    made = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def llms(name: str, summary: str, nav: list[dict[str, Any]], docs: Path, site: str = "") -> str:
    """Return llms.txt: the pages of a navigation as mkdocs.yml has it, each with its first sentence."""
    alone = [entry for entry in nav if isinstance(next(iter(entry.values())), str)]
    sections = {"Start": alone} | {
        title: pages for entry in nav if entry not in alone for title, pages in entry.items()
    }
    parts = [f"# {name}", f"> {summary}", ABOUT]
    for section, entries in sections.items():
        lines = [
            f"- [{title}]({site}{path}): {first_sentence((docs / path).read_text('utf-8'))}"
            for entry in entries
            for title, path in entry.items()
        ]
        parts += [f"## {section}", "\n".join(lines)]
    return "\n\n".join(parts) + "\n"


def first_sentence(text: str) -> str:
    """Return the first sentence of a page's text, without markup; a page that has none says nothing."""
    for paragraph in FENCE.sub("", text).split("\n\n"):
        if re.match(r"\s*[\w\"`*\[]", paragraph) and not re.match(r"\s*\*? ?\d+\. ", paragraph):
            plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", " ".join(textwrap.dedent(paragraph).split()))
            sentence = re.match(r".*?(?:[.?!](?= |$)|$)", plain.replace("**", ""))
            return re.sub(":$", ".", sentence[0]) if sentence else ""
    return ""

"""Draw the pictures of the README: `python docs/draw_pictures.py` writes docs/images; with `--report` the report too.

The drawings are text of results and of pyproject.toml, and a test draws them anew. The report is a picture of the page
that `npskit demo` writes, taken by headless Chromium, whose fonts differ: take it again when the page has changed.
"""

from __future__ import annotations

import html
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import npskit as nk

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
STYLE = """
    text { font: 13px system-ui, sans-serif; fill: #1a1d21; }
    .code { font: 13px ui-monospace, "Liberation Mono", Menlo, Consolas, monospace; white-space: pre; }
    .page { fill: #ffffff; } .card { fill: #f5f6f8; } .ring { fill: #2b3947; } .no { fill: #ffffff; font-weight: 650; }
    .quiet { fill: #59626c; } .proven { fill: #14508c; } .on { fill: #ffffff; }
    @media screen and (prefers-color-scheme: dark) {
      text { fill: #e9ebee; } .page { fill: #14171a; } .card { fill: #1d2126; } .ring { fill: #d5dde6; }
      .no { fill: #14171a; } .quiet { fill: #a7b0b9; } .proven { fill: #9ccbf4; } .on { fill: #14171a; }
    }
"""
LETTER, LINE = 7.8, 20  # of the text that is printed, in pixels


def printed() -> str:
    """Return the result whose parts are named: shops, one with few answers; an answer missing, one impossible."""
    shops = ["Harbor"] * 80 + ["Market"] * 62 + ["Station"] * 9
    answers = [*[10] * 36, *[8] * 30, *[4] * 14, *[9] * 24, *[7] * 20, *[5] * 16, None, 11, *[10] * 6, *[8] * 3]
    return str(nk.Survey({"shop": shops, "nps": answers}, score="nps").score(by="shop").sort())


# What stands where in the text above (line, first and last letter), and what it is.
PARTS = (
    (0, "NPS", "The score: % of promoters less % of detractors."),
    (0, "95% interval", "Where the score of all customers may lie: with\nfew answers that is nearly anywhere."),
    (0, "n", "How many answers were scored."),
    (1, "too few", "Fewer than 30 answers: draw no conclusion.\nMarked, and never hidden unless you ask for it."),
    (-1, "rows", "Every row is accounted for: scored, missing,\nor impossible (here an answer of 11)."),
)


def parts() -> str:
    """Return the drawing that names the parts of a printed result."""
    lines = printed().splitlines()
    drawn, top = [], 40
    for i, line in enumerate(lines):
        drawn.append(_text(20, top + i * LINE, line, "code"))
    below = top + len(lines) * LINE + 20
    for number, (at, words, said) in enumerate(PARTS, start=1):
        row = at % len(lines)
        begin = lines[row].rindex(words)
        middle = 20 + (begin + len(words) / 2) * LETTER
        y = top + row * LINE
        if at == 1:
            middle = 20 + (begin + len(words)) * LETTER + 14
            drawn += _ring(middle, y - 4, number)
        else:
            drawn += _ring(middle, y - 22 if at == 0 else y + 14, number)
        drawn += _ring(30, below + 22, number)
        for j, piece in enumerate(said.split("\n")):
            drawn.append(_text(48, below + 26 + j * 18, piece))
        below += 18 * said.count("\n") + 28
    card = f'  <rect x="8" y="4" width="384" height="{top + len(lines) * LINE + 12:g}" rx="3" class="card"/>'
    return _svg(400, below + 14, "The parts of a printed result, by number", [card, *drawn])


def proven() -> str:
    """Return the strip that says what is proven at each change, from pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    prefix = "Programming Language :: Python :: 3."
    pythons = [c.removeprefix(prefix) for c in project["project"]["classifiers"] if c.startswith(prefix)]
    claims = [("Python", " · ".join(f"3.{minor}" for minor in pythons)), ("versions", "lowest and newest")]
    if project["tool"]["mypy"]["strict"]:
        claims.append(("types", "mypy strict"))
    drawn, x = [], 0.0
    for name, value in claims:
        for words, box, kind in ((name, "card", "quiet"), (value, "proven", "on")):
            width = len(words) * 7 + 16
            drawn.append(f'  <rect x="{x:g}" y="0" width="{width:g}" height="22" class="{box}"/>')
            drawn.append(_text(x + width / 2, 15.5, words, kind, "middle"))
            x += width
        x += 8
    return _svg(x - 8, 22, "; ".join(f"{name}: {value}" for name, value in claims), drawn, page=False)


def _text(x: float, y: float, words: str, kind: str = "", side: str = "") -> str:
    kinds = f' class="{kind}"' if kind else ""
    anchor = f' text-anchor="{side}"' if side else ""
    return f'  <text x="{x:g}" y="{y:g}"{kinds}{anchor} xml:space="preserve">{html.escape(words)}</text>'


def _ring(x: float, y: float, number: int) -> list[str]:
    return [f'  <circle cx="{x:g}" cy="{y:g}" r="9" class="ring"/>', _text(x, y + 4.5, str(number), "no", "middle")]


def _svg(width: float, height: float, label: str, drawn: list[str], page: bool = True) -> str:
    size = f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{html.escape(label)}">'
    under = [f'  <rect width="{width:g}" height="{height:g}" class="page"/>'] if page else []
    return "\n".join([head, f"  <style>{STYLE}  </style>", *under, *drawn, "</svg>", ""])


def take_report(into: Path) -> None:
    """Take the picture of the first screen of the demo's report."""
    from PIL import Image

    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        raise SystemExit("the picture of the report needs chromium")
    with tempfile.TemporaryDirectory() as made:
        page, shot = Path(made, "report.html"), Path(made, "report.png")
        survey = nk.Survey(
            nk.datasets.demo_survey().columns, score="score", time="date", customer="customer", comment="comment"
        )
        ratings = ["room", "breakfast", "staff", "check_in", "price"]
        survey.report(page, by=["region", "channel"], drivers=ratings, simulated=True)
        look = ["--headless", "--no-sandbox", "--hide-scrollbars", "--window-size=1120,950"]
        subprocess.run([browser, *look, f"--screenshot={shot}", page.as_uri()], check=True, capture_output=True)
        Image.open(shot).convert("RGB").quantize(48).save(into, optimize=True)


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    for name, drawing in (("parts", parts()), ("proven", proven())):
        (IMAGES / f"{name}.svg").write_text(drawing, encoding="utf-8")
    if "--report" in sys.argv:
        take_report(IMAGES / "report.png")

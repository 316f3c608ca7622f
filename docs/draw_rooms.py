"""Draw the rooms of the package as they are: `python docs/draw_rooms.py` writes docs/explanation/rooms.svg.

The floors are the layers of pyproject.toml, the words are the first sentences of the rooms' docstrings.
"""

from __future__ import annotations

import ast
import html
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "npskit"
WIDTH, HEIGHT, GAP, INNER = 920, 34, 8, 30
STYLE = """
    text { font: 14px system-ui, sans-serif; fill: #1f2933; }
    .name { font-weight: 600; }
    .floor { fill: #eef5f4; stroke: #5b8a85; }
    .room { fill: #ffffff; stroke: #5b8a85; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .floor { fill: #22302f; stroke: #7fb3ad; }
      .room { fill: #18211f; stroke: #7fb3ad; }
    }
"""


def sentence(path: Path) -> str:
    """Return what the docstring of a module or a package says first, without the full stop."""
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    said = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
    return said.split("\n")[0].rstrip(".").replace("`", "")


def inner_rooms(path: Path) -> list[str]:
    """Return the rooms inside a room."""
    return sorted(p.parent.name for p in path.glob("*/__init__.py")) if path.is_dir() else []


def text(x: float, y: float, words: str, kind: str = "") -> str:
    """Return a line of text."""
    return f'  <text x="{x:g}" y="{y:g}"{kind and f""" class="{kind}" """.rstrip()}>{html.escape(words)}</text>'


def box(x: float, y: float, width: float, height: float, kind: str) -> str:
    """Return a box."""
    return f'  <rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="5" class="{kind}"/>'


def drawing() -> str:
    """Return the picture as SVG."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    parts, y = [], 4.0
    for layer in layers:
        for name in layer.split(" | "):
            path = PACKAGE / name
            inside = inner_rooms(path)
            height = HEIGHT + (INNER + GAP if inside else 0)
            parts += [box(4, y, WIDTH - 8, height, "floor"), text(16, y + 22, name, "name")]
            parts.append(text(150, y + 22, sentence(path)))
            if inside:
                width = (WIDTH - 8 - GAP * (len(inside) + 1)) / len(inside)
                for i, room in enumerate(inside):
                    x = 4 + GAP + i * (width + GAP)
                    parts += [box(x, y + HEIGHT, width, INNER, "room"), text(x + 10, y + HEIGHT + 20, room, "name")]
            y += height + GAP
    size = f'width="{WIDTH}" height="{y:g}" viewBox="0 0 {WIDTH} {y:g}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="The rooms of npskit, by floor">'
    return "\n".join([head, f"  <style>{STYLE}  </style>", *parts, "</svg>", ""])


if __name__ == "__main__":
    (ROOT / "docs" / "explanation" / "rooms.svg").write_text(drawing(), encoding="utf-8")

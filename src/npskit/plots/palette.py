"""The colors and styles of everything that is drawn, in one place: three hues, and they mean the three categories."""

from __future__ import annotations

import attrs

# Each token in light and in dark; pages may set them as CSS variables, plots on axes use the light ones.
LIGHT = {
    "bg": "#ffffff",
    "ink": "#1a1d21",
    "mute": "#59626c",
    "line": "#8a939d",
    "grid": "#e3e6ea",
    "det": "#d9772b",
    "pas": "#c9ced4",
    "pro": "#14508c",
    "ondet": "#1a1d21",
    "onpas": "#1a1d21",
    "onpro": "#ffffff",
    "mark": "#2b3947",
    "context": "#6d7680",
    "step": "#7489a0",
    "band": "#dfe5ec",
    "band2": "#bfcbd8",
    "shade0": "#f2f4f7",
    "shade1": "#dfe5ec",
    "shade2": "#bfcbd8",
    "shade3": "#5a6f87",
    "shade4": "#43566b",
    "shade5": "#2b3947",
}
DARK = {
    "bg": "#14171a",
    "ink": "#e9ebee",
    "mute": "#a7b0b9",
    "line": "#77818c",
    "grid": "#2c3238",
    "det": "#c66d2a",
    "pas": "#4d565f",
    "pro": "#9ccbf4",
    "ondet": "#14171a",
    "onpas": "#ffffff",
    "onpro": "#14171a",
    "mark": "#d5dde6",
    "context": "#8a949e",
    "step": "#5f758b",
    "band": "#29313a",
    "band2": "#3a4856",
    "shade0": "#1d2126",
    "shade1": "#29313a",
    "shade2": "#3a4856",
    "shade3": "#8fa2b8",
    "shade4": "#b3c1d0",
    "shade5": "#d5dde6",
}


@attrs.frozen
class Style:
    """How a mark or a text looks.

    Args:
        fill: The token that fills it; nothing where it is None.
        stroke: The token of its outline; none where it is None.
        width: Of the outline, in pixels.
        dash: Lengths of strokes and gaps, in pixels.
        size: Of text, in pixels.
        bold: Whether text is heavier.
        halo: Whether text stands on a halo of the background, since lines may run below it.
    """

    fill: str | None = None
    stroke: str | None = None
    width: float = 1.0
    dash: tuple[float, ...] = ()
    size: float = 13.0
    bold: bool = False
    halo: bool = False


def _text(fill: str, **parts: float | bool) -> Style:
    return Style(fill, halo=True, **parts)  # type: ignore[arg-type]


STYLES = {
    # texts
    "text": _text("ink"),
    "strong": _text("ink", bold=True),
    "quiet": _text("mute"),
    "large": _text("ink", size=22.0, bold=True),
    "aside": _text("context"),
    "in-det": Style("ondet"),
    "in-pas": Style("onpas"),
    "in-pro": Style("onpro"),
    "in-dark": Style("bg"),
    "in-light": Style("ink"),
    # lines of the frame
    "axis": Style(stroke="line"),
    "grid": Style(stroke="grid"),
    "whole": Style(stroke="ink"),
    "event": Style(stroke="ink", dash=(4, 3)),
    "reference": Style(stroke="line", dash=(2, 4)),
    "limit": Style(stroke="line", width=1.4),
    "centre": Style(stroke="ink", width=2.0),
    "leader": Style(stroke="line"),
    # areas
    "det": Style("det", "bg", 1.5),
    "pas": Style("pas", "bg", 1.5),
    "pro": Style("pro", "bg", 1.5),
    "band": Style("band"),
    "band2": Style("band2"),
    "bar": Style("step"),
    "bar-unsure": Style("bg", "step", 1.2),
    "rest": Style("band2"),
    "dark": Style("mark"),
    "outlined": Style("bg", "mark", 1.4),
    **{f"shade{i}": Style(f"shade{i}", "bg", 1.5) for i in range(6)},
    # what is spoken of
    "point": Style("mark"),
    "hollow": Style("bg", "mark", 1.6),
    "whisker": Style(stroke="mark", width=1.4),
    "whisker-few": Style(stroke="line", width=1.4, dash=(3, 3)),
    "hollow-few": Style("bg", "context", 1.6),
    "arrow": Style("mark"),
    "arrow-few": Style("line"),
    "path": Style(stroke="mark", width=1.8),
    "comb": Style(stroke="line", width=8.0, dash=(1, 5)),
    # what it is compared with
    "other": Style("context"),
    "other-hollow": Style("bg", "context", 1.6),
    "other-whisker": Style(stroke="context"),
    "other-path": Style(stroke="context", width=1.2),
}


def css() -> str:
    """Return the rules that drawings without a style sheet of their own need of the page they stand in.

    A page sets them once; colors follow the reader's light or dark, and are light on paper.

    Example:
        >>> ".nk-det{fill:var(--det)" in css()
        True
    """
    tokens = [":root{" + ";".join(f"--{name}:{color}" for name, color in LIGHT.items()) + "}"]
    dark = ";".join(f"--{name}:{color}" for name, color in DARK.items())
    tokens.append(f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}")
    return "\n".join([*tokens, chart_css()])


def chart_css() -> str:
    """Return the same without the colors of the tokens, for a page that sets these itself."""
    rules = ["svg.nk text{font-size:13px;stroke:none;font-variant-numeric:lining-nums}"]
    for name, style in STYLES.items():
        rules.append(f"svg.nk .nk-{name}{{{';'.join(_declared(style))}}}")
    return "\n".join(rules)


def _declared(style: Style) -> list[str]:
    """Return a style as declarations."""
    found = [f"fill:var(--{style.fill})" if style.fill else "fill:none"]
    if style.stroke:
        found += [f"stroke:var(--{style.stroke})", f"stroke-width:{style.width:g}px"]
    if style.dash:
        found.append(f"stroke-dasharray:{' '.join(f'{part:g}' for part in style.dash)}")
    if style.halo:
        found += ["paint-order:stroke", "stroke:var(--bg)", "stroke-width:3px", "stroke-linejoin:round"]
    found += [f"font-size:{style.size:g}px"] if style.size != 13 else []
    found += ["font-weight:650"] if style.bold else []
    return found

"""Charts as SVG text: text stays text, no script, nothing from elsewhere; the same chart is always the same text."""

from __future__ import annotations

import html

from npskit.plots.chart import WIDE, Chart
from npskit.plots.palette import DARK, LIGHT, chart_css
from npskit.plots.scene import Box, Dot, Line, Mark, Path
from npskit.plots.speech import ENGLISH, Speech

# After those that Latin text is set in come the ones for Thai.
FONTS = (
    "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Helvetica Neue',Arial,'Noto Sans Thai','Leelawadee UI',"
    "Thonburi,Loma,sans-serif"
)


def svg_of(
    chart: Chart,
    name: str = "chart",
    *,
    width: float = WIDE,
    speech: Speech = ENGLISH,
    alone: bool = False,
    classes: str = "",
) -> str:
    """Return a chart as SVG text, to stand in a page or alone in a file.

    Args:
        chart: What is drawn.
        name: What the ids of its title and description begin with; unique in the page.
        width: In pixels: the text is never scaled, so draw it again for a narrow page.
        speech: The language.
        alone: Whether it brings its own style sheet; a page that holds it has that of `css()`, once.
        classes: Further classes of the element.

    Example:
        >>> from npskit.plots import Forest
        >>> svg_of(Forest("NPS", ("region",), ()), "f1")[:47]
        '<svg xmlns="http://www.w3.org/2000/svg" class="'
    """
    scene = chart.drawn(width, speech)
    label, about = html.escape(f"{name}-title"), html.escape(f"{name}-desc")
    size = f'viewBox="0 0 {scene.width:g} {scene.height:g}" width="{scene.width:g}" height="{scene.height:g}"'
    kinds = html.escape(f"nk {classes}".strip())
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{kinds}" role="img" aria-labelledby="{label} {about}" {size}>',
        f'<title id="{label}">{_safe(chart.title(speech))}</title>',
        f'<desc id="{about}">{_safe(chart.alt(speech))}</desc>',
    ]
    if alone:
        parts += [
            f"<style>{_sheet()}</style>",
            f'<rect width="{scene.width:g}" height="{scene.height:g}" class="page"/>',
        ]
    return "".join([*parts, *map(_element, scene.marks), "</svg>"])


def _sheet() -> str:
    """Return the style sheet of a drawing that stands alone."""
    light, dark = (";".join(f"--{name}:{color}" for name, color in tokens.items()) for tokens in (LIGHT, DARK))
    tokens = f"svg.nk{{{light};font-family:{FONTS}}}@media screen and (prefers-color-scheme:dark){{svg.nk{{{dark}}}}}"
    return f"{tokens}.page{{fill:var(--bg)}}{chart_css()}"


def _element(mark: Mark) -> str:
    """Return one mark as an element."""
    kind = f'class="nk-{mark.style}"'
    if isinstance(mark, Line):
        return f'<line x1="{_n(mark.x1)}" y1="{_n(mark.y1)}" x2="{_n(mark.x2)}" y2="{_n(mark.y2)}" {kind}/>'
    if isinstance(mark, Box):
        size = f'width="{_n(mark.width)}" height="{_n(mark.height)}"'
        return f'<rect x="{_n(mark.x)}" y="{_n(mark.y)}" {size} {kind}/>'
    if isinstance(mark, Dot):
        return f'<circle cx="{_n(mark.x)}" cy="{_n(mark.y)}" r="{_n(mark.radius)}" {kind}/>'
    if isinstance(mark, Path):
        points = "L".join(f"{_n(x)} {_n(y)}" for x, y in mark.points)
        return f'<path d="M{points}{"Z" if mark.closed else ""}" {kind}/>'
    side = "" if mark.side == "start" else f' text-anchor="{mark.side}"'
    return f'<text x="{_n(mark.x)}" y="{_n(mark.y)}" {kind}{side}>{_safe(mark.text)}</text>'


def _safe(text: str) -> str:
    """Return text as XML has it: escaped, without characters that XML cannot hold."""
    return html.escape(
        "".join(c for c in text if c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    )


def _n(value: float) -> str:
    """Return a coordinate, to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0") if round(value, 1) else "0"

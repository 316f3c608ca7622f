"""Charts on matplotlib axes: mark by mark, in the units of the data."""

from __future__ import annotations

from typing import Any

import attrs

from npskit.errors import InvalidTypeError, optional, quoted
from npskit.plots.chart import WIDE, Chart
from npskit.plots.palette import LIGHT, STYLES, Style
from npskit.plots.scene import Axis, Box, Dot, Line, Mark, Scene, Text
from npskit.plots.speech import ENGLISH, Speech

# A pixel of a chart is a hundredth of an inch, so that text of 13 pixels has 9.4 points.
_DPI, _POINTS = 100.0, 0.72
_MARGIN = 12.0
_FAMILIES = ("Noto Sans", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "DejaVu Sans")
_THAI = ("Noto Sans Thai", "Noto Sans Thai Looped", "Leelawadee UI", "Thonburi", "Loma", "Garuda")


def axes_of(chart: Chart, ax: Any = None, *, speech: Speech = ENGLISH) -> Any:
    """Draw a chart on matplotlib axes, in units of the data, and return them.

    Args:
        chart: What is drawn.
        ax: The axes; default: those of a new figure of the chart's own size.
        speech: The language.

    Raises:
        MissingDependencyError: If matplotlib is not installed.
        InvalidTypeError: If `ax` are no axes.
    """
    optional("matplotlib", "plotting", "report")
    if ax is None:
        ax = _new_axes(chart.drawn(WIDE, speech))
    elif not (hasattr(ax, "add_artist") and hasattr(ax, "get_window_extent")):
        raise InvalidTypeError(f"ax must be matplotlib axes, as plt.subplots() gives: got {quoted(ax)}")
    inches = ax.get_window_extent().transformed(ax.figure.dpi_scale_trans.inverted())
    width, height = (max(_DPI * side, 1.0) for side in (inches.width, inches.height))
    scene = chart.drawn(max(width, 240.0), speech)
    # axes that are too low for the chart get it smaller, text and all, rather than squeezed
    small = min(1.0, height / scene.height, width / scene.width)
    if small < 1.0:
        scene = chart.drawn(max(width / small, 240.0), speech)
        small = min(1.0, height / scene.height, width / scene.width)
    _Painter(ax, scene, small).paint(width / small, height / small)
    ax.set_label(chart.title(speech))
    return ax


def _new_axes(scene: Scene) -> Any:
    """Return axes of a new figure, as large as a drawing."""
    from matplotlib import pyplot

    width, height = scene.width + 2 * _MARGIN, scene.height + 2 * _MARGIN
    figure = pyplot.figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI, facecolor=LIGHT["bg"])
    sides = (_MARGIN / width, _MARGIN / height, scene.width / width, scene.height / height)
    return figure.add_axes(sides)


def _families() -> list[str]:
    """Return the fonts that are there, in the order in which glyphs are looked for."""
    from matplotlib import font_manager

    there = {font.name for font in font_manager.fontManager.ttflist}
    return [name for name in (*_FAMILIES, *_THAI) if name in there]


@attrs.frozen
class _Painter:
    """One drawing on its way to axes."""

    ax: Any
    scene: Scene
    small: float

    def paint(self, width: float, height: float) -> None:
        """Draw all marks, on axes whose limits are those of the data at the edges."""
        scene, ax = self.scene, self.ax
        fonts = _families()
        for order, mark in enumerate(scene.marks):
            self._add(mark, 2 + order * 1e-3, fonts)
        ax.set_xlim(self._x(0), self._x(width))
        ax.set_ylim(self._y(height), self._y(0))
        ax.set_axis_off()

    def _x(self, pixel: float) -> float:
        return _value(self.scene.x, pixel)

    def _y(self, pixel: float) -> float:
        return _value(self.scene.y, pixel)

    def _add(self, mark: Mark, order: float, fonts: list[str]) -> None:
        """Draw one mark."""
        from matplotlib import lines, patches

        style = STYLES[mark.style]
        common: dict[str, Any] = {"zorder": order, "clip_on": False, "gid": mark.style}
        if isinstance(mark, Text):
            self._write(mark, style, common, fonts)
        elif isinstance(mark, Line):
            x, y = [self._x(mark.x1), self._x(mark.x2)], [self._y(mark.y1), self._y(mark.y2)]
            self.ax.add_artist(lines.Line2D(x, y, **self._stroke(style), **common))
        elif isinstance(mark, Box):
            corner = self._x(mark.x), self._y(mark.y)
            width, height = self._x(mark.x + mark.width) - corner[0], self._y(mark.y + mark.height) - corner[1]
            self.ax.add_artist(patches.Rectangle(corner, width, height, **self._face(style), **common))
        elif isinstance(mark, Dot):
            diameter = 2 * mark.radius * _POINTS * self.small
            edge = {"mfc": LIGHT[style.fill or "bg"], "mec": LIGHT[style.stroke or style.fill or "mark"]}
            wide = style.width * _POINTS * self.small if style.stroke else 0.0
            found = lines.Line2D([self._x(mark.x)], [self._y(mark.y)], marker="o", ls="none", ms=diameter, mew=wide)
            found.set(markerfacecolor=edge["mfc"], markeredgecolor=edge["mec"], **common)
            self.ax.add_artist(found)
        else:
            points = [(self._x(x), self._y(y)) for x, y in mark.points]
            if mark.closed:
                self.ax.add_artist(patches.Polygon(points, closed=True, **self._face(style), **common))
            else:
                xs, ys = zip(*points, strict=True)
                self.ax.add_artist(lines.Line2D(xs, ys, **self._stroke(style), **common))

    def _write(self, mark: Text, style: Style, common: dict[str, Any], fonts: list[str]) -> None:
        from matplotlib import patheffects

        side = {"start": "left", "middle": "center", "end": "right"}[mark.side]
        # names may hold dollars, which are no formulas
        found = self.ax.text(self._x(mark.x), self._y(mark.y), mark.text, ha=side, va="baseline", parse_math=False)
        size = style.size * _POINTS * self.small
        weight = "bold" if style.bold else "normal"
        found.set(fontsize=size, fontfamily=fonts, fontweight=weight, color=LIGHT[style.fill or "ink"], **common)
        if style.halo:
            found.set_path_effects([patheffects.withStroke(linewidth=3 * _POINTS * self.small, foreground=LIGHT["bg"])])

    def _stroke(self, style: Style) -> dict[str, Any]:
        wide = style.width * _POINTS * self.small
        dashes = (0, tuple(part / style.width for part in style.dash)) if style.dash else "-"
        return {"color": LIGHT[style.stroke or "ink"], "lw": wide, "ls": dashes, "solid_capstyle": "butt"}

    def _face(self, style: Style) -> dict[str, Any]:
        edge = LIGHT[style.stroke] if style.stroke else "none"
        wide = style.width * _POINTS * self.small if style.stroke else 0.0
        return {"facecolor": LIGHT[style.fill] if style.fill else "none", "edgecolor": edge, "linewidth": wide}


def _value(axis: Axis | None, pixel: float) -> float:
    """Return what a pixel stands for: itself, where there are no numbers."""
    return pixel if axis is None else axis.value(pixel)

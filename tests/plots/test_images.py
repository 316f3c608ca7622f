"""Pictures as they come out, in pixels and in the sizes of real letters: what their structure does not say."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib import pyplot as plt
from numpy.typing import NDArray

import npskit as nk
from npskit.plots import ENGLISH, Chart, HeatMap, Speech, axes_of
from npskit.plots.axes import _THAI
from npskit.report.pictures import ReportSpeech
from npskit.report.wording import words_of
from tests.plots.test_every_plot import CHARTS
from tests.plots.test_palette import SEEN, ciede2000, lab

mpl.use("Agg")
HAS_THAI = any(font.name in _THAI for font in font_manager.fontManager.ttflist)
POLISH, THAI = ReportSpeech(words_of("pl")), ReportSpeech(words_of("th"))
# Letters of two texts may touch by so many pixels, as the foot of a "g" does a line below.
_TOUCH = 3.0


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Leave no figure open."""
    yield
    plt.close("all")


def drawn(chart: Chart, speech: Speech = ENGLISH, ax: Any = None) -> tuple[Any, NDArray[np.uint8]]:
    """Return axes with a chart and the pixels of their figure."""
    ax = axes_of(chart, ax, speech=speech)
    canvas: Any = ax.figure.canvas
    canvas.draw()
    return ax, np.asarray(canvas.buffer_rgba())[..., :3]


def boxes(ax: Any) -> list[tuple[str, Any]]:
    """Return each text with the box that its letters take, in pixels."""
    renderer = ax.figure.canvas.get_renderer()
    return [(text.get_text(), text.get_window_extent(renderer)) for text in ax.texts if text.get_text().strip()]


@pytest.mark.parametrize("name", CHARTS)
def test_letters_are_on_the_canvas_and_apart(name: str) -> None:
    """As matplotlib measures its own letters, no text runs over another one or over an edge; Polish, as it is long."""
    ax, _ = drawn(CHARTS[name], POLISH)
    canvas = ax.figure.bbox
    found = boxes(ax)
    for text, box in found:
        assert box.x0 >= -1, text
        assert box.x1 <= canvas.x1 + 1, text
        assert box.y0 >= -1, text
        assert box.y1 <= canvas.y1 + 1, text
    for (one, a), (two, b) in itertools.combinations(found, 2):
        wide, high = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert wide <= _TOUCH or high <= _TOUCH, (one, two)


@pytest.mark.parametrize("size", [(3.42, 3.0), (6.4, 4.8), (12.0, 2.0)])
@pytest.mark.parametrize("name", CHARTS)
def test_nothing_is_outside_axes_of_any_size(name: str, size: tuple[float, float]) -> None:
    """On axes that a caller brings, whatever their size, lines, areas, points and letters stay on the figure."""
    _, ax = plt.subplots(figsize=size, dpi=100)
    ax, pixels = drawn(CHARTS[name], ax=ax)
    renderer, canvas = ax.figure.canvas.get_renderer(), ax.figure.bbox
    for artist in (*ax.texts, *ax.lines, *ax.patches):
        box = artist.get_window_extent(renderer)
        assert box.x0 >= -6, artist
        assert box.x1 <= canvas.x1 + 6, artist
        assert box.y0 >= -6, artist
        assert box.y1 <= canvas.y1 + 6, artist
    assert (pixels != 255).any()


@pytest.mark.parametrize("eyes", SEEN)
def test_categories_stay_apart_as_drawn(eyes: str) -> None:
    """The pixels of detractors, passives and promoters differ for everyone, on paper without color too."""
    ax, pixels = drawn(nk.nps([*range(11)] * 4)._chart())
    found: dict[str, tuple[float, float, float]] = {}
    height = pixels.shape[0]
    for role in ("det", "pas", "pro"):
        parts = [patch.get_window_extent() for patch in ax.patches if patch.get_gid() == role]
        box = max(parts, key=lambda part: part.width)
        # beside the digit in the middle, within the outline
        corner = pixels[int(height - box.y0) - 6 : int(height - box.y0) - 3, int(box.x0) + 4 : int(box.x0) + 8]
        color = np.median(corner.reshape(-1, 3), axis=0) / 255
        linear = np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)
        found[role] = lab(np.array(SEEN[eyes]) @ linear)
    for one, two in itertools.combinations(found, 2):
        assert ciede2000(found[one], found[two]) >= 15, (one, two)


def test_darker_is_more_in_gray() -> None:
    """On a heat map printed without color a larger share is never lighter, from none to all."""
    light = []
    for part in range(0, 101, 5):
        ax, pixels = drawn(HeatMap("NPS", ("a", "b"), ((100 - part, part), (0, 100))))
        box = ax.patches[1].get_window_extent()
        corner = pixels[int(pixels.shape[0] - box.y1) + 5, int(box.x0) + 5]
        light.append(float(corner @ np.array([0.2126, 0.7152, 0.0722])))
        plt.close("all")
    assert light == sorted(light, reverse=True)
    assert light[0] - light[-1] > 150


LETTERS = {
    "Polish": "Zażółć gęślą jaźń ŁÓDŹ",
    "German": "Größe Übermäßig",
    "signs": "−7 do +7 – 12 345…",
    "Thai": "ความพึงพอใจของผู้เข้าพัก",
}


@pytest.mark.parametrize("letters", LETTERS)
def test_letters_are_no_boxes(letters: str) -> None:
    """Every letter has a glyph in one of the fonts: matplotlib warns of each that it draws as a box."""
    if letters == "Thai" and not HAS_THAI:
        pytest.skip("no font for Thai is installed")
    table = nk.Survey({"score": [9, 3] * 60, "region": [LETTERS[letters], "x"] * 60}).score(by="region")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn(table._chart(), THAI if letters == "Thai" else POLISH)


def test_text_is_dark_on_light_and_can_be_seen() -> None:
    """Each text leaves dark pixels where it stands: none is written in the color of the page."""
    ax, pixels = drawn(
        nk.Survey({"score": [9, 3, 8, 10] * 60, "region": list("NSWE") * 60}).score(by="region")._chart()
    )
    height = pixels.shape[0]
    for text, box in boxes(ax):
        part = pixels[int(height - box.y1) : int(height - box.y0) + 1, int(box.x0) : int(box.x1) + 1]
        assert part.min() < 140, text

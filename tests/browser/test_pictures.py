"""Every picture as a browser sets its letters, wide and narrow, in the languages of the longest and tallest words."""

from __future__ import annotations

from typing import Any

import pytest

from npskit.plots import NARROW, WIDE, css, svg_of
from npskit.plots.svg import FONTS
from npskit.report.pictures import ReportSpeech
from npskit.report.wording import words_of
from tests.plots.test_every_plot import CHARTS

# Letters of two texts may touch by so many pixels, as the foot of a "g" does a line below.
PROBE = """() => {
    const found = [];
    for (const svg of document.querySelectorAll("svg.nk")) {
        const name = svg.id || svg.parentElement.id, size = svg.viewBox.baseVal;
        const texts = [...svg.querySelectorAll("text")].map(e => [e.textContent, e.getBBox()]);
        for (const [text, box] of texts)
            if (box.x < -3 || box.x + box.width > size.width + 3 || box.y < -3 || box.y + box.height > size.height + 3)
                found.push([name, "edge", text]);
        texts.forEach(([one, a], i) => texts.slice(i + 1).forEach(([two, b]) => {
            const wide = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
            const high = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
            if (wide > 3 && high > 5) found.push([name, one, two]);
        }));
    }
    return found;
}"""


@pytest.mark.parametrize("language", ["de", "pl", "th"])
@pytest.mark.parametrize("width", [320.0, NARROW, WIDE])
def test_letters_are_in_the_picture_and_apart(width: float, language: str, browser: Any) -> None:
    """No text runs over an edge of its picture, nor over another text."""
    speech = ReportSpeech(words_of(language))
    parts = [
        f'<div id="{i}">{svg_of(chart, f"c{i}", width=width, speech=speech)}</div>'
        for i, chart in enumerate(CHARTS.values())
    ]
    with browser.new_context() as context:
        page = context.new_page()
        page.set_content(
            f"<!doctype html><meta charset=utf-8><style>{css()}body{{font-family:{FONTS}}}</style>{''.join(parts)}"
        )
        names = list(CHARTS)
        assert [(names[int(place)], one, two) for place, one, two in page.evaluate(PROBE)] == []
